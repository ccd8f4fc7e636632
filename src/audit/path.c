/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which path was denied. The kernel names the object of a denial by its whole path only where it has one at hand; often
 * it gives the last component, the device and the inode. The PATH records of the same event have the paths the system
 * call was given. Which of them belongs to the denial is decided by the strongest evidence that is there: the inode; the
 * name that was being created in a directory; a directory on the way, by its name; the label; the name alone.
 *
 * Where a name is added to a directory or taken out, the record names the entry and the denied object is the directory.
 *
 * Not done: following symbolic links (the kernel did, the log does not say which), nor resolving a name that is relative
 * to a descriptor: it is returned as relative.
 */
#include <errno.h>

#include "audit/field.h"
#include "audit/text.h"
#include "base/memory.h"

struct sk_item {
	const struct selkie_audit_record *record;
	char name[4096];
	long n_name; /* negative: unknown */
	int64_t inode;
	struct selkie_audit_text type, object;
};

#define SK_PATH_RECORDS_MAX 128 /* no system call has more; keeps the search for pairs short */

struct sk_search {
	const struct selkie_audit_event *event;
	const struct selkie_audit_denial *denial;
	size_t n_records; /* of the event, that are looked at */
	char name[512];	  /* the AVC's name= */
	long n_name;
	int64_t inode;
	bool in_directory; /* name= and ino= are of an entry; denied is the directory it stands in */
	struct selkie_audit_path *out;
};

static void sk_item_read(const struct selkie_audit_record *record, struct sk_item *item)
{
	item->record = record;
	item->n_name = selkie_audit_decode(record, "name", item->name, sizeof(item->name));
	item->inode = -1;
	selkie_audit_number(selkie_audit_field(record, "inode"), 10, &item->inode);
	item->type = selkie_audit_field(record, "nametype");
	item->object = selkie_audit_field(record, "obj");
}

/* The last component, without slashes behind it. */
static struct selkie_audit_text sk_base_name(const char *path, size_t n)
{
	const char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	slash = n > 1 ? memrchr(path, '/', n) : NULL;
	return slash ? sk_text(slash + 1, path + n) : sk_text(path, path + n);
}

static bool sk_has_base_name(const struct sk_item *item, const char *name, long n)
{
	struct selkie_audit_text base, want = { name, n > 0 ? (size_t)n : 0 };

	if (item->n_name <= 0 || n <= 0)
		return false;
	base = sk_base_name(item->name, (size_t)item->n_name);
	return sk_text_same(base, want);
}

/* Adds a component or several to a path, without "//", "." and "..". */
static int sk_append(char *path, size_t *n, size_t size, const char *s, size_t n_s)
{
	const char *end = s + n_s;

	while (s < end) {
		const char *slash = memchr(s, '/', (size_t)(end - s));
		size_t len = (size_t)((slash ? slash : end) - s);

		if (len == 2 && s[0] == '.' && s[1] == '.') {
			while (*n && path[*n - 1] != '/')
				--*n;
			if (*n > 1)
				--*n;
		} else if (len && !(len == 1 && s[0] == '.')) {
			bool slash_first = *n && path[*n - 1] != '/';

			if (*n + len + slash_first >= size)
				return -ENAMETOOLONG;
			if (slash_first)
				path[(*n)++] = '/';
			memcpy(path + *n, s, len);
			*n += len;
		}
		s += len + 1;
	}
	path[*n] = '\0';
	return 0;
}

/*
 * System calls whose names are relative to a descriptor in their first argument: then CWD is not what they start from,
 * unless the descriptor is AT_FDCWD. Numbers of x86-64 and of the generic table (arm64, riscv).
 */
static bool sk_is_at_call(const struct selkie_audit_record *syscall)
{
	static const unsigned short x86[] = { 257, 258, 259, 260, 261, 262, 263, 264,
					      265, 267, 268, 269, 280, 303, 316, 322,
					      332, 437, 439, 452, 463, 464, 465, 466 };
	static const unsigned short generic[] = { 33,  34,  35,	 37,  38,  48,	53,  54,
						  56,  78,  79,	 88,  264, 276, 281, 291,
						  437, 439, 452, 463, 464, 465, 466 };
	struct selkie_audit_text arch = selkie_audit_field(syscall, "arch");
	struct selkie_audit_text call = selkie_audit_field(syscall, "syscall");
	const unsigned short *list = generic;
	size_t n = SK_ARRAY_LEN(generic);
	int64_t number;

	if (!selkie_audit_number(call, 10, &number))
		return call.size > 2 && (memmem(call.data, call.size, "at", 2) != NULL) &&
		       !sk_text_equal(call, "stat") && !sk_text_equal(call, "lstat") &&
		       !sk_text_equal(call, "creat") && !sk_text_equal(call, "statfs");
	if (sk_text_equal(arch, "c000003e")) {
		list = x86;
		n = SK_ARRAY_LEN(x86);
	} else if (!sk_text_equal(arch, "c00000b7") && !sk_text_equal(arch, "c00000f3")) {
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

static bool sk_starts_at_cwd(const struct selkie_audit_event *event)
{
	const struct selkie_audit_record *syscall =
		selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	int64_t fd;

	if (!syscall || !sk_is_at_call(syscall))
		return true;
	if (!selkie_audit_number(selkie_audit_field(syscall, "a0"), 16, &fd))
		return sk_text_equal(selkie_audit_field(syscall, "a0"), "AT_FDCWD");
	return (int32_t)fd == -100;
}

/* Starts the path: at the root for an absolute name, at CWD for another, nowhere when that is not known. */
static int sk_path_start(struct sk_search *s, const char *name, long n, size_t *len)
{
	struct selkie_audit_path *out = s->out;
	const struct selkie_audit_record *cwd =
		selkie_audit_event_record(s->event, SELKIE_AUDIT_CWD);
	char dir[4096];
	long n_dir;

	*len = 0;
	out->absolute = n > 0 && name[0] == '/';
	if (out->absolute) {
		out->path[(*len)++] = '/';
		return 0;
	}
	n_dir = cwd && sk_starts_at_cwd(s->event)
			? selkie_audit_decode(cwd, "cwd", dir, sizeof(dir))
			: -1;
	if (n_dir <= 0 || dir[0] != '/')
		return 0;
	out->absolute = true;
	out->path[(*len)++] = '/';
	return sk_append(out->path, len, sizeof(out->path), dir, (size_t)n_dir);
}

/* Fills the answer from an item: the first n bytes of its name, and `more` behind them. */
static int sk_answer(struct sk_search *s, enum selkie_audit_path_source source,
		     const struct sk_item *item, size_t n, const char *more, size_t n_more)
{
	struct selkie_audit_path *out = s->out;
	size_t len;
	int err;

	err = sk_path_start(s, item->name, item->n_name, &len);
	if (!err)
		err = sk_append(out->path, &len, sizeof(out->path), item->name, n);
	if (!err && n_more)
		err = sk_append(out->path, &len, sizeof(out->path), more, n_more);
	if (err) {
		out->path[0] = '\0';
		return err;
	}
	out->source = source;
	/* The record of the parent says nothing of what is created in it, nor the other way around. */
	if (source == SELKIE_AUDIT_PATH_CREATED || source == SELKIE_AUDIT_PATH_ANCESTOR ||
	    (source == SELKIE_AUDIT_PATH_PARENT && n < (size_t)item->n_name))
		return 0;
	out->object = item->object;
	selkie_audit_number(selkie_audit_field(item->record, "mode"), 8, &out->mode);
	if (out->inode < 0)
		out->inode = item->inode;
	if (!out->device.data)
		out->device = selkie_audit_field(item->record, "dev");
	return 0;
}

static int sk_answer_whole(struct sk_search *s, enum selkie_audit_path_source source,
			   const struct sk_item *item)
{
	return sk_answer(s, source, item, (size_t)item->n_name, NULL, 0);
}

/* A directory on the item's way that is called as the denied one. The one nearest to the root is not known: take the last. */
static size_t sk_ancestor(const struct sk_item *item, const char *name, long n)
{
	size_t end = item->n_name > 0 ? (size_t)item->n_name : 0;
	const char *slash;

	while (end && (slash = memrchr(item->name, '/', end))) {
		struct selkie_audit_text base;

		end = (size_t)(slash - item->name);
		base = sk_base_name(item->name, end);
		if (end && base.size == (size_t)n && !memcmp(base.data, name, (size_t)n))
			return end;
	}
	return 0;
}

/* Could the item be the denied object? One whose inode is another cannot. */
static bool sk_may_be(const struct sk_search *s, const struct sk_item *item)
{
	return item->n_name > 0 && !(s->inode >= 0 && item->inode >= 0 && s->inode != item->inode);
}

/* The part of an item's name before its last component; 0 when there is none. */
static size_t sk_parent_size(const struct sk_item *item)
{
	struct selkie_audit_text base = sk_base_name(item->name, (size_t)item->n_name);

	return (size_t)(base.data - item->name);
}

/* Is `dir` the directory that `entry` stands in, by their names? */
static bool sk_is_parent_of(const struct sk_item *dir, const struct sk_item *entry)
{
	size_t n = sk_parent_size(entry), n_dir = (size_t)dir->n_name;

	while (n > 1 && entry->name[n - 1] == '/')
		n--;
	while (n_dir > 1 && dir->name[n_dir - 1] == '/')
		n_dir--;
	return n == n_dir && !memcmp(entry->name, dir->name, n);
}

/*
 * The directory of an entry: its PARENT record, if there is one; where a call has two (rename), the one whose name fits
 * the entry. Otherwise what stands before the entry's name. `entry` and `dir` are scratch.
 */
static int sk_search_parent(struct sk_search *s, struct sk_item *entry, struct sk_item *dir)
{
	const struct selkie_audit_record *only = NULL, *records = s->event->records;
	size_t n_parents = 0, i, k;

	for (i = 0; i < s->n_records; i++) {
		if (records[i].type != SELKIE_AUDIT_PATH)
			continue;
		sk_item_read(&records[i], dir);
		if (!sk_text_equal(dir->type, "PARENT") || dir->n_name <= 0 ||
		    (dir->object.size && !sk_text_same(dir->object, s->denial->tcontext)))
			continue;
		only = &records[i];
		n_parents++;
		for (k = 0; k < s->n_records; k++) {
			if (records[k].type != SELKIE_AUDIT_PATH || k == i)
				continue;
			sk_item_read(&records[k], entry);
			if (sk_has_base_name(entry, s->name, s->n_name) &&
			    sk_is_parent_of(dir, entry))
				return sk_answer_whole(s, SELKIE_AUDIT_PATH_PARENT, dir) ?: 1;
		}
	}
	if (n_parents == 1) {
		sk_item_read(only, dir);
		return sk_answer_whole(s, SELKIE_AUDIT_PATH_PARENT, dir) ?: 1;
	}
	for (i = 0; i < s->n_records; i++) {
		if (records[i].type != SELKIE_AUDIT_PATH)
			continue;
		sk_item_read(&records[i], entry);
		if (!sk_text_equal(entry->type, "PARENT") &&
		    sk_has_base_name(entry, s->name, s->n_name))
			return sk_answer(s, SELKIE_AUDIT_PATH_PARENT, entry, sk_parent_size(entry),
					 NULL, 0)
				       ?: 1;
	}
	return 0;
}

enum sk_match {
	SK_MATCH_INODE,
	SK_MATCH_CREATED,
	SK_MATCH_ANCESTOR,
	SK_MATCH_LABEL,
	SK_MATCH_NAME,
	SK_N_MATCHES
};

/* Does the item fit by this kind of evidence? 1: answered; 0: no; negative: failure. */
static int sk_try(struct sk_search *s, const struct sk_item *item, enum sk_match match)
{
	bool is_dir = sk_text_equal(s->denial->tclass, "dir"),
	     parent = sk_text_equal(item->type, "PARENT");
	size_t n;

	switch (match) {
	case SK_MATCH_INODE:
		if (s->inode < 0 || item->inode != s->inode || item->n_name <= 0)
			return 0;
		return sk_answer_whole(s, SELKIE_AUDIT_PATH_INODE, item) ?: 1;
	case SK_MATCH_CREATED:
		/* The object has no inode yet: name= is to stand in the parent directory. */
		if (!parent || s->inode >= 0 || is_dir || s->n_name <= 0 || item->n_name <= 0)
			return 0;
		return sk_answer(s, SELKIE_AUDIT_PATH_CREATED, item, (size_t)item->n_name, s->name,
				 (size_t)s->n_name)
			       ?: 1;
	case SK_MATCH_ANCESTOR:
		if (!is_dir || s->n_name <= 0 || (n = sk_ancestor(item, s->name, s->n_name)) == 0)
			return 0;
		return sk_answer(s, SELKIE_AUDIT_PATH_ANCESTOR, item, n, NULL, 0) ?: 1;
	case SK_MATCH_LABEL:
		if (!sk_may_be(s, item) || !item->object.size ||
		    !sk_text_same(item->object, s->denial->tcontext) ||
		    (s->n_name > 0 && !sk_has_base_name(item, s->name, s->n_name)))
			return 0;
		return sk_answer_whole(s, SELKIE_AUDIT_PATH_LABEL, item) ?: 1;
	case SK_MATCH_NAME:
		if (!sk_may_be(s, item) || !sk_has_base_name(item, s->name, s->n_name))
			return 0;
		return sk_answer_whole(s, SELKIE_AUDIT_PATH_NAME, item) ?: 1;
	default:
		return 0;
	}
}

static int sk_search_items(struct sk_search *s, struct sk_item *item)
{
	const struct selkie_audit_record *only = NULL;
	size_t n_items = 0;
	int err = 0;

	for (int match = 0; match < SK_N_MATCHES && !err; match++) {
		n_items = 0;
		for (size_t i = 0; i < s->n_records && !err; i++) {
			if (s->event->records[i].type != SELKIE_AUDIT_PATH)
				continue;
			n_items++;
			only = &s->event->records[i];
			sk_item_read(only, item);
			err = sk_try(s, item, (enum sk_match)match);
		}
		if (!n_items)
			return err;
	}
	/* An object of the file system without a name or inode, and one path: that will be it. */
	if (!err && n_items == 1 && s->n_name <= 0 && s->inode < 0) {
		sk_item_read(only, item);
		if (item->n_name > 0)
			err = sk_answer_whole(s, SELKIE_AUDIT_PATH_ONLY, item);
	}
	return err;
}

static int sk_search_path(struct sk_search *s)
{
	struct sk_item *items = malloc(2 * sizeof(*items));
	int err;

	if (!items)
		return -ENOMEM;
	err = s->in_directory ? sk_search_parent(s, &items[0], &items[1])
			      : sk_search_items(s, &items[0]);
	free(items);
	return err > 0 ? 0 : err;
}

/* path= of the denial itself, " (deleted)" taken off. */
static int sk_own_path(struct selkie_audit_path *out, const struct selkie_audit_record *record)
{
	static const char deleted[] = " (deleted)";
	size_t n_deleted = sizeof(deleted) - 1;
	long n = selkie_audit_decode(record, "path", out->path, sizeof(out->path));

	if (n < 0) {
		out->path[0] = '\0';
		return n == -ENAMETOOLONG ? (int)n : 0;
	}
	if ((size_t)n > n_deleted && !memcmp(out->path + n - n_deleted, deleted, n_deleted)) {
		n -= (long)n_deleted;
		out->deleted = true;
	}
	/* "socket:[123]", "pipe:[5]", an abstract socket: names, but no paths. */
	if (n < 1 || out->path[0] != '/') {
		out->path[0] = '\0';
		return 0;
	}
	out->path[n] = '\0';
	out->absolute = true;
	out->source = SELKIE_AUDIT_PATH_AVC;
	return 0;
}

/* Classes whose objects have a path. */
static bool sk_class_has_path(struct selkie_audit_text c)
{
	static const char *const names[] = { "file",	  "dir",	"lnk_file",
					     "chr_file",  "blk_file",	"sock_file",
					     "fifo_file", "filesystem", "service" };

	for (size_t i = 0; i < SK_ARRAY_LEN(names); i++)
		if (sk_text_equal(c, names[i]))
			return true;
	return false;
}

static bool sk_has_perm(struct selkie_audit_text perms, const char *name)
{
	const char *p = perms.data, *end = perms.size ? p + perms.size : p, *hit;
	size_t n = strlen(name);

	while (p < end && (hit = memmem(p, (size_t)(end - p), name, n))) {
		if ((hit == perms.data || hit[-1] == ' ') && (hit + n == end || hit[n] == ' '))
			return true;
		p = hit + n;
	}
	return false;
}

/* may_create and may_link of security/selinux/hooks.c: the record names the entry, the label is the directory's. */
static bool sk_is_in_directory(const struct sk_search *s)
{
	struct selkie_audit_text perms = s->denial->perms;

	if (!sk_text_equal(s->denial->tclass, "dir") || s->n_name <= 0)
		return false;
	return sk_has_perm(perms, "add_name") || sk_has_perm(perms, "remove_name") ||
	       (sk_has_perm(perms, "search") && s->inode < 0);
}

int selkie_audit_denied_path(const struct selkie_audit_event *event,
			     const struct selkie_audit_denial *denial,
			     struct selkie_audit_path *ret)
{
	struct sk_search s = { .event = event,
			       .denial = denial,
			       .inode = -1,
			       .out = ret,
			       .n_records = SK_MIN(event->n_records, SK_PATH_RECORDS_MAX) };
	const struct selkie_audit_record *avc = denial->record;
	int err;

	memset(ret, 0, offsetof(struct selkie_audit_path, path) + 1);
	ret->object = ret->device = (struct selkie_audit_text){ NULL, 0 };
	ret->inode = ret->mode = -1;
	selkie_audit_number(selkie_audit_field(avc, "ino"), 10, &s.inode);
	ret->inode = s.inode;
	ret->device = selkie_audit_field(avc, "dev");
	err = sk_own_path(ret, avc);
	if (err || ret->source != SELKIE_AUDIT_PATH_NONE || !sk_class_has_path(denial->tclass))
		return err;
	s.n_name = selkie_audit_decode(avc, "name", s.name, sizeof(s.name));
	s.in_directory = sk_is_in_directory(&s);
	if (s.in_directory)
		ret->inode = -1;
	return sk_search_path(&s);
}
