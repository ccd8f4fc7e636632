/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as the CIL of a build: it is lowered and compiled, or refused with at least one diagnostic, and all of them can
 * be printed.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "unit/cil.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	struct sk_cil_options cil = { 0 };
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_diags *diags;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_policy *policy = NULL;
	struct sk_units units = { 0 };
	struct sk_source *source;
	struct sk_intern names;
	struct sk_space space;
	char *printed;
	int r;

	if (!size || size > 4096)
		return 0;
	diags = selkie_diagnostics_new();
	cil.preserve_tunables = data[0] & 1;
	cil.qualified_names = data[0] & 2;
	cil.multiple_declarations = data[0] & 4;
	sk_intern_init(&names, &arena);
	check(diags && !sk_space_init(&space, &names, &sources, diags));
	check(!sk_sources_add(&sources, "in.cil", (const char *)data + 1, size - 1, diags, &source));
	r = sk_unit_read_cil(&units, &space, (const struct sk_source *const[]){ source }, 1, &cil);
	if (!r)
		r = sk_compile(&space, (const struct sk_unit *const *)units.list, units.n, &options, &policy, NULL);
	check(r >= 0 && (!r || diags->n[SELKIE_SEVERITY_ERROR]));
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	free(printed);
	selkie_policy_free(policy);
	sk_units_done(&units);
	sk_space_done(&space);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
	return 0;
}
