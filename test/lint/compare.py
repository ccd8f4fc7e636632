#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what selkie lint finds with what SELint finds: the same checks on the same lines. TAP.

usage: compare.py SELKIE TRIGGERS RECORD [FETCH CACHE]

TRIGGERS is a tree in which each check finds something; both must find the same in it, and something of every check but
F-001. RECORD is what SELint 1.5.1 found there. SELKIE_PEER_SELINT names another selint than that of the path; of one
before 1.5.1 it is known that it calls a line of blanks E-002, and knows nothing of userspace classes. With FETCH (test/fetch.sh) and CACHE, the reference policy of Debian's selinux-policy-src is compared as well, with
each order of C-001. There, lines of C-001 may differ in modules that have type_transition statements, as
docs/differences-selint.md explains: at most 30 of them, and never on our side alone.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FINDING = re.compile(r"^(.*?): *(\d+): \(.\): .* \(([A-Z]-\d+)\)$")
EXTRA = ["-e", "X-001", "-e", "X-002"]


PEER = os.environ.get("SELKIE_PEER_SELINT", "selint")


def run(command, folder, codes):
    p = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if p.returncode not in codes:
        raise SystemExit("Bail out! %s: exit %d: %s" % (command[0], p.returncode, p.stderr[:300]))
    return p.stdout


def selint(folder, config):
    out = run([PEER, "-r", "-s", "--full-path", "-c", config, *EXTRA, "."], folder, (0,))
    found = collections.Counter()
    for line in out.splitlines():
        m = FINDING.match(line)
        if m:
            found[m[1], int(m[2]), m[3]] += 1
        elif line.startswith(("Error", "Warning")) and "security_classes" not in line:
            raise SystemExit("Bail out! selint: " + line)
    return found


def peer_version():
    m = re.search(r"(\d+)\.(\d+)\.(\d+)", run([PEER, "-V"], ".", (0,)))
    return tuple(int(n) for n in m.groups())


def selkie(program, folder, config):
    out = run([program, "lint", "-s", "-c", config, *EXTRA, "--json", "."], folder, (0, 1))
    return collections.Counter((f["path"], f["line"], f["check"], f["message"]) for f in json.loads(out)["findings"])


def plain(findings):
    """Without their messages."""
    found = collections.Counter()
    for (path, line, check, _message), n in findings.items():
        found[path, line, check] += n
    return found


def as_older(findings):
    """What an older selint would find."""
    found = collections.Counter()
    for (path, line, check, message), n in findings.items():
        if "userspace class" not in message:
            found[path, line, "E-002" if check == "S-011" else check] += n
    return found


def ends_in_blanks(folder, finding):
    with open(os.path.join(folder, finding[0]), encoding="utf-8") as f:
        line = f.read().split("\n")[finding[1] - 1]
    return finding[2] == "E-002" and line.strip() and line != line.rstrip()


def has_transition(folder, path):
    with open(os.path.join(folder, path), encoding="utf-8") as f:
        return "type_transition" in f.read()


def differences(peer, ours, folder, lenient):
    missing, more = peer - ours, ours - peer
    wrong = [("selint alone",) + k for k in missing] + [("selkie alone",) + k for k in more]
    if lenient:
        order = [k for k in missing if k[2] == "C-001" and has_transition(folder, k[0])]
        if not more and len(order) == sum(missing.values()) <= 30:
            return [], len(order)
    return sorted(wrong), 0


def main():
    program, triggers = map(os.path.abspath, sys.argv[1:3])
    results = []

    def check(name, wrong, note=""):
        results.append(not wrong)
        print("%sok %d - %s%s" % ("not " if wrong else "", len(results), name, note))
        for w in wrong[:20]:
            print("#", *w)

    config = os.path.join(triggers, "selint.conf")
    ours = selkie(program, triggers, config)
    with open(sys.argv[3], encoding="utf-8") as f:
        words = [line.split() for line in f if not line.startswith("#")]
    recorded = collections.Counter((path, int(line), check_id) for path, line, check_id in words)
    check("triggers, as recorded", differences(recorded, plain(ours), triggers, False)[0], ": %d findings" % sum(recorded.values()))
    listed = {line.split()[0] for line in run([program, "lint", "--list"], triggers, (0,)).splitlines()}
    check("every check has its trigger", [(c,) for c in sorted(listed - {"F-001"} - {k[2] for k in recorded})])
    if not shutil.which(PEER):
        print("1..%d # selint is not installed" % len(results))
        return 0 if all(results) else 1
    old = peer_version() < (1, 5, 1)
    as_peer = as_older if old else plain
    peer = selint(triggers, config)
    for k in [k for k in peer if old and ends_in_blanks(triggers, k)]:
        del peer[k]
    check("triggers", differences(peer, as_peer(ours), triggers, False)[0], ": %d findings" % sum(peer.values()))
    check("every check of selint is listed", [(c,) for c in sorted({k[2] for k in peer} - listed)])

    if len(sys.argv) > 4:
        fetch, cache = map(os.path.abspath, sys.argv[4:6])
        if subprocess.call(["sh", fetch, cache, "tree"]):
            print("ok %d - the reference policy # SKIP it cannot be had" % (len(results) + 1))
            results.append(True)
        else:
            with tempfile.TemporaryDirectory() as work:
                # one of its links leads nowhere, at which selint gives up on modules.conf
                tree = os.path.join(work, "tree")
                shutil.copytree(os.path.join(cache, "selinux-policy-src"), tree, symlinks=True,
                                ignore=lambda d, names: [n for n in names if not os.path.exists(os.path.join(d, n))])
                for order in ("refpolicy", "refpolicy-light", "refpolicy-lax"):
                    config = os.path.join(work, "selint.conf")
                    with open(config, "w", encoding="utf-8") as f:
                        f.write('assume_users = { system_u }\nassume_roles = { object_r }\nordering_rules = "%s"\n' % order)
                    peer, ours = selint(tree, config), as_peer(selkie(program, tree, config))
                    wrong, explained = differences(peer, ours, tree, True)
                    check("reference policy, " + order, wrong,
                          ": %d findings, %d explained" % (sum(peer.values()), explained))
    print("1..%d" % len(results))
    return 0 if all(results) else 1


sys.exit(main())
