/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_PCRE2_H
#define SK_BASE_PCRE2_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/library.h"

/* What is used of pcre2; see library.h. */
#define SK_PCRE2_FUNCTIONS(X)                                                                                                \
	X(pcre2_general_context_create)                                                                                      \
	X(pcre2_general_context_free)                                                                                        \
	X(pcre2_compile_context_create)                                                                                      \
	X(pcre2_compile_context_free)                                                                                        \
	X(pcre2_compile)                                                                                                     \
	X(pcre2_code_free)                                                                                                   \
	X(pcre2_match_context_create)                                                                                        \
	X(pcre2_match_context_free)                                                                                          \
	X(pcre2_set_match_limit)                                                                                             \
	X(pcre2_set_depth_limit)                                                                                             \
	X(pcre2_set_heap_limit)                                                                                              \
	X(pcre2_match_data_create)                                                                                           \
	X(pcre2_match_data_free)                                                                                             \
	X(pcre2_match)                                                                                                       \
	X(pcre2_get_error_message)

struct sk_pcre2 {
	SK_PCRE2_FUNCTIONS(SK_LIBRARY_FIELD)
};

#define SK_PCRE2_SONAME "libpcre2-8.so.0"

/* Returns 0 or -ELIBACC. */
int sk_pcre2_load(struct sk_pcre2 *ret);

#endif
