# SPDX-License-Identifier: LGPL-2.1-or-later
"""Comparing two kernel policies by the text that checkpolicy makes of them.

Three things are taken into account, both of them checked and not just passed over:
- checkpolicy 3.4 expands `role R types ATTRIBUTE` before it has read which types later optionals put into the attribute.
  The peer's types of a role must be among ours, and each of ours that it lacks must be in an attribute that the text
  gives the role.
- with -O, of two rules on attributes that hold the same types either may go, as a hash has it: there a rule's attributes
  are replaced by the first of those that hold the same types.
- libsepol leaves a type rule of several classes at the first class for which the same rule stands already, so that the
  classes behind it get none. A rule that only we have must be such a one: for the same types with the same result another
  class has it on both sides. See docs/differences-checkpolicy.md.
"""
import collections, os, re, shutil, subprocess


def peer():
    """The checkpolicy that judges: Debian's, or in the folder that SELKIE_PEER_311 names. None without any."""
    return tool("checkpolicy")


def checkmodule():
    return tool("checkmodule")


def tool(name):
    """One of Debian's, or in the folder that SELKIE_PEER_311 names; None without it."""
    newer = os.environ.get("SELKIE_PEER_311")
    return shutil.which(os.path.join(newer, "bin", name) if newer else name)


def decompile(policy, mls):
    """Sorted lines. Raises CalledProcessError when checkpolicy cannot read it."""
    subprocess.run([peer(), *(["-M"] if mls else []), "-b", "-F", "-o", policy + ".txt", policy], check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with open(policy + ".txt") as f:
        return sorted(f.readlines())


def role_types(lines):
    roles = {}
    for line in lines:
        m = re.match(r"role (\S+) types \{ (.*) \};", line)
        if m:
            roles.setdefault(m[1], set()).update(m[2].split())
    return roles


def members(lines):
    of = {}
    for line in lines:
        m = re.match(r"typeattribute (\S+) (.*);", line)
        if m:
            for a in m[2].split(","):
                of.setdefault(a.strip(" {}"), set()).add(m[1])
    return of


def roles_excused(conf, theirs, ours):
    of, named = members(theirs), {}
    with open(conf) as f:
        for m in re.finditer(r"^\s*role\s+(\S+)\s+types\s+([^;]*);", f.read(), re.M):
            named.setdefault(m[1], set()).update(m[2].strip("{} ").split())
    a, b = role_types(theirs), role_types(ours)
    return set(a) <= set(b) and all(a.get(r, set()) <= t and t - a.get(r, set()) <=
                                    set().union(*(of.get(x, set()) for x in named.get(r, ()))) for r, t in b.items())


def canonical(lines):
    first, name = {}, {}
    for attribute, types in sorted(members(lines).items()):
        name[attribute] = first.setdefault(frozenset(types), attribute)
    out = []
    for line in lines:
        m = re.match(r"(\s*(?:allow|auditallow|dontaudit)) (\S+) (\S+):(.*)", line, re.S)
        out.append("%s %s %s:%s" % (m[1], name.get(m[2], m[2]), name.get(m[3], m[3]), m[4]) if m else line)
    return sorted(out)


TYPE_RULE = re.compile(r"\s*(type_(?:transition|member|change) \S+ \S+):(\S+) (\S+);\s*$")


def without_left_rules(theirs, ours):
    """Ours without the type rules that the peer, having met their like, has left."""
    def like(m):
        return m[1], m[3]
    there = collections.Counter(like(m) for m in map(TYPE_RULE.match, theirs) if m)
    have = set(theirs)
    return [l for l in ours if l in have or not (m := TYPE_RULE.match(l)) or not there[like(m)]]


def differences(conf, theirs, ours, optimized=False):
    """What differs between two lists of lines of policies made from `conf`; some of it, as lines."""
    if theirs == ours:
        return []
    if role_types(theirs) != role_types(ours) and not roles_excused(conf, theirs, ours):
        return ["types of roles: %s, %s" % (role_types(theirs), role_types(ours))]
    a, b = ([l for l in lines if not re.match(r"role \S+ types", l)] for lines in (theirs, ours))
    b = without_left_rules(a, b)
    if optimized:
        a, b = canonical(a), canonical(b)
    if a == b:
        return []
    return (["peer only: " + l for l in sorted(set(a) - set(b))[:5]] + ["selkie only: " + l for l in sorted(set(b) - set(a))[:5]]
            or ["a line stands more often"])


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def compare(tool, text, mls, work):
    """A policy.conf through checkpolicy and through compile-tool: whether both take it, or None, and what differs, as lines."""
    conf, ours, theirs = (os.path.join(work, f) for f in ("policy.conf", "ours", "theirs"))
    with open(conf, "w") as f:
        f.write(text)
    a = run(peer(), *(["-M"] if mls else []), "-c", "33", "-o", theirs, conf)
    b = run(tool, "-o", ours, conf)
    if b.returncode not in (0, 1):
        return None, ["exit %d: %s" % (b.returncode, b.stdout[-500:])]
    if (a.returncode == 0) != (b.returncode == 0):
        # checkpolicy asks whether a context is valid before the types of role attributes have gone to their roles, and before
        # optional blocks are on that give a role its types.
        late = "roleattribute" in text or re.search(r"^optional \{[^}]*\nrole \S+ types", text, re.M)
        if a.returncode and late and "invalid security context" in a.stdout:
            return None, []
        return None, ["checkpolicy %s: %s" % (("takes it, selkie says", b.stdout[:400]) if b.returncode else
                                              ("refuses it", a.stdout[-400:]))]
    if a.returncode:
        return False, []
    return True, differences(conf, decompile(theirs, mls), decompile(ours, mls))
