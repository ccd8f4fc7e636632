#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kept state changes nothing but the time: kept-differential.py SELKIE CACHE STEPS SEED

Debian's tree is edited by dice, modular and monolithic, step by step: rules, calls, types, optionals, booleans and labels
come and go, files are touched or changed behind the clock's back, modules are switched on and off, interfaces, settings and
global files change, sources break and are mended. After each step `selkie build --keep` and a clean build must give the same,
byte for byte: the whole install directory with its origins, what is said, and the exit code. The state itself is damaged
now and then. Some steps are no dice but what is easily forgotten: names that wander between modules of one unit, macros that
a module defines for others.

A build that used the state leaves it as it is, unless it was behind by many modules; where that is hardly seen, this test
proves nothing, and fails. Exit 77 without Debian's sources.
"""
import filecmp, os, random, re, shutil, subprocess, sys, tempfile

MODULES = "policy/modules"


class Tree:
    """A copy of the tree, and one state for it."""

    def __init__(self, source, work, modular, dice):
        self.root, self.modular, self.dice = os.path.join(work, "tree"), modular, dice
        self.state, self.work, self.settings, self.n = os.path.join(work, "state"), work, ["MONOLITHIC=" + "ny"[not modular]], 0
        self.undo, self.good = [], 0    # what files were; and how many of these go back to when all was in order
        self.code = 0                   # of the last build
        shutil.copytree(source, self.root, symlinks=True)
        conf = self.path("policy/modules.conf")
        if modular:     # as they are, systemd.te is refused; what needs it is off as well
            self.write("policy/modules.conf", re.sub(r"(?m)^(systemd|cockpit|hypervkvp) = module", r"\1 = off", open(conf).read()))
        text = open(conf).read()
        self.write("policy/modules.conf", text)
        self.on = re.findall(r"(?m)^(\w+) = module", text)
        self.base = re.findall(r"(?m)^(\w+) = base", text)
        self.layer = {}
        for layer in os.listdir(self.path(MODULES)):
            for name in os.listdir(self.path(MODULES, layer)) if os.path.isdir(self.path(MODULES, layer)) else []:
                if name.endswith(".te"):
                    self.layer[name[:-3]] = layer
        self.on = [m for m in self.on if m in self.layer]

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)

    def file(self, module, ending):
        return "%s/%s/%s.%s" % (MODULES, self.layer[module], module, ending)

    def any(self, base=0.25):
        return self.dice.choice([m for m in self.base if m in self.layer] if self.dice.random() < base else self.on)

    def edit(self, name, change):
        """Changes a file; what it was is remembered, so that it can be mended. False when nothing is other than before."""
        before = self.read(name)
        after = change(before)
        if before == after:
            return False
        self.undo.append((name, before))
        self.write(name, after)
        return True

    def fresh(self):
        self.n += 1
        return "kept_%d" % self.n

    def own_type(self, module):
        """A type that the module declares."""
        found = re.findall(r"(?m)^type (\w+)[;,]", self.read(self.file(module, "te")))
        return self.dice.choice(found) if found else None


def without_one(dice, pattern, text):
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    one = dice.choice(found)
    return text[:one.start()] + text[one.end():]


# Edits: each takes the tree and returns whether it did something.

def add_rule(t):
    module = t.any()
    own = t.own_type(module)
    return own and t.edit(t.file(module, "te"), lambda text: text + "\nallow %s self:unix_stream_socket listen;\n" % own)


def drop_rule(t):
    return t.edit(t.file(t.any(), "te"), lambda text: without_one(t.dice, r"(?m)^allow [^;\n]*;\n", text))


def add_call(t):
    module = t.any(0.1)
    own, call = t.own_type(module), t.dice.choice(["files_read_etc_files", "dev_read_urand", "logging_send_syslog_msg", "miscfiles_read_localization"])
    return own and t.edit(t.file(module, "te"), lambda text: text + "\n%s(%s)\n" % (call, own))


def drop_call(t):
    return t.edit(t.file(t.any(), "te"), lambda text: without_one(t.dice, r"(?m)^[a-z]+_[a-z_]+\(\w+\)\n", text))


def add_type(t):
    name = t.fresh()
    return t.edit(t.file(t.any(), "te"), lambda text: text + "\ntype %s_t;\nfiles_type(%s_t)\n" % (name, name))


def drop_type(t):
    return t.edit(t.file(t.any(), "te"), lambda text: without_one(t.dice, r"(?m)^type \w+;\n", text))


def drop_optional(t):
    return t.edit(t.file(t.any(), "te"), lambda text: without_one(t.dice, r"(?m)^optional_policy\(`\n(?:\t.*\n|\n)*'\)\n", text))


def add_tunable(t):
    module, name = t.any(0), t.fresh()
    own = t.own_type(module)
    return own and t.edit(t.file(module, "te"), lambda text: text + (
        "\ngen_tunable(%s, false)\ntunable_policy(`%s',`\n\tallow %s self:process ptrace;\n',`\n\tdontaudit %s self:process ptrace;\n')\n" % (name, name, own, own)))


def drop_tunable(t):
    return t.edit(t.file(t.any(), "te"), lambda text: without_one(t.dice, r"(?m)^tunable_policy\(`\w+',`\n(?:\t.*\n|\n)*'\)\n", text))


def add_optional(t):
    module, name = t.any(), t.fresh()
    own = t.own_type(module)
    return own and t.edit(t.file(module, "te"), lambda text: text + (
        "\noptional_policy(`\n\tgen_require(`\n\t\ttype %s;\n\t')\n\tallow %s %s:process signal;\n',`\n\tallow %s self:process signull;\n')\n"
        % (t.dice.choice(["nobody_has_t", "httpd_t"]), own, own, own)))


def add_named_rule(t):
    module = t.any()
    own = t.own_type(module)
    return own and t.edit(t.file(module, "te"), lambda text: text + (
        "\ntype_transition %s self:fifo_file %s \"%s\";\nallowxperm %s self:udp_socket ioctl { 0x8927 0x8930-0x89%02x };\n"
        % (own, own, t.fresh(), own, t.dice.randint(0x40, 0xff))))


def add_label(t):
    module = t.any()
    own = t.own_type(module)
    return own and os.path.exists(t.path(t.file(module, "fc"))) and t.edit(t.file(module, "fc"), lambda text: text + (
        "/opt/%s(/.*)?\tgen_context(system_u:object_r:%s,s0)\n" % (t.fresh(), own)))


def drop_label(t):
    module = t.any()
    return os.path.exists(t.path(t.file(module, "fc"))) and t.edit(t.file(module, "fc"), lambda text: without_one(
        t.dice, r"(?m)^/.*gen_context\(.*\)\n", text))


def touch(t):
    os.utime(t.path(t.file(t.any(), "te")))
    return True


def move_lines(t):
    """Places change, and nothing else."""
    return t.edit(t.file(t.any(), "te"), lambda text: "\n" * t.dice.randint(1, 3) + text)


def behind_the_clock(t):
    """Another text of the same length, with the times of the old one."""
    name = t.file(t.any(), "te")
    before = os.stat(t.path(name))
    done = t.edit(name, lambda text: re.sub(r"getattr", "setattr", text, count=1))
    os.utime(t.path(name), ns=(before.st_atime_ns, before.st_mtime_ns))
    return done


def change_interface(t):
    module = t.any()
    return t.edit(t.file(module, "if"), lambda text: re.sub(r"(?m)^(\tallow \$1 \w+:)\w+ [^;\n]*;$", r"\1dir search;", text, count=t.dice.randint(1, 4)))


def move_interfaces(t):
    return t.edit(t.file(t.any(), "if"), lambda text: text.replace("\n", "\n\n", t.dice.randint(1, 3)))


def switch_module(t):
    return t.edit("policy/modules.conf", lambda text: re.sub(r"(?m)^%s = module$" % t.any(0), lambda m: m[0].replace("module", "off"), text))


def move_to_base(t):
    return t.edit("policy/modules.conf", lambda text: re.sub(r"(?m)^%s = module$" % t.any(0), lambda m: m[0].replace("module", "base"), text))


def change_setting(t):
    name = t.dice.choice(["UBAC", "DIRECT_INITRC", "UNK_PERMS"])
    t.undo.append((None, list(t.settings)))
    old = [s for s in t.settings if s.startswith(name)]
    t.settings = [s for s in t.settings if not s.startswith(name)]
    if not old:
        t.settings.append(name + "=" + {"UBAC": "n", "DIRECT_INITRC": "y", "UNK_PERMS": "reject"}[name])
    return True


def change_global(t):
    return t.dice.choice([
        lambda: t.edit("policy/global_tunables", lambda text: text + "\ngen_tunable(%s, true)\n" % t.fresh()),
        lambda: t.edit("policy/constraints", lambda text: text + "\nconstrain key { view } ( u1 == u2 );\n"),
        lambda: t.edit("policy/users", lambda text: text + "\ngen_user(%s_u, user, user_r, s0, s0)\n" % t.fresh()),
        lambda: t.edit("policy/support/obj_perm_sets.spt", lambda text: text.replace("`{ getattr read", "`{ getattr lock read", 1)),
        lambda: t.edit("policy/booleans.conf", lambda text: without_one(t.dice, r"(?m)^\w+ = \w+\n", text)),
    ])()


def change_ports(t):
    return t.edit(MODULES + "/kernel/corenetwork.te.in", lambda text: text + "\nnetwork_port(%s, tcp,%d,s0)\n" % (t.fresh(), t.dice.randint(20000, 60000)))


def break_text(t):
    return t.edit(t.file(t.any(), "te"), lambda text: text + t.dice.choice(
        ["\nallow a b;\n", "\nallow nobody_t self:process signal;\n", "\noptional_policy(`\n", "\nfiles_read_etc_files()\n", "\nno_such_call(a)\n"]))


def warn(t):
    return t.edit(t.file(t.any(), "te"), lambda text: text + "\nrefpolicywarn(`%s')\n" % t.fresh())


def mend(t):
    """Back to what it was, some steps at once; from a mistake, to before it."""
    for _ in range(max(len(t.undo) - t.good, 0) or min(len(t.undo), t.dice.randint(1, 4))):
        name, text = t.undo.pop()
        if name:
            t.write(name, text)
        else:
            t.settings = text
    t.good = min(t.good, len(t.undo))
    return True


def many(t):
    """So many that the state is written anew."""
    return sum(bool(add_rule(t)) for _ in range(14)) > 0


def damage(t):
    """A byte of the state, or its end, is another."""
    with open(t.state, "r+b") as file:
        data = bytearray(file.read())
        at = t.dice.randrange(len(data)) if t.dice.random() < 0.7 else t.dice.randrange(64)
        if t.dice.random() < 0.3:
            del data[at:]
        else:
            data[at] ^= 1 << t.dice.randrange(8)
        if data[:8] != b"SKKEPT1\0":    # then it is no state, and left alone
            data[:8] = b"SKKEPT1\0"
        file.seek(0)
        file.truncate()
        file.write(data)
    return True


EDITS = [add_rule, drop_rule, add_call, drop_call, add_type, drop_type, add_optional, drop_optional, add_tunable, drop_tunable,
         add_named_rule, add_label, drop_label, touch, move_lines, behind_the_clock, change_interface, move_interfaces,
         switch_module, move_to_base, change_setting, change_global, change_ports, break_text, warn, many, damage]


# What is easily forgotten: pairs of edits of which the second must be seen, though what it changes is kept.

def forget(t):
    """All modules are kept anew, as they are now."""
    os.unlink(t.state)
    return True


def wander(t):
    """A type of a module in the unit of several is used by another, and then it is not declared any more."""
    first, second = ("files", "terminal") if t.modular else ("acct", "alsa")
    yield lambda: t.edit(t.file(first, "te"), lambda text: text + "\ntype wanders_t;\n")
    yield lambda: t.edit(t.file(second, "te"), lambda text: text + "\ndontaudit wanders_t self:file getattr;\n")
    yield lambda: forget(t)
    yield lambda: t.edit(t.file(first, "te"), lambda text: text.replace(
        "\ntype wanders_t;\n", "\noptional_policy(`\n\ttype wanders_t;\n')\n"))
    yield lambda: t.edit(t.file(first, "te"), lambda text: text.replace("\ttype wanders_t;\n", ""))
    yield lambda: t.edit(t.file("corecommands" if t.modular else "brctl", "te"), lambda text: text + "\ntype wanders_t;\n")
    yield lambda: t.edit(t.file(second, "te"), lambda text: text.replace("\ndontaudit wanders_t self:file getattr;\n", ""))


def define(t):
    """A macro that one module defines for those behind it."""
    first, second = ("devices", "terminal") if t.modular else ("acct", "zabbix")
    own = t.own_type(second)
    yield lambda: t.edit(t.file(first, "te"), lambda text: text + "\nchangequote([, ])\n")
    yield lambda: t.edit(t.file(first, "te"), lambda text: text.replace("\nchangequote([, ])\n", "\n"))
    yield lambda: t.edit(t.file(second, "te"), lambda text: text + "\nifdef(`of_another',`dontaudit %s self:file getattr;')\n" % own)
    yield lambda: forget(t)
    yield lambda: t.edit(t.file(first, "te"), lambda text: text + "\ndefine(`of_another')\n")
    yield lambda: t.edit(t.file(first, "te"), lambda text: text.replace("\ndefine(`of_another')\n", "\n"))


def clash(t):
    """One type declared by two modules, and a neverallow over what another allows."""
    yield lambda: t.edit(t.file("acct", "te"), lambda text: text + "\ntype clashes_t;\n")
    yield lambda: t.edit(t.file("zabbix", "te"), lambda text: text + "\ntype clashes_t;\n")
    yield lambda: mend(t)
    yield lambda: t.edit(t.file("acct", "te"), lambda text: text + "\nneverallow acct_t self:capability sys_pacct;\n")
    yield lambda: mend(t)


def warned(t):
    """A module with a warning, whose type another uses."""
    first, second = ("files", "terminal") if t.modular else ("acct", "alsa")
    yield lambda: t.edit(t.file(first, "te"), lambda text: text + "\ntype warned_t;\nrefpolicywarn(`of this')\n")
    yield lambda: t.edit(t.file(second, "te"), lambda text: text + "\ndontaudit warned_t self:file getattr;\n")
    yield lambda: forget(t)
    yield lambda: t.edit(t.file(first, "te"), lambda text: text.replace("\ntype warned_t;", ""))
    yield lambda: mend(t)


def shared(t):
    """What all modules rest on: an interface, a setting, which modules there are, a support macro, a tunable's value."""
    yield lambda: t.edit(MODULES + "/system/miscfiles.if", lambda text: re.sub(
        r"(interface\(`miscfiles_read_localization',`\n(?:.*\n)*?)'\)", r"\1\tdontaudit $1 locale_t:sock_file getattr;\n')", text, count=1))
    yield lambda: t.settings.append("UBAC=n") or True
    yield lambda: t.settings.pop()
    yield lambda: t.edit("policy/modules.conf", lambda text: text.replace("\nacct = module", "\nacct = off"))
    yield lambda: t.edit("policy/support/obj_perm_sets.spt", lambda text: re.sub(r"(define\(`read_file_perms',`\{) ", r"\1 execute ", text))
    yield lambda: t.edit("policy/booleans.conf", lambda text: re.sub(r"(?m)^(httpd_\w+) = false", r"\1 = true", text, count=1))
    yield lambda: mend(t)


# Building and comparing.

def build(t, selkie, name, keep):
    out = os.path.join(t.work, "out")
    shutil.rmtree(out, ignore_errors=True)
    argv = [selkie, "build", "-v", "-o", out + "/"] + [a for s in t.settings for a in ("--config", s)]
    p = subprocess.run(argv + (["--keep", t.state] if keep else []) + [t.root], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    kept = os.path.join(t.work, name)
    shutil.rmtree(kept, ignore_errors=True)
    if os.path.isdir(out):
        os.rename(out, kept)
    else:
        os.mkdir(kept)
    return p.returncode, p.stdout


def same_folders(a, b):
    names = [sorted(os.path.relpath(os.path.join(d, f), top) for d, _, files in os.walk(top) for f in files) for top in (a, b)]
    if names[0] != names[1]:
        return "files differ: %s" % sorted(set(names[0]) ^ set(names[1]))[:5]
    for name in names[0]:
        if not filecmp.cmp(os.path.join(a, name), os.path.join(b, name), shallow=False):
            return "%s differs" % name
    return None


def state(t):
    return os.stat(t.state).st_ino if os.path.exists(t.state) else None


def compare(t, selkie, what):
    """None, or what is wrong. Also the exit code, and whether the state was used."""
    before = state(t)
    kept = build(t, selkie, "kept", True)
    used = kept[0] == 0 and state(t) == before
    clean = build(t, selkie, "clean", False)
    if kept[0] != clean[0]:
        return "%s: exit %d with the state, %d without" % (what, kept[0], clean[0]), clean[0], used
    if kept[1] != clean[1]:
        theirs, ours = clean[1].decode(errors="replace").splitlines(), kept[1].decode(errors="replace").splitlines()
        first = next((i for i in range(min(len(theirs), len(ours))) if theirs[i] != ours[i]), min(len(theirs), len(ours)))
        return "%s: other words, from line %d on:\n  %s\n  %s" % (what, first + 1, theirs[first:first + 1], ours[first:first + 1]), clean[0], used
    wrong = same_folders(os.path.join(t.work, "kept"), os.path.join(t.work, "clean"))
    return (what + ": " + wrong) if wrong else None, clean[0], used


def edits(t, steps):
    """Names and edits: first the stories, each of the tree as it was, then dice."""
    for story in (wander, define, clash, warned, shared):
        t.good = 0
        yield "back", lambda: mend(t) or True
        for edit in story(t):
            yield story.__name__, edit
    for _ in range(steps):
        if t.undo and t.dice.random() < (0.8 if t.code else 0.15):
            yield "mend", lambda: mend(t)
        else:
            one = t.dice.choice(EDITS)
            yield one.__name__, lambda: one(t)


def run(selkie, source, modular, steps, seed):
    wrong = useful = built = refused = 0
    kind = "modular" if modular else "monolithic"
    with tempfile.TemporaryDirectory() as work:
        t = Tree(source, work, modular, random.Random(seed))
        for name, edit in edits(t, steps):
            if not edit() and built:
                continue
            told, t.code, used = compare(t, selkie, "%s, build %d: %s" % (kind, built, name))
            built += 1
            useful += used
            refused += t.code != 0
            t.good = t.good if t.code else len(t.undo)
            if told:
                wrong += 1
                print(told)
            if wrong > 5:
                break
    print("%s: %d builds, %d by the state, %d refused, %d wrong" % (kind, built, useful, refused, wrong))
    return wrong, useful


def main():
    selkie, cache, steps, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    fetch = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fetch.sh")
    if subprocess.call(["sh", fetch, cache, "tree"], stdin=subprocess.DEVNULL):
        return 77
    source, failed = os.path.join(cache, "selinux-policy-src"), 0
    for modular in (True, False):
        wrong, useful = run(selkie, source, modular, steps, seed + modular)
        failed |= wrong > 0 or useful < 8
    return failed


sys.exit(main())
