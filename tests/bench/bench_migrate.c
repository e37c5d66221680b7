// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Migrations, one small statement each: dbtop and the raw loop take turns, so that a slow moment of the machine meets
 * both. Each turn starts with a vacuumed catalog and a checkpoint behind it.
 */
#include "bench/bench.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "bench/child.h"

enum { ROUNDS_MAX = 9, ASKS = 3 };

enum figure { UP, DOWN, NOOP, STATUS, HISTORY, FIGURES };

struct figures {
	double seconds[FIGURES][ROUNDS_MAX * ASKS];
	size_t count[FIGURES];
	double rss_mb;
	char failure[240]; /* "" = none */
};

static void figure_take(
	struct figures *to, enum figure figure, const struct child *child, const char *what)
{
	if (child->status != 0) {
		snprintf(to->failure, sizeof(to->failure), "%s ended with %d: %s", what,
			child->status, child->words);
		return;
	}
	to->seconds[figure][to->count[figure]++] = child->seconds;
	if (child->rss_mb > to->rss_mb)
		to->rss_mb = child->rss_mb;
}

enum { REVISION_BYTES = 16 };

static void revision_print(char out[REVISION_BYTES], int i)
{
	snprintf(out, REVISION_BYTES, "2026%010d", i);
}

static void file_write(const char *dir, int i)
{
	char revision[REVISION_BYTES];

	revision_print(revision, i);
	char *path = mem_printf("%s/%s_step.sql", dir, revision);
	FILE *file = fopen(path, "w");

	assert_always(file, "the scratch directory takes files");
	fprintf(file,
		"-- dbtop: up\nCREATE TABLE own_%d (id bigint PRIMARY KEY, note text);\n"
		"-- dbtop: down\nDROP TABLE own_%d;\n",
		i, i);
	fclose(file);
	free(path);
}

static char *files_make(const struct bench *bench)
{
	char *dir = mem_printf("%s/migrations", bench->scratch);

	mkdir(dir, 0700);
	for (int i = 1; i <= bench->options.count; i++)
		file_write(dir, i);
	return dir;
}

static void server_calm(const struct bench *bench)
{
	static const char *const steps[] = { "VACUUM", "CHECKPOINT" };
	PGconn *conn = PQconnectdb(cluster_conninfo(bench->servers, 0));

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		PQclear(PQexec(conn, steps[i]));
	PQfinish(conn);
}

/* The work was done, not only ended with 0: the server holds that many tables and history rows of a side. */
static void work_check(struct bench *bench, struct figures *to, const char *sql, int expected)
{
	PGconn *conn = PQconnectdb(cluster_conninfo(bench->servers, 0));
	PGresult *result = PQexec(conn, sql);
	bool has_cell = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
	const char *got = has_cell ? PQgetvalue(result, 0, 0) : "no answer";
	char want[16];

	snprintf(want, sizeof(want), "%d", expected);
	if (strcmp(got, want) != 0 && to->failure[0] == '\0')
		snprintf(to->failure, sizeof(to->failure),
			"ended with 0, but left %.80s steps instead of %s", got, want);
	PQclear(result);
	PQfinish(conn);
}

static const char own_left[] =
	"SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '^own_[0-9]+$')::text"
	" || CASE WHEN to_regclass('dbtop.revision') IS NULL THEN ' (no history)' ELSE '' END";
static const char own_history[] = "SELECT count(*) FROM dbtop.revision";
static const char raw_left[] = "SELECT count(*) FROM pg_class WHERE relname ~ '^step_[0-9]+$'";

static void raw_run(struct bench *bench, struct figures *to, const char *what, enum figure figure)
{
	char count[16];
	struct child child;

	snprintf(count, sizeof(count), "%d", bench->options.count);
	const char *const argv[] = { bench->raw_loop, cluster_conninfo(bench->servers, 0), what,
		count, NULL };
	child_run(&child, bench->scratch, argv);
	figure_take(to, figure, &child, "raw_loop");
}

static void raw_turn(struct bench *bench, struct figures *to)
{
	server_calm(bench);
	raw_run(bench, to, "up", UP);
	work_check(bench, to, raw_left, bench->options.count);
	for (int i = 0; i < ASKS; i++)
		raw_run(bench, to, "noop", NOOP);
	server_calm(bench);
	raw_run(bench, to, "down", DOWN);
	work_check(bench, to, raw_left, 0);
}

/* The words after the program's name; the rest is the same for every command. */
static void own_run(
	struct bench *bench, struct figures *to, const char *const *words, enum figure figure)
{
	const char *argv[24] = { bench->dbtop };
	char *dir = mem_printf("%s/migrations", bench->scratch);
	char *store = mem_printf("%s/dbtop.db", bench->scratch);
	const char *const common[] = { "--dir", dir, "--store", store, "--env", "dev", "-d",
		cluster_conninfo(bench->servers, 0) };
	size_t n = 1;
	struct child child;

	for (; *words; words++)
		argv[n++] = *words;
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		argv[n++] = common[i];
	child_run(&child, bench->scratch, argv);
	figure_take(to, figure, &child, argv[1]);
	free(dir);
	free(store);
}

static const char *const upgrade[] = { "upgrade", "--yes", "--allow-hazard", "all", NULL };
static const char *const downgrade[] = { "downgrade", "base", "--yes", "--allow-hazard", "all",
	NULL };
static const char *const status[] = { "status", NULL };
static const char *const history[] = { "history", NULL };

/* A report that names the newest revision has read both the files and the history. */
static void report_run(
	struct bench *bench, struct figures *to, const char *const *words, enum figure figure)
{
	char newest[REVISION_BYTES];

	revision_print(newest, bench->options.count);
	own_run(bench, to, words, figure);
	if (to->failure[0] == '\0' && !child_said(bench->scratch, newest))
		snprintf(to->failure, sizeof(to->failure), "%s ended with 0, but does not name %s",
			words[0], newest);
}

static void own_turn(struct bench *bench, struct figures *to)
{
	int count = bench->options.count;

	server_calm(bench);
	own_run(bench, to, upgrade, UP);
	work_check(bench, to, own_left, count);
	work_check(bench, to, own_history, count);
	for (int i = 0; i < ASKS && !to->failure[0]; i++) {
		own_run(bench, to, upgrade, NOOP);
		report_run(bench, to, status, STATUS);
		report_run(bench, to, history, HISTORY);
	}
	server_calm(bench);
	own_run(bench, to, downgrade, DOWN);
	work_check(bench, to, own_left, 0);
	work_check(bench, to, own_history, 0);
}

/*
 * Dbtop does all that the raw loop does and more. Where it looks faster than noise explains, the machine was busy while
 * raw ran, and the row is no pass. Medians leave the figures sorted: the ends are the spread.
 */
#define RATIO_BELIEVED 0.9

static void ratio_tell(struct bench *bench, const char *what, double limit, struct figures *sets[2],
	enum figure figure)
{
	struct bench_row *row = bench_add(bench, what, limit, "x raw");
	struct figures *own = sets[0], *raw = sets[1];
	char words[160];

	if (own->failure[0] || raw->failure[0] || !own->count[figure] || !raw->count[figure]) {
		bench_missing(row, own->failure[0]   ? own->failure
				   : raw->failure[0] ? raw->failure
						     : "it did not run");
		return;
	}
	double mine = bench_median(own->seconds[figure], own->count[figure]);
	double its = bench_median(raw->seconds[figure], raw->count[figure]);
	size_t last = own->count[figure] - 1, raw_last = raw->count[figure] - 1;
	bool is_believed = mine / its >= RATIO_BELIEVED;
	snprintf(words, sizeof(words), "%s%.0f ms (%.0f to %.0f), raw %.0f ms (%.0f to %.0f)",
		is_believed ? "" : "disturbed, run it again: ", mine * 1e3,
		own->seconds[figure][0] * 1e3, own->seconds[figure][last] * 1e3, its * 1e3,
		raw->seconds[figure][0] * 1e3, raw->seconds[figure][raw_last] * 1e3);
	if (is_believed)
		bench_measured(row, mine / its, words);
	else
		bench_missing(row, words);
}

static void time_tell(
	struct bench *bench, const char *what, struct figures *own, enum figure figure)
{
	struct bench_row *row = bench_add(bench, what, 60, "ms");
	char words[160];

	if (own->failure[0] || !own->count[figure]) {
		bench_missing(row, own->failure[0] ? own->failure : "it did not run");
		return;
	}
	snprintf(words, sizeof(words), "of %d files, median of %zu; the limit is for 5000",
		bench->options.count, own->count[figure]);
	bench_measured(row, bench_median(own->seconds[figure], own->count[figure]) * 1e3, words);
}

static void memory_tell(struct bench *bench, const struct figures *own)
{
	struct bench_row *row = bench_add(bench, "memory of the above", 24, "MB");

	if (own->failure[0])
		bench_missing(row, own->failure);
	else
		bench_measured(row, own->rss_mb, "largest of all runs");
}

void bench_migrate(struct bench *bench)
{
	struct figures *own = mem_new(struct figures), *raw = mem_new(struct figures);
	struct figures *sets[2] = { own, raw };
	char *dir = files_make(bench);
	int rounds = bench->options.rounds < ROUNDS_MAX ? bench->options.rounds : ROUNDS_MAX;
	char up[72], down[72], noop[72];

	for (int i = 0; i < rounds && !own->failure[0] && !raw->failure[0]; i++) {
		if (i % 2 == 0)
			raw_turn(bench, raw);
		own_turn(bench, own);
		if (i % 2 == 1)
			raw_turn(bench, raw);
	}
	snprintf(up, sizeof(up), "upgrade of %d migrations", bench->options.count);
	snprintf(down, sizeof(down), "downgrade of %d migrations", bench->options.count);
	snprintf(noop, sizeof(noop), "nothing to do, %d files", bench->options.count);
	ratio_tell(bench, up, 1.10, sets, UP);
	ratio_tell(bench, down, 1.10, sets, DOWN);
	ratio_tell(bench, noop, 2.0, sets, NOOP);
	time_tell(bench, "status", own, STATUS);
	time_tell(bench, "history", own, HISTORY);
	memory_tell(bench, own);
	free(dir);
	free(own);
	free(raw);
}
