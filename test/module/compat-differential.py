#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The older tools' names: checkmodule, checkpolicy, semodule_link and semodule_expand against the tools themselves.

compat-differential.py SELKIE SELKIE_COMPAT POLICY_SAME SOURCE_ROOT

Modules have the peer's bytes; policies, and what is linked by ours and expanded by theirs and the other way round, mean the
same; exit codes are the same. Exit 77 where a tool is missing.
"""
import os, re, runpy, shutil, subprocess, sys, tempfile

HLL = "/usr/libexec/selinux/hll/pp"
failures = 0


def differ(what):
    global failures
    failures += 1
    print(what)


def run(argv, cwd, expect=0):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd)
    if expect is not None and p.returncode != expect:
        sys.exit("%s: exit %d: %s" % (" ".join(argv), p.returncode, p.stdout.decode("utf-8", "replace")[-800:]))
    return p


def source(root, name, version):
    out = []
    for line in open(os.path.join(root, "test/policies", name)):
        m = re.match(r"#@(\d+) (.*\n)", line)
        out.append(line if not m else m.group(2) if int(m.group(1)) <= version else "\n")
    return "".join(out)


EXTRA = """module extra 1.0;
require { class file { read write }; type ta; type tb; attribute att; role ra; bool bo; }
type tx, att;
role rx;
role rx types tx;
role ra types tx;
type te alias te_alias;
allow tx tb : file { read write };
if (bo) { allow tx ta : file read; } else { allow tx ta : file write; }
optional { require { type no_such_t; } allow tx no_such_t : file read; }
optional { require { type ty; } allow tx ty : file read; }
"""
OTHER = """module other 1.0;
require { class file { read }; type tx; type te_alias; }
type ty;
allow ty { tx te_alias } : file read;
"""


DOTTED = """(class file (read))(classorder (file))(sid kernel)(sidorder (kernel))(block b (type t)(role r)(roletype r t)
(user u)(userrole u r)(userlevel u (s0))(userrange u ((s0)(s0))))(sensitivity s0)(sensitivityorder (s0))(category c0)(categoryorder (c0))
(sensitivitycategory s0 (c0))(allow b.t b.t (file (read)))(role object_r)(roletype object_r b.t)(sidcontext kernel (b.u b.r b.t ((s0)(s0))))
"""


NEWER = os.environ.get("SELKIE_PEER_311", "")


def said(path):
    """Statements of CIL, but for what the peers' converter loses (aliases of levels) and names of ids that it forgot."""
    statements = runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules-differential.py"))["statements"]
    lost = re.compile(r"\((sensitivityalias|categoryalias|sid |sidcontext |sidorder)")
    with open(path, "rb") as f:
        # libsepol 3.4 says mls of all that follows the first, and no version has parentheses around a range in a list
        return {re.sub(r"\((range \w+ \w+)\)", r" \1", s).replace("(mlsvalidatetrans ", "(validatetrans ").replace("  ", " ")
                for s in statements(f.read()) if not lost.match(s)}


def cil_outputs(compat, d):
    """-C of sources: the same statements; with the peers of 3.11 the same marks of lines too, and -L."""
    sources = [("checkmodule", ["-M"], "base.conf"), ("checkmodule", ["-M", "-m"], "small.te"), ("checkmodule", ["-M", "-m"], "extra.te"),
               ("checkpolicy", ["-M"], "policy.conf"), ("checkpolicy", ["-M", "-U", "allow"], "mls.conf"), ("checkpolicy", [], "plain.conf")]
    for folder in ([""] + ([os.path.join(NEWER, "bin")] if NEWER else [])):
        for marks in ([[]] + ([["-L"]] if folder else [])):
            for tool, flags, name in sources:
                made = []
                for who in ([os.path.join(folder, tool)], [compat, tool]):
                    out = os.path.splitext(name)[0] + ".cil"
                    run(who + flags + ["-C"] + marks + ["-o", out, name], d)
                    made.append(said(os.path.join(d, out)))
                if not folder:  # 3.4 marks nothing in modules of which it knows no source
                    made = [{s for s in m if not s.startswith(";;")} for m in made]
                if made[0] != made[1]:
                    differ("%s %s -C %s: only ours %s, only theirs %s" % (folder, tool, name, sorted(made[1] - made[0])[:3],
                                                                         sorted(made[0] - made[1])[:3]))


def conf_lines(d, name):
    """The lines of a policy.conf, sorted, attributes too. libsepol 3.4 says mls of every validatetrans."""
    return sorted(re.sub(r"^mls(?=validatetrans)|^typeattribute (\S+) (.*);", lambda m: str(sorted(m[2].split(", "))) + m[1] if m[1] else "", line)
                  for line in open(os.path.join(d, name)))


def printed(compat, path, d):
    """What a policy says, statement by statement."""
    return subprocess.run([os.path.join(os.path.dirname(compat), "selkie"), "print", "--sorted", path], cwd=d,
                          stdout=subprocess.PIPE).stdout.decode().splitlines()


def contexts_in_order(compat, path, d):
    text = subprocess.run([os.path.join(os.path.dirname(compat), "selkie"), "print", path], cwd=d, stdout=subprocess.PIPE).stdout.decode()
    return [l for l in text.splitlines() if re.match(r"(portcon|netifcon|nodecon|fs_use|ibpkeycon|ibendportcon)", l)]


def binary_outputs(compat, same, d):
    """-b with -C, -F and -S; modules read by checkmodule -b."""
    for who, tool in (("theirs", ["checkpolicy"]), ("ours", [compat, "checkpolicy"])):
        run(["checkpolicy", "-c", "33", "-o", "plain.33", "small.conf"], d)
        run(tool + ["-b", "-C", "-o", who + ".b.cil", "plain.33"], d)
        run(["secilc", "-N", "-c", "33", "-o", who + ".b", "-f", "fc", who + ".b.cil"], d)
        run(tool + ["-M", "-b", "-F", "-o", who + ".b.conf", "want.33"], d)
        run(tool + ["-M", "-U", "allow", "-S", "-c", "33", "-o", who + ".sorted", "mls.conf"], d)
        run((["checkmodule"] if who == "theirs" else [compat, "checkmodule"]) + ["-M", "-b", "-c", "21", "-o", who + ".b.mod", "theirs/base.mod"], d)
        run((["checkmodule"] if who == "theirs" else [compat, "checkmodule"]) + ["-M", "-b", "-C", "-o", who + ".mod.cil", "theirs/base.mod"], d)
    p = run([same, "--expanded", "theirs.b", "ours.b"], d, None)
    if p.returncode:
        differ("checkpolicy -b -C: " + p.stdout.decode()[:400])
    lines = [conf_lines(d, who + ".b.conf") for who in ("theirs", "ours")]
    if lines[0] != lines[1]:
        differ("checkpolicy -b -F: other lines: %s" % [l for l in lines[1] if l not in lines[0]][:3])
    orders = [contexts_in_order(compat, who + ".sorted", d) for who in ("theirs", "ours")]
    if orders[0] != orders[1]:
        differ("checkpolicy -S: %s, the peer's %s" % (orders[1], orders[0]))
    if said(os.path.join(d, "theirs.mod.cil")) != said(os.path.join(d, "ours.mod.cil")):
        differ("checkmodule -b -C: other CIL")
    # blocks that have an else are numbered otherwise when they were read from a module
    for who in ("theirs", "ours"):
        run(["semodule_package", "-o", who + ".b.pp", "-m", who + ".b.mod"], d)
        run([HLL, who + ".b.pp", who + ".b.pp.cil"], d)
        run(["semodule_expand", "-c", "33", who + ".b.pp", who + ".b.33"], d)
    p = run([same, "theirs.b.33", "ours.b.33"], d, None)
    if p.returncode or said(os.path.join(d, "theirs.b.pp.cil")) != said(os.path.join(d, "ours.b.pp.cil")):
        differ("checkmodule -b: another module: " + p.stdout.decode()[:300])


def binary_changes(compat, same, d):
    """checkpolicy -b that sorts (-S) and optimizes (-O) what it reads."""
    with open(os.path.join(d, "mls.conf")) as f, open(os.path.join(d, "more.conf"), "w") as out:
        rule = "allow domain domain : process { fork sigchld };\n"
        out.write(f.read().replace(rule, rule + "allow init_t daemon_t : process fork;\n"))
    run(["checkpolicy", "-M", "-U", "allow", "-c", "33", "-o", "more.33", "more.conf"], d)
    for flags in (["-S"], ["-O"], ["-S", "-O"], ["-O", "-F"]):
        texts, orders = [], []
        for tool in (["checkpolicy"], [compat, "checkpolicy"]):
            run(tool + ["-M", "-b"] + flags + ["-c", "33", "-o", "changed", "more.33"], d)
            texts.append(conf_lines(d, "changed") if "-F" in flags else printed(compat, "changed", d))
            orders.append([] if "-F" in flags else contexts_in_order(compat, "changed", d))
        if texts[0] != texts[1]:
            differ("checkpolicy -b %s: other lines: %s, the peer's %s" % (flags, [l for l in texts[1] if l not in texts[0]][:3],
                                                                        [l for l in texts[0] if l not in texts[1]][:3]))
        if "-S" in flags and (orders[0] != orders[1] or orders[0] == contexts_in_order(compat, "more.33", d)):
            differ("checkpolicy -b %s: %s, the peer's %s" % (flags, orders[1], orders[0]))
        if "-O" in flags and any("allow init_t daemon_t:process { fork }" in l for l in texts[1]):
            differ("checkpolicy -b %s: nothing was left out" % flags)
    if not any("allow init_t daemon_t:process { fork }" in l for l in printed(compat, "more.33", d)):
        differ("there is no rule that -O leaves out")


    # what policy.conf has no words for is not lost in silence
    with open(os.path.join(d, "dotted.cil"), "w") as out:
        out.write(DOTTED)
    run(["secilc", "-N", "-c", "33", "-o", "dotted.33", "-f", "fc", "dotted.cil"], d)
    p = run([compat, "checkpolicy", "-b", "-S", "-o", "dotted.sorted", "dotted.33"], d, 1)
    if b"policy.conf cannot say all of dotted.33" not in p.stdout or os.path.exists(os.path.join(d, "dotted.sorted")):
        differ("checkpolicy -b -S of dotted names: %s" % p.stdout[:300])


class Menu:
    """checkpolicy -d of a policy, asked through its menu."""

    def __init__(self, policy, d):
        self.p = subprocess.Popen(["stdbuf", "-o0", "checkpolicy", "-M", "-b", "-d", policy], cwd=d, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, bufsize=0)
        self.answer()

    def answer(self):
        text = ""
        while not text.endswith("Choose:  "):
            c = self.p.stdout.read(1)
            if not c:
                sys.exit("the menu of checkpolicy -d ended: " + text[-300:])
            text += c
        return text

    def ask(self, *lines):
        self.p.stdin.write("".join(l + "\n" for l in lines))
        return self.answer()

    def context(self, text):
        """The context of the SID that an answer names first."""
        sid = re.search(r"sid (\d+)", text)
        return re.search(r"scontext (\S+)", self.ask("1", sid[1]))[1] if sid else text

    def sid(self, context):
        return re.search(r"sid (\d+)", self.ask("2", context))[1]


def debug_menu(compat, d):
    """What checkpolicy -d was asked for, our commands answer, as docs/differences-checkpolicy.md says; -d names them."""
    selkie = os.path.join(os.path.dirname(compat), "selkie")
    run(["checkpolicy", "-M", "-U", "allow", "-c", "33", "-o", "mls.33", "mls.conf"], d)
    menu = Menu("mls.33", d)

    def ours(*args):
        return subprocess.run([selkie, *args], cwd=d, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def expect(what, theirs, got):
        if theirs != got:
            differ("checkpolicy -d, %s: %s, ours %s" % (what, theirs, got))

    init, daemon = ("system_u:system_r:%s:s0" % t for t in ("init_t", "daemon_t"))
    file = "system_u:object_r:%s:s0"
    for key, word, source, target, cls in (("3", "create", init, file % "daemon_exec_t", "process"), ("3", "create", daemon, file % "tmp_t", "file"),
                                           ("4", "member", daemon, file % "tmp_t", "file"), ("5", "relabel", daemon, file % "etc_t", "file")):
        theirs = menu.context(menu.ask(key, menu.sid(source), menu.sid(target), cls))
        expect(word, theirs, ours("compute", "--policy", "mls.33", word, source, target, cls).stdout.split("\n")[0])
    for source, target, cls, perms in ((init, file % "etc_t", "file", "read write append getattr execute"), (init, daemon, "process", "fork sigchld transition signal")):
        allowed = re.search(r"allowed \{([^}]*)\}", menu.ask("0", menu.sid(source), menu.sid(target), cls))[1].split()
        expect("access", [p for p in perms.split() if p in allowed],
               [p for p in perms.split() if not ours("can", "--policy", "mls.33", source, target, cls, p).returncode])
    for asked, question in ((("9", "tcp", "80"), "port tcp 80"), (("9", "udp", "7"), "port udp 7"), (("b", "ipv4", "10.1.2.3"), "node 10.1.2.3"),
                            (("c", "ext4"), "fs ext4"), (("d", "proc", "/sys/kernel/x", "file"), "genfs proc /sys/kernel/x file"),
                            (("a", "eth0"), "netif eth0"), (("k", "fe80::", "65535"), "ibpkey fe80:: 65535"),
                            (("l", "mlx4_0", "1"), "ibendport mlx4_0 1")):
        text = menu.ask(*asked)
        theirs = menu.context(text)
        expect(question, theirs, ours("compute", "--policy", "mls.33", *question.split()).stdout.split("\n")[0])
    for key, argument in (("1", "1"), ("6", "")):
        expect("initial SIDs", re.search(r"scontext (\S+)", menu.ask(*filter(None, (key, argument))))[1],
               ours("compute", "--policy", "mls.33", "initial", "kernel").stdout.split("\n")[0])
    expect("validity", not re.search(r"sid \d", menu.ask("2", "user_u:system_r:init_t:s0")),
           ours("compute", "--policy", "mls.33", "context", "user_u:system_r:init_t:s0").returncode == 1)
    booleans = sorted(re.findall(r"(\w+) : ([01])", menu.ask("f")))
    expect("booleans", [(n, {"0": "false", "1": "true"}[v]) for n, v in booleans],
           re.findall(r"bool (\w+) (\w+);", ours("info", "--policy", "mls.33", "-x", "--bool").stdout))
    menu.p.kill()
    p = run([compat, "checkpolicy", "-M", "-d", "mls.conf"], d, 1)
    if b"selkie compute, can and info" not in p.stdout:
        differ("checkpolicy -d: %s" % p.stdout[:300])


def main():
    selkie, compat, same, root = (os.path.abspath(a) for a in sys.argv[1:5])
    for needed in ("checkmodule", "checkpolicy", "semodule_package", "semodule_link", "semodule_expand", "secilc", HLL):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("extra.te", EXTRA), ("other.te", OTHER), ("small.te", source(root, "small.te", 21)),
                           ("base.conf", source(root, "small-base.conf", 21)),
                           ("policy.conf", source(root, "small-mls.conf", 33)),
                           ("mls.conf", source(root, "selinux-mls.conf", 33)), ("plain.conf", source(root, "selinux.conf", 33)), ("small.conf", source(root, "small.conf", 33)),
                           ("bad.te", "module bad 1.0;\nrequire { class file { read }; }\nallow a b : file read;\n")):
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        # modules, byte for byte
        for who, tool in (("theirs", ["checkmodule"]), ("ours", [compat, "checkmodule"])):
            os.mkdir(os.path.join(d, who))
            for name in ("extra", "other", "small"):
                run(tool + ["-M", "-m", "-c", "21", "-o", who + "/" + name + ".mod", name + ".te"], d)
            run(tool + ["-M", "-U", "allow", "-c", "21", "-o", who + "/base.mod", "base.conf"], d)
            for name in ("base", "extra", "other"):
                run(["semodule_package", "-o", who + "/" + name + ".pp", "-m", who + "/" + name + ".mod"], d)
        for name in ("base", "extra", "other", "small"):
            a, b = (open(os.path.join(d, who, name + ".mod"), "rb").read() for who in ("theirs", "ours"))
            if a != b:
                differ("%s.mod: %d bytes, the peer's %d" % (name, len(b), len(a)))
        # linked and expanded by either
        for linker, tool in (("theirs", ["semodule_link"]), ("ours", [compat, "semodule_link"])):
            run(tool + ["-o", linker + ".lnk", "theirs/base.pp", "theirs/extra.pp", "theirs/other.pp"], d)
        run(["semodule_expand", "-c", "33", "theirs.lnk", "want.33"], d)
        for linker in ("theirs", "ours"):
            for expander, tool in (("theirs", ["semodule_expand"]), ("ours", [compat, "semodule_expand"])):
                run(tool + ["-c", "33", linker + ".lnk", "got.33"], d)
                p = run([same, "--expanded", "want.33", "got.33"], d, None)
                if p.returncode:
                    differ("linked by %s, expanded by %s: %s" % (linker, expander, p.stdout.decode()[:400]))
        # policies
        for flags in ([], ["-O"], ["-U", "reject"], ["-c", "30"]):
            run(["checkpolicy", "-M"] + flags + ["-o", "want.33", "policy.conf"], d)
            run([compat, "checkpolicy", "-M"] + flags + ["-o", "got.33", "policy.conf"], d)
            p = run([same, "want.33", "got.33"], d, None)
            if p.returncode:
                differ("checkpolicy %s: %s" % (flags, p.stdout.decode()[:400]))
        for name in ("want", "got"):
            run((["checkpolicy"] if name == "want" else [compat, "checkpolicy"]) + ["-M", "-b", "-F", "-o", name + ".conf", "want.33"], d)
        cil_outputs(compat, d)
        binary_outputs(compat, same, d)
        binary_changes(compat, same, d)
        debug_menu(compat, d)
        # texts of packages that CIL has no words for are dropped, with a warning
        with open(os.path.join(d, "nc"), "w") as f:
            f.write("nothing\n")
        run(["semodule_package", "-o", "nc.pp", "-m", "theirs/extra.mod", "-n", "nc"], d)
        theirs, ours = run([HLL, "nc.pp", "theirs.nc"], d), run([compat, "pp", "nc.pp", "ours.nc"], d)
        if said(os.path.join(d, "theirs.nc")) != said(os.path.join(d, "ours.nc")) or b"W0402" not in ours.stdout:
            differ("pp: netfilter contexts: %s" % ours.stdout[:200])
        # exit codes
        for argv in (["checkmodule", "-m", "-o", "bad.mod", "bad.te"], ["checkmodule", "-m", "-o", "other_name.mod", "other.te"],
                     ["checkmodule", "-V"], ["checkmodule", "-m", "-b", "x"], ["checkmodule", "-h"],
                     ["checkmodule", "-m", "-U", "deny", "extra.te"], ["checkmodule", "-o", "x.mod", "extra.te"],
                     ["checkmodule", "-m", "-c", "99", "extra.te"], ["checkmodule", "-m", "-c", "21x", "extra.te"],
                     ["checkmodule", "-m", "-C", "extra.te"], ["checkmodule", "-b", "no_such_file"], ["checkmodule", "-M", "-b", "extra.te"],
                     ["checkmodule", "-b", "-o", "x.mod", "theirs/base.mod"], ["checkpolicy", "-V"], ["checkpolicy", "-C", "plain.conf"],
                     ["checkpolicy", "-C", "-F", "-b", "want.33"], ["checkpolicy", "-M", "-C", "-o", "/no/such/folder/x", "policy.conf"],
                     ["checkpolicy", "-t", "vax", "plain.conf"], ["checkpolicy", "-U", "maybe", "plain.conf"],
                     ["checkpolicy", "-M", "-b", "-O", "-o", "x", "want.33"], ["checkpolicy", "-c", "33x", "plain.conf"],
                     ["checkpolicy", "-E", "small.conf"], ["checkpolicy", "plain.conf", "plain.conf"], ["checkpolicy", "-h"], ["checkpolicy", "no_such_file"],
                     ["checkpolicy", "-F", "policy.conf"], ["checkpolicy", "-b", "want.33"], ["checkpolicy", "-M", "bad.te"],
                     ["semodule_link", "theirs/base.pp"], ["semodule_link", "-o", "x", "theirs/base.pp", "theirs/other.pp"],
                     ["semodule_link", "-V"], ["semodule_expand", "-V"], ["semodule_expand", "no_such_file", "x"],
                     ["semodule_expand", "-c", "99", "a", "b"]):
            theirs, ours = run(argv, d, None), run([compat] + argv, d, None)
            if theirs.returncode != ours.returncode:
                differ("%s: exit %d, the peer's %d: %s" % (argv, ours.returncode, theirs.returncode, ours.stdout.decode()[:300]))
    print("%d differences" % failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
