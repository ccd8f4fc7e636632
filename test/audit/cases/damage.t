# Damaged logs: counted, placed, and no other record is lost.

== a record cut in the middle; the next line is whole
type=AVC msg=audit(1700000000.123:100): avc:  denied  { re
type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
damage fields line 1

== cut behind the class: the denial is complete, but for permissive=
type=AVC msg=audit(1700000000.122:99): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=dir permi
=>
1700000000.122:99 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=dir comm=a
damage cut line 2

== cut in the class where others end in permissive=: it may be the beginning of a longer name
type=AVC msg=audit(1700000000.122:99): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=unix_
=>
1700000000.122:99 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
damage fields line 2

== the log ends in the middle of a class
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=fil\
=>
damage cut line 1

== the log ends without a line end, its last record complete
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0\
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a

== a log that begins in the middle of a record
ied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
garbage
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
damage foreign line 3

== lost line ends: another record begins in the middle of one that the kernel wrote
type=CWD msg=audit(1700000000.123:100): cwd="/rootype=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0type=SYSCALL msg=audit(1700000000.124:101): arch=c000003e syscall=2 exe="/bin/a" key=(null)\x1dSYSCALL="open" AUID="unset"type=AVC msg=audit(1700000000.125:102): avc:  denied  { write } for  pid=7 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a exe=/bin/a syscall=2
1700000000.125:102 avc denied { write } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=b
damage joined line 1
damage joined line 1
damage joined line 1

== a program's words in a user-space record are no record
type=USER_AVC msg=audit(1700000000.123:100): pid=1 uid=0 subj=u:r:init_t:s0 msg='avc:  denied  { start } for cmdline="x type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 scontext=u:r:evil_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0" scontext=u:r:a_t:s0 tcontext=u:object_r:u_t:s0 tclass=service permissive=0  exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
=>
1700000000.123:100 user_avc denied { start } s=u:r:a_t:s0 t=u:object_r:u_t:s0 c=service permissive=0 exe=/usr/lib/systemd/systemd

== nor are those in the name of a local socket, which the enriched part shows
type=SOCKADDR msg=audit(1700000000.123:100): saddr=01002F78\x1dSADDR={ saddr_fam=local path=/x } type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 scontext=u:r:evil_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0 }
=>

== blocks of NUL bytes, as a crash leaves them
type=CWD msg=audit(1700000000.123:100): cw\x00\x00\x00\x00\x00type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
\x00\x00\x00
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
damage bytes line 1
damage bytes line 2

== garbage before a record
\x80yyyytype=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
damage joined line 1

== headers that cannot be read
type=AVC msg=audit(170000
type=AVC msg=audit(1700000000.12:100): avc:  denied  { read } for  scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file
type=AVC msg=audit(x.123:100): avc:
type=
type=AVC msg=audit(1700000000.123:99999999999999999999): avc:
=>
damage header line 1
damage header line 2
damage header line 3
damage header line 4
damage header line 5

== control bytes in a context
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a\x01t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
damage fields line 1

== line ends of another system
type=AVC msg=audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0\x0d
=>
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a

== missing serials; auditd's own series and a new boot are no gaps
type=DAEMON_START msg=audit(1700000000.001:7000): op=start ver=3.0.9
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e
type=SYSCALL msg=audit(1700000000.124:102): arch=c000003e
type=SYSCALL msg=audit(1700000000.125:101): arch=c000003e
type=SYSCALL msg=audit(1700000000.126:105): arch=c000003e
type=SYSCALL msg=audit(1700000000.127:109): arch=c000003e
type=DAEMON_START msg=audit(1700000100.001:9000): op=start ver=3.0.9
type=SYSCALL msg=audit(1700000100.123:5): arch=c000003e
type=SYSCALL msg=audit(1700000100.124:6): arch=c000003e
=>
missing 5 in 2 gaps

== records of several events, interleaved
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=SYSCALL msg=audit(1700000000.124:101): arch=c000003e syscall=3 exe="/bin/b" key=(null)
type=AVC msg=audit(1700000000.123:101): avc:  denied  { read } for  pid=7 comm="c" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=2 exe="/bin/a" key=(null)
type=AVC msg=audit(1700000000.124:101): avc:  denied  { write } for  pid=7 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a exe=/bin/a syscall=2
1700000000.124:101 avc denied { write } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=b exe=/bin/b syscall=3
1700000000.123:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=c
