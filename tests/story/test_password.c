// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 25: the password expires, is changed, or pg_hba.conf is tightened under an open console. The open session
 * goes on; once it is gone there is one attempt, and no second before a person asks for it: somebody may count them, and
 * lock the account. And of row 33: over a network without TLS the bar says PLAIN.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "story/world.h"

#define ADMITS "local all guarded scram-sha-256\nhost all guarded 127.0.0.1/32 scram-sha-256\n"

/* How each is taken away and given back. */
static const struct tightening {
	const char *sql, *back;
	bool is_in_hba;
	const char *words; /* the console says */
	const char *line;  /* of the server's log, for each attempt */
} tightenings[] = {
	{ .sql = "alter role guarded valid until '2001-01-01'",
		.back = "alter role guarded valid until 'infinity'",
		.words = "the server refuses the password",
		.line = "password authentication failed for user \"guarded\"" },
	{ .sql = "alter role guarded password 'another'",
		.back = "alter role guarded password 'right'",
		.words = "the server refuses the password",
		.line = "password authentication failed for user \"guarded\"" },
	{ .is_in_hba = true,
		.words = "pg_hba.conf rejects connection",
		.line = "pg_hba.conf rejects connection" },
};

static int open_world(void **state)
{
	struct world *w = world_new_on(
		server_start(&(struct cluster_options){ .is_tcp = true, .extra_hba = ADMITS }));

	server_run(w->servers, 0, "create role guarded login password 'right' in role pg_monitor");
	setenv("PGPASSWORD", "right", 1);
	*state = w;
	return 0;
}

static int close_world(void **state)
{
	unsetenv("PGPASSWORD");
	return world_close_all(state);
}

static char *guarded_dsn(const struct world *w)
{
	return mem_printf("host=%s port=%d dbname=postgres user=guarded",
		cluster_socket_dir(w->servers), cluster_node_port(w->servers, 0));
}

/* The first two lines of the file for "guarded" come to say `method`. */
static void rewrite_hba(const struct world *w, const char *method)
{
	struct err e;
	size_t len;
	char *path = mem_printf("%s/pg_hba.conf", cluster_data_dir(w->servers, 0));
	char *text = path_read(path, 1 << 20, &len, &e);
	char *lines = mem_printf("local all guarded %s\n", method);
	char *at = text ? strstr(text, "local all guarded ") : NULL;

	assert_non_null(at);
	char *end = strchr(at, '\n') + 1;
	char *whole = mem_printf("%.*s%s%s", (int)(at - text), text, lines, end);
	/* the file stays its owner's */
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(whole, file) >= 0);
	assert_int_equal(fclose(file), 0);
	free(whole);
	free(lines);
	free(text);
	free(path);
	server_run(w->servers, 0, "select pg_reload_conf()");
	char *seen = mem_printf("select count(*) > 0 from pg_hba_file_rules where user_name = "
				"'{guarded}' and type = 'local' and auth_method = '%s'",
		method);
	server_wait(w->servers, 0, seen);
	free(seen);
}

static void tighten(const struct world *w, const struct tightening *t)
{
	if (t->is_in_hba)
		rewrite_hba(w, "reject");
	else
		server_run(w->servers, 0, t->sql);
}

static void loosen(const struct world *w, const struct tightening *t)
{
	if (t->is_in_hba)
		rewrite_hba(w, "scram-sha-256");
	else
		server_run(w->servers, 0, t->back);
}

static int count_attempts(const struct world *w, const struct tightening *t)
{
	struct err e;
	size_t len;
	int count = 0;
	char *log = path_read(cluster_log_path(w->servers, 0), 64 << 20, &len, &e);

	assert_non_null(log);
	for (const char *at = log; (at = strstr(at, t->line)); at++)
		count++;
	free(log);
	return count;
}

/* The console asks something after now. */
static void assert_goes_on(const struct world *w)
{
	char *now = server_cell(w->servers, 0, "select clock_timestamp()");
	char *asked = mem_printf(
		"select count(*) > 0 from pg_stat_activity where usename = 'guarded' and "
		"query_start > '%s'",
		now);

	server_wait(w->servers, 0, asked);
	free(asked);
	free(now);
}

static void end_sessions(struct world *w)
{
	server_run(w->servers, 0,
		"select pg_terminate_backend(pid) from pg_stat_activity where usename = "
		"'guarded'");
	pty_wait_text(&w->pty, "Not tried again by itself");
}

static void check(struct world *w, const struct tightening *t)
{
	world_open(w, 240, 36, "4 Migrations 12 to run");
	tighten(w, t);
	int before = count_attempts(w, t);
	assert_goes_on(w);
	assert_int_equal(count_attempts(w, t), before);

	end_sessions(w);
	pty_wait_text(&w->pty, t->words);
	loosen(w, t);
	pty_type(&w->pty, "r");
	pty_wait_text(&w->pty, "PG 15");
	assert_int_equal(count_attempts(w, t), before + 1);
	world_close(w);
}

static void a_console_that_is_turned_away_asks_once(void **state)
{
	struct world *w = *state;
	char *dsn = guarded_dsn(w);

	world_conf_dsn(w, dsn, "dev", "interval = 500ms\n");
	for (size_t i = 0; i < ARRAY_SIZE(tightenings); i++)
		check(w, &tightenings[i]);
	free(dsn);
}

static void the_bar_says_that_nothing_encrypts_the_way(void **state)
{
	struct world *w = *state;
	char *dsn = mem_printf("%s user=guarded", cluster_tcp_conninfo(w->servers, 0));

	world_conf_dsn(w, dsn, "dev", "");
	world_open(w, 120, 36, "│ PLAIN │");
	world_close(w);
	free(dsn);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(300); /* a child that hangs ends the test */
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_console_that_is_turned_away_asks_once),
		cmocka_unit_test(the_bar_says_that_nothing_encrypts_the_way),
	};
	return cmocka_run_group_tests(tests, open_world, close_world);
}
