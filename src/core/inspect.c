// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inspect.h"

#include "base/mem.h"
#include "core/app.h"
#include "core/fleet.h"
#include "core/plan_acks.h"
#include "core/run.h"
#include "migrate/history/history_class.h"
#include "migrate/plan/forecast.h"
#include "migrate/plan/planner.h"
#include "migrate/schema/catalog.h"
#include "migrate/source/source.h"
#include "parse/deep.h"
#include "model/value.h"
#include "pg/conninfo.h"
#include "pg/conn.h"
#include "sql/sql.h"

/*
 * One inspection under way. Files are read on a worker while the server is dialed and, once their names have told the
 * format, while the history is read; when both are there the plan is made (on a worker again: five thousand files may have to be parsed), the catalog asked. No key waits for any of it.
 */
struct inspector {
	struct app *app;
	struct inspect_request request;
	char *goal; /* owned */
	struct inspection *inspection;
	struct server_lease *lease;
	struct str path; /* search_path asked for in the connection's options */
	struct history_request history_request;
	struct catalog_question question;
	struct catalog_request catalog_request;
	bool is_scanned;	    /* the format is known */
	bool has_files, has_answer; /* of the two things waited for at the same time */
	enum exit_code exit;	    /* of the files; then of everything */
	struct err error;
	enum exit_code server_exit; /* of connection and history */
	struct err server_error;
	inspect_done_fn *done;
	void *arg;
};

void inspection_free(struct inspection *inspection)
{
	if (!inspection)
		return;
	if (inspection->plan) {
		plan_release(inspection->plan);
		free(inspection->plan);
	}
	history_free(inspection->history);
	source_close(inspection->set);
	free(inspection->set);
	arena_release(&inspection->arena);
	free(inspection);
}

static struct inspection *inspection_new(struct app *app)
{
	struct inspection *inspection = mem_new(struct inspection);

	inspection->replayed_wall_us = VALUE_UNKNOWN;
	if (!app->deep)
		app->deep = deep_new();
	inspection->set = mem_new(struct migration_set);
	return inspection;
}

struct inspection *inspect_files(struct app *app, enum exit_code *exit, struct err *e)
{
	struct inspection *inspection = inspection_new(app);

	*exit = source_open(inspection->set, app->deep, app->target.dir, app->target.format, e);
	if (*exit == EXIT_DONE)
		return inspection;
	e->file = arena_strdup(&app->error_arena, e->file);
	inspection_free(inspection);
	return NULL;
}

static void finish(struct inspector *inspector)
{
	struct inspection *inspection = inspector->inspection;

	if (inspector->lease)
		server_lease_give_back(inspector->lease);
	inspector->app->inspections--;
	if (inspector->exit != EXIT_DONE) {
		inspector->error.file =
			arena_strdup(&inspector->app->error_arena, inspector->error.file);
		inspection_free(inspection);
		inspector->done(inspector->arg, NULL, inspector->exit, &inspector->error);
	} else {
		if (inspection->plan)
			plan_acks_take(inspector->app, inspection);
		inspector->done(inspector->arg, inspection, EXIT_DONE, NULL);
	}
	str_release(&inspector->path);
	free(inspector->goal);
	free(inspector);
}

static void fail(struct inspector *inspector, enum exit_code exit, const struct err *e)
{
	inspector->exit = exit;
	inspector->error = *e;
	finish(inspector);
}

/* NULL once it was lost: files take their time. */
static struct conn *usable_conn(const struct inspector *inspector)
{
	struct conn *conn = server_lease_conn(inspector->lease);

	return conn && conn_is_usable(conn) ? conn : NULL;
}

static void on_facts(void *arg, const struct catalog_answer *answer, const struct err *e)
{
	struct inspector *inspector = arg;

	/* Without the catalog a plan still holds: what it would say is unknown, and levels are as high as that makes them. */
	if (!e)
		forecast_apply(inspector->inspection->plan, answer,
			inspector->app->target.hazard_size_bytes);
	finish(inspector);
}

static void ask_catalog(struct inspector *inspector)
{
	struct inspection *inspection = inspector->inspection;
	struct catalog_question *question = &inspector->question;

	struct conn *conn = usable_conn(inspector);
	forecast_question(inspection->plan, question);
	if (!inspector->request.wants_sizes || !question->table_count || !conn) {
		finish(inspector);
		return;
	}
	inspector->catalog_request = (struct catalog_request){
		.question = question,
		.role = inspector->history_request.role,
		.acts_as = inspector->history_request.acts_as,
		.path = inspector->history_request.path,
	};
	catalog_facts_start(
		conn, &inspection->arena, &inspector->catalog_request, on_facts, inspector);
}

static const char *default_goal(const struct inspector *inspector)
{
	if (inspector->goal)
		return inspector->goal;
	return inspector->request.direction == PLAN_UP ? "head" : "-1";
}

/* On a worker: nobody else looks at the set meanwhile. */
static void make_plan(void *arg)
{
	struct inspector *inspector = arg;
	struct inspection *inspection = inspector->inspection;
	struct err *e = &inspection->plan_error;
	struct plan_request request = { .set = inspection->set,
		.applied = inspection->applied,
		.applied_count = inspection->applied_count,
		.direction = inspector->request.direction,
		.late = inspector->app->target.late,
		.project = inspector->app->target.project };
	struct plan plan = { 0 };

	inspection->plan_exit =
		goal_parse(inspection->set, default_goal(inspector), &request.goal, e);
	if (inspection->plan_exit == EXIT_DONE)
		inspection->plan_exit = plan_make(&plan, &request, e);
	if (inspection->plan_exit != EXIT_DONE)
		return;
	inspection->plan = mem_dup(&plan, sizeof(plan));
}

static void on_plan(void *arg)
{
	struct inspector *inspector = arg;

	if (inspector->inspection->plan && !inspector->app->is_closing)
		ask_catalog(inspector);
	else
		finish(inspector);
}

/* Files and history are both there: what is wrong with the files is told first. */
static void go_on(struct inspector *inspector)
{
	struct inspection *inspection = inspector->inspection;
	struct history *history = inspection->history;

	if (!inspector->has_files || !inspector->has_answer)
		return;
	if (inspector->exit != EXIT_DONE) {
		finish(inspector);
		return;
	}
	if (inspector->server_exit != EXIT_DONE) {
		fail(inspector, inspector->server_exit, &inspector->server_error);
		return;
	}
	/* A standby may not have heard yet of a step that is applied. */
	if (!history->class->is_adopted && !inspection->identity.is_standby)
		run_journal_settle(inspector->app, &inspection->identity, history);
	if (!inspection->identity.is_standby)
		inspection->missing = run_journal_missing(inspector->app, inspection);
	inspection->applied = history_applied(
		history, inspection->set, &inspection->arena, &inspection->applied_count);
	if (inspector->request.wants_plan)
		loop_work_start(inspector->app->loop, make_plan, on_plan, inspector);
	else
		finish(inspector);
}

static void server_failed(struct inspector *inspector, enum exit_code exit, const struct err *e)
{
	inspector->server_exit = exit;
	inspector->server_error = *e;
}

static const struct field replayed_fields[] = {
	FIELD_INT_OF(struct inspection, replayed_wall_us, "replayed_us"),
};

static void on_replayed(void *arg, const struct result *result, const struct err *e)
{
	struct inspector *inspector = arg;

	if (!e && result_rows(result) > 0)
		result_fill(result, 0, replayed_fields, ARRAY_SIZE(replayed_fields),
			inspector->inspection);
	inspector->has_answer = true;
	go_on(inspector);
}

/* How old the answer of a standby is belongs to the answer. */
static bool ask_replayed(struct inspector *inspector)
{
	struct conn *conn = usable_conn(inspector);
	const struct query query = { .sql = sql_get("servers-replayed", 0),
		.deadline_ms = inspector->app->target.connect_timeout_ms };

	if (!inspector->inspection->identity.is_standby || !conn)
		return false;
	conn_query(conn, &query, on_replayed, inspector);
	return true;
}

static void on_identified(void *arg, const struct result *result, const struct err *e)
{
	struct inspector *inspector = arg;
	struct conn *conn = usable_conn(inspector);

	(void)result;
	if (!e && conn)
		inspector->inspection->identity = conn_view(conn)->identity;
	if (ask_replayed(inspector))
		return;
	inspector->has_answer = true;
	go_on(inspector);
}

/* Promoted since the connection last said who it is: the plan is for the server that answered now. */
static bool ask_identity(struct inspector *inspector)
{
	struct conn *conn = usable_conn(inspector);

	if (!conn || !conn_is_identity_stale(conn))
		return false;
	conn_identify(conn, on_identified, inspector);
	return true;
}

static void on_history(void *arg, struct history *history, const struct err *e)
{
	struct inspector *inspector = arg;

	inspector->inspection->history = history;
	if (!e && (ask_identity(inspector) || ask_replayed(inspector)))
		return;
	inspector->has_answer = true;
	if (e)
		server_failed(inspector,
			e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT ? EXIT_NO_CONNECTION
									 : EXIT_ERROR,
			e);
	go_on(inspector);
}

/* Names and connection are there. Files that could not be named end it without a question to the server. */
static void read_history(struct inspector *inspector)
{
	struct app *app = inspector->app;
	const char *format = inspector->inspection->set->format;
	struct conn *conn;
	struct err lost;

	if (!inspector->is_scanned || !inspector->lease)
		return;
	if (inspector->has_files && inspector->exit != EXIT_DONE) {
		inspector->has_answer = true;
		go_on(inspector);
		return;
	}
	conn = usable_conn(inspector);
	if (!conn) {
		err_set(&lost, ERR_CONNECT, "the connection was lost before the history was read");
		on_history(inspector, NULL, &lost);
		return;
	}
	const struct conninfo *info = fleet_info(app, inspector->inspection->server);
	conninfo_startup_option(info, "search_path", &inspector->path);
	inspector->history_request =
		(struct history_request){ .format = *format		 ? format
						    : app->target.format ? app->target.format
									 : "dbtop",
			.project = app->target.project,
			.table = app->target.history_table,
			.is_guess = !app->target.format,
			.role = conninfo_get(info, "user"),
			.acts_as = app->target.migrate_role,
			.path = inspector->path.len ? str_c(&inspector->path) : NULL,
			.event_limit = inspector->request.event_limit };
	history_read_start(app->loop, conn, &inspector->history_request, on_history, inspector);
}

/* What is to be changed is changed where it was looked at. On the screen that is the server it shows already. */
static void stand_with(struct inspector *inspector, int server)
{
	struct app *app = inspector->app;

	inspector->inspection->server = server;
	inspector->inspection->identity = conn_view(server_lease_conn(inspector->lease))->identity;
	if (inspector->request.wants_primary && !app->is_screen)
		fleet_move(app, server);
}

static void on_lease(void *arg, struct server_lease *lease, const struct err *e)
{
	struct inspector *inspector = arg;

	inspector->lease = lease;
	if (!e) {
		stand_with(inspector, server_lease_server(lease));
		read_history(inspector);
		return;
	}
	server_failed(inspector, EXIT_NO_CONNECTION, e);
	inspector->has_answer = true;
	go_on(inspector);
}

/* On a worker. */
static void read_files(void *arg)
{
	struct inspector *inspector = arg;

	inspector->exit =
		source_resolve(inspector->inspection->set, inspector->app->deep, &inspector->error);
}

/* Work is canceled when the loop ends: its outcome says nothing then. */
static void note_leaving(struct inspector *inspector)
{
	if (!inspector->app->is_closing || inspector->exit != EXIT_DONE)
		return;
	err_set(&inspector->error, ERR_CANCELED, "dbtop is leaving");
	inspector->exit = EXIT_ERROR;
}

static void on_files(void *arg)
{
	struct inspector *inspector = arg;

	note_leaving(inspector);
	inspector->has_files = true;
	go_on(inspector);
}

/* On a worker. */
static void scan_files(void *arg)
{
	struct inspector *inspector = arg;
	const struct target *target = &inspector->app->target;

	inspector->exit = source_scan(
		inspector->inspection->set, target->dir, target->format, &inspector->error);
}

static void on_scanned(void *arg)
{
	struct inspector *inspector = arg;

	note_leaving(inspector);
	inspector->is_scanned = true;
	if (inspector->exit == EXIT_DONE)
		loop_work_start(inspector->app->loop, read_files, on_files, inspector);
	else
		inspector->has_files = true;
	if (inspector->has_answer)
		go_on(inspector);
	else
		read_history(inspector);
}

/*
 * The screen shows one server. Else files are compared with the primary; a standby answers who only reads when there
 * is none to be had. A target of one server is what it is: a run refuses a standby in its own words.
 */
static void ask_server(struct inspector *inspector)
{
	struct app *app = inspector->app;
	struct servers *servers = fleet_servers(app);
	bool has_choice = servers_count(servers) > 1;
	struct servers_wish wish = {
		.class = app->is_screen					  ? ROUTE_THIS
			 : has_choice && inspector->request.wants_primary ? ROUTE_PRIMARY
									  : ROUTE_ANY,
		.server = fleet_here(app),
		.prefers_primary = true,
		.tag = "migrations",
		.deadline_ms = app->target.connect_timeout_ms * (has_choice ? 2 : 1),
	};

	servers_ask(servers, &wish, on_lease, inspector);
}

static void begin(void *arg)
{
	struct inspector *inspector = arg;
	struct app *app = inspector->app;
	struct err e;

	if (app->is_closing) {
		err_set(&e, ERR_CANCELED, "dbtop is leaving");
		fail(inspector, EXIT_ERROR, &e);
		return;
	}
	if (!app_connect(app, &e)) {
		fail(inspector, EXIT_USAGE, &e);
		return;
	}
	inspector->inspection = inspection_new(app);
	loop_work_start(app->loop, scan_files, on_scanned, inspector);
	ask_server(inspector);
}

void inspect_start(
	struct app *app, const struct inspect_request *request, inspect_done_fn *done, void *arg)
{
	struct inspector *inspector = mem_new(struct inspector);

	inspector->app = app;
	inspector->request = *request;
	inspector->goal = mem_strdup(request->goal);
	inspector->done = done;
	inspector->arg = arg;
	app->inspections++;
	loop_soon(app->loop, begin, inspector);
}
