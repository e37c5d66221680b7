// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/pool_model.h"

#include "test.h"

#include <utlist.h>

#include "base/mem.h"

void model_failed(const struct model *m, const char *words)
{
	fail_msg("seed %llu, step %ld: %s", (unsigned long long)m->seed, m->step, words);
}

static int64_t dice(struct model *m, int64_t below)
{
	return dice_below(&m->dice, below);
}

/* ---- what the pool says ---- */

/* Nobody who asked before, in the same band, waits still; and no interactive one, if this one is not. */
static void check_order(struct model *m, const struct holder *served)
{
	if (m->lost_step == m->step) /* one may have lost what was granted to it */
		return;
	for (int i = 0; i < HOLDERS; i++) {
		const struct holder *other = &m->holders[i];
		if (other == served || other->state != WAITING || other->is_taken_back)
			continue;
		if (other->request.band == served->request.band)
			CHECK(m, other->turn > served->turn);
		else if (other->request.band == POOL_INTERACTIVE)
			CHECK(m, other->asked_step == m->step);
	}
}

static void check_lent(struct model *m, const struct holder *holder)
{
	struct conn *conn = pool_conn(m->pool, holder->lease);

	if (!conn) /* closed over it between being granted and told */
		return;
	CHECK(m, conn->holder == -1);
	/* granted before the drain, and told after it */
	CHECK(m, conn->born >= m->drained_birth || m->drained_step == m->step);
	CHECK(m, !conn->is_in_transaction);
	conn->holder = (int)(holder - m->holders);
}

static void hold(struct model *m, struct holder *holder, struct pool_lease lease)
{
	holder->state = HOLDING;
	holder->lease = lease;
	m->acquires++;
	check_lent(m, holder);
}

static void leased(void *arg, struct pool_lease lease, const struct err *e)
{
	struct holder *holder = arg;
	struct model *m = holder->model;

	CHECK(m, holder->state == WAITING);
	CHECK(m, !lease.serial == !!e);
	holder->state = FREE;
	if (!e) {
		CHECK(m, !holder->is_taken_back);
		check_order(m, holder);
		hold(m, holder, lease);
	} else if (holder->is_taken_back) {
		CHECK(m, e->kind == ERR_CANCELED);
		m->cancels++;
	} else if (e->kind == ERR_CONFLICT || e->kind == ERR_CANCELED) {
		m->refusals++;
	} else if (loop_now_us(m->loop) >= holder->due_us) {
		m->timeouts++;
	} else {
		CHECK(m, e->kind == ERR_CONNECT);
		m->failures++;
	}
}

void model_settled(void *arg, const struct err *e)
{
	struct model *m = arg;

	(void)e;
	m->settled++;
}

/* ---- what may happen ---- */

struct holder *model_pick_holder(struct model *m, enum holding state)
{
	int first = (int)dice(m, HOLDERS);

	for (int i = 0; i < HOLDERS; i++) {
		struct holder *holder = &m->holders[(first + i) % HOLDERS];
		if (holder->state == state)
			return holder;
	}
	return NULL;
}

static struct conn *pick_conn(struct model *m, enum toy_state state)
{
	int at = m->toys.count ? (int)dice(m, m->toys.count) : 0;
	struct conn *conn, *found = NULL;

	DL_FOREACH (m->toys.list, conn) {
		if (conn->state == state)
			found = conn;
		if (at-- <= 0 && found)
			break;
	}
	return found;
}

static void act_ask(struct model *m)
{
	struct holder *holder = model_pick_holder(m, FREE);
	struct pool_lease lease;
	struct pool_stats stats;

	if (!holder)
		return;
	holder->request = (struct pool_request){
		.tag = "model",
		.band = dice(m, 4) ? POOL_INTERACTIVE : POOL_BACKGROUND,
		.timeout_ms = dice(m, 3) ? dice(m, 3000) + 1 : 0,
		.hold_ms = dice(m, 50) ? 0 : dice(m, 200) + 1,
		.is_hasty = !dice(m, 10),
		.done = leased,
		.arg = holder,
	};
	int64_t timeout_ms = holder->request.timeout_ms ? holder->request.timeout_ms : TIMEOUT_MS;
	holder->due_us = loop_now_us(m->loop) + timeout_ms * 1000;
	holder->asked_step = m->step;
	holder->turn = m->turns++;
	holder->is_taken_back = false;
	holder->state = WAITING;
	if (!pool_take(m->pool, &holder->request, &lease))
		return;
	pool_counts(m->pool, &stats);
	CHECK(m, stats.waiting == 0 && !m->is_suspended);
	hold(m, holder, lease);
}

void model_give_back(struct model *m)
{
	struct holder *holder = model_pick_holder(m, HOLDING);

	if (!holder)
		return;
	struct conn *conn = pool_conn(m->pool, holder->lease);
	if (conn) {
		CHECK(m, conn->holder == holder - m->holders);
		conn->holder = -1;
		conn->is_in_transaction = conn->state == TOY_UP && !dice(m, 10);
		conn->is_stale = conn->state == TOY_UP && !dice(m, 50);
		if (!dice(m, 50))
			pool_condemn(m->pool, holder->lease);
	}
	holder->state = FREE;
	m->stale = holder->lease;
	CHECK(m, pool_give_back(m->pool, holder->lease));
}

static void act_give_back_twice(struct model *m)
{
	struct pool_lease wrong = m->stale;

	if (!dice(m, 2))
		wrong.serial += (uint64_t)1 << 50;
	m->misuses++;
	CHECK(m, !pool_give_back(m->pool, wrong));
}

static void act_cancel(struct model *m)
{
	struct holder *holder = model_pick_holder(m, WAITING);

	if (holder && pool_cancel(&holder->request))
		holder->is_taken_back = true;
}

static void act_dial_ends(struct model *m)
{
	struct conn *conn = pick_conn(m, TOY_DIALING);

	if (!conn)
		return;
	if (dice(m, 5))
		toy_admit(conn);
	else
		toy_refuse(conn, !dice(m, 20), dice(m, 4) ? "" : "53300");
}

static void ignore(void *arg, const struct result *result, const struct err *e)
{
	(void)arg;
	(void)result;
	(void)e;
}

static void act_use(struct model *m)
{
	struct holder *holder = model_pick_holder(m, HOLDING);
	struct conn *conn = holder ? pool_conn(m->pool, holder->lease) : NULL;

	if (conn && conn->state == TOY_UP)
		conn_query(conn, &(const struct query){ .sql = "x" }, ignore, NULL);
}

static void act_answer(struct model *m)
{
	struct conn *conn = pick_conn(m, TOY_BUSY);

	if (conn)
		toy_answer(conn, dice(m, 10));
}

static void act_server_dies(struct model *m)
{
	static const char *const codes[] = { "57P01", "", "57P05", "25006" };
	struct conn *conn = pick_conn(m, dice(m, 2) ? TOY_UP : TOY_BUSY);
	int64_t code = dice(m, 40);

	if (!conn)
		return;
	m->lost_step = m->step;
	toy_lose(conn, codes[code < 4 ? code : 0]);
}

static void act_all_die(struct model *m)
{
	struct conn *conn;

	m->lost_step = m->step;
	DL_FOREACH (m->toys.list, conn)
		if (conn->state == TOY_UP)
			toy_lose(conn, "57P01");
}

static void act_resize(struct model *m)
{
	m->options.size = (int)dice(m, 8) + 1;
	m->options.max_overflow = (int)dice(m, 4);
	if (m->options.min_size > m->options.size)
		m->options.min_size = m->options.size;
	m->settles++;
	CHECK(m, pool_resize(m->pool, m->options.size, m->options.max_overflow, model_settled, m));
	CHECK(m, !pool_resize(m->pool, 0, 0, model_settled, m));
}

static void act_drain(struct model *m)
{
	m->drained_birth = ++m->toys.step; /* those dialed from here on are younger */
	m->drained_step = m->step;
	m->settles++;
	pool_drain(m->pool, POOL_REASON_DRAIN, model_settled, m);
}

static void act_suspend(struct model *m)
{
	if (m->is_suspended) {
		pool_resume(m->pool);
	} else {
		m->settles++;
		pool_suspend(m->pool, model_settled, m);
	}
	m->is_suspended = !m->is_suspended;
}

static void act_time(struct model *m)
{
	loop_advance_ms(m->loop, dice(m, 100) ? dice(m, 20) : dice(m, 40000));
}

static void act_retry(struct model *m)
{
	pool_retry(m->pool);
}

static const struct act {
	int share;
	void (*run)(struct model *m);
} acts[] = {
	{ 300, act_ask },
	{ 300, model_give_back },
	{ 30, act_give_back_twice },
	{ 40, act_cancel },
	{ 120, act_dial_ends },
	{ 60, act_use },
	{ 80, act_answer },
	{ 20, act_server_dies },
	{ 1, act_all_die },
	{ 5, act_resize },
	{ 2, act_drain },
	{ 4, act_suspend },
	{ 60, act_time },
	{ 4, act_retry },
};

void model_act(struct model *m)
{
	int64_t total = 0;

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		total += acts[i].share;
	int64_t at = dice(m, total);
	size_t chosen = 0;
	while (at >= acts[chosen].share)
		at -= acts[chosen++].share;
	acts[chosen].run(m);
}
