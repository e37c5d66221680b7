/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journal: what must be remembered before a run goes on. The run owns the seam, core fills it over the store.
 * Called synchronously. The journal is never needed for safety where the server keeps an intent itself: its failure
 * is then told and the run goes on; where nobody else would know (`must_hold`), nothing is sent.
 */
#ifndef DBTOP_MIGRATE_RUN_JOURNAL_H
#define DBTOP_MIGRATE_RUN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/link.h"
#include "model/migration.h"
#include "model/report.h"

struct journal_intent {
	const char *rev;
	enum migration_section direction;
	size_t step;		       /* index in the plan */
	size_t ordinal, ordinal_count; /* in the migration, from 1 */
	bool is_lone;
	bool must_hold; /* guest without an intent on the server: false from intent() means do not send */
	bool is_only_witness; /* the server keeps no mark of this group: on disk before its COMMIT */
	int attempt;
	const char *step_sha256;
	const char *xid; /* of the group's transaction; "" for a lone step */
	const struct identity *identity;
	const char *run_id;
};

enum journal_result {
	JOURNAL_DONE,
	JOURNAL_FAILED,
	JOURNAL_ROLLED_BACK,
	JOURNAL_SKIPPED,
	JOURNAL_UNKNOWN
};

struct journal_outcome {
	const char *rev;
	enum migration_section direction;
	size_t step, ordinal;
	enum journal_result result;
	enum database_state database;
	int64_t took_ms;
	const struct err *error; /* NULL = none */
	const char *run_id;
	bool may_wait; /* for the next intent or flush(): the server itself holds this step's end */
	/* What earlier runs left open of that revision on this server is settled by it too; NULL = nothing was. */
	const struct identity *settles;
};

/*
 * What earlier runs on this server left of one migration that never came to its end: an intent without an outcome, or
 * steps done before one that was never begun. Texts live until the next call.
 */
struct journal_past {
	enum migration_section direction;
	size_t steps_done; /* of that direction, in a row from the first: done or skipped */
	bool is_open; /* the step behind them has an intent and no outcome: what follows is about it */
	bool is_lone;
	const char *step_sha256, *xid, *run_id;
	int64_t timeline; /* of the server it ran on; VALUE_UNKNOWN = not kept */
	int64_t backend_pid;
	int64_t at_us; /* wall */
};

struct journal {
	/* Durable when it returns true. */
	bool (*intent)(void *state, const struct journal_intent *intent, struct err *e);
	bool (*outcome)(void *state, const struct journal_outcome *outcome, struct err *e);
	/* An outcome that waits is written now: nothing else may follow soon. */
	bool (*flush)(void *state, struct err *e);
	/* One line of the run's story; may fail quietly. */
	void (*log)(void *state, const char *level, const char *text);
	/* What is known of that revision on this server. False = nothing is unfinished, or there is no store. */
	bool (*find_past)(void *state, const struct identity *identity, const char *rev,
		struct journal_past *past);
	/* Is any intent on this server without an outcome, whatever its revision? NULL = no. */
	bool (*has_open)(void *state, const struct identity *identity);
	void *state;
};

#endif
