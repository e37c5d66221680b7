/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Child: one program run to its end, with its time, processor time and memory. Its words go to a file, so that a failure
 * can be told.
 */
#ifndef DBTOP_TESTS_BENCH_CHILD_H
#define DBTOP_TESTS_BENCH_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	double seconds;
	double cpu_seconds;
	double rss_mb;	 /* the most it ever held */
	int status;	 /* exit status; 128+n by signal n; -1 = could not be started */
	char words[160]; /* the last line it said */
};

/* dir: where it finds its home and leaves its words. */
void child_run(struct child *child, const char *dir, const char *const *argv);
/* What the last child_run() in dir printed holds that text. */
bool child_said(const char *dir, const char *text);
/* In a fork: a home of its own, no options from outside, then the program. Does not return. */
void child_become(const char *dir, const char *const *argv);
double child_now(void); /* seconds, monotonic */

#endif
