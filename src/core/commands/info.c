// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What dbtop is and where it keeps things: paths, config check, spec.
 */
#include "core/commands/commands.h"

#include "base/path.h"
#include "conf/conf.h"
#include "core/app.h"
#include "store/store.h"

static void add_path(struct report *report, struct node *table, const char *what, const char *path,
	const char *note)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "what", "WHAT", what);
	report_text(report, row, "path", "PATH", path);
	report_text(report, row, "state", "STATE", note);
}

static const char *exists_words(const char *path)
{
	if (!path)
		return "no home directory";
	return path_is_file(path) || path_is_dir(path) ? "exists" : "not there yet";
}

static void add_xdg(struct report *report, struct node *table, const char *what,
	enum path_kind kind, const char *name)
{
	char *dir = path_xdg(kind);
	char *path = dir ? path_join(dir, name) : NULL;

	add_path(report, table, what, path, exists_words(path));
	free(path);
	free(dir);
}

static void run_paths(struct call *call)
{
	struct report *report = &call->report;
	struct node *table = report_table(report, report->data, "paths", "");
	const char *store = conf_text(call->app->conf, "store");
	char *store_path = store ? NULL : store_default_path();

	add_xdg(report, table, "user config", PATH_CONFIG, "config");
	add_path(report, table, "project config", "dbtop.conf", exists_words("dbtop.conf"));
	add_path(report, table, "store", store ? store : store_path,
		exists_words(store ? store : store_path));
	add_xdg(report, table, "samples", PATH_DATA, "samples.db");
	add_xdg(report, table, "state", PATH_STATE, "");
	add_xdg(report, table, "own themes", PATH_CONFIG, "themes");
	add_path(report, table, "themes", DBTOP_DATADIR "/themes",
		exists_words(DBTOP_DATADIR "/themes"));
	add_path(report, table, "sample migrations", DBTOP_DATADIR "/migrations",
		exists_words(DBTOP_DATADIR "/migrations"));
	if (call->app->target.dir)
		add_path(report, table, "migrations", call->app->target.dir,
			exists_words(call->app->target.dir));
	free(store_path);
	call_finish(call);
}

/* ---- config check ---- */

static void check_config(struct call *call)
{
	struct report *report = &call->report;
	struct arena arena = { 0 };
	const char **files, **findings;
	struct err e;
	const struct err *other = &call->app->config_error;
	size_t file_count = conf_files(call->app->conf, &arena, &files);
	size_t count = conf_check(files, file_count, &arena, &findings);

	struct node *list = report_list(report, report->data, "files", NULL);
	for (size_t i = 0; i < file_count; i++)
		report_text(report, list, NULL, NULL, files[i]);
	struct node *table = report_table(report, report->data, "findings", "");
	for (size_t i = 0; i < count; i++)
		report_text(report, report_row(report, table), "finding", "", findings[i]);
	/* The files are fine; a variable, a flag or the target they choose is not. */
	if (!count && other->kind != ERR_NONE) {
		report_text(report, report_row(report, table), "finding", "",
			arena_printf(&report->arena, "%s%s%s", other->text,
				*other->hint ? "; " : "", other->hint));
		count = 1;
	}
	if (!file_count && !count)
		report_say(report, "no configuration file: defaults hold");
	else if (!count)
		report_say(report, "%zu file%s read, nothing wrong", file_count,
			file_count == 1 ? "" : "s");
	if (count) {
		err_set(&e, ERR_USAGE, "%zu thing%s wrong in the configuration", count,
			count == 1 ? " is" : "s are");
		report_fail(report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
	}
	arena_release(&arena);
	call_finish(call);
}

static void show_config(struct call *call)
{
	struct report *report = &call->report;
	struct node *table = report_table(report, report->data, "options", "");

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &options[i];
		if (option->scope == OPTION_COMMAND_LINE)
			continue;
		struct node *row = report_row(report, table);
		report_text(report, row, "key", "OPTION", option->key);
		report_text(report, row, "value", "VALUE", conf_text(call->app->conf, option->key));
		report_text(
			report, row, "source", "FROM", conf_source(call->app->conf, option->key));
	}
	call_finish(call);
}

static void run_config(struct call *call)
{
	const char *word = call_arg(call, 0);
	struct err e;

	if (word && strcmp(word, "check") == 0) {
		check_config(call);
	} else if (word && strcmp(word, "show") == 0 && call->app->config_error.kind != ERR_NONE) {
		report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &call->app->config_error);
		call_finish(call);
	} else if (word && strcmp(word, "show") == 0) {
		show_config(call);
	} else {
		if (word)
			err_set(&e, ERR_USAGE, "config does not know %s", word);
		else
			err_set(&e, ERR_USAGE, "config needs a word");
		err_hint(&e, "dbtop config check, or dbtop config show");
		report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
		call_finish(call);
	}
}

/* ---- spec: everything that is a row, for scripts and completion ---- */

static const char *risk_word(enum risk risk)
{
	static const char *const words[] = { [RISK_READ] = "read",
		[RISK_LOCAL] = "local",
		[RISK_WRITE] = "write",
		[RISK_DESTRUCTIVE] = "destructive" };
	return words[risk];
}

static void spec_command(struct report *report, struct node *table, const struct command *command)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "name", "COMMAND", command->name);
	report_text(report, row, "word", "WORD", command->word);
	report_text(report, row, "args", "ARGUMENTS", command->args);
	report_text(report, row, "risk", "RISK", risk_word(command->risk));
	report_text(report, row, "help", "HELP", command->help);
	struct node *flags = report_table(report, row, "options", NULL);
	for (size_t i = 0; i < command->option_count; i++) {
		struct node *flag = report_row(report, flags);
		report_text(report, flag, "flag", NULL, command->options[i].flag);
		report_text(report, flag, "value", NULL, command->options[i].value);
		report_text(report, flag, "help", NULL, command->options[i].help);
	}
}

static void spec_option(struct report *report, struct node *table, const struct option *option)
{
	struct node *row = report_row(report, table);
	char short_flag[] = { '-', option->short_flag, '\0' };

	report_text(report, row, "key", "OPTION", option->key);
	report_text(report, row, "flag", "FLAG", option->flag);
	report_text(report, row, "short", NULL, option->short_flag ? short_flag : NULL);
	report_text(report, row, "variable", "VARIABLE", option->variable);
	report_text(report, row, "value", NULL, option->value);
	report_text(report, row, "default", "DEFAULT", option->fallback);
	report_text(report, row, "help", "HELP", option->help);
}

static void spec_exits(struct report *report)
{
	static const struct {
		int code;
		const char *means;
	} exits[] = {
		{ EXIT_DONE, "done, or nothing to do" },
		{ EXIT_ERROR, "other error" },
		{ EXIT_USAGE, "usage" },
		{ EXIT_PENDING, "pending work exists (only with --check)" },
		{ EXIT_LOCKED, "another operator holds the lock" },
		{ EXIT_FAILED_UNCHANGED, "failed, and the database is as before" },
		{ EXIT_FAILED_PARTWAY, "failed part-way: resume or repair needed" },
		{ EXIT_MISMATCH, "checksum, history or drift mismatch" },
		{ EXIT_NOT_CONFIRMED, "confirmation or approval missing; nothing done" },
		{ EXIT_GUARD, "stopped by a guard" },
		{ EXIT_GRAPH, "bad graph: several heads, cycle, missing parent, duplicate" },
		{ EXIT_LINT, "lint findings at or above --fail-on" },
		{ EXIT_NO_CONNECTION, "no connection" },
		{ EXIT_OUTCOME_UNKNOWN, "outcome unknown: the server could not be asked" },
	};
	struct node *table = report_table(report, report->data, "exit_codes", "exit codes");

	for (size_t i = 0; i < ARRAY_SIZE(exits); i++) {
		struct node *row = report_row(report, table);
		report_int(report, row, "exit", "EXIT", exits[i].code, UNIT_NONE);
		report_text(report, row, "means", "MEANS", exits[i].means);
	}
}

static void run_spec(struct call *call)
{
	struct report *report = &call->report;
	struct node *commands = report_table(report, report->data, "commands", "commands");
	struct node *table;

	for (size_t i = 0; i < command_count(); i++)
		spec_command(report, commands, command_at(i));
	table = report_table(report, report->data, "options", "options");
	for (size_t i = 0; i < option_count; i++)
		spec_option(report, table, &options[i]);
	spec_exits(report);
	call_finish(call);
}

static const struct command rows[] = {
	{ .name = "info.paths",
		.word = "paths",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_paths,
		.help = "Say where dbtop keeps its files",
		.example = "dbtop paths" },
	{ .name = "info.config",
		.word = "config",
		.args = "check|show",
		.args_max = 1,
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.works_unconfigured = true,
		.run = run_config,
		.help = "Check the configuration files, or show each value and where it came from",
		.example = "dbtop config check" },
	{ .name = "info.spec",
		.word = "spec",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_spec,
		.help = "Print commands, options and exit codes for scripts",
		.example = "dbtop spec --json" },
};

const struct command_table info_commands = { rows, ARRAY_SIZE(rows) };
