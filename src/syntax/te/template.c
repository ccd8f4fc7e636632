/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Templates: what a text of macros comes to is parsed once, and filled in at each call.
 *
 * To m4 an interface is a text: at each call the arguments are put in, the result is read from its start, macros in it
 * are expanded, and the parser sees the tokens. Here a text is taken apart once (template-make.c) into items: statements
 * with placeholders, calls, and a few macros that every reference policy has (optional_policy, gen_require,
 * tunable_policy, ifdef). A call then fills the placeholders of its body's statements and goes on with the calls in it.
 *
 * The result is m4's, because of what is refused: an item whose arguments are not plain words or sets of them, in its
 * place, is read as text by the macro reader, by itself; a text that cannot be taken apart is read so as a whole. What
 * differs are places: the words of a macro without arguments stand where the macro is named, and the known macros are
 * not told in the chain of calls.
 */
#include "syntax/te/template-state.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Texts within texts, calls included. Policies need thirty. */
#define SK_TEMPLATE_DEPTH_MAX 300
/* So near to that, an interface that is called within itself is taken for a cycle. */
#define SK_TEMPLATE_DEPTH_CYCLE 150
/* Arguments of arguments, as the macro reader has it. */
#define SK_TEMPLATE_ENV_DEPTH_MAX 60
/* A set of more names is left to the macro reader, which keeps a budget. */
#define SK_TEMPLATE_NAMES_MAX (1u << 20)

/* Where statements go: to the handler, or to the end of a block's list. */
struct sk_sink {
	struct sk_templates *t;
	struct sk_te_stmt **last;
	uint8_t where;
};

static int sk_run_text(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, uint32_t expansion,
		       struct sk_sink *sink);

static int sk_emit(void *arg, struct sk_te_stmt *stmt)
{
	struct sk_sink *sink = arg;

	if (!sink->last)
		return sink->t->handler(sink->t->arg, stmt);
	*sink->last = stmt;
	sink->last = &stmt->next;
	return 0;
}

/* Through the macro reader, by itself. */
static int sk_read_text(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, uint32_t expansion,
			struct sk_sink *sink)
{
	struct sk_te_lexer lexer;
	bool broken;
	int r;

	if (t->m->stopped)
		return 0;
	r = sk_macro_open_text(t->m, text, text->params ? env : NULL, expansion);
	if (r)
		return r > 0 ? 0 : r;
	sk_te_lexer_init(&lexer, t->m->names, t->m, NULL);
	lexer.part = true;
	r = sk_te_parse_part(&lexer, t->arena, t->m->sources, t->diags, sink->where, &t->mistakes, &broken, sk_emit, sink);
	sk_te_lexer_done(&lexer);
	t->broken |= broken;
	return r;
}

/* Filling in. 0, SK_TEMPLATE_TEXT, or -ENOMEM. */

/* Whether a colon behind it could make an address of it. */
static bool sk_like_address(const struct sk_intern_entry *e)
{
	if (e->n > 4)
		return false;
	for (uint32_t i = 0; i < e->n; i++)
		if (!isxdigit((unsigned char)e->s[i]))
			return false;
	return true;
}

static int sk_fill_paste(struct sk_templates *t, const struct sk_text *text, const struct sk_env *env, uint32_t *ret_name)
{
	struct sk_macro_state *s = t->m->state;
	size_t start = s->n_flat, origins = s->n_origins, n;
	int r = sk_flatten(t->m, text, text->p, text->p + text->n, env);
	bool word;

	if (r)
		return r > 0 ? SK_TEMPLATE_TEXT : r;
	n = s->n_flat - start;
	word = n && isalpha((unsigned char)s->flat[start]);
	for (size_t i = 0; i < n && word; i++)
		word = sk_is_word_byte((unsigned char)s->flat[start + i]);
	if (word)
		r = sk_intern_add(t->m->names, s->flat + start, n, ret_name);
	s->n_flat = start;
	s->n_origins = origins;
	if (r || !word)
		return r ? r : SK_TEMPLATE_TEXT;
	return sk_macro_find(s, *ret_name) ? SK_TEMPLATE_TEXT : 0;
}

/* The one word that stands in the placeholder. */
static inline int sk_fill_word(struct sk_templates *t, const struct sk_env *env, struct sk_te_name *name)
{
	const struct sk_hole *hole = &t->m->state->holes[name->name];
	const struct sk_text *word;
	int r;

	if (!hole->param) {
		r = sk_fill_paste(t, hole->text, env, &name->name);
		if (r)
			return r;
	} else {
		word = sk_param_word(t->m->state, env, hole->param);
		if (!word || *word->p == '_')
			return SK_TEMPLATE_TEXT;
		name->name = word->lexemes[0].value;
		name->addr = word->addr ? word->addr : sk_text_addr(word, word->p);
		name->hole = false;
		if (word->n > 4)
			return 0;
	}
	name->hole = false;
	return sk_like_address(&t->m->names->entries[name->name]) ? SK_TEMPLATE_TEXT : 0;
}

static int sk_add_name(struct sk_templates *t, const struct sk_te_name *name)
{
	int r = sk_grow(&t->names, &t->cap_names, t->n_names + 1, sizeof(*t->names));

	if (!r)
		t->names[t->n_names++] = *name;
	return r;
}

static int sk_fill_list(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, unsigned int depth,
			unsigned int *ret_elements);

/* One lexeme of a list of names. `minus` is of this element. */
static int sk_fill_element(struct sk_templates *t, struct sk_text *text, uint32_t i, const struct sk_env *env, bool minus,
			   unsigned int depth)
{
	const struct sk_lexeme *l = &text->lexemes[i];
	struct sk_te_name name = { .addr = sk_text_addr(text, text->p + l->off), .minus = minus };
	const struct sk_arg *a;
	struct sk_text part;
	unsigned int elements;
	int r;

	switch (l->kind) {
	case SK_PIECE_WORD:
		if ((!l->whole && i + 1 != text->n_lexemes) || sk_macro_find(t->m->state, l->value) ||
		    text->p[l->off] == '_')
			return SK_TEMPLATE_TEXT;
		name.name = l->value;
		return sk_add_name(t, &name);
	case SK_PIECE_PASTE:
		part = (struct sk_text){ .p = text->p + l->off, .n = l[1].off - l->off, .addr = name.addr, .params = true };
		r = sk_text_lex(t->m, &part);
		if (!r)
			r = sk_fill_paste(t, &part, env, &name.name);
		return r ? r : sk_add_name(t, &name);
	case SK_PIECE_PARAM:
		if (!env || !l->value || l->value > env->n)
			return SK_TEMPLATE_TEXT;
		a = &env->args[l->value];
		if (minus && !sk_param_word(t->m->state, env, l->value))
			return SK_TEMPLATE_TEXT;
		if (minus) {
			name.name = sk_param_word(t->m->state, env, l->value)->lexemes[0].value;
			return sk_add_name(t, &name);
		}
		r = sk_fill_list(t, a->text, a->env, depth + 1, &elements);
		return r ? r : elements ? 0 : SK_TEMPLATE_TEXT;
	default:
		return SK_TEMPLATE_TEXT;
	}
}

/*
 * One more lexeme is looked at. Arguments that stand for arguments several times are many more than their text shows; false
 * when that is too much.
 */
static bool sk_step(struct sk_templates *t)
{
	return t->m->state->steps++ <= t->m->limits.steps;
}

/* Names and sets of names, as they may stand within braces. Counts those at no depth. */
static int sk_fill_list(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, unsigned int depth,
			unsigned int *ret_elements)
{
	unsigned int level = 0, elements = 0;
	bool minus = false, some = false;
	int r = text->form == SK_TEXT_FRESH ? sk_text_lex(t->m, text) : 0;

	if (r || text->form != SK_TEXT_LEXED || depth > SK_TEMPLATE_ENV_DEPTH_MAX || (env && env->odd))
		return r ? r : SK_TEMPLATE_TEXT;
	for (uint32_t i = 0; i < text->n_lexemes && !r; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];
		char c = text->p[l->off];

		if (!sk_step(t) || t->n_names > SK_TEMPLATE_NAMES_MAX)
			return SK_TEMPLATE_TEXT;
		if (l->kind == SK_PIECE_SPACE)
			continue;
		if (l->kind != SK_PIECE_PUNCT) {
			r = sk_fill_element(t, text, i, env, minus, depth);
			elements += !level;
			some = true;
			minus = false;
		} else if (c == '{' && !minus) {
			elements += !level++;
			t->braces = true;
			some = false;
		} else if (c == '}' && level && some && !minus) {
			level--;
		} else if (c == '-' && !minus && level && (text->p[l->off - 1] == ' ' || text->p[l->off - 1] == '{')) {
			minus = true;
		} else {
			return SK_TEMPLATE_TEXT;
		}
	}
	*ret_elements = elements;
	return r ? r : level || minus ? SK_TEMPLATE_TEXT : 0;
}

/* A set that a comma separates: one word in each placeholder. */
static bool sk_has_commas(const struct sk_te_stmt *stmt, unsigned int set)
{
	switch (stmt->kind) {
	case SK_TE_TYPEATTRIBUTE: case SK_TE_ROLEATTRIBUTE: case SK_TE_TYPEBOUNDS:
		return true;
	case SK_TE_TYPE:
		return set == 1;
	case SK_TE_ROLE:
		return set == 0;
	default:
		return false;
	}
}

static int sk_fill_hole(struct sk_templates *t, const struct sk_env *env, const struct sk_te_name *from, bool one,
			struct sk_te_set *set)
{
	const struct sk_hole *hole = &t->m->state->holes[from->name];
	struct sk_te_name name = *from;
	unsigned int elements;
	int r = sk_fill_word(t, env, &name);

	if (r <= 0)
		return r ? r : sk_add_name(t, &name);
	if (one || from->minus || !hole->param || !env || hole->param > env->n)
		return SK_TEMPLATE_TEXT;
	t->braces = false;
	r = sk_fill_list(t, env->args[hole->param].text, env->args[hole->param].env, 0, &elements);
	if (r)
		return r;
	if (!elements || (!(set->flags & SK_TE_SET_BRACES) && (elements != 1 || set->n != 1)))
		return SK_TEMPLATE_TEXT;
	if (t->braces)
		set->flags |= SK_TE_SET_BRACES;
	return 0;
}

/* Most sets are one placeholder, for one word. */
static int sk_fill_one(struct sk_templates *t, const struct sk_env *env, struct sk_te_set *set)
{
	struct sk_te_name *name = sk_arena_alloc(t->arena, sizeof(*name));
	int r;

	if (!name)
		return -ENOMEM;
	*name = *set->names;
	r = sk_fill_word(t, env, name);
	if (!r)
		set->names = name;
	return r;
}

static int sk_fill_set(struct sk_templates *t, const struct sk_env *env, bool one, struct sk_te_set *set)
{
	struct sk_te_set to = *set;
	int r = SK_TEMPLATE_TEXT;

	if (set->n == 1)
		r = set->names->hole ? sk_fill_one(t, env, set) : 0;
	if (r <= 0)
		return r;
	r = 0;
	t->n_names = 0;
	for (uint32_t i = 0; i < set->n && !r; i++)
		r = set->names[i].hole ? sk_fill_hole(t, env, &set->names[i], one, &to) : sk_add_name(t, &set->names[i]);
	if (r)
		return r;
	to.n = (uint32_t)t->n_names;
	to.names = sk_arena_memdup(t->arena, t->names, t->n_names * sizeof(*t->names));
	*set = to;
	return to.names ? 0 : -ENOMEM;
}

/* The name of an object, which may be left out: "name". */
static int sk_fill_string(struct sk_templates *t, const struct sk_env *env, struct sk_te_name *name)
{
	uint32_t value = t->m->state->holes[name->name].param;
	const struct sk_text *text;
	const char *p;

	*name = (struct sk_te_name){ .name = SK_INTERN_NONE };
	if (!value || !env)
		return SK_TEMPLATE_TEXT;
	for (;;) {
		const struct sk_arg *a = &env->args[value];

		if (value > env->n || !a->text->n)
			return 0;
		text = a->text;
		if (text->form != SK_TEXT_LEXED || text->n_lexemes != 1 || text->lexemes[0].kind != SK_PIECE_PARAM)
			break;
		if (!a->env || !text->lexemes[0].value)
			return SK_TEMPLATE_TEXT;
		value = text->lexemes[0].value;
		env = a->env;
	}
	p = text->p;
	if (text->params || text->n < 3 || p[0] != '"' || p[text->n - 1] != '"')
		return SK_TEMPLATE_TEXT;
	for (uint32_t i = 1; i + 1 < text->n; i++)
		if (!sk_is_word_byte((unsigned char)p[i]) && (!p[i] || !strchr(".-+@: ", p[i])))
			return SK_TEMPLATE_TEXT;
	name->addr = sk_text_addr(text, p);
	return sk_intern_add(t->m->names, p + 1, text->n - 2, &name->name);
}

static int sk_fill(struct sk_templates *t, const struct sk_te_stmt *from, uint8_t holes, const struct sk_env *env,
		   uint32_t expansion, struct sk_te_stmt **ret_stmt)
{
	struct sk_te_stmt *stmt = sk_arena_alloc(t->arena, sizeof(*stmt));
	int r = 0;

	if (!stmt)
		return -ENOMEM;
	*stmt = *from;
	stmt->next = NULL;
	stmt->expansion = expansion;
	*ret_stmt = stmt;
	if (!holes)
		return 0;
	if (stmt->name.hole)
		r = sk_fill_word(t, env, &stmt->name);
	if (!r && stmt->name2.hole)
		r = stmt->kind == SK_TE_TYPE_TRANSITION ? sk_fill_string(t, env, &stmt->name2)
							: sk_fill_word(t, env, &stmt->name2);
	for (unsigned int left = holes >> 3, i = 0; left && !r; left >>= 1, i++)
		if (left & 1)
			r = sk_fill_set(t, env, sk_has_commas(stmt, i), &stmt->set[i]);
	return r;
}

/* Arguments of calls */

/* Whether the text, put in without quotes, is read again to the same: no macros, no commas, no parentheses. */
static bool sk_is_calm(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, unsigned int depth)
{
	struct sk_text part;
	uint32_t name;

	if (text->form == SK_TEXT_FRESH && sk_text_lex(t->m, text))
		return false;
	if (text->form != SK_TEXT_LEXED || depth > SK_TEMPLATE_ENV_DEPTH_MAX)
		return false;
	for (uint32_t i = 0; i < text->n_lexemes; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];

		if (!sk_step(t))
			return false;
		switch (l->kind) {
		case SK_PIECE_SPACE:
			if (!i)
				return false;
			break;
		case SK_PIECE_WORD:
			if (sk_macro_find(t->m->state, l->value))
				return false;
			break;
		case SK_PIECE_PARAM:
			if (!env || !l->value || l->value > SK_PARAM_MAX)
				return false;
			if (l->value <= env->n && !sk_param_word(t->m->state, env, l->value) &&
			    !sk_is_calm(t, env->args[l->value].text, env->args[l->value].env, depth + 1))
				return false;
			break;
		case SK_PIECE_PASTE:
			part = (struct sk_text){ .p = text->p + l->off, .n = l[1].off - l->off, .addr = 1, .params = true };
			if (sk_text_lex(t->m, &part) || sk_fill_paste(t, &part, env, &name))
				return false;
			break;
		case SK_PIECE_PUNCT:
			if (!strchr("{}-:;*~.\"", text->p[l->off]))
				return false;
			break;
		case SK_PIECE_OTHER:
			break;
		default:
			return false;
		}
	}
	return true;
}

static int sk_fill_arg(struct sk_templates *t, const struct sk_item_arg *from, const struct sk_env *env, struct sk_arg *to)
{
	struct sk_macro_state *s = t->m->state;
	uint32_t name;
	int r;

	*to = (struct sk_arg){ .text = from->text, .env = from->text->params ? env : NULL };
	if (from->form == SK_FORM_TEXT)
		return 0;
	if (!env)
		return SK_TEMPLATE_TEXT;
	if (from->form == SK_FORM_PARAM) {
		const struct sk_text *word = sk_param_word(s, env, from->value);

		if (word) {
			*to = (struct sk_arg){ .text = (struct sk_text *)word };
			return 0;
		}
		if (from->value > env->n) {
			*to = (struct sk_arg){ .text = &s->empty };
			return 0;
		}
		*to = env->args[from->value];
		return sk_is_calm(t, to->text, to->env, 0) ? 0 : SK_TEMPLATE_TEXT;
	}
	if (from->form == SK_FORM_MIXED)
		return sk_is_calm(t, from->text, env, 0) ? 0 : SK_TEMPLATE_TEXT;
	r = sk_fill_paste(t, from->text, env, &name);
	if (r)
		return r;
	to->env = NULL;
	to->text = sk_text_of_word(t->m, sk_intern_str(t->m->names, name), t->m->names->entries[name].n, from->text->addr, name);
	return to->text ? 0 : -ENOMEM;
}

static int sk_make_env(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env,
		       const struct sk_env **ret_env)
{
	struct sk_macro_state *s = t->m->state;
	struct sk_env *to = sk_arena_alloc(&s->moment, sizeof(*to) + (item->n_args + 1) * sizeof(to->args[0]));
	int r = 0;

	if (!to)
		return -ENOMEM;
	*to = (struct sk_env){ .n = item->n_args, .name = item->value };
	to->args[0] = (struct sk_arg){ .text = &s->empty };
	for (uint32_t i = 0; i < item->n_args && !r; i++) {
		struct sk_arg *a = &to->args[i + 1];

		r = sk_fill_arg(t, &item->args[i], env, a);
		if (r)
			break;
		to->odd |= (a->env && a->env->odd) || a->text->form == SK_TEXT_ODD;
		if (a->env)
			to->depth = SK_MAX(to->depth, a->env->depth + 1);
	}
	*ret_env = to;
	return r ? r : to->depth > SK_TEMPLATE_ENV_DEPTH_MAX ? SK_TEMPLATE_TEXT : 0;
}

/* Items */

static bool sk_requires_count(const struct sk_templates *t)
{
	return !sk_macro_find(t->m->state, t->self_contained) || sk_macro_find(t->m->state, t->in_optional);
}

static int sk_run_statement(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env,
			    uint32_t expansion, struct sk_sink *sink)
{
	struct sk_te_stmt *stmt;
	int r;

	if (!(item->where & sink->where))
		return SK_TEMPLATE_TEXT;
	r = sk_fill(t, item->stmt, item->holes, env, expansion, &stmt);
	return r ? r : sk_emit(sink, stmt);
}

static int sk_run_require(struct sk_templates *t, const struct sk_te_stmt *from, uint8_t holes, const struct sk_env *env,
			  uint32_t expansion, struct sk_sink *sink)
{
	struct sk_te_stmt *stmt, **last;
	int r;

	if (!sk_requires_count(t))
		return 0;
	r = sk_fill(t, from, 0, env, expansion, &stmt);
	if (r)
		return r;
	last = &stmt->body;
	for (const struct sk_te_stmt *s = from->body; s && !r && holes; s = s->next) {
		r = sk_fill(t, s, holes, env, expansion, last);
		last = &(*last)->next;
	}
	return r ? r : sk_emit(sink, stmt);
}

static int sk_run_block(struct sk_templates *t, const struct sk_item_arg *arg, const struct sk_env *env,
			uint32_t expansion, uint8_t where, struct sk_te_stmt **ret_first)
{
	struct sk_sink sink = { .t = t, .last = ret_first, .where = where };

	return sk_run_text(t, arg->text, arg->text->params ? env : NULL, expansion, &sink);
}

/* Whether the branch is there: an empty argument is none. Cannot be told of a parameter alone. */
static int sk_has_branch(const struct sk_item *item, uint32_t i, bool *ret_has)
{
	*ret_has = i < item->n_args && item->args[i].text->n;
	if (!*ret_has)
		return 0;
	for (const char *p = item->args[i].text->p, *end = p + item->args[i].text->n; p < end; p++)
		if (!isspace((unsigned char)*p))
			return *p == '$' ? SK_TEMPLATE_TEXT : 0;
	return 0;
}

static bool sk_all_text(const struct sk_item *item, uint32_t first)
{
	for (uint32_t i = first; i < item->n_args; i++)
		if (item->args[i].form != SK_FORM_TEXT)
			return false;
	return true;
}

/* The statement with its blocks, unless one of these has a mistake. */
static int sk_end_blocks(struct sk_templates *t, struct sk_te_stmt *stmt, bool broken_before, struct sk_sink *sink)
{
	bool broken = t->broken;

	t->broken = broken_before || (broken && sink->last);
	return broken ? 0 : sk_emit(sink, stmt);
}

static int sk_run_optional(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env,
			   uint32_t expansion, struct sk_sink *sink)
{
	const struct sk_te_stmt from = { .kind = SK_TE_OPTIONAL, .addr = item->addr, .name = { .name = SK_INTERN_NONE },
					 .name2 = { .name = SK_INTERN_NONE }, .name3 = { .name = SK_INTERN_NONE } };
	struct sk_macro_state *s = t->m->state;
	bool broken_before = t->broken;
	struct sk_te_stmt *stmt;
	struct sk_macro *macro;
	bool has_else;
	int r = sk_has_branch(item, 1, &has_else);

	if (r || !(sink->where & IN_RULES) || !sk_all_text(item, 0))
		return r ? r : SK_TEMPLATE_TEXT;
	r = sk_fill(t, &from, 0, env, expansion, &stmt);
	if (!r)
		r = sk_macro_set(t->m, t->in_optional, &s->empty, 0, true, &macro);
	if (r)
		return r;
	t->broken = false;
	stmt->has_else = has_else;
	r = sk_run_block(t, &item->args[0], env, expansion, IN_OPTIONAL, &stmt->body);
	if (!r && has_else)
		r = sk_run_block(t, &item->args[1], env, expansion, IN_OPTIONAL, &stmt->else_body);
	macro = sk_macro_find(s, t->in_optional);
	if (macro) {
		s->macros[t->in_optional] = macro->below;
		sk_macro_bury(s, macro);
	}
	return r ? r : sk_end_blocks(t, stmt, broken_before, sink);
}

static int sk_run_tunable(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env,
			  uint32_t expansion, struct sk_sink *sink)
{
	bool broken_before = t->broken, has_else;
	struct sk_te_stmt *stmt;
	int r = sk_has_branch(item, 2, &has_else);

	if (r || !(sink->where & IN_RULES) || !sk_all_text(item, 1))
		return r ? r : SK_TEMPLATE_TEXT;
	r = sk_run_require(t, item->require, 0, env, expansion, sink);
	if (!r)
		r = sk_fill(t, item->stmt, 0, env, expansion, &stmt);
	if (r)
		return r;
	t->broken = false;
	stmt->body = stmt->else_body = NULL;
	stmt->has_else = has_else;
	r = sk_run_block(t, &item->args[1], env, expansion, IN_IF, &stmt->body);
	if (!r && has_else)
		r = sk_run_block(t, &item->args[2], env, expansion, IN_IF, &stmt->else_body);
	return r ? r : sk_end_blocks(t, stmt, broken_before, sink);
}

/* The name that is asked for, whether a macro or not. */
static bool sk_ifdef_name(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, uint32_t *ret_name)
{
	for (unsigned int n = 0; n < SK_TEMPLATE_ENV_DEPTH_MAX; n++) {
		const struct sk_lexeme *l;

		if (text->form == SK_TEXT_FRESH && sk_text_lex(t->m, text))
			return false;
		if (text->form != SK_TEXT_LEXED || text->n_lexemes != 1)
			return false;
		l = &text->lexemes[0];
		*ret_name = l->value;
		if (l->kind == SK_PIECE_WORD)
			return true;
		if (l->kind != SK_PIECE_PARAM || !env || !l->value || l->value > env->n)
			return false;
		text = env->args[l->value].text;
		env = env->args[l->value].env;
	}
	return false;
}

static int sk_run_ifdef(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env,
			uint32_t expansion, struct sk_sink *sink)
{
	const struct sk_item_arg *branch;
	uint32_t name;

	if (!sk_all_text(item, 0) || !sk_ifdef_name(t, item->args[0].text, env, &name))
		return SK_TEMPLATE_TEXT;
	if (sk_macro_find(t->m->state, name))
		branch = &item->args[1];
	else if (item->n_args > 2)
		branch = &item->args[2];
	else
		return 0;
	return sk_run_text(t, branch->text, branch->text->params ? env : NULL, expansion, sink);
}

/* Whether the macro is called within itself. */
static bool sk_is_cycle(const struct sk_templates *t, const struct sk_expansion *call)
{
	for (uint32_t i = call->parent; i; i = t->m->sources->expansions[i].parent)
		if (t->m->sources->expansions[i].name == call->name)
			return true;
	return false;
}

static int sk_run_call(struct sk_templates *t, const struct sk_item *item, const struct sk_env *env, uint32_t expansion,
		       struct sk_sink *sink)
{
	const struct sk_expansion e = { .parent = expansion, .addr = item->addr, .name = item->value };
	struct sk_macro *macro = sk_macro_find(t->m->state, item->value);
	const struct sk_env *inner = NULL;
	uint32_t number;
	int r;

	if (!macro || macro->builtin)
		return SK_TEMPLATE_TEXT;
	if (!macro->body->n || macro->cyclic)
		return 0;
	if (macro->interface && t->depth + SK_TEMPLATE_DEPTH_CYCLE > SK_TEMPLATE_DEPTH_MAX && sk_is_cycle(t, &e)) {
		sk_interface_cycle(t->m, macro, &e);
		t->broken = true;
		return 0;
	}
	if (macro->body->params) {
		r = sk_make_env(t, item, env, &inner);
		if (r)
			return r;
		if (macro->interface && !sk_interface_check(t->m, macro, &e, inner->args, inner->n)) {
			t->broken = true;
			return 0;
		}
	}
	r = sk_macro_new_expansion(t->m, &e, &number);
	if (r)
		return r > 0 ? 0 : r;
	return sk_run_text(t, macro->body, inner, number, sink);
}

/*
 * Places in what is handed out again are those of the first time, but for the chain of calls; and its sets are the same
 * each time.
 */
static void sk_forget_calls(struct sk_macro_state *state, struct sk_te_stmt *stmt)
{
	for (struct sk_te_stmt *s = stmt; s; s = s->next) {
		s->expansion = s->name.expansion = 0;
		for (unsigned int i = 0; i < 4; i++) {
			for (uint32_t k = 0; k < s->set[i].n; k++)
				s->set[i].names[k].expansion = 0;
			if (s->set[i].n > 1 && !s->set[i].kept)
				s->set[i].kept = ++state->n_kept_sets;
		}
		sk_forget_calls(state, s->body);
	}
}

/* A text without parameters comes to the same as long as no macro changes: it is read once, and kept. */
static int sk_run_lasting(struct sk_templates *t, struct sk_item *item, uint32_t expansion, struct sk_sink *sink)
{
	struct sk_macro_state *s = t->m->state;
	struct sk_arena *arena = t->arena;
	bool broken_before = t->broken;
	struct sk_te_stmt *stmt;
	int r = 0;

	if (!item->read || item->changes != s->changes || item->where != sink->where) {
		struct sk_sink list = { .t = t, .last = &item->stmt, .where = sink->where };

		item->stmt = NULL;
		item->changes = s->changes;
		item->where = sink->where;
		t->broken = false;
		t->arena = &s->arena;
		r = sk_read_text(t, item->text, NULL, expansion, &list);
		t->arena = arena;
		item->read = !r && !t->broken && !t->m->stopped && item->changes == s->changes;
		t->broken |= broken_before;
		if (item->read)
			sk_forget_calls(s, item->stmt);
	}
	for (const struct sk_te_stmt *from = item->stmt; from && !r; from = from->next) {
		r = sk_fill(t, from, 0, NULL, expansion, &stmt);
		if (!r)
			r = sk_emit(sink, stmt);
	}
	return r;
}

static int sk_run_item(struct sk_templates *t, struct sk_item *item, const struct sk_text *text, const struct sk_env *env,
		       uint32_t expansion, struct sk_sink *sink)
{
	const char *from;
	int r;

	switch (item->kind) {
	case SK_ITEM_STMT:
		r = sk_run_statement(t, item, env, expansion, sink);
		break;
	case SK_ITEM_CALL:
		r = sk_run_call(t, item, env, expansion, sink);
		break;
	case SK_ITEM_PARAM:
		return env && item->value <= env->n
			? sk_run_text(t, env->args[item->value].text, env->args[item->value].env, expansion, sink) : 0;
	case SK_ITEM_IFDEF:
		r = sk_run_ifdef(t, item, env, expansion, sink);
		break;
	case SK_ITEM_OPTIONAL:
		r = sk_run_optional(t, item, env, expansion, sink);
		break;
	case SK_ITEM_REQUIRE:
		r = sk_run_require(t, item->stmt, item->holes, env, expansion, sink);
		break;
	case SK_ITEM_TUNABLE:
		r = sk_run_tunable(t, item, env, expansion, sink);
		break;
	default:
		if (item->lasting)
			return sk_run_lasting(t, item, expansion, sink);
		r = SK_TEMPLATE_TEXT;
	}
	if (r != SK_TEMPLATE_TEXT)
		return r;
	from = text->p + (item->addr - text->addr);
	if (!item->text)
		item->text = sk_template_part(t, text, from, from + item->length);
	return item->text ? sk_read_text(t, item->text, env, expansion, sink) : -ENOMEM;
}

/* Whether an argument put into a comment would end it before its time. */
static bool sk_breaks_comments(const struct sk_env *env)
{
	for (uint32_t i = 1; env && i <= env->n; i++)
		if (env->args[i].text->params || memchr(env->args[i].text->p, '\n', env->args[i].text->n))
			return true;
	return false;
}

static int sk_run_items(struct sk_templates *t, const struct sk_template *template, struct sk_text *text,
			const struct sk_env *env, uint32_t expansion, struct sk_sink *sink)
{
	struct sk_macro_state *s = t->m->state;
	int r = 0;

	for (uint32_t i = 0; i < template->n && !r && !t->m->stopped; i++) {
		if (s->steps++ > t->m->limits.steps)
			return sk_macro_out_of(t->m, template->items[i].addr, expansion, "work") < 0 ? -ENOMEM : 0;
		r = sk_run_item(t, &template->items[i], text, env, expansion, sink);
		if (t->depth == 1 && !r)
			sk_macro_moment_end(s);
		/* The text is not what it was taken for: what is left of it is looked at anew. */
		if (!r && template->epoch != s->epoch && i + 1 < template->n) {
			const char *from = text->p + (template->items[i + 1].addr - text->addr);
			struct sk_text *rest = sk_text_new(t->m, from, (size_t)(text->p + text->n - from),
							   template->items[i + 1].addr, true);

			if (!rest)
				return -ENOMEM;
			return sk_run_text(t, rest, env, expansion, sink);
		}
	}
	return r;
}

static int sk_run_text(struct sk_templates *t, struct sk_text *text, const struct sk_env *env, uint32_t expansion,
		       struct sk_sink *sink)
{
	struct sk_macro_state *s = t->m->state;
	const struct sk_template *template;
	int r;

	if (t->m->stopped || !text->n)
		return 0;
	if (!text->kept || !s->plain || s->divert || s->pending || (env && env->odd))
		return sk_read_text(t, text, env, expansion, sink);
	r = sk_template_of(t, text, &template);
	if (r)
		return r;
	if (!template->usable || (template->comments && sk_breaks_comments(env)))
		return sk_read_text(t, text, env, expansion, sink);
	if (t->depth >= SK_TEMPLATE_DEPTH_MAX || sk_macro_held(t->m) > t->m->limits.memory) {
		r = sk_macro_out_of(t->m, text->addr, expansion, t->depth >= SK_TEMPLATE_DEPTH_MAX ? "depth" : "memory");
		return r < 0 ? r : 0;
	}
	t->depth++;
	r = sk_run_items(t, template, text, env, expansion, sink);
	t->depth--;
	return r;
}

static int sk_templates_init(struct sk_templates *t)
{
	const struct {
		const char *text;
		uint32_t *ret;
	} words[] = {
		{ "optional_policy", &t->optional_policy }, { "gen_require", &t->gen_require },
		{ "tunable_policy", &t->tunable_policy }, { "ifdef", &t->ifdef }, { "__in_optional_policy", &t->in_optional },
		{ "self_contained_policy", &t->self_contained }, { "$", &t->dollar },
	};
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(words) && !r; i++)
		r = sk_intern_add_static(t->m->names, words[i].text, strlen(words[i].text), words[i].ret);
	t->m->state->uncounted = t->in_optional;
	return r;
}

int sk_te_parse_templates(struct sk_macro_reader *m, const struct sk_source *source, struct sk_arena *arena,
			  struct sk_diags *diags, sk_te_handler handler, void *arg)
{
	struct sk_templates t = { .m = m, .arena = arena, .diags = diags, .handler = handler, .arg = arg };
	struct sk_sink sink = { .t = &t, .where = IN_TOP };
	struct sk_te_lexer lexer;
	struct sk_text *text;
	int r;

	if (m->by_text || !m->state->plain || m->state->divert) {
		r = sk_macro_open(m, source);
		if (r)
			return r;
		sk_te_lexer_init(&lexer, m->names, m, source);
		r = sk_te_parse(&lexer, arena, m->sources, diags, handler, arg);
		sk_te_lexer_done(&lexer);
		return r;
	}
	r = sk_templates_init(&t);
	if (!r)
		r = sk_macro_begin_file(m, source, &text);
	if (r)
		return r;
	m->state->hold = true;
	r = sk_run_text(&t, text, NULL, 0, &sink);
	m->state->hold = false;
	sk_macro_moment_end(m->state);
	free(t.tokens);
	free(t.items);
	free(t.names);
	return r;
}
