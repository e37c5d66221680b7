// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <glob.h>
#include <pg_query.h>

#include "base/mem.h"
#include "base/str.h"
#include "pg/server.h"
#include "probe_columns.h"
#include "sql/sql.h"

/* Every SQL text meant for servers, prepared on a real one, with search_path empty as on the watching connection. */

static struct cluster *servers;

static char *file_read(const char *path)
{
	struct str text = { 0 };
	char line[4096];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		str_add(&text, line);
	fclose(file);
	return str_detach(&text);
}

/* The statements between `up` and `down`, one by one: some may not stand in a transaction. */
static void migration_run(PGconn *conn, const char *path)
{
	char *text = file_read(path);
	char *up = strstr(text, "-- dbtop: up"), *down = strstr(text, "-- dbtop: down");

	assert_true(up && down && up < down);
	*down = '\0';
	PgQuerySplitResult split = pg_query_split_with_scanner(up);
	assert_null(split.error);
	for (int i = 0; i < split.n_stmts; i++) {
		char *sql = mem_strndup(
			up + split.stmts[i]->stmt_location, (size_t)split.stmts[i]->stmt_len);
		server_run_on(conn, sql);
		free(sql);
	}
	pg_query_free_split_result(split);
	free(text);
}

/* The sample shop, for the texts of the demo: all but its last step, which takes something away. */
static void shop_build(PGconn *conn)
{
	const char *top = getenv("top_srcdir");
	char *pattern = mem_printf("%s/migrations/*.sql", top ? top : ".");
	glob_t files;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i + 1 < files.gl_pathc; i++)
		migration_run(conn, files.gl_pathv[i]);
	globfree(&files);
	free(pattern);
}

static int servers_begin(void **state)
{
	servers = server_start(NULL);
	*state = server_connect(servers, 0);
	shop_build(*state);
	server_run_on(*state, "create schema live; create table live.setup (setup bigint);"
			      "create temp table setup (setup bigint);"
			      "create table live.seed (seed bigint);"
			      "create temp table seed (seed bigint); set search_path = ''");
	return 0;
}

static int servers_end(void **state)
{
	PQfinish(*state);
	server_end(servers);
	return 0;
}

/* "history-goose-apply" works on the tables of "goose". */
static void tool_of(const char *name, char *out, size_t bytes)
{
	const char *second = strchr(name, '-');

	snprintf(out, bytes, "%s", second ? second + 1 : name);
	char *end = strchr(out, '-');
	if (end)
		*end = '\0';
}

/* :"schema" is one of ours, any other slot a table of the tool's own. */
static void slots_fill(struct str *out, const struct sql_text *text)
{
	char tool[64];

	tool_of(text->name, tool, sizeof(tool));
	for (const char *at = text->text; *at;) {
		if (strncmp(at, ":\"", 2) != 0) {
			str_add_char(out, *at++);
			continue;
		}
		size_t length = strcspn(at + 2, "\"");
		bool is_schema = strncmp(at + 2, "schema\"", 7) == 0;
		str_addf(out, "\"%s\"", is_schema ? "live" : tool);
		at += length + 3;
	}
}

static bool is_for_this_server(const struct sql_text *text, const PGconn *conn)
{
	return strncmp(text->name, "store-", 6) != 0 &&
	       text->version <= PQserverVersion(conn) / 10000;
}

static bool name_ends(const char *name, const char *end)
{
	size_t length = strlen(name), want = strlen(end);

	return length >= want && strcmp(name + length - want, end) == 0;
}

static void make_tables(PGconn *conn)
{
	for (size_t i = 0; i < sql_text_count; i++) {
		struct str sql = { 0 };
		if (!is_for_this_server(&sql_texts[i], conn) ||
			!name_ends(sql_texts[i].name, "-create"))
			continue;
		slots_fill(&sql, &sql_texts[i]);
		server_run_on(conn, str_c(&sql));
		str_release(&sql);
	}
}

static void prepare_one(PGconn *conn, const struct sql_text *text, const char *sql)
{
	PGresult *result = PQprepare(conn, "", sql, 0, NULL);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s (%d): %s", text->name, text->version, PQresultErrorMessage(result));
	PQclear(result);
}

/* A text of several statements goes out as one message; prepared they are one by one. */
static void prepare(PGconn *conn, const struct sql_text *text)
{
	struct str sql = { 0 };

	slots_fill(&sql, text);
	PgQuerySplitResult split = pg_query_split_with_scanner(str_c(&sql));
	assert_null(split.error);
	for (int i = 0; i < split.n_stmts; i++) {
		char *one = mem_strndup(str_c(&sql) + split.stmts[i]->stmt_location,
			(size_t)split.stmts[i]->stmt_len);
		prepare_one(conn, text, one);
		free(one);
	}
	pg_query_free_split_result(split);
	str_release(&sql);
}

static void every_text_can_be_prepared(void **state)
{
	PGconn *conn = *state;
	size_t seen = 0;

	make_tables(conn);
	for (size_t i = 0; i < sql_text_count; i++) {
		const struct sql_text *text = &sql_texts[i];
		if (!is_for_this_server(text, conn) || name_ends(text->name, "-create"))
			continue;
		prepare(conn, text);
		seen++;
	}
	assert_true(seen > PROBE_COUNT);
}

static void every_probe_answers_with_the_columns_that_are_read(void **state)
{
	PGconn *conn = *state;
	const struct probe *probe;

	for (size_t i = 0; (probe = probe_at(i)); i++) {
		const char *names[128];
		const char *sql = sql_get(probe->name, PQserverVersion(conn));
		PGresult *result = PQexec(conn, sql);
		assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
		assert_true(PQntuples(result) > 0);
		int count = PQnfields(result);
		assert_in_range(count, 1, ARRAY_SIZE(names));
		for (int k = 0; k < count; k++)
			names[k] = PQfname(result, k);
		probe_check_columns(probe, names, (size_t)count);
		PQclear(result);
	}
}

static void older_variants_still_answer(void **state)
{
	PGconn *conn = *state;
	PGresult *result = PQexec(conn, sql_get("probe-replication", 130000));

	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	PQclear(result);
}

/* A cell of a text with two parameters; free it. */
static char *cell_of(PGconn *conn, const char *name, const char *one, const char *two)
{
	const char *params[] = { one, two };
	PGresult *result = PQexecParams(
		conn, sql_get(name, PQserverVersion(conn)), 2, NULL, params, NULL, NULL, 0);

	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	int column = PQfnumber(result, "pid");
	bool is_there = PQntuples(result) > 0 && !PQgetisnull(result, 0, column < 0 ? 0 : column);
	char *cell =
		mem_strdup(is_there ? PQgetvalue(result, 0, column < 0 ? 0 : column) : "nobody");
	PQclear(result);
	return cell;
}

static void expect_cell(
	PGconn *conn, const char *name, const char *const params[2], const char *want)
{
	char *cell = cell_of(conn, name, params[0], params[1]);

	assert_string_equal(cell, want);
	free(cell);
}

/* The number of a backend is used again after a restart, and a pooler in session mode lends it to the next client. */
static void only_the_backend_with_the_lost_transaction_is_named_and_ended(void **state)
{
	PGconn *conn = *state, *other = server_connect(servers, 0);
	char *pid = server_cell_on(other, "select pg_backend_pid()");
	char *lost = server_cell_on(other, "select pg_current_xact_id()");

	server_run_on(other, "begin");
	char *held = server_cell_on(other, "select pg_current_xact_id()");

	expect_cell(conn, "run-outcome", (const char *[]){ lost, pid }, "nobody");
	expect_cell(conn, "run-terminate", (const char *[]){ pid, lost }, "nobody");
	server_run_on(other, "select 'still here'");

	expect_cell(conn, "run-outcome", (const char *[]){ held, pid }, pid);
	expect_cell(conn, "run-terminate", (const char *[]){ pid, held }, "t");
	free(pid);
	free(lost);
	free(held);
	PQfinish(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_can_be_prepared),
		cmocka_unit_test(every_probe_answers_with_the_columns_that_are_read),
		cmocka_unit_test(older_variants_still_answer),
		cmocka_unit_test(only_the_backend_with_the_lost_transaction_is_named_and_ended),
	};
	return cmocka_run_group_tests(tests, servers_begin, servers_end);
}
