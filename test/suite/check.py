#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""selkie test: messages, output forms, coverage, and mutants against checkpolicy. TAP.

usage: check.py SELKIE POLICY SUITE.t SCHEMA [CHECKPOLICY]

SUITE.t passes on POLICY. With checkpolicy, mutants are made a second way: the policy as checkpolicy prints it, one rule
edited, compiled again; the tests must fail on it exactly where --mutate says that they notice.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import jsonschema

program, policy, suite, schema = map(os.path.abspath, sys.argv[1:5])
checkpolicy = sys.argv[5] if len(sys.argv) > 5 else None
results = []
work = tempfile.mkdtemp()

# Rows with mistakes, and what is said of each: column, message, id.
MISTAKES = [
    ("alow web_t page_t:file read", 1, "'alow' begins no row; did you mean 'allow'? [E0661]"),
    ("no allow web_t page_t:file read", 4, "expected flow, reach or transition, found 'allow' [E0662]"),
    ("allow", 6, "expected a source at the end of this row [E0662]"),
    ("allow web_t", 12, "expected a target and its class at the end of this row [E0662]"),
    ("allow web_t page_t", 13, "expected TARGET:CLASS, found 'page_t' [E0662]"),
    ("allow web_t page_t:file", 24, "expected a permission at the end of this row [E0662]"),
    ("allow { web_t page_t:file read", 31, "expected '}' at the end of this row [E0662]"),
    ("allow web_t { page_t } file read", 24, "expected ':' and a class, found 'file' [E0662]"),
    ("deny web_t page_t:file read because", 36, "expected a reason at the end of this row [E0662]"),
    ("deny web_t page_t:file read because luck", 37,
     "'luck' is no reason: rule, constraint, role, bounds, xperm, or boolean NAME=on [E0662]"),
    ("allow wep_t page_t:file read", 7, "there is no type 'wep_t'; did you mean 'web_t'? [E0663]"),
    ("allow web_t page_t:fil read", 13, "there is no class 'fil'; did you mean 'file'? [E0663]"),
    ("allow web_t page_t:file raed", 25, "class file has no permission 'raed'; did you mean 'read'? [E0663]"),
    ("allow web_t page_t:file read:1", 25, "only ioctl and nlmsg take a number, as in ioctl:0x5413 [E0662]"),
    ("exactly user_t etc_t:file ioctl:0x5401", 27, "exactly speaks of permissions without numbers [E0662]"),
    ("allow user_u:user_r:kernel_t:s0 page_t:file read", 7,
     "'user_u:user_r:kernel_t:s0' is no context of this policy: the role may not have the type [E0664]"),
    ("allow { web_t -web_t } page_t:file read", 7, "no type is in this set [E0663]"),
    ("set web_networks=on", 5, "there is no boolean 'web_networks'; did you mean 'web_network'? [E0663]"),
    ("set web_network", 5, "expected BOOLEAN=on or BOOLEAN=off, found 'web_network' [E0662]"),
    ("role user", 6, "there is no role 'user'; did you mean 'user_r'? [E0663]"),
    ("level s9\nallow web_t page_t:file read", 7,
     "'system_u:system_r:web_t:s9' is no context of this policy: there is no such level [E0664]"),
    ("label web_t is page_t", 7, "expected a path, or create, member, relabel, port, genfs, node or netif, found 'web_t' [E0662]"),
    ("label /var is page_t", 7, "labels of paths need file contexts [E0665]"),
    ("label port icmp 80 is port_t", 12, "'icmp' is no protocol: tcp, udp, dccp or sctp [E0662]"),
    ("label port tcp 80000 is port_t", 16, "'80000' is no port [E0662]"),
    ("label genfs proc is etc_t", 18, "expected a path in the file system, found 'is' [E0662]"),
    ("label genfs proc / -x is etc_t", 20, "'-x' is no kind of file: -- -d -l -c -b -s -p [E0662]"),
    ("label node 10.1.2 is page_t", 12, "'10.1.2' is no address [E0662]"),
    ("label node fe80:::1 is page_t", 12, "'fe80:::1' is no address [E0662]"),
    ("label netif { eth0 } is page_t", 13, "expected the name of an interface, found '{' [E0662]"),
    ("flow web_t user_t weight 11", 26, "a weight is a number from 1 to 10, not '11' [E0662]"),
    ("reach web_t user_t now", 20, "expected the end of the row, found 'now' [E0662]"),
    ("transition web_t web_exec_t to web_t", 29, "expected 'is', found 'to' [E0662]"),
    ("transition web_t web_exec_t is domain", 32, "'domain' is an attribute; name one of its types [E0663]"),
    ("only web_t can read page_t:file", 12, "expected 'may', found 'can' [E0662]"),
    ("allow web_t page_t:file ~*", 25, "class file has no permission '~*' [E0663]"),
]


def check(name, good, *why):
    results.append(good)
    print("%sok %d - %s" % ("" if good else "not ", len(results), name))
    for line in () if good else why:
        print("#", line)


def path(name, text):
    name = os.path.join(work, name)
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)
    return name


def run(*words, where=policy):
    return subprocess.run([program, "test", "--policy", where, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, cwd=work)


for text, column, message in MISTAKES:
    path("m.t", text + "\n")
    p = run("m.t")
    line = text.count("\n") + 1
    first = p.stderr.split("\n")[0]
    check("mistake: " + text.replace("\n", "; "), p.returncode == 3 and p.stdout == "" and
          first == "m.t:%d:%d: error: %s" % (line, column, message), p.returncode, first)
path("many.t", "\n".join(m[0] for m in MISTAKES[:9] if "{" not in m[0]) + "\nallow web_t page_t:file read\n")
check("all mistakes are told at once", run("many.t").stderr.count("[E06") == 7)

p = run(suite)
check("the sample passes", p.returncode == 0 and re.search(r"^\d+ tests, 0 failed$", p.stdout, re.M), p.stdout)
bad = path("bad.t", "allow web_t page_t:file read\nset web_network=on\nallow web_t shadow_t:file read\n"
           'deny web_t port_t:tcp_socket name_connect\nlabel create web_t tmp_t:file "a<b" is page_t\n'
           "only web_t may read page_t:file\nno flow user_t web_t\n")
p = run("bad.t")
check("failures: exit 1, and what can prints", p.returncode == 1 and p.stdout == """\
bad.t:3: failed: allow web_t shadow_t:file read
  web_t may not read shadow_t:file
  no: web_t may not read shadow_t:file
    no rule in force allows read
      allow web_t shadow_t:file read;
        if (web_database && !web_strict): not in force
    setting this would allow it:
      web_database=on web_strict=off   (opens 4 accesses in all)
    denied without a word in the log (dontaudit): read
bad.t:4: failed: deny web_t port_t:tcp_socket name_connect
  web_t may name_connect port_t:tcp_socket
  yes: web_t may name_connect port_t:tcp_socket
      allow web_t port_type:tcp_socket name_connect;
        if web_network: in force
bad.t:5: failed: label create web_t tmp_t:file "a<b" is page_t
  it is system_u:object_r:web_tmp_t:s0
bad.t:6: failed: only web_t may read page_t:file
  web_worker_t may, too (on page_t), and 3 more
bad.t:7: failed: no flow user_t web_t
  there is a way: user_t -> web_t
6 tests, 5 failed
""", p.stdout)
p = run("bad.t", "--tap")
check("TAP", p.returncode == 1 and p.stdout.startswith("1..6\nok 1 - bad.t:1: allow web_t page_t:file read\nnot ok 2 - bad.t:3: ") and
      len(re.findall(r"^(not )?ok ", p.stdout, re.M)) == 6 and
      all(l.startswith(("ok", "not ok", "# ", "1..")) for l in p.stdout.splitlines()), p.stdout)
p = run("bad.t", "--junit")
root = xml.etree.ElementTree.fromstring(p.stdout)
check("JUnit", root.get("tests") == "6" and root.get("failures") == "5" and len(root.findall("testcase/failure")) == 5 and
      'a<b' in root.findall("testcase")[3].get("name") and "no rule in force" in root.find("testcase/failure").text, p.stdout)
check("TAP and JUnit at once: usage", run("bad.t", "--tap", "--junit").returncode == 2)
check("a file that is not there: exit 3", run("none.t").returncode == 3)
os.makedirs(os.path.join(work, "d/e"))
path("d/e/x.t", "allow web_t page_t:file read\n")
path("d/e/x.te", "not a test\n")
check("folders are walked", "1 tests, 0 failed" in run("d").stdout)

with open(schema, encoding="utf-8") as f:
    validator = jsonschema.Draft202012Validator(json.load(f))
values = [json.loads(run(*w, "--json").stdout) for w in (["bad.t"], [suite, "--coverage", "--mutate=20"])]
errors = [e.message for v in values for e in validator.iter_errors(v)]
check("json is as the schema says", not errors, *errors)
check("the schema can refuse", bool(list(validator.iter_errors(dict(values[0], luck="bad")))))

small = path("small.t", "allow web_t page_t:file read\ndeny web_t tmp_t:dir write\n")
cover = json.loads(run(small, "--coverage", "--json").stdout)["coverage"]
covered = {c["text"]: c["tested"] for c in cover["list"] if c["covered"] and c["kind"] == "allow rule"}
check("coverage: touched rules and no others", covered == {
    "allow web_t page_t:file { getattr open read write };": ["read"],
    "allow web_t tmp_t:dir { add_name search };": []}, covered)
check("coverage: untested rules of the tested domain are there, of others not",
      any(c["text"].startswith("allow web_t http_port_t") for c in cover["list"]) and
      not any(c["text"].startswith(("allow user_t", "allow web_worker_t")) for c in cover["list"]))
everything = json.loads(run(small, "--coverage=all", "--json").stdout)["coverage"]
check("coverage=all: all allow rules", any(c["text"].startswith("allow user_t") for c in everything["list"]))

# Each row alone, and all that it touches besides allow rules: found by reading the policy, test/decide/cases/web.conf.
WEB_NETWORK = "if (web_network), the true branch"
TOUCHES = [
    ("allow user_t etc_t:file ioctl:0x5401", ["allowxperm user_t etc_t:file ioctl { 0x5401 0x5410-0x5413 };"]),
    ("deny user_t etc_t:file ioctl:0x5402", ["allowxperm user_t etc_t:file ioctl { 0x5401 0x5410-0x5413 };"]),
    ("allow user_t etc_t:file ioctl", []),
    ("label create web_t tmp_t:file is web_tmp_t", ["type_transition web_t tmp_t:file web_tmp_t;"]),
    ('label create web_t tmp_t:file "index.html" is page_t', ['type_transition web_t tmp_t:file page_t index.html;']),
    ("label member user_t tmp_t:dir is web_tmp_t", ["type_member user_t tmp_t:dir web_tmp_t;"]),
    ("label relabel user_t tty_t:chr_file is user_tty_t", ["type_change user_t tty_t:chr_file user_tty_t;"]),
    ("label port tcp 80 is http_port_t", ["portcon tcp 80 system_u:object_r:http_port_t:s0"]),
    ("label port tcp 8080 is http_port_t", ["portcon tcp 8000-8100 system_u:object_r:http_port_t:s0"]),
    ("label port sctp 80 is port_t", []),
    ("label genfs proc /version is etc_t", ["genfscon proc / system_u:object_r:etc_t:s0"]),
    ("label genfs proc /net/rpcbind is shadow_t", ["genfscon proc /net/rpc system_u:object_r:shadow_t:s0"]),
    ("label genfs proc //net/dev is page_t", ["genfscon proc /net system_u:object_r:page_t:s0"]),
    ("label genfs sysfs /class -d is tmp_t", ["genfscon sysfs / -d system_u:object_r:tmp_t:s0"]),
    ("label genfs sysfs /class -- is etc_t", []),
    ("label node 10.1.255.1 is page_t", ["nodecon 10.1.0.0 255.255.0.0 system_u:object_r:page_t:s0"]),
    ("label node 10.2.0.1 is etc_t", []),
    ("label node fe80::1 is tmp_t", ["nodecon fe80:: ffff:: system_u:object_r:tmp_t:s0"]),
    ("label netif eth0 is page_t", ["netifcon eth0 system_u:object_r:page_t:s0 system_u:object_r:tmp_t:s0"]),
    ("label netif eth1 is etc_t", []),
    ("set web_network=on\nallow web_t port_t:tcp_socket name_connect", [WEB_NETWORK]),
    ("set web_network=off\ndeny web_t port_t:tcp_socket name_connect", []),
    ("user user_u\nrole user_r\nallow user_t user_u:user_r:web_t:s0 process transition", [
        "constrain process { transition dyntransition } (u1 == u2 or t1 == can_relabel);",
        "mlsconstrain process { transition dyntransition } (h1 dom h2);"]),
    ("deny web_t page_t:file write because constraint", [
        "constrain file write (t1 != web_t or t2 != page_t);",
        "mlsconstrain file { write append } (l1 eq l2 or h1 dom l2 and t1 == can_write_down);"]),
    ("deny web_t shadow_t:file write because rule", []),
]


def words(text):
    """A statement as its words, braces and parentheses apart: how names in it are sorted is no matter here."""
    return sorted(re.findall(r"[^\s(){};]+", text.replace("==", "eq")))


for row, expected in TOUCHES:
    listed = json.loads(run(path("one.t", row + "\n"), "--coverage", "--json").stdout)["coverage"]["list"]
    got = [c["text"] for c in listed if c["covered"] and c["kind"] != "allow rule"]
    check("touches: " + row.replace("\n", "; "), sorted(map(words, got)) == sorted(map(words, expected)), got)
counts = {k["kind"]: (k["covered"], k["all"]) for k in everything["kinds"]}
listed = {k: (sum(c["covered"] for c in everything["list"] if c["kind"] == k),
              sum(c["kind"] == k for c in everything["list"])) for k in counts}
check("the counts are those of the list", counts == listed, counts, listed)
statements = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../decide/cases/web.conf"), encoding="utf-8").read()
check("coverage=all: as many as the source has of each", [counts[k][1] for k in (
    "allowxperm rule", "role transition", "range transition", "port", "file system path", "node", "interface")] == [len(re.findall(p, statements, re.M)) for p in (
        r"^\s*allowxperm ", r"^role_transition ", r"^range_transition ", r"^portcon ", r"^genfscon ", r"^nodecon ", r"^netifcon ")],
      counts)
labels = path("contexts", "/var/www(/.*)?\tsystem_u:object_r:page_t:s0\n/var/www/cgi\t--\tsystem_u:object_r:web_exec_t:s0\n"
              "/etc/x\tsystem_u:object_r:etc_t:s0\n")
listed = json.loads(run(path("paths.t", "label /var/www/index.html -- is page_t\n"), "--file-contexts", labels, "--coverage=all",
                        "--json").stdout)["coverage"]["list"]
check("file contexts", [(c["text"], c["covered"]) for c in listed if c["kind"] == "file context"] == [
    ("/var/www(/.*)? system_u:object_r:page_t:s0", True), ("/var/www/cgi system_u:object_r:web_exec_t:s0", False),
    ("/etc/x system_u:object_r:etc_t:s0", False)] or sorted(c["text"] for c in listed if c["covered"]) == [
        "/var/www(/.*)? system_u:object_r:page_t:s0"], listed[-3:])
p = run(small, "--tap", "--coverage", "--mutate=20", "--seed", "3")
comments = [l for l in p.stdout.splitlines() if l.startswith("# ")]
check("TAP: coverage and mutants as comments", p.returncode == 0 and "# coverage: 2 of " in p.stdout and
      re.search(r"^# mutants: \d+ of 20 caught", p.stdout, re.M) and any(l.startswith("#   no test: ") for l in comments) and
      len(re.findall(r"^ok ", p.stdout, re.M)) == 2 and p.stdout.startswith("1..2\n"), p.stdout)
p = run(small, "--junit", "--coverage", "--mutate=20", "--seed", "3")
root = xml.etree.ElementTree.fromstring(p.stdout)
properties = {e.get("name"): int(e.get("value")) for e in root.findall("properties/property")}
told = json.loads(run(small, "--coverage", "--mutate=20", "--seed", "3", "--json").stdout)
check("JUnit: the same as properties and output", [e.tag for e in root] == ["properties", "testcase", "testcase", "system-out"] and
      properties["mutants: caught"] == told["mutants"]["caught"] and properties["mutants: all"] == 20 and
      properties["coverage: covered allow rules"] == 2 and
      properties["coverage: all allow rules"] == [k["all"] for k in told["coverage"]["kinds"] if k["kind"] == "allow rule"][0] and
      all(c["text"] in root.find("system-out").text for c in told["coverage"]["list"] if not c["covered"]), p.stdout)
check("no rule touched: no mutants", run(path("none_touched.t", "deny port_t port_t:thing use\n"), "--mutate").returncode == 3)
for seed in range(1, 6):
    m = json.loads(run(suite, "--mutate=100", "--seed", str(seed), "--json").stdout)["mutants"]
    check("seed %d: 95 of 100 flips of covered rules are caught" % seed, m["tried"] == 100 and m["caught"] >= 95, m["caught"])
weak = json.loads(run(small, "--mutate=100", "--json").stdout)["mutants"]
check("a weak suite is found weak", weak["caught"] <= 30, weak["caught"])

if checkpolicy:
    conf = os.path.join(work, "policy.conf")
    subprocess.run([checkpolicy, "-M", "-b", "-F", "-o", conf, policy], check=True, stdout=subprocess.DEVNULL)
    lines = open(conf, encoding="utf-8").read().split("\n")

    def sides(line):
        m = re.match(r"\s*allow (\S+) (\S+):(\S+) \{?\s*([^};]*?)\s*\}?;", line)
        return m and (m[1], m[2] if m[2] != "self" else m[1], m[3]), m and set(m[4].split())

    def mutated(mutant):
        """The text with the rule changed; None where that rule is there more than once."""
        key, perms = sides(mutant["rule"])
        found = [i for i, l in enumerate(lines) if sides(l) == (key, perms)]
        if len(found) != 1:
            return None
        perms = perms ^ {mutant["permission"]}
        copy = list(lines)
        copy[found[0]] = "allow %s %s:%s { %s };" % (*key, " ".join(sorted(perms))) if perms else ""
        return "\n".join(copy)

    wrong, tried, missed = [], 0, 0
    for which, n in ((suite, 40), (small, 40)):
        for mutant in json.loads(run(which, "--mutate=%d" % n, "--seed", "11", "--json").stdout)["mutants"]["list"]:
            text = mutated(mutant)
            if text is None:
                continue
            made = path("mutant.conf", text)
            binary = os.path.join(work, "mutant.33")
            # what breaks bounds does not compile
            if subprocess.run([checkpolicy, "-M", "-c", "33", "-o", binary, made], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode:
                continue
            tried += 1
            missed += not mutant["caught"]
            p = run(which, "--json", where=binary)
            if (p.returncode == 1) != mutant["caught"]:
                wrong.append(mutant)
    check("%d mutants compiled by checkpolicy, %d of them unnoticed: the tests say the same of each" % (tried, missed),
          not wrong and tried > 50 and missed > 10, *wrong[:5])
    # A statement with another type: the rows that touch it fail, those that do not pass.
    LABEL = re.compile(r"^(portcon|genfscon|nodecon|netifcon) .*?object_r:(\w+)")
    rows = [(row, expected) for row, expected in TOUCHES if re.match("label (port|genfs|node|netif) ", row)]
    wrong, tried = [], 0
    for i, line in enumerate(lines):
        m = LABEL.match(line)
        if not m:
            continue
        made = path("mutant.conf", "\n".join(lines[:i] + [line[:m.start(2)] + "user_tty_t" + line[m.end(2):]] + lines[i + 1:]))
        subprocess.run([checkpolicy, "-M", "-c", "33", "-o", binary, made], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        plain = words(line.replace('"', "").replace(" - s0", ""))
        for row, expected in rows:
            tried += 1
            if run(path("one.t", row + "\n"), where=binary).returncode != any(words(e) == plain for e in expected):
                wrong.append((line, row))
    check("%d rows on policies with another label: those fail that touch its statement" % tried, not wrong and tried > 50, *wrong[:5])
print("1..%d" % len(results))
sys.exit(not all(results))
