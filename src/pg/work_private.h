/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of work. work.c: tries, from the wish to COMMIT; work_resolve.c: what became of a COMMIT without an answer.
 */
#ifndef DBTOP_PG_WORK_PRIVATE_H
#define DBTOP_PG_WORK_PRIVATE_H

#include "base/mem.h"
#include "pg/work.h"

enum {
	WORK_DEADLINE_MS = 30000, /* where nobody said another one */
	WORK_ANSWER_MS = 2000,	  /* of questions of our own */
	WORK_RESOLVE_MS = 10000,
};

enum work_stage {
	WORK_ASKING, /* for a connection */
	WORK_BEGINNING,
	WORK_OPEN, /* the body has its say */
	WORK_COMMITTING,
	WORK_TOKEN,
	WORK_PAUSING, /* before the next try */
	WORK_RESOLVING,
};

struct work {
	struct servers *servers;
	struct work_options options;
	struct route_token since; /* the wish's own token */
	work_body_fn *body;
	work_answer_fn *answered;
	work_done_fn *done;
	void *arg;
	enum work_stage stage;
	bool is_asking;	  /* a question of the body is on its way */
	bool is_canceled; /* somebody wants it to end */
	bool has_given_up;
	int64_t due_us;

	/* of the try under way */
	struct server_lease *lease;
	struct unit_of_work *unit; /* owned */
	struct identity identity;  /* where it runs */
	char xact_id[24];	   /* "" = it has written nothing, as far as was asked */
	int64_t leased_us, begun_us;
	struct loop_timer *pause;

	int64_t resolve_due_us;
	int asked_outcome; /* so often */
	struct err error;
	struct work_end end;
};

static inline int64_t work_left_ms(const struct work *work, int64_t due_us)
{
	int64_t left_ms = (due_us - loop_now_us(servers_loop(work->servers))) / 1000;
	return left_ms > 0 ? left_ms : 0;
}

/* work.c: give the connection back, and whatever stands on it. */
void work_release_try(struct work *work);
/* The end of it; e NULL when committed. */
void work_finish(struct work *work, enum work_outcome outcome, const struct err *e);
/* The position that covers all it has written; "" = not known. */
void work_set_token(struct work *work, const char *lsn);

/* work_resolve.c; error is what the COMMIT ended with. */
void work_resolve(struct work *work);

#endif
