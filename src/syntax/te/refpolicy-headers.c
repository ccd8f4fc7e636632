/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces of installed headers. All of them are read, since only all of them tell what there is: which name has two
 * meanings, which is near to one that there is not. They are hundreds of files for a module of a few lines, so their
 * texts are read, and what they declare is found, by two threads where there are two processors: one comes from the first
 * file and takes in what it declares, the other comes from the last. They stand one behind the other in few pieces of memory.
 */
#include "syntax/te/refpolicy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/input.h"

#define SK_HEADERS_BATCH 16			/* files that are handed over at once */
#define SK_HEADERS_SLAB ((size_t)1 << 20)	/* for so much of text there is memory at once */
#define SK_HEADERS_LARGEST ((off_t)64 << 20)	/* a larger one is read by itself */
#define SK_HEADERS_NAMES 16384			/* that the usual headers have, words of bodies apart */

struct sk_headers_folder {
	const char *name;
	int fd;
};

struct sk_headers_file {
	uint32_t folder;
	int error;
	const char *name;
	const char *text;	/* NULL: it is read when it is wanted */
	size_t n;
	struct sk_interfaces found;
};

/* What one thread needs. */
struct sk_headers_reader {
	struct sk_arena texts;		/* and what was found in them */
	struct sk_interfaces found;	/* scratch */
};

struct sk_headers {
	struct sk_refpolicy *rp;
	struct sk_headers_folder *folders;
	size_t n_folders, cap_folders;
	struct sk_headers_file *files;
	size_t n_files, cap_files;
	unsigned int n_batches;
	atomic_bool *claimed;		/* by batch */
	struct sk_aside aside;
	struct sk_headers_reader readers[2];	/* the one beside, until it has ended, and the caller's own */
};

/* Reading, in whatever thread */

static int sk_headers_load(struct sk_headers *h, struct sk_headers_reader *reader, struct sk_headers_file *file)
{
	sk_auto_close int fd = openat(h->folders[file->folder].fd, file->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	size_t left;
	ssize_t got;
	char *text;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || st.st_size > SK_HEADERS_LARGEST)
		return 0;
	text = sk_arena_free_part(&reader->texts, &left);
	if (left <= (size_t)st.st_size) {
		sk_arena_reserve(&reader->texts, SK_MAX((size_t)st.st_size + 1, SK_HEADERS_SLAB));
		text = sk_arena_free_part(&reader->texts, &left);
	}
	if (left <= (size_t)st.st_size)
		return 0;
	got = sk_read_some(fd, text, (size_t)st.st_size);
	if (got < 0)
		return (int)got;
	text[got] = '\0';
	sk_arena_keep(&reader->texts, (size_t)got + 1);
	file->n = (size_t)got;
	r = sk_interfaces_find(text, file->n, &reader->found);
	file->found = reader->found;
	file->found.list = sk_arena_memdup(&reader->texts, reader->found.n ? (const void *)reader->found.list : "",
					   reader->found.n * sizeof(*reader->found.list));
	if (r || !file->found.list)
		return -ENOMEM;
	file->text = text;
	return 0;
}

static void sk_headers_load_batch(struct sk_headers *h, struct sk_headers_reader *reader, unsigned int number)
{
	size_t first = (size_t)number * SK_HEADERS_BATCH, end = SK_MIN(first + SK_HEADERS_BATCH, h->n_files);

	for (size_t i = first; i < end; i++)
		h->files[i].error = sk_headers_load(h, reader, &h->files[i]);
}

/* Whether the batch is the caller's to load: each is loaded once, by who comes to it first. */
static bool sk_headers_claim(struct sk_headers *h, unsigned int batch)
{
	return !atomic_exchange(&h->claimed[batch], true);
}

/* From the last batch on, as the one who takes them in begins with the first. */
static int sk_headers_step(void *arg, unsigned int number)
{
	struct sk_headers *h = arg;
	unsigned int batch = h->n_batches - 1 - number;

	if (sk_headers_claim(h, batch))
		sk_headers_load_batch(h, &h->readers[0], batch);
	return 0;
}

/* The files of a batch are there. Those behind one that was loaded beside have been loaded before it. */
static void sk_headers_want(struct sk_headers *h, unsigned int batch)
{
	if (sk_headers_claim(h, batch))
		sk_headers_load_batch(h, &h->readers[1], batch);
	else
		sk_aside_wait(&h->aside, h->n_batches - batch);
}

/* Which files there are */

static int sk_headers_add_folder(struct sk_headers *h, const char *name)
{
	struct sk_headers_folder folder = { .name = name };
	sk_auto_free const char **names = NULL;
	sk_auto_free char *path = NULL;
	size_t n;
	int r = sk_refpolicy_list(h->rp, name, ".if", &names, &n);

	if (r || !n)
		return r;
	r = sk_grow(&h->folders, &h->cap_folders, h->n_folders + 1, sizeof(*h->folders));
	if (!r)
		r = sk_grow(&h->files, &h->cap_files, h->n_files + n, sizeof(*h->files));
	if (r)
		return r;
	path = sk_refpolicy_path(h->rp, name);
	if (!path)
		return -ENOMEM;
	/* Without it no file of the folder can be opened, which is said then. */
	folder.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < n; i++)
		h->files[h->n_files++] = (struct sk_headers_file){ .folder = (uint32_t)h->n_folders, .name = names[i] };
	h->folders[h->n_folders++] = folder;
	return 0;
}

int sk_headers_begin(struct sk_refpolicy *rp, struct sk_headers **ret)
{
	struct sk_headers *h = calloc(1, sizeof(*h));
	sk_auto_free const char **layers = NULL;
	size_t n;
	int r;

	if (!h)
		return -ENOMEM;
	h->rp = rp;
	r = sk_refpolicy_list(rp, ".", "", &layers, &n);
	for (size_t i = 0; i < n && !r; i++)
		if (strcmp(layers[i], "support"))
			r = sk_headers_add_folder(h, layers[i]);
	h->n_batches = (unsigned int)((h->n_files + SK_HEADERS_BATCH - 1) / SK_HEADERS_BATCH);
	h->claimed = calloc(h->n_batches + 1, sizeof(*h->claimed));
	if (!r && !h->claimed)
		r = -ENOMEM;
	sk_aside_begin(&h->aside, sk_headers_step, h, h->n_batches > 1);
	for (unsigned int i = 0; i < h->n_batches && !r; i++)
		sk_aside_allow(&h->aside);
	if (r)
		sk_headers_end(h);
	else
		*ret = h;
	return r;
}

void sk_headers_end(struct sk_headers *h)
{
	if (!h)
		return;
	sk_aside_stop(&h->aside);
	/* The sources borrow from these. */
	for (size_t i = 0; i < SK_ARRAY_LEN(h->readers); i++) {
		sk_arena_join(&h->rp->sources->arena, &h->readers[i].texts);
		free(h->readers[i].found.list);
	}
	for (size_t i = 0; i < h->n_folders; i++)
		if (h->folders[i].fd >= 0)
			close(h->folders[i].fd);
	free(h->folders);
	free(h->files);
	free(h->claimed);
	free(h);
}

/* Taking in */

static int sk_headers_source(struct sk_headers *h, const struct sk_headers_file *file, struct sk_source **ret_source)
{
	sk_auto_buf struct sk_buf path = SK_BUF_INIT;
	struct sk_refpolicy *rp = h->rp;

	if (!file->text && !file->error)
		return sk_refpolicy_load(rp, true, ret_source, "%s/%s", h->folders[file->folder].name, file->name);
	sk_buf_join(&path, rp->root, "/", h->folders[file->folder].name, "/", file->name, NULL);
	if (!sk_buf_str(&path))
		return -ENOMEM;
	if (file->error)
		return sk_refpolicy_refuse_file(rp, path.data, file->error);
	return sk_sources_borrow(rp->sources, path.data, file->text, file->n, rp->diags, ret_source);
}

int sk_headers_absorb(struct sk_headers *h)
{
	struct sk_refpolicy *rp = h->rp;
	struct sk_source *source;
	int r = h->n_batches > 1 ? sk_intern_reserve(rp->names, SK_HEADERS_NAMES) : 0;

	for (size_t i = 0; i < h->n_files && !r; i++) {
		if (i % SK_HEADERS_BATCH == 0)
			sk_headers_want(h, (unsigned int)(i / SK_HEADERS_BATCH));
		r = sk_headers_source(h, &h->files[i], &source);
		if (!r)
			r = h->files[i].text ? sk_macro_absorb_found(&rp->macros, source, &h->files[i].found)
					     : sk_macro_absorb(&rp->macros, source);
	}
	return r;
}
