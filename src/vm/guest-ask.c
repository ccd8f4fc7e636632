/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to the security server through selinuxfs. Every question is a transaction of its own: opened, written, read
 * once, closed. Several threads may ask at once. Class names become numbers by what selinuxfs says for the policy that is loaded.
 */
#include "vm/archive.h"
#include "vm/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FS "/sys/fs/selinux/"

struct class
{
	char name[64];
	unsigned int index;
};

static struct class classes[1024];
static size_t n_classes;

static int class_order(const void *a, const void *b)
{
	return strcmp(((const struct class *)a)->name, ((const struct class *)b)->name);
}

static void read_classes(void)
{
	DIR *dir = opendir(FS "class");
	struct dirent *d;

	n_classes = 0;
	if (!dir)
		die("class folder of selinuxfs");
	while ((d = readdir(dir))) {
		struct class *c = &classes[n_classes];
		char path[512];
		FILE *f;

		if (d->d_name[0] == '.')
			continue;
		if (n_classes == sizeof(classes) / sizeof(classes[0]) ||
		    strlen(d->d_name) >= sizeof(c->name))
			die("too many classes");
		snprintf(path, sizeof(path), FS "class/%s/index", d->d_name);
		f = fopen(path, "re");
		if (!f || fscanf(f, "%u", &c->index) != 1)
			die(path);
		fclose(f);
		strcpy(c->name, d->d_name);
		n_classes++;
	}
	closedir(dir);
	qsort(classes, n_classes, sizeof(classes[0]), class_order);
}

/* "#N" is the number N, so that classes the policy lacks can be asked for. */
static int find_class(const char *name)
{
	struct class key, *found;

	if (name[0] == '#')
		return atoi(name + 1);
	if (strlen(name) >= sizeof(key.name))
		return -ENOENT;
	strcpy(key.name, name);
	found = bsearch(&key, classes, n_classes, sizeof(classes[0]), class_order);
	return found ? (int)found->index : -ENOENT;
}

static void load(const struct line *l, struct answers *a)
{
	char path[256], *data;
	size_t size;
	int r;

	snprintf(path, sizeof(path), "/job/%s", l->word[1]);
	r = sk_archive_slurp(path, &data, &size);
	if (!r) {
		r = write_file(FS "load", data, size);
		free(data);
	}
	if (!r)
		read_classes();
	answers_result(a, r);
}

/* Opened by its folder: the way there would be looked up for each of a hundred thousand questions. */
static int open_file(const char *name, int flags)
{
	static _Atomic int folder;
	int fd = folder;

	if (!fd) {
		fd = open(FS, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			die(FS);
		folder = fd;
	}
	return openat(fd, name, flags | O_CLOEXEC);
}

static void transaction(const char *file, const char *text, size_t size, struct answers *a)
{
	char answer[4096];
	int fd = open_file(file, O_RDWR);
	ssize_t n;

	if (fd < 0)
		die(file);
	if (write(fd, text, size) != (ssize_t)size) {
		answers_result(a, -errno);
	} else {
		n = read(fd, answer, sizeof(answer) - 1);
		if (n < 0) {
			answers_result(a, -errno);
		} else {
			/* Contexts come with their zero byte, the numbers of an access without. */
			answer[n] = 0;
			answers_print(a, "%s\n", answer);
		}
	}
	close(fd);
}

/* SOURCE TARGET CLASS [NAME] */
static void compute(const struct line *l, const char *file, struct answers *a)
{
	int class = find_class(l->word[3]);
	char text[4096];
	int n;

	if (class < 0) {
		answers_result(a, class);
		return;
	}
	if (l->n_words > 4)
		n = snprintf(text, sizeof(text), "%s %s %d %s", l->word[1], l->word[2], class,
			     l->word[4]);
	else
		n = snprintf(text, sizeof(text), "%s %s %d", l->word[1], l->word[2], class);
	if ((size_t)n >= sizeof(text))
		answers_result(a, -E2BIG);
	else
		transaction(file, text, (size_t)n + 1, a);
}

static void validate(const struct line *l, struct answers *a)
{
	int class = find_class(l->word[3]), n, fd;
	char text[4096];

	if (class < 0) {
		answers_result(a, class);
		return;
	}
	n = snprintf(text, sizeof(text), "%s %s %d %s", l->word[1], l->word[2], class, l->word[4]);
	fd = open_file("validatetrans", O_WRONLY);
	if (fd < 0)
		die("validatetrans");
	answers_result(a, write(fd, text, (size_t)n) == n ? 0 : -errno);
	close(fd);
}

static void boolean(const struct line *l, struct answers *a)
{
	char path[256];

	snprintf(path, sizeof(path), FS "booleans/%s", l->word[1]);
	answers_result(a, write_file(path, l->word[2], strlen(l->word[2])));
}

bool only_asks(const char *line)
{
	static const char *const verbs[] = { "access ", "create ", "member ", "relabel ", "context ", "validatetrans " };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strncmp(line, verbs[i], strlen(verbs[i])))
			return true;
	return false;
}

bool ask_line(const struct line *l, struct answers *a)
{
	const char *verb = l->word[0];

	if (!strcmp(verb, "access") && l->n_words == 4)
		compute(l, "access", a);
	else if (!strcmp(verb, "create") && l->n_words >= 4)
		compute(l, "create", a);
	else if (!strcmp(verb, "member") && l->n_words == 4)
		compute(l, "member", a);
	else if (!strcmp(verb, "relabel") && l->n_words == 4)
		compute(l, "relabel", a);
	else if (!strcmp(verb, "context") && l->n_words == 2)
		transaction("context", l->word[1], strlen(l->word[1]) + 1, a);
	else if (!strcmp(verb, "validatetrans") && l->n_words == 5)
		validate(l, a);
	else if (!strcmp(verb, "boolean") && l->n_words == 3)
		boolean(l, a);
	else if (!strcmp(verb, "commit") && l->n_words == 1)
		answers_result(a, write_file(FS "commit_pending_bools", "1", 1));
	else if (!strcmp(verb, "load") && l->n_words == 2)
		load(l, a);
	else if (!strcmp(verb, "enforce") && l->n_words == 2)
		answers_result(a, write_file(FS "enforce", l->word[1], strlen(l->word[1])));
	else
		return false;
	return true;
}
