/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs cases of the label database from .t files: label-cases FILE.t... A case is
 *
 *	case what it shows
 *	precedence 3.8                      (3.4 when not said)
 *	peer refuses                        libselinux does not open these files at all
 *	peer fails                          it opens them, but some of the answers are errors
 *	write file_contexts.local           the "| " lines after it are that file
 *	| /a(/.*)?	--	u:r:a_t
 *	f /a/x -> u:r:a_t                   a question and its answer: a context, <<none>>, or "no rule". The letter is
 *	? "/a\n" -> <<none>>                the file type as for matchpathcon -m, or ? for none; \n in quotes
 *	say                                 the "| " lines after it are all diagnostics as printed
 *
 * All answers of precedence 3.4 are asked of the machine's libselinux too, where that is 3.4 to 3.7: what is written in
 * the file must be what it answers. Without libselinux the cases run on ours alone, and a comment says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PEER_PRECEDENCE
#define PEER_PRECEDENCE SELKIE_LABEL_LIBSELINUX_3_4
#endif

#ifdef HAVE_LIBSELINUX
#include <selinux/label.h>
#include <selinux/selinux.h>
#endif

#include <selkie/selkie.h>

#include "list.h"

#define MOST_QUESTIONS 64

struct question {
	char type;
	char path[512], answer[256];
	unsigned int line;
};

struct test_case {
	char title[256];
	enum selkie_label_precedence precedence;
	bool refused, fails, has_say;
	char say[8192];
	struct question questions[MOST_QUESTIONS];
	size_t n_questions;
};

static unsigned int n_tests, n_failed;
static const char *file;

static void fail(const struct test_case *c, unsigned int line, const char *what, const char *got,
		 const char *expected)
{
	printf("# %s:%u: %s: %s: got '%s', expected '%s'\n", file, line, c->title, what, got,
	       expected);
	n_failed++;
}

static const char *const names[] = {
	"file_contexts",      "file_contexts.homedirs",	 "file_contexts.local",
	"file_contexts.subs", "file_contexts.subs_dist",
};

static void clean(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
}

static void run_ours(const struct test_case *c)
{
	struct selkie_label_options options = { .precedence = c->precedence };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_label_result result;
	selkie_label_db *db;
	char *said;
	int r = selkie_label_load(names, 1, &options, diags, &db);

	if (r) {
		fail(c, 0, "load", strerror(-r), "success");
		selkie_diagnostics_free(diags);
		return;
	}
	for (size_t i = 0; i < c->n_questions; i++) {
		const struct question *q = &c->questions[i];
		const char *got;

		r = selkie_label_lookup(db, q->path, list_mode(q->type), &result);
		got = r == SELKIE_LABEL_NONE	   ? "<<none>>"
		      : r == SELKIE_LABEL_NO_MATCH ? "no rule"
		      : r < 0			   ? strerror(-r)
						   : result.context;
		if (strcmp(got, q->answer))
			fail(c, q->line, q->path, got, q->answer);
	}
	said = selkie_diagnostics_print(diags, 0);
	if (strcmp(said, c->say))
		fail(c, 0, "diagnostics", said, c->say);
	free(said);
	selkie_label_free(db);
	selkie_diagnostics_free(diags);
}

#ifdef HAVE_LIBSELINUX
static int __attribute__((format(printf, 2, 3))) silent(int type, const char *fmt, ...)
{
	return 0;
}

static void run_peer(const struct test_case *c)
{
	struct selinux_opt option = { .type = SELABEL_OPT_PATH, .value = names[0] };
	union selinux_callback callback = { .func_log = silent };
	struct selabel_handle *handle;

	if (c->precedence != PEER_PRECEDENCE || c->fails)
		return;
	selinux_set_callback(SELINUX_CB_LOG, callback);
	handle = selabel_open(SELABEL_CTX_FILE, &option, 1);
	if (!handle != c->refused)
		fail(c, 0, "libselinux", handle ? "opens it" : "refuses it",
		     c->refused ? "refused" : "opened");
	for (size_t i = 0; handle && i < c->n_questions; i++) {
		const struct question *q = &c->questions[i];
		const char *expected = strcmp(q->answer, "no rule") ? q->answer : "<<none>>";
		char *context = NULL;
		const char *got;

		errno = 0;
		if (selabel_lookup_raw(handle, &context, q->path, (int)list_mode(q->type)))
			got = errno == ENOENT ? "<<none>>" : strerror(errno);
		else
			got = context;
		if (strcmp(got, expected))
			fail(c, q->line, "libselinux disagrees with the case", got, expected);
		freecon(context);
	}
	if (handle)
		selabel_close(handle);
}
#else
static void run_peer(const struct test_case *c)
{
}
#endif

static void run(const struct test_case *c)
{
	unsigned int before = n_failed;

	if (!*c->title)
		return;
	run_ours(c);
	run_peer(c);
	printf("%s %u - %s\n", n_failed == before ? "ok" : "not ok", ++n_tests, c->title);
	clean();
}

static void unquote(char *to, size_t size, const char *s)
{
	size_t n = 0;
	bool quoted = *s == '"';

	for (s += quoted; *s && n + 1 < size && !(quoted && *s == '"'); s++) {
		if (quoted && *s == '\\' && s[1] == 'n') {
			to[n++] = '\n';
			s++;
		} else {
			to[n++] = *s;
		}
	}
	to[n] = '\0';
}

static bool read_question(struct test_case *c, char *line, unsigned int number)
{
	char *arrow = strstr(line, " -> ");
	struct question *q = &c->questions[c->n_questions];

	if (!arrow || line[1] != ' ' || !strchr("?fdlcbps", *line) ||
	    c->n_questions == MOST_QUESTIONS)
		return false;
	*arrow = '\0';
	q->type = *line;
	q->line = number;
	unquote(q->path, sizeof(q->path), line + 2);
	snprintf(q->answer, sizeof(q->answer), "%s", arrow + 4);
	c->n_questions++;
	return true;
}

/* One line that is not part of a file. False when it makes no sense. */
static bool read_word(struct test_case *c, char *line, FILE **out)
{
	if (!strncmp(line, "write ", 6)) {
		*out = fopen(line + 6, "w");
		return *out;
	}
	if (!strncmp(line, "precedence ", 11)) {
		c->precedence = !strcmp(line + 11, "3.8") ? SELKIE_LABEL_LIBSELINUX_3_8
							  : SELKIE_LABEL_LIBSELINUX_3_9;
		return !strcmp(line + 11, "3.8") || !strcmp(line + 11, "3.9");
	}
	if (!strcmp(line, "peer refuses"))
		return c->refused = true;
	if (!strcmp(line, "peer fails"))
		return c->fails = true;
	if (!strcmp(line, "say"))
		return c->has_say = true;
	return !*line || *line == '#';
}

static void read_cases(FILE *f)
{
	struct test_case c = { .title = "" };
	char *line = NULL;
	size_t cap = 0;
	unsigned int number = 0;
	FILE *out = NULL;

	while (getline(&line, &cap, f) > 0) {
		number++;
		if (!strncmp(line, "| ", 2)) {
			if (out)
				fputs(line + 2, out);
			else
				strncat(c.say, line + 2, sizeof(c.say) - strlen(c.say) - 1);
			continue;
		}
		if (out)
			fclose(out);
		out = NULL;
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "case ", 5)) {
			run(&c);
			memset(&c, 0, sizeof(c));
			snprintf(c.title, sizeof(c.title), "%s", line + 5);
		} else if (!read_word(&c, line, &out) && !read_question(&c, line, number)) {
			printf("Bail out! %s:%u: '%s' makes no sense\n", file, number, line);
			exit(3);
		}
	}
	if (out)
		fclose(out);
	run(&c);
	free(line);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/label-cases-XXXXXX";
	int here = open(".", 0);

	if (here < 0 || !mkdtemp(dir))
		return 3;
#ifndef HAVE_LIBSELINUX
	printf("# libselinux is not there: the cases are not compared with it\n");
#endif
	for (int i = 1; i < argc; i++) {
		FILE *f;

		if (fchdir(here) || !(f = fopen(argv[i], "r")) || chdir(dir)) {
			perror(argv[i]);
			return 3;
		}
		file = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
		read_cases(f);
		fclose(f);
	}
	if (!fchdir(here))
		rmdir(dir);
	printf("1..%u\n", n_tests);
	return n_failed != 0;
}
