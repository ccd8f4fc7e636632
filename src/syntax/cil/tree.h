/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_CIL_TREE_H
#define SK_SYNTAX_CIL_TREE_H

#include "base/buf.h"
#include "syntax/source.h"

/*
 * CIL text as a tree: lists and words, without meaning. A tree is one array in the order of reading, eight bytes a node:
 * a list's children follow it, up to its end. Node 0 is the list of the whole text, which has no parentheses.
 *
 * Marks of source lines (;;* lms 12 file ... ;;* lme) are lists too: (<src_info> lms 12 file ...).
 */
struct sk_cil_node {
	uint32_t addr;		/* of the parenthesis, or of the first byte of the word */
	uint32_t value;		/* a word: its number in names; a list: SK_CIL_LIST and the number of the node behind it */
};

#define SK_CIL_LIST 0x80000000u

struct sk_cil_tree {
	struct sk_cil_node *nodes;
	size_t n, cap;
};

/* Words of the language, SK_CIL_N_STATEMENTS of which begin statements. */
enum sk_cil_word {
#define SK_CIL_WORD(id, text) SK_CIL_##id,
#include "syntax/cil/words.h"
#undef SK_CIL_WORD
	SK_CIL_N_WORDS,
	SK_CIL_N_STATEMENTS = SK_CIL_SRC_INFO + 1,
};

extern const char *const sk_cil_word_names[SK_CIL_N_WORDS];

/* The words' numbers in names, which need not be empty. */
struct sk_cil_words {
	uint32_t name[SK_CIL_N_WORDS];
	uint8_t *word;		/* by name: enum sk_cil_word, or SK_CIL_N_WORDS */
	uint32_t n;		/* names from here on are no words */
};

int sk_cil_words_init(struct sk_cil_words *words, struct sk_intern *names);
void sk_cil_words_done(struct sk_cil_words *words);

/* The parser gives up lists nested deeper than this, as the reference compiler does, and line marks likewise. */
#define SK_CIL_DEPTH_MAX 4096

/* After so many mistakes in one file the parse ends. */
#define SK_CIL_MISTAKES_MAX 1000

/*
 * Parses a text. Mistakes are diagnostics (E020x); what is not understood is left out of the tree. Returns 0 or -ENOMEM,
 * and the number of mistakes if ret_mistakes is not NULL. The tree is to be freed in either case.
 */
int sk_cil_parse(struct sk_cil_tree *tree, const struct sk_source *source, const struct sk_sources *sources,
		 struct sk_intern *names, const struct sk_cil_words *words, struct sk_diags *diags,
		 unsigned int *ret_mistakes);
void sk_cil_tree_done(struct sk_cil_tree *tree);

static inline bool sk_cil_is_list(const struct sk_cil_tree *tree, uint32_t node)
{
	return tree->nodes[node].value & SK_CIL_LIST;
}

/* The number of the node behind this one and all that is in it. */
static inline uint32_t sk_cil_next(const struct sk_cil_tree *tree, uint32_t node)
{
	uint32_t value = tree->nodes[node].value;

	return value & SK_CIL_LIST ? value & ~SK_CIL_LIST : node + 1;
}

/* Children are those from node + 1 to before the end: for (c = node + 1; c < end; c = sk_cil_next(tree, c)). */
static inline uint32_t sk_cil_end(const struct sk_cil_tree *tree, uint32_t list)
{
	return tree->nodes[list].value & ~SK_CIL_LIST;
}

/* The word of a name, or SK_CIL_N_WORDS. */
static inline enum sk_cil_word sk_cil_word(const struct sk_cil_words *words, uint32_t name)
{
	return name < words->n ? (enum sk_cil_word)words->word[name] : SK_CIL_N_WORDS;
}

/* The same of a node, which may be a list. */
static inline enum sk_cil_word sk_cil_node_word(const struct sk_cil_tree *tree, const struct sk_cil_words *words,
						uint32_t node)
{
	return sk_cil_word(words, tree->nodes[node].value);
}

/* Prints one node and what is in it; it parses back to the same. The whole tree: node 0. */
void sk_cil_print(struct sk_buf *buf, const struct sk_intern *names, const struct sk_cil_words *words,
		  const struct sk_cil_tree *tree, uint32_t node);

/* A word as it is to be written, in quotes where it needs them. */
void sk_cil_print_word(struct sk_buf *buf, const char *s, size_t n);

#endif
