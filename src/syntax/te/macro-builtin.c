/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m4's own macros, one function each, and `interface`/`template`. What runs programs or makes files (syscmd, esyscmd,
 * mkstemp, ...) is not there: it is diagnosed. Names of builtins that only help debugging expand to nothing.
 *
 * Regular expressions are the C library's GNU ones, which is the engine that m4 itself uses, in the same syntax.
 */
#include "syntax/te/macro-state.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "syntax/te/scan.h"

static const struct sk_arg *sk_arg_at(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i)
{
	return i <= call->n_args ? &m->state->args[call->first_arg + i] : NULL;
}

/* An argument as a zero-terminated string that lives as long as the call; missing ones are empty. */
static int sk_arg_string(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i,
			 const char **ret_p, size_t *ret_n)
{
	struct sk_macro_state *s = m->state;
	const struct sk_arg *a = sk_arg_at(m, call, i);
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_text *text;
	int r;

	*ret_p = "";
	*ret_n = 0;
	if (!a || !a->text->n)
		return 0;
	r = sk_flatten(m, a->text, a->text->p, a->text->p + a->text->n, a->env);
	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	if (r)
		return r;
	*ret_p = text->p;
	*ret_n = text->n;
	return 0;
}

/* The same without the terminator, and then without a copy where that can be. */
static int sk_arg_bytes(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i,
			const char **ret_p, size_t *ret_n)
{
	const struct sk_arg *a = sk_arg_at(m, call, i);

	if (a && a->env)
		return sk_arg_string(m, call, i, ret_p, ret_n);
	*ret_p = a ? a->text->p : "";
	*ret_n = a ? a->text->n : 0;
	return 0;
}

/* The number of a name, or SK_INTERN_NONE when no macro has it. */
static int sk_arg_name(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i, bool add,
		       uint32_t *ret_name)
{
	const struct sk_arg *a = sk_arg_at(m, call, i);
	const char *p;
	size_t n;
	int r = 0;

	/* A name in the sources is looked up once. */
	if (a && a->text->kept && !a->env && a->text->form == SK_TEXT_FRESH)
		r = sk_text_lex(m, a->text);
	if (!r && a && a->text->form == SK_TEXT_LEXED && a->text->n_lexemes == 1 &&
	    a->text->lexemes[0].kind == SK_PIECE_WORD) {
		*ret_name = a->text->lexemes[0].value;
		return 0;
	}
	if (!r)
		r = sk_arg_bytes(m, call, i, &p, &n);
	if (r)
		return r;
	if (add)
		return sk_intern_add(m->names, p, n, ret_name);
	*ret_name = sk_intern_find(m->names, p, n);
	return 0;
}

static int sk_push_arg(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i)
{
	const struct sk_arg *a = sk_arg_at(m, call, i);

	return a ? sk_macro_push(m, a->text, a->env, call->expansion, call->line_addr) : 0;
}

static void sk_complain_number(struct sk_macro_reader *m, const struct sk_call *call, const char *p)
{
	sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0115", call->addr, call->expansion,
			  "%s needs a number, not '%.40s'", sk_intern_str(m->names, call->name), p);
}

/* m4 takes an empty argument for 0, with a warning that nobody needs. */
static int sk_arg_number(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i, long *ret_value,
			 bool *ret_ok)
{
	const char *p;
	char *end;
	size_t n;
	int r = sk_arg_string(m, call, i, &p, &n);

	*ret_ok = false;
	if (r)
		return r;
	errno = 0;
	*ret_value = (int)strtol(p, &end, 10);
	*ret_ok = !*end && !isspace((unsigned char)*p);
	if (!*ret_ok)
		sk_complain_number(m, call, p);
	return 0;
}

static int sk_give_number(struct sk_macro_reader *m, const struct sk_call *call, long value)
{
	char text[24];

	return sk_macro_give(m, call, text, (size_t)snprintf(text, sizeof(text), "%ld", value));
}

/* Definitions */

/* A body that is kept: a quoted text of a source as it is, anything else as a copy with the arguments put in. */
static int sk_keep_body(struct sk_macro_reader *m, const struct sk_arg *a, struct sk_text **ret_body)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	int r;

	if (!a || !a->text->n) {
		*ret_body = &s->empty;
		return 0;
	}
	if (a->text->kept && !a->env) {
		*ret_body = a->text;
		return 0;
	}
	r = sk_flatten(m, a->text, a->text->p, a->text->p + a->text->n, a->env);
	return r ? r : sk_flat_take(m, flat_start, origin_start, true, ret_body);
}

static const struct sk_expansion *sk_policy_message_at(const struct sk_macro_reader *m, const struct sk_call *call);

static void sk_complain_fatal(struct sk_macro_reader *m, const struct sk_call *call)
{
	const struct sk_expansion *e = sk_policy_message_at(m, call);
	const struct sk_expansion *interface = e ? &m->sources->expansions[e->parent] : NULL;
	struct sk_place place;

	sk_sources_place(m->sources, interface ? interface->addr : call->addr,
			 interface ? m->names->entries[interface->name].n : 1, &place);
	sk_error(m->diags, "E0154", &place, "what the policy says of this is an error here (WERROR)");
}

static int sk_do_define(struct sk_macro_reader *m, struct sk_call *call, bool push)
{
	struct sk_macro *macro;
	struct sk_text *body;
	uint32_t name;
	int r = sk_arg_name(m, call, 1, true, &name);

	if (!r)
		r = sk_keep_body(m, sk_arg_at(m, call, 2), &body);
	/* What reference policies define where the build must fail: refpolicyerr, and refpolicywarn with WERROR. */
	if (!r && !strcmp(sk_intern_str(m->names, name), "m4_fatal_error"))
		sk_complain_fatal(m, call);
	return r ? r : sk_macro_set(m, name, body, call->addr, push, &macro);
}

static int sk_define(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_do_define(m, call, false);
}

static int sk_pushdef(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_do_define(m, call, true);
}

/* Whether two files have the same name, in whatever folders: a module's interfaces, and an older copy of them in headers. */
static bool sk_same_file_name(struct sk_macro_reader *m, uint32_t a, uint32_t b)
{
	const struct sk_source *x = sk_sources_find(m->sources, a), *y = sk_sources_find(m->sources, b);
	const char *slash;

	if (!x || !y || x == y)
		return false;
	slash = strrchr(x->name, '/');
	a = (uint32_t)(slash ? slash + 1 - x->name : 0);
	slash = strrchr(y->name, '/');
	return !strcmp(x->name + a, slash ? slash + 1 : y->name);
}

/* Whether the name is free. `word` is what declares it: interface or template. */
static bool sk_interface_is_new(struct sk_macro_reader *m, const struct sk_expansion *word, uint32_t name)
{
	const struct sk_macro *old = sk_macro_find(m->state, name);
	struct sk_diag *diag;
	struct sk_place place;

	if (!old || (m->replaces && old->interface && sk_same_file_name(m, old->addr, word->addr)))
		return true;
	diag = sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0117", word->addr, word->parent, "%s '%s' is defined twice",
				 sk_intern_str(m->names, word->name), sk_intern_str(m->names, name));
	sk_sources_place(m->sources, old->addr, 1, &place);
	sk_diag_note(m->diags, diag, &place, "first defined here");
	return false;
}

static int sk_set_interface(struct sk_macro_reader *m, uint32_t name, struct sk_text *body, uint32_t addr)
{
	struct sk_macro *macro;
	int r = sk_macro_set(m, name, body, addr, false, &macro);

	if (!r)
		macro->interface = true;
	return r;
}

static int sk_interface(struct sk_macro_reader *m, struct sk_call *call)
{
	const struct sk_expansion word = { .parent = call->expansion, .addr = call->addr, .name = call->name };
	struct sk_text *body;
	uint32_t name;
	int r = sk_arg_name(m, call, 1, true, &name);

	if (r || !sk_interface_is_new(m, &word, name))
		return r;
	r = sk_keep_body(m, sk_arg_at(m, call, 2), &body);
	return r ? r : sk_set_interface(m, name, body, call->addr);
}

/* Behind the letters, digits and underscores at p. */
static const char *sk_word_end(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		unsigned int others = ~sk_scan_words(p) & 0xffff;

		if (others)
			return p + __builtin_ctz(others);
	}
	while (p < end && sk_is_word_byte((unsigned char)*p))
		p++;
	return p;
}

/*
 * interface(`name',`body') where it stands by itself: its parts, the name as it stands in the text, and behind it. NULL
 * where it is anything else.
 */
static const char *sk_find_interface(const char *text, const char *p, const char *end, struct sk_interface_place *ret,
				     struct sk_intern_entry *ret_name)
{
	const char *start = p, *close;
	bool params;

	p = sk_word_end(p, end);
	if (end - p < 8 || p - start > UINT16_MAX || p[0] != '(' || p[1] != '`')
		return NULL;
	ret->word = (uint32_t)(start - text);
	ret->n_word = (uint16_t)(p - start);
	start = p + 2;
	p = sk_word_end(start, end);
	if (p == start || p - start > UINT16_MAX || (*start >= '0' && *start <= '9') || end - p < 5 || p[0] != '\'' ||
	    p[1] != ',')
		return NULL;
	*ret_name = (struct sk_intern_entry){ .s = start, .n = (uint32_t)(p - start) };
	for (p += 2; p < end && sk_macro_class[(unsigned char)*p] == SK_PIECE_SPACE; p++)
		;
	if (p == end || *p != '`')
		return NULL;
	close = sk_quote_end(p + 1, end, &params);
	if (!close || close + 1 == end || close[1] != ')')
		return NULL;
	ret->body = (uint32_t)(p + 1 - text);
	ret->n_body = (uint32_t)(close - p) - 1;
	ret->params = params;
	return close + 2;
}

/* From the '#' of a comment to behind the line, and behind the lines of comment that follow it. */
static const char *sk_skip_comments(const char *p, const char *end)
{
	for (; end - p > 16; p += 16) {
		unsigned int mask = sk_scan_ends(p);

		if (mask)
			return p + __builtin_ctz(mask) + 1;
	}
	for (; p < end; p++)
		if (*p == '\n' && (p + 1 == end || p[1] != '#'))
			return p + 1;
	return end;
}

static const char *sk_skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == '#' || sk_macro_class[(unsigned char)*p] == SK_PIECE_SPACE))
		p = *p == '#' ? sk_skip_comments(p, end) : p + 1;
	return p;
}

int sk_interfaces_reserve(struct sk_interfaces *found, size_t n)
{
	int r = sk_grow(&found->list, &found->cap, n, sizeof(*found->list));

	return r ? r : sk_grow(&found->names, &found->cap_names, n, sizeof(*found->names));
}

void sk_interfaces_done(struct sk_interfaces *found)
{
	free(found->list);
	free(found->names);
}

int sk_interfaces_find(const char *text, size_t n, struct sk_arena *arena, struct sk_interfaces *found)
{
	const char *p = text, *end = text + n, *behind, *name;
	struct sk_interface_place *i;
	struct sk_intern_entry *e;

	for (found->n = 0; (p = sk_skip_blank(p, end)) < end; found->n++, p = behind) {
		int r = sk_interfaces_reserve(found, found->n + 1);

		if (r)
			return r;
		i = &found->list[found->n];
		e = &found->names[found->n];
		behind = sk_find_interface(text, p, end, i, e);
		if (!behind)
			break;
		i->again = found->n && i[-1].n_word == i->n_word && !memcmp(text + i[-1].word, text + i->word, i->n_word);
		name = sk_arena_strndup(arena, e->s, e->n);
		if (!name)
			return -ENOMEM;
		*e = sk_intern_entry_of(name, e->n);
	}
	found->rest = (uint32_t)(p - text);
	return 0;
}

/* Whether the word stands for `interface` or `template` now. */
static bool sk_is_interface_word(const struct sk_macro_reader *m, uint32_t name)
{
	const struct sk_macro *macro = name == SK_INTERN_NONE ? NULL : sk_macro_find(m->state, name);

	return macro && macro->builtin == sk_interface;
}

static int sk_declare(struct sk_macro_reader *m, const struct sk_source *source, const struct sk_interface_place *i,
		      const struct sk_expansion *word, uint32_t name)
{
	struct sk_text *body = &m->state->empty;

	if (!sk_interface_is_new(m, word, name))
		return 0;
	if (i->n_body) {
		body = sk_text_of(m, source->text + i->body, i->n_body, source->base + i->body, true);
		if (!body)
			return -ENOMEM;
		body->params = i->params;
	}
	return sk_set_interface(m, name, body, word->addr);
}

/* What another thread found is in its cache, and the text too: it is looked at for each new word only. */
#define SK_DECLARED_AT_ONCE 64

int sk_macro_declare(struct sk_macro_reader *m, const struct sk_source *source, const struct sk_interfaces *found,
		     const char **ret_rest)
{
	struct sk_expansion word = { .name = SK_INTERN_NONE };
	uint32_t names[SK_DECLARED_AT_ONCE];
	int r = 0;

	for (size_t k = 0; k < found->n && !r; k++) {
		const struct sk_interface_place *i = &found->list[k];
		size_t at = k % SK_DECLARED_AT_ONCE;

		if (!i->again)
			word.name = sk_intern_find(m->names, source->text + i->word, i->n_word);
		if (!sk_is_interface_word(m, word.name)) {
			*ret_rest = source->text + i->word;
			return 0;
		}
		if (!at)
			r = sk_intern_add_entries(m->names, &found->names[k],
						  SK_MIN(found->n - k, (size_t)SK_DECLARED_AT_ONCE), names);
		word.addr = source->base + i->word;
		r = r ? r : sk_declare(m, source, i, &word, names[at]);
	}
	*ret_rest = source->text + found->rest;
	return r;
}

sk_builtin sk_macro_builtin_interface(void)
{
	return sk_interface;
}

static int sk_undefine_names(struct sk_macro_reader *m, struct sk_call *call, bool all)
{
	struct sk_macro_state *s = m->state;

	for (uint32_t i = 1; i <= call->n_args; i++) {
		struct sk_macro *macro;
		uint32_t name;
		int r = sk_arg_name(m, call, i, false, &name);

		if (r)
			return r;
		if (name != SK_INTERN_NONE && sk_macro_find(s, name))
			sk_macro_touch(s, name);
		while ((macro = sk_macro_find(s, name)) && !macro->locked) {
			s->macros[name] = macro->below;
			sk_macro_bury(s, macro);
			if (!all)
				break;
		}
	}
	return 0;
}

static int sk_undefine(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_undefine_names(m, call, true);
}

static int sk_popdef(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_undefine_names(m, call, false);
}

static int sk_defn(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_text *text;
	int r = 0;

	for (uint32_t i = 1; i <= call->n_args && !r; i++) {
		struct sk_macro *macro;
		uint32_t name;

		r = sk_arg_name(m, call, i, false, &name);
		if (r)
			break;
		macro = sk_macro_find(s, name);
		if (macro && macro->builtin)
			sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0116", call->addr, call->expansion,
					  "defn of the builtin %s is not supported",
					  sk_intern_str(m->names, name));
		if (!macro || macro->builtin)
			continue;
		r = sk_flat_add(m, s->quote[0], strlen(s->quote[0]), call->addr, true);
		if (!r)
			r = sk_flat_text(m, macro->body, macro->body->p, macro->body->p + macro->body->n);
		if (!r)
			r = sk_flat_add(m, s->quote[1], strlen(s->quote[1]), call->addr, true);
	}
	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	return r ? r : sk_macro_push(m, text, NULL, call->expansion, call->line_addr);
}

/* Choice */

static int sk_ifdef(struct sk_macro_reader *m, struct sk_call *call)
{
	uint32_t name;
	int r = sk_arg_name(m, call, 1, false, &name);

	if (r)
		return r;
	return sk_push_arg(m, call, name != SK_INTERN_NONE && sk_macro_find(m->state, name) ? 2 : 3);
}

static int sk_args_equal(struct sk_macro_reader *m, const struct sk_call *call, uint32_t i, bool *ret_equal)
{
	const char *a, *b;
	size_t n_a, n_b;
	int r = sk_arg_bytes(m, call, i, &a, &n_a);

	if (!r)
		r = sk_arg_bytes(m, call, i + 1, &b, &n_b);
	if (!r)
		*ret_equal = n_a == n_b && !memcmp(a, b, n_a);
	return r;
}

static int sk_ifelse(struct sk_macro_reader *m, struct sk_call *call)
{
	uint32_t i = 1, left = call->n_args;

	if (left == 1)
		return 0;
	/* Five arguments are three and one too many. */
	while (left >= 3) {
		bool equal = false;
		int r = sk_args_equal(m, call, i, &equal);

		if (r)
			return r;
		if (equal)
			return sk_push_arg(m, call, i + 2);
		if (left < 6)
			return left >= 4 ? sk_push_arg(m, call, i + 3) : 0;
		i += 3;
		left -= 3;
	}
	return 0;
}

static int sk_shift(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_text *text;
	int r = 0;

	/* Mostly the arguments of another call, which m4 policies use to walk lists. */
	if (sk_macro_splice(m, call, 2, &r))
		return r;
	for (uint32_t i = 2; i <= call->n_args && !r; i++) {
		const struct sk_arg *a = sk_arg_at(m, call, i);

		if (i > 2)
			r = sk_flat_add(m, ",", 1, call->addr, true);
		if (!r)
			r = sk_flat_add(m, s->quote[0], strlen(s->quote[0]), call->addr, true);
		if (!r)
			r = sk_flatten(m, a->text, a->text->p, a->text->p + a->text->n, a->env);
		if (!r)
			r = sk_flat_add(m, s->quote[1], strlen(s->quote[1]), call->addr, true);
	}
	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	return r ? r : sk_macro_push(m, text, NULL, call->expansion, call->line_addr);
}

/* Numbers */

static int sk_add_to(struct sk_macro_reader *m, struct sk_call *call, int what)
{
	bool ok;
	long v;
	int r = sk_arg_number(m, call, 1, &v, &ok);

	return r || !ok ? r : sk_give_number(m, call, (int)((unsigned int)v + (unsigned int)what));
}

static int sk_incr(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_add_to(m, call, 1);
}

static int sk_decr(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_add_to(m, call, -1);
}

/* The digits of v in a radix of 1 to 36, at least `width` of them. */
static int sk_give_radix(struct sk_macro_reader *m, const struct sk_call *call, int32_t v, long radix,
			 long width)
{
	uint32_t u = v < 0 ? -(uint32_t)v : (uint32_t)v;
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	char digits[40];
	size_t n = 0;

	if (radix == 1) {
		if (u > m->limits.memory || width > (long)m->limits.memory)
			return sk_macro_out_of(m, call->addr, call->expansion, "memory");
	} else {
		do
			digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[u % (uint32_t)radix];
		while (u /= (uint32_t)radix);
	}
	if (v < 0)
		sk_buf_addc(&buf, '-');
	for (long i = radix == 1 ? (long)u : (long)n; i < SK_MIN(width, 100000L); i++)
		sk_buf_addc(&buf, '0');
	while (radix == 1 && u--)
		sk_buf_addc(&buf, '1');
	while (n)
		sk_buf_addc(&buf, digits[--n]);
	return buf.failed ? -ENOMEM : sk_macro_give(m, call, buf.data ? buf.data : "", buf.n);
}

static int sk_eval_builtin(struct sk_macro_reader *m, struct sk_call *call)
{
	long radix = 10, width = 1;
	bool ok = true;
	const char *p, *why;
	int32_t v;
	size_t n;
	int r = sk_arg_bytes(m, call, 1, &p, &n);

	if (!r && call->n_args >= 2 && sk_arg_at(m, call, 2)->text->n)
		r = sk_arg_number(m, call, 2, &radix, &ok);
	if (!r && ok && call->n_args >= 3)
		r = sk_arg_number(m, call, 3, &width, &ok);
	if (r || !ok)
		return r;
	if (radix < 1 || radix > 36 || width < 0) {
		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0115", call->addr, call->expansion,
				  radix < 1 || radix > 36 ? "eval: the radix must be 1 to 36"
							  : "eval: the width must not be negative");
		return 0;
	}
	if (!n) {
		v = 0;
	} else if (sk_macro_eval(p, n, &v, &why)) {
		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0115", call->addr, call->expansion,
				  "eval cannot work out '%.*s': %s", (int)SK_MIN(n, (size_t)60), p, why);
		return 0;
	}
	return sk_give_radix(m, call, v, radix, width);
}

/* Strings */

static int sk_len(struct sk_macro_reader *m, struct sk_call *call)
{
	const char *p;
	size_t n;
	int r = sk_arg_bytes(m, call, 1, &p, &n);

	return r ? r : sk_give_number(m, call, (long)n);
}

static int sk_index(struct sk_macro_reader *m, struct sk_call *call)
{
	const char *p, *q, *found;
	size_t n, k;
	int r = sk_arg_bytes(m, call, 1, &p, &n);

	if (!r)
		r = sk_arg_bytes(m, call, 2, &q, &k);
	if (r)
		return r;
	if (call->n_args < 2)
		return sk_macro_give(m, call, "0", 1);
	found = memmem(p, n, q, k);
	return sk_give_number(m, call, found ? found - p : -1);
}

static int sk_substr(struct sk_macro_reader *m, struct sk_call *call)
{
	long start, length;
	bool ok;
	const char *p;
	size_t n;
	int r = sk_arg_bytes(m, call, 1, &p, &n);

	if (r)
		return r;
	if (call->n_args < 2)
		return sk_push_arg(m, call, 1);
	r = sk_arg_number(m, call, 2, &start, &ok);
	if (r || !ok)
		return r;
	length = (long)n;
	if (call->n_args >= 3) {
		r = sk_arg_number(m, call, 3, &length, &ok);
		if (r || !ok)
			return r;
	}
	if (start < 0 || length <= 0 || start >= (long)n)
		return 0;
	return sk_macro_give(m, call, p + start, (size_t)SK_MIN(length, (long)n - start));
}

/* "a-d" to "abcd", in either direction; a hyphen at an end is one. */
static void sk_expand_ranges(struct sk_buf *buf, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '-' && i && i + 1 < n) {
			unsigned char from = (unsigned char)p[i - 1], to = (unsigned char)p[++i];

			while (from != to) {
				from = (unsigned char)(from < to ? from + 1 : from - 1);
				sk_buf_addc(buf, (char)from);
			}
			/* The end of a range does not start the next. */
			if (i + 1 < n && p[i + 1] == '-') {
				sk_buf_addc(buf, '-');
				i++;
			}
			continue;
		}
		sk_buf_addc(buf, p[i]);
	}
}

static int sk_translit(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf from = SK_BUF_INIT, to = SK_BUF_INIT, out = SK_BUF_INIT;
	int16_t map[256];
	const char *p, *a, *b;
	size_t n, n_a, n_b;
	int r = sk_arg_bytes(m, call, 1, &p, &n);

	if (!r)
		r = sk_arg_bytes(m, call, 2, &a, &n_a);
	if (!r)
		r = sk_arg_bytes(m, call, 3, &b, &n_b);
	if (r)
		return r;
	sk_expand_ranges(&from, a, n_a);
	sk_expand_ranges(&to, b, n_b);
	for (int i = 0; i < 256; i++)
		map[i] = (int16_t)i;
	/* The first of equal letters counts. */
	for (size_t i = from.n; i-- && !to.failed;)
		map[(unsigned char)from.data[i]] = i < to.n ? (unsigned char)to.data[i] : -1;
	for (size_t i = 0; i < n; i++)
		if (map[(unsigned char)p[i]] >= 0)
			sk_buf_addc(&out, (char)map[(unsigned char)p[i]]);
	if (from.failed || to.failed || out.failed)
		return -ENOMEM;
	return sk_macro_give(m, call, out.data ? out.data : "", out.n);
}

static int sk_format_builtin(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	const char **args = sk_arena_calloc(&m->state->moment, call->n_args, sizeof(*args));
	size_t n;
	int r = args ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < call->n_args && !r; i++)
		r = sk_arg_string(m, call, i + 1, &args[i], &n);
	if (!r)
		r = sk_macro_format(&buf, call->n_args, args);
	return r ? r : sk_macro_give(m, call, buf.data ? buf.data : "", buf.n);
}

/* Regular expressions */

void sk_patterns_done(struct sk_macro_state *s)
{
	for (size_t i = 0; i < SK_PATTERNS; i++) {
		if (s->patterns[i].text)
			regfree(&s->patterns[i].re);
		free(s->patterns[i].text);
	}
}

/* The compiled pattern, which stays the reader's. *ret_re is NULL when it is wrong, which has been reported then. */
static int sk_compile(struct sk_macro_reader *m, const struct sk_call *call, const char *p, size_t n,
		      struct re_pattern_buffer **ret_re)
{
	struct sk_macro_state *s = m->state;
	struct sk_pattern *pattern;
	const char *why;

	*ret_re = NULL;
	for (pattern = s->patterns; pattern < s->patterns + SK_PATTERNS; pattern++) {
		if (pattern->text && pattern->n == n && !memcmp(pattern->text, p, n)) {
			*ret_re = &pattern->re;
			return 0;
		}
	}
	pattern = &s->patterns[s->next_pattern++ % SK_PATTERNS];
	if (pattern->text)
		regfree(&pattern->re);
	free(pattern->text);
	memset(pattern, 0, sizeof(*pattern));
	why = re_compile_pattern(p, n, &pattern->re);
	if (why) {
		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0119", call->addr, call->expansion,
				  "bad regular expression '%.60s': %s", p, why);
		regfree(&pattern->re);
		return 0;
	}
	pattern->text = malloc(n + 1);
	if (!pattern->text) {
		regfree(&pattern->re);
		return -ENOMEM;
	}
	memcpy(pattern->text, p, n + 1);
	pattern->n = n;
	*ret_re = &pattern->re;
	return 0;
}

/* A replacement: \0 to \9 and \& are what matched. */
static void sk_replace(struct sk_buf *buf, const char *text, const char *p, size_t n,
		       const struct re_registers *regs)
{
	for (size_t i = 0; i < n; i++) {
		int group;

		if (p[i] != '\\' || i + 1 == n) {
			if (p[i] != '\\')
				sk_buf_addc(buf, p[i]);
			continue;
		}
		i++;
		group = p[i] == '&' ? 0 : p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : -1;
		if (group < 0)
			sk_buf_addc(buf, p[i]);
		else if ((unsigned int)group < regs->num_regs && regs->end[group] > 0)
			sk_buf_add(buf, text + regs->start[group],
				   (size_t)(regs->end[group] - regs->start[group]));
	}
}

static int sk_regexp(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct re_pattern_buffer *re;
	struct re_registers regs = { 0 };
	const char *p, *pattern, *with;
	size_t n, n_pattern, n_with;
	regoff_t at;
	int r = sk_arg_string(m, call, 1, &p, &n);

	if (!r)
		r = sk_arg_string(m, call, 2, &pattern, &n_pattern);
	if (!r)
		r = sk_arg_string(m, call, 3, &with, &n_with);
	if (r)
		return r;
	if (call->n_args < 2)
		return sk_macro_give(m, call, "0", 1);
	if (n > INT_MAX / 2)
		return sk_macro_out_of(m, call->addr, call->expansion, "memory");
	r = sk_compile(m, call, pattern, n_pattern, &re);
	if (r || !re)
		return r;
	at = re_search(re, p, (regoff_t)n, 0, (regoff_t)n, &regs);
	if (call->n_args == 2)
		r = sk_give_number(m, call, at);
	else if (at >= 0) {
		sk_replace(&buf, p, with, n_with, &regs);
		r = buf.failed ? -ENOMEM : sk_macro_give(m, call, buf.data ? buf.data : "", buf.n);
	}
	free(regs.start);
	free(regs.end);
	return r;
}

static void sk_substitute_all(struct sk_buf *buf, struct re_pattern_buffer *re, const char *p, regoff_t n,
			      const char *with, size_t n_with)
{
	struct re_registers regs = { 0 };
	regoff_t from = 0, at;

	while (from <= n) {
		at = re_search(re, p, n, from, n - from, &regs);
		if (at < 0) {
			sk_buf_add(buf, p + from, (size_t)(n - from));
			break;
		}
		sk_buf_add(buf, p + from, (size_t)(at - from));
		sk_replace(buf, p, with, n_with, &regs);
		/* An empty match moves on by one character. */
		if (regs.end[0] == at && at < n)
			sk_buf_addc(buf, p[at]);
		from = regs.end[0] + (regs.end[0] == at);
	}
	free(regs.start);
	free(regs.end);
}

static int sk_patsubst(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct re_pattern_buffer *re;
	const char *p, *pattern, *with;
	size_t n, n_pattern, n_with;
	int r = sk_arg_string(m, call, 1, &p, &n);

	if (!r)
		r = sk_arg_string(m, call, 2, &pattern, &n_pattern);
	if (!r)
		r = sk_arg_string(m, call, 3, &with, &n_with);
	if (r)
		return r;
	if (call->n_args < 2)
		return sk_push_arg(m, call, 1);
	if (n > INT_MAX / 2)
		return sk_macro_out_of(m, call->addr, call->expansion, "memory");
	r = sk_compile(m, call, pattern, n_pattern, &re);
	if (r || !re)
		return r;
	sk_substitute_all(&buf, re, p, (regoff_t)n, with, n_with);
	return buf.failed ? -ENOMEM : sk_macro_give(m, call, buf.data ? buf.data : "", buf.n);
}

/* The reader's own state */

static int sk_set_delimiters(struct sk_macro_reader *m, struct sk_call *call, char to[2][16],
			     const char *open, const char *close)
{
	struct sk_macro_state *s = m->state;
	const char *p[2];
	size_t n[2];

	for (int i = 0; i < 2; i++) {
		int r = sk_arg_bytes(m, call, (uint32_t)i + 1, &p[i], &n[i]);

		if (r)
			return r;
		if (n[i] >= sizeof(to[0])) {
			sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0116", call->addr, call->expansion,
					  "%s: delimiters of more than 15 bytes are not supported",
					  sk_intern_str(m->names, call->name));
			return 0;
		}
	}
	memset(to, 0, sizeof(to[0]) * 2);
	if (!call->n_args) {
		strcpy(to[0], open);
		strcpy(to[1], close);
	} else {
		memcpy(to[0], p[0], n[0]);
		/* An opening one without a closing one gets the usual. */
		if (n[1])
			memcpy(to[1], p[1], n[1]);
		else if (n[0])
			strcpy(to[1], close[0] ? close : "\n");
	}
	s->plain = !strcmp(s->quote[0], "`") && !strcmp(s->quote[1], "'") && !strcmp(s->comment[0], "#") &&
		   !strcmp(s->comment[1], "\n");
	/* What is cut into lexemes was cut by the old delimiters. */
	for (size_t i = 0; i < s->n_cursors; i++) {
		int r = s->cursors[i].i == SK_BY_CHARACTER ? 0 : sk_macro_by_character(m, i);

		if (r)
			return r;
	}
	return 0;
}

static int sk_changequote(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_set_delimiters(m, call, m->state->quote, "`", "'");
}

static int sk_changecom(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_set_delimiters(m, call, m->state->comment, "", "\n");
}

static int sk_dnl(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_macro_skip_line(m);
}

static int sk_divert_builtin(struct sk_macro_reader *m, struct sk_call *call)
{
	long number = 0;
	bool ok = true;
	int r = call->n_args ? sk_arg_number(m, call, 1, &number, &ok) : 0;

	if (!r && ok)
		m->state->divert = number;
	return r;
}

static int sk_divnum(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_give_number(m, call, (long)m->state->divert);
}

static int sk_undivert(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro_state *s = m->state;
	sk_auto_buf struct sk_buf all = SK_BUF_INIT;
	char *copy;
	int r = 0;

	if (!call->n_args)
		r = sk_macro_undivert_but(m, &all, s->divert);
	for (uint32_t i = 1; i <= call->n_args && !r; i++) {
		struct sk_buf *from;
		bool ok;
		long number;

		r = sk_arg_number(m, call, i, &number, &ok);
		if (r || !ok || number <= 0 || number == s->divert)
			continue;
		from = sk_macro_diversion(s, number);
		if (!from)
			return -ENOMEM;
		sk_buf_add(&all, from->data, from->n);
		sk_buf_done(from);
		sk_buf_init(from);
	}
	if (r || all.failed)
		return r ? r : -ENOMEM;
	if (!all.n || s->divert < 0)
		return 0;
	if (s->divert) {
		struct sk_buf *to = sk_macro_diversion(s, s->divert);

		if (to)
			sk_buf_add(to, all.data, all.n);
		return to && !to->failed ? 0 : -ENOMEM;
	}
	copy = sk_arena_strndup(&s->arena, all.data, all.n);
	s->pending = copy ? sk_text_new(m, copy, all.n, 0, true) : NULL;
	return s->pending ? 0 : -ENOMEM;
}

/* The expansion of refpolicywarn or refpolicyerr that the call stands in, when what called it is known too; or NULL. */
static const struct sk_expansion *sk_policy_message_at(const struct sk_macro_reader *m, const struct sk_call *call)
{
	const struct sk_expansion *e = call->expansion ? &m->sources->expansions[call->expansion] : NULL;
	const char *name = e ? sk_intern_str(m->names, e->name) : "";

	return e && e->parent && (!strcmp(name, "refpolicywarn") || !strcmp(name, "refpolicyerr")) ? e : NULL;
}

/* What a policy says of an interface (it is deprecated, has another name) is told where that interface is called. */
static bool sk_policy_message(struct sk_macro_reader *m, const struct sk_call *call, const char *text)
{
	const struct sk_expansion *e = sk_policy_message_at(m, call), *interface;
	const char *message = strstr(text, ": Warning: ");
	struct sk_place place;
	struct sk_diag *diag;

	if (!e)
		return false;
	interface = &m->sources->expansions[e->parent];
	sk_sources_place(m->sources, interface->addr, m->names->entries[interface->name].n, &place);
	diag = sk_warning(m->diags, "W0113", &place, "%s", message ? message + strlen(": Warning: ") : text);
	sk_sources_place(m->sources, e->addr, m->names->entries[e->name].n, &place);
	sk_diag_note(m->diags, diag, &place, "said by the policy here");
	sk_sources_note_expansion(m->sources, m->names, m->diags, diag, interface->parent);
	return true;
}

static int sk_errprint(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	for (uint32_t i = 1; i <= call->n_args; i++) {
		const char *p;
		size_t n;
		int r = sk_arg_bytes(m, call, i, &p, &n);

		if (r)
			return r;
		if (i > 1)
			sk_buf_addc(&buf, ' ');
		sk_buf_add(&buf, p, n);
	}
	while (buf.n && isspace((unsigned char)buf.data[buf.n - 1]))
		buf.n--;
	for (size_t i = 0; i < buf.n; i++)
		if (isspace((unsigned char)buf.data[i]))
			buf.data[i] = ' ';
	if (!sk_buf_str(&buf))
		return -ENOMEM;
	if (sk_policy_message(m, call, buf.data))
		return 0;
	sk_macro_complain(m, SELKIE_SEVERITY_WARNING, "W0113", call->addr, call->expansion, "%s",
			  sk_buf_str(&buf));
	return 0;
}

static int sk_m4exit(struct sk_macro_reader *m, struct sk_call *call)
{
	long code = 0;
	bool ok = true;
	int r = call->n_args ? sk_arg_number(m, call, 1, &code, &ok) : 0;

	m->exit_code = ok ? (int)code : 1;
	m->stopped = true;
	return r;
}

static int sk_include_file(struct sk_macro_reader *m, struct sk_call *call, bool must)
{
	const struct sk_source *source = NULL;
	struct sk_text *text;
	const char *p;
	size_t n;
	int r = sk_arg_string(m, call, 1, &p, &n);

	if (!r && m->include)
		r = m->include(m->include_arg, p, &source);
	if (r < 0)
		return r;
	if (!source) {
		if (must)
			sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0120", call->addr, call->expansion,
					  "cannot include '%.200s'", p);
		return 0;
	}
	text = sk_text_new(m, source->text, source->size, source->base, true);
	return text ? sk_macro_push(m, text, NULL, call->expansion, 0) : -ENOMEM;
}

static int sk_include(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_include_file(m, call, true);
}

static int sk_sinclude(struct sk_macro_reader *m, struct sk_call *call)
{
	return sk_include_file(m, call, false);
}

static int sk_file(struct sk_macro_reader *m, struct sk_call *call)
{
	const struct sk_source *source = sk_sources_find(m->sources, call->line_addr);
	const char *name = source ? source->name : "";
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	sk_buf_adds(&buf, m->state->quote[0]);
	sk_buf_adds(&buf, name);
	sk_buf_adds(&buf, m->state->quote[1]);
	return buf.failed ? -ENOMEM : sk_macro_give(m, call, buf.data, buf.n);
}

static int sk_line(struct sk_macro_reader *m, struct sk_call *call)
{
	const struct sk_source *source = sk_sources_find(m->sources, call->line_addr);
	uint32_t col;

	return sk_give_number(m, call, source ? sk_source_line(source, call->line_addr, &col) : 0);
}

static int sk_program(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	sk_buf_printf(&buf, "%sm4%s", m->state->quote[0], m->state->quote[1]);
	return buf.failed ? -ENOMEM : sk_macro_give(m, call, buf.data, buf.n);
}

/* Calls the macro that the first argument names with the other arguments. */
static int sk_indir(struct sk_macro_reader *m, struct sk_call *call);
static int sk_builtin_call(struct sk_macro_reader *m, struct sk_call *call);

static int sk_call_other(struct sk_macro_reader *m, struct sk_call *call, struct sk_macro *macro, uint32_t name)
{
	/* One naming the other would nest as deep as there are arguments. */
	if (!macro || macro->builtin == sk_indir || macro->builtin == sk_builtin_call) {
		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0118", call->addr, call->expansion,
				  "%s of a macro that is not defined", sk_intern_str(m->names, call->name));
		return 0;
	}
	call->macro = macro;
	call->name = name;
	call->first_arg++;
	call->n_args--;
	return sk_macro_dispatch(m, call);
}

static int sk_indir(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro *macro;
	uint32_t name;
	int r = sk_arg_name(m, call, 1, false, &name);

	if (r)
		return r;
	macro = sk_macro_find(m->state, name);
	return sk_call_other(m, call, macro, name);
}

static int sk_nothing(struct sk_macro_reader *m, struct sk_call *call)
{
	return 0;
}

static int sk_refused(struct sk_macro_reader *m, struct sk_call *call)
{
	sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0116", call->addr, call->expansion,
			  "%s is not available: expanding a policy runs nothing and writes no files",
			  sk_intern_str(m->names, call->name));
	return 0;
}

#define ANY UINT8_MAX
static const struct sk_builtin_row {
	const char *name;
	sk_builtin run;
	bool blind;
	uint8_t min, max;
} sk_builtins[] = {
	{ "__file__", sk_file, false, 0, 0 },
	{ "__line__", sk_line, false, 0, 0 },
	{ "__program__", sk_program, false, 0, 0 },
	{ "builtin", sk_builtin_call, true, 1, ANY },
	{ "changecom", sk_changecom, false, 0, 2 },
	{ "changequote", sk_changequote, false, 0, 2 },
	{ "debugfile", sk_nothing, false, 0, 1 },
	{ "debugmode", sk_nothing, false, 0, 1 },
	{ "decr", sk_decr, true, 1, 1 },
	{ "define", sk_define, true, 1, 2 },
	{ "defn", sk_defn, true, 1, ANY },
	{ "divert", sk_divert_builtin, false, 0, 1 },
	{ "divnum", sk_divnum, false, 0, 0 },
	{ "dnl", sk_dnl, false, 0, 0 },
	{ "dumpdef", sk_nothing, false, 0, ANY },
	{ "errprint", sk_errprint, true, 1, ANY },
	{ "esyscmd", sk_refused, true, 1, 1 },
	{ "eval", sk_eval_builtin, true, 1, 3 },
	{ "format", sk_format_builtin, true, 1, ANY },
	{ "ifdef", sk_ifdef, true, 2, 3 },
	{ "ifelse", sk_ifelse, true, 1, ANY },
	{ "include", sk_include, true, 1, 1 },
	{ "incr", sk_incr, true, 1, 1 },
	{ "index", sk_index, true, 1, 2 },
	{ "indir", sk_indir, true, 1, ANY },
	{ "len", sk_len, true, 1, 1 },
	{ "m4exit", sk_m4exit, false, 0, 1 },
	{ "m4wrap", sk_refused, true, 1, ANY },
	{ "maketemp", sk_refused, true, 1, 1 },
	{ "mkstemp", sk_refused, true, 1, 1 },
	{ "patsubst", sk_patsubst, true, 1, 3 },
	{ "popdef", sk_popdef, true, 1, ANY },
	{ "pushdef", sk_pushdef, true, 1, 2 },
	{ "regexp", sk_regexp, true, 1, 3 },
	{ "shift", sk_shift, true, 1, ANY },
	{ "sinclude", sk_sinclude, true, 1, 1 },
	{ "substr", sk_substr, true, 1, 3 },
	{ "syscmd", sk_refused, true, 1, 1 },
	{ "sysval", sk_refused, false, 0, 0 },
	{ "traceoff", sk_nothing, false, 0, ANY },
	{ "traceon", sk_nothing, false, 0, ANY },
	{ "translit", sk_translit, true, 1, 3 },
	{ "undefine", sk_undefine, true, 1, ANY },
	{ "undivert", sk_undivert, false, 0, ANY },
};

static void sk_builtin_fill(struct sk_macro *macro, const struct sk_builtin_row *row)
{
	macro->builtin = row->run;
	macro->blind = row->blind;
	macro->min_args = row->min;
	macro->max_args = row->max;
}

/* The builtin of that name, whatever the name stands for now. */
static int sk_builtin_call(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro *macro = NULL;
	const char *p;
	uint32_t name;
	size_t n;
	int r = sk_arg_string(m, call, 1, &p, &n);

	if (!r)
		r = sk_intern_add(m->names, p, n, &name);
	for (size_t i = 0; !r && !macro && i < SK_ARRAY_LEN(sk_builtins); i++) {
		if (strcmp(sk_builtins[i].name, p) || sk_builtins[i].run == sk_builtin_call)
			continue;
		macro = SK_ARENA_NEW(&m->state->moment, struct sk_macro);
		if (!macro)
			return -ENOMEM;
		sk_builtin_fill(macro, &sk_builtins[i]);
	}
	return r ? r : sk_call_other(m, call, macro, name);
}

int sk_macro_add_builtins(struct sk_macro_reader *m)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_builtins); i++) {
		struct sk_macro *macro;
		uint32_t name;
		int r = sk_intern_add(m->names, sk_builtins[i].name, strlen(sk_builtins[i].name), &name);

		if (!r)
			r = sk_macro_set(m, name, NULL, 0, false, &macro);
		if (r)
			return r;
		sk_builtin_fill(macro, &sk_builtins[i]);
	}
	return 0;
}
