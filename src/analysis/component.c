/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Components of a policy as sorted lists. One table has a row a kind: what it is called, how its members are found, how
 * one is written as policy text. What is listed and how it reads follows seinfo (setools 4.4).
 */
#include "selkie/component.h"

#include <errno.h>
#include <string.h>

#include "analysis/match.h"
#include "base/diag.h"
#include "model/text.h"
#include "model/words.h"
#include "selkie/capability.h"
#include "selkie/name.h"
#include "selkie/type.h"

/* Aliases of a symbol table by id: chains of positions, built once because looking for them takes the whole table. */
struct sk_aliases {
	uint32_t *first, *next; /* position + 1, or 0 */
};

struct sk_components {
	const struct sk_policy *policy;
	enum selkie_component_kind kind;
	struct sk_arena arena;
	struct sk_text text;
	struct sk_aliases aliases; /* of the kind's table, when it has any */
	struct selkie_component *items;
	size_t n, cap;
};

/* A list in the making. */
struct sk_listing {
	struct sk_components *list;
	const struct sk_policy *p;
	const char *match; /* or NULL */
	struct sk_diags *diags;
	struct sk_buf buf;
};

static int sk_listing_add(struct sk_listing *l, uint32_t id, uint32_t index, const char *name,
			  const char *text)
{
	struct sk_components *c = l->list;
	int r = sk_grow(&c->items, &c->cap, c->n + 1, sizeof(*c->items));

	if (!r)
		c->items[c->n++] = (struct selkie_component){
			.kind = c->kind, .id = id, .index = index, .name = name, .text = text
		};
	return r;
}

/* Adds what is listed by the text in the buffer, which is emptied. */
static int sk_listing_add_text(struct sk_listing *l, uint32_t id, uint32_t index, const char *name)
{
	char *text;

	if (l->buf.failed)
		return l->buf.error;
	text = sk_arena_strndup(&l->list->arena, l->buf.n ? l->buf.data : "", l->buf.n);
	l->buf.n = 0;
	return text ? sk_listing_add(l, id, index, name, text) : -ENOMEM;
}

static bool sk_listing_wants(const struct sk_listing *l, const char *name)
{
	return !l->match || (name && !strcmp(l->match, name));
}

static int sk_list_booleans(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_bools; i++)
		if (sk_listing_wants(l, l->p->bools[i].name))
			r = sk_listing_add(l, l->p->bools[i].id.v, 0, l->p->bools[i].name,
					   l->p->bools[i].name);
	return r;
}

static int sk_list_categories(struct sk_listing *l)
{
	uint32_t wanted = l->match ? sk_policy_find_cat(l->p, l->match).v : 0;
	int r = 0;

	for (uint32_t id = 1; !r && id <= l->p->n_cat_ids; id++)
		if (l->p->cat_by_id[id] && (!l->match || id == wanted))
			r = sk_listing_add(l, id, 0, l->p->cat_by_id[id]->name,
					   l->p->cat_by_id[id]->name);
	return r;
}

static int sk_list_sensitivities(struct sk_listing *l)
{
	uint32_t wanted = l->match ? sk_policy_find_sens(l->p, l->match).v : 0;
	int r = 0;

	for (uint32_t id = 1; !r && id <= l->p->n_sens_ids; id++)
		if (l->p->sens_by_id[id] && (!l->match || id == wanted))
			r = sk_listing_add(l, id, 0, l->p->sens_by_id[id]->name,
					   l->p->sens_by_id[id]->name);
	return r;
}

static int sk_list_classes(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_classes; i++)
		if (sk_listing_wants(l, l->p->classes[i].name))
			r = sk_listing_add(l, l->p->classes[i].id.v, 0, l->p->classes[i].name,
					   l->p->classes[i].name);
	return r;
}

static int sk_list_commons(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_commons; i++)
		if (sk_listing_wants(l, l->p->commons[i].name))
			r = sk_listing_add(l, i, 0, l->p->commons[i].name, l->p->commons[i].name);
	return r;
}

static int sk_list_types(struct sk_listing *l)
{
	bool attributes = l->list->kind == SELKIE_COMPONENT_ATTRIBUTE;
	bool permissive = l->list->kind == SELKIE_COMPONENT_PERMISSIVE;
	uint32_t wanted = l->match ? sk_policy_find_type(l->p, l->match).v : 0;
	int r = 0;

	for (uint32_t id = 1; !r && id <= l->p->n_type_ids; id++) {
		const struct sk_type *t = l->p->type_by_id[id];

		if (t->attribute != attributes || (l->match && id != wanted) ||
		    (permissive && !sk_bitset_has(&l->p->permissive, id)))
			continue;
		/* only the list of types knows aliases */
		if (l->list->kind != SELKIE_COMPONENT_TYPE && !sk_listing_wants(l, t->name))
			continue;
		r = sk_listing_add(l, id, 0, t->name, t->name);
	}
	return r;
}

static int sk_list_roles(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_roles; i++)
		if (sk_listing_wants(l, l->p->roles[i].name))
			r = sk_listing_add(l, l->p->roles[i].id.v, 0, l->p->roles[i].name,
					   l->p->roles[i].name);
	return r;
}

static int sk_list_users(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_users; i++)
		if (sk_listing_wants(l, l->p->users[i].name))
			r = sk_listing_add(l, l->p->users[i].id.v, 0, l->p->users[i].name,
					   l->p->users[i].name);
	return r;
}

static int sk_list_capabilities(struct sk_listing *l)
{
	const struct sk_bitset *caps = &l->p->capabilities;
	int r = 0;

	for (uint32_t c = sk_bitset_next(caps, 0); !r && c != UINT32_MAX;
	     c = sk_bitset_next(caps, c + 1)) {
		const char *name = selkie_capability_name(c);

		if (!sk_listing_wants(l, name))
			continue;
		if (name) {
			r = sk_listing_add(l, c, 0, name, name);
		} else {
			sk_buf_printf(&l->buf, "%u", c);
			r = sk_listing_add_text(l, c, 0, NULL);
		}
	}
	return r;
}

static int sk_list_typebounds(struct sk_listing *l)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < l->p->n_types; i++) {
		const struct sk_type *t = &l->p->types[i];
		const char *child = l->p->type_by_id[t->id.v]->name;

		if (t->attribute || !t->bounds.v || !sk_listing_wants(l, child))
			continue;
		sk_buf_printf(&l->buf, "typebounds %s %s;", l->p->type_by_id[t->bounds.v]->name,
			      child);
		r = sk_listing_add_text(l, t->id.v, 0, NULL);
	}
	return r;
}

/* The class that is asked for must exist. */
static int sk_listing_check_class(struct sk_listing *l)
{
	struct sk_place place = { .file = "class" };
	const char *near;
	struct sk_diag *d;

	if (!l->match || sk_policy_find_class(l->p, l->match).v)
		return 0;
	d = sk_error(l->diags, "E0623", &place, "'%s' is not a class of this policy", l->match);
	near = selkie_class_nearest(l->p, l->match);
	if (near)
		sk_diag_note(l->diags, d, &place, "did you mean '%s'?", near);
	return SELKIE_COMPONENT_REFUSED;
}

static int sk_list_constraints(struct sk_listing *l)
{
	bool validatetrans = l->list->kind == SELKIE_COMPONENT_VALIDATETRANS;
	int r = sk_listing_check_class(l);

	for (uint32_t i = 0; !r && i < l->p->n_classes; i++) {
		const struct sk_class *c = &l->p->classes[i];
		uint32_t n = validatetrans ? c->n_validatetrans : c->n_constraints;

		if (!sk_listing_wants(l, c->name))
			continue;
		for (uint32_t k = 0; !r && k < n; k++) {
			sk_text_constraint(&l->list->text, &l->buf, c->id,
					   validatetrans ? &c->validatetrans[k]
							 : &c->constraints[k],
					   validatetrans, SK_STYLE_SETOOLS);
			r = sk_listing_add_text(l, c->id.v, k, NULL);
		}
	}
	return r;
}

static int sk_list_defaults(struct sk_listing *l)
{
	static const char *const words[] = { "user", "role", "type", "range" };
	int r = sk_listing_check_class(l);

	for (uint32_t i = 0; !r && i < l->p->n_classes; i++) {
		const struct sk_class *c = &l->p->classes[i];
		const char *values[] = { sk_default_word(c->default_user),
					 sk_default_word(c->default_role),
					 sk_default_word(c->default_type),
					 sk_default_range_word(c->default_range) };

		for (uint32_t k = 0; !r && k < SK_ARRAY_LEN(values) && sk_listing_wants(l, c->name);
		     k++) {
			if (!values[k])
				continue;
			sk_buf_printf(&l->buf, "default_%s %s %s;", words[k], c->name, values[k]);
			r = sk_listing_add_text(l, c->id.v, k, NULL);
		}
	}
	return r;
}

static const enum selkie_labeling_kind sk_component_labelings[SELKIE_N_COMPONENT_KINDS] = {
	[SELKIE_COMPONENT_FS_USE] = SELKIE_LABELING_FS_USE,
	[SELKIE_COMPONENT_GENFSCON] = SELKIE_LABELING_GENFS,
	[SELKIE_COMPONENT_IBENDPORTCON] = SELKIE_LABELING_IBENDPORT,
	[SELKIE_COMPONENT_IBPKEYCON] = SELKIE_LABELING_IBPKEY,
	[SELKIE_COMPONENT_INITIALSID] = SELKIE_LABELING_SID,
	[SELKIE_COMPONENT_NETIFCON] = SELKIE_LABELING_NETIF,
	[SELKIE_COMPONENT_NODECON] = SELKIE_LABELING_NODE,
	[SELKIE_COMPONENT_PORTCON] = SELKIE_LABELING_PORT,
	[SELKIE_COMPONENT_IOPORTCON] = SELKIE_LABELING_IOPORT,
	[SELKIE_COMPONENT_IOMEMCON] = SELKIE_LABELING_IOMEM,
	[SELKIE_COMPONENT_PCIDEVICECON] = SELKIE_LABELING_PCIDEVICE,
	[SELKIE_COMPONENT_PIRQCON] = SELKIE_LABELING_PIRQ,
	[SELKIE_COMPONENT_DEVICETREECON] = SELKIE_LABELING_DEVICETREE,
};

static int sk_list_labelings(struct sk_listing *l)
{
	enum selkie_labeling_kind kind = sk_component_labelings[l->list->kind];
	size_t n = selkie_labeling_count(l->p, kind);
	struct sk_labeling_match match;
	int r = sk_labeling_match_init(&match, kind, l->match, l->diags);

	for (size_t i = 0; !r && i < n; i++) {
		struct selkie_labeling labeling;

		selkie_labeling_get(l->p, kind, i, &labeling);
		if (!sk_labeling_match(&match, &labeling))
			continue;
		if (kind == SELKIE_LABELING_SID && labeling.name)
			sk_buf_adds(&l->buf, labeling.name);
		else if (kind == SELKIE_LABELING_SID)
			sk_buf_add_uint(&l->buf, labeling.low);
		else
			sk_text_labeling(&l->buf, l->p, &labeling);
		r = sk_listing_add_text(l, (uint32_t)i, 0, labeling.name);
	}
	return r;
}

/* Names sorted, one after another. */
static int sk_compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sk_write_sorted(struct sk_buf *buf, const char **names, size_t n, const char *before,
			    const char *between)
{
	if (n)
		qsort(names, n, sizeof(*names), sk_compare_strings);
	for (size_t i = 0; i < n; i++) {
		sk_buf_adds(buf, i ? between : before);
		sk_buf_adds(buf, names[i]);
	}
}

/* "{ a b }", or "a" alone. */
static void sk_write_set(struct sk_buf *buf, const char **names, size_t n)
{
	sk_buf_adds(buf, n == 1 ? "" : "{ ");
	sk_write_sorted(buf, names, n, "", " ");
	sk_buf_adds(buf, n == 1 ? "" : " }");
}

static const char *sk_alias_name(const struct sk_components *c, uint32_t at)
{
	if (c->kind == SELKIE_COMPONENT_CATEGORY)
		return c->policy->cats[at].name;
	if (c->kind == SELKIE_COMPONENT_SENSITIVITY)
		return c->policy->sens[at].name;
	return c->policy->types[at].name;
}

/* " alias a" or " alias { a b }", in the policy's order. */
static void sk_write_aliases(struct sk_buf *buf, const struct sk_components *c, uint32_t id)
{
	uint32_t at = c->aliases.first[id];
	bool many = at && c->aliases.next[at - 1];

	if (!at)
		return;
	sk_buf_adds(buf, many ? " alias {" : " alias");
	for (; at; at = c->aliases.next[at - 1]) {
		sk_buf_addc(buf, ' ');
		sk_buf_adds(buf, sk_alias_name(c, at - 1));
	}
	sk_buf_adds(buf, many ? " }" : "");
}

static void sk_write_boolean(struct sk_components *c, struct sk_buf *buf,
			     const struct selkie_component *item)
{
	sk_buf_printf(buf, "bool %s %s;", item->name,
		      c->policy->bool_by_id[item->id]->state ? "true" : "false");
}

static void sk_write_aliased(struct sk_components *c, struct sk_buf *buf,
			     const struct selkie_component *item)
{
	sk_buf_printf(buf, "%s %s",
		      c->kind == SELKIE_COMPONENT_CATEGORY ? "category" : "sensitivity",
		      item->name);
	sk_write_aliases(buf, c, item->id);
	sk_buf_addc(buf, ';');
}

static void sk_write_perms(struct sk_buf *buf, const struct sk_perm *perms, uint32_t n)
{
	const char *names[32];

	for (uint32_t i = 0; i < SK_MIN(n, 32u); i++)
		names[i] = perms[i].name;
	sk_buf_addc(buf, '{');
	sk_write_sorted(buf, names, SK_MIN(n, 32u), "\n\t", "\n\t");
	sk_buf_adds(buf, "\n}");
}

static void sk_write_class(struct sk_components *c, struct sk_buf *buf,
			   const struct selkie_component *item)
{
	const struct sk_class *cls = c->policy->class_by_id[item->id];

	sk_buf_printf(buf, "class %s\n", cls->name);
	if (cls->common)
		sk_buf_printf(buf, "inherits %s\n", cls->common->name);
	if (cls->n_perms)
		sk_write_perms(buf, cls->perms, cls->n_perms);
}

static void sk_write_common(struct sk_components *c, struct sk_buf *buf,
			    const struct selkie_component *item)
{
	const struct sk_common *common = &c->policy->commons[item->id];

	sk_buf_printf(buf, "common %s\n", common->name);
	sk_write_perms(buf, common->perms, common->n_perms);
}

/* The ids of a set as sorted names; what they are called depends on the kind of id. */
static void sk_write_id_names(struct sk_components *c, struct sk_buf *buf, const uint32_t *ids,
			      uint32_t n, bool roles,
			      void (*write)(struct sk_buf *buf, const char **names, size_t n))
{
	sk_auto_free const char **names = malloc(((size_t)n + 1) * sizeof(*names));

	if (!names) {
		sk_buf_fail(buf, -ENOMEM);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		names[i] = roles ? c->policy->role_by_id[ids[i]]->name
				 : c->policy->type_by_id[ids[i]]->name;
	write(buf, names, n);
}

static void sk_write_members(struct sk_buf *buf, const char **names, size_t n)
{
	sk_write_sorted(buf, names, n, "\n\t", "\n\t");
	if (!n)
		sk_buf_adds(buf, "\n\t<empty attribute>");
}

static void sk_write_attribute(struct sk_components *c, struct sk_buf *buf,
			       const struct selkie_component *item)
{
	const struct sk_idset *types = &c->policy->types_of[item->id];

	sk_buf_printf(buf, "attribute %s;", item->name);
	sk_write_id_names(c, buf, types->ids, types->n, false, sk_write_members);
}

static void sk_write_type(struct sk_components *c, struct sk_buf *buf,
			  const struct selkie_component *item)
{
	struct sk_type_id type = { item->id }, a = { 0 };

	sk_buf_printf(buf, "type %s", item->name);
	sk_write_aliases(buf, c, item->id);
	while ((a = selkie_type_next_attribute(c->policy, type, a)).v)
		sk_buf_printf(buf, ", %s", c->policy->type_by_id[a.v]->name);
	sk_buf_addc(buf, ';');
}

static void sk_write_role(struct sk_components *c, struct sk_buf *buf,
			  const struct selkie_component *item)
{
	const struct sk_idset *types = &c->policy->role_by_id[item->id]->types;

	sk_buf_printf(buf, "role %s types ", item->name);
	sk_write_id_names(c, buf, types->ids, types->n, false, sk_write_set);
	sk_buf_addc(buf, ';');
}

/* The role object_r, which compilers give to every user, is not shown. */
static void sk_write_user(struct sk_components *c, struct sk_buf *buf,
			  const struct selkie_component *item)
{
	const struct sk_user *user = c->policy->user_by_id[item->id];
	uint32_t n = 0, *ids = calloc((size_t)sk_bitset_count(&user->roles) + 1, sizeof(*ids));

	if (!ids) {
		sk_buf_fail(buf, -ENOMEM);
		return;
	}
	for (uint32_t r = sk_bitset_next(&user->roles, 0); r != UINT32_MAX;
	     r = sk_bitset_next(&user->roles, r + 1))
		if (strcmp(c->policy->role_by_id[r]->name, "object_r"))
			ids[n++] = r;
	sk_buf_printf(buf, "user %s roles ", item->name);
	sk_write_id_names(c, buf, ids, n, true, sk_write_set);
	if (c->policy->mls) {
		sk_buf_adds(buf, " level ");
		sk_text_level(buf, c->policy, &user->default_level);
		sk_buf_adds(buf, " range ");
		sk_text_range(buf, c->policy, &user->range);
	}
	sk_buf_addc(buf, ';');
	free(ids);
}

static void sk_write_polcap(struct sk_components *c SK_UNUSED, struct sk_buf *buf,
			    const struct selkie_component *item)
{
	sk_buf_printf(buf, "policycap %s;", item->text);
}

static void sk_write_sid(struct sk_components *c, struct sk_buf *buf,
			 const struct selkie_component *item)
{
	struct selkie_labeling labeling;

	selkie_labeling_get(c->policy, SELKIE_LABELING_SID, item->id, &labeling);
	sk_text_labeling(buf, c->policy, &labeling);
}

/*
 * The kinds. Without `write` the listed text is the statement. `ranked` lists stand in the order they were found; all
 * others are sorted by text.
 */
static const struct sk_component_row {
	const char *name, *title;
	int (*list)(struct sk_listing *l);
	void (*write)(struct sk_components *c, struct sk_buf *buf,
		      const struct selkie_component *item);
	bool ranked;
} sk_component_rows[SELKIE_N_COMPONENT_KINDS] = {
	[SELKIE_COMPONENT_BOOLEAN] = { "boolean", "Booleans", sk_list_booleans, sk_write_boolean },
	[SELKIE_COMPONENT_CATEGORY] = { "category", "Categories", sk_list_categories,
					sk_write_aliased, true },
	[SELKIE_COMPONENT_CLASS] = { "class", "Classes", sk_list_classes, sk_write_class },
	[SELKIE_COMPONENT_COMMON] = { "common", "Commons", sk_list_commons, sk_write_common },
	[SELKIE_COMPONENT_CONSTRAIN] = { "constrain", "Constraints", sk_list_constraints, NULL },
	[SELKIE_COMPONENT_DEFAULT] = { "default", "Default rules", sk_list_defaults, NULL },
	[SELKIE_COMPONENT_FS_USE] = { "fs_use", "Fs_use", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_GENFSCON] = { "genfscon", "Genfscon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_IBENDPORTCON] = { "ibendportcon", "Ibendportcon", sk_list_labelings,
					    NULL },
	[SELKIE_COMPONENT_IBPKEYCON] = { "ibpkeycon", "Ibpkeycon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_INITIALSID] = { "initialsid", "Initial SIDs", sk_list_labelings,
					  sk_write_sid },
	[SELKIE_COMPONENT_NETIFCON] = { "netifcon", "Netifcon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_NODECON] = { "nodecon", "Nodecon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_PERMISSIVE] = { "permissive", "Permissive Types", sk_list_types,
					  sk_write_type },
	[SELKIE_COMPONENT_POLCAP] = { "polcap", "Polcap", sk_list_capabilities, sk_write_polcap },
	[SELKIE_COMPONENT_PORTCON] = { "portcon", "Portcon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_ROLE] = { "role", "Roles", sk_list_roles, sk_write_role },
	[SELKIE_COMPONENT_SENSITIVITY] = { "sensitivity", "Sensitivities", sk_list_sensitivities,
					   sk_write_aliased, true },
	[SELKIE_COMPONENT_TYPEBOUNDS] = { "typebounds", "Typebounds", sk_list_typebounds, NULL },
	[SELKIE_COMPONENT_TYPE] = { "type", "Types", sk_list_types, sk_write_type },
	[SELKIE_COMPONENT_ATTRIBUTE] = { "attribute", "Type Attributes", sk_list_types,
					 sk_write_attribute },
	[SELKIE_COMPONENT_USER] = { "user", "Users", sk_list_users, sk_write_user },
	[SELKIE_COMPONENT_VALIDATETRANS] = { "validatetrans", "Validatetrans", sk_list_constraints,
					     NULL },
	[SELKIE_COMPONENT_IOPORTCON] = { "ioportcon", "Ioportcon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_IOMEMCON] = { "iomemcon", "Iomemcon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_PCIDEVICECON] = { "pcidevicecon", "Pcidevicecon", sk_list_labelings,
					    NULL },
	[SELKIE_COMPONENT_PIRQCON] = { "pirqcon", "Pirqcon", sk_list_labelings, NULL },
	[SELKIE_COMPONENT_DEVICETREECON] = { "devicetreecon", "Devicetreecon", sk_list_labelings,
					     NULL },
};

const char *selkie_component_kind_name(enum selkie_component_kind kind)
{
	return (unsigned int)kind < SELKIE_N_COMPONENT_KINDS ? sk_component_rows[kind].name : NULL;
}

const char *selkie_component_kind_title(enum selkie_component_kind kind)
{
	return (unsigned int)kind < SELKIE_N_COMPONENT_KINDS ? sk_component_rows[kind].title : NULL;
}

static int sk_compare_items(const void *a, const void *b)
{
	return strcmp(((const struct selkie_component *)a)->text,
		      ((const struct selkie_component *)b)->text);
}

/* The tables that have aliases. */
struct sk_alias_table {
	uint32_t n, n_ids;
};

static struct sk_alias_table sk_alias_table(const struct sk_components *c)
{
	const struct sk_policy *p = c->policy;

	switch (c->kind) {
	case SELKIE_COMPONENT_CATEGORY:
		return (struct sk_alias_table){ p->n_cats, p->n_cat_ids };
	case SELKIE_COMPONENT_SENSITIVITY:
		return (struct sk_alias_table){ p->n_sens, p->n_sens_ids };
	case SELKIE_COMPONENT_TYPE:
	case SELKIE_COMPONENT_PERMISSIVE:
		return (struct sk_alias_table){ p->n_types, p->n_type_ids };
	default:
		return (struct sk_alias_table){ 0 };
	}
}

/* What the i-th symbol of the table is an alias of, or 0. */
static uint32_t sk_alias_of(const struct sk_components *c, uint32_t i)
{
	const struct sk_policy *p = c->policy;

	if (c->kind == SELKIE_COMPONENT_CATEGORY)
		return p->cats[i].primary ? 0 : p->cats[i].id.v;
	if (c->kind == SELKIE_COMPONENT_SENSITIVITY)
		return p->sens[i].primary ? 0 : p->sens[i].level.sens.v;
	return p->types[i].primary ? 0 : p->types[i].id.v;
}

/* From the last position to the first, so that each chain is in the policy's order. */
static int sk_components_chain_aliases(struct sk_components *c)
{
	struct sk_alias_table table = sk_alias_table(c);

	c->aliases.first = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)table.n_ids + 1);
	c->aliases.next = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)table.n + 1);
	if (!c->aliases.first || !c->aliases.next)
		return -ENOMEM;
	for (uint32_t i = table.n; i-- > 0;) {
		uint32_t id = sk_alias_of(c, i);

		if (!id)
			continue;
		c->aliases.next[i] = c->aliases.first[id];
		c->aliases.first[id] = i + 1;
	}
	return 0;
}

int selkie_components_list(const selkie_policy *policy, enum selkie_component_kind kind,
			   const char *match, selkie_diagnostics *diags, selkie_components **ret)
{
	struct sk_components *c;
	struct sk_listing l = { .p = policy, .match = match, .diags = diags, .buf = SK_BUF_INIT };
	int r;

	if ((unsigned int)kind >= SELKIE_N_COMPONENT_KINDS)
		return -EINVAL;
	c = l.list = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->policy = policy;
	c->kind = kind;
	r = sk_text_init(&c->text, policy);
	if (!r)
		r = sk_components_chain_aliases(c);
	if (!r)
		r = sk_component_rows[kind].list(&l);
	sk_buf_done(&l.buf);
	if (r) {
		selkie_components_free(c);
		return r;
	}
	if (c->n > 1 && !sk_component_rows[kind].ranked)
		qsort(c->items, c->n, sizeof(*c->items), sk_compare_items);
	*ret = c;
	return 0;
}

void selkie_components_free(selkie_components *list)
{
	if (!list)
		return;
	sk_text_done(&list->text);
	sk_arena_done(&list->arena);
	free(list->items);
	free(list);
}

size_t selkie_components_count(const selkie_components *list)
{
	return list->n;
}

const struct selkie_component *selkie_components_get(const selkie_components *list, size_t i)
{
	return i < list->n ? &list->items[i] : NULL;
}

int selkie_components_print(const selkie_components *list, size_t i, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	char *s;

	if (i >= list->n)
		return -EINVAL;
	if (sk_component_rows[list->kind].write)
		sk_component_rows[list->kind].write((struct sk_components *)list, &buf,
						    &list->items[i]);
	else
		sk_buf_adds(&buf, list->items[i].text);
	s = sk_buf_steal(&buf, NULL);
	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}
