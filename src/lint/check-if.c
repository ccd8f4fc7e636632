/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of interfaces and of what they require. Names that are required so far, and names that are used behind a
 * require block, are marked in the names themselves, once for each interface or block.
 */
#include "lint/lint.h"

SK_LINT_RUN(unused_interface)
{
	if (!(sk_lint_name(l, node->name)->interface_flags & SK_INTERFACE_USED))
		sk_lint_found(l, check, node, "nobody calls %s", sk_lint_str(l, node->name));
}

SK_LINT_RUN(no_comment)
{
	if (!node->prev || node->prev->kind != SK_OUTLINE_COMMENT)
		sk_lint_found(l, check, node, "no comment says what %s is for", sk_lint_str(l, node->name));
}

static const char *sk_flavor_word(unsigned int flavor)
{
	static const char *const words[SK_N_DECLS] = { "type", "attribute", "attribute_role", "role",
						       "class", "bool", "user", "permission" };

	return words[flavor];
}

/* By name, where foo_t comes before foo_exec_t. */
static int sk_compare_required_names(const char *a, const char *b)
{
	const char *a_start = a, *b_start = b;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (a > a_start && !strcmp(a, "t") && a[-1] == '_')
		a--;
	if (b > b_start && !strcmp(b, "t") && b[-1] == '_')
		b--;
	return (unsigned char)*a - (unsigned char)*b;
}

static int sk_compare_required(const struct sk_lint *l, const struct sk_outline_node *a,
			       const struct sk_outline_node *b)
{
	if (a->flavor != b->flavor) {
		for (size_t i = 0; i < SK_ARRAY_LEN(l->config.requires_order); i++) {
			if (a->flavor == l->config.requires_order[i])
				return -1;
			if (b->flavor == l->config.requires_order[i])
				return 1;
		}
		return -1;
	}
	return l->config.requires_by_name
		       ? sk_compare_required_names(sk_lint_str(l, a->name), sk_lint_str(l, b->name)) : -1;
}

SK_LINT_RUN(require_order)
{
	const struct sk_outline_node *prev = NULL;

	if (!node->child->next) {
		sk_lint_found(l, check, node, "nothing is required in this block");
		return;
	}
	for (const struct sk_outline_node *n = node->child; n; n = n->next) {
		int order;

		if (n->kind != SK_OUTLINE_DECL)
			continue;
		order = prev ? sk_compare_required(l, prev, n) : -1;
		if (order >= 0) {
			if (order)
				sk_lint_found(l, check, node, "required out of order: %s %s belongs before %s %s",
					      sk_flavor_word(n->flavor), sk_lint_str(l, n->name),
					      sk_flavor_word(prev->flavor), sk_lint_str(l, prev->name));
			else
				sk_lint_found(l, check, node, "%s %s is required twice", sk_flavor_word(n->flavor),
					      sk_lint_str(l, n->name));
			return;
		}
		prev = n;
	}
}

SK_LINT_RUN(calls_template)
{
	const struct sk_outline_node *around = sk_lint_around(node, SK_KINDS_INTERFACE);

	if (around && around->kind == SK_OUTLINE_INTERFACE &&
	    sk_lint_more(l, node->name)->template)
		sk_lint_found(l, check, node, "interface %s calls the template %s", sk_lint_str(l, around->name),
			      sk_lint_str(l, node->name));
}

SK_LINT_RUN(declares)
{
	const struct sk_outline_node *around = sk_lint_around(node, SK_KINDS_INTERFACE | SK_KINDS_REQUIRE);

	if (around && around->kind == SK_OUTLINE_INTERFACE)
		sk_lint_found(l, check, node, "an interface declares %s; that is for templates",
			      sk_lint_str(l, node->name));
}

SK_LINT_RUN(unquoted)
{
	const char *text = l->file->text, *open;
	struct sk_lint_finding *f;

	if (!node->flavor)
		return;
	f = sk_lint_found(l, check, node, "what is required is not quoted, so that m4 reads it twice");
	if (!l->to_fix) {
		sk_lint_edit(l, f, node->at, 0, "");
		return;
	}
	open = memchr(text + node->at, '(', node->end - node->at);
	if (f && open) {
		sk_lint_edit(l, f, (uint32_t)(open + 1 - text), 0, "`");
		sk_lint_edit(l, f, node->end - 1, 0, "'");
	}
}

/* The name is that of a type, attribute, attribute_role or role: which. NULL when of none. */
static const char *sk_flavor_of(const struct sk_lint *l, uint32_t name)
{
	for (unsigned int i = SK_DECL_TYPE; i <= SK_DECL_ROLE; i++)
		if (sk_lint_module_of(l, name, i) != SK_INTERN_NONE)
			return sk_flavor_word(i);
	return NULL;
}

/* Marks what the blocks before `node` in its interface require. They were passed in order, so each is looked at once. */
static void sk_note_required(struct sk_lint *l, const struct sk_outline_node *definition)
{
	if (l->required_in == definition)
		return;
	l->required_in = definition;
	l->required_mark++;
}

SK_LINT_RUN(not_required_if)
{
	const struct sk_outline_list *perms, *classes = sk_lint_classes_of(node, &perms);
	const struct sk_outline_node *definition;
	struct sk_lint_spoken spoken;
	uint32_t name;

	definition = sk_lint_around(node, SK_KINDS_INTERFACE);
	if (!definition)
		return;
	sk_note_required(l, definition);
	if (SK_KINDS_REQUIRE >> node->kind & 1) {
		for (const struct sk_outline_node *n = node->child; n; n = n->next) {
			spoken = sk_lint_spoken_of(n);
			while (sk_lint_spoken_next(&spoken, &name))
				l->marks[name].required = l->required_mark;
		}
		return;
	}
	spoken = sk_lint_spoken_of(node);
	if (node->kind == SK_OUTLINE_DECL)
		spoken.first = SK_INTERN_NONE;
	while (sk_lint_spoken_next(&spoken, &name)) {
		const char *flavor;

		if (l->marks[name].required == l->required_mark || name == SK_WORD_SYSTEM_R)
			continue;
		flavor = sk_flavor_of(l, name);
		if (!flavor && node->kind == SK_OUTLINE_CALL && sk_lint_is_userspace(l, name, NULL))
			flavor = "userspace class";
		if (!flavor)
			continue;
		sk_lint_found(l, check, node, "%s %s is used and not required", flavor, sk_lint_str(l, name));
		return;
	}
	for (uint32_t i = 0; classes && i < classes->n; i++) {
		name = classes->items[i].text;
		if (l->marks[name].required == l->required_mark || !sk_lint_is_userspace(l, name, perms))
			continue;
		sk_lint_found(l, check, node, "userspace class %s is used and not required", sk_lint_str(l, name));
		return;
	}
}

/* Marks all names that statements behind the block use, on its own level and below. */
static void sk_note_used(struct sk_lint *l, const struct sk_outline_node *block)
{
	if (l->used_behind == block)
		return;
	l->used_behind = block;
	l->used_mark++;
	for (const struct sk_outline_node *n = block->next; n; n = n->next) {
		const struct sk_outline_node *last = n, *m;

		while (last->child) {
			last = last->child;
			while (last->next)
				last = last->next;
		}
		for (m = n;; m = sk_outline_next(m)) {
			const struct sk_outline_list *perms, *classes = sk_lint_classes_of(m, &perms);
			struct sk_lint_spoken spoken = sk_lint_spoken_of(m);
			uint32_t name;

			while (sk_lint_spoken_next(&spoken, &name))
				l->marks[name].used = l->used_mark;
			for (uint32_t i = 0; l->has_userspace_classes && classes && i < classes->n; i++)
				l->marks[classes->items[i].text].used = l->used_mark;
			if (m == last)
				break;
		}
	}
}

SK_LINT_RUN(unused_require)
{
	const struct sk_outline_node *n = node, *block = NULL;

	if (node->flavor > SK_DECL_ROLE && (node->flavor != SK_DECL_CLASS || !l->has_userspace_classes))
		return;
	if (node->flavor == SK_DECL_CLASS && !sk_lint_is_userspace(l, node->name, &node->list[0])) {
		sk_lint_found(l, check, node, "class %s is required, and is no userspace class", sk_lint_str(l, node->name));
		return;
	}
	while (n->parent && !(SK_KINDS_INTERFACE >> n->kind & 1)) {
		if (SK_KINDS_REQUIRE >> n->kind & 1)
			block = n;
		n = n->parent;
	}
	if (!block || !(SK_KINDS_INTERFACE >> n->kind & 1))
		return;
	/* an interface that only tells whether a module is there */
	if (n->kind == SK_OUTLINE_INTERFACE && sk_lint_ends(l, n->name, "_stub"))
		return;
	sk_note_used(l, block);
	if (l->marks[node->name].used != l->used_mark)
		sk_lint_found(l, check, node, "%s %s is required and not used",
			      node->flavor == SK_DECL_CLASS ? "userspace class" : sk_flavor_word(node->flavor),
			      sk_lint_str(l, node->name));
}

SK_LINT_RUN(foreign_require)
{
	uint32_t module;

	if (node->flavor == SK_DECL_CLASS || sk_lint_str(l, node->name)[0] == '$' ||
	    !sk_lint_is_in(node, SK_KINDS_REQUIRE))
		return;
	module = sk_lint_module_of(l, node->name, node->flavor);
	if (module == SK_INTERN_NONE)
		sk_lint_found(l, check, node, "%s %s is required, and nobody declares it", sk_flavor_word(node->flavor),
			      sk_lint_str(l, node->name));
	else if (module != l->file->module &&
		 (node->flavor != SK_DECL_ROLE || strcmp(sk_lint_str(l, module), "kernel")))
		sk_lint_found(l, check, node, "%s %s is required here and declared by module %s",
			      sk_flavor_word(node->flavor), sk_lint_str(l, node->name), sk_lint_str(l, module));
}
