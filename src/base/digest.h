/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_DIGEST_H
#define SK_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * 128 bits that tell texts apart: of two that differ nobody will see the same. It notices every change that is no attack;
 * who could make two texts of one digest can also write into the files that it guards. The same on every machine.
 */
struct sk_digest {
	uint64_t word[2];
};

/* The digest of all that was added, each with its length: "ab" and "c" are not "a" and "bc". Begins with zeros. */
void sk_digest_add(struct sk_digest *digest, const void *p, size_t n);

static inline bool sk_digest_equal(const struct sk_digest *a, const struct sk_digest *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

/*
 * What tells this build of the library from others: the linker's build id of the program or library that it is part of,
 * where it has one. For what must not be read by another build than wrote it.
 */
void sk_digest_self(struct sk_digest *ret_digest);

#endif
