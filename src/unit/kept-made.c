/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts that a tree's build makes from others (corenetwork), which is a tenth of reading a tree. Of such a record stand the
 * length of the text, the text, and for each line what it is made from: the number of the source and the offset in it.
 */
#include <errno.h>
#include <string.h>

#include "unit/kept-part.h"

#define SK_KEPT_OFFSET_BITS 30	/* of an offset; above them the number of the source, from 1; 0 alone: from nowhere */

static struct sk_kept_record *sk_kept_row(struct sk_kept_record *rows, const struct sk_kept *kept,
					  const struct sk_refpolicy_module *module, bool interfaces)
{
	return &rows[kept->rp->n_modules + 2 * (size_t)(module - kept->rp->modules) + interfaces];
}

/* A word to an address, or UINT32_MAX. */
static uint32_t sk_kept_line(const struct sk_refpolicy_made *made, uint32_t word)
{
	uint32_t number = word >> SK_KEPT_OFFSET_BITS, offset = word & ((1u << SK_KEPT_OFFSET_BITS) - 1);

	if (!number)
		return word ? UINT32_MAX : 0;
	return made->from[number - 1] && offset <= made->from[number - 1]->size ? made->from[number - 1]->base + offset
										: UINT32_MAX;
}

static bool sk_kept_read_made(struct sk_kept *kept, struct sk_reader *r, struct sk_refpolicy_made *made)
{
	uint32_t n_lines;

	made->n = sk_read_count(r, 1, "length of a text");
	made->text = sk_read_borrow(r, (uint32_t)made->n, false, "text");
	n_lines = sk_read_count(r, 4, "number of lines");
	free(kept->lines);
	kept->lines = malloc(((size_t)n_lines + 1) * sizeof(*kept->lines));
	for (uint32_t i = 0; kept->lines && i < n_lines && !r->failed; i++) {
		kept->lines[i] = sk_kept_line(made, sk_read_u32(r, "line"));
		if (kept->lines[i] == UINT32_MAX)
			sk_reader_fail(r, "line", "it is made from nothing that is there");
	}
	made->lines = kept->lines;
	made->n_lines = n_lines;
	return kept->lines && !r->failed && !sk_reader_left(r);
}

/* A line more than there are breaks: who asks for one finds it. */
static bool sk_kept_has_lines(const struct sk_refpolicy_made *made)
{
	size_t n = 1;

	for (size_t i = 0; i < made->n; i++)
		n += made->text[i] == '\n';
	return made->n_lines >= n;
}

bool sk_kept_find_made(struct sk_kept *kept, const struct sk_refpolicy_module *module, bool interfaces,
		       struct sk_refpolicy_made *made)
{
	struct sk_kept_record *record = sk_kept_row(kept->list, kept, module, interfaces), *old;
	struct sk_reader r;

	sk_kept_digest_settings(&record->digest, kept->rp);
	for (size_t i = 0; i < SK_REFPOLICY_MADE_FROM; i++)
		if (made->from[i])
			sk_kept_digest_source(&record->digest, made->from[i]);
	if (!kept->old || kept->n_old != kept->n)
		return false;
	old = sk_kept_row(kept->old, kept, module, interfaces);
	if (!old->whole || !sk_digest_equal(&record->digest, &old->digest))
		return false;
	sk_reader_init_memory(&r, kept->records + old->from, old->size);
	record->taken = sk_kept_read_made(kept, &r, made) && sk_kept_has_lines(made);
	sk_reader_done(&r);
	return record->taken;
}

static bool sk_kept_word_of(const struct sk_refpolicy_made *made, uint32_t addr, uint32_t *ret_word)
{
	*ret_word = 0;
	for (uint32_t i = 0; addr && i < SK_REFPOLICY_MADE_FROM; i++)
		if (made->from[i] && addr >= made->from[i]->base && addr - made->from[i]->base <= made->from[i]->size) {
			*ret_word = (i + 1) << SK_KEPT_OFFSET_BITS | (addr - made->from[i]->base);
			return true;
		}
	return !addr;
}

int sk_kept_put_made(struct sk_kept *kept, const struct sk_refpolicy_module *module, bool interfaces,
		     const struct sk_refpolicy_made *made)
{
	struct sk_kept_record *record = sk_kept_row(kept->list, kept, module, interfaces);
	size_t start = kept->made.n;
	uint32_t word;
	bool whole = made->n < 1u << SK_KEPT_OFFSET_BITS && sk_kept_has_lines(made);

	sk_kept_put_word(&kept->made, (uint32_t)made->n);
	sk_buf_add(&kept->made, made->text, made->n);
	sk_kept_put_word(&kept->made, (uint32_t)made->n_lines);
	for (size_t i = 0; i < made->n_lines && whole; i++) {
		whole = sk_kept_word_of(made, made->lines[i], &word);
		sk_kept_put_word(&kept->made, word);
	}
	if (!whole)
		kept->made.n = start;
	record->from = (uint32_t)start;
	record->size = (uint32_t)(kept->made.n - start);
	record->whole = whole;
	return kept->made.failed ? -ENOMEM : 0;
}
