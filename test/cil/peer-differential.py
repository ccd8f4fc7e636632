#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secilc and selkie agree on CIL: whether it is accepted, and if so on the policy.

    peer-differential.py CIL_COMPILE POLICY_SAME generated FIRST LAST     policies of test/cil/generate.py
    peer-differential.py CIL_COMPILE POLICY_SAME files [FOLDER]           every .cil of a folder, each on its own
    peer-differential.py CIL_COMPILE POLICY_SAME cases FILE               cases of test/cil/peer-cases.t, which says how

The folder is the one that SELKIE_CIL_FOLDER names where none is given; without one: 77, skipped. The peer is the
secilc of the folder that SELKIE_PEER_311 names, else Debian's 3.4, which knows less of the language. Both are given -m:
without it 3.11 refuses what is said twice, which 3.4 and semodule allow.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate


# of the peer and of us; one is given the largest policies, the other small ones
SECONDS = 20 if "generated" in sys.argv else 180


def peer():
    newer = os.environ.get("SELKIE_PEER_311")
    if newer:
        return os.path.join(newer, "bin", "secilc"), True
    return shutil.which("secilc"), False


def run(*args, cwd):
    try:
        r = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=cwd, timeout=SECONDS)
        return r.returncode, r.stdout
    except subprocess.TimeoutExpired:
        return 124, "no end in %d s" % SECONDS


def first_line(text):
    lines = text.strip().split("\n")
    return lines[0][:200] if lines else ""


def compare(tools, secilc, version, source, name):
    """ "accepted" or "refused"; "peer" when it crashes or does not end, which its 3.11 does on some; else what is wrong."""
    with tempfile.TemporaryDirectory() as work:
        theirs, said = run(secilc, "-m", "-c", version, "-o", "theirs", "-f", "fc", source, cwd=work)
        ours, our_text = run(tools[0], "-m", "-c", version, "-o", "ours", source, cwd=work)
        if ours not in (0, 1):
            return "%s: ours ended with %d: %s" % (name, ours, first_line(our_text))
        if theirs < 0 or theirs == 124:
            return "peer"
        if (theirs == 0) != (ours == 0):
            return "%s: secilc %s, we %s: %s" % (name, "accepts" if theirs == 0 else "refuses (%s)" % first_line(said),
                                                 "accept" if ours == 0 else "refuse", first_line(our_text))
        if ours:
            return "refused" if "error:" in our_text else "%s: refused without a reason" % name
        # What a deny rule leaves of others secilc puts into attributes of its own making.
        with open(source, errors="replace") as f:
            expanded = ["--expanded"] if re.search(r"\(\s*deny\s", f.read()) else []
        code, text = run(tools[1], *expanded, "ours", "theirs", cwd=work)
        return "accepted" if code == 0 else "%s: another policy: %s" % (name, first_line(text))


def generated(tools, secilc, version, new, seed):
    with tempfile.NamedTemporaryFile("w", suffix=".cil") as f:
        f.write(generate.policy(seed, new))
        f.flush()
        return compare(tools, secilc, version, f.name, "seed %d" % seed)


def read_cases(path):
    """The base, and (line, flags, text) of each case."""
    base, cases = [], []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("case"):
                words, text = line.rstrip("\n").split("\t", 1)
                cases.append((number, set(words.split()[1:]), text))
            elif not cases and not line.startswith("#"):
                base.append(line)
    return "".join(base), cases


def case(tools, secilc, version, base, number, flags, text):
    with tempfile.NamedTemporaryFile("w", suffix=".cil") as f:
        f.write(base.replace("MLS", "false" if "nomls" in flags else "true") + text + "\n")
        f.flush()
        outcome = compare(tools, secilc, version, f.name, "line %d" % number)
    if "stricter" not in flags:
        return outcome
    # An explained difference that is none any more is to be explained no longer.
    return "refused" if "secilc accepts, we refuse" in outcome else "line %d: no difference, and one is explained" % number


def main():
    tools = [os.path.abspath(t) for t in sys.argv[1:3]]
    secilc, new = peer()
    if not secilc:
        return 77
    version = "35" if new else "33"
    if sys.argv[3] == "generated":
        seeds = range(int(sys.argv[4]), int(sys.argv[5]) + 1)
        jobs = lambda pool: [pool.submit(generated, tools, secilc, version, new, s) for s in seeds]
    elif sys.argv[3] == "cases":
        base, cases = read_cases(sys.argv[4])
        jobs = lambda pool: [pool.submit(case, tools, secilc, version, base, *c) for c in cases if new or "new" not in c[1]]
    else:
        folder = sys.argv[4] if len(sys.argv) > 4 else os.environ.get("SELKIE_CIL_FOLDER")
        if not folder:
            return 77
        paths = sorted(os.path.join(d, f) for d, _, names in os.walk(folder) for f in names if f.endswith(".cil"))
        jobs = lambda pool: [pool.submit(compare, tools, secilc, version, os.path.abspath(p), p) for p in paths]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = [j.result() for j in jobs(pool)]
    wrong = [o for o in outcomes if o not in ("accepted", "refused", "peer")]
    print("\n".join(wrong))
    print("%d policies: %d accepted and the same, %d refused by both, %d where the peer crashed, %d differ" % (
        len(outcomes), outcomes.count("accepted"), outcomes.count("refused"), outcomes.count("peer"), len(wrong)))
    if outcomes.count("peer") > len(outcomes) // 100 + 1:
        print("the peer crashes too often to show anything")
        return 1
    # A generator whose policies are all refused would show nothing.
    if sys.argv[3] == "generated" and outcomes.count("accepted") < len(outcomes) // 3:
        print("too few are accepted")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
