/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_SID_H
#define SK_BASE_SID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Names of initial contexts, by number; NULL for a number without one. Binary policies and modules have the numbers
 * alone; for SELinux these are all that Linux ever had (security/selinux/include/initial_sid_to_string.h before 5.7 still
 * named those that are no longer used).
 */
const char *sk_sid_name(bool xen, uint32_t sid);

#endif
