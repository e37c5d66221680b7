// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pause of writes when the primary is killed and a standby promoted at once: through the connection layer, and in a
 * loop of nothing but libpq that dials all hosts in turn as fast as it can and inserts wherever it is let. Both write
 * through the same failover, and each measures its own longest gap between two acknowledged rows.
 */
#include "bench/bench.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/traffic.h"

enum { FLOWING = 200, ROUNDS_MAX = 5 };

/* Shared with the raw loop's process. */
struct raw_writer {
	volatile int is_over, begins_anew;
	volatile long written;
	volatile int64_t longest_gap_us;
};

struct failover {
	struct cluster *servers;
	struct traffic *traffic;
	struct raw_writer *raw;
	pid_t raw_pid;
	long raw_mark;
	struct err e;
	bool is_promoted;
};

static bool raw_insert(PGconn *conn)
{
	PGresult *result = PQexec(conn, "INSERT INTO public.traffic (writer, n) VALUES (100, 0)");
	bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	return ok;
}

static void raw_note(struct raw_writer *raw, int64_t *last_us)
{
	int64_t now_us = clock_mono_us(&clock_system), gap_us = now_us - *last_us;

	if (raw->begins_anew)
		raw->longest_gap_us = raw->begins_anew = 0;
	else if (*last_us && gap_us > raw->longest_gap_us)
		raw->longest_gap_us = gap_us;
	*last_us = now_us;
	raw->written++;
}

static void say_nothing(void *arg, const char *notice)
{
	(void)arg, (void)notice;
}

static void raw_run(struct raw_writer *raw, const struct cluster *servers)
{
	int64_t last_us = 0;

	for (int host = 0; !raw->is_over; host = (host + 1) % TRAFFIC_SERVERS) {
		PGconn *conn = PQconnectdb(cluster_conninfo(servers, host));
		PQsetNoticeProcessor(conn, say_nothing, NULL);
		while (!raw->is_over && PQstatus(conn) == CONNECTION_OK && raw_insert(conn))
			raw_note(raw, &last_us);
		PQfinish(conn);
	}
	_exit(0);
}

static bool failover_begin(struct failover *f, const struct bench *bench)
{
	*f = (struct failover){ .traffic = mem_new(struct traffic) };
	f->servers = cluster_start(&(struct cluster_options){ .standbys = TRAFFIC_SERVERS - 1,
					   .is_durable = bench->options.is_durable },
		&f->e);
	f->raw = mmap(
		NULL, sizeof(*f->raw), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_always(f->raw != MAP_FAILED, "a page to share");
	if (!f->servers)
		return false;
	traffic_make_table(f->servers);
	f->raw_pid = fork();
	if (f->raw_pid == 0)
		raw_run(f->raw, f->servers);
	const char *conninfos[TRAFFIC_SERVERS];
	for (int i = 0; i < TRAFFIC_SERVERS; i++)
		conninfos[i] = cluster_conninfo(f->servers, i);
	traffic_open_at(f->traffic, conninfos);
	traffic_start(f->traffic);
	return f->raw_pid > 0;
}

static void failover_end(struct failover *f)
{
	f->raw->is_over = 1;
	if (f->raw_pid > 0)
		waitpid(f->raw_pid, NULL, 0);
	if (f->traffic->loop) {
		traffic_stop(f->traffic);
		traffic_close(f->traffic);
	}
	cluster_free(f->servers);
	munmap(f->raw, sizeof(*f->raw));
	free(f->traffic);
}

static void promote(void *arg)
{
	struct failover *f = arg;

	cluster_kill_node(f->servers, 0);
	f->is_promoted = cluster_promote_node(f->servers, 1, &f->e);
}

static bool is_flowing(const struct traffic *t)
{
	return t->acknowledged >= t->mark + FLOWING;
}

static void wait_for_both(struct failover *f, const char *what)
{
	f->traffic->mark = f->traffic->acknowledged;
	f->raw_mark = f->raw->written;
	traffic_until(f->traffic, is_flowing, what);
	for (int i = 0; i < 1000 && f->raw->written < f->raw_mark + FLOWING; i++)
		traffic_run_ms(f->traffic, 10);
}

/* ms; false when it could not be measured. */
static bool failover_measure(
	const struct bench *bench, double *own_ms, double *raw_ms, struct err *e)
{
	struct failover f;
	bool ok = failover_begin(&f, bench);

	if (ok) {
		wait_for_both(&f, "writes before the failover");
		f.traffic->longest_gap_us = 0;
		f.raw->begins_anew = 1;
		traffic_run_ms(f.traffic, 100);
		traffic_meanwhile(f.traffic, promote, &f);
		wait_for_both(&f, "writes on the new primary");
		ok = f.is_promoted && f.raw->longest_gap_us > 0;
		*own_ms = (double)f.traffic->longest_gap_us / 1e3;
		*raw_ms = (double)f.raw->longest_gap_us / 1e3;
	}
	*e = f.e;
	failover_end(&f);
	return ok;
}

void bench_failover(struct bench *bench)
{
	struct bench_row *row = bench_add(bench, "failover: pause of writes", 0, "x raw");
	double own_ms[ROUNDS_MAX], raw_ms[ROUNDS_MAX], ratios[ROUNDS_MAX];
	size_t rounds = 0;
	struct err e = { 0 };
	char words[160];

	while (rounds < ROUNDS_MAX && rounds < (size_t)bench->options.rounds) {
		if (!failover_measure(bench, &own_ms[rounds], &raw_ms[rounds], &e)) {
			bench_missing(row, *e.text ? e.text : "the raw loop did not write again");
			return;
		}
		ratios[rounds] = own_ms[rounds] / raw_ms[rounds];
		rounds++;
	}
	double ratio = bench_median(ratios, rounds);
	snprintf(words, sizeof(words), "%.0f ms from killed primary to new one; raw %.0f ms",
		bench_median(own_ms, rounds), bench_median(raw_ms, rounds));
	bench_measured(row, ratio, words);
}
