# What GNU m4 1.4.19 makes of small programs. A case is `=== name', the program, `---', m4's output, `==='.
=== plain text
allow a b:file read;
---
allow a b:file read;
=== quotes lose one level
`a' ``b'' ```c'''
---
a `b' ``c''
=== parameters
define(`f',`<`$0'|$1|$2|$#|$*|$@>')f f() f(a) f(a,b) f( a , b ) f(`a,b',`c')
---
<f|||0||> <f|||1||> <f|a||1|a|a> <f|a|b|2|a,b|a,b> <f|a |b |2|a ,b |a ,b > <f|a,b|c|2|a,b,c|a,b,c>
=== tenth parameter
define(`f',`$10 $1`'0')f(1,2,3,4,5,6,7,8,9,ten)
---
ten 10
=== nested calls in arguments
define(`f',`[$1]')f(f(f(x)))
---
[[[x]]]
=== argument rescanned
define(`x',`y')define(`f',`$1 `$1'')f(x) f(`x') f(``x'')
---
y y y x x `x'
=== pasted words
define(`foo_t',`FOO')define(`p',`$1_t $1_$2 x$1')p(foo) p(foo,t) p(`')
---
FOO foo_ xfoo FOO FOO xfoo _t _ x
=== pasted over the end of an expansion
define(`fo',`f')define(`foo',`HIT')fo`'o fo()o
---
fo f
=== pasted words call
define(`foo_t',`<$1>')define(`p',`$1_t(a)')p(foo)
---
<a>
=== parenthesis outside the expansion
define(`f',`[$1]')define(`g',`f')g(x) g (x)
---
[] [] (x)
=== white space before arguments
define(`f',`[$1][$2]')f(  a  ,

 b	)
---
[a  ][b	]
=== white space after a macro counts
define(`e',`')define(`f',`[$1]')f(e  a) f(`' b)
---
[  a] [ b]
=== comments in quotes are quotes
define(`f',`a # it''s $1
b')f(x)
---
a # it's x
b'
=== comment in a body goes on
define(`f',`x # end')f y z
f
---
x # end y z
x # end
=== comment with a parameter of two lines
define(`f',`# $1 tail `q'')f(`a
b')
---
# a
b tail q
=== comment hides commas
define(`f',`[$1][$2]')f(a # b, c
d, e)
---
[a # b, c
d][e]
=== comment swallows a quote in the line of the call
define(`f',`# c')f `x
y'
---
# c `x
y'
=== dnl
a dnl b
c`'dnl
d
---
a cd
=== dnl in a body reaches out
define(`f',`x dnl')f y
z
---
x z
=== dnl into quotes
define(`f',`dnl')f `a
b' c
---
b' c
=== ifdef
define(`d')ifdef(`d',`yes',`no')ifdef(`e',`yes',`no')ifdef(`e',`yes')
---
yesifdef(e,yes,no)
=== ifdef of a defined undefine
define(`d',1)ifdef(`d',`y',`n')undefine(`d')ifdef(`d',`y',`n')
---
yundefine(d)y
=== ifelse
ifelse(a,a,yes,no)ifelse(a,b,yes,no)ifelse(a,b,1,c,c,2,3)ifelse(a,b,1,c,d,2,3)ifelse(a,b,1)ifelse(x)
---
yesifelse(a,b,yes,no)23
=== ifelse keeps what it does not choose
ifelse(a,b,`dnl',`x')
ifelse(`$1',`',`',`full')
---
x
full
=== define redefined while called
define(`f',`old$1')f(define(`f',`new$1'))f(x)
---
oldf(x)
=== pushdef and popdef
define(`v',1)pushdef(`v',2)v popdef(`v')v popdef(`v')v
---
2 1 v
=== depth counter
define(`d',0)define(`f',`pushdef(`d',incr(d))d`'ifelse(d,3,,`f')popdef(`d')d')f
---
1fpopdef(d)1
=== undefine all
pushdef(`a',1)pushdef(`a',2)undefine(`a')a
---
a
=== shift
shift(a,b,c) shift(a) shift() define(`s',`shift($*)')s(1,`2,3',4)
---
b,c   2,3,4
=== shiftn
define(`shiftn',`ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')')shiftn(2,a,b,c,d)
---
c,d
=== shiftn within a call
define(`shiftn',`ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')')define(`f',`[$1|$2|$3|$#]')f(shiftn(2,a,b,c,d)) f(x,shiftn(0,a,b)) f(shiftn(1,a,b-c d,7-9 )) f(shiftn(3,a,b,c)) f(shiftn(9,a)) f(shiftn(1,`a,b',`(c)',d))
---
[c|d||2] [x|a|b|3] [b-c d|7-9 ||2] [|||1] [|||1] [b|(c)|d|3]
=== shiftn of what is read again
define(`shiftn',`ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')')define(`f',`[$1|$2|$3|$#]')define(`m',`p,q')f(shiftn(1,a,m,c)) f(shiftn(1,a,`m',c)) f(shiftn(1,a,``m'',c)) f(shiftn(1,,,` c')) f(shiftn(01,a,b,c)) f(shiftn(`1',a,# b,
c))
---
[p|q|c|3] [p|q|c|3] [p|q|c|3] [|c||2] [b|c||2] [# b,
c|||1]
=== shiftn of another body
define(`shiftn',`<$*>')define(`f',`[$1|$2|$#]')f(shiftn(1,a,b))
---
[<1|a|3]
=== shiftn without m4's shift
define(`shiftn',`ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')')define(`f',`[$1|$2|$3|$#]')pushdef(`decr',`0')f(shiftn(2,a,b,c,d)) popdef(`decr')f(shiftn(2,a,b,c,d))
---
[b|c|d|3] [c|d||2]
=== all arguments as arguments
define(`f',`[$1|$2|$3|$#]')define(`g',`f($*) f(x,$*) f($*,x) f($*x) f((`$*'),$*) f(`'$*) f($*`')')define(`m',`p,q')g(a,b) g() g g(a ,` b',7-9) g(m,`m') g(`a,b') g(a.b,`c:d')
---
[a|b||2] [x|a|b|3] [a|b|x|3] [a|bx||2] [(a,b)|a|b|3] [a|b||2] [a|b||2] [|||1] [x|||2] [|x||2] [x|||1] [()|||2] [|||1] [|||1] [|||1] [x|||2] [|x||2] [x|||1] [()|||2] [|||1] [|||1] [a |b|7-9|3] [x|a |b|4] [a |b|7-9|4] [a |b|7-9x|3] [(a , b,7-9)|a |b|4] [a |b|7-9|3] [a |b|7-9|3] [p|q|p|4] [x|p|q|5] [p|q|p|5] [p|q|mx|3] [(p,q,p,q)|p|q|5] [p|q|p|4] [p|q|p|4] [a|b||2] [x|a|b|3] [a|b|x|3] [a|bx||2] [(a,b)|a|b|3] [a|b||2] [a|b||2] [a.b|c:d||2] [x|a.b|c:d|3] [a.b|c:d|x|3] [a.b|c:dx||2] [(a.b,c:d)|a.b|c:d|3] [a.b|c:d||2] [a.b|c:d||2]
=== all arguments in quotes as arguments
define(`f',`[$1|$2|$3|$#]')define(`g',`f($@) f(x,$@) f($@,x)')define(`m',`p,q')g(a,b) g() g(m,`m',``m'') g(`a,b',` c')
---
[a|b||2] [x|a|b|3] [a|b|x|3] [|||1] [x|||2] [|x||2] [p|q|p,q|4] [x|p|q|5] [p|q|p,q|5] [a,b| c||2] [x|a,b| c|3] [a,b| c|x|3]
=== categories by their number
define(`decl_cats',`dnl
category c$1;
ifelse(`$1',`$2',,`decl_cats(incr($1),$2)')dnl
')decl_cats(0,3)x
decl_cats(2,2) y decl_cats(09,10)
define(`c7',`<7>')decl_cats(6,8)define(`category',`CAT')decl_cats(0,1) decl_cats( 1,2) decl_cats(decr(2),incr(2))
---
category c0;
category c1;
category c2;
category c3;
x
category c2;
 y category c09;
category c10;

category c6;
category <7>;
category c8;
CAT c0;
CAT c1;
 CAT c1;
CAT c2;
 CAT c1;
CAT c2;
CAT c3;

=== recursion
define(`decl',`category c$1;
ifelse(`$1',`$2',,`decl(incr($1),$2)')dnl
')decl(0,5)
---
category c0;
category c1;
category c2;
category c3;
category c4;
category c5;

=== dominance
define(`dom',`s$1 ifelse(`$1',`$2',,`dom(incr($1),$2)')')dominance { dom(0,decr(4)) }
---
dominance { s0 s1 s2 s3  }
=== words stop at quotes
define(`c',`C')s`'decr(16):c0.c`'decr(1024) c`'
---
s15:c0.C1023 C
=== incr and decr
incr(4) decr(0) incr(-1) incr(2147483647) incr( 7)
---
5 -1 0 -2147483648 8
=== eval
eval(1+2*3) eval(2**10) eval(-7/2) eval(-7%3) eval(1<2&&3>4) eval(!0) eval(~5) eval((1+2)*3) eval(0x1f) eval(010) eval(0b11) eval(0r36:z) eval(7==7) eval(1||0/1)
---
7 1024 -3 -1 0 1 -6 9 31 8 3 35 1 1
=== eval radix and width
eval(255,16) eval(5,2,8) eval(-255,16,6) eval(3,1) eval(10,,5)
---
ff 00000101 -0000ff 111 00010
=== eval precedence
eval(1|2^3&4) eval(2-3-4) eval(2**3**2) eval(1<<3+1) eval(-2**2) eval(5>3==1) eval(- - 4)
---
3 -5 512 16 4 1 4
=== eval of what has no value
[eval(1**-1)] [eval((-1)**~(2))] [eval(1 ** ~(3))] [eval(2**-1)] [eval(0**0)] [eval(1/0)] [eval(1**-1 || 1)]
[eval(1 || 2**-1)] [eval(0 && 1%0)] [eval(1 || 2/0 || 3)] [eval(0 && 2/0 || 7)] [eval(1 || 2/0 && 1)] [eval(1 || 2/0+1)] [eval(1 || (2/0))] [eval(0 && (1 || 2/0))]
[eval(1++2)] [eval(1--2)] [eval(--2)] [eval(- -2)] [eval(0r1:0111)] [eval(0r1:110)]
---
[] [] [] [] [] [] []
[1] [0] [1] [1] [] [] [] [0]
[] [] [] [2] [3] []
=== eval wraps
eval(2147483647+1) eval(-2147483648) eval(1<<31) eval(65536*65536)
---
-2147483648 -2147483648 -2147483648 0
=== port ranges
define(`range_start',`ifelse(-1,index(`$1', `-'),$1,substr($1,0,index(`$1', `-')))')range_start(600) range_start(1200-1600) eval(range_start(600-700) < 1024)
---
600 1200 1
=== index
index(abc,c) index(abc,x) index(abc,) index(`a b',` ') index(abcabc,bc)
---
2 -1 0 1 1
=== substr
substr(abcdef,2) substr(abcdef,2,2) substr(abcdef,9) substr(abcdef,-1) substr(abcdef,1,0) substr(abc,0,99)
---
cdef cd    abc
=== substr makes a macro name
define(`abc',`HIT')substr(xabcx,1,3)
---
HIT
=== len
len(abc) len() len(`a,b')
---
3 0 3
=== regexp
regexp(`foo_t || !bar', `\w') regexp(`foo_t || !bar', `\(\w+\)', `\1') regexp(`foo_t || !bar', `\w+\(.*\)', `\1') regexp(` ', `\w') regexp(abc,x,y) regexp(abc,`b*') regexp(abab,`\(ab\)\1',`<\&>')
---
0 foo_t  || !bar -1  0 <abab>
=== declare_required_symbols
define(`drs',`
ifelse(regexp($1, `\w'), -1, `', `dnl
bool regexp($1, `\(\w+\)', `\1');
drs(regexp($1, `\w+\(.*\)', `\1'))dnl
') dnl
')drs(`a && !b_c')
---

bool a;

bool b_c;

   
=== patsubst
patsubst(abcb,b,X) patsubst(abc,`',-) patsubst(aaa,`a*',x) patsubst(abc,`[bc]') patsubst(`a b',`\w',`<\&>')
---
aXcX -a-b-c- xx a <a> <b>
=== translit
translit(abc,a-z,A-Z) translit(a-b,-,_) translit(abc,abc,x) translit(abcd,b-c) translit(hello,a-y,b-z) translit(cab,c-a,1-3)
---
ABC a_b x ad ifmmp 132
=== format
format(`%d %5d|%-5d|%05d %x %o %c %s %%',1,2,3,4,255,8,65,str) format(`%s') format(`%5.2f',3.14159) format(`%.2s',abc)
---
1     2|3    |00004 ff 10 A str %   3.14 ab
=== changequote
changequote([,])[a `b'] define([f],[<$1>])f([x])changequote`c'
---
a `b' <x>c
=== build_option
define(`bo',`dnl
changequote([,])dnl
[ifdef(`$1',`]
changequote(`,')dnl
$2
changequote([,])dnl
[',`]
changequote(`,')dnl
$3
changequote([,])dnl
[')]
changequote(`,')dnl
')bo(`opt',`define(`z',`Z')z',`no')
---
ifdef(`opt',`
Z
',`
no
')

=== long quotes
changequote(<<,>>)<<a<<b>>>> define(<<f>>,<<$1!>>)f(<<x,y>>)
---
a<<b>> x,y!
=== changecom
changecom(`/*',`*/')# not /* is one
 */ a
changecom# gone
---
# not /* is one
 */ a
# gone
=== divert
divert(1)one
divert(2)two
divert(0)zero
divert(-1)never
divert`'end undivert(2)
---
zero
end two

one
=== divert in arguments
define(`f',`[$1]')f(divert(1)x divert)y
---
[x ]y
=== divnum
divnum divert(3)divnum divert divnum
---
0  0
3 \
=== undivert all
divert(2)b
divert(1)a
divert`'undivert`'c
---
a
b
c
=== interface declares
define(`interface',` dnl
	ifdef(`$1',`dup',`define(`$1',__line__)') dnl
	`define(`$1',` dnl
	$2 dnl
	'')
')interface(`x_read',`
	allow dollarsone x_t:file read;
')
---
 	 	define(`x_read',` dnl
	
	allow dollarsone x_t:file read;
 dnl
	')

=== optional_policy
define(`ifndef',`ifdef(`$1',`$3',`$2')')define(`optional_policy',`
	optional {`'pushdef(`__in')
		$1
	ifelse(`$2',`',`',`} else {
		$2
	')}`'popdef(`__in')`'ifndef(`__in',` # end optional')
')optional_policy(`
	optional_policy(`a_b(c)',`d')
')
---

	optional {
		
	
	optional {
		a_b(c)
	} else {
		d
	}


	} # end optional

=== gen_context
define(`enable_mcs')define(`gen_context',`$1`'ifdef(`enable_mls',`:$2')`'ifdef(`enable_mcs',`:s0`'ifelse(`$3',,,`:$3')')')dnl
gen_context(system_u:object_r:a_t,s0) gen_context(u:r:t, s0, c0.c1023)
---
system_u:object_r:a_t:s0 u:r:t:s0:c0.c1023
=== line
__line__
__line__ define(`l',`__line__
__line__')l
---
1
2 3
3
=== line in arguments
define(`f',`$1 __line__')f(
__line__
)__line__
---
2
 __line____line__
=== builtin and indir
define(`f',`<$1>')indir(`f',x) builtin(`incr',4) define(`len',`mine')len(a) builtin(`len',abc) indir(`f',indir(`f',y))
---
<x> 5 mine 3 <<y>>
=== defn
define(`f',`a $1')define(`g',defn(`f'))g(x) defn(`f') defn(`none')
---
a x a $1 
=== blind names are words
index len substr define shift eval ifdef format regexp incr include
---
index len substr define shift eval ifdef format regexp incr include
=== digits start no word
define(`x',`X')1x 12x x1 _x 1.x
---
1X 12X x1 _x 1.X
=== bytes beyond ASCII
define(`x',`X')äx xä `ü'
---
äX Xä ü
=== unbalanced closing quote
a ' b define(`f',`[$1]')f(it's) f('x')
---
a ' b [it's] ['x']
=== odd argument in quotes
changequote([,])define([f],[`a $1 b'])changequote`'f(x) define(`q',`changequote(<,>)')q()<`>
---
a x b `
=== empty arguments
define(`f',`$#[$1][$2]')f() f(,) f(`') f(`',`')
---
1[][] 2[][] 1[][] 2[][]
=== parentheses in arguments
define(`f',`[$1]')f((a,b),c) f(a(b)c) f(()())
---
[(a,b)] [a(b)c] [()()]
=== star and at
define(`f',`g($*) g($@)')define(`g',`$#:$1;')define(`c',`x,y')f(`c',d)
---
3:x; 2:x,y;
=== define without a value
define(`f')f|define(`f',)f|
---
||
=== argument scanned once
define(`a',`b')define(`b',`c')define(`f',``$1'')f(a) f(`a') f(``a'')
---
c a `a'
=== macro in macro name
define(`n_'translit(ABC,A-Z,a-z),`made')n_abc
---
made
=== nested define
define(`mk',`define(`$1',`<:$'`1>')')mk(`w')w(z)
---
<:z>
=== define with at sign of its own
define(`mk',`define(`$1',`[$'`@]')')mk(`w')w(y,z)
---
[y,z]
=== text that ends in a macro name
define(`f',`[$1]')f(a)f\
---
[a][]\
=== sinclude of nothing
a sinclude(`/nonexistent/file')b
---
a b
===
