/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading all files of a run into outlines, and learning what they declare. Where there are many, modules are read by one
 * thread and interfaces by another, each with names of its own; those of the modules are then renumbered.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/input.h"
#include "lint/lint.h"

#define SLAB ((size_t)1 << 20)		/* files are read into what is left of such a piece */
#define SLAB_LEAST ((size_t)128 << 10)
#define FILE_MOST ((size_t)1 << 30)

/* A file that is larger than what was left: the rest of it. */
static int sk_load_rest(struct sk_arena *texts, int fd, const char *begun, size_t n, const char **ret_text,
			uint32_t *ret_size)
{
	sk_auto_free char *rest = NULL;
	size_t more;
	char *all;
	int r = sk_read_whole(fd, FILE_MOST, &rest, &more);

	if (r)
		return r;
	all = sk_arena_string(texts, n + more);
	if (!all)
		return -ENOMEM;
	memcpy(all, begun, n);
	memcpy(all + n, rest, more);
	*ret_text = all;
	*ret_size = (uint32_t)(n + more);
	return 0;
}

int sk_lint_load(struct sk_arena *texts, const char *path, const char **ret_text, uint32_t *ret_size)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t left;
	char *to = sk_arena_free_part(texts, &left);
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (left < SLAB_LEAST) {
		sk_arena_reserve(texts, SLAB);
		to = sk_arena_free_part(texts, &left);
	}
	if (left < 2)
		return sk_load_rest(texts, fd, "", 0, ret_text, ret_size);
	n = sk_read_some(fd, to, left - 1);
	if (n < 0)
		return (int)n;
	if ((size_t)n == left - 1)
		return sk_load_rest(texts, fd, to, (size_t)n, ret_text, ret_size);
	to[n] = '\0';
	sk_arena_keep(texts, (size_t)n + 1);
	*ret_text = to;
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
 * Outlines.
 */
struct sk_reading {
	struct sk_arena *arena, *texts;
	struct sk_intern *names;
	struct sk_lint_files *lists[2];
	enum sk_outline_file what;
	const char *failed;		/* the file that could not be read */
	int r;
};

static void *sk_read_files(void *arg)
{
	struct sk_reading *reading = arg;
	struct sk_outline_recent recent;

	memset(&recent, 0, sizeof(recent));
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < reading->lists[k]->n && !reading->r; i++) {
			struct sk_lint_file *file = &reading->lists[k]->list[i];

			reading->r = sk_lint_load(reading->texts, file->path, &file->text, &file->size);
			if (reading->r)
				reading->failed = file->path;
			else
				reading->r = sk_outline_parse(&file->outline, reading->arena, reading->names,
							      &recent, reading->what, file->text, file->size);
		}
	return NULL;
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

static int sk_renumber(struct sk_lint *l, const struct sk_reading *te)
{
	sk_auto_free uint32_t *map = calloc(te->names->n + 1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	for (size_t i = 0; i < te->names->n; i++) {
		/* the strings live in the outlines' arena, which is the run's */
		int r = sk_intern_add_static(&l->names, te->names->entries[i].s, te->names->entries[i].n, &map[i]);

		if (r)
			return r;
	}
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < te->lists[k]->n; i++)
			sk_renumber_outline(te->lists[k]->list[i].outline.file, map);
	return 0;
}

static int sk_read_outlines(struct sk_lint *l)
{
	struct sk_arena te_texts = SK_ARENA_INIT;
	struct sk_intern te_names;
	struct sk_reading interfaces = { &l->arena, &l->texts, &l->names,
					 { &l->files[SK_LINT_IF], &l->context[SK_LINT_IF] }, SK_OUTLINE_IF, NULL, 0 };
	struct sk_reading te = { &l->te_arena, &te_texts, &te_names,
				 { &l->context[SK_LINT_TE], &l->files[SK_LINT_TE] }, SK_OUTLINE_TE, NULL, 0 };
	bool threaded = false;
	pthread_t thread;

	sk_intern_init(&te_names, &l->te_arena);
	te.r = sk_outline_names_init(&te_names);
	if (te.lists[0]->n + te.lists[1]->n >= SK_LINT_MANY_FILES) {
		sk_arena_reserve(&l->arena, 10 << 20);
		sk_arena_reserve(&l->te_arena, 10 << 20);
		threaded = !te.r && !pthread_create(&thread, NULL, sk_read_files, &te);
	}
	sk_read_files(&interfaces);
	if (threaded)
		pthread_join(thread, NULL);
	else
		sk_read_files(&te);
	if (!interfaces.r && !te.r)
		te.r = sk_renumber(l, &te);
	sk_intern_done(&te_names);
	sk_arena_join(&l->texts, &te_texts);
	if (interfaces.r)
		return interfaces.failed ? sk_lint_load_failed(l, interfaces.failed, interfaces.r) : interfaces.r;
	return te.r && te.failed ? sk_lint_load_failed(l, te.failed, te.r) : te.r;
}

/*
 * What is known. In what order things are learnt matters: the first declaration of a name counts.
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

int sk_lint_read_all(struct sk_lint *l)
{
	const struct sk_lint_files *const lists[] = { &l->files[SK_LINT_IF], &l->context[SK_LINT_IF],
						      &l->context[SK_LINT_TE], &l->files[SK_LINT_TE] };
	int r = sk_read_outlines(l);

	if (r)
		return r;
	sk_assume(l, &l->config.assume_users, SK_DECL_USER);
	sk_assume(l, &l->config.assume_roles, SK_DECL_ROLE);
	for (size_t i = 0; i < lists[0]->n; i++) {
		struct sk_lint_name *module = sk_lint_know(l, lists[0]->list[i].module);

		if (module && module->layer == SK_INTERN_NONE)
			module->layer = lists[0]->list[i].layer;
	}
	r = sk_read_support(l, l->access_vectors, sk_lint_learn_vectors);
	if (!r)
		r = sk_read_support(l, l->modules_conf, sk_lint_learn_modules);
	if (!r)
		r = sk_read_support(l, l->perm_sets, sk_lint_learn_sets);
	if (!r)
		r = sk_read_global(l);
	for (size_t k = 0; k < SK_ARRAY_LEN(lists) && !r && !l->error; k++) {
		for (size_t i = 0; i < lists[k]->n; i++)
			sk_lint_learn(l, &lists[k]->list[i]);
		if (k == 1)
			sk_lint_learn_transforms(l);
	}
	if (!r && !l->error)
		sk_lint_prepare_sets(l);
	/* from here on nothing is added: threads may look */
	if (!r && !l->error && l->names.n)
		sk_lint_know(l, (uint32_t)l->names.n - 1);
	return r ? r : l->error;
}
