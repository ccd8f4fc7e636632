#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random CIL, the same for the same seed: generate.py SEED [NEW] prints one policy. NEW: what Debian's secilc (3.4) lacks, too.

A policy is made of statements of every kind over a small stock of names, some of which are declared in blocks, macros,
optionals and branches. Every third seed is then broken: a word lost, doubled, swapped or renamed, a parenthesis moved.
"""
import random
import sys

CLASSES = {"file": ["ioctl", "read", "write", "open"], "dir": ["search", "add"], "process": ["fork", "transition"],
           "sock": ["ioctl", "bind"], "db": ["get", "set"], "netl": ["nlmsg"]}
COMMON = ["getattr", "setattr"]


class Policy:
    def __init__(self, seed, new):
        self.r = random.Random(seed)
        self.new = new
        self.placed = False     # the node ip0 has a context
        self.types = ["ty%d" % i for i in range(8)]
        self.attrs = ["a%d" % i for i in range(5)]
        self.roles = ["ro%d" % i for i in range(3)]
        self.users = ["us%d" % i for i in range(2)]
        self.bools = ["b%d" % i for i in range(3)]
        self.cats = ["c%d" % i for i in range(6)]
        self.n = 0
        self.depth = 0
        self.aliased = set()
        self.taken = set()
        self.late = []
        self.mls = self.r.random() < 0.8

    def new_name(self, prefix):
        self.n += 1
        return "%s_%d" % (prefix, self.n)

    def pick(self, names):
        return self.r.choice(names)

    def type(self):
        return self.pick(self.types)

    def type_or_attr(self):
        return self.pick(self.types + self.attrs)

    def target(self):
        others = ["self"] + (["notself", "other"] if self.new else [])
        return self.pick(others) if self.r.random() < 0.15 else self.type_or_attr()

    # expressions

    def expr(self, names, depth=0, extra=()):
        r = self.r.random()
        if depth > 2 or r < 0.45:
            return self.pick(names)
        if r < 0.6:
            return "(%s)" % " ".join(self.pick(names) for _ in range(self.r.randint(1, 3)))
        if r < 0.7:
            return "(not %s)" % self.expr(names, depth + 1, extra)
        if r < 0.75 and "all" in extra:
            return "(all)"
        op = self.pick(["and", "or", "xor"])
        return "(%s %s %s)" % (op, self.expr(names, depth + 1, extra), self.expr(names, depth + 1, extra))

    def listed(self, names, extra=()):
        e = self.expr(names, 0, extra)
        return e if e.startswith("(") else "(%s)" % e

    def perms(self, cls):
        return self.listed(CLASSES[cls] + COMMON, ("all",))

    def class_perms(self):
        r = self.r.random()
        if r < 0.6:
            cls = self.pick(list(CLASSES))
            return "(%s %s)" % (cls, self.perms(cls))
        if r < 0.8:
            return self.pick(["cp0", "cp1"])
        return "(map %s)" % self.listed(["m0", "m1"], ("all",))

    def cat_expr(self):
        r = self.r.random()
        if r < 0.3:
            i = self.r.randint(0, 4)
            return "(range c%d c%d)" % (i, self.r.randint(i, 5))
        if r < 0.4:
            return "cs0"
        if r < 0.8:
            return "(%s)" % " ".join(self.pick(self.cats) for _ in range(self.r.randint(1, 3)))
        return "(or %s (range c2 c4))" % self.pick(self.cats) if r < 0.9 else self.pick(["(all)", "(and (c0 c1) (c1 c2))", "ca0",
                                                                                       "(not (range c1 c4))", "(xor cs0 c2)",
                                                                                       "(and (c0) (c0 c1))"] +
                                                                                      ["(and (c0) (c1))"] * (r < 0.91))

    def level(self):
        r = self.r.random()
        if r < 0.3:
            return self.pick(["low", "high"])
        s = self.pick(["s0", "s1", "s1_alias"])
        return "(%s %s)" % (s, self.cat_expr()) if self.r.random() < 0.4 else "(%s)" % s

    def range(self):
        r = self.r.random()
        if not self.mls:    # secilc looks at ranges then, too
            return "lr0"
        if r < 0.4:
            return "lr0"
        if r < 0.8:
            return "(low high)"
        return "((s0) (s0))" if r < 0.95 else "(%s %s)" % (self.level(), self.level())

    def context(self):
        if self.r.random() < 0.3:
            return "con0"
        return "(%s %s %s %s)" % (self.pick(["us0", "us0", "us0", "us1"]), self.pick(["object_r", "object_r", "ro0"]), self.type(),
                                  self.range())

    def condition(self, names):
        r = self.r.random()
        if r < 0.5:
            return self.pick(names)
        if r < 0.65:
            return "(not %s)" % self.pick(names)
        return "(%s %s %s)" % (self.pick(["and", "or", "xor", "eq", "neq"]), self.pick(names), self.pick(names))

    def constraint(self, depth=0):
        r = self.r.random()
        if depth < 2 and r < 0.3:
            return "(%s %s %s)" % (self.pick(["and", "or"]), self.constraint(depth + 1), self.constraint(depth + 1))
        if depth < 2 and r < 0.4:
            return "(not %s)" % self.constraint(depth + 1)
        return self.pick(["(eq u1 u2)", "(neq r1 r2)", "(dom r1 r2)", "(eq t1 t2)", "(dom l1 l2)", "(domby l1 h2)",
                          "(incomp h1 h2)", "(eq l1 h1)", "(eq t1 %s)" % self.type_or_attr(),
                          "(neq t2 (%s %s))" % (self.type_or_attr(), self.type_or_attr()), "(eq r1 %s)" % self.pick(self.roles),
                          "(eq u2 (%s))" % self.pick(self.users)])

    def numbers(self):
        r = self.r.random()
        if r < 0.4:
            return "(0x%x)" % self.r.randint(0, 0xffff)
        if r < 0.7:
            a = self.r.randint(0, 0xfff0)
            return "(range 0x%x 0x%x)" % (a, self.r.randint(a, 0xffff))
        if r < 0.8:
            return "(not (0x%x 0x%x))" % (self.r.randint(0, 300), self.r.randint(0, 300))
        return "(0x%x (range %d %d))" % (self.r.randint(0, 300), 100, self.r.randint(100, 600))

    # statements

    def rule(self):
        r = self.r.random()
        if r < 0.6:
            return "(%s %s %s %s)" % (self.pick(["allow", "allow", "allow", "dontaudit", "auditallow"]), self.type_or_attr(),
                                      self.target(), self.class_perms())
        if r < 0.8:
            return self.type_rule()
        return "(allow %s %s (%s %s))" % (self.type_or_attr(), self.type(), "file", self.perms("file"))

    def type_rule(self):
        """Two of them for the same are a mistake as often as not: mostly each triple is used once."""
        kind, cls = self.pick(["typetransition", "typechange", "typemember"]), self.pick(list(CLASSES))
        for _ in range(20):
            key = kind, cls, self.type(), self.type()
            if key not in self.taken or self.r.random() < 0.01:
                self.taken.add(key)
                break
        source = self.type_or_attr() if self.r.random() < 0.05 else key[2]
        return "(%s %s %s %s %s)" % (kind, source, key[3], cls, self.type())

    def declaration(self):
        kind = self.pick(["type", "type", "typeattribute", "role", "boolean", "typealias", "user"])
        name = self.new_name(kind[:2])
        if kind == "boolean":
            self.bools.append(name)
            return "(boolean %s %s)" % (name, self.pick(["true", "false"]))
        if kind == "typealias":
            target = self.type()
            return "(typealias %s) (typealiasactual %s %s)" % (name, name, target)
        if kind == "user":
            return "(user %s) (userrole %s ro0) (userlevel %s low) (userrange %s lr0)" % (name, name, name, name)
        if kind == "type":
            self.types.append(name)
        elif kind == "typeattribute":
            self.attrs.append(name)
        else:
            self.roles.append(name)
        return "(%s %s)" % (kind, name)

    def object(self):
        kind = self.r.randint(0, 9)
        c = self.context()
        if kind == 0:
            return "(portcon %s %d %s)" % (self.pick(["tcp", "udp", "dccp", "sctp"]), self.r.randint(1, 65535), c)
        if kind == 1:
            a = self.r.randint(1, 60000)
            return "(portcon tcp (%d %d) %s)" % (a, a + self.r.randint(0, 5000), c)
        if kind == 2:
            return "(netifcon %s %s %s)" % (self.new_name("eth"), c, self.context())
        if kind == 3:
            return self.pick(["(nodecon (10.%d.0.0) (255.255.0.0) %s)", "(nodecon ip%d_no (255.0.0.0) %s)",
                              "(nodecon (fe80::%d) (ffff::) %s)"][::2]) % (self.r.randint(0, 250), c)
        if kind == 4:
            return "(genfscon %s \"/%s\" %s)" % (self.pick(["proc", "sysfs"]), self.new_name("x"), c)
        if kind == 5:
            return "(fsuse %s %s %s)" % (self.pick(["xattr", "task", "trans"]), self.new_name("fs"), c)
        if kind == 6:
            return "(filecon \"/%s(/.*)?\" %s %s)" % (self.new_name("p"), self.pick(["any", "file", "dir"]),
                                                     self.pick(["()", c, c]))
        if kind == 7:
            low = self.r.randint(1, 60000)
            return "(ibpkeycon fe80:: %s %s)" % (self.pick(["%d" % low, "(%d 0x%x)" % (low, low + 16)]), c)
        if kind == 8:
            return "(ibendportcon %s %d %s)" % (self.new_name("mlx"), self.r.randint(1, 255), c)
        return "(genfscon proc \"/%s\" %s)" % (self.new_name("y"), c)

    def simple(self):
        r = self.r.random()
        if r < 0.45:
            return self.rule()
        if r < 0.55:
            return "(typeattributeset %s %s)" % (self.pick(self.attrs), self.expr(self.types, 0, ("all",)))
        if r < 0.6:
            return "(roletype %s %s)" % (self.pick(self.roles), self.type_or_attr())
        if r < 0.63:
            return "(roleattributeset ra0 %s)" % self.expr(self.roles)
        if r < 0.66:
            return "(roleallow %s %s)" % (self.pick(self.roles + ["ra0"]), self.pick(self.roles))
        if r < 0.69:
            return "(roletransition %s %s %s %s)" % (self.pick(self.roles), self.type(), self.pick(list(CLASSES)),
                                                     self.pick(self.roles))
        if r < 0.72:
            return "(typetransition %s %s %s \"%s\" %s)" % (self.type_or_attr(), self.type(), self.pick(list(CLASSES)),
                                                            self.new_name("n"), self.type())
        if r < 0.75:
            key = self.type(), self.type()
            if key in self.taken:
                return self.rule()
            self.taken.add(key)
            # A range that ends below where it begins is written by secilc here, and refused by the kernel.
            return "(rangetransition %s %s process %s)" % (*key, self.pick(["lr0", "(low high)", "((s0 (c1)) (s1 (c1 c2)))"]))
        if r < 0.78:
            return "(%s %s %s (ioctl %s %s))" % (self.pick(["allowx", "auditallowx", "dontauditx"]), self.type_or_attr(),
                                                 self.type_or_attr(), self.pick(["file", "sock"]), self.numbers())
        if r < 0.8:
            return "(allowx %s %s px0)" % (self.type(), self.type())
        if r < 0.84:
            return "(%s %s %s)" % (self.pick(["constrain", "mlsconstrain"]), self.class_perms(), self.constraint())
        if r < 0.86:
            return "(mlsvalidatetrans %s %s)" % (self.pick(list(CLASSES)), self.pick(["(eq t3 %s)" % self.type(), "(eq u1 u2)",
                                                                                    "(domby l1 l2)"]))
        if r < 0.88:
            return "(%s %s)" % (self.pick(["typepermissive"] + (["typeneveraudit"] if self.new else [])), self.type())
        if r < 0.9:
            return "(expandtypeattribute (%s) %s)" % (self.pick(self.attrs), self.pick(["true", "false"]))
        if r < 0.92 and self.new:
            return "(deny %s %s %s)" % (self.type_or_attr(), self.target(), self.class_perms())
        if r < 0.93:
            return "(neverallow %s %s (db (set)))" % (self.type(), self.type())
        return self.object()

    # what is rarer

    def bounds(self):
        kind = self.r.random()
        if kind < 0.6:
            child = self.new_name("bo")
            return "(type %s)\n(typebounds %s %s)\n%s" % (child, self.pick(["ty0", "ty1"]), child, self.pick(
                ["", "", "(allow %s self (file (read)))" % child, "(typeattributeset %s %s)" % (self.pick(self.attrs), child)]))
        if kind < 0.8:
            return "(rolebounds ro0 %s)" % self.pick(["ro1", "ro2"])
        return "(userbounds us0 us1)"

    def user_statement(self):
        r = self.r.random()
        if r < 0.3:
            return "(userprefix %s %s)" % (self.pick(self.users), self.pick(["staff", "user"]))
        if r < 0.6:
            return "(selinuxuser %s %s lr0)" % (self.new_name("person"), self.pick(self.users))
        if r < 0.7:
            return "(selinuxuserdefault us0 (low high))"
        if r < 0.85:
            return "(userattributeset ua0 %s)" % self.expr(self.users)
        return "(userrole ua0 %s)" % self.pick(self.roles)

    def default(self):
        r = self.r.random()
        classes = self.pick(["(file dir)", "process", "(sock db)", "(map)"])
        if r < 0.6:
            return "(%s %s %s)" % (self.pick(["defaultuser", "defaultrole", "defaulttype"]), classes, self.pick(["source", "target"]))
        if r < 0.9:
            return "(defaultrange %s %s %s)" % (classes, self.pick(["source", "target"]), self.pick(["low", "high", "low-high"]))
        return "(defaultrange %s glblub)" % classes

    def alias(self):
        kind, actual = self.pick([("category", "c%d" % self.r.randint(0, 5)), ("sensitivity", "s%d" % self.r.randint(0, 1)),
                                  ("type", self.type())])
        name = self.new_name(kind[:2] + "al")
        uses = {"category": "(categoryset %s (%s c1))" % (self.new_name("cset"), name),
                "sensitivity": "(level %s (%s (c1)))" % (self.new_name("lev"), name),
                "type": "(allow %s %s (file (read)))" % (name, self.target())}
        return "(%salias %s)\n(%saliasactual %s %s)\n%s" % (kind, name, kind, name, actual, uses[kind])

    def extended(self):
        kinds = ["allowx", "auditallowx", "dontauditx", "neverallowx"]
        target = self.target() if self.new else self.type_or_attr()
        cls = self.pick(["file", "sock", "(file sock)"] if self.r.random() < 0.1 else ["file", "sock"])
        numbers = self.pick([self.numbers(), "(and (range 0x10 0x300) (not (range 0x80 0x8f)))", "(all)",
                             "(xor (range 1 0x120) (0x100 0x200))", "(range 0x%d00 0x%dff)" % ((self.r.randint(1, 9),) * 2),
                             "(range 0x500 0x57f)", "(range 0x580 0x5ff)"])
        op = "ioctl"
        if self.new and self.r.random() < 0.15:
            op, cls = "nlmsg", "netl"
        return "(%s %s %s (%s %s %s))" % (self.pick(kinds), self.type_or_attr(), target, op, cls, numbers)

    def chain(self):
        """Optionals that need one another; where the first lacks something, all of them go."""
        a, b, c = self.new_name("opt"), self.new_name("opt"), self.new_name("opt")
        need = self.pick(["ty0", "nothing_t"])
        parts = ["(optional %s\n(type %s_t)\n(allow %s_t %s (file (read))))" % (a, a, a, need),
                 "(optional %s\n(type %s_t)\n(typeattributeset %s (%s_t %s_t))\n%s)" % (b, b, self.pick(self.attrs), a, b, self.rule()),
                 "(optional %s\n(allow %s_t %s_t (dir (search)))\n(optional %s_in\n%s))" % (c, b, b, c, self.rule())]
        self.r.shuffle(parts)
        return "\n".join(parts)

    def inheritance(self):
        """A chain of blocks, and statements put into them before and after the inheritance."""
        a, b, c = self.new_name("bia"), self.new_name("bib"), self.new_name("bic")
        parts = ["(block %s\n(blockabstract %s)\n(type t)\n(block inner (type it) (allow it t (file (read))))\n(macro m ((type x)) (allow x t (dir (search))))\n%s)" % (
                     a, a, self.simple()),
                 "(block %s\n%s(blockinherit %s)\n(type t2)\n(allow t t2 (file (write))))" % (
                     b, "(blockabstract %s)\n" % b if self.r.random() < 0.4 else "", a),
                 "(block %s\n(blockinherit %s)\n(call m (t2))\n(allow inner.it .ty0 (file (open))))" % (c, b)]
        when = self.pick(["", "before ", "after "])
        # in a block that is abstract userspace 3.4 finds the blocks within, too
        where = self.pick([a, b, c] + ([c + ".inner"] + [a + ".inner"] * self.new if when == "after " or self.r.random() < 0.1 else []))
        what = self.pick(["(allow .ty0 .ty1 (file (getattr)))", "(type late)\n(allow late .ty1 (file (read)))", self.simple()] +
                         (["(allow t t (file (getattr)))"] if "inner" not in where or self.r.random() < 0.1 else
                          ["(allow .ty0 it (file (read)))"]) +
                         (["(blockinherit .base1)"] if when != "after " or self.r.random() < 0.1 else []))
        parts.append("(in %s%s\n%s)" % (when, where, what))
        if self.r.random() < 0.5:
            parts.append("(allow ty0 %s.%s (file (read)))" % (c, self.pick(["t", "t2", "inner.it", "t", "t2", "inner.it", "nope"])))
        if self.r.random() < 0.3:
            parts.append("(call %s.m (ty2))" % c)
        self.r.shuffle(parts)
        return "\n".join(parts)

    def macros(self):
        """A parameter of each kind, passed on to another macro."""
        kinds = [("role", self.pick(self.roles), "(roletype {0} ty0)"), ("user", self.pick(self.users), "(userrole {0} ro0)"),
                 ("sensitivity", "s1", "(rangetransition ty6 %s process (({0}) ({0})))" % self.new_key()),
                 ("category", self.pick(self.cats + ["ca0"]), "(rangetransition ty7 %s process ((s0) (s0 ({0}))))" % self.new_key()),
                 ("categoryset", self.pick(["cs0", "(c1 c2)", "(range c1 c2)"]), "(rangetransition ty5 %s process ((s0) (s0 {0})))" % self.new_key()),
                 ("level", self.pick(["low", "(s0)", "(s0 (c1))"]), "(rangetransition ty4 %s process ({0} high))" % self.new_key()),
                 ("levelrange", self.pick(["lr0", "(low high)"]), "(rangetransition ty3 %s process {0})" % self.new_key()),
                 ("class", self.pick(list(CLASSES)), "(allow ty0 ty1 ({0} (getattr)))"),
                 ("classmap", "map", "(allow ty0 ty1 ({0} (m0)))"),
                 ("classpermission", self.class_perms(), "(allow ty0 ty1 {0})"),
                 ("boolean", self.pick(self.bools), "(booleanif {0} (true (allow ty0 ty3 (file (write)))))"),
                 ("ipaddr", self.pick(["ip0", "10.9.%d.1" % self.r.randint(0, 99)]), "(nodecon {0} (255.255.255.255) con0)"),
                 ("name", "\"%s\"" % self.new_name("nm"), "(typetransition ty0 %s file {0} ty4)" % self.type()),
                 ("string", "\"/%s\"" % self.new_name("st"), "(filecon {0} file con0)"),
                 ("type", self.type_or_attr(), "(allow {0} self (file (read)))"), ("type", "tal0", "(allow {0} ty1 (file (read)))")]
        if self.r.random() < 0.03:
            kinds = [("typealias", "tal0", "(allow {0} ty1 (file (read)))")]
        kind, value, use = self.pick(kinds)
        a, b = self.new_name("mca"), self.new_name("mcb")
        parts = ["(macro %s ((%s p))\n%s\n%s)" % (a, kind, use.format("p"), self.rule()),
                 "(macro %s ((%s q))\n(call %s (q)))" % (b, kind, a), "(call %s (%s))" % (b, value)]
        self.r.shuffle(parts)
        return "\n".join(parts)

    def new_key(self):
        """A type that no other range transition has."""
        name = self.new_name("rt")
        self.late.append("(type %s)" % name)
        return name

    def marks(self):
        inside = "\n".join(self.rule() for _ in range(self.r.randint(1, 3)))
        return "\n;;* lm%s %d some.te\n%s\n;;* lme\n" % (self.pick("xs"), self.r.randint(1, 99), inside)

    def tunable(self):
        inside = self.pick(["(optional %s\n%s\n%s)" % (self.new_name("opt"), self.rule(), self.missing()),
                            "(block %s\n(type bt)\n(allow bt self (file (read))))" % self.new_name("blk"),
                            "(booleanif %s (true %s))" % (self.pick(self.bools), self.rule()), self.rule()])
        return "(tunableif %s\n(%s\n%s\n%s))" % (self.condition(["tun0", "tun1"]), self.pick(["true", "false"]), self.rule(), inside)

    def more(self):
        return self.pick([self.bounds, self.user_statement, self.user_statement, self.default, self.alias, self.extended,
                          self.extended, self.extended, self.chain, self.inheritance, self.inheritance, self.macros, self.macros,
                          self.macros, self.marks, self.tunable, self.more_objects])()

    def more_objects(self):
        c = self.context()
        text = self.pick(["(nodecon ip0 (255.255.0.0) %s)", "(nodecon (fe80::%d) (ffff:ffff:ffff:ffff::) %%s)" % self.r.randint(1, 99),
                          "(ibpkeycon fe80:%d:: (0 0x10) %%s)" % self.r.randint(1, 99), "(ibpkeycon %d:: 7 %%s)" % self.r.randint(1, 99),
                          "(portcon sctp (%d 40000) %%s)" % self.r.randint(1, 30000), "(sidcontext security %s)",
                          "(genfscon proc \"/%s\" %s %%s)" % (self.new_name("z"), self.pick(["any", "file", "dir", "symlink"])),
                          "(context %s %%s)" % self.new_name("con") if c.startswith("(") else "(netifcon lo %s con0)"])
        # secilc 3.4 takes two contexts of one node, which 3.11 refuses.
        if text.startswith("(nodecon ip0") and not self.new:
            if self.placed:
                return ""
            self.placed = True
        return text % c

    def body(self, n, allow_blocks):
        return "\n".join(self.statement(allow_blocks) for _ in range(n))

    def missing(self):
        return "(allow %s %s (file (read)))" % (self.type(), self.pick(["nothing_t", "ty0", "ty1"]))

    def statement(self, allow_blocks=True):
        self.depth += 1
        try:
            if self.depth == 1 and self.r.random() < 0.2:
                return self.more()
            r = self.r.random()
            if self.depth > 4 or r < 0.6:
                return self.simple()
            if r < 0.68:
                saved = list(self.types), list(self.attrs), list(self.roles), list(self.bools)
                text = "(optional %s\n%s\n%s)" % (self.new_name("opt"), self.body(self.r.randint(1, 3), False),
                                                 self.missing() if self.r.random() < 0.4 else self.simple())
                if self.r.random() < 0.8:
                    self.types, self.attrs, self.roles, self.bools = saved
                return text
            if r < 0.76:
                rules = lambda: "\n".join(self.rule() for _ in range(self.r.randint(1, 3)))
                text = "(booleanif %s\n(true\n%s)" % (self.condition(self.bools), rules())
                return text + ("\n(false\n%s))" % rules() if self.r.random() < 0.5 else ")")
            if r < 0.8:
                return "(tunableif %s\n(true\n%s)\n(false\n%s))" % (self.condition(["tun0", "tun1"]), self.simple(), self.simple())
            if r < 0.86:
                return self.declaration()
            if r < 0.9:
                return "(call mac%d)" % 0 if self.r.random() < 0.3 else "(call mac1 (%s %s %s))" % (
                    self.type_or_attr(), self.pick(list(CLASSES)), self.class_perms())
            if r < 0.93:
                return "(call mac2 (%s \"%s\"))" % (self.range(), self.new_name("/mac"))
            if not allow_blocks:
                return self.simple()
            name = self.new_name("blk")
            saved = list(self.types), list(self.attrs), list(self.roles), list(self.bools)
            inner = self.body(self.r.randint(1, 4), True)
            if self.r.random() < 0.5:
                inner += "\n(blockinherit %s)" % self.pick(["base0", "base1"])
            local = [t for t in self.types if t not in saved[0]]
            self.types, self.attrs, self.roles, self.bools = saved
            self.types += ["%s.%s" % (name, t) for t in local[:1] if "." not in t]
            text = "(block %s\n%s)" % (name, inner)
            if self.r.random() < 0.3:
                text += "\n(in %s\n%s)" % (name, self.simple())
            return text
        finally:
            self.depth -= 1

    def preamble(self):
        out = ["(handleunknown %s)" % self.pick(["allow", "deny", "reject"]), "(mls %s)" % ("true" if self.mls else "false"),
               "(policycap open_perms)"]
        out += ["(common com (%s))" % " ".join(COMMON)]
        for cls, perms in CLASSES.items():
            out += ["(class %s (%s))" % (cls, " ".join(perms)), "(classcommon %s com)" % cls]
        order = list(CLASSES)
        out += ["(classorder (%s))" % " ".join(order[:3]), "(classorder (%s))" % " ".join(order[2:])]
        if self.r.random() < 0.3:
            out += ["(class late (x))", "(classorder (unordered late))"]
        out += ["(sid kernel)", "(sid security)", "(sidorder (kernel security))", "(sidcontext kernel con0)"]
        out += ["(sensitivity s0)", "(sensitivity s1)", "(sensitivityorder (s0 s1))", "(sensitivityalias s1_alias)",
                "(sensitivityaliasactual s1_alias s1)"]
        out += ["(category %s)" % c for c in self.cats] + ["(categoryorder (%s))" % " ".join(self.cats)]
        out += ["(categoryset cs0 (range c1 c3))", "(sensitivitycategory s0 (range c0 c5))", "(sensitivitycategory s0 %s)" % self.listed(self.cats), "(sensitivitycategory s1 (all))"]
        out += ["(categoryalias ca0)", "(categoryaliasactual ca0 c3)", "(typealias tal0)", "(typealiasactual tal0 ty3)",
                "(userattribute ua0)", "(ipaddr ip0 10.1.2.3)"]
        out += ["(level low (s0))", "(level high (s1 (range c0 c5)))", "(levelrange lr0 (low high))"]
        out += ["(type %s)" % t for t in self.types] + ["(typeattribute %s)" % a for a in self.attrs]
        out += ["(role %s)" % r for r in self.roles] + ["(role object_r)", "(roleattribute ra0)"]
        out += ["(typeattribute all_types)", "(typeattributeset all_types (all))", "(roletype object_r all_types)",
                "(roletype ro0 all_types)"]
        for u in self.users:
            out += ["(user %s)" % u, "(userrole %s object_r)" % u, "(userrole %s ro0)" % u, "(userlevel %s low)" % u,
                    "(userrange %s lr0)" % u]
        out += ["(boolean %s %s)" % (b, self.pick(["true", "false"])) for b in self.bools]
        out += ["(tunable tun0 %s)" % self.pick(["true", "false"]), "(tunable tun1 %s)" % self.pick(["true", "false"])]
        out += ["(context con0 (us0 object_r ty0 (low high)))"]
        out += ["(classpermission cp0)", "(classpermissionset cp0 (file %s))" % self.perms("file"), "(classpermission cp1)",
                "(classpermissionset cp1 cp0)", "(classpermissionset cp1 (dir (search)))"]
        out += ["(classmap map (m0 m1))", "(classmapping map m0 (file (read open)))", "(classmapping map m0 (db (get)))",
                "(classmapping map m1 cp1)"]
        out += ["(permissionx px0 (ioctl file %s))" % self.numbers()]
        out += ["(block base0\n(blockabstract base0)\n(type in0)\n(allow in0 self (file (read)))\n%s)" % self.simple(),
                "(block base1\n(typeattribute in1)\n(type in1_t)\n(typeattributeset in1 in1_t)\n(allow in1 ty0 cp0))"]
        out += ["(macro mac0 ()\n%s\n%s)" % (self.simple(), self.missing() if self.r.random() < 0.1 else self.rule())]
        out += ["(macro mac1 ((type mt) (class mc) (classpermission mp))\n(allow mt ty1 mp)\n(allow mt self (mc (getattr)))\n%s)" %
                self.rule()]
        out += ["(macro mac2 ((levelrange mr) (string ms))\n(filecon ms any (us0 object_r ty2 mr))\n(allow ty3 ty4 (process (fork))))"]
        return out

    def text(self):
        statements = self.preamble()
        statements += [self.statement() for _ in range(self.r.randint(5, 40))]
        statements += self.late
        if self.r.random() < 0.5:
            head, tail = statements[:3], statements[3:]
            self.r.shuffle(tail)
            statements = head + tail
        return "\n".join(statements) + "\n"

    def broken(self, text):
        words = text.replace("(", " ( ").replace(")", " ) ").split(" ")
        words = [w for w in words if w]
        i = self.r.randrange(len(words))
        kind = self.r.randint(0, 4)
        if kind == 0:
            del words[i]
        elif kind == 1:
            words.insert(i, words[i])
        elif kind == 2:
            j = self.r.randrange(len(words))
            words[i], words[j] = words[j], words[i]
        elif kind == 3:
            words[i] = self.pick(["ty0", "a0", "ro0", "file", "read", "self", "all", "not", "nobody", "(", ")", "0", "cp0", "map"])
        else:
            words[i] += "x"
        return " ".join(words)


def policy(seed, new):
    p = Policy(seed, new)
    text = p.text()
    return p.broken(text) if seed % 3 == 2 else text


if __name__ == "__main__":
    sys.stdout.write(policy(int(sys.argv[1]), len(sys.argv) > 2))
