/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench-decide-libsepol POLICY QUESTIONS: as bench-decide, answered by libsepol's sepol_compute_av. */
#include <sepol/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>
#include <sepol/sepol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "questions.h"

static sidtab_t sidtab;

int main(int argc, char **argv)
{
	struct questions q;
	sepol_security_id_t *sids;
	uint64_t sum = 0;
	struct questions_time before;
	FILE *f;

	f = argc == 3 ? fopen(argv[1], "re") : NULL;
	if (!f || sepol_set_policydb_from_file(f)) {
		fputs("usage: bench-decide-libsepol POLICY QUESTIONS\n", stderr);
		return 2;
	}
	fclose(f);
	if (sepol_sidtab_init(&sidtab))
		return 3;
	sepol_set_sidtab(&sidtab);
	questions_load(&q, argv[2]);
	sids = calloc(q.n_contexts, sizeof(*sids));
	for (uint32_t i = 0; i < q.n_contexts; i++)
		if (!sids || sepol_context_to_sid(q.contexts[i], strlen(q.contexts[i]) + 1, &sids[i])) {
			fprintf(stderr, "%s: not valid\n", q.contexts[i]);
			return 3;
		}
	questions_clock(&before);
	for (uint32_t i = 0; i < q.n_questions; i++) {
		const uint32_t *t = q.triples + 3 * (size_t)i;
		struct sepol_av_decision a;

		if (sepol_compute_av(sids[t[0]], sids[t[1]], (sepol_security_class_t)t[2], ~0u, &a))
			return 3;
		sum = questions_mix(sum, a.allowed, a.auditallow, a.auditdeny);
	}
	questions_report(&before, sum);
	return 0;
}
