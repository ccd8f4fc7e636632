/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of statements that any source may hold: headers, blocks, declarations, calls. Each finds at most one thing in a
 * node.
 */
#include "lint/lint.h"

SK_LINT_RUN(foreign_boolean)
{
	for (uint32_t i = 0; i < node->list[0].n; i++) {
		uint32_t name = node->list[0].items[i].text;
		uint32_t module = sk_lint_module_of(l, name, SK_DECL_BOOL);

		if (module == SK_INTERN_NONE || module == l->file->module || module == l->global_module)
			continue;
		sk_lint_found(l, check, node, "the condition uses %s, which module %s declares", sk_lint_str(l, name),
			      sk_lint_str(l, module));
		return;
	}
}

SK_LINT_RUN(require_in_te)
{
	for (const struct sk_outline_node *n = node->child; n; n = n->next)
		if (n->kind == SK_OUTLINE_DECL && n->flavor != SK_DECL_CLASS) {
			sk_lint_found(l, check, node, "a module requires %s; call an interface instead",
				      sk_lint_str(l, n->name));
			return;
		}
}

SK_LINT_RUN(semicolon)
{
	struct sk_lint_finding *f = sk_lint_found(l, check, node, "this semicolon ends nothing");

	sk_lint_edit(l, f, node->at, 1, "");
}

SK_LINT_RUN(bare_module)
{
	const char *text = l->file->text;
	struct sk_lint_finding *f;

	if (node->flavor)
		return;
	f = sk_lint_found(l, check, node, "a bare module statement; policy_module(%s) requires the classes too",
			  sk_lint_str(l, node->name));
	if (!l->to_fix) {
		sk_lint_edit(l, f, node->at, 0, "");
	} else if (f && memchr(text + node->at, ';', node->end - node->at)) {
		const char *version = text + node->end - 1;
		size_t n = 0;

		/* module NAME VERSION; */
		while (version > text && strchr("; \t\n", version[-1]))
			version--;
		while (version - n > text && strchr("0123456789.", version[-1 - (ptrdiff_t)n]))
			n++;
		sk_lint_edit(l, f, node->at, node->end - node->at,
			     sk_arena_printf(&l->arena, "policy_module(%s, %.*s)", sk_lint_str(l, node->name), (int)n,
					     version - n));
	}
}

static bool sk_is_required(struct sk_lint *l, const struct sk_outline_node *node, uint32_t name, uint8_t flavor)
{
	while (node) {
		if (SK_KINDS_REQUIRE >> node->kind & 1)
			for (const struct sk_outline_node *n = node->child; n; n = n->next)
				if (n->kind == SK_OUTLINE_DECL && n->flavor == flavor &&
				    (n->name == name || sk_lint_list_has(&n->list[0], name)))
					return true;
		node = node->prev ? node->prev : node->parent;
	}
	return false;
}

static bool sk_is_missing_class(struct sk_lint *l, const struct sk_lint_check *check, const struct sk_outline_node *node,
				uint32_t name, const struct sk_outline_list *perms)
{
	if (!sk_lint_is_userspace(l, name, perms) || sk_is_required(l, node, name, SK_DECL_CLASS))
		return false;
	sk_lint_found(l, check, node, "the userspace class %s is not required", sk_lint_str(l, name));
	return true;
}

SK_LINT_RUN(not_required_te)
{
	const struct sk_outline_list *perms, *classes = sk_lint_classes_of(node, &perms);
	static const uint8_t flavors[] = { SK_DECL_TYPE, SK_DECL_ATTRIBUTE, SK_DECL_ATTRIBUTE_ROLE };
	struct sk_lint_spoken spoken;
	uint32_t name;

	spoken = sk_lint_spoken_of(node);
	if (node->kind == SK_OUTLINE_DECL)
		spoken.first = SK_INTERN_NONE;
	while (sk_lint_spoken_next(&spoken, &name)) {
		uint32_t module = SK_INTERN_NONE;
		size_t k;

		for (k = 0; k < SK_ARRAY_LEN(flavors) && module == SK_INTERN_NONE; k++)
			module = sk_lint_module_of(l, name, flavors[k]);
		if (module == SK_INTERN_NONE && node->kind == SK_OUTLINE_CALL &&
		    sk_is_missing_class(l, check, node, name, NULL))
			return;
		if (module == SK_INTERN_NONE || module == l->file->module ||
		    sk_is_required(l, node, name, flavors[k - 1]))
			continue;
		sk_lint_found(l, check, node, "%s is module %s's; call one of its interfaces, or require it",
			      sk_lint_str(l, name), sk_lint_str(l, module));
		return;
	}
	for (uint32_t i = 0; classes && i < classes->n; i++)
		if (sk_is_missing_class(l, check, node, classes->items[i].text, perms))
			return;
}

SK_LINT_RUN(not_optional)
{
	uint32_t module = sk_lint_name(l, node->name)->interface, status;

	if (module == SK_INTERN_NONE || module == l->file->module)
		return;
	status = sk_lint_more(l, module)->status;
	if (status == SK_INTERN_NONE || status == l->base_status ||
	    sk_lint_is_in(node, SK_KIND(OPTIONAL)))
		return;
	sk_lint_found(l, check, node, "%s is of module %s, which may be missing: call it in optional_policy",
		      sk_lint_str(l, node->name), sk_lint_str(l, module));
}

SK_LINT_RUN(no_arguments)
{
	if (!node->list[0].n)
		sk_lint_found(l, check, node, "%s is called without arguments", sk_lint_str(l, node->name));
}

SK_LINT_RUN(loose_argument)
{
	static const uint8_t flavors[] = { SK_DECL_TYPE, SK_DECL_ATTRIBUTE, SK_DECL_ROLE, SK_DECL_ATTRIBUTE_ROLE,
					   SK_DECL_USER };
	const struct sk_outline_list *list = &node->list[0];
	unsigned int number = 1;

	for (uint32_t i = 0; i < list->n; i++) {
		bool known = !(list->items[i].flags & SK_ITEM_MINUS);

		if (!(list->items[i].flags & SK_ITEM_LOOSE)) {
			number++;
			continue;
		}
		/* `s0 - s15' is none */
		for (size_t k = 0; i && k < SK_ARRAY_LEN(flavors) && !known; k++)
			known = sk_lint_module_of(l, list->items[i - 1].text, flavors[k]) != SK_INTERN_NONE;
		if (i && known) {
			sk_lint_found_at(l, check, node->line, list->items[i].at,
					 "a blank and no comma in argument %u of %s, behind '%s'", number - 1,
					 sk_lint_str(l, node->name), sk_lint_str(l, list->items[i - 1].text));
			return;
		}
	}
}

SK_LINT_RUN(file_name)
{
	if (node->name != l->file->module)
		sk_lint_found(l, check, node, "module %s is in the file %s", sk_lint_str(l, node->name),
			      l->file->base);
}

static bool sk_is_listed_module(const struct sk_lint *l, const char *name, size_t n)
{
	uint32_t module = sk_intern_find(&l->names, name, n);

	return module != SK_INTERN_NONE && sk_lint_more(l, module)->status != SK_INTERN_NONE;
}

/* Does a module's name, or what refpolicy abbreviates it to, stand before an underscore? */
static bool sk_has_module_prefix(const struct sk_lint *l, const char *name)
{
	static const char short_names[][2][16] = {
		{ "fs", "filesystem" },	 { "corecmd", "corecommands" }, { "seutil", "selinuxutil" },
		{ "libs", "libraries" }, { "dev", "devices" },		{ "term", "terminal" },
		{ "corenet", "corenetwork" }, { "auth", "authlogin" }, { "userdom", "userdomain" },
		{ "sysnet", "sysnetwork" },
	};

	for (const char *end = strchr(name, '_'); end; end = strchr(end + 1, '_')) {
		size_t n = (size_t)(end - name);

		if (sk_is_listed_module(l, name, n))
			return true;
		for (size_t i = 0; n < sizeof(short_names[0][0]) && i < SK_ARRAY_LEN(short_names); i++)
			if (short_names[i][0][0] == *name && !short_names[i][0][n] &&
			    !memcmp(short_names[i][0], name, n) &&
			    sk_is_listed_module(l, short_names[i][1], strlen(short_names[i][1])))
				return true;
	}
	return false;
}

SK_LINT_RUN(unknown_interface)
{
	const char *name = sk_lint_str(l, node->name);
	struct sk_lint_marks *marks = &l->marks[node->name];

	if (sk_lint_name(l, node->name)->interface != SK_INTERN_NONE)
		return;
	/* the same few patterns are called again and again */
	if (marks->prefix == SK_PREFIX_NOT_ASKED)
		marks->prefix = !sk_name_in("domain_auto_transition_pattern domain_transition_pattern", name) &&
						sk_has_module_prefix(l, name)
					? SK_PREFIX_MODULE : SK_PREFIX_NONE;
	if (marks->prefix == SK_PREFIX_MODULE)
		sk_lint_found(l, check, node, "no interface %s is known", name);
}

/* $1, and not $1_t */
static bool sk_is_parameter(const char *s)
{
	return *s == '$' && s[1] && s[1 + strspn(s + 1, "0123456789")] == '\0';
}

SK_LINT_RUN(unknown_boolean)
{
	for (uint32_t i = 0; i < node->list[0].n; i++) {
		uint32_t name = node->list[0].items[i].text;
		const struct sk_outline_node *template;

		if (sk_is_parameter(sk_lint_str(l, name)) ||
		    sk_lint_module_of(l, name, SK_DECL_BOOL) != SK_INTERN_NONE)
			continue;
		template = sk_lint_around(node, SK_KIND(TEMPLATE));
		if (template && sk_lint_template_declares(l, template->name, name, SK_DECL_BOOL))
			continue;
		sk_lint_found(l, check, node, "no boolean %s is known", sk_lint_str(l, name));
		return;
	}
}

SK_LINT_RUN(name_clash)
{
	if (sk_lint_name(l, node->name)->interface != SK_INTERN_NONE)
		sk_lint_found(l, check, node, "%s is an interface's name, too", sk_lint_str(l, node->name));
}

SK_LINT_RUN(empty_block)
{
	for (const struct sk_outline_node *n = node->child; n; n = n->next)
		if (!((SK_KIND(START) | SK_KIND(COMMENT) | SK_KIND(SEMICOLON)) >> n->kind & 1))
			return;
	sk_lint_found(l, check, node, "nothing in this block");
}

/* The argument of an ifelse that the node is in, or NULL. */
static const struct sk_outline_node *sk_ifelse_argument(const struct sk_outline_node *node)
{
	for (; node->parent; node = node->parent)
		if (node->kind == SK_OUTLINE_ARGUMENT && node->parent->kind == SK_OUTLINE_IFELSE)
			return node;
	return NULL;
}

SK_LINT_RUN(stray_word)
{
	const struct sk_outline_node *argument = sk_ifelse_argument(node);
	const char *name = sk_lint_str(l, node->name);
	unsigned int position = 0;

	for (size_t i = 0; i < l->config.te_macros.n; i++)
		if (!strcmp(l->config.te_macros.words[i], name))
			return;
	/* of each three arguments of ifelse the first two are compared; the last of all is not */
	if (argument && argument->next) {
		for (const struct sk_outline_node *n = argument; n->prev; n = n->prev)
			position++;
		if (position % 3)
			return;
	}
	sk_lint_found(l, check, node, "the word %s stands alone; is it a macro?", name);
}
