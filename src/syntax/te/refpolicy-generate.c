/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a reference policy's build generates: macros for sets of permissions (its genclassperms.py), and the modules
 * that are written as templates (corenetwork). A generated text is a source of its own, with the name that the tree's
 * build gives it; places are in that text, not in the templates.
 */
#include "syntax/te/refpolicy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int sk_define_setting(struct sk_macro_reader *m, bool when, const char *name, const char *value)
{
	return when ? sk_macro_define(m, name, value) : 0;
}

int sk_refpolicy_define_settings(struct sk_refpolicy *rp, struct sk_macro_reader *m)
{
	const char *type = sk_refpolicy_setting(rp, "TYPE"), *distro = sk_refpolicy_setting(rp, "DISTRO");
	static const struct {
		const char *setting, *macro, *fallback;
	} numbers[] = { { "MLS_SENS", "mls_num_sens", "16" }, { "MLS_CATS", "mls_num_cats", "1024" },
			{ "MCS_CATS", "mcs_num_cats", "1024" } };
	static const struct {
		const char *setting, *macro;
	} flags[] = { { "SYSTEMD", "init_systemd" }, { "DIRECT_INITRC", "direct_sysadm_daemon" },
		      { "WERROR", "m4_werror" }, { "UBAC", "enable_ubac" } };
	const char *options = sk_refpolicy_setting(rp, "CUSTOM_BUILDOPT");
	char name[300];
	int r = sk_define_setting(m, !strcmp(type, "mls"), "enable_mls", "true");

	if (!r)
		r = sk_define_setting(m, !strcmp(type, "mcs"), "enable_mcs", "true");
	snprintf(name, sizeof(name), "distro_%.200s", distro);
	if (!r)
		r = sk_define_setting(m, *distro, name, "true");
	if (!r)
		r = sk_define_setting(m, !strcmp(distro, "ubuntu"), "distro_debian", "true");
	if (!r)
		r = sk_define_setting(m, !strcmp(distro, "rhel4") && sk_refpolicy_makefile_has(rp, "rhel4"),
				      "distro_redhat", "true");
	if (!r)
		r = sk_define_setting(m, sk_refpolicy_makefile_has(rp, "-D hide_broken_symptoms"),
				      "hide_broken_symptoms", "true");
	if (!r)
		r = sk_define_setting(m, !strcmp(distro, "debian"), "use_alsa", "");
	for (size_t i = 0; i < SK_ARRAY_LEN(flags) && !r; i++)
		r = sk_define_setting(m, !strcmp(sk_refpolicy_setting(rp, flags[i].setting), "y"), flags[i].macro,
				      "true");
	for (size_t i = 0; i < SK_ARRAY_LEN(numbers) && !r; i++) {
		const char *value = sk_refpolicy_setting(rp, numbers[i].setting);

		r = sk_macro_define(m, numbers[i].macro, *value ? value : numbers[i].fallback);
	}
	while (!r && *options) {
		size_t n = strcspn(options, " \t");

		snprintf(name, sizeof(name), "%.*s", (int)SK_MIN(n, (size_t)250), options);
		r = sk_define_setting(m, n, name, "true");
		options += n + strspn(options + n, " \t");
	}
	return r;
}

/* The macro all_CLASS_perms: the common's permissions, then the class's own. Commons are kept as "NAME: perms\n". */
int sk_refpolicy_define_class(struct sk_refpolicy *rp, const struct sk_te_stmt *stmt, struct sk_buf *commons)
{
	const char *name = sk_intern_str(rp->names, stmt->name.name), *inherited = NULL;
	sk_auto_buf struct sk_buf perms = SK_BUF_INIT, macro = SK_BUF_INIT;
	char head[300];

	for (uint32_t i = 0; i < stmt->set[0].n; i++)
		sk_buf_printf(&perms, "%s ", sk_intern_str(rp->names, stmt->set[0].names[i].name));
	if (!sk_buf_str(&perms))
		return -ENOMEM;
	if (stmt->kind == SK_TE_COMMON) {
		sk_buf_printf(commons, "\n%s: %s\n", name, perms.data);
		return commons->failed ? -ENOMEM : 0;
	}
	if (stmt->kind != SK_TE_CLASS)
		return 0;
	if (stmt->name2.name != SK_INTERN_NONE) {
		snprintf(head, sizeof(head), "\n%.250s: ", sk_intern_str(rp->names, stmt->name2.name));
		inherited = sk_buf_str(commons);
		inherited = inherited ? strstr(inherited, head) : NULL;
	}
	sk_buf_adds(&macro, "{ ");
	if (inherited) {
		inherited += strlen(head);
		sk_buf_add(&macro, inherited, strcspn(inherited, "\n"));
	}
	sk_buf_printf(&macro, "%s}", perms.data);
	snprintf(head, sizeof(head), "all_%.250s_perms", name);
	return sk_buf_str(&macro) ? sk_macro_define(&rp->macros, head, macro.data) : -ENOMEM;
}

/* The class of a line "class NAME" of security_classes, and whether a comment says that the kernel does not know it. */
static size_t sk_class_of_line(const char *line, const char **ret_name, bool *ret_userspace)
{
	static const char blank[] = " \t\r", word[] = "class", mark[] = "userspace";
	const char *p = line + strspn(line, blank), *name;
	size_t n, n_mark;

	if (strncmp(p, word, strlen(word)) != 0)
		return 0;
	p += strlen(word);
	name = p + strspn(p, blank);
	if (name == p)
		return 0;
	n = strcspn(name, " \t\r\n#");
	p = name + strcspn(name, "#\n");
	p += *p == '#';
	p += strspn(p, blank);
	n_mark = strcspn(p, "\n");
	while (n_mark && strchr(blank, p[n_mark - 1]))
		n_mark--;
	*ret_userspace = n_mark == strlen(mark) && !memcmp(p, mark, n_mark);
	*ret_name = name;
	return n;
}

/* all_kernel_class_perms and all_userspace_class_perms. */
int sk_refpolicy_define_class_sets(struct sk_refpolicy *rp, const struct sk_source *security_classes)
{
	sk_auto_buf struct sk_buf kernel = SK_BUF_INIT, userspace = SK_BUF_INIT;
	int r;

	for (const char *line = security_classes->text; line; line = strchr(line, '\n')) {
		bool user;
		const char *name;
		size_t n;

		line += *line == '\n';
		n = sk_class_of_line(line, &name, &user);
		if (n)
			sk_buf_printf(user ? &userspace : &kernel, "\tclass %.*s all_%.*s_perms;\n", (int)SK_MIN(n, 250u), name,
				      (int)SK_MIN(n, 250u), name);
	}
	if (!sk_buf_str(&kernel) || !sk_buf_str(&userspace))
		r = -ENOMEM;
	else
		r = sk_macro_define(&rp->macros, "all_kernel_class_perms", kernel.data);
	if (!r)
		r = sk_macro_define(&rp->macros, "all_userspace_class_perms", userspace.data);
	return r;
}

/* Lines that make interfaces: network_interface, _node, _port, _packet at their start, ib_pkey( or ib_endport( anywhere. */
static bool sk_is_network_line(const char *p, const char *end)
{
	static const char *const starts[] = { "network_interface", "network_node", "network_port", "network_packet" };
	static const char *const calls[] = { "ib_pkey(", "ib_endport(" };
	const char *q = p;

	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	for (size_t i = 0; i < SK_ARRAY_LEN(starts); i++)
		if ((size_t)(end - q) >= strlen(starts[i]) && !memcmp(q, starts[i], strlen(starts[i])))
			return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(calls); i++) {
		const char *call = memmem(p, (size_t)(end - p), calls[i], strlen(calls[i]));

		if (call && memchr(call, ')', (size_t)(end - call)))
			return true;
	}
	return false;
}

/* The others stay as empty lines, so that these keep their numbers. */
static int sk_network_lines(struct sk_refpolicy *rp, const struct sk_source *in, struct sk_source **ret_source)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	const char *end = in->text + in->size, *nl;

	for (const char *p = in->text; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if (sk_is_network_line(p, nl))
			sk_buf_add(&buf, p, (size_t)(nl - p));
		sk_buf_addc(&buf, '\n');
	}
	return sk_buf_str(&buf) ? sk_sources_add(rp->sources, in->name, buf.data, buf.n, rp->diags, ret_source)
				: -ENOMEM;
}

/* The words that stand for $1 and $0 where m4 would have taken these. */
static void sk_add_dollars(struct sk_buf *to, const char *p, const char *end)
{
	const char *at;

	while ((at = memmem(p, (size_t)(end - p), "dollars", 7))) {
		bool one = end - at >= 10 && !memcmp(at + 7, "one", 3);
		bool zero = end - at >= 11 && !memcmp(at + 7, "zero", 4);

		sk_buf_add(to, p, (size_t)(at - p));
		sk_buf_adds(to, one ? "$1" : zero ? "$0" : "dollars");
		p = at + (one ? 10 : zero ? 11 : 7);
	}
	sk_buf_add(to, p, (size_t)(end - p));
}

/* Where the lines of a generated text come from, each from its first word. */
struct sk_made {
	uint32_t *list;
	size_t n, cap;
	bool begun;		/* the last one has a word */
};

static int sk_made_add(struct sk_made *made, uint32_t addr)
{
	int r = sk_grow(&made->list, &made->cap, made->n + 1, sizeof(*made->list));

	if (!r)
		made->list[made->n++] = addr;
	made->begun = false;
	return r;
}

static int sk_made_piece(struct sk_made *made, const struct sk_sources *sources, const struct sk_piece *piece)
{
	const char *p = piece->p, *end = p + piece->n, *nl;
	int r = 0;

	for (;; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		while (p < (nl ? nl : end) && (*p == ' ' || *p == '\t'))
			p++;
		if (!made->begun && p < (nl ? nl : end)) {
			uint32_t e = piece->expansion, addr = sk_macro_addr(piece, (uint32_t)(p - piece->p));

			for (; e; e = sources->expansions[e].parent)
				addr = sources->expansions[e].addr;
			made->list[made->n - 1] = addr;
			made->begun = true;
		}
		if (!nl || r)
			return r;
		r = sk_made_add(made, 0);
	}
}

static int sk_expand_lines(struct sk_macro_reader *m, const struct sk_source *source, struct sk_buf *buf, struct sk_made *made)
{
	struct sk_piece piece;
	int r = sk_macro_open(m, source);

	if (!r)
		r = sk_made_add(made, 0);
	while (!r && !(r = sk_macro_next(m, &piece)) && piece.kind != SK_PIECE_END) {
		sk_buf_add(buf, piece.p, piece.n);
		r = sk_made_piece(made, m->sources, &piece);
	}
	return r ? r : buf->failed ? -ENOMEM : 0;
}

/*
 * Runs the template's own macros over its input, in a reader of their own, with names of its own: nothing is left behind but
 * the text.
 */
static int sk_expand_template(struct sk_refpolicy *rp, const struct sk_source *macros, const struct sk_source *in,
			      struct sk_buf *ret_text, struct sk_made *made)
{
	sk_auto_buf struct sk_buf dropped = SK_BUF_INIT;
	size_t n_expansions = rp->sources->n_expansions;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern names;
	struct sk_macro_reader m;
	int r;

	sk_intern_init(&names, &arena);
	r = sk_macro_init(&m, &names, rp->sources, rp->diags);
	if (!r)
		r = sk_refpolicy_define_settings(rp, &m);
	if (!r)
		r = sk_macro_define(&m, "self_contained_policy", "");
	if (!r)
		r = sk_macro_expand(&m, macros, &dropped);
	if (!r)
		r = sk_expand_lines(&m, in, ret_text, made);
	sk_macro_done(&m);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	rp->sources->n_expansions = n_expansions;
	return r;
}

/* Adds the lines of a text that is put in as it is; of text NULL as many that come from nowhere. */
static int sk_made_lines(struct sk_made *made, const char *text, size_t n, uint32_t base)
{
	int r = 0;

	for (size_t at = 0; at < n && !r;) {
		const char *nl = memchr(text + at, '\n', n - at);

		if (!nl)
			break;
		r = sk_made_add(made, base ? base + (uint32_t)at : 0);
		at = (size_t)(nl + 1 - text);
	}
	return r;
}

/* The text as a source that knows what its lines are made from. */
static int sk_add_generated(struct sk_refpolicy *rp, const char *path, const struct sk_refpolicy_made *made,
			    struct sk_source **ret_source)
{
	uint32_t *made_from = sk_arena_memdup(&rp->sources->arena, made->lines, made->n_lines * sizeof(*made->lines));
	int r = made_from ? sk_sources_add(rp->sources, path, made->text, made->n, rp->diags, ret_source) : -ENOMEM;

	if (!r)
		(*ret_source)->made_from = made_from;
	return r;
}

/* What is generated from its three sources: macros, input, and a text that stands before what they come to. */
static int sk_generate(struct sk_refpolicy *rp, const char *name, const char *ext, const struct sk_source *const *from,
		       struct sk_buf *text, struct sk_made *made)
{
	sk_auto_buf struct sk_buf expanded = SK_BUF_INIT;
	const struct sk_source *head = from[2];
	struct sk_made body = { 0 };
	int r = sk_expand_template(rp, from[0], from[1], &expanded, &body);

	if (!r) {
		sk_buf_printf(text, "#\n# This is a generated file!  Instead of modifying this file, the\n"
				    "# %s.%s.in or %s.%s.m4 file should be modified.\n#\n", name, ext, name, ext);
		r = sk_buf_str(text) ? sk_made_lines(made, text->data, text->n, 0) : -ENOMEM;
	}
	if (!r && head) {
		sk_buf_add(text, head->text, head->size);
		r = sk_made_lines(made, head->text, head->size, head->base);
	}
	for (size_t i = 0; i < body.n && !r; i++)
		r = sk_made_add(made, body.list[i]);
	if (!r && expanded.n)
		sk_add_dollars(text, expanded.data, expanded.data + expanded.n);
	free(body.list);
	return r ? r : sk_buf_str(text) ? 0 : -ENOMEM;
}

/* Who watches may know what comes of the sources, or gets to know it. */
static int sk_make(struct sk_refpolicy *rp, const struct sk_refpolicy_module *module, bool interfaces, const char *path,
		   struct sk_refpolicy_made *made, struct sk_source **ret_source)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	size_t before = selkie_diagnostics_count(rp->diags, SELKIE_SEVERITY_NOTE);
	struct sk_made lines = { 0 };
	int r = rp->watch ? rp->watch->making(rp->watch_arg, module, interfaces, made) : 0;

	if (r == SK_REFPOLICY_KNOWN)
		return sk_add_generated(rp, path, made, ret_source);
	if (!r)
		r = sk_generate(rp, module->name, interfaces ? "if" : "te", made->from, &text, &lines);
	made->text = text.data;
	made->n = text.n;
	made->lines = lines.list;
	made->n_lines = lines.n;
	if (!r && rp->watch && selkie_diagnostics_count(rp->diags, SELKIE_SEVERITY_NOTE) == before)
		r = rp->watch->made(rp->watch_arg, module, interfaces, made);
	if (!r)
		r = sk_add_generated(rp, path, made, ret_source);
	free(lines.list);
	return r;
}

int sk_refpolicy_generate(struct sk_refpolicy *rp, const struct sk_refpolicy_module *module, bool interfaces,
			  struct sk_source **ret_source)
{
	const char *ext = interfaces ? "if" : "te", *layer = module->layer, *name = module->name;
	struct sk_refpolicy_made made = { .text = NULL };
	struct sk_source *macros, *in, *head = NULL;
	char path[4096];
	int r = sk_refpolicy_load(rp, true, &macros, "policy/modules/%s/%s.%s.m4", layer, name, ext);

	if (!r)
		r = sk_refpolicy_load(rp, true, &in, "policy/modules/%s/%s.te.in", layer, name);
	if (!r && interfaces)
		r = sk_refpolicy_load(rp, true, &head, "policy/modules/%s/%s.if.in", layer, name);
	if (!r && interfaces)
		r = sk_network_lines(rp, in, &in);
	if (r)
		return r;
	made.from[0] = macros;
	made.from[1] = in;
	made.from[2] = head;
	snprintf(path, sizeof(path), "%s/policy/modules/%s/%s.%s", rp->root, layer, name, ext);
	return sk_make(rp, module, interfaces, path, &made, ret_source);
}
