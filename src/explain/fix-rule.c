/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules. The overlay is what the module would add; the command writes the same rules as CIL, which today's semodule
 * takes. Nothing sensitive is offered, and what a rule opens is counted.
 */
#include <errno.h>
#include <string.h>

#include "explain/fixing.h"
#include "model/sensitive.h"

static int sk_overlay_operation(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
				uint32_t perms, selkie_overlay *overlay)
{
	const struct sk_class *cls = x->v->cls;
	int r = selkie_overlay_allow(overlay, source, target, cls->id, perms);

	/* a method call on the bus is worth nothing without the reply */
	if (!r && x->v->words->kind & SK_CLASS_DBUS && perms & x->v->words->send_msg)
		r = selkie_overlay_allow(overlay, target, source, cls->id, x->v->words->send_msg);
	return r;
}

static void sk_add_perm_words(struct sk_buf *b, const struct sk_class *cls, uint32_t perms)
{
	bool first = true;

	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(perms & 1u << bit))
			continue;
		sk_buf_join(b, first ? "" : " ", cls->perm_names[bit], NULL);
		first = false;
	}
}

static const char *sk_rule_command(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
				   uint32_t perms, const char *extra)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	const char *s = sk_fix_type_name(x, source), *t = sk_fix_type_name(x, target);
	const struct sk_class *cls = x->v->cls;

	sk_buf_adds(&b, "echo '");
	if (perms) {
		sk_buf_join(&b, "(allow ", s, " ", t, " (", cls->name, " (", NULL);
		sk_add_perm_words(&b, cls, perms);
		sk_buf_adds(&b, ")))");
		if (x->v->words->kind & SK_CLASS_DBUS)
			sk_buf_join(&b, "(allow ", t, " ", s, " (dbus (send_msg)))", NULL);
	}
	sk_buf_join(&b, extra ? extra : "", "' > selkie_", s, "_", t, "_", cls->name, ".cil\nsemodule -i selkie_", s, "_", t, "_", cls->name, ".cil", NULL);
	return sk_fix_take(x, &b);
}

static const char *const sk_neverallow_caution =
	"A neverallow of the policy's source may forbid this rule. That was not checked: a binary policy does not "
	"hold them, and selkie build has left no file beside it that does.";

static int sk_fix_finish_rule(struct sk_fixing *x, selkie_overlay *overlay, uint32_t granted,
			      struct selkie_fix *fix)
{
	int r = selkie_overlay_count_opened(x->e->state, x->e->state, overlay, &fix->opens);

	if (r)
		return r;
	fix->kind = SELKIE_FIX_RULE;
	fix->proof = sk_fix_proof(x, fix->opens == 1 ? "this rule" : "these rules", granted);
	fix->proven = true;
	fix->caution = x->e->origins ? NULL : sk_neverallow_caution;
	return fix->proof && fix->command && fix->summary ? sk_fix_add(x, *fix) : -ENOMEM;
}

/* Permissions of the operation that no neverallow forbids; 0 when some that are asked for are, after advice that says so. */
static int sk_fix_permitted(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target, uint32_t *perms)
{
	struct selkie_neverallow rule;
	uint32_t forbidden, reply = 0;
	int r = sk_fix_forbidden(x, source, target, *perms, &forbidden, &rule);

	if (!r && !(forbidden & x->asked) && x->v->words->kind & SK_CLASS_DBUS && *perms & x->v->words->send_msg)
		r = sk_fix_forbidden(x, target, source, x->v->words->send_msg, &reply, &rule);
	if (!r && (reply || forbidden & x->asked)) {
		*perms = 0;
		return sk_fix_advise_forbidden(x, &rule);
	}
	*perms &= ~forbidden;
	return r;
}

/*
 * An allow rule for the operation, between these types, if that is what lacks and nothing sensitive or forbidden is in it.
 */
static int sk_fix_rule_between(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
			       const char *summary)
{
	uint32_t perms = x->operation, granted, sensitive;
	struct selkie_fix fix = { .summary = summary };
	selkie_overlay *overlay;
	int r;

	sensitive = sk_sensitive_perms(x->e->sensitive, source, target, x->v->cls->id, perms, NULL);
	if (sensitive & x->asked)
		return 0;
	perms &= ~sensitive;
	r = sk_fix_permitted(x, source, target, &perms);
	if (r || !perms)
		return r;
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	r = sk_overlay_operation(x, source, target, perms, overlay);
	if (!r)
		r = sk_fix_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	if (!r && granted) {
		fix.command = sk_rule_command(x, source, target, perms, NULL);
		r = sk_fix_finish_rule(x, overlay, granted, &fix);
	}
	selkie_overlay_free(overlay);
	return r == -EINVAL ? 0 : r;
}

int sk_fix_rule(struct sk_fixing *x)
{
	if (!x->v->decided)
		return 0;
	return sk_fix_rule_between(x, x->v->source->context->type, x->v->target->context->type,
				   x->n ? "Allow it with a policy module of your own."
					: "Allow it with a policy module of your own, if the program is meant "
					  "to do this.");
}

int sk_fix_bounds(struct sk_fixing *x)
{
	struct sk_type_id source, target;
	selkie_explanation *explanation;
	int r;

	if (x->c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "A process with several threads may only change to a domain that its own one bounds. Let "
				     "the program change its domain before it starts threads, or by executing a program; or "
				     "bound the new domain with a typebounds statement in the policy module that declares it.");
	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  "A bounded type can do no more than the type that bounds it. Let the program do this in "
			  "another domain, or take the typebounds statement back.");
	if (r || !x->v->decided || !x->v->fails_bounds)
		return r;
	r = selkie_access_explain(x->e->state, NULL, &x->v->question, &explanation);
	if (r)
		return r;
	source.v = target.v = 0;
	for (size_t i = 0; i < selkie_explanation_n_denied(explanation); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(explanation, i);

		if (d->why == SELKIE_DENIAL_BOUNDS) {
			source = d->source_bound;
			target = d->target_bound;
		}
	}
	selkie_explanation_free(explanation);
	if (!source.v || !target.v)
		return 0;
	return sk_fix_rule_between(x, source, target,
				   "Allow it to the bounding type too, with a policy module of your own.");
}

int sk_fix_extended_permission(struct sk_fixing *x)
{
	const struct sk_verdict *v = x->v;
	struct selkie_fix fix = { 0 };
	struct selkie_neverallow rule;
	selkie_overlay *overlay;
	uint32_t granted = 0;
	const char *extra;
	int r;

	if (!v->decided || !v->question.has_number)
		return 0;
	if (sk_fix_forbidden_numbers(x, &rule))
		return sk_fix_advise_forbidden(x, &rule);
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	for (uint32_t i = x->found->first_case; i && !r; i = x->e->cases[i - 1].sibling)
		r = selkie_overlay_allow_xperm(overlay, v->source->context->type, v->target->context->type,
					       v->cls->id, v->question.kind,
					       (uint16_t)x->e->cases[i - 1].key.number,
					       (uint16_t)x->e->cases[i - 1].key.number);
	if (!r)
		r = sk_fix_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	if (!r && granted) {
		extra = sk_arena_printf(&x->w->scratch, "(allowx %s %s (%s %s (0x%x)))", v->source->type_name,
					v->target->type_name,
					v->question.kind == SELKIE_XPERM_NLMSG ? "nlmsg" : "ioctl", v->cls->name,
					v->question.number);
		fix.summary = "Allow this number too, with a policy module of your own.";
		fix.command = extra ? sk_rule_command(x, v->source->context->type, v->target->context->type, 0,
						      extra) : NULL;
		r = sk_fix_finish_rule(x, overlay, granted, &fix);
	}
	selkie_overlay_free(overlay);
	return r == -EINVAL ? 0 : r;
}
