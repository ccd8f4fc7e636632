/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The labels of new processes and objects, of polyinstantiated members and of relabeled objects; and whether a
 * relabeling is allowed by validatetrans. Follows the kernel's security_compute_sid and mls_compute_sid part by part:
 * user, role, type, range, each by a rule, else by the class's default, else by what the kernel does on its own.
 */
#include "selkie/transition.h"

#include <errno.h>
#include <string.h>

#include "model/access.h"
#include "model/constraint.h"
#include "model/context.h"
#include "model/explanation.h"
#include "model/level.h"
#include "model/text.h"

/*
 * Classes that Linux 6.1 takes for sockets (security/selinux/include/classmap.h): a new one is labeled like the process
 * that makes it. A policy's own class is none of these, whatever its name ends with.
 */
static const char *const sk_socket_classes[] = {
	"socket", "tcp_socket", "udp_socket", "rawip_socket", "netlink_socket", "packet_socket",
	"key_socket", "unix_stream_socket", "unix_dgram_socket", "netlink_route_socket",
	"netlink_tcpdiag_socket", "netlink_nflog_socket", "netlink_xfrm_socket",
	"netlink_selinux_socket", "netlink_iscsi_socket", "netlink_audit_socket",
	"netlink_fib_lookup_socket", "netlink_connector_socket", "netlink_netfilter_socket",
	"netlink_dnrt_socket", "netlink_kobject_uevent_socket", "netlink_generic_socket",
	"netlink_scsitransport_socket", "netlink_rdma_socket", "netlink_crypto_socket",
	"appletalk_socket", "dccp_socket", "tun_socket", "sctp_socket", "icmp_socket",
	"ax25_socket", "ipx_socket", "netrom_socket", "atmpvc_socket", "x25_socket", "rose_socket",
	"decnet_socket", "atmsvc_socket", "rds_socket", "irda_socket", "pppox_socket", "llc_socket",
	"can_socket", "tipc_socket", "bluetooth_socket", "iucv_socket", "rxrpc_socket",
	"isdn_socket", "phonet_socket", "ieee802154_socket", "caif_socket", "alg_socket",
	"nfc_socket", "vsock_socket", "kcm_socket", "qipcrtr_socket", "smc_socket", "xdp_socket",
	"mctp_socket",
};

struct sk_labeler {
	struct sk_decider d;
	enum selkie_transition_kind kind;
	const struct sk_context *source, *target;
	uint32_t cls;
	const struct sk_class *class_data;	/* NULL for a class the policy does not have */
	const char *name;
	bool like_process;	/* class process, or a socket */
	struct selkie_transition_details details;
	struct sk_context result;
	uint64_t *words;	/* what glblub computes */
};

static bool sk_class_is_process_like(const struct sk_class *c)
{
	if (!c)
		return false;
	if (!strcmp(c->name, "process"))
		return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_socket_classes); i++)
		if (!strcmp(c->name, sk_socket_classes[i]))
			return true;
	return false;
}

static void sk_label_user(struct sk_labeler *l)
{
	uint32_t by_class = l->class_data ? l->class_data->default_user : SK_DEFAULT_NONE;

	l->details.user = SELKIE_TRANSITION_BY_CUSTOM;
	if (l->kind == SELKIE_TRANSITION_MEMBER) {
		l->result.user = l->target->user;
		return;
	}
	if (by_class != SK_DEFAULT_NONE)
		l->details.user = SELKIE_TRANSITION_BY_CLASS;
	l->result.user = by_class == SK_DEFAULT_TARGET ? l->target->user : l->source->user;
}

static void sk_label_role(struct sk_labeler *l)
{
	const struct sk_policy_index *ix = l->d.ix;
	uint32_t by_class = l->class_data ? l->class_data->default_role : SK_DEFAULT_NONE;
	uint32_t i;

	l->details.role = by_class ? SELKIE_TRANSITION_BY_CLASS : SELKIE_TRANSITION_BY_CUSTOM;
	if (by_class == SK_DEFAULT_SOURCE || (!by_class && l->like_process))
		l->result.role = l->source->role;
	else if (by_class == SK_DEFAULT_TARGET)
		l->result.role = l->target->role;
	else
		l->result.role.v = SK_OBJECT_ROLE;
	if (l->kind != SELKIE_TRANSITION_CREATE)
		return;
	i = sk_chain_first(&ix->role_transitions,
			   sk_triple_key(l->source->role.v, l->target->type.v, l->cls));
	for (; i != SK_CHAIN_END; i = ix->role_transitions.next[i]) {
		const struct sk_role_transition *t = &ix->policy->role_transitions[i];

		if (t->role.v != l->source->role.v || t->type.v != l->target->type.v ||
		    t->cls.v != l->cls)
			continue;
		l->result.role = t->new_role;
		l->details.role = SELKIE_TRANSITION_BY_RULE;
		sk_rule_get_role_transition(ix->policy, i, &l->details.role_rule);
		return;
	}
}

/* The first rule in force of exactly these types: unconditional ones stand first. */
static void sk_label_type_rule(struct sk_labeler *l, uint32_t kind)
{
	const struct sk_policy_index *ix = l->d.ix;
	const struct sk_slot *slot = sk_index_slot(ix, l->source->type.v, l->target->type.v, l->cls);
	const uint32_t *rules;
	uint32_t n;

	if (!slot)
		return;
	rules = sk_slot_extra(ix, slot, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_rule *rule = &ix->policy->rules[rules[i]];
		uint32_t gate = sk_rule_gate(ix, rules[i]);

		if (rule->kind != kind ||
		    (gate != SK_GATE_OPEN && !l->d.state->in_force[gate]))
			continue;
		l->result.type.v = rule->data;
		l->details.type = SELKIE_TRANSITION_BY_RULE;
		sk_rule_get(ix->policy, rules[i], &l->details.type_rule);
		return;
	}
}

static void sk_label_filename_rule(struct sk_labeler *l)
{
	const struct sk_policy_index *ix = l->d.ix;
	uint32_t i = sk_chain_first(&ix->filename_transitions,
				    sk_filename_key(l->target->type.v, l->cls, l->name));

	for (; i != SK_CHAIN_END; i = ix->filename_transitions.next[i]) {
		const struct sk_filename_transition *t = &ix->policy->filename_transitions[i];

		if (t->target.v != l->target->type.v || t->cls.v != l->cls ||
		    strcmp(t->name, l->name) || !sk_idset_has(&t->sources, l->source->type.v))
			continue;
		l->result.type = t->result;
		l->details.type = SELKIE_TRANSITION_BY_RULE;
		l->details.overlay = false;
		sk_rule_get_filename(ix->policy, i, l->source->type, &l->details.type_rule);
		return;
	}
}

static void sk_label_overlay_rule(struct sk_labeler *l)
{
	const struct sk_overlay *o = l->d.overlay;

	for (size_t i = 0; o && i < o->n_rules; i++)
		if (o->rules[i].kind == SK_RULE_TRANSITION && o->rules[i].cls == l->cls &&
		    o->rules[i].source == l->source->type.v &&
		    o->rules[i].target == l->target->type.v) {
			l->result.type.v = o->rules[i].data;
			l->details.type = SELKIE_TRANSITION_BY_RULE;
			l->details.type_rule = (struct selkie_rule){
				.kind = SELKIE_RULE_TYPE_TRANSITION, .source = l->source->type,
				.target = l->target->type, .cls.v = l->cls,
				.result.v = o->rules[i].data, .cond = SELKIE_UNCONDITIONAL,
			};
			l->details.overlay = true;
			return;
		}
}

static void sk_label_type(struct sk_labeler *l)
{
	static const uint32_t kinds[] = {
		[SELKIE_TRANSITION_CREATE] = SK_RULE_TRANSITION,
		[SELKIE_TRANSITION_MEMBER] = SK_RULE_MEMBER,
		[SELKIE_TRANSITION_RELABEL] = SK_RULE_CHANGE,
	};
	uint32_t by_class = l->class_data ? l->class_data->default_type : SK_DEFAULT_NONE;

	l->details.type = by_class ? SELKIE_TRANSITION_BY_CLASS : SELKIE_TRANSITION_BY_CUSTOM;
	if (by_class == SK_DEFAULT_SOURCE || (!by_class && l->like_process))
		l->result.type = l->source->type;
	else
		l->result.type = l->target->type;
	sk_label_type_rule(l, kinds[l->kind]);
	if (l->kind != SELKIE_TRANSITION_CREATE)
		return;
	sk_label_overlay_rule(l);
	if (l->name)
		sk_label_filename_rule(l);
}

static bool sk_label_range_rule(struct sk_labeler *l)
{
	const struct sk_policy_index *ix = l->d.ix;
	uint32_t i = sk_chain_first(&ix->range_transitions,
				    sk_triple_key(l->source->type.v, l->target->type.v, l->cls));

	for (; i != SK_CHAIN_END; i = ix->range_transitions.next[i]) {
		const struct sk_range_transition *t = &ix->policy->range_transitions[i];

		if (t->source.v != l->source->type.v || t->target.v != l->target->type.v ||
		    t->cls.v != l->cls)
			continue;
		l->result.range = t->range;
		l->details.range = SELKIE_TRANSITION_BY_RULE;
		sk_rule_get_range_transition(ix->policy, i, &l->details.range_rule);
		return true;
	}
	return false;
}

static void sk_cats_and(struct sk_bitset *to, uint64_t *words, const struct sk_bitset *a,
			const struct sk_bitset *b)
{
	to->words = words;
	to->n_words = SK_MIN(a->n_words, b->n_words);
	for (uint32_t i = 0; i < to->n_words; i++)
		words[i] = a->words[i] & b->words[i];
	sk_bitset_trim(to);
}

/* The greatest of the low levels, the least of the high ones; of categories what both have (mls_context_glblub). */
static int sk_label_glblub(struct sk_labeler *l)
{
	const struct sk_range *a = &l->source->range, *b = &l->target->range;
	struct sk_range *to = &l->result.range;
	size_t n_low = SK_MIN(a->low.cats.n_words, b->low.cats.n_words);
	size_t n_high = SK_MIN(a->high.cats.n_words, b->high.cats.n_words);

	if (a->high.sens.v < b->low.sens.v || b->high.sens.v < a->low.sens.v)
		return SELKIE_TRANSITION_NO_RANGE;
	l->words = calloc(n_low + n_high + 1, sizeof(*l->words));
	if (!l->words)
		return -ENOMEM;
	to->low.sens.v = SK_MAX(a->low.sens.v, b->low.sens.v);
	to->high.sens.v = SK_MIN(a->high.sens.v, b->high.sens.v);
	sk_cats_and(&to->low.cats, l->words, &a->low.cats, &b->low.cats);
	sk_cats_and(&to->high.cats, l->words + n_low, &a->high.cats, &b->high.cats);
	return 0;
}

/* By the class's default_range; -1 when it has none. */
static int sk_label_range_default(struct sk_labeler *l)
{
	const struct sk_range *s = &l->source->range, *t = &l->target->range;

	switch (l->class_data ? l->class_data->default_range : SK_DEFAULT_RANGE_NONE) {
	case SK_DEFAULT_SOURCE_LOW:
		l->result.range = (struct sk_range){ s->low, s->low };
		return 0;
	case SK_DEFAULT_SOURCE_HIGH:
		l->result.range = (struct sk_range){ s->high, s->high };
		return 0;
	case SK_DEFAULT_SOURCE_LOW_HIGH:
		l->result.range = *s;
		return 0;
	case SK_DEFAULT_TARGET_LOW:
		l->result.range = (struct sk_range){ t->low, t->low };
		return 0;
	case SK_DEFAULT_TARGET_HIGH:
		l->result.range = (struct sk_range){ t->high, t->high };
		return 0;
	case SK_DEFAULT_TARGET_LOW_HIGH:
		l->result.range = *t;
		return 0;
	case SK_DEFAULT_GLBLUB:
		return sk_label_glblub(l);
	}
	return -1;
}

static int sk_label_range(struct sk_labeler *l)
{
	const struct sk_range *s = &l->source->range;
	int r;

	l->details.range = SELKIE_TRANSITION_BY_CUSTOM;
	if (!l->d.ix->policy->mls)
		return 0;
	if (l->kind == SELKIE_TRANSITION_CREATE) {
		if (sk_label_range_rule(l))
			return 0;
		r = sk_label_range_default(l);
		if (r != -1) {
			l->details.range = SELKIE_TRANSITION_BY_CLASS;
			return r;
		}
	}
	if (l->like_process && l->kind != SELKIE_TRANSITION_MEMBER)
		l->result.range = *s;
	else
		l->result.range = (struct sk_range){ s->low, s->low };
	return 0;
}

static int sk_label_run(struct sk_labeler *l, selkie_context **ret_context)
{
	struct sk_context *context;
	int r;

	sk_label_user(l);
	sk_label_role(l);
	sk_label_type(l);
	r = sk_label_range(l);
	if (r)
		return r;
	r = sk_context_copy(&l->result, &context);
	if (r)
		return r;
	l->details.faults = selkie_context_check(l->d.ix->policy, context);
	*ret_context = context;
	return l->details.faults ? SELKIE_TRANSITION_INVALID : 0;
}

int selkie_transition_compute(const selkie_state *state, const selkie_overlay *overlay,
			 enum selkie_transition_kind kind, const selkie_context *source,
			 const selkie_context *target, selkie_class_id cls, const char *name,
			 struct selkie_transition_details *ret_details, selkie_context **ret_context)
{
	const struct sk_policy *p = state->policy;
	struct sk_labeler l = {
		.kind = kind, .source = source, .target = target, .cls = cls.v, .name = name,
	};
	int r;

	r = sk_decider_init(&l.d, state, overlay);
	if (r)
		return r;
	l.class_data = cls.v && cls.v <= p->n_class_ids ? p->class_by_id[cls.v] : NULL;
	l.like_process = sk_class_is_process_like(l.class_data);
	r = sk_label_run(&l, ret_context);
	free(l.words);
	if (r >= 0 && ret_details)
		*ret_details = l.details;
	return r;
}

/* The first statement that forbids, or -1. */
static int64_t sk_validate(const struct sk_class *cls, const struct sk_constraint_case *contexts)
{
	for (uint32_t i = 0; i < cls->n_validatetrans; i++)
		if (!sk_constraint_holds(&cls->validatetrans[i], contexts))
			return i;
	return -1;
}

int selkie_transition_validate(const selkie_policy *policy, const selkie_context *old_context,
			  const selkie_context *new_context, const selkie_context *task,
			  selkie_class_id cls, selkie_explanation **ret_failed)
{
	struct sk_constraint_case contexts = { policy, old_context, new_context, task };
	const struct sk_class *c;
	struct sk_explanation *e;
	int64_t failed;
	uint32_t at;
	int r;

	if (!cls.v || cls.v > policy->n_class_ids || !policy->class_by_id[cls.v])
		return -EINVAL;
	c = policy->class_by_id[cls.v];
	failed = sk_validate(c, &contexts);
	if (failed < 0)
		return 0;
	if (!ret_failed)
		return SELKIE_RELABEL_FORBIDDEN;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	r = sk_explanation_add_constraint(e, c, &c->validatetrans[failed], &contexts,
					  (uint32_t)failed, 0, &at);
	if (r) {
		selkie_explanation_free(e);
		return r;
	}
	*ret_failed = e;
	return SELKIE_RELABEL_FORBIDDEN;
}

bool selkie_type_is_bounded(const selkie_policy *policy, selkie_type_id old_type, selkie_type_id new_type)
{
	if (old_type.v > policy->n_type_ids || new_type.v > policy->n_type_ids)
		return false;
	if (old_type.v == new_type.v)
		return true;
	for (int depth = 0; new_type.v && depth <= SK_BOUNDS_DEPTH; depth++) {
		new_type = policy->type_by_id[new_type.v]->bounds;
		if (new_type.v && new_type.v == old_type.v)
			return true;
	}
	return false;
}
