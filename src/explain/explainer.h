/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_EXPLAINER_H
#define SK_EXPLAIN_EXPLAINER_H

#include <stdatomic.h>

#include "base/intern.h"
#include "base/map.h"
#include "base/set.h"
#include "explain/vocabulary.h"
#include "model/policy.h"
#include "selkie/access.h"
#include "selkie/explain.h"
#include "selkie/name.h"
#include "selkie/object.h"
#include "selkie/transition.h"

struct sk_relay;
struct sk_sensitive;

/*
 * What all of src/explain works on. The way of a denial:
 *
 *   collect.c	records of an event -> a case (distinct denial), counted, with samples of what differs
 *   find.c	a case without a path -> its path, by inode, on this machine
 *   cause.c	a case -> its causes
 *   finding.c	cases with the same cause, source, target and class -> findings, ordered
 *   fix.c	a finding -> fixes, each replayed
 *   sentence.c	a finding -> summary and evidence
 */

/* Strings are numbers of explainer.strings. */
#define SK_NO_STRING SK_INTERN_NONE

/* What one context text is in the policy. Its number is that of the text in explainer.context_names. */
struct sk_named_context {
	const char *text;
	struct sk_context *context;	/* owned; NULL when it cannot be read */
	unsigned int faults;		/* enum selkie_context_fault */
	const char *type_name;		/* the third part of the text */
	bool unlabeled;			/* its type is that of the initial id "unlabeled" */
};

/* What one program path tells about the domain it should run in. */
struct sk_program {
	const char *path;
	struct sk_type_id label;	/* type that file contexts expect, if no other program's; else 0 */
};

/* How the denied call was made, from SYSCALL. */
enum sk_call {
	SK_CALL_UNKNOWN,
	SK_CALL_EXEC,		/* execve, execveat */
	SK_CALL_RECEIVE,	/* recvmsg: descriptors arrive */
	SK_CALL_DESCRIPTOR,	/* works on a descriptor that is open already: read, write, fstat, ioctl, ... */
	SK_CALL_OTHER,
};

enum sk_case_flag {
	SK_CASE_RAW = 1,	/* srawcon or trawcon: a stored context that the policy does not have */
	SK_CASE_NUMBER = 2,	/* ioctl command or netlink message type is known */
	SK_CASE_NOT_PROGRAM = 4,/* at exec: the object is none of the program's files */
	SK_CASE_NNP_REFUSED = 8,/* this program's transition was refused under no_new_privs earlier in the log */
	SK_CASE_NOSUID_REFUSED = 16,
	SK_CASE_HAS_PATH = 32,
};

/* Denials with equal keys have equal causes. All zero-padded: compared as bytes. */
struct sk_case_key {
	uint32_t source, target;	/* context numbers */
	uint32_t old;			/* validatetrans: the old context */
	uint32_t cls, perms;		/* texts as in the record */
	uint32_t expected;		/* context that file contexts expect on the path */
	uint32_t program;		/* index into programs + 1 when its label matters, else 0 */
	uint32_t number;		/* ioctl command or message type, with SK_CASE_NUMBER */
	uint8_t kind;			/* enum selkie_audit_denial_kind */
	uint8_t permissive;		/* 0, 1 */
	uint8_t call;			/* enum sk_call */
	uint8_t flags;			/* enum sk_case_flag */
};

#define SK_MOST_PATHS 8

/* What differs between denials with one key; the first ones are kept. */
struct sk_case_samples {
	const char *cls, *perms;	/* texts of the key; "" where the record has none */
	const char *comm, *exe;
	const char *paths[SK_MOST_PATHS];
	unsigned int n_paths;
	const char *name;		/* name= where no path is known */
	const char *device;
	const char *operation;		/* op= of an error record */
	const char *raw;		/* srawcon, trawcon or the invalid context */
	const char *netif;
	const char *member;		/* bus: interface.member */
	int64_t inode;			/* -1 unknown */
	int64_t mode, owner, group;	/* of the file, -1 unknown */
	int64_t fsuid, fsgid;		/* of the process, -1 unknown */
	int32_t port;			/* -1 unknown */
	int protocol;			/* IPPROTO_* */
	enum selkie_audit_path_source path_source;
	bool found_by_inode;		/* no record named the path */
};

struct sk_event_node {
	struct selkie_event_id id;
	uint32_t next;			/* index + 1, or 0 */
};

struct sk_case {
	struct sk_case_key key;
	uint32_t next;			/* in the hash chain: index + 1, or 0 */
	uint32_t sibling;		/* next case of the same finding: index + 1, or 0 */
	uint64_t count;
	uint32_t first_event, last_event;	/* index + 1 into events */
	uint32_t n_events;
	struct selkie_event_id last;
	struct sk_case_samples *samples;

	/* decided by cause.c */
	uint8_t cause;
	bool silenced;
	uint32_t also;
	uint16_t verdict;		/* enum sk_verdict_flag */
	uint32_t perms;			/* access vector of the class; 0 when class or permission is unknown */
	uint32_t granted;		/* of perms */
	uint32_t detail;		/* for grouping: boolean id, type id, ... of the cause */
};

struct sk_found {			/* a finding */
	uint32_t first_case;		/* index + 1 */
	uint32_t last_case;
	uint64_t count;
	uint32_t root;
};

/* A label look-up that was made lately: logs ask the same paths again and again. */
struct sk_expected_path {
	char *path;			/* owned; NULL is empty */
	uint32_t mode, context;
};

#define SK_RECENT_PATHS 4096

/* What collecting asks of a class or a permission list by its words, looked at once for each text. */
struct sk_text_facts {
	uint32_t file_mode;		/* of the class: S_IFMT bits */
	uint16_t words;			/* enum sk_text_word */
};

struct sk_type_transition {		/* type_transition SOURCE TARGET:process RESULT */
	struct sk_type_id source, target, result;
};

/*
 * What one thread needs to decide cases and to work findings out: caches and memory of its own, beside the explainer that
 * all share. Once the logs are read, workers change nothing of the explainer but what cause.c decides of a case, each
 * case by one of them.
 */
struct sk_worker {
	const struct sk_explainer *e;
	struct sk_arena scratch;	/* of one finding: until the next */
	struct sk_map own_ports;	/* place.c: domain and question -> port type << 16 | port */
	struct sk_map opened_of;	/* hash of boolean settings -> index into opened */
	uint64_t *opened;
	size_t n_opened, cap_opened;
};

struct sk_explainer {
	const struct sk_policy *policy;
	const selkie_state *state;
	const selkie_label_db *labels;
	const selkie_origins *origins;	/* or NULL */
	unsigned int find_milliseconds, threads;
	bool bearings;
	selkie_audit_reader *reader;
	struct sk_relay *relay;		/* NULL with one thread */

	struct sk_arena arena;		/* what lives as long as the explainer */
	struct sk_intern strings;	/* classes, permission lists */
	struct sk_text_facts *text_facts;	/* by number of a string; collect.c */
	size_t n_text_facts, cap_text_facts;
	struct sk_intern context_names;
	struct sk_named_context *contexts;
	size_t n_contexts, cap_contexts;
	struct sk_intern program_names;
	struct sk_program *programs;
	size_t n_programs, cap_programs;
	struct sk_expected_path *recent;	/* SK_RECENT_PATHS of them, by hash of path and file type */
	struct sk_map refused;		/* hash of (program, source) -> SK_CASE_NNP_REFUSED or SK_CASE_NOSUID_REFUSED */

	struct sk_case *cases;
	size_t n_cases, cap_cases;
	struct sk_map case_of;		/* hash of key -> index + 1 of the newest with that hash */
	struct sk_event_node *events;
	size_t n_events, cap_events;

	struct sk_found *findings;
	size_t n_findings, cap_findings;
	uint32_t n_roots;
	atomic_uint_least64_t n_denials;	/* told while the log is read, too */

	struct sk_type_transition *exec_transitions;
	size_t n_exec_transitions, cap_exec_transitions;
	uint32_t *port_rules;		/* place.c: rules that make ports somebody's own */
	size_t n_port_rules, cap_port_rules;
	struct sk_bitset mount_types;	/* labels of whole file systems, of the explainer's arena */
	struct sk_type_id unlabeled;
	struct sk_class_id process_class, file_class;
	struct sk_vocabulary *vocabulary;	/* by class id */
	struct sk_sensitive *sensitive;

	struct selkie_audit_path path;	/* scratch of collect.c; large */
	char text[8192];		/* likewise */
	struct sk_worker own;		/* of the thread that the explainer belongs to */
};

/* collect.c: the callback of the audit reader. */
int sk_collect_event(void *arg, const struct selkie_audit_event *event);

/* The context that file contexts expect on a path, as a context number, or SK_NO_STRING. 0 or -ENOMEM. */
int sk_explain_expected(struct sk_explainer *e, const char *path, uint32_t mode, uint32_t *ret_context);

/* The number of a context text. 0 or -ENOMEM. */
int sk_explain_add_context(struct sk_explainer *e, const char *text, size_t n, uint32_t *ret_number);

/* The string of a number; "" for SK_NO_STRING. */
static inline const char *sk_explain_str(const struct sk_explainer *e, uint32_t number)
{
	return number == SK_NO_STRING ? "" : sk_intern_str(&e->strings, number);
}

/* NULL for SK_NO_STRING. */
static inline const struct sk_named_context *sk_explain_context(const struct sk_explainer *e,
								uint32_t number)
{
	return number == SK_NO_STRING ? NULL : &e->contexts[number];
}

/* Whether a number is that of a context that the policy can read. */
static inline bool sk_explain_readable(const struct sk_explainer *e, uint32_t number)
{
	return number != SK_NO_STRING && e->contexts[number].context;
}

#endif
