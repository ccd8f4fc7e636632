/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Module packages for programs: a file that is mapped is as one that is read, whatever it is; and each printer lasts when
 * any one allocation fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/input.h"
#include "base/output.h"
#include "base/unpack.h"
#include "peer-policy.h"
#include "selkie/diagnostic.h"
#include "selkie/module.h"

static char path[] = "/tmp/package.XXXXXX";

static void put(const void *data, size_t n)
{
	assert_int_equal(sk_output_replace(path, 0600, data, n), 0);
}

/* The module as CIL, to be freed. */
static char *as_cil(selkie_module *m)
{
	char to[] = "/tmp/package-cil.XXXXXX", *text;
	int fd = mkstemp(to);
	size_t n;

	assert_true(fd >= 0);
	assert_int_equal(selkie_module_print_fd(m, SELKIE_MODULE_CIL, NULL, fd), 0);
	close(fd);
	assert_int_equal(sk_read_path(to, SIZE_MAX / 2, &text, &n), 0);
	unlink(to);
	assert_true(n > 1000);
	return text;
}

static char *sample(size_t *ret_size)
{
	const char *mls[] = { "-M", NULL };

	return peer_checkmodule("small-base.conf", 21, mls, ret_size);
}

static void expect_same(void)
{
	selkie_module *loaded, *mapped;
	char *a, *b;

	assert_int_equal(selkie_module_load(path, NULL, &loaded), 0);
	assert_int_equal(selkie_module_map(path, NULL, &mapped), 0);
	a = as_cil(loaded);
	b = as_cil(mapped);
	assert_string_equal(a, b);
	free(a);
	free(b);
	selkie_module_free(loaded);
	selkie_module_free(mapped);
}

static void mapped_as_loaded(void **state)
{
	size_t n, n_packed;
	char *data = sample(&n), *packed;

	put(data, n);
	expect_same();
	assert_int_equal(sk_pack_bzip2(data, n, &packed, &n_packed), 0);
	put(packed, n_packed);
	expect_same();
	free(packed);
	free(data);
}

static int open_each_way(const char *name)
{
	selkie_diagnostics *a = selkie_diagnostics_new(), *b = selkie_diagnostics_new();
	char *of_a, *of_b;
	selkie_module *m;
	int r = selkie_module_load(name, a, &m);

	assert_int_equal(selkie_module_map(name, b, &m), r);
	of_a = selkie_diagnostics_print(a, 0);
	of_b = selkie_diagnostics_print(b, 0);
	assert_string_equal(of_a ? of_a : "", of_b ? of_b : "");
	free(of_a);
	free(of_b);
	selkie_diagnostics_free(a);
	selkie_diagnostics_free(b);
	return r;
}

static void refused_as_loaded(void **state)
{
	assert_int_equal(open_each_way("/no/such/file"), -ENOENT);
	assert_int_equal(open_each_way("/"), -EISDIR);
	assert_int_equal(open_each_way("/dev/null"), SELKIE_MODULE_REFUSED);
	put("", 0);
	assert_int_equal(open_each_way(path), SELKIE_MODULE_REFUSED);
	put("no module", 9);
	assert_int_equal(open_each_way(path), SELKIE_MODULE_REFUSED);
	put("BZh9 no archive", 15);
	assert_int_equal(open_each_way(path), SELKIE_MODULE_REFUSED);
}

/* What is no regular file cannot be mapped, and is read. */
static void read_where_not_mapped(void **state)
{
	char name[64], *data;
	selkie_module *m;
	int fds[2];
	size_t n;

	data = sample(&n);
	assert_int_equal(pipe(fds), 0);
	assert_true(n < 65536);
	assert_int_equal(write(fds[1], data, n), n);
	close(fds[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", fds[0]);
	assert_int_equal(selkie_module_map(name, NULL, &m), 0);
	close(fds[0]);
	free(data);
	data = as_cil(m);
	free(data);
	selkie_module_free(m);
}

struct scene {
	enum selkie_module_language language;
};

static int map_and_print(void *arg)
{
	const struct scene *scene = arg;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int fd = open("/dev/null", O_WRONLY), r = diags ? 0 : -ENOMEM;
	selkie_module *m = NULL;

	if (!r)
		r = selkie_module_map(path, diags, &m);
	if (!r) {
		r = selkie_module_print_fd(m, scene->language, diags, fd);
		selkie_module_free(m);
	}
	close(fd);
	selkie_diagnostics_free(diags);
	return r;
}

static void no_memory(void **state)
{
	static const struct scene scenes[] = {
		{ SELKIE_MODULE_CIL }, { SELKIE_MODULE_JSON }, { SELKIE_MODULE_TE }, { SELKIE_MODULE_FC },
	};
	size_t n;
	char *data = sample(&n);

	put(data, n);
	free(data);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		const char *fault = alloc_fail_each(map_and_print, (void *)&scenes[i], 2000, NULL);

		if (fault)
			fail_msg("language %zu: %s", i, fault);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mapped_as_loaded),
		cmocka_unit_test(refused_as_loaded),
		cmocka_unit_test(read_where_not_mapped),
		cmocka_unit_test(no_memory),
	};
	int fd = mkstemp(path), r;

	if (fd < 0)
		return 1;
	close(fd);
	r = cmocka_run_group_tests_name("unit/package-api", tests, NULL, NULL);
	unlink(path);
	return r;
}
