/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a stream can show: colors and progress only on a terminal, text wrapped to its columns. A command asks here
 * instead of asking the environment itself.
 */
#include "cmd/terminal.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool sk_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && strcmp(term, "dumb");
}

bool sk_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return sk_terminal(fd) && !(no_color && *no_color);
}

unsigned int sk_width(int fd)
{
	struct winsize size;

	if (isatty(fd) && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col >= 40)
		return SK_MIN(size.ws_col, 120u);
	return 100;
}

void sk_print_wrapped_on(struct sk_buf *out, const char *text, size_t indent, size_t width)
{
	size_t column = 0;

	while (*text) {
		size_t n = (size_t)(strchrnul(text, ' ') - text);

		if (column && column + 1 + n > width) {
			sk_buf_printf(out, "\n%*s", (int)indent, "");
			column = 0;
		} else if (column) {
			sk_buf_addc(out, ' ');
		}
		column = column ? column + 1 + n : indent + n;
		sk_buf_add(out, text, n);
		text += n;
		while (*text == ' ')
			text++;
	}
	sk_buf_addc(out, '\n');
}

void sk_print_wrapped(struct sk_buf *out, const char *text, size_t indent, size_t width)
{
	sk_buf_printf(out, "%*s", (int)indent, "");
	sk_print_wrapped_on(out, text, indent, width);
}

void sk_print_diagnostics(const selkie_diagnostics *diags)
{
	sk_auto_free char *text = NULL;

	text = selkie_diagnostics_print(diags, sk_color(STDERR_FILENO) ? SELKIE_DIAGNOSTICS_COLOR : 0);
	fflush(stdout);
	fputs(text ? text : "out of memory\n", stderr);
}
