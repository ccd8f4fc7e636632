=== a set of permissions that is misspelt, and a permission
policy_module(m, 1)
gen_require(`
	type etc_t;
	class file { read getattr };
')
type a_t;
allow a_t etc_t:file reed_file_perms;
allow a_t etc_t:file { getatr read };
allow a_t etc_t:file something_else;
---
m.te:7:22: error: the permission 'reed_file_perms' of the class 'file' is not required [E0156]
    7 | allow a_t etc_t:file reed_file_perms;
      |                      ^~~~~~~~~~~~~~~
note: did you mean 'read_file_perms'?
m.te:8:24: error: the permission 'getatr' of the class 'file' is not required [E0156]
    8 | allow a_t etc_t:file { getatr read };
      |                        ^~~~~~
note: did you mean 'getattr'?
m.te:9:22: error: the permission 'something_else' of the class 'file' is not required [E0156]
    9 | allow a_t etc_t:file something_else;
      |                      ^~~~~~~~~~~~~~
=== a module that requires nothing, nor does an optional block
module m 1;
type a_t;
optional { type b_t; }
---
m.te:3:1: error: this optional block requires nothing, and so would always be on [E0158]
    3 | optional { type b_t; }
      | ^~~~~~~~
=== a module that requires nothing
module m 1;
type a_t;
---
m.te:1:1: error: this module requires nothing: a module has at least one require block [E0158]
    1 | module m 1;
      | ^~~~~~~~~~
=== users that do not come last, against headers
policy_module(m, 1)
role a_r;
user a_u roles a_r;
type a_t;
---
m.te:4:1: error: 'type' stands behind the users, which come last [E0157]
    4 | type a_t;
      | ^~~~~~~~
m.te:3:1: note: they begin here
    3 | user a_u roles a_r;
      | ^~~~~~~~~~~~~~~~~~
=== what stands in a base only, against headers
policy_module(m, 1)
type a_t;
constrain file read (u1 == u2);
---
m.te:3:1: error: 'constrain' cannot stand in a module, but only in a base or a policy [E0157]
    3 | constrain file read (u1 == u2);
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
=== statements that are empty
module m 1;
require { type a_t; class file read; bool on; role r; }
;
if (on) { ; allow a_t a_t:file read; }
user u roles r;
;
---
m.te:4:11: error: expected a statement, found ';' [E0131]
    4 | if (on) { ; allow a_t a_t:file read; }
      |           ^
m.te:6:1: error: ';' stands behind the users, which come last [E0157]
    6 | ;
      | ^
m.te:5:1: note: they begin here
    5 | user u roles r;
      | ^~~~~~~~~~~~~~
=== an empty statement before the module
;
module m 1;
require { type a_t; }
---
m.te:1:1: error: ';' stands before the module statement [E0157]
    1 | ;
      | ^
=== kinds of things
module m 1;
require { type a_t; attribute some; role r; attribute_role many; class file read; }
permissive some;
typeattribute a_t a_t;
role_transition r a_t many;
---
m.te:3:12: error: 'some' is an attribute, and a type must stand here [E0802]
    3 | permissive some;
      |            ^~~~
m.te:2:31: note: this says that it is
    2 | require { type a_t; attribute some; role r; attribute_role many; class file read; }
      |                               ^~~~
m.te:4:15: error: 'a_t' is a type, and an attribute must stand here [E0802]
    4 | typeattribute a_t a_t;
      |               ^~~
m.te:2:16: note: this says that it is
    2 | require { type a_t; attribute some; role r; attribute_role many; class file read; }
      |                ^~~
m.te:5:23: error: 'many' is a role attribute, and a role must stand here [E0802]
    5 | role_transition r a_t many;
      |                       ^~~~
m.te:2:60: note: this says that it is
    2 | require { type a_t; attribute some; role r; attribute_role many; class file read; }
      |                                                            ^~~~
=== an attribute as the result of a named transition | peer-takes
## and makes a package of it that semodule refuses
module m 1;
require { type a_t; attribute some; class file read; }
type_transition a_t a_t:file some "n";
---
m.te:3:30: error: 'some' is an attribute, and a type must stand here [E0802]
    3 | type_transition a_t a_t:file some "n";
      |                              ^~~~
m.te:2:31: note: this says that it is
    2 | require { type a_t; attribute some; class file read; }
      |                               ^~~~
=== self beside a name
module m 1;
require { type a_t; class file read; }
type_transition a_t { a_t self }:file a_t "n";
---
m.te:3:1: error: type_transition a_t a_t:file "n" gives 'a_t' twice [E0807]
    3 | type_transition a_t { a_t self }:file a_t "n";
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
note: once by its name, and once more as self
