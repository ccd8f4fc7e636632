/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of checks: which there are, what each is about, and which nodes it wants to see.
 */
#include "lint/lint.h"

enum { IN_TE = 1 << SK_LINT_TE, IN_IF = 1 << SK_LINT_IF };

#define RULES (SK_KIND(RULE) | SK_KIND(XRULE))
#define BLOCKS_OF_CONDITIONS (SK_KIND(BOOLEAN) | SK_KIND(TUNABLE))
/* statements that use types and roles */
#define USERS_OF_NAMES (RULES | SK_KIND(CALL) | SK_KIND(TRANSITION) | SK_KIND(ROLE_TRANSITION) | \
			SK_KIND(ROLE_ALLOW) | SK_KIND(ROLE_TYPES) | SK_KIND(ALIAS) | SK_KIND(TYPEALIAS) | \
			SK_KIND(TYPEATTRIBUTE) | SK_KIND(ROLEATTRIBUTE) | SK_KIND(PERMISSIVE) | SK_KIND(DECL))

#define CHECK_IN(files_, id, level, text, fix, kinds_, function) \
	{ .public = { id, SELKIE_LINT_##level, text, fix }, .kinds = kinds_, .files = files_, .run = sk_lint_##function }
#define CHECK(...) CHECK_IN(IN_TE | IN_IF, __VA_ARGS__)
#define CHECK_TE(...) CHECK_IN(IN_TE, __VA_ARGS__)
#define CHECK_IF(...) CHECK_IN(IN_IF, __VA_ARGS__)
#define CHECK_FC(id, level, text, fix, function) \
	{ .public = { id, SELKIE_LINT_##level, text, fix }, .lines = SK_FC_LINE_ENTRY, .run_fc = sk_lint_##function }

const struct sk_lint_check sk_lint_checks[] = {
	CHECK_TE("C-001", CONVENTION, "statements of a module out of order", false,
	      SK_KIND(DECL) | RULES | SK_KIND(CALL) | SK_KIND(TRANSITION), order),
	CHECK("C-004", CONVENTION, "an interface without a comment", false, SK_KINDS_INTERFACE, no_comment),
	CHECK("C-005", CONVENTION, "permissions out of order, or twice", true, RULES | SK_KIND(DECL), permission_order),
	CHECK("C-006", CONVENTION, "requirements out of order, or twice", false, SK_KINDS_REQUIRE, require_order),
	CHECK("C-007", CONVENTION, "a type on itself where self would do", true, RULES, no_self),
	CHECK("C-008", CONVENTION, "a condition on a boolean of another module", false, BLOCKS_OF_CONDITIONS,
	      foreign_boolean),
	{ .public = { "E-002", SELKIE_LINT_ERROR, "a line that is no file context", false },
	  .run_fc = sk_lint_fc_bad, .lines = SK_FC_LINE_BAD },
	CHECK_FC("E-003", ERROR, "a file context with an unknown user", false, fc_user),
	CHECK_FC("E-004", ERROR, "a file context with an unknown role", false, fc_role),
	CHECK_FC("E-005", ERROR, "a file context with an unknown type", false, fc_type),
	CHECK("E-006", ERROR, "a declaration with the name of an interface", false, SK_KIND(DECL), name_clash),
	CHECK("E-007", ERROR, "an unknown permission", false, SK_KIND(RULE), unknown_permission),
	CHECK("E-008", ERROR, "an unknown class", false, SK_KIND(RULE) | SK_KIND(ROLE_TRANSITION) | SK_KIND(TRANSITION),
	      unknown_class),
	CHECK("E-009", ERROR, "an empty optional or require block", false, SK_KIND(OPTIONAL) | SK_KINDS_REQUIRE,
	      empty_block),
	CHECK("E-010", ERROR, "a word that stands alone", false, SK_KIND(WORD), stray_word),
	{ .public = { "F-001", SELKIE_LINT_FATAL, "a file that cannot be read as policy", false } },
	CHECK_TE("S-001", STYLE, "a require block in a module", false, SK_KINDS_REQUIRE, require_in_te),
	CHECK_FC("S-002", STYLE, "a file context with another module's type", false, fc_foreign),
	CHECK("S-003", STYLE, "a semicolon that ends nothing", true, SK_KIND(SEMICOLON), semicolon),
	CHECK_IF("S-004", STYLE, "an interface that calls a template", false, SK_KIND(CALL), calls_template),
	CHECK_IF("S-005", STYLE, "a declaration in an interface", false, SK_KIND(DECL), declares),
	CHECK("S-006", STYLE, "a module statement instead of policy_module()", true, SK_KIND(HEADER), bare_module),
	CHECK_FC("S-007", STYLE, "gen_context without a level", true, fc_no_range),
	CHECK("S-008", STYLE, "gen_require without quotes", true, SK_KIND(GEN_REQUIRE), unquoted),
	CHECK("S-009", STYLE, "a permission macro that is for another class", false, SK_KIND(RULE), macro_class),
	CHECK("S-010", STYLE, "permissions that a macro would say", false, SK_KIND(RULE), macro_available),
	{ .public = { "S-011", SELKIE_LINT_STYLE, "a line of file contexts with nothing but blanks", true },
	  .run_fc = sk_lint_fc_blank, .lines = SK_FC_LINE_BLANK },
	CHECK_TE("W-001", WARNING, "a module uses what another declares", false, USERS_OF_NAMES, not_required_te),
	CHECK_IF("W-002", WARNING, "an interface uses what it does not require", false, USERS_OF_NAMES | SK_KINDS_REQUIRE,
	      not_required_if),
	CHECK_IF("W-003", WARNING, "an interface requires what it does not use", false, SK_KIND(DECL), unused_require),
	CHECK_FC("W-004", WARNING, "a period or repetition that is perhaps not meant so", false, fc_regex),
	CHECK("W-005", WARNING, "a call of a module that may be missing, not in optional_policy", false, SK_KIND(CALL),
	      not_optional),
	CHECK("W-006", WARNING, "a call without arguments", false, SK_KIND(CALL), no_arguments),
	CHECK("W-007", WARNING, "an argument with a blank in it", false, SK_KIND(CALL), loose_argument),
	CHECK("W-008", WARNING, "all permissions, or all but some, allowed", false, SK_KIND(RULE), wildcard),
	CHECK("W-009", WARNING, "a module in a file of another name", false, SK_KIND(HEADER), file_name),
	CHECK("W-010", WARNING, "a call of an unknown interface", false, SK_KIND(CALL), unknown_interface),
	CHECK_IF("W-011", WARNING, "an interface requires what another module declares", false, SK_KIND(DECL),
	      foreign_require),
	CHECK("W-012", WARNING, "a condition on an unknown boolean", false, BLOCKS_OF_CONDITIONS, unknown_boolean),
	CHECK("W-013", WARNING, "audit_access allowed", false, SK_KIND(RULE), audit_access),
	CHECK("X-001", EXTRA, "an interface that nobody calls", false, SK_KINDS_INTERFACE, unused_interface),
	CHECK("X-002", EXTRA, "a rule or call with types taken away", false, SK_KIND(RULE) | SK_KIND(CALL), excluded),
};

const size_t sk_lint_n_checks = SK_ARRAY_LEN(sk_lint_checks);

size_t selkie_lint_check_count(void)
{
	return sk_lint_n_checks;
}

const struct selkie_lint_check *selkie_lint_check_get(size_t i)
{
	return i < sk_lint_n_checks ? &sk_lint_checks[i].public : NULL;
}

const struct sk_lint_check *sk_lint_check_find(const char *id)
{
	for (size_t i = 0; i < sk_lint_n_checks; i++)
		if (!strcmp(sk_lint_checks[i].public.id, id))
			return &sk_lint_checks[i];
	return NULL;
}
