#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""compile-tool and checkpolicy make the same policy of a policy.conf: peer-differential.py COMPILE_TOOL FILE...

Both results are decompiled by checkpolicy and must be equal text (peer_text.py). Exit 77 without a checkpolicy.
"""
import os, re, subprocess, sys, tempfile

from peer_text import decompile, differences, peer


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def compare(tool, source, work):
    with open(source) as f:
        mls = bool(re.search(r"^\s*sensitivity\s", f.read(), re.M))
    ours, theirs = os.path.join(work, "ours"), os.path.join(work, "theirs")
    r = run(peer(), *(["-M"] if mls else []), "-c", "33", "-o", theirs, source)
    if r.returncode:
        sys.exit("checkpolicy refuses %s:\n%s" % (source, r.stdout))
    r = run(tool, "-o", ours, source)
    return ["refused:\n" + r.stdout] if r.returncode else differences(source, decompile(theirs, mls), decompile(ours, mls))


def main():
    if not peer():
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for source in sys.argv[2:]:
            wrong = compare(sys.argv[1], source, work)
            failed += bool(wrong)
            for w in wrong:
                print("%s: %s" % (source, w))
    print("%d policies, %d differ" % (len(sys.argv) - 2, failed))
    return 1 if failed else 0


sys.exit(main())
