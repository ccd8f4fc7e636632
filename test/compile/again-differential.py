#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transitions that stand twice: again-differential.py COMPILE_TOOL POLICY.CONF

checkpolicy refuses a transition of a role or by name that stands twice, though it gives the same, where it can tell: an
attribute's types that come in an optional it does not know then, so the statement on an attribute is taken beside one on its
type. 600 random policies get the same verdict from both, and those taken are the same. So it is of self beside a name. Exit 77 without a checkpolicy.
"""
import os, random, subprocess, sys, tempfile

from peer_text import decompile, peer

TYPES = ["again%d" % i for i in range(4)]
ATTRIBUTES = ["some", "others"]


def statement(r):
    def one():
        return r.choice(TYPES + ATTRIBUTES)

    if r.random() < 0.4:
        return "typeattribute %s %s;" % (r.choice(TYPES), r.choice(ATTRIBUTES))
    if r.random() < 0.3:
        return "role_transition ra %s rb;" % one()
    target = r.choice([one(), one(), "self", "{ %s self }" % one()])
    return 'type_transition %s %s:file ta "%s";' % (one(), target, r.choice("aab"))


def optional(r, inside):
    return "optional { require { type %s; attribute %s; role ra; role rb; class file { read }; }\n%s\n}" % (
        ", ".join(["ta", *TYPES]), ", ".join(ATTRIBUTES), "\n".join(inside))


def statements(seed):
    r = random.Random(seed)
    out = ["type %s;" % t for t in TYPES]
    for _ in range(r.randint(3, 7)):
        inside = [statement(r) for _ in range(r.randint(1, 2))]
        out.append(optional(r, inside) if r.random() < 0.4 else "\n".join(inside))
    return "\n".join(out)


def run(*args):
    return subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def main():
    if not peer():
        return 77
    tool, text = sys.argv[1], open(sys.argv[2]).read()
    taken = wrong = 0
    with tempfile.TemporaryDirectory() as work:
        source, theirs, ours = (os.path.join(work, name) for name in ("policy.conf", "theirs", "ours"))
        for seed in range(600):
            with open(source, "w") as f:
                f.write(text.replace("type ta;\n", "".join("attribute %s;\n" % a for a in ATTRIBUTES) + "type ta;\n", 1).replace(
                    "role_transition ra tb rb;\n", statements(seed) + "\n", 1))
            a, b = run(peer(), "-c", "33", "-o", theirs, source), run(tool, "-o", ours, source)
            taken += a
            if a != b or (a and decompile(theirs, False) != decompile(ours, False)):
                wrong += 1
                print("seed %d: checkpolicy %s, we %s" % (seed, "takes it" if a else "refuses", "do" if b else "do not"))
    print("600 policies, %d taken by checkpolicy, %d wrong" % (taken, wrong))
    return 1 if wrong or not 200 < taken < 500 else 0


sys.exit(main())
