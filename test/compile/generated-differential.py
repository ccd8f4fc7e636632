#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""On random policies, valid and slightly broken, checkpolicy and compile-tool accept, refuse and make the same.

generated-differential.py COMPILE_TOOL FIRST LAST: seeds FIRST to LAST - 1 of generate.py. Exit 77 without a checkpolicy.
"""
import os, re, subprocess, sys, tempfile

from generate import policy
from peer_text import decompile, differences, peer


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


# What only checkpolicy refuses, where a statement stands in another place: it wants all of a kind together, and some names
# declared before they are used. Where a statement stands means nothing, and is free with us.
PLACES = re.compile(r"ERROR '(syntax error|unknown type \w+|(role )?attribute \w+ is not declared|class \w+ is not defined|"
                    r"duplicate role transition|unknown (sensitivity|category|role) \w+)")
# It also asks whether a context is valid before the types of role attributes have gone to their roles.


def compare(tool, seed, work):
    text, mls, moved = policy(seed)
    conf, ours, theirs = (os.path.join(work, f) for f in ("policy.conf", "ours", "theirs"))
    with open(conf, "w") as f:
        f.write(text)
    a = run(peer(), *(["-M"] if mls else []), "-c", "33", "-o", theirs, conf)
    b = run(tool, "-o", ours, conf)
    if b.returncode not in (0, 1):
        return False, ["exit %d: %s" % (b.returncode, b.stdout[-500:])]
    if (a.returncode == 0) != (b.returncode == 0):
        if a.returncode and (moved and PLACES.search(a.stdout) or "roleattribute" in text and "invalid security context" in a.stdout):
            return False, []
        return False, ["checkpolicy %s: %s" % (("takes it, selkie says", b.stdout[:400]) if b.returncode else
                                               ("refuses it", a.stdout[-400:]))]
    if a.returncode:
        return False, []
    return True, differences(conf, decompile(theirs, mls), decompile(ours, mls))


def main():
    if not peer():
        return 77
    tool, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    taken = wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for seed in range(first, last):
            good, what = compare(tool, seed, work)
            taken += good
            wrong += bool(what)
            for w in what:
                print("seed %d: %s" % (seed, w))
    print("%d policies, %d of them taken by both, %d wrong" % (last - first, taken, wrong))
    return 1 if wrong or taken < (last - first) // 3 else 0


sys.exit(main())
