/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a fix is tried: every denied question of the finding is asked again with the change in place. And the words that
 * all fixes are told in.
 */
#include "explain/fixing.h"

#include <errno.h>
#include <string.h>

#define SK_MOST_REPLAYS 64	/* cases of a finding that are asked again: they differ in users and levels only */

int sk_fix_replay(struct sk_fixing *x, const struct sk_change *change, uint32_t *ret_granted)
{
	const struct sk_explainer *e = x->e;
	uint32_t all = x->operation;
	unsigned int n = 0;

	*ret_granted = 0;
	for (uint32_t i = x->found->first_case; i && n < SK_MOST_REPLAYS; i = e->cases[i - 1].sibling, n++) {
		const struct sk_case *c = &e->cases[i - 1];
		struct selkie_question q = x->v->question;
		struct sk_context source, target;
		uint32_t granted;
		int r;

		/* another case of the finding may name the same types in a context that is none here */
		if (!sk_explain_readable(e, c->key.source) || !sk_explain_readable(e, c->key.target)) {
			*ret_granted = 0;
			return 0;
		}
		source = *e->contexts[c->key.source].context;
		target = *e->contexts[c->key.target].context;
		if (change->source_type.v)
			source.type = change->source_type;
		if (change->target_type.v)
			target.type = change->target_type;
		if (change->target_user.v)
			target.user = change->target_user;
		if (change->target_range)
			target.range = *change->target_range;
		q.source = &source;
		q.target = &target;
		q.perms = all | c->perms;
		q.number = (uint16_t)c->key.number;
		q.has_number = q.has_number && c->key.flags & SK_CASE_NUMBER;
		r = selkie_access_check(change->state ? change->state : e->state, change->overlay, &q,
					&granted);
		if (r)
			return r;
		if (c->perms & ~granted) {
			*ret_granted = 0;
			return 0;
		}
		all &= granted;
	}
	*ret_granted = all;
	return 0;
}

/* The permissions of a vector as "getattr, open and read". */
static void sk_add_perms(struct sk_buf *b, const struct sk_class *cls, uint32_t perms)
{
	unsigned int left = (unsigned int)__builtin_popcount(perms);

	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(perms & 1u << bit))
			continue;
		sk_buf_adds(b, cls->perm_names[bit]);
		left--;
		if (left)
			sk_buf_adds(b, left == 1 ? " and " : ", ");
	}
}

const char *sk_fix_take(struct sk_fixing *x, struct sk_buf *b)
{
	const char *s = sk_buf_str(b);

	return s ? sk_arena_strdup(&x->w->scratch, s) : NULL;
}

void sk_fix_add_word(struct sk_buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";

	if (*word && strspn(word, plain) == strlen(word)) {
		sk_buf_adds(b, word);
		return;
	}
	sk_buf_addc(b, '\'');
	for (; *word; word++)
		if (*word == '\'')
			sk_buf_adds(b, "'\\''");
		else
			sk_buf_addc(b, *word);
	sk_buf_addc(b, '\'');
}

int sk_fix_add(struct sk_fixing *x, struct selkie_fix fix)
{
	if (!fix.summary)
		return -ENOMEM;
	if (x->n < SK_MOST_FIXES)
		x->fixes[x->n++] = fix;
	return 0;
}

int sk_fix_advise(struct sk_fixing *x, enum selkie_fix_kind kind, const char *fmt, ...)
{
	struct selkie_fix fix = { .kind = kind };
	va_list args;

	va_start(args, fmt);
	fix.summary = sk_arena_vprintf(&x->w->scratch, fmt, args);
	va_end(args);
	return sk_fix_add(x, fix);
}

const char *sk_fix_proof(struct sk_fixing *x, const char *with, uint32_t granted)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	uint32_t asked = x->asked, more = granted & x->operation & ~asked;
	uint32_t lacking = x->operation & ~granted & ~asked;

	sk_buf_join(&b, "Replayed with ", with, ": ", NULL);
	sk_add_perms(&b, x->v->cls, asked);
	sk_buf_adds(&b, __builtin_popcount(asked) == 1 ? " is allowed" : " are allowed");
	if (more) {
		sk_buf_adds(&b, ", and so ");
		sk_buf_adds(&b, __builtin_popcount(more) == 1 ? "is " : "are ");
		sk_add_perms(&b, x->v->cls, more);
		sk_buf_adds(&b, ", which the operation needs next");
	}
	if (lacking) {
		sk_buf_adds(&b, "; ");
		sk_add_perms(&b, x->v->cls, lacking);
		sk_buf_adds(&b, __builtin_popcount(lacking) == 1 ? " stays" : " stay");
		sk_buf_adds(&b, " denied, if the program asks for it");
	}
	sk_buf_addc(&b, '.');
	return sk_fix_take(x, &b);
}

const char *sk_fix_type_name(const struct sk_fixing *x, struct sk_type_id type)
{
	return x->e->policy->type_by_id[type.v]->name;
}

bool sk_fix_asked(const struct sk_fixing *x, const char *perm)
{
	return x->asked & sk_class_find_perm(x->v->cls, perm);
}

const char *sk_fix_first_path(const struct sk_fixing *x)
{
	return x->c->samples->n_paths ? x->c->samples->paths[0] : "";
}
