/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Single modules: what lies beside them, and those that need no headers.
 */
#include "compile/build-module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sk_build_beside(struct sk_arena *arena, const char *module, const char *ending, const char **ret_path)
{
	const char *dot = strrchr(module, '.'), *path;

	*ret_path = NULL;
	path = sk_arena_printf(arena, "%.*s%s", dot ? (int)(dot - module) : (int)strlen(module), module, ending);
	if (!path)
		return -ENOMEM;
	if (!access(path, F_OK))
		*ret_path = path;
	return 0;
}

bool sk_build_is_below(const char *path, const char *folder)
{
	sk_auto_free char *whole = realpath(path, NULL), *root = realpath(folder, NULL);
	size_t n = root ? strlen(root) : 0;

	return whole && root && !strncmp(whole, root, n) && whole[n] == '/';
}

bool sk_build_has_headers(const char *folder)
{
	char path[4096];

	/* What does not fit, whoever opens it finds out. */
	return (size_t)snprintf(path, sizeof(path), "%s/build.conf", folder) >= sizeof(path) || !access(path, F_OK);
}

/* The first word, behind blanks, comments, and statements that are empty. */
static const char *sk_first_word(const struct sk_source *source, size_t *ret_n)
{
	const char *p = source->text, *end = source->text + source->size;
	size_t n = 0;

	while (p < end && *p && strchr(" \t\n\r\f#;", *p)) {
		const char *nl = *p == '#' ? memchr(p, '\n', (size_t)(end - p)) : p;

		p = nl ? nl + 1 : end;
	}
	while (p + n < end && (p[n] == '_' || (p[n] >= 'a' && p[n] <= 'z')))
		n++;
	*ret_n = n;
	return p;
}

int sk_build_read_plain(struct sk_units *units, struct sk_space *space, const struct sk_source *source,
			const char *folder)
{
	struct sk_place place;
	struct sk_diag *d;
	size_t n;
	const char *word = sk_first_word(source, &n);

	if (n == 6 && !memcmp(word, "module", n))
		return sk_unit_read_conf(units, space, source);
	sk_sources_place(space->sources, source->base + (uint32_t)(word - source->text), (uint32_t)n, &place);
	d = sk_error(space->diags, "E0824", &place,
		     "this module needs the development headers of a policy, and there are none in %s", folder);
	sk_diag_note(space->diags, d, NULL, "install them (Debian: selinux-policy-dev, Fedora: selinux-policy-devel), say "
		     "where they are with --headers, or name the policy's source tree before the module");
	return SK_UNIT_REFUSED;
}
