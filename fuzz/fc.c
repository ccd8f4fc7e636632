/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as a label file, with macros or without. What is read is written as file_contexts, and what was written is
 * read without a mistake and written the same again. With macros, lines that are taken as they stand say what they do when
 * the macro reader sees every character of them, mistakes included.
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

struct way {
	bool macros, by_text;
	enum sk_label_style style;
};

static void define(struct sk_macro_reader *m)
{
	check(!sk_macro_define(m, "gen_context",
			       "$1`'ifdef(`enable_mls',`:$2')`'ifdef(`enable_mcs',`:s0`'ifelse(`$3',,,`:$3')')"));
	check(!sk_macro_define(m, "mls_systemhigh", "s0:c0.c1023"));
	check(!sk_macro_define(m, "enable_mcs", "true"));
}

/* *ret_printed: the diagnostics, or NULL when a budget was spent: that happens at different places. */
static size_t convert(const char *text, size_t size, struct way way, struct sk_label_file *fc, char **ret_printed)
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
	m.by_text = way.by_text;
	define(&m);
	check(!sk_fc_parse(way.macros ? &m : NULL, source, &sources, &names, diags, handle, unit));
	errors = diags->n[SELKIE_SEVERITY_ERROR];
	check(!sk_label_files(&units, way.style, NULL, NULL, fc, fc));
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	if (strstr(printed, "[E0112]")) {
		free(printed);
		printed = NULL;
	}
	*ret_printed = printed;
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
	struct sk_label_file first = SK_LABEL_FILE_INIT, second = SK_LABEL_FILE_INIT, slow = SK_LABEL_FILE_INIT;
	char *said, *said_slow, *said_again;
	struct way way;

	/* A zero byte in a name would end it. */
	if (!size || size > 16384 || memchr(data, 0, size))
		return 0;
	way = (struct way){ .macros = data[0] & 1, .style = data[0] & 2 ? SK_LABEL_SEMANAGE : SK_LABEL_REFPOLICY };
	convert((const char *)data + 1, size - 1, way, &first, &said);
	if (way.macros) {
		way.by_text = true;
		convert((const char *)data + 1, size - 1, way, &slow, &said_slow);
		check(!said || !said_slow || (!strcmp(said, said_slow) && first.text.n == slow.text.n &&
					      (!first.text.n || !memcmp(first.text.data, slow.text.data, first.text.n))));
		free(said_slow);
	}
	if (first.text.n) {
		way = (struct way){ .style = way.style };
		check(!convert(first.text.data, first.text.n, way, &second, &said_again));
		check(first.text.n == second.text.n && !memcmp(first.text.data, second.text.data, first.text.n));
		free(said_again);
	}
	free(said);
	sk_label_file_done(&first);
	sk_label_file_done(&second);
	sk_label_file_done(&slow);
	return 0;
}
