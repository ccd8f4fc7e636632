/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses to lines, a few hundred thousand of them. Of each text that is asked about, a bit a byte says where lines end,
 * and every sixty-four bytes stands how many ended before: a line is counted in one word, not searched for.
 */
#include "compile/place.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define SK_PLACE_PAGE 4096u

int sk_places_init(struct sk_places *places, const struct sk_sources *sources)
{
	size_t n_pages = sources->next_base / SK_PLACE_PAGE + 1;
	uint32_t source = 0;

	*places = (struct sk_places){ .sources = sources };
	places->pages = malloc(n_pages * sizeof(*places->pages));
	places->index = calloc(sources->n + 1, sizeof(*places->index));
	if (!places->pages || !places->index)
		return -ENOMEM;
	for (size_t i = 0; i < n_pages; i++) {
		while (source < sources->n && sources->list[source]->base + sources->list[source]->size < i * SK_PLACE_PAGE)
			source++;
		places->pages[i] = source;
	}
	return 0;
}

void sk_places_done(struct sk_places *places)
{
	for (size_t i = 0; places->index && i < places->sources->n; i++) {
		free(places->index[i].ends);
		free(places->index[i].before);
	}
	free(places->index);
	free(places->pages);
}

bool sk_places_alone(const struct sk_sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		if (sources->list[i]->parts)
			return false;
	return true;
}

/* A bit for each of eight bytes that is a line's end, the first byte lowest. */
static inline uint64_t sk_ends_of_eight(const char *text)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7full;
	uint64_t x;

	memcpy(&x, text, 8);
	x = le64toh(x) ^ 0x0a0a0a0a0a0a0a0aull;
	x = ~(((x & low) + low) | x | low);
	return (x >> 7) * 0x0102040810204080ull >> 56;
}

static int sk_place_make_index(struct sk_place_index *index, const struct sk_source *source)
{
	size_t n = source->size, n_words = n / 64 + 1;
	uint32_t before = 0;

	index->ends = calloc(n_words, sizeof(*index->ends));
	index->before = malloc(n_words * sizeof(*index->before));
	if (!index->ends || !index->before)
		return -ENOMEM;
	for (size_t i = 0; i < n_words; i++) {
		size_t at = i * 64, end = SK_MIN(at + 64, n);
		uint64_t word = 0;

		for (; at + 8 <= end; at += 8)
			word |= sk_ends_of_eight(source->text + at) << (at % 64);
		for (; at < end; at++)
			word |= (uint64_t)(source->text[at] == '\n') << (at % 64);
		index->ends[i] = word;
		index->before[i] = before;
		before += (uint32_t)__builtin_popcountll(word);
	}
	index->base = source->base;
	index->size = source->size;
	return 0;
}

/* The number of the source, or how many there are. */
static uint32_t sk_place_source(const struct sk_places *places, uint32_t addr)
{
	const struct sk_sources *sources = places->sources;
	uint32_t i;

	if (!addr || addr >= sources->next_base)
		return (uint32_t)sources->n;
	i = places->pages[addr / SK_PLACE_PAGE];
	while (i < sources->n && addr > sources->list[i]->base + sources->list[i]->size)
		i++;
	return i < sources->n && addr < sources->list[i]->base ? (uint32_t)sources->n : i;
}

/* Of a source that is read in parts: statements come in the order of the file, mostly. */
static uint32_t sk_place_in_parts(struct sk_places *places, const struct sk_source *source, uint32_t addr)
{
	if ((addr < places->line.from || addr >= places->line.to) && !sk_source_find_line(source, addr, &places->line))
		places->line = (struct sk_source_span){ 0 };
	return places->line.number;
}

int sk_places_find_slowly(struct sk_places *places, uint32_t addr, uint32_t *ret_source, uint32_t *ret_line)
{
	uint32_t number = sk_place_source(places, addr);
	const struct sk_source *source;

	*ret_source = SK_PLACE_NONE;
	*ret_line = 0;
	if (number >= places->sources->n)
		return 0;
	*ret_source = places->source = number;
	source = places->sources->list[number];
	if (source->binary)
		*ret_line = sk_source_statement(source, addr);
	else if (source->parts)
		*ret_line = sk_place_in_parts(places, source, addr);
	if (source->binary || !source->text)
		return 0;
	if (!places->index[number].ends && sk_place_make_index(&places->index[number], source))
		return -ENOMEM;
	*ret_line = sk_place_line(&places->index[number], addr - source->base);
	return 0;
}
