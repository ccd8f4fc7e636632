#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The safety checks of selkie lint --policy, each by a policy that has exactly its hole and one that has not. TAP.

usage: holes.py SELKIE CHECKPOLICY POLICY.conf

POLICY.conf has no hole. Each hole is a statement or two put into it; what must be found is the rule itself, as sesearch prints
it, or what the rule gives whom, and no other check may find anything.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

program, checkpolicy, source = map(os.path.abspath, sys.argv[1:4])
results = []
work = tempfile.mkdtemp()
text = open(source, encoding="utf-8").read()

# name of the check, statements, what is found: texts, or what sesearch finds with these criteria and did not find before;
# None: nothing
HOLES = [
    ("raw_memory", "allow app_t memory_device_t:chr_file read;", "-t memory_device_t -c chr_file -p read,write,append"),
    ("raw_memory", "allow app_t memory_device_t:chr_file append;", "-t memory_device_t -c chr_file -p read,write,append"),
    ("raw_memory", "if (off) { allow app_t memory_device_t:chr_file write; }", "-t memory_device_t -c chr_file -p read,write,append"),
    # by the attribute that grants it, and not by name
    (("raw_memory", "raw_disk", "cpu_registers"), "typeattribute app_t devices_unconfined_type;",
     ("-t memory_device_t -c chr_file -p read,write,append", "-t fixed_disk_device_t -c blk_file,chr_file -p read,write,append",
      "-t cpu_device_t -c chr_file -p write,append")),
    ("raw_disk", "allow app_t fixed_disk_device_t:blk_file read;", "-t fixed_disk_device_t -c blk_file,chr_file -p read,write,append"),
    ("raw_disk", "allow app_t fixed_disk_device_t:chr_file write;", "-t fixed_disk_device_t -c blk_file,chr_file -p read,write,append"),
    ("cpu_registers", "allow app_t cpu_device_t:chr_file write;", "-t cpu_device_t -c chr_file -p write,append"),
    ("load_policy", "allow app_t security_t:security load_policy;", "-c security -p load_policy"),
    ("load_policy", "typeattribute app_t security_priv;", "-c security -p load_policy"),
    ("set_enforcing", "allow app_t security_t:security setenforce;", "-c security -p setenforce"),
    ("relabel_anything", "allow app_t file_type:file { relabelfrom relabelto };", ["app_t"]),
    # all but one of a few: it is one label away from the rest
    ("relabel_anything", "allow app_t { file_type -shadow_t -sshd_key_t }:file { relabelfrom relabelto };", ["app_t, all but 2"]),
    ("relabel_anything", "allow other_t non_auth_file_type:file relabelto;", None),
    ("relabel_anything", "allow other_t file_type:file relabelto;", ["other_t"]),
    ("ptrace_across", "allow app_t other_t:process ptrace;", ["app_t, on other_t"]),
    ("ptrace_across", "allow user_t { app_t other_t }:process ptrace;", ["user_t, on app_t and 1 more"]),
    ("load_modules", "allow app_t self:system module_load;", "-c system -p module_load"),
    ("load_modules", "typeattribute app_t can_load_kernmodule;", "-c system -p module_load"),
    ("writable_executables", "allow other_t app_exec_t:file append;", ["app_exec_t is executable and writable"]),
    ("writable_executables", "allow app_t app_data_t:file execute;", ["app_data_t is executable and writable"]),
    ("executable_heap", "allow app_t self:process execheap;", "-c process -p execheap"),
    ("bpf_programs", "allow app_t self:bpf prog_load;", "-c bpf -p prog_load"),
    ("secrets_of_passwords", "allow other_t shadow_t:file read;", "-t shadow_t -c file -p read"),
    ("secrets_of_users", "allow user_t sshd_key_t:file read;", "-s unpriv_userdomain -t sshd_key_t -c file -p read"),
    ("secrets_of_users", "allow domain sshd_key_t:file read;", "-s unpriv_userdomain -t sshd_key_t -c file -p read"),
    ("secrets_of_certificates", "allow user_t tls_privkey_t:file read;", "-s unpriv_userdomain -t tls_privkey_t -c file -p read"),
    ("secrets_of_the_kernel", "allow app_t proc_kcore_t:file read;", "-t proc_kcore_t -c file -p read"),
    # what is none
    (None, "allow udev_t memory_device_t:chr_file { read write append };", None),
    (None, "typeattribute app_t unconfined_domain_type;", None),
    (None, "allow app_t shadow_t:file { getattr open };", None),
    (None, "allow setfiles_t file_type:dir { relabelfrom relabelto };", None),
]


def check(name, good, *why):
    results.append(bool(good))
    print("%sok %d - %s" % ("" if good else "not ", len(results), name))
    for w in () if good else why:
        print("#", str(w).replace("\n", "\n# "))


def compiled(statements, name="holes"):
    conf, binary = os.path.join(work, name + ".conf"), os.path.join(work, name + ".33")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text.replace("neverallow ", statements + "\nneverallow ", 1))
    p = subprocess.run([checkpolicy, "-c", "33", "-o", binary, conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if p.returncode:
        check("it compiles: " + statements, False, p.stdout)
    return binary


def run(binary, *words):
    return subprocess.run([program, "lint", "--policy", binary, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def report(binary):
    return {c["name"]: c for c in json.loads(run(binary, "--json").stdout)["checks"]}


def normal(rule):
    """A rule with its permissions sorted, whoever prints it."""
    m = re.match(r"(allow .*:\S+) (?:\{ (.*) \}|(\S+));(.*)$", rule.strip())
    return (m[1], tuple(sorted((m[2] or m[3]).split())), m[4].strip())


def searched(binary, criteria):
    """What sesearch finds."""
    out = subprocess.run(["sesearch", "-A", *criteria.split(), binary], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {normal(l) for l in out.splitlines() if l.startswith("allow ")}


plain = compiled("", "plain")
before = report(plain)
check("no hole: every check applies and passes", before and all(c["outcome"] == "passed" for c in before.values()),
      [(c["name"], c["outcome"], c["findings"]) for c in before.values() if c["outcome"] != "passed"])
check("each check has a hole here", set(before) == {n for h in HOLES if h[0] for n in ([h[0]] if isinstance(h[0], str) else h[0])},
      set(before) ^ {n for h in HOLES if h[0] for n in ([h[0]] if isinstance(h[0], str) else h[0])})
if not shutil.which("sesearch"):
    print("1..0 # SKIP sesearch is missing")
    sys.exit(0)
for names, statements, expected in HOLES:
    names = () if expected is None else (names,) if isinstance(names, str) else names
    expected = expected if isinstance(expected, tuple) else (expected,)
    binary = compiled(statements)
    found = report(binary)
    failed = {n: c["findings"] for n, c in found.items() if c["outcome"] != "passed"}
    good = set(failed) == set(names)
    wanted = []
    for name, criteria in zip(names, expected):
        if isinstance(criteria, list):
            wanted = criteria
            good = good and failed[name] == criteria
            continue
        # what is new, and what is not but speaks of an attribute that has got a type
        attribute = statements.split()[2].rstrip(";") if statements.startswith("typeattribute") else None
        before_it = searched(plain, criteria)
        wanted = sorted(r for r in searched(binary, criteria) if r not in before_it or r[0].split()[1] == attribute)
        good = good and len(wanted) > 0 and sorted(normal(f) for f in failed[name]) == wanted
    check("%s: %s" % (", ".join(names) or "no hole", statements), good, failed, wanted)

# The report of one, in its two forms.
binary = compiled("allow app_t memory_device_t:chr_file read;\nallow app_t shadow_t:file getattr;", "under_score")
rule = run(binary, "--json").stdout
rule = [c for c in json.loads(rule)["checks"] if c["name"] == "raw_memory"][0]
p = run(binary, "--profile", "stig", "--markdown")
lines = p.stdout.splitlines()
n = len(before)
check("Markdown: exit 1, title and counts", p.returncode == 1 and lines[0] == "# Checks of " + binary.replace("_", "\\_") and
      "| Open | 1 |" in lines and "| Not a Finding | %d |" % (n - 1) in lines and "| Not Applicable | 0 |" in lines, p.stdout[:400])
at = lines.index("## SK-000010: Open (CAT I)") if "## SK-000010: Open (CAT I)" in lines else 0
check("Markdown: the check that failed, with rule, discussion, finding and fix",
      lines[at + 2:at + 13] == ["**Rule**: " + rule["description"], "", "**Discussion**: " + rule["rationale"], "", "1 finding:", "",
                                "```", rule["findings"][0], "```", "", "**Fix**: " + rule["fix"]], lines[at:at + 14])
check("Markdown: a row and a heading for each",
      sum(bool(re.match(r"\| SK-\d{6} \| CAT I+ \| (Open|Not a Finding) \| .* \|$", l)) for l in lines) == n and
      sum(l.startswith("## SK-") for l in lines) == n)
many = "\n".join("type d%d, domain;\nallow d%d memory_device_t:chr_file read;" % (i, i) for i in range(30))
lines = run(compiled(many), "--profile", "stig", "--markdown").stdout.splitlines()
check("Markdown: many findings are folded away", "<details><summary>30 findings</summary>" in lines and "</details>" in lines, lines[:40])
check("--markdown without a report, and with --json: usage", run(binary, "--markdown").returncode == 2 and
      run(binary, "--profile", "stig", "--markdown", "--json").returncode == 2)
ini = os.path.join(work, "x.ini")
with open(ini, "w", encoding="utf-8") as f:
    f.write("[a|b]\ncheck_type = relabel_all\nattr = file_type\nleast = 101\n")
check("least is per cent", "least takes per cent, 1 to 100, not '101' [E0684]" in run(binary, "--checks", ini).stderr)
with open(ini, "w", encoding="utf-8") as f:
    f.write("[a|b]\ncheck_type = empty_typeattr\nattr = security_priv\ndesc = *none* of | `these`\n")
text_md = run(binary, "--checks", ini, "--profile", "stig", "--markdown").stdout
check("Markdown: what a file of checks says stands for itself", "| a\\|b | - | Open | \\*none\\* of \\| \\`these\\` |" in text_md, text_md)
print("1..%d" % len(results))
sys.exit(not all(results))
