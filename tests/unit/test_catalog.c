// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/stage.h"
#include "migrate/schema/catalog.h"
#include "model/value.h"

/* One question, asked of a server that answers with these rows. */
struct asked {
	struct stage *stage;
	struct arena arena;
	struct lease *lease;
	struct catalog_answer answer;
	bool is_done, failed;
};

static void got_lease(void *arg, struct lease *lease, const struct err *e)
{
	struct asked *asked = arg;
	assert_null(e);
	asked->lease = lease;
}

static void got_facts(void *arg, const struct catalog_answer *answer, const struct err *e)
{
	struct asked *asked = arg;
	if (answer)
		asked->answer = *answer;
	asked->failed = e != NULL;
	asked->is_done = true;
}

static void turn_until(struct asked *asked, const bool *is_done, struct lease *const *lease)
{
	for (int i = 0; i < 100 && !(is_done ? *is_done : *lease != NULL); i++)
		loop_advance_ms(stage_loop(asked->stage), 1);
}

static void ask(struct asked *asked, const struct catalog_question *question)
{
	struct catalog_request request = { .question = question };

	lease_take(stage_endpoint(asked->stage), CONN_MONITOR, NULL, 1000, got_lease, asked);
	turn_until(asked, NULL, &asked->lease);
	catalog_facts_start(lease_conn(asked->lease), &asked->arena, &request, got_facts, asked);
	turn_until(asked, &asked->is_done, NULL);
	assert_true(asked->is_done);
}

static void asked_release(struct asked *asked)
{
	lease_give_back(asked->lease);
	loop_advance_ms(stage_loop(asked->stage), 1);
	stage_free(asked->stage);
	arena_release(&asked->arena);
}

static const struct object_name tables[] = { { NULL, "orders" }, { "app", "absent" },
	{ NULL, "customers" } };
static const struct column_question columns[] = { { 0, "note" }, { 2, "at" } };
static const struct object_name types[] = { { NULL, "mood" }, { "app", "price" } };
static const struct catalog_question question = { .tables = tables,
	.table_count = ARRAY_SIZE(tables),
	.columns = columns,
	.column_count = ARRAY_SIZE(columns),
	.types = types,
	.type_count = ARRAY_SIZE(types) };

static void each_table_has_its_size_and_its_partners(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_rows(asked.stage, "found AS MATERIALIZED", 1,
		"what|place|schema_name|name|part|type|bytes|rows|parts|indexes|points_out\n"
		"table|1|app|~|~|~|8192|12|0|3|f\n"
		"table|3|public|~|~|~|500|~|4|0|f\n"
		"partner|1|app|customers|customer|orders_fk|~|~|~|~|t\n"
		"partner|1|app|customers|tenant|orders_fk|~|~|~|~|t\n"
		"partner|1|app|items|id|items_fk|~|~|~|~|f\n");
	ask(&asked, &question);
	assert_false(asked.failed);
	assert_int_equal(asked.answer.size_count, 3);
	assert_true(asked.answer.sizes[0].exists);
	assert_int_equal(asked.answer.sizes[0].bytes, 8192);
	assert_int_equal(asked.answer.sizes[0].rows, 12);
	assert_int_equal(asked.answer.sizes[0].partner_count, 2);
	assert_string_equal(asked.answer.sizes[0].partners[0].constraint, "orders_fk");
	assert_true(asked.answer.sizes[0].partners[0].points_out);
	assert_string_equal(asked.answer.sizes[0].partners[1].name, "items");
	assert_int_equal(asked.answer.sizes[0].partners[0].column_count, 2);
	assert_string_equal(asked.answer.sizes[0].partners[0].columns[1], "tenant");
	assert_false(asked.answer.sizes[0].partners[1].points_out);
	assert_int_equal(asked.answer.sizes[0].index_count, 3);
	assert_int_equal(asked.answer.sizes[2].part_count, 4);
	assert_string_equal(asked.answer.sizes[2].found_schema, "public");
	assert_int_equal(asked.answer.sizes[2].rows, VALUE_UNKNOWN);
	assert_int_equal(asked.answer.sizes[2].partner_count, 0);
	asked_release(&asked);
}

static void columns_and_types_are_known_as_far_as_rows_tell(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_rows(asked.stage, "found AS MATERIALIZED", 1,
		"what|place|name|type|collation|indexes|special_indexes|checks|points_out|is_"
		"domain|"
		"is_bound|is_key\n"
		"zone|1|~|Etc/UTC|~|~|~|~|f|f|f|f\n"
		"type|2|~|numeric(10,2)|~|~|~|~|f|t|t|f\n"
		"table|3|~|~|~|2|~|~|f|f|f|f\n"
		"column|3|at|timestamp without time zone|~|2|1|3|t|f|f|t\n");
	ask(&asked, &question);
	assert_false(asked.failed);
	assert_string_equal(asked.answer.time_zone, "Etc/UTC");
	assert_false(asked.answer.types[0].exists);
	assert_string_equal(asked.answer.types[0].name, "mood");
	assert_true(asked.answer.types[1].is_domain && asked.answer.types[1].is_bound);
	assert_string_equal(asked.answer.types[1].base, "numeric(10,2)");
	assert_int_equal(asked.answer.sizes[2].column_count, 1);
	const struct table_column *column = &asked.answer.sizes[2].columns[0];
	assert_string_equal(column->name, "at");
	assert_string_equal(column->type, "timestamp without time zone");
	assert_null(column->collation);
	assert_true(column->is_proven && column->is_key);
	assert_false(column->is_not_null || column->is_domain);
	assert_int_equal(column->indexes, 2);
	assert_int_equal(column->special_indexes, 1);
	assert_int_equal(column->checks, 3);
	asked_release(&asked);
}

static void a_table_without_a_row_is_not_there(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_rows(asked.stage, "found AS MATERIALIZED", 1,
		"what|place|schema_name|name|part|type|bytes|rows|parts|indexes|points_out\n");
	ask(&asked, &question);
	assert_false(asked.answer.sizes[1].exists);
	assert_string_equal(asked.answer.sizes[1].schema, "app");
	assert_string_equal(asked.answer.sizes[1].name, "absent");
	assert_int_equal(asked.answer.sizes[1].bytes, VALUE_UNKNOWN);
	asked_release(&asked);
}

static void a_question_that_fails_says_so_and_gives_no_sizes(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_fail(asked.stage, "found AS MATERIALIZED", 1, "57014");
	ask(&asked, &question);
	assert_true(asked.failed);
	assert_null(asked.answer.sizes);
	asked_release(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_has_its_size_and_its_partners),
		cmocka_unit_test(columns_and_types_are_known_as_far_as_rows_tell),
		cmocka_unit_test(a_table_without_a_row_is_not_there),
		cmocka_unit_test(a_question_that_fails_says_so_and_gives_no_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
