/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From an inode back to its path, in a tree made here: found in good time, given up in good time, never another
 * file's.
 */
#include "host/inode.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"

struct tree {
	char top[64], device[32];
};

static uint64_t make(const struct tree *t, const char *path, bool directory)
{
	char whole[PATH_MAX];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s/%s", t->top, path);
	if (directory)
		assert_int_equal(mkdir(whole, 0755), 0);
	else
		close(open(whole, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
	assert_int_equal(lstat(whole, &st), 0);
	return st.st_ino;
}

static int setup(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));
	struct stat st;

	strcpy(t->top, "/tmp/selkie-inode-XXXXXX");
	assert_non_null(mkdtemp(t->top));
	assert_int_equal(stat(t->top, &st), 0);
	snprintf(t->device, sizeof(t->device), "%x:%x", major(st.st_dev), minor(st.st_dev));
	*state = t;
	return 0;
}

static int drop(const char *path, const struct stat *st, int what, struct FTW *where)
{
	return remove(path);
}

static int teardown(void **state)
{
	struct tree *t = *state;

	nftw(t->top, drop, 16, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}

static void check(const struct tree *t, struct sk_inode_wanted wanted, const char *expected)
{
	char whole[PATH_MAX];

	assert_int_equal(sk_inode_find(&wanted, 1, t->top, 10000), 0);
	if (!expected) {
		assert_null(wanted.path);
		return;
	}
	snprintf(whole, sizeof(whole), "%s/%s", t->top, expected);
	assert_non_null(wanted.path);
	assert_string_equal(wanted.path, whole);
	free(wanted.path);
}

static void test_finds(void **state)
{
	const struct tree *t = *state;
	uint64_t dir = make(t, "a", true), deep = make(t, "a/b", true), file = make(t, "a/b/page x", false);

	make(t, "other", false);
	check(t, (struct sk_inode_wanted){ t->device, file, "page x", NULL, NULL }, "a/b/page x");
	check(t, (struct sk_inode_wanted){ t->device, file, NULL, NULL, NULL }, "a/b/page x");
	check(t, (struct sk_inode_wanted){ t->device, dir, "a", NULL, NULL }, "a");
	check(t, (struct sk_inode_wanted){ t->device, deep, "b", "any_t", NULL }, "a/b");
	/* the number has gone to another file since */
	check(t, (struct sk_inode_wanted){ t->device, file, "other", NULL, NULL }, NULL);
	check(t, (struct sk_inode_wanted){ t->device, UINT64_MAX, "page x", NULL, NULL }, NULL);
	/* devices that are none here */
	check(t, (struct sk_inode_wanted){ "ffff:fffff", file, "page x", NULL, NULL }, NULL);
	check(t, (struct sk_inode_wanted){ "tmpfs", file, "page x", NULL, NULL }, NULL);
	check(t, (struct sk_inode_wanted){ "../../x", file, "page x", NULL, NULL }, NULL);
	check(t, (struct sk_inode_wanted){ "", file, "page x", NULL, NULL }, NULL);
}

static void test_links(void **state)
{
	const struct tree *t = *state;
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	uint64_t file;

	make(t, "real", true);
	file = make(t, "real/x", false);
	snprintf(from, sizeof(from), "%s/real", t->top);
	snprintf(to, sizeof(to), "%s/again", t->top);
	assert_int_equal(symlink(from, to), 0);
	/* a loop, too */
	snprintf(from, sizeof(from), "%s/real/up", t->top);
	assert_int_equal(symlink(t->top, from), 0);
	check(t, (struct sk_inode_wanted){ t->device, file, "x", NULL, NULL }, "real/x");
	assert_int_equal(lstat(to, &st), 0);
	check(t, (struct sk_inode_wanted){ t->device, st.st_ino, "again", NULL, NULL }, "again");
}

static void test_many_in_one_walk(void **state)
{
	struct tree *t = *state;
	struct sk_inode_wanted wanted[40] = { 0 };
	char names[40][16];

	make(t, "d", true);
	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "d/f%d", i);
		wanted[i].device = i % 3 ? t->device : "nosuchdisk1";
		wanted[i].inode = make(t, names[i], false);
		wanted[i].name = names[i] + 2;
	}
	assert_int_equal(sk_inode_find(wanted, 40, t->top, 10000), 0);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(wanted[i].path != NULL, i % 3 != 0);
		if (wanted[i].path)
			assert_string_equal(wanted[i].path + strlen(t->top) + 1, names[i]);
		free(wanted[i].path);
	}
}

/* Deeper than it goes: not found, nothing broken. */
static void test_depth(void **state)
{
	const struct tree *t = *state;
	char path[PATH_MAX] = "d";
	uint64_t inode = 0;

	for (int i = 0; i < 70; i++) {
		inode = make(t, path, true);
		strcat(path, "/d");
	}
	check(t, (struct sk_inode_wanted){ t->device, inode, "d", NULL, NULL }, NULL);
}

static void test_no_time(void **state)
{
	const struct tree *t = *state;
	struct sk_inode_wanted wanted = { t->device, make(t, "f", false), "f", NULL, NULL };

	assert_int_equal(sk_inode_find(&wanted, 1, t->top, 0), 0);
	assert_null(wanted.path);
}

/* Without a top: the mount points of the device. /proc is one of its own and always there. */
static void test_mount_point(void **state)
{
	struct stat st;
	char device[32];
	struct sk_inode_wanted wanted = { device, 0, "mountinfo-is-not-here", NULL, NULL };

	if (stat("/proc", &st) || access("/proc/self/mountinfo", R_OK))
		skip();
	snprintf(device, sizeof(device), "%x:%x", major(st.st_dev), minor(st.st_dev));
	wanted.inode = st.st_ino;
	wanted.name = "proc";
	assert_int_equal(sk_inode_find(&wanted, 1, NULL, 2000), 0);
	assert_non_null(wanted.path);
	assert_string_equal(wanted.path, "/proc");
	free(wanted.path);
}

static int find_all(void *arg)
{
	const struct tree *t = arg;
	struct stat st;
	struct sk_inode_wanted wanted = { t->device, 0, NULL, NULL, NULL };
	int r;

	if (stat(t->top, &st))
		return -EIO;
	wanted.inode = st.st_ino;
	r = sk_inode_find(&wanted, 1, t->top, 10000);
	free(wanted.path);
	return r;
}

static void test_out_of_memory(void **state)
{
	alloc_fail_check(find_all, *state, 100, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_finds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_in_one_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_time, setup, teardown),
		cmocka_unit_test(test_mount_point),
		cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
