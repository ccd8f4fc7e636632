/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cutting tokens. A word of the macro reader with a plain character behind it is a token as it stands, which is most of
 * a policy; everything else goes through a buffer that gathers the pieces that touch, and is cut there by characters, as
 * plain text is. A '#' comment ends a token that touches it in expanded text, also behind a path.
 */
#include "syntax/te/token.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "syntax/te/macro-state.h"

const char *const sk_te_keyword_names[SK_N_KEYWORDS] = {
#define SK_KEYWORD(id, text) text,
#include "syntax/te/keywords.h"
#undef SK_KEYWORD
};

int sk_te_names_init(struct sk_intern *names)
{
	for (uint32_t i = 0; i < SK_N_KEYWORDS; i++) {
		const char *word = sk_te_keyword_names[i];
		char upper[32];
		uint32_t number;
		size_t n = strlen(word);
		int r;

		for (size_t k = 0; k <= n; k++)
			upper[k] = (char)toupper((unsigned char)word[k]);
		r = sk_intern_add_static(names, word, n, &number);
		if (!r)
			r = sk_intern_add(names, upper, n, &number);
		if (r)
			return r;
	}
	return 0;
}

void sk_te_lexer_init(struct sk_te_lexer *lexer, struct sk_intern *names,
		      struct sk_macro_reader *macros, const struct sk_source *source)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->names = names;
	lexer->macros = macros;
	lexer->part_at.source = source;
}

void sk_te_lexer_done(struct sk_te_lexer *lexer)
{
	free(lexer->buf);
	free(lexer->origins);
}

/* Cutting by characters */

static bool sk_is_alnum(char c)
{
	return isalnum((unsigned char)c);
}

static bool sk_in_identifier(char c)
{
	return sk_is_word_byte((unsigned char)c) || c == '-';
}

static size_t sk_match_identifier(const char *p, const char *end)
{
	const char *q = p;

	if (!isalpha((unsigned char)*p))
		return 0;
	while (q < end && (sk_in_identifier(*q) || (*q == '.' && q + 1 < end && sk_in_identifier(q[1]))))
		q++;
	return (size_t)(q - p);
}

static size_t sk_match_run(const char *p, const char *end, int (*is)(int))
{
	const char *q = p;

	while (q < end && is((unsigned char)*q))
		q++;
	return (size_t)(q - p);
}

static size_t sk_match_number(const char *p, const char *end)
{
	if (end - p > 2 && p[0] == '0' && p[1] == 'x' && isxdigit((unsigned char)p[2]))
		return 2 + sk_match_run(p + 2, end, isxdigit);
	return sk_match_run(p, end, isdigit);
}

static size_t sk_match_filesystem(const char *p, const char *end)
{
	size_t n = sk_match_run(p, end, isalnum);

	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)p[i]))
			return n;
	return 0;
}

static size_t sk_match_ipv4(const char *p, const char *end, bool cidr)
{
	const char *q = p;

	for (int part = 0; part < 4; part++) {
		size_t n = SK_MIN(sk_match_run(q, end, isdigit), (size_t)3);

		if (!n || (part < 3 && (q + n == end || q[n] != '.')))
			return 0;
		q += n + (part < 3);
	}
	if (cidr) {
		size_t n = q < end && *q == '/' ? SK_MIN(sk_match_run(q + 1, end, isdigit), (size_t)2) : 0;

		return n ? (size_t)(q - p) + 1 + n : 0;
	}
	return (size_t)(q - p);
}

static size_t sk_match_ipv6(const char *p, const char *end, bool cidr)
{
	const char *q = p;
	size_t n;

	for (int part = 0; part < 2; part++) {
		n = sk_match_run(q, SK_MIN(end, q + 5), isxdigit);
		if (n > 4 || q + n == end || q[n] != ':')
			return 0;
		q += n + 1;
	}
	while (q < end && (isxdigit((unsigned char)*q) || *q == ':' || *q == '.'))
		q++;
	if (!cidr)
		return (size_t)(q - p);
	n = q < end && *q == '/' ? SK_MIN(sk_match_run(q + 1, end, isdigit), (size_t)3) : 0;
	return n ? (size_t)(q - p) + 1 + n : 0;
}

static size_t sk_match_version(const char *p, const char *end)
{
	size_t n = sk_match_run(p, end, isdigit);

	if (!n || p + n == end || p[n] != '.')
		return n;
	for (n++; p + n < end && (sk_is_alnum(p[n]) || p[n] == '_' || p[n] == '.'); n++)
		;
	return n;
}

static size_t sk_match_netif(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && n < 16 && (sk_is_alnum(p[n]) || ((p[n] == '*' || p[n] == '?')) || (n && p[n] == '_')))
		n++;
	return n == 1 && !sk_is_alnum(*p) ? 0 : n;
}

static size_t sk_match_string(const char *p, const char *end, uint8_t *ret_kind)
{
	const char *q = p + 1;
	bool slash = false;

	while (q < end && *q != '"' && *q != '\n' && *q)
		slash |= *q++ == '/';
	if (q == end || *q != '"')
		return 0;
	*ret_kind = p[1] == '/' ? SK_TOKEN_PATH : SK_TOKEN_STRING;
	return *ret_kind == SK_TOKEN_STRING && (slash || q == p + 1) ? 0 : (size_t)(q + 1 - p);
}

static size_t sk_match_punct(const char *p, const char *end, struct sk_te_token *token)
{
	static const struct {
		char text[3];
		uint8_t punct;
	} twos[] = { { "==", SK_PUNCT_EQ }, { "!=", SK_PUNCT_NE }, { "&&", SK_PUNCT_AND }, { "||", SK_PUNCT_OR } };

	token->kind = SK_TOKEN_PUNCT;
	for (size_t i = 0; i < SK_ARRAY_LEN(twos) && p + 1 < end; i++)
		if (p[0] == twos[i].text[0] && p[1] == twos[i].text[1]) {
			token->punct = twos[i].punct;
			return 2;
		}
	token->punct = (uint8_t)*p;
	if (!*p || !strchr(",:;(){}[-.]~*!^", *p))
		token->kind = SK_TOKEN_BAD;
	return 1;
}

static void sk_longer(struct sk_te_token *token, size_t *n, uint8_t kind, size_t match)
{
	if (match > *n) {
		*n = match;
		token->kind = kind;
	}
}

/* The longest token at p, which is no white space. Sets kind and punct; returns its length. */
static size_t sk_match_token(const char *p, const char *end, struct sk_te_token *token)
{
	size_t n = 0;

	if (*p == '/') {
		while (p + n < end && !memchr(" \n\r\t\f", p[n], 5))
			n++;
		token->kind = SK_TOKEN_PATH;
		return n;
	}
	if (*p == '"') {
		n = sk_match_string(p, end, &token->kind);
		return n ? n : sk_match_punct(p, end, token);
	}
	/* Most often: a word with a mark behind it that no other kind of token has in it. */
	n = sk_match_identifier(p, end);
	if (n && (p + n == end || sk_ends_token(p[n]) || (p[n] == ':' && n > 4))) {
		token->kind = SK_TOKEN_IDENTIFIER;
		return n;
	}
	n = 0;
	if (sk_is_alnum(*p) || *p == ':' || *p == '*' || *p == '?') {
		sk_longer(token, &n, SK_TOKEN_IDENTIFIER, sk_match_identifier(p, end));
		if (isdigit((unsigned char)*p))
			sk_longer(token, &n, SK_TOKEN_NUMBER, sk_match_number(p, end));
		sk_longer(token, &n, SK_TOKEN_FILESYSTEM, sk_match_filesystem(p, end));
		sk_longer(token, &n, SK_TOKEN_IPV4_CIDR, sk_match_ipv4(p, end, true));
		sk_longer(token, &n, SK_TOKEN_IPV4, sk_match_ipv4(p, end, false));
		sk_longer(token, &n, SK_TOKEN_IPV6, sk_match_ipv6(p, end, false));
		sk_longer(token, &n, SK_TOKEN_IPV6_CIDR, sk_match_ipv6(p, end, true));
		sk_longer(token, &n, SK_TOKEN_VERSION, sk_match_version(p, end));
		sk_longer(token, &n, SK_TOKEN_NETIF, sk_match_netif(p, end));
	}
	return n ? n : sk_match_punct(p, end, token);
}

/* White space and comments. */
static const char *sk_skip_blank(const char *p, const char *end)
{
	while (p < end) {
		if (*p == '#') {
			p = memchr(p, '\n', (size_t)(end - p));
			if (!p)
				return end;
		} else if (*p != ' ' && *p != '\t' && *p != '\n' && *p != '\f') {
			return p;
		}
		p++;
	}
	return p;
}

/* Cuts one token out of characters. *p is moved behind it. */
static int sk_cut(struct sk_te_lexer *lexer, const char **p, const char *end, struct sk_te_token *token)
{
	const char *text;
	size_t n;

	*token = (struct sk_te_token){ 0 };
	*p = sk_skip_blank(*p, end);
	if (*p == end)
		return 0;
	n = sk_match_token(*p, end, token);
	token->length = (uint32_t)n;
	text = *p;
	*p += n;
	if (token->kind >= SK_TOKEN_PUNCT)
		return 0;
	if (*text == '"') {
		text++;
		n -= 2;
	}
	return sk_intern_add(lexer->names, text, n, &token->name);
}

/* Out of the macro reader's pieces */

static int sk_gather_one(struct sk_te_lexer *lexer, const struct sk_piece *piece)
{
	int r = sk_grow(&lexer->buf, &lexer->cap, lexer->n + piece->n, 1);

	if (!r)
		r = sk_grow(&lexer->origins, &lexer->cap_origins, lexer->n_origins + 1,
			    sizeof(*lexer->origins));
	if (r || !piece->n)
		return r;
	lexer->origins[lexer->n_origins++] = (struct sk_token_origin){
		.off = (uint32_t)lexer->n, .addr = sk_macro_addr(piece, 0), .expansion = piece->expansion };
	memcpy(lexer->buf + lexer->n, piece->p, piece->n);
	lexer->n += piece->n;
	return 0;
}

/* Whether the buffer ends inside a string. */
static bool sk_in_string(const struct sk_te_lexer *lexer)
{
	bool in = false;

	for (size_t i = 0; i < lexer->n; i++)
		in = lexer->buf[i] == '"' ? !in : in && lexer->buf[i] != '\n';
	return in;
}

/* Gathers the piece and all that touch it. A string goes on over white space to the end of its line. */
static int sk_gather(struct sk_te_lexer *lexer)
{
	struct sk_piece *piece = &lexer->piece;
	bool quote = false;
	int r;

	lexer->n = lexer->at = lexer->n_origins = 0;
	for (;;) {
		if (piece->kind == SK_PIECE_END)
			break;
		if (piece->kind == SK_PIECE_SPACE || piece->kind == SK_PIECE_COMMENT) {
			if (!quote || !sk_in_string(lexer))
				break;
		}
		r = sk_gather_one(lexer, piece);
		if (r)
			return r;
		quote |= memchr(piece->p, '"', piece->n) != NULL;
		r = sk_macro_next(lexer->macros, piece);
		if (r)
			return r;
	}
	lexer->has_piece = true;
	return 0;
}

static int sk_cut_gathered(struct sk_te_lexer *lexer, struct sk_te_token *token)
{
	const char *p = lexer->buf + lexer->at, *start;
	const struct sk_token_origin *o;
	size_t low = 0, high = lexer->n_origins;
	int r = sk_cut(lexer, &p, lexer->buf + lexer->n, token);

	lexer->at = (size_t)(p - lexer->buf);
	if (r || token->kind == SK_TOKEN_END)
		return r;
	start = p - token->length;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (lexer->origins[mid].off <= (size_t)(start - lexer->buf))
			low = mid;
		else
			high = mid;
	}
	o = &lexer->origins[low];
	token->addr = o->addr + (uint32_t)(start - lexer->buf) - o->off;
	token->expansion = o->expansion;
	return 0;
}

/* Up to four hex digits and a colon: it might be an address. */
static bool sk_maybe_ipv6(const char *p, const char *end)
{
	size_t n = sk_match_run(p, SK_MIN(end, p + 5), isxdigit);

	return p + n == end || (n <= 4 && p[n] == ':');
}

static bool sk_word_is_token(const struct sk_piece *piece)
{
	int next = piece->next == SK_NEXT_IN_TEXT ? (unsigned char)piece->p[piece->n] : piece->next;

	if (*piece->p == '_' || next < 0)
		return false;
	return sk_ends_token((char)next) ||
	       (next == ':' && (piece->n > 4 || sk_match_run(piece->p, piece->p + piece->n, isxdigit) < piece->n));
}

static bool sk_punct_is_token(const struct sk_piece *piece)
{
	switch (*piece->p) {
	case ';': case ',': case '{': case '}': case '(': case ')': case '~': case '-': case '[': case ']':
		return true;
	case ':':
		return !sk_maybe_ipv6(piece->p + 1, piece->text->p + piece->text->n);
	default:
		return false;
	}
}

static int sk_next_expanded(struct sk_te_lexer *lexer, struct sk_te_token *token)
{
	struct sk_piece *piece = &lexer->piece;
	struct sk_whole_token whole;
	int r;

	if (lexer->at == lexer->n && !lexer->has_piece && sk_macro_next_whole(lexer->macros, &whole)) {
		*token = (struct sk_te_token){
			.kind = whole.punct ? SK_TOKEN_PUNCT : SK_TOKEN_IDENTIFIER, .punct = (uint8_t)whole.punct,
			.name = whole.name, .addr = whole.addr, .length = whole.length,
			.expansion = whole.expansion };
		return 0;
	}
	for (;;) {
		if (lexer->at < lexer->n) {
			r = sk_cut_gathered(lexer, token);
			if (r || token->kind != SK_TOKEN_END)
				return r;
			continue;
		}
		r = lexer->has_piece ? 0 : sk_macro_next(lexer->macros, piece);
		if (r)
			return r;
		lexer->has_piece = false;
		switch (piece->kind) {
		case SK_PIECE_SPACE:
		case SK_PIECE_COMMENT:
			continue;
		case SK_PIECE_END:
			*token = (struct sk_te_token){ .addr = sk_macro_end_addr(lexer->macros) };
			lexer->has_piece = true;
			return 0;
		case SK_PIECE_WORD:
			if (!sk_word_is_token(piece))
				break;
			*token = (struct sk_te_token){
				.kind = SK_TOKEN_IDENTIFIER, .name = piece->name,
				.addr = sk_macro_addr(piece, 0), .length = piece->n,
				.expansion = piece->expansion };
			return 0;
		case SK_PIECE_OPEN:
		case SK_PIECE_CLOSE:
		case SK_PIECE_COMMA:
		case SK_PIECE_PUNCT:
			if (!sk_punct_is_token(piece))
				break;
			*token = (struct sk_te_token){
				.kind = SK_TOKEN_PUNCT, .punct = (uint8_t)*piece->p,
				.addr = sk_macro_addr(piece, 0), .length = 1,
				.expansion = piece->expansion };
			return 0;
		default:
			break;
		}
		r = sk_gather(lexer);
		if (r)
			return r;
	}
}

/* No token and no comment goes on over the end of a line, and parts end with lines. */
static int sk_next_part(struct sk_te_lexer *lexer)
{
	int r = sk_source_next(&lexer->part_at);

	if (r)
		return r;
	lexer->p = lexer->part_at.text;
	lexer->end = lexer->p + lexer->part_at.n;
	lexer->end_addr = lexer->part_at.source->base + lexer->part_at.from + lexer->part_at.n;
	return 0;
}

int sk_te_next(struct sk_te_lexer *lexer, struct sk_te_token *ret_token)
{
	int r;

	if (lexer->tokens) {
		*ret_token = *lexer->tokens;
		lexer->tokens += lexer->tokens->kind != SK_TOKEN_END;
		return 0;
	}
	if (lexer->macros)
		return sk_next_expanded(lexer, ret_token);
	do {
		r = sk_cut(lexer, &lexer->p, lexer->end, ret_token);
		if (ret_token->kind == SK_TOKEN_END && !r)
			r = sk_next_part(lexer);
	} while (!r && ret_token->kind == SK_TOKEN_END && lexer->part_at.n);
	ret_token->addr = lexer->end_addr - (uint32_t)(lexer->end - lexer->p) - ret_token->length;
	return r;
}
