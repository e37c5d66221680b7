// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/seed_csv.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "sql/sql.h"

enum { FILE_BYTES_MAX = 64 << 20 };

void seed_finish(struct seed *seed)
{
	const struct err e = seed->error;
	seed_done_fn *done = seed->done;
	void *arg = seed->arg;

	unit_free(seed->unit);
	arena_release(&seed->arena);
	str_release(&seed->copy);
	free(seed->text);
	free(seed->sql);
	free(seed);
	done(arg, e.kind == ERR_NONE ? NULL : &e);
}

void seed_fail(struct seed *seed, const struct err *e)
{
	seed->error = *e;
	seed->error.file = seed->request.path;
	seed_finish(seed);
}

/* ---- reading, on a worker ---- */

/* The text form of COPY. */
static void add_cell(struct str *out, const char *text)
{
	static const char from[] = "\\\t\n\r\b\f\v", to[] = "\\tnrbfv";

	if (!text) {
		str_add(out, "\\N");
		return;
	}
	for (; *text; text++) {
		const char *special = strchr(from, *text);
		if (special)
			str_add_char(out, '\\');
		str_add_char(out, special ? to[special - from] : *text);
	}
}

static void write_rows(struct seed *seed)
{
	const struct csv *csv = &seed->csv;

	for (size_t row = 0; row < csv->row_count; row++) {
		str_addf(&seed->copy, "%zu", row + 1);
		for (size_t i = 0; i < csv->column_count; i++) {
			str_add_char(&seed->copy, '\t');
			add_cell(&seed->copy, csv->cells[row * csv->column_count + i].text);
		}
		str_add_char(&seed->copy, '\n');
	}
}

static void work(void *arg)
{
	struct seed *seed = arg;
	struct err e;
	size_t len;

	seed->text = path_read(seed->request.path, FILE_BYTES_MAX, &len, &e);
	if (seed->text && csv_read(&seed->csv, &seed->arena, seed->request.path,
				  span_from(seed->text, len), &e))
		write_rows(seed);
	else
		seed->error = e;
}

/* ---- the columns, and what tells rows apart ---- */

static bool fail_column(
	const struct seed *seed, size_t column, const struct result *result, struct err *e)
{
	const struct csv_cell *cell = &seed->csv.header[column];
	const char *names[64];
	size_t count = 0;

	for (int row = 0; row < result_rows(result) && count < ARRAY_SIZE(names); row++)
		names[count++] = result_text(result, row, result_column(result, "name"));
	const char *nearest = words_nearest(cell->text, names, count);
	err_at(e, seed->request.path, cell->line, cell->column, "table %s has no column %s",
		seed->request.table->name, cell->text);
	if (nearest)
		err_hint(e, "did you mean %s?", nearest);
	return false;
}

static int row_of(const struct result *result, const char *name)
{
	for (int row = 0; row < result_rows(result); row++)
		if (strcmp(result_text(result, row, result_column(result, "name")), name) == 0)
			return row;
	return -1;
}

static bool take_columns(struct seed *seed, const struct result *result, struct err *e)
{
	size_t count = seed->csv.column_count;

	seed->columns.items = arena_array(&seed->arena, const char *, count);
	seed->sequences = arena_array(&seed->arena, int64_t, count);
	for (size_t i = 0; i < count; i++) {
		const struct csv_cell *cell = &seed->csv.header[i];
		int row = row_of(result, cell->text);
		if (row < 0)
			return fail_column(seed, i, result, e);
		if (result_bool(result, row, result_column(result, "is_computed"), false))
			return err_at(e, seed->request.path, cell->line, cell->column,
				"column %s is computed by the server", cell->text);
		seed->sequences[i] = result_int(result, row, result_column(result, "sequence"), 0);
		seed->columns.items[seed->columns.count++] = cell->text;
	}
	return true;
}

static bool has_column(const struct seed_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->count; i++)
		if (strcmp(columns->items[i], name) == 0)
			return true;
	return false;
}

/* Rows [from, until) of the answer are one key. */
static int key_end(const struct result *result, int from)
{
	int column = result_column(result, "candidate"), until = from;

	while (until < result_rows(result) &&
		result_int(result, until, column, 0) == result_int(result, from, column, 0))
		until++;
	return until;
}

static bool take_key(struct seed *seed, const struct result *result, int from, int until)
{
	struct seed_columns *keys = &seed->keys;

	*keys = (struct seed_columns){ .items = arena_array(&seed->arena, const char *,
					       (size_t)(until - from)) };
	for (int row = from; row < until; row++) {
		const char *name = result_text(result, row, result_column(result, "name"));
		if (!has_column(&seed->columns, name))
			return false;
		keys->items[keys->count++] = arena_strdup(&seed->arena, name);
	}
	return true;
}

static bool take_keys(struct seed *seed, const struct result *result, struct err *e)
{
	const char *primary = result_text(result, 0, result_column(result, "name"));
	bool is_found = false;

	for (int row = 0; row < result_rows(result) && !is_found;) {
		int until = key_end(result, row);
		is_found = take_key(seed, result, row, until);
		row = until;
	}
	if (!is_found) {
		err_at(e, seed->request.path, 1, 1,
			result_rows(result) ? "the header names no whole key of %s"
					    : "table %s has no key that tells rows apart",
			seed->request.table->name);
		return result_rows(result) ? err_hint(e, "it lacks %s", primary) : false;
	}
	seed->others.items = arena_array(&seed->arena, const char *, seed->columns.count);
	for (size_t i = 0; i < seed->columns.count; i++)
		if (!has_column(&seed->keys, seed->columns.items[i]))
			seed->others.items[seed->others.count++] = seed->columns.items[i];
	return true;
}

static void on_keys(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;
	struct err why;

	if (e)
		seed_fail(seed, e);
	else if (take_keys(seed, result, &why))
		seed_unit_start(seed);
	else
		seed_fail(seed, &why);
}

static void ask(struct seed *seed, const char *name, query_done_fn *done)
{
	char number[24];
	const char *params[] = { number };
	const struct query query = { .sql = sql_get(name, setup_server_version(seed->setup)),
		.params = params,
		.param_count = ARRAY_SIZE(params),
		.deadline_ms = SETUP_DEADLINE_MS };

	snprintf(number, sizeof(number), "%lld", (long long)seed->request.table->oid);
	conn_query(setup_conn(seed->setup), &query, done, seed);
}

static void on_columns(void *arg, const struct result *result, const struct err *e)
{
	struct seed *seed = arg;
	struct err why;

	if (e)
		seed_fail(seed, e);
	else if (take_columns(seed, result, &why))
		ask(seed, "setup-seed-keys", on_keys);
	else
		seed_fail(seed, &why);
}

static void worked(void *arg)
{
	struct seed *seed = arg;

	if (seed->error.kind == ERR_NONE && setup_is_given_up(seed->setup, &seed->error)) {
		seed_finish(seed);
		return;
	}
	if (seed->error.kind == ERR_NONE)
		ask(seed, "setup-seed-columns", on_columns);
	else
		seed_finish(seed);
}

void seed_csv_start(struct setup *setup, struct setup_item *item,
	const struct seed_request *request, seed_done_fn *done, void *arg)
{
	struct seed *seed = mem_new(struct seed);

	seed->setup = setup;
	seed->item = item;
	seed->request = *request;
	seed->done = done;
	seed->arg = arg;
	loop_work_start(setup->options.loop, work, worked, seed);
}
