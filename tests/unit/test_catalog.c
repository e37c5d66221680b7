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
	const struct table_size *sizes;
	size_t count;
	bool is_done, failed;
};

static void got_lease(void *arg, struct lease *lease, const struct err *e)
{
	struct asked *asked = arg;
	assert_null(e);
	asked->lease = lease;
}

static void got_sizes(void *arg, const struct table_size *sizes, size_t count, const struct err *e)
{
	struct asked *asked = arg;
	asked->sizes = sizes;
	asked->count = count;
	asked->failed = e != NULL;
	asked->is_done = true;
}

static void turn_until(struct asked *asked, const bool *is_done, struct lease *const *lease)
{
	for (int i = 0; i < 100 && !(is_done ? *is_done : *lease != NULL); i++)
		loop_advance_ms(stage_loop(asked->stage), 1);
}

static void ask(struct asked *asked, const struct object_name *tables, size_t count)
{
	struct catalog_request request = { .tables = tables, .count = count };

	lease_take(stage_endpoint(asked->stage), CONN_MONITOR, NULL, 1000, got_lease, asked);
	turn_until(asked, NULL, &asked->lease);
	catalog_sizes_start(lease_conn(asked->lease), &asked->arena, &request, got_sizes, asked);
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

static void each_table_has_its_size_and_its_partners(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_rows(asked.stage, "pg_total_relation_size", 1,
		"place|found_schema|bytes|row_estimate|constraint_name|partner_schema|partner_name|"
		"points_out\n"
		"1|app|8192|12|orders_fk|app|customers|t\n"
		"1|app|8192|12|items_fk|app|items|f\n"
		"3|public|500|~|~|~|~|~\n");
	ask(&asked, tables, ARRAY_SIZE(tables));
	assert_false(asked.failed);
	assert_int_equal(asked.count, 3);
	assert_true(asked.sizes[0].exists);
	assert_int_equal(asked.sizes[0].bytes, 8192);
	assert_int_equal(asked.sizes[0].rows, 12);
	assert_int_equal(asked.sizes[0].partner_count, 2);
	assert_string_equal(asked.sizes[0].partners[0].constraint, "orders_fk");
	assert_true(asked.sizes[0].partners[0].points_out);
	assert_string_equal(asked.sizes[0].partners[1].name, "items");
	assert_false(asked.sizes[0].partners[1].points_out);
	assert_string_equal(asked.sizes[2].found_schema, "public");
	assert_int_equal(asked.sizes[2].rows, VALUE_UNKNOWN);
	assert_int_equal(asked.sizes[2].partner_count, 0);
	asked_release(&asked);
}

static void a_table_without_a_row_is_not_there(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_rows(asked.stage, "pg_total_relation_size", 1,
		"place|found_schema|bytes|row_estimate|constraint_name|partner_schema|partner_name|"
		"points_out\n");
	ask(&asked, tables, ARRAY_SIZE(tables));
	assert_false(asked.sizes[1].exists);
	assert_string_equal(asked.sizes[1].schema, "app");
	assert_string_equal(asked.sizes[1].name, "absent");
	assert_int_equal(asked.sizes[1].bytes, VALUE_UNKNOWN);
	asked_release(&asked);
}

static void a_question_that_fails_says_so_and_gives_no_sizes(void **state)
{
	(void)state;
	struct asked asked = { .stage = stage_new() };
	stage_fail(asked.stage, "pg_total_relation_size", 1, "57014");
	ask(&asked, tables, ARRAY_SIZE(tables));
	assert_true(asked.failed);
	assert_null(asked.sizes);
	asked_release(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_has_its_size_and_its_partners),
		cmocka_unit_test(a_table_without_a_row_is_not_there),
		cmocka_unit_test(a_question_that_fails_says_so_and_gives_no_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
