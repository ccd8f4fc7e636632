/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing a kernel's binary policy. Everything is written in the order of the model, which is that of the file it was
 * read from, so that an unchanged policy gives the same bytes. Another version than the model's may be asked for: what
 * that version cannot say is found first (write-fit.c), so that here nothing can fail but memory and the disk.
 */
#include "format/kernel-writer.h"

#include <errno.h>
#include <string.h>

#include "base/output.h"

static void sk_put_u8(struct sk_kernel_writer *w, uint32_t v)
{
	sk_buf_addc(&w->b, (char)v);
}

static void sk_put_u16(struct sk_kernel_writer *w, uint32_t v)
{
	unsigned char bytes[2] = { (unsigned char)v, (unsigned char)(v >> 8) };

	sk_buf_add(&w->b, bytes, sizeof(bytes));
}

static void sk_put_u32(struct sk_kernel_writer *w, uint32_t v)
{
	unsigned char bytes[4] = { (unsigned char)v, (unsigned char)(v >> 8),
				   (unsigned char)(v >> 16), (unsigned char)(v >> 24) };

	sk_buf_add(&w->b, bytes, sizeof(bytes));
}

static void sk_put_u64(struct sk_kernel_writer *w, uint64_t v)
{
	sk_put_u32(w, (uint32_t)v);
	sk_put_u32(w, (uint32_t)(v >> 32));
}

static uint32_t sk_length(const char *s)
{
	return (uint32_t)strlen(s);
}

static void sk_put_bytes(struct sk_kernel_writer *w, const char *s)
{
	sk_buf_add(&w->b, s, strlen(s));
}

static void sk_put_name(struct sk_kernel_writer *w, const char *s)
{
	sk_put_u32(w, sk_length(s));
	sk_put_bytes(w, s);
}

/* The i-th word of a set in the file's numbering. */
static uint64_t sk_file_word(const struct sk_bitset *set, uint32_t i, uint32_t first_id)
{
	uint64_t v = set->words[i] >> first_id;

	if (first_id && i + 1 < set->n_words)
		v |= set->words[i + 1] << 63;
	return v;
}

static void sk_put_set_head(struct sk_kernel_writer *w, uint32_t length, uint32_t n)
{
	sk_put_u32(w, 64);
	sk_put_u32(w, length);
	sk_put_u32(w, n);
}

static void sk_put_bitset(struct sk_kernel_writer *w, const struct sk_bitset *set,
			  uint32_t first_id)
{
	uint32_t n = 0, length = 0;

	for (uint32_t i = 0; i < set->n_words; i++) {
		if (!sk_file_word(set, i, first_id))
			continue;
		n++;
		length = (i + 1) * 64;
	}
	sk_put_set_head(w, length, n);
	for (uint32_t i = 0; i < set->n_words; i++) {
		uint64_t v = sk_file_word(set, i, first_id);

		if (!v)
			continue;
		sk_put_u32(w, i * 64);
		sk_put_u64(w, v);
	}
}

/* Ids from *at on that share a word of the file; *at becomes the next. `without` is left out; 0 leaves none out. */
static uint64_t sk_idset_word(const struct sk_idset *set, uint32_t *at, uint32_t without,
			      uint32_t *ret_start)
{
	uint32_t word = (set->ids[*at] - 1) / 64;
	uint64_t v = 0;

	for (; *at < set->n && (set->ids[*at] - 1) / 64 == word; ++*at)
		if (set->ids[*at] != without)
			v |= (uint64_t)1 << ((set->ids[*at] - 1) % 64);
	*ret_start = word * 64;
	return v;
}

static void sk_put_idset(struct sk_kernel_writer *w, const struct sk_idset *set, uint32_t without)
{
	uint32_t n = 0, length = 0, start;

	for (uint32_t at = 0; at < set->n;) {
		if (!sk_idset_word(set, &at, without, &start))
			continue;
		n++;
		length = start + 64;
	}
	sk_put_set_head(w, length, n);
	for (uint32_t at = 0; at < set->n;) {
		uint64_t v = sk_idset_word(set, &at, without, &start);

		if (!v)
			continue;
		sk_put_u32(w, start);
		sk_put_u64(w, v);
	}
}

static void sk_put_level(struct sk_kernel_writer *w, const struct sk_level *level)
{
	sk_put_u32(w, level->sens.v);
	sk_put_bitset(w, &level->cats, 1);
}

static void sk_put_range(struct sk_kernel_writer *w, const struct sk_range *range)
{
	bool same = range->low.sens.v == range->high.sens.v &&
		    sk_bitset_equal(&range->low.cats, &range->high.cats);

	sk_put_u32(w, same ? 1 : 2);
	sk_put_u32(w, range->low.sens.v);
	if (!same)
		sk_put_u32(w, range->high.sens.v);
	sk_put_bitset(w, &range->low.cats, 1);
	if (!same)
		sk_put_bitset(w, &range->high.cats, 1);
}

static void sk_put_context(struct sk_kernel_writer *w, const struct sk_context *c)
{
	sk_put_u32(w, c->user.v);
	sk_put_u32(w, c->role.v);
	sk_put_u32(w, c->type.v);
	if (w->version >= SK_SINCE_MLS)
		sk_put_range(w, &c->range);
}

static void sk_put_header(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;

	sk_put_u32(w, SK_KERNEL_MAGIC);
	sk_put_name(w, sk_kernel_target_string(p->target));
	sk_put_u32(w, w->version);
	sk_put_u32(w, (p->config & ~(SK_CONFIG_MLS | SK_CONFIG_UNKNOWN)) |
			      (p->mls ? SK_CONFIG_MLS : 0) | (uint32_t)p->handle_unknown);
	sk_put_u32(w, sk_kernel_n_symbols(w->version));
	sk_put_u32(w, sk_kernel_n_ocontexts(p->target, w->version));
	if (w->version >= SK_SINCE_CAPABILITIES)
		sk_put_bitset(w, &p->capabilities, 0);
	if (w->version >= SK_SINCE_PERMISSIVE)
		sk_put_bitset(w, &p->permissive, 0);
	if (w->version >= SK_SINCE_NEVERAUDIT)
		sk_put_bitset(w, &p->neveraudit, 0);
}

static void sk_put_perms(struct sk_kernel_writer *w, const struct sk_perm *perms, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sk_put_u32(w, sk_length(perms[i].name));
		sk_put_u32(w, perms[i].value);
		sk_put_bytes(w, perms[i].name);
	}
}

static void sk_put_common(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_common *c = &w->p->commons[i];

	sk_put_u32(w, sk_length(c->name));
	sk_put_u32(w, c->value);
	sk_put_u32(w, c->n_prim);
	sk_put_u32(w, c->n_perms);
	sk_put_bytes(w, c->name);
	sk_put_perms(w, c->perms, c->n_perms);
}

/* The names as they were written in the source; before version 29 only what they came to was kept. */
static void sk_put_type_set(struct sk_kernel_writer *w, const struct sk_constraint_node *node)
{
	struct sk_type_set came_to = { 0 };
	const struct sk_type_set *set = node->type_names;

	if (!set) {
		if (node->attr & SK_ATTR_TYPE)
			came_to.types = node->names;
		set = &came_to;
	}
	sk_put_bitset(w, &set->types, 1);
	sk_put_bitset(w, &set->negset, 1);
	sk_put_u32(w, set->flags);
}

static void sk_put_constraints(struct sk_kernel_writer *w, const struct sk_constraint *list,
			       uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sk_put_u32(w, list[i].perms);
		sk_put_u32(w, list[i].n_nodes);
		for (uint32_t j = 0; j < list[i].n_nodes; j++) {
			const struct sk_constraint_node *node = &list[i].nodes[j];

			sk_put_u32(w, node->kind);
			sk_put_u32(w, node->attr);
			sk_put_u32(w, node->op);
			if (node->kind != SK_CONSTRAINT_NAMES)
				continue;
			sk_put_bitset(w, &node->names, 1);
			if (w->version >= SK_SINCE_CONSTRAINT_NAMES)
				sk_put_type_set(w, node);
		}
	}
}

static void sk_put_class(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_class *c = &w->p->classes[i];
	uint32_t range = c->default_range;

	sk_put_u32(w, sk_length(c->name));
	sk_put_u32(w, c->common ? sk_length(c->common->name) : 0);
	sk_put_u32(w, c->id.v);
	sk_put_u32(w, c->n_prim);
	sk_put_u32(w, c->n_perms);
	sk_put_u32(w, c->n_constraints);
	sk_put_bytes(w, c->name);
	if (c->common)
		sk_put_bytes(w, c->common->name);
	sk_put_perms(w, c->perms, c->n_perms);
	sk_put_constraints(w, c->constraints, c->n_constraints);
	if (w->version >= SK_SINCE_MLS) {
		sk_put_u32(w, c->n_validatetrans);
		sk_put_constraints(w, c->validatetrans, c->n_validatetrans);
	}
	if (range == SK_DEFAULT_GLBLUB && w->version < SK_SINCE_GLBLUB &&
	    w->version != w->p->version)
		range = SK_DEFAULT_RANGE_NONE;
	if (w->version >= SK_SINCE_DEFAULTS) {
		sk_put_u32(w, c->default_user);
		sk_put_u32(w, c->default_role);
		sk_put_u32(w, range);
	}
	if (w->version >= SK_SINCE_DEFAULT_TYPE)
		sk_put_u32(w, c->default_type);
}

static void sk_put_role(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_role *role = &w->p->roles[i];

	sk_put_u32(w, sk_length(role->name));
	sk_put_u32(w, role->id.v);
	if (w->version >= SK_SINCE_BOUNDS)
		sk_put_u32(w, role->bounds.v);
	sk_put_bytes(w, role->name);
	sk_put_bitset(w, &role->dominates, 1);
	sk_put_idset(w, &role->types, 0);
}

/* The properties word, in the form of the version. */
static uint32_t sk_type_word(const struct sk_kernel_writer *w, const struct sk_type *type)
{
	bool old = w->version < SK_SINCE_BOUNDS;

	if (old == (w->p->version < SK_SINCE_BOUNDS))
		return type->properties;
	return old ? type->primary
		   : (type->primary ? SK_TYPE_PRIMARY : 0) | (type->attribute ? SK_TYPE_ATTRIBUTE : 0);
}

static void sk_put_type(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_type *type = &w->p->types[i];

	if (w->version < SK_SINCE_BOUNDS && type->attribute)
		return;
	sk_put_u32(w, sk_length(type->name));
	sk_put_u32(w, type->id.v);
	sk_put_u32(w, sk_type_word(w, type));
	if (w->version >= SK_SINCE_BOUNDS)
		sk_put_u32(w, type->bounds.v);
	sk_put_bytes(w, type->name);
}

static void sk_put_user(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_user *user = &w->p->users[i];

	sk_put_u32(w, sk_length(user->name));
	sk_put_u32(w, user->id.v);
	if (w->version >= SK_SINCE_BOUNDS)
		sk_put_u32(w, user->bounds.v);
	sk_put_bytes(w, user->name);
	sk_put_bitset(w, &user->roles, 1);
	if (w->version >= SK_SINCE_MLS) {
		sk_put_range(w, &user->range);
		sk_put_level(w, &user->default_level);
	}
}

static void sk_put_bool(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_bool *b = &w->p->bools[i];

	sk_put_u32(w, b->id.v);
	sk_put_u32(w, b->state);
	sk_put_name(w, b->name);
}

static void sk_put_sens(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_sens *sens = &w->p->sens[i];

	sk_put_u32(w, sk_length(sens->name));
	sk_put_u32(w, !sens->primary);
	sk_put_bytes(w, sens->name);
	sk_put_level(w, &sens->level);
}

static void sk_put_cat(struct sk_kernel_writer *w, uint32_t i)
{
	const struct sk_cat *cat = &w->p->cats[i];

	sk_put_u32(w, sk_length(cat->name));
	sk_put_u32(w, cat->id.v);
	sk_put_u32(w, !cat->primary);
	sk_put_bytes(w, cat->name);
}

/* Attributes of versions 20 to 23 have no symbol in the file; later versions need one. */
static bool sk_attribute_is_nameless(const struct sk_kernel_writer *w, uint32_t id)
{
	return w->p->version >= SK_SINCE_AVTAB && w->p->version < SK_SINCE_BOUNDS &&
	       w->version >= SK_SINCE_BOUNDS && w->p->type_by_id[id]->attribute;
}

static uint32_t sk_count_types(const struct sk_kernel_writer *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->p->n_types; i++)
		n += w->version >= SK_SINCE_BOUNDS || !w->p->types[i].attribute;
	for (uint32_t id = 1; id <= w->p->n_type_ids; id++)
		n += sk_attribute_is_nameless(w, id);
	return n;
}

static void sk_put_nameless_attributes(struct sk_kernel_writer *w)
{
	for (uint32_t id = 1; id <= w->p->n_type_ids; id++) {
		if (!sk_attribute_is_nameless(w, id))
			continue;
		sk_put_u32(w, sk_length(w->p->type_by_id[id]->name));
		sk_put_u32(w, id);
		sk_put_u32(w, SK_TYPE_PRIMARY | SK_TYPE_ATTRIBUTE);
		sk_put_u32(w, 0);
		sk_put_bytes(w, w->p->type_by_id[id]->name);
	}
}

/*
 * The highest number that a table says it has; a compiler need not say one. Since version 20 as many attribute sets
 * follow as the types' says.
 */
static uint32_t sk_n_prim(const struct sk_kernel_writer *w, enum sk_symbol table)
{
	const struct sk_policy *p = w->p;
	const uint32_t highest[SK_N_SYM] = {
		p->n_commons, p->n_class_ids, p->n_role_ids, p->n_type_ids,
		p->n_user_ids, p->n_bool_ids, p->n_sens_ids, p->n_cat_ids,
	};

	if (table == SK_SYM_TYPE && w->version >= SK_SINCE_AVTAB)
		return p->n_type_ids;
	return SK_MAX(p->n_prims[table], highest[table]);
}

static void sk_put_symbols(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;
	const struct {
		uint32_t n, n_put;
		void (*put)(struct sk_kernel_writer *w, uint32_t i);
	} rows[SK_N_SYM] = {
		{ p->n_commons, p->n_commons, sk_put_common },
		{ p->n_classes, p->n_classes, sk_put_class },
		{ p->n_roles, p->n_roles, sk_put_role },
		{ p->n_types, sk_count_types(w), sk_put_type },
		{ p->n_users, p->n_users, sk_put_user },
		{ p->n_bools, p->n_bools, sk_put_bool },
		{ p->n_sens, p->n_sens, sk_put_sens },
		{ p->n_cats, p->n_cats, sk_put_cat },
	};

	for (uint32_t t = 0; t < sk_kernel_n_symbols(w->version); t++) {
		sk_put_u32(w, sk_n_prim(w, (enum sk_symbol)t));
		sk_put_u32(w, rows[t].n_put);
		for (uint32_t i = 0; i < rows[t].n; i++)
			rows[t].put(w, i);
		if (t == SK_SYM_TYPE)
			sk_put_nameless_attributes(w);
	}
}

static void sk_put_rule(struct sk_kernel_writer *w, const struct sk_rule *rule)
{
	const struct sk_xperm *x;

	sk_put_u16(w, rule->source);
	sk_put_u16(w, rule->target);
	sk_put_u16(w, rule->cls);
	sk_put_u16(w, rule->kind | (uint32_t)rule->enabled << 15);
	if (!(rule->kind & SK_RULES_XPERM)) {
		sk_put_u32(w, rule->data);
		return;
	}
	x = &w->p->xperms[rule->data];
	sk_put_u8(w, x->kind);
	sk_put_u8(w, x->driver);
	for (size_t i = 0; i < SK_ARRAY_LEN(x->perms); i++)
		sk_put_u32(w, x->perms[i]);
}

/* A record of versions before 20 from n rules of one source, target and class. */
static void sk_put_old_record(struct sk_kernel_writer *w, const struct sk_rule *rules, uint32_t n)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < n; i++)
		kinds |= rules[i].kind | (rules[i].enabled ? SK_OLD_ENABLED : 0);
	sk_put_u32(w, 4 + n);
	sk_put_u32(w, rules->source);
	sk_put_u32(w, rules->target);
	sk_put_u32(w, rules->cls);
	sk_put_u32(w, kinds);
	for (size_t k = 0; k < SK_ARRAY_LEN(sk_old_rule_order); k++)
		for (uint32_t i = 0; i < n; i++)
			if (rules[i].kind == sk_old_rule_order[k])
				sk_put_u32(w, rules[i].data);
}

static uint32_t sk_group_length(const struct sk_rule *rules, uint32_t n)
{
	uint32_t i = 1;

	while (i < n && rules[i].grouped)
		i++;
	return i;
}

static void sk_put_rules(struct sk_kernel_writer *w, const struct sk_rule *rules, uint32_t n)
{
	uint32_t n_records = 0;

	if (w->version >= SK_SINCE_AVTAB) {
		sk_put_u32(w, n);
		for (uint32_t i = 0; i < n; i++)
			sk_put_rule(w, &rules[i]);
		return;
	}
	for (uint32_t i = 0; i < n; i += sk_group_length(rules + i, n - i))
		n_records++;
	sk_put_u32(w, n_records);
	for (uint32_t i = 0, length; i < n; i += length) {
		length = sk_group_length(rules + i, n - i);
		sk_put_old_record(w, rules + i, length);
	}
}

static void sk_put_conds(struct sk_kernel_writer *w)
{
	const struct sk_rule *rules = w->fit.rules;

	sk_put_u32(w, w->fit.n_conds);
	for (uint32_t i = 0; i < w->fit.n_conds; i++) {
		const struct sk_cond *c = &w->fit.conds[i];

		sk_put_u32(w, c->file_state);
		sk_put_u32(w, c->n_nodes);
		for (uint32_t j = 0; j < c->n_nodes; j++) {
			sk_put_u32(w, c->nodes[j].op);
			sk_put_u32(w, c->nodes[j].boolean.v);
		}
		sk_put_rules(w, rules + c->first_true, c->n_true);
		sk_put_rules(w, rules + c->first_false, c->n_false);
	}
}

static void sk_put_role_rules(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;
	bool with_class = w->version >= SK_SINCE_ROLE_CLASS;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_role_transitions; i++)
		n += with_class || p->role_transitions[i].cls.v == w->fit.process.v;
	sk_put_u32(w, n);
	for (uint32_t i = 0; i < p->n_role_transitions; i++) {
		const struct sk_role_transition *t = &p->role_transitions[i];

		if (!with_class && t->cls.v != w->fit.process.v)
			continue;
		sk_put_u32(w, t->role.v);
		sk_put_u32(w, t->type.v);
		sk_put_u32(w, t->new_role.v);
		if (with_class)
			sk_put_u32(w, t->cls.v);
	}
	sk_put_u32(w, p->n_role_allows);
	for (uint32_t i = 0; i < p->n_role_allows; i++) {
		sk_put_u32(w, p->role_allows[i].role.v);
		sk_put_u32(w, p->role_allows[i].new_role.v);
	}
}

static void sk_put_single_filenames(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_filename_transitions; i++)
		n += p->filename_transitions[i].sources.n;
	sk_put_u32(w, n);
	for (uint32_t i = 0; i < p->n_filename_transitions; i++) {
		const struct sk_filename_transition *t = &p->filename_transitions[i];

		for (uint32_t j = 0; j < t->sources.n; j++) {
			sk_put_name(w, t->name);
			sk_put_u32(w, t->sources.ids[j]);
			sk_put_u32(w, t->target.v);
			sk_put_u32(w, t->cls.v);
			sk_put_u32(w, t->result.v);
		}
	}
}

static void sk_put_grouped_filenames(struct sk_kernel_writer *w)
{
	const struct sk_filename_transition *list = w->fit.filenames;
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->fit.n_filenames; i++)
		n += list[i].n_group > 0;
	sk_put_u32(w, n);
	for (uint32_t i = 0; i < w->fit.n_filenames; i++) {
		if (list[i].n_group) {
			sk_put_name(w, list[i].name);
			sk_put_u32(w, list[i].target.v);
			sk_put_u32(w, list[i].cls.v);
			sk_put_u32(w, list[i].n_group);
		}
		sk_put_idset(w, &list[i].sources, 0);
		sk_put_u32(w, list[i].result.v);
	}
}

static void sk_put_ocontext_key(struct sk_kernel_writer *w, const struct sk_ocontext *c,
				enum sk_ocontext_kind kind)
{
	switch (kind) {
	case SK_OCON_ISID:
	case SK_OCON_XEN_ISID:
		sk_put_u32(w, c->u.sid);
		break;
	case SK_OCON_FS:
	case SK_OCON_NETIF:
	case SK_OCON_XEN_DEVICETREE:
		sk_put_name(w, c->name);
		break;
	case SK_OCON_PORT:
		sk_put_u32(w, c->u.port.protocol);
		sk_put_u32(w, c->u.port.low);
		sk_put_u32(w, c->u.port.high);
		break;
	case SK_OCON_NODE:
		sk_buf_add(&w->b, c->u.node.address, 4);
		sk_buf_add(&w->b, c->u.node.mask, 4);
		break;
	case SK_OCON_NODE6:
		sk_buf_add(&w->b, c->u.node.address, 16);
		sk_buf_add(&w->b, c->u.node.mask, 16);
		break;
	case SK_OCON_FSUSE:
		sk_put_u32(w, c->u.behavior);
		sk_put_name(w, c->name);
		break;
	case SK_OCON_IBPKEY:
		sk_buf_add(&w->b, c->u.ibpkey.prefix, sizeof(c->u.ibpkey.prefix));
		sk_put_u32(w, c->u.ibpkey.low);
		sk_put_u32(w, c->u.ibpkey.high);
		break;
	case SK_OCON_IBENDPORT:
		sk_put_u32(w, sk_length(c->name));
		sk_put_u32(w, c->u.ibport);
		sk_put_bytes(w, c->name);
		break;
	case SK_OCON_XEN_PIRQ:
		sk_put_u32(w, c->u.irq);
		break;
	case SK_OCON_XEN_IOMEM:
		if (w->version >= SK_SINCE_XEN_DEVICETREE) {
			sk_put_u64(w, c->u.io.low);
			sk_put_u64(w, c->u.io.high);
			break;
		}
		/* fall through */
	case SK_OCON_XEN_IOPORT:
		sk_put_u32(w, (uint32_t)c->u.io.low);
		sk_put_u32(w, (uint32_t)c->u.io.high);
		break;
	case SK_OCON_XEN_PCIDEVICE:
		sk_put_u32(w, c->u.device);
		break;
	case SK_N_OCON:
		break;
	}
}

static void sk_put_ocontexts(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;

	for (uint32_t i = 0; i < sk_kernel_n_ocontexts(p->target, w->version); i++) {
		enum sk_ocontext_kind kind = sk_kernel_ocontext_kind(p->target, i);

		sk_put_u32(w, p->n_ocontexts[kind]);
		for (uint32_t j = 0; j < p->n_ocontexts[kind]; j++) {
			const struct sk_ocontext *c = &p->ocontexts[kind][j];

			sk_put_ocontext_key(w, c, kind);
			sk_put_context(w, &c->context[0]);
			if (kind == SK_OCON_FS || kind == SK_OCON_NETIF)
				sk_put_context(w, &c->context[1]);
		}
	}
}

static void sk_put_genfs(struct sk_kernel_writer *w)
{
	sk_put_u32(w, w->p->n_genfs);
	for (uint32_t i = 0; i < w->p->n_genfs; i++) {
		const struct sk_genfs *g = &w->p->genfs[i];

		sk_put_name(w, g->fstype);
		sk_put_u32(w, g->n_paths);
		for (uint32_t j = 0; j < g->n_paths; j++) {
			sk_put_name(w, g->paths[j].path);
			sk_put_u32(w, g->paths[j].cls.v);
			sk_put_context(w, &g->paths[j].context);
		}
	}
}

static void sk_put_range_transitions(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;
	bool with_class = w->version >= SK_SINCE_RANGE_CLASS;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_range_transitions; i++)
		n += with_class || p->range_transitions[i].cls.v == w->fit.process.v;
	sk_put_u32(w, n);
	for (uint32_t i = 0; i < p->n_range_transitions; i++) {
		const struct sk_range_transition *t = &p->range_transitions[i];

		if (!with_class && t->cls.v != w->fit.process.v)
			continue;
		sk_put_u32(w, t->source.v);
		sk_put_u32(w, t->target.v);
		if (with_class)
			sk_put_u32(w, t->cls.v);
		sk_put_range(w, &t->range);
	}
}

static void sk_put_attributes(struct sk_kernel_writer *w)
{
	const struct sk_policy *p = w->p;

	for (uint32_t id = 1; id <= p->n_type_ids; id++)
		sk_put_idset(w, &p->attributes_of[id],
			     sk_bitset_has(&p->not_own_attribute, id) ? id : 0);
}

static void sk_kernel_put(struct sk_kernel_writer *w)
{
	sk_put_header(w);
	sk_put_symbols(w);
	sk_put_rules(w, w->fit.rules, w->fit.n_unconditional);
	if (w->version >= SK_SINCE_BOOL)
		sk_put_conds(w);
	sk_put_role_rules(w);
	if (w->version >= SK_SINCE_GROUPED_FILENAMES)
		sk_put_grouped_filenames(w);
	else if (w->version >= SK_SINCE_FILENAME_TRANSITIONS)
		sk_put_single_filenames(w);
	sk_put_ocontexts(w);
	sk_put_genfs(w);
	if (w->version >= SK_SINCE_MLS)
		sk_put_range_transitions(w);
	if (w->version >= SK_SINCE_AVTAB)
		sk_put_attributes(w);
}

/* Writes to a buffer that has its sink. Returns as selkie_policy_write_fd. */
static int sk_kernel_write(struct sk_kernel_writer *w, const struct sk_policy *policy,
			   unsigned int version, struct sk_diags *diags)
{
	int r;

	w->p = policy;
	w->version = version ? version : policy->version;
	r = sk_kernel_fit(w, diags);
	if (!r) {
		sk_kernel_put(w);
		r = w->b.failed ? w->b.error : 0;
	}
	if (!r && w->b.fd >= 0)
		r = sk_buf_flush(&w->b);
	sk_arena_done(&w->fit.arena);
	return r;
}

int selkie_policy_write_memory(const selkie_policy *policy, unsigned int version,
			       selkie_diagnostics *diags, void **ret_data, size_t *ret_size)
{
	struct sk_kernel_writer w = { .b = SK_BUF_INIT };
	int r = sk_kernel_write(&w, policy, version, diags);
	char *data;

	if (!r) {
		data = sk_buf_steal(&w.b, ret_size);
		r = data ? 0 : -ENOMEM;
		if (data)
			*ret_data = data;
	}
	sk_buf_done(&w.b);
	return r;
}

int selkie_policy_write_fd(const selkie_policy *policy, int fd, unsigned int version,
			   selkie_diagnostics *diags)
{
	struct sk_kernel_writer w = { .b = SK_BUF_INIT };
	int r;

	sk_buf_to_fd(&w.b, fd);
	r = sk_kernel_write(&w, policy, version, diags);
	sk_buf_done(&w.b);
	return r;
}

int selkie_policy_save(const selkie_policy *policy, const char *path, unsigned int version,
		       selkie_diagnostics *diags)
{
	sk_auto_output struct sk_output output = SK_OUTPUT_INIT;
	int r = sk_output_open(&output, path);

	if (!r)
		r = selkie_policy_write_fd(policy, output.fd, version, diags);
	if (!r)
		r = sk_output_finish(&output, 0644);	/* readable by all, as policies are */
	if (!r)
		r = sk_output_commit(&output);
	return r ? r : sk_output_sync(&output);
}
