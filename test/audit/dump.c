/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints what the audit reader makes of a log, one line a denial, for tests and benches:
 *
 *   dump [-q] [-w WINDOW] [-p PIECE] [FILE]
 *
 * -q prints the summary only; -p feeds pieces of that many bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <selkie/audit.h>

static bool quiet;
static uint64_t n_seen, sum_hash;

static void put(const char *name, struct selkie_audit_text t)
{
	if (t.data)
		printf(" %s=%.*s", name, (int)t.size, t.data);
}

static void put_string(const char *name, const struct selkie_audit_record *record, const char *key)
{
	char buf[8192];
	long n = record ? selkie_audit_decode(record, key, buf, sizeof(buf)) : -1;

	if (n >= 0)
		printf(" %s=%s", name, buf);
}

static void put_companions(const struct selkie_audit_event *event, const struct selkie_audit_denial *d)
{
	const struct selkie_audit_record *call = selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	struct selkie_audit_address address;
	static struct selkie_audit_path path;
	char buf[8192];

	put_string("comm", d->record, "comm");
	put_string("exe", call, "exe");
	if (call)
		put("syscall", selkie_audit_field(call, "syscall"));
	if (!selkie_audit_denied_path(event, d, &path) && path.source)
		printf(" path[%d]=%s%s", (int)path.source, path.path, path.deleted ? " deleted" : "");
	if (path.inode >= 0)
		printf(" inode=%" PRId64, path.inode);
	if (!selkie_audit_sockaddr(event, &address))
		printf(" address=%d/%s/%" PRId64, address.family, address.address, address.port);
	if (selkie_audit_command(event, buf, sizeof(buf)) > 0)
		printf(" command=%s", buf);
}

static int take(void *arg, const struct selkie_audit_event *event)
{
	(void)arg;
	for (size_t i = 0; i < event->n_denials; i++) {
		const struct selkie_audit_denial *d = &event->denials[i];

		n_seen++;
		sum_hash += d->hash;
		if (quiet)
			continue;
		printf("%" PRIu64 ".%03u:%" PRIu64, event->seconds, event->milliseconds, event->serial);
		put("node", event->node);
		printf(" kind=%d granted=%d permissive=%d {%.*s}", (int)d->kind, d->granted, d->permissive,
		       (int)d->perms.size, d->perms.data ? d->perms.data : "");
		put("s", d->scontext);
		put("t", d->tcontext);
		put("c", d->tclass);
		put("op", d->operation);
		put("invalid", d->invalid);
		put("old", d->oldcontext);
		put("trawcon", d->trawcon);
		put("srawcon", d->srawcon);
		put_companions(event, d);
		printf("\n");
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

static void put_summary(const selkie_audit_reader *reader)
{
	const struct selkie_audit_summary *s = selkie_audit_summary(reader);

	printf("bytes %" PRIu64 " lines %" PRIu64 " records %" PRIu64 " events %" PRIu64 " denials %" PRIu64
	       " granted %" PRIu64 " other %" PRIu64 " missing %" PRIu64 "/%" PRIu64 " suppressed %" PRIu64
	       " damages %" PRIu64 "\n",
	       s->n_bytes, s->n_lines, s->n_records, s->n_events, s->n_denials, s->n_granted, s->n_other_lines,
	       s->n_missing, s->n_gaps, s->n_suppressed, s->n_damages);
	for (size_t i = 0; i < s->n_samples; i++)
		printf("damage %d line %" PRIu64 " offset %" PRIu64 " %.60s\n", (int)s->samples[i].kind,
		       s->samples[i].line, s->samples[i].offset, s->samples[i].text);
}

int main(int argc, char **argv)
{
	struct selkie_audit_options options = { .size = sizeof(options) };
	selkie_audit_reader *reader;
	size_t piece = 0;
	int opt, fd = 0, err;

	while ((opt = getopt(argc, argv, "qw:p:")) >= 0) {
		if (opt == 'q')
			quiet = true;
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
	if (selkie_audit_reader_new(take, NULL, &options, &reader))
		return 3;
	err = piece ? feed_pieces(reader, fd, piece) : selkie_audit_read_fd(reader, fd, NULL, NULL);
	if (!err)
		err = selkie_audit_finish(reader);
	put_summary(reader);
	if (quiet)
		printf("seen %" PRIu64 " hash %016" PRIx64 "\n", n_seen, sum_hash);
	selkie_audit_reader_free(reader);
	if (err)
		fprintf(stderr, "failed: %s\n", strerror(-err));
	return err ? 3 : 0;
}
