// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "model/pool_trouble.h"

struct scene {
	struct model model;
	struct target target;
	struct pool_trouble found[POOL_TROUBLES_MAX];
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->model.target = &scene->target;
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void declare(struct scene *scene, const char *name, enum status status, const char *reason)
{
	size_t i = scene->target.app_pool_count++;
	struct app_pool_state *pool = &scene->model.app_pools[i];

	snprintf(scene->target.app_pools[i].name, sizeof(scene->target.app_pools[i].name), "%s",
		name);
	pool->status = status;
	snprintf(pool->reason, sizeof(pool->reason), "%s", reason);
}

static struct budget_line *need(struct scene *scene, const char *name, bool fits)
{
	struct budget_line *line = &scene->model.budget[scene->model.budget_count++];

	snprintf(line->name, sizeof(line->name), "%s", name);
	snprintf(line->words, sizeof(line->words), "%s",
		"(60 + 0) * 1 = 60 connections, not below 80% of 37 slots (29.6)");
	line->fits = fits;
	return line;
}

static void a_starved_pool_stands_before_the_server_that_is_merely_full(void **state)
{
	struct scene *scene = *state;
	struct pool_health *pool = &scene->model.pool;
	pool->status = pool->reason_status[0] = STATUS_WARN;
	pool->reason_count = 1;
	snprintf(pool->reasons[0], sizeof(pool->reasons[0]), "server slots 83%%, 30 of 37");
	declare(scene, "web", STATUS_OK, "1 of 20 connections are out");
	declare(scene, "batch", STATUS_CRIT, "starved: all 3 connections are out");

	assert_int_equal(pool_troubles(&scene->model, scene->found), 2);

	assert_string_equal(scene->found[0].words, "batch: starved: all 3 connections are out");
	assert_int_equal(scene->found[0].status, STATUS_CRIT);
	assert_string_equal(scene->found[1].words, "server slots 83%, 30 of 37");
	assert_int_equal(pool_status(&scene->model), STATUS_CRIT);
	assert_string_equal(pool_status_word(STATUS_CRIT), "unhealthy");
}

static void what_does_not_fit_is_told_with_the_whole_arithmetic(void **state)
{
	struct scene *scene = *state;
	need(scene, "dbtop", false)->is_own = true;
	need(scene, "web", true);
	need(scene, "all of them", false);
	need(scene, "report", false)->is_undeclared = true;

	assert_int_equal(pool_troubles(&scene->model, scene->found), 3);

	assert_string_equal(scene->found[0].words,
		"no room for dbtop: (60 + 0) * 1 = 60 connections, not below 80% of 37 slots "
		"(29.6): no step is taken");
	assert_string_equal(scene->found[1].words,
		"no room for all of them: (60 + 0) * 1 = 60 connections, not below 80% of 37 "
		"slots (29.6)");
	assert_string_equal(scene->found[2].words,
		"report: (60 + 0) * 1 = 60 connections, not below 80% of 37 slots (29.6)");
	assert_int_equal(pool_status(&scene->model), STATUS_WARN);
}

static void a_remark_is_no_trouble(void **state)
{
	struct scene *scene = *state;
	declare(scene, "web", STATUS_INFO, "no session on the server");

	assert_int_equal(pool_troubles(&scene->model, scene->found), 0);
	assert_int_equal(pool_status(&scene->model), STATUS_OK);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SCENE(a_starved_pool_stands_before_the_server_that_is_merely_full),
		SCENE(what_does_not_fit_is_told_with_the_whole_arithmetic),
		SCENE(a_remark_is_no_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
