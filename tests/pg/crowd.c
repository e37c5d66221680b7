// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/crowd.h"

#include "test.h"

#include "base/clock.h"
#include "base/mem.h"

enum { PATIENCE_MS = 60000, STEP_MS = 10 };

static void go(struct crowd_worker *worker);

static void rest(struct crowd_worker *worker)
{
	worker->crowd->busy--;
}

static void answered(void *arg, const struct result *result, const struct err *e)
{
	struct crowd_worker *worker = arg;
	struct crowd *crowd = worker->crowd;

	if (e) {
		crowd->lost++;
	} else {
		assert_string_equal(result_text(result, 0, 0), worker->text);
		crowd->answered++;
	}
	assert_true(pool_give_back(crowd->pool, worker->lease));
	worker->left--;
	go(worker);
}

static void leased(void *arg, struct pool_lease lease, const struct err *e)
{
	struct crowd_worker *worker = arg;
	const char *const params[] = { worker->text };
	const struct query query = {
		.sql = "SELECT $1::text", .params = params, .param_count = 1, .deadline_ms = 10000
	};

	if (e) {
		worker->crowd->refused++;
		rest(worker);
		return;
	}
	worker->lease = lease;
	conn_query(pool_conn(worker->crowd->pool, lease), &query, answered, worker);
}

static void go(struct crowd_worker *worker)
{
	struct pool_lease lease;

	if (worker->left == 0) {
		rest(worker);
		return;
	}
	snprintf(worker->text, sizeof(worker->text), "%d of %d", worker->left, worker->number);
	if (pool_take(worker->crowd->pool, &worker->request, &lease))
		leased(worker, lease, NULL);
}

void crowd_open(struct crowd *crowd, const char *conninfo, const struct pool_options *options)
{
	struct err e = { 0 };
	struct conninfo *info = conninfo_new(conninfo, NULL, &e);

	if (!info)
		fail_msg("%s", e.text);
	*crowd = (struct crowd){ .loop = loop_new(), .options = *options };
	crowd->options.driver = &driver_libpq;
	crowd->options.info = info;
	crowd->pool = pool_new(crowd->loop, &crowd->options, &e);
	if (!crowd->pool)
		fail_msg("%s", e.text);
	conninfo_free(info);
}

void crowd_close(struct crowd *crowd)
{
	pool_free(crowd->pool);
	loop_free_deferred(crowd->loop);
	loop_free(crowd->loop);
}

void crowd_start(struct crowd *crowd, int workers, int rounds)
{
	crowd->worker_count = crowd->busy = workers;
	for (int i = 0; i < workers; i++) {
		struct crowd_worker *worker = &crowd->workers[i];
		*worker = (struct crowd_worker){ .crowd = crowd, .number = i, .left = rounds };
		worker->request =
			(struct pool_request){ .tag = "crowd", .done = leased, .arg = worker };
		go(worker);
	}
}

static void ring(void *arg)
{
	*(bool *)arg = true;
}

void crowd_turn_ms(struct crowd *crowd, int64_t ms)
{
	bool is_over = false;

	loop_timer_start(crowd->loop, ms, 0, ring, &is_over);
	while (!is_over) {
		loop_turn(crowd->loop, true);
		loop_free_deferred(crowd->loop);
	}
}

void crowd_finish(struct crowd *crowd)
{
	for (int64_t ms = 0; crowd->busy > 0; ms += STEP_MS) {
		if (ms > PATIENCE_MS)
			fail_msg("%d workers never came to an end", crowd->busy);
		crowd_turn_ms(crowd, STEP_MS);
	}
}

struct pool_stats crowd_stats(struct crowd *crowd)
{
	struct pool_stats stats;

	pool_stats(crowd->pool, &stats);
	return stats;
}

void crowd_until(struct crowd *crowd, bool (*is_so)(const struct pool_stats *))
{
	struct pool_stats stats;

	for (int64_t ms = 0; ms < PATIENCE_MS / 3; ms += STEP_MS) {
		stats = crowd_stats(crowd);
		if (is_so(&stats))
			return;
		crowd_turn_ms(crowd, STEP_MS);
	}
	fail_msg("in %d, out %d, connecting %d, waiting %d: %s", stats.checked_in,
		stats.checked_out, stats.connecting, stats.waiting, stats.error);
}

struct told {
	bool is_told, is_good;
	struct pool_lease lease;
	char text[64];
};

static void hear_lease(void *arg, struct pool_lease lease, const struct err *e)
{
	struct told *told = arg;

	if (e)
		fail_msg("%s", e->text);
	told->lease = lease;
	told->is_told = true;
}

struct pool_lease crowd_take(struct crowd *crowd)
{
	struct told told = { 0 };
	struct pool_request request = { .tag = "a test", .done = hear_lease, .arg = &told };

	if (pool_take(crowd->pool, &request, &told.lease))
		return told.lease;
	while (!told.is_told)
		crowd_turn_ms(crowd, 1);
	return told.lease;
}

static void hear_answer(void *arg, const struct result *result, const struct err *e)
{
	struct told *told = arg;
	bool has_cell = result && result_rows(result) > 0;
	const char *cell = has_cell ? result_text(result, 0, 0) : NULL;

	snprintf(told->text, sizeof(told->text), "%.60s", e ? e->text : cell ? cell : "");
	told->is_good = !e;
	told->is_told = true;
}

bool crowd_ask(struct crowd *crowd, struct pool_lease lease, const char *sql, char text[64])
{
	struct told told = { 0 };
	const struct query query = { .sql = sql, .is_simple = true, .deadline_ms = 20000 };

	conn_query(pool_conn(crowd->pool, lease), &query, hear_answer, &told);
	while (!told.is_told)
		crowd_turn_ms(crowd, 1);
	memcpy(text, told.text, sizeof(told.text));
	return told.is_good;
}

static void ignore(void *arg, const struct result *result, const struct err *e)
{
	(void)arg;
	(void)result;
	(void)e;
}

void crowd_send(struct crowd *crowd, struct pool_lease lease, const char *sql)
{
	const struct query query = { .sql = sql, .is_simple = true };

	conn_query(pool_conn(crowd->pool, lease), &query, ignore, NULL);
}

void crowd_settled(void *arg, const struct err *e)
{
	struct crowd *crowd = arg;

	assert_null(e);
	crowd->is_settled = true;
}
