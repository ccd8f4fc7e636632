/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Postfix expressions as infix text. The expression becomes a tree over an array, which is then walked with a stack of
 * its own: nothing bounds the depth of a tree whose evaluation needs few operands at once ("a || b || c ..."). The
 * reader lets pass conditionals that the kernel would not evaluate; an operand that is missing is written "?".
 */
#include "model/expression.h"

#include <errno.h>
#include <string.h>

#include "model/words.h"

#define SK_NO_NODE UINT32_MAX

/* Of expressions of more nodes, chains are written without parentheses in the full style as well. */
#define SK_INFIX_NESTED 600

struct sk_infix_node {
	const char *text;     /* of an operand or operator */
	uint32_t left, right; /* operands; a unary operator has only right */
	uint8_t precedence;   /* of operators, from 1; 0 for an operand */
	bool unary;
	bool parens; /* setools style: parentheses around this */
};

/* A tree under construction; `stack` holds the operands that no operator has taken yet. */
struct sk_infix {
	struct sk_arena arena;
	struct sk_infix_node *nodes;
	uint32_t *stack;
	uint32_t n, depth;
	uint8_t previous; /* precedence of the operator before */
};

static bool sk_infix_init(struct sk_infix *in, size_t cap, uint8_t highest)
{
	memset(in, 0, sizeof(*in));
	in->previous = highest;
	in->nodes = SK_ARENA_ARRAY(&in->arena, struct sk_infix_node, cap);
	in->stack = SK_ARENA_ARRAY(&in->arena, uint32_t, cap);
	return in->nodes && in->stack;
}

static uint32_t sk_infix_pop(struct sk_infix *in)
{
	return in->depth ? in->stack[--in->depth] : SK_NO_NODE;
}

static struct sk_infix_node *sk_infix_push(struct sk_infix *in, const char *text,
					   uint8_t precedence)
{
	struct sk_infix_node *node = &in->nodes[in->n];

	node->text = text ? text : "?";
	node->left = node->right = SK_NO_NODE;
	node->precedence = precedence;
	in->stack[in->depth++] = in->n++;
	return node;
}

static void sk_infix_binary(struct sk_infix *in, const char *text, uint8_t precedence)
{
	uint32_t right = sk_infix_pop(in), left = sk_infix_pop(in);
	struct sk_infix_node *node = sk_infix_push(in, text, precedence);

	node->left = left;
	node->right = right;
	node->parens = in->previous <= precedence;
	in->previous = precedence;
}

static void sk_infix_unary(struct sk_infix *in, const char *text, uint8_t precedence)
{
	uint32_t right = sk_infix_pop(in);
	struct sk_infix_node *node = sk_infix_push(in, text, precedence);

	node->right = right;
	node->unary = true;
	in->previous = precedence;
}

/* How a tree is written. */
struct sk_infix_style {
	bool plain;
	bool full; /* parentheses around every operation of two operands */
	bool reverse; /* right operand first */
	bool unary_parens; /* setools: around every operand of a unary operator, not only around expressions */
};

/* What is still to be written: a word, or else a node. */
struct sk_infix_step {
	const char *word;
	uint32_t node;
};

struct sk_infix_writer {
	struct sk_buf *buf;
	const struct sk_infix *in;
	struct sk_infix_style style;
	struct sk_infix_step *steps; /* the next one last */
	uint32_t n;
	bool tight; /* no blank before the next word */
};

/* An operation of two operands that gets parentheses in the full style. Comparisons in constraints are atoms. */
static bool sk_infix_is_compound(const struct sk_infix_writer *w, const struct sk_infix_node *node)
{
	return node->precedence && !node->unary && !(w->style.unary_parens && node->precedence == 3);
}

/*
 * In the full style all is said by parentheses but for "not": policy languages bind "==" closer than "!", so a negation
 * that is compared needs its own.
 */
static int sk_infix_full_parens(const struct sk_infix_writer *w, const struct sk_infix_node *parent,
				const struct sk_infix_node *c, bool is_right)
{
	bool compared = c->unary && !parent->unary && !w->style.unary_parens && parent->precedence == 4;

	/* "a and b and c ...": checkpolicy nests parentheses here, but not even it reads them in a chain of thousands. */
	if (w->in->n > SK_INFIX_NESTED && !is_right && sk_infix_is_compound(w, c) && !strcmp(c->text, parent->text))
		return 0;
	return sk_infix_is_compound(w, c) + (parent->unary && w->style.unary_parens) + compared;
}

static bool sk_infix_needs_parens(const struct sk_infix_writer *w,
				  const struct sk_infix_node *parent, uint32_t child, bool is_right)
{
	const struct sk_infix_node *c = child == SK_NO_NODE ? NULL : &w->in->nodes[child];

	if (!c)
		return false;
	if (!w->style.plain)
		return parent->unary ? w->style.unary_parens || c->precedence : c->parens;
	if (!c->precedence || c->unary)
		return false;
	if (parent->unary)
		return true;
	return c->precedence < parent->precedence ||
	       (is_right && c->precedence == parent->precedence && strcmp(c->text, parent->text));
}

static void sk_infix_later(struct sk_infix_writer *w, const char *word, uint32_t node)
{
	w->steps[w->n++] = (struct sk_infix_step){ word, node };
}

static void sk_infix_operand(struct sk_infix_writer *w, const struct sk_infix_node *parent,
			     uint32_t child, bool is_right)
{
	int parens = sk_infix_needs_parens(w, parent, child, is_right);

	/* setools puts those of "not" around what may have its own */
	if (parens && parent->unary && !w->style.plain && w->in->nodes[child].parens)
		parens++;
	if (w->style.full)
		parens = child == SK_NO_NODE ? 0
					     : sk_infix_full_parens(w, parent, &w->in->nodes[child], is_right);
	for (int i = 0; i < parens; i++)
		sk_infix_later(w, ")", 0);
	sk_infix_later(w, NULL, child);
	for (int i = 0; i < parens; i++)
		sk_infix_later(w, "(", 0);
}

static void sk_infix_word(struct sk_infix_writer *w, const char *word)
{
	if (!w->tight && !(w->style.plain && *word == ')'))
		sk_buf_addc(w->buf, ' ');
	sk_buf_adds(w->buf, word);
	w->tight = w->style.plain && (!strcmp(word, "(") || (!w->style.full && !strcmp(word, "!")));
}

static void sk_infix_visit(struct sk_infix_writer *w, uint32_t id)
{
	const struct sk_infix_node *node = id == SK_NO_NODE ? NULL : &w->in->nodes[id];

	if (!node || !node->precedence) {
		sk_infix_word(w, node ? node->text : "?");
	} else if (node->unary) {
		sk_infix_operand(w, node, node->right, true);
		sk_infix_later(w, node->text, 0);
	} else {
		sk_infix_operand(w, node, w->style.reverse ? node->left : node->right,
				 !w->style.reverse);
		sk_infix_later(w, node->text, 0);
		sk_infix_operand(w, node, w->style.reverse ? node->right : node->left,
				 w->style.reverse);
	}
}

static void sk_infix_write(struct sk_buf *buf, struct sk_infix *in, struct sk_infix_style style)
{
	struct sk_infix_writer w = { .buf = buf, .in = in, .style = style, .tight = true };
	uint32_t root = sk_infix_pop(in);

	/* a node adds at most 7 steps: two operands with their parentheses and the operator between, or one with twice two */
	w.steps = SK_ARENA_ARRAY(&in->arena, struct sk_infix_step, 7 * (size_t)in->n + 3);
	if (!w.steps) {
		sk_buf_fail(buf, -ENOMEM);
		return;
	}
	if (root != SK_NO_NODE && (style.full ? sk_infix_is_compound(&w, &in->nodes[root])
					      : !style.plain && in->nodes[root].parens))
		sk_infix_later(&w, ")", 0);
	sk_infix_later(&w, NULL, root);
	if (w.n == 2)
		sk_infix_later(&w, "(", 0);
	while (w.n) {
		struct sk_infix_step step = w.steps[--w.n];

		if (step.word)
			sk_infix_word(&w, step.word);
		else
			sk_infix_visit(&w, step.node);
	}
}

static const uint8_t sk_cond_precedence[] = {
	[SK_COND_OR] = 1, [SK_COND_XOR] = 2, [SK_COND_AND] = 3,
	[SK_COND_EQ] = 4, [SK_COND_NEQ] = 4, [SK_COND_NOT] = 5,
};

void sk_cond_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_cond *cond,
		   enum sk_expression_style style)
{
	struct sk_infix in;

	if (!sk_infix_init(&in, cond->n_nodes, 5)) {
		sk_buf_fail(buf, -ENOMEM);
		goto out;
	}
	for (uint32_t i = 0; i < cond->n_nodes; i++) {
		const struct sk_cond_node *n = &cond->nodes[i];

		if (n->op == SK_COND_BOOL)
			sk_infix_push(&in, policy->bool_by_id[n->boolean.v]->name, 0);
		else if (n->op == SK_COND_NOT)
			sk_infix_unary(&in, "!", 5);
		else
			sk_infix_binary(&in, sk_cond_op_word(n->op), sk_cond_precedence[n->op]);
	}
	sk_infix_write(buf, &in,
		       (struct sk_infix_style){ .plain = style != SK_STYLE_SETOOLS,
						.full = style == SK_STYLE_FULL,
						.reverse = style == SK_STYLE_SETOOLS });
out:
	sk_arena_done(&in.arena);
}

#define SK_ATTR_MLS                                                                                \
	(SK_ATTR_L1L2 | SK_ATTR_L1H2 | SK_ATTR_H1L2 | SK_ATTR_H1H2 | SK_ATTR_L1H1 | SK_ATTR_L2H2)

bool sk_constraint_is_mls(const struct sk_constraint *constraint)
{
	for (uint32_t i = 0; i < constraint->n_nodes; i++)
		if (constraint->nodes[i].kind == SK_CONSTRAINT_ATTR &&
		    constraint->nodes[i].attr & SK_ATTR_MLS)
			return true;
	return false;
}

/* The two sides of "attr OP attr", and the left side of "attr OP {names}". */
static const struct {
	uint32_t attr;
	const char *left, *right;
} sk_constraint_sides[] = {
	{ SK_ATTR_USER, "u1", "u2" },
	{ SK_ATTR_ROLE, "r1", "r2" },
	{ SK_ATTR_TYPE, "t1", "t2" },
	{ SK_ATTR_USER | SK_ATTR_TARGET, "u2", NULL },
	{ SK_ATTR_ROLE | SK_ATTR_TARGET, "r2", NULL },
	{ SK_ATTR_TYPE | SK_ATTR_TARGET, "t2", NULL },
	{ SK_ATTR_USER | SK_ATTR_XTARGET, "u3", NULL },
	{ SK_ATTR_ROLE | SK_ATTR_XTARGET, "r3", NULL },
	{ SK_ATTR_TYPE | SK_ATTR_XTARGET, "t3", NULL },
	{ SK_ATTR_L1L2, "l1", "l2" },
	{ SK_ATTR_L1H2, "l1", "h2" },
	{ SK_ATTR_H1L2, "h1", "l2" },
	{ SK_ATTR_H1H2, "h1", "h2" },
	{ SK_ATTR_L1H1, "l1", "h1" },
	{ SK_ATTR_L2H2, "l2", "h2" },
};

static void sk_constraint_side_words(uint32_t attr, const char **ret_left, const char **ret_right)
{
	*ret_left = *ret_right = NULL;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_constraint_sides); i++)
		if (sk_constraint_sides[i].attr == attr) {
			*ret_left = sk_constraint_sides[i].left;
			*ret_right = sk_constraint_sides[i].right;
		}
}

static const char *sk_constraint_name(const struct sk_policy *p, uint32_t attr, uint32_t id)
{
	if (attr & SK_ATTR_USER)
		return id <= p->n_user_ids && p->user_by_id[id] ? p->user_by_id[id]->name : NULL;
	if (attr & SK_ATTR_ROLE)
		return id <= p->n_role_ids && p->role_by_id[id] ? p->role_by_id[id]->name : NULL;
	return id && id <= p->n_type_ids ? p->type_by_id[id]->name : NULL;
}

static int sk_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names of a set, each with a blank and `lead` before it. Returns how many, or UINT32_MAX without memory. */
static uint32_t sk_constraint_add_names(struct sk_buf *buf, const struct sk_policy *p,
					uint32_t attr, const struct sk_bitset *set,
					const char *lead)
{
	uint32_t n = 0, cap = sk_bitset_count(set);
	const char **names = malloc((cap + 1) * sizeof(*names));

	if (!names)
		return UINT32_MAX;
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX;
	     id = sk_bitset_next(set, id + 1)) {
		names[n] = sk_constraint_name(p, attr, id);
		n += names[n] != NULL;
	}
	if (n)
		qsort(names, n, sizeof(*names), sk_compare_names);
	for (uint32_t i = 0; i < n; i++) {
		sk_buf_addc(buf, ' ');
		sk_buf_adds(buf, lead);
		sk_buf_adds(buf, names[i]);
	}
	free(names);
	return n;
}

#define SK_TYPE_STAR 1u /* flags of a type set (libsepol: TYPE_STAR, TYPE_COMP) */
#define SK_TYPE_COMP 2u

/* Puts the types that a set names, by themselves or by an attribute, into `to`, or takes them out. */
static void sk_type_set_move(const struct sk_policy *p, const struct sk_bitset *set, bool in, uint64_t *to)
{
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX; id = sk_bitset_next(set, id + 1)) {
		const struct sk_idset *types = &p->types_of[id];

		for (uint32_t i = 0; i < types->n; i++) {
			uint64_t bit = (uint64_t)1 << types->ids[i] % 64, *word = &to[types->ids[i] / 64];

			*word = in ? *word | bit : *word & ~bit;
		}
	}
}

/* Whether the set comes to the names of the node. Out of memory: no, and they are written one by one. */
static bool sk_type_set_is(const struct sk_policy *p, const struct sk_type_set *set, const struct sk_bitset *names)
{
	sk_auto_free uint64_t *in = calloc((size_t)p->n_type_ids / 64 + 1, sizeof(*in));
	bool same = in != NULL;

	if (in && set->flags & SK_TYPE_STAR)
		memset(in, 0xff, ((size_t)p->n_type_ids / 64 + 1) * sizeof(*in));
	if (in) {
		sk_type_set_move(p, &set->types, true, in);
		sk_type_set_move(p, &set->negset, false, in);
	}
	for (uint32_t w = 0; same && w <= p->n_type_ids / 64; w++) {
		uint64_t other = in[w] ^ (set->flags & SK_TYPE_COMP ? UINT64_MAX : 0) ^ (w < names->n_words ? names->words[w] : 0);

		/* Attributes do not count, nor what is no type. */
		for (; other && same; other &= other - 1) {
			uint32_t id = w * 64 + (uint32_t)__builtin_ctzll(other);

			same = !id || id > p->n_type_ids || p->type_by_id[id]->attribute;
		}
	}
	return same;
}

const struct sk_type_set *sk_constraint_written(const struct sk_policy *p, const struct sk_constraint_node *node)
{
	const struct sk_type_set *set = node->attr & SK_ATTR_TYPE ? node->type_names : NULL;

	return set && sk_type_set_is(p, set, &node->names) ? set : NULL;
}

/*
 * The names of a node: nothing, "a", or "{ a b }". setools adds a blank to the latter, and does not know exceptions and
 * complements, of which it prints the types as if nothing were special about them; those we write as they are.
 */
char *sk_constraint_set_text(const struct sk_policy *p, const struct sk_constraint_node *node,
			     enum sk_expression_style style)
{
	const struct sk_type_set *set = style == SK_STYLE_FULL ? sk_constraint_written(p, node)
				      : node->attr & SK_ATTR_TYPE ? node->type_names : NULL;
	sk_auto_buf struct sk_buf names = SK_BUF_INIT, text = SK_BUF_INIT;
	uint32_t n, without = 0;

	n = sk_constraint_add_names(&names, p, node->attr, set ? &set->types : &node->names, "");
	if (set)
		without = sk_constraint_add_names(&names, p, node->attr, &set->negset, "-");
	if (n == UINT32_MAX || without == UINT32_MAX)
		return NULL;
	if (set && set->flags & SK_TYPE_STAR)
		sk_buf_addc(&text, '*');
	if (set && set->flags & SK_TYPE_COMP)
		sk_buf_addc(&text, '~');
	if (n + without > 1) {
		sk_buf_addc(&text, '{');
		sk_buf_add(&text, names.data, names.n);
		sk_buf_adds(&text, style == SK_STYLE_SETOOLS ? " } " : " }");
	} else if (names.n) {
		sk_buf_add(&text, names.data + 1, names.n - 1);
	}
	return names.failed ? NULL : sk_buf_steal(&text, NULL);
}

/* Comparisons are operators too: "u1", "u2", "==" in postfix. */
static bool sk_constraint_add_leaf(struct sk_infix *in, const struct sk_policy *p,
				   const struct sk_constraint_node *node,
				   enum sk_expression_style style)
{
	const char *left, *right;

	sk_constraint_side_words(node->attr, &left, &right);
	if (node->kind == SK_CONSTRAINT_NAMES) {
		sk_auto_free char *set = sk_constraint_set_text(p, node, style);

		right = set ? sk_arena_strdup(&in->arena, set) : NULL;
		if (!right)
			return false;
	}
	sk_infix_push(in, left, 0);
	sk_infix_push(in, right, 0);
	sk_infix_binary(in, sk_constraint_op_word(node->op), 3);
	return true;
}

void sk_constraint_print_expression(struct sk_buf *buf, const struct sk_policy *policy,
				    const struct sk_constraint *constraint,
				    enum sk_expression_style style)
{
	struct sk_infix in;
	bool ok = sk_infix_init(&in, 3 * (size_t)constraint->n_nodes, 4);

	for (uint32_t i = 0; ok && i < constraint->n_nodes; i++) {
		const struct sk_constraint_node *n = &constraint->nodes[i];

		if (n->kind == SK_CONSTRAINT_NOT)
			sk_infix_unary(&in, "not", 4);
		else if (n->kind == SK_CONSTRAINT_AND)
			sk_infix_binary(&in, "and", 2);
		else if (n->kind == SK_CONSTRAINT_OR)
			sk_infix_binary(&in, "or", 1);
		else
			ok = sk_constraint_add_leaf(&in, policy, n, style);
	}
	if (ok)
		sk_infix_write(buf, &in,
			       (struct sk_infix_style){ .plain = style != SK_STYLE_SETOOLS,
							.full = style == SK_STYLE_FULL,
							.unary_parens = true });
	else
		sk_buf_fail(buf, -ENOMEM);
	sk_arena_done(&in.arena);
}
