/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of label files to FILECON statements. Whether the policy knows the names is not asked, since labels are no part
 * of what a module declares and requires, and templates of home directories hold words that stand for names.
 */
#include <string.h>

#include "unit/context-text.h"
#include "unit/te-lower.h"

static void sk_te_label_complain(const struct sk_space *space, const struct sk_fc_field *at)
{
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place(space->sources, at->addr, at->n, &place);
	d = sk_error(space->diags, "E0504", &place, "'%.*s' is no context", (int)SK_MIN(at->n, 100u), at->text);
	sk_sources_note_expansion(space->sources, space->names, space->diags, d, at->expansion);
}

int sk_unit_add_label(struct sk_unit *unit, const struct sk_fc_line *line)
{
	static const char letters[] = "?-dcbspl";	/* in the order of enum sk_unit_file */
	struct sk_space *space = unit->space;
	uint32_t pattern, context = SK_SPACE_NONE;
	uint32_t kind = line->kind.n ? (uint32_t)(strchr(letters, line->kind.text[1]) - letters) : SK_UNIT_FILE_ANY;
	int r = 0;

	if (line->context.n != 8 || memcmp(line->context.text, "<<none>>", 8))
		r = sk_space_context_text(space, line->context.text, line->context.n, &context);
	if (r == SK_TEXT_MALFORMED) {
		sk_te_label_complain(space, &line->context);
		return 0;
	}
	if (!r)
		r = sk_intern_add(space->names, line->pattern.text, line->pattern.n, &pattern);
	return r ? r : sk_unit_add(unit, &(struct sk_unit_stmt){
		.kind = SK_UNIT_FILECON, .block = unit->top, .cond = SK_SPACE_NONE, .addr = line->pattern.addr,
		.expansion = line->pattern.expansion, .op = { pattern, kind, context } });
}
