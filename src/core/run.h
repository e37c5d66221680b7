/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run: one execution of a plan as this program sees it: the executor, what it tells (into model.run and the bus), the
 * journal over the store, the gate over the samples, the watch over our own backend. At most one at a time.
 *
 * The changing connection opens with the first step and never before.
 */
#ifndef DBTOP_CORE_RUN_H
#define DBTOP_CORE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "migrate/run/executor.h"

struct app;
struct inspection; /* core/inspect.h */

/* Headless runs are told what happened; on the screen the model tells. Texts are borrowed. */
struct run_listener {
	void (*statement)(void *arg, const struct run_statement *statement);
	void (*step)(void *arg, size_t step, enum step_state state, int64_t took_ms);
	void (*say)(
		void *arg, const char *kind, const char *text); /* waiting, retry, notice, gate */
	void (*finished)(void *arg, const struct run_end *end);
	void *arg;
};

/* Takes the inspection with its plan. listener is copied; NULL = the screen. */
void run_open(struct app *app, struct inspection *inspection, const struct run_listener *listener);
/* Forget it; what is under way is closed first as executor_close() does. */
void run_drop(struct app *app);

bool run_is_open(const struct app *app);
bool run_is_busy(const struct app *app); /* statements are on their way */
bool run_is_over(const struct app *app); /* it ended: well, or at somebody else's lock, say */
const struct inspection *run_inspection(const struct app *app);
const struct run_trouble *run_trouble(const struct app *app); /* NULL = none */

/* A new uuid, for a run or whatever else the history names one by. */
void run_make_id(char out[40]);

/* What the store knows of an unfinished migration on that server, where the tool's table cannot tell. */
/*
 * Words for what dbtop applied before the server was another one (a failover to a standby that had not received it), and
 * this one lacks; in the inspection's arena, NULL = nothing is missing.
 */
const char *run_journal_missing(struct app *app, struct inspection *inspection);
void run_journal_settle(struct app *app, const struct identity *identity, struct history *history);

/* New samples came: the gate is read anew. */
void run_gate_refresh(struct app *app);

/* Commands of the screen; each is fine in any state and does nothing where it has no meaning. */
void run_step(struct app *app);	    /* the next step */
void run_continue(struct app *app); /* to the next breakpoint or the end */
void run_break(struct app *app, size_t step);
void run_skip(struct app *app, const char *reason);
void run_choose(struct app *app, enum run_choice choice);
void run_stop(struct app *app);
/* The session was locked: nothing begins any more, and between steps the changing connection is closed. */
void run_locked(struct app *app);
void run_cancel(struct app *app);
void run_terminate_backend(struct app *app);
void run_close(struct app *app);

/* Headless: all of it; waits up to gate_wait_ms at a shut gate, then ends with EXIT_GUARD. */
void run_all(struct app *app, int64_t gate_wait_ms);

#endif
