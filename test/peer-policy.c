/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the peers' compilers on a source in a folder of its own, which is removed again.
 */
#include "peer-policy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

extern char **environ;

struct workplace {
	char folder[64], source[80], output[160], messages[80];
};

const char *peer_path(const char *relative)
{
	static char path[8192];
	const char *root = getenv("SELKIE_SOURCE_ROOT");

	if (*relative == '/')
		return relative;
	snprintf(path, sizeof(path), "%s/%s", root ? root : ".", relative);
	return path;
}

char *peer_read(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long size;

	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	data = malloc((size_t)size + 1);
	assert_non_null(data);
	if (fread(data, 1, (size_t)size, f) != (size_t)size)
		fail_msg("%s: could not be read", path);
	fclose(f);
	data[size] = '\0';
	*ret_size = (size_t)size;
	return data;
}

static void open_workplace(struct workplace *w)
{
	snprintf(w->folder, sizeof(w->folder), "/tmp/selkie-peer-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->source, sizeof(w->source), "%s/source", w->folder);
	snprintf(w->output, sizeof(w->output), "%s/policy", w->folder);
	snprintf(w->messages, sizeof(w->messages), "%s/messages", w->folder);
}

static void close_workplace(const struct workplace *w)
{
	unlink(w->source);
	unlink(w->output);
	unlink(w->messages);
	rmdir(w->folder);
}

/* Copies the source with the marks of lines for this version taken away. */
static void prepare(const struct workplace *w, const char *source, unsigned int version)
{
	FILE *in, *out = fopen(w->source, "w");
	char line[4096];
	char path[256];

	snprintf(path, sizeof(path), "test/policies/%s", source);
	in = fopen(peer_path(path), "r");
	if (!in || !out)
		fail_msg("%s: %s", peer_path(path), strerror(errno));
	while (fgets(line, sizeof(line), in)) {
		unsigned int since;
		int at = 0;

		if (sscanf(line, "#@%u %n", &since, &at) == 1 && at)
			fputs(since <= version ? line + at : "\n", out);
		else
			fputs(line, out);
	}
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Returns the exit status, or -1 when the program is not there. */
static int run(const struct workplace *w, const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int status, r;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, w->messages, O_WRONLY | O_CREAT | O_TRUNC,
					 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	r = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r == ENOENT)
		return -1;
	assert_int_equal(r, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void must_run(const struct workplace *w, const char *const argv[])
{
	int status = run(w, argv);
	size_t size;

	if (!status)
		return;
	if (status < 0) {
		close_workplace(w);
		print_message("%s is not installed\n", argv[0]);
		skip();
	}
	fail_msg("%s failed: %s", argv[0], peer_read(w->messages, &size));
}

static char *compile_prepared(const struct workplace *w, const char *program, unsigned int version,
			      const char *const *flags, size_t *ret_size)
{
	char number[12];
	const char *argv[24];
	size_t n = 0;
	char *data;

	snprintf(number, sizeof(number), "%u", version);
	argv[n++] = program;
	for (size_t i = 0; flags && flags[i]; i++)
		argv[n++] = flags[i];
	argv[n++] = "-c";
	argv[n++] = number;
	argv[n++] = "-o";
	argv[n++] = w->output;
	argv[n++] = w->source;
	argv[n] = NULL;
	must_run(w, argv);
	data = peer_read(w->output, ret_size);
	close_workplace(w);
	return data;
}

static char *compile(const char *program, const char *source, unsigned int marks,
		     unsigned int version, const char *const *flags, size_t *ret_size)
{
	struct workplace w;

	open_workplace(&w);
	prepare(&w, source, marks);
	return compile_prepared(&w, program, version, flags, ret_size);
}

char *peer_compile_text(const char *text, unsigned int version, const char *const *flags,
			size_t *ret_size)
{
	struct workplace w;
	FILE *f;

	open_workplace(&w);
	f = fopen(w.source, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	return compile_prepared(&w, "checkpolicy", version, flags, ret_size);
}

char *peer_checkpolicy_at(const char *program, const char *source, unsigned int version,
			  const char *const *flags, size_t *ret_size)
{
	return compile(program, source, version, version, flags, ret_size);
}

char *peer_checkpolicy(const char *source, unsigned int version, const char *const *flags,
		       size_t *ret_size)
{
	return compile("checkpolicy", source, version, version, flags, ret_size);
}

char *peer_secilc(const char *source, unsigned int version, const char *const *flags,
		  size_t *ret_size)
{
	return compile("secilc", source, version, version, flags, ret_size);
}

char *peer_checkpolicy_marked(const char *source, unsigned int marks, unsigned int version,
			      const char *const *flags, size_t *ret_size)
{
	return compile("checkpolicy", source, marks, version, flags, ret_size);
}

unsigned int peer_newest_module(void)
{
	return getenv("SELKIE_PEER_311") ? 24 : 21;
}

/* The program that knows the version: Debian's up to 21. */
static const char *checkmodule_of(unsigned int version)
{
	static char newer[PATH_MAX];

	if (version <= 21)
		return "checkmodule";
	snprintf(newer, sizeof(newer), "%s/bin/checkmodule", getenv("SELKIE_PEER_311"));
	return newer;
}

char *peer_checkmodule(const char *source, unsigned int version, const char *const *flags, size_t *ret_size)
{
	size_t n = strlen(source);
	bool module = n > 3 && !strcmp(source + n - 3, ".te");
	const char *all[8] = { 0 };
	struct workplace w;

	open_workplace(&w);
	prepare(&w, source, version);
	/* checkmodule holds a module's name against that of the file it writes */
	if (module)
		snprintf(w.output, sizeof(w.output), "%s/%.*s.mod", w.folder, (int)SK_MIN(n - 3, 60), source);
	for (size_t i = 0; flags && flags[i]; i++)
		all[i] = flags[i];
	for (size_t i = 0; i < 7 && module; i++)
		if (!all[i]) {
			all[i] = "-m";
			break;
		}
	return compile_prepared(&w, checkmodule_of(version), version, all, ret_size);
}

static void write_file(const char *path, const char *data, size_t size)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

char *peer_package(const char *module, size_t n_module, const char *contexts, size_t *ret_size)
{
	char contexts_path[128];
	struct workplace w;
	char *data;

	open_workplace(&w);
	snprintf(contexts_path, sizeof(contexts_path), "%s/contexts", w.folder);
	write_file(w.source, module, n_module);
	write_file(contexts_path, contexts, strlen(contexts));
	must_run(&w, (const char *const[]){ "semodule_package", "-o", w.output, "-m", w.source, "-f", contexts_path, NULL });
	data = peer_read(w.output, ret_size);
	unlink(contexts_path);
	close_workplace(&w);
	return data;
}

char *peer_bare_module_to_cil(const char *module, size_t n_module, unsigned int version, size_t *ret_size)
{
	const char *program = checkmodule_of(version);
	struct workplace w;
	char *data;

	open_workplace(&w);
	write_file(w.source, module, n_module);
	must_run(&w, (const char *const[]){ program, "-M", "-b", "-C", "-o", w.output, w.source, NULL });
	data = peer_read(w.output, ret_size);
	close_workplace(&w);
	return data;
}

char *peer_module_to_cil(const char *package, size_t n_package, size_t *ret_size)
{
	struct workplace w;
	char *data;

	open_workplace(&w);
	write_file(w.source, package, n_package);
	must_run(&w, (const char *const[]){ "/usr/libexec/selinux/hll/pp", w.source, w.output, NULL });
	data = peer_read(w.output, ret_size);
	close_workplace(&w);
	return data;
}

char *peer_decompile(const char *data, size_t size, const char *const *flags, size_t *ret_size)
{
	struct workplace w;
	const char *argv[24];
	size_t n = 0;
	char *text;
	FILE *f;

	open_workplace(&w);
	f = fopen(w.source, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	argv[n++] = "checkpolicy";
	for (size_t i = 0; flags && flags[i]; i++)
		argv[n++] = flags[i];
	argv[n++] = "-b";
	argv[n++] = "-F";
	argv[n++] = "-o";
	argv[n++] = w.output;
	argv[n++] = w.source;
	argv[n] = NULL;
	must_run(&w, argv);
	text = peer_read(w.output, ret_size);
	close_workplace(&w);
	return text;
}
