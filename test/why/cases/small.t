# Causes that a small policy shows better than a large one. small.conf is beside this file; no label database is given.
policy small.conf -U deny

# allowed-now and its neighbors
== the policy allows it by now
avc web_t page_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/web path=/web/index.html
=>
fact allow web_t page_t:file read
cause allowed-now
not missing-rule boolean unlabeled
fixes nothing
says Nothing to do: this policy with these booleans allows it

arguments --boolean with_jit=on
== a boolean makes it allowed: with the boolean given
avc web_t self process { execmem }
=>
cause allowed-now
not memory-protection boolean
fixes nothing

arguments
== without it, it is memory protection, and the boolean stays a way
avc web_t self process { execmem }
=>
fact deny web_t web_t:process execmem because rule boolean with_jit=true
cause memory-protection
also boolean
not allowed-now
fixes program boolean
says writable and executable at once

== one of two permissions is denied: not allowed now
avc web_t page_t file { read write } name="index.html" ino=7
=>
fact allow web_t page_t:file read
fact deny web_t page_t:file write because rule
cause missing-rule
not allowed-now

== a validatetrans that holds
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_validate_transition seresult=denied oldcontext=user_u:object_r:note_t newcontext=admin_u:object_r:note_t taskcontext=admin_u:admin_r:admin_t tclass=file
=>
fact relabel yes user_u:object_r:note_t admin_u:object_r:note_t admin_u:admin_r:admin_t file
cause allowed-now
not constraint

# unknown-class
== a class that the policy does not know
avc web_t page_t frobnicate { read }
=>
cause unknown-class
not missing-rule allowed-now
fixes program
says unknown classes and permissions are denied

== a permission that the class does not have
avc web_t page_t file { watch } name="index.html" ino=7
=>
cause unknown-class
not missing-rule

== one that it has beside one that it has not
avc web_t page_t file { write watch_reads } name="index.html" ino=7
=>
cause unknown-class

== an object manager's class, by its own words
type=USER_AVC msg=audit(1700000000.001:1): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:kernel_t msg='Unknown class service exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
=>
cause unknown-class
fixes program

== and by its denial
user web_t r:other_t service { start }
=>
cause unknown-class

== a known permission of the bus is not unknown
user web_t r:other_t dbus { send_msg } interface=org.x member=Get
=>
fact deny web_t other_t:dbus send_msg because rule
cause missing-rule
not unknown-class
fixes rule
command echo '(allow web_t other_t (dbus (send_msg)))(allow other_t web_t (dbus (send_msg)))' > selkie_web_t_other_t_dbus.cil; semodule -i selkie_web_t_other_t_dbus.cil

policy small.conf -U allow
== handle_unknown allow: the advice says so
avc web_t page_t frobnicate { read }
=>
cause unknown-class
says unknown classes and permissions are allowed

policy small.conf -U deny

# no-new-privileges, nosuid
== a transition refused for no_new_privs
avc kernel_t r:app_t process2 { nnp_transition } | call execve exe=/sbin/init
=>
cause no-new-privileges
not nosuid missing-rule
fixes program rule

== its companion in the same event
type=AVC msg=audit(1700000000.001:1): avc:  denied  { nnp_transition } for  pid=7 comm="x" scontext=system_u:system_r:kernel_t tcontext=system_u:system_r:app_t tclass=process2 permissive=0
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_bounded_transition seresult=denied oldcontext=system_u:system_r:kernel_t newcontext=system_u:system_r:app_t
type=SYSCALL msg=audit(1700000000.001:1): arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=7 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="x" exe="/bin/x" subj=system_u:system_r:kernel_t key=(null)
=>
n 2
finding kernel_t app_t process2
cause no-new-privileges
finding kernel_t app_t -
cause no-new-privileges
also bounds

== from a nosuid mount
avc kernel_t r:app_t process2 { nosuid_transition } | call execve exe=/mnt/x
=>
cause nosuid
not no-new-privileges
fixes program rule

== and its companion
type=AVC msg=audit(1700000000.001:1): avc:  denied  { nosuid_transition } for  pid=7 comm="x" scontext=system_u:system_r:kernel_t tcontext=system_u:system_r:app_t tclass=process2 permissive=0
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_bounded_transition seresult=denied oldcontext=system_u:system_r:kernel_t newcontext=system_u:system_r:app_t
type=SYSCALL msg=audit(1700000000.001:1): arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=7 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="x" exe="/bin/x" subj=system_u:system_r:kernel_t key=(null)
=>
finding kernel_t app_t -
cause nosuid
not no-new-privileges

== a plain transition without a rule is neither
avc web_t r:app_t process { transition } | call execve exe=/usr/sbin/web path=/usr/bin/app obj=system_u:object_r:app_exec_t
=>
fact deny web_t app_t:process transition because rule
cause missing-rule
not no-new-privileges nosuid role

# bounds
== the worker's rule is masked by its bound
avc worker_t page_t file { write } name="index.html" ino=7 | call openat exe=/usr/sbin/web path=/web/index.html
=>
fact deny worker_t page_t:file write because bounds
cause bounds
not missing-rule
fixes program rule
says Allow it to the bounding type too

== what the kernel says when it masks it
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_compute_av reason=bounds scontext=system_u:system_r:worker_t tcontext=system_u:object_r:page_t tclass=file perms=write
=>
cause bounds
not missing-rule allowed-now

== what both may do is no matter of bounds
avc worker_t own_t file { write } name="x" ino=7
=>
fact allow worker_t own_t:file write
cause allowed-now
not bounds

== what neither may do is a rule that lacks
avc worker_t own_t file { unlink } name="x" ino=7
=>
fact deny worker_t own_t:file unlink because rule bounds
cause missing-rule
not bounds

== a process with threads changes its domain to one that it does not bound
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_bounded_transition seresult=denied oldcontext=system_u:system_r:web_t newcontext=system_u:system_r:other_t
type=SYSCALL msg=audit(1700000000.001:1): arch=c000003e syscall=1 success=no exit=-1 a0=3 a1=0 a2=0 a3=0 items=0 ppid=1 pid=7 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="web" exe="/usr/sbin/web" subj=system_u:system_r:web_t key=(null)
=>
fact bounded no web_t other_t
cause bounds
not no-new-privileges nosuid allowed-now
says threads

== to one that it bounds
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_bounded_transition seresult=denied oldcontext=system_u:system_r:web_t newcontext=system_u:system_r:worker_t
type=SYSCALL msg=audit(1700000000.001:1): arch=c000003e syscall=1 success=no exit=-1 a0=3 a1=0 a2=0 a3=0 items=0 ppid=1 pid=7 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="web" exe="/usr/sbin/web" subj=system_u:system_r:web_t key=(null)
=>
fact bounded yes web_t worker_t
cause allowed-now

# role
== the rule is there, the role change is not allowed
avc admin_u:user_r:user_t admin_u:admin_r:admin_t process { transition } | call execve exe=/usr/bin/newrole
=>
fact deny admin_u:user_r:user_t admin_u:admin_r:admin_t process transition because role
cause role
not missing-rule constraint
fixes program role
says the role user_r may not change to admin_r
says Allow the change from user_r to admin_r

== the way back is allowed
avc admin_u:admin_r:admin_t admin_u:user_r:user_t process { transition }
=>
fact allow admin_u:admin_r:admin_t admin_u:user_r:user_t process transition
cause allowed-now
not role

== the same role: no role change
avc user_u:user_r:user_t user_u:user_r:app_t process { transition }
=>
fact allow user_u:user_r:user_t user_u:user_r:app_t process transition
cause allowed-now
not role

== a computed context whose user may not have the role
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_compute_sid invalid_context="user_u:admin_r:admin_t" scontext=user_u:user_r:user_t tcontext=system_u:object_r:bin_t tclass=process
=>
fact invalid user_u:admin_r:admin_t because user-role
cause role
not unlabeled missing-rule
fixes role
command semanage user -m -R 'user_r admin_r' user_u
says the SELinux user user_u may not have the role admin_r

== one whose role may not have the type
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_compute_sid invalid_context="user_u:user_r:web_t" scontext=user_u:user_r:user_t tcontext=system_u:object_r:bin_t tclass=process
=>
fact invalid user_u:user_r:web_t because role-type
cause role
not unlabeled
fixes rule
command echo '(roletype user_r web_t)' > selkie_user_r_web_t.cil; semodule -i selkie_user_r_web_t.cil
says the role user_r may not have the type web_t

== a type that the policy does not have is not a matter of roles
type=SELINUX_ERR msg=audit(1700000000.001:1): op=setxattr invalid_context="system_u:object_r:pge_t"
=>
cause unlabeled
not role
fixes program
says did you mean page_t?

# constraint
== another user's file
avc user_u:user_r:user_t admin_u:object_r:note_t file { write } name="x" ino=7 | call openat exe=/bin/vi path=/home/x
=>
fact deny user_u:user_r:user_t admin_u:object_r:note_t file write because constraint
cause constraint
not missing-rule mls
fixes nothing label
says user-based access control
evidence failed-part u1 == u2

== the own user's
avc user_u:user_r:user_t user_u:object_r:note_t file { write } name="x" ino=7
=>
fact allow user_u:user_r:user_t user_u:object_r:note_t file write
cause allowed-now
not constraint

== where the rule lacks too, the rule is what lacks
avc user_u:user_r:user_t admin_u:object_r:page_t file { write } name="x" ino=7
=>
fact deny user_u:user_r:user_t admin_u:object_r:page_t file write because rule constraint
cause missing-rule
not constraint

== a relabeling that validatetrans forbids
type=SELINUX_ERR msg=audit(1700000000.001:1): op=security_validate_transition seresult=denied oldcontext=user_u:object_r:note_t newcontext=admin_u:object_r:note_t taskcontext=user_u:user_r:user_t tclass=file
=>
fact relabel no user_u:object_r:note_t admin_u:object_r:note_t user_u:user_r:user_t file
cause constraint
not mls allowed-now
evidence clause u1 == u2

# extended-permission
== an ioctl number that is filtered
avc web_t tty_dev_t chr_file { ioctl } path="/dev/tty1" dev="devtmpfs" ino=8 ioctlcmd=0x5412 | call ioctl exe=/usr/sbin/web
=>
fact deny web_t tty_dev_t:chr_file ioctl:0x5412 because xperm
cause extended-permission
not missing-rule allowed-now
fixes rule
command echo '(allowx web_t tty_dev_t (ioctl chr_file (0x5412)))' > selkie_web_t_tty_dev_t_chr_file.cil; semodule -i selkie_web_t_tty_dev_t_chr_file.cil
says ioctl or message number 0x5412 is not among the allowed ones

== another filtered number
avc web_t tty_dev_t chr_file { ioctl } path="/dev/tty1" dev="devtmpfs" ino=8 ioctlcmd=0x1
=>
fact deny web_t tty_dev_t:chr_file ioctl:0x1 because xperm
cause extended-permission

== one that is not
avc web_t tty_dev_t chr_file { ioctl } path="/dev/tty1" dev="devtmpfs" ino=8 ioctlcmd=0x5413 | call ioctl exe=/usr/sbin/web
=>
fact allow web_t tty_dev_t:chr_file ioctl:0x5413
cause allowed-now
not extended-permission

== no rule at all
avc other_t tty_dev_t chr_file { ioctl } path="/dev/tty1" dev="devtmpfs" ino=8 ioctlcmd=0x5413
=>
fact deny other_t tty_dev_t:chr_file ioctl:0x5413 because rule
not extended-permission

# memory-protection
== an executable stack, without a boolean for it
avc web_t self process { execstack }
=>
fact deny web_t web_t:process execstack because rule
cause memory-protection
not boolean missing-rule
fixes program
says asks for an executable stack

== the heap
avc web_t self process { execheap }
=>
cause memory-protection
says runs code from its heap

== execution of a file is none
avc web_t page_t file { execute } name="index.html" ino=7
=>
not memory-protection

# network-label
== a marked packet
avc web_t web_packet_t packet { send } saddr=10.0.0.1 src=8080 daddr=10.0.0.2 dest=40506 netif=eth0
=>
fact deny web_t web_packet_t:packet send because rule boolean web_packets=true
cause network-label
also boolean
not port missing-rule unlabeled

== an unlabeled packet
avc web_t unlabeled_t packet { recv } saddr=10.0.0.1 src=8080 netif=eth0
=>
cause network-label
also unlabeled
fixes network rule

== a labeled peer
avc web_t system_u:lan_r:lan_peer_t peer { recv } saddr=10.0.0.2 src=500 daddr=10.0.0.1 dest=8080 netif=eth1
=>
cause network-label

== an interface
avc web_t lan_netif_t netif { egress } saddr=10.0.0.2 netif=eth1
=>
cause network-label
evidence interface eth1

== an address that is sent to
avc web_t lan_node_t node { sendto } daddr=192.168.0.9 dest=80 netif=eth1
=>
cause network-label

== an IPsec association
avc web_t lan_peer_t association { polmatch }
=>
cause network-label

== an address with a label of its own that is bound to
avc web_t lan_node_t tcp_socket { node_bind } saddr=192.168.0.9 src=8080
=>
cause network-label
not port

== the label of all other addresses is a matter of rules
avc other_t node_t tcp_socket { node_bind } saddr=10.0.0.1 src=8080
=>
fact deny other_t node_t:tcp_socket node_bind because rule
not network-label

== a port is none
avc other_t web_port_t tcp_socket { name_bind } src=8080
=>
cause missing-rule
not network-label

# unlabeled
== a stored label that the policy lacks
avc web_t unlabeled_t file { read } name="x" ino=7 trawcon="system_u:object_r:gone_t"
=>
cause unlabeled
not missing-rule
fixes program
says gone_t
evidence stored-label system_u:object_r:gone_t

== no label at all
avc web_t unlabeled_t file { read } name="x" ino=7
=>
cause unlabeled

== a context of another policy in the record
avc web_t system_u:object_r:forgotten_t file { read } name="x" ino=7
=>
cause unlabeled
not missing-rule

== a label that nothing has a rule for is not unlabeled
avc web_t note_t file { write } name="x" ino=7
=>
fact deny web_t note_t:file write because rule
cause missing-rule
not unlabeled
fixes rule
command echo '(allow web_t note_t (file (write getattr open)))' > selkie_web_t_note_t_file.cil; semodule -i selkie_web_t_note_t_file.cil

# silenced, permissive
== a dontaudit rule hides it
avc other_t own_t file { read } name="x" ino=7
=>
silenced
fixes nothing rule
says dontaudit

== half of it
avc other_t own_t file { read write } name="x" ino=7
=>
fixes rule

== permissive
avc other_t note_t file { write } name="x" ino=7 permissive=1
=>
permissive
says would not be allowed to

# one root, several findings
== two denials of one kind are one finding
avc web_t note_t file { write } name="x" ino=7
avc web_t note_t file { write } name="y" ino=8
avc web_t note_t file { getattr } name="y" ino=8
=>
n 1
count 3

== the same types in a context whose user the policy does not have: a finding of its own
avc web_t note_t file { write } name="x" ino=7
avc nobody_u:system_r:web_t note_t file { write } name="x" ino=7
=>
n 2
cause missing-rule
fixes rule
