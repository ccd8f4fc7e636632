/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of checks: sections "[name]" and lines "key = value", as Python's configparser reads them for sechecker: keys in
 * any case, a colon for the equals sign, values that go on over indented lines, comments behind '#' or ';' at the
 * beginning of a line. What a section lacks or has too much is told at once, for all sections.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/word.h"
#include "query/checks.h"

#define CHECKS_SIZE_MAX ((size_t)16 << 20)

static const char *const sk_key_words[SK_N_CHECK_KEYS] = {
	[SK_CHECK_TYPE] = "check_type", [SK_CHECK_DESC] = "desc", [SK_CHECK_DISABLE] = "disable", [SK_CHECK_ID] = "id",
	[SK_CHECK_SEVERITY] = "severity", [SK_CHECK_RATIONALE] = "rationale", [SK_CHECK_FIX] = "fix",
	[SK_CHECK_SOURCE] = "source", [SK_CHECK_TARGET] = "target", [SK_CHECK_TCLASS] = "tclass",
	[SK_CHECK_PERMS] = "perms", [SK_CHECK_EXEMPT_SOURCE] = "exempt_source",
	[SK_CHECK_EXEMPT_TARGET] = "exempt_target", [SK_CHECK_EXPECT_SOURCE] = "expect_source",
	[SK_CHECK_EXPECT_TARGET] = "expect_target", [SK_CHECK_ATTR] = "attr", [SK_CHECK_MISSING_OK] = "missing_ok",
	[SK_CHECK_EXEMPT_FILE] = "exempt_file", [SK_CHECK_EXEMPT_EXEC] = "exempt_exec_domain",
	[SK_CHECK_EXEMPT_LOAD] = "exempt_load_domain",
	[SK_CHECK_EXEMPT_WRITE] = "exempt_write_domain", [SK_CHECK_OPTIONAL] = "optional",
	[SK_CHECK_LEAST] = "least",
};

#define KEYS_OF_ALL (SK_KEY(TYPE) | SK_KEY(DESC) | SK_KEY(DISABLE) | SK_KEY(ID) | SK_KEY(SEVERITY) | SK_KEY(RATIONALE) | \
		     SK_KEY(FIX) | SK_KEY(OPTIONAL))

struct sk_checks_reader {
	struct sk_checks *checks;
	struct sk_diags *diags;
	const char *file, *line, *line_end;
	uint32_t line_no;
	struct sk_check *check;		/* NULL before the first section, and in DEFAULT */
	bool in_section;
	int key;			/* whose value may go on; -1 */
	bool refused;
	int error;
};

static struct sk_place sk_place_at(const struct sk_checks_reader *r, const char *p, size_t n)
{
	return (struct sk_place){
		.kind = SK_PLACE_TEXT, .file = r->file, .line = r->line_no, .col = (uint32_t)(p - r->line) + 1,
		.length = (uint32_t)SK_MAX(n, 1u), .text = r->line, .text_length = (uint32_t)(r->line_end - r->line),
	};
}

static void sk_refuse(struct sk_checks_reader *r, const struct sk_place *place, const char *id, const char *fmt, ...)
	SK_PRINTF(4, 5);

static void sk_refuse(struct sk_checks_reader *r, const struct sk_place *place, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sk_verror(r->diags, id, place, fmt, args);
	va_end(args);
	r->refused = true;
}

static const char *sk_trim_end(const char *p, const char *end)
{
	while (end > p && strchr(" \t\r", end[-1]))
		end--;
	return end;
}

static void sk_section(struct sk_checks_reader *r, const char *p, const char *end)
{
	struct sk_checks *checks = r->checks;
	const char *close = memchr(p, ']', (size_t)(end - p));
	struct sk_place place = sk_place_at(r, p, (size_t)(end - p));
	size_t n = close ? (size_t)(close - p - 1) : 0;

	r->key = -1;
	r->check = NULL;
	r->in_section = true;
	if (!n) {
		sk_refuse(r, &place, "E0681", "expected [NAME]");
		return;
	}
	if (n == strlen("DEFAULT") && !memcmp(p + 1, "DEFAULT", n))
		return;
	if (sk_grow(&checks->list, &checks->cap, checks->n + 1, sizeof(*checks->list))) {
		r->error = -ENOMEM;
		return;
	}
	r->check = &checks->list[checks->n];
	*r->check = (struct sk_check){ .place = place, .name = sk_arena_strndup(&checks->arena, p + 1, n) };
	if (!r->check->name) {
		r->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < checks->n; i++)
		if (!strcmp(checks->list[i].name, r->check->name))
			sk_refuse(r, &place, "E0681", "there are two checks '%s'", r->check->name);
	checks->n++;
}

static const char *sk_key_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_key_words[i];
}

static void sk_key_line(struct sk_checks_reader *r, const char *p, const char *end)
{
	size_t n = strcspn(p, "=:\n"), near;
	const char *name_end = sk_trim_end(p, p + SK_MIN(n, (size_t)(end - p))), *value = p + n + 1;
	struct sk_place place = sk_place_at(r, p, (size_t)(name_end - p));
	char name[64];
	int key;

	if (p + n >= end) {
		sk_refuse(r, &place, "E0681", "expected KEY = VALUE");
		return;
	}
	if (!r->in_section) {
		sk_refuse(r, &place, "E0681", "this stands before the first [NAME]");
		return;
	}
	r->key = -1;
	if (!r->check)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(name_end - p), p);
	for (key = 0; key < SK_N_CHECK_KEYS && strcasecmp(sk_key_words[key], name); key++)
		;
	if (key == SK_N_CHECK_KEYS) {
		near = sk_nearest_name(name, SK_N_CHECK_KEYS, sk_key_at, NULL);
		sk_refuse(r, &place, "E0682", "no check has a setting '%s'%s%s%s", name,
			  near == SIZE_MAX ? "" : "; did you mean '", near == SIZE_MAX ? "" : sk_key_words[near],
			  near == SIZE_MAX ? "" : "'?");
		return;
	}
	if (r->check->values[key]) {
		sk_refuse(r, &place, "E0681", "'%s' is there twice", name);
		return;
	}
	while (value < end && strchr(" \t", *value))
		value++;
	r->check->places[key] = sk_place_at(r, value < end ? value : p, (size_t)(end - value));
	r->check->values[key] = sk_arena_strndup(&r->checks->arena, value, (size_t)(end - value));
	if (!r->check->values[key])
		r->error = -ENOMEM;
	r->key = key;
}

/* An indented line goes on with the value. */
static void sk_more_value(struct sk_checks_reader *r, const char *p, const char *end)
{
	const char **value = &r->check->values[r->key];

	*value = sk_arena_printf(&r->checks->arena, "%s%s%.*s", *value, **value ? " " : "", (int)(end - p), p);
	if (!*value)
		r->error = -ENOMEM;
}

static void sk_checks_line(struct sk_checks_reader *r)
{
	const char *p = r->line, *end = sk_trim_end(p, r->line_end);
	bool indented;

	while (p < end && strchr(" \t", *p))
		p++;
	indented = p > r->line;
	if (p == end || *p == '#' || *p == ';')
		return;
	if (indented && r->check && r->key >= 0)
		sk_more_value(r, p, end);
	else if (*p == '[')
		sk_section(r, p, end);
	else
		sk_key_line(r, p, end);
}

static const char *sk_type_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_check_types[i].name;
}

static void sk_check_finish(struct sk_checks_reader *r, struct sk_check *check)
{
	const char *name = check->values[SK_CHECK_TYPE];
	unsigned long has = 0;
	size_t near;

	if (!name) {
		sk_refuse(r, &check->place, "E0683", "the check '%s' has no check_type", check->name);
		return;
	}
	for (size_t i = 0; i < sk_n_check_types; i++)
		if (!strcmp(sk_check_types[i].name, name))
			check->type = &sk_check_types[i];
	if (!check->type) {
		near = sk_nearest_name(name, sk_n_check_types, sk_type_at, NULL);
		sk_refuse(r, &check->places[SK_CHECK_TYPE], "E0683", "there is no check_type '%s'%s%s%s", name,
			  near == SIZE_MAX ? "" : "; did you mean '",
			  near == SIZE_MAX ? "" : sk_check_types[near].name, near == SIZE_MAX ? "" : "'?");
		return;
	}
	for (int key = 0; key < SK_N_CHECK_KEYS; key++) {
		/* an empty value is none, as for sechecker */
		if (!check->values[key])
			continue;
		if (!((KEYS_OF_ALL | check->type->keys) >> key & 1))
			sk_refuse(r, &check->places[key], "E0682", "%s takes no '%s'", name, sk_key_words[key]);
		if (*check->values[key])
			has |= 1ul << key;
		else
			check->values[key] = NULL;
	}
	if (check->type->needs_one_of && !(check->type->needs_one_of & has)) {
		sk_auto_buf struct sk_buf list = SK_BUF_INIT;

		for (int key = 0; key < SK_N_CHECK_KEYS; key++)
			if (check->type->needs_one_of >> key & 1)
				sk_buf_join(&list, list.n ? ", " : "", sk_key_words[key], NULL);
		sk_refuse(r, &check->place, "E0683", "%s needs %s%s", name,
			  check->type->needs_one_of & (check->type->needs_one_of - 1) ? "one of " : "", sk_buf_str(&list));
	}
}

int selkie_checks_read_memory(const void *data, size_t size, const char *name, selkie_diagnostics *diags,
			      selkie_checks **ret)
{
	struct sk_checks *checks = calloc(1, sizeof(*checks));
	struct sk_checks_reader r = { .checks = checks, .diags = diags, .key = -1 };
	const char *text, *limit;

	if (!checks)
		return -ENOMEM;
	r.file = sk_arena_strdup(&checks->arena, name);
	text = sk_arena_strndup(&checks->arena, data, size);
	if (!r.file || !text)
		r.error = -ENOMEM;
	limit = text ? text + size : NULL;
	for (r.line = text; !r.error && r.line < limit; r.line = r.line_end + 1) {
		r.line_no++;
		r.line_end = memchr(r.line, '\n', (size_t)(limit - r.line)) ?: limit;
		sk_checks_line(&r);
	}
	for (size_t i = 0; i < checks->n && !r.error; i++)
		sk_check_finish(&r, &checks->list[i]);
	if (!r.error && !checks->n && !r.refused) {
		struct sk_place place = { .kind = SK_PLACE_NONE, .file = r.file };

		sk_refuse(&r, &place, "E0681", "there is no check in it");
	}
	if (r.error || r.refused) {
		selkie_checks_free(checks);
		return r.error ? r.error : SELKIE_CHECKS_REFUSED;
	}
	*ret = checks;
	return 0;
}

int selkie_checks_load(const char *path, selkie_diagnostics *diags, selkie_checks **ret)
{
	sk_auto_free char *data = NULL;
	size_t n = 0;
	int r = sk_read_path(path, CHECKS_SIZE_MAX, &data, &n);

	return r ? r : selkie_checks_read_memory(data, n, path, diags, ret);
}

int selkie_checks_safety(selkie_checks **ret)
{
	const char *text = selkie_checks_safety_text();

	return selkie_checks_read_memory(text, strlen(text), "safety", NULL, ret);
}

void selkie_checks_free(selkie_checks *checks)
{
	if (!checks)
		return;
	free(checks->list);
	sk_arena_done(&checks->arena);
	free(checks);
}
