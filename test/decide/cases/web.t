# Verdicts on web.conf. Every row is answered by libselkie, and by libsepol too where it can answer:
#
#   allow SOURCE TARGET:CLASS PERMISSION...          a permission may carry a number, which libsepol does not decide
#   deny  SOURCE TARGET:CLASS PERMISSION... because REASON...   rule constraint role bounds xperm, or boolean NAME...:
#                                                    the narrowest booleans that would allow it
#   label create|member|relabel SOURCE TARGET:CLASS [NAME] is CONTEXT
#   valid CONTEXT [is CONTEXT]      invalid CONTEXT because FAULT...
#   relabel yes|no OLD NEW TASK CLASS
#   opens N NAME=VALUE...           accesses that setting these booleans opens
#   bounded yes|no OLD_TYPE NEW_TYPE
#   port|node|netif|fs|genfs|initial WORDS... is CONTEXT
#
# Types stand for the context that is assumed for them. Booleans are set until they are set otherwise.
policy web.conf

# rules, attributes, self
allow web_t page_t:file read getattr open
allow web_t html_t:file read
deny  web_t page_t:file append because rule
deny  web_t shadow_t:file execute because rule
allow admin_t shadow_t:file read write
deny  admin_t port_t:tcp_socket create because rule
allow web_t port_t:tcp_socket create
allow web_t web_t:process fork signal
deny  web_t user_t:process signal because rule

# conditionals, both branches
deny  web_t http_port_t:tcp_socket name_connect because rule boolean web_database=true
deny  web_t port_t:tcp_socket name_connect because rule boolean web_network=true
deny  web_t shadow_t:file getattr because rule boolean web_strict=false
deny  web_t shadow_t:file read because rule boolean web_database=true web_strict=false
opens 1 web_database=true
opens 2 web_network=true
opens 2 web_network=true web_database=true
opens 3 web_strict=false
opens 5 web_strict=false web_database=true
set web_network=true
allow web_t http_port_t:tcp_socket name_connect
allow web_t port_t:tcp_socket name_connect
set web_network=false web_database=true
allow web_t http_port_t:tcp_socket name_connect
deny  web_t port_t:tcp_socket name_connect because rule boolean web_network=true
set web_strict=false
allow web_t shadow_t:file read getattr
allow web_t etc_t:file read
set web_strict=true web_database=false
deny  web_t etc_t:file read because rule boolean web_strict=false

# constraints and levels
allow user_u:user_r:user_t:s0 user_u:object_r:page_t:s0 file write read
deny  user_u:user_r:user_t:s0 user_u:object_r:page_t:s1 file read because constraint
allow user_u:user_r:user_t:s1 user_u:object_r:page_t:s0 file read
deny  user_u:user_r:user_t:s0 user_u:object_r:page_t:s0:c1 file read because constraint
allow user_u:user_r:user_t:s0:c1 user_u:object_r:page_t:s0:c1 file read
allow user_u:user_r:user_t:s0-s1 user_u:object_r:page_t:s1 file write
deny  user_u:user_r:user_t:s0-s1 user_u:object_r:page_t:s1:c1 file write because constraint
deny  user_u:user_r:user_t:s0-s1 user_u:object_r:page_t:s1 file read because constraint
allow system_u:system_r:kernel_t:s0 system_u:object_r:shadow_t:s2:c0.c4 file read
deny  web_t page_t:file write because constraint
allow admin_u:admin_r:admin_t:s0 admin_u:object_r:page_t:s0 file relabelto
deny  admin_u:admin_r:admin_t:s0 admin_u:object_r:shadow_t:s0 file relabelto because constraint

# roles
allow user_u:user_r:user_t:s0 user_u:admin_r:admin_t:s0 process transition
deny  user_u:user_r:user_t:s0 admin_u:admin_r:admin_t:s0 process transition because constraint
deny  user_u:admin_r:admin_t:s0 user_u:user_r:user_t:s0 process transition because rule role
deny  user_u:user_r:user_t:s0 user_u:admin_r:admin_t:s0-s1 process transition because constraint
deny  user_u:user_r:user_t:s0 system_u:system_r:web_t:s0 process dyntransition because constraint role

# bounds
deny  web_worker_t page_t:file write because bounds
allow web_worker_t page_t:file read
allow web_worker_t private_page_t:file read open
deny  web_worker_t page_t:file open because rule

# extended permissions
allow user_t etc_t:file ioctl:0x5401 ioctl:0x5412
deny  user_t etc_t:file ioctl:0x5402 because xperm
deny  user_t etc_t:file ioctl:0x8901 because xperm
allow admin_t etc_t:file ioctl:0x89ab
deny  admin_t etc_t:file ioctl:0x8a00 because xperm
allow admin_t page_t:file ioctl:0x8a00
# a rule that only silences filters too
deny  user_t page_t:file ioctl:0x1234 because xperm
deny  user_t page_t:file ioctl:0x1235 because xperm
allow web_t web_tmp_t:file ioctl:0x1235
deny  web_t etc_t:file ioctl:0x1 because rule

# labels of new objects
label create web_t tmp_t:file is system_u:object_r:web_tmp_t:s0
label create web_t tmp_t:file index.html is system_u:object_r:page_t:s0
label create web_t tmp_t:file index.htm is system_u:object_r:web_tmp_t:s0
label create web_t tmp_t:dir index.html is system_u:object_r:tmp_t:s0
label create web_t web_exec_t:process is system_u:system_r:web_worker_t:s0
set web_strict=false
label create web_t web_exec_t:process is system_u:system_r:web_t:s0
set web_strict=true
label create kernel_t web_exec_t:process is system_u:system_r:web_t:s0-s1:c0.c4
label create admin_u:admin_r:admin_t:s1-s2:c1 system_u:object_r:web_exec_t:s0 process is admin_u:system_r:web_t:s1-s2:c1
label create web_t http_port_t:tcp_socket is system_u:system_r:web_t:s0
label create user_u:user_r:user_t:s0-s1:c1 system_u:object_r:tmp_t:s0:c2 file is user_u:object_r:tmp_t:s0
label create user_u:user_r:user_t:s0 system_u:object_r:tmp_t:s1:c2-s2:c2 dir is user_u:object_r:tmp_t:s1:c2
label create user_u:user_r:user_t:s0 system_u:object_r:tty_t:s0 chr_file is system_u:object_r:tty_t:s0
label create user_u:user_r:user_t:s0-s1:c0,c1 system_u:object_r:page_t:s1:c1,c2 thing is user_u:object_r:page_t:s1-s1:c1
label create user_u:user_r:user_t:s0 system_u:object_r:page_t:s1 thing is none
label member user_u:user_r:user_t:s0-s1:c1 system_u:object_r:tmp_t:s0:c2 dir is system_u:object_r:web_tmp_t:s0
label relabel user_u:user_r:user_t:s0 system_u:object_r:tty_t:s0 chr_file is system_u:object_r:user_tty_t:s0

# contexts
valid system_u:system_r:web_t:s0
valid system_u:object_r:html_t:public is system_u:object_r:page_t:s0
valid system_u:object_r:page_t:s1:c3,c1,accounts is system_u:object_r:page_t:s1:c1.c3
valid system_u:object_r:page_t:s2:c0.c1,c3.c4 is system_u:object_r:page_t:s2:c0,c1,c3,c4
valid system_u:object_r:page_t:s1-s1 is system_u:object_r:page_t:s1
valid user_u:object_r:page_t:s2:c4
invalid system_u:system_r:web_t because range-missing
invalid system_u:system_r because syntax
invalid nobody:system_r:web_t:s0 because no-user
invalid system_u:system_r:web_t:s3 because no-level
invalid system_u:system_r:web_t:s1:c9 because no-level
invalid system_u:system_r:web_t:s1:c3.c1 because no-level
invalid system_u:system_r:web_t:s1: because no-level
invalid system_u:system_r:domain:s0 because attribute
invalid nobody:nothing:never:s9 because no-user no-role no-type no-level
invalid system_u:user_r:user_t:s0 because user-role
invalid system_u:system_r:user_t:s0 because role-type
invalid user_u:user_r:user_t:s2 because user-range
invalid system_u:object_r:page_t:s1-s0 because high-low
invalid system_u:object_r:page_t:s0:c1-s1 because high-low
invalid system_u:object_r:page_t:s0:c3 because categories
invalid user_u:system_r:user_t:s1:c1-s0:c4 because user-role role-type high-low categories user-range

# relabelings
relabel yes system_u:object_r:page_t:s0 system_u:object_r:page_t:s1 user_u:user_r:user_t:s0 file
relabel no  system_u:object_r:page_t:s1 system_u:object_r:page_t:s0 user_u:user_r:user_t:s0 file
relabel yes system_u:object_r:page_t:s1 system_u:object_r:page_t:s0 system_u:system_r:kernel_t:s0 file
relabel yes system_u:object_r:page_t:s1 system_u:object_r:page_t:s0 user_u:user_r:user_t:s0 dir
bounded yes web_t web_worker_t
bounded yes web_t web_t
bounded no  web_worker_t web_t
bounded no  web_t user_t

# labels of what carries none
port tcp 80 is system_u:object_r:http_port_t:s0
port tcp 81 is system_u:object_r:port_t:s0
port tcp 8100 is system_u:object_r:http_port_t:s0
port tcp 8101 is system_u:object_r:port_t:s0
port udp 80 is system_u:object_r:port_t:s1
port sctp 80 is system_u:object_r:port_t:s0
node 10.1.2.3 is system_u:object_r:page_t:s0
node 10.2.2.3 is system_u:object_r:etc_t:s0
node fe80::1 is system_u:object_r:tmp_t:s0
node ::1 is system_u:object_r:etc_t:s0
netif eth0 is system_u:object_r:page_t:s0
netif eth01 is system_u:object_r:etc_t:s0
fs ext4 is system_u:object_r:etc_t:s0
fs proc is system_u:object_r:etc_t:s0
fs nofs is system_u:object_r:etc_t:s0
genfs proc / is system_u:object_r:etc_t:s0
genfs proc /net is system_u:object_r:page_t:s0
genfs proc /network is system_u:object_r:page_t:s0
genfs proc //net/rpc/nfs is system_u:object_r:shadow_t:s0
genfs proc /ne is system_u:object_r:etc_t:s0
genfs sysfs /x is system_u:object_r:etc_t:s0
initial kernel is system_u:system_r:kernel_t:s0-s2:c0.c4
