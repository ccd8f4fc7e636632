#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fedora's policy, its headers, and what others build on these: by their own makes and semodule, and by selkie build.

fedora-differential.py SELKIE POLICY_SAME MODULE_LABELS [--whole]

$SELKIE_FEDORA is a folder with checkouts of selinux-policy, container-selinux and udica; without it exit 77. The peer is
Debian's also where $SELKIE_PEER_311 names another: its semodule reads no newer modules. Compared are:
the tree as Fedora's packages configure it, targeted and mls, and what is installed of it, byte for byte (modular; its
monolithic build refuses itself, and so do we, for the same interface); a store of all targeted modules, container-selinux's
module, the CIL that comes with them and the CIL that udica makes, as semodule makes it, file contexts byte for byte; and
single modules, container-selinux's among them, against the headers that the tree installs (some of the tree's; with --whole
all).

udica's samples were made for another version of the policy: rules that name types which are gone are taken out of them.
"""
import glob, os, re, shutil, subprocess, sys, tempfile

from peer_package import HLL, Comparison, of_tree
from peer_text import decompile, tool
from peer_tree import Peer, build, compare, must, run, tools

SETTINGS = ["DISTRO=redhat", "UBAC=n", "DIRECT_INITRC=n", "UNK_PERMS=allow"]
TEMPLATE = re.compile("HOME_DIR|HOME_ROOT|%{|USER|ROLE")  # semodule puts the templates of home directories elsewhere
SOME = "abrt apache certmonger chronyd dbus firewalld git kerberos mozilla mysql networkmanager postgresql rhcs rpm samba snmp " \
       "ssh sssd staff sysadm unconfined unconfineduser virt xserver zabbix".split()


def prepared(checkouts, work, name):
    """The tree as Fedora's package of that name has it when it is built."""
    tree = os.path.join(work, "source-" + name)
    shutil.copytree(os.path.join(checkouts, "selinux-policy"), tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for file in ("modules.conf", "booleans.conf", "users"):
        path = os.path.join(tree, "policy", file)
        if os.path.lexists(path):
            os.remove(path)
        shutil.copy(os.path.join(tree, "dist", name, file), path)
    for ending in ("te", "if", "fc"):
        shutil.copy(os.path.join(checkouts, "container-selinux/container." + ending), os.path.join(tree, "policy/modules/contrib"))
    return tree


class Fedora(Peer):
    """Keeps the packages as well, and headers and contexts where these are wanted."""

    def __init__(self, source, settings, keep, headers=None):
        super().__init__(source, settings)
        self.keep, self.headers = keep, headers

    def modular(self):
        super().modular()
        os.makedirs(self.keep)
        for package in glob.glob(os.path.join(self.tree, "*.pp")):
            shutil.copy(package, self.keep)
        if self.headers:
            must(["make", *tools(), *self.settings, "DESTDIR=" + self.headers, "install-headers", "install-appconfig"],
                 cwd=self.tree)


def udica(checkouts, folder, types):
    """What udica makes, each under its own name; how many rules are left out."""
    lost = 0
    for path in sorted(glob.glob(os.path.join(checkouts, "udica/tests/*.cil"))):
        name = re.sub(r"\W", "_", os.path.basename(path)[:-4])
        with open(path) as f:
            text = f.read()
        if "(allow process network_container." in text:  # of another container, whose CIL is not there
            continue
        lines = text.replace("my_container", name).splitlines(True)
        kept = [l for l in lines if not (m := re.match(r"\s*\(allow process (\w+) ", l)) or m[1] == "process" or m[1] in types]
        lost += len(lines) - len(kept)
        with open(os.path.join(folder, name + ".cil"), "w") as f:
            f.writelines(kept)
    return lost


def files(root):
    return {os.path.relpath(os.path.join(d, f), root) for d, _, names in os.walk(root) for f in names}


def semodule(work, sources):
    """The store with these as well: its policy and file contexts."""
    root = os.path.join(work, "root")
    policy = os.path.join(root, "etc/selinux/targeted")
    for folder in (os.path.join(root, "var/lib/selinux/targeted"), os.path.join(policy, "policy"),
                   os.path.join(policy, "contexts/files")):
        os.makedirs(folder, exist_ok=True)
    with open(os.path.join(root, "etc/selinux/semanage.conf"), "w") as f:
        f.write("module-store = direct\npolicy-version = 33\nexpand-check = 0\n")
    must(["semodule", "-n", "-N", "-p", root, "-s", "targeted", "-i", *sources])
    return policy


def install(selkie, same, work, tree, settings, packages, installed):
    """Differences between what the tree and a store of its packages install, and what we do."""
    theirs = semodule(work, sorted(glob.glob(os.path.join(packages, "*.pp"))))
    shutil.copytree(os.path.join(installed, "etc/selinux/targeted"), theirs, dirs_exist_ok=True)
    out = os.path.join(work, "ours")
    p = build(selkie, tree, settings, out + "/", "--policy-version", "33")
    if p.returncode:
        return ["selkie refuses the tree: " + p.stdout[:900]]
    ours = os.path.join(out, "targeted")
    wrong = run([same, "--expanded", *(os.path.join(f, "policy/policy.33") for f in (theirs, ours))]).stdout.splitlines()[:10]
    names = [f for f in files(theirs) if not f.startswith("policy/") and not f.endswith(".bin")]
    for name in names:
        # What the peer's genhomedircon says of itself differs.
        texts = [re.sub(rb"(?m)^# .*\n", b"", open(os.path.join(f, name), "rb").read())
                 if os.path.exists(os.path.join(f, name)) else None for f in (theirs, ours)]
        if texts[0] != texts[1] and name != "seusers":  # which a store writes anew
            wrong.append("%s is another" % name)
    print("%d files installed" % len(names), flush=True)
    return wrong + (["too few"] if len(names) < 25 else [])


def store(selkie, same, labels, checkouts, work, packages, container, types):
    """Differences between a store by semodule and by us of all that Fedora has; what it is made of; rules left out."""
    folder = os.path.join(work, "store")
    shutil.copytree(packages, folder)
    shutil.copy(container, folder)
    for cil in [os.path.join(checkouts, "selinux-policy/dist/permissivedomains.cil"),
                *glob.glob(os.path.join(checkouts, "container-selinux/udica-templates/*.cil")),
                *glob.glob(os.path.join(checkouts, "udica/udica/macros/*.cil"))]:
        shutil.copy(cil, folder)
    lost = udica(checkouts, folder, types)
    sources = sorted(os.path.join(folder, f) for f in os.listdir(folder))
    new = [s for s in sources if not s.endswith(".pp") or s.endswith("/container.pp")]
    theirs, ours = semodule(work, new), os.path.join(work, "store-ours")
    p = run([selkie, "build", "-N", "--strip", "--policy-version", "33", "-o", ours, *sources])
    if p.returncode:
        return ["selkie refuses the store: " + p.stdout[:900]], sources, lost
    wrong = run([same, "--expanded", os.path.join(theirs, "policy/policy.33"), ours]).stdout.splitlines()[:10]
    ours = [line for line in must([labels, *sources]).splitlines() if not TEMPLATE.search(line)]
    with open(os.path.join(theirs, "contexts/files/file_contexts")) as f:
        if f.read().splitlines() != ours or len(ours) < 5000:
            wrong.append("file_contexts is another")
    return wrong, sources, lost


def monolithic(selkie, tree, settings):
    """Interfaces without a module are known to the rules of modular builds only."""
    theirs = Peer(tree, settings).make()
    (lacks,) = {re.match(r".*/", place)[0] for refused, _ in theirs.steps for place in refused} if theirs.steps else (None,)
    p = build(selkie, tree, settings, os.path.join(tree, "none"))
    first = re.search(r"(\S+/)\S+:\d+:\d+: error: (there is no interface or macro '(\w+)')", p.stdout)
    if not lacks or p.returncode != 1 or not first or not first[1].endswith(lacks):
        return ["the peer refuses something in %s, selkie exits %d: %s" % (lacks, p.returncode, p.stdout[:600])]
    print(" ".join(settings), "is refused by both:", first[2])
    return []


def against_headers(comparison, headers, work, modules):
    folder = os.path.join(work, "single")
    os.makedirs(folder)
    for name, texts in modules.items():
        for ending in ("te", "if", "fc"):
            with open(os.path.join(folder, "%s.%s" % (name, ending)), "w") as f:
                f.write(texts.get(ending, ""))
    run(["make", "-k", "-C", folder, "-f", os.path.join(headers, "Makefile"), "HEADERDIR=" + headers, "NAME=targeted"])
    for name in modules:
        comparison.compare("headers", name, os.path.join(folder, name + ".pp"), ["--headers", headers, name + ".te"], folder)
    return os.path.join(folder, "container.pp")


def main():
    selkie, same, labels = (os.path.abspath(p) for p in sys.argv[1:4])
    checkouts = os.environ.get("SELKIE_FEDORA")
    if not checkouts:
        print("SELKIE_FEDORA names no folder of checkouts")
        return 77
    os.environ.pop("SELKIE_PEER_311", None)
    needed = ["m4", "make", "gawk", "egrep", "semodule", HLL, *(tool(n) or n for n in (
        "checkpolicy", "checkmodule", "semodule_package", "semodule_link", "semodule_expand"))]
    for name in needed:
        if not shutil.which(name):
            print("there is no", name)
            return 77
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        packages, installed = os.path.join(work, "packages"), os.path.join(work, "installed")
        for name, kind in (("targeted", "mcs"), ("mls", "mls")):
            tree, settings = prepared(checkouts, work, name), [*SETTINGS, "TYPE=" + kind, "MONOLITHIC=n", "NAME=" + name]
            theirs = Fedora(tree, settings, os.path.join(packages, name), installed if name == "targeted" else None).make()
            with tempfile.TemporaryDirectory(dir=work) as scratch:
                found = compare(selkie, same, tree, tree, settings, (theirs.steps, theirs.files), scratch)
            print(" ".join(settings), "differs" if found else "is the same", flush=True)
            wrong += found + ["the peer refuses %s" % r for r, _ in theirs.steps]
            if name == "targeted":
                wrong += install(selkie, same, work, tree, settings, os.path.join(packages, name), installed)
                with open(os.path.join(work, "policy"), "wb") as f:
                    f.write(theirs.files["plain"])
                types = set(re.findall(r"(?m)^type (\w+)", "".join(decompile(os.path.join(work, "policy"), True))))
        tree = prepared(checkouts, work, "minimum")
        wrong += monolithic(selkie, tree, [*SETTINGS, "TYPE=mcs", "MONOLITHIC=y", "NAME=targeted"])
        modules = of_tree(tree, None if "--whole" in sys.argv else SOME)
        modules.update(of_tree(tree, ["container"]))
        comparison = Comparison(selkie)
        container = against_headers(comparison, os.path.join(installed, "usr/share/selinux/targeted/include"), work, modules)
        print("%d modules against headers, %d refused by both, %d differ" % (comparison.n, comparison.refused, comparison.wrong))
        found, sources, lost = store(selkie, same, labels, checkouts, work, os.path.join(packages, "targeted"), container, types)
        print("a store of %d packages and CIL (%d rules of samples left out): %s" % (len(sources), lost,
                                                                                  "differs" if found else "the same"))
        wrong += found
    for line in wrong:
        print("   ", line.rstrip())
    enough = comparison.n > 20 and comparison.refused < comparison.n / 10 and len(sources) > 440 and lost < 200
    return 1 if wrong or comparison.wrong or not enough else 0


sys.exit(main())
