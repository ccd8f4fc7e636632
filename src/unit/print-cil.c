/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit as CIL. A statement of the policy language may name many sources, targets and classes, one of CIL has one each:
 * every operand is turned into the list of what may stand in its place, and all combinations are written. Sets that are no
 * plain lists become attributes of their own, once a block.
 */
#include "unit/print.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define SK_GEN_REQUIRE "cil_gen_require"
#define SK_DEFAULT_LEVEL "systemlow"

/* A name, or where `s` is NULL a stretch of the scratch text. */
struct sk_cil_choice {
	const char *s;
	size_t at, n;
};

/*
 * A text with a blank behind it, in storage of at least SK_TEXT_COPIED bytes beyond `n`, all of which are copied: a copy of
 * a fixed length costs a tenth of one whose length must be looked at. n 0: not made yet.
 */
struct sk_cil_text {
	const char *s;
	size_t n;
};

#define SK_TEXT_COPIED 64

/* Texts that may stand in one place of a statement. */
struct sk_cil_choices {
	SK_PARTS(struct sk_cil_choice) texts;
};

struct sk_cil {
	const struct sk_unit *unit;
	const struct sk_space *space;
	struct sk_unit_index index;
	struct sk_buf *out;
	struct sk_buf scratch;
	/* Class permissions are written again and again: by number, where their texts begin among these, + 1; 0: not yet */
	struct sk_arena texts;
	SK_PARTS(struct sk_cil_choice) class_perms;
	uint32_t *class_perms_at;
	/* What most rules are made of: by number, sets of one name and permissions of one class */
	struct sk_cil_text *set_texts, *class_perms_texts;
	size_t n_set_texts, n_class_perms_texts;
	struct sk_cil_text allow, dontaudit, requirement;	/* what lines begin with, at the depth `deep` */
	unsigned int deep;
	uint32_t range;			/* that was written last, and its text */
	struct sk_cil_choice range_text;
	struct sk_cil_choices choices[SK_UNIT_OPERANDS];
	uint32_t n_choices;
	const char *name;		/* of the module, as part of names */
	bool implicit;			/* object_r and levels are to be spelled out */
	struct sk_map attributes;	/* set and block: number */
	SK_PARTS(uint32_t) pending;	/* sets of the block at hand that are still to be defined */
	uint32_t n_attributes, n_optionals;
	unsigned int depth;
	struct sk_map tunables;		/* references */
	char *owned_name;
	bool mark_neverallows, mark_allows;
	int error;
};

static void sk_cil_indent(struct sk_cil *c)
{
	for (unsigned int i = 0; i < c->depth; i++)
		sk_buf_add(c->out, "    ", 4);
}

static void sk_cil_left_out(struct sk_cil *c, const struct sk_unit_stmt *stmt, const char *what)
{
	struct sk_place place;

	sk_sources_place(c->space->sources, stmt->addr, 1, &place);
	sk_warning(c->space->diags, "W0404", &place, "CIL has no words for %s, which is left out", what);
}

/* Choices. */
static size_t sk_cil_begin(const struct sk_cil *c)
{
	return c->scratch.n;
}

static void sk_cil_choose(struct sk_cil *c, struct sk_cil_choices *to, struct sk_cil_choice choice)
{
	if (to->texts.n == to->texts.cap &&
	    sk_grow(&to->texts.list, &to->texts.cap, to->texts.n + 1, sizeof(*to->texts.list)))
		c->error = -ENOMEM;
	else
		to->texts.list[to->texts.n++] = choice;
}

static void sk_cil_end(struct sk_cil *c, struct sk_cil_choices *to, size_t at)
{
	sk_cil_choose(c, to, (struct sk_cil_choice){ NULL, at, c->scratch.n - at });
}

/* The name that a reference has. */
static void sk_cil_choose_ref(struct sk_cil *c, struct sk_cil_choices *to, uint32_t ref)
{
	const struct sk_intern_entry *name = &c->space->names->entries[c->space->refs.list[ref].name];

	sk_cil_choose(c, to, (struct sk_cil_choice){ name->s, 0, name->n });
}

static struct sk_cil_choices *sk_cil_operand(struct sk_cil *c)
{
	struct sk_cil_choices *choices = &c->choices[c->n_choices++];

	choices->texts.n = 0;
	return choices;
}

static void sk_cil_text(struct sk_cil *c, const char *text)
{
	sk_cil_choose(c, sk_cil_operand(c), (struct sk_cil_choice){ text, 0, strlen(text) });
}

static void sk_cil_ref(struct sk_cil *c, uint32_t ref)
{
	sk_cil_choose_ref(c, sk_cil_operand(c), ref);
}

static bool sk_cil_plain(const struct sk_name_set *set)
{
	return !(set->flags & (SK_SET_STAR | SK_SET_COMPLEMENT | SK_SET_EXPR)) && !set->n_minus;
}

static void sk_cil_items(struct sk_cil *c, struct sk_buf *out, const uint32_t *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_intern_entry *name = &c->space->names->entries[c->space->refs.list[items[i]].name];

		if (i)
			sk_buf_addc(out, ' ');
		sk_buf_add(out, name->s, name->n);
	}
}

/* A set as an expression of CIL, as it follows the name in an attributeset. */
static void sk_cil_set_expr(struct sk_cil *c, struct sk_buf *out, const struct sk_name_set *set)
{
	bool star = set->flags & SK_SET_STAR, not = set->flags & SK_SET_COMPLEMENT, both = set->n_minus && (set->n || star);

	if (not)
		sk_buf_adds(out, "(not ");
	if (both)
		sk_buf_adds(out, "(and ");
	if (star) {
		sk_buf_adds(out, "(all)");
	} else if (set->n || !set->n_minus) {
		sk_buf_addc(out, '(');
		sk_cil_items(c, out, set->items, set->n);
		sk_buf_addc(out, ')');
	}
	if (set->n_minus) {
		sk_buf_adds(out, both ? " (not (" : "(not (");
		sk_cil_items(c, out, set->items + set->n, set->n_minus);
		sk_buf_adds(out, "))");
	}
	if (both)
		sk_buf_addc(out, ')');
	if (not)
		sk_buf_addc(out, ')');
}

static void sk_cil_attribute_name(struct sk_cil *c, struct sk_buf *out, const struct sk_name_set *set, uint32_t number)
{
	sk_buf_join(out, c->name, set->ns == SK_NS_ROLE ? "_roleattr_" : "_typeattr_", NULL);
	sk_buf_add_uint(out, number);
}

/* The number of the attribute that stands for a set in a block, new or known. */
static uint32_t sk_cil_attribute(struct sk_cil *c, uint32_t set, uint32_t block)
{
	uint32_t *number;
	bool fresh;

	if (sk_map_insert(&c->attributes, (uint64_t)block << 32 | set, c->n_attributes + 1, &number, &fresh)) {
		c->error = -ENOMEM;
		return 0;
	}
	if (!fresh)
		return *number;
	c->n_attributes++;
	if (sk_grow(&c->pending.list, &c->pending.cap, c->pending.n + 2, sizeof(*c->pending.list))) {
		c->error = -ENOMEM;
		return 0;
	}
	c->pending.list[c->pending.n++] = set;
	c->pending.list[c->pending.n++] = *number;
	return *number;
}

/* Types, roles, users or classes, one of which may stand there. */
static void sk_cil_set(struct sk_cil *c, uint32_t number, uint32_t block)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at;

	if (sk_cil_plain(set)) {
		for (uint32_t i = 0; i < set->n; i++)
			sk_cil_choose_ref(c, to, set->items[i]);
	} else if (!(set->flags & SK_SET_NOT_SELF) || set->n || set->n_minus) {
		/* The set without its words for the source itself. */
		struct sk_name_set copy = *set;
		uint32_t base;

		copy.flags &= SK_SET_STAR | SK_SET_COMPLEMENT | SK_SET_EXPR;
		if (sk_space_set((struct sk_space *)c->space, &copy, &base))
			c->error = -ENOMEM;
		at = sk_cil_begin(c);
		if (!c->error)
			sk_cil_attribute_name(c, &c->scratch, &copy, sk_cil_attribute(c, base, block));
		sk_cil_end(c, to, at);
	}
	set = &c->space->sets.list[number];
	if (set->flags & (SK_SET_SELF | SK_SET_NOT_SELF)) {
		at = sk_cil_begin(c);
		sk_buf_adds(&c->scratch, set->flags & SK_SET_SELF ? "self" : "notself");
		sk_cil_end(c, to, at);
	}
}

/* A list in parentheses. */
static void sk_cil_list(struct sk_cil *c, uint32_t number)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_cil_set_expr(c, &c->scratch, &c->space->sets.list[number]);
	sk_cil_end(c, to, at);
}

/* Permissions of one class: a list, or what CIL has for * and ~. */
static void sk_cil_perms(struct sk_cil *c, struct sk_buf *out, const struct sk_name_set *set)
{
	sk_buf_addc(out, '(');
	if (set->flags & SK_SET_STAR)
		sk_buf_adds(out, "all");
	if (set->flags & SK_SET_COMPLEMENT)
		sk_buf_adds(out, "not (");
	sk_cil_items(c, out, set->items, set->n);
	sk_buf_adds(out, set->flags & SK_SET_COMPLEMENT ? "))" : ")");
}

/* Keeps what the scratch text has since `at`. */
static void sk_cil_keep(struct sk_cil *c, size_t at)
{
	struct sk_cil_choice text = { NULL, 0, c->scratch.n - at };

	if (c->scratch.failed)
		return;
	text.s = sk_arena_memdup(&c->texts, c->scratch.data + at, text.n);
	if (!text.s || sk_grow(&c->class_perms.list, &c->class_perms.cap, c->class_perms.n + 2,
			       sizeof(*c->class_perms.list)))
		c->error = -ENOMEM;
	else
		c->class_perms.list[c->class_perms.n++] = text;
}

/* (CLASS (PERMISSIONS)) for each class of the list, and then a text without length. */
static void sk_cil_make_class_perms(struct sk_cil *c, uint32_t number)
{
	const struct sk_class_perms *list = &c->space->class_perms.list[number];

	c->class_perms_at[number] = (uint32_t)c->class_perms.n + 1;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct sk_name_set *classes = &c->space->sets.list[list->items[i].classes];

		for (uint32_t k = 0; k < classes->n && !c->error; k++) {
			size_t at = sk_cil_begin(c);

			sk_buf_join(&c->scratch, "(", sk_unit_ref_name(c->space, classes->items[k]), " ", NULL);
			sk_cil_perms(c, &c->scratch, &c->space->sets.list[list->items[i].perms]);
			sk_buf_addc(&c->scratch, ')');
			sk_cil_keep(c, at);
		}
	}
	if (!c->error && !c->scratch.failed)
		sk_cil_keep(c, c->scratch.n);
}

static void sk_cil_class_perms(struct sk_cil *c, uint32_t number)
{
	struct sk_cil_choices *to = sk_cil_operand(c);

	if (!c->class_perms_at[number])
		sk_cil_make_class_perms(c, number);
	for (size_t i = c->class_perms_at[number] - 1; !c->error && !c->scratch.failed && c->class_perms.list[i].n; i++)
		sk_cil_choose(c, to, c->class_perms.list[i]);
}

static void sk_cil_ranges(struct sk_buf *out, const struct sk_xperm_set *set)
{
	if (set->complement)
		sk_buf_adds(out, "(not ");
	sk_buf_addc(out, '(');
	for (uint32_t i = 0; i < set->n; i++) {
		const struct sk_number_range *r = &set->ranges[i];

		if (r->low == r->high)
			sk_buf_printf(out, "%s0x%x", i ? " " : "", r->low);
		else
			sk_buf_printf(out, "%s(range 0x%x 0x%x)", i ? " " : "", r->low, r->high);
	}
	sk_buf_adds(out, set->complement ? "))" : ")");
}

/* (ioctl CLASS (NUMBERS)) for each class. */
static void sk_cil_xperms(struct sk_cil *c, uint32_t classes, uint32_t xperms)
{
	const struct sk_name_set *set = &c->space->sets.list[classes];
	const struct sk_xperm_set *numbers = &c->space->xperms.list[xperms];
	struct sk_cil_choices *to = sk_cil_operand(c);

	for (uint32_t i = 0; i < set->n; i++) {
		size_t at = sk_cil_begin(c);

		sk_buf_join(&c->scratch, "(", numbers->op == SK_XOP_IOCTL ? "ioctl " : "nlmsg ",
			    sk_unit_ref_name(c->space, set->items[i]), " ", NULL);
		sk_cil_ranges(&c->scratch, numbers);
		sk_buf_addc(&c->scratch, ')');
		sk_cil_end(c, to, at);
	}
}

/* Categories, in the parentheses of a level or of a sensitivitycategory. */
static void sk_cil_cats(struct sk_cil *c, struct sk_buf *out, const struct sk_name_set *set)
{
	bool one = set->n == 3 && set->items[2] == SK_SET_RANGE;

	sk_buf_adds(out, one ? "" : "(");
	for (uint32_t i = 0; i < set->n; i++) {
		if (set->items[i] >= SK_SET_OP)
			continue;
		sk_buf_adds(out, i ? " " : "");
		if (i + 2 < set->n && set->items[i + 2] == SK_SET_RANGE) {
			sk_buf_join(out, "(range ", sk_unit_ref_name(c->space, set->items[i]), " ",
				    sk_unit_ref_name(c->space, set->items[i + 1]), ")", NULL);
			i += 2;
		} else {
			sk_buf_adds(out, sk_unit_ref_name(c->space, set->items[i]));
		}
	}
	sk_buf_adds(out, one ? "" : ")");
}

static void sk_cil_level(struct sk_cil *c, struct sk_buf *out, uint32_t number)
{
	const struct sk_level_ref *level = &c->space->levels.list[number];

	sk_buf_join(out, "(", sk_unit_ref_name(c->space, level->sens), NULL);
	if (level->cats != SK_SPACE_NONE) {
		sk_buf_addc(out, ' ');
		sk_cil_cats(c, out, &c->space->sets.list[level->cats]);
	}
	sk_buf_addc(out, ')');
}

/* Into the scratch text. One after the other has the same. */
static void sk_cil_range(struct sk_cil *c, uint32_t number)
{
	size_t at = sk_cil_begin(c);

	if (c->range_text.s && number == c->range) {
		sk_buf_add(&c->scratch, c->range_text.s, c->range_text.n);
		return;
	}
	sk_buf_addc(&c->scratch, '(');
	if (number == SK_SPACE_NONE) {
		sk_buf_adds(&c->scratch, SK_DEFAULT_LEVEL " " SK_DEFAULT_LEVEL);
	} else {
		sk_cil_level(c, &c->scratch, c->space->ranges.list[number].low);
		sk_buf_addc(&c->scratch, ' ');
		sk_cil_level(c, &c->scratch, c->space->ranges.list[number].high);
	}
	sk_buf_addc(&c->scratch, ')');
	if (c->scratch.failed)
		return;
	c->range = number;
	c->range_text = (struct sk_cil_choice){ sk_arena_memdup(&c->texts, c->scratch.data + at, c->scratch.n - at), 0,
						c->scratch.n - at };
}

static void sk_cil_put_ref(struct sk_cil *c, uint32_t ref)
{
	const struct sk_intern_entry *name = &c->space->names->entries[c->space->refs.list[ref].name];

	sk_buf_add(&c->scratch, name->s, name->n);
	sk_buf_addc(&c->scratch, ' ');
}

static void sk_cil_context(struct sk_cil *c, uint32_t number)
{
	const struct sk_context_ref *x;

	if (number == SK_SPACE_NONE) {
		sk_buf_adds(&c->scratch, "()");
		return;
	}
	x = &c->space->contexts.list[number];
	sk_buf_addc(&c->scratch, '(');
	sk_cil_put_ref(c, x->user);
	sk_cil_put_ref(c, x->role);
	sk_cil_put_ref(c, x->type);
	sk_cil_range(c, x->range);
	sk_buf_addc(&c->scratch, ')');
}

static const char *const sk_cil_attrs[] = {
	"u1", "u2", "u3", "r1", "r2", "r3", "t1", "t2", "t3", "l1", "l2", "h1", "h2",
};
static const char *const sk_cil_compares[] = { "eq", "neq", "dom", "domby", "incomp" };
static const char *const sk_cil_ops[] = { "not", "and", "or", "xor", "eq", "neq" };

static void sk_cil_compare(struct sk_cil *c, struct sk_buf *out, const struct sk_unit_node *node)
{
	const struct sk_name_set *set;

	sk_buf_join(out, "(", sk_cil_compares[node->compare], " ", sk_cil_attrs[node->left], " ", NULL);
	if (node->op == SK_UNIT_COMPARE) {
		sk_buf_join(out, sk_cil_attrs[node->right], ")", NULL);
		return;
	}
	set = &c->space->sets.list[node->a];
	if (!sk_cil_plain(set)) {
		sk_cil_attribute_name(c, out, set, sk_cil_attribute(c, node->a, c->unit->top));
	} else {
		sk_buf_adds(out, set->n == 1 ? "" : "(");
		sk_cil_items(c, out, set->items, set->n);
		sk_buf_adds(out, set->n == 1 ? "" : ")");
	}
	sk_buf_addc(out, ')');
}

struct sk_cil_walk {
	struct sk_cil *c;
	struct sk_buf *out;
};

static void sk_cil_visit(void *arg, const struct sk_unit_node *node, enum sk_unit_walk at, bool inner SK_UNUSED)
{
	struct sk_cil_walk *w = arg;

	if (at == SK_WALK_BEFORE)
		sk_buf_join(w->out, "(", sk_cil_ops[node->op], " ", NULL);
	else if (at != SK_WALK_LEAF)
		sk_buf_addc(w->out, at == SK_WALK_BETWEEN ? ' ' : ')');
	else if (node->op == SK_UNIT_NAME)
		sk_buf_join(w->out, "(", sk_unit_ref_name(w->c->space, node->a), ")", NULL);
	else
		sk_cil_compare(w->c, w->out, node);
}

static void sk_cil_expr(struct sk_cil *c, struct sk_buf *out, const struct sk_unit_expr *expr)
{
	struct sk_cil_walk walk = { c, out };
	int r = sk_unit_walk_expr(expr, sk_cil_visit, &walk);

	if (r)
		sk_buf_fail(out, r);
}

/* Writes all combinations of the choices. */
static void sk_cil_write(struct sk_cil *c, const char *keyword)
{
	size_t at[SK_UNIT_OPERANDS] = { 0 }, length = strlen(keyword);
	uint32_t n = c->n_choices;

	if (c->error || c->scratch.failed)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (!c->choices[i].texts.n)
			return;
	for (;;) {
		size_t need = 4 * (size_t)c->depth + length + 3;
		uint32_t k = n;
		char *p;

		for (uint32_t i = 0; i < n; i++)
			need += 1 + c->choices[i].texts.list[at[i]].n;
		p = sk_buf_room(c->out, need);
		if (!p)
			return;
		memset(p, ' ', 4 * (size_t)c->depth);
		p += 4 * (size_t)c->depth;
		*p++ = '(';
		p = mempcpy(p, keyword, length);
		for (uint32_t i = 0; i < n; i++) {
			const struct sk_cil_choice *t = &c->choices[i].texts.list[at[i]];

			*p++ = ' ';
			p = mempcpy(p, t->s ? t->s : c->scratch.data + t->at, t->n);
		}
		memcpy(p, ")\n", 2);
		while (k && ++at[k - 1] == c->choices[k - 1].texts.n)
			at[--k] = 0;
		if (!k)
			return;
	}
}

static bool sk_cil_make_text(struct sk_cil *c, struct sk_cil_text *text, const char *s, size_t n)
{
	char *copy = sk_arena_alloc(&c->texts, n + 1 + SK_TEXT_COPIED);

	if (!copy) {
		c->error = -ENOMEM;
		return false;
	}
	memcpy(copy, s, n);
	memset(copy + n, ' ', 1 + SK_TEXT_COPIED);
	*text = (struct sk_cil_text){ copy, n + 1 };
	return true;
}

/* The text of the one name that may stand for a set; NULL when there are none or several. */
static const struct sk_cil_text *sk_cil_make_set_text(struct sk_cil *c, uint32_t number)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	const struct sk_intern_entry *name;

	if (number >= c->n_set_texts)
		return NULL;
	if (!set->n && set->flags == SK_SET_SELF && !set->n_minus)
		return sk_cil_make_text(c, &c->set_texts[number], "self", 4) ? &c->set_texts[number] : NULL;
	if (set->n != 1 || set->flags || set->n_minus)
		return NULL;
	name = &c->space->names->entries[c->space->refs.list[set->items[0]].name];
	return sk_cil_make_text(c, &c->set_texts[number], name->s, name->n) ? &c->set_texts[number] : NULL;
}

static inline const struct sk_cil_text *sk_cil_set_text(struct sk_cil *c, uint32_t number)
{
	return number < c->n_set_texts && c->set_texts[number].n ? &c->set_texts[number] : sk_cil_make_set_text(c, number);
}

/* Likewise of class permissions of one class; NULL too while they have not been written in another way. */
static const struct sk_cil_text *sk_cil_make_class_perms_text(struct sk_cil *c, uint32_t number)
{
	const struct sk_cil_choice *perms;

	if (number >= c->n_class_perms_texts || c->error || c->scratch.failed || !c->class_perms_at[number])
		return NULL;
	perms = &c->class_perms.list[c->class_perms_at[number] - 1];
	if (!perms[0].n || perms[1].n)
		return NULL;
	return sk_cil_make_text(c, &c->class_perms_texts[number], perms->s, perms->n) ? &c->class_perms_texts[number]
										     : NULL;
}

static inline const struct sk_cil_text *sk_cil_class_perms_text(struct sk_cil *c, uint32_t number)
{
	return number < c->n_class_perms_texts && c->class_perms_texts[number].n ? &c->class_perms_texts[number]
										 : sk_cil_make_class_perms_text(c, number);
}

static inline char *sk_cil_put(char *p, const struct sk_cil_text *text)
{
	memcpy(p, text->s, SK_TEXT_COPIED / 2);
	if (text->n > SK_TEXT_COPIED / 2)
		memcpy(p + SK_TEXT_COPIED / 2, text->s + SK_TEXT_COPIED / 2, SK_TEXT_COPIED / 2);
	if (text->n > SK_TEXT_COPIED)
		memcpy(p + SK_TEXT_COPIED, text->s + SK_TEXT_COPIED, text->n - SK_TEXT_COPIED);
	return p + text->n;
}

/* What the commonest statements begin with. */
static bool sk_cil_make_beginnings(struct sk_cil *c)
{
	static const char *const words[] = { "(allow", "(dontaudit", "(typeattributeset " SK_GEN_REQUIRE };
	struct sk_cil_text *texts[] = { &c->allow, &c->dontaudit, &c->requirement };

	for (size_t i = 0; i < SK_ARRAY_LEN(texts); i++) {
		size_t at = sk_cil_begin(c);

		sk_buf_add_blanks(&c->scratch, 4 * (size_t)c->depth);
		sk_buf_adds(&c->scratch, words[i]);
		if (c->scratch.failed || !sk_cil_make_text(c, texts[i], c->scratch.data + at, c->scratch.n - at))
			return false;
		c->scratch.n = at;
	}
	c->deep = c->depth;
	return true;
}

/* One target of a rule. Another may follow. */
static inline void sk_cil_put_rule(struct sk_cil *c, const struct sk_cil_text *keyword, const struct sk_cil_text *source,
				   const struct sk_cil_text *target, const struct sk_cil_text *perms)
{
	char *p = sk_buf_room(c->out, keyword->n + source->n + target->n + perms->n + 1 + SK_TEXT_COPIED);

	if (!p)
		return;
	c->out->n -= SK_TEXT_COPIED;
	p = sk_cil_put(sk_cil_put(sk_cil_put(sk_cil_put(p, keyword), source), target), perms);
	memcpy(p - 1, ")\n", 2);
}

/* The names of a plain set one by one. */
static bool sk_cil_plain_targets(struct sk_cil *c, uint32_t number, const struct sk_cil_text *keyword,
				 const struct sk_cil_text *source, const struct sk_cil_text *perms)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_cil_text target;

	if (set->flags || set->n_minus)
		return false;
	for (uint32_t i = 0; i < set->n; i++) {
		const struct sk_intern_entry *name = &c->space->names->entries[c->space->refs.list[set->items[i]].name];
		size_t at = sk_cil_begin(c);
		char *copy = sk_buf_room(&c->scratch, name->n + 1 + SK_TEXT_COPIED);

		if (!copy)
			return true;
		*(char *)mempcpy(copy, name->s, name->n) = ' ';
		target = (struct sk_cil_text){ copy, name->n + 1 };
		sk_cil_put_rule(c, keyword, source, &target, perms);
		c->scratch.n = at;
	}
	return true;
}

/* Most statements are rules with one source and permissions of one class. False: it is another. */
static inline bool sk_cil_plain_rule(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	const struct sk_cil_text *source = sk_cil_set_text(c, stmt->op[0]), *target = sk_cil_set_text(c, stmt->op[1]);
	const struct sk_cil_text *perms = sk_cil_class_perms_text(c, stmt->op[2]), *keyword;

	if (!source || !perms || (c->deep != c->depth && !sk_cil_make_beginnings(c)))
		return false;
	keyword = stmt->kind == SK_UNIT_ALLOW ? &c->allow : &c->dontaudit;
	if (!target)
		return sk_cil_plain_targets(c, stmt->op[1], keyword, source, perms);
	sk_cil_put_rule(c, keyword, source, target, perms);
	return true;
}

/* Text within quotes; CIL has no way to write a quote there. */
static void sk_cil_quoted(struct sk_cil *c, const struct sk_unit_stmt *stmt, uint32_t name)
{
	const char *s = sk_intern_str(c->space->names, name);
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	if (strpbrk(s, "\"\n"))
		sk_cil_left_out(c, stmt, "a name with a quotation mark or a line break in it");
	else
		sk_buf_join(&c->scratch, "\"", s, "\"", NULL);
	if (c->scratch.n > at)
		sk_cil_end(c, to, at);
}

/* "80", or "(80 90)"; in another form, "0x80". */
static void sk_cil_numbers(struct sk_cil *c, uint64_t low, uint64_t high, bool hex)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	if (low == high)
		sk_buf_printf(&c->scratch, hex ? "0x%llx" : "%llu", (unsigned long long)low);
	else
		sk_buf_printf(&c->scratch, hex ? "(0x%llx 0x%llx)" : "(%llu %llu)", (unsigned long long)low,
			      (unsigned long long)high);
	sk_cil_end(c, to, at);
}

static void sk_cil_context_operand(struct sk_cil *c, uint32_t number)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_cil_context(c, number);
	sk_cil_end(c, to, at);
}

static void sk_cil_level_operand(struct sk_cil *c, uint32_t number)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_cil_level(c, &c->scratch, number);
	sk_cil_end(c, to, at);
}

static void sk_cil_range_operand(struct sk_cil *c, uint32_t number)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_cil_range(c, number);
	sk_cil_end(c, to, at);
}

static void sk_cil_expr_operand(struct sk_cil *c, uint32_t number)
{
	const struct sk_unit_expr *expr = &c->space->exprs.list[number];
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_cil_expr(c, &c->scratch, expr);
	sk_cil_end(c, to, at);
}

static void sk_cil_address_operand(struct sk_cil *c, const uint8_t *bytes, unsigned int family, bool parens)
{
	struct sk_cil_choices *to = sk_cil_operand(c);
	size_t at = sk_cil_begin(c);

	sk_buf_adds(&c->scratch, parens ? "(" : "");
	sk_unit_print_address(&c->scratch, bytes, family);
	sk_buf_adds(&c->scratch, parens ? ")" : "");
	sk_cil_end(c, to, at);
}

static const char *const sk_cil_files[] = { "any", "file", "dir", "char", "block", "socket", "pipe", "symlink" };
static const char *const sk_cil_defaults[] = {
	"source", "target", "source low", "source high", "source low-high", "target low", "target high",
	"target low-high", "glblub",
};

/* The operands of a statement by the letters of its row, where those alone say how they are written. */
static void sk_cil_by_row(struct sk_cil *c, const struct sk_unit_stmt *stmt, const struct sk_unit_row *row)
{
	const uint32_t *op = stmt->op;

	for (const char *p = row->operands; *p; p++, op++) {
		switch (*p) {
		case 't': case 'r': case 'u': case 'c': case 'm': case 'b': case 's': case 'k': case 'i':
			sk_cil_ref(c, *op);
			break;
		case 'T': case 'R': case 'U': case 'C':
			sk_cil_set(c, *op, stmt->block);
			break;
		case 'Q': case 'I': case 'S': case 'K':
			sk_cil_list(c, *op);
			break;
		case 'P':
			sk_cil_class_perms(c, *op);
			break;
		case 'l':
			sk_cil_level_operand(c, *op);
			break;
		case 'g':
			sk_cil_range_operand(c, *op);
			break;
		case 'x': case 'y':
			sk_cil_context_operand(c, *op);
			break;
		case 'e':
			sk_cil_expr_operand(c, *op);
			break;
		case 'n':
			sk_cil_text(c, sk_intern_str(c->space->names, *op));
			break;
		case 'v':
			sk_cil_numbers(c, *op, *op, false);
			break;
		default:
			break;
		}
	}
}

static uint64_t sk_cil_wide(const uint32_t *op)
{
	return op[0] | (uint64_t)op[1] << 32;
}

/* Statements whose operands are written in a way of their own. False: by their row. */
static bool sk_cil_particular(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	const struct sk_address *a;
	const uint32_t *op = stmt->op;

	switch (stmt->kind) {
	case SK_UNIT_CLASS_ORDER:
		sk_cil_list(c, op[0]);
		return true;
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
	case SK_UNIT_ROLE_ATTRIBUTE_SET:
	case SK_UNIT_USER_ATTRIBUTE_SET:
		sk_cil_ref(c, op[0]);
		sk_cil_list(c, op[1]);
		return true;
	case SK_UNIT_EXPAND_ATTRIBUTE:
		sk_cil_list(c, op[0]);
		sk_cil_text(c, op[1] ? "true" : "false");
		return true;
	case SK_UNIT_BOOL:
	case SK_UNIT_TUNABLE:
		sk_cil_ref(c, op[0]);
		sk_cil_text(c, op[1] ? "true" : "false");
		return true;
	case SK_UNIT_MLS:
		sk_cil_text(c, op[0] ? "true" : "false");
		return true;
	case SK_UNIT_DEFAULT_USER:
	case SK_UNIT_DEFAULT_ROLE:
	case SK_UNIT_DEFAULT_TYPE:
	case SK_UNIT_DEFAULT_RANGE:
		sk_cil_set(c, op[0], stmt->block);
		sk_cil_text(c, sk_cil_defaults[op[1]]);
		return true;
	case SK_UNIT_ALLOWX:
	case SK_UNIT_AUDITALLOWX:
	case SK_UNIT_DONTAUDITX:
	case SK_UNIT_NEVERALLOWX:
		sk_cil_set(c, op[0], stmt->block);
		sk_cil_set(c, op[1], stmt->block);
		sk_cil_xperms(c, op[2], op[3]);
		return true;
	case SK_UNIT_TYPE_TRANSITION:
		sk_cil_set(c, op[0], stmt->block);
		sk_cil_set(c, op[1], stmt->block);
		sk_cil_set(c, op[2], stmt->block);
		if (op[4] != SK_INTERN_NONE)
			sk_cil_quoted(c, stmt, op[4]);
		sk_cil_ref(c, op[3]);
		return true;
	case SK_UNIT_SENSITIVITY_CATS:
		sk_cil_ref(c, op[0]);
		sk_cil_list(c, op[1]);
		return true;
	case SK_UNIT_SELINUX_USER:
		if (strcmp(sk_intern_str(c->space->names, op[0]), "__default__") != 0)
			sk_cil_text(c, sk_intern_str(c->space->names, op[0]));
		sk_cil_ref(c, op[1]);
		sk_cil_range_operand(c, op[2]);
		return true;
	case SK_UNIT_PORTCON:
		sk_cil_text(c, sk_intern_str(c->space->names, op[0]));
		sk_cil_numbers(c, op[1], op[2], false);
		sk_cil_context_operand(c, op[3]);
		return true;
	case SK_UNIT_NODECON:
		a = &c->space->addresses.list[op[0]];
		sk_cil_address_operand(c, a->address, a->family, true);
		sk_cil_address_operand(c, a->mask, a->family, true);
		sk_cil_context_operand(c, op[1]);
		return true;
	case SK_UNIT_IBPKEYCON:
		sk_cil_address_operand(c, c->space->addresses.list[op[0]].address, 6, false);
		sk_cil_numbers(c, op[1], op[2], false);
		sk_cil_context_operand(c, op[3]);
		return true;
	case SK_UNIT_FSUSE:
		sk_cil_text(c, op[0] == SK_UNIT_FSUSE_XATTR ? "xattr" : op[0] == SK_UNIT_FSUSE_TASK ? "task" : "trans");
		sk_cil_text(c, sk_intern_str(c->space->names, op[1]));
		sk_cil_context_operand(c, op[2]);
		return true;
	case SK_UNIT_GENFSCON:
		sk_cil_text(c, sk_intern_str(c->space->names, op[0]));
		sk_cil_quoted(c, stmt, op[1]);
		if (op[2] != SK_UNIT_FILE_ANY)
			sk_cil_text(c, sk_cil_files[op[2]]);
		sk_cil_context_operand(c, op[3]);
		return true;
	case SK_UNIT_FILECON:
		sk_cil_quoted(c, stmt, op[0]);
		sk_cil_text(c, sk_cil_files[op[1]]);
		sk_cil_context_operand(c, op[2]);
		return true;
	case SK_UNIT_IOMEMCON:
		sk_cil_numbers(c, sk_cil_wide(op), sk_cil_wide(op + 2), true);
		sk_cil_context_operand(c, op[4]);
		return true;
	case SK_UNIT_IOPORTCON:
		sk_cil_numbers(c, op[0], op[1], true);
		sk_cil_context_operand(c, op[2]);
		return true;
	case SK_UNIT_PCIDEVICECON:
		sk_cil_numbers(c, op[0], op[0], true);
		sk_cil_context_operand(c, op[1]);
		return true;
	case SK_UNIT_DEVICETREECON:
		sk_cil_quoted(c, stmt, op[0]);
		sk_cil_context_operand(c, op[1]);
		return true;
	default:
		return false;
	}
}

/* "(KEYWORD A B)" for two names. */
static void sk_cil_pair(struct sk_cil *c, const char *keyword, const char *a, const char *b)
{
	size_t indent = 4 * (size_t)c->depth, n_keyword = strlen(keyword), n_a = strlen(a), n_b = b ? strlen(b) + 1 : 0;
	char *p = sk_buf_room(c->out, indent + n_keyword + n_a + n_b + 4);

	if (!p)
		return;
	memset(p, ' ', indent);
	p[indent] = '(';
	p = mempcpy(p + indent + 1, keyword, n_keyword);
	*p = ' ';
	p = mempcpy(p + 1, a, n_a);
	if (b) {
		*p = ' ';
		p = mempcpy(p + 1, b, n_b - 1);
	}
	memcpy(p, ")\n", 2);
}

static void sk_cil_user_levels(struct sk_cil *c, const char *name)
{
	sk_cil_indent(c);
	sk_buf_join(c->out, "(userlevel ", name, " " SK_DEFAULT_LEVEL ")\n", NULL);
	sk_cil_indent(c);
	sk_buf_join(c->out, "(userrange ", name, " (" SK_DEFAULT_LEVEL " " SK_DEFAULT_LEVEL "))\n", NULL);
}

/* Requirements have to be used in CIL in order to count. Of types there are thousands. */
static void sk_cil_require_type(struct sk_cil *c, uint32_t ref)
{
	const struct sk_intern_entry *name = &c->space->names->entries[c->space->refs.list[ref].name];
	char *p = NULL;

	if (c->deep == c->depth || sk_cil_make_beginnings(c))
		p = sk_buf_room(c->out, c->requirement.n + name->n + 2 + SK_TEXT_COPIED);
	if (!p)
		return;
	c->out->n -= SK_TEXT_COPIED;
	memcpy(mempcpy(sk_cil_put(p, &c->requirement), name->s, name->n), ")\n", 2);
}

/* Those of users, as of roles. */
static bool sk_cil_require(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	const char *set;

	switch (stmt->kind) {
	case SK_UNIT_REQUIRE_ROLE:
	case SK_UNIT_REQUIRE_ROLE_ATTRIBUTE:
		set = "roleattributeset " SK_GEN_REQUIRE;
		break;
	case SK_UNIT_REQUIRE_USER:
		set = "userattributeset " SK_GEN_REQUIRE;
		break;
	default:
		return !sk_unit_rows[stmt->kind].cil;
	}
	sk_cil_pair(c, set, sk_unit_ref_name(c->space, stmt->op[0]), NULL);
	return true;
}

/* What a statement of the policy language says without words. */
static void sk_cil_implied(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	static const struct { uint32_t kind; const char *actual; } aliases[] = {
		{ SK_UNIT_TYPE_ALIAS, "typealias" }, { SK_UNIT_SENSITIVITY_ALIAS, "sensitivityalias" },
		{ SK_UNIT_CATEGORY_ALIAS, "categoryalias" },
	};
	const char *name;

	for (size_t i = 0; i < SK_ARRAY_LEN(aliases); i++)
		if (stmt->kind == aliases[i].kind)
			sk_cil_pair(c, aliases[i].actual, sk_unit_ref_name(c->space, stmt->op[0]), NULL);
	/* What orders things has a set there, and no name. */
	if (!c->implicit || (stmt->kind != SK_UNIT_TYPE && stmt->kind != SK_UNIT_USER))
		return;
	name = sk_unit_ref_name(c->space, stmt->op[0]);
	if (stmt->kind == SK_UNIT_TYPE)
		sk_cil_pair(c, "roletype object_r", name, NULL);
	if (stmt->kind == SK_UNIT_USER) {
		sk_cil_pair(c, "userrole", name, "object_r");
		if (!c->unit->mls)
			sk_cil_user_levels(c, name);
	}
}

static bool sk_cil_is_marked(const struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	if (!c->mark_neverallows || !stmt->addr)
		return false;
	if (stmt->kind == SK_UNIT_NEVERALLOW || stmt->kind == SK_UNIT_NEVERALLOWX)
		return true;
	return c->mark_allows && (stmt->kind == SK_UNIT_ALLOW || stmt->kind == SK_UNIT_ALLOWX);
}

static void sk_cil_stmt(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	const struct sk_unit_row *row = &sk_unit_rows[stmt->kind];
	const char *keyword = row->cil;
	bool alias = stmt->kind == SK_UNIT_TYPE_ALIAS || stmt->kind == SK_UNIT_SENSITIVITY_ALIAS ||
		     stmt->kind == SK_UNIT_CATEGORY_ALIAS;

	if (sk_cil_require(c, stmt))
		return;
	if (stmt->kind == SK_UNIT_ROLE_DOMINANCE || stmt->kind == SK_UNIT_FSCON) {
		sk_cil_left_out(c, stmt, stmt->kind == SK_UNIT_FSCON ? "fscon" : "the dominance of roles");
		return;
	}
	if (stmt->kind <= SK_UNIT_CATEGORY_ALIAS)
		sk_cil_implied(c, stmt);
	if (alias)
		keyword = stmt->kind == SK_UNIT_TYPE_ALIAS ? "typealiasactual"
			: stmt->kind == SK_UNIT_SENSITIVITY_ALIAS ? "sensitivityaliasactual" : "categoryaliasactual";
	if (stmt->kind == SK_UNIT_SELINUX_USER &&
	    !strcmp(sk_intern_str(c->space->names, stmt->op[0]), "__default__"))
		keyword = "selinuxuserdefault";
	c->scratch.n = 0;
	c->n_choices = 0;
	if (!sk_cil_particular(c, stmt))
		sk_cil_by_row(c, stmt, row);
	sk_cil_write(c, keyword);
}

/* A statement, between marks that say where it came from. */
static inline void sk_cil_marked_stmt(struct sk_cil *c, const struct sk_unit_stmt *stmt)
{
	bool marked = sk_cil_is_marked(c, stmt);
	struct sk_place place;

	if (marked) {
		sk_sources_place(c->space->sources, stmt->addr, 1, &place);
		sk_buf_printf(c->out, ";;* lmx %u %s\n\n", place.line, place.file);
	}
	if (stmt->kind == SK_UNIT_REQUIRE_TYPE || stmt->kind == SK_UNIT_REQUIRE_ATTRIBUTE)
		sk_cil_require_type(c, stmt->op[0]);
	else if ((stmt->kind != SK_UNIT_ALLOW && stmt->kind != SK_UNIT_DONTAUDIT) || !sk_cil_plain_rule(c, stmt))
		sk_cil_stmt(c, stmt);
	if (marked)
		sk_buf_adds(c->out, ";;* lme\n\n");
}

static bool sk_cil_cond_tunable(const struct sk_cil *c, const struct sk_unit_expr *expr)
{
	for (uint32_t i = 0; i < expr->n; i++)
		if (expr->nodes[i].op == SK_UNIT_NAME && sk_map_find(&c->tunables, expr->nodes[i].a))
			return true;
	return false;
}

/* The statements from the i-th of the index on that have the same conditional. Returns the position after them. */
static uint32_t sk_cil_cond(struct sk_cil *c, uint32_t i, uint32_t end)
{
	const struct sk_unit_stmt *stmts = c->unit->stmts.list;
	uint32_t number = stmts[c->index.stmts[i]].cond / 2, branch = 2;
	const struct sk_unit_expr *expr = &c->space->exprs.list[c->unit->conds.list[number].expr];

	sk_cil_indent(c);
	sk_buf_adds(c->out, sk_cil_cond_tunable(c, expr) ? "(tunableif " : "(booleanif ");
	sk_cil_expr(c, c->out, expr);
	sk_buf_addc(c->out, '\n');
	c->depth++;
	for (; i < end; i++) {
		const struct sk_unit_stmt *stmt = &stmts[c->index.stmts[i]];

		if (stmt->cond == SK_SPACE_NONE || stmt->cond / 2 != number)
			break;
		if (stmt->cond % 2 != branch) {
			if (branch != 2) {
				c->depth--;
				sk_cil_indent(c);
				sk_buf_adds(c->out, ")\n");
			}
			branch = stmt->cond % 2;
			sk_cil_indent(c);
			sk_buf_adds(c->out, branch ? "(false\n" : "(true\n");
			c->depth++;
		}
		sk_cil_marked_stmt(c, stmt);
	}
	for (int k = 0; k < 2; k++) {
		c->depth--;
		sk_cil_indent(c);
		sk_buf_adds(c->out, ")\n");
	}
	return i;
}

static void sk_cil_define(struct sk_cil *c, size_t first)
{
	for (size_t i = first; i < c->pending.n && !c->error; i += 2) {
		const struct sk_name_set *set = &c->space->sets.list[c->pending.list[i]];
		const char *kind = set->ns == SK_NS_ROLE ? "role" : "type";

		sk_cil_indent(c);
		sk_buf_join(c->out, "(", kind, "attribute ", NULL);
		sk_cil_attribute_name(c, c->out, set, c->pending.list[i + 1]);
		sk_buf_adds(c->out, ")\n");
		sk_cil_indent(c);
		sk_buf_join(c->out, "(", kind, "attributeset ", NULL);
		sk_cil_attribute_name(c, c->out, set, c->pending.list[i + 1]);
		sk_buf_addc(c->out, ' ');
		sk_cil_set_expr(c, c->out, set);
		sk_buf_adds(c->out, ")\n");
	}
	c->pending.n = first;
}

static void sk_cil_block(struct sk_cil *c, uint32_t block)
{
	uint32_t at = block - c->index.first_block, end = c->index.starts[at + 1], cond = end;
	size_t pending = c->pending.n;

	for (uint32_t i = c->index.starts[at]; i < end && !c->error; i++) {
		const struct sk_unit_stmt *stmt = &c->unit->stmts.list[c->index.stmts[i]];

		if (stmt->cond == SK_SPACE_NONE)
			sk_cil_marked_stmt(c, stmt);
		else
			cond = SK_MIN(cond, i);
	}
	for (uint32_t i = cond; i < end && !c->error;) {
		if (c->unit->stmts.list[c->index.stmts[i]].cond != SK_SPACE_NONE)
			i = sk_cil_cond(c, i, end);
		else
			i++;
	}
	sk_cil_define(c, pending);
	for (uint32_t b = c->index.children[at]; b != SK_SPACE_NONE && !c->error; b = c->index.nexts[b - c->index.first_block]) {
		c->n_optionals++;
		if (c->space->blocks.list[b].otherwise != SK_SPACE_NONE) {
			sk_cil_left_out(c, &(struct sk_unit_stmt){ .addr = c->space->blocks.list[b].addr },
					"the else of an optional");
			continue;
		}
		sk_cil_indent(c);
		sk_buf_join(c->out, "(optional ", c->name, "_optional_", NULL);
		sk_buf_add_uint(c->out, c->n_optionals + 1);
		sk_buf_addc(c->out, '\n');
		c->depth++;
		sk_cil_block(c, b);
		c->depth--;
		sk_cil_indent(c);
		sk_buf_adds(c->out, ")\n");
	}
}

/* The module's name as part of names that CIL allows. */
static int sk_cil_name(struct sk_cil *c)
{
	c->owned_name = strdup(c->unit->name == SK_INTERN_NONE ? "base" : sk_intern_str(c->space->names, c->unit->name));
	if (!c->owned_name)
		return -ENOMEM;
	for (char *p = c->owned_name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9')))
			*p = '_';
	c->name = c->owned_name;
	return 0;
}

static int sk_cil_find_tunables(struct sk_cil *c)
{
	for (size_t i = 0; i < c->unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &c->unit->stmts.list[i];
		uint32_t *value;

		if ((stmt->kind == SK_UNIT_TUNABLE || stmt->kind == SK_UNIT_REQUIRE_TUNABLE) &&
		    sk_map_insert(&c->tunables, stmt->op[0], 1, &value, NULL))
			return -ENOMEM;
	}
	return 0;
}

static void sk_cil_prologue(struct sk_cil *c)
{
	if (!c->implicit || c->unit->source == SK_UNIT_MODULE)
		return;
	if (!c->unit->mls)
		sk_buf_adds(c->out, "(sensitivity s0)\n(sensitivityorder (s0))\n(level " SK_DEFAULT_LEVEL " (s0))\n");
	sk_buf_adds(c->out, "(role object_r)\n(typeattribute " SK_GEN_REQUIRE ")\n(roleattribute " SK_GEN_REQUIRE ")\n");
}

static int sk_cil_print(const struct sk_unit *unit, bool neverallows, bool allows, struct sk_buf *out)
{
	struct sk_cil c = { .unit = unit, .space = unit->space, .out = out, .mark_neverallows = neverallows,
			    .mark_allows = allows, .scratch = SK_BUF_INIT,
			    .texts = SK_ARENA_INIT, .deep = UINT_MAX, .implicit = unit->source != SK_UNIT_CIL };
	int r = sk_unit_index_init(&c.index, unit);

	c.class_perms_at = calloc(SK_MAX(unit->space->class_perms.n, 1), sizeof(*c.class_perms_at));
	c.n_set_texts = unit->space->sets.n;
	c.n_class_perms_texts = unit->space->class_perms.n;
	c.set_texts = calloc(SK_MAX(c.n_set_texts, 1), sizeof(*c.set_texts));
	c.class_perms_texts = calloc(SK_MAX(c.n_class_perms_texts, 1), sizeof(*c.class_perms_texts));
	if (!r && (!c.class_perms_at || !c.set_texts || !c.class_perms_texts))
		r = -ENOMEM;
	if (!r)
		r = sk_cil_name(&c);
	if (!r)
		r = sk_cil_find_tunables(&c);
	if (!r) {
		sk_cil_prologue(&c);
		sk_cil_block(&c, unit->top);
		r = c.scratch.failed ? c.scratch.error : c.error;
	}
	for (size_t i = 0; i < SK_UNIT_OPERANDS; i++)
		free(c.choices[i].texts.list);
	sk_map_done(&c.attributes);
	sk_map_done(&c.tunables);
	free(c.pending.list);
	free(c.class_perms.list);
	free(c.class_perms_at);
	free(c.set_texts);
	free(c.class_perms_texts);
	sk_arena_done(&c.texts);
	free(c.owned_name);
	sk_buf_done(&c.scratch);
	sk_unit_index_done(&c.index);
	return r;
}

int sk_unit_print_cil(const struct sk_unit *unit, struct sk_buf *out)
{
	return sk_cil_print(unit, false, false, out);
}

int sk_unit_print_marked_cil(const struct sk_unit *unit, bool allows, struct sk_buf *out)
{
	return sk_cil_print(unit, true, allows, out);
}
