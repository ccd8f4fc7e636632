/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the file contexts of modules that are built together: `module-labels SOURCE...`. For tests. */
#include <stdio.h>

#include <selkie/build.h>
#include <selkie/diagnostic.h>

int main(int argc, char **argv)
{
	struct selkie_build_options options = {
		.size = sizeof(options),
		.flags = SELKIE_BUILD_UNCHECKED | SELKIE_BUILD_STRIP | SELKIE_BUILD_FILE_CONTEXTS,
	};
	selkie_built *built = NULL;
	int r = selkie_build((const char *const *)argv + 1, (size_t)(argc - 1), &options, NULL, &built);

	if (r) {
		fprintf(stderr, "module-labels: %d\n", r);
		return 1;
	}
	fputs(selkie_built_file_contexts(built), stdout);
	selkie_built_free(built);
	return 0;
}
