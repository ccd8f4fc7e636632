#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All errors of a run, and none that follows from another: five mistakes of different stages in one policy are told as each
is told alone, in the same places, and nothing else is. Each alone is refused by checkpolicy as well.

independent.py SELKIE FIRST LAST: seeds FIRST to LAST - 1 of generate.py, and as many policies in CIL, of which secilc is the
judge. Without the peers only ours are compared.
"""
import os, random, re, subprocess, sys, tempfile

from generate import Policy
from peer_text import peer, tool

# What is written, among the rules, where %d is a number of its own; the id that it must be told with. What one line of a
# mistake declares is used by others, as in real policies: a mistake in a declaration is not one of each use.
RULES = [
    ("E0131", ["allow ty0 ty1 file read;"]),
    ("E0131", ["allow ty0 ty1:file read"]),
    ("E0131", ["type lost%d_t lost;", "allow lost%d_t self:file read;", "role ro0 types lost%d_t;"]),
    ("E0131", ["attribute lost%d more;", "typeattribute ty1 lost%d;", "allow lost%d lost%d:file read;"]),
    ("E0131", ["typealias ty2 alias also%d_t too;", "allow ty0 also%d_t:file read;"]),
    ("E0131", ["bool lost%d;", "if (lost%d) { allow ty0 ty1:file read; }"]),
    ("E0131", ["optional { require { type ty0 } allow ty0 ty1:file read; }"]),
    ("E0132", ["type role;"]),
    ("E0135", ["if (b0) { type in%d_t; }"]),
    ("E0136", ["allow ty0 ty1:file read@;"]),
    ("E0136", ["type_transition ty0 ty1:sock ty2 \"name;"]),
    ("E0137", ["files_read_etc%d(ty0)"]),
    ("E0141", ["allow ty0 nowhere%d_t:file read;"]),
    ("E0141", ["type with%d_t, nowhere%d;", "allow with%d_t self:file read;"]),
    ("E0141", ["role ro0 types nowhere%d_t;"]),
    ("E0141", ["if (nowhere%d) { allow ty0 ty1:file read; }"]),
    ("E0141", ["neverallow { ty0 -nowhere%d_t } ty1:file { read write };"]),
    ("E0142", ["optional { require { type missing_t; } type in%d_t; }", "allow ty0 in%d_t:file read;"]),
    ("E0144", ["allow ty0 *:file read;"]),
    ("E0150", ["bool b.%d true;"]),
    ("E0157", ["sid late%d"]),
    ("E0159", ["type early%d_t, early%d;", "attribute early%d;"]),
    ("E0802", ["type_transition ty0 ty1:sock a0;"]),
    ("E0803", ["type ty3;"]),
    ("E0805", ["allow ty0 ty1:file nosuch%d;"]),
    ("E0806", ["type c%d_t;", "type_transition c%d_t c%d_t:process ty1;", "type_transition c%d_t c%d_t:process ty2;"]),
    ("E0808", ["type n%d_t;", "allow n%d_t self:file { read write };", "neverallow n%d_t n%d_t:file write;"]),
    ("E0809", ["type wide%d_t;", "type wide%d_t.kid;", "allow wide%d_t.kid self:process signal;"]),
    ("E0809", ["type narrow%d_t;", "type child%d_t;", "typebounds narrow%d_t child%d_t;", "allow child%d_t self:process signal;"]),
    ("E0809", ["type nobody%d_t.kid;"]),
    ("E0815", ["if (b0 && tun0) { allow ty0 ty1:file read; }"]),
    ("E0817", ["type p%d_t;", "type q%d_t;", "type k%d_t;", "typebounds p%d_t k%d_t;", "typebounds q%d_t k%d_t;"]),
    ("E0818", ["policycap nosuch%d;"]),
]
# What stands among the rules, and what behind the other ports, where %s is the level of a context.
LATE = [
    ("E0814", [], ["portcon tcp 5000-5010 user0:object_r:ty1%s", "portcon tcp 5005 user0:object_r:ty1%s"]),
    ("E0810", ["type lone%d_t;", "role lone%d_r;"], ["portcon tcp 5020 user0:lone%d_r:lone%d_t%s"]),
    ("E0810", ["role strange%d;", "type odd%d_t;"], ["portcon tcp 5030 user0:strange%d:odd%d_t%s"]),
]


CIL = """(handleunknown allow)
(class file (read write))
(class process (signal))
(classorder (file process))
(sid kernel)
(sidorder (kernel))
(sensitivity s0)
(sensitivity s1)
(sensitivityorder (s0 s1))
(category c0)
(category c1)
(categoryorder (c0 c1))
(sensitivitycategory s0 (c0))
(sensitivitycategory s1 (c0 c1))
(level low (s0))
(type ty0)
(type ty1)
(typeattribute at0)
(typeattributeset at0 (ty0))
(role ro0)
(roletype ro0 ty0)
(user us0)
(userrole us0 ro0)
(userlevel us0 low)
(userrange us0 (low (s1 (c0))))
(boolean bo0 true)
(macro ma0 ((type arg)) (allow arg ty1 (file (read))))
(call ma0 (ty0))
(sidcontext kernel (us0 ro0 ty0 (low low)))
(allow ty0 ty1 (file (read)))
(block bl0 (type inner) (allow inner ty1 (file (read)))
"""
# What is written among these, or within the block.
IN_CIL = [
    ("E0210", ["(alow ty0 ty1 (file (read)))"]),
    ("E0210", ["(tipe lost%d)", "(allow lost%d ty1 (file (read)))"]),
    ("E0211", ["(allow ty0 ty1)"]),
    ("E0211", ["(typetransition ty0 ty1 file)"]),
    ("E0213", ["(type 1lost)"]),
    ("E0215", ["(type twice%d)", "(type twice%d)"]),
    ("E0223", ["(typealias alias%d)"]),
    ("E0801", ["(allow ty0 nowhere%d (file (read)))"]),
    ("E0801", ["(typeattributeset nowhere%d (ty0))"]),
    ("E0801", ["(booleanif nowhere%d (true (allow ty0 ty1 (file (read)))))"]),
    ("E0801", ["(roletype nobody%d ty1)"]),
    ("E0801", ["(allow ty0 ty1 (noclass%d (read)))"]),
    ("E0802", ["(typetransition ty0 ty1 file at0)"]),
    ("E0805", ["(allow ty0 ty1 (file (nosuch%d)))"]),
    ("E0806", ["(type c%d)", "(typetransition c%d c%d process ty0)", "(typetransition c%d c%d process ty1)"]),
    ("E0808", ["(type n%d)", "(allow n%d self (file (write)))", "(neverallow n%d n%d (file (write)))"]),
    ("E0809", ["(type wide%d)", "(type kid%d)", "(typebounds wide%d kid%d)", "(allow kid%d self (process (signal)))"]),
    ("E0810", ["(role lone%d)", "(type odd%d)", "(fsuse task fs%d (us0 lone%d odd%d (low low)))"]),
    ("E0811", ["(levelrange lr%d ((s1) (s0)))"]),
    ("E0812", ["(typeattribute round%d)", "(typeattributeset round%d (not round%d))"]),
]


def diagnostics(selkie, path):
    r = subprocess.run([selkie, "build", "-o", "/dev/null", path], capture_output=True, text=True)
    if r.returncode not in (0, 1):
        raise SystemExit("exit %d: %s" % (r.returncode, r.stderr[-500:]))
    out = []
    for line in r.stderr.splitlines(True):
        if re.match(r"\S+: (error|warning): ", line):
            out.append("")
        out[-1] += line
    return sorted(out)


class CilCase:
    """A policy of CIL; mls stands for nothing here."""
    source, mls = "policy.cil", False

    def __init__(self, seed):
        r = random.Random(seed)
        chosen = r.sample(IN_CIL, 5)
        # Whoever may be in an attribute that nobody can make out may have what a bound or role would need.
        while {"E0812"} < {id for id, _ in chosen} & {"E0809", "E0810", "E0812"}:
            chosen = r.sample(IN_CIL, 5)
        self.mistakes = [(id, [l.replace("%d", str(seed * 10 + i)) for l in lines]) for i, (id, lines) in enumerate(chosen)]
        lines = CIL.splitlines()
        self.at = [r.randrange(3) for _ in self.mistakes]
        self.parts = [lines[:1], lines[1:-1], lines[-1:]]

    def text(self, which):
        out = []
        for n, part in enumerate(self.parts):
            out += part
            for i, at in enumerate(self.at):
                if at == n:
                    out += [l if i in which else ";" for l in self.mistakes[i][1]]
        return "\n".join([*out, ")", ""])

    def refuses(self):
        return subprocess.run([tool("secilc"), "-o", "/dev/null", "-f", "/dev/null", self.source], capture_output=True).returncode \
            if tool("secilc") else 1


class Case:
    source = "policy.conf"

    def __init__(self, seed):
        p, self.r = Policy(seed), random.Random(seed)
        self.mls = p.mls
        text = [l for l in p.text() if not l.startswith("neverallow")]
        users = [i for i, l in enumerate(text) if l.startswith("user ")]
        self.head, self.tail = text[:users[0]], text[users[0]:]
        behind = [i for i, l in enumerate(self.tail) if l.startswith(("netifcon", "nodecon"))] + [len(self.tail)]
        self.tail, self.end = self.tail[:behind[0]], self.tail[behind[0]:]
        late = self.r.sample(LATE, self.r.choice([0, 1, 2]))
        chosen = [(id, lines, []) for id, lines in self.r.sample(RULES, 5 - len(late))] + late
        self.mistakes = [(id, *[[l.replace("%d", str(seed * 10 + i)).replace("%s", ":s0" if p.mls else "") for l in lines]
                                for lines in both]) for i, (id, *both) in enumerate(chosen)]
        self.order = list(range(len(chosen)))
        self.r.shuffle(self.order)

    def text(self, which):
        """With these mistakes; the others are as many lines without anything in them."""
        out = list(self.head)
        for i in self.order:
            # One that lacks its end is found by what follows it.
            out += [l if i in which else "#" for l in self.mistakes[i][1]] + ["permissive ty8;"]
        out += self.tail
        out += [l if i in which else "#" for i, m in enumerate(self.mistakes) for l in m[2]]
        return "\n".join(out + self.end) + "\n"


    def refuses(self):
        return subprocess.run([peer(), *(["-M"] if self.mls else []), "-o", "/dev/null", self.source],
                              capture_output=True).returncode if peer() else 1


def main():
    selkie, first, last = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    cases = wrong = told = 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)

        def write(text):
            with open(case.source, "w") as f:
                f.write(text)
            return case.source

        for case in [kind(seed) for kind in (Case, CilCase) for seed in range(first, last)]:
            n = len(case.mistakes)
            if diagnostics(selkie, write(case.text([]))):
                continue
            alone, problems = [], []
            for i in range(n):
                id = case.mistakes[i][0]
                one = diagnostics(selkie, write(case.text([i])))
                if len(one) != 1 or "[%s]" % id not in one[0]:
                    problems.append("alone, %s: %s" % (id, one))
                if not case.refuses():
                    problems.append("the peer takes %s" % (case.mistakes[i],))
                alone += one
            together = diagnostics(selkie, write(case.text(range(n))))
            cases += 1
            told += len(together)
            problems += ["only together: " + d for d in together if d not in alone]
            problems += ["only alone: " + d for d in alone if d not in together]
            wrong += bool(problems)
            for p in problems:
                print("%s: %s" % (case.mistakes, p))
    print("%d policies with %d mistakes, %d wrong" % (cases, told, wrong))
    return 1 if wrong or cases < (last - first) * 4 // 3 else 0


sys.exit(main())
