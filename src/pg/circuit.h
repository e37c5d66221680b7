/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Circuit: what one endpoint is good for right now, from what was heard of it. Answers tell its role, probes tell its
 * lag, failures open the circuit; nothing here sends anything, and time comes from the caller.
 *
 *   UNKNOWN ──role──▶ PRIMARY │ REPLICA ◀─below half the limit── LAGGING      (lag: with hysteresis)
 *      ▲                 │                ──above the limit────▶
 *      │ demoted         ├─ one failure, sessions ended ──▶ SUSPECT ──a second within 10 s──▶ DOWN until …
 *      │                 └─ refused, starting ────────────────────────────────────────────▶ DOWN until …
 *      └── an answer to a probe once the time has come; then a slow start over 10 s
 */
#ifndef DBTOP_PG_CIRCUIT_H
#define DBTOP_PG_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dice.h"
#include "pg/retry.h"

enum circuit_state {
	CIRCUIT_UNKNOWN, /* nothing was heard yet, or it was demoted */
	CIRCUIT_PRIMARY,
	CIRCUIT_REPLICA, /* a standby inside the lag limit */
	CIRCUIT_LAGGING, /* a standby behind it, or one whose lag is not known */
	CIRCUIT_SUSPECT, /* something broke once, or it is fenced: last resort */
	CIRCUIT_DOWN,	 /* left alone until until_us */
	CIRCUIT_AUTH_FAILED,
	CIRCUIT_DRAINING, /* a person takes it out */
	CIRCUIT_STATES
};

enum {
	CIRCUIT_FAILURES_TO_DOWN = 2,
	CIRCUIT_FAILURE_WINDOW_MS = 10000,
	CIRCUIT_DOWN_MS = 1000, /* the first time; grows by half each time, ± 20 % */
	CIRCUIT_DOWN_MOST_MS = 30000,
	CIRCUIT_AUTH_MS = 30000, /* servers lock accounts */
	CIRCUIT_SLOW_START_MS = 10000,
};

struct circuit {
	enum circuit_state state;
	int64_t lag_limit_bytes; /* 0 = any lag will do */
	bool has_role, is_standby;
	int64_t timeline;  /* 0 = not known */
	int64_t lag_bytes; /* -1 = not known */
	bool is_fenced;	   /* another primary has the newer timeline */
	bool is_alarmed;   /* it said that data are damaged; stays */
	int failures;	   /* in a row */
	int64_t first_failure_us;
	int downs;	       /* in a row */
	int64_t until_us;      /* of DOWN and AUTH_FAILED */
	int64_t readmitted_us; /* 0 = it was never away */
	int64_t entered_us;    /* this state */
	struct dice dice;
};

void circuit_init(struct circuit *circuit, int64_t lag_limit_bytes, int64_t now_us);
/* An answer came, with the role the server reports; timeline 0 = not known. Clears failures, closes the circuit. */
void circuit_hear_role(struct circuit *circuit, bool is_standby, int64_t timeline, int64_t now_us);
/* Bytes between the primary's insert position and what is replayed; -1 = cannot be told. */
void circuit_hear_lag(struct circuit *circuit, int64_t lag_bytes, int64_t now_us);
void circuit_hear_failure(struct circuit *circuit, enum retry_news news, int64_t now_us);
/* Two primaries: the one of the older timeline is fenced until it is a standby. */
void circuit_fence(struct circuit *circuit, bool is_fenced, int64_t now_us);
void circuit_drain(struct circuit *circuit, bool is_draining, int64_t now_us);

/* May somebody dial it now? DOWN and AUTH_FAILED say no until their time has come. */
bool circuit_is_due(const struct circuit *circuit, int64_t now_us);
/* Share of its fair part that a readmitted endpoint gets, 10 to 100. */
int circuit_share_percent(const struct circuit *circuit, int64_t now_us);
/* "replica", "down" … */
const char *circuit_state_word(enum circuit_state state);

#endif
