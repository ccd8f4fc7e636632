#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random label databases, small and dense, asked of libselinux and of ours.

    random-rules.py PATHS OURS PEER [OPTION OF OURS] [FIRST LAST]

Patterns are drawn from a few directories, so that rules overlap, override and repeat one another in all three files,
behind substitutions. PEER is label-ask-libselinux, or the same program linked to another libselinux, with -3.8 or -3.9
as the option. The seeds are fixed.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

PARTS = ["a", "b", "usr", r"c\.d", "c.d", "[ab]", "a+", ".*", "[^/]*", "(x|y)", r"a\-b", "b?", "(.*/)?q", "x]", r"\@"]
TAILS = ["", "", "(/.*)?", "/.*", "/", ".*", r"\.so", "(/.+)?", "*", "x?"]
KINDS = ["", "", "", "--", "-d", "-l"]
NEAR = ["/", "/a", "/b", "/usr", "/a/b", "/a/c.d", "/a-b/x", "/x]/a", "/x]", "/@/a", "/usr/a/b/c.d", "/a/b/usr/q",
        "/a/b/c.d/x", "/b/q", "/a/a/a/a", "/a/b/a/b/a"]


def pattern(r):
    """One that is correct: libselinux answers nothing at all once it meets another."""
    while True:
        text = "".join("/" + r.choice(PARTS) for _ in range(r.randint(1, 5))) + r.choice(TAILS)
        try:
            re.compile(text)
        except re.error:
            continue
        if not re.search(r"[]?*+][?*+]", text.replace(")?", ")").replace("]*", "]")):
            return text


def write_database(r, base):
    pool = [pattern(r) for _ in range(25)]
    n = 0
    for suffix in ("", ".homedirs", ".local"):
        with open(base + suffix, "w", encoding="ascii") as f:
            for _ in range(r.randint(0 if suffix else 5, 25)):
                n += 1
                context = "<<none>>" if r.random() < 0.12 else "u:r:t%d_t:s0" % n
                f.write("%s\t%s\t%s\n" % (r.choice(pool), r.choice(KINDS), context))
    for suffix in (".subs", ".subs_dist"):
        with open(base + suffix, "w", encoding="ascii") as f:
            for _ in range(r.randint(0, 3)):
                f.write("%s %s\n" % (r.choice(["/a", "/b", "/usr/a", "/x", "/a/b", "/y"]),
                                     r.choice(["/usr", "/a", "/", "/b/a", "/x/y"])))


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def main():
    paths, ours, peer = sys.argv[1:4]
    rest = sys.argv[4:]
    options = [rest.pop(0)] if rest and rest[0].startswith("-") else []
    first, last = (int(rest[0]), int(rest[1])) if rest else (0, 25)
    print("1..%d" % (last - first))
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        base, listing = os.path.join(folder, "file_contexts"), os.path.join(folder, "list")
        for seed in range(first, last):
            write_database(random.Random(seed), base)
            questions = output(paths, base, "1000", str(seed))
            questions += b"".join(bytes([k]) + p.encode() + b"\0" for p in NEAR for k in b"?fdl")
            with open(listing, "wb") as f:
                f.write(questions)
            a, b = output(ours, *options, listing, base), output(peer, listing, base)
            same = a == b and a.count(b"\n") > 1000
            failed |= not same
            print("%s - database %d" % ("ok" if same else "not ok", seed))
            wrong = [t for t in zip(questions.split(b"\0"), a.split(b"\n"), b.split(b"\n")) if t[1] != t[2]]
            for question, x, y in wrong[:5]:
                print("# %r: ours %r, theirs %r" % (question, x, y))
    return failed


if __name__ == "__main__":
    sys.exit(main())
