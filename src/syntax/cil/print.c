/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A CIL tree as text that parses to it again: a statement a line, what stands in blocks indented, and marks of source
 * lines as marks.
 */
#include "syntax/cil/tree.h"

#include "syntax/cil/bytes.h"

void sk_cil_print_word(struct sk_buf *buf, const char *s, size_t n)
{
	bool plain = n;

	for (size_t i = 0; i < n && plain; i++)
		plain = sk_cil_bytes[(unsigned char)s[i]] == SK_CIL_BYTE_WORD;
	if (!plain)
		sk_buf_addc(buf, '"');
	sk_buf_add(buf, s, n);
	if (!plain)
		sk_buf_addc(buf, '"');
}

struct sk_cil_printer {
	struct sk_buf *buf;
	const struct sk_intern *names;
	const struct sk_cil_words *words;
	const struct sk_cil_tree *tree;
};

static void sk_cil_indent(const struct sk_cil_printer *p, unsigned int depth)
{
	/* Deeper than a screen is wide nobody counts. */
	for (unsigned int i = 0; i < SK_MIN(depth, 20u); i++)
		sk_buf_addc(p->buf, '\t');
}

static bool sk_cil_is_plain(const struct sk_cil_printer *p, uint32_t node)
{
	const struct sk_intern_entry *e;

	if (sk_cil_is_list(p->tree, node))
		return false;
	e = &p->names->entries[p->tree->nodes[node].value];
	for (uint32_t i = 0; i < e->n; i++)
		if (sk_cil_bytes[(unsigned char)e->s[i]] != SK_CIL_BYTE_WORD)
			return false;
	return e->n;
}

/* Whether a list can be written as a line mark. */
static bool sk_cil_is_mark(const struct sk_cil_printer *p, uint32_t list)
{
	const struct sk_cil_tree *t = p->tree;
	enum sk_cil_word kind;

	if (sk_cil_end(t, list) < list + 5 || sk_cil_node_word(t, p->words, list + 1) != SK_CIL_SRC_INFO)
		return false;
	kind = sk_cil_node_word(t, p->words, list + 2);
	if ((kind != SK_CIL_LMS && kind != SK_CIL_LMX) || !sk_cil_is_plain(p, list + 3) || sk_cil_is_list(t, list + 4))
		return false;
	/* Words cannot stand directly in a mark outside of all parentheses, so it is not tried at all. */
	for (uint32_t c = list + 5; c < sk_cil_end(t, list); c = sk_cil_next(t, c))
		if (!sk_cil_is_list(t, c))
			return false;
	return true;
}

static bool sk_cil_is_container(const struct sk_cil_printer *p, uint32_t list)
{
	if (sk_cil_end(p->tree, list) == list + 1)
		return false;
	switch (sk_cil_node_word(p->tree, p->words, list + 1)) {
	case SK_CIL_BLOCK:
	case SK_CIL_BOOLEANIF:
	case SK_CIL_FALSE:
	case SK_CIL_IN:
	case SK_CIL_MACRO:
	case SK_CIL_OPTIONAL:
	case SK_CIL_SRC_INFO:
	case SK_CIL_TRUE:
	case SK_CIL_TUNABLEIF:
		return true;
	default:
		return false;
	}
}

static void sk_cil_print_node(const struct sk_cil_printer *p, uint32_t node, unsigned int depth, bool own_line);

static void sk_cil_print_mark(const struct sk_cil_printer *p, uint32_t list, unsigned int depth, bool own_line)
{
	const struct sk_cil_tree *t = p->tree;

	if (!own_line)
		sk_buf_addc(p->buf, '\n');
	sk_buf_adds(p->buf, ";;*");
	for (uint32_t i = list + 2; i < list + 5; i++) {
		sk_buf_addc(p->buf, ' ');
		sk_cil_print_node(p, i, depth, false);
	}
	sk_buf_addc(p->buf, '\n');
	for (uint32_t c = list + 5; c < sk_cil_end(t, list); c = sk_cil_next(t, c))
		sk_cil_print_node(p, c, depth, true);
	sk_buf_adds(p->buf, ";;* lme\n");
}

/* With own_line it begins at the start of a line and ends with a line break; otherwise it is inside a line. */
static void sk_cil_print_node(const struct sk_cil_printer *p, uint32_t node, unsigned int depth, bool own_line)
{
	const struct sk_cil_tree *t = p->tree;
	bool lines = false, first = true;

	if (!sk_cil_is_list(t, node)) {
		const struct sk_intern_entry *e = &p->names->entries[t->nodes[node].value];

		sk_cil_print_word(p->buf, e->s, e->n);
		return;
	}
	if (sk_cil_is_mark(p, node)) {
		sk_cil_print_mark(p, node, depth, own_line);
		return;
	}
	if (own_line)
		sk_cil_indent(p, depth);
	sk_buf_addc(p->buf, '(');
	for (uint32_t c = node + 1; c < sk_cil_end(t, node); c = sk_cil_next(t, c), first = false) {
		bool line = own_line && sk_cil_is_list(t, c) && sk_cil_end(t, c) > c + 1 && !sk_cil_is_list(t, c + 1) &&
			    sk_cil_is_container(p, node) &&
			    sk_cil_node_word(t, p->words, c + 1) < SK_CIL_N_STATEMENTS;

		if (line && !lines)
			sk_buf_addc(p->buf, '\n');
		else if (!line && lines)
			sk_cil_indent(p, depth + 1);
		else if (!line && !first)
			sk_buf_addc(p->buf, ' ');
		sk_cil_print_node(p, c, depth + 1, line);
		if (lines && !line)
			sk_buf_addc(p->buf, '\n');
		lines = lines || line;
	}
	if (lines)
		sk_cil_indent(p, depth);
	sk_buf_adds(p->buf, own_line ? ")\n" : ")");
}

void sk_cil_print(struct sk_buf *buf, const struct sk_intern *names, const struct sk_cil_words *words,
		  const struct sk_cil_tree *tree, uint32_t node)
{
	const struct sk_cil_printer p = { .buf = buf, .names = names, .words = words, .tree = tree };

	if (node) {
		sk_cil_print_node(&p, node, 0, true);
		return;
	}
	for (uint32_t c = 1; c < sk_cil_end(tree, 0); c = sk_cil_next(tree, c))
		sk_cil_print_node(&p, c, 0, true);
}
