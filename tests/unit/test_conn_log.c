// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a connection leaves in the log: one line each for opened, lost, refused, closed and another role.
 */
#include "test.h"

#include <string.h>

#include "base/log.h"
#include "base/path.h"
#include "fake/conn_world.h"
#include "scratch.h"

struct logged {
	struct conn_world conn;
	char *folder, *path;
};

static int setup(void **state)
{
	struct logged *w = calloc(1, sizeof(*w));
	struct err e;

	w->folder = scratch_new();
	w->path = path_join(w->folder, "log");
	conn_world_init(&w->conn);
	assert_true(log_open(
		&(const struct log_options){ .sink = w->path, .level = LOG_LEVEL_DEBUG }, &e));
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct logged *w = *state;

	conn_world_release(&w->conn);
	log_close();
	scratch_remove(w->folder);
	free(w->path);
	free(w);
	return 0;
}

static char *read_log(struct logged *w)
{
	struct err e;
	size_t len;
	char *text = path_read(w->path, 100000, &len, &e);

	assert_non_null(text);
	return text;
}

static void an_opened_connection_says_where_as_what_and_how_long_it_took(void **state)
{
	struct logged *w = *state;

	conn_world_open(&w->conn);

	char *text = read_log(w);
	assert_non_null(strstr(text, " info  conn: opened server="));
	assert_non_null(strstr(text, " purpose=monitor role=primary version=15.18 tls="));
	assert_non_null(strstr(text, " pooler=no backend_pid="));
	assert_non_null(strstr(text, " took_ms=0\n"));
	assert_null(strstr(text, "secret"));
	free(text);
}

static void a_lost_one_says_why_and_how_long_it_lived(void **state)
{
	struct logged *w = *state;
	conn_world_open(&w->conn);

	loop_advance_ms(w->conn.loop, 4000);
	fake_cut(w->conn.fake);
	loop_advance_ms(w->conn.loop, 1);

	char *text = read_log(w);
	assert_non_null(strstr(text, " warn  conn: closed server="));
	assert_non_null(strstr(text, " why="));
	assert_non_null(strstr(text, " lived_ms=400"));
	free(text);
}

static void one_that_is_not_needed_any_more_says_so(void **state)
{
	struct logged *w = *state;
	conn_world_open(&w->conn);

	conn_free(w->conn.conn);
	w->conn.conn = NULL;
	loop_advance_ms(w->conn.loop, 1);

	char *text = read_log(w);
	assert_non_null(strstr(text, " info  conn: closed server="));
	assert_non_null(strstr(text, " why=\"not needed any more\""));
	free(text);
}

static void a_dial_that_failed_says_which_try_it_was(void **state)
{
	struct logged *w = *state;
	fake_hang(w->conn.fake);

	conn_world_open(&w->conn);
	loop_advance_ms(w->conn.loop, 5000);

	char *text = read_log(w);
	assert_non_null(strstr(text, " warn  conn: not connected server="));
	assert_non_null(strstr(text, " attempt=1\n"));
	free(text);
}

static void a_query_is_told_with_its_time_and_rows_to_those_who_ask(void **state)
{
	struct logged *w = *state;
	conn_world_open(&w->conn);
	fake_expect(w->conn.fake, "select");
	fake_rows(w->conn.fake, "n", "1\n2");
	fake_expect(w->conn.fake, "update");
	fake_tag(w->conn.fake, "UPDATE 7");
	fake_expect(w->conn.fake, "alter");
	fake_error(w->conn.fake, "42501", "permission denied", 0);

	conn_world_sql(&w->conn, "select n\n\tfrom t");
	conn_world_sql(&w->conn, "update t set n = 1");
	conn_world_sql(&w->conn, "alter role bob password 'hunter2'");

	char *text = read_log(w);
	assert_non_null(strstr(text, " debug query: answered purpose=monitor backend_pid="));
	assert_non_null(strstr(text, " rows=2 sqlstate=\"\" sql=\"select n from t\"\n"));
	assert_non_null(strstr(text, " rows=7 sqlstate=\"\" sql=\"update t set n = 1\"\n"));
	assert_non_null(strstr(text, " query: failed "));
	assert_non_null(strstr(text, " sqlstate=42501 sql=\"alter role bob password ***\"\n"));
	assert_null(strstr(text, "hunter2"));
	free(text);
}

static void another_role_has_a_line_of_its_own(void **state)
{
	struct logged *w = *state;
	w->conn.fake->in_hot_standby = "on";
	w->conn.fake->identity.is_standby = true;
	conn_world_open(&w->conn);
	fake_expect(w->conn.fake, "select");
	fake_rows(w->conn.fake, "n", "1");

	w->conn.fake->in_hot_standby = "off";
	conn_world_sql(&w->conn, "select 1");

	char *text = read_log(w);
	assert_non_null(strstr(text, " warn  role: changed host=pg-a "));
	assert_non_null(strstr(text, " role=primary timeline=1\n"));
	free(text);
}

int main(void)
{
#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_LOG(an_opened_connection_says_where_as_what_and_how_long_it_took),
		WITH_LOG(a_lost_one_says_why_and_how_long_it_lived),
		WITH_LOG(one_that_is_not_needed_any_more_says_so),
		WITH_LOG(a_dial_that_failed_says_which_try_it_was),
		WITH_LOG(a_query_is_told_with_its_time_and_rows_to_those_who_ask),
		WITH_LOG(another_role_has_a_line_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
