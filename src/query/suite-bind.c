/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Binding tests to a policy: every name becomes an id, every set of types contexts. Contexts that are assumed for a type
 * are made once, so that ten thousand rows on one domain hold one context.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/word.h"
#include "model/access.h"
#include "model/context.h"
#include "query/suite.h"

#define PAIRS_MAX ((uint64_t)1 << 22)	/* sources times targets of one row */

struct sk_binder {
	struct sk_suite *suite;
	const struct sk_policy *policy;
	struct sk_diags *diags;
	const struct sk_suite_row *row;
	struct sk_suite_bound *bound;
	const struct sk_context **assumed, **assumed_source;	/* by type id */
	/* parts of sources' contexts, or NULL */
	const char *user, *role, *level;
	bool failed;		/* this row */
	bool refused;
	int error;
};

static void sk_wrong(struct sk_binder *b, uint32_t word, const char *id, const char *fmt, ...) SK_PRINTF(4, 5);

static void sk_wrong(struct sk_binder *b, uint32_t word, const char *id, const char *fmt, ...)
{
	struct sk_place place;
	va_list args;

	if (b->failed || b->error)
		return;
	b->failed = b->refused = true;
	sk_suite_place(b->suite, b->row->file, &b->suite->words[word], &place);
	va_start(args, fmt);
	sk_verror(b->diags, id, &place, fmt, args);
	va_end(args);
}

static void sk_unknown(struct sk_binder *b, uint32_t word, const char *what, const char *name, const char *near)
{
	if (near)
		sk_wrong(b, word, "E0663", "there is no %s '%s'; did you mean '%s'?", what, name, near);
	else
		sk_wrong(b, word, "E0663", "there is no %s '%s'", what, name);
}

static const struct sk_suite_word *sk_word(const struct sk_binder *b, uint32_t i)
{
	return &b->suite->words[i];
}

/*
 * Contexts.
 */
static const struct sk_context *sk_keep(struct sk_binder *b, struct sk_context *context)
{
	struct sk_suite *suite = b->suite;

	if (sk_grow(&suite->contexts, &suite->cap_contexts, suite->n_contexts + 1, sizeof(*suite->contexts))) {
		selkie_context_free(context);
		b->error = -ENOMEM;
		return NULL;
	}
	return suite->contexts[suite->n_contexts++] = context;
}

static const char *sk_fault_words(unsigned int faults)
{
	static const char *const words[] = {
		"it is not user:role:type:range", "there is no such user", "there is no such role",
		"there is no such type", "an attribute stands in place of the type",
		"there is no such level", "the range is missing", "the policy has no ranges",
		"the user may not have the role", "the role may not have the type", "the user may not have the range",
		"the high level does not dominate the low one", "a sensitivity may not have one of the categories",
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++)
		if (faults >> i & 1)
			return words[i];
	return "it is not valid";
}

static const struct sk_context *sk_parse_context(struct sk_binder *b, uint32_t word, const char *text)
{
	struct sk_context *context = NULL;
	unsigned int faults = 0;
	int r = selkie_context_parse(b->policy, text, 0, &faults, &context);

	if (!r)
		return sk_keep(b, context);
	if (r < 0)
		b->error = r;
	else
		sk_wrong(b, word, "E0664", "'%s' is no context of this policy: %s", text, sk_fault_words(faults));
	return NULL;
}

/* The assumed context with the parts that rows have set. */
static const struct sk_context *sk_with_parts(struct sk_binder *b, uint32_t word, const struct sk_context *c)
{
	sk_auto_free char *text = NULL;
	const char *user = b->user ? b->user : selkie_user_name(b->policy, c->user);
	const char *role = b->role ? b->role : selkie_role_name(b->policy, c->role);
	char *whole, *range;
	const struct sk_context *made;

	if (selkie_context_print(b->policy, c, &text)) {
		b->error = -ENOMEM;
		return NULL;
	}
	range = text;
	for (int i = 0; i < 3 && range; i++) {
		range = strchr(range, ':');
		if (range)
			range++;
	}
	if (asprintf(&whole, "%s:%s:%s%s%s", user, role, selkie_type_name(b->policy, c->type),
		     b->policy->mls ? ":" : "", !b->policy->mls ? "" : b->level ? b->level : range) < 0) {
		b->error = -ENOMEM;
		return NULL;
	}
	made = sk_parse_context(b, word, whole);
	free(whole);
	return made;
}

static const struct sk_context *sk_assume(struct sk_binder *b, uint32_t word, uint32_t type, bool source)
{
	bool parts = source && (b->user || b->role || b->level);
	const struct sk_context **cache = parts ? b->assumed_source : b->assumed;
	struct sk_context *context;
	int r;

	if (cache[type])
		return cache[type];
	r = selkie_context_assume(b->policy, (struct sk_type_id){ type }, &context);
	if (r == -EINVAL)
		sk_wrong(b, word, "E0664", "no user of this policy may have the type '%s'; write a context",
			 b->policy->type_by_id[type]->name);
	else if (r)
		b->error = r;
	if (r)
		return NULL;
	cache[type] = sk_keep(b, context);
	if (parts && cache[type])
		cache[type] = sk_with_parts(b, word, cache[type]);
	return cache[type];
}

/*
 * Sets of types.
 */
static uint32_t sk_type(struct sk_binder *b, uint32_t word, const char *name)
{
	struct sk_type_id type = sk_policy_find_type(b->policy, name);

	if (!type.v)
		sk_unknown(b, word, "type", name, selkie_type_nearest(b->policy, name, true));
	return type.v;
}

static uint32_t sk_single_type(struct sk_binder *b, uint32_t word, const char *name)
{
	uint32_t type = sk_type(b, word, name);

	if (type && b->policy->type_by_id[type]->attribute) {
		sk_wrong(b, word, "E0663", "'%s' is an attribute; name one of its types", name);
		return 0;
	}
	return type;
}

static void sk_mark_types(struct sk_binder *b, struct sk_bitset *set, uint32_t type, bool on)
{
	const struct sk_idset *members = &b->policy->types_of[type];

	for (uint32_t i = 0; i < members->n; i++) {
		uint64_t bit = (uint64_t)1 << members->ids[i] % 64;

		if (on)
			set->words[members->ids[i] / 64] |= bit;
		else
			set->words[members->ids[i] / 64] &= ~bit;
	}
}

/* `first` of the span is read as `name` where that is not NULL: the part of "type:class" before the colon. */
static void sk_type_set(struct sk_binder *b, struct sk_suite_span span, const char *name, struct sk_bitset *ret)
{
	if (sk_bitset_init(ret, &b->suite->bound, b->policy->n_type_ids + 1)) {
		b->error = -ENOMEM;
		return;
	}
	/* what is taken away is taken away from all that is named, wherever it stands */
	for (int minus = 0; minus < 2; minus++)
		for (uint32_t i = span.first; i < span.end && !b->failed; i++) {
			const struct sk_suite_word *w = sk_word(b, i);
			const char *s = i == span.first && name ? name : w->s;
			uint32_t type;

			if (w->mark == '{' || w->mark == '}')
				continue;
			if (w->mark == '*') {
				for (type = 1; !minus && type <= b->policy->n_type_ids; type++)
					if (!b->policy->type_by_id[type]->attribute)
						sk_bitset_add(ret, type);
				continue;
			}
			if ((*s == '-') != minus)
				continue;
			type = sk_type(b, i, s + minus);
			if (type)
				sk_mark_types(b, ret, type, !minus);
		}
}

static void sk_set_subjects(struct sk_binder *b, struct sk_suite_span span, const char *name, bool source,
			    struct sk_suite_subjects *ret)
{
	struct sk_bitset set;
	uint32_t n = 0;

	/* mostly it is one type */
	if (span.end == span.first + 1 && sk_word(b, span.first)->mark != '*') {
		const char *s = name ? name : sk_word(b, span.first)->s;
		uint32_t type = sk_type(b, span.first, s);

		if (type && !b->policy->type_by_id[type]->attribute) {
			ret->contexts = SK_ARENA_ARRAY(&b->suite->bound, const struct sk_context *, 1);
			if (!ret->contexts)
				b->error = -ENOMEM;
			else
				ret->contexts[0] = sk_assume(b, span.first, type, source);
			ret->n = 1;
			return;
		}
	}
	sk_type_set(b, span, name, &set);
	if (b->failed || b->error)
		return;
	for (uint32_t w = 0; w < set.n_words; w++)
		n += (uint32_t)__builtin_popcountll(set.words[w]);
	if (!n) {
		sk_wrong(b, span.first, "E0663", "no type is in this set");
		return;
	}
	ret->contexts = SK_ARENA_ARRAY(&b->suite->bound, const struct sk_context *, n);
	if (!ret->contexts) {
		b->error = -ENOMEM;
		return;
	}
	for (uint32_t type = 1; type <= b->policy->n_type_ids && !b->failed; type++)
		if (sk_bitset_has(&set, type))
			ret->contexts[ret->n++] = sk_assume(b, span.first, type, source);
}

static void sk_subjects(struct sk_binder *b, struct sk_suite_span span, bool source, struct sk_suite_subjects *ret)
{
	const struct sk_suite_word *word = sk_word(b, span.first);

	if (word->mark || !strchr(word->s, ':')) {
		sk_set_subjects(b, span, NULL, source, ret);
		return;
	}
	ret->contexts = SK_ARENA_ARRAY(&b->suite->bound, const struct sk_context *, 1);
	if (!ret->contexts) {
		b->error = -ENOMEM;
		return;
	}
	ret->contexts[0] = sk_parse_context(b, span.first, word->s);
	ret->n = 1;
}

static void sk_class(struct sk_binder *b, uint32_t word, const char *name)
{
	b->bound->cls = sk_policy_find_class(b->policy, name).v;
	if (!b->bound->cls)
		sk_unknown(b, word, "class", name, selkie_class_nearest(b->policy, name));
}

/* TARGET:CLASS, CONTEXT CLASS, { TYPES } :CLASS, self:CLASS */
static void sk_target(struct sk_binder *b)
{
	const struct sk_suite_row *row = b->row;
	const struct sk_suite_word *cls = sk_word(b, row->cls.first);
	bool joined = row->cls.first == row->target.first;
	sk_auto_free char *name = joined ? strndup(cls->s, strcspn(cls->s, ":")) : NULL;

	if (joined && !name) {
		b->error = -ENOMEM;
		return;
	}
	sk_class(b, row->cls.first, joined ? strchr(cls->s, ':') + 1 : cls->s + (*cls->s == ':'));
	if (joined && !strcmp(name, "self"))
		b->bound->self = true;
	else if (joined)
		sk_set_subjects(b, row->target, name, false, &b->bound->target);
	else
		sk_subjects(b, row->target, false, &b->bound->target);
}

/*
 * Permissions.
 */
static void sk_number(struct sk_binder *b, uint32_t word, const char *name, const char *number, uint32_t perm)
{
	struct sk_suite_bound *bound = b->bound;
	struct sk_suite_number *more;
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(number, &end, 0);
	if (*number < '0' || *number > '9' || *end || errno || value > UINT32_MAX ||
	    (strcmp(name, "ioctl") && strcmp(name, "nlmsg"))) {
		sk_wrong(b, word, "E0662", "only ioctl and nlmsg take a number, as in ioctl:0x5413");
		return;
	}
	more = SK_ARENA_ARRAY(&b->suite->bound, struct sk_suite_number, bound->n_numbers + 1);
	if (!more) {
		b->error = -ENOMEM;
		return;
	}
	if (bound->n_numbers)
		memcpy(more, bound->numbers, bound->n_numbers * sizeof(*more));
	more[bound->n_numbers++] = (struct sk_suite_number){
		*name == 'i' ? SELKIE_XPERM_IOCTL : SELKIE_XPERM_NLMSG, (uint16_t)value, perm
	};
	bound->numbers = more;
}

static void sk_permission(struct sk_binder *b, uint32_t word, uint32_t *ret_perms)
{
	const struct sk_class *cls = b->policy->class_by_id[b->bound->cls];
	const char *s = sk_word(b, word)->s, *colon = strchr(s, ':');
	char name[128];
	uint32_t perm;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(s, ":"), s);
	perm = sk_class_find_perm(cls, name);
	if (!perm) {
		const char *near = selkie_permission_nearest(b->policy, cls->id, name);

		sk_wrong(b, word, "E0663", "class %s has no permission '%s'%s%s%s", cls->name, name,
			 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	} else if (colon) {
		sk_number(b, word, name, colon + 1, perm);
	} else {
		*ret_perms |= perm;
	}
}

static void sk_permissions(struct sk_binder *b)
{
	const struct sk_suite_row *row = b->row;
	uint32_t all, taken = 0;
	bool complement = false;

	if (!b->bound->cls)
		return;
	all = b->policy->class_by_id[b->bound->cls]->perm_mask;
	for (uint32_t i = row->perms.first; i < row->perms.end && !b->failed; i++) {
		switch (sk_word(b, i)->mark) {
		case '~':
			complement = true;
			break;
		case '*':
			taken = all;
			break;
		case '{':
			break;
		case '}':
			if (complement) {
				b->bound->perms |= all & ~taken;
				taken = 0;
			}
			complement = false;
			break;
		default:
			sk_permission(b, i, &taken);
		}
	}
	b->bound->perms |= complement ? all & ~taken : taken;
	if (!b->failed && !b->bound->perms && !b->bound->n_numbers)
		sk_wrong(b, row->perms.first, "E0662", "no permission is left");
}

/*
 * Booleans and reasons.
 */
static int sk_value(const char *s)
{
	static const char *const words[] = { "off", "on", "false", "true", "0", "1", "no", "yes" };

	for (int i = 0; i < (int)SK_ARRAY_LEN(words); i++)
		if (!strcasecmp(s, words[i]))
			return i % 2;
	return -1;
}

static void sk_setting(struct sk_binder *b, uint32_t word, struct sk_suite_setting *ret)
{
	const char *s = sk_word(b, word)->s, *equals = strchr(s, '=');
	sk_auto_free char *name = strndup(s, equals ? (size_t)(equals - s) : strlen(s));
	int value = equals ? sk_value(equals + 1) : -1;

	if (!name) {
		b->error = -ENOMEM;
		return;
	}
	if (value < 0) {
		sk_wrong(b, word, "E0662", "expected BOOLEAN=on or BOOLEAN=off, found '%s'", s);
		return;
	}
	ret->boolean = sk_policy_find_bool(b->policy, name).v;
	ret->value = value;
	if (!ret->boolean)
		sk_unknown(b, word, "boolean", name, selkie_bool_nearest(b->policy, name));
}

static void sk_settings(struct sk_binder *b, uint32_t first, uint32_t end)
{
	b->bound->n_settings = end - first;
	b->bound->settings = SK_ARENA_ARRAY(&b->suite->bound, struct sk_suite_setting, end - first + 1);
	if (!b->bound->settings)
		b->error = -ENOMEM;
	for (uint32_t i = first; i < end && !b->failed && !b->error; i++)
		sk_setting(b, i, &b->bound->settings[i - first]);
}

static void sk_reasons(struct sk_binder *b)
{
	static const char *const words[] = {
		[SELKIE_DENIAL_RULE] = "rule", [SELKIE_DENIAL_CONSTRAINT] = "constraint",
		[SELKIE_DENIAL_ROLE] = "role", [SELKIE_DENIAL_BOUNDS] = "bounds",
		[SELKIE_DENIAL_XPERM] = "xperm",
	};

	for (uint32_t i = b->row->reasons.first; i < b->row->reasons.end && !b->failed; i++) {
		size_t k;

		if (!strcmp(sk_word(b, i)->s, "boolean")) {
			b->bound->names_booleans = true;
			sk_settings(b, i + 1, b->row->reasons.end);
			return;
		}
		for (k = 0; k < SK_ARRAY_LEN(words) && strcmp(words[k], sk_word(b, i)->s); k++)
			;
		if (k == SK_ARRAY_LEN(words))
			sk_wrong(b, i, "E0662", "'%s' is no reason: rule, constraint, role, bounds, xperm, or boolean NAME=on",
				 sk_word(b, i)->s);
		else
			b->bound->reasons |= 1u << k;
	}
}

/*
 * Results.
 */
static void sk_result(struct sk_binder *b)
{
	uint32_t word = b->row->result.first;
	const char *s = sk_word(b, word)->s;

	if (!strcmp(s, "none"))
		b->bound->none = true;
	else if (strchr(s, ':'))
		b->bound->context = sk_parse_context(b, word, s);
	else
		b->bound->type = sk_single_type(b, word, s);
}

static void sk_bind_port(struct sk_binder *b)
{
	static const struct {
		const char *name;
		int protocol;
	} protocols[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "dccp", IPPROTO_DCCP },
			  { "sctp", IPPROTO_SCTP } };
	const char *s = sk_word(b, b->row->source.first)->s;
	unsigned long port;
	char *end;

	for (size_t i = 0; i < SK_ARRAY_LEN(protocols); i++)
		if (!strcmp(s, protocols[i].name))
			b->bound->protocol = protocols[i].protocol;
	if (!b->bound->protocol)
		sk_wrong(b, b->row->source.first, "E0662", "'%s' is no protocol: tcp, udp, dccp or sctp", s);
	s = sk_word(b, b->row->target.first)->s;
	port = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || port > UINT16_MAX)
		sk_wrong(b, b->row->target.first, "E0662", "'%s' is no port", s);
	b->bound->port = (uint32_t)port;
}

/* Of the file: its mode, and its class where the policy has it. */
static void sk_bind_file_kind(struct sk_binder *b)
{
	static const struct {
		const char *letter, *word;
		uint32_t mode;
	} kinds[] = { { "--", "file", S_IFREG }, { "-d", "dir", S_IFDIR }, { "-l", "lnk_file", S_IFLNK },
		      { "-c", "chr_file", S_IFCHR }, { "-b", "blk_file", S_IFBLK }, { "-s", "sock_file", S_IFSOCK },
		      { "-p", "fifo_file", S_IFIFO } };
	const char *s;

	if (b->row->extra.first == b->row->extra.end)
		return;
	s = sk_word(b, b->row->extra.first)->s;
	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++)
		if (!strcmp(s, kinds[i].letter) || !strcmp(s, kinds[i].word)) {
			b->bound->mode = kinds[i].mode;
			b->bound->cls = sk_policy_find_class(b->policy, kinds[i].word).v;
		}
	if (!b->bound->mode)
		sk_wrong(b, b->row->extra.first, "E0662", "'%s' is no kind of file: -- -d -l -c -b -s -p", s);
}

static void sk_bind_path(struct sk_binder *b)
{
	if (!b->suite->labels)
		sk_wrong(b, b->row->source.first, "E0665", "labels of paths need file contexts");
	b->bound->name = sk_word(b, b->row->source.first)->s;
	sk_bind_file_kind(b);
}

static void sk_bind_genfs(struct sk_binder *b)
{
	b->bound->name = sk_word(b, b->row->source.first)->s;
	b->bound->path = sk_word(b, b->row->target.first)->s;
	sk_bind_file_kind(b);
}

static void sk_bind_node(struct sk_binder *b)
{
	const char *s = sk_word(b, b->row->source.first)->s;

	b->bound->family = strchr(s, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(b->bound->family, s, b->bound->address) != 1)
		sk_wrong(b, b->row->source.first, "E0662", "'%s' is no address", s);
}

static void sk_bind_made(struct sk_binder *b)
{
	sk_subjects(b, b->row->source, true, &b->bound->source);
	sk_target(b);
	if (b->row->extra.first < b->row->extra.end)
		b->bound->name = sk_word(b, b->row->extra.first)->s;
	if (!b->failed && (b->bound->source.n > 1 || b->bound->target.n > 1))
		sk_wrong(b, b->row->source.first, "E0663", "one source and one target, not a set of them");
}

static void sk_bind_netif(struct sk_binder *b)
{
	b->bound->name = sk_word(b, b->row->source.first)->s;
}

static void sk_bind_label(struct sk_binder *b)
{
	static void (*const kinds[SK_N_SUITE_LABELS])(struct sk_binder *b) = {
		[SK_LABEL_PATH] = sk_bind_path, [SK_LABEL_CREATE] = sk_bind_made, [SK_LABEL_MEMBER] = sk_bind_made,
		[SK_LABEL_RELABEL] = sk_bind_made, [SK_LABEL_PORT] = sk_bind_port, [SK_LABEL_GENFS] = sk_bind_genfs,
		[SK_LABEL_NODE] = sk_bind_node, [SK_LABEL_NETIF] = sk_bind_netif,
	};

	kinds[b->row->label](b);
	sk_result(b);
}

static void sk_bind_transition(struct sk_binder *b)
{
	sk_subjects(b, b->row->source, true, &b->bound->source);
	sk_subjects(b, b->row->target, false, &b->bound->target);
	if (!b->failed && (b->bound->source.n > 1 || b->bound->target.n > 1))
		sk_wrong(b, b->row->source.first, "E0663", "one source and one program, not a set of them");
	sk_result(b);
}

static void sk_bind_graph(struct sk_binder *b)
{
	struct sk_suite_bound *bound = b->bound;
	struct sk_bitset set;

	/* attributes are understood by the graphs themselves */
	bound->from = sk_type(b, b->row->source.first, sk_word(b, b->row->source.first)->s);
	bound->to = sk_type(b, b->row->target.first, sk_word(b, b->row->target.first)->s);
	bound->weight = 1;
	if (b->row->extra.first < b->row->extra.end) {
		const char *s = sk_word(b, b->row->extra.first)->s;

		bound->weight = (unsigned int)strtoul(s, NULL, 10);
		if (s[strspn(s, "0123456789")] || bound->weight < 1 || bound->weight > 10)
			sk_wrong(b, b->row->extra.first, "E0662", "a weight is a number from 1 to 10, not '%s'", s);
	}
	if (b->row->except.first == b->row->except.end || b->failed)
		return;
	sk_type_set(b, b->row->except, NULL, &set);
	if (b->failed || b->error)
		return;
	bound->except = SK_ARENA_ARRAY(&b->suite->bound, selkie_type_id, b->policy->n_type_ids + 1);
	if (!bound->except)
		b->error = -ENOMEM;
	for (uint32_t t = 1; !b->error && t <= b->policy->n_type_ids; t++)
		if (sk_bitset_has(&set, t))
			bound->except[bound->n_except++].v = t;
}

/* user, role, level: what contexts of sources have from here on. */
static void sk_bind_part(struct sk_binder *b)
{
	const char *s = sk_word(b, b->row->extra.first)->s;
	const char *part = strcmp(s, "-") ? s : NULL;

	if (b->row->kind == SK_SUITE_USER) {
		b->user = part;
		if (part && !sk_policy_find_user(b->policy, s).v)
			sk_unknown(b, b->row->extra.first, "user", s, selkie_user_nearest(b->policy, s));
	} else if (b->row->kind == SK_SUITE_ROLE) {
		b->role = part;
		if (part && !sk_policy_find_role(b->policy, s).v)
			sk_unknown(b, b->row->extra.first, "role", s, selkie_role_nearest(b->policy, s));
	} else {
		b->level = part;
		if (part && !b->policy->mls)
			sk_wrong(b, b->row->extra.first, "E0664", "the policy has no levels");
	}
	memset(b->assumed_source, 0, (b->policy->n_type_ids + 1) * sizeof(*b->assumed_source));
}

static void sk_bind_access(struct sk_binder *b)
{
	struct sk_suite_bound *bound = b->bound;

	if (b->row->kind == SELKIE_TEST_ONLY)
		sk_type_set(b, b->row->source, NULL, &bound->types);
	else
		sk_subjects(b, b->row->source, true, &bound->source);
	sk_target(b);
	sk_permissions(b);
	sk_reasons(b);
	if (b->row->kind == SELKIE_TEST_EXACTLY && bound->n_numbers)
		sk_wrong(b, b->row->perms.first, "E0662", "exactly speaks of permissions without numbers");
	if (!b->failed && (uint64_t)bound->source.n * SK_MAX(bound->target.n, 1u) > PAIRS_MAX)
		sk_wrong(b, b->row->source.first, "E0662", "too many pairs of types");
}

static void sk_bind_row(struct sk_binder *b, struct sk_suite_row *row)
{
	b->row = row;
	b->failed = false;
	b->bound = row->bound = SK_ARENA_NEW(&b->suite->bound, struct sk_suite_bound);
	if (!b->bound) {
		b->error = -ENOMEM;
		return;
	}
	switch (row->kind) {
	case SELKIE_TEST_ALLOW:
	case SELKIE_TEST_DENY:
	case SELKIE_TEST_EXACTLY:
	case SELKIE_TEST_ONLY:
		sk_bind_access(b);
		break;
	case SELKIE_TEST_TRANSITION:
		sk_bind_transition(b);
		break;
	case SELKIE_TEST_LABEL:
		sk_bind_label(b);
		break;
	case SELKIE_TEST_FLOW:
	case SELKIE_TEST_REACH:
		sk_bind_graph(b);
		break;
	case SK_SUITE_SET:
		sk_settings(b, row->extra.first, row->extra.end);
		break;
	case SK_SUITE_RESET:
		b->user = b->role = b->level = NULL;
		memset(b->assumed_source, 0, (b->policy->n_type_ids + 1) * sizeof(*b->assumed_source));
		break;
	default:
		sk_bind_part(b);
	}
}

int selkie_suite_bind(selkie_suite *suite, const selkie_policy *policy, const selkie_label_db *labels,
		      selkie_diagnostics *diags)
{
	struct sk_binder b = { .suite = suite, .policy = policy, .diags = diags };

	suite->policy = NULL;
	suite->labels = labels;
	sk_arena_done(&suite->bound);
	for (size_t i = 0; i < suite->n_contexts; i++)
		selkie_context_free(suite->contexts[i]);
	suite->n_contexts = 0;
	b.assumed = calloc(policy->n_type_ids + 1, sizeof(*b.assumed));
	b.assumed_source = calloc(policy->n_type_ids + 1, sizeof(*b.assumed_source));
	if (!b.assumed || !b.assumed_source)
		b.error = -ENOMEM;
	for (size_t i = 0; i < suite->n_rows && !b.error; i++)
		sk_bind_row(&b, &suite->rows[i]);
	free(b.assumed);
	free(b.assumed_source);
	if (b.error || b.refused)
		return b.error ? b.error : SELKIE_SUITE_REFUSED;
	suite->policy = policy;
	return 0;
}
