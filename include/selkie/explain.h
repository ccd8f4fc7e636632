/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_EXPLAIN_H
#define SELKIE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/audit.h>
#include <selkie/diagnostic.h>
#include <selkie/label.h>
#include <selkie/origin.h>
#include <selkie/rule.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * From an audit log and a policy to findings: each denial's cause, and fixes that were tried before they are shown.
 *
 * Feed a log (any number of them), say selkie_explainer_finish, then ask for the findings. Memory grows with the distinct
 * denials of the log, not with its length. One explainer belongs to one thread at a time; the state, its policy and the
 * label database are only read and may be shared.
 */
typedef struct sk_explainer selkie_explainer;

/* The causes in order of precedence: of those that hold, the first is a finding's cause, the others its `also`. */
enum selkie_cause {
	SELKIE_CAUSE_ALLOWED_NOW,
	SELKIE_CAUSE_UNKNOWN_CLASS,
	SELKIE_CAUSE_NO_NEW_PRIVILEGES,
	SELKIE_CAUSE_NOSUID,
	SELKIE_CAUSE_NETWORK_LABEL,
	SELKIE_CAUSE_UNLABELED,
	SELKIE_CAUSE_ROLE,
	SELKIE_CAUSE_MLS,
	SELKIE_CAUSE_CONSTRAINT,
	SELKIE_CAUSE_BOUNDS,
	SELKIE_CAUSE_EXTENDED_PERMISSION,
	SELKIE_CAUSE_MEMORY_PROTECTION,
	SELKIE_CAUSE_FILE_MODE,
	SELKIE_CAUSE_PASSED_DESCRIPTOR,
	SELKIE_CAUSE_MISLABELED_TARGET,
	SELKIE_CAUSE_MISLABELED_PROGRAM,
	SELKIE_CAUSE_SENSITIVE,
	SELKIE_CAUSE_BOOLEAN,
	SELKIE_CAUSE_PORT,
	SELKIE_CAUSE_UNEXPECTED_PLACE,
	SELKIE_CAUSE_MISSING_RULE,
	SELKIE_N_CAUSES
};

/* The id of a cause, as "mislabeled-target"; a static string. */
const char *selkie_cause_name(enum selkie_cause cause);

/* `size` is sizeof(struct selkie_explain_options); zeros elsewhere are the defaults. */
struct selkie_explain_options {
	size_t size;
	const selkie_state *state;	/* required; policy and booleans; borrowed for the explainer's life */
	const selkie_label_db *labels;	/* NULL: causes that need paths' labels are not found; borrowed */
	/*
	 * Milliseconds that may be spent on looking for files of which only device and inode are known, on this machine.
	 * 0: none, as is right for a log from another machine.
	 */
	unsigned int find_milliseconds;
	size_t window;			/* selkie_audit_options.window */
	/*
	 * Threads that may work at once, the calling one included; 0 and 1: no other. With more, one makes cases of
	 * what this one reads, from the first feed until selkie_explainer_finish, and all decide causes then.
	 */
	unsigned int threads;
	bool bearings;			/* work out what of the policy bears on each finding */
	/*
	 * Where the policy comes from; borrowed. No rule is offered that a neverallow of its sources forbids. NULL: these are
	 * not known, and what is offered says so.
	 */
	const selkie_origins *origins;
};

/* Returns 0, -EINVAL for bad options, or -ENOMEM. *ret is owned by the caller. */
int selkie_explainer_new(const struct selkie_explain_options *options, selkie_explainer **ret);
void selkie_explainer_free(selkie_explainer *explainer);	/* NULL is allowed */

/* As selkie_audit_feed and selkie_audit_read_fd. Return 0 or a negative errno. */
int selkie_explainer_feed(selkie_explainer *explainer, const void *data, size_t size);
int selkie_explainer_read_fd(selkie_explainer *explainer, int fd,
			     void (*progress)(void *arg, uint64_t n_bytes), void *progress_arg);

/* No more log comes: delivers what waits, decides the causes and orders the findings. Returns 0 or a negative errno. */
int selkie_explainer_finish(selkie_explainer *explainer);

/* What was read, and what was wrong with it (selkie_audit_summary, selkie_audit_report). */
const struct selkie_audit_summary *selkie_explainer_summary(const selkie_explainer *explainer);
int selkie_explainer_report(const selkie_explainer *explainer, const char *name, selkie_diagnostics *diags);

/* A fix. All texts are borrowed from the explainer as struct selkie_finding is. */
enum selkie_fix_kind {
	SELKIE_FIX_NOTHING,	/* leave it: harmless, or as the policy wants it */
	SELKIE_FIX_PROGRAM,	/* the program or its configuration is to be changed, not the policy */
	SELKIE_FIX_ATTACK,	/* look into it: this is what an attack looks like */
	SELKIE_FIX_RESTORE,	/* give files the label that file contexts say (restorecon) */
	SELKIE_FIX_FCONTEXT,	/* a new label rule for a place (semanage fcontext) */
	SELKIE_FIX_LABEL,	/* another user or level on a file's label (chcon) */
	SELKIE_FIX_MODE,	/* Unix owner or mode (chown, chmod, setfacl) */
	SELKIE_FIX_BOOLEAN,	/* setsebool */
	SELKIE_FIX_PORT,	/* semanage port */
	SELKIE_FIX_NETWORK,	/* packet, peer, interface or node labels */
	SELKIE_FIX_ROLE,	/* semanage user, login */
	SELKIE_FIX_RULE,	/* a policy module with new rules */
};

/* The id of a kind, as "restorecon"; a static string. */
const char *selkie_fix_name(enum selkie_fix_kind kind);

struct selkie_fix {
	enum selkie_fix_kind kind;
	const char *summary;	/* what to do, one sentence */
	const char *command;	/* exact shell commands, one a line; NULL where there is none to give */
	const char *proof;	/* what was replayed and what came out, one sentence; NULL for advice */
	bool proven;		/* the replay allows the denied access */
	uint64_t opens;		/* accesses (source, target, class, permission) that it newly allows */
	const char *caution;	/* what was not checked or should be weighed; NULL when nothing */
};

struct selkie_evidence {
	const char *name;	/* "path", "label expected", "clause", ... */
	const char *text;
};

struct selkie_event_id {
	uint64_t seconds;
	uint32_t milliseconds;
	uint64_t serial;
};

#define SELKIE_MOST_EVENTS 1000

/* What of the policy bears on a finding. */
enum selkie_bearing_kind {
	SELKIE_BEARING_ALLOWS,		/* a rule in force allows some of it */
	SELKIE_BEARING_WOULD_ALLOW,	/* a rule would, were its condition met */
	SELKIE_BEARING_FILTERS,		/* a rule of extended permissions: numbers are filtered */
	SELKIE_BEARING_FORBIDS,		/* a constraint, or validatetrans; a neverallow, if a rule for it is missing */
	SELKIE_BEARING_CAPS,		/* typebounds: the bounding type may not */
	SELKIE_BEARING_SILENCES,	/* a dontaudit rule */
	SELKIE_BEARING_LABELS,		/* what labels the port, or says how the file should be labeled */
};

/* "allows", "would-allow", ...; a static string; NULL for another number. */
const char *selkie_bearing_name(enum selkie_bearing_kind kind);

/* One of these, for the origins (origin.h) of the policy or of a label file. */
struct selkie_bearing {
	enum selkie_bearing_kind kind;
	const char *text;		/* the rule, constraint or line */
	bool is_rule;
	struct selkie_rule rule;	/* with is_rule */
	uint32_t perms;			/* with is_rule: those of the question that it speaks of */
	bool is_neverallow;
	struct selkie_neverallow neverallow;	/* with is_neverallow */
	struct selkie_fact fact;	/* without any of these and label */
	const struct selkie_label_rule *label;	/* a line of a label file; else NULL */
};

struct selkie_finding {
	enum selkie_cause cause;
	uint32_t also;			/* bit 1 << cause of each further cause that holds */
	/*
	 * Findings with the same number have one root cause and one fix; numbers ascend from 0. `further` tells that the
	 * finding before this one has the same.
	 */
	uint32_t root;
	bool further;
	const char *source, *target;	/* types; NULL where the records name none */
	const char *cls;
	size_t n_permissions;
	const char *const *permissions;
	uint64_t count;			/* denials */
	bool permissive;		/* logged only: the access went through */
	bool silenced;			/* a dontaudit rule is in effect for it: seen because dontaudit was off */
	const char *summary;
	size_t n_evidence;
	const struct selkie_evidence *evidence;
	size_t n_bearings;			/* 0 unless asked for */
	const struct selkie_bearing *bearings;
	size_t n_events;
	const struct selkie_event_id *events;	/* the first SELKIE_MOST_EVENTS */
	struct selkie_event_id last;		/* the latest */
	size_t n_fixes;
	const struct selkie_fix *fixes;		/* least privilege first */
};

/* After selkie_explainer_finish. Denials in all, findings, and distinct root causes. */
uint64_t selkie_explainer_n_denials(const selkie_explainer *explainer);
size_t selkie_explainer_n_findings(const selkie_explainer *explainer);
size_t selkie_explainer_n_roots(const selkie_explainer *explainer);

/*
 * Finding number i, the most important first; findings of one root stand together. Its fixes are worked out in this call.
 * What *ret points to is valid until the next call for this explainer. Returns 0, -EINVAL for i out of range, or -ENOMEM.
 */
int selkie_explainer_finding(selkie_explainer *explainer, size_t i, struct selkie_finding *ret);

/*
 * Works findings out for one thread: any number of threads may do so at once, each with a worker of its own, once
 * selkie_explainer_finish has returned. The answers do not depend on who asks. A worker borrows its explainer, which must
 * not be fed while there are workers.
 */
typedef struct sk_worker selkie_explain_worker;

/* Returns 0 or -ENOMEM. *ret is owned by the caller. */
int selkie_explain_worker_new(const selkie_explainer *explainer, selkie_explain_worker **ret);
void selkie_explain_worker_free(selkie_explain_worker *worker);	/* NULL is allowed */

/* As selkie_explainer_finding; what *ret points to is valid until the next call for this worker. */
int selkie_explain_worker_finding(selkie_explain_worker *worker, size_t i, struct selkie_finding *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
