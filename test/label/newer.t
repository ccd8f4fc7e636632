# Where libselinux 3.8 and 3.9 answer otherwise than 3.4. The answers are those of libselinux 3.8.1 and 3.11: build this
# harness with -DPEER_PRECEDENCE=1 (or 2) against one of them and it asks them again.

case a line break at the end of an exact path
precedence 3.8
write file_contexts
| /a	u:r:exact_t
| /b(/.*)?	u:r:tree_t
f "/a\n" -> no rule
f "/b\n" -> u:r:tree_t

case the top directory is compared unescaped, and so are two more
precedence 3.8
write file_contexts
| /a\-b/c	u:r:ab_t
| /a\-b/.*	u:r:tree_t
| /e/*f	u:r:star_t
| /g/h/*i	u:r:deep_t
f /a-b/c -> u:r:ab_t
f /a-b/d -> u:r:tree_t
f /e/f -> u:r:star_t
f /ef -> no rule
f /g/h/i -> u:r:deep_t
f /g/hi -> no rule

case other characters make a pattern
precedence 3.8
write file_contexts
| /a/b]	u:r:first_t
| /a/b.	u:r:second_t
| /a/c\@	u:r:third_t
| /a/c.	u:r:fourth_t
f /a/b] -> u:r:second_t
f /a/c@ -> u:r:fourth_t

case the same in 3.4
write file_contexts
| /a/b]	u:r:first_t
| /a/b.	u:r:second_t
| /a/c\@	u:r:third_t
| /a/c.	u:r:fourth_t
f /a/b] -> u:r:first_t
f /a/c@ -> u:r:third_t

case <<none>> in a deeper directory ends the search
precedence 3.8
write file_contexts
| /a/b(/.*)?	<<none>>
| /a/b/c(/.*)?	<<none>>
| /a.*	u:r:late_t
f /a/b/x -> <<none>>
f /a/b/c/x -> <<none>>
f /ab -> u:r:late_t

case <<none>> in a deeper directory ends the search, where the pattern names the directory
precedence 3.9
write file_contexts
| /a/b/.*	<<none>>
| /a.*	u:r:late_t
f /a/b/x -> <<none>>
f /a/x -> u:r:late_t

case the same in 3.4 is decided by the order
write file_contexts
| /a/b/.*	<<none>>
| /a.*	u:r:late_t
f /a/b/x -> u:r:late_t

case without <<none>> the order decides in 3.9 too
precedence 3.9
write file_contexts
| /a/b/.*	u:r:deep_t
| /a.*	u:r:late_t
f /a/b/x -> u:r:late_t

case two lines for one exact path: 3.8 takes the one with a file type, else the first
precedence 3.8
write file_contexts
| /a	--	u:r:file_t
| /b	u:r:base_t
write file_contexts.local
| /a	u:r:local_t
| /b	u:r:local_t
f /a -> u:r:file_t
d /a -> u:r:local_t
f /b -> u:r:base_t

case two lines for one exact path: 3.9 takes the later file's
precedence 3.9
write file_contexts
| /a	--	u:r:file_t
| /b	u:r:base_t
write file_contexts.local
| /a	u:r:local_t
| /b	u:r:local_t
f /a -> u:r:local_t
f /b -> u:r:local_t

case two lines for one exact path in one file: 3.9 takes the first
precedence 3.9
write file_contexts
| /a	--	u:r:first_t
| /a	u:r:second_t
f /a -> u:r:first_t
d /a -> u:r:second_t
say
| file_contexts:2:1: error: '/a' is given two contexts: 'u:r:second_t' [E0505]
|     2 | /a	u:r:second_t
|       | ^~
| file_contexts:1:1: note: and 'u:r:first_t' here
|     1 | /a	--	u:r:first_t
|       | ^~

case substitutions: 3.8 tries the first line first
precedence 3.8
write file_contexts
| /a(/.*)?	u:r:a_t
| /b(/.*)?	u:r:b_t
write file_contexts.subs_dist
| /x /a
| /x /b
f /x/y -> u:r:a_t

case substitutions: 3.9 tries the last line first again
precedence 3.9
write file_contexts
| /a(/.*)?	u:r:a_t
| /b(/.*)?	u:r:b_t
write file_contexts.subs_dist
| /x /a
| /x /b
f /x/y -> u:r:b_t
