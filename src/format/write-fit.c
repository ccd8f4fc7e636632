/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fitting a policy to the version it is to be written in. For its own version nothing changes. For another, what has a
 * different form there is brought into it (rules on attributes before version 20, names of transitions since 33), and
 * what cannot be said is named: an error where leaving it out would let more happen or the compilers refuse it too, a
 * warning where they leave it out.
 */
#include "format/kernel-writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/map.h"

struct sk_fitting {
	struct sk_kernel_writer *w;
	const struct sk_policy *p;
	struct sk_diags *diags;
	bool refused;
};

#define sk_cannot(f, ...) \
	do { \
		sk_error((f)->diags, "E0320", NULL, __VA_ARGS__); \
		(f)->refused = true; \
	} while (0)

#define sk_dropped(f, ...) sk_warning((f)->diags, "W0320", NULL, __VA_ARGS__)

/* Whether the target version is older than what a thing needs; the model's own version is never too old. */
static bool sk_too_old(const struct sk_fitting *f, uint32_t since)
{
	return f->w->version < since && f->w->version != f->p->version;
}

static const char *sk_type_name_at(const struct sk_policy *p, uint32_t id)
{
	return p->type_by_id[id]->name;
}

static void sk_fit_header(struct sk_fitting *f)
{
	const struct sk_policy *p = f->p;
	unsigned int v = f->w->version;

	if (v < SK_KERNEL_VERSION_MIN || v > SK_KERNEL_VERSION_MAX)
		sk_cannot(f, "there is no policy version %u; %u to %u can be written", v,
			  SK_KERNEL_VERSION_MIN, SK_KERNEL_VERSION_MAX);
	else if (p->mls && sk_too_old(f, SK_SINCE_MLS))
		sk_cannot(f, "version %u cannot hold an MLS policy; that takes version %u", v,
			  SK_SINCE_MLS);
	if (sk_too_old(f, SK_SINCE_CAPABILITIES) && !sk_bitset_empty(&p->capabilities))
		sk_dropped(f, "version %u has no policy capabilities; they are left out", v);
	for (uint32_t id = sk_bitset_next(&p->permissive, 0);
	     sk_too_old(f, SK_SINCE_PERMISSIVE) && id != UINT32_MAX;
	     id = sk_bitset_next(&p->permissive, id + 1))
		sk_dropped(f, "version %u has no permissive types; '%s' is not permissive in it", v,
			   sk_type_name_at(p, id));
	for (uint32_t id = sk_bitset_next(&p->neveraudit, 0);
	     sk_too_old(f, SK_SINCE_NEVERAUDIT) && id != UINT32_MAX;
	     id = sk_bitset_next(&p->neveraudit, id + 1))
		sk_dropped(f, "version %u has no neveraudit types; '%s' is audited in it", v,
			   sk_type_name_at(p, id));
}

static void sk_fit_classes(struct sk_fitting *f)
{
	unsigned int v = f->w->version;

	for (uint32_t i = 0; i < f->p->n_classes; i++) {
		const struct sk_class *c = &f->p->classes[i];

		if (sk_too_old(f, SK_SINCE_MLS) && c->n_validatetrans)
			sk_dropped(f, "version %u has no validatetrans; those of class '%s' are left out",
				   v, c->name);
		if (sk_too_old(f, SK_SINCE_DEFAULTS) &&
		    (c->default_user || c->default_role || c->default_range))
			sk_dropped(f, "version %u has no defaults for new objects; those of class '%s' are left out",
				   v, c->name);
		else if (sk_too_old(f, SK_SINCE_GLBLUB) && c->default_range == SK_DEFAULT_GLBLUB)
			sk_dropped(f, "version %u has no default_range glblub; that of class '%s' is left out",
				   v, c->name);
		if (sk_too_old(f, SK_SINCE_DEFAULT_TYPE) && c->default_type)
			sk_dropped(f, "version %u has no default_type; that of class '%s' is left out", v,
				   c->name);
	}
}

static void sk_fit_bounds(struct sk_fitting *f)
{
	const struct sk_policy *p = f->p;
	unsigned int v = f->w->version;

	if (!sk_too_old(f, SK_SINCE_BOUNDS))
		return;
	for (uint32_t i = 0; i < p->n_types; i++)
		if (p->types[i].bounds.v)
			sk_dropped(f, "version %u has no bounds; those of type '%s' are left out", v,
				   p->types[i].name);
	for (uint32_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].bounds.v)
			sk_dropped(f, "version %u has no bounds; those of role '%s' are left out", v,
				   p->roles[i].name);
	for (uint32_t i = 0; i < p->n_users; i++)
		if (p->users[i].bounds.v)
			sk_dropped(f, "version %u has no bounds; those of user '%s' are left out", v,
				   p->users[i].name);
}

static void sk_fit_transitions(struct sk_fitting *f)
{
	const struct sk_policy *p = f->p;
	unsigned int v = f->w->version;

	f->w->fit.process = sk_policy_find_class(p, sk_kernel_process_class(p->target));
	for (uint32_t i = 0; sk_too_old(f, SK_SINCE_ROLE_CLASS) && i < p->n_role_transitions; i++) {
		const struct sk_role_transition *t = &p->role_transitions[i];

		if (t->cls.v != f->w->fit.process.v)
			sk_dropped(f, "version %u has role transitions for processes only; that of '%s' on '%s' for class '%s' is left out",
				   v, p->role_by_id[t->role.v]->name, sk_type_name_at(p, t->type.v),
				   p->class_by_id[t->cls.v]->name);
	}
	for (uint32_t i = 0; sk_too_old(f, SK_SINCE_RANGE_CLASS) && i < p->n_range_transitions; i++) {
		const struct sk_range_transition *t = &p->range_transitions[i];

		if (t->cls.v != f->w->fit.process.v)
			sk_dropped(f, "version %u has range transitions for processes only; that of '%s' on '%s' for class '%s' is left out",
				   v, sk_type_name_at(p, t->source.v), sk_type_name_at(p, t->target.v),
				   p->class_by_id[t->cls.v]->name);
	}
	for (uint32_t i = 0;
	     sk_too_old(f, SK_SINCE_FILENAME_TRANSITIONS) && i < p->n_filename_transitions; i++)
		sk_dropped(f, "version %u has no named transitions; that on '%s' for \"%s\" is left out", v,
			   sk_type_name_at(p, p->filename_transitions[i].target.v),
			   p->filename_transitions[i].name);
}

static void sk_fit_ocontexts(struct sk_fitting *f)
{
	static const char *const words[SK_N_OCON] = {
		[SK_OCON_NODE6] = "IPv6 node contexts",
		[SK_OCON_IBPKEY] = "InfiniBand key contexts",
		[SK_OCON_IBENDPORT] = "InfiniBand port contexts",
		[SK_OCON_XEN_DEVICETREE] = "device tree contexts",
	};
	const struct sk_policy *p = f->p;
	uint32_t n = f->refused ? SK_N_OCON : sk_kernel_n_ocontexts(p->target, f->w->version);

	for (uint32_t i = n; i < SK_N_OCON; i++) {
		uint32_t kind = sk_kernel_ocontext_kind(p->target, i);

		if (kind < SK_N_OCON && words[kind] && p->n_ocontexts[kind])
			sk_dropped(f, "version %u has no %s; all %u are left out", f->w->version,
				   words[kind], p->n_ocontexts[kind]);
	}
	for (uint32_t i = 0; sk_too_old(f, SK_SINCE_XEN_DEVICETREE) &&
			     i < p->n_ocontexts[SK_OCON_XEN_IOMEM]; i++)
		if (p->ocontexts[SK_OCON_XEN_IOMEM][i].u.io.high > UINT32_MAX)
			sk_cannot(f, "version %u cannot hold I/O memory beyond 32 bits, as 0x%llx is",
				  f->w->version,
				  (unsigned long long)p->ocontexts[SK_OCON_XEN_IOMEM][i].u.io.high);
}

/* Extended permissions narrow what the plain rule allows: without them more would be allowed. */
static void sk_fit_xperms(struct sk_fitting *f)
{
	const struct sk_policy *p = f->p;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		const struct sk_rule *r = &p->rules[i];
		bool conditional = i >= p->n_unconditional;

		if (!(r->kind & SK_RULES_XPERM) ||
		    !sk_too_old(f, conditional ? SK_SINCE_COND_XPERMS : SK_SINCE_XPERMS))
			continue;
		sk_cannot(f, "version %u has no extended permissions%s, as the rule for '%s' on '%s' of class '%s' has",
			  f->w->version,
			  conditional && f->w->version >= SK_SINCE_XPERMS ? " in conditionals" : "",
			  sk_type_name_at(p, r->source), sk_type_name_at(p, r->target),
			  p->class_by_id[r->cls]->name);
	}
}

static void sk_fit_conditionals(struct sk_fitting *f)
{
	if (sk_too_old(f, SK_SINCE_BOOL) && f->p->n_conds)
		sk_cannot(f, "version %u has no booleans, and the policy has %u conditionals",
			  f->w->version, f->p->n_conds);
}

/* Rules of version 33 and later stand in groups of one target, class and name. */
static int sk_filename_compare(const void *a, const void *b)
{
	const struct sk_filename_transition *x = *(const struct sk_filename_transition *const *)a;
	const struct sk_filename_transition *y = *(const struct sk_filename_transition *const *)b;

	if (x->target.v != y->target.v)
		return x->target.v < y->target.v ? -1 : 1;
	if (x->cls.v != y->cls.v)
		return x->cls.v < y->cls.v ? -1 : 1;
	if (x->name != y->name && strcmp(x->name, y->name))
		return strcmp(x->name, y->name);
	if (x->result.v != y->result.v)
		return x->result.v < y->result.v ? -1 : 1;
	return 0;
}

static bool sk_same_filename(const struct sk_filename_transition *x,
			     const struct sk_filename_transition *y)
{
	return x->target.v == y->target.v && x->cls.v == y->cls.v && !strcmp(x->name, y->name);
}

/* Adds the sources of n transitions with one result to one set. */
static int sk_merge_sources(struct sk_arena *arena, struct sk_idset *ret_set,
			    const struct sk_filename_transition *const *list, uint32_t n)
{
	struct sk_bitset bits = { 0 };
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = SK_MAX(most, list[i]->sources.ids[list[i]->sources.n - 1]);
	if (sk_bitset_init(&bits, arena, most + 1))
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < list[i]->sources.n; j++)
			sk_bitset_add(&bits, list[i]->sources.ids[j]);
	return sk_idset_from_bitset(ret_set, arena, &bits);
}

static int sk_group_filenames(struct sk_kernel_fit *fit,
			      const struct sk_filename_transition *const *list, uint32_t n)
{
	struct sk_filename_transition *out, *head = NULL;
	uint32_t n_out = 0;

	out = SK_ARENA_ARRAY(&fit->arena, struct sk_filename_transition, n);
	if (!out)
		return -ENOMEM;
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && !sk_filename_compare(&list[i], &list[end]); end++)
			;
		out[n_out] = *list[i];
		out[n_out].n_group = 0;
		if (sk_merge_sources(&fit->arena, &out[n_out].sources, list + i, end - i))
			return -ENOMEM;
		if (!head || !sk_same_filename(head, &out[n_out]))
			head = &out[n_out];
		head->n_group++;
		n_out++;
	}
	fit->filenames = out;
	fit->n_filenames = n_out;
	return 0;
}

static int sk_fit_filenames(struct sk_fitting *f)
{
	const struct sk_policy *p = f->p;
	const struct sk_filename_transition **list;
	int r;

	if (f->w->version < SK_SINCE_GROUPED_FILENAMES || p->version >= SK_SINCE_GROUPED_FILENAMES ||
	    !p->n_filename_transitions)
		return 0;
	list = calloc(p->n_filename_transitions, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_filename_transitions; i++)
		list[i] = &p->filename_transitions[i];
	qsort(list, p->n_filename_transitions, sizeof(*list), sk_filename_compare);
	r = sk_group_filenames(&f->w->fit, list, p->n_filename_transitions);
	free(list);
	return r;
}

/*
 * Rules before version 20 name types only, and one record holds all permission rules of a key and one all labeling
 * rules. A rule on attributes is one for each pair of their types; several that meet are merged as the access decision
 * would: allow and auditallow add up, what is not audited is what no dontaudit silences.
 */
struct sk_expansion {
	const struct sk_policy *p;
	struct sk_map map;		/* key to index of its first rule of the group */
	struct sk_rule *rules;
	uint32_t *next;			/* the next rule of the same key; 0 ends */
	size_t n, cap, cap_next;
};

#define SK_EXPANDED_MOST 50000000u	/* a policy of this many rules would take a gigabyte */

static uint64_t sk_expanded_key(const struct sk_rule *r)
{
	return (uint64_t)r->source << 48 | (uint64_t)r->target << 32 | (uint64_t)r->cls << 16 |
	       ((r->kind & SK_RULES_TYPE) != 0);
}

static void sk_merge_rule(struct sk_rule *into, const struct sk_rule *rule)
{
	if (into->kind == SK_RULE_AUDITDENY)
		into->data &= rule->data;
	else if (into->kind & SK_RULES_AV)
		into->data |= rule->data;
}

static int sk_expansion_add(struct sk_expansion *e, const struct sk_rule *rule)
{
	uint32_t *first, at, last = 0;
	bool new;

	if (e->n >= SK_EXPANDED_MOST)
		return -E2BIG;
	if (sk_map_insert(&e->map, sk_expanded_key(rule), (uint32_t)e->n, &first, &new))
		return -ENOMEM;
	if (!new) {
		for (at = *first;; at = e->next[at]) {
			if (e->rules[at].kind == rule->kind) {
				sk_merge_rule(&e->rules[at], rule);
				return 0;
			}
			last = at;
			if (!e->next[at])
				break;
		}
	}
	if (sk_grow(&e->rules, &e->cap, e->n + 1, sizeof(*e->rules)) ||
	    sk_grow(&e->next, &e->cap_next, e->n + 1, sizeof(*e->next)))
		return -ENOMEM;
	e->rules[e->n] = *rule;
	e->next[e->n] = 0;
	if (!new)
		e->next[last] = (uint32_t)e->n;
	e->n++;
	return 0;
}

/* Expands one rule. Without a merge (in conditionals) each pair is a rule of its own. */
static int sk_expand_rule(struct sk_expansion *e, const struct sk_rule *rule, bool merge)
{
	const struct sk_idset *sources = &e->p->types_of[rule->source];
	const struct sk_idset *targets = &e->p->types_of[rule->target];

	for (uint32_t i = 0; i < sources->n; i++)
		for (uint32_t j = 0; j < targets->n; j++) {
			struct sk_rule r = *rule;
			int err;

			r.source = (uint16_t)sources->ids[i];
			r.target = (uint16_t)targets->ids[j];
			r.grouped = 0;
			if (merge) {
				err = sk_expansion_add(e, &r);
				if (err)
					return err;
				continue;
			}
			if (e->n >= SK_EXPANDED_MOST)
				return -E2BIG;
			if (sk_grow(&e->rules, &e->cap, e->n + 1, sizeof(*e->rules)))
				return -ENOMEM;
			e->rules[e->n++] = r;
		}
	return 0;
}

/* Puts the rules of one key one after the other. */
static int sk_collect_groups(struct sk_kernel_fit *fit, const struct sk_expansion *e,
			     struct sk_rule **ret_rules)
{
	struct sk_rule *out = sk_arena_alloc(&fit->arena, (e->n + 1) * sizeof(*out));
	unsigned char *done = calloc(e->n + 1, 1);
	size_t n = 0;

	if (!out || !done) {
		free(done);
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->n; i++) {
		for (uint32_t at = (uint32_t)i; !done[i]; at = e->next[at]) {
			out[n] = e->rules[at];
			out[n++].grouped = at != i;
			if (at != i)
				done[at] = 1;
			if (!e->next[at])
				break;
		}
	}
	free(done);
	*ret_rules = out;
	return 0;
}

static int sk_expand_conditionals(struct sk_fitting *f, struct sk_expansion *e, uint32_t n_before,
				  struct sk_cond *conds)
{
	for (uint32_t i = 0; i < f->p->n_conds; i++) {
		const struct sk_cond *c = &f->p->conds[i];
		int r = 0;

		conds[i] = *c;
		conds[i].first_true = n_before + (uint32_t)e->n;
		for (uint32_t j = 0; !r && j < c->n_true; j++)
			r = sk_expand_rule(e, &f->p->rules[c->first_true + j], false);
		conds[i].first_false = n_before + (uint32_t)e->n;
		conds[i].n_true = conds[i].first_false - conds[i].first_true;
		for (uint32_t j = 0; !r && j < c->n_false; j++)
			r = sk_expand_rule(e, &f->p->rules[c->first_false + j], false);
		conds[i].n_false = n_before + (uint32_t)e->n - conds[i].first_false;
		if (r)
			return r;
	}
	return 0;
}

static void sk_expansion_done(struct sk_expansion *e)
{
	sk_map_done(&e->map);
	free(e->rules);
	free(e->next);
}

static int sk_expand(struct sk_fitting *f, struct sk_expansion *plain, struct sk_expansion *cond)
{
	struct sk_kernel_fit *fit = &f->w->fit;
	struct sk_cond *conds = SK_ARENA_ARRAY(&fit->arena, struct sk_cond, f->p->n_conds);
	struct sk_rule *grouped, *all;
	int r = conds ? 0 : -ENOMEM;

	for (uint32_t i = 0; !r && i < f->p->n_unconditional; i++)
		r = sk_expand_rule(plain, &f->p->rules[i], true);
	if (!r)
		r = sk_collect_groups(fit, plain, &grouped);
	if (!r)
		r = sk_expand_conditionals(f, cond, (uint32_t)plain->n, conds);
	if (r)
		return r;
	all = sk_arena_alloc(&fit->arena, (plain->n + cond->n + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all, grouped, plain->n * sizeof(*all));
	if (cond->n)
		memcpy(all + plain->n, cond->rules, cond->n * sizeof(*all));
	fit->rules = all;
	fit->n_unconditional = (uint32_t)plain->n;
	fit->conds = conds;
	return 0;
}

static int sk_fit_rules(struct sk_fitting *f)
{
	struct sk_expansion plain = { .p = f->p }, cond = { .p = f->p };
	int r;

	if (f->w->version >= SK_SINCE_AVTAB || f->p->version < SK_SINCE_AVTAB)
		return 0;
	r = sk_expand(f, &plain, &cond);
	if (r == -E2BIG) {
		sk_cannot(f, "version %u has no attributes in rules, and without them there are more than %u rules",
			  f->w->version, SK_EXPANDED_MOST);
		r = SELKIE_POLICY_REFUSED;
	}
	sk_expansion_done(&plain);
	sk_expansion_done(&cond);
	return r;
}

int sk_kernel_fit(struct sk_kernel_writer *w, struct sk_diags *diags)
{
	struct sk_fitting f = { .w = w, .p = w->p, .diags = diags };
	int r;

	w->fit.rules = w->p->rules;
	w->fit.n_unconditional = w->p->n_unconditional;
	w->fit.conds = w->p->conds;
	w->fit.n_conds = w->p->n_conds;
	w->fit.filenames = w->p->filename_transitions;
	w->fit.n_filenames = w->p->n_filename_transitions;
	sk_fit_header(&f);
	sk_fit_classes(&f);
	sk_fit_bounds(&f);
	sk_fit_transitions(&f);
	sk_fit_ocontexts(&f);
	sk_fit_xperms(&f);
	sk_fit_conditionals(&f);
	if (f.refused)
		return SELKIE_POLICY_REFUSED;
	r = sk_fit_filenames(&f);
	return r ? r : sk_fit_rules(&f);
}
