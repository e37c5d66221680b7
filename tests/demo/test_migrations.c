// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The sample migrations against a real server, by libpq alone: what dbtop makes of the files is tested elsewhere.
 */
#include "test.h"

#include <glob.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "pg/server.h"

enum { FILE_BYTES_MAX = 1 << 20, FILES_MIN = 12 };

struct world {
	struct cluster *cluster;
	PGconn *conn;
	glob_t files;
};

/* What a change may leave behind: relations with their columns, constraints, indexes, triggers, functions, comments. */
static const char schema_sql[] =
	"select coalesce(string_agg(line, e'\\n' order by line), '') from ("
	" select 'column ' || attrelid::regclass || ' ' || attname || ' '"
	"  || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '"
	"  || coalesce(pg_get_expr(adbin, adrelid), '') as line from pg_attribute"
	"  join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid"
	"  and adnum = attnum where relnamespace = 'public'::regnamespace and attnum > 0"
	"  and not attisdropped"
	" union all select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)"
	"  from pg_constraint where connamespace = 'public'::regnamespace"
	" union all select 'index ' || pg_get_indexdef(indexrelid) || ' ' || indisvalid from "
	"pg_index"
	"  join pg_class on pg_class.oid = indexrelid where relnamespace = 'public'::regnamespace"
	" union all select 'view ' || pg_get_viewdef(oid) from pg_class where relkind = 'v'"
	"  and relnamespace = 'public'::regnamespace"
	" union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not "
	"tgisinternal"
	" union all select 'function ' || pg_get_functiondef(oid) from pg_proc"
	"  where pronamespace = 'public'::regnamespace"
	" union all select 'comment ' || description from pg_description"
	"  join pg_class on pg_class.oid = objoid where relnamespace = 'public'::regnamespace) as "
	"all_lines";

/* The lines between `-- dbtop: NAME` and the next section. The caller frees. */
static char *section_of(const char *path, const char *name)
{
	struct err e;
	size_t len;
	char *text = path_read(path, FILE_BYTES_MAX, &len, &e);
	struct str section = { 0 };
	struct span rest = span_from(text, text ? len : 0), line;
	bool is_inside = false;

	if (!text)
		fail_msg("%s", e.text);
	while (span_line(&rest, &line)) {
		struct span words = line, word;
		if (span_starts(line, "-- dbtop:")) {
			words = span_from(line.data + 9, line.len - 9);
			span_word(&words, &word);
			if (span_is(word, "up") || span_is(word, "down") || span_is(word, "verify"))
				is_inside = span_is(word, name);
		}
		if (is_inside) {
			str_add_span(&section, line);
			str_add_char(&section, '\n');
		}
	}
	free(text);
	return str_detach(&section);
}

static void run_section(struct world *w, const char *path, const char *name)
{
	char *sql = section_of(path, name);

	if (!*sql)
		fail_msg("%s has no section %s", path, name);
	server_run_on(w->conn, sql);
	free(sql);
}

/* Every query of the section returns rows of one true. */
static void verify(struct world *w, const char *path)
{
	char *sql = section_of(path, "verify");
	int answers = 0;

	assert_true(PQsendQuery(w->conn, sql));
	for (PGresult *result; (result = PQgetResult(w->conn)); answers++) {
		if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) == 0 ||
			strcmp(PQgetvalue(result, 0, 0), "t") != 0)
			fail_msg("%s: verify says no: %s %s", path, sql,
				PQresultErrorMessage(result));
		PQclear(result);
	}
	if (answers == 0)
		fail_msg("%s verifies nothing", path);
	free(sql);
}

static int world_up(void **state)
{
	struct world *w = mem_new(struct world);
	const char *top = getenv("top_srcdir");
	char *pattern = mem_printf("%s/migrations/*.sql", top ? top : ".");

	assert_int_equal(glob(pattern, 0, NULL, &w->files), 0);
	free(pattern);
	w->cluster = server_start(&(struct cluster_options){ .database = "shop" });
	w->conn = server_connect(w->cluster, 0);
	*state = w;
	return 0;
}

static int world_down(void **state)
{
	struct world *w = *state;

	if (!w)
		return 0;
	PQfinish(w->conn);
	server_end(w->cluster);
	globfree(&w->files);
	free(w);
	return 0;
}

static void each_goes_up_is_verified_and_comes_back_to_the_same_schema(void **state)
{
	struct world *w = *state;
	char *empty = server_cell_on(w->conn, schema_sql);
	assert_true(w->files.gl_pathc >= FILES_MIN);
	assert_string_equal(empty, "");

	for (size_t i = 0; i < w->files.gl_pathc; i++) {
		const char *path = w->files.gl_pathv[i];
		char *before = server_cell_on(w->conn, schema_sql);
		run_section(w, path, "up");
		verify(w, path);
		char *up = server_cell_on(w->conn, schema_sql);
		run_section(w, path, "down");
		char *down = server_cell_on(w->conn, schema_sql);
		run_section(w, path, "up");
		char *again = server_cell_on(w->conn, schema_sql);

		assert_string_equal(down, before);
		assert_string_equal(again, up);
		assert_string_not_equal(up, before);
		free(before);
		free(up);
		free(down);
		free(again);
	}
	for (size_t i = w->files.gl_pathc; i-- > 0;)
		run_section(w, w->files.gl_pathv[i], "down");
	char *after = server_cell_on(w->conn, schema_sql);
	assert_string_equal(after, empty);
	free(after);
	free(empty);
}

static void the_backfill_fills_old_orders(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->files.gl_pathc; i++) {
		if (strstr(w->files.gl_pathv[i], "_order_totals"))
			server_run_on(w->conn,
				"insert into customer (email, name) values ('a@example.org', "
				"'Ada');"
				"insert into orders (customer_id) values (1), (1);"
				"insert into product (sku, name) values ('tea', 'Tea');"
				"insert into order_item values (1, 1, 1, 3, 2.50), (1, 2, 1, 1, "
				"4)");
		run_section(w, w->files.gl_pathv[i], "up");
	}
	char *totals = server_cell_on(
		w->conn, "select string_agg(total::text, ' ' order by id) from orders");

	assert_string_equal(totals, "11.50 0.00");
	free(totals);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_goes_up_is_verified_and_comes_back_to_the_same_schema),
		cmocka_unit_test(the_backfill_fills_old_orders),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
