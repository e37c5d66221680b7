// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Probes over a real connection machine and a scripted server: what is prepared when, and what a link does to them.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/fake_driver.h"
#include "pg/conninfo.h"
#include "probe/probes.h"

struct world {
	struct loop *loop;
	struct fake *fake;
	struct endpoint *endpoint;
	struct probes *probes;
	struct pool_health pool;
	struct replicas replicas;
	int pools, samples, failures;
	struct err failure;
};

static const char pool_columns[] =
	"max_connections|superuser_reserved|reserved|used|own|hidden|active|group_total|app|app_"
	"total|"
	"app_hidden|app_idle_in_txn|app_oldest_idle_in_txn_ms|oldest_age_ms|oldest_pid";
static const char pool_rows[] = "100|3|7|45|1|0|3|2|web|40|0|2|1200|-3|8812\n"
				"100|3|7|45|1|0|3|2|jobs|4|0|0|~|-3|8812";
static const char replication_columns[] =
	"is_standby|now_us|end_lsn|timeline|has_monitor|sender_timeout_ms|pid|name|state|sent_lsn|"
	"write_lsn|flush_lsn|replay_lsn|reply_age_ms|total";
static const char replication_rows[] =
	"f|1700000000000000|1/10|1|t|60000|331|pg-c|streaming|1/0|0/FFFFFFF0|0/FFFFFF00|0/"
	"FFFFF000|200|2\n"
	"f|1700000000000000|1/10|1|t|60000|332|pg-b|startup|0/0|~|~|~|~|2";

static void take_pool(void *arg, const struct pool_health *pool)
{
	struct world *w = arg;
	w->pool = *pool;
	w->pools++;
}

static void take_replicas(void *arg, const struct replicas *replicas)
{
	struct world *w = arg;
	w->replicas = *replicas;
	w->samples++;
}

static void take_failure(void *arg, const char *probe, const struct err *e)
{
	struct world *w = arg;
	(void)probe;
	w->failure = *e;
	w->failures++;
}

static void link_changed(void *arg, struct endpoint *endpoint)
{
	struct world *w = arg;
	(void)endpoint;
	if (w->probes)
		probes_link_changed(w->probes);
}

static int world_begin(void **state)
{
	struct world *w = mem_new(struct world);
	struct err e;

	w->loop = loop_new_virtual();
	w->fake = fake_new(w->loop);
	loop_virtual_host(w->loop, "pg-a", "192.0.2.1");
	struct conninfo *info = conninfo_new("host=pg-a user=ann dbname=shop", NULL, &e);
	struct endpoint_options at = {
		.driver = fake_driver(w->fake), .info = info, .connect_timeout_ms = 5000
	};
	w->endpoint = endpoint_new(w->loop, &at, link_changed, w);
	conninfo_free(info);
	*state = w;
	return 0;
}

static int world_end(void **state)
{
	struct world *w = *state;

	probes_free(w->probes);
	w->probes = NULL;
	endpoint_free(w->endpoint);
	loop_advance_ms(w->loop, 10000);
	loop_free_deferred(w->loop);
	fake_free(w->fake);
	loop_free(w->loop);
	free(w);
	return 0;
}

static void world_start(struct world *w)
{
	struct probes_options options = {
		.loop = w->loop,
		.endpoint = w->endpoint,
		.interval_ms = 2000,
		.news = { .pool = take_pool, .replicas = take_replicas, .failed = take_failure },
		.arg = w,
	};

	w->probes = probes_new(&options);
	endpoint_watch(w->endpoint);
	loop_advance_ms(w->loop, 1);
}

static void expect_prepared(struct world *w)
{
	fake_expect(w->fake, "PREPARE ");
	fake_expect(w->fake, "EXECUTE ");
}

static void answer_tick(struct world *w, void (*expect)(struct world *))
{
	expect(w);
	fake_rows(w->fake, pool_columns, pool_rows);
	expect(w);
	fake_rows(w->fake, replication_columns, replication_rows);
}

static void expect_executed(struct world *w)
{
	fake_expect(w->fake, "EXECUTE ");
}

static void expect_local(struct world *w)
{
	fake_expect(w->fake, "LOCAL ");
}

static void rows_become_structs_with_their_nulls(void **state)
{
	struct world *w = *state;
	answer_tick(w, expect_prepared);

	world_start(w);

	fake_check_done(w->fake);
	assert_int_equal(w->pool.ceiling, 90);
	assert_int_equal(w->pool.used_percent, 50);
	assert_int_equal(w->pool.group_count, 2);
	assert_int_equal(w->pool.groups[0].oldest_idle_in_txn_ms, 1200);
	assert_int_equal(w->pool.groups[1].oldest_idle_in_txn_ms, VALUE_NONE);
	assert_int_equal(w->pool.oldest.age_ms, 0);    /* two clocks, a moment apart */
	assert_int_equal(w->pool.idle, VALUE_UNKNOWN); /* a column that did not come is not 0 */
	assert_int_equal(w->replicas.count, 2);
	const struct replica *c = &w->replicas.rows[0], *b = &w->replicas.rows[1];
	assert_string_equal(c->name, "pg-c");
	assert_int_equal(c->to_send_bytes, 0x10);
	assert_int_equal(c->write_bytes, 0x10);
	assert_int_equal(c->flush_bytes, 0xF0);
	assert_int_equal(c->apply_bytes, 0xF00);
	assert_int_equal(c->behind_bytes, 0x1010);
	assert_int_equal(b->behind_bytes, VALUE_UNKNOWN);
	assert_int_equal(b->reply_age_ms, VALUE_UNKNOWN);
}

static void a_question_is_prepared_once_a_connection(void **state)
{
	struct world *w = *state;
	answer_tick(w, expect_prepared);
	world_start(w);
	answer_tick(w, expect_executed);

	loop_advance_ms(w->loop, 2000);

	fake_check_done(w->fake);
	assert_int_equal(w->pools, 2);
	assert_int_equal(w->samples, 2);
}

static void through_a_pooler_each_probe_is_unnamed_and_brings_its_settings(void **state)
{
	struct world *w = *state;
	w->fake->identity.backend_pid = w->fake->backend_pid + 1;
	answer_tick(w, expect_local);

	world_start(w);

	fake_check_done(w->fake);
	assert_int_equal(w->pools, 1);
	assert_null(strstr(w->fake->asked, "PREPARE "));
	assert_non_null(strstr(w->fake->last_local, "'transaction_read_only', 'on', true"));
}

static void a_broken_link_keeps_the_sample_and_a_new_one_prepares_again(void **state)
{
	struct world *w = *state;
	answer_tick(w, expect_prepared);
	world_start(w);
	int64_t sampled_us = w->pool.sampled_us;
	fake_expect(w->fake, "EXECUTE ");
	fake_drop(w->fake);
	answer_tick(w, expect_prepared);

	loop_advance_ms(w->loop, 2000);
	assert_int_equal(w->failures, 1);
	assert_int_equal(w->failure.kind, ERR_CONNECT);
	assert_int_equal(w->pools, 1);
	assert_int_equal(w->pool.sampled_us, sampled_us);
	loop_advance_ms(w->loop, 1300); /* the first dial comes a second later, more or less */

	fake_check_done(w->fake);
	assert_int_equal(w->pools, 2);
}

static void a_server_that_never_answers_costs_the_deadline(void **state)
{
	struct world *w = *state;
	answer_tick(w, expect_prepared);
	world_start(w);
	fake_expect(w->fake, "EXECUTE ");
	fake_silence(w->fake);
	answer_tick(w, expect_prepared);

	loop_advance_ms(w->loop, 2000 + 2998); /* one has passed */
	assert_int_equal(w->failures, 0);
	loop_advance_ms(w->loop, 2);
	assert_int_equal(w->failures, 1);
	assert_int_equal(w->failure.kind, ERR_TIMEOUT);
	loop_advance_ms(w->loop, 1300);

	fake_check_done(w->fake);
	assert_int_equal(w->pools, 2);
}

static void a_statement_the_server_gave_up_leaves_the_link_and_the_other_question(void **state)
{
	struct world *w = *state;
	expect_prepared(w);
	fake_error(w->fake, "57014", "canceling statement due to statement timeout", 0);
	expect_prepared(w);
	fake_rows(w->fake, replication_columns, replication_rows);

	world_start(w);

	fake_check_done(w->fake);
	assert_string_equal(w->failure.sqlstate, "57014");
	assert_int_equal(w->pools, 0);
	assert_int_equal(w->samples, 1);
	assert_int_equal(w->fake->dials, 1);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(rows_become_structs_with_their_nulls),
		WITH_WORLD(a_question_is_prepared_once_a_connection),
		WITH_WORLD(through_a_pooler_each_probe_is_unnamed_and_brings_its_settings),
		WITH_WORLD(a_broken_link_keeps_the_sample_and_a_new_one_prepares_again),
		WITH_WORLD(a_server_that_never_answers_costs_the_deadline),
		WITH_WORLD(a_statement_the_server_gave_up_leaves_the_link_and_the_other_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
