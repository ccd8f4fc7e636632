/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m4's format: printf on strings. Each conversion is handed to printf with a directive put together here from checked
 * parts, never with one from the input.
 */
#include "syntax/te/macro-state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct sk_format {
	struct sk_buf *buf;
	size_t n_args, next;
	const char *const *args;
};

static const char *sk_format_arg(struct sk_format *f)
{
	return f->next < f->n_args ? f->args[f->next++] : "";
}

static int sk_format_number(struct sk_format *f, const char **p)
{
	long n = 0;

	if (**p == '*') {
		++*p;
		n = strtol(sk_format_arg(f), NULL, 10);
		return (int)SK_MAX(SK_MIN(n, 10000L), -10000L);
	}
	for (; **p >= '0' && **p <= '9'; ++*p)
		n = SK_MIN(n * 10 + (**p - '0'), 10000L);
	return (int)n;
}

static void sk_format_print(struct sk_format *f, const char *flags, int width, int precision, int length,
			    char conversion)
{
	const char *arg = sk_format_arg(f);
	char directive[32];
	char c = arg[0];
	long v;

	snprintf(directive, sizeof(directive), "%%%s*.*%s%c", flags,
		 strchr("diouxX", conversion) ? "l" : "", conversion);
	if (conversion == 's') {
		sk_buf_printf(f->buf, directive, width, precision, arg);
	} else if (conversion == 'c') {
		snprintf(directive, sizeof(directive), "%%%s*c", flags);
		sk_buf_printf(f->buf, directive, width, (int)(unsigned char)strtol(arg, NULL, 10));
		(void)c;
	} else if (strchr("aAeEfFgG", conversion)) {
		sk_buf_printf(f->buf, directive, width, precision, strtod(arg, NULL));
	} else {
		v = strtol(arg, NULL, 10);
		if (length == 'H')
			v = strchr("di", conversion) ? (long)(signed char)v : (long)(unsigned char)v;
		else if (length == 'h')
			v = strchr("di", conversion) ? (long)(short)v : (long)(unsigned short)v;
		else if (length != 'l')
			v = strchr("di", conversion) ? (long)(int)v : (long)(unsigned int)v;
		sk_buf_printf(f->buf, directive, width, precision, v);
	}
}

/* One directive, p behind the percent sign. Returns its end; a directive that m4 does not know gives nothing. */
static const char *sk_format_directive(struct sk_format *f, const char *p)
{
	char flags[8] = "";
	size_t n_flags = 0;
	int width, precision = -1, length = 0;

	if (*p == '%') {
		sk_buf_addc(f->buf, '%');
		return p + 1;
	}
	for (; *p && strchr("+ 0-#'", *p); p++)
		if (n_flags < 6 && !strchr(flags, *p)) {
			flags[n_flags++] = *p;
			flags[n_flags] = '\0';
		}
	width = sk_format_number(f, &p);
	if (*p == '.') {
		p++;
		precision = sk_format_number(f, &p);
	}
	if (*p == 'l' || *p == 'h') {
		length = *p++;
		if (length == 'h' && *p == 'h') {
			length = 'H';
			p++;
		}
	}
	if (!*p || !strchr("csdioxXuaAeEfFgG", *p))
		return *p ? p + 1 : p;
	sk_format_print(f, flags, width, precision, length, *p);
	return p + 1;
}

int sk_macro_format(struct sk_buf *buf, size_t n_args, const char *const *args)
{
	struct sk_format f = { .buf = buf, .n_args = n_args, .args = args, .next = 1 };
	const char *p = args[0];

	while (*p) {
		const char *percent = strchrnul(p, '%');

		sk_buf_add(buf, p, (size_t)(percent - p));
		p = *percent ? sk_format_directive(&f, percent + 1) : percent;
	}
	return buf->failed ? -ENOMEM : 0;
}
