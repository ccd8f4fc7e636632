/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie build: policy sources to a policy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/output.h"
#include "cmd/command.h"
#include "selkie/selkie.h"

enum {
	SK_BUILD_OUTPUT,
	SK_BUILD_CONFIG,
	SK_BUILD_VERSION,
	SK_BUILD_FORMAT,
	SK_BUILD_HEADERS,
	SK_BUILD_KEEP,
	SK_BUILD_OPTIMIZE,
	SK_BUILD_UNCHECKED,
	SK_BUILD_STRIP,
	SK_BUILD_VERBOSE,
	SK_BUILD_JSON,
};

static const struct sk_option sk_build_options[] = {
	[SK_BUILD_OUTPUT] = { 'o', "output", "FILE|DIR", .help = "write the policy there, or in DIR/ all that a tree installs" },
	[SK_BUILD_CONFIG] = { .name = "config", .arg = "N=V", .help = "a setting that counts before build.conf's (repeatable)" },
	[SK_BUILD_VERSION] = { .name = "policy-version", .arg = "N", .help = "15 to 35; default: as build.conf says, else 33" },
	[SK_BUILD_FORMAT] = { .name = "format", .arg = "FORMAT", .help = "policy (default), or one module: pp, mod, cil" },
	[SK_BUILD_HEADERS] = { .name = "headers", .arg = "DIR", .help = "build modules against the headers in DIR" },
	[SK_BUILD_KEEP] = { .name = "keep", .arg = "FILE", .help = "keep there what a tree's modules came to: read again what changed" },
	[SK_BUILD_OPTIMIZE] = { 'O', "optimize", .help = "leave out rules that others cover" },
	[SK_BUILD_UNCHECKED] = { 'N', "unchecked", .help = "do not check bounds and neverallow rules" },
	[SK_BUILD_STRIP] = { .name = "strip", .help = "do not write where the rules come from beside the policy" },
	[SK_BUILD_VERBOSE] = { 'v', "verbose", .help = "list the optionals that are switched off, and why" },
	[SK_BUILD_JSON] = { .name = "json", .help = "print the outcome as JSON" },
	SK_OPTION_END,
};

struct sk_build_request {
	struct selkie_build_options build;
	const char *output;
	bool directory;		/* output is one */
	int format;		/* index in sk_build_formats */
	unsigned int version;
	bool json;
	const char **config;	/* NULL-ended; NULL: none is given */
	size_t n_config, cap_config;
};

enum { SK_FORMAT_POLICY, SK_FORMAT_PP, SK_FORMAT_MOD, SK_FORMAT_CIL };

/* -1: there is no such format. */
static int sk_build_find_format(const char *name)
{
	static const char *const formats[] = { "policy", "pp", "mod", "cil" };

	for (size_t i = 0; i < SK_ARRAY_LEN(formats); i++)
		if (!strcmp(formats[i], name))
			return (int)i;
	return -1;
}

static bool sk_build_take(const struct sk_command *cmd, struct sk_build_request *q, int option, const char *value,
			  int *ret_code)
{
	char *end;

	switch (option) {
	case SK_BUILD_OUTPUT:
		q->output = value;
		break;
	case SK_BUILD_CONFIG:
		if (!strchr(value, '=')) {
			*ret_code = sk_usage_error(cmd, "'%s' is no setting; write NAME=VALUE", value);
			return false;
		}
		if (sk_grow(&q->config, &q->cap_config, q->n_config + 2, sizeof(*q->config))) {
			*ret_code = sk_failure(cmd, "out of memory");
			return false;
		}
		q->config[q->n_config++] = value;
		q->config[q->n_config] = NULL;
		break;
	case SK_BUILD_VERSION:
		q->version = (unsigned int)strtoul(value, &end, 10);
		if (*end || q->version < 15 || q->version > 35) {
			*ret_code = sk_usage_error(cmd, "'%s' is no policy version; there are 15 to 35", value);
			return false;
		}
		break;
	case SK_BUILD_FORMAT:
		q->format = sk_build_find_format(value);
		if (q->format < 0) {
			*ret_code = sk_usage_error(cmd, "'%s' is no format; there are policy, pp, mod and cil", value);
			return false;
		}
		break;
	case SK_BUILD_HEADERS:
		q->build.headers = value;
		break;
	case SK_BUILD_KEEP:
		q->build.keep = value;
		break;
	case SK_BUILD_OPTIMIZE:
		q->build.flags |= SELKIE_BUILD_OPTIMIZE;
		break;
	case SK_BUILD_UNCHECKED:
		q->build.flags |= SELKIE_BUILD_UNCHECKED;
		break;
	case SK_BUILD_STRIP:
		q->build.flags |= SELKIE_BUILD_STRIP;
		break;
	case SK_BUILD_VERBOSE:
		q->build.flags |= SELKIE_BUILD_LIST_OPTIONALS;
		break;
	default:
		q->json = true;
		break;
	}
	return true;
}

/* Beside a file that was written: where what it says comes from. */
static void sk_build_json_origin(struct sk_json *j, struct sk_buf *path)
{
	sk_buf_adds(path, ".origins");
	if (sk_buf_str(path) && !access(path->data, F_OK))
		sk_json_string(j, NULL, path->data);
}

static void sk_build_json_origins(struct sk_json *j, const struct sk_build_request *q, unsigned int version,
				  const selkie_built *built)
{
	sk_auto_buf struct sk_buf path = SK_BUF_INIT;
	const char *file;

	sk_json_array(j, "origins");
	if (q->directory)
		sk_buf_printf(&path, "%s/%s/policy/policy.%u", q->output, selkie_built_name(built), version);
	else
		sk_buf_adds(&path, q->output);
	sk_build_json_origin(j, &path);
	for (size_t i = 0; q->directory && (file = selkie_built_file_path(built, i)); i++) {
		path.n = 0;
		sk_buf_join(&path, q->output, "/", file, NULL);
		sk_build_json_origin(j, &path);
	}
	sk_json_end_array(j);
}

/* What was written: the policy, and of a tree all that it installs. */
static void sk_build_json_files(struct sk_json *j, const struct sk_build_request *q, unsigned int version,
				const selkie_built *built)
{
	sk_auto_buf struct sk_buf path = SK_BUF_INIT;
	const char *file;

	if (!q->directory) {
		sk_json_string(j, "policy", q->output);
		return;
	}
	sk_buf_printf(&path, "%s/%s/policy/policy.%u", q->output, selkie_built_name(built), version);
	sk_json_string(j, "policy", sk_buf_str(&path));
	sk_json_array(j, "files");
	for (size_t i = 0; (file = selkie_built_file_path(built, i)); i++) {
		path.n = 0;
		sk_buf_join(&path, q->output, "/", file, NULL);
		sk_json_string(j, NULL, sk_buf_str(&path));
	}
	sk_json_end_array(j);
}

static int sk_build_print_json(const struct sk_command *cmd, const struct sk_build_request *q, bool ok,
			       unsigned int version, const selkie_built *built, const selkie_diagnostics *diags)
{
	sk_auto_free char *list = selkie_diagnostics_print(diags, SELKIE_DIAGNOSTICS_JSON);
	struct sk_buf out = SK_BUF_INIT;
	struct sk_json j;
	int r;

	if (!list)
		return sk_failure(cmd, "out of memory");
	for (size_t n = strlen(list); n && list[n - 1] == '\n'; n--)
		list[n - 1] = '\0';
	sk_buf_to_fd(&out, STDOUT_FILENO);
	sk_json_init(&j, &out);
	sk_json_object(&j, NULL);
	sk_json_bool(&j, "built", ok);
	if (ok && q->output)
		sk_build_json_files(&j, q, version, built);
	if (ok && q->output && built && !(q->build.flags & SELKIE_BUILD_STRIP))
		sk_build_json_origins(&j, q, version, built);
	if (ok)
		sk_json_uint(&j, "version", version);
	sk_buf_join(&out, ",\n  \"diagnostics\": ", list, NULL);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	r = sk_buf_flush(&out);
	sk_buf_done(&out);
	return r ? sk_failure(cmd, "writing the outcome: %s", strerror(-r)) : ok ? SK_EXIT_YES : SK_EXIT_NO;
}

static int sk_build_report(const struct sk_command *cmd, const struct sk_build_request *q, int r, unsigned int version,
			   const selkie_built *built, const selkie_diagnostics *diags)
{
	sk_auto_free char *text = NULL;

	if (r < 0 && !selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR))
		return sk_failure(cmd, "%s%s%s", q->output && r != -ENOMEM ? q->output : "",
				  q->output && r != -ENOMEM ? ": " : "", strerror(-r));
	if (q->json)
		return sk_build_print_json(cmd, q, !r, version, built, diags);
	text = selkie_diagnostics_print(diags, sk_color(STDERR_FILENO) ? SELKIE_DIAGNOSTICS_COLOR : 0);
	fputs(text ? text : "out of memory\n", stderr);
	return r < 0 ? SK_EXIT_FAILED : r ? SK_EXIT_NO : SK_EXIT_YES;
}

static int sk_build_print_cil(const selkie_built *built, selkie_diagnostics *diags, int fd)
{
	const struct selkie_print_options options = { SELKIE_PRINT_OPTIONS_VERSION, SELKIE_PRINT_IN_ORDER, SELKIE_PRINT_CIL };
	int r = selkie_policy_print_fd(selkie_built_policy(built), &options, diags, fd);

	return r ? r : selkie_built_print_file_contexts(built, diags, fd);
}

/* A module, or a policy, as CIL, with its file contexts. */
static int sk_build_save_cil(const struct sk_build_request *q, selkie_module *module, const selkie_built *built,
			     selkie_diagnostics *diags)
{
	sk_auto_output struct sk_output output = SK_OUTPUT_INIT;
	int r = sk_output_open(&output, q->output);

	output.product = true;
	if (!r)
		r = module ? selkie_module_print_fd(module, SELKIE_MODULE_CIL, diags, output.fd)
			   : sk_build_print_cil(built, diags, output.fd);
	if (!r)
		r = sk_output_finish(&output, 0644);
	return r ? r : sk_output_commit(&output);
}

/* Writes a package, the module in it alone, or its CIL. */
static int sk_build_save_module(const struct sk_build_request *q, selkie_module *module, selkie_diagnostics *diags)
{
	sk_auto_free void *package = NULL;
	const void *data;
	size_t size;
	int r;

	if (q->format == SK_FORMAT_CIL)
		return sk_build_save_cil(q, module, NULL, diags);
	r = selkie_module_write_memory(module, &package, &size);
	if (r)
		return r;
	data = q->format == SK_FORMAT_PP ? package : selkie_module_section(module, SELKIE_MODULE_BINARY, &size);
	return sk_output_replace_product(q->output, 0644, data, size);
}

static int sk_build_module(const struct sk_command *cmd, const struct sk_build_request *q, const char *const *sources,
			   size_t n)
{
	selkie_diagnostics *diags;
	selkie_module *module = NULL;
	int r, code;

	diags = selkie_diagnostics_new();
	if (!diags)
		return sk_failure(cmd, "out of memory");
	r = selkie_build_module(sources, n, &q->build, 0, diags, &module);
	if (!r && q->output)
		r = sk_build_save_module(q, module, diags);
	code = sk_build_report(cmd, q, r, SELKIE_MODULE_FORMAT, NULL, diags);
	selkie_module_free(module);
	selkie_diagnostics_free(diags);
	return code;
}

/* A tree, or a store: hundreds of modules. */
static bool sk_build_has_tree(const char *const *sources, size_t n)
{
	struct stat st;

	for (size_t i = 0; i < n; i++)
		if (!stat(sources[i], &st) && S_ISDIR(st.st_mode))
			return true;
	return false;
}

/* The small things of a policy. Arrays of the second size are by themselves: the system gets those back that were outgrown. */
#define SK_BUILD_HEAP ((size_t)24 << 20)
#define SK_BUILD_LARGEST ((size_t)1 << 20)

static int sk_build_all(const struct sk_command *cmd, const struct sk_build_request *q, const char *const *sources,
			size_t n)
{
	selkie_diagnostics *diags;
	selkie_built *built = NULL;
	unsigned int version = 0;
	int r, code;

	if (sk_build_has_tree(sources, n))
		sk_heap_expect(SK_BUILD_HEAP, SK_BUILD_LARGEST);
	diags = selkie_diagnostics_new();

	if (!diags)
		return sk_failure(cmd, "out of memory");
	r = selkie_build(sources, n, &q->build, diags, &built);
	if (!r) {
		version = q->version ? q->version : selkie_built_version(built);
		if (q->format == SK_FORMAT_CIL)
			r = q->output ? sk_build_save_cil(q, NULL, built, diags) : 0;
		else if (q->directory)
			r = selkie_built_install(built, q->output, version, diags);
		else if (q->output)
			r = selkie_built_save(built, q->output, version, diags);
	}
	code = sk_build_report(cmd, q, r, version, built, diags);
	selkie_built_free(built);
	selkie_diagnostics_free(diags);
	return code;
}

/* Whether the operand of -o names a directory. Slashes at its end go. */
static bool sk_build_is_directory(char *output)
{
	struct stat st;
	size_t n = strlen(output);
	bool slash = n && output[n - 1] == '/';

	while (n > 1 && output[n - 1] == '/')
		output[--n] = '\0';
	return slash || (!stat(output, &st) && S_ISDIR(st.st_mode));
}

/* CIL has more words than a module, and no requirements: what is made of it is the CIL of a policy. */
static bool sk_build_has_cil(const char *const *sources, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(sources[i]);

		if (length > 4 && !strcmp(sources[i] + length - 4, ".cil"))
			return true;
	}
	return false;
}

static bool sk_build_is_module(const struct sk_build_request *q, const char *const *sources, size_t n)
{
	return q->format != SK_FORMAT_POLICY && (q->format != SK_FORMAT_CIL || !sk_build_has_cil(sources, n));
}

static int sk_build_sources(const struct sk_command *cmd, struct sk_build_request *q, const char *const *sources, size_t n)
{
	if (sk_build_is_module(q, sources, n))
		return sk_build_module(cmd, q, sources, n);
	if (q->format == SK_FORMAT_CIL)
		q->build.flags |= SELKIE_BUILD_FILE_CONTEXTS | SELKIE_BUILD_STRIP;
	return sk_build_all(cmd, q, sources, n);
}

static int sk_build_run(const struct sk_command *cmd, struct sk_build_request *q, const char *const *sources, size_t n)
{
	sk_auto_free char *output = NULL;

	if (q->output) {
		q->output = output = strdup(q->output);
		if (!output)
			return sk_failure(cmd, "out of memory");
		q->directory = sk_build_is_directory(output);
	}
	if (q->directory && q->format != SK_FORMAT_POLICY)
		return sk_usage_error(cmd, "'%s' is a directory; a module is one file", q->output);
	if (q->directory)
		q->build.flags |= SELKIE_BUILD_INSTALL;
	return sk_build_sources(cmd, q, sources, n);
}

/* What the names and interfaces of usual headers take, their texts apart. */
#define SK_BUILD_MODULE_HEAP ((size_t)6 << 20)

static int sk_run_build(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_build_request q = { .build = { .size = sizeof(q.build) } };
	struct sk_args args;
	int o, code = SK_EXIT_YES;
	bool go_on = true;

	sk_args_init(&args, cmd, argc, argv);
	while (go_on && (o = sk_args_next(&args, &code)) != SK_ARGS_END)
		go_on = o != SK_ARGS_EXIT && sk_build_take(cmd, &q, o, args.value, &code);
	if (go_on && args.first == argc) {
		code = sk_usage_error(cmd, "there is nothing to build; name a tree, a policy.conf or modules");
		go_on = false;
	}
	/* Before anything is allocated. */
	if (go_on && sk_build_is_module(&q, (const char *const *)argv + args.first, (size_t)(argc - args.first)))
		sk_heap_expect(SK_BUILD_MODULE_HEAP, SK_BUILD_MODULE_HEAP);
	q.build.config = q.config;
	if (go_on)
		code = sk_build_run(cmd, &q, (const char *const *)argv + args.first, (size_t)(argc - args.first));
	free(q.config);
	return code;
}

const struct sk_command sk_cmd_build = {
	.name = "build",
	.summary = "compile policy sources to a policy",
	.arguments = "SOURCE...",
	.options = sk_build_options,
	.about = "A SOURCE is a reference policy tree, a module (.te, with the .if and .fc beside it), which is\n"
		 "built against a tree or headers, a policy.conf, CIL, a module package (.pp) or a module store.\n"
		 "Nothing is written unless all of it is in order.",
	.example = "selkie build -o policy.33 --config TYPE=mcs /usr/src/selinux-policy-src\n"
		   "  selkie build -o /tmp/etc/selinux/ /usr/src/selinux-policy-src\n"
		   "  selkie build --format pp -o local.pp local.te",
	.run = sk_run_build,
};
