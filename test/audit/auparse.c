/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differential: every AVC and USER_AVC of the logs in a folder, by libauparse and by us, in the same words: event id,
 * type, contexts, class, decision and permissions, comm, and of its SYSCALL the number and program.
 */
#include <auparse.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <selkie/audit.h>

struct lines {
	char **s;
	size_t n;
};

static void add(struct lines *lines, char *s)
{
	lines->s = realloc(lines->s, (lines->n + 1) * sizeof(*lines->s));
	if (!lines->s || !s)
		exit(3);
	lines->s[lines->n++] = s;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void done(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->s[i]);
	free(lines->s);
}

/* Goes to a field of the record au stands on; auparse_find_field would go on to other records. */
static bool find(auparse_state_t *au, const char *name)
{
	auparse_first_field(au);
	do {
		if (!strcmp(auparse_get_field_name(au), name))
			return true;
	} while (auparse_next_field(au) > 0);
	return false;
}

/* The value of a field of the record au stands on, raw, or "-"; quotes off. */
static const char *raw(auparse_state_t *au, const char *name, char *buf, size_t size)
{
	const char *s = find(au, name) ? auparse_get_field_str(au) : NULL;

	if (!s)
		return strcpy(buf, "-");
	snprintf(buf, size, "%s", *s == '"' ? s + 1 : s);
	if (*s == '"' && *buf)
		buf[strlen(buf) - 1] = '\0';
	return buf;
}

static const char *shown(auparse_state_t *au, const char *name, char *buf, size_t size)
{
	const char *s = find(au, name) ? auparse_interpret_field(au) : NULL;

	snprintf(buf, size, "%s", s ? s : "-");
	return buf;
}

/* auparse gives "{ read write }" the names seperm and seresult. */
static void theirs_record(auparse_state_t *au, const char *id, const char *call, const char *exe,
			  struct lines *lines)
{
	char b[7][4096], *line;

	if (asprintf(&line, "%s %s %s {%s} %s %s %s %s call=%s exe=%s", id,
		     auparse_get_type_name(au), raw(au, "seresult", b[0], 4096),
		     raw(au, "seperms", b[1], 4096), raw(au, "scontext", b[2], 4096),
		     raw(au, "tcontext", b[3], 4096), raw(au, "tclass", b[4], 4096),
		     shown(au, "comm", b[5], 4096), call, exe) < 0)
		exit(3);
	add(lines, line);
}

static void theirs(const char *path, struct lines *lines)
{
	auparse_state_t *au = auparse_init(AUSOURCE_FILE, path);
	char id[80], call[256], exe[4096];

	if (!au)
		exit(3);
	while (auparse_next_event(au) > 0) {
		const au_event_t *e = auparse_get_timestamp(au);

		snprintf(id, sizeof(id), "%lu.%03u:%lu", (unsigned long)e->sec, e->milli,
			 e->serial);
		strcpy(call, "-");
		strcpy(exe, "-");
		auparse_first_record(au);
		do {
			if (auparse_get_type(au) == 1300) {
				raw(au, "syscall", call, sizeof(call));
				shown(au, "exe", exe, sizeof(exe));
			}
		} while (auparse_next_record(au) > 0);
		auparse_first_record(au);
		do {
			int type = auparse_get_type(au);

			if (type == 1400 || type == 1107)
				theirs_record(au, id, call, exe, lines);
		} while (auparse_next_record(au) > 0);
	}
	auparse_destroy(au);
}

static const char *decoded(const struct selkie_audit_record *record, const char *key, char *buf)
{
	return record && selkie_audit_decode(record, key, buf, 4096) >= 0 ? buf : "-";
}

/* auparse joins the permissions with commas. */
static const char *joined(struct selkie_audit_text perms, char *buf)
{
	snprintf(buf, 4096, "%.*s", (int)perms.size, perms.data);
	for (char *p = buf; *p; p++)
		if (*p == ' ')
			*p = ',';
	return buf;
}

static int ours_event(void *arg, const struct selkie_audit_event *event)
{
	const struct selkie_audit_record *call =
		selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);

	for (size_t i = 0; i < event->n_denials; i++) {
		const struct selkie_audit_denial *d = &event->denials[i];
		struct selkie_audit_text number =
			selkie_audit_event_field(event, SELKIE_AUDIT_SYSCALL, "syscall");
		/* auparse 3.0.9 takes the decision only of the kernel's records apart. */
		bool user = d->kind == SELKIE_AUDIT_DENIAL_USER_AVC;
		char b[3][4096], *line;

		if (d->kind != SELKIE_AUDIT_DENIAL_AVC && d->kind != SELKIE_AUDIT_DENIAL_USER_AVC)
			continue;
		if (asprintf(&line,
			     "%" PRIu64 ".%03u:%" PRIu64
			     " %s %s {%s} %.*s %.*s %.*s %s call=%.*s exe=%s",
			     event->seconds, event->milliseconds, event->serial,
			     selkie_audit_type_name(d->record->type),
			     user	  ? "-"
			     : d->granted ? "granted"
					  : "denied",
			     user ? "-" : joined(d->perms, b[0]), (int)d->scontext.size,
			     d->scontext.data, (int)d->tcontext.size, d->tcontext.data,
			     (int)d->tclass.size, d->tclass.data, decoded(d->record, "comm", b[1]),
			     number.data ? (int)number.size : 1, number.data ? number.data : "-",
			     decoded(call, "exe", b[2])) < 0)
			exit(3);
		add(arg, line);
	}
	return 0;
}

static void ours(const char *path, struct lines *lines)
{
	selkie_audit_reader *reader;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || selkie_audit_reader_new(ours_event, lines, NULL, &reader) ||
	    selkie_audit_read_fd(reader, fd, NULL, NULL) || selkie_audit_finish(reader))
		exit(3);
	selkie_audit_reader_free(reader);
	close(fd);
}

static size_t check(const char *path, const char *name, unsigned int number)
{
	struct lines a = { 0 }, b = { 0 };
	size_t bad = 0, n;

	theirs(path, &a);
	ours(path, &b);
	n = a.n;
	if (a.n)
		qsort(a.s, a.n, sizeof(*a.s), compare);
	if (b.n)
		qsort(b.s, b.n, sizeof(*b.s), compare);
	for (size_t i = 0; i < a.n || i < b.n; i++) {
		if (i < a.n && i < b.n && !strcmp(a.s[i], b.s[i]))
			continue;
		if (bad++ < 5)
			printf("# auparse: %s\n# selkie:  %s\n", i < a.n ? a.s[i] : "(none)",
			       i < b.n ? b.s[i] : "(none)");
	}
	printf("%sok %u - %s: %zu records\n", bad ? "not " : "", number, name, n);
	done(&a);
	done(&b);
	return n;
}

int main(int argc, char **argv)
{
	struct dirent **names;
	int n = argc == 2 ? scandir(argv[1], &names, NULL, alphasort) : -1;
	unsigned int number = 0;
	size_t total = 0;

	if (n < 0)
		return 2;
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", argv[1], names[i]->d_name);
		if (strstr(names[i]->d_name, ".log"))
			total += check(path, names[i]->d_name, ++number);
		free(names[i]);
	}
	free(names);
	printf("%sok %u - there were records to compare\n", total > 400 ? "" : "not ", number + 1);
	printf("1..%u\n", number + 1);
	return 0;
}
