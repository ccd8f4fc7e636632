/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_FIXING_H
#define SK_EXPLAIN_FIXING_H

#include "base/buf.h"
#include "explain/cause.h"

/* One finding whose fixes are being found: what all of the fixes work on, and how a fix is tried and told. */
#define SK_MOST_FIXES 8

struct sk_fixing {
	struct sk_worker *w;
	const struct sk_explainer *e;
	const struct sk_found *found;
	const struct sk_case *c;
	const struct sk_verdict *v;
	uint32_t asked;			/* all permissions that the finding's cases were denied */
	uint32_t operation;		/* what the whole operation needs: these and more */
	struct selkie_fix *fixes;
	size_t n;
	bool silenced_hint;		/* that it is harmless has been said */
};

/* What a replay changes; zero fields change nothing. */
struct sk_change {
	const selkie_state *state;
	const selkie_overlay *overlay;
	struct sk_type_id source_type, target_type;
	struct sk_user_id target_user;
	const struct sk_range *target_range;
};

/*
 * Asks every denied question of the finding again under a change. *ret_granted: permissions, of the operation, that are
 * granted in all of them; 0 when one that was denied still is. Returns 0 or -ENOMEM.
 */
int sk_fix_replay(struct sk_fixing *x, const struct sk_change *change, uint32_t *ret_granted);

/* Adds a fix to the finding's, while there is room. Returns 0, or -ENOMEM when its summary is missing for want of memory. */
int sk_fix_add(struct sk_fixing *x, struct selkie_fix fix);

/* Adds advice: a fix without command and replay. Returns 0 or -ENOMEM. */
int sk_fix_advise(struct sk_fixing *x, enum selkie_fix_kind kind, const char *fmt, ...)
	SK_PRINTF(3, 4);

/*
 * "Replayed with CHANGE: getattr and read are allowed, and so is open, which the operation needs next." In the worker's
 * scratch memory; NULL: no memory.
 */
const char *sk_fix_proof(struct sk_fixing *x, const char *with, uint32_t granted);

/* A text that is done, moved to the worker's scratch memory; NULL: no memory. */
const char *sk_fix_take(struct sk_fixing *x, struct sk_buf *b);

/* For the shell: single quotes where the word needs them. */
void sk_fix_add_word(struct sk_buf *b, const char *word);

/* Names of the policy. */
const char *sk_fix_type_name(const struct sk_fixing *x, struct sk_type_id type);
const char *sk_fix_user_name(const struct sk_fixing *x, const struct sk_context *context);

/* Whether one of the finding's cases was denied the permission. */
bool sk_fix_asked(const struct sk_fixing *x, const char *perm);

/* The first path of the finding's representative, or "". */
const char *sk_fix_first_path(const struct sk_fixing *x);

/*
 * The fixes by what they change. Each tries its change and adds the fix when it helps, or advice where that is all there
 * is. They return 0 or -ENOMEM.
 */

/* Labels of files: as file contexts say, type only or whole; another user; a new rule for a place; of the program. */
int sk_fix_restore(struct sk_fixing *x);
int sk_fix_restore_whole(struct sk_fixing *x);
int sk_fix_label_user(struct sk_fixing *x);
int sk_fix_fcontext(struct sk_fixing *x, struct sk_type_id type, const char *summary);
int sk_fix_place(struct sk_fixing *x);
int sk_fix_mislabeled_program(struct sk_fixing *x);

/* Booleans, the narrowest first. */
int sk_fix_booleans(struct sk_fixing *x);

/* The label of the port; whether the port type that the domain has is made for it by name. */
int sk_fix_port(struct sk_fixing *x);
int sk_fix_port_is_own(struct sk_fixing *x, bool *ret);

/* Users and roles. */
int sk_fix_role(struct sk_fixing *x);

/* Unix owner and mode. */
int sk_fix_file_mode(struct sk_fixing *x);

/*
 * Permissions of a rule that a neverallow of the sources forbids; *ret_rule: one of them, and the first that forbids
 * what the finding was denied if any does. 0 where the sources are not known. With numbers: of a rule for just these numbers of the
 * finding's cases.
 */
int sk_fix_forbidden(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target, uint32_t perms,
		     uint32_t *ret_perms, struct selkie_neverallow *ret_rule);
bool sk_fix_forbidden_numbers(struct sk_fixing *x, struct selkie_neverallow *ret_rule);

/* Says instead of a rule that it is forbidden, and where. */
int sk_fix_advise_forbidden(struct sk_fixing *x, const struct selkie_neverallow *rule);

/* Rules: for the operation, for the bounding types, for a number of an ioctl or message. */
int sk_fix_rule(struct sk_fixing *x);
int sk_fix_bounds(struct sk_fixing *x);
int sk_fix_extended_permission(struct sk_fixing *x);

#endif
