/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths of cases whose records named none: looked for on this machine by device and inode, all cases in one walk, for as
 * long as the options allow. What is found takes part in the causes as if the records had named it, and says so in the
 * evidence. Only a case's first denial is looked for.
 */
#include "explain/find.h"

#include <errno.h>
#include <string.h>

#include "host/inode.h"

#define SK_MOST_WANTED 1024

static bool sk_find_wants(const struct sk_explainer *e, const struct sk_case *c)
{
	const struct sk_case_samples *s = c->samples;

	return !s->n_paths && s->inode > 0 && s->device && c->key.cls != SK_NO_STRING &&
	       sk_class_file_mode(sk_explain_str(e, c->key.cls)) && !(c->key.flags & SK_CASE_RAW);
}

static int sk_find_take(struct sk_explainer *e, struct sk_case *c, const char *path)
{
	struct sk_case_samples *s = c->samples;

	s->paths[0] = sk_arena_strdup(&e->arena, path);
	if (!s->paths[0])
		return -ENOMEM;
	s->n_paths = 1;
	s->found_by_inode = true;
	c->key.flags |= SK_CASE_HAS_PATH;
	return sk_explain_expected(e, path, sk_class_file_mode(sk_explain_str(e, c->key.cls)), &c->key.expected);
}

int sk_find_paths(struct sk_explainer *e)
{
	struct sk_inode_wanted *wanted;
	size_t n = 0;
	int r = 0;

	if (!e->find_milliseconds)
		return 0;
	wanted = calloc(SK_MOST_WANTED, sizeof(*wanted));
	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < e->n_cases && n < SK_MOST_WANTED; i++) {
		const struct sk_case_samples *s = e->cases[i].samples;

		if (!sk_find_wants(e, &e->cases[i]))
			continue;
		wanted[n++] = (struct sk_inode_wanted){
			.device = s->device,
			.inode = (uint64_t)s->inode,
			.name = s->name,
			.type = e->cases[i].key.target == SK_NO_STRING ? NULL
				: e->contexts[e->cases[i].key.target].type_name,
		};
	}
	if (n)
		r = sk_inode_find(wanted, n, NULL, e->find_milliseconds);
	for (size_t i = 0, k = 0; i < e->n_cases && k < n && !r; i++) {
		if (!sk_find_wants(e, &e->cases[i]))
			continue;
		if (wanted[k].path)
			r = sk_find_take(e, &e->cases[i], wanted[k].path);
		free(wanted[k].path);
		wanted[k++].path = NULL;
	}
	for (size_t k = 0; k < n; k++)
		free(wanted[k].path);
	free(wanted);
	return r;
}
