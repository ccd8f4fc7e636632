/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MISSING_LIBRARY_H
#define MISSING_LIBRARY_H

/* Libraries that have this in their name cannot be loaded; NULL: all can. */
extern const char *missing_library;

#endif
