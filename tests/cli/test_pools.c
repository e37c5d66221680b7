// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Declared application pools against a live server: what they hold, and whether everything fits.
 */
#include "test.h"

#include "base/mem.h"
#include "cli/shell.h"

static void declare(struct shell *sh, const char *sections)
{
	char *conf = mem_printf("[target shop]\ndsn = %s\nenv = dev\n%s", sh->conninfo, sections);

	shell_write(sh, "dbtop.conf", conf);
	shell_env(sh, "DBTOP_TARGET", NULL);
	free(conf);
}

static PGconn *connect_as(struct shell *sh, const char *application)
{
	PGconn *conn = server_connect_to(sh->conninfo);
	char *sql = mem_printf("set application_name = '%s'", application);

	server_run_on(conn, sql);
	free(sql);
	return conn;
}

static const struct json *row_of(const struct json *table, const char *key, const char *name)
{
	for (size_t i = 0; i < json_count(table); i++) {
		const struct json *row = json_at(table, i);
		if (strcmp(json_text(json_get(row, key)), name) == 0)
			return row;
	}
	fail_msg("no row %s", name);
	return NULL;
}

static void sessions_are_counted_into_their_pool(void **state)
{
	struct shell *sh = *state;
	declare(sh, "[pool web]\nmatch = application_name:web-*\nsize = 2\noverflow = 1\n");
	PGconn *idle = connect_as(sh, "web-1");
	PGconn *busy = connect_as(sh, "web-2");
	PGconn *other = connect_as(sh, "webmail");
	server_run_on(busy, "begin");

	dbtop(sh, "health --json");
	const struct json *data = json_get(shell_json(sh, "health"), "data");
	const struct json *web = row_of(json_get(data, "pools"), "name", "web");
	assert_string_equal(json_text(json_get(web, "status")), "healthy");
	assert_int_equal(json_int(json_get(web, "pool_size"), -1), 2);
	assert_int_equal(json_int(json_get(web, "checked_in_connections"), -1), 1);
	assert_int_equal(json_int(json_get(web, "checked_out_connections"), -1), 1);
	assert_int_equal(json_int(json_get(web, "overflow"), -1), 0);
	assert_int_equal(json_int(json_get(web, "total"), -1), 2);
	assert_non_null(json_get(web, "waiting")); /* there, and null: not seen from the server */
	assert_int_equal(json_int(json_get(web, "waiting"), -1), -1);
	dbtop(sh, "health");
	shell_assert_out(sh, "the declared pool is not short");

	PGconn *third = connect_as(sh, "web-3"), *fourth = connect_as(sh, "web-4");
	dbtop(sh, "health --json");
	assert_int_equal(sh->status, 2);
	data = json_get(shell_json(sh, "health"), "data");
	web = row_of(json_get(data, "pools"), "name", "web");
	assert_string_equal(json_text(json_get(web, "status")), "unhealthy");
	assert_int_equal(json_int(json_get(web, "overflow"), -1), 2);
	dbtop(sh, "pools");
	shell_assert(sh, 0);
	shell_assert_out(sh, "4 sessions, 1 more than it may open");
	PGconn *all[] = { idle, busy, other, third, fourth };
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		PQfinish(all[i]);
}

static void the_budget_shows_its_arithmetic_and_degrades(void **state)
{
	struct shell *sh = *state;
	declare(sh, "[pool web]\nmatch = application_name:web-*\nsize = 20\nworkers = 50\n");

	dbtop(sh, "pools");
	shell_assert(sh, 0);
	shell_assert_out(sh, "(20 + 0) * 50 = 1000 connections, not below 80% of ");
	shell_assert_out(sh, "(4 + 0) * 1 = 4 connections, below 80% of ");
	shell_assert_out(sh, "2 pools = 1004 connections, not below 80% of ");
	dbtop(sh, "health");
	assert_int_equal(sh->status, 1);
	shell_assert_out(sh, "all of them: 2 pools = 1004 connections");
	dbtop(sh, "pools --json --pool-size 7 --max-overflow 2");
	const struct json *budget = json_get(json_get(shell_json(sh, "pools"), "data"), "budget");
	const struct json *own = row_of(budget, "pool", "dbtop");
	assert_int_equal(json_int(json_get(own, "connections"), -1), 9);
}

static void a_pool_of_dbtops_own_that_cannot_hold_is_refused_at_start(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	shell_env(sh, "DBTOP_POOL_SIZE", "90");

	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 1);
	shell_assert_err(sh, "dbtop's own pool is too large for this server: (90 + 0) * 1 = 90 "
			     "connections, not below 80% of ");
	shell_assert_err(sh, "hint: set pool_size to ");
	shell_expect(sh, "select to_regclass('a')", NULL);
	dbtop(sh, "pools");
	shell_assert(sh, 1);
	shell_assert_out(sh, "(90 + 0) * 1 = 90 connections, not below");
	dbtop(sh, "health");
	assert_int_equal(sh->status, 1);
	shell_assert_err(sh, "set pool_size to ");
	dbtop(sh, "metrics");
	shell_assert(sh, 0);
	shell_assert_err(sh, "dbtop's own pool is too large for this server: (90 + 0) * 1 = 90");
	dbtop(sh, "metrics --listen 127.0.0.1:0");
	shell_assert(sh, 1);
	shell_assert_err(sh, "dbtop's own pool is too large for this server: (90 + 0) * 1 = 90");
	shell_assert_err(sh, "hint: set pool_size to ");

	shell_env(sh, "DBTOP_POOL_SIZE", "5");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
}

static void an_application_nobody_declared_that_holds_nearly_all_is_named(void **state)
{
	struct shell *sh = *state;
	declare(sh, "[pool web]\nmatch = application_name:web-*\nsize = 2\n");
	shell_sql(sh, "do $$ begin execute format('alter database %I connection limit 10', "
		      "current_database()); end $$");
	PGconn *all[8];
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		all[i] = connect_as(sh, "report");

	dbtop(sh, "health");

	assert_int_equal(sh->status, 1);
	shell_assert_out(sh, "report: not declared as a [pool], and holds 8 connections, not "
			     "below 80% of 10 connections of this database (8.0)");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		PQfinish(all[i]);
}

static void health_has_the_figures_of_its_own_pool_at_the_top(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "health --json");

	const struct json *data = json_get(shell_json(sh, "health"), "data");
	assert_string_equal(json_text(json_get(data, "status")), "healthy");
	assert_int_equal(json_int(json_get(data, "pool_size"), -1), 4);
	assert_int_equal(json_int(json_get(data, "overflow"), -1), 0);
	int64_t in = json_int(json_get(data, "checked_in_connections"), -1);
	int64_t out = json_int(json_get(data, "checked_out_connections"), -1);
	assert_true(in >= 0 && out >= 0);
	assert_int_equal(json_int(json_get(data, "total"), -1), in + out);
	assert_int_equal(json_int(json_get(data, "waiting"), -1), 0);
	assert_true(json_int(json_get(data, "wait_p99_us"), -1) >= 0);

	dbtop(sh, "health");
	shell_assert_out(sh, "DBTOP'S OWN");
	shell_assert_out(sh, "healthy     4");

	dbtop(sh, "pools --json");
	data = json_get(shell_json(sh, "pools"), "data");
	const struct json *own = json_at(json_get(data, "own_pools"), 0);
	assert_true(json_int(json_get(own, "acquires"), -1) >= 1);
	assert_int_equal(json_int(json_get(own, "creates"), -1), 1);
	assert_int_equal(json_int(json_get(own, "oldest_wait_us"), -1), 0);
	assert_int_equal(json_int(json_get(json_get(own, "destroys"), "lifetime"), -1), 0);
	assert_true(json_int(json_get(own, "connect_p99_us"), -1) > 0);
	assert_true(json_int(json_get(own, "hold_max_us"), -1) >= 0);
	assert_true(json_int(json_get(own, "transaction_p50_us"), -1) > 0);
	assert_string_equal(json_text(json_get(own, "status")), "healthy");
	assert_int_equal(json_int(json_get(own, "pool_size"), -1), 4);
}

static void a_limit_of_the_role_is_seen(void **state)
{
	struct shell *sh = *state;
	shell_sql(sh, "create role narrow login connection limit 1");
	char *conninfo = mem_printf("host=%s port=%d user=narrow dbname=%s",
		cluster_socket_dir(sh->cluster), cluster_node_port(sh->cluster, 0), sh->database);

	dbtop(sh, "health -d '%s'", conninfo);

	shell_assert_out(sh, "this role holds 1 of the 1 connections it may have");
	shell_sql(sh, "drop role narrow");
	free(conninfo);
}

/* What the table of options allows has to be something that works. */
static void the_ends_of_each_range_make_a_pool(void **state)
{
	static const char *const flags[] = {
		"--pool-size 1",
		"--max-overflow 0",
		"--pool-timeout 100ms",
		"--pool-timeout 1h",
		"--pool-recycle off",
		"--pool-recycle 1min",
		"--pool-recycle 7d",
		"--pool-pre-ping off",
		"--pool-pre-ping always",
		"--connect-timeout 5min",
	};
	struct shell *sh = *state;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		dbtop(sh, "pools %s", flags[i]);
		shell_assert(sh, 0);
	}
}

static void without_a_server_there_is_no_figure(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "pools --json -d 'host=/nonexistent dbname=x'");

	shell_assert(sh, 12);
	shell_assert_no(sh, "connections, below");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(sessions_are_counted_into_their_pool),
		IN_SHELL(the_budget_shows_its_arithmetic_and_degrades),
		IN_SHELL(a_pool_of_dbtops_own_that_cannot_hold_is_refused_at_start),
		IN_SHELL(an_application_nobody_declared_that_holds_nearly_all_is_named),
		IN_SHELL(health_has_the_figures_of_its_own_pool_at_the_top),
		IN_SHELL(a_limit_of_the_role_is_seen),
		IN_SHELL(the_ends_of_each_range_make_a_pool),
		IN_SHELL(without_a_server_there_is_no_figure),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
