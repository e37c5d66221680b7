// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/typed.h"

#include <stdio.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/str.h"
#include "parse/reads.h"
#include "sql/sql.h"

enum { DEADLINE_MS = 30000, KNOWN_US = 60000000, KNOWN_MAX = 256 };

/* A text the catalog had nothing against. */
struct known {
	char *text; /* owned; the key */
	int64_t due_us;
	UT_hash_handle hh;
};

struct typed {
	struct servers *servers; /* borrowed, as deep */
	struct deep *deep;
	struct known *known; /* owned */
	int under_way;
};

struct typed_run {
	struct typed *typed;
	char *text, *path; /* owned */
	bool is_split;
	struct route_token token;
	int64_t due_us;
	typed_rows_fn *rows;
	typed_done_fn *done;
	void *arg;

	struct arena arena;
	struct reads reads;
	struct work *work; /* under way; NULL = none */
	bool was_sent;	   /* the text, on this try */
	bool has_objection;
	bool is_canceled;
	struct typed_end end;
};

static struct loop *loop_of(const struct typed_run *run)
{
	return servers_loop(run->typed->servers);
}

/* ---- what the catalog said ---- */

static void forget_all(struct typed *typed)
{
	struct known *known, *next;

	HASH_ITER (hh, typed->known, known, next) {
		HASH_DEL(typed->known, known);
		free(known->text);
		free(known);
	}
}

static bool is_known(const struct typed_run *run)
{
	struct known *known;

	HASH_FIND_STR(run->typed->known, run->text, known);
	return known && loop_now_us(loop_of(run)) < known->due_us;
}

static void remember(struct typed_run *run)
{
	struct typed *typed = run->typed;
	struct known *known;

	if (HASH_COUNT(typed->known) >= KNOWN_MAX)
		forget_all(typed);
	HASH_FIND_STR(typed->known, run->text, known);
	if (!known) {
		known = mem_new(struct known);
		known->text = mem_strdup(run->text);
		HASH_ADD_KEYPTR(hh, typed->known, known->text, strlen(known->text), known);
	}
	known->due_us = loop_now_us(loop_of(run)) + KNOWN_US;
}

/* ---- the end ---- */

static void finish(struct typed_run *run, const struct err *e)
{
	run->end.e = e;
	run->typed->under_way--;
	run->done(run->arg, &run->end);
	arena_release(&run->arena);
	free(run->text);
	free(run->path);
	free(run);
}

static void start(struct typed_run *run, bool is_read);

/* Nothing was sent, or a write was refused: the primary may have it. */
static bool may_go_on(const struct typed_run *run, const struct err *e)
{
	if (!run->end.is_read || run->is_canceled || !e)
		return false;
	if (run->was_sent)
		return strcmp(e->sqlstate, "25006") == 0;
	return run->has_objection || e->kind == ERR_SERVER;
}

static void on_end(void *arg, const struct work_end *end)
{
	struct typed_run *run = arg;

	run->work = NULL;
	if (may_go_on(run, end->e)) {
		run->end.was_sent_on = run->was_sent;
		if (!*run->end.why)
			snprintf(run->end.why, sizeof(run->end.why), "%.150s", end->e->text);
		start(run, false);
		return;
	}
	run->end.outcome = end->outcome;
	run->end.server = end->server;
	run->end.token = end->token;
	run->end.transaction_us = end->transaction_us;
	finish(run, end->e);
}

/* ---- inside of the unit ---- */

static void on_rows(void *arg, struct work *work, const struct result *result)
{
	struct typed_run *run = arg;

	run->rows(run->arg, result);
	work_commit(work);
}

static void send(struct typed_run *run, struct work *work)
{
	const struct query query = { .sql = run->text };

	run->was_sent = true;
	work_run(work, &query, on_rows);
}

static void on_catalog(void *arg, struct work *work, const struct result *result)
{
	struct typed_run *run = arg;
	struct err e;

	if (result_rows(result) == 0) {
		remember(run);
		send(run, work);
		return;
	}
	run->has_objection = true;
	snprintf(run->end.why, sizeof(run->end.why), "%.20s %.80s %.50s", result_text(result, 0, 0),
		result_text(result, 0, 1), result_text(result, 0, 2));
	err_set(&e, ERR_CONFLICT, "%s", run->end.why);
	work_give_up(work, &e);
}

/* {"a","b"} */
static char *array_of(const struct reads_names *names)
{
	struct str text = { 0 };

	str_add_char(&text, '{');
	for (size_t i = 0; i < names->count; i++) {
		str_add(&text, i ? ",\"" : "\"");
		for (const char *p = names->items[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				str_add_char(&text, '\\');
			str_add_char(&text, *p);
		}
		str_add_char(&text, '"');
	}
	str_add_char(&text, '}');
	return str_detach(&text);
}

static void ask_catalog(struct typed_run *run, struct work *work)
{
	const struct reads *r = &run->reads;
	char *arrays[] = { array_of(&r->functions), array_of(&r->operators),
		array_of(&r->relations), array_of(&r->types), array_of(&r->members),
		array_of(&r->shadowed) };
	const struct query query = {
		.sql = sql_get("typed-judge", 0),
		.params = (const char *const *)arrays,
		.param_count = ARRAY_SIZE(arrays),
	};

	work_run(work, &query, on_catalog);
	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++)
		free(arrays[i]);
}

static void go_on(struct typed_run *run, struct work *work)
{
	if (run->end.is_read && !is_known(run))
		ask_catalog(run, work);
	else
		send(run, work);
}

static void on_path(void *arg, struct work *work, const struct result *result)
{
	(void)result;
	go_on(arg, work);
}

static void body(void *arg, struct work *work)
{
	struct typed_run *run = arg;
	const char *const params[] = { run->path };
	const struct query query = {
		.sql = sql_get("typed-path", 0), .params = params, .param_count = 1
	};

	if (run->path)
		work_run(work, &query, on_path);
	else
		go_on(run, work);
}

static void start(struct typed_run *run, bool is_read)
{
	int64_t left_ms = (run->due_us - loop_now_us(loop_of(run))) / 1000;
	const struct work_options options = {
		.wish = { .class = is_read ? ROUTE_ANY : ROUTE_PRIMARY,
			.token = &run->token,
			.tag = "typed",
			.deadline_ms = left_ms > 0 ? left_ms : 1 },
		.unit = { .is_read_only = is_read },
	};

	run->was_sent = false;
	run->end.is_read = is_read;
	run->work = work_start(run->typed->servers, &options, body, on_end, run);
}

/* ---- the judgement ---- */

/* On a worker. */
static void judge(void *arg)
{
	struct typed_run *run = arg;

	reads_judge(&run->reads, run->text, &run->arena, run->typed->deep);
}

static void on_judged(void *arg)
{
	struct typed_run *run = arg;
	bool is_read = run->is_split && run->reads.kind == READS_ANY;
	struct err e;

	if (run->reads.why)
		snprintf(run->end.why, sizeof(run->end.why), "%s", run->reads.why);
	if (run->is_canceled) {
		err_set(&e, ERR_CANCELED, "the statement was given up before it was sent");
		finish(run, &e);
	} else if (run->reads.is_control) {
		err_set(&e, ERR_USAGE, "a statement runs in a transaction of its own here");
		err_hint(&e, "leave BEGIN, COMMIT and ROLLBACK out");
		finish(run, &e);
	} else {
		start(run, is_read);
	}
}

/* ---- public ---- */

struct typed *typed_new(struct servers *servers, struct deep *deep)
{
	struct typed *typed = mem_new(struct typed);

	typed->servers = servers;
	typed->deep = deep;
	return typed;
}

void typed_free(struct typed *typed)
{
	if (!typed)
		return;
	assert_always(typed->under_way == 0, "typed statements are ended before their servers go");
	forget_all(typed);
	free(typed);
}

struct typed_run *typed_start(struct typed *typed, const struct typed_request *request,
	typed_rows_fn *rows, typed_done_fn *done, void *arg)
{
	struct typed_run *run = mem_new(struct typed_run);
	int64_t ms = request->deadline_ms > 0 ? request->deadline_ms : DEADLINE_MS;

	typed->under_way++;
	run->typed = typed;
	run->text = mem_strdup(request->text);
	run->path = mem_strdup(request->path);
	run->is_split = request->is_split;
	if (request->token)
		run->token = *request->token;
	run->rows = rows;
	run->done = done;
	run->arg = arg;
	run->end.server = SERVERS_NONE;
	run->due_us = loop_now_us(loop_of(run)) + ms * 1000;
	loop_work_start(loop_of(run), judge, on_judged, run);
	return run;
}

void typed_cancel(struct typed_run *run)
{
	run->is_canceled = true;
	if (run->work)
		work_cancel(run->work);
}
