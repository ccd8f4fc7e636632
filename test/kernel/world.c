/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plausible contexts by chance. Contexts are built as text from the policy's names, not by the code that is judged: what
 * is valid is for the kernel to say.
 */
#include "world.h"

#include <selkie/class.h>
#include <selkie/role.h>
#include <selkie/type.h>
#include <selkie/user.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATEGORIES_MAX 4096

/* Contexts of one type: so many as a subject, the others as an object. */
#define N_SUBJECTS 2
#define N_VARIANTS 5

/* splitmix64 */
static uint64_t next_random(struct world *w)
{
	uint64_t z = (w->dice += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t roll(struct world *w, uint32_t n)
{
	return n ? (uint32_t)((next_random(w) >> 32) * n >> 32) : 0;
}

bool chance(struct world *w, uint32_t n)
{
	return !roll(w, n);
}

static void *room(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p) {
		fprintf(stderr, "kernel-judge: out of memory\n");
		exit(3);
	}
	return p;
}

static void collect_types(struct world *w)
{
	selkie_type_id t = { 0 }, member;
	selkie_role_id r = { 0 };
	size_t n = 0;
	bool *has_role;

	while ((t = selkie_type_next(w->policy, t)).v)
		n = t.v;
	w->types = room(n, sizeof(*w->types));
	w->subjects = room(n, sizeof(*w->subjects));
	w->contexts = room((n + 1) * N_VARIANTS, sizeof(*w->contexts));
	w->n_contexts = (n + 1) * N_VARIANTS;
	has_role = room(n + 1, sizeof(*has_role));
	while ((r = selkie_role_next(w->policy, r)).v) {
		if (!strcmp(selkie_role_name(w->policy, r), "object_r"))
			continue;
		member.v = 0;
		while ((member = selkie_role_next_type(w->policy, r, member)).v)
			has_role[member.v] = true;
	}
	while ((t = selkie_type_next(w->policy, t)).v) {
		if (selkie_type_is_attribute(w->policy, t))
			continue;
		w->types[w->n_types++] = t;
		if (has_role[t.v])
			w->subjects[w->n_subjects++] = t;
	}
	free(has_role);
}

void world_init(struct world *w, const selkie_policy *policy, uint64_t seed)
{
	selkie_role_id r = { 0 };
	selkie_user_id u = { 0 };
	selkie_class_id c = { 0 };

	memset(w, 0, sizeof(*w));
	w->policy = policy;
	w->dice = seed;
	collect_types(w);
	while ((r = selkie_role_next(policy, r)).v)
		w->n_roles++;
	while ((u = selkie_user_next(policy, u)).v)
		w->n_users++;
	while ((c = selkie_class_next(policy, c)).v)
		w->n_classes++;
	w->roles = room(w->n_roles, sizeof(*w->roles));
	w->users = room(w->n_users, sizeof(*w->users));
	w->classes = room(w->n_classes, sizeof(*w->classes));
	for (size_t i = 0; (r = selkie_role_next(policy, r)).v; i++)
		w->roles[i] = r;
	for (size_t i = 0; (u = selkie_user_next(policy, u)).v; i++)
		w->users[i] = u;
	for (size_t i = 0; (c = selkie_class_next(policy, c)).v; i++)
		w->classes[i] = c;
	w->mls = selkie_sens_next(policy, (selkie_sens_id){ 0 }).v != 0;
}

void world_done(struct world *w)
{
	for (size_t i = 0; i < w->n_contexts; i++)
		free(w->contexts[i]);
	free(w->contexts);
	free(w->types);
	free(w->subjects);
	free(w->roles);
	free(w->users);
	free(w->classes);
}

selkie_type_id any_type(struct world *w)
{
	return w->types[roll(w, (uint32_t)w->n_types)];
}

selkie_type_id any_subject(struct world *w)
{
	return w->n_subjects ? w->subjects[roll(w, (uint32_t)w->n_subjects)] : any_type(w);
}

selkie_class_id any_class(struct world *w)
{
	return w->classes[roll(w, (uint32_t)w->n_classes)];
}

selkie_type_id any_member(struct world *w, selkie_type_id attribute)
{
	selkie_type_id t = { 0 }, chosen = { 0 };
	uint32_t seen = 0;

	while ((t = selkie_type_next_member(w->policy, attribute, t)).v) {
		if (chance(w, ++seen))
			chosen = t;
	}
	return chosen;
}

static bool role_has(struct world *w, selkie_role_id role, selkie_type_id type)
{
	selkie_type_id before = { type.v - 1 };

	return selkie_role_next_type(w->policy, role, before).v == type.v;
}

static bool user_has(struct world *w, selkie_user_id user, selkie_role_id role)
{
	selkie_role_id before = { role.v - 1 };

	return selkie_user_next_role(w->policy, user, before).v == role.v;
}

static selkie_role_id any_role(struct world *w, selkie_type_id type)
{
	selkie_role_id chosen = { 0 };
	uint32_t seen = 0;

	for (size_t i = 0; i < w->n_roles; i++) {
		if (role_has(w, w->roles[i], type) && chance(w, ++seen))
			chosen = w->roles[i];
	}
	return chosen;
}

static selkie_user_id any_user(struct world *w, selkie_role_id role)
{
	selkie_user_id chosen = { 0 };
	uint32_t seen = 0;

	for (size_t i = 0; i < w->n_users; i++) {
		if ((!role.v || user_has(w, w->users[i], role)) && chance(w, ++seen))
			chosen = w->users[i];
	}
	return chosen;
}

/* Appends ":c0.c3,c7". Runs are one word, and the text ends early, with what has been said, where there is much. */
static void put_categories(struct world *w, const bool *has, uint32_t n_has, char *text)
{
	char *p = text;
	uint32_t run;

	for (uint32_t c = 1; c < n_has && p < text + CONTEXT_MAX / 4; c += run) {
		for (run = 0; c + run < n_has && has[c + run]; run++)
			;
		if (!run) {
			run = 1;
			continue;
		}
		p += sprintf(p, "%c%s", p == text ? ':' : ',',
			     selkie_cat_name(w->policy, (selkie_cat_id){ c }));
		if (run > 1)
			p += sprintf(p, "%c%s", run > 2 ? '.' : ',',
				     selkie_cat_name(w->policy, (selkie_cat_id){ c + run - 1 }));
	}
	*p = 0;
}

/*
 * A level between two others, with the categories that *has holds already (as a high level must have those of its low
 * one) and by chance more; which it then has is added to *has.
 */
static void put_level(struct world *w, const selkie_level *low, const selkie_level *high,
		      uint32_t sens, bool *has, char *text)
{
	static const uint32_t densities[] = { 0, 0, 1, 150, 300, 300 };
	uint32_t density = densities[roll(w, sizeof(densities) / sizeof(densities[0]))];
	selkie_cat_id c = { 0 };

	while ((c = selkie_level_next_category(low, c)).v)
		has[c.v] = true;
	while ((c = selkie_level_next_category(high, c)).v) {
		if (density && chance(w, density))
			has[c.v] = true;
	}
	text += sprintf(text, "%s", selkie_sens_name(w->policy, (selkie_sens_id){ sens }));
	put_categories(w, has, CATEGORIES_MAX, text);
}

static void put_range(struct world *w, selkie_user_id user, char *text)
{
	const selkie_range *range = selkie_user_range(w->policy, user);
	const selkie_level *low = selkie_range_low(range), *high = selkie_range_high(range);
	uint32_t bottom = selkie_level_sensitivity(low).v, top = selkie_level_sensitivity(high).v;
	uint32_t a = bottom + roll(w, top - bottom + 1), b = a + roll(w, top - a + 1);
	bool has[CATEGORIES_MAX] = { false };

	if (chance(w, 3))
		a = b = bottom;
	*text++ = ':';
	put_level(w, low, high, a, has, text);
	if (chance(w, 3))
		return;
	text += strlen(text);
	*text++ = '-';
	put_level(w, low, high, b, has, text);
}

static void make_context(struct world *w, selkie_type_id type, bool object, char *ret)
{
	selkie_role_id role = { 0 };
	selkie_user_id user = { 0 };
	const char *role_name = "object_r";

	if (!object)
		role = any_role(w, type);
	user = any_user(w, role);
	if (!user.v) {
		role.v = 0;
		user = any_user(w, role);
	}
	if (role.v)
		role_name = selkie_role_name(w->policy, role);
	ret += sprintf(ret, "%s:%s:%s", selkie_user_name(w->policy, user), role_name,
		       selkie_type_name(w->policy, type));
	if (w->mls)
		put_range(w, user, ret);
}

const char *any_context(struct world *w, selkie_type_id type, bool object)
{
	uint32_t variant =
		object ? N_SUBJECTS + roll(w, N_VARIANTS - N_SUBJECTS) : roll(w, N_SUBJECTS);
	char **slot = &w->contexts[type.v * N_VARIANTS + variant];
	char text[CONTEXT_MAX];

	if (!*slot) {
		make_context(w, type, object, text);
		*slot = strdup(text);
		if (!*slot)
			exit(3);
	}
	return *slot;
}
