/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SELint's configuration file: NAME = "value" and NAME = { a, "b" }, with comments by #, // and between slash and star.
 * Names it does not have are refused with the nearest one; SELint stops at those, too.
 */
#include <errno.h>
#include <stdio.h>

#include "lint/lint.h"

struct sk_config_reader {
	struct sk_lint *l;
	const struct sk_source *source;
	const char *p, *limit;
	bool refused;
};

void sk_lint_config_init(struct sk_lint_config *config)
{
	static const uint8_t order[] = { SK_DECL_BOOL, SK_DECL_CLASS, SK_DECL_ROLE, SK_DECL_ATTRIBUTE_ROLE,
					 SK_DECL_ATTRIBUTE, SK_DECL_TYPE };

	*config = (struct sk_lint_config){ .level = -1, .requires_by_name = true, .skip_generated = true };
	memcpy(config->requires_order, order, sizeof(order));
}

void sk_lint_config_done(struct sk_lint_config *config)
{
	free(config->disable.words);
	free(config->enable_normal.words);
	free(config->enable_source.words);
	free(config->assume_users.words);
	free(config->assume_roles.words);
	free(config->fc_macros.words);
	free(config->te_macros.words);
}

static void sk_refuse(struct sk_config_reader *c, const char *at, size_t length, const char *fmt, ...)
	SK_PRINTF(4, 5);

static void sk_refuse(struct sk_config_reader *c, const char *at, size_t length, const char *fmt, ...)
{
	struct sk_place place;
	va_list args;

	sk_sources_place(&c->l->sources, c->source->base + (uint32_t)(at - c->source->text), (uint32_t)length, &place);
	va_start(args, fmt);
	sk_verror(c->l->diags, "E0161", &place, fmt, args);
	va_end(args);
	c->refused = true;
}

static void sk_config_skip(struct sk_config_reader *c)
{
	while (c->p < c->limit) {
		if (strchr(" \t\r\n", *c->p)) {
			c->p++;
		} else if (*c->p == '#' || (*c->p == '/' && c->p[1] == '/')) {
			c->p = memchr(c->p, '\n', (size_t)(c->limit - c->p)) ?: c->limit;
		} else if (*c->p == '/' && c->p[1] == '*') {
			const char *end = memmem(c->p + 2, (size_t)(c->limit - c->p - 2), "*/", 2);

			c->p = end ? end + 2 : c->limit;
		} else {
			return;
		}
	}
}

/* A word, or a string in quotes; NULL when there is none, and said so. */
static const char *sk_config_word(struct sk_config_reader *c)
{
	const char *start, *word;
	char quote;

	sk_config_skip(c);
	start = c->p;
	quote = c->p < c->limit && (*c->p == '"' || *c->p == '\'') ? *c->p : '\0';
	if (quote) {
		const char *end = memchr(c->p + 1, quote, (size_t)(c->limit - c->p - 1));

		if (!end) {
			sk_refuse(c, c->p, 1, "this quote does not end");
			c->p = c->limit;
			return NULL;
		}
		start++;
		c->p = end + 1;
		word = sk_arena_strndup(&c->l->arena, start, (size_t)(end - start));
	} else {
		while (c->p < c->limit && !strchr(" \t\r\n{},=#\"'", *c->p))
			c->p++;
		if (c->p == start) {
			sk_refuse(c, start, start < c->limit, "expected a word");
			return NULL;
		}
		word = sk_arena_strndup(&c->l->arena, start, (size_t)(c->p - start));
	}
	if (!word)
		c->l->error = -ENOMEM;
	return word;
}

static void sk_config_list(struct sk_config_reader *c, struct sk_lint_words *to)
{
	to->n = 0;
	sk_config_skip(c);
	if (c->p == c->limit || *c->p != '{') {
		sk_refuse(c, c->p, c->p < c->limit, "expected a list in braces");
		return;
	}
	for (c->p++;;) {
		const char *word;

		sk_config_skip(c);
		if (c->p < c->limit && (*c->p == ',' || *c->p == '}')) {
			if (*c->p++ == '}')
				return;
			continue;
		}
		word = sk_config_word(c);
		if (!word || sk_grow(&to->words, &to->cap, to->n + 1, sizeof(*to->words))) {
			c->l->error = c->refused ? 0 : -ENOMEM;
			return;
		}
		to->words[to->n++] = word;
	}
}

/* The number of a value among words; said when it is none of them. */
static int sk_config_choice(struct sk_config_reader *c, const char *const *words, int n)
{
	const char *at, *word;

	sk_config_skip(c);
	at = c->p;
	word = sk_config_word(c);
	for (int i = 0; word && i < n; i++)
		if (!strcasecmp(words[i], word))
			return i;
	if (word)
		sk_refuse(c, at, (size_t)(c->p - at), "'%s' is no value of this", word);
	return -1;
}

static void sk_config_bool(struct sk_config_reader *c, bool *ret)
{
	static const char *const words[] = { "false", "true", "no", "yes" };
	int i = sk_config_choice(c, words, (int)SK_ARRAY_LEN(words));

	if (i >= 0)
		*ret = i & 1;
}

static void sk_config_requires(struct sk_config_reader *c, struct sk_lint_config *config)
{
	static const char *const words[] = { "type", "attribute", "attribute_role", "role", "class", "bool" };
	struct sk_lint_words list = { 0 };
	const char *at = c->p;
	unsigned int seen = 0;

	sk_config_list(c, &list);
	for (size_t i = 0; i < list.n && i < SK_ARRAY_LEN(words); i++)
		for (uint8_t k = 0; k < SK_ARRAY_LEN(words); k++)
			if (!strcmp(words[k], list.words[i])) {
				config->requires_order[i] = k;
				seen |= 1u << k;
			}
	if (!c->refused && (list.n != SK_ARRAY_LEN(words) || seen != (1u << SK_ARRAY_LEN(words)) - 1))
		sk_refuse(c, at, 1, "the order takes each of attribute, attribute_role, bool, class, role and type once");
	free(list.words);
}

enum sk_config_key {
	SK_KEY_SEVERITY, SK_KEY_DISABLE, SK_KEY_NORMAL, SK_KEY_SOURCE, SK_KEY_USERS, SK_KEY_ROLES, SK_KEY_FC_MACROS,
	SK_KEY_TE_MACROS, SK_KEY_ORDER, SK_KEY_REQUIRES, SK_KEY_BY_NAME, SK_KEY_GENERATED, SK_N_KEYS,
};

static const char *const sk_config_keys[] = {
	"severity", "disable", "enable_normal", "enable_source", "assume_users", "assume_roles", "custom_fc_macros",
	"custom_te_simple_macros", "ordering_rules", "ordering_requires", "ordering_requires_same_flavor",
	"skip_checking_generated_fcs",
};

static const char *sk_key_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_config_keys[i];
}

static void sk_config_value(struct sk_config_reader *c, struct sk_lint_config *config, unsigned int key)
{
	static const char *const levels[] = { "convention", "style", "warning", "error", "fatal" };
	static const char *const orders[] = { "refpolicy-lax", "refpolicy-light", "refpolicy" };
	int i;

	switch (key) {
	case SK_KEY_SEVERITY:
		i = sk_config_choice(c, levels, (int)SK_ARRAY_LEN(levels));
		if (i >= 0)
			config->level = SELKIE_LINT_CONVENTION + i;
		break;
	case SK_KEY_ORDER:
		i = sk_config_choice(c, orders, (int)SK_ARRAY_LEN(orders));
		if (i >= 0)
			config->order = (enum sk_lint_order)i;
		break;
	case SK_KEY_DISABLE: sk_config_list(c, &config->disable); break;
	case SK_KEY_NORMAL: sk_config_list(c, &config->enable_normal); break;
	case SK_KEY_SOURCE: sk_config_list(c, &config->enable_source); break;
	case SK_KEY_USERS: sk_config_list(c, &config->assume_users); break;
	case SK_KEY_ROLES: sk_config_list(c, &config->assume_roles); break;
	case SK_KEY_FC_MACROS: sk_config_list(c, &config->fc_macros); break;
	case SK_KEY_TE_MACROS: sk_config_list(c, &config->te_macros); break;
	case SK_KEY_REQUIRES: sk_config_requires(c, config); break;
	case SK_KEY_BY_NAME: sk_config_bool(c, &config->requires_by_name); break;
	case SK_KEY_GENERATED: sk_config_bool(c, &config->skip_generated); break;
	}
}

static void sk_config_row(struct sk_config_reader *c, struct sk_lint_config *config)
{
	const char *at = c->p, *word = sk_config_word(c);
	size_t key, near;

	if (!word)
		return;
	for (key = 0; key < SK_N_KEYS && strcmp(sk_config_keys[key], word); key++)
		;
	if (key == SK_N_KEYS) {
		near = sk_nearest_name(word, SK_N_KEYS, sk_key_at, NULL);
		sk_refuse(c, at, (size_t)(c->p - at), "there is no setting '%s'%s%s%s", word,
			  near == SIZE_MAX ? "" : "; did you mean '", near == SIZE_MAX ? "" : sk_config_keys[near],
			  near == SIZE_MAX ? "" : "'?");
		return;
	}
	sk_config_skip(c);
	if (c->p == c->limit || *c->p != '=') {
		sk_refuse(c, c->p, c->p < c->limit, "expected '='");
		return;
	}
	c->p++;
	sk_config_value(c, config, (unsigned int)key);
}

int sk_lint_config_read(struct sk_lint_config *config, struct sk_lint *l, const char *path)
{
	struct sk_config_reader c = { .l = l };
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = path };
	struct sk_source *source;
	int r;

	r = sk_sources_load(&l->sources, path, NULL, l->diags, &source);
	if (r < 0 && r != -ENOMEM) {
		sk_error(l->diags, "E0162", &place, "cannot be read: %s", strerror(-r));
		return SELKIE_LINT_REFUSED;
	}
	if (r)
		return r < 0 ? r : SELKIE_LINT_REFUSED;
	c.source = source;
	c.p = source->text;
	c.limit = source->text + source->size;
	for (sk_config_skip(&c); c.p < c.limit && !c.refused && !l->error; sk_config_skip(&c))
		sk_config_row(&c, config);
	return l->error ? l->error : c.refused ? SELKIE_LINT_REFUSED : 0;
}
