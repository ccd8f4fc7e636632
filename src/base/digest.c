/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Four lanes of eight bytes, so that the processor need not wait for one multiplication before it begins the next. Each
 * step of a lane can be undone (exclusive or, an odd factor, a shift that is added), so that texts which differ in one word
 * never meet again in their lane; then the lanes are folded into two.
 */
#include "base/digest.h"

#include <elf.h>
#include <endian.h>
#include <link.h>
#include <string.h>

static const uint64_t sk_digest_factors[4] = {
	0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full, 0xd6e8feb86659fd93ull, 0xa0761d6478bd642full };

static inline uint64_t sk_digest_step(uint64_t lane, uint64_t word, uint64_t factor)
{
	lane = (lane ^ le64toh(word)) * factor;
	return lane ^ lane >> 29;
}

/* Blocks of 32 bytes. The lanes are apart so that they stay in registers. */
static void sk_digest_blocks(uint64_t lanes[4], const unsigned char *p, size_t n)
{
	uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3], words[4];

	for (; n; n--, p += sizeof(words)) {
		memcpy(words, p, sizeof(words));
		a = sk_digest_step(a, words[0], sk_digest_factors[0]);
		b = sk_digest_step(b, words[1], sk_digest_factors[1]);
		c = sk_digest_step(c, words[2], sk_digest_factors[2]);
		d = sk_digest_step(d, words[3], sk_digest_factors[3]);
	}
	lanes[0] = a;
	lanes[1] = b;
	lanes[2] = c;
	lanes[3] = d;
}

static uint64_t sk_digest_fold(uint64_t a, uint64_t b)
{
	a = (a ^ b >> 32 ^ b << 32) * 0x9fb21c651e98df25ull;
	a ^= a >> 35;
	a *= 0xa24baed4963ee407ull;
	return a ^ a >> 28;
}

void sk_digest_add(struct sk_digest *digest, const void *p, size_t n)
{
	uint64_t lanes[4] = { digest->word[0], digest->word[1], ~digest->word[0], n ^ 0x2545f4914f6cdd1dull };
	unsigned char rest[32] = { 0 };
	size_t left = n % sizeof(rest);

	sk_digest_blocks(lanes, p, n / sizeof(rest));
	if (left) {
		memcpy(rest, (const unsigned char *)p + (n - left), left);
		sk_digest_blocks(lanes, rest, 1);
	}
	digest->word[0] = sk_digest_fold(sk_digest_fold(lanes[0], lanes[2]), lanes[3]);
	digest->word[1] = sk_digest_fold(sk_digest_fold(lanes[1], lanes[3]), digest->word[0]);
	digest->word[0] = sk_digest_fold(digest->word[0], digest->word[1]);
}

/* This build */

static void sk_digest_notes(struct sk_digest *digest, const char *p, size_t n)
{
	while (n >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) note;
		size_t name, size;

		memcpy(&note, p, sizeof(note));
		name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		size = sizeof(note) + name + (((size_t)note.n_descsz + 3) & ~(size_t)3);
		if (size > n)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(p + sizeof(note), "GNU", 4))
			sk_digest_add(digest, p + sizeof(note) + name, note.n_descsz);
		p += size;
		n -= size;
	}
}

/* The object that this function is in. */
static int sk_digest_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	const uintptr_t here = (uintptr_t)sk_digest_self;
	bool ours = false;

	for (unsigned int i = 0; i < info->dlpi_phnum; i++)
		ours |= info->dlpi_phdr[i].p_type == PT_LOAD &&
			here - (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr) < info->dlpi_phdr[i].p_memsz;
	for (unsigned int i = 0; ours && i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			sk_digest_notes(arg, (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
					info->dlpi_phdr[i].p_memsz);
	return ours;
}

void sk_digest_self(struct sk_digest *ret_digest)
{
	*ret_digest = (struct sk_digest){ { 0 } };
	dl_iterate_phdr(sk_digest_object, ret_digest);
}
