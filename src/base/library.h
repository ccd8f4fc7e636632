/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_LIBRARY_H
#define SK_BASE_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

/*
 * A shared library that is loaded when what it does is first wanted: linked, it would cost every process its loading and
 * its pages. Its functions are listed once, in a macro that takes a macro, and come as a table of that order:
 *
 *	#define SK_BZ2_FUNCTIONS(X) X(BZ2_bzDecompress) X(BZ2_bzDecompressEnd)
 *	struct sk_bz2 { SK_BZ2_FUNCTIONS(SK_LIBRARY_FIELD) };
 *	SK_LIBRARY(sk_bz2_library, SK_BZ2_FUNCTIONS, "bzip2", "Compressed packages", "libbz2.so.1");
 *	sk_library_load(&sk_bz2_library, &bz2) -> bz2.BZ2_bzDecompress(...)
 *
 * SK_LIBRARY also writes a note into the binary (https://uapi-group.org/specifications/specs/elf_dlopen_metadata/), by
 * which packaging tools know of the dependency.
 */
struct sk_library {
	const char *sonames[2];		/* the second may be NULL */
	const char *const *symbols;
	size_t n;
};

/*
 * The library's functions into the table. It stays loaded as long as the process lives; loading it again is cheap. Any
 * thread may call. Returns 0, or -ELIBACC where the library, or a function of it, is not there.
 */
int sk_library_load(const struct sk_library *library, void *ret_functions);

#define SK_LIBRARY_FIELD(function) __typeof__(function) *function;
#define SK_LIBRARY_TEXT(function) #function
#define SK_LIBRARY_SYMBOL(function) SK_LIBRARY_TEXT(function),

#define SK_LIBRARY_NOTE_TYPE 0x407c0c0a

/* The second is for one that distributions name in two ways, which are tried in turn. */
#define SK_LIBRARY(name, functions, feature, what_for, soname)                                                               \
	SK_LIBRARY_AS(name, functions, feature, what_for, "\"" soname "\"", soname, NULL)
#define SK_LIBRARY_OR(name, functions, feature, what_for, soname, other)                                                     \
	SK_LIBRARY_AS(name, functions, feature, what_for, "\"" soname "\",\"" other "\"", soname, other)

#define SK_LIBRARY_AS(name, functions, feature, what_for, list, soname, other)                                               \
	static const char *const name##_symbols[] = { functions(SK_LIBRARY_SYMBOL) };                                        \
	static const struct sk_library name = { { soname, other }, name##_symbols,                                           \
						sizeof(name##_symbols) / sizeof(*name##_symbols) };                           \
	SK_LIBRARY_NOTE(name##_note, "[{\"feature\":\"" feature "\",\"description\":\"" what_for                             \
				     "\",\"priority\":\"recommended\",\"soname\":[" list "]}]")

#define SK_LIBRARY_NOTE(name, json)                                                                                          \
	static const struct {                                                                                                \
		uint32_t n_owner, n_text, type;                                                                              \
		char owner[4], text[sizeof(json)];                                                                           \
	} name __attribute__((used, section(".note.dlopen"), aligned(4))) = { 4, sizeof(json), SK_LIBRARY_NOTE_TYPE, "FDO", json }

#endif
