/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_WORDS_H
#define SK_MODEL_WORDS_H

#include "model/policy.h"
#include "selkie/rule.h"

/*
 * The words of policy text for what a policy file stores as numbers. One table each; printers, parsers and JSON output
 * walk these. All return NULL for a number that has no word.
 */

/* Kinds of rules: their word and the kind, in the order in which they are listed to people. */
struct sk_rule_word {
	const char *word;
	enum selkie_rule_kind kind;
};

extern const struct sk_rule_word sk_rule_words[]; /* ends with word NULL */

/* Initial contexts, by number (base/sid.h). */
const char *sk_sid_word(enum sk_target target, uint32_t sid);

const char *sk_fs_behavior_word(uint32_t behavior); /* "fs_use_xattr" */
const char *sk_protocol_word(uint32_t protocol);    /* "tcp" */
const char *sk_constraint_op_word(uint32_t op);	    /* "==", "dom" */
const char *sk_cond_op_word(uint32_t op);	    /* "&&" */
const char *sk_default_word(uint32_t value);	    /* "source" */
const char *sk_default_range_word(uint32_t value);  /* "source low_high", as setools writes it */

#endif
