# What `selkie can`, `selkie compute` and the example program print, on web.conf ($WEB). test/decide/check-commands runs it.
$ selkie can --policy $WEB user_t etc_t file read append
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as user_u:user_r:user_t:s0 on system_u:object_r:etc_t:s0
yes: user_t may { read append } etc_t:file
    allow user_t etc_t:file { append getattr ioctl read write };

$ selkie can --policy $WEB web_t http_port_t tcp_socket name_connect
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as system_u:system_r:web_t:s0 on system_u:object_r:http_port_t:s0
no: web_t may not name_connect http_port_t:tcp_socket
  no rule in force allows name_connect
    allow web_t http_port_t:tcp_socket name_connect;
      if (web_network || web_database): not in force
    allow web_t port_type:tcp_socket name_connect;
      if web_network: not in force
  any one of these, narrowest first, would allow it:
    web_database=on   (opens 1 access in all)
    web_network=on   (opens 2 accesses in all)
exit 1

$ selkie can --policy $WEB -b web_database=on web_t http_port_t tcp_socket name_connect
! selkie can: $WEB, the policy's default booleans but for --boolean
! selkie can: asked as system_u:system_r:web_t:s0 on system_u:object_r:http_port_t:s0
yes: web_t may name_connect http_port_t:tcp_socket
    allow web_t http_port_t:tcp_socket name_connect;
      if (web_network || web_database): in force

$ selkie can --policy $WEB user_u:user_r:user_t:s0 user_u:object_r:page_t:s1 file read
! selkie can: $WEB, the policy's default booleans
no: user_t may not read page_t:file
  a constraint forbids read
    mlsconstrain file { read getattr } (l1 dom l2 or t1 == can_read_up);
      is false:  l1 dom l2                           (l1 is s0, l2 is s1)
      is false:  t1 == can_read_up                   (t1 is user_t)
exit 1

$ selkie can --policy $WEB user_u:admin_r:admin_t:s0 user_u:user_r:user_t:s0 process transition
! selkie can: $WEB, the policy's default booleans
no: admin_t may not transition user_t:process
  no rule in force allows transition
  also, no rule lets the role change:
    missing: allow admin_r user_r;
exit 1

$ selkie can --policy $WEB web_worker_t page_t file write
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as system_u:system_r:web_worker_t:s0 on system_u:object_r:page_t:s0
no: web_worker_t may not write page_t:file
  web_worker_t is bounded by web_t, which may not write page_t
exit 1

$ selkie can --policy $WEB user_t etc_t file getattr ioctl:0x5402 ioctl:0x5401
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as user_u:user_r:user_t:s0 on system_u:object_r:etc_t:s0
yes: user_t may getattr etc_t:file
    allow user_t etc_t:file { append getattr ioctl read write };
no: user_t may not ioctl 0x5402 etc_t:file
  ioctl is allowed, but not with the number 0x5402; the numbers are filtered by
    allowxperm user_t etc_t:file ioctl { 0x5401 0x5410-0x5413 };
yes: user_t may ioctl 0x5401 etc_t:file
    allow user_t etc_t:file { append getattr ioctl read write };
    allowxperm user_t etc_t:file ioctl { 0x5401 0x5410-0x5413 };
exit 1

$ selkie can --policy $WEB web_t shadow_t file read
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as system_u:system_r:web_t:s0 on system_u:object_r:shadow_t:s0
no: web_t may not read shadow_t:file
  no rule in force allows read
    allow web_t shadow_t:file read;
      if (web_database && !web_strict): not in force
  setting this would allow it:
    web_database=on web_strict=off   (opens 5 accesses in all)
  denied without a word in the log (dontaudit): read
exit 1

$ selkie can --policy $WEB quiet_t etc_t file read
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as system_u:system_r:quiet_t:s0 on system_u:object_r:etc_t:s0
no: quiet_t may not read etc_t:file
  no rule in force allows read
  quiet_t is permissive: the kernel logs the denial and lets it happen
exit 1

$ selkie can --policy $WEB admin_u:admin_r:admin_t:s0 shadow_t file write
! selkie can: $WEB, the policy's default booleans
! selkie can: asked as admin_u:admin_r:admin_t:s0 on system_u:object_r:shadow_t:s0
yes: admin_t may write shadow_t:file
    allow admin_t file_type:file { ioctl read relabelfrom relabelto write };
  granted and logged (auditallow): write

# what is wrong with a question
$ selkie can --policy $WEB wbe_t page_t file read
! selkie can: source: there is no type 'wbe_t'; did you mean 'web_t'?
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB web_t file_type file read
! selkie can: target: 'file_type' is an attribute; name one of its types
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB web_t page_t fil read
! selkie can: there is no class 'fil'; did you mean 'file'?
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB web_t page_t file raed
! selkie can: class file has no permission 'raed'; did you mean 'read'?
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB web_t page_t file read:1
! selkie can: only ioctl and nlmsg take a number, not 'read'
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB -b web_netwrok=on web_t page_t file read
! selkie can: there is no boolean 'web_netwrok'; did you mean 'web_network'?
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB -b web_network=maybe web_t page_t file read
! selkie can: --boolean takes NAME=on or NAME=off, not 'web_network=maybe'
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB web_t page_t file
! selkie can: SOURCE, TARGET, CLASS and a permission are needed
! See 'selkie help can'.
exit 2

$ selkie can --policy $WEB user_u:system_r:web_t:s0:c1-s0 page_t file read
! source:1:8: error: the user 'user_u' may not have the role 'system_r' [E0609]
!     1 | user_u:system_r:web_t:s0:c1-s0
!       |        ^~~~~~~~
! source:1:23: error: the high level s0 does not dominate the low level s0:c1 [E0612]
!     1 | user_u:system_r:web_t:s0:c1-s0
!       |                       ^~~~~~~~
! selkie can: source: 'user_u:system_r:web_t:s0:c1-s0' is not a valid context in this policy
! See 'selkie help can'.
exit 2

$ selkie can --policy /nonexistent web_t page_t file read
! selkie can: /nonexistent: No such file or directory
exit 3

$ selkie can --root /nonexistent web_t page_t file read
! selkie can: there is no SELinux policy in /nonexistent/etc/selinux; name a policy file with --policy, or where another system is mounted with --root
exit 3

$ selkie can --json --policy $WEB web_t http_port_t tcp_socket name_connect name_bind
json allowed false
json answers.0.granted ["name_bind"]
json answers.0.denied.0.reason "rule"
json answers.0.remedies.0.settings.0.boolean "web_database"
json answers.0.remedies.0.opens 1
exit 1

$ selkie can --json --policy $WEB user_u:user_r:user_t:s0 user_u:object_r:page_t:s1 file read ioctl:0x1234
json answers.0.denied.0.constraint.clauses.0.text "l1 dom l2"
json answers.0.denied.0.constraint.clauses.0.value false
json answers.1.denied.0.reason "extended-permission"
json answers.1.number 4660
exit 1

$ selkie compute --policy $WEB create web_t tmp_t file index.html
! selkie compute: $WEB, the policy's default booleans
! selkie compute: asked with system_u:system_r:web_t:s0 and system_u:object_r:tmp_t:s0
system_u:object_r:page_t:s0
  user  the source's
  role  object_r, as all objects have
  type  type_transition web_t tmp_t:file page_t index.html;
  range the source's

$ selkie compute --policy $WEB create user_u:user_r:user_t:s0 system_u:object_r:page_t:s1 thing
! selkie compute: $WEB, the policy's default booleans
! selkie compute: the two ranges have no level in common (default_range glblub)
none
exit 1

$ selkie compute --policy $WEB transition system_u:object_r:page_t:s1 system_u:object_r:page_t:s0 user_t file
! selkie compute: $WEB, the policy's default booleans
no: a statement forbids it
    mlsvalidatetrans file (h1 == h2 or t3 == can_relabel or l1 domby l2);
      is false:  h1 == h2
      is false:  t3 == can_relabel
      is false:  l1 domby l2
exit 1

$ selkie compute --policy $WEB context system_u:object_r:html_t:s1:c3,c1,accounts
! selkie compute: $WEB, the policy's default booleans
system_u:object_r:page_t:s1:c1.c3

$ selkie compute --policy $WEB context system_u:object_r:page:s0:c3
! selkie compute: $WEB, the policy's default booleans
! context:1:19: error: unknown type 'page'; did you mean 'page_t'? [E0604]
!     1 | system_u:object_r:page:s0:c3
!       |                   ^~~~
exit 1

$ selkie compute --policy $WEB port 80/tcp
! selkie compute: $WEB, the policy's default booleans
system_u:object_r:http_port_t:s0
  by    portcon tcp 80 system_u:object_r:http_port_t:s0

$ selkie compute --policy $WEB node ::1
! selkie compute: $WEB, the policy's default booleans
system_u:object_r:etc_t:s0
  no statement matches ::1

$ selkie compute --policy $WEB fs ext4
! selkie compute: $WEB, the policy's default booleans
system_u:object_r:etc_t:s0
  by    fs_use_xattr ext4 system_u:object_r:etc_t:s0;
  each file carries its own label

$ selkie compute --policy $WEB port 70000
! selkie compute: $WEB, the policy's default booleans
! selkie compute: '70000' is not a port
! See 'selkie help compute'.
exit 2

$ selkie compute --policy $WEB poort 80
! selkie compute: there is nothing to compute called 'poort'; did you mean 'port'?
! See 'selkie help compute'.
exit 2

$ selkie compute --policy $WEB create web_t
! selkie compute: it is: compute create SOURCE TARGET CLASS [NAME]
! See 'selkie help compute'.
exit 2

$ selkie compute --json --policy $WEB create web_t tmp_t file
json context "system_u:object_r:web_tmp_t:s0"
json because.type "type_transition web_t tmp_t:file web_tmp_t;"

$ selkie compute --json --policy $WEB create user_u:user_r:user_t:s0 system_u:object_r:page_t:s1 thing
json valid false
exit 1

$ selkie compute --json --policy $WEB transition page_t shadow_t web_t file
json valid true

$ selkie compute --json --policy $WEB context user_u:system_r:web_t:s0
json faults.0.id "E0609"
exit 1

$ selkie compute --json --policy $WEB context system_u:system_r:web_t:s0-s0
json context "system_u:system_r:web_t:s0"

$ selkie compute --json --policy $WEB port 80
json objects.0.object "tcp 80"
json objects.1.context "system_u:object_r:port_t:s1"

$ selkie compute --json --policy $WEB netif eth0
json objects.0.packet "system_u:object_r:tmp_t:s0"

$ selkie compute --json --policy $WEB genfs proc /net/rpc/x
json objects.0.context "system_u:object_r:shadow_t:s0"

$ selkie compute --json --policy $WEB fs proc
json objects.0.behavior "genfs"

$ selkie compute --json --policy $WEB initial kernel
json objects.0.source "statement"

# the example program in docs/examples
$ decide $WEB web_t http_port_t tcp_socket name_bind
yes

$ decide $WEB web_t http_port_t tcp_socket name_connect
no
no rule allows it
  not in force: allow web_t http_port_t:tcp_socket name_connect;
  not in force: allow web_t port_type:tcp_socket name_connect;
  would allow it: web_database=on (opens 1)
  would allow it: web_network=on (opens 2)
exit 1

$ decide $WEB web_tt http_port_t tcp_socket name_connect
! no type 'web_tt'; did you mean web_t
exit 2
