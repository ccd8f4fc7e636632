/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of CIL: what is declared where, and what a word means where it stands. The way a word is looked for is the
 * reference compiler's, to the letter: outwards through the bodies; in what a call brought, first among its arguments,
 * then around the macro, then around the call, unless the macro declares it, which it does around the call; in what an
 * inheritance brought, first around it, then around the block that is inherited; the global scope last.
 */
#include "unit/cil-lower.h"

#include <errno.h>
#include <string.h>

static uint64_t sk_name_key(uint32_t scope, enum sk_cil_sym sym, uint32_t name)
{
	return (uint64_t)scope << 37 | (uint64_t)sym << 32 | name;
}

uint32_t sk_cil_find(const struct sk_cil_lower *l, uint32_t scope, enum sk_cil_sym sym, uint32_t name)
{
	const uint32_t *found = sk_map_find(&l->by_name, sk_name_key(scope, sym, name));

	return found ? *found : SK_CIL_NONE;
}

enum sk_cil_sym sk_cil_sym_of(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_BLOCK:
	case SK_CIL_MACRO:
	case SK_CIL_OPTIONAL:
		return SK_SYM_BLOCK;
	case SK_CIL_USER:
	case SK_CIL_USERATTRIBUTE:
		return SK_SYM_USER;
	case SK_CIL_ROLE:
	case SK_CIL_ROLEATTRIBUTE:
		return SK_SYM_ROLE;
	case SK_CIL_TYPE:
	case SK_CIL_TYPEATTRIBUTE:
	case SK_CIL_TYPEALIAS:
		return SK_SYM_TYPE;
	case SK_CIL_COMMON:
		return SK_SYM_COMMON;
	case SK_CIL_CLASS:
	case SK_CIL_CLASSMAP:
		return SK_SYM_CLASS;
	case SK_CIL_CLASSPERMISSION:
		return SK_SYM_CLASSPERMISSION;
	case SK_CIL_BOOLEAN:
		return SK_SYM_BOOL;
	case SK_CIL_TUNABLE:
		return SK_SYM_TUNABLE;
	case SK_CIL_SENSITIVITY:
	case SK_CIL_SENSITIVITYALIAS:
		return SK_SYM_SENS;
	case SK_CIL_CATEGORY:
	case SK_CIL_CATEGORYALIAS:
	case SK_CIL_CATEGORYSET:
		return SK_SYM_CAT;
	case SK_CIL_SID:
		return SK_SYM_SID;
	case SK_CIL_CONTEXT:
		return SK_SYM_CONTEXT;
	case SK_CIL_LEVEL:
		return SK_SYM_LEVEL;
	case SK_CIL_LEVELRANGE:
		return SK_SYM_LEVELRANGE;
	case SK_CIL_POLICYCAP:
		return SK_SYM_POLICYCAP;
	case SK_CIL_IPADDR:
		return SK_SYM_IPADDR;
	case SK_CIL_STRING:
	case SK_CIL_NAME:
		return SK_SYM_STRING;
	case SK_CIL_PERMISSIONX:
		return SK_SYM_PERMISSIONX;
	default:
		return SK_CIL_N_SYMS;
	}
}

static const char *sk_sym_noun(enum sk_cil_sym sym)
{
	static const char *const nouns[SK_CIL_N_SYMS] = {
		"block or macro", "user", "role", "type", "common", "class", "class permission", "boolean", "tunable",
		"sensitivity", "category", "initial SID", "context", "level", "range", "policy capability", "address", "string",
		"extended permission",
	};

	return nouns[sym];
}

/* What the language calls the table, or SK_N_NS: CIL's own. */
static enum sk_ns sk_ns_of(enum sk_cil_sym sym)
{
	switch (sym) {
	case SK_SYM_USER:
		return SK_NS_USER;
	case SK_SYM_ROLE:
		return SK_NS_ROLE;
	case SK_SYM_TYPE:
		return SK_NS_TYPE;
	case SK_SYM_COMMON:
		return SK_NS_COMMON;
	case SK_SYM_CLASS:
		return SK_NS_CLASS;
	case SK_SYM_BOOL:
	case SK_SYM_TUNABLE:
		return SK_NS_BOOL;
	case SK_SYM_SENS:
		return SK_NS_SENS;
	case SK_SYM_CAT:
		return SK_NS_CAT;
	case SK_SYM_SID:
		return SK_NS_SID;
	default:
		return SK_N_NS;
	}
}

/* Declaring */

static bool sk_may_repeat(const struct sk_cil_lower *l, enum sk_cil_word now, enum sk_cil_word before)
{
	if (now != before)
		return false;
	switch (now) {
	case SK_CIL_OPTIONAL:
	case SK_CIL_POLICYCAP:
		return true;
	case SK_CIL_TYPE:
	case SK_CIL_TYPEATTRIBUTE:
	case SK_CIL_ROLE:
		return l->options->multiple_declarations;
	default:
		return false;
	}
}

uint32_t sk_cil_whole_name(struct sk_cil_lower *l, uint32_t scope, uint32_t name)
{
	uint32_t prefix = l->scopes.list[scope].prefix, full = name;
	struct sk_buf buf = SK_BUF_INIT;

	if (prefix == SK_INTERN_NONE)
		return name;
	sk_buf_join(&buf, sk_intern_str(l->names, prefix), ".", sk_intern_str(l->names, name), NULL);
	sk_cil_fail(l, buf.failed ? -ENOMEM : sk_intern_add(l->names, buf.data, buf.n, &full));
	sk_buf_done(&buf);
	return full;
}

uint32_t sk_cil_declare(struct sk_cil_lower *l, enum sk_cil_sym sym, enum sk_cil_word word, uint32_t scope, uint32_t name,
			uint32_t body, uint32_t tree, uint32_t node)
{
	struct sk_cil_symbol symbol = {
		.name = name, .sym = (uint8_t)sym, .word = (uint8_t)word, .scope = scope, .body = body, .tree = tree,
		.node = node, .next = SK_CIL_NONE, .part = SK_SPACE_NONE, .first = SK_CIL_NONE, .last = SK_CIL_NONE };
	uint32_t *value;
	bool fresh;

	symbol.block = sk_cil_body(l, body)->block;
	symbol.full = sk_cil_whole_name(l, scope, name);
	if (!l->error)
		sk_cil_fail(l, sk_map_insert(&l->by_name, sk_name_key(scope, sym, name), (uint32_t)l->symbols.n, &value, &fresh));
	if (!l->error)
		sk_cil_fail(l, sk_grow(&l->symbols.list, &l->symbols.cap, l->symbols.n + 1, sizeof(*l->symbols.list)));
	if (l->error)
		return SK_CIL_NONE;
	if (!fresh) {
		struct sk_cil_symbol *before = &l->symbols.list[*value];

		if (!sk_may_repeat(l, word, (enum sk_cil_word)before->word)) {
			struct sk_diag *diag = sk_cil_error(l, "E0215", body, tree, node + 2, "%s '%s' is declared already",
							    sk_cil_word_names[word], sk_intern_str(l->names, name));

			sk_cil_note(l, diag, before->tree, before->node + 2, "%s '%s' is declared here",
				    sk_cil_word_names[before->word], sk_intern_str(l->names, name));
			return SK_CIL_NONE;
		}
		symbol.next = before->next;
		before->next = (uint32_t)l->symbols.n;
	}
	l->symbols.list[l->symbols.n] = symbol;
	return (uint32_t)l->symbols.n++;
}

/* A parameter of the macro of that name and kind, which a declaration must not hide. */
static bool sk_hides_parameter(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, enum sk_cil_word word,
			       uint32_t name)
{
	const struct sk_cil_body *m;
	const struct sk_cil_tree *t;

	while (body && sk_cil_body(l, body)->kind != SK_BODY_MACRO)
		body = sk_cil_body(l, body)->kind == SK_BODY_BLOCK ? 0 : sk_cil_body(l, body)->parent;
	if (!body)
		return false;
	m = sk_cil_body(l, body);
	t = sk_cil_tree_of(l, m->tree);
	for (uint32_t p = m->node + 4; p < sk_cil_end(t, m->node + 3); p = sk_cil_next(t, p))
		if (t->nodes[p + 2].value == name && sk_cil_node_word(t, l->words, p + 1) == word) {
			sk_cil_error(l, "E0215", body, tree, node + 2, "'%s' is a parameter of the macro already",
				     sk_intern_str(l->names, name));
			return true;
		}
	return false;
}

static bool sk_is_declaration(enum sk_cil_word word)
{
	return word != SK_CIL_BLOCK && word != SK_CIL_MACRO && word != SK_CIL_OPTIONAL && word < SK_CIL_N_STATEMENTS &&
	       sk_cil_sym_of(word) != SK_CIL_N_SYMS;
}

static void sk_declare_in(struct sk_cil_lower *l, uint32_t body, bool live, bool macro, bool in_block);

static uint32_t sk_new_block(struct sk_cil_lower *l, uint32_t body)
{
	const struct sk_cil_body *b = sk_cil_body(l, body);
	const struct sk_block block = {
		.unit = l->unit->number, .parent = sk_cil_body(l, b->parent)->block, .otherwise = SK_SPACE_NONE, .lenient = true,
		.name = b->name, .addr = sk_cil_tree_of(l, b->tree)->nodes[b->node].addr, .expansion = b->expansion };
	uint32_t number = SK_SPACE_NONE;

	sk_cil_fail(l, sk_space_block(l->space, &block, &number));
	return number;
}

/* A body in a body, once all is expanded: is it allowed there, and what it declares. */
static void sk_declare_body(struct sk_cil_lower *l, uint32_t body, bool live, bool macro, bool in_block)
{
	struct sk_cil_body *b = sk_cil_body(l, body);
	bool optional = sk_cil_body(l, b->parent)->block != l->unit->top;

	if (b->gone || b->kind == SK_BODY_IN)
		return;
	if ((macro && (b->kind == SK_BODY_BLOCK || b->kind == SK_BODY_INHERIT || b->kind == SK_BODY_ABSTRACT ||
		       b->kind == SK_BODY_MACRO)) ||
	    (optional && (b->kind == SK_BODY_BLOCK || b->kind == SK_BODY_ABSTRACT || b->kind == SK_BODY_MACRO))) {
		sk_cil_error(l, "E0212", body, b->tree, b->node + 1, "%s may not stand in %s",
			     sk_cil_text(l, b->tree, b->node + 1), macro ? "a macro" : "an optional");
		return;
	}
	b->block = sk_cil_body(l, b->parent)->block;
	if (b->kind == SK_BODY_BLOCK && l->scopes.list[b->scope].abstract)
		live = false;
	if (b->kind == SK_BODY_MACRO)
		live = false;
	if (b->kind == SK_BODY_OPTIONAL && live) {
		uint32_t number = sk_new_block(l, body);

		sk_cil_body(l, body)->block = number;
	}
	b = sk_cil_body(l, body);
	sk_declare_in(l, body, live, macro || b->kind == SK_BODY_MACRO, in_block || b->kind == SK_BODY_BLOCK);
}

static void sk_declare_in(struct sk_cil_lower *l, uint32_t body, bool live, bool macro, bool in_block)
{
	for (size_t i = 0; i < sk_cil_body(l, body)->items.n && !l->error && l->mistakes < SK_CIL_MISTAKES_MAX; i++) {
		struct sk_cil_item item = sk_cil_body(l, body)->items.list[i];
		const struct sk_cil_tree *t;
		enum sk_cil_word word;
		uint32_t name;

		if (item.tree == SK_CIL_BODY) {
			sk_declare_body(l, item.node, live, macro, in_block);
			continue;
		}
		t = sk_cil_tree_of(l, item.tree);
		word = sk_cil_node_word(t, l->words, item.node + 1);
		if (!sk_is_declaration(word))
			continue;
		name = t->nodes[item.node + 2].value;
		if (in_block && live && (word == SK_CIL_CATEGORY || word == SK_CIL_SENSITIVITY))
			sk_cil_error(l, "E0212", body, item.tree, item.node + 1, "%s may not stand in a block",
				     sk_cil_word_names[word]);
		else if (!macro || !sk_hides_parameter(l, body, item.tree, item.node, word, name))
			sk_cil_declare(l, word == SK_CIL_TUNABLE && l->options->preserve_tunables ? SK_SYM_BOOL
												   : sk_cil_sym_of(word),
				       word, sk_cil_body(l, body)->scope, name, body, item.tree, item.node);
	}
}

void sk_cil_declare_all(struct sk_cil_lower *l)
{
	sk_cil_body(l, 0)->block = l->unit->top;
	sk_declare_in(l, 0, true, false, false);
}

/* Looking up */

/* One search, without a symbol that is not to be found: what a call declares does not meet its own arguments. */
struct sk_cil_search {
	struct sk_cil_lower *l;
	enum sk_cil_sym sym;
	uint32_t name;
	uint32_t without;	/* a call: what was declared by it does not count; SK_CIL_NONE */
	uint32_t passed;	/* a symbol that does not count; SK_CIL_NONE */
	struct sk_cil_found *found;
};

static bool sk_is_inside(struct sk_cil_lower *l, uint32_t body, uint32_t outer)
{
	for (; body; body = sk_cil_body(l, body)->parent)
		if (body == outer)
			return true;
	return false;
}

static bool sk_search_scope(struct sk_cil_search *s, uint32_t scope)
{
	uint32_t symbol = sk_cil_find(s->l, scope, s->sym, s->name);

	if (symbol == SK_CIL_NONE || symbol == s->passed ||
	    (s->without != SK_CIL_NONE && sk_is_inside(s->l, s->l->symbols.list[symbol].body, s->without)))
		return false;
	s->found->symbol = symbol;
	return true;
}

static bool sk_resolve_without(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name, uint32_t without,
			       uint32_t passed, struct sk_cil_found *found);

/* Among the arguments of a call. */
static bool sk_search_arguments(struct sk_cil_search *s, uint32_t call)
{
	struct sk_cil_lower *l = s->l;
	const struct sk_cil_body *b = sk_cil_body(l, call), *m = sk_cil_body(l, b->link);
	const struct sk_cil_tree *t = sk_cil_tree_of(l, b->tree), *mt = sk_cil_tree_of(l, m->tree);
	uint32_t a = b->args + 1;

	if (b->args == SK_CIL_NONE)
		return false;
	for (uint32_t p = m->node + 4; p < sk_cil_end(mt, m->node + 3); p = sk_cil_next(mt, p), a = sk_cil_next(t, a)) {
		if (mt->nodes[p + 2].value != s->name ||
		    sk_cil_sym_of(sk_cil_node_word(mt, l->words, p + 1)) != s->sym)
			continue;
		if (sk_cil_is_list(t, a) || (s->sym == SK_SYM_IPADDR && sk_cil_is_address(sk_cil_text(l, b->tree, a)))) {
			s->found->tree = b->tree;
			s->found->list = a;
			return true;
		}
		/* Nothing of that name: whoever declares it, it is looked for where the call is. */
		if (!sk_resolve_without(l, b->parent, s->sym, t->nodes[a].value, call, SK_CIL_NONE, s->found))
			s->found->list = SK_CIL_NONE;
		return true;
	}
	return false;
}

static bool sk_search_from(struct sk_cil_search *s, uint32_t body)
{
	struct sk_cil_lower *l = s->l;

	for (; body; body = sk_cil_body(l, body)->parent) {
		const struct sk_cil_body *b = sk_cil_body(l, body);

		switch (b->kind) {
		case SK_BODY_BLOCK:
			if (!l->scopes.list[b->scope].abstract && sk_search_scope(s, b->scope))
				return true;
			break;
		case SK_BODY_MACRO:
			if (sk_search_scope(s, b->scope))
				return true;
			break;
		case SK_BODY_INHERIT:
			if (b->link == SK_CIL_NONE)
				break;
			return sk_search_from(s, b->parent) || sk_search_from(s, sk_cil_body(l, b->link)->parent);
		case SK_BODY_CALL:
			/* What the macro declares is declared around the call. */
			if (b->link == SK_CIL_NONE ||
			    sk_cil_find(l, sk_cil_body(l, b->link)->scope, s->sym, s->name) != SK_CIL_NONE)
				break;
			if (sk_search_arguments(s, body) || sk_search_from(s, sk_cil_body(l, b->link)->parent))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* A name with dots: blocks, from outside to inside, and then the name itself. */
static bool sk_resolve_dotted(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name, bool in_statement,
			      struct sk_cil_found *found)
{
	const char *text = sk_intern_str(l->names, name), *p = text + strspn(text, "."), *end;
	uint32_t scope = 0, part;
	bool first = *text != '.';

	while (*(end = p + strcspn(p, "."))) {
		struct sk_cil_found block = { .symbol = SK_CIL_NONE, .list = SK_CIL_NONE };
		struct sk_cil_search s = { .l = l, .sym = SK_SYM_BLOCK, .without = SK_CIL_NONE, .passed = SK_CIL_NONE,
					   .found = &block };
		const struct sk_cil_symbol *symbol;
		const char *next = end + strspn(end, ".");

		if (!*next)
			break;
		part = sk_intern_find(l->names, p, (size_t)(end - p));
		s.name = part;
		if (part == SK_INTERN_NONE || !((first && sk_search_from(&s, body)) || sk_search_scope(&s, scope)))
			return false;
		symbol = &l->symbols.list[block.symbol];
		if ((symbol->word != SK_CIL_BLOCK && !in_statement) ||
		    l->scopes.list[sk_cil_body(l, symbol->body)->scope].abstract)
			return false;
		scope = sk_cil_body(l, symbol->body)->scope;
		first = false;
		p = next;
	}
	part = sk_intern_find(l->names, p, (size_t)(end - p));
	found->symbol = part == SK_INTERN_NONE ? SK_CIL_NONE : sk_cil_find(l, scope, sym, part);
	return found->symbol != SK_CIL_NONE;
}

static bool sk_is_dotted(const struct sk_cil_lower *l, uint32_t name)
{
	return name < l->n_dotted && l->dotted[name] && !l->options->qualified_names;
}

static bool sk_resolve_without(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name, uint32_t without,
			       uint32_t passed, struct sk_cil_found *found)
{
	struct sk_cil_search s = { .l = l, .sym = sym, .name = name, .without = without, .passed = passed, .found = found };
	const char *text;

	*found = (struct sk_cil_found){ .symbol = SK_CIL_NONE, .name = name, .list = SK_CIL_NONE };
	if (!sk_is_dotted(l, name))
		return (sk_search_from(&s, body) || sk_search_scope(&s, 0)) &&
		       (found->symbol != SK_CIL_NONE || found->list != SK_CIL_NONE);
	if (sk_resolve_dotted(l, body, sym, name, false, found))
		return true;
	text = sk_intern_str(l->names, name);
	if (*text == '.')
		sk_cil_fail(l, sk_intern_add(l->names, text + 1, strlen(text + 1), &found->name));
	return false;
}

bool sk_cil_resolve(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name, struct sk_cil_found *found)
{
	return sk_resolve_without(l, body, sym, name, SK_CIL_NONE, SK_CIL_NONE, found);
}

uint32_t sk_cil_find_block(struct sk_cil_lower *l, uint32_t body, uint32_t name, bool in_statement)
{
	struct sk_cil_found found = { .symbol = SK_CIL_NONE };

	if (in_statement && sk_is_dotted(l, name)) {
		sk_resolve_dotted(l, body, SK_SYM_BLOCK, name, true, &found);
		return found.symbol;
	}
	sk_cil_resolve(l, body, SK_SYM_BLOCK, name, &found);
	return found.symbol;
}

uint32_t sk_cil_string(struct sk_cil_lower *l, uint32_t body, uint32_t name)
{
	for (; body; body = sk_cil_body(l, body)->parent) {
		const struct sk_cil_body *b = sk_cil_body(l, body), *m;
		const struct sk_cil_tree *t, *mt;
		bool is_parameter = false;
		uint32_t a;

		if (b->kind != SK_BODY_CALL || b->link == SK_CIL_NONE)
			continue;
		m = sk_cil_body(l, b->link);
		t = sk_cil_tree_of(l, b->tree);
		mt = sk_cil_tree_of(l, m->tree);
		a = b->args + 1;
		for (uint32_t p = m->node + 4; p < sk_cil_end(mt, m->node + 3);
		     p = sk_cil_next(mt, p), a = sk_cil_next(t, a)) {
			if (mt->nodes[p + 2].value != name ||
			    sk_cil_sym_of(sk_cil_node_word(mt, l->words, p + 1)) != SK_SYM_STRING)
				continue;
			name = t->nodes[a].value;
			is_parameter = true;
			break;
		}
		if (!is_parameter)
			return name;
	}
	return name;
}

/* References */

/* Found in a block that may be off, with another one behind it: compile looks from the one to the other. */
static uint32_t sk_scoped_ref(struct sk_cil_lower *l, enum sk_ns ns, uint32_t name, uint32_t first, uint32_t second)
{
	struct sk_scope outer = { .prefix = l->scopes.list[l->symbols.list[second].scope].prefix, .next = 0 };
	struct sk_scope inner = { .prefix = l->scopes.list[l->symbols.list[first].scope].prefix, .next = 0 };
	uint32_t scope = 0, ref = SK_SPACE_NONE;

	if (outer.prefix != SK_INTERN_NONE) {
		sk_cil_fail(l, sk_space_scope(l->space, &outer, &scope));
		inner.next = scope;
	}
	if (!l->error)
		sk_cil_fail(l, sk_space_scope(l->space, &inner, &scope));
	if (!l->error)
		sk_cil_fail(l, sk_space_ref(l->space, ns, scope, name, &ref));
	return ref;
}

uint32_t sk_cil_ref(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name)
{
	const struct sk_cil_symbol *symbol;
	struct sk_cil_found found, second;
	uint32_t ref = SK_SPACE_NONE;

	if (sk_cil_body(l, body)->global && !sk_is_dotted(l, name)) {
		sk_cil_fail(l, sk_space_ref(l->space, sk_ns_of(sym), 0, name, &ref));
		return ref;
	}
	if (!sk_cil_resolve(l, body, sym, name, &found) || found.symbol == SK_CIL_NONE) {
		if (!l->error)
			sk_cil_fail(l, sk_space_ref(l->space, sk_ns_of(sym), 0, found.name, &ref));
		return ref;
	}
	symbol = &l->symbols.list[found.symbol];
	if (symbol->scope && symbol->block != l->unit->top && symbol->name == name &&
	    sk_resolve_without(l, body, sym, name, SK_CIL_NONE, found.symbol, &second) && second.symbol != SK_CIL_NONE &&
	    l->symbols.list[second.symbol].name == name)
		return sk_scoped_ref(l, sk_ns_of(sym), name, found.symbol, second.symbol);
	sk_cil_fail(l, sk_space_ref(l->space, sk_ns_of(sym), 0, l->symbols.list[found.symbol].full, &ref));
	return ref;
}

/* What is missing */

struct sk_cil_near {
	const struct sk_cil_lower *l;
	enum sk_cil_sym sym;
};

static const char *sk_near_name(const void *arg, size_t i)
{
	const struct sk_cil_near *near = arg;
	const struct sk_cil_symbol *symbol = &near->l->symbols.list[i];

	return symbol->sym == near->sym ? sk_intern_str(near->l->names, symbol->name) : NULL;
}

void sk_cil_note_nearest(struct sk_cil_lower *l, struct sk_diag *diag, enum sk_cil_sym sym, uint32_t name)
{
	const struct sk_cil_near near = { l, sym };
	size_t i = sk_nearest_name(sk_intern_str(l->names, name), l->symbols.n, sk_near_name, &near);

	if (i != SIZE_MAX)
		sk_cil_note(l, diag, l->symbols.list[i].tree, l->symbols.list[i].node + 2, "did you mean '%s', declared here?",
			    sk_intern_str(l->names, l->symbols.list[i].full));
}

void sk_cil_depend(struct sk_cil_lower *l, uint32_t block)
{
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_REQUIRE_BLOCK, .block = l->block, .cond = SK_SPACE_NONE,
				     .op = { block } };

	for (uint32_t b = l->block; b != SK_SPACE_NONE; b = l->space->blocks.list[b].parent)
		if (b == block)
			return;
	stmt.addr = sk_cil_tree_of(l, l->tree)->nodes[l->node].addr;
	stmt.expansion = sk_cil_body(l, l->body)->expansion;
	if (!l->error)
		sk_cil_fail(l, sk_unit_add(l->unit, &stmt));
}

void sk_cil_missing(struct sk_cil_lower *l, enum sk_cil_sym sym, uint32_t tree, uint32_t node, uint32_t name)
{
	/* The else branch of what is always there is never there. */
	const struct sk_block never = { .unit = l->unit->number, .parent = l->unit->top, .otherwise = l->unit->top,
					.name = SK_INTERN_NONE };
	struct sk_diag *diag;

	if (l->block != l->unit->top) {
		if (l->never == SK_SPACE_NONE)
			sk_cil_fail(l, sk_space_block(l->space, &never, &l->never));
		if (!l->error)
			sk_cil_depend(l, l->never);
		return;
	}
	diag = sk_cil_error(l, "E0222", l->body, tree, node, "unknown %s '%s'", sk_sym_noun(sym),
			    sk_intern_str(l->names, name));
	sk_cil_note_nearest(l, diag, sym, name);
}
