/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Macros that every reference policy has. What they come to is worked out without expanding them, as long as their bodies
 * are the ones written here, word for word but for white space where that means nothing, and m4's own macros in them are
 * m4's own.
 */
#include "syntax/te/macro-state.h"

#include <string.h>

static const struct {
	const char *name, *body;
	const char *needs;	/* m4's own macros in it */
	bool blanks;		/* white space and comments count */
} sk_known_macros[] = {
	[SK_KNOWN_OPTIONAL_POLICY] = { "optional_policy",
		"optional{`'pushdef(`__in_optional_policy')$1ifelse(`$2',`',`',`}else{$2')}`'popdef(`__in_optional_policy')`'"
		"ifndef(`__in_optional_policy',`", "", false },
	[SK_KNOWN_GEN_REQUIRE] = { "gen_require",
		"ifdef(`self_contained_policy',`ifdef(`__in_optional_policy',`require{$1}')',`require{$1}')", "", false },
	[SK_KNOWN_TUNABLE_POLICY] = { "tunable_policy",
		"gen_require(`declare_required_symbols(`$1')')if(`$1'){$2ifelse(`$3',`',`',`}else{$3')}", "", false },
	[SK_KNOWN_GEN_CONTEXT] = { "gen_context",
		"$1`'ifdef(`enable_mls',`:$2')`'ifdef(`enable_mcs',`:s0`'ifelse(`$3',,,`:$3')')", "ifdef ifelse", true },
	[SK_KNOWN_SHIFTN] = { "shiftn",
		"ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')", "ifelse shift decr", true },
	[SK_KNOWN_DECL_CATS] = { "decl_cats",
		"dnl\ncategory c$1;\nifelse(`$1',`$2',,`decl_cats(incr($1),$2)')dnl\n", "dnl ifelse incr", true },
};

/* White space and comments do not count. */
static bool sk_same_words(const struct sk_text *body, const char *want)
{
	const char *p = body->p, *end = p + body->n;

	for (; p < end; p++) {
		if (*p == '#') {
			p = memchr(p, '\n', (size_t)(end - p));
			if (!p)
				break;
		} else if (sk_macro_class[(unsigned char)*p] != SK_PIECE_SPACE && *p != *want++) {
			return false;
		}
	}
	return !*want;
}

static enum sk_known sk_known_find(const struct sk_macro_reader *m, uint32_t name, const struct sk_macro *macro)
{
	const char *text = sk_intern_str(m->names, name);

	for (size_t i = 1; i < SK_ARRAY_LEN(sk_known_macros); i++) {
		const char *body = sk_known_macros[i].body;

		if (strcmp(sk_known_macros[i].name, text) != 0)
			continue;
		if (sk_known_macros[i].blanks ? macro->body->n == strlen(body) && !memcmp(macro->body->p, body, macro->body->n)
					      : sk_same_words(macro->body, body))
			return (enum sk_known)i;
	}
	return SK_KNOWN_NONE;
}

/* m4's own macros have no body; there is no other way to have one of them. */
static bool sk_known_holds(const struct sk_macro_reader *m, enum sk_known known)
{
	const char *words = sk_known_macros[known].needs;

	for (size_t n; (n = sk_word_next(&words)); words += n) {
		uint32_t name = sk_intern_find(m->names, words, n);
		const struct sk_macro *macro = name == SK_INTERN_NONE ? NULL : sk_macro_find(m->state, name);

		if (!macro || !macro->builtin)
			return false;
	}
	return true;
}

enum sk_known sk_macro_known(const struct sk_macro_reader *m, uint32_t name)
{
	struct sk_macro *macro = name == SK_INTERN_NONE ? NULL : sk_macro_find(m->state, name);

	if (!macro || macro->builtin)
		return SK_KNOWN_NONE;
	if (!macro->asked)
		macro->known = (uint8_t)sk_known_find(m, name, macro);
	macro->asked = true;
	return macro->known && sk_known_holds(m, (enum sk_known)macro->known) ? (enum sk_known)macro->known : SK_KNOWN_NONE;
}
