/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of what modules came to: head, a row for each module, records. A file that is damaged, or of another build of
 * this library, is none: nothing is lost but time.
 */
#include "unit/kept-part.h"

#include <errno.h>
#include <string.h>

#include "base/output.h"

static const char sk_kept_magic[8] = "SKKEPT1";

#define SK_KEPT_ROW 28		/* bytes: digest, from, size, whether it is whole */

/* So many modules are read again before the file is written anew: a writer of one module reads that one again each time. */
#define SK_KEPT_BEHIND 8

/* The file */

static void sk_kept_read_digest(struct sk_reader *r, struct sk_digest *ret_digest)
{
	ret_digest->word[0] = sk_read_u64(r, "digest");
	ret_digest->word[1] = sk_read_u64(r, "digest");
}

static int sk_kept_read_rows(struct sk_kept *kept, struct sk_reader *r)
{
	uint32_t n = sk_read_count(r, SK_KEPT_ROW, "number of modules");
	struct sk_kept_record *rows = r->failed ? NULL : calloc((size_t)n + 1, sizeof(*rows));
	size_t size;

	if (!rows)
		return r->failed ? 0 : -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		sk_kept_read_digest(r, &rows[i].digest);
		rows[i].from = sk_read_u32(r, "place of a record");
		rows[i].size = sk_read_u32(r, "size of a record");
		rows[i].whole = sk_read_u32(r, "kind of a record");
	}
	size = (size_t)sk_reader_left(r);
	for (uint32_t i = 0; i < n && !r->failed; i++)
		if (rows[i].from > size || rows[i].size > size - rows[i].from)
			sk_reader_fail(r, "size of a record", "it is more than there is");
	if (r->failed) {
		free(rows);
		return 0;
	}
	kept->old = rows;
	kept->n_old = n;
	kept->size = size;
	kept->records = (const unsigned char *)sk_read_borrow(r, (uint32_t)size, false, "records");
	return 0;
}

int sk_kept_open(struct sk_kept *kept, const void *data, size_t size, bool afresh)
{
	struct sk_digest sum = { { 0 } }, stored;
	struct sk_reader r;
	char magic[8];
	int code = 0;

	*kept = (struct sk_kept){ .made = SK_BUF_INIT, .shape = calloc(1, sizeof(*kept->shape)) };
	if (kept->shape) {
		sk_kept_shape_init(kept->shape);
		kept->keeper = sk_keeper_new(kept->shape);
	}
	if (!kept->keeper)
		return -ENOMEM;
	if (!data)
		return 0;
	sk_reader_init_memory(&r, data, size);
	sk_read_bytes(&r, magic, sizeof(magic), "magic");
	if (r.failed || memcmp(magic, sk_kept_magic, sizeof(magic)) != 0)
		return SK_KEPT_FOREIGN;
	sk_kept_read_digest(&r, &stored);
	if (!r.failed && size < UINT32_MAX && !afresh)
		sk_digest_add(&sum, r.p, (size_t)sk_reader_left(&r));
	if (!r.failed && !afresh && sk_digest_equal(&sum, &stored)) {
		sk_kept_read_digest(&r, &kept->old_shared);
		code = sk_kept_read_rows(kept, &r);
	}
	sk_reader_done(&r);
	return code;
}

void sk_kept_done(struct sk_kept *kept)
{
	free(kept->old);
	free(kept->list);
	free(kept->lines);
	sk_buf_done(&kept->made);
	sk_keeper_free(kept->keeper);
	free(kept->shape);
	*kept = (struct sk_kept){ .made = SK_BUF_INIT };
}

/* What modules rest on */

void sk_kept_add_string(struct sk_digest *digest, const char *s)
{
	sk_digest_add(digest, s ? s : "", s ? strlen(s) : 0);
}

void sk_kept_digest_source(struct sk_digest *digest, const struct sk_source *source)
{
	sk_kept_add_string(digest, source->name);
	sk_digest_add(digest, source->text, source->text ? source->size : 0);
}

void sk_kept_digest_settings(struct sk_digest *digest, const struct sk_refpolicy *rp)
{
	const uint32_t flags = rp->modular | (uint32_t)rp->unconfigured << 1 | (uint32_t)rp->macros.by_text << 2;

	sk_digest_self(digest);
	sk_digest_add(digest, sk_kept_magic, sizeof(sk_kept_magic));
	sk_digest_add(digest, &flags, sizeof(flags));
	for (size_t i = 0; i < rp->n_settings; i++) {
		sk_kept_add_string(digest, rp->settings[i].name);
		sk_kept_add_string(digest, rp->settings[i].value);
	}
	sk_kept_add_string(digest, rp->makefile);
}

/* Sources are there with all that was read of the tree, however it came to be read. */
static void sk_kept_digest_tree(struct sk_digest *digest, const struct sk_refpolicy *rp)
{
	sk_kept_digest_settings(digest, rp);
	for (size_t i = 0; i < rp->n_modules; i++) {
		const struct sk_refpolicy_module *module = &rp->modules[i];
		const uint32_t state = (uint32_t)module->state | (uint32_t)module->generated << 8 | (uint32_t)module->alone << 9;

		sk_kept_add_string(digest, module->name);
		sk_kept_add_string(digest, module->layer);
		sk_digest_add(digest, &state, sizeof(state));
	}
	sk_kept_add_string(digest, rp->booleans);
	for (size_t i = 0; i < rp->sources->n; i++)
		sk_kept_digest_source(digest, rp->sources->list[i]);
}

/* What the space has by then follows from that; records rest on its numbers, so these are not left to reasoning. */
static void sk_kept_digest_space(struct sk_digest *digest, const struct sk_space *space)
{
	for (size_t i = 0; i < space->names->n; i++)
		sk_digest_add(digest, space->names->entries[i].s, space->names->entries[i].n);
	sk_digest_add(digest, space->refs.list, space->refs.n * sizeof(*space->refs.list));
	for (size_t i = 0; i < space->sets.n; i++) {
		const struct sk_name_set *set = &space->sets.list[i];
		const uint32_t head[] = { set->ns, set->flags, set->n, set->n_minus };

		sk_digest_add(digest, head, sizeof(head));
		sk_digest_add(digest, set->items, ((size_t)set->n + set->n_minus) * sizeof(*set->items));
	}
}

int sk_kept_begin_tree(struct sk_kept *kept, const struct sk_refpolicy *rp)
{
	kept->rp = rp;
	kept->n = 3 * (uint32_t)rp->n_modules;
	kept->list = calloc((size_t)kept->n + 1, sizeof(*kept->list));
	return kept->list ? 0 : -ENOMEM;
}

int sk_kept_begin(struct sk_kept *kept, const struct sk_space *space)
{
	const struct sk_refpolicy *rp = kept->rp;

	sk_kept_digest_tree(&kept->shared, rp);
	sk_kept_digest_space(&kept->shared, space);
	kept->known[SK_KEPT_NAME] = (uint32_t)space->names->n;
	kept->known[SK_KEPT_REF] = (uint32_t)space->refs.n;
	kept->known[SK_KEPT_SET] = (uint32_t)space->sets.n;
	kept->shared_end = rp->sources->next_base;
	kept->using = kept->old && kept->n_old == kept->n && sk_digest_equal(&kept->shared, &kept->old_shared);
	return 0;
}

/* Modules */

const struct sk_kept_record *sk_kept_find(struct sk_kept *kept, const struct sk_refpolicy_module *module,
					  const struct sk_source *source)
{
	size_t number = (size_t)(module - kept->rp->modules);
	struct sk_kept_record *record = &kept->list[number], *old = kept->using ? &kept->old[number] : NULL;

	sk_kept_digest_source(&record->digest, source);
	if (!old || !old->whole || !sk_digest_equal(&record->digest, &old->digest)) {
		kept->n_read++;
		return NULL;
	}
	record->taken = true;
	return old;
}

bool sk_kept_is_news(const struct sk_kept *kept)
{
	return !kept->unfit && !kept->stale && kept->list && (!kept->using || kept->n_read > SK_KEPT_BEHIND);
}

/* Saving */

static void sk_kept_put_digest(struct sk_buf *buf, const struct sk_digest *digest)
{
	for (unsigned int i = 0; i < 2; i++) {
		sk_kept_put_word(buf, (uint32_t)digest->word[i]);
		sk_kept_put_word(buf, (uint32_t)(digest->word[i] >> 32));
	}
}

/* Everything behind the checksum. */
static void sk_kept_put_all(const struct sk_kept *kept, struct sk_buf *all)
{
	uint32_t from = 0;

	sk_kept_put_digest(all, &kept->shared);
	sk_kept_put_word(all, kept->n);
	for (uint32_t i = 0; i < kept->n; i++) {
		const struct sk_kept_record *record = kept->list[i].taken ? &kept->old[i] : &kept->list[i];

		sk_kept_put_digest(all, &kept->list[i].digest);
		sk_kept_put_word(all, from);
		sk_kept_put_word(all, record->size);
		sk_kept_put_word(all, record->whole);
		from += record->size;
	}
	for (uint32_t i = 0; i < kept->n; i++) {
		const struct sk_kept_record *record = kept->list[i].taken ? &kept->old[i] : &kept->list[i];

		if (record->size)
			sk_buf_add(all, kept->list[i].taken ? (const char *)kept->records + record->from
							    : kept->made.data + record->from, record->size);
	}
}

int sk_kept_save(const struct sk_kept *kept, const char *path)
{
	sk_auto_output struct sk_output output = SK_OUTPUT_INIT;
	sk_auto_buf struct sk_buf head = SK_BUF_INIT, all = SK_BUF_INIT;
	struct sk_digest sum = { { 0 } };
	int r;

	sk_kept_put_all(kept, &all);
	if (all.failed || kept->made.failed)
		return -ENOMEM;
	if (all.n >= UINT32_MAX / 2)
		return -EFBIG;
	sk_digest_add(&sum, all.data, all.n);
	sk_buf_add(&head, sk_kept_magic, sizeof(sk_kept_magic));
	sk_kept_put_digest(&head, &sum);
	r = head.failed ? -ENOMEM : sk_output_open(&output, path);
	output.product = true;
	if (!r)
		r = sk_write_whole(output.fd, head.data, head.n);
	if (!r)
		r = sk_write_whole(output.fd, all.data, all.n);
	if (!r)
		r = sk_output_finish(&output, 0644);
	return r ? r : sk_output_commit(&output);
}

/* Shapes */

static struct sk_kept_operand sk_kept_operand_of(char letter)
{
	static const struct {
		char letter;
		uint8_t table, ns;
		bool optional;
	} rows[] = {
		{ 't', SK_KEPT_REF, SK_NS_TYPE, false }, { 'r', SK_KEPT_REF, SK_NS_ROLE, false },
		{ 'u', SK_KEPT_REF, SK_NS_USER, false }, { 'c', SK_KEPT_REF, SK_NS_CLASS, false },
		{ 'm', SK_KEPT_REF, SK_NS_COMMON, false }, { 'b', SK_KEPT_REF, SK_NS_BOOL, false },
		{ 's', SK_KEPT_REF, SK_NS_SENS, false }, { 'k', SK_KEPT_REF, SK_NS_CAT, false },
		{ 'i', SK_KEPT_REF, SK_NS_SID, false },
		{ 'T', SK_KEPT_SET, SK_NS_TYPE, false }, { 'R', SK_KEPT_SET, SK_NS_ROLE, false },
		{ 'U', SK_KEPT_SET, SK_NS_USER, false }, { 'C', SK_KEPT_SET, SK_NS_CLASS, false },
		{ 'Q', SK_KEPT_SET, SK_NS_PERM, false }, { 'S', SK_KEPT_SET, SK_NS_SENS, false },
		{ 'K', SK_KEPT_SET, SK_NS_CAT, false }, { 'I', SK_KEPT_SET, SK_NS_SID, false },
		{ 'P', SK_KEPT_CLASS_PERMS, SK_N_NS, false }, { 'X', SK_KEPT_XPERMS, SK_N_NS, false },
		{ 'l', SK_KEPT_LEVEL, SK_N_NS, false }, { 'g', SK_KEPT_RANGE, SK_N_NS, false },
		{ 'x', SK_KEPT_CONTEXT, SK_N_NS, false }, { 'y', SK_KEPT_CONTEXT, SK_N_NS, true },
		{ 'e', SK_KEPT_EXPR, SK_KEPT_CONSTRAINT, false }, { 'a', SK_KEPT_ADDRESS, SK_N_NS, false },
		{ 'n', SK_KEPT_NAME, SK_N_NS, false }, { 'N', SK_KEPT_NAME, SK_N_NS, true },
		{ 'v', SK_KEPT_NUMBER, SK_N_NS, false }, { 'w', SK_KEPT_NUMBER, SK_N_NS, false },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (rows[i].letter == letter)
			return (struct sk_kept_operand){ 0, rows[i].table, rows[i].ns, rows[i].optional };
	return (struct sk_kept_operand){ .table = SK_KEPT_NEVER };
}

void sk_kept_shape_init(struct sk_kept_shape *shape)
{
	for (unsigned int kind = 0; kind < SK_UNIT_N_KINDS; kind++) {
		unsigned int n = 0;

		for (const char *p = sk_unit_rows[kind].operands; *p; p++) {
			struct sk_kept_operand operand = sk_kept_operand_of(*p);

			operand.optional |= p[1] == '?';
			for (unsigned int words = *p == 'w' ? 2 : 1; words; words--) {
				operand.at = (uint8_t)n;
				shape->of[kind][n++] = operand;
			}
			p += p[1] == '?';
		}
		shape->n_used[kind] = (uint8_t)n;
		for (; n < SK_UNIT_OPERANDS; n++)
			shape->of[kind][n] = (struct sk_kept_operand){ .at = (uint8_t)n, .table = SK_KEPT_UNUSED };
	}
}
