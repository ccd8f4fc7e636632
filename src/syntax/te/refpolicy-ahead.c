/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of a tree that are read before they are asked for, by a thread of their own. Which ones, and in what order, is known
 * when the modules are: interfaces of all, then the modules, then their labels. What cannot be read here, for whatever
 * reason, is left to who asks for it, who finds the reason again and says it.
 */
#include "syntax/te/refpolicy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/input.h"
#include "base/threads.h"

#define SK_AHEAD_BATCH 16	/* files that are handed over at once */
#define SK_AHEAD_NEAR 8		/* so many files from the next one on are looked at for the one that is asked for */
#define SK_AHEAD_LARGEST ((off_t)16 << 20)

struct sk_ahead_file {
	const char *path;
	const char *text;	/* NULL: it is not read here */
	size_t n;
};

struct sk_ahead {
	struct sk_arena texts;		/* the thread's, until it has ended */
	struct sk_aside aside;
	size_t n, next;
	struct sk_ahead_file files[];
};

static void sk_ahead_load(struct sk_ahead *a, struct sk_ahead_file *file)
{
	/* A pipe must not make anybody wait who does not ask for it. */
	sk_auto_close int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t got;
	char *text;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > SK_AHEAD_LARGEST)
		return;
	text = sk_arena_string(&a->texts, (size_t)st.st_size);
	got = text ? sk_read_some(fd, text, (size_t)st.st_size) : -1;
	if (got < 0)
		return;
	text[got] = '\0';
	file->text = text;
	file->n = (size_t)got;
}

static int sk_ahead_step(void *arg, unsigned int number)
{
	struct sk_ahead *a = arg;

	for (size_t i = (size_t)number * SK_AHEAD_BATCH; i < SK_MIN(a->n, ((size_t)number + 1) * SK_AHEAD_BATCH); i++)
		sk_ahead_load(a, &a->files[i]);
	return 0;
}

static int sk_ahead_add(struct sk_refpolicy *rp, struct sk_ahead *a, const struct sk_refpolicy_module *module,
			const char *ending)
{
	const char *path = sk_arena_printf(&rp->arena, "%s/policy/modules/%s/%s.%s", rp->root, module->layer, module->name,
					   ending);

	if (path)
		a->files[a->n++] = (struct sk_ahead_file){ .path = path };
	return path ? 0 : -ENOMEM;
}

/* In the order in which they will be asked for. */
static int sk_ahead_list(struct sk_refpolicy *rp, struct sk_ahead *a)
{
	static const char *const endings[] = { "if", "te", "fc" };
	int r = 0;

	for (size_t e = 0; e < SK_ARRAY_LEN(endings); e++)
		for (size_t i = 0; i < rp->n_modules && !r; i++) {
			const struct sk_refpolicy_module *module = &rp->modules[i];

			if (e > 0 && module->state == SK_REFPOLICY_OFF)
				break;
			if (e == 2 || !module->generated)
				r = sk_ahead_add(rp, a, module, endings[e]);
		}
	return r;
}

int sk_ahead_begin(struct sk_refpolicy *rp)
{
	struct sk_ahead *a;
	int r;

	if (rp->ahead || sk_threads_available() < 2)
		return 0;
	a = calloc(1, sizeof(*a) + 3 * rp->n_modules * sizeof(*a->files));
	if (!a)
		return -ENOMEM;
	r = sk_ahead_list(rp, a);
	if (r) {
		free(a);
		return r;
	}
	rp->ahead = a;
	sk_aside_begin(&a->aside, sk_ahead_step, a, true);
	for (size_t i = 0; i < a->n; i += SK_AHEAD_BATCH)
		sk_aside_allow(&a->aside);
	return 0;
}

bool sk_ahead_take(struct sk_ahead *a, const char *path, const char **ret_text, size_t *ret_n)
{
	size_t i, end;

	if (!a || !a->aside.running)
		return false;
	end = SK_MIN(a->n, a->next + SK_AHEAD_NEAR);
	for (i = a->next; i < end; i++)
		if (!strcmp(a->files[i].path, path))
			break;
	if (i == end)
		return false;
	a->next = i + 1;
	if (!sk_aside_wait(&a->aside, (unsigned int)(i / SK_AHEAD_BATCH) + 1) || !a->files[i].text)
		return false;
	*ret_text = a->files[i].text;
	*ret_n = a->files[i].n;
	return true;
}

void sk_ahead_end(struct sk_refpolicy *rp)
{
	if (!rp->ahead)
		return;
	sk_aside_stop(&rp->ahead->aside);
	sk_arena_join(&rp->sources->arena, &rp->ahead->texts);
	free(rp->ahead);
	rp->ahead = NULL;
}
