/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run: find the files, read them, learn what they declare, show each node to the checks that want its kind.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/threads.h"
#include "lint/lint.h"

#define SK_LINT_DEVEL "/usr/share/selinux/devel"

struct sk_lint_enabled {
	bool check[64];
	/* those that want nodes of a kind */
	struct sk_kind_checks {
		unsigned int n;
		const struct sk_lint_check *list[40];
	} kind[SK_LINT_FC][SK_OUTLINE_N_KINDS];	/* of .te and of .if files */
	struct sk_kind_checks fc[SK_FC_LINE_N_KINDS];
};

/*
 * Findings. There may be tens of thousands, and most of their messages are strings put together: they are, where the arena
 * has room for them.
 */
static const char *sk_join_strings(struct sk_arena *arena, const char *fmt, va_list args)
{
	const char *percent;
	size_t left, n = 0;
	char *text = sk_arena_free_part(arena, &left);

	for (;; fmt = percent + 2) {
		const char *string;
		size_t length, string_n;

		percent = strchr(fmt, '%');
		length = percent ? (size_t)(percent - fmt) : strlen(fmt);
		if (length >= left - n || (percent && percent[1] != 's'))
			return NULL;
		memcpy(text + n, fmt, length);
		n += length;
		if (!percent)
			break;
		string = va_arg(args, const char *);
		string_n = strlen(string);
		if (string_n >= left - n)
			return NULL;
		memcpy(text + n, string, string_n);
		n += string_n;
	}
	text[n] = '\0';
	sk_arena_keep(arena, n + 1);
	return text;
}

static const char *sk_message(struct sk_arena *arena, const char *fmt, va_list args)
{
	const char *text;
	va_list again;

	va_copy(again, args);
	text = sk_join_strings(arena, fmt, again);
	va_end(again);
	return text ? text : sk_arena_vprintf(arena, fmt, args);
}

static uint32_t sk_column(const struct sk_lint_file *file, uint32_t at)
{
	const char *here, *start;

	if (file->outline.file)
		return sk_outline_column(&file->outline, at);
	here = start = file->text + SK_MIN(at, file->size);
	while (start > file->text && start[-1] != '\n')
		start--;
	return (uint32_t)(here - start) + 1;
}

static struct sk_lint_finding *sk_vfound(struct sk_lint *l, const struct sk_lint_check *check, uint32_t line,
					 uint32_t at, const char *fmt, va_list args)
{
	struct sk_lint_finding *f;
	int r = sk_grow(&l->findings, &l->cap_findings, l->n_findings + 1, sizeof(*l->findings));

	if (r) {
		l->error = r;
		return NULL;
	}
	f = &l->findings[l->n_findings];
	*f = (struct sk_lint_finding){ .check = check, .file = l->file, .line = line, .column = sk_column(l->file, at) };
	f->message = sk_message(&l->arena, fmt, args);
	if (!f->message) {
		l->error = -ENOMEM;
		return NULL;
	}
	l->n_findings++;
	return f;
}

struct sk_lint_finding *sk_lint_found_at(struct sk_lint *l, const struct sk_lint_check *check, uint32_t line,
					 uint32_t at, const char *fmt, ...)
{
	struct sk_lint_finding *f;
	va_list args;

	va_start(args, fmt);
	f = sk_vfound(l, check, line, at, fmt, args);
	va_end(args);
	return f;
}

struct sk_lint_finding *sk_lint_found(struct sk_lint *l, const struct sk_lint_check *check,
				      const struct sk_outline_node *node, const char *fmt, ...)
{
	struct sk_lint_finding *f;
	va_list args;

	va_start(args, fmt);
	f = sk_vfound(l, check, node->line, node->at, fmt, args);
	va_end(args);
	return f;
}

void sk_lint_edit(struct sk_lint *l, struct sk_lint_finding *finding, uint32_t at, uint32_t length, const char *text)
{
	struct sk_lint_edit *edit, **last;

	if (!finding)
		return;
	finding->fixable = true;
	if (!l->to_fix)
		return;
	edit = SK_ARENA_NEW(&l->arena, struct sk_lint_edit);
	if (!edit || !text) {
		l->error = -ENOMEM;
		return;
	}
	edit->at = at;
	edit->length = length;
	edit->text = text;
	for (last = &finding->edits; *last; last = &(*last)->next)
		;
	*last = edit;
}

/*
 * Which checks.
 */
static bool sk_words_have(const struct sk_lint_words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (!strcmp(words->words[i], word))
			return true;
	return false;
}

static bool sk_list_has(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static bool sk_is_enabled(const struct sk_lint *l, const struct selkie_lint_options *o,
			  const struct selkie_lint_check *check, int level)
{
	bool enabled = check->level != SELKIE_LINT_EXTRA && !(o->flags & SELKIE_LINT_ONLY_ENABLED);
	const struct sk_lint_words *more = o->flags & SELKIE_LINT_SOURCE ? &l->config.enable_source
									: &l->config.enable_normal;

	if (!(o->flags & SELKIE_LINT_ONLY_ENABLED)) {
		if (sk_words_have(&l->config.disable, check->id))
			enabled = false;
		if (sk_words_have(more, check->id))
			enabled = true;
		if (sk_list_has(o->disable, check->id))
			enabled = false;
	}
	if (sk_list_has(o->enable, check->id))
		enabled = true;
	return enabled && (check->level == SELKIE_LINT_EXTRA || (int)check->level >= level);
}

static const char *sk_check_id_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_lint_checks[i].public.id;
}

static bool sk_check_ids(struct sk_lint *l, const char *const *ids, const char *where)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = where };
	bool good = true;

	for (; ids && *ids; ids++) {
		size_t near;

		if (sk_lint_check_find(*ids))
			continue;
		near = sk_nearest_name(*ids, sk_lint_n_checks, sk_check_id_at, NULL);
		sk_error(l->diags, "E0163", &place, "there is no check '%s'%s%s%s", *ids,
			 near == SIZE_MAX ? "" : "; did you mean '",
			 near == SIZE_MAX ? "" : sk_lint_checks[near].public.id, near == SIZE_MAX ? "" : "'?");
		good = false;
	}
	return good;
}

/* In a configuration they are for another version of SELint, perhaps. */
static void sk_warn_ids(struct sk_lint *l, const struct sk_lint_words *words, const char *config)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = config };

	for (size_t i = 0; i < words->n; i++)
		if (!sk_lint_check_find(words->words[i]))
			sk_warning(l->diags, "W0161", &place, "there is no check '%s'", words->words[i]);
}

static void sk_choose_checks(const struct sk_lint *l, const struct selkie_lint_options *o, struct sk_lint_enabled *to)
{
	int level = o->level >= 0 ? o->level : l->config.level >= 0 ? l->config.level : SELKIE_LINT_CONVENTION;

	memset(to, 0, sizeof(*to));
	for (size_t i = 0; i < sk_lint_n_checks; i++) {
		const struct sk_lint_check *check = &sk_lint_checks[i];
		struct sk_kind_checks *fc = &to->fc[check->lines];

		to->check[i] = sk_is_enabled(l, o, &check->public, level);
		if (!to->check[i])
			continue;
		if (check->run_fc)
			fc->list[fc->n++] = check;
		for (unsigned int f = 0; f < SK_LINT_FC; f++)
			for (unsigned int k = 0; check->run && k < SK_OUTLINE_N_KINDS; k++)
				if (check->files >> f & 1 && check->kinds >> k & 1)
					to->kind[f][k].list[to->kind[f][k].n++] = check;
	}
}

/*
 * Judging.
 */
static void sk_judge_node(struct sk_lint *l, const struct sk_kind_checks *checks, const struct sk_outline_node *node)
{
	for (unsigned int i = 0; i < checks->n; i++) {
		const struct sk_lint_check *check = checks->list[i];

		/* what is required is to be known even where a comment says not to speak of it */
		if (__builtin_expect(node->disabled != NULL, 0) && strstr(node->disabled, check->public.id) &&
		    !(SK_KINDS_REQUIRE >> node->kind & 1 && check->run == sk_lint_not_required_if))
			continue;
		check->run(l, check, node);
	}
}

static void sk_judge_outline(struct sk_lint *l, const struct sk_lint_enabled *enabled)
{
	const struct sk_lint_check *order = sk_lint_check_find("C-001"), *fatal = sk_lint_check_find("F-001");
	const struct sk_kind_checks *kind = enabled->kind[l->file_kind];

	for (const struct sk_outline_mistake *m = l->file->outline.mistakes; m; m = m->next)
		if (enabled->check[fatal - sk_lint_checks])
			sk_lint_found_at(l, fatal, m->line, m->at, "%s", m->message);
	l->required_in = l->used_behind = NULL;
	if (l->file_kind == SK_LINT_TE && enabled->check[order - sk_lint_checks])
		sk_lint_order_begin(l, order);
	for (const struct sk_outline_node *n = l->file->outline.file; n && !l->error; n = sk_outline_next(n))
		if (kind[n->kind].n)
			sk_judge_node(l, &kind[n->kind], n);
	sk_lint_order_end(l);
}

static bool sk_is_fc_macro(const void *arg, const char *word, size_t n)
{
	const struct sk_lint_words *macros = arg;

	for (size_t i = 0; i < macros->n; i++)
		if (strlen(macros->words[i]) == n && !memcmp(macros->words[i], word, n))
			return true;
	return false;
}

static void sk_judge_fc(struct sk_lint *l, const struct sk_lint_enabled *enabled)
{
	const char *text = l->file->text, *limit = text + l->file->size, *p = text, *end;
	struct sk_fc_line line;

	for (uint32_t number = 1; p < limit && !l->error; number++, p = end + 1) {
		const struct sk_kind_checks *checks;

		end = memchr(p, '\n', (size_t)(limit - p)) ?: limit;
		sk_fc_line_read(&line, p, (size_t)(end - p), l->config.fc_macros.n ? sk_is_fc_macro : NULL,
				&l->config.fc_macros);
		checks = &enabled->fc[line.kind];
		for (unsigned int i = 0; i < checks->n; i++)
			checks->list[i]->run_fc(l, checks->list[i], &line, number, (uint32_t)(p - text));
	}
}

/*
 * Files are judged by as many threads as there are, each of which takes the next as soon as it is done with one. They share
 * what is known, in which none of them writes. Findings are in the order of modules, interfaces, file contexts, whoever
 * made them.
 */
#define SK_MOST_JUDGES 4

struct sk_judging {
	struct sk_lint *l;
	const struct sk_lint_enabled *enabled;
	size_t next;			/* atomic: number of a file, all kinds in their order */
	size_t n;
	struct sk_judged {
		uint32_t judge;
		size_t first, n;	/* of this judge's findings */
	} *files;
	struct sk_judge {		/* each apart from the others, in the cache as well */
		struct sk_lint l;
	} __attribute__((aligned(128))) judges[SK_MOST_JUDGES];
};

static struct sk_lint_file *sk_file_of(struct sk_lint *l, size_t number, enum sk_lint_file_kind *ret_kind)
{
	int kind = SK_LINT_TE;

	for (; number >= l->files[kind].n; kind++)
		number -= l->files[kind].n;
	*ret_kind = (enum sk_lint_file_kind)kind;
	return &l->files[kind].list[number];
}

static int sk_judge_some(void *arg, unsigned int thread)
{
	struct sk_judging *j = arg;
	struct sk_lint *l = &j->judges[thread].l;
	size_t i;

	if (j->n >= SK_LINT_MANY_FILES)
		sk_arena_reserve(&l->arena, j->n << 10);
	l->marks = SK_ARENA_ARRAY(&l->arena, struct sk_lint_marks, l->names.n);
	if (!l->marks)
		return -ENOMEM;
	while (!l->error && (i = __atomic_fetch_add(&j->next, 1, __ATOMIC_RELAXED)) < j->n) {
		struct sk_judged *judged = &j->files[i];

		judged->judge = thread;
		judged->first = l->n_findings;
		l->file = sk_file_of(l, i, &l->file_kind);
		if (l->file_kind == SK_LINT_TE)
			sk_lint_settle(l, l->file);
		if (l->file_kind == SK_LINT_FC)
			sk_judge_fc(l, j->enabled);
		else
			sk_judge_outline(l, j->enabled);
		judged->n = l->n_findings - judged->first;
	}
	return l->error;
}

static int sk_join_findings(struct sk_judging *j)
{
	struct sk_lint *l = j->l;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < j->n; i++)
		n += j->files[i].n;
	r = sk_grow(&l->findings, &l->cap_findings, n, sizeof(*l->findings));
	for (size_t i = 0; i < j->n && !r; i++) {
		const struct sk_judged *judged = &j->files[i];

		if (judged->n)
			memcpy(l->findings + l->n_findings, j->judges[judged->judge].l.findings + judged->first,
			       judged->n * sizeof(*l->findings));
		l->n_findings += judged->n;
	}
	return r;
}

static int sk_judge(struct sk_lint *l, const struct sk_lint_enabled *enabled)
{
	struct sk_judging j = { .l = l, .enabled = enabled };
	unsigned int n_judges = 1;
	int r;

	for (int kind = 0; kind < SK_LINT_N_FILE_KINDS; kind++)
		j.n += l->files[kind].n;
	if (j.n >= SK_LINT_MANY_FILES)
		n_judges = SK_MIN(sk_threads_available(), (unsigned int)SK_MOST_JUDGES);
	j.files = SK_ARENA_ARRAY(&l->arena, struct sk_judged, j.n + 1);
	if (!j.files)
		return -ENOMEM;
	for (unsigned int i = 0; i < n_judges; i++) {
		j.judges[i].l = *l;
		j.judges[i].l.arena = (struct sk_arena)SK_ARENA_INIT;
	}
	r = sk_threads_run(n_judges, sk_judge_some, &j);
	if (!r)
		r = sk_join_findings(&j);
	for (unsigned int i = 0; i < n_judges; i++) {
		free(j.judges[i].l.findings);
		free(j.judges[i].l.sections);
		sk_lint_order_end(&j.judges[i].l);
		sk_arena_join(&l->arena, &j.judges[i].l.arena);
	}
	return r;
}

/*
 * The API.
 */
static int sk_lint_init(struct sk_lint *l, selkie_diagnostics *diags)
{
	l->diags = diags;
	l->sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_intern_init(&l->names, &l->arena);
	sk_lint_config_init(&l->config);
	l->error = sk_outline_names_init(&l->names);
	l->global_module = sk_lint_intern(l, "__global__", 10);
	l->assumed_module = sk_lint_intern(l, "__assumed__", 11);
	l->vectors_module = sk_lint_intern(l, "__av_file__", 11);
	l->non_ordered = sk_lint_intern(l, "_non_ordered", 12);
	l->declaration = sk_lint_intern(l, "_declaration", 12);
	l->system_class = sk_lint_intern(l, "system", 6);
	l->base_status = sk_lint_intern(l, "base", 4);
	return l->error;
}

static int sk_lint_configure(struct sk_lint *l, const struct selkie_lint_options *o)
{
	static const char *const users[] = { "system_u" }, *const roles[] = { "object_r" };
	int r;

	if (o->config) {
		r = sk_lint_config_read(&l->config, l, o->config);
		if (r)
			return r;
		sk_warn_ids(l, &l->config.disable, o->config);
		sk_warn_ids(l, &l->config.enable_normal, o->config);
		sk_warn_ids(l, &l->config.enable_source, o->config);
	} else {
		l->config.assume_users.words = malloc(sizeof(users));
		l->config.assume_roles.words = malloc(sizeof(roles));
		if (!l->config.assume_users.words || !l->config.assume_roles.words)
			return -ENOMEM;
		l->config.assume_users.words[0] = users[0];
		l->config.assume_roles.words[0] = roles[0];
		l->config.assume_users.n = l->config.assume_roles.n = 1;
	}
	if (!sk_check_ids(l, o->enable, "--enable") || !sk_check_ids(l, o->disable, "--disable"))
		return SELKIE_LINT_REFUSED;
	return 0;
}

static int sk_lint_all(struct sk_lint *l, const char *const *paths, const struct selkie_lint_options *o)
{
	static const char *const devel[] = { SK_LINT_DEVEL, NULL };
	struct sk_lint_enabled enabled;
	struct stat st;
	int r;

	l->to_fix = o->flags & SELKIE_LINT_TO_FIX;
	r = sk_lint_configure(l, o);
	if (!r)
		r = sk_lint_find_files(l, paths, o->flags, false);
	if (!r)
		r = sk_lint_find_files(l, o->context, o->flags, true);
	/* a module alone is judged against the interfaces that the system offers */
	if (!r && !(o->flags & SELKIE_LINT_SOURCE) && !(o->context && o->context[0]) && !stat(SK_LINT_DEVEL, &st))
		r = sk_lint_find_files(l, devel, o->flags, true);
	if (!r)
		r = sk_lint_read_all(l);
	if (r)
		return r;
	sk_choose_checks(l, o, &enabled);
	return sk_judge(l, &enabled);
}

int selkie_lint_run(const char *const *paths, const struct selkie_lint_options *options,
		    selkie_diagnostics *diags, selkie_lint **ret)
{
	struct sk_lint *l;
	int r;

	if (options->version != SELKIE_LINT_OPTIONS_VERSION)
		return -EINVAL;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	r = sk_lint_init(l, diags);
	if (!r)
		r = sk_lint_all(l, paths, options);
	l->diags = NULL;
	if (r) {
		selkie_lint_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void selkie_lint_free(selkie_lint *lint)
{
	if (!lint)
		return;
	for (int i = 0; i < SK_LINT_N_FILE_KINDS; i++) {
		free(lint->files[i].list);
		free(lint->context[i].list);
	}
	free(lint->global.list);
	free(lint->findings);
	free(lint->set_names);
	sk_lint_sets_done(lint);
	sk_lint_forget(lint);
	sk_lint_config_done(&lint->config);
	sk_sources_done(&lint->sources);
	sk_intern_done(&lint->names);
	sk_arena_done(&lint->arena);
	sk_arena_done(&lint->if_arena);
	sk_arena_done(&lint->te_arena);
	sk_arena_done(&lint->texts);
	free(lint);
}

size_t selkie_lint_count(const selkie_lint *lint)
{
	return lint->n_findings;
}

size_t selkie_lint_n_files(const selkie_lint *lint)
{
	size_t n = 0;

	for (int i = 0; i < SK_LINT_N_FILE_KINDS; i++)
		n += lint->files[i].n;
	return n;
}

int selkie_lint_get(const selkie_lint *lint, size_t i, struct selkie_lint_finding *ret)
{
	const struct sk_lint_finding *f;

	if (i >= lint->n_findings)
		return -EINVAL;
	f = &lint->findings[i];
	*ret = (struct selkie_lint_finding){
		.check = &f->check->public, .path = f->file->path, .line = f->line,
		.column = f->column,
		.message = f->message, .fixable = f->fixable,
	};
	return 0;
}
