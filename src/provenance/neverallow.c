/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to the neverallow rules of the sources, which no kernel policy holds. Their sets are kept as they are written,
 * types and attributes with exceptions, and are as large as the policy's attributes are when one asks: few rules name
 * thousands of types.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/access.h"
#include "model/text.h"
#include "provenance/origins.h"
#include "selkie/name.h"
#include "selkie/type.h"

/* Which types a rule speaks of, and the pairs of them. */
static bool sk_set_has(const struct sk_origin_set *set, const selkie_policy *p, uint32_t type)
{
	const selkie_type_id member = { type };
	bool in = set->flags & SK_ORIGIN_ALL;

	for (uint32_t i = 0; i < set->n && !in; i++)
		in = selkie_type_contains(p, (selkie_type_id){ set->ids[i] }, member);
	for (uint32_t i = set->n; i < set->n + set->n_minus && in; i++)
		in = !selkie_type_contains(p, (selkie_type_id){ set->ids[i] }, member);
	return in != !!(set->flags & SK_ORIGIN_COMPLEMENT);
}

/* The next type that somebody asked about means: one, those of an attribute, or with 0 all there are. 0 at the end. */
static uint32_t sk_next_type(const selkie_policy *p, selkie_type_id asked, uint32_t after)
{
	if (asked.v && !selkie_type_is_attribute(p, asked))
		return after < asked.v ? asked.v : 0;
	if (asked.v)
		return selkie_type_next_member(p, asked, (selkie_type_id){ after }).v;
	while (++after <= p->n_type_ids)
		if (selkie_type_name(p, (selkie_type_id){ after }) && !selkie_type_is_attribute(p, (selkie_type_id){ after }))
			return after;
	return 0;
}

static bool sk_asked_has(const selkie_policy *p, selkie_type_id asked, uint32_t type)
{
	return !asked.v || selkie_type_contains(p, asked, (selkie_type_id){ type });
}

/* How many of the types asked about are in a set: 0, 1 or more, and the first of them. */
static unsigned int sk_common_types(const selkie_policy *p, const struct sk_origin_set *set, selkie_type_id asked,
				    uint32_t *ret_first)
{
	unsigned int n = 0;

	for (uint32_t type = sk_next_type(p, asked, 0); type && n < 2; type = sk_next_type(p, asked, type))
		if (sk_set_has(set, p, type) && !n++)
			*ret_first = type;
	return n;
}

static bool sk_concerns(const struct selkie_neverallow *rule, const selkie_policy *p, selkie_type_id source,
			selkie_type_id target)
{
	uint32_t first_source = 0, first_target = 0;
	unsigned int n_sources = sk_common_types(p, rule->sources, source, &first_source), n_targets;

	if (!n_sources)
		return false;
	for (uint32_t type = rule->self ? sk_next_type(p, source, 0) : 0; type; type = sk_next_type(p, source, type))
		if (sk_asked_has(p, target, type) && sk_set_has(rule->sources, p, type))
			return true;
	n_targets = sk_common_types(p, rule->targets, target, &first_target);
	return n_targets && (!rule->not_self || n_sources > 1 || n_targets > 1 || first_source != first_target);
}

bool selkie_neverallow_has_number(const struct selkie_neverallow *rule, uint16_t number)
{
	for (size_t i = 0; i < rule->n_numbers; i++)
		if (rule->numbers[2 * i] <= number && number <= rule->numbers[2 * i + 1])
			return true;
	return false;
}

/* The rule that a source of a key is. */
static void sk_neverallow_get(const struct sk_origins *o, const selkie_policy *p, uint32_t key, uint32_t source,
			      struct selkie_neverallow *ret)
{
	uint64_t k = o->keys[key];
	uint32_t how = (uint32_t)(k >> 46) & 0x1fff, perms = o->sources[source].perms;
	const struct sk_class *cls;

	*ret = (struct selkie_neverallow){
		.cls = { (uint32_t)k & 0x3fff },
		.sources = &o->sets[k >> 30 & 0xffff],
		.targets = &o->sets[k >> 14 & 0xffff],
		.self = how & SK_ORIGIN_SELF,
		.not_self = how & SK_ORIGIN_NOT_SELF,
	};
	sk_origin_of_source(o, source, &ret->origin);
	cls = ret->cls.v && ret->cls.v <= p->n_class_ids ? p->class_by_id[ret->cls.v] : NULL;
	if (!(how & (SK_ORIGIN_IOCTL | SK_ORIGIN_NLMSG))) {
		ret->perms = ret->origin.perms = cls ? perms & cls->perm_mask : 0;
		return;
	}
	ret->xperm_kind = how & SK_ORIGIN_IOCTL ? SELKIE_XPERM_IOCTL : SELKIE_XPERM_NLMSG;
	ret->n_numbers = o->sets[perms].n / 2;
	ret->numbers = o->sets[perms].ids;
	ret->perms = cls ? sk_xperm_base(cls, (enum selkie_xperm_kind)ret->xperm_kind) : 0;
}

static bool sk_answers(const struct selkie_neverallow *rule, const selkie_policy *p, const struct selkie_neverallow_question *q)
{
	return (!q->cls.v || q->cls.v == rule->cls.v) && (!q->perms || q->perms & rule->perms) &&
	       (!q->has_number || !rule->xperm_kind ||
		(rule->xperm_kind == q->xperm_kind && selkie_neverallow_has_number(rule, q->number))) &&
	       selkie_class_name(p, rule->cls) && sk_concerns(rule, p, q->source, q->target);
}

size_t selkie_origins_next_neverallow(const selkie_origins *o, const selkie_policy *policy,
				      const struct selkie_neverallow_question *question, size_t after,
				      struct selkie_neverallow *ret)
{
	uint32_t key = sk_origins_first_key(o, (uint64_t)SK_ORIGIN_NEVERALLOW << SK_ORIGIN_KIND_SHIFT);

	for (; key < o->n_keys && o->keys[key] >> SK_ORIGIN_KIND_SHIFT == SK_ORIGIN_NEVERALLOW; key++)
		for (size_t i = SK_MAX(o->first[key], after); i < o->first[key + 1]; i++) {
			sk_neverallow_get(o, policy, key, (uint32_t)i, ret);
			if (sk_answers(ret, policy, question))
				return i + 1;
		}
	return 0;
}

/* Policy text. */
static void sk_add_ids(struct sk_buf *b, const selkie_policy *p, const struct sk_origin_set *set, uint32_t from, uint32_t to,
		       const char *before)
{
	for (uint32_t i = from; i < to; i++) {
		const char *name = selkie_type_name(p, (selkie_type_id){ set->ids[i] });

		sk_buf_join(b, b->n ? " " : "", before, name ? name : "?", NULL);
	}
}

static void sk_set_text(struct sk_buf *out, const selkie_policy *p, const struct sk_origin_set *set, bool self, bool not_self)
{
	sk_auto_buf struct sk_buf parts = SK_BUF_INIT;
	bool complement = set->flags & SK_ORIGIN_COMPLEMENT;

	if (set->flags & SK_ORIGIN_ALL)
		sk_buf_addc(&parts, '*');
	sk_add_ids(&parts, p, set, 0, set->n, "");
	sk_add_ids(&parts, p, set, set->n, set->n + set->n_minus, "-");
	if (self || (not_self && complement))
		sk_buf_adds(&parts, parts.n ? " self" : "self");
	else if (not_self)
		sk_buf_adds(&parts, parts.n ? " -self" : "-self");
	if (!sk_buf_str(&parts)) {
		sk_buf_fail(out, -ENOMEM);
		return;
	}
	sk_buf_adds(out, complement ? "~" : "");
	if (parts.n && !strchr(parts.data, ' '))
		sk_buf_adds(out, parts.data);
	else
		sk_buf_join(out, "{ ", parts.data, parts.n ? " }" : "}", NULL);
}

/* The language has no single range without braces. */
static void sk_numbers_text(struct sk_buf *out, const struct selkie_neverallow *rule)
{
	bool one = rule->n_numbers == 1 && rule->numbers[0] == rule->numbers[1];

	sk_buf_adds(out, rule->xperm_kind == SELKIE_XPERM_NLMSG ? "nlmsg " : "ioctl ");
	sk_buf_adds(out, one ? "" : "{ ");
	for (size_t i = 0; i < rule->n_numbers; i++) {
		uint32_t low = rule->numbers[2 * i], high = rule->numbers[2 * i + 1];

		sk_buf_printf(out, low == high ? "%s0x%04x" : "%s0x%04x-0x%04x", i ? " " : "", low, high);
	}
	sk_buf_adds(out, one ? "" : " }");
}

int selkie_neverallow_sets(const selkie_policy *policy, const struct selkie_neverallow *rule, char **ret_source,
			   char **ret_target)
{
	sk_auto_buf struct sk_buf source = SK_BUF_INIT, target = SK_BUF_INIT;

	sk_set_text(&source, policy, rule->sources, false, false);
	sk_set_text(&target, policy, rule->targets, rule->self, rule->not_self);
	*ret_source = sk_buf_steal(&source, NULL);
	*ret_target = sk_buf_steal(&target, NULL);
	if (*ret_source && *ret_target)
		return 0;
	free(*ret_source);
	free(*ret_target);
	return -ENOMEM;
}

int selkie_neverallow_text(const selkie_policy *policy, const struct selkie_neverallow *rule, char **ret_text)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	struct sk_text text;

	sk_text_init_once(&text, policy);
	sk_buf_adds(&b, rule->xperm_kind ? "neverallowxperm " : "neverallow ");
	sk_set_text(&b, policy, rule->sources, false, false);
	sk_buf_addc(&b, ' ');
	sk_set_text(&b, policy, rule->targets, rule->self, rule->not_self);
	sk_buf_join(&b, ":", selkie_class_name(policy, rule->cls), " ", NULL);
	if (rule->xperm_kind)
		sk_numbers_text(&b, rule);
	else
		sk_text_perms(&text, &b, rule->cls, rule->perms);
	sk_buf_addc(&b, ';');
	sk_text_done(&text);
	*ret_text = sk_buf_steal(&b, NULL);
	return *ret_text ? 0 : -ENOMEM;
}
