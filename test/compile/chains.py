#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Long expressions printed and compiled again: chains.py SELKIE

Constraints and conditions of hundreds of terms, built, printed as policy.conf: of that we make the same bytes, and checkpolicy
makes of it the policy that it makes of the source. Exit 77 without a checkpolicy.
"""
import os, subprocess, sys, tempfile

from peer_text import decompile, peer

CONF = """class file
sid kernel
class file { read write }
type x_t;
%s
allow x_t x_t:file read;
%s
role r;
role r types x_t;
user u roles r;
%s
sid kernel u:r:x_t
"""


def chain(words, terms):
    """Terms with operators between, taken in turn: what a parser that goes from the left nests as deep as it is long."""
    out = terms[0]
    for i, term in enumerate(terms[1:]):
        out += " %s %s" % (words[i % len(words)], term)
    return out


def nested(words, terms):
    """The same with the parentheses written."""
    out = "(%s)" % terms[0]
    for i, term in enumerate(terms[1:]):
        out = "(%s %s %s)" % (out, words[i % len(words)], term)
    return out


def cases():
    names = ["b%d" % i for i in range(12)]
    for n in (3, 190, 300, 900):
        compared = ["u1 == u2", "r1 == r2", "t1 == x_t", "u2 != u", "r1 dom r2"]
        terms = [compared[i % len(compared)] for i in range(n)]
        bools = [("!" if i % 7 == 3 else "") + names[i % len(names)] for i in range(n)]
        for words in (["and"], ["or"], ["and", "or"], ["or", "and"]):
            yield "", "constrain file read (%s);" % chain(words, terms)
            yield "", "constrain file read (%s);" % nested(words, terms)
            yield "", "validatetrans file (%s);" % chain(words, ["not t3 == x_t", "u1 == u2"] * (n // 2))
        for words in (["&&"], ["||"], ["^"], ["=="], ["&&", "||"], ["||", "&&"], ["!="], ["==", "!="]):
            terms = [b.lstrip("!") for b in bools] if "=" in words[0] else bools
            yield "if (%s) { allow x_t x_t:file write; }" % chain(words, terms), ""
            yield "if (%s) { allow x_t x_t:file write; }" % nested(words, bools), ""


def main():
    if not peer():
        return 77
    selkie = os.path.abspath(sys.argv[1])
    count = wrong = refused = 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        bools = "\n".join("bool b%d %s;" % (i, "true" if i % 3 else "false") for i in range(12))

        def write(path, text):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)

        def ours(source, policy):
            return subprocess.run([selkie, "build", "--strip", "-o", policy, source], capture_output=True, text=True)

        for cond, constraint in cases():
            write("source.conf", CONF % (bools, cond, constraint))
            # Its parser has a bound as well, somewhere above 2,000 parentheses.
            if subprocess.run([peer(), "-c", "33", "-o", "theirs", "source.conf"], capture_output=True).returncode:
                refused += 1
                continue
            count += 1
            made = ours("source.conf", "first")
            if not made.returncode:
                write("printed.conf", subprocess.run([selkie, "print", "--policy", "first"], check=True, capture_output=True,
                                                     text=True).stdout)
                made = ours("printed.conf", "second")
            said = made.stderr
            same = not made.returncode
            if same:
                peers = subprocess.run([peer(), "-c", "33", "-o", "again", "printed.conf"], capture_output=True, text=True)
                said = peers.stderr
                same = not peers.returncode and open("first", "rb").read() == open("second", "rb").read()
            if not same or not decompile("again", False) == decompile("theirs", False) == decompile("second", False):
                wrong += 1
                print("%s%s: %s" % (cond[:80], constraint[:80], said[:300]))
    print("%d expressions, %d wrong, %d that checkpolicy refuses" % (count, wrong, refused))
    return 1 if wrong or refused > count // 4 else 0


sys.exit(main())
