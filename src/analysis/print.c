/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The walk over a policy that is printed: what an element looks like is the language's business, which kinds of elements
 * there are and in what order they come out is decided here. Text goes out as it is made; only a kind that is sorted is
 * held in memory. The result depends on nothing but the policy and the order.
 */
#include "analysis/print.h"

#include <errno.h>
#include <string.h>

#include "selkie/print.h"

#define SK_PRINT_MOST_SIDS 255

static const struct sk_print_row {
	enum sk_print_part part;
	uint32_t which, flags;
	const char *list;
} sk_print_rows[SK_N_KINDS] = {
#define SK_ROW(kind, part, which, flags, list) { SK_PRINT_##part, which, flags, list },
	SK_PRINT_KINDS(SK_ROW)
#undef SK_ROW
};

/* A kind on its way: its row, and how the language writes an element. */
struct sk_print_section {
	const struct sk_print_row *row;
	void (*write)(struct sk_print *print, uint32_t i, uint32_t which);
	/* of a language of lists; NULL otherwise */
	void (*list)(struct sk_print *print, enum sk_print_list at, const char *name);
};

/* The first element of a part is 1 for ids and 0 for positions; ret_end is one past the last. */
static uint32_t sk_print_first(enum sk_print_part part)
{
	return (part >= SK_PRINT_COMMONS && part < SK_PRINT_TYPE_NAMES) || part == SK_PRINT_SIDS;
}

static uint32_t sk_print_count(const struct sk_print *p, enum sk_print_part part, uint32_t which)
{
	const struct sk_policy *policy = p->policy;

	switch (part) {
	case SK_PRINT_POLICY:
		return 1;
	case SK_PRINT_CAPABILITIES:
		return policy->capabilities.n_words * 64;
	case SK_PRINT_COMMONS:
		return policy->n_commons;
	case SK_PRINT_CLASSES:
		return policy->n_class_ids;
	case SK_PRINT_ROLES:
		return policy->n_role_ids;
	case SK_PRINT_TYPES:
		return policy->n_type_ids;
	case SK_PRINT_USERS:
		return policy->n_user_ids;
	case SK_PRINT_BOOLS:
		return policy->n_bool_ids;
	case SK_PRINT_SENS:
		return policy->n_sens_ids;
	case SK_PRINT_CATS:
		return policy->n_cat_ids;
	case SK_PRINT_TYPE_NAMES:
		return policy->n_types;
	case SK_PRINT_CONSTRAINTS:
		return p->n_constraints;
	case SK_PRINT_RULES:
		return policy->n_unconditional;
	case SK_PRINT_CONDS:
		return policy->n_conds;
	case SK_PRINT_ROLE_TRANSITIONS:
		return policy->n_role_transitions;
	case SK_PRINT_ROLE_ALLOWS:
		return policy->n_role_allows;
	case SK_PRINT_FILENAME_TRANSITIONS:
		return policy->n_filename_transitions;
	case SK_PRINT_RANGE_TRANSITIONS:
		return policy->n_range_transitions;
	case SK_PRINT_SIDS:
		return p->n_sids;
	case SK_PRINT_OCONTEXTS:
		return policy->n_ocontexts[which];
	case SK_PRINT_GENFS:
		return policy->n_genfs;
	default:
		return 0;
	}
}

void sk_print_elements_of(const struct sk_print *p, enum sk_print_part part, uint32_t which, uint32_t *ret_first,
			  uint32_t *ret_n)
{
	*ret_first = sk_print_first(part);
	*ret_n = sk_print_count(p, part, which);
}

static int sk_piece_compare(const void *a, const void *b)
{
	const struct sk_word *x = a, *y = b;
	int c = memcmp(x->s, y->s, SK_MIN(x->n, y->n));

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

static bool sk_print_add_piece(struct sk_print *p, struct sk_print_pieces *pieces, const char *s,
			       size_t length)
{
	int r = sk_grow(&pieces->at, &pieces->cap, pieces->n + 1, sizeof(*pieces->at));

	if (r)
		sk_buf_fail(p->out, r);
	else
		pieces->at[pieces->n++] = (struct sk_word){ s, (uint32_t)length };
	return !r;
}

/* Lines are compared without their break, so that "a" comes before "a b". */
static void sk_print_split(struct sk_print *p, const char *text, size_t size)
{
	p->lines.n = 0;
	/* Nothing is added to the null pointer of an empty text. */
	for (const char *s = text, *end = size ? text + size : text; s < end;) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));

		if (!stop)
			stop = end;
		if (!sk_print_add_piece(p, &p->lines, s, (size_t)(stop - s)))
			return;
		s = stop + 1;
	}
}

static void sk_print_sort_pieces(struct sk_print_pieces *pieces)
{
	if (pieces->n)
		qsort(pieces->at, pieces->n, sizeof(*pieces->at), sk_piece_compare);
}

static void sk_print_add_sorted(struct sk_print_pieces *pieces, struct sk_buf *to)
{
	sk_print_sort_pieces(pieces);
	for (size_t i = 0; i < pieces->n; i++) {
		sk_buf_add(to, pieces->at[i].s, pieces->at[i].n);
		sk_buf_addc(to, '\n');
	}
}

void sk_print_sort_lines(struct sk_print *p, size_t from)
{
	struct sk_buf *buf = p->out;
	size_t size = buf->n - from;

	if (buf->failed || !size)
		return;
	p->names.n = 0;
	sk_print_split(p, buf->data + from, size);
	sk_print_add_sorted(&p->lines, &p->names);
	if (p->names.failed)
		sk_buf_fail(buf, p->names.error);
	else if (!buf->failed)
		memcpy(buf->data + from, p->names.data, size);
}

static void sk_print_elements(struct sk_print *p, const struct sk_print_section *s)
{
	uint32_t first, n, flags = s->row->flags;

	sk_print_elements_of(p, s->row->part, s->row->which, &first, &n);
	for (uint32_t i = 0; i < n && !p->out->failed; i++)
		s->write(p, first + (flags & SK_PRINT_BACKWARDS && !s->list ? n - 1 - i : i), s->row->which);
}

/* Where an element begins is known for good when all are written: until then the text may move. */
static void sk_print_block_elements(struct sk_print *p, const struct sk_print_section *s)
{
	uint32_t first, n;
	const char *at;

	sk_print_elements_of(p, s->row->part, s->row->which, &first, &n);
	p->blocks.n = 0;
	for (uint32_t i = first; i < first + n && !p->out->failed; i++) {
		size_t from = p->out->n;

		s->write(p, i, s->row->which);
		if (p->out->n > from && !p->out->failed)
			sk_print_add_piece(p, &p->blocks, NULL, p->out->n - from - 1);
	}
	at = p->out->data;
	for (size_t i = 0; i < p->blocks.n; i++) {
		p->blocks.at[i].s = at;
		at += p->blocks.at[i].n + 1;
	}
}

static void sk_print_add_list(struct sk_print *p, const struct sk_print_section *s, struct sk_print_pieces *pieces)
{
	sk_print_sort_pieces(pieces);
	for (size_t i = 0; i < pieces->n; i++) {
		s->list(p, SK_PRINT_LIST_NEXT, NULL);
		sk_buf_add(p->out, pieces->at[i].s, pieces->at[i].n);
	}
}

static void sk_print_sorted(struct sk_print *p, const struct sk_print_section *s, struct sk_buf *out)
{
	bool blocks = s->row->flags & SK_PRINT_BLOCKS && !s->list;
	struct sk_print_pieces *pieces = blocks ? &p->blocks : &p->lines;

	p->out = &p->scratch;
	p->scratch.n = 0;
	p->collecting = true;
	if (blocks) {
		sk_print_block_elements(p, s);
	} else {
		sk_print_elements(p, s);
		sk_print_split(p, p->scratch.data, p->scratch.n);
	}
	p->out = out;
	p->collecting = false;
	if (p->scratch.failed)
		sk_buf_fail(out, p->scratch.error);
	else if (s->list)
		sk_print_add_list(p, s, pieces);
	else
		sk_print_add_sorted(pieces, out);
}

static void sk_print_kind(struct sk_print *p, const struct sk_print_language *language, enum sk_print_kind kind)
{
	const struct sk_print_row *row = &sk_print_rows[kind];
	const struct sk_print_section s = { row, language->write[kind], row->list ? language->list : NULL };

	if (!s.write || row->flags & (p->sorted ? SK_PRINT_ONLY_IN_ORDER : SK_PRINT_ONLY_SORTED) ||
	    (row->flags & SK_PRINT_MLS && !p->policy->mls))
		return;
	if (s.list)
		s.list(p, SK_PRINT_LIST_BEGIN, row->list);
	if (p->sorted && !(row->flags & SK_PRINT_FIXED))
		sk_print_sorted(p, &s, p->out);
	else
		sk_print_elements(p, &s);
	if (s.list)
		s.list(p, SK_PRINT_LIST_END, row->list);
}

static void sk_print_add_constraints(struct sk_print *p, struct sk_class_id cls,
				     const struct sk_constraint *list, uint32_t n, bool validatetrans)
{
	for (uint32_t i = n; i--;)
		p->constraints[p->n_constraints++] = (struct sk_print_constraint){
			.cls = cls,
			.constraint = &list[i],
			.validatetrans = validatetrans,
			.mls = p->policy->mls && sk_constraint_is_mls(&list[i]),
		};
}

/* Compilers put each constraint of a class before those that they have; the last one was written first. */
static int sk_print_find_constraints(struct sk_print *p)
{
	const struct sk_policy *policy = p->policy;
	size_t n = 0;

	for (uint32_t i = 0; i < policy->n_classes; i++)
		n += (size_t)policy->classes[i].n_constraints + policy->classes[i].n_validatetrans;
	p->constraints = SK_ARENA_ARRAY(&p->arena, struct sk_print_constraint, n);
	if (!p->constraints)
		return -ENOMEM;
	for (uint32_t id = 1; id <= policy->n_class_ids; id++) {
		const struct sk_class *c = policy->class_by_id[id];

		if (!c)
			continue;
		sk_print_add_constraints(p, c->id, c->constraints, c->n_constraints, false);
		sk_print_add_constraints(p, c->id, c->validatetrans, c->n_validatetrans, true);
	}
	return 0;
}

/* The highest initial id; numbers that no system has are passed over. */
static void sk_print_count_sids(struct sk_print *p)
{
	enum sk_ocontext_kind kind =
		p->policy->target == SK_TARGET_XEN ? SK_OCON_XEN_ISID : SK_OCON_ISID;

	for (uint32_t i = 0; i < p->policy->n_ocontexts[kind]; i++) {
		uint32_t sid = p->policy->ocontexts[kind][i].u.sid;

		if (sid <= SK_PRINT_MOST_SIDS)
			p->n_sids = SK_MAX(p->n_sids, sid);
		else
			sk_print_lacks(p, "initial id %u is beyond all that are known", sid);
	}
}

int sk_print_name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool sk_print_room(struct sk_print *p, size_t n)
{
	int r = sk_grow(&p->list, &p->cap_list, n + 1, sizeof(*p->list));

	if (r)
		sk_buf_fail(p->out, r);
	return !r;
}

static size_t sk_print_sort_list(struct sk_print *p, size_t n)
{
	if (p->sorted && n)
		qsort(p->list, n, sizeof(*p->list), sk_print_name_compare);
	return n;
}

size_t sk_print_list_bits(struct sk_print *p, const struct sk_bitset *set, sk_print_name_at name_at)
{
	size_t n = 0;

	if (!sk_print_room(p, sk_bitset_count(set)))
		return 0;
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX; id = sk_bitset_next(set, id + 1)) {
		p->list[n] = name_at(p, id);
		n += p->list[n] != NULL;
	}
	return sk_print_sort_list(p, n);
}

size_t sk_print_list_ids(struct sk_print *p, const struct sk_idset *set, sk_print_name_at name_at)
{
	size_t n = 0;

	if (!sk_print_room(p, set->n))
		return 0;
	for (uint32_t i = 0; i < set->n; i++) {
		p->list[n] = name_at(p, set->ids[i]);
		n += p->list[n] != NULL;
	}
	return sk_print_sort_list(p, n);
}

static void sk_print_done(struct sk_print *p)
{
	sk_buf_done(&p->scratch);
	sk_buf_done(&p->names);
	sk_buf_done(&p->value);
	sk_text_done(&p->text);
	sk_arena_done(&p->arena);
	free(p->list);
	free(p->lines.at);
	free(p->blocks.at);
}

void sk_print_run(const struct sk_policy *policy, const struct sk_print_language *language, bool sorted,
		  struct sk_diags *diags, struct sk_buf *out)
{
	struct sk_print p = { .policy = policy, .diags = diags, .sorted = sorted, .out = out };
	int r;

	sk_buf_init(&p.scratch);
	sk_buf_init(&p.names);
	sk_buf_init(&p.value);
	r = sk_text_init(&p.text, policy);
	if (!r)
		r = sk_print_find_constraints(&p);
	sk_print_count_sids(&p);
	if (!r && language->begin)
		r = language->begin(&p);
	if (r)
		sk_buf_fail(out, r);
	for (unsigned int kind = 0; kind < SK_N_KINDS && !out->failed; kind++)
		sk_print_kind(&p, language, kind);
	if (language->end && !out->failed)
		language->end(&p);
	if (diags && diags->no_memory)
		sk_buf_fail(out, -ENOMEM);
	sk_print_done(&p);
}

static int sk_print_check(const struct selkie_print_options *options, bool *ret_sorted,
			  const struct sk_print_language **ret_language)
{
	static const struct sk_print_language *const languages[] = {
		[SELKIE_PRINT_CONF] = &sk_print_conf, [SELKIE_PRINT_CIL] = &sk_print_cil, [SELKIE_PRINT_JSON] = &sk_print_json,
	};

	*ret_sorted = false;
	*ret_language = &sk_print_conf;
	if (!options)
		return 0;
	if (options->version != SELKIE_PRINT_OPTIONS_VERSION ||
	    (options->order != SELKIE_PRINT_IN_ORDER && options->order != SELKIE_PRINT_SORTED) ||
	    (unsigned int)options->language >= SK_ARRAY_LEN(languages))
		return -EINVAL;
	*ret_language = languages[options->language];
	*ret_sorted = options->order == SELKIE_PRINT_SORTED;
	return 0;
}

int selkie_policy_print_fd(const selkie_policy *policy, const struct selkie_print_options *options,
			   selkie_diagnostics *diags, int fd)
{
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;
	const struct sk_print_language *language;
	bool sorted;
	int r = sk_print_check(options, &sorted, &language);

	if (r)
		return r;
	sk_buf_to_fd(&out, fd);
	sk_print_run(policy, language, sorted, diags, &out);
	return sk_buf_flush(&out);
}

int selkie_policy_print_memory(const selkie_policy *policy, const struct selkie_print_options *options,
			       selkie_diagnostics *diags, char **ret_text, size_t *ret_size)
{
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;
	const struct sk_print_language *language;
	bool sorted;
	int r = sk_print_check(options, &sorted, &language);
	char *text;

	if (r)
		return r;
	sk_print_run(policy, language, sorted, diags, &out);
	text = sk_buf_steal(&out, ret_size);
	if (!text)
		return out.error ? out.error : -ENOMEM;
	*ret_text = text;
	return 0;
}
