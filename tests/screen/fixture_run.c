// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Migrations, plan, run and prompts of the fixtures.
 */
#include "screen/fixtures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TEXT(field, text) snprintf(field, sizeof(field), "%s", text)

static const char *const names[] = { "users_email_ci", "invoice_parts", "add_fk_customer",
	"orders_idx", "orders_currency", "backfill_currency", "drop_legacy" };

enum { FIRST = 38, APPLIED = 4, ROWS = 7 };

static struct action act(enum lock_mode lock)
{
	return (struct action){ .kind = ACTION_OTHER,
		.object = { "public", "orders" },
		.table = { "public", "orders" },
		.lock = lock };
}

static struct migration_statement statement(
	struct arena *arena, const char *tag, const char *sql, enum lock_mode lock)
{
	struct migration_statement s = { .sql = { .text = span_of(sql),
						 .line = 3,
						 .column = 1,
						 .tag = tag,
						 .action_count = 1 } };
	s.sql.actions = arena_new(arena, struct action);
	*s.sql.actions = act(lock);
	return s;
}

static struct migration *migration(struct arena *arena, int number)
{
	struct migration *m = arena_new(arena, struct migration);
	const char *name = names[number - FIRST];
	m->rev = arena_printf(arena, "%04d", number);
	m->name = name;
	m->sections[SECTION_UP].is_present = true;
	m->sections[SECTION_UP].path =
		arena_printf(arena, "db/migrations/%04d_%s.up.sql", number, name);
	return m;
}

static void step(struct plan *plan, const struct migration *m, size_t ordinal,
	const struct migration_statement *statements, size_t count)
{
	struct plan_step *step = &plan->steps[plan->step_count++];
	*step = (struct plan_step){ .migration = m,
		.ordinal = ordinal,
		.ordinal_count = 3,
		.statements = statements,
		.statement_count = count,
		.level = 1,
		.is_reversible = true };
}

static struct plan_step *hazard(struct arena *arena, struct plan_step *step, enum hazard_kind kind,
	int level, const char *words)
{
	step->hazards = arena_new(arena, struct hazard);
	step->hazard_count = 1;
	step->level = level;
	*step->hazards = (struct hazard){
		.kind = kind, .level = level, .object = "public.orders", .words = words
	};
	return step;
}

static const struct plan *make_plan(struct arena *arena, struct migration **m)
{
	struct plan *plan = arena_new(arena, struct plan);
	struct migration_statement *s = arena_array(arena, struct migration_statement, 6);
	struct table_size *size = arena_new(arena, struct table_size);
	*size = (struct table_size){ .schema = "public",
		.name = "orders",
		.exists = true,
		.bytes = INT64_C(38) << 30,
		.rows = 412000000 };
	s[0] = statement(arena, "ALTER TABLE", "ALTER TABLE orders ADD COLUMN currency text",
		LOCK_ACCESS_EXCLUSIVE);
	s[1] = statement(arena, "COMMENT", "COMMENT ON COLUMN orders.currency IS 'ISO 4217'",
		LOCK_SHARE_UPDATE_EXCLUSIVE);
	s[2] = statement(arena, "CREATE INDEX",
		"CREATE INDEX CONCURRENTLY orders_currency_ix\n"
		"    ON public.orders (currency) WHERE currency IS NOT NULL",
		LOCK_SHARE_UPDATE_EXCLUSIVE);
	s[3] = statement(arena, "ALTER TABLE",
		"ALTER TABLE orders ADD CONSTRAINT currency_ck\n"
		"    CHECK (currency ~ '^[A-Z]{3}$') NOT VALID",
		LOCK_ACCESS_EXCLUSIVE);
	s[4] = statement(arena, "UPDATE",
		"UPDATE orders SET currency = 'EUR' WHERE currency IS NULL", LOCK_ROW_EXCLUSIVE);
	s[5] = statement(arena, "DROP TABLE", "DROP TABLE orders_legacy", LOCK_ACCESS_EXCLUSIVE);
	plan->steps = arena_array(arena, struct plan_step, 5);
	plan->migration_count = 3;
	TEXT(plan->digest, "9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c");
	plan->from = "0041";
	plan->to = "0044";
	plan->sizes = size;
	plan->size_count = 1;
	step(plan, m[4], 1, &s[0], 2);
	step(plan, m[4], 2, &s[2], 1);
	plan->steps[1].is_lone = true;
	hazard(arena, &plan->steps[1], HAZARD_INDEX_BUILD, 1,
		"reads the whole table and waits for older transactions; writes go on");
	step(plan, m[4], 3, &s[3], 1);
	step(plan, m[5], 1, &s[4], 1);
	hazard(arena, &plan->steps[3], HAZARD_ROW_CHANGE, 2, "changes rows that are there already");
	step(plan, m[6], 1, &s[5], 1);
	hazard(arena, &plan->steps[4], HAZARD_DATA_LOSS, 3,
		"the table and its rows are gone for good")
		->is_reversible = false;
	return plan;
}

void fixture_migrations(struct model *model)
{
	static const int levels[] = { 1, 2, 3 };
	static const char *const words[] = { "locks orders", "changes rows", "loses data" };
	static const int64_t ago_h[] = { 216, 215, 144, 48 },
			     took_ms[] = { 1100, 3200, 400, 724000 };
	static const char *const who[] = { "mk", "deploy-bot", "mk", "deploy-bot" };
	struct migrations_view *view = &model->migrations;
	struct migration *m[ROWS];
	view->rows = arena_array(&view->arena, struct migration_row, ROWS);
	for (int i = 0; i < ROWS; i++) {
		m[i] = migration(&view->arena, FIRST + i);
		view->rows[i] = (struct migration_row){ .rev = m[i]->rev,
			.name = m[i]->name,
			.migration = m[i],
			.level = -1,
			.words = "",
			.is_reversible = true };
	}
	for (int i = 0; i < APPLIED; i++) {
		view->rows[i].state = MIGRATION_APPLIED;
		view->rows[i].applied_us = FIXTURE_WALL_US - ago_h[i] * INT64_C(3600000000);
		view->rows[i].took_ms = took_ms[i];
		view->rows[i].actor = who[i];
	}
	for (int i = APPLIED; i < ROWS; i++) {
		view->rows[i].state = MIGRATION_PENDING;
		view->rows[i].level = levels[i - APPLIED];
		view->rows[i].words = words[i - APPLIED];
		view->rows[i].statement_count = i == APPLIED ? 4 : 1;
		view->rows[i].took_ms = VALUE_NONE;
		view->rows[i].applied_us = VALUE_NONE;
	}
	view->rows[4].note_count = 1;
	view->rows[6].is_reversible = false;
	view->is_known = true;
	view->row_count = ROWS;
	view->applied_count = APPLIED;
	view->pending_count = view->ahead_count = ROWS - APPLIED;
	view->current = "0041";
	view->format = "golang-migrate";
	view->history_words = "guest: public.schema_migrations";
	view->dir = "db/migrations";
	view->plan = make_plan(&view->arena, m);
}

void fixture_late(struct app *app)
{
	struct migrations_view *view = &app->model.migrations;
	view->rows[1].state = MIGRATION_LATE;
	view->rows[1].applied_us = VALUE_NONE;
	for (size_t i = 0; i < view->row_count; i++)
		view->rows[i].level = -1;
	view->applied_count--;
	view->pending_count++;
	view->plan = NULL;
	view->problem = "db/migrations/0039_invoice_parts.up.sql:1:1: is pending, but older than "
			"the newest applied, 0041_orders_idx";
	view->remedy = "give it a version above that, or allow late ones with `order = allow`";
	view->status = STATUS_CRIT;
}

void fixture_unplanned(struct app *app)
{
	struct migrations_view *view = &app->model.migrations;
	view->is_known = false;
	view->row_count = view->pending_count = view->ahead_count = view->applied_count = 0;
	view->plan = NULL;
	view->problem = "db/migrations/a.sql:1:1: no `dbtop: up`; is this goose, dbmate?";
	view->remedy = "a migration of dbtop begins with `-- dbtop: up`";
	view->status = STATUS_CRIT;
}

static struct gate_reading reading(const char *name, int64_t value, int64_t limit, enum unit unit)
{
	struct gate_reading r = { .value = value, .limit = limit, .unit = unit };
	TEXT(r.name, name);
	return r;
}

void fixture_run(struct model *model)
{
	struct run_view *run = &model->run;
	const struct plan *plan = model->migrations.plan;
	*run = (struct run_view){ .state = RUN_READY,
		.plan = plan,
		.step = 1,
		.backend_pid = 9444,
		.started_us = FIXTURE_NOW_US - 48000000 };
	run->step_states = mem_zero(plan->step_count * sizeof(*run->step_states));
	run->step_took_ms = mem_zero(plan->step_count * sizeof(*run->step_took_ms));
	run->breakpoints = mem_zero(plan->step_count * sizeof(*run->breakpoints));
	run->step_states[0] = STEP_DONE;
	run->step_took_ms[0] = 8;
	run->breakpoints[3] = true;
	run->gate.readings[0] = reading("lag", 24576, INT64_C(500) << 20, UNIT_BYTES);
	run->gate.readings[1] = reading("slots", 24, 90, UNIT_PERCENT);
	run->gate.readings[2] = reading("blocked", 0, 3, UNIT_COUNT);
	run->gate.readings[3] = reading("oldest", 840, 300000, UNIT_MS);
	run->gate.readings[4] = reading("wait", VALUE_NONE, 3000, UNIT_MS);
	TEXT(run->message, "step 0042.1 done; nothing is running now");
}

void fixture_run_release(struct model *model)
{
	free(model->run.step_states);
	free(model->run.step_took_ms);
	free(model->run.breakpoints);
	model->run = (struct run_view){ 0 };
}

static void add_line(struct confirmation *c, const char *text)
{
	TEXT(c->lines[c->line_count], text);
	c->line_count++;
}

static void confirm_step(struct confirmation *c)
{
	*c = (struct confirmation){ .level = 2, .own_level = 1, .token = "run 0042.2" };
	TEXT(c->title, "Run step 2 of 3 of 0042 orders_currency on PROD payments-prod?");
	TEXT(c->digest, "9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c");
	add_line(c, "target   PROD payments-prod   app_admin@pg-a.prod:5432/payments");
	add_line(c, "note     index-build public.orders: reads the whole table and waits for older "
		    "transactions; writes go on");
	add_line(c, "undo     its down section, a second change; ROLLBACK cannot undo a lone "
		    "statement");
}

static void confirm_rollback(struct confirmation *c)
{
	*c = (struct confirmation){ .level = 3,
		.own_level = 3,
		.token = "drop_legacy",
		.target = "payments-prod",
		.count_s = 5 };
	TEXT(c->title, "Roll back step 1 of 1 of 0044 drop_legacy on PROD payments-prod?");
	TEXT(c->digest, "9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c1e7755aa9f2c");
	add_line(c, "target   PROD payments-prod   app_admin@pg-a.prod:5432/payments");
	add_line(c, "DANGER   data-loss public.orders_legacy: restores the empty shape only");
	add_line(
		c, "NOT BACK orders_legacy: about 61204117 rows, 9.1 GB, dropped 2026-01-31 08:58");
	add_line(c, "undo     upgrade again; what a rollback drops comes back empty");
}

static void confirm_cancel(struct confirmation *c)
{
	*c = (struct confirmation){ .level = 1, .own_level = 1 };
	TEXT(c->title, "Run step 1 of 1 of 0043 backfill on dev shop?");
}

bool fixture_confirmation(const char *name, struct confirmation *confirmation)
{
	static const struct {
		const char *name;
		void (*fill)(struct confirmation *c);
	} prompts[] = {
		{ "step", confirm_step },
		{ "rollback", confirm_rollback },
		{ "routine", confirm_cancel },
	};
	for (size_t i = 0; i < ARRAY_SIZE(prompts); i++) {
		if (strcmp(prompts[i].name, name) == 0) {
			prompts[i].fill(confirmation);
			return true;
		}
	}
	return false;
}
