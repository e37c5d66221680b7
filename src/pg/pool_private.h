/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of a pool. pool.c: taking and giving back, the hot path; pool_line.c: requests that wait and their answers;
 * pool_member.c: one connection's life in the pool; pool_dial.c: when to dial, and what failures mean; pool_clock.c:
 * all that happens by time; pool_life.c: birth, resize, drain, suspend, close; pool_stats.c: the figures.
 *
 *            dial           clean enough            somebody asks
 *   FREE ─────────→ DIALING ─────────────→ IDLE ←──────────────────→ LENT ──→ CUT (closed under its holder)
 *    ↑                 │                    ↑ └─ ping ─→ CLEANING ───┘ │        │
 *    └─────────────────┴─── every state ────┴───────────────┘←─────────┘        └──→ FREE
 */
#ifndef DBTOP_PG_POOL_PRIVATE_H
#define DBTOP_PG_POOL_PRIVATE_H

#include "base/dice.h"
#include "base/mem.h"
#include "pg/pool.h"

enum {
	POOL_DIALS_MAX = 4,
	POOL_DIALS_AFTER_FAILURE = 2,
	POOL_LIFE_JITTER_PARTS = 10, /* up to a tenth of a life is cut off */
	POOL_CEILING_STEP_US = 10000000,
};
#define POOL_NEVER INT64_MAX

enum member_state {
	MEMBER_FREE, /* a slot without a connection */
	MEMBER_DIALING,
	MEMBER_IDLE,
	MEMBER_CLEANING, /* rolled back, asked who it is, or pinged */
	MEMBER_LENT,
	MEMBER_CUT, /* its lease is out, its connection closed */
	MEMBER_STATES
};

struct pool_member {
	struct pool *pool;
	struct conn *conn; /* owned; NULL when FREE or CUT */
	uint64_t serial;   /* of its lease; 0 = not lent */
	uint32_t slot;
	uint32_t generation;
	enum member_state state;
	enum pool_reason doom; /* closed for that when it comes back; POOL_REASONS = none */
	bool is_fresh;	       /* never lent */
	bool is_pinged;	       /* CLEANING is a ping */
	bool is_lost;	       /* … and was judged */
	bool is_leaking;       /* … and the log said so */
	int64_t since_us;      /* in this state */
	int64_t expires_us;    /* end of its life */
	int64_t answered_us;   /* when it was last known to be alive */
	int64_t overdue_us;    /* end of its lease */
	const char *tag;       /* borrowed */
	struct pool_member *prev, *next; /* in the list of its state */
};

enum request_state {
	REQUEST_NONE, /* not the pool's: never asked, or answered */
	REQUEST_WAITING,
	/* answers on their way */
	REQUEST_GRANTED,
	REQUEST_LATE,
	REQUEST_CANCELED,
	REQUEST_FULL,
	REQUEST_DIAL_FAILED,
	REQUEST_CLOSED,
	REQUEST_FORKED,
};

enum goal_kind { GOAL_DRAINED, GOAL_SIZED, GOAL_QUIET, GOAL_CLOSED };

/* Somebody wants to know when it is done. */
struct pool_goal {
	enum goal_kind kind;
	uint32_t generation;
	bool is_overtaken;
	pool_settled_fn *done;
	void *arg;
	struct pool_goal *next;
};

struct pool_counters {
	int64_t acquires, waits, hand_offs, timeouts, cancels, refusals, failures;
	int64_t creates, create_errors, destroys[POOL_REASONS];
	int64_t pings, ping_failures, rollbacks, leaks, misuses;
};

struct pool {
	/* what each take and give back looks at */
	struct loop *loop;
	const volatile int64_t *guard;		    /* the process; reads 0 in a forked child */
	struct pool_member *members[MEMBER_STATES]; /* lists */
	int counts[MEMBER_STATES];
	struct pool_member **slots; /* owned, each too */
	uint32_t slot_count;
	uint32_t generation;
	uint64_t next_serial, first_serial;
	uint64_t next_turn;
	struct pool_request *line[POOL_BANDS]; /* first come, first served */
	int waiting[POOL_BANDS];
	bool is_suspended, is_stopped, is_closing, is_freed;
	bool is_kept;	  /* the minimum is dialed unasked */
	int64_t alarm_us; /* the alarm rings no later than the first thing due; POOL_NEVER = off */
	struct pool_counters counters;

	struct pool_options options;
	struct conninfo *info; /* owned */
	char *set_role;	       /* owned */
	struct identity must_equal;
	char *place; /* owned: in words */
	size_t slot_capacity;
	int64_t process; /* that made it */
	struct pool_request *answers;
	struct loop_timer *delivering, *alarm, *settling, *telling;
	struct pool_goal *goals; /* owned */
	enum pool_reason drain_reason;
	int64_t retire_after_us; /* no two connections retire at once */
	int64_t suspect_us;	 /* who did not answer since is asked first */
	int64_t cut_us;		 /* end of the grace of closing */

	/* dialing */
	int failures; /* rounds of dials that failed since the last success */
	int64_t failed_us;
	int64_t dial_after_us; /* while somebody waits */
	int64_t keep_after_us; /* to keep the minimum up */
	int ceiling;	       /* the server has no room for more; 0 = not known */
	int64_t raise_us;      /* when one more is tried */
	struct err failure; /* the last one, also when it is over: some may still have to be told */
	bool is_failing;
	struct link_view view;

	struct dice dice;
	struct histogram wait, hold, connect, transaction;
};

static inline int pool_total(const struct pool *pool)
{
	return pool->counts[MEMBER_IDLE] + pool->counts[MEMBER_CLEANING] +
	       pool->counts[MEMBER_LENT];
}

static inline int pool_used(const struct pool *pool)
{
	return pool_total(pool) + pool->counts[MEMBER_DIALING];
}

static inline int pool_waiting(const struct pool *pool)
{
	return pool->waiting[POOL_INTERACTIVE] + pool->waiting[POOL_BACKGROUND];
}

/* As many as it may have by its options. */
static inline int pool_limit(const struct pool *pool)
{
	return pool->options.size + pool->options.max_overflow;
}

/* … and as the server lets it have. */
static inline int pool_most(const struct pool *pool)
{
	int limit = pool_limit(pool);
	return pool->ceiling > 0 && pool->ceiling < limit ? pool->ceiling : limit;
}

static inline int64_t pool_now(const struct pool *pool)
{
	return loop_now_us(pool->loop);
}

/* pool.c */
void pool_lend(struct pool_member *member, const struct pool_request *request);
/* It is clean: to the first in line, or to the idle ones. */
void pool_hand_on(struct pool_member *member);
/* Serve who can be served, dial for who cannot. */
void pool_serve(struct pool *pool);
/* An idle one that can be lent as it is; NULL = none. */
struct pool_member *pool_idle_get(struct pool *pool);
/* It came out of a lease or a cleaning: is it good for another one? */
void pool_receive(struct pool_member *member);
/* Its lease is over. */
void pool_come_back(struct pool_member *member);

/* pool_line.c */
void line_add(struct pool *pool, struct pool_request *request);
struct pool_request *line_first(const struct pool *pool);
/* Out of the line, or not in it yet: the answer goes out on a later turn. */
void line_answer(struct pool *pool, struct pool_request *request, enum request_state answer);
void line_grant(struct pool_request *request, struct pool_member *member);
void line_answer_all(struct pool *pool, enum request_state answer, bool is_hasty_only);
/* End those whose time is up; when the next one is due. */
int64_t line_expire(struct pool *pool, int64_t now_us);
/* Everything still to be told is told now. */
void line_release(struct pool *pool);

/* pool_member.c */
struct pool_member *member_new(struct pool *pool);
void member_enter(struct pool_member *member, enum member_state state);
/* Close its connection, free its slot. */
void member_destroy(struct pool_member *member, enum pool_reason why);
/* Close its connection under the holder, who still has to give it back. */
void member_cut(struct pool_member *member, enum pool_reason why);
bool member_may_retire(const struct pool_member *member, int64_t now_us);
void member_retire(struct pool_member *member, int64_t now_us);
bool member_needs_ping(const struct pool_member *member, int64_t now_us);
void member_ping(struct pool_member *member);
/* Between two holders: out of any transaction, and knowing who answers. True when that takes a question. */
bool member_clean(struct pool_member *member);

/* pool_dial.c */
void pool_want(struct pool *pool);
/* Who waits for something that will not come is told. */
void pool_check_hope(struct pool *pool);
void pool_member_changed(void *arg, struct conn *conn);
/* Its link is gone, and nobody holds it: judged, if that was not done yet, and closed. */
void pool_bury(struct pool_member *member);
/* The view changed: tell, on a later turn. */
void pool_tell(struct pool *pool);
void pool_show_state(struct pool *pool);
/* One connection more is tried when its time has come; when the next one is. */
int64_t pool_raise_ceiling(struct pool *pool, int64_t now_us);

/* pool_clock.c */
void pool_alarm_set(struct pool *pool, int64_t due_us);
static inline void pool_alarm_by(struct pool *pool, int64_t due_us)
{
	if (due_us < pool->alarm_us)
		pool_alarm_set(pool, due_us);
}
/* When an idle one is looked at again. */
int64_t pool_idle_due(const struct pool_member *member);

/* pool_life.c */
void pool_settle_soon(struct pool *pool);
bool pool_is_foreign(const struct pool *pool); /* slow: asks the kernel */

#endif
