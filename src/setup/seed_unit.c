// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The transaction of one CSV file: COPY into a temporary table of the columns' types, then what differs is updated and
 * what is new inserted. To look is to copy and to count, and to roll back.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "setup/seed_csv.h"
#include "sql/sql.h"

static const char row_name[] = "dbtop:row";
static const char insert_text[] = "setup-seed-insert", update_text[] = "setup-seed-update";
const char seed_savepoint[] = "dbtop:seed";

static void fail_placed(struct seed *seed, const struct err *e)
{
	struct err why = *e;

	seed_place(&seed->csv, &why);
	seed_fail(seed, &why);
}

static char *text_of(struct seed *seed, const char *name, const char *column)
{
	bool is_update = strcmp(name, update_text) == 0 || strcmp(name, "setup-seed-changed") == 0;
	const struct seed_columns *columns = is_update ? &seed->others : &seed->columns;
	const struct quote_slot slots[] = {
		{ .name = "stage", .value = seed_stage },
		{ .name = "row", .value = row_name },
		{ .name = "schema", .value = seed->request.table->schema },
		{ .name = "table", .value = seed->request.table->name },
		{ .name = "columns", .values = columns->items, .value_count = columns->count },
		{ .name = "keys", .values = seed->keys.items, .value_count = seed->keys.count },
		{ .name = "column", .value = column ? column : "" },
	};

	return quote_slots(
		sql_get(name, setup_server_version(seed->setup)), slots, ARRAY_SIZE(slots));
}

void seed_run(struct seed *seed, const char *name, struct query query, query_done_fn *done)
{
	free(seed->sql);
	seed->sql = text_of(
		seed, name, seed->at < seed->columns.count ? seed->columns.items[seed->at] : NULL);
	query.sql = seed->sql;
	query.deadline_ms = SETUP_DEADLINE_MS;
	unit_run(seed->unit, &query, done, seed);
}

static void say_end(struct seed *seed)
{
	bool is_same = !seed->added && !seed->changed;
	size_t rows = seed->csv.row_count;

	if (is_same)
		setup_item_say(seed->item, SETUP_THERE, "%zu rows, as in the file", rows);
	else if (seed->setup->makes)
		setup_item_say(seed->item, SETUP_MADE, "%zu rows: %lld added, %lld changed", rows,
			(long long)seed->added, (long long)seed->changed);
	else
		setup_item_say(seed->item, SETUP_MISSING, "%zu rows: %lld to add, %lld to change",
			rows, (long long)seed->added, (long long)seed->changed);
}

static void ended(void *arg, const struct err *e)
{
	struct seed *seed = arg;

	if (e) {
		fail_placed(seed, e); /* a deferred constraint */
		return;
	}
	say_end(seed);
	seed_finish(seed);
}

static void next_sequence(struct seed *seed);

static void on_sequence(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	(void)result;
	if (e) {
		fail_placed(seed, e);
		return;
	}
	seed->at++;
	next_sequence(seed);
}

/* Numbers the file gives are not given again by a sequence. */
static void next_sequence(struct seed *seed)
{
	char number[24];
	const char *params[] = { number };

	while (seed->at < seed->columns.count && !seed->sequences[seed->at])
		seed->at++;
	if (!seed->added || seed->at == seed->columns.count) {
		unit_commit(seed->unit, ended, seed);
		return;
	}
	snprintf(number, sizeof(number), "%lld", (long long)seed->sequences[seed->at]);
	seed_run(seed, "setup-seed-sequence",
		(struct query){ .params = params, .param_count = ARRAY_SIZE(params) }, on_sequence);
}

void seed_change(struct seed *seed, query_done_fn *done)
{
	char number[24];
	const char *params[] = { number };

	snprintf(number, sizeof(number), "%zu", seed->rows);
	seed_run(seed, seed->statement,
		(struct query){ .params = params, .param_count = ARRAY_SIZE(params) }, done);
}

static void change_all(struct seed *seed, const char *statement);

static void on_changed(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;
	bool is_insert = strcmp(seed->statement, insert_text) == 0;

	if (e) {
		seed_blame(seed, e);
		return;
	}
	*(is_insert ? &seed->added : &seed->changed) = result_affected(result);
	if (!is_insert) {
		change_all(seed, insert_text);
		return;
	}
	seed->at = 0;
	next_sequence(seed);
}

static void on_savepoint(void *arg, const struct err *e)
{
	struct seed *seed = arg;

	if (e)
		seed_fail(seed, e);
	else
		seed_change(seed, on_changed);
}

/* The savepoint is what the search for a row that fails goes back to. */
static void change_all(struct seed *seed, const char *statement)
{
	seed->statement = statement;
	seed->rows = seed->csv.row_count;
	unit_savepoint(seed->unit, seed_savepoint, on_savepoint, seed);
}

static void on_new_counted(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	if (e) {
		fail_placed(seed, e);
		return;
	}
	seed->added = result_int(result, 0, 0, 0);
	unit_rollback(seed->unit, ended, seed);
}

static void on_changed_counted(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	if (e) {
		fail_placed(seed, e);
		return;
	}
	seed->changed = result_int(result, 0, 0, 0);
	seed_run(seed, "setup-seed-new", (struct query){ 0 }, on_new_counted);
}

/* The rows are in the temporary table, and each has a key of its own. */
static void compare(struct seed *seed)
{
	bool makes = seed->setup->makes, has_others = seed->others.count > 0;

	if (makes && has_others)
		change_all(seed, update_text);
	else if (makes)
		change_all(seed, insert_text);
	else if (has_others)
		seed_run(seed, "setup-seed-changed", (struct query){ 0 }, on_changed_counted);
	else
		seed_run(seed, "setup-seed-new", (struct query){ 0 }, on_new_counted);
}

static void on_doubt(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;
	struct err why;

	if (e) {
		fail_placed(seed, e);
		return;
	}
	if (!result_rows(result)) {
		compare(seed);
		return;
	}
	int64_t row = result_int(result, 0, result_column(result, "row"), 0);
	int64_t other = result_int(result, 0, result_column(result, "other"), 0);
	size_t column = seed_column(&seed->csv, seed->keys.items[0]);
	if (row == other)
		err_set(&why, ERR_PARSE, "%s is empty, and it tells rows apart",
			seed->keys.items[0]);
	else
		err_set(&why, ERR_PARSE, "the same %s%s as in line %d", seed->keys.items[0],
			seed->keys.count > 1 ? " …" : "",
			seed->csv.cells[(size_t)(other - 1) * seed->csv.column_count].line);
	why.line = why.column = 0;
	seed_place_cell(&seed->csv, (size_t)row, column, &why);
	seed_fail(seed, &why);
}

static void on_copied(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	(void)result;
	if (e)
		fail_placed(seed, e);
	else
		seed_run(seed, "setup-seed-doubt", (struct query){ 0 }, on_doubt);
}

static void on_staged(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	(void)result;
	if (e)
		fail_placed(seed, e);
	else
		seed_run(seed, "setup-seed-copy",
			(struct query){
				.copy_data = span_from(str_c(&seed->copy), seed->copy.len) },
			on_copied);
}

static void begun(void *arg, const struct err *e)
{
	struct seed *seed = arg;

	if (e)
		seed_fail(seed, e);
	else
		seed_run(seed, "setup-seed-stage", (struct query){ 0 }, on_staged);
}

void seed_unit_start(struct seed *seed)
{
	const struct unit_options options = { .deadline_ms = SETUP_DEADLINE_MS };

	seed->unit = unit_begin(setup_conn(seed->setup), &options, begun, seed);
}
