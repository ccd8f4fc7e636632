/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_LABEL_H
#define SK_UNIT_LABEL_H

#include "base/buf.h"
#include "unit/unit.h"

/*
 * Label files of a whole policy, from the FILECON statements of its units: file_contexts, and what home directories'
 * labels are made of.
 */
enum sk_label_style {
	SK_LABEL_REFPOLICY,	/* as a monolithic reference policy's build writes them: fc_sort, genhomedircon */
	SK_LABEL_SEMANAGE,	/* as libsemanage does from modules: by CIL's order of file contexts */
};

/* Which statement gave a line of a label file; statements are numbered through all units. */
struct sk_label_line {
	uint32_t line, stmt;
};

/* A label file in the making. */
struct sk_label_file {
	struct sk_buf text;
	bool keep_lines;		/* set by the caller: note which statement gave which line */
	SK_PARTS(struct sk_label_line) lines;	/* by rising line; several where equal statements gave one */
	uint32_t n_lines;		/* lines of the text up to `counted` */
	size_t counted;
};

#define SK_LABEL_FILE_INIT { .text = SK_BUF_INIT }

void sk_label_file_done(struct sk_label_file *file);

/*
 * Writes all file contexts in the order of precedence, least specific first, those that are templates of home
 * directories apart from the others. One pattern that is given two contexts for a kind of file is a diagnostic (E0505,
 * at both places), the same one twice a warning (W0505). enabled: whether a block counts, or NULL for all.
 * Returns 0 or -ENOMEM.
 */
int sk_label_files(const struct sk_units *units, enum sk_label_style style, bool (*enabled)(void *arg, uint32_t block),
		   void *arg, struct sk_label_file *file_contexts, struct sk_label_file *homedir_template);

/* A login with a home directory. */
struct sk_label_user {
	const char *login;	/* a pattern: [^/]+ for any */
	const char *uid;	/* [0-9]+ */
	const char *user;	/* of the policy */
	const char *prefix;
	const char *level;	/* default level of the user; "" without MLS */
	const char *home;	/* not of the fallback */
	bool role;		/* the prefix is also a role of the user, and goes into the contexts */
};

struct sk_label_homes {
	const char *const *roots;	/* /home, ...; sorted, ended by NULL */
	struct sk_label_user fallback;	/* for those who have no entry of their own */
	const struct sk_label_user *users;
	size_t n_users;
	bool mls;
	/* Whether the policy has such a context; lines whose context it has not are left out. NULL: all are in. */
	bool (*valid)(void *arg, const char *context);
	void *arg;
};

/* Writes file_contexts.homedirs from the template. Returns 0 or -ENOMEM. */
int sk_label_homedirs(const struct sk_label_file *template, enum sk_label_style style,
		      const struct sk_label_homes *homes, struct sk_label_file *out);

/* contexts/customizable_types: types whose declaration says so in a comment behind it, sorted. Returns 0 or -ENOMEM. */
int sk_label_customizable(const struct sk_units *units, struct sk_buf *out);

/* A part of the space as text. */
void sk_label_print_level(const struct sk_space *space, uint32_t level, struct sk_buf *out);
void sk_label_print_context(const struct sk_space *space, uint32_t context, struct sk_buf *out);

#endif
