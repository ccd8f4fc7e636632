#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""selkie lint --fix on a copy of the triggers: SELint then no longer finds what was mended, and all else as before. TAP.

usage: fix.py SELKIE TRIGGERS SCHEMA

The output of --json is validated against SCHEMA on the way.
"""
import collections
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import jsonschema

program, triggers, schema = map(os.path.abspath, sys.argv[1:4])
results = []


def check(name, good, *why):
    results.append(good)
    print("%sok %d - %s" % ("" if good else "not ", len(results), name))
    for w in () if good else why:
        print("#", w)


def lint(folder, *words):
    p = subprocess.run([program, "lint", "-s", "-c", "selint.conf", "--json", *words, "."], cwd=folder,
                       stdout=subprocess.PIPE, text=True)
    return p.returncode, json.loads(p.stdout)


def peer(folder):
    out = subprocess.run(["selint", "-r", "-s", "--full-path", "-c", "selint.conf", "."], cwd=folder,
                         stdout=subprocess.PIPE, text=True).stdout
    return collections.Counter(line.rsplit("(", 1)[1].rstrip(")") for line in out.splitlines() if line.endswith(")"))


with open(schema, encoding="utf-8") as f:
    validator = jsonschema.Draft202012Validator(json.load(f))
with tempfile.TemporaryDirectory() as work:
    tree = os.path.join(work, "tree")
    shutil.copytree(triggers, tree)
    alpha = os.path.join(tree, "modules/alpha.te")
    os.chmod(alpha, 0o640)
    code, before = lint(tree)
    fixable = {f["check"] for f in before["findings"] if f["fixable"]}
    check("findings: exit 1", code == 1, code)
    check("the checks that --list calls fixable are those that mend here",
          fixable == {"C-005", "C-007", "S-003", "S-006", "S-007", "S-008", "S-011"}, fixable)
    code, fixed = lint(tree, "--fix")
    errors = [e.message for value in (before, fixed) for e in validator.iter_errors(value)]
    check("json is as the schema says", not errors, *errors)
    broken = dict(fixed, luck="bad")
    check("the schema can refuse", bool(list(validator.iter_errors(broken))))
    check("all that can be mended is mended",
          fixed["fixed"]["findings"] == sum(f["fixable"] for f in before["findings"]), fixed["fixed"])
    check("the file keeps its mode", stat.S_IMODE(os.stat(alpha).st_mode) == 0o640)
    check("nothing is left beside the files", not [n for d, _, names in os.walk(tree) for n in names if n.count(".") > 1])
    code, after = lint(tree)
    # C-001 is left out: a rule on self belongs elsewhere than one that names the type twice
    counts = collections.Counter(f["check"] for f in after["findings"] if f["check"] != "C-001")
    wanted = collections.Counter(f["check"] for f in before["findings"] if not f["fixable"] and f["check"] != "C-001")
    check("the rest is found as before", counts == wanted, counts - wanted, wanted - counts)
    code, again = lint(tree, "--fix")
    check("nothing is mended twice", again["fixed"] == {"findings": 0, "files": 0}, again["fixed"])
    if shutil.which("selint"):
        was, now = peer(triggers), peer(tree)
        # E-002: before 1.5.1 a line of blanks is one
        for c in fixable | {"C-001", "E-002"}:
            was.pop(c, None)
        now.pop("E-002", None)
        now.pop("C-001", None)
        # one of C-005 stays: numbers with a range among them are left alone
        left = {c: n for c, n in now.items() if c in fixable}
        for c in left:
            now.pop(c)
        check("SELint finds nothing that could be mended", sum(left.values()) <= 1, left)
        check("SELint finds the rest as before", was == now, was - now, now - was)
    bad = os.path.join(work, "bad.te")
    with open(bad, "w", encoding="utf-8") as f:
        f.write("policy_module(bad)\nallow a b:c ;\ntype x;\nallow a b:c d\n")
    out = subprocess.run([program, "lint", bad, "-l", "F"], stdout=subprocess.PIPE, text=True).stdout
    check("mistakes are told each", out == "%s:2:13: fatal: expected a name, found ';' [F-001]\n"
          "%s:5:1: fatal: expected ';', but the file ends [F-001]\n" % (bad, bad), out)
    same = subprocess.run([program, "lint", "-r", "-F", "--full-path", bad, "-l", "F"], stdout=subprocess.PIPE, text=True)
    check("selint's options that change nothing here", same.stdout == out and same.returncode == 1, same)
    empty = subprocess.run([program, "lint", os.path.join(work, "none.te")], stderr=subprocess.PIPE, text=True)
    check("a path that is not there: exit 3, E0162", empty.returncode == 3 and "[E0162]" in empty.stderr, empty.stderr)
    gone = [os.path.join(work, "gone." + k) for k in ("te", "if", "fc")]
    for path in gone:
        os.symlink("nowhere", path)
    told = subprocess.run([program, "lint", work], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    check("all files that cannot be read are told: exit 3, E0162", told.returncode == 3 and
          told.stderr == "".join("%s: error: cannot be read: No such file or directory [E0162]\n" % p for p in gone), told.stderr)
    for path in gone:
        os.unlink(path)
    config = os.path.join(work, "c.conf")
    for text, ident in (('severty = "style"\n', "did you mean 'severity'? [E0161]"), ("severity = loud", "[E0161]"),
                        ("disable = { C-001", "[E0161]"), ('severity = "', "[E0161]"), ("disable = { Z-001 }", "[W0161]")):
        with open(config, "w", encoding="utf-8") as f:
            f.write(text)
        p = subprocess.run([program, "lint", "-c", config, bad], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        check("configuration: " + text.strip(), ident in p.stderr and p.returncode == (1 if "W01" in ident else 3), p.stderr)
    p = subprocess.run([program, "lint", "-e", "C-0o5", bad], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    check("an unknown check: E0163", "did you mean 'C-005'? [E0163]" in p.stderr and p.returncode == 3, p.stderr)
print("1..%d" % len(results))
sys.exit(not all(results))
