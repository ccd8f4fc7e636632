/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * label-ask-libselinux LIST FILE: as label-ask, by libselinux's selabel_lookup_raw, which is what matchpathcon -m asks.
 * Linked to the machine's libselinux, for tests and benchmarks only.
 */
#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>

#include "list.h"

int main(int argc, char **argv)
{
	struct selinux_opt option = { .type = SELABEL_OPT_PATH,
				      .value = argc > 2 ? argv[2] : NULL };
	static char buffer[1 << 16];
	struct selabel_handle *handle;
	char *list, *context;
	size_t n;

	if (argc != 3) {
		fprintf(stderr, "usage: label-ask-libselinux LIST FILE\n");
		return 2;
	}
	list = list_read(argv[1], &n);
	handle = selabel_open(SELABEL_CTX_FILE, &option, 1);
	if (!handle) {
		perror(argv[2]);
		return 3;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (char *p = list; p < list + n; p = list_next(p)) {
		if (!selabel_lookup_raw(handle, &context, p + 1, (int)list_mode(*p))) {
			fputs_unlocked(context, stdout);
			freecon(context);
		} else if (errno == ENOENT) {
			fputs_unlocked("<<none>>", stdout);
		} else {
			perror(p + 1);
			return 3;
		}
		putchar_unlocked('\n');
	}
	selabel_close(handle);
	free(list);
	return fflush(stdout) ? 3 : 0;
}
