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

The tree is $SELKIE_REFPOLICY or Debian's, kept in CACHE; checkpolicy, checkmodule and semodule_{package,link,expand} are
those of the folder $SELKIE_PEER_311 or Debian's. What they made of a combination is kept in CACHE/combinations, by the hash
of the tree, the settings and the peer; so are the verdicts, by the hash of selkie as well: a run that was ended goes on where
it was. A tree without modules.conf gets one from its own `make conf`, and selkie does without. Exit 77 where something is
missing.
See peer_text.py for what is not counted as a difference.
"""
import gzip, hashlib, itertools, json, os, shutil, subprocess, sys, tempfile, time

from peer_text import checkmodule, peer, tool
from peer_tree import Peer, compare, must, restore

HERE = os.path.dirname(os.path.abspath(__file__))
MADE_BY = 4  # what is kept of the peer, and how it is made


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


def verdicts(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return dict(line.rstrip("\n").split("\t")[:2] for line in f)


def main():
    selkie, same, cache, *asked = sys.argv[1:]
    peers = ("checkpolicy", "checkmodule", "semodule_package", "semodule_link", "semodule_expand")
    for needed, there in [(n, shutil.which) for n in ("m4", "make", "gawk", "sed")] + [(n, tool) for n in peers]:
        if not there(needed):
            print("there is no", needed)
            return 77
    tree = os.environ.get("SELKIE_REFPOLICY")
    if not tree:
        if subprocess.call([os.path.join(HERE, "../fetch.sh"), cache, "tree"]):
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
