/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ports, pkeys and networks as a person writes them, compared with labeling statements.
 */
#include "analysis/match.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "selkie/component.h"

static int sk_match_refuse(struct sk_diags *diags, const char *what, const char *text,
			   const char *wanted)
{
	struct sk_place place = { .file = what };

	sk_error(diags, "E0631", &place, "'%s' is not %s", text, wanted);
	return SELKIE_COMPONENT_REFUSED;
}

/* One number up to 0xffff; *at is left behind it. */
static bool sk_match_number(const char **at, int base, uint64_t *ret)
{
	uint64_t value = 0;
	const char *start;

	if (base == 16 && (*at)[0] == '0' && ((*at)[1] | 0x20) == 'x')
		*at += 2;
	for (start = *at; base == 16 ? isxdigit((unsigned char)**at) : isdigit((unsigned char)**at);
	     ++*at) {
		int c = (unsigned char)**at;

		value = value * (uint64_t)base +
			(uint64_t)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
		if (value > 0xffff)
			return false;
	}
	*ret = value;
	return *at > start;
}

static bool sk_match_range(struct sk_labeling_match *m, const char *at, int base)
{
	if (!sk_match_number(&at, base, &m->low))
		return false;
	m->high = m->low;
	if (*at == '-') {
		at++;
		if (!sk_match_number(&at, base, &m->high))
			return false;
	}
	return !*at && m->low <= m->high;
}

static void sk_match_prefix(uint8_t mask[16], unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

/* ADDRESS, ADDRESS/BITS or ADDRESS/MASK, without bits of the address outside the mask. */
static bool sk_match_network(struct sk_labeling_match *m, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	unsigned int most;
	uint64_t bits;

	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	m->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	most = m->family == AF_INET6 ? 128 : 32;
	if (inet_pton(m->family, address, m->address) != 1)
		return false;
	if (!slash) {
		sk_match_prefix(m->mask, most);
	} else if (inet_pton(m->family, slash + 1, m->mask) != 1) {
		const char *at = slash + 1;

		if (!sk_match_number(&at, 10, &bits) || *at || bits > most)
			return false;
		sk_match_prefix(m->mask, (unsigned int)bits);
	}
	for (size_t i = 0; i < 16; i++)
		if (m->address[i] & ~m->mask[i])
			return false;
	return true;
}

int sk_labeling_match_init(struct sk_labeling_match *match, enum selkie_labeling_kind kind,
			   const char *text, struct sk_diags *diags)
{
	memset(match, 0, sizeof(*match));
	match->kind = kind;
	match->all = !text;
	if (!text)
		return 0;
	switch (kind) {
	case SELKIE_LABELING_PORT:
		if (!sk_match_range(match, text, 10))
			return sk_match_refuse(diags, "portcon", text,
					       "a port or a range of ports, as 22 or 6000-6020");
		break;
	case SELKIE_LABELING_IBPKEY:
		if (!sk_match_range(match, text, 16))
			return sk_match_refuse(
				diags, "ibpkeycon", text,
				"a pkey or a range of pkeys, as 0x22 or 0x6000-0x6020");
		break;
	case SELKIE_LABELING_NODE:
		if (!sk_match_network(match, text))
			return sk_match_refuse(
				diags, "nodecon", text,
				"an address or network, as 127.0.0.1, 10.0.0.0/8 or fe80::/10");
		break;
	default:
		match->name = text;
	}
	return 0;
}

bool sk_labeling_match(const struct sk_labeling_match *match,
		       const struct selkie_labeling *labeling)
{
	if (match->all)
		return true;
	switch (match->kind) {
	case SELKIE_LABELING_PORT:
		return labeling->low <= match->low && match->high <= labeling->high;
	case SELKIE_LABELING_IBPKEY:
		return labeling->low == match->low && match->high == labeling->high;
	case SELKIE_LABELING_NODE:
		if (labeling->family != match->family || memcmp(labeling->mask, match->mask, 16))
			return false;
		for (size_t i = 0; i < 16; i++)
			if ((labeling->address[i] & labeling->mask[i]) != match->address[i])
				return false;
		return true;
	default:
		return labeling->name && !strcmp(labeling->name, match->name);
	}
}
