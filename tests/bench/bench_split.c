// SPDX-License-Identifier: GPL-3.0-or-later
/* Splitting and classifying has a program of its own, which needs no server; here its figure joins the table. */
#include "bench/bench.h"

#include <stdio.h>

#include "bench/child.h"

void bench_split(struct bench *bench)
{
	struct bench_row *row =
		bench_add(bench, "split and classify 5 MB, 65,000 statements", 1, "s");
	struct child child;
	double split = 0, classify = 0;

	if (!bench->split) {
		bench_missing(row, "tests/bench/bench_split is not built");
		return;
	}
	const char *const argv[] = { bench->split, NULL };
	child_run(&child, bench->scratch, argv);
	int found = sscanf(child.words, "%*d statements, %*d bytes: split %lf s, classify %lf s",
		&split, &classify);
	if (child.status != 0 || found != 2)
		bench_missing(row, child.words);
	else
		bench_measured(row, split + classify, child.words);
}
