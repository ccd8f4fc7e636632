/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines: PATTERN [TYPE] CONTEXT, separated by white space as isspace() has it in the C locale; '#' begins a comment
 * only where a line begins. This is what libselinux reads; where libselinux gives up the whole file, we report the line
 * and go on. Text after the context is passed over, as there, but not silently.
 */
#include "label/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"

#define SK_LABEL_MOST_BYTES    (256u << 20)
#define SK_LABEL_MOST_FIELD    65534u /* libselinux 3.8 has the same limit */
#define SK_LABEL_MOST_SUB_LINE 1022u  /* libselinux cuts longer lines of .subs into pieces */

static const struct {
	char letter;
	uint32_t mode;
} sk_kinds[] = {
	[SK_KIND_ANY] = { 0, 0 },	    [SK_KIND_FILE] = { '-', S_IFREG },
	[SK_KIND_DIR] = { 'd', S_IFDIR },   [SK_KIND_CHAR] = { 'c', S_IFCHR },
	[SK_KIND_BLOCK] = { 'b', S_IFBLK }, [SK_KIND_FIFO] = { 'p', S_IFIFO },
	[SK_KIND_LINK] = { 'l', S_IFLNK },  [SK_KIND_SOCKET] = { 's', S_IFSOCK },
};

enum sk_label_kind sk_label_kind_of(uint32_t mode)
{
	mode &= S_IFMT;
	for (size_t k = 0; k < SK_ARRAY_LEN(sk_kinds); k++)
		if (sk_kinds[k].mode == mode)
			return (enum sk_label_kind)k;
	return SK_KIND_OTHER;
}

uint32_t sk_label_kind_mode(enum sk_label_kind kind)
{
	return sk_kinds[kind].mode;
}

int sk_label_file_copy(struct sk_label_file *file, const char *name, const void *data, size_t n,
		       struct sk_arena *arena)
{
	if (n > SK_LABEL_MOST_BYTES)
		return -EFBIG;
	file->name = sk_arena_strdup(arena, name);
	file->data = sk_arena_strndup(arena, data, n);
	file->n = n;
	return file->name && file->data ? 0 : -ENOMEM;
}

/* A pipe, or a file that grew while it was read: `n` bytes are there already. */
static int read_on(int fd, struct sk_label_file *file, size_t n, struct sk_arena *arena)
{
	sk_auto_free char *data = NULL;
	size_t cap = 0;
	ssize_t got;

	if (sk_grow(&data, &cap, n + 65536, 1))
		return -ENOMEM;
	memcpy(data, file->data, n);
	do {
		if (n > SK_LABEL_MOST_BYTES)
			return -EFBIG;
		if (sk_grow(&data, &cap, n + 65536, 1))
			return -ENOMEM;
		got = sk_read_some(fd, data + n, cap - n);
		if (got < 0)
			return (int)got;
		n += (size_t)got;
	} while (n == cap);
	file->data = sk_arena_strndup(arena, data, n);
	file->n = n;
	return file->data ? 0 : -ENOMEM;
}

int sk_label_file_read(struct sk_label_file *file, const char *name, struct sk_arena *arena)
{
	sk_auto_close int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t most;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (st.st_size > (off_t)SK_LABEL_MOST_BYTES)
		return -EFBIG;
	/* The size is a guess: pipes and files in /proc have none. */
	most = (size_t)st.st_size + 1;
	file->name = sk_arena_strdup(arena, name);
	file->data = sk_arena_string(arena, most);
	if (!file->name || !file->data)
		return -ENOMEM;
	n = sk_read_some(fd, file->data, most);
	if (n < 0)
		return (int)n;
	if ((size_t)n == most)
		return read_on(fd, file, most, arena);
	file->data[n] = '\0';
	file->n = (size_t)n;
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sk_field {
	char *s;
	uint32_t n, column;
};

/* Up to `most` fields of a line; *ret_rest is the first byte after them that is no space, or `end`. */
static uint32_t split_line(char *line, char *end, struct sk_field *fields, uint32_t most,
			   char **ret_rest)
{
	uint32_t n = 0;
	char *p = line;

	for (;;) {
		while (p < end && is_space(*p))
			p++;
		if (p == end || n == most)
			break;
		fields[n].s = p;
		fields[n].column = (uint32_t)(p - line) + 1;
		while (p < end && !is_space(*p))
			p++;
		fields[n].n = (uint32_t)(p - fields[n].s);
		n++;
	}
	*ret_rest = p;
	return n;
}

/* The place of part of a line. */
static struct sk_place place_of(const struct sk_label_file *file, uint32_t line, uint32_t column,
				uint32_t length, const char *text, size_t n_text)
{
	return (struct sk_place){
		.kind = SK_PLACE_TEXT,
		.file = file->name,
		.line = line,
		.col = column,
		.length = length ? length : 1,
		.text = text,
		.text_length = (uint32_t)SK_MIN(n_text, 4096u),
	};
}

/* False, with a diagnostic, when a field holds what libselinux refuses. */
static bool check_field(const struct sk_field *f, const struct sk_label_file *file, uint32_t line,
			const char *text, size_t n_text, struct sk_diags *diags)
{
	struct sk_place at = place_of(file, line, f->column, f->n, text, n_text);

	if (f->n > SK_LABEL_MOST_FIELD) {
		at.length = 1;
		sk_error(diags, "E0507", &at, "a field of %u bytes is too long", f->n);
		return false;
	}
	for (uint32_t i = 0; i < f->n; i++) {
		unsigned char c = (unsigned char)f->s[i];

		if (c && c < 0x80)
			continue;
		at.col += i;
		at.length = 1;
		if (c)
			sk_error(diags, "E0506", &at, "byte 0x%02x: only ASCII is allowed here", c);
		else
			sk_error(diags, "E0506", &at, "a zero byte is not allowed here");
		return false;
	}
	return true;
}

static bool read_kind(const struct sk_field *f, const struct sk_place *at, struct sk_diags *diags,
		      enum sk_label_kind *ret_kind)
{
	for (size_t k = 1; k < SK_ARRAY_LEN(sk_kinds); k++)
		if (f->n == 2 && f->s[0] == '-' && f->s[1] == sk_kinds[k].letter) {
			*ret_kind = (enum sk_label_kind)k;
			return true;
		}
	sk_error(diags, "E0502", at, "unknown file type '%.*s'; it is one of -- -d -c -b -p -l -s",
		 (int)SK_MIN(f->n, 40u), f->s);
	return false;
}

/* One line to its fields. False when it holds no rule. */
static bool read_line(const struct sk_label_file *file, uint32_t number, char *text, char *end,
		      struct sk_diags *diags, struct sk_label_line *ret_line)
{
	size_t n_text = (size_t)(end - text);
	struct sk_field f[3];
	struct sk_place at;
	char *rest;
	uint32_t n = split_line(text, end, f, 3, &rest);

	if (!n || f[0].s[0] == '#')
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!check_field(&f[i], file, number, text, n_text, diags))
			return false;
	at = place_of(file, number, f[0].column, f[0].n, text, n_text);
	if (n == 1 || (n == 2 && f[1].n == 2 && f[1].s[0] == '-')) {
		sk_error(diags, "E0501", &at, "no context for '%.*s'", (int)SK_MIN(f[0].n, 200u),
			 f[0].s);
		return false;
	}
	ret_line->kind = SK_KIND_ANY;
	if (n == 3) {
		at = place_of(file, number, f[1].column, f[1].n, text, n_text);
		if (!read_kind(&f[1], &at, diags, &ret_line->kind))
			return false;
	}
	if (rest < end) {
		at = place_of(file, number, (uint32_t)(rest - text) + 1, (uint32_t)(end - rest),
			      text, n_text);
		sk_warning(diags, "W0508", &at, "text after the context is ignored");
	}
	ret_line->pattern = f[0].s;
	ret_line->n_pattern = f[0].n;
	ret_line->context = f[n - 1].s;
	ret_line->n_context = f[n - 1].n;
	ret_line->context_column = f[n - 1].column;
	ret_line->line = number;
	ret_line->column = f[0].column;
	return true;
}

/* The end of the line at p, without its line break; *ret_next is where the next begins. */
static char *line_end(char *p, char *end, char **ret_next)
{
	char *nl = memchr(p, '\n', (size_t)(end - p));

	*ret_next = nl ? nl + 1 : end;
	return nl ? nl : end;
}

int sk_label_file_lines(struct sk_label_file *file, struct sk_diags *diags,
			int (*each)(void *arg, const struct sk_label_file *file,
				    const struct sk_label_line *line),
			void *arg)
{
	char *p = file->data, *end = file->data + file->n, *next;
	struct sk_label_line line;
	uint32_t number = 0;
	int r = 0;

	for (; p < end && !r; p = next) {
		char *stop = line_end(p, end, &next);

		if (!read_line(file, ++number, p, stop, diags, &line))
			continue;
		/* The fields end at white space or at the end of the data, which are not needed any more. */
		((char *)line.pattern)[line.n_pattern] = '\0';
		((char *)line.context)[line.n_context] = '\0';
		r = each(arg, file, &line);
	}
	return r;
}

int sk_label_file_subs(struct sk_label_file *file, struct sk_diags *diags,
		       int (*each)(void *arg, const struct sk_label_sub *sub), void *arg)
{
	char *p = file->data, *end = file->data + file->n, *next, *rest;
	struct sk_field f[2];
	struct sk_place at;
	uint32_t number = 0, n;
	int r = 0;

	for (; p < end && !r; p = next) {
		char *stop = line_end(p, end, &next);

		number++;
		n = split_line(p, stop, f, 2, &rest);
		if (!n || f[0].s[0] == '#')
			continue;
		at = place_of(file, number, f[0].column, f[0].n, p, (size_t)(stop - p));
		if (stop - p > SK_LABEL_MOST_SUB_LINE || n < 2 || memchr(f[0].s, 0, f[0].n) ||
		    memchr(f[1].s, 0, f[1].n)) {
			sk_error(diags, "E0509", &at, "%s",
				 n < 2 ? "a substitution needs two paths"
				       : "a substitution holds a zero byte or is longer than 1022 "
					 "bytes");
			continue;
		}
		if (rest < stop) {
			at = place_of(file, number, (uint32_t)(rest - p) + 1,
				      (uint32_t)(stop - rest), p, (size_t)(stop - p));
			sk_warning(diags, "W0508", &at, "text after the second path is ignored");
		}
		f[0].s[f[0].n] = f[1].s[f[1].n] = '\0';
		r = each(arg, &(struct sk_label_sub){ f[0].s, f[1].s, f[0].n, f[1].n });
	}
	return r;
}
