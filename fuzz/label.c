/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The label database from any text, asked about any path: first a byte of options, then file_contexts text up to a
 * zero byte, then the path. For the order of libselinux 3.4 the answer is checked against the plain way to get it: all
 * rules from the highest down, each by pcre2.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "label/database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t modes[] = {
	0, S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK
};

static bool same_stem(const char *pattern, const char *path)
{
	const char *end = strchr(pattern + 1, '/');

	for (const char *p = pattern; end && p < end; p++)
		if (strchr(".^$?*+|[({", *p))
			return true;
	return !end || !strncmp(pattern, path, (size_t)(end - pattern) + 1);
}

/* 1: fits, 0: does not, -1: pcre2 gave up. */
static int fits(const char *pattern, const char *path, pcre2_match_context *limits)
{
	char *anchored = NULL;
	PCRE2_SIZE offset;
	pcre2_match_data *match;
	pcre2_code *code;
	int r;

	if (asprintf(&anchored, "^%s$", pattern) < 0)
		abort();
	code = pcre2_compile((PCRE2_SPTR)anchored, PCRE2_ZERO_TERMINATED, PCRE2_DOTALL, &r, &offset,
			     NULL);
	free(anchored);
	if (!code)
		abort(); /* a rule of the database must be a pattern of pcre2 */
	match = pcre2_match_data_create_from_pattern(code, NULL);
	r = pcre2_match(code, (PCRE2_SPTR)path, PCRE2_ZERO_TERMINATED, 0, 0, match, limits);
	pcre2_match_data_free(match);
	pcre2_code_free(code);
	return r > 0 ? same_stem(pattern, path) : r == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

static void check(const selkie_label_db *db, const char *path, uint32_t mode,
		  const struct selkie_label_result *result)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	const struct selkie_label_rule *expected = NULL;
	char key[8192];
	int r = 0;

	if (result->skipped || selkie_label_resolve(db, path, key, sizeof(key))) {
		pcre2_match_context_free(limits);
		return;
	}
	pcre2_set_match_limit(limits, 20000);
	for (size_t i = selkie_label_count(db); i-- > 0 && !r;) {
		expected = selkie_label_rule_at(db, i);
		if (!mode || !expected->mode || mode == expected->mode)
			r = fits(expected->pattern, key, limits);
	}
	if (r >= 0 && (r ? expected : NULL) != result->rule) {
		fprintf(stderr, "'%s' (%o): got '%s', expected '%s'\n", path, mode,
			result->rule ? result->rule->pattern : "nothing",
			r ? expected->pattern : "nothing");
		abort();
	}
	pcre2_match_context_free(limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selkie_label_options options = { .match_limit = 20000 };
	struct selkie_label_result result;
	selkie_diagnostics *diags;
	const uint8_t *split;
	selkie_label_db *db;
	char *path, *printed;
	uint32_t mode;
	int r;

	if (!size || !(split = memchr(data + 1, 0, size - 1)))
		return 0;
	options.precedence = (enum selkie_label_precedence)(data[0] >> 3 & 3) % 3;
	mode = modes[data[0] & 7];
	path = strndup((const char *)split + 1, (size_t)(data + size - split - 1));
	diags = selkie_diagnostics_new();
	if (!path || !diags)
		abort();
	r = selkie_label_read_memory(data + 1, (size_t)(split - data - 1), "text", &options, diags,
				     &db);
	if (r)
		abort();
	printed = selkie_diagnostics_print(diags, SELKIE_DIAGNOSTICS_JSON);
	r = selkie_label_lookup(db, path, mode, &result);
	if (!printed || (r < 0 && *path))
		abort();
	if (r >= 0 && options.precedence == SELKIE_LABEL_LIBSELINUX_3_4)
		check(db, path, mode, &result);
	free(printed);
	selkie_label_free(db);
	selkie_diagnostics_free(diags);
	free(path);
	return 0;
}
