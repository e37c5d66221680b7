// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "fault/stage.h"
#include "probe/probes.h"

/* The schedule of questions against a server played by rules; time is virtual. */

struct world {
	struct stage *stage;
	struct probes *probes;
	struct pool_health pool;
	struct replicas replicas;
	struct endpoint_facts facts;
	int pools, replicas_count, facts_count, failures, intervals;
	int64_t interval_ms;
	bool is_lengthened, frees_itself;
	char failed[64];
};

/* The link of the endpoint under test: what pg/ would know of it. */
static struct link_view link_now;

const struct link_view *endpoint_view(const struct endpoint *endpoint)
{
	(void)endpoint;
	return &link_now;
}

void lease_forget(struct endpoint *endpoint, lease_done_fn *done, void *arg)
{
	(void)done;
	(void)arg;
	stage_refuse((struct stage *)(void *)endpoint, 1, ERR_CANCELED);
}

static const char pool_words[] = "superuser_reserved_connections";
static const char replication_words[] = "pg_stat_replication";
static const char facts_words[] = "pg_postmaster_start_time";

static void take_pool(void *arg, const struct pool_health *pool)
{
	struct world *w = arg;
	w->pool = *pool;
	w->pools++;
	if (w->frees_itself) {
		probes_free(w->probes);
		w->probes = NULL;
	}
}

static void take_replicas(void *arg, const struct replicas *replicas)
{
	struct world *w = arg;
	w->replicas = *replicas;
	w->replicas_count++;
}

static void take_facts(void *arg, const struct endpoint_facts *facts)
{
	struct world *w = arg;
	w->facts = *facts;
	w->facts_count++;
}

static void take_failure(void *arg, const char *probe, const struct err *e)
{
	struct world *w = arg;
	(void)e;
	snprintf(w->failed, sizeof(w->failed), "%s", probe);
	w->failures++;
}

static void take_interval(void *arg, int64_t interval_ms, bool is_lengthened)
{
	struct world *w = arg;
	w->interval_ms = interval_ms;
	w->is_lengthened = is_lengthened;
	w->intervals++;
}

static void world_turn(struct world *w)
{
	for (int i = 0; i < 12; i++) {
		loop_turn(stage_loop(w->stage), false);
		loop_free_deferred(stage_loop(w->stage));
	}
}

static void world_advance(struct world *w, int64_t ms)
{
	loop_advance_ms(stage_loop(w->stage), ms);
	world_turn(w);
}

static void world_start(struct world *w, int64_t interval_ms)
{
	struct probes_options options = {
		.loop = stage_loop(w->stage),
		.endpoint = stage_endpoint(w->stage),
		.interval_ms = interval_ms,
		.news = { take_pool, take_replicas, take_facts, take_failure, take_interval },
		.arg = w,
	};
	w->probes = probes_new(&options);
	world_turn(w);
}

static int world_begin(void **state)
{
	struct world *w = mem_new(struct world);
	w->stage = stage_new();
	link_now = (struct link_view){ .state = LINK_UP,
		.identity = { .server_version = 150018, .backend_pid = 42 } };
	stage_rows(w->stage, pool_words, 0,
		"max_connections|superuser_reserved|reserved|used|own|hidden|group_total|app|app_"
		"total\n"
		"100|3|0|12|1|0|1|web|11");
	stage_rows(w->stage, replication_words, 0,
		"is_standby|now_us|end_lsn|timeline|has_monitor\nf|1700000000000000|0/A000000|1|t");
	stage_rows(w->stage, facts_words, 0,
		"is_standby|system_identifier|timeline|has_monitor|started_us\nf|7|1|t|5");
	*state = w;
	return 0;
}

static int world_end(void **state)
{
	struct world *w = *state;
	probes_free(w->probes);
	world_turn(w);
	stage_free(w->stage);
	free(w);
	return 0;
}

static void the_first_sample_comes_at_once(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	assert_int_equal(w->pools, 1);
	assert_int_equal(w->replicas_count, 1);
	assert_int_equal(w->pool.ceiling, 97);
	assert_int_equal(w->pool.used_percent, 12);
	assert_int_equal(w->pool.group_count, 1);
	assert_string_equal(w->pool.groups[0].name, "web");
	assert_int_equal(w->pool.groups[0].oldest_idle_in_txn_ms, VALUE_NONE);
	assert_true(w->pool.sampled_us > 0);
	assert_string_equal(w->replicas.end_lsn, "0/A000000");
	assert_int_equal(w->facts_count, 0);
}

static void a_minute_at_one_second_costs_at_most_120_statements(void **state)
{
	struct world *w = *state;
	world_start(w, 1000);
	stage_forget_log(w->stage);
	for (int second = 0; second < 60; second++) {
		int before = w->pools + w->replicas_count + w->facts_count;
		world_advance(w, 1000);
		assert_in_range(w->pools + w->replicas_count + w->facts_count - before, 1, 2);
	}
	int pools = stage_count(w->stage, pool_words);
	int replicas = stage_count(w->stage, replication_words);
	int facts = stage_count(w->stage, facts_words);
	assert_in_range(pools + replicas + facts, 118, 120);
	assert_in_range(facts, 1, 2);
	assert_in_range(pools, 58, 60);
	assert_in_range(replicas, 58, 60);
	assert_int_equal(stage_count(w->stage, "<dial>"), stage_count(w->stage, "<closed>"));
	assert_int_equal(stage_count(w->stage, "<dial>"), 60);
}

static void while_the_link_is_down_nothing_is_asked(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	int64_t sampled_us = w->pool.sampled_us;
	link_now.state = LINK_WAITING;
	probes_link_changed(w->probes);
	stage_forget_log(w->stage);
	for (int i = 0; i < 30; i++)
		world_advance(w, 1000);
	assert_string_equal(stage_log(w->stage), "");
	assert_int_equal(w->pool.sampled_us, sampled_us);
	assert_int_equal(w->failures, 0);
	link_now.state = LINK_UP;
	probes_link_changed(w->probes);
	world_turn(w);
	assert_int_equal(w->pools, 2);
}

static void a_failed_question_is_told_and_asked_again(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	stage_fail(w->stage, pool_words, 1, "57014");
	world_advance(w, 2000);
	assert_int_equal(w->failures, 1);
	assert_string_equal(w->failed, "probe-pool");
	assert_int_equal(w->pools, 1);
	assert_int_equal(w->replicas_count, 2);
	world_advance(w, 2000);
	assert_int_equal(w->pools, 2);
	assert_int_equal(w->failures, 1);
}

static void an_answer_without_a_row_is_a_failure(void **state)
{
	struct world *w = *state;
	stage_rows(w->stage, pool_words, 1, "max_connections");
	world_start(w, 2000);
	assert_int_equal(w->pools, 0);
	assert_int_equal(w->failures, 1);
}

static void a_refused_lease_is_told_and_asked_for_again(void **state)
{
	struct world *w = *state;
	stage_refuse(w->stage, 1, ERR_TIMEOUT);
	world_start(w, 2000);
	assert_int_equal(w->failures, 1);
	world_advance(w, 2000);
	assert_int_equal(w->pools, 1);
}

static void when_the_link_breaks_in_a_tick_the_second_question_is_not_sent(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	stage_forget_log(w->stage);
	stage_hold(w->stage, pool_words, 1);
	world_advance(w, 2000);
	link_now.state = LINK_WAITING;
	stage_let_go(w->stage);
	world_turn(w);
	assert_int_equal(stage_count(w->stage, replication_words), 0);
}

/* One tick whose first answer takes that long. */
static void slow_tick(struct world *w, int64_t took_ms)
{
	stage_hold(w->stage, pool_words, 1);
	for (int64_t ms = 0; ms < 120000; ms += 50) {
		int asked = stage_count(w->stage, pool_words);
		world_advance(w, 50);
		if (stage_count(w->stage, pool_words) > asked)
			break;
	}
	world_advance(w, took_ms);
	stage_let_go(w->stage);
	world_turn(w);
}

static void slow_answers_lengthen_the_interval_and_say_so(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	stage_rows(w->stage, pool_words, 0,
		"max_connections|superuser_reserved|reserved|used\n9|0|0|1");
	slow_tick(w, 300);
	slow_tick(w, 300);
	assert_false(probes_is_lengthened(w->probes));
	slow_tick(w, 1000);
	assert_false(probes_is_lengthened(w->probes));
	slow_tick(w, 1000);
	assert_true(w->is_lengthened);
	assert_in_range(w->interval_ms, 5000, 5250);
	assert_int_equal(probes_interval_ms(w->probes), w->interval_ms);
	for (int i = 0; i < 3; i++)
		world_advance(w, w->interval_ms);
	assert_false(w->is_lengthened);
	assert_int_equal(w->interval_ms, 2000);
	assert_int_equal(w->intervals, 2);
}

static void after_a_long_silence_there_is_no_burst(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	stage_hold(w->stage, pool_words, 1);
	world_advance(w, 2000);
	stage_forget_log(w->stage);
	world_advance(w, 60000);
	assert_int_equal(stage_count(w->stage, pool_words), 0);
	stage_let_go(w->stage);
	world_turn(w);
	world_advance(w, 1);
	assert_int_equal(stage_count(w->stage, pool_words), 1);
	world_advance(w, 1000);
	assert_int_equal(stage_count(w->stage, pool_words), 1);
}

/* Fault row 22: the link looks as it did before. */
static void after_eight_hours_of_sleep_each_question_is_asked_once(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	world_advance(w, 2000);
	stage_forget_log(w->stage);

	loop_sleep_ms(stage_loop(w->stage), INT64_C(8) * 3600 * 1000);
	world_advance(w, 1);
	world_advance(w, 1000);
	assert_int_equal(stage_count(w->stage, pool_words), 1);
	assert_int_equal(stage_count(w->stage, replication_words), 1);
	world_advance(w, 2000);
	/* two a tick, the rare one among them */
	assert_int_equal(stage_count(w->stage, facts_words), 1);
	assert_int_equal(
		stage_count(w->stage, pool_words) + stage_count(w->stage, replication_words), 3);
}

static void a_new_interval_counts_at_once(void **state)
{
	struct world *w = *state;
	world_start(w, 60000);
	probes_set_interval(w->probes, 1000);
	world_turn(w);
	assert_int_equal(w->pools, 2);
	world_advance(w, 1000);
	assert_int_equal(w->pools, 3);
	assert_int_equal(w->interval_ms, 1000);
	assert_false(w->is_lengthened);
}

static void a_refresh_asks_everything_anew(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	probes_refresh(w->probes);
	world_turn(w);
	world_advance(w, 2000);
	assert_int_equal(w->facts_count, 1);
	assert_true(w->pools >= 2 && w->replicas_count >= 2);
}

static void a_promotion_has_the_facts_asked_with_the_next_tick(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	world_advance(w, 2000);
	assert_int_equal(w->facts_count, 0);
	stage_rows(w->stage, replication_words, 0,
		"is_standby|now_us|end_lsn|timeline|has_monitor\nf|1700000000000000|0/A000000|2|t");
	world_advance(w, 2000);
	world_advance(w, 2000);
	assert_int_equal(w->facts_count, 1);
	assert_string_equal(w->facts.system_identifier, "7");
	for (int i = 0; i < 5; i++)
		world_advance(w, 2000);
	assert_int_equal(w->facts_count, 1);
}

static void freed_while_it_waits_for_a_lease_it_reports_nothing(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	loop_advance_ms(stage_loop(w->stage), 2000);
	int pools = w->pools, failures = w->failures;
	probes_free(w->probes);
	w->probes = NULL;
	world_advance(w, 10000);
	assert_int_equal(w->pools, pools);
	assert_int_equal(w->failures, failures);
}

static void freed_while_a_question_is_under_way_it_reports_nothing(void **state)
{
	struct world *w = *state;
	world_start(w, 2000);
	stage_hold(w->stage, pool_words, 1);
	world_advance(w, 2000);
	probes_free(w->probes);
	w->probes = NULL;
	stage_let_go(w->stage);
	world_advance(w, 10000);
	assert_int_equal(w->pools, 1);
	assert_int_equal(stage_count(w->stage, "<dial>"), stage_count(w->stage, "<closed>"));
}

static void freed_by_its_own_news_it_ends_in_order(void **state)
{
	struct world *w = *state;
	w->frees_itself = true;
	world_start(w, 2000);
	world_advance(w, 10000);
	assert_int_equal(w->pools, 1);
	assert_int_equal(w->replicas_count, 0);
	assert_int_equal(stage_count(w->stage, "<dial>"), stage_count(w->stage, "<closed>"));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(the_first_sample_comes_at_once),
		WITH_WORLD(a_minute_at_one_second_costs_at_most_120_statements),
		WITH_WORLD(while_the_link_is_down_nothing_is_asked),
		WITH_WORLD(a_failed_question_is_told_and_asked_again),
		WITH_WORLD(an_answer_without_a_row_is_a_failure),
		WITH_WORLD(a_refused_lease_is_told_and_asked_for_again),
		WITH_WORLD(when_the_link_breaks_in_a_tick_the_second_question_is_not_sent),
		WITH_WORLD(slow_answers_lengthen_the_interval_and_say_so),
		WITH_WORLD(after_a_long_silence_there_is_no_burst),
		WITH_WORLD(after_eight_hours_of_sleep_each_question_is_asked_once),
		WITH_WORLD(a_new_interval_counts_at_once),
		WITH_WORLD(a_refresh_asks_everything_anew),
		WITH_WORLD(a_promotion_has_the_facts_asked_with_the_next_tick),
		WITH_WORLD(freed_while_it_waits_for_a_lease_it_reports_nothing),
		WITH_WORLD(freed_while_a_question_is_under_way_it_reports_nothing),
		WITH_WORLD(freed_by_its_own_news_it_ends_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
