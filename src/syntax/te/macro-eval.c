/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m4's eval: 32-bit integers that wrap around, C's operators with ** on top, precedence climbing over one table. What has
 * no value (a division by zero, a negative exponent) may stand behind a decided && or ||; as in m4, reading goes on right
 * behind it, and only such an operator can follow there.
 */
#include "syntax/te/macro-state.h"

#include <ctype.h>
#include <string.h>

enum sk_eval_op {
	OP_NONE, OP_OR, OP_AND, OP_BIT_OR, OP_BIT_XOR, OP_BIT_AND, OP_EQ, OP_NE, OP_GT, OP_GE, OP_LT, OP_LE,
	OP_SHL, OP_SHR, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_POW,
};

static const struct {
	char text[3];
	uint8_t op, level;	/* binds tighter the higher */
} sk_eval_ops[] = {
	/* longer spellings first */
	{ "||", OP_OR, 1 },  { "&&", OP_AND, 2 }, { "==", OP_EQ, 6 }, { "!=", OP_NE, 6 }, { ">=", OP_GE, 7 },
	{ "<=", OP_LE, 7 },  { "<<", OP_SHL, 8 }, { ">>", OP_SHR, 8 }, { "**", OP_POW, 11 }, { "|", OP_BIT_OR, 3 },
	{ "^", OP_BIT_XOR, 4 }, { "&", OP_BIT_AND, 5 }, { ">", OP_GT, 7 }, { "<", OP_LT, 7 }, { "=", OP_EQ, 6 },
	{ "+", OP_ADD, 9 },  { "-", OP_SUB, 9 }, { "*", OP_MUL, 10 }, { "/", OP_DIV, 10 }, { "%", OP_MOD, 10 },
};

#define SK_EVAL_LEVELS 11
#define SK_EVAL_DEPTH 200

struct sk_eval {
	const char *p, *end;
	const char *why;
	bool no_value;		/* why: well written, but without a value */
	unsigned int depth;
};

static void sk_eval_space(struct sk_eval *e)
{
	while (e->p < e->end && isspace((unsigned char)*e->p))
		e->p++;
}

static int32_t sk_eval_fail(struct sk_eval *e, const char *why)
{
	if (!e->why)
		e->why = why;
	return 0;
}

static int32_t sk_eval_no_value(struct sk_eval *e, const char *why)
{
	e->no_value |= !e->why;
	return sk_eval_fail(e, why);
}

/* ++ and -- are no operators of m4. */
static bool sk_eval_is_doubled(const struct sk_eval *e)
{
	return (*e->p == '+' || *e->p == '-') && e->p + 1 < e->end && e->p[1] == *e->p;
}

static int sk_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 36;
}

static int32_t sk_eval_number(struct sk_eval *e)
{
	uint32_t value = 0;
	int base = 10;

	if (*e->p == '0' && ++e->p < e->end) {
		char c = (char)tolower((unsigned char)*e->p);

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		if (c == 'r') {
			base = 0;
			for (e->p++; e->p < e->end && isdigit((unsigned char)*e->p) && base <= 36; e->p++)
				base = base * 10 + (*e->p - '0');
			if (e->p == e->end || *e->p != ':' || base < 1 || base > 36)
				return sk_eval_fail(e, "bad radix");
		}
		e->p += base == 16 || base == 2 || c == 'r';
	}
	for (; e->p < e->end; e->p++) {
		int digit = sk_digit(*e->p);

		if (base == 1 && digit == 1)
			value++;
		else if (base == 1 && !digit && !value)
			continue;
		else if (base == 1 || digit >= base)
			break;
		else
			value = value * (uint32_t)base + (uint32_t)digit;
	}
	return (int32_t)value;
}

static int32_t sk_eval_level(struct sk_eval *e, unsigned int level);

static int32_t sk_eval_unary(struct sk_eval *e)
{
	int32_t v;
	char c;

	sk_eval_space(e);
	if (e->p == e->end)
		return sk_eval_fail(e, "the expression breaks off");
	if (e->depth++ > SK_EVAL_DEPTH)
		return sk_eval_fail(e, "the expression is nested too deeply");
	c = *e->p;
	if (c >= '0' && c <= '9') {
		v = sk_eval_number(e);
	} else if (c == '(') {
		e->p++;
		v = sk_eval_level(e, 1);
		/* What is excused begins behind what has no value, with this parenthesis. */
		if (e->why)
			return 0;
		sk_eval_space(e);
		if (e->p == e->end || *e->p != ')')
			return sk_eval_fail(e, "a parenthesis is not closed");
		e->p++;
	} else if (strchr("+-!~", c) && !sk_eval_is_doubled(e)) {
		e->p++;
		v = sk_eval_unary(e);
		v = c == '-' ? (int32_t)-(uint32_t)v : c == '!' ? !v : c == '~' ? ~v : v;
	} else {
		return sk_eval_fail(e, "that is no number");
	}
	e->depth--;
	return v;
}

static int32_t sk_eval_power(struct sk_eval *e, int32_t a, int32_t b)
{
	uint32_t result = 1;

	if (b < 0)
		return sk_eval_no_value(e, "negative exponent");
	if (!a && !b)
		return sk_eval_no_value(e, "division by zero");
	for (uint32_t n = (uint32_t)b, square = (uint32_t)a; n; n >>= 1, square *= square)
		if (n & 1)
			result *= square;
	return (int32_t)result;
}

static int32_t sk_eval_divide(struct sk_eval *e, int op, int32_t a, int32_t b)
{
	if (!b)
		return sk_eval_no_value(e, op == OP_DIV ? "division by zero" : "modulo by zero");
	if (b == -1)
		return op == OP_DIV ? (int32_t)-(uint32_t)a : 0;
	return op == OP_DIV ? a / b : a % b;
}

static int32_t sk_eval_apply(struct sk_eval *e, int op, int32_t a, int32_t b)
{
	uint32_t ua = (uint32_t)a, ub = (uint32_t)b;

	switch (op) {
	case OP_OR: return a || b;
	case OP_AND: return a && b;
	case OP_BIT_OR: return a | b;
	case OP_BIT_XOR: return a ^ b;
	case OP_BIT_AND: return a & b;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_GT: return a > b;
	case OP_GE: return a >= b;
	case OP_LT: return a < b;
	case OP_LE: return a <= b;
	case OP_SHL: return (int32_t)(ua << (ub & 31));
	case OP_SHR: return a >> (ub & 31);
	case OP_ADD: return (int32_t)(ua + ub);
	case OP_SUB: return (int32_t)(ua - ub);
	case OP_MUL: return (int32_t)(ua * ub);
	case OP_POW: return sk_eval_power(e, a, b);
	default: return sk_eval_divide(e, op, a, b);
	}
}

static unsigned int sk_eval_find_op(const struct sk_eval *e)
{
	if (e->p < e->end && sk_eval_is_doubled(e))
		return SK_ARRAY_LEN(sk_eval_ops);
	for (unsigned int i = 0; i < SK_ARRAY_LEN(sk_eval_ops); i++) {
		size_t n = strlen(sk_eval_ops[i].text);

		if (n <= (size_t)(e->end - e->p) && !memcmp(e->p, sk_eval_ops[i].text, n))
			return i;
	}
	return SK_ARRAY_LEN(sk_eval_ops);
}

/* What is on the right of a decided && or || needs no value. */
static bool sk_eval_excuse(struct sk_eval *e, unsigned int op, int32_t left, unsigned int depth)
{
	if (!e->no_value || !((op == OP_OR && left) || (op == OP_AND && !left)))
		return false;
	e->why = NULL;
	e->no_value = false;
	e->depth = depth;
	return true;
}

static int32_t sk_eval_level(struct sk_eval *e, unsigned int level)
{
	unsigned int highest = SK_EVAL_LEVELS, depth = e->depth + 1;
	int32_t v;

	if (e->depth++ > SK_EVAL_DEPTH)
		return sk_eval_fail(e, "the expression is nested too deeply");
	v = sk_eval_unary(e);
	while (!e->why) {
		unsigned int i, op;
		int32_t right;

		sk_eval_space(e);
		i = sk_eval_find_op(e);
		if (i == SK_ARRAY_LEN(sk_eval_ops) || sk_eval_ops[i].level < level || sk_eval_ops[i].level > highest)
			break;
		op = sk_eval_ops[i].op;
		highest = sk_eval_ops[i].level;
		e->p += strlen(sk_eval_ops[i].text);
		/* ** binds to the right, the others to the left. */
		right = sk_eval_level(e, highest + (op != OP_POW));
		v = sk_eval_excuse(e, op, v, depth) ? op == OP_OR : sk_eval_apply(e, op, v, right);
	}
	e->depth--;
	return v;
}

int sk_macro_eval(const char *p, size_t n, int32_t *ret_value, const char **ret_why)
{
	struct sk_eval e = { .p = p, .end = p + n };
	int32_t v = sk_eval_level(&e, 1);

	sk_eval_space(&e);
	if (!e.why && e.p < e.end)
		e.why = "there is more than an expression";
	if (e.why) {
		*ret_why = e.why;
		return 1;
	}
	*ret_value = v;
	return 0;
}
