# The sample suite: what the web server's policy (test/decide/cases/web.conf) has to grant, and nothing beyond it.
#
# Rows with "exactly" leave no permission of a class unsaid, so that whatever is added to a rule or taken from it is
# noticed. "deny ... because" tells apart a rule that is missing from one that a constraint overrules.

# every domain for itself
exactly { web_t web_worker_t quiet_t kernel_t admin_t } self:process fork signal

# the server and its pages
exactly web_t page_t:file read getattr open
deny    web_t page_t:file write because constraint
exactly web_t private_page_t:file read open
exactly web_t web_exec_t:file entrypoint execute read
exactly web_t tmp_t:dir search add_name
exactly web_t web_tmp_t:file create read write ioctl
exactly web_t port_t:tcp_socket create
exactly web_t http_port_t:tcp_socket create name_bind
deny    web_t shadow_t:file read getattr write because rule
deny    web_t { etc_t shadow_t tmp_t }:file *
deny    web_t user_t:process *

# its worker is bounded by it
exactly web_worker_t page_t:file read
deny    web_worker_t page_t:file write because bounds
deny    web_worker_t page_t:file ~{ read write getattr open } because rule bounds
exactly web_worker_t private_page_t:file read open
deny    web_worker_t private_page_t:file ~{ read open getattr } because rule bounds
deny    web_worker_t private_page_t:file getattr because rule
exactly web_worker_t web_tmp_t:file ioctl
deny    web_worker_t web_tmp_t:file ~{ ioctl create read write } because rule bounds
exactly web_worker_t self:process fork signal
deny    web_worker_t self:process transition sigchld dyntransition because rule bounds

# the network, by booleans
deny  web_t http_port_t:tcp_socket name_connect because rule boolean web_database=on
deny  web_t port_t:tcp_socket name_connect because rule boolean web_network=on
set web_network=on
exactly web_t port_t:tcp_socket create name_connect
set web_network=off web_database=on
exactly web_t http_port_t:tcp_socket create name_bind name_connect
exactly web_t port_t:tcp_socket create
reset

# without strictness it sees more
set web_strict=off
exactly web_t etc_t:file read getattr
exactly web_t shadow_t:file getattr
set web_database=on
exactly web_t shadow_t:file read getattr
deny    web_t shadow_t:file relabelto because rule constraint
reset

# users, with a role and a level
user user_u
role user_r
exactly user_t page_t:file read write append getattr ioctl
exactly user_t etc_t:file read write append getattr ioctl
allow user_t etc_t:file ioctl:0x5401 ioctl:0x5410 ioctl:0x5413
deny  user_t etc_t:file ioctl:0x5402 because xperm
allow user_t user_u:user_r:web_t:s0 process transition dyntransition
exactly user_t user_u:user_r:web_t:s0 process transition dyntransition
deny  user_t user_u:admin_r:admin_t:s0 process fork signal sigchld
allow user_t user_u:admin_r:admin_t:s0 process transition dyntransition
deny  user_t { etc_t page_t }:file relabelto because rule constraint
level s1
allow user_t page_t:file read
deny  user_t user_u:object_r:page_t:s1:c3 file read because constraint
level s0-s1
allow user_t user_u:object_r:page_t:s1 file write
reset

# the administrator
exactly admin_t { etc_t tty_t }:file ioctl read write relabelfrom relabelto
exactly admin_t { etc_t tmp_t }:dir ioctl read write relabelfrom
deny    admin_t tmp_t:dir relabelto because constraint
exactly admin_t shadow_t:file ioctl read write relabelfrom
deny    admin_t shadow_t:file relabelto because constraint
deny    admin_t port_t:tcp_socket *

# the rest
exactly kernel_t { etc_t page_t private_page_t tmp_t tty_t }:file read relabelfrom relabelto
deny    kernel_t shadow_t:file relabelto because constraint
exactly quiet_t etc_t:file getattr
exactly user_t user_u:user_r:user_t:s0 process fork signal transition dyntransition

# who at all
only { admin_t -web_t } may write shadow_t:file
only { web_t web_worker_t user_t admin_t kernel_t } may read page_t:file
only web_t may create { port_t http_port_t }:tcp_socket

# labels
no transition kernel_t web_exec_t is web_t
no transition web_t web_exec_t is web_worker_t
label create web_t tmp_t:file is web_tmp_t
label create web_t tmp_t:file "index.html" is page_t
label create web_t tmp_t:file "index.htm" is web_tmp_t
label create system_u:system_r:kernel_t:s0 web_exec_t:process is system_u:system_r:web_t:s0-s1:c0.c4
label member user_t tmp_t:dir is web_tmp_t
label relabel user_t tty_t:chr_file is user_tty_t
label port tcp 80 is http_port_t
label genfs proc /version is etc_t
label genfs proc /net/dev is page_t
label genfs proc /net/rpc/nfsd is shadow_t
label genfs sysfs /class -d is tmp_t
label node 10.1.2.3 is page_t
label node fe80::1 is tmp_t
label netif eth0 is page_t

# ways
no reach kernel_t web_t
no reach web_worker_t admin_t
flow user_t web_t
flow web_worker_t kernel_t
no flow web_worker_t kernel_t except { page_t web_tmp_t }
no flow quiet_t user_t
