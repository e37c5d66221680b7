// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a command leaves in the log: a line a connection opened and closed, a query, a step, a retry, why it stopped, each
 * with named values.
 */
#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "cli/shell.h"

#define NAME "migrations/20240101000000_a.sql"

static struct cluster *servers;

/* The n-th line (from 0) of that topic and event, parsed; NULL = there are fewer. The caller frees it. */
static struct json *line_of(const char *log, const char *topic, const char *event, int n)
{
	for (const char *at = log; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		struct err e;
		struct json *line = json_parse(span_from(at, strcspn(at, "\n")), &e);
		if (!line)
			fail_msg("no JSON: %.*s", (int)strcspn(at, "\n"), at);
		if (strcmp(json_text(json_get(line, "topic")), topic) == 0 &&
			strcmp(json_text(json_get(line, "event")), event) == 0 && n-- == 0)
			return line;
		json_free(line);
	}
	return NULL;
}

static void log_to(struct shell *sh, const char *name)
{
	shell_env(sh, "DBTOP_LOG", name);
	shell_env(sh, "DBTOP_LOG_FORMAT", "json");
}

static void a_step_is_a_line_with_named_values(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, "-- dbtop: up\ncreate table a ();\n");
	log_to(sh, "run.log");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	char *log = shell_read(sh, "run.log");
	struct json *line = line_of(log, "run", "step", 1); /* 0 is its beginning */
	assert_non_null(line);
	assert_string_equal(json_text(json_get(line, "rev")), "20240101000000");
	assert_string_equal(json_text(json_get(line, "direction")), "up");
	assert_string_equal(json_text(json_get(line, "state")), "done");
	assert_int_equal(json_int(json_get(line, "step"), -1), 1);
	assert_int_equal(json_int(json_get(line, "of"), -1), 1);
	assert_true(json_int(json_get(line, "took_ms"), -1) >= 0);
	json_free(line);
	free(log);
}

static void why_a_run_stopped_has_its_sqlstate(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, "-- dbtop: up\nselect 1 / 0;\n");
	log_to(sh, "run.log");

	dbtop(sh, "upgrade --yes --allow-hazard all");

	shell_assert(sh, 5);
	char *log = shell_read(sh, "run.log");
	struct json *line = line_of(log, "run", "stopped", 0);
	assert_non_null(line);
	assert_string_equal(json_text(json_get(line, "sqlstate")), "22012");
	assert_string_equal(json_text(json_get(line, "database")), "unchanged");
	assert_string_equal(json_text(json_get(line, "level")), "error");
	json_free(line);
	free(log);
}

static void a_retry_says_why_which_and_how_long_it_pauses(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	shell_sql(sh, "create table a ()");
	shell_write(sh, NAME, "-- dbtop: up\nalter table a add b int;\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "begin; lock table a");

	log_to(sh, "-");
	shell_start(sh, &child, "upgrade --yes --allow-hazard all --lock-timeout 100ms");
	shell_wait_err(&child, "\"event\":\"retry\"");
	server_run_on(holder, "rollback");

	assert_int_equal(shell_finish(&child), 0);
	const char *at = strstr(sh->err, "\"event\":\"retry\"");
	assert_non_null(at);
	while (at > sh->err && at[-1] != '\n')
		at--;
	struct err e;
	struct json *line = json_parse(span_from(at, strcspn(at, "\n")), &e);
	assert_non_null(line);
	assert_int_equal(json_int(json_get(line, "attempt"), -1), 1);
	assert_true(json_int(json_get(line, "pause_ms"), -1) > 0);
	assert_string_equal(json_text(json_get(line, "sqlstate")), "55P03");
	json_free(line);
	PQfinish(holder);
}

static int count_of(const char *log, const char *topic, const char *event)
{
	struct json *line;
	int n = 0;

	for (; (line = line_of(log, topic, event, n)); n++)
		json_free(line);
	return n;
}

static void each_connection_is_opened_and_closed_and_says_why(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, "-- dbtop: up\ncreate table a ();\n");
	log_to(sh, "run.log");
	dbtop(sh, "upgrade --yes --log-level debug");
	shell_assert(sh, 0);

	char *log = shell_read(sh, "run.log");
	int opened = count_of(log, "conn", "opened");
	assert_true(opened >= 2); /* to look, and to change */
	assert_int_equal(count_of(log, "conn", "closed"), opened);
	for (int i = 0; i < opened; i++) {
		struct json *first = line_of(log, "conn", "opened", i);
		struct json *last = line_of(log, "conn", "closed", i);
		assert_non_null(strstr(json_text(json_get(first, "server")), sh->database));
		assert_non_null(json_text(json_get(first, "purpose")));
		assert_string_equal(json_text(json_get(first, "role")), "primary");
		assert_string_equal(json_text(json_get(first, "tls")), "none");
		assert_true(json_int(json_get(first, "took_ms"), -1) >= 0);
		assert_string_equal(json_text(json_get(last, "why")), "not needed any more");
		assert_true(json_int(json_get(last, "lived_ms"), -1) >= 0);
		json_free(first);
		json_free(last);
	}
	struct json *query = line_of(log, "query", "answered", 0);
	assert_true(json_int(json_get(query, "took_us"), -1) > 0);
	assert_int_equal(json_int(json_get(query, "rows"), -1), 1);
	assert_non_null(strstr(json_text(json_get(query, "sql")), "database_oid"));
	assert_true(count_of(log, "pool", "grown") >= 1);
	json_free(query);
	free(log);
}

/* Without being asked, nobody reads what was asked of the server. */
static void queries_and_their_time_are_for_those_who_ask_for_debug(void **state)
{
	struct shell *sh = *state;
	log_to(sh, "run.log");

	dbtop(sh, "status");

	char *log = shell_read(sh, "run.log");
	assert_true(count_of(log, "conn", "opened") > 0);
	assert_int_equal(count_of(log, "query", "answered"), 0);
	dbtop(sh, "status --log-levels query=debug --log query.log");
	free(log);
	log = shell_read(sh, "query.log");
	assert_true(count_of(log, "query", "answered") > 0);
	free(log);
}

static void a_refused_and_a_lost_connection_say_why(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	log_to(sh, "run.log");
	dbtop(sh, "status -d 'host=/nowhere dbname=x user=x'");
	shell_assert(sh, 12);
	shell_write(sh, NAME, "-- dbtop: up\nselect pg_advisory_xact_lock(80);\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(80)");
	shell_start(sh, &child, "upgrade --yes --allow-hazard all");
	shell_wait(sh, "select count(*) > 0 from pg_stat_activity where wait_event = 'advisory' "
		       "and datname = current_database()");
	shell_sql(sh, "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = "
		      "'advisory' and datname = current_database()");
	PQfinish(holder);
	shell_finish(&child);

	char *log = shell_read(sh, "run.log");
	struct json *refused = line_of(log, "conn", "not connected", 0);
	struct json *lost = NULL;
	assert_non_null(refused);
	assert_non_null(strstr(json_text(json_get(refused, "why")), "No such file"));
	assert_int_equal(json_int(json_get(refused, "attempt"), -1), 1);
	for (int i = 0; i < count_of(log, "conn", "closed") && !lost; i++) {
		struct json *line = line_of(log, "conn", "closed", i);
		if (strcmp(json_text(json_get(line, "sqlstate")), "57P01") == 0)
			lost = line;
		else
			json_free(line);
	}
	assert_non_null(lost);
	assert_string_equal(json_text(json_get(lost, "level")), "warn");
	assert_non_null(strstr(json_text(json_get(lost, "why")), "terminating connection"));
	json_free(refused);
	json_free(lost);
	free(log);
}

static void a_store_that_cannot_be_used_is_a_line(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "broken.db", "this is no store, and nobody may write over it, ever");

	shell_write(sh, NAME, "-- dbtop: up\ncreate table a ();\n");
	dbtop(sh, "upgrade --yes --store broken.db --log run.log");
	shell_assert(sh, 0);

	char *log = shell_read(sh, "run.log");
	assert_non_null(log);
	if (!strstr(log, " warn  store: notes are off"))
		fail_msg("%s", log);
	free(log);
}

static int shell_up(void **state)
{
	*state = shell_new(servers);
	return 0;
}

static int shell_down(void **state)
{
	shell_free(*state);
	return 0;
}

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_step_is_a_line_with_named_values),
		IN_SHELL(why_a_run_stopped_has_its_sqlstate),
		IN_SHELL(each_connection_is_opened_and_closed_and_says_why),
		IN_SHELL(queries_and_their_time_are_for_those_who_ask_for_debug),
		IN_SHELL(a_refused_and_a_lost_connection_say_why),
		IN_SHELL(a_store_that_cannot_be_used_is_a_line),
		IN_SHELL(a_retry_says_why_which_and_how_long_it_pauses),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
