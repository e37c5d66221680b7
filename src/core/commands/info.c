// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What dbtop is and where it keeps things: paths, config, spec.
 */
#include "core/commands/commands.h"

#include "base/path.h"
#include "conf/conf.h"
#include "core/app.h"
#include "core/commands/config.h"
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
		.run = config_run,
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
