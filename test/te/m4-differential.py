#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random macro programs through m4 and through our reader, both its ways: the output must be the same, byte for byte.

m4-differential.py TE_M4 [COUNT [SEED]]; exit 77 where m4 is not installed.
"""
import os, random, resource, shutil, subprocess, sys, tempfile

NAMES = ["a", "b", "foo", "bar_t", "list", "gen", "x1", "policy"]
WORDS = NAMES + ["allow", "self", "httpd_t", "file", "read", "z9"]
BUILTINS = ["ifdef", "ifelse", "define", "pushdef", "popdef", "undefine", "shift", "shiftn", "incr", "decr", "eval", "index",
            "substr", "len", "regexp", "translit", "format", "dnl", "defn", "patsubst", "indir", "divnum"]


def text(r, depth):
    """A random text; mostly well formed, as refpolicy's is."""
    # Endless recursion is for other tests: a body mostly calls what is defined after it.
    NAMES = r.names
    out = []
    for _ in range(r.randint(1, 5)):
        k = r.random()
        if k < 0.30:
            out.append(r.choice(WORDS))
        elif k < 0.42:
            out.append(r.choice([" ", "\n", "\t", " ; ", "{", "}", ":", "-", "10", "s0.c3", "~", "*"]))
        elif k < 0.55:
            out.append(r.choice(["$1", "$2", "$1_t", "x_$1", "$1$2", "$#", "$*", "$@", "$3", "$", "$0", "a$1.b"]))
        elif k < 0.70 and depth:
            out.append("`" + text(r, depth - 1) + "'")
        elif k < 0.86 and depth:
            out.append(call(r, r.choice(NAMES), depth - 1))
        elif k < 0.93 and depth:
            out.append(builtin(r, depth - 1))
        elif k < 0.96:
            out.append("# " + r.choice(["note", "$1", "n", "end $1 (", "a, b)"] + ["it`s", "a'"] * (r.random() < 0.1)) +
                       r.choice(["\n", "\n", "\n", ""]))
        else:
            out.append(r.choice(["`'", ",", "( a )", "(a, b)"] + ["(", ")"] * (r.random() < 0.1)))
        if r.random() < 0.3:
            out.append(" ")
    return "".join(out)


def call(r, name, depth):
    k = r.random()
    if k < 0.15:
        return name
    args = []
    for _ in range(r.randint(0, 3)):
        args.append(r.choice(["", " ", "\n\t"]) + arg(r, depth))
    return name + "(" + ",".join(args) + ")"


def arg(r, depth):
    k = r.random()
    if k < 0.35:
        return r.choice(WORDS)
    if k < 0.7:
        return "`" + text(r, depth) + "'"
    if k < 0.8:
        return "{ %s %s }" % (r.choice(WORDS), r.choice(WORDS))
    return text(r, depth)


def builtin(r, depth):
    name = r.choice(BUILTINS)
    q = lambda: "`" + text(r, depth) + "'"
    n = lambda: r.choice(r.names if name == "indir" else NAMES)
    return {
        "ifdef": lambda: "ifdef(`%s',%s,%s)" % (n(), q(), q()),
        "ifelse": lambda: r.choice([
            "ifelse(%s,%s,%s,%s)" % (arg(r, 0), arg(r, 0), q(), q()),
            "ifelse(`$2',`',`',%s)" % q(), "ifelse(`$1',`$2',,%s)" % q(),
            "ifelse($1,0,%s,$1,1,%s,%s)" % (q(), q(), q())]),
        "define": lambda: "define(`%s',%s)" % (n(), q()),
        "pushdef": lambda: "pushdef(`%s',%s)" % (n(), q()),
        "popdef": lambda: "popdef(`%s')" % n(),
        "undefine": lambda: "undefine(`%s')" % n(),
        "shift": lambda: "shift(%s)" % r.choice(["$*", "$@", "a,b,c", "a, `b c', d"]),
        "shiftn": lambda: "%s(%sshiftn(%d,%s))" % (n(), r.choice(["", "x, "]), r.randint(0, 3), r.choice(
            ["$*", "$@", "a,b,c", "a, `b c', d", "$2,$*", "a-b,7,8-9,c d", "foo,bar_t,list", "`,a',b,c", "$1"])),
        "incr": lambda: "incr(%d)" % r.randint(-3, 90),
        "decr": lambda: "decr(%d)" % r.randint(-3, 90),
        "eval": lambda: "eval(%s)" % expr(r, 3),
        "index": lambda: "index(`%s',`%s')" % (r.choice(WORDS), r.choice("aeot_")),
        "substr": lambda: "substr(`%s',%d%s)" % (r.choice(WORDS), r.randint(-1, 5), r.choice(["", ",2", ",0", ",9"])),
        "len": lambda: "len(%s)" % q(),
        "regexp": lambda: r.choice([
            "regexp(`a_b || !c', `\\w')", "regexp(`a_b || !c', `\\(\\w+\\)', `<\\1>')",
            "regexp(`a_b || !c', `\\w+\\(.*\\)', `\\1')", "regexp(`', `\\w')", "regexp(`xyz', `y\\|z', `[\\&\\0]')"]),
        "translit": lambda: "translit(`%s',`%s',`%s')" % (r.choice(WORDS), r.choice(["a-z", "a-cx", "z-a", "_", "-a"]),
                                                         r.choice(["A-Z", "", "x", "0-9", "z-x"])),
        "format": lambda: r.choice(["format(`%05d|%-6s|%x',42,ab,255)", "format(`%s:%c%%',a,65)", "format(`%.3f',1.5)",
                                    "format(`%3s%*d',a,5,7)"]),
        "dnl": lambda: "dnl %s\n" % r.choice(["", "foo(", "it's", "`"]),
        "defn": lambda: "defn(`%s')" % n(),
        "patsubst": lambda: "patsubst(`%s',`%s',`%s')" % (r.choice(WORDS), r.choice(["[aeo]", "_t$", "o*", "^"]),
                                                         r.choice(["", "X", "<\\&>"])),
        "indir": lambda: "indir(`%s',%s)" % (n(), arg(r, 0)),
        "divnum": lambda: r.choice(["divnum", "divert(1)x`'divert`'", "divert(-1)y divert(0)", "undivert(1)"]),
    }[name]()


def expr(r, depth):
    if not depth or r.random() < 0.3:
        return r.choice(["0", "1", "7", "1024", "0x1f", "-3", "010", "0b101", "2147483647", "0r3:12"])
    op = r.choice(["+", "-", "*", "/", "%", "**", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&", "^", "|", "&&", "||"])
    e = expr(r, depth - 1) + " " + op + " " + expr(r, depth - 1)
    return r.choice([e, "(" + e + ")", "!(" + e + ")", "~(" + e + ")"])


TOKENS = ["0", "1", "2", "7", "-3", "010", "0x1f", "0b101", "0r3:12", "0r1:11", "65535", "4294967296", "(", ")", "(", ")", "+",
          "-", "*", "/", "%", "**", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&", "^", "|", "&&", "||", "!", "~", " ", "=", "08"]


def deep(r, depth):
    """An expression in which much has no value, and && and || excuse some of it."""
    if not depth or r.random() < 0.25:
        return r.choice(TOKENS[:12])
    e = "".join([deep(r, depth - 1), r.choice(["", " "]), r.choice(TOKENS[16:35] + ["&&", "||"] * 3), r.choice(["", " "]),
                 deep(r, depth - 1)])
    return r.choice([e, "(" + e + ")", "!(" + e + ")", "~(" + e + ")", "-(" + e + ")", "- " + e])


def expressions(seed):
    """Expressions to evaluate, one a line; a third are tokens in no order."""
    r = random.Random(seed)
    return "".join("[eval(`%s')]\n" % (deep(r, 4) if r.random() < 0.6 else
                                      "".join(r.choice(TOKENS) for _ in range(r.randint(1, 9)))) for _ in range(2000))


def program(seed):
    r = random.Random(seed)
    lines = ["define(`shiftn',`ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')')"]
    names = r.sample(NAMES, r.randint(2, 5))
    for i, name in enumerate(names):
        r.names = names[i + 1:] + ["z9"] * (i + 1 == len(names)) + names[:i + 1] * (r.random() < 0.05)
        lines.append("define(`%s',`%s')%s" % (name, text(r, 2), r.choice(["", "dnl", "\n"])))
    r.names = names
    for _ in range(r.randint(1, 4)):
        lines.append(text(r, 3))
    return "\n".join(lines) + "\n"


def limits(seconds=1):
    """m4 itself has no budget: endless programs are cut off by time, memory and size."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))


def run(argv, out, seconds=1):
    with open(out, "wb") as o:
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=o, stderr=subprocess.PIPE, preexec_fn=lambda: limits(seconds))
    with open(out, "rb") as o:
        return p.returncode, o.read(), p.stderr


def main():
    tool, count, seed = sys.argv[1], int((sys.argv + ["300"])[2]), int((sys.argv + ["", "1"])[3])
    if not shutil.which("m4"):
        print("m4 is not installed")
        return 77
    compared = skipped = failed = 0
    with tempfile.TemporaryDirectory() as d:
        path, out = os.path.join(d, "in.m4"), os.path.join(d, "out")
        for s in range(seed, seed + count):
            with open(path, "w") as f:
                f.write(program(s))
            code, want, said = run(["m4", "-L", "200", path], out)
            if code < 0 or any(w in said for w in (b"recursion limit", b"memory", b"undefined macro", b"end of file")):
                skipped += 1
                continue
            compared += 1
            for how in ([], ["-t"]):
                if run([tool] + how + [path], out)[1] != want:
                    failed += 1
                    print("seed %d%s differs" % (s, " ".join([""] + how)))
                    break
        for s in range(seed, seed + max(1, count // 60)):
            with open(path, "w") as f:
                f.write(expressions(s))
            # m4 multiplies as often as an exponent says.
            want, got = (run([t, path], out, 60)[1].split(b"\n") for t in ("m4", tool))
            lines = open(path).readlines()
            for line in [l for l, a, b in zip(lines, want, got) if a != b][:5]:
                failed += 1
                print("seed %d: %s differs" % (s, line.strip()))
            failed += len(want) != len(got) or len(want) != len(lines) + 1
    # A test that compares nothing has not passed.
    print("%d compared, %d skipped, %d different" % (compared, skipped, failed))
    return 1 if failed or compared < count // 2 else 0


sys.exit(main())
