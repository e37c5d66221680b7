/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retry: what may be asked again after a failure. One table of rules by SQLSTATE, and one function that reads it;
 * nobody else decides. What was on its way counts first: nothing sent may always be sent again, a whole unit of
 * work that was declared replayable may be replayed before its COMMIT, a COMMIT without an answer never — its
 * outcome is asked for. What a person typed is never sent twice.
 */
#ifndef DBTOP_PG_RETRY_H
#define DBTOP_PG_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dice.h"
#include "base/err.h"

/* How far things had come. */
enum retry_phase {
	RETRY_DIALING,	  /* nothing was sent */
	RETRY_READING,	  /* one statement of our own inside READ ONLY, or on a standby */
	RETRY_IN_UNIT,	  /* inside a unit of work declared replayable; COMMIT not sent */
	RETRY_TYPED,	  /* somebody else's statement, or a unit nobody declared replayable */
	RETRY_COMMITTING, /* COMMIT was sent */
};

enum retry_action {
	RETRY_NEVER,
	RETRY_SAME,	 /* again, after a pause */
	RETRY_ELSEWHERE, /* again, another endpoint first */
	RETRY_PRIMARY,	 /* again, once it is known who the primary is now */
	RETRY_RESOLVE,	 /* ask the server what became of the COMMIT; nothing is sent again */
};

/* What the failure says of the connection it came on. */
enum retry_link {
	RETRY_LINK_KEEP,
	RETRY_LINK_FORGET, /* keep, and forget what was prepared on it */
	RETRY_LINK_DROP,
	RETRY_LINK_EVICT, /* drop all of that endpoint */
};

/* What it says of the endpoint; pg/circuit.h takes it. */
enum retry_news {
	RETRY_NEWS_NONE,
	RETRY_NEWS_FAILED,   /* a connection-class failure */
	RETRY_NEWS_REFUSED,  /* nobody listens */
	RETRY_NEWS_STARTING, /* starting, stopping, recovering */
	RETRY_NEWS_LEAVING,  /* sessions are being ended */
	RETRY_NEWS_FULL,     /* no free slot: more dials make it worse */
	RETRY_NEWS_DEMOTED,  /* it is no primary any more */
	RETRY_NEWS_AUTH,    /* password, name, right, certificate: a person must change something */
	RETRY_NEWS_CORRUPT, /* raise the alarm */
};

struct retry_verdict {
	enum retry_action action;
	enum retry_link link;
	enum retry_news news;
	int tries;	 /* at most, the first included; 0 = until the deadline */
	const char *why; /* static: why it is so */
};

/* e is of pg/error.c, or our own deadline (ERR_TIMEOUT). */
struct retry_verdict retry_judge(const struct err *e, enum retry_phase phase);

/* How pauses grow: full jitter under base doubled up to a cap. */
struct retry_pace {
	int64_t base_ms, cap_ms;
};
extern const struct retry_pace retry_pace_dial, retry_pace_unit;
/* Before try number `attempt` + 1; attempt counts from 1. */
int64_t retry_delay_ms(const struct retry_pace *pace, int attempt, struct dice *dice);

/*
 * Budget: retries of the last ten seconds may be a tenth of the requests, so that retrying never multiplies an outage;
 * a few are always free, or a quiet client could never retry.
 */
enum { RETRY_BUDGET_SECONDS = 10, RETRY_BUDGET_FREE = 5, RETRY_BUDGET_PERCENT = 10 };
struct retry_budget {
	int64_t second; /* of the newest slot */
	int requests[RETRY_BUDGET_SECONDS], retries[RETRY_BUDGET_SECONDS];
};
void retry_budget_request(struct retry_budget *budget, int64_t now_us);
/* True takes one. */
bool retry_budget_take(struct retry_budget *budget, int64_t now_us) MUST_CHECK;

#endif
