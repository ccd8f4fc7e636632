/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a stream can show: colors and progress only on a terminal, text wrapped to its columns. A command asks here
 * instead of asking the environment itself.
 */
#include "cmd/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
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

/* As many words of `text` as fit into `room` columns, at least one; what is between them is as in the text. */
static size_t sk_line_fits(const char *text, size_t n, size_t room)
{
	const char *blank;

	if (n <= room)
		return n;
	blank = memrchr(text, ' ', room + 1);
	if (!blank)
		blank = memchr(text, ' ', n);
	return blank ? (size_t)(blank - text) : n;
}

/* Words that several blanks part are parted by one: done beforehand, so that a line is cut out of the text whole. */
static void sk_print_squeezed(struct sk_buf *out, const char *text, size_t indent, size_t width)
{
	sk_auto_buf struct sk_buf squeezed = SK_BUF_INIT;
	const char *once;

	for (; *text; text++)
		if (*text != ' ' || (squeezed.n && text[1] && text[1] != ' '))
			sk_buf_addc(&squeezed, *text);
	once = sk_buf_str(&squeezed);
	if (once)
		sk_print_wrapped_on(out, once, indent, width);
	else
		sk_buf_fail(out, squeezed.error);
}

void sk_print_wrapped_on(struct sk_buf *out, const char *text, size_t indent, size_t width)
{
	size_t left = strlen(text), n;

	if (left && (text[0] == ' ' || text[left - 1] == ' ' || strstr(text, "  "))) {
		sk_print_squeezed(out, text, indent, width);
		return;
	}
	for (bool first = true; left; first = false) {
		if (!first) {
			text++;
			left--;
			sk_buf_addc(out, '\n');
			sk_buf_add_blanks(out, indent);
		}
		n = sk_line_fits(text, left, width > indent ? width - indent : 0);
		sk_buf_add(out, text, n);
		text += n;
		left -= n;
	}
	sk_buf_addc(out, '\n');
}

void sk_print_wrapped(struct sk_buf *out, const char *text, size_t indent, size_t width)
{
	sk_buf_add_blanks(out, indent);
	sk_print_wrapped_on(out, text, indent, width);
}

static uint64_t sk_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sk_progress_init(struct sk_progress *progress)
{
	*progress = (struct sk_progress){ .last = sk_milliseconds(), .on = sk_terminal(STDERR_FILENO) };
}

bool sk_progress_due(struct sk_progress *progress)
{
	uint64_t now;

	if (!progress->on)
		return false;
	now = sk_milliseconds();
	if (now - progress->last < 200)
		return false;
	progress->last = now;
	progress->shown = true;
	return true;
}

void sk_progress_show(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputc('\r', stderr);
	vfprintf(stderr, fmt, args);
	fputs(" \033[K", stderr);
	va_end(args);
}

void sk_progress_end(struct sk_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}

void sk_print_diagnostics(const selkie_diagnostics *diags)
{
	sk_auto_free char *text = NULL;

	text = selkie_diagnostics_print(diags, sk_color(STDERR_FILENO) ? SELKIE_DIAGNOSTICS_COLOR : 0);
	fflush(stdout);
	fputs(text ? text : "out of memory\n", stderr);
}
