/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What neverallow rules of the policy's sources say to a rule that would be offered: with it the policy would not compile.
 * A neverallowxperm is broken by a rule for the permission when one of its numbers is let through then, which is so unless
 * rules about numbers filter them out; these are weighed as booleans are now.
 */
#include <errno.h>

#include "explain/fixing.h"

/* Which numbers of a driver are forbidden. */
static void sk_forbidden_of_driver(const struct selkie_neverallow *rule, uint32_t driver, uint32_t bits[8])
{
	for (unsigned int i = 0; i < 256; i++)
		if (selkie_neverallow_has_number(rule, (uint16_t)(driver << 8 | i)))
			bits[i / 32] |= 1u << (i % 32);
}

/* Whether a rule for the permission would let forbidden numbers through. Returns 1, 0 or a negative errno. */
static int sk_lets_numbers_through(struct sk_fixing *x, const struct selkie_neverallow *rule, struct sk_type_id source_type,
				   struct sk_type_id target_type)
{
	struct sk_context source = *x->v->source->context, target = *x->v->target->context;

	source.type = source_type;
	target.type = target_type;
	for (uint32_t driver = 0; driver < 256; driver++) {
		struct selkie_xperm_access access;
		uint32_t bits[8] = { 0 };
		int r;

		sk_forbidden_of_driver(rule, driver, bits);
		r = selkie_access_decide_xperm(x->e->state, NULL, &source, &target, x->v->cls->id,
					       (enum selkie_xperm_kind)rule->xperm_kind, (uint8_t)driver, &access);
		if (r)
			return r;
		for (unsigned int i = 0; i < 8; i++)
			if (bits[i] & (access.filtered ? access.allowed[i] : UINT32_MAX))
				return 1;
	}
	return 0;
}

int sk_fix_forbidden(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target, uint32_t perms,
		     uint32_t *ret_perms, struct selkie_neverallow *ret_rule)
{
	const struct selkie_neverallow_question q = { .source = source, .target = target, .cls = x->v->cls->id, .perms = perms };
	struct selkie_neverallow rule;
	bool any = false, found = false;

	*ret_perms = 0;
	if (!x->e->origins)
		return 0;
	for (size_t i = 0; (i = selkie_origins_next_neverallow(x->e->origins, x->e->policy, &q, i, &rule));) {
		int r = rule.xperm_kind ? sk_lets_numbers_through(x, &rule, source, target) : 1;

		if (r < 0)
			return r;
		if (!r)
			continue;
		*ret_perms |= rule.perms & perms;
		if (!any || (!found && rule.perms & x->asked))
			*ret_rule = rule;
		any = true;
		found |= rule.perms & x->asked;
	}
	return 0;
}

bool sk_fix_forbidden_numbers(struct sk_fixing *x, struct selkie_neverallow *ret_rule)
{
	struct selkie_neverallow_question q = {
		.source = x->v->source->context->type, .target = x->v->target->context->type, .cls = x->v->cls->id,
		.perms = x->asked, .has_number = true, .xperm_kind = x->v->question.kind,
	};

	for (uint32_t i = x->e->origins ? x->found->first_case : 0; i; i = x->e->cases[i - 1].sibling) {
		q.number = (uint16_t)x->e->cases[i - 1].key.number;
		for (size_t k = 0; (k = selkie_origins_next_neverallow(x->e->origins, x->e->policy, &q, k, ret_rule));)
			if (ret_rule->xperm_kind)
				return true;
	}
	return false;
}

int sk_fix_advise_forbidden(struct sk_fixing *x, const struct selkie_neverallow *rule)
{
	const struct selkie_origin *o = &rule->origin;
	const char *place = o->binary ? sk_arena_printf(&x->w->scratch, "statement %u of %s", o->line, o->file)
				      : sk_arena_printf(&x->w->scratch, "%s:%u", o->file, o->line);

	if (!place)
		return -ENOMEM;
	return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			     "No rule is offered: the neverallow%s at %s forbids it, and the policy would not compile with such a "
			     "rule. Let the program do without, or run it in a domain that is meant to do this.",
			     rule->xperm_kind ? "xperm" : "", place);
}
