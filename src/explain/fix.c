/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fixes, by cause. Whatever changes labels, booleans, ports or rules is replayed (fixing.c): every denied question of the
 * finding is asked again with the change, and a fix after which one is still denied is dropped, so that nobody has to
 * trust it. What a fix opens beyond the question is counted, and a fix that opens what the table of sensitive accesses
 * names is dropped as well. Advice ("do nothing", "change the program") has no replay and says so by having no proof.
 */
#include "explain/fix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explain/fixing.h"
#include "explain/operation.h"
#include "model/sensitive.h"

/* One function a cause: what there is to do about it. */
static int sk_fix_allowed_now(struct sk_fixing *x)
{
	return sk_fix_advise(x, SELKIE_FIX_NOTHING,
			     "Nothing to do: this policy with these booleans allows it. If it is still denied, the "
			     "running policy or its booleans are not these.");
}

static int sk_fix_unknown_class(struct sk_fixing *x)
{
	static const char *const unknown[] = { "denied", "", "refused", "", "allowed" };

	return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			     "Install a policy that knows it, of the version that belongs to this kernel or program. "
			     "Until then unknown classes and permissions are %s (handle_unknown of this policy).",
			     unknown[x->e->policy->handle_unknown % 5]);
}

static int sk_fix_transition_refused(struct sk_fixing *x)
{
	bool nnp = x->c->cause == SELKIE_CAUSE_NO_NEW_PRIVILEGES;
	int r;

	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  nnp ? "Start the program without NoNewPrivileges (in a service's unit: NoNewPrivileges=no, and "
				"none of the settings that imply it), so that it can enter its own domain."
			      : "Run the program from a file system that is mounted without nosuid.");
	return r ? r : sk_fix_rule(x);
}

static int sk_fix_network_label(struct sk_fixing *x)
{
	int r;

	r = sk_fix_advise(x, SELKIE_FIX_NETWORK,
			  "Look at what labels this traffic: SECMARK rules (iptables -t security -S, nft list ruleset) "
			  "for packets, NetLabel and IPsec (netlabelctl -p map list) for peers, semanage interface and "
			  "node for interfaces and addresses. Label it with a type that this domain may use.");
	return r ? r : sk_fix_rule(x);
}

static int sk_fix_unlabeled(struct sk_fixing *x)
{
	const char *raw = x->c->samples->raw;
	const char *near = NULL;
	int r;

	r = sk_fix_restore(x);
	if (r || x->n)
		return r;
	if (!raw && x->v->target && x->v->target->faults)
		raw = x->v->target->text;
	if (raw) {
		const char *a = strchr(raw, ':'), *b = a ? strchr(a + 1, ':') : NULL;
		char type[128];

		snprintf(type, sizeof(type), "%.*s", b ? (int)SK_MIN(strcspn(b + 1, ":\""), (size_t)127) : 0,
			 b ? b + 1 : "");
		if (*type && !sk_policy_find_type(x->e->policy, type).v)
			near = selkie_type_nearest(x->e->policy, type, false);
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "The context %s is not one of this policy%s%s%s. Install the policy module that "
				     "defines it again, or give the object a label that the policy has.",
				     raw, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	}
	return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			     "Label the file system or object: restorecon -R on its mount point, or a context= mount "
			     "option where it cannot hold labels.");
}

static int sk_fix_mls(struct sk_fixing *x)
{
	int r = sk_fix_restore_whole(x);

	if (r || x->n)
		return r;
	return sk_fix_advise(x, SELKIE_FIX_NOTHING,
			     "Leave it, if levels are in use here: they keep this apart as intended. Else run the program "
			     "at a level that may do this (newrole -l, runcon -l, SELinuxContext= of a service), or label "
			     "the object with its true level.");
}

static int sk_fix_constraint(struct sk_fixing *x)
{
	bool users = x->v->decided && x->v->source->context->user.v != x->v->target->context->user.v;
	int r = sk_fix_restore_whole(x);

	if (!r)
		r = users ? sk_fix_advise(x, SELKIE_FIX_NOTHING,
					  "Leave it: the policy keeps the SELinux users %s and %s apart (user-based access "
					  "control), and this object belongs to the other.",
					  sk_fix_user_name(x, x->v->source->context),
					  sk_fix_user_name(x, x->v->target->context))
			  : sk_fix_advise(x, SELKIE_FIX_NOTHING,
					  "Leave it, or give one side a label that the constraint admits; a rule cannot "
					  "overrule it.");
	if (!r && users)
		r = sk_fix_label_user(x);
	return r;
}

static const char *sk_memory_advice(const struct sk_fixing *x)
{
	const struct sk_class *cls = x->v->cls;

	if (x->v->perms & sk_class_find_perm(cls, "execmod"))
		return "Fix the program or library: it changes its own code in memory (text relocations). Build it as "
		       "position-independent code (-fPIC), or get a version that is.";
	if (x->v->perms & sk_class_find_perm(cls, "execstack"))
		return "Fix the program or library: it asks for an executable stack. Clear the mark (execstack -c FILE, "
		       "patchelf --clear-execstack FILE), or build it with -z noexecstack.";
	if (x->v->perms & sk_class_find_perm(cls, "execheap"))
		return "Fix the program: it runs code from its heap. It should map memory of its own for that.";
	return "Fix the program, or switch its just-in-time compiler off: it asks for memory that is writable and "
	       "executable at once, which is what injected code needs.";
}

static int sk_fix_memory_protection(struct sk_fixing *x)
{
	int r = sk_fix_advise(x, SELKIE_FIX_PROGRAM, "%s", sk_memory_advice(x));

	if (!r && x->v->words->kind & SK_CLASS_PLAIN_FILE && x->c->samples->n_paths &&
	    strncmp(x->c->samples->paths[0], "/usr/lib", 8) && strncmp(x->c->samples->paths[0], "/lib", 4) &&
	    !strcmp(x->v->target->type_name, "lib_t"))
		r = sk_fix_fcontext(x, sk_policy_find_type(x->e->policy, "textrel_shlib_t"),
				    "If the library cannot be built anew, mark it as one that needs text relocations.");
	return r ? r : sk_fix_booleans(x);
}

static int sk_fix_passed_descriptor(struct sk_fixing *x)
{
	int r = sk_fix_advise(x, SELKIE_FIX_NOTHING,
			      "Often nothing: the descriptor was closed and the program ran on. If it works, hide the message "
			      "with a dontaudit rule; if not, let the program that starts it redirect its input and output "
			      "or close its descriptors.");

	return r ? r : sk_fix_rule(x);
}

static int sk_fix_sensitive(struct sk_fixing *x)
{
	const char *reason = "it is sensitive";
	int r;

	sk_sensitive_perms(x->e->sensitive, x->v->source->context->type, x->v->target->context->type,
			   x->v->cls->id, x->v->perms, &reason);
	if (!x->silenced_hint)
		r = sk_fix_advise(x, SELKIE_FIX_ATTACK,
				  "Find out why the program does this before anything else: a program that was broken into "
				  "looks like this. No rule is offered, because %s.", reason);
	else
		r = 0;
	if (!r)
		r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				  "If the program is honest, change it or its configuration so that it does without, or let a "
				  "helper with a domain of its own do just this.");
	return r;
}

static int sk_fix_unexpected_place(struct sk_fixing *x)
{
	int r = sk_fix_place(x);

	return r ? r : sk_fix_rule(x);
}

static bool sk_has_command(const struct sk_fixing *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->fixes[i].command)
			return true;
	return false;
}

/*
 * The label of one port of the domain's own kind opens less than a boolean for all ports: it comes first. A new label for
 * a place takes it from other domains: it comes after.
 */
static int sk_fix_boolean(struct sk_fixing *x)
{
	bool port = x->c->also & 1u << SELKIE_CAUSE_PORT, own = false;
	int r = port ? sk_fix_port_is_own(x, &own) : 0;

	if (!r && own)
		r = sk_fix_port(x);
	if (!r)
		r = sk_fix_booleans(x);
	if (!r && port && !own)
		r = sk_fix_port(x);
	if (!r && (x->c->also & 1u << SELKIE_CAUSE_UNEXPECTED_PLACE || !sk_has_command(x)) &&
	    x->v->words->file_mode)
		r = sk_fix_place(x);
	return r || sk_has_command(x) ? r : sk_fix_rule(x);
}

/* chcon -t with the type of a process or port: the label is at fault, not the policy. */
static int sk_fix_missing_rule(struct sk_fixing *x)
{
	struct sk_type_id files = sk_policy_find_type(x->e->policy, "file_type");

	if (x->v->decided && x->v->words->file_mode && files.v &&
	    x->asked & x->v->words->relabelto &&
	    !sk_idset_has(&x->e->policy->attributes_of[x->v->target->context->type.v], files.v))
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "Choose a type for files: %s is the label of processes, ports or other things, and no "
				     "file has it. 'restorecon -v' on the file gives the label that belongs there.",
				     x->v->target->type_name);
	return sk_fix_rule(x);
}

typedef int sk_fix_fn(struct sk_fixing *x);

static sk_fix_fn *const sk_fixes[SELKIE_N_CAUSES] = {
	[SELKIE_CAUSE_ALLOWED_NOW] = sk_fix_allowed_now,
	[SELKIE_CAUSE_UNKNOWN_CLASS] = sk_fix_unknown_class,
	[SELKIE_CAUSE_NO_NEW_PRIVILEGES] = sk_fix_transition_refused,
	[SELKIE_CAUSE_NOSUID] = sk_fix_transition_refused,
	[SELKIE_CAUSE_NETWORK_LABEL] = sk_fix_network_label,
	[SELKIE_CAUSE_UNLABELED] = sk_fix_unlabeled,
	[SELKIE_CAUSE_ROLE] = sk_fix_role,
	[SELKIE_CAUSE_MLS] = sk_fix_mls,
	[SELKIE_CAUSE_CONSTRAINT] = sk_fix_constraint,
	[SELKIE_CAUSE_BOUNDS] = sk_fix_bounds,
	[SELKIE_CAUSE_EXTENDED_PERMISSION] = sk_fix_extended_permission,
	[SELKIE_CAUSE_MEMORY_PROTECTION] = sk_fix_memory_protection,
	[SELKIE_CAUSE_FILE_MODE] = sk_fix_file_mode,
	[SELKIE_CAUSE_PASSED_DESCRIPTOR] = sk_fix_passed_descriptor,
	[SELKIE_CAUSE_MISLABELED_TARGET] = sk_fix_restore,
	[SELKIE_CAUSE_MISLABELED_PROGRAM] = sk_fix_mislabeled_program,
	[SELKIE_CAUSE_SENSITIVE] = sk_fix_sensitive,
	[SELKIE_CAUSE_BOOLEAN] = sk_fix_boolean,
	[SELKIE_CAUSE_PORT] = sk_fix_port,
	[SELKIE_CAUSE_UNEXPECTED_PLACE] = sk_fix_unexpected_place,
	[SELKIE_CAUSE_MISSING_RULE] = sk_fix_missing_rule,
};

int sk_fix_find(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
		const struct sk_verdict *v, const struct selkie_fix **ret_fixes, size_t *ret_n)
{
	const struct sk_explainer *e = w->e;
	struct sk_fixing x = { .w = w, .e = e, .found = f, .c = c, .v = v };
	int r = 0;

	x.fixes = SK_ARENA_ARRAY(&w->scratch, struct selkie_fix, SK_MOST_FIXES);
	if (!x.fixes)
		return -ENOMEM;
	for (uint32_t i = f->first_case; i; i = e->cases[i - 1].sibling)
		x.asked |= e->cases[i - 1].perms;
	if (v->decided)
		x.operation = sk_operation_perms(v->words, v->cls, x.asked);
	if (c->silenced && c->cause != SELKIE_CAUSE_ALLOWED_NOW) {
		x.silenced_hint = true;
		r = sk_fix_advise(&x, SELKIE_FIX_NOTHING,
				  "Leave it: the policy has a dontaudit rule for this, so its authors know it and found it "
				  "harmless. It is seen only because dontaudit rules were switched off.");
	}
	if (!r)
		r = sk_fixes[c->cause](&x);
	if (!r && !x.n)
		r = sk_fix_advise(&x, SELKIE_FIX_NOTHING,
				  "No change of labels, booleans, ports or rules that was tried here allows it without opening "
				  "what should stay closed.");
	*ret_fixes = x.fixes;
	*ret_n = x.n;
	return r;
}
