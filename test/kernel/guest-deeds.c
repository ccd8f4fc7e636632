/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest of the tests: it asks, acts, and brings home what the kernel recorded meanwhile as NAME.log, where a job asks
 * for that.
 */
#include "record.h"

bool (*const guest_lines[])(const struct line *l, struct answers *a) = { ask_line, act_line, record_line, NULL };

void guest_job_done(int port, const char *name, size_t length)
{
	char path[512];

	record_drain();
	if (!record_log()->size)
		return;
	snprintf(path, sizeof(path), "%.*s.log", (int)length, name);
	send_home(port, path, record_log());
	record_log()->size = 0;
}
