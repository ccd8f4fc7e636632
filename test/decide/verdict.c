/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verdict POLICY CASES.t: the rows of a file of verdicts (cases/web.t says what they are), each a TAP test. Accesses,
 * labels, contexts and relabelings are asked of libsepol as well, which must come to the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sepol/debug.h>
#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selkie/selkie.h"

#define MOST_WORDS 24

struct world {
	const char *path;
	selkie_policy *policy;
	selkie_state *state;
	policydb_t sepol;
	sidtab_t sidtab;
	int line, n_tests, n_failed;
	char text[1024];	/* the row */
	char words[1024];	/* the row, cut into words */
	char *word[MOST_WORDS];
	int n;
	char why[512];		/* of a failure */
};

static void die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(3);
}

static bool wrong(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool wrong(struct world *w, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, args);
	va_end(args);
	return false;
}

static void open_sepol(struct world *w)
{
	struct policy_file pf;
	FILE *f = fopen(w->path, "re");

	policy_file_init(&pf);
	pf.type = PF_USE_STDIO;
	pf.fp = f;
	sepol_debug(0);
	if (!f || policydb_init(&w->sepol) || policydb_read(&w->sepol, &pf, 0) ||
	    sepol_set_policydb(&w->sepol) || sepol_sidtab_init(&w->sidtab))
		die("libsepol does not read the policy");
	fclose(f);
	sepol_set_sidtab(&w->sidtab);
}

/* A context or a type, for both libraries. */
struct subject {
	selkie_context *context;
	char *text;
	sepol_security_id_t sid;
};

static struct subject subject_of(struct world *w, const char *word)
{
	struct subject s = { 0 };
	int r = strchr(word, ':') ? selkie_context_parse(w->policy, word, 0, NULL, &s.context)
				  : selkie_context_assume(w->policy, selkie_type_find(w->policy, word),
							  &s.context);

	if (r || selkie_context_print(w->policy, s.context, &s.text) ||
	    sepol_context_to_sid(s.text, strlen(s.text) + 1, &s.sid)) {
		printf("# line %d: %s\n", w->line, word);
		die("not a valid context");
	}
	return s;
}

static void subject_done(struct subject *s)
{
	selkie_context_free(s->context);
	free(s->text);
}

/* SOURCE TARGET:CLASS or SOURCE CONTEXT CLASS from words[at]; returns the place of the word after. */
struct access_case {
	struct subject source, target;
	selkie_class_id cls;
};

static int access_of(struct world *w, int at, struct access_case *a)
{
	char *target = w->word[at + 1], *colon = strrchr(target, ':');
	bool full = colon && strchr(target, ':') != colon;
	const char *cls = full ? w->word[at + 2] : colon ? colon + 1 : "";

	if (colon && !full)
		*colon = '\0';
	a->source = subject_of(w, w->word[at]);
	a->target = subject_of(w, target);
	a->cls = selkie_class_find(w->policy, cls);
	if (!a->cls.v) {
		printf("# line %d: class '%s'\n", w->line, cls);
		die("no such class");
	}
	return at + 2 + full;
}

static void access_done(struct access_case *a)
{
	subject_done(&a->source);
	subject_done(&a->target);
}

static struct selkie_question question_of(struct world *w, const struct access_case *a, const char *word)
{
	struct selkie_question q = { .source = a->source.context, .target = a->target.context, .cls = a->cls };
	char name[64];
	const char *number = strchr(word, ':');

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, ":"), word);
	q.perms = selkie_permission_find(w->policy, a->cls, name);
	if (!q.perms)
		die("no such permission");
	if (number) {
		q.has_number = true;
		q.kind = strcmp(name, "nlmsg") ? SELKIE_XPERM_IOCTL : SELKIE_XPERM_NLMSG;
		q.number = (uint16_t)strtoul(number + 1, NULL, 0);
	}
	return q;
}

static const char *const reason_words[] = {
	[SELKIE_DENIAL_RULE] = "rule", [SELKIE_DENIAL_CONSTRAINT] = "constraint",
	[SELKIE_DENIAL_ROLE] = "role", [SELKIE_DENIAL_BOUNDS] = "bounds",
	[SELKIE_DENIAL_XPERM] = "xperm", [SELKIE_DENIAL_CLASS] = "class",
};

/* The word is among those after "because", before "boolean". */
static bool because(const struct world *w, int at, const char *word)
{
	for (; at < w->n && strcmp(w->word[at], "boolean"); at++)
		if (!strcmp(w->word[at], word))
			return true;
	return false;
}

/* All reasons that are given, those that only come after others included, and no other. */
static bool check_reasons(struct world *w, const selkie_explanation *e, int at)
{
	unsigned int found = 0;

	for (size_t i = 0; i < selkie_explanation_n_denied(e); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(e, i);

		found |= 1u << d->why;
		if (!because(w, at, reason_words[d->why]))
			return wrong(w, "also denied by %s", reason_words[d->why]);
	}
	for (int why = SELKIE_DENIAL_RULE; why <= SELKIE_DENIAL_CLASS; why++)
		if (because(w, at, reason_words[why]) && !(found >> why & 1))
			return wrong(w, "not denied by %s", reason_words[why]);
	return true;
}

/* The first remedy is the one that is named, or there is none. */
static bool check_booleans(struct world *w, const struct selkie_question *q, int at)
{
	selkie_remedies *remedies;
	const struct selkie_remedy *first;
	size_t n = 0;
	bool ok = true;

	while (at < w->n && strcmp(w->word[at], "boolean"))
		at++;
	if (selkie_access_find_booleans(w->state, NULL, q, 0, &remedies))
		die("no memory");
	first = selkie_remedies_get(remedies, 0);
	for (at++; ok && at < w->n; at++) {
		ok = false;
		for (size_t i = 0; first && i < first->n_settings && !ok; i++) {
			char setting[128];

			snprintf(setting, sizeof(setting), "%s=%s",
				 selkie_bool_name(w->policy, first->settings[i].boolean),
				 first->settings[i].value ? "true" : "false");
			ok = !strcmp(setting, w->word[at]);
		}
		n++;
	}
	if (!ok || n != (first ? first->n_settings : 0))
		ok = wrong(w, "the narrowest booleans are others");
	selkie_remedies_free(remedies);
	return ok;
}

static bool check_sepol(struct world *w, const struct access_case *a, uint32_t perms, bool allow, int at)
{
	struct sepol_av_decision avd;
	unsigned int reason = 0;

	if (sepol_compute_av_reason(a->source.sid, a->target.sid, (sepol_security_class_t)a->cls.v, perms,
				    &avd, &reason))
		die("libsepol does not decide");
	if (allow != ((avd.allowed & perms) == perms))
		return wrong(w, "libsepol says %s", allow ? "no" : "yes");
	/* libsepol stops at the first reason; that of bounds it gives for permissions that nobody asked for, too */
	if ((reason & SEPOL_COMPUTEAV_TE && !because(w, at, "rule")) ||
	    (reason & SEPOL_COMPUTEAV_CONS && !because(w, at, "constraint")) ||
	    (reason & SEPOL_COMPUTEAV_RBAC && !because(w, at, "role")))
		return wrong(w, "libsepol's reasons are 0x%x", reason);
	return true;
}

static bool check_one(struct world *w, const struct access_case *a, const struct selkie_question *q,
		      bool allow, int at)
{
	selkie_explanation *e;
	uint32_t granted;
	bool ok;

	if (selkie_access_check(w->state, NULL, q, &granted) ||
	    selkie_access_explain(w->state, NULL, q, &e))
		die("no memory");
	if (selkie_explanation_granted(e) != granted)
		ok = wrong(w, "the explanation is of another answer");
	else if (allow != (granted == q->perms))
		ok = wrong(w, "%s", allow ? "denied" : "allowed");
	else
		ok = check_reasons(w, e, at) && check_booleans(w, q, at);
	selkie_explanation_free(e);
	return ok && (q->has_number || check_sepol(w, a, q->perms, allow, at));
}

static bool run_access(struct world *w)
{
	bool allow = !strcmp(w->word[0], "allow"), ok = true;
	struct access_case a;
	int at = access_of(w, 1, &a), end = at, reasons;

	while (end < w->n && strcmp(w->word[end], "because"))
		end++;
	reasons = end < w->n ? end + 1 : end;
	if (allow != (end == w->n) || at == end)
		die("a row needs permissions, and a denial its reason");
	for (; ok && at < end; at++) {
		struct selkie_question q = question_of(w, &a, w->word[at]);

		ok = check_one(w, &a, &q, allow, reasons);
	}
	access_done(&a);
	return ok;
}

static bool run_label(struct world *w)
{
	enum selkie_transition_kind kind = !strcmp(w->word[1], "create") ? SELKIE_TRANSITION_CREATE
					   : !strcmp(w->word[1], "member") ? SELKIE_TRANSITION_MEMBER
									   : SELKIE_TRANSITION_RELABEL;
	struct access_case a;
	int at = access_of(w, 2, &a), r, theirs;
	const char *name = strcmp(w->word[at], "is") ? w->word[at++] : NULL, *expected = w->word[at + 1];
	sepol_security_class_t cls = (sepol_security_class_t)a.cls.v;
	selkie_context *c = NULL;
	char *text = NULL, *their_text = NULL;
	sepol_security_id_t sid;
	size_t n;
	bool ok;

	r = selkie_transition_compute(w->state, NULL, kind, a.source.context, a.target.context, a.cls, name,
				      NULL, &c);
	if (r < 0 || (c && selkie_context_print(w->policy, c, &text)))
		die("no memory");
	theirs = kind == SELKIE_TRANSITION_CREATE ? sepol_transition_sid(a.source.sid, a.target.sid, cls, &sid)
		 : kind == SELKIE_TRANSITION_MEMBER ? sepol_member_sid(a.source.sid, a.target.sid, cls, &sid)
						    : sepol_change_sid(a.source.sid, a.target.sid, cls, &sid);
	if (!theirs && sepol_sid_to_context(sid, &their_text, &n))
		die("libsepol does not print a context");
	ok = r ? !strcmp(expected, "none") : !strcmp(text, expected);
	if (!ok)
		wrong(w, "it is %s", r ? "none" : text);
	/* libsepol knows no names and no sockets */
	if (ok && !name && !strstr(selkie_class_name(w->policy, a.cls), "socket") &&
	    strcmp(expected, theirs ? "none" : their_text))
		ok = wrong(w, "libsepol says %s", theirs ? "none" : their_text);
	selkie_context_free(c);
	free(text);
	free(their_text);
	access_done(&a);
	return ok;
}

static const struct {
	const char *word;
	unsigned int fault;
} fault_words[] = {
	{ "syntax", SELKIE_CONTEXT_SYNTAX }, { "no-user", SELKIE_CONTEXT_NO_USER },
	{ "no-role", SELKIE_CONTEXT_NO_ROLE }, { "no-type", SELKIE_CONTEXT_NO_TYPE },
	{ "attribute", SELKIE_CONTEXT_ATTRIBUTE }, { "no-level", SELKIE_CONTEXT_NO_LEVEL },
	{ "range-missing", SELKIE_CONTEXT_RANGE_MISSING }, { "range-extra", SELKIE_CONTEXT_RANGE_EXTRA },
	{ "user-role", SELKIE_CONTEXT_USER_ROLE }, { "role-type", SELKIE_CONTEXT_ROLE_TYPE },
	{ "user-range", SELKIE_CONTEXT_USER_RANGE }, { "high-low", SELKIE_CONTEXT_HIGH_LOW },
	{ "categories", SELKIE_CONTEXT_CATEGORIES },
};

static bool run_context(struct world *w)
{
	bool valid = !strcmp(w->word[0], "valid");
	unsigned int faults, expected = 0, n_faults = 0;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_context *c = NULL;
	sepol_security_id_t sid;
	char *text = NULL;
	bool ok;

	for (int i = 3; !valid && i < w->n; i++)
		for (size_t k = 0; k < sizeof(fault_words) / sizeof(fault_words[0]); k++)
			if (!strcmp(w->word[i], fault_words[k].word)) {
				expected |= fault_words[k].fault;
				n_faults++;
			}
	if (selkie_context_parse(w->policy, w->word[1], 0, &faults, &c) < 0 ||
	    (c && selkie_context_print(w->policy, c, &text)) || !diags ||
	    selkie_context_diagnose(w->policy, "row", w->word[1], diags))
		die("no memory");
	ok = valid ? c && !strcmp(text, w->n > 3 ? w->word[3] : w->word[1])
		   : !c && expected && faults == expected &&
			     selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) == n_faults;
	if (!ok)
		wrong(w, "faults 0x%x, '%s'", faults, text ? text : "");
	else if (valid != !sepol_context_to_sid(w->word[1], strlen(w->word[1]) + 1, &sid))
		ok = wrong(w, "libsepol says otherwise");
	selkie_context_free(c);
	selkie_diagnostics_free(diags);
	free(text);
	return ok;
}

static bool run_relabel(struct world *w)
{
	bool yes = !strcmp(w->word[1], "yes"), ok = true;
	selkie_class_id cls = selkie_class_find(w->policy, w->word[5]);
	struct subject s[3];
	selkie_explanation *why = NULL;
	char *reasons = NULL;
	int r, theirs;

	for (int i = 0; i < 3; i++)
		s[i] = subject_of(w, w->word[2 + i]);
	r = selkie_transition_validate(w->policy, s[0].context, s[1].context, s[2].context, cls, &why);
	theirs = sepol_validate_transition_reason_buffer(s[0].sid, s[1].sid, s[2].sid,
							 (sepol_security_class_t)cls.v, &reasons, 0);
	free(reasons);
	if (yes != !r || !r != !why)
		ok = wrong(w, "it is %d", r);
	else if (yes != !theirs)
		ok = wrong(w, "libsepol says %d", theirs);
	selkie_explanation_free(why);
	for (int i = 0; i < 3; i++)
		subject_done(&s[i]);
	return ok;
}

static bool set_both(struct world *w, selkie_state *state, bool sepol, int at)
{
	for (; at < w->n; at++) {
		char *equals = strchr(w->word[at], '=');
		selkie_bool_id id;
		bool value;

		if (!equals)
			die("NAME=true or NAME=false");
		*equals = '\0';
		value = !strcmp(equals + 1, "true");
		if (selkie_state_set_bool(state, w->word[at], value))
			die("no such boolean");
		id = selkie_bool_find(w->policy, w->word[at]);
		if (sepol)
			w->sepol.bool_val_to_struct[id.v - 1]->state = value;
	}
	return !sepol || !evaluate_conds(&w->sepol);
}

static bool run_set(struct world *w)
{
	return set_both(w, w->state, true, 1);
}

static bool run_opens(struct world *w)
{
	selkie_state *after;
	uint64_t n;
	bool ok;

	if (selkie_state_copy(w->state, &after) || !set_both(w, after, false, 2) ||
	    selkie_overlay_count_opened(w->state, after, NULL, &n))
		die("no memory");
	ok = n == strtoull(w->word[1], NULL, 10) || wrong(w, "it is %llu", (unsigned long long)n);
	selkie_state_free(after);
	return ok;
}

static bool run_bounded(struct world *w)
{
	return selkie_type_is_bounded(w->policy, selkie_type_find(w->policy, w->word[2]),
				      selkie_type_find(w->policy, w->word[3])) ==
		       !strcmp(w->word[1], "yes") || wrong(w, "it is the other");
}

static bool object_is(struct world *w, const struct selkie_object *o)
{
	char *text = NULL;
	bool ok;

	if (o->context && selkie_context_print(w->policy, o->context, &text))
		die("no memory");
	ok = !strcmp(text ? text : "none", w->word[w->n - 1]) || wrong(w, "it is %s", text ? text : "none");
	free(text);
	return ok;
}

static bool run_object(struct world *w)
{
	enum selkie_fs_behavior behavior;
	selkie_class_id file = { 0 };
	struct selkie_object o = { 0 };
	const char *a = w->word[1], *b = w->word[2];
	uint8_t address[16];

	switch (w->word[0][0] | w->word[0][1] << 8) {
	case 'p' | 'o' << 8:
		selkie_object_port(w->policy, !strcmp(a, "tcp") ? IPPROTO_TCP
				   : !strcmp(a, "udp") ? IPPROTO_UDP : IPPROTO_SCTP,
				   (uint16_t)strtoul(b, NULL, 10), &o);
		break;
	case 'n' | 'o' << 8:
		if (inet_pton(strchr(a, ':') ? AF_INET6 : AF_INET, a, address) != 1)
			die("not an address");
		selkie_object_node(w->policy, strchr(a, ':') ? AF_INET6 : AF_INET, address, &o);
		break;
	case 'n' | 'e' << 8:
		selkie_object_netif(w->policy, a, &o, NULL);
		break;
	case 'f' | 's' << 8:
		selkie_object_fs(w->policy, a, &behavior, &o);
		break;
	case 'g' | 'e' << 8:
		selkie_object_genfs(w->policy, a, b, file, &o);
		break;
	default:
		selkie_object_initial(w->policy, selkie_initial_find(a), &o);
	}
	return object_is(w, &o);
}

static const struct {
	const char *word;
	int least;
	bool (*run)(struct world *w);
} rows[] = {
	{ "allow", 4, run_access }, { "deny", 6, run_access }, { "label", 6, run_label },
	{ "valid", 2, run_context }, { "invalid", 4, run_context }, { "relabel", 6, run_relabel },
	{ "set", 2, run_set }, { "opens", 3, run_opens }, { "bounded", 4, run_bounded },
	{ "port", 5, run_object }, { "node", 4, run_object }, { "netif", 4, run_object },
	{ "fs", 4, run_object }, { "genfs", 5, run_object }, { "initial", 4, run_object },
};

static void run_row(struct world *w)
{
	bool ok = false, known = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !known; i++) {
		if (strcmp(w->word[0], rows[i].word))
			continue;
		known = true;
		if (w->n < rows[i].least)
			die("a row is too short");
		ok = rows[i].run(w);
	}
	if (!known) {
		printf("# line %d: %s\n", w->line, w->word[0]);
		die("a row of an unknown kind");
	}
	w->n_failed += !ok;
	printf("%s %d line %d: %s\n", ok ? "ok" : "not ok", ++w->n_tests, w->line, w->text);
	if (!ok)
		printf("# %s\n", w->why);
}

int main(int argc, char **argv)
{
	struct world w = { .path = argc == 3 ? argv[1] : NULL };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	FILE *f = argc == 3 ? fopen(argv[2], "re") : NULL;

	if (!f || selkie_policy_load(w.path, diags, &w.policy) || selkie_state_new(w.policy, &w.state))
		die("usage: verdict POLICY CASES.t");
	open_sepol(&w);
	while (fgets(w.text, sizeof(w.text), f)) {
		char *rest = w.words, *word;

		w.line++;
		w.text[strcspn(w.text, "\n")] = '\0';
		strcpy(w.words, w.text);
		for (w.n = 0; (word = strsep(&rest, " \t")) && w.n < MOST_WORDS;)
			if (*word)
				w.word[w.n++] = word;
		if (w.n && w.word[0][0] != '#' && strcmp(w.word[0], "policy"))
			run_row(&w);
	}
	fclose(f);
	printf("1..%d\n", w.n_tests);
	selkie_state_free(w.state);
	selkie_policy_free(w.policy);
	selkie_diagnostics_free(diags);
	sepol_sidtab_destroy(&w.sidtab);
	policydb_destroy(&w.sepol);
	return w.n_failed || !w.n_tests;
}
