// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The watch over our own backend, asked by a role without pg_monitor: who waits for us is counted all the same, since a
 * zero would keep the gate open while a queue grows behind us.
 */
#include "test.h"

#include "base/mem.h"
#include "pg/server.h"
#include "sql/sql.h"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	server_run(
		servers, 0, "create role plain login; create role other login; create table t ()");
	server_run(servers, 0, "grant all on table t to plain, other");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static PGconn *connect_as(const char *role)
{
	PGconn *conn = server_connect(servers, 0);
	char *sql = mem_printf("set session authorization %s", role);
	server_run_on(conn, sql);
	free(sql);
	return conn;
}

static char *watched(PGconn *conn, const char *pid, const char *column)
{
	const char *params[] = { pid };
	PGresult *result = PQexecParams(
		conn, sql_get("run-watch", PQserverVersion(conn)), 1, NULL, params, NULL, NULL, 0);
	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	char *cell = mem_strdup(PQgetvalue(result, 0, PQfnumber(result, column)));
	PQclear(result);
	return cell;
}

static void expect(PGconn *conn, const char *pid, const char *column, const char *want)
{
	char *cell = watched(conn, pid, column);
	assert_string_equal(cell, want);
	free(cell);
}

static void who_waits_is_seen_by_a_role_that_may_not_see_others(void **state)
{
	(void)state;
	PGconn *plain = connect_as("plain"), *ours = server_connect(servers, 0);
	PGconn *waiter = connect_as("other");
	server_run_on(ours, "begin; lock table t in access exclusive mode");
	char *ours_pid = server_cell_on(ours, "select pg_backend_pid()");
	char *waiter_pid = server_cell_on(waiter, "select pg_backend_pid()");

	expect(plain, ours_pid, "blocked_by_us", "0");
	assert_int_equal(PQsendQuery(waiter, "select * from t"), 1);
	server_wait(servers, 0, "select count(*) = 1 from pg_locks where not granted");

	expect(plain, ours_pid, "blocked_by_us", "1");
	expect(plain, waiter_pid, "waits_for_lock", "t");
	expect(plain, ours_pid, "waits_for_lock", "f");
	PQfinish(ours);
	PQfinish(waiter);
	PQfinish(plain);
	free(ours_pid);
	free(waiter_pid);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_is_seen_by_a_role_that_may_not_see_others),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
