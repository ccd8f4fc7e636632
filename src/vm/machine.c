/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A throwaway machine, from the host's side: find a kernel and an emulator, make the machine's first root (an archive of
 * the guest, the policy and the job), run it, read what came home. Nothing of the host is seen from inside but these files.
 * Where /dev/kvm may be used it is tried first, and what comes of it counts when the machine came to its end. It need not:
 * within other machines and in containers the device may be there and not work, in as many ways as there are hosts. Then, and
 * where there is none, all is emulated. Only x86-64 for now: serial lines and the way to power off differ elsewhere.
 */
#include "selkie/experimental/machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "vm/archive.h"

#define EMULATOR "qemu-system-x86_64"
#define KVM_DEVICE "/dev/kvm"
#define KVM_SECONDS 60	/* what takes longer there does not work; it takes a tenth of the time of an emulation */
#define KVM_SILENCE 3	/* a kernel says something within the first second, if it runs at all */
/* The kernel is asked to be quiet where each line costs time, and to talk where its silence says something. */
#define QUIET "console=ttyS0 quiet loglevel=1 "
#define TALKING "console=ttyS0 earlyprintk=ttyS0 "
#define ARGUMENTS \
	"panic=-1 random.trust_cpu=on security=selinux selinux=1 enforcing=0 " \
	"mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off nokaslr"

extern char **environ;

struct sk_machine {
	struct sk_diags *diags;
	char *kernel;
	const char *guest;
	char folder[64];	/* "" before it is made */
	char *root, *console, *answers;	/* paths in it */
};

static int sk_unavailable(struct sk_machine *m, const char *id, const char *fmt, ...) SK_PRINTF(3, 4);

static int sk_unavailable(struct sk_machine *m, const char *id, const char *fmt, ...)
{
	struct sk_place place = { .kind = SK_PLACE_NONE };
	char message[800];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	sk_error(m->diags, id, &place, "%s", message);
	return SELKIE_MACHINE_UNAVAILABLE;
}

/*
 * The kernel.
 */
/* By version: 6.10 is newer than 6.9. */
static int sk_newest_first(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int sk_is_kernel(const struct dirent *d)
{
	return !strncmp(d->d_name, "vmlinuz-", 8);
}

static int sk_find_kernel(struct sk_machine *m, const char *named)
{
	struct dirent **list = NULL;
	struct utsname u;
	int n;

	if (named) {
		m->kernel = strdup(named);
		if (!m->kernel)
			return -ENOMEM;
		return access(named, R_OK) ? sk_unavailable(m, "E0691", "the kernel %s: %s", named, strerror(errno)) : 0;
	}
	if (!uname(&u) && asprintf(&m->kernel, "/boot/vmlinuz-%s", u.release) < 0) {
		m->kernel = NULL;
		return -ENOMEM;
	}
	if (m->kernel && !access(m->kernel, R_OK))
		return 0;
	free(m->kernel);
	m->kernel = NULL;
	n = scandir("/boot", &list, sk_is_kernel, sk_newest_first);
	for (int i = 0; i < n; i++) {
		if (!m->kernel && asprintf(&m->kernel, "/boot/%s", list[i]->d_name) < 0)
			m->kernel = NULL;
		if (m->kernel && access(m->kernel, R_OK)) {
			free(m->kernel);
			m->kernel = NULL;
		}
		free(list[i]);
	}
	free(list);
	return m->kernel ? 0 : sk_unavailable(m, "E0691", "there is no kernel in /boot that can be read; name one");
}

/*
 * The machine's root.
 */
static int sk_put_guest(struct sk_machine *m, int fd)
{
	sk_auto_free char *data = NULL;
	size_t size;
	int r = sk_archive_slurp(m->guest, &data, &size);

	if (r && r != -ENOMEM)
		return sk_unavailable(m, "E0691", "the machine's program %s: %s", m->guest, strerror(-r));
	return r ? r : sk_archive_put(fd, "init", S_IFREG | 0755, data, size);
}

static int sk_put_policies(int fd, const struct selkie_machine_options *options)
{
	int r = 0;

	for (size_t i = 0; i < options->n_policies && !r; i++) {
		const struct selkie_machine_policy *p = &options->policies[i];
		sk_auto_free char *path = NULL;

		if (asprintf(&path, "job/%s", p->name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = sk_archive_put(fd, path, S_IFREG | 0644, p->data, p->size);
	}
	return r;
}

static int sk_make_root(struct sk_machine *m, const struct selkie_machine_options *options, const void *policy,
			size_t size, const char *job)
{
	int fd = open(m->root, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r;
	sk_auto_free char *lines = NULL;

	if (fd < 0)
		return -errno;
	if (asprintf(&lines, "load policy\n%s", job) < 0) {
		lines = NULL;
		close(fd);
		return -ENOMEM;
	}
	/* before anything is mounted, the first program needs a console to complain on */
	r = sk_archive_put(fd, "dev", S_IFDIR | 0755, NULL, 0);
	if (!r)
		r = sk_archive_put_device(fd, "dev/console", S_IFCHR | 0600, 5, 1);
	if (!r)
		r = sk_put_guest(m, fd);
	if (!r)
		r = sk_archive_put(fd, "job", S_IFDIR | 0755, NULL, 0);
	if (!r)
		r = sk_archive_put(fd, "job/policy", S_IFREG | 0644, policy, size);
	if (!r)
		r = sk_put_policies(fd, options);
	if (!r)
		r = sk_archive_put(fd, "job/questions.job", S_IFREG | 0644, lines, strlen(lines));
	if (!r)
		r = sk_archive_end(fd);
	if (close(fd) && !r)
		r = -errno;
	return r;
}

/*
 * Running.
 */
/* Whether the kernel has said nothing yet on its console. */
static bool sk_is_silent(const struct sk_machine *m)
{
	struct stat st;

	return stat(m->console, &st) || !st.st_size;
}

/* 0 when the emulator ended of itself; how, its answers tell. silence: seconds without a word, or 0 for any. */
static int sk_wait(struct sk_machine *m, pid_t child, unsigned int seconds, unsigned int silence)
{
	struct timespec start, now, pause = { .tv_nsec = 20000000 };
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		pid_t done = waitpid(child, &status, WNOHANG);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done == child)
			break;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= (time_t)seconds ||
		    (silence && now.tv_sec - start.tv_sec >= (time_t)silence && sk_is_silent(m))) {
			kill(child, SIGKILL);
			while (waitpid(child, &status, 0) < 0 && errno == EINTR)
				;
			return sk_unavailable(m, "E0692", "the machine was not done after %u seconds", seconds);
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int sk_run(struct sk_machine *m, bool kvm, unsigned int seconds)
{
	sk_auto_free char *console = NULL, *answers = NULL;
	const char *argv[] = {
		EMULATOR, "-accel", kvm ? "kvm" : "tcg",
		/* what an emulation is faster without */
		"-cpu", kvm ? "max" : "max,smap=off,smep=off,la57=off", "-m", "512",
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", NULL, "-serial", NULL,
		"-kernel", m->kernel, "-initrd", m->root, "-append",
		kvm ? TALKING ARGUMENTS : QUIET ARGUMENTS, NULL,
	};
	posix_spawn_file_actions_t actions;
	pid_t child;
	int r;

	if (asprintf(&console, "file:%s", m->console) < 0 || asprintf(&answers, "file:%s", m->answers) < 0)
		return -ENOMEM;
	argv[13] = console;
	argv[15] = answers;
	r = -posix_spawn_file_actions_init(&actions);
	if (r)
		return r;
	r = -posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!r)
		r = -posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (!r)
		r = -posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (!r)
		r = -posix_spawnp(&child, EMULATOR, &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r == -ENOENT)
		return sk_unavailable(m, "E0691", "there is no %s", EMULATOR);
	return r ? r : sk_wait(m, child, seconds, kvm ? KVM_SILENCE : 0);
}

/* The last words on the console, for a machine that did not come to its end. */
static int sk_tell_console(struct sk_machine *m)
{
	sk_auto_free char *text = NULL;
	size_t size = 0;
	const char *tail;

	if (sk_archive_slurp(m->console, &text, &size))
		text = NULL;
	tail = text && size > 400 ? text + size - 400 : text ? text : "";
	for (char *s = text; s && *s; s++)
		if ((unsigned char)*s < ' ')
			*s = ' ';
	return sk_unavailable(m, "E0692", "the machine ended before all was answered; its last words: %s", *tail ? tail : "none");
}

static int sk_read_answers(struct sk_machine *m, char **ret_answers)
{
	sk_auto_close int fd = open(m->answers, O_RDONLY | O_CLOEXEC);
	struct sk_archive_entry e;
	char *text = NULL, pad[4];
	int r;

	if (fd < 0)
		return sk_tell_console(m);
	while (!(r = sk_archive_next(fd, &e))) {
		free(text);
		text = malloc((size_t)e.size + 1);
		if (!text)
			return -ENOMEM;
		r = sk_archive_read(fd, text, e.size);
		if (!r)
			r = sk_archive_read(fd, pad, -e.size & 3);
		if (r)
			break;
		text[e.size] = '\0';
	}
	if (r != 1 || !text) {
		free(text);
		return r == -EBADMSG || r == 1 ? sk_tell_console(m) : r;
	}
	/* the first line answers for the policy */
	if (strncmp(text, "ok\n", 3)) {
		r = sk_unavailable(m, "E0692", "the kernel refuses the policy: %s",
				   *text == '!' ? strerror(atoi(text + 1)) : "no answer");
		free(text);
		return r;
	}
	memmove(text, text + 3, strlen(text + 3) + 1);
	*ret_answers = text;
	return 0;
}

/* Without a word about what went wrong: it is emulated then. */
static int sk_try_kvm(struct sk_machine *m, unsigned int seconds, char **ret_answers)
{
	struct sk_diags *diags = m->diags;
	int r;

	if (access(KVM_DEVICE, R_OK | W_OK))
		return SELKIE_MACHINE_UNAVAILABLE;
	m->diags = NULL;
	r = sk_run(m, true, SK_MIN(seconds, (unsigned int)KVM_SECONDS));
	if (!r)
		r = sk_read_answers(m, ret_answers);
	m->diags = diags;
	return r;
}

static int sk_ask(struct sk_machine *m, unsigned int seconds, char **ret_answers)
{
	int r = sk_try_kvm(m, seconds, ret_answers);

	if (!r)
		return 0;
	r = sk_run(m, false, seconds);
	return r ? r : sk_read_answers(m, ret_answers);
}

static int sk_make_folder(struct sk_machine *m)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || strlen(tmp) > sizeof(m->folder) - 24)
		tmp = "/tmp";
	snprintf(m->folder, sizeof(m->folder), "%s/selkie-XXXXXX", tmp);
	if (!mkdtemp(m->folder)) {
		m->folder[0] = '\0';
		return -errno;
	}
	if (asprintf(&m->root, "%s/root", m->folder) < 0)
		m->root = NULL;
	if (asprintf(&m->console, "%s/console", m->folder) < 0)
		m->console = NULL;
	if (asprintf(&m->answers, "%s/answers", m->folder) < 0)
		m->answers = NULL;
	return m->root && m->console && m->answers ? 0 : -ENOMEM;
}

static void sk_machine_done(struct sk_machine *m)
{
	if (m->root)
		unlink(m->root);
	if (m->console)
		unlink(m->console);
	if (m->answers)
		unlink(m->answers);
	if (m->folder[0])
		rmdir(m->folder);
	free(m->root);
	free(m->console);
	free(m->answers);
	free(m->kernel);
}

int selkie_machine_ask(const struct selkie_machine_options *options, const void *policy, size_t size, const char *job,
		       selkie_diagnostics *diags, char **ret_answers)
{
	struct sk_machine m = { .diags = diags };
	int r;

	if (options->version != SELKIE_MACHINE_OPTIONS_VERSION)
		return -EINVAL;
	m.guest = options->guest ? options->guest : SELKIE_GUEST;
	r = sk_find_kernel(&m, options->kernel);
	if (!r)
		r = sk_make_folder(&m);
	if (!r)
		r = sk_make_root(&m, options, policy, size, job);
	if (!r)
		r = sk_ask(&m, options->seconds ? options->seconds : 300, ret_answers);
	sk_machine_done(&m);
	return r;
}
