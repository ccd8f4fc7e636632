#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Deleting the statements that a rule is said to come from removes the rule.

deletion.py SELKIE CACHE [RULES [SEED]]: builds Debian's tree (fetched below CACHE), takes RULES (500) rules by chance,
deletes the statements of all of them in a copy of the tree, builds again, and looks whether any is still there. In
batches, so that a rule is not gone for another's sake too often. Exit 77 where the tree cannot be had.
"""
import json, os, random, re, shutil, subprocess, sys, tempfile

KINDS = ["--allow", "--auditallow", "--dontaudit", "--type_trans", "--type_change", "--type_member", "--role_allow",
         "--role_trans", "--range_trans"]
BATCH = 100
WORD = re.compile(r"\b(allow|auditallow|dontaudit|type_transition|type_change|type_member|role_transition|range_transition)\b")


def rules(selkie, policy):
    r = subprocess.run([selkie, "search", *KINDS, "--where", "--json", policy], stdout=subprocess.PIPE, check=True)
    return json.loads(r.stdout)["rules"]


def key(rule):
    # The text of a transition has the name of its object.
    text = rule["text"].split("[")[0] if rule["rule"] == "type_transition" else None
    return (rule["rule"], rule["source"], rule["target"], rule.get("class"), text, rule.get("condition"), rule.get("branch"))


def delete(tree, file, line):
    """Blanks the statement that stands there, line breaks kept."""
    path = os.path.join(tree, file)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    word = WORD.search(text, at)
    if not word or "\n" in text[at:word.start()].strip("\n") and text[at:word.start()].strip():
        sys.exit("no statement at %s:%d" % (file, line))
    end = text.index(";", word.start()) + 1
    text = text[:word.start()] + re.sub(r"[^\n]", " ", text[word.start():end]) + text[end:]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    selkie, cache = sys.argv[1:3]
    count, seed = int(sys.argv[3]) if len(sys.argv) > 3 else 500, int(sys.argv[4]) if len(sys.argv) > 4 else 1
    here = os.path.dirname(os.path.abspath(__file__))
    r = subprocess.run(["sh", os.path.join(here, "../te/fetch-tree.sh"), cache])
    if r.returncode:
        return r.returncode
    tree = os.path.join(cache, "selinux-policy-src")
    with tempfile.TemporaryDirectory() as work:
        policy = os.path.join(work, "policy")
        build = [selkie, "build", "-o", policy, "--config", "MONOLITHIC=y"]
        subprocess.run([*build, tree], check=True)
        # generated modules have no text to delete from
        all_rules = [r for r in rules(selkie, policy)]
        unknown = [r["text"] for r in all_rules if not r.get("origins")]
        if unknown:
            sys.exit("%d rules come from nowhere, as: %s" % (len(unknown), unknown[0]))
        written = lambda f: os.path.exists(f) and not os.path.exists(f + ".in") and not os.path.exists(f + ".m4")
        can = [r for r in all_rules if all(written(os.path.join(tree, o["file"])) for o in r["origins"])]
        chosen = random.Random(seed).sample(can, min(count, len(can)))
        left = 0
        for at in range(0, len(chosen), BATCH):
            copy = os.path.join(work, "tree")
            shutil.copytree(tree, copy, symlinks=True)
            batch = chosen[at:at + BATCH]
            for file, line in sorted({(o["file"], o["line"]) for r in batch for o in r["origins"]}):
                delete(copy, file, line)
            subprocess.run([*build, copy], check=True)
            after = {key(r) for r in rules(selkie, policy)}
            for r in batch:
                if key(r) in after:
                    print("still there: %s, though it came from %s" %
                          (r["text"], ["%s:%d" % (o["file"], o["line"]) for o in r["origins"]]))
                    left += 1
            shutil.rmtree(copy)
    print("%d rules, %d of them from generated files too; of the others %d chosen, %d still there" %
          (len(all_rules), len(all_rules) - len(can), len(chosen), left))
    return 1 if left else 0


sys.exit(main())
