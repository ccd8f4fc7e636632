/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading all files of a run into outlines, and learning what they declare. Where there are many, modules are read by one
 * thread and interfaces by another, each with names of its own; those of the modules are renumbered in each when it is
 * judged. What an outline declares is learnt, or at least gathered, while it is fresh in the cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/threads.h"
#include "lint/lint.h"

#define SLAB ((size_t)1 << 20)		/* files are read into what is left of such a piece */
#define SLAB_LEAST ((size_t)128 << 10)
#define FILE_MOST ((size_t)1 << 30)

/*
 * Into what is free of the newest block, which it takes from there with `keep`. False when there is not enough of it: *n
 * bytes have been read so far.
 */
static bool sk_load_some(struct sk_arena *texts, int fd, bool keep, const char **text, size_t *n, int *r)
{
	size_t left;
	char *to = sk_arena_free_part(texts, &left);
	ssize_t got;

	if (left < *n + 2)
		return false;
	if (*n)
		memmove(to, *text, *n);
	got = sk_read_some(fd, to + *n, left - 1 - *n);
	if (got < 0) {
		*r = (int)got;
		return true;
	}
	*text = to;
	*n += (size_t)got;
	if (*n == left - 1)
		return false;
	to[*n] = '\0';
	if (keep)
		sk_arena_keep(texts, *n + 1);
	return true;
}

/* A file of no known size: the rest of it. */
static int sk_load_rest(struct sk_arena *texts, int fd, const char **text, size_t *n)
{
	sk_auto_free char *rest = NULL;
	size_t more;
	char *all;
	int r = sk_read_whole(fd, FILE_MOST, &rest, &more);

	if (r)
		return r;
	all = sk_arena_string(texts, *n + more);
	if (!all)
		return -ENOMEM;
	memcpy(all, *text, *n);
	memcpy(all + *n, rest, more);
	*text = all;
	*n += more;
	return 0;
}

static int sk_load(struct sk_arena *texts, int fd, bool keep, const char **ret_text, uint32_t *ret_size)
{
	const char *text = "";
	size_t left, n = 0;
	struct stat st;
	int r = 0;

	sk_arena_free_part(texts, &left);
	if (left < SLAB_LEAST)
		sk_arena_reserve(texts, SLAB);
	if (!sk_load_some(texts, fd, keep, &text, &n, &r)) {
		/* a large one: room for all of it at once */
		if (!fstat(fd, &st) && st.st_size > 0 && (size_t)st.st_size < FILE_MOST)
			sk_arena_reserve(texts, (size_t)st.st_size + SLAB_LEAST);
		if (!sk_load_some(texts, fd, keep, &text, &n, &r))
			r = sk_load_rest(texts, fd, &text, &n);
	}
	if (r)
		return r;
	*ret_text = text;
	*ret_size = (uint32_t)n;
	return 0;
}

int sk_lint_load(struct sk_arena *texts, const char *path, const char **ret_text, uint32_t *ret_size)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : sk_load(texts, fd, true, ret_text, ret_size);
}

int sk_lint_load_failed(struct sk_lint *l, const char *path, int r)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = path };

	if (r == -ENOMEM)
		return r;
	sk_error(l->diags, "E0162", &place, "cannot be read: %s", strerror(-r));
	return SELKIE_LINT_REFUSED;
}

/*
 * What stands beside the sources.
 */
static int sk_read_support(struct sk_lint *l, const char *path,
			   void (*learn)(struct sk_lint *l, const char *text, size_t n))
{
	const char *text;
	uint32_t size;
	int r;

	if (!path)
		return 0;
	r = sk_lint_load(&l->texts, path, &text, &size);
	if (r)
		return sk_lint_load_failed(l, path, r);
	learn(l, text, size);
	return l->error;
}

static void sk_assume(struct sk_lint *l, const struct sk_lint_words *words, enum sk_outline_decl flavor)
{
	for (size_t i = 0; i < words->n; i++)
		sk_lint_declare(l, sk_lint_intern(l, words->words[i], strlen(words->words[i])), l->assumed_module,
				flavor);
}

static int sk_read_global(struct sk_lint *l)
{
	for (size_t i = 0; i < l->global.n; i++) {
		struct sk_lint_file *file = &l->global.list[i];
		int r = sk_lint_load(&l->texts, file->path, &file->text, &file->size);

		if (r)
			return sk_lint_load_failed(l, file->path, r);
		r = sk_outline_parse(&file->outline, &l->arena, &l->names, NULL, SK_OUTLINE_GLOBAL, file->text, file->size);
		if (r)
			return r;
		sk_lint_learn_global(l, file);
	}
	return l->error;
}

static int sk_learn_support(struct sk_lint *l)
{
	int r;

	sk_assume(l, &l->config.assume_users, SK_DECL_USER);
	sk_assume(l, &l->config.assume_roles, SK_DECL_ROLE);
	for (size_t i = 0; i < l->files[SK_LINT_IF].n; i++) {
		struct sk_lint_more *module = sk_lint_know_more(l, l->files[SK_LINT_IF].list[i].module);

		if (module && module->layer == SK_INTERN_NONE)
			module->layer = l->files[SK_LINT_IF].list[i].layer;
	}
	r = sk_read_support(l, l->access_vectors, sk_lint_learn_vectors);
	if (!r)
		r = sk_read_support(l, l->security_classes, sk_lint_learn_classes);
	if (!r)
		r = sk_read_support(l, l->modules_conf, sk_lint_learn_modules);
	if (!r)
		r = sk_read_support(l, l->perm_sets, sk_lint_learn_sets);
	return r ? r : sk_read_global(l);
}

/*
 * Outlines. One part of the reading is the interfaces, the other the modules; the file contexts, of which only the text is
 * wanted for now, are for whoever has time for them.
 */
struct sk_reading {
	struct sk_reading_all *all;
	struct sk_arena *arena, *texts;
	struct sk_intern *names;
	struct sk_lint_files *lists[2];
	enum sk_outline_file what;
	bool taken;			/* atomic: somebody reads them */
	const char *folder;		/* that of the last file, and its descriptor or -1 */
	int folder_fd;
	struct sk_lint_lessons lessons;	/* of the module at hand */
	int r;
};

struct sk_reading_all {
	struct sk_lint *l;		/* it learns at once what interfaces say */
	struct sk_reading interfaces, te;
	size_t next_context;		/* atomic */
};

/* What many files need, roughly: 40 names each, and 24 KiB for an outline. */
static void sk_reserve(struct sk_reading *reading)
{
	size_t n = reading->lists[0]->n + reading->lists[1]->n;

	if (n < SK_LINT_MANY_FILES)
		return;
	sk_arena_reserve(reading->arena, n * 24 << 10);
	reading->r = sk_intern_reserve(reading->names, reading->names->n + n * 40);
}

/* By its name in its folder, which is looked up once for all that are in it. */
static int sk_open_file(struct sk_reading *reading, const struct sk_lint_file *file)
{
	if (file->folder != reading->folder) {
		if (reading->folder_fd >= 0)
			close(reading->folder_fd);
		reading->folder_fd = file->folder ? open(file->folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
		reading->folder = file->folder;
	}
	return reading->folder_fd >= 0 ? openat(reading->folder_fd, file->base, O_RDONLY | O_CLOEXEC)
				       : open(file->path, O_RDONLY | O_CLOEXEC);
}

/*
 * A text that is not kept is there until the next is read. Others of the files are read all the same when one cannot be, so
 * that all that cannot be are told.
 */
static int sk_read_text(struct sk_reading *reading, struct sk_lint_file *file, bool keep, const char **ret_text)
{
	sk_auto_close int fd = sk_open_file(reading, file);

	file->error = fd < 0 ? -errno : sk_load(reading->texts, fd, keep, ret_text, &file->size);
	if (keep && !file->error)
		file->text = *ret_text;
	return file->error == -ENOMEM ? -ENOMEM : 0;
}

static int sk_read_file(struct sk_reading *reading, struct sk_outline_recent *recent, struct sk_lint_file *file)
{
	struct sk_lint *l = reading->all->l;
	const char *text;
	int r = sk_read_text(reading, file, l->to_fix, &text);

	if (r || file->error)
		return r;
	r = sk_outline_parse(&file->outline, reading->arena, reading->names, recent, reading->what, text, file->size);
	if (r)
		return r;
	if (reading->what == SK_OUTLINE_TE)
		return sk_lint_gather(&reading->lessons, reading->arena, file);
	sk_lint_learn(l, file);
	return l->error;
}

static void sk_read_files(struct sk_reading *reading)
{
	struct sk_outline_recent recent;

	if (__atomic_exchange_n(&reading->taken, true, __ATOMIC_RELAXED))
		return;
	memset(&recent, 0, sizeof(recent));
	sk_reserve(reading);
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < reading->lists[k]->n && !reading->r; i++)
			reading->r = sk_read_file(reading, &recent, &reading->lists[k]->list[i]);
	sk_outline_recent_done(&recent);
}

static int sk_read_contexts(struct sk_reading *reading)
{
	struct sk_lint_files *contexts = &reading->all->l->files[SK_LINT_FC];
	const char *text;
	size_t i;
	int r = 0;

	while (!r && (i = __atomic_fetch_add(&reading->all->next_context, 1, __ATOMIC_RELAXED)) < contexts->n)
		r = sk_read_text(reading, &contexts->list[i], true, &text);
	return r;
}

/* One thread's part, and what the other has not begun. */
static int sk_read_part(void *arg, unsigned int thread)
{
	struct sk_reading_all *all = arg;
	struct sk_reading *own = thread ? &all->te : &all->interfaces;
	int r;

	if (!thread) {
		r = sk_learn_support(all->l);
		if (r)
			return r;
	}
	sk_read_files(own);
	if (!own->r)
		own->r = sk_read_contexts(own);
	if (!thread)
		sk_read_files(&all->te);
	return 0;
}

static void sk_reading_done(struct sk_reading *reading)
{
	if (reading->folder_fd >= 0)
		close(reading->folder_fd);
	free(reading->lessons.list);
}

/* All files of a list that could not be read are told. */
static int sk_read_failed(struct sk_lint *l, const struct sk_lint_files *files)
{
	int r = 0;

	for (size_t i = 0; i < files->n; i++)
		if (files->list[i].error)
			r = sk_lint_load_failed(l, files->list[i].path, files->list[i].error);
	return r;
}

static int sk_all_failed(struct sk_lint *l)
{
	int r = 0;

	for (int k = 0; k < SK_LINT_N_FILE_KINDS; k++) {
		r = sk_read_failed(l, &l->files[k]) ?: r;
		r = sk_read_failed(l, &l->context[k]) ?: r;
	}
	return r;
}

void sk_lint_settle(const struct sk_lint *l, const struct sk_lint_file *file)
{
	const uint32_t *map = l->module_names;

	for (struct sk_outline_node *node = file->outline.file; node; node = sk_outline_next(node)) {
		node->name = map[node->name];
		for (unsigned int k = 0; k < node->n_lists; k++)
			for (uint32_t i = 0; i < node->list[k].n; i++) {
				node->list[k].items[i].text = map[node->list[k].items[i].text];
				node->list[k].items[i].name = map[node->list[k].items[i].name];
			}
	}
}

/* The names of modules become names of the run, and what modules declare is learnt. */
static int sk_learn_modules(struct sk_lint *l, const struct sk_reading *te)
{
	uint32_t *map = sk_arena_alloc(&l->arena, (te->names->n + 1) * sizeof(*map));
	sk_auto_free uint8_t *calls = calloc(te->names->n + 1, sizeof(*calls));
	int r = map && calls ? sk_intern_merge(&l->names, te->names, map) : -ENOMEM;

	if (r)
		return r;
	l->module_names = map;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < te->lists[k]->n; i++)
			sk_lint_note_calls(&te->lists[k]->list[i], calls);
	sk_lint_learn_calls(l, map, calls, te->names->n);
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < te->lists[k]->n && !l->error; i++)
			sk_lint_learn_lessons(l, &te->lists[k]->list[i], map, calls);
	return l->error;
}

/* In what order things are learnt matters: the first declaration of a name counts. */
static int sk_read_sources(struct sk_lint *l, struct sk_reading_all *all)
{
	const struct sk_reading *te = &all->te;
	int r;

	r = sk_threads_run(te->lists[0]->n + te->lists[1]->n >= SK_LINT_MANY_FILES ? 2 : 1, sk_read_part, all);
	if (!r)
		r = all->interfaces.r ? all->interfaces.r : te->r;
	if (!r)
		r = sk_all_failed(l);
	if (r)
		return r;
	sk_lint_learn_transforms(l);
	return sk_learn_modules(l, te);
}

int sk_lint_read_all(struct sk_lint *l)
{
	/* names lie apart from the outlines, close to each other */
	struct sk_arena te_texts = SK_ARENA_INIT, te_strings = SK_ARENA_INIT;
	struct sk_intern te_names;
	struct sk_reading_all all = {
		.l = l,
		.interfaces = {
			.all = &all, .arena = &l->if_arena, .texts = &l->texts, .names = &l->names, .folder_fd = -1,
			.what = SK_OUTLINE_IF, .lists = { &l->files[SK_LINT_IF], &l->context[SK_LINT_IF] },
		},
		.te = {
			.all = &all, .arena = &l->te_arena, .texts = &te_texts, .names = &te_names, .folder_fd = -1,
			.what = SK_OUTLINE_TE, .lists = { &l->context[SK_LINT_TE], &l->files[SK_LINT_TE] },
		},
	};
	int r;

	/* for what is known of names */
	if (l->files[SK_LINT_IF].n >= SK_LINT_MANY_FILES)
		sk_arena_reserve(&l->arena, l->files[SK_LINT_IF].n << 12);
	sk_intern_init(&te_names, &te_strings);
	r = sk_outline_names_init(&te_names);
	if (!r)
		r = sk_read_sources(l, &all);
	sk_intern_done(&te_names);
	sk_reading_done(&all.interfaces);
	sk_reading_done(&all.te);
	sk_arena_join(&l->texts, &te_texts);
	sk_arena_join(&l->arena, &te_strings);
	if (r)
		return r;
	sk_lint_prepare_sets(l);
	if (l->error)
		return l->error;
	/* from here on nothing is added: threads may look */
	return sk_lint_know(l, (uint32_t)l->names.n - 1) ? 0 : -ENOMEM;
}
