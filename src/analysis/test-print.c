/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies as text: line by line what checkpolicy makes of the same policy, and compiled again the same policy. That
 * the compiled text is the policy is for test/same to say; here, that text and policy come out the same from then on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static const char *const plain[] = { NULL };
static const char *const mls[] = { "-M", NULL };
static const char *const xen[] = { "-t", "xen", NULL };

static selkie_policy *read_policy(const char *data, size_t size)
{
	selkie_policy *policy = NULL;

	assert_int_equal(selkie_policy_read_memory(data, size, "policy", NULL, &policy), 0);
	return policy;
}

/* Fails when anything cannot be said. */
static char *print(const selkie_policy *policy, enum selkie_print_order order)
{
	struct selkie_print_options options = SELKIE_PRINT_OPTIONS_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	char *text = NULL;
	size_t size;

	options.order = order;
	assert_int_equal(selkie_policy_print_memory(policy, &options, diags, &text, &size), 0);
	if (selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		fail_msg("%s", selkie_diagnostics_print(diags, 0));
	assert_int_equal(strlen(text), size);
	selkie_diagnostics_free(diags);
	return text;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * What checkpolicy does not write right (docs/policy-text.md): names in constraints before version 29.
 */
static bool is_compared(const char *line, unsigned int version)
{
	if (version < 29 && (strstr(line, "constrain ") || strstr(line, "validatetrans ")))
		return false;
	return true;
}

/* Cuts a text into its lines, sorted. */
static char **sorted_lines(char *text, unsigned int version, size_t *ret_n)
{
	char **lines = NULL;
	size_t n = 0, cap = 0;

	for (char *s = strtok(text, "\n"); s; s = strtok(NULL, "\n")) {
		if (!is_compared(s, version))
			continue;
		if (n == cap)
			lines = realloc(lines, (cap = cap ? 2 * cap : 1024) * sizeof(*lines));
		assert_non_null(lines);
		lines[n++] = s;
	}
	qsort(lines, n, sizeof(*lines), compare_lines);
	*ret_n = n;
	return lines;
}

/* What checkpolicy 3.4 gets wrong (docs/policy-text.md): "mls" before a validatetrans that compares no level. */
static void correct(char *text)
{
	char *to = text;

	for (char *s = text; *s; *to++ = *s++) {
		size_t n;

		if (*s != 'm' || strncmp(s, "mlsvalidatetrans ", 17))
			continue;
		n = strcspn(s, "\n");
		if (!memmem(s, n, "(l1 ", 4) && !memmem(s, n, "(h1 ", 4) && !memmem(s, n, " l1 ", 4) &&
		    !memmem(s, n, " h1 ", 4))
			s += 3;
	}
	*to = '\0';
}

static void same_lines(char *ours, char *theirs, unsigned int version, const char *what)
{
	size_t n, m;
	char **a = sorted_lines(ours, version, &n), **b = sorted_lines(theirs, version, &m);

	for (size_t i = 0; i < n && i < m; i++)
		if (strcmp(a[i], b[i]))
			fail_msg("%s: ours '%.200s', checkpolicy's '%.200s'", what, a[i], b[i]);
	assert_int_equal(n, m);
	free(a);
	free(b);
}

/* Text of a policy against checkpolicy's of the same file. */
static void against_checkpolicy(const char *data, size_t size, const char *const *flags, const char *what)
{
	selkie_policy *policy = read_policy(data, size);
	size_t n;
	char *theirs = peer_decompile(data, size, flags, &n);
	char *ours;

	correct(theirs);
	ours = print(policy, SELKIE_PRINT_SORTED);
	same_lines(ours, theirs, selkie_policy_version(policy), what);
	free(ours);
	free(theirs);
	selkie_policy_free(policy);
}

static const char *const *unknown_flags(const selkie_policy *policy, const char *const *flags,
					const char *full[8])
{
	size_t n = 0;

	for (; flags[n]; n++)
		full[n] = flags[n];
	full[n++] = "-U";
	full[n++] = selkie_policy_handle_unknown(policy) == SELKIE_UNKNOWN_ALLOW	? "allow"
		    : selkie_policy_handle_unknown(policy) == SELKIE_UNKNOWN_REJECT ? "reject"
										    : "deny";
	full[n] = NULL;
	return full;
}

/* Policy to text to policy to text to policy: what comes after the first compilation does not change any more. */
static void round_trip(const char *data, size_t size, const char *const *flags, enum selkie_print_order order)
{
	selkie_policy *policy = read_policy(data, size), *second;
	unsigned int version = selkie_policy_version(policy);
	const char *full[8];
	char *text = print(policy, order), *again, *compiled, *twice;
	size_t n, m;

	unknown_flags(policy, flags, full);
	compiled = peer_compile_text(text, version, full, &n);
	second = read_policy(compiled, n);
	again = print(second, order);
	twice = peer_compile_text(again, version, full, &m);
	assert_int_equal(n, m);
	assert_memory_equal(compiled, twice, n);
	if (order == SELKIE_PRINT_SORTED)
		assert_string_equal(text, again);
	free(text);
	free(again);
	free(compiled);
	free(twice);
	selkie_policy_free(policy);
	selkie_policy_free(second);
}

static void every_version(const char *source, const char *const *flags, unsigned int first,
			  unsigned int last)
{
	char what[64];

	for (unsigned int v = first; v <= last; v++) {
		size_t size;
		char *data = peer_checkpolicy(source, v, flags, &size);

		snprintf(what, sizeof(what), "%s, version %u", source, v);
		if (v < 20 || v > 23)	/* of which checkpolicy refuses to make text */
			against_checkpolicy(data, size, flags, what);
		round_trip(data, size, flags, SELKIE_PRINT_IN_ORDER);
		round_trip(data, size, flags, SELKIE_PRINT_SORTED);
		free(data);
	}
}

static void test_versions(void **state)
{
	every_version("selinux.conf", plain, 15, 24);
	every_version("selinux-mls.conf", mls, 19, 33);
	every_version("xen.conf", xen, 24, 24);
	every_version("xen.conf", xen, 30, 30);
}

static void test_debian(void **state)
{
	static const char *const files[] = { "test/denials/policy.33", "test/denials/policy.33.mls" };

	for (size_t i = 0; i < 2; i++) {
		size_t size;
		char *data = peer_read(peer_path(files[i]), &size);

		against_checkpolicy(data, size, mls, files[i]);
		free(data);
	}
}

struct scene {
	const selkie_policy *policy;
	enum selkie_print_language language;
};

static int print_scene(void *arg)
{
	const struct scene *scene = arg;
	struct selkie_print_options options = SELKIE_PRINT_OPTIONS_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	char *text = NULL;
	int r = diags ? 0 : -12;

	options.language = scene->language;
	options.order = SELKIE_PRINT_SORTED;
	if (!r)
		r = selkie_policy_print_memory(scene->policy, &options, diags, &text, NULL);
	free(text);
	options.order = SELKIE_PRINT_IN_ORDER;
	if (!r)
		r = selkie_policy_print_fd(scene->policy, &options, diags, 1000000);
	selkie_diagnostics_free(diags);
	return r == -9 ? 0 : r;	/* EBADF: nothing is there to be written to */
}

static void test_no_memory(void **state)
{
	static const enum selkie_print_language languages[] = { SELKIE_PRINT_CONF, SELKIE_PRINT_CIL, SELKIE_PRINT_JSON };
	size_t size;
	char *data = peer_checkpolicy("selinux-mls.conf", 33, mls, &size);
	selkie_policy *policy = read_policy(data, size);

	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		struct scene scene = { policy, languages[i] };

		alloc_fail_check(print_scene, &scene, 2000, 0);
	}
	selkie_policy_free(policy);
	free(data);
}

static void test_odd_requests(void **state)
{
	struct selkie_print_options options = SELKIE_PRINT_OPTIONS_INIT;
	size_t size;
	char *data = peer_checkpolicy("small.conf", 33, plain, &size), *text = NULL;
	selkie_policy *policy = read_policy(data, size);

	options.version++;
	assert_int_equal(selkie_policy_print_memory(policy, &options, NULL, &text, NULL), -22);
	options = (struct selkie_print_options)SELKIE_PRINT_OPTIONS_INIT;
	options.order = 2;
	assert_int_equal(selkie_policy_print_fd(policy, &options, NULL, 1), -22);
	assert_null(text);
	assert_int_equal(selkie_policy_print_memory(policy, NULL, NULL, &text, NULL), 0);
	assert_non_null(strstr(text, "\ntype "));
	free(text);
	selkie_policy_free(policy);
	free(data);
}

/* What the language has no words for is told, thing by thing. The bounds and the level "low" are the source's. */
static void test_lacking(void **state)
{
	static const char *const flags[] = { "-M", "true", "-f", "/dev/null", NULL };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	size_t size;
	char *data = peer_secilc("selinux.cil", 33, flags, &size), *text = NULL, *said;
	selkie_policy *policy = read_policy(data, size);

	assert_int_equal(selkie_policy_print_memory(policy, NULL, diags, &text, NULL), 0);
	said = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(said, "that role 'user_r' is bounded by 'system_r' cannot be said [W0330]"));
	assert_non_null(strstr(said, "that user 'user_u' is bounded by 'system_u' cannot be said [W0330]"));
	assert_non_null(strstr(said, "the sensitivity 'low' has a name"));
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE), 3);
	selkie_diagnostics_free(diags);
	selkie_policy_free(policy);
	free(said);
	free(text);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_debian),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_odd_requests),
	};

	return cmocka_run_group_tests_name("analysis/print", tests, NULL, NULL);
}
