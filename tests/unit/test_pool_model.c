// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A million random operations on a pool against a model that only counts: who asked in which order, who holds what, which
 * connections there are. After every step the pool's figures must be the model's. POOL_SEED=n repeats a run,
 * POOL_STEPS=n makes it longer.
 */
#include "test.h"

#include <utlist.h>

#include "base/mem.h"
#include "fake/pool_model.h"
#include "pg/conninfo.h"

enum { STEPS = 1000000 };

/* ---- what must be true after each step ---- */

struct counts {
	int out, waiting, waiting_background, dialing;
};

static struct counts count(struct model *m)
{
	struct counts c = { 0 };
	struct conn *conn;

	for (int i = 0; i < HOLDERS; i++) {
		const struct holder *holder = &m->holders[i];
		c.out += holder->state == HOLDING && pool_conn(m->pool, holder->lease);
		c.waiting += holder->state == WAITING;
		c.waiting_background +=
			holder->state == WAITING && holder->request.band == POOL_BACKGROUND;
		if (holder->state == WAITING)
			CHECK(m, holder->due_us > loop_now_us(m->loop));
	}
	DL_FOREACH (m->toys.list, conn)
		c.dialing += conn->state == TOY_DIALING;
	return c;
}

static void check_gauges(struct model *m, const struct pool_stats *s)
{
	struct counts c = count(m);
	int used = s->total + s->connecting, most = s->pool_size + s->max_overflow;

	CHECK(m, s->checked_out == c.out);
	CHECK(m, s->waiting == c.waiting);
	CHECK(m, s->waiting_background == c.waiting_background);
	CHECK(m, s->connecting == c.dialing && s->connecting <= 4);
	CHECK(m, s->total == s->checked_in + s->checked_out);
	CHECK(m, used == m->toys.count);
	CHECK(m, s->pool_size == m->options.size);
	CHECK(m, s->overflow == (used > s->pool_size ? used - s->pool_size : 0));
	if (used > most) /* after it was made smaller: what is out, or being cleaned, comes back */
		CHECK(m, s->connecting == 0);
}

/* Nothing is dialed above what a full server has room for, but what was under way when it said so. */
static void check_ceiling(struct model *m, const struct pool_stats *s)
{
	int used = s->total + s->connecting;
	struct conn *conn;

	CHECK(m, s->ceiling >= 0 && s->ceiling < s->pool_size + s->max_overflow);
	m->ceilings += s->ceiling > 0;
	CHECK(m, s->ceiling == 0 || s->total <= s->ceiling);
	if (s->ceiling == 0 || m->toys.full_step == m->toys.step)
		return;
	DL_FOREACH (m->toys.list, conn)
		CHECK(m, conn->born < m->toys.step || used <= s->ceiling);
}

static void check_counters(struct model *m, const struct pool_stats *s)
{
	int64_t destroyed = 0;

	for (int reason = 0; reason < POOL_REASONS; reason++)
		destroyed += s->destroys[reason];
	CHECK(m, s->acquires == m->acquires);
	CHECK(m, s->timeouts == m->timeouts);
	CHECK(m, s->cancels == m->cancels);
	CHECK(m, s->refusals == m->refusals);
	CHECK(m, s->failures == m->failures);
	CHECK(m, s->misuses == m->misuses);
	CHECK(m, s->creates == m->toys.admitted);
	CHECK(m, s->create_errors == m->toys.refused);
	CHECK(m, s->creates - destroyed == s->total);
}

/* Nobody waits beside a connection that is free, nor for one that nobody will dial. */
static void check_progress(struct model *m, const struct pool_stats *s)
{
	int busy = 0;
	struct conn *conn;

	if (s->waiting == 0 || s->state != POOL_OPEN)
		return;
	DL_FOREACH (m->toys.list, conn)
		busy += conn->holder == -1 && conn->state == TOY_BUSY;
	CHECK(m, s->checked_in == busy || s->waiting <= busy);
	int most = s->ceiling > 0 ? s->ceiling : s->pool_size + s->max_overflow;
	CHECK(m, s->checked_in > 0 || s->connecting > 0 || s->error[0] || s->total >= most);
}

static void check(struct model *m)
{
	struct pool_stats stats;

	pool_counts(m->pool, &stats);
	check_gauges(m, &stats);
	check_ceiling(m, &stats);
	check_counters(m, &stats);
	check_progress(m, &stats);
	CHECK(m, m->settled <= m->settles);
}

/* ---- a run ---- */

static void open_pool(struct model *m)
{
	struct err e = { 0 };
	struct conninfo *info = conninfo_new("host=pg-a user=ann dbname=shop", NULL, &e);

	m->options = pool_defaults;
	m->options.driver = &m->driver;
	m->options.info = info;
	m->options.size = 4;
	m->options.max_overflow = 2;
	m->options.min_size = (int)dice_below(&m->dice, 3);
	m->options.waiters_max = 12;
	m->options.timeout_ms = TIMEOUT_MS;
	m->options.recycle_ms = 20000;
	m->options.idle_timeout_ms = 5000;
	m->options.overflow_idle_ms = 300;
	m->options.ping = (enum pool_ping)dice_below(&m->dice, 3);
	m->options.seed = m->seed;
	m->pool = pool_new(m->loop, &m->options, &e);
	assert_non_null(m->pool);
	conninfo_free(info);
	pool_open(m->pool);
	m->acquires = m->timeouts = m->cancels = m->refusals = m->failures = m->misuses = 0;
	m->toys.admitted = m->toys.refused = 0;
	m->settled = m->settles = 0;
	m->is_suspended = false;
}

static void add_up(struct model *m)
{
	struct pool_stats last;

	pool_counts(m->pool, &last);
	m->sum.acquires += last.acquires;
	m->sum.hand_offs += last.hand_offs;
	m->sum.timeouts += last.timeouts;
	m->sum.failures += last.failures;
	m->sum.pings += last.pings;
	m->sum.rollbacks += last.rollbacks;
	for (int reason = 0; reason < POOL_REASONS; reason++)
		m->sum.destroys[reason] += last.destroys[reason];
}

/* A whole run in which little happened would prove little; a shorter one may lack what is rare. */
static void check_variety(struct model *m, long steps)
{
	if (steps < STEPS)
		return;
	CHECK(m, m->sum.acquires > steps / 20);
	CHECK(m, m->sum.hand_offs > steps / 200);
	CHECK(m, m->sum.timeouts > 0 && m->sum.failures > 0 && m->sum.pings > 0);
	CHECK(m, m->sum.rollbacks > 0 && m->ceilings > steps / 1000);
	for (int reason = 0; reason < POOL_REASONS; reason++)
		CHECK(m, m->sum.destroys[reason] > 0);
}

/* It comes to its end from wherever it stands. */
static void close_pool(struct model *m)
{
	m->settles++;
	pool_close(m->pool, dice_below(&m->dice, 2) ? POOL_FOR_EVER : dice_below(&m->dice, 100),
		model_settled, m);
	while (model_pick_holder(m, HOLDING)) {
		model_give_back(m);
		loop_advance_ms(m->loop, 0);
	}
	loop_advance_ms(m->loop, 200);
	CHECK(m, m->toys.count == 0);
	CHECK(m, m->settled == m->settles);
	CHECK(m, !model_pick_holder(m, WAITING));
	add_up(m);
	pool_free(m->pool);
	loop_advance_ms(m->loop, 0);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void counts_add_up_after_every_one_of_a_million_steps(void **state)
{
	struct model *m = mem_new(struct model);
	struct dice any;
	long steps = (long)number_of("POOL_STEPS", STEPS);

	(void)state;
	dice_init(&any);
	m->seed = number_of("POOL_SEED", dice_next(&any) >> 32 | 1);
	print_message("POOL_SEED=%llu\n", (unsigned long long)m->seed);
	dice_seed(&m->dice, m->seed);
	m->loop = loop_new_virtual();
	m->toys.loop = m->loop;
	m->driver.state = &m->toys;
	for (int i = 0; i < HOLDERS; i++)
		m->holders[i].model = m;
	open_pool(m);
	for (m->step = m->toys.step = 1; m->step <= steps; m->step++) {
		m->toys.step++;
		for (int64_t together = dice_below(&m->dice, 3); together >= 0; together--)
			model_act(m);
		loop_advance_ms(m->loop, 0);
		check(m);
		if (m->step % 50000 == 0) {
			close_pool(m);
			open_pool(m);
		}
	}
	close_pool(m);
	check_variety(m, steps);
	loop_free(m->loop);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_add_up_after_every_one_of_a_million_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
