/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Patterns: a recursive-descent parser for the part of pcre2's language that file_contexts uses, and its translation
 * to a small program for the automata. The invariant: what the parser takes, pcre2 takes too and matches the same
 * paths (a test compares them); whenever there is doubt the pattern is left to pcre2. Deliberately left to it: escapes
 * of letters and digits, POSIX class names, anchors inside, look-around, back references, options, alternatives at the
 * top (which ^ and $ bind to one branch each), and large counted repetitions.
 */
#include "label/pattern.h"

#include <errno.h>
#include <string.h>

#define SK_RE_NONE	 UINT32_MAX
#define SK_RE_MOST_NODES 512
#define SK_RE_MOST_SETS	 128
#define SK_RE_MOST_SIZE	 500 /* instructions of one pattern */
#define SK_RE_MOST_DEPTH 32
#define SK_RE_FOREVER	 0xffffu

enum sk_re_kind {
	SK_RE_BYTE,	/* a: the byte */
	SK_RE_SET,	/* a: number of the set */
	SK_RE_SEQUENCE, /* a: first child; may be none */
	SK_RE_CHOICE,	/* a: first child */
	SK_RE_REPEAT,	/* a: the child */
};

struct sk_re_node {
	enum sk_re_kind kind;
	uint32_t a, next; /* next sibling */
	uint16_t min, max;
	uint32_t size;
};

struct sk_label_parser {
	const char *p, *end;
	struct sk_re_node nodes[SK_RE_MOST_NODES];
	struct sk_byte_set sets[SK_RE_MOST_SETS];
	uint32_t n_nodes, n_sets;
};

struct sk_label_parser *sk_label_parser_new(void)
{
	return malloc(sizeof(struct sk_label_parser));
}

void sk_label_parser_free(struct sk_label_parser *parser)
{
	free(parser);
}

void sk_label_program_done(struct sk_label_program *program)
{
	free(program->insts);
	free(program->sets);
	memset(program, 0, sizeof(*program));
}

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void set_add(struct sk_byte_set *set, unsigned char b)
{
	set->w[b >> 6] |= (uint64_t)1 << (b & 63);
}

static uint32_t add_node(struct sk_label_parser *ps, enum sk_re_kind kind, uint32_t a,
			 uint32_t size)
{
	if (ps->n_nodes == SK_RE_MOST_NODES || size > SK_RE_MOST_SIZE)
		return SK_RE_NONE;
	ps->nodes[ps->n_nodes] = (struct sk_re_node){
		.kind = kind,
		.a = a,
		.next = SK_RE_NONE,
		.size = size,
	};
	return ps->n_nodes++;
}

static uint32_t add_set(struct sk_label_parser *ps, const struct sk_byte_set *set)
{
	if (ps->n_sets == SK_RE_MOST_SETS)
		return SK_RE_NONE;
	ps->sets[ps->n_sets] = *set;
	return add_node(ps, SK_RE_SET, ps->n_sets++, 1);
}

/* One member of a class, an escape resolved. False for what is left to pcre2. */
static bool class_member(struct sk_label_parser *ps, unsigned char *ret_byte)
{
	unsigned char c;

	if (ps->p == ps->end)
		return false;
	c = (unsigned char)*ps->p++;
	if (c == '[' && ps->p < ps->end && strchr(":.=", *ps->p))
		return false;
	if (c == '\\') {
		if (ps->p == ps->end)
			return false;
		c = (unsigned char)*ps->p++;
		if (is_alnum(c) || c >= 0x80)
			return false;
	}
	*ret_byte = c;
	return true;
}

/* [:name:] and its kin outside of a class are mistakes to pcre2, whatever the name. After the bracket. */
static bool is_posix_class(const struct sk_label_parser *ps)
{
	char close[2] = { 0, ']' };

	if (ps->p == ps->end || !strchr(":.=", *ps->p))
		return false;
	close[0] = *ps->p;
	return memmem(ps->p + 1, (size_t)(ps->end - ps->p - 1), close, 2);
}

static uint32_t parse_class(struct sk_label_parser *ps)
{
	struct sk_byte_set set = { { 0 } };
	bool negated = false, first = true;
	unsigned char low, high;

	if (is_posix_class(ps))
		return SK_RE_NONE;
	if (ps->p < ps->end && *ps->p == '^') {
		negated = true;
		ps->p++;
	}
	for (;; first = false) {
		if (ps->p == ps->end)
			return SK_RE_NONE;
		if (*ps->p == ']' && !first)
			break;
		if (!class_member(ps, &low))
			return SK_RE_NONE;
		high = low;
		if (ps->end - ps->p >= 2 && ps->p[0] == '-' && ps->p[1] != ']') {
			ps->p++;
			if (!class_member(ps, &high) || high < low)
				return SK_RE_NONE;
			/* A hyphen right after a range means different things to different readers. */
			if (ps->end - ps->p >= 2 && ps->p[0] == '-' && ps->p[1] != ']')
				return SK_RE_NONE;
		}
		for (unsigned int b = low; b <= high; b++)
			set_add(&set, (unsigned char)b);
	}
	ps->p++;
	for (int i = 0; negated && i < 4; i++)
		set.w[i] = ~set.w[i];
	return add_set(ps, &set);
}

static uint32_t parse_choice(struct sk_label_parser *ps, unsigned int depth);

static uint32_t parse_group(struct sk_label_parser *ps, unsigned int depth)
{
	uint32_t node;

	if (depth == SK_RE_MOST_DEPTH || (ps->p < ps->end && *ps->p == '*'))
		return SK_RE_NONE;
	if (ps->p < ps->end && *ps->p == '?') {
		if (ps->end - ps->p < 2 || ps->p[1] != ':')
			return SK_RE_NONE;
		ps->p += 2;
	}
	node = parse_choice(ps, depth + 1);
	if (node == SK_RE_NONE || ps->p == ps->end || *ps->p != ')')
		return SK_RE_NONE;
	ps->p++;
	return node;
}

static uint32_t parse_atom(struct sk_label_parser *ps, unsigned int depth)
{
	static const struct sk_byte_set all = { { ~0ull, ~0ull, ~0ull, ~0ull } };
	unsigned char c = (unsigned char)*ps->p++;

	switch (c) {
	case '.':
		return add_set(ps, &all);
	case '[':
		return parse_class(ps);
	case '(':
		return parse_group(ps, depth);
	case '\\':
		if (ps->p == ps->end || is_alnum((unsigned char)*ps->p) ||
		    (unsigned char)*ps->p >= 0x80)
			return SK_RE_NONE;
		return add_node(ps, SK_RE_BYTE, (unsigned char)*ps->p++, 1);
	case '^':
	case '$':
	case '*':
	case '+':
	case '?':
	case '{':
		return SK_RE_NONE;
	default:
		return add_node(ps, SK_RE_BYTE, c, 1);
	}
}

/* A decimal number of at most five digits. */
static bool parse_count(struct sk_label_parser *ps, uint32_t *ret_count)
{
	const char *start = ps->p;
	uint32_t v = 0;

	while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9' && ps->p - start < 6)
		v = v * 10 + (uint32_t)(*ps->p++ - '0');
	*ret_count = v;
	return ps->p > start && v <= SK_RE_MOST_SIZE;
}

/* {n}, {n,} or {n,m}; after the brace. */
static bool parse_counts(struct sk_label_parser *ps, uint32_t *ret_min, uint32_t *ret_max)
{
	if (!parse_count(ps, ret_min) || ps->p == ps->end)
		return false;
	*ret_max = *ret_min;
	if (*ps->p == ',') {
		ps->p++;
		*ret_max = SK_RE_FOREVER;
		if (ps->p < ps->end && *ps->p != '}' && !parse_count(ps, ret_max))
			return false;
	}
	if (ps->p == ps->end || *ps->p != '}' || *ret_max < *ret_min)
		return false;
	ps->p++;
	return true;
}

static uint32_t parse_repeat(struct sk_label_parser *ps, unsigned int depth)
{
	uint32_t atom = parse_atom(ps, depth), min = 0, max = SK_RE_FOREVER, node, copies;

	if (atom == SK_RE_NONE || ps->p == ps->end || !strchr("*+?{", *ps->p))
		return atom;
	switch (*ps->p++) {
	case '+':
		min = 1;
		break;
	case '?':
		max = 1;
		break;
	case '{':
		if (!parse_counts(ps, &min, &max))
			return SK_RE_NONE;
		break;
	}
	/* Lazy or greedy, the paths are the same; possessive is another matter. */
	if (ps->p < ps->end && *ps->p == '?')
		ps->p++;
	else if (ps->p < ps->end && *ps->p == '+')
		return SK_RE_NONE;
	if (ps->p < ps->end && strchr("*+?{", *ps->p))
		return SK_RE_NONE;
	copies = max == SK_RE_FOREVER ? min + 1 : max;
	node = add_node(ps, SK_RE_REPEAT, atom, (ps->nodes[atom].size + 2) * copies + 2);
	if (node != SK_RE_NONE) {
		ps->nodes[node].min = (uint16_t)min;
		ps->nodes[node].max = (uint16_t)max;
	}
	return node;
}

static uint32_t parse_sequence(struct sk_label_parser *ps, unsigned int depth)
{
	uint32_t seq = add_node(ps, SK_RE_SEQUENCE, SK_RE_NONE, 0), last = SK_RE_NONE, node;

	if (seq == SK_RE_NONE)
		return SK_RE_NONE;
	while (ps->p < ps->end && *ps->p != '|' && *ps->p != ')') {
		node = parse_repeat(ps, depth);
		if (node == SK_RE_NONE)
			return SK_RE_NONE;
		if (last == SK_RE_NONE)
			ps->nodes[seq].a = node;
		else
			ps->nodes[last].next = node;
		last = node;
		ps->nodes[seq].size += ps->nodes[node].size;
		if (ps->nodes[seq].size > SK_RE_MOST_SIZE)
			return SK_RE_NONE;
	}
	return seq;
}

static uint32_t parse_choice(struct sk_label_parser *ps, unsigned int depth)
{
	uint32_t first = parse_sequence(ps, depth), choice, last = first, node;

	if (first == SK_RE_NONE || ps->p == ps->end || *ps->p != '|')
		return first;
	choice = add_node(ps, SK_RE_CHOICE, first, ps->nodes[first].size + 2);
	while (choice != SK_RE_NONE && ps->p < ps->end && *ps->p == '|') {
		ps->p++;
		node = parse_sequence(ps, depth);
		if (node == SK_RE_NONE)
			return SK_RE_NONE;
		ps->nodes[last].next = node;
		last = node;
		ps->nodes[choice].size += ps->nodes[node].size + 2;
		if (ps->nodes[choice].size > SK_RE_MOST_SIZE)
			return SK_RE_NONE;
	}
	return choice;
}

/* The whole rest; SK_RE_NONE when it is not in our subset. */
static uint32_t parse_rest(struct sk_label_parser *ps, const char *text, size_t n)
{
	uint32_t node;

	ps->p = text;
	ps->end = text + n;
	ps->n_nodes = ps->n_sets = 0;
	node = parse_sequence(ps, 0);
	return ps->p == ps->end ? node : SK_RE_NONE;
}

#define META   1u /* not literal by itself */
#define REPEAT 2u /* makes what stands before it no literal */

/* clang-format off */
static const uint8_t metas[256] = {
	['^'] = META, ['$'] = META, ['.'] = META, ['['] = META, ['|'] = META, ['('] = META, [')'] = META,
	['?'] = META | REPEAT, ['*'] = META | REPEAT, ['+'] = META | REPEAT, ['{'] = META | REPEAT,
};
/* clang-format on */

static unsigned int meta_at(const char *text, uint32_t n, uint32_t i)
{
	return i < n ? metas[(unsigned char)text[i]] : 0;
}

/* Length of the literal at text[i]: 1, or 2 when escaped; 0 when there is none or it is repeated. */
static uint32_t literal_at(const char *text, uint32_t n, uint32_t i)
{
	uint32_t length = 1;

	if (meta_at(text, n, i))
		return 0;
	if (text[i] == '\\') {
		length = 2;
		if (i + 1 == n || is_alnum((unsigned char)text[i + 1]))
			return 0;
	}
	return meta_at(text, n, i + length) & REPEAT ? 0 : length;
}

static int read_prefix(struct sk_label_pattern *pt, struct sk_arena *arena)
{
	uint32_t i = 0, step, n = 0;
	bool escaped = false;
	char *copy;

	for (; i < pt->n && (step = literal_at(pt->text, pt->n, i)); i += step, n++)
		escaped |= step == 2;
	pt->rest = i;
	pt->n_prefix = n;
	if (!escaped && i == pt->n) {
		pt->prefix = pt->text;
		return 0;
	}
	copy = sk_arena_string(arena, n);
	if (!copy)
		return -ENOMEM;
	for (uint32_t from = 0, to = 0; to < n; to++) {
		from += pt->text[from] == '\\';
		copy[to] = pt->text[from++];
	}
	pt->prefix = copy;
	return 0;
}

int sk_label_pattern_read(struct sk_label_pattern *pt, const char *text, uint32_t n,
			  struct sk_label_parser *parser, struct sk_arena *arena)
{
	const char *rest;
	int r;

	*pt = (struct sk_label_pattern){ .text = text, .n = n };
	r = read_prefix(pt, arena);
	if (r)
		return r;
	rest = text + pt->rest;
	if (!*rest)
		pt->form = SK_FORM_EXACT;
	else if (!strcmp(rest, "(/.*)?"))
		pt->form = SK_FORM_SUBTREE;
	else if (!strcmp(rest, ".*"))
		pt->form = SK_FORM_ANY;
	else if (!strcmp(rest, ".+"))
		pt->form = SK_FORM_SOME;
	else if (parse_rest(parser, rest, n - pt->rest) != SK_RE_NONE)
		pt->form = SK_FORM_AUTOMATON;
	else
		pt->form = SK_FORM_PCRE2;
	if (pt->form == SK_FORM_PCRE2) {
		pt->prefix = "";
		pt->n_prefix = pt->rest = 0;
	}
	return 0;
}

static int emit(struct sk_label_program *pg, enum sk_label_op op, uint32_t x, uint32_t y)
{
	int r = sk_grow(&pg->insts, &pg->cap_insts, pg->n_insts + 1, sizeof(*pg->insts));

	if (!r)
		pg->insts[pg->n_insts++] = (struct sk_label_inst){ op, x, y };
	return r;
}

static int emit_node(struct sk_label_program *pg, const struct sk_label_parser *ps, uint32_t node);

static int emit_repeat(struct sk_label_program *pg, const struct sk_label_parser *ps,
		       const struct sk_re_node *node)
{
	size_t first_split, split;
	int r = 0;

	for (uint32_t i = 0; i < node->min && !r; i++)
		r = emit_node(pg, ps, node->a);
	if (r)
		return r;
	if (node->max == SK_RE_FOREVER) {
		split = pg->n_insts;
		r = emit(pg, SK_OP_SPLIT, (uint32_t)split + 1, 0);
		if (!r)
			r = emit_node(pg, ps, node->a);
		if (!r)
			r = emit(pg, SK_OP_JUMP, (uint32_t)split, 0);
		if (!r)
			pg->insts[split].y = (uint32_t)pg->n_insts;
		return r;
	}
	first_split = pg->n_insts;
	for (uint32_t i = node->min; i < node->max && !r; i++) {
		r = emit(pg, SK_OP_SPLIT, (uint32_t)pg->n_insts + 1, UINT32_MAX);
		if (!r)
			r = emit_node(pg, ps, node->a);
	}
	/* Only the splits of this very loop still have no second way: inner ones were given theirs. */
	for (size_t i = first_split; i < pg->n_insts && !r; i++)
		if (pg->insts[i].op == SK_OP_SPLIT && pg->insts[i].y == UINT32_MAX)
			pg->insts[i].y = (uint32_t)pg->n_insts;
	return r;
}

static int emit_choice(struct sk_label_program *pg, const struct sk_label_parser *ps,
		       uint32_t child)
{
	size_t split, jump;
	int r;

	if (ps->nodes[child].next == SK_RE_NONE)
		return emit_node(pg, ps, child);
	split = pg->n_insts;
	r = emit(pg, SK_OP_SPLIT, (uint32_t)split + 1, 0);
	if (!r)
		r = emit_node(pg, ps, child);
	jump = pg->n_insts;
	if (!r)
		r = emit(pg, SK_OP_JUMP, 0, 0);
	if (r)
		return r;
	pg->insts[split].y = (uint32_t)pg->n_insts;
	r = emit_choice(pg, ps, ps->nodes[child].next);
	if (!r)
		pg->insts[jump].x = (uint32_t)pg->n_insts;
	return r;
}

static int emit_set(struct sk_label_program *pg, const struct sk_byte_set *set)
{
	int r;

	/* The usual neighbor is the same set again. */
	if (!pg->n_sets || memcmp(&pg->sets[pg->n_sets - 1], set, sizeof(*set))) {
		r = sk_grow(&pg->sets, &pg->cap_sets, pg->n_sets + 1, sizeof(*pg->sets));
		if (r)
			return r;
		pg->sets[pg->n_sets++] = *set;
	}
	return emit(pg, SK_OP_SET, (uint32_t)pg->n_sets - 1, 0);
}

static int emit_node(struct sk_label_program *pg, const struct sk_label_parser *ps, uint32_t number)
{
	const struct sk_re_node *node = &ps->nodes[number];
	int r = 0;

	switch (node->kind) {
	case SK_RE_BYTE:
		return emit(pg, SK_OP_BYTE, node->a, 0);
	case SK_RE_SET:
		return emit_set(pg, &ps->sets[node->a]);
	case SK_RE_SEQUENCE:
		for (uint32_t c = node->a; c != SK_RE_NONE && !r; c = ps->nodes[c].next)
			r = emit_node(pg, ps, c);
		return r;
	case SK_RE_CHOICE:
		return emit_choice(pg, ps, node->a);
	case SK_RE_REPEAT:
		return emit_repeat(pg, ps, node);
	}
	return 0;
}

/*
 * Whether the loop "SPLIT, SET, JUMP back" at insts[i] takes every byte and leaves to a MATCH: then, once entered, the
 * rule fits whatever follows. Only jumps lie between, so following them is enough.
 */
static bool is_endless(const struct sk_label_program *pg, size_t i)
{
	const struct sk_label_inst *in = pg->insts;
	const struct sk_byte_set *set;
	size_t out;

	if (i + 2 >= pg->n_insts || in[i].op != SK_OP_SPLIT || in[i].x != i + 1 ||
	    in[i + 1].op != SK_OP_SET || in[i + 2].op != SK_OP_JUMP || in[i + 2].x != i)
		return false;
	set = &pg->sets[in[i + 1].x];
	if (~set->w[0] || ~set->w[1] || ~set->w[2] || ~set->w[3])
		return false;
	out = in[i].y;
	for (size_t hops = 0; in[out].op == SK_OP_JUMP && hops < pg->n_insts; hops++)
		out = in[out].x;
	return in[out].op == SK_OP_MATCH;
}

int sk_label_pattern_compile(const struct sk_label_pattern *pt, uint32_t rule, bool newline,
			     struct sk_label_parser *parser, struct sk_label_program *pg)
{
	size_t start = pg->n_insts;
	uint32_t node;
	int r;

	node = parse_rest(parser, pt->text + pt->rest, pt->n - pt->rest);
	if (node == SK_RE_NONE)
		return -EINVAL;
	r = emit_node(pg, parser, node);
	if (!r)
		r = emit(pg, SK_OP_MATCH, rule, newline);
	if (!r && newline)
		r = emit(pg, SK_OP_NEWLINE, rule, 0);
	for (size_t i = start; i < pg->n_insts && !r; i++)
		if (is_endless(pg, i))
			pg->insts[i] = (struct sk_label_inst){ SK_OP_ALL, rule, 0 };
	return r;
}
