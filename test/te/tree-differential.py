#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference policy tree by its own build (make, m4, sed, awk, Python) and by our reader: the same policy.

tree-differential.py TE_TREE CACHE [SETTING=VALUE,...]...

For each list of settings, the tree's `make MONOLITHIC=y policy.conf` and the statements that we read are both compiled
by checkpolicy; the policies, decompiled and sorted, must be equal. And reading by lexemes and by characters must give
the same statements. The tree is $SELKIE_REFPOLICY or Debian's, kept in CACHE. Exit 77 where something is missing.
"""
import os, shutil, subprocess, sys, tempfile


def run(argv, **more):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if p.returncode:
        sys.stderr.write(p.stderr.decode("utf-8", "replace")[-3000:])
        sys.exit("%s: exit %d" % (" ".join(argv)[:200], p.returncode))
    return p.stdout


def decompile(conf, mls):
    run(["checkpolicy"] + mls + ["-U", "deny", "-o", conf + ".bin", conf])
    run(["checkpolicy"] + mls + ["-b", "-F", "-o", conf + ".txt", conf + ".bin"])
    with open(conf + ".txt", "rb") as f:
        return sorted(f.readlines())


def main():
    tool, cache = sys.argv[1:3]
    for needed in ("m4", "make", "gawk", "sed", "checkpolicy"):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    tree = os.environ.get("SELKIE_REFPOLICY")
    if not tree:
        here = os.path.dirname(os.path.abspath(__file__))
        if subprocess.call([os.path.join(here, "../fetch.sh"), cache, "tree"]):
            return 77
        tree = os.path.join(cache, "selinux-policy-src")
    different = 0
    for settings in sys.argv[3:] or [""]:
        settings = [s for s in settings.split(",") if s]
        with tempfile.TemporaryDirectory() as d:
            copy = os.path.join(d, "tree")
            shutil.copytree(tree, copy, symlinks=True)  # Debian's has one that leads nowhere
            if not os.path.exists(os.path.join(copy, "policy", "modules.conf")):
                run(["make", "conf"] + settings, cwd=copy)
            ours = os.path.join(d, "ours.conf")
            with open(ours, "wb") as f:
                f.write(run([tool, copy] + settings))
            if run([tool, "-t", copy] + settings) != open(ours, "rb").read():
                print(settings, "reading by characters gives other statements")
                different += 1
            run(["make", "MONOLITHIC=y"] + settings + ["policy.conf"], cwd=copy)
            mls = [] if "TYPE=standard" in settings else ["-M"]
            want, got = decompile(os.path.join(copy, "policy.conf"), mls), decompile(ours, mls)
            if want != got:
                different += 1
                print(settings, "another policy:", [x for x in want if x not in set(got)][:3],
                      [x for x in got if x not in set(want)][:3])
            else:
                print(settings, "%d lines of policy are equal" % len(want))
    return 1 if different else 0


sys.exit(main())
