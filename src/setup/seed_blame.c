// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Blame: which row of a file the server refuses, where its words do not say. The statement is tried again with ever fewer
 * of the first rows, halving, and each try is taken back: twenty tries for a million rows. The column is the one whose
 * name, or whose constraint's, the words quote.
 */
#include <stdio.h>
#include <string.h>

#include "setup/seed_csv.h"

/* Of the data, and so of one row: values, constraints, what a trigger raises. */
static bool is_of_a_row(const struct seed *seed, const struct err *e)
{
	static const char *const classes[] = { "22", "23", "44", "P0" };

	if (e->kind != ERR_SERVER || !unit_is_open(seed->unit))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (strncmp(e->sqlstate, classes[i], strlen(classes[i])) == 0)
			return true;
	return false;
}

static void fail_at(struct seed *seed, size_t column)
{
	struct err why = seed->error;

	seed_place_cell(&seed->csv, seed->bad, column < seed->csv.column_count ? column : 0, &why);
	seed_fail(seed, &why);
}

static void on_columns(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;
	size_t none = seed->csv.column_count, column = none;

	for (int row = 0; !e && column == none && row < result_rows(result); row++)
		column = seed_column(&seed->csv, result_text(result, row, 0));
	fail_at(seed, column);
}

static void ask_columns(void *arg, const struct err *e)
{
	struct seed *seed = arg;
	char table[24];
	const char *params[] = { table, seed->error.text };

	if (e) {
		fail_at(seed, seed->csv.column_count);
		return;
	}
	snprintf(table, sizeof(table), "%lld", (long long)seed->request.table->oid);
	seed_run(seed, "setup-seed-blame",
		(struct query){ .params = params, .param_count = ARRAY_SIZE(params) }, on_columns);
}

static void try_again(struct seed *seed);

static void on_tried(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;

	(void)result;
	if (e && !is_of_a_row(seed, e)) {
		seed_fail(seed, e);
		return;
	}
	if (e) {
		seed->bad = seed->rows;
		seed->error = *e;
		seed->error.line = seed->error.column = 0;
	} else {
		seed->good = seed->rows;
	}
	try_again(seed);
}

static void on_taken_back(void *arg, const struct err *e)
{
	struct seed *seed = arg;

	if (e)
		seed_fail(seed, e);
	else
		seed_change(seed, on_tried);
}

static void try_again(struct seed *seed)
{
	struct err e;

	if (setup_is_given_up(seed->setup, &e)) {
		seed_fail(seed, &e);
		return;
	}
	seed->rows = seed->good + (seed->bad - seed->good) / 2;
	unit_rollback_to(seed->unit, seed_savepoint,
		seed->bad - seed->good > 1 ? on_taken_back : ask_columns, seed);
}

void seed_blame(struct seed *seed, const struct err *e)
{
	struct err why = *e;

	seed_place(&seed->csv, &why);
	if (why.line || !is_of_a_row(seed, e)) {
		seed_fail(seed, &why);
		return;
	}
	seed->error = why;
	seed->good = 0;
	seed->bad = seed->rows;
	try_again(seed);
}
