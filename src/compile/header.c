/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said of the policy as a whole: its target, its capabilities, and what the kernel is to do about classes and
 * permissions that the policy does not know.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "selkie/capability.h"

/* The model holds all that any version can say; the version is chosen when it is written. */
#define SK_NEWEST_VERSION 35
#define SK_MOST_CAPABILITIES 64

static const char *sk_capability_at(const void *arg, size_t i)
{
	(void)arg;
	return selkie_capability_name((uint32_t)i);
}

static void sk_compile_capability(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	const char *name = sk_intern_str(c->names, stmt->op[0]);
	uint32_t number = selkie_capability_find(name);
	struct sk_diag *diag;
	size_t near;

	if (number != SELKIE_CAPABILITY_NONE && number < SK_MOST_CAPABILITIES) {
		sk_bitset_add(&c->policy->capabilities, number);
		return;
	}
	diag = sk_compile_error_at(c, "E0818", stmt, name, "there is no policy capability '%s'", name);
	near = sk_nearest_name(name, SK_MOST_CAPABILITIES, sk_capability_at, NULL);
	if (near != SIZE_MAX)
		sk_diag_note(c->diags, diag, NULL, "did you mean '%s'?", selkie_capability_name((uint32_t)near));
}

static void sk_compile_unknown_word(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	const char *word = sk_intern_str(c->names, stmt->op[0]);

	if (!strcmp(word, "deny"))
		c->policy->handle_unknown = SK_UNKNOWN_DENY;
	else if (!strcmp(word, "reject"))
		c->policy->handle_unknown = SK_UNKNOWN_REJECT;
	else if (!strcmp(word, "allow"))
		c->policy->handle_unknown = SK_UNKNOWN_ALLOW;
	else
		sk_compile_error_at(c, "E0818", stmt, word,
				    "what the policy does not know can be 'deny', 'reject' or 'allow', not '%s'", word);
}

/* What CIL allows once: MLS or not, what is unknown, the user of those who are not named. */
static void sk_check_once(struct sk_compiler *c)
{
	static const struct { uint32_t kind; const char *what; } rows[] = {
		{ SK_UNIT_MLS, "whether it has MLS" }, { SK_UNIT_HANDLE_UNKNOWN, "how to treat what it does not know" },
		{ SK_UNIT_SELINUX_USER, "who a user is that nothing else names" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++) {
		const struct sk_unit_stmt *seen = NULL;

		SK_EACH_STMT_OF(c, rows[i].kind, u, stmt, number) {
			if (c->units[u]->source != SK_UNIT_CIL ||
			    (stmt->kind == SK_UNIT_SELINUX_USER &&
			     strcmp(sk_intern_str(c->names, stmt->op[0]), "__default__") != 0))
				continue;
			if (seen)
				sk_compile_note(c, sk_compile_error(c, "E0803", stmt, "the policy says twice %s", rows[i].what),
						seen, "it is said here too");
			seen = stmt;
		}
	}
}

int sk_compile_header(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	p->version = SK_NEWEST_VERSION;
	if (sk_bitset_init(&p->capabilities, &p->arena, SK_MOST_CAPABILITIES))
		return -ENOMEM;
	for (size_t u = 0; u < c->n_units; u++)
		if (c->units[u]->xen)
			p->target = SK_TARGET_XEN;
	SK_EACH_STMT_IN(c, SK_UNIT_POLICY_CAPABILITY, SK_UNIT_HANDLE_UNKNOWN, u, stmt, number) {
		if (stmt->kind == SK_UNIT_POLICY_CAPABILITY)
			sk_compile_capability(c, stmt);
		else if (stmt->kind == SK_UNIT_HANDLE_UNKNOWN)
			sk_compile_unknown_word(c, stmt);
	}
	sk_check_once(c);
	sk_bitset_trim(&p->capabilities);
	if (c->options->handle_unknown >= 0)
		p->handle_unknown = (enum sk_handle_unknown)c->options->handle_unknown;
	return c->no_memory ? -ENOMEM : 0;
}
