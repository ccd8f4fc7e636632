/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PEER_POLICY_H
#define PEER_POLICY_H

#include <stddef.h>

/*
 * Policies made by the peers' compilers while a test runs. Sources stand in test/policies/; a line of theirs that
 * starts with "#@N " is compiled for binary versions from N on.
 *
 * All functions fail the running cmocka test, with the compiler's words, when the compiler refuses; they skip it when
 * the compiler is not installed. The result is the caller's (free).
 */

/* A path under the project's root (or an absolute one, as it is). Static storage. */
const char *peer_path(const char *relative);

/* checkpolicy. flags: further arguments, NULL-terminated ("-M", "-U", "allow"), or NULL. */
char *peer_checkpolicy(const char *source, unsigned int version, const char *const *flags,
		       size_t *ret_size);

/* The same with lines marked up to `marks`, whatever version is written. */
char *peer_checkpolicy_marked(const char *source, unsigned int marks, unsigned int version,
			      const char *const *flags, size_t *ret_size);

/* The text that checkpolicy makes of a binary policy. */
char *peer_decompile(const char *data, size_t size, const char *const *flags, size_t *ret_size);

/* checkpolicy on a text in memory. */
char *peer_compile_text(const char *text, unsigned int version, const char *const *flags,
			size_t *ret_size);

/* peer_checkpolicy with another program. */
char *peer_checkpolicy_at(const char *program, const char *source, unsigned int version,
			  const char *const *flags, size_t *ret_size);

/* secilc. */
char *peer_secilc(const char *source, unsigned int version, const char *const *flags,
		  size_t *ret_size);

/* checkmodule: a base module of a .conf source, a module of a .te, which must have the module's name. */
char *peer_checkmodule(const char *source, unsigned int version, const char *const *flags, size_t *ret_size);

/* semodule_package: that module with the bytes of its file contexts. */
char *peer_package(const char *module, size_t n_module, const char *contexts, size_t *ret_size);

/* What the peers' converter of packages makes of one. */
char *peer_module_to_cil(const char *package, size_t n_package, size_t *ret_size);

/* By the compiler of modules, of a module that is in no package. */
char *peer_bare_module_to_cil(const char *module, size_t n_module, unsigned int version, size_t *ret_size);

/* The newest version of modules that a peer is there for: 24 with userspace 3.11, else 21. */
unsigned int peer_newest_module(void);

/* The bytes of a file. Fails the test when it cannot be read. */
char *peer_read(const char *path, size_t *ret_size);

#endif
