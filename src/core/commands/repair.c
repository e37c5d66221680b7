// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop repair`: a person says what is true of one revision. It is written to the history on the server, under the locks
 * of a run; and to the store, which may have held the migration for unfinished, with the reason.
 */
#include "core/commands/commands.h"

#include "base/mem.h"
#include "base/str.h"
#include "core/app.h"
#include "core/audit.h"
#include "core/commands/approval.h"
#include "core/inspect.h"
#include "core/monitor.h"
#include "core/run.h"
#include "migrate/run/repair.h"
#include "migrate/source/graph.h"
#include "migrate/source/source.h"
#include "store/store_run.h"

struct repairer {
	struct call *call;
	struct inspection *inspection;
	struct executor *executor;
	struct repair_request request;
	struct executor_options options;
	char run_id[40];
};

static bool is_applied_mark(const struct repairer *repairer)
{
	return repairer->request.mark == REPAIR_APPLIED;
}

static void repair_end(void *arg)
{
	struct repairer *repairer = arg;
	struct call *call = repairer->call;

	call->app->repair = NULL;
	executor_free(repairer->executor);
	inspection_free(repairer->inspection);
	free(repairer);
	call_finish(call);
}

static void refuse(struct repairer *repairer, enum exit_code exit, const struct err *e)
{
	report_fail(&repairer->call->report, exit, DATABASE_UNCHANGED, e);
	repair_end(repairer);
}

/* ---- the store ---- */

/* As a run that brought it there in one step: whatever an earlier one left open is over. */
static bool store_told(const struct repairer *repairer, struct store *store, struct err *e)
{
	const struct app *app = repairer->call->app;
	const struct identity *identity = &repairer->inspection->identity;
	const char *rev = repairer->request.migration->rev;
	const char *direction = is_applied_mark(repairer) ? "up" : "down";
	const struct stored_run run = { .id = repairer->run_id,
		.target = app->target.name,
		.digest = "",
		.direction = direction,
		.actor = app->actor,
		.system_identifier = identity->system_identifier,
		.database_oid = identity->database_oid };
	const struct stored_intent intent = { .run_id = repairer->run_id,
		.rev = rev,
		.direction = direction,
		.ordinal = 1,
		.ordinal_count = 1,
		.attempt = 1,
		.step_sha256 = "",
		.xid = "",
		.identity = identity,
		.may_sync_later = true };
	const struct stored_outcome outcome = { .run_id = repairer->run_id,
		.rev = rev,
		.direction = direction,
		.ordinal = 1,
		.result = "done" };

	return store_run_settle(store, identity, rev, "settled by repair", e) &&
	       store_run_start(store, &run, e) && store_run_intent(store, &intent, e) &&
	       store_run_outcome(store, &outcome, e) &&
	       store_run_end(store, repairer->run_id, EXIT_DONE, 1, repairer->request.reason, e);
}

static void remember(struct repairer *repairer)
{
	struct app *app = repairer->call->app;
	struct str what = { 0 };
	struct err e;

	str_addf(&what, "%s marked %s: %s", repairer->request.migration->rev,
		is_applied_mark(repairer) ? "applied" : "absent", repairer->request.reason);
	audit_event(app, "repair", str_c(&what));
	if (!store_told(repairer, app_store(app), &e))
		report_warn(&repairer->call->report, "%s", e.text);
	str_release(&what);
}

/* ---- what the executor tells ---- */

static void on_waiting(void *arg, const struct run_wait *wait)
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
	const struct migration *m = repairer->request.migration;

	if (end->error.kind != ERR_NONE) {
		report_fail(report, end->exit, end->database, &end->error);
	} else {
		remember(repairer);
		report_say(report, "%s%s%s is marked %s", m->rev, *m->name ? " " : "", m->name,
			is_applied_mark(repairer) ? "applied" : "absent");
	}
	loop_soon(repairer->call->app->loop, repair_end, repairer);
}

static const struct run_events repair_events = { .waiting = on_waiting, .finished = on_repaired };

/* ---- which migration ---- */

/* Of the files, the newest below that number: what a history of one row goes back to. */
static const struct migration *file_below(const struct migration_set *set, uint64_t number)
{
	const struct migration *below = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i]->number < number &&
			(!below || set->items[i]->number > below->number))
			below = set->items[i];
	}
	return below;
}

/* Its file is gone, the history still knows it: enough to say that it is absent. */
static struct migration *from_history(struct inspection *inspection, const char *word)
{
	const struct history *history = inspection->history;
	struct arena *arena = &inspection->arena;

	for (size_t i = 0; i < history->row_count; i++) {
		const struct history_row *row = &history->rows[i];
		if (strcmp(row->rev, word) != 0)
			continue;
		struct migration *m = arena_new(arena, struct migration);
		const struct migration *below = file_below(inspection->set, row->number);
		*m = (struct migration){
			.rev = row->rev, .number = row->number, .name = row->name ? row->name : ""
		};
		m->parents = arena_array(arena, const char *, 1);
		m->parent_count = below ? 1 : 0;
		m->parents[0] = below ? below->rev : NULL;
		return m;
	}
	return NULL;
}

static bool find_migration(struct repairer *repairer, enum exit_code *exit, struct err *e)
{
	struct inspection *inspection = repairer->inspection;
	const char *word = call_arg(repairer->call, 0);
	struct migration *m;

	*exit = graph_find(inspection->set, word, &m, e);
	if (*exit != EXIT_DONE && (m = from_history(inspection, word))) {
		*exit = EXIT_DONE;
		if (is_applied_mark(repairer)) {
			err_set(e, ERR_CONFLICT,
				"%s is in the history already, and its file is missing", word);
			err_hint(e, "get the file back; or say --mark absent");
			*exit = EXIT_MISMATCH;
		}
	}
	repairer->request.migration = m;
	return *exit == EXIT_DONE;
}

/* One row speaks for every version below it: what would be said of others without being meant is refused. */
static bool check_single_row(const struct repairer *repairer, struct err *e)
{
	const struct history *history = repairer->inspection->history;
	const struct migration *m = repairer->request.migration;
	const struct history_row *row = history->row_count ? &history->rows[0] : NULL;
	const char *previous = m->parent_count ? m->parents[0] : NULL;

	if (!history_is_single_row(history) || is_applied_mark(repairer))
		return true;
	if (row && m->number == row->number)
		return true;
	bool is_next = row ? previous && strtoull(previous, NULL, 10) == row->number : !previous;
	if (is_next)
		return true;
	err_set(e, ERR_CONFLICT, "%s.%s keeps one version, and it is %s: %s", history->schema,
		history->table, row ? row->rev : "none",
		row && m->number < row->number ? "what is older counts as applied"
					       : "what is newer is absent already");
	return err_hint(e, "mark the newest first, and go back one by one");
}

/* What a history with checksums keeps, so that a file that only gets another formatting later is known as the same. */
static bool read_content(const struct repairer *repairer, struct err *e)
{
	struct migration_set *set = repairer->inspection->set;
	struct migration *own = graph_find_exact(set, repairer->request.migration->rev);

	return !is_applied_mark(repairer) || !own || !source_is_own(set) ||
	       source_normalize(set, own, e);
}

/* ---- the way ---- */

static void start(void *arg)
{
	struct repairer *repairer = arg;
	const struct inspection *inspection = repairer->inspection;
	struct app *app = repairer->call->app;
	struct err e;

	if (!monitor_check_change(app, &e)) {
		refuse(repairer, EXIT_ERROR, &e);
		return;
	}
	run_make_id(repairer->run_id);
	repairer->options = (struct executor_options){ .loop = app->loop,
		.endpoint = app->primary,
		.must_equal = &inspection->identity,
		.history = inspection->history,
		.set = inspection->set,
		.project = app->target.project,
		.client = app->actor,
		.run_id = repairer->run_id,
		.migrate_role = app->target.migrate_role,
		.lock_timeout_ms = app->target.lock_timeout_ms,
		.lock_wait_ms = app->target.lock_wait_ms,
		.events = &repair_events,
		.events_arg = repairer };
	app->repair = repairer->executor = repair_start(&repairer->options, &repairer->request);
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct repairer *repairer = arg;
	struct err error;

	repairer->inspection = inspection;
	if (e) {
		refuse(repairer, exit, e);
		return;
	}
	if (!find_migration(repairer, &exit, &error))
		refuse(repairer, exit, &error);
	else if (!check_single_row(repairer, &error))
		refuse(repairer, EXIT_MISMATCH, &error);
	else if (!read_content(repairer, &error))
		refuse(repairer, EXIT_ERROR, &error);
	else
		monitor_first_look(repairer->call->app, MONITOR_FIRST_LOOK_MS, start, repairer);
}

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
	if (!read_repair(call, &repairer->request, &e))
		refuse(repairer, EXIT_USAGE, &e);
	else if (!approval_may_write(call, &e))
		refuse(repairer, EXIT_NOT_CONFIRMED, &e);
	else
		inspect_start(call->app, &(struct inspect_request){ .wants_primary = true },
			on_inspected, repairer);
}

static const struct command_option repair_options[] = {
	{ .flag = "--mark", .value = "applied|absent", .help = "what is true of that revision" },
	{ .flag = "--reason", .value = "TEXT", .help = "why; it is kept in the history" },
};

static const struct command rows[] = {
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

const struct command_table repair_commands = { rows, ARRAY_SIZE(rows) };
