/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_QUERY_H
#define SELKIE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/access.h>
#include <selkie/context.h>
#include <selkie/diagnostic.h>
#include <selkie/label.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Questions about things that people know: paths and ports. They become types by the labels in force, and the answers
 * name the domains, or the paths and ports, and the rules.
 *
 * Each answer is for one thread at a time; any number of threads may ask. Answers borrow the state, its policy and the
 * label database.
 */
enum selkie_thing_kind {
	SELKIE_THING_PATH, /* "/etc/shadow" */
	SELKIE_THING_PORT, /* "tcp:8443", "8443/tcp", "udp:53", "sctp:..", "dccp:.." */
	SELKIE_THING_TYPE, /* "shadow_t" */
};

/* Where the label of a thing came from. */
enum selkie_thing_label {
	SELKIE_THING_BY_GIVEN,	   /* the caller said it, as the file has it */
	SELKIE_THING_BY_RULE,	   /* a rule of the label database */
	SELKIE_THING_BY_STATEMENT, /* portcon or genfscon of the policy */
	SELKIE_THING_BY_DEFAULT,   /* no statement covers it: the initial context of ports */
	SELKIE_THING_BY_TYPE,	   /* the type was named; a plausible context of it */
};

struct selkie_thing {
	enum selkie_thing_kind kind;
	const char *word; /* as it was asked */
	const selkie_context *context;
	selkie_class_id cls;
	enum selkie_thing_label label;
	const struct selkie_label_rule *rule; /* BY_RULE */
	uint32_t statement; /* BY_STATEMENT: its position among the policy's of that kind (object.h) */
	int protocol;			      /* PORT: IPPROTO_* */
	uint16_t port;
};

/* How to look. Zero is the default of every field; NULL in place of it means all defaults. */
struct selkie_thing_options {
	uint32_t version; /* of this struct: 0 */
	const char *cls;  /* the class, where it is not the usual one of such a thing */
	const char *
		context; /* of a path: the label that the file really has; it counts, where it is valid */
	uint32_t mode; /* of a path: its file type in the S_IFMT bits; 0 when not known */
};

/* There is no such thing, or nothing gives it a label; the diagnostics say what is wrong (E0670 to E0675). */
#define SELKIE_THING_UNKNOWN 1

/*
 * Works out what a word stands for. labels may be NULL, when no path is asked for. A path without a label rule that is below
 * /proc or /sys has the label that the policy gives it there. The class of a path follows its mode, else the file type of
 * the rule, else it is file. ret is owned by the caller (selkie_thing_free).
 * Returns 0, SELKIE_THING_UNKNOWN, -EINVAL for an unknown version, or -ENOMEM.
 */
int selkie_thing_find(const selkie_policy *policy, const selkie_label_db *labels, const char *word,
		      const struct selkie_thing_options *options, selkie_diagnostics *diags,
		      struct selkie_thing **ret);
void selkie_thing_free(struct selkie_thing *thing); /* NULL is allowed */

/*
 * The permissions that words stand for, separated by commas: names of permissions of the thing's class, and "bind" and
 * "connect" for ports, "run" for files. Returns 0, SELKIE_THING_UNKNOWN with diagnostics, or -ENOMEM.
 */
int selkie_thing_permissions(const selkie_policy *policy, const struct selkie_thing *thing,
			     const char *words, selkie_diagnostics *diags, uint32_t *ret_perms);

/*
 * Who may do all of these permissions to a thing: every type that, in the plausible context of selkie_context_assume, is
 * granted them (constraints included). Types that no user of the policy may have are no answer: there are no processes
 * of theirs. *ret is owned by the caller. Returns 0 or -ENOMEM.
 */
typedef struct sk_who selkie_who;

struct selkie_who_domain {
	selkie_type_id type;
	const selkie_context *context; /* the one that was asked for */
	size_t n_rules;
	const uint32_t *rules; /* the rules in force that grant it; selkie_rule_get (rule.h) */
};

int selkie_who_ask(const selkie_state *state, const struct selkie_thing *thing, uint32_t perms,
		   selkie_who **ret);
void selkie_who_free(selkie_who *who); /* NULL is allowed */

/* The domains, those with the same rules together, by name; and those that have rules but are held back otherwise. */
size_t selkie_who_count(const selkie_who *who);
const struct selkie_who_domain *selkie_who_get(const selkie_who *who, size_t i);
size_t selkie_who_held_count(const selkie_who *who);
const struct selkie_who_domain *selkie_who_held(const selkie_who *who, size_t i);

/* What a domain may do, in kinds that people ask about. */
enum selkie_power_kind {
	SELKIE_POWER_CHANGE,	 /* write, append to or create files */
	SELKIE_POWER_READ,	 /* read files */
	SELKIE_POWER_RUN,	 /* execute files */
	SELKIE_POWER_LISTEN,	 /* bind ports */
	SELKIE_POWER_CONNECT,	 /* connect to ports */
	SELKIE_POWER_BECOME,	 /* turn into another domain */
	SELKIE_POWER_CAPABILITY, /* of root */
	SELKIE_N_POWER_KINDS,
};

struct selkie_power {
	enum selkie_power_kind kind;
	selkie_type_id type; /* what it is done to; of a CAPABILITY the domain itself */
	selkie_class_id cls; /* of CHANGE, READ and RUN: file, or the first other class */
	uint32_t perms;	     /* of that class, those of the kind */
	const char
		*danger; /* why it is sensitive: a clause behind "because"; NULL when it is not */
	size_t n_label_rules; /* file contexts that give the type, as numbers for selkie_label_rule_at */
	const uint32_t *label_rules;
};

const char *
selkie_power_kind_name(enum selkie_power_kind kind); /* "change", ...; NULL for an unknown one */

typedef struct sk_what selkie_what;

/*
 * What processes of a domain may do, in its plausible context to plausible contexts of types. labels may be NULL. *ret is
 * owned by the caller. Returns 0, -EINVAL for an attribute or an unknown id, or -ENOMEM.
 */
int selkie_what_ask(const selkie_state *state, const selkie_label_db *labels, selkie_type_id domain,
		    selkie_what **ret);
void selkie_what_free(selkie_what *what); /* NULL is allowed */

/* By kind, then the sensitive ones, then by name. */
size_t selkie_what_count(const selkie_what *what);
const struct selkie_power *selkie_what_get(const selkie_what *what, size_t i);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
