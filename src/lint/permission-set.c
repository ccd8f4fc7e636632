/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S-010: permissions that a macro of support/obj_perm_sets.spt would say at once. Permissions of files are bits. A macro
 * may be suggested when it adds only what the permissions that are there bring with them anyway, such as getattr with
 * open: each permission has such a set. Of the macros for the class the one that replaces most is suggested, and of
 * those the one that adds least.
 */
#include <errno.h>

#include "lint/lint.h"

#define NOT_COVERED (1u << 31)	/* a permission that no macro is to bring */
#define SET_DEPTH_MAX 32

static const struct sk_file_permission {
	const char *name, *brings;
} sk_file_permissions[] = {
	{ "ioctl", "" },
	{ "read", "ioctl getattr search lock" },
	{ "write", "ioctl getattr append lock" },
	{ "create", "getattr link" },
	{ "getattr", "" },
	{ "setattr", "getattr" },
	{ "lock", "getattr" },
	{ "relabelfrom", "getattr" },
	{ "relabelto", "getattr" },
	{ "append", "getattr" },
	{ "map", "ioctl getattr" },
	{ "unlink", "getattr rmdir" },
	{ "link", "getattr" },
	{ "rename", "getattr" },
	{ "execute", "read getattr map" },
	{ "mounton", "getattr" },
	{ "open", "getattr" },
	{ "watch", "read" },
	{ "add_name", "write ioctl getattr append lock" },
	{ "remove_name", "write ioctl getattr append lock" },
	{ "reparent", "getattr" },
	{ "search", "getattr" },
	{ "rmdir", "unlink getattr" },
	{ "execute_no_trans", "execute read getattr map" },
	{ "entrypoint", "" },
};

static const char *const sk_set_classes[8] = { "dir", "lnk_file", "chr_file", "term", "blk_file", "sock_file",
					      "fifo_file", "file" };

struct sk_lint_sets {
	struct sk_set_macro {
		uint32_t name, raw, class;
		unsigned int count, order;
	} *list;
	size_t n;
	uint32_t classes[8];		/* sk_set_classes as names */
	uint32_t create_or_write, create_or_unlink, setattr_more, rename_more;
};

static unsigned int sk_count(uint32_t mask)
{
	return (unsigned int)__builtin_popcount(mask);
}

/* The bit of a permission, 0 for none of files. */
static uint32_t sk_file_bit(const char *name, size_t n)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_file_permissions); i++)
		if (strlen(sk_file_permissions[i].name) == n && !memcmp(sk_file_permissions[i].name, name, n))
			return 1u << i;
	return 0;
}

static uint32_t sk_bits_of(const char *words)
{
	uint32_t mask = 0;

	for (size_t n; (n = sk_word_next(&words)); words += n)
		mask |= sk_file_bit(words, n);
	return mask;
}

/* Both masks of a permission or macro. */
static void sk_masks(struct sk_lint *l, uint32_t name, uint32_t *raw, uint32_t *more, unsigned int depth)
{
	struct sk_lint_more *known = sk_lint_know_more(l, name);
	const struct sk_intern_entry *e = &l->names.entries[name];
	uint32_t bit, own_raw = 0, own_more = 0;

	if (!known)
		return;
	if (!known->has_set_masks) {
		const struct sk_outline_list *set = known->set;

		known->has_set_masks = true;	/* a macro that holds itself adds nothing to itself */
		bit = sk_file_bit(e->s, e->n);
		if (bit) {
			own_raw = bit;
			own_more = bit | sk_bits_of(sk_file_permissions[__builtin_ctz(bit)].brings);
		} else if (set && depth < SET_DEPTH_MAX) {
			for (uint32_t i = 0; i < set->n; i++)
				sk_masks(l, set->items[i].text, &own_raw, &own_more, depth + 1);
		} else {
			own_raw = own_more = NOT_COVERED;
		}
		known->set_raw = own_raw;
		known->set_more = own_more;
	}
	*raw |= known->set_raw;
	*more |= known->set_more;
}

/* "term" stands for chr_file. */
static uint32_t sk_set_class(const struct sk_lint *l, uint32_t name)
{
	for (uint32_t i = 0; i < SK_ARRAY_LEN(sk_set_classes); i++) {
		char suffix[24] = "_";

		strcat(strcat(suffix, sk_set_classes[i]), "_perms");
		if (sk_lint_ends(l, name, suffix))
			return i == 3 ? 2 : i;
	}
	return UINT32_MAX;
}

static int sk_compare_macros(const void *a, const void *b)
{
	const struct sk_set_macro *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void sk_lint_prepare_sets(struct sk_lint *l)
{
	struct sk_lint_sets *sets;

	sets = calloc(1, sizeof(*sets));
	if (sets)
		sets->list = calloc(l->n_set_names + 1, sizeof(*sets->list));
	if (!sets || !sets->list) {
		free(sets);
		l->error = -ENOMEM;
		return;
	}
	l->sets = sets;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_file_permissions); i++) {
		const char *s = sk_file_permissions[i].name;
		uint32_t raw = 0, more = 0;

		sk_masks(l, sk_lint_intern(l, s, strlen(s)), &raw, &more, 0);
	}
	for (size_t i = 0; i < l->n_set_names; i++) {
		struct sk_set_macro m = { .name = l->set_names[i], .order = (unsigned int)i };
		uint32_t more = 0;

		sk_masks(l, m.name, &m.raw, &more, 0);
		m.class = sk_set_class(l, m.name);
		m.count = sk_count(m.raw);
		if (!(m.raw & NOT_COVERED) && m.class != UINT32_MAX)
			sets->list[sets->n++] = m;
	}
	qsort(sets->list, sets->n, sizeof(*sets->list), sk_compare_macros);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_set_classes); i++)
		sets->classes[i] = sk_lint_intern(l, sk_set_classes[i], strlen(sk_set_classes[i]));
	sets->create_or_write = sk_bits_of("create write");
	sets->create_or_unlink = sk_bits_of("create unlink");
	sets->setattr_more = sk_bits_of("setattr getattr");
	sets->rename_more = sk_bits_of("rename reparent getattr");
}

void sk_lint_sets_done(struct sk_lint *l)
{
	if (l->sets)
		free(l->sets->list);
	free(l->sets);
	l->sets = NULL;
}

static const struct sk_lint_more *sk_masks_of(const struct sk_lint *l, uint32_t name)
{
	static const struct sk_lint_more none = { .set_raw = NOT_COVERED, .set_more = NOT_COVERED };
	const struct sk_lint_more *known = sk_lint_more(l, name);

	return known->has_set_masks ? known : &none;
}

/* How many words of the list stand for nothing beyond the mask. */
static unsigned int sk_words_within(const struct sk_lint *l, const struct sk_outline_list *perms, uint32_t mask)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < perms->n; i++) {
		uint32_t raw = sk_masks_of(l, perms->items[i].text)->set_raw;

		n += (raw & mask) == raw;
	}
	return n;
}

static const struct sk_set_macro *sk_best_macro(struct sk_lint *l, const struct sk_lint_sets *sets, uint32_t class,
						const struct sk_outline_list *perms, uint32_t *ret_raw)
{
	const struct sk_set_macro *best = NULL;
	unsigned int best_covers = 0, best_adds = 0;
	uint32_t raw = 0, more = 0;

	for (uint32_t i = 0; i < perms->n; i++) {
		raw |= sk_masks_of(l, perms->items[i].text)->set_raw;
		more |= sk_masks_of(l, perms->items[i].text)->set_more;
	}
	*ret_raw = raw;
	if (sk_count(raw & ~NOT_COVERED) < 2)
		return NULL;
	if (more & sets->create_or_write)
		more |= sets->setattr_more;
	if (more & sets->create_or_unlink)
		more |= sets->rename_more;
	for (size_t i = 0; i < sets->n; i++) {
		const struct sk_set_macro *m = &sets->list[i];
		unsigned int covers, adds;

		if (m->class != class || m->raw & ~more)
			continue;
		covers = sk_count(m->raw & raw);
		adds = sk_count(m->raw & ~raw);
		if (covers < 2 || covers < best_covers || (covers == best_covers && adds > best_adds) ||
		    sk_words_within(l, perms, m->raw & raw) < 2)
			continue;
		best = m;
		best_covers = covers;
		best_adds = adds;
	}
	return best;
}

static void sk_found_macro(struct sk_lint *l, const struct sk_lint_check *check, const struct sk_outline_node *node,
			   const struct sk_set_macro *best, uint32_t raw)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;

	for (uint32_t bit = 0; bit < SK_ARRAY_LEN(sk_file_permissions); bit++)
		if ((best->raw & ~raw) >> bit & 1)
			sk_buf_join(&text, text.n ? " " : "; it adds ", sk_file_permissions[bit].name, NULL);
	sk_lint_found_at(l, check, node->line, node->list[3].items[0].at, "%s says most of this%s",
			 sk_lint_str(l, best->name), text.n ? sk_buf_str(&text) : "");
}

SK_LINT_RUN(macro_available)
{
	const struct sk_outline_list *classes = &node->list[2], *perms = &node->list[3];
	const struct sk_lint_sets *sets = l->sets;
	const struct sk_set_macro *best;
	uint32_t raw, class;

	if (!sets || node->flavor != SK_RULE_ALLOW || classes->n != 1)
		return;
	for (class = 0; class < SK_ARRAY_LEN(sk_set_classes); class++)
		if (class != 3 && sets->classes[class] == classes->items[0].text)
			break;
	if (class == SK_ARRAY_LEN(sk_set_classes))
		return;
	best = sk_best_macro(l, sets, class, perms, &raw);
	if (!best || sk_lint_list_has(perms, best->name))
		return;
	sk_found_macro(l, check, node, best, raw);
}
