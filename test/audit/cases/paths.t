# Which path was denied.

== by inode, among several; relative to CWD, with . and ..
type=AVC msg=audit(1700000000.123:100): avc:  denied  { rename } for  pid=7 comm="mv" name="b" dev="vda1" ino=12 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/srv/www"
type=PATH msg=audit(1700000000.123:100): item=0 name="./" inode=10 dev=fe:01 mode=040755 obj=u:object_r:d_t:s0 nametype=PARENT
type=PATH msg=audit(1700000000.123:100): item=1 name="../b" inode=12 dev=fe:01 mode=0100600 obj=u:object_r:b_t:s0 nametype=DELETE
type=PATH msg=audit(1700000000.123:100): item=2 name="c" inode=13 dev=fe:01 mode=0100600 obj=u:object_r:b_t:s0 nametype=CREATE
=>
1700000000.123:100 avc denied { rename } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=mv path(inode)=/srv/b inode=12 mode=100600

== adding a name to a directory: the directory is what was denied
type=AVC msg=audit(1700000000.123:100): avc:  denied  { add_name } for  pid=7 comm="touch" name="new" scontext=u:r:a_t:s0 tcontext=u:object_r:d_t:s0 tclass=dir permissive=0
type=AVC msg=audit(1700000000.124:101): avc:  denied  { write } for  pid=7 comm="touch" name="www" dev="vda1" ino=10 scontext=u:r:a_t:s0 tcontext=u:object_r:d_t:s0 tclass=dir permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/"
type=PATH msg=audit(1700000000.123:100): item=0 name="/srv/www/" inode=10 dev=fe:01 mode=040755 obj=u:object_r:d_t:s0 nametype=PARENT
type=PATH msg=audit(1700000000.123:100): item=1 name="/srv/www/new" nametype=CREATE
type=PATH msg=audit(1700000000.124:101): item=0 name="/srv/www/" inode=10 dev=fe:01 mode=040755 obj=u:object_r:d_t:s0 nametype=PARENT
=>
1700000000.123:100 avc denied { add_name } s=u:r:a_t:s0 t=u:object_r:d_t:s0 c=dir permissive=0 comm=touch path(parent)=/srv/www inode=10 mode=40755
1700000000.124:101 avc denied { write } s=u:r:a_t:s0 t=u:object_r:d_t:s0 c=dir permissive=0 comm=touch path(inode)=/srv/www inode=10 mode=40755

== removing a name: name= and ino= are the file's, the label is the directory's; two directories
type=AVC msg=audit(1700000000.123:100): avc:  denied  { remove_name } for  pid=7 comm="mv" name="x" dev="vda1" ino=12 scontext=u:r:a_t:s0 tcontext=u:object_r:d_t:s0 tclass=dir permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/"
type=PATH msg=audit(1700000000.123:100): item=0 name="/srv/b/" inode=11 dev=fe:01 mode=040755 obj=u:object_r:d_t:s0 nametype=PARENT
type=PATH msg=audit(1700000000.123:100): item=1 name="/srv/a/" inode=10 dev=fe:01 mode=040700 obj=u:object_r:d_t:s0 nametype=PARENT
type=PATH msg=audit(1700000000.123:100): item=2 name="/srv/a/x" inode=12 dev=fe:01 mode=0100644 obj=u:object_r:b_t:s0 nametype=DELETE
type=PATH msg=audit(1700000000.123:100): item=3 name="/srv/b/y" nametype=CREATE
=>
1700000000.123:100 avc denied { remove_name } s=u:r:a_t:s0 t=u:object_r:d_t:s0 c=dir permissive=0 comm=mv path(parent)=/srv/a inode=10 mode=40700

== adding a name in the working directory, which has no record
type=AVC msg=audit(1700000000.123:100): avc:  denied  { add_name } for  pid=7 comm="touch" name="new" scontext=u:r:a_t:s0 tcontext=u:object_r:d_t:s0 tclass=dir permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/srv/www"
type=PATH msg=audit(1700000000.123:100): item=0 name="new" nametype=CREATE
=>
1700000000.123:100 avc denied { add_name } s=u:r:a_t:s0 t=u:object_r:d_t:s0 c=dir permissive=0 comm=touch path(parent)=/srv/www

== creating a file that does not exist yet: in the parent, by its name
type=AVC msg=audit(1700000000.123:100): avc:  denied  { create } for  pid=7 comm="touch" name="new" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/srv"
type=PATH msg=audit(1700000000.123:100): item=0 name="www" inode=10 dev=fe:01 mode=040755 obj=u:object_r:d_t:s0 nametype=PARENT
=>
1700000000.123:100 avc denied { create } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=touch path(created)=/srv/www/new

== a directory on the way, which has no record of its own
type=AVC msg=audit(1700000000.123:100): avc:  denied  { search } for  pid=7 comm="id" name="selinux" dev="vda" ino=590 scontext=u:r:a_t:s0 tcontext=u:object_r:d_t:s0 tclass=dir permissive=0
type=CWD msg=audit(1700000000.123:100): cwd="/"
type=PATH msg=audit(1700000000.123:100): item=0 name="/etc/selinux/config" nametype=UNKNOWN
=>
1700000000.123:100 avc denied { search } s=u:r:a_t:s0 t=u:object_r:d_t:s0 c=dir permissive=0 comm=id path(ancestor)=/etc/selinux inode=590

== relative to a descriptor: CWD says nothing
type=AVC msg=audit(1700000000.123:100): avc:  denied  { unlink } for  pid=7 comm="rm" name="x" dev="vda" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=263 success=no exit=-13 a0=4 a1=7f a2=0 a3=0 items=2 exe="/bin/rm" key=(null)
type=CWD msg=audit(1700000000.123:100): cwd="/root"
type=PATH msg=audit(1700000000.123:100): item=1 name="d/x" inode=5 dev=fe:00 mode=0100644 obj=u:object_r:b_t:s0 nametype=DELETE
=>
1700000000.123:100 avc denied { unlink } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=rm exe=/bin/rm syscall=263 path(inode,relative)=d/x inode=5 mode=100644

== the same with AT_FDCWD
type=AVC msg=audit(1700000000.123:100): avc:  denied  { unlink } for  pid=7 comm="rm" name="x" dev="vda" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=263 success=no exit=-13 a0=ffffff9c a1=7f a2=0 a3=0 items=2 exe="/bin/rm" key=(null)
type=CWD msg=audit(1700000000.123:100): cwd="/root"
type=PATH msg=audit(1700000000.123:100): item=1 name="d/x" inode=5 dev=fe:00 mode=0100644 obj=u:object_r:b_t:s0 nametype=DELETE
=>
1700000000.123:100 avc denied { unlink } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=rm exe=/bin/rm syscall=263 path(inode)=/root/d/x inode=5 mode=100644

== a PATH record with another inode is not the object
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="ld" name="x" dev="vda" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=PATH msg=audit(1700000000.123:100): item=0 name="/bin/x" inode=6 dev=fe:00 mode=0100755 obj=u:object_r:b_t:s0 nametype=NORMAL
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=ld inode=5

== objects without a path
type=AVC msg=audit(1700000000.123:100): avc:  denied  { write } for  pid=7 comm="a" path="socket:[1234]" dev="sockfs" ino=1234 scontext=u:r:a_t:s0 tcontext=u:r:b_t:s0 tclass=tcp_socket permissive=0
type=PATH msg=audit(1700000000.123:100): item=0 name="/bin/x" inode=6 dev=fe:00 mode=0100755 obj=u:object_r:b_t:s0 nametype=NORMAL
=>
1700000000.123:100 avc denied { write } s=u:r:a_t:s0 t=u:r:b_t:s0 c=tcp_socket permissive=0 comm=a inode=1234
