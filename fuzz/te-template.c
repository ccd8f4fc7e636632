/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as a module, behind the macros that reference policies have: read through templates and read as text, it has
 * a mistake in both or in neither, and without one the same statements.
 */
#include <stdlib.h>
#include <string.h>

#include "syntax/te/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The four that templates know, as reference policies write them, and some to call. */
static const char support[] =
	"define(`gen_require',`ifdef(`self_contained_policy',`ifdef(`__in_optional_policy',`\nrequire {\n$1\n} # end\n')',`\n"
	"require {\n$1\n} # end\n')')\n"
	"define(`ifndef',`ifdef(`$1',`$3',`$2')')\n"
	"define(`optional_policy',`\noptional {`'pushdef(`__in_optional_policy')\n$1\nifelse(`$2',`',`',`} else {\n$2\n')}"
	"`'popdef(`__in_optional_policy')`'ifndef(`__in_optional_policy',` # end optional')\n')\n"
	"define(`declare_required_symbols',`\nifelse(regexp($1, `\\w'), -1, `', `dnl\nbool regexp($1, `\\(\\w+\\)', `\\1');\n"
	"declare_required_symbols(regexp($1, `\\w+\\(.*\\)', `\\1'))dnl\n') dnl\n')\n"
	"define(`tunable_policy',`\ngen_require(`\ndeclare_required_symbols(`$1')\n')\nif (`$1') {\n$2\nifelse(`$3',`',`',`} else {"
	" # else $1\n$3\n')} # end $1\n')\n"
	"define(`rw_perms',`{ read write }')define(`some_classes',`{ file dir }')\n"
	"interface(`ia',`gen_require(`type a_t;')\nallow $1 a_t:file rw_perms;\nallow $1_t { $2 -$3 }:some_classes read;')\n"
	"interface(`ib',`ia($1,$2,`$3')\ntype_transition $1 $2:$3 $4 $5;\noptional_policy(`ia({ $1 $2 },$3,$4)')')\n";

static void check(bool holds)
{
	if (!holds)
		abort();
}

struct run {
	struct sk_intern names;
	struct sk_buf text;
	struct sk_arena tree;
};

static int handle(void *arg, struct sk_te_stmt *stmt)
{
	struct run *run = arg;

	sk_te_print(&run->text, &run->names, stmt);
	return 0;
}

static void read_support(struct sk_macro_reader *m, struct sk_sources *sources)
{
	struct sk_source *source;
	struct sk_piece piece = { .kind = SK_PIECE_SPACE };

	check(!sk_macro_know_interfaces(m));
	check(!sk_sources_add(sources, "s.spt", support, sizeof(support) - 1, NULL, &source));
	check(!sk_macro_open(m, source));
	while (piece.kind != SK_PIECE_END)
		check(!sk_macro_next(m, &piece));
}

/* Returns how many mistakes there were. *ret_odd: it ran out of a budget, or uses what templates do not follow. */
static size_t parse(const char *text, size_t size, bool by_text, bool contained, struct sk_buf *ret_text, bool *ret_odd)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct run run = { .text = SK_BUF_INIT };
	struct sk_macro_reader m;
	struct sk_source *source;
	char *printed;
	size_t n;

	sk_intern_init(&run.names, &arena);
	check(diags && !sk_te_names_init(&run.names) && !sk_macro_init(&m, &run.names, &sources, diags));
	m.limits.steps = 20000;
	m.limits.memory = 4 << 20;
	m.limits.depth = 500;
	read_support(&m, &sources);
	check(!contained || !sk_macro_define(&m, "self_contained_policy", ""));
	m.by_text = by_text;
	check(!sk_sources_add(&sources, "in.te", text, size, diags, &source));
	check(!sk_te_parse_templates(&m, source, &run.tree, diags, handle, &run));
	n = diags->n[SELKIE_SEVERITY_ERROR];
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	free(printed);
	*ret_odd = m.stopped;
	sk_macro_done(&m);
	sk_intern_done(&run.names);
	sk_arena_done(&arena);
	sk_arena_done(&run.tree);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
	*ret_text = run.text;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_buf first, second;
	bool odd, odd2;
	size_t a, b;

	if (!size || size > 4096)
		return 0;
	a = parse((const char *)data + 1, size - 1, false, data[0] & 1, &first, &odd);
	b = parse((const char *)data + 1, size - 1, true, data[0] & 1, &second, &odd2);
	if (!odd && !odd2) {
		check(!a == !b);
		if (!a)
			check(first.n == second.n && (!first.n || !memcmp(first.data, second.data, first.n)));
	}
	sk_buf_done(&first);
	sk_buf_done(&second);
	return 0;
}
