/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Permission maps: the text format of apol, line by line. The first line that is no comment is the number of classes;
 * each class has a line "class NAME N" and then N lines "PERMISSION DIRECTION WEIGHT". What comes later in a file, or
 * speaks of the same thing again, wins, as it does for apol's own reader; that it is there twice is a warning.
 */
#include "analysis/permission-map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/intern.h"

#define SK_MAP_MOST_BYTES (16u << 20)

struct sk_mapped_permission {
	const char *name;
	struct selkie_permission_flow flow;
};

struct sk_mapped_class {
	struct sk_mapped_permission *perms;
	size_t n, cap;
};

struct sk_permission_map {
	struct sk_arena arena;
	struct sk_intern names; /* of classes; number = position below */
	struct sk_mapped_class *classes;
	size_t cap;
};

/* Words of a line, in a text that is not terminated. */
struct sk_map_word {
	const char *s;
	size_t n;
};

struct sk_map_reader {
	struct sk_permission_map *map;
	struct sk_diags *diags;
	const char *file;
	const char *line, *line_end;
	uint32_t line_no;
	struct sk_map_word words[4]; /* the fourth tells that there are more than three */
	uint32_t n_words;
	bool counted;
	unsigned long classes_left, perms_left;
	uint32_t cls;
	bool refused;
};

extern const char sk_default_permission_map[];

static struct sk_place sk_map_place(const struct sk_map_reader *r, uint32_t word)
{
	const struct sk_map_word *w = &r->words[SK_MIN(word, r->n_words - 1)];

	return (struct sk_place){ .kind = SK_PLACE_TEXT,
				  .file = r->file,
				  .line = r->line_no,
				  .col = (uint32_t)(w->s - r->line) + 1,
				  .length = (uint32_t)w->n,
				  .text = r->line,
				  .text_length = (uint32_t)(r->line_end - r->line) };
}

static int sk_map_refuse(struct sk_map_reader *r, uint32_t word, const char *id, const char *what)
{
	struct sk_place place = sk_map_place(r, word);
	int n = (int)SK_MIN(r->words[SK_MIN(word, r->n_words - 1)].n, 60u);

	sk_error(r->diags, id, &place, "%s, not '%.*s'", what, n,
		 r->words[SK_MIN(word, r->n_words - 1)].s);
	r->refused = true;
	return 0;
}

static bool sk_map_number(const struct sk_map_word *w, unsigned long *ret)
{
	unsigned long v = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->s[i] < '0' || w->s[i] > '9' || v > 100000)
			return false;
		v = 10 * v + (unsigned long)(w->s[i] - '0');
	}
	*ret = v;
	return w->n;
}

static bool sk_map_is(const struct sk_map_word *w, const char *s)
{
	return w->n == strlen(s) && !memcmp(w->s, s, w->n);
}

/* The name may be of any length, but not hold what no name holds: it goes into messages. */
static bool sk_map_name(const struct sk_map_word *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->s[i] <= ' ' || w->s[i] >= 127)
			return false;
	return w->n > 0;
}

static int sk_map_read_class(struct sk_map_reader *r)
{
	struct sk_permission_map *map = r->map;
	struct sk_place place = sk_map_place(r, 1);
	unsigned long n = 0;
	int e;

	if (r->n_words != 3 || !sk_map_is(&r->words[0], "class") || !sk_map_name(&r->words[1]))
		return sk_map_refuse(r, 0, "E0642", "'class NAME NUMBER' must stand here");
	if (!sk_map_number(&r->words[2], &n) || !n)
		return sk_map_refuse(r, 2, "E0642", "the number of permissions must stand here");
	if (!r->classes_left) {
		sk_error(r->diags, "E0644", &place,
			 "there are more classes than the first line says");
		r->refused = true;
		return 0;
	}
	if (sk_intern_find(&map->names, r->words[1].s, r->words[1].n) != SK_INTERN_NONE)
		sk_warning(r->diags, "W0645", &place,
			   "the class '%.*s' is there twice; the last one counts",
			   (int)SK_MIN(r->words[1].n, 60u), r->words[1].s);
	e = sk_intern_add(&map->names, r->words[1].s, r->words[1].n, &r->cls);
	if (!e && r->cls >= map->cap) {
		size_t before = map->cap;

		e = sk_grow(&map->classes, &map->cap, (size_t)r->cls + 1, sizeof(*map->classes));
		if (!e)
			memset(map->classes + before, 0,
			       (map->cap - before) * sizeof(*map->classes));
	}
	if (e)
		return e;
	map->classes[r->cls].n = 0;
	r->classes_left--;
	r->perms_left = n;
	return 0;
}

static struct sk_mapped_permission *sk_mapped_find(const struct sk_mapped_class *c,
						   const char *name, size_t n)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strncmp(c->perms[i].name, name, n) && !c->perms[i].name[n])
			return &c->perms[i];
	return NULL;
}

static int sk_map_read_permission(struct sk_map_reader *r)
{
	struct sk_mapped_class *c = &r->map->classes[r->cls];
	struct sk_mapped_permission *p;
	unsigned long weight = 0;

	if (r->n_words < 3 || !sk_map_name(&r->words[0]))
		return sk_map_refuse(r, 0, "E0643",
				     "'PERMISSION DIRECTION WEIGHT' must stand here");
	if (r->words[1].n != 1 || !memchr("rwbnu", r->words[1].s[0], 5))
		return sk_map_refuse(r, 1, "E0643", "the direction must be r, w, b, n or u");
	if (!sk_map_number(&r->words[2], &weight) || weight < 1 || weight > 10)
		return sk_map_refuse(r, 2, "E0643", "the weight must be a number from 1 to 10");
	r->perms_left--;
	p = sk_mapped_find(c, r->words[0].s, r->words[0].n);
	if (p) {
		struct sk_place place = sk_map_place(r, 0);

		sk_warning(r->diags, "W0645", &place,
			   "the permission '%s' is there twice; the last one counts", p->name);
	} else {
		if (c->n == c->cap && sk_grow(&c->perms, &c->cap, c->n + 1, sizeof(*c->perms)))
			return -ENOMEM;
		p = &c->perms[c->n];
		p->name = sk_arena_strndup(&r->map->arena, r->words[0].s, r->words[0].n);
		if (!p->name)
			return -ENOMEM;
		c->n++;
	}
	p->flow = (struct selkie_permission_flow){ (enum selkie_flow_direction)r->words[1].s[0],
						   (unsigned int)weight };
	return 0;
}

static void sk_map_split(struct sk_map_reader *r)
{
	const char *s = r->line;

	r->n_words = 0;
	while (s < r->line_end && r->n_words < SK_ARRAY_LEN(r->words)) {
		while (s < r->line_end && (*s == ' ' || (*s >= '\t' && *s <= '\r')))
			s++;
		if (s == r->line_end)
			break;
		r->words[r->n_words].s = s;
		while (s < r->line_end && *s != ' ' && !(*s >= '\t' && *s <= '\r'))
			s++;
		r->words[r->n_words].n = (size_t)(s - r->words[r->n_words].s);
		r->n_words++;
	}
}

static int sk_map_read_line(struct sk_map_reader *r)
{
	sk_map_split(r);
	if (!r->n_words || r->words[0].s[0] == '#')
		return 0;
	if (r->perms_left)
		return sk_map_read_permission(r);
	if (r->counted)
		return sk_map_read_class(r);
	if (!sk_map_number(&r->words[0], &r->classes_left) || !r->classes_left)
		return sk_map_refuse(r, 0, "E0641", "the number of classes must stand here");
	r->counted = true;
	return 0;
}

/* One mistake is enough: what follows it would be read as something else. */
static int sk_map_read_text(struct sk_map_reader *r, const char *text, size_t n)
{
	const char *end = text + n;
	int e = 0;

	while (text < end && !e && !r->refused) {
		const char *next = memchr(text, '\n', (size_t)(end - text));

		r->line = text;
		r->line_end = next ? next : end;
		r->line_no++;
		e = sk_map_read_line(r);
		text = next ? next + 1 : end;
	}
	return e;
}

static void sk_map_end(struct sk_map_reader *r)
{
	struct sk_place place = { .file = r->file };

	if (r->refused)
		return;
	if (!r->counted) {
		sk_error(r->diags, "E0641", &place, "the file is empty");
		r->refused = true;
	} else if (r->perms_left || r->classes_left) {
		sk_warning(r->diags, "W0644", &place,
			   "the file ends before all the %s that it announces",
			   r->perms_left ? "permissions" : "classes");
	}
}

static struct sk_permission_map *sk_map_new(void)
{
	struct sk_permission_map *map = calloc(1, sizeof(*map));

	if (map)
		sk_intern_init(&map->names, &map->arena);
	return map;
}

static int sk_map_finish(struct sk_map_reader *r, int e, selkie_permission_map **ret)
{
	if (!e)
		sk_map_end(r);
	if (!e && r->refused)
		e = SELKIE_PERMISSION_MAP_REFUSED;
	if (e)
		selkie_permission_map_free(r->map);
	else
		*ret = r->map;
	return e;
}

int selkie_permission_map_default(selkie_permission_map **ret)
{
	struct sk_map_reader r = { .map = sk_map_new(), .file = "the default map" };
	int e = r.map ? 0 : -ENOMEM;

	if (!e)
		e = sk_map_read_text(&r, sk_default_permission_map, strlen(sk_default_permission_map));
	return r.map ? sk_map_finish(&r, e, ret) : e;
}

int selkie_permission_map_read_memory(const void *data, size_t size, const char *name,
				      selkie_diagnostics *diags, selkie_permission_map **ret)
{
	struct sk_map_reader r = { .map = sk_map_new(), .diags = diags, .file = name };

	if (!r.map)
		return -ENOMEM;
	return sk_map_finish(&r, sk_map_read_text(&r, data, size), ret);
}

int selkie_permission_map_load(const char *path, selkie_diagnostics *diags,
			       selkie_permission_map **ret)
{
	sk_auto_free char *data = NULL;
	size_t n = 0;
	int r = sk_read_path(path, SK_MAP_MOST_BYTES, &data, &n);

	return r ? r : selkie_permission_map_read_memory(data, n, path, diags, ret);
}

void selkie_permission_map_free(selkie_permission_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->cap; i++)
		free(map->classes[i].perms);
	free(map->classes);
	sk_intern_done(&map->names);
	sk_arena_done(&map->arena);
	free(map);
}

static const struct sk_mapped_class *sk_map_find_class(const struct sk_permission_map *map,
						       const char *name)
{
	uint32_t i = sk_intern_find(&map->names, name, strlen(name));

	return i == SK_INTERN_NONE ? NULL : &map->classes[i];
}

bool selkie_permission_map_get(const selkie_permission_map *map, const char *cls, const char *perm,
			       struct selkie_permission_flow *ret)
{
	const struct sk_mapped_class *c = sk_map_find_class(map, cls);
	const struct sk_mapped_permission *p = c ? sk_mapped_find(c, perm, strlen(perm)) : NULL;

	if (p)
		*ret = p->flow;
	return p;
}

static size_t sk_map_check_class(const struct sk_permission_map *map, const struct sk_class *cls,
				 struct sk_diags *diags)
{
	const struct sk_mapped_class *c = sk_map_find_class(map, cls->name);
	size_t n = 0;

	if (!c) {
		sk_warning(diags, "W0646", NULL,
			   "the permission map does not know the class '%s'; nothing flows by it",
			   cls->name);
		return 1;
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = cls->perm_names[bit];
		const struct sk_mapped_permission *p =
			name ? sk_mapped_find(c, name, strlen(name)) : NULL;

		if (!name || (p && p->flow.direction != SELKIE_FLOW_UNMAPPED))
			continue;
		sk_warning(
			diags, "W0647", NULL,
			"the permission map does not know '%s' of class '%s'; nothing flows by it",
			name, cls->name);
		n++;
	}
	return n;
}

size_t selkie_permission_map_check(const selkie_permission_map *map, const selkie_policy *policy,
				   selkie_diagnostics *diags)
{
	size_t n = 0;

	for (uint32_t i = 0; i < policy->n_classes; i++)
		n += sk_map_check_class(map, &policy->classes[i], diags);
	return n;
}

static void sk_map_apply_class(const struct sk_mapped_class *mapped, const struct sk_class *cls,
			       unsigned int least, struct sk_class_flow *ret)
{
	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = cls->perm_names[bit];
		const struct sk_mapped_permission *p =
			name ? sk_mapped_find(mapped, name, strlen(name)) : NULL;

		if (!p || p->flow.weight < least)
			continue;
		ret->weight[bit] = (uint8_t)p->flow.weight;
		if (p->flow.direction == SELKIE_FLOW_READ || p->flow.direction == SELKIE_FLOW_BOTH)
			ret->read |= 1u << bit;
		if (p->flow.direction == SELKIE_FLOW_WRITE || p->flow.direction == SELKIE_FLOW_BOTH)
			ret->write |= 1u << bit;
	}
}

int sk_permission_map_apply(const struct sk_permission_map *map, const struct sk_policy *policy,
			    unsigned int least, struct sk_class_flow **ret)
{
	struct sk_class_flow *flows = calloc((size_t)policy->n_class_ids + 1, sizeof(*flows));

	if (!flows)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->n_classes; i++) {
		const struct sk_class *cls = &policy->classes[i];
		const struct sk_mapped_class *mapped = sk_map_find_class(map, cls->name);

		if (mapped)
			sk_map_apply_class(mapped, cls, least, &flows[cls->id.v]);
	}
	*ret = flows;
	return 0;
}
