/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_AUDIT_H
#define SELKIE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/*
 * Audit records to denials, as a stream.
 *
 * Reads what auditd writes (raw and enriched, with node= or without), what audispd and its syslog plugin pass on,
 * `ausearch` in its plain, --raw and -i forms, `journalctl -o export`, and the text of journalctl, syslog and dmesg.
 * The form is recognized line by line; nothing needs to be said. Text goes in by selkie_audit_feed or
 * selkie_audit_read_fd; for each event (the records of one node, time and serial) one call comes out, with its denials
 * taken apart and its companions (SYSCALL, PATH, CWD, ...) at hand for questions.
 *
 * Texts are slices of the input, not zero-terminated and not decoded: they are valid only during the callback. What
 * auditd has encoded is decoded when asked (selkie_audit_decode).
 *
 * Records of one event are put together if not more than a window of the log (option `window`) lies between the first
 * and the last of them. Events are delivered in the order of their first records. Memory is bounded by the window.
 *
 * Damaged lines never stop the reading: they are counted, the first few are kept with their place, and records that
 * follow on the same line are found. Where a program can put text of its own into a record (user-space records, decoded
 * output), a record start inside a line is taken for that program's text and not for a record.
 *
 * One reader belongs to one thread at a time.
 */

/* size bytes at data, borrowed. data is NULL when a field is absent; a present and empty field has size 0. */
struct selkie_audit_text {
	const char *data;
	size_t size;
};

/* Record types that have a meaning here; all others are SELKIE_AUDIT_OTHER. */
enum selkie_audit_type {
	SELKIE_AUDIT_OTHER,
	SELKIE_AUDIT_AVC,
	SELKIE_AUDIT_USER_AVC,
	SELKIE_AUDIT_SELINUX_ERR,
	SELKIE_AUDIT_USER_SELINUX_ERR,
	SELKIE_AUDIT_AVC_PATH,
	SELKIE_AUDIT_SYSCALL,
	SELKIE_AUDIT_PATH,
	SELKIE_AUDIT_CWD,
	SELKIE_AUDIT_SOCKADDR,
	SELKIE_AUDIT_EXECVE,
	SELKIE_AUDIT_PROCTITLE,
	SELKIE_AUDIT_OBJ_PID,
	SELKIE_AUDIT_IPC,
	SELKIE_AUDIT_BPRM_FCAPS,
	SELKIE_AUDIT_EOE,
	SELKIE_AUDIT_DAEMON,	/* auditd about itself: its serials are another series */
	SELKIE_AUDIT_USER,	/* other records made by programs */
	SELKIE_AUDIT_N_TYPES
};

/* The name auditd writes, as "USER_AVC"; "other" and "user" for the groups. A static string. */
const char *selkie_audit_type_name(enum selkie_audit_type type);

struct selkie_audit_record {
	enum selkie_audit_type type;
	bool interpreted;		/* values stand as `ausearch -i` shows them: names, not numbers */
	bool plain;			/* the reader looked: no value is in braces or single quotes. False is never wrong */
	struct selkie_audit_text body;	/* what follows "audit(...):", enriched part included */
	uint64_t offset;		/* of the body in the input, in bytes */
};

enum selkie_audit_denial_kind {
	/* AVC and USER_AVC: scontext, tcontext, tclass, perms are set. */
	SELKIE_AUDIT_DENIAL_AVC,
	SELKIE_AUDIT_DENIAL_USER_AVC,
	/*
	 * A context that the policy does not have (op=security_compute_sid, setxattr, ...): `invalid` is it; scontext,
	 * tcontext, tclass where the record has them.
	 */
	SELKIE_AUDIT_DENIAL_INVALID_CONTEXT,
	/* A transition under no_new_privs or nosuid that is not to a bounded type: from scontext to tcontext. */
	SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION,
	/* validatetrans: the relabel of a tclass object from oldcontext to tcontext by the task scontext. */
	SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION,
	/* typebounds took `perms` (separated by commas) away from a rule that the policy has. */
	SELKIE_AUDIT_DENIAL_BOUNDS,
	/* A class or permission, or netlink message, that the policy does not define. */
	SELKIE_AUDIT_DENIAL_UNKNOWN_CLASS,
	/* Any other SELINUX_ERR or USER_SELINUX_ERR; only `record` and `operation` say what. */
	SELKIE_AUDIT_DENIAL_OTHER_ERROR,
};

struct selkie_audit_denial {
	enum selkie_audit_denial_kind kind;
	bool granted;			/* "avc: granted": an auditallow rule's record, not a denial */
	int permissive;			/* 1: the access went through; 0: it did not; -1: the record does not say */
	struct selkie_audit_text scontext, tcontext, tclass;
	struct selkie_audit_text perms;	/* between the braces, blanks trimmed: "read write" */
	struct selkie_audit_text srawcon, trawcon;	/* contexts as stored, where scontext or tcontext was invalid */
	struct selkie_audit_text oldcontext, invalid;
	struct selkie_audit_text operation;		/* op= of an error record */
	/*
	 * Of kind, granted, permissive, perms, scontext, tcontext and tclass: equal denials have equal hashes, so that
	 * a consumer can pass over a repeat before it looks at anything else. Compare the texts too: different denials
	 * may have equal hashes. Not to be stored: another version may compute it otherwise.
	 */
	uint64_t hash;
	const struct selkie_audit_record *record;
};

struct selkie_audit_event {
	struct selkie_audit_text node;	/* of node=, or the journal's host; absent when there is none */
	uint64_t seconds;		/* since 1970; 0 when the text does not say */
	uint32_t milliseconds;
	uint64_t serial;
	bool has_id;			/* seconds, milliseconds, serial are the event's id */
	const struct selkie_audit_record *records;	/* in the order of the log */
	size_t n_records;
	const struct selkie_audit_denial *denials;		/* granted ones included */
	size_t n_denials;
};

/*
 * Called for each event with at least one denial (or each event, with `all_events`). Returns 0 to go on; any other
 * value stops the reading and is returned by the function that fed the text.
 */
typedef int (*selkie_audit_event_fn)(void *arg, const struct selkie_audit_event *event);

/* Set `size` to sizeof(struct selkie_audit_options), zero the rest: zeros are the defaults. */
struct selkie_audit_options {
	size_t size;
	size_t window;		/* bytes of log within which an event's records are looked for; default 2 MiB */
	bool all_events;	/* call back for events without denials too */
};

typedef struct sk_audit_reader selkie_audit_reader;

/*
 * options may be NULL. Returns 0 and a reader (selkie_audit_reader_free), or -ENOMEM; -EINVAL for unknown options.
 */
int selkie_audit_reader_new(selkie_audit_event_fn fn, void *arg,
			    const struct selkie_audit_options *options,
			    selkie_audit_reader **ret_reader);
void selkie_audit_reader_free(selkie_audit_reader *reader);	/* NULL is allowed */

/*
 * Gives text to the reader: any pieces of any size. selkie_audit_read_fd reads fd to its end; `progress`, unless NULL,
 * is called now and then with the number of bytes read so far. selkie_audit_finish says that no more comes and delivers
 * what waits; after it, feeding again starts another log of the same stream (counts go on).
 *
 * Return 0, the callback's value, or a negative errno.
 */
int selkie_audit_feed(selkie_audit_reader *reader, const void *data, size_t size);
int selkie_audit_read_fd(selkie_audit_reader *reader, int fd,
			 void (*progress)(void *arg, uint64_t n_bytes), void *progress_arg);
int selkie_audit_finish(selkie_audit_reader *reader);

enum selkie_audit_damage_kind {
	SELKIE_AUDIT_DAMAGE_HEADER,	/* the record's type, time or serial cannot be read */
	SELKIE_AUDIT_DAMAGE_CUT,	/* the record ends before it is complete */
	SELKIE_AUDIT_DAMAGE_FIELDS,	/* a denial without readable contexts, class or decision */
	SELKIE_AUDIT_DAMAGE_LONG,	/* longer than any record can be */
	SELKIE_AUDIT_DAMAGE_JOINED,	/* another record begins in the middle of this one */
	SELKIE_AUDIT_DAMAGE_BYTES,	/* NUL or other control bytes in the line */
	SELKIE_AUDIT_DAMAGE_FOREIGN,	/* a line that is no record at all, among auditd's records */
	SELKIE_AUDIT_N_DAMAGES
};

#define SELKIE_AUDIT_N_SAMPLES 8

struct selkie_audit_damage {
	enum selkie_audit_damage_kind kind;
	uint64_t line;		/* from 1 */
	uint64_t offset;	/* in bytes from the start of the input */
	char text[80];		/* the beginning of it, printable, zero-terminated */
};

/* What was read so far. */
struct selkie_audit_summary {
	uint64_t n_bytes, n_lines;
	uint64_t n_records;			/* readable audit records of any type */
	uint64_t n_records_of[SELKIE_AUDIT_N_TYPES];
	uint64_t n_events;			/* distinct ids, as far as the window can tell */
	uint64_t n_denials, n_granted;
	uint64_t n_other_lines;			/* lines that are no audit records: separators, other syslog text */
	uint64_t first_seconds, last_seconds;	/* of the readable records' times; 0 when there are none */
	/*
	 * Serials that should have come between two that were seen (of one node and boot), and the number of gaps they
	 * form. A log that was filtered (ausearch -m) has them too.
	 */
	uint64_t n_missing, n_gaps;
	uint64_t n_suppressed;			/* messages that the kernel says it did not print (dmesg) or lost */
	uint64_t n_damages;
	uint64_t n_damages_of[SELKIE_AUDIT_N_DAMAGES];
	struct selkie_audit_damage samples[SELKIE_AUDIT_N_SAMPLES];	/* the first ones */
	size_t n_samples;
};

const struct selkie_audit_summary *selkie_audit_summary(const selkie_audit_reader *reader);

/* Damages and gaps as warnings (W0701 to W0704); `name` is what the input is called. Returns 0 or -ENOMEM. */
int selkie_audit_report(const selkie_audit_reader *reader, const char *name, selkie_diagnostics *diags);

/*
 * The value of a field of a record, as it stands in the log, without its quotes when it is quoted; `key` is matched
 * exactly ("SYSCALL" finds the enriched name, "syscall" the number). Absent: data is NULL. Kernel records write "(null)"
 * or "?" for an unknown value; these are returned as they are.
 */
struct selkie_audit_text selkie_audit_field(const struct selkie_audit_record *record, const char *key);

/* The same of the first record of that type in the event; absent when there is no such record. */
struct selkie_audit_text selkie_audit_event_field(const struct selkie_audit_event *event,
						  enum selkie_audit_type type, const char *key);
const struct selkie_audit_record *selkie_audit_event_record(const struct selkie_audit_event *event,
							    enum selkie_audit_type type);

/*
 * A string field (name, exe, comm, path, cwd, proctitle, key...) decoded: hex where auditd has encoded it, as it stands
 * otherwise; "(null)", "(none)" and "?" are absent. Writes at most size bytes to buf, zero-terminated (zeros in the value
 * are kept; use the returned length).
 *
 * Returns the length, or -ENOENT when the field is absent, or -ENAMETOOLONG when buf is too small.
 */
long selkie_audit_decode(const struct selkie_audit_record *record, const char *key, char *buf,
			 size_t size);

/* A number field: decimal, 0x hexadecimal, or with base 16 hexadecimal without 0x (a0..a3). False when it is none. */
bool selkie_audit_number(struct selkie_audit_text text, unsigned int base, int64_t *ret_value);

/*
 * The command line: PROCTITLE, else EXECVE, arguments separated by blanks; else absent (-ENOENT). Returns as
 * selkie_audit_decode.
 */
long selkie_audit_command(const struct selkie_audit_event *event, char *buf, size_t size);

/* An address, from a SOCKADDR record or an AVC's own fields. */
struct selkie_audit_address {
	int family;		/* the kernel's number: 1 unix, 2 inet, 10 inet6, 16 netlink, 40 vsock; -1 unknown */
	char address[128];	/* "10.0.0.1", "fe80::1", "/run/x", "@abstract"; "" when there is none */
	int64_t port;		/* inet: port; netlink: port id; vsock: port; -1 when there is none */
};

/* The SOCKADDR record's. Returns 0, or -ENOENT when there is none, or -EINVAL when it cannot be read. */
int selkie_audit_sockaddr(const struct selkie_audit_event *event, struct selkie_audit_address *ret);

enum selkie_audit_path_source {
	SELKIE_AUDIT_PATH_NONE,
	SELKIE_AUDIT_PATH_AVC,		/* the kernel gave the whole path in the denial itself */
	SELKIE_AUDIT_PATH_INODE,	/* the PATH record with the denial's inode */
	SELKIE_AUDIT_PATH_CREATED,	/* the parent's PATH record and the new name */
	SELKIE_AUDIT_PATH_ANCESTOR,	/* a directory on the way to a PATH record's path, by its name */
	SELKIE_AUDIT_PATH_LABEL,	/* the PATH record with the denied label and name */
	SELKIE_AUDIT_PATH_NAME,		/* the PATH record with the denied name */
	SELKIE_AUDIT_PATH_ONLY,		/* the only PATH record there is; a guess */
	SELKIE_AUDIT_PATH_PARENT,	/* the directory in which the denied name was to be added or removed */
};

struct selkie_audit_path {
	enum selkie_audit_path_source source;
	bool absolute;		/* starts at the root; otherwise it is relative to an unknown directory */
	bool deleted;		/* the kernel marked it " (deleted)" */
	char path[4096];	/* zero-terminated; "" when source is NONE */
	struct selkie_audit_text object;	/* obj= of the PATH record */
	int64_t inode;		/* of the denied object: from the AVC, else the PATH record; -1 when unknown */
	int64_t mode;		/* of the PATH record, st_mode; -1 when unknown */
	struct selkie_audit_text device;	/* dev= of the AVC ("vda1"), else of the PATH record ("fe:00") */
};

/*
 * The path of the object that was denied: the denial's own path, or the PATH record that belongs to it, made absolute
 * with CWD. Objects without a path (sockets, processes) have source NONE; so has an event without PATH records.
 * Returns 0, or -ENAMETOOLONG.
 */
int selkie_audit_denied_path(const struct selkie_audit_event *event,
			     const struct selkie_audit_denial *denial, struct selkie_audit_path *ret);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
