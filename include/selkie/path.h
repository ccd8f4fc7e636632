/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_PATH_H
#define SELKIE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/ids.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Ways through a graph whose nodes are the types of a policy: of information flows (flow.h) or of domain transitions
 * (reach.h). What is asked is the same for both, and so are the answers.
 *
 * Where one end is given as an attribute, any of its types will do; a way has such a type at its ends only, not in
 * between.
 */
enum selkie_path_mode {
	SELKIE_PATHS_ONE,		/* one with the fewest steps */
	SELKIE_PATHS_SHORTEST,		/* all with the fewest steps */
	SELKIE_PATHS_ALL,		/* all up to max_steps that meet no type twice, short ones first */
};

#define SELKIE_PATH_OPTIONS_VERSION 1

/* Initialize with SELKIE_PATH_OPTIONS_INIT. */
struct selkie_path_options {
	unsigned int version;		/* SELKIE_PATH_OPTIONS_VERSION */
	enum selkie_path_mode mode;
	uint32_t max_steps;		/* 0: no bound, which SELKIE_PATHS_ALL does not take */
	/*
	 * How much may be looked at before selkie_paths_next gives up, counted in edges: the number of paths grows
	 * without measure in what is dense. 0: no bound.
	 */
	uint64_t budget;
	/* Called now and then with the work done so far; nonzero makes the search give up. NULL is allowed. */
	int (*progress)(void *arg, uint64_t n_paths, uint64_t work);
	void *progress_arg;
};

#define SELKIE_PATH_OPTIONS_INIT                                                                   \
	{                                                                                          \
		SELKIE_PATH_OPTIONS_VERSION, SELKIE_PATHS_SHORTEST, 0, 0, 0, 0                     \
	}

struct selkie_path {
	uint32_t n_steps;
	const selkie_type_id *types;	/* n_steps + 1, both ends included */
};

/* Paths, made one at a time: memory does not grow with their number. For one thread; borrows the graph. */
typedef struct sk_paths selkie_paths;

#define SELKIE_PATHS_END 1	/* there are no more */
#define SELKIE_PATHS_GAVE_UP 2	/* there may be more; the budget is used up, or progress said so */

/*
 * The next path, in an order that is the same each time: fewer steps first, then by the names of the types. *ret_path is
 * borrowed from paths until the next call. Returns 0, SELKIE_PATHS_END, SELKIE_PATHS_GAVE_UP, or -ENOMEM.
 */
int selkie_paths_next(selkie_paths *paths, const struct selkie_path **ret_path);
void selkie_paths_free(selkie_paths *paths); /* NULL is allowed */

/* Along the edges, or against them. */
enum selkie_direction {
	SELKIE_FORWARD,
	SELKIE_BACKWARD,
};

/* A type that can be reached, by how many steps at least, and from where: the previous types make a tree. */
struct selkie_reached {
	selkie_type_id type;
	selkie_type_id previous;	/* one step nearer to the start; the start itself has none */
	uint32_t steps;
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
