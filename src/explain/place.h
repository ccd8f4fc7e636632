/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_PLACE_H
#define SK_EXPLAIN_PLACE_H

#include "explain/explainer.h"

/*
 * What is a domain's own: the types of files and ports that the policy has made for it. Its files are known by name
 * (httpd_t: httpd_*), its ports by rules that few domains share.
 */

/* Lists the rules that make ports somebody's own, once. Returns 0 or -ENOMEM. */
int sk_place_prepare(struct sk_explainer *e);

/* A type that names a place rather than a purpose (var_t, mnt_t, user_home_t, ...). */
bool sk_place_is_generic(const char *type);

/*
 * The domain's own file type on which it may do `perms`, for places like `path`, with the fewest kinds of further rights;
 * id 0 when it has none. The question is asked with the contexts of the denial.
 */
int sk_place_own_file_type(struct sk_worker *w, const struct sk_context *source,
			   const struct sk_context *target, const struct sk_class *cls, uint32_t perms,
			   const char *path, struct sk_type_id *ret_type);

/* A port type of the domain's name comes before others: sshd_t, ssh_port_t. */
bool sk_place_is_namesake(const struct sk_policy *p, struct sk_type_id domain, struct sk_type_id port);

/* The port type of its own to which the domain may do `perm`, and an example of such a port; id 0 when it has none. */
int sk_place_own_port_type(struct sk_worker *w, const struct sk_context *source,
			   const struct sk_class *cls, uint32_t perm, int protocol,
			   struct sk_type_id *ret_type, uint16_t *ret_example);

#endif
