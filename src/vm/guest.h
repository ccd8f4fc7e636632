/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_VM_GUEST_H
#define SK_VM_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The program in a throwaway machine: the first and only one there. test/kernel/README.md describes the lines that it and
 * the tests' own understand; what a build of it understands is what guest_lines lists.
 */
#define WORDS_MAX 12

struct line {
	char *word[WORDS_MAX];
	unsigned int n_words;
};

/* A growing text: the answers of one job. */
struct answers {
	char *data;
	size_t size, room;
};

void answers_add(struct answers *a, const void *data, size_t size);
void answers_print(struct answers *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "ok", or "! ERRNO" for a negative errno. */
void answers_result(struct answers *a, int r);

/* Whether a line only asks: it changes no answer to another, and may be asked from any thread. */
bool only_asks(const char *line);

/* Returns false when the line is none of its own. */
bool ask_line(const struct line *l, struct answers *a);

/* What the program is made of, by its last file: kinds of lines, and what more of a job than its answers goes home. */
extern bool (*const guest_lines[])(const struct line *l, struct answers *a);	/* ends with NULL */
void guest_job_done(int port, const char *name, size_t length);	/* name[0..length) without its suffix */

void send_home(int port, const char *name, const struct answers *a);

/* Says why on the console and powers the machine off. */
void die(const char *what) __attribute__((noreturn));

/* One write, as the kernel's control files need it. Returns 0 or a negative errno. */
int write_file(const char *path, const void *data, size_t size);

#endif
