/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a reference policy tree. The order of files follows from what needs what: flask definitions make macros,
 * support macros come next, then what knows no interfaces, then all interfaces (of modules that are off too), then the
 * modules. One macro reader reads them all; the tree's own build starts m4 anew for each group, which makes a
 * difference only to definitions that a file leaves behind for another group.
 */
#include "syntax/te/refpolicy.h"
#include "syntax/te/template.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

char *sk_refpolicy_path(const struct sk_refpolicy *rp, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", rp->root, name) < 0 ? NULL : path;
}

int sk_refpolicy_refuse_file(struct sk_refpolicy *rp, const char *path, int error)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = path };

	if (error == -ENOMEM)
		return error;
	sk_error(rp->diags, "E0139", &place, "cannot read it: %s", strerror(-error));
	return SK_REFPOLICY_REFUSED;
}

int sk_refpolicy_load(struct sk_refpolicy *rp, bool must, struct sk_source **ret_source, const char *fmt, ...)
{
	sk_auto_free char *path = NULL;
	const char *text;
	char *name = NULL;
	va_list args;
	size_t n;
	int r;

	*ret_source = NULL;
	va_start(args, fmt);
	if (vasprintf(&name, fmt, args) < 0)
		name = NULL;
	va_end(args);
	path = name ? sk_refpolicy_path(rp, name) : NULL;
	free(name);
	if (!path)
		return -ENOMEM;
	if (sk_ahead_take(rp->ahead, path, &text, &n))
		return sk_sources_borrow(rp->sources, path, text, n, rp->diags, ret_source);
	r = sk_sources_load(rp->sources, path, NULL, rp->diags, ret_source);
	if (r == -ENOENT && !must)
		return 0;
	return r < 0 ? sk_refpolicy_refuse_file(rp, path, r) : r;
}

static int sk_read_makefile(struct sk_refpolicy *rp)
{
	struct sk_source *source;
	int r = sk_refpolicy_load(rp, false, &source, "Makefile");

	rp->makefile = !r && source ? source->text : "";
	return r;
}

bool sk_refpolicy_makefile_has(const struct sk_refpolicy *rp, const char *word)
{
	return rp->makefile && strstr(rp->makefile, word);
}

/* Modules */

static struct sk_refpolicy_module *sk_find_module(struct sk_refpolicy *rp, const char *name, size_t n)
{
	for (size_t i = 0; i < rp->n_modules; i++)
		if (!strncmp(rp->modules[i].name, name, n) && !rp->modules[i].name[n])
			return &rp->modules[i];
	return NULL;
}

/* A .te, a .te.in, or where `alone` a .if, whose module may yet come. */
static int sk_add_module(struct sk_refpolicy *rp, const char *layer, const char *file, bool alone)
{
	size_t n = strlen(file);
	bool generated = n > 6 && !strcmp(file + n - 6, ".te.in");
	struct sk_refpolicy_module *module;
	int r;

	alone = alone && n > 3 && !strcmp(file + n - 3, ".if");
	if (!generated && !alone && (n <= 3 || strcmp(file + n - 3, ".te")))
		return 0;
	n -= generated ? 6 : 3;
	module = sk_find_module(rp, file, n);
	if (module) {
		module->generated |= generated;
		if (module->alone && !alone)
			module->layer = layer;
		module->alone &= alone;
		return 0;
	}
	r = sk_grow(&rp->modules, &rp->cap_modules, rp->n_modules + 1, sizeof(*rp->modules));
	if (r)
		return r;
	module = &rp->modules[rp->n_modules];
	*module = (struct sk_refpolicy_module){ .layer = layer, .generated = generated, .alone = alone,
						.name = sk_arena_strndup(&rp->arena, file, n) };
	if (!module->name)
		return -ENOMEM;
	rp->n_modules++;
	return 0;
}

static int sk_scan(struct sk_refpolicy *rp, const char *layer)
{
	sk_auto_free char *path = NULL;
	/* Of such trees the rules of the monolithic build have never heard. */
	bool alone = layer && rp->modular && sk_refpolicy_makefile_has(rp, "standalone_ifs");
	struct dirent *entry;
	DIR *dir;
	int r = 0;

	if (asprintf(&path, "%s/policy/modules%s%s", rp->root, layer ? "/" : "", layer ? layer : "") < 0)
		return -ENOMEM;
	dir = opendir(path);
	if (!dir) {
		struct sk_place place = { .kind = SK_PLACE_NONE, .file = path };

		if (layer && errno == ENOTDIR)
			return 0;
		if (errno == ENOMEM)
			return -ENOMEM;
		sk_error(rp->diags, "E0139", &place, "cannot read it: %s", strerror(errno));
		return SK_REFPOLICY_REFUSED;
	}
	while (!r && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (layer) {
			r = sk_add_module(rp, layer, entry->d_name, alone);
		} else {
			char *name = sk_arena_strdup(&rp->arena, entry->d_name);

			r = name ? sk_scan(rp, name) : -ENOMEM;
		}
	}
	closedir(dir);
	return r;
}

/* "name = base|module|off"; what is not named is off. */
static void sk_read_state(struct sk_refpolicy *rp, const struct sk_source *source, const char *line)
{
	struct sk_refpolicy_module *module;
	char name[256], state[32];
	struct sk_place place;

	if (sscanf(line, " %255[A-Za-z0-9_.-] = %31s", name, state) != 2 || !isalpha((unsigned char)name[0]))
		return;
	module = sk_find_module(rp, name, strlen(name));
	if (module && !module->alone) {
		module->state = !strcmp(state, "base") ? SK_REFPOLICY_BASE
			      : !strcmp(state, "module") ? SK_REFPOLICY_MODULE : SK_REFPOLICY_OFF;
		return;
	}
	if (!strcmp(state, "off"))
		return;
	while (isspace((unsigned char)*line))
		line++;
	sk_sources_place(rp->sources, source->base + (uint32_t)(line - source->text), (uint32_t)strlen(name), &place);
	sk_error(rp->diags, "E0140", &place, "there is no module '%s' in the tree", name);
}

static int sk_compare_modules(const void *a, const void *b)
{
	static const uint8_t rank[] = { [SK_REFPOLICY_BASE] = 0, [SK_REFPOLICY_MODULE] = 1, [SK_REFPOLICY_OFF] = 2 };
	const struct sk_refpolicy_module *x = a, *y = b;

	return rank[x->state] != rank[y->state] ? rank[x->state] - rank[y->state] : strcmp(x->name, y->name);
}

static int sk_read_modules(struct sk_refpolicy *rp)
{
	struct sk_source *source;
	int r = sk_scan(rp, NULL);

	if (!r)
		r = sk_refpolicy_load(rp, false, &source, "policy/modules.conf");
	if (r)
		return r;
	rp->unconfigured = !source;
	if (rp->unconfigured)
		r = sk_refpolicy_default_states(rp);
	for (const char *line = source ? source->text : NULL; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		sk_read_state(rp, source, line);
	}
	if (rp->n_modules)
		qsort(rp->modules, rp->n_modules, sizeof(*rp->modules), sk_compare_modules);
	return r;
}

/* Headers have their support files beside build.conf, and no policy folder. */
static bool sk_look_for_headers(struct sk_refpolicy *rp)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/policy", rp->root);
	if (!access(path, F_OK))
		return false;
	snprintf(path, sizeof(path), "%s/support/loadable_module.spt", rp->root);
	rp->headers = !access(path, F_OK);
	return rp->headers;
}

int sk_refpolicy_open(struct sk_refpolicy *rp, const char *root, const char *const *settings,
		      struct sk_intern *names, struct sk_sources *sources, struct sk_diags *diags)
{
	int r;

	memset(rp, 0, sizeof(*rp));
	rp->names = names;
	rp->sources = sources;
	rp->diags = diags;
	rp->root = sk_arena_strdup(&rp->arena, root);
	r = rp->root ? sk_macro_init(&rp->macros, names, sources, diags) : -ENOMEM;
	if (!r)
		r = sk_read_makefile(rp);
	if (!r)
		r = sk_refpolicy_read_settings(rp, settings);
	if (r)
		return r;
	rp->modular = strcmp(sk_refpolicy_setting(rp, "MONOLITHIC"), "y") != 0;
	return sk_look_for_headers(rp) ? 0 : sk_read_modules(rp);
}

void sk_refpolicy_close(struct sk_refpolicy *rp)
{
	sk_ahead_end(rp);
	sk_headers_end(rp->reading);
	sk_macro_done(&rp->macros);
	free(rp->settings);
	free(rp->modules);
	sk_arena_done(&rp->arena);
	sk_arena_done(&rp->tree);
}

/* Statements */

struct sk_refpolicy_run {
	struct sk_refpolicy *rp;
	const struct sk_refpolicy_module *module;
	sk_refpolicy_handler handler;
	void *arg;
	struct sk_buf *commons;		/* while access_vectors is read */
};

static int sk_handle(void *arg, struct sk_te_stmt *stmt)
{
	struct sk_refpolicy_run *run = arg;
	int r = run->commons ? sk_refpolicy_define_class(run->rp, stmt, run->commons) : 0;

	if (!r && run->handler)
		r = run->handler(run->arg, run->module, stmt);
	if (!run->rp->keep_tree)
		sk_arena_reset(&run->rp->tree);
	return r;
}

static int sk_parse_source(struct sk_refpolicy_run *run, const struct sk_source *source)
{
	struct sk_refpolicy *rp = run->rp;

	return sk_te_parse_templates(&rp->macros, source, &rp->tree, rp->diags, sk_handle, run);
}

static int sk_parse_file(struct sk_refpolicy_run *run, bool must, const char *path)
{
	struct sk_source *source;
	int r = sk_refpolicy_load(run->rp, must, &source, "%s", path);

	return r || !source ? r : sk_parse_source(run, source);
}

static int sk_parse_flask(struct sk_refpolicy_run *run)
{
	sk_auto_buf struct sk_buf commons = SK_BUF_INIT;
	struct sk_source *classes;
	int r = sk_refpolicy_load(run->rp, true, &classes, "policy/flask/security_classes");

	if (!r)
		r = sk_parse_source(run, classes);
	if (!r)
		r = sk_parse_file(run, true, "policy/flask/initial_sids");
	run->commons = &commons;
	if (!r)
		r = sk_parse_file(run, true, "policy/flask/access_vectors");
	run->commons = NULL;
	return r ? r : sk_refpolicy_define_class_sets(run->rp, classes);
}

static int sk_compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sk_refpolicy_list_open(DIR *dir, const char *ending, struct sk_arena *arena, const char ***ret_names, size_t *ret_n)
{
	size_t n = 0, cap = 0, n_ending = strlen(ending);
	const char **names = NULL;
	struct dirent *entry;
	int r = 0;

	while (!r && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length <= n_ending || strcmp(entry->d_name + length - n_ending, ending) || entry->d_name[0] == '.')
			continue;
		r = sk_grow(&names, &cap, n + 1, sizeof(*names));
		if (!r && !(names[n++] = sk_arena_strdup(arena, entry->d_name)))
			r = -ENOMEM;
	}
	if (!r && n)
		qsort(names, n, sizeof(*names), sk_compare_strings);
	*ret_names = names;
	*ret_n = n;
	return r;
}

int sk_refpolicy_list(struct sk_refpolicy *rp, const char *folder, const char *ending, const char ***ret_names,
		      size_t *ret_n)
{
	sk_auto_free char *path = sk_refpolicy_path(rp, folder);
	DIR *dir;
	int r;

	*ret_names = NULL;
	*ret_n = 0;
	if (!path)
		return -ENOMEM;
	dir = opendir(path);
	if (!dir)
		return errno == ENOMEM ? -ENOMEM : 0;
	r = sk_refpolicy_list_open(dir, ending, &rp->arena, ret_names, ret_n);
	closedir(dir);
	return r;
}

/* Once: each reader of macros that wants them cuts the same texts into words. */
static int sk_read_support(struct sk_refpolicy *rp)
{
	const char *folder = rp->headers ? "support" : "policy/support";
	sk_auto_free const char **names = NULL;
	const struct sk_source **list;
	size_t n;
	int r = sk_refpolicy_list(rp, folder, ".spt", &names, &n);

	if (r)
		return r;
	list = SK_ARENA_ARRAY(&rp->arena, const struct sk_source *, n + 1);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n && !r; i++) {
		struct sk_source *source;

		r = sk_refpolicy_load(rp, true, &source, "%s/%s", folder, names[i]);
		list[i] = source;
	}
	if (r)
		return r;
	rp->support = list;
	rp->n_support = n;
	return 0;
}

int sk_refpolicy_absorb_support(struct sk_refpolicy *rp, struct sk_macro_reader *m)
{
	int r = rp->support ? 0 : sk_read_support(rp);

	for (size_t i = 0; i < rp->n_support && !r; i++)
		r = sk_macro_absorb(m, rp->support[i]);
	return r;
}

/* booleans.conf: the values of tunables and booleans that are not the sources' own, as macros NAME_conf. */
static int sk_define_booleans(struct sk_refpolicy *rp)
{
	const char *text = NULL;
	int r = sk_refpolicy_booleans(rp, rp->unconfigured, &text);

	for (const char *line = text; line && !r; line = strchr(line, '\n')) {
		char name[200], value[16];

		line += *line == '\n';
		if (sscanf(line, " %190[A-Za-z0-9_] = %15[a-z]", name, value) != 2)
			continue;
		strcat(name, "_conf");
		r = sk_macro_define(&rp->macros, name, value);
	}
	return r;
}

static int sk_module_source(struct sk_refpolicy *rp, const struct sk_refpolicy_module *module, bool interfaces,
			    struct sk_source **ret_source)
{
	if (module->generated)
		return sk_refpolicy_generate(rp, module, interfaces, ret_source);
	return sk_refpolicy_load(rp, !interfaces, ret_source, "policy/modules/%s/%s.%s", module->layer, module->name,
				 interfaces ? "if" : "te");
}

/* Interfaces of all modules, those that are off included. */
static int sk_absorb_interfaces(struct sk_refpolicy *rp)
{
	struct sk_source *source;
	int r = sk_macro_know_interfaces(&rp->macros);

	for (size_t i = 0; i < rp->n_modules && !r; i++) {
		r = sk_module_source(rp, &rp->modules[i], true, &source);
		if (!r && source)
			r = sk_macro_absorb(&rp->macros, source);
	}
	return r;
}

static int sk_parse_module(struct sk_refpolicy_run *run, const struct sk_source *source)
{
	struct sk_refpolicy *rp = run->rp;
	uint32_t definitions = sk_macro_definitions(&rp->macros);
	int r = rp->watch ? rp->watch->module(rp->watch_arg, run->module, source) : 0;

	if (r)
		return r == SK_REFPOLICY_KNOWN ? 0 : r;
	r = sk_parse_source(run, source);
	return r || !rp->watch ? r : rp->watch->end(rp->watch_arg, run->module, source,
						    sk_macro_is_as_before(&rp->macros, definitions));
}

static int sk_parse_modules(struct sk_refpolicy_run *run)
{
	struct sk_refpolicy *rp = run->rp;
	struct sk_source *source;
	int r = sk_absorb_interfaces(rp);

	rp->prepared = true;
	if (!r && rp->watch)
		r = rp->watch->begin(rp->watch_arg);
	for (size_t i = 0; i < rp->n_modules && !r; i++) {
		run->module = &rp->modules[i];
		if (run->module->state == SK_REFPOLICY_OFF)
			break;
		if (rp->modular && run->module->state == SK_REFPOLICY_MODULE)
			sk_macro_undefine(&rp->macros, "self_contained_policy");
		r = sk_module_source(rp, run->module, false, &source);
		if (!r)
			r = sk_parse_module(run, source);
	}
	return r;
}

/* What all files may use: settings, classes, support macros. */
static int sk_define_all(struct sk_refpolicy_run *run)
{
	struct sk_refpolicy *rp = run->rp;
	int r = sk_refpolicy_define_settings(rp, &rp->macros);

	if (!r && rp->headers)
		return sk_refpolicy_absorb_support(rp, &rp->macros);
	if (!r)
		r = sk_macro_define(&rp->macros, "self_contained_policy", "");
	if (!r)
		r = sk_parse_flask(run);
	if (!r)
		r = sk_refpolicy_absorb_support(rp, &rp->macros);
	return r ? r : sk_define_booleans(rp);
}

int sk_refpolicy_parse(struct sk_refpolicy *rp, sk_refpolicy_handler handler, void *arg)
{
	static const struct {
		const char *path;
		bool must;
	} files[] = {
		{ "policy/context_defaults", false }, { "policy/mls", true }, { "policy/mcs", true },
		{ "policy/policy_capabilities", false }, { "policy/global_booleans", true },
		{ "policy/global_tunables", true }, { "policy/users", true }, { "policy/constraints", true },
	};
	struct sk_refpolicy_run run = { .rp = rp, .handler = handler, .arg = arg };
	int r = sk_ahead_begin(rp);

	if (!r)
		r = sk_define_all(&run);

	for (size_t i = 0; i < SK_ARRAY_LEN(files) && !r; i++)
		r = sk_parse_file(&run, files[i].must, files[i].path);
	if (!r)
		r = sk_parse_modules(&run);
	/* Files that cannot be read have been reported. */
	return r > 0 ? 0 : r;
}

/* Single modules */

static int sk_absorb_headers(struct sk_refpolicy *rp, struct sk_headers *headers)
{
	int r = sk_macro_know_interfaces(&rp->macros);

	return r ? r : sk_headers_absorb(headers);
}

int sk_refpolicy_prepare(struct sk_refpolicy *rp)
{
	struct sk_refpolicy_run run = { .rp = rp };
	int r = 0;

	if (!rp->prepared && rp->headers && !rp->reading)
		r = sk_headers_begin(rp, &rp->reading);
	if (!rp->prepared && !r)
		r = sk_define_all(&run);
	if (!rp->prepared && !r)
		r = rp->reading ? sk_absorb_headers(rp, rp->reading) : sk_absorb_interfaces(rp);
	if (r)
		return r;
	rp->prepared = true;
	sk_macro_undefine(&rp->macros, "self_contained_policy");
	return 0;
}

int sk_refpolicy_add_interfaces(struct sk_refpolicy *rp, const struct sk_source *source)
{
	size_t errors = rp->diags->n[SELKIE_SEVERITY_ERROR];
	int r;

	rp->macros.replaces = true;
	r = sk_macro_absorb(&rp->macros, source);
	rp->macros.replaces = false;
	return r ? r : rp->diags->n[SELKIE_SEVERITY_ERROR] > errors ? SK_REFPOLICY_REFUSED : 0;
}

int sk_refpolicy_parse_module(struct sk_refpolicy *rp, const struct sk_source *source, sk_refpolicy_handler handler,
			      void *arg)
{
	struct sk_refpolicy_run run = { .rp = rp, .handler = handler, .arg = arg };

	return sk_parse_source(&run, source);
}
