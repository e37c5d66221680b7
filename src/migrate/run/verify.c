// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Verify: the queries of a migration's verify section, after its last statement up. In a group behind a savepoint, since
 * READ ONLY could not be undone for the history row; after a lone step in a transaction of its own. Each must return
 * at least one row, and true only: a query without rows has looked at nothing.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"
#include "sql/sql.h"

static const struct migration_script *script_of(const struct executor *x)
{
	return &executor_step(x)->migration->sections[SECTION_VERIFY];
}

static void next_query(struct executor *x);

bool verify_is_needed(const struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	return step->is_last && step->section == SECTION_UP && script_of(x)->statement_count > 0;
}

static void end(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e)
		x->step.verify_failed(x, NULL, e);
	else
		x->step.verify_passed(x);
}

static bool is_only_true(const struct result *result, struct err *e)
{
	if (result_rows(result) == 0 || result_columns(result) == 0) {
		err_set(e, ERR_CONFLICT, "verify is not true: the query returned no row");
		return err_hint(e, "a query that finds nothing proves nothing: write one that "
				   "always returns a row, such as SELECT count(*) > 0 FROM …");
	}
	for (int row = 0; row < result_rows(result); row++)
		for (int column = 0; column < result_columns(result); column++) {
			const char *cell = result_text(result, row, column);
			if (cell && strcmp(cell, "t") == 0)
				continue;
			err_set(e, ERR_CONFLICT, "verify is not true: column \"%s\" says %s",
				result_column_name(result, column), cell ? cell : "null");
			return false;
		}
	return true;
}

static void queried(struct executor *x, const struct result *result, const struct err *e)
{
	const struct migration_statement *statement = &script_of(x)->statements[x->step.verify];
	struct err why;
	if (e) {
		why = *e;
		executor_place_error(x, statement, SECTION_VERIFY, &why);
		x->step.verify_failed(x, NULL, &why);
		return;
	}
	if (!is_only_true(result, &why)) {
		executor_place_error(x, statement, SECTION_VERIFY, &why);
		x->step.verify_failed(x, NULL, &why);
		return;
	}
	x->step.verify++;
	next_query(x);
}

static void next_query(struct executor *x)
{
	const struct migration_script *script = script_of(x);
	if (x->step.verify < script->statement_count)
		link_ask_statement(x, &script->statements[x->step.verify].sql, queried);
	else
		link_ask_text(
			x, executor_step(x)->is_lone ? "run-rollback" : "run-verify-end", end);
}

static void ready(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e)
		x->step.verify_failed(x, NULL, e);
	else
		next_query(x);
}

static void start(
	struct executor *x, const char *name, executor_next_fn *passed, executor_answer_fn *failed)
{
	x->step.verify = 0;
	x->step.verify_passed = passed;
	x->step.verify_failed = failed;
	link_ask_text(x, name, ready);
}

void verify_in_group(struct executor *x, executor_next_fn *passed, executor_answer_fn *failed)
{
	start(x, "run-verify", passed, failed);
}

void verify_alone(struct executor *x, executor_next_fn *passed, executor_answer_fn *failed)
{
	start(x, "run-verify-alone", passed, failed);
}
