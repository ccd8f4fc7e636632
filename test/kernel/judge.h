/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_JUDGE_H
#define TEST_KERNEL_JUDGE_H

#include <stdint.h>

/* Kinds of questions. README.md has their lines. */
enum question {
	Q_ACCESS,
	Q_CREATE,
	Q_MEMBER,
	Q_RELABEL,
	Q_CONTEXT,
	Q_VALIDATETRANS,
	Q_DEED,		/* real system calls, in a context */
	Q_OTHER, /* load, boolean, commit: these must succeed */
	N_QUESTIONS,
};

extern const char *const question_names[N_QUESTIONS];

/* How many questions of what; validatetrans and constraints: so many of each statement. */
struct amounts {
	uint32_t random_access, targeted_access, create, member, relabel, context;
	uint32_t each_constraint, each_validatetrans;
	uint32_t rounds; /* settings of the booleans */
};

/* Writes a job for a policy to standard output. Returns an exit status. */
int generate(const char *policy_path, uint64_t seed, const struct amounts *amounts);

/* Compares jobs with the kernel's answers. Returns an exit status. */
int compare(const char *jobs, const char *answers, char **names);

#endif
