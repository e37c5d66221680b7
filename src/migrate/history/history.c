// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/history/history.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "migrate/history/detect.h"
#include "migrate/history/history_class.h"
#include "pg/result.h"
#include "sql/sql.h"

/* One reading under way. The caller keeps the request; what callbacks need longer hangs here. */
struct reading {
	struct loop *loop;
	struct conn *conn;
	const struct history_request *request;
	struct history *history; /* owned until handed over */
	history_done_fn *done;
	void *arg;
	struct detect_question question;
	char event_limit[24];
	char *sql; /* owned: a text with its slots filled */
	struct err error;
};

const char *history_state_word(enum history_state state)
{
	static const char *const words[] = {
		[HISTORY_APPLIED] = "applied",
		[HISTORY_STAMPED] = "stamped",
		[HISTORY_PARTIAL] = "partial",
		[HISTORY_FAILED] = "failed",
	};
	return words[state];
}

void history_free(struct history *history)
{
	if (!history)
		return;
	arena_release(&history->arena);
	free(history);
}

/* Guests know numbers only; the file may write them with leading zeros. */
static int row_compare(const struct history_class *class, const struct history_row *row,
	uint64_t number, const char *rev)
{
	if (row->number != number)
		return row->number < number ? -1 : 1;
	return class->is_adopted ? strcmp(row->rev, rev) : 0;
}

static int row_order(const void *a, const void *b)
{
	const struct history_row *left = a, *right = b;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return strcmp(left->rev, right->rev);
}

static void finish(struct reading *reading, const struct err *e)
{
	struct history *history = reading->history;
	if (e) {
		history_free(history);
		history = NULL;
	}
	reading->done(reading->arg, history, e);
	free(reading->sql);
	free(reading);
}

static void refuse_soon(void *arg)
{
	struct reading *reading = arg;
	finish(reading, &reading->error);
}

/* The last answer may have come with the news that it was the last. */
static void ask(struct reading *reading, const struct query *query, query_done_fn *done)
{
	if (conn_is_usable(reading->conn)) {
		conn_query(reading->conn, query, done, reading);
		return;
	}
	err_set(&reading->error, ERR_CONNECT, "the connection broke");
	loop_soon(reading->loop, refuse_soon, reading);
}

static void events_read(void *arg, const struct result *result, const struct err *e)
{
	struct reading *reading = arg;
	if (e) {
		finish(reading, e);
		return;
	}
	reading->history->class->decode_events(reading->history, result);
	finish(reading, NULL);
}

static void read_events(struct reading *reading)
{
	const struct history_class *class = reading->history->class;
	if (reading->request->event_limit <= 0 || !class->events_sql) {
		finish(reading, NULL);
		return;
	}
	snprintf(reading->event_limit, sizeof(reading->event_limit), "%lld",
		(long long)reading->request->event_limit);
	const char *params[] = { reading->request->project, reading->event_limit };
	struct query query = {
		.sql = sql_get(class->events_sql, 0), .params = params, .param_count = 2
	};
	ask(reading, &query, events_read);
}

static void rows_read(void *arg, const struct result *result, const struct err *e)
{
	struct reading *reading = arg;
	struct history *history = reading->history;
	if (e) {
		finish(reading, e);
		return;
	}
	if (!history->class->decode(history, result, &reading->error)) {
		finish(reading, &reading->error);
		return;
	}
	if (history->row_count > 1)
		qsort(history->rows, history->row_count, sizeof(*history->rows), row_order);
	read_events(reading);
}

static void read_rows(struct reading *reading)
{
	struct history *history = reading->history;
	const struct quote_slot slots[] = { { "schema", history->schema },
		{ "table", history->table } };
	reading->sql = quote_slots(sql_get(history->class->read_sql, 0), slots, ARRAY_SIZE(slots));
	const char *params[] = { reading->request->project };
	struct query query = {
		.sql = reading->sql,
		.params = params,
		.param_count = history->class->is_adopted ? 1 : 0,
	};
	ask(reading, &query, rows_read);
}

static void detected(void *arg, const struct result *result, const struct err *e)
{
	struct reading *reading = arg;
	struct history *history = reading->history;
	if (e) {
		finish(reading, e);
		return;
	}
	if (!detect_choose(history->class, reading->request, result, history, &reading->error)) {
		finish(reading, &reading->error);
		return;
	}
	if (history->exists)
		read_rows(reading);
	else
		finish(reading, NULL);
}

void history_read_start(struct loop *loop, struct conn *conn, const struct history_request *request,
	history_done_fn *done, void *arg)
{
	struct reading *reading = mem_new(struct reading);
	*reading = (struct reading){
		.loop = loop, .conn = conn, .request = request, .done = done, .arg = arg
	};
	reading->history = mem_new(struct history);
	reading->history->class = history_class_find(request->format);
	if (!reading->history->class) {
		err_set(&reading->error, ERR_USAGE,
			"dbtop cannot keep the history of format \"%s\"", request->format);
		loop_soon(loop, refuse_soon, reading);
		return;
	}
	struct detect_question *question = &reading->question;
	if (!detect_ask(reading->history->class, request, question, &reading->error)) {
		loop_soon(loop, refuse_soon, reading);
		return;
	}
	struct query query = {
		.sql = sql_get(question->sql, 0),
		.params = question->params,
		.param_count = question->param_count,
	};
	ask(reading, &query, detected);
}

const struct history_row *history_find(
	const struct history *history, const struct migration *migration)
{
	size_t low = 0, high = history->row_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct history_row *row = &history->rows[middle];
		int order = row_compare(history->class, row, migration->number, migration->rev);
		if (order == 0)
			return row;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool row_counts(const struct history_row *row)
{
	return row->state == HISTORY_APPLIED || row->state == HISTORY_STAMPED;
}

/* A dirty row whose step was another version's on its way down stands for itself: applied. */
static bool single_row_counts(const struct history *history, const struct history_row *row)
{
	const struct history_unfinished *u = history->unfinished;
	return row_counts(row) || (u && u->number != row->number);
}

bool history_is_applied(const struct history *history, const struct migration *migration)
{
	const struct history_unfinished *u = history->unfinished;
	if (history_is_single_row(history)) {
		const struct history_row *row = history->row_count ? &history->rows[0] : NULL;
		if (!row || migration->number > row->number)
			return false;
		return migration->number < row->number || single_row_counts(history, row);
	}
	if (u && row_compare(history->class,
			 &(struct history_row){ .rev = u->rev, .number = u->number },
			 migration->number, migration->rev) == 0)
		return false;
	const struct history_row *row = history_find(history, migration);
	return row && row_counts(row);
}

bool history_is_single_row(const struct history *history)
{
	return history->class->is_single_row;
}

const struct history_step *history_step_find(const struct history *history, const char *rev,
	enum migration_section direction, size_t ordinal)
{
	for (size_t i = 0; i < history->step_count; i++) {
		const struct history_step *step = &history->steps[i];
		if (step->ordinal == (int64_t)ordinal && step->direction == direction &&
			strcmp(step->rev, rev) == 0)
			return step;
	}
	return NULL;
}

bool history_equal(const struct history *a, const struct history *b)
{
	if (a->class != b->class || a->is_dirty != b->is_dirty || a->row_count != b->row_count)
		return false;
	if (strcmp(a->schema, b->schema) != 0 || strcmp(a->table, b->table) != 0)
		return false;
	for (size_t i = 0; i < a->row_count; i++) {
		const struct history_row *left = &a->rows[i], *right = &b->rows[i];
		if (left->state != right->state || left->direction != right->direction ||
			left->steps_done != right->steps_done || strcmp(left->rev, right->rev) != 0)
			return false;
	}
	return true;
}

/* Is the store's story over on the server? A row of goose that is there, or gone, says so. */
static bool is_settled(const struct history *history, const struct history_unfinished *unfinished)
{
	const struct migration probe = { .rev = unfinished->rev, .number = unfinished->number };
	if (history->class->is_adopted)
		return true; /* the server keeps every intent itself */
	if (history->class->is_single_row)
		return !history->is_dirty;
	bool is_there = history_find(history, &probe) != NULL;
	return is_there == (unfinished->direction == SECTION_UP);
}

void history_settle(struct history *history, const struct history_unfinished *unfinished)
{
	if (is_settled(history, unfinished))
		return;
	struct history_unfinished *copy = arena_new(&history->arena, struct history_unfinished);
	*copy = *unfinished;
	copy->rev = arena_strdup(&history->arena, unfinished->rev);
	history->unfinished = copy;
}

const char *history_words(struct history *history)
{
	if (history->class->is_adopted)
		return "adopted: dbtop";
	return arena_printf(&history->arena, "guest: %s.%s", history->schema, history->table);
}
