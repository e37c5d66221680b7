/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run view: one execution of a plan as it goes, for the screen, the events and the reports. Filled by core/run.c
 * from what migrate/run tells.
 */
#ifndef DBTOP_MODEL_RUN_VIEW_H
#define DBTOP_MODEL_RUN_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/plan.h"

enum run_state {
	RUN_NONE,
	RUN_OPENING,   /* changing connection, identity, lock */
	RUN_READY,     /* between steps: waits for a command */
	RUN_GATED,     /* the gate is shut before the next step */
	RUN_STEP,      /* statements are on their way */
	RUN_RETRY,     /* lock_timeout or deadlock: group rolled back, tried again at retry_at_us */
	RUN_RESOLVING, /* COMMIT without an answer: the server is being asked */
	RUN_PAUSED,    /* a step failed; a person decides */
	RUN_DONE,
	RUN_STOPPED,
	RUN_UNKNOWN, /* the outcome could not be learned */
};

/* Something of ours is on its way, or about to be. */
static inline bool run_state_is_busy(enum run_state state)
{
	return state == RUN_OPENING || state == RUN_STEP || state == RUN_RETRY ||
	       state == RUN_RESOLVING;
}

enum step_state {
	STEP_WAITING,
	STEP_RUNNING,
	STEP_DONE,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_ROLLED_BACK
};

/* What can soundly be done about a step that failed or was interrupted. */
enum run_choice {
	RUN_CHOICE_AGAIN,     /* run the step again */
	RUN_CHOICE_CLEAR,     /* drop the invalid remains, then run it again */
	RUN_CHOICE_MARK_DONE, /* it did happen: write it down and go on */
	RUN_CHOICE_COUNT,
};
#define RUN_CHOICE_BIT(choice) (1u << (choice))

struct run_blocker {
	int64_t pid;
	char app[64];
	char state[32];
	int64_t age_ms;
	char query[128];
};

enum { RUN_BLOCKERS_MAX = 4 };

struct gate_reading {
	char name[12]; /* lag, slots, blocked, oldest, wait */
	int64_t value; /* VALUE_UNKNOWN = "?": warns, does not shut */
	int64_t limit; /* negative = off */
	enum unit unit;
	bool is_shut;
	char words[96]; /* "replica s2 is 884 MB behind, limit 500 MB" */
};

enum { GATE_READINGS = 5 };

struct gate_view {
	struct gate_reading readings[GATE_READINGS];
	bool is_shut;
	size_t warning_count;
	char reason[128]; /* of the first shut reading */
};

struct run_view {
	enum run_state state;
	const struct plan *plan;      /* borrowed from the run; valid while state != NONE */
	size_t step;		      /* index of the current or next step */
	enum step_state *step_states; /* plan->step_count; owned by core/run.c */
	int64_t *step_took_ms;
	size_t statement; /* index within the running step */
	size_t statements_done;
	int64_t statement_started_us; /* mono */
	int64_t step_started_us, started_us;
	int64_t backend_pid;
	int attempt;
	int64_t retry_at_us;
	struct run_blocker blockers[RUN_BLOCKERS_MAX]; /* who we wait for */
	size_t blocker_count;
	int64_t blocked_by_us; /* sessions that wait for us */
	char progress[96];     /* the server's own words and numbers; "" = it reports none */
	struct gate_view gate;
	bool *breakpoints; /* plan->step_count: pause before this step */
	unsigned choices;  /* RUN_CHOICE_BIT()s that are sound while PAUSED; stopping always is */
	enum run_choice proposed; /* the likeliest of them */
	char message[256];	  /* what just happened, one sentence */
	char error
		[1024]; /* failed step: file:line:column, SQLSTATE, words, hint, what is true now */
};

#endif
