/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints what the audit reader makes of a log, one line a denial, for tests and benches:
 *
 *   audit-dump [-q] [-w WINDOW] [-p PIECE] [FILE]
 *   audit-dump -t CASES.t...
 *
 * -q prints the summary only; -p feeds pieces of that many bytes. -t runs cases: a log behind a line "== NAME" and behind
 * a line "=>" what is expected of it, once whole and once byte by byte. In a log "\\xHH" is a byte, and "\\" at the end
 * of a line takes its line end away.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <selkie/audit.h>

struct dump {
	FILE *out;
	bool quiet;
	uint64_t n_seen, sum_hash;
};

static const char *const kinds[] = {
	"avc",	  "user_avc",	   "invalid_context", "bounded_transition", "validate_transition",
	"bounds", "unknown_class", "other_error"
};
static const char *const sources[] = { "none",	"avc",	"inode", "created", "ancestor",
				       "label", "name", "only",	 "parent" };
static const char *const damages[] = { "header", "cut",	  "fields", "long",
				       "joined", "bytes", "foreign" };

static void put(FILE *out, const char *name, struct selkie_audit_text t)
{
	if (t.data)
		fprintf(out, " %s=%.*s", name, (int)t.size, t.data);
}

static void put_string(FILE *out, const char *name, const struct selkie_audit_record *record,
		       const char *key)
{
	char buf[8192];
	long n = record ? selkie_audit_decode(record, key, buf, sizeof(buf)) : -1;

	if (n >= 0)
		fprintf(out, " %s=%s", name, buf);
}

static void put_number(FILE *out, const char *name, const struct selkie_audit_record *record,
		       const char *key, unsigned int base)
{
	int64_t v;

	if (selkie_audit_number(selkie_audit_field(record, key), base, &v))
		fprintf(out, " %s=%" PRId64, name, v);
}

static void put_companions(FILE *out, const struct selkie_audit_event *event,
			   const struct selkie_audit_denial *d)
{
	const struct selkie_audit_record *call =
		selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	struct selkie_audit_address address;
	static struct selkie_audit_path path;
	char buf[8192];

	put_string(out, "comm", d->record, "comm");
	put_string(out, "exe", call ? call : d->record, "exe");
	put_number(out, "capability", d->record, "capability", 10);
	put_number(out, "ioctlcmd", d->record, "ioctlcmd", 16);
	put_number(out, "nlmsg", d->record, "nlmsg_type", 10);
	put_number(out, "dest", d->record, "dest", 10);
	if (call)
		put(out, "syscall", selkie_audit_field(call, "syscall"));
	if (!selkie_audit_denied_path(event, d, &path) && path.source)
		fprintf(out, " path(%s%s%s)=%s", sources[path.source],
			path.absolute ? "" : ",relative", path.deleted ? ",deleted" : "",
			path.path);
	if (path.inode >= 0)
		fprintf(out, " inode=%" PRId64, path.inode);
	if (path.mode >= 0)
		fprintf(out, " mode=%" PRIo64, path.mode);
	if (!selkie_audit_sockaddr(event, &address))
		fprintf(out, " address=%d/%s/%" PRId64, address.family, address.address,
			address.port);
	if (selkie_audit_command(event, buf, sizeof(buf)) > 0)
		fprintf(out, " command=%s", buf);
}

static void put_denial(FILE *out, const struct selkie_audit_event *event,
		       const struct selkie_audit_denial *d)
{
	if (event->has_id)
		fprintf(out, "%" PRIu64 ".%03u:%" PRIu64, event->seconds, event->milliseconds,
			event->serial);
	else
		fprintf(out, "-");
	fprintf(out, " %s", kinds[d->kind]);
	if (d->kind <= SELKIE_AUDIT_DENIAL_USER_AVC)
		fprintf(out, " %s { %.*s }", d->granted ? "granted" : "denied", (int)d->perms.size,
			d->perms.data ? d->perms.data : "");
	else
		put(out, "perms", d->perms);
	put(out, "s", d->scontext);
	put(out, "t", d->tcontext);
	put(out, "c", d->tclass);
	if (d->permissive >= 0)
		fprintf(out, " permissive=%d", d->permissive);
	put(out, "op", d->operation);
	put(out, "invalid", d->invalid);
	put(out, "old", d->oldcontext);
	put(out, "srawcon", d->srawcon);
	put(out, "trawcon", d->trawcon);
	put(out, "node", event->node);
	put_companions(out, event, d);
	fprintf(out, "\n");
}

static int take(void *arg, const struct selkie_audit_event *event)
{
	struct dump *dump = arg;

	for (size_t i = 0; i < event->n_denials; i++) {
		dump->n_seen++;
		dump->sum_hash += event->denials[i].hash;
		if (!dump->quiet)
			put_denial(dump->out, event, &event->denials[i]);
	}
	return 0;
}

static int feed_pieces(selkie_audit_reader *reader, int fd, size_t piece)
{
	char *buf = malloc(piece);
	ssize_t n = 1;
	int err = buf ? 0 : -ENOMEM;

	while (!err && (n = read(fd, buf, piece)) > 0)
		err = selkie_audit_feed(reader, buf, (size_t)n);
	free(buf);
	return err;
}

static void put_summary(FILE *out, const selkie_audit_reader *reader)
{
	const struct selkie_audit_summary *s = selkie_audit_summary(reader);

	fprintf(out,
		"bytes %" PRIu64 " lines %" PRIu64 " records %" PRIu64 " events %" PRIu64
		" denials %" PRIu64 " granted %" PRIu64 " other %" PRIu64 " missing %" PRIu64
		"/%" PRIu64 " suppressed %" PRIu64 " damages %" PRIu64 "\n",
		s->n_bytes, s->n_lines, s->n_records, s->n_events, s->n_denials, s->n_granted,
		s->n_other_lines, s->n_missing, s->n_gaps, s->n_suppressed, s->n_damages);
	for (size_t i = 0; i < s->n_samples; i++)
		fprintf(out, "damage %s line %" PRIu64 " offset %" PRIu64 " %.60s\n",
			damages[s->samples[i].kind], s->samples[i].line, s->samples[i].offset,
			s->samples[i].text);
}

struct text {
	char *s;
	size_t n;
};

static void add(struct text *t, const char *s, size_t n)
{
	t->s = realloc(t->s, t->n + n + 1);
	if (!t->s)
		exit(3);
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = '\0';
}

/* A line of a case's log: "\xHH" and "\" at the end of the line are resolved. */
static void add_log_line(struct text *t, const char *line)
{
	size_t n = strcspn(line, "\n");

	for (size_t i = 0; i < n; i++) {
		unsigned int byte;
		char c;

		if (line[i] == '\\' && i + 1 == n)
			return;
		if (line[i] != '\\' || sscanf(line + i, "\\x%2x", &byte) != 1) {
			add(t, line + i, 1);
			continue;
		}
		c = (char)byte;
		add(t, &c, 1);
		i += 3;
	}
	add(t, "\n", 1);
}

/* What the reader makes of a log, fed in pieces: denials, "gaps", damages. */
static char *run_log(const struct text *log, size_t piece)
{
	struct dump dump = { 0 };
	selkie_audit_reader *reader;
	const struct selkie_audit_summary *s;
	char *got = NULL;
	size_t n, at = 0;
	int err;

	dump.out = open_memstream(&got, &n);
	if (!dump.out || selkie_audit_reader_new(take, &dump, NULL, &reader))
		exit(3);
	for (err = 0; !err && at < log->n; at += piece)
		err = selkie_audit_feed(reader, log->s + at,
					log->n - at < piece ? log->n - at : piece);
	err = err ? err : selkie_audit_finish(reader);
	s = selkie_audit_summary(reader);
	if (err)
		fprintf(dump.out, "failed %d\n", err);
	if (s->n_missing)
		fprintf(dump.out, "missing %" PRIu64 " in %" PRIu64 " gaps\n", s->n_missing,
			s->n_gaps);
	if (s->n_suppressed)
		fprintf(dump.out, "suppressed %" PRIu64 "\n", s->n_suppressed);
	for (size_t i = 0; i < s->n_samples; i++)
		fprintf(dump.out, "damage %s line %" PRIu64 "\n", damages[s->samples[i].kind],
			s->samples[i].line);
	selkie_audit_reader_free(reader);
	fclose(dump.out);
	return got;
}

static bool check(unsigned int number, const char *name, const struct text *log, const char *want)
{
	static const size_t pieces[] = { SIZE_MAX / 2, 1, 7 };
	bool ok = true;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && ok; i++) {
		char *got = run_log(log, pieces[i]);

		ok = !strcmp(got, want);
		if (!ok)
			printf("# pieces of %zu bytes\n# wanted:\n%s# got:\n%s", pieces[i], want,
			       got);
		free(got);
	}
	printf("%sok %u - %s\n", ok ? "" : "not ", number, name);
	return ok;
}

/* Runs the cases of a file. */
static bool run_cases(const char *path, unsigned int *number)
{
	FILE *f = fopen(path, "re");
	char *line = NULL, name[128] = "";
	size_t cap = 0;
	struct text log = { 0 }, want = { 0 };
	bool in_want = false, ok = true, more = f != NULL;

	if (!f)
		perror(path);
	while (more) {
		more = getline(&line, &cap, f) > 0;
		if (!more || !strncmp(line, "== ", 3)) {
			if (*name)
				ok = check(++*number, name, &log, want.s ? want.s : "") && ok;
			log.n = want.n = 0;
			add(&log, "", 0);
			add(&want, "", 0);
			in_want = false;
			if (more)
				snprintf(name, sizeof(name), "%.*s", (int)strcspn(line + 3, "\n"),
					 line + 3);
		} else if (!strcmp(line, "=>\n")) {
			in_want = true;
		} else if (line[0] == '#' || (line[0] == '\n' && in_want)) {
			continue;
		} else if (in_want) {
			add(&want, line, strlen(line));
		} else {
			add_log_line(&log, line);
		}
	}
	free(line);
	free(log.s);
	free(want.s);
	if (f)
		fclose(f);
	return ok && f;
}

static int cases(char **paths)
{
	unsigned int number = 0;
	bool ok = true;

	for (; *paths; paths++)
		ok = run_cases(*paths, &number) && ok;
	printf("1..%u\n", number);
	return !ok;
}

int main(int argc, char **argv)
{
	struct selkie_audit_options options = { .size = sizeof(options) };
	struct dump dump = { .out = stdout };
	selkie_audit_reader *reader;
	size_t piece = 0;
	int opt, fd = 0, err;

	while ((opt = getopt(argc, argv, "qtw:p:")) >= 0) {
		if (opt == 'q')
			dump.quiet = true;
		else if (opt == 't')
			return cases(argv + optind);
		else if (opt == 'w')
			options.window = strtoul(optarg, NULL, 10);
		else if (opt == 'p')
			piece = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind < argc && (fd = open(argv[optind], O_RDONLY | O_CLOEXEC)) < 0) {
		perror(argv[optind]);
		return 3;
	}
	if (selkie_audit_reader_new(take, &dump, &options, &reader))
		return 3;
	err = piece ? feed_pieces(reader, fd, piece) : selkie_audit_read_fd(reader, fd, NULL, NULL);
	if (!err)
		err = selkie_audit_finish(reader);
	put_summary(stdout, reader);
	if (dump.quiet)
		printf("seen %" PRIu64 " hash %016" PRIx64 "\n", dump.n_seen, dump.sum_hash);
	selkie_audit_reader_free(reader);
	if (err)
		fprintf(stderr, "failed: %s\n", strerror(-err));
	return err ? 3 : 0;
}
