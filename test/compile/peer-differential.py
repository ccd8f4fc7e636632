#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""compile-tool and checkpolicy make the same policy of a policy.conf: peer-differential.py COMPILE_TOOL FILE...

Both results are decompiled by checkpolicy and must be equal text (peer_text.py). A line that begins with "#@N " is for
policies of version N and up: with a checkpolicy of SELKIE_PEER_311 all of them count, in version 35, else none. Exit 77
without a checkpolicy.
"""
import os, re, subprocess, sys, tempfile

from peer_text import decompile, differences, peer


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def compare(tool, source, version, work):
    with open(source) as f:
        text = f.read()
    mls = bool(re.search(r"^\s*sensitivity\s", text, re.M))
    source = os.path.join(work, os.path.basename(source))
    with open(source, "w") as f:
        f.write(re.sub(r"(?m)^#@\d+ ", "", text) if version == "35" else text)
    ours, theirs = os.path.join(work, "ours"), os.path.join(work, "theirs")
    r = run(peer(), *(["-M"] if mls else []), "-c", version, "-o", theirs, source)
    if r.returncode:
        sys.exit("checkpolicy refuses %s:\n%s" % (source, r.stdout))
    r = run(tool, "-V", version, "-o", ours, source)
    return ["refused:\n" + r.stdout] if r.returncode else differences(source, decompile(theirs, mls), decompile(ours, mls))


def main():
    if not peer():
        return 77
    n = failed = 0
    with tempfile.TemporaryDirectory() as work:
        for source in sys.argv[2:]:
            for version in ["33", "35"] if os.environ.get("SELKIE_PEER_311") else ["33"]:
                wrong = compare(sys.argv[1], source, version, work)
                n += 1
                failed += bool(wrong)
                for w in wrong:
                    print("%s: %s" % (source, w))
    print("%d policies, %d differ" % (n, failed))
    return 1 if failed else 0


sys.exit(main())
