## Each mistake of one statement, then several at once. See check-cases for the frame.
=== in order
allow init_t etc_t:file { read execute };
---
=== permission
allow init_t etc_t:file search;
---
policy.conf:101:25: error: class 'file' has no permission 'search' [E0805]
  101 | allow init_t etc_t:file search;
      |                         ^~~~~~
=== permissions of several classes
allow init_t etc_t:{ file dir } { read search };
---
policy.conf:101:40: error: class 'file' has no permission 'search' [E0805]
  101 | allow init_t etc_t:{ file dir } { read search };
      |                                        ^~~~~~
=== attribute as a result
type_transition init_t etc_t:file files;
---
policy.conf:101:35: error: 'files' is an attribute, and a type must stand here [E0802]
  101 | type_transition init_t etc_t:file files;
      |                                   ^~~~~
policy.conf:13:1: note: it is declared here
   13 | attribute files;
      | ^~~~~~~~~~~~~~~
=== type as an attribute
type x_t, etc_t;
---
policy.conf:101:11: error: 'etc_t' is a type, and an attribute must stand here [E0802]
  101 | type x_t, etc_t;
      |           ^~~~~
policy.conf:17:1: note: it is declared here
   17 | type etc_t, files;
      | ^~~~~~~~~~~~~~~~~
=== attribute of an attribute
typeattribute domain files;
---
policy.conf:101:15: error: 'domain' is an attribute, and a type must stand here [E0802]
  101 | typeattribute domain files;
      |               ^~~~~~
policy.conf:12:1: note: it is declared here
   12 | attribute domain;
      | ^~~~~~~~~~~~~~~~
=== conflicting transitions
type_transition init_t etc_t:file tmp_t;
type_transition domain etc_t:file etc_t;
---
policy.conf:102:1: error: type_transition init_t etc_t:file gives 'etc_t', and elsewhere 'tmp_t' [E0806]
  102 | type_transition domain etc_t:file etc_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: 'tmp_t' is given here
  101 | type_transition init_t etc_t:file tmp_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== conflicting named transitions
type_transition init_t etc_t:file tmp_t "a";
type_transition domain etc_t:file etc_t "a";
---
policy.conf:102:1: error: type_transition init_t etc_t:file "a" gives 'etc_t', and elsewhere 'tmp_t' [E0806]
  102 | type_transition domain etc_t:file etc_t "a";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: 'tmp_t' is given here
  101 | type_transition init_t etc_t:file tmp_t "a";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== one named transition twice
type_transition init_t etc_t:file tmp_t "a";
type_transition domain etc_t:file tmp_t "a";
---
policy.conf:102:1: error: type_transition init_t etc_t:file "a" gives 'tmp_t' twice [E0807]
  102 | type_transition domain etc_t:file tmp_t "a";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: 'tmp_t' is given here
  101 | type_transition init_t etc_t:file tmp_t "a";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== conflicting role transitions
role_transition sys_r etc_t user_r;
role_transition sys_r files:process sys_r;
allow sys_r user_r;
---
policy.conf:102:1: error: role_transition sys_r etc_t:process gives 'sys_r', and elsewhere 'user_r' [E0806]
  102 | role_transition sys_r files:process sys_r;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: 'user_r' is given here
  101 | role_transition sys_r etc_t user_r;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== transition under a condition and without
if (fly) { type_transition init_t etc_t:file tmp_t; }
type_transition init_t etc_t:file tmp_t;
---
policy.conf:101:12: error: type_transition init_t etc_t:file gives 'tmp_t' twice, under different conditions [E0807]
  101 | if (fly) { type_transition init_t etc_t:file tmp_t; }
      |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is given here too
  102 | type_transition init_t etc_t:file tmp_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== transition under two conditions
if (fly) { type_transition init_t etc_t:file tmp_t; }
if (swim) { type_transition init_t etc_t:file etc_t; }
---
policy.conf:102:13: error: type_transition init_t etc_t:file gives 'etc_t', and elsewhere 'tmp_t' [E0806]
  102 | if (swim) { type_transition init_t etc_t:file etc_t; }
      |             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:12: note: 'tmp_t' is given here
  101 | if (fly) { type_transition init_t etc_t:file tmp_t; }
      |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== transition in both branches
if (fly) { type_transition init_t etc_t:file tmp_t; } else { type_transition init_t etc_t:file etc_t; }
---
=== booleans and tunables
if (fly && walk) { allow init_t etc_t:file read; }
---
policy.conf:101:1: error: a condition cannot have both booleans and tunables [E0815]
  101 | if (fly && walk) { allow init_t etc_t:file read; }
      | ^~~~~~~~~~~~~~~~
=== neverallow
allow domain files:file { read write };
neverallow user_t { tmp_t etc_t }:file write;
---
policy.conf:101:1: error: this allows user_t etc_t:file write, which a neverallow forbids [E0808]
  101 | allow domain files:file { read write };
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is forbidden here
  102 | neverallow user_t { tmp_t etc_t }:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallow and a condition
if (!fly) { allow user_t tmp_t:file write; }
neverallow domain files:file write;
---
policy.conf:101:13: error: this allows user_t tmp_t:file write, which a neverallow forbids [E0808]
  101 | if (!fly) { allow user_t tmp_t:file write; }
      |             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is forbidden here
  102 | neverallow domain files:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallow self
allow domain domain:process signal;
neverallow user_t self:process signal;
---
policy.conf:101:1: error: this allows user_t user_t:process signal, which a neverallow forbids [E0808]
  101 | allow domain domain:process signal;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is forbidden here
  102 | neverallow user_t self:process signal;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallow without self | newer
allow domain self:process signal;
neverallow domain { domain -self }:process signal;
---
=== neverallow complement
allow user_t etc_t:file write;
neverallow ~init_t *:file write;
---
policy.conf:101:1: error: this allows user_t etc_t:file write, which a neverallow forbids [E0808]
  101 | allow user_t etc_t:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is forbidden here
  102 | neverallow ~init_t *:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallow not checked | -N
allow user_t etc_t:file write;
neverallow ~init_t *:file write;
---
=== neverallowxperm without extended rules
allow user_t etc_t:file ioctl;
neverallowxperm user_t etc_t:file ioctl 0x5401;
---
policy.conf:101:1: error: this allows user_t etc_t:file ioctl, which a neverallowxperm forbids [E0808]
  101 | allow user_t etc_t:file ioctl;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: and no allowxperm narrows it
  101 | allow user_t etc_t:file ioctl;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: it is forbidden here
  102 | neverallowxperm user_t etc_t:file ioctl 0x5401;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallowxperm let through
allow user_t etc_t:file ioctl;
allowxperm user_t files:file ioctl { 0x5400-0x5410 0x8900 };
neverallowxperm user_t etc_t:file ioctl 0x5401;
---
policy.conf:101:1: error: this allows user_t etc_t:file ioctl, which a neverallowxperm forbids [E0808]
  101 | allow user_t etc_t:file ioctl;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: with numbers that are forbidden
  102 | allowxperm user_t files:file ioctl { 0x5400-0x5410 0x8900 };
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:103:1: note: it is forbidden here
  103 | neverallowxperm user_t etc_t:file ioctl 0x5401;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== neverallowxperm kept
allow user_t etc_t:file ioctl;
allowxperm user_t files:file ioctl { 0x5400-0x5410 0x8900 };
neverallowxperm user_t etc_t:file ioctl 0x5411;
---
=== neverallowxperm whole driver
allow user_t etc_t:file ioctl;
allowxperm user_t files:file ioctl ~{ 0x5401 };
neverallowxperm user_t etc_t:file ioctl 0x54ff;
---
policy.conf:101:1: error: this allows user_t etc_t:file ioctl, which a neverallowxperm forbids [E0808]
  101 | allow user_t etc_t:file ioctl;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: with numbers that are forbidden
  102 | allowxperm user_t files:file ioctl ~{ 0x5401 };
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:103:1: note: it is forbidden here
  103 | neverallowxperm user_t etc_t:file ioctl 0x54ff;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== bounds
type child_t, domain;
typebounds user_t child_t;
allow user_t etc_t:file read;
allow child_t etc_t:file { read write };
---
policy.conf:104:1: error: this allows child_t etc_t:file write, and 'user_t', which bounds it, may not [E0809]
  104 | allow child_t etc_t:file { read write };
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: the bounds are set here
  102 | typebounds user_t child_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~
=== bounds kept
type child_t;
typebounds user_t child_t;
allow user_t files:file read;
if (fly) { allow user_t etc_t:file write; } else { allow user_t files:file write; }
allow child_t etc_t:file { read write };
---
=== bounds in a circle
typebounds user_t init_t;
typebounds init_t user_t;
---
policy.conf:101:19: error: the bounds of type 'init_t' lead back to it [E0809]
  101 | typebounds user_t init_t;
      |                   ^~~~~~
policy.conf:102:19: error: the bounds of type 'user_t' lead back to it [E0809]
  102 | typebounds init_t user_t;
      |                   ^~~~~~
=== inconsistent bounds
type child_t;
typebounds user_t child_t;
typebounds init_t child_t;
---
policy.conf:103:19: error: type 'child_t' is bounded by 'user_t' already [E0817]
  103 | typebounds init_t child_t;
      |                   ^~~~~~~
=== bounds of a role
role sys_r.low;
role sys_r.low types { user_t etc_t };
---
policy.conf:101:6: error: role 'sys_r.low' has type 'etc_t', and 'sys_r', which bounds it, has not [E0809]
  101 | role sys_r.low;
      |      ^~~~~~~~~
=== attributes in a circle
typeattribute init_t domain;
---
=== context: role
constrain file read (u1 == u2);
portcon tcp 80 plain:sys_r:init_t
---
policy.conf:107:22: error: user 'plain' may not have role 'sys_r' [E0810]
  107 | portcon tcp 80 plain:sys_r:init_t
      |                      ^~~~~
=== context: role's type
portcon tcp 80 sys:user_r:init_t
---
policy.conf:106:27: error: role 'user_r' may not have type 'init_t' [E0810]
  106 | portcon tcp 80 sys:user_r:init_t
      |                           ^~~~~~
=== context: range | mls
portcon tcp 80 plain:user_r:user_t:s1
---
policy.conf:106:16: error: the range is outside that of user 'plain' [E0810]
  106 | portcon tcp 80 plain:user_r:user_t:s1
      |                ^~~~~
=== ports
portcon tcp 1-100 sys:object_r:etc_t
portcon tcp 80 sys:object_r:tmp_t
portcon udp 80 sys:object_r:tmp_t
---
policy.conf:107:1: error: this object has a context already, or an earlier entry hides this one [E0814]
  107 | portcon tcp 80 sys:object_r:tmp_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:106:1: note: the earlier entry is here
  106 | portcon tcp 1-100 sys:object_r:etc_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== interfaces
netifcon eth0 sys:object_r:etc_t sys:object_r:etc_t
netifcon eth0 sys:object_r:tmp_t sys:object_r:etc_t
---
policy.conf:107:1: error: this object has a context already, or an earlier entry hides this one [E0814]
  107 | netifcon eth0 sys:object_r:tmp_t sys:object_r:etc_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:106:1: note: the earlier entry is here
  106 | netifcon eth0 sys:object_r:etc_t sys:object_r:etc_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== paths
genfscon proc / sys:object_r:etc_t
genfscon proc /sys -d sys:object_r:etc_t
genfscon proc /sys sys:object_r:tmp_t
---
policy.conf:108:1: error: path '/sys' of file system 'proc' has a context already [E0814]
  108 | genfscon proc /sys sys:object_r:tmp_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:107:1: note: it is given here
  107 | genfscon proc /sys -d sys:object_r:etc_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== category that the sensitivity lacks | mls
range_transition init_t etc_t:process s0:c2;
---
policy.conf:101:39: error: category 'c2' cannot go with sensitivity 's0' [E0811]
  101 | range_transition init_t etc_t:process s0:c2;
      |                                       ^~
=== range the wrong way round | mls
range_transition init_t etc_t:process s1 - s0;
---
policy.conf:101:1: error: the high level of the range does not dominate the low one [E0811]
  101 | range_transition init_t etc_t:process s1 - s0;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== conflicting ranges | mls
range_transition init_t etc_t:process s0 - s1;
range_transition domain etc_t:process s0;
---
policy.conf:102:1: error: range_transition init_t etc_t:process has another range elsewhere [E0806]
  102 | range_transition domain etc_t:process s0;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: the other range is given here
  101 | range_transition init_t etc_t:process s0 - s1;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== categories the wrong way round | mls
range_transition init_t etc_t:process s1:c2.c0;
---
policy.conf:101:1: error: the range of categories from 'c2' to 'c0' runs backwards [E0811]
  101 | range_transition init_t etc_t:process s1:c2.c0;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== optionals | -v
optional {
	require { type nowhere_t; }
	type there_t;
	allow init_t there_t:file read;
}
optional {
	require { type there_t; }
	allow init_t there_t:file write;
} else {
	allow init_t etc_t:file write;
}
---
policy.conf:101:1: note: this optional is off: there is no type 'nowhere_t'
  101 | optional {
      | ^~~~~~~~
policy.conf:106:1: note: this optional is off: there is no type 'there_t'
  106 | optional {
      | ^~~~~~~~
=== five at once
allow init_t etc_t:file search;
type_transition init_t etc_t:file tmp_t;
type_transition init_t etc_t:file etc_t;
if (fly && walk) { allow init_t etc_t:file read; }
portcon tcp 80 sys:user_r:init_t
portcon tcp 80 plain:sys_r:init_t
---
policy.conf:101:25: error: class 'file' has no permission 'search' [E0805]
  101 | allow init_t etc_t:file search;
      |                         ^~~~~~
policy.conf:104:1: error: a condition cannot have both booleans and tunables [E0815]
  104 | if (fly && walk) { allow init_t etc_t:file read; }
      | ^~~~~~~~~~~~~~~~
policy.conf:103:1: error: type_transition init_t etc_t:file gives 'etc_t', and elsewhere 'tmp_t' [E0806]
  103 | type_transition init_t etc_t:file etc_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:102:1: note: 'tmp_t' is given here
  102 | type_transition init_t etc_t:file tmp_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:110:27: error: role 'user_r' may not have type 'init_t' [E0810]
  110 | portcon tcp 80 sys:user_r:init_t
      |                           ^~~~~~
policy.conf:111:22: error: user 'plain' may not have role 'sys_r' [E0810]
  111 | portcon tcp 80 plain:sys_r:init_t
      |                      ^~~~~
=== extended permissions of a class without
type c_t;
allowxperm user_t c_t:process ioctl 0x5401;
neverallowxperm user_t c_t:{ file process } ioctl 0x5402;
---
policy.conf:102:31: error: class 'process' has no permission 'ioctl' [E0805]
  102 | allowxperm user_t c_t:process ioctl 0x5401;
      |                               ^~~~~
policy.conf:103:45: error: class 'process' has no permission 'ioctl' [E0805]
  103 | neverallowxperm user_t c_t:{ file process } ioctl 0x5402;
      |                                             ^~~~~
=== a sensitivity without a level | mls
sensitivity s3;
---
policy.conf:101:1: error: 'sensitivity' belongs before the types, roles, booleans and rules, with the sensitivities [E0157]
  101 | sensitivity s3;
      | ^~~~~~~~~~~~~~
policy.conf:21:1: note: the section of the types, roles, booleans and rules begins here
   21 | attribute domain;
      | ^~~~~~~~~~~~~~~~
policy.conf:101:13: error: sensitivity 's3' has no level statement [E0811]
  101 | sensitivity s3;
      |             ^~
=== out of order, and what is wrong otherwise
sid late
constrain file read (u1 == u2);
allow init_t nobody_t:file read;
---
policy.conf:101:1: error: 'sid' belongs before the types, roles, booleans and rules, with the names of initial SIDs [E0157]
  101 | sid late
      | ^~~~~~~~
policy.conf:12:1: note: the section of the types, roles, booleans and rules begins here
   12 | attribute domain;
      | ^~~~~~~~~~~~~~~~
policy.conf:102:14: error: type 'nobody_t' is not declared [E0141]
  102 | allow init_t nobody_t:file read;
      |              ^~~~~~~~
=== six of as many stages
allow init_t etc_t file read;
type lost_t domain;
allow init_t lost_t:file read;
files_read_etc(init_t)
allow init_t nobody_t:file read;
sid late
allow init_t etc_t:file raed;
type_transition init_t etc_t:file etc_t;
type_transition domain etc_t:file tmp_t;
allow domain tmp_t:file write;
neverallow user_t tmp_t:file write;
portcon tcp 80 sys:object_r:etc_t
portcon tcp 80 sys:object_r:tmp_t
---
policy.conf:101:20: error: expected ':', found 'file' [E0131]
  101 | allow init_t etc_t file read;
      |                    ^~~~
policy.conf:102:13: error: expected ';', found 'domain' [E0131]
  102 | type lost_t domain;
      |             ^~~~~~
policy.conf:104:1: error: there is no interface or macro 'files_read_etc' [E0137]
  104 | files_read_etc(init_t)
      | ^~~~~~~~~~~~~~
policy.conf:106:1: error: 'sid' belongs before the types, roles, booleans and rules, with the names of initial SIDs [E0157]
  106 | sid late
      | ^~~~~~~~
policy.conf:12:1: note: the section of the types, roles, booleans and rules begins here
   12 | attribute domain;
      | ^~~~~~~~~~~~~~~~
policy.conf:105:14: error: type 'nobody_t' is not declared [E0141]
  105 | allow init_t nobody_t:file read;
      |              ^~~~~~~~
policy.conf:107:25: error: class 'file' has no permission 'raed' [E0805]
  107 | allow init_t etc_t:file raed;
      |                         ^~~~
note: did you mean 'read'?
policy.conf:109:1: error: type_transition init_t etc_t:file gives 'tmp_t', and elsewhere 'etc_t' [E0806]
  109 | type_transition domain etc_t:file tmp_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:108:1: note: 'etc_t' is given here
  108 | type_transition init_t etc_t:file etc_t;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:118:1: error: this object has a context already, or an earlier entry hides this one [E0814]
  118 | portcon tcp 80 sys:object_r:tmp_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:117:1: note: the earlier entry is here
  117 | portcon tcp 80 sys:object_r:etc_t
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:110:1: error: this allows user_t tmp_t:file write, which a neverallow forbids [E0808]
  110 | allow domain tmp_t:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:111:1: note: it is forbidden here
  111 | neverallow user_t tmp_t:file write;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== what may follow from another mistake is not told
role user_r types nobody_t;
typeattribute nobody_t files;
attribute trusted;
type helper_t trusted;
neverallow { domain -trusted } etc_t:file write;
allow { domain -trusted } etc_t:file write;
optional { require { type lost_t; } allow init_t etc_t:file read; } else { allow user_t tmp_t:file write; }
neverallow user_t tmp_t:file write;
portcon tcp 80 sys:user_r:init_t
---
policy.conf:104:15: error: expected ';', found 'trusted' [E0131]
  104 | type helper_t trusted;
      |               ^~~~~~~
policy.conf:101:19: error: type 'nobody_t' is not declared [E0141]
  101 | role user_r types nobody_t;
      |                   ^~~~~~~~
=== a class whose permissions are lost
class file inherits nothing { read }
allow init_t etc_t:file nosuch;
allow init_t nobody_t:file read;
---
policy.conf:101:1: error: 'class' belongs before the types, roles, booleans and rules, with the permissions of classes [E0157]
  101 | class file inherits nothing { read }
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:12:1: note: the section of the types, roles, booleans and rules begins here
   12 | attribute domain;
      | ^~~~~~~~~~~~~~~~
policy.conf:101:21: error: common 'nothing' is not declared [E0141]
  101 | class file inherits nothing { read }
      |                     ^~~~~~~
policy.conf:103:14: error: type 'nobody_t' is not declared [E0141]
  103 | allow init_t nobody_t:file read;
      |              ^~~~~~~~
policy.conf:101:7: error: permissions of 'file' are declared twice [E0803]
  101 | class file inherits nothing { read }
      |       ^~~~
policy.conf:8:1: note: first they are declared here
    8 | class file inherits filelike { execute }
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== a named transition for a type and self
type_transition init_t { init_t self }:file etc_t "motd";
type_transition domain { user_t self }:file tmp_t "issue";
type_transition init_t { etc_t self }:file etc_t "hosts";
---
policy.conf:101:1: error: type_transition init_t init_t:file "motd" gives 'etc_t' twice [E0807]
  101 | type_transition init_t { init_t self }:file etc_t "motd";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
note: once by its name, and once more as self
policy.conf:102:1: error: type_transition user_t user_t:file "issue" gives 'tmp_t' twice [E0807]
  102 | type_transition domain { user_t self }:file tmp_t "issue";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
note: once by its name, and once more as self
=== a role attribute twice
attribute_role own;
attribute_role own;
role sys_r;
---
policy.conf:102:16: error: role attribute 'own' is declared twice [E0803]
  102 | attribute_role own;
      |                ^~~
policy.conf:101:1: note: first it is declared here
  101 | attribute_role own;
      | ^~~~~~~~~~~~~~~~~~
=== one role transition twice
role_transition sys_r files user_r;
role_transition sys_r etc_t user_r;
---
policy.conf:102:1: error: role_transition sys_r etc_t:process gives 'user_r' twice [E0807]
  102 | role_transition sys_r etc_t user_r;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
policy.conf:101:1: note: it is given here
  101 | role_transition sys_r files user_r;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
