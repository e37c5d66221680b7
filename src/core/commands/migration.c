// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Commands that look at migrations: current, heads, history, status, show.
 */
#include "core/commands/commands.h"

#include "base/mem.h"
#include "base/str.h"
#include "core/app.h"
#include "core/commands/describe.h"
#include "core/inspect.h"
#include "core/migrations.h"
#include "migrate/source/graph.h"
#include "migrate/source/source.h"

static const struct command_option check_option[] = {
	{ .flag = "--check", .help = "exit 3 when migrations are pending" },
};

static const struct command_option history_options[] = {
	{ .flag = "--limit", .value = "N", .help = "at most so many events (default 100)" },
};

/* What a report says about, once files and history are known. */
struct describer {
	void (*describe)(struct call *call, const struct inspection *inspection);
};

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct call *call = arg;
	const struct describer *describer = call->state;

	if (e) {
		report_fail(&call->report, exit, DATABASE_NOT_SAID, e);
	} else {
		describe_server(&call->report, call->app, inspection);
		describe_warnings(&call->report, inspection);
		describer->describe(call, inspection);
		inspection_free(inspection);
	}
	call_finish(call);
}

static void look(
	struct call *call, const struct inspect_request *request, const struct describer *describer)
{
	call->state = (void *)describer;
	inspect_start(call->app, request, on_inspected, call);
}

static void check_pending(struct call *call, size_t pending)
{
	if (pending && call_has(call, "--check"))
		call->report.exit = EXIT_PENDING;
}

static void add_source(struct report *report, const struct migrations_view *view)
{
	report_text(report, report->data, "format", NULL, view->format);
	report_text(report, report->data, "dir", NULL, view->dir);
	report_text(report, report->data, "history", NULL, view->history_words);
}

/* ---- status: one line a file ---- */

static void say_counts(struct report *report, const struct migrations_view *view)
{
	size_t counts[MIGRATION_LATE + 1] = { 0 };
	struct str text = { 0 };

	for (size_t i = 0; i < view->row_count; i++)
		counts[view->rows[i].state]++;
	str_addf(&text, "%zu applied, %zu pending", counts[MIGRATION_APPLIED],
		counts[MIGRATION_PENDING]);
	for (int state = MIGRATION_PARTIAL; state <= MIGRATION_LATE; state++) {
		if (counts[state])
			str_addf(&text, ", %zu %s", counts[state],
				migration_state_word((enum migration_state)state));
	}
	if (*view->format)
		str_addf(&text, " in %s (%s)", view->dir, view->format);
	report_say(report, "%s", str_c(&text));
	str_release(&text);
}

static void describe_status(struct call *call, const struct inspection *inspection)
{
	struct report *report = &call->report;
	struct migrations_view view = { 0 };

	migrations_view_fill(&view, inspection);
	add_source(report, &view);
	struct node *table = report_table(report, report->data, "migrations", "");
	for (size_t i = 0; i < view.row_count; i++) {
		const struct migration_row *m = &view.rows[i];
		struct node *row = report_row(report, table);
		report_text(report, row, "revision", "REVISION", m->rev);
		report_text(report, row, "name", "NAME", m->name);
		report_text(report, row, "state", "STATE", migration_state_word(m->state));
		report_int(report, row, "applied_at", "APPLIED", m->applied_us, UNIT_WALL_US);
	}
	report_int(report, report->data, "applied", NULL, (int64_t)view.applied_count, UNIT_COUNT);
	report_int(report, report->data, "pending", NULL, (int64_t)view.pending_count, UNIT_COUNT);
	if (!describe_no_files(report, call->app, "", inspection->set) || view.row_count)
		say_counts(report, &view);
	if (view.problem)
		report_warn(report, "%s", view.problem);
	check_pending(call, view.pending_count);
	migrations_view_release(&view);
}

static const struct describer status_describer = { describe_status };

static void run_status(struct call *call)
{
	look(call, &(struct inspect_request){ 0 }, &status_describer);
}

/* ---- current: what nothing applied builds on ---- */

static bool is_applied(const struct migration_row *row)
{
	return row->state != MIGRATION_PENDING && row->state != MIGRATION_LATE;
}

/* Marks what an applied migration names as its parent. A file that is missing has none that are known. */
static void mark_built_on(const struct migrations_view *view, bool *is_built_on, size_t count)
{
	memset(is_built_on, 0, count);
	for (size_t i = 0; i < view->row_count; i++) {
		const struct migration *m = view->rows[i].migration;
		for (size_t p = 0; m && is_applied(&view->rows[i]) && p < m->parent_count; p++)
			is_built_on[m->parent_items[p]->position] = true;
	}
}

/* One without its file is where the database stands only when nothing applied came after it. */
static bool is_current(const struct migrations_view *view, size_t i, const bool *is_built_on)
{
	const struct migration_row *row = &view->rows[i];

	if (!is_applied(row))
		return false;
	if (row->state == MIGRATION_PARTIAL || row->state == MIGRATION_FAILED)
		return true;
	if (row->migration)
		return !is_built_on[row->migration->position];
	return view->current && strcmp(row->rev, view->current) == 0;
}

static void add_current(struct report *report, struct node *table, const struct migration_row *m,
	const struct inspection *inspection)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "revision", "REVISION", m->rev);
	report_text(report, row, "name", "NAME", m->name);
	report_text(report, row, "state", "STATE", migration_state_word(m->state));
	if (history_is_single_row(inspection->history))
		report_bool(report, row, "dirty", "DIRTY", inspection->history->is_dirty);
}

static void describe_current(struct call *call, const struct inspection *inspection)
{
	struct report *report = &call->report;
	struct migrations_view view = { 0 };
	size_t count = inspection->set->count + 1;
	bool *is_built_on = mem_zero(count);

	migrations_view_fill(&view, inspection);
	mark_built_on(&view, is_built_on, count);
	add_source(report, &view);
	struct node *table = report_table(report, report->data, "current", "");
	for (size_t i = 0; i < view.row_count; i++) {
		if (is_current(&view, i, is_built_on))
			add_current(report, table, &view.rows[i], inspection);
	}
	free(is_built_on);
	report_int(report, report->data, "pending", NULL, (int64_t)view.pending_count, UNIT_COUNT);
	if (!table->first)
		report_say(report, "nothing is applied%s",
			inspection->history->is_dirty ? ", and the history is dirty" : "");
	describe_no_files(report, call->app, "", inspection->set);
	check_pending(call, view.pending_count);
	migrations_view_release(&view);
}

static const struct describer current_describer = { describe_current };

static void run_current(struct call *call)
{
	look(call, &(struct inspect_request){ 0 }, &current_describer);
}

/* ---- heads: of the files ---- */

static void run_heads(struct call *call)
{
	struct report *report = &call->report;
	struct err e;
	enum exit_code exit;
	struct inspection *inspection = inspect_files(call->app, &exit, &e);

	if (!inspection) {
		report_fail(report, exit, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	describe_warnings(&call->report, inspection);
	struct node *table = report_table(report, report->data, "heads", "");
	for (size_t i = 0; i < inspection->set->count; i++) {
		const struct migration *m = inspection->set->items[i];
		if (!m->is_head)
			continue;
		struct node *row = report_row(report, table);
		report_text(report, row, "revision", "REVISION", m->rev);
		report_text(report, row, "name", "NAME", m->name);
	}
	describe_no_files(report, call->app, "", inspection->set);
	inspection_free(inspection);
	call_finish(call);
}

/* ---- history: what ran, newest first ---- */

static void add_events(struct report *report, const struct history *history)
{
	struct node *table = report_table(report, report->data, "events", "");

	for (size_t i = 0; i < history->event_count; i++) {
		const struct history_event *event = &history->events[i];
		struct node *row = report_row(report, table);
		report_int(report, row, "at", "WHEN", event->at_us, UNIT_WALL_US);
		report_text(report, row, "event", "WHAT", event->event);
		report_text(report, row, "revision", "REVISION", event->rev);
		report_text(report, row, "name", "NAME", event->name);
		report_int(report, row, "took_ms", "TOOK", event->took_ms, UNIT_MS);
		report_text(report, row, "actor", "BY", event->actor);
		report_text(report, row, "detail", "DETAIL", event->detail);
		report_text(report, row, "run_id", NULL, event->run_id);
	}
}

/* Newest first: by when it was applied where the tool says so, else by number. */
static int newest_first(const void *a, const void *b)
{
	const struct history_row *left = *(const struct history_row *const *)a;
	const struct history_row *right = *(const struct history_row *const *)b;

	if (value_is_known(left->applied_us) && value_is_known(right->applied_us) &&
		left->applied_us != right->applied_us)
		return left->applied_us > right->applied_us ? -1 : 1;
	return (left->number < right->number) - (left->number > right->number);
}

/* A guest's table keeps no events: its rows are all there is. */
static void add_rows(struct report *report, const struct history *history, size_t limit)
{
	struct node *table = report_table(report, report->data, "events", "");
	const struct history_row **order =
		mem_zero((history->row_count + 1) * sizeof(const struct history_row *));

	for (size_t i = 0; i < history->row_count; i++)
		order[i] = &history->rows[i];
	qsort(order, history->row_count, sizeof(*order), newest_first);
	for (size_t i = 0; i < history->row_count && i < limit; i++) {
		struct node *row = report_row(report, table);
		report_int(report, row, "at", "WHEN", order[i]->applied_us, UNIT_WALL_US);
		report_text(report, row, "event", "WHAT", history_state_word(order[i]->state));
		report_text(report, row, "revision", "REVISION", order[i]->rev);
		report_text(report, row, "name", "NAME", order[i]->name);
		report_int(report, row, "took_ms", "TOOK", order[i]->took_ms, UNIT_MS);
		report_text(report, row, "actor", "BY", order[i]->actor);
	}
	free(order);
}

enum { EVENTS_DEFAULT = 100, EVENTS_MAX = 100000 };

/* 0: not a number that makes sense. */
static long limit_of(const struct call *call)
{
	const char *limit = call_value(call, "--limit");
	char none[] = "", *end = none;
	long events = limit ? strtol(limit, &end, 10) : EVENTS_DEFAULT;

	return *end || events < 1 || events > EVENTS_MAX ? 0 : events;
}

static void describe_history(struct call *call, const struct inspection *inspection)
{
	const struct history *history = inspection->history;

	if (history->event_count)
		add_events(&call->report, history);
	else
		add_rows(&call->report, history, (size_t)limit_of(call));
	if (!history->event_count && !history->row_count)
		report_say(&call->report, "nothing was applied yet");
	describe_no_files(&call->report, call->app, "", inspection->set);
}

static const struct describer history_describer = { describe_history };

static void run_history(struct call *call)
{
	long events = limit_of(call);
	struct err e;

	if (!events) {
		err_set(&e, ERR_USAGE, "--limit %s: a number from 1 to %d",
			call_value(call, "--limit"), EVENTS_MAX);
		report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	look(call, &(struct inspect_request){ .event_limit = events }, &history_describer);
}

/* ---- show REV: one migration, with its text ---- */

static void add_section(struct report *report, struct migration_set *set, struct migration *m,
	enum migration_section section)
{
	struct str sql = { 0 };
	struct err e;

	if (!source_load(set, m, section, &e)) {
		report_warn(
			report, "%s:%d:%d: %s", e.file ? e.file : "?", e.line, e.column, e.text);
		return;
	}
	const struct migration_script *script = &m->sections[section];
	if (!script->is_present)
		return;
	for (size_t i = 0; i < script->statement_count; i++) {
		str_add_span(&sql, script->statements[i].sql.text);
		str_add(&sql, ";\n");
	}
	report_text(report, report->data, migration_section_word(section),
		migration_section_word(section), str_c(&sql));
	str_release(&sql);
}

static void show(struct call *call, struct inspection *inspection)
{
	struct report *report = &call->report;
	struct migration *m;
	struct err e;
	enum exit_code exit = graph_find(inspection->set, call_arg(call, 0), &m, &e);

	if (exit != EXIT_DONE) {
		report_fail(report, exit, DATABASE_NOT_SAID, &e);
		return;
	}
	report_text(report, report->data, "revision", "revision", m->rev);
	report_text(report, report->data, "name", "name", m->name);
	report_text(report, report->data, "file", "file", m->sections[SECTION_UP].path);
	if (m->irreversible)
		report_text(report, report->data, "irreversible", "irreversible", m->irreversible);
	for (int section = 0; section < SECTION_COUNT; section++)
		add_section(report, inspection->set, m, (enum migration_section)section);
}

static void run_show(struct call *call)
{
	struct err e;
	enum exit_code exit = EXIT_USAGE;
	struct inspection *inspection = NULL;

	if (!call_arg(call, 0))
		err_set(&e, ERR_USAGE, "show needs a revision: dbtop show REV");
	else
		inspection = inspect_files(call->app, &exit, &e);
	if (inspection)
		show(call, inspection);
	else
		report_fail(&call->report, exit, DATABASE_NOT_SAID, &e);
	inspection_free(inspection);
	call_finish(call);
}

static const struct command rows[] = {
	{ .name = "migration.status",
		.word = "status",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_status,
		.options = check_option,
		.option_count = ARRAY_SIZE(check_option),
		.help = "List every migration with its state: applied, pending, file missing, "
			"changed, late",
		.example = "dbtop status --check" },
	{ .name = "migration.current",
		.word = "current",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_current,
		.options = check_option,
		.option_count = ARRAY_SIZE(check_option),
		.help = "Say which revision the database stands at",
		.example = "dbtop current" },
	{ .name = "migration.heads",
		.word = "heads",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_heads,
		.help = "List the newest revisions of the files",
		.example = "dbtop heads" },
	{ .name = "migration.history",
		.word = "history",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_history,
		.options = history_options,
		.option_count = ARRAY_SIZE(history_options),
		.help = "List what ran, when, by whom, how long and how it ended, newest first",
		.example = "dbtop history --limit 20" },
	{ .name = "migration.show",
		.word = "show",
		.args = "REV",
		.args_max = 1,
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_show,
		.help = "Show one migration with its statements",
		.example = "dbtop show 20260131120000" },
};

const struct command_table migration_commands = { rows, ARRAY_SIZE(rows) };
