/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first and only program of a throwaway machine. It works through the files /job/NAME.job in the order of their names,
 * one answer a line of question, and sends NAME.out home for each, as an archive; then it powers off. It judges nothing:
 * whatever the kernel says goes home as it is. Trouble of its own is said on the console, and the host sees it by the
 * archive's missing trailer. The way home is a virtio port where the machine has modules for that, else the second serial
 * line, which every kernel has.
 *
 * Questions do not change what the kernel answers: a run of them is shared between as many threads as the machine has
 * processors, and the answers are put together in the order of the lines.
 */
#include "vm/archive.h"
#include "vm/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

static pid_t first;

static void power_off(void)
{
	/* A policy may deny even this; the kernel's panic, with panic=-1, then ends the machine. */
	reboot(RB_POWER_OFF);
	_exit(1);
}

void die(const char *what)
{
	printf("kernel-guest: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	if (getpid() == first)
		power_off();
	_exit(126);
}

void answers_add(struct answers *a, const void *data, size_t size)
{
	if (a->room - a->size <= size) {
		a->room = 2 * (a->room + size) + 4096;
		a->data = realloc(a->data, a->room);
		if (!a->data)
			die("memory");
	}
	memcpy(a->data + a->size, data, size);
	a->size += size;
	a->data[a->size] = 0;
}

void answers_print(struct answers *a, const char *fmt, ...)
{
	char text[8192];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		die("an answer that is too long");
	answers_add(a, text, (size_t)n);
}

void answers_result(struct answers *a, int r)
{
	if (r)
		answers_print(a, "! %d\n", -r);
	else
		answers_add(a, "ok\n", 3);
}

int write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, data, size) != (ssize_t)size)
		r = errno ? -errno : -EIO;
	close(fd);
	return r;
}

static void split(char *text, struct line *ret_line)
{
	char *rest;

	ret_line->n_words = 0;
	for (char *p = strtok_r(text, " ", &rest); p; p = strtok_r(NULL, " ", &rest)) {
		if (ret_line->n_words == WORDS_MAX)
			die("a line of too many words");
		ret_line->word[ret_line->n_words++] = p;
	}
}

/* The line at p is done; returns where the next begins. */
static char *do_line(char *p, struct answers *a)
{
	char *end = strchrnul(p, '\n'), *next = *end ? end + 1 : end;
	struct line l;

	*end = 0;
	split(p, &l);
	if (!l.n_words || l.word[0][0] == '#')
		return next;
	for (size_t i = 0; guest_lines[i]; i++)
		if (guest_lines[i](&l, a))
			return next;
	answers_add(a, "? not understood\n", 17);
	return next;
}

/* The lines of one thread. */
struct part {
	char *from, *to;
	struct answers answers;
	pthread_t thread;
};

static void *do_part(void *arg)
{
	struct part *part = arg;

	for (char *p = part->from; p < part->to;)
		p = do_line(p, &part->answers);
	return NULL;
}

#define PARTS_MAX 16
#define PART_LINES 16	/* fewer are not worth a thread */

/* A run of n lines that only ask. */
static void do_run(char *from, char *to, unsigned int n, struct answers *a)
{
	struct part parts[PARTS_MAX] = { 0 };
	long n_parts = sysconf(_SC_NPROCESSORS_ONLN);
	char *p = from;

	if (n_parts > n / PART_LINES)
		n_parts = n / PART_LINES;
	if (n_parts > PARTS_MAX)
		n_parts = PARTS_MAX;
	if (n_parts < 1)
		n_parts = 1;
	for (long i = 0; i < n_parts; i++) {
		/* about as many bytes for each, up to the end of a line */
		char *end = i + 1 < n_parts ? from + (to - from) * (i + 1) / n_parts : to;

		parts[i].from = p;
		while (end < to && end[-1] != '\n')
			end++;
		parts[i].to = p = end > p ? end : p;
	}
	for (long i = 1; i < n_parts; i++)
		if (pthread_create(&parts[i].thread, NULL, do_part, &parts[i]))
			die("a thread");
	do_part(&parts[0]);
	for (long i = 0; i < n_parts; i++) {
		if (i)
			pthread_join(parts[i].thread, NULL);
		answers_add(a, parts[i].answers.data ? parts[i].answers.data : "", parts[i].answers.size);
		free(parts[i].answers.data);
	}
}

static void run_job(char *text, struct answers *a)
{
	char *p = text;

	while (*p) {
		char *from = p;
		unsigned int n = 0;

		for (; *p && only_asks(p); n++) {
			p = strchrnul(p, '\n');
			p += *p == '\n';
		}
		if (n)
			do_run(from, p, n, a);
		else
			p = do_line(p, a);
	}
}

static bool load_module(const char *name)
{
	char path[512];
	bool loaded;
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	loaded = !syscall(SYS_finit_module, fd, "", 0) || errno == EEXIST;
	if (!loaded && errno != ENOENT)
		die(path);
	close(fd);
	return loaded;
}

static int is_module(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/*
 * Which module needs which other is not known here: those that lack a symbol (ENOENT) are tried again after the others,
 * as long as that helps.
 */
static void load_modules(void)
{
	struct dirent **modules;
	int n = scandir("/modules", &modules, is_module, alphasort), left, before;

	left = n < 0 ? 0 : n;
	do {
		before = left;
		left = 0;
		for (int i = 0; i < before; i++) {
			if (!load_module(modules[i]->d_name))
				modules[left++] = modules[i];
		}
	} while (left && left < before);
	if (left)
		die(modules[0]->d_name);
}

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL))
		die(path);
}

/* The port shows up a moment after its driver. */
static int open_virtio(void)
{
	for (int i = 0; i < 500; i++) {
		int fd = open("/dev/vport0p1", O_WRONLY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		usleep(10000);
	}
	die("/dev/vport0p1");
}

/* Raw: nothing of an archive is a line end or a control character. */
static int open_serial(void)
{
	int fd = open("/dev/ttyS1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t))
		die("/dev/ttyS1");
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t))
		die("/dev/ttyS1");
	return fd;
}

static int open_port(void)
{
	if (access("/modules", F_OK))
		return open_serial();
	load_modules();
	return open_virtio();
}

static int is_job(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".job");
}

void send_home(int port, const char *name, const struct answers *a)
{
	int r = sk_archive_put(port, name, S_IFREG | 0644, a->data ? a->data : "", a->size);

	if (r) {
		errno = -r;
		die("sending answers");
	}
}

static void do_job(int port, const char *file)
{
	struct answers a = { 0 };
	char path[512], *text;
	size_t size;
	int r;

	snprintf(path, sizeof(path), "/job/%s", file);
	r = sk_archive_slurp(path, &text, &size);
	if (r) {
		errno = -r;
		die(path);
	}
	run_job(text, &a);
	snprintf(path, sizeof(path), "%.*s.out", (int)strlen(file) - 4, file);
	send_home(port, path, &a);
	guest_job_done(port, file, strlen(file) - 4);
	free(a.data);
	free(text);
}

int main(void)
{
	struct dirent **jobs;
	int n, port;

	first = getpid();
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	if (mount("selinuxfs", "/sys/fs/selinux", "selinuxfs", 0, NULL))
		die("selinuxfs");
	port = open_port();
	n = scandir("/job", &jobs, is_job, alphasort);
	if (n <= 0)
		die("no job");
	for (int i = 0; i < n; i++)
		do_job(port, jobs[i]->d_name);
	if (sk_archive_end(port))
		die("sending answers");
	tcdrain(port);
	close(port);
	power_off();
}
