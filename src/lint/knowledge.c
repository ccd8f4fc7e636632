/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a tree of sources declares, by name: types and the like with the module they come from, interfaces with what they
 * do, templates with what each call of theirs declares. The first declaration of a name counts, and the last definition
 * of an interface, as SELint has it; files come in order, interfaces before modules.
 */
#include <errno.h>
#include <stdio.h>

#include "lint/lint.h"

#define TEMPLATE_DEPTH_MAX 64

struct sk_lint_template {
	struct sk_template_decl {
		uint32_t name, flavor;
	} *decls;
	size_t n_decls, cap_decls;
	struct sk_template_call {
		uint32_t name;
		const struct sk_outline_list *args;
	} *calls;
	size_t n_calls, cap_calls;
	bool busy;		/* being expanded */
};

const struct sk_lint_name sk_lint_nothing = {
	.declared = { SK_INTERN_NONE, SK_INTERN_NONE, SK_INTERN_NONE, SK_INTERN_NONE, SK_INTERN_NONE,
		      SK_INTERN_NONE, SK_INTERN_NONE, SK_INTERN_NONE },
	.interface = SK_INTERN_NONE,
};

const struct sk_lint_more sk_lint_no_more = { .layer = SK_INTERN_NONE, .status = SK_INTERN_NONE };

uint32_t sk_lint_intern(struct sk_lint *l, const char *s, size_t n)
{
	uint32_t number = SK_WORD_EMPTY;
	int r = sk_intern_add(&l->names, s, n, &number);

	if (r)
		l->error = r;
	return number;
}

struct sk_lint_name *sk_lint_know(struct sk_lint *l, uint32_t name)
{
	if (name >= l->cap_known) {
		size_t cap = SK_MAX(l->names.cap, (size_t)name + 1);
		struct sk_lint_name *known = sk_arena_alloc(&l->arena, cap * sizeof(*known));

		if (!known) {
			l->error = -ENOMEM;
			return NULL;
		}
		if (l->n_known)
			memcpy(known, l->known, l->n_known * sizeof(*known));
		l->known = known;
		l->cap_known = cap;
	}
	while (l->n_known <= name)
		l->known[l->n_known++] = sk_lint_nothing;
	return &l->known[name];
}

struct sk_lint_more *sk_lint_know_more(struct sk_lint *l, uint32_t name)
{
	struct sk_lint_name *known = sk_lint_know(l, name);

	if (!known)
		return NULL;
	if (!known->more) {
		known->more = SK_ARENA_NEW(&l->arena, struct sk_lint_more);
		if (known->more)
			*known->more = sk_lint_no_more;
		else
			l->error = -ENOMEM;
	}
	return known->more;
}

void sk_lint_declare(struct sk_lint *l, uint32_t name, uint32_t module, enum sk_outline_decl flavor)
{
	struct sk_lint_name *known = sk_lint_know(l, name);

	if (!known || known->declared[flavor] != SK_INTERN_NONE)
		return;
	known->declared[flavor] = module;
	l->n_declared[flavor]++;
}

bool sk_lint_is_in(const struct sk_outline_node *node, uint64_t kinds)
{
	return sk_lint_around(node, kinds);
}

const struct sk_outline_node *sk_lint_around(const struct sk_outline_node *node, uint64_t kinds)
{
	for (node = node->parent; node; node = node->parent)
		if (kinds >> node->kind & 1)
			return node;
	return NULL;
}

bool sk_lint_list_has(const struct sk_outline_list *list, uint32_t text)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i].text == text)
			return true;
	return false;
}

/* Where a kind of node has names. */
const struct sk_lint_speech sk_lint_speeches[SK_OUTLINE_N_KINDS] = {
	[SK_OUTLINE_RULE] = { .n_lists = 2 },
	[SK_OUTLINE_XRULE] = { .n_lists = 2 },
	[SK_OUTLINE_ROLE_ALLOW] = { .n_lists = 2 },
	[SK_OUTLINE_TRANSITION] = { .n_lists = 2, .last = true },
	[SK_OUTLINE_ROLE_TRANSITION] = { .n_lists = 2, .last = true },
	[SK_OUTLINE_DECL] = { .first = true, .n_lists = 1 },
	[SK_OUTLINE_ROLE_TYPES] = { .first = true, .n_lists = 1 },
	[SK_OUTLINE_TYPEATTRIBUTE] = { .first = true, .n_lists = 1 },
	[SK_OUTLINE_ROLEATTRIBUTE] = { .first = true, .n_lists = 1 },
	[SK_OUTLINE_CALL] = { .n_lists = 1 },
	[SK_OUTLINE_ALIAS] = { .first = true },
	[SK_OUTLINE_TYPEALIAS] = { .first = true },
	[SK_OUTLINE_PERMISSIVE] = { .first = true },
};

bool sk_lint_is_userspace(const struct sk_lint *l, uint32_t name, const struct sk_outline_list *perms)
{
	const struct sk_lint_name *known = sk_lint_name(l, name);

	if (!l->has_userspace_classes || known->declared[SK_DECL_CLASS] == SK_INTERN_NONE)
		return false;
	if (known->interface_flags & SK_CLASS_IS_USERSPACE)
		return true;
	/* systemd asks about permissions of this one that are not the kernel's */
	for (uint32_t i = 0; perms && name == l->system_class && i < perms->n; i++)
		if (!sk_name_in("ipc_info syslog_read syslog_mod syslog_console module_request module_load "
				"firmware_load kexec_image_load kexec_initramfs_load policy_load "
				"x509_certificate_load * ~", sk_lint_str(l, perms->items[i].text)))
			return true;
	return false;
}

/*
 * Templates.
 */
static struct sk_lint_template *sk_template(struct sk_lint *l, uint32_t name)
{
	struct sk_lint_more *more = sk_lint_know_more(l, name);

	if (!more)
		return NULL;
	if (!more->template) {
		more->template = calloc(1, sizeof(*more->template));
		if (!more->template)
			l->error = -ENOMEM;
	}
	return more->template;
}

static void sk_template_declares(struct sk_lint *l, uint32_t template, uint32_t name, uint32_t flavor)
{
	struct sk_lint_template *t = sk_template(l, template);

	if (!t)
		return;
	if (sk_grow(&t->decls, &t->cap_decls, t->n_decls + 1, sizeof(*t->decls)))
		l->error = -ENOMEM;
	else
		t->decls[t->n_decls++] = (struct sk_template_decl){ name, flavor };
}

static void sk_template_calls(struct sk_lint *l, uint32_t template, const struct sk_outline_node *call)
{
	struct sk_lint_template *t = sk_template(l, template);

	if (!t)
		return;
	if (sk_grow(&t->calls, &t->cap_calls, t->n_calls + 1, sizeof(*t->calls)))
		l->error = -ENOMEM;
	else
		t->calls[t->n_calls++] = (struct sk_template_call){ call->name, &call->list[0] };
}

/* `$1_t' with the arguments put in. False where a dollar is no parameter's. */
static bool sk_template_fill(struct sk_lint *l, uint32_t name, const uint32_t *args, size_t n_args,
			     uint32_t *ret)
{
	const char *s = sk_lint_str(l, name), *dollar;
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	*ret = name;
	if (!strchr(s, '$'))
		return true;
	while ((dollar = strchr(s, '$'))) {
		char *end;
		unsigned long k = strtoul(dollar + 1, &end, 10);

		if (dollar[1] < '0' || dollar[1] > '9')
			return false;
		sk_buf_add(&buf, s, (size_t)(dollar - s));
		/* as far as SELint is concerned $0 is the first, too */
		k = k ? k - 1 : 0;
		if (k < n_args)
			sk_buf_adds(&buf, sk_lint_str(l, args[k]));
		s = end;
	}
	sk_buf_adds(&buf, s);
	if (buf.failed)
		l->error = -ENOMEM;
	else
		*ret = sk_lint_intern(l, buf.data ? buf.data : "", buf.n);
	return true;
}

/* What a call declares in `module`. False when it cannot be told: SELint then knows nothing of the call. */
static bool sk_template_expand(struct sk_lint *l, uint32_t name, const uint32_t *args, size_t n_args,
			       uint32_t module, unsigned int depth)
{
	struct sk_lint_template *t = sk_lint_more(l, name)->template;
	bool good = true;

	if (!t)
		return true;
	if (t->busy || depth > TEMPLATE_DEPTH_MAX)
		return false;
	t->busy = true;
	for (size_t i = 0; i < t->n_calls && good && !l->error; i++) {
		const struct sk_outline_list *list = t->calls[i].args;
		sk_auto_free uint32_t *filled = NULL;

		if (!sk_lint_more(l, t->calls[i].name)->template)
			continue;
		filled = calloc(list->n + 1, sizeof(*filled));
		if (!filled) {
			l->error = -ENOMEM;
			break;
		}
		for (uint32_t k = 0; k < list->n; k++)
			if (!sk_template_fill(l, list->items[k].text, args, n_args, &filled[k]))
				filled[k] = SK_WORD_EMPTY;
		good = sk_template_expand(l, t->calls[i].name, filled, list->n, module, depth + 1);
	}
	for (size_t i = 0; i < t->n_decls && good && !l->error; i++) {
		uint32_t filled;

		good = sk_template_fill(l, t->decls[i].name, args, n_args, &filled);
		if (good)
			sk_lint_declare(l, filled, module, (enum sk_outline_decl)t->decls[i].flavor);
	}
	t->busy = false;
	return good;
}

bool sk_lint_template_declares(const struct sk_lint *l, uint32_t template, uint32_t name,
			       enum sk_outline_decl flavor)
{
	const struct sk_lint_template *t = sk_lint_more(l, template)->template;

	for (size_t i = 0; t && i < t->n_decls; i++)
		if (t->decls[i].name == name && t->decls[i].flavor == (uint32_t)flavor)
			return true;
	return false;
}

/*
 * Interfaces.
 */
static void sk_interface_is(struct sk_lint *l, uint32_t name, unsigned int flag)
{
	struct sk_lint_name *known = sk_lint_know(l, name);

	if (known)
		known->interface_flags |= (uint8_t)flag;
}

/* The names of interfaces that turn a type into something, by refpolicy's custom. */
static bool sk_names_transform(const char *name)
{
	const char *suffix = strrchr(name, '_');

	return suffix && sk_name_in("_type _file _domain _node _agent _delivery _sender _boolean _content "
				    "_constrained _executable _exemption _object _mountpoint",
				    suffix);
}

/* Asked of each call, so it is kept. */
static bool sk_names_filetrans(struct sk_lint *l, uint32_t interface)
{
	struct sk_lint_name *known = sk_lint_know(l, interface);
	const char *name = sk_lint_str(l, interface);

	if (!known)
		return false;
	if (!(known->interface_flags & SK_INTERFACE_NAMED)) {
		known->interface_flags |= SK_INTERFACE_NAMED;
		if (!strcmp(name, "filetrans_pattern") || !strcmp(name, "filetrans_add_pattern") ||
		    sk_has_suffix(name, "_filetrans"))
			known->interface_flags |= SK_INTERFACE_NAMES_FILETRANS;
	}
	return known->interface_flags & SK_INTERFACE_NAMES_FILETRANS;
}

static void sk_learn_declaration(struct sk_lint *l, const struct sk_lint_file *file, uint32_t module,
				 const struct sk_outline_node *node, uint32_t flavor, bool alias)
{
	const struct sk_outline_node *template = sk_lint_around(node, SK_KIND(TEMPLATE));

	if (!alias && sk_lint_is_in(node, SK_KINDS_REQUIRE))
		return;
	if (template)
		sk_template_declares(l, template->name, node->name, flavor);
	else if (alias || sk_lint_str(l, node->name)[0] != '$')
		sk_lint_declare(l, node->name, module, (enum sk_outline_decl)flavor);
}

/* What a call of a template declares; map: of the names of its arguments, or NULL. False when the call is no more. */
static bool sk_learn_expansion(struct sk_lint *l, uint32_t module, struct sk_outline_node *node, uint32_t name,
			       const uint32_t *map)
{
	const struct sk_outline_list *list = &node->list[0];
	sk_auto_free uint32_t *args = calloc(list->n + 1, sizeof(*args));

	if (!args) {
		l->error = -ENOMEM;
		return false;
	}
	for (uint32_t i = 0; i < list->n; i++)
		args[i] = map ? map[list->items[i].text] : list->items[i].text;
	if (sk_template_expand(l, name, args, list->n, module, 0))
		return true;
	/* as if it were not there */
	node->prev->next = node->next;
	if (node->next)
		node->next->prev = node->prev;
	return false;
}

static void sk_learn_call(struct sk_lint *l, uint32_t module, struct sk_outline_node *node)
{
	const struct sk_outline_node *template = sk_lint_around(node, SK_KIND(TEMPLATE));

	if (template)
		sk_template_calls(l, template->name, node);
	else if (sk_lint_more(l, node->name)->template && !sk_lint_is_in(node, SK_KIND(INTERFACE)) &&
		 !sk_learn_expansion(l, module, node, node->name, NULL))
		return;
	if (node->parent && node->parent->kind == SK_OUTLINE_INTERFACE &&
	    sk_names_filetrans(l, node->name))
		sk_interface_is(l, node->parent->name, SK_INTERFACE_FILETRANS);
	sk_interface_is(l, node->name, SK_INTERFACE_USED);
}

static void sk_learn_interface(struct sk_lint *l, uint32_t module, const struct sk_outline_node *node)
{
	const struct sk_outline_node *first = node->child;
	struct sk_lint_name *known;

	while (first && ((SK_KIND(START) | SK_KINDS_REQUIRE) >> first->kind & 1))
		first = first->next;
	if (node->kind == SK_OUTLINE_TEMPLATE) {
		sk_template(l, node->name);
	} else if (first && first->kind == SK_OUTLINE_CALL) {
		if (sk_grow(&l->wrappers, &l->cap_wrappers, l->n_wrappers + 1, sizeof(*l->wrappers)))
			l->error = -ENOMEM;
		else
			l->wrappers[l->n_wrappers++] = (struct sk_lint_wrapper){ node->name, first->name };
	}
	known = sk_lint_know(l, node->name);
	if (known)
		known->interface = module;
}

/* What a statement that stands right in an interface says of it. */
static void sk_learn_flags(struct sk_lint *l, const struct sk_lint_file *file, const struct sk_outline_node *node)
{
	uint32_t interface = node->parent->name;

	switch (node->kind) {
	case SK_OUTLINE_RULE:
		if (sk_lint_list_has(&node->list[3], SK_WORD_ASSOCIATE))
			sk_interface_is(l, interface, SK_INTERFACE_TRANSFORMS);
		break;
	case SK_OUTLINE_ROLE_TYPES:
		for (uint32_t i = 0; i < node->list[0].n; i++)
			if (sk_lint_str(l, node->list[0].items[i].text)[0] == '$')
				sk_interface_is(l, interface, SK_INTERFACE_ROLE);
		break;
	case SK_OUTLINE_TRANSITION:
		if (!sk_lint_list_has(&node->list[2], SK_WORD_PROCESS))
			sk_interface_is(l, interface, SK_INTERFACE_FILETRANS);
		break;
	case SK_OUTLINE_TYPEATTRIBUTE:
	case SK_OUTLINE_ROLEATTRIBUTE:
		if (sk_names_transform(sk_lint_str(l, interface)) ||
		    sk_name_in("mls mcs", sk_lint_str(l, file->module)))
			sk_interface_is(l, interface, SK_INTERFACE_TRANSFORMS);
		break;
	default:
		break;
	}
}

static void sk_learn_node(struct sk_lint *l, const struct sk_lint_file *file, uint32_t module,
			  struct sk_outline_node *node)
{
	if (node->parent && node->parent->kind == SK_OUTLINE_INTERFACE)
		sk_learn_flags(l, file, node);
	switch (node->kind) {
	case SK_OUTLINE_DECL:
		sk_learn_declaration(l, file, module, node, node->flavor, false);
		break;
	case SK_OUTLINE_ALIAS:
		sk_learn_declaration(l, file, module, node, SK_DECL_TYPE, true);
		break;
	case SK_OUTLINE_CALL:
		sk_learn_call(l, module, node);
		break;
	case SK_OUTLINE_INTERFACE:
	case SK_OUTLINE_TEMPLATE:
		sk_learn_interface(l, module, node);
		break;
	default:
		break;
	}
}

void sk_lint_learn(struct sk_lint *l, const struct sk_lint_file *file)
{
	for (struct sk_outline_node *n = file->outline.file; n && !l->error; n = sk_outline_next(n))
		sk_learn_node(l, file, file->module, n);
}

int sk_lint_gather(struct sk_lint_lessons *scratch, struct sk_arena *arena, struct sk_lint_file *file)
{
	static const uint64_t kinds = SK_KIND(DECL) | SK_KIND(ALIAS) | SK_KIND(CALL);

	scratch->n = 0;
	for (struct sk_outline_node *n = file->outline.file; n; n = sk_outline_next(n)) {
		int r;

		if (!(kinds >> n->kind & 1) || (n->kind == SK_OUTLINE_DECL && sk_lint_is_in(n, SK_KINDS_REQUIRE)))
			continue;
		r = sk_grow(&scratch->list, &scratch->cap, scratch->n + 1, sizeof(*scratch->list));
		if (r)
			return r;
		scratch->list[scratch->n++] = (struct sk_lint_lesson){ n, n->name, n->kind };
	}
	file->n_lessons = (uint32_t)scratch->n;
	file->lessons = sk_arena_memdup(arena, scratch->list, scratch->n * sizeof(*scratch->list));
	return file->lessons ? 0 : -ENOMEM;
}

enum { SK_CALLED = 1, SK_CALLED_TEMPLATE };

void sk_lint_note_calls(const struct sk_lint_file *file, uint8_t *calls)
{
	for (uint32_t i = 0; i < file->n_lessons; i++)
		if (file->lessons[i].kind == SK_OUTLINE_CALL)
			calls[file->lessons[i].name] = SK_CALLED;
}

void sk_lint_learn_calls(struct sk_lint *l, const uint32_t *map, uint8_t *calls, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (calls[i] && sk_lint_more(l, map[i])->template)
			calls[i] = SK_CALLED_TEMPLATE;
		else if (calls[i])
			sk_interface_is(l, map[i], SK_INTERFACE_USED);
}

void sk_lint_learn_lessons(struct sk_lint *l, const struct sk_lint_file *file, const uint32_t *map, const uint8_t *calls)
{
	for (uint32_t i = 0; i < file->n_lessons && !l->error; i++) {
		const struct sk_lint_lesson *lesson = &file->lessons[i];
		uint32_t name = map[lesson->name];

		if (lesson->kind == SK_OUTLINE_ALIAS)
			sk_lint_declare(l, name, file->module, SK_DECL_TYPE);
		else if (lesson->kind == SK_OUTLINE_DECL && sk_lint_str(l, name)[0] != '$')
			sk_lint_declare(l, name, file->module, (enum sk_outline_decl)lesson->node->flavor);
		else if (calls[lesson->name] == SK_CALLED_TEMPLATE && lesson->kind == SK_OUTLINE_CALL &&
			 sk_learn_expansion(l, file->module, lesson->node, name, map))
			sk_interface_is(l, name, SK_INTERFACE_USED);
	}
}

void sk_lint_learn_global(struct sk_lint *l, const struct sk_lint_file *file)
{
	for (struct sk_outline_node *n = file->outline.file; n && !l->error; n = sk_outline_next(n))
		sk_learn_node(l, file, l->global_module, n);
}

/* An interface whose first statement calls one that transforms does so itself. */
static bool sk_learn_transforms_of(struct sk_lint *l, const struct sk_lint_wrapper *wrapper)
{
	if (sk_lint_name(l, wrapper->interface)->interface_flags & SK_INTERFACE_TRANSFORMS ||
	    !(sk_lint_name(l, wrapper->called)->interface_flags & SK_INTERFACE_TRANSFORMS))
		return false;
	sk_interface_is(l, wrapper->interface, SK_INTERFACE_TRANSFORMS);
	return true;
}

void sk_lint_learn_transforms(struct sk_lint *l)
{
	bool more = true;

	while (more && !l->error) {
		more = false;
		for (size_t i = 0; i < l->n_wrappers; i++)
			more |= sk_learn_transforms_of(l, &l->wrappers[i]);
	}
}

/*
 * Support files.
 */
static size_t sk_trim(const char **s, size_t n)
{
	while (n && strchr(" \t\r", **s)) {
		(*s)++;
		n--;
	}
	for (size_t i = 0; i < n; i++)
		if (strchr(" \t\r", (*s)[i]))
			return i;
	return n;
}

/* modules.conf: "name = base". */
void sk_lint_learn_modules(struct sk_lint *l, const char *text, size_t n)
{
	const char *limit = text + n;

	while (text < limit && !l->error) {
		const char *end = memchr(text, '\n', (size_t)(limit - text)) ?: limit, *equals, *status;
		struct sk_lint_more *known;
		size_t name_n, status_n;
		uint32_t value;

		equals = memchr(text, '=', (size_t)(end - text));
		name_n = sk_trim(&text, (size_t)((equals ? equals : end) - text));
		if (equals && name_n && *text != '#') {
			status = equals + 1;
			status_n = sk_trim(&status, (size_t)(end - status));
			value = sk_lint_intern(l, status, status_n);
			known = sk_lint_know_more(l, sk_lint_intern(l, text, name_n));
			if (known && known->status == SK_INTERN_NONE)
				known->status = value;
		}
		text = end + 1;
	}
}

/* security_classes: "class name # userspace". Where it says anything else, nothing is known of them. */
void sk_lint_learn_classes(struct sk_lint *l, const char *text, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *limit = text + n;

	for (const char *end; text < limit && !l->error; text = end + 1) {
		struct sk_lint_name *known;
		size_t length;

		end = memchr(text, '\n', (size_t)(limit - text)) ?: limit;
		if (text == end || *text == '#')
			continue;
		if (strncmp(text, "class", 5) || (text[5] != ' ' && text[5] != '\t'))
			return;
		text += 5 + strspn(text + 5, " \t");
		length = strspn(text, letters);
		known = sk_lint_know(l, sk_lint_intern(l, text, length));
		text += length + strspn(text + length, " \t\r");
		if (!length || (text < end && *text != '#'))
			return;
		if (known && memmem(text, (size_t)(end - text), "userspace", 9))
			known->interface_flags |= SK_CLASS_IS_USERSPACE;
	}
	l->has_userspace_classes = true;
}

static int sk_learn_set(void *arg, uint32_t name, const struct sk_outline_list *list)
{
	struct sk_lint *l = arg;
	struct sk_lint_more *known;
	struct sk_outline_list *copy;

	if (!sk_lint_ends(l, name, "_perms"))
		return 0;
	known = sk_lint_know_more(l, name);
	copy = SK_ARENA_NEW(&l->arena, struct sk_outline_list);
	if (!known || !copy || sk_grow(&l->set_names, &l->cap_set_names, l->n_set_names + 1, sizeof(*l->set_names)))
		return -ENOMEM;
	if (known->set)
		return 0;
	copy->n = list->n;
	copy->items = sk_arena_memdup(&l->arena, list->items, list->n * sizeof(*list->items));
	if (!copy->items)
		return -ENOMEM;
	known->set = copy;
	l->set_names[l->n_set_names++] = name;
	return 0;
}

void sk_lint_learn_sets(struct sk_lint *l, const char *text, size_t n)
{
	int r = sk_outline_read_sets(&l->names, text, n, sk_learn_set, l);

	if (r)
		l->error = r;
}

static int sk_learn_vector(void *arg, uint32_t name, const struct sk_outline_list *list)
{
	struct sk_lint *l = arg;

	if (name != SK_INTERN_NONE)
		sk_lint_declare(l, name, l->vectors_module, SK_DECL_CLASS);
	for (uint32_t i = 0; i < list->n; i++)
		sk_lint_declare(l, list->items[i].name, l->vectors_module, SK_DECL_PERM);
	return l->error;
}

void sk_lint_learn_vectors(struct sk_lint *l, const char *text, size_t n)
{
	int r = sk_outline_read_vectors(&l->names, text, n, sk_learn_vector, l);

	if (r)
		l->error = r;
}

void sk_lint_forget(struct sk_lint *l)
{
	for (size_t i = 0; i < l->n_known; i++) {
		struct sk_lint_template *t = l->known[i].more ? l->known[i].more->template : NULL;

		if (t) {
			free(t->decls);
			free(t->calls);
			free(t);
		}
	}
	free(l->wrappers);
}
