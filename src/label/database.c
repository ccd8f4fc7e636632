/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The label database from its lines: rules are gathered, checked, ordered by precedence and indexed. What "precedence"
 * means is in docs/labels.md; here it becomes an order of numbers. Invariant after the seal: rules[i] wins over
 * rules[j] for i > j wherever both fit (on one level, in the newer orders). Patterns that are regular are not compiled
 * here but when a path first comes near them: most never are.
 */
#include "label/database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define SK_LABEL_MATCH_LIMIT  200000u
#define SK_LABEL_DEPTH_LIMIT  50000u
#define SK_LABEL_HEAP_LIMIT   (64u << 10) /* KiB */
#define SK_LABEL_STATE_BUDGET ((size_t)32 << 20)
#define SK_LABEL_SIMPLE	      6 /* members that are faster looked at than walked */

/* pcre2 allocates through us, so that running out of memory is one thing everywhere. */
static void *pcre2_malloc_hook(size_t n, void *arg)
{
	return malloc(n);
}

static void pcre2_free_hook(void *p, void *arg)
{
	free(p);
}

/* For the first pattern that needs it. Returns 0, -ENOMEM, or -ELIBACC where it is not there. */
static int new_pcre2(struct sk_label_db *db)
{
	uint32_t limit = db->options.match_limit ? db->options.match_limit : SK_LABEL_MATCH_LIMIT;
	const struct sk_pcre2 *pcre2 = &db->pcre2;
	int r = 0;

	if (db->limits)
		return 0;
	if (!db->memory)
		r = sk_pcre2_load(&db->pcre2);
	if (r)
		return r;
	if (!db->memory)
		db->memory = pcre2->pcre2_general_context_create(pcre2_malloc_hook, pcre2_free_hook, NULL);
	if (db->memory)
		db->limits = pcre2->pcre2_match_context_create(db->memory);
	if (!db->limits)
		return -ENOMEM;
	pcre2->pcre2_set_match_limit(db->limits, limit);
	pcre2->pcre2_set_depth_limit(db->limits, SK_MIN(limit, SK_LABEL_DEPTH_LIMIT));
	pcre2->pcre2_set_heap_limit(db->limits, SK_LABEL_HEAP_LIMIT);
	return 0;
}

int sk_label_db_new(const struct selkie_label_options *options, struct sk_label_db **ret_db)
{
	struct sk_label_db *db;
	int r;

	if (options && (options->version || options->precedence > SELKIE_LABEL_LIBSELINUX_3_9))
		return -EINVAL;
	db = calloc(1, sizeof(*db));
	if (!db)
		return -ENOMEM;
	if (options)
		db->options = *options;
	sk_intern_init(&db->contexts, &db->arena);
	sk_intern_init(&db->types, &db->arena);
	db->builder = malloc(sizeof(*db->builder));
	r = db->builder ? sk_label_builder_init(db->builder, SK_LABEL_STATE_BUDGET) : -ENOMEM;
	if (r) {
		free(db->builder);
		db->builder = NULL;
		selkie_label_free(db);
		return r;
	}
	*ret_db = db;
	return 0;
}

static void free_code(const struct sk_label_db *db, struct sk_label_rule *rule)
{
	if (rule->code)
		db->pcre2.pcre2_code_free(rule->code);
}

static void free_pcre2(struct sk_label_db *db)
{
	if (!db->memory)
		return;
	for (uint32_t i = 0; i < db->n_rules; i++)
		free_code(db, &db->rules[i]);
	if (db->limits)
		db->pcre2.pcre2_match_context_free(db->limits);
	db->pcre2.pcre2_general_context_free(db->memory);
}

void selkie_label_free(selkie_label_db *db)
{
	if (!db)
		return;
	free_pcre2(db);
	if (db->builder)
		sk_label_builder_done(db->builder);
	free(db->builder);
	free(db->rules);
	free(db->subs);
	free(db->dist_subs);
	free(db->context_info);
	sk_intern_done(&db->contexts);
	sk_intern_done(&db->types);
	sk_arena_done(&db->arena);
	free(db);
}

/* ---- one rule ---- */

/* The earlier rules of one pattern, by file type. */
struct sk_seen {
	uint32_t rule[SK_KIND_OTHER]; /* + 1 */
};

/* State while one file is added. */
struct sk_adding {
	struct sk_label_db *db;
	struct sk_diags *diags;
	struct sk_label_parser *parser;
	struct sk_intern patterns;
	struct sk_seen *seen;
	size_t cap_seen;
};

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-",
			    s[i]))
			return false;
	return n;
}

/* user:role:type or user:role:type:range. */
static bool split_context(const char *s, const char **ret_type, size_t *ret_n_type)
{
	const char *role = strchr(s, ':'), *type = role ? strchr(role + 1, ':') : NULL, *range;

	if (!type)
		return false;
	range = strchr(type + 1, ':');
	*ret_type = type + 1;
	*ret_n_type = range ? (size_t)(range - type - 1) : strlen(type + 1);
	return is_name(s, (size_t)(role - s)) && is_name(role + 1, (size_t)(type - role - 1)) &&
	       is_name(*ret_type, *ret_n_type) && (!range || range[1]);
}

/* Looks at a context that was not there before. Returns 0 or a negative errno. */
static int describe_context(struct sk_label_db *db, uint32_t number, const char *context)
{
	struct sk_label_context *info;
	const char *type;
	size_t n_type;
	int r;

	r = sk_grow(&db->context_info, &db->cap_contexts, number + 1, sizeof(*db->context_info));
	if (r)
		return r;
	info = &db->context_info[number];
	*info = (struct sk_label_context){ .type = SK_INTERN_NONE };
	if (!split_context(context, &type, &n_type))
		return 0;
	info->well_formed = info->valid = true;
	r = sk_intern_add(&db->types, type, n_type, &info->type);
	if (r || !db->options.check)
		return r;
	r = db->options.check(db->options.check_arg, context);
	info->valid = !r;
	return SK_MIN(r, 0);
}

static int read_context(struct sk_adding *ad, struct sk_label_rule *rule,
			const struct sk_label_line *line, const struct sk_place *at)
{
	struct sk_label_db *db = ad->db;
	size_t n_known = db->contexts.n;
	const struct sk_label_context *info;
	struct sk_place there = *at;
	int r;

	rule->context = SK_INTERN_NONE;
	rule->pub.valid = 1;
	if (!strcmp(line->context, "<<none>>"))
		return 0;
	r = sk_intern_add_static(&db->contexts, line->context, line->n_context, &rule->context);
	if (!r && db->contexts.n > n_known)
		r = describe_context(db, rule->context, line->context);
	if (r)
		return r;
	info = &db->context_info[rule->context];
	rule->pub.context = sk_intern_str(&db->contexts, rule->context);
	rule->pub.type =
		info->type == SK_INTERN_NONE ? NULL : sk_intern_str(&db->types, info->type);
	rule->pub.valid = info->valid;
	there.col = line->context_column;
	there.length = line->n_context;
	if (!info->well_formed)
		sk_error(ad->diags, "E0504", &there,
			 "'%.200s' is not a context (user:role:type or user:role:type:range)",
			 line->context);
	else if (!info->valid)
		sk_error(ad->diags, "E0510", &there, "context '%.200s' is not valid",
			 line->context);
	return 0;
}

static void report_duplicate(struct sk_adding *ad, const struct sk_label_rule *now,
			     const struct sk_label_rule *before, const struct sk_place *at)
{
	struct sk_place there = *at;
	struct sk_diag *d;

	there.line = before->pub.line;
	there.col = before->pub.column;
	there.length = before->pattern.n;
	if (now->context == before->context) {
		d = sk_warning(ad->diags, "W0505", at, "'%.200s' is given the same context twice",
			       now->pub.pattern);
		sk_diag_note(ad->diags, d, &there, "also here");
	} else {
		d = sk_error(ad->diags, "E0505", at, "'%.200s' is given two contexts: '%.200s'",
			     now->pub.pattern, now->pub.context ? now->pub.context : "<<none>>");
		sk_diag_note(ad->diags, d, &there, "and '%.200s' here",
			     before->pub.context ? before->pub.context : "<<none>>");
	}
}

/* As libselinux: the same text for overlapping file types, within one file. */
static int check_duplicate(struct sk_adding *ad, const struct sk_label_rule *rule,
			   const struct sk_place *at)
{
	size_t n_known = ad->patterns.n;
	struct sk_seen *seen;
	uint32_t number, before;
	int r;

	r = sk_intern_add_static(&ad->patterns, rule->pattern.text, rule->pattern.n, &number);
	if (!r)
		r = sk_grow(&ad->seen, &ad->cap_seen, ad->patterns.n, sizeof(*ad->seen));
	if (r)
		return r;
	seen = &ad->seen[number];
	if (ad->patterns.n > n_known)
		memset(seen, 0, sizeof(*seen));
	before = seen->rule[rule->kind];
	for (unsigned int k = 0; k < SK_KIND_OTHER && !before; k++)
		if (k == SK_KIND_ANY || rule->kind == SK_KIND_ANY)
			before = seen->rule[k];
	if (before)
		report_duplicate(ad, rule, &ad->db->rules[before - 1], at);
	seen->rule[rule->kind] = ad->db->n_rules + 1;
	return 0;
}

/* ^PATTERN$ of the rule, compiled or with the reason why not. Returns 0 or -ENOMEM. */
static int compile_anchored(const struct sk_label_db *db, struct sk_label_rule *rule, int *ret_reason, PCRE2_SIZE *ret_offset)
{
	pcre2_compile_context *cc = db->pcre2.pcre2_compile_context_create(db->memory);
	size_t n = rule->pattern.n;
	sk_auto_free char *anchored = malloc(n + 3);

	if (cc && anchored) {
		anchored[0] = '^';
		memcpy(anchored + 1, rule->pattern.text, n);
		memcpy(anchored + 1 + n, "$", 2);
		rule->code = db->pcre2.pcre2_compile((PCRE2_SPTR)anchored, n + 2, PCRE2_DOTALL, ret_reason, ret_offset, cc);
	}
	if (cc)
		db->pcre2.pcre2_compile_context_free(cc);
	return cc && anchored && (rule->code || *ret_reason != PCRE2_ERROR_HEAP_FAILED) ? 0 : -ENOMEM;
}

/* Patterns beyond our own subset. Returns 0, 1 when pcre2 refuses the pattern, -ENOMEM, or -ELIBACC without pcre2. */
static int compile_irregular(struct sk_adding *ad, struct sk_label_rule *rule,
			     const struct sk_place *at)
{
	size_t n = rule->pattern.n;
	struct sk_place there = *at;
	PCRE2_SIZE offset = 0;
	char reason[160];
	int code = 0, r = new_pcre2(ad->db);

	if (r == -ELIBACC)
		sk_error(ad->diags, "E0511", &there, "this pattern takes " SK_PCRE2_SONAME ", which cannot be loaded; install it");
	if (!r)
		r = compile_anchored(ad->db, rule, &code, &offset);
	if (r || rule->code)
		return r;
	if (ad->db->pcre2.pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason)) < 0)
		memcpy(reason, "not a pattern", 14);
	offset = offset ? SK_MIN(offset - 1, n ? n - 1 : 0) : 0;
	there.col += (uint32_t)offset;
	there.length = 1;
	sk_error(ad->diags, "E0503", &there, "the pattern is not correct: %s", reason);
	return 1;
}

#define META_3_4    1u /* a meta character to 3.4 */
#define META_3_8    2u /* to 3.8 and later */
#define ESCAPED_3_8 4u /* what 3.8 knows after a backslash */

/* clang-format off */
static const uint8_t metas[256] = {
	['.'] = 7, ['^'] = 7, ['$'] = 7, ['?'] = 7, ['*'] = 7, ['+'] = 7, ['|'] = 7, ['['] = 7, ['('] = 7, ['{'] = 7,
	[']'] = 6, [')'] = 6, ['}'] = 6, ['-'] = 4, ['_'] = 4, [','] = 4,
};
/* clang-format on */

static bool is_meta(char c, unsigned int which)
{
	return metas[(unsigned char)c] & which;
}

static bool has_meta(const struct sk_label_pattern *pt, enum selkie_label_precedence precedence)
{
	bool old = precedence == SELKIE_LABEL_LIBSELINUX_3_4;

	for (uint32_t i = 0; i < pt->n; i++) {
		if (is_meta(pt->text[i], old ? META_3_4 : META_3_8))
			return true;
		if (pt->text[i] != '\\')
			continue;
		i++;
		if (!old && (i == pt->n || !is_meta(pt->text[i], ESCAPED_3_8)))
			return true;
	}
	return false;
}

/*
 * 3.4 compares a rule only with paths in the same top directory, which it takes from the pattern as written: where that
 * holds an escape, no path is ever in it.
 */
static void find_stem_3_4(struct sk_label_rule *rule)
{
	const struct sk_label_pattern *pt = &rule->pattern;
	const char *slash = memchr(pt->text + 1, '/', pt->n - 1);

	if (!slash)
		return;
	for (const char *p = pt->text; p < slash; p++)
		if (is_meta(*p, META_3_4))
			return;
	rule->stem = pt->text;
	rule->n_stem = (uint32_t)(slash - pt->text) + 1;
}

/* Said of rules that somebody will have meant to work. */
static void warn_escaped_stem(struct sk_diags *diags, const struct sk_label_rule *rule,
			      const struct sk_place *at)
{
	if (rule->stem && memchr(rule->stem, '\\', rule->n_stem))
		sk_warning(diags, "W0511", at,
			   "libselinux 3.4 never applies this rule: it takes the "
			   "top directory with its escapes");
}

/* One literal directory of a pattern, unescaped, as 3.8 does it. False when it is not literal. */
static bool simplify(const char *s, size_t n, char *to, uint32_t *n_to)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\') {
			if (is_meta(s[i], META_3_8))
				return false;
		} else if (++i == n || !is_meta(s[i], ESCAPED_3_8)) {
			return false;
		}
		to[(*n_to)++] = s[i];
	}
	return true;
}

/* Newer ones do so for up to three directories, which are the rule's level. */
static int find_stem_3_8(struct sk_label_db *db, struct sk_label_rule *rule)
{
	const struct sk_label_pattern *pt = &rule->pattern;
	const char *p = pt->text, *end = pt->text + pt->n, *slash;
	char *stem = sk_arena_string(&db->arena, pt->n + 1);
	uint32_t n = 0, tried;

	if (!stem)
		return -ENOMEM;
	stem[n++] = '/';
	while (rule->level < SK_LABEL_LEVELS - 1 && p + 1 < end &&
	       (slash = memchr(p + 1, '/', (size_t)(end - p - 1)))) {
		tried = n;
		if (slash > p + 1) {
			if (!simplify(p + 1, (size_t)(slash - p - 1), stem, &tried))
				break;
			stem[tried++] = '/';
			n = tried;
			rule->level++;
		}
		p = slash;
	}
	rule->stem = rule->level ? stem : NULL;
	rule->n_stem = rule->level ? n : 0;
	return 0;
}

/* The level that 3.8 would see in a literal path. */
static uint8_t level_of(const char *s, uint32_t n)
{
	uint8_t level = 0;

	for (uint32_t i = 1; i < n && level < SK_LABEL_LEVELS - 1; i++)
		level += s[i] == '/' && s[i - 1] != '/';
	return level;
}

/*
 * Where the stem is part of the prefix, as is usual, the index has checked it. Where not, the rule goes to the list of
 * those that are tried one by one.
 */
static int place_rule(struct sk_label_db *db, struct sk_label_rule *rule)
{
	struct sk_label_pattern *pt = &rule->pattern;
	int r = 0;

	if (db->options.precedence == SELKIE_LABEL_LIBSELINUX_3_4)
		find_stem_3_4(rule);
	else if (rule->pub.exact)
		rule->level = level_of(pt->prefix, pt->n_prefix);
	else
		r = find_stem_3_8(db, rule);
	if (r)
		return r;
	if (rule->stem && pt->n_prefix >= rule->n_stem &&
	    !memcmp(pt->prefix, rule->stem, rule->n_stem))
		rule->stem = NULL;
	if (rule->stem || (db->options.precedence != SELKIE_LABEL_LIBSELINUX_3_4 &&
			   rule->level != level_of(pt->prefix, pt->n_prefix)))
		pt->form = SK_FORM_PCRE2;
	return 0;
}

static int add_rule(void *arg, const struct sk_label_file *file, const struct sk_label_line *line)
{
	struct sk_adding *ad = arg;
	struct sk_label_db *db = ad->db;
	struct sk_label_rule *rule;
	struct sk_place at = {
		.kind = SK_PLACE_TEXT,
		.file = file->name,
		.line = line->line,
		.col = line->column,
		.length = line->n_pattern,
	};
	int r;

	if (db->n_rules == UINT32_MAX / 2)
		return -ENOMEM;
	r = sk_grow(&db->rules, &db->cap_rules, db->n_rules + 1, sizeof(*db->rules));
	if (r)
		return r;
	rule = &db->rules[db->n_rules];
	memset(rule, 0, sizeof(*rule));
	r = sk_label_pattern_read(&rule->pattern, line->pattern, line->n_pattern, ad->parser,
				  &db->arena);
	if (r)
		return r;
	rule->order = db->n_rules;
	rule->input = file->input;
	rule->kind = (uint8_t)line->kind;
	rule->pub.pattern = line->pattern;
	rule->pub.prefix = rule->pattern.prefix;
	rule->pub.file = file->name;
	rule->pub.line = line->line;
	rule->pub.column = line->column;
	rule->pub.mode = sk_label_kind_mode(line->kind);
	rule->pub.exact = !has_meta(&rule->pattern, db->options.precedence);
	r = place_rule(db, rule);
	if (!r && db->options.precedence == SELKIE_LABEL_LIBSELINUX_3_4)
		warn_escaped_stem(ad->diags, rule, &at);
	if (!r && rule->pattern.form == SK_FORM_PCRE2)
		r = compile_irregular(ad, rule, &at);
	if (r)
		return SK_MIN(r, 0);
	r = read_context(ad, rule, line, &at);
	if (!r)
		r = check_duplicate(ad, rule, &at);
	if (r)
		free_code(db, rule);
	else
		db->n_rules++;
	return r;
}

static size_t count_lines(const struct sk_label_file *file)
{
	const char *p = file->data, *end = p + file->n;
	size_t n = 1;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		n++;
	}
	return n;
}

int sk_label_db_add(struct sk_label_db *db, struct sk_label_file *file, struct sk_diags *diags)
{
	struct sk_adding ad = { .db = db, .diags = diags, .parser = sk_label_parser_new() };
	int r = ad.parser ? 0 : -ENOMEM;

	sk_intern_init(&ad.patterns, &db->arena);
	/* Room at once for what the file can hold; a line has at least six bytes. */
	if (!r && file->n / 6 < UINT32_MAX / 4)
		r = sk_grow(&db->rules, &db->cap_rules,
			    db->n_rules + SK_MIN(file->n / 6, count_lines(file)),
			    sizeof(*db->rules));
	if (!r)
		r = sk_label_file_lines(file, diags, add_rule, &ad);
	sk_label_parser_free(ad.parser);
	sk_intern_done(&ad.patterns);
	free(ad.seen);
	return r;
}

struct sk_adding_subs {
	struct sk_label_sub **subs;
	size_t *cap;
	uint32_t *n;
};

static int add_sub(void *arg, const struct sk_label_sub *sub)
{
	struct sk_adding_subs *to = arg;
	int r = sk_grow(to->subs, to->cap, *to->n + 1, sizeof(*sub));

	if (!r)
		(*to->subs)[(*to->n)++] = *sub;
	return r;
}

int sk_label_db_add_subs(struct sk_label_db *db, struct sk_label_file *file, bool dist,
			 struct sk_diags *diags)
{
	struct sk_adding_subs to = {
		.subs = dist ? &db->dist_subs : &db->subs,
		.cap = dist ? &db->cap_dist_subs : &db->cap_subs,
		.n = dist ? &db->n_dist_subs : &db->n_subs,
	};

	return sk_label_file_subs(file, diags, add_sub, &to);
}

/* ---- the seal ---- */

/* Of two lines for one literal path 3.4 takes the last; newer ones take the first, or the one with a file type. */
static int compare_exact(const void *x, const void *y, void *arg)
{
	static const uint8_t kinds_3_8[] = {
		[SK_KIND_DIR] = 1,  [SK_KIND_CHAR] = 2, [SK_KIND_BLOCK] = 3, [SK_KIND_SOCKET] = 4,
		[SK_KIND_FIFO] = 5, [SK_KIND_LINK] = 6, [SK_KIND_FILE] = 7,
	};
	const struct sk_label_rule *a = x, *b = y;
	const enum selkie_label_precedence *precedence = arg;

	if (*precedence == SELKIE_LABEL_LIBSELINUX_3_8 && a->kind != b->kind)
		return (kinds_3_8[a->kind] > kinds_3_8[b->kind]) -
		       (kinds_3_8[a->kind] < kinds_3_8[b->kind]);
	if (*precedence == SELKIE_LABEL_LIBSELINUX_3_9 && a->input != b->input)
		return (a->input > b->input) - (a->input < b->input);
	return (a->order < b->order) - (a->order > b->order);
}

/* Patterns first, exact paths after them, each as read. */
static int order_rules(struct sk_label_db *db)
{
	struct sk_label_rule *sorted;
	uint32_t n = 0, n_patterns;

	if (!db->n_rules)
		return 0;
	sorted = malloc(db->n_rules * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < db->n_rules; i++)
		if (!db->rules[i].pub.exact)
			sorted[n++] = db->rules[i];
	n_patterns = n;
	for (uint32_t i = 0; i < db->n_rules; i++)
		if (db->rules[i].pub.exact)
			sorted[n++] = db->rules[i];
	if (db->options.precedence != SELKIE_LABEL_LIBSELINUX_3_4)
		qsort_r(sorted + n_patterns, n - n_patterns, sizeof(*sorted), compare_exact,
			&db->options.precedence);
	free(db->rules);
	db->rules = sorted;
	db->cap_rules = db->n_rules;
	return 0;
}

static int compare_prefix(const void *x, const void *y)
{
	const struct sk_label_prefix *a = x, *b = y;
	int r = sk_label_prefix_compare(a, b);

	return r ? r : (a->most > b->most) - (a->most < b->most);
}

/* The regular rules, sorted by prefix and then by number, which `most` holds until groups are made. */
static uint32_t sort_by_prefix(struct sk_label_db *db, struct sk_label_prefix *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < db->n_rules; i++) {
		const struct sk_label_pattern *pt = &db->rules[i].pattern;

		if (pt->form != SK_FORM_PCRE2)
			p[n++] = (struct sk_label_prefix){ pt->prefix, pt->n_prefix, 0, i + 1 };
	}
	if (n)
		qsort(p, n, sizeof(*p), compare_prefix);
	return n;
}

static void add_member(struct sk_label_db *db, struct sk_label_group *g, uint32_t number)
{
	const struct sk_label_rule *rule = &db->rules[number];

	db->members[g->first + g->n++] = (struct sk_label_member){
		.rule = number,
		.form = (uint8_t)rule->pattern.form,
		.kind = rule->kind,
		.newline =
			!rule->pub.exact || db->options.precedence == SELKIE_LABEL_LIBSELINUX_3_4,
	};
	g->simple = g->simple && rule->pattern.form != SK_FORM_AUTOMATON && g->n <= SK_LABEL_SIMPLE;
}

/* Runs of equal prefixes become groups; p is packed to one entry a group. */
static uint32_t make_groups(struct sk_label_db *db, struct sk_label_prefix *p, uint32_t n)
{
	uint32_t n_groups = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct sk_label_group *g;

		if (!i || sk_label_prefix_compare(&p[i], &p[n_groups - 1])) {
			g = &db->groups[n_groups];
			*g = (struct sk_label_group){
				.first = i,
				.simple = true,
				.level = db->rules[p[i].most - 1].level,
			};
			p[n_groups] = p[i];
			p[n_groups].group = n_groups;
			n_groups++;
		}
		p[n_groups - 1].most = p[i].most;
		add_member(db, &db->groups[n_groups - 1], p[i].most - 1);
	}
	return n_groups;
}

static int index_rules(struct sk_label_db *db)
{
	struct sk_label_prefix *p = malloc((db->n_rules + 1) * sizeof(*p));
	uint32_t n;
	int r = -ENOMEM;

	db->groups = SK_ARENA_ARRAY(&db->arena, struct sk_label_group, db->n_rules);
	db->members = SK_ARENA_ARRAY(&db->arena, struct sk_label_member, db->n_rules);
	db->irregular = SK_ARENA_ARRAY(&db->arena, uint32_t, db->n_rules);
	if (p && db->groups && db->members && db->irregular) {
		n = sort_by_prefix(db, p);
		db->n_groups = make_groups(db, p, n);
		for (uint32_t i = db->n_rules; i-- > 0;)
			if (db->rules[i].pattern.form == SK_FORM_PCRE2)
				db->irregular[db->n_irregular++] = i;
		r = sk_label_index_build(&db->index, &db->arena, p, db->n_groups);
	}
	free(p);
	return r;
}

/* Counting sort of the rules by the type of their context. */
static int index_types(struct sk_label_db *db)
{
	uint32_t n = (uint32_t)db->types.n, *at;

	db->type_first = SK_ARENA_ARRAY(&db->arena, uint32_t, (size_t)n + 2);
	db->type_rules = SK_ARENA_ARRAY(&db->arena, uint32_t, db->n_rules);
	if (!db->type_first || !db->type_rules)
		return -ENOMEM;
	at = db->type_first + 1;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < db->n_rules; i++) {
			uint32_t c = db->rules[i].context;
			uint32_t t =
				c == SK_INTERN_NONE ? SK_INTERN_NONE : db->context_info[c].type;

			if (t == SK_INTERN_NONE)
				continue;
			/* Count type t one further; then fill from at[t], which so becomes the next one's first. */
			if (!pass)
				at[t + 1]++;
			else
				db->type_rules[at[t]++] = i;
		}
		for (uint32_t t = 0; !pass && t < n; t++)
			at[t + 1] += at[t];
	}
	return 0;
}

/* Substitutions: libselinux tries the last line first, except 3.8. */
static void order_subs(struct sk_label_sub *subs, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++) {
		struct sk_label_sub swap = subs[i];

		subs[i] = subs[n - 1 - i];
		subs[n - 1 - i] = swap;
	}
}

int sk_label_db_seal(struct sk_label_db *db)
{
	int r = order_rules(db);

	if (!r)
		r = index_rules(db);
	if (!r)
		r = index_types(db);
	if (!r && db->options.precedence != SELKIE_LABEL_LIBSELINUX_3_8) {
		order_subs(db->subs, db->n_subs);
		order_subs(db->dist_subs, db->n_dist_subs);
	}
	return r;
}

/* ---- looking at rules ---- */

size_t selkie_label_count(const selkie_label_db *db)
{
	return db->n_rules;
}

const struct selkie_label_rule *selkie_label_rule_at(const selkie_label_db *db, size_t i)
{
	return i < db->n_rules ? &db->rules[i].pub : NULL;
}

size_t selkie_label_rules_of_type(const selkie_label_db *db, const char *type,
				  const uint32_t **ret_numbers)
{
	uint32_t t = sk_intern_find(&db->types, type, strlen(type));

	if (t == SK_INTERN_NONE)
		return 0;
	*ret_numbers = db->type_rules + db->type_first[t];
	return db->type_first[t + 1] - db->type_first[t];
}
