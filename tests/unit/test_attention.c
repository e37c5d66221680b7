// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "core/app.h"
#include "core/attention.h"

static void set_pool(struct model *model, enum status status, const char *reason)
{
	model->pool.status = model->pool.reason_status[0] = status;
	model->pool.reason_count = reason ? 1 : 0;
	if (reason)
		snprintf(model->pool.reasons[0], sizeof(model->pool.reasons[0]), "%s", reason);
}

static void set_replica(struct model *model, enum status status, const char *reason)
{
	model->replicas.count = 1;
	model->replicas.rows[0] = (struct replica){ .name = "pg-c", .status = status };
	snprintf(model->replicas.rows[0].reason, sizeof(model->replicas.rows[0].reason), "%s",
		reason);
}

static void the_worst_stands_first_whatever_came_earlier(void **state)
{
	(void)state;
	struct app *app = calloc(1, sizeof(*app));
	set_pool(&app->model, STATUS_WARN, "82% of the slots are used");
	set_replica(&app->model, STATUS_CRIT, "replay 884 MB behind");

	attention_update(app);

	assert_int_equal(app->model.attention_count, 2);
	assert_int_equal(app->model.attention[0].view, 3);
	assert_string_equal(app->model.attention[0].words, "pg-c: replay 884 MB behind");
	assert_int_equal(app->model.attention[1].view, 2);
	free(app);
}

static void the_same_trouble_keeps_its_time_while_its_figures_change(void **state)
{
	(void)state;
	struct app *app = calloc(1, sizeof(*app));
	app->model.now_wall_us = 1000;
	set_pool(&app->model, STATUS_WARN, "82% of the slots are used");
	attention_update(app);

	app->model.now_wall_us = 9000;
	set_pool(&app->model, STATUS_WARN, "85% of the slots are used");
	attention_update(app);
	assert_int_equal(app->model.attention[0].since_wall_us, 1000);

	set_pool(&app->model, STATUS_WARN, NULL);
	attention_update(app);
	assert_int_equal(app->model.attention_count, 0);
	free(app);
}

static void declared_pools_that_are_short_and_those_that_do_not_fit_are_listed(void **state)
{
	(void)state;
	struct app *app = calloc(1, sizeof(*app));
	app->model.target = &app->target;
	app->target.app_pool_count = 2;
	snprintf(app->target.app_pools[0].name, sizeof(app->target.app_pools[0].name), "batch");
	app->model.app_pools[0] = (struct app_pool_state){ .status = STATUS_CRIT,
		.reason = "starved: all 3 connections are out" };
	app->model.app_pools[1].status = STATUS_INFO;
	app->model.budget_count = 1;
	app->model.budget[0] = (struct budget_line){ .name = "batch", .words = "(3 + 0) * 90" };
	set_pool(&app->model, STATUS_WARN, "82% of the slots are used");

	attention_update(app);

	assert_int_equal(app->model.attention_count, 3);
	assert_string_equal(
		app->model.attention[0].words, "batch: starved: all 3 connections are out");
	assert_int_equal(app->model.attention[0].status, STATUS_CRIT);
	assert_int_equal(app->model.attention[0].view, 2);
	assert_int_equal(app->model.attention[1].status, STATUS_WARN);
	assert_string_equal(app->model.attention[2].words, "no room for batch: (3 + 0) * 90");
	free(app);
}

static void what_is_well_is_not_listed(void **state)
{
	(void)state;
	struct app *app = calloc(1, sizeof(*app));
	set_pool(&app->model, STATUS_OK, "7% of the slots are used");
	set_replica(&app->model, STATUS_INFO, "level");

	attention_update(app);

	assert_int_equal(app->model.attention_count, 0);
	free(app);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_stands_first_whatever_came_earlier),
		cmocka_unit_test(the_same_trouble_keeps_its_time_while_its_figures_change),
		cmocka_unit_test(
			declared_pools_that_are_short_and_those_that_do_not_fit_are_listed),
		cmocka_unit_test(what_is_well_is_not_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
