/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mending: the edits of a file's findings, put in from the first to the last. Edits that overlap are not both made: the
 * finding that comes second stays as it is. The new text takes the place of the old at once and whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "lint/lint.h"

struct sk_fix_edit {
	const struct sk_lint_edit *edit;
	size_t finding;
};

static int sk_by_place(const void *a, const void *b)
{
	const struct sk_fix_edit *x = a, *y = b;

	if (x->edit->at != y->edit->at)
		return x->edit->at < y->edit->at ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

/* Takes out each finding that touches the text of an earlier one. */
static size_t sk_drop_overlaps(struct sk_fix_edit *edits, size_t n, bool *dropped)
{
	uint32_t end = 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (edits[i].edit->at < end)
			dropped[edits[i].finding] = true;
		end = SK_MAX(end, edits[i].edit->at + edits[i].edit->length);
	}
	for (size_t i = 0; i < n; i++)
		if (!dropped[edits[i].finding])
			edits[kept++] = edits[i];
	return kept;
}

static bool sk_is_unchanged(const struct sk_lint_file *file)
{
	sk_auto_free char *now = NULL;
	sk_auto_close int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || (uint64_t)st.st_size != file->size)
		return false;
	now = malloc(file->size + 1);
	if (!now)
		return false;
	n = pread(fd, now, file->size + 1, 0);
	return n == (ssize_t)file->size && !memcmp(now, file->text, (size_t)n);
}

static int sk_fix_file(struct sk_lint *l, size_t first, size_t n_findings, selkie_diagnostics *diags,
		       size_t *mended, size_t *files)
{
	const struct sk_lint_file *file = l->findings[first].file;
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = file->path };
	sk_auto_free struct sk_fix_edit *edits = NULL;
	sk_auto_free bool *dropped = calloc(n_findings, sizeof(*dropped));
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	size_t n = 0, cap = 0;
	uint32_t at = 0;
	int r = dropped ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_findings && !r; i++)
		for (const struct sk_lint_edit *e = l->findings[first + i].edits; e && !r; e = e->next) {
			r = sk_grow(&edits, &cap, n + 1, sizeof(*edits));
			if (!r)
				edits[n++] = (struct sk_fix_edit){ e, i };
		}
	if (r || !n)
		return r;
	qsort(edits, n, sizeof(*edits), sk_by_place);
	n = sk_drop_overlaps(edits, n, dropped);
	for (size_t i = 0; i < n; i++) {
		sk_buf_add(&text, file->text + at, edits[i].edit->at - at);
		sk_buf_adds(&text, edits[i].edit->text);
		at = edits[i].edit->at + edits[i].edit->length;
	}
	sk_buf_add(&text, file->text + at, file->size - at);
	if (text.failed)
		return -ENOMEM;
	if (!sk_is_unchanged(file)) {
		sk_warning(diags, "W0162", &place, "has changed since it was read and was left alone");
		return 0;
	}
	r = sk_output_replace(file->path, 0644, text.data, text.n);
	if (r)
		return r;
	(*files)++;
	for (size_t i = 0; i < n_findings; i++)
		*mended += l->findings[first + i].edits && !dropped[i];
	return 0;
}

int selkie_lint_fix(selkie_lint *lint, selkie_diagnostics *diags, size_t *ret_mended, size_t *ret_files)
{
	size_t mended = 0, files = 0;
	int r = lint->to_fix ? 0 : -EINVAL;

	for (size_t i = 0, n; i < lint->n_findings && !r; i += n) {
		for (n = 1; i + n < lint->n_findings && lint->findings[i + n].file == lint->findings[i].file; n++)
			;
		r = sk_fix_file(lint, i, n, diags, &mended, &files);
	}
	*ret_mended = mended;
	*ret_files = files;
	return r;
}
