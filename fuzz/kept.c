/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record of what a module came to, from any bytes: it is refused, or makes a unit that is printed and compiled like any
 * other. Where the first byte is a '+' the rest is a policy instead, which is read, kept, and taken: what comes of it is kept
 * as the same record.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "reading.h"
#include "selkie/origin.h"
#include "unit/kept.h"
#include "unit/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct reading in;
	struct sk_kept kept;
	struct sk_refpolicy_module module;
	struct sk_refpolicy rp;
	struct sk_source *source;
	struct sk_unit *unit;
	struct sk_te_lower lower;
	struct sk_arena tree;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void begin(struct world *w, const void *text, size_t n)
{
	memset(w, 0, sizeof(*w));
	check(!reading_begin(&w->in) && !sk_kept_open(&w->kept, NULL, 0, false));
	w->rp.modules = &w->module;
	w->rp.n_modules = w->kept.n = 1;
	w->kept.rp = &w->rp;
	w->kept.shared_end = 1;
	w->kept.list = calloc(1, sizeof(*w->kept.list));
	check(w->kept.list && !sk_sources_add(&w->in.sources, "in.te", text, n, w->in.diags, &w->source) &&
	      !sk_units_add(&w->in.units, &w->in.space, SK_UNIT_POLICY_CONF, &w->unit));
	sk_kept_mark(&w->kept, w->unit);
}

static void end(struct world *w)
{
	sk_kept_done(&w->kept);
	sk_arena_done(&w->tree);
	reading_end(&w->in);
}

static int handle(void *arg, struct sk_te_stmt *stmt)
{
	struct world *w = arg;
	int r = sk_te_lower_stmt(&w->lower, stmt);

	sk_arena_reset(&w->tree);
	return r;
}

/* Whether the policy has no mistake that reading finds. */
static bool read_policy(struct world *w)
{
	struct sk_te_lexer lexer;

	check(!sk_te_lower_init(&w->lower, w->unit));
	sk_te_lexer_init(&lexer, &w->in.names, NULL, w->source);
	check(!sk_te_parse(&lexer, &w->tree, &w->in.sources, w->in.diags, handle, w) && !sk_te_lower_end(&w->lower));
	sk_te_lexer_done(&lexer);
	sk_te_lower_done(&w->lower);
	return !w->in.diags->n[SELKIE_SEVERITY_ERROR];
}

static int take(struct world *w, const void *record, size_t size)
{
	const struct sk_kept_record all = { .size = (uint32_t)size, .whole = true };
	int r;

	w->kept.records = record;
	r = sk_kept_take(&w->kept, &all, w->source, w->unit, NULL);
	w->kept.records = NULL;
	check(r == 0 || r == SK_KEPT_DAMAGED);
	return r;
}

static void use(struct world *w)
{
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	struct sk_policy *policy = NULL;
	struct sk_origins *origins = NULL;
	struct sk_buf out = SK_BUF_INIT;
	char *text;

	check(!sk_unit_print_json(w->unit, &out));
	sk_buf_done(&out);
	check(sk_compile(&w->in.space, (const struct sk_unit *const *)w->in.units.list, 1, &options, &policy, &origins) >= 0);
	selkie_policy_free(policy);
	selkie_origins_free(origins);
	text = selkie_diagnostics_print(w->in.diags, 0);
	check(text != NULL);
	free(text);
}

static void keep_and_take(const uint8_t *data, size_t size)
{
	struct world from, to;

	begin(&from, data, size);
	if (read_policy(&from)) {
		check(!sk_kept_put(&from.kept, &from.module, from.source, from.unit, NULL, true) && from.kept.list[0].whole);
		begin(&to, data, size);
		check(!take(&to, from.kept.made.data, from.kept.made.n));
		check(!sk_kept_put(&to.kept, &to.module, to.source, to.unit, NULL, true));
		check(to.kept.made.n == from.kept.made.n && !memcmp(to.kept.made.data, from.kept.made.data, to.kept.made.n));
		use(&to);
		end(&to);
	}
	end(&from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;

	if (size && *data == '+') {
		keep_and_take(data + 1, size - 1);
		return 0;
	}
	begin(&w, "module m 1.0;\n", 14);
	if (!take(&w, size ? (const void *)data : "", size))
		use(&w);
	end(&w);
	return 0;
}
