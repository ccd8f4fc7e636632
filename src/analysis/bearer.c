/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether anybody can use what rules grant: pairs of bearers are tried until the whole decision, with constraints, roles
 * and bounds, lets one through. The plausible ones come first, so that what is possible is known after one decision; only
 * what is held back costs all pairs.
 */
#include "analysis/bearer.h"

#include <errno.h>
#include <string.h>

#include "model/context.h"
#include "model/level.h"
#include "selkie/overlay.h"
#include "selkie/transition.h"

static uint32_t sk_bearer_perm(const struct sk_policy *p, uint32_t cls, const char *name)
{
	return cls ? sk_class_find_perm(p->class_by_id[cls], name) : 0;
}

int sk_bearers_init(struct sk_bearers *b, const struct sk_state *state)
{
	const struct sk_policy *p = state->policy;

	*b = (struct sk_bearers){ .policy = p, .state = state, .arena = SK_ARENA_INIT };
	b->processes = SK_ARENA_ARRAY(&b->arena, struct sk_bearer_list, (size_t)p->n_type_ids + 1);
	b->objects = SK_ARENA_ARRAY(&b->arena, struct sk_bearer_list, (size_t)p->n_type_ids + 1);
	if (!b->processes || !b->objects)
		return -ENOMEM;
	b->process = sk_policy_find_class(p, "process").v;
	b->file = sk_policy_find_class(p, "file").v;
	b->transition = sk_bearer_perm(p, b->process, "transition");
	b->dyntransition = sk_bearer_perm(p, b->process, "dyntransition");
	b->setexec = sk_bearer_perm(p, b->process, "setexec");
	b->setcurrent = sk_bearer_perm(p, b->process, "setcurrent");
	b->execute = sk_bearer_perm(p, b->file, "execute");
	b->entrypoint = sk_bearer_perm(p, b->file, "entrypoint");
	return sk_decider_init(&b->decider, state, NULL);
}

void sk_bearers_done(struct sk_bearers *b)
{
	sk_arena_done(&b->arena);
}

bool sk_bearers_exist(const struct sk_bearers *b, uint32_t type)
{
	const struct sk_policy *p = b->policy;

	for (uint32_t role = SK_OBJECT_ROLE + 1; role <= p->n_role_ids; role++) {
		if (!p->role_by_id[role] || !sk_idset_has(&p->role_by_id[role]->types, type))
			continue;
		for (uint32_t user = 1; user <= p->n_user_ids; user++)
			if (p->user_by_id[user] && sk_bitset_has(&p->user_by_id[user]->roles, role))
				return true;
	}
	return false;
}

/* Adds a user, role and type with the lowest and the highest level of the user and, of processes, all between. */
static void sk_bearer_add(const struct sk_policy *p, struct sk_bearer_list *list, uint32_t user, uint32_t role,
			  uint32_t type)
{
	const struct sk_range *range = &p->user_by_id[user]->range;
	struct sk_context *c = &list->contexts[list->n++];

	*c = (struct sk_context){ .user = { user }, .role = { role }, .type = { type } };
	if (!p->mls)
		return;
	c->range.low = c->range.high = range->low;
	if (sk_level_equal(&range->low, &range->high))
		return;
	list->n += role == SK_OBJECT_ROLE ? 1 : 2;
	c[1] = *c;
	c[1].range.low = c[1].range.high = range->high;
	if (role == SK_OBJECT_ROLE)
		return;
	c[2] = *c;
	c[2].range = *range;
}

/* The one that is plausible for the type changes places with the first. */
static int sk_bearer_sort(const struct sk_policy *p, struct sk_bearer_list *list, uint32_t type)
{
	struct sk_context *plausible = NULL;
	int r = selkie_context_assume(p, (struct sk_type_id){ type }, &plausible);

	for (uint32_t i = 1; i < list->n && !r; i++)
		if (selkie_context_equal(&list->contexts[i], plausible)) {
			struct sk_context first = list->contexts[0];

			list->contexts[0] = list->contexts[i];
			list->contexts[i] = first;
		}
	selkie_context_free(plausible);
	return r == -EINVAL ? 0 : r;
}

static int sk_bearers_processes(struct sk_bearers *b, uint32_t type, const struct sk_bearer_list **ret)
{
	struct sk_bearer_list *list = &b->processes[type];
	const struct sk_policy *p = b->policy;

	*ret = list;
	if (list->made)
		return 0;
	list->contexts = SK_ARENA_ARRAY(&b->arena, struct sk_context, 3 * (size_t)p->n_user_ids * p->n_role_ids + 1);
	if (!list->contexts)
		return -ENOMEM;
	for (uint32_t role = SK_OBJECT_ROLE + 1; role <= p->n_role_ids; role++) {
		if (!p->role_by_id[role] || !sk_idset_has(&p->role_by_id[role]->types, type))
			continue;
		for (uint32_t user = 1; user <= p->n_user_ids; user++)
			if (p->user_by_id[user] && sk_bitset_has(&p->user_by_id[user]->roles, role))
				sk_bearer_add(p, list, user, role, type);
	}
	list->made = true;
	return sk_bearer_sort(p, list, type);
}

static int sk_bearers_objects(struct sk_bearers *b, uint32_t type, const struct sk_bearer_list **ret)
{
	struct sk_bearer_list *list = &b->objects[type];
	const struct sk_policy *p = b->policy;

	*ret = list;
	if (list->made)
		return 0;
	list->contexts = SK_ARENA_ARRAY(&b->arena, struct sk_context, 2 * (size_t)p->n_user_ids + 1);
	if (!list->contexts)
		return -ENOMEM;
	for (uint32_t user = 1; user <= p->n_user_ids; user++)
		if (p->user_by_id[user])
			sk_bearer_add(p, list, user, SK_OBJECT_ROLE, type);
	list->made = true;
	return sk_bearer_sort(p, list, type);
}

/* What was in the way so far, the lightest: had it not been, the access would have been granted. */
static void sk_bearers_note(const struct sk_access_trace *trace, uint32_t perms, enum selkie_held *held)
{
	uint32_t rest = trace->te & perms;

	if (rest & ~trace->constrained & ~trace->role)
		*held = SELKIE_HELD_BY_BOUNDS;
	else if (rest & ~trace->constrained && *held != SELKIE_HELD_BY_BOUNDS)
		*held = SELKIE_HELD_BY_ROLES;
}

static bool sk_bearers_may(struct sk_bearers *b, const struct sk_context *source, const struct sk_context *target,
			   uint32_t cls, uint32_t perms, enum selkie_held *held)
{
	struct sk_access_trace trace;

	sk_decide_access(&b->decider, source, target, cls, &trace);
	if (trace.allowed & perms)
		return true;
	sk_bearers_note(&trace, perms, held);
	return false;
}

static bool sk_bearers_any(struct sk_bearers *b, const struct sk_bearer_list *sources,
			   const struct sk_bearer_list *targets, uint32_t cls, uint32_t perms, enum selkie_held *held)
{
	for (uint32_t i = 0; i < sources->n; i++)
		for (uint32_t k = 0; k < targets->n; k++)
			if (sk_bearers_may(b, &sources->contexts[i], &targets->contexts[k], cls, perms, held))
				return true;
	return false;
}

/* Decides as if a rule granted it, from here on. */
static int sk_bearers_grant(struct sk_bearers *b, uint32_t source, uint32_t target, uint32_t cls, uint32_t perms)
{
	selkie_overlay *overlay = NULL;
	int r = selkie_overlay_new(b->policy, &overlay);

	if (!r)
		r = selkie_overlay_allow(overlay, (struct sk_type_id){ source }, (struct sk_type_id){ target },
					 (struct sk_class_id){ cls }, perms);
	if (r)
		selkie_overlay_free(overlay);
	else
		b->decider.overlay = overlay;
	return r;
}

static void sk_bearers_ungrant(struct sk_bearers *b)
{
	selkie_overlay_free((selkie_overlay *)b->decider.overlay);
	b->decider.overlay = NULL;
}

int sk_bearers_access(struct sk_bearers *b, uint32_t source, uint32_t target, uint32_t cls, uint32_t perms,
		      bool granted, enum selkie_held *ret)
{
	const struct sk_bearer_list *sources, *processes, *objects;
	enum selkie_held held = SELKIE_HELD_BY_CONSTRAINTS;
	int r = sk_bearers_processes(b, source, &sources);

	if (!r)
		r = sk_bearers_processes(b, target, &processes);
	if (!r)
		r = sk_bearers_objects(b, target, &objects);
	if (!r && granted)
		r = sk_bearers_grant(b, source, target, cls, perms);
	if (r)
		return r;
	if (!sources->n)
		held = SELKIE_HELD_BY_ROLES;
	/* what a domain's type stands for is mostly a process, and sometimes what belongs to one */
	else if (sk_bearers_any(b, sources, processes->n ? processes : objects, cls, perms, &held) ||
		 (processes->n && cls != b->process && sk_bearers_any(b, sources, objects, cls, perms, &held)))
		held = SELKIE_HELD_NOT;
	sk_bearers_ungrant(b);
	*ret = held;
	return 0;
}

/* A transition that is being proven. */
struct sk_bearer_step {
	struct sk_bearers *b;
	const struct sk_reach *reach;
	uint32_t source, target;
	const struct sk_bearer_list *sources, *targets;
	bool setexec;
	enum selkie_held held;
};

/* The process would be allowed to become that by this program. */
static bool sk_step_by_program(struct sk_bearer_step *s, const struct sk_context *from, const struct sk_context *to,
			       const struct sk_bearer_list *programs)
{
	struct sk_bearers *b = s->b;

	for (uint32_t i = 0; i < programs->n; i++)
		if (sk_bearers_may(b, from, &programs->contexts[i], b->file, b->execute, &s->held) &&
		    sk_bearers_may(b, to, &programs->contexts[i], b->file, b->entrypoint, &s->held))
			return true;
	return false;
}

/* As it happens by itself: what label the kernel computes. */
static int sk_step_automatic(struct sk_bearer_step *s, const struct sk_bearer_list *programs, bool *ret)
{
	struct sk_bearers *b = s->b;
	const struct sk_class_id process = { b->process };

	for (uint32_t i = 0; i < s->sources->n && !*ret; i++) {
		const struct sk_context *from = &s->sources->contexts[i];
		struct selkie_transition_details details;
		struct sk_context *to = NULL;
		int r = selkie_transition_compute(b->state, NULL, SELKIE_TRANSITION_CREATE, from,
						  &programs->contexts[0], process, NULL, &details, &to);

		if (r < 0)
			return r;
		/* a rule for the very type may say otherwise */
		if (to && to->type.v == s->target) {
			if (r)
				s->held = details.faults & SELKIE_CONTEXT_USER_RANGE ? SELKIE_HELD_BY_CONSTRAINTS
										     : SELKIE_HELD_BY_ROLES;
			else
				*ret = sk_bearers_may(b, from, to, b->process, b->transition, &s->held) &&
				       sk_step_by_program(s, from, to, programs);
		}
		selkie_context_free(to);
	}
	return 0;
}

/* As the process asks for it: any user, role and level that may have the type. */
static bool sk_step_asked(struct sk_bearer_step *s, const struct sk_bearer_list *programs)
{
	struct sk_bearers *b = s->b;

	for (uint32_t i = 0; i < s->sources->n; i++) {
		const struct sk_context *from = &s->sources->contexts[i];

		if (!sk_bearers_may(b, from, from, b->process, b->setexec, &s->held))
			continue;
		for (uint32_t k = 0; k < s->targets->n; k++) {
			const struct sk_context *to = &s->targets->contexts[k];

			if (sk_bearers_may(b, from, to, b->process, b->transition, &s->held) &&
			    sk_step_by_program(s, from, to, programs))
				return true;
		}
	}
	return false;
}

static bool sk_step_has_rule(const struct sk_bearer_step *s, uint32_t program)
{
	const struct sk_relation *rel = &s->reach->by_source[SK_REACH_TYPE_TRANSITION];

	for (uint32_t k = rel->first[s->source]; k < rel->first[s->source + 1]; k++)
		if (rel->other[k] == program && s->reach->graph.policy->rules[rel->rules[k]].data == s->target)
			return true;
	return false;
}

static int sk_step_try_program(struct sk_bearer_step *s, uint32_t program, bool *ret)
{
	const struct sk_bearer_list *programs;
	bool automatic = sk_step_has_rule(s, program);
	int r;

	if (sk_bits_has(s->reach->graph.barred, program) || (!s->setexec && !automatic) ||
	    !sk_relation_has(s->reach, SK_REACH_EXECUTE, s->source, program))
		return 0;
	r = sk_bearers_objects(s->b, program, &programs);
	if (!r && automatic)
		r = sk_step_automatic(s, programs, ret);
	if (!r && !*ret && s->setexec)
		*ret = sk_step_asked(s, programs);
	return r;
}

/* Each program that is an entry point of the target. */
static int sk_step_exec(struct sk_bearer_step *s, bool *ret)
{
	const struct sk_policy *p = s->b->policy;
	const struct sk_relation *rel = &s->reach->by_source[SK_REACH_ENTRYPOINT];
	const struct sk_idset *names = &p->attributes_of[s->target];
	int r = 0;

	if (!sk_relation_has(s->reach, SK_REACH_TRANSITION, s->source, s->target) ||
	    !sk_bearers_any(s->b, s->sources, s->targets, s->b->process, s->b->transition, &s->held))
		return 0;
	s->held = SELKIE_HELD_BY_CONSTRAINTS;
	s->setexec = sk_relation_has(s->reach, SK_REACH_SETEXEC, s->source, s->source);
	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1]; k++) {
			const struct sk_idset *programs = &p->types_of[rel->other[k]];

			for (uint32_t t = 0; t < programs->n && !*ret && !r; t++)
				r = sk_step_try_program(s, programs->ids[t], ret);
		}
	return r;
}

static bool sk_step_dyn(struct sk_bearer_step *s)
{
	struct sk_bearers *b = s->b;

	if (!sk_relation_has(s->reach, SK_REACH_DYNTRANSITION, s->source, s->target) ||
	    !sk_relation_has(s->reach, SK_REACH_SETCURRENT, s->source, s->source))
		return false;
	for (uint32_t i = 0; i < s->sources->n; i++) {
		const struct sk_bearer_list one = { true, 1, &s->sources->contexts[i] };

		if (sk_bearers_any(b, &one, &one, b->process, b->setcurrent, &s->held) &&
		    sk_bearers_any(b, &one, s->targets, b->process, b->dyntransition, &s->held))
			return true;
	}
	return false;
}

int sk_bearers_transition(struct sk_bearers *b, const struct sk_reach *reach, uint32_t source, uint32_t target,
			  bool (*takes)(void *arg, const struct sk_context *source), void *arg, enum selkie_held *ret)
{
	struct sk_bearer_step s = { .b = b, .reach = reach, .source = source, .target = target,
				    .held = SELKIE_HELD_BY_CONSTRAINTS };
	struct sk_bearer_list taken = { .made = true };
	bool possible = false;
	int r = sk_bearers_processes(b, source, &s.sources);

	if (!r)
		r = sk_bearers_processes(b, target, &s.targets);
	if (!r && takes) {
		taken.contexts = SK_ARENA_ARRAY(&b->arena, struct sk_context, s.sources->n + 1u);
		r = taken.contexts ? 0 : -ENOMEM;
		for (uint32_t i = 0; i < s.sources->n && !r; i++)
			if (takes(arg, &s.sources->contexts[i]))
				taken.contexts[taken.n++] = s.sources->contexts[i];
		s.sources = &taken;
	}
	if (r)
		return r;
	if (!s.sources->n || !s.targets->n) {
		*ret = SELKIE_HELD_BY_ROLES;
		return 0;
	}
	r = sk_step_exec(&s, &possible);
	if (!r && !possible)
		possible = sk_step_dyn(&s);
	*ret = possible ? SELKIE_HELD_NOT : s.held;
	return r;
}
