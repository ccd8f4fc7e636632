/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes a list of paths to ask label databases about: label-paths FILE_CONTEXTS N SEED [ROOT]. A path is made from a
 * random rule by walking its pattern and choosing, then often spoiled a little; with ROOT every other path comes from
 * that directory tree (as far as it goes, each once). The same arguments give the same list, but for ROOT's contents.
 *
 * A record is one letter for the file type (as matchpathcon -m, '?' for unknown), the path, and a zero byte.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "generate.h"

static char type_of(mode_t mode)
{
	return S_ISDIR(mode)	? 'd'
	       : S_ISLNK(mode)	? 'l'
	       : S_ISCHR(mode)	? 'c'
	       : S_ISBLK(mode)	? 'b'
	       : S_ISFIFO(mode) ? 'p'
	       : S_ISSOCK(mode) ? 's'
				: 'f';
}

static void put(char type, const char *s, size_t n)
{
	putchar(type);
	fwrite(s, 1, n, stdout);
	putchar(0);
}

/* The next path of the tree; 0 at its end. */
static int put_from_tree(FTS *tree)
{
	FTSENT *e;

	while ((e = fts_read(tree))) {
		if (e->fts_info == FTS_DP || !e->fts_statp)
			continue;
		if (!strcmp(e->fts_path, "/proc") || !strcmp(e->fts_path, "/sys"))
			fts_set(tree, e, FTS_SKIP);
		put(generator_below(8) ? type_of(e->fts_statp->st_mode) : '?', e->fts_path,
		    strlen(e->fts_path));
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	char *roots[2] = { argc > 4 ? argv[4] : NULL, NULL };
	FTS *tree = argc > 4 ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL) : NULL;
	struct generator g;
	struct generated path;
	size_t n;

	if (argc < 4) {
		fprintf(stderr, "usage: label-paths FILE_CONTEXTS N SEED [ROOT]\n");
		return 2;
	}
	if (generator_init(&g, argv[1])) {
		perror(argv[1]);
		return 3;
	}
	n = strtoul(argv[2], NULL, 10);
	generator_seed(strtoul(argv[3], NULL, 10));
	for (size_t i = 0; g.n_patterns && i < n; i++) {
		if (tree && i % 2 && put_from_tree(tree))
			continue;
		generator_path(g.patterns[generator_below((unsigned int)g.n_patterns)], &path);
		put("fffddlcbps??"[generator_below(12)], path.s, path.n);
	}
	if (tree)
		fts_close(tree);
	generator_done(&g);
	return 0;
}
