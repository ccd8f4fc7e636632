/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target on the files it is given (a folder means every file in it) and reports one TAP case an argument.
 * Each input stands in a heap block of exactly its size, so that a sanitizer sees a read past its end, and has ten
 * seconds. A crash or a hang names the input on stderr. An empty folder is a failure: a corpus that was lost must not
 * pass. No mutation here; that is libFuzzer's work.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECONDS_AN_INPUT 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char current[4096];

static void on_signal(int number)
{
	static const char text[] = "\nreplay: died here: ";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)!write(STDERR_FILENO, current, strlen(current));
	(void)!write(STDERR_FILENO, "\n", 1);
	signal(number, SIG_DFL);
	raise(number);
}

static uint8_t *read_input(const char *path, size_t *ret_size)
{
	struct stat st;
	uint8_t *data;
	size_t got;
	FILE *f;

	f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode)) {
		fprintf(stderr, "replay: %s: not a readable file\n", path);
		if (f)
			fclose(f);
		return NULL;
	}
	data = malloc(st.st_size ? (size_t)st.st_size : 1);
	got = data ? fread(data, 1, (size_t)st.st_size, f) : 0;
	fclose(f);
	if (!data || got != (size_t)st.st_size) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		free(data);
		return NULL;
	}
	*ret_size = got;
	return data;
}

static int replay_file(const char *path)
{
	uint8_t *data;
	size_t size;

	snprintf(current, sizeof(current), "%s", path);
	data = read_input(path, &size);
	if (!data)
		return -1;
	alarm(SECONDS_AN_INPUT);
	LLVMFuzzerTestOneInput(data, size);
	alarm(0);
	free(data);
	return 1;
}

/* Returns the number of inputs, or -1 when one could not be read. */
static int replay(const char *path)
{
	struct dirent **entries;
	char inside[4096];
	int n, total = 0;

	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		return replay_file(path);
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && total >= 0) {
			snprintf(inside, sizeof(inside), "%s/%s", path, entries[i]->d_name);
			total = replay_file(inside) < 0 ? -1 : total + 1;
		}
		free(entries[i]);
	}
	free(entries);
	return total;
}

int main(int argc, char **argv)
{
	static const int deadly[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	int failed = 0;

	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		signal(deadly[i], on_signal);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		int n = replay(argv[i]);

		printf("%sok %d - %d inputs of %s\n", n > 0 ? "" : "not ", i, n, argv[i]);
		fflush(stdout);
		failed |= n <= 0;
	}
	return failed;
}
