#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The order of statements: two of a policy change places, or one kind is left out, and checkpolicy and compile-tool accept,
refuse and make the same.

order-differential.py COMPILE_TOOL FIRST LAST: seeds FIRST to LAST - 1 of generate.py. Exit 77 without a checkpolicy.
"""
import os, random, re, sys, tempfile

from generate import Policy
from peer_text import compare, peer


def statements(lines):
    """A block is one."""
    out, depth = [], 0
    for line in lines:
        if depth:
            out[-1] += "\n" + line
        else:
            out.append(line)
        depth += line.count("{") - line.count("}")
    return out


def policy(seed):
    p, r = Policy(seed), random.Random(-seed)
    lines = statements(p.text())
    if r.random() < 0.15:
        kind = r.choice(sorted({re.match(r"\w+( \w+$)?", l)[0] for l in lines}))
        lines = [l for l in lines if re.match(r"\w+( \w+$)?", l)[0] != kind]
    else:
        # Statements that stand near each other are of the same section more often.
        i = r.randrange(len(lines))
        k = r.randrange(len(lines)) if r.random() < 0.5 else max(0, min(len(lines) - 1, i + r.randint(-6, 6)))
        lines[i], lines[k] = lines[k], lines[i]
    return "\n".join(lines) + "\n", p.mls


def main():
    if not peer():
        return 77
    first, last = int(sys.argv[2]), int(sys.argv[3])
    taken = refused = wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for seed in range(first, last):
            verdict, what = compare(sys.argv[1], *policy(seed), work)
            taken += verdict is True
            refused += verdict is False
            wrong += bool(what)
            for w in what:
                print("seed %d: %s" % (seed, w))
    print("%d policies: %d taken by both, %d refused by both, %d wrong" % (last - first, taken, refused, wrong))
    return 1 if wrong or taken < (last - first) // 5 or refused < (last - first) // 3 else 0


sys.exit(main())
