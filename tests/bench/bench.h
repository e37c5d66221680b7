/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bench: dbtop measured beside what it is measured against, in one run, on one throwaway server. Each line of the
 * table is a row: what, the limit, what was measured, and by how much it misses. What could not be measured says why
 * and is never a pass.
 */
#ifndef DBTOP_TESTS_BENCH_BENCH_H
#define DBTOP_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "demo/cluster.h"

struct bench_options {
	int count;	   /* migrations */
	int rounds;	   /* each figure is the median of that many */
	int watch_seconds; /* shorter than 60 is scaled, and said */
	int sessions;	   /* idle ones beside the watching */
	bool is_durable;   /* fsync as on a real server */
	const char *only;  /* the part to run; NULL = all */
};

struct bench_row {
	char what[72];
	double limit; /* 0 = none is set: the figure alone */
	double measured;
	char unit[16];
	bool is_measured;
	char words[160]; /* how it was measured, or why it was not */
};

enum { BENCH_ROWS_MAX = 40 };

struct bench {
	struct bench_options options;
	struct cluster *servers;
	char *scratch;	   /* private directory: migrations, store, home */
	const char *dbtop; /* the binary under test */
	const char *raw_loop;
	const char *split; /* NULL = not built */
	struct bench_row rows[BENCH_ROWS_MAX];
	size_t row_count;
};

/* The row to fill in; its measured and words are the caller's to set, by one of the next two. */
struct bench_row *bench_add(struct bench *bench, const char *what, double limit, const char *unit);
void bench_measured(struct bench_row *row, double value, const char *words);
void bench_missing(struct bench_row *row, const char *why);
double bench_median(double *values, size_t count); /* sorts them */

void bench_migrate(struct bench *bench);  /* upgrade, downgrade, nothing to do, status */
void bench_screen(struct bench *bench);	  /* first screen, keys, a minute of watching */
void bench_pool(struct bench *bench);	  /* checkout, a question, return */
void bench_failover(struct bench *bench); /* how long writes pause */
void bench_split(struct bench *bench);	  /* splitting and classifying a script */

#endif
