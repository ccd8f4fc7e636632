/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The comparison of two policies: the table of its sections, and how they are walked and printed. The layout of the
 * printed text is sediff's.
 */
#include "analysis/diff.h"

#include <errno.h>
#include <string.h>

/* How a part of something modified is printed. */
struct sk_diff_part_row {
	const char *what;
	const char
		*summary; /* "%zu Added types" and the like, from this noun; or the whole of it */
	const char *heading; /* above the values, or NULL */
	enum { SK_PART_COUNTED, SK_PART_REPLACED, SK_PART_TOGGLED } how;
};

#define SK_MOST_PART_ROWS 3

static const struct sk_diff_section_row {
	const char *name, *title;
	const char *inner; /* the heading of a list: "Added ..." */
	int (*make)(struct sk_diff *d, enum selkie_diff_section section);
	bool ranked; /* not sorted by text */
	bool never_modified, only_modified;
	struct sk_diff_part_row
		parts[SK_MOST_PART_ROWS]; /* without any, what was modified is one line */
} sk_diff_rows[SELKIE_N_DIFF_SECTIONS] = {
	[SELKIE_DIFF_PROPERTY] = { "property", "Policy Properties", NULL, sk_diff_properties,
				   .only_modified = true },
	[SELKIE_DIFF_COMMON] = { "common", "Commons", "Commons", sk_diff_symbols,
				 .parts = { { "permission", "permissions" } } },
	[SELKIE_DIFF_CLASS] = { "class", "Classes", "Classes", sk_diff_symbols,
				.parts = { { "permission", "permissions" } } },
	[SELKIE_DIFF_BOOL] = { "bool", "Booleans", "Booleans", sk_diff_symbols,
			       .parts = { { "state", "Modified default state", NULL,
					    SK_PART_REPLACED } } },
	[SELKIE_DIFF_ROLE] = { "role", "Roles", "Roles", sk_diff_symbols,
			       .parts = { { "type", "types" } } },
	[SELKIE_DIFF_TYPE] = { "type", "Types", "Types", sk_diff_symbols,
			       .parts = { { "attribute", "attributes", "Attributes" },
					  { "alias", "aliases", "Aliases" },
					  { "permissive", "permissive", NULL, SK_PART_TOGGLED } } },
	[SELKIE_DIFF_ATTRIBUTE] = { "attribute", "Type Attributes", "Type Attributes",
				    sk_diff_symbols, .parts = { { "type", "types" } } },
	[SELKIE_DIFF_USER] = { "user", "Users", "Users", sk_diff_symbols,
			       .parts = { { "role", "roles", "Roles" },
					  { "level", "Modified default level", "Default level",
					    SK_PART_REPLACED },
					  { "range", "Modified range", "Range",
					    SK_PART_REPLACED } } },
	[SELKIE_DIFF_CATEGORY] = { "category", "Categories", "Categories", sk_diff_symbols,
				   .ranked = true, .parts = { { "alias", "Aliases", "Aliases" } } },
	[SELKIE_DIFF_SENSITIVITY] = { "sensitivity", "Sensitivities", "Sensitivities",
				      sk_diff_symbols, .ranked = true,
				      .parts = { { "alias", "Aliases", "Aliases" } } },
	[SELKIE_DIFF_LEVEL] = { "level", "Levels", "Levels", sk_diff_symbols, .ranked = true,
				.parts = { { "category", "Categories" } } },
	[SELKIE_DIFF_ALLOW] = { "allow", "Allow Rules", "Allow Rules", sk_diff_avs },
	[SELKIE_DIFF_ALLOWXPERM] = { "allowxperm", "Allowxperm Rules", "Allowxperm Rules",
				     sk_diff_rules },
	[SELKIE_DIFF_NEVERALLOW] = { "neverallow", "Neverallow Rules", "Neverallow Rules", NULL },
	[SELKIE_DIFF_NEVERALLOWXPERM] = { "neverallowxperm", "Neverallowxperm Rules",
					  "Neverallowxperm Rules", NULL },
	[SELKIE_DIFF_AUDITALLOW] = { "auditallow", "Auditallow Rules", "Auditallow Rules",
				     sk_diff_avs },
	[SELKIE_DIFF_AUDITALLOWXPERM] = { "auditallowxperm", "Auditallowxperm Rules",
					  "Auditallowxperm Rules", sk_diff_rules },
	[SELKIE_DIFF_DONTAUDIT] = { "dontaudit", "Dontaudit Rules", "Dontaudit Rules",
				    sk_diff_avs },
	[SELKIE_DIFF_DONTAUDITXPERM] = { "dontauditxperm", "Dontauditxperm Rules",
					 "Dontauditxperm Rules", sk_diff_rules },
	[SELKIE_DIFF_TYPE_TRANS] = { "type_trans", "Type_transition Rules", "Type_transition Rules",
				     sk_diff_rules },
	[SELKIE_DIFF_TYPE_CHANGE] = { "type_change", "Type_change Rules", "Type_change Rules",
				      sk_diff_rules },
	[SELKIE_DIFF_TYPE_MEMBER] = { "type_member", "Type_member Rules", "Type_member Rules",
				      sk_diff_rules },
	[SELKIE_DIFF_ROLE_ALLOW] = { "role_allow", "Role allow Rules", "Role Allow Rules",
				     sk_diff_rules, .never_modified = true },
	[SELKIE_DIFF_ROLE_TRANS] = { "role_trans", "Role_transition Rules", "Role_transition Rules",
				     sk_diff_rules },
	[SELKIE_DIFF_RANGE_TRANS] = { "range_trans", "Range_transition Rules",
				      "Range_transition Rules", sk_diff_rules },
	[SELKIE_DIFF_CONSTRAIN] = { "constrain", "Constraints", "Constraints", sk_diff_constraints,
				    .never_modified = true },
	[SELKIE_DIFF_MLSCONSTRAIN] = { "mlsconstrain", "MLS Constraints", "MLS Constraints",
				       sk_diff_constraints, .never_modified = true },
	[SELKIE_DIFF_VALIDATETRANS] = { "validatetrans", "Validatetrans", "Validatetrans",
					sk_diff_constraints, .never_modified = true },
	[SELKIE_DIFF_MLSVALIDATETRANS] = { "mlsvalidatetrans", "MLS Validatetrans",
					   "MLS Validatetrans", sk_diff_constraints,
					   .never_modified = true },
	[SELKIE_DIFF_INITIALSID] = { "initialsid", "Initial SIDs", "Initial SIDs",
				     sk_diff_labelings },
	[SELKIE_DIFF_IBENDPORTCON] = { "ibendportcon", "Ibendportcons", "Ibendportcons",
				       sk_diff_labelings },
	[SELKIE_DIFF_IBPKEYCON] = { "ibpkeycon", "Ibpkeycons", "Ibpkeycons", sk_diff_labelings },
	[SELKIE_DIFF_FS_USE] = { "fs_use", "Fs_use", "Fs_use", sk_diff_labelings },
	[SELKIE_DIFF_GENFSCON] = { "genfscon", "Genfscons", "Genfscons", sk_diff_labelings },
	[SELKIE_DIFF_NETIFCON] = { "netifcon", "Netifcons", "Netifcons", sk_diff_labelings,
				   .parts = { { "context", "Modified Context", "Context",
						SK_PART_REPLACED },
					      { "packet context", "Modified Packet Context",
						"Packet Context", SK_PART_REPLACED } } },
	[SELKIE_DIFF_NODECON] = { "nodecon", "Nodecons", "Nodecons", sk_diff_labelings },
	[SELKIE_DIFF_PORTCON] = { "portcon", "Portcons", "Portcons", sk_diff_labelings },
	[SELKIE_DIFF_POLCAP] = { "polcap", "Policy Capabilities", "Policy Capabilities",
				 sk_diff_capabilities, .never_modified = true },
	[SELKIE_DIFF_DEFAULT] = { "default", "Defaults", "Defaults", sk_diff_defaults },
	[SELKIE_DIFF_TYPEBOUNDS] = { "typebounds", "Typebounds", "Typebounds", sk_diff_typebounds },
	[SELKIE_DIFF_PIRQCON] = { "pirqcon", "Pirqcons", "Pirqcons", sk_diff_labelings },
	[SELKIE_DIFF_IOPORTCON] = { "ioportcon", "Ioportcons", "Ioportcons", sk_diff_labelings },
	[SELKIE_DIFF_IOMEMCON] = { "iomemcon", "Iomemcons", "Iomemcons", sk_diff_labelings },
	[SELKIE_DIFF_PCIDEVICECON] = { "pcidevicecon", "Pcidevicecons", "Pcidevicecons",
				       sk_diff_labelings },
	[SELKIE_DIFF_DEVICETREECON] = { "devicetreecon", "Devicetreecons", "Devicetreecons",
					sk_diff_labelings },
};

const char *selkie_diff_section_name(enum selkie_diff_section section)
{
	return (unsigned int)section < SELKIE_N_DIFF_SECTIONS ? sk_diff_rows[section].name : NULL;
}

const char *selkie_diff_section_title(enum selkie_diff_section section)
{
	return (unsigned int)section < SELKIE_N_DIFF_SECTIONS ? sk_diff_rows[section].title : NULL;
}

const char *sk_diff_keep(struct sk_diff *d)
{
	const char *s =
		d->buf.failed ? NULL
			      : sk_arena_strndup(&d->arena, d->buf.n ? d->buf.data : "", d->buf.n);

	d->buf.n = 0;
	return s;
}

int sk_diff_part(struct sk_diff *d, const char *what, bool added, const char *value)
{
	int r = sk_grow(&d->parts, &d->cap_parts, d->n_parts + 1, sizeof(*d->parts));

	if (!value)
		return -ENOMEM;
	if (!r)
		d->parts[d->n_parts++] = (struct selkie_diff_part){ what, added, value };
	return r;
}

static int sk_diff_enter(struct sk_diff *d, enum selkie_diff_section section,
			 enum selkie_diff_change change, const char *text, const char *sort)
{
	struct sk_diff_list *list = &d->lists[section][change];
	struct sk_diff_entry e = { .sort = sort };
	int r = sk_grow(&list->entries, &list->cap, list->n + 1, sizeof(*list->entries));

	if (r || !text)
		return -ENOMEM;
	e.item.change = change;
	e.item.text = text;
	e.item.n_parts = d->n_parts;
	if (d->n_parts) {
		e.item.parts = sk_arena_memdup(&d->arena, d->parts, d->n_parts * sizeof(*d->parts));
		if (!e.item.parts)
			return -ENOMEM;
	}
	d->n_parts = 0;
	list->entries[list->n++] = e;
	return 0;
}

int sk_diff_add(struct sk_diff *d, enum selkie_diff_section section, enum selkie_diff_change change,
		const char *sort)
{
	return sk_diff_enter(d, section, change, sk_diff_keep(d), sort);
}

int sk_diff_add_name(struct sk_diff *d, enum selkie_diff_section section,
		     enum selkie_diff_change change, const char *name)
{
	return sk_diff_enter(d, section, change, name, NULL);
}

static int sk_compare_parts(const void *a, const void *b)
{
	return strcmp(((const struct selkie_diff_part *)a)->value,
		      ((const struct selkie_diff_part *)b)->value);
}

/* Sorts the parts from `first` on. */
static void sk_diff_sort_parts(struct sk_diff *d, size_t first)
{
	if (d->n_parts - first > 1)
		qsort(d->parts + first, d->n_parts - first, sizeof(*d->parts), sk_compare_parts);
}

int sk_diff_parts_of_ids(struct sk_diff *d, const char *what, enum sk_pairing_kind kind,
			 const struct sk_idset *left, const struct sk_idset *right)
{
	const struct sk_pairing *p = &d->pairs[kind];
	uint32_t there = d->stamp + 1, both = d->stamp + 2, n;
	size_t first = d->n_parts;
	int r = 0;

	d->stamp += 2;
	for (uint32_t i = 0; i < left->n; i++)
		d->marks[p->number[SK_LEFT][left->ids[i]]] = there;
	d->marks[0] = both; /* what is not of this kind */
	for (uint32_t i = 0; i < right->n && !r; i++) {
		n = p->number[SK_RIGHT][right->ids[i]];
		if (d->marks[n] < there)
			r = sk_diff_part(d, what, true, p->name[n]);
		d->marks[n] = both;
	}
	sk_diff_sort_parts(d, first);
	first = d->n_parts;
	for (uint32_t i = 0; i < left->n && !r; i++) {
		n = p->number[SK_LEFT][left->ids[i]];
		if (d->marks[n] == there)
			r = sk_diff_part(d, what, false, p->name[n]);
	}
	sk_diff_sort_parts(d, first);
	return r;
}

static int sk_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What `names` has and `others` has not; both sorted. */
static int sk_diff_parts_without(struct sk_diff *d, const char *what, bool added,
				 const char **names, size_t n, const char **others, size_t n_others)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		if (!n_others ||
		    !bsearch(&names[i], others, n_others, sizeof(*others), sk_compare_names))
			r = sk_diff_part(d, what, added, names[i]);
	return r;
}

int sk_diff_parts_of_names(struct sk_diff *d, const char *what, const char **left, size_t n_left,
			   const char **right, size_t n_right)
{
	int r;

	if (n_left)
		qsort(left, n_left, sizeof(*left), sk_compare_names);
	if (n_right)
		qsort(right, n_right, sizeof(*right), sk_compare_names);
	r = sk_diff_parts_without(d, what, true, right, n_right, left, n_left);
	return r ? r : sk_diff_parts_without(d, what, false, left, n_left, right, n_right);
}

bool sk_diff_same_level(const struct sk_diff *d, const struct sk_level *left,
			const struct sk_level *right)
{
	const struct sk_pairing *sens = &d->pairs[SK_PAIR_SENS], *cats = &d->pairs[SK_PAIR_CATS];

	if (sens->number[SK_LEFT][left->sens.v] != sens->number[SK_RIGHT][right->sens.v] ||
	    sk_bitset_count(&left->cats) != sk_bitset_count(&right->cats))
		return false;
	for (uint32_t c = sk_bitset_next(&left->cats, 0); c != UINT32_MAX;
	     c = sk_bitset_next(&left->cats, c + 1))
		if (!sk_bitset_has(&right->cats, cats->id[SK_RIGHT][cats->number[SK_LEFT][c]]))
			return false;
	return true;
}

bool sk_diff_same_range(const struct sk_diff *d, const struct sk_range *left,
			const struct sk_range *right)
{
	if (d->policy[SK_LEFT]->mls != d->policy[SK_RIGHT]->mls)
		return false;
	return !d->policy[SK_LEFT]->mls || (sk_diff_same_level(d, &left->low, &right->low) &&
					    sk_diff_same_level(d, &left->high, &right->high));
}

bool sk_diff_same_context(const struct sk_diff *d, const struct sk_context *left,
			  const struct sk_context *right)
{
	const struct sk_pairing *p = d->pairs;

	return p[SK_PAIR_USERS].number[SK_LEFT][left->user.v] ==
		       p[SK_PAIR_USERS].number[SK_RIGHT][right->user.v] &&
	       p[SK_PAIR_ROLES].number[SK_LEFT][left->role.v] ==
		       p[SK_PAIR_ROLES].number[SK_RIGHT][right->role.v] &&
	       p[SK_PAIR_TYPES].number[SK_LEFT][left->type.v] ==
		       p[SK_PAIR_TYPES].number[SK_RIGHT][right->type.v] &&
	       sk_diff_same_range(d, &left->range, &right->range);
}

/* One text of a conditional into the table of texts. */
static int sk_diff_add_cond(struct sk_diff *d, int side, uint32_t i)
{
	const struct sk_policy *p = d->policy[side];
	uint32_t number;
	const char *text;
	int r;

	sk_cond_print(&d->buf, p, &p->conds[i], SK_STYLE_SETOOLS);
	text = sk_diff_keep(d);
	r = text ? sk_intern_add_static(&d->conds.texts, text, strlen(text), &number) : -ENOMEM;
	if (r)
		return r;
	d->conds.number[side][i] = number;
	if (d->conds.cond[side][number] == UINT32_MAX)
		d->conds.cond[side][number] = i;
	return 0;
}

static int sk_diff_pair_conds(struct sk_diff *d)
{
	size_t most = (size_t)d->policy[SK_LEFT]->n_conds + d->policy[SK_RIGHT]->n_conds + 1;
	int r = 0;

	for (int side = 0; side < 2; side++) {
		d->conds.number[side] =
			SK_ARENA_ARRAY(&d->arena, uint32_t, (size_t)d->policy[side]->n_conds + 1);
		d->conds.cond[side] = SK_ARENA_ARRAY(&d->arena, uint32_t, most);
		if (!d->conds.number[side] || !d->conds.cond[side])
			return -ENOMEM;
		memset(d->conds.cond[side], 0xff, most * sizeof(uint32_t));
	}
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < d->policy[side]->n_conds && !r; i++)
			r = sk_diff_add_cond(d, side, i);
	return r;
}

/* Where the right policy's permissions of a class are in the common space. */
static void sk_diff_pair_perms(const struct sk_class *left, const struct sk_class *right,
			       struct sk_diff_class *ret)
{
	uint8_t next = 32;

	ret->same = true;
	for (uint8_t bit = 0; bit < 32; bit++) {
		const char *name = right->perm_names[bit];
		uint32_t there = name ? sk_class_find_perm(left, name) : 0;

		ret->right_bit[bit] = there ? (uint8_t)__builtin_ctz(there) : name ? next++ : bit;
		ret->same = ret->same && ret->right_bit[bit] == bit;
	}
}

static int sk_diff_pair_classes(struct sk_diff *d)
{
	const struct sk_pairing *p = &d->pairs[SK_PAIR_CLASSES];

	d->classes = SK_ARENA_ARRAY(&d->arena, struct sk_diff_class, (size_t)p->n + 1);
	if (!d->classes)
		return -ENOMEM;
	for (uint32_t n = 1; n <= p->n; n++) {
		d->classes[n].same = true;
		if (p->id[SK_LEFT][n] && p->id[SK_RIGHT][n])
			sk_diff_pair_perms(d->policy[SK_LEFT]->class_by_id[p->id[SK_LEFT][n]],
					   d->policy[SK_RIGHT]->class_by_id[p->id[SK_RIGHT][n]],
					   &d->classes[n]);
	}
	return 0;
}

static int sk_diff_pair(struct sk_diff *d)
{
	uint32_t most = 0;
	int r = 0;

	for (int side = 0; side < 2 && !r; side++)
		r = sk_text_init(&d->text[side], d->policy[side]);
	for (int kind = 0; kind < SK_N_PAIRS && !r; kind++) {
		r = sk_pairing_make(&d->pairs[kind], &d->arena, d->policy[SK_LEFT],
				    d->policy[SK_RIGHT], (enum sk_pairing_kind)kind);
		most = SK_MAX(most, d->pairs[kind].n);
	}
	if (!r) {
		d->marks = SK_ARENA_ARRAY(&d->arena, uint32_t, (size_t)most + 1);
		r = d->marks ? sk_diff_pair_classes(d) : -ENOMEM;
	}
	return r ? r : sk_diff_pair_conds(d);
}

static int sk_compare_entries(const void *a, const void *b)
{
	const struct sk_diff_entry *x = a, *y = b;

	return strcmp(x->sort ? x->sort : x->item.text, y->sort ? y->sort : y->item.text);
}

static int sk_diff_make(struct sk_diff *d, enum selkie_diff_section section)
{
	const struct sk_diff_section_row *row = &sk_diff_rows[section];
	int r = row->make ? row->make(d, section) : 0;

	for (int change = 0; change < 3 && !r && !row->ranked; change++) {
		struct sk_diff_list *list = &d->lists[section][change];

		if (list->entries && list->n > 1)
			qsort(list->entries, list->n, sizeof(*list->entries), sk_compare_entries);
	}
	return r;
}

int selkie_diff_new(const selkie_policy *left, const selkie_policy *right, uint64_t sections,
		    selkie_diff **ret)
{
	struct sk_diff *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	d->policy[SK_LEFT] = left;
	d->policy[SK_RIGHT] = right;
	d->sections = sections;
	sk_buf_init(&d->buf);
	sk_intern_init(&d->conds.texts, &d->arena);
	r = sk_diff_pair(d);
	for (int i = 0; i < SELKIE_N_DIFF_SECTIONS && !r; i++)
		if (sections >> i & 1)
			r = sk_diff_make(d, (enum selkie_diff_section)i);
	if (r) {
		selkie_diff_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

void selkie_diff_free(selkie_diff *diff)
{
	if (!diff)
		return;
	for (int i = 0; i < SELKIE_N_DIFF_SECTIONS; i++)
		for (int change = 0; change < 3; change++) {
			free(diff->lists[i][change].entries);
			free(diff->lists[i][change].avs);
		}
	for (int side = 0; side < 2; side++)
		sk_text_done(&diff->text[side]);
	sk_diff_av_done(diff);
	sk_intern_done(&diff->conds.texts);
	sk_buf_done(&diff->buf);
	free(diff->parts);
	sk_arena_done(&diff->arena);
	free(diff);
}

size_t selkie_diff_count(const selkie_diff *diff, enum selkie_diff_section section,
			 enum selkie_diff_change change)
{
	if ((unsigned int)section >= SELKIE_N_DIFF_SECTIONS || (unsigned int)change > 2)
		return 0;
	return diff->lists[section][change].n;
}

int sk_diff_begin_walk(const struct sk_diff *d, struct sk_diff *walk)
{
	int r = 0;

	*walk = *d;
	walk->parts = NULL;
	walk->n_parts = walk->cap_parts = 0;
	sk_buf_init(&walk->buf);
	memset(&walk->arena, 0, sizeof(walk->arena));
	memset(walk->text, 0, sizeof(walk->text));
	for (int side = 0; side < 2 && !r; side++)
		r = sk_text_init(&walk->text[side], d->policy[side]);
	return r;
}

void sk_diff_end_walk(struct sk_diff *walk)
{
	for (int side = 0; side < 2; side++)
		sk_text_done(&walk->text[side]);
	free(walk->parts);
	sk_buf_done(&walk->buf);
	sk_arena_done(&walk->arena);
}

static int sk_diff_visit_av(struct sk_diff *walk, enum selkie_diff_section section,
			    enum selkie_diff_change change, const struct sk_diff_av *av,
			    int (*visit)(void *arg, const struct selkie_diff_item *item), void *arg)
{
	struct selkie_diff_item item = { .change = change };

	walk->n_parts = 0;
	walk->buf.n = 0;
	sk_diff_av_text(walk, section, av, &walk->buf, true);
	item.text = sk_buf_str(&walk->buf);
	item.n_parts = walk->n_parts;
	item.parts = walk->parts;
	return item.text ? visit(arg, &item) : -ENOMEM;
}

int selkie_diff_walk(const selkie_diff *diff, enum selkie_diff_section section,
		     int (*visit)(void *arg, const struct selkie_diff_item *item), void *arg)
{
	struct sk_diff walk;
	int r;

	if ((unsigned int)section >= SELKIE_N_DIFF_SECTIONS)
		return 0;
	r = sk_diff_begin_walk(diff, &walk);
	for (int change = 0; change < 3 && !r; change++) {
		const struct sk_diff_list *list = &diff->lists[section][change];

		for (size_t i = 0; i < list->n && !r; i++)
			r = list->avs ? sk_diff_visit_av(&walk, section,
							 (enum selkie_diff_change)change,
							 &list->avs[i], visit, arg)
				      : visit(arg, &list->entries[i].item);
	}
	sk_diff_end_walk(&walk);
	return r;
}

/* Printing. */

struct sk_diff_printer {
	struct sk_diff *d;
	const struct sk_diff_section_row *row;
	struct sk_buf out;
	int (*each)(void *arg, const char *text, size_t n);
	void *arg;
};

#define SK_PIECE_SIZE 32768u

static int sk_diff_hand_over(struct sk_diff_printer *p, bool rest)
{
	int r = 0;

	if (p->out.failed)
		return p->out.error;
	if (p->out.n >= SK_PIECE_SIZE || (rest && p->out.n)) {
		r = p->each(p->arg, p->out.data, p->out.n);
		p->out.n = 0;
	}
	return r;
}

static size_t sk_diff_count_parts(const struct selkie_diff_item *item, const char *what, bool added)
{
	size_t n = 0;

	for (size_t i = 0; i < item->n_parts; i++)
		n += !strcmp(item->parts[i].what, what) && item->parts[i].added == added;
	return n;
}

/* "2 Added types", "Modified range", "Removed permissive": what a row says of an item, if anything. */
static void sk_diff_print_summary(struct sk_buf *out, const struct sk_diff_part_row *row,
				  const struct selkie_diff_item *item, const char **lead)
{
	static const char *const words[] = { "Removed", "Added" };

	for (int added = 1; added >= 0; added--) {
		size_t n = sk_diff_count_parts(item, row->what, added);

		if (!n || (row->how == SK_PART_REPLACED && !added))
			continue;
		sk_buf_adds(out, *lead);
		if (row->how == SK_PART_REPLACED)
			sk_buf_adds(out, row->summary);
		else if (row->how == SK_PART_TOGGLED)
			sk_buf_printf(out, "%s %s", words[added], row->summary);
		else
			sk_buf_printf(out, "%zu %s %s", n, words[added], row->summary);
		*lead = ", ";
	}
}

static void sk_diff_print_parts(struct sk_buf *out, const struct sk_diff_part_row *row,
				const struct selkie_diff_item *item, const char *indent)
{
	if (row->how == SK_PART_TOGGLED || !(sk_diff_count_parts(item, row->what, true) +
					     sk_diff_count_parts(item, row->what, false)))
		return;
	if (row->heading)
		sk_buf_printf(out, "          %s:\n", row->heading);
	for (int added = 1; added >= 0; added--)
		for (size_t i = 0; i < item->n_parts; i++)
			if (!strcmp(item->parts[i].what, row->what) &&
			    item->parts[i].added == added)
				sk_buf_printf(out, "%s%c %s\n", indent, added ? '+' : '-',
					      item->parts[i].value);
}

static void sk_diff_print_modified(struct sk_diff_printer *p, const struct selkie_diff_item *item)
{
	bool labels = p->row->make == sk_diff_labelings;
	const char *lead = " (";

	sk_buf_printf(&p->out, "      * %s", item->text);
	for (int i = 0; i < SK_MOST_PART_ROWS && p->row->parts[i].what; i++)
		sk_diff_print_summary(&p->out, &p->row->parts[i], item, &lead);
	sk_buf_adds(&p->out, p->row->parts[0].what ? ")\n" : "\n");
	for (int i = 0; i < SK_MOST_PART_ROWS && p->row->parts[i].what; i++)
		sk_diff_print_parts(&p->out, &p->row->parts[i], item,
				    labels ? "             " : "          ");
}

static const char *const sk_change_words[] = { "Added", "Removed", "Modified" };

static int sk_diff_print_list(struct sk_diff_printer *p, enum selkie_diff_section section,
			      enum selkie_diff_change change)
{
	static const char *const signs[] = { "      + ", "      - ", "      * " };
	const struct sk_diff_list *list = &p->d->lists[section][change];
	int r = 0;

	if (list->n && p->row->inner)
		sk_buf_printf(&p->out, "   %s %s: %zu\n", sk_change_words[change], p->row->inner,
			      list->n);
	for (size_t i = 0; i < list->n && !r; i++) {
		if (list->avs) {
			sk_buf_adds(&p->out, signs[change]);
			sk_diff_av_text(p->d, section, &list->avs[i], &p->out, false);
			sk_buf_addc(&p->out, '\n');
		} else if (change == SELKIE_DIFF_MODIFIED) {
			sk_diff_print_modified(p, &list->entries[i].item);
		} else {
			sk_buf_join(&p->out, signs[change], list->entries[i].item.text, "\n", NULL);
		}
		r = sk_diff_hand_over(p, false);
	}
	return r;
}

static void sk_diff_print_title(struct sk_diff_printer *p, const struct sk_diff_list *lists)
{
	sk_buf_printf(&p->out, "%s (", p->row->title);
	for (int change = 0; change < 3; change++) {
		if ((p->row->only_modified && change != SELKIE_DIFF_MODIFIED) ||
		    (p->row->never_modified && change == SELKIE_DIFF_MODIFIED))
			continue;
		sk_buf_printf(&p->out, "%s%zu %s", change && !p->row->only_modified ? ", " : "",
			      lists[change].n, sk_change_words[change]);
	}
	sk_buf_adds(&p->out, ")\n");
}

int selkie_diff_print(const selkie_diff *diff, enum selkie_diff_section section, bool counts_only,
		      int (*each)(void *arg, const char *text, size_t n), void *arg)
{
	struct sk_diff_printer p = { .out = SK_BUF_INIT, .each = each, .arg = arg };
	struct sk_diff walk;
	int r;

	if ((unsigned int)section >= SELKIE_N_DIFF_SECTIONS)
		return 0;
	p.row = &sk_diff_rows[section];
	p.d = &walk;
	r = sk_diff_begin_walk(diff, &walk);
	sk_diff_print_title(&p, diff->lists[section]);
	for (int change = 0; change < 3 && !r && !counts_only; change++)
		r = sk_diff_print_list(&p, section, (enum selkie_diff_change)change);
	sk_buf_addc(&p.out, '\n');
	if (!r)
		r = sk_diff_hand_over(&p, true);
	sk_buf_done(&p.out);
	sk_diff_end_walk(&walk);
	return r;
}
