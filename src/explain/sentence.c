/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Findings in words. The sentence is made of three parts: who (the program), what (the deed and its object), and why
 * (the cause). Each part is found by itself, so that every cause reads the same way.
 */
#include "explain/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "explain/place.h"
#include "model/sensitive.h"

struct sk_deed {
	const char *classes, *perm, *words;	/* what follows "may not" */
};

static const struct sk_deed sk_deeds[] = {
	{ "file dir lnk_file chr_file blk_file fifo_file sock_file filesystem", "getattr", "look at" },
	{ "dir", "search", "go through" },
	{ "dir", "read", "list" },
	{ "dir", "add_name", "make something in" },
	{ "dir", "write", "change" },
	{ "dir", "remove_name", "remove something from" },
	{ "dir filesystem", "mounton", "mount over" },
	{ "", "read", "read" },
	{ "", "open", "open" },
	{ "", "write", "write to" },
	{ "", "append", "append to" },
	{ "", "create", "create" },
	{ "", "unlink", "delete" },
	{ "", "rename", "rename" },
	{ "", "setattr", "change the owner, mode or times of" },
	{ "", "relabelfrom", "take the label from" },
	{ "", "relabelto", "give the label to" },
	{ "", "execute", "run" },
	{ "", "execute_no_trans", "run" },
	{ "", "map", "map into memory" },
	{ "", "lock", "lock" },
	{ "", "ioctl", "send a control command to" },
	{ "", "entrypoint", "be started from" },
	{ "file", "execmod", "run code that it has changed from" },
	{ "", "name_connect", "connect to" },
	{ "", "name_bind", "listen on" },
	{ "", "node_bind", "bind to an address" },
	{ "", "connectto", "connect to" },
	{ "", "sendto", "send to" },
	{ "dbus", "send_msg", "send a bus message to" },
	{ "process", "transition", "start a program in the domain" },
	{ "process", "dyntransition", "turn itself into" },
	{ "process", "sigkill", "kill" },
	{ "process", "sigstop", "stop" },
	{ "process", "signal", "send a signal to" },
	{ "process", "signull", "check for the existence of" },
	{ "process", "ptrace", "trace" },
	{ "process", "execmem", "have memory that is writable and executable in" },
	{ "process", "execstack", "have an executable stack in" },
	{ "process", "execheap", "run code on the heap of" },
	{ "process", "setrlimit", "change resource limits of" },
	{ "process", "setexec", "choose the next program's label for" },
	{ "shm", "associate", "attach to shared memory of" },
	{ "sem", "associate", "use semaphores of" },
	{ "msgq", "associate", "use a message queue of" },
	{ "process", "setsched", "change the scheduling of" },
	{ "process2", "nnp_transition", "enter, with no_new_privs set, the domain" },
	{ "process2", "nosuid_transition", "enter, from a nosuid mount, the domain" },
	{ "fd", "use", "use an open descriptor of" },
	{ "packet", "send", "send packets labeled" },
	{ "packet", "recv", "receive packets labeled" },
	{ "peer", "recv", "receive from peers labeled" },
	{ "service", "start", "start the service" },
	{ "service", "stop", "stop the service" },
	{ "service", "status", "ask for the state of the service" },
};

static bool sk_list_has(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

static const char *sk_deed_words(const char *cls, const char *perm)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_deeds); i++)
		if ((!*sk_deeds[i].classes || sk_list_has(sk_deeds[i].classes, cls)) &&
		    !strcmp(sk_deeds[i].perm, perm))
			return sk_deeds[i].words;
	return NULL;
}

static const char *sk_type_of(const struct sk_named_context *c)
{
	return c ? c->type_name : "an unknown domain";
}

/* The last part of a program's path, else the name the kernel knows it by. */
static const char *sk_program_word(const struct sk_case_samples *s)
{
	const char *slash = s->exe ? strrchr(s->exe, '/') : NULL;

	return slash && slash[1] ? slash + 1 : s->comm;
}

static void sk_add_who(struct sk_buf *b, const struct sk_case *c, const struct sk_verdict *v)
{
	const char *program = sk_program_word(c->samples);

	if (c->key.kind == SELKIE_AUDIT_DENIAL_USER_AVC || !program)
		sk_buf_join(b, "A program in the domain ", sk_type_of(v->source), NULL);
	else if (v->source)
		sk_buf_join(b, program, " (", sk_type_of(v->source), ")", NULL);
	else
		sk_buf_adds(b, program);
}

/* What it was done to: a path, a port, a process. */
static void sk_add_object(struct sk_buf *b, const struct sk_case *c, const struct sk_verdict *v)
{
	const struct sk_case_samples *s = c->samples;
	const char *cls = v->cls ? v->cls->name : "";
	bool file = v->words->file_mode;
	bool self = v->source && v->target && v->source->context && v->target->context &&
		    v->source->context->type.v == v->target->context->type.v;

	if (s->port >= 0)
		sk_buf_printf(b, "port %d (%s)", s->port, sk_type_of(v->target));
	else if (s->n_paths && file)
		sk_buf_join(b, s->paths[0], s->n_paths > 1 ? " and others" : "", " (", sk_type_of(v->target), ")", NULL);
	else if (s->name && file)
		sk_buf_join(b, "a ", v->words->kind & SK_CLASS_DIR ? "directory" : "file", " named '", s->name, "' (", sk_type_of(v->target), ")", NULL);
	else if (s->n_paths && !strcmp(cls, "service"))
		sk_buf_join(b, s->paths[0], " (", sk_type_of(v->target), ")", NULL);
	else if (self && v->words->kind & SK_CLASS_PROCESS)
		sk_buf_adds(b, "itself");
	else if (v->perms & v->words->node_bind)
		sk_buf_join(b, "labeled ", sk_type_of(v->target), NULL);
	else if (strstr(cls, "_socket"))
		sk_buf_join(b, "a socket of ", self ? "its own" : sk_type_of(v->target), NULL);
	else if (v->words->kind & SK_CLASS_FIFO)
		sk_buf_join(b, "a pipe of ", sk_type_of(v->target), NULL);
	else
		sk_buf_adds(b, sk_type_of(v->target));
}

static void sk_add_deed(struct sk_buf *b, const struct sk_case *c, const struct sk_verdict *v)
{
	const char *words = NULL, *perm = NULL;

	for (uint32_t bit = 0; v->cls && bit < 32; bit++) {
		if (!(v->perms & 1u << bit))
			continue;
		perm = v->cls->perm_names[bit];
		words = sk_deed_words(v->cls->name, perm);
		if (words)
			break;
	}
	if (v->cls && !strncmp(v->cls->name, "cap", 3) && perm) {
		sk_buf_join(b, "use the capability ", perm, NULL);
		return;
	}
	if (words) {
		sk_buf_join(b, words, " ", NULL);
		sk_add_object(b, c, v);
		return;
	}
	sk_buf_join(b, "do '", c->samples->perms, "' (", c->samples->cls, ") on ", NULL);
	sk_add_object(b, c, v);
}

/* "who may not do what" for accesses; error records have sentences of their own. */
static void sk_add_fact(struct sk_buf *b, const struct sk_case *c, const struct sk_verdict *v)
{
	const struct sk_case_samples *s = c->samples;
	const char *from = v->old ? v->old->text : sk_type_of(v->source);

	switch (c->key.kind) {
	case SELKIE_AUDIT_DENIAL_INVALID_CONTEXT:
		sk_buf_join(b, "The label ", s->raw ? s->raw : sk_type_of(v->target), " was to be used (", s->operation ? s->operation : "by the kernel", ")", NULL);
		return;
	case SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION:
		sk_buf_join(b, "A program in the domain ", sk_type_of(v->source), " may not enter the domain ", sk_type_of(v->target), NULL);
		return;
	case SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION:
		sk_buf_join(b, sk_type_of(v->source), " may not relabel a ", c->samples->cls, " from ", from, " to ", v->target ? v->target->text : "?", NULL);
		return;
	case SELKIE_AUDIT_DENIAL_OTHER_ERROR:
		sk_buf_join(b, "The kernel reports an error of its policy (", s->operation ? s->operation : "no operation named", ")", NULL);
		return;
	default:
		sk_add_who(b, c, v);
		sk_buf_adds(b, c->key.permissive ? " would not be allowed to "
			       : c->cause == SELKIE_CAUSE_ALLOWED_NOW ? " was not allowed to " : " may not ");
		sk_add_deed(b, c, v);
	}
}

static const char *sk_bound_words(const struct sk_case *c)
{
	return c->key.kind == SELKIE_AUDIT_DENIAL_AVC && !(c->samples->perms && strstr(c->samples->perms, "transition"))
		       ? "it runs in the wrong domain, since its transition was refused before"
		       : NULL;
}

static void sk_add_unlabeled(struct sk_buf *b, const struct sk_case *c, const struct sk_verdict *v)
{
	if (c->samples->raw)
		sk_buf_join(b, "its label ", c->samples->raw, " is not valid in this policy", NULL);
	else if (v->target && v->target->faults)
		sk_buf_join(b, "the label ", v->target->text, " is not valid in this policy", NULL);
	else if (v->source && v->source->faults)
		sk_buf_join(b, "the label ", v->source->text, " is not valid in this policy", NULL);
	else
		sk_buf_adds(b, "it has no label");
}

static void sk_add_failed_role(struct sk_buf *b, const struct sk_explainer *e, const struct sk_verdict *v)
{
	const struct sk_named_context *parts[] = { v->target, v->source, v->old };

	for (size_t i = 0; i < SK_ARRAY_LEN(parts); i++) {
		const struct sk_named_context *p = parts[i];

		if (!p || !p->context)
			continue;
		if (p->faults & SELKIE_CONTEXT_USER_ROLE)
			sk_buf_join(b, "the SELinux user ", selkie_user_name(e->policy, p->context->user), " may not have the role ", selkie_role_name(e->policy, p->context->role), NULL);
		else if (p->faults & SELKIE_CONTEXT_ROLE_TYPE)
			sk_buf_join(b, "the role ", selkie_role_name(e->policy, p->context->role), " may not have the type ", p->type_name, NULL);
		else
			continue;
		return;
	}
	if (v->source && v->source->context && v->target && v->target->context)
		sk_buf_join(b, "the role ", selkie_role_name(e->policy, v->source->context->role), " may not change to ", selkie_role_name(e->policy, v->target->context->role), NULL);
}

static void sk_add_wrong_program(struct sk_buf *b, const struct sk_explainer *e, const struct sk_case *c,
				 const struct sk_verdict *v)
{
	struct sk_type_id domain = { 0 };

	if (c->key.program && v->source && v->source->context)
		domain = sk_cause_program_domain(e, v->source->context->type,
						 &e->programs[c->key.program - 1]);
	if (domain.v && strcmp(c->samples->cls, "process") && !(c->samples->perms && strstr(c->samples->perms, "entrypoint")))
		sk_buf_join(b, e->programs[c->key.program - 1].path, " runs in the domain ", sk_type_of(v->source), ", but with the label its file should have (", selkie_type_name(e->policy, e->programs[c->key.program - 1].label), ") it would run in ", selkie_type_name(e->policy, domain), NULL);
	else if (v->expected && v->target && strcmp(v->expected->type_name, v->target->type_name))
		sk_buf_join(b, "the program's file should be labeled ", v->expected->type_name, NULL);
	else
		sk_buf_adds(b, "the program's file is not labeled as an entry to that domain");
}

/* The settings that stand against it: those that the narrowest remedy changes. */
static void sk_add_booleans(struct sk_buf *b, struct sk_worker *w, const struct sk_verdict *v)
{
	const struct sk_explainer *e = w->e;
	const struct selkie_remedy *best = NULL;
	uint64_t opens, fewest = UINT64_MAX;
	selkie_remedies *remedies;

	sk_buf_adds(b, ", because a boolean is not set for it");
	if (selkie_access_find_booleans(e->state, NULL, &v->question, SELKIE_REMEDIES_UNCOUNTED, &remedies))
		return;
	for (size_t i = 0; i < selkie_remedies_count(remedies); i++) {
		const struct selkie_remedy *remedy = selkie_remedies_get(remedies, i);

		if (sk_cause_count_opened(w, remedy, &opens) || (best && opens >= fewest))
			continue;
		fewest = opens;
		best = remedy;
	}
	for (size_t i = 0; best && i < best->n_settings; i++)
		sk_buf_join(b, i ? " and " : ": ", selkie_bool_name(e->policy, best->settings[i].boolean), " is ", best->settings[i].value ? "off" : "on", NULL);
	selkie_remedies_free(remedies);
}

/* Where the cause says it all. */
static const char *const sk_plain_whys[SELKIE_N_CAUSES] = {
	[SELKIE_CAUSE_ALLOWED_NOW] = "; this policy allows it",
	[SELKIE_CAUSE_UNKNOWN_CLASS] = ": the policy does not know this class or permission",
	[SELKIE_CAUSE_MEMORY_PROTECTION] = ", a protection against injected code",
	[SELKIE_CAUSE_FILE_MODE] = ": it asks for it only because Unix owner or mode of a file keep it out",
	[SELKIE_CAUSE_PASSED_DESCRIPTOR] = ", which it was handed open by another program",
	[SELKIE_CAUSE_PORT] = ", because this port is not one of those made for this domain",
	[SELKIE_CAUSE_UNEXPECTED_PLACE] = ", because the policy does not expect this domain's files there",
	[SELKIE_CAUSE_MISSING_RULE] = ": the policy has no rule for it",
};

static void sk_add_refused_transition(struct sk_buf *b, const struct sk_case *c)
{
	const char *before = sk_bound_words(c);

	sk_buf_adds(b, ", because ");
	if (before)
		sk_buf_adds(b, before);
	else if (c->cause == SELKIE_CAUSE_NO_NEW_PRIVILEGES)
		sk_buf_adds(b, "it was started with no_new_privs, which forbids gaining rights by changing the domain");
	else
		sk_buf_adds(b, "its file system is mounted nosuid, where no program may change the domain");
}

static void sk_add_constraint(struct sk_buf *b, const struct sk_explainer *e, const struct sk_verdict *v)
{
	sk_buf_adds(b, ": rules allow it, but a constraint of the policy keeps the two apart");
	if (v->source && v->target && v->source->context && v->target->context &&
	    v->source->context->user.v != v->target->context->user.v)
		sk_buf_join(b, " (users ", selkie_user_name(e->policy, v->source->context->user), " and ",
			    selkie_user_name(e->policy, v->target->context->user), ")", NULL);
}

static void sk_add_sensitive(struct sk_buf *b, const struct sk_explainer *e, const struct sk_verdict *v)
{
	const char *reason = "it is sensitive";

	if (v->decided)
		sk_sensitive_perms(e->sensitive, v->source->context->type, v->target->context->type, v->cls->id,
				   v->perms, &reason);
	sk_buf_join(b, ", and should not be able to: ", reason, NULL);
}

static void sk_add_why(struct sk_buf *b, struct sk_worker *w, const struct sk_case *c,
		       const struct sk_verdict *v)
{
	switch (c->cause) {
	case SELKIE_CAUSE_NO_NEW_PRIVILEGES:
	case SELKIE_CAUSE_NOSUID:
		sk_add_refused_transition(b, c);
		return;
	case SELKIE_CAUSE_NETWORK_LABEL:
		sk_buf_join(b, ", because this network traffic, interface or address is labeled ",
			    sk_type_of(v->target), ", which this domain may not use", NULL);
		return;
	case SELKIE_CAUSE_UNLABELED:
		sk_buf_adds(b, ", because ");
		sk_add_unlabeled(b, c, v);
		return;
	case SELKIE_CAUSE_ROLE:
		sk_buf_adds(b, ", because ");
		sk_add_failed_role(b, w->e, v);
		return;
	case SELKIE_CAUSE_MLS:
		sk_buf_join(b, ", because of the levels: ", v->source ? v->source->text : "?", " against ",
			    v->target ? v->target->text : "?", NULL);
		return;
	case SELKIE_CAUSE_CONSTRAINT:
		sk_add_constraint(b, w->e, v);
		return;
	case SELKIE_CAUSE_BOUNDS:
		sk_buf_adds(b, c->key.kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION
				       ? ", because it has several threads and its domain does not bound the other"
				       : ", because the type that bounds it may not either");
		return;
	case SELKIE_CAUSE_EXTENDED_PERMISSION:
		sk_buf_printf(b, ": ioctl or message number 0x%x is not among the allowed ones", c->key.number);
		return;
	case SELKIE_CAUSE_MISLABELED_TARGET:
		sk_buf_join(b, ", because it carries a wrong label: it should be ",
			    v->expected ? v->expected->type_name : "another", NULL);
		return;
	case SELKIE_CAUSE_MISLABELED_PROGRAM:
		sk_buf_adds(b, ", because ");
		sk_add_wrong_program(b, w->e, c, v);
		return;
	case SELKIE_CAUSE_SENSITIVE:
		sk_add_sensitive(b, w->e, v);
		return;
	case SELKIE_CAUSE_BOOLEAN:
		sk_add_booleans(b, w, v);
		return;
	default:
		sk_buf_adds(b, sk_plain_whys[c->cause]);
	}
}

int sk_sentence_summary(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
			const struct sk_verdict *v, const char **ret_summary)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	const char *s;

	(void)f;
	sk_add_fact(&b, c, v);
	sk_add_why(&b, w, c, v);
	sk_buf_addc(&b, '.');
	s = sk_buf_str(&b);
	*ret_summary = s ? sk_arena_strdup(&w->scratch, s) : NULL;
	return *ret_summary ? 0 : -ENOMEM;
}

/* Evidence. */
#define SK_MOST_EVIDENCE 24

struct sk_proofs {
	struct sk_arena *arena;
	struct selkie_evidence *list;
	size_t n;
	bool no_memory;
};

static void sk_evidence_add(struct sk_proofs *p, const char *name, const char *text)
{
	if (!text || p->n == SK_MOST_EVIDENCE)
		return;
	p->list[p->n++] = (struct selkie_evidence){ name, text };
}

static void sk_evidence_printf(struct sk_proofs *p, const char *name, const char *fmt, ...)
	SK_PRINTF(3, 4);

static void sk_evidence_printf(struct sk_proofs *p, const char *name, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = sk_arena_vprintf(p->arena, fmt, args);
	va_end(args);
	if (!s)
		p->no_memory = true;
	sk_evidence_add(p, name, s);
}

static const char *sk_path_source_words(enum selkie_audit_path_source source)
{
	switch (source) {
	case SELKIE_AUDIT_PATH_ONLY:
		return " (a guess: the event's only path)";
	case SELKIE_AUDIT_PATH_NAME:
		return " (by its name)";
	default:
		return "";
	}
}

static void sk_evidence_object(struct sk_proofs *p, const struct sk_case *c, const struct sk_verdict *v)
{
	const struct sk_case_samples *s = c->samples;

	for (unsigned int i = 0; i < s->n_paths; i++)
		sk_evidence_printf(p, "path", "%s%s", s->paths[i],
				   s->found_by_inode ? " (found by inode)" : sk_path_source_words(s->path_source));
	if (!s->n_paths && v->words->file_mode) {
		sk_evidence_printf(p, "path", "unknown%s%s%s", s->name ? ", named '" : "", s->name ? s->name : "",
				   s->name ? "'" : "");
		if (s->inode >= 0)
			sk_evidence_printf(p, "inode", "%" PRId64 " on %s", s->inode,
					   s->device ? s->device : "an unknown device");
		sk_evidence_add(p, "to get paths", "load any audit rule (auditctl -w /etc/shadow -p w): then records "
						   "bring them");
	}
	if (s->port >= 0)
		sk_evidence_printf(p, "port", "%d", s->port);
	sk_evidence_add(p, "interface", s->netif);
	sk_evidence_add(p, "bus call", s->member);
	sk_evidence_add(p, "program", s->exe);
	sk_evidence_add(p, "command", s->comm);
}

static void sk_evidence_constraint(struct sk_proofs *p, const struct selkie_failed_constraint *k)
{
	sk_evidence_add(p, "clause", sk_arena_strdup(p->arena, k->text));
	for (uint32_t i = 0; i < k->n_nodes; i++)
		if (!k->nodes[i].op && k->nodes[i].decisive)
			sk_evidence_printf(p, "failed part", "%s is %s", k->nodes[i].text,
					   k->nodes[i].value ? "true" : "false");
}

/* The clauses that fail, and the rules that would have allowed it. */
static int sk_evidence_decision(const struct sk_explainer *e, struct sk_proofs *p, const struct sk_case *c,
				const struct sk_verdict *v)
{
	selkie_explanation *x = NULL;
	int r = 0;

	if (c->key.kind == SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION && v->old && v->old->context &&
	    v->target && v->target->context && v->source && v->source->context && v->cls)
		r = selkie_transition_validate(e->policy, v->old->context, v->target->context,
					  v->source->context, v->cls->id, &x);
	else if (v->fails_mls || v->fails_constraint)
		r = selkie_access_explain(e->state, NULL, &v->question, &x);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	if (!x)
		return 0;
	for (size_t i = 0; i < selkie_explanation_n_constraints(x); i++)
		sk_evidence_constraint(p, selkie_explanation_constraint(x, i));
	selkie_explanation_free(x);
	return 0;
}

int sk_sentence_evidence(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
			 const struct sk_verdict *v, const struct selkie_evidence **ret_evidence,
			 size_t *ret_n)
{
	const struct sk_explainer *e = w->e;
	struct sk_proofs p = { .arena = &w->scratch };
	int r;

	(void)f;
	p.list = SK_ARENA_ARRAY(&w->scratch, struct selkie_evidence, SK_MOST_EVIDENCE);
	if (!p.list)
		return -ENOMEM;
	if (v->source)
		sk_evidence_add(&p, "source label", v->source->text);
	if (v->old)
		sk_evidence_add(&p, "old label", v->old->text);
	if (v->target)
		sk_evidence_add(&p, "target label", v->target->text);
	if (c->samples->raw)
		sk_evidence_add(&p, "stored label", c->samples->raw);
	if (v->expected)
		sk_evidence_add(&p, "label expected", v->expected->text);
	sk_evidence_object(&p, c, v);
	if (c->key.program && c->cause == SELKIE_CAUSE_MISLABELED_PROGRAM)
		sk_evidence_add(&p, "program's label expected",
				selkie_type_name(e->policy, e->programs[c->key.program - 1].label));
	if (c->cause == SELKIE_CAUSE_FILE_MODE && c->samples->mode >= 0)
		sk_evidence_printf(&p, "file mode", "%04" PRIo64 ", owner %" PRId64 ", group %" PRId64 "; the process is uid %" PRId64,
				   c->samples->mode & 07777, c->samples->owner, c->samples->group,
				   c->samples->fsuid);
	r = sk_evidence_decision(e, &p, c, v);
	*ret_evidence = p.list;
	*ret_n = p.n;
	return r ? r : p.no_memory ? -ENOMEM : 0;
}
