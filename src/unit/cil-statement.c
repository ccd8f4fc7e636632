/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bodies to statements of the unit. Most statements are a row of a table: what they are in the unit, and how each part
 * becomes an operand. Names that no one else can see (levels, contexts, class permissions, ...) make no statement; that
 * what they name exists is required where they stand.
 */
#include "unit/cil-lower.h"

#include <errno.h>
#include <string.h>

/*
 * Parts, one letter each:
 *   d what is declared   t r u c m b s k i a name of that table   n a word as it is
 *   T R U K a set, by name or expression   Q permissions   O an order, of the table of the statement
 *   S classes   C a class   A attributes
 *   @ target of a rule, which may be self, notself or other   & which may be self
 *   P class permissions   E constraint   l level   g range   x context   B true or false   e source or target
 */
struct sk_cil_row {
	const char *parts;	/* NULL: what needs a function of its own, or makes no statement */
	uint8_t kind;		/* enum sk_unit_kind */
};

static const struct sk_cil_row sk_cil_rows[SK_CIL_N_STATEMENTS] = {
#define ROW(id, unit, letters) [SK_CIL_##id] = { letters, SK_UNIT_##unit }
	ROW(ALLOW, ALLOW, "T@P"), ROW(AUDITALLOW, AUDITALLOW, "T@P"), ROW(BOOLEAN, BOOL, "dB"), ROW(CATEGORY, CATEGORY, "d"),
	ROW(CATEGORYORDER, CATEGORY_ORDER, "O"), ROW(CLASS, CLASS, "dQ"), ROW(CLASSCOMMON, CLASS_COMMON, "cm"),
	ROW(COMMON, COMMON, "dQ"), ROW(CONSTRAIN, CONSTRAIN, "PE"), ROW(DEFAULTROLE, DEFAULT_ROLE, "Se"),
	ROW(DEFAULTTYPE, DEFAULT_TYPE, "Se"), ROW(DEFAULTUSER, DEFAULT_USER, "Se"), ROW(DENY, DENY, "T@P"),
	ROW(DEVICETREECON, DEVICETREECON, "nx"), ROW(DONTAUDIT, DONTAUDIT, "T@P"),
	ROW(EXPANDTYPEATTRIBUTE, EXPAND_ATTRIBUTE, "AB"), ROW(HANDLEUNKNOWN, HANDLE_UNKNOWN, "n"), ROW(MLS, MLS, "B"),
	ROW(MLSCONSTRAIN, MLS_CONSTRAIN, "PE"), ROW(MLSVALIDATETRANS, MLS_VALIDATETRANS, "CE"),
	ROW(NETIFCON, NETIFCON, "nxx"), ROW(NEVERALLOW, NEVERALLOW, "T@P"), ROW(POLICYCAP, POLICY_CAPABILITY, "n"),
	ROW(RANGETRANSITION, RANGE_TRANSITION, "TTCg"), ROW(ROLE, ROLE, "d"), ROW(ROLEALLOW, ROLE_ALLOW, "RR"),
	ROW(ROLEATTRIBUTE, ROLE_ATTRIBUTE, "d"), ROW(ROLEATTRIBUTESET, ROLE_ATTRIBUTE_SET, "rR"),
	ROW(ROLEBOUNDS, ROLE_BOUNDS, "rr"), ROW(ROLETRANSITION, ROLE_TRANSITION, "RTCr"), ROW(ROLETYPE, ROLE_TYPES, "rT"),
	ROW(SELINUXUSER, SELINUX_USER, "nug"), ROW(SENSITIVITY, SENSITIVITY, "d"),
	ROW(SENSITIVITYCATEGORY, SENSITIVITY_CATS, "sK"), ROW(SENSITIVITYORDER, SENSITIVITY_ORDER, "O"), ROW(SID, SID, "d"),
	ROW(SIDCONTEXT, SID_CONTEXT, "ix"), ROW(SIDORDER, SID_ORDER, "O"), ROW(TYPE, TYPE, "d"),
	ROW(TYPEATTRIBUTE, ATTRIBUTE, "d"), ROW(TYPEATTRIBUTESET, TYPE_ATTRIBUTE_SET, "tT"),
	ROW(TYPEBOUNDS, TYPE_BOUNDS, "tt"), ROW(TYPECHANGE, TYPE_CHANGE, "T&Ct"), ROW(TYPEMEMBER, TYPE_MEMBER, "T&Ct"),
	ROW(TYPENEVERAUDIT, TYPE_NEVERAUDIT, "t"), ROW(TYPEPERMISSIVE, TYPE_PERMISSIVE, "t"), ROW(USER, USER, "d"),
	ROW(USERATTRIBUTE, USER_ATTRIBUTE, "d"), ROW(USERATTRIBUTESET, USER_ATTRIBUTE_SET, "uU"),
	ROW(USERBOUNDS, USER_BOUNDS, "uu"), ROW(USERLEVEL, USER_LEVEL, "ul"), ROW(USERPREFIX, USER_PREFIX, "un"),
	ROW(USERRANGE, USER_RANGE, "ug"), ROW(USERROLE, USER_ROLES, "uR"), ROW(VALIDATETRANS, VALIDATETRANS, "CE"),
#undef ROW
};

static enum sk_cil_sym sk_letter_sym(char letter)
{
	switch (letter) {
	case 't':
	case 'T':
	case 'A':
		return SK_SYM_TYPE;
	case 'r':
	case 'R':
		return SK_SYM_ROLE;
	case 'u':
	case 'U':
		return SK_SYM_USER;
	case 'c':
		return SK_SYM_CLASS;
	case 'm':
		return SK_SYM_COMMON;
	case 'b':
		return SK_SYM_BOOL;
	case 's':
		return SK_SYM_SENS;
	case 'k':
	case 'K':
		return SK_SYM_CAT;
	default:
		return SK_SYM_SID;
	}
}

static enum sk_cil_word sk_word_at(const struct sk_cil_lower *l, uint32_t node)
{
	return sk_cil_node_word(sk_cil_tree_of(l, l->tree), l->words, node);
}

static uint32_t sk_name_at(const struct sk_cil_lower *l, uint32_t node)
{
	return sk_cil_tree_of(l, l->tree)->nodes[node].value;
}

static void sk_emit(struct sk_cil_lower *l, enum sk_unit_kind kind, const uint32_t op[SK_UNIT_OPERANDS])
{
	struct sk_unit_stmt stmt = {
		.kind = kind, .block = l->block, .cond = l->cond, .addr = sk_cil_tree_of(l, l->tree)->nodes[l->node].addr,
		.expansion = sk_cil_stmt_expansion(l) };

	memcpy(stmt.op, op, sizeof(stmt.op));
	if (!l->error)
		sk_cil_fail(l, sk_unit_add(l->unit, &stmt));
}

#define EMIT(l, kind, ...) sk_emit((l), SK_UNIT_##kind, (const uint32_t[SK_UNIT_OPERANDS]){ __VA_ARGS__ })

static uint32_t sk_declared_ref(struct sk_cil_lower *l, enum sk_cil_word word, uint32_t name)
{
	enum sk_ns ns = SK_NS_TYPE;
	uint32_t full, ref = SK_SPACE_NONE;

	switch (sk_cil_sym_of(word)) {
	case SK_SYM_USER:
		ns = SK_NS_USER;
		break;
	case SK_SYM_ROLE:
		ns = SK_NS_ROLE;
		break;
	case SK_SYM_COMMON:
		ns = SK_NS_COMMON;
		break;
	case SK_SYM_CLASS:
		ns = SK_NS_CLASS;
		break;
	case SK_SYM_BOOL:
	case SK_SYM_TUNABLE:
		ns = SK_NS_BOOL;
		break;
	case SK_SYM_SENS:
		ns = SK_NS_SENS;
		break;
	case SK_SYM_CAT:
		ns = SK_NS_CAT;
		break;
	case SK_SYM_SID:
		ns = SK_NS_SID;
		break;
	default:
		break;
	}
	full = sk_cil_whole_name(l, sk_cil_body(l, l->body)->scope, name);
	if (!l->error)
		sk_cil_fail(l, sk_space_ref(l->space, ns, 0, full, &ref));
	return ref;
}

/* An order: 'unordered' is a flag of the set. */
static uint32_t sk_order(struct sk_cil_lower *l, enum sk_cil_word word, uint32_t list)
{
	enum sk_cil_sym sym = word == SK_CIL_SIDORDER	      ? SK_SYM_SID
			      : word == SK_CIL_CATEGORYORDER  ? SK_SYM_CAT
			      : word == SK_CIL_SENSITIVITYORDER ? SK_SYM_SENS
							      : SK_SYM_CLASS;

	return sk_cil_plain_set(l, l->body, sym, l->tree, list);
}

/* SK_SPACE_NONE: it cannot be had, which has been said. */
static uint32_t sk_operand(struct sk_cil_lower *l, char letter, enum sk_cil_word word, uint32_t node)
{
	switch (letter) {
	case 'd':
		return sk_declared_ref(l, word, sk_name_at(l, node));
	case 'n':
		return sk_name_at(l, node);
	case 'T':
	case 'R':
	case 'U':
	case 'K':
		return sk_cil_set(l, l->body, sk_letter_sym(letter), l->tree, node);
	case 'A':
		return sk_cil_plain_set(l, l->body, SK_SYM_TYPE, l->tree, node);
	case 'Q':
		return sk_cil_plain_set(l, l->body, SK_CIL_N_SYMS, l->tree, node);
	case 'O':
		return sk_order(l, word, node);
	case 'S':
	case 'C':
		return sk_cil_class_set(l, l->body, l->tree, node);
	case '@':
	case '&':
		return sk_cil_target(l, l->tree, node, letter == '@');
	case 'P':
		return sk_cil_class_perms(l, l->tree, node);
	case 'E':
		return sk_cil_constraint(l, l->tree, node);
	case 'l':
		return sk_cil_level(l, l->body, l->tree, node);
	case 'g':
		return sk_cil_range(l, l->body, l->tree, node);
	case 'x':
		return sk_cil_context(l, l->body, l->tree, node);
	case 'B':
		return sk_word_at(l, node) == SK_CIL_TRUE;
	case 'e':
		return sk_word_at(l, node) == SK_CIL_TARGET ? SK_UNIT_DEFAULT_TARGET : SK_UNIT_DEFAULT_SOURCE;
	default:
		return sk_cil_ref(l, l->body, sk_letter_sym(letter), sk_name_at(l, node));
	}
}

static void sk_lower_row(struct sk_cil_lower *l, enum sk_cil_word word, const struct sk_cil_row *row)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t op[SK_UNIT_OPERANDS] = { 0 }, c = l->node + 2;

	for (size_t i = 0; row->parts[i]; i++, c = sk_cil_next(t, c)) {
		op[i] = sk_operand(l, row->parts[i], word, c);
		if (op[i] == SK_SPACE_NONE || l->error)
			return;
	}
	sk_emit(l, (enum sk_unit_kind)row->kind, op);
}

/* Statements of their own */

static enum sk_unit_file sk_file_kind(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_FILE:
		return SK_UNIT_FILE_FILE;
	case SK_CIL_DIR:
		return SK_UNIT_FILE_DIR;
	case SK_CIL_CHAR:
		return SK_UNIT_FILE_CHAR;
	case SK_CIL_BLOCK:
		return SK_UNIT_FILE_BLOCK;
	case SK_CIL_SOCKET:
		return SK_UNIT_FILE_SOCKET;
	case SK_CIL_PIPE:
		return SK_UNIT_FILE_PIPE;
	case SK_CIL_SYMLINK:
		return SK_UNIT_FILE_SYMLINK;
	default:
		return SK_UNIT_FILE_ANY;
	}
}

static void sk_lower_filecon(struct sk_cil_lower *l)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t path = sk_cil_string(l, l->body, sk_name_at(l, l->node + 2)), at = l->node + 4, context = SK_SPACE_NONE;

	/* () and a list of one word stand for no label. */
	if (!sk_cil_is_list(t, at) || (sk_cil_end(t, at) > at + 1 && sk_cil_next(t, at + 1) < sk_cil_end(t, at))) {
		context = sk_cil_context(l, l->body, l->tree, at);
		if (context == SK_SPACE_NONE)
			return;
	}
	EMIT(l, FILECON, path, sk_file_kind(sk_word_at(l, l->node + 3)), context);
}

static void sk_lower_genfscon(struct sk_cil_lower *l)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t at = l->node + 4, context;
	enum sk_unit_file kind = SK_UNIT_FILE_ANY;

	if (sk_cil_next(t, at) < sk_cil_end(t, l->node)) {
		kind = sk_file_kind(sk_word_at(l, at));
		at++;
	}
	context = sk_cil_context(l, l->body, l->tree, at);
	if (context != SK_SPACE_NONE)
		EMIT(l, GENFSCON, sk_name_at(l, l->node + 2), sk_name_at(l, l->node + 3), kind, context);
}

/* A number, or two of them in a list. */
static void sk_numbers(const struct sk_cil_lower *l, uint32_t node, int base, uint64_t *ret_low, uint64_t *ret_high)
{
	if (sk_cil_is_list(sk_cil_tree_of(l, l->tree), node)) {
		sk_cil_number(sk_cil_text(l, l->tree, node + 1), base, UINT64_MAX, ret_low);
		sk_cil_number(sk_cil_text(l, l->tree, node + 2), base, UINT64_MAX, ret_high);
	} else {
		sk_cil_number(sk_cil_text(l, l->tree, node), base, UINT64_MAX, ret_low);
		*ret_high = *ret_low;
	}
}

/* Object contexts that begin with numbers, and what may stand before those. */
static void sk_lower_numbered(struct sk_cil_lower *l, enum sk_cil_word word)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	bool named = word == SK_CIL_PORTCON || word == SK_CIL_IBPKEYCON || word == SK_CIL_IBENDPORTCON;
	uint32_t at = l->node + 2 + named, context = sk_cil_context(l, l->body, l->tree, sk_cil_next(t, at)), subnet;
	int base = word == SK_CIL_PORTCON || word == SK_CIL_IBENDPORTCON || word == SK_CIL_PIRQCON ? 10 : 0;
	uint64_t low, high;

	if (context == SK_SPACE_NONE)
		return;
	sk_numbers(l, at, base, &low, &high);
	switch (word) {
	case SK_CIL_PORTCON:
		EMIT(l, PORTCON, sk_name_at(l, l->node + 2), (uint32_t)low, (uint32_t)high, context);
		break;
	case SK_CIL_IBPKEYCON:
		subnet = sk_cil_subnet(l, l->tree, l->node + 2);
		if (subnet != SK_SPACE_NONE)
			EMIT(l, IBPKEYCON, subnet, (uint32_t)low, (uint32_t)high, context, sk_name_at(l, l->node + 2));
		break;
	case SK_CIL_IBENDPORTCON:
		EMIT(l, IBENDPORTCON, sk_name_at(l, l->node + 2), (uint32_t)low, context);
		break;
	case SK_CIL_PIRQCON:
		EMIT(l, PIRQCON, (uint32_t)low, context);
		break;
	case SK_CIL_IOMEMCON:
		EMIT(l, IOMEMCON, (uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32), context);
		break;
	case SK_CIL_IOPORTCON:
		EMIT(l, IOPORTCON, (uint32_t)low, (uint32_t)high, context);
		break;
	default:
		EMIT(l, PCIDEVICECON, (uint32_t)low, context);
		break;
	}
}

static void sk_lower_nodecon(struct sk_cil_lower *l)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t mask = sk_cil_next(t, l->node + 2), address = sk_cil_address(l, l->tree, l->node + 2, mask), context;

	if (address == SK_SPACE_NONE)
		return;
	context = sk_cil_context(l, l->body, l->tree, sk_cil_next(t, mask));
	if (context != SK_SPACE_NONE)
		EMIT(l, NODECON, address, context);
}

static void sk_lower_fsuse(struct sk_cil_lower *l)
{
	enum sk_cil_word word = sk_word_at(l, l->node + 2);
	uint32_t context = sk_cil_context(l, l->body, l->tree, l->node + 4);

	if (context != SK_SPACE_NONE)
		EMIT(l, FSUSE,
		     word == SK_CIL_XATTR  ? SK_UNIT_FSUSE_XATTR
		     : word == SK_CIL_TASK ? SK_UNIT_FSUSE_TASK
					   : SK_UNIT_FSUSE_TRANS,
		     sk_name_at(l, l->node + 3), context);
}

static void sk_lower_defaultrange(struct sk_cil_lower *l)
{
	uint32_t classes = sk_cil_class_set(l, l->body, l->tree, l->node + 2), object = SK_UNIT_DEFAULT_GLBLUB;
	uint32_t at = sk_cil_next(sk_cil_tree_of(l, l->tree), l->node + 2);
	enum sk_cil_word word = sk_word_at(l, at);

	if (word != SK_CIL_GLBLUB) {
		enum sk_cil_word part = sk_word_at(l, at + 1);

		object = word == SK_CIL_SOURCE ? SK_UNIT_DEFAULT_SOURCE_LOW : SK_UNIT_DEFAULT_TARGET_LOW;
		object += part == SK_CIL_LOW ? 0 : part == SK_CIL_HIGH ? 1 : 2;
	}
	EMIT(l, DEFAULT_RANGE, classes, object);
}

static void sk_lower_typetransition(struct sk_cil_lower *l)
{
	uint32_t result = l->node + 5, name = SK_INTERN_NONE, op[4];

	if (result + 1 < sk_cil_end(sk_cil_tree_of(l, l->tree), l->node)) {
		name = sk_cil_string(l, l->body, sk_name_at(l, result));
		/* The word may be an argument of a macro. */
		if (!strcmp(sk_intern_str(l->names, name), "*"))
			name = SK_INTERN_NONE;
		result++;
	}
	op[0] = sk_cil_set(l, l->body, SK_SYM_TYPE, l->tree, l->node + 2);
	op[1] = l->error ? 0 : sk_cil_target(l, l->tree, l->node + 3, false);
	op[2] = l->error ? 0 : sk_cil_class_set(l, l->body, l->tree, l->node + 4);
	op[3] = l->error ? 0 : sk_cil_ref(l, l->body, SK_SYM_TYPE, sk_name_at(l, result));
	EMIT(l, TYPE_TRANSITION, op[0], op[1], op[2], op[3], name);
}

static void sk_lower_extended(struct sk_cil_lower *l, enum sk_unit_kind kind)
{
	uint32_t op[SK_UNIT_OPERANDS] = { 0 };

	op[0] = sk_cil_set(l, l->body, SK_SYM_TYPE, l->tree, l->node + 2);
	op[1] = l->error ? 0 : sk_cil_target(l, l->tree, l->node + 3, true);
	op[3] = l->error ? 0 : sk_cil_permissionx(l, l->tree, l->node + 4, &op[2]);
	if (op[3] != SK_SPACE_NONE)
		sk_emit(l, kind, op);
}

/* An alias gets what it stands for. */
static void sk_lower_actual(struct sk_cil_lower *l, enum sk_cil_sym sym, enum sk_cil_word alias_word, enum sk_unit_kind kind)
{
	uint32_t name = sk_name_at(l, l->node + 2), op[SK_UNIT_OPERANDS] = { 0 };
	struct sk_cil_symbol *symbol;
	struct sk_cil_found found;

	if (!sk_cil_resolve(l, l->body, sym, name, &found) || found.symbol == SK_CIL_NONE) {
		sk_cil_missing(l, sym, l->tree, l->node + 2, name);
		return;
	}
	symbol = &l->symbols.list[found.symbol];
	if (symbol->word != alias_word) {
		sk_cil_error(l, "E0223", l->body, l->tree, l->node + 2, "'%s' is no alias", sk_cil_text(l, l->tree, l->node + 2));
		return;
	}
	if (symbol->part != SK_SPACE_NONE) {
		sk_cil_error(l, "E0223", l->body, l->tree, l->node + 2, "alias '%s' stands for something already",
			     sk_cil_text(l, l->tree, l->node + 2));
		return;
	}
	symbol->part = 0;
	sk_cil_depend(l, symbol->block);
	if (!l->error)
		sk_cil_fail(l, sk_space_ref(l->space, sym == SK_SYM_TYPE ? SK_NS_TYPE : sym == SK_SYM_SENS ? SK_NS_SENS : SK_NS_CAT,
					0, l->symbols.list[found.symbol].full, &op[0]));
	if (!l->error)
		op[1] = sk_cil_ref(l, l->body, sym, sk_name_at(l, l->node + 3));
	sk_emit(l, kind, op);
}

/* The class permissions of a declaration are all looked at, so that circles and holes are found. */
static void sk_check_map(struct sk_cil_lower *l, uint32_t symbol)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t list = l->node + 3;

	for (uint32_t c = list + 1; c < sk_cil_end(t, list); c++) {
		bool any = false;

		for (uint32_t s = l->symbols.list[symbol].first; s != SK_CIL_NONE && !any; s = l->sayings.list[s].next)
			any = l->sayings.list[s].perm == t->nodes[c].value;
		if (!any)
			sk_cil_error(l, "E0223", l->body, l->tree, c, "no classmapping says what '%s' is",
				     sk_cil_text(l, l->tree, c));
	}
	for (uint32_t s = l->symbols.list[symbol].first; s != SK_CIL_NONE && !l->error; s = l->sayings.list[s].next) {
		uint32_t body = l->body, tree = l->tree, block = l->block;

		l->body = l->sayings.list[s].body;
		l->tree = l->sayings.list[s].tree;
		l->block = l->sayings.list[s].block;
		l->sayings.list[s].busy = true;
		sk_cil_class_perms(l, l->tree, l->sayings.list[s].node);
		l->sayings.list[s].busy = false;
		l->body = body;
		l->tree = tree;
		l->block = block;
	}
}

static void sk_check_alias(struct sk_cil_lower *l, enum sk_cil_sym sym)
{
	uint32_t symbol = sk_cil_find(l, sk_cil_body(l, l->body)->scope, sym, sk_name_at(l, l->node + 2));

	if (symbol != SK_CIL_NONE && l->symbols.list[symbol].part == SK_SPACE_NONE)
		sk_cil_error(l, "E0223", l->body, l->tree, l->node + 2, "nothing says what the alias '%s' stands for",
			     sk_cil_text(l, l->tree, l->node + 2));
}

static void sk_emit_named(struct sk_cil_lower *l, enum sk_unit_kind kind, uint32_t part)
{
	if (part != SK_SPACE_NONE)
		sk_emit(l, kind, (const uint32_t[SK_UNIT_OPERANDS]){ part });
}

/* What makes no statement, or one that is only to be checked. */
static void sk_lower_named(struct sk_cil_lower *l, enum sk_cil_word word)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->tree);
	uint32_t list = l->node + 3, classes, xperms;

	switch (word) {
	case SK_CIL_CONTEXT:
		sk_emit_named(l, SK_UNIT_NAMED_CONTEXT, sk_cil_context(l, l->body, l->tree, list));
		break;
	case SK_CIL_LEVEL:
		sk_emit_named(l, SK_UNIT_NAMED_LEVEL, sk_cil_level(l, l->body, l->tree, list));
		break;
	case SK_CIL_LEVELRANGE:
		sk_emit_named(l, SK_UNIT_NAMED_RANGE, sk_cil_range(l, l->body, l->tree, list));
		break;
	case SK_CIL_CATEGORYSET:
		sk_emit_named(l, SK_UNIT_NAMED_CATS, sk_cil_set(l, l->body, SK_SYM_CAT, l->tree, l->node + 2));
		break;
	case SK_CIL_CLASSPERMISSION:
		sk_cil_class_perms(l, l->tree, l->node + 2);
		break;
	case SK_CIL_CLASSPERMISSIONSET:
	case SK_CIL_CLASSMAPPING:
		sk_emit_named(l, SK_UNIT_CLASS_PERMS, sk_cil_class_perms(l, l->tree, list + (word == SK_CIL_CLASSMAPPING)));
		break;
	case SK_CIL_CLASSMAP:
		sk_check_map(l, sk_cil_find(l, sk_cil_body(l, l->body)->scope, SK_SYM_CLASS, t->nodes[l->node + 2].value));
		break;
	case SK_CIL_PERMISSIONX:
		xperms = sk_cil_permissionx(l, l->tree, list, &classes);
		if (xperms != SK_SPACE_NONE)
			EMIT(l, XPERMS, classes, xperms);
		break;
	default:
		break;
	}
}

static void sk_lower_particular(struct sk_cil_lower *l, enum sk_cil_word word)
{
	static const char default_name[] = "__default__";
	uint32_t name, op[2];

	switch (word) {
	case SK_CIL_ALLOWX:
		sk_lower_extended(l, SK_UNIT_ALLOWX);
		break;
	case SK_CIL_AUDITALLOWX:
		sk_lower_extended(l, SK_UNIT_AUDITALLOWX);
		break;
	case SK_CIL_DONTAUDITX:
		sk_lower_extended(l, SK_UNIT_DONTAUDITX);
		break;
	case SK_CIL_NEVERALLOWX:
		sk_lower_extended(l, SK_UNIT_NEVERALLOWX);
		break;
	case SK_CIL_CATEGORYALIASACTUAL:
		sk_lower_actual(l, SK_SYM_CAT, SK_CIL_CATEGORYALIAS, SK_UNIT_CATEGORY_ALIAS);
		break;
	case SK_CIL_SENSITIVITYALIASACTUAL:
		sk_lower_actual(l, SK_SYM_SENS, SK_CIL_SENSITIVITYALIAS, SK_UNIT_SENSITIVITY_ALIAS);
		break;
	case SK_CIL_TYPEALIASACTUAL:
		sk_lower_actual(l, SK_SYM_TYPE, SK_CIL_TYPEALIAS, SK_UNIT_TYPE_ALIAS);
		break;
	case SK_CIL_CLASSORDER:
		if (sk_word_at(l, l->node + 3) == SK_CIL_UNORDERED)
			EMIT(l, CLASS_ORDER, sk_cil_unordered(l, l->tree, l->node + 2));
		else
			EMIT(l, CLASS_ORDER, sk_order(l, word, l->node + 2));
		break;
	case SK_CIL_DEFAULTRANGE:
		sk_lower_defaultrange(l);
		break;
	case SK_CIL_FILECON:
		sk_lower_filecon(l);
		break;
	case SK_CIL_FSUSE:
		sk_lower_fsuse(l);
		break;
	case SK_CIL_GENFSCON:
		sk_lower_genfscon(l);
		break;
	case SK_CIL_NODECON:
		sk_lower_nodecon(l);
		break;
	case SK_CIL_IBENDPORTCON:
	case SK_CIL_IBPKEYCON:
	case SK_CIL_IOMEMCON:
	case SK_CIL_IOPORTCON:
	case SK_CIL_PCIDEVICECON:
	case SK_CIL_PIRQCON:
	case SK_CIL_PORTCON:
		sk_lower_numbered(l, word);
		break;
	case SK_CIL_SELINUXUSERDEFAULT:
		sk_cil_fail(l, sk_intern_add_static(l->names, default_name, sizeof(default_name) - 1, &name));
		op[0] = l->error ? 0 : sk_cil_ref(l, l->body, SK_SYM_USER, sk_name_at(l, l->node + 2));
		op[1] = l->error ? SK_SPACE_NONE : sk_cil_range(l, l->body, l->tree, l->node + 3);
		if (op[1] != SK_SPACE_NONE)
			EMIT(l, SELINUX_USER, name, op[0], op[1]);
		break;
	case SK_CIL_TUNABLE:
		if (l->options->preserve_tunables)
			EMIT(l, BOOL, sk_declared_ref(l, SK_CIL_BOOLEAN, sk_name_at(l, l->node + 2)),
			     sk_word_at(l, l->node + 3) == SK_CIL_TRUE);
		break;
	case SK_CIL_TYPETRANSITION:
		sk_lower_typetransition(l);
		break;
	default:
		sk_lower_named(l, word);
		break;
	}
}

static bool sk_is_rule(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_ALLOW:
	case SK_CIL_ALLOWX:
	case SK_CIL_AUDITALLOW:
	case SK_CIL_AUDITALLOWX:
	case SK_CIL_DONTAUDIT:
	case SK_CIL_DONTAUDITX:
	case SK_CIL_TYPECHANGE:
	case SK_CIL_TYPEMEMBER:
	case SK_CIL_TYPETRANSITION:
		return true;
	default:
		return false;
	}
}

/* Walking the bodies: each statement that counts, in order. */
typedef void (*sk_cil_visit)(struct sk_cil_lower *l, enum sk_cil_word word);

static void sk_lower_statement(struct sk_cil_lower *l, enum sk_cil_word word)
{
	if (l->cond != SK_SPACE_NONE && !sk_is_rule(word))
		sk_cil_error(l, "E0212", l->body, l->tree, l->node + 1, "%s may not stand in a booleanif",
			     sk_cil_word_names[word]);
	else if (sk_cil_rows[word].parts)
		sk_lower_row(l, word, &sk_cil_rows[word]);
	else
		sk_lower_particular(l, word);
}

static void sk_check_statement(struct sk_cil_lower *l, enum sk_cil_word word)
{
	if (word == SK_CIL_TYPEALIAS)
		sk_check_alias(l, SK_SYM_TYPE);
	else if (word == SK_CIL_SENSITIVITYALIAS)
		sk_check_alias(l, SK_SYM_SENS);
	else if (word == SK_CIL_CATEGORYALIAS)
		sk_check_alias(l, SK_SYM_CAT);
}

/* Whether the class map, or class, that is declared has such a permission of its own. */
static bool sk_has_perm(const struct sk_cil_lower *l, uint32_t symbol, uint32_t perm)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, l->symbols.list[symbol].tree);
	uint32_t list = l->symbols.list[symbol].node + 3;

	for (uint32_t c = list + 1; c < sk_cil_end(t, list); c++)
		if (t->nodes[c].value == perm)
			return true;
	return false;
}

/* What classpermissionset and classmapping say, before anybody asks. */
static void sk_hear_statement(struct sk_cil_lower *l, enum sk_cil_word word)
{
	bool map = word == SK_CIL_CLASSMAPPING;
	struct sk_cil_saying say = { .body = l->body, .tree = l->tree, .block = l->block, .perm = SK_INTERN_NONE,
				     .next = SK_CIL_NONE };
	uint32_t name = sk_name_at(l, l->node + 2);
	struct sk_cil_symbol *symbol;
	struct sk_cil_found found;

	if (!map && word != SK_CIL_CLASSPERMISSIONSET)
		return;
	if (!sk_cil_resolve(l, l->body, map ? SK_SYM_CLASS : SK_SYM_CLASSPERMISSION, name, &found)) {
		sk_cil_missing(l, map ? SK_SYM_CLASS : SK_SYM_CLASSPERMISSION, l->tree, l->node + 2, name);
		return;
	}
	if (found.symbol == SK_CIL_NONE) {
		sk_cil_error(l, "E0223", l->body, l->tree, l->node + 2, "'%s' has no name that could be added to",
			     sk_cil_text(l, l->tree, l->node + 2));
		return;
	}
	if (map)
		say.perm = sk_name_at(l, l->node + 3);
	if (map && !sk_has_perm(l, found.symbol, say.perm)) {
		sk_cil_missing(l, SK_SYM_CLASS, l->tree, l->node + 3, say.perm);
		return;
	}
	say.node = l->node + (map ? 4 : 3);
	sk_cil_fail(l, sk_grow(&l->sayings.list, &l->sayings.cap, l->sayings.n + 1, sizeof(*l->sayings.list)));
	if (l->error)
		return;
	symbol = &l->symbols.list[found.symbol];
	if (symbol->first == SK_CIL_NONE)
		symbol->first = (uint32_t)l->sayings.n;
	else
		l->sayings.list[symbol->last].next = (uint32_t)l->sayings.n;
	symbol->last = (uint32_t)l->sayings.n;
	l->sayings.list[l->sayings.n++] = say;
	sk_cil_depend(l, symbol->block);
}

static void sk_walk(struct sk_cil_lower *l, uint32_t body, uint32_t cond, sk_cil_visit visit);

/* The boolean's conditional, and what stands in its branches. */
static void sk_walk_booleanif(struct sk_cil_lower *l, uint32_t body, uint32_t cond, sk_cil_visit visit)
{
	const struct sk_cil_body *b = sk_cil_body(l, body);
	struct sk_unit_cond c = { .block = b->block, .addr = sk_cil_tree_of(l, b->tree)->nodes[b->node].addr,
				  .expansion = b->expansion };
	uint32_t number = 0;

	if (cond != SK_SPACE_NONE) {
		sk_cil_error(l, "E0212", body, b->tree, b->node + 1, "a booleanif may not stand in another one");
		return;
	}
	l->body = body;
	l->tree = b->tree;
	l->node = b->node;
	l->block = b->block;
	l->cond = SK_SPACE_NONE;
	if (visit == sk_lower_statement) {
		c.expr = sk_cil_condition(l, body, b->tree, b->node + 2);
		if (!l->error)
			sk_cil_fail(l, sk_unit_add_cond(l->unit, &c, &number));
		/* An optional is off when it lacks one of the booleans. */
		for (size_t i = 0; i < l->nodes.n && c.block != l->unit->top && !l->error; i++)
			if (l->nodes.list[i].op == SK_UNIT_NAME)
				EMIT(l, REQUIRE_BOOL, l->nodes.list[i].a);
	}
	for (size_t i = 0; i < sk_cil_body(l, body)->items.n && !l->error; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];

		if (item.tree == SK_CIL_BODY && sk_cil_body(l, item.node)->kind == SK_BODY_BRANCH)
			sk_walk(l, item.node, 2 * number + !sk_cil_body(l, item.node)->is_true, visit);
	}
}

static void sk_walk(struct sk_cil_lower *l, uint32_t body, uint32_t cond, sk_cil_visit visit)
{
	for (size_t i = 0; i < sk_cil_body(l, body)->items.n && !l->error && l->mistakes < SK_CIL_MISTAKES_MAX; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];
		const struct sk_cil_body *b;

		if (item.tree != SK_CIL_BODY) {
			l->body = body;
			l->tree = item.tree;
			l->node = item.node;
			l->block = sk_cil_body(l, body)->block;
			l->cond = cond;
			visit(l, sk_word_at(l, item.node + 1));
			continue;
		}
		b = sk_cil_body(l, item.node);
		if (b->gone || b->kind == SK_BODY_MACRO || b->kind == SK_BODY_IN ||
		    (b->kind == SK_BODY_BLOCK && l->scopes.list[b->scope].abstract))
			continue;
		if (cond != SK_SPACE_NONE && (b->kind == SK_BODY_OPTIONAL || b->kind == SK_BODY_BLOCK))
			sk_cil_error(l, "E0212", item.node, b->tree, b->node + 1, "%s may not stand in a booleanif",
				     sk_cil_text(l, b->tree, b->node + 1));
		else if (b->kind == SK_BODY_BOOLEANIF)
			sk_walk_booleanif(l, item.node, cond, visit);
		else
			sk_walk(l, item.node, cond, visit);
	}
}

void sk_cil_lower_all(struct sk_cil_lower *l)
{
	l->n_type_sets = l->names->n;
	l->type_sets = malloc((l->n_type_sets + 1) * sizeof(*l->type_sets));
	if (!l->type_sets) {
		sk_cil_fail(l, -ENOMEM);
		return;
	}
	memset(l->type_sets, 0xff, l->n_type_sets * sizeof(*l->type_sets));
	sk_walk(l, 0, SK_SPACE_NONE, sk_hear_statement);
	if (!l->error)
		sk_walk(l, 0, SK_SPACE_NONE, sk_lower_statement);
	if (!l->error)
		sk_walk(l, 0, SK_SPACE_NONE, sk_check_statement);
}
