/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_text(const char *file)
{
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	size_t n = 0, cap = 1 << 20;
	char path[4096], *text = malloc(cap);
	FILE *f;

	assert_non_null(root);
	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", root, file);
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, cap, f);
	fclose(f);
	assert_in_range(n, 1, cap - 1);
	text[n] = '\0';
	return text;
}

unsigned int cases_each(const char *file, cases_check check)
{
	char *text = read_text(file);
	const char *p, *end;
	unsigned int n = 0;

	for (p = strstr(text, "\n=== "); p; p = strstr(end, "\n=== ")) {
		const char *input, *want;
		char name[100];

		assert_int_equal(sscanf(p, "\n=== %99[^\n]", name), 1);
		input = strchr(p + 1, '\n') + 1;
		want = strstr(input - 1, "\n---\n");
		assert_non_null(want);
		want += 5;
		end = strstr(want - 1, "\n===");
		assert_non_null(end);
		check(name, input, (size_t)(want - input) - 4, want, (size_t)(end + 1 - want));
		n++;
	}
	free(text);
	return n;
}
