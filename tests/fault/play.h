/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Play: one executor on a stage, with a plan written by hand and a journal that remembers. What it tells is kept as
 * lines of text, so that a test can say what must be among them.
 */
#ifndef DBTOP_TESTS_FAULT_PLAY_H
#define DBTOP_TESTS_FAULT_PLAY_H

#include "handmade.h"
#include "migrate/run/executor.h"
#include "stage.h"

struct play {
	struct stage *stage;
	struct handmade made;
	struct history *history;
	struct executor *executor;
	struct journal journal;
	struct run_events events;
	struct executor_options options;

	struct str told; /* "state 4", "step 0 done", "retry 1", "wait pid 7 …", "notice …" */
	struct run_trouble trouble;
	int pauses;
	struct run_end end;
	bool is_finished;
	int64_t step_took_ms, outcome_took_ms; /* as told last, and as journaled last */
	int64_t retry_ms[16];
	int retries;
	bool is_gate_shut;

	bool is_journal_full;	  /* intent() fails */
	bool is_outcome_waiting;  /* for the next intent or "flush" */
	struct journal_past past; /* what find_past() says, when has_past */
	bool has_past;
	struct str journaled; /* "intent 20260101 up 1 xid 700", "outcome 20260101 done", "flush" */
};

/* Two migrations, 20260101000000 and 20260102000000, without steps. */
struct play *play_new(const char *format, enum plan_direction direction);
void play_free(struct play *play);
struct migration *play_migration(struct play *play, size_t index);
/* A group of one statement. */
struct plan_step *play_group(struct play *play, size_t migration, const char *sql);
/* CREATE INDEX CONCURRENTLY big_i ON big. */
struct plan_step *play_lone(struct play *play, size_t migration);
/* Number the steps, make the executor, start it, and let time pass until nothing happens any more. */
void play_open(struct play *play);
/* The same, then run everything. */
void play_all(struct play *play);
void play_ms(struct play *play, int64_t ms);
bool play_told(const struct play *play, const char *part);
bool play_journaled(const struct play *play, const char *part);
/* Are these parts in the log of what was sent, in that order? Ended by NULL. */
bool play_sent(const struct play *play, const char *const *parts);

#endif
