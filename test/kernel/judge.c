/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel-judge ask POLICY SEED [KIND=N]...	a job of questions, on standard output
 * kernel-judge compare JOBS ANSWERS NAME...	the kernel's answers against ours; exit 1 for any difference
 */
#include "judge.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t offset;
} kinds[] = {
	{ "random", offsetof(struct amounts, random_access) },
	{ "targeted", offsetof(struct amounts, targeted_access) },
	{ "create", offsetof(struct amounts, create) },
	{ "member", offsetof(struct amounts, member) },
	{ "relabel", offsetof(struct amounts, relabel) },
	{ "context", offsetof(struct amounts, context) },
	{ "constraint", offsetof(struct amounts, each_constraint) },
	{ "validatetrans", offsetof(struct amounts, each_validatetrans) },
	{ "rounds", offsetof(struct amounts, rounds) },
};

static int usage(void)
{
	fprintf(stderr,
		"usage: kernel-judge ask POLICY SEED [KIND=N]... | compare JOBS ANSWERS NAME...\n");
	return 2;
}

static int set_amount(struct amounts *a, const char *argument)
{
	const char *equals = strchr(argument, '=');

	for (size_t i = 0; equals && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) != (size_t)(equals - argument) ||
		    strncmp(kinds[i].name, argument, (size_t)(equals - argument)))
			continue;
		*(uint32_t *)((char *)a + kinds[i].offset) =
			(uint32_t)strtoul(equals + 1, NULL, 10);
		return 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct amounts a = { .rounds = 1 };

	if (argc >= 4 && !strcmp(argv[1], "ask")) {
		for (int i = 4; i < argc; i++) {
			if (set_amount(&a, argv[i]))
				return usage();
		}
		return generate(argv[2], strtoull(argv[3], NULL, 10), &a);
	}
	if (argc >= 5 && !strcmp(argv[1], "compare"))
		return compare(argv[2], argv[3], argv + 4);
	return usage();
}
