/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each kind of thing has a key of its own. Origins are the same after they were saved and loaded; every truncation and every changed byte of the file is refused
 * or gives origins that can be walked; one of another policy is refused; each failing allocation is reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "provenance/origins.h"

static const char *strings[] = { "common", "a.te", "b.if", "b_read", "module_a" };
static struct sk_origin_expansion expansions[] = { { 0 }, { 0, 3, 1, 7 }, { 1, 3, 2, 90000 } };
static struct sk_origin_cond conds[] = { { 0 }, { 1, 2, 0 }, { 2, 90000, 1 } };
static struct sk_origin_stmt stmts[] = {
	{ SK_ORIGIN_NO_STRING, 1, 3, 0, 0 }, { 4, 2, 12, 2, 2 }, { 4, 2, 5, 1, 1 },
};
static struct sk_origin_source sources[] = { { 0, 0 }, { 1, 3 }, { 2, 0x80000001u }, { 2, 0 }, { 0, 5 }, { 1, 2 } };
static uint32_t first[] = { 0, 1, 3, 4, 5, 6 };
static const uint32_t types[] = { 3, 1, 2, 1 }, numbers[] = { 0x5401, 0x5401, 0x8900, 0x89ff };
static struct sk_origin_set sets[] = {
	{ 0, 1, 1, types }, { SK_ORIGIN_COMPLEMENT, 2, 0, types + 1 }, { 0, 4, 0, numbers }, { SK_ORIGIN_ALL, 0, 1, types + 2 },
};

static void make(struct sk_origins *o, uint64_t keys[5])
{
	assert_true(sk_origin_key(0, 0, 2, 65535, 7, &keys[0]));
	assert_true(sk_origin_key(0, 8191, 2, 1, 16383, &keys[1]));
	assert_true(sk_origin_key(SK_ORIGIN_FILENAME, 0, 2, 3, 4, &keys[2]));
	/* { 3 -1 } on ~{ 2 1 } and itself; and numbers of all but 2, on all others of these */
	assert_true(sk_origin_key(SK_ORIGIN_NEVERALLOW, SK_ORIGIN_SELF, 0, 1, 1, &keys[3]));
	assert_true(sk_origin_key(SK_ORIGIN_NEVERALLOW, SK_ORIGIN_NOT_SELF | SK_ORIGIN_IOCTL, 3, 3, 1, &keys[4]));
	*o = (struct sk_origins){ .n_strings = 5, .n_expansions = 3, .n_conds = 3, .n_stmts = 3, .n_sets = 4, .n_keys = 5,
				  .n_sources = 6, .strings = strings, .expansions = expansions, .conds = conds, .stmts = stmts,
				  .sets = sets, .keys = keys, .first = first, .sources = sources };
}

static void test_keys(void **state)
{
	uint64_t key;

	assert_false(sk_origin_key(32, 0, 0, 0, 0, &key));
	assert_false(sk_origin_key(0, 8192, 0, 0, 0, &key));
	assert_false(sk_origin_key(0, 0, 65536, 0, 0, &key));
	assert_false(sk_origin_key(0, 0, 0, 65536, 0, &key));
	assert_false(sk_origin_key(0, 0, 0, 0, 16384, &key));
	assert_true(sk_origin_key(31, 8191, 65535, 65535, 16383, &key));
	assert_true(key == UINT64_MAX);
}

/* What has no ids has keys of what it is, wherever it stands; other things have other keys. */
static void test_facts(void **state)
{
	struct sk_constraint_node nodes[] = { { .kind = SK_CONSTRAINT_ATTR, .attr = SK_ATTR_USER, .op = SK_OP_EQ } };
	struct sk_constraint constraint = { .perms = 4, .n_nodes = 1, .nodes = nodes };
	struct sk_class cls = { .name = "process", .n_constraints = 1, .constraints = &constraint };
	struct sk_ocontext ports[] = { { .u.port = { 6, 80, 80 } }, { .u.port = { 6, 81, 81 } } };
	struct sk_ocontext nodes6[] = { { .u.node = { .address = { 1 } } } };
	struct sk_genfs_path path = { .path = "/", .cls = { 7 } };
	struct sk_genfs genfs = { .fstype = "proc", .n_paths = 1, .paths = &path };
	struct sk_policy p = { .n_classes = 1, .classes = &cls, .n_genfs = 1, .genfs = &genfs };
	static const struct selkie_fact facts[] = {
		{ SELKIE_FACT_CONSTRAINT, 1, 0 }, { SELKIE_FACT_PORT, 1, 0 }, { SELKIE_FACT_NODE, 0, 0 },
		{ SELKIE_FACT_GENFS, 0, 0 }, { SELKIE_FACT_TYPE, 3, 0 }, { SELKIE_FACT_MEMBER, 3, 9 },
		{ SELKIE_FACT_LABEL, 70000, 0 }, { SELKIE_FACT_INITIAL, 5, 0 },
	};
	uint64_t keys[8];
	struct sk_origin_source from[8] = { { 0 } };
	uint32_t starts[] = { 0, 1, 1, 1 };
	struct sk_origins o = { .n_strings = 5, .n_expansions = 3, .n_stmts = 3, .n_keys = 1, .n_sources = 1, .strings = strings,
				.expansions = expansions, .stmts = stmts, .keys = keys, .first = starts, .sources = from };
	struct selkie_fact other;
	struct selkie_origin origin;

	p.ocontexts[SK_OCON_PORT] = ports;
	p.n_ocontexts[SK_OCON_PORT] = 2;
	p.ocontexts[SK_OCON_NODE6] = nodes6;
	p.n_ocontexts[SK_OCON_NODE6] = 1;
	assert_true(sk_origin_constraint_key(&cls, &constraint, &keys[0]));
	assert_true(sk_origin_object_key(SK_OCON_PORT, &ports[1], &keys[1]));
	assert_true(sk_origin_object_key(SK_OCON_NODE6, &nodes6[0], &keys[2]));
	assert_true(sk_origin_genfs_key("proc", &path, &keys[3]));
	assert_true(sk_origin_key(SK_ORIGIN_TYPE, 0, 3, 0, 0, &keys[4]));
	assert_true(sk_origin_key(SK_ORIGIN_MEMBER, 0, 3, 9, 0, &keys[5]));
	assert_true(sk_origin_key(SK_ORIGIN_LABEL, 0, 1, 70000 - 65536, 0, &keys[6]));
	assert_true(sk_origin_object_key(SK_OCON_ISID, &(struct sk_ocontext){ .u.sid = 5 }, &keys[7]));
	for (size_t i = 0; i < 8; i++) {
		keys[0] = keys[i];
		for (size_t k = 0; k < 8; k++)
			assert_int_equal(selkie_origins_count_fact(&o, &p, &facts[k]), i == k);
		assert_int_equal(selkie_origins_get_fact(&o, &p, &facts[i], 0, &origin), 0);
		assert_string_equal(origin.file, "a.te");
		assert_int_equal(selkie_origins_get_fact(&o, &p, &facts[i], 1, &origin), -EINVAL);
		/* the next one of its kind is another, or is not there */
		other = facts[i];
		other.id++;
		assert_int_equal(selkie_origins_count_fact(&o, &p, &other), 0);
	}
	keys[0] = keys[1];
	ports[1].u.port.high = 82;
	assert_int_equal(selkie_origins_count_fact(&o, &p, &facts[1]), 0);
}

/* A statement of a binary module, and a mark of where text was made from. */
static void test_binary(void **state)
{
	struct sk_origin_expansion marks[] = { { 0 }, { 0, 2, 2, 7 | SK_ORIGIN_MARK } };
	struct sk_origin_stmt one = { 4, 1, 12 | SK_ORIGIN_BINARY, 1, 0 };
	struct sk_origin_source source = { 0 };
	uint64_t key;
	uint32_t starts[] = { 0, 1 };
	struct sk_origins o = { .n_strings = 5, .n_expansions = 2, .n_stmts = 1, .n_keys = 1, .n_sources = 1, .strings = strings,
				.expansions = marks, .stmts = &one, .keys = &key, .first = starts, .sources = &source };
	const struct selkie_fact fact = { SELKIE_FACT_ROLE, 2, 0 };
	struct selkie_origin_call call;
	struct selkie_origin origin;

	assert_true(sk_origin_key(SK_ORIGIN_ROLE, 0, 2, 0, 0, &key));
	assert_int_equal(selkie_origins_get_fact(&o, NULL, &fact, 0, &origin), 0);
	assert_true(origin.binary);
	assert_int_equal(origin.line, 12);
	assert_int_equal(selkie_origin_call(&o, origin.call, &call), 0);
	assert_true(call.mark);
	assert_int_equal(call.line, 7);
	assert_string_equal(call.file, "b.if");
}

static void put_file(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);

}

static size_t get_file(const char *path, unsigned char *data, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n;

	assert_non_null(f);
	n = fread(data, 1, size, f);
	fclose(f);
	return n;
}

static void check(const struct sk_origins *o)
{
	struct selkie_rule rule = { .kind = SELKIE_RULE_ALLOW, .source = { 2 }, .target = { 65535 }, .cls = { 7 },
				    .cond = SELKIE_UNCONDITIONAL };
	struct selkie_origin_call call;
	struct selkie_origin origin;

	assert_int_equal(selkie_origins_count(o, &rule), 1);
	assert_int_equal(selkie_origins_get(o, &rule, 0, &origin), 0);
	assert_null(origin.module);
	assert_string_equal(origin.file, "a.te");
	assert_int_equal(origin.line, 3);
	assert_int_equal(origin.call, 0);
	assert_null(origin.cond_file);
	assert_int_equal(selkie_origins_get(o, &rule, 1, &origin), -EINVAL);
	rule.cond = 4095;
	rule.target.v = 1;
	rule.cls.v = 16383;
	rule.branch = true;
	assert_int_equal(selkie_origins_count(o, &rule), 2);
	rule.branch = false;
	assert_int_equal(selkie_origins_count(o, &rule), 0);
	rule.branch = true;
	assert_int_equal(selkie_origins_get(o, &rule, 1, &origin), 0);
	assert_int_equal(origin.perms, 0x80000001u);
	assert_string_equal(origin.cond_file, "a.te");
	assert_int_equal(origin.cond_line, 2);
	assert_int_equal(origin.cond_call, 0);
	assert_int_equal(selkie_origins_get(o, &rule, 0, &origin), 0);
	assert_string_equal(origin.module, "module_a");
	assert_int_equal(origin.perms, 3);
	assert_string_equal(origin.cond_file, "b.if");
	assert_int_equal(origin.cond_line, 90000);
	assert_int_equal(origin.cond_call, 1);
	assert_int_equal(selkie_origin_call(o, origin.call, &call), 1);
	assert_string_equal(call.name, "b_read");
	assert_string_equal(call.file, "b.if");
	assert_int_equal(call.line, 90000);
	assert_int_equal(selkie_origin_call(o, 1, &call), 0);
	assert_string_equal(call.file, "a.te");
	rule = (struct selkie_rule){ .kind = SELKIE_RULE_TYPE_TRANSITION, .source = { 2 }, .target = { 3 }, .cls = { 4 },
				     .name = "common", .cond = SELKIE_UNCONDITIONAL };
	assert_int_equal(selkie_origins_count(o, &rule), 1);
	rule.name = "nothing";
	assert_int_equal(selkie_origins_count(o, &rule), 0);
}

static void test_file(void **state)
{
	char folder[] = "/tmp/origins.XXXXXX", policy[64], side[80];
	unsigned char data[512], was;
	struct sk_origins o, *read;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	uint64_t keys[5], hash;
	size_t n;
	char *text;

	assert_non_null(mkdtemp(folder));
	snprintf(policy, sizeof(policy), "%s/policy", folder);
	snprintf(side, sizeof(side), "%s.origins", policy);
	put_file(policy, "some policy", 11);
	assert_int_equal(selkie_origins_load(policy, diags, &read), SELKIE_ORIGINS_NONE);
	make(&o, keys);
	assert_int_equal(sk_origins_save(&o, policy), 0);
	assert_int_equal(selkie_origins_load(policy, diags, &read), 0);
	check(read);
	selkie_origins_free(read);
	n = get_file(side, data, sizeof(data));
	assert_int_equal(sk_origins_policy_hash(policy, &hash), 0);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(sk_origins_read(data, cut, side, hash, NULL, &read), SELKIE_ORIGINS_REFUSED);
	for (size_t at = 0; at < n; at++)
		for (unsigned int v = 1; v < 256; v += 3) {
			was = data[at];
			data[at] = (unsigned char)(was ^ v);
			if (!sk_origins_read(data, n, side, hash, NULL, &read))
				selkie_origins_free(read);
			data[at] = was;
		}
	data[6]--;
	assert_int_equal(sk_origins_read(data, n, side, hash, diags, &read), SELKIE_ORIGINS_REFUSED);
	data[0]++;
	assert_int_equal(sk_origins_read(data, n, side, hash, diags, &read), SELKIE_ORIGINS_REFUSED);
	put_file(policy, "some policy!", 12);
	assert_int_equal(selkie_origins_load(policy, diags, &read), SELKIE_ORIGINS_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, ".origins: error: another version of selkie wrote this: build the policy again [E0340]\n"));
	assert_non_null(strstr(text, ".origins: error: this does not say where rules come from [E0340]\n"));
	assert_non_null(strstr(text, ".origins: error: this is of another policy than the one it stands beside [E0340]\n"));
	free(text);
	selkie_diagnostics_free(diags);
	unlink(side);
	unlink(policy);
	rmdir(folder);
}

struct scene {
	const unsigned char *data;
	size_t n;
	uint64_t hash;
};

static int read_failing(void *arg)
{
	struct scene *s = arg;
	struct sk_origins *o = NULL;
	int r = sk_origins_read(s->data, s->n, "origins", s->hash, NULL, &o);

	selkie_origins_free(o);
	return r;
}

static void test_out_of_memory(void **state)
{
	char folder[] = "/tmp/origins.XXXXXX", policy[64], side[80];
	unsigned char data[512];
	struct scene s = { .data = data };
	struct sk_origins o;
	uint64_t keys[5];

	assert_non_null(mkdtemp(folder));
	snprintf(policy, sizeof(policy), "%s/policy", folder);
	snprintf(side, sizeof(side), "%s.origins", policy);
	put_file(policy, "some policy", 11);
	make(&o, keys);
	assert_int_equal(sk_origins_save(&o, policy), 0);
	s.n = get_file(side, data, sizeof(data));
	assert_int_equal(sk_origins_policy_hash(policy, &s.hash), 0);
	alloc_fail_check(read_failing, &s, 2000, 0);
	unlink(side);
	unlink(policy);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
