/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs in the store, and their journal. The law: an intent is on disk before its statement is sent; the outcome
 * follows. Outcomes and log lines are written at once (a killed dbtop loses none) but reach the disk with the next
 * intent or the end of the run, so that a step costs one sync. An outcome that may wait is written together with
 * whatever is written next. An outcome lost with the machine's power, or while it waited, leaves an open intent: the
 * next start asks the server.
 */
#ifndef DBTOP_STORE_STORE_RUN_H
#define DBTOP_STORE_STORE_RUN_H

#include <stddef.h>

#include "base/arena.h"
#include "model/link.h"
#include "store/store.h"

struct stored_run {
	const char *id; /* uuid */
	const char *target, *digest, *direction, *actor;
	const char *system_identifier;
	int64_t database_oid;
	int64_t started_us, ended_us; /* wall; ended 0 = still running, or killed */
	int64_t exit_code;	      /* VALUE_NONE until ended */
	int64_t steps_done;
	const char *words; /* how it ended; "" until then */
};

/* started_us is set here when 0. */
bool store_run_start(struct store *store, const struct stored_run *run, struct err *e) MUST_CHECK;
bool store_run_end(struct store *store, const char *run_id, int64_t exit_code, int64_t steps_done,
	const char *words, struct err *e) MUST_CHECK;
/* Newest first; target NULL = all. Texts live in the arena. */
size_t store_run_list(struct store *store, const char *target, size_t limit, struct arena *arena,
	struct stored_run **runs);

struct stored_intent {
	const char *run_id, *rev, *direction; /* "up", "down" */
	size_t step, ordinal, ordinal_count;
	bool is_lone;
	int attempt;
	const char *step_sha256;
	const char *xid; /* "" for a lone step */
	const struct identity *identity;
	/*
	 * A killed dbtop need not lose it, a machine without power may: enough for a group, whose history row tells
	 * all by itself, and for a lone step whose intent the server keeps.
	 */
	bool may_sync_later;
};

/* An intent without an outcome. Texts live in the arena. */
struct stored_open_intent {
	const char *run_id, *target, *rev, *direction;
	size_t step, ordinal;
	bool is_lone;
	const char *step_sha256, *xid, *actor;
	int64_t backend_pid;
	int64_t at_us; /* wall */
};

/* On disk when it returns true, unless it may_sync_later. A new attempt of the same step closes the one before it. */
bool store_run_intent(
	struct store *store, const struct stored_intent *intent, struct err *e) MUST_CHECK;

struct stored_outcome {
	const char *run_id, *rev, *direction;
	size_t step, ordinal;
	const char *result;   /* "done", "failed", "rolled back", "skipped", "unknown" */
	const char *database; /* "unchanged", "partial", "unknown"; NULL = not said */
	int64_t took_ms;
	const char *error; /* NULL = none */
	bool may_wait;	   /* it is "done", the server says so too, and more is written soon */
};

/* "unknown" leaves the intent open: somebody has to decide. */
bool store_run_outcome(
	struct store *store, const struct stored_outcome *outcome, struct err *e) MUST_CHECK;
/* Write what waits now. True as well when nothing does. */
bool store_run_flush(struct store *store, struct err *e) MUST_CHECK;
/* A person or the server has told: closes every open intent of that revision on that server. */
bool store_run_settle(struct store *store, const struct identity *identity, const char *rev,
	const char *result, struct err *e) MUST_CHECK;

/*
 * The newest open intent of that revision (NULL = any) on the server and database of `identity`, whatever its timeline.
 * False: none. `open` lives in the arena.
 */
bool store_run_find_open(struct store *store, const struct identity *identity, const char *rev,
	struct arena *arena, struct stored_open_intent *open);

/* What is known of a migration that never came to its end. Texts live in the arena. */
struct stored_past {
	const char *rev, *direction;
	size_t steps_done; /* of that direction, in a row from the first: done or skipped */
	bool is_open; /* the step behind them has an intent and no outcome: what follows is about it */
	bool is_lone;
	const char *step_sha256, *xid, *run_id;
	int64_t timeline; /* of the server then */
	int64_t backend_pid;
	int64_t at_us; /* wall */
};

/*
 * The newest unfinished doing with that revision (NULL = with whichever was touched last) on that server and
 * database. False: it came to its end, or nothing is known.
 */
bool store_run_past(struct store *store, const struct identity *identity, const char *rev,
	struct arena *arena, struct stored_past *past);

/* Applied there while the server was on an earlier timeline, and not touched since: a failover may have lost it. */
struct stored_applied {
	const char *rev;
	int64_t timeline;
	int64_t at_us; /* wall */
};
/* By revision. Texts live in the arena. */
size_t store_run_applied_before(struct store *store, const struct identity *identity,
	struct arena *arena, struct stored_applied **applied);

/* One line of a run's story. */
bool store_run_log(struct store *store, const char *run_id, const char *level, const char *text,
	struct err *e) MUST_CHECK;
struct stored_log_line {
	int64_t at_us;
	const char *level, *text;
};
/* Oldest first. */
size_t store_run_log_list(struct store *store, const char *run_id, struct arena *arena,
	struct stored_log_line **lines);

/* What a table held before a statement with data-loss was sent: estimates; VALUE_UNKNOWN where nobody knows. */
struct stored_loss {
	const char *run_id, *rev, *schema, *name;
	int64_t rows, bytes;
	int64_t at_us;	     /* set by the store */
	bool may_sync_later; /* the server keeps it too, in the transaction that loses the data */
};
bool store_run_loss(struct store *store, const struct stored_loss *loss, struct err *e) MUST_CHECK;
/* Newest first, of one revision; rev NULL = all. */
size_t store_run_loss_list(
	struct store *store, const char *rev, struct arena *arena, struct stored_loss **losses);

#endif
