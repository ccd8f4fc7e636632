#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reference policy's build installs beside its policy, byte for byte: file contexts and contexts/.

labels-differential.py TE_LABELS CACHE [NAME=VALUE,...]...: each further argument is one combination of settings. The
tree's own `make install` of a monolithic policy is the judge; checkpolicy and setfiles are not run by it. Exit 77 where
there is no tree or a tool lacks.
"""
import os, re, shutil, subprocess, sys, tempfile

# What the peer's genhomedircon says of itself differs.
SELF = re.compile(rb"^# (User-specific file contexts, generated via|edit ).*$", re.M)


def read(path):
    with open(path, "rb") as f:
        return SELF.sub(b"", f.read())


def peer(tree, work, settings):
    """The tree's build, in a copy. Its timestamps are kept, else it would make its documentation anew."""
    copy, out = os.path.join(work, "tree"), os.path.join(work, "peer")
    shutil.copytree(tree, copy, symlinks=True)
    path = os.path.join(copy, "build.conf")
    with open(path) as f:
        text = f.read()
    for setting in settings:
        name = setting.split("=")[0]
        text = re.sub(r"^%s\b.*$" % name, "", text, flags=re.M) + "\n" + setting + "\n"
    with open(path, "w") as f:
        f.write(text)
    for name in ("booleans.conf", "modules.conf"):
        os.utime(os.path.join(copy, "policy", name), (2**31 - 1,) * 2)
    p = subprocess.run(["make", "-s", "NAME=default", "SETFILES=true", "CHECKPOLICY=true", "DESTDIR=" + out, "install"],
                       cwd=copy, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        sys.exit("the tree's build fails:\n" + p.stdout.decode("utf-8", "replace")[-2000:])
    return os.path.join(out, "etc/selinux/default")


def files(root):
    return {os.path.relpath(os.path.join(d, f), root) for d, _, names in os.walk(root) for f in names}


def compare(te_labels, tree, settings):
    settings = ["MONOLITHIC=y"] + settings
    with tempfile.TemporaryDirectory() as work:
        want, got = peer(tree, work, settings), os.path.join(work, "got")
        p = subprocess.run([te_labels, tree, got, *settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if p.returncode not in (0, 1) or not os.path.isdir(got):
            sys.exit("te-labels fails: " + p.stderr.decode())
        ours, theirs = files(got), {f for f in files(want) if not f.startswith("policy/")}
        # users_extra is made for modules only
        wrong = sorted(theirs ^ (ours - {"users_extra"}))
        wrong += sorted(f for f in ours & theirs if read(os.path.join(want, f)) != read(os.path.join(got, f)))
        lines = sum(1 for _ in open(os.path.join(got, "contexts/files/file_contexts")))
        print("%s: %d files, %d file contexts, %d differ %s" % (" ".join(settings), len(theirs), lines, len(wrong),
                                                               " ".join(wrong)))
        return not wrong and lines > 3000 and len(theirs) > 20


def main():
    te_labels, cache = sys.argv[1:3]
    if not all(shutil.which(tool) for tool in ("make", "m4", "gawk", "python3")):
        return 77
    fetch = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fetch-tree.sh")
    code = subprocess.call(["sh", fetch, cache])
    if code:
        return code
    tree = os.path.join(cache, "selinux-policy-src")
    combinations = [c.split(",") for c in sys.argv[3:]] or [[]]
    return 0 if all([compare(te_labels, tree, c) for c in combinations]) else 1


sys.exit(main())
