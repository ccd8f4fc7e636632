/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * measure OUT PROGRAM [ARGUMENT]...: runs a program once, its standard output into the file OUT, and prints one line:
 * wall seconds, processor seconds, peak resident KiB, exit status (128 + N for signal N). The whole process counts, from
 * fork to wait, and so do the processes that it waits for: their processor time is added up, and the peak is that of the
 * largest single one (of a `make`: its compiler), so that of a pipeline less is counted than it takes.
 *
 * The file is emptied before: what an earlier run left there is a millisecond's work for the kernel, and none of the program's.
 *
 * It is a program of its own because the peak that the kernel reports for a child begins with what its parent had
 * resident at the fork: measured from Python, every small program would look as large as Python.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct timespec from, to;
	struct rusage used;
	int status, out, r;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: measure OUT PROGRAM [ARGUMENT]...\n", stderr);
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		perror(argv[1]);
		return 3;
	}
	close(out);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, argv[1], O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &from);
	r = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
	if (r) {
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(r));
		return 3;
	}
	if (wait4(pid, &status, 0, &used) != pid) {
		perror("measure");
		return 3;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.6f %.6f %ld %d\n",
	       (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
	       seconds_of(used.ru_utime) + seconds_of(used.ru_stime), used.ru_maxrss,
	       WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}
