/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy-same [--expanded] FIRST SECOND: whether two kernel policies mean the same, with --expanded without looking at
 * attributes. Exit 0 yes, 1 no, 3 could not.
 */
#include <stdlib.h>
#include <string.h>

#include "policy-same.h"
#include "selkie/selkie.h"

int main(int argc, char **argv)
{
	selkie_policy *policies[2] = { NULL, NULL };
	bool expanded = argc > 1 && !strcmp(argv[1], "--expanded");
	size_t n;

	argv += expanded;
	if (argc - expanded != 3) {
		fputs("usage: policy-same [--expanded] FIRST SECOND\n", stderr);
		return 2;
	}
	for (int i = 0; i < 2; i++)
		if (selkie_policy_load(argv[i + 1], NULL, &policies[i])) {
			fprintf(stderr, "policy-same: %s cannot be read\n", argv[i + 1]);
			return 3;
		}
	n = (expanded ? policy_same_expanded : policy_same)(policies[0], policies[1], stdout, 100);
	if (n > 100)
		printf("... and %zu more\n", n - 100);
	selkie_policy_free(policies[0]);
	selkie_policy_free(policies[1]);
	return n ? 1 : 0;
}
