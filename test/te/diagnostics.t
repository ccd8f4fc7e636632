# Broken policies and what is said of them, all of it. A case is `=== name', the source (read through the macro reader),
# `---', the diagnostics, `==='. In the source, \xNN is a byte.
=== a missing semicolon
type a_t
type b_t;
type c_t;
---
in.te:1:9: error: expected ';' before 'type' [E0131]
    1 | type a_t
      |         ^
=== a missing semicolon before a rule
type a_t
allow a_t self:file read;
attribute;
---
in.te:1:9: error: expected ';' before 'allow' [E0131]
    1 | type a_t
      |         ^
in.te:3:10: error: expected a name, found ';' [E0131]
    3 | attribute;
      |          ^
=== a missing colon
allow a_t b_t file read;
---
in.te:1:15: error: expected ':', found 'file' [E0131]
    1 | allow a_t b_t file read;
      |               ^~~~
=== a missing class
allow a_t b_t: read;
---
in.te:1:20: error: expected a name or a set, found ';' [E0131]
    1 | allow a_t b_t: read;
      |                    ^
=== an unknown statement
alow a_t b_t:file read;
allow a_t b_t:file read;
---
in.te:1:1: error: expected a statement, found 'alow' [E0131]
    1 | alow a_t b_t:file read;
      | ^~~~
note: did you mean 'allow'?
=== a word of the language as a name
type role;
allow type b_t:file read;
---
in.te:1:6: error: expected a name, found 'role', which is a word of the language [E0132]
    1 | type role;
      |      ^~~~
in.te:2:7: error: expected a name or a set, found 'type', which is a word of the language [E0132]
    2 | allow type b_t:file read;
      |       ^~~~
=== an unclosed set
allow { a_t b_t:file read;
allow c_t d_t:file read;
---
in.te:1:16: error: expected a name, found ':' [E0131]
    1 | allow { a_t b_t:file read;
      |                ^
=== an empty set
allow a_t { }:file read;
---
in.te:1:13: error: expected a name, found '}' [E0131]
    1 | allow a_t { }:file read;
      |             ^
in.te:1:14: error: expected a statement, found ':' [E0131]
    1 | allow a_t { }:file read;
      |              ^
=== an unclosed block
optional {
	allow a_t b_t:file read;
---
in.te:3:1: error: expected '}', found the end of the file [E0131]
    3 | 
      | ^
in.te:1:10: note: the block begins here
    1 | optional {
      |          ^
=== a brace too many
allow a_t b_t:file read;
}
type;
---
in.te:2:1: error: expected a statement, found '}' [E0131]
    2 | }
      | ^
in.te:3:5: error: expected a name, found ';' [E0131]
    3 | type;
      |     ^
=== a byte that is no text
allow a_t b_t:file read;
\x01
type \x7f;
---
in.te:2:1: error: byte 0x01 is no part of the policy language [E0136]
    2 |  
      | ^
in.te:3:6: error: byte 0x7f is no part of the policy language [E0136]
    3 | type ;
      |      ^
=== a character out of place
allow a_t b_t:file read@;
type %a;
---
in.te:1:24: error: '@' is no part of the policy language [E0136]
    1 | allow a_t b_t:file read@;
      |                        ^
in.te:2:6: error: '%' is no part of the policy language [E0136]
    2 | type %a;
      |      ^
=== a string without an end
type_transition a_t b_t:file c_t "name;
type a;
---
in.te:1:34: error: '"' is no part of the policy language [E0136]
    1 | type_transition a_t b_t:file c_t "name;
      |                                  ^
note: the string that begins here is not closed on its line
=== several independent mistakes
type;
attribute a b;
role r types;
bool x maybe;
user u;
portcon tcp x u:r:t;
---
in.te:1:5: error: expected a name, found ';' [E0131]
    1 | type;
      |     ^
in.te:2:13: error: expected ';', found 'b' [E0131]
    2 | attribute a b;
      |             ^
in.te:3:13: error: expected a name or a set, found ';' [E0131]
    3 | role r types;
      |             ^
in.te:4:8: error: expected true or false, found 'maybe' [E0131]
    4 | bool x maybe;
      |        ^~~~~
in.te:5:7: error: expected roles, found ';' [E0131]
    5 | user u;
      |       ^
in.te:6:13: error: expected a number, found 'x' [E0131]
    6 | portcon tcp x u:r:t;
      |             ^
=== a statement where it cannot stand
if (a) {
	type b_t;
	allow a_t b_t:file read;
}
optional {
	genfscon proc / u:r:t
}
---
in.te:2:2: error: 'type' cannot stand in an if block [E0135]
    2 | 	type b_t;
      | 	^~~~
in.te:6:2: error: 'genfscon' cannot stand in an optional block [E0135]
    6 | 	genfscon proc / u:r:t
      | 	^~~~~~~~
=== a mistake in a block does not end it
optional {
	type a_t b_t;
	allow a_t;
	type ok_t;
} else {
	bool;
}
type z_t;
---
in.te:2:11: error: expected ';', found 'b_t' [E0131]
    2 | 	type a_t b_t;
      | 	         ^~~
in.te:3:11: error: expected a name or a set, found ';' [E0131]
    3 | 	allow a_t;
      | 	         ^
in.te:6:6: error: expected a name, found ';' [E0131]
    6 | 	bool;
      | 	    ^
=== a requirement that is none
require {
	type a_t;
	allow a_t b_t:file read;
	port b;
}
---
in.te:3:2: error: expected class, type, attribute, role or another kind of name, found 'allow' [E0131]
    3 | 	allow a_t b_t:file read;
      | 	^~~~~
in.te:4:2: error: expected class, type, attribute, role or another kind of name, found 'port' [E0131]
    4 | 	port b;
      | 	^~~~
=== conditions
if (a && ) { }
if (a b) { }
if a == b) { }
if ((a || !b) && c) { }
---
in.te:1:10: error: expected a name, found ')' [E0131]
    1 | if (a && ) { }
      |          ^
in.te:2:7: error: expected ')', found 'b' [E0131]
    2 | if (a b) { }
      |       ^
in.te:3:10: error: expected '{', found ')' [E0131]
    3 | if a == b) { }
      |          ^
=== constraints
constrain file read (u1 = u2);
constrain file read (u1 == u2 and t1 dom t2);
mlsconstrain file read (l1 dom l2 or t3);
---
in.te:1:25: error: '=' is no part of the policy language [E0136]
    1 | constrain file read (u1 = u2);
      |                         ^
note: the language has == for comparisons, and no = : values stand behind the name, as in 'bool NAME true;'
in.te:2:38: error: expected == or !=, found 'dom' [E0131]
    2 | constrain file read (u1 == u2 and t1 dom t2);
      |                                      ^~~
in.te:3:40: error: expected == or !=, found ')' [E0131]
    3 | mlsconstrain file read (l1 dom l2 or t3);
      |                                        ^
=== a number too large
portcon tcp 99999999999 u:r:t
allowxperm a b:c ioctl { 0x1-0x1ffffffff };
---
in.te:1:13: error: 99999999999 is too large: at most 4294967295 [E0133]
    1 | portcon tcp 99999999999 u:r:t
      |             ^~~~~~~~~~~
in.te:2:30: error: 0x1ffffffff is too large: at most 4294967295 [E0133]
    2 | allowxperm a b:c ioctl { 0x1-0x1ffffffff };
      |                              ^~~~~~~~~~~
=== contexts
sid kernel u:r
fs_use_xattr ext4 u:r:t:s0:c0.c3,c5 - ;
genfscon proc relative u:r:t
---
in.te:1:15: error: expected ':' before 'fs_use_xattr' [E0131]
    1 | sid kernel u:r
      |               ^
in.te:2:39: error: expected a name, found ';' [E0131]
    2 | fs_use_xattr ext4 u:r:t:s0:c0.c3,c5 - ;
      |                                       ^
in.te:3:15: error: expected a path, found 'relative' [E0131]
    3 | genfscon proc relative u:r:t
      |               ^~~~~~~~
=== addresses
nodecon 10.0.0.1 ffff::1 u:r:t
nodecon ::1 u:r:t
ibpkeycon 1.2.3.4 5 u:r:t
---
in.te:1:18: error: expected a mask of the same kind, found 'ffff::1' [E0131]
    1 | nodecon 10.0.0.1 ffff::1 u:r:t
      |                  ^~~~~~~
in.te:2:13: error: expected a mask of the same kind, found 'u' [E0131]
    2 | nodecon ::1 u:r:t
      |             ^
in.te:3:11: error: expected an IPv6 subnet prefix, found '1.2.3.4' [E0131]
    3 | ibpkeycon 1.2.3.4 5 u:r:t
      |           ^~~~~~~
=== defaults
default_user file high;
default_range file source;
default_range file glblub;
---
in.te:1:19: error: expected source or target, found 'high' [E0131]
    1 | default_user file high;
      |                   ^~~~
in.te:2:26: error: expected low, high or low-high, found ';' [E0131]
    2 | default_range file source;
      |                          ^
=== extended permissions
allowxperm a b:c ioctl;
allowxperm a b:c ioctl { };
allowxperm a b:c ioctl ~ { 0x1 - };
---
in.te:1:23: error: expected a number or a set of numbers, found ';' [E0131]
    1 | allowxperm a b:c ioctl;
      |                       ^
in.te:2:26: error: expected a number, found '}' [E0131]
    2 | allowxperm a b:c ioctl { };
      |                          ^
in.te:3:34: error: expected a number, found '}' [E0131]
    3 | allowxperm a b:c ioctl ~ { 0x1 - };
      |                                  ^
=== in the expansion of a macro
define(`read_it',`allow $1 $2:file { read;')
define(`outer',`read_it($1,b_t)')
outer(a_t)
type c_t;
---
in.te:1:42: error: expected a name, found ';' [E0131]
    1 | define(`read_it',`allow $1 $2:file { read;')
      |                                          ^
in.te:2:17: note: in expansion of read_it, called here
    2 | define(`outer',`read_it($1,b_t)')
      |                 ^~~~~~~
in.te:3:1: note: in expansion of outer, called here
    3 | outer(a_t)
      | ^~~~~
=== in the argument of a macro
define(`rd',`allow $1 self:file read;')
rd({ a_t b_t)
rd(;)
---
in.te:1:27: error: expected a name, found ':' [E0131]
    1 | define(`rd',`allow $1 self:file read;')
      |                           ^
in.te:2:1: note: in expansion of rd, called here
    2 | rd({ a_t b_t)
      | ^~
in.te:3:4: error: expected a name or a set, found ';' [E0131]
    3 | rd(;)
      |    ^
in.te:3:1: note: in expansion of rd, called here
    3 | rd(;)
      | ^~
in.te:1:23: error: expected a statement, found 'self' [E0131]
    1 | define(`rd',`allow $1 self:file read;')
      |                       ^~~~
in.te:3:1: note: in expansion of rd, called here
    3 | rd(;)
      | ^~
=== in a pasted name
define(`mk',`type $1_t;')
mk(9x)
mk(a/b)
---
in.te:2:4: error: expected a name, found '9x_t' [E0131]
    2 | mk(9x)
      |    ^~~
in.te:2:1: note: in expansion of mk, called here
    2 | mk(9x)
      | ^~
in.te:3:5: error: expected ';', found '/b_t;' [E0131]
    3 | mk(a/b)
      |     ^~~
in.te:3:1: note: in expansion of mk, called here
    3 | mk(a/b)
      | ^~
=== a call of what is not there
define(`files_read',`allow $1 self:file read;')
files_raed(a_t)
files_read(a_t)
nothing_like_it({ a b }, c)
type;
---
in.te:2:1: error: there is no interface or macro 'files_raed' [E0137]
    2 | files_raed(a_t)
      | ^~~~~~~~~~
note: did you mean 'files_read'?
in.te:4:1: error: there is no interface or macro 'nothing_like_it' [E0137]
    4 | nothing_like_it({ a b }, c)
      | ^~~~~~~~~~~~~~~
in.te:5:5: error: expected a name, found ';' [E0131]
    5 | type;
      |     ^
=== a comma at the end
type a_t,;
typeattribute a_t b,;
---
in.te:1:10: error: expected a name, found ';' [E0131]
    1 | type a_t,;
      |          ^
in.te:2:21: error: expected a name, found ';' [E0131]
    2 | typeattribute a_t b,;
      |                     ^
=== an else alone
else { }
type a_t;
---
in.te:1:1: error: expected a statement, found 'else' [E0131]
    1 | else { }
      | ^~~~
=== blocks without an end
optional {
	optional {
		if (a) {
---
in.te:4:1: error: expected '}', found the end of the file [E0131]
    4 | 
      | ^
in.te:3:10: note: the block begins here
    3 | 		if (a) {
      | 		       ^
=== strings that are none
type_transition a_t b_t:file c_t "";
type_transition a_t b_t:file c_t "a/b";
type_transition a_t b_t:file c_t name;
type_transition a_t b_t:file c_t \xe2\x80\x9cname\xe2\x80\x9d;
---
in.te:1:34: error: '"' is no part of the policy language [E0136]
    1 | type_transition a_t b_t:file c_t "";
      |                                  ^
note: the name of an object cannot be empty
in.te:2:34: error: '"' is no part of the policy language [E0136]
    2 | type_transition a_t b_t:file c_t "a/b";
      |                                  ^
note: the name of an object is the last part of its path only, without a '/'
in.te:3:34: error: expected ';', found 'name' [E0131]
    3 | type_transition a_t b_t:file c_t name;
      |                                  ^~~~
note: the name of an object stands in "
in.te:4:34: error: the character U+201C is no part of the policy language [E0136]
    4 | type_transition a_t b_t:file c_t “name”;
      |                                  ^
note: strings stand in "
=== quotes of macros
type a_t;'
type 'b_t';
---
in.te:1:10: error: ''' is no part of the policy language [E0136]
    1 | type a_t;'
      |          ^
note: quotes of macros are opened by ` and closed by ': this one has no other
in.te:2:6: error: ''' is no part of the policy language [E0136]
    2 | type 'b_t';
      |      ^
note: quotes of macros are opened by ` and closed by ': this one has no other
=== characters that look like others
allow\xc2\xa0a_t b_t:file read;
allow a_t b_t:file \xe2\x80\x98read\xe2\x80\x99;
range_transition a_t b_t:process s0 \xe2\x80\x93 s1;
\xef\xbb\xbftype a_t;
type b\xc3\xa9_t;
type c\xff_t;
---
in.te:1:6: error: the character U+00A0 is no part of the policy language [E0136]
    1 | allow a_t b_t:file read;
      |      ^
note: it looks like a blank, or like nothing, and is none: put a plain one in its place
in.te:2:20: error: the character U+2018 is no part of the policy language [E0136]
    2 | allow a_t b_t:file ‘read’;
      |                    ^
note: quotes of macros are ` and '
in.te:3:37: error: the character U+2013 is no part of the policy language [E0136]
    3 | range_transition a_t b_t:process s0 – s1;
      |                                     ^
note: write - in its place
in.te:4:1: error: the character U+FEFF is no part of the policy language [E0136]
    4 | ﻿type a_t;
      | ^
note: it looks like a blank, or like nothing, and is none: put a plain one in its place
in.te:5:7: error: the character U+00E9 is no part of the policy language [E0136]
    5 | type bé_t;
      |       ^
in.te:6:7: error: byte 0xff is no part of the policy language [E0136]
    6 | type c�_t;
      |       ^
=== a parameter outside of an interface
allow $1 a_t:file read;
---
in.te:1:7: error: '$' is no part of the policy language [E0136]
    1 | allow $1 a_t:file read;
      |       ^
note: parameters, as $1, stand in interfaces, templates and macros
=== a value behind an equals sign
bool a = true;
---
in.te:1:8: error: '=' is no part of the policy language [E0136]
    1 | bool a = true;
      |        ^
note: the language has == for comparisons, and no = : values stand behind the name, as in 'bool NAME true;'
=== commas in braces
allow a_t b_t:file { read, write };
allowxperm a_t b_t:file ioctl { 0x1, 0x2 };
---
in.te:1:26: error: expected a name, found ',' [E0131]
    1 | allow a_t b_t:file { read, write };
      |                          ^
note: in braces there are blanks between names
in.te:2:36: error: expected a number, found ',' [E0131]
    2 | allowxperm a_t b_t:file ioctl { 0x1, 0x2 };
      |                                    ^
note: in braces there are blanks between numbers
=== comments of other languages
// one
/* two */
type a_t;
---
in.te:1:1: error: expected a statement, found '//' [E0131]
    1 | // one
      | ^~
note: comments begin with '#'
=== a line of labels
/usr/bin/a -- gen_context(system_u:object_r:a_t,s0)
---
in.te:1:1: error: expected a statement, found '/usr/bin/a' [E0131]
    1 | /usr/bin/a -- gen_context(system_u:object_r:a_t,s0)
      | ^~~~~~~~~~
note: labels of files stand in a file of their own, NAME.fc
=== a semicolon lost at the end of an argument
define(`need',`require { $1 }')
need(`type a_t')
need(`class file { read };
	type b_t, c_t
')
type d_t;
---
in.te:2:15: error: expected ';' before '}' [E0131]
    2 | need(`type a_t')
      |               ^
in.te:2:1: note: in expansion of need, called here
    2 | need(`type a_t')
      | ^~~~
in.te:4:15: error: expected ';' before '}' [E0131]
    4 | 	type b_t, c_t
      | 	             ^
in.te:3:1: note: in expansion of need, called here
    3 | need(`class file { read };
      | ^~~~
=== parentheses without measure
define(`p50',`((((((((((((((((((((((((((((((((((((((((((((((((((')
define(`p500',`p50 p50 p50 p50 p50 p50 p50 p50 p50 p50')
if p500 p500 p500 p500 (a) { }
constrain file read p500 p500 p500 p500 (u1 == u2);
type;
---
in.te:3:24: error: parentheses and operators of a condition are nested more than 2000 deep here [E0134]
    3 | if p500 p500 p500 p500 (a) { }
      |                        ^
note: leave out the parentheses that nothing needs, or make several statements of it
in.te:4:41: error: parentheses and operators of a constraint are nested more than 2000 deep here [E0134]
    4 | constrain file read p500 p500 p500 p500 (u1 == u2);
      |                                         ^
note: leave out the parentheses that nothing needs, or make several statements of it
in.te:5:5: error: expected a name, found ';' [E0131]
    5 | type;
      |     ^
=== blocks without measure
define(`o5',`optional { optional { optional { optional { optional { ')
define(`o50',`o5 o5 o5 o5 o5 o5 o5 o5 o5 o5')
o50 o50 o50 o50 optional { }
---
in.te:3:28: error: blocks are nested more than 200 deep here [E0134]
    3 | o50 o50 o50 o50 optional { }
      |                            ^
note: is a '}' missing further up? The rest of the file is not looked at
===
