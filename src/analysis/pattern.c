/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Regular expressions over names, by PCRE2. Names are short, so compiling to machine code would cost more than it saves.
 */
#include "analysis/pattern.h"

#include <errno.h>
#include <string.h>

/* A thousand times what an ordinary expression needs for a name of 40 letters. */
#define SK_PATTERN_MATCH_LIMIT 100000u
#define SK_PATTERN_HEAP_KIB    1024u

static int sk_pattern_explain(const struct sk_pcre2 *pcre2, int error, size_t offset, const char *text, const char *what,
			      struct sk_diags *diags)
{
	struct sk_place place = { .kind = SK_PLACE_TEXT,
				  .file = what,
				  .line = 1,
				  .col = (uint32_t)offset + 1,
				  .length = 1,
				  .text = text,
				  .text_length = (uint32_t)strlen(text) };
	PCRE2_UCHAR message[160] = "it cannot be read";

	pcre2->pcre2_get_error_message(error, message, sizeof(message));
	sk_error(diags, "E0628", &place, "the regular expression is wrong: %s", (char *)message);
	return SK_PATTERN_REFUSED;
}

static int sk_pattern_lacks(const char *what, struct sk_diags *diags)
{
	struct sk_place place = { .file = what };

	sk_error(diags, "E0693", &place, "a regular expression takes " SK_PCRE2_SONAME
		 ", which cannot be loaded; install it, or search by whole names");
	return SK_PATTERN_REFUSED;
}

int sk_pattern_init(struct sk_pattern *pattern, const char *text, const char *what,
		    struct sk_diags *diags)
{
	struct sk_pcre2 *pcre2 = &pattern->pcre2;
	PCRE2_SIZE offset;
	int error;

	memset(pattern, 0, sizeof(*pattern));
	if (sk_pcre2_load(pcre2))
		return sk_pattern_lacks(what, diags);
	pattern->code = pcre2->pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
	if (!pattern->code && error == PCRE2_ERROR_HEAP_FAILED)
		return -ENOMEM;
	if (!pattern->code)
		return sk_pattern_explain(pcre2, error, offset, text, what, diags);
	pattern->data = pcre2->pcre2_match_data_create(1, NULL);
	pattern->limits = pcre2->pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->limits) {
		sk_pattern_done(pattern);
		return -ENOMEM;
	}
	pcre2->pcre2_set_match_limit(pattern->limits, SK_PATTERN_MATCH_LIMIT);
	pcre2->pcre2_set_heap_limit(pattern->limits, SK_PATTERN_HEAP_KIB);
	return 0;
}

void sk_pattern_done(struct sk_pattern *pattern)
{
	const struct sk_pcre2 *pcre2 = &pattern->pcre2;

	if (pattern->code) {
		pcre2->pcre2_code_free(pattern->code);
		pcre2->pcre2_match_data_free(pattern->data);
		pcre2->pcre2_match_context_free(pattern->limits);
	}
	memset(pattern, 0, sizeof(*pattern));
}

bool sk_pattern_matches(struct sk_pattern *pattern, const char *name)
{
	int r;

	if (pattern->too_costly || pattern->no_memory)
		return false;
	r = pattern->pcre2.pcre2_match(pattern->code, (PCRE2_SPTR)name, strlen(name), 0, 0, pattern->data,
				       pattern->limits);
	if (r == PCRE2_ERROR_NOMEMORY)
		pattern->no_memory = true;
	else if (r < 0 && r != PCRE2_ERROR_NOMATCH)
		pattern->too_costly = true;
	return r >= 0;
}

int sk_pattern_finish(const struct sk_pattern *pattern, const char *what, struct sk_diags *diags)
{
	struct sk_place place = { .file = what };

	if (pattern->no_memory)
		return -ENOMEM;
	if (!pattern->too_costly)
		return 0;
	sk_error(diags, "E0628", &place, "the regular expression takes too much work to match");
	return SK_PATTERN_REFUSED;
}
