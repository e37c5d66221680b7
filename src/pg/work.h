/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work: a unit of work from the wish for a connection to the end of its transaction, on whichever server is fit for it.
 * What is to be done is a function, called once the transaction is open; it asks its questions one after another and
 * says at last whether to commit. It hears answers, never errors: a failed question ends the try, and when the work was
 * declared replayable and the rules of pg/retry.h allow it, the whole of it is done again from the start, on the
 * primary of that moment, after a pause, as long as tries, deadline and the budget of retries last.
 *
 *   choose ─▶ BEGIN ─▶ body ─▶ its number ─▶ COMMIT ─▶ token ─▶ done: COMMITTED
 *      ▲        │       │                      │
 *      └─pause──┴───────┘ failed before COMMIT └─ no answer ─▶ ask what became of it ─▶ COMMITTED │ ROLLED_BACK │ UNKNOWN
 *
 * A COMMIT is never sent twice, and work whose COMMIT was not answered is never done again, whatever is heard of
 * it. What a person typed is not replayable.
 */
#ifndef DBTOP_PG_WORK_H
#define DBTOP_PG_WORK_H

#include "pg/servers.h"
#include "pg/unit.h"

struct work;

enum work_outcome {
	WORK_ROLLED_BACK, /* nothing of it is there */
	WORK_COMMITTED,
	WORK_UNKNOWN, /* COMMIT went out, and nobody can say what became of it */
};

struct work_end {
	enum work_outcome outcome;
	const struct err *e; /* NULL exactly when COMMITTED */
	int tries;
	int server;		  /* of the last try; SERVERS_NONE = there was no connection */
	struct route_token token; /* for reads after it; lsn 0 = nothing was written */
	int64_t held_us;	  /* the last connection */
	int64_t transaction_us;	  /* from BEGIN to its end, of the last try */
	bool was_resolved;	  /* the answer to COMMIT was lost, and the outcome asked for */
};

/* Called once the transaction is open: at every try. It has to lead to work_commit() or work_give_up(). */
typedef void work_body_fn(void *arg, struct work *work);
typedef void work_done_fn(void *arg, const struct work_end *end);

struct work_options {
	struct servers_wish wish; /* is_work is set; deadline_ms is that of all tries together */
	struct unit_options
		unit;	    /* isolation, read only, deferrable; deadline of BEGIN and COMMIT */
	bool is_replayable; /* it may be done again from the start */
	int tries;	    /* at most; 0 = as many as the rule allows */
	int64_t resolve_ms; /* how long the outcome of a COMMIT is asked for; 0 = 10 s */
};

/*
 * done() on a later turn, exactly once; the work is gone afterwards. The servers must outlive it, and all that the options
 * point at the start.
 */
struct work *work_start(struct servers *servers, const struct work_options *options,
	work_body_fn *body, work_done_fn *done, void *arg);
/*
 * Inside of the body: one question after another. answered() comes with an answer only. Where a column is called
 * xact_id it is taken for the number of the transaction, and need not be asked for before COMMIT.
 */
typedef void work_answer_fn(void *arg, struct work *work, const struct result *result);
void work_run(struct work *work, const struct query *query, work_answer_fn *answered);
void work_commit(struct work *work);
/* Roll back, and end with that error. */
void work_give_up(struct work *work, const struct err *e);
/* From outside: what runs is canceled, and the work ends as soon as its outcome is known. */
void work_cancel(struct work *work);

#endif
