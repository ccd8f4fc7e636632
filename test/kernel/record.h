/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_RECORD_H
#define TEST_KERNEL_RECORD_H

#include "vm/guest.h"

bool act_line(const struct line *l, struct answers *a);
bool record_line(const struct line *l, struct answers *a);

/* Reads what the kernel has to say in audit records so far, as a log daemon would. */
void record_drain(void);
/* The records so far, as auditd writes them; for the caller to send home and to empty. */
struct answers *record_log(void);

#endif
