# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference policy tree built by its own make in a copy, and compared with what selkie build makes of the same tree."""
import hashlib, os, re, shutil, subprocess, sys, tempfile

from peer_text import decompile, differences, members, peer, tool, without_left_rules

# m4 reads 7 MB of interfaces again for each module. It can keep what it knows after them ("frozen state") and go on from
# there, to the same text; one module of each combination is made without this and compared.
FROZEN_M4 = """#!/bin/sh
case "$*" in
*self_contained_policy* | *all_interfaces.conf) exec m4 "$@" ;;
*all_interfaces.conf\\ *) ;;
*) exec m4 "$@" ;;
esac
before= after= past=
for a; do
	if [ "$past" ]; then after="$after $a"; else before="$before $a"; fi
	case $a in */all_interfaces.conf) past=1 ;; esac
done
[ -f tmp/frozen ] || { m4 $before -F tmp/frozen.new && mv tmp/frozen.new tmp/frozen; } || exit 1
exec m4 -E -E -s -R tmp/frozen $after
"""


class Refused(Exception):
    """By the peer, at these places "file:line"."""


def run(argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def must(argv, **more):
    p = run(argv, **more)
    if p.returncode:
        sys.exit("%s: exit %d\n%s" % (" ".join(argv)[:200], p.returncode, p.stdout[-3000:]))
    return p.stdout


def tools():
    """Not each by its name: to such a one some trees' Makefiles could not add the options."""
    return ["BINDIR=" + os.path.dirname(peer())]


def unknown(tree, settings):
    with open(os.path.join(tree, "build.conf")) as f:
        m = re.search(r"^UNK_PERMS\s*=\s*(\w+)", "\n".join([*settings, f.read()]), re.M)
    return m[1] if m else "deny"


def turn_off(source, tree, module):
    """source: the tree with its configuration."""
    conf = os.path.join(tree, "policy", "modules.conf")
    with open(conf if os.path.exists(conf) else os.path.join(source, "policy", "modules.conf")) as f:
        text, n = re.subn(r"(?m)^%s = .*" % re.escape(module), module + " = off", f.read())
    if not n:
        sys.exit("no module %s to turn off" % module)
    with open(conf, "w") as f:
        f.write(text)


def require(tree, place, kind):
    """Debian's systemd.te uses a type that it does not require, so its tree cannot be built modular."""
    path, line = place.split(":")
    with open(os.path.join(tree, path)) as f:
        lines = f.readlines()
    lines[int(line) - 1] = "gen_require(`type %s;') %s" % (kind, lines[int(line) - 1])
    with open(os.path.join(tree, path), "w") as f:
        f.writelines(lines)


def places(text):
    """Where m4, checkpolicy or checkmodule find fault."""
    return sorted(set(re.findall(r"([\w./-]+\.(?:te|if|spt|conf):\d+):ERROR", text)))


class Peer:
    """What the tree's own build makes of one combination, in a copy of it, and what it refuses on the way: a list of steps,
    each a list of what is refused ("file:line", or a module and the name that it lacks) and what is done so that it goes
    on: [file:line, type] that is required there or a module that is turned off. Nothing where it cannot go on."""

    def __init__(self, source, settings):
        self.source, self.settings, self.steps, self.files = source, settings, [], {}
        self.mls = "TYPE=standard" not in settings

    def make(self):
        with tempfile.TemporaryDirectory() as work:
            self.tree = os.path.join(work, "tree")
            shutil.copytree(self.source, self.tree, symlinks=True)
            self.out = os.path.join(work, "out")
            os.mkdir(self.out)
            try:
                (self.monolithic if "MONOLITHIC=y" in self.settings else self.modular)()
            except Refused as e:
                self.steps.append((e.args[0], []))
            for name in os.listdir(self.out):
                with open(os.path.join(self.out, name), "rb") as f:
                    self.files[name] = f.read()
        return self

    def refuse(self, text):
        found = places(text)
        if not found:
            sys.exit("the tree's build fails without a place: " + text[-3000:])
        raise Refused(found)

    def monolithic(self):
        p = run(["make", *tools(), *self.settings, "policy.conf", "file_contexts"], cwd=self.tree)
        if p.returncode:
            self.refuse(p.stdout)
        conf = os.path.join(self.tree, "policy.conf")
        for name, optimize in (("plain", []), ("optimized", ["-O"])):
            p = run([peer(), *(["-M"] if self.mls else []), "-U", unknown(self.tree, self.settings), *optimize, "-c", "33", "-o",
                     os.path.join(self.out, name), conf])
            if p.returncode:
                self.refuse(p.stdout)
        with open(conf) as f, open(os.path.join(self.out, "roles.conf"), "w") as g:
            g.writelines(line for line in f if re.match(r"\s*role\s", line))
        for name in ("file_contexts", "homedir_template"):
            shutil.copy(os.path.join(self.tree, name), self.out)

    def modular(self):
        m4 = os.path.join(self.tree, "frozen-m4")
        with open(m4, "w") as f:
            f.write(FROZEN_M4)
        os.chmod(m4, 0o755)
        for may_repair in (True, False):
            p = run(["make", "-k", *tools(), "M4=%s -E -E" % m4, *self.settings, "base", "modules"], cwd=self.tree)
            refused = re.findall(r"\*\*\* \[[^\]]*\btmp/(\w+)\.mod\] Error", p.stdout)
            if p.returncode and (not refused or "base" in refused):
                self.refuse(p.stdout)
            lacks = re.findall(r"(\S+\.te:\d+):ERROR 'unknown type (\w+)'", p.stdout)
            if not refused or not may_repair or not lacks:
                break
            self.steps.append((places(p.stdout), [list(l) for l in lacks]))
            for place, kind in lacks:
                require(self.tree, place, kind)
        if refused:
            self.steps.append((places(p.stdout), refused))
        modules = sorted(f[:-3] for f in os.listdir(self.tree) if f.endswith(".pp") and f != "base.pp")
        self.check_frozen(modules)
        linked = os.path.join(self.tree, "linked")
        while True:
            p = subprocess.run([tool("semodule_link"), "-o", linked, "base.pp", *(m + ".pp" for m in modules)], cwd=self.tree,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            lacks = re.search(r"(\w+)'s global requirements were not met: \S+ (\w+)", p.stderr)
            if not lacks:
                break
            self.steps.append(([list(lacks.groups())], [lacks[1]]))
            modules.remove(lacks[1])
        if p.returncode:
            sys.exit("semodule_link: " + p.stderr[-3000:])
        must([tool("semodule_expand"), linked, os.path.join(self.out, "plain")])

    def check_frozen(self, modules):
        number = int(hashlib.sha256(" ".join(self.settings).encode()).hexdigest(), 16)
        name = os.path.join("tmp", modules[number % len(modules)])
        path = os.path.join(self.tree, name + ".tmp")

        def text():
            """The module's own: before it some trees have empty lines."""
            with open(path) as f:
                return f.read().partition('%s.te"\n' % os.path.basename(name))[2]

        before = text()
        os.remove(os.path.join(self.tree, name + ".mod"))
        must(["make", *tools(), *self.settings, name + ".mod"], cwd=self.tree)
        if not before or text() != before:
            sys.exit("m4 makes another text of %s from its frozen state" % name)


def build(selkie, tree, settings, out, *more):
    return run([selkie, "build", "--strip", *more, "-o", out, *(w for s in settings for w in ("--config", s)), tree])


def lost_types(tree, theirs, lines):
    """The lines but for types of roles that checkmodule 3.4 has lost (peer_text.py): those of an attribute that some
    statement of the tree gives to a role."""
    of, named = members(theirs), set()
    for folder, _, files in os.walk(os.path.join(tree, "policy", "modules")):
        for name in files:
            if name.endswith((".te", ".if")):
                with open(os.path.join(folder, name)) as f:
                    for m in re.finditer(r"^\s*role\s+\S+\s+types\s+([^;]*);", f.read(), re.M):
                        named.update(m[1].strip("{} ").split())
    may = set().union(*(of.get(a, set()) for a in named))
    return [l for l in lines if not ((m := re.match(r"only in the second: role \S+ types (\S+)$", l)) and m[1] in may)]


def left(theirs, ours, lines):
    """The lines but for type rules that the peer has left (peer_text.py)."""
    rules = set(ours) - set(without_left_rules(theirs, ours))
    of = {(m[1], m[2]) for m in (re.match(r"\s*type_transition (\S+ \S+):(\S+) ", r) for r in rules) if m}
    return [l for l in lines
            if not ((m := re.match(r"only in the second: \|0010\|(\S+)\|-1 (\S+ \S+): ", l)) and (m[2], m[1]) in of)]


def unlike(steps, selkie, source, tree, settings, work):
    """What the peer refuses and we do not, or elsewhere. Repairs what the peer repaired; whether it goes on then."""
    wrong = []
    for refused, cure in steps:
        p = build(selkie, tree, settings, os.path.join(work, "no"))
        for what in refused:
            said = re.escape(what) + ":" if isinstance(what, str) else "module '%s' needs the [a-z ]+ '%s'" % tuple(what)
            if p.returncode != 1 or not re.search(said, p.stdout):
                wrong.append("the peer refuses %s, selkie exits %d: %s" % (what, p.returncode, p.stdout[:600]))
        if not cure:
            return wrong, False
        for repair in cure:
            if isinstance(repair, str):
                turn_off(source, tree, repair)
            else:
                require(tree, *repair)
    return wrong, True


def compare(selkie, same, source, tree, settings, theirs, work):
    """A list of differences. Leaves the tree repaired as the peer's was."""
    steps, files = theirs
    mls = "TYPE=standard" not in settings
    for name, data in files.items():
        with open(os.path.join(work, name), "wb") as f:
            f.write(data)
    wrong, goes_on = unlike(steps, selkie, source, tree, settings, work)
    if not goes_on:
        return wrong
    plain, ours = os.path.join(work, "plain"), os.path.join(work, "ours")
    if "MONOLITHIC=y" not in settings:
        p = build(selkie, tree, settings, ours)
        if p.returncode:
            return wrong + ["selkie refuses: " + p.stdout[:600]]
        p = run([same, plain, ours])
        if not p.returncode:
            return wrong
        texts = decompile(plain, mls), decompile(ours, mls)
        return wrong + left(*texts, lost_types(tree, texts[0], p.stdout.splitlines()))[:10]
    for name, optimize in (("plain", []), ("optimized", ["-O"])):
        into = work + "/install/"
        p = build(selkie, tree, settings, into, "--policy-version", "33", "--config", "NAME=it", *optimize)
        if p.returncode:
            return wrong + ["selkie refuses: " + p.stdout[:600]]
        wrong += differences(os.path.join(work, "roles.conf"), decompile(os.path.join(work, name), mls),
                             decompile(into + "it/policy/policy.33", mls), optimize)
    for name, path in (("file_contexts", "file_contexts"), ("homedir_template", "homedir_template")):
        with open(into + "it/contexts/files/" + path, "rb") as f:
            if f.read() != files[name]:
                wrong.append(name + " is another")
    return wrong


def restore(source, tree, copy, steps):
    """Puts back what was repaired in the copy of the tree."""
    for path in {r[0].split(":")[0] for _, cure in steps for r in cure if not isinstance(r, str)}:
        shutil.copy(os.path.join(source, path), os.path.join(copy, path))
    conf = os.path.join(copy, "policy", "modules.conf")
    if os.path.exists(os.path.join(tree, "policy", "modules.conf")):
        shutil.copy(os.path.join(tree, "policy", "modules.conf"), conf)
    elif os.path.exists(conf):
        os.remove(conf)
