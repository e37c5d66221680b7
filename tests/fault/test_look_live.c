// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What is only looked at, on a real server: the watch over our own backend, sizes and invalid indexes in the catalog,
 * histories found under the role's own path.
 */
#include "test.h"

#include "base/mem.h"
#include "fault/rig.h"
#include "migrate/run/watch.h"
#include "migrate/schema/catalog.h"

static struct cluster *servers;

static int start_servers(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int end_servers(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/* One lease, and the answer to one question. */
struct look {
	struct rig *rig;
	struct lease *lease;
	struct arena arena;
	bool is_done;
	struct err error;
	struct run_watch watch;
	const struct table_size *sizes;
	const struct invalid_index *indexes;
	size_t count;
	struct history *history;
};

static void leased(void *arg, struct lease *lease, const struct err *e)
{
	struct look *look = arg;
	look->lease = lease;
	look->is_done = true;
	if (e)
		look->error = *e;
}

static void wait_for(struct look *look)
{
	while (!look->is_done) {
		loop_turn(look->rig->loop, true);
		loop_free_deferred(look->rig->loop);
	}
	look->is_done = false;
	if (look->error.kind != ERR_NONE)
		fail_msg("%s %s", look->error.text, look->error.detail);
}

/* As the watching connection does it: without a search_path. */
static void look_begin(struct look *look)
{
	*look = (struct look){ .rig = rig_new(servers) };
	rig_connect(look->rig);
	endpoint_watch(look->rig->endpoint);
	lease_take(look->rig->endpoint, CONN_MONITOR, NULL, 10000, leased, look);
	wait_for(look);
}

static void look_end(struct look *look)
{
	lease_give_back(look->lease);
	history_free(look->history);
	arena_release(&look->arena);
	rig_free(look->rig);
}

static void watched(void *arg, const struct run_watch *watch, const struct err *e)
{
	struct look *look = arg;
	look->is_done = true;
	if (e)
		look->error = *e;
	else
		look->watch = *watch;
}

static void watch(struct look *look, PGconn *conn)
{
	watch_start(lease_conn(look->lease), PQbackendPID(conn), watched, look);
	wait_for(look);
}

static void wait_until(const struct look *look, const char *sql)
{
	char *of_this = mem_printf(
		"select exists (select from pg_stat_activity where datname = '%s' and %s)",
		look->rig->database, sql);
	server_wait(servers, 0, of_this);
	free(of_this);
}

static void the_watch_names_who_blocks_us_and_counts_whom_we_block(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig, "CREATE TABLE big (a int)");
	PGconn *first = server_connect_to(look.rig->conninfo),
	       *we = server_connect_to(look.rig->conninfo);
	PGconn *last = server_connect_to(look.rig->conninfo);
	server_run_on(first, "SET application_name = 'report'; BEGIN; SELECT * FROM big");
	PQsendQuery(we, "ALTER TABLE big ADD b int");
	wait_until(&look, "query like 'ALTER%' and wait_event_type = 'Lock'");
	PQsendQuery(last, "SELECT count(*) FROM big");
	wait_until(&look, "query like 'SELECT count%' and wait_event_type = 'Lock'");

	watch(&look, we);
	assert_true(look.watch.is_known);
	assert_string_equal(look.watch.wait, "Lock relation");
	assert_int_equal(look.watch.blocker_count, 1);
	assert_int_equal(look.watch.blockers[0].pid, PQbackendPID(first));
	assert_string_equal(look.watch.blockers[0].app, "report");
	assert_string_equal(look.watch.blockers[0].state, "idle in transaction");
	assert_int_equal(look.watch.blocked_by_us, 1);
	assert_true(look.watch.waiting_ms >= 0);

	server_run_on(first, "COMMIT");
	for (PGresult *r; (r = PQgetResult(we));)
		PQclear(r);
	watch(&look, we);
	assert_int_equal(look.watch.blocker_count, 0);
	assert_int_equal(look.watch.waiting_ms, 0);
	PQfinish(first);
	PQfinish(we);
	PQfinish(last);
	look_end(&look);
}

static void the_watch_tells_how_far_a_build_is(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig, "CREATE TABLE big AS SELECT generate_series(1, 1000) AS a");
	PGconn *old = server_connect_to(look.rig->conninfo),
	       *we = server_connect_to(look.rig->conninfo);
	server_run_on(old, "BEGIN; INSERT INTO big VALUES (0)");
	PQsendQuery(we, "CREATE INDEX CONCURRENTLY big_a ON big (a)");
	wait_until(&look, "query like 'CREATE INDEX%' and wait_event_type = 'Lock'");

	watch(&look, we);
	assert_non_null(strstr(look.watch.progress, "waiting for writers"));

	server_run_on(old, "COMMIT");
	for (PGresult *r; (r = PQgetResult(we));)
		PQclear(r);
	PQfinish(old);
	PQfinish(we);
	look_end(&look);
}

static void a_backend_that_is_gone_is_not_known(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	watch_start(lease_conn(look.lease), 999999, watched, &look);
	wait_for(&look);
	assert_false(look.watch.is_known);
	look_end(&look);
}

static void answered(void *arg, const struct catalog_answer *answer, const struct err *e)
{
	struct look *look = arg;
	look->is_done = true;
	look->sizes = answer ? answer->sizes : NULL;
	look->count = answer ? answer->size_count : 0;
	if (e)
		look->error = *e;
}

static void tables_are_found_under_the_roles_path_though_the_connection_has_none(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig, "CREATE TABLE big AS SELECT generate_series(1, 10000) AS a; ANALYZE big; "
			  "CREATE SCHEMA app; CREATE TABLE app.\"odd \"\"name\\\" (a int); "
			  "CREATE TABLE parts (a int) PARTITION BY RANGE (a); "
			  "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (20000); "
			  "INSERT INTO parts SELECT a FROM big");
	const struct object_name names[] = { { NULL, "big" }, { "app", "odd \"name\\" },
		{ NULL, "absent" }, { "app", "big" }, { "public", "parts" } };
	const struct catalog_question question = { .tables = names,
		.table_count = ARRAY_SIZE(names) };
	const struct catalog_request request = { .question = &question };
	catalog_facts_start(lease_conn(look.lease), &look.arena, &request, answered, &look);
	wait_for(&look);

	assert_int_equal(look.count, 5);
	assert_true(look.sizes[0].exists);
	assert_string_equal(look.sizes[0].found_schema, "public");
	assert_int_equal(look.sizes[0].rows, 10000);
	assert_true(look.sizes[0].bytes > 300000);
	assert_true(look.sizes[1].exists);
	assert_false(look.sizes[2].exists);
	assert_int_equal(look.sizes[2].bytes, VALUE_UNKNOWN);
	assert_false(look.sizes[3].exists);
	assert_true(look.sizes[4].bytes > 300000); /* of its partitions */
	look_end(&look);
}

static void indexed(
	void *arg, const struct invalid_index *indexes, size_t count, const struct err *e)
{
	struct look *look = arg;
	look->is_done = true;
	look->indexes = indexes;
	look->count = count;
	if (e)
		look->error = *e;
}

static void invalid_indexes_are_listed(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig, "CREATE TABLE big AS SELECT 1 AS a FROM generate_series(1, 2)");
	PGconn *conn = server_connect_to(look.rig->conninfo);
	PQclear(PQexec(conn, "CREATE UNIQUE INDEX CONCURRENTLY big_a ON big (a)"));
	PQfinish(conn);
	catalog_invalid_indexes_start(lease_conn(look.lease), &look.arena, indexed, &look);
	wait_for(&look);
	assert_int_equal(look.count, 1);
	assert_string_equal(look.indexes[0].name, "big_a");
	assert_string_equal(look.indexes[0].table, "big");
	assert_false(look.indexes[0].is_building);
	look_end(&look);
}

static void read(void *arg, struct history *history, const struct err *e)
{
	struct look *look = arg;
	look->is_done = true;
	look->history = history;
	if (e)
		look->error = *e;
}

static void a_history_is_found_under_the_roles_own_path(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig,
		"CREATE TABLE public.schema_migrations (version bigint PRIMARY KEY, dirty bool NOT "
		"NULL); "
		"CREATE SCHEMA app; CREATE TABLE app.schema_migrations (version bigint PRIMARY "
		"KEY, dirty bool NOT NULL); "
		"INSERT INTO app.schema_migrations VALUES (7, false); CREATE ROLE app_owner; "
		"GRANT USAGE ON SCHEMA app TO app_owner");
	char *sql = mem_printf("ALTER ROLE app_owner IN DATABASE %s SET search_path = app, public",
		look.rig->database);
	rig_sql(look.rig, sql);
	free(sql);
	const struct history_request request = {
		.format = "golang-migrate", .project = "main", .role = "app_owner"
	};
	history_read_start(look.rig->loop, lease_conn(look.lease), &request, read, &look);
	wait_for(&look);
	assert_string_equal(look.history->schema, "app");
	assert_string_equal(look.history->rows[0].rev, "7");
	rig_sql(look.rig, "DROP OWNED BY app_owner; DROP ROLE app_owner");
	look_end(&look);
}

static void five_thousand_rows_come_whole(void **state)
{
	(void)state;
	struct look look;
	look_begin(&look);
	rig_sql(look.rig,
		"CREATE TABLE goose_db_version (id int PRIMARY KEY GENERATED BY DEFAULT AS "
		"IDENTITY, "
		"version_id bigint NOT NULL, is_applied bool NOT NULL, tstamp timestamp NOT NULL "
		"DEFAULT now()); "
		"INSERT INTO goose_db_version (version_id, is_applied) SELECT n, true FROM "
		"generate_series(0, 5000) AS n; "
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (5000, false)");
	const struct history_request request = { .format = "goose", .project = "main" };
	history_read_start(look.rig->loop, lease_conn(look.lease), &request, read, &look);
	wait_for(&look);
	assert_int_equal(look.history->row_count, 4999);
	assert_int_equal(look.history->rows[4998].number, 4999);
	look_end(&look);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_watch_names_who_blocks_us_and_counts_whom_we_block),
		cmocka_unit_test(the_watch_tells_how_far_a_build_is),
		cmocka_unit_test(a_backend_that_is_gone_is_not_known),
		cmocka_unit_test(
			tables_are_found_under_the_roles_path_though_the_connection_has_none),
		cmocka_unit_test(invalid_indexes_are_listed),
		cmocka_unit_test(a_history_is_found_under_the_roles_own_path),
		cmocka_unit_test(five_thousand_rows_come_whole),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
