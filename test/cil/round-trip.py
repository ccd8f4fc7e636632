#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies through CIL: round-trip.py SELKIE CIL_COMPILE POLICY_SAME POLICY_OR_CIL...

Each policy (a CIL source is compiled by secilc first) is printed as CIL; what secilc and what we make of that text are the
policy again; and our own, printed and compiled once more, is the same file byte for byte. Lines of a source that begin with
#@N are for policy versions from N on. Exit 77 without secilc.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def run(*args, **kwargs):
    r = subprocess.run(args, stderr=subprocess.PIPE, text=True, errors="replace", **kwargs)
    if r.returncode:
        sys.exit("%s: exit %d\n%s" % (" ".join(args), r.returncode, (r.stdout or "") + r.stderr[:2000]))
    return r


def source_policy(secilc, path, work):
    text = os.path.join(work, "source.cil")
    with open(path) as source, open(text, "w") as out:
        for line in source:
            m = re.match(r"#@(\d+) ", line)
            if not m or int(m[1]) <= 33:
                out.write(line[m.end():] if m else line)
    policy = os.path.join(work, "source.33")
    run(secilc, "-N", "-c", "33", "-o", policy, "-f", os.path.join(work, "fc"), text, stdout=subprocess.PIPE)
    return policy


def printed(selkie, policy, text):
    with open(text, "w") as out:
        run(selkie, "print", "--cil", policy, stdout=out)


def check(selkie, compiler, same, secilc, policy, work):
    names = {n: os.path.join(work, n) for n in ("text", "theirs", "ours", "text2", "third")}
    printed(selkie, policy, names["text"])
    run(secilc, "-N", "-c", "33", "-o", names["theirs"], "-f", os.path.join(work, "fc"), names["text"], stdout=subprocess.PIPE)
    run(compiler, "-N", "-c", "33", "-o", names["ours"], names["text"], stdout=subprocess.PIPE)
    for made in ("theirs", "ours"):
        run(same, names[made], policy, stdout=subprocess.PIPE)
    printed(selkie, names["ours"], names["text2"])
    run(compiler, "-N", "-c", "33", "-o", names["third"], names["text2"], stdout=subprocess.PIPE)
    with open(names["ours"], "rb") as a, open(names["third"], "rb") as b:
        if a.read() != b.read():
            sys.exit("%s: the second policy and the third differ" % policy)


def main():
    selkie, compiler, same = sys.argv[1:4]
    secilc = shutil.which("secilc")
    if not secilc:
        return 77
    for path in sys.argv[4:]:
        with tempfile.TemporaryDirectory() as work:
            policy = source_policy(secilc, path, work) if path.endswith(".cil") else path
            check(selkie, compiler, same, secilc, policy, work)
            print("%s: the same through CIL" % os.path.basename(path))
    return 0


sys.exit(main())
