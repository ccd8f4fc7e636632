# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packages of modules, compared by what the peers' converter says of them: the same statements and file contexts, in any order
and with any numbers in the names that it gives to optionals and sets."""
import os, re, subprocess

HLL = "/usr/libexec/selinux/hll/pp"
# In statements of these the order of names says something, or there are no permissions in them.
KEYWORDS = set("allow dontaudit auditallow neverallow type typealias typealiasactual typeattribute roleattribute role roletype "
               "filecon boolean tunable typetransition classpermission classcommon sensitivity handleunknown mls true false and or "
               "not xor eq neq roleallow roletransition typebounds typechange typemember rangetransition".split())


def run(argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def canonical(words, i):
    """The statement that begins at words[i] as nested tuples, and where it ends. In it permissions and the two sides of a
    condition are in order, and a block has its statements in order, once each, those on one condition together."""
    if words[i] != "(":
        return words[i], i + 1
    parts, i = [], i + 1
    while words[i] != ")":
        part, i = canonical(words, i)
        parts.append(part)
    head = parts[0] if parts else ""
    if head in ("true", "false", "optional"):
        n = 1 + (head == "optional")
        parts = parts[:n] + in_order(parts[n:])
    elif head in ("and", "or", "xor", "eq", "neq"):
        parts = [head, *sorted(parts[1:], key=repr)]
    elif all(isinstance(p, str) for p in parts) and head not in KEYWORDS:
        parts.sort()
    return tuple(parts), i + 1


def in_order(statements):
    found, conditions = set(), {}
    for s in statements:
        if s[0] == "booleanif":
            for branch in s[2:]:
                conditions.setdefault(s[1], {}).setdefault(branch[0], set()).update(branch[1:])
        else:
            found.add(s)
    for condition, branches in conditions.items():
        found.add(("booleanif", condition, *((b, *sorted(rules, key=repr)) for b, rules in sorted(branches.items()))))
    return sorted(found, key=repr)


def statements(package):
    """What the peers' converter says, as a set of statements without the numbers that it gives."""
    p = subprocess.run([HLL, package], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if p.returncode:
        return {"not a package: " + p.stderr[-300:]}
    text = re.sub(r"_(typeattr|roleattr|optional)_\d+", r"_\1_", p.stdout)
    words, found, i = re.findall(r'[()]|"[^"]*"|[^\s()"]+', text), [], 0
    while i < len(words):
        statement, i = canonical(words, i)
        found.append(statement)
    return set(in_order(found))


def put(folder, modules):
    os.makedirs(folder)
    for name, files in modules.items():
        for ending in ("te", "if", "fc"):
            with open(os.path.join(folder, "%s.%s" % (name, ending)), "w") as f:
                f.write(files.get(ending, ""))


class Comparison:
    def __init__(self, selkie):
        self.selkie, self.n, self.refused, self.wrong = os.path.abspath(selkie), 0, 0, 0

    def compare(self, what, name, theirs, sources, folder, said=""):
        """theirs: a package, or none where the peer refuses. said: what the peer must have been seen to do."""
        ours = os.path.join(folder, name + ".ours.pp")
        p = run([self.selkie, "build", "--format", "pp", "-o", ours, *sources], cwd=folder)
        self.n += 1
        taken = os.path.exists(theirs)
        self.refused += not taken
        wrong = []
        if said and taken != (said == "taken"):
            wrong.append("the peer was to have it %s" % said)
        elif (p.returncode == 0) != taken or p.returncode > 1:
            wrong.append("the peer has a package: %s; selkie exits %d: %s" % (taken, p.returncode, p.stdout[:600]))
        elif taken:
            a, b = statements(theirs), statements(ours)
            wrong += ["only the peer: %s" % (s,) for s in list(a - b)[:4]]
            wrong += ["only selkie: %s" % (s,) for s in list(b - a)[:4]]
        self.wrong += bool(wrong)
        for w in wrong:
            print("%s %s: %s" % (what, name, w[:600]), flush=True)


def of_tree(tree, names):
    """Sources of the modules of a tree that are no generated ones; all where names is none."""
    found = {}
    for folder, _, files in os.walk(os.path.join(tree, "policy/modules")):
        for file in files:
            name, ending = os.path.splitext(file)
            if ending == ".te" and not os.path.exists(os.path.join(folder, file + ".in")) and (not names or name in names):
                found[name] = {}
                for e in ("te", "if", "fc"):
                    path = os.path.join(folder, name + "." + e)
                    if os.path.exists(path):
                        with open(path) as f:
                            found[name][e] = f.read()
    return dict(sorted(found.items()))
