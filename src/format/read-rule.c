/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Type enforcement rules of a kernel policy and its conditionals. All rules go into one array. How many rules the
 * conditionals have is not known when it is made, so it has room for as many as the rest of the input can hold: the
 * pages that are not used are never touched and cost nothing.
 */
#include "format/kernel-reader.h"

#include <string.h>

/* A rule takes 12 bytes; in versions before 20 a record of 32 bytes holds 3. */
#define SK_RULE_MIN_SIZE 10

static void sk_kernel_check_rule(struct sk_kernel_reader *k, const struct sk_rule *rule,
				 uint64_t offset)
{
	bool simple = rule->kind & SK_RULES_TYPE;

	sk_kernel_check_id(k, SK_SYM_TYPE, rule->source, offset, "source of a rule");
	sk_kernel_check_id(k, SK_SYM_TYPE, rule->target, offset + 2, "target of a rule");
	sk_kernel_check_id(k, SK_SYM_CLASS, rule->cls, offset + 4, "class of a rule");
	if (k->r.failed || !simple)
		return;
	sk_kernel_check_id(k, SK_SYM_TYPE, rule->data, offset + 8, "result of a rule");
	if (!k->r.failed && k->exists[SK_SYM_TYPE][rule->data] == SK_EXISTS_ATTRIBUTE)
		sk_refuse_at(k, SK_E_VALUE, offset + 8, "result of a rule",
			     "an object cannot be labeled with the attribute %u", rule->data);
}

static inline bool sk_kernel_rule_ok(const struct sk_kernel_reader *k, const struct sk_rule *rule)
{
	if (!sk_kernel_exists(k, SK_SYM_TYPE, rule->source) ||
	    !sk_kernel_exists(k, SK_SYM_TYPE, rule->target) ||
	    !sk_kernel_exists(k, SK_SYM_CLASS, rule->cls))
		return false;
	return !(rule->kind & SK_RULES_TYPE) ||
	       (sk_kernel_exists(k, SK_SYM_TYPE, rule->data) &&
		k->exists[SK_SYM_TYPE][rule->data] == SK_EXISTS_PRIMARY);
}

static uint32_t sk_kernel_xperm(struct sk_kernel_reader *k, size_t *cap)
{
	struct sk_xperm *x;

	if (sk_grow(&k->p->xperms, cap, (size_t)k->p->n_xperms + 1, sizeof(*k->p->xperms))) {
		sk_reader_no_memory(&k->r);
		return 0;
	}
	x = &k->p->xperms[k->p->n_xperms];
	x->kind = sk_read_u8(&k->r, "kind of extended permissions");
	if (!k->r.failed && (x->kind < SK_XPERM_IOCTL_FUNCTION || x->kind > SK_XPERM_NLMSG))
		sk_refuse_at(k, SK_E_VALUE, sk_reader_offset(&k->r) - 1,
			     "kind of extended permissions",
			     "there is no kind %u of extended permissions", x->kind);
	x->driver = sk_read_u8(&k->r, "driver of extended permissions");
	for (size_t i = 0; i < SK_ARRAY_LEN(x->perms); i++)
		x->perms[i] = sk_read_u32(&k->r, "extended permissions");
	return k->p->n_xperms++;
}

static void sk_kernel_check_kind(struct sk_kernel_reader *k, uint32_t kind, bool conditional)
{
	uint64_t offset = sk_reader_offset(&k->r) - 2;

	if (!kind || (kind & (kind - 1)) ||
	    (kind & ~(uint32_t)(SK_RULES_AV | SK_RULES_TYPE | SK_RULES_XPERM)))
		sk_refuse_at(k, SK_E_VALUE, offset, "kind of a rule",
			     "0x%x is not exactly one kind of rule", kind);
	if (!(kind & SK_RULES_XPERM))
		return;
	if (k->p->version < SK_SINCE_XPERMS || k->p->target != SK_TARGET_SELINUX)
		sk_refuse_at(k, SK_E_VALUE, offset, "kind of a rule",
			     "%s policies of version %u have no extended permissions",
			     k->p->target == SK_TARGET_XEN ? "Xen" : "SELinux", k->p->version);
	else if (conditional && k->p->version < SK_SINCE_COND_XPERMS)
		sk_refuse_at(k, SK_E_VALUE, offset, "kind of a rule",
			     "version %u has no extended permissions in conditionals",
			     k->p->version);
}

static void sk_kernel_rule(struct sk_kernel_reader *k, struct sk_rule *rule, bool conditional,
			   size_t *cap_xperms)
{
	uint64_t offset = sk_reader_offset(&k->r);
	uint32_t kind;

	rule->source = sk_read_u16(&k->r, "source of a rule");
	rule->target = sk_read_u16(&k->r, "target of a rule");
	rule->cls = sk_read_u16(&k->r, "class of a rule");
	kind = sk_read_u16(&k->r, "kind of a rule");
	if (k->r.failed)
		return;
	rule->enabled = kind >> 15;
	rule->grouped = 0;
	kind &= 0x7fff;
	if (kind != SK_RULE_ALLOW)
		sk_kernel_check_kind(k, kind, conditional);
	rule->kind = (uint16_t)kind;
	rule->data = kind & SK_RULES_XPERM ? sk_kernel_xperm(k, cap_xperms)
					   : sk_read_u32(&k->r, "permissions or result of a rule");
	if (!k->r.failed && !sk_kernel_rule_ok(k, rule))
		sk_kernel_check_rule(k, rule, offset);
}

/*
 * The many plain rules: permission rules that lie whole in the reader's window. Returns how many were taken; the one
 * after them is for sk_kernel_rule, which knows everything.
 */
static uint32_t sk_kernel_plain_rules(struct sk_kernel_reader *k, struct sk_rule *rules, uint32_t n)
{
	const unsigned char *p = k->r.p;
	uint32_t i;

	n = (uint32_t)SK_MIN((size_t)n, (size_t)(k->r.end - p) / 12);
	for (i = 0; i < n; i++, p += 12) {
		uint16_t source = (uint16_t)(p[0] | p[1] << 8);
		uint16_t target = (uint16_t)(p[2] | p[3] << 8);
		uint16_t cls = (uint16_t)(p[4] | p[5] << 8);
		uint16_t kind = (uint16_t)((p[6] | p[7] << 8) & 0x7fff);

		if ((kind != SK_RULE_ALLOW && kind != SK_RULE_AUDITDENY &&
		     kind != SK_RULE_AUDITALLOW) ||
		    !sk_kernel_exists(k, SK_SYM_TYPE, source) ||
		    !sk_kernel_exists(k, SK_SYM_TYPE, target) ||
		    !sk_kernel_exists(k, SK_SYM_CLASS, cls))
			break;
		rules[i] = (struct sk_rule){ .source = source, .target = target, .cls = cls,
					     .kind = kind & 0x7ff, .enabled = p[7] >> 7 & 1,
					     .data = (uint32_t)p[8] | (uint32_t)p[9] << 8 |
						     (uint32_t)p[10] << 16 | (uint32_t)p[11] << 24 };
	}
	k->r.p = p;
	return i;
}

static uint16_t sk_kernel_half_id(struct sk_kernel_reader *k, enum sk_symbol table,
				  const char *field)
{
	return (uint16_t)sk_kernel_id(k, table, field);
}

/* A record of versions before 20: the number of its words, source, target, class, kinds, and one word a kind. */
static uint32_t sk_kernel_old_rules(struct sk_kernel_reader *k, struct sk_rule *rules)
{
	uint32_t n_words = sk_read_u32(&k->r, "number of words of a rule");
	uint32_t kinds, n = 0;
	struct sk_rule rule = { 0 };

	if (!k->r.failed && (n_words < 5 || n_words > 8))
		sk_refuse(k, SK_E_COUNT, "number of words of a rule",
			  "a rule has 5 to 8 words, not %u", n_words);
	rule.source = sk_kernel_half_id(k, SK_SYM_TYPE, "source of a rule");
	rule.target = sk_kernel_half_id(k, SK_SYM_TYPE, "target of a rule");
	rule.cls = sk_kernel_half_id(k, SK_SYM_CLASS, "class of a rule");
	kinds = sk_read_u32(&k->r, "kinds of a rule");
	rule.enabled = kinds >> 31;
	kinds &= ~SK_OLD_ENABLED;
	if (k->r.failed)
		return 0;
	if (!kinds || (kinds & ~(uint32_t)(SK_RULES_AV | SK_RULES_TYPE)) ||
	    ((kinds & SK_RULES_AV) && (kinds & SK_RULES_TYPE)))
		sk_refuse(k, SK_E_VALUE, "kinds of a rule",
			  "0x%x is no set of permission rules or of labeling rules", kinds);
	else if ((uint32_t)__builtin_popcount(kinds) != n_words - 4)
		sk_refuse(k, SK_E_COUNT, "kinds of a rule",
			  "%d kinds of rule do not fit a record of %u words",
			  __builtin_popcount(kinds), n_words);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_old_rule_order) && !k->r.failed; i++) {
		if (!(kinds & sk_old_rule_order[i]))
			continue;
		rule.kind = sk_old_rule_order[i];
		rule.grouped = n > 0;
		rule.data = rule.kind & SK_RULES_TYPE
				    ? sk_kernel_type(k, "result of a rule")
				    : sk_read_u32(&k->r, "permissions of a rule");
		rules[n++] = rule;
	}
	return n;
}

/* A counted list of rules, appended to the policy's. */
static void sk_kernel_rule_list(struct sk_kernel_reader *k, bool conditional, size_t *cap_xperms,
				const char *field)
{
	struct sk_policy *p = k->p;
	bool old = p->version < SK_SINCE_AVTAB;
	uint32_t n = sk_read_count(&k->r, old ? 24 : 12, field), plain;

	if (!p->rules && !k->r.failed) {
		p->rules = sk_arena_alloc(&p->arena, (sk_reader_left(&k->r) / SK_RULE_MIN_SIZE + 1) *
							     sizeof(*p->rules));
		if (!p->rules)
			sk_reader_no_memory(&k->r);
	}
	k->what = "rule";
	k->count = n;
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		k->number = i;
		if (old) {
			p->n_rules += sk_kernel_old_rules(k, &p->rules[p->n_rules]);
			continue;
		}
		plain = sk_kernel_plain_rules(k, &p->rules[p->n_rules], n - i);
		p->n_rules += plain;
		i += plain;
		k->number = i;
		if (i < n)
			sk_kernel_rule(k, &p->rules[p->n_rules++], conditional, cap_xperms);
	}
	k->what = NULL;
}

static void sk_kernel_cond_node(struct sk_kernel_reader *k, struct sk_cond_node *node, int *depth)
{
	node->op = sk_read_u32(&k->r, "operator of a conditional");
	if (!k->r.failed && (node->op < SK_COND_BOOL || node->op > SK_COND_NEQ))
		sk_refuse(k, SK_E_EXPRESSION, "operator of a conditional",
			  "there is no operator %u in conditionals", node->op);
	else if (node->op == SK_COND_BOOL ? *depth >= SK_COND_DEPTH
					  : *depth < (node->op == SK_COND_NOT ? 1 : 2))
		sk_refuse(k, SK_E_EXPRESSION, "operator of a conditional",
			  node->op == SK_COND_BOOL
				  ? "more than %d values are on the stack of the expression"
				  : "an operator has no operands left (the limit of the stack is %d)",
			  SK_COND_DEPTH);
	if (node->op == SK_COND_BOOL) {
		node->boolean.v = sk_kernel_id(k, SK_SYM_BOOL, "boolean of a conditional");
		++*depth;
		return;
	}
	node->boolean.v = sk_read_u32(&k->r, "unused word of a conditional's operator");
	if (node->boolean.v)
		sk_refuse(k, SK_E_EXPRESSION, "unused word of a conditional's operator",
			  "an operator has no boolean, here is %u", node->boolean.v);
	if (node->op != SK_COND_NOT)
		--*depth;
}

static void sk_kernel_cond(struct sk_kernel_reader *k, struct sk_cond *cond, size_t *cap_xperms)
{
	struct sk_cond_node *nodes;
	int depth = 0;

	cond->file_state = sk_read_u32(&k->r, "state of a conditional");
	cond->n_nodes = sk_read_count(&k->r, 8, "number of a conditional's terms");
	nodes = SK_KERNEL_ARRAY(k, struct sk_cond_node, cond->n_nodes);
	for (uint32_t i = 0; i < cond->n_nodes && !k->r.failed; i++)
		sk_kernel_cond_node(k, &nodes[i], &depth);
	if (!k->r.failed && depth != 1)
		sk_refuse(k, SK_E_EXPRESSION, "expression of a conditional",
			  "the expression leaves %d values where one is needed", depth);
	cond->nodes = nodes;
	cond->first_true = k->p->n_rules;
	sk_kernel_rule_list(k, true, cap_xperms, "number of rules of a conditional");
	cond->first_false = k->p->n_rules;
	cond->n_true = cond->first_false - cond->first_true;
	sk_kernel_rule_list(k, true, cap_xperms, "number of rules of a conditional's else");
	cond->n_false = k->p->n_rules - cond->first_false;
}

static void sk_kernel_conds(struct sk_kernel_reader *k, size_t *cap_xperms)
{
	uint32_t n = sk_read_count(&k->r, 16, "number of conditionals");

	k->p->conds = SK_KERNEL_ARRAY(k, struct sk_cond, n);
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		sk_kernel_cond(k, &k->p->conds[i], cap_xperms);
		k->p->n_conds++;
	}
}

/* Extended permissions are gathered on the heap, as their number is known last, and belong to the arena at the end. */
static void sk_kernel_keep_xperms(struct sk_kernel_reader *k)
{
	struct sk_xperm *heap = k->p->xperms;

	k->p->xperms = NULL;
	if (heap && !k->r.failed) {
		k->p->xperms = sk_arena_memdup(&k->p->arena, heap, k->p->n_xperms * sizeof(*heap));
		if (!k->p->xperms)
			sk_reader_no_memory(&k->r);
	}
	free(heap);
}

void sk_kernel_rules(struct sk_kernel_reader *k)
{
	size_t cap_xperms = 0;

	k->rules_offset = sk_reader_offset(&k->r) + 4;
	sk_kernel_rule_list(k, false, &cap_xperms, "number of rules");
	k->p->n_unconditional = k->p->n_rules;
	if (k->p->version >= SK_SINCE_BOOL)
		sk_kernel_conds(k, &cap_xperms);
	sk_kernel_keep_xperms(k);
	sk_kernel_check_rules(k);
}
