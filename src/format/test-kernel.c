/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel policies that the peers' compilers write are read, and written back as the same bytes.
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

#include "model/policy.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

/* Reads what must be readable, without a word of complaint. */
static selkie_policy *must_read(const char *data, size_t size, const char *name)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = NULL;
	int r = selkie_policy_read_memory(data, size, name, diags, &policy);

	if (r || selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		fail_msg("%s: %d %s", name, r, selkie_diagnostics_print(diags, 0));
	selkie_diagnostics_free(diags);
	return policy;
}

static void must_be_same(const char *data, size_t size, const void *written, size_t n,
			 const char *name)
{
	size_t at = 0;

	while (at < size && at < n && data[at] == ((const char *)written)[at])
		at++;
	if (at < size || at < n)
		fail_msg("%s: %zu bytes came back as %zu, the first difference is at %zu", name, size, n,
			 at);
}

static void round_trip(const char *data, size_t size, const char *name)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = must_read(data, size, name);
	void *written = NULL;
	size_t n = 0;
	int r = selkie_policy_write_memory(policy, 0, diags, &written, &n);

	if (r || selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		fail_msg("%s: %d %s", name, r, selkie_diagnostics_print(diags, 0));
	must_be_same(data, size, written, n, name);
	free(written);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
}

struct recipe {
	const char *source;
	unsigned int first, last;
	const char *flags[6];
};

static const struct recipe recipes[] = {
	{ "selinux-mls.conf", 19, 33, { "-M" } },
	{ "selinux-mls.conf", 33, 33, { "-M", "-O" } },
	{ "selinux-mls.conf", 33, 33, { "-M", "-U", "allow" } },
	{ "selinux-mls.conf", 24, 24, { "-M", "-U", "deny" } },
	{ "selinux-mls.conf", 19, 19, { "-M", "-U", "reject" } },
	{ "selinux.conf", 15, 33, { NULL } },
	{ "selinux.conf", 33, 33, { "-U", "reject" } },
	{ "selinux.conf", 15, 15, { "-U", "allow" } },
	{ "xen.conf", 24, 24, { "-t", "xen" } },
	{ "xen.conf", 30, 30, { "-t", "xen" } },
	{ "xen.conf", 30, 30, { "-t", "xen", "-U", "allow" } },
};

static void test_checkpolicy(void **state)
{
	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++)
		for (unsigned int v = recipes[i].first; v <= recipes[i].last; v++) {
			char name[64];
			size_t size;
			char *data = peer_checkpolicy(recipes[i].source, v, recipes[i].flags, &size);

			snprintf(name, sizeof(name), "%s, version %u", recipes[i].source, v);
			round_trip(data, size, name);
			free(data);
		}
}

static void test_secilc(void **state)
{
	static const char *const mls[] = { "-f", "/dev/null", "-M", "true", NULL };
	static const char *const flat[] = { "-f", "/dev/null", "-M", "false", "-U", "allow", NULL };
	static const unsigned int versions[] = { 19, 20, 23, 24, 25, 29, 30, 31, 32, 33 };

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		size_t size;
		char *data = peer_secilc("selinux.cil", versions[i], mls, &size);

		round_trip(data, size, "secilc, MLS");
		free(data);
		data = peer_secilc("selinux.cil", versions[i], flat, &size);
		round_trip(data, size, "secilc");
		free(data);
	}
}

/* The offset of the only place where these bytes stand. */
static size_t find_once(const char *data, size_t size, const void *bytes, size_t n)
{
	const char *at = memmem(data, size, bytes, n);

	assert_non_null(at);
	assert_null(memmem(at + 1, size - (size_t)(at + 1 - data), bytes, n));
	return (size_t)(at - data);
}

/* data with n bytes at `at` replaced by others. */
static char *replace_bytes(const char *data, size_t *size, size_t at, size_t n, const void *bytes,
		    size_t n_bytes)
{
	char *new = malloc(*size - n + n_bytes);

	assert_non_null(new);
	memcpy(new, data, at);
	memcpy(new + at, bytes, n_bytes);
	memcpy(new + at + n_bytes, data + at + n, *size - at - n);
	*size += n_bytes - n;
	return new;
}

/*
 * Versions 34 and 35 by hand, from one of version 33, as libsepol's policydb_read() and cond_read_av_list() take them:
 * a set of types follows the permissive ones; a conditional's rule may have extended permissions.
 */
static char *new_version(size_t *size, unsigned int version)
{
	static const char *const flags[] = { "-M", NULL };
	/* small-mls.conf has one permissive type, tb, its second: words of 64 bits, length, count, start, bits */
	static const unsigned char permissive[24] = { 64, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0,
						      0,  0, 0, 0, 8,  0, 0, 0, 0, 0, 0, 0 };
	static const unsigned char neveraudit[24] = { 64, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0,
						      0,  0, 0, 0, 4,  0, 0, 0, 0, 0, 0, 0 };
	char *data = peer_checkpolicy("small-mls.conf", 33, flags, size), *new;
	selkie_policy *p = must_read(data, *size, "33");

	assert_int_equal(sk_policy_find_type(p, "tb").v, 3);
	assert_int_equal(sk_policy_find_type(p, "ta").v, 2);
	selkie_policy_free(p);
	data[16] = (char)version;
	if (version < 35)
		return data;
	new = replace_bytes(data, size, 32 + 24 + sizeof(permissive), 0, neveraudit, sizeof(neveraudit));
	assert_memory_equal(data + 32 + 24, permissive, sizeof(permissive));
	free(data);
	return new;
}

static void test_neveraudit(void **state)
{
	size_t size;
	char *data = new_version(&size, 35);
	selkie_policy *p = must_read(data, size, "35");

	assert_int_equal(p->version, 35);
	assert_int_equal(sk_bitset_count(&p->neveraudit), 1);
	assert_true(sk_bitset_has(&p->neveraudit, sk_policy_find_type(p, "ta").v));
	assert_int_equal(sk_bitset_count(&p->permissive), 1);
	selkie_policy_free(p);
	round_trip(data, size, "35");
	free(data);
}

static void test_conditional_xperms(void **state)
{
	for (unsigned int version = 33; version <= 35; version++) {
		size_t size, at;
		char *data = new_version(&size, version), *new;
		selkie_diagnostics *diags = selkie_diagnostics_new();
		/* ta tb : file (its class 1), auditallow, enabled, write (bit 2) of the conditional */
		const unsigned char rule[12] = { 2, 0, 3, 0, 1, 0, 2, 0x80, 4, 0, 0, 0 };
		unsigned char xrule[42] = { 2, 0, 3, 0, 1, 0, 0, 0x81, 3, 7, [10] = 0xff };
		selkie_policy *p = NULL;

		at = find_once(data, size, rule, sizeof(rule));
		new = replace_bytes(data, &size, at, sizeof(rule), xrule, sizeof(xrule));
		free(data);
		if (version < 34) {
			assert_int_equal(selkie_policy_read_memory(new, size, NULL, diags, &p),
					 SELKIE_POLICY_REFUSED);
		} else {
			p = must_read(new, size, "conditional xperms");
			assert_int_equal(p->conds[0].n_true, 1);
			assert_int_equal(p->rules[p->conds[0].first_true].kind, SK_RULE_XALLOW);
			assert_int_equal(p->xperms[p->rules[p->conds[0].first_true].data].kind,
					 SK_XPERM_NLMSG);
			assert_int_equal(p->xperms[p->rules[p->conds[0].first_true].data].driver, 7);
			assert_int_equal(p->xperms[p->rules[p->conds[0].first_true].data].perms[0], 0xff);
			selkie_policy_free(p);
			round_trip(new, size, "conditional xperms");
		}
		selkie_diagnostics_free(diags);
		free(new);
	}
}

static void test_debian(void **state)
{
	static const char *const names[] = { "test/denials/policy.33", "test/denials/policy.33.mls" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t size;
		char *data = peer_read(peer_path(names[i]), &size);

		round_trip(data, size, names[i]);
		free(data);
	}
}

/* What was read, and where it says so in the source. */
static void test_header(void **state)
{
	static const char *const flags[] = { "-M", "-U", "reject", NULL };
	selkie_policy *p;
	size_t size;
	char *data;

	data = peer_checkpolicy("selinux-mls.conf", 33, flags, &size);
	p = must_read(data, size, "header");
	free(data);
	assert_int_equal(p->version, 33);
	assert_true(p->mls);
	assert_int_equal(p->handle_unknown, SK_UNKNOWN_REJECT);
	assert_int_equal(p->target, SK_TARGET_SELINUX);
	assert_true(sk_bitset_has(&p->permissive, sk_policy_find_type(p, "user_t").v));
	assert_false(sk_bitset_has(&p->permissive, sk_policy_find_type(p, "init_t").v));
	assert_int_equal(sk_bitset_count(&p->capabilities), 4);
	selkie_policy_free(p);
}

/* A pipe has no size, as the files of selinuxfs have none. */
static void test_pipe(void **state)
{
	char *path = strdup(peer_path("test/denials/policy.33"));
	char command[4200];
	selkie_policy *policy = NULL;
	FILE *f;

	snprintf(command, sizeof(command), "cat '%s'", path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(selkie_policy_read_fd(fileno(f), "pipe", NULL, &policy), 0);
	assert_int_equal(pclose(f), 0);
	assert_int_equal(policy->version, 33);
	selkie_policy_free(policy);
	free(path);
}

static void test_no_file(void **state)
{
	selkie_policy *policy = NULL;

	assert_int_equal(selkie_policy_load("/nonexistent/policy", NULL, &policy), -ENOENT);
	assert_int_equal(selkie_policy_load("/", NULL, &policy), -EISDIR);
	assert_null(policy);
}

/* A saved file has the mode of the one it replaces, and a failure leaves the old one and nothing else. */
static void test_save(void **state)
{
	char folder[] = "/tmp/selkie-save-XXXXXX", path[64];
	size_t size, n;
	char *data = peer_read(peer_path("test/denials/policy.33"), &size), *again;
	selkie_policy *policy = must_read(data, size, "save");
	struct stat st;
	FILE *f;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/policy", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("old", f);
	fclose(f);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(selkie_policy_save(policy, path, 0, NULL), 0);
	again = peer_read(path, &n);
	must_be_same(data, size, again, n, "saved");
	free(again);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);

	assert_int_equal(selkie_policy_save(policy, path, 99, NULL), SELKIE_POLICY_REFUSED);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, size);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);	/* no temporary file is left */
	assert_int_equal(selkie_policy_save(policy, path, 0, NULL), -ENOENT);
	selkie_policy_free(policy);
	free(data);
}

static void test_full_disk(void **state)
{
	selkie_policy *policy = NULL;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_int_equal(selkie_policy_load(peer_path("test/denials/policy.33"), NULL, &policy), 0);
	assert_true(fd >= 0);
	assert_int_equal(selkie_policy_write_fd(policy, fd, 0, NULL), -ENOSPC);
	close(fd);
	selkie_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checkpolicy), cmocka_unit_test(test_secilc),
		cmocka_unit_test(test_debian),	    cmocka_unit_test(test_header),
		cmocka_unit_test(test_neveraudit),
		cmocka_unit_test(test_conditional_xperms),
		cmocka_unit_test(test_pipe),	    cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_save),	    cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("format/kernel", tests, NULL, NULL);
}
