#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installed module stores as sources of a build: which modules count, against secilc on just those.

store-differential.py SELKIE POLICY_SAME SOURCE_ROOT

A store is made by hand, as libsemanage lays it out: priorities, disabled modules, CIL compressed or not. Exit 77 where
secilc is missing.
"""
import bz2, os, shutil, subprocess, sys, tempfile

EXTRA = "(type %s)(roletype object_r %s)(allow %s self (file (read)))\n"


def main():
    selkie, same, root = sys.argv[1:4]
    if not shutil.which("secilc"):
        print("there is no secilc")
        return 77
    base = open(os.path.join(root, "test/policies/selinux.cil")).read()
    base = "\n".join("" if line.startswith("#@") else line for line in base.split("\n"))
    with tempfile.TemporaryDirectory() as d:
        modules = os.path.join(d, "store/active/modules")

        def module(priority, name, text, packed=True):
            folder = os.path.join(modules, str(priority), name)
            os.makedirs(folder)
            with open(os.path.join(folder, "cil"), "wb") as f:
                f.write(bz2.compress(text.encode()) if packed else text.encode())
            with open(os.path.join(folder, "lang_ext"), "w") as f:
                f.write("cil")

        module(100, "base", base)
        module(100, "two", EXTRA % (("low_t",) * 3))
        module(400, "two", EXTRA % (("high_t",) * 3), packed=False)
        module(100, "three", EXTRA % (("three_t",) * 3))
        module(99, "off", EXTRA % (("off_t",) * 3))
        os.makedirs(os.path.join(modules, "disabled"))
        open(os.path.join(modules, "disabled/off"), "w").close()
        want = os.path.join(d, "want.cil")
        with open(want, "w") as f:
            f.write(base + EXTRA % (("high_t",) * 3) + EXTRA % (("three_t",) * 3))
        subprocess.check_call(["secilc", "-o", d + "/want.33", "-f", "/dev/null", "-c", "33", want])
        failures = 0
        for operand in ("store", "store/active"):
            subprocess.check_call([selkie, "build", "-o", d + "/got.33", os.path.join(d, operand)])
            if subprocess.call([same, d + "/want.33", d + "/got.33"]):
                print(operand, "gives another policy")
                failures += 1
        # of what names nothing the module and its statement are told, with the marks of lines that converters leave or without
        text = EXTRA % (("four_t",) * 3)
        broken = ("; a (comment)\n" + text + '(filecon "/a(" file ())\n%s(booleanif none_b (true (allow four_t "none_t" (file (read)))))\n%s'
                  "(optional o (allow four_t three_t (file (read))))\n(allow four_t gone_t (file (read)))\n")
        for marks in (("", ""), (";;* lmx 7 four.te\n", ";;* lme\n")):
            shutil.rmtree(os.path.join(modules, "100/four"), ignore_errors=True)
            module(100, "four", broken % marks)
            p = subprocess.run([selkie, "build", os.path.join(d, "store")], stderr=subprocess.PIPE, text=True)
            for name, number in (("none_b", 5), ("gone_t", 7)):
                if p.returncode != 1 or "'%s' (module four, statement %d)" % (name, number) not in p.stderr:
                    print("the statement of %s:" % name, p.returncode, p.stderr)
                    failures += 1
        shutil.rmtree(os.path.join(modules, "100/four"))
        # a damaged module is named
        with open(os.path.join(modules, "100/three/cil"), "wb") as f:
            f.write(b"BZh91AY&SY nothing of the kind")
        p = subprocess.run([selkie, "build", os.path.join(d, "store")], stderr=subprocess.PIPE)
        if p.returncode != 1 or b"100/three/cil" not in p.stderr or b"E0413" not in p.stderr:
            print("a damaged module:", p.returncode, p.stderr.decode())
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
