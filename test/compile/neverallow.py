#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What neverallow rules forbid, as the origins of a policy have it: checkpolicy refuses the policy with such a rule added,
and takes it with any other.

neverallow.py SELKIE FIRST LAST: random policies of the seeds FIRST to LAST - 1, without allow rules. selkie can is asked for
random accesses which neverallow forbids them; what selkie search prints of these rules forbids the same when it stands in
their place. Exit 77 without a checkpolicy.
"""
import json, os, random, subprocess, sys, tempfile

from peer_text import peer

TYPES, ATTRIBUTES = ["ty%d" % i for i in range(8)], ["at%d" % i for i in range(4)]
CLASSES = {"file": ["read", "write", "ioctl"], "dir": ["read", "ioctl", "search"], "process": ["signal", "fork"]}
ACCESSES = 8


class Policy:
    def __init__(self, seed):
        self.random = r = random.Random(seed)
        self.head = ["class %s" % c for c in CLASSES] + ["sid kernel"]
        self.head += ["class %s { %s }" % (c, " ".join(p)) for c, p in CLASSES.items()]
        self.head += ["attribute %s;" % a for a in ATTRIBUTES]
        self.head += ["type %s;" % ", ".join([t] + r.sample(ATTRIBUTES, r.randint(0, 2))) for t in TYPES]
        self.rules = [self.rule() for _ in range(r.randint(1, 4))]
        self.tail = ["type_transition ty0 ty0:process ty1;", "role r;", "role r types { %s };" % " ".join(TYPES), "user u roles r;", "sid kernel u:r:ty0"]

    def types(self, target):
        r = self.random
        kind = r.random()
        if kind < 0.1:
            return "*"
        if target and kind < 0.3:
            return "self"
        names = r.sample(TYPES + ATTRIBUTES * 2, r.randint(1, 3))
        if kind < 0.5:
            return "~{ %s }" % " ".join(names)
        names += ["-" + n for n in r.sample(TYPES + ATTRIBUTES, r.randint(0, 2)) if n not in names]
        # No self beside other names: checkpolicy forgets these then, see docs/differences-checkpolicy.md.
        return "{ %s }" % " ".join(names)

    def rule(self):
        r = self.random
        if r.random() < 0.3:
            low = sorted(r.sample(range(0x5400, 0x5700), 3))
            numbers = r.choice(["{ 0x%x 0x%x-0x%x }" % tuple(low), "0x%x" % low[0], "~{ 0x%x-0x%x }" % tuple(low[:2])])
            return "neverallowxperm %s %s:%s ioctl %s;" % (self.types(False), self.types(True),
                                                          r.choice(["file", "{ file dir }"]), numbers)
        cls = r.choice(list(CLASSES))
        return "neverallow %s %s:%s %s;" % (self.types(False), self.types(True), cls, r.choice(
            ["*", "~%s" % CLASSES[cls][1], "{ %s }" % " ".join(r.sample(CLASSES[cls], 2)), CLASSES[cls][0]]))

    def accesses(self):
        r = self.random
        for _ in range(ACCESSES):
            cls = r.choice(list(CLASSES))
            perm = r.choice(CLASSES[cls])
            source = r.choice(TYPES)
            yield (source, source if r.random() < 0.3 else r.choice(TYPES), cls, perm,
                   r.randrange(0x5400, 0x5700) if perm == "ioctl" else None)

    def text(self, rules, added=()):
        return "\n".join(self.head + rules + list(added) + self.tail) + "\n"


def added(access):
    source, target, cls, perm, number = access
    yield "allow %s %s:%s %s;" % (source, target, cls, perm)
    if number is not None:
        yield "allowxperm %s %s:%s ioctl 0x%x;" % (source, target, cls, number)


def accepts(text):
    with open("peer.conf", "w") as f:
        f.write(text)
    r = subprocess.run([peer(), "-o", "peer", "peer.conf"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if r.returncode and "neverallow failures occurred" not in r.stdout:
        sys.exit("checkpolicy refuses the policy for another reason:\n%s\n%s" % (r.stdout, text))
    return not r.returncode


def forbidden(selkie, access):
    """The rules that selkie names, each with its line."""
    source, target, cls, perm, number = access
    r = subprocess.run([selkie, "can", "--json", "--policy", "policy", source, target, cls,
                        perm if number is None else "%s:0x%x" % (perm, number)], stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL)
    answer = json.loads(r.stdout)["answers"][0]
    return [(f["text"], f["origins"][0]["line"]) for f in answer["forbidden"]]


def check(selkie, policy):
    wrong = []
    if not accepts(policy.text(policy.rules)):
        return ["checkpolicy refuses it without any allow rule"]
    with open("policy.conf", "w") as f:
        f.write(policy.text(policy.rules))
    subprocess.run([selkie, "build", "-o", "policy", "policy.conf"], check=True)
    printed = subprocess.run([selkie, "search", "--neverallow", "--neverallowxperm", "policy"], stdout=subprocess.PIPE,
                             check=True, text=True).stdout.splitlines()
    for access in policy.accesses():
        named = forbidden(selkie, access)
        refused = not accepts(policy.text(policy.rules, added(access)))
        if refused != bool(named):
            wrong.append("%s: checkpolicy %s it, selkie names %s" % (access, "refuses" if refused else "takes", named))
        if accepts(policy.text(printed, added(access))) == refused:
            wrong.append("%s: what is printed does not forbid the same: %s" % (access, printed))
        # Each that is named forbids it alone, and without all that are named nothing does.
        lines = {line - len(policy.head) - 1 for _, line in named}
        for i in lines:
            if accepts(policy.text([policy.rules[i]], added(access))):
                wrong.append("%s is not forbidden by %s" % (access, policy.rules[i]))
        if not accepts(policy.text([rule for i, rule in enumerate(policy.rules) if i not in lines], added(access))):
            wrong.append("%s is forbidden by more than %s" % (access, named))
    return wrong


def main():
    if not peer():
        return 77
    selkie, wrong = os.path.abspath(sys.argv[1]), 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for seed in range(int(sys.argv[2]), int(sys.argv[3])):
            policy = Policy(seed)
            problems = check(selkie, policy)
            wrong += len(problems)
            if problems:
                print("seed %d:\n%s\n  %s" % (seed, "\n".join(policy.rules), "\n  ".join(problems)))
    print("%d policies, %d wrong" % (int(sys.argv[3]) - int(sys.argv[2]), wrong))
    return 1 if wrong else 0


sys.exit(main())
