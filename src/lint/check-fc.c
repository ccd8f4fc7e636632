/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of file contexts.
 */
#include "lint/lint.h"

/* The module that declares a part of a context, or SK_INTERN_NONE. Most often it is what it was in the line before. */
static uint32_t sk_part_module(struct sk_lint *l, const struct sk_fc_part *part, enum sk_outline_decl flavor)
{
	struct sk_fc_seen *seen = &l->fc_seen[flavor];

	if (!seen->part.p || seen->part.n != part->n || memcmp(seen->part.p, part->p, part->n)) {
		uint32_t name = sk_intern_find(&l->names, part->p, part->n);

		seen->part = *part;
		seen->module = name == SK_INTERN_NONE ? SK_INTERN_NONE : sk_lint_module_of(l, name, flavor);
	}
	return seen->module;
}

static bool sk_is_generated(const struct sk_lint *l)
{
	const char *base = l->file->base;

	return l->config.skip_generated &&
	       (!strcmp(base, "base.fc") || !strcmp(base, "all_mods.fc") || sk_has_suffix(base, ".mod.fc"));
}

SK_LINT_RUN_FC(fc_foreign)
{
	uint32_t module;

	if (line->none || sk_is_generated(l))
		return;
	module = sk_part_module(l, &line->type, SK_DECL_TYPE);
	if (module != SK_INTERN_NONE && module != l->file->module)
		sk_lint_found_at(l, check, number, at, "type %.*s is module %s's", (int)line->type.n, line->type.p,
				 sk_lint_str(l, module));
}

SK_LINT_RUN_FC(fc_no_range)
{
	struct sk_lint_finding *f;

	if (line->none || !line->gen_context || line->has_range)
		return;
	f = sk_lint_found_at(l, check, number, at, "gen_context has no level");
	sk_lint_edit(l, f, at + line->close, 0, ",s0");
}

/*
 * A period that is not escaped and not repeated, a repetition of one plain character: most likely meant as they are.
 * Returns its offset, or -1. What stands in brackets is left alone.
 */
static ptrdiff_t sk_suspicious(const char *p, size_t n)
{
	char prev = '\0';

	for (size_t i = 0; i < n; prev = p[i++]) {
		char next = i + 1 < n ? p[i + 1] : '\0';

		if (p[i] == '[' && prev != '\\') {
			while (i < n && (p[i] != ']' || prev == '\\'))
				prev = p[i++];
			if (i == n)
				return -1;
			/* the bracket itself is looked at as any character */
			continue;
		}
		if (p[i] == '.' && prev != '\\' && !(next && strchr("*+?", next)))
			return (ptrdiff_t)i;
		if ((p[i] == '+' || p[i] == '*') && !(prev && strchr("\\.])", prev)))
			return (ptrdiff_t)i;
	}
	return -1;
}

SK_LINT_RUN_FC(fc_regex)
{
	ptrdiff_t off;
	struct sk_lint_finding *f;

	if (line->none)
		return;
	off = sk_suspicious(line->path.p, line->path.n);
	if (off < 0)
		return;
	f = sk_lint_found_at(l, check, number, at + (uint32_t)off, "'%c' in %.*s is perhaps meant as it stands: \\%c",
			     line->path.p[off], (int)line->path.n, line->path.p, line->path.p[off]);
	(void)f;
}

SK_LINT_RUN_FC(fc_bad)
{
	sk_lint_found_at(l, check, number, at, "this is no file context");
}

SK_LINT_RUN_FC(fc_blank)
{
	uint32_t n = (uint32_t)strspn(l->file->text + at, " \t\r\f\v");

	sk_lint_edit(l, sk_lint_found_at(l, check, number, at, "nothing but blanks in this line"), at, n, "");
}

SK_LINT_RUN_FC(fc_user)
{
	if (!line->none && sk_part_module(l, &line->user, SK_DECL_USER) == SK_INTERN_NONE)
		sk_lint_found_at(l, check, number, at, "no user %.*s is known", (int)line->user.n, line->user.p);
}

SK_LINT_RUN_FC(fc_role)
{
	if (!line->none && sk_part_module(l, &line->role, SK_DECL_ROLE) == SK_INTERN_NONE)
		sk_lint_found_at(l, check, number, at, "no role %.*s is known", (int)line->role.n, line->role.p);
}

SK_LINT_RUN_FC(fc_type)
{
	if (!line->none && sk_part_module(l, &line->type, SK_DECL_TYPE) == SK_INTERN_NONE)
		sk_lint_found_at(l, check, number, at, "no type %.*s is known", (int)line->type.n, line->type.p);
}
