/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secilc and secil2conf: CIL to a kernel policy and file contexts, or to policy.conf.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/compat/compat.h"
#include "selkie/build.h"
#include "selkie/print.h"

/* The newest version that secilc 3.11 writes when none is asked for. */
#define SK_SECILC_VERSION 35

/* How they fail after their arguments were read; their usage errors are 1. */
#define SK_SECILC_FAILED 255

struct sk_secilc {
	struct selkie_build_options build;
	const char *output, *file_contexts;
	unsigned int version;
	bool conf;
};

static int sk_secilc_usage(const char *tool, bool conf)
{
	printf("Usage: %s [OPTION]... FILE...\n\nOptions:\n", tool);
	printf("  -o, --output=<file>            write %s to <file>\n",
	       conf ? "policy.conf (default: policy.conf)" : "binary policy (default: policy.<version>)");
	if (!conf)
		printf("  -f, --filecontext=<file>       write file contexts to <file> (default: file_contexts)\n"
		       "  -t, --target=<type>            target architecture: selinux or xen (default: selinux)\n"
		       "  -c, --policyvers=<version>     version of the binary policy (default: %d)\n"
		       "  -U, --handle-unknown=<action>  deny, allow, or reject; overrides (handleunknown ...)\n"
		       "  -D, --disable-dontaudit        do not add dontaudit rules\n"
		       "  -m, --multiple-decls           allow some statements to be re-declared\n"
		       "  -N, --disable-neverallow       do not check neverallow rules\n"
		       "  -G, --expand-generated         expand and remove auto-generated attributes\n"
		       "  -X, --expand-size <SIZE>       expand type attributes with fewer than <SIZE> members\n"
		       "  -O, --optimize                 optimize the policy\n", SK_SECILC_VERSION);
	printf("  -M, --mls true|false           build an mls policy; overrides (mls ...)\n"
	       "  -P, --preserve-tunables        treat tunables as booleans\n"
	       "  -Q, --qualified-names          allow names containing dots; no blocks then\n"
	       "  -v, --verbose                  increment verbosity level\n"
	       "  -h, --help                     display usage information\n");
	return 1;
}

static bool sk_secilc_number(const char *text, unsigned long most, unsigned int *ret_number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	*ret_number = (unsigned int)value;
	return !errno && end != text && !*end && value <= most && *text != '-';
}

static bool sk_secilc_mls(struct sk_secilc *q, const char *value)
{
	if (!strcasecmp(value, "true") || !strcmp(value, "1"))
		q->build.mls = SELKIE_BUILD_MLS_YES;
	else if (!strcasecmp(value, "false") || !strcmp(value, "0"))
		q->build.mls = SELKIE_BUILD_MLS_NO;
	else
		return false;
	return true;
}

static bool sk_secilc_unknown(struct sk_secilc *q, const char *value)
{
	static const char *const words[] = { "", "deny", "reject", "allow" };

	for (unsigned int i = 1; i < SK_ARRAY_LEN(words); i++)
		if (!strcasecmp(value, words[i])) {
			q->build.handle_unknown = (enum selkie_build_unknown)i;
			return true;
		}
	return false;
}

/* An option with a value. False: usage. */
static bool sk_secilc_value(struct sk_secilc *q, int option, const char *value)
{
	unsigned int size;

	switch (option) {
	case 'o':
		q->output = value;
		return true;
	case 'f':
		q->file_contexts = value;
		return true;
	case 't':
		if (!strcmp(value, "xen"))
			q->build.flags |= SELKIE_BUILD_XEN;
		else if (strcmp(value, "selinux"))
			return fprintf(stderr, "Unknown target: %s\n", value), false;
		return true;
	case 'M':
		return sk_secilc_mls(q, value);
	case 'U':
		return sk_secilc_unknown(q, value);
	case 'c':
		if (!sk_secilc_number(value, UINT32_MAX, &q->version))
			return fprintf(stderr, "Bad policy version: %s\n", value), false;
		if (q->version < 15 || q->version > 35)
			return fprintf(stderr, "Policy version must be between 15 and 35\n"), false;
		return true;
	case 'X':
		if (!sk_secilc_number(value, UINT32_MAX - 1, &size))
			return fprintf(stderr, "Bad attribute expand size: %s\n", value), false;
		/* None has fewer than no types: nothing is expanded but what is empty, which says nothing. */
		q->build.expand_below = size ? size : 1;
		return true;
	default:
		return false;
	}
}

static unsigned int sk_secilc_flag(int option)
{
	switch (option) {
	case 'D':
		return SELKIE_BUILD_NO_DONTAUDIT;
	case 'm':
		return SELKIE_BUILD_MULTIPLE_DECLARATIONS;
	case 'N':
		return SELKIE_BUILD_UNCHECKED;
	case 'P':
		return SELKIE_BUILD_PRESERVE_TUNABLES;
	case 'Q':
		return SELKIE_BUILD_QUALIFIED_NAMES;
	case 'G':
		return SELKIE_BUILD_EXPAND_GENERATED;
	case 'O':
		return SELKIE_BUILD_OPTIMIZE;
	default:
		return 0;
	}
}

static int sk_secilc_conf(const struct sk_secilc *q, const selkie_built *built, selkie_diagnostics *diags)
{
	const char *path = q->output ? q->output : "policy.conf";
	sk_auto_free char *text = NULL;
	size_t n;
	int r = selkie_policy_print_memory(selkie_built_policy(built), NULL, diags, &text, &n);

	if (r)
		return sk_compat_fail("secil2conf", "%s", strerror(-r));
	return sk_compat_write("secil2conf", path, text, n);
}

static int sk_secilc_policy(const struct sk_secilc *q, const selkie_built *built, selkie_diagnostics *diags)
{
	const char *contexts = selkie_built_file_contexts(built);
	unsigned int version = q->version ? q->version : SK_SECILC_VERSION;
	char name[32];
	int r;

	snprintf(name, sizeof(name), "policy.%u", version);
	r = selkie_built_save(built, q->output ? q->output : name, version, diags);
	if (r < 0)
		return sk_compat_fail("secilc", "%s: %s", q->output ? q->output : name, strerror(-r));
	if (r)
		return 1;
	return sk_compat_write("secilc", q->file_contexts ? q->file_contexts : "file_contexts", contexts, strlen(contexts));
}

static int sk_secilc_run(struct sk_secilc *q, const char *const *files, size_t n)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built = NULL;
	int r = diags ? selkie_build(files, n, &q->build, diags, &built) : -ENOMEM;

	if (r == -ENOMEM)
		sk_compat_fail(q->conf ? "secil2conf" : "secilc", "out of memory");
	if (!r)
		r = q->conf ? sk_secilc_conf(q, built, diags) : sk_secilc_policy(q, built, diags);
	sk_compat_diagnose(diags);
	selkie_built_free(built);
	selkie_diagnostics_free(diags);
	return r ? SK_SECILC_FAILED : 0;
}

static int sk_secilc_main(int argc, char **argv, bool conf)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },	       { "verbose", no_argument, NULL, 'v' },
		{ "target", required_argument, NULL, 't' },    { "mls", required_argument, NULL, 'M' },
		{ "policyversion", required_argument, NULL, 'c' }, { "handle-unknown", required_argument, NULL, 'U' },
		{ "disable-dontaudit", no_argument, NULL, 'D' },   { "multiple-decls", no_argument, NULL, 'm' },
		{ "disable-neverallow", no_argument, NULL, 'N' },  { "preserve-tunables", no_argument, NULL, 'P' },
		{ "qualified-names", no_argument, NULL, 'Q' },	   { "output", required_argument, NULL, 'o' },
		{ "filecontexts", required_argument, NULL, 'f' },  { "expand-generated", no_argument, NULL, 'G' },
		{ "expand-size", required_argument, NULL, 'X' },   { "optimize", no_argument, NULL, 'O' },
		{ 0 },
	};
	struct sk_secilc q = { .build = { .size = sizeof(q.build), .flags = SELKIE_BUILD_CIL | SELKIE_BUILD_STRIP }, .conf = conf };
	int option;

	if (!conf)
		q.build.flags |= SELKIE_BUILD_FILE_CONTEXTS;
	while ((option = getopt_long(argc, argv, conf ? "o:hvM:PQ" : "o:f:U:hvt:M:PQDmNOc:GX:n", options, NULL)) >= 0) {
		unsigned int flag = sk_secilc_flag(option);

		q.build.flags |= flag;
		if (flag || option == 'v' || option == '?')
			continue;
		if (!sk_secilc_value(&q, option, optarg))
			return sk_secilc_usage(argv[0], conf);
	}
	if (optind >= argc) {
		fprintf(stderr, "No cil files specified\n");
		return sk_secilc_usage(argv[0], conf);
	}
	return sk_secilc_run(&q, (const char *const *)argv + optind, (size_t)(argc - optind));
}

int sk_compat_secilc(int argc, char **argv)
{
	return sk_secilc_main(argc, argv, false);
}

int sk_compat_secil2conf(int argc, char **argv)
{
	return sk_secilc_main(argc, argv, true);
}
