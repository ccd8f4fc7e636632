#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CIL and the policy language in one build: mixed.py SELKIE POLICY_SAME CONF.

CIL names what the policy.conf declares, in rules, in an optional that stays and in one that goes. The same said in the
policy.conf itself, and compiled by checkpolicy, is the same policy. Exit 77 without checkpolicy.
"""
import os
import shutil
import subprocess
import sys
import tempfile

CIL = """(type extra_t)
(roletype ra extra_t)
(classpermission use)
(classpermissionset use (file (read write)))
(macro grant ((type who)) (allow who ta use))
(call grant (extra_t))
(optional stays (allow tb extra_t (file (read))))
(optional goes (type gone_t) (allow extra_t nothing_t (file (read))))
"""
CONF = """type extra_t;
allow extra_t ta : file { read write };
allow tb extra_t : file read;
"""


def run(*args):
    r = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if r.returncode:
        sys.exit("%s: exit %d\n%s" % (" ".join(args), r.returncode, r.stdout))


def main():
    selkie, same, conf = sys.argv[1:4]
    if not shutil.which("checkpolicy"):
        return 77
    with tempfile.TemporaryDirectory() as work:
        path = lambda name: os.path.join(work, name)
        with open(conf) as f:
            text = f.read()
        text = text.replace("role ra;\n", "role ra;\nrole ra types extra_t;\n").replace("type ta;\n", "type ta;\n" + CONF)
        text = text.replace(CONF, CONF.split("\n")[0] + "\n").replace("allow ta tb", "\n".join(CONF.split("\n")[1:]) + "allow ta tb", 1)
        for name, content in (("all.conf", text), ("extra.cil", CIL)):
            with open(path(name), "w") as f:
                f.write(content)
        run("checkpolicy", "-c", "33", "-o", path("theirs"), path("all.conf"))
        run(selkie, "build", "-o", path("ours"), conf, path("extra.cil"))
        run(same, path("ours"), path("theirs"))
    print("the same, mixed")
    return 0


sys.exit(main())
