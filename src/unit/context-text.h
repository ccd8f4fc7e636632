/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_CONTEXT_TEXT_H
#define SK_UNIT_CONTEXT_TEXT_H

#include "unit/unit.h"

/* Are these bytes a name: at least one, and none that a policy language gives a meaning of its own? */
bool sk_name_fits(const char *s, size_t n);

/*
 * Contexts and ranges as they are written in label files, user:role:type:s0-s0:c0.c5,c7, into parts of the space. Whether
 * the names are known is not looked at.
 */

/* The text is not in that form. */
#define SK_TEXT_MALFORMED 1

/* Each returns 0, SK_TEXT_MALFORMED, or -ENOMEM. */
int sk_space_context_text(struct sk_space *space, const char *text, size_t n, uint32_t *ret_context);
int sk_space_range_text(struct sk_space *space, const char *text, size_t n, uint32_t *ret_range);

/*
 * Adds the statement of one line of a file_contexts file (FILECON), of seusers (SELINUX_USER), or of users_extra
 * (USER_PREFIX) to the unit's top block, at the place given. Empty lines and comments add none.
 */
int sk_unit_add_filecon_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion);
int sk_unit_add_seuser_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion);
int sk_unit_add_user_extra_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion);

/* FILECON of a line whose fields are apart by a tab each, as we write them, so that a pattern may have blanks. */
int sk_unit_add_filecon_fields(struct sk_unit *unit, const char *line, size_t n);

#endif
