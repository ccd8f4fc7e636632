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
    lines = [sorted(re.sub(r"^typeattribute (\S+) (.*);", lambda m: str(sorted(m[2].split(", "))) + m[1], line)
                    for line in open(os.path.join(d, who + ".b.conf"))) for who in ("theirs", "ours")]
    if lines[0] != lines[1]:
        differ("checkpolicy -b -F: other lines: %s" % [l for l in lines[1] if l not in lines[0]][:3])
    orders = []
    for who in ("theirs", "ours"):
        binary = subprocess.run([os.path.join(os.path.dirname(compat), "selkie"), "print", who + ".sorted"], cwd=d, stdout=subprocess.PIPE)
        orders.append([l for l in binary.stdout.decode().splitlines() if re.match(r"(portcon|netifcon|nodecon|fs_use|ibpkeycon|ibendportcon)", l)])
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
