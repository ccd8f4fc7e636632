/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Socket addresses: the kernel writes the bytes of the sockaddr in hexadecimal (kernel/auditsc.c), in the byte order of
 * the machine that wrote the log for the family and for netlink, in network order for the rest. `ausearch -i` shows them
 * as "{ saddr_fam=inet laddr=10.0.0.1 lport=80 }".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "audit/field.h"
#include "audit/text.h"
#include "base/memory.h"

#define SK_SOCKADDR_MAX 128

/* Numbers of linux/socket.h, which are the same on all architectures. */
static const struct {
	const char *name;
	int family;
} sk_families[] = {
	{ "unspec", 0 },   { "local", 1 },   { "unix", 1 },	  { "inet", 2 }, { "inet6", 10 },
	{ "netlink", 16 }, { "packet", 17 }, { "bluetooth", 31 }, { "alg", 38 }, { "vsock", 40 },
};

static void sk_copy(char *to, size_t size, const char *from, size_t n)
{
	n = SK_MIN(n, size - 1);
	memcpy(to, from, n);
	to[n] = '\0';
}

static uint32_t sk_le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The family is a 16-bit number whose other half is zero: that tells the byte order. */
static int sk_family(const unsigned char *p, bool *ret_big)
{
	*ret_big = !p[0] && p[1];
	return *ret_big ? p[1] : p[0] | p[1] << 8;
}

static void sk_unix(const unsigned char *p, size_t n, struct selkie_audit_address *a)
{
	const char *s = (const char *)p;

	if (!n)
		return;
	if (*s) {
		sk_copy(a->address, sizeof(a->address), s, strnlen(s, n));
		return;
	}
	/* An abstract name has its length, and no zero at the end; @ stands for the first byte, as in ss and lsof. */
	sk_copy(a->address, sizeof(a->address), s, n);
	n = SK_MIN(n, sizeof(a->address) - 1);
	while (n > 1 && !a->address[n - 1])
		n--;
	for (size_t i = 0; i < n; i++)
		if (!a->address[i])
			a->address[i] = '@';
	a->address[n] = '\0';
	if (n == 1)
		a->address[0] = '\0';
}

static int sk_bytes(const unsigned char *p, size_t n, struct selkie_audit_address *a)
{
	bool big;

	if (n < 2)
		return -EINVAL;
	a->family = sk_family(p, &big);
	switch (a->family) {
	case 1:
		sk_unix(p + 2, n - 2, a);
		return 0;
	case 2:
		if (n < 8 || !inet_ntop(AF_INET, p + 4, a->address, sizeof(a->address)))
			return -EINVAL;
		a->port = p[2] << 8 | p[3];
		return 0;
	case 10:
		if (n < 24 || !inet_ntop(AF_INET6, p + 8, a->address, sizeof(a->address)))
			return -EINVAL;
		a->port = p[2] << 8 | p[3];
		return 0;
	case 16:
		if (n < 8)
			return -EINVAL;
		a->port = big ? ntohl(sk_le32(p + 4)) : sk_le32(p + 4);
		return 0;
	case 40:
		if (n < 12)
			return -EINVAL;
		a->port = big ? ntohl(sk_le32(p + 4)) : sk_le32(p + 4);
		snprintf(a->address, sizeof(a->address), "%u",
			 big ? ntohl(sk_le32(p + 8)) : sk_le32(p + 8));
		return 0;
	}
	return 0;
}

static void sk_shown_port(struct selkie_audit_text text, const char *key,
			  struct selkie_audit_address *a)
{
	struct selkie_audit_text port = sk_audit_field_in(text, false, key, NULL);
	int64_t v;

	if (a->port < 0 && selkie_audit_number(port, 10, &v) && v >= 0)
		a->port = v;
}

/* Decoded form: "{ saddr_fam=inet laddr=10.0.2.2 lport=53 }". */
static int sk_shown(struct selkie_audit_text text, struct selkie_audit_address *a)
{
	struct selkie_audit_text family = sk_audit_field_in(text, false, "saddr_fam", NULL);
	struct selkie_audit_text address = sk_audit_field_in(text, false, "laddr", NULL);

	if (!family.data)
		family = sk_audit_field_in(text, false, "fam", NULL);
	if (!address.data)
		address = sk_audit_field_in(text, false, "path", NULL);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_families); i++)
		if (sk_text_equal(family, sk_families[i].name))
			a->family = sk_families[i].family;
	if (address.data)
		sk_copy(a->address, sizeof(a->address), address.data, address.size);
	sk_shown_port(text, "lport", a);
	sk_shown_port(text, "nlnk-pid", a);
	return a->family >= 0 ? 0 : -EINVAL;
}

int selkie_audit_sockaddr(const struct selkie_audit_event *event, struct selkie_audit_address *ret)
{
	const struct selkie_audit_record *record =
		selkie_audit_event_record(event, SELKIE_AUDIT_SOCKADDR);
	struct selkie_audit_text text;
	unsigned char bytes[SK_SOCKADDR_MAX];
	size_t n;

	memset(ret, 0, sizeof(*ret));
	ret->family = -1;
	ret->port = -1;
	text = record ? selkie_audit_field(record, "saddr") : (struct selkie_audit_text){ NULL, 0 };
	if (!text.data)
		return -ENOENT;
	if (text.size && *text.data == '{')
		return sk_shown(text, ret);
	n = SK_MIN(text.size / 2, sizeof(bytes));
	if (text.size % 2)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int high = sk_audit_hex_digit(text.data[2 * i]),
		    low = sk_audit_hex_digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return sk_bytes(bytes, n, ret);
}
