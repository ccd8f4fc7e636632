/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces as declarations: which arguments a call must have, by the parameters that the body uses and the comments
 * that document them (## <param name="domain">). One is not needed when its comment says optional or unused, or when the
 * body asks whether it is there; then m4's empty text in its place is what the author means.
 */
#include "syntax/te/macro-state.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void sk_count_params(struct sk_macro *macro)
{
	const char *p = macro->body->p, *end = p + macro->body->n;
	unsigned long n, most = 0;

	macro->counted = true;
	while ((p = memchr(p, '$', (size_t)(end - p))) && ++p < end) {
		if (*p == '*' || *p == '@' || *p == '#')
			return;
		for (n = 0; p < end && isdigit((unsigned char)*p) && n < 1000; p++)
			n = n * 10 + (unsigned long)(*p - '0');
		most = SK_MAX(most, n);
	}
	macro->n_params = (uint8_t)SK_MIN(most, 200ul);
}

/* Whether the text has ifelse or ifdef of that parameter, or uses it nowhere. */
static bool sk_is_tested(const struct sk_text *body, uint32_t param)
{
	static const char *const tests[] = { "ifelse(`$%u'", "ifelse($%u,", "ifdef(`$%u'", "ifndef(`$%u'" };
	char word[32];
	bool used = false;

	for (size_t i = 0; i < SK_ARRAY_LEN(tests); i++) {
		int n = snprintf(word, sizeof(word), tests[i], param);

		if (memmem(body->p, body->n, word, (size_t)n))
			return true;
	}
	snprintf(word, sizeof(word), "$%u", param);
	for (const char *p = body->p, *end = p + body->n; (p = memmem(p, (size_t)(end - p), word, strlen(word)));) {
		p += strlen(word);
		used |= p == end || !isdigit((unsigned char)*p);
	}
	return !used;
}

/* The comment of the n-th parameter, in the lines of comment before the declaration: from "<param" on, to the line's end. */
static const char *sk_find_doc(const struct sk_source *source, uint32_t addr, uint32_t param, size_t *ret_n)
{
	const char *text = source->text, *p = text + (addr - source->base), *first, *end;
	uint32_t n = 0;

	/* Back over lines that begin with ##, to the first of them. */
	while (p > text && p[-1] != '\n')
		p--;
	for (end = first = p; first > text;) {
		const char *line = first - 1;

		while (line > text && line[-1] != '\n')
			line--;
		if (*line != '#')
			break;
		first = line;
	}
	while (first < end && (p = memmem(first, (size_t)(end - first), "<param", 6))) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (++n == param) {
			*ret_n = (size_t)((nl ? nl : end) - p);
			return p;
		}
		first = p + 6;
	}
	return NULL;
}

static bool sk_is_optional(const char *doc, size_t n)
{
	return memmem(doc, n, "optional=\"true\"", 15) || memmem(doc, n, "unused=\"true\"", 13);
}

/* name="..." of a comment. */
static size_t sk_doc_name(const char *doc, size_t n, const char **ret_name)
{
	const char *p = memmem(doc, n, "name=\"", 6), *quote;

	if (!p)
		return 0;
	p += 6;
	quote = memchr(p, '"', (size_t)(doc + n - p));
	*ret_name = p;
	return quote ? (size_t)(quote - p) : 0;
}

static void sk_complain_missing(struct sk_macro_reader *m, const struct sk_macro *macro, const struct sk_expansion *call,
				uint32_t param, const char *doc, size_t n)
{
	const char *name = NULL, *interface = sk_intern_str(m->names, call->name);
	size_t n_name = doc ? sk_doc_name(doc, n, &name) : 0;
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place(m->sources, call->addr, (uint32_t)strlen(interface), &place);
	d = sk_error(m->diags, "E0153", &place, "argument %u of '%s' is missing%s%.*s", param, interface, n_name ? ": " : "",
		     (int)SK_MIN(n_name, 60u), n_name ? name : "");
	sk_sources_note_expansion(m->sources, m->names, m->diags, d, call->parent);
	sk_sources_place_statement(m->sources, macro->addr, &place);
	sk_diag_note(m->diags, d, &place, "declared here");
}

/* Whether the body, or the comment of the parameter, says that it is not needed. Else *ret_doc is that comment, or NULL. */
static bool sk_is_spare(const struct sk_macro_reader *m, struct sk_macro *macro, uint32_t param, const char **ret_doc,
			size_t *ret_n)
{
	const uint32_t bit = param <= 32 ? 1u << (param - 1) : 0;
	const struct sk_source *source;
	bool spare = macro->spare & bit;

	*ret_doc = NULL;
	if (!spare)
		spare = sk_is_tested(macro->body, param);
	if (!spare) {
		source = sk_sources_find(m->sources, macro->addr);
		*ret_doc = source ? sk_find_doc(source, macro->addr, param, ret_n) : NULL;
		spare = *ret_doc && sk_is_optional(*ret_doc, *ret_n);
	}
	if (spare)
		macro->spare |= bit;
	return spare;
}

bool sk_interface_check(struct sk_macro_reader *m, struct sk_macro *macro, const struct sk_expansion *call,
			const struct sk_arg *args, uint32_t n_args)
{
	const char *doc;
	size_t n = 0;

	if (!macro->counted)
		sk_count_params(macro);
	for (uint32_t i = 1; i <= macro->n_params; i++) {
		if ((i <= n_args && args[i].text->n) || sk_is_spare(m, macro, i, &doc, &n))
			continue;
		sk_complain_missing(m, macro, call, i, doc, n);
		return false;
	}
	return true;
}

void sk_interface_cycle(struct sk_macro_reader *m, struct sk_macro *macro, const struct sk_expansion *call)
{
	const char *name = sk_intern_str(m->names, call->name);
	struct sk_place place;
	struct sk_diag *d;

	macro->cyclic = true;
	sk_sources_place(m->sources, call->addr, (uint32_t)strlen(name), &place);
	d = sk_error(m->diags, "E0152", &place, "'%s' calls itself without end", name);
	sk_sources_place_statement(m->sources, macro->addr, &place);
	sk_diag_note(m->diags, d, &place, "declared here");
	/* Once round, from the call to the one before. */
	for (uint32_t i = call->parent; i; i = m->sources->expansions[i].parent) {
		const struct sk_expansion *e = &m->sources->expansions[i];

		if (e->name == call->name)
			break;
		sk_sources_place(m->sources, e->addr, m->names->entries[e->name].n, &place);
		sk_diag_note(m->diags, d, &place, "by way of '%s', called here", sk_intern_str(m->names, e->name));
	}
}
