/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an audit log, in pieces whose size the first byte gives. Every question is asked of every event. Holds the
 * reader to its promises: slices lie within a record's text, counts agree, and the size of the pieces changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <selkie/audit.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	uint64_t n_denials, hash;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_slice(struct selkie_audit_text text, const struct selkie_audit_record *record)
{
	const char *p = record->body.data;

	check(!text.data || (text.data >= p && text.data + text.size <= p + record->body.size));
}

static void ask_denial(const struct selkie_audit_event *event, const struct selkie_audit_denial *d)
{
	static struct selkie_audit_path path;
	char buf[300];

	check_slice(d->scontext, d->record);
	check_slice(d->tcontext, d->record);
	check_slice(d->tclass, d->record);
	check_slice(d->perms, d->record);
	check_slice(d->srawcon, d->record);
	check_slice(d->trawcon, d->record);
	check_slice(d->oldcontext, d->record);
	check_slice(d->invalid, d->record);
	check_slice(d->operation, d->record);
	check_slice(selkie_audit_field(d->record, "name"), d->record);
	if (!selkie_audit_denied_path(event, d, &path))
		check(strlen(path.path) < sizeof(path.path) && (path.source || !*path.path));
	check(selkie_audit_decode(d->record, "comm", buf, sizeof(buf)) < (long)sizeof(buf));
}

static int take(void *arg, const struct selkie_audit_event *event)
{
	struct result *result = arg;
	struct selkie_audit_address address;
	char buf[300];

	for (size_t i = 0; i < event->n_denials; i++) {
		const struct selkie_audit_denial *d = &event->denials[i];

		result->n_denials += !d->granted;
		result->hash = result->hash * 31 + d->hash + event->serial;
		ask_denial(event, d);
	}
	for (size_t i = 0; i < event->n_records; i++)
		check_slice(selkie_audit_field(&event->records[i], "a0"), &event->records[i]);
	selkie_audit_sockaddr(event, &address);
	check(strlen(address.address) < sizeof(address.address));
	check(selkie_audit_command(event, buf, sizeof(buf)) < (long)sizeof(buf));
	return 0;
}

static struct result run(const uint8_t *data, size_t size, size_t piece)
{
	struct selkie_audit_options options = { .size = sizeof(options),
						.window = 65536,
						.all_events = true };
	const struct selkie_audit_summary *sum;
	struct result result = { 0 };
	selkie_audit_reader *reader;
	selkie_diagnostics *diags = selkie_diagnostics_new();

	check(!selkie_audit_reader_new(take, &result, &options, &reader));
	for (size_t at = 0; at < size; at += piece)
		check(!selkie_audit_feed(reader, data + at, size - at < piece ? size - at : piece));
	check(!selkie_audit_finish(reader));
	sum = selkie_audit_summary(reader);
	check(sum->n_bytes == size && sum->n_denials == result.n_denials);
	check(sum->n_events <= sum->n_records && sum->n_samples <= sum->n_damages);
	check(!selkie_audit_report(reader, "log", diags));
	selkie_diagnostics_free(diags);
	selkie_audit_reader_free(reader);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, pieces;

	if (!size)
		return 0;
	whole = run(data + 1, size - 1, size);
	pieces = run(data + 1, size - 1, data[0] + (size_t)1);
	check(whole.n_denials == pieces.n_denials && whole.hash == pieces.hash);
	return 0;
}
