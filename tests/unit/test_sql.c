// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include "base/mem.h"
#include "probe_columns.h"
#include "sql/sql.h"

/* :"slot" becomes an identifier, as base/quote.h does it: the colon goes. */
static char *slots_filled(const char *sql)
{
	char *text = mem_strdup(sql), *out = text;

	for (const char *at = sql; *at; at++)
		if (at[0] != ':' || at[1] != '"')
			*out++ = *at;
	*out = '\0';
	return text;
}

static bool is_for_a_server(const struct sql_text *text)
{
	return strncmp(text->name, "store-", 6) != 0;
}

static void every_text_for_a_server_parses(void **state)
{
	size_t seen = 0;
	(void)state;
	for (size_t i = 0; i < sql_text_count; i++) {
		if (!is_for_a_server(&sql_texts[i]))
			continue;
		char *sql = slots_filled(sql_texts[i].text);
		PgQueryParseResult parsed = pg_query_parse(sql);
		if (parsed.error)
			fail_msg("%s: %s", sql_texts[i].name, parsed.error->message);
		pg_query_free_parse_result(parsed);
		free(sql);
		seen++;
	}
	assert_true(seen > 0);
}

/* Names of the outermost select's columns; each must have one. */
static void check_select(const struct probe *probe, const PgQuery__ParseResult *tree)
{
	const char *names[128];

	assert_int_equal(tree->n_stmts, 1);
	assert_int_equal(tree->stmts[0]->stmt->node_case, PG_QUERY__NODE__NODE_SELECT_STMT);
	const PgQuery__SelectStmt *select = tree->stmts[0]->stmt->select_stmt;
	assert_in_range(select->n_target_list, 1, ARRAY_SIZE(names));
	for (size_t i = 0; i < select->n_target_list; i++) {
		names[i] = select->target_list[i]->res_target->name;
		assert_true(names[i][0] != '\0');
	}
	probe_check_columns(probe, names, select->n_target_list);
}

static void every_probe_sends_the_columns_that_are_read(void **state)
{
	size_t seen = 0;
	(void)state;
	for (size_t i = 0; i < sql_text_count; i++) {
		if (strncmp(sql_texts[i].name, "probe-", 6) != 0)
			continue;
		const struct probe *probe = probe_find(sql_texts[i].name);
		assert_non_null(probe);
		PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(sql_texts[i].text);
		assert_null(parsed.error);
		PgQuery__ParseResult *tree = pg_query__parse_result__unpack(
			NULL, parsed.parse_tree.len, (const uint8_t *)parsed.parse_tree.data);
		assert_non_null(tree);
		check_select(probe, tree);
		pg_query__parse_result__free_unpacked(tree, NULL);
		pg_query_free_protobuf_parse_result(parsed);
		seen++;
	}
	assert_true(seen >= PROBE_COUNT);
}

static void the_newest_fitting_variant_is_taken(void **state)
{
	(void)state;
	const char *pg13 = sql_get("probe-replication", 130000);
	assert_non_null(strstr(pg13, "pg_is_wal_replay_paused"));
	assert_non_null(
		strstr(sql_get("probe-replication", 150018), "pg_get_wal_replay_pause_state"));
	assert_non_null(strstr(sql_get("probe-replication", 160004), "conflicting"));
	assert_non_null(strstr(sql_get("probe-replication", 180001), "inactive_since AS"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_for_a_server_parses),
		cmocka_unit_test(every_probe_sends_the_columns_that_are_read),
		cmocka_unit_test(the_newest_fitting_variant_is_taken),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_query_exit();
	return failed;
}
