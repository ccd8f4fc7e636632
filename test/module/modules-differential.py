#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's module packages by the peers' tools and by ours.

modules-differential.py SELKIE SELKIE_COMPAT POLICY_SAME MODULE_LABELS CACHE POLICY [semodule]

- each module's CIL is, statement by statement, what the peers' converter writes (but for statements that the converter
  says twice, and the numbers of optionals);
- all of them, built by `selkie build`, are the same policy as the converter's CIL, compiled by secilc; with `semodule`,
  the same policy as semodule makes of the packages in a private store, and of that store after a change; so are the
  file contexts, byte by byte;
- with `semodule`, that installs all packages as we write them, and makes the same policy and file contexts of them;
- a module that is printed as a .te, compiled by checkmodule and packaged again means what it meant (all of them with
  `semodule`, else a sample);
- with CIL beside them, as distributions ship it and semodule extracts it, they are what the converter's CIL with it is;
- packages are put together and taken apart to the same bytes, and what is refused is refused with the same exit code.

POLICY is default or mls: packages of Debian, kept in CACHE. Exit 77 where something is missing.
"""
import bz2, glob, os, re, shutil, subprocess, sys, tempfile

HLL = "/usr/libexec/selinux/hll/pp"
TEMPLATE = re.compile("HOME_DIR|HOME_ROOT|%{|/USER|ROLE")
failures = 0


def run(argv, expect=0, **more):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if expect is not None and p.returncode != expect:
        sys.stderr.write(p.stderr.decode("utf-8", "replace")[-3000:])
        sys.exit("%s: exit %d" % (" ".join(argv)[:200], p.returncode))
    return p


def differ(what):
    global failures
    failures += 1
    print(what)


def statements(cil):
    """The set of lines that mean something on their own, in one spelling."""
    found = set()
    for line in cil.decode().split("\n"):
        line = re.sub(r"\s*\)", ")", re.sub(r"\s*\(\s*", "(", line.strip()))
        line = re.sub(r"^\(optional \S+", "(optional", line)
        # libsepol 3.4: two roles in every base; "mls" sticks once it was said; conditions of tunables
        if line in ("(role auditadm_r)", "(role secadm_r)"):
            continue
        line = line.replace("(mlsconstrain(", "(constrain(").replace("(tunableif(", "(booleanif(")
        line = re.sub(r"\(\((range \S+ \S+)\)\)", r"(\1)", line)
        if "cil_gen_require" not in line:
            found.add(line)
    return found


def compare_cil(name, ours, theirs):
    ours, theirs = statements(ours), statements(theirs)
    if ours != theirs:
        differ("%s: only ours %s; only theirs %s" % (name, sorted(ours - theirs)[:2], sorted(theirs - ours)[:2]))


def printed_again(selkie, folder, name, package, theirs):
    """Through a .te and the peers' compiler."""
    te = os.path.join(folder, name + ".te")
    with open(te, "wb") as f:
        f.write(run([selkie, "print", "--modules", package], expect=None).stdout)
    # a .te does not say what becomes of unknown classes
    unknown = re.search(rb"\(handleunknown (\w+)\)", theirs)
    flags = ["-U", unknown.group(1).decode()] if unknown else ["-m"]
    mod, pp = os.path.join(folder, name + ".mod"), os.path.join(folder, name + ".again.pp")
    run(["checkmodule", "-M"] + flags + ["-o", mod, te])
    run(["semodule_package", "-o", pp, "-m", mod])
    again = {s for s in statements(run([HLL, pp]).stdout) if not s.startswith("(filecon")}
    want = {s for s in statements(theirs) if not s.startswith(("(filecon", "(selinuxuser", "(userprefix"))}
    # attributes made for sets are numbered in the order in which they are met, members stand in the order of declaration
    members = lambda s: re.sub(r"^(\(\w+attributeset \S+?)\(([^()]*)\)\)$", lambda m: m[1] + str(sorted(m[2].split())), s)
    anonymous = lambda lines: sorted(members(re.sub(r"_(typeattr|roleattr)_\d+", r"_\1_", s)) for s in lines)
    if anonymous(again) != anonymous(want):
        differ("%s: printed as .te it says something else: %s" % (name, sorted(set(anonymous(again)) ^ set(anonymous(want)))[:3]))


def repackaged(compat, folder, name, package):
    for tool, out in (("semodule_unpackage", "theirs"), (compat, "ours")):
        argv = [tool] if tool != compat else [compat, "semodule_unpackage"]
        base = os.path.join(folder, out)
        run(argv + [package, base + ".mod", base + ".fc"])
        argv = ["semodule_package"] if tool != compat else [compat, "semodule_package"]
        run(argv + ["-o", base + ".pp", "-m", base + ".mod", "-f", base + ".fc"])
    for suffix in (".mod", ".fc", ".pp"):
        a, b = (open(os.path.join(folder, w + suffix), "rb").read() for w in ("theirs", "ours"))
        if a != b:
            differ("%s: our %s has other bytes" % (name, suffix))


def refusals(compat, folder):
    bad = os.path.join(folder, "bad.pp")
    with open(bad, "wb") as f:
        f.write(b"\x8f\xff\x7c\xf9\1\0\0\0\1\0\0\0\x10\0\0\0nonsense")
    rows = [
        ("pp", HLL, [bad]), ("pp", HLL, ["/no/such/file"]), ("pp", HLL, ["a", "b", "c"]), ("pp", HLL, ["--help"]),
        ("pp", HLL, ["--no-such-option"]),
        ("semodule_package", "semodule_package", []),
        ("semodule_package", "semodule_package", ["-o", bad + ".out", "-m", bad]),
        ("semodule_package", "semodule_package", ["-o", bad + ".out", "-m", "/no/such/file"]),
        ("semodule_package", "semodule_package", ["-m", bad, "-m", bad]),
        ("semodule_unpackage", "semodule_unpackage", []), ("semodule_unpackage", "semodule_unpackage", [bad, bad + ".mod"]),
    ]
    for name, peer, args in rows:
        theirs, ours = run([peer] + args, expect=None), run([compat, name] + args, expect=None)
        if theirs.returncode != ours.returncode:
            differ("%s %s: exit %d, the peer's %d" % (name, args, ours.returncode, theirs.returncode))


def private_store(root, policy):
    """A root with an empty store of that name: the call of semodule on it, the store, and what it will build."""
    for d in ("etc/selinux/%s/policy", "etc/selinux/%s/contexts/files", "var/lib/selinux/%s"):
        os.makedirs(os.path.join(root, d % policy))
    with open(os.path.join(root, "etc/selinux/semanage.conf"), "w") as f:
        f.write("module-store = direct\npolicy-version = 33\n")
    return (["semodule", "-n", "-N", "-p", root, "-s", policy],
            *(os.path.join(root, d % policy) for d in ("var/lib/selinux/%s", "etc/selinux/%s/policy/policy.33",
                                                       "etc/selinux/%s/contexts/files/file_contexts")))


def written_again(selkie, same, packages, folder, policy):
    """The packages as we write them, every one with the base among them, are installed by the peer's semodule."""
    semodule, _, built, labels = private_store(os.path.join(folder, "ours-root"), policy)
    ours = []
    for package in packages:
        ours.append(os.path.join(folder, os.path.basename(package)[:-7] + ".ours.pp"))
        run([selkie, "build", "--format", "pp", "-o", ours[-1], package])
    run(semodule + ["-i"] + ours)
    p = run([same, "--expanded", os.path.join(folder, "peer.33"), built], expect=None)
    if p.returncode:
        differ("packages written again: another policy: " + p.stdout.decode()[:1000])
    if open(labels, "rb").read() != open(os.path.join(folder, "peer.33.fc"), "rb").read():
        differ("packages written again: other file contexts")


def by_semodule(packages, folder, policy, selkie, same):
    semodule, store, built, labels = private_store(os.path.join(folder, "root"), policy)
    run(semodule + ["-i"] + packages)
    shutil.copy(built, os.path.join(folder, "peer.33"))
    shutil.copy(labels, os.path.join(folder, "peer.33.fc"))
    again(selkie, same, store, built, folder, "the store")
    # another priority, and a module that is switched off
    extra = os.path.join(folder, "apache.cil")
    with open(extra, "w") as f:
        f.write("(type another_t)(roletype object_r another_t)(optional o (allow another_t etc_t (file (read))))")
    run(semodule + ["-d", "alsa", "-X", "500", "-i", extra], expect=None)
    again(selkie, same, store, built, folder, "the store after a change")
    return os.path.join(folder, "peer.33")


def again(selkie, same, store, built, folder, what):
    ours = os.path.join(folder, "store.33")
    run([selkie, "build", "-o", ours, "--policy-version", "33", store])
    p = run([same, "--expanded", built, ours], expect=None)
    if p.returncode:
        differ(what + ": another policy: " + p.stdout.decode()[:1000])


# It names what the base module's CIL declares, and has a role's types that a policy does not keep.
BESIDE = """(roleattributeset cil_gen_require system_r)
(typeattributeset cil_gen_require etc_t)
(type beside_t)
(roletype object_r beside_t)
(typeattributeset domain beside_t)
(macro beside_reads ((type t)) (allow t beside_t (file (read))))
(call beside_reads (etc_t))
(optional beside (typeattributeset cil_gen_require nowhere_t) (allow beside_t nowhere_t (file (read))))
(block beside_block (type process) (allow process beside_t (file (write))))
"""


def beside(selkie, same, packages, cil, folder):
    path, theirs, ours = (os.path.join(folder, name) for name in ("beside.cil", "peer-beside.33", "ours-beside.33"))
    with open(path, "w") as f:
        f.write(BESIDE)
    run(["secilc", "-M", "1", "-c", "33", "-o", theirs, "-f", theirs + ".fc", *cil, path])
    run([selkie, "build", "-o", ours, "--policy-version", "33", *packages, path])
    p = run([same, "--expanded", theirs, ours], expect=None)
    if p.returncode:
        differ("with CIL beside: another policy: " + p.stdout.decode()[:1000])


def compare_labels(ours, peer):
    with open(peer) as f:
        theirs = f.read().splitlines()
    # semodule puts the templates of home directories elsewhere, secilc leaves them where they are
    if not any(TEMPLATE.search(line) for line in theirs):
        ours = [line for line in ours if not TEMPLATE.search(line)]
    if ours != theirs:
        differ("other file contexts: %d lines, the peer's %d" % (len(ours), len(theirs)))


def main():
    selkie, compat, same, labels, cache, policy = sys.argv[1:7]
    for needed in (HLL, "secilc", "checkmodule", "semodule_package", "semodule_unpackage", "semodule"):
        if not shutil.which(needed):
            print("there is no", needed)
            return 77
    here = os.path.dirname(os.path.abspath(__file__))
    if subprocess.call([os.path.join(here, "../fetch.sh"), cache, policy]):
        return 77
    packages = sorted(glob.glob(os.path.join(cache, "modules-" + policy, "*.pp.bz2")))
    if len(packages) < 300:
        differ("there are only %d packages" % len(packages))
    with tempfile.TemporaryDirectory() as folder:
        theirs = []
        for i, package in enumerate(packages):
            name = os.path.basename(package)[:-7]
            pp, cil = (os.path.join(folder, name + suffix) for suffix in (".pp", ".cil"))
            with open(pp, "wb") as f:
                f.write(bz2.open(package).read())
            peer = run([HLL, pp], expect=0).stdout
            with open(cil, "wb") as f:
                f.write(peer)
            theirs.append(cil)
            compare_cil(name, run([compat, "pp", pp]).stdout, peer)
            if name == "base" or i % 24 == 0 or "semodule" in sys.argv[7:]:
                printed_again(selkie, folder, name, package, peer)
                repackaged(compat, folder, name, pp)
        refusals(compat, folder)
        ours, peer = os.path.join(folder, "ours.33"), os.path.join(folder, "peer.33")
        run([selkie, "build", "-o", ours, "--policy-version", "33"] + packages)
        if "semodule" in sys.argv[7:]:
            peer = by_semodule(packages, folder, policy, selkie, same)
            written_again(selkie, same, packages, folder, policy)
        else:
            run(["secilc", "-M", "1", "-c", "33", "-o", peer, "-f", peer + ".fc"] + theirs)
            beside(selkie, same, packages, theirs, folder)
        compare_labels(run([labels] + packages).stdout.decode().splitlines(), peer + ".fc")
        p = run([same, "--expanded", peer, ours], expect=None)
        if p.returncode:
            differ("another policy: " + p.stdout.decode()[:1000])
    print("%d modules, %d differences" % (len(packages), failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
