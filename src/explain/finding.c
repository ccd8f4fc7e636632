/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cases to findings. A finding is one cause between one source type, target type and class; findings that one fix
 * would settle have one root. What was enforced comes before what was only logged, and that before noise that the policy
 * hides; among equals, what looks like an attack comes first, then what happened most often.
 */
#include "explain/finding.h"

#include <errno.h>
#include <string.h>

/* What makes two cases one finding, and (with fields left zero) two findings one root. */
struct sk_group_key {
	const char *source, *target, *cls;	/* interned texts: equal names have equal addresses */
	uint32_t detail;
	uint8_t cause, permissive, silenced, pad;
};

static const char *sk_case_type(const struct sk_explainer *e, uint32_t context)
{
	return context == SK_NO_STRING ? NULL : e->contexts[context].type_name;
}

static void sk_group_of_case(const struct sk_explainer *e, const struct sk_case *c,
			     struct sk_group_key *key)
{
	memset(key, 0, sizeof(*key));
	key->source = sk_case_type(e, c->key.source);
	key->target = sk_case_type(e, c->key.target);
	key->cls = c->key.cls == SK_NO_STRING ? NULL : sk_explain_str(e, c->key.cls);
	key->detail = c->detail;
	key->cause = c->cause;
	key->permissive = c->key.permissive;
	key->silenced = c->silenced;
}

/* Which parts of the key make the root of a cause: one label, one boolean, one program is one root for all classes. */
static void sk_group_of_root(const struct sk_case *c, struct sk_group_key *key)
{
	key->cls = NULL;
	switch (key->cause) {
	case SELKIE_CAUSE_MISLABELED_TARGET:
		key->source = NULL;
		break;
	case SELKIE_CAUSE_NETWORK_LABEL:
	case SELKIE_CAUSE_UNLABELED:
		key->source = NULL;
		break;
	case SELKIE_CAUSE_BOOLEAN:
	case SELKIE_CAUSE_MEMORY_PROTECTION:
	case SELKIE_CAUSE_FILE_MODE:
	case SELKIE_CAUSE_NO_NEW_PRIVILEGES:
	case SELKIE_CAUSE_NOSUID:
		key->target = NULL;
		break;
	case SELKIE_CAUSE_MISLABELED_PROGRAM:
		key->target = NULL;
		key->detail = c->key.program;
		break;
	default:
		break;
	}
}

static bool sk_group_equal(const struct sk_group_key *a, const struct sk_group_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Type names come from the policy or from a context's text: made one text, so that their addresses compare. */
static int sk_group_intern_types(struct sk_explainer *e)
{
	for (size_t i = 0; i < e->n_contexts; i++) {
		const char *name = e->contexts[i].type_name;
		uint32_t number;
		int r = sk_intern_add(&e->strings, name, strlen(name), &number);

		if (r)
			return r;
		e->contexts[i].type_name = sk_intern_str(&e->strings, number);
	}
	return 0;
}

static int sk_finding_add_case(struct sk_explainer *e, struct sk_map *map, uint32_t i)
{
	struct sk_case *c = &e->cases[i];
	struct sk_group_key key, other;
	struct sk_found *f;
	uint64_t hash;
	uint32_t *slot;
	int r;

	sk_group_of_case(e, c, &key);
	for (hash = sk_hash_bytes(&key, sizeof(key)) & ~(uint64_t)1;; hash += 2) {
		r = sk_map_insert(map, hash, 0, &slot, NULL);
		if (r)
			return r;
		if (!*slot)
			break;
		sk_group_of_case(e, &e->cases[e->findings[*slot - 1].first_case - 1], &other);
		if (sk_group_equal(&key, &other))
			break;
	}
	if (!*slot) {
		r = sk_grow(&e->findings, &e->cap_findings, e->n_findings + 1, sizeof(*e->findings));
		if (r)
			return r;
		e->findings[e->n_findings] = (struct sk_found){ .first_case = i + 1 };
		*slot = (uint32_t)++e->n_findings;
	}
	f = &e->findings[*slot - 1];
	if (f->last_case)
		e->cases[f->last_case - 1].sibling = i + 1;
	f->last_case = i + 1;
	f->count += c->count;
	return 0;
}

/* The order of a root: smaller comes first. */
struct sk_root {
	uint64_t count;
	uint32_t number;		/* in the order of first appearance */
	unsigned int rank;
};

static unsigned int sk_case_rank(const struct sk_case *c)
{
	if (c->silenced)
		return 4;
	if (c->cause == SELKIE_CAUSE_ALLOWED_NOW)
		return 3;
	if (c->key.permissive)
		return 2;
	return c->cause == SELKIE_CAUSE_SENSITIVE ? 0 : 1;
}

static int sk_root_compare(const void *x, const void *y)
{
	const struct sk_root *a = x, *b = y;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int sk_found_compare(const void *x, const void *y)
{
	const struct sk_found *a = x, *b = y;

	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->first_case < b->first_case ? -1 : a->first_case > b->first_case;
}

/* Numbers the roots of all findings in order of first appearance. */
static int sk_finding_number_roots(struct sk_explainer *e, struct sk_map *map, struct sk_root **ret_roots)
{
	struct sk_root *roots = calloc(e->n_findings + 1, sizeof(*roots));
	struct sk_group_key *keys = calloc(e->n_findings + 1, sizeof(*keys));
	int r = roots && keys ? 0 : -ENOMEM;

	for (size_t i = 0; i < e->n_findings && !r; i++) {
		struct sk_found *f = &e->findings[i];
		const struct sk_case *c = &e->cases[f->first_case - 1];
		struct sk_group_key key;
		uint32_t *slot;

		sk_group_of_case(e, c, &key);
		sk_group_of_root(c, &key);
		for (uint64_t hash = sk_hash_bytes(&key, sizeof(key)) & ~(uint64_t)1;; hash += 2) {
			r = sk_map_insert(map, hash, 0, &slot, NULL);
			if (r || !*slot || sk_group_equal(&keys[*slot - 1], &key))
				break;
		}
		if (r)
			break;
		if (!*slot) {
			roots[e->n_roots].number = e->n_roots;
			roots[e->n_roots].rank = sk_case_rank(c);
			keys[e->n_roots] = key;
			*slot = ++e->n_roots;
		}
		f->root = *slot - 1;
		roots[f->root].count += f->count;
	}
	free(keys);
	if (r)
		free(roots);
	else
		*ret_roots = roots;
	return r;
}

static int sk_finding_order(struct sk_explainer *e)
{
	struct sk_map map = { 0 };
	struct sk_root *roots = NULL;
	uint32_t *place;
	int r;

	r = sk_finding_number_roots(e, &map, &roots);
	sk_map_done(&map);
	if (r)
		return r;
	place = calloc((size_t)e->n_roots + 1, sizeof(*place));
	if (place) {
		qsort(roots, e->n_roots, sizeof(*roots), sk_root_compare);
		for (uint32_t i = 0; i < e->n_roots; i++)
			place[roots[i].number] = i;
		for (size_t i = 0; i < e->n_findings; i++)
			e->findings[i].root = place[e->findings[i].root];
		if (e->n_findings)
			qsort(e->findings, e->n_findings, sizeof(*e->findings), sk_found_compare);
	}
	free(roots);
	free(place);
	return place ? 0 : -ENOMEM;
}

int sk_finding_group(struct sk_explainer *e)
{
	struct sk_map map = { 0 };
	int r;

	e->n_findings = 0;
	e->n_roots = 0;
	r = sk_group_intern_types(e);
	for (uint32_t i = 0; i < e->n_cases && !r; i++) {
		e->cases[i].sibling = 0;
		r = sk_finding_add_case(e, &map, i);
	}
	sk_map_done(&map);
	return r ? r : sk_finding_order(e);
}
