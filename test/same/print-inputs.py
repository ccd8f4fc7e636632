#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""selkie print of every kind of input, in every format: print-inputs.py SELKIE POLICY_SAME SOURCE_ROOT SCHEMA

- of each input (kernel policies, policy.conf, a tree, CIL, module packages plain and compressed, a store, mixtures) the
  policy.conf is compiled by checkpolicy and the CIL by secilc, and both are the policy that the peers' tools make of it;
- JSON is valid by its schema, and says, put into words, what checkpolicy -b -F writes of the same policy;
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


def check_policy(what, operands, want, schema, work, mls=True, xen=False, unknown="deny", expanded=False, lines=True):
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
        if r.returncode:
            differ("%s as %s: another policy: %s" % (what, language, r.stdout[:600]))


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


def main():
    for needed in ("checkpolicy", "checkmodule", "secilc", "semodule_package", "semodule_link", "semodule_expand", HLL):
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
    print("%d differences" % failures)
    if PLANT:
        return 0 if failures >= 14 else 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
