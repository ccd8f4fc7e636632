/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why a denial happened. Each cause is one predicate in a table whose order is their precedence; all that hold are
 * kept, the first is the cause. The predicates look at the case's key and at what the policy says of it, nothing else,
 * so that equal cases have equal causes.
 */
#include "explain/cause.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "explain/operation.h"
#include "explain/place.h"
#include "model/access.h"
#include "model/sensitive.h"

/* The access vector of a list of permission names. False when one is unknown. */
static bool sk_perms_of_text(const struct sk_class *cls, const char *text, uint32_t *ret_perms)
{
	uint32_t perms = 0;

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " ,");
		uint32_t bit = 0;

		for (uint32_t i = 0; i < 32 && n; i++)
			if (cls->perm_names[i] && !strncmp(cls->perm_names[i], p, n) &&
			    !cls->perm_names[i][n])
				bit = 1u << i;
		if (n && !bit)
			return false;
		perms |= bit;
		p += n;
		p += strspn(p, " ,");
	}
	*ret_perms = perms;
	return true;
}

/* Whether all denied permissions are in a mask. */
static bool sk_perms_within(const struct sk_verdict *v, uint32_t mask)
{
	return v->perms && !(v->perms & ~mask);
}

static bool sk_context_readable(const struct sk_named_context *c)
{
	return c && c->context;
}

/* Which kind of constraint it was; only asked where one failed. */
static int sk_verdict_constraints(const struct sk_explainer *e, struct sk_verdict *v)
{
	selkie_explanation *explanation;
	int r;

	r = selkie_access_explain(e->state, NULL, &v->question, &explanation);
	if (r)
		return r;
	for (size_t i = 0; i < selkie_explanation_n_denied(explanation); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(explanation, i);

		if (d->why != SELKIE_DENIAL_CONSTRAINT || d->only_if_granted)
			continue;
		if (selkie_explanation_constraint(explanation, d->constraint)->mls)
			v->fails_mls = true;
		else
			v->fails_constraint = true;
	}
	selkie_explanation_free(explanation);
	return 0;
}

/* What is kept of a verdict in its case, so that it is reached once. */
enum sk_verdict_flag {
	SK_VERDICT_DECIDED = 1,
	SK_VERDICT_SILENCED = 2,
	SK_VERDICT_LACKS_RULE = 4,
	SK_VERDICT_CONSTRAINT = 8,
	SK_VERDICT_MLS = 16,
	SK_VERDICT_ROLE = 32,
	SK_VERDICT_BOUNDS = 64,
	SK_VERDICT_XPERM = 128,
	SK_VERDICT_UNKNOWN_PERMS = 256,
};

static void sk_verdict_keep(const struct sk_verdict *v, struct sk_case *c)
{
	c->perms = v->perms;
	c->granted = v->granted;
	c->silenced = v->silenced;
	c->verdict = (uint16_t)((v->decided ? SK_VERDICT_DECIDED : 0) | (v->silenced ? SK_VERDICT_SILENCED : 0) |
				(v->lacks_rule ? SK_VERDICT_LACKS_RULE : 0) |
				(v->fails_constraint ? SK_VERDICT_CONSTRAINT : 0) |
				(v->fails_mls ? SK_VERDICT_MLS : 0) | (v->fails_role ? SK_VERDICT_ROLE : 0) |
				(v->fails_bounds ? SK_VERDICT_BOUNDS : 0) | (v->fails_xperm ? SK_VERDICT_XPERM : 0) |
				(v->perms_unknown ? SK_VERDICT_UNKNOWN_PERMS : 0));
}

static int sk_verdict_decide(const struct sk_explainer *e, struct sk_verdict *v)
{
	const struct sk_context *source = v->source->context, *target = v->target->context;
	struct sk_access_trace t;
	struct sk_decider d;
	uint32_t granted;
	int r;

	r = sk_decider_init(&d, e->state, NULL);
	if (r)
		return r;
	sk_decide_access(&d, source, target, v->cls->id.v, &t);
	v->decided = true;
	v->granted = t.allowed & v->perms;
	v->lacks_rule = v->perms & ~t.te;
	v->fails_bounds = v->perms & t.bounds;
	v->fails_role = v->cls->id.v == e->process_class.v && source->role.v != target->role.v &&
			v->perms & d.ix->transition_perms &&
			!sk_role_change_allowed(&d, source->role, target->role);
	if (v->question.has_number && v->granted) {
		r = selkie_access_check(e->state, NULL, &v->question, &granted);
		if (r)
			return r;
		v->fails_xperm = granted != v->granted;
		v->granted = granted;
	}
	v->silenced = v->perms & ~v->granted && !(v->perms & ~v->granted & t.auditdeny);
	return v->perms & t.constrained ? sk_verdict_constraints(e, v) : 0;
}

/* The names of a case as what they are in the policy. */
static void sk_verdict_open(const struct sk_explainer *e, const struct sk_case *c, struct sk_verdict *v)
{
	struct sk_class_id id = sk_policy_find_class(e->policy, sk_explain_str(e, c->key.cls));

	memset(v, 0, sizeof(*v));
	v->source = sk_explain_context(e, c->key.source);
	v->target = sk_explain_context(e, c->key.target);
	v->old = sk_explain_context(e, c->key.old);
	v->expected = sk_explain_context(e, c->key.expected);
	v->cls = id.v ? e->policy->class_by_id[id.v] : NULL;
	v->words = &e->vocabulary[id.v];
}

/* The denied question; asked only where contexts, class and permissions are known. */
static void sk_verdict_question(const struct sk_case *c, struct sk_verdict *v)
{
	v->question = (struct selkie_question){
		.source = v->source->context,
		.target = v->target->context,
		.cls = v->cls->id,
		.perms = v->perms,
		.has_number = c->key.flags & SK_CASE_NUMBER && v->perms & (v->words->ioctl | v->words->nlmsg),
		.kind = v->perms & v->words->nlmsg ? SELKIE_XPERM_NLMSG : SELKIE_XPERM_IOCTL,
		.number = (uint16_t)c->key.number,
	};
}

static int sk_verdict_reach(const struct sk_explainer *e, const struct sk_case *c, struct sk_verdict *v)
{
	sk_verdict_open(e, c, v);
	if (v->cls && c->key.perms != SK_NO_STRING)
		v->perms_unknown = !sk_perms_of_text(v->cls, sk_explain_str(e, c->key.perms), &v->perms);
	if (v->perms_unknown)
		v->perms = 0;
	if (!v->perms || !sk_context_readable(v->source) || !sk_context_readable(v->target))
		return 0;
	sk_verdict_question(c, v);
	return sk_verdict_decide(e, v);
}

void sk_verdict_recall(const struct sk_explainer *e, const struct sk_case *c, struct sk_verdict *ret)
{
	struct sk_verdict *v = ret;

	sk_verdict_open(e, c, v);
	v->perms = c->perms;
	v->granted = c->granted;
	v->decided = c->verdict & SK_VERDICT_DECIDED;
	v->silenced = c->verdict & SK_VERDICT_SILENCED;
	v->lacks_rule = c->verdict & SK_VERDICT_LACKS_RULE;
	v->fails_constraint = c->verdict & SK_VERDICT_CONSTRAINT;
	v->fails_mls = c->verdict & SK_VERDICT_MLS;
	v->fails_role = c->verdict & SK_VERDICT_ROLE;
	v->fails_bounds = c->verdict & SK_VERDICT_BOUNDS;
	v->fails_xperm = c->verdict & SK_VERDICT_XPERM;
	v->perms_unknown = c->verdict & SK_VERDICT_UNKNOWN_PERMS;
	if (v->decided)
		sk_verdict_question(c, v);
}

/* Asks the denied question with other contexts. */
static int sk_ask(const struct sk_explainer *e, const struct sk_verdict *v, const struct sk_context *source,
		  const struct sk_context *target, uint32_t perms, bool *ret_allowed)
{
	struct selkie_question q = v->question;
	uint32_t granted;
	int r;

	q.source = source;
	q.target = target;
	q.perms = perms;
	r = selkie_access_check(e->state, NULL, &q, &granted);
	*ret_allowed = !r && granted == perms;
	return r;
}

/*
 * The predicates. Each returns 1 when the cause holds, 0 when not, or a negative errno.
 */
typedef int sk_cause_fn(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v);

static bool sk_case_is_access(const struct sk_case *c)
{
	return c->key.kind == SELKIE_AUDIT_DENIAL_AVC || c->key.kind == SELKIE_AUDIT_DENIAL_USER_AVC ||
	       c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDS;
}

static int sk_validate(const struct sk_explainer *e, const struct sk_verdict *v, bool *ret_forbidden,
		       bool *ret_mls)
{
	selkie_explanation *failed = NULL;
	int r;

	*ret_forbidden = *ret_mls = false;
	if (!sk_context_readable(v->old) || !sk_context_readable(v->target) ||
	    !sk_context_readable(v->source) || !v->cls)
		return 0;
	r = selkie_transition_validate(e->policy, v->old->context, v->target->context, v->source->context,
				  v->cls->id, &failed);
	if (r != SELKIE_RELABEL_FORBIDDEN)
		return r < 0 && r != -EINVAL ? r : 0;
	*ret_forbidden = true;
	*ret_mls = failed && selkie_explanation_n_constraints(failed) &&
		   selkie_explanation_constraint(failed, 0)->mls;
	selkie_explanation_free(failed);
	return 0;
}

static int sk_holds_allowed_now(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	bool forbidden, mls;
	int r;

	if (sk_case_is_access(c))
		return v->decided && v->granted == v->perms && !(c->key.flags & SK_CASE_RAW) &&
		       !v->source->faults && !v->target->faults;
	if (c->key.kind == SELKIE_AUDIT_DENIAL_INVALID_CONTEXT)
		return v->target && !v->target->faults;
	if (c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		return sk_context_readable(v->source) && sk_context_readable(v->target) &&
		       selkie_type_is_bounded(w->e->policy, v->source->context->type,
					      v->target->context->type);
	if (c->key.kind == SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION) {
		r = sk_validate(w->e, v, &forbidden, &mls);
		return r ? r : v->old && v->target && v->source && v->cls && !forbidden &&
			       !v->old->faults && !v->target->faults && !v->source->faults;
	}
	return 0;
}

static int sk_holds_unknown_class(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	(void)w;
	return c->key.kind == SELKIE_AUDIT_DENIAL_UNKNOWN_CLASS ||
	       (sk_case_is_access(c) && (!v->cls || v->perms_unknown));
}

static int sk_holds_no_new_privileges(struct sk_worker *w, struct sk_case *c,
				      const struct sk_verdict *v)
{
	(void)w;
	if (c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		return c->key.flags & SK_CASE_NNP_REFUSED ||
		       (!(c->key.flags & SK_CASE_NOSUID_REFUSED) &&
			(c->key.call == SK_CALL_EXEC || c->key.call == SK_CALL_UNKNOWN));
	return c->key.flags & SK_CASE_NNP_REFUSED || (v->perms & v->words->nnp) != 0;
}

static int sk_holds_nosuid(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	(void)w;
	return c->key.flags & SK_CASE_NOSUID_REFUSED || (v->perms & v->words->nosuid) != 0;
}

static int sk_holds_network_label(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	struct selkie_object node;

	if (!sk_case_is_access(c) || !v->cls)
		return 0;
	if (v->words->kind & SK_CLASS_NETWORK)
		return 1;
	if (!(v->perms & v->words->node_bind) || !sk_context_readable(v->target))
		return 0;
	/* an address with a label of its own; the label of all others is a matter of rules */
	selkie_object_initial(w->e->policy, selkie_initial_find("node"), &node);
	return node.context && node.context->type.v != v->target->context->type.v;
}

static int sk_holds_unlabeled(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	const struct sk_named_context *parts[] = { v->source, v->target, v->old };

	(void)w;
	if (c->key.flags & SK_CASE_RAW)
		return 1;
	for (size_t i = 0; i < SK_ARRAY_LEN(parts); i++)
		if (parts[i] && (parts[i]->unlabeled || parts[i]->faults & SELKIE_CONTEXT_UNREADABLE))
			return 1;
	return 0;
}

static int sk_holds_role(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	const unsigned int faults = SELKIE_CONTEXT_USER_ROLE | SELKIE_CONTEXT_ROLE_TYPE;

	(void)w;
	(void)c;
	return v->fails_role || (v->source && v->source->faults & faults) ||
	       (v->target && v->target->faults & faults) || (v->old && v->old->faults & faults);
}

static int sk_holds_mls(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	const unsigned int faults = SELKIE_CONTEXT_USER_RANGE | SELKIE_CONTEXT_HIGH_LOW |
				    SELKIE_CONTEXT_CATEGORIES;
	bool forbidden, mls;
	int r;

	if (v->fails_mls || (v->source && v->source->faults & faults) ||
	    (v->target && v->target->faults & faults))
		return 1;
	if (c->key.kind != SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION)
		return 0;
	r = sk_validate(w->e, v, &forbidden, &mls);
	return r ? r : forbidden && mls;
}

static int sk_holds_constraint(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	bool forbidden, mls;
	int r;

	if (c->key.kind != SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION)
		return v->fails_constraint;
	r = sk_validate(w->e, v, &forbidden, &mls);
	return r ? r : forbidden && !mls;
}

static int sk_holds_bounds(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	(void)w;
	return v->fails_bounds || c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDS ||
	       c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION;
}

static int sk_holds_extended_permission(struct sk_worker *w, struct sk_case *c,
					const struct sk_verdict *v)
{
	(void)w;
	(void)c;
	return v->fails_xperm;
}

static int sk_holds_memory_protection(struct sk_worker *w, struct sk_case *c,
				      const struct sk_verdict *v)
{
	(void)w;
	(void)c;
	return (v->perms & v->words->memory) != 0;
}

/* Root is stopped by an owner or mode; with the right ones the capability would not have been asked for. */
static int sk_holds_file_mode(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	(void)w;
	(void)c;
	return v->words->kind & SK_CLASS_CAPABILITY && v->perms & v->words->unix_mode;
}

/* Objects with a process's role are made by that process: sockets and pipes. */
static bool sk_is_made_by_process(const struct sk_named_context *target)
{
	return sk_context_readable(target) && target->context->role.v > 1;
}

static int sk_holds_passed_descriptor(struct sk_worker *w, struct sk_case *c,
				      const struct sk_verdict *v)
{
	bool may_open;
	int r;

	if (!v->decided || c->key.kind != SELKIE_AUDIT_DENIAL_AVC)
		return 0;
	if (v->words->kind & SK_CLASS_FD)
		return (v->perms & v->words->use) != 0;
	if (v->source->context->type.v != v->target->context->type.v &&
	    sk_is_made_by_process(v->target)) {
		if (v->words->kind & SK_CLASS_SOCKET)
			return sk_perms_within(v, v->words->passed_socket);
		if (v->words->kind & SK_CLASS_FIFO)
			return sk_perms_within(v, v->words->passed_file);
	}
	if (!v->words->file_mode || !sk_perms_within(v, v->words->passed_file))
		return 0;
	if (c->key.flags & SK_CASE_NOT_PROGRAM || c->key.call == SK_CALL_RECEIVE)
		return 1;
	/* the call works on an open descriptor, and this domain could not have opened it */
	if (c->key.call != SK_CALL_DESCRIPTOR || c->key.permissive)
		return 0;
	if (!v->words->open)
		return 0;
	r = sk_ask(w->e, v, v->source->context, v->target->context, v->words->open, &may_open);
	return r ? r : !may_open;
}

static bool sk_expects_another(const struct sk_verdict *v)
{
	return sk_context_readable(v->expected) && !v->expected->faults &&
	       sk_context_readable(v->target) &&
	       v->expected->context->type.v != v->target->context->type.v;
}

/* The types that files have because of the file system they are on, which keeps no labels: no relabeling helps. */
static int sk_cause_find_mount_types(struct sk_explainer *e)
{
	static const char *const kinds[] = { "nfs", "nfs4", "cifs", "smb3", "smbfs", "vfat", "msdos", "exfat", "ntfs",
					     "ntfs3", "iso9660", "udf", "fuse", "fuseblk", "hfs", "hfsplus", "9p", "afs" };

	if (sk_bitset_init(&e->mount_types, &e->arena, e->policy->n_type_ids + 1))
		return -ENOMEM;
	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++) {
		struct selkie_object found;

		selkie_object_genfs(e->policy, kinds[i], "/", (struct sk_class_id){ 0 }, &found);
		if (found.source == SELKIE_OBJECT_STATEMENT && found.context)
			sk_bitset_add(&e->mount_types, found.context->type.v);
	}
	sk_bitset_trim(&e->mount_types);
	return 0;
}

static int sk_holds_mislabeled_target(struct sk_worker *w, struct sk_case *c,
				      const struct sk_verdict *v)
{
	struct sk_context relabeled;
	bool allowed;
	int r;

	if (!v->words->file_mode || !sk_expects_another(v) || !v->perms ||
	    !sk_context_readable(v->source) || v->perms & v->words->relabelto ||
	    sk_bitset_has(&w->e->mount_types, v->target->context->type.v))
		return 0;
	relabeled = *v->target->context;
	relabeled.type = v->expected->context->type;
	r = sk_ask(w->e, v, v->source->context, &relabeled, v->perms, &allowed);
	if (!r && allowed)
		c->detail = c->key.expected;
	return r ? r : allowed;
}

static int sk_cause_add_transitions(struct sk_explainer *e, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		const struct sk_rule *rule = &e->policy->rules[i];
		int r;

		if (rule->kind != SK_RULE_TRANSITION || rule->cls != e->process_class.v)
			continue;
		r = sk_grow(&e->exec_transitions, &e->cap_exec_transitions, e->n_exec_transitions + 1,
			    sizeof(*e->exec_transitions));
		if (r)
			return r;
		e->exec_transitions[e->n_exec_transitions++] = (struct sk_type_transition){
			{ rule->source }, { rule->target }, { rule->data },
		};
	}
	return 0;
}

int sk_cause_prepare(struct sk_explainer *e)
{
	const struct sk_policy *p = e->policy;
	int r = sk_cause_find_mount_types(e);

	if (!r)
		r = sk_cause_add_transitions(e, 0, p->n_unconditional);
	for (uint32_t i = 0; i < p->n_conds && !r; i++) {
		const struct sk_cond *c = &p->conds[i];
		int state = selkie_state_conditional(e->state, i);

		if (state == 1)
			r = sk_cause_add_transitions(e, c->first_true, c->n_true);
		else if (!state)
			r = sk_cause_add_transitions(e, c->first_false, c->n_false);
	}
	return r;
}

static bool sk_type_has(const struct sk_policy *p, struct sk_type_id type, struct sk_type_id attribute)
{
	return sk_idset_has(&p->attributes_of[type.v], attribute.v);
}

static struct sk_type_id sk_domain_after_exec(const struct sk_explainer *e, struct sk_type_id source,
					      struct sk_type_id label)
{
	for (size_t i = 0; i < e->n_exec_transitions; i++) {
		const struct sk_type_transition *t = &e->exec_transitions[i];

		if (sk_type_has(e->policy, label, t->target) && sk_type_has(e->policy, source, t->source))
			return t->result;
	}
	return (struct sk_type_id){ 0 };
}

/* Whether init, starting a program without a label of its own, ends up in this domain. */
static bool sk_is_default_domain(const struct sk_explainer *e, struct sk_type_id init,
				 struct sk_type_id domain)
{
	static const char *const plain[] = { "bin_t", "usr_t", "lib_t", "shell_exec_t", "initrc_exec_t" };

	if (init.v == domain.v)
		return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(plain); i++) {
		struct sk_type_id label = sk_policy_find_type(e->policy, plain[i]);

		if (label.v && sk_domain_after_exec(e, init, label).v == domain.v)
			return true;
	}
	return false;
}

#define SK_MOST_DOMAINS 3

bool sk_cause_is_own_program(const struct sk_explainer *e, struct sk_type_id label)
{
	uint32_t domains[SK_MOST_DOMAINS];
	unsigned int n = 0;

	for (size_t i = 0; i < e->n_exec_transitions; i++) {
		const struct sk_type_transition *t = &e->exec_transitions[i];
		unsigned int k = 0;

		if (!sk_type_has(e->policy, label, t->target))
			continue;
		while (k < n && domains[k] != t->result.v)
			k++;
		if (k < n)
			continue;
		if (n == SK_MOST_DOMAINS)
			return false;
		domains[n++] = t->result.v;
	}
	return n > 0;
}

struct sk_type_id sk_cause_program_domain(const struct sk_explainer *e, struct sk_type_id source,
					  const struct sk_program *program)
{
	struct sk_type_id init = sk_policy_find_type(e->policy, "init_t"), domain;

	if (!program->label.v)
		return (struct sk_type_id){ 0 };
	domain = sk_domain_after_exec(e, source, program->label);
	if (!domain.v && init.v && sk_is_default_domain(e, init, source))
		domain = sk_domain_after_exec(e, init, program->label);
	return domain;
}

/* The source is not the domain that this program enters, nor one that its file is an entry to. */
static int sk_runs_in_wrong_domain(struct sk_worker *w, const struct sk_case *c,
				   const struct sk_verdict *v)
{
	const struct sk_program *program;
	struct selkie_question q = { 0 };
	struct sk_context file;
	struct sk_type_id domain;
	uint32_t granted;
	int r;

	if (!c->key.program || !v->decided || !w->e->file_class.v)
		return 0;
	program = &w->e->programs[c->key.program - 1];
	domain = sk_cause_program_domain(w->e, v->source->context->type, program);
	if (!domain.v || domain.v == v->source->context->type.v)
		return 0;
	file = *v->source->context;
	file.role.v = 1;
	file.type = program->label;
	q.source = v->source->context;
	q.target = &file;
	q.cls = w->e->file_class;
	q.perms = w->e->vocabulary[w->e->file_class.v].entrypoint;
	if (!q.perms)
		return 0;
	r = selkie_access_check(w->e->state, NULL, &q, &granted);
	return r ? r : granted != q.perms;
}

static int sk_holds_mislabeled_program(struct sk_worker *w, struct sk_case *c,
				       const struct sk_verdict *v)
{
	if (!v->cls || !v->decided || v->granted == v->perms)
		return 0;
	if (v->words->kind & SK_CLASS_PLAIN_FILE && v->perms & v->words->entrypoint)
		return 1;
	/* collect.c keeps the expected label of a program only where it is not the one it has */
	if (v->words->kind & SK_CLASS_PROCESS && v->perms & v->words->transition && v->expected)
		return 1;
	return sk_runs_in_wrong_domain(w, c, v);
}

static int sk_holds_sensitive(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	(void)c;
	return v->decided && sk_sensitive_perms(w->e->sensitive, v->source->context->type,
						v->target->context->type, v->cls->id,
						v->perms & ~v->granted, NULL) != 0;
}

static int sk_count_opened(const struct sk_explainer *e, const struct selkie_remedy *remedy, uint64_t *ret_opens)
{
	selkie_state *after;
	int r = selkie_state_copy(e->state, &after);

	if (r)
		return r;
	for (size_t i = 0; i < remedy->n_settings; i++)
		selkie_state_set_bool_id(after, remedy->settings[i].boolean, remedy->settings[i].value);
	r = selkie_overlay_count_opened(e->state, after, NULL, ret_opens);
	selkie_state_free(after);
	return r;
}

int sk_cause_count_opened(struct sk_worker *w, const struct selkie_remedy *remedy, uint64_t *ret_opens)
{
	uint64_t hash = 0;
	uint32_t *slot;
	int r;

	for (size_t i = 0; i < remedy->n_settings; i++)
		hash = sk_hash_u64(hash + remedy->settings[i].boolean.v * 2 + remedy->settings[i].value);
	r = sk_map_insert(&w->opened_of, hash & ~(uint64_t)1, UINT32_MAX, &slot, NULL);
	if (!r && *slot == UINT32_MAX) {
		r = sk_grow(&w->opened, &w->cap_opened, w->n_opened + 1, sizeof(*w->opened));
		if (!r)
			r = sk_count_opened(w->e, remedy, &w->opened[w->n_opened]);
		if (!r)
			*slot = (uint32_t)w->n_opened++;
	}
	if (r)
		return r;
	*ret_opens = w->opened[*slot];
	return 0;
}

static int sk_holds_boolean(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	selkie_remedies *remedies;
	size_t n;
	int r;

	if (!v->decided || !v->lacks_rule)
		return 0;
	r = selkie_access_find_booleans(w->e->state, NULL, &v->question, SELKIE_REMEDIES_UNCOUNTED,
					&remedies);
	if (r)
		return r;
	n = selkie_remedies_count(remedies);
	/* which of several is the narrowest is worked out when the finding is shown */
	if (n)
		c->detail = selkie_remedies_get(remedies, 0)->settings[0].boolean.v;
	selkie_remedies_free(remedies);
	return n > 0;
}

static int sk_holds_port(struct sk_worker *w, struct sk_case *c, const struct sk_verdict *v)
{
	struct sk_type_id own;
	uint16_t example;
	int r;

	if (!v->decided || !v->lacks_rule || !(v->perms & v->words->port))
		return 0;
	r = sk_place_own_port_type(w, v->source->context, v->cls, v->perms, c->samples->protocol, &own,
				   &example);
	return r ? r : own.v != 0;
}

static int sk_holds_unexpected_place(struct sk_worker *w, struct sk_case *c,
				     const struct sk_verdict *v)
{
	struct sk_type_id own;
	int r;

	if (!v->decided || !v->lacks_rule || !(c->key.flags & SK_CASE_HAS_PATH) ||
	    !v->words->file_mode || !sk_context_readable(v->expected) ||
	    sk_expects_another(v) || !sk_place_is_generic(v->target->type_name))
		return 0;
	r = sk_place_own_file_type(w, v->source->context, v->target->context, v->cls,
				   sk_operation_perms(v->words, v->cls, v->perms),
				   c->samples->n_paths ? c->samples->paths[0] : "", &own);
	return r ? r : own.v != 0;
}

static const struct {
	const char *name;
	sk_cause_fn *holds;
} sk_causes[SELKIE_N_CAUSES] = {
	[SELKIE_CAUSE_ALLOWED_NOW] = { "allowed-now", sk_holds_allowed_now },
	[SELKIE_CAUSE_UNKNOWN_CLASS] = { "unknown-class", sk_holds_unknown_class },
	[SELKIE_CAUSE_NO_NEW_PRIVILEGES] = { "no-new-privileges", sk_holds_no_new_privileges },
	[SELKIE_CAUSE_NOSUID] = { "nosuid", sk_holds_nosuid },
	[SELKIE_CAUSE_NETWORK_LABEL] = { "network-label", sk_holds_network_label },
	[SELKIE_CAUSE_UNLABELED] = { "unlabeled", sk_holds_unlabeled },
	[SELKIE_CAUSE_ROLE] = { "role", sk_holds_role },
	[SELKIE_CAUSE_MLS] = { "mls", sk_holds_mls },
	[SELKIE_CAUSE_CONSTRAINT] = { "constraint", sk_holds_constraint },
	[SELKIE_CAUSE_BOUNDS] = { "bounds", sk_holds_bounds },
	[SELKIE_CAUSE_EXTENDED_PERMISSION] = { "extended-permission", sk_holds_extended_permission },
	[SELKIE_CAUSE_MEMORY_PROTECTION] = { "memory-protection", sk_holds_memory_protection },
	[SELKIE_CAUSE_FILE_MODE] = { "file-mode", sk_holds_file_mode },
	[SELKIE_CAUSE_PASSED_DESCRIPTOR] = { "passed-descriptor", sk_holds_passed_descriptor },
	[SELKIE_CAUSE_MISLABELED_TARGET] = { "mislabeled-target", sk_holds_mislabeled_target },
	[SELKIE_CAUSE_MISLABELED_PROGRAM] = { "mislabeled-program", sk_holds_mislabeled_program },
	[SELKIE_CAUSE_SENSITIVE] = { "sensitive", sk_holds_sensitive },
	[SELKIE_CAUSE_BOOLEAN] = { "boolean", sk_holds_boolean },
	[SELKIE_CAUSE_PORT] = { "port", sk_holds_port },
	[SELKIE_CAUSE_UNEXPECTED_PLACE] = { "unexpected-place", sk_holds_unexpected_place },
	[SELKIE_CAUSE_MISSING_RULE] = { "missing-rule", NULL },
};

const char *selkie_cause_name(enum selkie_cause cause)
{
	return (unsigned int)cause < SELKIE_N_CAUSES ? sk_causes[cause].name : "";
}

int sk_cause_decide(struct sk_worker *w, struct sk_case *c)
{
	struct sk_verdict v;
	uint32_t holds = 0, detail = 0;
	int r;

	r = sk_verdict_reach(w->e, c, &v);
	if (r)
		return r;
	sk_verdict_keep(&v, c);
	for (unsigned int i = 0; i < SELKIE_CAUSE_MISSING_RULE; i++) {
		c->detail = 0;
		r = sk_causes[i].holds(w, c, &v);
		if (r < 0)
			return r;
		if (r && !holds)
			detail = c->detail;
		if (r)
			holds |= 1u << i;
		if (holds & 1u << SELKIE_CAUSE_ALLOWED_NOW)
			break;
	}
	if (!holds)
		holds = 1u << SELKIE_CAUSE_MISSING_RULE;
	c->detail = detail;
	c->cause = (uint8_t)__builtin_ctz(holds);
	c->also = holds & (holds - 1);
	return 0;
}
