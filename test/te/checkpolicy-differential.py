#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policy text through our parser and printer: checkpolicy must make the same binary of what went in and what came out.

checkpolicy-differential.py TE_PARSE POLICY...: kernel policies, which checkpolicy first turns into text; or .conf
files. Exit 77 where checkpolicy is not installed.
"""
import os, shutil, subprocess, sys, tempfile


def run(*argv):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode:
        print(" ".join(argv), p.stderr.decode("utf-8", "replace")[-2000:])
        sys.exit(1)
    return p.stdout


def main():
    if not shutil.which("checkpolicy"):
        return 77
    same = 0
    for policy in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as d:
            a, b = os.path.join(d, "a.conf"), os.path.join(d, "b.conf")
            mls = ["-M"]
            if policy.endswith(".conf"):
                shutil.copy(policy, a)
                mls = ["-M"] if "sensitivity" in open(a).read() else []
            else:
                run("checkpolicy", "-M", "-b", "-F", "-o", a, policy)
            with open(b, "wb") as f:
                f.write(run(sys.argv[1], a))
            for x in (a, b):
                run("checkpolicy", *mls, "-o", x + ".bin", x)
            with open(a + ".bin", "rb") as f, open(b + ".bin", "rb") as g:
                if f.read() != g.read():
                    print("%s: another policy comes out" % policy)
                    return 1
            same += 1
    print("%d policies are the same" % same)
    return 0 if same else 1


sys.exit(main())
