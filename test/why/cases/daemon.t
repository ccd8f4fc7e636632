# Programs that run in the wrong domain, booleans that are needed together, levels, and the domain's own ports.
policy daemon.conf -M

# mislabeled-program
== the service runs in init's catch-all domain, since its file was labeled bin_t
avc unconfined_service_t served_data_t file { write } name="db" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/var/lib/served/db
=>
fact deny unconfined_service_t served_data_t:file write because rule
fact allow served_t served_data_t:file write
label /usr/sbin/served file served_exec_t
cause mislabeled-program
not mislabeled-target unexpected-place missing-rule
fixes restorecon
command restorecon -v /usr/sbin/served
says would run in served_t
evidence program's-label-expected served_exec_t

== in init's own domain
avc init_t served_port_t tcp_socket { name_bind } src=7000 | call bind exe=/usr/sbin/served
=>
fact deny init_t served_port_t:tcp_socket name_bind because rule
cause mislabeled-program
command restorecon -v /usr/sbin/served

== in the domain of scripts
avc initrc_t served_data_t file { read } name="db" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/var/lib/served/db
=>
cause mislabeled-program

== what its own domain may not do either has no such fix
avc unconfined_service_t etc_t file { write } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/etc/x
=>
fact deny served_t etc_t:file write because rule
cause mislabeled-program
never restorecon rule

== an interpreter tells nothing of the script's domain
avc unconfined_service_t served_data_t file { write } name="db" dev="vda1" ino=7 | call openat exe=/usr/bin/bash path=/var/lib/served/db
=>
label /usr/bin/bash file shell_exec_t
not mislabeled-program

== nor does a program without a domain
avc unconfined_service_t served_data_t file { write } name="db" dev="vda1" ino=7 | call openat exe=/usr/bin/python3 path=/var/lib/served/db
=>
label /usr/bin/python3 file bin_t
not mislabeled-program

== the service in its own domain
avc served_t etc_t file { write } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/etc/x
=>
not mislabeled-program

== another domain that uses the same program is its own matter
avc lone_t served_data_t file { write } name="db" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/var/lib/served/db
=>
not mislabeled-program

== the entry to the domain
avc served_t usr_t file { entrypoint } path="/usr/lib/served" dev="vda1" ino=7 | call execve exe=/usr/lib/served path=/usr/lib/served
=>
fact deny served_t usr_t:file entrypoint because rule
label /usr/lib/served file usr_t
cause mislabeled-program
command semanage fcontext -a -t served_exec_t /usr/lib/served; restorecon -v /usr/lib/served

# boolean
== two booleans together
avc served_t etc_t file { read } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/etc/x
=>
fact deny served_t etc_t:file read because rule boolean served_net=true served_data=true
cause boolean
not missing-rule
fixes boolean fcontext
command setsebool -P served_net=on served_data=on
says served_net is off and served_data is off

arguments --boolean served_net=on
== one of them is on
avc served_t etc_t file { read } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/etc/x
=>
cause boolean
command setsebool -P served_data=on

arguments --boolean served_net=on --boolean served_data=on
== both are
avc served_t etc_t file { read } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/etc/x
=>
cause allowed-now

arguments
== no boolean is for writing
avc served_t etc_t file { write } name="x" dev="vda1" ino=7
=>
not boolean

# port
== connecting to a port that is not the domain's, where a boolean would open all
avc served_t port_t tcp_socket { name_connect } dest=7777
=>
fact deny served_t port_t:tcp_socket name_connect because rule boolean served_extra=true
cause boolean
also port
fixes boolean port
command setsebool -P served_extra=on

== connecting to a port that is for listening
avc served_t served_port_t tcp_socket { name_connect } dest=7000
=>
fact deny served_t served_port_t:tcp_socket name_connect because rule
cause port
fixes port
command semanage port -m -t data_port_t -p tcp 7000

== a domain that has none
avc lone_t port_t tcp_socket { name_connect } dest=7777
=>
cause missing-rule
not port

== another's port, without a number
avc served_t port_t tcp_socket { name_bind }
=>
cause port
never port

# mls
== a file of a higher level
avc served_t system_u:object_r:served_data_t:s1 file { read } name="db" dev="vda1" ino=7 | call openat exe=/usr/sbin/served path=/var/lib/served/db obj=system_u:object_r:served_data_t:s1
=>
fact deny system_u:system_r:served_t:s0 system_u:object_r:served_data_t:s1 file read because constraint
cause mls
not missing-rule constraint mislabeled-target
fixes restorecon
command restorecon -Fv /var/lib/served/db
evidence clause l1 dom l2

== a category that it does not have
avc served_t system_u:object_r:served_data_t:s0:c1 file { read } name="db" dev="vda1" ino=7
=>
fact deny system_u:system_r:served_t:s0 system_u:object_r:served_data_t:s0:c1 file read because constraint
cause mls
fixes nothing
says s0:c1

== writing down
avc system_u:system_r:served_t:s1 system_u:object_r:served_data_t:s0 file { write } name="db" dev="vda1" ino=7
=>
fact deny system_u:system_r:served_t:s1 system_u:object_r:served_data_t:s0 file write because constraint
cause mls
evidence clause l1 == l2

== reading down
avc system_u:system_r:served_t:s1 system_u:object_r:served_data_t:s0 file { read } name="db" dev="vda1" ino=7
=>
fact allow system_u:system_r:served_t:s1 system_u:object_r:served_data_t:s0 file read
cause allowed-now
not mls

== a level that the policy does not have
type=SELINUX_ERR msg=audit(1700000000.001:1): op=setxattr invalid_context="system_u:object_r:served_data_t:s7"
=>
cause unlabeled
not role
