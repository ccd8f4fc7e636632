/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_LABEL_H
#define SELKIE_LABEL_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * The label database: from a path and a file type to the context that file should have, as the file_contexts text of a
 * policy says it. The precedence of the rules is libselinux's (selabel_file(5)); docs/labels.md writes it down.
 *
 * A database never changes once it is there: any number of threads may ask it at once.
 */
typedef struct sk_label_db selkie_label_db;

/* The precedence differs between the versions of libselinux; docs/labels.md says in what. */
enum selkie_label_precedence {
	SELKIE_LABEL_LIBSELINUX_3_4 = 0,	/* up to 3.7, Debian 12; the default */
	SELKIE_LABEL_LIBSELINUX_3_8,		/* 3.8 and 3.8.1 */
	SELKIE_LABEL_LIBSELINUX_3_9,		/* 3.9 and later */
};

/*
 * Says whether a context is valid, for instance in the policy that the labels are for. Called once for each distinct
 * context while a database is loaded, from the loading thread. Returns 0 when it is valid, a positive number when it
 * is not, a negative errno to give up loading.
 */
typedef int (*selkie_label_check)(void *arg, const char *context);

/* How to load. Zero is the default of every field; NULL in place of the options means all defaults. */
struct selkie_label_options {
	uint32_t version;	/* of this struct: 0 */
	enum selkie_label_precedence precedence;
	int base_only;		/* without the .homedirs and .local files, as SELABEL_OPT_BASEONLY */
	selkie_label_check check;
	void *check_arg;
	uint32_t match_limit;	/* steps that pcre2 may take for one pattern on one path; 0: 200,000 */
};

/*
 * One rule: a line of a file. Owned by the database; all strings live as long as it.
 */
struct selkie_label_rule {
	const char *pattern;	/* as written */
	const char *context;	/* as written, or NULL for <<none>> */
	const char *type;	/* the type of the context; NULL without a context, or when that is malformed */
	const char *prefix;	/* literal text (unescaped) that all paths of the rule begin with; may be "" */
	const char *file;	/* where it was read */
	uint32_t line, column;	/* of the pattern, from 1; the column counts bytes */
	uint32_t mode;		/* the file type it is for, as S_IFMT bits, or 0 for any */
	int exact;		/* no meta characters: one path only, `prefix` */
	int valid;		/* the context is well-formed and passed the check */
};

/*
 * The database of a system below `root` (NULL or "/" for this one): ROOT/etc/selinux/TYPE/contexts/files/file_contexts
 * with what stands beside it. policy_type is TYPE; NULL takes SELINUXTYPE of ROOT/etc/selinux/config.
 *
 * diags: gets every mistake in the files, all of them (E05xx); NULL is allowed. A mistake costs its line only: the
 * other lines are in the database. A caller that wants no mistakes looks at selkie_diagnostics_count().
 * ret_db: owned by the caller (selkie_label_free); set on success only.
 *
 * Returns 0, -ENOENT when there is no such file, -ELIBACC when a pattern takes pcre2 and that is not on this machine, or
 * another negative errno.
 */
int selkie_label_load_root(const char *root, const char *policy_type,
			   const struct selkie_label_options *options, selkie_diagnostics *diags,
			   selkie_label_db **ret_db);

/*
 * The database of the named files, in their order: of two rules that fit equally the one read last wins. With each
 * file its FILE.homedirs, FILE.local, FILE.subs and FILE.subs_dist are read, where they exist, as matchpathcon -f
 * does; one of these that is named itself is read in its own place only. Names that end in .subs or .subs_dist are
 * path substitutions. The binary form (.bin) is not read: it holds the same rules.
 *
 * Parameters and returns as above.
 */
int selkie_label_load(const char *const *paths, size_t n_paths,
		      const struct selkie_label_options *options, selkie_diagnostics *diags,
		      selkie_label_db **ret_db);

/*
 * The database of one file_contexts text in memory; the text is copied. `name` is what diagnostics and rules call it.
 * Also the way to make an overlay: the line that `semanage fcontext -a` would add, as text.
 */
int selkie_label_read_memory(const void *data, size_t size, const char *name,
			     const struct selkie_label_options *options, selkie_diagnostics *diags,
			     selkie_label_db **ret_db);
void selkie_label_free(selkie_label_db *db);	/* NULL is allowed */

/* Outcomes of a lookup. */
#define SELKIE_LABEL_NONE 1	/* the rule that fits says <<none>>: the file's label is not to be touched */
#define SELKIE_LABEL_NO_MATCH 2	/* no rule fits */

struct selkie_label_result {
	const char *context;			/* borrowed from the database; NULL unless 0 was returned */
	const struct selkie_label_rule *rule;	/* the rule that fits; NULL with SELKIE_LABEL_NO_MATCH */
	int overlay;				/* the rule is one of the overlay */
	/*
	 * A rule of higher precedence whose pattern took more steps than the limit on this path, and was passed over;
	 * else NULL. The answer is then uncertain (libselinux would have answered none, or found it to fit).
	 */
	const struct selkie_label_rule *skipped;
};

/*
 * The label of `path` (absolute, of any length; repeated slashes and one slash at the end are dropped, substitutions
 * applied) for the file type in the S_IFMT bits of `mode`; 0 when the type is not known, which fits rules of any type.
 *
 * ret_result: filled whenever the return is not negative.
 * Returns 0, SELKIE_LABEL_NONE, SELKIE_LABEL_NO_MATCH, -EINVAL for an empty path, or -ENOMEM.
 */
int selkie_label_lookup(const selkie_label_db *db, const char *path, uint32_t mode,
			struct selkie_label_result *ret_result);

/*
 * The same with the rules of `overlay` on top, as if they stood at the end of the .local file. Substitutions of the
 * overlay are not used. Both must have been loaded with the same precedence (else -EINVAL). NULL: no overlay.
 */
int selkie_label_lookup_with(const selkie_label_db *db, const selkie_label_db *overlay,
			     const char *path, uint32_t mode,
			     struct selkie_label_result *ret_result);

/*
 * The path that patterns are compared with: slashes cleaned, substitutions applied. Written into the caller's buffer of
 * `size` bytes and zero-terminated. Returns 0, -EINVAL for an empty path, -ENAMETOOLONG, or -ENOMEM.
 */
int selkie_label_resolve(const selkie_label_db *db, const char *path, char *buffer, size_t size);

/* The rules by number, from the lowest precedence to the highest. NULL when i is too large. */
size_t selkie_label_count(const selkie_label_db *db);
const struct selkie_label_rule *selkie_label_rule_at(const selkie_label_db *db, size_t i);

/*
 * The reverse question: the rules whose context has the type, as numbers for selkie_label_rule_at in rising order.
 * Returns how many; *ret_numbers is borrowed from the database.
 */
size_t selkie_label_rules_of_type(const selkie_label_db *db, const char *type,
				  const uint32_t **ret_numbers);

/*
 * What differs between two databases: calls each(arg, old, new) for every pattern and file type whose rule only one of
 * them has (the other is NULL) or whose context is another, sorted by pattern, until it returns nonzero, which is passed
 * on. Of several rules with one pattern and type, the one that wins is compared. Returns 0, -ENOMEM, or what `each`
 * returned.
 */
int selkie_label_compare(const selkie_label_db *old_db, const selkie_label_db *new_db,
			 int (*each)(void *arg, const struct selkie_label_rule *old_rule,
				     const struct selkie_label_rule *new_rule),
			 void *arg);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
