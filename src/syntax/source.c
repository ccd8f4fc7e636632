/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Source texts and their addresses. Files are read, not mapped: a file cut short while it is compiled must not kill the
 * process that uses the library.
 */
#include "syntax/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"

void sk_sources_done(struct sk_sources *sources)
{
	for (size_t i = 0; i < sources->n; i++) {
		free(sources->list[i]->owned);
		free(sources->list[i]->lines);
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

/* Reads to the end, whatever the file said its size was. */
static int sk_source_read(struct sk_sources *sources, int fd, size_t expected, const char *name,
			  struct sk_diags *diags, struct sk_source **ret_source)
{
	size_t n = 0, cap = 0;
	char *text = NULL;
	int r = 0;

	while (!r) {
		ssize_t got;

		r = sk_grow(&text, &cap, SK_MAX(n + 4096, expected + 2), 1);
		if (r)
			break;
		got = sk_read_some(fd, text + n, cap - n - 1);
		if (got < 0)
			r = (int)got;
		if (got <= 0)
			break;
		n += (size_t)got;
		if (sk_source_too_large(sources, name, n, diags))
			r = SK_SOURCE_REFUSED;
	}
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

int sk_sources_load(struct sk_sources *sources, const char *path, const char *name,
		    struct sk_diags *diags, struct sk_source **ret_source)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISREG(st.st_mode) &&
	    sk_source_too_large(sources, name ? name : path, (uint64_t)st.st_size, diags))
		return SK_SOURCE_REFUSED;
	return sk_source_read(sources, fd, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0,
			      name ? name : path, diags, ret_source);
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

static bool sk_source_index(struct sk_source *s)
{
	const char *end = s->text + s->size;
	uint32_t n = 1;

	for (const char *p = s->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		n++;
	s->lines = malloc(n * sizeof(*s->lines));
	if (!s->lines)
		return false;
	s->lines[0] = 0;
	s->n_lines = 1;
	for (const char *p = s->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		s->lines[s->n_lines++] = (uint32_t)(p + 1 - s->text);
	return true;
}

uint32_t sk_source_line(const struct sk_source *source, uint32_t addr, uint32_t *ret_col)
{
	uint32_t off = addr - source->base, low = 0, high;

	/* A cache, invisible to the caller. */
	if (!source->lines && !sk_source_index((struct sk_source *)source)) {
		*ret_col = 0;
		return 0;
	}
	high = source->n_lines;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (source->lines[mid] <= off)
			low = mid;
		else
			high = mid;
	}
	*ret_col = off - source->lines[low] + 1;
	return low + 1;
}

void sk_sources_place(const struct sk_sources *sources, uint32_t addr, uint32_t length,
		      struct sk_place *ret_place)
{
	const struct sk_source *s = sk_sources_find(sources, addr);
	const char *line, *end;

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
	line = s->text + (addr - s->base) - (ret_place->col - 1);
	end = memchr(line, '\n', (size_t)(s->text + s->size - line));
	if (!end)
		end = s->text + s->size;
	/* A line that no screen holds is not shown. */
	ret_place->text = line;
	ret_place->text_length = end - line <= 400 ? (uint32_t)(end - line) : 0;
}
