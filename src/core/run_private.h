/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the three files of a run share: run.c (life and commands), run_events.c (what the executor tells), run_watch.c
 * (gate and watch).
 */
#ifndef DBTOP_CORE_RUN_PRIVATE_H
#define DBTOP_CORE_RUN_PRIVATE_H

#include "core/inspect.h"
#include "core/run.h"
#include "loop/loop.h"
#include "migrate/run/guard.h"
#include "pg/lease.h"

struct run {
	struct app *app;
	struct inspection *inspection; /* owned */
	struct executor *executor;     /* owned; NULL until the first step */
	struct journal journal;
	struct run_listener listener; /* finished NULL = the screen */
	char run_id[40];
	int64_t plan_id; /* in the store; 0 = not kept there */
	char skip_reason[1024];
	bool is_leaving;  /* dropped as soon as it is finished */
	bool skips_first; /* the step that opens the connection is left out */
	bool was_lost;	  /* the connection, under the running step, after the point of no return */
	size_t until;	  /* run up to this step once READY */
	struct run_trouble trouble;
	bool has_trouble;
	bool is_headless, is_finished;
	/* gate */
	int64_t gate_wait_ms, gate_shut_us; /* mono since when it is shut; 0 = open */
	int64_t blocked_since_us;
	int64_t waiting_ms; /* our own wait for a lock, as the watch saw it */
	bool guard_stopped;
	unsigned gate_warned; /* bits of readings said to be unreadable */
	/* watch over our backend, on the monitoring connection */
	struct loop_timer *watch_timer;
	struct watch_ask *watch_ask; /* under way; NULL = none */
	uint64_t silent_question; /* the server was through with it at that many looks in a row */
	int silent_looks;
	int64_t watched_pid; /* the backend the watch has seen at work */
	size_t content_at;   /* where the last migration stood in the set */
};

extern const struct run_events run_events;

/* Post the news; headless nobody listens. */
void run_changed(struct run *run);
void run_set_message(struct run *run, const char *fmt, ...) PRINTF(2, 3);

void run_let_go_if_locked(struct run *run);

void run_watch_start(struct run *run);
void run_watch_stop(struct run *run);
/* No statement of ours is out any more: what it waited for, and who waited for it, says nothing of the next step. */
void run_watch_forget(struct run *run);
/* Read the gate anew from the model's samples. */
void run_gate_update(struct run *run);
bool run_gate_is_open(struct run *run, size_t step);

/* the plan in the store: core/run_plan.c */
void run_plan_open(struct run *run);
void run_plan_break(struct run *run, size_t step, bool is_set);
void run_plan_skip(struct run *run, size_t step, const char *reason);
void run_plan_status(struct run *run, bool is_running);

/* journal over the store: core/run_journal.c */
void run_journal_init(struct journal *journal, struct app *app);
void run_journal_start(struct run *run);
void run_journal_end(struct run *run, const struct run_end *end);
/* Before a step: what the tables it empties or drops held. */
void run_journal_losses(struct run *run, size_t step);

#endif
