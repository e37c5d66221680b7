/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps: what a run tells while it goes, on standard error. In a log each fact is one line. On a terminal the step under
 * way has the last line for itself, which says more while it lasts, and becomes the line of its end.
 */
#ifndef DBTOP_CLI_STEPS_H
#define DBTOP_CLI_STEPS_H

#include <stdio.h>

#include "cli/progress.h"
#include "core/command.h"

struct steps {
	FILE *talk;	 /* borrowed */
	bool is_live;	 /* a terminal that can erase a line */
	bool is_watched; /* a terminal at all: what begins is news there */
	bool has_color;
	size_t columns;
	struct progress progress;
	struct str open; /* the line of the step under way; empty = none */
	bool has_told;	 /* a step came to its end: who watched knows what the table would say */
};

/* Nothing is told yet. is_watched: talk is a terminal. */
void steps_init(struct steps *steps, FILE *talk, bool is_watched, bool has_color);
void steps_tell(struct steps *steps, const struct call_event *event);
/* Something new of a statement that takes long. */
void steps_tick(struct steps *steps, const struct run_view *run, int64_t now_us);
/* The line of the step under way goes; what is printed next begins at the left edge. */
void steps_release(struct steps *steps);

#endif
