/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of access vector rules.
 */
#include "lint/lint.h"

static bool sk_is_type(const struct sk_lint *l, uint32_t name)
{
	return sk_lint_module_of(l, name, SK_DECL_TYPE) != SK_INTERN_NONE ||
	       sk_lint_module_of(l, name, SK_DECL_ATTRIBUTE) != SK_INTERN_NONE;
}

static const struct sk_outline_item *sk_first_minus(const struct sk_outline_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i].flags & SK_ITEM_MINUS)
			return &list->items[i];
	return NULL;
}

SK_LINT_RUN(excluded)
{
	const struct sk_outline_item *minus;
	bool of_types = false;

	if (node->kind == SK_OUTLINE_RULE) {
		if (node->flavor == SK_RULE_NEVERALLOW)
			return;
		minus = sk_first_minus(&node->list[0]) ?: sk_first_minus(&node->list[1]);
		if (minus)
			sk_lint_found_at(l, check, node->line, minus->at, "a rule with %s taken away",
					 sk_lint_str(l, minus->name));
		return;
	}
	for (uint32_t i = 0; i < node->list[0].n; i++) {
		const struct sk_outline_item *item = &node->list[0].items[i];

		if (item->flags & SK_ITEM_BEGINS) {
			of_types = sk_is_type(l, item->text);
		} else if (of_types && item->flags & SK_ITEM_MINUS && sk_is_type(l, item->name)) {
			sk_lint_found_at(l, check, node->line, item->at, "a call with %s taken away",
					 sk_lint_str(l, item->name));
			return;
		}
	}
}

/* Writes the list's words in order, each into the place of one, and takes away what is there twice. */
static void sk_fix_order(struct sk_lint *l, struct sk_lint_finding *f, const struct sk_outline_list *list)
{
	sk_auto_free const char **words = calloc(list->n + 1, sizeof(*words));
	uint32_t n = 0;

	if (!words || !f) {
		l->error = l->error ? l->error : -12;
		return;
	}
	for (uint32_t i = 0; i < list->n; i++) {
		const char *s = sk_lint_str(l, list->items[i].text);
		uint32_t k = n;

		/* a minus, a tilde or a range: order means something there */
		if (list->items[i].flags || list->items[i].text == SK_WORD_TILDE || list->items[i].text == SK_WORD_DASH)
			return;
		while (k && strcmp(words[k - 1], s) >= 0)
			k--;
		if (k < n && !strcmp(words[k], s))
			continue;
		memmove(words + k + 1, words + k, (n - k) * sizeof(*words));
		words[k] = s;
		n++;
	}
	if (!l->to_fix)
		sk_lint_edit(l, f, 0, 0, "");
	for (uint32_t i = 0; i < list->n && l->to_fix; i++) {
		uint32_t at = list->items[i].at;
		uint32_t length = l->names.entries[list->items[i].text].n;
		const char *text = l->file->text;

		if (i < n) {
			sk_lint_edit(l, f, at, length, words[i]);
			continue;
		}
		while (at && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
			at--;
			length++;
		}
		sk_lint_edit(l, f, at, length, "");
	}
}

SK_LINT_RUN(permission_order)
{
	const struct sk_outline_list *list = &node->list[node->kind == SK_OUTLINE_DECL ? 0 : 3];

	if (node->kind == SK_OUTLINE_DECL && node->flavor != SK_DECL_CLASS)
		return;
	for (uint32_t i = 1; i < list->n; i++) {
		const char *a = sk_lint_str(l, list->items[i - 1].text), *b = sk_lint_str(l, list->items[i].text);
		int order;

		if (list->items[i - 1].text == SK_WORD_TILDE || list->items[i].text == SK_WORD_DASH)
			continue;
		order = strcmp(a, b);
		if (order < 0)
			continue;
		sk_fix_order(l,
			     sk_lint_found_at(l, check, node->line, list->items[i].at,
					      order ? "permissions out of order: %2$s belongs before %1$s"
						    : "the permission %s is there twice", a, b),
			     list);
		return;
	}
}

SK_LINT_RUN(no_self)
{
	const struct sk_outline_list *from = &node->list[0], *to = &node->list[1];
	struct sk_lint_finding *f;
	uint32_t name;

	if (from->n != 1 || to->n != 1 || from->items[0].text != to->items[0].text ||
	    to->items[0].text == SK_WORD_SELF)
		return;
	name = from->items[0].text;
	if (sk_lint_str(l, name)[0] == '$' ? !sk_lint_ends(l, name, "_t")
					   : sk_lint_module_of(l, name, SK_DECL_TYPE) == SK_INTERN_NONE)
		return;
	f = sk_lint_found_at(l, check, node->line, to->items[0].at, "%s twice; the second may be self",
			     sk_lint_str(l, name));
	sk_lint_edit(l, f, to->items[0].at, l->names.entries[name].n, "self");
}

/* Is it NAME_perms? */
static bool sk_is_perms_of(const struct sk_lint *l, uint32_t perms, const char *name)
{
	const struct sk_intern_entry *e = &l->names.entries[perms];
	size_t n = strlen(name), tail = strlen("_perms");

	return e->n >= n + tail && !memcmp(e->s + e->n - tail - n, name, n);
}

static bool sk_is_perms_of_all(const struct sk_lint *l, uint32_t perms, const struct sk_outline_list *classes)
{
	for (uint32_t i = 0; i < classes->n; i++) {
		const char *name = sk_lint_str(l, classes->items[i].text);

		if (!sk_is_perms_of(l, perms, name) &&
		    (strcmp(name, "chr_file") || !sk_is_perms_of(l, perms, "term")) &&
		    (strcmp(name, "process") || !sk_is_perms_of(l, perms, "signal")))
			return false;
	}
	return true;
}

/* Is a macro for permissions one for these classes? */
static bool sk_perms_fit(const struct sk_lint *l, uint32_t perms, const struct sk_outline_list *classes)
{
	static const char *const not_file[] = { "lnk_file", "chr_file", "blk_file", "sock_file", "fifo_file" };
	bool netlink = true, sockets = true, files = false;

	for (uint32_t i = 0; i < classes->n; i++) {
		const char *name = sk_lint_str(l, classes->items[i].text);

		netlink = netlink && !strncmp(name, "netlink_", strlen("netlink_"));
		sockets = sockets && sk_lint_ends(l, classes->items[i].text, "_socket");
		files = files || !strcmp(name, "file");
	}
	if (sk_is_perms_of_all(l, perms, classes)) {
		for (size_t i = 0; files && i < SK_ARRAY_LEN(not_file); i++)
			if (sk_is_perms_of(l, perms, not_file[i]))
				return false;
		return true;
	}
	if (!sk_lint_ends(l, perms, "_socket_perms"))
		return false;
	return netlink || (sockets && !sk_lint_ends(l, perms, "netlink_socket_perms"));
}

SK_LINT_RUN(macro_class)
{
	const struct sk_outline_list *classes = &node->list[2], *perms = &node->list[3];

	if (!classes->n || sk_lint_ends(l, classes->items[0].text, "_class_set"))
		return;
	for (uint32_t i = 0; i < perms->n; i++) {
		uint32_t name = perms->items[i].text;

		if (!sk_lint_ends(l, name, "_perms") || sk_perms_fit(l, name, classes))
			continue;
		sk_lint_found_at(l, check, node->line, perms->items[i].at, "%s is not for class %s",
				 sk_lint_str(l, name),
				 classes->n > 1 ? "(several)" : sk_lint_str(l, classes->items[0].text));
		return;
	}
}

SK_LINT_RUN(wildcard)
{
	if (node->flavor == SK_RULE_ALLOW && (sk_lint_list_has(&node->list[3], SK_WORD_STAR) ||
					      sk_lint_list_has(&node->list[3], SK_WORD_TILDE)))
		sk_lint_found(l, check, node, "permissions nobody named are allowed, those of tomorrow too");
}

SK_LINT_RUN(audit_access)
{
	if ((node->flavor == SK_RULE_ALLOW || node->flavor == SK_RULE_AUDITALLOW) &&
	    sk_lint_list_has(&node->list[3], SK_WORD_AUDIT_ACCESS))
		sk_lint_found(l, check, node, "audit_access is for dontaudit; nothing is allowed by it");
}

SK_LINT_RUN(unknown_permission)
{
	const struct sk_outline_list *perms = &node->list[3];

	if (!l->n_set_names || !l->n_declared[SK_DECL_PERM])
		return;
	for (uint32_t i = 0; i < perms->n; i++) {
		uint32_t name = perms->items[i].text;

		if (sk_lint_module_of(l, name, SK_DECL_PERM) != SK_INTERN_NONE || sk_lint_more(l, name)->set ||
		    name == SK_WORD_STAR || name == SK_WORD_TILDE ||
		    (!strncmp(sk_lint_str(l, name), "all_", 4) && sk_lint_ends(l, name, "_perms")))
			continue;
		sk_lint_found_at(l, check, node->line, perms->items[i].at, "no permission %s is known",
				 sk_lint_str(l, name));
		return;
	}
}

SK_LINT_RUN(unknown_class)
{
	const struct sk_outline_list *classes = &node->list[2];

	if (!l->n_declared[SK_DECL_CLASS])
		return;
	for (uint32_t i = 0; i < classes->n; i++) {
		uint32_t name = classes->items[i].text;
		const char *s = sk_lint_str(l, name);

		if (sk_lint_module_of(l, name, SK_DECL_CLASS) != SK_INTERN_NONE ||
		    (*s == '$' && s[1] >= '0' && s[1] <= '9') || sk_lint_ends(l, name, "_class_set"))
			continue;
		sk_lint_found_at(l, check, node->line, classes->items[i].at, "no class %s is known", s);
		return;
	}
}
