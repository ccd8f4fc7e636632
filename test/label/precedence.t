# Which rule wins, by libselinux 3.4. Every answer here is asked of libselinux too.

case the last rule that fits wins
write file_contexts
| /.*	u:r:default_t
| /usr(/.*)?	u:r:usr_t:s0
| /usr/.*	u:r:late_t:s0
| /usr/lib(/.*)?	u:r:lib_t:s0-s0:c0.c1023
f /usr -> u:r:usr_t:s0
f /usr/x -> u:r:late_t:s0
f /usr/lib -> u:r:lib_t:s0-s0:c0.c1023
f /usr/lib/x/y -> u:r:lib_t:s0-s0:c0.c1023
f /usrx -> u:r:default_t
f / -> u:r:default_t

case an earlier, more specific pattern loses to a later, wider one
write file_contexts
| /a/b/c(/.*)?	u:r:narrow_t
| /a(/.*)?	u:r:wide_t
f /a/b/c/d -> u:r:wide_t

case exact paths win over patterns, wherever they stand
write file_contexts
| /a/b	u:r:exact_t
| /a(/.*)?	u:r:pattern_t
| /a/c\.d	u:r:escaped_t
| /a/c.d	u:r:dot_t
f /a/b -> u:r:exact_t
f /a/c.d -> u:r:escaped_t
f /a/cxd -> u:r:dot_t

case the file type is part of the question
write file_contexts
| /x(/.*)?	u:r:any_t
| /x/.*	--	u:r:file_t
| /x/.*	-d	u:r:dir_t
| /x/.*	-l	u:r:link_t
| /x/.*	-c	u:r:char_t
| /x/.*	-b	u:r:block_t
| /x/.*	-p	u:r:fifo_t
| /x/.*	-s	u:r:sock_t
| /x/z	-d	u:r:zdir_t
f /x/y -> u:r:file_t
d /x/y -> u:r:dir_t
l /x/y -> u:r:link_t
c /x/y -> u:r:char_t
b /x/y -> u:r:block_t
p /x/y -> u:r:fifo_t
s /x/y -> u:r:sock_t
? /x/y -> u:r:sock_t
f /x -> u:r:any_t
d /x/z -> u:r:zdir_t
f /x/z -> u:r:file_t
? /x/z -> u:r:zdir_t

case <<none>> is an answer of its own
write file_contexts
| /.*	u:r:default_t
| /tmp/.*	<<none>>
| /tmp/keep	-d	<<none>>
| /tmp/keep	--	u:r:keep_t
f /tmp/x -> <<none>>
d /tmp/keep -> <<none>>
f /tmp/keep -> u:r:keep_t
? /tmp/keep -> u:r:keep_t
f /tmp -> u:r:default_t

case no rule at all
write file_contexts
| /usr(/.*)?	u:r:usr_t
f /etc -> no rule
f relative -> no rule

case the files in their order: base, homedirs, local
write file_contexts
| /home/[^/]+	u:r:base_t
| /h/x	u:r:base_t
| /h/y	u:r:base_t
| /h/p.	u:r:base_t
write file_contexts.homedirs
| /home/[^/]+	-d	u:r:home_t
| /h/x	u:r:homedirs_t
| /h/p.	u:r:homedirs_t
write file_contexts.local
| /home/joe	u:r:joe_t
| /h/y	u:r:local_t
| /h/p.	u:r:local_t
d /home/jane -> u:r:home_t
f /home/jane -> u:r:base_t
d /home/joe -> u:r:joe_t
f /h/x -> u:r:homedirs_t
f /h/y -> u:r:local_t
f /h/pp -> u:r:local_t

case slashes repeated and at the end
write file_contexts
| /.*	u:r:default_t
| /a/b	u:r:ab_t
| /	-d	u:r:root_t
f //a///b// -> u:r:ab_t
f /a/b/ -> u:r:ab_t
d / -> u:r:root_t
d // -> u:r:root_t
d //// -> u:r:root_t

case substitutions: the last line that fits, local ones first, then the distribution's on the result
write file_contexts
| /.*	u:r:default_t
| /usr/lib(/.*)?	u:r:lib_t
| /run(/.*)?	u:r:run_t
| /srv/web(/.*)?	u:r:web_t
| /a/b(/.*)?	u:r:ab_t
| /	u:r:root_t
write file_contexts.subs_dist
| # comment
|   /lib64   /usr/lib   
| /var/run /run
| /x /a/wrong
| /x /a/b
| /up /
write file_contexts.subs
| /data /srv/web
| /myrun /var/run
f /lib64 -> u:r:lib_t
f /lib64/x -> u:r:lib_t
f /lib64x -> u:r:default_t
f /var/run/x.pid -> u:r:run_t
f /data/index.html -> u:r:web_t
f /myrun/q -> u:r:run_t
f /x/y -> u:r:ab_t
f /up -> u:r:root_t
f /up/a/b -> u:r:ab_t
f //lib64//x/ -> u:r:lib_t

case a line break at the end of a path is looked past, as $ does
write file_contexts
| /a	u:r:exact_t
| /b(/.*)?	u:r:tree_t
| /c[^/]*	u:r:name_t
| /d.	u:r:any_t
f "/a\n" -> u:r:exact_t
f "/a\n\n" -> no rule
f "/b\n" -> u:r:tree_t
f "/b/\n" -> u:r:tree_t
f "/c\n\n" -> u:r:name_t
f "/d\n" -> u:r:any_t
f "/dx\n" -> u:r:any_t
f "/dx\n\n" -> no rule

case the top directory is compared as it is written
write file_contexts
| /a\-b/c	u:r:never_t
| /a\-b/.*	u:r:never_t
| /a-b/d	u:r:plain_t
| /e/*f	u:r:star_t
| /e/?g	u:r:question_t
| /h/i|/j/k	u:r:choice_t
f /a-b/c -> no rule
f /a-b/d -> u:r:plain_t
f /e/f -> u:r:star_t
f /ef -> no rule
f /e/g -> u:r:question_t
f /eg -> no rule
f /h/i -> u:r:choice_t
f /h/ixyz -> u:r:choice_t
f /h/j/k -> u:r:choice_t
f /j/k -> no rule
say
| file_contexts:1:1: warning: libselinux 3.4 never applies this rule: it takes the top directory with its escapes [W0511]
|     1 | /a\-b/c	u:r:never_t
|       | ^~~~~~~
| file_contexts:2:1: warning: libselinux 3.4 never applies this rule: it takes the top directory with its escapes [W0511]
|     2 | /a\-b/.*	u:r:never_t
|       | ^~~~~~~~

case patterns that only pcre2 knows
write file_contexts
| /.*	u:r:default_t
| /x/(a|b)\1	u:r:twice_t
| /x/\d+	u:r:digits_t
| /x/(?!no)[a-z]+y	u:r:ahead_t
| /x/[[:upper:]]+	u:r:upper_t
f /x/aa -> u:r:twice_t
f /x/ab -> u:r:default_t
f /x/123 -> u:r:digits_t
f /x/yesy -> u:r:ahead_t
f /x/noy -> u:r:default_t
f /x/ABC -> u:r:upper_t

case one without meta characters may still be no literal
write file_contexts
| /x/a\d	u:r:digit_t
| /x/a.	u:r:dot_t
f /x/a1 -> u:r:digit_t
f /x/ab -> u:r:dot_t
