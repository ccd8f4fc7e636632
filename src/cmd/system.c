/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy and the state that a command asks, chosen by --policy, --root and --boolean in one way for all commands, and
 * the walk over a command line that has these options.
 */
#include "cmd/system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void sk_system_add_boolean(struct sk_system_args *args, const char *setting)
{
	if (sk_grow(&args->booleans, &args->cap_booleans, args->n_booleans + 1, sizeof(*args->booleans)))
		args->failed = true;
	else
		args->booleans[args->n_booleans++] = setting;
}

/* Whether an option is one of those that commands have in common, taken then. They are known by their names. */
static bool sk_system_take(struct sk_system_args *args, const struct sk_option *option, const char *value)
{
	const char *name = option->name ? option->name : "";

	if (!strcmp(name, "policy"))
		args->policy = value;
	else if (!strcmp(name, "root"))
		args->root = value;
	else if (!strcmp(name, "boolean"))
		sk_system_add_boolean(args, value);
	else if (!strcmp(name, "json"))
		args->json = true;
	else
		return false;
	return true;
}

bool sk_system_read_args(struct sk_args *args, struct sk_system_args *system,
			 int (*take)(void *arg, int option, const char *value), void *arg, int *ret_exit)
{
	int o;

	while ((o = sk_args_next(args, ret_exit)) != SK_ARGS_END) {
		if (o == SK_ARGS_EXIT)
			return false;
		if (sk_system_take(system, &args->cmd->options[o], args->value))
			continue;
		*ret_exit = take(arg, o, args->value);
		if (*ret_exit != SK_EXIT_YES)
			return false;
	}
	return true;
}

bool sk_system_read_policy_args(struct sk_args *args, struct sk_system_args *system,
				int (*take)(void *arg, int option, const char *value), void *arg,
				int *ret_exit)
{
	return sk_system_read_args(args, system, take, arg, ret_exit) &&
	       sk_system_take_policy(args, system, ret_exit);
}

bool sk_system_take_policy(const struct sk_args *args, struct sk_system_args *system, int *ret_exit)
{
	char **operands = args->argv + args->first;
	int n = args->argc - args->first;

	if (n > 1)
		*ret_exit = sk_usage_error(args->cmd, "there is more than one policy: '%s' and '%s'",
					   operands[0], operands[1]);
	else if (n && system->policy)
		*ret_exit = sk_usage_error(args->cmd, "the policy is given twice, by --policy and as '%s'",
					   operands[0]);
	else if (n)
		system->policy = operands[0];
	return n == 0 || system->policy == operands[0];
}

void sk_system_args_done(struct sk_system_args *args)
{
	free(args->booleans);
	args->booleans = NULL;
	args->n_booleans = args->cap_booleans = 0;
}

/* Names of files that the policy does not have are left alone: a store may be newer or older than the policy. */
static int sk_system_set(void *arg, const char *name, bool value)
{
	selkie_state_set_bool(arg, name, value);
	return 0;
}

static int sk_system_read_booleans(struct sk_system *s, const char *root)
{
	enum selkie_host_booleans from;
	int r;

	r = selkie_host_read_booleans(root, sk_system_set, s->state, &from);
	if (!r)
		s->booleans = from == SELKIE_HOST_LIVE ? "live"
			      : from == SELKIE_HOST_PERSISTED ? "persisted" : "defaults";
	return r;
}

/* -1 for what is no value. */
static int sk_setting_value(const char *s)
{
	static const char *const words[] = { "off", "on", "false", "true", "0", "1", "no", "yes" };

	for (int i = 0; i < (int)SK_ARRAY_LEN(words); i++)
		if (!strcasecmp(s, words[i]))
			return i % 2;
	return -1;
}

static int sk_system_apply(const struct sk_command *cmd, struct sk_system *s, const char *setting)
{
	const char *equals = strchr(setting, '='), *near;
	sk_auto_free char *name = NULL;
	int value = equals ? sk_setting_value(equals + 1) : -1;

	if (value < 0)
		return sk_usage_error(cmd, "--boolean takes NAME=on or NAME=off, not '%s'", setting);
	name = strndup(setting, (size_t)(equals - setting));
	if (!name)
		return sk_failure(cmd, "out of memory");
	if (!selkie_state_set_bool(s->state, name, value))
		return SK_EXIT_YES;
	near = selkie_bool_nearest(s->policy, name);
	if (near)
		return sk_usage_error(cmd, "there is no boolean '%s'; did you mean '%s'?", name, near);
	return sk_usage_error(cmd, "there is no boolean '%s'", name);
}

static int sk_system_find(const struct sk_command *cmd, const struct sk_system_args *args,
			  struct sk_system *s)
{
	const char *root = args->root && strcmp(args->root, "/") ? args->root : "";
	int r;

	if (args->policy) {
		s->path = strdup(args->policy);
		return s->path ? SK_EXIT_YES : sk_failure(cmd, "out of memory");
	}
	r = selkie_host_policy_path(args->root, &s->path);
	if (r == SELKIE_HOST_NONE)
		return sk_failure(cmd, "there is no SELinux policy in %s/etc/selinux; name a policy file with --policy, "
				  "or where another system is mounted with --root", root);
	if (r)
		return sk_failure(cmd, "%s/etc/selinux: %s", root, strerror(-r));
	return SK_EXIT_YES;
}

int sk_system_load(const struct sk_command *cmd, const char *path, selkie_policy **ret_policy)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int r;

	if (!diags)
		return sk_failure(cmd, "out of memory");
	r = selkie_policy_load(path, diags, ret_policy);
	if (r > 0)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	if (r < 0)
		return sk_failure(cmd, "%s: %s", path, strerror(-r));
	return r ? sk_failure(cmd, "%s is not a policy that can be read", path) : SK_EXIT_YES;
}

int sk_system_labels(const struct sk_command *cmd, const struct sk_system_args *args,
		     const char *const *files, size_t n_files,
		     const struct selkie_label_options *options, selkie_diagnostics *diags,
		     selkie_label_db **ret_labels)
{
	sk_auto_free char *type = NULL;
	int r;

	if (n_files) {
		r = selkie_label_load(files, n_files, options, diags, ret_labels);
		if (r)
			return sk_failure(cmd, "cannot read the file contexts %s%s: %s", files[0],
					  n_files > 1 ? " and others" : "", strerror(-r));
	} else if (!args->policy) {
		r = selkie_host_policy_type(args->root, &type);
		if (!r)
			r = selkie_label_load_root(args->root, type, options, diags, ret_labels);
		if (r < 0 && r != -ENOENT)
			return sk_failure(cmd, "cannot read the system's file contexts: %s", strerror(-r));
	}
	return SK_EXIT_YES;
}

static int sk_system_state(const struct sk_command *cmd, const struct sk_system_args *args,
			   struct sk_system *s)
{
	int r, code = SK_EXIT_YES;

	r = selkie_state_new(s->policy, &s->state);
	if (!r && !args->policy)
		r = sk_system_read_booleans(s, args->root);
	if (r)
		return sk_failure(cmd, "reading the boolean values: %s", strerror(-r));
	for (size_t i = 0; i < args->n_booleans && code == SK_EXIT_YES; i++)
		code = sk_system_apply(cmd, s, args->booleans[i]);
	return code;
}

static int sk_system_describe(const struct sk_command *cmd, const struct sk_system_args *args,
			      struct sk_system *s)
{
	const char *values = !strcmp(s->booleans, "live") ? "the booleans as they are now"
			     : !strcmp(s->booleans, "persisted") ? "the persisted booleans"
								 : "the policy's default booleans";

	if (asprintf(&s->origin, "%s, %s%s", s->path, values,
		     args->n_booleans ? " but for --boolean" : "") < 0) {
		s->origin = NULL;
		return sk_failure(cmd, "out of memory");
	}
	return SK_EXIT_YES;
}

int sk_system_open(const struct sk_command *cmd, const struct sk_system_args *args,
		   struct sk_system *ret_system)
{
	struct sk_system s = { .booleans = "defaults" };
	int code;

	if (args->failed)
		return sk_failure(cmd, "out of memory");
	code = sk_system_find(cmd, args, &s);
	if (code == SK_EXIT_YES)
		code = sk_system_load(cmd, s.path, &s.policy);
	if (code == SK_EXIT_YES)
		code = sk_system_state(cmd, args, &s);
	if (code == SK_EXIT_YES)
		code = sk_system_describe(cmd, args, &s);
	if (code != SK_EXIT_YES) {
		sk_system_done(&s);
		return code;
	}
	*ret_system = s;
	return SK_EXIT_YES;
}

void sk_system_done(struct sk_system *system)
{
	selkie_state_free(system->state);
	selkie_policy_free(system->policy);
	free(system->path);
	free(system->origin);
	*system = (struct sk_system){ 0 };
}

void sk_system_tell(const struct sk_command *cmd, const struct sk_system *system)
{
	fprintf(stderr, "selkie %s: %s\n", cmd->name, system->origin);
}
