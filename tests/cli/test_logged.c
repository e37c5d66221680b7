// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a run leaves in the log: a line a step, a line a retry, a line for why it stopped, each with named values.
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
		IN_SHELL(a_retry_says_why_which_and_how_long_it_pauses),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
