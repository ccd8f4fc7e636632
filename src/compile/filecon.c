/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts of files. They are not part of the policy, but secilc checks them with it, as setfiles -c does after a tree's own
 * build: each must be valid. In CIL one path and kind of file must not have two.
 */
#include <errno.h>
#include <string.h>

#include "compile/context.h"

struct sk_filecon {
	uint64_t key;		/* path and kind */
	uint32_t stmt;
	bool none;		/* <<none>> */
	struct sk_context context;
};

static int sk_compare_filecons(const void *x, const void *y)
{
	const struct sk_filecon *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->stmt < b->stmt ? -1 : a->stmt > b->stmt;
}

static void sk_report_filecon(struct sk_compiler *c, const struct sk_filecon *first, const struct sk_filecon *then)
{
	const struct sk_unit_stmt *stmt = sk_stmt_at(c, then->stmt, NULL);
	const char *path = sk_intern_str(c->names, stmt->op[0]);

	sk_compile_note(c, sk_compile_error_at(c, "E0814", stmt, path, "path '%s' has a context already", path),
			sk_stmt_at(c, first->stmt, NULL), "it is given here");
}

int sk_check_filecons(struct sk_compiler *c)
{
	SK_PARTS(struct sk_filecon) list = { 0 };
	int r = 0;

	SK_EACH_STMT_OF(c, SK_UNIT_FILECON, u, stmt, number) {
		struct sk_filecon f = { .key = (uint64_t)stmt->op[0] << 8 | stmt->op[1], .stmt = number };

		if (r)
			continue;
		f.none = stmt->op[2] == SK_SPACE_NONE;
		if (!f.none && !sk_context_of(c, stmt, stmt->op[2], &f.context))
			continue;
		r = SK_COMPILE_ADD(list, f);
	}
	if (!r && list.n)
		qsort(list.list, list.n, sizeof(*list.list), sk_compare_filecons);
	for (size_t i = 1; i < list.n && !r; i++) {
		const struct sk_filecon *a = &list.list[i - 1], *b = &list.list[i];

		if (a->key == b->key && (a->none != b->none || (!a->none && !sk_contexts_equal(&a->context, &b->context, 1))))
			sk_report_filecon(c, a, b);
	}
	free(list.list);
	return r;
}

/* Words that genhomedircon puts names of its own in the place of. */
static bool sk_is_template(const struct sk_compiler *c, uint32_t context)
{
	const struct sk_context_ref *ref = &c->space->contexts.list[context];
	const uint32_t refs[] = { ref->user, ref->role, ref->type };

	for (size_t i = 0; i < SK_ARRAY_LEN(refs); i++) {
		const char *name = sk_ref_name(c, refs[i]);

		if (strstr(name, "ROLE") || strstr(name, "USER"))
			return true;
	}
	return false;
}

/* setfiles refuses a level where the policy has none, though what a policy.conf or CIL says of objects may have it. */
static bool sk_has_level_for_nothing(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	if (c->policy->mls || c->space->contexts.list[stmt->op[2]].range == SK_SPACE_NONE)
		return false;
	sk_compile_error(c, "E0810", stmt, "the policy is not MLS, and the context has a level; write gen_context(...), which "
			 "leaves it out where there are none");
	return true;
}

int sk_check_labels(struct sk_compiler *c)
{
	struct sk_context context;
	struct sk_bitset good;
	int r = sk_bitset_init(&good, &c->arena, (uint32_t)c->space->contexts.n);

	SK_EACH_STMT_OF(c, SK_UNIT_FILECON, u, stmt, number) {
		uint32_t of = stmt->op[2];

		if (r || of == SK_SPACE_NONE || sk_bitset_has(&good, of))
			continue;
		if (sk_has_level_for_nothing(c, stmt))
			continue;
		if (sk_is_template(c, of) || sk_context_of(c, stmt, of, &context))
			sk_bitset_add(&good, of);
	}
	return r;
}
