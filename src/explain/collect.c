/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events to cases. A log repeats itself: what decides a denial's cause is put into a key, and denials with one key are
 * one case with a count. What merely differs (paths, ports, pids) is kept as a few samples. So memory grows with the
 * distinct denials only, and everything expensive is done once a case.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

#include "base/word.h"
#include "explain/call.h"
#include "explain/cause.h"
#include "explain/explainer.h"

/* The third part of a context, for policies that do not have it. */
static const char *sk_context_type_text(struct sk_arena *arena, const char *text)
{
	const char *a = strchr(text, ':'), *b = a ? strchr(a + 1, ':') : NULL;

	if (!b)
		return sk_arena_strdup(arena, text);
	return sk_arena_strndup(arena, b + 1, strcspn(b + 1, ":"));
}

int sk_explain_add_context(struct sk_explainer *e, const char *text, size_t n, uint32_t *ret_number)
{
	struct sk_named_context *c;
	uint32_t number;
	int r;

	r = sk_grow(&e->contexts, &e->cap_contexts, e->n_contexts + 1, sizeof(*e->contexts));
	if (r)
		return r;
	r = sk_intern_add(&e->context_names, text, n, &number);
	if (r)
		return r;
	if (number < e->n_contexts) {
		*ret_number = number;
		return 0;
	}
	c = &e->contexts[e->n_contexts++];
	memset(c, 0, sizeof(*c));
	c->text = sk_intern_str(&e->context_names, number);
	r = selkie_context_parse(e->policy, c->text, SELKIE_CONTEXT_UNAUTHORIZED, &c->faults,
				 &c->context);
	if (r < 0)
		return r;
	if (c->context && e->policy->type_by_id[c->context->type.v]) {
		c->type_name = e->policy->type_by_id[c->context->type.v]->name;
		c->unlabeled = e->unlabeled.v && c->context->type.v == e->unlabeled.v;
	} else {
		c->type_name = sk_context_type_text(&e->arena, c->text);
		if (!c->type_name)
			return -ENOMEM;
	}
	*ret_number = number;
	return 0;
}

static int sk_collect_context(struct sk_explainer *e, struct selkie_audit_text text, uint32_t *ret)
{
	*ret = SK_NO_STRING;
	if (!text.data || !text.size)
		return 0;
	return sk_explain_add_context(e, text.data, text.size, ret);
}

/* Classes and permissions that matter here. */
enum sk_text_word {
	SK_WORD_PROCESS = 1,
	SK_WORD_SERVICE = 2,
	SK_WORD_CAPABILITY = 4,		/* any class that begins with "cap" */
	SK_WORD_CREATE = 8,
	SK_WORD_OWN_FILES = 16,		/* at exec: what is done with the program's own files */
	SK_WORD_IOCTL = 32,
	SK_WORD_NLMSG = 64,
	SK_WORD_NNP = 128,
	SK_WORD_NOSUID = 256,
	SK_WORD_CONNECT = 512,
	SK_WORD_BIND = 1024,
};

static const struct {
	const char *name;
	uint16_t word;
} sk_text_words[] = {
	{ "process", SK_WORD_PROCESS },	      { "service", SK_WORD_SERVICE },
	{ "create", SK_WORD_CREATE },	      { "execute", SK_WORD_OWN_FILES },
	{ "open", SK_WORD_OWN_FILES },	      { "entrypoint", SK_WORD_OWN_FILES },
	{ "execute_no_trans", SK_WORD_OWN_FILES }, { "ioctl", SK_WORD_IOCTL },
	{ "nlmsg", SK_WORD_NLMSG },	      { "nnp_transition", SK_WORD_NNP },
	{ "nosuid_transition", SK_WORD_NOSUID }, { "name_connect", SK_WORD_CONNECT },
	{ "name_bind", SK_WORD_BIND },
};

static void sk_text_learn(const char *text, struct sk_text_facts *facts)
{
	*facts = (struct sk_text_facts){ .file_mode = sk_class_file_mode(text) };
	if (!strncmp(text, "cap", 3))
		facts->words = SK_WORD_CAPABILITY;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_text_words); i++)
		if (sk_name_in(text, sk_text_words[i].name))
			facts->words |= sk_text_words[i].word;
}

static int sk_collect_string(struct sk_explainer *e, struct selkie_audit_text text, uint32_t *ret)
{
	int r;

	*ret = SK_NO_STRING;
	if (!text.data)
		return 0;
	r = sk_intern_add(&e->strings, text.data, text.size, ret);
	for (; !r && e->n_text_facts <= *ret; e->n_text_facts++) {
		r = sk_grow(&e->text_facts, &e->cap_text_facts, e->n_text_facts + 1, sizeof(*e->text_facts));
		if (r)
			return r;
		sk_text_learn(sk_intern_str(&e->strings, (uint32_t)e->n_text_facts), &e->text_facts[e->n_text_facts]);
	}
	return r;
}

static unsigned int sk_words(const struct sk_explainer *e, uint32_t string)
{
	return string == SK_NO_STRING ? 0 : e->text_facts[string].words;
}

static uint32_t sk_file_mode(const struct sk_explainer *e, uint32_t cls)
{
	return cls == SK_NO_STRING ? 0 : e->text_facts[cls].file_mode;
}

/* Remembers an answer in the place of an older one. Without memory for it, it will be looked up again. */
static void sk_expected_remember(struct sk_expected_path *recent, const char *path, uint32_t mode, uint32_t context)
{
	free(recent->path);
	*recent = (struct sk_expected_path){ strdup(path), mode, context };
}

int sk_explain_expected(struct sk_explainer *e, const char *path, uint32_t mode, uint32_t *ret_context)
{
	struct selkie_label_result found;
	struct sk_expected_path *recent;
	int r;

	*ret_context = SK_NO_STRING;
	if (!e->labels || path[0] != '/')
		return 0;
	recent = &e->recent[sk_hash_u64(sk_hash_bytes(path, strlen(path)) ^ mode) % SK_RECENT_PATHS];
	if (recent->path && recent->mode == mode && !strcmp(recent->path, path)) {
		*ret_context = recent->context;
		return 0;
	}
	r = selkie_label_lookup(e->labels, path, mode, &found);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (!r) {
		r = sk_explain_add_context(e, found.context, strlen(found.context), ret_context);
		if (r)
			return r;
	}
	sk_expected_remember(recent, path, mode, *ret_context);
	return 0;
}

/* A field of a record decoded, copied to the explainer's life; NULL when it is absent or unreadable. */
static int sk_collect_copy(struct sk_explainer *e, const struct selkie_audit_record *record,
			   const char *key, const char **ret)
{
	long n;

	if (*ret || !record)
		return 0;
	n = selkie_audit_decode(record, key, e->text, sizeof(e->text));
	if (n < 0)
		return 0;
	*ret = sk_arena_strndup(&e->arena, e->text, (size_t)n);
	return *ret ? 0 : -ENOMEM;
}

static int64_t sk_collect_number(const struct selkie_audit_record *record, const char *key,
				 unsigned int base)
{
	int64_t value;

	if (!record || !selkie_audit_number(selkie_audit_field(record, key), base, &value))
		return -1;
	return value;
}

/*
 * The program of an event, as a number + 1: only for denials by the kernel outside of exec, where exe= is the program
 * that the source domain runs.
 */
static int sk_collect_program(struct sk_explainer *e, const struct selkie_audit_event *event,
			      uint32_t *ret_program)
{
	const struct selkie_audit_record *r = selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	uint32_t number, expected;
	struct sk_program *p;
	long n;
	int err;

	*ret_program = 0;
	if (!r)
		return 0;
	n = selkie_audit_decode(r, "exe", e->text, sizeof(e->text));
	if (n <= 0 || e->text[0] != '/')
		return 0;
	err = sk_grow(&e->programs, &e->cap_programs, e->n_programs + 1, sizeof(*e->programs));
	if (!err)
		err = sk_intern_add(&e->program_names, e->text, (size_t)n, &number);
	if (err)
		return err;
	*ret_program = number + 1;
	if (number < e->n_programs)
		return 0;
	p = &e->programs[e->n_programs++];
	memset(p, 0, sizeof(*p));
	p->path = sk_intern_str(&e->program_names, number);
	err = sk_explain_expected(e, p->path, S_IFREG, &expected);
	if (err)
		return err;
	if (expected != SK_NO_STRING && e->contexts[expected].context &&
	    sk_cause_is_own_program(e, e->contexts[expected].context->type))
		p->label = e->contexts[expected].context->type;
	return 0;
}

static bool sk_perms_have(struct selkie_audit_text perms, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n <= perms.size; i++)
		if (!memcmp(perms.data + i, name, n) && (i == 0 || perms.data[i - 1] == ' ') &&
		    (i + n == perms.size || perms.data[i + n] == ' '))
			return true;
	return false;
}

/* At exec a denial speaks of the program's own files, or of a descriptor that the new domain may not keep. */
static bool sk_collect_not_program(const struct selkie_audit_event *event,
				   const struct selkie_audit_denial *denial)
{
	int64_t inode = sk_collect_number(denial->record, "ino", 10), other;

	for (size_t i = 0; i < event->n_records && inode >= 0; i++) {
		if (event->records[i].type != SELKIE_AUDIT_PATH)
			continue;
		other = sk_collect_number(&event->records[i], "inode", 10);
		if (other == inode)
			return false;
	}
	return true;
}

static uint64_t sk_refused_key(uint32_t program, uint32_t source)
{
	return sk_hash_u64((uint64_t)program << 32 | source) & ~(uint64_t)1;
}

/* The transition of this program was refused: what it does from now on, it does in the old domain. */
static int sk_collect_refusal(struct sk_explainer *e, const struct selkie_audit_event *event,
			      const struct sk_case_key *key, uint32_t flag)
{
	uint32_t program, *value;
	int r;

	r = sk_collect_program(e, event, &program);
	if (r || !program)
		return r;
	return sk_map_insert(&e->refused, sk_refused_key(program, key->source), flag, &value, NULL);
}

/* The PATH record of the denied object, for its Unix owner; the only one where the object is not known. */
static const struct selkie_audit_record *sk_collect_object(const struct selkie_audit_event *event)
{
	const struct selkie_audit_record *last = NULL;

	for (size_t i = 0; i < event->n_records; i++)
		if (event->records[i].type == SELKIE_AUDIT_PATH)
			last = &event->records[i];
	return last;
}

/* Whether the type of a context text is that of context number `expected`. */
static bool sk_collect_same_type(const struct sk_explainer *e, struct selkie_audit_text text,
				 uint32_t expected)
{
	const char *name = e->contexts[expected].type_name;
	const char *p = text.data, *end = text.data + text.size;
	size_t n = strlen(name);

	for (int colons = 0; p < end && colons < 2; p++)
		colons += *p == ':';
	return (size_t)(end - p) >= n && !memcmp(p, name, n) && (p + n == end || p[n] == ':');
}

/*
 * A new object has no label to be wrong yet: what may be wrong is the label of the directory it is made in. The
 * expected context stays only if that directory's label is not the expected one.
 */
static int sk_collect_created(struct sk_explainer *e, uint32_t *expected)
{
	char *slash = strrchr(e->path.path, '/');
	uint32_t parent = SK_NO_STRING;
	int r = 0;

	if (slash && slash != e->path.path && e->path.source == SELKIE_AUDIT_PATH_CREATED &&
	    e->path.object.data) {
		*slash = '\0';
		r = sk_explain_expected(e, e->path.path, S_IFDIR, &parent);
		*slash = '/';
	}
	if (parent == SK_NO_STRING || sk_collect_same_type(e, e->path.object, parent))
		*expected = SK_NO_STRING;
	return r;
}

/* A capability is asked for on behalf of a file that only the event's last PATH record names. */
static void sk_collect_only_path(struct sk_explainer *e, const struct selkie_audit_event *event)
{
	const struct selkie_audit_record *object = sk_collect_object(event);

	if (!object || selkie_audit_decode(object, "name", e->path.path, sizeof(e->path.path)) <= 0 ||
	    e->path.path[0] != '/')
		return;
	e->path.source = SELKIE_AUDIT_PATH_ONLY;
	e->path.absolute = true;
	e->path.deleted = false;
}

/* The path of the object, and the context it should have. */
static int sk_collect_path(struct sk_explainer *e, const struct selkie_audit_event *event,
			   const struct selkie_audit_denial *denial, struct sk_case_key *key)
{
	uint32_t mode = sk_file_mode(e, key->cls);
	unsigned int cls = sk_words(e, key->cls);
	bool process = cls & SK_WORD_PROCESS;
	int r;

	e->path.source = SELKIE_AUDIT_PATH_NONE;
	if (!mode && !(cls & (SK_WORD_PROCESS | SK_WORD_SERVICE | SK_WORD_CAPABILITY)))
		return 0;
	if (selkie_audit_denied_path(event, denial, &e->path))
		e->path.source = SELKIE_AUDIT_PATH_NONE;
	if (!e->path.source && !mode && !process)
		sk_collect_only_path(e, event);
	if (!e->path.source || !e->path.absolute || strpbrk(e->path.path, "\n"))
		return 0;
	key->flags |= SK_CASE_HAS_PATH;
	if (e->path.deleted || (!mode && !process))
		return 0;
	r = sk_explain_expected(e, e->path.path, process ? S_IFREG : mode, &key->expected);
	if (r || key->expected == SK_NO_STRING)
		return r;
	/* of a program that is started, only a label that is not as expected tells anything */
	if (process && (!e->path.object.data ||
			sk_collect_same_type(e, e->path.object, key->expected)))
		key->expected = SK_NO_STRING;
	else if (sk_words(e, key->perms) & SK_WORD_CREATE)
		r = sk_collect_created(e, &key->expected);
	return r;
}

/* The parts of the key that come from companions of the denial. `e->path` is filled for objects that are files. */
static int sk_collect_companions(struct sk_explainer *e, const struct selkie_audit_event *event,
				 const struct selkie_audit_denial *denial, struct sk_case_key *key)
{
	unsigned int perms = sk_words(e, key->perms);
	uint32_t program = 0;
	const uint32_t *refused;
	int64_t number;
	int r;

	key->call = (uint8_t)sk_call_of_event(event);
	r = sk_collect_path(e, event, denial, key);
	if (r)
		return r;
	number = -1;
	if (perms & SK_WORD_IOCTL)
		number = sk_collect_number(denial->record, "ioctlcmd", 16);
	else if (perms & SK_WORD_NLMSG)
		number = sk_collect_number(denial->record, "nl-msgtype", 10);
	if (number >= 0 && number <= 0xffff) {
		key->number = (uint32_t)number;
		key->flags |= SK_CASE_NUMBER;
	}
	if (denial->srawcon.data || denial->trawcon.data)
		key->flags |= SK_CASE_RAW;
	if (key->call == SK_CALL_EXEC && sk_file_mode(e, key->cls) && !(perms & SK_WORD_OWN_FILES) &&
	    sk_collect_not_program(event, denial))
		key->flags |= SK_CASE_NOT_PROGRAM;
	if (denial->kind != SELKIE_AUDIT_DENIAL_AVC)
		return 0;

	if (perms & SK_WORD_NNP)
		return sk_collect_refusal(e, event, key, SK_CASE_NNP_REFUSED);
	if (perms & SK_WORD_NOSUID)
		return sk_collect_refusal(e, event, key, SK_CASE_NOSUID_REFUSED);
	if (key->call == SK_CALL_EXEC)
		return 0;
	r = sk_collect_program(e, event, &program);
	if (r || !program)
		return r;
	if (e->programs[program - 1].label.v)
		key->program = program;
	refused = sk_map_find(&e->refused, sk_refused_key(program, key->source));
	if (refused)
		key->flags |= (uint8_t)*refused;
	return 0;
}

static int sk_case_find(struct sk_explainer *e, const struct sk_case_key *key, struct sk_case **ret_case,
			bool *ret_new)
{
	uint64_t hash = sk_hash_bytes(key, sizeof(*key)) & ~(uint64_t)1;
	uint32_t *slot;
	struct sk_case *c;
	int r;

	r = sk_map_insert(&e->case_of, hash, 0, &slot, NULL);
	if (r)
		return r;
	for (uint32_t i = *slot; i; i = e->cases[i - 1].next) {
		if (memcmp(&e->cases[i - 1].key, key, sizeof(*key)))
			continue;
		*ret_case = &e->cases[i - 1];
		*ret_new = false;
		return 0;
	}
	r = sk_grow(&e->cases, &e->cap_cases, e->n_cases + 1, sizeof(*e->cases));
	if (r)
		return r;
	c = &e->cases[e->n_cases++];
	memset(c, 0, sizeof(*c));
	c->key = *key;
	c->next = *slot;
	*slot = (uint32_t)e->n_cases;
	*ret_case = c;
	*ret_new = true;
	return 0;
}

static int sk_case_add_event(struct sk_explainer *e, struct sk_case *c,
			     const struct selkie_audit_event *event)
{
	struct selkie_event_id id = { event->seconds, event->milliseconds, event->serial };
	int r;

	c->count++;
	c->last = id;
	if (c->n_events == SELKIE_MOST_EVENTS || !event->has_id)
		return 0;
	if (c->last_event && !memcmp(&e->events[c->last_event - 1].id, &id, sizeof(id)))
		return 0;
	r = sk_grow(&e->events, &e->cap_events, e->n_events + 1, sizeof(*e->events));
	if (r)
		return r;
	e->events[e->n_events] = (struct sk_event_node){ .id = id };
	e->n_events++;
	if (c->last_event)
		e->events[c->last_event - 1].next = (uint32_t)e->n_events;
	else
		c->first_event = (uint32_t)e->n_events;
	c->last_event = (uint32_t)e->n_events;
	c->n_events++;
	return 0;
}

static int sk_samples_add_path(struct sk_explainer *e, struct sk_case_samples *s)
{
	if (!e->path.source || s->n_paths == SK_MOST_PATHS)
		return 0;
	for (unsigned int i = 0; i < s->n_paths; i++)
		if (!strcmp(s->paths[i], e->path.path))
			return 0;
	s->paths[s->n_paths] = sk_arena_strdup(&e->arena, e->path.path);
	if (!s->paths[s->n_paths])
		return -ENOMEM;
	s->n_paths++;
	return 0;
}

static int sk_samples_protocol(const char *cls)
{
	if (strstr(cls, "udp"))
		return IPPROTO_UDP;
	if (strstr(cls, "dccp"))
		return IPPROTO_DCCP;
	if (strstr(cls, "sctp"))
		return IPPROTO_SCTP;
	return IPPROTO_TCP;
}

/* The denied port: dest= for a connection, src= for a bind (security/selinux/hooks.c, lsm_audit.c). */
static int32_t sk_samples_port(const struct selkie_audit_denial *denial, unsigned int perms)
{
	const char *key = perms & SK_WORD_CONNECT ? "dest" : perms & SK_WORD_BIND ? "src" : NULL;
	int64_t port = key ? sk_collect_number(denial->record, key, 10) : -1;

	return port >= 0 && port <= 65535 ? (int32_t)port : -1;
}

static int sk_samples_bus(struct sk_explainer *e, const struct selkie_audit_denial *denial,
			  struct sk_case_samples *s)
{
	struct selkie_audit_text i = selkie_audit_field(denial->record, "interface");
	struct selkie_audit_text m = selkie_audit_field(denial->record, "member");

	if (!m.data)
		return 0;
	s->member = sk_arena_printf(&e->arena, "%.*s%s%.*s", (int)SK_MIN(i.size, (size_t)200),
				    i.data ? i.data : "", i.size ? "." : "",
				    (int)SK_MIN(m.size, (size_t)200), m.data);
	return s->member ? 0 : -ENOMEM;
}

/* A text of the denial itself, kept unless there is one. */
static int sk_samples_text(struct sk_explainer *e, struct selkie_audit_text text, const char **ret)
{
	if (*ret || !text.size)
		return 0;
	*ret = sk_arena_strndup(&e->arena, text.data, text.size);
	return *ret ? 0 : -ENOMEM;
}

static int sk_samples_file(struct sk_explainer *e, const struct selkie_audit_denial *denial,
			   struct sk_case_samples *s)
{
	int r;

	s->inode = sk_collect_number(denial->record, "ino", 10);
	r = sk_collect_copy(e, denial->record, "name", &s->name);
	return r ? r : sk_collect_copy(e, denial->record, "dev", &s->device);
}

/* Owner and mode of the file that a capability was asked for, and who asked. */
static void sk_samples_unix(const struct selkie_audit_event *event,
			    const struct selkie_audit_record *call, struct sk_case_samples *s)
{
	const struct selkie_audit_record *object = sk_collect_object(event);

	s->mode = sk_collect_number(object, "mode", 8);
	s->owner = sk_collect_number(object, "ouid", 10);
	s->group = sk_collect_number(object, "ogid", 10);
	s->fsuid = sk_collect_number(call, "fsuid", 10);
	s->fsgid = sk_collect_number(call, "fsgid", 10);
}

static int sk_samples_new(struct sk_explainer *e, const struct selkie_audit_event *event,
			  const struct selkie_audit_denial *denial, const struct sk_case_key *key,
			  struct sk_case_samples **ret)
{
	uint32_t mode = sk_file_mode(e, key->cls);
	const struct selkie_audit_record *call = selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	struct sk_case_samples *s = SK_ARENA_NEW(&e->arena, struct sk_case_samples);
	int r;

	if (!s)
		return -ENOMEM;
	s->cls = sk_explain_str(e, key->cls);
	s->perms = sk_explain_str(e, key->perms);
	s->port = sk_samples_port(denial, sk_words(e, key->perms));
	s->protocol = sk_samples_protocol(s->cls);
	s->inode = s->mode = s->owner = s->group = s->fsuid = s->fsgid = -1;
	s->path_source = e->path.source;
	r = sk_collect_copy(e, denial->record, "comm", &s->comm);
	if (!r)
		r = sk_collect_copy(e, call, "comm", &s->comm);
	if (!r)
		r = sk_collect_copy(e, call, "exe", &s->exe);
	if (!r && mode)
		r = sk_samples_file(e, denial, s);
	if (!r && sk_words(e, key->cls) & SK_WORD_CAPABILITY)
		sk_samples_unix(event, call, s);
	if (!r && denial->kind == SELKIE_AUDIT_DENIAL_USER_AVC)
		r = sk_samples_bus(e, denial, s);
	else if (!r && !mode)
		r = sk_collect_copy(e, denial->record, "netif", &s->netif);
	if (!r)
		r = sk_samples_text(e, denial->operation, &s->operation);
	if (!r)
		r = sk_samples_text(e, denial->trawcon, &s->raw);
	if (!r)
		r = sk_samples_text(e, denial->srawcon, &s->raw);
	if (!r)
		r = sk_samples_text(e, denial->invalid, &s->raw);
	*ret = s;
	return r;
}

/* What the records of a bounded transition leave open: which of the two refused it. */
static void sk_collect_bounded(const struct selkie_audit_event *event, struct sk_case_key *key)
{
	for (size_t i = 0; i < event->n_denials; i++) {
		if (event->denials[i].kind != SELKIE_AUDIT_DENIAL_AVC)
			continue;
		if (sk_perms_have(event->denials[i].perms, "nnp_transition"))
			key->flags |= SK_CASE_NNP_REFUSED;
		else if (sk_perms_have(event->denials[i].perms, "nosuid_transition"))
			key->flags |= SK_CASE_NOSUID_REFUSED;
	}
}

static int sk_collect_key(struct sk_explainer *e, const struct selkie_audit_event *event,
			  const struct selkie_audit_denial *denial, struct sk_case_key *key)
{
	int r;

	memset(key, 0, sizeof(*key));
	key->expected = SK_NO_STRING;
	key->kind = (uint8_t)denial->kind;
	key->permissive = denial->permissive > 0;
	r = sk_collect_context(e, denial->scontext, &key->source);
	if (!r)
		r = sk_collect_context(e, denial->kind == SELKIE_AUDIT_DENIAL_INVALID_CONTEXT &&
						   denial->invalid.data
					       ? denial->invalid : denial->tcontext, &key->target);
	if (!r)
		r = sk_collect_context(e, denial->oldcontext, &key->old);
	if (!r)
		r = sk_collect_string(e, denial->tclass, &key->cls);
	if (!r)
		r = sk_collect_string(e, denial->perms, &key->perms);
	if (!r)
		r = sk_collect_companions(e, event, denial, key);
	if (denial->kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		sk_collect_bounded(event, key);
	return r;
}

static int sk_collect_denial(struct sk_explainer *e, const struct selkie_audit_event *event,
			     const struct selkie_audit_denial *denial)
{
	struct sk_case_key key;
	struct sk_case *c;
	bool is_new;
	int r;

	r = sk_collect_key(e, event, denial, &key);
	if (!r)
		r = sk_case_find(e, &key, &c, &is_new);
	if (r)
		return r;
	/* the one thread that writes it */
	atomic_store_explicit(&e->n_denials, atomic_load_explicit(&e->n_denials, memory_order_relaxed) + 1,
			      memory_order_relaxed);
	if (is_new) {
		r = sk_samples_new(e, event, denial, &key, &c->samples);
		if (r)
			return r;
	}
	r = sk_case_add_event(e, c, event);
	if (!r)
		r = sk_samples_add_path(e, c->samples);
	return r;
}

int sk_collect_event(void *arg, const struct selkie_audit_event *event)
{
	struct sk_explainer *e = arg;
	int r = 0;

	for (size_t i = 0; i < event->n_denials && !r; i++)
		if (!event->denials[i].granted)
			r = sk_collect_denial(e, event, &event->denials[i]);
	return r;
}
