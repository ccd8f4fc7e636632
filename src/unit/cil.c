/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL to a unit, in the order of the reference compiler's passes: statements are read into bodies; tunables are decided,
 * in-statements moved, blocks inherited, macros called; then names are declared; then statements are made.
 */
#include "unit/cil-lower.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"

const char *sk_cil_text(const struct sk_cil_lower *l, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);

	return sk_cil_is_list(t, node) ? "a list" : sk_intern_str(l->names, t->nodes[node].value);
}

static void sk_cil_place(const struct sk_cil_lower *l, uint32_t tree, uint32_t node, struct sk_place *ret_place)
{
	const struct sk_cil_node *n = &sk_cil_tree_of(l, tree)->nodes[node];

	sk_sources_place(l->space->sources, n->addr,
			 n->value & SK_CIL_LIST ? 1 : SK_MAX(l->names->entries[n->value].n, 1u), ret_place);
}

/* The mark that a body stands in, not counting what calls and inheritances brought; 0: none. */
static uint32_t sk_cil_mark_around(struct sk_cil_lower *l, uint32_t body)
{
	for (; body; body = sk_cil_body(l, body)->parent) {
		const struct sk_cil_body *b = sk_cil_body(l, body);
		enum sk_cil_word kind = SK_CIL_N_WORDS;

		if (b->kind == SK_BODY_CALL || b->kind == SK_BODY_INHERIT)
			return 0;
		if (b->kind == SK_BODY_SRC_INFO)
			kind = sk_cil_node_word(sk_cil_tree_of(l, b->tree), l->words, b->node + 2);
		if (kind == SK_CIL_LMS || kind == SK_CIL_LMX)
			return body;
	}
	return 0;
}

/*
 * Line breaks from one address to a later one, as the reference compiler counts them: those in sections that are all of
 * one line do not count, their two marks do.
 */
static uint32_t sk_cil_count_lines(const struct sk_source *source, uint32_t from, uint32_t to)
{
	const char *p = source->text + (from - source->base), *end = source->text + (to - source->base);
	uint32_t n = 0;
	bool inside = false;

	for (; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
		bool ends = inside && !strncmp(p + 1, ";;* lme", 7);

		n += !inside || ends;
		inside = ends ? false : inside || !strncmp(p + 1, ";;* lmx", 7);
	}
	return n;
}

uint32_t sk_cil_stmt_expansion(struct sk_cil_lower *l)
{
	uint32_t mark = sk_cil_mark_around(l, l->body), addr, line;
	const struct sk_cil_body *b = sk_cil_body(l, mark);
	const struct sk_cil_tree *t;
	struct sk_expansion e = { .parent = sk_cil_body(l, l->body)->expansion };
	uint64_t first;

	if (!mark || b->tree != l->tree)
		return e.parent;
	t = sk_cil_tree_of(l, b->tree);
	addr = t->nodes[l->node].addr;
	sk_cil_number(sk_cil_text(l, b->tree, b->node + 3), 10, UINT32_MAX, &first);
	line = (uint32_t)first;
	if (sk_cil_node_word(t, l->words, b->node + 2) == SK_CIL_LMS) {
		bool on = l->counted.body == mark && l->counted.addr <= addr;
		uint32_t from = on ? l->counted.addr : t->nodes[b->node].addr;

		line = (on ? l->counted.line : line - 1) + sk_cil_count_lines(l->inputs[b->tree].source, from, addr);
	}
	if (l->counted.body != mark || l->counted.line != line || !l->counted.expansion) {
		e.addr = t->nodes[b->node].addr;
		e.name = t->nodes[b->node + 4].value;
		e.line = line ? line : 1;
		sk_cil_fail(l, sk_sources_expand(l->space->sources, &e, &l->counted.expansion));
	}
	l->counted.body = mark;
	l->counted.addr = addr;
	l->counted.line = line;
	return l->error ? e.parent : l->counted.expansion;
}

/* The call itself does not stand in what it brings. */
static uint32_t sk_cil_expansion(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const struct sk_cil_body *b = sk_cil_body(l, body);

	if (body && b->tree == tree && node >= b->node && node < sk_cil_next(sk_cil_tree_of(l, tree), b->node))
		b = sk_cil_body(l, b->parent);
	return b->expansion;
}

/* Whether what a body holds is written where the body stands, and stands for itself. */
static bool sk_cil_is_written(struct sk_cil_lower *l, uint32_t body)
{
	for (; body; body = sk_cil_body(l, body)->parent) {
		uint8_t kind = sk_cil_body(l, body)->kind;

		if (kind == SK_BODY_CALL || kind == SK_BODY_INHERIT || kind == SK_BODY_IN || kind == SK_BODY_MACRO ||
		    kind == SK_BODY_ABSTRACT)
			return false;
	}
	return true;
}

/* The words of a list, all of which are missing from here on. */
static void sk_cil_lose_words(struct sk_cil_lower *l, const struct sk_cil_tree *t, uint32_t list)
{
	unsigned int how = SK_LOST_USED;

	for (unsigned int pass = 0; pass < 2; pass++)
		for (uint32_t i = list; i < sk_cil_next(t, list) && !l->error; i++) {
			const struct sk_intern_entry *e;

			if (sk_cil_is_list(t, i))
				continue;
			e = &l->names->entries[t->nodes[i].value];
			if (pass)
				sk_cil_fail(l, sk_lost_word(&l->space->lost, l->names, e->s, e->n, how));
			else
				how |= sk_lost_use_of(e->s, e->n, i == list + 1);
			/* What these would have brought is written elsewhere. */
			l->space->lost.all |= sk_word_in("call macro in blockinherit blockabstract", e->s, e->n);
		}
}

/* A statement with a mistake is left out: the innermost that is whole by itself. */
static void sk_cil_lose(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const struct sk_cil_body *b = sk_cil_body(l, body);
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t list = body ? b->node : 0, child;

	if (l->space->lost.all || !sk_cil_is_written(l, body) || (body && b->tree != tree) || node < list ||
	    node >= sk_cil_next(t, list)) {
		l->space->lost.all = true;
		return;
	}
	for (child = list + 1; child < sk_cil_end(t, list) && node >= sk_cil_next(t, child); child = sk_cil_next(t, child))
		;
	if (child < sk_cil_end(t, list) && node >= child && sk_cil_is_list(t, child))
		list = child;
	if (list)
		sk_cil_lose_words(l, t, list);
}

/* What is not found, or said by nothing, may be in a statement that was left out. */
static bool sk_cil_is_consequence(const struct sk_cil_lower *l, const char *id, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);

	if (!l->mistakes || !sk_name_in("E0222 E0223", id))
		return false;
	if (l->space->lost.all)
		return true;
	for (uint32_t i = node; i < sk_cil_next(t, node); i++)
		if (!sk_cil_is_list(t, i) && sk_lost_has(&l->space->lost, l->names, sk_cil_text(l, tree, i), SK_LOST_USED))
			return true;
	return false;
}

struct sk_diag *sk_cil_error(struct sk_cil_lower *l, const char *id, uint32_t body, uint32_t tree, uint32_t node,
			     const char *fmt, ...)
{
	bool consequence = sk_cil_is_consequence(l, id, tree, node);
	struct sk_place place;
	struct sk_diag *diag;
	va_list args;

	l->mistakes++;
	sk_cil_lose(l, body, tree, node);
	if (consequence)
		return NULL;
	sk_cil_place(l, tree, node, &place);
	va_start(args, fmt);
	diag = sk_verror(l->space->diags, id, &place, fmt, args);
	va_end(args);
	sk_sources_note_expansion(l->space->sources, l->names, l->space->diags, diag, sk_cil_expansion(l, body, tree, node));
	return diag;
}

void sk_cil_note(struct sk_cil_lower *l, struct sk_diag *diag, uint32_t tree, uint32_t node, const char *fmt, ...)
{
	struct sk_place place;
	va_list args;

	sk_cil_place(l, tree, node, &place);
	va_start(args, fmt);
	sk_diag_vnote(l->space->diags, diag, &place, fmt, args);
	va_end(args);
}

static void sk_cil_mark_dotted(struct sk_cil_lower *l)
{
	l->n_dotted = l->names->n;
	l->dotted = calloc(l->n_dotted + 1, 1);
	if (!l->dotted) {
		sk_cil_fail(l, -ENOMEM);
		return;
	}
	for (size_t i = 0; i < l->n_dotted; i++)
		l->dotted[i] = memchr(l->names->entries[i].s, '.', l->names->entries[i].n) != NULL;
}

static void sk_cil_lower_done(struct sk_cil_lower *l)
{
	for (size_t i = 0; i < l->bodies.n; i++)
		free(l->bodies.list[i].items.list);
	for (size_t i = 0; i < l->scopes.n; i++)
		free(l->scopes.list[i].inherits.list);
	free(l->bodies.list);
	free(l->scopes.list);
	free(l->symbols.list);
	free(l->sayings.list);
	free(l->tunables.list);
	sk_map_done(&l->by_name);
	free(l->dotted);
	free(l->items.list);
	free(l->nodes.list);
	free(l->perms.list);
	free(l->type_sets);
}

int sk_unit_from_cil(struct sk_unit *unit, const struct sk_cil_words *words, const struct sk_cil_input *inputs,
		     size_t n_inputs, const struct sk_cil_options *options, unsigned int *ret_mistakes)
{
	struct sk_cil_lower l = {
		.unit = unit, .space = unit->space, .names = unit->space->names, .words = words, .inputs = inputs,
		.n_inputs = n_inputs, .options = options, .never = SK_SPACE_NONE };
	bool judged;

	sk_cil_mark_dotted(&l);
	if (!l.error)
		sk_cil_read_all(&l);
	l.expected = l.mistakes;
	if (!l.error)
		sk_cil_expand_all(&l);
	/* What is moved and multiplied by half is nothing that could be judged. */
	judged = !l.error && !l.exhausted && l.mistakes == l.expected;
	if (judged)
		sk_cil_declare_all(&l);
	if (judged && !l.error)
		sk_cil_lower_all(&l);
	unit->damaged = judged && l.mistakes;
	sk_cil_lower_done(&l);
	*ret_mistakes = l.mistakes;
	return l.error;
}

int sk_unit_read_cil(struct sk_units *units, struct sk_space *space, const struct sk_source *const *sources,
		     size_t n_sources, const struct sk_cil_options *options)
{
	struct sk_cil_tree *trees = calloc(n_sources + 1, sizeof(*trees));
	struct sk_cil_input *inputs = calloc(n_sources + 1, sizeof(*inputs));
	unsigned int mistakes = 0, more = 0;
	struct sk_cil_words words = { 0 };
	struct sk_unit *unit = NULL;
	int r = trees && inputs ? sk_cil_words_init(&words, space->names) : -ENOMEM;

	for (size_t i = 0; i < n_sources && !r; i++) {
		inputs[i] = (struct sk_cil_input){ .source = sources[i], .tree = &trees[i] };
		r = sk_cil_parse(&trees[i], sources[i], space->sources, space->names, &words, space->diags, &more);
		mistakes += more;
	}
	if (!r)
		r = sk_units_add(units, space, SK_UNIT_CIL, &unit);
	if (!r && !mistakes)
		r = sk_unit_from_cil(unit, &words, inputs, n_sources, options, &mistakes);
	for (size_t i = 0; i < n_sources && trees; i++)
		sk_cil_tree_done(&trees[i]);
	sk_cil_words_done(&words);
	free(trees);
	free(inputs);
	return r ? r : mistakes ? SK_UNIT_REFUSED : 0;
}
