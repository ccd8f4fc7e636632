#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""compile-tool and checkpolicy make the same policy of a policy.conf: peer-differential.py COMPILE_TOOL FILE...

Both results are decompiled by checkpolicy and must be equal text.
The peer is the checkpolicy that SELKIE_PEER_311 names where it is set, as Debian's is 3.4. Exit 77 without any.

One difference is 3.4's: it expands `role r types attribute` before it has read which types later optionals put into the
attribute. There the peer's types of a role must be among ours, and each of ours that it lacks must be in an attribute
that the text gives the role.
"""
import os, re, shutil, subprocess, sys, tempfile


def peer():
    return os.environ.get("SELKIE_PEER_311") or shutil.which("checkpolicy")


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def decompile(checkpolicy, policy, mls):
    out = policy + ".conf"
    r = run(checkpolicy, *mls, "-b", "-F", "-o", out, policy)
    if r.returncode:
        sys.exit("checkpolicy cannot read %s:\n%s" % (policy, r.stdout))
    with open(out) as f:
        return sorted(line.rstrip("\n") for line in f)


def role_types(lines):
    roles = {}
    for line in lines:
        m = re.match(r"role (\S+) types \{ (.*) \};", line)
        if m:
            roles.setdefault(m[1], set()).update(m[2].split())
    return roles


def excused(source, peer_lines, our_lines):
    """Whether the types of roles differ only as 3.4's are short of some."""
    attributes = {}
    for line in peer_lines:
        m = re.match(r"typeattribute (\S+) (.*);", line)
        if m:
            for a in m[2].split(","):
                attributes.setdefault(a.strip(" {}"), set()).add(m[1])
    named = {}
    with open(source) as f:
        for m in re.finditer(r"\brole\s+(\S+)\s+types\s+([^;]*);", f.read()):
            named.setdefault(m[1], set()).update(m[2].strip("{} ").split())
    theirs, ours = role_types(peer_lines), role_types(our_lines)
    for role, types in ours.items():
        may = set().union(*(attributes.get(a, set()) for a in named.get(role, ())))
        if not theirs.get(role, set()) <= types or not types - theirs.get(role, set()) <= may:
            return False
    return set(theirs) <= set(ours)


def compare(tool, source, work):
    with open(source) as f:
        mls = ["-M"] if re.search(r"^\s*sensitivity\s", f.read(), re.M) else []
    checkpolicy = peer()
    ours, theirs = os.path.join(work, "ours"), os.path.join(work, "theirs")
    r = run(checkpolicy, *mls, "-c", "33", "-o", theirs, source)
    if r.returncode:
        sys.exit("checkpolicy refuses %s:\n%s" % (source, r.stdout))
    r = run(tool, "-o", ours, source)
    if r.returncode:
        return "refused:\n" + r.stdout
    a, b = decompile(checkpolicy, theirs, mls), decompile(checkpolicy, ours, mls)
    if a == b:
        return None
    plain = lambda lines: [l for l in lines if not re.match(r"role \S+ types", l)]
    if plain(a) == plain(b) and excused(source, a, b):
        return None
    only = ["checkpolicy only: " + l for l in sorted(set(a) - set(b))] + ["selkie only: " + l for l in sorted(set(b) - set(a))]
    return "\n".join(only[:20])


def main():
    if not peer():
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for source in sys.argv[2:]:
            wrong = compare(sys.argv[1], source, work)
            if wrong:
                print("%s: %s" % (source, wrong))
                failed += 1
    print("%d policies, %d differ" % (len(sys.argv) - 2, failed))
    return 1 if failed else 0


sys.exit(main())
