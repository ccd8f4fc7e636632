/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From policy sources to units: parsing and lowering at once, a statement at a time.
 */
#include "unit/te.h"

#include <errno.h>

struct sk_te_run {
	struct sk_te_lower lower;
	struct sk_arena *tree;		/* of the one statement; NULL: the caller's */
};

static int sk_te_handle(void *arg, struct sk_te_stmt *stmt)
{
	struct sk_te_run *run = arg;
	int r = sk_te_lower_stmt(&run->lower, stmt);

	sk_arena_reset(run->tree);
	return r;
}

/* What of a reading went wrong in the input: all its errors are said by now. */
static int sk_te_end(struct sk_te_run *run, int r, size_t errors_before)
{
	const struct sk_diags *diags = run->lower.space->diags;

	if (!r)
		r = sk_te_lower_end(&run->lower);
	sk_te_lower_done(&run->lower);
	if (r)
		return r;
	return diags && diags->n[SELKIE_SEVERITY_ERROR] != errors_before ? SK_UNIT_REFUSED : 0;
}

static size_t sk_te_errors(const struct sk_space *space)
{
	return space->diags ? space->diags->n[SELKIE_SEVERITY_ERROR] : 0;
}

int sk_unit_read_conf(struct sk_unit *unit, struct sk_space *space, uint32_t number, const struct sk_source *source)
{
	size_t errors = sk_te_errors(space);
	struct sk_arena tree = SK_ARENA_INIT;
	struct sk_te_run run = { .tree = &tree };
	struct sk_te_lexer lexer;
	int r = sk_unit_init(unit, space, SK_UNIT_POLICY_CONF, number);

	if (!r)
		r = sk_te_lower_init(&run.lower, unit);
	if (r)
		return r;
	sk_te_lexer_init(&lexer, space->names, NULL, source);
	r = sk_te_parse(&lexer, &tree, space->sources, space->diags, sk_te_handle, &run);
	sk_te_lexer_done(&lexer);
	r = sk_te_end(&run, r, errors);
	sk_arena_done(&tree);
	return r;
}

static int sk_te_handle_tree(void *arg, const struct sk_refpolicy_module *module, struct sk_te_stmt *stmt)
{
	struct sk_te_run *run = arg;

	return sk_te_lower_stmt(&run->lower, stmt);
}

int sk_unit_read_tree(struct sk_unit *unit, struct sk_space *space, uint32_t number, struct sk_refpolicy *rp)
{
	size_t errors = sk_te_errors(space);
	struct sk_te_run run = { 0 };
	int r = sk_unit_init(unit, space, SK_UNIT_POLICY_CONF, number);

	if (!r)
		r = sk_te_lower_init(&run.lower, unit);
	if (r)
		return r;
	r = sk_refpolicy_parse(rp, sk_te_handle_tree, &run);
	return sk_te_end(&run, r, errors);
}
