/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths from patterns: a small recursive walk that knows groups, branches, classes and quantifiers, and need not be
 * right about any of them: a path that misses its pattern is as good a question as one that fits.
 */
#include "generate.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

unsigned int generator_below(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)((seed >> 33) % n);
}

void generator_seed(uint64_t from)
{
	seed = from * 2654435761u + 1;
}

static void add(struct generated *t, char c)
{
	if (t->n < sizeof(t->s) - 1)
		t->s[t->n++] = c;
}

/* Words that patterns like to see, and some that they do not. */
/* clang-format off */
static const char *const words[] = {
	"a", "x", "lib", "lib64", "bin", "sbin", "man", "cache", "log", "foo.so", "bar.so.1.2", "x.cgi", "www",
	"index.html", ".ssh", "tmp", "cron.d", "0", "17", "tty0", "foo-bar", "a.service", "etc", "share", "doc",
	"README", "jre", "java", "x.jar", "\xc3\xa9", "new\nline", "b c", "default", "home", "user",
};
/* clang-format on */

static void add_word(struct generated *t)
{
	for (const char *w = words[generator_below(sizeof(words) / sizeof(*words))]; *w; w++)
		add(t, *w);
}

static const char *expand(struct generated *t, const char *p, int depth);

/* The end of a class; p is after the bracket. */
static const char *class_end(const char *p)
{
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p && *p != ']')
		p += *p == '\\' && p[1] ? 2 : 1;
	return *p ? p + 1 : p;
}

static void add_member(struct generated *t, const char *p, const char *end)
{
	if (*p == '^') {
		add(t, "abz09.-_"[generator_below(8)]);
	} else if (end > p + 1) {
		const char *m = p + generator_below((unsigned int)(end - p - 1));

		if (m[1] == '-' && m + 2 < end - 1 && (unsigned char)m[2] > (unsigned char)*m)
			add(t, (char)(*m + (char)generator_below((unsigned int)(m[2] - *m + 1))));
		else
			add(t, *m == '\\' ? '.' : *m);
	}
}

/* One atom; returns what follows. With `silent` nothing is added. */
static const char *expand_atom(struct generated *t, const char *p, int depth, int silent)
{
	struct generated spare = { .n = 0 }, *to = silent ? &spare : t;
	const char *end;

	switch (*p) {
	case '\\':
		if (p[1])
			add(to, p[1]);
		return p[1] ? p + 2 : p + 1;
	case '.':
		if (p[1] == '*' || p[1] == '+') {
			unsigned int n = generator_below(4);

			while (n--) {
				add_word(to);
				if (!generator_below(2))
					add(to, '/');
			}
		} else {
			add(to, "ax/.0"[generator_below(5)]);
		}
		return p + 1;
	case '[':
		end = class_end(p + 1);
		add_member(to, p + 1, end);
		return end;
	case '(':
		p++;
		if (p[0] == '?' && p[1] == ':')
			p += 2;
		end = expand(to, p, depth + 1);
		return *end == ')' ? end + 1 : end;
	default:
		add(to, *p);
		return p + 1;
	}
}

static const char *quantifier_end(const char *p)
{
	if (*p == '{') {
		while (*p && *p != '}')
			p++;
		return *p ? p + 1 : p;
	}
	while (*p && strchr("*+?", *p))
		p++;
	return p;
}

/* One branch up to the end of the group; of several branches one is kept. */
static const char *expand(struct generated *t, const char *p, int depth)
{
	size_t start = t->n;
	unsigned int branches = 1;
	struct generated kept;

	kept.n = 0;
	while (*p && *p != ')') {
		const char *atom = p, *q;
		unsigned int n = 1;

		if (*p == '|') {
			if (!generator_below(branches++) || branches == 2) {
				memcpy(kept.s, t->s + start, t->n - start);
				kept.n = t->n - start;
			}
			t->n = start;
			p++;
			continue;
		}
		q = expand_atom(t, p, depth, 1);
		if (*q == '*' && *p != '.')
			n = generator_below(4);
		else if (*q == '+' && *p != '.')
			n = 1 + generator_below(3);
		else if (*q == '?')
			n = generator_below(2);
		else if (*q == '{')
			n = (unsigned int)strtoul(q + 1, NULL, 10) + generator_below(2);
		while (n-- && depth < 8)
			expand_atom(t, atom, depth, 0);
		p = quantifier_end(q);
	}
	if (branches > 1 && generator_below(branches)) {
		memcpy(t->s + start, kept.s, kept.n);
		t->n = start + kept.n;
	}
	return p;
}

static void insert(struct generated *t, size_t at, char c)
{
	if (t->n >= sizeof(t->s) - 1)
		return;
	memmove(t->s + at + 1, t->s + at, t->n - at);
	t->s[at] = c;
	t->n++;
}

static void spoil(struct generated *t)
{
	size_t at = t->n ? generator_below((unsigned int)t->n) : 0;

	switch (generator_below(12)) {
	case 0:
		add(t, '/');
		break;
	case 1:
		insert(t, at, '/');
		break;
	case 2:
		add(t, '/');
		add_word(t);
		break;
	case 3:
		add_word(t);
		break;
	case 4:
		if (t->n > 1)
			t->n--;
		break;
	case 5:
		insert(t, at, "ax.-_0/\n"[generator_below(8)]);
		break;
	case 6:
		if (t->n)
			t->s[at] = (char)toupper((unsigned char)t->s[at]);
		break;
	case 7:
		if (t->n > 2)
			t->n = 1 + at;
		break;
	case 8:
		add(t, '\n');
		break;
	}
}

int generator_init(struct generator *g, const char *file_contexts)
{
	FILE *f = fopen(file_contexts, "re");
	size_t cap = 0, room = 0;
	char *line = NULL;

	memset(g, 0, sizeof(*g));
	if (!f)
		return -1;
	while (getline(&line, &cap, f) > 0) {
		if (*line != '/')
			continue;
		line[strcspn(line, " \t\n")] = '\0';
		if (g->n_patterns == room) {
			room = room ? room * 2 : 1024;
			g->patterns = realloc(g->patterns, room * sizeof(*g->patterns));
			if (!g->patterns)
				abort();
		}
		g->patterns[g->n_patterns++] = strdup(line);
	}
	fclose(f);
	free(line);
	return 0;
}

void generator_done(struct generator *g)
{
	for (size_t i = 0; i < g->n_patterns; i++)
		free(g->patterns[i]);
	free(g->patterns);
}

void generator_path(const char *pattern, struct generated *t)
{
	t->n = 0;
	expand(t, pattern, 0);
	while (generator_below(2))
		spoil(t);
	if (!t->n)
		add(t, '/');
	t->s[t->n] = '\0';
}
