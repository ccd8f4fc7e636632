/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_SELKIE_H
#define SELKIE_SELKIE_H

/* Everything that is in the stable interface. */
#include <selkie/access.h>
#include <selkie/context.h>
#include <selkie/diagnostic.h>
#include <selkie/host.h>
#include <selkie/ids.h>
#include <selkie/name.h>
#include <selkie/object.h>
#include <selkie/overlay.h>
#include <selkie/policy.h>
#include <selkie/rule.h>
#include <selkie/state.h>
#include <selkie/transition.h>

#endif
