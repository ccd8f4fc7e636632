/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* decide-questions POLICY SEED N >FILE: N random plausible questions to a policy, for the benchmark programs. */
#include <stdio.h>
#include <string.h>

#include "random.h"

int main(int argc, char **argv)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy;
	struct pool pool;
	uint32_t head[2];
	size_t n = 0;

	if (argc != 4 || selkie_policy_load(argv[1], diags, &policy)) {
		fputs("usage: decide-questions POLICY SEED N\n", stderr);
		return 2;
	}
	pool_init(&pool, policy, strtoull(argv[2], NULL, 0), 4000);
	head[0] = pool.n;
	head[1] = (uint32_t)strtoul(argv[3], NULL, 0);
	fwrite(head, sizeof(head), 1, stdout);
	for (uint32_t i = 0; i < pool.n; i++) {
		char *text;

		if (selkie_context_print(policy, pool.contexts[i], &text))
			return 3;
		n += fwrite(text, 1, strlen(text) + 1, stdout);
		free(text);
	}
	for (; n % 4; n++)
		putchar(0);
	for (uint32_t i = 0; i < head[1]; i++) {
		struct triple t;

		pool_question(&pool, &t);
		fwrite(&t, sizeof(t), 1, stdout);
	}
	pool_done(&pool);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
	return fflush(stdout) ? 3 : 0;
}
