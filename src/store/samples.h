/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samples: recorded samples in a file of their own beside the store, which may be thrown away at any time: a damaged one
 * is. Opened only when something is recorded or looked at. Written without a sync of its own.
 */
#ifndef DBTOP_STORE_SAMPLES_H
#define DBTOP_STORE_SAMPLES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct samples;

/* path NULL = samples.db beside the store's default place. */
struct samples *samples_open(const char *path, struct err *e) MUST_CHECK;
void samples_close(struct samples *samples);

struct stored_sample {
	int64_t at_us;	  /* wall */
	const char *kind; /* "pool", "replicas" */
	const char *json; /* the sample as `--json` prints it */
};

/* All of one moment in one transaction. */
bool samples_add(struct samples *samples, const char *target, const struct stored_sample *items,
	size_t count, struct err *e) MUST_CHECK;
/* Oldest first, from <= at < until. */
size_t samples_list(struct samples *samples, const char *target, int64_t from_us, int64_t until_us,
	struct arena *arena, struct stored_sample **items);
/* Drop what is older. */
bool samples_prune(struct samples *samples, int64_t before_us, struct err *e) MUST_CHECK;

#endif
