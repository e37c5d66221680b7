// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The console on a pseudo terminal: how soon it is whole, how soon a key is answered (with the server alive and frozen), and
 * what a minute of watching costs. Beside the watching one query a second is asked, as psql's \watch would: the floor.
 */
#include "bench/bench.h"

#include <glob.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "bench/child.h"
#include "bench/screen.h"

/* A key every 50 ms is a quick typist; a frame of the one before does not stand in its way. */
enum { FIRST_S = 5, KEYS = 120, KEY_S = 2, STARTS = 5 };
#define BETWEEN_KEYS_S 0.05

/* The three live panels, with their data. */
static const char *const whole_screen[] = { "Pool", "Replicas", "Migrations", "slots", NULL };

static struct screen *console_start(const struct bench *bench)
{
	char *conninfo = mem_printf("%s user=bench_watch", cluster_conninfo(bench->servers, 0));
	char *dir = mem_printf("%s/migrations", bench->scratch);
	char *store = mem_printf("%s/watch.db", bench->scratch);
	const char *const argv[] = { bench->dbtop, "--interval", "1s", "--dir", dir, "--store",
		store, "--env", "dev", "-d", conninfo, NULL };
	struct screen *screen = screen_start(bench->scratch, argv);

	free(conninfo);
	free(dir);
	free(store);
	return screen;
}

/* Seconds until it is whole; below 0 = it never was. */
static double console_wait(struct screen *screen, double start)
{
	while (!screen_is_over(screen) && child_now() < start + FIRST_S) {
		if (screen_pump(screen, child_now() + 0.1, true) &&
			screen_shows(screen, whole_screen))
			return child_now() - start;
	}
	return -1;
}

/* Why there is no console: the last words on its screen. */
static void console_tell(struct screen *screen, struct bench_row *row)
{
	char *text = screen_text(screen), *end = text + strlen(text);
	char words[160] = "no first screen";

	while (end > text && (end[-1] == ' ' || end[-1] == '\n'))
		*--end = '\0';
	char *line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (line[strspn(line, " ")])
		snprintf(words, sizeof(words), "no first screen: %.120s", line + strspn(line, " "));
	bench_missing(row, words);
	free(text);
}

static bool first_screen(struct bench *bench)
{
	struct bench_row *row = bench_add(bench, "exec to first full screen", 100, "ms");
	double seconds[STARTS];

	for (int i = 0; i < STARTS; i++) {
		double start = child_now();
		struct screen *screen = console_start(bench);
		seconds[i] = screen ? console_wait(screen, start) : -1;
		if (seconds[i] < 0 && screen)
			console_tell(screen, row);
		screen_end(screen);
		if (seconds[i] < 0)
			return false;
	}
	bench_measured(row, bench_median(seconds, STARTS) * 1e3, "median of 5, 120x40");
	return true;
}

static int double_order(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void keys_measure(struct bench *bench, struct screen *screen, const char *what)
{
	struct bench_row *row = bench_add(bench, what, 10, "ms");
	double waits[KEYS];

	for (int i = 0; i < KEYS; i++) {
		screen_pump(screen, child_now() + BETWEEN_KEYS_S, false);
		double start = child_now();
		screen_type(screen, i % 2 ? "1" : "2");
		if (!screen_pump(screen, start + KEY_S, true)) {
			bench_missing(row, "a key was not answered within 2 s");
			return;
		}
		waits[i] = child_now() - start;
	}
	qsort(waits, KEYS, sizeof(waits[0]), double_order);
	bench_measured(row, waits[KEYS * 99 / 100] * 1e3, "99th percentile of 120 keys");
}

static void keys(struct bench *bench, bool has_screen)
{
	static const char alive[] = "key to paint, server alive",
			  frozen[] = "key to paint, server frozen";
	struct screen *screen = has_screen ? console_start(bench) : NULL;

	if (!screen || console_wait(screen, child_now()) < 0) {
		bench_missing(bench_add(bench, alive, 10, "ms"), "no first screen");
		bench_missing(bench_add(bench, frozen, 10, "ms"), "no first screen");
		screen_end(screen);
		return;
	}
	keys_measure(bench, screen, alive);
	cluster_freeze_node(bench->servers, 0);
	keys_measure(bench, screen, frozen);
	cluster_thaw_node(bench->servers, 0);
	screen_end(screen);
}

/* ---- a minute of watching ---- */

/* All its threads, in nanoseconds: ticks of a hundredth of a second would be most of what is measured. */
static double cpu_seconds(pid_t pid)
{
	char pattern[64];
	double nanoseconds = 0;
	glob_t threads;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/schedstat", (int)pid);
	if (glob(pattern, 0, NULL, &threads) != 0)
		return 0;
	for (size_t i = 0; i < threads.gl_pathc; i++) {
		unsigned long long on_cpu = 0;
		FILE *file = fopen(threads.gl_pathv[i], "r");
		if (file && fscanf(file, "%llu", &on_cpu) == 1)
			nanoseconds += (double)on_cpu;
		if (file)
			fclose(file);
	}
	globfree(&threads);
	return nanoseconds / 1e9;
}

static double peak_mb(pid_t pid)
{
	char path[64], line[256];
	unsigned long kb = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %lu", &kb);
	if (file)
		fclose(file);
	return (double)kb / 1024;
}

struct usage {
	double calls, ms;
};

/* What a role's statements cost since the last reset. */
static struct usage usage_of(PGconn *conn, const char *role)
{
	struct usage usage = { 0 };
	PGresult *result = PQexecParams(conn,
		"SELECT coalesce(sum(calls), 0), coalesce(sum(total_exec_time), 0) FROM "
		"pg_stat_statements"
		" JOIN pg_roles ON pg_roles.oid = userid WHERE rolname = $1",
		1, NULL, &role, NULL, NULL, 0);

	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		usage.calls = strtod(PQgetvalue(result, 0, 0), NULL);
		usage.ms = strtod(PQgetvalue(result, 0, 1), NULL);
	}
	PQclear(result);
	return usage;
}

static PGconn *connect_as(const struct bench *bench, const char *role)
{
	char *conninfo = mem_printf("%s user=%s", cluster_conninfo(bench->servers, 0), role);
	PGconn *conn = PQconnectdb(conninfo);

	free(conninfo);
	return conn;
}

/* The window: the console on its terminal, and beside it the floor's query once a second. */
static void watch_window(struct screen *screen, PGconn *floor, double seconds)
{
	double start = child_now();

	for (double at = start; at < start + seconds && !screen_is_over(screen); at += 1) {
		PQclear(PQexec(
			floor, "SELECT state, count(*) FROM pg_stat_activity GROUP BY state"));
		screen_pump(screen, at + 1, false);
	}
}

static void watch_tell(struct bench *bench, const double *values, const char *words)
{
	static const struct {
		const char *what, *unit;
		double limit;
	} rows[] = {
		{ "watching a minute: processor time", "s", 0.15 },
		{ "watching a minute: calls", "calls", 120 },
		{ "watching a minute: server time", "x \\watch", 3 },
		{ "watching a minute: bytes to the terminal", "kB", 10 },
		{ "watching: memory", "MB", 24 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench_row *row = bench_add(bench, rows[i].what, rows[i].limit, rows[i].unit);
		if (!values)
			bench_missing(row, words);
		else if (i == 2 && values[i] < 0)
			bench_missing(row, "pg_stat_statements counted nothing");
		else
			bench_measured(row, values[i], words);
	}
}

static void watch_measure(struct bench *bench, struct screen *screen)
{
	double seconds = bench->options.watch_seconds, scale = 60 / seconds;
	PGconn *admin = connect_as(bench, "postgres"), *floor = connect_as(bench, "bench_floor");
	char words[160];

	screen_pump(screen, child_now() + 2, false); /* the start is over */
	PQclear(PQexec(admin, "SELECT pg_stat_statements_reset()"));
	double cpu = cpu_seconds(screen_pid(screen));
	size_t bytes = screen_bytes(screen);
	watch_window(screen, floor, seconds);
	struct usage own = usage_of(admin, "bench_watch"), its = usage_of(admin, "bench_floor");
	double values[] = { (cpu_seconds(screen_pid(screen)) - cpu) * scale, own.calls * scale,
		its.ms > 0 && own.calls > 0 ? own.ms / its.ms : -1,
		(double)(screen_bytes(screen) - bytes) / 1000 * scale,
		peak_mb(screen_pid(screen)) };
	snprintf(words, sizeof(words),
		"%d idle sessions, 1 s interval, %.0f s%s; server %.1f ms, floor %.1f ms",
		bench->options.sessions, seconds, scale > 1 ? " scaled" : "", own.ms, its.ms);
	watch_tell(bench, screen_is_over(screen) ? NULL : values,
		screen_is_over(screen) ? "it ended while watching" : words);
	PQfinish(admin);
	PQfinish(floor);
}

static void watching(struct bench *bench, bool has_screen)
{
	int count = bench->options.sessions;
	struct screen *screen = NULL;

	if (!has_screen) {
		watch_tell(bench, NULL, "no first screen");
		return;
	}
	PGconn **sessions = mem_resize(NULL, (size_t)count, sizeof(PGconn *));
	for (int i = 0; i < count; i++)
		sessions[i] = connect_as(bench, "postgres");
	screen = console_start(bench);
	if (screen && console_wait(screen, child_now()) >= 0)
		watch_measure(bench, screen);
	else
		watch_tell(bench, NULL, "no first screen beside the sessions");
	screen_end(screen);
	for (int i = 0; i < count; i++)
		PQfinish(sessions[i]);
	free(sessions);
}

void bench_screen(struct bench *bench)
{
	bool has_screen = first_screen(bench);

	keys(bench, has_screen);
	watching(bench, has_screen);
}
