/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of the rules that are not access vectors: type rules, rules of extended permissions, role rules and range
 * transitions. Each is taken apart into facts: what it is about (a key of numbers that both policies share) and what it
 * says of that. Of two type rules about the same the first counts, as in sediff; those of extended permissions, of which
 * a policy has one a driver, are added up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/diff.h"
#include "selkie/overlay.h"

#define SK_FACT_KEY 5

struct sk_fact {
	uint32_t key[SK_FACT_KEY]; /* source, target, class, name or kind, condition */
	uint32_t source, target;   /* ids of its policy */
	uint32_t rule;		   /* position in its table */
	bool named;		   /* its table is that of named transitions */
	bool matched;
	uint32_t more; /* the next fact with the same key, or SK_NO_FACT */
};

#define SK_NO_FACT UINT32_MAX

struct sk_facts {
	struct sk_fact *list;
	size_t n, cap;
	struct sk_map by_key; /* hash of the key to a fact that other facts with the hash follow */
	uint32_t *next;	      /* with the same hash */
};

struct sk_fact_diff {
	struct sk_diff *d;
	enum selkie_diff_section section;
	struct sk_facts facts[2];
	struct sk_intern names; /* of named transitions, both sides */
};

static int sk_fact_add(struct sk_fact_diff *v, int side, const struct sk_fact *fact)
{
	struct sk_facts *f = &v->facts[side];
	int r = sk_grow(&f->list, &f->cap, f->n + 1, sizeof(*f->list));

	if (!r)
		f->list[f->n++] = *fact;
	return r;
}

/* A fact of each pair of types that two names of rules stand for. */
static int sk_fact_add_expanded(struct sk_fact_diff *v, int side, uint32_t source, uint32_t target,
				uint32_t cls, struct sk_fact *fact)
{
	const struct sk_policy *p = v->d->policy[side];
	const struct sk_pairing *pairs = v->d->pairs;
	const struct sk_idset *sources = &p->types_of[source], *targets = &p->types_of[target];
	int r = 0;

	fact->key[2] = pairs[SK_PAIR_CLASSES].number[side][cls];
	for (uint32_t i = 0; i < sources->n; i++)
		for (uint32_t k = 0; k < targets->n && !r; k++) {
			fact->source = sources->ids[i];
			fact->target = targets->ids[k];
			fact->key[0] = pairs[SK_PAIR_TYPES].number[side][fact->source];
			fact->key[1] = pairs[SK_PAIR_TYPES].number[side][fact->target];
			r = sk_fact_add(v, side, fact);
		}
	return r;
}

/* The kinds of rules of the policy's table that a section is about; 0 where it is about others. */
static uint32_t sk_fact_kind(enum selkie_diff_section section)
{
	switch (section) {
	case SELKIE_DIFF_ALLOWXPERM:
		return SK_RULE_XALLOW;
	case SELKIE_DIFF_AUDITALLOWXPERM:
		return SK_RULE_XAUDITALLOW;
	case SELKIE_DIFF_DONTAUDITXPERM:
		return SK_RULE_XDONTAUDIT;
	case SELKIE_DIFF_TYPE_TRANS:
		return SK_RULE_TRANSITION;
	case SELKIE_DIFF_TYPE_CHANGE:
		return SK_RULE_CHANGE;
	case SELKIE_DIFF_TYPE_MEMBER:
		return SK_RULE_MEMBER;
	default:
		return 0;
	}
}

static int sk_fact_take_rules(struct sk_fact_diff *v, int side, uint32_t first, uint32_t n,
			      uint32_t cond)
{
	const struct sk_policy *p = v->d->policy[side];
	uint32_t kind = sk_fact_kind(v->section);
	int r = 0;

	for (uint32_t i = first; i < first + n && !r; i++) {
		const struct sk_rule *rule = &p->rules[i];
		struct sk_fact fact = { .rule = i, .more = SK_NO_FACT };

		if (rule->kind != kind)
			continue;
		if (rule->kind & SK_RULES_XPERM)
			fact.key[3] = p->xperms[rule->data].kind == SK_XPERM_NLMSG;
		fact.key[4] = cond;
		r = sk_fact_add_expanded(v, side, rule->source, rule->target, rule->cls, &fact);
	}
	return r;
}

static int sk_fact_take_named(struct sk_fact_diff *v, int side)
{
	const struct sk_policy *p = v->d->policy[side];
	int r = 0;

	for (uint32_t i = 0; i < p->n_filename_transitions && !r; i++) {
		const struct sk_filename_transition *f = &p->filename_transitions[i];
		struct sk_fact fact = { .rule = i, .named = true, .more = SK_NO_FACT };

		r = sk_intern_add_static(&v->names, f->name, strlen(f->name), &fact.key[3]);
		fact.key[3]++;
		fact.key[4] = SK_DIFF_UNCONDITIONAL;
		for (uint32_t k = 0; k < f->sources.n && !r; k++)
			r = sk_fact_add_expanded(v, side, f->sources.ids[k], f->target.v, f->cls.v,
						 &fact);
	}
	return r;
}

static int sk_fact_take_te(struct sk_fact_diff *v, int side)
{
	const struct sk_policy *p = v->d->policy[side];
	int r = sk_fact_take_rules(v, side, 0, p->n_unconditional, SK_DIFF_UNCONDITIONAL);

	if (!r && v->section == SELKIE_DIFF_TYPE_TRANS)
		r = sk_fact_take_named(v, side);
	for (uint32_t c = 0; c < p->n_conds && !r; c++) {
		uint32_t number = 2 * v->d->conds.number[side][c];

		r = sk_fact_take_rules(v, side, p->conds[c].first_true, p->conds[c].n_true,
				       number + 1);
		if (!r)
			r = sk_fact_take_rules(v, side, p->conds[c].first_false,
					       p->conds[c].n_false, number);
	}
	return r;
}

static int sk_fact_take_roles(struct sk_fact_diff *v, int side)
{
	const struct sk_policy *p = v->d->policy[side];
	const struct sk_pairing *pairs = v->d->pairs;
	int r = 0;

	for (uint32_t i = 0; v->section == SELKIE_DIFF_ROLE_ALLOW && i < p->n_role_allows && !r;
	     i++) {
		struct sk_fact fact = { .rule = i, .more = SK_NO_FACT };

		fact.key[0] = pairs[SK_PAIR_ROLES].number[side][p->role_allows[i].role.v];
		fact.key[1] = pairs[SK_PAIR_ROLES].number[side][p->role_allows[i].new_role.v];
		r = sk_fact_add(v, side, &fact);
	}
	for (uint32_t i = 0;
	     v->section == SELKIE_DIFF_ROLE_TRANS && i < p->n_role_transitions && !r; i++) {
		const struct sk_role_transition *t = &p->role_transitions[i];
		const struct sk_idset *targets = &p->types_of[t->type.v];
		struct sk_fact fact = { .rule = i, .more = SK_NO_FACT };

		fact.key[0] = pairs[SK_PAIR_ROLES].number[side][t->role.v];
		fact.key[2] = pairs[SK_PAIR_CLASSES].number[side][t->cls.v];
		for (uint32_t k = 0; k < targets->n && !r; k++) {
			fact.target = targets->ids[k];
			fact.key[1] = pairs[SK_PAIR_TYPES].number[side][fact.target];
			r = sk_fact_add(v, side, &fact);
		}
	}
	return r;
}

static int sk_fact_take_ranges(struct sk_fact_diff *v, int side)
{
	const struct sk_policy *p = v->d->policy[side];
	int r = 0;

	for (uint32_t i = 0; i < p->n_range_transitions && !r; i++) {
		const struct sk_range_transition *t = &p->range_transitions[i];
		struct sk_fact fact = { .rule = i, .more = SK_NO_FACT };

		r = sk_fact_add_expanded(v, side, t->source.v, t->target.v, t->cls.v, &fact);
	}
	return r;
}

static uint64_t sk_fact_hash(const struct sk_fact *fact)
{
	return sk_hash_bytes(fact->key, sizeof(fact->key)) >> 1;
}

static struct sk_fact *sk_fact_find(const struct sk_facts *f, const struct sk_fact *like)
{
	const uint32_t *at = sk_map_find(&f->by_key, sk_fact_hash(like));

	for (uint32_t i = at ? *at : SK_NO_FACT; i != SK_NO_FACT; i = f->next[i])
		if (!memcmp(f->list[i].key, like->key, sizeof(like->key)))
			return &f->list[i];
	return NULL;
}

/* Facts with the key of an earlier one are hung on it, or dropped where the first alone counts. */
static int sk_facts_index(struct sk_facts *f, bool add_up)
{
	int r = sk_map_reserve(&f->by_key, f->n);

	f->next = malloc((f->n + 1) * sizeof(*f->next));
	if (!f->next)
		return -ENOMEM;
	for (size_t i = 0; i < f->n && !r; i++) {
		struct sk_fact *first = sk_fact_find(f, &f->list[i]);
		uint32_t *slot;

		if (first) {
			f->list[i].matched = true;
			if (add_up) {
				f->list[i].more = first->more;
				first->more = (uint32_t)i;
			}
			continue;
		}
		r = sk_map_insert(&f->by_key, sk_fact_hash(&f->list[i]), SK_NO_FACT, &slot, NULL);
		if (!r) {
			f->next[i] = *slot;
			*slot = (uint32_t)i;
		}
	}
	return r;
}

/* What a type rule gives. */
static struct sk_type_id sk_fact_result(const struct sk_policy *p, const struct sk_fact *fact)
{
	if (fact->named)
		return p->filename_transitions[fact->rule].result;
	return (struct sk_type_id){ p->rules[fact->rule].data };
}

/* The fact's rule, with its own types. */
static void sk_fact_rule(const struct sk_fact_diff *v, int side, const struct sk_fact *fact,
			 struct selkie_rule *ret)
{
	const struct sk_policy *p = v->d->policy[side];

	if (v->section == SELKIE_DIFF_ROLE_ALLOW)
		sk_rule_get_role_allow(p, fact->rule, ret);
	else if (v->section == SELKIE_DIFF_ROLE_TRANS)
		sk_rule_get_role_transition(p, fact->rule, ret);
	else if (v->section == SELKIE_DIFF_RANGE_TRANS)
		sk_rule_get_range_transition(p, fact->rule, ret);
	else if (fact->named)
		sk_rule_get_filename(p, fact->rule, (struct sk_type_id){ fact->source }, ret);
	else
		sk_rule_get(p, fact->rule, ret);
	if (fact->source)
		ret->source.v = fact->source;
	if (fact->target)
		ret->target.v = fact->target;
}

/* Extended permissions of a fact and those hung on it: 65536 bits. */
#define SK_XPERM_WORDS 2048

static void sk_fact_xperms(const struct sk_policy *p, const struct sk_facts *f,
			   const struct sk_fact *fact, uint32_t ret[SK_XPERM_WORDS])
{
	memset(ret, 0, SK_XPERM_WORDS * sizeof(*ret));
	for (;;) {
		const struct sk_xperm *x = &p->xperms[p->rules[fact->rule].data];

		for (uint32_t word = 0; word < SK_XPERM_WORDS; word++) {
			uint32_t driver = word / 8;

			if (x->kind == SK_XPERM_IOCTL_DRIVER)
				ret[word] |=
					x->perms[driver / 32] >> (driver % 32) & 1 ? UINT32_MAX : 0;
			else if (driver == x->driver)
				ret[word] |= x->perms[word % 8];
		}
		if (fact->more == SK_NO_FACT)
			return;
		fact = &f->list[fact->more];
	}
}

/* "0x5401 0x8900-0x89ff", each range with a sign before it and, as sediff has it, in brackets with one. */
static size_t sk_fact_print_xperms(struct sk_fact_diff *v, const uint32_t set[SK_XPERM_WORDS],
				   char sign, const char *lead)
{
	struct sk_diff *d = v->d;
	size_t n = 0;

	for (uint32_t x = 0; x < 65536; x++) {
		uint32_t first = x;

		if (!(set[x / 32] >> (x % 32) & 1))
			continue;
		while (x < 65535 && set[(x + 1) / 32] >> ((x + 1) % 32) & 1)
			x++;
		sk_buf_adds(&d->buf, n++ ? " " : lead);
		if (sign)
			sk_buf_addc(&d->buf, sign);
		if (x == first)
			sk_buf_printf(&d->buf, "0x%04x", first);
		else
			sk_buf_printf(&d->buf, sign ? "[0x%04x-0x%04x]" : "0x%04x-0x%04x", first,
				      x);
	}
	return n;
}

/* The parts of a change of extended permissions: one for each range. */
static int sk_fact_xperm_parts(struct sk_diff *d, const uint32_t set[SK_XPERM_WORDS], bool added)
{
	int r = 0;

	for (uint32_t x = 0; x < 65536 && !r; x++) {
		uint32_t first = x;
		char text[32];

		if (!(set[x / 32] >> (x % 32) & 1))
			continue;
		while (x < 65535 && set[(x + 1) / 32] >> ((x + 1) % 32) & 1)
			x++;
		snprintf(text, sizeof(text), x == first ? "0x%04x" : "0x%04x-0x%04x", first, x);
		r = sk_diff_part(d, "number", added, sk_arena_strdup(&d->arena, text));
	}
	return r;
}

/* "allowxperm a_t b_t:file ioctl " */
static void sk_fact_xperm_head(struct sk_fact_diff *v, int side, const struct sk_fact *fact)
{
	struct sk_text *t = &v->d->text[side];
	struct sk_buf *buf = &v->d->buf;
	struct selkie_rule rule;

	sk_fact_rule(v, side, fact, &rule);
	sk_buf_join(buf, selkie_rule_kind_name(rule.kind), " ", NULL);
	sk_text_type(t, buf, rule.source.v);
	sk_buf_addc(buf, ' ');
	sk_text_type(t, buf, rule.target.v);
	sk_buf_addc(buf, ':');
	sk_text_class(t, buf, rule.cls.v);
	sk_buf_adds(buf, rule.xperm_kind == SELKIE_XPERM_NLMSG ? " nlmsg " : " ioctl ");
}

/* A rule of extended permissions with all its numbers: those of several drivers are several in the policy. */
static void sk_fact_xperm_text(struct sk_fact_diff *v, int side, const struct sk_fact *fact)
{
	uint32_t set[SK_XPERM_WORDS];
	size_t at, n;

	sk_fact_xperms(v->d->policy[side], &v->facts[side], fact, set);
	sk_fact_xperm_head(v, side, fact);
	at = v->d->buf.n;
	n = sk_fact_print_xperms(v, set, 0, "{ ");
	if (n > 1) {
		sk_buf_adds(&v->d->buf, " };");
	} else if (n && !v->d->buf.failed) {
		v->d->buf.n = at;
		sk_fact_print_xperms(v, set, 0, "");
		sk_buf_addc(&v->d->buf, ';');
	} else {
		sk_buf_adds(&v->d->buf, "{ };");
	}
}

static int sk_fact_compare_xperms(struct sk_fact_diff *v, const struct sk_fact *left,
				  const struct sk_fact *right)
{
	uint32_t l[SK_XPERM_WORDS], r[SK_XPERM_WORDS], both[SK_XPERM_WORDS];
	struct sk_diff *d = v->d;
	const char *lead = "";
	const char *sort;
	int e;

	sk_fact_xperms(d->policy[SK_LEFT], &v->facts[SK_LEFT], left, l);
	sk_fact_xperms(d->policy[SK_RIGHT], &v->facts[SK_RIGHT], right, r);
	if (!memcmp(l, r, sizeof(l)))
		return 0;
	for (uint32_t w = 0; w < SK_XPERM_WORDS; w++) {
		both[w] = l[w] & r[w];
		l[w] &= ~both[w];
		r[w] &= ~both[w];
	}
	sk_fact_xperm_text(v, SK_LEFT, left);
	sort = sk_diff_keep(d);
	sk_fact_xperm_head(v, SK_LEFT, left);
	sk_buf_adds(&d->buf, "{ ");
	if (sk_fact_print_xperms(v, both, 0, lead))
		lead = " ";
	if (sk_fact_print_xperms(v, r, '+', lead))
		lead = " ";
	sk_fact_print_xperms(v, l, '-', lead);
	sk_buf_adds(&d->buf, " };");
	e = sort ? sk_fact_xperm_parts(d, r, true) : -ENOMEM;
	if (!e)
		e = sk_fact_xperm_parts(d, l, false);
	return e ? e : sk_diff_add(d, v->section, SELKIE_DIFF_MODIFIED, sort);
}

/* What a rule gives, as text. */
static const char *sk_fact_default(struct sk_fact_diff *v, int side, const struct selkie_rule *rule)
{
	const struct sk_policy *p = v->d->policy[side];

	if (rule->kind == SELKIE_RULE_RANGE_TRANSITION) {
		sk_text_range(&v->d->buf, p, rule->range);
		return sk_diff_keep(v->d);
	}
	if (rule->kind == SELKIE_RULE_ROLE_TRANSITION)
		return p->role_by_id[rule->new_role.v]->name;
	return p->type_by_id[rule->result.v]->name;
}

/* "type_transition a_t b_t:process +new_t -old_t;" */
static int sk_fact_modified(struct sk_fact_diff *v, const struct sk_fact *left,
			    const struct sk_fact *right)
{
	struct sk_diff *d = v->d;
	struct sk_text *t = &d->text[SK_LEFT];
	struct selkie_rule l, r;
	const char *sort, *was, *is;
	bool range, semicolon;
	int e;

	sk_fact_rule(v, SK_LEFT, left, &l);
	sk_fact_rule(v, SK_RIGHT, right, &r);
	range = l.kind == SELKIE_RULE_RANGE_TRANSITION;
	semicolon = l.kind & SELKIE_RULES_TYPE;
	sk_text_rule(t, &d->buf, &l);
	sort = sk_diff_keep(d);
	was = sk_fact_default(v, SK_LEFT, &l);
	is = sk_fact_default(v, SK_RIGHT, &r);
	if (!sort || !was || !is)
		return -ENOMEM;
	sk_buf_join(&d->buf, selkie_rule_kind_name(l.kind), " ", NULL);
	if (l.kind == SELKIE_RULE_ROLE_TRANSITION)
		sk_buf_adds(&d->buf, d->policy[SK_LEFT]->role_by_id[l.source_role.v]->name);
	else
		sk_text_type(t, &d->buf, l.source.v);
	sk_buf_addc(&d->buf, ' ');
	sk_text_type(t, &d->buf, l.target.v);
	sk_buf_addc(&d->buf, ':');
	sk_text_class(t, &d->buf, l.cls.v);
	sk_buf_printf(&d->buf, range ? " +[%s] -[%s]" : " +%s -%s", is, was);
	if (l.name)
		sk_buf_join(&d->buf, " ", l.name, NULL);
	sk_buf_adds(&d->buf, semicolon ? ";" : "");
	if (l.cond != SELKIE_UNCONDITIONAL)
		sk_text_condition(t, &d->buf, l.cond, l.branch);
	e = sk_diff_part(d, "default", true, is);
	if (!e)
		e = sk_diff_part(d, "default", false, was);
	return e ? e : sk_diff_add(d, v->section, SELKIE_DIFF_MODIFIED, sort);
}

/* Whether two facts about the same say the same. */
static bool sk_fact_same(const struct sk_fact_diff *v, const struct sk_fact *left,
			 const struct sk_fact *right)
{
	const struct sk_policy *l = v->d->policy[SK_LEFT], *r = v->d->policy[SK_RIGHT];
	const struct sk_pairing *pairs = v->d->pairs;

	if (v->section == SELKIE_DIFF_ROLE_ALLOW)
		return true;
	if (v->section == SELKIE_DIFF_ROLE_TRANS)
		return pairs[SK_PAIR_ROLES]
			       .number[SK_LEFT][l->role_transitions[left->rule].new_role.v] ==
		       pairs[SK_PAIR_ROLES]
			       .number[SK_RIGHT][r->role_transitions[right->rule].new_role.v];
	if (v->section == SELKIE_DIFF_RANGE_TRANS)
		return sk_diff_same_range(v->d, &l->range_transitions[left->rule].range,
					  &r->range_transitions[right->rule].range);
	return pairs[SK_PAIR_TYPES].number[SK_LEFT][sk_fact_result(l, left).v] ==
	       pairs[SK_PAIR_TYPES].number[SK_RIGHT][sk_fact_result(r, right).v];
}

static int sk_fact_only(struct sk_fact_diff *v, int side, const struct sk_fact *fact)
{
	enum selkie_diff_change change = side == SK_LEFT ? SELKIE_DIFF_REMOVED : SELKIE_DIFF_ADDED;
	struct selkie_rule rule;

	if (sk_fact_kind(v->section) & SK_RULES_XPERM) {
		sk_fact_xperm_text(v, side, fact);
	} else {
		sk_fact_rule(v, side, fact, &rule);
		sk_text_rule(&v->d->text[side], &v->d->buf, &rule);
	}
	return sk_diff_add(v->d, v->section, change, NULL);
}

static int sk_facts_compare(struct sk_fact_diff *v)
{
	bool xperms = sk_fact_kind(v->section) & SK_RULES_XPERM;
	struct sk_facts *left = &v->facts[SK_LEFT], *right = &v->facts[SK_RIGHT];
	int r = 0;

	for (size_t i = 0; i < left->n && !r; i++) {
		struct sk_fact *l = &left->list[i], *other;

		if (l->matched)
			continue;
		other = sk_fact_find(right, l);
		if (!other) {
			r = sk_fact_only(v, SK_LEFT, l);
			continue;
		}
		other->matched = true;
		if (xperms)
			r = sk_fact_compare_xperms(v, l, other);
		else if (!sk_fact_same(v, l, other))
			r = sk_fact_modified(v, l, other);
	}
	for (size_t i = 0; i < right->n && !r; i++)
		if (!right->list[i].matched)
			r = sk_fact_only(v, SK_RIGHT, &right->list[i]);
	return r;
}

int sk_diff_rules(struct sk_diff *d, enum selkie_diff_section section)
{
	struct sk_fact_diff v = { .d = d, .section = section };
	int r = 0;

	sk_intern_init(&v.names, &d->arena);
	for (int side = 0; side < 2 && !r; side++) {
		if (sk_fact_kind(section))
			r = sk_fact_take_te(&v, side);
		else if (section == SELKIE_DIFF_RANGE_TRANS)
			r = sk_fact_take_ranges(&v, side);
		else
			r = sk_fact_take_roles(&v, side);
		if (!r)
			r = sk_facts_index(&v.facts[side], sk_fact_kind(section) & SK_RULES_XPERM);
	}
	if (!r)
		r = sk_facts_compare(&v);
	for (int side = 0; side < 2; side++) {
		free(v.facts[side].list);
		free(v.facts[side].next);
		sk_map_done(&v.facts[side].by_key);
	}
	sk_intern_done(&v.names);
	return r;
}
