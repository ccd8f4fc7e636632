/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as the outline of a source; the first byte says of which kind of file. Nodes and mistakes have places in the
 * text, neighbors know each other, and walking the tree ends.
 */
#include <stdlib.h>
#include <string.h>

#include "syntax/outline/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int count_set(void *arg, uint32_t name, const struct sk_outline_list *list)
{
	*(size_t *)arg += list->n + 1;
	return 0;
}

static void check_outline(const struct sk_outline *outline, size_t size)
{
	for (const struct sk_outline_node *n = outline->file; n; n = sk_outline_next(n)) {
		check(n->at <= size && n->end <= size);
		check(!n->next || n->next->prev == n);
		check(!n->child || (n->child->parent == n && !n->child->prev));
	}
	for (const struct sk_outline_mistake *m = outline->mistakes; m; m = m->next)
		check(m->at + m->length <= size && m->line && *m->message);
}

static void check_lines(const char *text, size_t size)
{
	const char *end;

	for (const char *p = text; p < text + size; p = end + 1) {
		struct sk_fc_line line;

		end = memchr(p, '\n', (size_t)(text + size - p));
		if (!end)
			end = text + size;
		sk_fc_line_read(&line, p, (size_t)(end - p), NULL, NULL);
		if (line.kind == SK_FC_LINE_ENTRY)
			check(line.path.p >= p && line.path.p + line.path.n <= end && p + line.close <= end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_outline_recent recent;
	struct sk_outline outline;
	struct sk_intern names;
	size_t n = 0;
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	check(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	sk_intern_init(&names, &arena);
	check(!sk_outline_names_init(&names));
	switch (data[0] % 6) {
	case 0:
	case 1:
	case 2:
		memset(&recent, 0, sizeof(recent));
		check(!sk_outline_parse(&outline, &arena, &names, &recent, (enum sk_outline_file)(data[0] % 6), text,
					size - 1));
		sk_outline_recent_done(&recent);
		check_outline(&outline, size - 1);
		break;
	case 3:
		check(!sk_outline_read_sets(&names, text, size - 1, count_set, &n));
		break;
	case 4:
		check(!sk_outline_read_vectors(&names, text, size - 1, count_set, &n));
		break;
	case 5:
		check_lines(text, size - 1);
		break;
	}
	check(n <= 2 * size);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	free(text);
	return 0;
}
