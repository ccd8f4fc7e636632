/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading tests: words, and rows of them. No policy is known here. After a mistake the reading goes on with the next
 * line; a row with a mistake is left out.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/input.h"
#include "base/word.h"
#include "query/suite.h"

#define SUITE_SIZE_MAX ((size_t)64 << 20)

const char *const sk_suite_kind_words[SK_N_SUITE_KINDS] = {
	[SELKIE_TEST_ALLOW] = "allow", [SELKIE_TEST_DENY] = "deny", [SELKIE_TEST_EXACTLY] = "exactly",
	[SELKIE_TEST_ONLY] = "only", [SELKIE_TEST_TRANSITION] = "transition", [SELKIE_TEST_LABEL] = "label",
	[SELKIE_TEST_FLOW] = "flow", [SELKIE_TEST_REACH] = "reach", [SK_SUITE_SET] = "set",
	[SK_SUITE_USER] = "user", [SK_SUITE_ROLE] = "role", [SK_SUITE_LEVEL] = "level", [SK_SUITE_RESET] = "reset",
};

const char *const sk_suite_label_words[SK_N_SUITE_LABELS] = {
	[SK_LABEL_CREATE] = "create", [SK_LABEL_MEMBER] = "member", [SK_LABEL_RELABEL] = "relabel", [SK_LABEL_PORT] = "port",
	[SK_LABEL_GENFS] = "genfs", [SK_LABEL_NODE] = "node", [SK_LABEL_NETIF] = "netif",
};

const char *selkie_test_kind_name(enum selkie_test_kind kind)
{
	return kind <= SELKIE_TEST_REACH ? sk_suite_kind_words[kind] : NULL;
}

struct sk_suite_reader {
	struct sk_suite *suite;
	struct sk_diags *diags;
	const char *text, *p, *limit;	/* p: the unread rest */
	const char *line_start;
	uint32_t file, line;
	uint32_t at, end;		/* words of the row */
	struct sk_suite_row row;
	bool failed;			/* this row */
	bool refused;
	int error;
};

int selkie_suite_new(selkie_suite **ret)
{
	struct sk_suite *suite = calloc(1, sizeof(*suite));

	if (!suite)
		return -ENOMEM;
	*ret = suite;
	return 0;
}

void selkie_suite_free(selkie_suite *suite)
{
	if (!suite)
		return;
	free(suite->files);
	free(suite->words);
	free(suite->rows);
	free(suite->tests);
	for (size_t i = 0; i < suite->n_contexts; i++)
		selkie_context_free(suite->contexts[i]);
	free(suite->contexts);
	sk_arena_done(&suite->arena);
	sk_arena_done(&suite->bound);
	free(suite);
}

void sk_suite_place(const struct sk_suite *suite, uint32_t file, const struct sk_suite_word *word,
		    struct sk_place *ret)
{
	const struct sk_suite_file *f = &suite->files[file];
	const char *line = f->text, *end;

	for (uint32_t i = 1; i < word->line; i++)
		line = (const char *)memchr(line, '\n', (size_t)(f->text + f->size - line)) + 1;
	end = memchr(line, '\n', (size_t)(f->text + f->size - line)) ?: f->text + f->size;
	*ret = (struct sk_place){
		.kind = SK_PLACE_TEXT, .file = f->name, .line = word->line, .col = word->col,
		.length = SK_MAX(word->length, 1u), .text = line, .text_length = (uint32_t)(end - line),
	};
}

static struct sk_suite_word *sk_word(struct sk_suite_reader *r, uint32_t i)
{
	return &r->suite->words[i];
}

static void sk_wrong(struct sk_suite_reader *r, const struct sk_suite_word *word, const char *id, const char *fmt, ...)
	SK_PRINTF(4, 5);

static void sk_wrong(struct sk_suite_reader *r, const struct sk_suite_word *word, const char *id, const char *fmt, ...)
{
	struct sk_place place;
	va_list args;

	if (r->failed || r->error)
		return;
	r->failed = r->refused = true;
	sk_suite_place(r->suite, r->file, word, &place);
	va_start(args, fmt);
	sk_verror(r->diags, id, &place, fmt, args);
	va_end(args);
}

/*
 * Words.
 */
static bool sk_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void sk_add_word(struct sk_suite_reader *r, const char *start, size_t n, size_t length, char mark)
{
	struct sk_suite *suite = r->suite;
	const char *s = sk_arena_strndup(&suite->arena, start, n);

	if (!s || sk_grow(&suite->words, &suite->cap_words, suite->n_words + 1, sizeof(*suite->words))) {
		r->error = -ENOMEM;
		return;
	}
	suite->words[suite->n_words++] = (struct sk_suite_word){
		.s = s, .line = r->line, .col = (uint32_t)(start - (mark == '"') - r->line_start) + 1,
		.length = (uint32_t)length, .mark = mark,
	};
}

static const char *sk_cut_word(struct sk_suite_reader *r, const char *p)
{
	const char *end = p;

	if (strchr("{}", *p) || ((*p == '~' || *p == '*') && (p + 1 == r->limit || strchr(" \t\r\n{}#", p[1])))) {
		sk_add_word(r, p, 1, 1, *p);
		return p + 1;
	}
	if (*p == '"') {
		for (end = p + 1; end < r->limit && *end != '"' && *end != '\n'; end++)
			;
		sk_add_word(r, p + 1, (size_t)(end - p - 1), (size_t)(end - p) + 1, '"');
		return end < r->limit && *end == '"' ? end + 1 : end;
	}
	while (end < r->limit && !sk_is_blank(*end) && !strchr("\n{}\"", *end))
		end++;
	sk_add_word(r, p, (size_t)(end - p), (size_t)(end - p), '\0');
	return end;
}

/* The words of one row: to the end of the line, or of that on which the last brace closes. False at the end. */
static bool sk_next_row(struct sk_suite_reader *r)
{
	unsigned int depth = 0;
	const char *p = r->p;

	r->at = (uint32_t)r->suite->n_words;
	while (p < r->limit && !r->error) {
		if (*p == '\n') {
			r->line++;
			r->line_start = ++p;
			if (!depth && r->suite->n_words > r->at)
				break;
		} else if (sk_is_blank(*p)) {
			p++;
		} else if (*p == '#') {
			p = memchr(p, '\n', (size_t)(r->limit - p)) ?: r->limit;
		} else if (!*p) {
			p++;	/* a zero byte is a blank */
		} else {
			depth += *p == '{';
			depth -= *p == '}' && depth;
			p = sk_cut_word(r, p);
		}
	}
	r->p = p;
	r->end = (uint32_t)r->suite->n_words;
	return r->end > r->at && !r->error;
}

static const char *sk_row_text(struct sk_suite_reader *r)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;

	for (uint32_t i = r->at; i < r->end; i++) {
		const struct sk_suite_word *w = sk_word(r, i);

		/* "~{ a }" stays together */
		if (i > r->at && sk_word(r, i - 1)->mark != '~')
			sk_buf_addc(&text, ' ');
		if (w->mark == '"')
			sk_buf_join(&text, "\"", w->s, "\"", NULL);
		else
			sk_buf_adds(&text, w->s);
	}
	return text.failed ? NULL : sk_arena_strndup(&r->suite->arena, text.data ? text.data : "", text.n);
}

/*
 * The grammar.
 */
static bool sk_more(const struct sk_suite_reader *r)
{
	return r->at < r->end && !r->failed;
}

static bool sk_at_word(struct sk_suite_reader *r, const char *word)
{
	return sk_more(r) && !sk_word(r, r->at)->mark && !strcmp(sk_word(r, r->at)->s, word);
}

static bool sk_take_word(struct sk_suite_reader *r, const char *word)
{
	if (!sk_at_word(r, word))
		return false;
	r->at++;
	return true;
}

static void sk_missing(struct sk_suite_reader *r, const char *what)
{
	struct sk_suite_word behind = *sk_word(r, r->end - 1);

	if (sk_more(r)) {
		sk_wrong(r, sk_word(r, r->at), "E0662", "expected %s, found '%s'", what, sk_word(r, r->at)->s);
		return;
	}
	behind.col += behind.length;
	behind.length = 1;
	sk_wrong(r, &behind, "E0662", "expected %s at the end of this row", what);
}

static void sk_want_word(struct sk_suite_reader *r, const char *word)
{
	char quoted[40];

	if (r->failed || sk_take_word(r, word))
		return;
	snprintf(quoted, sizeof(quoted), "'%s'", word);
	sk_missing(r, quoted);
}

/* One word that is no mark. */
static struct sk_suite_span sk_one(struct sk_suite_reader *r, const char *what)
{
	struct sk_suite_span span = { r->at, r->at };

	if (r->failed)
		return span;
	if (!sk_more(r) || (sk_word(r, r->at)->mark && sk_word(r, r->at)->mark != '"')) {
		sk_missing(r, what);
		return span;
	}
	span.end = ++r->at;
	return span;
}

/* From behind an opening brace to behind the one that closes it. */
static void sk_braces(struct sk_suite_reader *r)
{
	while (sk_more(r) && sk_word(r, r->at)->mark != '}') {
		if (sk_word(r, r->at)->mark == '{')
			sk_missing(r, "a name or '}'");
		r->at++;
	}
	if (!r->failed && !sk_more(r))
		sk_missing(r, "'}'");
	else if (!r->failed)
		r->at++;
}

/* NAME, { NAMES }, * */
static struct sk_suite_span sk_set(struct sk_suite_reader *r, const char *what)
{
	struct sk_suite_span span = { r->at, r->at };

	if (r->failed)
		return span;
	if (!sk_more(r)) {
		sk_missing(r, what);
	} else if (sk_word(r, r->at)->mark == '{') {
		r->at++;
		sk_braces(r);
	} else if (sk_word(r, r->at)->mark && sk_word(r, r->at)->mark != '*') {
		sk_missing(r, what);
	} else {
		r->at++;
	}
	span.end = r->at;
	return span;
}

/* TARGET:CLASS, CONTEXT CLASS, { TYPES }:CLASS */
static void sk_target(struct sk_suite_reader *r)
{
	struct sk_suite_word *word;
	char *colon;

	r->row.target = sk_set(r, "a target and its class");
	if (r->failed)
		return;
	word = sk_word(r, r->row.target.end - 1);
	if (word->mark == '}') {
		/* what follows the brace without a blank is ":class" */
		r->row.cls = sk_one(r, "':' and a class");
		if (!r->failed && sk_word(r, r->row.cls.first)->s[0] != ':') {
			r->at--;
			sk_missing(r, "':' and a class");
		}
		return;
	}
	colon = strchr(word->s, ':');
	if (word->mark || !colon) {
		sk_wrong(r, word, "E0662", "expected TARGET:CLASS, found '%s'", word->s);
	} else if (strchr(colon + 1, ':')) {
		r->row.cls = sk_one(r, "the class of this context");
	} else {
		/* one word, which is cut in two */
		r->row.cls = r->row.target;
	}
}

/* Up to a word that ends them. */
static struct sk_suite_span sk_permissions(struct sk_suite_reader *r, const char *until)
{
	struct sk_suite_span span = { r->at, r->at };

	while (sk_more(r) && !(until && sk_at_word(r, until))) {
		char mark = sk_word(r, r->at)->mark;

		if (mark == '}' || mark == '"') {
			sk_missing(r, "a permission");
			break;
		}
		r->at++;
		if (mark == '{')
			sk_braces(r);
	}
	span.end = r->at;
	if (!r->failed && span.end == span.first)
		sk_missing(r, "a permission");
	return span;
}

static struct sk_suite_span sk_rest(struct sk_suite_reader *r, const char *what)
{
	struct sk_suite_span span = { r->at, r->end };

	if (!r->failed && r->at == r->end)
		sk_missing(r, what);
	r->at = r->end;
	return span;
}

static void sk_access_row(struct sk_suite_reader *r)
{
	bool deny = r->row.kind == SELKIE_TEST_DENY;

	r->row.source = sk_set(r, "a source");
	sk_target(r);
	r->row.perms = sk_permissions(r, deny ? "because" : NULL);
	if (deny && sk_take_word(r, "because"))
		r->row.reasons = sk_rest(r, "a reason");
}

/* only TYPES may PERMISSIONS TARGET:CLASS */
static void sk_only_row(struct sk_suite_reader *r)
{
	r->row.source = sk_set(r, "the types that may");
	sk_want_word(r, "may");
	if (r->failed)
		return;
	/* the target is what stands last */
	r->row.perms = (struct sk_suite_span){ r->at, r->at };
	while (sk_more(r) && (sk_word(r, r->at)->mark || !strchr(sk_word(r, r->at)->s, ':') ||
			      !strncmp(sk_word(r, r->at)->s, "ioctl:", 6) || !strncmp(sk_word(r, r->at)->s, "nlmsg:", 6)) &&
	       !(sk_word(r, r->at)->mark == '{' && r->at > r->row.perms.first && sk_word(r, r->at - 1)->mark != '~')) {
		char mark = sk_word(r, r->at)->mark;

		r->at++;
		if (mark == '{')
			sk_braces(r);
	}
	r->row.perms.end = r->at;
	if (!r->failed && r->row.perms.end == r->row.perms.first)
		sk_missing(r, "a permission");
	sk_target(r);
}

/* transition SOURCE PROGRAM is DOMAIN */
static void sk_transition_row(struct sk_suite_reader *r)
{
	r->row.source = sk_one(r, "a source");
	r->row.target = sk_one(r, "the type of a program");
	sk_want_word(r, "is");
	r->row.result = sk_one(r, "a domain");
}

/* label PATH [KIND], label genfs FILE-SYSTEM PATH [KIND] */
static void sk_label_path_row(struct sk_suite_reader *r)
{
	static const char wanted[] = "a path, or create, member, relabel, port, genfs, node or netif";
	struct sk_suite_span *path = r->row.label == SK_LABEL_GENFS ? &r->row.target : &r->row.source;

	if (path == &r->row.target)
		r->row.source = sk_one(r, "a type of file system");
	*path = sk_one(r, path == &r->row.target ? "a path in the file system" : wanted);
	if (!r->failed && sk_word(r, path->first)->s[0] != '/') {
		r->at = path->first;
		sk_missing(r, path == &r->row.target ? "a path in the file system" : wanted);
	}
	if (sk_more(r) && !sk_at_word(r, "is"))
		r->row.extra = sk_one(r, "a kind of file");
}

static void sk_label_row(struct sk_suite_reader *r)
{
	for (uint8_t i = 0; i < SK_N_SUITE_LABELS && !r->row.label; i++)
		if (sk_suite_label_words[i] && sk_take_word(r, sk_suite_label_words[i]))
			r->row.label = i;
	switch (r->row.label) {
	case SK_LABEL_PATH:
	case SK_LABEL_GENFS:
		sk_label_path_row(r);
		break;
	case SK_LABEL_PORT:
		r->row.source = sk_one(r, "a protocol");
		r->row.target = sk_one(r, "a port");
		break;
	case SK_LABEL_NODE:
		r->row.source = sk_one(r, "an address");
		break;
	case SK_LABEL_NETIF:
		r->row.source = sk_one(r, "the name of an interface");
		break;
	default:
		r->row.source = sk_one(r, "a source");
		sk_target(r);
		if (r->row.label == SK_LABEL_CREATE && sk_more(r) && !sk_at_word(r, "is"))
			r->row.extra = sk_one(r, "the name of the object");
	}
	sk_want_word(r, "is");
	r->row.result = sk_one(r, "a type, a context or none");
}

/* flow FROM TO [weight N] [except TYPES] */
static void sk_graph_row(struct sk_suite_reader *r)
{
	r->row.source = sk_one(r, "where from");
	r->row.target = sk_one(r, "where to");
	if (r->row.kind == SELKIE_TEST_FLOW && sk_take_word(r, "weight"))
		r->row.extra = sk_one(r, "a weight");
	if (sk_take_word(r, "except"))
		r->row.except = sk_set(r, "types");
}

static const char *sk_kind_word_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_suite_kind_words[i];
}

static void sk_read_kind(struct sk_suite_reader *r)
{
	const struct sk_suite_word *word;
	size_t near;

	r->row.no = sk_take_word(r, "no");
	if (r->at == r->end) {
		sk_missing(r, "flow, reach or transition");
		return;
	}
	word = sk_word(r, r->at);
	for (r->row.kind = 0; r->row.kind < SK_N_SUITE_KINDS; r->row.kind++)
		if (!word->mark && !strcmp(word->s, sk_suite_kind_words[r->row.kind]))
			break;
	if (r->row.kind == SK_N_SUITE_KINDS) {
		near = sk_nearest_name(word->s, SK_N_SUITE_KINDS, sk_kind_word_at, NULL);
		sk_wrong(r, word, "E0661", "'%s' begins no row%s%s%s", word->s, near == SIZE_MAX ? "" : "; did you mean '",
			 near == SIZE_MAX ? "" : sk_suite_kind_words[near], near == SIZE_MAX ? "" : "'?");
	} else if (r->row.no && r->row.kind != SELKIE_TEST_FLOW && r->row.kind != SELKIE_TEST_REACH &&
		   r->row.kind != SELKIE_TEST_TRANSITION) {
		sk_missing(r, "flow, reach or transition");
	}
	r->at++;
}

static void sk_read_parts(struct sk_suite_reader *r)
{
	switch (r->row.kind) {
	case SELKIE_TEST_ALLOW:
	case SELKIE_TEST_DENY:
	case SELKIE_TEST_EXACTLY:
		sk_access_row(r);
		break;
	case SELKIE_TEST_ONLY:
		sk_only_row(r);
		break;
	case SELKIE_TEST_TRANSITION:
		sk_transition_row(r);
		break;
	case SELKIE_TEST_LABEL:
		sk_label_row(r);
		break;
	case SELKIE_TEST_FLOW:
	case SELKIE_TEST_REACH:
		sk_graph_row(r);
		break;
	case SK_SUITE_SET:
		r->row.extra = sk_rest(r, "BOOLEAN=on or BOOLEAN=off");
		break;
	case SK_SUITE_USER:
	case SK_SUITE_ROLE:
	case SK_SUITE_LEVEL:
		r->row.extra = sk_one(r, "a name, or - for none");
		break;
	default:
		break;
	}
	if (sk_more(r))
		sk_missing(r, "the end of the row");
}

static void sk_read_row(struct sk_suite_reader *r)
{
	struct sk_suite *suite = r->suite;
	uint32_t line = sk_word(r, r->at)->line;
	const char *text = sk_row_text(r);

	r->failed = false;
	r->row = (struct sk_suite_row){ .file = r->file, .line = line, .text = text };
	if (!text) {
		r->error = -ENOMEM;
		return;
	}
	sk_read_kind(r);
	if (!r->failed)
		sk_read_parts(r);
	if (r->failed || r->error)
		return;
	if (sk_grow(&suite->rows, &suite->cap_rows, suite->n_rows + 1, sizeof(*suite->rows)) ||
	    sk_grow(&suite->tests, &suite->cap_tests, suite->n_tests + 1, sizeof(*suite->tests))) {
		r->error = -ENOMEM;
		return;
	}
	if (r->row.kind < SK_SUITE_SET)
		suite->tests[suite->n_tests++] = (uint32_t)suite->n_rows;
	suite->rows[suite->n_rows++] = r->row;
}

int selkie_suite_read_memory(selkie_suite *suite, const void *data, size_t size, const char *name,
			     selkie_diagnostics *diags)
{
	struct sk_suite_reader r = { .suite = suite, .diags = diags, .line = 1 };
	struct sk_suite_file file;

	if (size > SUITE_SIZE_MAX || suite->n_files >= UINT32_MAX)
		return -EFBIG;
	file.name = sk_arena_strdup(&suite->arena, name);
	file.text = sk_arena_strndup(&suite->arena, data, size);
	file.size = size;
	if (!file.name || !file.text || sk_grow(&suite->files, &suite->cap_files, suite->n_files + 1, sizeof(file)))
		return -ENOMEM;
	r.file = (uint32_t)suite->n_files;
	suite->files[suite->n_files++] = file;
	suite->policy = NULL;
	r.text = r.p = r.line_start = file.text;
	r.limit = file.text + size;
	while (sk_next_row(&r))
		sk_read_row(&r);
	return r.error ? r.error : r.refused ? SELKIE_SUITE_REFUSED : 0;
}

int selkie_suite_load(selkie_suite *suite, const char *path, selkie_diagnostics *diags)
{
	sk_auto_free char *data = NULL;
	size_t n = 0;
	int r = sk_read_path(path, SUITE_SIZE_MAX, &data, &n);

	return r ? r : selkie_suite_read_memory(suite, data, n, path, diags);
}

size_t selkie_suite_count(const selkie_suite *suite)
{
	return suite->n_tests;
}

int selkie_suite_get(const selkie_suite *suite, size_t i, struct selkie_test *ret)
{
	const struct sk_suite_row *row;

	if (i >= suite->n_tests)
		return -EINVAL;
	row = &suite->rows[suite->tests[i]];
	*ret = (struct selkie_test){
		.kind = (enum selkie_test_kind)row->kind, .file = suite->files[row->file].name, .line = row->line,
		.text = row->text,
	};
	return 0;
}
