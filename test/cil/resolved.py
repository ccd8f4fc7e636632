#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CIL to resolved CIL: resolved.py SELKIE POLICY_SAME SELINUX_CIL FIRST LAST.

What `selkie build --format cil` makes of CIL, secilc compiles to the policy that it makes of the sources, with the same file
contexts: of test/policies/selinux.cil with and without MLS, of the case below, which has what no module can hold (sets by
expressions, blocks, inheritance, macros, optionals on and off, templates of home directories), and of those policies of
generate.py from FIRST to LAST that secilc takes. Nothing of what CIL resolves is left in the text. Exit 77 without secilc.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate

CASE = """
(block shop
  (blockabstract shop)
  (type goods_t)
  (allow .kept self (file (read)))
)
(block books (blockinherit shop) (filecon "/srv/books(/.*)?" any (system_u object_r goods_t (low high))))
(block tools (blockinherit shop) (filecon "/srv/tools" dir (system_u object_r goods_t (low high))))
(type kept)
(type lost)
(typeattribute either)
(typeattribute but)
(typeattributeset either (or kept lost))
(typeattributeset but (and (all) (not (xor kept books.goods_t))))
(allow either but (file (write)))
(allow but either (dir (search)))
(macro reads ((type who)) (allow who kept (file (open))) (filecon "/opt/lost\\\\.db" file (system_u object_r who (low low))))
(call reads (lost))
(optional on (allow kept lost (file (ioctl))) (filecon "HOME_DIR/kept" file (system_u object_r kept (low low))))
(optional off (allow kept nothing_t (file (read))) (filecon "/off" file (system_u object_r kept (low low))))
(filecon "/none(/.*)?" socket ())
(filecon "/srv" any (system_u object_r kept (low low)))
"""
BASE = """(mls MLS)(policycap open_perms)(handleunknown allow)(class file (read write open ioctl))(class dir (search))(classorder (file dir))
(sensitivity s0)(sensitivity s1)(sensitivityorder (s0 s1))(category c0)(category c1)(category c2)(categoryorder (c0 c1 c2))
(sensitivitycategory s0 (range c0 c2))(sensitivitycategory s1 (range c0 c2))(level low (s0))(level high (s1 (range c0 c2)))
(user system_u)(userrole system_u object_r)(userlevel system_u low)(userrange system_u (low high))
(role object_r)(roletype object_r all_types)(typeattribute all_types)(typeattributeset all_types (all))
(sid kernel)(sidorder (kernel))(sidcontext kernel (system_u object_r kept (low low)))
"""
RESOLVED = re.compile(r"\((blockinherit|blockabstract|macro|call|optional|in|tunable|tunableif|classmap|typeattributeset \S+ \((and|or|not|xor)) ")
failures = 0


def run(argv, work):
    return subprocess.run(argv, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def read(work, name):
    with open(os.path.join(work, name), encoding="utf-8") as f:
        return f.read()


def contexts(work, name):
    """The file contexts but those whose path is an argument of a macro, for which secilc 3.4 writes the parameter's name."""
    return [line for line in read(work, name).splitlines() if line.startswith(("/", "HOME_DIR")) and not re.match(r"/(st|mac)_\d", line)]


def check(selkie, same, what, text, needed=True):
    """True when there was something to compare."""
    global failures
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "source.cil"), "w", encoding="utf-8") as f:
            f.write(text)
        flags = ["-m", "-c", "33", "-o"]
        theirs = run(["secilc", *flags, "theirs", "-f", "theirs.fc", "source.cil"], work)
        if theirs.returncode and not needed:
            return False
        ours = run([selkie, "build", "--format", "cil", "-o", "resolved.cil", "source.cil"], work)
        wrong = theirs.stdout if theirs.returncode else ours.stdout
        if not theirs.returncode and not ours.returncode:
            again = run(["secilc", *flags, "again", "-f", "again.fc", "resolved.cil"], work)
            wrong = again.stdout
            if not again.returncode:
                # what a deny rule leaves of others secilc puts into attributes of its own making
                r = run([same, *(["--expanded"] if "(deny " in text else []), "again", "theirs"], work)
                found = RESOLVED.search(read(work, "resolved.cil"))
                wrong = (r.stdout if r.returncode else "unlike file contexts" if contexts(work, "again.fc") != contexts(work, "theirs.fc")
                         else "left: " + found[0] if found else "")
        if wrong:
            failures += 1
            print("%s: %s" % (what, wrong[:600]))
    return True


def main():
    selkie, same, source, first, last = *(os.path.abspath(p) for p in sys.argv[1:4]), *(int(n) for n in sys.argv[4:])
    if not shutil.which("secilc"):
        return 77
    with open(source, encoding="utf-8") as f:
        text = re.sub(r"^#@(\d+) ", lambda m: "" if int(m[1]) <= 33 else ";", f.read(), flags=re.MULTILINE)
    check(selkie, same, "selinux.cil", text)
    for mls in ("true", "false"):
        check(selkie, same, "the case, mls " + mls, BASE.replace("MLS", mls) + CASE)
    taken = sum(check(selkie, same, "seed %d" % seed, generate.policy(seed, False), False) for seed in range(first, last + 1))
    print("%d generated policies, %d wrong" % (taken, failures))
    return 1 if failures or taken < (last - first) // 3 else 0


if __name__ == "__main__":
    sys.exit(main())
