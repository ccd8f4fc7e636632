# The same records as different daemons and tools hand them on.

== node= before the type; two machines with the same id
node=alpha type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
node=beta type=AVC msg=audit(1700000000.123:100): avc:  denied  { write } for  pid=7 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
node=alpha type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=2 success=no exit=-13 exe="/bin/alpha" key=(null)
node=beta type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=2 success=no exit=-13 exe="/bin/beta" key=(null)
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 node=alpha comm=a exe=/bin/alpha syscall=2
1700000000.123:100 avc denied { write } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 node=beta comm=b exe=/bin/beta syscall=2

== ausearch: events between separators, records in any order
----
time->Sun Nov 22 05:41:57 2026
type=PROCTITLE msg=audit(1700000000.123:100): proctitle=2F62696E2F61002D78
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=2 success=no exit=-13 exe="/bin/a" key=(null)
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
----
time->Sun Nov 22 05:41:58 2026
type=AVC msg=audit(1700000001.123:101): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a exe=/bin/a syscall=2 command=/bin/a -x
1700000001.123:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a

# TZ is UTC in the test's environment. The values hold blanks and what looks like a record.
== ausearch -i: names for numbers, no quotes
----
type=PROCTITLE msg=audit(11/14/23 22:13:20.123:100) : proctitle=/bin/a type=AVC msg=audit(1.001:1): avc:  denied  { write } for  scontext=u:r:evil_t:s0 
type=PATH msg=audit(11/14/23 22:13:20.123:100) : item=0 name=/srv/my file inode=9 dev=fe:00 mode=file,644 ouid=root obj=u:object_r:b_t:s0 nametype=NORMAL cap_fp=none 
type=CWD msg=audit(11/14/23 22:13:20.123:100) : cwd=/root 
type=SOCKADDR msg=audit(11/14/23 22:13:20.123:100) : saddr={ saddr_fam=inet laddr=10.0.0.1 lport=53 } 
type=SYSCALL msg=audit(11/14/23 22:13:20.123:100) : arch=x86_64 syscall=openat success=no exit=EACCES(Permission denied) a0=AT_FDCWD a1=0x7f items=1 ppid=1 pid=7 auid=unset uid=root tty=(none) comm=my prog exe=/usr/bin/my prog subj=u:r:a_t:s0 key=(null) 
type=AVC msg=audit(11/14/23 22:13:20.123:100) : avc:  denied  { read } for  pid=7 comm=my prog name=my file dev="vda" ino=9 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0 
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=my prog exe=/usr/bin/my prog syscall=openat path(inode)=/srv/my file inode=9 address=2/10.0.0.1/53 command=/bin/a type=AVC msg=audit(1.001:1): avc:  denied  { write } for  scontext=u:r:evil_t:s0

== dmesg, with and without a prefix; the kernel prints numbers for types
[   12.345678] audit: type=1400 audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
[   12.345679] audit: type=1300 audit(1700000000.123:100): arch=c000003e syscall=2 success=no exit=-13 exe="/bin/a" key=(null)
[   12.345680] type=1400 audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
audit: type=1400 audit(1700000000.125:102): avc:  denied  { read } for  pid=7 comm="c" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
<5>[   12.4] audit: type=1400 audit(1700000000.126:103): avc:  denied  { read } for  pid=7 comm="d" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
5,1234,5678,-;audit: type=1400 audit(1700000000.127:104): avc:  denied  { read } for  pid=7 comm="e" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
kern  :notice: [   12.5] audit: type=1400 audit(1700000000.128:105): avc:  denied  { read } for  pid=7 comm="f" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
[Sun Nov 22 05:41:57 2026] audit: type=1400 audit(1700000000.129:106): avc:  denied  { read } for  pid=7 comm="g" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
[   13.000000] audit: audit_backlog=65 > audit_backlog_limit=64
[   13.000001] kauditd_printk_skb: 12 callbacks suppressed
[   13.100000] usb 1-1: new device
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a exe=/bin/a syscall=2
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=b
1700000000.125:102 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=c
1700000000.126:103 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=d
1700000000.127:104 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=e
1700000000.128:105 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=f
1700000000.129:106 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=g
suppressed 12

== before 2.6.20 the kernel wrote no type
Sep 12 10:00:00 host kernel: audit(1158064002.046:4): avc:  denied  { read } for  pid=7 comm="a" name="x" dev=hda1 ino=5 scontext=u:r:a_t tcontext=u:object_r:b_t tclass=file
=>
1158064002.046:4 avc denied { read } s=u:r:a_t t=u:object_r:b_t c=file comm=a inode=5

== syslog: the kernel's, and what audispd and the syslog plugin pass on; other programs' words are not believed
Nov 22 05:41:57 host kernel: [   12.3] audit: type=1400 audit(1700000000.123:100): avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host kernel: audit: type=1400 audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host audispd: node=host type=AVC msg=audit(1700000000.125:102): avc:  denied  { read } for  pid=7 comm="c" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
2026-11-22T05:41:57.123456+00:00 host audisp-syslog[44]: type=AVC msg=audit(1700000000.126:103): avc:  denied  { read } for  pid=7 comm="d" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host mallory[9]: audit: type=1400 audit(1700000000.127:104): avc:  denied  { read } for  pid=7 comm="e" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host mallory[9]: kernel: type=AVC msg=audit(1700000000.128:105): avc:  denied  { read } for  pid=7 comm="f" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host sshd[1]: Accepted publickey
=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a
1700000000.124:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=b
1700000000.125:102 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 node=host comm=c
1700000000.126:103 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=d
# 102 is another node's
missing 1 in 1 gaps

# journald drops the id from its text; records belong together by their order.
== journalctl's text of audit records, and of object managers without a daemon
Nov 22 05:41:57 host audit[7]: AVC avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:57 host audit[7]: SYSCALL arch=c000003e syscall=2 success=no exit=-13 exe="/bin/a" key=(null)
Nov 22 05:41:57 host audit: PROCTITLE proctitle=2F62696E2F61002D78
Nov 22 05:41:58 host audit[8]: AVC avc:  denied  { write } for  pid=8 comm="b" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
Nov 22 05:41:58 host audit[1]: USER_AVC pid=1 uid=0 auid=4294967295 ses=4294967295 subj=u:r:init_t:s0 msg='avc:  denied  { start } for auid=n/a uid=0 gid=0 path="/x.service" cmdline="" function="f" scontext=u:r:a_t:s0 tcontext=u:object_r:u_t:s0 tclass=service permissive=0  exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
Nov 22 05:41:58 host dbus-daemon[277]: [system] avc:  denied  { send_msg } for msgtype=method_call scontext=u:r:a_t:s0 tcontext=u:r:b_t:s0 tclass=dbus permissive=0
Nov 22 05:41:58 host mallory[277]: avc:  denied  { send_msg } for msgtype=method_call scontext=u:r:evil_t:s0 tcontext=u:r:b_t:s0 tclass=dbus permissive=0
=>
- avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a exe=/bin/a syscall=2 command=/bin/a -x
- avc denied { write } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=b
- user_avc denied { start } s=u:r:a_t:s0 t=u:object_r:u_t:s0 c=service permissive=0 exe=/usr/lib/systemd/systemd path(avc)=/x.service
- user_avc denied { send_msg } s=u:r:a_t:s0 t=u:r:b_t:s0 c=dbus permissive=0

== the kernel about classes when it loads a policy
[    5.100000] SELinux:  Class mctp_socket not defined in policy.
[    5.100001] SELinux:  Permission watch in class file not defined in policy.
[    5.100002] SELinux: the above unknown classes and permissions will be allowed
=>
- unknown_class
- unknown_class

== journal export: entries of fields, binary ones with their length; a message of another program is none
__CURSOR=s=1
__REALTIME_TIMESTAMP=1700000000999999
_HOSTNAME=host
_TRANSPORT=audit
_AUDIT_TYPE=1400
_AUDIT_ID=100
_SOURCE_REALTIME_TIMESTAMP=1700000000123000
MESSAGE=AVC avc:  denied  { read } for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0

__CURSOR=s=2
_TRANSPORT=audit
_HOSTNAME=host
MESSAGE
\x5a\x00\x00\x00\x00\x00\x00\x00SYSCALL arch=c000003e syscall=2 success=no exit=-13 exe="/bin/a" key=(null)\x1dSYSCALL="open"
_AUDIT_TYPE=1300
_AUDIT_ID=100
_SOURCE_REALTIME_TIMESTAMP=1700000000123000

__CURSOR=s=3
_TRANSPORT=syslog
MESSAGE
\x27\x00\x00\x00\x00\x00\x00\x00x
_TRANSPORT=audit
_AUDIT_ID=3
12345678

__CURSOR=s=4
_TRANSPORT=journal
MESSAGE=audit: type=1400 audit(1700000000.124:101): avc:  denied  { read } for  pid=7 comm="m" scontext=u:r:evil_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0

__CURSOR=s=5
_TRANSPORT=kernel
MESSAGE=audit: type=1400 audit(1700000000.125:101): avc:  denied  { read } for  pid=7 comm="k" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0

=>
1700000000.123:100 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 node=host comm=a exe=/bin/a syscall=2
1700000000.125:101 avc denied { read } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=k
