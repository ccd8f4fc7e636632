/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Source texts and their addresses. Files are read, not mapped: a file cut short while it is compiled must not kill the
 * process that uses the library.
 *
 * A large file is read in parts. They begin and end with lines, and where each begins is kept. What is asked about an
 * address later is answered from a second buffer, into which its part is read again: lines are asked for in order, mostly.
 */
#include "syntax/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"

#define SK_SOURCE_PART (128u << 10)	/* a part is as large as that, or one line */
#define SK_SOURCE_LARGE (1u << 20)	/* from here on, reading in parts is worth it */
#define SK_SOURCE_BEHIND 8192		/* read behind a part that is looked at again: a statement may go on there */

struct sk_source_part {
	uint32_t from;		/* offset; one more than there are parts: the last is their end */
	uint32_t line;		/* number of its first line, or 0: not known yet */
};

struct sk_source_parts {
	int fd;
	char *text;		/* what was read and not given away, the part that is given now first */
	size_t cap, n;
	bool ended;
	struct sk_source_part *list;
	size_t n_list, cap_list;
	/* the part that is looked at again */
	uint32_t look;		/* its number + 1 */
	char *look_text;
	size_t look_cap, look_n;
	uint32_t *lines;	/* offsets in it of where lines begin, and of the end */
	size_t n_lines, cap_lines;
};

static void sk_source_parts_free(struct sk_source_parts *parts)
{
	if (!parts)
		return;
	close(parts->fd);
	free(parts->text);
	free(parts->list);
	free(parts->look_text);
	free(parts->lines);
	free(parts);
}

void sk_sources_done(struct sk_sources *sources)
{
	for (size_t i = 0; i < sources->n; i++) {
		free(sources->list[i]->owned);
		free(sources->list[i]->lines);
		sk_source_parts_free(sources->list[i]->parts);
	}
	free(sources->list);
	free(sources->expansions);
	sk_arena_done(&sources->arena);
	*sources = (struct sk_sources)SK_SOURCES_INIT;
}

int sk_sources_expand(struct sk_sources *sources, const struct sk_expansion *expansion, uint32_t *ret_expansion)
{
	int r = sk_grow(&sources->expansions, &sources->cap_expansions, sources->n_expansions + 2,
			sizeof(*sources->expansions));

	if (r)
		return r;
	if (!sources->n_expansions)
		sources->expansions[sources->n_expansions++] = (struct sk_expansion){ 0 };
	sources->expansions[sources->n_expansions] = *expansion;
	*ret_expansion = (uint32_t)sources->n_expansions++;
	return 0;
}

void sk_sources_note_expansion(const struct sk_sources *sources, const struct sk_intern *names,
			       struct sk_diags *diags, struct sk_diag *diag, uint32_t expansion)
{
	struct sk_place place;

	/* A chain longer than a screen helps nobody. */
	for (unsigned int n = 0; expansion && n < 12; n++) {
		const struct sk_expansion *e = &sources->expansions[expansion];

		if (e->line) {
			place = (struct sk_place){ .kind = SK_PLACE_TEXT, .file = sk_intern_str(names, e->name), .line = e->line };
			sk_diag_note(diags, diag, &place, "made from this line");
			expansion = e->parent;
			continue;
		}
		sk_sources_place(sources, e->addr, names->entries[e->name].n, &place);
		sk_diag_note(diags, diag, &place, "in expansion of %s, called here", sk_intern_str(names, e->name));
		expansion = e->parent;
	}
}

static bool sk_source_too_large(const struct sk_sources *sources, const char *name, uint64_t size,
				struct sk_diags *diags)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = name };

	if (size <= SK_SOURCE_SIZE_MAX && size < SK_SOURCES_SIZE_MAX - sources->next_base)
		return false;
	sk_error(diags, "E0100", &place, "%llu bytes are too many for a policy source (%u MiB at most)",
		 (unsigned long long)size, SK_SOURCE_SIZE_MAX >> 20);
	return true;
}

int sk_sources_borrow(struct sk_sources *sources, const char *name, const char *text, size_t size,
		      struct sk_diags *diags, struct sk_source **ret_source)
{
	struct sk_source *source;
	int r;

	if (sk_source_too_large(sources, name, size, diags))
		return SK_SOURCE_REFUSED;
	r = sk_grow(&sources->list, &sources->cap, sources->n + 1, sizeof(*sources->list));
	if (r)
		return r;
	source = SK_ARENA_NEW(&sources->arena, struct sk_source);
	if (!source)
		return -ENOMEM;
	source->name = sk_arena_strdup(&sources->arena, name);
	if (!source->name)
		return -ENOMEM;
	source->text = text;
	source->size = (uint32_t)size;
	source->base = sources->next_base;
	/* The byte behind the end has an address too: it is the place of "end of file". */
	sources->next_base += (uint32_t)size + 1;
	sources->list[sources->n++] = source;
	*ret_source = source;
	return 0;
}

int sk_sources_add(struct sk_sources *sources, const char *name, const char *text, size_t size,
		   struct sk_diags *diags, struct sk_source **ret_source)
{
	char *copy;

	if (sk_source_too_large(sources, name, size, diags))
		return SK_SOURCE_REFUSED;
	copy = sk_arena_strndup(&sources->arena, text, size);
	if (!copy)
		return -ENOMEM;
	return sk_sources_borrow(sources, name, copy, size, diags, ret_source);
}

int sk_sources_add_binary(struct sk_sources *sources, const char *name, const char *module, size_t size,
			  struct sk_diags *diags, struct sk_source **ret_source)
{
	const char *copy = sk_arena_strdup(&sources->arena, module);
	struct sk_source *source;
	int r;

	if (!copy)
		return -ENOMEM;
	r = sk_sources_borrow(sources, name, NULL, size, diags, &source);
	if (r)
		return r;
	source->binary = copy;
	*ret_source = source;
	return 0;
}

int sk_source_set_statements(struct sk_source *source, const uint32_t *statements, size_t n)
{
	uint32_t *copy = malloc(SK_MAX(n, 1) * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, statements, n * sizeof(*copy));
	free(source->lines);
	source->lines = copy;
	source->n_lines = (uint32_t)n;
	return 0;
}

/* Reads to the end, behind what has been read; of a file that said its size, so much of it that is there. */
static int sk_source_read(struct sk_sources *sources, int fd, const char *before, size_t n_before, size_t expected,
			  const char *name, struct sk_diags *diags, struct sk_source **ret_source)
{
	size_t n = n_before, cap = 0, most;
	char *text = NULL;
	ssize_t got;
	int r = n_before ? sk_grow(&text, &cap, n_before + 1, 1) : 0;

	if (r)
		return r;
	if (n_before)
		memcpy(text, before, n_before);
	do {
		r = sk_grow(&text, &cap, expected ? expected + 1 : n + 4096, 1);
		if (r)
			break;
		most = cap - n - 1;
		got = sk_read_some(fd, text + n, expected ? expected : most);
		if (got < 0) {
			r = (int)got;
			break;
		}
		n += (size_t)got;
		if (sk_source_too_large(sources, name, n, diags))
			r = SK_SOURCE_REFUSED;
	} while (!r && !expected && (size_t)got == most);
	if (!r) {
		text[n] = '\0';
		r = sk_sources_borrow(sources, name, text, n, diags, ret_source);
	}
	if (r)
		free(text);
	else
		(*ret_source)->owned = text;
	return r;
}

static int sk_source_open(const char *path, int *ret_fd, struct stat *st)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || fstat(fd, st))
		return -errno;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int sk_source_load(struct sk_sources *sources, int fd, const struct stat *st, const char *name,
			  struct sk_diags *diags, struct sk_source **ret_source)
{
	if (S_ISREG(st->st_mode) && sk_source_too_large(sources, name, (uint64_t)st->st_size, diags))
		return SK_SOURCE_REFUSED;
	return sk_source_read(sources, fd, NULL, 0, S_ISREG(st->st_mode) ? (size_t)st->st_size : 0, name, diags, ret_source);
}

int sk_sources_load(struct sk_sources *sources, const char *path, const char *name,
		    struct sk_diags *diags, struct sk_source **ret_source)
{
	sk_auto_close int fd = -1;
	struct stat st;
	int r = sk_source_open(path, &fd, &st);

	return r ? r : sk_source_load(sources, fd, &st, name ? name : path, diags, ret_source);
}

/* Parts */

static int sk_source_begin_parts(struct sk_source *source, int fd)
{
	struct sk_source_parts *parts = calloc(1, sizeof(*parts));

	if (!parts || sk_grow(&parts->list, &parts->cap_list, 1, sizeof(*parts->list))) {
		free(parts);
		close(fd);
		return -ENOMEM;
	}
	parts->list[parts->n_list++] = (struct sk_source_part){ .line = 1 };
	parts->fd = fd;
	source->parts = parts;
	return 0;
}

/* A file of no name in place of what can be read only once. -1: there is no room for one. */
static int sk_source_spool_file(void)
{
	const char *folder = secure_getenv("TMPDIR");

	return open(folder && *folder ? folder : P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int sk_source_write(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno != EINTR)
			return -errno;
		text += SK_MAX(done, 0);
		n -= (size_t)SK_MAX(done, 0);
	}
	return 0;
}

/* Copies what has been read of a pipe and all that follows. Returns 0, SK_SOURCE_REFUSED, or a negative errno. */
static int sk_source_spool(struct sk_sources *sources, int from, int to, char *text, size_t n, const char *name,
			   struct sk_diags *diags, size_t *ret_size)
{
	size_t size = 0;
	ssize_t got;
	int r;

	do {
		r = sk_source_write(to, text, n);
		size += n;
		if (!r && sk_source_too_large(sources, name, size, diags))
			r = SK_SOURCE_REFUSED;
		got = r ? 0 : sk_read_some(from, text, SK_SOURCE_PART);
		n = (size_t)SK_MAX(got, 0);
	} while (got > 0);
	*ret_size = size;
	return r ? r : (int)got;
}

static int sk_source_open_parts(struct sk_sources *sources, int fd, size_t size, const char *name, struct sk_diags *diags,
				struct sk_source **ret_source)
{
	int r = sk_sources_borrow(sources, name, NULL, size, diags, ret_source);

	if (!r)
		return sk_source_begin_parts(*ret_source, fd);
	close(fd);
	return r;
}

/* A pipe: what it gives is kept in memory when it is little, and in a file when it is much. */
static int sk_source_open_pipe(struct sk_sources *sources, int fd, const char *name, struct sk_diags *diags,
			       struct sk_source **ret_source)
{
	sk_auto_free char *text = malloc(SK_SOURCE_LARGE + 1);
	sk_auto_close int file = -1;
	size_t size;
	ssize_t n;
	int r, part_fd;

	if (!text)
		return -ENOMEM;
	n = sk_read_some(fd, text, SK_SOURCE_LARGE);
	if (n < 0)
		return (int)n;
	if (n < (ssize_t)SK_SOURCE_LARGE)
		return sk_sources_add(sources, name, text, (size_t)n, diags, ret_source);
	file = sk_source_spool_file();
	if (file < 0)
		return sk_source_read(sources, fd, text, (size_t)n, 0, name, diags, ret_source);
	r = sk_source_spool(sources, fd, file, text, (size_t)n, name, diags, &size);
	if (!r && lseek(file, 0, SEEK_SET))
		r = -errno;
	if (r)
		return r;
	part_fd = file;
	file = -1;
	return sk_source_open_parts(sources, part_fd, size, name, diags, ret_source);
}

int sk_sources_open(struct sk_sources *sources, const char *path, const char *name,
		    struct sk_diags *diags, struct sk_source **ret_source)
{
	sk_auto_close int fd = -1;
	struct stat st;
	int r = sk_source_open(path, &fd, &st), part_fd;

	if (!name)
		name = path;
	if (r)
		return r;
	if (!S_ISREG(st.st_mode))
		return sk_source_open_pipe(sources, fd, name, diags, ret_source);
	if (st.st_size < SK_SOURCE_LARGE)
		return sk_source_load(sources, fd, &st, name, diags, ret_source);
	if (sk_source_too_large(sources, name, (uint64_t)st.st_size, diags))
		return SK_SOURCE_REFUSED;
	part_fd = fd;
	fd = -1;
	return sk_source_open_parts(sources, part_fd, (size_t)st.st_size, name, diags, ret_source);
}

/* Reads on until there is a whole line. What the file has grown by since it was opened is not read. */
static int sk_source_read_part(const struct sk_source *source, size_t *ret_n)
{
	struct sk_source_parts *parts = source->parts;
	size_t left = source->size - parts->list[parts->n_list - 1].from - parts->n;
	const char *newline = NULL;

	while (!newline && !parts->ended) {
		ssize_t got;
		int r = sk_grow(&parts->text, &parts->cap, parts->n + SK_SOURCE_PART, 1);

		if (r)
			return r;
		got = sk_read_some(parts->fd, parts->text + parts->n, SK_MIN(left, SK_SOURCE_PART));
		if (got < 0)
			return (int)got;
		newline = memrchr(parts->text + parts->n, '\n', (size_t)got);
		parts->n += (size_t)got;
		left -= (size_t)got;
		parts->ended = !got || !left;
	}
	*ret_n = newline && !parts->ended ? (size_t)(newline + 1 - parts->text) : parts->n;
	return 0;
}

int sk_source_next(struct sk_source_at *at)
{
	struct sk_source_parts *parts = at->source->parts;
	size_t n = 0;
	int r;

	if (!parts) {
		bool first = !at->text;

		at->from = first ? 0 : at->source->size;
		at->n = at->source->size - at->from;
		at->text = at->source->text + at->from;
		return 0;
	}
	if (at->n)
		memmove(parts->text, parts->text + at->n, parts->n - at->n);
	parts->n -= at->n;
	at->from += at->n;
	at->n = 0;
	r = sk_source_read_part(at->source, &n);
	if (!r)
		r = sk_grow(&parts->list, &parts->cap_list, parts->n_list + 1, sizeof(*parts->list));
	if (r)
		return r;
	at->text = parts->text;
	at->n = (uint32_t)n;
	if (n)
		parts->list[parts->n_list++] = (struct sk_source_part){ .from = at->from + at->n };
	return 0;
}

/* Reads a part again, and says to the next one what number its first line has. */
static int sk_source_look_at(struct sk_source_parts *parts, uint32_t number)
{
	struct sk_source_part *part = &parts->list[number];
	size_t n = part[1].from - part->from, got = 0;
	int r = sk_grow(&parts->look_text, &parts->look_cap, n + SK_SOURCE_BEHIND, 1);

	parts->look = 0;
	while (!r && got < n + SK_SOURCE_BEHIND) {
		ssize_t more = pread(parts->fd, parts->look_text + got, n + SK_SOURCE_BEHIND - got, (off_t)(part->from + got));

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			break;
		got += (size_t)more;
	}
	if (!r && got < n)
		r = -EIO;
	if (!r)
		r = sk_grow(&parts->lines, &parts->cap_lines, n + 2, sizeof(*parts->lines));
	if (r)
		return r;
	parts->look_n = got;
	parts->n_lines = 1;
	parts->lines[0] = 0;
	for (uint32_t i = 0; i < n; i++) {
		parts->lines[parts->n_lines] = i + 1;
		parts->n_lines += parts->look_text[i] == '\n';
	}
	part[1].line = part->line + (uint32_t)parts->n_lines - 1;
	parts->look = number + 1;
	return 0;
}

/* Looks at the part that has the offset. Those before it are looked at when it is not known how many lines they have. */
static bool sk_source_look(struct sk_source_parts *parts, uint32_t off)
{
	uint32_t low = 0, high = (uint32_t)parts->n_list - 1;

	if (!high)
		return false;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (parts->list[mid].from <= off)
			low = mid;
		else
			high = mid;
	}
	if (parts->look == low + 1)
		return true;
	for (high = low; !parts->list[high].line; high--)
		;
	for (; high <= low; high++)
		if (sk_source_look_at(parts, high))
			return false;
	return true;
}

const struct sk_source *sk_sources_find(const struct sk_sources *sources, uint32_t addr)
{
	size_t low = 0, high = sources->n;

	if (!addr)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct sk_source *s = sources->list[mid];

		if (addr < s->base)
			high = mid;
		else if (addr > s->base + s->size)
			low = mid + 1;
		else
			return s;
	}
	return NULL;
}

uint32_t sk_source_statement(const struct sk_source *source, uint32_t addr)
{
	uint32_t low = 0, high = source->n_lines;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (source->lines[mid] <= addr - source->base)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The place of a byte of a binary file. The field is the sources', as places are borrowed from them. */
static void sk_source_binary_place(const struct sk_sources *sources, const struct sk_source *s, uint32_t addr,
				   struct sk_place *ret_place)
{
	uint32_t number = sk_source_statement(s, addr);
	const char *field = s->binary;

	/* Diagnostics are rare, and what is borrowed from the sources lives as long as they do. */
	if (number)
		field = sk_arena_printf(&((struct sk_sources *)sources)->arena, "module %s, statement %u",
					s->binary, number);
	ret_place->kind = SK_PLACE_BINARY;
	ret_place->file = s->name;
	ret_place->offset = addr - s->base;
	ret_place->field = field ? field : s->binary;
}

/* Of CIL: how many statements have begun at an offset. What stands within another is part of that one. */
static uint32_t sk_source_cil_statement(const struct sk_source *s, uint32_t off)
{
	uint32_t n = 0, depth = 0;

	for (uint32_t i = 0; i <= off && i < s->size; i++) {
		char c = s->text[i], end = c == '"' ? '"' : c == ';' ? '\n' : '\0';

		n += c == '(' && !depth;
		depth += c == '(';
		depth -= c == ')' && depth;
		/* strings and comments, to what ends them */
		for (i += end != '\0'; end && i < off && i < s->size && s->text[i] != end; i++)
			;
	}
	return n;
}

/* Which statement of which module; borrowed from the sources, as that of bytes is. */
static const char *sk_source_cil_field(const struct sk_sources *sources, const struct sk_source *s, uint32_t addr)
{
	return sk_arena_printf(&((struct sk_sources *)sources)->arena, "module %s, statement %u", s->module,
			       sk_source_cil_statement(s, addr - s->base));
}

static bool sk_source_index(struct sk_source *s)
{
	const char *end = s->text + s->size;
	uint32_t n = 1;

	for (const char *p = s->text; p < end; p++)
		n += *p == '\n';
	s->lines = malloc(n * sizeof(*s->lines));
	if (!s->lines)
		return false;
	s->lines[0] = 0;
	s->n_lines = 1;
	for (const char *p = s->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		s->lines[s->n_lines++] = (uint32_t)(p + 1 - s->text);
	return true;
}

/* The last of some lines that begins at the offset or before it. */
static uint32_t sk_source_last_line(const uint32_t *lines, uint32_t n, uint32_t off)
{
	uint32_t low = 0, high = n;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (lines[mid] <= off)
			low = mid;
		else
			high = mid;
	}
	return low;
}

bool sk_source_find_line(const struct sk_source *source, uint32_t addr, struct sk_source_span *ret_line)
{
	uint32_t off = addr - source->base, first = 0, n, line, number = 1, end = source->size + 1;
	const uint32_t *lines;

	/* Caches, invisible to the caller. */
	if (source->parts) {
		const struct sk_source_parts *parts = source->parts;

		if (!sk_source_look(source->parts, off))
			return false;
		lines = parts->lines;
		n = (uint32_t)parts->n_lines;
		first = parts->list[parts->look - 1].from;
		number = parts->list[parts->look - 1].line;
		/* The part ends with its last line, unless the file ends without one. */
		if (n > 1 && off < parts->list[parts->look].from && lines[n - 1] == parts->list[parts->look].from - first)
			n--;
	} else {
		if (source->binary || (!source->lines && !sk_source_index((struct sk_source *)source)))
			return false;
		lines = source->lines;
		n = source->n_lines;
	}
	line = sk_source_last_line(lines, n, off - first);
	ret_line->number = number + line;
	ret_line->from = source->base + first + lines[line];
	ret_line->to = source->base + (line + 1 < n || source->parts ? first + lines[line + 1] : end);
	return true;
}

uint32_t sk_source_line(const struct sk_source *source, uint32_t addr, uint32_t *ret_col)
{
	struct sk_source_span line = { .from = addr + 1 };

	if (!sk_source_find_line(source, addr, &line))
		line.number = 0;
	*ret_col = addr + 1 - line.from;
	return line.number;
}

const char *sk_source_text(const struct sk_source *source, uint32_t addr, size_t *ret_n)
{
	const struct sk_source_parts *parts = source->parts;
	uint32_t off = addr - source->base;

	*ret_n = 0;
	if (!parts) {
		*ret_n = source->text ? source->size - off : 0;
		return source->text ? source->text + off : NULL;
	}
	if (!sk_source_look(source->parts, off))
		return NULL;
	off -= parts->list[parts->look - 1].from;
	if (off > parts->look_n)
		return NULL;
	*ret_n = parts->look_n - off;
	return parts->look_text + off;
}

static bool sk_is_word(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_' || ch == '.' || ch == '$' || ch == '-' || ch == '/';
}

/* The address of a word in the statement that begins at `addr`, up to its ';'; or `addr` when it is not there. */
static uint32_t sk_find_word(const struct sk_sources *sources, uint32_t addr, const char *word)
{
	const struct sk_source *source = sk_sources_find(sources, addr);
	size_t n = strlen(word), left = 0;
	const char *from = source ? sk_source_text(source, addr, &left) : NULL, *at, *end;

	if (!from || !n)
		return addr;
	end = from + SK_MIN(left, 8192);
	for (at = from; at + n <= end && *at && *at != ';'; at++) {
		if (*at == '#') {
			while (at < end && *at && *at != '\n')
				at++;
			continue;
		}
		if (!memcmp(at, word, n) && (at + n == end || !sk_is_word(at[n])) &&
		    (at == from || !sk_is_word(at[-1])))
			return addr + (uint32_t)(at - from);
	}
	return addr;
}

void sk_sources_place(const struct sk_sources *sources, uint32_t addr, uint32_t length,
		      struct sk_place *ret_place)
{
	const struct sk_source *s = sk_sources_find(sources, addr);
	const char *line, *end;
	size_t n;

	memset(ret_place, 0, sizeof(*ret_place));
	if (!s)
		return;
	if (s->binary) {
		sk_source_binary_place(sources, s, addr, ret_place);
		return;
	}
	ret_place->kind = SK_PLACE_TEXT;
	ret_place->file = s->name;
	ret_place->line = sk_source_line(s, addr, &ret_place->col);
	ret_place->length = length ? length : 1;
	if (!ret_place->line)
		return;
	if (s->module)
		ret_place->field = sk_source_cil_field(sources, s, addr);
	line = sk_source_text(s, addr - (ret_place->col - 1), &n);
	if (!line)
		return;
	end = memchr(line, '\n', n);
	if (!end)
		end = line + n;
	ret_place->text = line;
	ret_place->text_length = (uint32_t)(end - line);
	/* A line that no screen holds is not shown. */
	if (end - line > 400)
		ret_place->text_length = ret_place->length = 0;
}

/* The statement in text[0..n), which holds no line's end. */
static size_t sk_statement_length(const char *text, size_t n)
{
	static const char *const blocks[] = { "optional", "if", "require" };
	bool cil = n && text[0] == '(', block = false, quoted = false;
	unsigned int depth = 0;
	size_t i;

	/* A number in it. */
	for (i = 0; n && isdigit((unsigned char)text[0]) && i < n && sk_is_word(text[i]); i++)
		;
	if (n && isdigit((unsigned char)text[0]))
		return i;
	for (size_t k = 0; k < SK_ARRAY_LEN(blocks); k++) {
		size_t len = strlen(blocks[k]);

		block |= n > len && !memcmp(text, blocks[k], len) && !sk_is_word(text[len]);
	}
	for (i = 0; i < n; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (text[i] == '(')
			depth++;
		if (cil && text[i] == ')' && !--depth)
			return i + 1;
		if (text[i] == ';' || (!cil && text[i] == '#') || (block && text[i] == '{'))
			break;
	}
	while (i && isspace((unsigned char)text[i - 1]))
		i--;
	return i;
}

void sk_sources_place_statement(const struct sk_sources *sources, uint32_t addr, struct sk_place *ret_place)
{
	size_t n;

	sk_sources_place(sources, addr, 1, ret_place);
	if (!ret_place->text || !ret_place->length || ret_place->col > ret_place->text_length)
		return;
	n = sk_statement_length(ret_place->text + ret_place->col - 1, ret_place->text_length - (ret_place->col - 1));
	ret_place->length = n ? (uint32_t)n : 1;
}

void sk_sources_place_word(const struct sk_sources *sources, uint32_t addr, const char *word, struct sk_place *ret_place)
{
	uint32_t at = word ? sk_find_word(sources, addr, word) : addr;

	if (at == addr)
		sk_sources_place_statement(sources, addr, ret_place);
	else
		sk_sources_place(sources, at, (uint32_t)strlen(word), ret_place);
}
