/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_QUESTION_H
#define SK_CMD_QUESTION_H

#include "base/json.h"
#include "cmd/origin.h"

/*
 * Questions about paths, ports and domains: what selkie who and selkie what have in common. On the running system, files
 * are looked at for the labels they really have, and processes for the domains they are in.
 */
struct sk_question_args {
	struct sk_system_args system;
	struct selkie_thing_options thing;
	const char **contexts; /* --file-contexts */
	size_t n_contexts, cap_contexts;
};

struct sk_question_process {
	selkie_type_id type;
	unsigned long pid;
	char command[64];
};

struct sk_question {
	struct sk_system system;
	selkie_origins *origins;    /* of the policy's rules, or NULL */
	selkie_label_db *labels;    /* or NULL */
	struct selkie_thing *thing; /* or NULL: none was asked for */
	struct sk_question_process *processes;
	size_t n_processes, cap_processes;
	bool has_processes; /* they were looked for: this is the running system */
};

/* --file-contexts FILE. Returns an exit code. */
int sk_question_add_contexts(const struct sk_command *cmd, struct sk_question_args *args,
			     const char *file);
void sk_question_args_done(struct sk_question_args *args);

/*
 * Opens the policy, the labels and, where `word` is not NULL, what that word stands for. What is wrong has been printed
 * unless SK_EXIT_YES is returned. sk_question_done may be called in any case.
 */
int sk_question_open(const struct sk_command *cmd, const struct sk_question_args *args,
		     const char *word, struct sk_question *ret);
void sk_question_done(struct sk_question *question);

/* The permissions that words stand for, of the thing asked for. */
int sk_question_permissions(const struct sk_command *cmd, const struct sk_question *question,
			    const char *words, uint32_t *ret_perms);

/* One rule a line, indented, with its condition, and below it where it comes from; and the same as JSON. */
void sk_question_print_rule(struct sk_buf *out, const struct sk_question *question, uint32_t rule);
void sk_question_json_rule(struct sk_json *j, const struct sk_question *question, uint32_t rule);

/*
 * Prints an answer on the standard output by one of two functions: the text, or the members of the JSON object behind
 * "policy". Returns SK_EXIT_YES, or when that fails, the exit code.
 */
int sk_question_show(const struct sk_command *cmd, const struct sk_question *question, bool json,
		     void (*text)(void *answer, struct sk_buf *out),
		     void (*members)(void *answer, struct sk_json *j), void *answer);

void sk_question_json_context(struct sk_json *j, const char *name, const selkie_policy *policy,
			      const selkie_context *context);
/* Where the label of a thing comes from, as lines and as "origins"; nothing when it is not known. */
void sk_question_print_label(struct sk_buf *out, const struct sk_question *question);
void sk_question_json_thing(struct sk_json *j, const struct sk_question *question);
/* "processes", where they were looked for. */
void sk_question_json_processes(struct sk_json *j, const struct sk_question *question,
				selkie_type_id type);

#endif
