/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading all files of a run into outlines, and learning what they declare. Where there are many, modules are read by one
 * thread and interfaces by another, each with names of its own; those of the modules are then renumbered. What an outline
 * declares is learnt while it is fresh in the cache, as far as the order of learning lets it be.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "lint/lint.h"

#define SLAB ((size_t)1 << 20)		/* files are read into what is left of such a piece */
#define SLAB_LEAST ((size_t)128 << 10)
#define FILE_MOST ((size_t)1 << 30)

/* Into what is free of the newest block. False when there is not enough of it: *n bytes have been read so far. */
static bool sk_load_some(struct sk_arena *texts, int fd, const char **text, size_t *n, int *r)
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

int sk_lint_load(struct sk_arena *texts, const char *path, const char **ret_text, uint32_t *ret_size)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *text = "";
	size_t left, n = 0;
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	sk_arena_free_part(texts, &left);
	if (left < SLAB_LEAST)
		sk_arena_reserve(texts, SLAB);
	if (!sk_load_some(texts, fd, &text, &n, &r)) {
		/* a large one: room for all of it at once */
		if (!fstat(fd, &st) && st.st_size > 0 && (size_t)st.st_size < FILE_MOST)
			sk_arena_reserve(texts, (size_t)st.st_size + SLAB_LEAST);
		if (!sk_load_some(texts, fd, &text, &n, &r))
			r = sk_load_rest(texts, fd, &text, &n);
	}
	if (r)
		return r;
	*ret_text = text;
	*ret_size = (uint32_t)n;
	return 0;
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
 * Outlines.
 */
struct sk_reading {
	struct sk_lint *l;		/* that learns at once what is read, or NULL */
	struct sk_arena *arena, *texts;
	struct sk_intern *names;
	struct sk_lint_files *lists[2];
	enum sk_outline_file what;
	struct sk_lint_file *contexts;	/* file contexts, of which only the text is wanted for now */
	size_t n_contexts;
	const char *failed;		/* the file that could not be read */
	int r;
};

static void sk_read_text(struct sk_reading *reading, struct sk_lint_file *file)
{
	reading->r = sk_lint_load(reading->texts, file->path, &file->text, &file->size);
	if (reading->r)
		reading->failed = file->path;
}

static void *sk_read_files(void *arg)
{
	struct sk_reading *reading = arg;
	struct sk_outline_recent recent;

	memset(&recent, 0, sizeof(recent));
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < reading->lists[k]->n && !reading->r; i++) {
			struct sk_lint_file *file = &reading->lists[k]->list[i];

			sk_read_text(reading, file);
			if (!reading->r)
				reading->r = sk_outline_parse(&file->outline, reading->arena, reading->names,
							      &recent, reading->what, file->text, file->size);
			if (!reading->r && reading->l) {
				sk_lint_learn(reading->l, file);
				reading->r = reading->l->error;
			}
		}
	for (size_t i = 0; i < reading->n_contexts && !reading->r; i++)
		sk_read_text(reading, &reading->contexts[i]);
	return NULL;
}

/* What many files need, roughly: 40 names each, and 24 KiB for an outline. */
static void sk_reserve(struct sk_reading *reading)
{
	size_t n = reading->lists[0]->n + reading->lists[1]->n;

	if (reading->r || n < SK_LINT_MANY_FILES)
		return;
	sk_arena_reserve(reading->arena, n * 24 << 10);
	reading->r = sk_intern_reserve(reading->names, reading->names->n + n * 40);
}

static void sk_renumber_outline(struct sk_outline_node *node, const uint32_t *map)
{
	for (; node; node = sk_outline_next(node)) {
		node->name = map[node->name];
		for (unsigned int k = 0; k < node->n_lists; k++)
			for (uint32_t i = 0; i < node->list[k].n; i++) {
				node->list[k].items[i].text = map[node->list[k].items[i].text];
				node->list[k].items[i].name = map[node->list[k].items[i].name];
			}
	}
}

/* The modules' names become those of the run, and what they declare is learnt. */
static int sk_learn_modules(struct sk_lint *l, const struct sk_reading *te)
{
	sk_auto_free uint32_t *map = calloc(te->names->n + 1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	for (size_t i = 0; i < te->names->n; i++) {
		int r = sk_intern_add_static(&l->names, te->names->entries[i].s, te->names->entries[i].n, &map[i]);

		if (r)
			return r;
	}
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < te->lists[k]->n && !l->error; i++) {
			sk_renumber_outline(te->lists[k]->list[i].outline.file, map);
			sk_lint_learn(l, &te->lists[k]->list[i]);
		}
	return l->error;
}

static int sk_read_failed(struct sk_lint *l, const struct sk_reading *reading)
{
	return reading->r && reading->failed ? sk_lint_load_failed(l, reading->failed, reading->r) : reading->r;
}

/* In what order things are learnt matters: the first declaration of a name counts. */
static int sk_read_sources(struct sk_lint *l, struct sk_reading *interfaces, struct sk_reading *te)
{
	bool threaded = false;
	pthread_t thread;
	int r;

	if (!te->r && te->lists[0]->n + te->lists[1]->n >= SK_LINT_MANY_FILES)
		threaded = !pthread_create(&thread, NULL, sk_read_files, te);
	r = sk_learn_support(l);
	if (!r)
		sk_read_files(interfaces);
	if (threaded)
		pthread_join(thread, NULL);
	else
		sk_read_files(te);
	if (!r)
		r = sk_read_failed(l, interfaces);
	if (!r)
		r = sk_read_failed(l, te);
	if (r)
		return r;
	sk_lint_learn_transforms(l);
	return sk_learn_modules(l, te);
}

int sk_lint_read_all(struct sk_lint *l)
{
	/* names lie apart from the outlines, close to each other */
	struct sk_arena te_texts = SK_ARENA_INIT, te_strings = SK_ARENA_INIT;
	struct sk_lint_files *contexts = &l->files[SK_LINT_FC];
	struct sk_intern te_names;
	struct sk_reading interfaces = {
		.l = l, .arena = &l->if_arena, .texts = &l->texts, .names = &l->names, .what = SK_OUTLINE_IF,
		.lists = { &l->files[SK_LINT_IF], &l->context[SK_LINT_IF] },
		.contexts = contexts->list, .n_contexts = contexts->n / 2,
	};
	struct sk_reading te = {
		.arena = &l->te_arena, .texts = &te_texts, .names = &te_names, .what = SK_OUTLINE_TE,
		.lists = { &l->context[SK_LINT_TE], &l->files[SK_LINT_TE] },
		.contexts = contexts->list + contexts->n / 2, .n_contexts = contexts->n - contexts->n / 2,
	};
	int r;

	if (l->files[SK_LINT_TE].n >= SK_LINT_MANY_FILES)
		sk_arena_reserve(&l->arena, l->files[SK_LINT_TE].n * 8 << 10);
	sk_intern_init(&te_names, &te_strings);
	te.r = sk_outline_names_init(&te_names);
	sk_reserve(&te);
	sk_reserve(&interfaces);
	r = sk_read_sources(l, &interfaces, &te);
	sk_intern_done(&te_names);
	sk_arena_join(&l->texts, &te_texts);
	sk_arena_join(&l->arena, &te_strings);
	if (r)
		return r;
	sk_lint_prepare_sets(l);
	if (l->error)
		return l->error;
	/* from here on nothing is added: threads may look */
	l->marks = SK_ARENA_ARRAY(&l->arena, struct sk_lint_marks, l->names.n);
	return l->marks && sk_lint_know(l, (uint32_t)l->names.n - 1) ? 0 : -ENOMEM;
}
