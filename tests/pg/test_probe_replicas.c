// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <signal.h>

#include "base/mem.h"
#include "pg/server.h"
#include "pg/watcher.h"

/* A primary and two standbys, and what each fault looks like from either end. */

static struct cluster *servers;

static int servers_begin(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .standbys = 2 });
	server_run(servers, 0, "create role plain login; create table ballast (t text)");
	server_wait_replayed(servers, 1);
	server_wait_replayed(servers, 2);
	return 0;
}

static int servers_end(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void write_wal(void)
{
	server_run(servers, 0,
		"insert into ballast select repeat('x', 1000) from generate_series(1, 2000)");
}

static const struct replica *pg_b(const struct watcher *watcher)
{
	return watcher_row(watcher, "pg-b");
}

static bool both_are_level(const struct watcher *watcher)
{
	const struct replica *b = pg_b(watcher), *c = watcher_row(watcher, "pg-c");
	return b && c && b->lag_ms == 0 && c->lag_ms == 0 && b->kind == REPLICA_STANDBY &&
	       c->kind == REPLICA_STANDBY && watcher->replicas.status == STATUS_OK;
}

static void two_level_standbys_are_well(void **state)
{
	(void)state;
	struct watcher *watcher = watcher_start(servers, 0, NULL);
	watcher_until(watcher, both_are_level, "two level standbys");
	const struct replica *b = pg_b(watcher);
	assert_int_equal(watcher->replicas.count, 2);
	assert_string_equal(b->slot, "pg_b");
	assert_string_equal(b->state, "streaming");
	assert_string_equal(b->sync, "async");
	assert_string_equal(b->wal_status, "reserved");
	assert_true(b->slot_is_active);
	assert_int_equal(b->behind_bytes, 0);
	assert_int_equal(b->safe_bytes, VALUE_NONE);
	assert_false(watcher->replicas.is_standby);
	assert_int_equal(watcher->replicas.timeline, 1);
	assert_int_equal(watcher->replicas.worst_lag_bytes, 0);
	watcher_end(watcher);
}

static bool lag_is_honest(const struct watcher *watcher)
{
	const struct replica *b = pg_b(watcher);
	return b && b->behind_bytes > 1000000 && b->apply_bytes == b->behind_bytes &&
	       b->lag_ms >= 700 && !b->lag_is_at_least;
}

static void a_paused_replay_is_behind_in_bytes_and_in_time(void **state)
{
	(void)state;
	struct watcher *watcher = watcher_start(servers, 0, NULL);
	watcher_samples(watcher, 2);
	server_run(servers, 1, "select pg_wal_replay_pause()");
	write_wal();
	watcher_until(watcher, lag_is_honest, "an honest lag of the paused standby");
	assert_true(watcher->replicas.worst_lag_bytes > 1000000);
	assert_true(pg_b(watcher)->drain_bytes_s >= 0);
	server_run(servers, 1, "select pg_wal_replay_resume()");
	watcher_until(watcher, both_are_level, "level standbys again");
	watcher_end(watcher);
}

static bool is_silent(const struct watcher *watcher)
{
	const struct replica *b = pg_b(watcher);
	return b && b->kind == REPLICA_STANDBY && b->reply_age_ms > 2000 && b->lag_is_at_least &&
	       b->lag_ms >= b->reply_age_ms;
}

static void a_frozen_walreceiver_is_at_least_as_late_as_its_silence(void **state)
{
	(void)state;
	struct watcher *watcher = watcher_start(servers, 0, NULL);
	watcher_samples(watcher, 2);
	pid_t receiver = (pid_t)server_number(servers, 1, "select pid from pg_stat_wal_receiver");
	assert_int_equal(kill(receiver, SIGSTOP), 0);
	watcher_until(watcher, is_silent, "a silent standby");
	assert_string_equal(pg_b(watcher)->state, "streaming"); /* the server still says so */
	assert_int_equal(kill(receiver, SIGCONT), 0);
	watcher_until(watcher, both_are_level, "level standbys again");
	watcher_end(watcher);
}

static bool c_is_down(const struct watcher *watcher)
{
	const struct replica *c = watcher_row(watcher, "pg-c");
	return c && c->kind == REPLICA_DOWN && c->status == STATUS_CRIT &&
	       c->retained_bytes > 1000000;
}

static void a_stopped_standby_becomes_a_row_that_is_down(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct watcher *watcher = watcher_start(servers, 0, NULL);
	watcher_until(watcher, both_are_level, "two level standbys");
	assert_true(cluster_stop_node(servers, 2, CLUSTER_STOP_FAST, &e));
	write_wal();
	watcher_until(watcher, c_is_down, "a row that is down");
	const struct replica *c = watcher_row(watcher, "pg-c");
	assert_string_equal(c->state, "down");
	assert_string_equal(c->slot, "pg_c");
	assert_false(c->slot_is_active);
	assert_true(c->gone_ms >= 0);
	assert_true(c->lag_is_at_least);
	assert_int_equal(watcher->replicas.count, 2);
	assert_int_equal(watcher->replicas.status, STATUS_CRIT);
	assert_true(cluster_start_node(servers, 2, &e));
	watcher_until(watcher, both_are_level, "level standbys again");
	watcher_end(watcher);
}

static void a_plain_role_sees_slots_but_no_positions(void **state)
{
	(void)state;
	struct watcher *watcher = watcher_start(servers, 0, "plain");
	watcher_samples(watcher, 3);
	const struct replica *b = pg_b(watcher);
	assert_non_null(b);
	assert_int_equal(b->kind, REPLICA_STANDBY);
	assert_true(watcher->replicas.is_restricted);
	assert_int_equal(b->behind_bytes, VALUE_UNKNOWN);
	assert_int_equal(b->lag_ms, VALUE_UNKNOWN);
	assert_int_equal(b->reply_age_ms, VALUE_UNKNOWN);
	assert_true(value_is_known(b->retained_bytes));
	assert_string_equal(b->reason, "no permission: needs pg_monitor");
	assert_int_equal(watcher->replicas.worst_lag_bytes, VALUE_UNKNOWN);
	assert_int_equal(watcher->failures, 0);
	watcher_end(watcher);
}

static bool commits_wait(const struct watcher *watcher)
{
	return watcher->replicas.status == STATUS_CRIT && watcher->replicas.sync_waits == 1 &&
	       watcher_row(watcher, "ghost");
}

static void commits_that_wait_for_a_ghost_are_told(void **state)
{
	(void)state;
	struct watcher *watcher = watcher_start(servers, 0, NULL);
	server_run(servers, 0, "alter system set synchronous_standby_names = 'ghost'");
	server_run(servers, 0, "select pg_reload_conf()");
	server_wait(servers, 0, "select current_setting('synchronous_standby_names') = 'ghost'");
	PGconn *conn = server_connect(servers, 0);
	assert_true(
		PQsendQuery(conn, "set synchronous_commit = on; insert into ballast values ('y')"));
	watcher_until(watcher, commits_wait, "a waiting commit");
	assert_int_equal(watcher_row(watcher, "ghost")->kind, REPLICA_ABSENT);
	server_run(servers, 0, "alter system reset synchronous_standby_names");
	server_run(servers, 0, "select pg_reload_conf()");
	watcher_until(watcher, both_are_level, "level standbys again");
	PQfinish(conn);
	watcher_end(watcher);
}

static bool own_is_level(const struct watcher *watcher)
{
	return watcher->replicas.is_standby && watcher->replicas.own_lag_ms == 0 &&
	       strcmp(watcher->replicas.receiver_state, "streaming") == 0;
}

static bool own_is_paused(const struct watcher *watcher)
{
	return watcher->replicas.is_replay_paused && watcher->replicas.own_replay_bytes > 1000000 &&
	       watcher->replicas.status == STATUS_WARN;
}

static bool own_is_cut(const struct watcher *watcher)
{
	return strcmp(watcher->replicas.receiver_state, "disconnected") == 0 &&
	       watcher->replicas.own_lag_is_at_least && watcher->replicas.status == STATUS_CRIT;
}

static void a_standby_tells_of_its_own_way(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct watcher *watcher = watcher_start(servers, 1, NULL);
	watcher_until(watcher, own_is_level, "a level standby");
	server_run(servers, 1, "select pg_wal_replay_pause()");
	write_wal();
	watcher_until(watcher, own_is_paused, "a paused replay");
	assert_string_equal(watcher->replicas.receiver_state, "paused");
	server_run(servers, 1, "select pg_wal_replay_resume()");
	watcher_until(watcher, own_is_level, "a level standby again");
	assert_true(cluster_stop_node(servers, 0, CLUSTER_STOP_FAST, &e));
	watcher_until(watcher, own_is_cut, "a standby without its upstream");
	assert_true(cluster_start_node(servers, 0, &e));
	watcher_until(watcher, own_is_level, "a level standby at last");
	watcher_end(watcher);
}

static bool is_promoted(const struct watcher *watcher)
{
	return watcher->replicas.sampled_us && !watcher->replicas.is_standby &&
	       watcher->replicas.timeline == 2 && watcher->facts_count > 0;
}

static void a_promotion_is_noticed_on_the_open_connection(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct watcher *watcher = watcher_start(servers, 2, NULL);
	watcher_until(watcher, own_is_level, "a level standby");
	assert_true(cluster_promote_node(servers, 2, &e));
	watcher_until(watcher, is_promoted, "the promotion");
	assert_false(watcher->facts.is_standby);
	assert_int_equal(watcher->facts.timeline, 2);
	assert_int_equal(watcher->replicas.own_lag_ms, VALUE_NONE);
	watcher_end(watcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_level_standbys_are_well),
		cmocka_unit_test(a_paused_replay_is_behind_in_bytes_and_in_time),
		cmocka_unit_test(a_frozen_walreceiver_is_at_least_as_late_as_its_silence),
		cmocka_unit_test(a_stopped_standby_becomes_a_row_that_is_down),
		cmocka_unit_test(a_plain_role_sees_slots_but_no_positions),
		cmocka_unit_test(commits_that_wait_for_a_ghost_are_told),
		cmocka_unit_test(a_standby_tells_of_its_own_way),
		/* The last: afterwards there are two primaries. */
		cmocka_unit_test(a_promotion_is_noticed_on_the_open_connection),
	};
	return cmocka_run_group_tests(tests, servers_begin, servers_end);
}
