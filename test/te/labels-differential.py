#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reference policy's build installs beside its policy, byte for byte: file contexts and contexts/.

labels-differential.py SELKIE TE_LABELS SCHEMA CACHE [--ask=N,PATHS,OURS,THEIRS] [NAME=VALUE,...]...: each further argument is
one combination of settings. `selkie build -o DIR/` makes the files, and te-labels, which does without a policy, makes them
too. The tree's own `make install` of a monolithic policy is the judge; checkpolicy and setfiles are not run by it: policies
are compared by tree-differential.py, and here the installed one is that of `-o FILE`. With MONOLITHIC=n among the settings,
the judge is what semodule makes of the modules that the tree's build installs. With --ask, N paths that label-paths makes
are looked up as well: by libselinux in the peer's file contexts, by our database in ours; and a rule that is left out of
ours is noticed. Exit 77 where there is no tree or a tool lacks.
"""
import glob, json, os, re, shutil, subprocess, sys, tempfile

import jsonschema

# What the peer's genhomedircon says of itself differs.
SELF = re.compile(rb"^# (User-specific file contexts, generated via|edit ).*$", re.M)


def read(path):
    with open(path, "rb") as f:
        return SELF.sub(b"", f.read())


def repair(copy):
    """Debian's tree cannot be built modular: one rule names a type that its module does not require."""
    path, rule = os.path.join(copy, "policy/modules/system/systemd.te"), "allow systemd_generator_t systemd_transient_unit_t:"
    with open(path) as f:
        text = f.read()
    with open(path, "w") as f:
        f.write(text.replace(rule, "gen_require(`type systemd_transient_unit_t;')\n" + rule, 1))


def peer(tree, work, settings):
    """The tree's build, in a copy. Its timestamps are kept, else it would make its documentation anew."""
    copy, out = os.path.join(work, "tree"), os.path.join(work, "peer")
    shutil.copytree(tree, copy, symlinks=True)
    repair(copy)
    path = os.path.join(copy, "build.conf")
    with open(path) as f:
        text = f.read()
    for setting in settings:
        name = setting.split("=")[0]
        text = re.sub(r"^%s\b.*$" % name, "", text, flags=re.M) + "\n" + setting + "\n"
    with open(path, "w") as f:
        f.write(text)
    for name in ("booleans.conf", "modules.conf"):
        os.utime(os.path.join(copy, "policy", name), (2**31 - 1,) * 2)
    no_tools = [] if "MONOLITHIC=n" in settings else ["SETFILES=true", "CHECKPOLICY=true"]
    p = subprocess.run(["make", "-s", "NAME=default", *no_tools, "DESTDIR=" + out, "install"],
                       cwd=copy, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        sys.exit("the tree's build fails:\n" + p.stdout.decode("utf-8", "replace")[-2000:])
    return os.path.join(out, "etc/selinux/default")


def store(work, installed):
    """What semodule makes of the installed modules, beside what is installed with them."""
    root = os.path.join(work, "root")
    policy = os.path.join(root, "etc/selinux/default")
    os.makedirs(os.path.join(root, "var/lib/selinux/default"))
    shutil.copytree(installed, policy)
    os.makedirs(os.path.join(policy, "policy"))
    with open(os.path.join(root, "etc/selinux/semanage.conf"), "w") as f:
        f.write("module-store = direct\npolicy-version = 33\nexpand-check = 0\n")
    packages = glob.glob(os.path.join(work, "peer/usr/share/selinux/default/*.pp"))
    subprocess.run(["semodule", "-n", "-N", "-p", root, "-s", "default", "-i", *packages], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.copy(os.path.join(root, "var/lib/selinux/default/active/users_extra"), policy)
    return policy


def lookups(ask, want, got, work):
    """Whether both sets of file contexts give the same answers, the one to libselinux and the other to us."""
    if not ask:
        return True
    n, paths, ours, theirs = ask
    file, listed = "contexts/files/file_contexts", os.path.join(work, "paths")
    with open(listed, "wb") as f:
        subprocess.run([paths, os.path.join(want, file), n, "1"], check=True, stdout=f)

    def answers(tool, folder):
        p = subprocess.run([tool, listed, os.path.join(folder, file)], check=True, stdout=subprocess.PIPE, text=True)
        return p.stdout.splitlines()

    a, b = answers(theirs, want), answers(ours, got)
    wrong = sum(x != y for x, y in zip(a, b))
    planted = os.path.join(work, "planted")
    shutil.copytree(os.path.join(got, "contexts"), os.path.join(planted, "contexts"))
    with open(os.path.join(planted, file), "w") as f, open(os.path.join(got, file)) as g:
        f.writelines(line for line in g if not line.startswith("/usr/(.*/)?bin"))
    noticed = answers(ours, planted) != a
    shutil.rmtree(planted)
    print("%d paths looked up, %d contexts, %d differ" % (len(a), len(set(a)), wrong))
    return not wrong and len(a) == len(b) == int(n) and len(set(a)) > 300 and noticed


# Contexts of files, as a policy with levels has them or not; setfiles says which are valid.
CONTEXTS = ("system_u:object_r:bin_t:s0", "system_u:object_r:bin_t", "system_u:object_r:no_such_t:s0", "no_u:object_r:bin_t:s0",
            "system_u:no_r:bin_t:s0", "system_u:staff_r:bin_t:s0", "system_u:system_r:init_t:s0", "system_u:object_r:domain:s0",
            "system_u:object_r:bin_t:s0-s0:c0.c5", "system_u:object_r:bin_t:s0:c5000", "system_u:object_r:bin_t:s77",
            "system_u:object_r:bin_t:s0:c9-s0:c1", "root:object_r:user_home_t:s0", "staff_u:object_r:user_home_t:s0:c1,c3")


def validity(selkie, tree, policy, work, settings):
    """Whether we name the lines of a .fc whose contexts are not valid, and setfiles finds the same not valid."""
    copy, one = os.path.join(work, "tree"), os.path.join(work, "one")
    path = "policy/modules/services/apache.fc"
    with open(os.path.join(tree, path)) as f:
        text = f.read()
    with open(os.path.join(copy, path), "w") as f:
        f.write(text + "".join("/opt/context%d\t%s\n" % (i, c) for i, c in enumerate(CONTEXTS)))
    p = subprocess.run([selkie, "build", *(o for s in settings for o in ("--config", s)), copy], stderr=subprocess.PIPE, text=True)
    shutil.copy(os.path.join(tree, path), os.path.join(copy, path))
    first, wrong = text.count("\n") + 1, 0
    named = {int(n) - first for n in re.findall(r"apache\.fc:(\d+):\d+: error:", p.stderr)}
    for i, context in enumerate(CONTEXTS):
        with open(one, "w") as f:
            f.write("/opt/context\t%s\n" % context)
        valid = subprocess.call(["/sbin/setfiles", "-q", "-c", policy, one], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
        if valid != (i not in named):
            print("%s: setfiles says %s, selkie %s" % (context, valid, i not in named))
            wrong += 1
    print("%d file contexts, %d not valid, %d differ" % (len(CONTEXTS), len(named), wrong))
    return not wrong and p.returncode == 1


def logins(path):
    """seusers as the store writes it: in another order, and each level as a range."""
    with open(path) as f:
        rows = [line.strip().split(":", 2) for line in f]
    return {row[0]: (row[1], *[r if "-" in r else r + "-" + r for r in row[2:]]) for row in rows}


def compare_modular(selkie, schema, tree, ask, settings):
    with tempfile.TemporaryDirectory() as work:
        want = store(work, peer(tree, work, settings))
        got = build(selkie, schema, os.path.join(work, "tree"), work, settings)
        theirs = {f for f in files(want) if not f.startswith("policy/") and not f.endswith(".bin")}
        ours = {f for f in files(got) if not f.startswith("policy/")}
        wrong = sorted(theirs ^ ours)
        wrong += sorted(f for f in (ours & theirs) - {"seusers"} if read(os.path.join(want, f)) != read(os.path.join(got, f)))
        if logins(os.path.join(want, "seusers")) != logins(os.path.join(got, "seusers")):
            wrong.append("seusers")
        print("selkie build %s: %d files, %d differ %s" % (" ".join(settings), len(theirs), len(wrong), " ".join(wrong)))
        return lookups(ask, want, got, work) and not wrong and len(theirs) > 20


def files(root):
    """But for where what is in them comes from, which only we write."""
    return {os.path.relpath(os.path.join(d, f), root) for d, _, names in os.walk(root) for f in names if not f.endswith(".origins")}


def build(selkie, schema, tree, work, settings):
    """The install directory by selkie build; its JSON names every file, and its policy is that of -o FILE."""
    out, policy = os.path.join(work, "install") + "/", os.path.join(work, "policy")
    options = [o for s in settings + ["NAME=default"] for o in ("--config", s)]
    p = subprocess.run([selkie, "build", "--json", "-o", out, *options, tree], stdout=subprocess.PIPE)
    answer = json.loads(p.stdout) if p.returncode == 0 else sys.exit("selkie build fails: %d" % p.returncode)
    jsonschema.validate(answer, schema)
    written = {os.path.join(out, f) for f in files(out)}
    named = set(answer["files"]) | {answer["policy"]}
    if written != named:
        sys.exit("written and named differ: %s" % sorted(written ^ named))
    subprocess.run([selkie, "build", "-o", policy, *options, tree], check=True, stderr=subprocess.DEVNULL)
    if answer["policy"] != out + "default/policy/policy.%d" % answer["version"] or read(answer["policy"]) != read(policy):
        sys.exit("the installed policy is not the one of -o FILE")
    return out + "default"


def compare(programs, schema, tree, ask, settings):
    selkie, te_labels = programs
    if "MONOLITHIC=n" in settings:
        return compare_modular(selkie, schema, tree, ask, settings)
    settings = ["MONOLITHIC=y"] + settings
    with tempfile.TemporaryDirectory() as work:
        want, got = peer(tree, work, settings), os.path.join(work, "got")
        p = subprocess.run([te_labels, tree, got, *settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if p.returncode not in (0, 1) or not os.path.isdir(got):
            sys.exit("te-labels fails: " + p.stderr.decode())
        theirs, good = {f for f in files(want) if not f.startswith("policy/")}, True
        for who, got in ("te-labels", got), ("selkie build", build(selkie, schema, tree, work, settings)):
            # users_extra is made for modules only
            ours = {f for f in files(got) if not f.startswith("policy/")}
            ours -= {"users_extra"} if who == "te-labels" else set()
            wrong = sorted(theirs ^ ours)
            wrong += sorted(f for f in ours & theirs if read(os.path.join(want, f)) != read(os.path.join(got, f)))
            lines = sum(1 for _ in open(os.path.join(got, "contexts/files/file_contexts")))
            print("%s %s: %d files, %d file contexts, %d differ %s" % (who, " ".join(settings), len(theirs), lines,
                                                                      len(wrong), " ".join(wrong)))
            good &= not wrong and lines > 3000 and len(theirs) > 20
        return all([lookups(ask, want, got, work), validity(selkie, tree, os.path.join(work, "policy"), work, settings), good])


def main():
    selkie, te_labels, schema, cache = sys.argv[1:5]
    with open(schema) as f:
        schema = json.load(f)
    if not all(shutil.which(tool) for tool in ("make", "m4", "gawk", "python3", "checkmodule", "semodule", "semodule_package")):
        return 77
    fetch = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fetch.sh")
    code = subprocess.call(["sh", fetch, cache, "tree"])
    if code:
        return code
    tree = os.path.join(cache, "selinux-policy-src")
    ask = [a[6:].split(",") for a in sys.argv[5:] if a.startswith("--ask=")]
    combinations = [c.split(",") for c in sys.argv[5:] if not c.startswith("--ask=")] or [[]]
    good = [compare((selkie, te_labels), schema, tree, ask[0] if ask else None, c) for c in combinations]
    return 0 if all(good) else 1


sys.exit(main())
