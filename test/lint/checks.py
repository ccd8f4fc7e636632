#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares selkie lint --policy --checks with sechecker (setools), and asks for the messages of wrong files. TAP.

usage: checks.py SELKIE SCHEMA POLICY CHECKS.ini [POLICY CHECKS.ini]...
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import jsonschema

program, schema, *pairs = map(os.path.abspath, sys.argv[1:])
policy, checks = pairs[:2]
results = []
work = tempfile.mkdtemp()

MISTAKES = [
    ("", "x.ini: error: there is no check in it [E0681]"),
    ("a = b\n", "x.ini:1:1: error: this stands before the first [NAME] [E0681]"),
    ("[a\n", "x.ini:1:1: error: expected [NAME] [E0681]"),
    ("[a]\nwhat\n", "x.ini:2:1: error: expected KEY = VALUE [E0681]"),
    ("[a]\ncheck_type = ro_execs\n[a]\ncheck_type = ro_execs\n", "x.ini:3:1: error: there are two checks 'a' [E0681]"),
    ("[a]\ncheck_type = ro_execs\nexempt_files = b\n",
     "x.ini:3:1: error: no check has a setting 'exempt_files'; did you mean 'exempt_file'? [E0682]"),
    ("[a]\ncheck_type = ro_execs\nperms = b\n", "x.ini:3:9: error: ro_execs takes no 'perms' [E0682]"),
    ("[a]\ndesc = b\n", "x.ini:1:1: error: the check 'a' has no check_type [E0683]"),
    ("[a]\ncheck_type = asert_te\n", "x.ini:2:14: error: there is no check_type 'asert_te'; did you mean 'assert_te'? [E0683]"),
    ("[a]\ncheck_type = assert_te\n", "x.ini:1:1: error: assert_te needs one of source, target, tclass, perms [E0683]"),
    ("[a]\ncheck_type = empty_typeattr\nattr = domains\n", "x.ini:3:8: error: there is no attribute 'domains' [E0684]"),
    ("[a]\ncheck_type = assert_te\nperms = read\nexpect_source = htpd_t\n",
     "x.ini:4:17: error: there is no type 'htpd_t'; did you mean 'httpd_t'? [E0684]"),
]


def check(name, good, *why):
    results.append(good)
    print("%sok %d - %s" % ("" if good else "not ", len(results), name))
    for line in () if good else why:
        print("#", line)


def run(*words, where=policy):
    return subprocess.run([program, "lint", "--policy", where, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, cwd=work)


p = run("--checks", checks, "--json")
value = json.loads(p.stdout)
with open(schema, encoding="utf-8") as f:
    validator = jsonschema.Draft202012Validator(json.load(f))
safety = json.loads(run("--json").stdout)
errors = [e.message for v in (value, safety) for e in validator.iter_errors(v)]
check("json is as the schema says", not errors, *errors)
check("the schema can refuse", bool(list(validator.iter_errors(dict(value, luck="bad")))))

def compare(where, what):
    ours = {c["name"]: c for c in json.loads(run("--checks", what, "--json", where=where).stdout)["checks"]}
    out = subprocess.run(["sechecker", what, where], stdout=subprocess.PIPE, text=True).stdout
    n = 0
    for part in out.split("-" * 57 + "\n")[2:-1]:
        m = re.match(r"\nCheck name: (.*)\n", part)
        if not m:
            continue
        name, n = m[1], n + 1
        c = ours.get(name, {"outcome": "-", "findings": []})
        outcome = "disabled" if "Check DISABLED" in part else "failed" if "Check FAILED" in part else "passed"
        if "Executable type" in part:
            theirs = ["%s is executable and writable" % t for t in re.findall(r"^Executable type (\S+) is writable", part, re.M)]
        else:
            theirs = [re.sub(r'^Expected rule with (\w+) "(\S+)" not found.$', r"no rule has the \1 \2, as is expected", l)
                      for l in re.findall(r"^    \* (.*)$", part, re.M)]
        check("%s: %s, %d findings" % (name, outcome, len(theirs)),
              c["outcome"] == outcome and sorted(c["findings"]) == sorted(theirs),
              c["outcome"], sorted(set(theirs) - set(c["findings"]))[:5], sorted(set(c["findings"]) - set(theirs))[:5])
    check("all were compared", n == len(ours), n, len(ours))
    check("some failed and some passed", {"failed", "passed"} <= {c["outcome"] for c in ours.values()})


if shutil.which("sechecker"):
    for k in range(0, len(pairs), 2):
        compare(pairs[k], pairs[k + 1])

kmods = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kmods.")
peer = subprocess.run(["/usr/bin/python3", kmods + "py", policy, kmods + "ini"], stdout=subprocess.PIPE, text=True)
if not peer.returncode:
    ours = {c["name"]: c["findings"] for c in json.loads(run("--checks", kmods + "ini", "--json").stdout)["checks"]}
    theirs = {name: ["%s is a kernel module and writable" % t for t in types.split()]
              for name, _, types in (line.partition(":") for line in peer.stdout.splitlines())}
    check("ro_kmods: %s" % {k: len(v) for k, v in theirs.items()}, ours == theirs and any(ours.values()) and not all(ours.values()),
          ours, theirs)

for text, message in MISTAKES:
    with open(os.path.join(work, "x.ini"), "w", encoding="utf-8") as f:
        f.write(text)
    p = run("--checks", "x.ini")
    check("mistake: " + (text.replace("\n", "; ") or "nothing"), p.returncode == 3 and message in p.stderr.split("\n"),
          p.returncode, p.stderr)

text = run().stdout
check("safety checks: text, exit 1", run().returncode == 1 and re.search(r"^\d+ of %d checks failed$" % len(safety["checks"]), text, re.M))
stig = run("--profile", "stig").stdout
for outcome, status in (("failed", "Open"), ("passed", "Not a Finding"), ("not applicable", "Not Applicable")):
    n = sum(c["outcome"] == outcome for c in safety["checks"])
    check("report: %d %s" % (n, status), "\n%-15s %d\n" % (status, n) in stig and
          len(re.findall(r"^SK-\d{6}  CAT I+  %s$" % status, stig, re.M)) == n, stig[:400])
check("each safety check has what a report needs",
      all(all(k in c for k in ("id", "severity", "description", "rationale", "fix")) for c in safety["checks"]))
check("an unknown profile: usage", run("--profile", "sting").returncode == 2)
check("a policy and sources: usage", run("x.te").returncode == 2)
print("1..%d" % len(results))
sys.exit(not all(results))
