/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_PLACE_H
#define SK_COMPILE_PLACE_H

#include "unit/unit.h"

/*
 * The lines of many addresses, in any order. It keeps what it knows to itself and does not touch the sources' own index of
 * lines, so that diagnostics may be made in another thread meanwhile; but see sk_places_alone.
 */
struct sk_places {
	const struct sk_sources *sources;
	uint32_t *pages;		/* by address / SK_PLACE_PAGE: the first source that ends in it or behind */
	struct sk_place_index {
		uint32_t base, size;	/* of the source; size 0: to be looked at */
		uint64_t *ends;		/* a bit for each byte of the text that ends a line */
		uint32_t *before;	/* by word of `ends`: how many lines end before it */
	} *index;			/* by number of the source */
	uint32_t source;		/* the last one that was found */
	struct sk_source_span line;	/* in a source that is read in parts: the last line */
};

#define SK_PLACE_NONE UINT32_MAX

/* Returns 0 or -ENOMEM; done is to be called in any case. */
int sk_places_init(struct sk_places *places, const struct sk_sources *sources);
void sk_places_done(struct sk_places *places);

/* Whether the sources are such that finding lines does not change them: none of them is read in parts. */
bool sk_places_alone(const struct sk_sources *sources);

/*
 * The number of the source that has the address, or SK_PLACE_NONE, and the line in it; of a binary source, the statement;
 * 0 where it is not known. Returns 0 or -ENOMEM.
 */
int sk_places_find_slowly(struct sk_places *places, uint32_t addr, uint32_t *ret_source, uint32_t *ret_line);

static inline uint32_t sk_place_line(const struct sk_place_index *index, uint32_t at)
{
	return 1 + index->before[at / 64] +
	       (uint32_t)__builtin_popcountll(index->ends[at / 64] & (((uint64_t)1 << (at % 64)) - 1));
}

static inline int sk_places_find(struct sk_places *places, uint32_t addr, uint32_t *ret_source, uint32_t *ret_line)
{
	const struct sk_place_index *index = &places->index[places->source];
	uint32_t at = addr - index->base;

	if (at >= index->size)
		return sk_places_find_slowly(places, addr, ret_source, ret_line);
	*ret_source = places->source;
	*ret_line = sk_place_line(index, at);
	return 0;
}

#endif
