// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The crew of the soak, run under valgrind, and once more as it is: the traffic of writers and readers over three servers, and workers on a pool
 * that goes through PgBouncer. A line on stdin lets everybody come to rest, measures what the process holds, and begins
 * anew; the end of stdin ends it. stdout: "heap rss descriptors acknowledged reads pooled", bytes and counts.
 *
 *   soak_crew SERVER SERVER SERVER POOLER FIRST_WRITER     (conninfos, and a number)
 */
#include "test.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#include "base/mem.h"
#include "pg/conninfo.h"
#include "pg/traffic.h"

enum { WORKERS = 6, POOLED = 4, PAUSE_MS = 50, DEADLINE_MS = 10000, SETTLED_WRITES = 20 };

struct crew;

struct worker {
	struct crew *crew;
	struct pool_request request;
	struct pool_lease lease;
	bool is_busy;
};

struct crew {
	struct traffic traffic;
	struct pool *pool;
	struct worker workers[WORKERS];
	long answered;
	bool is_resting, is_over, is_called;
};

/* ---- through the pooler ---- */

static void worker_go(void *arg);

static void worker_rest(struct worker *worker)
{
	worker->is_busy = false;
	loop_timer_start(worker->crew->traffic.loop, PAUSE_MS, 0, worker_go, worker);
}

static void worker_answered(void *arg, const struct result *result, const struct err *e)
{
	struct worker *worker = arg;

	(void)result;
	worker->crew->answered += !e;
	assert_true(pool_give_back(worker->crew->pool, worker->lease));
	worker_rest(worker);
}

static void worker_leased(void *arg, struct pool_lease lease, const struct err *e)
{
	static const struct query query = { .sql = "SELECT 1", .deadline_ms = DEADLINE_MS };
	struct worker *worker = arg;

	if (e) {
		worker_rest(worker);
		return;
	}
	worker->lease = lease;
	conn_query(pool_conn(worker->crew->pool, lease), &query, worker_answered, worker);
}

static void worker_go(void *arg)
{
	struct worker *worker = arg;
	struct pool_lease lease;

	if (worker->crew->is_resting)
		return;
	worker->is_busy = true;
	if (pool_take(worker->crew->pool, &worker->request, &lease))
		worker_leased(worker, lease, NULL);
}

static void pool_begin(struct crew *crew, const char *conninfo)
{
	struct pool_options options = pool_defaults;
	struct err e;
	struct conninfo *info = conninfo_new(conninfo, NULL, &e);

	assert_non_null(info);
	options.driver = &driver_libpq;
	options.info = info;
	options.size = POOLED;
	options.timeout_ms = DEADLINE_MS;
	options.recycle_ms = 20000; /* many lives in ten minutes */
	crew->pool = pool_new(crew->traffic.loop, &options, &e);
	assert_non_null(crew->pool);
	conninfo_free(info);
	for (int i = 0; i < WORKERS; i++)
		crew->workers[i] = (struct worker){ .crew = crew,
			.request = {
				.tag = "soak", .done = worker_leased, .arg = &crew->workers[i] } };
}

/* ---- measuring ---- */

static bool is_at_rest(const struct traffic *t)
{
	const struct crew *crew = (const struct crew *)t; /* its first member */

	for (int i = 0; i < WORKERS; i++)
		if (crew->workers[i].is_busy)
			return false;
	return true;
}

static void all_rest(struct crew *crew)
{
	crew->is_resting = true;
	traffic_stop(&crew->traffic);
	traffic_until(&crew->traffic, is_at_rest, "the pool's workers come to an end");
	traffic_run_ms(&crew->traffic, PAUSE_MS + 1);
}

static void all_go(struct crew *crew)
{
	crew->is_resting = false;
	traffic_start(&crew->traffic);
	for (int i = 0; i < WORKERS; i++)
		worker_go(&crew->workers[i]);
}

static long rss_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = -3; /* itself, and the dots */

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static unsigned long heap_bytes(void)
{
	unsigned long leaked = 0, dubious = 0, reachable = 0, suppressed = 0;

	if (!RUNNING_ON_VALGRIND)
		return mallinfo2().uordblks;
	VALGRIND_DO_QUICK_LEAK_CHECK;
	VALGRIND_COUNT_LEAKS(leaked, dubious, reachable, suppressed);
	return leaked + dubious + reachable + suppressed;
}

/* What a mishap left behind is over once work goes on. */
static void settle(struct crew *crew)
{
	int acknowledged = crew->traffic.acknowledged + SETTLED_WRITES;
	long answered = crew->answered + SETTLED_WRITES;

	while (crew->traffic.acknowledged < acknowledged || crew->answered < answered)
		traffic_run_ms(&crew->traffic, 20);
}

static void measure(struct crew *crew)
{
	settle(crew);
	all_rest(crew);
	printf("%lu %ld %d %d %d %ld\n", heap_bytes(), rss_bytes(), count_descriptors(),
		crew->traffic.acknowledged, crew->traffic.reads, crew->answered);
	fflush(stdout);
}

static void on_stdin(void *arg, int events)
{
	struct crew *crew = arg;
	char text[16];
	ssize_t bytes = read(0, text, sizeof(text));

	(void)events;
	crew->is_called = true;
	crew->is_over = bytes <= 0;
}

static bool is_called(struct crew *crew)
{
	while (!crew->is_called)
		traffic_run_ms(&crew->traffic, 20);
	crew->is_called = false;
	return !crew->is_over;
}

int main(int argc, char **argv)
{
	struct crew *crew = mem_new(struct crew);
	struct err e;

	if (argc != 1 + TRAFFIC_SERVERS + 2)
		return 2;
	crew->traffic.pause_ms = PAUSE_MS;
	crew->traffic.first_writer = (int)strtol(argv[TRAFFIC_SERVERS + 2], NULL, 10);
	traffic_open_at(&crew->traffic, (const char *const *)(argv + 1));
	pool_begin(crew, argv[TRAFFIC_SERVERS + 1]);
	struct loop_watch *input =
		loop_watch_start(crew->traffic.loop, 0, LOOP_READ, on_stdin, crew, &e);
	assert_non_null(input);
	all_go(crew);
	while (is_called(crew)) {
		measure(crew);
		all_go(crew);
	}
	all_rest(crew);
	loop_watch_stop(input);
	pool_free(crew->pool);
	traffic_close(&crew->traffic);
	free(crew);
	return 0;
}
