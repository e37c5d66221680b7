// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/traffic.h"

#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "pg/conninfo.h"
#include "pg/server.h"

enum { WORK_MS = 20000, READ_MS = 10000, UNTIL_MS = 30000, POOL_SIZE = 4 };

static void write_next(void *arg);
static void read_next(void *arg);

/* ---- writers ---- */

static void rest(struct traffic *t, void (*next)(void *), void *arg)
{
	loop_timer_start(t->loop, t->pause_ms, 0, next, arg);
}

static void on_read_back(void *arg, const struct result *result, const struct err *e)
{
	struct traffic_writer *w = arg;
	struct traffic *t = w->traffic;

	if (e) {
		t->failed_reads++;
		t->read_error = *e;
		(void)server_lease_hear_error(w->lease, e, RETRY_READING);
	} else {
		t->read_backs++;
		t->stale += result_int(result, 0, 0, -1) != 1;
	}
	server_lease_give_back(w->lease);
	w->lease = NULL;
	w->is_busy = false;
	rest(t, write_next, w);
}

static void on_read_back_lease(void *arg, struct server_lease *lease, const struct err *e)
{
	struct traffic_writer *w = arg;
	const char *params[] = { w->text[0], w->text[1] };

	if (e) {
		w->traffic->failed_reads++;
		w->traffic->read_error = *e;
		w->is_busy = false;
		rest(w->traffic, write_next, w);
		return;
	}
	w->lease = lease;
	const struct query query = {
		.sql = "SELECT count(*) FROM public.traffic WHERE writer = $1::int4 AND n = "
		       "$2::int4",
		.params = params,
		.param_count = 2,
		.deadline_ms = READ_MS,
	};
	conn_query(server_lease_conn(lease), &query, on_read_back, w);
}

static void read_back(struct traffic_writer *w)
{
	const struct servers_wish wish = {
		.class = ROUTE_ANY, .token = &w->token, .tag = "read back", .deadline_ms = READ_MS
	};

	servers_ask(w->traffic->servers, &wish, on_read_back_lease, w);
}

static void note_acknowledged(struct traffic *t)
{
	int64_t now_us = loop_now_us(t->loop);
	int64_t gap_us = t->acknowledged_us ? now_us - t->acknowledged_us : 0;

	t->acknowledged++;
	t->acknowledged_us = now_us;
	if (gap_us > t->longest_gap_us)
		t->longest_gap_us = gap_us;
}

static void on_written(void *arg, const struct work_end *end)
{
	struct traffic_writer *w = arg;
	struct traffic *t = w->traffic;

	t->retries += end->tries > 1 ? end->tries - 1 : 0;
	t->resolved += end->was_resolved;
	w->fate[w->next] = "rau"[end->outcome];
	w->next++;
	if (end->outcome == WORK_COMMITTED) {
		note_acknowledged(t);
		w->token = end->token;
		read_back(w);
		return;
	}
	t->write_error = *end->e;
	t->rolled_back += end->outcome == WORK_ROLLED_BACK;
	t->unknown += end->outcome == WORK_UNKNOWN;
	w->is_busy = false;
	rest(t, write_next, w);
}

static void on_inserted(void *arg, struct work *work, const struct result *result)
{
	(void)arg;
	(void)result;
	work_commit(work);
}

static void insert(void *arg, struct work *work)
{
	struct traffic_writer *w = arg;
	const char *params[] = { w->text[0], w->text[1] };
	const struct query query = {
		.sql = "INSERT INTO public.traffic (writer, n) VALUES ($1::int4, $2::int4) "
		       "RETURNING pg_catalog.pg_current_xact_id_if_assigned()::text AS xact_id",
		.params = params,
		.param_count = 2,
	};

	work_run(work, &query, on_inserted);
}

static void write_next(void *arg)
{
	struct traffic_writer *w = arg;
	const struct work_options options = {
		.wish = { .class = ROUTE_PRIMARY, .tag = "writer", .deadline_ms = WORK_MS },
		.is_replayable = true,
	};

	if (w->traffic->is_stopping || w->next == TRAFFIC_ROWS)
		return;
	w->is_busy = true;
	snprintf(w->text[0], sizeof(w->text[0]), "%d", w->number);
	snprintf(w->text[1], sizeof(w->text[1]), "%d", w->next);
	work_start(w->traffic->servers, &options, insert, on_written, w);
}

/* ---- readers ---- */

static void on_read(void *arg, const struct result *result, const struct err *e)
{
	struct traffic_reader *r = arg;
	struct traffic *t = r->traffic;
	int server = server_lease_server(r->lease);

	(void)result;
	if (e) {
		t->failed_reads++;
		t->read_error = *e;
		(void)server_lease_hear_error(r->lease, e, RETRY_READING);
	} else {
		t->reads++;
		t->reads_of[server]++;
	}
	server_lease_give_back(r->lease);
	r->lease = NULL;
	r->is_busy = false;
	rest(t, read_next, r);
}

static void on_read_lease(void *arg, struct server_lease *lease, const struct err *e)
{
	struct traffic_reader *r = arg;
	const struct query query = { .sql = "SELECT count(*) FROM public.traffic",
		.deadline_ms = READ_MS };

	if (e) {
		r->traffic->failed_reads++;
		r->traffic->read_error = *e;
		r->is_busy = false;
		rest(r->traffic, read_next, r);
		return;
	}
	r->lease = lease;
	conn_query(server_lease_conn(lease), &query, on_read, r);
}

static void read_next(void *arg)
{
	struct traffic_reader *r = arg;
	const struct servers_wish wish = {
		.class = ROUTE_ANY, .tag = "reader", .deadline_ms = READ_MS
	};

	if (r->traffic->is_stopping)
		return;
	r->is_busy = true;
	servers_ask(r->traffic->servers, &wish, on_read_lease, r);
}

/* ---- the whole ---- */

static void on_changed(void *arg, int server)
{
	struct traffic *t = arg;

	(void)server;
	t->trouble_seen += *servers_trouble(t->servers) != '\0';
}

void traffic_open_at(struct traffic *t, const char *const conninfos[TRAFFIC_SERVERS])
{
	struct server_place places[TRAFFIC_SERVERS];
	struct conninfo *infos[TRAFFIC_SERVERS];
	struct pool_options pool = pool_defaults;
	struct err e;

	if (!t->driver.start)
		t->driver = driver_libpq;
	t->loop = loop_new();
	t->pause_ms = t->pause_ms ? t->pause_ms : 2;
	pool.size = POOL_SIZE;
	for (int i = 0; i < TRAFFIC_SERVERS; i++) {
		infos[i] = conninfo_new(conninfos[i], NULL, &e);
		assert_non_null(infos[i]);
		places[i] = (struct server_place){ .driver = &t->driver, .info = infos[i] };
	}
	t->servers = servers_new(t->loop, &(struct servers_options){ .places = places,
						  .count = TRAFFIC_SERVERS,
						  .pool = &pool,
						  .connect_timeout_ms = 5000,
						  .lag_limit_bytes = 16 << 20,
						  .look_ms = 500,
						  .changed = on_changed,
						  .arg = t });
	for (int i = 0; i < TRAFFIC_SERVERS; i++)
		conninfo_free(infos[i]);
}

void traffic_make_table(struct cluster *cluster)
{
	server_run(cluster, 0,
		"CREATE TABLE public.traffic (writer int4, n int4, at timestamptz DEFAULT now())");
}

void traffic_open(struct traffic *t, struct cluster *cluster)
{
	const char *conninfos[TRAFFIC_SERVERS];

	traffic_make_table(cluster);
	for (int i = 0; i < TRAFFIC_SERVERS; i++)
		conninfos[i] = cluster_conninfo(cluster, i);
	traffic_open_at(t, conninfos);
}

void traffic_start(struct traffic *t)
{
	t->is_stopping = false;
	for (int i = 0; i < TRAFFIC_WRITERS; i++) {
		t->writers[i].traffic = t;
		t->writers[i].number = t->first_writer + i;
		write_next(&t->writers[i]);
	}
	for (int i = 0; i < TRAFFIC_READERS; i++) {
		t->readers[i].traffic = t;
		read_next(&t->readers[i]);
	}
}

static void turn(struct traffic *t)
{
	loop_turn(t->loop, true);
	loop_free_deferred(t->loop);
}

static void ring(void *arg)
{
	*(bool *)arg = true;
}

void traffic_run_ms(struct traffic *t, int64_t ms)
{
	bool is_over = false;

	loop_timer_start(t->loop, ms, 0, ring, &is_over);
	while (!is_over)
		turn(t);
}

void traffic_until(struct traffic *t, bool (*is_so)(const struct traffic *t), const char *what)
{
	bool is_over = false;
	struct loop_timer *timer = loop_timer_start(t->loop, UNTIL_MS, 0, ring, &is_over);

	while (!is_so(t) && !is_over)
		turn(t);
	if (is_over)
		fail_msg("not within 30 s: %s (last: %s / %s)", what, t->write_error.text,
			t->read_error.text);
	loop_timer_stop(timer);
}

struct errand {
	void (*act)(void *arg);
	void *arg;
	bool is_done;
};

static void run_errand(void *arg)
{
	struct errand *errand = arg;
	errand->act(errand->arg);
}

static void end_errand(void *arg)
{
	struct errand *errand = arg;
	errand->is_done = true;
}

void traffic_meanwhile(struct traffic *t, void (*act)(void *arg), void *arg)
{
	struct errand errand = { act, arg, false };

	loop_work_start(t->loop, run_errand, end_errand, &errand);
	while (!errand.is_done)
		turn(t);
}

static bool is_quiet(const struct traffic *t)
{
	for (int i = 0; i < TRAFFIC_WRITERS; i++)
		if (t->writers[i].is_busy)
			return false;
	for (int i = 0; i < TRAFFIC_READERS; i++)
		if (t->readers[i].is_busy)
			return false;
	return true;
}

void traffic_stop(struct traffic *t)
{
	t->is_stopping = true;
	traffic_until(t, is_quiet, "everybody comes to an end");
	traffic_run_ms(t, t->pause_ms + 1); /* those who rest */
}

void traffic_close(struct traffic *t)
{
	servers_free(t->servers);
	loop_free_deferred(t->loop);
	loop_free(t->loop);
}

void traffic_check(struct traffic *t, struct cluster *cluster, int node)
{
	int lost = 0, risen = 0, doubled = 0;

	for (int i = 0; i < TRAFFIC_WRITERS; i++) {
		const struct traffic_writer *w = &t->writers[i];
		char *sql =
			mem_printf("SELECT coalesce(string_agg(chr(least(c, 9)::int + 48), '' "
				   "ORDER BY n), '') FROM (SELECT g AS n, count(x.n) AS c FROM "
				   "generate_series(0, %d) AS g LEFT JOIN traffic AS x ON x.n = g "
				   "AND x.writer = %d GROUP BY g) AS s",
				w->next - 1, i);
		char *there = server_cell(cluster, node, sql);
		assert_int_equal(strlen(there), w->next);
		for (int n = 0; n < w->next; n++) {
			lost += w->fate[n] == 'a' && there[n] == '0';
			risen += w->fate[n] == 'r' && there[n] != '0';
			doubled += there[n] > '1';
		}
		free(there);
		free(sql);
	}
	print_message(
		"acknowledged %d, rolled back %d, unknown %d, resolved %d, done again %d; "
		"lost %d, risen %d, doubled %d; reads %d (%d %d %d), failed %d; read back %d, "
		"stale %d; writes paused %.0f ms\n",
		t->acknowledged, t->rolled_back, t->unknown, t->resolved, t->retries, lost, risen,
		doubled, t->reads, t->reads_of[0], t->reads_of[1], t->reads_of[2], t->failed_reads,
		t->read_backs, t->stale, (double)t->longest_gap_us / 1000);
	assert_int_equal(lost, 0);
	assert_int_equal(risen, 0);
	assert_int_equal(doubled, 0);
	assert_int_equal(t->stale, 0);
}
