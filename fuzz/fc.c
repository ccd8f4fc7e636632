/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as a label file, with macros or without. What is read is written as file_contexts, and what was written is
 * read without a mistake and written the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "unit/label.h"
#include "unit/te.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int handle(void *arg, const struct sk_fc_line *line)
{
	return sk_unit_add_label(arg, line);
}

static size_t convert(const char *text, size_t size, bool macros, enum sk_label_style style, struct sk_label_file *fc)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_units units = { 0 };
	struct sk_macro_reader m;
	struct sk_source *source;
	struct sk_space space;
	struct sk_unit *unit;
	struct sk_intern names;
	char *printed;
	size_t errors;

	sk_intern_init(&names, &arena);
	check(diags && !sk_te_names_init(&names) && !sk_macro_init(&m, &names, &sources, diags));
	m.limits.steps = 20000;
	m.limits.memory = 4 << 20;
	m.limits.depth = 500;
	check(!sk_space_init(&space, &names, &sources, diags));
	check(!sk_units_add(&units, &space, SK_UNIT_POLICY_CONF, &unit));
	check(!sk_sources_add(&sources, "in.fc", text, size, diags, &source));
	check(!sk_fc_parse(macros ? &m : NULL, source, &sources, &names, diags, handle, unit));
	errors = diags->n[SELKIE_SEVERITY_ERROR];
	check(!sk_label_files(&units, style, NULL, NULL, fc, fc));
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	free(printed);
	sk_units_done(&units);
	sk_space_done(&space);
	sk_macro_done(&m);
	sk_intern_done(&names);
	sk_sources_done(&sources);
	sk_arena_done(&arena);
	selkie_diagnostics_free(diags);
	return errors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_label_file first = SK_LABEL_FILE_INIT, second = SK_LABEL_FILE_INIT;
	enum sk_label_style style;

	/* A zero byte in a name would end it. */
	if (!size || size > 16384 || memchr(data, 0, size))
		return 0;
	style = data[0] & 2 ? SK_LABEL_SEMANAGE : SK_LABEL_REFPOLICY;
	convert((const char *)data + 1, size - 1, data[0] & 1, style, &first);
	if (first.text.n) {
		check(!convert(first.text.data, first.text.n, false, style, &second));
		check(first.text.n == second.text.n && !memcmp(first.text.data, second.text.data, first.text.n));
	}
	sk_label_file_done(&first);
	sk_label_file_done(&second);
	return 0;
}
