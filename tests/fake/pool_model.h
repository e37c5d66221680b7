/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool model: what a pool should have, counted by somebody who only sees what goes in and out: who asked in which order,
 * who holds what, which connections there are. pool_acts.c does things to both at random; unit/test_pool_model.c
 * compares them.
 */
#ifndef DBTOP_TESTS_POOL_MODEL_H
#define DBTOP_TESTS_POOL_MODEL_H

#include "base/dice.h"
#include "fake/toy_conn.h"
#include "pg/pool.h"

enum { HOLDERS = 24, TIMEOUT_MS = 30000 };

enum holding { FREE, WAITING, HOLDING };

struct holder {
	struct model *model;
	enum holding state;
	struct pool_request request;
	struct pool_lease lease;
	long asked_step, turn; /* its place in the order of asking */
	int64_t due_us;
	bool is_taken_back;
};

struct model {
	struct dice dice;
	uint64_t seed;
	struct loop *loop;
	struct toys toys;
	struct driver driver;
	struct pool_options options;
	struct pool *pool;
	struct holder holders[HOLDERS];
	struct pool_lease stale; /* given back before */
	long step, turns;
	long drained_step, drained_birth, lost_step;
	bool is_suspended;
	int settled, settles; /* told, and to be told */
	long acquires, timeouts, cancels, refusals, failures, misuses;
	long ceilings;	       /* steps with a lowered one */
	struct pool_stats sum; /* counters of the pools closed so far */
};

/* Fails the test, with the seed and the step. */
void model_failed(const struct model *m, const char *words);
#define CHECK(m, cond) ((cond) ? (void)0 : model_failed((m), #cond))

/* Any of them; NULL = there is none. */
struct holder *model_pick_holder(struct model *m, enum holding state);
/* One random operation, of those there are. */
void model_act(struct model *m);
void model_give_back(struct model *m);
void model_settled(void *arg, const struct err *e);

#endif
