/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transitions of roles, of types by the object's name, and of ranges, and which role may become which. All name types,
 * roles and classes one by one. Two statements that give one thing two results are a conflict, named at both places.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "model/level.h"
#include "provenance/origins.h"

/* Kinds of origins' keys. */
#define SK_FACT_ROLE_ALLOW ((uint32_t)__builtin_ctz(SELKIE_RULE_ROLE_ALLOW))
#define SK_FACT_ROLE_TRANSITION ((uint32_t)__builtin_ctz(SELKIE_RULE_ROLE_TRANSITION))
#define SK_FACT_RANGE_TRANSITION ((uint32_t)__builtin_ctz(SELKIE_RULE_RANGE_TRANSITION))

static int sk_compile_role_allows(struct sk_compiler *c)
{
	struct sk_map seen = { 0 };
	SK_PARTS(struct sk_role_allow) out = { 0 };
	struct sk_policy *p = c->policy;
	int r = 0;

	SK_EACH_STMT_OF(c, SK_UNIT_ROLE_ALLOW, u, stmt, number) {
		const struct sk_bitset *from, *to;

		if (r)
			continue;
		from = sk_set_ids(c, stmt, stmt->op[0]);
		to = sk_set_ids(c, stmt, stmt->op[1]);
		for (uint32_t a = from && to ? sk_bitset_next(from, 0) : UINT32_MAX; !r && a != UINT32_MAX;
		     a = sk_bitset_next(from, a + 1))
			for (uint32_t b = sk_bitset_next(to, 0); !r && b != UINT32_MAX; b = sk_bitset_next(to, b + 1)) {
				const struct sk_role_allow allow = { { a }, { b } };
				uint32_t *value;
				bool fresh;

				r = sk_note_fact(c, SK_FACT_ROLE_ALLOW, a, b, 0, SK_INTERN_NONE, number);
				r = r ? r : sk_map_insert(&seen, (uint64_t)a << 32 | b, number, &value, &fresh);
				if (!r && fresh)
					r = SK_COMPILE_ADD(out, allow);
			}
	}
	sk_map_done(&seen);
	p->role_allows = SK_ARENA_ARRAY(&p->arena, struct sk_role_allow, out.n + 1);
	if (!p->role_allows)
		r = -ENOMEM;
	for (size_t i = out.n; !r && i--;)	/* compilers put the last one said first */
		p->role_allows[p->n_role_allows++] = out.list[i];
	free(out.list);
	return r;
}

/* For each id of a set. */
#define SK_EACH_ID(id, set) \
	for ((id) = sk_bitset_next((set), 0); (id) != UINT32_MAX; (id) = sk_bitset_next((set), (id) + 1))

/* A transition on its way; `value` is a role, a type, or an index of ranges. */
struct sk_transition {
	uint32_t source, target, cls, name;
	uint32_t value;
	uint32_t stmt;
};

struct sk_transitions {
	struct sk_compiler *c;
	uint32_t kind;			/* of their origins */
	SK_PARTS(struct sk_transition) list;
	SK_PARTS(uint32_t) next;	/* of equal hash */
	struct sk_map seen;
};

static bool sk_same_transition(const struct sk_transition *a, const struct sk_transition *b)
{
	return a->source == b->source && a->target == b->target && a->cls == b->cls && a->name == b->name;
}

/* The transition of the same key, or NULL after adding this one; *ret_failed when out of memory. */
static struct sk_transition *sk_add_transition(struct sk_transitions *t, const struct sk_transition *new, bool *ret_failed)
{
	uint64_t key = sk_hash_u64((uint64_t)new->source << 32 | new->target) ^
		       sk_hash_u64((uint64_t)new->name << 32 | new->cls | 0x80000000u);
	uint32_t *value;

	if (key == SK_MAP_NONE)
		key = 0;
	if (sk_note_fact(t->c, t->kind, new->source, new->target, new->cls, new->name, new->stmt) ||
	    sk_map_insert(&t->seen, key, SK_SPACE_NONE, &value, NULL)) {
		*ret_failed = true;
		return NULL;
	}
	for (uint32_t i = *value; i != SK_SPACE_NONE; i = t->next.list[i])
		if (sk_same_transition(&t->list.list[i], new))
			return &t->list.list[i];
	if (SK_COMPILE_ADD(t->next, *value) || SK_COMPILE_ADD(t->list, *new)) {
		*ret_failed = true;
		return NULL;
	}
	*value = (uint32_t)t->list.n - 1;
	return NULL;
}

static void sk_transitions_done(struct sk_transitions *t)
{
	free(t->list.list);
	free(t->next.list);
	sk_map_done(&t->seen);
}

/* Whether a statement of this unit, outside any optional, puts the type into the attribute. */
static bool sk_unit_puts(struct sk_compiler *c, uint32_t unit, const struct sk_entity *attribute, uint32_t type)
{
	for (uint32_t m = c->member_first[attribute->id]; m != SK_SPACE_NONE; m = c->members.list[m].next) {
		uint32_t of;
		const struct sk_unit_stmt *stmt = sk_stmt_at(c, c->members.list[m].stmt, &of);
		const struct sk_bitset *types;

		if (of != unit || stmt->block != c->units[unit]->top)
			continue;
		types = sk_set_types(c, stmt, stmt->op[1]);
		if (types && sk_bitset_has(types, type))
			return true;
	}
	return false;
}

/* Whether the unit on its own knows that the type is in one of its sets. */
static bool sk_unit_knows(struct sk_compiler *c, uint32_t unit, uint32_t number, uint32_t type)
{
	const struct sk_name_set *set = &c->space->sets.list[number];

	if (set->flags & (SK_SET_STAR | SK_SET_COMPLEMENT | SK_SET_EXPR))
		return true;
	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t symbol = sk_meaning(c, set->items[i]);
		const struct sk_entity *s;

		if (symbol == SK_SPACE_NONE)
			continue;
		s = &c->symbols.list[symbol];
		if (s->flavor == SK_FLAVOR_ATTRIBUTE ? sk_unit_puts(c, unit, s, type) : s->id == type)
			return true;
	}
	return false;
}

/*
 * checkpolicy refuses a role or named transition that stands twice in one policy or module, though it gave the same; but
 * only if it can tell by that module alone, which types an attribute gets in others or in an optional it does not know.
 */
static bool sk_may_be_again(struct sk_compiler *c, struct sk_transition *old, const struct sk_transition *new)
{
	uint32_t unit_of[2];
	bool known[2];

	for (unsigned int i = 0; i < 2; i++) {
		const struct sk_transition *t = i ? new : old;
		const struct sk_unit_stmt *stmt = sk_stmt_at(c, t->stmt, &unit_of[i]);
		bool of_types = stmt->kind == SK_UNIT_TYPE_TRANSITION;
		uint32_t flags = c->space->sets.list[stmt->op[1]].flags;

		known[i] = (!of_types || sk_unit_knows(c, unit_of[i], stmt->op[0], t->source)) &&
			   ((t->source == t->target && flags & SK_SET_SELF) ||
			    sk_unit_knows(c, unit_of[i], stmt->op[1], t->target));
	}
	if (unit_of[0] == unit_of[1] && c->units[unit_of[0]]->source != SK_UNIT_CIL && known[0] && known[1])
		return false;
	if (known[1])
		old->stmt = new->stmt;	/* that may be in the next one's unit */
	return true;
}

static int sk_compile_role_transitions(struct sk_compiler *c)
{
	struct sk_transitions t = { .c = c, .kind = SK_FACT_ROLE_TRANSITION };
	struct sk_policy *p = c->policy;
	bool failed = false;

	SK_EACH_STMT_OF(c, SK_UNIT_ROLE_TRANSITION, u, stmt, number) {
		const struct sk_bitset *roles, *types, *classes;
		uint32_t result;

		roles = sk_set_ids(c, stmt, stmt->op[0]);
		types = sk_set_types(c, stmt, stmt->op[1]);
		classes = sk_set_ids(c, stmt, stmt->op[2]);
		result = sk_need_symbol(c, stmt, stmt->op[3], SK_FLAVOR_PLAIN);
		if (!roles || !types || !classes || result == SK_SPACE_NONE)
			continue;
		for (uint32_t r = sk_bitset_next(roles, 0); r != UINT32_MAX; r = sk_bitset_next(roles, r + 1))
			for (uint32_t y = sk_bitset_next(types, 0); y != UINT32_MAX; y = sk_bitset_next(types, y + 1))
				for (uint32_t k = sk_bitset_next(classes, 0); k != UINT32_MAX && !failed;
				     k = sk_bitset_next(classes, k + 1)) {
					const struct sk_transition new = { r, y, k, SK_INTERN_NONE, c->symbols.list[result].id,
									   number };
					struct sk_transition *old = sk_add_transition(&t, &new, &failed);

					if (!old || old->stmt == number ||
					    (old->value == new.value && sk_may_be_again(c, old, &new)))
						continue;
					if (old->value == new.value) {
						sk_compile_note(c, sk_compile_error(c, "E0807", stmt,
							"role_transition %s %s:%s gives '%s' twice", p->roles[r - 1].name,
							p->types[y - 1].name, p->classes[k - 1].name, p->roles[new.value - 1].name),
							sk_stmt_at(c, old->stmt, NULL), "it is given here");
						continue;
					}
					sk_compile_note(c, sk_compile_error(c, "E0806", stmt,
						"role_transition %s %s:%s gives '%s', and elsewhere '%s'",
						p->roles[r - 1].name, p->types[y - 1].name, p->classes[k - 1].name,
						p->roles[new.value - 1].name, p->roles[old->value - 1].name),
						sk_stmt_at(c, old->stmt, NULL), "'%s' is given here",
						p->roles[old->value - 1].name);
				}
	}
	p->role_transitions = SK_ARENA_ARRAY(&p->arena, struct sk_role_transition, t.list.n + 1);
	failed |= !p->role_transitions;
	for (size_t i = t.list.n; !failed && i--;)	/* the last one said first, as role allows */
		p->role_transitions[p->n_role_transitions++] = (struct sk_role_transition){
			{ t.list.list[i].source }, { t.list.list[i].target }, { t.list.list[i].cls },
			{ t.list.list[i].value } };
	sk_transitions_done(&t);
	return failed ? -ENOMEM : 0;
}

static int sk_compile_range_transitions(struct sk_compiler *c)
{
	struct sk_transitions t = { .c = c, .kind = SK_FACT_RANGE_TRANSITION };
	SK_PARTS(struct sk_range) ranges = { 0 };
	struct sk_policy *p = c->policy;
	bool failed = false;

	SK_EACH_STMT_OF(c, SK_UNIT_RANGE_TRANSITION, u, stmt, number) {
		const struct sk_bitset *sources, *targets, *classes;
		struct sk_range range;

		if (failed || (!p->mls && c->units[u]->source != SK_UNIT_CIL))
			continue;
		sources = sk_set_types(c, stmt, stmt->op[0]);
		targets = sk_set_types(c, stmt, stmt->op[1]);
		classes = sk_set_ids(c, stmt, stmt->op[2]);
		if (!p->mls)
			sk_check_range_names(c, stmt, stmt->op[3]);
		if (!p->mls || !sources || !targets || !classes || !sk_range_of(c, stmt, stmt->op[3], &range))
			continue;
		failed = SK_COMPILE_ADD(ranges, range);
		for (uint32_t s = sk_bitset_next(sources, 0); s != UINT32_MAX; s = sk_bitset_next(sources, s + 1))
			for (uint32_t y = sk_bitset_next(targets, 0); y != UINT32_MAX; y = sk_bitset_next(targets, y + 1))
				for (uint32_t k = sk_bitset_next(classes, 0); k != UINT32_MAX && !failed;
				     k = sk_bitset_next(classes, k + 1)) {
					const struct sk_transition new = { s, y, k, SK_INTERN_NONE, (uint32_t)ranges.n - 1,
									   number };
					const struct sk_transition *old = sk_add_transition(&t, &new, &failed);

					if (!old || (sk_level_equal(&ranges.list[old->value].low, &range.low) &&
						     sk_level_equal(&ranges.list[old->value].high, &range.high)))
						continue;
					sk_compile_note(c, sk_compile_error(c, "E0806", stmt,
						"range_transition %s %s:%s has another range elsewhere", p->types[s - 1].name,
						p->types[y - 1].name, p->classes[k - 1].name),
						sk_stmt_at(c, old->stmt, NULL), "the other range is given here");
				}
	}
	p->range_transitions = SK_ARENA_ARRAY(&p->arena, struct sk_range_transition, t.list.n + 1);
	failed |= !p->range_transitions;
	for (size_t i = 0; !failed && i < t.list.n; i++)
		p->range_transitions[p->n_range_transitions++] = (struct sk_range_transition){
			{ t.list.list[i].source }, { t.list.list[i].target }, { t.list.list[i].cls },
			ranges.list[t.list.list[i].value] };
	free(ranges.list);
	sk_transitions_done(&t);
	return failed ? -ENOMEM : 0;
}

static void sk_report_filename(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const struct sk_transition *old,
			       const struct sk_transition *new)
{
	const struct sk_policy *p = c->policy;
	struct sk_diag *diag;

	diag = sk_compile_error(c, old->value == new->value ? "E0807" : "E0806", stmt,
				"type_transition %s %s:%s \"%s\" gives '%s'%s%s%s", p->types[new->source - 1].name,
				p->types[new->target - 1].name, p->classes[new->cls - 1].name,
				sk_intern_str(c->names, new->name), p->types[new->value - 1].name,
				old->value == new->value ? " twice" : ", and elsewhere '",
				old->value == new->value ? "" : p->types[old->value - 1].name,
				old->value == new->value ? "" : "'");
	if (old->stmt == new->stmt)
		sk_diag_note(c->diags, diag, NULL, "once by its name, and once more as self");
	else
		sk_compile_note(c, diag, sk_stmt_at(c, old->stmt, NULL), "'%s' is given here", p->types[old->value - 1].name);
}

/* Whether a statement gives this to self, and by the name of the type as well, as far as its unit knows. */
static bool sk_is_self_and_name(struct sk_compiler *c, const struct sk_transition *t)
{
	uint32_t unit;
	const struct sk_unit_stmt *stmt = sk_stmt_at(c, t->stmt, &unit);

	return t->source == t->target && c->space->sets.list[stmt->op[1]].flags & SK_SET_SELF &&
	       c->units[unit]->source != SK_UNIT_CIL && sk_unit_knows(c, unit, stmt->op[0], t->source) &&
	       sk_unit_knows(c, unit, stmt->op[1], t->target);
}

/* One named transition of a statement. */
static void sk_add_filename(struct sk_transitions *t, const struct sk_transition *new, bool *reported, bool *failed)
{
	struct sk_transition *old = *failed ? NULL : sk_add_transition(t, new, failed);

	if (!old || *reported || (old->stmt == new->stmt ? !sk_is_self_and_name(t->c, new)
							 : old->value == new->value && sk_may_be_again(t->c, old, new)))
		return;
	sk_report_filename(t->c, sk_stmt_at(t->c, new->stmt, NULL), old, new);
	*reported = true;
}

static int sk_collect_filenames(struct sk_compiler *c, struct sk_transitions *t)
{
	bool failed = false;

	SK_EACH_STMT_OF(c, SK_UNIT_TYPE_TRANSITION, u, stmt, number) {
		struct sk_transition new = { .name = stmt->op[4], .stmt = number };
		const struct sk_bitset *sources, *targets, *classes;
		bool reported = false;
		uint32_t flags, result;

		if (stmt->op[4] == SK_INTERN_NONE)
			continue;
		flags = c->space->sets.list[stmt->op[1]].flags;
		sources = sk_set_types(c, stmt, stmt->op[0]);
		targets = flags & SK_SET_OTHER ? sources : sk_set_types(c, stmt, stmt->op[1]);
		classes = sk_set_ids(c, stmt, stmt->op[2]);
		result = sk_need_symbol(c, stmt, stmt->op[3], SK_FLAVOR_PLAIN);
		if (!sources || !targets || !classes || result == SK_SPACE_NONE)
			continue;
		new.value = c->symbols.list[result].id;
		SK_EACH_ID(new.source, sources)
			SK_EACH_ID(new.cls, classes) {
				new.target = new.source;
				if (flags & SK_SET_SELF)
					sk_add_filename(t, &new, &reported, &failed);
				SK_EACH_ID(new.target, targets)
					if (!(flags & (SK_SET_NOT_SELF | SK_SET_OTHER)) || new.target != new.source)
						sk_add_filename(t, &new, &reported, &failed);
			}
	}
	return failed ? -ENOMEM : 0;
}

/* Groups of one target, class and name; within a group the sources of one result are one set. */
static int sk_compare_filenames(const void *a, const void *b, void *arg)
{
	const struct sk_transition *x = a, *y = b;
	const struct sk_intern *names = arg;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	if (x->name != y->name)
		return strcmp(sk_intern_str(names, x->name), sk_intern_str(names, y->name));
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->source < y->source ? -1 : x->source > y->source;
}

static int sk_fill_filenames(struct sk_compiler *c, struct sk_transitions *t)
{
	struct sk_policy *p = c->policy;
	struct sk_filename_transition *head = NULL;
	const struct sk_transition *head_of = NULL;
	uint32_t *ids = SK_ARENA_ARRAY(&p->arena, uint32_t, t->list.n + 1);

	p->filename_transitions = SK_ARENA_ARRAY(&p->arena, struct sk_filename_transition, t->list.n + 1);
	if (!ids || !p->filename_transitions)
		return -ENOMEM;
	if (t->list.n)
		qsort_r(t->list.list, t->list.n, sizeof(*t->list.list), sk_compare_filenames, c->names);
	for (size_t i = 0, end; i < t->list.n; i = end) {
		struct sk_filename_transition *to = &p->filename_transitions[p->n_filename_transitions++];
		const struct sk_transition *from = &t->list.list[i];

		to->name = sk_keep(c, sk_intern_str(c->names, from->name));
		to->target.v = from->target;
		to->cls.v = from->cls;
		to->result.v = from->value;
		to->sources.ids = ids;
		for (end = i; end < t->list.n; end++) {
			const struct sk_transition *next = &t->list.list[end];

			if (next->target != from->target || next->cls != from->cls || next->name != from->name ||
			    next->value != from->value)
				break;
			ids[to->sources.n++] = next->source;
		}
		ids += to->sources.n;
		if (!head || head_of->target != from->target || head_of->cls != from->cls || head_of->name != from->name) {
			head = to;
			head_of = from;
		}
		head->n_group++;
	}
	return 0;
}

static int sk_compile_filenames(struct sk_compiler *c)
{
	struct sk_transitions t = { .c = c, .kind = SK_ORIGIN_FILENAME };
	int r = sk_collect_filenames(c, &t);

	if (!r)
		r = sk_fill_filenames(c, &t);
	sk_transitions_done(&t);
	return r;
}

int sk_compile_transitions(struct sk_compiler *c)
{
	if (sk_compile_role_allows(c) || sk_compile_role_transitions(c) || sk_compile_range_transitions(c) ||
	    sk_compile_filenames(c))
		return -ENOMEM;
	return c->no_memory ? -ENOMEM : 0;
}
