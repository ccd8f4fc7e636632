/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a word stands for: a path, a port or a type, with the label in force. A label that a file really has goes before
 * what the file contexts say, and these before what the policy says of file systems without labels.
 */
#include "query/thing.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "model/context.h"
#include "selkie/name.h"
#include "selkie/object.h"

/* A thing in the making. */
struct sk_thing_making {
	struct sk_thing *t;
	const struct sk_policy *p;
	const selkie_label_db *labels;
	const struct selkie_thing_options *options;
	struct sk_diags *diags;
};

/* The classes of file types. */
static const struct {
	uint32_t mode;
	const char *cls;
} sk_thing_modes[] = {
	{ S_IFREG, "file" },	  { S_IFDIR, "dir" },	     { S_IFLNK, "lnk_file" },
	{ S_IFIFO, "fifo_file" }, { S_IFSOCK, "sock_file" }, { S_IFBLK, "blk_file" },
	{ S_IFCHR, "chr_file" },
};

static const struct {
	const char *name;
	int protocol;
	const char *cls;
} sk_thing_protocols[] = {
	{ "tcp", IPPROTO_TCP, "tcp_socket" },
	{ "udp", IPPROTO_UDP, "udp_socket" },
	{ "sctp", IPPROTO_SCTP, "sctp_socket" },
	{ "dccp", IPPROTO_DCCP, "dccp_socket" },
};

/* File systems that label rules do not reach, longest path first. */
static const struct {
	const char *path, *fstype;
} sk_thing_mounts[] = {
	{ "/sys/kernel/debug", "debugfs" },
	{ "/sys/kernel/tracing", "tracefs" },
	{ "/sys/kernel/security", "securityfs" },
	{ "/sys/fs/selinux", "selinuxfs" },
	{ "/sys/fs/cgroup", "cgroup2" },
	{ "/sys/fs/pstore", "pstore" },
	{ "/sys", "sysfs" },
	{ "/proc", "proc" },
};

static int sk_thing_unknown(struct sk_thing_making *m, const char *id, const char *fmt,
			    const char *a, const char *near)
{
	struct sk_diag *d = sk_error(m->diags, id, NULL, fmt, a);

	if (near)
		sk_diag_note(m->diags, d, NULL, "did you mean '%s'?", near);
	return SELKIE_THING_UNKNOWN;
}

static int sk_thing_class(struct sk_thing_making *m, const char *usual)
{
	const char *name = m->options->cls ? m->options->cls : usual;

	m->t->public.cls = sk_policy_find_class(m->p, name);
	return m->t->public.cls.v ? 0
				  : sk_thing_unknown(m, "E0670", "the policy has no class '%s'",
						     name, selkie_class_nearest(m->p, name));
}

/* A context given as text; one whose levels do not fit counts with the levels of a plausible one. */
static int sk_thing_context(struct sk_thing_making *m, const char *text)
{
	sk_auto_free char *type = NULL;
	const char *colon = strchr(text, ':');
	struct sk_type_id id = { 0 };
	int r = selkie_context_parse(m->p, text, SELKIE_CONTEXT_UNAUTHORIZED, NULL, &m->t->context);

	if (r <= 0)
		return r;
	colon = colon ? strchr(colon + 1, ':') : NULL;
	type = colon ? strndup(colon + 1, strcspn(colon + 1, ":")) : NULL;
	if (colon && !type)
		return -ENOMEM;
	if (type)
		id = sk_policy_find_type(m->p, type);
	r = id.v ? selkie_context_assume(m->p, id, &m->t->context) : -EINVAL;
	return r == -EINVAL
		       ? sk_thing_unknown(m, "E0671", "the label '%s' is not valid in this policy",
					  text, NULL)
		       : r;
}

static const char *sk_mode_class(uint32_t mode)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_thing_modes); i++)
		if (sk_thing_modes[i].mode == (mode & S_IFMT))
			return sk_thing_modes[i].cls;
	return NULL;
}

/* Below a file system that the policy labels. none: the file contexts say that no label is fixed. */
static int sk_thing_genfs(struct sk_thing_making *m, const char *path, bool none)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_thing_mounts); i++) {
		size_t n = strlen(sk_thing_mounts[i].path);
		struct selkie_object object;

		if (strncmp(path, sk_thing_mounts[i].path, n) || (path[n] && path[n] != '/'))
			continue;
		selkie_object_genfs(m->p, sk_thing_mounts[i].fstype, path[n] ? path + n : "/",
				    m->t->public.cls, &object);
		if (object.source != SELKIE_OBJECT_STATEMENT)
			break;
		m->t->public.label = SELKIE_THING_BY_STATEMENT;
		m->t->public.statement = object.index;
		return sk_context_copy(object.context, &m->t->context);
	}
	if (none)
		return sk_thing_unknown(
			m, "E0672",
			"by the file contexts '%s' has no label of its own: whoever "
			"makes it gives it one",
			path, NULL);
	if (m->labels)
		return sk_thing_unknown(m, "E0672", "nothing gives '%s' a label", path, NULL);
	return sk_thing_unknown(
		m, "E0672", "there are no file contexts that would give '%s' a label", path, NULL);
}

/* By the label database. Positive: it says nothing about the path. */
static int sk_thing_by_rule(struct sk_thing_making *m, const char *path, uint32_t mode)
{
	struct selkie_label_result found = { 0 };
	int r;

	if (!m->labels)
		return SELKIE_LABEL_NO_MATCH;
	r = selkie_label_lookup(m->labels, path, mode, &found);
	m->t->public.rule = found.rule;
	return r;
}

static int sk_thing_path(struct sk_thing_making *m, const char *path)
{
	uint32_t mode = m->options->mode & S_IFMT;
	size_t n = strlen(path);
	const char *cls;
	int r;

	m->t->public.kind = SELKIE_THING_PATH;
	if (!mode && n > 1 && path[n - 1] == '/')
		mode = S_IFDIR;
	r = sk_thing_by_rule(m, path, mode);
	if (r < 0)
		return r;
	cls = sk_mode_class(mode);
	if (!cls && m->t->public.rule)
		cls = sk_mode_class(m->t->public.rule->mode);
	if (sk_thing_class(m, cls ? cls : "file"))
		return SELKIE_THING_UNKNOWN;
	if (m->options->context) {
		m->t->public.label = SELKIE_THING_BY_GIVEN;
		return sk_thing_context(m, m->options->context);
	}
	if (r)
		return sk_thing_genfs(m, path, r == SELKIE_LABEL_NONE);
	m->t->public.label = SELKIE_THING_BY_RULE;
	return sk_thing_context(m, m->t->public.rule->context);
}

/* "tcp:80" or "80/tcp". False for what is no port at all; *ret_row: SIZE_MAX for an unknown protocol. */
static bool sk_thing_is_port(const char *word, size_t *ret_row, unsigned long *ret_port)
{
	const char *sep = strpbrk(word, ":/"), *number, *protocol = word;
	size_t n_protocol;
	char *end;

	if (!sep || *word == '/')
		return false;
	n_protocol = (size_t)(sep - word);
	number = sep + 1;
	if (*sep == '/') {
		protocol = sep + 1;
		n_protocol = strlen(protocol);
		number = word;
	}
	if (*number < '0' || *number > '9')
		return false;
	*ret_port = strtoul(number, &end, 10);
	if (end != (*sep == '/' ? sep : number + strlen(number)))
		return false;
	*ret_row = SIZE_MAX;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_thing_protocols); i++)
		if (strlen(sk_thing_protocols[i].name) == n_protocol &&
		    !strncmp(sk_thing_protocols[i].name, protocol, n_protocol))
			*ret_row = i;
	return true;
}

static int sk_thing_port(struct sk_thing_making *m, const char *word, size_t row,
			 unsigned long port)
{
	struct selkie_object object;

	m->t->public.kind = SELKIE_THING_PORT;
	if (row == SIZE_MAX)
		return sk_thing_unknown(m, "E0673", "'%s': a protocol is tcp, udp, sctp or dccp",
					word, NULL);
	if (port > 65535)
		return sk_thing_unknown(m, "E0673", "'%s': ports go up to 65535", word, NULL);
	if (sk_thing_class(m, sk_thing_protocols[row].cls))
		return SELKIE_THING_UNKNOWN;
	m->t->public.protocol = sk_thing_protocols[row].protocol;
	m->t->public.port = (uint16_t)port;
	selkie_object_port(m->p, sk_thing_protocols[row].protocol, (uint16_t)port, &object);
	if (!object.context)
		return sk_thing_unknown(m, "E0672", "nothing gives '%s' a label", word, NULL);
	m->t->public.label = object.source == SELKIE_OBJECT_STATEMENT ? SELKIE_THING_BY_STATEMENT
								      : SELKIE_THING_BY_DEFAULT;
	m->t->public.statement = object.index;
	return sk_context_copy(object.context, &m->t->context);
}

static int sk_thing_type(struct sk_thing_making *m, const char *word)
{
	struct sk_type_id type = sk_policy_find_type(m->p, word);
	int r;

	m->t->public.kind = SELKIE_THING_TYPE;
	m->t->public.label = SELKIE_THING_BY_TYPE;
	if (!type.v)
		return sk_thing_unknown(
			m, "E0674",
			"'%s' is no path, no port as tcp:80, and no type of this policy", word,
			selkie_type_nearest(m->p, word, false));
	if (m->p->type_by_id[type.v]->attribute)
		return sk_thing_unknown(m, "E0674", "'%s' is an attribute; name one of its types",
					word, NULL);
	if (sk_thing_class(m, "file"))
		return SELKIE_THING_UNKNOWN;
	r = selkie_context_assume(m->p, type, &m->t->context);
	return r == -EINVAL
		       ? sk_thing_unknown(m, "E0674", "no user may have the type '%s'", word, NULL)
		       : r;
}

int selkie_thing_find(const selkie_policy *policy, const selkie_label_db *labels, const char *word,
		      const struct selkie_thing_options *options, selkie_diagnostics *diags,
		      struct selkie_thing **ret)
{
	static const struct selkie_thing_options none;
	struct sk_thing_making m = {
		.p = policy, .labels = labels, .options = options ? options : &none, .diags = diags
	};
	unsigned long port;
	size_t row;
	int r;

	if (m.options->version)
		return -EINVAL;
	m.t = calloc(1, sizeof(*m.t));
	if (!m.t)
		return -ENOMEM;
	m.t->word = strdup(word);
	m.t->public.word = m.t->word;
	if (!m.t->word)
		r = -ENOMEM;
	else if (*word == '/')
		r = sk_thing_path(&m, m.t->word);
	else if (sk_thing_is_port(word, &row, &port))
		r = sk_thing_port(&m, m.t->word, row, port);
	else
		r = sk_thing_type(&m, m.t->word);
	if (r) {
		selkie_thing_free(&m.t->public);
		return r;
	}
	m.t->public.context = m.t->context;
	*ret = &m.t->public;
	return 0;
}

void selkie_thing_free(struct selkie_thing *thing)
{
	struct sk_thing *t = (struct sk_thing *)thing;

	if (!t)
		return;
	selkie_context_free(t->context);
	free(t->word);
	free(t);
}

/* What people say for permissions whose names they do not know. */
static const struct {
	const char *word, *perm;
} sk_thing_words[] = {
	{ "bind", "name_bind" },
	{ "listen", "name_bind" },
	{ "connect", "name_connect" },
	{ "run", "execute" },
};

/*
 * One word. What it stands for goes before a permission of that very name: the bind of a socket has nothing to do with
 * ports.
 */
static uint32_t sk_thing_permission(const struct sk_class *cls, const char *word)
{
	uint32_t bit = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_thing_words); i++)
		if (!strcmp(sk_thing_words[i].word, word))
			bit = sk_class_find_perm(cls, sk_thing_words[i].perm);
	return bit ? bit : sk_class_find_perm(cls, word);
}

int selkie_thing_permissions(const selkie_policy *policy, const struct selkie_thing *thing,
			     const char *words, selkie_diagnostics *diags, uint32_t *ret_perms)
{
	const struct sk_class *cls = policy->class_by_id[thing->cls.v];
	uint32_t perms = 0;
	bool wrong = false;

	while (*words) {
		size_t n = strcspn(words, ",");
		sk_auto_free char *word = strndup(words, n);
		uint32_t bit = word ? sk_thing_permission(cls, word) : 0;
		const char *near;
		struct sk_diag *d;

		if (!word)
			return -ENOMEM;
		if (!bit) {
			d = sk_error(diags, "E0675", NULL, "class %s has no permission '%s'",
				     cls->name, word);
			near = selkie_permission_nearest(policy, thing->cls, word);
			if (near)
				sk_diag_note(diags, d, NULL, "did you mean '%s'?", near);
			wrong = true;
		}
		perms |= bit;
		words += n + (words[n] == ',');
	}
	if (wrong || !perms)
		return SELKIE_THING_UNKNOWN;
	*ret_perms = perms;
	return 0;
}
