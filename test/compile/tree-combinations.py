#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference policy tree by its own build (make, m4, checkpolicy, checkmodule) and by selkie build: the same policy.

tree-combinations.py SELKIE POLICY_SAME CACHE SETTING=VALUE,... ... | --all[=FIRST-LAST]

--all is every combination, 192; such come first as differ most from those before them, so that the first 20 hold every pair
of values. Monolithic: the text that checkpolicy makes of both is equal, sorted, without -O and with, and so are the file
contexts, byte for byte. Modular: both mean the same by policy-same (attributes and all; conditions as truth tables), as
semodule_expand's numbers and orders are others. What the tree's own build refuses we must refuse at the same line, or for
the same module and name where it is refused in linking. Then a requirement that lacks is put into that line, or else the
modules that were refused are off, in both, and the rest is compared.

The tree is $SELKIE_REFPOLICY or Debian's, kept in CACHE; checkpolicy and checkmodule are those of the folder
$SELKIE_PEER_311 or Debian's. What they made of a combination is kept in CACHE/combinations, by the hash of the tree, the
settings and the peer; so are the verdicts, by the hash of selkie as well: a run that was ended goes on where it was. A
tree without modules.conf gets one from its own `make conf`, and selkie does without. Exit 77 where something is missing.
See peer_text.py for what is not counted as a difference.
"""
import gzip, hashlib, itertools, json, os, re, shutil, subprocess, sys, tempfile, time

from peer_text import checkmodule, decompile, differences, members, peer

HERE = os.path.dirname(os.path.abspath(__file__))
MADE_BY = 4  # what is kept of the peer, and how it is made

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
    return ["CHECKPOLICY=" + peer(), "CHECKMODULE=" + checkmodule()]


def unknown(tree):
    with open(os.path.join(tree, "build.conf")) as f:
        m = re.search(r"^UNK_PERMS\s*=\s*(\w+)", f.read(), re.M)
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
            p = run([peer(), *(["-M"] if self.mls else []), "-U", unknown(self.tree), *optimize, "-c", "33", "-o",
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
            p = subprocess.run(["semodule_link", "-o", linked, "base.pp", *(m + ".pp" for m in modules)], cwd=self.tree,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            lacks = re.search(r"(\w+)'s global requirements were not met: \S+ (\w+)", p.stderr)
            if not lacks:
                break
            self.steps.append(([list(lacks.groups())], [lacks[1]]))
            modules.remove(lacks[1])
        if p.returncode:
            sys.exit("semodule_link: " + p.stderr[-3000:])
        must(["semodule_expand", linked, os.path.join(self.out, "plain")])

    def check_frozen(self, modules):
        number = int(hashlib.sha256(" ".join(self.settings).encode()).hexdigest(), 16)
        name = os.path.join("tmp", modules[number % len(modules)])
        path = os.path.join(self.tree, name + ".tmp")
        with open(path) as f:
            text = f.read()
        os.remove(os.path.join(self.tree, name + ".mod"))
        must(["make", *tools(), *self.settings, name + ".mod"], cwd=self.tree)
        with open(path) as f:
            if f.read() != text:
                sys.exit("m4 makes another text of %s from its frozen state" % name)


def kept(folder, key, make):
    """What the peer made, from before or made now."""
    path = os.path.join(folder, key + ".json.gz")
    if not os.path.exists(path):
        made = make()
        with gzip.open(path + ".new", "wt", compresslevel=3) as f:
            json.dump([made.steps, {name: data.decode("latin-1") for name, data in made.files.items()}], f)
        os.rename(path + ".new", path)
    with gzip.open(path, "rt") as f:
        steps, files = json.load(f)
    return steps, {name: text.encode("latin-1") for name, text in files.items()}


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
        return wrong + (lost_types(tree, decompile(plain, mls), p.stdout.splitlines())[:10] if p.returncode else [])
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


def everything():
    return [["TYPE=" + kind, "DISTRO=" + distro, "MONOLITHIC=" + mono, "SYSTEMD=" + "ny"[on & 1], "UBAC=" + "ny"[on >> 1 & 1],
             "DIRECT_INITRC=" + "ny"[on >> 2]]
            for kind, distro, mono, on in itertools.product(("standard", "mcs", "mls"), ("debian", "redhat", "gentoo", ""),
                                                            "yn", range(8))]


def most_unlike_first(combinations):
    """Each next one has the most pairs of settings, then triples, that none before it has."""
    rest, seen, out = list(combinations), set(), []
    sets = {tuple(c): [set(itertools.combinations(c, n)) for n in (2, 3)] for c in rest}
    while rest:
        rest.sort(key=lambda c: [-len(s - seen) for s in sets[tuple(c)]])
        out.append(rest.pop(0))
        seen.update(*sets[tuple(out[-1])])
    return out


def hash_of(*files, text=""):
    h = hashlib.sha256(text.encode())
    for path in files:
        with open(path, "rb") as f:
            h.update(hashlib.sha256(f.read()).digest())
    return h.hexdigest()[:24]


def hash_of_tree(tree):
    files = sorted(os.path.join(d, f) for d, _, names in os.walk(tree) for f in names if ".git" not in d.split(os.sep))
    files = [f for f in files if os.path.isfile(f)]
    return hash_of(*files, text=" ".join(os.path.relpath(f, tree) for f in files))


def configured(tree, folder):
    """The tree, or where it has no configuration a copy of it, kept, with what its own `make conf` writes."""
    if os.path.exists(os.path.join(tree, "policy", "modules.conf")):
        return tree
    copy = os.path.join(folder, "configured-" + hash_of_tree(tree))
    if not os.path.exists(copy):
        shutil.rmtree(copy + ".new", ignore_errors=True)
        shutil.copytree(tree, copy + ".new", symlinks=True)
        must(["make", "conf"], cwd=copy + ".new")
        os.rename(copy + ".new", copy)
    return copy


def restore(source, tree, copy, steps):
    """Puts back what was repaired in the copy of the tree."""
    for path in {r[0].split(":")[0] for _, cure in steps for r in cure if not isinstance(r, str)}:
        shutil.copy(os.path.join(source, path), os.path.join(copy, path))
    conf = os.path.join(copy, "policy", "modules.conf")
    if os.path.exists(os.path.join(tree, "policy", "modules.conf")):
        shutil.copy(os.path.join(tree, "policy", "modules.conf"), conf)
    elif os.path.exists(conf):
        os.remove(conf)


def verdicts(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return dict(line.rstrip("\n").split("\t")[:2] for line in f)


def main():
    selkie, same, cache, *asked = sys.argv[1:]
    for needed in ("m4", "make", "gawk", "sed", "checkpolicy", "checkmodule", "semodule_link", "semodule_expand"):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    tree = os.environ.get("SELKIE_REFPOLICY")
    if not tree:
        if subprocess.call([os.path.join(HERE, "../te/fetch-tree.sh"), cache]):
            return 77
        tree = os.path.join(cache, "selinux-policy-src")
    chosen = [[s for s in a.split(",") if s] for a in asked if not a.startswith("--all")]
    for a in asked:
        if a.startswith("--all"):
            first, last = (int(x) for x in a[6:].split("-")) if "=" in a else (1, None)
            chosen += most_unlike_first(everything())[first - 1:last]
    folder = os.path.join(cache, "combinations")
    os.makedirs(folder, exist_ok=True)
    log = os.path.join(folder, "verdicts")
    known, different, refused = verdicts(log), 0, 0
    of_tree, of_peer, of_us = hash_of_tree(tree), hash_of(peer(), checkmodule()), hash_of(selkie, same)
    with tempfile.TemporaryDirectory() as work:
        source, copy = configured(tree, folder), os.path.join(work, "ours")
        shutil.copytree(tree, copy, symlinks=True)
        for settings in chosen:
            key = hash_of(text="%d %s %s %s" % (MADE_BY, of_tree, of_peer, " ".join(settings)))
            started = time.monotonic()
            theirs = kept(folder, key, lambda: Peer(source, settings).make())
            made = time.monotonic()
            wrong, seen = [], known.get(key + of_us)
            if seen != "same":
                with tempfile.TemporaryDirectory(dir=work) as scratch:
                    wrong = compare(os.path.abspath(selkie), os.path.abspath(same), source, copy, settings, theirs, scratch)
                restore(source, tree, copy, theirs[0])
            said = "".join("; both refuse %s" % " ".join(w if isinstance(w, str) else ":".join(w) for w in r) for r, _ in theirs[0])
            print(" ".join(settings), "differs:" if wrong else "is the same" + said,
                  "(%.0f s, %.0f s)" % (made - started, time.monotonic() - made), flush=True)
            for w in wrong:
                print("   ", w.rstrip(), flush=True)
            with open(log, "a") as f:
                f.write("%s\t%s\t%s\n" % (key + of_us, "differs" if wrong else "same", " ".join(settings)))
            different += bool(wrong)
            refused += bool(theirs[0])
    print("%d combinations, %d differ; of %d the tree's own build refuses a part" % (len(chosen), different, refused))
    return 1 if different else 0


sys.exit(main())
