/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpolicy and checkmodule: sources of the policy language to a policy, and to a module.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/compat/compat.h"
#include "selkie/build.h"
#include "selkie/capability.h"
#include "selkie/level.h"
#include "selkie/print.h"

#define SK_POLICY_VERSION 33
#define SK_OLDEST_POLICY 15
#define SK_NEWEST_POLICY 35
#define SK_OLDEST_MODULE 4
#define SK_NEWEST_MODULE 24

struct sk_check {
	const char *tool;
	struct selkie_build_options build;
	const char *in, *out;
	unsigned int version;
	bool module, binary, cil, conf, marks, werror, show_version, debug;
};

static int sk_check_usage(const struct sk_check *c, bool module)
{
	if (module)
		printf("usage:  %s [-h] [-V] [-b] [-C] [-E] [-U handle_unknown] [-m] [-M] [-N] [-L] [-o FILE] [-c VERSION] [INPUT]\n"
		       "Build base and policy modules.\n"
		       "Options:\n"
		       "  INPUT      build module from INPUT (else read from \"policy.conf\")\n"
		       "  -V         show policy versions created by this program\n"
		       "  -b         treat input as a binary policy file\n"
		       "  -C         output CIL policy instead of binary policy\n"
		       "  -E         treat warnings as errors\n"
		       "  -U OPTION  deny, reject or allow classes and permissions that are not known\n"
		       "  -m         build a policy module instead of a base module\n"
		       "  -M         enable MLS policy\n"
		       "  -N         do not check neverallow rules\n"
		       "  -L         output line markers for allow rules\n"
		       "  -o FILE    write module to FILE (else just check syntax)\n"
		       "  -c VERSION build a policy module targeting a modular policy version (%d-%d)\n", c->tool, SK_OLDEST_MODULE,
		       SK_NEWEST_MODULE);
	else
		printf("usage:  %s [-b [-F]] [-C] [-d] [-U handle_unknown (allow,deny,reject)] [-M] [-N] [-L] [-c policyvers (%d-%d)]"
		       " [-o output_file|-] [-S] [-O] [-t target_platform (selinux,xen)] [-E] [-V] [input_file]\n", c->tool,
		       SK_OLDEST_POLICY, SK_NEWEST_POLICY);
	return 1;
}

static bool sk_check_unknown(struct sk_check *c, const char *word)
{
	static const struct { const char *word; enum selkie_build_unknown value; } rows[] = {
		{ "deny", SELKIE_BUILD_UNKNOWN_DENY }, { "reject", SELKIE_BUILD_UNKNOWN_REJECT },
		{ "allow", SELKIE_BUILD_UNKNOWN_ALLOW },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (!strcasecmp(rows[i].word, word)) {
			c->build.handle_unknown = rows[i].value;
			return true;
		}
	return false;
}

static bool sk_check_version(struct sk_check *c, const char *word, unsigned int oldest, unsigned int newest)
{
	long n = strtol(word, NULL, 10);	/* what stands behind a number is not looked at, as by the older tools */

	if (n < (long)oldest || n > (long)newest) {
		fprintf(stderr, "policyvers value %ld not in range %u-%u\n", n, oldest, newest);
		return false;
	}
	c->version = (unsigned int)n;
	return true;
}

/* What both tools know. False: not taken. */
static bool sk_check_take(struct sk_check *c, int letter)
{
	switch (letter) {
	case 'o':
		c->out = optarg;
		return true;
	case 'V':
		c->show_version = true;
		return true;
	case 'b':
		c->binary = true;
		return true;
	case 'C':
		c->cil = true;
		return true;
	case 'L':
		c->marks = true;
		c->build.flags |= SELKIE_BUILD_MARK_ALLOWS;
		return true;
	case 'E':
		c->werror = true;
		return true;
	case 'U':
		return sk_check_unknown(c, optarg);
	case 'M':
		c->build.mls = SELKIE_BUILD_MLS_YES;
		return true;
	case 'N':
		c->build.flags |= SELKIE_BUILD_UNCHECKED;
		return true;
	default:
		return false;
	}
}

/* The exit code of an outcome: with -E a warning is one as well. */
static int sk_check_end(const struct sk_check *c, int r, const selkie_diagnostics *diags)
{
	sk_compat_diagnose(diags);
	if (r < 0 && !selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR))
		sk_compat_fail(c->tool, "%s: %s", c->in, strerror(-r));
	return r || (c->werror && selkie_diagnostics_count(diags, SELKIE_SEVERITY_WARNING)) ? 1 : 0;
}

static int sk_check_open(const struct sk_check *c, int *ret_fd)
{
	*ret_fd = strcmp(c->out, "-") ? open(c->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
	return *ret_fd < 0 ? sk_compat_fail(c->tool, "error opening %s:  %s", c->out, strerror(errno)) : 0;
}

static int sk_check_close(const struct sk_check *c, int fd, int r)
{
	if (fd != STDOUT_FILENO && close(fd) && !r)
		return sk_compat_fail(c->tool, "error closing %s:  %s", c->out, strerror(errno));
	return r;
}

/* CIL of sources, with the marks of their lines. */
static int sk_check_cil(const struct sk_check *c, selkie_diagnostics *diags)
{
	int fd, r = sk_check_open(c, &fd);

	return r ? r : sk_check_close(c, fd, selkie_build_module_cil(&c->in, 1, &c->build, diags, fd));
}

/* How a binary policy that was read is to be changed: -O, and -S where it is written as such. */
static unsigned int sk_check_changes(const struct sk_check *c)
{
	unsigned int flags = c->build.flags & (SELKIE_BUILD_OPTIMIZE | SELKIE_BUILD_SORT_CONTEXTS);

	return c->conf || c->cil ? flags & SELKIE_BUILD_OPTIMIZE : flags;
}

/* The policy as its text compiles with the changes. What no text can say would be lost, so such a policy is refused. */
static int sk_check_change(const struct sk_check *c, const selkie_policy *policy, selkie_diagnostics *diags, selkie_built **ret)
{
	static const enum selkie_build_unknown unknown[] = {
		[SELKIE_UNKNOWN_DENY] = SELKIE_BUILD_UNKNOWN_DENY, [SELKIE_UNKNOWN_REJECT] = SELKIE_BUILD_UNKNOWN_REJECT,
		[SELKIE_UNKNOWN_ALLOW] = SELKIE_BUILD_UNKNOWN_ALLOW,
	};
	struct selkie_print_options print = SELKIE_PRINT_OPTIONS_INIT;
	struct selkie_build_options build = c->build;
	sk_auto_close int fd = memfd_create("policy.conf", MFD_CLOEXEC);
	size_t warned = selkie_diagnostics_count(diags, SELKIE_SEVERITY_WARNING);
	char path[64];
	const char *paths[] = { path };
	int r;

	if (fd < 0)
		return -errno;
	print.language = SELKIE_PRINT_CONF;
	r = selkie_policy_print_fd(policy, &print, diags, fd);
	if (!r && selkie_diagnostics_count(diags, SELKIE_SEVERITY_WARNING) > warned)
		r = sk_compat_fail(c->tool, "policy.conf cannot say all of %s, so -O and -S cannot change it", c->in);
	if (r)
		return r;
	build.handle_unknown = unknown[selkie_policy_handle_unknown(policy)];
	if (selkie_policy_target(policy) == SELKIE_TARGET_XEN)
		build.flags |= SELKIE_BUILD_XEN;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return selkie_build(paths, 1, &build, diags, ret);
}

static int sk_check_write_binary(const struct sk_check *c, const selkie_policy *policy, selkie_diagnostics *diags)
{
	struct selkie_print_options print = SELKIE_PRINT_OPTIONS_INIT;
	int fd, r = sk_check_open(c, &fd);

	if (r)
		return r;
	print.order = SELKIE_PRINT_SORTED;
	print.language = c->cil ? SELKIE_PRINT_CIL : SELKIE_PRINT_CONF;
	r = c->conf || c->cil ? selkie_policy_print_fd(policy, &print, diags, fd)
			      : selkie_policy_write_fd(policy, fd, c->version ? c->version : SK_POLICY_VERSION, diags);
	return sk_check_close(c, fd, r);
}

/* A binary policy, as it is, changed, or as text. */
static int sk_check_binary(const struct sk_check *c, selkie_diagnostics *diags)
{
	selkie_policy *policy = NULL;
	selkie_built *built = NULL;
	int r = selkie_policy_load(c->in, diags, &policy);
	bool mls = c->build.mls == SELKIE_BUILD_MLS_YES;

	if (!r && selkie_policy_is_mls(policy) != mls)
		r = sk_compat_fail(c->tool, "%sMLS policy, but %sMLS is specified", mls ? "non-" : "", mls ? "" : "non-");
	if (!r && c->out && sk_check_changes(c))
		r = sk_check_change(c, policy, diags, &built);
	if (!r && c->out)
		r = sk_check_write_binary(c, built ? selkie_built_policy(built) : policy, diags);
	selkie_built_free(built);
	selkie_policy_free(policy);
	return sk_check_end(c, r, diags);
}

static int sk_check_policy(const struct sk_check *c, selkie_diagnostics *diags)
{
	selkie_built *built = NULL;
	int r, fd;

	if (c->cil)
		return sk_check_end(c, sk_check_cil(c, diags), diags);
	r = selkie_build(&c->in, 1, &c->build, diags, &built);
	if (!r && c->out) {
		r = sk_check_open(c, &fd);
		if (!r)
			r = sk_check_close(c, fd, selkie_policy_write_fd(selkie_built_policy(built), fd,
									 c->version ? c->version : SK_POLICY_VERSION, diags));
	}
	selkie_built_free(built);
	return sk_check_end(c, r, diags);
}

/* Options that do not go together. */
static int sk_check_refuse(const struct sk_check *c)
{
	if (c->cil && c->conf)
		return sk_compat_fail(c->tool, "Can't convert to CIL and policy.conf at the same time");
	if (c->marks && !c->cil)
		return sk_compat_fail(c->tool, "Must convert to CIL for line markers to be printed");
	if (c->conf && !c->binary)
		return sk_compat_fail(c->tool, "Can only generate policy.conf from binary policy");
	if (c->cil && !c->out)
		return sk_compat_fail(c->tool, "No file to write CIL was specified");
	if (c->debug)
		return sk_compat_fail(c->tool, "there is no menu of -d here; ask its questions with selkie compute, can and "
				      "info (docs/differences-checkpolicy.md tells which)");
	return 0;
}

int sk_compat_checkpolicy(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "target", required_argument, NULL, 't' },
		{ "binary", no_argument, NULL, 'b' },	    { "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },	    { "handle-unknown", required_argument, NULL, 'U' },
		{ "mls", no_argument, NULL, 'M' },	    { "disable-neverallow", no_argument, NULL, 'N' },
		{ "cil", no_argument, NULL, 'C' },	    { "conf", no_argument, NULL, 'F' },
		{ "sort", no_argument, NULL, 'S' },	    { "optimize", no_argument, NULL, 'O' },
		{ "werror", no_argument, NULL, 'E' },	    { "line-marker-for-allow", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'h' },	    { 0 },
	};
	struct sk_check c = { .tool = argv[0], .build = { .size = sizeof(c.build), .mls = SELKIE_BUILD_MLS_NO,
							  .handle_unknown = SELKIE_BUILD_UNKNOWN_DENY,
							  .flags = SELKIE_BUILD_VERBATIM | SELKIE_BUILD_STRIP } };
	selkie_diagnostics *diags;
	int letter, code;

	while ((letter = getopt_long(argc, argv, "o:t:dbU:MNCFSVc:OELh", options, NULL)) >= 0) {
		bool taken = sk_check_take(&c, letter);

		if (letter == 'c')
			taken = sk_check_version(&c, optarg, SK_OLDEST_POLICY, SK_NEWEST_POLICY);
		if (letter == 't')
			taken = !strcasecmp(optarg, "selinux") || !strcasecmp(optarg, "xen");
		if (letter == 't' && !strcasecmp(optarg, "xen"))
			c.build.flags |= SELKIE_BUILD_XEN;
		if (letter == 'O')
			c.build.flags |= SELKIE_BUILD_OPTIMIZE;
		if (letter == 'S')
			c.build.flags |= SELKIE_BUILD_SORT_CONTEXTS;
		c.conf = c.conf || letter == 'F';
		c.debug = c.debug || letter == 'd';
		if (!taken && !strchr("OFSd", letter))
			return sk_check_usage(&c, false);
	}
	if (c.show_version) {
		printf("%u (compatibility range %u-%u)\n", c.version ? c.version : SK_POLICY_VERSION, SK_NEWEST_POLICY,
		       SK_OLDEST_POLICY);
		return 0;
	}
	c.in = optind < argc ? argv[optind] : c.binary ? "policy" : "policy.conf";
	if (argc - optind > 1)
		return sk_check_usage(&c, false);
	if (sk_check_refuse(&c))
		return 1;
	if (c.cil)
		c.build.flags |= SELKIE_BUILD_LINKED;
	diags = selkie_diagnostics_new();
	code = c.binary ? sk_check_binary(&c, diags) : sk_check_policy(&c, diags);
	selkie_diagnostics_free(diags);
	return code;
}

/* A module has the name of its file. */
static int sk_check_module_name(const struct sk_check *c, selkie_module *module)
{
	const char *slash = strrchr(c->out, '/'), *name = slash ? slash + 1 : c->out, *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);
	struct selkie_module_info info;

	if (selkie_module_info(module, NULL, &info) || !info.name)
		return 0;
	if (strlen(info.name) == n && !memcmp(info.name, name, n))
		return 0;
	return sk_compat_fail(c->tool, "Module name %s is different than the output base filename %.*s", info.name, (int)n,
			      name);
}

/* A module that is read must have levels or not, as it was asked for. */
static int sk_check_levels(const struct sk_check *c)
{
	bool mls = c->build.mls == SELKIE_BUILD_MLS_YES, fits;
	selkie_module *module = NULL;
	struct selkie_module_info info;

	if (!c->binary || selkie_module_load(c->in, NULL, &module))
		return 0;	/* what is wrong with it is told when it is read for good */
	fits = selkie_module_info(module, NULL, &info) || info.mls == mls;
	selkie_module_free(module);
	return fits ? 0 : sk_compat_fail(c->tool, "%sMLS policy, but %sMLS is specified", mls ? "non-" : "", mls ? "" : "non-");
}

/* CIL is made of the sources once more: what was said of them is not to be said twice. */
static int sk_check_module(const struct sk_check *c, selkie_diagnostics *diags)
{
	selkie_diagnostics *first = c->cil ? selkie_diagnostics_new() : NULL;
	selkie_module *module = NULL;
	struct selkie_module_info info;
	const void *data;
	size_t size;
	int r = sk_check_levels(c);

	if (!r)
		r = selkie_build_module(&c->in, 1, &c->build, c->version, first ? first : diags, &module);
	if (r)
		sk_compat_diagnose(first);
	if (!r)
		r = selkie_module_info(module, diags, &info);
	if (!r && info.base == c->module)
		r = sk_compat_fail(c->tool, c->module ? "Building a policy module, but no module specification found."
						      : "Module specification found while not building a policy module.");
	if (!r && c->out && c->module)
		r = sk_check_module_name(c, module);
	if (!r && c->out && c->cil) {
		r = sk_check_cil(c, diags);
	} else if (!r && c->out) {
		data = selkie_module_section(module, SELKIE_MODULE_BINARY, &size);
		r = sk_compat_write(c->tool, c->out, data, size);
	}
	selkie_module_free(module);
	selkie_diagnostics_free(first);
	return sk_check_end(c, r, diags);
}

int sk_compat_checkmodule(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },	    { "output", required_argument, NULL, 'o' },
		{ "binary", no_argument, NULL, 'b' },	    { "version", no_argument, NULL, 'V' },
		{ "handle-unknown", required_argument, NULL, 'U' }, { "mls", no_argument, NULL, 'M' },
		{ "disable-neverallow", no_argument, NULL, 'N' }, { "cil", no_argument, NULL, 'C' },
		{ "line-marker-for-allow", no_argument, NULL, 'L' }, { "werror", no_argument, NULL, 'E' }, { 0 },
	};
	struct sk_check c = { .tool = argv[0], .build = { .size = sizeof(c.build), .mls = SELKIE_BUILD_MLS_NO,
							  .flags = SELKIE_BUILD_VERBATIM | SELKIE_BUILD_STRIP } };
	selkie_diagnostics *diags;
	int letter, code;

	while ((letter = getopt_long(argc, argv, "ho:bVEU:mMNCc:L", options, NULL)) >= 0) {
		bool taken = letter == 'm' || sk_check_take(&c, letter);

		if (letter == 'c')
			taken = sk_check_version(&c, optarg, SK_OLDEST_MODULE, SK_NEWEST_MODULE);
		c.module = c.module || letter == 'm';
		if (!taken)
			return sk_check_usage(&c, true);
	}
	if (c.show_version) {
		printf("Module versions %d-%d\n", SK_OLDEST_MODULE, SK_NEWEST_MODULE);
		return 0;
	}
	if (c.module && c.build.handle_unknown > SELKIE_BUILD_UNKNOWN_DENY)
		return sk_compat_fail(c.tool, "Handling of unknown classes and permissions is only valid in the base module.");
	if (c.binary && c.module)
		return sk_compat_fail(c.tool, "-b and -m are incompatible with each other.");
	if (c.marks && !c.cil)
		return sk_compat_fail(c.tool, "-L must be used along with -C.");
	if (c.cil && !c.out)
		return sk_compat_fail(c.tool, "No file to write CIL was specified");
	if (argc - optind > 1)
		return sk_check_usage(&c, true);
	c.in = optind < argc ? argv[optind] : c.binary ? "policy" : "policy.conf";
	if (c.binary && !c.cil && !c.build.handle_unknown)
		c.build.handle_unknown = SELKIE_BUILD_UNKNOWN_DENY;
	if (c.binary)
		c.build.flags = (c.build.flags & ~(unsigned int)SELKIE_BUILD_VERBATIM) | SELKIE_BUILD_PACKAGES;
	diags = selkie_diagnostics_new();
	code = sk_check_module(&c, diags);
	selkie_diagnostics_free(diags);
	return code;
}
