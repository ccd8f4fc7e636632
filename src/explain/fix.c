/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fixes. Whatever changes labels, booleans, ports or rules is replayed: every denied question of the finding is asked
 * again with the change, and a fix after which one is still denied is dropped here, so that nobody has to trust it. What
 * a fix opens beyond the question is counted, and a fix that opens what the table of sensitive accesses names is
 * dropped as well. Advice ("do nothing", "change the program") has no replay and says so by having no proof.
 */
#include "explain/fix.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "explain/operation.h"
#include "explain/place.h"
#include "model/sensitive.h"
#include "model/words.h"
#include "selkie/rule.h"

#define SK_MOST_FIXES 8
#define SK_MOST_REPLAYS 64	/* cases of a finding that are asked again: they differ in users and levels only */

struct sk_fixing {
	struct sk_worker *w;
	const struct sk_explainer *e;
	const struct sk_found *found;
	const struct sk_case *c;
	const struct sk_verdict *v;
	uint32_t asked;			/* all permissions that the finding's cases were denied */
	uint32_t operation;		/* what the whole operation needs: these and more */
	struct selkie_fix *fixes;
	size_t n;
	bool silenced_hint;		/* that it is harmless has been said */
};

/* What a replay changes; zero fields change nothing. */
struct sk_change {
	const selkie_state *state;
	const selkie_overlay *overlay;
	struct sk_type_id source_type, target_type;
	struct sk_user_id target_user;
	const struct sk_range *target_range;
};

/*
 * Asks every denied question of the finding again under a change. *ret_granted: permissions, of the operation, that are
 * granted in all of them. Returns 0 or -ENOMEM.
 */
static int sk_replay(struct sk_fixing *x, const struct sk_change *change, uint32_t *ret_granted)
{
	const struct sk_explainer *e = x->e;
	uint32_t all = x->operation;
	unsigned int n = 0;

	*ret_granted = 0;
	for (uint32_t i = x->found->first_case; i && n < SK_MOST_REPLAYS; i = e->cases[i - 1].sibling, n++) {
		const struct sk_case *c = &e->cases[i - 1];
		struct selkie_question q = x->v->question;
		struct sk_context source, target;
		uint32_t granted;
		int r;

		/* another case of the finding may name the same types in a context that is none here */
		if (!sk_explain_readable(e, c->key.source) || !sk_explain_readable(e, c->key.target)) {
			*ret_granted = 0;
			return 0;
		}
		source = *e->contexts[c->key.source].context;
		target = *e->contexts[c->key.target].context;
		if (change->source_type.v)
			source.type = change->source_type;
		if (change->target_type.v)
			target.type = change->target_type;
		if (change->target_user.v)
			target.user = change->target_user;
		if (change->target_range)
			target.range = *change->target_range;
		q.source = &source;
		q.target = &target;
		q.perms = all | c->perms;
		q.number = (uint16_t)c->key.number;
		q.has_number = q.has_number && c->key.flags & SK_CASE_NUMBER;
		r = selkie_access_check(change->state ? change->state : e->state, change->overlay, &q,
					&granted);
		if (r)
			return r;
		if (c->perms & ~granted) {
			*ret_granted = 0;
			return 0;
		}
		all &= granted;
	}
	*ret_granted = all;
	return 0;
}

/* The permissions of a vector as "getattr, open and read". */
static void sk_add_perms(struct sk_buf *b, const struct sk_class *cls, uint32_t perms)
{
	unsigned int left = (unsigned int)__builtin_popcount(perms);

	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(perms & 1u << bit))
			continue;
		sk_buf_adds(b, cls->perm_names[bit]);
		left--;
		if (left)
			sk_buf_adds(b, left == 1 ? " and " : ", ");
	}
}

static void sk_add_perm_words(struct sk_buf *b, const struct sk_class *cls, uint32_t perms)
{
	bool first = true;

	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(perms & 1u << bit))
			continue;
		sk_buf_join(b, first ? "" : " ", cls->perm_names[bit], NULL);
		first = false;
	}
}

/* A text that is done, moved to the scratch arena. */
static const char *sk_take(struct sk_fixing *x, struct sk_buf *b)
{
	const char *s = sk_buf_str(b);

	return s ? sk_arena_strdup(&x->w->scratch, s) : NULL;
}

/* For the shell: single quotes where the word needs them. */
static void sk_add_shell_word(struct sk_buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";

	if (*word && strspn(word, plain) == strlen(word)) {
		sk_buf_adds(b, word);
		return;
	}
	sk_buf_addc(b, '\'');
	for (; *word; word++)
		if (*word == '\'')
			sk_buf_adds(b, "'\\''");
		else
			sk_buf_addc(b, *word);
	sk_buf_addc(b, '\'');
}

static int sk_fix_add(struct sk_fixing *x, struct selkie_fix fix)
{
	if (!fix.summary)
		return -ENOMEM;
	if (x->n < SK_MOST_FIXES)
		x->fixes[x->n++] = fix;
	return 0;
}

static int sk_fix_advise(struct sk_fixing *x, enum selkie_fix_kind kind, const char *fmt, ...)
	SK_PRINTF(3, 4);

static int sk_fix_advise(struct sk_fixing *x, enum selkie_fix_kind kind, const char *fmt, ...)
{
	struct selkie_fix fix = { .kind = kind };
	va_list args;

	va_start(args, fmt);
	fix.summary = sk_arena_vprintf(&x->w->scratch, fmt, args);
	va_end(args);
	return sk_fix_add(x, fix);
}

/* "With CHANGE, getattr and read are allowed; open, which comes next, too." */
static const char *sk_fix_proof(struct sk_fixing *x, const char *with, uint32_t granted)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	uint32_t asked = x->asked, more = granted & x->operation & ~asked;
	uint32_t lacking = x->operation & ~granted & ~asked;

	sk_buf_join(&b, "Replayed with ", with, ": ", NULL);
	sk_add_perms(&b, x->v->cls, asked);
	sk_buf_adds(&b, __builtin_popcount(asked) == 1 ? " is allowed" : " are allowed");
	if (more) {
		sk_buf_adds(&b, ", and so ");
		sk_buf_adds(&b, __builtin_popcount(more) == 1 ? "is " : "are ");
		sk_add_perms(&b, x->v->cls, more);
		sk_buf_adds(&b, ", which the operation needs next");
	}
	if (lacking) {
		sk_buf_adds(&b, "; ");
		sk_add_perms(&b, x->v->cls, lacking);
		sk_buf_adds(&b, __builtin_popcount(lacking) == 1 ? " stays" : " stay");
		sk_buf_adds(&b, " denied, if the program asks for it");
	}
	sk_buf_addc(&b, '.');
	return sk_take(x, &b);
}

static const char *sk_type_text(const struct sk_fixing *x, struct sk_type_id type)
{
	return x->e->policy->type_by_id[type.v]->name;
}

/*
 * Rules. The overlay is what the module would add; the command writes the same rules as CIL, which today's semodule
 * takes.
 */
static int sk_overlay_operation(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
				uint32_t perms, selkie_overlay *overlay)
{
	const struct sk_class *cls = x->v->cls;
	int r = selkie_overlay_allow(overlay, source, target, cls->id, perms);

	/* a method call on the bus is worth nothing without the reply */
	if (!r && x->v->words->kind & SK_CLASS_DBUS && perms & x->v->words->send_msg)
		r = selkie_overlay_allow(overlay, target, source, cls->id, x->v->words->send_msg);
	return r;
}

static const char *sk_rule_command(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
				   uint32_t perms, const char *extra)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	const char *s = sk_type_text(x, source), *t = sk_type_text(x, target);
	const struct sk_class *cls = x->v->cls;

	sk_buf_adds(&b, "echo '");
	if (perms) {
		sk_buf_join(&b, "(allow ", s, " ", t, " (", cls->name, " (", NULL);
		sk_add_perm_words(&b, cls, perms);
		sk_buf_adds(&b, ")))");
		if (x->v->words->kind & SK_CLASS_DBUS)
			sk_buf_join(&b, "(allow ", t, " ", s, " (dbus (send_msg)))", NULL);
	}
	sk_buf_join(&b, extra ? extra : "", "' > selkie_", s, "_", t, "_", cls->name, ".cil\nsemodule -i selkie_", s, "_", t, "_", cls->name, ".cil", NULL);
	return sk_take(x, &b);
}

static const char *const sk_neverallow_caution =
	"A neverallow of the policy's source may forbid this rule. That was not checked: a binary policy does not "
	"hold them.";

static int sk_fix_finish_rule(struct sk_fixing *x, selkie_overlay *overlay, uint32_t granted,
			      struct selkie_fix *fix)
{
	int r = selkie_overlay_count_opened(x->e->state, x->e->state, overlay, &fix->opens);

	if (r)
		return r;
	fix->kind = SELKIE_FIX_RULE;
	fix->proof = sk_fix_proof(x, fix->opens == 1 ? "this rule" : "these rules", granted);
	fix->proven = true;
	fix->caution = sk_neverallow_caution;
	return fix->proof && fix->command && fix->summary ? sk_fix_add(x, *fix) : -ENOMEM;
}

/* An allow rule for the operation, between these types, if that is what lacks and nothing sensitive is in it. */
static int sk_fix_rule_between(struct sk_fixing *x, struct sk_type_id source, struct sk_type_id target,
			       const char *summary)
{
	uint32_t perms = x->operation, granted, sensitive;
	struct selkie_fix fix = { .summary = summary };
	selkie_overlay *overlay;
	int r;

	sensitive = sk_sensitive_perms(x->e->sensitive, source, target, x->v->cls->id, perms, NULL);
	if (sensitive & x->asked)
		return 0;
	perms &= ~sensitive;
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	r = sk_overlay_operation(x, source, target, perms, overlay);
	if (!r)
		r = sk_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	if (!r && granted) {
		fix.command = sk_rule_command(x, source, target, perms, NULL);
		r = sk_fix_finish_rule(x, overlay, granted, &fix);
	}
	selkie_overlay_free(overlay);
	return r == -EINVAL ? 0 : r;
}

static int sk_fix_rule(struct sk_fixing *x)
{
	if (!x->v->decided)
		return 0;
	return sk_fix_rule_between(x, x->v->source->context->type, x->v->target->context->type,
				   x->n ? "Allow it with a policy module of your own."
					: "Allow it with a policy module of your own, if the program is meant "
					  "to do this.");
}

/* Booleans. */
static int sk_bool_opens_sensitive(struct sk_fixing *x, const selkie_state *after, bool *ret)
{
	const struct sk_policy *p = x->e->policy;

	*ret = false;
	for (uint32_t k = 0; k < p->n_conds && !*ret; k++) {
		const struct sk_cond *cond = &p->conds[k];
		int was = selkie_state_conditional(x->e->state, k), is = selkie_state_conditional(after, k);
		uint32_t first = is == 1 ? cond->first_true : cond->first_false;
		uint32_t n = is == 1 ? cond->n_true : cond->n_false;

		for (uint32_t i = first; was != is && is >= 0 && i < first + n && !*ret; i++) {
			const struct sk_rule *rule = &p->rules[i];

			*ret = rule->kind == SK_RULE_ALLOW &&
			       sk_sensitive_rule(x->e->sensitive, (struct sk_type_id){ rule->source },
						 (struct sk_type_id){ rule->target },
						 (struct sk_class_id){ rule->cls }, rule->data);
		}
	}
	return 0;
}

static int sk_fix_one_remedy(struct sk_fixing *x, const struct selkie_remedy *remedy, uint64_t opens)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT, summary = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_BOOLEAN, .proven = true, .opens = opens };
	selkie_state *state;
	uint32_t granted = 0;
	bool sensitive = false;
	int r;

	r = selkie_state_copy(x->e->state, &state);
	if (r)
		return r;
	sk_buf_adds(&command, "setsebool -P");
	sk_buf_adds(&summary, "Set the boolean");
	for (size_t i = 0; i < remedy->n_settings; i++) {
		const struct selkie_setting *s = &remedy->settings[i];
		const char *name = x->e->policy->bool_by_id[s->boolean.v]->name;

		selkie_state_set_bool_id(state, s->boolean, s->value);
		sk_buf_join(&command, " ", name, "=", s->value ? "on" : "off", NULL);
		sk_buf_join(&with, i ? " and " : "", name, " ", s->value ? "on" : "off", NULL);
		sk_buf_join(&summary, i ? " and" : "", " ", name, " to ", s->value ? "on" : "off", NULL);
	}
	sk_buf_addc(&summary, '.');
	r = sk_replay(x, &(struct sk_change){ .state = state }, &granted);
	if (!r && granted)
		r = sk_bool_opens_sensitive(x, state, &sensitive);
	selkie_state_free(state);
	if (r || !granted)
		return r;
	if (!sk_buf_str(&with))
		return -ENOMEM;
	if (sensitive)
		return sk_fix_advise(x, SELKIE_FIX_NOTHING,
				     "With %s it would be allowed, but that also opens what no fix should open (see "
				     "selkie search -b), so it is not offered.", sk_buf_str(&with));
	fix.summary = sk_take(x, &summary);
	fix.command = sk_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

#define SK_MOST_REMEDIES 3	/* offered; the narrowest ones */

static int sk_fix_booleans(struct sk_fixing *x)
{
	uint64_t opens[32];
	selkie_remedies *remedies;
	size_t n, tried = 0;
	int r;

	if (!x->v->decided)
		return 0;
	r = selkie_access_find_booleans(x->e->state, NULL, &x->v->question, SELKIE_REMEDIES_UNCOUNTED,
					&remedies);
	if (r)
		return r;
	n = SK_MIN(selkie_remedies_count(remedies), SK_ARRAY_LEN(opens));
	for (size_t i = 0; i < n && !r; i++)
		r = sk_cause_count_opened(x->w, selkie_remedies_get(remedies, i), &opens[i]);
	for (; tried < SK_MIN(n, (size_t)SK_MOST_REMEDIES) && !r; tried++) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++)
			if (opens[i] < opens[best])
				best = i;
		r = sk_fix_one_remedy(x, selkie_remedies_get(remedies, best), opens[best]);
		opens[best] = UINT64_MAX;
	}
	selkie_remedies_free(remedies);
	return r;
}

/* Labels of files. */
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
		sk_add_shell_word(b, directory ? directory : "/");
		return;
	}
	sk_buf_join(b, "restorecon -", flags, "v", NULL);
	for (unsigned int i = 0; i < s->n_paths; i++) {
		sk_buf_addc(b, ' ');
		sk_add_shell_word(b, s->paths[i]);
	}
}

static int sk_fix_restore(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE, .proven = true };
	const struct sk_verdict *v = x->v;
	uint32_t granted;
	int r;

	if (!v->decided || !v->expected || !v->expected->context || v->expected->faults ||
	    !x->c->samples->n_paths)
		return 0;
	r = sk_replay(x, &(struct sk_change){ .target_type = v->expected->context->type }, &granted);
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
	fix.command = sk_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* The same with user and level: restorecon -F. For constraints. */
static int sk_fix_restore_whole(struct sk_fixing *x)
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
	r = sk_replay(x, &change, &granted);
	if (r || !granted)
		return r;
	sk_add_restorecon(&command, x->c->samples, "F");
	sk_buf_join(&with, "the label ", v->expected->text, NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "Give it the whole label that the file contexts say, user and level included.";
	fix.command = sk_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* The user of the label is another's: where that alone forbids. */
static int sk_fix_label_user(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_LABEL, .proven = true };
	const struct sk_verdict *v = x->v;
	const char *user;
	uint32_t granted;
	int r;

	if (!v->decided || !x->c->samples->n_paths || !v->words->file_mode)
		return 0;
	r = sk_replay(x, &(struct sk_change){ .target_user = v->source->context->user }, &granted);
	if (r || !granted)
		return r;
	user = x->e->policy->user_by_id[v->source->context->user.v]->name;
	sk_buf_join(&command, "chcon -u ", user, NULL);
	for (unsigned int i = 0; i < x->c->samples->n_paths; i++) {
		sk_buf_addc(&command, ' ');
		sk_add_shell_word(&command, x->c->samples->paths[i]);
	}
	sk_buf_join(&with, user, " as the label's user", NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "If the file is meant to be that user's own, say so in its label.";
	fix.command = sk_take(x, &command);
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

static bool sk_asked(const struct sk_fixing *x, const char *perm)
{
	return x->asked & sk_class_find_perm(x->v->cls, perm);
}

static const char *sk_first_path(const struct sk_fixing *x)
{
	return x->c->samples->n_paths ? x->c->samples->paths[0] : "";
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
	if (!is_directory && sk_place_is_generic(x->v->target->type_name) && !sk_asked(x, "execute") &&
	    !sk_asked(x, "entrypoint") && !sk_asked(x, "execmod") &&
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

static int sk_fix_fcontext(struct sk_fixing *x, struct sk_type_id type, const char *summary)
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
	r = sk_replay(x, &(struct sk_change){ .target_type = type }, &granted);
	if (r || !granted)
		return r;
	name = sk_type_text(x, type);
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
	sk_add_shell_word(&command, sk_buf_str(&pattern));
	sk_buf_join(&command, "\nrestorecon ", directory ? "-R" : "-", "v ", NULL);
	sk_add_shell_word(&command, place);
	sk_buf_join(&with, "the label ", name, ", which the new rule gives this path", NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.command = sk_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	fix.caution = "Other domains that were allowed the old label lose the access to it.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* Ports. */
static int sk_fix_port(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_PORT, .proven = true };
	const struct sk_case_samples *s = x->c->samples;
	const char *protocol = sk_protocol_word((uint32_t)s->protocol);
	struct selkie_object now;
	struct selkie_port_range range;
	struct sk_type_id own;
	uint16_t example;
	uint32_t granted;
	bool taken;
	int r;

	if (!x->v->decided || s->port < 0 || !protocol)
		return 0;
	r = sk_place_own_port_type(x->w, x->v->source->context, x->v->cls, x->v->perms, s->protocol, &own,
				   &example);
	if (r || !own.v)
		return r;
	r = sk_replay(x, &(struct sk_change){ .target_type = own }, &granted);
	if (r || !granted)
		return r;
	/* semanage adds a port that no statement names exactly, and modifies one that is */
	selkie_object_port(x->e->policy, s->protocol, (uint16_t)s->port, &now);
	taken = now.source == SELKIE_OBJECT_STATEMENT;
	if (taken) {
		selkie_policy_port(x->e->policy, now.index, &range);
		taken = range.low == range.high || range.high - range.low < 512;
	}
	fix.summary = sk_arena_printf(&x->w->scratch,
				      "Give port %d the type that this domain's ports have (%s, as port %u).",
				      s->port, sk_type_text(x, own), example);
	fix.command = sk_arena_printf(&x->w->scratch, "semanage port -%c -t %s -p %s %d",
				      taken ? 'm' : 'a', sk_type_text(x, own), protocol, s->port);
	sk_buf_join(&with, "the port labeled ", sk_type_text(x, own), NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	if (taken)
		fix.caution = sk_arena_printf(&x->w->scratch,
					      "The port has a purpose in this policy (%s); domains that use it for that "
					      "lose it.", x->v->target->type_name);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* One function a cause: what there is to do about it. */
static int sk_fix_allowed_now(struct sk_fixing *x)
{
	return sk_fix_advise(x, SELKIE_FIX_NOTHING,
			     "Nothing to do: this policy with these booleans allows it. If it is still denied, the "
			     "running policy or its booleans are not these.");
}

static int sk_fix_unknown_class(struct sk_fixing *x)
{
	static const char *const unknown[] = { "denied", "", "refused", "", "allowed" };

	return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			     "Install a policy that knows it, of the version that belongs to this kernel or program. "
			     "Until then unknown classes and permissions are %s (handle_unknown of this policy).",
			     unknown[x->e->policy->handle_unknown % 5]);
}

static int sk_fix_transition_refused(struct sk_fixing *x)
{
	bool nnp = x->c->cause == SELKIE_CAUSE_NO_NEW_PRIVILEGES;
	int r;

	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  nnp ? "Start the program without NoNewPrivileges (in a service's unit: NoNewPrivileges=no, and "
				"none of the settings that imply it), so that it can enter its own domain."
			      : "Run the program from a file system that is mounted without nosuid.");
	return r ? r : sk_fix_rule(x);
}

static int sk_fix_network_label(struct sk_fixing *x)
{
	int r;

	r = sk_fix_advise(x, SELKIE_FIX_NETWORK,
			  "Look at what labels this traffic: SECMARK rules (iptables -t security -S, nft list ruleset) "
			  "for packets, NetLabel and IPsec (netlabelctl -p map list) for peers, semanage interface and "
			  "node for interfaces and addresses. Label it with a type that this domain may use.");
	return r ? r : sk_fix_rule(x);
}

static int sk_fix_unlabeled(struct sk_fixing *x)
{
	const char *raw = x->c->samples->raw;
	const char *near = NULL;
	int r;

	r = sk_fix_restore(x);
	if (r || x->n)
		return r;
	if (!raw && x->v->target && x->v->target->faults)
		raw = x->v->target->text;
	if (raw) {
		const char *a = strchr(raw, ':'), *b = a ? strchr(a + 1, ':') : NULL;
		char type[128];

		snprintf(type, sizeof(type), "%.*s", b ? (int)SK_MIN(strcspn(b + 1, ":\""), (size_t)127) : 0,
			 b ? b + 1 : "");
		if (*type && !sk_policy_find_type(x->e->policy, type).v)
			near = selkie_type_nearest(x->e->policy, type, false);
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "The context %s is not one of this policy%s%s%s. Install the policy module that "
				     "defines it again, or give the object a label that the policy has.",
				     raw, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	}
	return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			     "Label the file system or object: restorecon -R on its mount point, or a context= mount "
			     "option where it cannot hold labels.");
}

static const char *sk_user_text(const struct sk_fixing *x, const struct sk_context *context)
{
	return x->e->policy->user_by_id[context->user.v]->name;
}

static const char *sk_role_text(const struct sk_fixing *x, const struct sk_context *context)
{
	return x->e->policy->role_by_id[context->role.v]->name;
}

/* A context whose user may not have its role: the user's roles with this one added. */
static int sk_fix_user_role(struct sk_fixing *x, const struct sk_context *context)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_ROLE, .proven = true };
	const struct sk_user *user = x->e->policy->user_by_id[context->user.v];

	sk_buf_adds(&command, "semanage user -m -R '");
	for (uint32_t i = sk_bitset_next(&user->roles, 0); i != UINT32_MAX;
	     i = sk_bitset_next(&user->roles, i + 1))
		if (i && i <= x->e->policy->n_role_ids && x->e->policy->role_by_id[i])
			sk_buf_join(&command, x->e->policy->role_by_id[i]->name, " ", NULL);
	sk_buf_join(&command, sk_role_text(x, context), "' ", user->name, NULL);
	fix.summary = sk_arena_printf(&x->w->scratch, "Let the SELinux user %s have the role %s.", user->name,
				      sk_role_text(x, context));
	fix.command = sk_take(x, &command);
	fix.proof = "Checked: the context is valid once the user may have the role.";
	fix.caution = "All logins that are mapped to this SELinux user get the role.";
	return fix.command ? sk_fix_add(x, fix) : -ENOMEM;
}

static int sk_fix_role_type(struct sk_fixing *x, const struct sk_context *context)
{
	struct selkie_fix fix = { .kind = SELKIE_FIX_RULE, .proven = true };
	const char *role = sk_role_text(x, context), *type = sk_type_text(x, context->type);

	fix.summary = sk_arena_printf(&x->w->scratch, "Let the role %s have the type %s, with a policy module of your own.",
				      role, type);
	fix.command = sk_arena_printf(&x->w->scratch,
				      "echo '(roletype %s %s)' > selkie_%s_%s.cil\nsemodule -i selkie_%s_%s.cil", role,
				      type, role, type, role, type);
	fix.proof = "Checked: the context is valid once the role may have the type.";
	return fix.command ? sk_fix_add(x, fix) : -ENOMEM;
}

/* allow ROLE NEW_ROLE, if nothing else is in the way. */
static int sk_fix_role_allow(struct sk_fixing *x)
{
	struct selkie_fix fix = { .kind = SELKIE_FIX_ROLE, .proven = true };
	const char *from, *to;
	selkie_overlay *overlay;
	uint32_t granted = 0;
	int r;

	from = sk_role_text(x, x->v->source->context);
	to = sk_role_text(x, x->v->target->context);
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	r = selkie_overlay_allow_role(overlay, x->v->source->context->role, x->v->target->context->role);
	if (!r)
		r = sk_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	selkie_overlay_free(overlay);
	if (r || !granted)
		return r == -EINVAL ? 0 : r;
	fix.summary = sk_arena_printf(&x->w->scratch, "Allow the change from %s to %s, with a policy module of your own.",
				      from, to);
	fix.command = sk_arena_printf(&x->w->scratch,
				      "echo '(roleallow %s %s)' > selkie_%s_%s.cil\nsemodule -i selkie_%s_%s.cil", from, to,
				      from, to, from, to);
	fix.proof = sk_fix_proof(x, "this role change allowed", granted);
	fix.caution = "Everyone who has the first role can then take the second.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

static int sk_fix_role(struct sk_fixing *x)
{
	const struct sk_named_context *parts[] = { x->v->target, x->v->source };
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(parts) && !r; i++) {
		/* where a rule lacks as well, a valid context alone allows nothing */
		if (!parts[i] || !parts[i]->context || (x->v->decided && x->v->perms & ~x->v->granted))
			continue;
		if (parts[i]->faults == SELKIE_CONTEXT_USER_ROLE)
			r = sk_fix_user_role(x, parts[i]->context);
		if (parts[i]->faults == SELKIE_CONTEXT_ROLE_TYPE)
			r = sk_fix_role_type(x, parts[i]->context);
	}
	if (r || x->n || !x->v->decided || !x->v->fails_role)
		return r ? r : x->n ? 0 : sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				"Log in as an SELinux user that may have this role, or run the program in a domain of "
				"the role you have.");
	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  "Log in with the role %s, or use newrole or sudo -r from a role that may change to it.",
			  sk_role_text(x, x->v->target->context));
	return r ? r : sk_fix_role_allow(x);
}

static int sk_fix_mls(struct sk_fixing *x)
{
	int r = sk_fix_restore_whole(x);

	if (r || x->n)
		return r;
	return sk_fix_advise(x, SELKIE_FIX_NOTHING,
			     "Leave it, if levels are in use here: they keep this apart as intended. Else run the program "
			     "at a level that may do this (newrole -l, runcon -l, SELinuxContext= of a service), or label "
			     "the object with its true level.");
}

static int sk_fix_constraint(struct sk_fixing *x)
{
	bool users = x->v->decided && x->v->source->context->user.v != x->v->target->context->user.v;
	int r = sk_fix_restore_whole(x);

	if (!r)
		r = users ? sk_fix_advise(x, SELKIE_FIX_NOTHING,
					  "Leave it: the policy keeps the SELinux users %s and %s apart (user-based access "
					  "control), and this object belongs to the other.",
					  sk_user_text(x, x->v->source->context),
					  sk_user_text(x, x->v->target->context))
			  : sk_fix_advise(x, SELKIE_FIX_NOTHING,
					  "Leave it, or give one side a label that the constraint admits; a rule cannot "
					  "overrule it.");
	if (!r && users)
		r = sk_fix_label_user(x);
	return r;
}

static int sk_fix_bounds(struct sk_fixing *x)
{
	struct sk_type_id source, target;
	selkie_explanation *explanation;
	int r;

	if (x->c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "A process with several threads may only change to a domain that its own one bounds. Let "
				     "the program change its domain before it starts threads, or by executing a program; or "
				     "bound the new domain with a typebounds statement in the policy module that declares it.");
	r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
			  "A bounded type can do no more than the type that bounds it. Let the program do this in "
			  "another domain, or take the typebounds statement back.");
	if (r || !x->v->decided || !x->v->fails_bounds)
		return r;
	r = selkie_access_explain(x->e->state, NULL, &x->v->question, &explanation);
	if (r)
		return r;
	source.v = target.v = 0;
	for (size_t i = 0; i < selkie_explanation_n_denied(explanation); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(explanation, i);

		if (d->why == SELKIE_DENIAL_BOUNDS) {
			source = d->source_bound;
			target = d->target_bound;
		}
	}
	selkie_explanation_free(explanation);
	if (!source.v || !target.v)
		return 0;
	return sk_fix_rule_between(x, source, target,
				   "Allow it to the bounding type too, with a policy module of your own.");
}

static int sk_fix_extended_permission(struct sk_fixing *x)
{
	const struct sk_verdict *v = x->v;
	struct selkie_fix fix = { 0 };
	selkie_overlay *overlay;
	uint32_t granted = 0;
	const char *extra;
	int r;

	if (!v->decided || !v->question.has_number)
		return 0;
	r = selkie_overlay_new(x->e->policy, &overlay);
	if (r)
		return r;
	for (uint32_t i = x->found->first_case; i && !r; i = x->e->cases[i - 1].sibling)
		r = selkie_overlay_allow_xperm(overlay, v->source->context->type, v->target->context->type,
					       v->cls->id, v->question.kind,
					       (uint16_t)x->e->cases[i - 1].key.number,
					       (uint16_t)x->e->cases[i - 1].key.number);
	if (!r)
		r = sk_replay(x, &(struct sk_change){ .overlay = overlay }, &granted);
	if (!r && granted) {
		extra = sk_arena_printf(&x->w->scratch, "(allowx %s %s (%s %s (0x%x)))", v->source->type_name,
					v->target->type_name,
					v->question.kind == SELKIE_XPERM_NLMSG ? "nlmsg" : "ioctl", v->cls->name,
					v->question.number);
		fix.summary = "Allow this number too, with a policy module of your own.";
		fix.command = extra ? sk_rule_command(x, v->source->context->type, v->target->context->type, 0,
						      extra) : NULL;
		r = sk_fix_finish_rule(x, overlay, granted, &fix);
	}
	selkie_overlay_free(overlay);
	return r == -EINVAL ? 0 : r;
}

static const char *sk_memory_advice(const struct sk_fixing *x)
{
	const struct sk_class *cls = x->v->cls;

	if (x->v->perms & sk_class_find_perm(cls, "execmod"))
		return "Fix the program or library: it changes its own code in memory (text relocations). Build it as "
		       "position-independent code (-fPIC), or get a version that is.";
	if (x->v->perms & sk_class_find_perm(cls, "execstack"))
		return "Fix the program or library: it asks for an executable stack. Clear the mark (execstack -c FILE, "
		       "patchelf --clear-execstack FILE), or build it with -z noexecstack.";
	if (x->v->perms & sk_class_find_perm(cls, "execheap"))
		return "Fix the program: it runs code from its heap. It should map memory of its own for that.";
	return "Fix the program, or switch its just-in-time compiler off: it asks for memory that is writable and "
	       "executable at once, which is what injected code needs.";
}

static int sk_fix_memory_protection(struct sk_fixing *x)
{
	int r = sk_fix_advise(x, SELKIE_FIX_PROGRAM, "%s", sk_memory_advice(x));

	if (!r && x->v->words->kind & SK_CLASS_PLAIN_FILE && x->c->samples->n_paths &&
	    strncmp(x->c->samples->paths[0], "/usr/lib", 8) && strncmp(x->c->samples->paths[0], "/lib", 4) &&
	    !strcmp(x->v->target->type_name, "lib_t"))
		r = sk_fix_fcontext(x, sk_policy_find_type(x->e->policy, "textrel_shlib_t"),
				    "If the library cannot be built anew, mark it as one that needs text relocations.");
	return r ? r : sk_fix_booleans(x);
}

/* The bits (of 7) that a file's mode gives to the process. */
static unsigned int sk_mode_gives(const struct sk_case_samples *s)
{
	unsigned int mode = (unsigned int)s->mode;

	if (s->owner == s->fsuid)
		return mode >> 6 & 7;
	return s->group == s->fsgid ? mode >> 3 & 7 : mode & 7;
}

/* Only the owner may change a file's mode, times or group: no access list helps. */
static int sk_fix_owner(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	const struct sk_case_samples *s = x->c->samples;
	struct selkie_fix fix = { .kind = SELKIE_FIX_MODE, .proven = true };

	if (!s->n_paths || s->fsuid < 0 || s->owner < 0 || s->owner == s->fsuid)
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Give the file to the Unix user (and group) that the program runs as: only a file's owner "
				     "may change its mode and times.");
	sk_buf_printf(&command, "chown %lld ", (long long)s->fsuid);
	sk_add_shell_word(&command, s->paths[0]);
	fix.summary = "Give the file to the Unix user that the program runs as; the policy is not at fault.";
	fix.command = sk_take(x, &command);
	fix.proof = sk_arena_printf(&x->w->scratch,
				    "Checked: the file belongs to uid %lld and the process is uid %lld; the owner needs no "
				    "capability to change mode and times.",
				    (long long)s->owner, (long long)s->fsuid);
	fix.caution = "If the program has no business with this file, leave it as it is.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* Unix permissions: an ACL entry for the process's user gives what the capability was asked for. */
static int sk_fix_file_mode(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	const struct sk_case_samples *s = x->c->samples;
	struct selkie_fix fix = { .kind = SELKIE_FIX_MODE, .proven = true };
	bool override = sk_asked(x, "dac_override");
	const char *rights;

	if (!override && !sk_asked(x, "dac_read_search"))
		return sk_fix_owner(x);
	if (!s->n_paths || s->fsuid < 0 || s->mode < 0)
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Correct the Unix owner, group or mode of the file or of a directory above it. The "
				     "records do not name it: switch full path auditing on (auditctl -w /etc/shadow -p w, or "
				     "any rule) and let it happen again.");
	rights = S_ISDIR(s->mode) ? override ? "rwx" : "rx" : override ? "rw" : "r";
	if (!((override ? 6u : 4u) & ~sk_mode_gives(s)))
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Correct the Unix mode of a directory above %s: mode %04llo of the file itself (owner %lld, "
				     "group %lld) lets uid %lld in.",
				     s->paths[0], (long long)(s->mode & 07777), (long long)s->owner, (long long)s->group,
				     (long long)s->fsuid);
	if (s->owner == s->fsuid) {
		sk_buf_printf(&command, "chmod u+%s ", rights);
		fix.proof = sk_arena_printf(&x->w->scratch,
					    "Checked: the process runs as the owner (uid %lld), and mode %04llo with u+%s lets "
					    "it in, so the capability is not asked for.",
					    (long long)s->fsuid, (long long)(s->mode & 07777), rights);
	} else {
		sk_buf_printf(&command, "setfacl -m u:%lld:%s ", (long long)s->fsuid, rights);
		fix.proof = sk_arena_printf(&x->w->scratch,
					    "Checked: mode %04llo of owner %lld keeps uid %lld out; an ACL entry of its own "
					    "comes before the mode, so the capability is not asked for.",
					    (long long)(s->mode & 07777), (long long)s->owner, (long long)s->fsuid);
	}
	sk_add_shell_word(&command, s->paths[0]);
	fix.summary = "Correct the Unix owner or mode; the policy is not at fault.";
	fix.command = sk_take(x, &command);
	fix.caution = "If the program has no business with this file, leave both as they are. A directory above it that lets "
		      "nobody through would have to be corrected, too.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

static int sk_fix_passed_descriptor(struct sk_fixing *x)
{
	int r = sk_fix_advise(x, SELKIE_FIX_NOTHING,
			      "Often nothing: the descriptor was closed and the program ran on. If it works, hide the message "
			      "with a dontaudit rule; if not, let the program that starts it redirect its input and output "
			      "or close its descriptors.");

	return r ? r : sk_fix_rule(x);
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
	r = sk_replay(x, &(struct sk_change){ .source_type = domain }, &granted);
	if (r || !granted)
		return r;
	sk_buf_adds(&command, "restorecon -v ");
	sk_add_shell_word(&command, program->path);
	sk_buf_join(&with, "the program in its own domain ", sk_type_text(x, domain), NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.summary = "Restore the label of the program's file and start it again, so that it enters its own domain.";
	fix.command = sk_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

static int sk_fix_mislabeled_program(struct sk_fixing *x)
{
	bool entry = x->v->decided && x->v->words->kind & SK_CLASS_PLAIN_FILE &&
		     x->v->perms & x->v->words->entrypoint;
	struct sk_type_id own;
	int r = 0;

	if (entry) {
		r = sk_fix_restore(x);
		if (!r && !x->n)
			r = sk_place_own_file_type(x->w, x->v->source->context, x->v->target->context,
						   x->v->cls, x->asked, sk_first_path(x), &own);
		if (!r && !x->n)
			r = sk_fix_fcontext(x, own, "Label the program's file as an entry to its domain.");
	} else if (x->v->decided && x->v->words->kind & SK_CLASS_PROCESS && x->c->samples->n_paths) {
		sk_auto_buf struct sk_buf b = SK_BUF_INIT;
		struct selkie_fix fix = { .kind = SELKIE_FIX_RESTORE };

		sk_add_restorecon(&b, x->c->samples, "");
		fix.summary = "Restore the label of the program's file: file contexts say another.";
		fix.command = sk_take(x, &b);
		r = fix.command ? sk_fix_add(x, fix) : -ENOMEM;
	} else {
		r = sk_fix_wrong_domain(x);
	}
	if (!r && !x->n)
		r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				  "Start the program from a file that is labeled as an entry to the domain it needs.");
	return r;
}

static int sk_fix_sensitive(struct sk_fixing *x)
{
	const char *reason = "it is sensitive";
	int r;

	sk_sensitive_perms(x->e->sensitive, x->v->source->context->type, x->v->target->context->type,
			   x->v->cls->id, x->v->perms, &reason);
	if (!x->silenced_hint)
		r = sk_fix_advise(x, SELKIE_FIX_ATTACK,
				  "Find out why the program does this before anything else: a program that was broken into "
				  "looks like this. No rule is offered, because %s.", reason);
	else
		r = 0;
	if (!r)
		r = sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				  "If the program is honest, change it or its configuration so that it does without, or let a "
				  "helper with a domain of its own do just this.");
	return r;
}

static int sk_fix_place(struct sk_fixing *x)
{
	struct sk_type_id own;
	int r;

	r = sk_place_own_file_type(x->w, x->v->source->context, x->v->target->context, x->v->cls,
				   x->operation, sk_first_path(x), &own);
	if (!r)
		r = sk_fix_fcontext(x, own, "Tell the policy that files of this domain live here too.");
	return r;
}

static int sk_fix_unexpected_place(struct sk_fixing *x)
{
	int r = sk_fix_place(x);

	return r ? r : sk_fix_rule(x);
}

static bool sk_has_command(const struct sk_fixing *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->fixes[i].command)
			return true;
	return false;
}

/* Whether the port type that the domain has is made for it by name. */
static int sk_port_is_its_own(struct sk_fixing *x, bool *ret)
{
	struct sk_type_id own;
	uint16_t example;
	int r = sk_place_own_port_type(x->w, x->v->source->context, x->v->cls, x->v->perms, x->c->samples->protocol,
				       &own, &example);

	*ret = !r && own.v && sk_place_is_namesake(x->e->policy, x->v->source->context->type, own);
	return r;
}

/*
 * The label of one port of the domain's own kind opens less than a boolean for all ports: it comes first. A new label for
 * a place takes it from other domains: it comes after.
 */
static int sk_fix_boolean(struct sk_fixing *x)
{
	bool port = x->c->also & 1u << SELKIE_CAUSE_PORT, own = false;
	int r = port ? sk_port_is_its_own(x, &own) : 0;

	if (!r && own)
		r = sk_fix_port(x);
	if (!r)
		r = sk_fix_booleans(x);
	if (!r && port && !own)
		r = sk_fix_port(x);
	if (!r && (x->c->also & 1u << SELKIE_CAUSE_UNEXPECTED_PLACE || !sk_has_command(x)) &&
	    x->v->words->file_mode)
		r = sk_fix_place(x);
	return r || sk_has_command(x) ? r : sk_fix_rule(x);
}

/* chcon -t with the type of a process or port: the label is at fault, not the policy. */
static int sk_fix_missing_rule(struct sk_fixing *x)
{
	struct sk_type_id files = sk_policy_find_type(x->e->policy, "file_type");

	if (x->v->decided && x->v->words->file_mode && files.v &&
	    x->asked & x->v->words->relabelto &&
	    !sk_idset_has(&x->e->policy->attributes_of[x->v->target->context->type.v], files.v))
		return sk_fix_advise(x, SELKIE_FIX_PROGRAM,
				     "Choose a type for files: %s is the label of processes, ports or other things, and no "
				     "file has it. 'restorecon -v' on the file gives the label that belongs there.",
				     x->v->target->type_name);
	return sk_fix_rule(x);
}

typedef int sk_fix_fn(struct sk_fixing *x);

static sk_fix_fn *const sk_fixes[SELKIE_N_CAUSES] = {
	[SELKIE_CAUSE_ALLOWED_NOW] = sk_fix_allowed_now,
	[SELKIE_CAUSE_UNKNOWN_CLASS] = sk_fix_unknown_class,
	[SELKIE_CAUSE_NO_NEW_PRIVILEGES] = sk_fix_transition_refused,
	[SELKIE_CAUSE_NOSUID] = sk_fix_transition_refused,
	[SELKIE_CAUSE_NETWORK_LABEL] = sk_fix_network_label,
	[SELKIE_CAUSE_UNLABELED] = sk_fix_unlabeled,
	[SELKIE_CAUSE_ROLE] = sk_fix_role,
	[SELKIE_CAUSE_MLS] = sk_fix_mls,
	[SELKIE_CAUSE_CONSTRAINT] = sk_fix_constraint,
	[SELKIE_CAUSE_BOUNDS] = sk_fix_bounds,
	[SELKIE_CAUSE_EXTENDED_PERMISSION] = sk_fix_extended_permission,
	[SELKIE_CAUSE_MEMORY_PROTECTION] = sk_fix_memory_protection,
	[SELKIE_CAUSE_FILE_MODE] = sk_fix_file_mode,
	[SELKIE_CAUSE_PASSED_DESCRIPTOR] = sk_fix_passed_descriptor,
	[SELKIE_CAUSE_MISLABELED_TARGET] = sk_fix_restore,
	[SELKIE_CAUSE_MISLABELED_PROGRAM] = sk_fix_mislabeled_program,
	[SELKIE_CAUSE_SENSITIVE] = sk_fix_sensitive,
	[SELKIE_CAUSE_BOOLEAN] = sk_fix_boolean,
	[SELKIE_CAUSE_PORT] = sk_fix_port,
	[SELKIE_CAUSE_UNEXPECTED_PLACE] = sk_fix_unexpected_place,
	[SELKIE_CAUSE_MISSING_RULE] = sk_fix_missing_rule,
};

int sk_fix_find(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
		const struct sk_verdict *v, const struct selkie_fix **ret_fixes, size_t *ret_n)
{
	const struct sk_explainer *e = w->e;
	struct sk_fixing x = { .w = w, .e = e, .found = f, .c = c, .v = v };
	int r = 0;

	x.fixes = SK_ARENA_ARRAY(&w->scratch, struct selkie_fix, SK_MOST_FIXES);
	if (!x.fixes)
		return -ENOMEM;
	for (uint32_t i = f->first_case; i; i = e->cases[i - 1].sibling)
		x.asked |= e->cases[i - 1].perms;
	if (v->decided)
		x.operation = sk_operation_perms(v->words, v->cls, x.asked);
	if (c->silenced && c->cause != SELKIE_CAUSE_ALLOWED_NOW) {
		x.silenced_hint = true;
		r = sk_fix_advise(&x, SELKIE_FIX_NOTHING,
				  "Leave it: the policy has a dontaudit rule for this, so its authors know it and found it "
				  "harmless. It is seen only because dontaudit rules were switched off.");
	}
	if (!r)
		r = sk_fixes[c->cause](&x);
	if (!r && !x.n)
		r = sk_fix_advise(&x, SELKIE_FIX_NOTHING,
				  "No change of labels, booleans, ports or rules that was tried here allows it without opening "
				  "what should stay closed.");
	*ret_fixes = x.fixes;
	*ret_n = x.n;
	return r;
}
