/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed: one statement that a person typed, answered by a standby when it is provably a read, else by the primary.
 *
 *   text ─▶ judge (parse/reads.h) ─ a read? ─▶ READ ONLY on a standby: path, catalog, text ─▶ rows ─▶ done
 *                 │ no                                    │ the catalog objects, or 25006
 *                 └───────────▶ one unit of work on the primary ◀──────────┘
 *
 * The READ ONLY unit makes of a misjudgement an error and not an effect: a text that the standby refused as a write has
 * written nothing, and runs on the primary instead. Otherwise nothing that was typed is ever sent twice.
 */
#ifndef DBTOP_CORE_TYPED_H
#define DBTOP_CORE_TYPED_H

#include "parse/deep.h"
#include "pg/work.h"

/* Of one target: what its catalog said of a text is kept for a minute. */
struct typed;
struct typed_run;

/* Both are borrowed, and outlive it. */
struct typed *typed_new(struct servers *servers, struct deep *deep);
/* Nothing may be under way. NULL is fine. */
void typed_free(struct typed *typed);

struct typed_request {
	const char *text;		 /* one statement; copied */
	const char *path;		 /* search_path it runs under; NULL = none; copied */
	bool is_split;			 /* reads may go to a standby */
	const struct route_token *token; /* the last write of whoever typed; NULL = none; copied */
	int64_t deadline_ms;		 /* of all of it; 0 = 30 s */
};

struct typed_end {
	const struct err *e; /* NULL = it went well */
	enum work_outcome outcome;
	int server;	  /* that answered; SERVERS_NONE = nobody did */
	bool is_read;	  /* inside READ ONLY, by whichever server was free for it */
	bool was_sent_on; /* a server refused it as a write, so that it ran on the primary */
	char why[160];	  /* why it was not taken for a read; "" = it was, or nobody asked */
	struct route_token token; /* of its own write */
	int64_t transaction_us;
};

/* At most once, before done(): the answer, valid inside of the call only. */
typedef void typed_rows_fn(void *arg, const struct result *result);
typedef void typed_done_fn(void *arg, const struct typed_end *end);

/* done() on a later turn, exactly once; the run is gone afterwards. */
struct typed_run *typed_start(struct typed *typed, const struct typed_request *request,
	typed_rows_fn *rows, typed_done_fn *done, void *arg);
void typed_cancel(struct typed_run *run);

#endif
