/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL text to a tree, in one pass and without recursion: the open lists are a stack. Most of the time goes into numbering
 * words, so the words seen last are kept in a table of their own, where one of up to 16 bytes is compared as two integers.
 *
 * The grammar of statements is not known here. What is refused is what the reference compiler's parser refuses: bytes
 * that belong nowhere, words outside of parentheses, parentheses that do not match, marks of source lines out of order.
 */
#include "syntax/cil/tree.h"

#include <errno.h>
#include <string.h>

#include "syntax/cil/bytes.h"

#define W SK_CIL_BYTE_WORD
const uint8_t sk_cil_bytes[256] = {
	['0'] = W, W, W, W, W, W, W, W, W, W, W /* : */, ['<'] = W, W, W, W, W /* @ */,
	['A'] = W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	['a'] = W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	['['] = W, [']'] = W, ['.'] = W, ['/'] = W, ['*'] = W, ['-'] = W, ['_'] = W, ['$'] = W, ['%'] = W, ['+'] = W,
	['!'] = W, ['|'] = W, ['&'] = W, ['^'] = W, ['~'] = W, ['`'] = W, ['#'] = W, ['{'] = W, ['}'] = W, ['\''] = W,
	[','] = W,
	[' '] = SK_CIL_BYTE_SPACE, ['\t'] = SK_CIL_BYTE_SPACE,
	['\n'] = SK_CIL_BYTE_NEWLINE, ['\r'] = SK_CIL_BYTE_NEWLINE,
	['('] = SK_CIL_BYTE_OPEN, [')'] = SK_CIL_BYTE_CLOSE, ['"'] = SK_CIL_BYTE_QUOTE, [';'] = SK_CIL_BYTE_COMMENT,
};
#undef W

const char *const sk_cil_word_names[SK_CIL_N_WORDS] = {
#define SK_CIL_WORD(id, text) text,
#include "syntax/cil/words.h"
#undef SK_CIL_WORD
};

int sk_cil_words_init(struct sk_cil_words *words, struct sk_intern *names)
{
	memset(words, 0, sizeof(*words));
	for (size_t i = 0; i < SK_CIL_N_WORDS; i++) {
		const char *text = sk_cil_word_names[i];
		int r = sk_intern_add_static(names, text, strlen(text), &words->name[i]);

		if (r)
			return r;
		words->n = SK_MAX(words->n, words->name[i] + 1);
	}
	words->word = malloc(words->n);
	if (!words->word)
		return -ENOMEM;
	memset(words->word, SK_CIL_N_WORDS, words->n);
	for (size_t i = 0; i < SK_CIL_N_WORDS; i++)
		words->word[words->name[i]] = (uint8_t)i;
	return 0;
}

void sk_cil_words_done(struct sk_cil_words *words)
{
	free(words->word);
	memset(words, 0, sizeof(*words));
}

void sk_cil_tree_done(struct sk_cil_tree *tree)
{
	free(tree->nodes);
	memset(tree, 0, sizeof(*tree));
}

/* A word seen before: its first and last eight bytes, its length and its number. */
struct sk_cil_seen {
	uint64_t first, last;
	uint32_t n, name;
};

#define SK_CIL_SEEN 8192

/* An open list or mark. */
struct sk_cil_open {
	uint32_t node;
	bool mark;		/* by a line mark; the parentheses below it are not its own */
	bool expanded;		/* lmx */
};

struct sk_cil_parser {
	struct sk_cil_tree *tree;
	const struct sk_source *source;
	const struct sk_sources *sources;
	struct sk_intern *names;
	const struct sk_cil_words *words;
	struct sk_diags *diags;
	const char *p, *end;
	struct sk_cil_seen *seen;
	struct sk_cil_open *open;
	size_t n_open, cap_open;
	unsigned int depth, marks;	/* of parentheses; of line marks */
	unsigned int mistakes;
	uint32_t suspect;		/* a list that begins a line inside another one; 0: none yet */
	uint32_t outer;			/* and the one around it */
	int error;
};

static uint32_t sk_cil_addr(const struct sk_cil_parser *parser, const char *p)
{
	return parser->source->base + (uint32_t)(p - parser->source->text);
}

static struct sk_diag *sk_cil_mistake(struct sk_cil_parser *parser, const char *id, const char *at, size_t length,
				      const char *message)
{
	struct sk_place place;

	parser->mistakes++;
	sk_sources_place(parser->sources, sk_cil_addr(parser, at), (uint32_t)length, &place);
	return sk_error(parser->diags, id, &place, "%s", message);
}

static uint32_t sk_cil_add(struct sk_cil_parser *parser, uint32_t addr, uint32_t value)
{
	struct sk_cil_tree *tree = parser->tree;

	if (tree->n == tree->cap) {
		int r = tree->n >= SK_CIL_LIST - 1 ? -ENOMEM
						   : sk_grow(&tree->nodes, &tree->cap, tree->n + 1, sizeof(*tree->nodes));

		if (r) {
			parser->error = r;
			return 0;
		}
	}
	tree->nodes[tree->n] = (struct sk_cil_node){ addr, value };
	return (uint32_t)tree->n++;
}

static uint64_t sk_cil_load(const char *s, size_t n)
{
	uint64_t w = 0;

	if (n >= 8)
		memcpy(&w, s, 8);
	else
		for (size_t i = 0; i < n; i++)
			w |= (uint64_t)(unsigned char)s[i] << 8 * i;
	return w;
}

static uint32_t sk_cil_number(struct sk_cil_parser *parser, const char *s, size_t n)
{
	uint64_t first = sk_cil_load(s, n), last = n > 8 ? sk_cil_load(s + n - 8, 8) : first;
	uint64_t hash = (first ^ (last << 23 | last >> 41) ^ n) * 0x9e3779b97f4a7c15ULL;
	struct sk_cil_seen *seen = &parser->seen[hash >> 51];

	if (seen->first == first && seen->last == last && seen->n == n &&
	    (n <= 16 || !memcmp(sk_intern_str(parser->names, seen->name) + 8, s + 8, n - 16)))
		return seen->name;
	parser->error = sk_intern_add(parser->names, s, n, &seen->name);
	seen->n = parser->error ? 0 : (uint32_t)n;
	seen->first = first;
	seen->last = last;
	return seen->name;
}

static void sk_cil_add_word(struct sk_cil_parser *parser, const char *at, const char *s, size_t n)
{
	uint32_t name = sk_cil_number(parser, s, n);

	if (!parser->error)
		sk_cil_add(parser, sk_cil_addr(parser, at), name);
}

/* Opens a list. */
static void sk_cil_push(struct sk_cil_parser *parser, const char *at, bool mark)
{
	uint32_t node = sk_cil_add(parser, sk_cil_addr(parser, at), SK_CIL_LIST);

	if (!parser->error)
		parser->error = sk_grow(&parser->open, &parser->cap_open, parser->n_open + 1, sizeof(*parser->open));
	if (parser->error)
		return;
	parser->open[parser->n_open++] = (struct sk_cil_open){ .node = node, .mark = mark };
	parser->depth += !mark;
	parser->marks += mark;
}

static void sk_cil_pop(struct sk_cil_parser *parser)
{
	struct sk_cil_open *open = &parser->open[--parser->n_open];

	parser->tree->nodes[open->node].value = SK_CIL_LIST | (uint32_t)parser->tree->n;
	parser->depth -= !open->mark;
	parser->marks -= open->mark;
}

static const char *sk_cil_skip_line(const struct sk_cil_parser *parser, const char *p)
{
	while (p < parser->end && sk_cil_bytes[(unsigned char)*p] != SK_CIL_BYTE_NEWLINE)
		p++;
	return p;
}

static void sk_cil_skip_space(struct sk_cil_parser *parser)
{
	while (sk_cil_bytes[(unsigned char)*parser->p] == SK_CIL_BYTE_SPACE)
		parser->p++;
}

/* A word, or with quotes another one, on the same line. False when there is none. */
static bool sk_cil_cut(struct sk_cil_parser *parser, bool quotes, const char **ret_s, size_t *ret_n)
{
	const char *p;

	sk_cil_skip_space(parser);
	p = parser->p;
	if (quotes && *p == '"') {
		const char *q = ++p;

		while (q < parser->end && *q && *q != '"' && *q != '\n')
			q++;
		if (*q != '"')
			return false;
		*ret_s = p;
		*ret_n = (size_t)(q - p);
		parser->p = q + 1;
		return true;
	}
	while (sk_cil_bytes[(unsigned char)*p] == SK_CIL_BYTE_WORD)
		p++;
	*ret_s = parser->p;
	*ret_n = (size_t)(p - parser->p);
	parser->p = p;
	return *ret_n;
}

static bool sk_cil_mark_end(struct sk_cil_parser *parser, const char *at)
{
	if (!parser->n_open || !parser->open[parser->n_open - 1].mark) {
		sk_cil_mistake(parser, "E0206", at, 3, parser->marks ? "this line mark ends inside other parentheses than it begins in"
								     : "this line mark ends what none began");
		return false;
	}
	sk_cil_pop(parser);
	return true;
}

static void sk_cil_mark_begin(struct sk_cil_parser *parser, const char *at, enum sk_cil_word kind)
{
	const char *line, *path;
	size_t n_line, n_path;

	if (!sk_cil_cut(parser, false, &line, &n_line) || !sk_cil_cut(parser, true, &path, &n_path)) {
		sk_cil_mistake(parser, "E0206", at, 3, "a line mark needs a line number and a file");
		return;
	}
	if (parser->marks >= SK_CIL_DEPTH_MAX) {
		sk_cil_mistake(parser, "E0205", at, 3, "line marks are nested too deeply");
		return;
	}
	sk_cil_push(parser, at, true);
	if (parser->error)
		return;
	parser->open[parser->n_open - 1].expanded = kind == SK_CIL_LMX;
	sk_cil_add(parser, sk_cil_addr(parser, at), parser->words->name[SK_CIL_SRC_INFO]);
	if (!parser->error)
		sk_cil_add(parser, sk_cil_addr(parser, at), parser->words->name[kind]);
	if (!parser->error)
		sk_cil_add_word(parser, line, line, n_line);
	if (!parser->error)
		sk_cil_add_word(parser, path, path, n_path);
}

/* At a line that begins with ;;* */
static void sk_cil_mark(struct sk_cil_parser *parser)
{
	const char *at = parser->p, *s;
	unsigned int before = parser->mistakes;
	size_t n;

	parser->p += 3;
	if (!sk_cil_cut(parser, false, &s, &n))
		sk_cil_mistake(parser, "E0206", at, 3, "a line mark is one of lms, lmx and lme");
	else if (n == 3 && !memcmp(s, "lme", 3))
		sk_cil_mark_end(parser, at);
	else if (n == 3 && !memcmp(s, "lms", 3))
		sk_cil_mark_begin(parser, at, SK_CIL_LMS);
	else if (n == 3 && !memcmp(s, "lmx", 3))
		sk_cil_mark_begin(parser, at, SK_CIL_LMX);
	else
		sk_cil_mistake(parser, "E0206", s, n, "a line mark is one of lms, lmx and lme");
	sk_cil_skip_space(parser);
	if (parser->mistakes == before && !parser->error &&
	    (parser->p >= parser->end || sk_cil_bytes[(unsigned char)*parser->p] != SK_CIL_BYTE_NEWLINE))
		sk_cil_mistake(parser, "E0206", parser->p, 1, "a line mark has a line of its own");
	parser->p = sk_cil_skip_line(parser, parser->p);
}

static void sk_cil_at_open(struct sk_cil_parser *parser)
{
	const char *at = parser->p++;

	if (parser->depth >= SK_CIL_DEPTH_MAX) {
		sk_cil_mistake(parser, "E0205", at, 1, "parentheses are nested too deeply");
		parser->p = parser->end;
		while (parser->n_open)
			sk_cil_pop(parser);
		return;
	}
	if (parser->depth && !parser->suspect && at > parser->source->text && at[-1] == '\n') {
		for (size_t i = parser->n_open; i-- > 0 && !parser->outer;)
			if (!parser->open[i].mark)
				parser->outer = parser->tree->nodes[parser->open[i].node].addr;
		parser->suspect = sk_cil_addr(parser, at);
	}
	sk_cil_push(parser, at, false);
}

static void sk_cil_at_close(struct sk_cil_parser *parser)
{
	const char *at = parser->p++;

	if (parser->n_open && !parser->open[parser->n_open - 1].mark)
		sk_cil_pop(parser);
	else if (parser->depth)
		sk_cil_mistake(parser, "E0206", at, 1, "this parenthesis closes one from before a line mark");
	else
		sk_cil_mistake(parser, "E0202", at, 1, "this parenthesis closes none");
}

/* What stands outside of parentheses is said once for all of it. */
static void sk_cil_at_word(struct sk_cil_parser *parser, const char *at, const char *s, size_t n)
{
	if (parser->depth) {
		sk_cil_add_word(parser, at, s, n);
		return;
	}
	sk_cil_mistake(parser, "E0201", at, SK_MAX(n, (size_t)1), "a word outside of parentheses");
	while (parser->p < parser->end && !strchr("()\n;", *parser->p))
		parser->p++;
}

static void sk_cil_at_quote(struct sk_cil_parser *parser)
{
	const char *at = parser->p, *q = at + 1;

	while (q < parser->end && *q && *q != '"' && *q != '\n')
		q++;
	if (q < parser->end && *q == '"') {
		parser->p = q + 1;
		sk_cil_at_word(parser, at, at + 1, (size_t)(q - at - 1));
	} else {
		sk_cil_mistake(parser, "E0204", at, 1, "a string that does not end on its line");
		parser->p = q;
	}
}

static void sk_cil_at_end(struct sk_cil_parser *parser)
{
	struct sk_diag *diag = NULL;
	struct sk_place place;

	for (size_t i = 0; i < parser->n_open && !diag; i++) {
		const struct sk_cil_open *open = &parser->open[i];
		const char *at = parser->source->text + (parser->tree->nodes[open->node].addr - parser->source->base);

		diag = open->mark ? sk_cil_mistake(parser, "E0206", at, 3, "this line mark is not ended")
				  : sk_cil_mistake(parser, "E0203", at, 1, "this parenthesis is not closed");
		if (open->mark || !parser->suspect)
			continue;
		sk_sources_place(parser->sources, parser->suspect, 1, &place);
		sk_diag_note(parser->diags, diag, &place, "what begins here stands inside it");
		if (parser->outer == parser->tree->nodes[open->node].addr)
			continue;
		sk_sources_place(parser->sources, parser->outer, 1, &place);
		sk_diag_note(parser->diags, diag, &place, "and inside this");
	}
	while (parser->n_open)
		sk_cil_pop(parser);
}

static void sk_cil_token(struct sk_cil_parser *parser)
{
	const char *at = parser->p, *p = at;

	switch ((enum sk_cil_byte)sk_cil_bytes[(unsigned char)*p]) {
	case SK_CIL_BYTE_WORD:
		while (sk_cil_bytes[(unsigned char)*++p] == SK_CIL_BYTE_WORD)
			;
		parser->p = p;
		sk_cil_at_word(parser, at, at, (size_t)(p - at));
		break;
	case SK_CIL_BYTE_SPACE:
	case SK_CIL_BYTE_NEWLINE:
		parser->p++;
		break;
	case SK_CIL_BYTE_OPEN:
		sk_cil_at_open(parser);
		break;
	case SK_CIL_BYTE_CLOSE:
		sk_cil_at_close(parser);
		break;
	case SK_CIL_BYTE_QUOTE:
		sk_cil_at_quote(parser);
		break;
	case SK_CIL_BYTE_COMMENT:
		if (p[1] == ';' && p[2] == '*' && (p == parser->source->text || p[-1] == '\n'))
			sk_cil_mark(parser);
		else
			parser->p = sk_cil_skip_line(parser, p);
		break;
	case SK_CIL_BYTE_BAD:
		sk_cil_mistake(parser, "E0204", at, 1, "a character that is no part of CIL");
		parser->p++;
		break;
	}
}

int sk_cil_parse(struct sk_cil_tree *tree, const struct sk_source *source, const struct sk_sources *sources,
		 struct sk_intern *names, const struct sk_cil_words *words, struct sk_diags *diags,
		 unsigned int *ret_mistakes)
{
	struct sk_cil_parser parser = {
		.tree = tree, .source = source, .sources = sources, .names = names, .words = words, .diags = diags,
		.p = source->text, .end = source->text + source->size };
	uint32_t root = 0;

	memset(tree, 0, sizeof(*tree));
	parser.seen = calloc(SK_CIL_SEEN, sizeof(*parser.seen));
	if (!parser.seen)
		return -ENOMEM;
	/* No word is empty and unquoted: an entry of length 0 that stands for "" has to be put there. */
	for (size_t i = 0; i < SK_CIL_SEEN; i++)
		parser.seen[i].n = UINT32_MAX;
	parser.error = sk_grow(&tree->nodes, &tree->cap, source->size / 8 + 64, sizeof(*tree->nodes));
	if (!parser.error)
		root = sk_cil_add(&parser, source->base, SK_CIL_LIST);
	while (!parser.error && parser.p < parser.end && parser.mistakes < SK_CIL_MISTAKES_MAX)
		sk_cil_token(&parser);
	if (!parser.error && parser.mistakes >= SK_CIL_MISTAKES_MAX)
		sk_cil_mistake(&parser, "E0207", parser.p, 1, "too many mistakes: the rest is not read");
	if (!parser.error)
		sk_cil_at_end(&parser);
	if (!parser.error)
		tree->nodes[root].value = SK_CIL_LIST | (uint32_t)tree->n;
	free(parser.seen);
	free(parser.open);
	if (ret_mistakes)
		*ret_mistakes = parser.mistakes;
	return parser.error;
}
