/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The collection of diagnostics and its two printed forms. The text form reads the source file again for the line it
 * shows: diagnostics are rare, and the reader of the source need not keep its text for them.
 */
#include "base/diag.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

selkie_diagnostics *selkie_diagnostics_new(void)
{
	struct sk_diags *diags = calloc(1, sizeof(*diags));

	if (diags)
		diags->last = &diags->first;
	return diags;
}

void selkie_diagnostics_free(selkie_diagnostics *diags)
{
	if (!diags)
		return;
	sk_arena_done(&diags->arena);
	free(diags);
}

size_t selkie_diagnostics_count(const selkie_diagnostics *diags, enum selkie_severity at_least)
{
	size_t n = 0;

	for (unsigned int s = at_least; s <= SELKIE_SEVERITY_ERROR; s++)
		n += diags->n[s];
	return n;
}

static bool sk_place_copy(struct sk_arena *arena, struct sk_place *to, const struct sk_place *from)
{
	memset(to, 0, sizeof(*to));
	if (!from)
		return true;
	*to = *from;
	if (from->file && !(to->file = sk_arena_strdup(arena, from->file)))
		return false;
	if (from->field && !(to->field = sk_arena_strdup(arena, from->field)))
		return false;
	if (from->text && !(to->text = sk_arena_strndup(arena, from->text, from->text_length)))
		return false;
	return true;
}

/* Who reads more of one message? A name may be as long as a file; then the middle is left out. */
#define SK_MESSAGE_MOST 1000

static const char *sk_message(struct sk_arena *arena, const char *fmt, va_list args)
{
	sk_auto_free char *text = NULL;
	int n = vasprintf(&text, fmt, args);
	size_t head = SK_MESSAGE_MOST / 2, tail;

	if (n < 0) {
		text = NULL;
		return NULL;
	}
	if (n <= SK_MESSAGE_MOST)
		return sk_arena_strndup(arena, text, (size_t)n);
	tail = (size_t)n - SK_MESSAGE_MOST / 2;
	while (head && ((unsigned char)text[head] & 0xc0) == 0x80)
		head--;
	while (((unsigned char)text[tail] & 0xc0) == 0x80)
		tail++;
	return sk_arena_printf(arena, "%.*s...%s", (int)head, text, text + tail);
}

void sk_diags_mark(struct sk_diags *diags, struct sk_diags_mark *ret_mark)
{
	ret_mark->last = diags->last;
	memcpy(ret_mark->n, diags->n, sizeof(ret_mark->n));
}

void sk_diags_rewind(struct sk_diags *diags, const struct sk_diags_mark *mark)
{
	diags->last = mark->last;
	*diags->last = NULL;
	memcpy(diags->n, mark->n, sizeof(diags->n));
}

struct sk_diag *sk_diag_vadd(struct sk_diags *diags, enum selkie_severity severity, const char *id,
			     const struct sk_place *place, const char *fmt, va_list args)
{
	struct sk_diag *d;

	if (!diags)
		return NULL;
	diags->n[severity]++;
	d = SK_ARENA_NEW(&diags->arena, struct sk_diag);
	if (!d || !sk_place_copy(&diags->arena, &d->place, place)) {
		diags->no_memory = true;
		return NULL;
	}
	d->message = sk_message(&diags->arena, fmt, args);
	if (!d->message) {
		diags->no_memory = true;
		return NULL;
	}
	d->severity = severity;
	d->id = id;
	d->last_note = &d->notes;
	*diags->last = d;
	diags->last = &d->next;
	return d;
}

struct sk_diag *sk_diag_add(struct sk_diags *diags, enum selkie_severity severity, const char *id,
			    const struct sk_place *place, const char *fmt, ...)
{
	struct sk_diag *d;
	va_list args;

	va_start(args, fmt);
	d = sk_diag_vadd(diags, severity, id, place, fmt, args);
	va_end(args);
	return d;
}

void sk_diag_vnote(struct sk_diags *diags, struct sk_diag *diag, const struct sk_place *place,
		   const char *fmt, va_list args)
{
	struct sk_note *note;

	if (!diags || !diag)
		return;
	note = SK_ARENA_NEW(&diags->arena, struct sk_note);
	if (!note || !sk_place_copy(&diags->arena, &note->place, place)) {
		diags->no_memory = true;
		return;
	}
	note->message = sk_message(&diags->arena, fmt, args);
	if (!note->message) {
		diags->no_memory = true;
		return;
	}
	*diag->last_note = note;
	diag->last_note = &note->next;
}

void sk_diag_note(struct sk_diags *diags, struct sk_diag *diag, const struct sk_place *place,
		  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sk_diag_vnote(diags, diag, place, fmt, args);
	va_end(args);
}

static void sk_place_print(struct sk_buf *b, const struct sk_place *place)
{
	if (place->file)
		sk_buf_adds(b, place->file);
	if (place->kind == SK_PLACE_TEXT) {
		sk_buf_printf(b, ":%u", place->line);
		if (place->col)
			sk_buf_printf(b, ":%u", place->col);
	} else if (place->kind == SK_PLACE_BINARY) {
		sk_buf_printf(b, "%soffset %llu", place->file ? ": " : "",
			      (unsigned long long)place->offset);
		if (place->field)
			sk_buf_printf(b, " (%s)", place->field);
	}
	if (place->file || place->kind != SK_PLACE_NONE)
		sk_buf_adds(b, ": ");
}

/* Of a text: behind the message, since tools know what stands before it. */
static void sk_place_print_part(struct sk_buf *b, const struct sk_place *place)
{
	if (place->kind == SK_PLACE_TEXT && place->field)
		sk_buf_printf(b, " (%s)", place->field);
}

/* Reads one line of a file, without its line break and at most 4 KiB of it. False when it cannot be had. */
static bool sk_place_line(const struct sk_place *place, struct sk_buf *ret_line)
{
	uint32_t line = 1;
	FILE *f;
	int c;

	if (place->text) {
		sk_buf_add(ret_line, place->text, place->text_length);
		return true;
	}
	if (!place->file || !(f = fopen(place->file, "re")))
		return false;
	while (line < place->line && (c = getc_unlocked(f)) != EOF)
		line += c == '\n';
	while (line == place->line && ret_line->n < 4096 && (c = getc_unlocked(f)) != EOF && c != '\n')
		sk_buf_addc(ret_line, (char)c);
	fclose(f);
	return line == place->line && ret_line->n;
}

static void sk_place_print_source(struct sk_buf *b, const struct sk_place *place, const char *on,
				  const char *off)
{
	sk_auto_buf struct sk_buf line = SK_BUF_INIT;
	size_t start = place->col - 1;

	if (place->kind != SK_PLACE_TEXT || !place->line || !place->col || (place->text && !place->text_length && !place->length) ||
	    !sk_place_line(place, &line) || line.failed || start > line.n)
		return;
	sk_buf_printf(b, "%5u | ", place->line);
	for (size_t i = 0; i < line.n; i++)
		sk_buf_addc(b, line.data[i] == '\t' || (unsigned char)line.data[i] >= 0x20
				       ? line.data[i] : ' ');
	sk_buf_printf(b, "\n      | %s", "");
	for (size_t i = 0; i < start; i++)
		if (((unsigned char)line.data[i] & 0xc0) != 0x80)
			sk_buf_addc(b, line.data[i] == '\t' ? '\t' : ' ');
	sk_buf_printf(b, "%s^", on);
	for (size_t i = start + 1; i < start + place->length && i < line.n; i++)
		if (((unsigned char)line.data[i] & 0xc0) != 0x80)
			sk_buf_addc(b, '~');
	sk_buf_printf(b, "%s\n", off);
}

static const char *const sk_severity_names[] = { "note", "warning", "error" };
static const char *const sk_severity_colors[] = { "\033[1;36m", "\033[1;35m", "\033[1;31m" };

static void sk_diag_print(struct sk_buf *b, const struct sk_diag *d, bool color)
{
	const char *on = color ? sk_severity_colors[d->severity] : "";
	const char *note_on = color ? sk_severity_colors[SELKIE_SEVERITY_NOTE] : "";
	const char *off = color ? "\033[0m" : "";

	sk_place_print(b, &d->place);
	sk_buf_printf(b, "%s%s:%s %s", on, sk_severity_names[d->severity], off, d->message);
	sk_place_print_part(b, &d->place);
	if (d->id)
		sk_buf_printf(b, " [%s]", d->id);
	sk_buf_addc(b, '\n');
	sk_place_print_source(b, &d->place, on, off);
	for (const struct sk_note *n = d->notes; n; n = n->next) {
		sk_place_print(b, &n->place);
		sk_buf_printf(b, "%snote:%s %s", note_on, off, n->message);
		sk_place_print_part(b, &n->place);
		sk_buf_addc(b, '\n');
		sk_place_print_source(b, &n->place, note_on, off);
	}
}

static void sk_place_json(struct sk_json *j, const struct sk_place *place)
{
	if (place->file)
		sk_json_string(j, "file", place->file);
	if (place->kind == SK_PLACE_TEXT) {
		sk_json_uint(j, "line", place->line);
		if (place->col)
			sk_json_uint(j, "column", place->col);
	} else if (place->kind == SK_PLACE_BINARY) {
		sk_json_uint(j, "offset", place->offset);
	}
	if (place->kind != SK_PLACE_NONE && place->field)
		sk_json_string(j, "field", place->field);
}

static void sk_diags_json(struct sk_buf *b, const struct sk_diags *diags)
{
	struct sk_json j;

	sk_json_init(&j, b);
	sk_json_array(&j, NULL);
	for (const struct sk_diag *d = diags->first; d; d = d->next) {
		sk_json_object(&j, NULL);
		sk_json_string(&j, "severity", sk_severity_names[d->severity]);
		sk_json_string(&j, "id", d->id);
		sk_json_string(&j, "message", d->message);
		sk_place_json(&j, &d->place);
		sk_json_array(&j, "notes");
		for (const struct sk_note *n = d->notes; n; n = n->next) {
			sk_json_object(&j, NULL);
			sk_json_string(&j, "message", n->message);
			sk_place_json(&j, &n->place);
			sk_json_end_object(&j);
		}
		sk_json_end_array(&j);
		sk_json_end_object(&j);
	}
	sk_json_end_array(&j);
	sk_json_finish(&j);
}

char *selkie_diagnostics_print(const selkie_diagnostics *diags, unsigned int flags)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	if (flags & SELKIE_DIAGNOSTICS_JSON) {
		sk_diags_json(&b, diags);
	} else {
		for (const struct sk_diag *d = diags->first; d; d = d->next)
			sk_diag_print(&b, d, flags & SELKIE_DIAGNOSTICS_COLOR);
		if (diags->no_memory)
			sk_buf_adds(&b, "error: there was not enough memory to report everything\n");
	}
	return sk_buf_steal(&b, NULL);
}

/* Edit distance with adjacent swaps, given up above `most`. Names longer than 64 bytes are not compared. */
static unsigned int sk_edit_distance(const char *a, size_t n, const char *b, size_t m,
				     unsigned int most)
{
	unsigned char rows[3][66];
	unsigned char *two = rows[0], *one = rows[1], *now = rows[2];

	if (n > 64 || m > 64 || (n > m ? n - m : m - n) > most)
		return most + 1;
	for (size_t j = 0; j <= m; j++)
		one[j] = (unsigned char)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned char *spare = two, best = (unsigned char)i;

		now[0] = (unsigned char)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned int d = one[j - 1] + (a[i - 1] != b[j - 1]);

			d = SK_MIN(d, one[j] + 1u);
			d = SK_MIN(d, now[j - 1] + 1u);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d = SK_MIN(d, two[j - 2] + 1u);
			now[j] = (unsigned char)d;
			best = SK_MIN(best, now[j]);
		}
		if (best > most)
			return most + 1;
		two = one;
		one = now;
		now = spare;
	}
	return one[m];
}

static size_t sk_common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* Between names that are equally near, the one that begins alike for longer: slips are rarely made at the start. */
size_t sk_nearest_name(const char *name, size_t n, const char *(*name_at)(const void *arg, size_t i),
		       const void *arg)
{
	size_t len = strlen(name), found = SIZE_MAX, alike = 0;
	unsigned int most = (unsigned int)SK_MAX((size_t)1, SK_MIN(len / 3, (size_t)8));

	for (size_t i = 0; i < n; i++) {
		const char *other = name_at(arg, i);
		size_t prefix;
		unsigned int d;

		if (!other)
			continue;
		d = sk_edit_distance(name, len, other, strlen(other), most);
		if (d > most)
			continue;
		prefix = sk_common_prefix(name, other);
		if (found == SIZE_MAX || d < most || prefix > alike) {
			found = i;
			alike = prefix;
			most = d;
		}
	}
	return found;
}
