/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read of any bytes, as a kernel policy or as a module package, is printed in every language; and JSON is JSON.
 */
#include <stdbool.h>
#include <string.h>

#include "module.h"
#include "selkie/selkie.h"
#include "unit/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text that is taken apart from its beginning. */
struct text {
	const char *p, *end;
};

static bool value(struct text *t, unsigned int depth);

static void blanks(struct text *t)
{
	while (t->p < t->end && strchr(" \t\r\n", *t->p))
		t->p++;
}

static bool word(struct text *t, const char *s)
{
	size_t n = strlen(s);

	blanks(t);
	if ((size_t)(t->end - t->p) < n || memcmp(t->p, s, n) != 0)
		return false;
	t->p += n;
	return true;
}

static bool hex(struct text *t)
{
	for (int i = 0; i < 4; i++)
		if (t->p == t->end || !strchr("0123456789abcdefABCDEF", *t->p++))
			return false;
	return true;
}

/* The bytes that follow the first of a character of several, which are in UTF-8 alone. */
static bool continued(struct text *t, unsigned char first)
{
	int n = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;

	for (; n > 0; n--)
		if (t->p == t->end || ((unsigned char)*t->p++ & 0xc0) != 0x80)
			return false;
	return !n;
}

static bool string(struct text *t)
{
	if (!word(t, "\""))
		return false;
	while (t->p < t->end) {
		unsigned char c = (unsigned char)*t->p++;

		if (c == '"')
			return true;
		if (c < ' ' || !continued(t, c))
			return false;
		if (c != '\\')
			continue;
		if (t->p == t->end || !strchr("\"\\/bfnrtu", *t->p) || (*t->p++ == 'u' && !hex(t)))
			return false;
	}
	return false;
}

static bool number(struct text *t)
{
	const char *from = t->p;

	blanks(t);
	while (t->p < t->end && strchr("+-.0123456789eE", *t->p))
		t->p++;
	return t->p > from;
}

/* What stands between `open` and `close`, with commas between the members. */
static bool members(struct text *t, const char *open, const char *close, bool named, unsigned int depth)
{
	if (!word(t, open))
		return false;
	if (word(t, close))
		return true;
	do
		if (named ? !string(t) || !word(t, ":") || !value(t, depth + 1) : !value(t, depth + 1))
			return false;
	while (word(t, ","));
	return word(t, close);
}

static bool value(struct text *t, unsigned int depth)
{
	blanks(t);
	if (t->p == t->end || depth > 64)
		return false;
	if (*t->p == '{')
		return members(t, "{", "}", true, depth);
	if (*t->p == '[')
		return members(t, "[", "]", false, depth);
	if (*t->p == '"')
		return string(t);
	return word(t, "true") || word(t, "false") || word(t, "null") || number(t);
}

static void expect_json(const char *s, size_t n)
{
	struct text t = { s, s + n };

	if (!value(&t, 0))
		abort();
	blanks(&t);
	if (t.p != t.end)
		abort();
}

static void print_policy(const selkie_policy *policy)
{
	static const enum selkie_print_language languages[] = { SELKIE_PRINT_CONF, SELKIE_PRINT_CIL, SELKIE_PRINT_JSON };

	for (size_t i = 0; i < SK_ARRAY_LEN(languages); i++) {
		struct selkie_print_options options = SELKIE_PRINT_OPTIONS_INIT;
		char *text;
		size_t n;

		options.language = languages[i];
		options.order = i % 2 ? SELKIE_PRINT_SORTED : SELKIE_PRINT_IN_ORDER;
		if (selkie_policy_print_memory(policy, &options, NULL, &text, &n))
			abort();
		if (languages[i] == SELKIE_PRINT_JSON)
			expect_json(text, n);
		free(text);
	}
}

static void print_module(struct sk_space *space, const void *data, size_t size)
{
	struct sk_buf out = SK_BUF_INIT;
	struct sk_unit unit;

	if (sk_module_read(space, data, size, "fuzz", 1, &unit))
		return;
	if (sk_unit_print_json(&unit, &out) || out.failed)
		abort();
	expect_json(out.data, out.n);
	out.n = 0;
	if (sk_unit_print_cil(&unit, &out) || sk_unit_print_te(&unit, &out) || sk_unit_print_fc(&unit, &out) || out.failed)
		abort();
	sk_unit_done(&unit);
	sk_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy;

	if (!diags)
		abort();
	if (!selkie_policy_read_memory(data, size, "fuzz", diags, &policy)) {
		print_policy(policy);
		selkie_policy_free(policy);
	} else {
		fuzz_module(data, size, print_module);
	}
	selkie_diagnostics_free(diags);
	return 0;
}
