/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Levels, ranges, contexts and addresses of CIL to parts of the space. Those that have a name are made once, where they
 * are declared; those that are arguments of a call are looked at where they are used, as the reference compiler does.
 */
#include "unit/cil-lower.h"

#include <arpa/inet.h>
#include <string.h>

/*
 * Follows a word to the list that it means. Returns false when there is none. *ret_symbol is the declaration, or
 * SK_CIL_NONE where it is an argument.
 */
static bool sk_follow(struct sk_cil_lower *l, enum sk_cil_sym sym, uint32_t *body, uint32_t *tree, uint32_t *node,
		      uint32_t *ret_symbol)
{
	uint32_t name = sk_cil_tree_of(l, *tree)->nodes[*node].value;
	struct sk_cil_found found;

	*ret_symbol = SK_CIL_NONE;
	if (!sk_cil_resolve(l, *body, sym, name, &found)) {
		sk_cil_missing(l, sym, *tree, *node, name);
		return false;
	}
	if (found.list != SK_CIL_NONE) {
		*tree = found.tree;
		*node = found.list;
		return true;
	}
	*ret_symbol = found.symbol;
	*body = l->symbols.list[found.symbol].body;
	*tree = l->symbols.list[found.symbol].tree;
	*node = l->symbols.list[found.symbol].node + 3;
	sk_cil_depend(l, l->symbols.list[found.symbol].block);
	return !l->error;
}

static uint32_t sk_named_part(const struct sk_cil_lower *l, uint32_t symbol)
{
	return symbol == SK_CIL_NONE ? SK_SPACE_NONE : l->symbols.list[symbol].part;
}

static uint32_t sk_name_part(struct sk_cil_lower *l, uint32_t symbol, uint32_t part)
{
	if (l->error)
		return SK_SPACE_NONE;
	if (symbol != SK_CIL_NONE)
		l->symbols.list[symbol].part = part;
	return part;
}

uint32_t sk_cil_level(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	struct sk_level_ref level = { .cats = SK_SPACE_NONE };
	uint32_t symbol = SK_CIL_NONE, number = SK_SPACE_NONE;
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);

	if (!sk_cil_is_list(t, node)) {
		if (!sk_follow(l, SK_SYM_LEVEL, &body, &tree, &node, &symbol))
			return SK_SPACE_NONE;
		if (sk_named_part(l, symbol) != SK_SPACE_NONE)
			return sk_named_part(l, symbol);
		t = sk_cil_tree_of(l, tree);
	}
	level.sens = sk_cil_ref(l, body, SK_SYM_SENS, t->nodes[node + 1].value);
	if (node + 2 < sk_cil_end(t, node) && !l->error) {
		level.cats = sk_cil_set(l, body, SK_SYM_CAT, tree, node + 2);
		if (level.cats == SK_SPACE_NONE)
			return SK_SPACE_NONE;
	}
	if (!l->error)
		sk_cil_fail(l, sk_space_level(l->space, &level, &number));
	return sk_name_part(l, symbol, number);
}

uint32_t sk_cil_range(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	uint32_t symbol = SK_CIL_NONE, number = SK_SPACE_NONE;
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_range_ref range;

	if (!sk_cil_is_list(t, node)) {
		if (!sk_follow(l, SK_SYM_LEVELRANGE, &body, &tree, &node, &symbol))
			return SK_SPACE_NONE;
		if (sk_named_part(l, symbol) != SK_SPACE_NONE)
			return sk_named_part(l, symbol);
		t = sk_cil_tree_of(l, tree);
	}
	range.low = sk_cil_level(l, body, tree, node + 1);
	range.high = range.low == SK_SPACE_NONE ? SK_SPACE_NONE : sk_cil_level(l, body, tree, sk_cil_next(t, node + 1));
	if (range.high == SK_SPACE_NONE)
		return SK_SPACE_NONE;
	sk_cil_fail(l, sk_space_range(l->space, &range, &number));
	return sk_name_part(l, symbol, number);
}

uint32_t sk_cil_context(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	uint32_t symbol = SK_CIL_NONE, number = SK_SPACE_NONE;
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_context_ref context;

	if (!sk_cil_is_list(t, node)) {
		if (!sk_follow(l, SK_SYM_CONTEXT, &body, &tree, &node, &symbol))
			return SK_SPACE_NONE;
		if (sk_named_part(l, symbol) != SK_SPACE_NONE)
			return sk_named_part(l, symbol);
		t = sk_cil_tree_of(l, tree);
	}
	context.user = sk_cil_ref(l, body, SK_SYM_USER, t->nodes[node + 1].value);
	context.role = l->error ? 0 : sk_cil_ref(l, body, SK_SYM_ROLE, t->nodes[node + 2].value);
	context.type = l->error ? 0 : sk_cil_ref(l, body, SK_SYM_TYPE, t->nodes[node + 3].value);
	context.range = l->error ? SK_SPACE_NONE : sk_cil_range(l, body, tree, node + 4);
	if (context.range == SK_SPACE_NONE)
		return SK_SPACE_NONE;
	sk_cil_fail(l, sk_space_context(l->space, &context, &number));
	return sk_name_part(l, symbol, number);
}

/* An address as it is written, or named. False when it is not there. */
static bool sk_address_bytes(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint8_t *ret_family,
			     uint8_t ret_bytes[16])
{
	uint32_t body = l->body, symbol;
	const char *text;

	if (sk_cil_is_list(sk_cil_tree_of(l, tree), node))
		node++;
	else if (!sk_cil_is_address(sk_cil_text(l, tree, node)) &&
		 !sk_follow(l, SK_SYM_IPADDR, &body, &tree, &node, &symbol))
		return false;
	text = sk_cil_text(l, tree, node);
	*ret_family = strchr(text, ':') ? 6 : 4;
	memset(ret_bytes, 0, 16);
	return inet_pton(*ret_family == 6 ? AF_INET6 : AF_INET, text, ret_bytes) == 1;
}

uint32_t sk_cil_address(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint32_t mask)
{
	uint32_t number = SK_SPACE_NONE;
	struct sk_address address;
	uint8_t family;

	if (!sk_address_bytes(l, tree, node, &address.family, address.address) ||
	    !sk_address_bytes(l, tree, mask, &family, address.mask))
		return SK_SPACE_NONE;
	if (family != address.family) {
		sk_cil_error(l, "E0223", l->body, tree, mask, "the mask is for another kind of address");
		return SK_SPACE_NONE;
	}
	sk_cil_fail(l, sk_space_address(l->space, &address, &number));
	return l->error ? SK_SPACE_NONE : number;
}

uint32_t sk_cil_subnet(struct sk_cil_lower *l, uint32_t tree, uint32_t node)
{
	struct sk_address address = { .family = 6 };
	uint32_t number = SK_SPACE_NONE;

	if (inet_pton(AF_INET6, sk_cil_text(l, tree, node), address.address) != 1) {
		sk_cil_error(l, "E0211", l->body, tree, node, "'%s' is no IPv6 subnet prefix", sk_cil_text(l, tree, node));
		return SK_SPACE_NONE;
	}
	memset(address.mask, 0xff, 8);
	sk_cil_fail(l, sk_space_address(l->space, &address, &number));
	return l->error ? SK_SPACE_NONE : number;
}
