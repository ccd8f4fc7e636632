/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making checks. Rules are found by the library's search, so that a check finds what a search with its criteria finds;
 * which of them are failures is decided as sechecker (setools 4.4.1) does.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/set.h"
#include "base/word.h"
#include "model/access.h"
#include "model/state.h"
#include "query/checks.h"
#include "selkie/name.h"
#include "selkie/search.h"

struct sk_check_result {
	enum selkie_check_outcome outcome;
	const char **findings;
	size_t n, cap;
};

struct sk_check_report {
	struct sk_arena arena;
	const struct sk_checks *checks;
	struct sk_check_result *results;
	size_t n_failed;
};

struct sk_checker {
	const struct sk_policy *policy;
	struct sk_diags *diags;
	struct sk_check_report *report;
	struct sk_check_result *result;
	struct sk_arena scratch;	/* one check's */
	bool refused;
};

static int sk_found(struct sk_checker *c, const char *fmt, ...) SK_PRINTF(2, 3);

static int sk_found(struct sk_checker *c, const char *fmt, ...)
{
	struct sk_check_result *r = c->result;
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = sk_arena_vprintf(&c->report->arena, fmt, args);
	va_end(args);
	if (!text || sk_grow(&r->findings, &r->cap, r->n + 1, sizeof(*r->findings)))
		return -ENOMEM;
	r->findings[r->n++] = text;
	return 0;
}

static int sk_found_rule(struct sk_checker *c, const struct selkie_rule *rule)
{
	sk_auto_free char *text = NULL;
	int r = selkie_rule_text(c->policy, rule, &text);

	return r ? r : sk_found(c, "%s", text);
}

/*
 * Sets of types or roles: by id, attributes as their types. strict: a name that the policy lacks is a mistake, and is
 * passed over otherwise.
 */
static int sk_set(struct sk_checker *c, const struct sk_check *check, enum sk_check_key key, bool roles, bool strict,
		  struct sk_bitset *ret)
{
	const struct sk_policy *p = c->policy;
	const char *list = check->values[key];
	int r = sk_bitset_init(ret, &c->scratch, (roles ? p->n_role_ids : p->n_type_ids) + 1);
	char name[256];

	for (size_t n; !r && list && (n = sk_word_next(&list)); list += n) {
		uint32_t id;

		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		id = roles ? sk_policy_find_role(p, name).v : sk_policy_find_type(p, name).v;
		if (!id && strict) {
			const char *near = roles ? selkie_role_nearest(p, name) : selkie_type_nearest(p, name, true);

			sk_error(c->diags, "E0684", &check->places[key], "there is no %s '%s'%s%s%s", roles ? "role" : "type",
				 name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
			c->refused = true;
		} else if (id && roles) {
			sk_bitset_add(ret, id);
		} else if (id) {
			for (uint32_t i = 0; i < p->types_of[id].n; i++)
				sk_bitset_add(ret, p->types_of[id].ids[i]);
		}
	}
	return r;
}

/* A list of words with commas, as searches take it; NULL for none. */
static const char *sk_commas(struct sk_checker *c, const char *list)
{
	char *text = list ? sk_arena_strdup(&c->scratch, list) : NULL, *to = text;

	if (!text)
		return NULL;
	for (size_t n; (n = sk_word_next(&list)); list += n) {
		if (to > text)
			*to++ = ',';
		memmove(to, list, n);
		to += n;
	}
	*to = '\0';
	return text;
}

static int sk_search(struct sk_checker *c, const struct sk_check *check, uint32_t kinds, const char *classes,
		     const char *perms, selkie_search **ret)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	int r;

	o.kinds = kinds;
	o.source = check->values[SK_CHECK_SOURCE];
	o.target = check->values[SK_CHECK_TARGET];
	o.classes = classes;
	o.perms = perms;
	r = selkie_search_run(c->policy, &o, c->diags, ret);
	if (r != SELKIE_SEARCH_REFUSED)
		return r;
	sk_error(c->diags, "E0684", &check->place, "the check '%s' asks for what the policy does not have", check->name);
	c->refused = true;
	return SELKIE_CHECKS_REFUSED;
}

/* Whether a type or role, or something in an attribute, is in none of two sets. */
static bool sk_has_other(const struct sk_idset *ids, const struct sk_bitset *a, const struct sk_bitset *b)
{
	for (uint32_t i = 0; i < ids->n; i++)
		if (!sk_bitset_has(a, ids->ids[i]) && !sk_bitset_has(b, ids->ids[i]))
			return true;
	return false;
}

struct sk_expected {
	struct sk_bitset exempt_source, exempt_target, expect_source, expect_target;
	struct sk_bitset seen_source, seen_target;
};

static int sk_expected_init(struct sk_checker *c, const struct sk_check *check, bool roles, struct sk_expected *e)
{
	uint32_t n = roles ? c->policy->n_role_ids + 1 : c->policy->n_type_ids + 1;
	int r = sk_set(c, check, SK_CHECK_EXEMPT_SOURCE, roles, false, &e->exempt_source);

	if (!r)
		r = sk_set(c, check, SK_CHECK_EXEMPT_TARGET, roles, false, &e->exempt_target);
	if (!r)
		r = sk_set(c, check, SK_CHECK_EXPECT_SOURCE, roles, true, &e->expect_source);
	if (!r)
		r = sk_set(c, check, SK_CHECK_EXPECT_TARGET, roles, true, &e->expect_target);
	if (!r)
		r = sk_bitset_init(&e->seen_source, &c->scratch, n);
	return r ? r : sk_bitset_init(&e->seen_target, &c->scratch, n);
}

static void sk_see(struct sk_bitset *seen, const struct sk_idset *ids)
{
	for (uint32_t i = 0; i < ids->n; i++)
		sk_bitset_add(seen, ids->ids[i]);
}

static int sk_tell_unseen(struct sk_checker *c, const struct sk_bitset *expected, const struct sk_bitset *seen,
			  bool roles, const char *what)
{
	int r = 0;

	for (uint32_t id = 1; id < expected->n_words * 64 && !r; id++)
		if (sk_bitset_has(expected, id) && !sk_bitset_has(seen, id))
			r = sk_found(c, "no rule has the %s %s, as is expected", what,
				     roles ? c->policy->role_by_id[id]->name : c->policy->type_by_id[id]->name);
	return r;
}

static int sk_assert(struct sk_checker *c, const struct sk_check *check, bool roles)
{
	const struct sk_policy *p = c->policy;
	struct sk_expected e;
	selkie_search *search;
	struct selkie_rule rule;
	int r = sk_expected_init(c, check, roles, &e);

	if (!r)
		r = sk_search(c, check, roles ? SELKIE_RULE_ROLE_ALLOW : SELKIE_RULE_ALLOW,
			      sk_commas(c, check->values[SK_CHECK_TCLASS]), sk_commas(c, check->values[SK_CHECK_PERMS]),
			      &search);
	if (r)
		return r;
	for (size_t i = 0; !r && !selkie_search_get(search, i, &rule); i++) {
		struct sk_idset role_source = { 1, &rule.source_role.v }, role_target = { 1, &rule.new_role.v };
		const struct sk_idset *source = roles ? &role_source : &p->types_of[rule.source.v];
		const struct sk_idset *target = roles ? &role_target : &p->types_of[rule.target.v];

		sk_see(&e.seen_source, source);
		sk_see(&e.seen_target, target);
		if (sk_has_other(source, &e.expect_source, &e.exempt_source) &&
		    sk_has_other(target, &e.expect_target, &e.exempt_target))
			r = sk_found_rule(c, &rule);
	}
	selkie_search_free(search);
	if (!r)
		r = sk_tell_unseen(c, &e.expect_source, &e.seen_source, roles, "source");
	return r ? r : sk_tell_unseen(c, &e.expect_target, &e.seen_target, roles, "target");
}

static int sk_assert_te(struct sk_checker *c, const struct sk_check *check)
{
	return sk_assert(c, check, false);
}

static int sk_assert_rbac(struct sk_checker *c, const struct sk_check *check)
{
	return sk_assert(c, check, true);
}

static bool sk_is_true(const char *value)
{
	return value && (!strcasecmp(value, "yes") || !strcasecmp(value, "true") || !strcmp(value, "1"));
}

static uint32_t sk_attribute(struct sk_checker *c, const struct sk_check *check, bool missing_ok)
{
	const char *name = check->values[SK_CHECK_ATTR];
	uint32_t id = sk_policy_find_type(c->policy, name).v;

	if (id && !c->policy->type_by_id[id]->attribute)
		id = 0;
	if (!id && !missing_ok) {
		sk_error(c->diags, "E0684", &check->places[SK_CHECK_ATTR], "there is no attribute '%s'", name);
		c->refused = true;
	}
	return id;
}

static int sk_empty_typeattr(struct sk_checker *c, const struct sk_check *check)
{
	uint32_t id = sk_attribute(c, check, sk_is_true(check->values[SK_CHECK_MISSING_OK]));
	int r = 0;

	for (uint32_t i = 0; id && i < c->policy->types_of[id].n && !r; i++)
		r = sk_found(c, "%s", c->policy->type_by_id[c->policy->types_of[id].ids[i]]->name);
	return r;
}

/* Which rules mark the types they are about. */
struct sk_marking {
	const char *cls, *perms;
	const struct sk_bitset *exempt_source, *exempt_target;
	bool of_others;			/* a type that is a source of the rule, too, is not meant */
};

static bool sk_is_source(const struct sk_marking *m, const struct sk_idset *sources, uint32_t type)
{
	return m->of_others && sk_idset_has(sources, type) && !sk_bitset_has(m->exempt_source, type);
}

static int sk_mark_targets(struct sk_checker *c, const struct sk_check *check, const struct sk_marking *m,
			   struct sk_bitset *ret)
{
	static const struct sk_bitset nothing;
	const struct sk_policy *p = c->policy;
	selkie_search *search;
	struct selkie_rule rule;
	int r = sk_bitset_init(ret, &c->scratch, p->n_type_ids + 1);

	if (!r)
		r = sk_search(c, check, SELKIE_RULE_ALLOW, m->cls, m->perms, &search);
	if (r)
		return r;
	for (size_t i = 0; !selkie_search_get(search, i, &rule); i++) {
		const struct sk_idset *source = &p->types_of[rule.source.v], *target = &p->types_of[rule.target.v];

		if (!sk_has_other(source, m->exempt_source, &nothing))
			continue;
		for (uint32_t k = 0; k < target->n; k++)
			if (!sk_bitset_has(m->exempt_target, target->ids[k]) && !sk_is_source(m, source, target->ids[k]))
				sk_bitset_add(ret, target->ids[k]);
	}
	selkie_search_free(search);
	return 0;
}

static int sk_compare_names(const void *a, const void *b, void *arg)
{
	const struct sk_policy *p = arg;

	return strcmp(p->type_by_id[*(const uint32_t *)a]->name, p->type_by_id[*(const uint32_t *)b]->name);
}

/* Types that are used as `use` says, by others than those of a key, and that somebody writes as files. */
static int sk_read_only(struct sk_checker *c, const struct sk_check *check, struct sk_marking use,
			enum sk_check_key exempt_use, const char *what)
{
	struct sk_bitset exempt_file, exempt_user, exempt_write, none, used, writable;
	const struct sk_marking write = { "file", "write,append", &exempt_write, &none, false };
	uint32_t *ids, n = 0;
	int r = sk_set(c, check, SK_CHECK_EXEMPT_FILE, false, false, &exempt_file);

	use.exempt_source = &exempt_user;
	use.exempt_target = &exempt_file;
	if (!r)
		r = sk_set(c, check, exempt_use, false, false, &exempt_user);
	if (!r)
		r = sk_set(c, check, SK_CHECK_EXEMPT_WRITE, false, false, &exempt_write);
	if (!r)
		r = sk_bitset_init(&none, &c->scratch, 1);
	if (!r)
		r = sk_mark_targets(c, check, &use, &used);
	if (!r)
		r = sk_mark_targets(c, check, &write, &writable);
	ids = r ? NULL : SK_ARENA_ARRAY(&c->scratch, uint32_t, c->policy->n_type_ids + 1);
	if (!ids)
		return r ? r : -ENOMEM;
	for (uint32_t t = 1; t <= c->policy->n_type_ids; t++)
		if (sk_bitset_has(&used, t) && sk_bitset_has(&writable, t))
			ids[n++] = t;
	qsort_r(ids, n, sizeof(*ids), sk_compare_names, (void *)c->policy);
	for (uint32_t i = 0; i < n && !r; i++)
		r = sk_found(c, "%s is %s and writable", c->policy->type_by_id[ids[i]]->name, what);
	return r;
}

static int sk_ro_execs(struct sk_checker *c, const struct sk_check *check)
{
	const struct sk_marking use = { .cls = "file", .perms = "execute,execute_no_trans" };

	return sk_read_only(c, check, use, SK_CHECK_EXEMPT_EXEC, "executable");
}

static int sk_ro_kmods(struct sk_checker *c, const struct sk_check *check)
{
	const struct sk_marking use = { .cls = "system", .perms = "module_load", .of_others = true };

	return sk_read_only(c, check, use, SK_CHECK_EXEMPT_LOAD, "a kernel module");
}

/*
 * Ours. cross_domain: the domains that may do this to another than themselves, and to how many. relabel_all: the domains that
 * may relabel every type of an attribute, to it and from it, or so many of a hundred. Both by what all rules grant, whatever
 * the booleans.
 */
/* *ret is the caller's to free in any case. */
static int sk_all_on(struct sk_checker *c, struct sk_decider *d, struct sk_state **ret)
{
	int r = selkie_state_new(c->policy, ret);

	if (r)
		return r;
	memset((*ret)->in_force, 1, 2 * (size_t)c->policy->n_conds);
	return sk_decider_init(d, *ret, NULL);
}

static uint32_t sk_class_perms(struct sk_checker *c, const struct sk_check *check, const char *cls_name,
			       const char *perms, uint32_t *ret_cls)
{
	const struct sk_class *cls = c->policy->class_by_id[sk_policy_find_class(c->policy, cls_name).v];
	char name[64];
	uint32_t mask = 0;

	for (size_t n; cls && (n = sk_word_next(&perms)); perms += n) {
		snprintf(name, sizeof(name), "%.*s", (int)n, perms);
		mask |= sk_class_find_perm(cls, name);
	}
	if (!mask) {
		sk_error(c->diags, "E0684", &check->place, "the policy has no such class or permission: %s", cls_name);
		c->refused = true;
		return 0;
	}
	*ret_cls = cls->id.v;
	return mask;
}

static int sk_cross_domain(struct sk_checker *c, const struct sk_check *check)
{
	const struct sk_policy *p = c->policy;
	struct sk_bitset exempt_source, exempt_target;
	struct sk_decider d;
	struct sk_state *state = NULL;
	uint32_t cls = 0, mask;
	int r = sk_set(c, check, SK_CHECK_EXEMPT_SOURCE, false, false, &exempt_source);

	if (!r)
		r = sk_set(c, check, SK_CHECK_EXEMPT_TARGET, false, false, &exempt_target);
	mask = r ? 0 : sk_class_perms(c, check, check->values[SK_CHECK_TCLASS] ?: "process",
				      check->values[SK_CHECK_PERMS], &cls);
	if (r || !mask)
		return r;
	r = sk_all_on(c, &d, &state);
	for (uint32_t s = 1; s <= p->n_type_ids && !r; s++) {
		uint32_t n = 0, first = 0;

		if (p->type_by_id[s]->attribute || sk_bitset_has(&exempt_source, s))
			continue;
		for (uint32_t t = 1; t <= p->n_type_ids; t++) {
			struct sk_access_trace trace;

			if (t == s || p->type_by_id[t]->attribute || sk_bitset_has(&exempt_target, t))
				continue;
			sk_decide_te(&d, s, t, cls, &trace);
			if (trace.te & mask && !n++)
				first = t;
		}
		if (n > 1)
			r = sk_found(c, "%s, on %s and %u more", p->type_by_id[s]->name, p->type_by_id[first]->name, n - 1);
		else if (n)
			r = sk_found(c, "%s, on %s", p->type_by_id[s]->name, p->type_by_id[first]->name);
	}
	selkie_state_free(state);
	return r;
}

/* Per cent, 100 where nothing is said; 0 for a mistake. */
static uint32_t sk_least(struct sk_checker *c, const struct sk_check *check)
{
	const char *value = check->values[SK_CHECK_LEAST];
	char *end;
	unsigned long n = value ? strtoul(value, &end, 10) : 100;

	if (value && (*value < '0' || *value > '9' || *end || !n || n > 100)) {
		sk_error(c->diags, "E0684", &check->places[SK_CHECK_LEAST], "least takes per cent, 1 to 100, not '%s'", value);
		c->refused = true;
		return 0;
	}
	return (uint32_t)n;
}

static int sk_relabel_all(struct sk_checker *c, const struct sk_check *check)
{
	const struct sk_policy *p = c->policy;
	struct sk_bitset exempt;
	struct sk_decider d;
	struct sk_state *state = NULL;
	uint32_t cls = 0, mask, attribute, least = sk_least(c, check);
	int r = sk_set(c, check, SK_CHECK_EXEMPT_SOURCE, false, false, &exempt);

	attribute = r ? 0 : sk_attribute(c, check, false);
	mask = attribute && least ? sk_class_perms(c, check, check->values[SK_CHECK_TCLASS] ?: "file", "relabelfrom relabelto", &cls) : 0;
	if (r || !mask)
		return r;
	r = sk_all_on(c, &d, &state);
	for (uint32_t s = 1; s <= p->n_type_ids && !r; s++) {
		const struct sk_idset *targets = &p->types_of[attribute];
		uint64_t most_lacking = (uint64_t)targets->n * (100 - least) / 100, lacking = 0;

		if (!targets->n || p->type_by_id[s]->attribute || sk_bitset_has(&exempt, s))
			continue;
		for (uint32_t i = 0; i < targets->n && lacking <= most_lacking; i++) {
			struct sk_access_trace trace;

			sk_decide_te(&d, s, targets->ids[i], cls, &trace);
			lacking += (trace.te & mask) != mask;
		}
		if (lacking > most_lacking)
			continue;
		r = lacking ? sk_found(c, "%s, all but %llu", p->type_by_id[s]->name, (unsigned long long)lacking)
			    : sk_found(c, "%s", p->type_by_id[s]->name);
	}
	selkie_state_free(state);
	return r;
}

const struct sk_check_type sk_check_types[] = {
	{ "assert_te", SK_KEY(SOURCE) | SK_KEY(TARGET) | SK_KEY(TCLASS) | SK_KEY(PERMS) | SK_KEY(EXEMPT_SOURCE) |
		       SK_KEY(EXEMPT_TARGET) | SK_KEY(EXPECT_SOURCE) | SK_KEY(EXPECT_TARGET),
	  SK_KEY(SOURCE) | SK_KEY(TARGET) | SK_KEY(TCLASS) | SK_KEY(PERMS), sk_assert_te },
	{ "assert_rbac", SK_KEY(SOURCE) | SK_KEY(TARGET) | SK_KEY(EXEMPT_SOURCE) | SK_KEY(EXEMPT_TARGET) |
			 SK_KEY(EXPECT_SOURCE) | SK_KEY(EXPECT_TARGET),
	  SK_KEY(SOURCE) | SK_KEY(TARGET), sk_assert_rbac },
	{ "empty_typeattr", SK_KEY(ATTR) | SK_KEY(MISSING_OK), SK_KEY(ATTR), sk_empty_typeattr },
	{ "ro_execs", SK_KEY(EXEMPT_FILE) | SK_KEY(EXEMPT_EXEC) | SK_KEY(EXEMPT_WRITE), 0, sk_ro_execs },
	{ "ro_kmods", SK_KEY(EXEMPT_FILE) | SK_KEY(EXEMPT_LOAD) | SK_KEY(EXEMPT_WRITE), 0, sk_ro_kmods },
	{ "cross_domain", SK_KEY(TCLASS) | SK_KEY(PERMS) | SK_KEY(EXEMPT_SOURCE) | SK_KEY(EXEMPT_TARGET), SK_KEY(PERMS),
	  sk_cross_domain },
	{ "relabel_all", SK_KEY(ATTR) | SK_KEY(TCLASS) | SK_KEY(EXEMPT_SOURCE) | SK_KEY(LEAST), SK_KEY(ATTR), sk_relabel_all },
};

const size_t sk_n_check_types = SK_ARRAY_LEN(sk_check_types);

/* An optional check applies to policies that have all of its criteria. */
static bool sk_applies(const struct sk_policy *p, const struct sk_check *check)
{
	static const enum sk_check_key types[] = { SK_CHECK_SOURCE, SK_CHECK_TARGET, SK_CHECK_ATTR };
	const char *list = check->values[SK_CHECK_TCLASS];
	char name[256];

	if (!sk_is_true(check->values[SK_CHECK_OPTIONAL]))
		return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(types); i++)
		if (check->values[types[i]] && !sk_policy_find_type(p, check->values[types[i]]).v)
			return false;
	for (size_t n; list && (n = sk_word_next(&list)); list += n) {
		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		if (!sk_policy_find_class(p, name).v)
			return false;
	}
	return true;
}

int selkie_checks_run(const selkie_checks *checks, const selkie_policy *policy, selkie_diagnostics *diags,
		      selkie_check_report **ret)
{
	struct sk_checker c = { .policy = policy, .diags = diags };
	struct sk_check_report *report = calloc(1, sizeof(*report));
	int r = 0;

	if (!report)
		return -ENOMEM;
	c.report = report;
	report->checks = checks;
	report->results = calloc(checks->n + 1, sizeof(*report->results));
	if (!report->results)
		r = -ENOMEM;
	for (size_t i = 0; i < checks->n && r >= 0; i++) {
		const struct sk_check *check = &checks->list[i];

		c.result = &report->results[i];
		if (check->values[SK_CHECK_DISABLE]) {
			c.result->outcome = SELKIE_CHECK_DISABLED;
		} else if (!sk_applies(policy, check)) {
			c.result->outcome = SELKIE_CHECK_INAPPLICABLE;
		} else {
			r = check->type->run(&c, check);
			c.result->outcome = c.result->n ? SELKIE_CHECK_FAILED : SELKIE_CHECK_PASSED;
			report->n_failed += c.result->n > 0;
		}
		sk_arena_reset(&c.scratch);
	}
	sk_arena_done(&c.scratch);
	if (r < 0 || c.refused) {
		selkie_check_report_free(report);
		return r < 0 ? r : SELKIE_CHECKS_REFUSED;
	}
	*ret = report;
	return 0;
}

void selkie_check_report_free(selkie_check_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; report->results && i < report->checks->n; i++)
		free(report->results[i].findings);
	free(report->results);
	sk_arena_done(&report->arena);
	free(report);
}

size_t selkie_check_report_count(const selkie_check_report *report)
{
	return report->checks->n;
}

size_t selkie_check_report_failed(const selkie_check_report *report)
{
	return report->n_failed;
}

int selkie_check_report_get(const selkie_check_report *report, size_t i, struct selkie_check *ret)
{
	const struct sk_check *check;

	if (i >= report->checks->n)
		return -EINVAL;
	check = &report->checks->list[i];
	*ret = (struct selkie_check){
		.name = check->name, .outcome = report->results[i].outcome, .desc = check->values[SK_CHECK_DESC],
		.disabled = check->values[SK_CHECK_DISABLE], .id = check->values[SK_CHECK_ID],
		.severity = check->values[SK_CHECK_SEVERITY], .rationale = check->values[SK_CHECK_RATIONALE],
		.fix = check->values[SK_CHECK_FIX], .n_findings = report->results[i].n,
	};
	return 0;
}

const char *selkie_check_report_finding(const selkie_check_report *report, size_t i, size_t k)
{
	return i < report->checks->n && k < report->results[i].n ? report->results[i].findings[k] : NULL;
}
