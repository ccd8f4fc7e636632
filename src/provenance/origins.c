/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to origins: the key of a rule, and the statements that it has.
 */
#include "provenance/origins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sk_origins *sk_origins_new(void)
{
	return calloc(1, sizeof(struct sk_origins));
}

void selkie_origins_free(selkie_origins *origins)
{
	if (!origins)
		return;
	sk_arena_done(&origins->arena);
	sk_origins_writer_free(origins->written);
	free(origins);
}

/* The number of a string; strings are few hundreds where names of objects stand among them. */
static uint32_t sk_find_string(const struct sk_origins *o, const char *s)
{
	for (uint32_t i = 0; i < o->n_strings; i++)
		if (!strcmp(o->strings[i], s))
			return i;
	return SK_ORIGIN_NO_STRING;
}

static bool sk_rule_key_of(const struct sk_origins *o, const struct selkie_rule *rule, uint64_t *ret_key)
{
	uint32_t kind = (uint32_t)__builtin_ctz(rule->kind), extra = 0;
	uint32_t source = rule->source.v, target = rule->target.v;

	if (rule->kind == SELKIE_RULE_ROLE_ALLOW)
		target = rule->new_role.v;
	if (rule->kind == SELKIE_RULE_ROLE_ALLOW || rule->kind == SELKIE_RULE_ROLE_TRANSITION)
		source = rule->source_role.v;
	if (rule->name) {
		kind = SK_ORIGIN_FILENAME;
		extra = sk_find_string(o, rule->name);
	} else if (rule->kind & SELKIE_RULES_TE && rule->cond != SELKIE_UNCONDITIONAL) {
		extra = 1 + 2 * rule->cond + !rule->branch;
	}
	return sk_origin_key(kind, extra, source, target, rule->cls.v, ret_key);
}

uint32_t sk_origins_first_key(const struct sk_origins *o, uint64_t key)
{
	uint32_t lo = 0, hi = o->n_keys;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (o->keys[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t sk_origins_find(const struct sk_origins *o, uint64_t key, uint32_t *ret_first)
{
	uint32_t at = sk_origins_first_key(o, key);

	if (at == o->n_keys || o->keys[at] != key)
		return 0;
	*ret_first = o->first[at];
	return o->first[at + 1] - o->first[at];
}

static size_t sk_sources_of(const struct sk_origins *o, const struct selkie_rule *rule, uint32_t *ret_first)
{
	uint64_t key;

	return rule->kind && sk_rule_key_of(o, rule, &key) ? sk_origins_find(o, key, ret_first) : 0;
}

size_t selkie_origins_count(const selkie_origins *origins, const struct selkie_rule *rule)
{
	uint32_t first;

	return sk_sources_of(origins, rule, &first);
}

void sk_origin_of_source(const struct sk_origins *o, uint32_t source, struct selkie_origin *ret)
{
	const struct sk_origin_stmt *stmt = &o->stmts[o->sources[source].stmt];
	const struct sk_origin_cond *cond = stmt->cond ? &o->conds[stmt->cond] : NULL;

	*ret = (struct selkie_origin){
		.module = stmt->module == SK_ORIGIN_NO_STRING ? NULL : o->strings[stmt->module],
		.file = o->strings[stmt->file],
		.line = stmt->line & ~SK_ORIGIN_BINARY,
		.binary = stmt->line & SK_ORIGIN_BINARY,
		.call = stmt->expansion,
		.cond_file = cond ? o->strings[cond->file] : NULL,
		.cond_line = cond ? cond->line : 0,
		.cond_call = cond ? cond->expansion : 0,
	};
}

int selkie_origins_get(const selkie_origins *origins, const struct selkie_rule *rule, size_t i,
		       struct selkie_origin *ret)
{
	uint32_t first = 0;

	if (i >= sk_sources_of(origins, rule, &first))
		return -EINVAL;
	sk_origin_of_source(origins, first + (uint32_t)i, ret);
	ret->perms = rule->kind & SELKIE_RULES_AV ? origins->sources[first + i].perms : 0;
	return 0;
}

uint32_t selkie_origin_call(const selkie_origins *origins, uint32_t call, struct selkie_origin_call *ret)
{
	const struct sk_origin_expansion *e = &origins->expansions[call];

	ret->name = origins->strings[e->name];
	ret->file = origins->strings[e->file];
	ret->line = e->line & ~SK_ORIGIN_MARK;
	ret->mark = e->line & SK_ORIGIN_MARK;
	return e->parent;
}
