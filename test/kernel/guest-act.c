/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deeds instead of questions: a child takes on a context, does one thing through an ordinary system call or program, and
 * its result is the answer. This is how extended permissions are asked for, which selinuxfs does not tell, and how the
 * denials come about that the kernel's log is then read for.
 */
#include "vm/archive.h"
#include "record.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ENFORCE "/sys/fs/selinux/enforce"

static int label(const char *path, const char *context)
{
	return lsetxattr(path, "security.selinux", context, strlen(context), 0) ? -errno : 0;
}

static int make_file(const char *path, const char *context, const char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755), r;

	if (fd < 0)
		return -errno;
	r = sk_archive_write(fd, data, size);
	close(fd);
	return r ? r : label(path, context);
}

static int copy_file(const char *from, const char *path, const char *context)
{
	size_t size;
	char *data;
	int r = sk_archive_slurp(from, &data, &size);

	if (r)
		return r;
	r = make_file(path, context, data, size);
	free(data);
	return r;
}

static int do_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int do_read(const char *path)
{
	char *data;
	size_t size;
	int r = sk_archive_slurp(path, &data, &size);

	if (!r)
		free(data);
	return r;
}

static int do_port(const char *port, bool connecting)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	in.sin_port = htons((uint16_t)atoi(port));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r = connecting ? connect(fd, (struct sockaddr *)&in, sizeof(in))
		       : bind(fd, (struct sockaddr *)&in, sizeof(in));
	r = r ? -errno : 0;
	close(fd);
	return r;
}

static int set_attribute(const char *which, const char *context)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/attr/%s", which);
	return write_file(path, context, strlen(context));
}

static int do_exec(char **words, unsigned int n)
{
	char *argv[WORDS_MAX + 1] = { NULL };

	memcpy(argv, words + 1, (n - 1) * sizeof(*argv));
	execve(words[0], argv, (char *[]){ NULL });
	return -errno;
}

static int __attribute__((noreturn)) wait_forever(void *arg)
{
	for (;;)
		pause();
}

/*
 * One thread of several may only narrow its context to one that the old bounds. A task that shares the memory, without
 * being a thread, is enough for the kernel to look for that.
 */
static int bounded_thread(const char *context)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(wait_forever, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	int r;

	if (pid < 0)
		return -errno;
	r = set_attribute("current", context);
	kill(pid, SIGKILL);
	return r;
}

static int do_map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *p;

	if (fd < 0)
		return -errno;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	r = p == MAP_FAILED ? -errno : 0;
	close(fd);
	return r;
}

/*
 * Which of all ioctl commands the kernel lets through: anything but "permission denied" is through. The commands that
 * the kernel judges by other permissions are asked for as well; telling them apart is the host's affair.
 */
static void do_ioctls(const char *path, struct answers *a)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned int first = 0;
	bool through = false;

	if (fd < 0) {
		answers_result(a, -errno);
		return;
	}
	answers_print(a, "through");
	for (unsigned int n = 0; n <= 0x10000; n++) {
		bool now = n < 0x10000 && !(ioctl(fd, n, 0) && errno == EACCES);

		if (now && !through)
			first = n;
		if (!now && through)
			answers_print(a, " %04x-%04x", first, n - 1);
		through = now;
	}
	answers_print(a, "\n");
	close(fd);
}

static int do_ioctl(const char *path, const char *number)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = ioctl(fd, strtoul(number, NULL, 0), 0) ? -errno : 0;
	close(fd);
	return r;
}

/* One netlink message, header only: the permission is asked for before anybody looks into it. */
static int do_message(const char *protocol, const char *type)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr h = { .nlmsg_len = sizeof(h), .nlmsg_flags = NLM_F_REQUEST };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, atoi(protocol)), r = 0;

	if (fd < 0)
		return -errno;
	h.nlmsg_type = (uint16_t)atoi(type);
	if (sendto(fd, &h, sizeof(h), 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int do_socket(const char *family, const char *type, const char *protocol)
{
	int fd = socket(atoi(family), atoi(type) | SOCK_CLOEXEC, atoi(protocol));

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int create_as(const char *context, const char *path)
{
	int r = set_attribute("fscreate", context);

	return r ? r : do_open(path, O_CREAT | O_WRONLY);
}

static int exec_as(char **words, unsigned int n)
{
	int r = set_attribute("exec", words[0]);

	return r ? r : do_exec(words + 1, n - 1);
}

/* What the child does; words[0] is the verb. Returns 0 or a negative errno, or exits with the program's status. */
static int deed(char **words, unsigned int n)
{
	const char *verb = words[0];

	if (n == 2 && !strcmp(verb, "read"))
		return do_read(words[1]);
	if (n == 2 && !strcmp(verb, "append"))
		return do_open(words[1], O_WRONLY | O_APPEND);
	if (n == 2 && !strcmp(verb, "write"))
		return do_open(words[1], O_WRONLY);
	if (n == 2 && !strcmp(verb, "create"))
		return do_open(words[1], O_CREAT | O_WRONLY);
	if (n == 2 && !strcmp(verb, "unlink"))
		return unlink(words[1]) ? -errno : 0;
	if (n == 2 && !strcmp(verb, "map"))
		return do_map(words[1]);
	if (n == 2 && !strcmp(verb, "bind"))
		return do_port(words[1], false);
	if (n == 2 && !strcmp(verb, "connect"))
		return do_port(words[1], true);
	if (n == 2 && !strcmp(verb, "become"))
		return set_attribute("current", words[1]);
	if (n == 2 && !strcmp(verb, "thread"))
		return bounded_thread(words[1]);
	if (n == 3 && !strcmp(verb, "message"))
		return do_message(words[1], words[2]);
	if (n == 3 && !strcmp(verb, "ioctl"))
		return do_ioctl(words[1], words[2]);
	if (n == 3 && !strcmp(verb, "label"))
		return label(words[1], words[2]);
	if (n == 3 && !strcmp(verb, "create-as"))
		return create_as(words[1], words[2]);
	if (n == 4 && !strcmp(verb, "socket"))
		return do_socket(words[1], words[2], words[3]);
	if (n >= 3 && !strcmp(verb, "run"))
		return do_exec(words + 1, n - 1);
	if (n >= 4 && !strcmp(verb, "run-as"))
		return exec_as(words + 1, n - 1);
	return -ENOSYS;
}

static void __attribute__((noreturn)) child(char **words, unsigned int n, int in, int out)
{
	struct answers a = { 0 };
	char go;
	int r = set_attribute("current", words[0]);

	if (sk_archive_write(out, &r, sizeof(r)) || r || sk_archive_read(in, &go, 1))
		_exit(125);
	/* No descriptor of the old domain goes along into a program: that would be a denial of its own. */
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (n == 3 && !strcmp(words[1], "ioctls"))
		do_ioctls(words[2], &a);
	else
		answers_result(&a, deed(words + 1, n - 1));
	_exit(sk_archive_write(out, a.data, a.size) ? 125 : 0);
}

/* All that the child says until its end or until a program takes its place. */
static void collect(int fd, pid_t pid, struct answers *a)
{
	size_t before = a->size;
	char data[4096];
	ssize_t n;
	int status;

	while ((n = read(fd, data, sizeof(data))) > 0)
		answers_add(a, data, (size_t)n);
	if (waitpid(pid, &status, 0) != pid)
		die("waiting for a child");
	if (a->size != before)
		return;
	if (WIFEXITED(status))
		answers_print(a, "exit %d\n", WEXITSTATUS(status));
	else
		answers_print(a, "signal %d\n", WTERMSIG(status));
}

/* What is written so far is not written again by the child. */
static pid_t fork_here(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork");
	return pid;
}

/*
 * as CONTEXT VERB...	in a child with that context
 * inside CONTEXT VERB...	the same where not even the first program may change to it: enforcing rests meanwhile
 */
static void act_as(const struct line *l, struct answers *a, bool force)
{
	int to[2], from[2], entered;
	pid_t pid;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe");
	if (force && write_file(ENFORCE, "0", 1))
		die("enforce");
	pid = fork_here();
	if (!pid)
		child((char **)l->word + 1, l->n_words - 1, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	if (sk_archive_read(from[0], &entered, sizeof(entered)))
		die("a child that never began");
	if (force && write_file(ENFORCE, "1", 1))
		die("enforce");
	if (entered)
		answers_print(a, "not entered ");
	else if (sk_archive_write(to[1], "", 1))
		die("a child that went away");
	if (entered) {
		answers_result(a, entered);
		waitpid(pid, NULL, 0);
	} else {
		collect(from[0], pid, a);
	}
	close(to[1]);
	close(from[0]);
}

/* stay CONTEXT NAME: a process with that context and name, until the machine ends */
static void act_stay(const struct line *l, struct answers *a)
{
	int from[2], r;
	pid_t pid;

	if (pipe2(from, O_CLOEXEC))
		die("pipe");
	pid = fork_here();
	if (!pid) {
		r = set_attribute("current", l->word[1]);
		prctl(PR_SET_NAME, l->word[2], 0, 0, 0);
		if (sk_archive_write(from[1], &r, sizeof(r)) || r)
			_exit(125);
		close(from[1]);
		wait_forever(NULL);
	}
	close(from[1]);
	if (sk_archive_read(from[0], &r, sizeof(r)))
		die("a child that never began");
	close(from[0]);
	if (!r)
		answers_print(a, "%d\n", (int)pid);
	else
		answers_result(a, r);
}

/* output PROGRAM ARGV...: all that it prints, "> " before each line, and how it ends */
static void act_output(const struct line *l, struct answers *a)
{
	struct answers text = { 0 };
	char data[4096], *rest;
	ssize_t n;
	int from[2], status;
	pid_t pid;

	if (pipe2(from, O_CLOEXEC))
		die("pipe");
	pid = fork_here();
	if (!pid) {
		dup2(from[1], 1);
		dup2(from[1], 2);
		_exit(do_exec((char **)l->word + 1, l->n_words - 1) ? 127 : 0);
	}
	close(from[1]);
	while ((n = read(from[0], data, sizeof(data))) > 0)
		answers_add(&text, data, (size_t)n);
	close(from[0]);
	if (waitpid(pid, &status, 0) != pid)
		die("waiting for a child");
	for (char *p = text.data ? strtok_r(text.data, "\n", &rest) : NULL; p; p = strtok_r(NULL, "\n", &rest)) {
		answers_add(a, "> ", 2);
		answers_add(a, p, strlen(p));
		answers_add(a, "\n", 1);
	}
	answers_print(a, "exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	free(text.data);
}

bool act_line(const struct line *l, struct answers *a)
{
	const char *verb = l->word[0];

	if (!strcmp(verb, "as") && l->n_words >= 3)
		act_as(l, a, false);
	else if (!strcmp(verb, "inside") && l->n_words >= 3)
		act_as(l, a, true);
	else if (!strcmp(verb, "stay") && l->n_words == 3)
		act_stay(l, a);
	else if (!strcmp(verb, "output") && l->n_words >= 3)
		act_output(l, a);
	else if (!strcmp(verb, "folder") && l->n_words == 3)
		answers_result(a, mkdir(l->word[1], 0755) && errno != EEXIST
					  ? -errno
					  : label(l->word[1], l->word[2]));
	else if (!strcmp(verb, "file") && l->n_words == 3)
		answers_result(a, make_file(l->word[1], l->word[2], "text\n", 5));
	else if (!strcmp(verb, "copy") && l->n_words == 4)
		answers_result(a, copy_file(l->word[1], l->word[2], l->word[3]));
	else if (!strcmp(verb, "mount") && l->n_words == 3)
		answers_result(a, (mkdir(l->word[2], 0755) && errno != EEXIST) ||
						  mount(l->word[1], l->word[2], l->word[1], 0, NULL)
					  ? -errno
					  : 0);
	else
		return false;
	return true;
}
