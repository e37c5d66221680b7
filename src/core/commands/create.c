// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop create "Add user table"`: a new migration file, named as the directory's others are.
 */
#include "core/commands/commands.h"

#include "base/mem.h"
#include "base/str.h"
#include "core/app.h"
#include "migrate/source/create.h"

static char *title_of(const struct call *call)
{
	struct str title = { 0 };

	for (size_t i = 0; i < call->arg_count; i++)
		str_addf(&title, "%s%s", i ? " " : "", call->args[i]);
	return str_detach(&title);
}

static void report_created(struct report *report, const struct created *created)
{
	report_text(report, report->data, "revision", NULL, created->rev);
	struct node *list = report_table(report, report->data, "files", "");
	for (size_t i = 0; i < ARRAY_SIZE(created->paths) && created->paths[i]; i++)
		report_text(report, report_row(report, list), "path", "CREATED", created->paths[i]);
}

static void run_create(struct call *call)
{
	struct app *app = call->app;
	char *title = title_of(call);
	struct create_request request = { .dir = app->target.dir ? app->target.dir : "migrations",
		.format = app->target.format,
		.title = title,
		.clock = loop_clock(app->loop) };
	struct created created = { 0 };
	struct err e;
	enum exit_code exit = EXIT_USAGE;

	if (!*title)
		err_set(&e, ERR_USAGE, "create needs a title: dbtop create \"Add user table\"");
	else
		exit = migration_create(&request, &created, &e);
	if (exit == EXIT_DONE) {
		report_created(&call->report, &created);
		created_release(&created);
	} else {
		report_fail(&call->report, exit, DATABASE_NOT_SAID, &e);
	}
	free(title);
	call_finish(call);
}

enum { TITLE_WORDS_MAX = 64 };

static const struct command rows[] = {
	{ .name = "migration.create",
		.word = "create",
		.args = "TITLE",
		.args_max = TITLE_WORDS_MAX,
		.risk = RISK_LOCAL,
		.reach = REACH_BOTH,
		.run = run_create,
		.help = "Make a new migration file, named as the directory's others are",
		.example = "dbtop create \"Add user table\"" },
};

const struct command_table file_commands = { rows, ARRAY_SIZE(rows) };
