/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_SELKIE_H
#define SELKIE_SELKIE_H

/* Everything that is in the stable interface. */
#include <selkie/diagnostic.h>
#include <selkie/ids.h>
#include <selkie/policy.h>

#endif
