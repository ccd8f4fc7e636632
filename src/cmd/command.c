/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command lines: options from a command's row by getopt_long, its help, and its two kinds of complaint.
 */
#include "cmd/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

#define SK_MOST_OPTIONS 96
#define SK_LONG_BASE 1000	/* getopt_long's value for the i-th option is SK_LONG_BASE + i */

/* Gives getopt the two dashes it wants where an option is written with one and more than one letter. */
static void sk_args_lengthen(const struct sk_command *cmd, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		for (const struct sk_option *o = cmd->options; o->letter || o->name; o++)
			if (o->one_dash && !strcmp(argv[i], o->one_dash + 1))
				argv[i] = (char *)o->one_dash;
}

void sk_args_init(struct sk_args *args, const struct sk_command *cmd, int argc, char **argv)
{
	memset(args, 0, sizeof(*args));
	args->cmd = cmd;
	args->argc = argc;
	args->argv = argv;
	sk_args_lengthen(cmd, argc, argv);
	optind = 0;	/* glibc: start over */
	opterr = 0;
}

static const char *sk_option_name_at(const void *options, size_t i)
{
	const struct sk_option *o = &((const struct sk_option *)options)[i];

	return o->one_dash ? NULL : o->name;
}

static int sk_no_such_option(const struct sk_command *cmd, const char *word)
{
	size_t n = 0, near = SIZE_MAX;

	while (cmd->options[n].letter || cmd->options[n].name)
		n++;
	if (!strncmp(word, "--", 2))
		near = sk_nearest_name(word + 2, n, sk_option_name_at, cmd->options);
	if (near == SIZE_MAX)
		return sk_usage_error(cmd, "there is no option '%s'", word);
	return sk_usage_error(cmd, "there is no option '%s'; did you mean '--%s'?", word,
			      cmd->options[near].name);
}

static int sk_args_unknown(const struct sk_args *args, int c, int *ret_exit)
{
	const char *word = optind > 0 && optind <= args->argc ? args->argv[optind - 1] : "";

	if (c == ':')
		*ret_exit = sk_usage_error(args->cmd, "the option '%s' needs an argument", word);
	else if (optopt > 0 && optopt < SK_LONG_BASE)
		*ret_exit = sk_usage_error(args->cmd, "there is no option '-%c'", optopt);
	else if (optopt >= SK_LONG_BASE)
		*ret_exit = sk_usage_error(args->cmd, "the option '%s' takes no argument", word);
	else
		*ret_exit = sk_no_such_option(args->cmd, word);
	return SK_ARGS_EXIT;
}

/* The argument of an option that may go without: the word after it, as getopt would have taken it. */
static int sk_args_found(struct sk_args *args, int i)
{
	const struct sk_option *o = &args->cmd->options[i];

	if (o->next_word && !args->value && optind < args->argc && args->argv[optind][0] != '-')
		args->value = args->argv[optind++];
	return i;
}

int sk_args_next(struct sk_args *args, int *ret_exit)
{
	const struct sk_option *o = args->cmd->options;
	struct option longs[SK_MOST_OPTIONS + 2];
	char letters[3 * SK_MOST_OPTIONS + 4];
	int n_long = 0, n_letters = 0, c;

	letters[n_letters++] = ':';
	for (int i = 0; (o[i].letter || o[i].name) && i < SK_MOST_OPTIONS; i++) {
		int has = !o[i].arg ? no_argument
			  : o[i].optional_arg ? optional_argument : required_argument;

		if (o[i].name)
			longs[n_long++] = (struct option){ o[i].name, has, NULL, SK_LONG_BASE + i };
		if (o[i].letter) {
			letters[n_letters++] = o[i].letter;
			for (int k = 0; k < has; k++)
				letters[n_letters++] = ':';
		}
	}
	longs[n_long++] = (struct option){ "help", no_argument, NULL, 1 };
	longs[n_long] = (struct option){ 0 };
	letters[n_letters] = '\0';

	c = getopt_long(args->argc, args->argv, letters, longs, NULL);
	args->value = optarg;
	if (c == -1) {
		args->first = optind;
		return SK_ARGS_END;
	}
	if (c == 1) {
		sk_command_help(args->cmd);
		*ret_exit = SK_EXIT_YES;
		return SK_ARGS_EXIT;
	}
	if (c >= SK_LONG_BASE)
		return sk_args_found(args, c - SK_LONG_BASE);
	for (int i = 0; c != '?' && c != ':' && (o[i].letter || o[i].name); i++)
		if (o[i].letter == c)
			return sk_args_found(args, i);
	return sk_args_unknown(args, c, ret_exit);
}

static void sk_complain(const struct sk_command *cmd, const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "selkie %s: ", cmd->name);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int sk_usage_error(const struct sk_command *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sk_complain(cmd, fmt, args);
	va_end(args);
	fprintf(stderr, "See 'selkie help %s'.\n", cmd->name);
	return SK_EXIT_USAGE;
}

int sk_failure(const struct sk_command *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sk_complain(cmd, fmt, args);
	va_end(args);
	return SK_EXIT_FAILED;
}

static int sk_option_head(char left[80], const struct sk_option *o)
{
	int n = 0;

	if (o->letter)
		n += snprintf(left + n, 80 - (size_t)n, "-%c", o->letter);
	else
		n += snprintf(left + n, 80 - (size_t)n, "%s", o->one_dash ? o->one_dash + 1 : "  ");
	if (o->name && !o->one_dash)
		n += snprintf(left + n, 80 - (size_t)n, "%s--%s", o->letter ? ", " : "  ", o->name);
	if (o->arg && o->next_word)
		n += snprintf(left + n, 80 - (size_t)n, " [%s]", o->arg);
	else if (o->arg && o->optional_arg)
		n += snprintf(left + n, 80 - (size_t)n, "[=%s]", o->arg);
	else if (o->arg)
		n += snprintf(left + n, 80 - (size_t)n, " %s", o->arg);
	return n;
}

static void sk_option_help(struct sk_buf *out, const struct sk_option *o)
{
	char left[80];
	int n = sk_option_head(left, o);

	if (n > 28)
		sk_buf_printf(out, "  %s\n  %-28s  ", left, "");
	else
		sk_buf_printf(out, "  %-28s  ", left);
	sk_print_wrapped_on(out, o->help, 32, sk_width(STDOUT_FILENO));
}

/* The names of options, as many in a line as fit. */
static void sk_brief_help(struct sk_buf *out, const struct sk_option *options, unsigned int n_options)
{
	int width = (int)sk_width(STDOUT_FILENO), at = 0;
	char head[80];

	for (unsigned int i = 0; i < n_options; i++) {
		int n = sk_option_head(head, &options[i]), blanks = (int)strspn(head, " ");

		if (at && at + 2 + n - blanks > width) {
			sk_buf_addc(out, '\n');
			at = 0;
		}
		sk_buf_join(out, "  ", head + blanks, NULL);
		at += 2 + n - blanks;
	}
	sk_buf_addc(out, '\n');
}

void sk_command_help(const struct sk_command *cmd)
{
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;

	fflush(stdout);
	sk_buf_to_fd(&out, STDOUT_FILENO);
	sk_buf_printf(&out, "selkie %s: %s\n\nUsage: selkie %s [OPTION]...%s%s\n", cmd->name, cmd->summary,
		      cmd->name, *cmd->arguments ? " " : "", cmd->arguments);
	if (cmd->about)
		sk_buf_join(&out, "\n", cmd->about, "\n", NULL);
	sk_buf_adds(&out, "\nOptions:\n");
	for (const struct sk_option *o = cmd->options; o->letter || o->name; o++) {
		unsigned int i = (unsigned int)(o - cmd->options) - cmd->brief_first;

		if (i >= cmd->n_brief)
			sk_option_help(&out, o);
		else if (!i)
			sk_brief_help(&out, o, cmd->n_brief);
	}
	sk_option_help(&out, &(struct sk_option){ .name = "help", .help = "show this help" });
	if (cmd->example)
		sk_buf_join(&out, "\nExample:\n  ", cmd->example, "\n", NULL);
	sk_buf_flush(&out);
}
