/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_CONTEXT_H
#define SK_COMPILE_CONTEXT_H

#include "compile/compiler.h"

/* An object that has a context, before its kind is put into order. */
struct sk_object {
	enum sk_ocontext_kind kind;
	uint32_t name;			/* number in the names, or SK_INTERN_NONE */
	uint32_t context, context2;	/* numbers of the space */
	uint32_t stmt;
	bool cil;
	struct sk_ocontext x;
};

struct sk_objects {
	struct sk_object *list;
	size_t n, cap;
};

/* A context, checked. False after a diagnostic or when out of memory. */
bool sk_context_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, struct sk_context *ret);

/* Whether n contexts are the same one by one. */
bool sk_contexts_equal(const struct sk_context *x, const struct sk_context *y, unsigned int n);

/* filecon.c: contexts of files, which are not in the policy, are checked as others are. */
int sk_check_filecons(struct sk_compiler *c);
/* The same of label files, where a later line may give the same path another context. */
int sk_check_labels(struct sk_compiler *c);

/* context-order.c: into the order of the policy; what stands twice is diagnosed. */
int sk_order_objects(struct sk_compiler *c, struct sk_objects *objects);

/* genfs.c */
int sk_compile_genfs(struct sk_compiler *c);

#endif
