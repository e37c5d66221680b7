/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Executor: one run of a plan on one connection, one step at a time, as a machine (enum run_state; the legal steps
 * stand in executor.c). It knows neither screen nor store: it tells by callbacks and remembers by a journal.
 *
 *   OPENING  connection, refusal of standby, pooler, other server (pg/lease), advisory locks (lock.c), history read
 *            again under the lock: it must be the one the plan was made on; an interrupted step is looked for (resume.c)
 *   READY    between steps; the lock is held, no transaction is open
 *   STEP     group.c: BEGIN, statements, verify, history row, COMMIT as its own message, its tag checked
 *            lone.c: intent, the statement, probe, outcome
 *   RETRY    lock_timeout, deadlock or serialization failure before COMMIT: rolled back, the whole group again
 *   RESOLVING  outcome.c: COMMIT had no answer; the server is asked what became of the transaction
 *   PAUSED   a step failed or was found interrupted: paused() tells what is true and what can be done
 *
 * Every callback may call commands of the executor, but not free it. All texts given to callbacks are borrowed and
 * may hold foreign bytes.
 */
#ifndef DBTOP_MIGRATE_RUN_EXECUTOR_H
#define DBTOP_MIGRATE_RUN_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop/loop.h"
#include "migrate/history/history.h"
#include "migrate/run/journal.h"
#include "model/plan.h"
#include "model/report.h"
#include "model/run_view.h"
#include "pg/lease.h"

struct executor;

const char *run_choice_words(
	enum run_choice choice); /* "drop the invalid remains and run it again" */

enum run_trouble_kind {
	TROUBLE_NONE,
	TROUBLE_FAILED,	     /* the server refused a statement, or verify was not true */
	TROUBLE_CANCELED,    /* somebody gave it up */
	TROUBLE_LOST,	     /* the connection broke before COMMIT: nothing of the group stands */
	TROUBLE_INTERRUPTED, /* an earlier run left this step without an outcome */
	TROUBLE_UNKNOWN,     /* whether it happened could not be learned */
};

struct run_trouble {
	enum run_trouble_kind kind;
	size_t step;
	struct err error;
	enum database_state database;
	unsigned choices;	  /* RUN_CHOICE_BIT()s that are sound; stopping always is */
	bool needs_judgement;	  /* false: exactly one choice is sound and a machine may take it */
	enum run_choice proposed; /* that one, or the likeliest */
	char words[256]; /* what was found: "index orders_status_idx is there and invalid" */
};

/* Why nothing moves right now. */
struct run_wait {
	enum { RUN_WAIT_LOCK, RUN_WAIT_BACKEND, RUN_WAIT_SERVER } kind;
	int64_t pid; /* of the holder, or of our old backend; 0 = not known */
	char words
		[256]; /* "pid 4242, dbtop/change bob@laptop from 10.0.0.4, since 12:03, holds the migration lock" */
};

struct run_statement {
	size_t step, index;
	const struct migration_statement *statement;
	bool is_done;
	int64_t took_ms; /* once done */
	int64_t rows;	 /* -1 = it does not say */
};

/* How it ended. */
struct run_end {
	enum exit_code exit;
	struct err error; /* kind ERR_NONE when it ended well */
	enum database_state database;
	size_t steps_done, migrations_done;
	bool is_stale; /* the history changed since the plan was made: make it again */
};

/* Each may be NULL. */
struct run_events {
	void (*state)(void *arg, enum run_state state);
	void (*step)(void *arg, size_t step, enum step_state state, int64_t took_ms);
	/* The step before this one is at its COMMIT: what takes time and leaves no trace may be got ready now. */
	void (*ahead)(void *arg, size_t step);
	void (*statement)(void *arg, const struct run_statement *statement);
	void (*waiting)(void *arg, const struct run_wait *wait);
	void (*retry)(void *arg, int attempt, int64_t delay_ms, const struct err *why);
	void (*notice)(void *arg, const char *severity, const char *text);
	/* The gate: asked before each step; false = not now, asked again each half second. */
	bool (*may_step)(void *arg, size_t step);
	/* PAUSED; the trouble is borrowed. */
	void (*paused)(void *arg, const struct run_trouble *trouble);
	/* Once, last. The executor may be freed by the caller on a later turn. */
	void (*finished)(void *arg, const struct run_end *end);
};

/* Everything is borrowed and must outlive the executor. */
struct executor_options {
	struct loop *loop;
	struct endpoint *endpoint;
	const struct identity *must_equal; /* the server the plan was made for; NULL = any */
	const struct plan *plan;
	const struct history *history; /* the one the plan was made on */
	const struct migration_set *set;
	const char *project;
	const char *client;	       /* "bob@laptop" */
	const char *run_id;	       /* uuid */
	const char *migrate_role;      /* NULL = none */
	int64_t lock_timeout_ms;       /* of a group, unless its migration says otherwise */
	int64_t lock_wait_ms;	       /* for the advisory locks */
	int64_t resolve_ms;	       /* for a lost COMMIT; 0 = for ever */
	const struct journal *journal; /* NULL = none */
	const struct run_events *events;
	void *events_arg;
};

struct executor *executor_new(const struct executor_options *options);
/* At any time; nothing is called back any more. A group under way is rolled back by the server. */
void executor_free(struct executor *executor);

/* Open: READY, PAUSED (something was interrupted) or finished() follows. */
void executor_start(struct executor *executor);
/* Run from the next step up to, not including, step `until` (plan->step_count = all): breakpoints are the caller's. */
void executor_run(struct executor *executor, size_t until);
/*
 * Leave the next step out: history goes on as if it were done, with the reason in it, which must outlive the executor.
 * READY, or PAUSED after a failure; not where an outcome is open.
 */
void executor_skip(struct executor *executor, const char *reason);
/* PAUSED: take one of trouble->choices. */
void executor_choose(struct executor *executor, enum run_choice choice);
/* After the step under way: READY. */
void executor_stop(struct executor *executor);
/* Cancel what runs: a group is rolled back; a lone step is canceled and probed. While COMMIT is out: nothing. */
void executor_cancel(struct executor *executor);
/*
 * Others queue behind us while we wait for a lock ourselves: a group gives way, is rolled back and tried again later,
 * as after a lock_timeout; so does a lone statement that leaves nothing when it is broken off. In any other moment: nothing.
 */
void executor_yield(struct executor *executor);
/* RESOLVING, or waiting for our old backend: end that backend. */
void executor_terminate_backend(struct executor *executor);
/* The question of the running step that is out: another number for each; 0 = none is. */
uint64_t executor_question(const struct executor *executor);
/* Its answer will not come, although the server is through with it: the connection counts as lost. */
void executor_hang_up(struct executor *executor);
/* READY or PAUSED: give the changing connection back; the next step opens another. In any other state: nothing. */
void executor_let_go(struct executor *executor);
/* Leave: locks go, the connection closes, finished() follows. A group is rolled back, a lone step left to the server. */
void executor_close(struct executor *executor);
/* Who stood in our way, as the watch saw it: named when a try fails. */
void executor_note_blockers(
	struct executor *executor, const struct run_blocker *blockers, size_t count);

enum run_state executor_state(const struct executor *executor);
size_t executor_next_step(const struct executor *executor);
/* Of the changing connection, for the watch; NULL = there is none. */
const struct identity *executor_identity(const struct executor *executor);

#endif
