/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_WORD_H
#define SK_BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Lists of words as tables in the source hold them: one string, the words separated by blanks. And how strings begin
 * and end. For short, trusted lists: finding a word walks the list.
 */

/* Moves *list to its next word. Returns the length of that word, 0 at the end of the list. */
static inline size_t sk_word_next(const char **list)
{
	*list += strspn(*list, " ");
	return strcspn(*list, " ");
}

/* Is word[0..n) one of the list's words? */
static inline bool sk_word_in(const char *list, const char *word, size_t n)
{
	for (size_t len; (len = sk_word_next(&list)); list += len)
		if (len == n && !memcmp(list, word, n))
			return true;
	return false;
}

static inline bool sk_name_in(const char *list, const char *name)
{
	return sk_word_in(list, name, strlen(name));
}

static inline bool sk_has_suffix_n(const char *s, const char *suffix, size_t n)
{
	size_t len = strlen(s);

	return len >= n && !memcmp(s + len - n, suffix, n);
}

static inline bool sk_has_suffix(const char *s, const char *suffix)
{
	return sk_has_suffix_n(s, suffix, strlen(suffix));
}

#endif
