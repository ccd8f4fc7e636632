#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies printed and compiled again: round-trips.py SELKIE SELKIE_COMPAT POLICY_SAME SOURCE_ROOT [--all]

Every policy is made by a peer (checkpolicy, secilc; those of 3.11 in SELKIE_PEER_311 for versions from 34 on), printed in
each language, and compiled by the peer and by us in the same version:

- what either makes of the text means what the policy meant;
- what we made, printed and compiled once more by us, is the same file byte for byte.

Both through CIL and through policy.conf, and through the one of what came from the other. Without --all, a sample of the
versions and of the generated policies. Exit 77 without the peers.
"""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

SELKIE, COMPAT, SAME, ROOT = (os.path.abspath(p) for p in sys.argv[1:5])
ALL = "--all" in sys.argv[5:]
NEWER = os.environ.get("SELKIE_PEER_311", "")

# file of test/policies, flags, whether MLS, the versions that can say it (there are two for Xen)
SOURCES = [
    ("selinux.conf", [], False, range(15, 36)), ("selinux-mls.conf", ["-M"], True, range(19, 36)),
    ("small.conf", [], False, range(23, 36)), ("small-mls.conf", ["-M"], True, range(31, 36)),
    ("xen.conf", ["-t", "xen"], False, (24, 30)),
]
SAMPLE = (15, 19, 20, 24, 26, 30, 33, 35)

failures = 0
asked = 0
unsaid = unsaid_conf = 0


class Unsaid(RuntimeError):
    """The text is not the whole policy, and print says what it lacks."""


def run(argv, work, expect=True):
    r = subprocess.run(argv, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if expect and r.returncode:
        raise RuntimeError("%s: exit %d: %s" % (" ".join(argv), r.returncode, r.stdout[-600:]))
    return r


def peer(tool, version):
    """The peer's tool for a version, or None."""
    newer = os.path.join(NEWER, "bin", tool)
    if version > 33:
        return newer if NEWER and os.access(newer, os.X_OK) else None
    return shutil.which(tool)


def source_text(name, version):
    with open(os.path.join(ROOT, "test/policies", name), encoding="utf-8") as f:
        lines = [(re.match(r"#@(\d+) ", line), line) for line in f]
    return "".join(line if not m else line[m.end():] if int(m[1]) <= version else "\n" for m, line in lines)


def compile_text(language, tool, version, mls, xen, unknown, text, out, work):
    """`tool`: [the program, and for ours its name]."""
    target = ["-t", "xen"] if xen else []
    if language == "cil":
        argv = tool + ["-N", "-c", str(version), "-o", out, "-f", "fc"] + target + [text]
    else:
        argv = tool + (["-M"] if mls else []) + ["-U", unknown, "-c", str(version), "-o", out] + target + [text]
    run(argv, work)


def printed(language, policy, text, work):
    r = subprocess.run([SELKIE, "print"] + (["--format", "cil"] if language == "cil" else []) + [policy], cwd=work,
                       stdout=open(os.path.join(work, text), "w"), stderr=subprocess.PIPE, text=True, errors="replace")
    if r.returncode == 1 and "W0330" in r.stderr:
        raise Unsaid("print %s: %s" % (language, r.stderr[:600]))
    if r.returncode:
        raise RuntimeError("print %s: exit %d: %s" % (language, r.returncode, r.stderr[:600]))


def same(a, b, work):
    r = run([SAME, a, b], work, expect=False)
    if r.returncode:
        raise RuntimeError("%s and %s differ: %s" % (a, b, r.stdout[:600]))


def equal(a, b, work):
    with open(os.path.join(work, a), "rb") as x, open(os.path.join(work, b), "rb") as y:
        if x.read() != y.read():
            raise RuntimeError("%s and %s have other bytes" % (a, b))


def trip(language, policy, version, mls, xen, unknown, work):
    """Returns the name of what we made."""
    name = "secilc" if language == "cil" else "checkpolicy"
    arguments = (version, mls, xen, unknown)
    ours, theirs, again = ("%s.%s.%s" % (policy, language, w) for w in ("ours", "theirs", "again"))
    printed(language, policy, "text", work)
    compile_text(language, [COMPAT, name], *arguments, "text", ours, work)
    same(policy, ours, work)
    if peer(name, version):
        compile_text(language, [peer(name, version)], *arguments, "text", theirs, work)
        same(policy, theirs, work)
    printed(language, ours, "text", work)
    compile_text(language, [COMPAT, name], *arguments, "text", again, work)
    equal(ours, again, work)
    return ours


def trips(what, policy, version, mls, xen, unknown, work, orders=(("cil", "conf"), ("conf", "cil"))):
    global failures, asked, unsaid, unsaid_conf
    for first, then in orders:
        asked += 1
        try:
            made = trip(first, policy, version, mls, xen, unknown, work)
            trip(then, made, version, mls, xen, unknown, work)
        except Unsaid as e:
            unsaid += 1
            unsaid_conf += what.startswith("generated")
            if "CIL" not in what and "generated" not in what:
                failures += 1
                print("%s through %s, then %s: %s" % (what, first, then, e))
        except RuntimeError as e:
            failures += 1
            print("%s through %s, then %s: %s" % (what, first, then, e))


def sample(versions):
    return [v for v in versions if ALL or v in SAMPLE]


def sources():
    for name, flags, mls, versions in SOURCES:
        for version in sample(versions):
            tool = peer("checkpolicy", version)
            if not tool:
                continue
            with tempfile.TemporaryDirectory() as work:
                with open(os.path.join(work, "source"), "w", encoding="utf-8") as f:
                    f.write(source_text(name, version))
                run([tool, *flags, "-U", "allow", "-c", str(version), "-o", "p", "source"], work)
                trips("%s, version %d" % (name, version), "p", version, mls, "xen" in flags, "allow", work)


def cil_sources():
    for version in sample(range(30, 36)):
        tool = peer("secilc", version)
        if not tool:
            continue
        with tempfile.TemporaryDirectory() as work:
            with open(os.path.join(work, "source"), "w", encoding="utf-8") as f:
                f.write(source_text("selinux.cil", version))
            run([tool, "-N", "-c", str(version), "-o", "p", "-f", "fc", "source"], work)
            trips("CIL selinux.cil, version %d" % version, "p", version, True, False, "deny", work)


def module_of(path):
    spec = importlib.util.spec_from_file_location(path.replace("/", "_"), os.path.join(ROOT, path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def generated(n):
    conf, cil = module_of("test/compile/generate.py"), module_of("test/cil/generate.py")
    taken = 0
    # 70 has default ranges without MLS
    for seed in [*range(1, n + 1), *([70] if n < 70 else [])]:
        with tempfile.TemporaryDirectory() as work:
            text, mls = conf.policy(seed)
            with open(os.path.join(work, "source"), "w", encoding="utf-8") as f:
                f.write(text)
            tool = peer("checkpolicy", 33)
            if not run([tool, *(["-M"] if mls else []), "-U", "deny", "-c", "33", "-o", "p", "source"], work, False).returncode:
                trips("generated policy.conf %d" % seed, "p", 33, mls, False, "deny", work)
                taken += 1
        with tempfile.TemporaryDirectory() as work:
            with open(os.path.join(work, "source"), "w", encoding="utf-8") as f:
                f.write(cil.policy(seed, False))
            tool = peer("secilc", 33)
            if not run([tool, "-c", "33", "-o", "p", "-f", "fc", "source"], work, False).returncode:
                trips("CIL, generated, %d" % seed, "p", 33, True, False, "deny", work)
                taken += 1
    if taken < n:
        raise SystemExit("of %d generated sources only %d compile" % (2 * n, taken))


def real():
    for name in ("policy.33", "policy.33.mls"):
        with tempfile.TemporaryDirectory() as work:
            shutil.copy(os.path.join(ROOT, "test/denials", name), os.path.join(work, "p"))
            unknown = "deny" if name.endswith("mls") else "allow"
            orders = {} if ALL else {"orders": [("cil", "conf")]}
            trips("Debian's " + name, "p", 33, True, False, unknown, work, **orders)


def main():
    if not peer("checkpolicy", 33) or not peer("secilc", 33):
        print("there is no checkpolicy or no secilc")
        return 77
    sources()
    cil_sources()
    generated(400 if ALL else 12)
    real()
    print("%d round trips, %d wrong, %d stopped where a language has no words" % (asked, failures, unsaid))
    if unsaid_conf > asked / 20:
        print("%d generated policy.conf cannot be said in their own language, which is too many" % unsaid_conf)
    return 1 if failures or unsaid_conf > asked / 20 else 0


if __name__ == "__main__":
    sys.exit(main())
