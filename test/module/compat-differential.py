#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The older tools' names: checkmodule, checkpolicy, semodule_link and semodule_expand against the tools themselves.

compat-differential.py SELKIE SELKIE_COMPAT POLICY_SAME SOURCE_ROOT

Modules have the peer's bytes; policies, and what is linked by ours and expanded by theirs and the other way round, mean the
same; exit codes are the same. Exit 77 where a tool is missing.
"""
import os, re, shutil, subprocess, sys, tempfile

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


def main():
    selkie, compat, same, root = (os.path.abspath(a) for a in sys.argv[1:5])
    for needed in ("checkmodule", "checkpolicy", "semodule_package", "semodule_link", "semodule_expand"):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("extra.te", EXTRA), ("other.te", OTHER), ("small.te", source(root, "small.te", 21)),
                           ("base.conf", source(root, "small-base.conf", 21)),
                           ("policy.conf", source(root, "small-mls.conf", 33)),
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
        # exit codes
        for argv in (["checkmodule", "-m", "-o", "bad.mod", "bad.te"], ["checkmodule", "-m", "-o", "other_name.mod", "other.te"],
                     ["checkmodule", "-V"], ["checkmodule", "-m", "-b", "x"], ["checkmodule", "-h"],
                     ["checkmodule", "-m", "-U", "deny", "extra.te"], ["checkmodule", "-o", "x.mod", "extra.te"],
                     ["checkmodule", "-m", "-c", "99", "extra.te"], ["checkpolicy", "-V"], ["checkpolicy", "no_such_file"],
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
