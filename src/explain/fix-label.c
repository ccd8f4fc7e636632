/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Labels of files and programs. A label that file contexts say is restored; where they say none that helps, a rule for
 * the place is offered, and it is tried on the label database that it does what it says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "explain/fixing.h"
#include "explain/place.h"
#include "model/sensitive.h"

static bool sk_paths_common_directory(const struct sk_case_samples *s, size_t *ret_n)
{
	size_t n = strlen(s->paths[0]);

	for (unsigned int i = 1; i < s->n_paths; i++) {
		size_t k = 0;

		while (k < n && s->paths[i][k] == s->paths[0][k])
			k++;
		n = k;
	}
	while (n && s->paths[0][n - 1] != '/')
		n--;
	*ret_n = n;
	return n > 1;
}

/* restorecon on the paths of the samples; on their directory when there are many. */
static void sk_add_restorecon(struct sk_buf *b, const struct sk_case_samples *s, const char *flags)
{
	size_t n;

	if (s->n_paths > 3 && sk_paths_common_directory(s, &n)) {
		sk_auto_free char *directory = strndup(s->paths[0], n - 1);

		sk_buf_join(b, "restorecon -R", flags, "v ", NULL);
		sk_fix_add_word(b, directory ? directory : "/");
		return;
	}
	sk_buf_join(b, "restorecon -", flags, "v", NULL);
	for (unsigned int i = 0; i < s->n_paths; i++) {
		sk_buf_addc(b, ' ');
		sk_fix_add_word(b, s->paths[i]);
	}
}

int sk_fix_restore(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE, .proven = true };
	const struct sk_verdict *v = x->v;
	uint32_t granted;
	int r;

	if (!v->decided || !v->expected || !v->expected->context || v->expected->faults ||
	    !x->c->samples->n_paths)
		return 0;
	r = sk_fix_replay(x, &(struct sk_change){ .target_type = v->expected->context->type }, &granted);
	if (r || !granted)
		return r;
	if (sk_sensitive_content(x->e->sensitive, v->target->context->type))
		return sk_fix_advise(x, SELKIE_FIX_ATTACK,
				     "Look at the file before anything else: its label %s belongs to secrets. "
				     "If a secret was moved or copied there, remove it; do not relabel it.",
				     v->target->type_name);
	sk_add_restorecon(&command, x->c->samples, "");
	sk_buf_join(&with, "the label ", v->expected->type_name, NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "Give it the label that the file contexts say.";
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* The same with user and level: restorecon -F. For constraints. */
int sk_fix_restore_whole(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE, .proven = true };
	const struct sk_verdict *v = x->v;
	struct sk_change change = { 0 };
	uint32_t granted;
	int r;

	if (!v->decided || !v->expected || !v->expected->context || v->expected->faults ||
	    !x->c->samples->n_paths)
		return 0;
	change.target_type = v->expected->context->type;
	change.target_user = v->expected->context->user;
	change.target_range = &v->expected->context->range;
	r = sk_fix_replay(x, &change, &granted);
	if (r || !granted)
		return r;
	sk_add_restorecon(&command, x->c->samples, "F");
	sk_buf_join(&with, "the label ", v->expected->text, NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "Give it the whole label that the file contexts say, user and level included.";
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* The user of the label is another's: where that alone forbids. */
int sk_fix_label_user(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_LABEL, .proven = true };
	const struct sk_verdict *v = x->v;
	const char *user;
	uint32_t granted;
	int r;

	if (!v->decided || !x->c->samples->n_paths || !v->words->file_mode)
		return 0;
	r = sk_fix_replay(x, &(struct sk_change){ .target_user = v->source->context->user }, &granted);
	if (r || !granted)
		return r;
	user = x->e->policy->user_by_id[v->source->context->user.v]->name;
	sk_buf_join(&command, "chcon -u ", user, NULL);
	for (unsigned int i = 0; i < x->c->samples->n_paths; i++) {
		sk_buf_addc(&command, ' ');
		sk_fix_add_word(&command, x->c->samples->paths[i]);
	}
	sk_buf_join(&with, user, " as the label's user", NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "If the file is meant to be that user's own, say so in its label.";
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	fix.caution = "The user that the label names now loses the access.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* A pattern for semanage fcontext: the path itself, or all below it for a directory. */
static void sk_add_pattern(struct sk_buf *b, const char *path, bool directory)
{
	for (const char *p = path; *p; p++) {
		if (strchr(".^$?*+|[](){}\\", *p))
			sk_buf_addc(b, '\\');
		sk_buf_addc(b, *p);
	}
	if (directory)
		sk_buf_adds(b, "(/.*)?");
}

/* Whether a context's type contains a word, or is it. */
static bool sk_type_says(const char *context, const char *word, bool whole)
{
	const char *a = strchr(context, ':'), *b = a ? strchr(a + 1, ':') : NULL;
	const char *type = b ? b + 1 : context, *found = strstr(type, word);
	size_t n = strcspn(type, ":");

	return found && found + strlen(word) <= type + n && (!whole || (found == type && strlen(word) == n));
}

/* A directory that is somebody's own: below the top, and not a home directory or a part of the system. */
static bool sk_is_own_directory(struct sk_fixing *x, const char *path, size_t n)
{
	static const char *const shared[] = { "/usr/", "/bin/", "/sbin/", "/lib", "/etc/", "/run/", "/tmp/", "/var/tmp/" };
	sk_auto_free char *directory = strndup(path, n);
	struct selkie_label_result expected;
	size_t depth = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		depth += path[i] == '/';
	if (!directory)
		return false;
	for (size_t i = 0; i < SK_ARRAY_LEN(shared); i++)
		if (!strncmp(directory, shared[i], strlen(shared[i])))
			return false;
	r = x->e->labels ? selkie_label_lookup(x->e->labels, directory, S_IFDIR, &expected) : 1;
	if (r)
		return r != -ENOMEM && depth > 1;
	/* right below the root only what the policy does not know: /web, but not /srv */
	return depth > 1 ? !sk_type_says(expected.context, "home_dir", false)
			 : sk_type_says(expected.context, "default_t", true);
}

/*
 * The place that a new label rule should be for: the directory that the paths share, when it is somebody's own, for
 * what is read or written there; else the first path itself.
 */
static const char *sk_place_of_samples(struct sk_fixing *x, bool *ret_directory)
{
	const struct sk_case_samples *s = x->c->samples;
	bool is_directory = x->v->words->kind & SK_CLASS_DIR;
	size_t n = strlen(s->paths[0]), common;

	*ret_directory = is_directory;
	if (!is_directory && sk_place_is_generic(x->v->target->type_name) && !sk_fix_asked(x, "execute") &&
	    !sk_fix_asked(x, "entrypoint") && !sk_fix_asked(x, "execmod") &&
	    sk_paths_common_directory(s, &common) &&
	    sk_is_own_directory(x, s->paths[0], common - 1)) {
		n = common - 1;
		*ret_directory = true;
	}
	return sk_arena_strndup(&x->w->scratch, s->paths[0], n);
}

/* Whether the label database, with the new rule, gives the first path the type: the rule does what it says. */
static int sk_rule_labels(struct sk_fixing *x, const char *pattern, const char *type, bool *ret_labels)
{
	sk_auto_buf struct sk_buf line = SK_BUF_INIT;
	struct selkie_label_result found;
	selkie_label_db *overlay;
	char like[256];
	int r;

	snprintf(like, sizeof(like), ":%s%s", type, x->e->policy->mls ? ":" : "");
	sk_buf_join(&line, pattern, "\tsystem_u:object_r:", type, x->e->policy->mls ? ":s0" : "", "\n", NULL);
	if (line.failed)
		return -ENOMEM;
	*ret_labels = false;
	r = selkie_label_read_memory(line.data, line.n, "proposed", NULL, NULL, &overlay);
	if (r)
		return r == -ENOMEM ? r : 0;
	r = selkie_label_lookup_with(x->e->labels, overlay, x->c->samples->paths[0],
				     x->v->words->file_mode, &found);
	*ret_labels = !r && found.context && strstr(found.context, like);
	selkie_label_free(overlay);
	return r == -ENOMEM ? r : 0;
}

int sk_fix_fcontext(struct sk_fixing *x, struct sk_type_id type, const char *summary)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, pattern = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_FCONTEXT, .proven = true, .summary = summary };
	const char *place, *name;
	bool directory, labels;
	uint32_t granted;
	int r;

	if (!type.v || !x->v->decided || !x->e->labels || !x->c->samples->n_paths)
		return 0;
	if (sk_sensitive_content(x->e->sensitive, x->v->target->context->type))
		return 0;
	r = sk_fix_replay(x, &(struct sk_change){ .target_type = type }, &granted);
	if (r || !granted)
		return r;
	name = sk_fix_type_name(x, type);
	place = sk_place_of_samples(x, &directory);
	if (!place)
		return -ENOMEM;
	sk_add_pattern(&pattern, place, directory);
	if (!sk_buf_str(&pattern))
		return -ENOMEM;
	r = sk_rule_labels(x, sk_buf_str(&pattern), name, &labels);
	if (r || !labels)
		return r;
	sk_buf_join(&command, "semanage fcontext -a -t ", name, " ", NULL);
	sk_fix_add_word(&command, sk_buf_str(&pattern));
	sk_buf_join(&command, "\nrestorecon ", directory ? "-R" : "-", "v ", NULL);
	sk_fix_add_word(&command, place);
	sk_buf_join(&with, "the label ", name, ", which the new rule gives this path", NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	fix.caution = "Other domains that were allowed the old label lose the access to it.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

int sk_fix_place(struct sk_fixing *x)
{
	struct sk_type_id own;
	int r;

	r = sk_place_own_file_type(x->w, x->v->source->context, x->v->target->context, x->v->cls,
				   x->operation, sk_fix_first_path(x), &own);
	if (!r)
		r = sk_fix_fcontext(x, own, "Tell the policy that files of this domain live here too.");
	return r;
}

static int sk_fix_wrong_domain(struct sk_fixing *x)
{
	const struct sk_program *program;
	struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE, .proven = true };
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct sk_type_id domain;
	uint32_t granted;
	int r;

	if (!x->c->key.program || !x->v->decided)
		return 0;
	program = &x->e->programs[x->c->key.program - 1];
	domain = sk_cause_program_domain(x->e, x->v->source->context->type, program);
	if (!domain.v)
		return 0;
	r = sk_fix_replay(x, &(struct sk_change){ .source_type = domain }, &granted);
	if (r || !granted)
		return r;
	sk_buf_adds(&command, "restorecon -v ");
	sk_fix_add_word(&command, program->path);
	sk_buf_join(&with, "the program in its own domain ", sk_fix_type_name(x, domain), NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "Restore the label of the program's file and start it again, so that it enters its own domain.";
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

int sk_fix_mislabeled_program(struct sk_fixing *x)
{
	bool entry = x->v->decided && x->v->words->kind & SK_CLASS_PLAIN_FILE &&
		     x->v->perms & x->v->words->entrypoint;
	struct sk_type_id own;
	int r = 0;

	if (entry) {
		r = sk_fix_restore(x);
		if (!r && !x->n)
			r = sk_place_own_file_type(x->w, x->v->source->context, x->v->target->context,
						   x->v->cls, x->asked, sk_fix_first_path(x), &own);
		if (!r && !x->n)
			r = sk_fix_fcontext(x, own, "Label the program's file as an entry to its domain.");
	} else if (x->v->decided && x->v->words->kind & SK_CLASS_PROCESS && x->c->samples->n_paths) {
		sk_auto_buf struct sk_buf b = SK_BUF_INIT;
		struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE };

		sk_add_restorecon(&b, x->c->samples, "");
		fix.summary = "Restore the label of the program's file: file contexts say another.";
		fix.command = sk_fix_take(x, &b);
		r = fix.command ? sk_fix_add(x, fix) : -ENOMEM;
	} else {
		r = sk_fix_wrong_domain(x);
	}
	if (!r && !x->n)
		r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				  "Start the program from a file that is labeled as an entry to the domain it needs.");
	return r;
}
