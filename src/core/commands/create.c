// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop create "Add user table"` and `dbtop repair`: the two commands that write a file, and a history row, by hand.
 */
#include "core/commands/commands.h"

#include "base/mem.h"
#include "base/str.h"
#include "core/app.h"
#include "core/inspect.h"
#include "migrate/run/repair.h"
#include "migrate/source/create.h"
#include "migrate/source/graph.h"

/* ---- create ---- */

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

/* ---- repair ---- */

struct repairer {
	struct call *call;
	struct inspection *inspection;
	struct executor *executor;
	struct repair_request request;
	struct executor_options options;
};

static void repair_end(void *arg)
{
	struct repairer *repairer = arg;
	struct call *call = repairer->call;

	executor_free(repairer->executor);
	inspection_free(repairer->inspection);
	free(repairer);
	call_finish(call);
}

static void on_repair_waiting(void *arg, const struct run_wait *wait)
{
	struct repairer *repairer = arg;

	call_tell(repairer->call,
		&(struct call_event){
			.kind = "waiting", .took_ms = VALUE_NONE, .text = wait->words });
}

static void on_repaired(void *arg, const struct run_end *end)
{
	struct repairer *repairer = arg;
	struct report *report = &repairer->call->report;

	if (end->error.kind != ERR_NONE)
		report_fail(report, end->exit, end->database, &end->error);
	else
		report_say(report, "%s %s is marked %s", repairer->request.migration->rev,
			repairer->request.migration->name,
			repairer->request.mark == REPAIR_APPLIED ? "applied" : "absent");
	loop_soon(repairer->call->app->loop, repair_end, repairer);
}

static const struct run_events repair_events = { .waiting = on_repair_waiting,
	.finished = on_repaired };

static bool find_migration(struct repairer *repairer, enum exit_code *exit, struct err *e)
{
	struct migration *m;

	*exit = graph_find(repairer->inspection->set, call_arg(repairer->call, 0), &m, e);
	repairer->request.migration = m;
	return *exit == EXIT_DONE;
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct repairer *repairer = arg;
	struct app *app = repairer->call->app;
	struct err error;

	repairer->inspection = inspection;
	if (e) {
		report_fail(&repairer->call->report, exit, DATABASE_UNCHANGED, e);
		repair_end(repairer);
		return;
	}
	if (!find_migration(repairer, &exit, &error)) {
		report_fail(&repairer->call->report, exit, DATABASE_UNCHANGED, &error);
		repair_end(repairer);
		return;
	}
	repairer->options = (struct executor_options){ .loop = app->loop,
		.endpoint = app->primary,
		.must_equal = &inspection->identity,
		.history = inspection->history,
		.set = inspection->set,
		.project = app->target.project,
		.client = app->actor,
		.migrate_role = app->target.migrate_role,
		.lock_timeout_ms = app->target.lock_timeout_ms,
		.lock_wait_ms = app->target.lock_wait_ms,
		.events = &repair_events,
		.events_arg = repairer };
	repairer->executor = repair_start(&repairer->options, &repairer->request);
}

static const struct command_option repair_options[] = {
	{ .flag = "--mark", .value = "applied|absent", .help = "what is true of that revision" },
	{ .flag = "--reason", .value = "TEXT", .help = "why; it is kept in the history" },
};

static bool read_repair(const struct call *call, struct repair_request *request, struct err *e)
{
	const char *mark = call_value(call, "--mark");

	request->reason = call_value(call, "--reason");
	if (!call_arg(call, 0) || !mark || !request->reason || !*request->reason) {
		err_set(e, ERR_USAGE, "repair needs a revision, --mark and --reason");
		return err_hint(e, "dbtop repair --mark applied REV --reason \"checked by hand\"");
	}
	if (strcmp(mark, "applied") == 0)
		request->mark = REPAIR_APPLIED;
	else if (strcmp(mark, "absent") == 0)
		request->mark = REPAIR_ABSENT;
	else
		return err_set(e, ERR_USAGE, "--mark %s: applied or absent", mark);
	return true;
}

static void run_repair(struct call *call)
{
	struct repairer *repairer = mem_new(struct repairer);
	struct err e;

	repairer->call = call;
	if (!read_repair(call, &repairer->request, &e)) {
		report_fail(&call->report, EXIT_USAGE, DATABASE_UNCHANGED, &e);
		repair_end(repairer);
		return;
	}
	inspect_start(call->app, &(struct inspect_request){ 0 }, on_inspected, repairer);
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
	{ .name = "migration.repair",
		.word = "repair",
		.args = "REV",
		.args_max = 1,
		.risk = RISK_WRITE,
		.reach = REACH_CLI,
		.run = run_repair,
		.options = repair_options,
		.option_count = ARRAY_SIZE(repair_options),
		.help = "Say by hand that a revision is applied or absent; recorded with the "
			"reason",
		.example = "dbtop repair --mark applied 20260131120000 --reason \"checked\"" },
};

const struct command_table file_commands = { rows, ARRAY_SIZE(rows) };
