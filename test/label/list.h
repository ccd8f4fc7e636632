/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_TEST_LABEL_LIST_H
#define SK_TEST_LABEL_LIST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The list that label-paths writes, in memory. */
static inline char *list_read(const char *name, size_t *ret_n)
{
	FILE *f = fopen(name, "r");
	char *data = NULL;
	long n;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && (data = malloc((size_t)n + 1))) {
		rewind(f);
		*ret_n = fread(data, 1, (size_t)n, f);
		data[*ret_n] = '\0';
	} else {
		perror(name);
		exit(3);
	}
	fclose(f);
	return data;
}

static inline unsigned int list_mode(char type)
{
	switch (type) {
	case 'f':
		return S_IFREG;
	case 'd':
		return S_IFDIR;
	case 'l':
		return S_IFLNK;
	case 'c':
		return S_IFCHR;
	case 'b':
		return S_IFBLK;
	case 'p':
		return S_IFIFO;
	case 's':
		return S_IFSOCK;
	}
	return 0;
}

/* Walks the records: for (p = data; p < data + n; p = list_next(p)). */
static inline char *list_next(char *p)
{
	return p + strlen(p) + 1;
}

#endif
