#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks of type ro_kmods as sechecker(1) of setools 4.6 describes them, by the queries of whatever setools is there.

usage: kmods.py POLICY CHECKS.ini; prints NAME: TYPE... for each check
"""
import configparser
import sys

import setools

policy = setools.SELinuxPolicy(sys.argv[1])
checks = configparser.ConfigParser()
checks.read(sys.argv[2])
WRITE = list(setools.TERuleQuery(policy, ruletype=["allow"], tclass=["file"], perms=["write", "append"]).results())
LOAD = list(setools.TERuleQuery(policy, ruletype=["allow"], tclass=["system"], perms=["module_load"]).results())


def exempt(check, key):
    found = set()
    for name in check.get(key, "").split():
        try:
            found |= set(policy.lookup_type_or_attr(name).expand())
        except setools.exception.InvalidSymbol:
            pass
    return found


for title in checks.sections():
    one = checks[title]
    loaders, files, writers = (exempt(one, k) for k in ("exempt_load_domain", "exempt_file", "exempt_write_domain"))
    modules = set()
    for rule in LOAD:
        sources = set(rule.source.expand()) - loaders
        if sources:
            modules |= set(rule.target.expand()) - files - sources
    written = set()
    for rule in WRITE:
        if set(rule.source.expand()) - writers:
            written |= set(rule.target.expand()) & modules
    print("%s: %s" % (title, " ".join(sorted(map(str, written)))))
