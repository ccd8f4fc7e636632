/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of properties, capabilities, constraints, labeling statements, defaults and type bounds. Each statement is
 * known by a key text; statements of both policies with the same key are compared, the others are added or removed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/diff.h"
#include "model/words.h"
#include "selkie/capability.h"

struct sk_statement {
	uint32_t key;	  /* number of the key's text */
	const char *text; /* how it is listed */
	const char *sort; /* or NULL */
	size_t at;	  /* which one it is in its policy, for the comparison */
};

struct sk_statements {
	struct sk_diff *d;
	enum selkie_diff_section section;
	struct sk_intern keys;
	struct sk_statement *list[2];
	size_t n[2], cap[2];
	/* the section's own: adds parts and the text of what was modified to the comparison; nothing when they are equal */
	int (*compare)(struct sk_statements *s, const struct sk_statement *left,
		       const struct sk_statement *right);
};

/* Adds a statement whose key is in the buffer, which is emptied. Of equal ones the first counts. */
static int sk_statement_add(struct sk_statements *s, int side, const char *text, size_t at)
{
	size_t known = s->keys.n;
	struct sk_statement st = { .text = text, .at = at };
	int r = s->d->buf.failed ? -ENOMEM
				 : sk_intern_add(&s->keys, s->d->buf.n ? s->d->buf.data : "",
						 s->d->buf.n, &st.key);

	s->d->buf.n = 0;
	if (r || !text)
		return -ENOMEM;
	for (size_t i = 0; s->keys.n == known && i < s->n[side]; i++)
		if (s->list[side][i].key == st.key)
			return 0;
	r = sk_grow(&s->list[side], &s->cap[side], s->n[side] + 1, sizeof(*s->list[side]));
	if (!r)
		s->list[side][s->n[side]++] = st;
	return r;
}

static int sk_statements_compare(struct sk_statements *s)
{
	size_t n_keys = s->keys.n;
	sk_auto_free uint32_t *right =
		calloc(n_keys + 1, sizeof(*right)); /* position + 1, by key */
	int r = right ? 0 : -ENOMEM;

	for (size_t i = 0; i < s->n[SK_RIGHT] && !r; i++)
		right[s->list[SK_RIGHT][i].key] = (uint32_t)i + 1;
	for (size_t i = 0; i < s->n[SK_LEFT] && !r; i++) {
		const struct sk_statement *l = &s->list[SK_LEFT][i];
		uint32_t at = right[l->key];

		right[l->key] = 0;
		if (!at)
			r = sk_diff_add_name(s->d, s->section, SELKIE_DIFF_REMOVED, l->text);
		else if (s->compare)
			r = s->compare(s, l, &s->list[SK_RIGHT][at - 1]);
	}
	for (size_t i = 0; i < s->n[SK_RIGHT] && !r; i++)
		if (right[s->list[SK_RIGHT][i].key])
			r = sk_diff_add_name(s->d, s->section, SELKIE_DIFF_ADDED,
					     s->list[SK_RIGHT][i].text);
	return r;
}

static void sk_statements_done(struct sk_statements *s)
{
	free(s->list[SK_LEFT]);
	free(s->list[SK_RIGHT]);
	sk_intern_done(&s->keys);
}

/* Two values of which the right one has replaced the left one, and the text of the whole. */
static int sk_statement_replaced(struct sk_statements *s, const char *what, const char *left,
				 const char *right)
{
	int r = sk_diff_part(s->d, what, true, right);

	return r ? r : sk_diff_part(s->d, what, false, left);
}

static const char *sk_unknown_word(enum sk_handle_unknown value)
{
	return value == SK_UNKNOWN_ALLOW ? "allow" : value == SK_UNKNOWN_REJECT ? "reject" : "deny";
}

static int sk_diff_property(struct sk_diff *d, const char *name, const char *left,
			    const char *right)
{
	int r;

	if (!left || !right)
		return -ENOMEM;
	if (!strcmp(left, right))
		return 0;
	sk_buf_printf(&d->buf, "%s +%s -%s", name, right, left);
	r = sk_diff_part(d, name, true, right);
	if (!r)
		r = sk_diff_part(d, name, false, left);
	return r ? r : sk_diff_add(d, SELKIE_DIFF_PROPERTY, SELKIE_DIFF_MODIFIED, NULL);
}

int sk_diff_properties(struct sk_diff *d, enum selkie_diff_section section)
{
	const struct sk_policy *l = d->policy[SK_LEFT], *r = d->policy[SK_RIGHT];
	int e = sk_diff_property(d, "MLS", l->mls ? "True" : "False", r->mls ? "True" : "False");

	if (!e)
		e = sk_diff_property(d, "handle_unknown", sk_unknown_word(l->handle_unknown),
				     sk_unknown_word(r->handle_unknown));
	if (!e)
		e = sk_diff_property(d, "version", sk_arena_printf(&d->arena, "%u", l->version),
				     sk_arena_printf(&d->arena, "%u", r->version));
	return e;
}

int sk_diff_capabilities(struct sk_diff *d, enum selkie_diff_section section)
{
	int r = 0;

	for (int side = 0; side < 2; side++) {
		const struct sk_bitset *mine = &d->policy[side]->capabilities;
		const struct sk_bitset *other = &d->policy[!side]->capabilities;

		for (uint32_t c = sk_bitset_next(mine, 0); c != UINT32_MAX && !r;
		     c = sk_bitset_next(mine, c + 1)) {
			const char *name = selkie_capability_name(c);

			if (sk_bitset_has(other, c))
				continue;
			if (name)
				sk_buf_adds(&d->buf, name);
			else
				sk_buf_add_uint(&d->buf, c);
			r = sk_diff_add(d, section,
					side == SK_LEFT ? SELKIE_DIFF_REMOVED : SELKIE_DIFF_ADDED,
					NULL);
		}
	}
	return r;
}

/* What a constraint is known by: class, permissions, and its expression node by node. */
static int sk_constraint_key(struct sk_diff *d, int side, const struct sk_class *cls,
			     const struct sk_constraint *c)
{
	sk_buf_adds(&d->buf, cls->name);
	sk_text_perms(&d->text[side], &d->buf, cls->id, c->perms);
	for (uint32_t i = 0; i < c->n_nodes; i++) {
		const struct sk_constraint_node *node = &c->nodes[i];
		sk_auto_free char *names = NULL;

		sk_buf_printf(&d->buf, ";%u %u %u ", node->kind, node->attr, node->op);
		if (node->kind != SK_CONSTRAINT_NAMES)
			continue;
		names = sk_constraint_set_text(d->policy[side], node, SK_STYLE_PLAIN);
		if (!names)
			return -ENOMEM;
		sk_buf_adds(&d->buf, names);
	}
	return 0;
}

static int sk_constraints_of_class(struct sk_statements *s, int side, const struct sk_class *cls)
{
	struct sk_diff *d = s->d;
	bool validatetrans = s->section == SELKIE_DIFF_VALIDATETRANS ||
			     s->section == SELKIE_DIFF_MLSVALIDATETRANS;
	bool mls = s->section == SELKIE_DIFF_MLSCONSTRAIN ||
		   s->section == SELKIE_DIFF_MLSVALIDATETRANS;
	const struct sk_constraint *list = validatetrans ? cls->validatetrans : cls->constraints;
	uint32_t n = validatetrans ? cls->n_validatetrans : cls->n_constraints;
	const char *text;
	int r = 0;

	for (uint32_t i = 0; i < n && !r; i++) {
		if (sk_constraint_is_mls(&list[i]) != mls)
			continue;
		sk_text_constraint(&d->text[side], &d->buf, cls->id, &list[i], validatetrans,
				   SK_STYLE_SETOOLS);
		text = sk_diff_keep(d);
		r = sk_constraint_key(d, side, cls, &list[i]);
		if (!r)
			r = sk_statement_add(s, side, text, i);
	}
	return r;
}

int sk_diff_constraints(struct sk_diff *d, enum selkie_diff_section section)
{
	struct sk_statements s = { .d = d, .section = section };
	int r = 0;

	sk_intern_init(&s.keys, &d->arena);
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < d->policy[side]->n_classes && !r; i++)
			r = sk_constraints_of_class(&s, side, &d->policy[side]->classes[i]);
	if (!r)
		r = sk_statements_compare(&s);
	sk_statements_done(&s);
	return r;
}

static enum selkie_labeling_kind sk_diff_labeling_kind(enum selkie_diff_section section)
{
	static const uint8_t kinds[SELKIE_N_DIFF_SECTIONS] = {
		[SELKIE_DIFF_INITIALSID] = SELKIE_LABELING_SID,
		[SELKIE_DIFF_IBENDPORTCON] = SELKIE_LABELING_IBENDPORT,
		[SELKIE_DIFF_IBPKEYCON] = SELKIE_LABELING_IBPKEY,
		[SELKIE_DIFF_FS_USE] = SELKIE_LABELING_FS_USE,
		[SELKIE_DIFF_GENFSCON] = SELKIE_LABELING_GENFS,
		[SELKIE_DIFF_NETIFCON] = SELKIE_LABELING_NETIF,
		[SELKIE_DIFF_NODECON] = SELKIE_LABELING_NODE,
		[SELKIE_DIFF_PORTCON] = SELKIE_LABELING_PORT,
		[SELKIE_DIFF_PIRQCON] = SELKIE_LABELING_PIRQ,
		[SELKIE_DIFF_IOPORTCON] = SELKIE_LABELING_IOPORT,
		[SELKIE_DIFF_IOMEMCON] = SELKIE_LABELING_IOMEM,
		[SELKIE_DIFF_PCIDEVICECON] = SELKIE_LABELING_PCIDEVICE,
		[SELKIE_DIFF_DEVICETREECON] = SELKIE_LABELING_DEVICETREE,
	};

	return (enum selkie_labeling_kind)kinds[section];
}

/* A context's text, kept. */
static const char *sk_diff_context_text(struct sk_diff *d, int side, const struct sk_context *c)
{
	sk_text_context(&d->buf, d->policy[side], c);
	return sk_diff_keep(d);
}

static int sk_labeling_part(struct sk_statements *s, const char *what,
			    const struct sk_context *left, const struct sk_context *right)
{
	if (!left || !right || sk_diff_same_context(s->d, left, right))
		return 0;
	return sk_statement_replaced(s, what, sk_diff_context_text(s->d, SK_LEFT, left),
				     sk_diff_context_text(s->d, SK_RIGHT, right));
}

/* What was modified, as sediff writes it: the statement without its context, and both contexts. */
static void sk_labeling_modified_text(struct sk_statements *s, const struct selkie_labeling *l)
{
	struct sk_buf *buf = &s->d->buf;
	const struct selkie_diff_part *parts = s->d->parts;

	if (l->kind == SELKIE_LABELING_NETIF) {
		sk_buf_adds(buf, l->name);
		return;
	}
	if (l->kind == SELKIE_LABELING_SID)
		sk_text_labeled(buf, s->d->policy[SK_LEFT], l);
	else
		sk_text_labeling_head(buf, s->d->policy[SK_LEFT], l);
	sk_buf_printf(buf, " +[%s] -[%s]%s", parts[0].value, parts[1].value,
		      l->kind == SELKIE_LABELING_IBPKEY || l->kind == SELKIE_LABELING_IBENDPORT
			      ? ""
			      : ";");
}

static int sk_labeling_compare(struct sk_statements *s, const struct sk_statement *left,
			       const struct sk_statement *right)
{
	enum selkie_labeling_kind kind = sk_diff_labeling_kind(s->section);
	struct selkie_labeling l, r;
	int e;

	selkie_labeling_get(s->d->policy[SK_LEFT], kind, left->at, &l);
	selkie_labeling_get(s->d->policy[SK_RIGHT], kind, right->at, &r);
	e = sk_labeling_part(s, "context", l.context, r.context);
	if (!e)
		e = sk_labeling_part(s, "packet context", l.packet_context, r.packet_context);
	if (e || !s->d->n_parts)
		return e;
	sk_labeling_modified_text(s, &l);
	return sk_diff_add(s->d, s->section, SELKIE_DIFF_MODIFIED, left->text);
}

static int sk_labelings_of_side(struct sk_statements *s, int side)
{
	const struct sk_policy *p = s->d->policy[side];
	enum selkie_labeling_kind kind = sk_diff_labeling_kind(s->section);
	size_t n = selkie_labeling_count(p, kind);
	const char *text;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct selkie_labeling l;

		selkie_labeling_get(p, kind, i, &l);
		sk_text_labeling(&s->d->buf, p, &l);
		text = sk_diff_keep(s->d);
		sk_text_labeling_head(&s->d->buf, p, &l);
		r = sk_statement_add(s, side, text, i);
	}
	return r;
}

int sk_diff_labelings(struct sk_diff *d, enum selkie_diff_section section)
{
	struct sk_statements s = { .d = d, .section = section, .compare = sk_labeling_compare };
	int r = 0;

	sk_intern_init(&s.keys, &d->arena);
	for (int side = 0; side < 2 && !r; side++)
		r = sk_labelings_of_side(&s, side);
	if (!r)
		r = sk_statements_compare(&s);
	sk_statements_done(&s);
	return r;
}

/* The four defaults of a class. */
static const char *const sk_default_names[] = { "default_user", "default_role", "default_type",
						"default_range" };

static const char *sk_default_value(const struct sk_class *c, size_t i)
{
	return i == 3 ? sk_default_range_word(c->default_range)
		      : sk_default_word(i == 0	 ? c->default_user
					: i == 1 ? c->default_role
						 : c->default_type);
}

/*
 * "default_range db_table +target -source +low -high;": the two words of a range are compared each by itself, and what
 * is the same stands there once.
 */
static void sk_default_modified_text(struct sk_buf *buf, const char *left, const char *right)
{
	while (*left || *right) {
		int n_left = (int)strcspn(left, " "), n_right = (int)strcspn(right, " ");

		if (n_left == n_right && !strncmp(left, right, (size_t)n_left))
			sk_buf_printf(buf, " %.*s", n_left, left);
		else
			sk_buf_printf(buf, "%s%.*s%s%.*s", n_right ? " +" : "", n_right, right,
				      n_left ? " -" : "", n_left, left);
		left += n_left + (left[n_left] == ' ');
		right += n_right + (right[n_right] == ' ');
	}
}

static int sk_default_compare(struct sk_statements *s, const struct sk_statement *left,
			      const struct sk_statement *right)
{
	const struct sk_class *l = &s->d->policy[SK_LEFT]->classes[left->at / 4];
	const struct sk_class *r = &s->d->policy[SK_RIGHT]->classes[right->at / 4];
	const char *was = sk_default_value(l, left->at % 4);
	const char *is = sk_default_value(r, right->at % 4);
	int e;

	if (!strcmp(was, is))
		return 0;
	e = sk_statement_replaced(s, "default", was, is);
	sk_buf_printf(&s->d->buf, "%s %s", sk_default_names[left->at % 4], l->name);
	sk_default_modified_text(&s->d->buf, was, is);
	sk_buf_addc(&s->d->buf, ';');
	return e ? e : sk_diff_add(s->d, s->section, SELKIE_DIFF_MODIFIED, left->text);
}

int sk_diff_defaults(struct sk_diff *d, enum selkie_diff_section section)
{
	struct sk_statements s = { .d = d, .section = section, .compare = sk_default_compare };
	int r = 0;

	sk_intern_init(&s.keys, &d->arena);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < 4 * (size_t)d->policy[side]->n_classes && !r; i++) {
			const struct sk_class *c = &d->policy[side]->classes[i / 4];
			const char *value = sk_default_value(c, i % 4), *text;

			if (!value)
				continue;
			sk_buf_printf(&d->buf, "%s %s %s;", sk_default_names[i % 4], c->name,
				      value);
			text = sk_diff_keep(d);
			sk_buf_printf(&d->buf, "%s %s", sk_default_names[i % 4], c->name);
			r = sk_statement_add(&s, side, text, i);
		}
	if (!r)
		r = sk_statements_compare(&s);
	sk_statements_done(&s);
	return r;
}

static const char *sk_bounding(const struct sk_policy *p, size_t id)
{
	return p->type_by_id[p->type_by_id[id]->bounds.v]->name;
}

static int sk_typebounds_compare(struct sk_statements *s, const struct sk_statement *left,
				 const struct sk_statement *right)
{
	const struct sk_policy *l = s->d->policy[SK_LEFT];
	const char *was = sk_bounding(l, left->at);
	const char *is = sk_bounding(s->d->policy[SK_RIGHT], right->at);
	int e;

	if (!strcmp(was, is))
		return 0;
	e = sk_statement_replaced(s, "bound", was, is);
	sk_buf_printf(&s->d->buf, "typebounds +%s -%s %s;", is, was, l->type_by_id[left->at]->name);
	return e ? e : sk_diff_add(s->d, s->section, SELKIE_DIFF_MODIFIED, left->text);
}

int sk_diff_typebounds(struct sk_diff *d, enum selkie_diff_section section)
{
	struct sk_statements s = { .d = d, .section = section, .compare = sk_typebounds_compare };
	int r = 0;

	sk_intern_init(&s.keys, &d->arena);
	for (int side = 0; side < 2; side++) {
		const struct sk_policy *p = d->policy[side];

		for (uint32_t id = 1; id <= p->n_type_ids && !r; id++) {
			const struct sk_type *t = p->type_by_id[id];
			const char *text;

			if (t->attribute || !t->bounds.v)
				continue;
			sk_buf_printf(&d->buf, "typebounds %s %s;", sk_bounding(p, id), t->name);
			text = sk_diff_keep(d);
			sk_buf_adds(&d->buf, t->name);
			r = sk_statement_add(&s, side, text, id);
		}
	}
	if (!r)
		r = sk_statements_compare(&s);
	sk_statements_done(&s);
	return r;
}
