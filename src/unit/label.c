/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file_contexts from all units, in the order in which the last match is the right one. Both orders there are agree in
 * what counts (patterns before plain paths, the longer stem later, then the longer pattern) and differ in ties: fc_sort
 * keeps those as they came, CIL goes on with the kind of file and the text.
 */
#include "unit/label.h"

#include <errno.h>
#include <string.h>

struct sk_label_entry {
	const char *pattern;
	uint32_t stem, length;
	uint32_t order;		/* of appearance */
	uint32_t number;	/* of the statement, through all units */
	uint8_t rank;		/* of the kind of file, as the style orders them */
	bool meta;
	const struct sk_unit_stmt *stmt;
};

/* Printing */

static const char *sk_label_name(const struct sk_space *space, uint32_t ref)
{
	return sk_intern_str(space->names, space->refs.list[ref].name);
}

/* Categories as they were written: names, and ranges with a period. */
static void sk_label_print_categories(const struct sk_space *space, uint32_t number, struct sk_buf *out)
{
	const struct sk_name_set *set = &space->sets.list[number];
	char separator = ':';

	for (uint32_t i = 0; i < set->n; i++) {
		bool range;

		if (set->flags & SK_SET_EXPR && set->items[i] >= SK_SET_OP)
			continue;
		range = set->flags & SK_SET_EXPR && i + 2 < set->n && set->items[i + 2] == SK_SET_RANGE;
		sk_buf_addc(out, separator);
		sk_buf_adds(out, sk_label_name(space, set->items[i]));
		if (range) {
			sk_buf_addc(out, '.');
			sk_buf_adds(out, sk_label_name(space, set->items[++i]));
		}
		separator = ',';
	}
}

void sk_label_print_level(const struct sk_space *space, uint32_t number, struct sk_buf *out)
{
	const struct sk_level_ref *level = &space->levels.list[number];

	sk_buf_adds(out, sk_label_name(space, level->sens));
	if (level->cats != SK_SPACE_NONE)
		sk_label_print_categories(space, level->cats, out);
}

static void sk_label_print_range(const struct sk_space *space, uint32_t number, struct sk_buf *out)
{
	const struct sk_range_ref *range = &space->ranges.list[number];
	const struct sk_level_ref *low = &space->levels.list[range->low], *high = &space->levels.list[range->high];

	sk_label_print_level(space, range->low, out);
	if (low->sens == high->sens && low->cats == high->cats)
		return;
	sk_buf_addc(out, '-');
	sk_label_print_level(space, range->high, out);
}

void sk_label_print_context(const struct sk_space *space, uint32_t number, struct sk_buf *out)
{
	const struct sk_context_ref *c;

	if (number == SK_SPACE_NONE) {
		sk_buf_adds(out, "<<none>>");
		return;
	}
	c = &space->contexts.list[number];
	sk_buf_join(out, sk_label_name(space, c->user), ":", sk_label_name(space, c->role), ":",
		    sk_label_name(space, c->type), NULL);
	if (c->range == SK_SPACE_NONE)
		return;
	sk_buf_addc(out, ':');
	sk_label_print_range(space, c->range, out);
}

/*
 * What names stand for, by reference: a type alias for its type (SK_SPACE_NONE otherwise), a category for its place in the
 * order, from 0 (SK_SPACE_NONE where it is not known); and the categories in their order.
 */
struct sk_label_names {
	uint32_t *aliases, *ranks, *categories;
	uint32_t n_categories;
};

static void sk_label_names_done(struct sk_label_names *names)
{
	free(names->aliases);
	free(names->ranks);
	free(names->categories);
}

static void sk_label_rank(struct sk_label_names *names, uint32_t ref)
{
	if (names->ranks[ref] != SK_SPACE_NONE)
		return;
	names->ranks[ref] = names->n_categories;
	names->categories[names->n_categories++] = ref;
}

static void sk_label_take_stmt(struct sk_label_names *names, const struct sk_space *space, const struct sk_unit_stmt *stmt,
			       bool orders)
{
	if (orders && stmt->kind == SK_UNIT_CATEGORY_ORDER) {
		const struct sk_name_set *set = &space->sets.list[stmt->op[0]];

		for (uint32_t i = 0; i < set->n; i++)
			if (set->items[i] < SK_SET_OP)
				sk_label_rank(names, set->items[i]);
	} else if (!orders && stmt->kind == SK_UNIT_CATEGORY) {
		sk_label_rank(names, stmt->op[0]);
	} else if (!orders && stmt->kind == SK_UNIT_TYPE_ALIAS) {
		names->aliases[stmt->op[0]] = stmt->op[1];
	}
}

/* Orders of CIL count before the order of declaration, which is that of modules. */
static int sk_label_find_names(const struct sk_units *units, struct sk_label_names *names)
{
	const struct sk_space *space = units->list[0]->space;
	size_t size = (space->refs.n + 1) * sizeof(*names->aliases);

	names->aliases = malloc(size);
	names->ranks = malloc(size);
	names->categories = malloc(size);
	if (!names->aliases || !names->ranks || !names->categories)
		return -ENOMEM;
	memset(names->aliases, 0xff, size);
	memset(names->ranks, 0xff, size);
	for (unsigned int pass = 0; pass < 2; pass++)
		for (size_t u = 0; u < units->n; u++)
			for (size_t i = 0; i < units->list[u]->stmts.n; i++)
				sk_label_take_stmt(names, space, &units->list[u]->stmts.list[i], !pass);
	return 0;
}

/*
 * Which categories a set has, by their places: a list of names as it was written, one with ranges in order. SK_SPACE_NONE
 * where their places are not known, or it is said in another way than by names; else how many. `in` is scratch.
 */
static uint32_t sk_label_find_categories(const struct sk_label_names *names, const struct sk_name_set *set, bool *in,
					 uint32_t *ret_places)
{
	uint32_t before[2] = { SK_SPACE_NONE, SK_SPACE_NONE }, n = 0;
	bool ranges = false;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t item = set->items[i];

		if (item < SK_SET_OP && names->ranks[item] != SK_SPACE_NONE) {
			before[0] = before[1];
			before[1] = names->ranks[item];
			if (!in[before[1]])
				ret_places[n++] = before[1];
			in[before[1]] = true;
			continue;
		}
		if (item != SK_SET_OR && (item != SK_SET_RANGE || before[0] == SK_SPACE_NONE))
			return SK_SPACE_NONE;
		ranges = true;
		for (uint32_t k = before[0]; item == SK_SET_RANGE && k <= before[1]; k++)
			in[k] = true;
	}
	if (!ranges)
		return n;
	n = 0;
	for (uint32_t i = 0; i < names->n_categories; i++)
		if (in[i])
			ret_places[n++] = i;
	return n;
}

/*
 * As secilc writes them: three or more in a row as the first and the last. One that does not follow the row before it
 * stands alone, and the next begins a row: c0.c2,c4,c6.c8, but c0,c2,c3,c4 for c0, c2, c3 and c4.
 */
static void sk_label_print_ordered(const struct sk_space *space, const struct sk_label_names *names, uint32_t number,
				   struct sk_buf *out)
{
	sk_auto_free bool *in = calloc((size_t)names->n_categories + 1, sizeof(*in));
	sk_auto_free uint32_t *places = malloc(((size_t)names->n_categories + 1) * sizeof(*places));
	bool alone = false;
	char separator = ':';
	uint32_t n;

	if (!in || !places) {
		sk_buf_fail(out, -ENOMEM);
		return;
	}
	n = sk_label_find_categories(names, &space->sets.list[number], in, places);
	if (n == SK_SPACE_NONE) {
		sk_label_print_categories(space, number, out);
		return;
	}
	for (uint32_t i = 0, end; i < n; i = end) {
		end = i + 1;
		while (!alone && end < n && places[end] == places[end - 1] + 1)
			end++;
		sk_buf_addc(out, separator);
		sk_buf_adds(out, sk_label_name(space, names->categories[places[i]]));
		if (end > i + 1)
			sk_buf_join(out, end - i > 2 ? "." : ",", sk_label_name(space, names->categories[places[end - 1]]), NULL);
		separator = ',';
		alone = !alone;
	}
}

static void sk_label_print_ordered_level(const struct sk_space *space, const struct sk_label_names *names, uint32_t number,
					 struct sk_buf *out)
{
	const struct sk_level_ref *level = &space->levels.list[number];

	sk_buf_adds(out, sk_label_name(space, level->sens));
	if (level->cats != SK_SPACE_NONE)
		sk_label_print_ordered(space, names, level->cats, out);
}

/* A context with its names resolved; names->aliases NULL: as it was written. */
static void sk_label_print_resolved(const struct sk_space *space, const struct sk_label_names *names, uint32_t number,
				    struct sk_buf *out)
{
	const struct sk_context_ref *c = number == SK_SPACE_NONE ? NULL : &space->contexts.list[number];
	const struct sk_range_ref *range;
	size_t low, high;

	if (!c || !names->aliases) {
		sk_label_print_context(space, number, out);
		return;
	}
	sk_buf_join(out, sk_label_name(space, c->user), ":", sk_label_name(space, c->role), ":",
		    sk_label_name(space, names->aliases[c->type] == SK_SPACE_NONE ? c->type : names->aliases[c->type]), NULL);
	if (c->range == SK_SPACE_NONE)
		return;
	range = &space->ranges.list[c->range];
	sk_buf_addc(out, ':');
	low = out->n;
	sk_label_print_ordered_level(space, names, range->low, out);
	high = out->n;
	sk_buf_addc(out, '-');
	sk_label_print_ordered_level(space, names, range->high, out);
	/* A range of one level is that level. */
	if (!out->failed && out->n - high - 1 == high - low && !memcmp(out->data + low, out->data + high + 1, high - low))
		out->n = high;
}

/* Sorting */

/* By both sorters' rules: a backslash and what follows count as one, for the stem as for the length. */
static void sk_label_measure(struct sk_label_entry *e)
{
	for (const char *p = e->pattern; *p; p++) {
		e->meta |= strchr(".^$?*+|[({", *p) != NULL;
		if (*p == '\\' && p[1])
			p++;
		e->stem += !e->meta;
		e->length++;
	}
}

static int sk_label_compare(const void *a, const void *b)
{
	const struct sk_label_entry *x = a, *y = b;

	if (x->meta != y->meta)
		return x->meta ? -1 : 1;
	if (x->stem != y->stem)
		return x->stem < y->stem ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : 0;
}

static int sk_label_compare_stable(const void *a, const void *b)
{
	const struct sk_label_entry *x = a, *y = b;
	int r = sk_label_compare(a, b);

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

static int sk_label_compare_text(const void *a, const void *b)
{
	int r = sk_label_compare(a, b);

	if (!r)
		r = strcmp(((const struct sk_label_entry *)a)->pattern, ((const struct sk_label_entry *)b)->pattern);
	return r ? r : sk_label_compare_stable(a, b);
}

/* Conflicts */

static int sk_label_compare_equals(const void *a, const void *b)
{
	const struct sk_label_entry *x = *(const struct sk_label_entry *const *)a,
				    *y = *(const struct sk_label_entry *const *)b;
	int r = strcmp(x->pattern, y->pattern);

	if (!r)
		r = (x->stmt->op[1] > y->stmt->op[1]) - (x->stmt->op[1] < y->stmt->op[1]);
	return r ? r : (x->order > y->order) - (x->order < y->order);
}

static bool sk_label_same(const struct sk_space *space, const struct sk_unit_stmt *a, const struct sk_unit_stmt *b)
{
	sk_auto_buf struct sk_buf x = SK_BUF_INIT, y = SK_BUF_INIT;

	sk_label_print_context(space, a->op[2], &x);
	sk_label_print_context(space, b->op[2], &y);
	return x.n == y.n && (!x.n || !memcmp(x.data, y.data, x.n));
}

static void sk_label_complain(const struct sk_space *space, const struct sk_label_entry *e,
			      const struct sk_label_entry *first)
{
	bool same = sk_label_same(space, e->stmt, first->stmt);
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place(space->sources, e->stmt->addr, (uint32_t)strlen(e->pattern), &place);
	d = same ? sk_warning(space->diags, "W0505", &place, "the pattern is given the same context twice")
		 : sk_error(space->diags, "E0505", &place, "the pattern is given two contexts for the same kind of file");
	sk_sources_place(space->sources, first->stmt->addr, (uint32_t)strlen(e->pattern), &place);
	sk_diag_note(space->diags, d, &place, "first given here");
}

static int sk_label_check(const struct sk_space *space, const struct sk_label_entry *entries, size_t n)
{
	const struct sk_label_entry **sorted = malloc((n + 1) * sizeof(*sorted));
	size_t first = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &entries[i];
	qsort(sorted, n, sizeof(*sorted), sk_label_compare_equals);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sorted[i]->pattern, sorted[first]->pattern) ||
		    sorted[i]->stmt->op[1] != sorted[first]->stmt->op[1])
			first = i;
		else
			sk_label_complain(space, sorted[i], sorted[first]);
	}
	free(sorted);
	return 0;
}

/* Files */

static int sk_label_gather(const struct sk_units *units, enum sk_label_style style,
			   bool (*enabled)(void *arg, uint32_t block), void *arg, struct sk_label_entry **ret_entries,
			   size_t *ret_n)
{
	size_t n = 0, cap = 0;
	struct sk_label_entry *entries = NULL;
	uint32_t first = 0;

	for (size_t u = 0; u < units->n; first += (uint32_t)units->list[u++]->stmts.n) {
		const struct sk_unit *unit = units->list[u];

		for (size_t i = 0; i < unit->stmts.n; i++) {
			const struct sk_unit_stmt *s = &unit->stmts.list[i];
			struct sk_label_entry e = { .order = (uint32_t)n, .stmt = s,
				.number = first + (uint32_t)i };

			if (s->kind != SK_UNIT_FILECON || (enabled && !enabled(arg, s->block)))
				continue;
			e.pattern = sk_intern_str(unit->space->names, s->op[0]);
			/* fc_sort asks only whether there is a kind. */
			e.rank = (uint8_t)(style == SK_LABEL_SEMANAGE ? s->op[1] : s->op[1] != SK_UNIT_FILE_ANY);
			sk_label_measure(&e);
			if (sk_grow(&entries, &cap, n + 1, sizeof(*entries))) {
				free(entries);
				return -ENOMEM;
			}
			entries[n++] = e;
		}
	}
	*ret_entries = entries;
	*ret_n = n;
	return 0;
}

static bool sk_label_is_template(const char *line, enum sk_label_style style)
{
	if (strstr(line, "ROLE") || strstr(line, "USER"))
		return true;
	if (style == SK_LABEL_REFPOLICY)
		return strstr(line, "HOME");
	return !strncmp(line, "HOME_DIR", 8) || !strncmp(line, "HOME_ROOT", 9);
}

void sk_label_file_done(struct sk_label_file *file)
{
	sk_buf_done(&file->text);
	free(file->lines.list);
}

/* Notes that a statement gave the last line of the file. */
static int sk_label_note(struct sk_label_file *file, uint32_t stmt)
{
	const struct sk_label_line line = { file->n_lines, stmt };

	if (!file->keep_lines)
		return 0;
	if (sk_grow(&file->lines.list, &file->lines.cap, file->lines.n + 1, sizeof(*file->lines.list)))
		return -ENOMEM;
	file->lines.list[file->lines.n++] = line;
	return 0;
}

/* One line, into the file that it belongs to. */
static int sk_label_write(const struct sk_label_entry *e, const struct sk_buf *line, struct sk_label_file *to)
{
	sk_buf_add(&to->text, line->data, line->n);
	to->n_lines++;
	return sk_label_note(to, e->number);
}

int sk_label_files(const struct sk_units *units, enum sk_label_style style, bool (*enabled)(void *arg, uint32_t block),
		   void *arg, struct sk_label_file *file_contexts, struct sk_label_file *homedir_template)
{
	static const char *const kinds[] = { "", "--\t", "-d\t", "-c\t", "-b\t", "-s\t", "-p\t", "-l\t" };
	sk_auto_buf struct sk_buf line = SK_BUF_INIT;
	const struct sk_space *space = units->n ? units->list[0]->space : NULL;
	struct sk_label_names names = { 0 };
	struct sk_label_file *to = file_contexts;
	struct sk_label_entry *entries;
	size_t n;
	int r = sk_label_gather(units, style, enabled, arg, &entries, &n);

	if (r || !n)
		return r;
	if (style == SK_LABEL_SEMANAGE)
		r = sk_label_find_names(units, &names);
	if (!r)
		r = sk_label_check(space, entries, n);
	qsort(entries, n, sizeof(*entries),
	      style == SK_LABEL_SEMANAGE ? sk_label_compare_text : sk_label_compare_stable);
	for (size_t i = 0; i < n && !r; i++) {
		const struct sk_label_entry *e = &entries[i];

		if (style == SK_LABEL_SEMANAGE && i && !strcmp(e->pattern, entries[i - 1].pattern) &&
		    e->rank == entries[i - 1].rank) {
			r = sk_label_note(to, e->number);
			continue;
		}
		line.n = 0;
		sk_buf_join(&line, e->pattern, style == SK_LABEL_SEMANAGE ? "\t" : "\t\t", kinds[e->stmt->op[1]], NULL);
		sk_label_print_resolved(space, &names, e->stmt->op[2], &line);
		sk_buf_addc(&line, '\n');
		if (!sk_buf_str(&line)) {
			r = -ENOMEM;
			break;
		}
		to = sk_label_is_template(line.data, style) ? homedir_template : file_contexts;
		r = sk_label_write(e, &line, to);
	}
	free(entries);
	sk_label_names_done(&names);
	return r ? r : file_contexts->text.failed || homedir_template->text.failed ? -ENOMEM : 0;
}

/* Customizable types */

static int sk_label_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The trees mark such types with a comment behind the declaration. */
static bool sk_label_is_customizable(const struct sk_sources *sources, uint32_t addr)
{
	static const char mark[] = "customizable";
	const struct sk_source *source = sk_sources_find(sources, addr);
	const char *p = source ? source->text + (addr - source->base) : NULL;

	return p && memmem(p, strcspn(p, "\n"), mark, strlen(mark));
}

int sk_label_customizable(const struct sk_units *units, struct sk_buf *out)
{
	const struct sk_unit *unit = units->n ? units->list[0] : NULL;
	const char **names = NULL;
	size_t n = 0, cap = 0;
	int r = 0;

	/* Of a modular policy the base alone, as the tree's build has it. */
	for (size_t i = 0; unit && i < unit->stmts.n && !r; i++) {
		const struct sk_unit_stmt *s = &unit->stmts.list[i];

		if (s->kind != SK_UNIT_TYPE || !sk_label_is_customizable(unit->space->sources, s->addr))
			continue;
		r = sk_grow(&names, &cap, n + 1, sizeof(*names));
		if (!r)
			names[n++] = sk_label_name(unit->space, s->op[0]);
	}
	if (n)
		qsort(names, n, sizeof(*names), sk_label_compare_names);
	for (size_t i = 0; i < n; i++)
		if (!i || strcmp(names[i], names[i - 1]))
			sk_buf_join(out, names[i], "\n", NULL);
	free(names);
	return r ? r : out->failed ? -ENOMEM : 0;
}
