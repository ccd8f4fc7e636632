/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pcre2, for those who have a pattern that needs it.
 */
#include "base/pcre2.h"

SK_LIBRARY(sk_pcre2_library, SK_PCRE2_FUNCTIONS, "pcre2", "Patterns of labels and of searches", SK_PCRE2_SONAME);

int sk_pcre2_load(struct sk_pcre2 *ret)
{
	return sk_library_load(&sk_pcre2_library, ret);
}
