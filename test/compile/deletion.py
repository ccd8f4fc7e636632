#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Deleting the statements that something is said to come from removes it.

deletion.py SELKIE CACHE [RULES [OTHERS [SEED]]]: builds Debian's tree (fetched below CACHE), takes RULES (500) rules and
OTHERS (100) each of rules of conditionals, attributes of types, types of roles, contexts and constraints, and lines of
file_contexts by chance, deletes the statements of all of them (of rules of conditionals, the conditionals) in a copy of
the tree, builds again, and looks whether any is still there. Of each neverallow rule, an access that it forbids: with
an allow rule for it the tree does not build, and without the neverallow rules that are named it does. In batches, so that one is not gone for another's sake too often. Exit 77 where the tree cannot be had.
"""
import json, os, random, re, shutil, subprocess, sys, tempfile

KINDS = ["--allow", "--auditallow", "--dontaudit", "--type_trans", "--type_change", "--type_member", "--role_allow",
         "--role_trans", "--range_trans"]
BATCH = 100
WORDS = ("neverallow|allow|auditallow|dontaudit|type_transition|type_change|type_member|role_transition|range_transition|typeattribute|"
         "type|attribute_role|roleattribute|role|fs_use_xattr|fs_use_task|fs_use_trans|constrain|mlsconstrain|"
         "validatetrans|mlsvalidatetrans")
WORD = re.compile(r"\b(%s)\b" % WORDS)
# Statements without a semicolon: they end with their line, and so do lines of labels.
LINE = re.compile(r"[ \t]*(genfscon|portcon|netifcon|nodecon|/|HOME|USER)")
CONDITIONAL = re.compile(r"[ \t]*(tunable_policy|if)\s*\(")


def ask(*command):
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


class Thing:
    """Something of a policy: its kind, what tells it from others, and where it comes from."""

    def __init__(self, kind, key, text, places):
        self.kind, self.key, self.text, self.places = kind, (kind,) + key, text, places


def places(origins):
    return sorted({(o["file"], o["line"]) for o in origins or []})


def conditional(origin):
    """The place of a statement's conditional; of a tunable_policy always the call, not the if in the macro."""
    place = origin.get("conditional")
    return place["calls"][0] if place and place["calls"] and place["calls"][0]["name"] == "tunable_policy" else place


def rules(selkie, policy):
    for r in ask(selkie, "search", *KINDS, "--where", "--json", policy)["rules"]:
        # The text of a transition has the name of its object.
        text = r["text"].split("[")[0] if r["rule"] == "type_transition" else None
        key = (r["rule"], r["source"], r["target"], r.get("class"), text, r.get("condition"), r.get("branch"))
        yield Thing("rule", key, r["text"], places(r.get("origins")))
        if "condition" in r:
            conditionals = [conditional(o) for o in r.get("origins", [])]
            yield Thing("rule of a conditional", key, r["text"], places(conditionals) if all(conditionals) else [])


def components(selkie, policy):
    found = ask(selkie, "info", "--all", "--where", "--json", policy)["components"]
    for kind, what in (("attribute", "attribute of a type"), ("role", "type of a role")):
        for c in found[kind]:
            for part in c["parts"]:
                yield Thing(what, (c["name"], part["name"]), "%s %s" % (c["name"], part["name"]), places(part.get("origins")))
    for kind in ("genfscon", "fs_use", "portcon", "netifcon", "nodecon", "constrain", "validatetrans"):
        for c in found[kind]:
            # A constraint by its expression too, as a class may have several; ranges of attributes do not change.
            yield Thing("context or constraint", (kind, c["text"]), c["text"].strip(), places(c.get("origins")))


def numbers(data, at):
    """The numbers of a file of origins, in sevens of bits."""
    while True:
        v = shift = 0
        while True:
            byte = data[at[0]]
            at[0] += 1
            v |= (byte & 0x7f) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield v


def labels(folder):
    """The lines of file_contexts, by the side file, which is read here."""
    name = os.path.join(folder, "contexts/files/file_contexts")
    with open(name + ".origins", "rb") as f:
        data = f.read()
    at = [16]
    n = numbers(data, at)
    n_strings, n_calls, n_conds, n_stmts, _, n_keys, _ = (next(n) for _ in range(7))
    strings = []
    for _ in range(n_strings):
        size = next(n)
        strings.append(data[at[0]:at[0] + size].decode())
        at[0] += size
    for _ in range(4 * (n_calls - 1) + 3 * (n_conds - 1)):
        next(n)
    step = lambda v: -((v >> 1) + 1) if v & 1 else v >> 1
    stmts, file, line = [], 0, 0
    for _ in range(n_stmts):
        if next(n) & 1:
            next(n)
        file += step(next(n))
        line += step(next(n))
        next(n)
        stmts.append((strings[file], line))
    key, stmt, where = 0, 0, {}
    for _ in range(n_keys):
        key += next(n)
        count = next(n)
        for _ in range(count):
            stmt += step(next(n))
            if count > 1:
                next(n)
            where.setdefault((key >> 30 & 0xffff) << 16 | key >> 14 & 0xffff, []).append(stmts[stmt])
    with open(name, encoding="utf-8") as f:
        for number, text in enumerate(f, 1):
            yield Thing("line of file_contexts", tuple(text.split()), text.strip(), sorted(set(where.get(number, []))))


def at_line(tree, file, line):
    """The text of a file, and where that line begins in it."""
    with open(os.path.join(tree, file), encoding="utf-8") as f:
        text = f.read()
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return text, at


def blank(tree, file, text, start, end):
    """The file without what stands from start to end; line breaks are kept."""
    with open(os.path.join(tree, file), "w", encoding="utf-8") as f:
        f.write(text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:])


def delete(tree, file, line, attribute):
    """Blanks the statement that stands there; of a declaration of a type one attribute only."""
    text, at = at_line(tree, file, line)
    end = text.find("\n", at)
    if LINE.match(text, at):
        start = at
    else:
        word = WORD.search(text, at)
        if not word or "\n" in text[at:word.start()].strip("\n") and text[at:word.start()].strip():
            sys.exit("no statement at %s:%d" % (file, line))
        start, end = word.start(), text.index(";", word.start()) + 1
        if word.group() == "type":
            if not attribute:
                sys.exit("%s:%d declares a type" % (file, line))
            # Of an interface, parts of names are arguments.
            fits = lambda given: re.fullmatch(re.sub(r"\\\$\d", "[^,]+", re.escape(given)), attribute)
            names = [m for m in re.compile(r",\s*([\w$]+)").finditer(text, start, end) if fits(m.group(1))]
            if not names:
                sys.exit("%s:%d gives no attribute %s" % (file, line, attribute))
            start, end = names[0].span()
    blank(tree, file, text, start, end)


def closing(text, at, opening, end, quoted):
    """Behind what closes the first `opening` from there on. quoted: m4, where what is in quotes does not count."""
    depth = quotes = 0
    while True:
        c = text[at]
        if quoted and c in "`'":
            quotes += 1 if c == "`" else -1
        elif c == "#" and not quoted:
            at = text.index("\n", at)
        elif not quotes and c in opening + end:
            depth += 1 if c == opening else -1
            if not depth:
                return at + 1
        at += 1


def delete_conditional(tree, file, line):
    """Blanks the conditional that begins there, with both of its branches."""
    text, start = at_line(tree, file, line)
    word = CONDITIONAL.match(text, start)
    if not word:
        sys.exit("no conditional at %s:%d" % (file, line))
    if word.group(1) == "if":
        end = closing(text, closing(text, start, "(", ")", False), "{", "}", False)
        other = re.compile(r"\s*else\s*(?={)").match(text, end)
        end = closing(text, other.end(), "{", "}", False) if other else end
    else:
        end = closing(text, start, "(", ")", True)
    blank(tree, file, text, start, end)


class Trial:
    def __init__(self, selkie, tree, work):
        self.selkie, self.tree, self.work = selkie, tree, work

    def things(self, tree):
        out = os.path.join(self.work, "out")
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([self.selkie, "build", "-N", "-o", out + "/", "--config", "MONOLITHIC=y", tree], check=True,
                       stderr=subprocess.DEVNULL)
        folder = os.path.join(out, os.listdir(out)[0])
        policy = os.path.join(folder, "policy/policy.33")
        return [*rules(self.selkie, policy), *components(self.selkie, policy), *labels(folder)]

    def written(self, file):
        """Generated modules have no text to delete from; m4 text of macros has."""
        f = os.path.join(self.tree, file)
        return os.path.exists(f) and not f.endswith(".in") and not os.path.exists(f + ".m4")

    def batch(self, batch):
        """Those of a batch that are still there."""
        copy = os.path.join(self.work, "tree")
        shutil.copytree(self.tree, copy, symlinks=True)
        # What stands in a conditional first: it is not found again without it.
        for t in sorted(batch, key=lambda t: t.kind == "rule of a conditional"):
            if t.kind == "rule of a conditional":
                for file, line in t.places:
                    delete_conditional(copy, file, line)
                continue
            attribute = t.key[1] if t.kind == "attribute of a type" else None
            for file, line in t.places:
                delete(copy, file, line, attribute)
        after = {t.key for t in self.things(copy)}
        shutil.rmtree(copy)
        return [t for t in batch if t.key in after]


class Neverallows:
    """The neverallow rules of the tree, each by a rule that breaks it."""

    def __init__(self, selkie, tree, work, chance):
        self.selkie, self.tree, self.work, self.random = selkie, tree, work, chance
        self.policy = os.path.join(work, "never.33")
        self.build(tree)
        found = ask(selkie, "search", "--neverallow", "--where", "--json", self.policy)["rules"]
        self.rules = {places(r["origins"])[0]: r for r in found}
        components = ask(selkie, "info", "-t", "-x", "--json", self.policy)["components"]["type"]
        self.types = [c["name"] for c in components]

    def build(self, tree):
        return subprocess.run([self.selkie, "build", "-o", self.policy, "--config", "MONOLITHIC=y", tree],
                              stderr=subprocess.PIPE, universal_newlines=True)

    def breaking(self, place):
        """An access, and all that forbids it: this neverallow, and as few others as is found by chance."""
        rule, best = self.rules[place], None
        named = [t for t in re.findall(r"\w+", rule["target"]) if t in self.types] if "~" not in rule["target"] else []
        for _ in range(400):
            source = self.random.choice(self.types)
            target = source if "self" in rule["target"] else self.random.choice(named or self.types)
            perm = self.random.choice(rule["permissions"])
            r = subprocess.run([self.selkie, "can", "--json", "--policy", self.policy, source, target, rule["class"], perm],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            answer = json.loads(r.stdout)["answers"][0]
            by = sorted({p for f in answer.get("forbidden", []) for p in places(f["origins"])})
            if place in by and (not best or len(by) < len(best[1])):
                # The types may be declared in optional blocks.
                best = ("optional { require { type %s; type %s; } allow %s %s:%s %s; }" %
                        (source, target, source, target, rule["class"], perm), by)
            if best and len(best[1]) == 1:
                break
        return best

    def wrong(self, place):
        """What is wrong with this one; None when all is well."""
        found = self.breaking(place)
        if not found:
            return "no access was found that %s:%d forbids" % place
        allow, by = found
        copy = os.path.join(self.work, "tree")
        shutil.copytree(self.tree, copy, symlinks=True)
        try:
            with open(os.path.join(copy, "policy/modules/kernel/kernel.te"), "a", encoding="utf-8") as f:
                f.write(allow + "\n")
            if "E0808" not in self.build(copy).stderr:
                return "%s is not refused, though %s forbid it" % (allow, by)
            # All but one: that one forbids it still.
            for file, line in [p for p in by if p != place]:
                delete(copy, file, line, None)
            if len(by) > 1 and "E0808" not in self.build(copy).stderr:
                return "%s is not forbidden by %s:%d alone" % ((allow,) + place)
            delete(copy, *place, None)
            after = self.build(copy)
            return "%s is refused without %s:\n%s" % (allow, by, after.stderr) if after.returncode else None
        finally:
            shutil.rmtree(copy)


def check_neverallows(selkie, tree, work, chance, most):
    n = Neverallows(selkie, tree, work, chance)
    chosen = sorted(n.rules)
    chosen = chance.sample(chosen, min(most, len(chosen)))
    problems = [p for p in map(n.wrong, chosen) if p]
    print("neverallow: %d statements, %d chosen, %d wrong" % (len(n.rules), len(chosen), len(problems)))
    for p in problems:
        print(p)
    return len(problems)


def chunks(chosen):
    """Declarations of types first, as what is blanked is not found again: one thing a statement and batch."""
    left = chosen
    while left:
        batch, seen, later = [], set(), []
        for t in left:
            if len(batch) == BATCH or seen & set(t.places):
                later.append(t)
            else:
                batch.append(t)
                seen |= set(t.places)
        yield batch
        left = later


def main():
    selkie, cache = sys.argv[1:3]
    n_rules, n_others, seed = (int(sys.argv[i]) if len(sys.argv) > i else n for i, n in ((3, 500), (4, 100), (5, 1)))
    here = os.path.dirname(os.path.abspath(__file__))
    r = subprocess.run(["sh", os.path.join(here, "../fetch.sh"), cache, "tree"])
    if r.returncode:
        return r.returncode
    with tempfile.TemporaryDirectory() as work:
        trial = Trial(selkie, os.path.join(cache, "selinux-policy-src"), work)
        by_kind = {}
        for t in trial.things(trial.tree):
            by_kind.setdefault(t.kind, []).append(t)
        chosen, random_number = [], random.Random(seed)
        for kind, found in by_kind.items():
            unknown = [t.text for t in found if not t.places]
            if unknown:
                sys.exit("%d of %s come from nowhere, as: %s" % (len(unknown), kind, unknown[0]))
            can = [t for t in found if all(trial.written(f) for f, _ in t.places)]
            some = random_number.sample(can, min(n_rules if kind == "rule" else n_others, len(can)))
            chosen += some
            print("%s: %d, %d of them from generated files too; of the others %d chosen" %
                  (kind, len(found), len(found) - len(can), len(some)))
        random_number.shuffle(chosen)
        left = []
        for batch in chunks(chosen):
            left += trial.batch(batch)
        for t in left:
            print("still there: %s: %s, though it came from %s" % (t.kind, t.text, t.places))
        wrong = check_neverallows(selkie, trial.tree, work, random_number, n_others // 5)
    print("%d still there" % len(left))
    return 1 if left or wrong else 0


sys.exit(main())
