/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements to bodies, and what moves and multiplies bodies, in the order of the reference compiler's passes:
 * tunableif, in before, blockinherit, blockabstract, in after, call. Bodies are dealt with by rising number; what a pass
 * adds has higher numbers and is met by the same pass.
 *
 * What a statement of a container may be is asked when it is read, as the reference does it: its notes of what it stands
 * in are set when a list directly in a container begins and cleared when a container of that kind ends, not restored.
 */
#include "unit/cil-lower.h"

#include <errno.h>
#include <string.h>

/* What a statement that is read stands in. */
struct sk_cil_inside {
	bool tunableif, in, after, macro, booleanif;
	unsigned int optionals;
};

static uint32_t sk_body_new(struct sk_cil_lower *l, enum sk_cil_body_kind kind, uint32_t parent, uint32_t tree,
			    uint32_t node)
{
	struct sk_cil_body body = {
		.kind = (uint8_t)kind, .parent = parent, .scope = SK_CIL_NONE, .tree = tree, .node = node,
		.name = SK_INTERN_NONE, .link = SK_CIL_NONE, .block = SK_SPACE_NONE, .cond = SK_SPACE_NONE,
		.args = SK_CIL_NONE };

	sk_cil_fail(l, sk_grow(&l->bodies.list, &l->bodies.cap, l->bodies.n + 1, sizeof(*l->bodies.list)));
	if (l->error)
		return SK_CIL_NONE;
	l->bodies.list[l->bodies.n] = body;
	return (uint32_t)l->bodies.n++;
}

static void sk_body_add(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	struct sk_cil_body *b = sk_cil_body(l, body);

	sk_cil_fail(l, sk_grow(&b->items.list, &b->items.cap, b->items.n + 1, sizeof(*b->items.list)));
	if (l->error)
		return;
	b->items.list[b->items.n++] = (struct sk_cil_item){ tree, node };
	l->n_items += tree == SK_CIL_BODY ? sizeof(*b) / sizeof(*b->items.list) : 1;
}

/* Where statements stand once a body's place is known: its scope, the names of blocks in it, its expansion. */

static uint32_t sk_scope_new(struct sk_cil_lower *l, uint32_t body, uint32_t prefix)
{
	struct sk_cil_scope scope = { .body = body, .prefix = prefix };

	sk_cil_fail(l, sk_grow(&l->scopes.list, &l->scopes.cap, l->scopes.n + 1, sizeof(*l->scopes.list)));
	if (l->error)
		return 0;
	l->scopes.list[l->scopes.n] = scope;
	return (uint32_t)l->scopes.n++;
}

static void sk_settle_expansion(struct sk_cil_lower *l, struct sk_cil_body *b)
{
	struct sk_expansion e = {
		.parent = sk_cil_body(l, b->parent)->expansion, .addr = sk_cil_tree_of(l, b->tree)->nodes[b->node].addr,
		.name = b->name };

	b->expansion = e.parent;
	if (b->kind == SK_BODY_CALL || b->kind == SK_BODY_INHERIT)
		sk_cil_fail(l, sk_sources_expand(l->space->sources, &e, &b->expansion));
}

static enum sk_cil_word sk_body_word(const struct sk_cil_body *b)
{
	return b->kind == SK_BODY_BLOCK ? SK_CIL_BLOCK : b->kind == SK_BODY_MACRO ? SK_CIL_MACRO : SK_CIL_OPTIONAL;
}

/* inherited: blocks and macros may be there already. False: it is left out. */
static bool sk_settle_name(struct sk_cil_lower *l, uint32_t body, bool inherited)
{
	uint32_t scope = sk_cil_body(l, sk_cil_body(l, body)->parent)->scope, there, full, name;
	struct sk_cil_body *b = sk_cil_body(l, body);

	name = b->name;
	there = sk_cil_find(l, scope, SK_SYM_BLOCK, name);
	if (there != SK_CIL_NONE && inherited && b->kind != SK_BODY_OPTIONAL &&
	    l->symbols.list[there].word == (uint8_t)sk_body_word(b)) {
		/* The inherited macro gives way; the inherited block is joined to the one that is there. */
		b->scope = sk_cil_body(l, l->symbols.list[there].body)->scope;
		return b->kind == SK_BODY_BLOCK;
	}
	full = sk_cil_whole_name(l, scope, name);
	if (l->error)
		return false;
	if (b->kind == SK_BODY_BLOCK)
		b->scope = sk_scope_new(l, body, full);
	else if (b->kind == SK_BODY_MACRO)
		b->scope = sk_scope_new(l, body, l->scopes.list[scope].prefix);
	b = sk_cil_body(l, body);
	return !l->error && sk_cil_declare(l, SK_SYM_BLOCK, sk_body_word(b), scope, name, body, b->tree, b->node) != SK_CIL_NONE;
}

static bool sk_settle(struct sk_cil_lower *l, uint32_t body, bool inherited)
{
	struct sk_cil_body *b = sk_cil_body(l, body), *parent = sk_cil_body(l, b->parent);

	b->settled = true;
	b->scope = parent->scope;
	b->global = parent->global && b->kind != SK_BODY_BLOCK && b->kind != SK_BODY_MACRO && b->kind != SK_BODY_CALL &&
		    b->kind != SK_BODY_INHERIT;
	sk_settle_expansion(l, b);
	if (l->error)
		return false;
	switch (b->kind) {
	case SK_BODY_BLOCK:
	case SK_BODY_MACRO:
	case SK_BODY_OPTIONAL:
		if (!sk_settle_name(l, body, inherited))
			return false;
		break;
	case SK_BODY_IN:
	case SK_BODY_TUNABLEIF:
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < sk_cil_body(l, body)->items.n && !l->error; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];

		if (item.tree == SK_CIL_BODY && !sk_settle(l, item.node, inherited))
			sk_cil_body(l, item.node)->gone = true;
	}
	return !l->error;
}

/* Reading */

static bool sk_may_stand(struct sk_cil_lower *l, const struct sk_cil_inside *in, uint32_t body, uint32_t tree,
			 uint32_t node, enum sk_cil_word word)
{
	const char *where = NULL;

	if (in->tunableif && word == SK_CIL_TUNABLE)
		where = "a tunableif";
	else if (in->in && (word == SK_CIL_TUNABLE || word == SK_CIL_IN))
		where = "an in-statement";
	else if (in->in && in->after && (word == SK_CIL_BLOCKINHERIT || word == SK_CIL_BLOCKABSTRACT))
		where = "an in-statement that comes after inheritance";
	else if (in->macro && (word == SK_CIL_TUNABLE || word == SK_CIL_IN || word == SK_CIL_BLOCK ||
			       word == SK_CIL_BLOCKINHERIT || word == SK_CIL_BLOCKABSTRACT || word == SK_CIL_MACRO))
		where = "a macro";
	else if (in->optionals && (word == SK_CIL_TUNABLE || word == SK_CIL_IN || word == SK_CIL_BLOCK ||
				   word == SK_CIL_BLOCKABSTRACT || word == SK_CIL_MACRO))
		where = "an optional";
	if (in->booleanif && !where) {
		switch (word) {
		case SK_CIL_TUNABLEIF:
		case SK_CIL_CALL:
		case SK_CIL_TRUE:
		case SK_CIL_FALSE:
		case SK_CIL_ALLOW:
		case SK_CIL_DONTAUDIT:
		case SK_CIL_AUDITALLOW:
		case SK_CIL_TYPETRANSITION:
		case SK_CIL_TYPECHANGE:
		case SK_CIL_TYPEMEMBER:
		case SK_CIL_ALLOWX:
		case SK_CIL_DONTAUDITX:
		case SK_CIL_AUDITALLOWX:
		case SK_CIL_SRC_INFO:
			break;
		default:
			where = "a booleanif";
		}
	}
	if (where)
		sk_cil_error(l, "E0212", body, tree, node, "%s may not stand in %s", sk_cil_word_names[word], where);
	return !where;
}

static enum sk_cil_body_kind sk_kind_of(const struct sk_cil_lower *l, enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_BLOCK:
		return SK_BODY_BLOCK;
	case SK_CIL_BLOCKABSTRACT:
		return SK_BODY_ABSTRACT;
	case SK_CIL_BLOCKINHERIT:
		return SK_BODY_INHERIT;
	case SK_CIL_BOOLEANIF:
		return SK_BODY_BOOLEANIF;
	case SK_CIL_CALL:
		return SK_BODY_CALL;
	case SK_CIL_IN:
		return SK_BODY_IN;
	case SK_CIL_MACRO:
		return SK_BODY_MACRO;
	case SK_CIL_OPTIONAL:
		return SK_BODY_OPTIONAL;
	case SK_CIL_SRC_INFO:
		return SK_BODY_SRC_INFO;
	case SK_CIL_TRUE:
	case SK_CIL_FALSE:
		return SK_BODY_BRANCH;
	case SK_CIL_TUNABLEIF:
		return l->options->preserve_tunables ? SK_BODY_BOOLEANIF : SK_BODY_TUNABLEIF;
	default:
		return SK_BODY_ROOT;	/* no body */
	}
}

static const char *sk_statement_name(const void *arg, size_t i)
{
	return sk_cil_word_names[i];
}

static void sk_unknown_statement(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const char *name = sk_cil_text(l, tree, node);
	struct sk_diag *diag = sk_cil_error(l, "E0210", body, tree, node, "unknown statement '%s'", name);
	size_t near = sk_nearest_name(name, SK_CIL_N_STATEMENTS - 1, sk_statement_name, NULL);

	if (near != SIZE_MAX)
		sk_cil_note(l, diag, tree, node, "did you mean '%s'?", sk_cil_word_names[near]);
}

/* Tunables are declared as soon as all is read: what there is depends on them. */
static void sk_read_tunable(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	sk_cil_fail(l, sk_grow(&l->tunables.list, &l->tunables.cap, l->tunables.n + 1, sizeof(*l->tunables.list)));
	if (!l->error)
		l->tunables.list[l->tunables.n++] = (struct sk_cil_saying){ .body = body, .tree = tree, .node = node };
}

static void sk_declare_tunables(struct sk_cil_lower *l)
{
	for (size_t i = 0; i < l->tunables.n && !l->error; i++) {
		const struct sk_cil_saying *t = &l->tunables.list[i];

		if (sk_cil_body(l, t->body)->settled)
			sk_cil_declare(l, SK_SYM_TUNABLE, SK_CIL_TUNABLE, sk_cil_body(l, t->body)->scope,
				       sk_cil_tree_of(l, t->tree)->nodes[t->node + 2].value, t->body, t->tree, t->node);
	}
}

static void sk_read_list(struct sk_cil_lower *l, struct sk_cil_inside *in, uint32_t body, uint32_t tree, uint32_t first,
			 uint32_t end);

static void sk_enter(struct sk_cil_inside *in, const struct sk_cil_body *b)
{
	in->tunableif = in->tunableif || b->kind == SK_BODY_TUNABLEIF;
	in->macro = in->macro || b->kind == SK_BODY_MACRO;
	in->booleanif = in->booleanif || b->kind == SK_BODY_BOOLEANIF;
	if (b->kind == SK_BODY_IN) {
		in->in = true;
		in->after = b->after;
	}
}

static void sk_leave(struct sk_cil_inside *in, enum sk_cil_body_kind kind)
{
	in->tunableif = in->tunableif && kind != SK_BODY_TUNABLEIF;
	in->macro = in->macro && kind != SK_BODY_MACRO;
	in->booleanif = in->booleanif && kind != SK_BODY_BOOLEANIF;
	in->in = in->in && kind != SK_BODY_IN;
	in->optionals -= kind == SK_BODY_OPTIONAL;
}

/* A statement that holds or brings others. */
static void sk_read_body(struct sk_cil_lower *l, struct sk_cil_inside *in, uint32_t parent, uint32_t tree, uint32_t list,
			 enum sk_cil_body_kind kind)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t end = sk_cil_end(t, list), first = list + 2, body;
	struct sk_cil_body *b;

	body = sk_body_new(l, kind, parent, tree, list);
	if (!l->error)
		sk_body_add(l, parent, SK_CIL_BODY, body);
	if (l->error)
		return;
	b = sk_cil_body(l, body);
	switch (kind) {
	case SK_BODY_IN:
		if (first + 1 < end && !sk_cil_is_list(t, first + 1)) {
			b->after = sk_cil_node_word(t, l->words, first) == SK_CIL_AFTER;
			first++;
		}
		b->name = t->nodes[first].value;
		first++;
		break;
	case SK_BODY_BRANCH:
		b->is_true = sk_cil_node_word(t, l->words, list + 1) == SK_CIL_TRUE;
		break;
	case SK_BODY_TUNABLEIF:
	case SK_BODY_BOOLEANIF:
		first = sk_cil_next(t, first);
		break;
	case SK_BODY_SRC_INFO:
		first += 3;
		break;
	case SK_BODY_MACRO:
		b->name = t->nodes[first].value;
		first = sk_cil_next(t, first + 1);
		break;
	case SK_BODY_CALL:
		b->args = first + 1 < end ? first + 1 : SK_CIL_NONE;
		b->name = t->nodes[first].value;
		first = end;
		break;
	default:
		b->name = t->nodes[first].value;
		first++;
		break;
	}
	in->optionals += kind == SK_BODY_OPTIONAL;
	sk_read_list(l, in, body, tree, first, end);
	sk_leave(in, kind);
}

static void sk_read_list(struct sk_cil_lower *l, struct sk_cil_inside *in, uint32_t body, uint32_t tree, uint32_t first,
			 uint32_t end)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);

	for (uint32_t c = first; c < end && !l->error && l->mistakes < SK_CIL_MISTAKES_MAX; c = sk_cil_next(t, c)) {
		enum sk_cil_body_kind kind;
		enum sk_cil_word word;

		sk_enter(in, sk_cil_body(l, body));
		if (sk_cil_end(t, c) == c + 1 || sk_cil_is_list(t, c + 1)) {
			sk_cil_error(l, "E0210", body, tree, c, "a statement begins with a word");
			continue;
		}
		word = sk_cil_node_word(t, l->words, c + 1);
		if (word >= SK_CIL_N_STATEMENTS) {
			sk_unknown_statement(l, body, tree, c + 1);
			continue;
		}
		if (!sk_may_stand(l, in, body, tree, c + 1, word) || !sk_cil_shape_ok(l, body, tree, c, word))
			continue;
		kind = sk_kind_of(l, word);
		if (kind == SK_BODY_BRANCH && sk_cil_body(l, body)->kind != SK_BODY_BOOLEANIF &&
		    sk_cil_body(l, body)->kind != SK_BODY_TUNABLEIF)
			sk_cil_error(l, "E0212", body, tree, c + 1, "'%s' may only stand directly in a booleanif or tunableif",
				     sk_cil_word_names[word]);
		else if (l->options->qualified_names && (kind == SK_BODY_BLOCK || kind == SK_BODY_INHERIT ||
							 kind == SK_BODY_ABSTRACT || kind == SK_BODY_IN))
			sk_cil_error(l, "E0212", body, tree, c + 1, "%s may not stand where names may have dots",
				     sk_cil_word_names[word]);
		else if (kind != SK_BODY_ROOT)
			sk_read_body(l, in, body, tree, c, kind);
		else if (word == SK_CIL_TUNABLE && !l->options->preserve_tunables)
			sk_read_tunable(l, body, tree, c);
		else
			sk_body_add(l, body, tree, c);
	}
}

void sk_cil_read_all(struct sk_cil_lower *l)
{
	uint32_t root = sk_body_new(l, SK_BODY_ROOT, 0, 0, 0);

	if (!l->error)
		sk_scope_new(l, root, SK_INTERN_NONE);
	if (l->error)
		return;
	sk_cil_body(l, root)->scope = 0;
	sk_cil_body(l, root)->global = sk_cil_body(l, root)->settled = true;
	for (uint32_t i = 0; i < l->n_inputs && !l->error; i++) {
		struct sk_cil_inside in = { 0 };

		sk_read_list(l, &in, root, i, 1, sk_cil_end(l->inputs[i].tree, 0));
	}
	for (size_t i = 0; i < sk_cil_body(l, root)->items.n && !l->error; i++) {
		struct sk_cil_item item = sk_cil_body(l, root)->items.list[i];

		if (item.tree == SK_CIL_BODY && !sk_settle(l, item.node, false))
			sk_cil_body(l, item.node)->gone = true;
	}
	if (!l->error)
		sk_declare_tunables(l);
}

/* Expanding */

static bool sk_too_many(struct sk_cil_lower *l, uint32_t body)
{
	const struct sk_cil_body *b = sk_cil_body(l, body);

	if (l->n_items <= SK_CIL_STATEMENTS_MAX)
		return false;
	if (!l->exhausted)
		sk_cil_error(l, "E0221", body, b->tree, b->node, "this expands to more than %u statements",
			     SK_CIL_STATEMENTS_MAX);
	l->exhausted = true;
	return true;
}

/* Copies what is in a body into another one, which is settled. */
static void sk_copy_items(struct sk_cil_lower *l, uint32_t from, uint32_t to, bool inherited)
{
	size_t n = sk_cil_body(l, from)->items.n;

	for (size_t i = 0; i < n && !l->error && !sk_too_many(l, to); i++) {
		struct sk_cil_item item = sk_cil_body(l, from)->items.list[i];
		struct sk_cil_body *copy;
		uint32_t number;

		if (item.tree != SK_CIL_BODY) {
			sk_body_add(l, to, item.tree, item.node);
			continue;
		}
		if (sk_cil_body(l, item.node)->gone ||
		    (inherited && sk_cil_body(l, item.node)->kind == SK_BODY_ABSTRACT))
			continue;
		number = sk_body_new(l, sk_cil_body(l, item.node)->kind, to, sk_cil_body(l, item.node)->tree,
				     sk_cil_body(l, item.node)->node);
		if (!l->error)
			sk_body_add(l, to, SK_CIL_BODY, number);
		if (l->error)
			return;
		copy = sk_cil_body(l, number);
		copy->name = sk_cil_body(l, item.node)->name;
		copy->args = sk_cil_body(l, item.node)->args;
		copy->link = sk_cil_body(l, item.node)->link;
		copy->is_true = sk_cil_body(l, item.node)->is_true;
		copy->copied = sk_cil_body(l, item.node)->copied;
		if (!sk_settle(l, number, inherited)) {
			sk_cil_body(l, number)->gone = true;
			continue;
		}
		copy = sk_cil_body(l, number);
		if (copy->kind == SK_BODY_INHERIT && copy->link != SK_CIL_NONE && !copy->copied) {
			struct sk_cil_scope *scope = &l->scopes.list[sk_cil_body(l, copy->link)->scope];

			sk_cil_fail(l, sk_grow(&scope->inherits.list, &scope->inherits.cap, scope->inherits.n + 1, sizeof(uint32_t)));
			if (!l->error)
				scope->inherits.list[scope->inherits.n++] = number;
		}
		if (!l->error)
			sk_copy_items(l, item.node, number, inherited);
	}
}

/* Moves what is in a body into another one, behind what is there. */
static void sk_move_items(struct sk_cil_lower *l, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < sk_cil_body(l, from)->items.n && !l->error; i++) {
		struct sk_cil_item item = sk_cil_body(l, from)->items.list[i];

		sk_body_add(l, to, item.tree, item.node);
		if (l->error || item.tree != SK_CIL_BODY)
			continue;
		sk_cil_body(l, item.node)->parent = to;
		if (!sk_settle(l, item.node, false))
			sk_cil_body(l, item.node)->gone = true;
	}
	sk_cil_body(l, from)->gone = true;
}

/* The innermost optional that a body stands in, or SK_CIL_NONE. */
static uint32_t sk_optional_around(struct sk_cil_lower *l, uint32_t body)
{
	for (uint32_t b = sk_cil_body(l, body)->parent; b; b = sk_cil_body(l, b)->parent)
		if (sk_cil_body(l, b)->kind == SK_BODY_OPTIONAL)
			return b;
	return SK_CIL_NONE;
}

/* Whether a body is dealt with: it is not in something that is gone, abstract or, where macros do not count, a macro. */
static bool sk_is_live(struct sk_cil_lower *l, uint32_t body, bool abstract, bool macro)
{
	for (uint32_t b = body; b; b = sk_cil_body(l, b)->parent) {
		const struct sk_cil_body *p = sk_cil_body(l, b);

		if (p->gone || !p->settled || (!macro && p->kind == SK_BODY_MACRO) ||
		    (!abstract && p->kind == SK_BODY_BLOCK && l->scopes.list[p->scope].abstract))
			return false;
	}
	return true;
}

/* What a body names is not there: the optional around it goes, or it is a mistake. */
static void sk_not_there(struct sk_cil_lower *l, uint32_t body, uint32_t node, const char *what)
{
	struct sk_cil_body *b = sk_cil_body(l, body);
	uint32_t optional = sk_optional_around(l, body);
	struct sk_diag *diag;

	if (optional != SK_CIL_NONE) {
		sk_cil_body(l, optional)->gone = true;
		return;
	}
	diag = sk_cil_error(l, "E0222", body, b->tree, node, "unknown %s '%s'", what, sk_intern_str(l->names, b->name));
	sk_cil_note_nearest(l, diag, SK_SYM_BLOCK, b->name);
}

static void sk_expand_tunables(struct sk_cil_lower *l)
{
	for (uint32_t i = 0; i < l->bodies.n && !l->error; i++) {
		struct sk_cil_body *b = sk_cil_body(l, i);
		uint32_t parent = b->parent, optional;
		bool missing = false, value;

		if (b->kind != SK_BODY_TUNABLEIF || !sk_is_live(l, i, true, true))
			continue;
		value = sk_cil_tunable_value(l, i, b->tree, b->node + 2, &missing);
		b = sk_cil_body(l, i);
		b->gone = true;
		if (missing) {
			optional = sk_optional_around(l, i);
			if (optional != SK_CIL_NONE)
				sk_cil_body(l, optional)->gone = true;
			continue;
		}
		for (size_t k = 0; k < sk_cil_body(l, i)->items.n && !l->error; k++) {
			struct sk_cil_item item = sk_cil_body(l, i)->items.list[k];

			if (item.tree == SK_CIL_BODY && sk_cil_body(l, item.node)->is_true == value)
				sk_move_items(l, item.node, parent);
		}
	}
}

/* From the last to the first, and again until all have found their block: one may bring the block of another. */
static void sk_expand_ins(struct sk_cil_lower *l, bool after)
{
	uint32_t failed = SK_CIL_NONE;
	bool progress = true;

	while (progress && !l->error) {
		progress = false;
		failed = SK_CIL_NONE;
		for (uint32_t i = (uint32_t)l->bodies.n; i-- > 0 && !l->error;) {
			struct sk_cil_body *b = sk_cil_body(l, i);
			uint32_t found;

			if (b->kind != SK_BODY_IN || b->after != after || !sk_is_live(l, i, !after, true))
				continue;
			found = sk_cil_find_block(l, b->parent, b->name, true);
			if (found == SK_CIL_NONE) {
				failed = i;
				continue;
			}
			if (l->symbols.list[found].word == SK_CIL_OPTIONAL && l->symbols.list[found].next != SK_CIL_NONE)
				sk_cil_error(l, "E0223", i, b->tree, b->node, "there are several optionals of the name '%s'",
					     sk_intern_str(l->names, b->name));
			sk_move_items(l, i, l->symbols.list[found].body);
			progress = true;
		}
	}
	if (failed != SK_CIL_NONE && !l->error)
		sk_not_there(l, failed, sk_cil_body(l, failed)->node, "block");
}

static void sk_link_inherits(struct sk_cil_lower *l)
{
	for (uint32_t i = 0; i < l->bodies.n && !l->error; i++) {
		struct sk_cil_body *b = sk_cil_body(l, i);
		struct sk_cil_scope *scope;
		uint32_t found;

		if (b->kind != SK_BODY_INHERIT || !sk_is_live(l, i, true, true))
			continue;
		found = sk_cil_find_block(l, b->parent, b->name, false);
		if (found == SK_CIL_NONE) {
			sk_not_there(l, i, b->node + 2, "block");
			continue;
		}
		if (l->symbols.list[found].word != SK_CIL_BLOCK) {
			sk_cil_error(l, "E0223", i, b->tree, b->node + 2, "'%s' is no block but %s",
				     sk_intern_str(l->names, b->name),
				     l->symbols.list[found].word == SK_CIL_MACRO ? "a macro" : "an optional");
			continue;
		}
		b->link = l->symbols.list[found].body;
		scope = &l->scopes.list[sk_cil_body(l, b->link)->scope];
		sk_cil_fail(l, sk_grow(&scope->inherits.list, &scope->inherits.cap, scope->inherits.n + 1, sizeof(uint32_t)));
		if (!l->error)
			scope->inherits.list[scope->inherits.n++] = i;
	}
}

/* How many inheritances there will be, and whether any leads back to itself. */
struct sk_cil_inheriting {
	struct sk_cil_lower *l;
	size_t n, most;
	uint32_t stack[64];	/* of blocks; deeper than that is degenerate as well */
	unsigned int depth;
	bool failed;
};

static void sk_count_inherits(struct sk_cil_inheriting *in, uint32_t body)
{
	struct sk_cil_lower *l = in->l;

	for (size_t i = 0; i < sk_cil_body(l, body)->items.n && !in->failed; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];
		const struct sk_cil_body *b;

		if (item.tree != SK_CIL_BODY || sk_cil_body(l, item.node)->gone)
			continue;
		b = sk_cil_body(l, item.node);
		if (b->kind != SK_BODY_INHERIT || b->link == SK_CIL_NONE) {
			sk_count_inherits(in, item.node);
			continue;
		}
		for (unsigned int k = 0; k < in->depth && !in->failed; k++)
			if (in->stack[k] == b->link) {
				struct sk_diag *diag = sk_cil_error(l, "E0220", item.node, b->tree, b->node + 2,
								    "block '%s' inherits itself",
								    sk_intern_str(l->names, b->name));

				sk_cil_note(l, diag, sk_cil_body(l, b->link)->tree, sk_cil_body(l, b->link)->node,
					    "the block is here");
				in->failed = true;
			}
		if (!in->failed && (++in->n > in->most || in->depth == SK_ARRAY_LEN(in->stack))) {
			sk_cil_error(l, "E0221", item.node, b->tree, b->node, "blocks inherit each other too often");
			in->failed = true;
		}
		if (in->failed)
			return;
		in->stack[in->depth++] = b->link;
		sk_count_inherits(in, b->link);
		in->depth--;
	}
}

static void sk_expand_inherits(struct sk_cil_lower *l)
{
	struct sk_cil_inheriting in = { .l = l };

	sk_link_inherits(l);
	if (l->error || l->mistakes != l->expected)
		return;
	for (uint32_t i = 0; i < l->bodies.n; i++)
		in.most += sk_cil_body(l, i)->kind == SK_BODY_INHERIT && sk_cil_body(l, i)->settled;
	if (!in.most)
		return;
	in.most = SK_MAX(in.most * 10, (size_t)1024);
	sk_count_inherits(&in, 0);
	for (uint32_t i = 0; i < l->bodies.n && !l->error && l->mistakes == l->expected; i++) {
		uint32_t scope = sk_cil_body(l, i)->scope;

		if (sk_cil_body(l, i)->kind != SK_BODY_BLOCK || !sk_is_live(l, i, true, true) || l->scopes.list[scope].body != i)
			continue;
		for (size_t k = 0; k < l->scopes.list[scope].inherits.n && !l->error && l->mistakes == l->expected; k++) {
			uint32_t to = l->scopes.list[scope].inherits.list[k];

			if (sk_cil_body(l, to)->gone || sk_cil_body(l, to)->copied)
				continue;
			sk_cil_body(l, to)->copied = true;
			sk_copy_items(l, i, to, true);
		}
	}
}

static void sk_mark_abstract(struct sk_cil_lower *l, uint32_t body)
{
	l->scopes.list[sk_cil_body(l, body)->scope].abstract = true;
	for (size_t i = 0; i < sk_cil_body(l, body)->items.n; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];

		if (item.tree == SK_CIL_BODY && sk_cil_body(l, item.node)->kind == SK_BODY_BLOCK)
			sk_mark_abstract(l, item.node);
	}
}

static void sk_expand_abstracts(struct sk_cil_lower *l)
{
	size_t n = l->bodies.n;
	uint32_t *found = NULL;

	for (uint32_t i = 0; i < n && !l->error; i++) {
		struct sk_cil_body *b = sk_cil_body(l, i);

		if (b->kind != SK_BODY_ABSTRACT || !sk_is_live(l, i, true, true))
			continue;
		if (!found)
			found = calloc(n, sizeof(*found));
		if (!found) {
			sk_cil_fail(l, -ENOMEM);
			return;
		}
		found[i] = sk_cil_find_block(l, b->parent, b->name, false);
		if (found[i] == SK_CIL_NONE) {
			sk_not_there(l, i, b->node + 2, "block");
		} else if (l->symbols.list[found[i]].word != SK_CIL_BLOCK) {
			sk_cil_error(l, "E0223", i, b->tree, b->node + 2, "'%s' is no block", sk_intern_str(l->names, b->name));
		} else {
			found[i] = l->symbols.list[found[i]].body + 1;
			continue;
		}
		found[i] = 0;
	}
	for (uint32_t i = 0; found && i < n; i++)
		if (found[i])
			sk_mark_abstract(l, found[i] - 1);
	free(found);
}

/* The arguments of a call, held against the macro's parameters. */
static bool sk_arguments_ok(struct sk_cil_lower *l, uint32_t call)
{
	const struct sk_cil_body *b = sk_cil_body(l, call), *m = sk_cil_body(l, b->link);
	const struct sk_cil_tree *t = sk_cil_tree_of(l, b->tree), *mt = sk_cil_tree_of(l, m->tree);
	uint32_t p = m->node + 3, end = sk_cil_end(mt, m->node + 3);
	uint32_t a = b->args, a_end = b->args == SK_CIL_NONE ? a : sk_cil_end(t, a);
	struct sk_diag *diag = NULL;

	p++;
	a++;
	if (p == end && b->args != SK_CIL_NONE)
		diag = sk_cil_error(l, "E0219", call, b->tree, b->args, "macro '%s' takes no arguments",
				    sk_intern_str(l->names, b->name));
	if (b->args == SK_CIL_NONE && p < end)
		diag = sk_cil_error(l, "E0219", call, b->tree, b->node, "macro '%s' takes arguments",
				    sk_intern_str(l->names, b->name));
	for (; !diag && p < end; p = sk_cil_next(mt, p), a = sk_cil_next(t, a)) {
		if (a >= a_end) {
			diag = sk_cil_error(l, "E0219", call, b->tree, b->node, "the argument '%s' is missing",
					    sk_cil_text(l, m->tree, p + 2));
			break;
		}
		if (!sk_cil_argument_ok(l, call, b->tree, a, sk_cil_node_word(mt, l->words, p + 1)))
			return false;
	}
	if (!diag && b->args != SK_CIL_NONE && a < a_end)
		diag = sk_cil_error(l, "E0219", call, b->tree, a, "one argument too many");
	if (diag)
		sk_cil_note(l, diag, m->tree, m->node, "the macro is here");
	return !diag;
}

static bool sk_is_recursive(struct sk_cil_lower *l, uint32_t call)
{
	uint32_t macro = sk_cil_body(l, call)->link;

	for (uint32_t b = sk_cil_body(l, call)->parent; b; b = sk_cil_body(l, b)->parent)
		if (sk_cil_body(l, b)->kind == SK_BODY_CALL && sk_cil_body(l, b)->link == macro)
			return true;
	return false;
}

static void sk_expand_calls(struct sk_cil_lower *l)
{
	for (uint32_t i = 0; i < l->bodies.n && !l->error && !l->exhausted; i++) {
		struct sk_cil_body *b = sk_cil_body(l, i);
		uint32_t found;

		if (b->kind != SK_BODY_CALL || b->copied || !sk_is_live(l, i, false, false))
			continue;
		found = sk_cil_find_block(l, b->parent, b->name, false);
		b = sk_cil_body(l, i);
		if (found == SK_CIL_NONE) {
			sk_not_there(l, i, b->node + 2, "macro");
			sk_cil_body(l, i)->gone = true;
			continue;
		}
		if (l->symbols.list[found].word != SK_CIL_MACRO) {
			sk_cil_error(l, "E0223", i, b->tree, b->node + 2, "'%s' is no macro but %s",
				     sk_intern_str(l->names, b->name),
				     l->symbols.list[found].word == SK_CIL_BLOCK ? "a block" : "an optional");
			continue;
		}
		b->link = l->symbols.list[found].body;
		b->copied = true;
		if (!sk_arguments_ok(l, i))
			continue;
		if (sk_is_recursive(l, i)) {
			sk_cil_error(l, "E0220", i, sk_cil_body(l, i)->tree, sk_cil_body(l, i)->node + 2,
				     "macro '%s' calls itself", sk_intern_str(l->names, sk_cil_body(l, i)->name));
			continue;
		}
		sk_copy_items(l, sk_cil_body(l, i)->link, i, false);
	}
}

void sk_cil_expand_all(struct sk_cil_lower *l)
{
	sk_expand_tunables(l);
	if (!l->error && l->mistakes == l->expected)
		sk_expand_ins(l, false);
	if (!l->error && l->mistakes == l->expected)
		sk_expand_inherits(l);
	if (!l->error && l->mistakes == l->expected)
		sk_expand_abstracts(l);
	if (!l->error && l->mistakes == l->expected)
		sk_expand_ins(l, true);
	if (!l->error && l->mistakes == l->expected)
		sk_expand_calls(l);
}
