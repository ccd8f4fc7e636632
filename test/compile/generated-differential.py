#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""On random policies, valid and slightly broken, checkpolicy and compile-tool accept, refuse and make the same.

generated-differential.py COMPILE_TOOL FIRST LAST: seeds FIRST to LAST - 1 of generate.py. Exit 77 without a checkpolicy.
"""
import sys, tempfile

from generate import policy
from peer_text import compare, peer


def main():
    if not peer():
        return 77
    tool, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    taken = wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for seed in range(first, last):
            both, what = compare(tool, *policy(seed), work)
            taken += both is True
            wrong += bool(what)
            for w in what:
                print("seed %d: %s" % (seed, w))
    print("%d policies, %d of them taken by both, %d wrong" % (last - first, taken, wrong))
    return 1 if wrong or taken < (last - first) // 3 else 0


sys.exit(main())
