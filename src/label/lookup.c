/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The question to the database. The path is cleaned (in place of a copy where it is clean already), substitutions are
 * applied, and then one walk in the index gives the groups of rules it may fit, from the longest prefix to the
 * shortest; a group that cannot beat what was found is not looked at. Everything here is read-only but the automata,
 * which grow behind their own lock.
 */
#include "label/database.h"

#include <errno.h>
#include <string.h>

/* The path as patterns see it. `room` is used when it had to be changed. */
struct sk_key {
	const char *s;
	size_t n;
	char *heap;
	size_t cap;
	char room[768];
};

static void key_done(struct sk_key *key)
{
	free(key->heap);
}

/* Room for n bytes and a zero; what the key holds in its own room is kept. NULL when out of memory. */
static char *key_room(struct sk_key *key, size_t n)
{
	char *own = key->heap ? key->heap : key->room;
	size_t cap = key->heap ? key->cap : sizeof(key->room);
	char *grown;

	if (n < cap)
		return own;
	grown = malloc(n + 1);
	if (!grown)
		return NULL;
	if (key->s == own) {
		memcpy(grown, key->s, key->n);
		key->s = grown;
	}
	free(key->heap);
	key->heap = grown;
	key->cap = n + 1;
	return grown;
}

/* Repeated slashes become one; one slash at the end is dropped. */
static int key_clean(struct sk_key *key, const char *path)
{
	size_t n = strlen(path), to = 0;
	bool doubled = strstr(path, "//");
	char *room;

	if (!n)
		return -EINVAL;
	key->s = path;
	key->n = n;
	if (!doubled && (n == 1 || path[n - 1] != '/'))
		return 0;
	room = key_room(key, n);
	if (!room)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (path[i] != '/' || !i || path[i - 1] != '/')
			room[to++] = path[i];
	if (to > 1 && room[to - 1] == '/')
		to--;
	room[to] = '\0';
	key->s = room;
	key->n = to;
	return 0;
}

static const struct sk_label_sub *find_sub(const struct sk_label_sub *subs, uint32_t n_subs,
					   const char *s, size_t n)
{
	for (uint32_t i = 0; i < n_subs; i++) {
		const struct sk_label_sub *sub = &subs[i];

		if (sub->n_from <= n && (sub->n_from == n || s[sub->n_from] == '/') &&
		    !memcmp(sub->from, s, sub->n_from))
			return sub;
	}
	return NULL;
}

static int key_substitute(struct sk_key *key, const struct sk_label_sub *subs, uint32_t n_subs)
{
	const struct sk_label_sub *sub = find_sub(subs, n_subs, key->s, key->n);
	size_t cut, n;
	char *room;

	if (!sub)
		return 0;
	cut = sub->n_from;
	if (cut < key->n && sub->n_to == 1 && *sub->to == '/')
		cut++;
	n = sub->n_to + key->n - cut;
	room = key_room(key, n);
	if (!room)
		return -ENOMEM;
	memmove(room + sub->n_to, key->s + cut, key->n - cut);
	memcpy(room, sub->to, sub->n_to);
	room[n] = '\0';
	key->s = room;
	key->n = n;
	return 0;
}

static int key_init(struct sk_key *key, const struct sk_label_db *db, const char *path)
{
	int r;

	key->heap = NULL;
	r = key_clean(key, path);
	if (!r && db->n_subs)
		r = key_substitute(key, db->subs, db->n_subs);
	if (!r && db->n_dist_subs)
		r = key_substitute(key, db->dist_subs, db->n_dist_subs);
	return r;
}

int selkie_label_resolve(const selkie_label_db *db, const char *path, char *buffer, size_t size)
{
	struct sk_key key;
	int r = key_init(&key, db, path);

	if (!r && key.n >= size)
		r = -ENAMETOOLONG;
	if (!r)
		memcpy(buffer, key.s, key.n + 1);
	key_done(&key);
	return r;
}

/* ---- one group ---- */

static bool form_fits(const struct sk_label_member *m, const char *rest, size_t n)
{
	switch (m->form) {
	case SK_FORM_ANY:
		return true;
	case SK_FORM_SOME:
		return n;
	case SK_FORM_SUBTREE:
		if (n && *rest == '/')
			return true;
		break;
	}
	return !n || (n == 1 && *rest == '\n' && m->newline);
}

static uint32_t ask_simple(const struct sk_label_db *db, const struct sk_label_group *g,
			   const char *rest, size_t n, enum sk_label_kind kind)
{
	for (uint32_t i = g->n; i-- > 0;) {
		const struct sk_label_member *m = &db->members[g->first + i];

		if (sk_kind_fits(m->kind, kind) && form_fits(m, rest, n))
			return m->rule + 1;
	}
	return 0;
}

struct sk_parts {
	const struct sk_label_db *db;
	const struct sk_label_group *group;
};

static void part_at(const void *arg, size_t i, struct sk_label_part *ret_part)
{
	const struct sk_parts *parts = arg;
	const struct sk_label_member *m = &parts->db->members[parts->group->first + i];

	ret_part->pattern = &parts->db->rules[m->rule].pattern;
	ret_part->rule = m->rule;
	ret_part->kind = m->kind;
	ret_part->newline = m->newline;
}

/* The automaton of a group, made by the first thread that asks. */
static int automaton_of(const struct sk_label_db *db, struct sk_label_group *g,
			struct sk_label_automaton **ret_automaton)
{
	struct sk_label_automaton *a = __atomic_load_n(&g->automaton, __ATOMIC_ACQUIRE);
	struct sk_parts parts = { db, g };
	int r = 0;

	if (!a) {
		pthread_mutex_lock(&db->builder->lock);
		a = g->automaton;
		if (!a)
			r = sk_label_automaton_new(db->builder, g->n, part_at, &parts, &a);
		if (!r)
			__atomic_store_n(&g->automaton, a, __ATOMIC_RELEASE);
		pthread_mutex_unlock(&db->builder->lock);
	}
	if (!r)
		*ret_automaton = a;
	return r;
}

static int ask_group(const struct sk_label_db *db, struct sk_label_group *g, const char *rest,
		     size_t n, enum sk_label_kind kind, uint32_t *ret_best)
{
	struct sk_label_automaton *a;
	int r;

	if (g->simple) {
		*ret_best = ask_simple(db, g, rest, n, kind);
		return 0;
	}
	r = automaton_of(db, g, &a);
	return r ? r : sk_label_automaton_run(db->builder, a, rest, n, kind, ret_best);
}

/* ---- all rules ---- */

/* What was found on each level: rule + 1, or 0. */
struct sk_found {
	uint32_t best[SK_LABEL_LEVELS];
	const struct selkie_label_rule *skipped;
};

static int ask_index(const struct sk_label_db *db, const struct sk_key *key,
		     enum sk_label_kind kind, struct sk_found *found)
{
	bool levels = db->options.precedence != SELKIE_LABEL_LIBSELINUX_3_4;
	uint32_t at = sk_label_index_find(&db->index, key->s, key->n);

	while (at != SK_LABEL_NO_NODE) {
		const struct sk_label_node *node = &db->index.nodes[at];
		struct sk_label_group *g = &db->groups[node->group];
		uint32_t best = 0;
		int r;

		if (!levels && node->most_above <= found->best[0])
			break;
		if (node->most > found->best[g->level]) {
			r = ask_group(db, g, key->s + node->depth, key->n - node->depth, kind,
				      &best);
			if (r)
				return r;
			found->best[g->level] = SK_MAX(found->best[g->level], best);
		}
		at = node->above;
	}
	return 0;
}

/* Returns 0 or -ENOMEM; *ret_fits is 1, 0, or -1 when the pattern took too many steps. */
static int ask_pcre2(const struct sk_label_db *db, const struct sk_label_rule *rule,
		     const struct sk_key *key, int *ret_fits)
{
	const struct sk_pcre2 *pcre2 = &db->pcre2;
	pcre2_match_data *data = pcre2->pcre2_match_data_create(1, db->memory);
	int code;

	if (!data)
		return -ENOMEM;
	code = pcre2->pcre2_match(rule->code, (PCRE2_SPTR)key->s, key->n, 0, 0, data, db->limits);
	pcre2->pcre2_match_data_free(data);
	if (code == PCRE2_ERROR_NOMEMORY)
		return -ENOMEM;
	*ret_fits = code >= 0 ? 1 : code == PCRE2_ERROR_NOMATCH ? 0 : -1;
	return 0;
}

static int ask_irregular(const struct sk_label_db *db, const struct sk_key *key,
			 enum sk_label_kind kind, struct sk_found *found)
{
	for (uint32_t i = 0; i < db->n_irregular; i++) {
		uint32_t number = db->irregular[i];
		const struct sk_label_rule *rule = &db->rules[number];
		uint32_t *best = &found->best[rule->level];
		int fits, r;

		if (number + 1 <= *best || !sk_kind_fits(rule->kind, kind) ||
		    (rule->stem &&
		     (key->n < rule->n_stem || memcmp(key->s, rule->stem, rule->n_stem))))
			continue;
		r = ask_pcre2(db, rule, key, &fits);
		if (r)
			return r;
		if (fits > 0)
			*best = number + 1;
		else if (fits < 0 && !found->skipped)
			found->skipped = &rule->pub;
	}
	return 0;
}

static int ask(const struct sk_label_db *db, const struct sk_key *key, uint32_t mode,
	       struct sk_found *found)
{
	enum sk_label_kind kind = sk_label_kind_of(mode);
	int r;

	/* Newer versions take bits that are no file type for "not known". */
	if (kind == SK_KIND_OTHER && db->options.precedence != SELKIE_LABEL_LIBSELINUX_3_4)
		kind = SK_KIND_ANY;
	memset(found, 0, sizeof(*found));
	r = ask_index(db, key, kind, found);
	if (!r && db->n_irregular)
		r = ask_irregular(db, key, kind, found);
	return r;
}

/* ---- the answer ---- */

/* Precedence over two databases: exact paths first, then the overlay, then the number. */
struct sk_candidate {
	uint64_t weight; /* 0: none */
	const struct selkie_label_rule *rule;
	bool overlay;
};

static void consider(struct sk_candidate *best, const struct sk_label_db *db, uint32_t found,
		     bool overlay)
{
	const struct selkie_label_rule *rule;
	uint64_t weight;

	if (!found)
		return;
	rule = &db->rules[found - 1].pub;
	weight = (uint64_t)(rule->exact != 0) << 63 | (uint64_t)overlay << 62 | found;
	if (weight > best->weight)
		*best = (struct sk_candidate){ weight, rule, overlay };
}

/*
 * From the deepest level upwards: a rule of an upper level wins only when it is the later one; but a <<none>> that is
 * the best so far ends the search at its level (label_file.c of 3.8, lookup_check_node). In 3.4 all is on level 0.
 */
static void decide(const struct sk_label_db *db, const struct sk_found *found,
		   const struct sk_label_db *overlay, const struct sk_found *on_top,
		   struct sk_candidate *best)
{
	memset(best, 0, sizeof(*best));
	for (unsigned int level = SK_LABEL_LEVELS; level-- > 0;) {
		uint64_t before = best->weight;

		consider(best, db, found->best[level], false);
		if (overlay)
			consider(best, overlay, on_top->best[level], true);
		if (best->weight > before && !best->rule->context)
			return;
	}
}

int selkie_label_lookup_with(const selkie_label_db *db, const selkie_label_db *overlay,
			     const char *path, uint32_t mode,
			     struct selkie_label_result *ret_result)
{
	struct sk_found found, on_top = { 0 };
	struct sk_candidate best;
	struct sk_key key;
	int r;

	if (overlay && overlay->options.precedence != db->options.precedence)
		return -EINVAL;
	r = key_init(&key, db, path);
	if (!r)
		r = ask(db, &key, mode, &found);
	if (!r && overlay)
		r = ask(overlay, &key, mode, &on_top);
	key_done(&key);
	if (r)
		return r;
	decide(db, &found, overlay, &on_top, &best);
	*ret_result = (struct selkie_label_result){
		.context = best.rule ? best.rule->context : NULL,
		.rule = best.rule,
		.overlay = best.overlay,
		.skipped = on_top.skipped ? on_top.skipped : found.skipped,
	};
	return !best.rule ? SELKIE_LABEL_NO_MATCH : best.rule->context ? 0 : SELKIE_LABEL_NONE;
}

int selkie_label_lookup(const selkie_label_db *db, const char *path, uint32_t mode,
			struct selkie_label_result *ret_result)
{
	return selkie_label_lookup_with(db, NULL, path, mode, ret_result);
}
