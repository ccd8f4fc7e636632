/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users and roles: what makes a context valid, and role changes. */
#include <errno.h>

#include "explain/fixing.h"

const char *sk_fix_user_name(const struct sk_fixing *x, const struct sk_context *context)
{
	return x->e->policy->user_by_id[context->user.v]->name;
}

static const char *sk_fix_role_name(const struct sk_fixing *x, const struct sk_context *context)
{
	return x->e->policy->role_by_id[context->role.v]->name;
}

/* A context whose user may not have its role: the user's roles with this one added. */
static int sk_fix_user_role(struct sk_fixing *x, const struct sk_context *context)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_ROLE, .proven = true };
	const struct sk_user *user = x->e->policy->user_by_id[context->user.v];

	sk_buf_adds(&command, "semanage user -m -R '");
	for (uint32_t i = sk_bitset_next(&user->roles, 0); i != UINT32_MAX;
	     i = sk_bitset_next(&user->roles, i + 1))
		if (i && i <= x->e->policy->n_role_ids && x->e->policy->role_by_id[i])
			sk_buf_join(&command, x->e->policy->role_by_id[i]->name, " ", NULL);
	sk_buf_join(&command, sk_fix_role_name(x, context), "' ", user->name, NULL);
	fix.summary = sk_arena_printf(&x->w->scratch, "Let the SELinux user %s have the role %s.", user->name,
				      sk_fix_role_name(x, context));
	fix.command = sk_fix_take(x, &command);
	fix.proof = "Checked: the context is valid once the user may have the role.";
	fix.caution = "All logins that are mapped to this SELinux user get the role.";
	return fix.command ? sk_fix_add(x, fix) : -ENOMEM;
}

static int sk_fix_role_type(struct sk_fixing *x, const struct sk_context *context)
{
	struct selkie_fix fix = { .kind = SELKIE_FIX_RULE, .proven = true };
	const char *role = sk_fix_role_name(x, context), *type = sk_fix_type_name(x, context->type);

	fix.summary = sk_arena_printf(&x->w->scratch, "Let the role %s have the type %s, with a policy module of your own.",
				      role, type);
	fix.command = sk_arena_printf(&x->w->scratch,
				      "echo '(roletype %s %s)' > selkie_%s_%s.cil\nsemodule -i selkie_%s_%s.cil", role,
				      type, role, type, role, type);
	fix.proof = "Checked: the context is valid once the role may have the type.";
	return fix.command ? sk_fix_add(x, fix) : -ENOMEM;
}

/* allow ROLE NEW_ROLE, if nothing else is in the way. */
static int sk_fix_role_allow(struct sk_fixing *x)
{
	struct selkie_fix fix = { .kind = SELKIE_FIX_ROLE, .proven = true };
	const char *from, *to;
	selkie_overlay *overlay;
	uint32_t granted = 0;
	int r;

	from = sk_fix_role_name(x, x->v->source->context);
	to = sk_fix_role_name(x, x->v->target->context);
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	r = selkie_overlay_allow_role(overlay, x->v->source->context->role, x->v->target->context->role);
	if (!r)
		r = sk_fix_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	selkie_overlay_free(overlay);
	if (r || !granted)
		return r == -EINVAL ? 0 : r;
	fix.summary = sk_arena_printf(&x->w->scratch, "Allow the change from %s to %s, with a policy module of your own.",
				      from, to);
	fix.command = sk_arena_printf(&x->w->scratch,
				      "echo '(roleallow %s %s)' > selkie_%s_%s.cil\nsemodule -i selkie_%s_%s.cil", from, to,
				      from, to, from, to);
	fix.proof = sk_fix_proof(x, "this role change allowed", granted);
	fix.caution = "Everyone who has the first role can then take the second.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

int sk_fix_role(struct sk_fixing *x)
{
	const struct sk_named_context *parts[] = { x->v->target, x->v->source };
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(parts) && !r; i++) {
		/* where a rule lacks as well, a valid context alone allows nothing */
		if (!parts[i] || !parts[i]->context || (x->v->decided && x->v->perms & ~x->v->granted))
			continue;
		if (parts[i]->faults == SELKIE_CONTEXT_USER_ROLE)
			r = sk_fix_user_role(x, parts[i]->context);
		if (parts[i]->faults == SELKIE_CONTEXT_ROLE_TYPE)
			r = sk_fix_role_type(x, parts[i]->context);
	}
	if (r || x->n || !x->v->decided || !x->v->fails_role)
		return r ? r : x->n ? 0 : sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				"Log in as an SELinux user that may have this role, or run the program in a domain of "
				"the role you have.");
	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  "Log in with the role %s, or use newrole or sudo -r from a role that may change to it.",
			  sk_fix_role_name(x, x->v->target->context));
	return r ? r : sk_fix_role_allow(x);
}
