/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff-decide POLICY SEED N: the same questions to libselkie and to libsepol in one process; any difference fails and is
 * printed with its question. N decisions; a twentieth of N each of new labels, contexts and relabelings. Booleans are
 * flipped at random on both sides as it goes. Output is TAP.
 *
 * Two known differences, where the kernel is right and libsepol is not, are left out and counted: libsepol does not give
 * new sockets the context of their process, and of a context it does not read what follows a second dash of the range
 * ("s0:c1-s0:c1-c2"), which must be refused. Those are asked of the kernel itself.
 */
#include <sepol/debug.h>
#include <sepol/handle.h>
#include <sepol/policydb.h>
#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/context.h"
#include "random.h"

#define SHOWN 5		/* differences printed for each test */

struct both {
	const char *path;
	selkie_policy *policy;
	selkie_state *state;
	policydb_t sepol;
	sidtab_t sidtab;
	struct pool pool;
	sepol_security_id_t *sids;	/* of the pool's contexts */
	uint32_t n_shown;
	uint64_t n_asked, n_different, n_granted, n_constrained, n_left_out;
	int n_tests, n_failed;
};

static void fail(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(3);
}

/* A report of one test: it fails on any difference, and when what it is about never came up. */
static void report(struct both *b, const char *name, uint64_t n_interesting, const char *interesting)
{
	bool ok = !b->n_different && b->n_asked && n_interesting;

	printf("%s %d %s: %llu asked, %llu %s, %llu left out, %llu different\n", ok ? "ok" : "not ok",
	       ++b->n_tests, name, (unsigned long long)b->n_asked,
	       (unsigned long long)n_interesting, interesting, (unsigned long long)b->n_left_out,
	       (unsigned long long)b->n_different);
	fflush(stdout);
	b->n_failed += !ok;
	b->n_asked = b->n_different = b->n_granted = b->n_constrained = b->n_left_out = 0;
	b->n_shown = 0;
}

static bool different(struct both *b)
{
	b->n_different++;
	return b->n_shown++ < SHOWN;
}

static char *text_of(const struct both *b, uint32_t context)
{
	char *text;

	if (selkie_context_print(b->policy, b->pool.contexts[context], &text))
		fail("no memory");
	return text;
}

static void show(const struct both *b, const struct triple *t)
{
	char *s = text_of(b, t->source), *d = text_of(b, t->target);
	selkie_class_id cls = { t->cls };

	printf("# %s %s %s\n", s, d, selkie_class_name(b->policy, cls));
	free(s);
	free(d);
}

static void open_sepol(struct both *b)
{
	struct policy_file pf;
	FILE *f = fopen(b->path, "re");

	policy_file_init(&pf);
	pf.type = PF_USE_STDIO;
	pf.fp = f;
	sepol_debug(0);
	if (!f || policydb_init(&b->sepol) || policydb_read(&b->sepol, &pf, 0) ||
	    sepol_set_policydb(&b->sepol) || sepol_sidtab_init(&b->sidtab))
		fail("libsepol does not read the policy");
	fclose(f);
	sepol_set_sidtab(&b->sidtab);
}

static void open_contexts(struct both *b)
{
	b->sids = calloc(b->pool.n, sizeof(*b->sids));
	for (uint32_t i = 0; i < b->pool.n; i++) {
		char *text = text_of(b, i);

		if (!b->sids || sepol_context_to_sid(text, strlen(text) + 1, &b->sids[i])) {
			printf("# %s\n", text);
			fail("libsepol refuses a context that we take for valid");
		}
		free(text);
	}
}

/* New random values for a few booleans, or all back to their defaults. */
static void flip_booleans(struct both *b)
{
	for (int i = 0; b->policy->n_bool_ids && i < 8; i++) {
		selkie_bool_id id = { 1 + rng_below(&b->pool.rng, b->policy->n_bool_ids) };
		bool value = rng_next(&b->pool.rng) & 1;

		if (!b->policy->bool_by_id[id.v])
			continue;
		selkie_state_set_bool_id(b->state, id, value);
		b->sepol.bool_val_to_struct[id.v - 1]->state = value;
	}
	if (evaluate_conds(&b->sepol))
		fail("libsepol does not evaluate its conditionals");
}

static void compare_decision(struct both *b, const struct triple *t)
{
	struct sepol_av_decision theirs;
	struct selkie_access ours;
	selkie_class_id cls = { t->cls };
	unsigned int reason;

	if (sepol_compute_av_reason(b->sids[t->source], b->sids[t->target],
				    (sepol_security_class_t)t->cls, ~0u, &theirs, &reason) ||
	    selkie_access_decide(b->state, NULL, b->pool.contexts[t->source],
				 b->pool.contexts[t->target], cls, &ours))
		fail("a decision could not be made");
	b->n_asked++;
	b->n_granted += ours.allowed != 0;
	if ((ours.allowed != theirs.allowed || ours.auditallow != theirs.auditallow ||
	     ours.auditdeny != theirs.auditdeny) && different(b)) {
		show(b, t);
		printf("#   allowed %08x auditallow %08x auditdeny %08x, libsepol %08x %08x %08x\n",
		       ours.allowed, ours.auditallow, ours.auditdeny, theirs.allowed,
		       theirs.auditallow, theirs.auditdeny);
	}
}

/* The next leaf of libsepol's text, "(u1 == u2 -Fail-) ": its operand and operator, and whether it holds. */
static const char *next_leaf(const char *s, char operand[3], bool *ret_holds)
{
	for (; (s = strchr(s, '(')); s++) {
		const char *end;

		if (!strchr("urtlh", s[1]) || !s[1] || !strchr("123", s[2]) || !s[2] || s[3] != ' ')
			continue;
		end = strchr(s, ')');
		if (!end)
			return NULL;
		memcpy(operand, s + 1, 2);
		operand[2] = '\0';
		*ret_holds = end - s < 7 || strncmp(end - 6, "-Fail-", 6);
		return end;
	}
	return NULL;
}

/* Whether a failed constraint of ours has the leaves and values of one block of libsepol's text. */
static bool same_leaves(const struct selkie_failed_constraint *ours, const char *theirs)
{
	for (uint32_t i = 0; i < ours->n_nodes; i++) {
		char operand[3];
		bool holds;

		if (ours->nodes[i].op)
			continue;
		theirs = next_leaf(theirs, operand, &holds);
		if (!theirs || holds != ours->nodes[i].value ||
		    strncmp(ours->nodes[i].text, operand, 2))
			return false;
	}
	return !next_leaf(theirs, (char[3]){ 0 }, &(bool){ 0 });
}

/* The constraints that took something away, in order, against the blocks of libsepol's reason buffer. */
static bool same_constraints(struct both *b, const selkie_explanation *e, char *reasons)
{
	char *block = reasons, *end;
	uint32_t seen = SELKIE_NONE;
	bool same = true;

	for (size_t i = 0; i < selkie_explanation_n_denied(e) && same; i++) {
		const struct selkie_denied *d = selkie_explanation_denied(e, i);

		if (d->why != SELKIE_DENIAL_CONSTRAINT || d->only_if_granted || d->constraint == seen)
			continue;
		seen = d->constraint;
		end = block ? strstr(block, "DENIED\n") : NULL;
		if (!end)
			return false;
		*end = '\0';
		same = same_leaves(selkie_explanation_constraint(e, d->constraint), block);
		block = end + 7;
		b->n_constrained++;
	}
	return same && !(block && strstr(block, "DENIED"));
}

static uint32_t expected_reasons(const selkie_explanation *e)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < selkie_explanation_n_denied(e); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(e, i);

		if (d->only_if_granted)
			continue;
		bits |= d->why == SELKIE_DENIAL_RULE ? SEPOL_COMPUTEAV_TE
			: d->why == SELKIE_DENIAL_CONSTRAINT ? SEPOL_COMPUTEAV_CONS
			: d->why == SELKIE_DENIAL_ROLE ? SEPOL_COMPUTEAV_RBAC : SEPOL_COMPUTEAV_BOUNDS;
	}
	return bits;
}

static void compare_reasons(struct both *b, const struct triple *t)
{
	struct selkie_question q = {
		.source = b->pool.contexts[t->source], .target = b->pool.contexts[t->target],
		.cls = { t->cls }, .perms = ~0u,
	};
	struct sepol_av_decision theirs;
	selkie_explanation *e;
	unsigned int reason;
	char *reasons = NULL;

	if (sepol_compute_av_reason_buffer(b->sids[t->source], b->sids[t->target],
					   (sepol_security_class_t)t->cls, ~0u, &theirs, &reason,
					   &reasons, 0) ||
	    selkie_access_explain(b->state, NULL, &q, &e))
		fail("a decision could not be explained");
	b->n_asked++;
	if ((selkie_explanation_granted(e) != theirs.allowed || expected_reasons(e) != reason ||
	     !same_constraints(b, e, reasons)) && different(b)) {
		show(b, t);
		printf("#   reasons %x, libsepol %x\n", expected_reasons(e), reason);
	}
	selkie_explanation_free(e);
	free(reasons);
}

static bool is_socket(const struct both *b, uint32_t cls)
{
	const char *name = b->policy->class_by_id[cls]->name, *s = strstr(name, "socket");

	return s && !s[6];
}

static void compare_label(struct both *b, const struct triple *t, enum selkie_transition_kind kind)
{
	sepol_security_id_t sid;
	selkie_class_id cls = { t->cls };
	struct selkie_transition_details details;
	selkie_context *ours = NULL;
	char *text = NULL, *their_text = NULL;
	size_t n;
	int theirs, r;

	if (is_socket(b, t->cls)) {
		b->n_left_out++;
		return;
	}
	theirs = kind == SELKIE_TRANSITION_CREATE
			 ? sepol_transition_sid(b->sids[t->source], b->sids[t->target],
						(sepol_security_class_t)t->cls, &sid)
		 : kind == SELKIE_TRANSITION_MEMBER
			 ? sepol_member_sid(b->sids[t->source], b->sids[t->target],
					    (sepol_security_class_t)t->cls, &sid)
			 : sepol_change_sid(b->sids[t->source], b->sids[t->target],
					    (sepol_security_class_t)t->cls, &sid);
	r = selkie_transition_compute(b->state, NULL, kind, b->pool.contexts[t->source],
				      b->pool.contexts[t->target], cls, NULL, &details, &ours);
	if (r < 0 || (ours && selkie_context_print(b->policy, ours, &text)))
		fail("a label could not be computed");
	if (!theirs && sepol_sid_to_context(sid, &their_text, &n))
		fail("libsepol does not print a context");
	b->n_asked++;
	b->n_granted += details.type == SELKIE_TRANSITION_BY_RULE ||
			details.range == SELKIE_TRANSITION_BY_RULE;
	if ((!r != !theirs || (!r && strcmp(text, their_text))) && different(b)) {
		show(b, t);
		printf("#   kind %d: %d %s, libsepol %d %s\n", kind, r, text ? text : "",
		       theirs, their_text ? their_text : "");
	}
	selkie_context_free(ours);
	free(text);
	free(their_text);
}

static void compare_relabel(struct both *b, const struct triple *t)
{
	uint32_t task = rng_below(&b->pool.rng, b->pool.n);
	selkie_class_id cls = { t->cls };
	selkie_explanation *e = NULL;
	char *reasons = NULL;
	int ours, theirs;

	theirs = sepol_validate_transition_reason_buffer(b->sids[t->source], b->sids[t->target],
							 b->sids[task], (sepol_security_class_t)t->cls,
							 &reasons, 0);
	ours = selkie_transition_validate(b->policy, b->pool.contexts[t->source],
					  b->pool.contexts[t->target], b->pool.contexts[task], cls, &e);
	if (ours < 0)
		fail("a relabeling could not be judged");
	b->n_asked++;
	b->n_granted += ours != 0;
	if ((!ours != !theirs ||
	     (e && !(reasons && same_leaves(selkie_explanation_constraint(e, 0), reasons)))) &&
	    different(b)) {
		show(b, t);
		printf("#   validatetrans %d, libsepol %d: %s\n", ours, theirs, reasons ? reasons : "");
	}
	selkie_explanation_free(e);
	free(reasons);
}

/* A part of another context, an alias, or something that is none. */
static void write_part(struct both *b, struct sk_buf *to, const char *good, const char *other)
{
	static const char *const odd[] = { "", "x", "object_r", "s0", "c0", "*", "-", "." };

	switch (rng_below(&b->pool.rng, 12)) {
	case 0:
		sk_buf_adds(to, odd[rng_below(&b->pool.rng, SK_ARRAY_LEN(odd))]);
		break;
	case 1:
	case 2:
		sk_buf_adds(to, other);
		break;
	default:
		sk_buf_adds(to, good);
	}
}

/* A range as a person might write it: lists in any order, ranges forwards and backwards, stray signs. */
static void write_range(struct both *b, struct sk_buf *to)
{
	static const char signs[] = { ',', ',', '.', '.', '-', ':' };
	const struct sk_policy *p = b->policy;
	int n = (int)rng_below(&b->pool.rng, 6);

	sk_buf_adds(to, p->sens[rng_below(&b->pool.rng, p->n_sens)].name);
	for (int i = 0; i < n && p->n_cats; i++) {
		uint32_t near = rng_below(&b->pool.rng, SK_MIN(p->n_cats, 12u));
		bool sens = !rng_below(&b->pool.rng, 8);

		sk_buf_addc(to, i ? signs[rng_below(&b->pool.rng, SK_ARRAY_LEN(signs))] : ':');
		sk_buf_adds(to, sens ? p->sens[rng_below(&b->pool.rng, p->n_sens)].name
				     : p->cats[near].name);
	}
}

static void write_context(struct both *b, struct sk_buf *to)
{
	const struct sk_policy *p = b->policy;
	const struct sk_context *c = b->pool.contexts[rng_below(&b->pool.rng, b->pool.n)];
	const struct sk_context *o = b->pool.contexts[rng_below(&b->pool.rng, b->pool.n)];
	struct sk_buf range = SK_BUF_INIT;

	to->n = 0;
	write_part(b, to, selkie_user_name(p, c->user), selkie_user_name(p, o->user));
	sk_buf_addc(to, ':');
	write_part(b, to, selkie_role_name(p, c->role), selkie_role_name(p, o->role));
	sk_buf_addc(to, ':');
	write_part(b, to, selkie_type_name(p, c->type),
		   p->types[rng_below(&b->pool.rng, p->n_types)].name);
	if (p->mls ? rng_below(&b->pool.rng, 10) : !rng_below(&b->pool.rng, 10)) {
		sk_buf_addc(to, ':');
		if (p->mls)
			write_range(b, &range);
		write_part(b, to, sk_buf_str(&range) ? sk_buf_str(&range) : "", "s0");
	}
	sk_buf_done(&range);
}

/* Whether libsepol takes the text without its end: a dash behind the categories of the high level. */
static bool is_half_read(const char *text)
{
	const char *p = text;

	for (int colons = 0; p && colons < 3; colons++) {
		p = strchr(p, ':');
		p = p ? p + 1 : NULL;
	}
	p = p ? strchr(p, '-') : NULL;
	p = p ? strchr(p, ':') : NULL;
	return p && strchr(p, '-');
}

static void compare_context(struct both *b, struct sk_buf *text)
{
	sepol_security_id_t sid;
	selkie_context *ours = NULL;
	char *our_text = NULL, *their_text = NULL;
	unsigned int faults;
	size_t n;
	int r, theirs;

	write_context(b, text);
	theirs = sepol_context_to_sid(sk_buf_str(text), text->n + 1, &sid);
	r = selkie_context_parse(b->policy, sk_buf_str(text), 0, &faults, &ours);
	if (r < 0 || (!r && selkie_context_print(b->policy, ours, &our_text)))
		fail("a context could not be read");
	if (!theirs && sepol_sid_to_context(sid, &their_text, &n))
		fail("libsepol does not print a context");
	b->n_asked++;
	if (!theirs && r && is_half_read(sk_buf_str(text))) {
		b->n_left_out++;
		theirs = 1;
	}
	b->n_granted += !r;
	b->n_constrained += r && !(faults & SELKIE_CONTEXT_UNREADABLE);
	if ((!r != !theirs || !r != !faults || (!r && !theirs && strcmp(our_text, their_text))) &&
	    different(b))
		printf("# '%s': %x %s, libsepol %d %s\n", sk_buf_str(text), faults,
		       our_text ? our_text : "", theirs, their_text ? their_text : "");
	selkie_context_free(ours);
	free(our_text);
	free(their_text);
}

static void run(struct both *b, uint64_t n)
{
	struct sk_buf text = SK_BUF_INIT;
	struct triple t;
	uint64_t forbidden;

	for (uint64_t i = 0; i < n; i++) {
		if (i % (n / 16 + 1) == n / 32)
			flip_booleans(b);
		pool_question(&b->pool, &t);
		compare_decision(b, &t);
	}
	report(b, "access vectors", b->n_granted, "with something granted");
	for (uint64_t i = 0; i < n / 10; i++) {
		pool_question(&b->pool, &t);
		compare_reasons(b, &t);
	}
	report(b, "reasons of denials and the leaves of failed constraints", b->n_constrained,
	       "constraints failed");
	for (uint64_t i = 0; i < n / 20; i++) {
		pool_label_question(&b->pool, &t);
		for (int kind = SELKIE_TRANSITION_CREATE; kind <= SELKIE_TRANSITION_RELABEL; kind++)
			compare_label(b, &t, (enum selkie_transition_kind)kind);
	}
	report(b, "labels of new objects", b->n_granted, "by a rule");
	for (uint64_t i = 0; i < n / 20; i++)
		compare_context(b, &text);
	report(b, "contexts from text", SK_MIN(b->n_granted, b->n_constrained),
	       "at least of both valid and unauthorized");
	for (uint64_t i = 0; i < n / 20; i++) {
		pool_question(&b->pool, &t);
		compare_relabel(b, &t);
	}
	forbidden = b->n_granted;
	report(b, "relabelings", b->policy->mls ? SK_MAX(forbidden, (uint64_t)1) : 1, "forbidden");
	sk_buf_done(&text);
}

int main(int argc, char **argv)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct both b = { .path = argc == 4 ? argv[1] : NULL };

	if (!b.path) {
		fputs("usage: diff-decide POLICY SEED N\n", stderr);
		return 2;
	}
	if (selkie_policy_load(b.path, diags, &b.policy) || selkie_state_new(b.policy, &b.state))
		fail("the policy cannot be read");
	open_sepol(&b);
	pool_init(&b.pool, b.policy, strtoull(argv[2], NULL, 0), 4000);
	open_contexts(&b);
	run(&b, strtoull(argv[3], NULL, 0));
	printf("1..%d\n", b.n_tests);
	pool_done(&b.pool);
	free(b.sids);
	selkie_state_free(b.state);
	selkie_policy_free(b.policy);
	selkie_diagnostics_free(diags);
	sepol_sidtab_destroy(&b.sidtab);
	policydb_destroy(&b.sepol);
	return b.n_failed ? 1 : 0;
}
