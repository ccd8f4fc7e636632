/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The side file. Behind a head (magic, hash of the policy file, counts) stand strings, expansions, conditionals,
 * statements, sets, and for each key its sources, as numbers in sevens of bits with the highest bit for "more"; sorted things as
 * differences from the one before. Whether a statement stands in another conditional than the one before it is a bit of
 * its first number, as most stand in none. Permissions are written only where a rule has several sources, as a single one gave them all,
 * and of neverallow rules, of which the policy knows nothing. The file is
 * no exchange format: another version of it is refused, and the policy built again.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/output.h"
#include "base/reader.h"
#include "provenance/origins.h"

/* The digit is the version. */
static const char sk_origins_magic[8] = "SKORIG3";
#define SK_ORIGINS_VERSION 6

char *sk_origins_path(const char *policy_path)
{
	char *path;

	return asprintf(&path, "%s.origins", policy_path) < 0 ? NULL : path;
}

/* FNV-1a over words of eight bytes, the first one lowest; the size counts too. */
uint64_t sk_origin_hash(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t hash = 0xcbf29ce484222325ull ^ n, word;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		memcpy(&word, p + i, 8);
		hash = (hash ^ le64toh(word)) * 0x100000001b3ull;
		hash ^= hash >> 29;
	}
	for (; i < n; i++)
		hash = (hash ^ p[i]) * 0x100000001b3ull;
	return hash ^ hash >> 32;
}

int sk_origins_policy_hash(const char *policy_path, uint64_t *ret_hash)
{
	void *data;
	size_t size;
	int r = sk_map_path(policy_path, &data, &size);

	if (r)
		return r;
	*ret_hash = sk_origin_hash(data, size);
	if (data)
		munmap(data, size);
	return 0;
}

/* Most numbers are one byte. Each takes ten at most, for which there is room. */
static inline unsigned char *sk_put_number(unsigned char *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (unsigned char)(v | 0x80);
	*p++ = (unsigned char)v;
	return p;
}

/* A signed difference: small ones of either sign are short. */
static inline uint64_t sk_difference(uint32_t v, uint32_t from)
{
	int64_t d = (int64_t)v - from;

	return (uint64_t)d << 1 ^ (uint64_t)(d >> 63);
}

static inline unsigned char *sk_put_difference(unsigned char *p, uint32_t v, uint32_t from)
{
	return sk_put_number(p, sk_difference(v, from));
}

/* Room for some numbers; what of it stays unused is given back. NULL when the buffer has failed. */
#define SK_NUMBER_MOST 10

static inline unsigned char *sk_put_begin(struct sk_buf *b, size_t n)
{
	return (unsigned char *)sk_buf_room(b, n * SK_NUMBER_MOST);
}

static inline void sk_put_end(struct sk_buf *b, const unsigned char *p)
{
	b->n = (size_t)((const char *)p - b->data);
}

struct sk_origins_writer *sk_origins_writer_new(void)
{
	struct sk_origins_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	sk_buf_init(&w->head);
	sk_buf_init(&w->calls);
	sk_buf_init(&w->conds);
	sk_buf_init(&w->stmts);
	sk_buf_init(&w->sets);
	sk_buf_init(&w->keys);
	return w;
}

void sk_origins_writer_free(struct sk_origins_writer *w)
{
	if (!w)
		return;
	sk_buf_done(&w->head);
	sk_buf_done(&w->calls);
	sk_buf_done(&w->conds);
	sk_buf_done(&w->stmts);
	sk_buf_done(&w->sets);
	sk_buf_done(&w->keys);
	free(w);
}

void sk_origins_put_call(struct sk_origins_writer *w, const struct sk_origin_expansion *call)
{
	unsigned char *p = sk_put_begin(&w->calls, 4);

	if (!p)
		return;
	p = sk_put_number(p, ++w->n_calls - call->parent);
	p = sk_put_difference(p, call->name, w->call.name);
	p = sk_put_difference(p, call->file, w->call.file);
	p = sk_put_difference(p, call->line, w->call.line);
	sk_put_end(&w->calls, p);
	w->call = *call;
}

void sk_origins_put_cond(struct sk_origins_writer *w, const struct sk_origin_cond *cond)
{
	unsigned char *p = sk_put_begin(&w->conds, 3);

	if (!p)
		return;
	p = sk_put_difference(p, cond->file, w->cond.file);
	p = sk_put_difference(p, cond->line, w->cond.line);
	p = sk_put_difference(p, cond->expansion, w->cond.expansion);
	sk_put_end(&w->conds, p);
	w->cond = *cond;
	w->n_conds++;
}

void sk_origins_put_stmt(struct sk_origins_writer *w, const struct sk_origin_stmt *stmt)
{
	bool other = stmt->cond != w->stmt.cond;
	unsigned char *p = sk_put_begin(&w->stmts, 5);

	if (!p)
		return;
	p = sk_put_number(p, sk_difference(stmt->module + 1, w->stmt.module + 1) << 1 | other);
	if (other)
		p = sk_put_difference(p, stmt->cond, w->stmt.cond);
	p = sk_put_difference(p, stmt->file, w->stmt.file);
	p = sk_put_difference(p, stmt->line, w->stmt.line);
	p = sk_put_difference(p, stmt->expansion, w->stmt.expansion);
	sk_put_end(&w->stmts, p);
	w->stmt = *stmt;
	w->n_stmts++;
}

void sk_origins_put_set(struct sk_origins_writer *w, const struct sk_origin_set *set)
{
	size_t n = (size_t)set->n + set->n_minus;
	unsigned char *p = sk_put_begin(&w->sets, 3 + n);

	if (!p)
		return;
	p = sk_put_number(p, set->flags);
	p = sk_put_number(p, set->n);
	p = sk_put_number(p, set->n_minus);
	for (size_t i = 0; i < n; i++)
		p = sk_put_difference(p, set->ids[i], i ? set->ids[i - 1] : 0);
	sk_put_end(&w->sets, p);
	w->n_sets++;
}

/* Whether permissions are written of each of so many sources. */
static inline bool sk_has_perms(uint64_t key, uint64_t n)
{
	return n > 1 || key >> SK_ORIGIN_KIND_SHIFT == SK_ORIGIN_NEVERALLOW;
}

void sk_origins_put_key(struct sk_origins_writer *w, uint64_t key, const struct sk_origin_source *sources, uint32_t n)
{
	unsigned char *p = sk_put_begin(&w->keys, 2 + 2 * (size_t)n);

	if (!p)
		return;
	p = sk_put_number(p, key - w->key);
	p = sk_put_number(p, n);
	for (uint32_t i = 0; i < n; i++) {
		p = sk_put_difference(p, sources[i].stmt, w->source);
		w->source = sources[i].stmt;
		if (sk_has_perms(key, n))
			p = sk_put_number(p, sources[i].perms);
	}
	sk_put_end(&w->keys, p);
	w->key = key;
	w->n_keys++;
	w->n_sources += n;
}

int sk_origins_put_strings(struct sk_origins_writer *w, const char *const *strings, uint32_t n)
{
	const uint32_t counts[] = { n, w->n_calls + 1, w->n_conds + 1, w->n_stmts, w->n_sets, w->n_keys,
				    w->n_sources };
	unsigned char *p = sk_put_begin(&w->head, SK_ARRAY_LEN(counts));

	for (size_t i = 0; i < SK_ARRAY_LEN(counts) && p; i++)
		p = sk_put_number(p, counts[i]);
	if (p)
		sk_put_end(&w->head, p);
	for (uint32_t i = 0; i < n; i++) {
		size_t length = strlen(strings[i]);

		p = sk_put_begin(&w->head, 1);
		if (p)
			sk_put_end(&w->head, sk_put_number(p, length));
		sk_buf_add(&w->head, strings[i], length);
	}
	return w->head.failed || w->calls.failed || w->conds.failed || w->stmts.failed || w->sets.failed || w->keys.failed
		       ? -ENOMEM : 0;
}

/* Origins that are in memory as they are read. */
static int sk_put_origins(struct sk_origins_writer *w, const struct sk_origins *o)
{
	for (uint32_t i = 1; i < o->n_expansions; i++)
		sk_origins_put_call(w, &o->expansions[i]);
	for (uint32_t i = 1; i < o->n_conds; i++)
		sk_origins_put_cond(w, &o->conds[i]);
	for (uint32_t i = 0; i < o->n_stmts; i++)
		sk_origins_put_stmt(w, &o->stmts[i]);
	for (uint32_t i = 0; i < o->n_sets; i++)
		sk_origins_put_set(w, &o->sets[i]);
	for (uint32_t i = 0; i < o->n_keys; i++)
		sk_origins_put_key(w, o->keys[i], &o->sources[o->first[i]], o->first[i + 1] - o->first[i]);
	return sk_origins_put_strings(w, o->strings, o->n_strings);
}

static int sk_write_origins(int fd, uint64_t hash, const struct sk_origins_writer *w)
{
	const struct sk_buf *parts[] = { &w->head, &w->calls, &w->conds, &w->stmts, &w->sets, &w->keys };
	uint64_t stored = htole64(hash);
	int r = sk_write_whole(fd, sk_origins_magic, sizeof(sk_origins_magic));

	if (!r)
		r = sk_write_whole(fd, &stored, sizeof(stored));
	for (size_t i = 0; i < SK_ARRAY_LEN(parts) && !r; i++)
		r = sk_write_whole(fd, parts[i]->data, parts[i]->n);
	return r;
}

static int sk_save_written(const struct sk_origins_writer *w, const char *policy_path)
{
	sk_auto_free char *path = sk_origins_path(policy_path);
	sk_auto_output struct sk_output output = SK_OUTPUT_INIT;
	uint64_t hash;
	int r = path ? sk_origins_policy_hash(policy_path, &hash) : -ENOMEM;

	if (!r)
		r = sk_output_open(&output, path);
	if (!r)
		r = sk_write_origins(output.fd, hash, w);
	if (!r)
		r = sk_output_finish(&output, 0644);
	return r ? r : sk_output_commit(&output);
}

int sk_origins_save(const struct sk_origins *origins, const char *policy_path)
{
	struct sk_origins_writer *w;
	int r;

	if (origins->written)
		return sk_save_written(origins->written, policy_path);
	w = sk_origins_writer_new();
	r = w ? sk_put_origins(w, origins) : -ENOMEM;
	if (!r)
		r = sk_save_written(w, policy_path);
	sk_origins_writer_free(w);
	return r;
}

int sk_origins_remove(const char *policy_path)
{
	sk_auto_free char *path = sk_origins_path(policy_path);

	if (!path)
		return -ENOMEM;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

static uint64_t sk_read_number(struct sk_reader *r, const char *field)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t byte = sk_read_u8(r, field);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	sk_reader_fail_at(r, sk_reader_offset(r), field, "the number has no end");
	return 0;
}

/* A difference from the last value, which becomes the new one; it must stay below the limit. */
static void sk_take_difference(struct sk_reader *r, uint64_t d, uint32_t *value, uint64_t limit, const char *field)
{
	uint64_t v = d & 1 ? *value - ((d >> 1) + 1) : *value + (d >> 1);

	if (v < limit) {
		*value = (uint32_t)v;
		return;
	}
	sk_reader_fail_at(r, sk_reader_offset(r), field, "it is %llu, and there are %llu", (unsigned long long)v,
			  (unsigned long long)limit);
	*value = 0;
}

static void sk_read_difference(struct sk_reader *r, uint32_t *value, uint64_t limit, const char *field)
{
	sk_take_difference(r, sk_read_number(r, field), value, limit, field);
}

/* How many elements of at least so many bytes follow. */
static uint32_t sk_read_length(struct sk_reader *r, size_t least, const char *field)
{
	uint64_t n = sk_read_number(r, field);

	if (n <= sk_reader_left(r) / least + 1)
		return (uint32_t)n;
	sk_reader_fail_at(r, sk_reader_offset(r), field, "it is %llu, and %llu bytes are left", (unsigned long long)n,
			  (unsigned long long)sk_reader_left(r));
	return 0;
}

static void *sk_read_array(struct sk_reader *r, struct sk_origins *o, size_t n, size_t size)
{
	void *list = r->failed ? NULL : sk_arena_calloc(&o->arena, n, size);

	if (!list && !r->failed)
		sk_reader_no_memory(r);
	return list;
}

static void sk_read_expansions(struct sk_reader *r, struct sk_origins *o)
{
	struct sk_origin_expansion e = { 0 };

	for (uint32_t i = 1; i < o->n_expansions && !r->failed; i++) {
		uint64_t up = sk_read_number(r, "parent of a call");

		if (up > i || !up)
			sk_reader_fail_at(r, sk_reader_offset(r), "parent of a call", "it stands behind the call");
		sk_read_difference(r, &e.name, o->n_strings, "name of a call");
		sk_read_difference(r, &e.file, o->n_strings, "file of a call");
		sk_read_difference(r, &e.line, UINT32_MAX, "line of a call");
		e.parent = i - (uint32_t)up;
		o->expansions[i] = e;
	}
}

static void sk_read_conds(struct sk_reader *r, struct sk_origins *o)
{
	struct sk_origin_cond c = { 0 };

	for (uint32_t i = 1; i < o->n_conds && !r->failed; i++) {
		sk_read_difference(r, &c.file, o->n_strings, "file of a conditional");
		sk_read_difference(r, &c.line, UINT32_MAX, "line of a conditional");
		sk_read_difference(r, &c.expansion, SK_MAX(o->n_expansions, 1), "call of a conditional");
		o->conds[i] = c;
	}
}

static void sk_read_stmts(struct sk_reader *r, struct sk_origins *o)
{
	struct sk_origin_stmt s = { 0 };
	uint32_t module = 1;

	for (uint32_t i = 0; i < o->n_stmts && !r->failed; i++) {
		uint64_t first = sk_read_number(r, "module of a statement");

		sk_take_difference(r, first >> 1, &module, (uint64_t)o->n_strings + 1, "module of a statement");
		if (first & 1)
			sk_read_difference(r, &s.cond, SK_MAX(o->n_conds, 1), "conditional of a statement");
		sk_read_difference(r, &s.file, o->n_strings, "file of a statement");
		sk_read_difference(r, &s.line, UINT32_MAX, "line of a statement");
		sk_read_difference(r, &s.expansion, SK_MAX(o->n_expansions, 1), "call of a statement");
		s.module = module - 1;
		o->stmts[i] = s;
	}
}

static void sk_read_sets(struct sk_reader *r, struct sk_origins *o)
{
	for (uint32_t i = 0; i < o->n_sets && !r->failed; i++) {
		struct sk_origin_set *set = &o->sets[i];
		uint32_t id = 0, *ids;

		set->flags = (uint32_t)sk_read_number(r, "kind of a set");
		set->n = sk_read_length(r, 1, "length of a set");
		set->n_minus = sk_read_length(r, 1, "exceptions of a set");
		set->ids = ids = sk_read_array(r, o, (size_t)set->n + set->n_minus + 1, sizeof(*ids));
		for (size_t k = 0; k < (size_t)set->n + set->n_minus && !r->failed; k++) {
			sk_read_difference(r, &id, 1u << 16, "type of a set");
			ids[k] = id;
		}
	}
}

/* Numbers of sets that stand in keys and for permissions. */
static void sk_check_neverallow_key(struct sk_reader *r, const struct sk_origins *o, uint64_t key, uint32_t perms)
{
	bool xperm = key >> 46 & (SK_ORIGIN_IOCTL | SK_ORIGIN_NLMSG);

	if ((key >> 30 & 0xffff) >= o->n_sets || (key >> 14 & 0xffff) >= o->n_sets || (xperm && perms >= o->n_sets))
		sk_reader_fail_at(r, sk_reader_offset(r), "key", "there is no such set");
}

static void sk_read_keys(struct sk_reader *r, struct sk_origins *o)
{
	uint64_t key = 0;
	uint32_t stmt = 0, at = 0;

	for (uint32_t i = 0; i < o->n_keys && !r->failed; i++) {
		uint64_t step = sk_read_number(r, "key"), n;

		if (step > UINT64_MAX - key || (i && !step))
			sk_reader_fail_at(r, sk_reader_offset(r), "key", "keys are out of order");
		o->keys[i] = key += step;
		o->first[i] = at;
		n = sk_read_number(r, "number of sources");
		if (n > o->n_sources - at)
			sk_reader_fail_at(r, sk_reader_offset(r), "number of sources", "there are too many");
		for (uint64_t k = 0; k < n && !r->failed; k++) {
			sk_read_difference(r, &stmt, o->n_stmts, "statement");
			o->sources[at].stmt = stmt;
			o->sources[at].perms = sk_has_perms(key, n) ? (uint32_t)sk_read_number(r, "permissions") : UINT32_MAX;
			if (key >> SK_ORIGIN_KIND_SHIFT == SK_ORIGIN_NEVERALLOW && !r->failed)
				sk_check_neverallow_key(r, o, key, o->sources[at].perms);
			at++;
		}
	}
	o->first[o->n_keys] = at;
	if (!r->failed && at != o->n_sources)
		sk_reader_fail_at(r, sk_reader_offset(r), "number of sources", "there are fewer");
}

static void sk_read_origins(struct sk_reader *r, struct sk_origins *o)
{
	o->n_strings = sk_read_length(r, 1, "number of strings");
	o->n_expansions = sk_read_length(r, 4, "number of calls");
	o->n_conds = sk_read_length(r, 3, "number of conditionals");
	o->n_stmts = sk_read_length(r, 4, "number of statements");
	o->n_sets = sk_read_length(r, 3, "number of sets");
	o->n_keys = sk_read_length(r, 2, "number of keys");
	o->n_sources = sk_read_length(r, 1, "number of sources");
	o->strings = sk_read_array(r, o, (size_t)o->n_strings + 1, sizeof(*o->strings));
	o->expansions = sk_read_array(r, o, (size_t)o->n_expansions + 1, sizeof(*o->expansions));
	o->conds = sk_read_array(r, o, (size_t)o->n_conds + 1, sizeof(*o->conds));
	o->stmts = sk_read_array(r, o, (size_t)o->n_stmts + 1, sizeof(*o->stmts));
	o->sets = sk_read_array(r, o, (size_t)o->n_sets + 1, sizeof(*o->sets));
	o->keys = sk_read_array(r, o, (size_t)o->n_keys + 1, sizeof(*o->keys));
	o->first = sk_read_array(r, o, (size_t)o->n_keys + 1, sizeof(*o->first));
	o->sources = sk_read_array(r, o, (size_t)o->n_sources + 1, sizeof(*o->sources));
	for (uint32_t i = 0; i < o->n_strings && !r->failed; i++)
		o->strings[i] = sk_read_string(r, &o->arena, sk_read_length(r, 1, "length of a string"), "string");
	if (!r->failed)
		sk_read_expansions(r, o);
	if (!r->failed)
		sk_read_conds(r, o);
	if (!r->failed)
		sk_read_stmts(r, o);
	if (!r->failed)
		sk_read_sets(r, o);
	if (!r->failed)
		sk_read_keys(r, o);
	if (!r->failed && sk_reader_left(r))
		sk_reader_fail_at(r, sk_reader_offset(r), "end", "bytes follow");
}

static int sk_refuse_origins(struct sk_diags *diags, const char *name, const struct sk_reader *r, const char *why)
{
	struct sk_place place = { .kind = r ? SK_PLACE_BINARY : SK_PLACE_NONE, .file = name };

	if (r) {
		place.offset = r->fail_offset;
		place.field = r->field;
	}
	sk_error(diags, "E0340", &place, "%s", why);
	return SELKIE_ORIGINS_REFUSED;
}

int sk_origins_read(const void *data, size_t size, const char *name, uint64_t policy_hash, struct sk_diags *diags,
		    struct sk_origins **ret)
{
	struct sk_origins *o = sk_origins_new();
	struct sk_reader r;
	char magic[8];
	int code = 0;

	if (!o)
		return -ENOMEM;
	sk_reader_init_memory(&r, data, size);
	sk_read_bytes(&r, magic, sizeof(magic), "magic");
	if (r.failed || memcmp(magic, sk_origins_magic, SK_ORIGINS_VERSION))
		code = sk_refuse_origins(diags, name, NULL, "this does not say where rules come from");
	else if (memcmp(magic, sk_origins_magic, sizeof(magic)))
		code = sk_refuse_origins(diags, name, NULL, "another version of selkie wrote this: build the policy again");
	else if (sk_read_u64(&r, "hash of the policy") != policy_hash && !r.failed)
		code = sk_refuse_origins(diags, name, NULL, "this is of another policy than the one it stands beside");
	else
		sk_read_origins(&r, o);
	if (!code && r.failed)
		code = r.error == -ENOMEM ? -ENOMEM : sk_refuse_origins(diags, name, &r, r.reason);
	sk_reader_done(&r);
	if (code)
		selkie_origins_free(o);
	else
		*ret = o;
	return code;
}

int selkie_origins_load(const char *policy_path, selkie_diagnostics *diags, selkie_origins **ret)
{
	sk_auto_free char *path = sk_origins_path(policy_path);
	uint64_t hash;
	void *data;
	size_t size;
	int r;

	if (!path)
		return -ENOMEM;
	r = sk_map_path(path, &data, &size);
	if (r)
		return r == -ENOENT ? SELKIE_ORIGINS_NONE : r;
	r = sk_origins_policy_hash(policy_path, &hash);
	if (!r)
		r = sk_origins_read(data ? data : "", size, path, hash, diags, ret);
	if (data)
		munmap(data, size);
	return r;
}
