#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Conditionals that are merged mean what each of them said.

conditionals.py SELKIE: pairs of conditionals in a policy.conf, built; which permissions each setting of the booleans gives
is worked out here from the expressions as they are written, and must be what the rules of the policy give. checkpolicy
is no judge of this: 3.4's compares the truth tables of two expressions in the order in which each names its
booleans, and so takes 'a && !b' and 'b && !a' for one.
"""
import itertools, json, os, subprocess, sys, tempfile

EXPRESSIONS = ["a", "!a", "a && b", "b && a", "a && !b", "!b && a", "b && !a", "!a && b", "!(a && !b)", "!a || b", "b || !a",
               "b || !b", "a ^ b", "b == a", "a != b", "!(a ^ b)", "!!a", "a && b && c", "(a || b) && c", "(a || c) && b",
               "c && (b || a)", "a && !(b || c)", "a && !b && !c"]
CONF = """class file
sid kernel
class file { read write open append }
type a_t;
bool a false;
bool b true;
bool c false;
if (%s) { allow a_t a_t:file read; } else { allow a_t a_t:file write; }
if (%s) { allow a_t a_t:file open; } else { allow a_t a_t:file append; }
role r;
role r types a_t;
user u roles r;
sid kernel u:r:a_t
"""


def value(expression, a, b, c):
    for old, new in (("!=", "<>"), ("!", " not "), ("<>", "!="), ("&&", " and "), ("||", " or "), ("^", "!=")):
        expression = expression.replace(old, new)
    return bool(eval(expression, {"a": a, "b": b, "c": c}))


def main():
    selkie, wrong, merged = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        conf, policy = os.path.join(folder, "policy.conf"), os.path.join(folder, "policy")
        for first, second in itertools.product(EXPRESSIONS, repeat=2):
            with open(conf, "w", encoding="utf-8") as f:
                f.write(CONF % (first, second))
            subprocess.run([selkie, "build", "--strip", "-o", policy, conf], check=True)
            found = subprocess.run([selkie, "search", "--allow", "--json", policy], stdout=subprocess.PIPE, check=True)
            rules = json.loads(found.stdout)["rules"]
            merged += len({r["condition"] for r in rules}) == 1
            for setting in itertools.product((False, True), repeat=3):
                given = {p for r in rules if value(r["condition"], *setting) == r["branch"] for p in r["permissions"]}
                said = {"read" if value(first, *setting) else "write", "open" if value(second, *setting) else "append"}
                if given != said:
                    wrong += 1
                    print("if (%s), if (%s), under %s: %s, and not %s" % (first, second, setting, given, said))
    print("%d pairs, %d of them merged, %d settings wrong" % (len(EXPRESSIONS) ** 2, merged, wrong))
    return 1 if wrong or merged < len(EXPRESSIONS) else 0


sys.exit(main())
