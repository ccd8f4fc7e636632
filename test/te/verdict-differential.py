#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which names may be used where: reading must accept and refuse what checkpolicy and checkmodule accept and refuse.

verdict-differential.py COMPILE_TOOL. Exit 77 where these are not installed. Only what is decided when a policy is lowered is
here; what takes the whole (an attribute where a type must stand, a permission that the class has not) is compile's.
"""
import os, re, shutil, subprocess, sys, tempfile

HEAD = """class file
class process
sid kernel
class file { read write }
class process { transition }
sensitivity s0 alias sens0;
dominance { s0 }
category c0; category c1;
level s0:c0.c1;
mlsconstrain file read (h1 dom h2);
attribute a; type x_t, a; type y_t alias z_t; role r; role r types { x_t y_t };
bool b true;
"""
TAIL = """user u roles r level s0 range s0 - s0:c0.c1;
constrain file read (u1 == u2);
sid kernel u:r:x_t:s0
"""

# Between HEAD and TAIL of a policy.
POLICY = """
allow x_t y_t:file read;
allow a self:file { read write };
allow later_t x_t:file read; type later_t;
allow nobody_t x_t:file read;
allow x_t z_t:file read;
allow x_t nobody_t:file read;
allow x_t y_t:nothing read;
allow * y_t:file read;
neverallow * y_t:file write;
neverallow ~x_t ~{ y_t z_t }:file write;
allow x_t ~y_t:file read;
allow { a -x_t } y_t:file *;
allow x_t y_t:file ~read;
type_transition x_t y_t:process z_t;
type_transition x_t y_t:process w_t;
type_transition x_t y_t:file z_t "name";
role q; allow r q;
allow r nobody_r;
allow r *;
role r types nobody_t;
role nobody_r types x_t;
attribute_role ar; roleattribute r ar;
roleattribute r nothing;
typeattribute x_t a;
typeattribute x_t nothing;
typeattribute nobody_t a;
type n_t, nothing;
typealias x_t alias xx_t; allow xx_t x_t:file read;
typealias nobody_t alias xx_t;
typebounds x_t y_t;
typebounds x_t nobody_t;
permissive x_t;
permissive nobody_t;
if (b) { allow x_t y_t:file read; }
if (c) { allow x_t y_t:file read; }
if (b && !b) { allow x_t y_t:file read; } else { allow x_t nobody_t:file read; }
bool c.d true;
range_transition x_t y_t:process s0;
range_transition x_t y_t:process s1;
range_transition x_t y_t s0:c0,c1;
range_transition x_t y_t:process s0:c9;
range_transition x_t y_t:process sens0;
role_transition r x_t r;
role_transition r x_t nobody_r;
optional { require { type x_t; } allow x_t y_t:file read; }
optional { require { type nobody_t; } allow nobody_t y_t:file read; }
optional { require { type nobody_t; } allow x_t y_t:file read; } allow nobody_t y_t:file read;
optional { require { type x_t; } type in_t; allow in_t y_t:file read; }
optional { require { type x_t; } type in_t; } allow in_t y_t:file read;
optional { require { type x_t; } allow x_t y_t:file read; } else { allow x_t x_t:file read; }
optional { require { type o_t; } allow x_t y_t:file read; } else { allow o_t x_t:file read; }
optional { require { type x_t; } allow x_t y_t:file read; } else { type e_t; }
optional { require { type o_t; } optional { require { type x_t; } allow o_t x_t:file read; } }
optional { require { type x_t; } optional { require { type o_t; } allow o_t x_t:file read; } allow x_t o_t:file read; }
optional { allow in_t y_t:file read; require { type in_t; } }
allowxperm x_t y_t:file ioctl 0x10000;
expandattribute a true;
expandattribute nothing true;
type n_t, late; attribute late;
typeattribute late_t a; type late_t;
typealias late_t alias ll_t; type late_t;
optional { type n_t, late; attribute late; allow n_t x_t:file read; }
optional { attribute near; type n_t, near; allow n_t x_t:file read; }
optional { typeattribute o_t a; require { type o_t; } }
role q, late_r; attribute_role late_r;
roleattribute late_r ar; attribute_role ar; role late_r;
attribute_role ar; role late_r, ar;
user w roles r level s0 range s0; allow x_t y_t:file read;
constrain file read (u1 == u2); allow x_t y_t:file read;
class dir
sid late
sid kernel u:r:x_t:s0
category c7;
default_user file source;
dominance { s0 }
portcon tcp 1 u:r:x_t:s0
require { type x_t; }
if (b) { require { type x_t; } allow x_t y_t:file read; }
if (b) { }
optional { }
optional { ; }
optional { ; require { type x_t; } ; allow x_t y_t:file read; ; }
optional { require { type x_t; ; } allow x_t y_t:file read; }
optional { require { ; type x_t; } allow x_t y_t:file read; }
optional { require { type x_t; } user w roles r level s0 range s0; ; }
if (b) { ; allow x_t y_t:file read; }
if (b) { allow x_t y_t:file read; ; }
if (b) { allow x_t y_t:file read; } else { ; }
if (b) { allow x_t y_t:file read; };
optional { require { type x_t; } } else { }
optional { user w roles r level s0 range s0; require { type x_t; } }
optional { require { type x_t; } optional { user w roles r level s0 range s0; require { type x_t; } } }
policycap open_perms;
"""

# Behind "module m 1;".
MODULE = """
require { type x_t; class file read; } allow x_t x_t:file read;
require { type x_t; class file read; } allow x_t y_t:file read;
require { type x_t; } allow x_t x_t:file read;
require { type x_t; class file read; } type y_t; allow x_t y_t:file read;
require { attribute a; class file { read write }; } type y_t, a; allow a self:file write;
require { type x_t; class file read; } optional { require { type o_t; } allow x_t o_t:file read; }
type n_t;
require { type x_t; }
optional { require { type x_t; } type n_t; }
require { type x_t; } optional { type n_t; }
require { type x_t; } optional { ; }
require { type x_t; } optional { require { type o_t; } } else { ; }
require { type x_t; } optional { optional { require { type o_t; } type n_t; } }
require { type x_t; } optional { bool on true; if (on) { require { class file read; } allow x_t x_t:file read; } }
bool on true; if (on) { require { type x_t; class file read; } allow x_t x_t:file read; }
bool on true; if (on) { } else { require { type x_t; class file read; } allow x_t x_t:file read; }
require { type x_t; class file read; } optional { require { type o_t; } } allow x_t o_t:file read;
require { type x_t; class file read; } optional { require { class dir read; } allow x_t x_t:dir read; }
require { role r; type x_t; } role r types x_t;
require { type x_t; } role r types x_t;
require { type x_t; } role r; role r types x_t;
require { bool b; type x_t; class file read; } if (b) { allow x_t x_t:file read; }
require { type x_t; class file read; } if (b) { allow x_t x_t:file read; }
require { type x_t; class file read; } if (x) { require { bool b; } allow x_t x_t:file read; }
require { class file read; } if (b) { require { bool b; type x_t; } allow x_t x_t:file read; }
require { type x_t; class file read; class process transition; } type_transition x_t x_t:process n_t; type n_t;
require { role r; sensitivity s0; } user u roles r level s0 range s0;
require { role r; sensitivity s0; } user u roles r level s0 range s0; user v roles r level s0 range s0;
require { type x_t; role r; sensitivity s0; class file read; } user u roles r level s0 range s0; allow x_t x_t:file read;
require { role r; sensitivity s0; } role q; optional { require { role p; } user u roles p level s0 range s0; }
require { role r; sensitivity s0; } role q; optional { user u roles p level s0 range s0; require { role p; } }

;
require { type x_t; } policycap open_perms;
require { type x_t; } class file
require { type x_t; } sid kernel
require { type x_t; role r; user u; } portcon tcp 1 u:r:x_t
require { type x_t; class file read; } constrain file read (u1 == u2);
require { type x_t; } sensitivity s0;
require { type x_t; class file read; } default_user file source;
require { class file read; } typeattribute x_t a; type x_t; attribute a;
require { class file read; } attribute a; type x_t, a;
require { class file read; } type x_t, a; attribute a;
require { class file read; } type x_t, a; require { attribute a; }
require { type x_t; class file read; } optional { require { class file write; } } allow x_t x_t:file write;
require { type x_t; class file read; } optional { require { type o_t; } allow x_t x_t:file write; } optional { require { class file write; } }
require { type x_t; class file read; } optional { require { type o_t; class file write; } } else { allow x_t x_t:file write; }
require { type x_t; class file read; class dir write; } optional { require { class dir read; } } allow x_t x_t:dir read;
"""

# Of the lines of HEAD and TAIL those that begin so are left out.
LEFT_OUT = ["class file$", "sid kernel$", "class", "sid", "common", "sensitivity", "dominance", "category", "level", "mls",
            "attribute", "user", "constrain", "sid kernel u", "attribute|user", "sensitivity|dominance|category|level|mls", ""]


def whole():
    """Policies that lack something, and the empty ones."""
    text = HEAD + TAIL
    for start in LEFT_OUT:
        yield "".join(l for l in text.splitlines(True) if not re.match(start, l.rstrip("\n")))
    yield "# nothing\n"
    yield text


def emptied(lines):
    """With a statement that is empty, a ';' alone, before each of the lines and at the end."""
    for i in range(len(lines) + 1):
        yield "\n".join(lines[:i] + [";"] + lines[i:]) + "\n"


SECTIONS = """class file
sid kernel
class file { read }
default_user file source;
sensitivity s0;
dominance { s0 }
category c0;
level s0:c0;
mlsconstrain file read (h1 dom h2);
type x_t;
role r; role r types x_t;
user u roles r level s0 range s0;
constrain file read (u1 == u2);
sid kernel u:r:x_t:s0
fs_use_xattr ext4 u:r:x_t:s0;
genfscon proc / u:r:x_t:s0
portcon tcp 1 u:r:x_t:s0
netifcon lo u:r:x_t:s0 u:r:x_t:s0
nodecon 10.0.0.0 255.0.0.0 u:r:x_t:s0"""
PARTS = """module m 1;
require { type x_t; class file read; role r; sensitivity s0; bool b; }
allow x_t x_t:file read;
optional { require { role p; } user u roles p level s0 range s0; }
user v roles r level s0 range s0;"""


def main():
    if not shutil.which("checkpolicy") or not shutil.which("checkmodule"):
        return 77
    wrong = count = refused = 0
    with tempfile.TemporaryDirectory() as d:
        path, out = os.path.join(d, "in.te"), os.path.join(d, "m")
        for texts, peer in (([HEAD + c + "\n" + TAIL for c in POLICY.strip().split("\n")], ("checkpolicy", "-M")),
                            (["module m 1;\n" + c + "\n" for c in MODULE.strip("\n").split("\n")], ("checkmodule", "-M", "-m")),
                            (list(whole()), ("checkpolicy", "-M")),
                            (list(emptied(SECTIONS.split("\n"))), ("checkpolicy", "-M")),
                            (list(emptied(PARTS.split("\n"))), ("checkmodule", "-M", "-m"))):
            for text in texts:
                with open(path, "w") as f:
                    f.write(text)
                want = subprocess.run([*peer, "-o", out, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                got = subprocess.run([sys.argv[1], "-r", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                count += 1
                refused += want.returncode != 0
                if (want.returncode != 0) != (got.returncode != 0) or got.returncode > 1:
                    wrong += 1
                    print("%s\n%s says %d, we say %d\n%s%s" % (text, peer[0], want.returncode, got.returncode,
                                                             want.stdout.decode(), got.stderr.decode()))
    print("%d verdicts, %d of them refusals, %d differ" % (count, refused, wrong))
    return 1 if wrong or refused < 20 or count - refused < 20 else 0


sys.exit(main())
