/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * States: boolean values, what they make of the conditionals, and permissive domains. A state is one block of memory
 * behind its struct, so that copying one is a memcpy and three pointers.
 */
#include "model/state.h"

#include <errno.h>
#include <string.h>

int sk_cond_evaluate(const struct sk_cond *cond, const uint8_t *bools)
{
	int stack[SK_COND_DEPTH];
	int top = -1;

	for (uint32_t i = 0; i < cond->n_nodes; i++) {
		const struct sk_cond_node *n = &cond->nodes[i];
		int b;

		if (n->op == SK_COND_BOOL) {
			if (top == SK_COND_DEPTH - 1)
				return -1;
			stack[++top] = bools[n->boolean.v];
			continue;
		}
		if (n->op == SK_COND_NOT) {
			if (top < 0)
				return -1;
			stack[top] = !stack[top];
			continue;
		}
		if (top < 1)
			return -1;
		b = stack[top--];
		switch (n->op) {
		case SK_COND_OR:
			stack[top] |= b;
			break;
		case SK_COND_AND:
			stack[top] &= b;
			break;
		case SK_COND_XOR:
		case SK_COND_NEQ:
			stack[top] ^= b;
			break;
		case SK_COND_EQ:
			stack[top] = stack[top] == b;
			break;
		default:
			return -1;
		}
	}
	return top == 0 ? stack[0] : -1;
}

static void sk_state_evaluate(struct sk_state *s, uint32_t cond)
{
	int value = sk_cond_evaluate(&s->policy->conds[cond], s->bools);

	s->in_force[2 * cond + 1] = value == 1;
	s->in_force[2 * cond] = value == 0;
}

/* Places the arrays behind the struct; the widest first. */
static void sk_state_lay_out(struct sk_state *s)
{
	s->permissive = (uint64_t *)(s + 1);
	s->in_force = (uint8_t *)(s->permissive + s->policy->n_type_ids / 64 + 1);
	s->bools = s->in_force + 2 * (size_t)s->policy->n_conds;
}

int selkie_state_new(const selkie_policy *policy, selkie_state **ret_state)
{
	size_t n_words = policy->n_type_ids / 64 + 1;
	size_t size = sizeof(struct sk_state) + n_words * sizeof(uint64_t) +
		      2 * (size_t)policy->n_conds + policy->n_bool_ids + 1;
	struct sk_state *s = calloc(1, size);

	if (!s)
		return -ENOMEM;
	s->policy = policy;
	s->size = size;
	sk_state_lay_out(s);
	for (uint32_t i = 0; i < SK_MIN(n_words, policy->permissive.n_words); i++)
		s->permissive[i] = policy->permissive.words[i];
	for (uint32_t i = 0; i < policy->n_bools; i++)
		s->bools[policy->bools[i].id.v] = policy->bools[i].state;
	for (uint32_t i = 0; i < policy->n_conds; i++)
		sk_state_evaluate(s, i);
	*ret_state = s;
	return 0;
}

int selkie_state_copy(const selkie_state *state, selkie_state **ret_state)
{
	struct sk_state *s = malloc(state->size);

	if (!s)
		return -ENOMEM;
	memcpy(s, state, state->size);
	sk_state_lay_out(s);
	*ret_state = s;
	return 0;
}

void selkie_state_free(selkie_state *state)
{
	free(state);
}

const selkie_policy *selkie_state_policy(const selkie_state *state)
{
	return state->policy;
}

static bool sk_cond_mentions(const struct sk_cond *cond, struct sk_bool_id boolean)
{
	for (uint32_t i = 0; i < cond->n_nodes; i++)
		if (cond->nodes[i].op == SK_COND_BOOL && cond->nodes[i].boolean.v == boolean.v)
			return true;
	return false;
}

void selkie_state_set_bool_id(selkie_state *state, selkie_bool_id boolean, bool value)
{
	if (!boolean.v || boolean.v > state->policy->n_bool_ids || state->bools[boolean.v] == value)
		return;
	state->bools[boolean.v] = value;
	for (uint32_t i = 0; i < state->policy->n_conds; i++)
		if (sk_cond_mentions(&state->policy->conds[i], boolean))
			sk_state_evaluate(state, i);
}

int selkie_state_set_bool(selkie_state *state, const char *name, bool value)
{
	struct sk_bool_id id = sk_policy_find_bool(state->policy, name);

	if (!id.v)
		return SELKIE_STATE_UNKNOWN;
	selkie_state_set_bool_id(state, id, value);
	return 0;
}

bool selkie_state_bool(const selkie_state *state, selkie_bool_id boolean)
{
	return boolean.v && boolean.v <= state->policy->n_bool_ids && state->bools[boolean.v];
}

void selkie_state_set_permissive_id(selkie_state *state, selkie_type_id type, bool value)
{
	uint64_t bit = (uint64_t)1 << (type.v % 64);

	if (!type.v || type.v > state->policy->n_type_ids)
		return;
	if (value)
		state->permissive[type.v / 64] |= bit;
	else
		state->permissive[type.v / 64] &= ~bit;
}

int selkie_state_set_permissive(selkie_state *state, const char *type, bool value)
{
	struct sk_type_id id = sk_policy_find_type(state->policy, type);

	if (!id.v)
		return SELKIE_STATE_UNKNOWN;
	selkie_state_set_permissive_id(state, id, value);
	return 0;
}

bool selkie_state_permissive(const selkie_state *state, selkie_type_id type)
{
	return type.v && type.v <= state->policy->n_type_ids &&
	       sk_state_permissive(state, type.v);
}

int selkie_state_conditional(const selkie_state *state, uint32_t cond)
{
	if (cond >= state->policy->n_conds)
		return -1;
	return state->in_force[2 * cond + 1] ? 1 : state->in_force[2 * cond] ? 0 : -1;
}
