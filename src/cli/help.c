// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * --help and --version, made from the tables: no command or option can be missing here.
 */
#include "config.h"

#include "cli/cli.h"

#include "base/str.h"
#include "conf/options.h"

enum { HELP_COLUMN = 26 };

static void print_pair(FILE *out, const char *left, const char *right)
{
	if (strlen(left) + 4 > HELP_COLUMN)
		fprintf(out, "  %s\n%*s%s\n", left, HELP_COLUMN, "", right);
	else
		fprintf(out, "  %-*s%s\n", HELP_COLUMN - 2, left, right);
}

static void option_words(struct str *out, const struct option *option)
{
	if (option->short_flag)
		str_addf(out, "-%c%s", option->short_flag, option->flag ? ", " : "");
	if (option->flag)
		str_add(out, option->flag);
	if (option->value)
		str_addf(out, " %s", option->value);
}

static void print_options(FILE *out, enum option_scope scope)
{
	struct str words = { 0 };

	for (size_t i = 0; i < option_count; i++) {
		if (options[i].scope != scope || (!options[i].flag && !options[i].short_flag))
			continue;
		str_clear(&words);
		option_words(&words, &options[i]);
		print_pair(out, str_c(&words), options[i].help);
	}
	str_release(&words);
}

static void help_command(FILE *out, const struct command *command)
{
	struct str words = { 0 };

	fprintf(out, "%s.\n\nUsage:\n  dbtop %s%s%s%s\n", command->help, command->word,
		command->option_count ? " [OPTION]..." : "", command->args ? " " : "",
		command->args ? command->args : "");
	if (command->option_count)
		fprintf(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		str_clear(&words);
		str_addf(&words, "%s%s%s", option->flag, option->value ? " " : "",
			option->value ? option->value : "");
		print_pair(out, str_c(&words), option->help);
	}
	if (command->example)
		fprintf(out, "\nExample:\n  %s\n", command->example);
	fprintf(out, "\nOptions of every command: dbtop --help. Exit codes: man dbtop.\n");
	str_release(&words);
}

static void help_all(FILE *out)
{
	fprintf(out,
		"dbtop is the cockpit for changing a live PostgreSQL.\n\nUsage:\n"
		"  dbtop [OPTION]... [TARGET]          the console\n"
		"  dbtop COMMAND [OPTION]...           one command, for scripts and CI\n"
		"\nTARGET is a [target] of dbtop.conf, a service, a URI, a conninfo string or a\n"
		"database name. With a command it is given by -d or DBTOP_TARGET.\n\nCommands:\n");
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		if (command->word)
			print_pair(out, command->word, command->help);
	}
	fprintf(out, "\nConnection and output:\n");
	print_options(out, OPTION_COMMAND_LINE);
	print_options(out, OPTION_GLOBAL);
	fprintf(out, "\nOf the target (also in dbtop.conf):\n");
	print_options(out, OPTION_TARGET);
	fprintf(out, "\ndbtop demo shows all of it on a throwaway cluster. Manual: man dbtop.\n");
}

void cli_help(FILE *out, const struct command *command)
{
	if (command)
		help_command(out, command);
	else
		help_all(out);
}

void cli_version(FILE *out)
{
	struct str libraries = { 0 };

	app_libraries(&libraries);
	fprintf(out, "%s\nLicence GPL-3.0-or-later: free software, no warranty.\n%s\n",
		PACKAGE_STRING, str_c(&libraries));
	str_release(&libraries);
}
