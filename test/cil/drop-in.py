#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our secilc and secil2conf in the place of the peer's: drop-in.py SELKIE_COMPAT POLICY_SAME CIL SELKIE POLICY

The same arguments give the same exit code, files of the same names, the same policy and the same file contexts; what
secil2conf writes compiles to the policy that secilc makes. Exit 77 without the peer.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ARGUMENTS = [
    [], ["-o", "out"], ["--output=out", "--filecontexts=labels"], ["-c", "31", "-o", "out"], ["-M", "false", "-o", "out"], ["-M", "maybe"],
    ["-U", "deny", "-o", "out"], ["-U", "no"], ["-D", "-o", "out"], ["-P", "-o", "out"], ["-N", "-m", "-o", "out"], ["-G", "-X", "3", "-o", "out"],
    ["-X", "-1"], ["-c", "7"], ["-c", "x"], ["-t", "vax"], ["--nothing", "-o", "out"], ["-h"],
]


CATEGORIES = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "z"]
LABELS = """(mls true)(handleunknown allow)(class file (read))(classorder (file))(sid kernel)(sidorder (kernel))
(type t)(role r)(role object_r)(roletype r t)(roletype object_r t)(user u)(userrole u r)(userrole u object_r)
(sensitivity s0)(sensitivity s1)(sensitivityorder (s0 s1))(sensitivitycategory s0 (range c0 z))(sensitivitycategory s1 (range c0 z))
(userlevel u (s0))(userrange u ((s0) (s1 (range c0 z))))(sidcontext kernel (u r t ((s0) (s0))))(allow t t (file (read)))
"""


def labels():
    """CIL whose file contexts have categories of all sorts: in a row, in any order, in ranges."""
    r = random.Random(5)
    lines = ["(category %s)" % c for c in CATEGORIES] + ["(categoryorder (%s))" % " ".join(CATEGORIES), LABELS]
    for i in range(300):
        names = sorted(r.sample(CATEGORIES, r.randint(1, 8)))
        if r.random() < 0.3:
            r.shuffle(names)
        if r.random() < 0.3:
            low = r.randrange(7)
            names.append("(range %s %s)" % (CATEGORIES[low], CATEGORIES[r.randrange(low, 8)]))
        text = " ".join(names)
        lines.append('(filecon "/x%d" any (u object_r t ((s0 (%s)) (s1 (%s)))))' % (i, text, text))
    return "\n".join(lines) + "\n"


def run(args, cwd):
    return subprocess.run(args, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def files(folder):
    return sorted(os.listdir(folder))


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


def without_version(names):
    return [re.sub(r"^policy\.\d+$", "policy.N", n) for n in names]


def compare(compat, same, peer, args, source, work):
    theirs, ours = os.path.join(work, "theirs"), os.path.join(work, "ours")
    for d in (theirs, ours):
        shutil.rmtree(d, ignore_errors=True)
        os.mkdir(d)
    if "-c" not in args:
        args = ["-c", "33", *args]
    a = run([peer, *args, *source], theirs)
    b = run([compat, "secilc", *args, *source], ours)
    if a.returncode != b.returncode:
        return "secilc %s: exit %d, ours %d: %s" % (" ".join(args), a.returncode, b.returncode, b.stdout[:300])
    if without_version(files(theirs)) != without_version(files(ours)):
        return "secilc %s: files %s, ours %s" % (" ".join(args), files(theirs), files(ours))
    for name in files(theirs):
        if name in ("file_contexts", "labels"):
            if read(theirs, name) != read(ours, name):
                return "secilc %s: other file contexts" % " ".join(args)
        elif run([same, os.path.join(theirs, name), os.path.join(ours, name)], work).returncode:
            return "secilc %s: another policy" % " ".join(args)
    return None


def conf(compat, same, selkie, policy, work):
    """A policy through CIL and secil2conf: policy.conf cannot say all that CIL can, but it can say what is in that one."""
    with open(os.path.join(work, "c.cil"), "w") as f:
        subprocess.run([selkie, "print", "--cil", policy], stdout=f, check=True)
    b = run([compat, "secil2conf", "-o", "b.conf", "c.cil"], work)
    c = run(["checkpolicy", "-M", "-U", "allow", "-c", "33", "-o", "b", "b.conf"], work)
    d = run([same, policy, "b"], work)
    if b.returncode or c.returncode or d.returncode:
        return "secil2conf: %s" % (b.stdout + c.stdout + d.stdout)[:500]
    return None


def main():
    compat, same = map(os.path.abspath, sys.argv[1:3])
    peer = shutil.which("secilc")
    if not peer or not shutil.which("checkpolicy"):
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "source.cil")
        with open(sys.argv[3]) as f, open(source, "w") as out:
            out.write(re.sub(r"^#@(?:2\d|3[0-3]) ", "", re.sub(r"\(handleunknown \w+\)", "(handleunknown allow)", f.read()), flags=re.M))
        with open(os.path.join(work, "labels.cil"), "w") as out:
            out.write(labels())
        cases = [(a, [source]) for a in ARGUMENTS] + [(["-o", "out"], [os.path.join(work, "labels.cil")])] + [([], []), ([], [os.path.join(work, "nothing.cil")])]
        wrong = [compare(compat, same, peer, a, s, work) for a, s in cases]
        wrong.append(conf(compat, same, os.path.abspath(sys.argv[4]), os.path.abspath(sys.argv[5]), work))
        for text in filter(None, wrong):
            print(text)
            failed += 1
    print("%d cases, %d differ" % (len(wrong), failed))
    return 1 if failed else 0


sys.exit(main())
