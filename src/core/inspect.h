/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inspect: files, history and, where wanted, a plan with the sizes of what it touches, read in one go. Every
 * command about migrations begins here, and so does the migrations view.
 */
#ifndef DBTOP_CORE_INSPECT_H
#define DBTOP_CORE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "migrate/history/history.h"
#include "model/link.h"
#include "model/plan.h"
#include "model/report.h"

struct app;

struct inspect_request {
	bool wants_plan;
	enum plan_direction direction;
	const char *goal;   /* "head", "+1", "-1", a revision …; NULL = head or -1 */
	bool wants_sizes;   /* ask the catalog; without it sizes are unknown */
	bool wants_primary; /* something is to be changed: no standby will do */
	int64_t event_limit;
};

/* Owned by whoever gets it; inspection_free(). */
struct inspection {
	struct migration_set *set;
	struct history *history; /* NULL when the server was not asked (no connection) */
	const struct applied_revision *applied; /* in the arena */
	size_t applied_count;
	struct plan *plan;	  /* NULL: not wanted, or plan_error */
	struct err plan_error;	  /* why there is no plan; kind NONE = fine */
	enum exit_code plan_exit; /* what that error means */
	struct identity identity; /* of the server that was asked */
	const char
		*missing; /* what a failover lost, as one sentence, in the arena; NULL = nothing */
	int64_t replayed_wall_us; /* of a standby: commit of what it replayed last; or VALUE_UNKNOWN */
	int server;		  /* the fleet's number of it */
	struct arena arena;
};

typedef void inspect_done_fn(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e);
/* done() on a later turn, once; inspection is NULL exactly when e is set. Texts of request are copied. */
void inspect_start(
	struct app *app, const struct inspect_request *request, inspect_done_fn *done, void *arg);
/* Files only, at once, no server. NULL: exit and e say why. */
struct inspection *inspect_files(struct app *app, enum exit_code *exit, struct err *e);
void inspection_free(struct inspection *inspection);

#endif
