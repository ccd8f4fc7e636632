#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which lists of ports are taken: ports-differential.py COMPILE_TOOL POLICY.CONF

checkpolicy refuses a port that stands twice or behind a range that holds it. 200 random lists in place of the policy's one
portcon get the same verdict from both, some of each. A list of 100,000 ports, each by itself, is taken: that no pair of
them is tried shows in the time, which nobody measures here, but which would be minutes. Exit 77 without a checkpolicy.
"""
import os, random, re, subprocess, sys, tempfile

from peer_text import peer


def ports(seed):
    r = random.Random(seed)
    for _ in range(r.randint(2, 14)):
        low = r.randint(1, 3000)
        high = low + r.choice([0, 0, 0, 1, 5, 50, 400])
        yield "%s %s" % (r.choice(["tcp", "udp"]), low if high == low else "%d-%d" % (low, high))


def verdict(*args):
    return subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def main():
    if not peer():
        return 77
    tool, text = sys.argv[1], open(sys.argv[2]).read()
    (context,) = re.findall(r"^portcon \S+ \S+ (\S+)$", text, re.M)
    taken = wrong = 0
    with tempfile.TemporaryDirectory() as work:
        source, out = os.path.join(work, "policy.conf"), os.path.join(work, "policy")

        def write(numbers):
            lines = "\n".join("portcon %s %s" % (n, context) for n in numbers)
            with open(source, "w") as f:
                f.write(re.sub(r"^portcon .*$", lines, text, flags=re.M))

        for seed in range(200):
            write(ports(seed))
            theirs, ours = verdict(peer(), "-o", out, source), verdict(tool, "-o", out, source)
            taken += theirs
            if theirs != ours:
                wrong += 1
                print("seed %d: checkpolicy %s, we %s" % (seed, "takes it" if theirs else "refuses", "do" if ours else "do not"))
        write("%s %d" % (p, n) for n in range(1, 50001) for p in ("tcp", "udp"))
        if not verdict(tool, "-o", out, source):
            wrong += 1
            print("100,000 ports are refused")
    print("200 lists, %d taken by checkpolicy, %d wrong" % (taken, wrong))
    return 1 if wrong or not 50 < taken < 190 else 0


sys.exit(main())
