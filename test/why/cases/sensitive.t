# One case or more of each family of accesses that no fix should grant (src/explain/sensitive.c), on Debian's policy: never
# a rule, boolean, label or port. The rows were written from what the accesses mean, not from that table. Each is denied
# by the policy, as libsepol says.
policy policy.33

== credentials: the password hashes
avc httpd_t shadow_t file { read } name="shadow" dev="vda1" ino=7
=>
fact deny httpd_t shadow_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the host's keys
avc httpd_t sshd_key_t file { read } name="ssh_host_rsa_key" ino=7
=>
fact deny httpd_t sshd_key_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== a service's keytab
avc httpd_t named_keytab_t file { read } name="named.keytab" ino=7
=>
fact deny httpd_t named_keytab_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== secrets of a file server
avc httpd_t samba_secrets_t file { read } name="secrets.tdb" ino=7
=>
fact deny httpd_t samba_secrets_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== a user's keys
avc ntpd_t ssh_home_t file { read } name="id_rsa" ino=7
=>
fact deny ntpd_t ssh_home_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== changing an account through another program
avc httpd_t self passwd { passwd } 
=>
fact deny httpd_t httpd_t:passwd passwd because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== another program's key ring
avc named_t r:httpd_t key { read } 
=>
fact deny named_t system_u:system_r:httpd_t:s0 key read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== what is typed
avc httpd_t event_device_t chr_file { read } path="/dev/input/event0" dev="devtmpfs" ino=7
=>
fact deny httpd_t event_device_t:chr_file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== raw disks
avc httpd_t fixed_disk_device_t blk_file { read } path="/dev/sda" dev="devtmpfs" ino=7
=>
fact deny httpd_t fixed_disk_device_t:blk_file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== raw disks, by the generic interface
avc named_t scsi_generic_device_t chr_file { ioctl } path="/dev/sg0" dev="devtmpfs" ino=7 ioctlcmd=0x2285
=>
fact deny named_t scsi_generic_device_t:chr_file ioctl because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== memory
avc httpd_t memory_device_t chr_file { read } path="/dev/mem" dev="devtmpfs" ino=7
=>
fact deny httpd_t memory_device_t:chr_file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the kernel's memory
avc named_t proc_kcore_t file { read } path="/proc/kcore" dev="proc" ino=7
=>
fact deny named_t proc_kcore_t:file read because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== raw access to hardware
avc named_t self capability { sys_rawio } capability=17 
=>
fact deny named_t named_t:capability sys_rawio because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== making devices
avc named_t self capability { mknod } capability=27 
=>
fact deny named_t named_t:capability mknod because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== kernel modules by capability
avc named_t self capability { sys_module } capability=16 
=>
fact deny named_t named_t:capability sys_module because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== kernel modules by system
avc httpd_t modules_object_t system { module_load } path="/x.ko" dev="vda1" ino=7
=>
fact deny httpd_t modules_object_t:system module_load because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== kernel modules as files
avc httpd_t modules_object_t file { write } name="x.ko" ino=7
=>
fact deny httpd_t modules_object_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== loading a policy
avc user_u:user_r:user_t:s0 security_t security { load_policy } 
=>
fact deny user_u:user_r:user_t:s0 system_u:object_r:security_t:s0 security load_policy because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== switching enforcement off
avc httpd_t security_t security { setenforce } 
=>
fact deny httpd_t security_t:security setenforce because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== booleans
avc named_t security_t security { setbool } 
=>
fact deny named_t security_t:security setbool because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== labels that the policy does not have
avc named_t self capability2 { mac_admin } capability=33 
=>
fact deny named_t named_t:capability2 mac_admin because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the stored policy
avc httpd_t policy_config_t file { write } name="policy.33" ino=7
=>
fact deny httpd_t policy_config_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the configuration of SELinux
avc httpd_t selinux_config_t file { write } name="config" ino=7
=>
fact deny httpd_t selinux_config_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== relabeling to a secret
avc named_t shadow_t file { relabelto } name="x" ino=7
=>
fact deny named_t shadow_t:file relabelto because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== relabeling to a program
avc named_t passwd_exec_t file { relabelto } name="x" ino=7
=>
fact deny named_t passwd_exec_t:file relabelto because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the audit trail
avc httpd_t auditd_log_t file { write } name="audit.log" ino=7
=>
fact deny httpd_t auditd_log_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== switching auditing off
avc named_t self capability { audit_control } capability=30 
=>
fact deny named_t named_t:capability audit_control because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== programs that others run
avc httpd_t bin_t file { write } name="ls" ino=7
=>
fact deny httpd_t bin_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== libraries
avc named_t lib_t file { write } name="libc.so.6" ino=7
=>
fact deny named_t lib_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== start scripts
avc httpd_t initrc_exec_t file { write } name="cron" ino=7
=>
fact deny httpd_t initrc_exec_t:file write because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== tracing another domain
avc user_u:user_r:user_t:s0 r:sshd_t process { ptrace } 
=>
fact deny user_u:user_r:user_t:s0 system_u:system_r:sshd_t:s0 process ptrace because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== killing another domain
avc httpd_t r:sshd_t process { sigkill } 
=>
fact deny httpd_t system_u:system_r:sshd_t:s0 process sigkill because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== signals to another domain
avc httpd_t r:sshd_t process { signal } 
=>
fact deny httpd_t system_u:system_r:sshd_t:s0 process signal because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the memory of every process
avc named_t self capability { sys_ptrace } capability=19 
=>
fact deny named_t named_t:capability sys_ptrace because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== the right of many rights
avc named_t self capability { sys_admin } capability=21 
=>
fact deny named_t named_t:capability sys_admin because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== becoming unconfined
avc httpd_t unconfined_u:unconfined_r:unconfined_t:s0 process { transition } 
=>
fact deny httpd_t unconfined_u:unconfined_r:unconfined_t:s0 process transition because rule constraint
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

== restarting the machine
avc named_t self capability { sys_boot } capability=22 
=>
fact deny named_t named_t:capability sys_boot because rule
cause sensitive
not missing-rule allowed-now
never rule boolean port fcontext restorecon label role

# the bus and the service manager
== restarting the machine by the service manager
user httpd_t r:init_t system { reboot } auid=n/a uid=0 gid=0
=>
cause sensitive
never rule

== starting any service
user httpd_t systemd_unit_t service { start } auid=n/a uid=0 gid=0 path="/lib/systemd/system/cron.service"
=>
cause sensitive
never rule

# neighbors: like the above, but nothing that should stay closed
== the own key ring
avc named_t self key { read }
=>
not sensitive

== a look at a public part of a user's home
avc named_t user_home_t file { read } name="x" ino=7
=>
not sensitive

== reading a program
avc ntpd_t passwd_exec_t file { read } name="passwd" ino=7
=>
not sensitive

== a capability of little power
avc named_t self capability { lease } capability=28
=>
fact deny named_t named_t:capability lease because rule
cause missing-rule
not sensitive
fixes rule

== the existence of another process
avc httpd_t r:sshd_t process { signull }
=>
not sensitive

== entering another confined domain
avc httpd_t r:ftpd_t process { transition }
=>
not sensitive

== null is a device, too
avc named_t null_device_t chr_file { execute } path="/dev/null" ino=7
=>
not sensitive

# silenced, and still no rule
== hidden by dontaudit
avc httpd_t shadow_t file { read } name="shadow" ino=7
=>
never rule boolean
