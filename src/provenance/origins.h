/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_PROVENANCE_ORIGINS_H
#define SK_PROVENANCE_ORIGINS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "model/policy.h"
#include "selkie/origin.h"

/*
 * Origins in memory. What a fact of the policy comes from is found by a key that is made of the fact itself (its kind,
 * and ids of the policy), never of its position. The keys are sorted and distinct; key i has the sources
 * first[i] .. first[i + 1].
 */
struct sk_origin_expansion {
	uint32_t parent;	/* 0: none; smaller than the expansion's own number */
	uint32_t name, file;	/* numbers of strings */
	uint32_t line;		/* with SK_ORIGIN_MARK: no call, see selkie_origin_call.mark */
};

#define SK_ORIGIN_MARK 0x80000000u
#define SK_ORIGIN_NO_STRING UINT32_MAX

/* Where a conditional is written. */
struct sk_origin_cond {
	uint32_t file;		/* number of a string */
	uint32_t line;
	uint32_t expansion;
};

struct sk_origin_stmt {
	uint32_t module, file;	/* numbers of strings; module may be SK_ORIGIN_NO_STRING */
	uint32_t line;		/* with SK_ORIGIN_BINARY: the number of a statement of the module */
	uint32_t expansion;
	uint32_t cond;		/* number of the conditional that it stands in; 0: none, or it is not known where that is */
};

#define SK_ORIGIN_BINARY 0x80000000u

/*
 * Types as a neverallow names them: those of n types and attributes, but not those of n_minus behind them. Or numbers of
 * extended permissions: the lowest and the highest of each range in turn.
 */
struct sk_origin_set {
	uint32_t flags;		/* enum sk_origin_set_flag */
	uint32_t n, n_minus;
	const uint32_t *ids;
};

enum sk_origin_set_flag {
	SK_ORIGIN_ALL = 1,
	SK_ORIGIN_COMPLEMENT = 2,	/* all but these */
};

struct sk_origin_source {
	uint32_t stmt;
	uint32_t perms;		/* of a neverallowxperm the number of a set: its numbers */
};

struct sk_origins {
	struct sk_arena arena;
	uint32_t n_strings, n_expansions, n_conds, n_stmts, n_sets, n_keys, n_sources;
	const char **strings;
	struct sk_origin_expansion *expansions;	/* [0] is none */
	struct sk_origin_cond *conds;		/* likewise */
	struct sk_origin_stmt *stmts;
	struct sk_origin_set *sets;
	uint64_t *keys;
	uint32_t *first;			/* n_keys + 1 */
	struct sk_origin_source *sources;
	struct sk_origins_writer *written;	/* not NULL: they are these bytes, only to be saved; owned */
};

/* Kinds of facts beside those of rules (the place of the bit of enum selkie_rule_kind). */
enum sk_origin_kind {
	SK_ORIGIN_FILENAME = 16,	/* named transitions: extra is the number of the name among the strings */
	/* source is the id: where it is declared */
	SK_ORIGIN_CLASS,
	SK_ORIGIN_ROLE,
	SK_ORIGIN_TYPE,
	SK_ORIGIN_USER,
	SK_ORIGIN_BOOLEAN,
	/* source is the type, and of the first target the attribute */
	SK_ORIGIN_MEMBER,
	SK_ORIGIN_TYPE_BOUNDS,
	SK_ORIGIN_PERMISSIVE,
	/* source is the role or user, target the type or role that it may have */
	SK_ORIGIN_ROLE_TYPE,
	SK_ORIGIN_USER_ROLE,
	/* What has no ids: the rest of the key is a hash of what the thing is. */
	SK_ORIGIN_CONSTRAINT,
	SK_ORIGIN_OBJECT,
	SK_ORIGIN_LABEL,		/* of label files: the line, in source and target */
	/* source and target are numbers of sets, extra is of enum sk_origin_never: rules that the policy does not hold */
	SK_ORIGIN_NEVERALLOW,
	SK_N_ORIGIN_KINDS = 32,
};

enum sk_origin_never {
	SK_ORIGIN_SELF = 1,	/* each source with itself as well */
	SK_ORIGIN_NOT_SELF = 2,	/* no source with itself */
	SK_ORIGIN_IOCTL = 4,	/* neverallowxperm */
	SK_ORIGIN_NLMSG = 8,
};

#define SK_ORIGIN_KIND_SHIFT 59

/*
 * Keys, from the highest bit: 5 kind, 13 branch or extra, 16 source, 16 target, 14 class. The branch of a conditional is
 * 1 + 2 * its number, + 1 for the false one. False when something is too large for its bits: such a policy has no
 * origins.
 */
static inline bool sk_origin_key(uint32_t kind, uint32_t extra, uint32_t source, uint32_t target, uint32_t cls,
				 uint64_t *ret_key)
{
	if (kind >= 32 || extra >= 1u << 13 || source >= 1u << 16 || target >= 1u << 16 || cls >= 1u << 14)
		return false;
	*ret_key = (uint64_t)kind << SK_ORIGIN_KIND_SHIFT | (uint64_t)extra << 46 | (uint64_t)source << 30 |
		   (uint64_t)target << 14 | cls;
	return true;
}

/* The branch of a rule's key, and the key with another one. */
static inline uint32_t sk_origin_branch(uint64_t key)
{
	return key >> SK_ORIGIN_KIND_SHIFT < SK_ORIGIN_FILENAME ? (uint32_t)(key >> 46 & 0x1fff) : 0;
}

static inline uint64_t sk_origin_with_branch(uint64_t key, uint32_t branch)
{
	return (key & ~((uint64_t)0x1fff << 46)) | (uint64_t)branch << 46;
}

/* The keys of constraints and of objects with contexts. False without memory. */
bool sk_origin_constraint_key(const struct sk_class *cls, const struct sk_constraint *constraint, uint64_t *ret_key);
bool sk_origin_object_key(enum sk_ocontext_kind kind, const struct sk_ocontext *object, uint64_t *ret_key);
bool sk_origin_genfs_key(const char *fstype, const struct sk_genfs_path *path, uint64_t *ret_key);

/* Part of the file format, unlike base/hash.h. */
uint64_t sk_origin_hash(const void *data, size_t n);

struct sk_origins *sk_origins_new(void);

/* How many sources a key has, from *ret_first on; and one of them, its permissions aside. */
size_t sk_origins_find(const struct sk_origins *origins, uint64_t key, uint32_t *ret_first);
/* The first key that is at least this, or how many keys there are. */
uint32_t sk_origins_first_key(const struct sk_origins *origins, uint64_t key);
void sk_origin_of_source(const struct sk_origins *origins, uint32_t source, struct selkie_origin *ret);

/* What identifies the bytes of a policy file. Returns 0 or a negative errno. */
int sk_origins_policy_hash(const char *policy_path, uint64_t *ret_hash);

/*
 * Origins on their way to a side file, as the bytes that it will have: calls, conditionals, statements, sets and keys are
 * put, each in their order; sets, keys and the others may be put by different threads. Sticky: a failure is told at the end.
 */
struct sk_origins_writer {
	struct sk_buf calls, conds, stmts;
	uint32_t n_calls, n_conds, n_stmts;
	struct sk_origin_expansion call;	/* the last ones */
	struct sk_origin_cond cond;
	struct sk_origin_stmt stmt;
	char apart[64];				/* what follows may be written by another thread */
	struct sk_buf sets, keys;
	uint32_t n_sets, n_keys, n_sources, source;
	uint64_t key;
	struct sk_buf head;
};

struct sk_origins_writer *sk_origins_writer_new(void);
void sk_origins_writer_free(struct sk_origins_writer *writer);	/* NULL is allowed */
void sk_origins_put_call(struct sk_origins_writer *writer, const struct sk_origin_expansion *call);
void sk_origins_put_cond(struct sk_origins_writer *writer, const struct sk_origin_cond *cond);
void sk_origins_put_stmt(struct sk_origins_writer *writer, const struct sk_origin_stmt *stmt);
void sk_origins_put_set(struct sk_origins_writer *writer, const struct sk_origin_set *set);
void sk_origins_put_key(struct sk_origins_writer *writer, uint64_t key, const struct sk_origin_source *sources, uint32_t n);

/* Puts what stands before all that. Returns 0 or -ENOMEM. */
int sk_origins_put_strings(struct sk_origins_writer *writer, const char *const *strings, uint32_t n);

/* Writes the side file of the policy at that path, at once and whole. Returns 0 or a negative errno. */
int sk_origins_save(const struct sk_origins *origins, const char *policy_path);

/* Takes away the side file of another file that lay at that path: whoever reads it would refuse it. */
int sk_origins_remove(const char *policy_path);

/* Reads a side file's bytes; name is what diagnostics call it. Returns 0, SELKIE_ORIGINS_REFUSED or -ENOMEM. */
int sk_origins_read(const void *data, size_t size, const char *name, uint64_t policy_hash, struct sk_diags *diags,
		    struct sk_origins **ret);

/* The path of the side file. The caller frees it; NULL when out of memory. */
char *sk_origins_path(const char *policy_path);

#endif
