/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Flows of information that were not possible, between what an attacker gets at and what must be protected.
 *
 * In a real policy everything can flow to everything in two steps, through domains that may read and write all; and
 * those are trusted. So a flow is only looked for through types that are no such hubs under the old policy, and in at most
 * three steps: what an exposed domain writes, a trusted one reads and passes on. A way is told when the rules of one of its
 * steps are new; a step that is a new transition is a finding already. Where the same could get there before by another way,
 * which somebody could make, it is no new flow, and told as one more way.
 *
 * What is not looked for is a way whose rules were all there and that constraints or roles held back before: constraints that
 * are gone, and transitions, are findings of their own.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "analysis/flow.h"
#include "analysis/graph.h"
#include "analysis/meaning.h"

/* Sets of types are bit maps by their number, which both policies share. */
#define SK_FLOW_WEIGHT 10 /* data of any amount: what is read and written */

/*
 * Between policies that have little in common nearly every way is new. So many are looked at, and so many kept.
 */
#define SK_MOST_LOOKED 10000000
#define SK_MOST_WAYS   1000000

/* A type is a hub when it flows directly to or from more than these of all types, and more than so many. */
#define SK_HUB_PERCENT 10
#define SK_HUB_LEAST   20

struct sk_new_flows {
	struct sk_making_meanings *m;
	const struct sk_pairing *types;
	selkie_flow *flow[2];
	uint32_t n_words;
	uint64_t *hubs;
	/* by direction and number of a domain, when known: where it flows to (FORWARD) or from; of both policies */
	uint64_t **near[2][2];
	struct sk_map held[2];	  /* steps that were asked for: from << 32 | to, by number */
	struct sk_flow_way *list; /* what was found */
	size_t n, cap;
	uint64_t n_looked;
};

/* One step from a type, without hubs, on one side. */
static int sk_flow_near(struct sk_new_flows *w, int side, enum selkie_direction direction,
			uint32_t number, const uint64_t **ret)
{
	uint64_t **known = &w->near[side][direction][number];
	struct selkie_reached *reached = NULL;
	size_t n = 0;
	int r = 0;

	if (*known) {
		*ret = *known;
		return 0;
	}
	*known = SK_ARENA_ARRAY(&w->m->arena, uint64_t, w->n_words);
	if (!*known)
		return -ENOMEM;
	if (w->types->id[side][number])
		r = selkie_flow_reachable(w->flow[side],
					  (struct sk_type_id){ w->types->id[side][number] },
					  direction, 1, &reached, &n);
	for (size_t i = 1; i < n && !r; i++)
		sk_bits_set(*known, w->types->number[side][reached[i].type.v]);
	for (uint32_t i = 0; i < w->n_words; i++)
		(*known)[i] &= ~w->hubs[i];
	free(reached);
	*ret = *known;
	return r;
}

/* Types that flow directly to or from a large part of all, by the left policy. */
static int sk_flow_find_hubs(struct sk_new_flows *w)
{
	uint32_t most = SK_MAX(w->types->n * SK_HUB_PERCENT / 100, (uint32_t)SK_HUB_LEAST);
	int r = 0;

	for (uint32_t number = 1; number <= w->types->n && !r; number++)
		for (int direction = 0; direction < 2 && !r; direction++) {
			struct selkie_reached *reached = NULL;
			size_t n = 0;

			if (!w->types->id[SK_LEFT][number])
				continue;
			r = selkie_flow_reachable(
				w->flow[SK_LEFT],
				(struct sk_type_id){ w->types->id[SK_LEFT][number] },
				(enum selkie_direction)direction, 1, &reached, &n);
			if (n > most)
				sk_bits_set(w->hubs, number);
			free(reached);
		}
	return r;
}

/* One new way: from the exposed domain, perhaps over another type, through a domain to what is protected; or back. */
struct sk_flow_way {
	enum selkie_direction direction;	/* FORWARD: to what is protected */
	uint32_t exposed, over, domain, secret; /* numbers; over 0 when there is none */
	unsigned int danger;
	unsigned int n_exposed; /* domains that have the same way */
	unsigned int n_over;	/* more types over which they have one; UINT_MAX: counted there */
	enum sk_flow_known {
		SK_KNOWN_NOT,
		SK_KNOWN_ELSEWHERE, /* it had such a way before, through another domain */
		SK_KNOWN_HERE,	    /* through this one, over something else */
		SK_KNOWN_DIRECTLY,  /* it needed none */
	} known;
	enum selkie_held held;
};

static struct sk_type_id sk_flow_right(const struct sk_new_flows *w, uint32_t number)
{
	return (struct sk_type_id){ w->types->id[SK_RIGHT][number] };
}

static int sk_flow_step_rules(struct sk_new_flows *w, uint32_t from, uint32_t to,
			      struct sk_meaning_rules *rules)
{
	struct selkie_flow_rule *list = NULL;
	size_t n = 0;
	int r = selkie_flow_rules(w->flow[SK_RIGHT], sk_flow_right(w, from), sk_flow_right(w, to),
				  &list, &n);

	if (!r && n)
		r = sk_meaning_take_right_rule(w->m, rules, list[0].rule, list[0].perms);
	free(list);
	return r;
}

/* One rule of a step: the permissions that write, of the first type to the second, and those that read, the other way. */
static int sk_flow_rule_held(struct sk_new_flows *w, int side, const struct selkie_flow_rule *rule, uint32_t from, uint32_t to,
			     enum selkie_held *ret)
{
	const struct sk_policy *p = w->m->policy[side];
	const struct sk_rule *r = &p->rules[rule->rule];
	uint32_t read, write;
	int e = 0;

	sk_flow_perms(w->flow[side], r->cls, rule->perms, &read, &write);
	if (write && sk_idset_has(&p->types_of[r->source], from) && sk_idset_has(&p->types_of[r->target], to))
		e = sk_bearers_access(&w->m->bearers[side], from, to, r->cls, write, false, ret);
	if (!e && *ret && read && sk_idset_has(&p->types_of[r->source], to) && sk_idset_has(&p->types_of[r->target], from))
		e = sk_bearers_access(&w->m->bearers[side], to, from, r->cls, read, false, ret);
	return e;
}

/* What holds a direct step back: all of its rules must be. */
static int sk_flow_step_held(struct sk_new_flows *w, int side, uint32_t from, uint32_t to, enum selkie_held *ret)
{
	struct sk_type_id source = { w->types->id[side][from] }, target = { w->types->id[side][to] };
	struct selkie_flow_rule *list = NULL;
	uint32_t *known;
	size_t n = 0;
	bool new;
	int r = sk_map_insert(&w->held[side], (uint64_t)from << 32 | to, SELKIE_HELD_BY_CONSTRAINTS, &known, &new);

	if (!r && new) {
		enum selkie_held held = SELKIE_HELD_BY_CONSTRAINTS;

		r = selkie_flow_rules(w->flow[side], source, target, &list, &n);
		for (size_t i = 0; i < n && held && !r; i++)
			r = sk_flow_rule_held(w, side, &list[i], source.v, target.v, &held);
		*known = held;
		free(list);
	}
	if (!r)
		*ret = (enum selkie_held)*known;
	return r;
}

/* What holds a way back, in whichever of its steps; they are given in the direction of the way. */
static int sk_flow_way_held(struct sk_new_flows *w, struct sk_flow_way *way)
{
	uint32_t nodes[4] = { way->exposed, way->over, way->domain, way->secret }, last = 0;
	bool forward = way->direction == SELKIE_FORWARD;
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(nodes) && way->held == SELKIE_HELD_NOT && !r; i++) {
		if (last && nodes[i])
			r = sk_flow_step_held(w, SK_RIGHT, forward ? last : nodes[i], forward ? nodes[i] : last, &way->held);
		last = nodes[i] ? nodes[i] : last;
	}
	return r;
}

static void sk_flow_text(struct sk_new_flows *w, const struct sk_flow_way *way)
{
	static const char *const known[] = {
		[SK_KNOWN_NOT] = "",
		[SK_KNOWN_ELSEWHERE] = " There were such ways before, through other domains.",
		[SK_KNOWN_HERE] = " That domain was such a way before, over something else.",
		[SK_KNOWN_DIRECTLY] = " Before, none was needed: it was possible directly.",
	};
	struct sk_buf *buf = &w->m->buf;
	const char *const *name = w->types->name;
	struct sk_type_id exposed = sk_flow_right(w, way->exposed);

	if (way->direction == SELKIE_FORWARD) {
		sk_meaning_name(w->m, exposed, way->n_exposed - 1, true);
		sk_buf_join(buf, way->known ? " has one more way to influence " : " can now influence ", name[way->secret],
			    ": written to ", name[way->over ? way->over : way->domain], NULL);
		if (way->n_over)
			sk_buf_printf(buf, " or %u more", way->n_over);
		if (way->over)
			sk_buf_join(buf, ", it is read by ", name[way->domain], NULL);
		sk_buf_join(buf, ", which writes ", name[way->secret], ".", NULL);
	} else {
		sk_buf_join(buf, "What ", name[way->secret], way->known ? " holds has one more way to " : " holds can now get to ",
			    NULL);
		sk_meaning_name(w->m, exposed, way->n_exposed - 1, false);
		sk_buf_join(buf, ": ", name[way->domain], " reads it and writes ",
			    name[way->over ? way->over : way->exposed], NULL);
		if (way->n_over)
			sk_buf_printf(buf, " and %u more", way->n_over);
		sk_buf_adds(buf, way->over ? ", which is read there." : ".");
	}
	sk_buf_adds(buf, known[way->known]);
	sk_meaning_say_held(w->m, way->held);
}

static int sk_flow_add(struct sk_new_flows *w, const struct sk_flow_way *way)
{
	uint32_t path[4] = { way->exposed, way->over, way->domain, way->secret };
	struct selkie_meaning f = { .kind = SELKIE_MEANING_FLOW, .danger = way->danger, .held = way->held };
	struct sk_meaning_rules rules = { 0 };
	const char **names = SK_ARENA_ARRAY(&w->m->out->arena, const char *, 4);
	size_t n = 0;
	int r = names ? 0 : -ENOMEM;

	for (size_t i = 0; i < 4; i++)
		if (path[i])
			path[n++] = path[i];
	for (size_t i = 0; i < n && !r; i++) {
		size_t at = way->direction == SELKIE_FORWARD ? i : n - 1 - i;

		names[i] = w->types->name[path[at]];
		if (i + 1 < n)
			r = sk_flow_step_rules(
				w, path[at],
				path[way->direction == SELKIE_FORWARD ? at + 1 : at - 1], &rules);
	}
	if (!r)
		r = sk_meaning_set_rules(w->m, &f, &rules);
	f.exposure = (enum selkie_exposure)w->m->domains[SK_RIGHT]
			     .exposure[sk_flow_right(w, way->exposed).v];
	f.source = w->types->name[way->exposed];
	f.target = w->types->name[way->secret];
	f.path = names;
	f.n_path = n;
	sk_flow_text(w, way);
	return r ? r : sk_meaning_add(w->m, &f);
}

/* Of the most dangerous of what can be protected, a way over another type is so dangerous, and a direct one; the rest less. */
#define SK_FLOW_OVER_DANGER 80
#define SK_FLOW_DANGER	    85
#define SK_FLOW_SECRET_MOST 95

static unsigned int sk_flow_danger(const struct sk_new_flows *w, const struct sk_flow_way *way)
{
	static const unsigned int by_known[] = { 100, 85, 50, 30 }; /* per cent */
	unsigned int secret = sk_sensitive_content_danger(w->m->sensitive[SK_RIGHT], sk_flow_right(w, way->secret));
	unsigned int danger = sk_meaning_scale(w->m, sk_flow_right(w, way->exposed),
					       way->over ? SK_FLOW_OVER_DANGER : SK_FLOW_DANGER);

	danger = danger * SK_MIN(secret, (unsigned int)SK_FLOW_SECRET_MOST) / SK_FLOW_SECRET_MOST;
	danger = danger * by_known[way->known] / 100;
	danger = danger * (w->types->id[SK_LEFT][way->domain] ? 100 : 70) / 100;
	return sk_meaning_scale_held(way->held, danger);
}

static int sk_flow_keep(struct sk_new_flows *w, const struct sk_flow_way *way)
{
	int r = 0;

	if (w->n == SK_MOST_WAYS) {
		w->m->out->omitted.flows_ended = true;
		return 0;
	}
	if (w->n == w->cap)
		r = sk_grow(&w->list, &w->cap, w->n + 1, sizeof(*w->list));
	if (r)
		return r;
	w->list[w->n] = *way;
	w->list[w->n].danger = sk_flow_danger(w, way);
	w->n++;
	return 0;
}

/* The most dangerous first; then as they were found, which is by secret and domain. */
static int sk_compare_ways(const void *a, const void *b)
{
	const struct sk_flow_way *x = a, *y = b;
	const uint32_t p[] = { y->danger, x->secret, x->direction, x->domain, x->exposed, x->over };
	const uint32_t q[] = { x->danger, y->secret, y->direction, y->domain, y->exposed, y->over };

	for (size_t i = 0; i < SK_ARRAY_LEN(p); i++)
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
	return 0;
}

/* Exposed domains of the right policy that are no hubs, most exposed first; 0 at the end. */
static int sk_flow_exposed(struct sk_new_flows *w, uint32_t **ret)
{
	const uint8_t *exposure = w->m->domains[SK_RIGHT].exposure;
	uint32_t n = 0;

	*ret = SK_ARENA_ARRAY(&w->m->arena, uint32_t, (size_t)w->types->n + 1);
	if (!*ret)
		return -ENOMEM;
	for (int e = SELKIE_EXPOSURE_LISTENS; e > SELKIE_EXPOSURE_NONE; e--)
		for (uint32_t number = 1; number <= w->types->n; number++)
			if (w->types->id[SK_RIGHT][number] && !sk_bits_has(w->hubs, number) &&
			    exposure[w->types->id[SK_RIGHT][number]] == e)
				(*ret)[n++] = number;
	return 0;
}

/* The new ways through one domain in the making. */
struct sk_flow_ways {
	struct sk_new_flows *w;
	enum selkie_direction direction;
	uint32_t secret, domain;
	bool before; /* the domain had to do with the secret under the left policy */
	const uint64_t *was;	 /* left: what has to do with the secret directly */
	const uint64_t *domains; /* left: those of it that are domains */
	const uint64_t *around;	 /* left: these domains, and what is one step from them */
	const uint64_t *touch; /* right: what has to do with the secret directly */
	const uint64_t *in[2]; /* of the domain */
	uint32_t *place[2];    /* by number of what a way goes over: way + 1; and those that are held back */
	struct sk_flow_way *list;
	size_t n, cap;
};

static bool sk_flow_meet(const struct sk_new_flows *w, const uint64_t *a, const uint64_t *b)
{
	for (uint32_t i = 0; i < w->n_words; i++)
		if (a[i] & b[i])
			return true;
	return false;
}

/* Whether a step in the direction of the way is a new transition. */
static bool sk_flow_is_transition(const struct sk_flow_ways *ways, uint32_t from, uint32_t to)
{
	bool forward = ways->direction == SELKIE_FORWARD;

	return sk_map_find(&ways->w->m->transitions,
			   (uint64_t)(forward ? from : to) << 32 | (forward ? to : from));
}

/* A way over a type, or directly (0). Ways of several domains over the same are one. */
static int sk_flow_take_way(struct sk_flow_ways *ways, uint32_t exposed, uint32_t over, enum sk_flow_known known)
{
	struct sk_flow_way way = { .direction = ways->direction,
				   .exposed = exposed,
				   .over = over,
				   .domain = ways->domain,
				   .secret = ways->secret,
				   .n_exposed = 1 };
	uint32_t *place;
	int r;

	if (ways->w->n_looked++ > SK_MOST_LOOKED)
		return 0;
	if (over == ways->secret || (over && (over == exposed || over == ways->domain)))
		return 0;
	if (sk_flow_is_transition(ways, exposed, over ? over : ways->domain) ||
	    (over && sk_flow_is_transition(ways, over, ways->domain)))
		return 0;
	r = sk_flow_way_held(ways->w, &way);
	if (r)
		return r;
	place = &ways->place[way.held != SELKIE_HELD_NOT][over];
	if (*place) {
		ways->list[*place - 1].n_exposed++;
		return 0;
	}
	r = sk_grow(&ways->list, &ways->cap, ways->n + 1, sizeof(*ways->list));
	if (r)
		return r;
	way.known = known;
	ways->list[ways->n] = way;
	*place = (uint32_t)++ways->n;
	return 0;
}

/* Whether somebody could make a step of the left policy. */
static int sk_flow_could_step(struct sk_flow_ways *ways, uint32_t from, uint32_t to, bool *ret)
{
	bool forward = ways->direction == SELKIE_FORWARD;
	enum selkie_held held;
	int r = sk_flow_step_held(ways->w, SK_LEFT, forward ? from : to, forward ? to : from, &held);

	*ret = !r && held == SELKIE_HELD_NOT;
	return r;
}

/* Whether somebody could go from an exposed domain to another domain under the left policy, directly or over a type. */
static int sk_flow_could_come(struct sk_flow_ways *ways, uint32_t exposed, const uint64_t *out, uint32_t domain, bool *ret)
{
	enum selkie_direction back = ways->direction == SELKIE_FORWARD ? SELKIE_BACKWARD : SELKIE_FORWARD;
	const uint64_t *in;
	int r = sk_flow_near(ways->w, SK_LEFT, back, domain, &in);

	*ret = false;
	if (!r && sk_bits_has(out, domain))
		r = sk_flow_could_step(ways, exposed, domain, ret);
	for (uint32_t i = 0; i < ways->w->n_words; i++)
		for (uint64_t both = out[i] & in[i]; both && !r && !*ret; both &= both - 1) {
			uint32_t over = i * 64 + (uint32_t)__builtin_ctzll(both);

			if (over == ways->secret)
				continue;
			r = sk_flow_could_step(ways, exposed, over, ret);
			if (!r && *ret)
				r = sk_flow_could_step(ways, over, domain, ret);
		}
	return r;
}

/* The same through a domain of the left policy, to what is protected. */
static int sk_flow_could_through(struct sk_flow_ways *ways, uint32_t exposed, const uint64_t *out, uint32_t domain, bool *ret)
{
	int r = sk_flow_could_step(ways, domain, ways->secret, ret);

	return r || !*ret ? r : sk_flow_could_come(ways, exposed, out, domain, ret);
}

/* How the exposed domain could do the same before. What rules allowed and nobody could do does not count. */
static int sk_flow_find_known(struct sk_flow_ways *ways, uint32_t exposed, const uint64_t *out, enum sk_flow_known *ret)
{
	struct sk_new_flows *w = ways->w;
	bool could = false;
	int r = 0;

	*ret = SK_KNOWN_NOT;
	if (!w->types->id[SK_LEFT][exposed] || !w->types->id[SK_LEFT][ways->secret])
		return 0;
	if (sk_bits_has(ways->was, exposed))
		r = sk_flow_could_step(ways, exposed, ways->secret, &could);
	if (r || could) {
		*ret = SK_KNOWN_DIRECTLY;
		return r;
	}
	if (!sk_flow_meet(w, out, ways->around))
		return 0;
	if (ways->before)
		r = sk_flow_could_through(ways, exposed, out, ways->domain, &could);
	if (r || could) {
		*ret = SK_KNOWN_HERE;
		return r;
	}
	for (uint32_t i = 0; i < w->n_words; i++)
		for (uint64_t rest = ways->domains[i]; rest && !r && !could; rest &= rest - 1)
			r = sk_flow_could_through(ways, exposed, out, i * 64 + (uint32_t)__builtin_ctzll(rest), &could);
	*ret = could ? SK_KNOWN_ELSEWHERE : SK_KNOWN_NOT;
	return r;
}

/* The new ways of one exposed domain. What has to do with the secret itself is a matter of privileges. */
static int sk_flow_take_exposed(struct sk_flow_ways *ways, uint32_t exposed)
{
	enum sk_flow_known known = SK_KNOWN_NOT;
	struct sk_new_flows *w = ways->w;
	const uint64_t *out[2];
	bool direct, any;
	int r = 0;

	if (exposed == ways->domain || exposed == ways->secret || sk_bits_has(ways->touch, exposed))
		return 0;
	for (int side = 0; side < 2 && !r; side++)
		r = sk_flow_near(w, side, ways->direction, exposed, &out[side]);
	if (r)
		return r;
	any = direct = sk_bits_has(out[SK_RIGHT], ways->domain) && !(ways->before && sk_bits_has(out[SK_LEFT], ways->domain));
	for (uint32_t i = 0; i < w->n_words && !any; i++)
		any = out[SK_RIGHT][i] & ways->in[SK_RIGHT][i] & ~(ways->before ? out[SK_LEFT][i] & ways->in[SK_LEFT][i] : 0);
	if (any && w->n_looked <= SK_MOST_LOOKED)
		r = sk_flow_find_known(ways, exposed, out[SK_LEFT], &known);
	if (!r && direct)
		r = sk_flow_take_way(ways, exposed, 0, known);
	for (uint32_t i = 0; i < w->n_words; i++) {
		uint64_t was = ways->before ? out[SK_LEFT][i] & ways->in[SK_LEFT][i] : 0;
		uint64_t new = out[SK_RIGHT][i] & ways->in[SK_RIGHT][i] & ~was;

		for (; new && !r; new &= new - 1)
			r = sk_flow_take_way(ways, exposed, i * 64 + (uint32_t)__builtin_ctzll(new),
					     known);
	}
	return r;
}

/* Ways of the same domains over several types become one. */
static int sk_flow_merge_ways(struct sk_flow_ways *ways)
{
	struct sk_map first = { 0 };
	int r = 0;

	for (size_t i = 0; i < ways->n && !r; i++) {
		struct sk_flow_way *way = &ways->list[i];
		uint64_t key = (uint64_t)way->exposed << 31 | (uint64_t)way->n_exposed << 4 |
			       (uint64_t)way->held << 2 | way->known;
		uint32_t *at;

		if (!way->over)
			continue;
		r = sk_map_insert(&first, key, (uint32_t)i, &at, NULL);
		if (r || *at == i)
			continue;
		ways->list[*at].n_over++;
		way->n_over = UINT_MAX;
	}
	sk_map_done(&first);
	return r;
}

/* All new ways through one domain. */
static int sk_flow_through(struct sk_flow_ways *ways, const uint32_t *exposed)
{
	enum selkie_direction back =
		ways->direction == SELKIE_FORWARD ? SELKIE_BACKWARD : SELKIE_FORWARD;
	struct sk_new_flows *w = ways->w;
	int r = 0;

	for (int side = 0; side < 2 && !r; side++)
		r = sk_flow_near(w, side, back, ways->domain, &ways->in[side]);
	ways->n = 0;
	for (int held = 0; held < 2; held++)
		memset(ways->place[held], 0, ((size_t)w->types->n + 1) * sizeof(*ways->place[held]));
	for (; !r && *exposed && w->n_looked <= SK_MOST_LOOKED; exposed++)
		r = sk_flow_take_exposed(ways, *exposed);
	if (!r)
		r = sk_flow_merge_ways(ways);
	for (size_t i = 0; i < ways->n && !r; i++)
		if (ways->list[i].n_over != UINT_MAX)
			r = sk_flow_keep(w, &ways->list[i]);
	return r;
}

/* All new ways to a secret (FORWARD) or from it. */
static int sk_flow_secret(struct sk_new_flows *w, enum selkie_direction direction, uint32_t secret,
			  const uint32_t *exposed)
{
	enum selkie_direction back = direction == SELKIE_FORWARD ? SELKIE_BACKWARD : SELKIE_FORWARD;
	const uint8_t *is[2] = { w->m->domains[SK_LEFT].is, w->m->domains[SK_RIGHT].is };
	struct sk_flow_ways ways = { .w = w, .direction = direction, .secret = secret };
	sk_auto_free uint64_t *around = calloc(w->n_words, sizeof(*around));
	sk_auto_free uint64_t *domains = calloc(w->n_words, sizeof(*domains));
	const uint64_t *before, *in;
	int r = around && domains ? sk_flow_near(w, SK_LEFT, back, secret, &before) : -ENOMEM;

	if (!r)
		r = sk_flow_near(w, SK_RIGHT, back, secret, &ways.touch);
	for (uint32_t n = 1; n <= w->types->n && !r; n++) {
		if (!sk_bits_has(before, n) || !is[SK_LEFT][w->types->id[SK_LEFT][n]])
			continue;
		sk_bits_set(domains, n);
		sk_bits_set(around, n);
		r = sk_flow_near(w, SK_LEFT, back, n, &in);
		for (uint32_t i = 0; i < w->n_words && !r; i++)
			around[i] |= in[i];
	}
	ways.was = r ? NULL : before;
	ways.domains = domains;
	ways.around = around;
	for (int held = 0; held < 2; held++) {
		ways.place[held] = calloc((size_t)w->types->n + 1, sizeof(*ways.place[held]));
		if (!ways.place[held])
			r = -ENOMEM;
	}
	for (uint32_t n = 1; n <= w->types->n && !r; n++) {
		if (!sk_bits_has(ways.touch, n) || !is[SK_RIGHT][w->types->id[SK_RIGHT][n]])
			continue;
		ways.domain = n;
		ways.before = sk_bits_has(before, n);
		r = sk_flow_through(&ways, exposed);
	}
	free(ways.place[0]);
	free(ways.place[1]);
	free(ways.list);
	return r;
}

static int sk_flows_begin(struct sk_new_flows *w)
{
	int r = 0;

	w->types = &w->m->walk.pairs[SK_PAIR_TYPES];
	w->n_words = SK_BITS_WORDS(w->types->n);
	w->hubs = SK_ARENA_ARRAY(&w->m->arena, uint64_t, w->n_words);
	for (int side = 0; side < 2 && !r; side++) {
		struct selkie_flow_options options = SELKIE_FLOW_OPTIONS_INIT;

		options.min_weight = SK_FLOW_WEIGHT;
		options.state = w->m->state[side];
		for (int direction = 0; direction < 2; direction++)
			w->near[side][direction] =
				SK_ARENA_ARRAY(&w->m->arena, uint64_t *, (size_t)w->types->n + 1);
		r = w->hubs && w->near[side][0] && w->near[side][1] ? 0 : -ENOMEM;
		if (!r)
			r = selkie_flow_new(w->m->policy[side], &options, NULL, &w->flow[side]);
	}
	return r ? r : sk_flow_find_hubs(w);
}

static int sk_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Says what was not looked at. */
static int sk_flows_omit(struct sk_new_flows *w, size_t told)
{
	struct selkie_meanings_omitted *omitted = &w->m->out->omitted;
	const char **hubs;
	size_t n = 0;

	for (uint32_t i = 0; i < w->n_words; i++)
		n += (size_t)__builtin_popcountll(w->hubs[i]);
	hubs = SK_ARENA_ARRAY(&w->m->out->arena, const char *, n + 1);
	if (!hubs)
		return -ENOMEM;
	for (uint32_t number = 1; number <= w->types->n; number++)
		if (sk_bits_has(w->hubs, number))
			hubs[omitted->n_hubs++] = w->types->name[number];
	if (n > 1)
		qsort(hubs, n, sizeof(*hubs), sk_compare_names);
	omitted->hubs = hubs;
	omitted->n_flows = w->n - told;
	omitted->flows_ended = omitted->flows_ended || w->n_looked > SK_MOST_LOOKED;
	return 0;
}

int sk_meaning_flows(struct sk_making_meanings *m)
{
	struct sk_new_flows w = { .m = m };
	uint32_t *exposed = NULL;
	int r = sk_flows_begin(&w);
	size_t told;

	if (!r)
		r = sk_flow_exposed(&w, &exposed);
	for (uint32_t number = 1; number <= w.types->n && !r; number++) {
		struct sk_type_id right = sk_flow_right(&w, number);

		if (!right.v || !sk_sensitive_content(m->sensitive[SK_RIGHT], right))
			continue;
		r = sk_flow_secret(&w, SELKIE_FORWARD, number, exposed);
		if (!r)
			r = sk_flow_secret(&w, SELKIE_BACKWARD, number, exposed);
	}
	if (w.n > 1)
		qsort(w.list, w.n, sizeof(*w.list), sk_compare_ways);
	told = SK_MIN(w.n, (size_t)SK_MEANING_MOST);
	for (size_t i = 0; i < told && !r; i++)
		r = sk_flow_add(&w, &w.list[i]);
	if (!r)
		r = sk_flows_omit(&w, told);
	sk_map_done(&w.held[SK_LEFT]);
	sk_map_done(&w.held[SK_RIGHT]);
	free(w.list);
	selkie_flow_free(w.flow[SK_LEFT]);
	selkie_flow_free(w.flow[SK_RIGHT]);
	return r;
}
