// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "core/app.h"
#include "core/prompt.h"

/* Two steps of one migration: a new table, and a table that is dropped. */
struct world {
	struct app app;
	struct migration migration;
	struct hazard hazards[2];
	struct plan_step steps[2];
	struct plan plan;
};

static void world_init(struct world *w, enum env_class env)
{
	*w = (struct world){ .migration = { .rev = "0042", .name = "drop_legacy" } };
	w->app.target.name = (char *)"payments";
	w->app.target.env = env;
	w->hazards[0] = (struct hazard){ .kind = HAZARD_DATA_LOSS,
		.level = 3,
		.object = "public.legacy",
		.words = "drops the table with its rows" };
	w->hazards[1] = (struct hazard){ .kind = HAZARD_LOCK_EXCLUSIVE,
		.level = 1,
		.object = "public.evil\x1b[2J",
		.words = "locks out everybody for an instant" };
	w->steps[0] = (struct plan_step){
		.migration = &w->migration, .ordinal = 1, .ordinal_count = 2, .is_reversible = true
	};
	w->steps[1] = (struct plan_step){ .migration = &w->migration,
		.ordinal = 2,
		.ordinal_count = 2,
		.level = 3,
		.hazards = w->hazards,
		.hazard_count = 2 };
	w->plan = (struct plan){ .direction = PLAN_UP, .steps = w->steps, .step_count = 2 };
	snprintf(w->plan.digest, sizeof(w->plan.digest), "%064d", 7);
	w->app.model.run.plan = &w->plan;
}

static bool says(const struct confirmation *c, const char *words)
{
	for (size_t i = 0; i < c->line_count; i++) {
		if (strstr(c->lines[i], words))
			return true;
	}
	return false;
}

static void the_environment_raises_levels_above_zero_by_one_and_never_beyond_three(void **state)
{
	(void)state;
	struct world w;
	for (int level = 0; level <= 3; level++) {
		world_init(&w, ENV_STAGE);
		assert_int_equal(prompt_raise(&w.app, level), level);
		world_init(&w, ENV_PROD);
		assert_int_equal(prompt_raise(&w.app, level), level == 0   ? 0
							      : level == 3 ? 3
									   : level + 1);
		world_init(&w, ENV_UNLABELLED);
		assert_int_equal(prompt_raise(&w.app, level), level == 0   ? 0
							      : level == 3 ? 3
									   : level + 1);
	}
}

static void even_a_harmless_step_wants_a_y(void **state)
{
	(void)state;
	struct world w;
	struct confirmation c = { 0 };
	world_init(&w, ENV_PROD);

	prompt_for_steps(&w.app, 0, 1, &c);

	assert_int_equal(c.level, 1);
	assert_string_equal(c.title, "Run step 1 of 2 of 0042 drop_legacy on PROD payments?");
	assert_string_equal(c.digest, w.plan.digest);
}

static void losing_data_on_prod_wants_both_names_and_a_count(void **state)
{
	(void)state;
	struct world w;
	struct confirmation c = { 0 };
	world_init(&w, ENV_PROD);

	prompt_for_steps(&w.app, 1, 2, &c);

	assert_int_equal(c.level, 3);
	assert_string_equal(c.token, "drop_legacy");
	assert_string_equal(c.target, "payments");
	assert_int_equal(c.count_s, 5);
	assert_true(says(&c, "data-loss public.legacy: drops the table with its rows"));
	assert_true(says(&c, "none: it has no way down"));
}

static void on_dev_the_target_is_not_asked_for_and_the_count_is_shorter(void **state)
{
	(void)state;
	struct world w;
	struct confirmation c = { 0 };
	world_init(&w, ENV_DEV);

	prompt_for_steps(&w.app, 1, 2, &c);

	assert_int_equal(c.level, 3);
	assert_string_equal(c.target, "");
	assert_int_equal(c.count_s, 3);
}

static void several_steps_are_asked_for_at_the_highest_of_their_levels(void **state)
{
	(void)state;
	struct world w;
	struct confirmation c = { 0 };
	world_init(&w, ENV_DEV);

	prompt_for_steps(&w.app, 0, 2, &c);

	assert_int_equal(c.level, 3);
	assert_string_equal(c.title, "Run 2 steps, 0042 to 0042, on dev payments?");
}

static void names_from_files_cannot_move_the_cursor(void **state)
{
	(void)state;
	struct world w;
	struct confirmation c = { 0 };
	world_init(&w, ENV_DEV);

	prompt_for_steps(&w.app, 1, 2, &c);

	assert_true(says(&c, "public.evil\\x1b[2J"));
	for (size_t i = 0; i < c.line_count; i++)
		assert_null(strchr(c.lines[i], '\x1b'));
}

static void each_action_has_a_token_of_its_own(void **state)
{
	(void)state;
	struct world w;
	struct confirmation run = { 0 }, skip = { 0 };
	world_init(&w, ENV_PROD);
	w.steps[0].level = 1;

	prompt_for_steps(&w.app, 0, 1, &run);
	w.app.target.env = ENV_DEV;
	prompt_for_skip(&w.app, &skip);

	assert_string_equal(run.token, "run 0042.1");
	assert_string_equal(skip.token, "skip 0042.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_environment_raises_levels_above_zero_by_one_and_never_beyond_three),
		cmocka_unit_test(even_a_harmless_step_wants_a_y),
		cmocka_unit_test(losing_data_on_prod_wants_both_names_and_a_count),
		cmocka_unit_test(on_dev_the_target_is_not_asked_for_and_the_count_is_shorter),
		cmocka_unit_test(several_steps_are_asked_for_at_the_highest_of_their_levels),
		cmocka_unit_test(names_from_files_cannot_move_the_cursor),
		cmocka_unit_test(each_action_has_a_token_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
