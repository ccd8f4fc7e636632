# Mistakes in the files: each with its place, all of them, and the other lines stay.

case fields that are missing or too many
peer refuses
write file_contexts
| /only
| /a	u:r:a_t
|   /b   -d
| /c	--	u:r:c_t	and more
f /a -> u:r:a_t
f /c -> u:r:c_t
f /only -> no rule
say
| file_contexts:1:1: error: no context for '/only' [E0501]
|     1 | /only
|       | ^~~~~
| file_contexts:3:3: error: no context for '/b' [E0501]
|     3 |   /b   -d
|       |   ^~
| file_contexts:4:15: warning: text after the context is ignored [W0508]
|     4 | /c	--	u:r:c_t	and more
|       |   	  	       	^~~~~~~~

case text after the context alone
write file_contexts
| /c	--	u:r:c_t # why
f /c -> u:r:c_t
say
| file_contexts:1:15: warning: text after the context is ignored [W0508]
|     1 | /c	--	u:r:c_t # why
|       |   	  	        ^~~~~

case an unknown file type
peer refuses
write file_contexts
| /a	-f	u:r:a_t
| /a	u:r:b_t
f /a -> u:r:b_t
say
| file_contexts:1:4: error: unknown file type '-f'; it is one of -- -d -c -b -p -l -s [E0502]
|     1 | /a	-f	u:r:a_t
|       |   	^~

case patterns that are not correct
peer fails
write file_contexts
| /.*	u:r:default_t
| /a(b	u:r:a_t
| /x/[z-a]	u:r:b_t
| /y**	u:r:y_t
f /a(b -> u:r:default_t
f /x/z -> u:r:default_t
say
| file_contexts:2:4: error: the pattern is not correct: missing closing parenthesis [E0503]
|     2 | /a(b	u:r:a_t
|       |    ^
| file_contexts:3:7: error: the pattern is not correct: range out of order in character class [E0503]
|     3 | /x/[z-a]	u:r:b_t
|       |       ^
| file_contexts:4:4: error: the pattern is not correct: quantifier does not follow a repeatable item [E0503]
|     4 | /y**	u:r:y_t
|       |    ^

case contexts that are none: the rule stays, as in libselinux, and is marked
write file_contexts
| /a	a_t
| /b	u:r:
| /c	u::t
| /d	u:r:t:
f /a -> a_t
f /d -> u:r:t:
say
| file_contexts:1:4: error: 'a_t' is not a context (user:role:type or user:role:type:range) [E0504]
|     1 | /a	a_t
|       |   	^~~
| file_contexts:2:4: error: 'u:r:' is not a context (user:role:type or user:role:type:range) [E0504]
|     2 | /b	u:r:
|       |   	^~~~
| file_contexts:3:4: error: 'u::t' is not a context (user:role:type or user:role:type:range) [E0504]
|     3 | /c	u::t
|       |   	^~~~
| file_contexts:4:4: error: 'u:r:t:' is not a context (user:role:type or user:role:type:range) [E0504]
|     4 | /d	u:r:t:
|       |   	^~~~~~

case one pattern with two contexts
write file_contexts
| /a(/.*)?	u:r:a_t
| /a(/.*)?	u:r:b_t
| /c	-d	u:r:c_t
| /c	--	u:r:d_t
| /e	-d	u:r:e_t
| /e	u:r:e_t
| /e	--	<<none>>
write file_contexts.local
| /a(/.*)?	u:r:z_t
f /a -> u:r:z_t
f /e -> <<none>>
d /c -> u:r:c_t
say
| file_contexts:2:1: error: '/a(/.*)?' is given two contexts: 'u:r:b_t' [E0505]
|     2 | /a(/.*)?	u:r:b_t
|       | ^~~~~~~~
| file_contexts:1:1: note: and 'u:r:a_t' here
|     1 | /a(/.*)?	u:r:a_t
|       | ^~~~~~~~
| file_contexts:6:1: warning: '/e' is given the same context twice [W0505]
|     6 | /e	u:r:e_t
|       | ^~
| file_contexts:5:1: note: also here
|     5 | /e	-d	u:r:e_t
|       | ^~
| file_contexts:7:1: error: '/e' is given two contexts: '<<none>>' [E0505]
|     7 | /e	--	<<none>>
|       | ^~
| file_contexts:6:1: note: and 'u:r:e_t' here
|     6 | /e	u:r:e_t
|       | ^~

case bytes that do not belong there
peer refuses
write file_contexts
| /é	u:r:a_t
| /a	u:r:a_t
f /a -> u:r:a_t
say
| file_contexts:1:2: error: byte 0xc3: only ASCII is allowed here [E0506]
|     1 | /é	u:r:a_t
|       |  ^

case substitutions that are none
peer fails
write file_contexts
| /a	u:r:a_t
write file_contexts.subs
| /x
| /y /a more
f /y -> u:r:a_t
f /x -> no rule
say
| file_contexts.subs:1:1: error: a substitution needs two paths [E0509]
|     1 | /x
|       | ^~
| file_contexts.subs:2:7: warning: text after the second path is ignored [W0508]
|     2 | /y /a more
|       |       ^~~~

case an empty file
write file_contexts
| 
f /a -> no rule
