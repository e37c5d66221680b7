// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * make bench, or: bench [-n MIGRATIONS] [-r ROUNDS] [-w SECONDS] [-c SESSIONS] [-o PART] [--ram]
 *
 * PART is one of migrate, pool, failover, screen, split: that one alone.
 * Looks for dbtop and raw_loop in the build tree (top_builddir), or where DBTOP says. Ends with 0 also when a limit
 * is missed: it measures, the reader judges.
 */
#include "bench/bench.h"

#include <getopt.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "bench/child.h"
#include "scratch.h"

enum { ORDINARY_CONNECTIONS = 100 };

struct bench_row *bench_add(struct bench *bench, const char *what, double limit, const char *unit)
{
	assert_always(bench->row_count < BENCH_ROWS_MAX, "the table holds every row");
	struct bench_row *row = &bench->rows[bench->row_count++];
	snprintf(row->what, sizeof(row->what), "%s", what);
	snprintf(row->unit, sizeof(row->unit), "%s", unit);
	snprintf(row->words, sizeof(row->words), "it did not run");
	row->limit = limit;
	return row;
}

void bench_measured(struct bench_row *row, double value, const char *words)
{
	row->measured = value;
	row->is_measured = true;
	snprintf(row->words, sizeof(row->words), "%s", words);
}

void bench_missing(struct bench_row *row, const char *why)
{
	row->is_measured = false;
	snprintf(row->words, sizeof(row->words), "%.*s", (int)sizeof(row->words) - 1, why);
}

static int double_order(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double bench_median(double *values, size_t count)
{
	assert_always(count > 0, "a median of something");
	qsort(values, count, sizeof(values[0]), double_order);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void row_print(const struct bench_row *row)
{
	char limit[32] = "none";
	char verdict[32] = "ok", measured[32];

	if (row->limit > 0)
		snprintf(limit, sizeof(limit), "%.4g", row->limit);
	if (!row->is_measured) {
		printf("%-46s %8s %-6s %12s  %-16s %s\n", row->what, limit, row->unit,
			"not measured", "", row->words);
		return;
	}
	if (row->limit <= 0)
		verdict[0] = '\0';
	else if (row->measured > row->limit)
		snprintf(verdict, sizeof(verdict), "MISSED by %.0f%%",
			(row->measured / row->limit - 1) * 100);
	snprintf(measured, sizeof(measured), "%.2f", row->measured);
	printf("%-46s %8s %-6s %12s  %-16s %s\n", row->what, limit, row->unit, measured, verdict,
		row->words);
}

static void table_print(const struct bench *bench)
{
	printf("\n%-46s %8s %-6s %12s  %-16s %s\n", "what", "limit", "", "measured", "", "how");
	for (size_t i = 0; i < bench->row_count; i++)
		row_print(&bench->rows[i]);
	printf("\n%s server, %d rounds%s\n", bench->options.is_durable ? "durable" : "in memory",
		bench->options.rounds,
		bench->options.watch_seconds < 60 ? ", watching scaled to a minute" : "");
}

static bool options_read(int argc, char **argv, struct bench_options *options)
{
	static const struct option long_options[] = { { "ram", no_argument, NULL, 'm' }, { 0 } };

	*options = (struct bench_options){ 1000, 3, 20, 300, true, NULL };
	for (int c; (c = getopt_long(argc, argv, "n:r:w:c:o:", long_options, NULL)) != -1;) {
		int number = optarg && c != 'o' ? (int)strtol(optarg, NULL, 10) : 1;
		if (number < 1)
			return false;
		switch (c) {
		case 'n': options->count = number; break;
		case 'r': options->rounds = number; break;
		case 'w': options->watch_seconds = number; break;
		case 'c': options->sessions = number; break;
		case 'm': options->is_durable = false; break;
		case 'o': options->only = optarg; break;
		default: return false;
		}
	}
	return optind == argc;
}

/* NULL when it is not there. */
static char *program_find(const char *variable, const char *name)
{
	const char *given = getenv(variable), *build = getenv("top_builddir");
	char *path = given ? mem_strdup(given) : mem_printf("%s/%s", build ? build : ".", name);

	if (access(path, X_OK) == 0) {
		char *whole = realpath(path, NULL);
		free(path);
		return whole;
	}
	free(path);
	return NULL;
}

/* A look at pg_locks passes every slot of the server: each part has as many as its sessions need. */
static bool world_begin(struct bench *bench, int connections)
{
	struct err e = { 0 };
	char *conf =
		mem_printf("max_connections = %d\nshared_preload_libraries = 'pg_stat_statements'\n"
			   "pg_stat_statements.track_planning = off\n",
			connections);
	struct cluster_options with = { .is_durable = bench->options.is_durable,
		.extra_conf = conf };

	bench->servers = cluster_start(&with, &e);
	free(conf);
	if (!bench->servers) {
		fprintf(stderr, "bench: %s\n%s\n", e.text, e.detail);
		return false;
	}
	PGconn *conn = PQconnectdb(cluster_conninfo(bench->servers, 0));
	PGresult *result =
		PQexec(conn, "CREATE EXTENSION pg_stat_statements; CREATE SCHEMA raw;"
			     "CREATE TABLE raw.history (rev text PRIMARY KEY, at timestamptz NOT "
			     "NULL DEFAULT now());"
			     "CREATE ROLE bench_watch LOGIN; GRANT pg_monitor TO bench_watch;"
			     "CREATE ROLE bench_floor LOGIN; GRANT pg_monitor TO bench_floor");
	bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!ok)
		fprintf(stderr, "bench: %s", PQresultErrorMessage(result));
	PQclear(result);
	PQfinish(conn);
	return ok;
}

static void world_end(struct bench *bench)
{
	cluster_free(bench->servers);
	bench->servers = NULL;
}

/* In this order; those of one server stand together. */
static const struct part {
	const char *name;
	int sessions_factor, more_connections; /* 0 both: none, or servers of its own */
	void (*run)(struct bench *bench);
} parts[] = {
	{ "migrate", 0, ORDINARY_CONNECTIONS, bench_migrate },
	{ "pool", 0, ORDINARY_CONNECTIONS, bench_pool },
	{ "failover", 0, 0, bench_failover },
	{ "screen", 1, 50, bench_screen },
	{ "split", 0, 0, bench_split },
};

static bool part_is_wanted(const struct bench *bench, const struct part *part)
{
	return !bench->options.only || strcmp(bench->options.only, part->name) == 0;
}

/* Each on a server of its own size; the same size follows on the same server. */
static bool measure(struct bench *bench)
{
	int running = 0;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(parts) && ok; i++) {
		int wanted = parts[i].sessions_factor * bench->options.sessions +
			     parts[i].more_connections;
		if (!part_is_wanted(bench, &parts[i]))
			continue;
		if (wanted != running)
			world_end(bench);
		ok = wanted == 0 || wanted == running || world_begin(bench, wanted);
		running = wanted;
		if (ok)
			parts[i].run(bench);
	}
	world_end(bench);
	return ok;
}

int main(int argc, char **argv)
{
	struct bench *bench = mem_new(struct bench);

	if (!options_read(argc, argv, &bench->options)) {
		fprintf(stderr, "usage: bench [-n MIGRATIONS] [-r ROUNDS] [-w SECONDS] [-c "
				"SESSIONS] [-o PART] [--ram]\n");
		free(bench);
		return 2;
	}
	char *dbtop = program_find("DBTOP", "dbtop"),
	     *raw = program_find("RAW_LOOP", "tests/bench/raw_loop");
	char *split = program_find("BENCH_SPLIT", "tests/bench/bench_split");
	bench->dbtop = dbtop;
	bench->raw_loop = raw;
	bench->split = split;
	bench->scratch = scratch_new();
	if (!dbtop || !raw)
		fprintf(stderr, "bench: dbtop or raw_loop is not built\n");
	bool ok = dbtop && raw && measure(bench);
	if (ok)
		table_print(bench);
	scratch_remove(bench->scratch);
	free(dbtop);
	free(raw);
	free(split);
	free(bench);
	return ok ? 0 : 1;
}
