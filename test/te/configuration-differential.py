#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration of a tree without modules.conf and booleans.conf: what its own `make conf` writes, and what we take.

configuration-differential.py TE_TREE CACHE [--whole]

The tools are those of Debian's tree, kept in CACHE. The modules are a few that are written here, in which each rule of the
tools decides something; with --whole, the tree's own, and those of $SELKIE_REFPOLICY. Exit 77 where something is missing.
"""
import os, shutil, subprocess, sys, tempfile

SUMMARY = "## <summary>%s</summary>\n"
REQUIRED = '## <required val="true">\n##\tAll need it.\n## </required>\n'
DESC = "## <desc>\n## <p>Of %s.</p>\n## </desc>\n"
INTERFACE = "##\t<summary>It.</summary>\n##\t<param name=\"domain\">\n##\t<summary>It.</summary>\n##\t</param>\n"


def declared(kind, name, value):
    return DESC % "a boolean" + "gen_%s(%s, %s)\n" % (kind, name, value)


FILES = {
    "kernel/corenetwork.if.in": "\n\n" + SUMMARY % "net" + REQUIRED + "\n",
    "kernel/corenetwork.if.m4": "", "kernel/corenetwork.te.m4": "",
    "kernel/corenetwork.te.in": "policy_module(corenetwork)\n",
    # in the base, and one that only says so of a value that is not true
    "kernel/one.if": SUMMARY % "one" + REQUIRED, "kernel/one.te": declared("bool", "one_bool", "true"),
    "kernel/two.if": SUMMARY % "two" + '## <required val="false">\n## No.\n## </required>\n', "kernel/two.te": "",
    "admin/indented.if": "# a note\n\n  " + SUMMARY % "three", "admin/indented.te": declared("tunable", "`indented'", "false"),
    # not known: no summary, a summary that is an interface's
    "admin/silent.if": "# nothing\n", "admin/silent.te": declared("tunable", "silent_tunable", "true"),
    "admin/of_interface.if": INTERFACE + "interface(`of_interface_read',`\n')\n", "admin/of_interface.te": "",
    # blanks, quotes, no value, a word before, more behind
    "apps/forms.if": SUMMARY % "forms",
    "apps/forms.te": "".join(declared("tunable", name, value) for name, value in (
        ("` f1 '", "true"), ("f2 ", " false "), ("`f3'", "maybe"), ("f4", "`true'"), ("", "true"))) +
        "#gen_tunable(f5, true)\nifdef(`distro_none',`\n" + declared("bool", "\t`f6'", "true") + "')\n" +
        "gen_tunable(`f7', false) # and more\ngen_tunable (f8, true)\ngen_tunable(f9,\n\ttrue)\n",
    # the same twice
    "apps/again.if": SUMMARY % "again", "apps/again.te": declared("tunable", "again", "true") + declared("tunable", "again", "false"),
    # templates: parameters, one in another, one that nobody declares, one with no parameters, arguments in quotes
    "apps/templates.if": SUMMARY % "templates" +
        INTERFACE + "template(`outer_template',`\n\tinner_template($1_in)\n" + declared("tunable", "$1_$2_outer", "true") + "')\n" +
        INTERFACE + "template(`inner_template',`\n" + declared("bool", "`$1_inner$3'", "false") + "')\n" +
        INTERFACE + "template(`odd_template', `\n" + declared("tunable", "odd_$1", "true") + "')\n" +
        INTERFACE + "interface(`no_template',`\n" + declared("tunable", "never", "true") + "')\n",
    "apps/templates.te": declared("tunable", "before", "true"),
    "services/calls.if": SUMMARY % "calls",
    "services/calls.te": "outer_template(a, b_c)\n  outer_template( x , { y z }, w)\nodd_template(`q')\nodd_template($1)\n",
    "services/lost.if": SUMMARY % "lost",
    "services/lost.te": declared("tunable", "lost_too", "true") + "no_template(a)\n",
}


def lines(path):
    with open(path) as f:
        return [line.strip() for line in f if line.strip() and line[0] != "#"]


def compare(tool, source, modules=None):
    """What differs, in a copy of the tree; modules instead of its own where there are some."""
    with tempfile.TemporaryDirectory() as work:
        tree = os.path.join(work, "tree")
        shutil.copytree(source, tree, symlinks=True)
        for name in ("modules.conf", "booleans.conf"):
            if os.path.lexists(os.path.join(tree, "policy", name)):
                os.remove(os.path.join(tree, "policy", name))
        shutil.rmtree(os.path.join(tree, "doc", "tmp"), ignore_errors=True)
        for name in ("policy.xml", "global_tunables.xml", "global_booleans.xml"):
            if os.path.exists(os.path.join(tree, "doc", name)):
                os.remove(os.path.join(tree, "doc", name))
        os.chmod(os.path.join(tree, "support", "gentemplates.sh"), 0o755)  # Debian's is not executable
        folder = os.path.join(tree, "policy", "modules")
        if modules:
            shutil.rmtree(folder)
        for path, text in (modules or {}).items():
            path = os.path.join(folder, path)
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
                with open(os.path.join(os.path.dirname(path), "metadata.xml"), "w") as f:
                    f.write("<summary>A layer.</summary>\n")
            with open(path, "w") as f:
                f.write(text)
        ours = subprocess.run([tool, "-c", tree], stdout=subprocess.PIPE, text=True, check=True).stdout
        states, booleans = ([l for l in part.splitlines() if l] for part in ours.split("\n\n", 1))
        p = subprocess.run(["make", "XMLLINT=none", "conf"], cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if p.returncode:
            sys.exit("make conf: " + p.stdout[-2000:])
        conf = os.path.join(tree, "policy")
        their_states, their_booleans = lines(os.path.join(conf, "modules.conf")), lines(os.path.join(conf, "booleans.conf"))
        wrong = sorted(set(their_states) ^ {s for s in states if not s.endswith(" = off")})
        if booleans != their_booleans:
            wrong += ["booleans: " + b for b in sorted(set(booleans) ^ set(their_booleans))] or ["booleans in another order"]
        print("%s: %d modules, %d booleans, %d differ" % (source, len(their_states), len(their_booleans), len(wrong)))
        for w in wrong[:20]:
            print("   ", w)
        if not their_states or not their_booleans:
            wrong.append("nothing to compare")
        return wrong


def main():
    tool, cache = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not all(shutil.which(t) for t in ("make", "m4", "gawk", "sed", "getopt")):
        return 77
    if subprocess.call([os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fetch.sh"), cache, "tree"]):
        return 77
    tree = os.path.join(cache, "selinux-policy-src")
    if "--whole" not in sys.argv:
        return 1 if compare(tool, tree, FILES) else 0
    more = os.environ.get("SELKIE_REFPOLICY")
    return 1 if any([compare(tool, t) for t in [tree] + ([more] if more else [])]) else 0


sys.exit(main())
