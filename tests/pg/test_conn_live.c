// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Connections to real servers: every way in, every refusal, every loss. Time is real; waiting means turning the
 * loop until what is waited for is there.
 */
#include "test.h"

#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/caller.h"
#include "pg/conninfo.h"
#include "pg/pgbouncer.h"
#include "pg/server.h"

static struct cluster *servers; /* a primary and a standby, over sockets and TCP */

/* A name whose lookup never ends until this pipe is written to: stands in for a frozen name server. */
static int frozen_pipe[2];
static int (*real_getaddrinfo)(
	const char *, const char *, const struct addrinfo *, struct addrinfo **);

static void a_socket_leads_to_a_known_server(void **state)
{
	(void)state;
	struct caller c = { 0 };
	caller_dial(&c, cluster_conninfo(servers, 0));

	const struct link_view *view = caller_until(&c, LINK_UP);

	char *known = server_cell(servers, 0, "select system_identifier from pg_control_system()");
	assert_string_equal(view->identity.system_identifier, known);
	assert_int_equal(view->identity.timeline, 1);
	assert_false(view->identity.is_standby);
	assert_true(view->identity.is_superuser);
	assert_string_equal(view->identity.tls, "");
	free(known);
	caller_hang_up(&c);
}

static void tcp_leads_there_by_name(void **state)
{
	(void)state;
	struct err e;
	struct caller c = { 0 };
	struct conninfo *info = conninfo_new(cluster_tcp_conninfo(servers, 0), NULL, &e);
	char *text = mem_printf(
		"host=localhost port=%s user=postgres dbname=shop", conninfo_get(info, "port"));
	caller_dial(&c, text);

	const struct link_view *view = caller_until(&c, LINK_UP);

	assert_string_equal(view->identity.host, "localhost");
	assert_string_equal(view->identity.address, "127.0.0.1");
	free(text);
	conninfo_free(info);
	caller_hang_up(&c);
}

static void the_watching_session_only_reads(void **state)
{
	(void)state;
	struct caller c = { .options = { .purpose = CONN_MONITOR,
				    .statement_timeout_ms = 1500,
				    .lock_timeout_ms = 100 } };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);

	caller_sql(&c,
		"SELECT current_setting('statement_timeout') || current_setting('lock_timeout')"
		" || current_setting('search_path')");
	assert_string_equal(c.cell, "1500ms100ms");
	caller_sql(&c, "CREATE TABLE public.never (i int)");
	assert_string_equal(c.error.sqlstate, "25006");
	caller_sql(
		&c, "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()");
	assert_non_null(strstr(c.cell, "dbtop/monitor "));
	caller_hang_up(&c);
}

static void a_plain_role_knows_what_it_may(void **state)
{
	(void)state;
	struct caller c = { 0 };
	server_run(servers, 0,
		"create role plain login;"
		"revoke execute on function pg_control_system() from public");
	char *text = mem_printf("%s user=plain", cluster_conninfo(servers, 0));
	caller_dial(&c, text);

	const struct link_view *view = caller_until(&c, LINK_UP);

	assert_string_equal(view->identity.system_identifier, "");
	assert_int_equal(view->identity.timeline, 1);
	assert_string_equal(view->identity.user, "plain");
	assert_false(view->identity.has_monitor);
	caller_hang_up(&c);
	free(text);
	server_run(servers, 0,
		"grant execute on function pg_control_system() to public; drop role plain");
}

static void check_stopped(const char *options, const char *sqlstate, const char *words)
{
	struct caller c = { .options = { .keep_up = true } };
	char *text = mem_printf("%s %s", cluster_conninfo(servers, 0), options);
	caller_dial(&c, text);

	const struct link_view *view = caller_until(&c, LINK_STOPPED);

	assert_string_equal(view->sqlstate, sqlstate);
	assert_non_null(strstr(view->error, words));
	assert_true(*view->hint);
	assert_null(strstr(view->error, "open-sesame"));
	caller_hang_up(&c);
	free(text);
}

static void what_a_person_must_mend_stops_the_dialing(void **state)
{
	(void)state;
	server_run(servers, 0, "create role guarded login password 'right'");
	check_stopped("dbname=nowhere", "3D000", "database \"nowhere\" does not exist");
	check_stopped("user=guarded password=open-sesame", "28P01", "password");
	check_stopped("user=guarded passfile=/nonexistent", "", "no password");
	check_stopped("user=nobody1", "28000", "\"nobody1\" does not exist");
	server_run(servers, 0, "drop role guarded");
}

static void a_server_that_was_restarted_is_found_again(void **state)
{
	(void)state;
	struct err e;
	struct caller c = { .options = { .keep_up = true } };
	const struct query probe = { .sql = "SELECT 'prepared'", .is_prepared = true };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);
	caller_ask(&c, &probe);

	assert_true(cluster_stop_node(servers, 0, CLUSTER_STOP_FAST, &e));
	const struct link_view *view = caller_until(&c, LINK_WAITING);
	assert_string_equal(view->sqlstate, "57P01");
	assert_true(cluster_start_node(servers, 0, &e));
	caller_until(&c, LINK_UP);

	caller_ask(&c, &probe);
	assert_string_equal(c.cell, "prepared");
	caller_hang_up(&c);
}

/* Fault row 12. */
static void a_frozen_server_costs_the_deadline_of_the_question(void **state)
{
	(void)state;
	struct caller c = { 0 };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);
	cluster_freeze_node(servers, 0);

	caller_ask(&c, &(const struct query){ .sql = "SELECT 1", .deadline_ms = 200 });
	cluster_thaw_node(servers, 0);

	assert_int_equal(c.error.kind, ERR_TIMEOUT);
	assert_int_equal(conn_view(c.conn)->state, LINK_STOPPED);
	caller_hang_up(&c);
}

static void a_frozen_server_costs_the_deadline_of_the_dial(void **state)
{
	(void)state;
	struct caller c = { .options = { .connect_timeout_ms = 200 } };
	cluster_freeze_node(servers, 0);
	caller_dial(&c, cluster_conninfo(servers, 0));

	caller_until(&c, LINK_STOPPED);
	cluster_thaw_node(servers, 0);

	assert_int_equal(conn_error(c.conn)->kind, ERR_TIMEOUT);
	caller_hang_up(&c);
}

static void count_beat(void *arg)
{
	++*(int *)arg;
}

/* Fault row 12: a cancel request blocks in libpq for as long as the server is frozen, on a thread of its own. */
static void a_cancel_that_nobody_answers_never_stops_the_loop(void **state)
{
	(void)state;
	struct caller c = { 0 };
	int beats = 0;
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);
	struct loop_timer *timer = loop_timer_start(c.loop, 10, 10, count_beat, &beats);
	cluster_freeze_node(servers, 0);

	conn_query(c.conn, &(const struct query){ .sql = "SELECT 1", .deadline_ms = 300 },
		caller_take_answer, &c);
	conn_cancel(c.conn);
	caller_finish(&c, 1);

	assert_true(beats >= 10);
	assert_int_equal(c.error.kind, ERR_TIMEOUT);
	loop_timer_stop(timer);
	cluster_thaw_node(servers, 0); /* the worker must not outlive us */
	caller_hang_up(&c);
}

static void a_long_statement_is_canceled_and_the_link_stays(void **state)
{
	(void)state;
	struct caller c = { 0 };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);

	conn_query(c.conn, &(const struct query){ .sql = "SELECT pg_sleep(60)" },
		caller_take_answer, &c);
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_activity where query = 'SELECT pg_sleep(60)' "
		"and state = 'active'");
	conn_cancel(c.conn);
	caller_finish(&c, 1);
	assert_string_equal(c.error.sqlstate, "57014");

	/* The late half of a cancel never hits what comes next. */
	caller_sql(&c, "SELECT 'alive'");
	assert_string_equal(c.cell, "alive");
	caller_hang_up(&c);
}

static void a_change_is_refused_by_a_standby(void **state)
{
	(void)state;
	struct caller c = { .options = { .purpose = CONN_CHANGE, .must_be_primary = true } };
	caller_dial(&c, cluster_conninfo(servers, 1));

	const struct link_view *view = caller_until(&c, LINK_STOPPED);

	assert_true(view->identity.is_standby);
	assert_int_equal(view->identity.timeline, 1);
	assert_non_null(strstr(view->error, "is a standby"));
	caller_hang_up(&c);
}

static void another_database_is_refused_by_name(void **state)
{
	(void)state;
	struct caller c = { 0 };
	caller_dial(&c, cluster_conninfo(servers, 0));
	struct identity planned = caller_until(&c, LINK_UP)->identity;
	caller_hang_up(&c);

	struct caller d = { .options = { .purpose = CONN_CHANGE, .must_equal = &planned } };
	char *text = mem_printf("%s dbname=postgres", cluster_conninfo(servers, 0));
	caller_dial(&d, text);
	caller_until(&d, LINK_STOPPED);
	assert_int_equal(conn_error(d.conn)->kind, ERR_CONFLICT);
	assert_non_null(strstr(conn_error(d.conn)->text, "another database answers: postgres"));
	caller_hang_up(&d);
	free(text);
}

static void a_transaction_pooler_is_known_and_refused_for_changes(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 2);
	struct caller watching = { .options = { .statement_timeout_ms = 1500 } };
	caller_dial(&watching, pgbouncer_conninfo(pooler));
	assert_true(caller_until(&watching, LINK_UP)->identity.is_pooled);
	caller_ask(
		&watching, &(const struct query){ .sql = "SELECT 'unnamed'", .is_prepared = true });
	assert_string_equal(watching.cell, "unnamed");
	caller_hang_up(&watching);

	struct caller changing = { .options = { .purpose = CONN_CHANGE } };
	caller_dial(&changing, pgbouncer_conninfo(pooler));
	caller_until(&changing, LINK_STOPPED);
	assert_int_equal(conn_error(changing.conn)->kind, ERR_CONFLICT);
	assert_non_null(strstr(conn_error(changing.conn)->text, "pooler"));
	caller_hang_up(&changing);
	pgbouncer_end(pooler);
}

static void notices_and_positions_come_as_the_server_says_them(void **state)
{
	(void)state;
	struct caller c = { .options = { .purpose = CONN_CHANGE } };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);

	caller_sql(&c, "DO $$ BEGIN RAISE WARNING 'mind the gap'; END $$");
	assert_string_equal(c.notice, "WARNING: mind the gap");
	caller_sql(&c, "SELECT 'größer',\n  nix");
	assert_string_equal(c.error.sqlstate, "42703");
	assert_int_equal(c.error.line, 2);
	assert_int_equal(c.error.column, 3);
	caller_hang_up(&c);
}

static void copy_moves_rows_both_ways(void **state)
{
	(void)state;
	struct caller c = { .options = { .purpose = CONN_CHANGE } };
	char *rows = mem_zero(8 << 20);
	for (size_t i = 0; i < 8 << 20; i++)
		rows[i] = i % 64 == 63 ? '\n' : 'x';
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);

	caller_sql(&c, "CREATE TEMP TABLE bulk (line text)");
	caller_ask(&c, &(const struct query){ .sql = "COPY bulk FROM stdin",
			       .copy_data = span_from(rows, 8 << 20) });
	assert_int_equal(c.error.kind, ERR_NONE);
	caller_sql(&c, "SELECT count(*) FROM bulk WHERE length(line) = 63");
	assert_string_equal(c.cell, "131072");
	caller_sql(&c, "COPY bulk TO stdout");
	assert_int_equal(c.error.kind, ERR_NONE);
	caller_sql(&c, "SELECT 'still in step'");
	assert_string_equal(c.cell, "still in step");
	caller_hang_up(&c);
	free(rows);
}

static void a_large_answer_arrives_whole(void **state)
{
	(void)state;
	struct caller c = { 0 };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);

	caller_sql(&c, "SELECT repeat('x', 200) FROM generate_series(1, 100000)");

	assert_int_equal(c.error.kind, ERR_NONE);
	assert_int_equal(strlen(c.cell), 200);
	caller_hang_up(&c);
}

/* Takes the place of the C library's, for libuv too. */
__attribute__((visibility("default"))) int getaddrinfo(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	char byte;

	if (host && strcmp(host, "frozen.example") == 0) {
		(void)!read(frozen_pipe[0], &byte, 1);
		return EAI_AGAIN;
	}
	return real_getaddrinfo(host, service, hints, list);
}

/* Fault row 12. */
static void a_frozen_name_lookup_never_stops_the_loop(void **state)
{
	(void)state;
	struct caller c = { .options = { .connect_timeout_ms = 300 } };
	int beats = 0;
	assert_int_equal(pipe(frozen_pipe), 0);
	caller_dial(&c, "host=frozen.example user=ann dbname=shop");
	struct loop_timer *timer = loop_timer_start(c.loop, 10, 10, count_beat, &beats);

	caller_until(&c, LINK_STOPPED);

	assert_true(beats >= 10);
	assert_int_equal(conn_error(c.conn)->kind, ERR_TIMEOUT);
	loop_timer_stop(timer);
	assert_int_equal(
		write(frozen_pipe[1], "x", 1), 1); /* thaw: the worker must not outlive us */
	caller_hang_up(&c);
	close(frozen_pipe[0]);
	close(frozen_pipe[1]);
}

static int setup(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .standbys = 1,
		.is_tcp = true,
		.database = "shop",
		.extra_hba = "local all guarded scram-sha-256\n" });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_leads_to_a_known_server),
		cmocka_unit_test(tcp_leads_there_by_name),
		cmocka_unit_test(the_watching_session_only_reads),
		cmocka_unit_test(a_plain_role_knows_what_it_may),
		cmocka_unit_test(what_a_person_must_mend_stops_the_dialing),
		cmocka_unit_test(a_server_that_was_restarted_is_found_again),
		cmocka_unit_test(a_frozen_server_costs_the_deadline_of_the_question),
		cmocka_unit_test(a_frozen_server_costs_the_deadline_of_the_dial),
		cmocka_unit_test(a_cancel_that_nobody_answers_never_stops_the_loop),
		cmocka_unit_test(a_long_statement_is_canceled_and_the_link_stays),
		cmocka_unit_test(a_change_is_refused_by_a_standby),
		cmocka_unit_test(another_database_is_refused_by_name),
		cmocka_unit_test(a_transaction_pooler_is_known_and_refused_for_changes),
		cmocka_unit_test(notices_and_positions_come_as_the_server_says_them),
		cmocka_unit_test(copy_moves_rows_both_ways),
		cmocka_unit_test(a_large_answer_arrives_whole),
		cmocka_unit_test(a_frozen_name_lookup_never_stops_the_loop),
	};

	server_need();
	*(void **)&real_getaddrinfo = dlsym(RTLD_NEXT, "getaddrinfo");
	return cmocka_run_group_tests(tests, setup, teardown);
}
