/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Binary modules of every version that the peers still write, base and not: what we lower and print as CIL is, statement
 * for statement, what the peers' converter prints. And damaged packages are read or refused, never anything else; a refusal
 * says where and why: every truncation, and at every offset the words 0, 1, 0x7fffffff, 0xffffffff and the old value less
 * and more one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "peer-policy.h"
#include "selkie/diagnostic.h"
#include "unit/module.h"
#include "unit/print.h"
#include "unit/te.h"

static const char contexts[] =
	"# comment\n"
	"/usr/bin/small\t--\tua:object_r:tm:s0\n"
	"/usr/lib/small(/.*)?\tua:object_r:tn:s0-s1:c0.c1\n"
	"/dev/small -c ua:object_r:tm:s1:c0,c1\n"
	"/proc/small <<none>>\n";

struct world {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_diags *diags;
};

static int world_init(struct world *w)
{
	*w = (struct world){ .sources = SK_SOURCES_INIT };
	w->diags = selkie_diagnostics_new();
	if (!w->diags)
		return -ENOMEM;
	sk_intern_init(&w->names, &w->arena);
	return sk_space_init(&w->space, &w->names, &w->sources, w->diags);
}

static void world_done(struct world *w)
{
	sk_space_done(&w->space);
	sk_sources_done(&w->sources);
	sk_intern_done(&w->names);
	sk_arena_done(&w->arena);
	selkie_diagnostics_free(w->diags);
}

static char *module(bool base, unsigned int version, size_t *ret_size)
{
	const char *mls[] = { "-M", NULL };

	return peer_checkmodule(!base ? "small.te" : version == 4 ? "small.conf" : "small-base.conf", version,
				version == 4 ? NULL : mls, ret_size);
}

/* Statements, one a line without indentation: what the order of text and the depth of optionals does not change. */
static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * What the converter of userspace 3.4 writes differently. It says some requirements over again, in blocks within, declares
 * two roles in every base, and loses the aliases of sensitivities and categories. Constraints are mlsconstrain to it once
 * one of the class was, and conditions of tunables booleanif.
 */
static bool is_particular(const char *line)
{
	static const char *const texts[] = { "cil_gen_require", "(role auditadm_r)", "(role secadm_r)",
					     "(sensitivityalias", "(categoryalias" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strstr(line, texts[i]))
			return true;
	return false;
}

/* Without blanks beside parentheses and at the beginning, and with one spelling where the peer's words differ. */
static char *normalize(char *line)
{
	static const struct { const char *theirs, *ours; } words[] = {
		{ "(mlsconstrain", "(constrain" }, { "(tunableif", "(booleanif" }, { "((range c0 c1))", "(range c0 c1)" },
	};
	char *to;

	line += strspn(line, " ");
	for (char *from = to = line; *from; from++)
		if (*from != ' ' || (from[1] != ')' && from[1] != ' ' && from[1] != '('))
			*to++ = *from;
	*to = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char *at = strstr(line, words[i].theirs);

		if (!at)
			continue;
		memmove(at + strlen(words[i].ours), at + strlen(words[i].theirs),
			strlen(at) - strlen(words[i].theirs) + 1);
		memcpy(at, words[i].ours, strlen(words[i].ours));
	}
	return line;
}

static size_t lines(char *text, char ***ret_lines)
{
	size_t n = 0, cap = 0;
	char **list = NULL;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		line = normalize(line);
		if (is_particular(line))
			continue;
		assert_int_equal(sk_grow(&list, &cap, n + 1, sizeof(*list)), 0);
		list[n++] = line;
	}
	qsort(list, n, sizeof(*list), compare_lines);
	*ret_lines = list;
	return n;
}

/* The same statements, in whatever order. Frees both. */
static void check_same_cil(char *ours, char *theirs, unsigned int version)
{
	char **our_lines, **their_lines;
	size_t n_ours = lines(ours, &our_lines), n_theirs = lines(theirs, &their_lines);

	for (size_t i = 0; i < n_ours || i < n_theirs; i++)
		if (i == n_ours || i == n_theirs || strcmp(our_lines[i], their_lines[i]) != 0)
			fail_msg("version %u: statement %zu is '%s', and the peer's '%s'", version, i,
				 i < n_ours ? our_lines[i] : "", i < n_theirs ? their_lines[i] : "");
	free(our_lines);
	free(their_lines);
	free(ours);
	free(theirs);
}

static void check_cil(const char *data, size_t size, unsigned int version)
{
	struct sk_buf out = SK_BUF_INIT;
	char *ours, *theirs;
	struct sk_unit unit;
	size_t n;
	struct world w;

	assert_int_equal(world_init(&w), 0);
	if (sk_module_read(&w.space, data, size, "small.pp", 7, &unit))
		fail_msg("version %u: %s", version, selkie_diagnostics_print(w.diags, 0));
	assert_int_equal(unit.number, 7);
	assert_int_equal(sk_unit_print_cil(&unit, &out), 0);
	ours = sk_buf_steal(&out, &n);
	theirs = version > 21 ? peer_bare_module_to_cil(data, size, version, &n) : peer_module_to_cil(data, size, &n);
	check_same_cil(ours, theirs, version);
	sk_unit_done(&unit);
	world_done(&w);
}

static void test_versions(void **state)
{
	for (unsigned int version = 4; version <= peer_newest_module(); version++)
		for (int base = 0; base < 2; base++) {
			size_t n_module, n_package;
			char *mod = module(base, version, &n_module), *package;

			if (version > 21) {
				check_cil(mod, n_module, version);
				free(mod);
				continue;
			}
			package = peer_package(mod, n_module, version == 4 ? "" : contexts, &n_package);
			check_cil(package, n_package, version);
			free(package);
			free(mod);
		}
}

/* The source as the peer's compiler gets it. */
static char *source_text(const char *name, unsigned int version, size_t *ret_size)
{
	char path[256], *text, *out;
	size_t n, size = 0;

	snprintf(path, sizeof(path), "test/policies/%s", name);
	text = peer_read(peer_path(path), &n);
	out = malloc(n + 2);
	for (char *line = text, *end; *line; line = end) {
		unsigned int since = 0;
		int at = 0;

		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (sscanf(line, "#@%u %n", &since, &at) != 1 || since <= version) {
			memcpy(out + size, line + at, (size_t)(end - line - at));
			size += (size_t)(end - line - at);
		}
	}
	out[size] = '\0';
	free(text);
	*ret_size = size;
	return out;
}

/*
 * From the source to the module: the bytes are checkmodule's. Before version 12 checkmodule drops role transitions, even of
 * processes, as it does not know yet which class that is.
 */
static void test_write(void **state)
{
	static const char *const names[] = { "small.te", "small-base.conf" };

	for (unsigned int version = 12; version <= peer_newest_module(); version++)
		for (int base = 0; base < 2; base++) {
			struct sk_buf out = SK_BUF_INIT;
			struct sk_units units = { 0 };
			struct sk_source *source;
			struct world w;
			size_t n, size;
			char *theirs = module(base, version, &n), *text = source_text(names[base], version, &size);

			assert_int_equal(world_init(&w), 0);
			assert_int_equal(sk_te_names_init(&w.names), 0);
			assert_int_equal(sk_sources_add(&w.sources, names[base], text, size, w.diags, &source), 0);
			if (sk_unit_read_conf(&units, &w.space, source))
				fail_msg("%s", selkie_diagnostics_print(w.diags, 0));
			units.list[0]->mls = true;
			if (sk_module_write(units.list[0], version, &out))
				fail_msg("version %u: %s", version, selkie_diagnostics_print(w.diags, 0));
			assert_int_equal(out.n, n);
			/* Since 3.11 tables are in another order; what is in them says the peer. */
			if (version > 21) {
				size_t n_cil;

				check_same_cil(peer_bare_module_to_cil(out.data, out.n, version, &n_cil),
					       peer_bare_module_to_cil(theirs, n, version, &n_cil), version);
			}
			for (size_t i = 0; i < n && version <= 21; i++)
				if (out.data[i] != theirs[i])
					fail_msg("version %u: byte %zu is %d, and the peer's %d", version, i, out.data[i],
						 theirs[i]);
			sk_buf_done(&out);
			sk_units_done(&units);
			world_done(&w);
			free(text);
			free(theirs);
		}
}

/* What a version cannot hold is refused by name, as is a version that is none. */
static void test_write_old(void **state)
{
	struct sk_buf out = SK_BUF_INIT;
	struct sk_unit unit;
	struct world w;
	size_t n;
	char *mod = module(false, 21, &n);

	assert_int_equal(world_init(&w), 0);
	assert_int_equal(sk_module_read(&w.space, mod, n, "small.mod", 1, &unit), 0);
	assert_int_equal(sk_module_write(&unit, 25, &out), -EINVAL);
	assert_null(w.diags->first);
	assert_int_equal(sk_module_write(&unit, 12, &out), SK_MODULE_REFUSED);
	assert_string_equal(w.diags->first->id, "E0415");
	assert_non_null(strstr(w.diags->first->message, "extended permissions"));
	sk_buf_done(&out);
	sk_unit_done(&unit);
	world_done(&w);
	free(mod);
}

/* A place of a statement is in the file, and says the module and which of its statements. */
static void test_places(void **state)
{
	size_t n;
	char *mod = module(false, 21, &n);
	struct sk_place place;
	struct sk_unit unit;
	struct world w;

	assert_int_equal(world_init(&w), 0);
	assert_int_equal(sk_module_read(&w.space, mod, n, "small.mod", 1, &unit), 0);
	for (size_t i = 0; i < unit.stmts.n; i++) {
		sk_sources_place(&w.sources, unit.stmts.list[i].addr, 1, &place);
		assert_int_equal(place.kind, SK_PLACE_BINARY);
		assert_string_equal(place.file, "small.mod");
		assert_true(place.offset < n);
		assert_non_null(strstr(place.field, "module small"));
	}
	assert_string_equal(sk_intern_str(&w.names, unit.name), "small");
	assert_string_equal(sk_intern_str(&w.names, unit.version), "1.2.3");
	sk_unit_done(&unit);
	world_done(&w);
	free(mod);
}

struct tally {
	size_t n_read, n_refused;
};

static void check_reason(const struct sk_diags *diags, size_t size, const char *what, size_t at)
{
	const struct sk_diag *d = diags->first;

	while (d && d->severity != SELKIE_SEVERITY_ERROR)
		d = d->next;
	if (!d || !d->id || d->id[0] != 'E' || d->place.kind != SK_PLACE_BINARY || !d->place.field ||
	    !*d->place.field || d->place.offset > size || strlen(d->message) < 10)
		fail_msg("%s at %zu: no error with a field, an offset and a reason: %s", what, at,
			 selkie_diagnostics_print(diags, 0));
}

static void try_bytes(const char *data, size_t size, const char *what, size_t at, struct tally *tally)
{
	struct sk_buf out = SK_BUF_INIT;
	struct sk_unit unit;
	struct world w;
	int r;

	assert_int_equal(world_init(&w), 0);
	r = sk_module_read(&w.space, data, size, "damaged", 1, &unit);
	if (r == SK_MODULE_REFUSED) {
		check_reason(w.diags, size, what, at);
		tally->n_refused++;
	} else if (r) {
		fail_msg("%s at %zu: %d", what, at, r);
	} else {
		assert_int_equal(sk_unit_print_cil(&unit, &out), 0);
		assert_int_equal(sk_unit_print_te(&unit, &out), 0);
		r = sk_module_write(&unit, 24, &out);
		if (r && r != SK_MODULE_REFUSED)
			fail_msg("%s at %zu: written: %d", what, at, r);
		sk_unit_done(&unit);
		tally->n_read++;
	}
	sk_buf_done(&out);
	world_done(&w);
}

static char *sample(bool base, size_t *ret_size)
{
	size_t n;
	char *mod = module(base, 21, &n), *package = peer_package(mod, n, contexts, ret_size);

	free(mod);
	return package;
}

static void test_truncation(void **state)
{
	for (int base = 0; base < 2; base++) {
		struct tally tally = { 0 };
		size_t size, n_read;
		char *data = sample(base, &size);

		/* within the file contexts, only a cut line is refused */
		n_read = size - strlen(contexts);
		for (size_t n = 0; n < n_read; n++) {
			char *part = malloc(n ? n : 1);	/* of its size, so that a sanitizer sees a step over it */

			memcpy(part, data, n);
			try_bytes(part, n, "cut", n, &tally);
			free(part);
		}
		assert_int_equal(tally.n_read, 0);
		for (size_t n = n_read; n < size; n++)
			try_bytes(data, n, "cut", n, &tally);
		assert_true(tally.n_read > 4 && tally.n_refused > n_read);
		free(data);
	}
}

static uint32_t load32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static void store32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> (8 * i));
}

static void test_words(void **state)
{
	for (int base = 0; base < 2; base++) {
		struct tally tally = { 0 };
		size_t size;
		char *data = sample(base, &size);

		for (size_t at = 0; at + 4 <= size; at++) {
			uint32_t old = load32(data + at);
			const uint32_t words[] = { 0, 1, 0x7fffffff, 0xffffffff, old - 1, old + 1 };

			for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
				store32(data + at, words[i]);
				try_bytes(data, size, "word", at, &tally);
			}
			store32(data + at, old);
		}
		/* names and flags may change, structure may not: both outcomes must have been met often */
		assert_true(tally.n_read > size / 10);
		assert_true(tally.n_refused > size);
		free(data);
	}
}

/* What a package may not be, each with the reason that is given. */
static void test_containers(void **state)
{
	static const struct { const char *bytes; size_t n; const char *id; } rows[] = {
		{ "", 0, "E0401" },
		{ "PK\3\4", 4, "E0402" },
		{ "\x8f\xff\x7c\xf9\1\0\0\0\0\0\0\0", 12, "E0411" },
		{ "\x8f\xff\x7c\xf9\1\0\0\0\xff\0\0\0", 12, "E0404" },
		{ "\x8f\xff\x7c\xf9\1\0\0\0\1\0\0\0\x80\0\0\0", 16, "E0411" },
		/* two sections of file contexts */
		{ "\x8f\xff\x7c\xf9\1\0\0\0\2\0\0\0\x14\0\0\0\x18\0\0\0\x90\xff\x7c\xf9\x90\xff\x7c\xf9", 28, "E0411" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sk_unit unit;
		struct world w;

		assert_int_equal(world_init(&w), 0);
		assert_int_equal(sk_module_read(&w.space, rows[i].bytes, rows[i].n, "x", 1, &unit), SK_MODULE_REFUSED);
		assert_string_equal(w.diags->first->id, rows[i].id);
		world_done(&w);
	}
}

/* Taken apart and put together again, a package has the same bytes as the peer wrote. */
static void test_package(void **state)
{
	struct sk_buf out = SK_BUF_INIT;
	struct sk_package package;
	size_t size;
	char *data = sample(true, &size);

	assert_int_equal(sk_package_split(&package, data, size, "x", NULL), 0);
	assert_int_equal(package.sections[SK_SECTION_FILE_CONTEXTS].n, strlen(contexts));
	assert_memory_equal(package.sections[SK_SECTION_FILE_CONTEXTS].data, contexts, strlen(contexts));
	sk_package_write(&out, &package);
	assert_int_equal(out.n, size);
	assert_memory_equal(out.data, data, size);
	sk_buf_done(&out);
	free(data);
}

struct scene {
	const char *data;
	size_t size;
};

static int read_and_print(void *arg)
{
	const struct scene *scene = arg;
	struct sk_buf out = SK_BUF_INIT;
	struct sk_unit unit;
	struct world w;
	int r = world_init(&w);

	if (!r)
		r = sk_module_read(&w.space, scene->data, scene->size, "scene", 1, &unit);
	if (!r) {
		r = sk_unit_print_cil(&unit, &out);
		if (!r)
			r = sk_unit_print_te(&unit, &out);
		if (!r)
			r = sk_module_write(&unit, 24, &out);
		if (!r && out.failed)
			r = out.error;
		sk_unit_done(&unit);
	}
	sk_buf_done(&out);
	world_done(&w);
	return r;
}

static void test_no_memory(void **state)
{
	for (int base = 0; base < 2; base++) {
		struct scene scene;
		char *data = sample(base, &scene.size);

		scene.data = data;
		alloc_fail_check(read_and_print, &scene, 2000, 0);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_old),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("unit/module", tests, NULL, NULL);
}
