# Every kind of record. Texts as the kernel (security/selinux/avc.c, ss/services.c, lsm_audit.c) and libselinux write them;
# what is expected is what those sources say was printed.

== AVC with a path, its companions in kernel order
type=AVC msg=audit(1700000000.123:100): avc:  denied  { read open } for  pid=7 comm="httpd" path="/srv/a b" dev="vda1" ino=99 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:var_t:s0 tclass=file permissive=0
type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7f a2=0 a3=0 items=1 ppid=1 pid=7 auid=4294967295 uid=33 comm="httpd" exe="/usr/sbin/httpd" subj=system_u:system_r:httpd_t:s0 key=(null)
type=CWD msg=audit(1700000000.123:100): cwd="/"
type=PATH msg=audit(1700000000.123:100): item=0 name="/srv/x" inode=99 dev=fe:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 obj=system_u:object_r:var_t:s0 nametype=NORMAL
type=PROCTITLE msg=audit(1700000000.123:100): proctitle=2F7573722F7362696E2F6874747064002D4400464F4F
=>
1700000000.123:100 avc denied { read open } s=system_u:system_r:httpd_t:s0 t=system_u:object_r:var_t:s0 c=file permissive=0 comm=httpd exe=/usr/sbin/httpd syscall=257 path(avc)=/srv/a b inode=99 command=/usr/sbin/httpd -D FOO

== several AVCs in one event, one of them granted
type=AVC msg=audit(1700000000.124:101): avc:  granted  { setbool } for  pid=7 comm="setsebool" scontext=u:r:a_t:s0 tcontext=u:object_r:security_t:s0 tclass=security
type=AVC msg=audit(1700000000.124:101): avc:  denied  { sys_admin } for  pid=7 comm="x" capability=21  scontext=u:r:a_t:s0 tcontext=u:r:a_t:s0 tclass=capability permissive=1
=>
1700000000.124:101 avc granted { setbool } s=u:r:a_t:s0 t=u:object_r:security_t:s0 c=security comm=setsebool
1700000000.124:101 avc denied { sys_admin } s=u:r:a_t:s0 t=u:r:a_t:s0 c=capability permissive=1 comm=x capability=21

== encoded strings: blank, quote and control bytes turn a value into capitals of hexadecimal digits
type=AVC msg=audit(1700000000.125:102): avc:  denied  { write } for  pid=7 comm=6120622063 path=2F746D702F22710A22 dev="tmpfs" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.125:102 avc denied { write } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a b c path(avc)=/tmp/"q
" inode=5

== a deleted file: the mark is the kernel's, and its blank makes the path hexadecimal
type=AVC msg=audit(1700000000.126:103): avc:  denied  { append } for  pid=7 comm="a" path=2F746D702F66202864656C6574656429 dev="tmpfs" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.126:103 avc denied { append } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a path(avc,deleted)=/tmp/f inode=5

== an ioctl number
type=AVC msg=audit(1700000000.127:104): avc:  denied  { ioctl } for  pid=7 comm="a" path="/dev/tty1" dev="devtmpfs" ino=8 ioctlcmd=0x5413 scontext=u:r:a_t:s0 tcontext=u:object_r:tty_device_t:s0 tclass=chr_file permissive=0
=>
1700000000.127:104 avc denied { ioctl } s=u:r:a_t:s0 t=u:object_r:tty_device_t:s0 c=chr_file permissive=0 comm=a ioctlcmd=21523 path(avc)=/dev/tty1 inode=8

== a netlink message number
type=AVC msg=audit(1700000000.128:105): avc:  denied  { nlmsg } for  pid=7 comm="a" nlmsg_type=16 scontext=u:r:a_t:s0 tcontext=u:r:a_t:s0 tclass=netlink_route_socket permissive=0
=>
1700000000.128:105 avc denied { nlmsg } s=u:r:a_t:s0 t=u:r:a_t:s0 c=netlink_route_socket permissive=0 comm=a nlmsg=16

== a port, and the address the call was given
type=AVC msg=audit(1700000000.129:106): avc:  denied  { name_connect } for  pid=7 comm="a" dest=8080 scontext=u:r:a_t:s0 tcontext=u:object_r:http_cache_port_t:s0 tclass=tcp_socket permissive=0
type=SYSCALL msg=audit(1700000000.129:106): arch=c000003e syscall=42 success=no exit=-13 a0=3 a1=7f a2=10 a3=0 items=0 ppid=1 pid=7 comm="a" exe="/bin/a" subj=u:r:a_t:s0 key=(null)
type=SOCKADDR msg=audit(1700000000.129:106): saddr=02001F907F0000010000000000000000
=>
1700000000.129:106 avc denied { name_connect } s=u:r:a_t:s0 t=u:object_r:http_cache_port_t:s0 c=tcp_socket permissive=0 comm=a exe=/bin/a dest=8080 syscall=42 address=2/127.0.0.1/8080

== inet6, enriched
type=AVC msg=audit(1700000000.130:107): avc:  denied  { node_bind } for  pid=7 comm="a" saddr=::1 src=631 scontext=u:r:a_t:s0 tcontext=u:object_r:node_t:s0 tclass=tcp_socket permissive=0
type=SOCKADDR msg=audit(1700000000.130:107): saddr=0A0002770000000000000000000000000000000000000001000000000\
0\x1dSADDR={ saddr_fam=inet6 laddr=::1 lport=631 }
=>
1700000000.130:107 avc denied { node_bind } s=u:r:a_t:s0 t=u:object_r:node_t:s0 c=tcp_socket permissive=0 comm=a address=10/::1/631

== unix sockets: a path, an abstract name, and the denial's own
type=AVC msg=audit(1700000000.131:108): avc:  denied  { connectto } for  pid=7 comm="a" path="/run/dbus/system_bus_socket" scontext=u:r:a_t:s0 tcontext=u:r:b_t:s0 tclass=unix_stream_socket permissive=0
type=SOCKADDR msg=audit(1700000000.131:108): saddr=01002F72756E2F646275732F73797374656D5F6275735F736F636B657400
type=AVC msg=audit(1700000000.132:109): avc:  denied  { connectto } for  pid=7 comm="a" path=002F746D702F78 scontext=u:r:a_t:s0 tcontext=u:r:b_t:s0 tclass=unix_stream_socket permissive=0
type=SOCKADDR msg=audit(1700000000.132:109): saddr=0100002F746D702F78
=>
1700000000.131:108 avc denied { connectto } s=u:r:a_t:s0 t=u:r:b_t:s0 c=unix_stream_socket permissive=0 comm=a path(avc)=/run/dbus/system_bus_socket address=1//run/dbus/system_bus_socket/-1
1700000000.132:109 avc denied { connectto } s=u:r:a_t:s0 t=u:r:b_t:s0 c=unix_stream_socket permissive=0 comm=a address=1/@/tmp/x/-1

== contexts that the policy does not have: as stored, behind the rest
type=AVC msg=audit(1700000000.133:110): avc:  denied  { getattr } for  pid=7 comm="a" path="/x" dev="vda" ino=5 scontext=u:r:a_t:s0 tcontext=system_u:object_r:unlabeled_t:s0 tclass=file permissive=0 trawcon="system_u:object_r:gone_t:s0"
type=AVC msg=audit(1700000000.134:111): avc:  denied  { getattr } for  pid=7 comm="a" scontext=system_u:object_r:unlabeled_t:s0 tcontext=system_u:object_r:unlabeled_t:s0 tclass=file permissive=0 srawcon="u:r:old_t:s0" trawcon="u:object_r:gone_t:s0"
=>
1700000000.133:110 avc denied { getattr } s=u:r:a_t:s0 t=system_u:object_r:unlabeled_t:s0 c=file permissive=0 trawcon=system_u:object_r:gone_t:s0 comm=a path(avc)=/x inode=5
1700000000.134:111 avc denied { getattr } s=system_u:object_r:unlabeled_t:s0 t=system_u:object_r:unlabeled_t:s0 c=file permissive=0 srawcon=u:r:old_t:s0 trawcon=u:object_r:gone_t:s0 comm=a

== an empty permission set is "null"
type=AVC msg=audit(1700000000.135:112): avc:  denied  null for  pid=7 comm="a" scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0
=>
1700000000.135:112 avc denied {  } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=0 comm=a

== the bus daemon, enriched
type=USER_AVC msg=audit(1700000000.136:113): pid=277 uid=100 auid=4294967295 ses=4294967295 subj=system_u:system_r:system_dbusd_t:s0 msg='avc:  denied  { send_msg } for msgtype=method_call interface=org.x.Manager member=Get dest=org.x spid=1896 tpid=1 scontext=u:r:a_t:s0 tcontext=u:r:init_t:s0 tclass=dbus permissive=0  exe="/usr/bin/dbus-daemon" sauid=100 hostname=? addr=? terminal=?'\x1dUID="messagebus" AUID="unset" SAUID="messagebus"
=>
1700000000.136:113 user_avc denied { send_msg } s=u:r:a_t:s0 t=u:r:init_t:s0 c=dbus permissive=0 exe=/usr/bin/dbus-daemon

== the service manager: a path, and a command line in which a caller forged contexts
type=USER_AVC msg=audit(1700000000.137:114): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 msg='avc:  denied  { start } for auid=0 uid=0 gid=0 path="/lib/systemd/system/cron.service" cmdline="x scontext=u:r:evil_t:s0 tcontext=u:r:evil_t:s0 tclass=security permissive=1" function="bus_unit_method_start_generic" scontext=u:r:a_t:s0 tcontext=u:object_r:systemd_unit_t:s0 tclass=service permissive=0  exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
=>
1700000000.137:114 user_avc denied { start } s=u:r:a_t:s0 t=u:object_r:systemd_unit_t:s0 c=service permissive=0 exe=/usr/lib/systemd/systemd path(avc)=/lib/systemd/system/cron.service

== X server, name service cache, passwd; before permissive= was written
type=USER_AVC msg=audit(1700000000.138:115): user pid=2000 uid=0 auid=500 subj=system_u:system_r:xserver_t:s0 msg='avc:  denied  { read } for request=X11:QueryTree comm=xterm resid=400001 restype=WINDOW scontext=u:r:a_t:s0 tcontext=u:r:b_t:s0 tclass=x_drawable : exe="/usr/bin/Xorg" (sauid=0, hostname=?, addr=?, terminal=?)'
type=USER_AVC msg=audit(1700000000.139:116): user pid=500 uid=28 auid=4294967295 subj=system_u:system_r:nscd_t:s0 msg='avc:  denied  { getpwd } for  scontext=u:r:a_t:s0 tcontext=u:r:nscd_t:s0 tclass=nscd : exe="?" (sauid=28, hostname=?, addr=?, terminal=?)'
type=USER_AVC msg=audit(1700000000.140:117): pid=9 uid=0 auid=0 ses=1 subj=u:r:passwd_t:s0 msg='avc:  denied  { passwd } for  scontext=u:r:a_t:s0 tcontext=u:r:a_t:s0 tclass=passwd exe="/usr/bin/passwd" sauid=0 hostname=? addr=? terminal=pts/0'
=>
1700000000.138:115 user_avc denied { read } s=u:r:a_t:s0 t=u:r:b_t:s0 c=x_drawable comm=xterm exe=/usr/bin/Xorg
1700000000.139:116 user_avc denied { getpwd } s=u:r:a_t:s0 t=u:r:nscd_t:s0 c=nscd exe=?
1700000000.140:117 user_avc denied { passwd } s=u:r:a_t:s0 t=u:r:a_t:s0 c=passwd exe=/usr/bin/passwd

== notices are no denials
type=USER_AVC msg=audit(1700000000.141:118): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 msg='avc:  received policyload notice (seqno=2)  exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
=>

== a class or permission that an object manager did not find
type=USER_SELINUX_ERR msg=audit(1700000000.142:119): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 msg='Unknown permission start for class system exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
type=USER_AVC msg=audit(1700000000.143:120): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 msg='Unknown class service exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
=>
1700000000.142:119 unknown_class exe=/usr/lib/systemd/systemd
1700000000.143:120 unknown_class exe=/usr/lib/systemd/systemd

== errors of the security server
type=SELINUX_ERR msg=audit(1700000000.144:121): op=security_compute_sid invalid_context="u:r:b_t:s0" scontext=u:r:a_t:s0 tcontext=u:object_r:b_exec_t:s0 tclass=process
type=SELINUX_ERR msg=audit(1700000000.145:122): op=setxattr invalid_context="u:object_r:no_such_t:s0"
type=SELINUX_ERR msg=audit(1700000000.146:123): op=security_bounded_transition seresult=denied oldcontext=u:r:a_t:s0 newcontext=u:r:b_t:s0
type=SELINUX_ERR msg=audit(1700000000.147:124): op=security_validate_transition seresult=denied oldcontext=u:object_r:c_t:s5 newcontext=u:object_r:c_t:s0 taskcontext=u:r:a_t:s0 tclass=file
type=SELINUX_ERR msg=audit(1700000000.148:125): op=security_compute_av reason=bounds scontext=u:r:child_t:s0 tcontext=u:object_r:c_t:s0 tclass=file perms=write,append
=>
1700000000.144:121 invalid_context s=u:r:a_t:s0 t=u:object_r:b_exec_t:s0 c=process op=security_compute_sid invalid=u:r:b_t:s0
1700000000.145:122 invalid_context op=setxattr invalid=u:object_r:no_such_t:s0
1700000000.146:123 bounded_transition s=u:r:a_t:s0 t=u:r:b_t:s0 op=security_bounded_transition old=u:r:a_t:s0
1700000000.147:124 validate_transition s=u:r:a_t:s0 t=u:object_r:c_t:s0 c=file op=security_validate_transition old=u:object_r:c_t:s5
1700000000.148:125 bounds perms=write,append s=u:r:child_t:s0 t=u:object_r:c_t:s0 c=file op=security_compute_av

== the same, as kernels before 3.17 put it
type=SELINUX_ERR msg=audit(1700000000.149:126): security_compute_sid:  invalid context u:r:b_t:s0 for scontext=u:r:a_t:s0 tcontext=u:object_r:b_exec_t:s0 tclass=process
type=SELINUX_ERR msg=audit(1700000000.150:127): SELinux:  unrecognized netlink message type=1234 for sclass=38
=>
1700000000.149:126 invalid_context s=u:r:a_t:s0 t=u:object_r:b_exec_t:s0 c=process op=security_compute_sid invalid=u:r:b_t:s0
1700000000.150:127 unknown_class c=38

== EXECVE without PROCTITLE, one argument encoded
type=AVC msg=audit(1700000000.151:128): avc:  denied  { execute } for  pid=7 comm="sh" name="x" dev="vda" ino=5 scontext=u:r:a_t:s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=1
type=EXECVE msg=audit(1700000000.151:128): argc=3 a0="/bin/x" a1="-c" a2=6120622063
type=PATH msg=audit(1700000000.151:128): item=0 name="/bin/x" inode=5 dev=fe:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 obj=u:object_r:b_t:s0 nametype=NORMAL
=>
1700000000.151:128 avc denied { execute } s=u:r:a_t:s0 t=u:object_r:b_t:s0 c=file permissive=1 comm=sh path(inode)=/bin/x inode=5 mode=100755 command=/bin/x -c a b c
