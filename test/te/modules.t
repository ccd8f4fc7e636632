# Broken modules against the headers in headers/, and what is said of them, all of it. A case is `=== name', the
# source, `---', the diagnostics, `==='. One with policy.conf in its name is read as expanded text.
=== an undeclared type, and the near one
policy_module(m, 1)
type httpd_t;
allow htpd_t httpd_t:file read;
---
m.te:3:7: error: type 'htpd_t' is neither declared nor required [E0141]
    3 | allow htpd_t httpd_t:file read;
      |       ^~~~~~
m.te:2:6: note: did you mean 'httpd_t', declared here?
    2 | type httpd_t;
      |      ^~~~~~~
=== a name far from all others
policy_module(m, 1)
type a_t;
allow a_t something_else_t:file read;
---
m.te:3:11: error: type 'something_else_t' is neither declared nor required [E0141]
    3 | allow a_t something_else_t:file read;
      |           ^~~~~~~~~~~~~~~~
=== the same name twice is told once
policy_module(m, 1)
type a_t;
allow a_t b_t:file read;
allow b_t a_t:file read;
---
m.te:3:11: error: type 'b_t' is neither declared nor required [E0141]
    3 | allow a_t b_t:file read;
      |           ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
=== five mistakes, all told
policy_module(m, 1)
type a_t;
allow a_t b_t:file read;
allow a_t a_t:nofile read;
role q_r types a_t;
if (nobool) { allow a_t a_t:file read; }
type_transition a_t a_t:process c_t;
---
m.te:3:11: error: type 'b_t' is neither declared nor required [E0141]
    3 | allow a_t b_t:file read;
      |           ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
m.te:4:15: error: class 'nofile' is neither declared nor required [E0141]
    4 | allow a_t a_t:nofile read;
      |               ^~~~~~
test/te/headers/support/loadable_module.spt:7:10: note: did you mean 'file', required here?
    7 | 			class file { read write open getattr };
      | 			      ^~~~
m.te:5:6: error: role 'q_r' is neither declared nor required [E0141]
    5 | role q_r types a_t;
      |      ^~~
m.te:6:5: error: boolean 'nobool' is neither declared nor required [E0141]
    6 | if (nobool) { allow a_t a_t:file read; }
      |     ^~~~~~
m.te:7:33: error: type 'c_t' is neither declared nor required [E0141]
    7 | type_transition a_t a_t:process c_t;
      |                                 ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
=== a type that only an optional requires
policy_module(m, 1)
type a_t;
optional_policy(`
	gen_require(`
		type o_t;
	')
	allow a_t o_t:file read;
')
allow a_t o_t:file read;
---
m.te:9:11: error: type 'o_t' is required in another block only, and not required in this one [E0142]
    9 | allow a_t o_t:file read;
      |           ^~~
m.te:5:8: note: required here
    5 | 		type o_t;
      | 		     ^~~
=== a type that only an optional declares
policy_module(m, 1)
type a_t;
optional_policy(`
	gen_require(`
		type x_t;
	')
	type in_t;
')
allow a_t in_t:file read;
---
m.te:9:11: error: type 'in_t' is declared in another block only, and not required in this one [E0142]
    9 | allow a_t in_t:file read;
      |           ^~~~
m.te:7:7: note: declared here
    7 | 	type in_t;
      | 	     ^~~~
=== a declaration in an else branch
policy_module(m, 1)
type a_t;
optional_policy(`
	gen_require(`
		type x_t;
	')
	allow a_t x_t:file read;
',`
	type e_t;
')
---
m.te:9:2: error: an else branch can neither declare nor require a name [E0148]
    9 | 	type e_t;
      | 	^~~~~~~~
=== an interface nobody declares
policy_module(m, 1)
type a_t;
files_read_ect(a_t)
allow a_t b_t:file read;
---
m.te:3:1: error: there is no interface or macro 'files_read_ect' [E0137]
    3 | files_read_ect(a_t)
      | ^~~~~~~~~~~~~~
note: did you mean 'files_read_etc'?
m.te:4:11: error: type 'b_t' is neither declared nor required [E0141]
    4 | allow a_t b_t:file read;
      |           ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
=== a missing argument
policy_module(m, 1)
type a_t;
files_etc_filetrans(a_t)
---
m.te:3:1: error: argument 2 of 'files_etc_filetrans' is missing: private type [E0153]
    3 | files_etc_filetrans(a_t)
      | ^~~~~~~~~~~~~~~~~~~
test/te/headers/kernel/files.if:42:1: note: declared here
   42 | interface(`files_etc_filetrans',`
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== an empty argument
policy_module(m, 1)
type a_t;
files_etc_filetrans(, a_t)
---
m.te:3:1: error: argument 1 of 'files_etc_filetrans' is missing: domain [E0153]
    3 | files_etc_filetrans(, a_t)
      | ^~~~~~~~~~~~~~~~~~~
test/te/headers/kernel/files.if:42:1: note: declared here
   42 | interface(`files_etc_filetrans',`
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== no arguments at all
policy_module(m, 1)
files_read_etc()
---
m.te:2:1: error: argument 1 of 'files_read_etc' is missing: domain [E0153]
    2 | files_read_etc()
      | ^~~~~~~~~~~~~~
test/te/headers/kernel/files.if:13:1: note: declared here
   13 | interface(`files_read_etc',`
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== an optional argument left out
policy_module(m, 1)
type a_t; type b_t;
files_etc_filetrans(a_t, b_t)
---
=== a missing argument through another interface
policy_module(m, 1)
type a_t;
interface(`m_create',`
	files_etc_filetrans($1, $2)
')
m_create(a_t)
---
m.te:6:1: error: argument 2 of 'm_create' is missing [E0153]
    6 | m_create(a_t)
      | ^~~~~~~~
m.te:3:1: note: declared here
    3 | interface(`m_create',`
      | ^~~~~~~~~~~~~~~~~~~~~~
=== an interface that is defined twice
policy_module(m, 1)
interface(`m_one',`
	allow $1 self:file read;
')
interface(`m_one',`
	allow $1 self:dir search;
')
---
m.te:5:1: error: interface 'm_one' is defined twice [E0117]
    5 | interface(`m_one',`
      | ^
m.te:2:1: note: first defined here
    2 | interface(`m_one',`
      | ^
=== an interface that calls itself
policy_module(m, 1)
type a_t;
interface(`m_again',`
	allow $1 self:file read;
	m_again($1)
')
m_again(a_t)
---
m.te:5:2: error: 'm_again' calls itself without end [E0152]
    5 | 	m_again($1)
      | 	^~~~~~~
m.te:3:1: note: declared here
    3 | interface(`m_again',`
      | ^~~~~~~~~~~~~~~~~~~~~
=== two interfaces that call each other
policy_module(m, 1)
type a_t;
interface(`m_ping',`
	m_pong($1)
')
interface(`m_pong',`
	m_ping($1)
')
m_ping(a_t)
---
m.te:4:2: error: 'm_pong' calls itself without end [E0152]
    4 | 	m_pong($1)
      | 	^~~~~~
m.te:6:1: note: declared here
    6 | interface(`m_pong',`
      | ^~~~~~~~~~~~~~~~~~~~
m.te:7:2: note: by way of 'm_ping', called here
    7 | 	m_ping($1)
      | 	^~~~~~
=== a renamed interface
policy_module(m, 1)
type a_t;
files_read_conf(a_t)
---
m.te:3:1: warning: files_read_conf(a_t) has been renamed, use files_read_etc() instead. [W0113]
    3 | files_read_conf(a_t)
      | ^~~~~~~~~~~~~~~
test/te/headers/kernel/files.if:61:2: note: said by the policy here
   61 | 	refpolicywarn(`$0($*) has been renamed, use files_read_etc() instead.')
      | 	^~~~~~~~~~~~~
=== a renamed interface with WERROR
policy_module(m, 1)
type a_t;
files_read_conf(a_t)
---
m.te:3:1: warning: files_read_conf(a_t) has been renamed, use files_read_etc() instead. [W0113]
    3 | files_read_conf(a_t)
      | ^~~~~~~~~~~~~~~
test/te/headers/kernel/files.if:61:2: note: said by the policy here
   61 | 	refpolicywarn(`$0($*) has been renamed, use files_read_etc() instead.')
      | 	^~~~~~~~~~~~~
m.te:3:1: error: what the policy says of this is an error here (WERROR) [E0154]
    3 | files_read_conf(a_t)
      | ^~~~~~~~~~~~~~~
=== a mistake in an interface, at its call
policy_module(m, 1)
type a_t;
files_broken(a_t)
---
test/te/headers/kernel/files.if:70:26: error: expected ';' before the end of what a macro gives here [E0131]
   70 | 	allow $1 etc_t:file read
      | 	                        ^
m.te:3:1: note: in expansion of files_broken, called here
    3 | files_broken(a_t)
      | ^~~~~~~~~~~~
=== an undeclared name in an interface's argument
policy_module(m, 1)
files_read_etc(a_t)
---
m.te:2:16: error: type 'a_t' is neither declared nor required [E0141]
    2 | files_read_etc(a_t)
      |                ^~~
=== not a module
type a_t;
---
m.te:1:1: error: a module begins with policy_module(NAME, VERSION) [E0151]
    1 | type a_t;
      | ^~~~~~~~
=== a second module statement
policy_module(m, 1)
type a_t;
module n 2;
---
m.te:3:1: error: 'module' must be the first statement [E0143]
    3 | module n 2;
      | ^~~~~~~~~~
=== a star in an allow rule
policy_module(m, 1)
type a_t;
allow * a_t:file read;
allow a_t ~a_t:file read;
neverallow * a_t:file write;
---
m.te:3:1: error: '*' cannot stand in such a set [E0144]
    3 | allow * a_t:file read;
      | ^~~~~~~~~~~~~~~~~~~~~
note: neverallow rules, permissions and constraints may have it
m.te:4:12: error: '~' cannot stand in such a set [E0144]
    4 | allow a_t ~a_t:file read;
      |            ^~~
note: neverallow rules, permissions and constraints may have it
=== not self in an allow rule
policy_module(m, 1)
type a_t;
allow a_t { a_t -self }:file read;
neverallow a_t { self -self }:file read;
---
m.te:3:18: error: -self can stand in neverallow and neverallowxperm rules only [E0144]
    3 | allow a_t { a_t -self }:file read;
      |                  ^~~~
m.te:4:18: error: self and -self exclude each other [E0144]
    4 | neverallow a_t { self -self }:file read;
      |                  ^~~~
=== a permission taken away
policy_module(m, 1)
type a_t;
allow a_t self:file { read -write };
---
m.te:3:29: error: '-' can take away types only [E0144]
    3 | allow a_t self:file { read -write };
      |                             ^~~~~
=== extended permissions
policy_module(m, 1)
type a_t;
allowxperm a_t self:file ioctl 0x12345;
allowxperm a_t self:file ioctl { 0x20-0x10 };
allowxperm a_t self:file write 0x10;
---
m.te:3:32: error: an extended permission is a number of 16 bits, at most 0xffff [E0145]
    3 | allowxperm a_t self:file ioctl 0x12345;
      |                                ^~~~~~~
m.te:4:34: error: the range 0x20-0x10 runs backwards [E0145]
    4 | allowxperm a_t self:file ioctl { 0x20-0x10 };
      |                                  ^~~~~~~~~
m.te:5:26: error: extended permissions are of ioctl or nlmsg [E0147]
    5 | allowxperm a_t self:file write 0x10;
      |                          ^~~~~
=== names with a period
policy_module(m, 1)
bool a.b true;
---
m.te:2:6: error: such a name cannot have a period in it [E0150]
    2 | bool a.b true;
      |      ^~~
=== ports and addresses of a policy.conf
portcon tcp 80-20 u:r:t
portcon tcp 70000 u:r:t
portcon tcq 80 u:r:t
nodecon 1.2.3.400 255.255.255.0 u:r:t
nodecon 1.2.3.0/33 u:r:t
ibpkeycon fe80::1 1 u:r:t
---
m.te:1:1: error: the range 80-20 runs backwards [E0145]
    1 | portcon tcp 80-20 u:r:t
      | ^~~~~~~~~~~~~~~~~~~~~~~
m.te:2:1: error: the number is too large: at most 65535 [E0145]
    2 | portcon tcp 70000 u:r:t
      | ^~~~~~~~~~~~~~~~~~~~~~~
m.te:3:9: error: a protocol is tcp, udp, dccp or sctp [E0147]
    3 | portcon tcq 80 u:r:t
      |         ^~~
m.te:4:9: error: this is no address [E0146]
    4 | nodecon 1.2.3.400 255.255.255.0 u:r:t
      |         ^~~~~~~~~
m.te:5:9: error: this is no network: its mask has too many bits [E0146]
    5 | nodecon 1.2.3.0/33 u:r:t
      |         ^~~~~~~~~~
m.te:6:11: error: this is no subnet prefix: its last 64 bits must be 0 [E0146]
    6 | ibpkeycon fe80::1 1 u:r:t
      |           ^~~~~~~
m.te:1:19: error: user 'u' is not declared [E0141]
    1 | portcon tcp 80-20 u:r:t
      |                   ^
m.te:1:21: error: role 'r' is not declared [E0141]
    1 | portcon tcp 80-20 u:r:t
      |                     ^
m.te:1:23: error: type 't' is not declared [E0141]
    1 | portcon tcp 80-20 u:r:t
      |                       ^
=== a kind of file in a policy.conf
genfscon proc /a -x u:r:t
---
m.te:1:19: error: a kind of file is one of -- -d -c -b -p -l -s [E0147]
    1 | genfscon proc /a -x u:r:t
      |                   ^
m.te:1:21: error: user 'u' is not declared [E0141]
    1 | genfscon proc /a -x u:r:t
      |                     ^
m.te:1:23: error: role 'r' is not declared [E0141]
    1 | genfscon proc /a -x u:r:t
      |                       ^
m.te:1:25: error: type 't' is not declared [E0141]
    1 | genfscon proc /a -x u:r:t
      |                         ^
=== levels of a policy.conf
sensitivity s0;
category c0;
category c1;
range_transition a_t b_t:process s0:c0.c2;
---
m.te:1:1: error: this policy has no classes (class NAME), which must stand before the sensitivities [E0158]
    1 | sensitivity s0;
      | ^~~~~~~~~~~~~~
note: nor has it initial SIDs (sid NAME)
note: nor has it classes with permissions (class NAME { ... })
note: nor has it dominance of its sensitivities
note: nor has it levels (level SENSITIVITY:CATEGORIES)
note: nor has it MLS constraints (mlsconstrain, mlsvalidatetrans)
note: nor has it users
note: nor has it contexts of initial SIDs (sid NAME CONTEXT)
m.te:4:18: error: type 'a_t' is not declared [E0141]
    4 | range_transition a_t b_t:process s0:c0.c2;
      |                  ^~~
m.te:4:22: error: type 'b_t' is not declared [E0141]
    4 | range_transition a_t b_t:process s0:c0.c2;
      |                      ^~~
m.te:4:26: error: class 'process' is not declared [E0141]
    4 | range_transition a_t b_t:process s0:c0.c2;
      |                          ^~~~~~~
m.te:4:40: error: category 'c2' is not declared [E0141]
    4 | range_transition a_t b_t:process s0:c0.c2;
      |                                        ^~
m.te:2:10: note: did you mean 'c0', declared here?
    2 | category c0;
      |          ^~
=== an undeclared name in an interface
policy_module(m, 1)
type a_t;
interface(`m_read',`
	allow $1 { etc_t nobody_t }:file read;
')
m_read(a_t)
m_read(b_t)
---
m.te:4:13: error: type 'etc_t' is neither declared nor required [E0141]
    4 | 	allow $1 { etc_t nobody_t }:file read;
      | 	           ^~~~~
m.te:6:1: note: in expansion of m_read, called here
    6 | m_read(a_t)
      | ^~~~~~
m.te:4:19: error: type 'nobody_t' is neither declared nor required [E0141]
    4 | 	allow $1 { etc_t nobody_t }:file read;
      | 	                 ^~~~~~~~
m.te:6:1: note: in expansion of m_read, called here
    6 | m_read(a_t)
      | ^~~~~~
m.te:7:8: error: type 'b_t' is neither declared nor required [E0141]
    7 | m_read(b_t)
      |        ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
=== self as a source, and a range without blanks
policy_module(m, 1)
type a_t;
allow self a_t:file read;
range_transition a_t a_t:process s0-s15:c0;
---
m.te:3:7: error: type 'self' is neither declared nor required [E0141]
    3 | allow self a_t:file read;
      |       ^~~~
note: self is a word for the target of a rule, and for nothing else
m.te:4:34: error: sensitivity 's0-s15' is neither declared nor required [E0141]
    4 | range_transition a_t a_t:process s0-s15:c0;
      |                                  ^~~~~~
note: names may have a '-' in them: write blanks around that of a range
m.te:4:41: error: category 'c0' is neither declared nor required [E0141]
    4 | range_transition a_t a_t:process s0-s15:c0;
      |                                         ^~
=== an empty policy.conf
# nothing
---
m.te:2:1: error: this is no policy: it has no statement at all [E0158]
    2 | 
      | ^
=== a policy.conf that is a part of one
type a_t;
allow a_t a_t:file read;
---
m.te:1:1: error: this policy has no classes (class NAME), which must stand before the types, roles, booleans and rules [E0158]
    1 | type a_t;
      | ^~~~~~~~
note: nor has it initial SIDs (sid NAME)
note: nor has it classes with permissions (class NAME { ... })
note: nor has it users
note: nor has it contexts of initial SIDs (sid NAME CONTEXT)
m.te:2:15: error: class 'file' is not declared [E0141]
    2 | allow a_t a_t:file read;
      |               ^~~~
=== a policy.conf out of order
class file
sid kernel
class dir
class file { read }
class dir { read }
attribute a;
user u roles r;
type a_t, a;
role r;
role r types a_t;
constrain file read (u1 == u2);
user v roles r;
sid kernel u:r:a_t
fs_use_xattr ext4 u:r:a_t;
require { type a_t; }
portcon tcp 1 u:r:a_t
genfscon proc / u:r:a_t
---
m.te:3:1: error: 'class' belongs before the names of initial SIDs, with the names of classes [E0157]
    3 | class dir
      | ^~~~~~~~~
m.te:2:1: note: the section of the names of initial SIDs begins here
    2 | sid kernel
      | ^~~~~~~~~~
m.te:8:1: error: 'type' belongs before the users, with the types, roles, booleans and rules [E0157]
    8 | type a_t, a;
      | ^~~~~~~~~~~
m.te:7:1: note: the section of the users begins here
    7 | user u roles r;
      | ^~~~~~~~~~~~~~
m.te:12:1: error: 'user' belongs before the constraints, with the users [E0157]
   12 | user v roles r;
      | ^~~~~~~~~~~~~~
m.te:11:1: note: the section of the constraints begins here
   11 | constrain file read (u1 == u2);
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
m.te:15:1: error: a require block belongs in a module or an optional block: this policy declares all names itself [E0157]
   15 | require { type a_t; }
      | ^~~~~~~
m.te:17:1: error: 'genfscon' belongs before the portcon statements, with the genfscon statements [E0157]
   17 | genfscon proc / u:r:a_t
      | ^~~~~~~~~~~~~~~~~~~~~~~
m.te:16:1: note: the section of the portcon statements begins here
   16 | portcon tcp 1 u:r:a_t
      | ^~~~~~~~~~~~~~~~~~~~~
=== names in a policy.conf before they are declared
class file
sid kernel
class file { read }
type a_t, late;
attribute late;
typeattribute later_t late;
typealias later_t alias latest_t;
type later_t;
optional {
	type b_t, near;
	attribute near;
	allow b_t a_t:file read;
}
role r;
role r types a_t;
user u roles r;
sid kernel u:r:a_t
---
m.te:10:12: error: 'near' is used here before it is declared [E0159]
   10 | 	type b_t, near;
      | 	          ^~~~
m.te:11:12: note: this must stand before it
   11 | 	attribute near;
      | 	          ^~~~
m.te:4:11: error: 'late' is used here before it is declared [E0159]
    4 | type a_t, late;
      |           ^~~~
m.te:5:11: note: this must stand before it
    5 | attribute late;
      |           ^~~~
m.te:6:15: error: 'later_t' is used here before it is declared [E0159]
    6 | typeattribute later_t late;
      |               ^~~~~~~
m.te:8:6: note: this must stand before it
    8 | type later_t;
      |      ^~~~~~~
m.te:7:11: error: 'later_t' is used here before it is declared [E0159]
    7 | typealias later_t alias latest_t;
      |           ^~~~~~~
m.te:8:6: note: this must stand before it
    8 | type later_t;
      |      ^~~~~~~
=== users and empty blocks, expanded as of a policy.conf
module m 1;
require { type a_t; role r; class file read; }
user u roles r;
allow a_t a_t:file read;
optional { }
optional { require { type b_t; } user v roles r; allow b_t b_t:file read; } else { }
class dir
policycap open_perms;
portcon tcp 1 u:r:a_t
---
m.te:4:1: error: 'allow' stands behind the users, which come last [E0157]
    4 | allow a_t a_t:file read;
      | ^~~~~~~~~~~~~~~~~~~~~~~
m.te:3:1: note: they begin here
    3 | user u roles r;
      | ^~~~~~~~~~~~~~
m.te:5:1: error: an optional block or its else branch cannot be empty [E0158]
    5 | optional { }
      | ^~~~~~~~
m.te:6:50: error: 'allow' stands behind the users, which come last [E0157]
    6 | optional { require { type b_t; } user v roles r; allow b_t b_t:file read; } else { }
      |                                                  ^~~~~~~~~~~~~~~~~~~~~~~
m.te:6:34: note: they begin here
    6 | optional { require { type b_t; } user v roles r; allow b_t b_t:file read; } else { }
      |                                  ^~~~~~~~~~~~~~
m.te:6:1: error: an optional block or its else branch cannot be empty [E0158]
    6 | optional { require { type b_t; } user v roles r; allow b_t b_t:file read; } else { }
      | ^~~~~~~~
m.te:7:1: error: 'class' cannot stand in a module, but only in a base or a policy [E0157]
    7 | class dir
      | ^~~~~~~~~
m.te:8:1: error: 'policycap' cannot stand in a module, but only in a base or a policy [E0157]
    8 | policycap open_perms;
      | ^~~~~~~~~~~~~~~~~~~~
m.te:9:1: error: 'portcon' cannot stand in a module, but only in a base or a policy [E0157]
    9 | portcon tcp 1 u:r:a_t
      | ^~~~~~~~~~~~~~~~~~~~~
=== an empty module, expanded as of a policy.conf
module m 1;
---
m.te:2:1: error: this module is empty: no statement follows [E0158]
    2 | 
      | ^
=== a semicolon lost in an optional
policy_module(m, 1)
type a_t;
optional_policy(`
	gen_require(`
		type x_t;
	')
	allow a_t x_t:file read
')
allow a_t b_t:file read;
---
m.te:7:25: error: expected ';' before the end of what a macro gives here [E0131]
    7 | 	allow a_t x_t:file read
      | 	                       ^
m.te:9:11: error: type 'b_t' is neither declared nor required [E0141]
    9 | allow a_t b_t:file read;
      |           ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
=== a rule that cannot stand in a tunable
policy_module(m, 1)
type a_t; bool flag true;
tunable_policy(`flag',`
	typeattribute a_t x;
')
---
m.te:4:2: error: 'typeattribute' cannot stand in an if block [E0135]
    4 | 	typeattribute a_t x;
      | 	^~~~~~~~~~~~~
=== a quote that has no end, and what is wrong before it
policy_module(m, 1)
type a_t;
allow a_t b_t:file read;
optional_policy(`
	allow a_t a_t:file read;
---
m.te:4:17: error: the quote that begins here is never closed [E0110]
    4 | optional_policy(`
      |                 ^
m.te:3:11: error: type 'b_t' is neither declared nor required [E0141]
    3 | allow a_t b_t:file read;
      |           ^~~
m.te:2:6: note: did you mean 'a_t', declared here?
    2 | type a_t;
      |      ^~~
===
