/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why was it denied? Explains an audit log through libselkie: each finding's cause, in one line, with its first fix.
 *
 *	cc why.c -o why $(pkg-config --cflags --libs selkie)
 *	./why /etc/selinux/default/policy/policy.33 /etc/selinux/default/contexts/files/file_contexts audit.log
 *
 * Exit: 0 the log was read, 2 wrong question, 3 could not answer.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <selkie/selkie.h>

static void tell(const struct selkie_finding *finding)
{
	printf("%llu x %s: %s\n", (unsigned long long)finding->count, selkie_cause_name(finding->cause),
	       finding->summary);
	if (finding->n_fixes && finding->fixes[0].command)
		printf("  %s\n", finding->fixes[0].command);
	else if (finding->n_fixes)
		printf("  (%s)\n", finding->fixes[0].summary);
}

/* Reads the log and tells all findings, the most important first. */
static int explain(const selkie_state *state, const selkie_label_db *labels, int fd)
{
	struct selkie_explain_options options;
	struct selkie_finding finding;
	selkie_explainer *explainer;
	size_t i;
	int r;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	options.state = state;
	options.labels = labels;
	r = selkie_explainer_new(&options, &explainer);
	if (r)
		return r;
	r = selkie_explainer_read_fd(explainer, fd, NULL, NULL);
	if (!r)
		r = selkie_explainer_finish(explainer);
	/* what a finding points to is good until the next one is asked for */
	for (i = 0; !r && i < selkie_explainer_n_findings(explainer); i++) {
		r = selkie_explainer_finding(explainer, i, &finding);
		if (!r)
			tell(&finding);
	}
	selkie_explainer_free(explainer);
	return r;
}

int main(int argc, char **argv)
{
	selkie_policy *policy = NULL;
	selkie_state *state = NULL;
	selkie_label_db *labels = NULL;
	const char *rules[1];
	int fd, r;

	if (argc != 4) {
		fprintf(stderr, "usage: %s POLICY FILE_CONTEXTS LOG\n", argv[0]);
		return 2;
	}
	fd = open(argv[3], O_RDONLY);
	if (fd < 0) {
		perror(argv[3]);
		return 3;
	}
	rules[0] = argv[2];
	r = selkie_policy_load(argv[1], NULL, &policy);
	if (!r)
		r = selkie_state_new(policy, &state);	/* the policy's own boolean values */
	if (!r)
		r = selkie_label_load(rules, 1, NULL, NULL, &labels);
	if (!r)
		r = explain(state, labels, fd);
	if (r)
		fprintf(stderr, "%s: %s\n", argv[0], r < 0 ? strerror(-r) : "the policy is refused");
	close(fd);
	selkie_label_free(labels);
	selkie_state_free(state);
	selkie_policy_free(policy);
	return r ? 3 : 0;
}
