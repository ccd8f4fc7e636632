/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts: text to ids and back, and which parts may go together. The rules are the kernel's string_to_context_struct,
 * mls_context_to_sid and policydb_context_isvalid; where the kernel says "invalid", all that is wrong is found here.
 * Owned contexts are one allocation that ends with the words of their category sets.
 */
#include "model/context.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "model/level.h"
#include "selkie/name.h"

#define SK_MOST_FAULTS 16

/* One fault and the piece of the text it speaks of. */
struct sk_fault {
	enum selkie_context_fault what;
	const char *at;
	size_t n;
};

/* Pieces of the text; what is missing is empty, at NULL. */
enum sk_part { SK_PART_USER, SK_PART_ROLE, SK_PART_TYPE, SK_PART_RANGE, SK_N_PARTS };

struct sk_piece {
	const char *at;
	size_t n;
};

struct sk_scan {
	const struct sk_policy *policy;
	struct sk_context *context;
	uint32_t n_words;	/* of each level's categories, zeroed */
	struct sk_piece parts[SK_N_PARTS];
	unsigned int faults;
	size_t n_listed;
	struct sk_fault listed[SK_MOST_FAULTS];
};

static void sk_scan_fault(struct sk_scan *s, enum selkie_context_fault what, const char *at, size_t n)
{
	s->faults |= what;
	if (s->n_listed < SK_MOST_FAULTS)
		s->listed[s->n_listed++] = (struct sk_fault){ what, at, n };
}

static uint32_t sk_scan_find(const struct sk_scan *s, enum sk_symbol table, const char *at, size_t n)
{
	return sk_intern_find(&s->policy->names[table], at, n);
}

/* The id of a category, or 0. */
static uint32_t sk_scan_category(const struct sk_scan *s, const char *at, size_t n)
{
	uint32_t i = sk_scan_find(s, SK_SYM_CAT, at, n);

	return i == SK_INTERN_NONE ? 0 : s->policy->cats[i].id.v;
}

/* One element of a category list: "c1" or "c1.c5". */
static void sk_scan_categories(struct sk_scan *s, struct sk_level *level, const char *at, size_t n)
{
	const char *dot = memchr(at, '.', n);
	size_t n_first = dot ? (size_t)(dot - at) : n;
	uint32_t first = sk_scan_category(s, at, n_first), last = first;

	if (!first) {
		sk_scan_fault(s, SELKIE_CONTEXT_NO_LEVEL, at, n_first);
		return;
	}
	if (dot) {
		last = sk_scan_category(s, dot + 1, n - n_first - 1);
		if (!last)
			sk_scan_fault(s, SELKIE_CONTEXT_NO_LEVEL, dot + 1, n - n_first - 1);
		else if (first >= last)
			sk_scan_fault(s, SELKIE_CONTEXT_NO_LEVEL, at, n);
	}
	for (uint32_t c = first; c <= last; c++)
		sk_bitset_add(&level->cats, c);
}

static void sk_scan_level(struct sk_scan *s, struct sk_level *level, const char *at, size_t n)
{
	const char *end = at + n, *colon = memchr(at, ':', n);
	size_t n_sens = colon ? (size_t)(colon - at) : n;
	uint32_t i = sk_scan_find(s, SK_SYM_SENS, at, n_sens);

	if (i == SK_INTERN_NONE)
		sk_scan_fault(s, SELKIE_CONTEXT_NO_LEVEL, at, n_sens);
	else
		level->sens = s->policy->sens[i].level.sens;
	if (!colon)
		return;
	for (const char *cat = colon + 1;;) {
		const char *comma = memchr(cat, ',', (size_t)(end - cat));

		sk_scan_categories(s, level, cat, (size_t)((comma ? comma : end) - cat));
		if (!comma)
			return;
		cat = comma + 1;
	}
}

static void sk_scan_range(struct sk_scan *s)
{
	const struct sk_piece *r = &s->parts[SK_PART_RANGE];
	struct sk_range *range = &s->context->range;
	const char *dash;

	if (!s->policy->mls) {
		if (r->at)
			sk_scan_fault(s, SELKIE_CONTEXT_RANGE_EXTRA, r->at, r->n);
		return;
	}
	if (!r->at) {
		sk_scan_fault(s, SELKIE_CONTEXT_RANGE_MISSING,
			      s->parts[SK_PART_TYPE].at + s->parts[SK_PART_TYPE].n, 0);
		return;
	}
	dash = memchr(r->at, '-', r->n);
	sk_scan_level(s, &range->low, r->at, dash ? (size_t)(dash - r->at) : r->n);
	if (dash) {
		sk_scan_level(s, &range->high, dash + 1, (size_t)(r->at + r->n - dash - 1));
	} else {
		range->high.sens = range->low.sens;
		if (s->n_words)
			memcpy(range->high.cats.words, range->low.cats.words,
			       s->n_words * sizeof(uint64_t));
	}
	sk_bitset_trim(&range->low.cats);
	sk_bitset_trim(&range->high.cats);
}

/* Cuts the text at its first three colons. False when there are fewer than two. */
static bool sk_scan_cut(struct sk_scan *s, const char *text)
{
	for (int part = SK_PART_USER; part < SK_PART_RANGE; part++) {
		size_t n = strcspn(text, ":");

		s->parts[part] = (struct sk_piece){ text, n };
		if (!text[n])
			return part == SK_PART_TYPE;
		text += n + 1;
	}
	s->parts[SK_PART_RANGE] = (struct sk_piece){ text, strlen(text) };
	return true;
}

static void sk_scan_names(struct sk_scan *s)
{
	const struct sk_policy *p = s->policy;
	const struct sk_piece *u = &s->parts[SK_PART_USER], *r = &s->parts[SK_PART_ROLE],
			      *t = &s->parts[SK_PART_TYPE];
	uint32_t i;

	i = sk_scan_find(s, SK_SYM_USER, u->at, u->n);
	if (i == SK_INTERN_NONE)
		sk_scan_fault(s, SELKIE_CONTEXT_NO_USER, u->at, u->n);
	else
		s->context->user = p->users[i].id;
	i = sk_scan_find(s, SK_SYM_ROLE, r->at, r->n);
	if (i == SK_INTERN_NONE)
		sk_scan_fault(s, SELKIE_CONTEXT_NO_ROLE, r->at, r->n);
	else
		s->context->role = p->roles[i].id;
	i = sk_scan_find(s, SK_SYM_TYPE, t->at, t->n);
	if (i == SK_INTERN_NONE)
		sk_scan_fault(s, SELKIE_CONTEXT_NO_TYPE, t->at, t->n);
	else if (p->type_by_id[p->types[i].id.v]->attribute)
		sk_scan_fault(s, SELKIE_CONTEXT_ATTRIBUTE, t->at, t->n);
	else
		s->context->type = p->types[i].id;
}

static unsigned int sk_context_faults(const struct sk_policy *p, const struct sk_context *c)
{
	const struct sk_user *user = p->user_by_id[c->user.v];
	const struct sk_role *role = p->role_by_id[c->role.v];
	unsigned int faults = 0;

	if (c->role.v != SK_OBJECT_ROLE) {
		if (!role || !sk_idset_has(&role->types, c->type.v))
			faults |= SELKIE_CONTEXT_ROLE_TYPE;
		if (!user || !sk_bitset_has(&user->roles, c->role.v))
			faults |= SELKIE_CONTEXT_USER_ROLE;
	}
	if (!p->mls)
		return faults;
	if (!sk_level_dominates(&c->range.high, &c->range.low))
		faults |= SELKIE_CONTEXT_HIGH_LOW;
	if (!sk_level_is_valid(p, &c->range.low) || !sk_level_is_valid(p, &c->range.high))
		faults |= SELKIE_CONTEXT_CATEGORIES;
	if (c->role.v != SK_OBJECT_ROLE && (!user || !sk_range_contains(&user->range, &c->range)))
		faults |= SELKIE_CONTEXT_USER_RANGE;
	return faults;
}

unsigned int selkie_context_check(const selkie_policy *policy, const selkie_context *context)
{
	unsigned int faults = 0;

	if (!context->user.v || context->user.v > policy->n_user_ids)
		faults |= SELKIE_CONTEXT_NO_USER;
	if (!context->role.v || context->role.v > policy->n_role_ids)
		faults |= SELKIE_CONTEXT_NO_ROLE;
	if (!context->type.v || context->type.v > policy->n_type_ids)
		faults |= SELKIE_CONTEXT_NO_TYPE;
	return faults ? faults : sk_context_faults(policy, context);
}

/* Lists the faults of parts that do not go together, each at the part that would be changed to mend it. */
static void sk_scan_authorization(struct sk_scan *s)
{
	static const struct {
		enum selkie_context_fault what;
		enum sk_part part;
	} places[] = {
		{ SELKIE_CONTEXT_USER_ROLE, SK_PART_ROLE },
		{ SELKIE_CONTEXT_ROLE_TYPE, SK_PART_TYPE },
		{ SELKIE_CONTEXT_HIGH_LOW, SK_PART_RANGE },
		{ SELKIE_CONTEXT_CATEGORIES, SK_PART_RANGE },
		{ SELKIE_CONTEXT_USER_RANGE, SK_PART_RANGE },
	};
	unsigned int faults = sk_context_faults(s->policy, s->context);

	for (size_t i = 0; i < SK_ARRAY_LEN(places); i++)
		if (faults & places[i].what)
			sk_scan_fault(s, places[i].what, s->parts[places[i].part].at,
				      s->parts[places[i].part].n);
}

/* Allocates a context with room for n words of categories in each level. */
static struct sk_context *sk_context_alloc(uint32_t n_low, uint32_t n_high)
{
	struct sk_context *c = calloc(1, sizeof(*c) + ((size_t)n_low + n_high) * sizeof(uint64_t));

	if (!c)
		return NULL;
	c->range.low.cats = (struct sk_bitset){ n_low, (uint64_t *)(c + 1) };
	c->range.high.cats = (struct sk_bitset){ n_high, (uint64_t *)(c + 1) + n_low };
	return c;
}

/* Reads the text into a context that the caller owns, whatever is wrong with it. Returns 0 or -ENOMEM. */
static int sk_scan_text(struct sk_scan *s, const struct sk_policy *policy, const char *text)
{
	memset(s, 0, sizeof(*s));
	s->policy = policy;
	s->n_words = policy->mls && strchr(text, ':') ? policy->n_cat_ids / 64 + 1 : 0;
	s->context = sk_context_alloc(s->n_words, s->n_words);
	if (!s->context)
		return -ENOMEM;
	if (!sk_scan_cut(s, text)) {
		sk_scan_fault(s, SELKIE_CONTEXT_SYNTAX, text, strlen(text));
		return 0;
	}
	sk_scan_names(s);
	sk_scan_range(s);
	if (!(s->faults & SELKIE_CONTEXT_UNREADABLE))
		sk_scan_authorization(s);
	return 0;
}

int selkie_context_parse(const selkie_policy *policy, const char *text, unsigned int flags,
			 unsigned int *ret_faults, selkie_context **ret_context)
{
	unsigned int refused = flags & SELKIE_CONTEXT_UNAUTHORIZED ? SELKIE_CONTEXT_UNREADABLE : ~0u;
	struct sk_scan s;
	int r;

	r = sk_scan_text(&s, policy, text);
	if (r) {
		if (ret_faults)
			*ret_faults = 0;
		return r;
	}
	if (ret_faults)
		*ret_faults = s.faults;
	if (s.faults & refused) {
		free(s.context);
		return SELKIE_CONTEXT_INVALID;
	}
	*ret_context = s.context;
	return 0;
}

void selkie_context_free(selkie_context *context)
{
	free(context);
}

int sk_context_copy(const struct sk_context *context, struct sk_context **ret_context)
{
	const struct sk_range *range = &context->range;
	struct sk_context *c = sk_context_alloc(range->low.cats.n_words, range->high.cats.n_words);

	if (!c)
		return -ENOMEM;
	c->user = context->user;
	c->role = context->role;
	c->type = context->type;
	c->range.low.sens = range->low.sens;
	c->range.high.sens = range->high.sens;
	for (uint32_t i = 0; i < range->low.cats.n_words; i++)
		c->range.low.cats.words[i] = range->low.cats.words[i];
	for (uint32_t i = 0; i < range->high.cats.n_words; i++)
		c->range.high.cats.words[i] = range->high.cats.words[i];
	*ret_context = c;
	return 0;
}

int selkie_context_with_type(const selkie_policy *policy, const selkie_context *context,
			     selkie_type_id type, selkie_context **ret_context)
{
	struct sk_context c = *context;

	if (!type.v || type.v > policy->n_type_ids || policy->type_by_id[type.v]->attribute)
		return -EINVAL;
	c.type = type;
	return sk_context_copy(&c, ret_context);
}

/* The context of the kernel itself: initial id 1. NULL when the policy does not say. */
static const struct sk_context *sk_kernel_context(const struct sk_policy *p)
{
	for (uint32_t i = 0; i < p->n_ocontexts[SK_OCON_ISID]; i++)
		if (p->ocontexts[SK_OCON_ISID][i].u.sid == 1)
			return &p->ocontexts[SK_OCON_ISID][i].context[0];
	return NULL;
}

static bool sk_role_may(const struct sk_policy *p, uint32_t role, uint32_t type)
{
	return role && p->role_by_id[role] && sk_idset_has(&p->role_by_id[role]->types, type);
}

/* The kernel's role if it may have the type, else the first that may, else object_r. */
static uint32_t sk_assume_role(const struct sk_policy *p, uint32_t type, uint32_t kernel_role)
{
	if (sk_role_may(p, kernel_role, type))
		return kernel_role;
	for (uint32_t r = 1; r <= p->n_role_ids; r++)
		if (r != SK_OBJECT_ROLE && sk_role_may(p, r, type))
			return r;
	return SK_OBJECT_ROLE;
}

static uint32_t sk_assume_user(const struct sk_policy *p, uint32_t role, uint32_t kernel_user)
{
	if (kernel_user && p->user_by_id[kernel_user] &&
	    (role == SK_OBJECT_ROLE || sk_bitset_has(&p->user_by_id[kernel_user]->roles, role)))
		return kernel_user;
	for (uint32_t u = 1; u <= p->n_user_ids; u++)
		if (p->user_by_id[u] && sk_bitset_has(&p->user_by_id[u]->roles, role))
			return u;
	for (uint32_t u = 1; u <= p->n_user_ids; u++)
		if (p->user_by_id[u])
			return u;
	return 0;
}

int selkie_context_assume(const selkie_policy *policy, selkie_type_id type, selkie_context **ret_context)
{
	const struct sk_context *kernel = sk_kernel_context(policy);
	struct sk_context c = { .type = type };

	if (!type.v || type.v > policy->n_type_ids || policy->type_by_id[type.v]->attribute)
		return -EINVAL;
	c.role.v = sk_assume_role(policy, type.v, kernel ? kernel->role.v : 0);
	c.user.v = sk_assume_user(policy, c.role.v, kernel ? kernel->user.v : 0);
	if (!c.user.v || c.role.v > policy->n_role_ids || !policy->role_by_id[c.role.v])
		return -EINVAL;
	if (policy->mls)
		c.range.low = c.range.high = policy->user_by_id[c.user.v]->range.low;
	return sk_context_copy(&c, ret_context);
}

void sk_context_print(struct sk_buf *buf, const struct sk_policy *policy,
		      const struct sk_context *context)
{
	const char *user = selkie_user_name(policy, context->user);
	const char *role = selkie_role_name(policy, context->role);
	const char *type = selkie_type_name(policy, context->type);

	sk_buf_adds(buf, user ? user : "?");
	sk_buf_addc(buf, ':');
	sk_buf_adds(buf, role ? role : "?");
	sk_buf_addc(buf, ':');
	sk_buf_adds(buf, type ? type : "?");
	if (policy->mls) {
		sk_buf_addc(buf, ':');
		sk_range_print(buf, policy, &context->range);
	}
}

int selkie_context_print(const selkie_policy *policy, const selkie_context *context, char **ret_text)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	char *text;

	sk_context_print(&b, policy, context);
	text = sk_buf_steal(&b, NULL);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

selkie_user_id selkie_context_user(const selkie_context *context)
{
	return context->user;
}

selkie_role_id selkie_context_role(const selkie_context *context)
{
	return context->role;
}

selkie_type_id selkie_context_type(const selkie_context *context)
{
	return context->type;
}

bool selkie_context_equal(const selkie_context *a, const selkie_context *b)
{
	return a->user.v == b->user.v && a->role.v == b->role.v && a->type.v == b->type.v &&
	       sk_level_equal(&a->range.low, &b->range.low) &&
	       sk_level_equal(&a->range.high, &b->range.high);
}

/*
 * Diagnosis.
 */
struct sk_diagnosis {
	const struct sk_scan *scan;
	struct sk_diags *diags;
	const char *what, *text;
};

static void sk_diagnose_unknown(const struct sk_diagnosis *d, const struct sk_place *place,
				const char *id, const char *part, const char *name, const char *nearest)
{
	if (nearest)
		sk_error(d->diags, id, place, "unknown %s '%s'; did you mean '%s'?", part, name,
			 nearest);
	else
		sk_error(d->diags, id, place, "unknown %s '%s'", part, name);
}

/* Faults of the range, with the levels as the kernel prints them. */
static void sk_diagnose_range(const struct sk_diagnosis *d, const struct sk_place *place,
			      enum selkie_context_fault what)
{
	const struct sk_policy *p = d->scan->policy;
	const struct sk_context *c = d->scan->context;
	const struct sk_level *wrong = sk_level_is_valid(p, &c->range.low) ? &c->range.high
									   : &c->range.low;
	sk_auto_buf struct sk_buf a = SK_BUF_INIT, b = SK_BUF_INIT;
	const char *sa, *sb;

	if (what == SELKIE_CONTEXT_USER_RANGE) {
		sk_range_print(&a, p, &c->range);
		sk_range_print(&b, p, &p->user_by_id[c->user.v]->range);
	} else if (what == SELKIE_CONTEXT_HIGH_LOW) {
		sk_level_print(&a, p, &c->range.high);
		sk_level_print(&b, p, &c->range.low);
	} else {
		sk_level_print(&a, p, wrong);
	}
	sa = sk_buf_str(&a);
	sb = b.n ? sk_buf_str(&b) : "";
	if (!sa || !sb)
		d->diags->no_memory = true;
	else if (what == SELKIE_CONTEXT_USER_RANGE)
		sk_error(d->diags, "E0611", place,
			 "the user '%s' may not have the range %s: the policy gives it %s",
			 p->user_by_id[c->user.v]->name, sa, sb);
	else if (what == SELKIE_CONTEXT_HIGH_LOW)
		sk_error(d->diags, "E0612", place, "the high level %s does not dominate the low level %s",
			 sa, sb);
	else
		sk_error(d->diags, "E0613", place,
			 "the level %s has categories that its sensitivity may not have", sa);
}

static void sk_diagnose_level(const struct sk_diagnosis *d, const struct sk_place *place,
			      const char *name)
{
	if (strchr(name, '.'))
		sk_error(d->diags, "E0606", place, "the category range '%s' runs backwards", name);
	else if (!*name)
		sk_error(d->diags, "E0606", place, "a sensitivity or category is missing");
	else
		sk_error(d->diags, "E0606", place, "unknown sensitivity or category '%s'", name);
}

static void sk_diagnose_fault(const struct sk_diagnosis *d, const struct sk_fault *fault,
			      const char *name)
{
	const struct sk_policy *p = d->scan->policy;
	const struct sk_context *c = d->scan->context;
	struct sk_place place = {
		.kind = SK_PLACE_TEXT,
		.file = d->what,
		.line = 1,
		.col = (uint32_t)(fault->at - d->text) + 1,
		.length = fault->n ? (uint32_t)fault->n : 1,
		.text = d->text,
		.text_length = (uint32_t)strlen(d->text),
	};

	switch (fault->what) {
	case SELKIE_CONTEXT_SYNTAX:
		sk_error(d->diags, "E0601", &place, "not a context: %s is expected",
			 p->mls ? "user:role:type:range" : "user:role:type");
		break;
	case SELKIE_CONTEXT_NO_USER:
		sk_diagnose_unknown(d, &place, "E0602", "user", name, selkie_user_nearest(p, name));
		break;
	case SELKIE_CONTEXT_NO_ROLE:
		sk_diagnose_unknown(d, &place, "E0603", "role", name, selkie_role_nearest(p, name));
		break;
	case SELKIE_CONTEXT_NO_TYPE:
		sk_diagnose_unknown(d, &place, "E0604", "type", name,
				    selkie_type_nearest(p, name, false));
		break;
	case SELKIE_CONTEXT_ATTRIBUTE:
		sk_error(d->diags, "E0605", &place,
			 "'%s' is an attribute; a context has one type", name);
		break;
	case SELKIE_CONTEXT_NO_LEVEL:
		sk_diagnose_level(d, &place, name);
		break;
	case SELKIE_CONTEXT_RANGE_MISSING:
		sk_error(d->diags, "E0607", &place,
			 "a range is missing after the type, such as ':s0': the policy is MLS");
		break;
	case SELKIE_CONTEXT_RANGE_EXTRA:
		sk_error(d->diags, "E0608", &place, "the policy is not MLS: a context has no range");
		break;
	case SELKIE_CONTEXT_USER_ROLE:
		sk_error(d->diags, "E0609", &place, "the user '%s' may not have the role '%s'",
			 p->user_by_id[c->user.v]->name, p->role_by_id[c->role.v]->name);
		break;
	case SELKIE_CONTEXT_ROLE_TYPE:
		sk_error(d->diags, "E0610", &place, "the role '%s' may not have the type '%s'",
			 p->role_by_id[c->role.v]->name, p->type_by_id[c->type.v]->name);
		break;
	default:
		sk_diagnose_range(d, &place, fault->what);
	}
}

int selkie_context_diagnose(const selkie_policy *policy, const char *what, const char *text,
			    selkie_diagnostics *diags)
{
	struct sk_scan s;
	struct sk_diagnosis d = { &s, diags, what, text };
	int r;

	r = sk_scan_text(&s, policy, text);
	for (size_t i = 0; !r && i < s.n_listed; i++) {
		char *name = strndup(s.listed[i].at, s.listed[i].n);

		if (name)
			sk_diagnose_fault(&d, &s.listed[i], name);
		else
			r = -ENOMEM;
		free(name);
	}
	free(s.context);
	return r ? r : diags->no_memory ? -ENOMEM : 0;
}
