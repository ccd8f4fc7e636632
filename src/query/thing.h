/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_QUERY_THING_H
#define SK_QUERY_THING_H

#include "model/policy.h"
#include "selkie/query.h"

/* A thing and what it owns. */
struct sk_thing {
	struct selkie_thing public; /* first */
	char *word;
	struct sk_context *context;
};

#endif
