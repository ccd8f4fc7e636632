/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * C-001: the order of the statements of a module, by refpolicy's style guide: declarations, then a section a domain,
 * within each self rules, own rules, calls by layer, conditional blocks. Which statements are out of order is decided as
 * SELint does it: the longest sequence that is in order stays, and what is not part of it is told. Ties are broken by the
 * same search, so that the same lines are found.
 */
#include <errno.h>

#include "lint/lint.h"

enum sk_place_in_section {
	SK_LSS_SELF, SK_LSS_OWN, SK_LSS_RELATED, SK_LSS_KERNEL_MODULE, SK_LSS_KERNEL, SK_LSS_SYSTEM, SK_LSS_OTHER,
	SK_LSS_BUILD_OPTION, SK_LSS_BOOLEAN, SK_LSS_TUNABLE, SK_LSS_OPTIONAL, SK_LSS_UNKNOWN,
};

enum { SK_DIFFERS_NOT, SK_DIFFERS_SECTION, SK_DIFFERS_DECLARATION, SK_DIFFERS_PLACE, SK_DIFFERS_ALPHABET };

struct sk_order_entry {
	const struct sk_outline_node *node;
	uint32_t section;
	uint8_t place;
	uint8_t around;		/* kind of the outermost block of conditional code that it is or is in; 0: none */
	uint16_t optional_depth;
	float average;		/* line of its section */
};

struct sk_order_step {
	uint32_t entry;
	int32_t previous;	/* in its sequence, or -1 */
	int32_t end;		/* of the best sequence of this one's index + 1 */
	bool in_order;
};

struct sk_lint_order_data {
	struct sk_order_entry *entries;	/* all nodes but the file's; a node's mark is its index here */
	size_t n_entries;
	struct sk_order_step *steps;
	size_t n_steps, next_step;
};

#define SK_KINDS_CONDITIONAL (SK_KIND(OPTIONAL) | SK_KIND(OPTIONAL_ELSE) | SK_KIND(BOOLEAN) | SK_KIND(TUNABLE) | \
			      SK_KIND(IFDEF) | SK_KIND(IFELSE))

static uint32_t sk_call_section(const struct sk_lint *l, const struct sk_order_entry *e)
{
	const struct sk_lint_name *known = sk_lint_name(l, e->node->name);

	if (known->interface_flags & SK_INTERFACE_FILETRANS)
		return l->non_ordered;
	if (!e->around && (sk_lint_more(l, e->node->name)->template || known->interface_flags & (SK_INTERFACE_TRANSFORMS | SK_INTERFACE_ROLE)))
		return l->declaration;
	return e->node->list[0].n ? e->node->list[0].items[0].text : l->non_ordered;
}

static uint32_t sk_section(const struct sk_lint *l, const struct sk_lint_order_data *o, const struct sk_order_entry *e)
{
	const struct sk_outline_node *node = e->node;

	switch (node->kind) {
	case SK_OUTLINE_RULE:
		if (sk_lint_list_has(&node->list[3], SK_WORD_ASSOCIATE) ||
		    sk_lint_list_has(&node->list[3], SK_WORD_MOUNTON))
			return l->non_ordered;
		/* fall through */
	case SK_OUTLINE_XRULE:
		if (node->flavor == SK_RULE_NEVERALLOW || node->flavor == SK_RULE_AUDITALLOW)
			return l->non_ordered;
		return node->list[0].items[0].text;
	case SK_OUTLINE_TRANSITION:
		return node->list[0].items[0].text;
	case SK_OUTLINE_DECL:
	case SK_OUTLINE_ALIAS:
	case SK_OUTLINE_TYPEALIAS:
	case SK_OUTLINE_TYPEATTRIBUTE:
	case SK_OUTLINE_ROLEATTRIBUTE:
		return sk_lint_is_in(node, SK_KINDS_REQUIRE) ? l->non_ordered : l->declaration;
	case SK_OUTLINE_OPTIONAL:
	case SK_OUTLINE_OPTIONAL_ELSE:
	case SK_OUTLINE_BOOLEAN:
	case SK_OUTLINE_TUNABLE:
	case SK_OUTLINE_IFDEF:
	case SK_OUTLINE_IFELSE:
		/* entries are filled from the last on, so that those behind are known */
		return o->entries[node->child->mark].section;
	case SK_OUTLINE_START:
		return node->next ? o->entries[node->next->mark].section : l->non_ordered;
	case SK_OUTLINE_CALL:
		return sk_call_section(l, e);
	default:
		return l->non_ordered;
	}
}

static bool sk_is_own_rule(const struct sk_lint *l, const struct sk_outline_node *node)
{
	struct sk_lint_spoken spoken;
	uint32_t name;

	if (!((SK_KIND(RULE) | SK_KIND(XRULE) | SK_KIND(CALL)) >> node->kind & 1) ||
	    (node->kind == SK_OUTLINE_CALL && sk_lint_name(l, node->name)->interface != SK_INTERN_NONE))
		return false;
	spoken = sk_lint_spoken_of(node);
	while (sk_lint_spoken_next(&spoken, &name)) {
		uint32_t module = sk_lint_module_of(l, name, SK_DECL_TYPE);

		if (module == SK_INTERN_NONE)
			module = sk_lint_module_of(l, name, SK_DECL_ATTRIBUTE);
		if (module != SK_INTERN_NONE && module != l->file->module)
			return false;
	}
	return true;
}

static bool sk_same_family(const struct sk_lint *l, uint32_t a, uint32_t b)
{
	const char *x = sk_lint_str(l, a), *y = sk_lint_str(l, b);
	size_t n = strcspn(x, "_");

	return n == strcspn(y, "_") && !memcmp(x, y, n);
}

static uint8_t sk_call_place(const struct sk_lint *l, uint32_t module)
{
	uint32_t layer;

	if (module == SK_INTERN_NONE)
		return SK_LSS_OTHER;
	if (module == l->file->module)
		return SK_LSS_OWN;
	if (l->config.order != SK_LINT_ORDER_REFPOLICY && sk_same_family(l, l->file->module, module))
		return SK_LSS_RELATED;
	if (!strcmp(sk_lint_str(l, module), "kernel"))
		return SK_LSS_KERNEL_MODULE;
	layer = sk_lint_more(l, module)->layer;
	if (l->config.order != SK_LINT_ORDER_LIGHT && layer != SK_INTERN_NONE) {
		if (!strcmp(sk_lint_str(l, layer), "kernel"))
			return SK_LSS_KERNEL;
		if (!strcmp(sk_lint_str(l, layer), "system"))
			return SK_LSS_SYSTEM;
	}
	return SK_LSS_OTHER;
}

static bool sk_is_self_rule(const struct sk_lint *l, const struct sk_outline_node *node)
{
	if (node->kind == SK_OUTLINE_RULE || node->kind == SK_OUTLINE_XRULE)
		return node->list[1].items[0].text == SK_WORD_SELF;
	return node->kind == SK_OUTLINE_CALL && sk_lint_list_has(&node->list[0], SK_WORD_SELF) &&
	       sk_lint_name(l, node->name)->interface == SK_INTERN_NONE;
}

static uint8_t sk_place_of(struct sk_lint *l, const struct sk_order_entry *e)
{
	switch (e->around) {
	case SK_OUTLINE_IFDEF:
	case SK_OUTLINE_IFELSE:
		return SK_LSS_BUILD_OPTION;
	case SK_OUTLINE_OPTIONAL:
	case SK_OUTLINE_OPTIONAL_ELSE:
		return SK_LSS_OPTIONAL;
	case SK_OUTLINE_BOOLEAN:
		return SK_LSS_BOOLEAN;
	case SK_OUTLINE_TUNABLE:
		return SK_LSS_TUNABLE;
	default:
		break;
	}
	if (sk_is_self_rule(l, e->node))
		return SK_LSS_SELF;
	if (sk_is_own_rule(l, e->node))
		return SK_LSS_OWN;
	return e->node->kind == SK_OUTLINE_CALL ? sk_call_place(l, sk_lint_name(l, e->node->name)->interface)
						: SK_LSS_UNKNOWN;
}

/* foo, foo_t and foo_r are one section. */
static bool sk_same_section(const struct sk_lint *l, uint32_t a, uint32_t b)
{
	const struct sk_intern_entry *x = &l->names.entries[a], *y = &l->names.entries[b];
	size_t n = x->n, m = y->n;

	if (a == b)
		return true;
	if (n >= 3 && (x->s[n - 1] == 't' || x->s[n - 1] == 'r') && x->s[n - 2] == '_')
		n -= 2;
	if (m >= 3 && (y->s[m - 1] == 't' || y->s[m - 1] == 'r') && y->s[m - 2] == '_')
		m -= 2;
	return !strncmp(x->s, y->s, SK_MAX(n, m));
}

/* Which of two unequal values stands first in a list: 1, -1, or 0 when neither does. */
static int sk_which_first(int a, int b, const int8_t *list)
{
	for (; *list >= 0; list++) {
		if (a == *list)
			return 1;
		if (b == *list)
			return -1;
	}
	return 0;
}

static bool sk_begins_block(const struct sk_order_entry *e)
{
	return e->node->prev && e->node->prev->kind == SK_OUTLINE_START;
}

/* Positive: b belongs behind a. Negative: before. The size says by what (SK_DIFFERS_*). */
static int sk_order_compare(const struct sk_lint *l, const struct sk_order_entry *a, const struct sk_order_entry *b)
{
	static const int8_t by_kind[] = { SK_DECL_BOOL, SK_DECL_ATTRIBUTE, -1 };
	static const int8_t strict[] = { SK_LSS_SELF, SK_LSS_OWN, SK_LSS_KERNEL_MODULE, SK_LSS_KERNEL,
					 SK_LSS_SYSTEM, SK_LSS_OTHER, SK_LSS_BUILD_OPTION, SK_LSS_BOOLEAN,
					 SK_LSS_TUNABLE, SK_LSS_OPTIONAL, -1 };
	static const int8_t light[] = { SK_LSS_SELF, SK_LSS_OWN, SK_LSS_RELATED, SK_LSS_KERNEL_MODULE, SK_LSS_OTHER,
					SK_LSS_BUILD_OPTION, SK_LSS_BOOLEAN, SK_LSS_TUNABLE, SK_LSS_OPTIONAL, -1 };
	static const int8_t lax[] = { SK_LSS_SELF, SK_LSS_OWN, -1 };
	enum sk_lint_order order = l->config.order;
	int which;

	if (a->section == l->non_ordered || b->section == l->non_ordered)
		return SK_DIFFERS_NOT;
	if (!sk_same_section(l, a->section, b->section))
		return a->section != l->declaration && (b->section == l->declaration || a->average > b->average)
			       ? -SK_DIFFERS_SECTION : SK_DIFFERS_SECTION;
	if (a->section == l->declaration) {
		if (a->node->kind != SK_OUTLINE_DECL || b->node->kind != SK_OUTLINE_DECL ||
		    a->node->flavor == b->node->flavor)
			return SK_DIFFERS_NOT;
		return SK_DIFFERS_DECLARATION * sk_which_first(a->node->flavor, b->node->flavor, by_kind);
	}
	if (a->place == SK_LSS_UNKNOWN || b->place == SK_LSS_UNKNOWN)
		return SK_DIFFERS_NOT;
	if (a->place != b->place) {
		which = sk_which_first(a->place, b->place,
				       order == SK_LINT_ORDER_REFPOLICY ? strict
				       : order == SK_LINT_ORDER_LIGHT ? light : lax);
		if (which)
			return SK_DIFFERS_PLACE * which;
	}
	if (order == SK_LINT_ORDER_LAX)
		return SK_DIFFERS_NOT;
	if (a->node->kind == SK_OUTLINE_CALL && b->node->kind == SK_OUTLINE_CALL &&
	    a->place != SK_LSS_BUILD_OPTION && a->place != SK_LSS_BOOLEAN && a->place != SK_LSS_TUNABLE &&
	    (a->place != SK_LSS_OPTIONAL || (b->place == SK_LSS_OPTIONAL && sk_begins_block(a) && sk_begins_block(b) &&
					     a->optional_depth == b->optional_depth))) {
		uint32_t x = sk_lint_name(l, a->node->name)->interface, y = sk_lint_name(l, b->node->name)->interface;

		if (x != SK_INTERN_NONE && y != SK_INTERN_NONE && x != y)
			return strcmp(sk_lint_str(l, x), sk_lint_str(l, y)) < 0 ? SK_DIFFERS_ALPHABET
									       : -SK_DIFFERS_ALPHABET;
	}
	if (a->place == SK_LSS_OPTIONAL && b->place == SK_LSS_OPTIONAL && a->node->child && a->node->child->next &&
	    b->node->child && b->node->child->next)
		return sk_order_compare(l, &l->order->entries[a->node->child->next->mark],
					&l->order->entries[b->node->child->next->mark]);
	return SK_DIFFERS_NOT;
}

/*
 * Preparing a file.
 */
static bool sk_is_disabled(const struct sk_outline_node *node)
{
	return node->disabled && strstr(node->disabled, "C-001");
}

static int sk_fill_entries(struct sk_lint *l, struct sk_lint_order_data *o)
{
	struct sk_outline_node *file = l->file->outline.file, *n;
	size_t i = 0;

	for (n = file->next; n; n = sk_outline_next(n))
		o->n_entries++;
	o->entries = calloc(o->n_entries + 1, sizeof(*o->entries));
	o->steps = calloc(o->n_entries + 1, sizeof(*o->steps));
	if (!o->entries || !o->steps)
		return -ENOMEM;
	for (n = file->next; n; n = sk_outline_next(n), i++) {
		struct sk_order_entry *e = &o->entries[i];
		const struct sk_order_entry *parent = n->parent ? &o->entries[n->parent->mark] : NULL;
		bool optional = n->kind == SK_OUTLINE_OPTIONAL || n->kind == SK_OUTLINE_OPTIONAL_ELSE;

		n->mark = (uint32_t)i;
		e->node = n;
		e->around = parent && parent->around ? parent->around
			    : SK_KINDS_CONDITIONAL >> n->kind & 1 ? n->kind : 0;
		e->optional_depth = (uint16_t)((parent ? parent->optional_depth : 0) + optional);
	}
	while (i--) {
		o->entries[i].section = sk_section(l, o, &o->entries[i]);
		o->entries[i].place = sk_place_of(l, &o->entries[i]);
	}
	return 0;
}

/* The average line of each section; l->sections is zero before and after. */
static int sk_fill_averages(struct sk_lint *l, struct sk_lint_order_data *o)
{
	struct sk_lint_section *sections = l->sections;

	if (!sections)
		sections = l->sections = calloc(l->names.n, sizeof(*sections));
	if (!sections)
		return -ENOMEM;
	for (size_t i = 0; i < o->n_entries; i++)
		if (!i || !sk_is_disabled(o->entries[i].node)) {
			sections[o->entries[i].section].lines += o->entries[i].node->line;
			sections[o->entries[i].section].n++;
		}
	for (size_t i = 0; i < o->n_entries; i++) {
		const struct sk_lint_section *section = &sections[o->entries[i].section];

		o->entries[i].average = section->n ? (float)section->lines / (float)section->n : -1;
	}
	for (size_t i = 0; i < o->n_entries; i++)
		sections[o->entries[i].section] = (struct sk_lint_section){ 0 };
	return 0;
}

static void sk_find_sequence(struct sk_lint *l, struct sk_lint_order_data *o)
{
	int32_t longest = 0, index;

	for (size_t i = 0; i < o->n_entries; i++) {
		struct sk_order_entry *e = &o->entries[i];
		struct sk_order_step *step = &o->steps[o->n_steps];
		int32_t low = 1, high = longest;

		if (e->node->kind == SK_OUTLINE_START || (i && sk_is_disabled(e->node)))
			continue;
		step->entry = (uint32_t)i;
		while (low <= high) {
			int32_t middle = (low + high + 1) / 2;

			if (sk_order_compare(l, &o->entries[o->steps[o->steps[middle - 1].end].entry], e) >= 0)
				low = middle + 1;
			else
				high = middle - 1;
		}
		step->previous = low <= 1 ? -1 : o->steps[low - 2].end;
		o->steps[low - 1].end = (int32_t)o->n_steps;
		longest = SK_MAX(longest, low);
		o->n_steps++;
	}
	index = longest ? o->steps[longest - 1].end : -1;
	for (; index >= 0; index = o->steps[index].previous)
		o->steps[index].in_order = true;
}

void sk_lint_order_begin(struct sk_lint *l, const struct sk_lint_check *check SK_UNUSED)
{
	struct sk_lint_order_data *o = calloc(1, sizeof(*o));

	l->order = o;
	if (!o) {
		l->error = -ENOMEM;
		return;
	}
	l->error = sk_fill_entries(l, o);
	if (!l->error)
		l->error = sk_fill_averages(l, o);
	if (!l->error)
		sk_find_sequence(l, o);
}

void sk_lint_order_end(struct sk_lint *l)
{
	if (l->order) {
		free(l->order->entries);
		free(l->order->steps);
		free(l->order);
	}
	l->order = NULL;
}

/*
 * Telling.
 */
/* The nearest statement in order that this one is on the wrong side of. Returns by what they differ, or 0. */
static int sk_find_reason(struct sk_lint *l, size_t index, size_t *ret_other)
{
	const struct sk_lint_order_data *o = l->order;
	const struct sk_order_entry *e = &o->entries[o->steps[index].entry];
	int reason;

	for (size_t distance = 1; distance <= index || index + distance < o->n_steps; distance++) {
		if (distance <= index && o->steps[index - distance].in_order) {
			reason = sk_order_compare(l, &o->entries[o->steps[index - distance].entry], e);
			*ret_other = index - distance;
			if (reason < 0)
				return -reason;
		}
		if (index + distance < o->n_steps && o->steps[index + distance].in_order) {
			reason = sk_order_compare(l, e, &o->entries[o->steps[index + distance].entry]);
			*ret_other = index + distance;
			if (reason < 0)
				return -reason;
		}
	}
	return 0;
}

static const char *sk_place_words(uint8_t place)
{
	static const char *const words[] = {
		[SK_LSS_SELF] = "a rule on itself", [SK_LSS_OWN] = "a rule on the module's own types",
		[SK_LSS_RELATED] = "a call of a related module", [SK_LSS_KERNEL_MODULE] = "a call of the kernel module",
		[SK_LSS_KERNEL] = "a call of the kernel layer", [SK_LSS_SYSTEM] = "a call of the system layer",
		[SK_LSS_OTHER] = "another call", [SK_LSS_BUILD_OPTION] = "under a build option",
		[SK_LSS_BOOLEAN] = "under a boolean", [SK_LSS_TUNABLE] = "under a tunable",
		[SK_LSS_OPTIONAL] = "optional", [SK_LSS_UNKNOWN] = "a statement",
	};

	return words[place];
}

static const char *sk_section_words(const struct sk_lint *l, uint32_t section)
{
	return section == l->declaration ? "the declarations" : sk_lint_str(l, section);
}

SK_LINT_RUN(order)
{
	struct sk_lint_order_data *o = l->order;
	const struct sk_order_entry *this, *that;
	const char *side;
	size_t other = 0;
	int reason;

	if (!o)
		return;
	while (o->next_step < o->n_steps && o->entries[o->steps[o->next_step].entry].node != node)
		o->next_step++;
	if (o->next_step == o->n_steps || o->steps[o->next_step].in_order)
		return;
	reason = sk_find_reason(l, o->next_step, &other);
	this = &o->entries[o->steps[o->next_step].entry];
	that = &o->entries[o->steps[other].entry];
	side = other > o->next_step ? "behind" : "before";
	if (reason == SK_DIFFERS_SECTION)
		sk_lint_found(l, check, node, "out of order: of the section of %s, it belongs %s line %u, of that of %s",
			      sk_section_words(l, this->section), side, that->node->line,
			      sk_section_words(l, that->section));
	else if (reason == SK_DIFFERS_DECLARATION)
		sk_lint_found(l, check, node, "out of order: it belongs %s line %u, another kind of declaration", side,
			      that->node->line);
	else if (reason == SK_DIFFERS_PLACE)
		sk_lint_found(l, check, node, "out of order: it is %s and belongs %s line %u, which is %s",
			      sk_place_words(this->place), side, that->node->line, sk_place_words(that->place));
	else if (reason == SK_DIFFERS_ALPHABET)
		sk_lint_found(l, check, node, "out of order: by its module's name it belongs %s line %u", side,
			      that->node->line);
	else
		sk_lint_found(l, check, node, "out of order");
}
