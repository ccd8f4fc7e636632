/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of a policy.conf: checkpolicy's grammar has sections, in each of which certain statements stand, and some that
 * must be there. Here a statement out of its section is told of and used all the same, so that one in a wrong place is one
 * mistake. In a module what stands where is free, but for users, which come last in it and in each of its blocks; and the
 * module and each of its optional blocks must require something.
 *
 * Trees of sources have no such order: their own build sorts what they say.
 */
#include "unit/te-lower.h"

static const struct {
	const char *name;
	const char *lacks;	/* "this policy has no ...", where something must be there */
	bool mls;		/* must be there only where one of the MLS sections is */
} sk_te_sections[SK_TE_N_SECTIONS] = {
	[SK_TE_SECTION_CLASSES] = { "the names of classes", "classes (class NAME)" },
	[SK_TE_SECTION_SIDS] = { "the names of initial SIDs", "initial SIDs (sid NAME)" },
	[SK_TE_SECTION_COMMONS] = { "the commons" },
	[SK_TE_SECTION_PERMS] = { "the permissions of classes", "classes with permissions (class NAME { ... })" },
	[SK_TE_SECTION_DEFAULTS] = { "the default_* statements" },
	[SK_TE_SECTION_SENSITIVITIES] = { "the sensitivities", "sensitivities", true },
	[SK_TE_SECTION_DOMINANCE] = { "the dominance of sensitivities", "dominance of its sensitivities", true },
	[SK_TE_SECTION_CATEGORIES] = { "the categories" },
	[SK_TE_SECTION_LEVELS] = { "the levels", "levels (level SENSITIVITY:CATEGORIES)", true },
	[SK_TE_SECTION_MLS] = { "the MLS constraints", "MLS constraints (mlsconstrain, mlsvalidatetrans)", true },
	[SK_TE_SECTION_RULES] = { "the types, roles, booleans and rules", "types, roles and rules" },
	[SK_TE_SECTION_USERS] = { "the users", "users" },
	[SK_TE_SECTION_CONSTRAINTS] = { "the constraints" },
	[SK_TE_SECTION_SID_CONTEXTS] = { "the contexts of initial SIDs", "contexts of initial SIDs (sid NAME CONTEXT)" },
	[SK_TE_SECTION_FS_USES] = { "the fs_use_* statements" },
	[SK_TE_SECTION_GENFS] = { "the genfscon statements" },
	[SK_TE_SECTION_PORTS] = { "the portcon statements" },
	[SK_TE_SECTION_NETIFS] = { "the netifcon statements" },
	[SK_TE_SECTION_NODES] = { "the nodecon statements" },
	[SK_TE_SECTION_DEVICES] = { "the objects of Xen" },
	[SK_TE_SECTION_IBPKEYS] = { "the ibpkeycon statements" },
	[SK_TE_SECTION_IBENDPORTS] = { "the ibendportcon statements" },
};

/* Where a statement belongs; that of a require block is none. */
static enum sk_te_section sk_te_section(const struct sk_te_stmt *s)
{
	switch (s->kind) {
	case SK_TE_CLASS:
		return s->set[0].flags & SK_TE_SET_BRACES || s->name2.name != SK_INTERN_NONE ? SK_TE_SECTION_PERMS
											     : SK_TE_SECTION_CLASSES;
	case SK_TE_SID:
		return s->context ? SK_TE_SECTION_SID_CONTEXTS : SK_TE_SECTION_SIDS;
	case SK_TE_COMMON:
		return SK_TE_SECTION_COMMONS;
	case SK_TE_DEFAULT_USER: case SK_TE_DEFAULT_ROLE: case SK_TE_DEFAULT_TYPE: case SK_TE_DEFAULT_RANGE:
		return SK_TE_SECTION_DEFAULTS;
	case SK_TE_SENSITIVITY:
		return SK_TE_SECTION_SENSITIVITIES;
	case SK_TE_DOMINANCE:
		return SK_TE_SECTION_DOMINANCE;
	case SK_TE_CATEGORY:
		return SK_TE_SECTION_CATEGORIES;
	case SK_TE_LEVEL:
		return SK_TE_SECTION_LEVELS;
	case SK_TE_MLSCONSTRAIN: case SK_TE_MLSVALIDATETRANS:
		return SK_TE_SECTION_MLS;
	case SK_TE_USER:
		return SK_TE_SECTION_USERS;
	case SK_TE_CONSTRAIN: case SK_TE_VALIDATETRANS:
		return SK_TE_SECTION_CONSTRAINTS;
	case SK_TE_FS_USE_XATTR: case SK_TE_FS_USE_TASK: case SK_TE_FS_USE_TRANS:
		return SK_TE_SECTION_FS_USES;
	case SK_TE_GENFSCON:
		return SK_TE_SECTION_GENFS;
	case SK_TE_PORTCON:
		return SK_TE_SECTION_PORTS;
	case SK_TE_NETIFCON:
		return SK_TE_SECTION_NETIFS;
	case SK_TE_NODECON:
		return SK_TE_SECTION_NODES;
	case SK_TE_PIRQCON: case SK_TE_IOMEMCON: case SK_TE_IOPORTCON: case SK_TE_PCIDEVICECON: case SK_TE_DEVICETREECON:
		return SK_TE_SECTION_DEVICES;
	case SK_TE_IBPKEYCON:
		return SK_TE_SECTION_IBPKEYS;
	case SK_TE_IBENDPORTCON:
		return SK_TE_SECTION_IBENDPORTS;
	default:
		return SK_TE_SECTION_RULES;
	}
}

static struct sk_diag *sk_te_order_say(struct sk_te_order *o, const char *id, const struct sk_te_stmt *s, const char *fmt, ...)
{
	struct sk_space *space = o->lower->space;
	struct sk_diag *d;
	struct sk_place place;
	va_list args;

	o->lower->harmless++;
	sk_sources_place_statement(space->sources, s->addr, &place);
	va_start(args, fmt);
	d = sk_verror(space->diags, id, &place, fmt, args);
	va_end(args);
	sk_sources_note_expansion(space->sources, space->names, space->diags, d, s->expansion);
	return d;
}

static void sk_te_order_note(struct sk_te_order *o, struct sk_diag *d, uint32_t addr, const char *fmt, const char *what)
{
	struct sk_place place;

	sk_sources_place_statement(o->lower->space->sources, addr, &place);
	sk_diag_note(o->lower->space->diags, d, &place, fmt, what);
}

/* In a block, and in a module: users come last. */
static void sk_te_order_users(struct sk_te_order *o, const struct sk_te_stmt *s, uint32_t *user)
{
	struct sk_diag *d;

	if (s->kind == SK_TE_USER) {
		*user = *user ? *user : s->addr;
	} else if (*user) {
		d = sk_te_order_say(o, "E0157", s, "'%s' stands behind the users, which come last", sk_te_kind_names[s->kind]);
		sk_te_order_note(o, d, *user, "they begin here%s", "");
		*user = 0;
	}
}

static void sk_te_order_blocks(struct sk_te_order *o, const struct sk_te_stmt *s);

/* Whether a statement requires something of the block that it stands in. */
static bool sk_te_requires(const struct sk_te_stmt *s)
{
	bool requires = s->kind == SK_TE_REQUIRE;

	for (const struct sk_te_stmt *b = s->kind == SK_TE_IF ? s->body : NULL; b && !requires; b = b->next)
		requires = b->kind == SK_TE_REQUIRE;
	for (const struct sk_te_stmt *b = s->kind == SK_TE_IF ? s->else_body : NULL; b && !requires; b = b->next)
		requires = b->kind == SK_TE_REQUIRE;
	return requires;
}

static void sk_te_order_block(struct sk_te_order *o, const struct sk_te_stmt *block, const struct sk_te_stmt *body, bool main)
{
	bool required = !main || o->lower->unit->source != SK_UNIT_MODULE;
	uint32_t user = 0;

	for (const struct sk_te_stmt *s = body; s && !required; s = s->next)
		required = sk_te_requires(s);
	if (!body && o->blanks)
		sk_te_order_say(o, "E0158", block, "an optional block or its else branch cannot be empty");
	else if (!required)
		sk_te_order_say(o, "E0158", block, "this optional block requires nothing, and so would always be on");
	for (const struct sk_te_stmt *s = body; s; s = s->next) {
		sk_te_order_users(o, s, &user);
		sk_te_order_blocks(o, s);
	}
}

static void sk_te_order_blocks(struct sk_te_order *o, const struct sk_te_stmt *s)
{
	if (s->kind != SK_TE_OPTIONAL)
		return;
	sk_te_order_block(o, s, s->body, true);
	if (s->has_else)
		sk_te_order_block(o, s, s->else_body, false);
}

static void sk_te_order_in_module(struct sk_te_order *o, const struct sk_te_stmt *s)
{
	enum sk_te_section section = sk_te_section(s);

	o->began[SK_TE_SECTION_RULES] = s->addr;
	o->required |= sk_te_requires(s);
	if ((section != SK_TE_SECTION_RULES && section != SK_TE_SECTION_USERS) || s->kind == SK_TE_POLICYCAP)
		sk_te_order_say(o, "E0157", s, "'%s' cannot stand in a module, but only in a base or a policy",
				sk_te_kind_names[s->kind]);
	else
		sk_te_order_users(o, s, &o->user);
}

/* A ';' alone is a rule in checkpolicy's grammar. One too early is told of itself, and not what follows it. */
static void sk_te_order_empty(struct sk_te_order *o, const struct sk_te_stmt *s)
{
	if (!o->empty || s->kind == SK_TE_EMPTY)
		return;
	if (s->kind == SK_TE_MODULE || sk_te_section(s) < SK_TE_SECTION_RULES)
		sk_te_order_say(o, "E0157", &(struct sk_te_stmt){ .addr = o->empty },
				s->kind == SK_TE_MODULE ? "';' stands before the module statement"
							: "';' alone is an empty statement, which can stand among the rules only");
	else
		o->began[o->section = SK_TE_SECTION_RULES] = o->empty;
	o->empty = 0;
}

void sk_te_order_stmt(struct sk_te_order *o, const struct sk_te_stmt *s)
{
	enum sk_te_section section;
	struct sk_diag *d;

	sk_te_order_blocks(o, s);
	sk_te_order_empty(o, s);
	if (s->kind == SK_TE_MODULE) {
		/* Whether it may stand there is asked elsewhere. */
		o->module = o->module ? o->module : s->addr;
		return;
	}
	if (o->lower->unit->source == SK_UNIT_MODULE) {
		sk_te_order_in_module(o, s);
		return;
	}
	if (s->kind == SK_TE_REQUIRE) {
		sk_te_order_say(o, "E0157", s, "a require block belongs in a module or an optional block: "
				"this policy declares all names itself");
		return;
	}
	section = sk_te_section(s);
	if (s->kind == SK_TE_EMPTY && section > o->section) {
		o->empty = o->empty ? o->empty : s->addr;
		return;
	}
	if (s->kind == SK_TE_EMPTY && section < o->section) {
		d = sk_te_order_say(o, "E0157", s, "';' alone is an empty statement, which can stand among the rules only");
		sk_te_order_note(o, d, o->began[o->section], "the section of %s begins here",
				 sk_te_sections[o->section].name);
		return;
	}
	if (section < o->section) {
		d = sk_te_order_say(o, "E0157", s, "'%s' belongs before %s, with %s", sk_te_kind_names[s->kind],
				    sk_te_sections[o->section].name, sk_te_sections[section].name);
		sk_te_order_note(o, d, o->began[o->section], "the section of %s begins here",
				 sk_te_sections[o->section].name);
	} else if (section == SK_TE_SECTION_DOMINANCE && section == o->section) {
		d = sk_te_order_say(o, "E0157", s, "'%s' stands here a second time", sk_te_kind_names[s->kind]);
		sk_te_order_note(o, d, o->began[section], "%s stands here", "the first");
	}
	if (section != o->section || !o->began[section])
		o->began[section] = s->addr;
	o->section = section;
}

static bool sk_te_order_lacks(const struct sk_te_order *o, enum sk_te_section section)
{
	bool mls = false;

	for (unsigned int i = SK_TE_SECTION_SENSITIVITIES; i <= SK_TE_SECTION_MLS; i++)
		mls |= o->began[i] != 0;
	return sk_te_sections[section].lacks && !o->began[section] && (mls || !sk_te_sections[section].mls);
}

/* Where that is found out: at the first statement of a later section, or at the end. */
static const char *sk_te_order_place_lack(const struct sk_te_order *o, enum sk_te_section section, uint32_t end,
					  struct sk_place *ret_place)
{
	const struct sk_sources *sources = o->lower->space->sources;

	for (unsigned int next = section; next < SK_TE_N_SECTIONS; next++)
		if (o->began[next]) {
			sk_sources_place_statement(sources, o->began[next], ret_place);
			return sk_te_sections[next].name;
		}
	sk_sources_place(sources, end, 1, ret_place);
	return NULL;
}

/* One mistake, however much is missing: what has this little is something else than a policy, or a part of one. */
static void sk_te_order_lacking(struct sk_te_order *o, uint32_t end)
{
	struct sk_diags *diags = o->lower->space->diags;
	struct sk_diag *d = NULL;
	bool first = true;

	for (unsigned int i = 0; i < SK_TE_N_SECTIONS; i++) {
		const char *before;
		struct sk_place place;

		if (!sk_te_order_lacks(o, (enum sk_te_section)i))
			continue;
		before = sk_te_order_place_lack(o, (enum sk_te_section)i, end, &place);
		if (!first)
			sk_diag_note(diags, d, NULL, "nor has it %s", sk_te_sections[i].lacks);
		else
			d = sk_error(diags, "E0158", &place, before ? "this policy has no %s, which must stand before %s"
								    : "this policy has no %s",
				     sk_te_sections[i].lacks, before);
		first = false;
	}
}

void sk_te_order_end(struct sk_te_order *o, uint32_t end)
{
	struct sk_space *space = o->lower->space;
	bool module = o->lower->unit->source == SK_UNIT_MODULE, some = false;
	struct sk_place place;

	/* Empty rules are rules. */
	if (o->empty)
		o->began[SK_TE_SECTION_RULES] = o->empty;

	for (unsigned int i = 0; i < SK_TE_N_SECTIONS; i++)
		some |= o->began[i] != 0;
	if (some && !module)
		sk_te_order_lacking(o, end);
	else if (some && !o->required)
		sk_te_order_say(o, "E0158", &(struct sk_te_stmt){ .addr = o->module },
				"this module requires nothing: a module has at least one require block");
	if (some)
		return;
	sk_sources_place(space->sources, end, 1, &place);
	sk_error(space->diags, "E0158", &place, module ? "this module is empty: no statement follows"
						       : "this is no policy: it has no statement at all");
}

int sk_te_order_names(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	enum sk_ns ns = s->kind == SK_TE_ROLE || s->kind == SK_TE_ROLEATTRIBUTE ? SK_NS_ROLE : SK_NS_TYPE;
	bool declares = s->kind == SK_TE_TYPE || s->kind == SK_TE_ROLE;
	const struct sk_te_set *attributes = &s->set[s->kind == SK_TE_TYPE];
	int r = declares ? 0 : sk_te_expect(l, ns, &s->name);

	/* What a typealias has there are declared by it. */
	for (uint32_t i = 0; i < attributes->n && s->kind != SK_TE_TYPEALIAS && !r; i++)
		r = sk_te_expect(l, ns, &attributes->names[i]);
	return r;
}
