#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random policies, the same for the same seed: generate.py SEED prints a policy.conf; policy(SEED) returns (text, mls).

Statements of every kind over a small stock of names, in the order that checkpolicy wants. Every third seed is then broken
slightly: a name changed or lost, a statement doubled or moved, a number turned around.
"""
import random, re, sys

CLASSES = {"file": ["execute"], "dir": ["search", "add"], "process": ["transition", "signal"], "sock": ["bind", "nlmsg_read"]}
COMMON = ["ioctl", "read", "write", "getattr"]
INHERITS = ("file", "dir", "sock")


class Policy:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.mls = self.r.random() < 0.5
        self.types = ["ty%d" % i for i in range(9)]
        self.attrs = ["a%d" % i for i in range(4)]
        self.roles = ["ro%d" % i for i in range(3)]
        self.bools = ["b%d" % i for i in range(4)]
        self.tunables = ["tun0", "tun1"]
        self.n = 0
        self.names = set()

    def pick(self, names):
        return self.r.choice(names)

    def some(self, names, most=3):
        chosen = self.r.sample(names, self.r.randint(1, min(most, len(names))))
        return chosen[0] if len(chosen) == 1 and self.r.random() < 0.8 else "{ %s }" % " ".join(chosen)

    def types_set(self, never=False):
        x = self.r.random()
        if x < 0.12:
            return "{ %s -%s }" % (self.pick(self.attrs), self.pick(self.types + self.attrs))
        if never and x < 0.3:
            return self.pick(["*", "~" + self.pick(self.types), "~{ %s %s }" % (self.pick(self.attrs), self.pick(self.types))])
        return self.some(self.types + self.attrs)

    def target(self, never=False):
        x = self.r.random()
        if x < 0.12:
            return "self"
        if x < 0.2 and not never:
            return "{ %s self }" % self.pick(self.types + self.attrs)
        return self.types_set(never)

    def perms_of(self, cls):
        return CLASSES[cls] + (COMMON if cls in INHERITS else [])

    def access(self):
        x = self.r.random()
        if x < 0.15:
            return "{ file dir } " + self.some(COMMON)
        cls = self.pick(list(CLASSES))
        if x < 0.22:
            return cls + " *"
        if x < 0.28:
            return cls + " ~" + self.pick(self.perms_of(cls))
        return cls + " " + self.some(self.perms_of(cls))

    def av_rule(self):
        word = self.pick(["allow"] * 5 + ["auditallow", "dontaudit"])
        return "%s %s %s:%s;" % (word, self.types_set(), self.target(), self.access())

    def type_rule(self):
        word = self.pick(["type_transition", "type_member", "type_change"])
        # Sources and results are kept apart, or most policies would contradict themselves.
        source = self.pick(self.types)
        return "%s %s %s:%s %s;" % (word, source, self.pick(self.types), self.pick(list(CLASSES)),
                                    self.types[int(source[2:]) * 2 % len(self.types)])

    def named(self):
        self.n += 1
        return 'type_transition %s %s:%s %s "n%d";' % (self.types_set(), self.some(self.types), self.some(list(CLASSES)),
                                                       self.pick(self.types), self.n)

    def xperm(self):
        word = self.pick(["allowxperm", "allowxperm", "auditallowxperm", "dontauditxperm"])
        a = self.r.randrange(0x10000)
        # All but 0xffff is all to checkpolicy 3.4; newer ones have that right.
        numbers = self.pick(["0x%x" % a, "{ 0x%x-0x%x }" % (a, min(a + self.r.randrange(700), 0xffff)),
                             "{ 0x5400-0x54ff 0x%x }" % a, "~{ 0x%x }" % min(a, 0xfffe)])
        return "%s %s %s:%s ioctl %s;" % (word, self.types_set(), self.target(), self.some(list(INHERITS)), numbers)

    def expression(self, names, depth=0):
        x = self.r.random()
        if depth > 1 or x < 0.4:
            return self.pick(names)
        if x < 0.55:
            return "!" + ("(%s)" % self.expression(names, depth + 1) if self.r.random() < 0.5 else self.pick(names))
        return "(%s %s %s)" % (self.expression(names, depth + 1), self.pick(["&&", "||", "^", "==", "!="]),
                               self.expression(names, depth + 1))

    def conditional(self):
        names = self.bools if self.r.random() < 0.8 else self.tunables
        body = lambda: " ".join(self.av_rule() for _ in range(self.r.randint(0, 3)))
        text = "if (%s) { %s }" % (self.expression(names), body())
        return text + (" else { %s }" % body() if self.r.random() < 0.5 else "")

    def optional(self, depth=0):
        self.n += 1
        own, need = "o%d" % self.n, self.pick(self.types + ["missing_t"] + ["o%d" % self.r.randint(1, 8)] * 2)
        need = need if need != own else "ty0"
        lines = ["optional {", "require { type %s; class file { read }; attribute %s; }" % (need, self.pick(self.attrs[:2]))]
        attribute = re.search(r"attribute (a\d)", lines[1])[1]
        lines.append("type %s%s;" % (own, ", " + attribute if self.r.random() < 0.5 else ""))
        lines.append("allow %s %s:file read;" % (own, need))
        if self.r.random() < 0.4:
            lines.append("allow %s self:file { read };" % attribute)
        if self.r.random() < 0.3:
            lines.append("typeattribute %s %s;" % (own, attribute))
        if depth < 2 and self.r.random() < 0.3:
            lines += self.optional(depth + 1)
        lines.append("}")
        if self.r.random() < 0.3:
            lines[-1] = "} else { allow %s %s:file write; }" % (self.pick(self.types), self.pick(self.types))
        return lines

    def level(self, low=False):
        s = 0 if low else self.r.randrange(3)
        return "s%d%s" % (s, self.pick(["", ":c0", ":c0.c2", ":c1,c3"]) if not low else "")

    def mls_head(self):
        return ["sensitivity s0;", "sensitivity s1 alias secret;", "sensitivity s2;", "dominance { s0 s1 s2 }",
                *("category c%d;" % i for i in range(4)), "level s0:c0.c3;", "level s1:c0.c3;",
                "level s2:%s;" % self.pick(["c0.c3", "c0.c2", "c0,c1.c3"])]

    def constraint(self, mls):
        def leaf():
            x = self.r.random()
            if mls and x < 0.5:
                return "%s %s %s" % (*self.pick([("l1", "%s", "l2"), ("h1", "%s", "h2"), ("l1", "%s", "h1"), ("h1", "%s", "l2")]),) \
                    % self.pick(["dom", "domby", "eq", "incomp"])
            return self.pick(["u1 == u2", "r1 == r2", "t1 == t2", "t1 == %s" % self.some(self.types + self.attrs),
                              "t2 != %s" % self.pick(self.attrs), "r1 == %s" % self.some(self.roles), "u1 != u2" if mls else "u2 == user0",
                              "r1 dom r2"])
        expr = leaf()
        for _ in range(self.r.randrange(3)):
            expr = self.pick(["(%s and %s)", "(%s or %s)"]) % (expr, leaf())
            if self.r.random() < 0.2:
                expr = "(not %s)" % expr
        return "%s %s (%s);" % ("mlsconstrain" if mls else "constrain", self.access(), expr)

    def context(self, role="object_r"):
        return "user0:%s:%s%s" % (role, self.pick(self.types), ":s0" if self.mls else "")

    def contexts(self):
        r, out, seen = self.r, [], set()
        for _ in range(r.randrange(6)):
            low = r.randrange(1, 2000)
            out.append("portcon %s %d%s %s" % (self.pick(["tcp", "udp", "sctp"]), low,
                                               "-%d" % (low + r.randrange(90)) if r.random() < 0.3 else "", self.context()))
        out += ["netifcon if%d %s %s" % (i, self.context(), self.context()) for i in range(r.randrange(3))]
        out += ["nodecon 10.%d.0.0 255.%s.0.0 %s" % (i, self.pick(["255", "0"]) if not i else "255", self.context()) for i in range(r.randrange(4))]
        out += ["nodecon fe80:%d:: ffff:ffff:: %s" % (i, self.context()) for i in range(r.randrange(2))]
        head = ["fs_use_%s fs%d %s;" % (self.pick(["xattr", "task", "trans"]), i, self.context()) for i in range(r.randrange(3))]
        for _ in range(r.randrange(6)):
            path = self.pick(["/", "/a", "/a/b", "/c", "/longer"])
            if path not in seen:
                out_line = "genfscon %s %s %s%s" % ("proc", path, self.pick(["", "", "-d ", "-- "]), self.context())
                head.append(out_line)
                seen.add(path)
        return head + out

    def text(self):
        r, out = self.r, []
        out += ["class %s" % c for c in CLASSES] + ["sid kernel", "sid other", "sid unused"]
        out += ["common filelike { %s }" % " ".join(COMMON)]
        out += ["class %s%s { %s }" % (c, " inherits filelike" if c in INHERITS else "", " ".join(CLASSES[c])) for c in CLASSES]
        for kind, values in (("user", ["source", "target"]), ("role", ["source", "target"]), ("type", ["source", "target"])):
            if r.random() < 0.2:
                out.append("default_%s { %s } %s;" % (kind, self.pick(list(CLASSES)), self.pick(values)))
        if self.mls and r.random() < 0.3:
            out.append("default_range file %s;" % self.pick(["source low", "target high", "source low_high"]))
        if self.mls:
            out += self.mls_head()
            out += [self.constraint(True) for _ in range(r.randint(1, 3))]
        out += ["policycap %s;" % c for c in r.sample(["network_peer_controls", "open_perms", "always_check_network"], r.randrange(3))]
        out += ["attribute %s;" % a for a in self.attrs] + ["attribute_role ra;"]
        out += ["bool %s %s;" % (b, self.pick(["true", "false"])) for b in self.bools]
        out += ["tunable %s %s;" % (b, self.pick(["true", "false"])) for b in self.tunables]
        for t in self.types:
            alias = " alias %s_x" % t if r.random() < 0.15 else ""
            of = r.sample(self.attrs, r.randrange(3))
            out.append("type %s%s%s;" % (t, alias, "".join(", " + a for a in of)))
        body = ["typeattribute %s %s;" % (self.pick(self.types), self.pick(self.attrs)) for _ in range(r.randrange(4))]
        body += ["role %s;" % x for x in self.roles]
        body += ["roleattribute %s ra;" % self.pick(self.roles)] if r.random() < 0.5 else []
        # No attributes that optionals add to: checkpolicy 3.4 loses those types (see peer_text.py).
        body += ["role %s types %s;" % (self.pick(self.roles + ["ra"]), self.pick([self.some(self.types + ["a2", "a3"]),
                 "{ a2 -%s }" % self.pick(self.types)])) for _ in range(r.randint(1, 4))]
        body += ["role ro0 types { %s };" % " ".join(self.types)]
        rules = [self.av_rule() for _ in range(r.randint(3, 14))] + [self.type_rule() for _ in range(r.randrange(5))]
        rules += [self.named() for _ in range(r.randrange(4))] + [self.xperm() for _ in range(r.randrange(4))]
        rules += [self.conditional() for _ in range(r.randrange(5))]
        rules += ["neverallow %s %s:%s;" % (self.types_set(True), self.target(True), self.access()) for _ in range(r.random() < 0.2)]
        rules += ["permissive %s;" % self.pick(self.types)] if r.random() < 0.3 else []
        rules += ["allow %s %s;" % (self.some(self.roles), self.some(self.roles + ["ra"])) for _ in range(r.randrange(3))]
        rules += ["role_transition %s %s%s %s;" % (x, self.pick(self.types), self.pick(["", ":process"]), self.pick(self.roles))
                  for x in r.sample(self.roles, r.randrange(3))]
        if self.mls:
            rules += ["range_transition %s %s:%s %s;" % (t, self.pick(self.types), self.pick(list(CLASSES)), self.level())
                      for t in r.sample(self.types, r.randrange(3))]
        if r.random() < 0.15:
            rules.append("typebounds ty0 ty8;")
        if r.random() < 0.2:
            rules.append("expandattribute %s true;" % self.pick(self.attrs))
        r.shuffle(rules)
        out += body
        for rule in rules:
            out.append(rule)
            if r.random() < 0.1:
                out += self.optional()
        out.append("user user0 roles { %s }%s;" % (" ".join(self.roles), " level s0 range s0 - s2:c0,c1" if self.mls else ""))
        out += [self.constraint(False) for _ in range(r.randrange(4))]
        out += ["validatetrans file (%s);" % self.pick(["u1 == u2", "t3 == %s" % self.pick(self.types), "r1 == r3 or u1 != u2"][:2])
                for _ in range(r.randrange(2))]
        out += ["sid kernel %s" % self.context("ro0"), "sid other %s" % self.context()]
        return out + self.contexts()


def breaks(r, lines):
    """One small thing goes wrong; often it is no mistake at all."""
    i = r.randrange(len(lines))
    words = lines[i].split(" ")
    x = r.random()
    if x < 0.3:
        k = r.randrange(len(words))
        words[k] = r.choice(["ty3", "a1", "ro1", "b1", "file", "read", "nowhere", "s1", "{", "}", "-ty1"])
        lines[i] = " ".join(words)
    elif x < 0.45:
        del words[r.randrange(len(words))]
        lines[i] = " ".join(words)
    elif x < 0.6:
        lines.insert(r.randrange(len(lines)), lines[i])
    elif x < 0.75:
        line = lines.pop(i)
        lines.insert(r.randrange(len(lines)), line)
    elif x < 0.85:
        del lines[i]
    else:
        lines[i] = re.sub(r"\b(ty|ro|a|b)(\d)", lambda m: m[1] + str((int(m[2]) + 1) % 10), lines[i], count=1)


def policy(seed):
    p = Policy(seed)
    lines = p.text()
    if seed % 3 == 0:
        breaks(p.r, lines)
    return "\n".join(lines) + "\n", p.mls


if __name__ == "__main__":
    print(policy(int(sys.argv[1]))[0], end="")
