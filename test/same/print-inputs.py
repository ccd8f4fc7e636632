#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""selkie print of every kind of input, in every format: print-inputs.py SELKIE POLICY_SAME SOURCE_ROOT SCHEMA [CACHE]

- of each input (kernel policies, policy.conf, CIL, module packages plain and compressed, a store as semodule makes it, a
  system's root, a revision of git, mixtures, and with CACHE the reference policy's tree there) the policy.conf is compiled by checkpolicy and the CIL by secilc, and both are the policy that the peers' tools make of it;
- JSON is valid by its schema, and says, put into words, what checkpolicy -b -F writes of the same policy;
- what selkie build writes as CIL compiles to what the sources compile to;
- modules alone are printed as modules: their CIL by the peers' compiler, their .te by checkmodule, valid JSON.

Exit 77 without the peers or jsonschema. --plant breaks each JSON first: all must be found then.
"""
import bz2, json, os, re, runpy, shutil, subprocess, sys, tempfile

try:
    import jsonschema
except ImportError:
    sys.exit(77)

SELKIE, SAME, ROOT, SCHEMA = (os.path.abspath(p) for p in sys.argv[1:5])
PLANT = "--plant" in sys.argv[5:]
CACHE = next((os.path.abspath(a) for a in sys.argv[5:] if not a.startswith("--")), None)
HLL = "/usr/libexec/selinux/hll/pp"
failures = 0
statements = runpy.run_path(os.path.join(ROOT, "test/module/modules-differential.py"))["statements"]


def differ(what):
    global failures
    failures += 1
    print(what[:1500])


def run(argv, work, expect=0):
    r = subprocess.run(argv, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if expect is not None and r.returncode != expect:
        raise SystemExit("%s: exit %d: %s" % (" ".join(argv), r.returncode, (r.stdout + r.stderr).decode("utf-8", "replace")[-800:]))
    return r.stdout


def write(work, name, data):
    path = os.path.join(work, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return name


def source(name, version):
    with open(os.path.join(ROOT, "test/policies", name), encoding="utf-8") as f:
        lines = [(re.match(r"#@(\d+) ", line), line) for line in f]
    return "".join(line if not m else line[m.end():] if int(m[1]) <= version else "\n" for m, line in lines)


def words(value):
    """What JSON says, as lines of policy.conf."""
    names = lambda v: "{ " + " ".join(v) + " }"
    # a range of one level is written once in JSON
    context = lambda c: re.sub(r"^(.*?:.*?:.*?:)([^-]+)$", r"\1\2 - \2", c) if value["mls"] else c
    context_of = lambda c: context(c) if "-" not in c else re.sub(r"^(.*?:.*?:.*?:)([^-]+)-(.+)$", r"\1\2 - \3", c)
    attributes = {a["name"] for a in value["attributes"]}
    target = lambda r: "self" if r["source"] == r["target"] and r["source"] not in attributes else r["target"]
    hexes = lambda n: names("0x%x" % a if a == b else "0x%x-0x%x" % (a, b) for a, b in n)
    lines = set()

    def rule(kind, r):
        if "permissions" in r:
            return "%s %s %s:%s %s;" % (kind, r["source"], target(r), r["class"], names(r["permissions"]))
        if "numbers" in r:
            return "%s %s %s:%s %s %s;" % (kind, r["source"], target(r), r["class"], r["operation"], hexes(r["numbers"]))
        return "%s %s %s:%s %s;" % (kind, r["source"], r["target"], r["class"], r["result"])

    for kind in ("allow", "auditallow", "dontaudit", "allowxperm", "auditallowxperm", "dontauditxperm", "type_transition",
                 "type_member", "type_change"):
        lines |= {rule(kind, r) for r in value[kind]}
    for c in value["conditionals"]:
        lines.add("if (%s) {" % c["expression"])
        lines |= {rule(r["rule"], r) for branch in ("true", "false") for r in c[branch]}
    lines |= {"type_transition %s %s:%s %s \"%s\";" % (r["source"], r["target"], r["class"], r["result"], r["name"])
              for r in value["filename_transition"]}
    lines |= {"class " + c["name"] for c in value["classes"]}
    lines |= {"type %s;" % t["name"] for t in value["types"]} | {"attribute %s;" % a for a in attributes}
    lines |= {"typeattribute %s %s;" % (t["name"], ", ".join(t["attributes"])) for t in value["types"] if t["attributes"]}
    lines |= {"typealias %s alias %s;" % (a["type"], a["name"]) for a in value["type_aliases"]}
    lines |= {"typebounds %s %s;" % (t["bounds"], t["name"]) for t in value["types"] if "bounds" in t}
    lines |= {"permissive %s;" % t["name"] for t in value["types"] if "permissive" in t}
    lines |= {"bool %s %s;" % (b["name"], "true" if b["value"] else "false") for b in value["booleans"]}
    lines |= {"policycap %s;" % c for c in value["policy_capabilities"]}
    lines |= {"role %s;" % r["name"] for r in value["roles"] if r["name"] != "object_r"}
    lines |= {"role_transition %s %s:%s %s;" % (r["role"], r["target"], r["class"], r["result"]) for r in value["role_transition"]}
    lines |= {"allow %s %s;" % (r["source"], r["target"]) for r in value["role_allow"]}
    lines |= {"%s %s %s;" % (f["behavior"], f["name"], context_of(f["context"])) for f in value["fs_use"]}
    lines |= {"portcon %s %s %s" % (p["protocol"], p["low"] if p["low"] == p["high"] else "%d-%d" % (p["low"], p["high"]),
                                    context_of(p["context"])) for p in value["portcon"]}
    lines |= {"netifcon %s %s %s" % (n["name"], context_of(n["context"]), context_of(n["packet_context"])) for n in value["netifcon"]}
    lines |= {"nodecon %s %s %s" % (n["address"], n["mask"], context_of(n["context"])) for n in value["nodecon"] + value["nodecon6"]}
    lines |= {"ioportcon 0x%x-0x%x %s" % (n["low"], n["high"], context_of(n["context"])) for n in value["ioportcon"] if n["low"] != n["high"]}
    return lines


FIRST = re.compile(r"(allow|auditallow|dontaudit|allowxperm|auditallowxperm|dontauditxperm|type_\w+|if|type|attribute|typealias|"
                   r"typebounds|permissive|bool|policycap|role_transition|fs_use_\w+|portcon|netifcon|nodecon|typeattribute) ")
# a list of attributes has no order
unordered = lambda lines: {"typeattribute %s %s" % (m[1], sorted(m[2].split(", "))) if (m := re.match(r"typeattribute (\S+) (.*);", l)) else l
                           for l in lines}


def check_json(what, policy, value, schema, work, mls, xen):
    if PLANT:
        value["luck"] = "bad"
    errors = ["%s: %s" % (list(e.path)[:3], e.message[:200]) for e in schema.iter_errors(value)]
    if errors:
        differ("%s: JSON is not valid: %s" % (what, errors[:3]))
    if not policy:
        return
    run(["checkpolicy", "-b", "-F"] + (["-M"] if mls else []) + (["-t", "xen"] if xen else []) + ["-o", "theirs.conf", policy], work)
    with open(os.path.join(work, "theirs.conf"), encoding="utf-8") as f:
        theirs = unordered({re.sub(r"^ +", "", line.rstrip("\n")) for line in f})
    ours = unordered(words(value))
    # sets of names and hardly anything else: of classes and roles there are two statements with one word
    lacking = {l for l in theirs - ours if FIRST.match(l) and not re.match(r"allow \S+ \S+;$|if ", l)}
    more = {l for l in ours - theirs if FIRST.match(l) and not l.startswith("if ")}
    if lacking or more:
        differ("%s: JSON lacks %s, says more: %s" % (what, sorted(lacking)[:3], sorted(more)[:3]))


def check_policy(what, operands, want, schema, work, mls=True, xen=False, unknown="deny", expanded=False, lines=True, excused=lambda line: False):
    same = [SAME] + (["--expanded"] if expanded else [])
    target = ["-t", "xen"] if xen else []
    for language in ("conf", "cil", "json"):
        text = run([SELKIE, "print", "--format", language] + operands, work)
        if language == "json":
            check_json(what, want if lines else None, json.loads(text), schema, work, mls, xen)
            continue
        write(work, "text", text)
        if language == "conf":
            run(["checkpolicy"] + (["-M"] if mls else []) + ["-U", unknown, "-c", "33" if not xen else "30", "-o", "made"] + target + ["text"], work)
        else:
            run(["secilc", "-N", "-c", "33" if not xen else "30", "-o", "made", "-f", "fc"] + target + ["text"], work)
        r = subprocess.run(same + ["made", want], cwd=work, stdout=subprocess.PIPE, text=True)
        lines = [l for l in r.stdout.splitlines() if not excused(l)]
        if r.returncode and lines:
            differ("%s as %s: another policy: %s" % (what, language, "\n".join(lines)[:600]))


def check_module(what, path, module, schema, work):
    """A module alone, whatever it is wrapped in: as the peers' module is."""
    # the else of an optional is dropped with a warning, by the converter as by us
    cil = run([SELKIE, "print", "--format", "cil", path], work, expect=1)
    if statements(cil) != statements(run([HLL, module], work)):
        differ("%s: its CIL is not the converter's" % what)
    write(work, "again/small.te", run([SELKIE, "print", path], work))
    run(["checkmodule", "-m", "-M", "-o", "again/small.mod", "again/small.te"], work)
    run(["semodule_package", "-o", "again/small.pp", "-m", "again/small.mod"], work)
    if statements(run([HLL, "again/small.pp"], work)) != statements(run([HLL, module], work)):
        differ("%s: printed and compiled again it is another module" % what)
    value = json.loads(run([SELKIE, "print", "--format", "json", path], work))
    if PLANT:
        value[0]["luck"] = "bad"
    if len(value) != 1 or list(schema.iter_errors(value)):
        differ("%s: JSON is not valid" % what)


STORED = """module stored 1.0;
require { class file { read write }; type ta; type tb; attribute att; role ra; bool bo; }
type tx, att;
role ra types tx;
type te alias te_alias;
allow tx tb : file { read write };
if (bo) { allow tx ta : file read; } else { allow tx ta : file write; }
optional { require { type no_such_t; } allow tx no_such_t : file read; }
optional { require { type te_alias; } allow tx te_alias : file read; }
"""


def check_store(schema, work):
    """A store that semodule made: its policy is what semodule made of it."""
    root = os.path.join(work, "root")
    os.makedirs(os.path.join(root, "var/lib/selinux/small"))
    write(work, "root/etc/selinux/semanage.conf", "module-store = direct\npolicy-version = 33\nexpand-check = 0\n")
    os.makedirs(os.path.join(root, "etc/selinux/small/policy"))
    for folder in ("contexts/files", "contexts/users"):
        os.makedirs(os.path.join(root, "etc/selinux/small", folder))
    write(work, "stored.te", STORED)
    run(["checkmodule", "-M", "-m", "-c", "21", "-o", "stored.mod", "stored.te"], work)
    run(["semodule_package", "-o", "stored.pp", "-m", "stored.mod"], work)
    run(["semodule", "-n", "-N", "-p", root, "-s", "small", "-i", os.path.join(work, "base.pp"), os.path.join(work, "stored.pp")], work)
    policy = "root/etc/selinux/small/policy/policy.33"
    # semodule declares two roles of its own in every base, and knows no alias of a level
    check_policy("a store", ["root/var/lib/selinux/small"], policy, schema, work, lines=False, expanded=True)
    check_root(policy, schema, work)


def check_root(policy, schema, work):
    write(work, "root/etc/selinux/config", "SELINUX=permissive\nSELINUXTYPE=small\n")
    check_policy("a root", ["--root", "root"], policy, schema, work, lines=False)


def check_revision(schema, work):
    """A file as it was, in a repository where it is another by now, and is not there."""
    def git(*words):
        run(["git", "-C", "repository", "-c", "user.name=t", "-c", "user.email=t@example.org", *words], work)

    old = source("selinux-mls.conf", 33)
    write(work, "repository/policy.conf", old)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "old")
    write(work, "repository/policy.conf", re.sub(r"^bool third false;", "bool third true;", old, flags=re.M))
    git("commit", "-qam", "new")
    run(["checkpolicy", "-M", "-c", "33", "-o", "new.bin", "repository/policy.conf"], work)
    os.unlink(os.path.join(work, "repository/policy.conf"))
    check_policy("a revision", ["repository/policy.conf@HEAD~1"], "selinux-mls.bin", schema, work)
    check_policy("the newest revision", ["repository/policy.conf@HEAD"], "new.bin", schema, work)


def check_built_cil(work):
    """Sources as one text of CIL, which has no else of an optional."""
    with open(os.path.join(work, "base.conf")) as f:
        write(work, "bare.conf", re.sub(r"\} else \{\n\tallow [^}]*\}\n(?=user )", "}\n", f.read()))
    run(["checkmodule", "-M", "-U", "deny", "-c", "21", "-o", "bare.mod", "bare.conf"], work)
    run(["semodule_package", "-o", "bare.pp", "-m", "bare.mod"], work)
    run(["semodule_link", "-o", "stored.lnk", "bare.pp", "stored.pp"], work)
    run(["semodule_expand", "-c", "33", "stored.lnk", "stored.bin"], work)
    for operands, want, flags in ((["selinux.conf"], "selinux.bin", ["--expanded"]), (["selinux-mls.conf"], "selinux-mls.bin", ["--expanded"]), (["bare.pp", "stored.pp"], "stored.bin", ["--expanded"]),
                                  (["bare.conf", "stored.te"], "stored.bin", ["--expanded"])):
        run([SELKIE, "build", "--format", "cil", "-o", "built.cil"] + operands, work)
        run(["secilc", "-N", "-c", "33", "-o", "made", "-f", "fc", "built.cil"], work)
        r = subprocess.run([SAME] + flags + ["made", want], cwd=work, stdout=subprocess.PIPE, text=True)
        if r.returncode:
            differ("build --format cil of %s: another policy: %s" % (operands, r.stdout[:600]))


def check_tree(schema, work):
    """The reference policy's sources, of which its own make writes policy.conf."""
    tree = os.path.join(work, "tree")
    shutil.copytree(os.path.join(CACHE, "selinux-policy-src"), tree, symlinks=True)
    with open(os.path.join(tree, "build.conf")) as f:
        text = re.sub(r"^MONOLITHIC\b.*$", "", f.read(), flags=re.M)
    write(tree, "build.conf", text + "\nMONOLITHIC=y\n")
    for name in ("booleans.conf", "modules.conf"):  # else they would be made anew, with the documentation
        os.utime(os.path.join(tree, "policy", name), (2**31 - 1,) * 2)
    run(["make", "-s", "NAME=default", "policy.conf"], tree)
    mls, unknown = re.search(r"^TYPE *= *(mls|mcs)", text, flags=re.M), re.search(r"^UNK_PERMS *= *(\w+)", text, flags=re.M)
    unknown = unknown[1] if unknown else "deny"
    run(["checkpolicy", *(["-M"] if mls else []), "-U", unknown, "-c", "33", "-o", "../tree.bin", "policy.conf"], tree)
    with open(os.path.join(tree, "policy.conf"), encoding="utf-8") as f:
        held = set(re.findall(r"^\s*role (\w+) types \{? *(\w+) *\}?;", f.read(), flags=re.M))
    members = {}

    def excused(line):
        """Userspace 3.4 takes the types of an attribute for a role before the optionals put theirs in (docs/differences-checkpolicy.md)."""
        m = re.match(r"only in the first: role (\w+) types (\w+)$", line)
        for attribute in (a for role, a in held if m and role == m[1]):
            if attribute not in members:
                members[attribute] = run(["seinfo", "tree.bin", "-a", attribute, "-x"], work, None).decode().split()
            if m[2] in members[attribute]:
                return True
        return False

    check_policy("a tree", ["tree"], "tree.bin", schema, work, mls=bool(mls), unknown=unknown, lines=False, excused=excused)


def main():
    for needed in ("checkpolicy", "checkmodule", "secilc", "semodule_package", "semodule_link", "semodule_expand", "semodule", "git", "seinfo", HLL):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    with open(SCHEMA, encoding="utf-8") as f:
        schema = jsonschema.Draft7Validator(json.load(f))
    with tempfile.TemporaryDirectory() as work:
        for name, flags in (("selinux", []), ("selinux-mls", ["-M"]), ("xen", ["-t", "xen"])):
            version = "30" if name == "xen" else "33"
            write(work, name + ".conf", source(name + ".conf", int(version)))
            run(["checkpolicy", *flags, "-c", version, "-o", name + ".bin", name + ".conf"], work)
            known = {"mls": "-M" in flags, "xen": name == "xen"}
            check_policy(name + ", kernel policy", [name + ".bin"], name + ".bin", schema, work, **known)
            if name != "xen":
                check_policy(name + ".conf", [name + ".conf"], name + ".bin", schema, work, **known)
        # what policy.conf has no words for is taken out
        text = re.sub(r"^(?!\(defaultrange)(.*)$", lambda m: re.sub(r"\blow\b", "lowest", m[1]), source("selinux.cil", 33), flags=re.M)
        write(work, "x.cil", re.sub(r"\((rolebounds|userbounds) [^)]*\)", "", text))
        run(["secilc", "-N", "-c", "33", "-o", "cil.bin", "-f", "fc", "x.cil"], work)
        check_policy("CIL", ["x.cil"], "cil.bin", schema, work, unknown=re.search(r"handleunknown (\w+)", text)[1], lines=False)
        # modules
        write(work, "base.conf", source("small-base.conf", 21))
        write(work, "small.te", source("small.te", 21))
        run(["checkmodule", "-M", "-U", "deny", "-c", "21", "-o", "base.mod", "base.conf"], work)
        run(["checkmodule", "-M", "-m", "-c", "21", "-o", "small.mod", "small.te"], work)
        for name in ("base", "small"):
            run(["semodule_package", "-o", name + ".pp", "-m", name + ".mod"], work)
            with open(os.path.join(work, name + ".pp"), "rb") as f:
                write(work, name + ".pp.bz2", bz2.compress(f.read()))
        for wrapped in ["small.pp", "small.mod", "small.pp.bz2", "small.te"] + (["small.pp.zst"] if shutil.which("zstd") else []):
            if wrapped.endswith("zst"):
                run(["zstd", "-q", "-f", "small.pp", "-o", wrapped], work)
            check_module(wrapped, wrapped, "small.pp", schema, work)
        run(["semodule_link", "-o", "all.lnk", "base.pp", "small.pp"], work)
        run(["semodule_expand", "-c", "33", "all.lnk", "all.bin"], work)
        for operands in (["base.pp", "small.pp"], ["base.pp.bz2", "small.mod"], ["base.conf", "small.pp"]):
            check_policy("+".join(operands), operands, "all.bin", schema, work, expanded=True, lines=False)
        check_store(schema, work)
        check_revision(schema, work)
        check_built_cil(work)
        # CIL says nowhere what it requires
        refused = subprocess.run([SELKIE, "print", "--modules", "x.cil"], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if refused.returncode != 2 or "selkie print POLICY.cil x.cil" not in refused.stderr:
            differ("print --modules of CIL: %s" % refused.stderr)
        if CACHE and not subprocess.call(["sh", os.path.join(ROOT, "test/fetch.sh"), CACHE, "tree"]):
            check_tree(schema, work)
    print("%d differences" % failures)
    if PLANT:
        return 0 if failures >= 14 else 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
