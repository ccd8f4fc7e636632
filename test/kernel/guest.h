/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_GUEST_H
#define TEST_KERNEL_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The program in the machine; README.md describes the lines it understands. */
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

/* Each returns false when the line is none of its own. */
bool ask_line(const struct line *l, struct answers *a);
bool act_line(const struct line *l, struct answers *a);
bool record_line(const struct line *l, struct answers *a);

/* Reads what the kernel has to say in audit records so far, as a log daemon would. */
void record_drain(void);
/* The records so far, as auditd writes them; for the caller to send home and to empty. */
struct answers *record_log(void);

/* Says why on the console and powers the machine off. */
void die(const char *what) __attribute__((noreturn));

/* One write, as the kernel's control files need it. Returns 0 or a negative errno. */
int write_file(const char *path, const void *data, size_t size);

#endif
