/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two ways of comparing: what is small becomes a sorted list of sentences ("facts"), of which those that stand in one
 * list only are the differences. Rules are too many for that when expanded; they are put into groups that differ in
 * condition, class, kind and driver, and a group is compared source by source as rows over the targets. It shares with
 * the library the model and the printing of levels, not the printing of policies. Out of memory is the end.
 */
#include "policy-same.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intern.h"
#include "model/level.h"
#include "model/words.h"
#include "selkie/capability.h"

struct facts {
	char **at;
	size_t n, cap;
};

struct report {
	FILE *out;
	size_t most, n;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void __attribute__((format(printf, 2, 3))) fact(struct facts *f, const char *fmt, ...)
{
	va_list args;

	if (f->n == f->cap)
		f->at = must(realloc(f->at, (f->cap = f->cap ? 2 * f->cap : 1024) * sizeof(*f->at)));
	va_start(args, fmt);
	if (vasprintf(&f->at[f->n++], fmt, args) < 0)
		abort();
	va_end(args);
}

static void differ(struct report *r, const char *where, const char *what)
{
	if (r->n++ < r->most)
		fprintf(r->out, "only in the %s: %s\n", where, what);
}

static const char *type_name(const struct sk_policy *p, uint32_t id)
{
	return p->type_by_id[id]->name;
}

static char *level_text(const struct sk_policy *p, const struct sk_level *l)
{
	struct sk_buf buf = SK_BUF_INIT;

	sk_buf_adds(&buf, p->sens_by_id[l->sens.v]->name);
	for (uint32_t c = sk_bitset_next(&l->cats, 0); c != UINT32_MAX; c = sk_bitset_next(&l->cats, c + 1))
		sk_buf_join(&buf, ",", p->cat_by_id[c]->name, NULL);
	return must(sk_buf_steal(&buf, NULL));
}

static char *range_text(const struct sk_policy *p, const struct sk_range *range)
{
	char *low, *high, *text;

	if (!p->mls)
		return must(strdup(""));
	low = level_text(p, &range->low);
	high = level_text(p, &range->high);
	if (asprintf(&text, "%s - %s", low, high) < 0)
		abort();
	free(low);
	free(high);
	return text;
}

static char *context_text(const struct sk_policy *p, const struct sk_context *c)
{
	char *range = range_text(p, &c->range), *text;

	if (asprintf(&text, "%s:%s:%s:%s", p->user_by_id[c->user.v]->name, p->role_by_id[c->role.v]->name,
		     type_name(p, c->type.v), range) < 0)
		abort();
	free(range);
	return text;
}

static void header_facts(const struct sk_policy *p, struct facts *f)
{
	fact(f, "target %d", p->target);
	fact(f, "mls %d", p->mls);
	fact(f, "handle_unknown %d", p->handle_unknown);
	for (uint32_t i = sk_bitset_next(&p->capabilities, 0); i != UINT32_MAX;
	     i = sk_bitset_next(&p->capabilities, i + 1))
		fact(f, "policycap %u", i);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted names of a set, attributes expanded. */
static char *names_text(const struct sk_policy *p, const struct sk_constraint_node *n)
{
	struct sk_buf buf = SK_BUF_INIT;
	struct facts f = { 0 };

	for (uint32_t id = sk_bitset_next(&n->names, 0); id != UINT32_MAX;
	     id = sk_bitset_next(&n->names, id + 1)) {
		if (n->attr & SK_ATTR_USER)
			fact(&f, "%s", p->user_by_id[id]->name);
		else if (n->attr & SK_ATTR_ROLE)
			fact(&f, "%s", p->role_by_id[id]->name);
		else if (!p->type_by_id[id]->attribute)
			fact(&f, "%s", type_name(p, id));
		for (uint32_t i = 0; n->attr & SK_ATTR_TYPE && p->type_by_id[id]->attribute &&
				     i < p->types_of[id].n; i++)
			if (p->types_of[id].ids[i] != id)
				fact(&f, "%s", type_name(p, p->types_of[id].ids[i]));
	}
	if (f.n)
		qsort(f.at, f.n, sizeof(*f.at), compare_strings);
	for (size_t i = 0; i < f.n; i++) {
		if (!i || strcmp(f.at[i], f.at[i - 1]))
			sk_buf_join(&buf, " ", f.at[i], NULL);
	}
	for (size_t i = 0; i < f.n; i++)
		free(f.at[i]);
	free(f.at);
	return must(sk_buf_steal(&buf, NULL));
}

static char *expression_text(const struct sk_policy *p, const struct sk_constraint *c)
{
	struct sk_buf buf = SK_BUF_INIT;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		const struct sk_constraint_node *n = &c->nodes[i];
		char *names = n->kind == SK_CONSTRAINT_NAMES ? names_text(p, n) : must(strdup(""));

		sk_buf_printf(&buf, "(%u %u %u%s)", n->kind, n->kind < SK_CONSTRAINT_ATTR ? 0 : n->attr,
			      n->kind < SK_CONSTRAINT_ATTR ? 0 : n->op, names);
		free(names);
	}
	return must(sk_buf_steal(&buf, NULL));
}

static void class_facts(const struct sk_policy *p, const struct sk_class *c, struct facts *f)
{
	fact(f, "class %s inherits %s", c->name, c->common ? c->common->name : "nothing");
	fact(f, "class %s defaults %u %u %u %u", c->name, c->default_user, c->default_role, c->default_type,
	     c->default_range);
	for (uint32_t b = 0; b < 32; b++)
		if (c->perm_names[b])
			fact(f, "class %s permission %s", c->name, c->perm_names[b]);
	for (uint32_t i = 0; i < c->n_constraints; i++) {
		char *text = expression_text(p, &c->constraints[i]);

		for (uint32_t b = 0; b < 32; b++)
			if (c->constraints[i].perms >> b & 1 && c->perm_names[b])
				fact(f, "constrain %s %s %s", c->name, c->perm_names[b], text);
		free(text);
	}
	for (uint32_t i = 0; i < c->n_validatetrans; i++) {
		char *text = expression_text(p, &c->validatetrans[i]);

		fact(f, "validatetrans %s %s", c->name, text);
		free(text);
	}
}

static void type_facts(const struct sk_policy *p, struct facts *f, bool attributes)
{
	for (uint32_t i = 0; i < p->n_types; i++)
		if (!p->types[i].primary)
			fact(f, "typealias %s alias %s", type_name(p, p->types[i].id.v), p->types[i].name);
	for (uint32_t id = 1; id <= p->n_type_ids; id++) {
		const struct sk_type *t = p->type_by_id[id];

		if (t->attribute && !attributes)
			continue;
		fact(f, "%s %s", t->attribute ? "attribute" : "type", t->name);
		if (t->bounds.v)
			fact(f, "typebounds %s %s", type_name(p, t->bounds.v), t->name);
		if (sk_bitset_has(&p->permissive, id))
			fact(f, "permissive %s", t->name);
		if (sk_bitset_has(&p->neveraudit, id))
			fact(f, "neveraudit %s", t->name);
		for (uint32_t i = 0; attributes && !t->attribute && i < p->attributes_of[id].n; i++)
			if (p->attributes_of[id].ids[i] != id)
				fact(f, "typeattribute %s %s", t->name, type_name(p, p->attributes_of[id].ids[i]));
	}
}

static void role_facts(const struct sk_policy *p, struct facts *f)
{
	for (uint32_t i = 0; i < p->n_roles; i++) {
		const struct sk_role *r = &p->roles[i];

		fact(f, "role %s bounded by %s", r->name,
		     r->bounds.v ? p->role_by_id[r->bounds.v]->name : "nothing");
		for (uint32_t k = 0; k < r->types.n; k++)
			fact(f, "role %s types %s", r->name, type_name(p, r->types.ids[k]));
		/* compilers of CIL say nothing of object_r, and the kernel takes nothing of it but its number */
		for (uint32_t id = strcmp(r->name, "object_r") ? sk_bitset_next(&r->dominates, 0) : UINT32_MAX;
		     id != UINT32_MAX; id = sk_bitset_next(&r->dominates, id + 1))
			fact(f, "role %s dominates %s", r->name, p->role_by_id[id]->name);
	}
	for (uint32_t i = 0; i < p->n_role_allows; i++)
		fact(f, "allow %s %s", p->role_by_id[p->role_allows[i].role.v]->name,
		     p->role_by_id[p->role_allows[i].new_role.v]->name);
	for (uint32_t i = 0; i < p->n_role_transitions; i++) {
		const struct sk_role_transition *t = &p->role_transitions[i];

		fact(f, "role_transition %s %s:%s %s", p->role_by_id[t->role.v]->name, type_name(p, t->type.v),
		     p->class_by_id[t->cls.v]->name, p->role_by_id[t->new_role.v]->name);
	}
}

static void user_facts(const struct sk_policy *p, struct facts *f)
{
	for (uint32_t i = 0; i < p->n_users; i++) {
		const struct sk_user *u = &p->users[i];
		char *range = range_text(p, &u->range), *level = p->mls ? level_text(p, &u->default_level) : NULL;

		fact(f, "user %s level %s range %s bounded by %s", u->name, level ? level : "", range,
		     u->bounds.v ? p->user_by_id[u->bounds.v]->name : "nothing");
		for (uint32_t id = sk_bitset_next(&u->roles, 0); id != UINT32_MAX;
		     id = sk_bitset_next(&u->roles, id + 1))
			if (strcmp(p->role_by_id[id]->name, "object_r"))	/* goes with every user, said or not */
				fact(f, "user %s roles %s", u->name, p->role_by_id[id]->name);
		free(range);
		free(level);
	}
}

static void small_facts(const struct sk_policy *p, struct facts *f)
{
	for (uint32_t i = 0; i < p->n_bools; i++)
		fact(f, "bool %s %d", p->bools[i].name, p->bools[i].state);
	for (uint32_t i = 0; i < p->n_commons; i++)
		for (uint32_t k = 0; k < p->commons[i].n_perms; k++)
			fact(f, "common %s %s", p->commons[i].name, p->commons[i].perms[k].name);
	for (uint32_t i = 0; p->mls && i < p->n_sens; i++) {
		char *text = level_text(p, &p->sens[i].level);

		fact(f, "sensitivity %s is number %u: %s", p->sens[i].name, p->sens[i].level.sens.v, text);
		free(text);
	}
	for (uint32_t i = 0; p->mls && i < p->n_cats; i++)
		fact(f, "category %s is number %u", p->cats[i].name, p->cats[i].id.v);
}

/* The element of a set of types, or the types of an attribute. */
static uint32_t expanded(const struct sk_policy *p, uint32_t id, uint32_t i, uint32_t *ret)
{
	if (!p->type_by_id[id]->attribute) {
		*ret = id;
		return i < 1;
	}
	if (i >= p->types_of[id].n)
		return 0;
	*ret = p->types_of[id].ids[i];
	return 1;
}

static void transition_facts(const struct sk_policy *p, struct facts *f)
{
	for (uint32_t i = 0; i < p->n_range_transitions; i++) {
		const struct sk_range_transition *t = &p->range_transitions[i];
		char *range = range_text(p, &t->range);

		for (uint32_t s, a = 0; expanded(p, t->source.v, a, &s); a++)
			for (uint32_t k, b = 0; expanded(p, t->target.v, b, &k); b++)
				fact(f, "range_transition %s %s:%s %s", type_name(p, s), type_name(p, k),
				     p->class_by_id[t->cls.v]->name, range);
		free(range);
	}
	for (uint32_t i = 0; i < p->n_filename_transitions; i++) {
		const struct sk_filename_transition *t = &p->filename_transitions[i];

		for (uint32_t n = 0; n < t->sources.n; n++)
			for (uint32_t s, a = 0; expanded(p, t->sources.ids[n], a, &s); a++)
				for (uint32_t k, b = 0; expanded(p, t->target.v, b, &k); b++)
					fact(f, "type_transition %s %s:%s %s \"%s\"", type_name(p, s),
					     type_name(p, k), p->class_by_id[t->cls.v]->name,
					     type_name(p, t->result.v), t->name);
	}
}

static bool same_context(const struct sk_context *a, const struct sk_context *b)
{
	return a->user.v == b->user.v && a->role.v == b->role.v && a->type.v == b->type.v &&
	       sk_level_equal(&a->range.low, &b->range.low) && sk_level_equal(&a->range.high, &b->range.high);
}

static bool ranges_meet(uint64_t low, uint64_t high, uint64_t other_low, uint64_t other_high)
{
	return low <= other_high && other_low <= high;
}

/* Some address fits both. */
static bool nodes_meet(const struct sk_ocontext *a, const struct sk_ocontext *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t both = a->u.node.mask[i] & b->u.node.mask[i];

		if ((a->u.node.address[i] & both) != (b->u.node.address[i] & both))
			return false;
	}
	return true;
}

static bool netifs_meet(const struct sk_policy *p, const char *a, const char *b)
{
	bool patterns = sk_bitset_has(&p->capabilities, selkie_capability_find("netif_wildcard"));

	if (!patterns || (!strpbrk(a, "*?") && !strpbrk(b, "*?")))
		return !strcmp(a, b);
	return (strpbrk(a, "*?") && strpbrk(b, "*?")) || !fnmatch(a, b, 0) || !fnmatch(b, a, 0);
}

/* Whether something is labeled by both, so that the first of them counts. */
static bool entries_meet(const struct sk_policy *p, enum sk_ocontext_kind kind, const struct sk_ocontext *a,
			 const struct sk_ocontext *b)
{
	switch (kind) {
	case SK_OCON_PORT:
		return a->u.port.protocol == b->u.port.protocol &&
		       ranges_meet(a->u.port.low, a->u.port.high, b->u.port.low, b->u.port.high);
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		return nodes_meet(a, b, kind == SK_OCON_NODE ? 4 : 16);
	case SK_OCON_IBPKEY:
		return !memcmp(a->u.ibpkey.prefix, b->u.ibpkey.prefix, sizeof(a->u.ibpkey.prefix)) &&
		       ranges_meet(a->u.ibpkey.low, a->u.ibpkey.high, b->u.ibpkey.low, b->u.ibpkey.high);
	case SK_OCON_XEN_IOPORT:
	case SK_OCON_XEN_IOMEM:
		return ranges_meet(a->u.io.low, a->u.io.high, b->u.io.low, b->u.io.high);
	case SK_OCON_NETIF:
		return netifs_meet(p, a->name, b->name);
	default:
		return false;
	}
}

/* An entry as a sentence, for the caller to free. */
static char *entry_text(const struct sk_policy *p, enum sk_ocontext_kind kind, const struct sk_ocontext *o)
{
	const uint8_t *u = (const uint8_t *)&o->u;
	bool two = kind == SK_OCON_NETIF;
	char *context = context_text(p, &o->context[0]), *text;
	char *second = two ? context_text(p, &o->context[1]) : NULL;
	char hex[2 * sizeof(o->u) + 1] = "";

	for (size_t k = 0; k < sizeof(o->u); k++)
		sprintf(hex + 2 * k, "%02x", u[k]);
	if (asprintf(&text, "labeling %d %s %s %s %s", kind, o->name ? o->name : "", hex, context, second ? second : "") < 0)
		abort();
	free(context);
	free(second);
	return text;
}

/* The order of entries is a fact only where an object fits two of them and they say different things. */
static void ocontext_facts(const struct sk_policy *p, struct facts *f)
{
	for (enum sk_ocontext_kind kind = 0; kind < SK_N_OCON; kind++)
		for (uint32_t i = 0; i < p->n_ocontexts[kind]; i++) {
			const struct sk_ocontext *o = &p->ocontexts[kind][i];
			char *text = entry_text(p, kind, o);

			fact(f, "%s", text);
			for (uint32_t k = i + 1; k < p->n_ocontexts[kind]; k++) {
				const struct sk_ocontext *later = &p->ocontexts[kind][k];
				char *other;

				if (!entries_meet(p, kind, o, later) ||
				    (same_context(&o->context[0], &later->context[0]) &&
				     same_context(&o->context[1], &later->context[1])))
					continue;
				other = entry_text(p, kind, later);
				fact(f, "%s comes before %s", text, other);
				free(other);
			}
			free(text);
		}
	for (uint32_t i = 0; i < p->n_genfs; i++)
		for (uint32_t k = 0; k < p->genfs[i].n_paths; k++) {
			const struct sk_genfs_path *path = &p->genfs[i].paths[k];
			char *context = context_text(p, &path->context);

			fact(f, "genfscon %s %s %s %s", p->genfs[i].fstype, path->path,
			     path->cls.v ? p->class_by_id[path->cls.v]->name : "", context);
			free(context);
		}
}

/* Sorted; what is said twice counts once. */
static void all_facts(const struct sk_policy *p, struct facts *f, bool attributes)
{
	size_t n = 0;

	header_facts(p, f);
	for (uint32_t i = 0; i < p->n_classes; i++)
		class_facts(p, &p->classes[i], f);
	type_facts(p, f, attributes);
	role_facts(p, f);
	user_facts(p, f);
	small_facts(p, f);
	transition_facts(p, f);
	ocontext_facts(p, f);
	if (f->n)
		qsort(f->at, f->n, sizeof(*f->at), compare_strings);
	for (size_t i = 0; i < f->n; i++) {
		if (n && !strcmp(f->at[n - 1], f->at[i]))
			free(f->at[i]);
		else
			f->at[n++] = f->at[i];
	}
	f->n = n;
}

static void compare_facts(struct facts *a, struct facts *b, struct report *r)
{
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		int c = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->at[i], b->at[k]);

		if (c)
			differ(r, c < 0 ? "first" : "second", c < 0 ? a->at[i] : b->at[k]);
		i += c <= 0;
		k += c >= 0;
	}
}

static void free_facts(struct facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->at[i]);
	free(f->at);
}

/* One rule, in the numbers of the first policy but for its ends. */
struct cell {
	char *group;		/* "CONDITION|kind|class|driver" */
	uint32_t source, target;
	uint32_t words[8];	/* permissions by bit of the first policy, result, or 256 numbers */
};

struct cells {
	const struct sk_policy *p;
	struct cell *at;
	size_t n, cap;
};

#define MOST_BOOLS 12

static bool truth(const struct sk_cond *c, const uint32_t *bools, uint32_t n, uint32_t values)
{
	bool stack[4096];
	uint32_t depth = 0;

	for (uint32_t i = 0; i < c->n_nodes && depth < 4095; i++) {
		uint32_t op = c->nodes[i].op;
		bool right, left;

		if (op == SK_COND_BOOL) {
			stack[depth] = false;
			for (uint32_t k = 0; k < n; k++)
				if (bools[k] == c->nodes[i].boolean.v)
					stack[depth] = values >> k & 1;
			depth++;
			continue;
		}
		right = depth ? stack[--depth] : false;
		left = op != SK_COND_NOT && depth ? stack[--depth] : false;
		stack[depth++] = op == SK_COND_NOT ? !right
				 : op == SK_COND_OR  ? left || right
				 : op == SK_COND_AND ? left && right
				 : op == SK_COND_EQ  ? left == right
						     : left != right;
	}
	return depth && stack[depth - 1];
}

/* Its booleans by name, and its table; NULL for a condition of too many booleans. */
static char *cond_text(const struct sk_policy *p, const struct sk_cond *c, bool branch)
{
	uint32_t bools[MOST_BOOLS], n = 0;
	struct sk_buf buf = SK_BUF_INIT;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		uint32_t b = c->nodes[i].boolean.v, at = 0;

		if (c->nodes[i].op != SK_COND_BOOL)
			continue;
		while (at < n && strcmp(p->bool_by_id[bools[at]]->name, p->bool_by_id[b]->name) < 0)
			at++;
		if (at < n && bools[at] == b)
			continue;
		if (n == MOST_BOOLS)
			abort();
		memmove(bools + at + 1, bools + at, (n - at) * sizeof(*bools));
		bools[at] = b;
		n++;
	}
	for (uint32_t i = 0; i < n; i++)
		sk_buf_join(&buf, p->bool_by_id[bools[i]]->name, " ", NULL);
	for (uint32_t v = 0; v < 1u << n; v++)
		sk_buf_addc(&buf, truth(c, bools, n, v) == branch ? '1' : '0');
	return must(sk_buf_steal(&buf, NULL));
}

static uint32_t map_perms(const struct sk_policy *a, const struct sk_class *c, uint32_t perms)
{
	struct sk_class_id id = sk_policy_find_class(a, c->name);
	uint32_t mapped = 0;

	for (uint32_t bits = perms & c->perm_mask; id.v && bits; bits &= bits - 1)
		mapped |= sk_class_find_perm(a->class_by_id[id.v], c->perm_names[__builtin_ctz(bits)]);
	return mapped;
}

static struct cell *add_cell(struct cells *cells, const struct sk_rule *r, const char *cond, int driver)
{
	struct cell *c;

	if (cells->n == cells->cap)
		cells->at = must(realloc(cells->at, (cells->cap = cells->cap ? 2 * cells->cap : 4096) *
							    sizeof(*cells->at)));
	c = &cells->at[cells->n++];
	memset(c, 0, sizeof(*c));
	c->source = r->source;
	c->target = r->target;
	if (asprintf(&c->group, "%s|%04x|%s|%d", cond, r->kind, cells->p->class_by_id[r->cls]->name, driver) < 0)
		abort();
	return c;
}

static void add_rule(struct cells *cells, const struct sk_policy *a, const struct sk_rule *r, const char *cond)
{
	const struct sk_policy *p = cells->p;
	const struct sk_xperm *x;
	uint32_t perms;

	if (r->kind & SK_RULES_AV) {
		perms = map_perms(a, p->class_by_id[r->cls], r->kind == SK_RULE_AUDITDENY ? ~r->data : r->data);
		if (perms)
			add_cell(cells, r, cond, -1)->words[0] = perms;
		return;
	}
	if (r->kind & SK_RULES_TYPE) {
		uint32_t id = sk_policy_find_type(a, type_name(p, r->data)).v;

		add_cell(cells, r, cond, -1)->words[0] = id ? id : UINT32_MAX;
		return;
	}
	x = &p->xperms[r->data];
	if (x->kind != SK_XPERM_IOCTL_DRIVER) {
		memcpy(add_cell(cells, r, cond, x->driver + 256 * (x->kind == SK_XPERM_NLMSG))->words, x->perms,
		       sizeof(x->perms));
		return;
	}
	for (uint32_t d = 0; d < 256; d++)
		if (x->perms[d / 32] >> (d % 32) & 1)
			memset(add_cell(cells, r, cond, (int)d)->words, 0xff, sizeof(x->perms));
}

static int compare_cells(const void *a, const void *b)
{
	return strcmp(((const struct cell *)a)->group, ((const struct cell *)b)->group);
}

static void collect(struct cells *cells, const struct sk_policy *a, const struct sk_policy *p)
{
	cells->p = p;
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		add_rule(cells, a, &p->rules[i], "");
	for (uint32_t i = 0; i < p->n_conds; i++) {
		const struct sk_cond *c = &p->conds[i];

		for (int branch = 0; branch < 2; branch++) {
			char *cond = cond_text(p, c, branch);
			uint32_t first = branch ? c->first_true : c->first_false;
			uint32_t n = branch ? c->n_true : c->n_false;

			for (uint32_t k = first; k < first + n; k++)
				add_rule(cells, a, &p->rules[k], cond);
			free(cond);
		}
	}
	if (cells->n)
		qsort(cells->at, cells->n, sizeof(*cells->at), compare_cells);
}

/* A group while it is compared: for each source (of the first policy) the cells that it has. */
struct link {
	const struct cell *cell;
	uint32_t next;
};

struct rows {
	const struct sk_policy *p;
	uint32_t *map;		/* type of this policy to that of the first; 0: it has none */
	uint32_t *head;		/* by source: first link + 1 */
	struct link *links;
	size_t n_links, cap_links;
	uint32_t (*row)[8];	/* by target */
};

static void rows_init(struct rows *rows, const struct sk_policy *a, const struct sk_policy *p)
{
	memset(rows, 0, sizeof(*rows));
	rows->p = p;
	rows->map = must(calloc(p->n_type_ids + 1, sizeof(*rows->map)));
	rows->head = must(calloc(a->n_type_ids + 1, sizeof(*rows->head)));
	rows->row = must(calloc(a->n_type_ids + 1, sizeof(*rows->row)));
	for (uint32_t id = 1; id <= p->n_type_ids; id++)
		if (!p->type_by_id[id]->attribute)
			rows->map[id] = sk_policy_find_type(a, type_name(p, id)).v;
}

static void rows_add(struct rows *rows, const struct cell *first, const struct cell *end)
{
	rows->n_links = 0;
	for (const struct cell *c = first; c < end; c++)
		for (uint32_t s, i = 0; expanded(rows->p, c->source, i, &s); i++) {
			uint32_t at = rows->map[s];

			if (!at)
				continue;
			if (rows->n_links == rows->cap_links)
				rows->links = must(realloc(rows->links,
					(rows->cap_links = rows->cap_links ? 2 * rows->cap_links : 4096) *
						sizeof(*rows->links)));
			rows->links[rows->n_links] = (struct link){ c, rows->head[at] };
			rows->head[at] = (uint32_t)++rows->n_links;
		}
}

static void rows_fill(struct rows *rows, uint32_t source)
{
	for (uint32_t l = rows->head[source]; l; l = rows->links[l - 1].next) {
		const struct cell *c = rows->links[l - 1].cell;

		for (uint32_t t, i = 0; expanded(rows->p, c->target, i, &t); i++)
			for (int w = 0; rows->map[t] && w < 8; w++)
				rows->row[rows->map[t]][w] |= c->words[w];
	}
}

static void report_row(const struct sk_policy *a, const char *group, uint32_t s, uint32_t t,
		       const uint32_t *x, const uint32_t *y, struct report *r)
{
	for (int side = 0; side < 2; side++) {
		const uint32_t *mine = side ? y : x, *other = side ? x : y;
		char text[512];
		int n = snprintf(text, sizeof(text), "%.200s %.80s %.80s:", group, type_name(a, s), type_name(a, t));
		bool any = false;

		for (int w = 0; w < 8; w++) {
			any |= mine[w] & ~other[w];
			n += snprintf(text + n, sizeof(text) - (size_t)n, " %x", mine[w] & ~other[w]);
		}
		if (any)
			differ(r, side ? "second" : "first", text);
	}
}

static void compare_group(const struct sk_policy *a, const char *group, struct rows *x, struct rows *y,
			  struct report *r)
{
	for (uint32_t s = 1; s <= a->n_type_ids; s++) {
		if (!x->head[s] && !y->head[s])
			continue;
		rows_fill(x, s);
		rows_fill(y, s);
		if (memcmp(x->row, y->row, (a->n_type_ids + 1) * sizeof(*x->row)))
			for (uint32_t t = 1; t <= a->n_type_ids; t++)
				if (memcmp(x->row[t], y->row[t], sizeof(*x->row)))
					report_row(a, group, s, t, x->row[t], y->row[t], r);
		memset(x->row, 0, (a->n_type_ids + 1) * sizeof(*x->row));
		memset(y->row, 0, (a->n_type_ids + 1) * sizeof(*y->row));
		x->head[s] = y->head[s] = 0;
	}
}

static size_t group_end(const struct cells *c, size_t i, const char *group)
{
	while (i < c->n && !strcmp(c->at[i].group, group))
		i++;
	return i;
}

static void compare_cells_of(const struct sk_policy *a, struct cells *x, struct cells *y, struct report *r)
{
	struct rows first, second;
	size_t i = 0, k = 0;

	rows_init(&first, a, x->p);
	rows_init(&second, a, y->p);
	while (i < x->n || k < y->n) {
		const char *group = i == x->n				       ? y->at[k].group
				    : k == y->n || compare_cells(&x->at[i], &y->at[k]) < 0 ? x->at[i].group
											   : y->at[k].group;
		size_t i_end = group_end(x, i, group), k_end = group_end(y, k, group);

		rows_add(&first, x->at + i, x->at + i_end);
		rows_add(&second, y->at + k, y->at + k_end);
		compare_group(a, group, &first, &second, r);
		i = i_end;
		k = k_end;
	}
	for (int side = 0; side < 2; side++) {
		struct rows *rows = side ? &second : &first;

		free(rows->map);
		free(rows->head);
		free(rows->links);
		free(rows->row);
	}
}

static void free_cells(struct cells *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->at[i].group);
	free(c->at);
}

static size_t same(const struct sk_policy *a, const struct sk_policy *b, bool attributes, FILE *out, size_t most)
{
	struct report r = { .out = out, .most = most };
	struct facts x = { 0 }, y = { 0 };
	struct cells first = { 0 }, second = { 0 };

	all_facts(a, &x, attributes);
	all_facts(b, &y, attributes);
	compare_facts(&x, &y, &r);
	collect(&first, a, a);
	collect(&second, a, b);
	compare_cells_of(a, &first, &second, &r);
	free_facts(&x);
	free_facts(&y);
	free_cells(&first);
	free_cells(&second);
	return r.n;
}

size_t policy_same(const struct sk_policy *a, const struct sk_policy *b, FILE *out, size_t most)
{
	return same(a, b, a->version >= 24 && b->version >= 24, out, most);
}

size_t policy_same_expanded(const struct sk_policy *a, const struct sk_policy *b, FILE *out, size_t most)
{
	return same(a, b, false, out, most);
}
