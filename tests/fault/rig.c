// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "rig.h"

#include <unistd.h>

#include "base/mem.h"
#include "migrate/plan/planner.h"
#include "migrate/source/source.h"
#include "pg/conninfo.h"
#include "scratch.h"

/* What one run stands on; goes with it. */
struct run {
	struct migration_set set;
	struct plan plan;
	struct history *history;
	struct arena arena;
	struct run_events events;
};

static void tell(struct rig *rig, const char *line)
{
	str_addf(&rig->told, "%s\n", line);
	if (rig->on_event)
		rig->on_event(rig, line);
}

static void on_state(void *arg, enum run_state state)
{
	static const char *const words[] = {
		[RUN_NONE] = "none",
		[RUN_OPENING] = "opening",
		[RUN_READY] = "ready",
		[RUN_GATED] = "gated",
		[RUN_STEP] = "step",
		[RUN_RETRY] = "retrying",
		[RUN_RESOLVING] = "resolving",
		[RUN_PAUSED] = "paused",
		[RUN_DONE] = "done",
		[RUN_STOPPED] = "stopped",
		[RUN_UNKNOWN] = "unknown",
	};
	tell(arg, words[state]);
}

static void on_statement(void *arg, const struct run_statement *statement)
{
	char line[64];
	snprintf(line, sizeof(line), "statement %zu.%zu %s", statement->step, statement->index,
		statement->is_done ? "done" : "sent");
	tell(arg, line);
}

static void on_waiting(void *arg, const struct run_wait *wait)
{
	tell(arg, wait->words);
}

static void on_retry(void *arg, int attempt, int64_t delay_ms, const struct err *why)
{
	char line[320];
	(void)delay_ms;
	snprintf(line, sizeof(line), "retry %d: %s", attempt, why->text);
	tell(arg, line);
}

static void on_notice(void *arg, const char *severity, const char *text)
{
	(void)severity;
	tell(arg, text);
}

static void on_paused(void *arg, const struct run_trouble *trouble)
{
	struct rig *rig = arg;
	if (rig->trouble.kind == TROUBLE_NONE) {
		rig->trouble = *trouble;
		snprintf(rig->trouble_file, sizeof(rig->trouble_file), "%s",
			trouble->error.file ? trouble->error.file : "");
		rig->trouble.error.file = rig->trouble_file;
	}
	unsigned bit = RUN_CHOICE_BIT(trouble->proposed);
	if (trouble->choices & bit & rig->choices) {
		rig->choices &= ~bit; /* once */
		executor_choose(rig->executor, trouble->proposed);
		if (trouble->kind == TROUBLE_INTERRUPTED)
			executor_run(rig->executor, SIZE_MAX);
		return;
	}
	executor_close(rig->executor);
}

static void on_finished(void *arg, const struct run_end *end)
{
	struct rig *rig = arg;
	rig->end = *end;
	rig->is_finished = true;
}

void rig_connect(struct rig *rig)
{
	struct err e;
	if (rig->endpoint)
		return;
	struct conninfo *info = conninfo_new(rig->conninfo, NULL, &e);
	if (!info)
		fail_msg("%s", e.text);
	struct endpoint_options options = { .driver = &rig->driver,
		.info = info,
		.connect_timeout_ms = 10000,
		.set_role = rig->migrate_role };
	rig->endpoint = endpoint_new(rig->loop, &options, NULL, NULL);
	conninfo_free(info);
}

static struct rig *rig_make(struct cluster *cluster, const char *database, const char *dir)
{
	struct rig *rig = mem_new(struct rig);
	*rig = (struct rig){ .cluster = cluster,
		.loop = loop_new(),
		.deep = deep_new(),
		.driver = driver_libpq,
		.database = mem_strdup(database),
		.dir = mem_strdup(dir),
		.project = "main",
		.lock_timeout_ms = 3000,
		.lock_wait_ms = 15000,
		.resolve_ms = 20000 };
	rig->conninfo = mem_printf("host=%s port=%d user=postgres dbname=%s",
		cluster_socket_dir(cluster), cluster_node_port(cluster, 0), database);
	return rig;
}

struct rig *rig_new(struct cluster *cluster)
{
	char *number = server_cell(cluster, 0, "select count(*) from pg_database");
	char *database = mem_printf("rig_%s", number);
	char *create = mem_printf("create database %s", database);
	server_run(cluster, 0, create);
	char *dir = scratch_new();
	struct rig *rig = rig_make(cluster, database, dir);
	free(dir);
	free(create);
	free(database);
	free(number);
	return rig;
}

struct rig *rig_beside(const struct rig *first)
{
	struct rig *rig = rig_make(first->cluster, first->database, first->dir);
	free(rig->dir);
	rig->dir = NULL; /* not ours to remove */
	rig->arg = first->dir;
	return rig;
}

static const char *dir_of(const struct rig *rig)
{
	return rig->dir ? rig->dir : rig->arg;
}

static void turn(struct rig *rig)
{
	loop_turn(rig->loop, true);
	loop_free_deferred(rig->loop);
}

void rig_free(struct rig *rig)
{
	if (rig->endpoint)
		endpoint_free(rig->endpoint);
	for (int i = 0; i < 3; i++) {
		loop_turn(rig->loop, false);
		loop_free_deferred(rig->loop);
	}
	loop_free(rig->loop);
	deep_free(rig->deep);
	str_release(&rig->told);
	scratch_remove(rig->dir);
	free(rig->conninfo);
	free(rig->database);
	free(rig);
}

void rig_file(struct rig *rig, const char *name, const char *text)
{
	free(scratch_write(dir_of(rig), name, text));
}

void rig_remove_file(struct rig *rig, const char *name)
{
	char *path = mem_printf("%s/%s", dir_of(rig), name);
	unlink(path);
	free(path);
}

/* ---- the history, over a connection of its own ---- */

struct reading {
	struct rig *rig;
	struct history_request request;
	struct lease *lease;
	struct history *history;
	struct err error;
	bool is_done;
};

static void history_known(void *arg, struct history *history, const struct err *e)
{
	struct reading *reading = arg;
	reading->history = history;
	if (e)
		reading->error = *e;
	reading->is_done = true;
}

static void leased(void *arg, struct lease *lease, const struct err *e)
{
	struct reading *reading = arg;
	reading->lease = lease;
	if (e) {
		reading->error = *e;
		reading->is_done = true;
		return;
	}
	history_read_start(
		reading->rig->loop, lease_conn(lease), &reading->request, history_known, reading);
}

static struct history *read_history(struct rig *rig, const char *format, struct err *e)
{
	struct reading reading = { .rig = rig,
		.request = { .format = format, .project = rig->project, .event_limit = 100 } };
	lease_take(rig->endpoint, CONN_CHANGE, NULL, 10000, leased, &reading);
	while (!reading.is_done)
		turn(rig);
	if (reading.lease)
		lease_give_back(reading.lease);
	*e = reading.error;
	return reading.history;
}

/* ---- runs ---- */

static void settle(struct rig *rig, struct run *run)
{
	struct journal_past past;
	const struct identity none = { 0 };
	if (!rig->journal)
		return;
	for (size_t i = 0; i < run->set.count; i++) {
		const struct migration *m = run->set.items[i];
		if (!rig->journal->find_past(rig->journal->state, &none, m->rev, &past))
			continue;
		struct history_unfinished unfinished = { m->rev, m->number, past.direction,
			past.steps_done };
		history_settle(run->history, &unfinished);
	}
}

static enum exit_code plan_it(
	struct rig *rig, struct run *run, enum plan_direction direction, const char *goal)
{
	struct err *e = &rig->plan_error;
	enum exit_code exit = source_open(&run->set, rig->deep, dir_of(rig), rig->format, e);
	if (exit != EXIT_DONE)
		return exit;
	run->history = read_history(rig, run->set.format, e);
	if (!run->history)
		return EXIT_ERROR;
	settle(rig, run);
	struct plan_request request = { .set = &run->set,
		.direction = direction,
		.project = rig->project,
		.late = LATE_ALLOW };
	request.applied =
		history_applied(run->history, &run->set, &run->arena, &request.applied_count);
	exit = goal_parse(&run->set, goal, &request.goal, e);
	return exit == EXIT_DONE ? plan_make(&run->plan, &request, e) : exit;
}

bool rig_start(struct rig *rig, enum plan_direction direction, const char *goal)
{
	struct run *run = mem_new(struct run);
	rig->run = run;
	rig->is_finished = false;
	rig->trouble = (struct run_trouble){ 0 };
	rig->end = (struct run_end){ 0 };
	str_clear(&rig->told);
	rig_connect(rig);
	rig->plan_exit = plan_it(rig, run, direction, goal);
	if (rig->plan_exit != EXIT_DONE || run->plan.step_count == 0)
		return false;
	run->events = (struct run_events){ .state = on_state,
		.statement = on_statement,
		.waiting = on_waiting,
		.retry = on_retry,
		.notice = on_notice,
		.paused = on_paused,
		.finished = on_finished };
	struct executor_options options = { .loop = rig->loop,
		.endpoint = rig->endpoint,
		.plan = &run->plan,
		.history = run->history,
		.set = &run->set,
		.project = rig->project,
		.migrate_role = rig->migrate_role,
		.client = "tester@rig",
		.run_id = "00000000-0000-4000-8000-000000000001",
		.lock_timeout_ms = rig->lock_timeout_ms,
		.lock_wait_ms = rig->lock_wait_ms,
		.resolve_ms = rig->resolve_ms,
		.journal = rig->journal,
		.events = &run->events,
		.events_arg = rig };
	rig->executor = executor_new(&options);
	executor_start(rig->executor);
	executor_run(rig->executor, run->plan.step_count);
	return true;
}

void rig_turn_until(struct rig *rig, const char *line)
{
	while (!rig->is_finished && !strstr(str_c(&rig->told), line))
		turn(rig);
}

enum exit_code rig_end(struct rig *rig)
{
	struct run *run = rig->run;
	enum exit_code exit = rig->plan_exit;
	if (exit != EXIT_DONE)
		print_message("no plan: %s %s\n", rig->plan_error.text, rig->plan_error.detail);
	if (rig->executor) {
		while (!rig->is_finished)
			turn(rig);
		exit = rig->end.exit;
		executor_free(rig->executor);
		rig->executor = NULL;
		loop_turn(rig->loop, false);
		loop_free_deferred(rig->loop);
	}
	plan_release(&run->plan);
	source_close(&run->set);
	history_free(run->history);
	arena_release(&run->arena);
	free(run);
	rig->run = NULL;
	return exit;
}

enum exit_code rig_up(struct rig *rig, const char *goal)
{
	rig_start(rig, PLAN_UP, goal);
	return rig_end(rig);
}

enum exit_code rig_down(struct rig *rig, const char *goal)
{
	rig_start(rig, PLAN_DOWN, goal);
	return rig_end(rig);
}

/* ---- looking ---- */

char *rig_cell(const struct rig *rig, const char *sql)
{
	PGconn *conn = server_connect_to(rig->conninfo);
	char *cell = server_cell_on(conn, sql);
	PQfinish(conn);
	return cell;
}

void rig_expect(const struct rig *rig, const char *sql, const char *text)
{
	char *cell = rig_cell(rig, sql);
	if (!cell || strcmp(cell, text) != 0)
		fail_msg("%s: %s, not %s", sql, cell ? cell : "null", text);
	free(cell);
}

void rig_sql(const struct rig *rig, const char *sql)
{
	PGconn *conn = server_connect_to(rig->conninfo);
	server_run_on(conn, sql);
	PQfinish(conn);
}
