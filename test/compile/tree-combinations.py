#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference policy tree by its own build (make, m4, checkpolicy, checkmodule) and by selkie build: the same policy.

tree-combinations.py SELKIE POLICY_SAME CACHE SETTING=VALUE,... ... | --all | --all=PART/PARTS

Monolithic: the text that checkpolicy makes of both is equal, sorted, without -O and with. Modular: both mean the same by
policy-same (attributes and all; conditions as truth tables), as semodule_expand's numbers and orders are others.
The tree is $SELKIE_REFPOLICY or Debian's, kept in CACHE; checkpolicy is $SELKIE_PEER_311 or Debian's. Exit 77 where
something is missing. See peer_text.py for what is not counted as a difference.
"""
import itertools, os, re, shutil, subprocess, sys, tempfile

from peer_text import decompile, differences, members, peer

HERE = os.path.dirname(os.path.abspath(__file__))


class Refused(Exception):
    pass


def run(argv, **more):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if p.returncode and more:
        raise Refused(p.stdout.decode("utf-8", "replace")[-600:])
    if p.returncode:
        sys.exit("%s: exit %d\n%s" % (" ".join(argv)[:200], p.returncode, p.stdout.decode("utf-8", "replace")[-3000:]))


def monolithic(selkie, tree, settings, work):
    mls = "TYPE=standard" not in settings
    run(["make", *settings, "policy.conf"], cwd=tree)
    conf, wrong = os.path.join(tree, "policy.conf"), []
    for optimize in ([], ["-O"]):
        theirs, ours = os.path.join(work, "theirs"), os.path.join(work, "ours")
        run([peer(), *(["-M"] if mls else []), "-U", "deny", *optimize, "-c", "33", "-o", theirs, conf])
        run([selkie, "build", *optimize, "--policy-version", "33", "-o", ours,
             *(w for s in settings for w in ("--config", s)), tree])
        wrong += differences(conf, decompile(theirs, mls), decompile(ours, mls), optimize)
    return wrong


def turn_off(tree, module):
    conf = os.path.join(tree, "policy", "modules.conf")
    with open(conf) as f:
        text = f.read()
    with open(conf, "w") as f:
        f.write(re.sub(r"(?m)^%s = .*" % re.escape(module), module + " = off", text))


def modular(selkie, same, tree, settings, work):
    """Debian's systemd module names a type that it does not require, so neither checkmodule nor we take it; and modules
    that need it cannot be linked. Without these the rest is compared."""
    turn_off(tree, "systemd")
    run(["make", "-j2", *settings, "base", "modules"], cwd=tree)
    modules = sorted(f[:-3] for f in os.listdir(tree) if f.endswith(".pp") and f != "base.pp")
    linked, theirs, ours = (os.path.join(work, f) for f in ("linked", "theirs", "ours"))
    while True:
        p = subprocess.run(["semodule_link", "-o", linked, "base.pp", *(m + ".pp" for m in modules)], cwd=tree, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        missing = re.search(r"(\w+)'s global requirements were not met", p.stdout)
        if not p.returncode or not missing:
            break
        print("without %s: %s" % (missing[1], missing.string[missing.start():].splitlines()[0]), flush=True)
        modules.remove(missing[1])
        turn_off(tree, missing[1])
    run(["semodule_expand", linked, theirs])
    run([selkie, "build", "-o", ours, *(w for s in settings for w in ("--config", s)), tree])
    p = subprocess.run([same, theirs, ours], stdout=subprocess.PIPE, text=True)
    lines = p.stdout.splitlines() if p.returncode else []
    return lost_types(tree, decompile(theirs, "TYPE=standard" not in settings), lines)[:10]


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


def compare(selkie, same, source, settings):
    with tempfile.TemporaryDirectory() as work:
        tree = os.path.join(work, "tree")
        shutil.copytree(source, tree, symlinks=True)
        if not os.path.exists(os.path.join(tree, "policy", "modules.conf")):
            run(["make", *settings, "conf"], cwd=tree)
        try:
            if "MONOLITHIC=y" in settings:
                return monolithic(selkie, tree, settings, work)
            return modular(selkie, same, tree, settings, work)
        except Refused as e:
            # The tree's own build fails under some settings, as Debian's without SYSTEMD when it is modular.
            p = subprocess.run([selkie, "build", *(w for s in settings for w in ("--config", s)), tree],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            print("the tree's own build refuses these settings")
            return [] if p.returncode == 1 else ["selkie takes what make refuses: " + str(e)]


def everything():
    for kind, distro, mono, on in itertools.product(("standard", "mcs", "mls"), ("debian", "redhat", "gentoo", ""), "yn", range(8)):
        yield ["TYPE=" + kind, "DISTRO=" + distro, "MONOLITHIC=" + mono, "SYSTEMD=" + "ny"[on & 1],
               "UBAC=" + "ny"[on >> 1 & 1], "DIRECT_INITRC=" + "ny"[on >> 2]]


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
            part, parts = (int(x) for x in a[6:].split("/")) if "=" in a else (0, 1)
            chosen += list(everything())[part::parts]
    different = 0
    for settings in chosen:
        wrong = compare(os.path.abspath(selkie), os.path.abspath(same), tree, settings)
        print(" ".join(settings), "differs:" if wrong else "is the same", flush=True)
        for w in wrong:
            print("   ", w.rstrip())
        different += bool(wrong)
    print("%d combinations, %d differ" % (len(chosen), different))
    return 1 if different else 0


sys.exit(main())
