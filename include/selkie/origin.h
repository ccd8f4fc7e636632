/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_ORIGIN_H
#define SELKIE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>
#include <selkie/rule.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Where a policy comes from: for each of its rules, types, constraints, contexts the statements that gave it, with file,
 * line and the calls of interfaces that led there. selkie build writes this beside the policy, as debug symbols are kept
 * beside a program, in a file of the policy's name with ".origins" behind it; and beside the label files that it makes.
 * It belongs to one file, byte for byte.
 *
 * Read-only once loaded; any number of threads may ask.
 */
typedef struct sk_origins selkie_origins;

/* Outcomes of selkie_origins_load. */
#define SELKIE_ORIGINS_REFUSED 1	/* damaged, or of another policy; the diagnostic says which */
#define SELKIE_ORIGINS_NONE 2		/* there is no such file beside the policy */

/*
 * Loads what stands beside the policy or label file at `policy_path`. diags: gets the reason of a refusal; may be NULL.
 * *ret is the caller's (selkie_origins_free), set on success only. Returns 0, an outcome above, or a negative errno.
 */
int selkie_origins_load(const char *policy_path, selkie_diagnostics *diags, selkie_origins **ret);
void selkie_origins_free(selkie_origins *origins);	/* NULL is allowed */

/* A statement that gave something. Texts are borrowed from the origins. */
struct selkie_origin {
	const char *module;	/* NULL outside modules */
	const char *file;
	bool binary;		/* the file is a binary module, which has no lines; see `line` */
	uint32_t line;		/* from 1; with `binary` the number of a statement, as diagnostics count them */
	uint32_t perms;		/* of AV rules: which permissions of the rule this statement gave; else 0 */
	uint32_t call;		/* for selkie_origin_call; 0: the statement is written where it counts */
	/* The conditional that the statement stands in, tunables included; those of binary modules are not known. */
	const char *cond_file;	/* NULL: none */
	uint32_t cond_line;
	uint32_t cond_call;	/* likewise; where both were brought by the same call, this is the same as in `call` */
};

/* A call of an interface or macro, from which a statement came. */
struct selkie_origin_call {
	bool mark;		/* no call, but a mark in CIL that the text was made from the line of a file */
	const char *name;	/* what was called; with `mark` the same as `file` */
	const char *file;	/* where */
	uint32_t line;
};

/*
 * The statements of a rule of that policy, as selkie_search or selkie_rule_get gives it, in the order of the sources.
 * count: how many; 0 when none is known. get: the i-th; returns 0 or -EINVAL.
 */
size_t selkie_origins_count(const selkie_origins *origins, const struct selkie_rule *rule);
int selkie_origins_get(const selkie_origins *origins, const struct selkie_rule *rule, size_t i,
		       struct selkie_origin *ret);

/*
 * The calls that led to a statement, innermost first: start with selkie_origin.call; each returns the next one, 0 at the
 * end. call must not be 0.
 */
uint32_t selkie_origin_call(const selkie_origins *origins, uint32_t call, struct selkie_origin_call *ret);

/* What has origins beside rules. `id` and `other` are by kind: */
enum selkie_fact_kind {
	/* where it is declared; id: of the policy */
	SELKIE_FACT_CLASS,
	SELKIE_FACT_ROLE,
	SELKIE_FACT_TYPE,	/* or attribute */
	SELKIE_FACT_USER,
	SELKIE_FACT_BOOLEAN,
	SELKIE_FACT_MEMBER,	/* the type `id` has the attribute `other` */
	SELKIE_FACT_TYPE_BOUNDS,	/* the type `id` is bounded by another */
	SELKIE_FACT_PERMISSIVE,	/* the type `id` is permissive */
	SELKIE_FACT_ROLE_TYPE,	/* the role `id` may have the type `other` */
	SELKIE_FACT_USER_ROLE,	/* the user `id` may have the role `other` */
	SELKIE_FACT_CONSTRAINT,	/* `other`: position among the constraints of the class `id` */
	SELKIE_FACT_VALIDATETRANS,	/* likewise */
	SELKIE_FACT_INITIAL,	/* context of the initial id of number `id` */
	/* contexts; id: position among the policy's statements of that kind (labeling.h; selkie_object.index) */
	SELKIE_FACT_PORT,
	SELKIE_FACT_NODE,	/* IPv4 first, then IPv6 */
	SELKIE_FACT_NETIF,
	SELKIE_FACT_FS_USE,
	SELKIE_FACT_GENFS,
	SELKIE_FACT_IBPKEY,
	SELKIE_FACT_IBENDPORT,
	SELKIE_FACT_PIRQ,
	SELKIE_FACT_IOPORT,
	SELKIE_FACT_IOMEM,
	SELKIE_FACT_PCIDEVICE,
	SELKIE_FACT_DEVICETREE,
	SELKIE_FACT_LABEL,	/* of the origins of a label file: its line `id` */
};

struct selkie_fact {
	enum selkie_fact_kind kind;
	uint32_t id, other;
};

/* As the two for rules. policy: that the origins belong to; of label files NULL. */
size_t selkie_origins_count_fact(const selkie_origins *origins, const selkie_policy *policy,
				 const struct selkie_fact *fact);
int selkie_origins_get_fact(const selkie_origins *origins, const selkie_policy *policy, const struct selkie_fact *fact,
			    size_t i, struct selkie_origin *ret);

/*
 * Neverallow rules. No kernel policy holds them; the origins of a policy keep those of its sources, for who wants to know
 * what forbids a rule. One is a statement with one of its classes.
 */
struct selkie_neverallow {
	selkie_class_id cls;
	uint32_t perms;			/* what is forbidden; of a neverallowxperm ioctl or nlmsg */
	uint32_t xperm_kind;		/* of a neverallowxperm: enum selkie_xperm_kind (overlay.h); else 0 */
	size_t n_numbers;		/* ... and so many pairs of numbers: the lowest and the highest of a range */
	const uint32_t *numbers;
	struct selkie_origin origin;	/* where it is written */
	const struct sk_origin_set *sources, *targets;	/* for the functions below */
	bool self, not_self;
};

/* What is asked for. Zeros ask for anything. */
struct selkie_neverallow_question {
	selkie_type_id source, target;	/* types, or attributes: any of their types */
	selkie_class_id cls;
	uint32_t perms;			/* any of these */
	/* Of rules about numbers of that kind only those that forbid this number; rules about permissions in any case. */
	bool has_number;
	uint32_t xperm_kind;
	uint16_t number;
};

/*
 * The next rule that forbids some of what is asked for, behind the position `after` (0: from the beginning); policy: that
 * the origins belong to. Returns its position, or 0 at the end. *ret borrows from the origins.
 */
size_t selkie_origins_next_neverallow(const selkie_origins *origins, const selkie_policy *policy,
				      const struct selkie_neverallow_question *question, size_t after,
				      struct selkie_neverallow *ret);

/* Whether a neverallowxperm forbids a number. */
bool selkie_neverallow_has_number(const struct selkie_neverallow *rule, uint16_t number);

/*
 * The rule as policy text, its sets as they are written, and these alone. Texts are freed with free(). Return 0 or -ENOMEM.
 */
int selkie_neverallow_text(const selkie_policy *policy, const struct selkie_neverallow *rule, char **ret_text);
int selkie_neverallow_sets(const selkie_policy *policy, const struct selkie_neverallow *rule, char **ret_source,
			   char **ret_target);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
