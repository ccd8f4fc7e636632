/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_DEEDS_H
#define TEST_KERNEL_DEEDS_H

#include <selkie/access.h>

#include <stddef.h>

/* What the guest should say of a deed done by `source`. Written to text, of `size` bytes. Exit on lack of memory. */
void expect_ioctls(const selkie_state *state, const selkie_context *source,
		   const selkie_context *file, char *text, size_t size);
void expect_message(const selkie_state *state, const selkie_context *source, unsigned int type,
		    char *text, size_t size);

#endif
