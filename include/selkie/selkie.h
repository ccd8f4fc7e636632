/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_SELKIE_H
#define SELKIE_SELKIE_H

/* Everything that is in the stable interface. */
#include <selkie/access.h>
#include <selkie/audit.h>
#include <selkie/boolean.h>
#include <selkie/build.h>
#include <selkie/capability.h>
#include <selkie/check.h>
#include <selkie/class.h>
#include <selkie/component.h>
#include <selkie/constraint.h>
#include <selkie/context.h>
#include <selkie/diagnostic.h>
#include <selkie/diff.h>
#include <selkie/explain.h>
#include <selkie/flow.h>
#include <selkie/host.h>
#include <selkie/ids.h>
#include <selkie/label.h>
#include <selkie/labeling.h>
#include <selkie/level.h>
#include <selkie/lint.h>
#include <selkie/meaning.h>
#include <selkie/module.h>
#include <selkie/name.h>
#include <selkie/object.h>
#include <selkie/origin.h>
#include <selkie/overlay.h>
#include <selkie/path.h>
#include <selkie/permission-map.h>
#include <selkie/policy.h>
#include <selkie/print.h>
#include <selkie/query.h>
#include <selkie/reach.h>
#include <selkie/role.h>
#include <selkie/rule.h>
#include <selkie/search.h>
#include <selkie/state.h>
#include <selkie/suite.h>
#include <selkie/transition.h>
#include <selkie/type.h>
#include <selkie/user.h>

#endif
