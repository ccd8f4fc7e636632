/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_KEPT_H
#define SK_UNIT_KEPT_H

#include "base/digest.h"
#include "base/reader.h"
#include "unit/te.h"

/*
 * What the modules of a tree came to, kept in a file from build to build: the statements of each, with the parts of the
 * space that they are made of. The next build reads all files again, but parses and lowers only the modules whose text is
 * another; of the others it takes what was kept, in their turn, so that parts get the numbers they would have had.
 *
 * What a module comes to depends on its text, and on all that was read before the first module: settings, flask, support
 * macros, interfaces, the list of modules, global files. That is one digest (by contents, of every source there is by then);
 * where it differs nothing of the file is used. What else could reach from one module to another makes it useless:
 *
 * - A module that defines macros, or leaves the reader in another state: then nothing is kept.
 * - In a unit of several modules (the base, a monolithic policy): a name that a module no longer declares, while others use
 *   it. Each record says what names the module gives to others; one that gives fewer than before makes the build `stale`.
 * - Mistakes: nothing is written while there are any, and a build that used the file and found one is begun anew without it
 *   (the caller's to do). A module with warnings is read each time.
 *
 * The file is input: it is read by the byte reader, and each number is checked against its table (kept-read.c).
 *
 *	sk_kept_open -> sk_unit_read_tree -> sk_kept_save
 */
struct sk_kept_record {
	struct sk_digest digest;	/* of the module's text */
	uint32_t from, size;		/* where it is; size 0: there is none */
	bool whole;			/* else it says only what the module leaves to others */
	bool taken;			/* from the file */
};

struct sk_keeper;
struct sk_kept_shape;

/* Tables; what an operand is a number of. */
enum sk_kept_table {
	SK_KEPT_NAME, SK_KEPT_REF, SK_KEPT_SET, SK_KEPT_CLASS_PERMS, SK_KEPT_XPERMS, SK_KEPT_LEVEL, SK_KEPT_RANGE,
	SK_KEPT_CONTEXT, SK_KEPT_ADDRESS, SK_KEPT_EXPR,
	SK_KEPT_N_TABLES,
	SK_KEPT_NUMBER = SK_KEPT_N_TABLES,	/* of none: it stands for itself */
	SK_KEPT_NEVER,				/* no source of this kind has it */
	SK_KEPT_UNUSED,				/* no operand; 0 or SK_SPACE_NONE stands there */
};

struct sk_kept {
	/* The file; borrowed. */
	const unsigned char *records;
	size_t size;
	struct sk_kept_record *old;	/* as `list`; NULL: there is no file, or none that can be used */
	uint32_t n_old;
	struct sk_digest old_shared;
	bool using;		/* what it rests on is as it was */
	bool stale;		/* what was taken from it may be wrong: the build is to be done without it */

	/* This build. */
	struct sk_digest shared;
	uint32_t shared_end;	/* addresses below are of what all modules share, */
	uint32_t known[SK_KEPT_N_TABLES];	/* and so are the first names, references and sets: so many */
	const struct sk_refpolicy *rp;
	bool unfit;		/* nothing of it can be kept */
	uint32_t n_read;	/* modules that were parsed */
	struct sk_kept_record *list;	/* by number of the module; then two of each, for texts that are made */
	uint32_t n;
	uint32_t *lines;		/* of the last one that was found */
	struct sk_buf made;	/* their records */
	struct sk_keeper *keeper;
	struct sk_kept_shape *shape;
};

/* The file is another one's: it must not be overwritten. */
#define SK_KEPT_FOREIGN 1

/*
 * Begins. data: the file, which stays until the end; NULL: there is none. afresh: it is not to be used. Returns 0,
 * SK_KEPT_FOREIGN, or -ENOMEM; done is to be called in any case.
 */
int sk_kept_open(struct sk_kept *kept, const void *data, size_t size, bool afresh);
void sk_kept_done(struct sk_kept *kept);

/* A tree begins to be read; its modules are known. All that they share has been read. Return 0 or -ENOMEM. */
int sk_kept_begin_tree(struct sk_kept *kept, const struct sk_refpolicy *rp);
int sk_kept_begin(struct sk_kept *kept, const struct sk_space *space);

/*
 * kept-made.c: a text that is made from others, which depends on them and the settings alone. Whether it is kept, and then
 * it is filled in, borrowed until the next call; and what was made. Returns 0 or -ENOMEM.
 */
bool sk_kept_find_made(struct sk_kept *kept, const struct sk_refpolicy_module *module, bool interfaces,
		       struct sk_refpolicy_made *made);
int sk_kept_put_made(struct sk_kept *kept, const struct sk_refpolicy_module *module, bool interfaces,
		     const struct sk_refpolicy_made *made);

/* What was kept of the module whose text that is; NULL: it has to be parsed. */
const struct sk_kept_record *sk_kept_find(struct sk_kept *kept, const struct sk_refpolicy_module *module,
					  const struct sk_source *source);

/*
 * Puts what was kept behind what the unit has. left: NULL, or a lowering that gets to know what the module leaves to
 * others. Returns 0, SK_KEPT_DAMAGED, after which the space is good for nothing, or -ENOMEM.
 */
#define SK_KEPT_DAMAGED 2
int sk_kept_take(struct sk_kept *kept, const struct sk_kept_record *record, const struct sk_source *source,
		 struct sk_unit *unit, struct sk_te_lower *left);

/*
 * Whether the module, which is parsed although there is a record of it, leaves all to others that it left before; else the
 * build is stale. left: as for sk_kept_put. Returns 0 or -ENOMEM.
 */
int sk_kept_compare(struct sk_kept *kept, const struct sk_refpolicy_module *module, const struct sk_te_lower *left);

/*
 * A module begins to be parsed, and has been. whole: what it came to can be used again; else only what it left to others is
 * of interest. unit: where its statements went, behind what was there. left: NULL, or the lowering that noted it. Returns
 * 0 or -ENOMEM.
 */
void sk_kept_mark(struct sk_kept *kept, const struct sk_unit *unit);
int sk_kept_put(struct sk_kept *kept, const struct sk_refpolicy_module *module, const struct sk_source *source,
		const struct sk_unit *unit, const struct sk_te_lower *left, bool whole);

/* Whether writing the file anew is worth it: there is none, or it is behind by many modules. Only of a tree without mistakes. */
bool sk_kept_is_news(const struct sk_kept *kept);

/* Writes the file, at once and whole. It is not flushed: what a crash leaves of it is known for damaged. Returns 0 or a negative errno. */
int sk_kept_save(const struct sk_kept *kept, const char *path);

/* kept-write.c */
struct sk_keeper *sk_keeper_new(const struct sk_kept_shape *shape);
void sk_keeper_free(struct sk_keeper *keeper);

#endif
