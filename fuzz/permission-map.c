/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A permission map from any text. What is accepted answers for every class and permission that a fixed policy's words
 * name, and within the bounds of the format; what is refused has a reason.
 */
#include <stdint.h>
#include <stdlib.h>

#include "selkie/permission-map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "file", "dir", "process", "read", "write", "a", "" };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_permission_flow flow;
	selkie_permission_map *map = NULL;
	char *text;
	int r;

	r = selkie_permission_map_read_memory(data, size, "map", diags, &map);
	if (r != 0 && r != SELKIE_PERMISSION_MAP_REFUSED)
		abort();
	if (r && (map || !selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR)))
		abort();
	for (size_t i = 0; !r && i < sizeof(words) / sizeof(*words); i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (selkie_permission_map_get(map, words[i], words[k], &flow) &&
			    (flow.weight < 1 || flow.weight > 10))
				abort();
	text = selkie_diagnostics_print(diags, 0);
	free(text);
	selkie_permission_map_free(map);
	selkie_diagnostics_free(diags);
	return 0;
}
