/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration of a tree that has none: what its own `make conf` writes to modules.conf and booleans.conf. That
 * goes by the comments that document modules and by the text of declarations, whatever the settings, so it is done here
 * on text, not on statements: a module counts when its interface file begins with a summary, and is in the base when that
 * says it is required; a boolean is a line of one form, of calls to templates too, with the arguments put in place.
 */
#include "syntax/te/refpolicy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/input.h"

/* A text of the tree, the caller's; NULL where there is none. What cannot be read is told when it is parsed. */
static int sk_peek(struct sk_refpolicy *rp, char **ret_text, const char *fmt, ...) SK_PRINTF(3, 4);

static int sk_peek(struct sk_refpolicy *rp, char **ret_text, const char *fmt, ...)
{
	sk_auto_free char *name = NULL, *path = NULL;
	va_list args;
	size_t n;
	int r;

	*ret_text = NULL;
	va_start(args, fmt);
	r = vasprintf(&name, fmt, args);
	va_end(args);
	if (r < 0) {
		name = NULL;
		return -ENOMEM;
	}
	if (asprintf(&path, "%s/%s", rp->root, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = sk_read_path(path, 1u << 28, ret_text, &n);
	return r == -ENOMEM ? r : 0;
}

static int sk_peek_module(struct sk_refpolicy *rp, const struct sk_refpolicy_module *module, const char *ending,
			  char **ret_text)
{
	return sk_peek(rp, ret_text, "policy/modules/%s/%s.%s%s", module->layer, module->name, ending,
		       module->generated ? ".in" : "");
}

static size_t sk_line(const char *p)
{
	return strcspn(p, "\n");
}

static const char *sk_next_line(const char *p)
{
	p += sk_line(p);
	return p + (*p == '\n');
}

static const char *sk_skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\f\v");
}

static size_t sk_word(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

/* Modules */

static bool sk_is_comment(const char *line)
{
	line = sk_skip_blanks(line);
	return line[0] == '#' && line[1] == '#' && isspace((unsigned char)line[2]);
}

static bool sk_is_declaration(const char *line)
{
	line = sk_skip_blanks(line);
	return !strncmp(line, "interface(`", 11) || !strncmp(line, "template(`", 10);
}

/* The comment that an interface file begins with is its module's, unless an interface comes right after it. */
static enum sk_refpolicy_state sk_default_state(const char *interfaces)
{
	bool summary = false, required = false;
	const char *line = interfaces;

	while (*line && !sk_is_comment(line))
		line = sk_next_line(line);
	for (; sk_is_comment(line); line = sk_next_line(line)) {
		const char *tag = memmem(line, sk_line(line), "<required", 9);
		const char *close = tag ? memchr(tag, '>', sk_line(tag)) : NULL;

		summary |= memmem(line, sk_line(line), "<summary>", 9) != NULL;
		required |= close && memmem(tag, (size_t)(close - tag), "val=\"true\"", 10);
	}
	if (!summary || sk_is_declaration(line))
		return SK_REFPOLICY_OFF;
	return required ? SK_REFPOLICY_BASE : SK_REFPOLICY_MODULE;
}

int sk_refpolicy_default_states(struct sk_refpolicy *rp)
{
	for (size_t i = 0; i < rp->n_modules; i++) {
		sk_auto_free char *text = NULL;
		int r = sk_peek_module(rp, &rp->modules[i], "if", &text);

		if (r)
			return r;
		rp->modules[i].state = text && !rp->modules[i].alone ? sk_default_state(text) : SK_REFPOLICY_OFF;
	}
	return 0;
}

/* Booleans */

enum {
	MOST_CALLS = 9999,	/* of templates in one file, where the tree's own tool gives up */
	MOST_DEEP = 50,
};

struct sk_default_booleans {
	struct sk_refpolicy *rp;
	const struct sk_refpolicy_module **modules;	/* by layer and name */
	char **interfaces;		/* their files' texts; NULL where there is none */
	struct sk_buf kinds[2];		/* gen_bool, gen_tunable: "name = value" */
	size_t n_calls;
	bool lost;			/* a template that nobody declares: nothing of the file counts */
};

/* From the line after "template(`NAME',`" to one that begins with "')". NULL where there is none. */
static const char *sk_find_template(const struct sk_default_booleans *d, const char *name, size_t n)
{
	for (size_t i = 0; i < d->rp->n_modules; i++)
		for (const char *line = d->interfaces[i]; line && *line; line = sk_next_line(line)) {
			const char *p = line + 10 + n;

			if (strncmp(line, "template(`", 10) || strncmp(line + 10, name, n) || strncmp(p, "',", 2))
				continue;
			p = sk_skip_blanks(p + 2);
			if (*p == '`')
				return sk_next_line(line);
		}
	return NULL;
}

/* gen_bool(`NAME', VALUE) or gen_tunable. */
static void sk_read_boolean(struct sk_default_booleans *d, const char *p)
{
	bool tunable = !strncmp(p, "gen_tunable(", 12);
	const char *name, *value;
	size_t n, n_value;

	if (!tunable && strncmp(p, "gen_bool(", 9))
		return;
	p = sk_skip_blanks(p + (tunable ? 12 : 9));
	name = sk_skip_blanks(p + (*p == '`'));
	n = sk_word(name);
	p = sk_skip_blanks(name + n);
	p = sk_skip_blanks(p + (*p == '\''));
	value = sk_skip_blanks(p + (*p == ','));
	n_value = sk_word(value);
	if (!n || *p != ',' || *sk_skip_blanks(value + n_value) != ')' ||
	    !((n_value == 4 && !strncmp(value, "true", 4)) || (n_value == 5 && !strncmp(value, "false", 5))))
		return;
	sk_buf_printf(&d->kinds[tunable], "%.*s = %.*s\n", (int)n, name, (int)n_value, value);
}

/* The words of a call are what stands between other characters than these, without blanks around. */
struct sk_call {
	const char *words[10];
	int n_words[10];
	unsigned int n;
};

static void sk_split_call(const char *line, size_t n, struct sk_call *call)
{
	const char *end = line + n;

	call->n = 0;
	for (const char *p = line; p < end && call->n < SK_ARRAY_LEN(call->words);) {
		const char *word = p;

		while (p < end && (isalnum((unsigned char)*p) || (*p && strchr("_\" {}", *p))))
			p++;
		if (p > word) {
			const char *last = p;

			while (word < last && *word == ' ')
				word++;
			while (last > word && last[-1] == ' ')
				last--;
			call->words[call->n] = word;
			call->n_words[call->n++] = (int)(last - word);
		} else {
			p++;
		}
	}
}

/* Whether the line begins with NAME_template(WORD, ...), the closing parenthesis on it. */
static bool sk_is_call(const char *p, size_t n_line)
{
	size_t n = sk_word(p);
	const char *after = sk_skip_blanks(p + n + (p[n] == '('));

	if (n < 9 || strncmp(p + n - 9, "_template", 9) || p[n] != '(')
		return false;
	after = sk_skip_blanks(after + sk_word(after));
	return (*after == ',' || *after == ')') && memchr(after, ')', n_line - (size_t)(after - p));
}

static void sk_read_booleans(struct sk_default_booleans *d, const char *text, unsigned int depth);

static void sk_read_call(struct sk_default_booleans *d, const char *p, size_t n_line, unsigned int depth)
{
	const char *body = sk_find_template(d, p, sk_word(p));
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	struct sk_call call;

	d->lost |= !body;
	if (!body || depth == MOST_DEEP || d->n_calls++ == MOST_CALLS)
		return;
	sk_split_call(p, n_line, &call);
	for (; *body && strncmp(body, "')", 2); body = sk_next_line(body)) {
		for (const char *c = body, *end = body + sk_line(body); c < end; c++) {
			unsigned int param = c[0] == '$' && isdigit((unsigned char)c[1]) ? (unsigned int)(c[1] - '0') : 0;

			if (param && param < call.n)
				sk_buf_add(&text, call.words[param], (size_t)call.n_words[param]);
			else
				sk_buf_addc(&text, *c);
			c += param && param < call.n;
		}
		sk_buf_addc(&text, '\n');
	}
	if (sk_buf_str(&text))
		sk_read_booleans(d, text.data, depth + 1);
	else
		sk_buf_fail(&d->kinds[0], -ENOMEM);
}

static void sk_read_booleans(struct sk_default_booleans *d, const char *text, unsigned int depth)
{
	for (const char *line = text; line && *line && !d->lost; line = sk_next_line(line)) {
		const char *p = sk_skip_blanks(line);
		size_t n_line = sk_line(p);

		if (sk_is_call(p, n_line))
			sk_read_call(d, p, n_line, depth);
		else
			sk_read_boolean(d, p);
	}
}

static void sk_read_booleans_of_file(struct sk_default_booleans *d, const char *text)
{
	size_t n[2] = { d->kinds[0].n, d->kinds[1].n };

	d->n_calls = 0;
	d->lost = false;
	sk_read_booleans(d, text, 0);
	for (size_t i = 0; i < 2 && d->lost; i++)
		d->kinds[i].n = n[i];
}

static int sk_compare_layers(const void *a, const void *b)
{
	const struct sk_refpolicy_module *x = *(const struct sk_refpolicy_module *const *)a;
	const struct sk_refpolicy_module *y = *(const struct sk_refpolicy_module *const *)b;
	int order = strcmp(x->layer, y->layer);

	return order ? order : strcmp(x->name, y->name);
}

static int sk_read_all_booleans(struct sk_default_booleans *d)
{
	static const char *const files[] = { "policy/global_tunables", "policy/global_booleans" };
	struct sk_refpolicy *rp = d->rp;
	int r = 0;

	for (size_t i = 0; i < rp->n_modules; i++)
		d->modules[i] = &rp->modules[i];
	qsort(d->modules, rp->n_modules, sizeof(*d->modules), sk_compare_layers);
	for (size_t i = 0; i < rp->n_modules && !r; i++)
		r = sk_peek_module(rp, d->modules[i], "if", &d->interfaces[i]);
	for (size_t i = 0; i < rp->n_modules + SK_ARRAY_LEN(files) && !r; i++) {
		sk_auto_free char *text = NULL;

		if (i >= rp->n_modules)
			r = sk_peek(rp, &text, "%s", files[i - rp->n_modules]);
		else if (d->interfaces[i])
			r = sk_peek_module(rp, d->modules[i], "te", &text);
		if (text)
			sk_read_booleans_of_file(d, text);
	}
	return r;
}

static int sk_default_booleans(struct sk_refpolicy *rp)
{
	struct sk_default_booleans d = { .rp = rp, .kinds = { SK_BUF_INIT, SK_BUF_INIT } };
	int r = -ENOMEM;

	d.interfaces = calloc(rp->n_modules + 1, sizeof(*d.interfaces));
	d.modules = calloc(rp->n_modules + 1, sizeof(*d.modules));
	if (d.interfaces && d.modules)
		r = sk_read_all_booleans(&d);
	if (d.kinds[1].n)
		sk_buf_add(&d.kinds[0], d.kinds[1].data, d.kinds[1].n);
	if (!r && !d.kinds[1].failed && sk_buf_str(&d.kinds[0]))
		rp->booleans = sk_arena_strndup(&rp->arena, d.kinds[0].data, d.kinds[0].n);
	for (size_t i = 0; d.interfaces && i < rp->n_modules; i++)
		free(d.interfaces[i]);
	free(d.interfaces);
	free(d.modules);
	sk_buf_done(&d.kinds[0]);
	sk_buf_done(&d.kinds[1]);
	return r ? r : rp->booleans ? 0 : -ENOMEM;
}

int sk_refpolicy_booleans(struct sk_refpolicy *rp, bool derive, const char **ret_text)
{
	struct sk_source *source = NULL;
	int r = rp->booleans ? 0 : sk_refpolicy_load(rp, false, &source, "policy/booleans.conf");

	if (!r && source)
		rp->booleans = source->text;
	else if (!r && !rp->booleans && derive)
		r = sk_default_booleans(rp);
	*ret_text = rp->booleans;
	return r;
}
