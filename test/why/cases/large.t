# Causes on Debian's policy with the label database of the recorded machine. What is expected is what an administrator
# who knows this policy would do; the facts that it rests on stand beside it.
policy policy.33

# allowed-now
== a web page with its own label
avc httpd_t httpd_sys_content_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/www/html/index.html
=>
fact allow httpd_t httpd_sys_content_t:file read
label /var/www/html/index.html file httpd_sys_content_t
cause allowed-now
not mislabeled-target boolean missing-rule

# mislabeled-target
== a page that was moved out of a home directory
avc httpd_t user_home_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/www/html/index.html
=>
fact deny httpd_t user_home_t:file read because rule boolean httpd_read_user_content=true
label /var/www/html/index.html file httpd_sys_content_t
cause mislabeled-target
also boolean
not unexpected-place
fixes restorecon
command restorecon -v /var/www/html/index.html
says it should be httpd_sys_content_t
evidence label-expected httpd_sys_content_t

== a database file that was made elsewhere
avc mysqld_t default_t file { read write } name="ibdata1" dev="vda1" ino=7 | call openat exe=/usr/sbin/mysqld path=/var/lib/mysql/ibdata1
=>
fact deny mysqld_t default_t:file read because rule
fact allow mysqld_t mysqld_db_t:file read write
label /var/lib/mysql/ibdata1 file mysqld_db_t
cause mislabeled-target
not unexpected-place sensitive
command restorecon -v /var/lib/mysql/ibdata1

== a wrong label, but the right one would not help
avc httpd_t default_t file { write } name="ibdata1" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/lib/mysql/ibdata1
=>
fact deny httpd_t mysqld_db_t:file write because rule
label /var/lib/mysql/ibdata1 file mysqld_db_t
not mislabeled-target
never restorecon

== the secret's label on a public path: do not relabel it
avc httpd_t shadow_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/www/html/index.html
=>
cause mislabeled-target
also sensitive
fixes attack
never restorecon rule

== a file system that keeps no labels: relabeling is no help
avc httpd_t nfs_t dir { search } name="web" dev="0:44" ino=7 | call openat exe=/usr/sbin/apache2 path=/srv/nfs mode=040755
=>
label /srv/nfs dir var_t
cause boolean
not mislabeled-target unexpected-place
never restorecon

# unlabeled
== a file without a label
avc httpd_t unlabeled_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/www/html/index.html
=>
cause unlabeled
also mislabeled-target
fixes restorecon
command restorecon -v /var/www/html/index.html

# unexpected-place
== pages below /srv
avc httpd_t var_t file { read } name="index.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/srv/web/index.html
=>
fact deny httpd_t var_t:file read because rule
fact allow httpd_t httpd_sys_content_t:file read getattr open
label /srv/web/index.html file var_t
cause unexpected-place
not mislabeled-target boolean
fixes fcontext rule
command semanage fcontext -a -t httpd_sys_content_t '/srv/web(/.*)?'; restorecon -Rv /srv/web

== data in a directory of its own below /
avc mysqld_t default_t dir { write } name="mysql" dev="vdb1" ino=7 | call openat exe=/usr/sbin/mysqld path=/data/mysql mode=040755
=>
fact deny mysqld_t default_t:dir write because rule
label /data/mysql dir default_t
cause unexpected-place
command semanage fcontext -a -t mysqld_db_t '/data/mysql(/.*)?'; restorecon -Rv /data/mysql

== a directory right below /, which the policy does not know
avc httpd_t default_t file { read } name="x.html" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/data/x.html
=>
label /data/x.html file default_t
cause unexpected-place
command semanage fcontext -a -t httpd_sys_content_t '/data(/.*)?'; restorecon -Rv /data

== uploads of an application in /opt
avc httpd_t usr_t file { write } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/opt/app/upload/x
=>
fact deny httpd_t usr_t:file write because rule
label /opt/app/upload/x file usr_t
# httpd_sys_rw_content_t would need a boolean as well
fact deny httpd_t httpd_sys_rw_content_t:file write because rule boolean httpd_builtin_scripting=true
fact allow httpd_t httpd_var_lib_t:file write
cause unexpected-place
command semanage fcontext -a -t httpd_var_lib_t '/opt/app/upload(/.*)?'; restorecon -Rv /opt/app/upload

== a share of the file server, whose files are named otherwise than its domain
avc smbd_t var_t file { write } name="x" dev="vda1" ino=7 | call openat exe=/usr/sbin/smbd path=/srv/share/x
=>
label /srv/share/x file var_t
fact allow smbd_t samba_share_t:file write
says samba_share_t

== no runtime file is in a home directory
avc crond_t user_home_t file { read } name="x.sh" dev="vda1" ino=7 | call openat exe=/usr/sbin/cron path=/home/joe/x.sh
=>
label /home/joe/x.sh file user_home_t
cause missing-rule
not unexpected-place
never fcontext

== another domain's files are in their place
avc httpd_t mysqld_db_t file { read } name="ibdata1" dev="vda1" ino=7 | call openat exe=/usr/sbin/apache2 path=/var/lib/mysql/ibdata1
=>
fact deny httpd_t mysqld_db_t:file read because rule
label /var/lib/mysql/ibdata1 file mysqld_db_t
cause missing-rule
not unexpected-place mislabeled-target
fixes rule
command echo '(allow httpd_t mysqld_db_t (file (read getattr open)))' > selkie_httpd_t_mysqld_db_t_file.cil; semodule -i selkie_httpd_t_mysqld_db_t_file.cil

== without a path nothing is said about places
avc httpd_t var_t file { read } name="index.html" dev="vda1" ino=7
=>
cause missing-rule
not unexpected-place mislabeled-target
evidence path unknown, named 'index.html'
evidence inode 7 on vda1

# boolean
== mail: the narrowest boolean first
avc httpd_t smtp_port_t tcp_socket { name_connect } dest=25
=>
fact deny httpd_t smtp_port_t:tcp_socket name_connect because rule boolean httpd_can_sendmail=true
cause boolean
not missing-rule
command setsebool -P httpd_can_sendmail=on

== a database
avc httpd_t mysqld_port_t tcp_socket { name_connect } dest=3306
=>
cause boolean
command setsebool -P httpd_can_network_connect_db=on

== a setting that is as it should be makes no boolean cause
avc httpd_t user_home_t dir { rmdir } name="x" dev="vda1" ino=7
=>
not boolean

# port
== a port of another purpose
avc httpd_t transproxy_port_t tcp_socket { name_bind } src=8081
=>
fact deny httpd_t transproxy_port_t:tcp_socket name_bind because rule
fact port tcp 8081 is system_u:object_r:transproxy_port_t:s0
fact allow httpd_t http_port_t:tcp_socket name_bind
cause port
not boolean missing-rule network-label
fixes port
command semanage port -m -t http_port_t -p tcp 8081

== a port of no purpose
avc httpd_t unreserved_port_t tcp_socket { name_bind } src=9999
=>
fact port tcp 9999 is system_u:object_r:unreserved_port_t:s0
cause port
command semanage port -a -t http_port_t -p tcp 9999

== a name server's
avc named_t unreserved_port_t tcp_socket { name_bind } src=5354
=>
fact deny named_t unreserved_port_t:tcp_socket name_bind because rule
fact allow named_t dns_port_t:tcp_socket name_bind
cause port
command semanage port -a -t dns_port_t -p tcp 5354

== the shell daemon's: a boolean opens all ports, so the port comes first
avc sshd_t unreserved_port_t tcp_socket { name_bind } src=2222
=>
fact deny sshd_t unreserved_port_t:tcp_socket name_bind because rule boolean sshd_port_forwarding=true
cause boolean
also port
fixes port boolean
command semanage port -a -t ssh_port_t -p tcp 2222

== connecting where a boolean opens it
avc httpd_t transproxy_port_t tcp_socket { name_connect } dest=8081
=>
cause boolean
command setsebool -P httpd_can_network_connect=on

== a domain that has no ports
avc crond_t unreserved_port_t tcp_socket { name_bind } src=9999
=>
not port network-label
never port

# memory-protection
== a just-in-time compiler, with a boolean
avc httpd_t self process { execmem } | call mmap exe=/usr/sbin/apache2
=>
fact deny httpd_t httpd_t:process execmem because rule boolean httpd_execmem=true
cause memory-protection
also boolean
silenced
fixes nothing program boolean

== a library with text relocations
avc httpd_t lib_t file { execmod } path="/opt/lib/libx.so" dev="vda1" ino=7 | call mprotect exe=/usr/sbin/apache2
=>
fact deny httpd_t lib_t:file execmod because rule
label /opt/lib/libx.so file lib_t
cause memory-protection
not passed-descriptor
fixes program fcontext
says mark it as one that needs text relocations

== one that the distribution has installed is not to be marked
avc httpd_t lib_t file { execmod } path="/usr/lib/libx.so" dev="vda1" ino=7 | call mprotect exe=/usr/sbin/apache2
=>
cause memory-protection
fixes program

# file-mode
== a file of another owner, which nobody may read
avc named_t self capability { dac_read_search } capability=2  | call openat exe=/usr/sbin/named path=/etc/bind/named.conf mode=0100000 ouid=1000 obj=system_u:object_r:named_conf_t:s0
=>
fact deny named_t named_t:capability dac_read_search because rule
cause file-mode
not sensitive missing-rule
fixes mode
command setfacl -m u:0:r /etc/bind/named.conf
evidence file-mode 0000, owner 1000

== the own file
avc named_t self capability { dac_read_search } capability=2  | call openat exe=/usr/sbin/named path=/etc/bind/named.conf mode=0100000 ouid=0 obj=system_u:object_r:named_conf_t:s0
=>
cause file-mode
command chmod u+r /etc/bind/named.conf

== the file lets it in: it is a directory above
avc named_t self capability { dac_read_search } capability=2  | call openat exe=/usr/sbin/named path=/home/joe/named.conf mode=0100644 ouid=1000 obj=system_u:object_r:user_home_t:s0
=>
cause file-mode
fixes mode
command
says directory above

== no path is known
avc named_t self capability { dac_read_search } capability=2
=>
cause file-mode
fixes mode
command
says switch full path auditing on

== changing the mode of another's file: an access list does not help
avc httpd_t self capability { fowner } capability=3  | call openat exe=/usr/sbin/apache2 path=/var/www/html/x mode=0100644 ouid=1000 fsuid=33 obj=system_u:object_r:httpd_sys_content_t:s0
=>
fact deny httpd_t httpd_t:capability fowner because rule
cause file-mode
command chown 33 /var/www/html/x

== another capability has nothing to do with modes
avc named_t self capability { sys_nice } capability=23
=>
not file-mode

# passed-descriptor
== a pipe from another domain
avc httpd_t r:sshd_t fifo_file { write } path="pipe:[1234]" dev="pipefs" ino=1234 | call write exe=/usr/sbin/apache2
=>
fact deny httpd_t system_u:system_r:sshd_t:s0 fifo_file write because rule
cause passed-descriptor
not missing-rule
fixes nothing rule

== a terminal at exec
avc ntpd_t user_devpts_t chr_file { read write } path="/dev/pts/0" dev="devpts" ino=3 | call execve exe=/usr/sbin/ntpd
=>
fact deny ntpd_t user_devpts_t:chr_file read because rule boolean init_daemons_use_tty=true
cause passed-descriptor

== a file that is open already, and could not be opened
avc named_t user_home_t file { getattr } path="/home/joe/log" dev="vda1" ino=9 | call fstat exe=/usr/sbin/named
=>
fact deny named_t user_home_t:file open because rule
cause passed-descriptor

== the use of another's descriptor
avc httpd_t r:named_t fd { use } path="/dev/null" dev="devtmpfs" ino=4
=>
fact deny httpd_t system_u:system_r:named_t:s0 fd use because rule
cause passed-descriptor

== a connection that arrives in a message
avc named_t user_home_t file { read write } path="/home/joe/log" dev="vda1" ino=9 | call recvmsg exe=/usr/sbin/named
=>
cause passed-descriptor

== a file that it opens by itself
avc named_t user_home_t file { read } name="log" dev="vda1" ino=9 | call openat exe=/usr/sbin/named path=/home/joe/log
=>
fact deny named_t user_home_t:file read because rule
label /home/joe/log file user_home_t
not passed-descriptor

== a connection that it makes by itself
avc ntpd_t r:named_t unix_stream_socket { connectto } path="/run/named.sock" | call connect exe=/usr/sbin/ntpd
=>
fact deny ntpd_t system_u:system_r:named_t:s0 unix_stream_socket connectto because rule
cause missing-rule
not passed-descriptor

# mislabeled-program
== a program in a place of its own cannot enter its domain
avc httpd_t usr_t file { entrypoint } path="/opt/web/httpd" dev="vda1" ino=7 | call execve exe=/opt/web/httpd path=/opt/web/httpd mode=0100755
=>
fact deny httpd_t usr_t:file entrypoint because rule
label /opt/web/httpd file usr_t
cause mislabeled-program
not mislabeled-target missing-rule
fixes fcontext
command semanage fcontext -a -t httpd_exec_t /opt/web/httpd; restorecon -v /opt/web/httpd

== the known program with a wrong label: the label is the cause
avc httpd_t bin_t file { entrypoint } path="/usr/sbin/apache2" dev="vda1" ino=7 | call execve exe=/usr/sbin/apache2 path=/usr/sbin/apache2 mode=0100755
=>
label /usr/sbin/apache2 file httpd_exec_t
cause mislabeled-target
also mislabeled-program
command restorecon -v /usr/sbin/apache2

== reading a program is no matter of entries
avc httpd_t httpd_exec_t file { write } path="/usr/sbin/apache2" dev="vda1" ino=7
=>
not mislabeled-program
