/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shapes of CIL's statements, one row a statement, and the one function that holds a statement against its row. This
 * is asked of every statement that is written, once, also of those in macros that nobody calls; what comes later takes
 * for granted that the parts are there.
 */
#include "unit/cil-lower.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

/*
 * Parts, one letter each; '?' behind one that may be missing.
 *   s word   d name that is declared   L list of words   E the same or an empty list   S word or list of words
 *   P class permissions   p permissions, in a list
 *   T R U types, roles, users: name or expression   K categories: likewise   k in a list
 *   B condition over booleans   t over tunables   C constraint
 *   X extended permissions, named or in a list   x in a list
 *   v level, named or in a list   V in a list   g G ranges, o O contexts: likewise   Q context or ()
 *   n number   h number, also octal or hexadecimal   N number or (low high)   H W likewise, octal too; W of 64 bits
 *   a address, named or not   A address
 *   D true or false   F kind of file   e source or target
 *   M statements: any number of lists   m parameters of a macro   c arguments of a call   i before or after
 */
static const char *const sk_cil_shapes[SK_CIL_N_STATEMENTS] = {
#define SHAPE(id, parts) [SK_CIL_##id] = parts
	SHAPE(ALLOW, "ssP"), SHAPE(ALLOWX, "ssX"), SHAPE(AUDITALLOW, "ssP"), SHAPE(AUDITALLOWX, "ssX"),
	SHAPE(BLOCK, "dM?"), SHAPE(BLOCKABSTRACT, "s"), SHAPE(BLOCKINHERIT, "s"), SHAPE(BOOLEAN, "dD"),
	SHAPE(BOOLEANIF, "BMM?"), SHAPE(CALL, "sc?"), SHAPE(CATEGORY, "d"), SHAPE(CATEGORYALIAS, "d"),
	SHAPE(CATEGORYALIASACTUAL, "ss"), SHAPE(CATEGORYORDER, "L"), SHAPE(CATEGORYSET, "dk"), SHAPE(CLASS, "dE"),
	SHAPE(CLASSCOMMON, "ss"), SHAPE(CLASSMAP, "dL"), SHAPE(CLASSMAPPING, "ssP"), SHAPE(CLASSORDER, "L"),
	SHAPE(CLASSPERMISSION, "d"), SHAPE(CLASSPERMISSIONSET, "sP"), SHAPE(COMMON, "dL"), SHAPE(CONSTRAIN, "PC"),
	SHAPE(CONTEXT, "dO"), SHAPE(DEFAULTRANGE, "Sss?"), SHAPE(DEFAULTROLE, "Se"), SHAPE(DEFAULTTYPE, "Se"),
	SHAPE(DEFAULTUSER, "Se"), SHAPE(DENY, "ssP"), SHAPE(DEVICETREECON, "so"), SHAPE(DONTAUDIT, "ssP"),
	SHAPE(DONTAUDITX, "ssX"), SHAPE(EXPANDTYPEATTRIBUTE, "SD"), SHAPE(FALSE, "M"), SHAPE(FILECON, "sFQ"),
	SHAPE(FSUSE, "sso"), SHAPE(GENFSCON, "ssoo?"), SHAPE(HANDLEUNKNOWN, "s"), SHAPE(IBENDPORTCON, "sno"),
	SHAPE(IBPKEYCON, "sHo"), SHAPE(IN, "iM?"), SHAPE(IOMEMCON, "Wo"), SHAPE(IOPORTCON, "Ho"), SHAPE(IPADDR, "dA"),
	SHAPE(LEVEL, "dV"), SHAPE(LEVELRANGE, "dG"), SHAPE(MACRO, "dmM?"), SHAPE(MLS, "D"), SHAPE(MLSCONSTRAIN, "PC"),
	SHAPE(MLSVALIDATETRANS, "sC"), SHAPE(NETIFCON, "soo"), SHAPE(NEVERALLOW, "ssP"), SHAPE(NEVERALLOWX, "ssX"),
	SHAPE(NODECON, "aao"), SHAPE(OPTIONAL, "dM?"), SHAPE(PCIDEVICECON, "ho"), SHAPE(PERMISSIONX, "dx"),
	SHAPE(PIRQCON, "no"), SHAPE(POLICYCAP, "d"), SHAPE(PORTCON, "sNo"), SHAPE(RANGETRANSITION, "sssg"),
	SHAPE(ROLE, "d"), SHAPE(ROLEALLOW, "ss"), SHAPE(ROLEATTRIBUTE, "d"), SHAPE(ROLEATTRIBUTESET, "sR"),
	SHAPE(ROLEBOUNDS, "ss"), SHAPE(ROLETRANSITION, "ssss"), SHAPE(ROLETYPE, "ss"), SHAPE(SELINUXUSER, "ssg"),
	SHAPE(SELINUXUSERDEFAULT, "sg"), SHAPE(SENSITIVITY, "d"), SHAPE(SENSITIVITYALIAS, "d"),
	SHAPE(SENSITIVITYALIASACTUAL, "ss"), SHAPE(SENSITIVITYCATEGORY, "sK"), SHAPE(SENSITIVITYORDER, "L"),
	SHAPE(SID, "d"), SHAPE(SIDCONTEXT, "so"), SHAPE(SIDORDER, "L"), SHAPE(TRUE, "M"), SHAPE(TUNABLE, "dD"),
	SHAPE(TUNABLEIF, "tMM?"), SHAPE(TYPE, "d"), SHAPE(TYPEALIAS, "d"), SHAPE(TYPEALIASACTUAL, "ss"),
	SHAPE(TYPEATTRIBUTE, "d"), SHAPE(TYPEATTRIBUTESET, "sT"), SHAPE(TYPEBOUNDS, "ss"), SHAPE(TYPECHANGE, "ssss"),
	SHAPE(TYPEMEMBER, "ssss"), SHAPE(TYPENEVERAUDIT, "s"), SHAPE(TYPEPERMISSIVE, "s"), SHAPE(TYPETRANSITION, "sssss?"),
	SHAPE(USER, "d"), SHAPE(USERATTRIBUTE, "d"), SHAPE(USERATTRIBUTESET, "sU"), SHAPE(USERBOUNDS, "ss"),
	SHAPE(USERLEVEL, "sv"), SHAPE(USERPREFIX, "ss"), SHAPE(USERRANGE, "sg"), SHAPE(USERROLE, "ss"),
	SHAPE(VALIDATETRANS, "sC"), SHAPE(SRC_INFO, "sssM?"),
#undef SHAPE
};

/* A statement while it is held against its shape. */
struct sk_cil_shape {
	struct sk_cil_lower *l;
	const struct sk_cil_tree *t;
	uint32_t body, tree, list;
	enum sk_cil_word word;
};

static bool sk_shape_wrong(const struct sk_cil_shape *s, uint32_t node, const char *want)
{
	sk_cil_error(s->l, "E0211", s->body, s->tree, node, "%s: expected %s, found '%s'", sk_cil_word_names[s->word], want,
		     sk_cil_text(s->l, s->tree, node));
	return false;
}

static enum sk_cil_word sk_shape_word(const struct sk_cil_shape *s, uint32_t node)
{
	return sk_cil_node_word(s->t, s->l->words, node);
}

static bool sk_shape_is_list(const struct sk_cil_shape *s, uint32_t node)
{
	return sk_cil_is_list(s->t, node) && sk_cil_end(s->t, node) > node + 1;
}

static bool sk_shape_one_of(const struct sk_cil_shape *s, uint32_t node, const enum sk_cil_word *words, size_t n,
			    const char *want)
{
	for (size_t i = 0; i < n; i++)
		if (sk_shape_word(s, node) == words[i])
			return true;
	return sk_shape_wrong(s, node, want);
}

#define SK_ONE_OF(s, node, want, ...) \
	sk_shape_one_of((s), (node), (const enum sk_cil_word[]){ __VA_ARGS__ }, \
			SK_ARRAY_LEN(((const enum sk_cil_word[]){ __VA_ARGS__ })), (want))

/* How many children follow `first`, and whether all are of the sort: 's' words, 'l' lists that are not empty, 'b' both. */
static bool sk_shape_all(const struct sk_cil_shape *s, uint32_t first, uint32_t end, char sort, size_t *ret_n)
{
	*ret_n = 0;
	for (uint32_t c = first; c < end; c = sk_cil_next(s->t, c), ++*ret_n) {
		bool list = sk_cil_is_list(s->t, c);

		if (list && sk_cil_end(s->t, c) == c + 1)
			return sk_shape_wrong(s, c, "something in this list");
		if (list ? sort == 's' : sort == 'l')
			return sk_shape_wrong(s, c, list ? "a name" : "a list");
	}
	return true;
}

/* Expressions */

static bool sk_shape_expr(const struct sk_cil_shape *s, uint32_t list, char kind);

static bool sk_shape_operand(const struct sk_cil_shape *s, uint32_t node, char kind)
{
	if (sk_shape_is_list(s, node))
		return sk_shape_expr(s, node, kind);
	if (sk_cil_is_list(s->t, node))
		return sk_shape_wrong(s, node, "something in this list");
	switch (sk_shape_word(s, node)) {
	case SK_CIL_AND:
	case SK_CIL_OR:
	case SK_CIL_NOT:
	case SK_CIL_EQ:
	case SK_CIL_NEQ:
	case SK_CIL_XOR:
	case SK_CIL_ALL:
	case SK_CIL_RANGE:
		return sk_shape_wrong(s, node, "an operand (an operator stands first in a list of its own)");
	default:
		return true;
	}
}

/* How many operands an operator takes; -1: it is none; -2: not in this kind of expression. */
static int sk_shape_operands(const struct sk_cil_shape *s, uint32_t node, char kind)
{
	bool condition = kind == 'B' || kind == 't';

	switch (sk_shape_word(s, node)) {
	case SK_CIL_NOT:
		return 1;
	case SK_CIL_AND:
	case SK_CIL_OR:
	case SK_CIL_XOR:
		return 2;
	case SK_CIL_EQ:
	case SK_CIL_NEQ:
		return condition ? 2 : -2;
	case SK_CIL_ALL:
		return condition ? -2 : 0;
	case SK_CIL_RANGE:
		return kind == 'K' || kind == 'x' ? 2 : -2;
	default:
		return -1;
	}
}

static bool sk_shape_expr(const struct sk_cil_shape *s, uint32_t list, char kind)
{
	uint32_t end = sk_cil_end(s->t, list), first = list + 1;
	int operands = sk_shape_operands(s, first, kind);
	size_t n;

	if (operands == -2)
		return sk_shape_wrong(s, first, "another operator in such an expression");
	if (operands >= 0)
		first++;
	if (!sk_shape_all(s, first, end, operands >= 0 && sk_shape_word(s, list + 1) == SK_CIL_RANGE ? 's' : 'b', &n))
		return false;
	if (operands >= 0 && n != (size_t)operands) {
		sk_cil_error(s->l, "E0211", s->body, s->tree, list + 1, "'%s' takes %d operand%s, not %zu",
			     sk_cil_text(s->l, s->tree, list + 1), operands, operands == 1 ? "" : "s", n);
		return false;
	}
	for (uint32_t c = first; c < end; c = sk_cil_next(s->t, c))
		if (!sk_shape_operand(s, c, kind))
			return false;
	return true;
}

/* Names or expressions, in a list or a word alone. */
static bool sk_shape_names(const struct sk_cil_shape *s, uint32_t node, char kind)
{
	return sk_shape_operand(s, node, kind);
}

/* Constraints */

static bool sk_is_level(enum sk_cil_word word)
{
	return word == SK_CIL_L1 || word == SK_CIL_L2 || word == SK_CIL_H1 || word == SK_CIL_H2;
}

/* What comparisons are made of, as opposed to names. */
static bool sk_is_operand(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_U1:
	case SK_CIL_U2:
	case SK_CIL_U3:
	case SK_CIL_R1:
	case SK_CIL_R2:
	case SK_CIL_R3:
	case SK_CIL_T1:
	case SK_CIL_T2:
	case SK_CIL_T3:
		return true;
	default:
		return sk_is_level(word);
	}
}

static bool sk_shape_right_side(const struct sk_cil_shape *s, enum sk_cil_word op, enum sk_cil_word left, uint32_t node)
{
	enum sk_cil_word right = sk_shape_word(s, node);
	bool equal = op == SK_CIL_EQ || op == SK_CIL_NEQ, ok;

	switch (right) {
	case SK_CIL_U1:
	case SK_CIL_R1:
	case SK_CIL_T1:
	case SK_CIL_U3:
	case SK_CIL_R3:
	case SK_CIL_T3:
		ok = false;
		break;
	case SK_CIL_U2:
		ok = equal && left == SK_CIL_U1;
		break;
	case SK_CIL_T2:
		ok = equal && left == SK_CIL_T1;
		break;
	case SK_CIL_R2:
		ok = left == SK_CIL_R1;
		break;
	case SK_CIL_L2:
		ok = left == SK_CIL_L1 || left == SK_CIL_H1;
		break;
	case SK_CIL_H2:
		ok = left == SK_CIL_L1 || left == SK_CIL_L2 || left == SK_CIL_H1;
		break;
	case SK_CIL_H1:
		ok = left == SK_CIL_L1;
		break;
	case SK_CIL_L1:
		ok = true;
		break;
	default:
		ok = !sk_is_level(left);
	}
	return ok || sk_shape_wrong(s, node, "something else to compare with");
}

static bool sk_shape_comparison(const struct sk_cil_shape *s, uint32_t list, enum sk_cil_word op)
{
	bool transition = s->word == SK_CIL_VALIDATETRANS || s->word == SK_CIL_MLSVALIDATETRANS;
	enum sk_cil_word left;
	uint32_t right;
	size_t n;

	if (!sk_shape_all(s, list + 2, sk_cil_end(s->t, list), 'b', &n))
		return false;
	if (n != 2 || sk_cil_is_list(s->t, list + 2))
		return sk_shape_wrong(s, list, "two operands to compare, the first of them like u1");
	right = list + 3;
	left = sk_shape_word(s, list + 2);
	if (!sk_is_operand(left))
		return sk_shape_wrong(s, list + 2, "one of u1 u2 r1 r2 t1 t2 l1 l2 h1 h2");
	if ((left == SK_CIL_U3 || left == SK_CIL_R3 || left == SK_CIL_T3) && !transition &&
	    (sk_cil_is_list(s->t, right) || !sk_is_operand(sk_shape_word(s, right))))
		return sk_shape_wrong(s, list + 2, "what a constraint knows: u3, r3 and t3 are of validatetrans");
	if (!sk_cil_is_list(s->t, right))
		return sk_shape_right_side(s, op, left, right);
	if ((op != SK_CIL_EQ && op != SK_CIL_NEQ) || sk_is_level(left))
		return sk_shape_wrong(s, right, "something else to compare with");
	return sk_shape_all(s, right + 1, sk_cil_end(s->t, right), 's', &n);
}

static bool sk_shape_constraint(const struct sk_cil_shape *s, uint32_t list)
{
	uint32_t end = sk_cil_end(s->t, list);
	enum sk_cil_word op = sk_shape_word(s, list + 1);
	size_t n, want = op == SK_CIL_NOT ? 1 : 2;

	switch (op) {
	case SK_CIL_EQ:
	case SK_CIL_NEQ:
	case SK_CIL_DOM:
	case SK_CIL_DOMBY:
	case SK_CIL_INCOMP:
		return sk_shape_comparison(s, list, op);
	case SK_CIL_AND:
	case SK_CIL_OR:
	case SK_CIL_NOT:
		if (!sk_shape_all(s, list + 2, end, 'l', &n))
			return false;
		if (n != want) {
			sk_cil_error(s->l, "E0211", s->body, s->tree, list + 1, "'%s' takes %zu operand%s, not %zu",
				     sk_cil_text(s->l, s->tree, list + 1), want, want == 1 ? "" : "s", n);
			return false;
		}
		for (uint32_t c = list + 2; c < end; c = sk_cil_next(s->t, c))
			if (!sk_shape_constraint(s, c))
				return false;
		return true;
	default:
		return sk_shape_wrong(s, list + 1, "one of and or not eq neq dom domby incomp");
	}
}

/* Levels and what is made of them */

static bool sk_shape_level(const struct sk_cil_shape *s, uint32_t list)
{
	uint32_t end = sk_cil_end(s->t, list);
	size_t n;

	if (!sk_shape_all(s, list + 1, end, 'b', &n))
		return false;
	if (n > 2 || sk_cil_is_list(s->t, list + 1))
		return sk_shape_wrong(s, list, "a sensitivity, and categories or none");
	return n < 2 || sk_shape_names(s, list + 2, 'K');
}

static bool sk_shape_range(const struct sk_cil_shape *s, uint32_t list)
{
	uint32_t end = sk_cil_end(s->t, list);
	size_t n;

	if (!sk_shape_all(s, list + 1, end, 'b', &n))
		return false;
	if (n != 2)
		return sk_shape_wrong(s, list, "two levels");
	for (uint32_t c = list + 1; c < end; c = sk_cil_next(s->t, c))
		if (sk_cil_is_list(s->t, c) && !sk_shape_level(s, c))
			return false;
	return true;
}

static bool sk_shape_context(const struct sk_cil_shape *s, uint32_t list)
{
	uint32_t end = sk_cil_end(s->t, list), c = list + 1;
	size_t n;

	if (!sk_shape_all(s, c, end, 'b', &n))
		return false;
	if (n != 4)
		return sk_shape_wrong(s, list, "a user, a role, a type and a range");
	for (unsigned int i = 0; i < 3; i++, c++)
		if (sk_cil_is_list(s->t, c))
			return sk_shape_wrong(s, c, "a name");
	return !sk_cil_is_list(s->t, c) || sk_shape_range(s, c);
}

/* Permissions */

static bool sk_shape_class_perms(const struct sk_cil_shape *s, uint32_t list)
{
	size_t n;

	if (!sk_shape_all(s, list + 1, sk_cil_end(s->t, list), 'b', &n))
		return false;
	if (n != 2 || sk_cil_is_list(s->t, list + 1) || !sk_cil_is_list(s->t, list + 2))
		return sk_shape_wrong(s, list, "(CLASS (PERMISSION...))");
	return sk_shape_expr(s, list + 2, 'p');
}

static bool sk_shape_permissionx(const struct sk_cil_shape *s, uint32_t list)
{
	size_t n;

	if (!sk_shape_all(s, list + 1, sk_cil_end(s->t, list), 'b', &n))
		return false;
	if (n != 3 || sk_cil_is_list(s->t, list + 1) || sk_cil_is_list(s->t, list + 2) || !sk_cil_is_list(s->t, list + 3))
		return sk_shape_wrong(s, list, "(KIND CLASS (NUMBER...))");
	return SK_ONE_OF(s, list + 1, "ioctl or nlmsg", SK_CIL_IOCTL, SK_CIL_NLMSG) && sk_shape_expr(s, list + 3, 'x');
}

/* Numbers and addresses */

bool sk_cil_number(const char *s, int base, uint64_t most, uint64_t *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(s, &end, base);
	return !errno && end != s && !*end && *ret_number <= most;
}

static bool sk_shape_number(const struct sk_cil_shape *s, uint32_t node, int base, uint64_t most)
{
	uint64_t value;

	if (sk_cil_is_list(s->t, node) || !sk_cil_number(sk_cil_text(s->l, s->tree, node), base, most, &value))
		return sk_shape_wrong(s, node, "a number");
	return true;
}

static bool sk_shape_numbers(const struct sk_cil_shape *s, uint32_t node, int base, uint64_t most)
{
	size_t n;

	if (!sk_cil_is_list(s->t, node))
		return sk_shape_number(s, node, base, most);
	if (!sk_shape_all(s, node + 1, sk_cil_end(s->t, node), 's', &n))
		return false;
	if (n != 2)
		return sk_shape_wrong(s, node, "two numbers");
	return sk_shape_number(s, node + 1, base, most) && sk_shape_number(s, node + 2, base, most);
}

bool sk_cil_is_address(const char *s)
{
	return strchr(s, ':') || (strchr(s, '.') && isdigit((unsigned char)*s));
}

static bool sk_shape_address(const struct sk_cil_shape *s, uint32_t node, bool named)
{
	unsigned char bytes[16];
	const char *text;

	if (sk_cil_is_list(s->t, node)) {
		if (!named || sk_cil_end(s->t, node) == node + 1 || sk_cil_is_list(s->t, node + 1))
			return sk_shape_wrong(s, node, "an address");
		return sk_shape_address(s, node + 1, false);
	}
	text = sk_cil_text(s->l, s->tree, node);
	if (named && !sk_cil_is_address(text))
		return true;
	if (!sk_cil_is_address(text) || inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes) != 1)
		return sk_shape_wrong(s, node, "an address");
	return true;
}

/* Names */

static bool sk_is_reserved(enum sk_cil_word word, enum sk_cil_word of)
{
	bool logic = word == SK_CIL_AND || word == SK_CIL_OR || word == SK_CIL_NOT || word == SK_CIL_XOR;

	switch (of) {
	case SK_CIL_BOOLEAN:
	case SK_CIL_TUNABLE:
		return logic || word == SK_CIL_EQ || word == SK_CIL_NEQ;
	case SK_CIL_CLASS:	/* of its permissions */
	case SK_CIL_USER:
	case SK_CIL_USERATTRIBUTE:
	case SK_CIL_ROLE:
	case SK_CIL_ROLEATTRIBUTE:
		return logic || word == SK_CIL_ALL;
	case SK_CIL_TYPE:
	case SK_CIL_TYPEATTRIBUTE:
	case SK_CIL_TYPEALIAS:
		return logic || word == SK_CIL_ALL || word == SK_CIL_SELF || word == SK_CIL_NOTSELF || word == SK_CIL_OTHER;
	case SK_CIL_CATEGORY:
	case SK_CIL_CATEGORYSET:
	case SK_CIL_CATEGORYALIAS:
	case SK_CIL_PERMISSIONX:
		return logic || word == SK_CIL_ALL || word == SK_CIL_RANGE;
	default:
		return false;
	}
}

bool sk_cil_name_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, enum sk_cil_word word)
{
	const char *name = sk_cil_text(l, tree, node), *p = name;
	size_t n;

	if (!isalpha((unsigned char)*p)) {
		sk_cil_error(l, "E0213", body, tree, node, "'%s' is no name: names begin with a letter", name);
		return false;
	}
	while (isalnum((unsigned char)*p) || *p == '_' || *p == '-' || (*p == '.' && l->options->qualified_names))
		p++;
	n = (size_t)(p - name) + strlen(p);
	if (*p || n >= 2048) {
		sk_cil_error(l, "E0213", body, tree, node,
			     *p ? "'%.200s' is no name: names have letters, digits, - and _" : "a name of more than 2,047 bytes",
			     name);
		return false;
	}
	if (sk_is_reserved(sk_cil_node_word(sk_cil_tree_of(l, tree), l->words, node), word)) {
		sk_cil_error(l, "E0213", body, tree, node, "'%s' is a word of the language and cannot be declared here", name);
		return false;
	}
	return true;
}

static bool sk_shape_list(const struct sk_cil_shape *s, uint32_t node)
{
	size_t n;

	if (!sk_shape_all(s, node + 1, sk_cil_end(s->t, node), 's', &n))
		return false;
	if (s->word != SK_CIL_CLASS && s->word != SK_CIL_COMMON && s->word != SK_CIL_CLASSMAP)
		return true;
	for (uint32_t c = node + 1; c < sk_cil_end(s->t, node); c++) {
		if (!sk_cil_name_ok(s->l, s->body, s->tree, c, SK_CIL_CLASS))
			return false;
		for (uint32_t b = node + 1; b < c; b++)
			if (s->t->nodes[b].value == s->t->nodes[c].value) {
				sk_cil_error(s->l, "E0215", s->body, s->tree, c, "permission '%s' stands here twice",
					     sk_cil_text(s->l, s->tree, c));
				return false;
			}
		/* Nobody has more, and to compare each with each must stay cheap. */
		if (c - node > 4096) {
			sk_cil_error(s->l, "E0211", s->body, s->tree, node, "these are too many permissions");
			return false;
		}
	}
	if (s->word != SK_CIL_CLASSMAP && n > 32) {
		sk_cil_error(s->l, "E0211", s->body, s->tree, node, "%zu permissions: there cannot be more than 32", n);
		return false;
	}
	return true;
}

static bool sk_shape_parameters(const struct sk_cil_shape *s, uint32_t list)
{
	size_t n;

	if (!sk_shape_all(s, list + 1, sk_cil_end(s->t, list), 'l', &n))
		return false;
	for (uint32_t c = list + 1; c < sk_cil_end(s->t, list); c = sk_cil_next(s->t, c)) {
		if (!sk_shape_all(s, c + 1, sk_cil_end(s->t, c), 's', &n))
			return false;
		if (n != 2)
			return sk_shape_wrong(s, c, "(KIND NAME)");
		if (!SK_ONE_OF(s, c + 1, "a kind that parameters may have", SK_CIL_TYPE, SK_CIL_ROLE, SK_CIL_USER,
			       SK_CIL_SENSITIVITY, SK_CIL_CATEGORY, SK_CIL_CATEGORYSET, SK_CIL_LEVEL, SK_CIL_LEVELRANGE,
			       SK_CIL_CLASS, SK_CIL_IPADDR, SK_CIL_CLASSMAP, SK_CIL_CLASSPERMISSION, SK_CIL_BOOLEAN,
			       SK_CIL_STRING, SK_CIL_NAME) ||
		    !sk_cil_name_ok(s->l, s->body, s->tree, c + 2,
				    sk_shape_word(s, c + 1) == SK_CIL_CLASS ? SK_CIL_NAME : sk_shape_word(s, c + 1)))
			return false;
		for (uint32_t b = list + 1; b < c; b = sk_cil_next(s->t, b))
			if (s->t->nodes[b + 2].value == s->t->nodes[c + 2].value) {
				sk_cil_error(s->l, "E0215", s->body, s->tree, c + 2, "two parameters are called '%s'",
					     sk_cil_text(s->l, s->tree, c + 2));
				return false;
			}
	}
	return true;
}

/* (true ...) or (false ...), of which there may be two, not twice the same. */
static bool sk_shape_branches(const struct sk_cil_shape *s, uint32_t node)
{
	enum sk_cil_word seen = SK_CIL_N_WORDS;

	for (uint32_t c = node; c < sk_cil_end(s->t, s->list); c = sk_cil_next(s->t, c)) {
		if (!sk_shape_is_list(s, c))
			return sk_shape_wrong(s, c, "(true ...) or (false ...)");
		if (!SK_ONE_OF(s, c + 1, "true or false", SK_CIL_TRUE, SK_CIL_FALSE))
			return false;
		if (sk_shape_word(s, c + 1) == seen)
			return sk_shape_wrong(s, c + 1, "the other branch");
		seen = sk_shape_word(s, c + 1);
	}
	return true;
}

bool sk_cil_argument_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, enum sk_cil_word kind)
{
	const struct sk_cil_shape s = {
		.l = l, .t = sk_cil_tree_of(l, tree), .body = body, .tree = tree, .list = node, .word = SK_CIL_CALL };

	if (!sk_cil_is_list(s.t, node)) {
		const char *text = sk_cil_text(l, tree, node);

		if (kind == SK_CIL_IPADDR && (strchr(text, '.') || strchr(text, ':')))
			return sk_shape_address(&s, node, false);
		return true;
	}
	if (!sk_shape_is_list(&s, node))
		return sk_shape_wrong(&s, node, "an argument");
	switch (kind) {
	case SK_CIL_CATEGORYSET:
		return sk_shape_names(&s, node, 'K');
	case SK_CIL_LEVEL:
		return sk_shape_level(&s, node);
	case SK_CIL_LEVELRANGE:
		return sk_shape_range(&s, node);
	case SK_CIL_CLASSPERMISSION:
		return sk_shape_class_perms(&s, node);
	default:
		return sk_shape_wrong(&s, node, "a name as this argument");
	}
}

/* Words that may be lists where the letter is small, and must be where it is a capital. */
static bool sk_shape_is_listable(char letter)
{
	return strchr("SPTRUKkBtCXxvVgGoOQNHWaLEpMmc", letter) != NULL;
}

static bool sk_shape_is_wordable(char letter)
{
	return !strchr("kCxVGOQLEpMmc", letter) || letter == 'Q';
}

static const char *sk_shape_noun(char letter)
{
	switch (letter) {
	case 's':
	case 'd':
		return "a name";
	case 'n':
	case 'h':
		return "a number";
	case 'P':
		return "class permissions";
	case 'Q':
	case 'o':
	case 'O':
		return "a context";
	case 'v':
	case 'V':
		return "a level";
	case 'g':
	case 'G':
		return "a range";
	case 'D':
		return "true or false";
	case 'M':
		return "a statement";
	case 'C':
		return "a constraint";
	default:
		return sk_shape_is_wordable(letter) ? "a name" : "a list";
	}
}

static bool sk_shape_part(const struct sk_cil_shape *s, char letter, uint32_t node)
{
	bool list = sk_cil_is_list(s->t, node), empty = list && sk_cil_end(s->t, node) == node + 1;

	if ((list && !sk_shape_is_listable(letter)) || (!list && !sk_shape_is_wordable(letter)) ||
	    (empty && !strchr("EQmc", letter)))
		return sk_shape_wrong(s, node, sk_shape_noun(letter));
	switch (letter) {
	case 'd':
		return sk_cil_name_ok(s->l, s->body, s->tree, node, s->word == SK_CIL_CLASS ? SK_CIL_NAME : s->word);
	case 'L':
	case 'E':
		return sk_shape_list(s, node);
	case 'S':
		return !list || sk_shape_list(s, node);
	case 'P':
		return !list || sk_shape_class_perms(s, node);
	case 'T':
	case 'R':
	case 'U':
	case 'B':
	case 't':
		return sk_shape_names(s, node, letter);
	case 'K':
	case 'k':
		return sk_shape_names(s, node, 'K');
	case 'X':
	case 'x':
		return !list || sk_shape_permissionx(s, node);
	case 'C':
		return sk_shape_constraint(s, node);
	case 'v':
	case 'V':
		return !list || sk_shape_level(s, node);
	case 'g':
	case 'G':
		return !list || sk_shape_range(s, node);
	case 'Q':
		return !list || empty || sk_cil_end(s->t, node) == sk_cil_next(s->t, node + 1) || sk_shape_context(s, node);
	case 'o':
	case 'O':
		return !list || sk_shape_context(s, node);
	case 'n':
		return sk_shape_number(s, node, 10, UINT32_MAX);
	case 'h':
		return sk_shape_number(s, node, 0, UINT32_MAX);
	case 'N':
		return sk_shape_numbers(s, node, 10, UINT32_MAX);
	case 'H':
		return sk_shape_numbers(s, node, 0, UINT32_MAX);
	case 'W':
		return sk_shape_numbers(s, node, 0, UINT64_MAX);
	case 'a':
		return sk_shape_address(s, node, true);
	case 'A':
		return sk_shape_address(s, node, false);
	case 'D':
		return SK_ONE_OF(s, node, "true or false", SK_CIL_TRUE, SK_CIL_FALSE);
	case 'F':
		return SK_ONE_OF(s, node, "a kind of file", SK_CIL_ANY, SK_CIL_FILE, SK_CIL_DIR, SK_CIL_CHAR, SK_CIL_BLOCK,
				 SK_CIL_SOCKET, SK_CIL_PIPE, SK_CIL_SYMLINK);
	case 'e':
		return SK_ONE_OF(s, node, "source or target", SK_CIL_SOURCE, SK_CIL_TARGET);
	case 'm':
		return sk_shape_parameters(s, node);
	default:
		return true;
	}
}

/* What a letter cannot say. */
static bool sk_shape_particular(const struct sk_cil_shape *s)
{
	uint32_t first = s->list + 2, end = sk_cil_end(s->t, s->list);
	uint64_t number;

	switch (s->word) {
	case SK_CIL_CLASS:
		if (sk_shape_word(s, first) == SK_CIL_UNORDERED)
			return sk_shape_wrong(s, first, "another name of a class");
		return true;
	case SK_CIL_CLASSORDER:
	case SK_CIL_SIDORDER:
	case SK_CIL_CATEGORYORDER:
	case SK_CIL_SENSITIVITYORDER:
		for (uint32_t c = first + 1; c < end; c++)
			if (sk_shape_word(s, c) == SK_CIL_UNORDERED &&
			    (s->word != SK_CIL_CLASSORDER || c != first + 1 || end == c + 1))
				return sk_shape_wrong(s, c, "a name ('unordered' stands first in a classorder, with classes behind it)");
		return true;
	case SK_CIL_DEFAULTRANGE: {
		uint32_t object = sk_cil_next(s->t, first);

		if (!SK_ONE_OF(s, object, "source, target or glblub", SK_CIL_SOURCE, SK_CIL_TARGET, SK_CIL_GLBLUB))
			return false;
		if (sk_shape_word(s, object) == SK_CIL_GLBLUB)
			return true;
		if (object + 1 == end)
			return sk_shape_wrong(s, s->list, "low, high or low-high");
		return SK_ONE_OF(s, object + 1, "low, high or low-high", SK_CIL_LOW, SK_CIL_HIGH, SK_CIL_LOW_HIGH);
	}
	case SK_CIL_FSUSE:
		return SK_ONE_OF(s, first, "xattr, task or trans", SK_CIL_XATTR, SK_CIL_TASK, SK_CIL_TRANS);
	case SK_CIL_PORTCON:
		return SK_ONE_OF(s, first, "a protocol", SK_CIL_TCP, SK_CIL_UDP, SK_CIL_DCCP, SK_CIL_SCTP);
	case SK_CIL_HANDLEUNKNOWN:
		return SK_ONE_OF(s, first, "allow, deny or reject", SK_CIL_ALLOW, SK_CIL_DENY, SK_CIL_REJECT);
	case SK_CIL_GENFSCON:
		if (sk_cil_is_list(s->t, first + 2) || first + 3 == end)
			return sk_cil_next(s->t, first + 2) == end || sk_shape_wrong(s, first + 2, "a kind of file");
		return sk_shape_part(s, 'F', first + 2);
	case SK_CIL_SRC_INFO:
		if (!SK_ONE_OF(s, first, "cil, lms or lmx", SK_CIL_CIL, SK_CIL_LMS, SK_CIL_LMX))
			return false;
		return sk_cil_number(sk_cil_text(s->l, s->tree, first + 1), 10, UINT32_MAX, &number) ||
		       sk_shape_wrong(s, first + 1, "a line number");
	case SK_CIL_BOOLEANIF:
	case SK_CIL_TUNABLEIF:
		return sk_shape_branches(s, sk_cil_next(s->t, first));
	default:
		return true;
	}
}

/* (in [before|after] NAME ...) */
static bool sk_shape_in(const struct sk_cil_shape *s)
{
	uint32_t c = s->list + 2, end = sk_cil_end(s->t, s->list);
	size_t n = 0;

	if (c < end && !sk_cil_is_list(s->t, c) && c + 1 < end && !sk_cil_is_list(s->t, c + 1)) {
		if (!SK_ONE_OF(s, c, "before or after", SK_CIL_BEFORE, SK_CIL_AFTER))
			return false;
		return sk_shape_all(s, c + 2, end, 'l', &n);
	}
	if (c >= end || sk_cil_is_list(s->t, c))
		return sk_shape_wrong(s, s->list, "the name of a block");
	if (!sk_shape_all(s, c + 1, end, 'l', &n))
		return false;
	return n || sk_shape_wrong(s, s->list, "statements");
}

bool sk_cil_shape_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t list, enum sk_cil_word word)
{
	const struct sk_cil_shape s = {
		.l = l, .t = sk_cil_tree_of(l, tree), .body = body, .tree = tree, .list = list, .word = word };
	uint32_t c = list + 2, end = sk_cil_end(s.t, list);
	const char *shape = sk_cil_shapes[word];

	if (word == SK_CIL_IN)
		return sk_shape_in(&s);
	for (; *shape; shape++) {
		bool may_miss = shape[1] == '?';

		if (*shape == 'M' && word != SK_CIL_BOOLEANIF && word != SK_CIL_TUNABLEIF && (may_miss || c < end)) {
			for (; c < end; c = sk_cil_next(s.t, c))
				if (!sk_shape_part(&s, 'M', c))
					return false;
		} else if (c < end) {
			if (!sk_shape_part(&s, *shape, c))
				return false;
			c = sk_cil_next(s.t, c);
		} else if (!may_miss) {
			sk_cil_error(l, "E0211", body, tree, list, "%s: %s is missing", sk_cil_word_names[word],
				     sk_shape_noun(*shape));
			return false;
		}
		shape += may_miss;
	}
	if (c < end) {
		sk_cil_error(l, "E0211", body, tree, c, "%s: '%s' is one part too many", sk_cil_word_names[word],
			     sk_cil_text(l, tree, c));
		return false;
	}
	return sk_shape_particular(&s);
}
