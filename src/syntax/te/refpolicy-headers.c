/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces of installed headers. All of them are read, since only all of them tell what there is: which name has two
 * meanings, which is near to one that there is not. They are hundreds of files for a module of a few lines, so their
 * texts are read, and what they declare is found, by two threads where there are two processors: one looks which there are
 * and comes from the last, the other comes from the first file and takes in what it declares. The texts stand one behind
 * the other in few pieces of memory.
 *
 * On a busy machine the other thread may be stopped for longer than all of this takes: who takes in never waits for it but
 * while it lists the folders. What it has not begun, or is in the middle of, is done again here, and it is joined at the end.
 */
#include "syntax/te/refpolicy.h"

#include <dirent.h>
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
#define SK_HEADERS_USUAL ((size_t)128 << 10)	/* nearly all are smaller than this */
#define SK_HEADERS_LARGEST ((off_t)64 << 20)	/* a larger one is read by itself */
#define SK_HEADERS_FOUND 8192			/* interfaces that one file may well have */
#define SK_HEADERS_NAMES 16384			/* that the usual headers have, words of bodies apart */

struct sk_headers_folder {
	const char *name;
	DIR *dir;
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
	const char **layers;		/* what may be a folder of headers */
	size_t n_layers;
	struct sk_headers_folder *folders;
	size_t n_folders, cap_folders;
	struct sk_headers_file *files;
	size_t n_files, cap_files;
	unsigned int n_batches;
	atomic_bool listed;		/* or somebody is about it */
	atomic_bool *claimed;		/* by batch */
	struct sk_headers_file again[SK_HEADERS_BATCH];	/* what is in the other thread's hands */
	struct sk_aside aside;
	struct sk_headers_reader readers[2];	/* the one beside, until it has ended, and the caller's own */
};

/* Reading, in whatever thread */

/* The rest of a file of which `got` bytes have been read. *text NULL: it is not read here. */
static int sk_headers_read_on(struct sk_headers_reader *reader, int fd, size_t got, char **text, size_t *ret_n)
{
	const char *before = *text;
	struct stat st;
	ssize_t more;
	size_t left;

	*text = NULL;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)got || st.st_size > SK_HEADERS_LARGEST)
		return 0;
	sk_arena_free_part(&reader->texts, &left);
	if (left <= (size_t)st.st_size)
		sk_arena_reserve(&reader->texts, SK_MAX((size_t)st.st_size + 1, SK_HEADERS_SLAB));
	*text = sk_arena_free_part(&reader->texts, &left);
	if (left <= (size_t)st.st_size) {
		*text = NULL;
		return 0;
	}
	if (*text != before)
		memcpy(*text, before, got);
	more = sk_read_some(fd, *text + got, (size_t)st.st_size - got);
	*ret_n = got + (size_t)SK_MAX(more, (ssize_t)0);
	return more < 0 ? (int)more : 0;
}

static int sk_headers_read(struct sk_headers_reader *reader, int fd, char **ret_text, size_t *ret_n)
{
	char *text = NULL;
	ssize_t got;
	size_t left;
	int r = 0;

	sk_arena_free_part(&reader->texts, &left);
	if (left <= SK_HEADERS_USUAL)
		sk_arena_reserve(&reader->texts, SK_HEADERS_SLAB);
	text = sk_arena_free_part(&reader->texts, &left);
	got = sk_read_some(fd, text, left > SK_HEADERS_USUAL ? SK_HEADERS_USUAL : 0);
	if (got < 0)
		return (int)got;
	*ret_n = (size_t)got;
	/* How long a file is, is asked where it is long: most are told by their end. */
	if (*ret_n == SK_HEADERS_USUAL || left <= SK_HEADERS_USUAL)
		r = sk_headers_read_on(reader, fd, *ret_n, &text, ret_n);
	if (!r && text) {
		text[*ret_n] = '\0';
		sk_arena_keep(&reader->texts, *ret_n + 1);
	}
	*ret_text = text;
	return r;
}

/* What was found in a file, out of the scratch. */
static int sk_headers_keep(struct sk_headers_reader *reader, struct sk_interfaces *ret)
{
	size_t n = reader->found.n;

	*ret = reader->found;
	if (!n)
		return 0;
	ret->list = sk_arena_memdup(&reader->texts, ret->list, n * sizeof(*ret->list));
	ret->names = sk_arena_memdup(&reader->texts, ret->names, n * sizeof(*ret->names));
	return ret->list && ret->names ? 0 : -ENOMEM;
}

static int sk_headers_load(struct sk_headers *h, struct sk_headers_reader *reader, struct sk_headers_file *file)
{
	sk_auto_close int fd = openat(dirfd(h->folders[file->folder].dir), file->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = NULL;
	int r = fd < 0 ? -errno : sk_headers_read(reader, fd, &text, &file->n);

	if (r || !text)
		return r;
	r = sk_interfaces_find(text, file->n, &reader->texts, &reader->found);
	if (!r)
		r = sk_headers_keep(reader, &file->found);
	if (!r)
		file->text = text;
	return r;
}

static void sk_headers_load_batch(struct sk_headers *h, struct sk_headers_reader *reader, struct sk_headers_file *files,
				  size_t n)
{
	for (size_t i = 0; i < n; i++)
		files[i].error = sk_headers_load(h, reader, &files[i]);
}

static struct sk_headers_file *sk_headers_batch(struct sk_headers *h, unsigned int number, size_t *ret_n)
{
	size_t first = (size_t)number * SK_HEADERS_BATCH;

	*ret_n = SK_MIN(h->n_files - first, (size_t)SK_HEADERS_BATCH);
	return &h->files[first];
}

/* Whether the batch is the caller's to load: each is loaded once, by who comes to it first. */
static bool sk_headers_claim(struct sk_headers *h, unsigned int batch)
{
	return !atomic_exchange(&h->claimed[batch], true);
}

/* Which files there are */

static int sk_headers_add_folder(struct sk_headers *h, struct sk_headers_reader *reader, const char *name)
{
	sk_auto_free char *path = sk_refpolicy_path(h->rp, name);
	struct sk_headers_folder folder = { .name = name };
	sk_auto_free const char **names = NULL;
	size_t n;
	int r;

	if (!path)
		return -ENOMEM;
	r = sk_grow(&h->folders, &h->cap_folders, h->n_folders + 1, sizeof(*h->folders));
	if (r)
		return r;
	folder.dir = opendir(path);
	if (!folder.dir)
		return errno == ENOMEM || errno == EMFILE || errno == ENFILE ? -errno : 0;
	h->folders[h->n_folders++] = folder;
	r = sk_refpolicy_list_open(folder.dir, ".if", &reader->texts, &names, &n);
	if (!r)
		r = sk_grow(&h->files, &h->cap_files, h->n_files + n, sizeof(*h->files));
	for (size_t i = 0; i < n && !r; i++)
		h->files[h->n_files++] = (struct sk_headers_file){ .folder = (uint32_t)h->n_folders - 1, .name = names[i] };
	return r;
}

static int sk_headers_list(struct sk_headers *h, struct sk_headers_reader *reader)
{
	int r = 0;

	for (size_t i = 0; i < h->n_layers && !r; i++)
		if (strcmp(h->layers[i], "support"))
			r = sk_headers_add_folder(h, reader, h->layers[i]);
	h->n_batches = (unsigned int)((h->n_files + SK_HEADERS_BATCH - 1) / SK_HEADERS_BATCH);
	h->claimed = r ? NULL : calloc(h->n_batches + 1, sizeof(*h->claimed));
	if (!h->claimed)
		return r ? r : -ENOMEM;
	for (unsigned int i = 0; i < h->n_batches; i++)
		sk_aside_allow(&h->aside);
	return 0;
}

/* First which files there are; then from the last batch on, as the one who takes them in begins with the first. */
static int sk_headers_step(void *arg, unsigned int number)
{
	struct sk_headers *h = arg;
	struct sk_headers_file *files;
	size_t n;

	if (!number)
		return atomic_exchange(&h->listed, true) ? 0 : sk_headers_list(h, &h->readers[0]);
	if (sk_headers_claim(h, h->n_batches - number)) {
		files = sk_headers_batch(h, h->n_batches - number, &n);
		sk_headers_load_batch(h, &h->readers[0], files, n);
	}
	return 0;
}

/* The files of a batch, loaded. Those behind one that was loaded beside have been loaded before it. */
static const struct sk_headers_file *sk_headers_want(struct sk_headers *h, unsigned int batch)
{
	struct sk_headers_file *files;
	size_t n;

	files = sk_headers_batch(h, batch, &n);
	if (!sk_headers_claim(h, batch)) {
		if (sk_aside_has_done(&h->aside, h->n_batches - batch + 1))
			return files;
		/* Folder and name alone: the rest is being written. */
		for (size_t i = 0; i < n; i++)
			h->again[i] = (struct sk_headers_file){ .folder = files[i].folder, .name = files[i].name };
		files = h->again;
	}
	sk_headers_load_batch(h, &h->readers[1], files, n);
	return files;
}

int sk_headers_begin(struct sk_refpolicy *rp, struct sk_headers **ret)
{
	struct sk_headers *h = calloc(1, sizeof(*h));
	size_t n_folders = 0;
	int r;

	if (!h)
		return -ENOMEM;
	h->rp = rp;
	r = sk_refpolicy_list(rp, ".", "", &h->layers, &h->n_layers);
	for (size_t i = 0; i < h->n_layers; i++)
		n_folders += strcmp(h->layers[i], "support") && !strchr(h->layers[i], '.');
	/* One folder is somebody's own. */
	for (size_t i = 0; i < SK_ARRAY_LEN(h->readers) && n_folders > 1 && !r; i++)
		r = sk_interfaces_reserve(&h->readers[i].found, SK_HEADERS_FOUND);
	sk_aside_begin(&h->aside, sk_headers_step, h, n_folders > 1);
	if (!r)
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
		sk_interfaces_done(&h->readers[i].found);
	}
	for (size_t i = 0; i < h->n_folders; i++)
		closedir(h->folders[i].dir);
	free(h->layers);
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
	const struct sk_headers_file *files = NULL;
	struct sk_source *source;
	int r = 0;

	if (!atomic_exchange(&h->listed, true))
		r = sk_headers_list(h, &h->readers[1]);
	else if (!sk_aside_wait(&h->aside, 1))
		r = h->aside.error;
	if (!r && h->n_batches > 1)
		r = sk_intern_reserve(rp->names, SK_HEADERS_NAMES);
	for (size_t i = 0; i < h->n_files && !r; i++) {
		const struct sk_headers_file *file;

		if (i % SK_HEADERS_BATCH == 0)
			files = sk_headers_want(h, (unsigned int)(i / SK_HEADERS_BATCH));
		file = &files[i % SK_HEADERS_BATCH];
		r = sk_headers_source(h, file, &source);
		if (!r)
			r = file->text ? sk_macro_absorb_found(&rp->macros, source, &file->found)
				       : sk_macro_absorb(&rp->macros, source);
	}
	return r;
}
