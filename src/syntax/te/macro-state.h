/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_MACRO_STATE_H
#define SK_SYNTAX_TE_MACRO_STATE_H

#include <regex.h>

#include "base/word.h"
#include "syntax/te/macro.h"

/*
 * What the parts of the macro reader share.
 *
 * m4 is defined on characters: arguments are put into the body as text and the result is read again from its start.
 * Done so, a body is cut into words as often as it is expanded, and each level of quotes costs one more reading. Here a
 * text is cut into lexemes once, when it is first read outside quotes; what is quoted in it is one lexeme, whose
 * content is a text of its own. Expanding a macro puts a cursor on its body, with the arguments beside it (an
 * environment); an argument that is one quoted text or one word stays a reference to where it was written. Three
 * invariants make this equal to m4:
 *
 * - A lexed text has balanced quotes, and so has every argument that is put into it (`odd` says it has not). Else the
 *   text is made flat (arguments put in) and read by characters.
 * - A word that ends a text is joined with what follows it; a comment that does not end within its text goes on in
 *   what follows; letters that touch a parameter are one lexeme (PASTE), cut anew with the argument put in.
 * - With quotes or comments changed, everything is read by characters.
 */
struct sk_lexeme {
	uint32_t off;
	uint32_t kind : 4;	/* enum sk_piece_kind */
	uint32_t whole : 1;	/* a token of the policy language as it stands: nothing that follows could lengthen it */
	uint32_t value : 27;	/* WORD: name; QUOTED: index into children; PARAM: number, or one of SK_PARAM_* */
};

#define SK_LEXEME_VALUE_MAX 0x7ffffff

#define SK_PARAM_MAX 0xffffff
#define SK_PARAM_STAR 0x1000000
#define SK_PARAM_AT 0x1000001
#define SK_PARAM_COUNT 0x1000002

/* Where the bytes from `off` on come from. In a `point` all of them stand for that one address. */
struct sk_origin {
	uint32_t off;
	uint32_t addr;
	bool point;
};

enum sk_text_form {
	SK_TEXT_FRESH,		/* not looked at yet */
	SK_TEXT_LEXED,
	SK_TEXT_ODD,		/* quotes are not balanced: to be read by characters */
};

struct sk_template;

struct sk_text {
	const char *p;
	uint32_t n;
	uint32_t addr;			/* of p[0]; 0 when `origins` tell */
	enum sk_text_form form;
	bool params;			/* has a '$' */
	bool kept;			/* lives as long as the reader; else until the statement's end */
	uint32_t n_lexemes, n_children, n_origins;
	struct sk_lexeme *lexemes;	/* n_lexemes + 1; the last only says where the text ends */
	struct sk_text *children;	/* contents of the quoted lexemes */
	const struct sk_origin *origins;
	struct sk_template *template;	/* of kept texts: made when first wanted; see template.c */
};

/* An argument: a text, and what the parameters in it stand for (NULL: nothing, they are plain characters). */
struct sk_env;

struct sk_arg {
	struct sk_text *text;
	const struct sk_env *env;
};

struct sk_env {
	uint32_t n;		/* $# */
	uint32_t name;		/* $0 */
	uint32_t depth;		/* how many environments stand behind the arguments */
	bool odd;		/* an argument has unbalanced quotes, here or behind */
	struct sk_arg args[];	/* from $1 at 1 to $n */
};

struct sk_call;
typedef int (*sk_builtin)(struct sk_macro_reader *m, struct sk_call *call);

struct sk_macro {
	struct sk_macro *below;		/* what popdef brings back */
	sk_builtin builtin;		/* NULL: expands to `body` */
	struct sk_text *body;
	uint32_t addr;			/* where it was defined */
	bool blind;			/* only a macro when a parenthesis follows */
	bool locked;			/* cannot be redefined from sources */
	bool interface;
	bool cyclic;			/* calls itself without end, which has been said */
	bool counted;			/* n_params is known */
	bool asked;			/* `known` is: enum sk_known */
	uint8_t known;
	uint8_t n_params;		/* of an interface: the last $n in its body, 0 when $* or $@ is */
	uint32_t spare;			/* likewise: a bit for each of the first ones that was found not to be needed */
	uint8_t min_args;		/* builtin: with fewer it complains and gives nothing */
	uint8_t max_args;		/* builtin: more are ignored, with a warning; UINT8_MAX is any number */
};

/* macro-known.c: macros whose meaning is known. */
enum sk_known {
	SK_KNOWN_NONE, SK_KNOWN_OPTIONAL_POLICY, SK_KNOWN_GEN_REQUIRE, SK_KNOWN_TUNABLE_POLICY, SK_KNOWN_GEN_CONTEXT,
	SK_KNOWN_SHIFTN, SK_KNOWN_DECL_CATS,
};

#define SK_BY_CHARACTER UINT32_MAX

/* A text being read. */
struct sk_cursor {
	const struct sk_text *text;
	const struct sk_env *env;
	const char *p;
	uint32_t i;		/* next lexeme, whose rest starts at p; or SK_BY_CHARACTER, and env is NULL then */
	uint32_t expansion;
	uint32_t line_addr;	/* what __line__ tells of; 0 in the file itself */
};

enum sk_arg_form {
	SK_ARG_EMPTY,		/* nothing yet: white space is skipped */
	SK_ARG_STARTED,		/* white space is no longer skipped */
	SK_ARG_WHOLE,		/* one text, as it stands */
	SK_ARG_FLAT,		/* bytes in `flat` from flat_start on */
};

/* A call whose arguments are being gathered. */
struct sk_call {
	struct sk_macro *macro;
	uint32_t name;
	uint32_t addr;		/* of the name */
	uint32_t expansion;	/* that the name stands in */
	uint32_t line_addr;
	uint32_t level;		/* of parentheses */
	size_t first_arg;	/* index into state->args: $0 */
	uint32_t n_args;	/* without $0; set when complete */
	size_t flat_start, origin_start;
	enum sk_arg_form form;
	struct sk_arg whole;
};

struct sk_diversion {
	int64_t number;
	struct sk_buf text;
};

/* A compiled pattern is kept: policies ask the same few again and again. */
struct sk_pattern {
	char *text;
	size_t n;
	struct re_pattern_buffer re;
};

#define SK_PATTERNS 8

struct sk_macro_state {
	struct sk_arena arena;		/* what is kept */
	struct sk_arena moment;		/* what goes when the file's own text is reached again */
	struct sk_macro **macros;	/* by name; those beyond cap_macros are none */
	size_t cap_macros;
	struct sk_macro *free_macros, *buried_macros;

	struct sk_cursor *cursors;
	size_t n_cursors, cap_cursors;
	struct sk_call *calls;
	size_t n_calls, cap_calls;
	struct sk_arg *args;
	size_t n_args, cap_args;
	bool spliced;			/* a call's arguments went to the one around it */
	char *flat;			/* bytes of the arguments being gathered, one behind the other */
	size_t n_flat, cap_flat;
	struct sk_origin *origins;
	size_t n_origins, cap_origins;

	struct sk_lexeme *lexemes;	/* scratch of the lexer */
	size_t cap_lexemes;
	struct sk_text *children;
	size_t cap_children;

	char quote[2][16];		/* opening, closing; empty: none */
	char comment[2][16];
	bool plain;			/* quotes and comments are m4's own */
	const char *rest, *rest_end;	/* of the file, behind the lines that are read; see sk_macro_open_lines */
	const struct sk_source *source;
	uint64_t steps;
	bool spent;			/* a budget is: reported once */
	bool unclosed;			/* the file ended in a quote or a call; the next one is read */

	int64_t divert;
	struct sk_diversion *diversions;
	size_t n_diversions, cap_diversions;
	const struct sk_text *pending;	/* undiverted text that is to be given next */
	struct sk_text empty;

	/* template.c */
	uint8_t *assumed;		/* by name: templates rest on its being no macro, or on what it stands for */
	size_t cap_assumed;
	uint32_t epoch;			/* counts when an assumption ceases to hold */
	uint32_t changes;		/* counts definitions, but those of one name */
	uint32_t uncounted;		/* that name */
	bool hold;			/* what is made for the moment stays */
	struct sk_hole *holes;		/* placeholders of all templates */
	size_t n_holes, cap_holes;
	uint32_t n_kept_sets;		/* of templates, without placeholders */

	struct sk_pattern patterns[SK_PATTERNS];
	unsigned int next_pattern;	/* the one to go when a new one comes */
};

extern const unsigned char sk_macro_class[256];	/* enum sk_piece_kind of a byte; WORD for what starts one */

static inline bool sk_is_word_byte(unsigned char c)
{
	return sk_macro_class[c] == SK_PIECE_WORD || (c >= '0' && c <= '9');
}

static inline struct sk_macro *sk_macro_find(const struct sk_macro_state *s, uint32_t name)
{
	return name < s->cap_macros ? s->macros[name] : NULL;
}

/* Bytes that no token goes on with, whatever it is. */
static inline bool sk_ends_token(char c)
{
	switch (c) {
	case ' ': case '\n': case '\t': case ';': case ',': case '{': case '}': case '(': case ')': case '~':
		return true;
	default:
		return false;
	}
}

/*
 * The one word that a parameter stands for, where that is no macro and in no need of being read: found without putting
 * a cursor on the argument. NULL where it is something else.
 */
static inline const struct sk_text *sk_param_word(const struct sk_macro_state *s, const struct sk_env *env,
						  uint32_t value)
{
	while (env && value && value <= env->n) {
		const struct sk_text *text = env->args[value].text;

		if (env->odd || text->form != SK_TEXT_LEXED || text->n_lexemes != 1)
			return NULL;
		if (text->lexemes[0].kind == SK_PIECE_WORD)
			return sk_macro_find(s, text->lexemes[0].value) ? NULL : text;
		if (text->lexemes[0].kind != SK_PIECE_PARAM)
			return NULL;
		env = env->args[value].env;
		value = text->lexemes[0].value;
	}
	return NULL;
}

/* macro-known.c: which known macro the name stands for now, if it does for one. */
enum sk_known sk_macro_known(const struct sk_macro_reader *m, uint32_t name);

/* interface.c: whether a call has the arguments that it must have; false when it has not, which has been said. */
bool sk_interface_check(struct sk_macro_reader *m, struct sk_macro *macro, const struct sk_expansion *call,
			const struct sk_arg *args, uint32_t n_args);
/* The chain of calls has this one in it without end. */
void sk_interface_cycle(struct sk_macro_reader *m, struct sk_macro *macro, const struct sk_expansion *call);

/* macro-text.c: texts, and making them flat. */
struct sk_text *sk_text_new(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool kept);
/* The same where the caller knows whether it has parameters, and says so in it. */
struct sk_text *sk_text_of(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool kept);
/* One word, lexed, for the moment. */
struct sk_text *sk_text_of_word(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, uint32_t name);
int sk_text_lex(struct sk_macro_reader *m, struct sk_text *text);
/* Likewise a kept part of a lexed text, which is the lexemes from `first` to before `end`, none of them quoted. */
int sk_text_lex_part(struct sk_macro_reader *m, const struct sk_text *text, uint32_t first, uint32_t end,
		     struct sk_text *part);
uint32_t sk_text_addr(const struct sk_text *text, const char *p);
/* The quote that ends the one before p, or NULL. *ret_params: there is a dollar sign between. */
const char *sk_quote_end(const char *p, const char *end, bool *ret_params);
bool sk_text_balanced(const char *p, size_t n);
int sk_flat_add(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool point);
int sk_flat_text(struct sk_macro_reader *m, const struct sk_text *text, const char *from, const char *to);
int sk_flatten(struct sk_macro_reader *m, const struct sk_text *text, const char *from, const char *to,
	       const struct sk_env *env);
/* Takes what was added since the marks out of the scratch, as a text. */
int sk_flat_take(struct sk_macro_reader *m, size_t flat_start, size_t origin_start, bool kept,
		 struct sk_text **ret_text);

/* macro.c: what builtins need. */
int sk_macro_push(struct sk_macro_reader *m, struct sk_text *text, const struct sk_env *env,
		  uint32_t expansion, uint32_t line_addr);
int sk_macro_give(struct sk_macro_reader *m, const struct sk_call *call, const char *p, size_t n);
/* Bytes that count for the budget of memory. */
size_t sk_macro_held(const struct sk_macro_reader *m);

int sk_macro_out_of(struct sk_macro_reader *m, uint32_t addr, uint32_t expansion, const char *what);
int sk_macro_by_character(struct sk_macro_reader *m, size_t cursor);
/*
 * Arguments of a call, from that one on, become arguments of the call around it, as if they had been given in quotes.
 * False where they cannot be, and nothing has been done.
 */
bool sk_macro_splice(struct sk_macro_reader *m, const struct sk_call *call, uint32_t from, int *ret_r);

/* An expansion of the macro that is called there. Returns 0, -ENOMEM, or stops the reader. */
int sk_macro_new_expansion(struct sk_macro_reader *m, const struct sk_expansion *e, uint32_t *ret_expansion);
/* A file as a text that nothing reads yet. */
int sk_macro_begin_file(struct sk_macro_reader *m, const struct sk_source *source, struct sk_text **ret_text);
int sk_macro_open_text(struct sk_macro_reader *m, struct sk_text *text, const struct sk_env *env, uint32_t expansion);
void sk_macro_moment_end(struct sk_macro_state *s);
int sk_macro_undivert_but(struct sk_macro_reader *m, struct sk_buf *buf, int64_t but);
int sk_macro_skip_line(struct sk_macro_reader *m);
struct sk_buf *sk_macro_diversion(struct sk_macro_state *s, int64_t number);
int sk_macro_dispatch(struct sk_macro_reader *m, struct sk_call *call);
struct sk_macro **sk_macro_slot(struct sk_macro_reader *m, uint32_t name);

/* The name's definition changes. */
static inline void sk_macro_touch(struct sk_macro_state *s, uint32_t name)
{
	if (name < s->cap_assumed && s->assumed[name])
		s->epoch++;
	s->changes += name != s->uncounted;
}

static inline void sk_macro_bury(struct sk_macro_state *s, struct sk_macro *macro)
{
	macro->below = s->buried_macros;
	s->buried_macros = macro;
}

int sk_macro_set(struct sk_macro_reader *m, uint32_t name, struct sk_text *body, uint32_t addr, bool push,
		 struct sk_macro **ret_macro);
struct sk_diag *sk_macro_complain(struct sk_macro_reader *m, enum selkie_severity severity,
				  const char *id, uint32_t addr, uint32_t expansion,
				  const char *fmt, ...) SK_PRINTF(6, 7);


/*
 * macro-builtin.c. Declares what was found in a text that is its source's: *ret_rest is what comes behind.
 */
int sk_macro_declare(struct sk_macro_reader *m, const struct sk_source *source, const struct sk_interfaces *found,
		     const char **ret_rest);
void sk_patterns_done(struct sk_macro_state *s);
int sk_macro_add_builtins(struct sk_macro_reader *m);
sk_builtin sk_macro_builtin_interface(void);

/* macro-eval.c: integer expressions. Returns 0, or a positive value with a clause in *ret_why. */
int sk_macro_eval(const char *p, size_t n, int32_t *ret_value, const char **ret_why);

/* macro-format.c: printf as m4 has it. args[0] is the format. */
int sk_macro_format(struct sk_buf *buf, size_t n_args, const char *const *args);

#endif
