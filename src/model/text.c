/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy text in setools' form. The differences from what setools prints are listed in docs/differences-setools.md.
 */
#include "model/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "model/words.h"
#include "selkie/overlay.h"

int sk_text_init(struct sk_text *text, const struct sk_policy *policy)
{
	memset(text, 0, sizeof(*text));
	text->policy = policy;
	text->types = calloc((size_t)policy->n_type_ids + 1, sizeof(*text->types));
	text->classes = calloc((size_t)policy->n_class_ids + 1, sizeof(*text->classes));
	return text->types && text->classes ? 0 : -ENOMEM;
}

void sk_text_init_once(struct sk_text *text, const struct sk_policy *policy)
{
	memset(text, 0, sizeof(*text));
	text->policy = policy;
}

void sk_text_done(struct sk_text *text)
{
	free(text->types);
	free(text->classes);
	free(text->perm_sets);
	free(text->conds);
	sk_map_done(&text->perms);
	sk_arena_done(&text->arena);
	memset(text, 0, sizeof(*text));
}

void sk_text_type(struct sk_text *t, struct sk_buf *buf, uint32_t id)
{
	struct sk_word *w;

	if (!t->types) {
		sk_buf_adds(buf, t->policy->type_by_id[id]->name);
		return;
	}
	w = &t->types[id];
	if (!w->s) {
		w->s = t->policy->type_by_id[id]->name;
		w->n = (uint32_t)strlen(w->s);
	}
	sk_buf_add(buf, w->s, w->n);
}

void sk_text_class(struct sk_text *t, struct sk_buf *buf, uint32_t id)
{
	struct sk_word *w;

	if (!t->classes) {
		sk_buf_adds(buf, t->policy->class_by_id[id]->name);
		return;
	}
	w = &t->classes[id];
	if (!w->s) {
		w->s = t->policy->class_by_id[id]->name;
		w->n = (uint32_t)strlen(w->s);
	}
	sk_buf_add(buf, w->s, w->n);
}

/* Sorted names, in braces when there are several. */
static void sk_perms_write(struct sk_buf *buf, const struct sk_class *c, uint32_t perms, bool by_bit)
{
	const char *names[32];
	uint32_t n = 0;

	for (uint32_t bits = perms & c->perm_mask; bits; bits &= bits - 1) {
		const char *name = c->perm_names[__builtin_ctz(bits)];
		uint32_t i = n++;

		for (; !by_bit && i && strcmp(names[i - 1], name) > 0; i--)
			names[i] = names[i - 1];
		names[i] = name;
	}
	if (n == 1 && !by_bit) {
		sk_buf_adds(buf, names[0]);
		return;
	}
	sk_buf_addc(buf, '{');
	for (uint32_t i = 0; i < n; i++) {
		sk_buf_addc(buf, ' ');
		sk_buf_adds(buf, names[i]);
	}
	sk_buf_adds(buf, " }");
}

/* Keeps a text in the arena under the next number. */
static int sk_text_keep(struct sk_text *t, const struct sk_buf *made, struct sk_word *ret)
{
	if (made->failed)
		return -ENOMEM;
	ret->s = sk_arena_strndup(&t->arena, made->n ? made->data : "", made->n);
	ret->n = (uint32_t)made->n;
	return ret->s ? 0 : -ENOMEM;
}

static int sk_text_make_perms(struct sk_text *t, struct sk_class_id cls, uint32_t perms,
			      uint32_t *ret_number)
{
	sk_auto_buf struct sk_buf made = SK_BUF_INIT;
	int r = sk_grow(&t->perm_sets, &t->cap_perm_sets, t->n_perm_sets + 1,
			sizeof(*t->perm_sets));

	if (r)
		return r;
	sk_perms_write(&made, t->policy->class_by_id[cls.v], perms, t->by_bit);
	r = sk_text_keep(t, &made, &t->perm_sets[t->n_perm_sets]);
	if (!r)
		*ret_number = (uint32_t)t->n_perm_sets++;
	return r;
}

void sk_text_perms(struct sk_text *text, struct sk_buf *buf, struct sk_class_id cls, uint32_t perms)
{
	uint64_t key = (uint64_t)cls.v << 32 | perms;
	const uint32_t *found = sk_map_find(&text->perms, key);
	uint32_t number, *slot;
	int r = 0;

	if (!found) {
		r = sk_text_make_perms(text, cls, perms, &number);
		if (!r)
			r = sk_map_insert(&text->perms, key, number, &slot, NULL);
		if (r) {
			sk_buf_fail(buf, r);
			return;
		}
		found = &number;
	}
	sk_buf_add(buf, text->perm_sets[*found].s, text->perm_sets[*found].n);
}

void sk_text_condition(struct sk_text *text, struct sk_buf *buf, uint32_t cond, bool branch)
{
	sk_auto_buf struct sk_buf made = SK_BUF_INIT;
	struct sk_text *t = text;

	if (!t->conds)
		t->conds = calloc(t->policy->n_conds, sizeof(*t->conds));
	if (t->conds && !t->conds[cond].s) {
		sk_buf_adds(&made, " [ ");
		sk_cond_print(&made, t->policy, &t->policy->conds[cond], SK_STYLE_SETOOLS);
		sk_buf_adds(&made, " ]:");
		if (sk_text_keep(t, &made, &t->conds[cond]))
			t->conds[cond].s = NULL;
	}
	if (!t->conds || !t->conds[cond].s) {
		sk_buf_fail(buf, -ENOMEM);
		return;
	}
	sk_buf_add(buf, t->conds[cond].s, t->conds[cond].n);
	sk_buf_adds(buf, branch ? "True" : "False");
}

static bool sk_xperm_has(const struct selkie_rule *rule, uint32_t i)
{
	return i < 256 && rule->xperms[i / 32] >> (i % 32) & 1;
}

/* Whole drivers are numbers from X00 to Xff, so that adjacent ones make one range. */
static void sk_text_xperms(struct sk_buf *buf, const struct selkie_rule *rule)
{
	sk_auto_buf struct sk_buf list = SK_BUF_INIT;
	bool drivers = rule->xperm_driver == 256;
	uint32_t n = 0;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t first = i, low, high;

		if (!sk_xperm_has(rule, i))
			continue;
		while (sk_xperm_has(rule, i + 1))
			i++;
		low = drivers ? first << 8 : rule->xperm_driver << 8 | first;
		high = drivers ? i << 8 | 0xff : rule->xperm_driver << 8 | i;
		sk_buf_printf(&list, low == high ? "%s0x%04x" : "%s0x%04x-0x%04x", n++ ? " " : "",
			      low, high);
	}
	sk_buf_adds(buf, rule->xperm_kind == SELKIE_XPERM_NLMSG ? "nlmsg " : "ioctl ");
	sk_buf_adds(buf, n > 1 ? "{ " : "");
	sk_buf_add(buf, list.data, list.n);
	sk_buf_adds(buf, n > 1 ? " };" : ";");
	if (list.failed)
		sk_buf_fail(buf, list.error);
}

static void sk_text_role_rule(struct sk_text *t, struct sk_buf *buf, const struct selkie_rule *rule)
{
	sk_buf_adds(buf, t->policy->role_by_id[rule->source_role.v]->name);
	sk_buf_addc(buf, ' ');
	if (rule->kind == SELKIE_RULE_ROLE_TRANSITION) {
		sk_text_type(t, buf, rule->target.v);
		sk_buf_addc(buf, ':');
		sk_text_class(t, buf, rule->cls.v);
		sk_buf_addc(buf, ' ');
	}
	sk_buf_adds(buf, t->policy->role_by_id[rule->new_role.v]->name);
	sk_buf_addc(buf, ';');
}

static void sk_text_te_rule(struct sk_text *t, struct sk_buf *buf, const struct selkie_rule *rule)
{
	sk_text_type(t, buf, rule->source.v);
	sk_buf_addc(buf, ' ');
	sk_text_type(t, buf, rule->target.v);
	sk_buf_addc(buf, ':');
	sk_text_class(t, buf, rule->cls.v);
	sk_buf_addc(buf, ' ');
	if (rule->kind & SELKIE_RULES_XPERM) {
		sk_text_xperms(buf, rule);
		return;
	}
	if (rule->kind == SELKIE_RULE_RANGE_TRANSITION) {
		sk_text_range(buf, t->policy, rule->range);
	} else if (rule->kind & SELKIE_RULES_TYPE) {
		sk_text_type(t, buf, rule->result.v);
		if (rule->name) {
			sk_buf_addc(buf, ' ');
			sk_buf_adds(buf, rule->name);
		}
	} else {
		sk_text_perms(t, buf, rule->cls, rule->perms);
	}
	sk_buf_addc(buf, ';');
	if (rule->cond != SELKIE_UNCONDITIONAL)
		sk_text_condition(t, buf, rule->cond, rule->branch);
}

void sk_text_rule(struct sk_text *text, struct sk_buf *buf, const struct selkie_rule *rule)
{
	sk_buf_adds(buf,
		    rule->kind == SELKIE_RULE_ALLOW ? "allow" : selkie_rule_kind_name(rule->kind));
	sk_buf_addc(buf, ' ');
	if (rule->kind & (SELKIE_RULE_ROLE_ALLOW | SELKIE_RULE_ROLE_TRANSITION))
		sk_text_role_rule(text, buf, rule);
	else
		sk_text_te_rule(text, buf, rule);
}

void sk_text_level(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_level *level)
{
	const struct sk_bitset *cats = &level->cats;
	char lead = ':';

	sk_buf_adds(buf, policy->sens_by_id[level->sens.v]->name);
	for (uint32_t c = sk_bitset_next(cats, 0); c != UINT32_MAX;
	     c = sk_bitset_next(cats, c + 1)) {
		uint32_t first = c;

		while (sk_bitset_has(cats, c + 1))
			c++;
		sk_buf_addc(buf, lead);
		sk_buf_adds(buf, policy->cat_by_id[first]->name);
		if (c > first) {
			sk_buf_addc(buf, '.');
			sk_buf_adds(buf, policy->cat_by_id[c]->name);
		}
		lead = ',';
	}
}

void sk_text_range(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_range *range)
{
	sk_text_level(buf, policy, &range->low);
	if (range->low.sens.v == range->high.sens.v &&
	    sk_bitset_equal(&range->low.cats, &range->high.cats))
		return;
	sk_buf_adds(buf, " - ");
	sk_text_level(buf, policy, &range->high);
}

void sk_text_context(struct sk_buf *buf, const struct sk_policy *policy,
		     const struct sk_context *context)
{
	sk_buf_adds(buf, policy->user_by_id[context->user.v]->name);
	sk_buf_addc(buf, ':');
	sk_buf_adds(buf, policy->role_by_id[context->role.v]->name);
	sk_buf_addc(buf, ':');
	sk_buf_adds(buf, policy->type_by_id[context->type.v]->name);
	if (policy->mls) {
		sk_buf_addc(buf, ':');
		sk_text_range(buf, policy, &context->range);
	}
}

/* An IPv6 address as RFC 5952 has it, without dotted quads: the first longest run of zero groups becomes "::". */
static void sk_text_ipv6(struct sk_buf *buf, const uint8_t address[16])
{
	uint32_t groups[8], best = 8, best_n = 1;

	for (uint32_t i = 0; i < 8; i++)
		groups[i] = (uint32_t)address[2 * i] << 8 | address[2 * i + 1];
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t n = 0;

		while (i + n < 8 && !groups[i + n])
			n++;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
		i += n ? n - 1 : 0;
	}
	for (uint32_t i = 0; i < 8; i++) {
		if (i == best) {
			sk_buf_adds(buf, "::");
			i += best_n - 1;
			continue;
		}
		if (i && i != best + best_n)
			sk_buf_addc(buf, ':');
		sk_buf_printf(buf, "%x", groups[i]);
	}
}

static void sk_text_address(struct sk_buf *buf, int family, const uint8_t address[16])
{
	if (family == AF_INET6)
		sk_text_ipv6(buf, address);
	else
		sk_buf_printf(buf, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

/* setools keeps a network, in which bits of the address outside the mask are gone. */
static void sk_text_node(struct sk_buf *buf, const struct selkie_labeling *l)
{
	uint8_t network[16];

	for (int i = 0; i < 16; i++)
		network[i] = l->address[i] & l->mask[i];
	sk_text_address(buf, l->family, network);
	sk_buf_addc(buf, ' ');
	sk_text_address(buf, l->family, l->mask);
}

static void sk_text_numbers(struct sk_buf *buf, const struct selkie_labeling *l, bool hex)
{
	sk_buf_printf(buf, hex ? "0x%llx" : "%llu", (unsigned long long)l->low);
	if (l->low != l->high)
		sk_buf_printf(buf, hex ? "-0x%llx" : "-%llu", (unsigned long long)l->high);
}

static const struct {
	const char *cls, *letter;
} sk_genfs_letters[] = {
	{ "file", "--" },      { "dir", "-d" },	     { "lnk_file", "-l" }, { "fifo_file", "-p" },
	{ "sock_file", "-s" }, { "blk_file", "-b" }, { "chr_file", "-c" },
};

/* A class that is none of files is dropped, as in setools. */
static const char *sk_genfs_letter(const struct sk_policy *policy, struct sk_class_id cls)
{
	for (size_t i = 0; cls.v && i < SK_ARRAY_LEN(sk_genfs_letters); i++)
		if (!strcmp(policy->class_by_id[cls.v]->name, sk_genfs_letters[i].cls))
			return sk_genfs_letters[i].letter;
	return "";
}

void sk_text_labeled(struct sk_buf *buf, const struct sk_policy *policy,
		     const struct selkie_labeling *l)
{
	switch (l->kind) {
	case SELKIE_LABELING_SID:
		if (l->name)
			sk_buf_adds(buf, l->name);
		else
			sk_text_numbers(buf, l, false);
		break;
	case SELKIE_LABELING_FS_USE:
	case SELKIE_LABELING_NETIF:
	case SELKIE_LABELING_DEVICETREE:
		sk_buf_adds(buf, l->name);
		break;
	case SELKIE_LABELING_GENFS:
		sk_buf_printf(buf, "%s %s %s", l->name, l->path, sk_genfs_letter(policy, l->cls));
		break;
	case SELKIE_LABELING_PORT:
		if (sk_protocol_word(l->protocol))
			sk_buf_adds(buf, sk_protocol_word(l->protocol));
		else
			sk_buf_add_uint(buf, l->protocol);
		sk_buf_addc(buf, ' ');
		sk_text_numbers(buf, l, false);
		break;
	case SELKIE_LABELING_NODE:
		sk_text_node(buf, l);
		break;
	case SELKIE_LABELING_IBPKEY:
		sk_text_ipv6(buf, l->address);
		sk_buf_addc(buf, ' ');
		sk_text_numbers(buf, l, true);
		break;
	case SELKIE_LABELING_IBENDPORT:
		sk_buf_printf(buf, "%s ", l->name);
		sk_text_numbers(buf, l, false);
		break;
	default:
		sk_text_numbers(buf, l, false);
	}
}

static const char *const sk_labeling_words[SELKIE_N_LABELING_KINDS] = {
	[SELKIE_LABELING_SID] = "sid",
	[SELKIE_LABELING_GENFS] = "genfscon",
	[SELKIE_LABELING_PORT] = "portcon",
	[SELKIE_LABELING_NETIF] = "netifcon",
	[SELKIE_LABELING_NODE] = "nodecon",
	[SELKIE_LABELING_IBPKEY] = "ibpkeycon",
	[SELKIE_LABELING_IBENDPORT] = "ibendportcon",
	[SELKIE_LABELING_PIRQ] = "pirqcon",
	[SELKIE_LABELING_IOPORT] = "ioportcon",
	[SELKIE_LABELING_IOMEM] = "iomemcon",
	[SELKIE_LABELING_PCIDEVICE] = "pcidevicecon",
	[SELKIE_LABELING_DEVICETREE] = "devicetreecon",
};

void sk_text_labeling_head(struct sk_buf *buf, const struct sk_policy *policy,
			   const struct selkie_labeling *labeling)
{
	const char *word = sk_labeling_words[labeling->kind];

	if (labeling->kind == SELKIE_LABELING_FS_USE)
		word = sk_fs_behavior_word(labeling->behavior);
	sk_buf_adds(buf, word ? word : "fs_use");
	sk_buf_addc(buf, ' ');
	sk_text_labeled(buf, policy, labeling);
}

void sk_text_labeling(struct sk_buf *buf, const struct sk_policy *policy,
		      const struct selkie_labeling *labeling)
{
	sk_text_labeling_head(buf, policy, labeling);
	sk_buf_addc(buf, ' ');
	sk_text_context(buf, policy, labeling->context);
	if (labeling->packet_context) {
		sk_buf_addc(buf, ' ');
		sk_text_context(buf, policy, labeling->packet_context);
	}
	if (labeling->kind == SELKIE_LABELING_FS_USE)
		sk_buf_addc(buf, ';');
}

void sk_text_constraint(struct sk_text *text, struct sk_buf *buf, struct sk_class_id cls,
			const struct sk_constraint *constraint, bool validatetrans,
			enum sk_expression_style style)
{
	sk_buf_adds(buf, sk_constraint_is_mls(constraint) ? "mls" : "");
	sk_buf_adds(buf, validatetrans ? "validatetrans " : "constrain ");
	sk_text_class(text, buf, cls.v);
	sk_buf_addc(buf, ' ');
	if (!validatetrans) {
		sk_text_perms(text, buf, cls, constraint->perms);
		sk_buf_addc(buf, ' ');
	}
	sk_buf_addc(buf, '(');
	sk_constraint_print_expression(buf, text->policy, constraint, style);
	sk_buf_adds(buf, validatetrans || style != SK_STYLE_SETOOLS ? ");" : "); ");
}
