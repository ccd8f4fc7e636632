/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LINT_LINT_H
#define SK_LINT_LINT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/word.h"
#include "selkie/lint.h"
#include "syntax/outline/outline.h"
#include "syntax/source.h"

/*
 * One run of lint. Files are read into outlines; what they declare is gathered by name (knowledge.c); then each check
 * is shown each node of the kinds it wants.
 */
/* So many are worth a second thread. */
#define SK_LINT_MANY_FILES 24

enum sk_lint_order { SK_LINT_ORDER_LAX, SK_LINT_ORDER_LIGHT, SK_LINT_ORDER_REFPOLICY };

/* A list of words from a configuration file. */
struct sk_lint_words {
	size_t n, cap;
	const char **words;
};

struct sk_lint_config {
	int level;			/* enum selkie_lint_level, or -1 */
	struct sk_lint_words disable, enable_normal, enable_source;
	struct sk_lint_words assume_users, assume_roles, fc_macros, te_macros;
	enum sk_lint_order order;
	uint8_t requires_order[6];	/* enum sk_outline_decl */
	bool requires_by_name;		/* those of one kind by name as well */
	bool skip_generated;
};

enum {
	SK_INTERFACE_TRANSFORMS = 1, SK_INTERFACE_FILETRANS = 2, SK_INTERFACE_ROLE = 4, SK_INTERFACE_USED = 8,
	SK_INTERFACE_NAMED = 16,	/* what its name says was looked at: */
	SK_INTERFACE_NAMES_FILETRANS = 32,
	SK_CLASS_IS_USERSPACE = 64,
};

struct sk_lint_template;
struct sk_lint_lesson;

/* What is known of few names. */
struct sk_lint_more {
	uint32_t layer, status;			/* of a module; status by modules.conf: base, module, off */
	uint32_t set_raw, set_more;		/* permission-set.c */
	bool has_set_masks;			/* they are the name's own */
	struct sk_lint_template *template;
	const struct sk_outline_list *set;	/* of a macro for permissions */
};

/* What is known of a name. Modules are names too; SK_INTERN_NONE: none. There are tens of thousands: it is kept small. */
struct sk_lint_name {
	uint32_t declared[SK_N_DECLS];	/* the module that declares it as such */
	uint32_t interface;		/* the module whose interface or template it is */
	uint8_t interface_flags;	/* as an interface, or as a class */
	struct sk_lint_more *more;	/* or NULL */
};

/* What a judge notes of a name. */
struct sk_lint_marks {
	uint32_t required, used;	/* check-if.c: for the interface or block at hand */
	enum { SK_PREFIX_NOT_ASKED, SK_PREFIX_NONE, SK_PREFIX_MODULE } prefix;	/* check-te.c: it begins as a module's name */
};

enum sk_lint_file_kind { SK_LINT_TE, SK_LINT_IF, SK_LINT_FC, SK_LINT_N_FILE_KINDS };

struct sk_lint_file {
	const char *path, *base;	/* base: without folders */
	const char *folder;		/* that of the folder it was found in, which others have too; NULL: it was named alone */
	uint32_t module;		/* base without its suffix, as a name */
	uint32_t layer;			/* the folder it is in */
	const char *text;		/* zero-terminated at `size`; of .te and .if files NULL, unless they may be mended */
	uint32_t size;
	uint32_t n_lessons;		/* of a module */
	const struct sk_lint_lesson *lessons;
	int error;			/* it could not be read: a negative errno */
	struct sk_outline outline;
};

struct sk_lint_files {
	struct sk_lint_file *list;
	size_t n, cap;
};

/* Replace `length` bytes at `at`. */
struct sk_lint_edit {
	struct sk_lint_edit *next;
	uint32_t at, length;
	const char *text;
};

struct sk_lint_finding {
	const struct sk_lint_check *check;
	const struct sk_lint_file *file;
	uint32_t line, column;
	const char *message;
	struct sk_lint_edit *edits;	/* when they may be made */
	bool fixable;
};

struct sk_lint {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_arena texts, if_arena, te_arena;	/* of files; outlines of .if and of .te files */
	struct sk_sources sources;	/* the configuration */
	struct sk_diags *diags;
	bool to_fix;
	struct sk_lint_config config;
	struct sk_lint_files files[SK_LINT_N_FILE_KINDS];	/* to be judged */
	struct sk_lint_files context[SK_LINT_N_FILE_KINDS];
	const char *modules_conf, *access_vectors, *security_classes, *perm_sets;	/* paths, or NULL */
	struct sk_lint_files global;	/* global_booleans, global_tunables */
	struct sk_lint_name *known;
	size_t n_known, cap_known;
	const uint32_t *module_names;	/* read.c: what names of the outlines of modules are among names */
	size_t n_declared[SK_N_DECLS];
	bool has_userspace_classes;	/* it is known which they are */
	uint32_t system_class;
	uint32_t global_module, assumed_module, vectors_module, non_ordered, declaration, base_status;
	struct sk_lint_wrapper {	/* an interface whose first statement is a call */
		uint32_t interface, called;
	} *wrappers;
	size_t n_wrappers, cap_wrappers;

	struct sk_fc_seen {		/* check-fc.c: what was asked last */
		struct sk_fc_part part;
		uint32_t module;
	} fc_seen[SK_N_DECLS];

	/* the file at hand, and what is each judge's own */
	const struct sk_lint_file *file;
	enum sk_lint_file_kind file_kind;
	const struct sk_outline_node *required_in, *used_behind;	/* check-if.c */
	struct sk_lint_marks *marks;	/* n_known, zero at first */
	uint32_t required_mark, used_mark;
	struct sk_lint_order_data *order;
	struct sk_lint_section {	/* order.c: of each name, for the file at hand */
		uint32_t lines, n;
	} *sections;

	struct sk_lint_sets *sets;	/* permission-set.c; made before judging begins */
	uint32_t *set_names;		/* in order of appearance */
	size_t n_set_names, cap_set_names;

	struct sk_lint_finding *findings;
	size_t n_findings, cap_findings;
	int error;			/* sticky, negative errno */
};

/* A check: a row of the table in check.c. */
struct sk_lint_check {
	struct selkie_lint_check public;
	uint64_t kinds;		/* of nodes, 1 << enum sk_outline_kind */
	uint8_t files;		/* 1 << enum sk_lint_file_kind: in which it has something to say */
	enum sk_fc_line_kind lines;	/* with run_fc: which it is about */
	void (*run)(struct sk_lint *l, const struct sk_lint_check *check, const struct sk_outline_node *node);
	void (*run_fc)(struct sk_lint *l, const struct sk_lint_check *check, const struct sk_fc_line *line,
		       uint32_t number, uint32_t at);
};

/* knowledge.c */
struct sk_lint_name *sk_lint_know(struct sk_lint *l, uint32_t name);	/* to write; NULL when out of memory */
struct sk_lint_more *sk_lint_know_more(struct sk_lint *l, uint32_t name);
extern const struct sk_lint_name sk_lint_nothing;
extern const struct sk_lint_more sk_lint_no_more;
uint32_t sk_lint_intern(struct sk_lint *l, const char *s, size_t n);
void sk_lint_declare(struct sk_lint *l, uint32_t name, uint32_t module, enum sk_outline_decl flavor);
void sk_lint_learn(struct sk_lint *l, const struct sk_lint_file *file);
/*
 * What a module declares and calls, gathered from its outline while that is fresh in the cache. It is learnt later, when all
 * interfaces are: its names are numbers in a table of their own, and map tells which they are among those of the run.
 */
struct sk_lint_lesson {
	struct sk_outline_node *node;
	uint32_t name, kind;	/* the node's */
};

struct sk_lint_lessons {
	struct sk_lint_lesson *list;
	size_t n, cap;
};

/* Gathers in a list that serves one file after the other; what the file keeps is the arena's. Returns 0 or -ENOMEM. */
int sk_lint_gather(struct sk_lint_lessons *scratch, struct sk_arena *arena, struct sk_lint_file *file);
/* calls: a byte for each name of the modules, zero at first. Which are called at all; which of these are templates: */
void sk_lint_note_calls(const struct sk_lint_file *file, uint8_t *calls);
void sk_lint_learn_calls(struct sk_lint *l, const uint32_t *map, uint8_t *calls, size_t n_names);
void sk_lint_learn_lessons(struct sk_lint *l, const struct sk_lint_file *file, const uint32_t *map, const uint8_t *calls);
void sk_lint_learn_global(struct sk_lint *l, const struct sk_lint_file *file);
void sk_lint_learn_transforms(struct sk_lint *l);
void sk_lint_learn_modules(struct sk_lint *l, const char *text, size_t n);
void sk_lint_learn_classes(struct sk_lint *l, const char *text, size_t n);
void sk_lint_learn_sets(struct sk_lint *l, const char *text, size_t n);
void sk_lint_learn_vectors(struct sk_lint *l, const char *text, size_t n);
void sk_lint_forget(struct sk_lint *l);

/* To read; never NULL. */
static inline const struct sk_lint_name *sk_lint_name(const struct sk_lint *l, uint32_t name)
{
	return name < l->n_known ? &l->known[name] : &sk_lint_nothing;
}

static inline const struct sk_lint_more *sk_lint_more(const struct sk_lint *l, uint32_t name)
{
	const struct sk_lint_more *more = sk_lint_name(l, name)->more;

	return more ? more : &sk_lint_no_more;
}

static inline uint32_t sk_lint_module_of(const struct sk_lint *l, uint32_t name, enum sk_outline_decl flavor)
{
	return sk_lint_name(l, name)->declared[flavor];
}

static inline const char *sk_lint_str(const struct sk_lint *l, uint32_t name)
{
	return sk_intern_str(&l->names, name);
}

static inline bool sk_lint_ends(const struct sk_lint *l, uint32_t name, const char *suffix)
{
	const struct sk_intern_entry *e = &l->names.entries[name];
	size_t n = strlen(suffix);

	return e->n >= n && !memcmp(e->s + e->n - n, suffix, n);
}

/* A declared class whose permissions programs decide on. Of `system` it is by its permissions, which may be NULL. */
bool sk_lint_is_userspace(const struct sk_lint *l, uint32_t name, const struct sk_outline_list *perms);

/* The template itself, or rather each call of it, declares the name as it stands. */
bool sk_lint_template_declares(const struct sk_lint *l, uint32_t template, uint32_t name,
			       enum sk_outline_decl flavor);

bool sk_lint_is_in(const struct sk_outline_node *node, uint64_t kinds);	/* an ancestor is of these kinds */
/* The innermost ancestor of these kinds, or NULL. */
const struct sk_outline_node *sk_lint_around(const struct sk_outline_node *node, uint64_t kinds);
bool sk_lint_list_has(const struct sk_outline_list *list, uint32_t text);

/* The types, roles and the like that a node speaks of, one after the other: its own name first or last, or not at all. */
struct sk_lint_spoken {
	const struct sk_outline_list *list, *end;
	uint32_t i;
	uint32_t first, last;		/* SK_INTERN_NONE: none */
};

/* Where a kind of node has names. */
extern const struct sk_lint_speech {
	bool first, last;
	uint8_t n_lists;
} sk_lint_speeches[SK_OUTLINE_N_KINDS];

static inline struct sk_lint_spoken sk_lint_spoken_of(const struct sk_outline_node *node)
{
	const struct sk_lint_speech *speech = &sk_lint_speeches[node->kind];

	return (struct sk_lint_spoken){
		.list = node->list, .end = node->list + speech->n_lists,
		.first = speech->first ? node->name : SK_INTERN_NONE,
		.last = speech->last ? node->name : SK_INTERN_NONE,
	};
}

/* False at the end. */
static inline bool sk_lint_spoken_next(struct sk_lint_spoken *s, uint32_t *ret)
{
	if (s->first != SK_INTERN_NONE) {
		*ret = s->first;
		s->first = SK_INTERN_NONE;
		return true;
	}
	for (; s->list < s->end; s->list++, s->i = 0)
		if (s->i < s->list->n) {
			*ret = s->list->items[s->i++].name;
			return true;
		}
	*ret = s->last;
	s->last = SK_INTERN_NONE;
	return *ret != SK_INTERN_NONE;
}

#define SK_KIND(kind) (UINT64_C(1) << SK_OUTLINE_##kind)
#define SK_KINDS_REQUIRE (SK_KIND(REQUIRE) | SK_KIND(GEN_REQUIRE))
#define SK_KINDS_INTERFACE (SK_KIND(INTERFACE) | SK_KIND(TEMPLATE))

/* The classes of a rule or transition, and their permissions where it has some; NULL: none. */
static inline const struct sk_outline_list *sk_lint_classes_of(const struct sk_outline_node *node,
								const struct sk_outline_list **ret_perms)
{
	static const uint64_t kinds = SK_KIND(RULE) | SK_KIND(XRULE) | SK_KIND(TRANSITION) | SK_KIND(ROLE_TRANSITION);

	*ret_perms = node->kind == SK_OUTLINE_RULE ? &node->list[3] : NULL;
	return kinds >> node->kind & 1 ? &node->list[2] : NULL;
}

/* check.c */
extern const struct sk_lint_check sk_lint_checks[];
extern const size_t sk_lint_n_checks;
const struct sk_lint_check *sk_lint_check_find(const char *id);
/* Adds a finding at a node's line; NULL when out of memory (l->error is set then). */
struct sk_lint_finding *sk_lint_found(struct sk_lint *l, const struct sk_lint_check *check,
				      const struct sk_outline_node *node, const char *fmt, ...) SK_PRINTF(4, 5);
struct sk_lint_finding *sk_lint_found_at(struct sk_lint *l, const struct sk_lint_check *check, uint32_t line,
					 uint32_t at, const char *fmt, ...) SK_PRINTF(5, 6);
/* Makes a finding one that can be mended. Without l->to_fix that is all; elsewhere there is no text to look at. */
void sk_lint_edit(struct sk_lint *l, struct sk_lint_finding *finding, uint32_t at, uint32_t length,
		  const char *text);

#define SK_LINT_RUN(name)                                                                                   \
	void sk_lint_##name(struct sk_lint *l, const struct sk_lint_check *check,                          \
			    const struct sk_outline_node *node)
#define SK_LINT_RUN_FC(name)                                                                                \
	void sk_lint_##name(struct sk_lint *l, const struct sk_lint_check *check,                          \
			    const struct sk_fc_line *line, uint32_t number, uint32_t at)

/* check-te.c, check-rule.c, check-if.c, check-fc.c, order.c, permission-set.c */
SK_LINT_RUN(excluded);
SK_LINT_RUN(order);
SK_LINT_RUN(permission_order);
SK_LINT_RUN(no_self);
SK_LINT_RUN(foreign_boolean);
SK_LINT_RUN(require_in_te);
SK_LINT_RUN(semicolon);
SK_LINT_RUN(bare_module);
SK_LINT_RUN(macro_class);
SK_LINT_RUN(macro_available);
SK_LINT_RUN(not_required_te);
SK_LINT_RUN(not_optional);
SK_LINT_RUN(no_arguments);
SK_LINT_RUN(loose_argument);
SK_LINT_RUN(wildcard);
SK_LINT_RUN(file_name);
SK_LINT_RUN(unknown_interface);
SK_LINT_RUN(unknown_boolean);
SK_LINT_RUN(audit_access);
SK_LINT_RUN(name_clash);
SK_LINT_RUN(unknown_permission);
SK_LINT_RUN(unknown_class);
SK_LINT_RUN(empty_block);
SK_LINT_RUN(stray_word);
SK_LINT_RUN(unused_interface);
SK_LINT_RUN(no_comment);
SK_LINT_RUN(require_order);
SK_LINT_RUN(calls_template);
SK_LINT_RUN(declares);
SK_LINT_RUN(unquoted);
SK_LINT_RUN(not_required_if);
SK_LINT_RUN(unused_require);
SK_LINT_RUN(foreign_require);
SK_LINT_RUN_FC(fc_foreign);
SK_LINT_RUN_FC(fc_no_range);
SK_LINT_RUN_FC(fc_regex);
SK_LINT_RUN_FC(fc_bad);
SK_LINT_RUN_FC(fc_blank);
SK_LINT_RUN_FC(fc_user);
SK_LINT_RUN_FC(fc_role);
SK_LINT_RUN_FC(fc_type);

void sk_lint_order_begin(struct sk_lint *l, const struct sk_lint_check *check);
void sk_lint_order_end(struct sk_lint *l);
void sk_lint_sets_done(struct sk_lint *l);

/* config.c: returns 0, SELKIE_LINT_REFUSED or a negative errno. */
void sk_lint_config_init(struct sk_lint_config *config);
int sk_lint_config_read(struct sk_lint_config *config, struct sk_lint *l, const char *path);
void sk_lint_config_done(struct sk_lint_config *config);

/* permission-set.c: what S-010 needs to know of each name. */
void sk_lint_prepare_sets(struct sk_lint *l);

/*
 * read.c: reads all files and learns what they declare. sk_lint_load reads one, for good; it returns 0 or a negative
 * errno. sk_lint_settle is for the outline of a module, before it is judged: the numbers
 * of its names become those of the run.
 */
int sk_lint_read_all(struct sk_lint *l);
void sk_lint_settle(const struct sk_lint *l, const struct sk_lint_file *file);
int sk_lint_load(struct sk_arena *texts, const char *path, const char **ret_text, uint32_t *ret_size);
int sk_lint_load_failed(struct sk_lint *l, const char *path, int r);

/* tree.c: finds the files. */
int sk_lint_find_files(struct sk_lint *l, const char *const *paths, unsigned int flags, bool context);

#endif
