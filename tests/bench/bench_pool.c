// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pool beside nothing but libpq: checkout, SELECT 1 and return, against the same question sent without blocking over
 * as many connections and awaited with epoll. Both take many short turns, each beside one of the other; compared is the
 * processor time of an answer, the client's and the servers', all on one processor: there it decides how many there are
 * in a second, and what else the machine does hardly touches it. The figure is the median of the pairs' ratios.
 */
#include "bench/bench.h"

#include <libpq-fe.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/conninfo.h"
#include "pg/pool.h"

enum { MANY = 20, WORKERS_MAX = 32, TURN_MS = 40, TURNS_MAX = 200, BARE_PAIRS = 5000000 };

/* ---- nothing but libpq ---- */

struct raw {
	int count, epoll;
	PGconn *conns[MANY];
	long answers;
};

static bool raw_ask(PGconn *conn)
{
	return PQsendQuery(conn, "SELECT 1") == 1 && PQflush(conn) == 0;
}

static bool raw_open(struct raw *raw, const char *conninfo, int count)
{
	*raw = (struct raw){ .count = count, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	for (int i = 0; i < count; i++) {
		raw->conns[i] = PQconnectdb(conninfo);
		if (PQsetnonblocking(raw->conns[i], 1) != 0)
			return false;
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = raw->conns[i] };
		epoll_ctl(raw->epoll, EPOLL_CTL_ADD, PQsocket(raw->conns[i]), &event);
	}
	return true;
}

static void raw_close(struct raw *raw)
{
	for (int i = 0; i < raw->count; i++)
		PQfinish(raw->conns[i]);
	close(raw->epoll);
}

/* True when the whole answer was there. */
static bool raw_read(PGconn *conn)
{
	PGresult *result;

	if (PQconsumeInput(conn) != 1)
		return false;
	while (!PQisBusy(conn)) {
		result = PQgetResult(conn);
		if (!result)
			return true;
		PQclear(result);
	}
	return false;
}

static long raw_drain(struct raw *raw)
{
	struct epoll_event event;
	int busy = raw->count;

	while (busy > 0 && epoll_wait(raw->epoll, &event, 1, -1) == 1)
		busy -= raw_read(event.data.ptr);
	return raw->count;
}

/* How many answers came. */
static long raw_turn(struct raw *raw)
{
	struct epoll_event events[MANY];
	int64_t end_us = clock_mono_us(&clock_system) + TURN_MS * 1000;
	long answers = 0;

	for (int i = 0; i < raw->count; i++)
		raw_ask(raw->conns[i]);
	while (clock_mono_us(&clock_system) < end_us) {
		int ready = epoll_wait(raw->epoll, events, MANY, -1);
		for (int i = 0; i < ready; i++) {
			if (!raw_read(events[i].data.ptr))
				continue;
			answers++;
			raw_ask(events[i].data.ptr);
		}
	}
	return answers + raw_drain(raw);
}

/* ---- through the pool ---- */

struct worker {
	struct own *own;
	struct pool_request request;
	struct pool_lease lease;
	long served;
};

struct own {
	const char *conninfo;
	struct loop *loop;
	struct pool *pool;
	struct worker workers[WORKERS_MAX];
	int worker_count, idle;
	bool is_over;
	char failure[160];
};

static void worker_go(struct worker *worker);

static void own_fail(struct own *own, const struct err *e)
{
	snprintf(own->failure, sizeof(own->failure), "%.150s", e->text);
	own->is_over = true;
}

static void worker_answered(void *arg, const struct result *result, const struct err *e)
{
	struct worker *worker = arg;

	(void)result;
	if (e)
		own_fail(worker->own, e);
	worker->served++;
	pool_give_back(worker->own->pool, worker->lease);
	worker_go(worker);
}

static void worker_leased(void *arg, struct pool_lease lease, const struct err *e)
{
	static const struct query query = { .sql = "SELECT 1", .is_simple = true };
	struct worker *worker = arg;

	if (e) {
		own_fail(worker->own, e);
		worker->own->idle++;
		return;
	}
	worker->lease = lease;
	conn_query(pool_conn(worker->own->pool, lease), &query, worker_answered, worker);
}

static void worker_go(struct worker *worker)
{
	struct pool_lease lease;

	if (worker->own->is_over)
		worker->own->idle++;
	else if (pool_take(worker->own->pool, &worker->request, &lease))
		worker_leased(worker, lease, NULL);
}

static void own_run(struct own *own, int64_t ms)
{
	int64_t start_us = clock_mono_us(&clock_system);

	own->is_over = false;
	own->idle = 0;
	for (int i = 0; i < own->worker_count; i++)
		worker_go(&own->workers[i]);
	while (!own->is_over) {
		loop_turn(own->loop, true);
		own->is_over |= loop_now_us(own->loop) - start_us >= ms * 1000;
	}
	while (own->idle < own->worker_count)
		loop_turn(own->loop, true);
	loop_free_deferred(own->loop);
}

static long own_turn(struct own *own)
{
	long before = 0, after = 0;

	for (int i = 0; i < own->worker_count; i++)
		before += own->workers[i].served;
	own_run(own, TURN_MS);
	for (int i = 0; i < own->worker_count; i++)
		after += own->workers[i].served;
	return after - before;
}

static bool own_open(struct own *own, const char *conninfo, int size, int workers)
{
	struct pool_options options = pool_defaults;
	struct err e = { 0 };
	struct conninfo *info = conninfo_new(conninfo, NULL, &e);

	*own = (struct own){ .conninfo = conninfo, .loop = loop_new(), .worker_count = workers };
	options.driver = &driver_libpq;
	options.info = info;
	options.size = options.min_size = size;
	own->pool = info ? pool_new(own->loop, &options, &e) : NULL;
	conninfo_free(info);
	for (int i = 0; i < workers; i++) {
		own->workers[i].own = own;
		own->workers[i].request = (struct pool_request){
			.tag = "bench", .done = worker_leased, .arg = &own->workers[i]
		};
	}
	if (!own->pool) {
		own_fail(own, &e);
		return false;
	}
	own_run(own, TURN_MS); /* every connection is there, and warm */
	return !own->failure[0];
}

static void own_close(struct own *own)
{
	pool_free(own->pool);
	loop_free(own->loop);
}

/* ---- processor time ---- */

/* This process first, then every backend there is. */
struct processes {
	pid_t pids[1 + 4 * MANY];
	int count;
	cpu_set_t cpus; /* where this one may run */
};

static void processes_find(struct processes *all, const char *conninfo)
{
	PGconn *conn = PQconnectdb(conninfo);
	PGresult *rows = PQexec(conn, "SELECT pid FROM pg_stat_activity WHERE backend_type = "
				      "'client backend' AND pid <> pg_backend_pid()");

	all->count = 0;
	all->pids[all->count++] = getpid();
	for (int i = 0; i < PQntuples(rows) && all->count < (int)ARRAY_SIZE(all->pids); i++)
		all->pids[all->count++] = (pid_t)strtol(PQgetvalue(rows, i, 0), NULL, 10);
	PQclear(rows);
	PQfinish(conn);
	sched_getaffinity(0, sizeof(all->cpus), &all->cpus);
}

static void processes_pin(const struct processes *all)
{
	cpu_set_t one;
	int cpu = 0;

	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &all->cpus))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	for (int i = 0; i < all->count; i++)
		sched_setaffinity(all->pids[i], sizeof(one), &one);
}

static void processes_unpin(const struct processes *all)
{
	for (int i = 0; i < all->count; i++)
		sched_setaffinity(all->pids[i], sizeof(all->cpus), &all->cpus);
}

/* ns all of them have run so far; 0 = the system does not tell. */
static int64_t processes_ran_ns(const struct processes *all)
{
	int64_t sum = 0;

	for (int i = 0; i < all->count; i++) {
		char path[64];
		long long ns = 0;
		snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)all->pids[i]);
		FILE *file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%lld", &ns) == 1)
			sum += ns;
		fclose(file);
	}
	return sum;
}

/* ---- rows ---- */

static size_t turns_of(const struct bench *bench)
{
	int turns = bench->options.rounds * 25;
	return (size_t)(turns < TURNS_MAX ? turns : TURNS_MAX);
}

/* Limits of the table are never to be passed: what shall be at least 0.95 of raw may cost 1 / 0.95 of it. */
/* µs of processor time for an answer. */
static double raw_cost(struct raw *raw, const struct processes *all)
{
	int64_t before_ns = processes_ran_ns(all);
	long answers = raw_turn(raw);

	return (double)(processes_ran_ns(all) - before_ns) / 1e3 / (double)answers;
}

static double own_cost(struct own *own, const struct processes *all)
{
	int64_t before_ns = processes_ran_ns(all);
	long answers = own_turn(own);

	return (double)(processes_ran_ns(all) - before_ns) / 1e3 / (double)answers;
}

static void measure(struct bench_row *row, struct raw *raw, struct own *own, size_t turns)
{
	double own_us[TURNS_MAX], raw_us[TURNS_MAX], ratios[TURNS_MAX];
	struct processes all;
	char words[160];

	processes_find(&all, own->conninfo);
	processes_pin(&all);
	for (size_t i = 0; i < turns; i++) {
		if (i % 2 == 0)
			raw_us[i] = raw_cost(raw, &all);
		own_us[i] = own_cost(own, &all);
		if (i % 2 == 1)
			raw_us[i] = raw_cost(raw, &all);
		ratios[i] = own_us[i] / raw_us[i];
	}
	processes_unpin(&all);
	snprintf(words, sizeof(words), "%.1f us of processor time, servers included; raw %.1f",
		bench_median(own_us, turns), bench_median(raw_us, turns));
	if (raw_us[0] > 0)
		bench_measured(row, bench_median(ratios, turns), words);
	else
		bench_missing(row, "the system tells no processor time of processes");
}

/* Limits of the table are never to be passed: what shall be at least 0.95 of raw may cost 1 / 0.95 of it. */
static void compare(struct bench *bench, const char *what, int size, int workers)
{
	struct bench_row *row = bench_add(bench, what, 1 / 0.95, "x raw");
	const char *conninfo = cluster_conninfo(bench->servers, 0);
	struct own *own = mem_new(struct own);
	struct raw raw;

	if (own_open(own, conninfo, size, workers) && raw_open(&raw, conninfo, size)) {
		measure(row, &raw, own, turns_of(bench));
		raw_close(&raw);
	}
	if (own->failure[0])
		bench_missing(row, own->failure);
	own_close(own);
	free(own);
}

static void fairness(struct bench *bench)
{
	struct bench_row *row =
		bench_add(bench, "most served of 32 waiters on 20", 1 / 0.9, "x least");
	struct own *own = mem_new(struct own);
	char words[160];

	if (own_open(own, cluster_conninfo(bench->servers, 0), MANY, WORKERS_MAX)) {
		for (int i = 0; i < WORKERS_MAX; i++)
			own->workers[i].served = 0;
		own_run(own, 2000);
		long least = own->workers[0].served, most = least;
		for (int i = 1; i < WORKERS_MAX; i++) {
			long served = own->workers[i].served;
			least = served < least ? served : least;
			most = served > most ? served : most;
		}
		snprintf(words, sizeof(words), "%ld to %ld in 2 s", least, most);
		bench_measured(row, (double)most / (double)(least > 0 ? least : 1), words);
	}
	if (own->failure[0])
		bench_missing(row, own->failure);
	own_close(own);
	free(own);
}

static int64_t own_cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void bare(struct bench *bench)
{
	struct bench_row *row = bench_add(bench, "bare checkout and return", 200, "ns");
	struct own *own = mem_new(struct own);
	struct pool_lease lease;
	char words[160];

	if (own_open(own, cluster_conninfo(bench->servers, 0), 4, 4)) {
		int64_t start_ns = own_cpu_ns();
		bool ok = true;
		for (int i = 0; i < BARE_PAIRS && ok; i++)
			ok = pool_take(own->pool, &own->workers[0].request, &lease) &&
			     pool_give_back(own->pool, lease);
		double ns = (double)(own_cpu_ns() - start_ns) / BARE_PAIRS;
		snprintf(words, sizeof(words), "%.1f million a second", 1e3 / ns);
		if (ok)
			bench_measured(row, ns, words);
		else
			bench_missing(row, "a connection was not free");
	}
	if (own->failure[0])
		bench_missing(row, own->failure);
	own_close(own);
	free(own);
}

void bench_pool(struct bench *bench)
{
	bare(bench);
	compare(bench, "checkout, SELECT 1, return: 1 connection", 1, 1);
	compare(bench, "checkout, SELECT 1, return: 20 connections", MANY, MANY);
	compare(bench, "the same with 32 waiters on 20", MANY, WORKERS_MAX);
	fairness(bench);
}
