// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop plan`: what an upgrade (or a downgrade) would do, statement by statement, with locks, sizes, hazards and the
 * digest a reviewer names.
 */
#include "core/commands/commands.h"

#include "base/path.h"
#include "base/str.h"
#include "base/words.h"
#include "core/app.h"
#include "core/commands/describe.h"
#include "migrate/plan/forecast.h"

static const struct command_option plan_options[] = {
	{ .flag = "--down", .help = "plan a downgrade instead" },
	{ .flag = "--check", .help = "exit 3 when there is something to do" },
};

static void add_locks(struct report *report, struct node *row, const struct plan *plan,
	const struct plan_step *step, size_t index)
{
	const struct statement *sql = &step->statements[index].sql;
	struct node *table = report_table(report, row, "tables", NULL);

	for (size_t i = 0; i < sql->action_count; i++) {
		const struct action *action = &sql->actions[i];
		if (!action->table.name)
			continue;
		struct node *lock = report_row(report, table);
		const struct table_size *size = forecast_size(plan, &action->table);
		const struct action_cost cost = plan_cost(step, index, i);
		report_text(report, lock, "schema", NULL, action->table.schema);
		report_text(report, lock, "name", NULL, action->table.name);
		report_text(report, lock, "lock", NULL, lock_mode_words(action->lock));
		report_bool(report, lock, "scan", NULL, cost.scan);
		report_bool(report, lock, "rewrite", NULL, cost.rewrite);
		report_text(report, lock, "why", NULL, cost.why);
		report_int(report, lock, "size_bytes", NULL,
			size && size->exists ? size->bytes : VALUE_NONE, UNIT_BYTES);
	}
}

/* The strongest lock of a statement, for people: "ACCESS EXCLUSIVE on orders (38 GB), scan". */
static void lock_words(
	struct str *out, const struct plan *plan, const struct plan_step *step, size_t index)
{
	const struct statement *sql = &step->statements[index].sql;
	const struct action *worst = NULL;
	struct action_cost cost = { 0 };

	for (size_t i = 0; i < sql->action_count; i++) {
		const struct action *action = &sql->actions[i];
		if (!action->table.name || (worst && action->lock <= worst->lock))
			continue;
		worst = action;
		cost = plan_cost(step, index, i);
	}
	if (!worst || worst->lock == LOCK_NONE)
		return;
	const struct table_size *size = forecast_size(plan, &worst->table);
	str_addf(out, "%s on ", lock_mode_words(worst->lock));
	if (worst->table.schema)
		str_addf(out, "%s.", worst->table.schema);
	str_add(out, worst->table.name);
	if (size && size->exists && value_is_known(size->bytes)) {
		char bytes[WORDS_BYTES];
		words_bytes(size->bytes, bytes);
		str_addf(out, " (%s)", bytes);
	} else if (size && !size->exists) {
		str_add(out, " (new)");
	}
	str_add(out, cost.rewrite ? ", rewrite" : cost.scan ? ", scan" : "");
}

/* The strongest that the statement takes on any table; NULL = none. */
static const char *lock_of(const struct statement *sql)
{
	enum lock_mode lock = LOCK_NONE;

	for (size_t i = 0; i < sql->action_count; i++) {
		if (sql->actions[i].table.name && sql->actions[i].lock > lock)
			lock = sql->actions[i].lock;
	}
	return lock == LOCK_NONE ? NULL : lock_mode_words(lock);
}

static void add_statement(struct report *report, struct node *table, const struct plan *plan,
	const struct plan_step *step, size_t index)
{
	const struct migration_statement *statement = &step->statements[index];
	struct node *row = report_row(report, table);
	struct str text = { 0 };
	char *sql = NULL;

	lock_words(&text, plan, step, index);
	report_int(report, row, "line", "LINE", statement->sql.line, UNIT_NONE);
	report_text(
		report, row, "tag", "STATEMENT", *statement->sql.tag ? statement->sql.tag : "?");
	report_text(report, row, "lock", NULL, lock_of(&statement->sql));
	report_text(report, row, "locks", "LOCKS", str_c(&text));
	report_bool(report, row, "lone", NULL, step->is_lone);
	str_clear(&text);
	str_add_span(&text, statement->sql.text);
	sql = str_detach(&text);
	report_text(report, row, "sql", NULL, sql);
	add_locks(report, row, plan, step, index);
	free(sql);
}

static void add_hazard(struct report *report, struct node *table, const struct hazard *hazard)
{
	struct node *row = report_row(report, table);

	report_int(report, row, "level", "LEVEL", hazard->level, UNIT_NONE);
	report_text(report, row, "kind", "HAZARD", hazard_word(hazard->kind));
	report_text(report, row, "object", "OBJECT", hazard->object);
	report_text(report, row, "words", "WHAT", hazard->words);
	report_text(report, row, "remedy", "INSTEAD", hazard->remedy);
	report_text(report, row, "acknowledged", hazard->ack_reason ? "ACKNOWLEDGED" : NULL,
		hazard->ack_reason);
	report_text(report, row, "acknowledged_by", NULL, hazard->ack_author);
}

/* What the step sends, ready to be read or compared. */
static void add_sql(struct report *report, struct node *node, const struct plan_step *step)
{
	struct str text = { 0 };

	for (size_t i = 0; i < step->statement_count; i++) {
		str_add_span(&text, step->statements[i].sql.text);
		str_add(&text, ";\n");
	}
	report_text(report, node, "sql", NULL, str_c(&text));
	str_release(&text);
}

static void add_step(struct report *report, struct node *steps, const struct plan *plan,
	const struct plan_step *step)
{
	const struct migration *m = step->migration;
	struct node *node = report_object(report, steps, NULL,
		arena_printf(&report->arena, "%s %s, step %zu of %zu, %s, level %d", m->rev,
			m->name, step->ordinal, step->ordinal_count,
			step->is_lone ? "alone" : "one transaction", step->level));

	report_text(report, node, "revision", NULL, m->rev);
	report_text(report, node, "name", NULL, m->name);
	report_text(report, node, "file", NULL, m->sections[step->section].path);
	report_text(report, node, "section", NULL, migration_section_word(step->section));
	report_text(report, node, "kind", NULL, step->is_lone ? "lone" : "group");
	report_int(report, node, "line", NULL,
		step->statement_count ? step->statements[0].sql.line : VALUE_NONE, UNIT_NONE);
	report_int(report, node, "level", NULL, step->level, UNIT_NONE);
	report_bool(report, node, "reversible", NULL, step->is_reversible);
	add_sql(report, node, step);
	struct node *statements = report_table(report, node, "statements", "");
	for (size_t i = 0; i < step->statement_count; i++)
		add_statement(report, statements, plan, step, i);
	struct node *hazards = report_table(report, node, "hazards", "");
	for (size_t i = 0; i < step->hazard_count; i++)
		add_hazard(report, hazards, &step->hazards[i]);
}

void describe_plan(struct report *report, const struct inspection *inspection)
{
	const struct plan *plan = inspection->plan;

	report_text(report, report->data, "direction", NULL,
		plan->direction == PLAN_UP ? "up" : "down");
	report_text(report, report->data, "digest", "digest", plan->digest);
	report_text(report, report->data, "from", "from", plan->from ? plan->from : "base");
	report_text(report, report->data, "to", "to", plan->to ? plan->to : "base");
	report_int(report, report->data, "migrations", "migrations", (int64_t)plan->migration_count,
		UNIT_COUNT);
	struct node *steps = report_list(report, report->data, "steps", "");
	for (size_t i = 0; i < plan->step_count; i++)
		add_step(report, steps, plan, &plan->steps[i]);
}

bool describe_no_files(struct report *report, const struct app *app, const char *before,
	const struct migration_set *set)
{
	const char *dir = app->target.dir;

	if (set->count)
		return false;
	if (!dir)
		report_say(report,
			"%sthere are no migrations here: no migrations/ and no db/migrations/",
			before);
	else if (path_is_dir(dir))
		report_say(report, "%sthere are no migrations in %s", before, dir);
	else
		report_say(report, "%sthere is no directory %s", before, dir);
	return true;
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct call *call = arg;

	if (e) {
		report_fail(&call->report, exit, DATABASE_NOT_SAID, e);
	} else {
		describe_server(&call->report, call->app, inspection);
		describe_warnings(&call->report, inspection);
		if (!inspection->plan)
			report_fail(&call->report, inspection->plan_exit, DATABASE_UNCHANGED,
				&inspection->plan_error);
		else
			describe_plan(&call->report, inspection);
		if (inspection->plan && !inspection->plan->step_count &&
			!describe_no_files(
				&call->report, call->app, "nothing to do: ", inspection->set))
			report_say(&call->report, "nothing to do");
		if (inspection->plan && inspection->plan->step_count && call_has(call, "--check"))
			call->report.exit = EXIT_PENDING;
		inspection_free(inspection);
	}
	call_finish(call);
}

static void run_plan(struct call *call)
{
	struct inspect_request request = { .wants_plan = true,
		.wants_sizes = true,
		.direction = call_has(call, "--down") ? PLAN_DOWN : PLAN_UP,
		.goal = call_arg(call, 0) };

	inspect_start(call->app, &request, on_inspected, call);
}

static const struct command rows[] = {
	{ .name = "plan.show",
		.word = "plan",
		.args = "[REV|+N|head]",
		.args_max = 1,
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_plan,
		.options = plan_options,
		.option_count = ARRAY_SIZE(plan_options),
		.help = "Show what an upgrade would do: statements, locks, hazards, digest",
		.example = "dbtop plan +1 --json" },
};

const struct command_table plan_commands = { rows, ARRAY_SIZE(rows) };
