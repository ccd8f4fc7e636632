/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy-same FIRST SECOND: whether two kernel policies mean the same. Exit 0 yes, 1 no, 3 could not.
 */
#include <stdlib.h>

#include "policy-same.h"
#include "selkie/selkie.h"

int main(int argc, char **argv)
{
	selkie_policy *policies[2] = { NULL, NULL };
	size_t n;

	if (argc != 3) {
		fputs("usage: policy-same FIRST SECOND\n", stderr);
		return 2;
	}
	for (int i = 0; i < 2; i++)
		if (selkie_policy_load(argv[i + 1], NULL, &policies[i])) {
			fprintf(stderr, "policy-same: %s cannot be read\n", argv[i + 1]);
			return 3;
		}
	n = policy_same(policies[0], policies[1], stdout, 100);
	if (n > 100)
		printf("... and %zu more\n", n - 100);
	selkie_policy_free(policies[0]);
	selkie_policy_free(policies[1]);
	return n ? 1 : 0;
}
