/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions about a policy. The random ones take any two plausible contexts and any class; as nearly all of those are
 * denied, the targeted ones start from the policy's own statements: the key of a rule, the types a constraint names,
 * the source, target and name of a transition. All are asked in rounds, each with other values of the booleans.
 *
 * Statements that the public interface does not list (named, role and range transitions) are taken from the model.
 */
#include "judge.h"
#include "world.h"

#include "base/set.h"
#include "model/policy.h"

#include <selkie/boolean.h>
#include <selkie/class.h>
#include <selkie/constraint.h>
#include <selkie/rule.h>
#include <selkie/selkie.h>
#include <selkie/type.h>
#include <selkie/transition.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *class_name(struct world *w, selkie_class_id c)
{
	return selkie_class_name(w->policy, c);
}

static void ask(struct world *w, const char *verb, selkie_type_id source, selkie_type_id target,
		selkie_class_id class, const char *name)
{
	const char *cls = class_name(w, class);
	bool subject = !strcmp(cls, "process") || !strcmp(cls, "fd") || strstr(cls, "socket");
	const char *s = any_context(w, source, chance(w, 32));
	const char *t = any_context(w, target, !subject && !chance(w, 8));

	/* Most constraints compare source and target: let these be the same now and then. */
	printf("%s %s %s %s", verb, s, chance(w, 6) ? s : t, cls);
	if (name) {
		putchar(' ');
		for (; *name; name++)
			printf(isalnum((unsigned char)*name) || *name == '.' || *name == '_'
				       ? "%c"
				       : "%%%02x",
			       (unsigned char)*name);
	}
	putchar('\n');
}

static void ask_random_access(struct world *w)
{
	/* Classes the policy lacks: 0 is the kernel's unknown class, the other one is out of range. */
	if (chance(w, 2000)) {
		printf("access %s %s #%d\n", any_context(w, any_subject(w), false),
		       any_context(w, any_type(w), true), chance(w, 2) ? 0 : 60000);
		return;
	}
	ask(w, "access", chance(w, 8) ? any_type(w) : any_subject(w),
	    chance(w, 3) ? any_subject(w) : any_type(w), any_class(w), NULL);
}

/* Rules by kind, and those that allow also by class: lists of rule numbers. */
struct rules {
	uint32_t *list, n;
};

struct book {
	struct rules av, transition, member, change, labels;
	struct rules *allow_of; /* by class id */
	uint32_t n_class_ids;
};

static void add_rule(struct rules *r, uint32_t rule)
{
	if (!(r->n & (r->n - 1))) {
		r->list = realloc(r->list, (r->n ? 2 * r->n : 1) * sizeof(*r->list));
		if (!r->list)
			exit(3);
	}
	r->list[r->n++] = rule;
}

static void book_init(struct book *b, const struct world *w)
{
	struct selkie_rule rule;

	memset(b, 0, sizeof(*b));
	b->n_class_ids = w->n_classes ? w->classes[w->n_classes - 1].v + 1 : 1;
	b->allow_of = calloc(b->n_class_ids, sizeof(*b->allow_of));
	if (!b->allow_of)
		exit(3);
	for (uint32_t i = 0; i < selkie_rule_count(w->policy); i++) {
		if (selkie_rule_get(w->policy, i, &rule))
			continue;
		if (rule.kind & SELKIE_RULES_AV)
			add_rule(&b->av, i);
		if (rule.kind == SELKIE_RULE_ALLOW && rule.cls.v < b->n_class_ids)
			add_rule(&b->allow_of[rule.cls.v], i);
		if (rule.kind & SELKIE_RULES_TYPE)
			add_rule(&b->labels, i);
		if (rule.kind == SELKIE_RULE_TYPE_TRANSITION)
			add_rule(&b->transition, i);
		if (rule.kind == SELKIE_RULE_TYPE_MEMBER)
			add_rule(&b->member, i);
		if (rule.kind == SELKIE_RULE_TYPE_CHANGE)
			add_rule(&b->change, i);
	}
}

static void book_done(struct book *b)
{
	for (uint32_t i = 0; i < b->n_class_ids; i++)
		free(b->allow_of[i].list);
	free(b->allow_of);
	free(b->av.list);
	free(b->labels.list);
	free(b->transition.list);
	free(b->member.list);
	free(b->change.list);
}

static bool any_rule(struct world *w, const struct rules *rules, struct selkie_rule *ret)
{
	return rules->n && !selkie_rule_get(w->policy, rules->list[roll(w, rules->n)], ret);
}

static void ask_rule(struct world *w, const char *verb, const struct selkie_rule *rule,
		     const char *name)
{
	selkie_type_id source = any_member(w, rule->source), target = any_member(w, rule->target);

	if (source.v && chance(w, 8) && selkie_type_contains(w->policy, rule->target, source))
		target = source;
	if (source.v && target.v)
		ask(w, verb, source, target, rule->cls, name);
	else
		ask(w, verb, any_subject(w), any_type(w), rule->cls, name);
}

/* The types and attributes that a constraint names. */
struct named {
	selkie_type_id *list;
	uint32_t n;
};

static void named_init(struct named *names, struct world *w, const struct selkie_constraint *c)
{
	selkie_type_id t = { 0 };

	names->n = 0;
	names->list = calloc(w->n_contexts, sizeof(*names->list));
	if (!names->list)
		exit(3);
	while ((t = selkie_type_next(w->policy, t)).v) {
		if (selkie_constraint_names_type(w->policy, c, t))
			names->list[names->n++] = t;
	}
}

static selkie_type_id any_named(struct world *w, const struct named *names)
{
	selkie_type_id t = { 0 };

	if (names->n)
		t = any_member(w, names->list[roll(w, names->n)]);
	return t.v ? t : any_subject(w);
}

static void ask_constraint(struct world *w, const struct book *b, const struct selkie_constraint *c,
			   const struct named *names)
{
	struct selkie_rule rule;

	for (int i = 0; i < 50; i++) {
		/* A rule of the class that grants something the constraint may take away. */
		if (any_rule(w, &b->allow_of[c->cls.v], &rule) && (rule.perms & c->perms)) {
			ask_rule(w, "access", &rule, NULL);
			return;
		}
	}
	ask(w, "access", chance(w, 2) ? any_named(w, names) : any_subject(w),
	    chance(w, 2) ? any_named(w, names) : any_type(w), c->cls, NULL);
}

/* Old, new and task: often alike, as most statements compare them. */
static void ask_validatetrans(struct world *w, const struct selkie_constraint *c,
			      const struct named *names)
{
	selkie_type_id type = chance(w, 2) ? any_named(w, names) : any_type(w), other = type;
	const char *old = any_context(w, type, !chance(w, 4)), *new, *task;

	if (chance(w, 2))
		other = chance(w, 2) ? any_named(w, names) : any_type(w);
	new = chance(w, 8) ? old : any_context(w, other, !chance(w, 4));
	task = any_context(w, chance(w, 2) ? any_named(w, names) : any_subject(w), false);
	printf("validatetrans %s %s %s %s\n", old, new, class_name(w, c->cls), task);
}

static void ask_statements(struct world *w, const struct book *b, selkie_class_id cls,
			   const struct amounts *a)
{
	size_t n = selkie_class_n_constraints(w->policy, cls);
	size_t n_validatetrans = selkie_class_n_validatetrans(w->policy, cls);
	struct selkie_constraint c;
	struct named names;

	for (size_t i = 0; i < n && !selkie_class_get_constraint(w->policy, cls, i, &c); i++) {
		named_init(&names, w, &c);
		for (uint32_t e = 0; e < a->each_constraint; e++)
			ask_constraint(w, b, &c, &names);
		free(names.list);
	}
	for (size_t i = 0;
	     i < n_validatetrans && !selkie_class_get_validatetrans(w->policy, cls, i, &c); i++) {
		named_init(&names, w, &c);
		for (uint32_t e = 0; e < a->each_validatetrans; e++)
			ask_validatetrans(w, &c, &names);
		free(names.list);
	}
}

static selkie_type_id any_of(struct world *w, const struct sk_filename_transition *f)
{
	selkie_type_id chosen = { 0 };
	uint32_t seen = 0;

	for (size_t i = 0; i < w->n_types; i++) {
		if (sk_idset_has(&f->sources, w->types[i].v) && chance(w, ++seen))
			chosen = w->types[i];
	}
	return chosen.v ? chosen : any_subject(w);
}

static void ask_named(struct world *w)
{
	const struct sk_policy *p = w->policy;
	const struct sk_filename_transition *f;
	selkie_type_id source;

	if (!p->n_filename_transitions) {
		ask(w, "create", any_subject(w), any_type(w), any_class(w), "resolv.conf");
		return;
	}
	f = &p->filename_transitions[roll(w, p->n_filename_transitions)];
	source = any_of(w, f);
	/* The right name, and now and then one that is not quite it, or none. */
	if (chance(w, 4))
		ask(w, "create", source, f->target, f->cls, chance(w, 2) ? "some name" : NULL);
	else
		ask(w, "create", chance(w, 8) ? any_subject(w) : source, f->target, f->cls,
		    f->name);
}

static void ask_role_transition(struct world *w)
{
	const struct sk_policy *p = w->policy;
	const struct sk_role_transition *r = &p->role_transitions[roll(w, p->n_role_transitions)];
	selkie_type_id source = { 0 }, t = { 0 }, target;
	uint32_t seen = 0;

	for (size_t i = 0; i < w->n_subjects; i++) {
		t = w->subjects[i];
		if (sk_idset_has(&p->role_by_id[r->role.v]->types, t.v) && chance(w, ++seen))
			source = t;
	}
	target = any_member(w, r->type);
	ask(w, "create", source.v ? source : any_subject(w), target.v ? target : any_type(w),
	    r->cls, NULL);
}

static void ask_range_transition(struct world *w)
{
	const struct sk_policy *p = w->policy;
	const struct sk_range_transition *r =
		&p->range_transitions[roll(w, p->n_range_transitions)];
	selkie_type_id source = any_member(w, r->source), target = any_member(w, r->target);

	ask(w, "create", source.v ? source : any_subject(w), target.v ? target : any_type(w),
	    r->cls, NULL);
}

static void ask_create(struct world *w, const struct book *b)
{
	const struct sk_policy *p = w->policy;
	struct selkie_rule rule;

	switch (roll(w, 8)) {
	case 0:
		if (p->n_role_transitions) {
			ask_role_transition(w);
			return;
		}
		break;
	case 1:
		if (p->n_range_transitions) {
			ask_range_transition(w);
			return;
		}
		break;
	case 2:
	case 3:
	case 4:
		ask_named(w);
		return;
	case 5:
		ask(w, "create", any_subject(w), any_type(w), any_class(w), NULL);
		return;
	}
	if (any_rule(w, &b->transition, &rule))
		ask_rule(w, "create", &rule, chance(w, 4) ? "a b" : NULL);
	else
		ask(w, "create", any_subject(w), any_type(w), any_class(w), NULL);
}

static void ask_label(struct world *w, const struct book *b, const char *verb,
		      const struct rules *rules)
{
	struct selkie_rule rule;

	if (!chance(w, 3) && any_rule(w, rules, &rule))
		ask_rule(w, verb, &rule, NULL);
	else if (chance(w, 2) && any_rule(w, &b->labels, &rule))
		ask_rule(w, verb, &rule, NULL);
	else
		ask(w, verb, any_subject(w), any_type(w), any_class(w), NULL);
}

/* Another user, role, type or range in place of the right one. */
static void exchange_part(struct world *w, char *context)
{
	char *part[4] = { context }, text[CONTEXT_MAX];
	unsigned int n = 1, which;

	for (char *p = context; *p && n < 4; p++) {
		if (*p == ':') {
			*p = 0;
			part[n++] = p + 1;
		}
	}
	which = roll(w, n + 1);
	if (which == 0)
		part[0] = (char *)selkie_user_name(w->policy,
						   w->users[roll(w, (uint32_t)w->n_users)]);
	else if (which == 1)
		part[1] = (char *)selkie_role_name(w->policy,
						   w->roles[roll(w, (uint32_t)w->n_roles)]);
	else if (which == 2)
		part[2] = (char *)selkie_type_name(
			w->policy, (selkie_type_id){ 1 + roll(w, w->policy->n_type_ids) });
	/* The parts still point into the context that the new text is for. */
	if ((size_t)snprintf(text, sizeof(text), "%s:%s:%s%s%s", part[0], part[1], part[2],
			     n > 3 ? ":" : "", n > 3 ? part[3] : "") < sizeof(text))
		strcpy(context, text);
	else
		*context = 0;
}

static void damage(struct world *w, char *context)
{
	static const char *const tails[] = {
		":", ":s0",	  "-s0",       ",c0",  ".c3",	    ":c0",
		"x", ":s0:c5.c2", ":s0-s0:c1", ":s99", ":s0:c0,c0", "-",
		"-s0:c1-c2", "-s0-s0:c1",
	};
	size_t n = strlen(context);
	uint32_t at = roll(w, (uint32_t)n);

	switch (roll(w, 4)) {
	case 0:
		context[at] = 0;
		break;
	case 1:
		context[at] = ":-.,csx0"[roll(w, 8)];
		break;
	case 2:
		memmove(context + at, context + at + 1, n - at);
		break;
	default:
		snprintf(context + n, CONTEXT_MAX - n, "%s",
			 tails[roll(w, sizeof(tails) / sizeof(tails[0]))]);
	}
}

static void ask_context(struct world *w)
{
	char text[CONTEXT_MAX];

	strcpy(text, any_context(w, chance(w, 2) ? any_type(w) : any_subject(w), chance(w, 2)));
	if (chance(w, 3))
		exchange_part(w, text);
	else if (chance(w, 3))
		damage(w, text);
	if (*text)
		printf("context %s\n", text);
}

/* The first round has the policy's own values; the kernel would keep those of the policy before. */
static void set_booleans(struct world *w, uint32_t round)
{
	selkie_bool_id b = { 0 };

	while ((b = selkie_bool_next(w->policy, b)).v) {
		bool value = selkie_bool_default(w->policy, b);

		if (round)
			value = round % 2 ? chance(w, 2) : value ^ chance(w, 10);
		printf("boolean %s %d\n", selkie_bool_name(w->policy, b), value);
	}
	if (selkie_bool_next(w->policy, b).v)
		printf("commit\n");
}

/* What falls to one of n rounds. */
static uint32_t share(uint32_t total, uint32_t round, uint32_t n)
{
	return total / n + (round < total % n);
}

static void ask_round(struct world *w, const struct book *b, const struct amounts *a,
		      uint32_t round)
{
	struct selkie_rule rule;

	set_booleans(w, round);
	for (uint32_t i = share(a->random_access, round, a->rounds); i; i--)
		ask_random_access(w);
	for (uint32_t i = share(a->targeted_access, round, a->rounds); i; i--) {
		if (any_rule(w, &b->av, &rule))
			ask_rule(w, "access", &rule, NULL);
	}
	for (uint32_t i = share(a->create, round, a->rounds); i; i--)
		ask_create(w, b);
	for (uint32_t i = share(a->member, round, a->rounds); i; i--)
		ask_label(w, b, "member", &b->member);
	for (uint32_t i = share(a->relabel, round, a->rounds); i; i--)
		ask_label(w, b, "relabel", &b->change);
}

int generate(const char *policy_path, uint64_t seed, const struct amounts *a)
{
	const char *slash = strrchr(policy_path, '/');
	selkie_policy *policy;
	struct world w;
	struct book book;

	if (selkie_policy_load(policy_path, NULL, &policy)) {
		fprintf(stderr, "kernel-judge: cannot read %s\n", policy_path);
		return 3;
	}
	world_init(&w, policy, seed);
	book_init(&book, &w);
	printf("load %s\n", slash ? slash + 1 : policy_path);
	for (uint32_t round = 0; round < a->rounds; round++)
		ask_round(&w, &book, a, round);
	for (size_t i = 0; i < w.n_classes; i++)
		ask_statements(&w, &book, w.classes[i], a);
	for (uint32_t i = 0; i < a->context; i++)
		ask_context(&w);
	book_done(&book);
	world_done(&w);
	selkie_policy_free(policy);
	return fflush(stdout) || ferror(stdout) ? 3 : 0;
}
