/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy.conf: the language that checkpolicy compiles. The order of sections is its grammar's. Statements look as
 * libsepol's decompiler writes them (kernel_to_conf.c), so that the two can be compared, but for where its text would
 * not compile or would mean something else: docs/policy-text.md. What the language has no words for is warned of.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/print.h"
#include "base/hash.h"
#include "model/level.h"
#include "model/words.h"
#include "selkie/capability.h"

#define SK_ROLE_LINE_LONG 900	/* libsepol breaks lists of types longer than this ... */
#define SK_ROLE_LINE 600	/* ... after at least so many bytes */

/* A type has the name, or an attribute before this one got it. */
static bool sk_conf_is_taken(const struct sk_print *p, const char *name, uint32_t id)
{
	for (uint32_t i = 1; i < id; i++)
		if (p->text.types[i].s && !strcmp(p->text.types[i].s, name))
			return true;
	return sk_policy_find_type(p->policy, name).v;
}

/*
 * Attributes of versions that keep no names are called "@ttr0042" by the model, as by libsepol; that is no identifier.
 * They get one from the names of their types, so that it is the same when numbers change.
 */
static int sk_conf_name_attribute(struct sk_print *p, uint32_t id)
{
	const struct sk_idset *types = &p->policy->types_of[id];
	struct sk_word *w = &p->text.types[id];
	uint64_t hash = 0;
	char *name;

	for (uint32_t i = 0; i < types->n; i++) {
		const char *type = p->policy->type_by_id[types->ids[i]]->name;

		if (types->ids[i] != id)
			hash += sk_hash_bytes(type, strlen(type));
	}
	name = sk_arena_printf(&p->arena, "attribute_%016llx", (unsigned long long)hash);
	while (name && sk_conf_is_taken(p, name, id))
		name = sk_arena_printf(&p->arena, "%s_", name);
	if (!name)
		return -ENOMEM;
	*w = (struct sk_word){ name, (uint32_t)strlen(name) };
	return 0;
}

/* The words of the language, sorted; in capitals they are the same words (checkpolicy/policy_scan.l). */
static const char *const sk_conf_words[] = {
	"alias", "allow", "allowxperm", "and", "attribute", "attribute_role", "auditallow",
	"auditallowxperm", "auditdeny", "bool", "category", "class", "common", "constrain",
	"default_range", "default_role", "default_type", "default_user", "devicetreecon", "dom",
	"domby", "dominance", "dontaudit", "dontauditxperm", "else", "eq", "expandattribute",
	"false", "fs_use_task", "fs_use_trans", "fs_use_xattr", "genfscon", "glblub", "h1", "h2",
	"high", "ibendportcon", "ibpkeycon", "if", "incomp", "inherits", "iomemcon", "ioportcon",
	"l1", "l2", "level", "low", "low-high", "mlsconstrain", "mlsvalidatetrans", "module",
	"netifcon", "neverallow", "neverallowxperm", "neveraudit", "nodecon", "not", "optional",
	"or", "pcidevicecon", "permissive", "pirqcon", "policycap", "portcon", "r1", "r2", "r3",
	"range", "range_transition", "require", "role", "role_transition", "roleattribute",
	"roles", "sameuser", "sensitivity", "sid", "source", "t1", "t2", "t3", "target", "true",
	"tunable", "type", "type_change", "type_member", "type_transition", "typealias",
	"typeattribute", "typebounds", "types", "u1", "u2", "u3", "user", "validatetrans", "xor",
};

static int sk_conf_word_compare(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

/* A letter, then letters, digits, '_', '-' and dots that do not touch; and no word of the language in either case. */
static bool sk_conf_is_identifier(const char *name)
{
	char lower[32];
	size_t n = strlen(name), upper = 0;

	for (size_t i = 0; i < n; i++) {
		bool letter = (name[i] | 32) >= 'a' && (name[i] | 32) <= 'z';
		bool more = (name[i] >= '0' && name[i] <= '9') || name[i] == '_' || name[i] == '-' ||
			    (name[i] == '.' && name[i - (i > 0)] != '.');

		if (!letter && (!i || !more))
			return false;
		upper += name[i] >= 'A' && name[i] <= 'Z';
		if (n < sizeof(lower))
			lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 32 : name[i]);
	}
	if (n >= sizeof(lower))
		return true;
	lower[n] = '\0';
	for (size_t i = 0; upper && i < n; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			return true;
	return !bsearch(lower, sk_conf_words, SK_ARRAY_LEN(sk_conf_words), sizeof(*sk_conf_words),
			sk_conf_word_compare);
}

static void sk_conf_check_name(struct sk_print *p, const char *what, const char *name)
{
	if (!sk_conf_is_identifier(name))
		sk_print_lacks(p, "the %s '%s' has a name that the language has no place for", what, name);
}

static void sk_conf_check_perms(struct sk_print *p, const struct sk_perm *perms, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sk_conf_check_name(p, "permission", perms[i].name);
}

/* A type, role or user a.b is within a, unless it is said to be within another. */
static void sk_conf_check_dots(struct sk_print *p, const char *what, const char *name, bool bounded)
{
	const char *dot = strrchr(name, '.');

	if (dot && !bounded)
		sk_print_lacks(p, "the %s '%s' would be bounded by '%.*s'", what, name, (int)(dot - name), name);
}

static void sk_conf_check_bounds(struct sk_print *p)
{
	const struct sk_policy *policy = p->policy;

	for (uint32_t id = 1; id <= policy->n_type_ids; id++)
		if (!policy->type_by_id[id]->attribute)
			sk_conf_check_dots(p, "type", policy->type_by_id[id]->name, policy->type_by_id[id]->bounds.v);
	for (uint32_t i = 0; i < policy->n_roles; i++)
		sk_conf_check_dots(p, "role", policy->roles[i].name, policy->roles[i].bounds.v);
	for (uint32_t i = 0; i < policy->n_users; i++)
		sk_conf_check_dots(p, "user", policy->users[i].name, policy->users[i].bounds.v);
}

/* CIL knows fewer words, so a policy may have names that are words here. */
static void sk_conf_check_names(struct sk_print *p)
{
	const struct sk_policy *policy = p->policy;

	for (uint32_t i = 0; i < policy->n_commons; i++) {
		sk_conf_check_name(p, "common", policy->commons[i].name);
		sk_conf_check_perms(p, policy->commons[i].perms, policy->commons[i].n_perms);
	}
	for (uint32_t i = 0; i < policy->n_classes; i++) {
		sk_conf_check_name(p, "class", policy->classes[i].name);
		sk_conf_check_perms(p, policy->classes[i].perms, policy->classes[i].n_perms);
	}
	for (uint32_t i = 0; i < policy->n_roles; i++)
		sk_conf_check_name(p, "role", policy->roles[i].name);
	for (uint32_t i = 0; i < policy->n_types; i++)
		sk_conf_check_name(p, policy->types[i].attribute ? "attribute" : "type", policy->types[i].name);
	for (uint32_t i = 0; i < policy->n_users; i++)
		sk_conf_check_name(p, "user", policy->users[i].name);
	for (uint32_t i = 0; i < policy->n_bools; i++)
		sk_conf_check_name(p, "boolean", policy->bools[i].name);
	for (uint32_t i = 0; i < policy->n_sens; i++)
		sk_conf_check_name(p, "sensitivity", policy->sens[i].name);
	for (uint32_t i = 0; i < policy->n_cats; i++)
		sk_conf_check_name(p, "category", policy->cats[i].name);
}

int sk_print_name_attributes(struct sk_print *p)
{
	const struct sk_policy *policy = p->policy;

	for (uint32_t id = 1; id <= policy->n_type_ids; id++) {
		const struct sk_type *t = policy->type_by_id[id];
		int r = t->attribute && *t->name == '@' ? sk_conf_name_attribute(p, id) : 0;

		if (r)
			return r;
	}
	return 0;
}

static bool sk_conf_names_users(const struct sk_constraint *c)
{
	for (uint32_t i = 0; i < c->n_nodes; i++)
		if (c->nodes[i].kind == SK_CONSTRAINT_NAMES && c->nodes[i].attr & SK_ATTR_USER)
			return true;
	return false;
}

/*
 * The grammar wants a constraint among the statements of MLS, which stand before users are known. Any that names none
 * will do: the statement's word is all the difference.
 */
static void sk_conf_need_mls(struct sk_print *p)
{
	bool any = !p->policy->mls;

	for (uint32_t i = 0; i < p->n_constraints; i++)
		any |= p->constraints[i].mls = p->constraints[i].mls && !sk_conf_names_users(p->constraints[i].constraint);
	if (any)
		return;
	for (uint32_t i = 0; i < p->n_constraints; i++)
		any |= p->constraints[i].mls = !sk_conf_names_users(p->constraints[i].constraint);
	if (!any)
		sk_print_lacks(p, "there is no constraint that could stand where the language wants one for MLS");
}

static int sk_conf_begin(struct sk_print *p)
{
	p->text.by_bit = true;
	sk_conf_need_mls(p);
	if (!p->n_sids)
		sk_print_lacks(p, "no initial id has a context, which the language wants of one at least");
	if (p->diags) {
		sk_conf_check_names(p);
		sk_conf_check_bounds(p);
	}
	return sk_print_name_attributes(p);
}

static void sk_conf_range(struct sk_print *p, const struct sk_range *range)
{
	sk_level_print(p->out, p->policy, &range->low);
	sk_buf_adds(p->out, " - ");
	sk_level_print(p->out, p->policy, &range->high);
}

static void sk_conf_context(struct sk_print *p, const struct sk_context *c)
{
	sk_buf_join(p->out, p->policy->user_by_id[c->user.v]->name, ":",
		    p->policy->role_by_id[c->role.v]->name, ":", sk_print_type(p, c->type.v), NULL);
	if (p->policy->mls) {
		sk_buf_addc(p->out, ':');
		sk_conf_range(p, &c->range);
	}
}

/* The names in p->list, each but the first after `between`. */
static void sk_conf_list(struct sk_print *p, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++) {
		sk_buf_adds(p->out, i ? between : "");
		sk_buf_adds(p->out, p->list[i]);
	}
}

static void sk_conf_unknown(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	enum sk_handle_unknown u = p->policy->handle_unknown;

	sk_buf_join(p->out, "# handle_unknown ",
		    u == SK_UNKNOWN_DENY ? "deny" : u == SK_UNKNOWN_REJECT ? "reject" : "allow", "\n", NULL);
}

static void sk_conf_class(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	if (p->policy->class_by_id[i])
		sk_buf_join(p->out, "class ", p->policy->class_by_id[i]->name, "\n", NULL);
	else
		sk_print_lacks(p, "there is no class %u; the classes after it get other numbers", i);
}

static void sk_conf_sid(struct sk_print *p, uint32_t sid, uint32_t which SK_UNUSED)
{
	sk_buf_adds(p->out, "sid ");
	sk_print_sid_name(p, p->out, sid);
	sk_buf_addc(p->out, '\n');
}

/* " { a b }" in the order of their values; nothing when there are none. */
static void sk_conf_permissions(struct sk_print *p, const struct sk_perm *perms, uint32_t n)
{
	if (!n)
		return;
	sk_buf_adds(p->out, " {");
	for (uint32_t value = 1; value <= 32; value++) {
		const char *name = sk_print_perm(perms, n, value);

		if (name)
			sk_buf_join(p->out, " ", name, NULL);
	}
	sk_buf_adds(p->out, " }");
}

static void sk_conf_common(struct sk_print *p, uint32_t value, uint32_t which SK_UNUSED)
{
	const struct sk_common *c = sk_print_common(p, value);

	if (!c)
		return;
	sk_buf_join(p->out, "common ", c->name, NULL);
	sk_conf_permissions(p, c->perms, c->n_perms);
	sk_buf_addc(p->out, '\n');
}

static void sk_conf_access_vector(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_class *c = p->policy->class_by_id[i];

	if (!c || (!c->common && !c->n_perms))
		return;
	sk_buf_join(p->out, "class ", c->name, NULL);
	if (c->common)
		sk_buf_join(p->out, " inherits ", c->common->name, NULL);
	sk_conf_permissions(p, c->perms, c->n_perms);
	sk_buf_addc(p->out, '\n');
}

static void sk_conf_default(struct sk_print *p, uint32_t i, uint32_t which)
{
	static const char *const statements[] = { "user", "role", "type", "range" };
	const struct sk_class *c = p->policy->class_by_id[i];
	const char *word = c ? sk_print_default_word(c, which) : NULL;

	if (word)
		sk_buf_join(p->out, "default_", statements[which], " { ", c->name, " } ", word, ";\n", NULL);
}

/* " alias a" or " alias { a b }" of a sensitivity or a category; the names are in p->list. */
static void sk_conf_aliases(struct sk_print *p, size_t n)
{
	if (!n)
		return;
	if (n > 1)
		qsort(p->list, n, sizeof(*p->list), sk_print_name_compare);
	sk_buf_adds(p->out, n > 1 ? " alias { " : " alias ");
	sk_conf_list(p, n, " ");
	sk_buf_adds(p->out, n > 1 ? " }" : "");
}

static void sk_conf_sens(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (!p->policy->sens_by_id[id])
		return;
	sk_buf_join(p->out, "sensitivity ", p->policy->sens_by_id[id]->name, NULL);
	sk_conf_aliases(p, sk_print_sens_aliases(p, id));
	sk_buf_adds(p->out, ";\n");
}

static void sk_conf_dominance(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	if (!p->policy->mls)
		return;
	sk_buf_adds(p->out, "dominance {");
	for (uint32_t id = 1; id <= p->policy->n_sens_ids; id++)
		if (p->policy->sens_by_id[id])
			sk_buf_join(p->out, " ", p->policy->sens_by_id[id]->name, NULL);
	sk_buf_adds(p->out, " }\n");
}

static void sk_conf_category(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (!p->policy->cat_by_id[id])
		return;
	sk_buf_join(p->out, "category ", p->policy->cat_by_id[id]->name, NULL);
	sk_conf_aliases(p, sk_print_cat_aliases(p, id));
	sk_buf_adds(p->out, ";\n");
}

static void sk_conf_level(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (!p->policy->sens_by_id[id])
		return;
	sk_buf_adds(p->out, "level ");
	sk_level_print(p->out, p->policy, &p->policy->sens_by_id[id]->level);
	sk_buf_adds(p->out, ";\n");
}

/* An empty set of names has no spelling; a set of one name that is and is not has. */
static bool sk_conf_says_nothing(const struct sk_policy *p, const struct sk_constraint *c)
{
	for (uint32_t i = 0; i < c->n_nodes; i++) {
		const struct sk_constraint_node *n = &c->nodes[i];
		const struct sk_type_set *t = sk_constraint_written(p, n);

		if (n->kind == SK_CONSTRAINT_NAMES &&
		    (t ? sk_bitset_empty(&t->types) && !t->flags : sk_bitset_empty(&n->names)))
			return true;
	}
	return false;
}

static void sk_conf_constraint(struct sk_print *p, uint32_t i, uint32_t which)
{
	const struct sk_print_constraint *c = &p->constraints[i];
	const char *name = p->policy->class_by_id[c->cls.v]->name;

	if (c->validatetrans != (which & SK_PRINT_VALIDATETRANS) || c->mls != !!(which & SK_PRINT_OF_LEVELS))
		return;
	if (!c->validatetrans && !(c->constraint->perms & p->policy->class_by_id[c->cls.v]->perm_mask))
		return;
	if (sk_conf_says_nothing(p->policy, c->constraint))
		sk_print_lacks(p, "a constraint of class %s compares with no name at all", name);
	sk_buf_adds(p->out, which & SK_PRINT_OF_LEVELS ? "mls" : "");
	sk_buf_join(p->out, c->validatetrans ? "validatetrans " : "constrain ", name, " ", NULL);
	if (!c->validatetrans) {
		sk_text_perms(&p->text, p->out, c->cls, c->constraint->perms);
		sk_buf_addc(p->out, ' ');
	}
	sk_constraint_print_expression(p->out, p->policy, c->constraint, SK_STYLE_FULL);
	sk_buf_adds(p->out, ";\n");
}

static void sk_conf_capability(struct sk_print *p, uint32_t bit, uint32_t which SK_UNUSED)
{
	const char *name = selkie_capability_name(bit);

	if (!sk_bitset_has(&p->policy->capabilities, bit))
		return;
	if (name)
		sk_buf_join(p->out, "policycap ", name, ";\n", NULL);
	else
		sk_print_lacks(p, "policy capability %u has no name that is known", bit);
}

static void sk_conf_type_decl(struct sk_print *p, uint32_t id, uint32_t which)
{
	bool attribute = p->policy->type_by_id[id]->attribute;

	/* before version 20 nothing refers to an attribute */
	if (attribute && p->policy->version < 20)
		return;
	if (which & (attribute ? SK_PRINT_ATTRIBUTES : SK_PRINT_PLAIN_TYPES))
		sk_buf_join(p->out, attribute ? "attribute " : "type ", sk_print_type(p, id), ";\n", NULL);
}

static void sk_conf_bool(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_bool *b = p->policy->bool_by_id[id];

	if (b)
		sk_buf_join(p->out, "bool ", b->name, b->state ? " true;\n" : " false;\n", NULL);
}

static void sk_conf_typealias(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_type *t = &p->policy->types[i];

	if (!t->primary)
		sk_buf_join(p->out, "typealias ", sk_print_type(p, t->id.v), " alias ", t->name, ";\n", NULL);
}

static void sk_conf_typebounds(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_type *t = p->policy->type_by_id[id];

	if (t->bounds.v)
		sk_buf_join(p->out, "typebounds ", sk_print_type(p, t->bounds.v), " ", t->name, ";\n", NULL);
}

static void sk_conf_typeattribute(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_idset *set = &p->policy->attributes_of[id];
	size_t n = 0;

	if (p->policy->type_by_id[id]->attribute || !sk_print_room(p, set->n))
		return;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ids[i] != id)
			p->list[n++] = sk_print_type(p, set->ids[i]);
	if (!n)
		return;
	if (p->sorted)
		qsort(p->list, n, sizeof(*p->list), sk_print_name_compare);
	sk_buf_join(p->out, "typeattribute ", sk_print_type(p, id), " ", NULL);
	sk_conf_list(p, n, ", ");
	sk_buf_adds(p->out, ";\n");
}

static void sk_conf_mark(struct sk_print *p, uint32_t id, uint32_t which)
{
	bool permissive = which == SK_PRINT_PERMISSIVE;

	if (sk_bitset_has(permissive ? &p->policy->permissive : &p->policy->neveraudit, id))
		sk_buf_join(p->out, permissive ? "permissive " : "neveraudit ", sk_print_type(p, id), ";\n",
			    NULL);
}

static void sk_conf_hex(struct sk_buf *buf, uint64_t value)
{
	char digits[18];
	size_t i = sizeof(digits);

	do {
		digits[--i] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	digits[--i] = 'x';
	digits[--i] = '0';
	sk_buf_add(buf, digits + i, sizeof(digits) - i);
}

static void sk_conf_xperms(struct sk_print *p, const struct sk_xperm *x)
{
	uint32_t low, high;

	sk_buf_adds(p->out, x->kind == SK_XPERM_NLMSG ? "nlmsg {" : "ioctl {");
	for (uint32_t i = 0; sk_print_next_numbers(x, &i, &low, &high);) {
		sk_buf_addc(p->out, ' ');
		sk_conf_hex(p->out, low);
		if (low == high)
			continue;
		sk_buf_addc(p->out, '-');
		sk_conf_hex(p->out, high);
	}
	sk_buf_adds(p->out, " };\n");
}

/* "SOURCE TARGET:CLASS " */
static void sk_conf_key(struct sk_print *p, uint32_t source, uint32_t target, uint32_t cls, bool self)
{
	sk_text_type(&p->text, p->out, source);
	sk_buf_addc(p->out, ' ');
	if (self && source == target && !p->policy->type_by_id[source]->attribute)
		sk_buf_add(p->out, "self", 4);
	else
		sk_text_type(&p->text, p->out, target);
	sk_buf_addc(p->out, ':');
	sk_text_class(&p->text, p->out, cls);
	sk_buf_addc(p->out, ' ');
}

/* `kind` is a number in sk_print_rule_kinds. A rule that says nothing (no permission of its class) is left out. */
static void sk_conf_rule(struct sk_print *p, const struct sk_rule *r, uint32_t kind, const char *lead)
{
	uint32_t perms = sk_print_perms_of(p, r);

	if (r->kind & SK_RULES_AV && !perms)
		return;
	sk_buf_adds(p->out, lead);
	sk_buf_adds(p->out, sk_print_rule_kinds[kind].conf);
	sk_buf_addc(p->out, ' ');
	sk_conf_key(p, r->source, r->target, r->cls, !(r->kind & SK_RULES_TYPE));
	if (r->kind & SK_RULES_XPERM) {
		sk_conf_xperms(p, &p->policy->xperms[r->data]);
		return;
	}
	if (r->kind & SK_RULES_AV)
		sk_text_perms(&p->text, p->out, (struct sk_class_id){ r->cls }, perms);
	else
		sk_text_type(&p->text, p->out, r->data);
	sk_buf_add(p->out, ";\n", 2);
}

static void sk_conf_unconditional(struct sk_print *p, uint32_t i, uint32_t which)
{
	if (p->policy->rules[i].kind == sk_print_rule_kinds[which].kind)
		sk_conf_rule(p, &p->policy->rules[i], which, "");
}

/* The rules of a branch by kind; compilers put the last one said first. */
static void sk_conf_branch(struct sk_print *p, uint32_t first, uint32_t n)
{
	for (uint32_t kind = 0; kind < SK_PRINT_N_RULE_KINDS; kind++) {
		size_t from = p->out->n;

		for (uint32_t i = first + n; i-- > first;)
			if (p->policy->rules[i].kind == sk_print_rule_kinds[kind].kind)
				sk_conf_rule(p, &p->policy->rules[i], kind, "    ");
		if (p->sorted)
			sk_print_sort_lines(p, from);
	}
}

static void sk_conf_cond(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_cond *c = &p->policy->conds[i];

	sk_buf_adds(p->out, "if (");
	sk_cond_print(p->out, p->policy, c, SK_STYLE_FULL);
	sk_buf_adds(p->out, ") {\n");
	sk_conf_branch(p, c->first_true, c->n_true);
	if (c->n_false)
		sk_buf_adds(p->out, "} else {\n");
	sk_conf_branch(p, c->first_false, c->n_false);
	sk_buf_adds(p->out, "}\n");
}

static void sk_conf_filename(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_filename_transition *f = &p->policy->filename_transitions[i];

	if (strpbrk(f->name, "\"\n") || *f->name == '/')
		sk_print_lacks(p, "the name '%s' of a type_transition cannot be quoted", f->name);
	for (uint32_t s = 0; s < f->sources.n; s++) {
		sk_buf_adds(p->out, "type_transition ");
		sk_conf_key(p, f->sources.ids[s], f->target.v, f->cls.v, false);
		sk_buf_join(p->out, sk_print_type(p, f->result.v), " \"", f->name, "\";\n", NULL);
	}
}

static void sk_conf_range_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_range_transition *t = &p->policy->range_transitions[i];

	sk_buf_adds(p->out, "range_transition ");
	sk_conf_key(p, t->source.v, t->target.v, t->cls.v, false);
	sk_conf_range(p, &t->range);
	sk_buf_adds(p->out, ";\n");
}

/* object_r is declared by the language itself. */
static const struct sk_role *sk_conf_declared_role(const struct sk_print *p, uint32_t id)
{
	const struct sk_role *r = p->policy->role_by_id[id];

	return r && strcmp(r->name, "object_r") ? r : NULL;
}

static void sk_conf_role_decl(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (sk_conf_declared_role(p, id))
		sk_buf_join(p->out, "role ", p->policy->role_by_id[id]->name, ";\n", NULL);
}

static void sk_conf_role_types(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_role *role = sk_conf_declared_role(p, id);
	size_t n = role ? sk_print_list_ids(p, &role->types, sk_print_type) : 0, total = 0, line = 0;

	for (size_t i = 0; i < n; i++)
		total += strlen(p->list[i]) + 1;
	for (size_t i = 0; i < n; i++) {
		if (!line)
			sk_buf_join(p->out, "role ", role->name, " types {", NULL);
		sk_buf_join(p->out, " ", p->list[i], NULL);
		line += strlen(p->list[i]) + 1;
		if (i + 1 == n || (total - 1 > SK_ROLE_LINE_LONG && line >= SK_ROLE_LINE)) {
			sk_buf_adds(p->out, " };\n");
			line = 0;
		}
	}
}

/* Every role dominates itself. */
static void sk_conf_role_dominance(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_role *role = sk_conf_declared_role(p, id);
	size_t n = role ? sk_print_list_bits(p, &role->dominates, sk_print_role) : 0, others = 0;

	for (size_t i = 0; i < n; i++)
		others += strcmp(p->list[i], role->name) != 0;
	if (!others)
		return;
	sk_buf_join(p->out, "dominance { role ", role->name, " {", NULL);
	for (size_t i = 0; i < n; i++)
		if (strcmp(p->list[i], role->name))
			sk_buf_join(p->out, " role ", p->list[i], ";", NULL);
	sk_buf_adds(p->out, " } }\n");
}

/* Bounds of roles and users follow from dots in their names, and from nothing else in this language. */
static void sk_conf_bounds(struct sk_print *p, const char *what, const char *name, const char *parent)
{
	size_t n = strlen(parent);

	if (strncmp(name, parent, n) || name[n] != '.')
		sk_print_lacks(p, "that %s '%s' is bounded by '%s' cannot be said", what, name, parent);
}

static void sk_conf_role_bounds(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_role *role = p->policy->role_by_id[id];

	if (role && role->bounds.v)
		sk_conf_bounds(p, "role", role->name, p->policy->role_by_id[role->bounds.v]->name);
}

static void sk_conf_role_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_transition *t = &p->policy->role_transitions[i];

	sk_buf_join(p->out, "role_transition ", p->policy->role_by_id[t->role.v]->name, " ",
		    sk_print_type(p, t->type.v), ":", p->policy->class_by_id[t->cls.v]->name, " ",
		    p->policy->role_by_id[t->new_role.v]->name, ";\n", NULL);
}

static void sk_conf_role_allow(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_allow *a = &p->policy->role_allows[i];

	sk_buf_join(p->out, "allow ", p->policy->role_by_id[a->role.v]->name, " ",
		    p->policy->role_by_id[a->new_role.v]->name, ";\n", NULL);
}

static void sk_conf_user(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_user *u = p->policy->user_by_id[id];
	size_t n = u ? sk_print_list_bits(p, &u->roles, sk_print_role) : 0;

	if (!u)
		return;
	if (u->bounds.v)
		sk_conf_bounds(p, "user", u->name, p->policy->user_by_id[u->bounds.v]->name);
	if (!n)
		sk_print_lacks(p, "user '%s' has no role", u->name);
	sk_buf_join(p->out, "user ", u->name, n > 1 ? " roles { " : " roles ", NULL);
	sk_conf_list(p, n, " ");
	sk_buf_adds(p->out, n > 1 ? " }" : "");
	if (p->policy->mls) {
		sk_buf_adds(p->out, " level ");
		sk_level_print(p->out, p->policy, &u->default_level);
		sk_buf_adds(p->out, " range ");
		sk_conf_range(p, &u->range);
	}
	sk_buf_adds(p->out, ";\n");
}

/* The contexts stand in the order of the numbers, whatever the file's is. */
static void sk_conf_sid_context(struct sk_print *p, uint32_t sid, uint32_t which SK_UNUSED)
{
	const struct sk_ocontext *o = sk_print_sid_entry(p, sid);

	if (!o)
		return;
	sk_buf_adds(p->out, "sid ");
	sk_print_sid_name(p, p->out, sid);
	sk_buf_addc(p->out, ' ');
	sk_conf_context(p, &o->context[0]);
	sk_buf_addc(p->out, '\n');
}

static void sk_conf_numbers(struct sk_print *p, uint64_t low, uint64_t high, bool hex)
{
	for (int i = 0; i < (low == high ? 1 : 2); i++) {
		if (i)
			sk_buf_addc(p->out, '-');
		if (hex)
			sk_conf_hex(p->out, i ? high : low);
		else
			sk_buf_add_uint(p->out, i ? high : low);
	}
}

static void sk_conf_address(struct sk_print *p, int family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	sk_buf_adds(p->out, inet_ntop(family, address, text, sizeof(text)) ? text : "?");
}

static void sk_conf_node(struct sk_print *p, const struct sk_ocontext *o, int family)
{
	sk_conf_address(p, family, o->u.node.address);
	sk_buf_addc(p->out, ' ');
	sk_conf_address(p, family, o->u.node.mask);
}

static void sk_conf_pkey(struct sk_print *p, const struct sk_ocontext *o)
{
	uint8_t address[16] = { 0 };

	memcpy(address, o->u.ibpkey.prefix, 8);
	sk_conf_address(p, AF_INET6, address);
	sk_buf_addc(p->out, ' ');
	sk_conf_numbers(p, o->u.ibpkey.low, o->u.ibpkey.high, false);
}

/* The statement up to its context. False when there is no such statement. */
static bool sk_conf_labeled(struct sk_print *p, const struct sk_ocontext *o, uint32_t kind)
{
	const char *word;

	switch (kind) {
	case SK_OCON_FSUSE:
		word = o->u.behavior <= SK_FS_USE_TASK ? sk_fs_behavior_word(o->u.behavior) : NULL;
		if (word)
			sk_buf_join(p->out, word, " ", o->name, NULL);
		return word;
	case SK_OCON_PORT:
		word = sk_protocol_word(o->u.port.protocol);
		if (word)
			sk_buf_join(p->out, "portcon ", word, " ", NULL);
		if (word)
			sk_conf_numbers(p, o->u.port.low, o->u.port.high, false);
		return word;
	case SK_OCON_NETIF:
		sk_buf_join(p->out, "netifcon ", o->name, NULL);
		return true;
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		sk_buf_adds(p->out, "nodecon ");
		sk_conf_node(p, o, kind == SK_OCON_NODE ? AF_INET : AF_INET6);
		return true;
	case SK_OCON_IBPKEY:
		sk_buf_adds(p->out, "ibpkeycon ");
		sk_conf_pkey(p, o);
		return true;
	case SK_OCON_IBENDPORT:
		sk_buf_join(p->out, "ibendportcon ", o->name, " ", NULL);
		sk_buf_add_uint(p->out, o->u.ibport);
		return true;
	case SK_OCON_XEN_PIRQ:
		sk_buf_adds(p->out, "pirqcon ");
		sk_buf_add_uint(p->out, o->u.irq);
		return true;
	case SK_OCON_XEN_IOPORT:
	case SK_OCON_XEN_IOMEM:
		sk_buf_adds(p->out, kind == SK_OCON_XEN_IOPORT ? "ioportcon " : "iomemcon ");
		sk_conf_numbers(p, o->u.io.low, o->u.io.high, true);
		return true;
	case SK_OCON_XEN_PCIDEVICE:
		sk_buf_adds(p->out, "pcidevicecon ");
		sk_conf_hex(p->out, o->u.device);
		return true;
	case SK_OCON_XEN_DEVICETREE:
		sk_buf_join(p->out, "devicetreecon \"", o->name, "\"", NULL);
		return true;
	default:
		return false;
	}
}

static void sk_conf_labeling(struct sk_print *p, uint32_t i, uint32_t kind)
{
	const struct sk_ocontext *o = &p->policy->ocontexts[kind][i];

	if (!sk_conf_labeled(p, o, kind)) {
		sk_print_lacks(p, "there is no statement for what labels %s",
			       kind == SK_OCON_FSUSE ? o->name : "ports of an unknown protocol");
		return;
	}
	sk_buf_addc(p->out, ' ');
	sk_conf_context(p, &o->context[0]);
	if (kind == SK_OCON_NETIF) {
		sk_buf_addc(p->out, ' ');
		sk_conf_context(p, &o->context[1]);
	}
	sk_buf_adds(p->out, kind == SK_OCON_FSUSE ? ";\n" : "\n");
}

static const struct {
	const char *cls, *letter;
} sk_conf_letters[] = {
	{ "file", " --" },     { "dir", " -d" },      { "lnk_file", " -l" }, { "fifo_file", " -p" },
	{ "sock_file", " -s" }, { "blk_file", " -b" }, { "chr_file", " -c" },
};

static const char *sk_conf_letter(struct sk_print *p, const struct sk_genfs_path *path)
{
	const char *name = path->cls.v ? p->policy->class_by_id[path->cls.v]->name : NULL;

	if (!name)
		return "";
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_conf_letters); i++)
		if (!strcmp(name, sk_conf_letters[i].cls))
			return sk_conf_letters[i].letter;
	sk_print_lacks(p, "genfscon has no letter for class '%s'", name);
	return NULL;
}

static void sk_conf_genfs(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_genfs *g = &p->policy->genfs[i];

	for (uint32_t k = 0; k < g->n_paths; k++) {
		const char *letter = sk_conf_letter(p, &g->paths[k]);

		if (!letter)
			continue;
		sk_buf_join(p->out, "genfscon ", g->fstype, " \"", NULL);
		sk_buf_add(p->out, g->paths[k].path, sk_print_genfs_length(p, g, &g->paths[k]));
		sk_buf_join(p->out, "\"", letter, " ", NULL);
		sk_conf_context(p, &g->paths[k].context);
		sk_buf_addc(p->out, '\n');
	}
}

const struct sk_print_language sk_print_conf = {
	.begin = sk_conf_begin,
	.write = {
		[SK_KIND_HEADER] = sk_conf_unknown,
		[SK_KIND_CLASS_NAMES] = sk_conf_class,
		[SK_KIND_SID_NAMES] = sk_conf_sid,
		[SK_KIND_COMMONS] = sk_conf_common,
		[SK_KIND_CLASSES] = sk_conf_access_vector,
		[SK_KIND_DEFAULT_USERS ... SK_KIND_DEFAULT_RANGES] = sk_conf_default,
		[SK_KIND_SENSITIVITIES] = sk_conf_sens,
		[SK_KIND_SENSITIVITY_ORDER] = sk_conf_dominance,
		[SK_KIND_CATEGORIES] = sk_conf_category,
		[SK_KIND_LEVELS] = sk_conf_level,
		[SK_KIND_MLS_CONSTRAINTS ... SK_KIND_MLS_VALIDATETRANS] = sk_conf_constraint,
		[SK_KIND_CAPABILITIES] = sk_conf_capability,
		[SK_KIND_TYPES_IN_ORDER] = sk_conf_type_decl,
		[SK_KIND_ATTRIBUTES_SORTED] = sk_conf_type_decl,
		[SK_KIND_BOOLS] = sk_conf_bool,
		[SK_KIND_TYPES_SORTED] = sk_conf_type_decl,
		[SK_KIND_TYPE_ALIASES] = sk_conf_typealias,
		[SK_KIND_TYPE_BOUNDS] = sk_conf_typebounds,
		[SK_KIND_TYPES] = sk_conf_typeattribute,
		[SK_KIND_PERMISSIVE_TYPES ... SK_KIND_NEVERAUDIT_TYPES] = sk_conf_mark,
		[SK_KIND_ALLOWS ... SK_KIND_TYPE_CHANGES] = sk_conf_unconditional,
		[SK_KIND_FILENAME_TRANSITIONS] = sk_conf_filename,
		[SK_KIND_RANGE_TRANSITIONS] = sk_conf_range_transition,
		[SK_KIND_CONDS] = sk_conf_cond,
		[SK_KIND_ROLE_NAMES] = sk_conf_role_decl,
		[SK_KIND_ROLES] = sk_conf_role_types,
		[SK_KIND_ROLE_DOMINANCE] = sk_conf_role_dominance,
		[SK_KIND_ROLE_BOUNDS] = sk_conf_role_bounds,
		[SK_KIND_ROLE_TRANSITIONS] = sk_conf_role_transition,
		[SK_KIND_ROLE_ALLOWS] = sk_conf_role_allow,
		[SK_KIND_USERS] = sk_conf_user,
		[SK_KIND_CONSTRAINTS ... SK_KIND_VALIDATETRANS] = sk_conf_constraint,
		[SK_KIND_SIDS] = sk_conf_sid_context,
		[SK_KIND_FSUSES] = sk_conf_labeling,
		[SK_KIND_GENFS] = sk_conf_genfs,
		[SK_KIND_PORTS ... SK_KIND_IBENDPORTS] = sk_conf_labeling,
	},
};
