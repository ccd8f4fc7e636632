/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files replaced at once and whole: what was there stays until the commit, with its mode; links stay links; what is no
 * regular file is never replaced.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/output.h"

static char folder[] = "/tmp/output.XXXXXX";

static const char *in_folder(const char *name)
{
	static char paths[4][64];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void expect(const char *path, const char *text)
{
	char got[32] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, got, sizeof(got) - 1), strlen(text));
	assert_string_equal(got, text);
	close(fd);
}

static unsigned int counted;

static int count(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	counted++;
	return 0;
}

static unsigned int files_in_folder(void)
{
	counted = 0;
	nftw(folder, count, 4, FTW_PHYS);
	return counted - 1;
}

static void test_new(void **state)
{
	struct stat st;

	assert_int_equal(sk_output_replace(in_folder("new"), 0640, "text", 4), 0);
	expect(in_folder("new"), "text");
	assert_int_equal(stat(in_folder("new"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void test_replaced(void **state)
{
	struct sk_output output;
	unsigned int before;
	struct stat st;

	assert_int_equal(sk_output_replace(in_folder("old"), 0644, "old", 3), 0);
	assert_int_equal(chmod(in_folder("old"), 0604), 0);
	before = files_in_folder();

	assert_int_equal(sk_output_open(&output, in_folder("old")), 0);
	assert_int_equal(sk_write_whole(output.fd, "half", 4), 0);
	expect(in_folder("old"), "old");
	sk_output_close(&output);
	expect(in_folder("old"), "old");
	assert_int_equal(files_in_folder(), before);

	assert_int_equal(sk_output_replace(in_folder("old"), 0644, "new", 3), 0);
	expect(in_folder("old"), "new");
	assert_int_equal(stat(in_folder("old"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_int_equal(files_in_folder(), before);
}

static void test_link(void **state)
{
	struct stat st;

	assert_int_equal(sk_output_replace(in_folder("target"), 0644, "old", 3), 0);
	assert_int_equal(symlink("target", in_folder("link")), 0);
	assert_int_equal(sk_output_replace(in_folder("link"), 0644, "new", 3), 0);
	expect(in_folder("target"), "new");
	assert_int_equal(lstat(in_folder("link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void test_device(void **state)
{
	char got[8] = "";
	struct stat st;
	int fd;

	/* Not /dev/null itself: a failure would replace it for the whole machine. */
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	fd = open(in_folder("pipe"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(sk_output_replace(in_folder("pipe"), 0644, "text", 4), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 4);
	assert_string_equal(got, "text");
	assert_int_equal(lstat(in_folder("pipe"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	close(fd);
}

/* How often something was flushed: a file first, then its folder. */
static unsigned int flushed[2];

int fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(!S_ISDIR(st.st_mode) || flushed[0] > flushed[1]);
	flushed[S_ISDIR(st.st_mode)]++;
	return 0;
}

/* What can be made again is whole for all who read it, but the disk is not waited for. */
static void test_product(void **state)
{
	memset(flushed, 0, sizeof(flushed));
	assert_int_equal(sk_output_replace(in_folder("kept"), 0644, "old", 3), 0);
	assert_true(flushed[0] == 1 && flushed[1] == 1);
	assert_int_equal(sk_output_replace_product(in_folder("product"), 0644, "old", 3), 0);
	assert_int_equal(sk_output_replace_product(in_folder("product"), 0644, "new", 3), 0);
	assert_true(flushed[0] == 1 && flushed[1] == 1);
	expect(in_folder("product"), "new");
}

static void test_refused(void **state)
{
	unsigned int before = files_in_folder();

	assert_int_equal(sk_output_replace(in_folder("none/file"), 0644, "text", 4), -ENOENT);
	assert_int_equal(sk_output_replace(folder, 0644, "text", 4), -EISDIR);
	assert_int_equal(files_in_folder(), before);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int remove_folder(void **state)
{
	return nftw(folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_product),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
