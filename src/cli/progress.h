/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Progress: while a statement runs long and a person watches, a line every few seconds: how long, who blocks us, whom we
 * block, how far the server says it is. The words are those of the screen's step panel, taken from model.run.
 */
#ifndef DBTOP_CLI_PROGRESS_H
#define DBTOP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "model/run_view.h"

struct progress {
	int64_t told_us;    /* mono, of the last line; 0 = none for this statement */
	int64_t started_us; /* of the statement it spoke of */
};

/* Is a line due? Then it is put into `line`, without its end. */
bool progress_line(
	struct progress *progress, const struct run_view *run, int64_t now_us, struct str *line);

#endif
