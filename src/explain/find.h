/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_FIND_H
#define SK_EXPLAIN_FIND_H

#include "explain/explainer.h"

/* Looks for the files of cases without a path, within explainer.find_milliseconds. Returns 0 or -ENOMEM. */
int sk_find_paths(struct sk_explainer *e);

#endif
