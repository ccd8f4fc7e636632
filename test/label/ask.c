/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * label-ask [-3.8|-3.9] LIST FILE...: for each record of LIST (see paths.c) the context by the label database of FILE...,
 * one a line, <<none>> where there is none. Serves the differential test and the benchmark; label-ask-libselinux takes
 * the same arguments.
 */
#include <selkie/selkie.h>

#include "list.h"

int main(int argc, char **argv)
{
	struct selkie_label_options options = { 0 };
	static char buffer[1 << 16];
	struct selkie_label_result result;
	selkie_label_db *db;
	char *list;
	size_t n;
	int first = 1, r;

	if (argc > 1 && !strcmp(argv[1], "-3.8"))
		options.precedence = SELKIE_LABEL_LIBSELINUX_3_8;
	if (argc > 1 && !strcmp(argv[1], "-3.9"))
		options.precedence = SELKIE_LABEL_LIBSELINUX_3_9;
	first += options.precedence != 0;
	if (argc < first + 2) {
		fprintf(stderr, "usage: label-ask [-3.8|-3.9] LIST FILE...\n");
		return 2;
	}
	list = list_read(argv[first], &n);
	r = selkie_label_load((const char *const *)argv + first + 1, (size_t)(argc - first - 1),
			      &options, NULL, &db);
	if (r) {
		fprintf(stderr, "label-ask: %s: %s\n", argv[first + 1], strerror(-r));
		return 3;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (char *p = list; p < list + n; p = list_next(p)) {
		r = selkie_label_lookup(db, p + 1, list_mode(*p), &result);
		if (r < 0) {
			fprintf(stderr, "label-ask: %s: %s\n", p + 1, strerror(-r));
			return 3;
		}
		fputs_unlocked(r ? "<<none>>" : result.context, stdout);
		putchar_unlocked('\n');
	}
	selkie_label_free(db);
	free(list);
	return fflush(stdout) ? 3 : 0;
}
