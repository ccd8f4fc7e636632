#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which names may be used where: reading must accept and refuse what checkpolicy and checkmodule accept and refuse.

verdict-differential.py COMPILE_TOOL. Exit 77 where these are not installed. Only what is decided when a policy is lowered is
here; what takes the whole (an attribute where a type must stand, a permission that the class has not) is compile's.
"""
import os, shutil, subprocess, sys, tempfile

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
"""

# Behind "module m 1;".
MODULE = """
require { type x_t; class file read; } allow x_t x_t:file read;
require { type x_t; class file read; } allow x_t y_t:file read;
require { type x_t; } allow x_t x_t:file read;
require { type x_t; class file read; } type y_t; allow x_t y_t:file read;
require { attribute a; class file { read write }; } type y_t, a; allow a self:file write;
require { type x_t; class file read; } optional { require { type o_t; } allow x_t o_t:file read; }
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
"""


def main():
    if not shutil.which("checkpolicy") or not shutil.which("checkmodule"):
        return 77
    wrong = count = refused = 0
    with tempfile.TemporaryDirectory() as d:
        path, out = os.path.join(d, "in.te"), os.path.join(d, "m")
        for cases, peer in ((POLICY, ("checkpolicy", "-M")), (MODULE, ("checkmodule", "-M", "-m"))):
            for case in cases.strip().split("\n"):
                text = HEAD + case + "\n" + TAIL if peer[0] == "checkpolicy" else "module m 1;\n" + case + "\n"
                with open(path, "w") as f:
                    f.write(text)
                want = subprocess.run([*peer, "-o", out, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                got = subprocess.run([sys.argv[1], "-r", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                count += 1
                refused += want.returncode != 0
                if (want.returncode != 0) != (got.returncode != 0) or got.returncode > 1:
                    wrong += 1
                    print("%s: %s says %d, we say %d\n%s%s" % (case, peer[0], want.returncode, got.returncode,
                                                             want.stdout.decode(), got.stderr.decode()))
    print("%d verdicts, %d of them refusals, %d differ" % (count, refused, wrong))
    return 1 if wrong or refused < 20 or count - refused < 20 else 0


sys.exit(main())
