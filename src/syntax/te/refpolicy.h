/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_REFPOLICY_H
#define SK_SYNTAX_TE_REFPOLICY_H

#include <dirent.h>

#include "syntax/fc/fc.h"
#include "syntax/te/tree.h"

/*
 * A reference policy tree: its build settings, its modules, and all its statements, expanded. What its Makefile does
 * with m4, sed, awk and Python is done here; nothing is run and nothing is written.
 *
 * Or the headers that such a tree installs (build.conf, support/, LAYER/MODULE.if): no modules, but all that single
 * modules need.
 */
enum sk_refpolicy_state {
	SK_REFPOLICY_OFF,	/* its interfaces are known, its rules are not taken */
	SK_REFPOLICY_BASE,
	SK_REFPOLICY_MODULE,
};

struct sk_refpolicy_module {
	const char *name, *layer;
	enum sk_refpolicy_state state;
	bool generated;		/* from .te.in, .te.m4, .if.in, .if.m4 */
	bool alone;		/* interfaces of a module that is not in this tree; off */
};

/*
 * Who keeps what modules come to, from build to build, is told of them. Functions return 0 or a negative errno, which ends
 * the parsing.
 */
#define SK_REFPOLICY_KNOWN 1	/* the module need not be parsed; the text need not be made */

/* A text that a reference policy's build generates from others, and from what each of its lines is made (addresses, or 0). */
#define SK_REFPOLICY_MADE_FROM 3

struct sk_refpolicy_made {
	const struct sk_source *from[SK_REFPOLICY_MADE_FROM];	/* the last may be NULL */
	const char *text;
	size_t n;
	const uint32_t *lines;
	size_t n_lines;
};

struct sk_refpolicy_watch {
	/*
	 * What is to be made of `from`, a module or its interfaces: fills in the rest, and SK_REFPOLICY_KNOWN, or 0. It is
	 * borrowed until the next call. And then what was made, without a mistake.
	 */
	int (*making)(void *arg, const struct sk_refpolicy_module *module, bool interfaces, struct sk_refpolicy_made *made);
	int (*made)(void *arg, const struct sk_refpolicy_module *module, bool interfaces,
		    const struct sk_refpolicy_made *made);
	/* All that modules may use has been read, and is in the sources. They come now. */
	int (*begin)(void *arg);
	/* A module, whose text is the last of the sources. Also SK_REFPOLICY_KNOWN. */
	int (*module)(void *arg, const struct sk_refpolicy_module *module, const struct sk_source *source);
	/* It has been parsed. `alone`: it left nothing to those behind it, neither definitions nor a way of reading. */
	int (*end)(void *arg, const struct sk_refpolicy_module *module, const struct sk_source *source, bool alone);
};

struct sk_refpolicy_setting {
	const char *name, *value;
};

struct sk_refpolicy {
	const char *root;
	struct sk_arena arena;		/* what lives as long as this */
	struct sk_arena tree;		/* one statement's, unless keep_tree */
	struct sk_intern *names;
	struct sk_sources *sources;
	struct sk_macro_reader macros;
	struct sk_diags *diags;
	bool keep_tree;			/* statements stay until sk_refpolicy_close */
	bool headers;			/* root holds headers */
	bool modular;			/* MONOLITHIC is not y: modules that are not base are units of their own */
	bool prepared;			/* interfaces are known */
	bool unconfigured;		/* there is no modules.conf */
	const char *booleans;		/* of sk_refpolicy_booleans */
	const struct sk_refpolicy_watch *watch;	/* of sk_refpolicy_parse; NULL: nobody watches */
	void *watch_arg;
	struct sk_headers *reading;	/* of headers; NULL: none was begun */
	struct sk_ahead *ahead;		/* files of modules that a thread reads; NULL: none does */
	const struct sk_source **support;	/* files of support macros; NULL: they have not been read */
	size_t n_support;
	const char *makefile;		/* its text; "" where there is none, NULL where there is no tree */

	struct sk_refpolicy_setting *settings;	/* build.conf: TYPE, DISTRO, ... */
	size_t n_settings, cap_settings;
	struct sk_refpolicy_module *modules;	/* base, then module, then off; each sorted by name */
	size_t n_modules, cap_modules;
};

/* The tree was refused; the diagnostics say why. */
#define SK_REFPOLICY_REFUSED 1

/*
 * Reads build.conf and modules.conf, or does without the latter, and finds the modules. settings: "NAME=VALUE" that count before build.conf's,
 * ended by NULL; may be NULL. names (of sk_te_names_init), sources and diags are borrowed until sk_refpolicy_close,
 * which is to be called whatever this returns. Returns 0, SK_REFPOLICY_REFUSED, or a negative errno.
 */
int sk_refpolicy_open(struct sk_refpolicy *rp, const char *root, const char *const *settings,
		      struct sk_intern *names, struct sk_sources *sources, struct sk_diags *diags);
void sk_refpolicy_close(struct sk_refpolicy *rp);

/* The value of a setting, or "" when it has none. */
const char *sk_refpolicy_setting(const struct sk_refpolicy *rp, const char *name);

/*
 * Reads the settings that are given ("NAME=VALUE", ended by NULL; may be NULL), then build.conf's. A value that means
 * nothing to a reference policy is told, and so is a given name. Returns 0, SK_REFPOLICY_REFUSED, or a negative errno.
 */
int sk_refpolicy_read_settings(struct sk_refpolicy *rp, const char *const *given);

/*
 * Gives every statement of the policy to the handler: flask definitions, MLS, booleans, users and constraints with
 * module NULL, then each module's that is not off. In a modular policy those with state SK_REFPOLICY_MODULE are
 * expanded as modules, with a module statement and what they require. The statement is borrowed for the call unless
 * keep_tree is set. Mistakes are diagnostics, and do not end it. Returns 0 or a negative errno (also the handler's).
 */
typedef int (*sk_refpolicy_handler)(void *arg, const struct sk_refpolicy_module *module,
				    struct sk_te_stmt *stmt);
int sk_refpolicy_parse(struct sk_refpolicy *rp, sk_refpolicy_handler handler, void *arg);

/*
 * For single modules: first all macros and interfaces of the tree or the headers (nothing to do after
 * sk_refpolicy_parse), then the interfaces of the modules, each in a file, then the modules. Interfaces take the place
 * of those from a file of the same name. Return 0, SK_REFPOLICY_REFUSED for a file that cannot be read or whose interfaces
 * are not in order, or a negative errno.
 */
int sk_refpolicy_prepare(struct sk_refpolicy *rp);
int sk_refpolicy_add_interfaces(struct sk_refpolicy *rp, const struct sk_source *source);
int sk_refpolicy_parse_module(struct sk_refpolicy *rp, const struct sk_source *source, sk_refpolicy_handler handler,
			      void *arg);

/*
 * refpolicy-files.c: files beside the policy, expanded by a reader of their own that knows settings and support macros
 * alone, as the tree's build has it; at any time after sk_refpolicy_open.
 *
 * Label files: of all modules that are not off, in their order; or one file (module NULL). Returns 0 or a negative
 * errno.
 */
typedef int (*sk_refpolicy_label_handler)(void *arg, const struct sk_refpolicy_module *module,
					  const struct sk_fc_line *line);
int sk_refpolicy_labels(struct sk_refpolicy *rp, sk_refpolicy_label_handler handler, void *arg);
int sk_refpolicy_file_labels(struct sk_refpolicy *rp, const struct sk_source *source,
			     sk_refpolicy_label_handler handler, void *arg);

/* A file that the tree's build installs, below the folder of the policy's name. */
struct sk_refpolicy_file {
	const char *path;	/* "contexts/default_type" */
	const char *text;
	size_t n;
};

/*
 * What the tree's build installs beside policy and file contexts: contexts/ from config/appconfig-TYPE, seusers,
 * users_extra, and of a monolithic policy booleans and users/. Not customizable_types, which takes the policy. The list
 * lives as long as rp. Returns 0, SK_REFPOLICY_REFUSED, or a negative errno.
 */
int sk_refpolicy_files(struct sk_refpolicy *rp, const struct sk_refpolicy_file **ret_files, size_t *ret_n);

/* Names of a folder's files that end so, sorted; the array is the caller's, the names live as long as rp. */
int sk_refpolicy_list(struct sk_refpolicy *rp, const char *folder, const char *ending, const char ***ret_names,
		      size_t *ret_n);
/* The same of a folder that is open, into an arena of whoever asks. */
int sk_refpolicy_list_open(DIR *dir, const char *ending, struct sk_arena *arena, const char ***ret_names, size_t *ret_n);
/* The definitions of the support macros, into any reader. */
int sk_refpolicy_absorb_support(struct sk_refpolicy *rp, struct sk_macro_reader *m);

/*
 * refpolicy-headers.c: the interfaces of headers. They begin to be read, are taken once into the reader of macros, in their
 * order (0, SK_REFPOLICY_REFUSED, or a negative errno), and when nothing more is to be done, that has an end.
 */
struct sk_headers;
int sk_headers_begin(struct sk_refpolicy *rp, struct sk_headers **ret);
int sk_headers_absorb(struct sk_headers *headers);
void sk_headers_end(struct sk_headers *headers);

/*
 * refpolicy-ahead.c: begins to read the files of all modules, where there is a processor for it; the text of one that was
 * read, which the sources have from sk_ahead_end on, or false; and the end.
 */
int sk_ahead_begin(struct sk_refpolicy *rp);
bool sk_ahead_take(struct sk_ahead *ahead, const char *path, const char **ret_text, size_t *ret_n);
void sk_ahead_end(struct sk_refpolicy *rp);

/* refpolicy-configuration.c: which modules are on where there is no modules.conf, as the tree's `make conf` has it. */
int sk_refpolicy_default_states(struct sk_refpolicy *rp);
/* The text of booleans.conf. Where there is none: of what `make conf` writes, without comments, if `derive`; else NULL. */
int sk_refpolicy_booleans(struct sk_refpolicy *rp, bool derive, const char **ret_text);

/* refpolicy-generate.c: the generated module of that layer and name, as a source. */
int sk_refpolicy_generate(struct sk_refpolicy *rp, const struct sk_refpolicy_module *module, bool interfaces,
			  struct sk_source **ret_source);
/* The macros that stand for sets of classes and permissions, from a flask statement and from security_classes. */
int sk_refpolicy_define_class(struct sk_refpolicy *rp, const struct sk_te_stmt *stmt, struct sk_buf *commons);
int sk_refpolicy_define_class_sets(struct sk_refpolicy *rp, const struct sk_source *security_classes);
/*
 * Whether the tree's own Makefile, which is not run, has this word in it: trees differ in what some settings mean, as some
 * have parted with the reference policy long ago.
 */
bool sk_refpolicy_makefile_has(const struct sk_refpolicy *rp, const char *word);
/* Settings as macros: M4PARAM of the tree's Makefile. */
int sk_refpolicy_define_settings(struct sk_refpolicy *rp, struct sk_macro_reader *m);
/* The path of a name below the root (free), or NULL. */
char *sk_refpolicy_path(const struct sk_refpolicy *rp, const char *name);
/* A file cannot be read: says so, and returns SK_REFPOLICY_REFUSED; of -ENOMEM that. */
int sk_refpolicy_refuse_file(struct sk_refpolicy *rp, const char *path, int error);
int sk_refpolicy_load(struct sk_refpolicy *rp, bool must, struct sk_source **ret_source, const char *fmt, ...)
	SK_PRINTF(4, 5);

#endif
