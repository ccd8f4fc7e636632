/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Automata by lazy subset construction. A state is the set of instructions that wait for the next byte, sorted, with
 * its verdict for each file type computed once. Invariant: whatever cannot change a verdict any more is not in the set,
 * that is, everything below a rule that by now fits all that may follow; this keeps the sets, and their number, small.
 * Deliberately not done: minimization, and giving memory back before the database is freed.
 */
#include "label/automaton.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"

struct sk_label_state {
	uint32_t best[SK_N_KINDS]; /* rule + 1, or 0 */
	uint32_t n_insts, hash;
	bool stable; /* every byte leads back here */
	const uint32_t *insts;
	struct sk_label_state *same_bucket;
	struct sk_label_state *next[]; /* by class of byte; NULL when not made yet */
};

struct sk_label_automaton {
	const struct sk_label_inst *insts;
	const struct sk_byte_set *sets;
	const uint32_t *starts; /* first instruction of each part */
	const uint8_t *kinds;	/* by part */
	const uint32_t *rules;	/* by part, rising; instructions name the part in x */
	uint32_t n_insts, n_parts, n_classes;
	uint8_t class_of[256], byte_of[256]; /* a byte's class; one byte of each class */
	struct sk_label_state *start;
	struct sk_label_state **buckets; /* under the builder's lock, as all below */
	uint32_t n_states, n_buckets;
};

/* A set of instructions being gathered: a list, and marks of what is in it. Bounded by the program's length. */
struct sk_inst_set {
	uint32_t *list, *stack, *marks;
	uint32_t n, mark;
};

int sk_label_builder_init(struct sk_label_builder *b, size_t budget)
{
	memset(b, 0, sizeof(*b));
	b->budget = budget;
	return -pthread_mutex_init(&b->lock, NULL);
}

void sk_label_builder_done(struct sk_label_builder *b)
{
	sk_arena_done(&b->arena);
	pthread_mutex_destroy(&b->lock);
}

/* One allocation for the three arrays. */
static int inst_set_init(struct sk_inst_set *set, uint32_t n_insts)
{
	size_t n = (size_t)n_insts + 1;

	memset(set, 0, sizeof(*set));
	set->list = calloc(n, 4 * sizeof(*set->list));
	if (!set->list)
		return -ENOMEM;
	set->stack = set->list + n;
	set->marks = set->list + 3 * n;
	return 0;
}

static void inst_set_clear(struct sk_inst_set *set)
{
	set->n = 0;
	set->mark++;
}

/* Adds what waits at instruction `at` or is reached from there without a byte. Each is visited once in a set. */
static void inst_set_add(struct sk_inst_set *set, const struct sk_label_automaton *a, uint32_t at)
{
	uint32_t n_stack = 0;

	set->stack[n_stack++] = at;
	while (n_stack) {
		const struct sk_label_inst *in;

		at = set->stack[--n_stack];
		if (set->marks[at] == set->mark)
			continue;
		set->marks[at] = set->mark;
		in = &a->insts[at];
		if (in->op == SK_OP_SPLIT) {
			set->stack[n_stack++] = in->y;
			set->stack[n_stack++] = in->x;
		} else if (in->op == SK_OP_JUMP) {
			set->stack[n_stack++] = in->x;
		} else {
			set->list[set->n++] = at;
		}
	}
}

/* Whether a byte leads from the instruction to the next one. */
static bool takes(const struct sk_label_automaton *a, const struct sk_label_inst *in,
		  unsigned char byte)
{
	if (in->op == SK_OP_BYTE)
		return in->x == byte;
	if (in->op == SK_OP_SET)
		return sk_byte_set_has(&a->sets[in->x], byte);
	return in->op == SK_OP_MATCH && in->y && byte == '\n';
}

static void inst_set_step(struct sk_inst_set *to, const struct sk_label_automaton *a,
			  const uint32_t *from, uint32_t n, unsigned char byte)
{
	inst_set_clear(to);
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_label_inst *in = &a->insts[from[i]];

		if (in->op == SK_OP_ALL)
			inst_set_add(to, a, from[i]);
		else if (takes(a, in, byte))
			inst_set_add(to, a, from[i] + 1);
	}
}

/* The part that an instruction belongs to: starts rise with the parts. */
static uint32_t part_of(const struct sk_label_automaton *a, uint32_t at)
{
	uint32_t low = 0, high = a->n_parts;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (a->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Drops what stands below a rule that fits whatever follows. */
static void inst_set_prune(struct sk_inst_set *set, const struct sk_label_automaton *a)
{
	uint32_t floor[SK_N_KINDS] = { 0 }; /* part + 1 */
	uint32_t n = 0;
	bool any = false;

	for (uint32_t i = 0; i < set->n; i++) {
		const struct sk_label_inst *in = &a->insts[set->list[i]];

		if (in->op == SK_OP_ALL) {
			floor[a->kinds[in->x]] = SK_MAX(floor[a->kinds[in->x]], in->x + 1);
			any = true;
		}
	}
	for (uint32_t i = 0; any && i < set->n; i++) {
		uint32_t part = part_of(a, set->list[i]);
		uint32_t least = SK_MAX(floor[SK_KIND_ANY], floor[a->kinds[part]]);

		if (part + 1 > least ||
		    (part + 1 == least && a->insts[set->list[i]].op == SK_OP_ALL))
			set->list[n++] = set->list[i];
	}
	if (any)
		set->n = n;
}

static void inst_set_verdict(const struct sk_label_automaton *a, const uint32_t *list, uint32_t n,
			     uint32_t best[SK_N_KINDS])
{
	memset(best, 0, SK_N_KINDS * sizeof(*best));
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_label_inst *in = &a->insts[list[i]];
		uint32_t rule;

		if (in->op != SK_OP_MATCH && in->op != SK_OP_NEWLINE && in->op != SK_OP_ALL)
			continue;
		rule = a->rules[in->x] + 1;
		for (unsigned int k = 0; k < SK_N_KINDS; k++)
			if (sk_kind_fits(a->kinds[in->x], k))
				best[k] = SK_MAX(best[k], rule);
	}
}

static int compare_u32(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

static int grow_buckets(struct sk_label_builder *b, struct sk_label_automaton *a)
{
	uint32_t n = a->n_buckets ? a->n_buckets * 2 : 8;
	struct sk_label_state **buckets = SK_ARENA_ARRAY(&b->arena, struct sk_label_state *, n);

	if (!buckets)
		return -ENOMEM;
	for (uint32_t i = 0; i < a->n_buckets; i++)
		for (struct sk_label_state *s = a->buckets[i], *then; s; s = then) {
			then = s->same_bucket;
			s->same_bucket = buckets[s->hash & (n - 1)];
			buckets[s->hash & (n - 1)] = s;
		}
	a->buckets = buckets;
	a->n_buckets = n;
	return 0;
}

/* The state of a set, found or made. NULL when out of memory. */
static struct sk_label_state *state_of(struct sk_label_builder *b, struct sk_label_automaton *a,
				       struct sk_inst_set *set)
{
	size_t bytes = set->n * sizeof(*set->list);
	struct sk_label_state *s;
	uint32_t hash;

	inst_set_prune(set, a);
	bytes = set->n * sizeof(*set->list);
	qsort(set->list, set->n, sizeof(*set->list), compare_u32);
	hash = (uint32_t)sk_hash_bytes(set->list, bytes);
	for (s = a->n_buckets ? a->buckets[hash & (a->n_buckets - 1)] : NULL; s; s = s->same_bucket)
		if (s->hash == hash && s->n_insts == set->n &&
		    (!bytes || !memcmp(s->insts, set->list, bytes)))
			return s;
	if (a->n_states >= a->n_buckets && grow_buckets(b, a))
		return NULL;
	s = sk_arena_calloc(&b->arena, 1, sizeof(*s) + a->n_classes * sizeof(s->next[0]));
	if (!s)
		return NULL;
	s->insts = sk_arena_memdup(&b->arena, set->list, bytes);
	if (!s->insts)
		return NULL;
	s->n_insts = set->n;
	s->hash = hash;
	s->stable = true;
	for (uint32_t i = 0; i < set->n; i++)
		s->stable &= a->insts[set->list[i]].op == SK_OP_ALL;
	inst_set_verdict(a, s->insts, s->n_insts, s->best);
	s->same_bucket = a->buckets[hash & (a->n_buckets - 1)];
	a->buckets[hash & (a->n_buckets - 1)] = s;
	a->n_states++;
	return s;
}

/* Splits the classes of bytes by membership in a set. */
static void refine(struct sk_label_automaton *a, const struct sk_byte_set *set)
{
	int16_t inside[256];
	bool outside[256] = { false };

	if (a->n_classes == 256)
		return;
	memset(inside, -1, sizeof(inside));
	for (unsigned int c = 0; c < 256; c++)
		if (!sk_byte_set_has(set, (unsigned char)c))
			outside[a->class_of[c]] = true;
	for (unsigned int c = 0; c < 256; c++) {
		uint8_t class = a->class_of[c];

		if (!sk_byte_set_has(set, (unsigned char)c) || !outside[class])
			continue;
		if (inside[class] < 0)
			inside[class] = (int16_t)a->n_classes++;
		a->class_of[c] = (uint8_t)inside[class];
	}
}

static void find_classes(struct sk_label_automaton *a, size_t n_sets)
{
	bool seen[256] = { ['\n'] = true };

	for (uint32_t i = 0; i < a->n_insts; i++)
		if (a->insts[i].op == SK_OP_BYTE)
			seen[a->insts[i].x] = true;
	a->n_classes = 1;
	for (unsigned int c = 0; c < 256; c++)
		if (seen[c])
			a->class_of[c] = (uint8_t)(a->n_classes < 256 ? a->n_classes++ : 0);
	for (size_t i = 0; i < n_sets; i++)
		refine(a, &a->sets[i]);
	for (unsigned int c = 256; c-- > 0;)
		a->byte_of[a->class_of[c]] = (uint8_t)c;
}

static int copy_program(struct sk_label_builder *b, struct sk_label_automaton *a,
			const struct sk_label_program *pg)
{
	struct sk_inst_set set;

	a->insts = sk_arena_memdup(&b->arena, pg->insts, pg->n_insts * sizeof(*pg->insts));
	a->sets = sk_arena_memdup(&b->arena, pg->sets, pg->n_sets * sizeof(*pg->sets));
	if (!a->insts || !a->sets || inst_set_init(&set, (uint32_t)pg->n_insts))
		return -ENOMEM;
	a->n_insts = (uint32_t)pg->n_insts;
	find_classes(a, pg->n_sets);
	inst_set_clear(&set);
	for (uint32_t i = 0; i < a->n_parts; i++)
		inst_set_add(&set, a, a->starts[i]);
	a->start = state_of(b, a, &set);
	free(set.list);
	return a->start ? 0 : -ENOMEM;
}

int sk_label_automaton_new(struct sk_label_builder *b, size_t n,
			   void (*part_at)(const void *arg, size_t i,
					   struct sk_label_part *ret_part),
			   const void *arg, struct sk_label_automaton **ret_automaton)
{
	struct sk_label_automaton *a = SK_ARENA_NEW(&b->arena, struct sk_label_automaton);
	uint32_t *starts = SK_ARENA_ARRAY(&b->arena, uint32_t, n);
	uint32_t *rules = SK_ARENA_ARRAY(&b->arena, uint32_t, n);
	uint8_t *kinds = SK_ARENA_ARRAY(&b->arena, uint8_t, n);
	struct sk_label_parser *parser = sk_label_parser_new();
	struct sk_label_program pg = { 0 };
	int r = a && starts && rules && kinds && parser ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !r; i++) {
		struct sk_label_part part;

		part_at(arg, i, &part);
		starts[i] = (uint32_t)pg.n_insts;
		rules[i] = part.rule;
		kinds[i] = (uint8_t)part.kind;
		r = sk_label_pattern_compile(part.pattern, (uint32_t)i, part.newline, parser, &pg);
	}
	if (!r) {
		a->starts = starts;
		a->rules = rules;
		a->kinds = kinds;
		a->n_parts = (uint32_t)n;
		r = copy_program(b, a, &pg);
	}
	sk_label_program_done(&pg);
	sk_label_parser_free(parser);
	if (!r)
		*ret_automaton = a;
	return r;
}

/* The state after `s` for a class of bytes; *ret_next is NULL when the budget is used up. */
static int make_next(struct sk_label_builder *b, struct sk_label_automaton *a,
		     struct sk_label_state *s, uint8_t class, struct sk_label_state **ret_next)
{
	struct sk_label_state *next = NULL;
	struct sk_inst_set set;
	int r = 0;

	pthread_mutex_lock(&b->lock);
	if (s->next[class]) {
		next = s->next[class];
	} else if (b->arena.n_bytes < b->budget) {
		r = inst_set_init(&set, a->n_insts);
		if (!r) {
			inst_set_step(&set, a, s->insts, s->n_insts, a->byte_of[class]);
			next = state_of(b, a, &set);
			free(set.list);
			if (next)
				__atomic_store_n(&s->next[class], next, __ATOMIC_RELEASE);
			else
				r = -ENOMEM;
		}
	}
	pthread_mutex_unlock(&b->lock);
	*ret_next = next;
	return r;
}

/* The rest of the way without keeping states. */
static int run_on_sets(const struct sk_label_automaton *a, const struct sk_label_state *from,
		       const char *s, size_t n, enum sk_label_kind kind, uint32_t *ret_best)
{
	struct sk_inst_set sets[2] = { { 0 }, { 0 } };
	uint32_t best[SK_N_KINDS];
	int now = 0, r;

	r = inst_set_init(&sets[0], a->n_insts);
	if (!r)
		r = inst_set_init(&sets[1], a->n_insts);
	if (!r) {
		memcpy(sets[0].list, from->insts, from->n_insts * sizeof(*from->insts));
		sets[0].n = from->n_insts;
		for (size_t i = 0; i < n && sets[now].n; i++, now = !now) {
			inst_set_step(&sets[!now], a, sets[now].list, sets[now].n,
				      (unsigned char)s[i]);
			inst_set_prune(&sets[!now], a);
		}
		inst_set_verdict(a, sets[now].list, sets[now].n, best);
		*ret_best = best[kind];
	}
	free(sets[0].list);
	free(sets[1].list);
	return r;
}

int sk_label_automaton_run(struct sk_label_builder *b, struct sk_label_automaton *a, const char *s,
			   size_t n, enum sk_label_kind kind, uint32_t *ret_best)
{
	struct sk_label_state *state = a->start;

	for (size_t i = 0; i < n && !state->stable; i++) {
		uint8_t class = a->class_of[(unsigned char)s[i]];
		struct sk_label_state *next =
			__atomic_load_n(&state->next[class], __ATOMIC_ACQUIRE);

		if (!next) {
			int r = make_next(b, a, state, class, &next);

			if (r)
				return r;
			if (!next)
				return run_on_sets(a, state, s + i, n - i, kind, ret_best);
		}
		state = next;
	}
	*ret_best = state->best[kind];
	return 0;
}
