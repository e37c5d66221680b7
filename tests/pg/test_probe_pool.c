// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "pg/server.h"
#include "pg/watcher.h"

/* Sessions of two applications in every state, seen by a role that may and by one that may not. */

struct scene {
	struct cluster *servers;
	PGconn *idle, *open, *aborted, *waiting, *holder;
};

static PGconn *session(struct cluster *servers, const char *app)
{
	char *conninfo = mem_printf("%s application_name=%s", cluster_conninfo(servers, 0), app);
	PGconn *conn = server_connect_to(conninfo);
	free(conninfo);
	return conn;
}

/* Fails inside a transaction, on purpose. */
static void abort_transaction(PGconn *conn)
{
	server_run_on(conn, "begin");
	PQclear(PQexec(conn, "select 1/0"));
	assert_int_equal(PQtransactionStatus(conn), PQTRANS_INERROR);
}

static int scene_begin(void **state)
{
	struct scene *scene = mem_new(struct scene);
	scene->servers = server_start(NULL);
	server_run(scene->servers, 0, "create role plain login");
	scene->holder = session(scene->servers, "jobs");
	server_run_on(scene->holder, "begin; select pg_advisory_xact_lock(7)");
	scene->idle = session(scene->servers, "web");
	scene->open = session(scene->servers, "web");
	server_run_on(scene->open, "begin; select 1");
	scene->aborted = session(scene->servers, "web");
	abort_transaction(scene->aborted);
	scene->waiting = session(scene->servers, "web");
	assert_true(PQsendQuery(scene->waiting, "select pg_advisory_lock(7)"));
	server_wait(scene->servers, 0,
		"select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'");
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;
	PGconn *const conns[] = { scene->holder, scene->idle, scene->open, scene->aborted,
		scene->waiting };
	for (size_t i = 0; i < ARRAY_SIZE(conns); i++)
		PQfinish(conns[i]);
	server_end(scene->servers);
	free(scene);
	return 0;
}

/* The scene's five and the watcher: sessions that prepared the scene have left. */
static bool only_the_scene_is_here(const struct watcher *watcher)
{
	return watcher->pool.sampled_us && watcher->pool.used == 6;
}

static bool the_lock_wait_is_marked(const struct watcher *watcher)
{
	const struct session_group *web = watcher_group(watcher, "web");
	return only_the_scene_is_here(watcher) && web && web->status == STATUS_WARN;
}

static void sessions_are_counted_by_state_and_application(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, NULL);
	watcher_until(watcher, the_lock_wait_is_marked, "a lock wait seen twice");
	const struct pool_health *pool = &watcher->pool;
	const struct session_group *web = watcher_group(watcher, "web");
	assert_non_null(web);
	assert_int_equal(web->total, 4);
	assert_int_equal(web->active, 1);
	assert_int_equal(web->idle, 1);
	assert_int_equal(web->idle_in_txn, 1);
	assert_int_equal(web->aborted, 1);
	assert_int_equal(web->lock_waits, 1);
	assert_true(web->oldest_idle_in_txn_ms >= 0);
	assert_int_equal(watcher_group(watcher, "jobs")->idle_in_txn, 1);
	assert_int_equal(pool->idle_in_txn, 2);
	assert_int_equal(pool->aborted, 1);
	assert_int_equal(pool->group_total, 2);
	assert_int_equal(pool->oldest.pid, PQbackendPID(scene->holder));
	assert_string_equal(pool->oldest.app, "jobs");
	assert_string_equal(pool->oldest.state, "idle in transaction");
	assert_true(pool->oldest.age_ms >= 0);
	assert_false(pool->is_restricted);
	watcher_end(watcher);
}

static void our_own_sessions_take_slots_and_stand_in_no_row(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, NULL);
	watcher_until(watcher, only_the_scene_is_here, "the scene alone");
	assert_int_equal(watcher->pool.own, 1);
	assert_int_equal(watcher->pool.group_total, 2);
	for (size_t i = 0; i < watcher->pool.group_count; i++)
		assert_int_not_equal(strncmp(watcher->pool.groups[i].name, "dbtop/", 6), 0);
	watcher_end(watcher);
}

static void the_ceiling_leaves_the_reserved_slots_out(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, NULL);
	watcher_samples(watcher, 1);
	int64_t ceiling = server_number(scene->servers, 0,
		"select current_setting('max_connections')::int"
		" - current_setting('superuser_reserved_connections')::int");
	assert_int_equal(watcher->pool.ceiling, ceiling);
	assert_int_equal(watcher->pool.used_percent, watcher->pool.used * 100 / ceiling);
	watcher_end(watcher);
}

static void a_plain_role_sees_question_marks_and_no_zero(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, "plain");
	watcher_until(watcher, only_the_scene_is_here, "the scene alone");
	const struct pool_health *pool = &watcher->pool;
	assert_true(pool->is_restricted);
	assert_int_equal(pool->hidden, 5);
	assert_int_equal(pool->active, VALUE_UNKNOWN);
	assert_int_equal(pool->aborted, VALUE_UNKNOWN);
	assert_int_equal(pool->lock_waits, VALUE_UNKNOWN);
	assert_int_equal(pool->oldest.age_ms, VALUE_UNKNOWN);
	const struct session_group *web = watcher_group(watcher, "web");
	assert_int_equal(web->total, 4);
	assert_int_equal(web->idle_in_txn, VALUE_UNKNOWN);
	assert_int_equal(watcher->failures, 0);
	watcher_end(watcher);
}

static bool is_unrestricted(const struct watcher *watcher)
{
	return watcher->pool.sampled_us && !watcher->pool.is_restricted &&
	       watcher->facts.has_monitor;
}

static void a_grant_is_noticed_without_a_new_connection(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, "plain");
	watcher_samples(watcher, 1);
	assert_true(watcher->pool.is_restricted);
	server_run(scene->servers, 0, "grant pg_monitor to plain");
	watcher_until(watcher, is_unrestricted, "the grant");
	assert_int_equal(watcher_group(watcher, "web")->aborted, 1);
	server_run(scene->servers, 0, "revoke pg_monitor from plain");
	watcher_end(watcher);
}

static bool is_sampled(const struct watcher *watcher)
{
	return watcher->pool_count > 0;
}

static bool is_cut(const struct watcher *watcher)
{
	return endpoint_view(watcher->endpoint)->state != LINK_UP;
}

static void while_the_link_is_down_nothing_is_asked_and_the_last_sample_stays(void **state)
{
	struct scene *scene = *state;
	struct watcher *watcher = watcher_start(scene->servers, 0, NULL);
	watcher_samples(watcher, 1);
	int64_t sampled_us = watcher->pool.sampled_us;
	server_run(scene->servers, 0,
		"select pg_terminate_backend(pid) from pg_stat_activity"
		" where application_name like 'dbtop/%'");
	watcher_until(watcher, is_cut, "the cut");
	assert_true(watcher->pool.sampled_us >= sampled_us);
	assert_int_equal(watcher->pool.ceiling > 0, true);
	watcher->pool_count = 0;
	watcher_until(watcher, is_sampled, "a sample of the new connection");
	watcher_end(watcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_counted_by_state_and_application),
		cmocka_unit_test(our_own_sessions_take_slots_and_stand_in_no_row),
		cmocka_unit_test(the_ceiling_leaves_the_reserved_slots_out),
		cmocka_unit_test(a_plain_role_sees_question_marks_and_no_zero),
		cmocka_unit_test(a_grant_is_noticed_without_a_new_connection),
		cmocka_unit_test(while_the_link_is_down_nothing_is_asked_and_the_last_sample_stays),
	};
	return cmocka_run_group_tests(tests, scene_begin, scene_end);
}
