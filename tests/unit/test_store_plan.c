// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "store/store_plan.h"
#include "store_world.h"

static struct stored_plan save(struct store_world *w, const char *digest)
{
	struct stored_step steps[] = {
		{ .rev = "0042", .section = "up", .ordinal = 1, .digest_line = "0042 up 1 G aa" },
		{ .rev = "0042", .section = "up", .ordinal = 2, .digest_line = "0042 up 2 L bb" },
	};
	struct stored_plan plan = { .target = "shop",
		.digest = digest,
		.direction = "up",
		.author = "bob@laptop",
		.steps = steps,
		.step_count = ARRAY_SIZE(steps) };

	assert_true(store_plan_save(w->store, &plan, &w->e));
	assert_true(plan.id > 0);
	return plan;
}

static struct stored_plan find(struct store_world *w, const char *digest)
{
	struct stored_plan plan;

	assert_true(store_plan_find(w->store, "shop", digest, &w->arena, &plan, &w->e));
	return plan;
}

static void a_plan_comes_back_with_its_steps_and_marks(void **state)
{
	struct store_world *w = *state;
	int64_t id = save(w, "d1").id;
	const struct stored_ack ack = { .step = 1,
		.hazard = "data-loss",
		.object = "public.orders_legacy",
		.reason = "archived 2026-01-02",
		.author = "bob@laptop" };

	assert_true(store_plan_set_breakpoint(w->store, id, 1, true, &w->e));
	assert_true(store_plan_set_skip(w->store, id, 0, "done by hand", &w->e));
	assert_true(store_plan_set_rehearsal(w->store, id, 1, 1234, &w->e));
	assert_true(store_plan_ack(w->store, id, &ack, &w->e));
	assert_true(store_plan_set_status(w->store, id, PLAN_RUNNING, &w->e));
	store_world_restart(w);
	struct stored_plan plan = find(w, "d1");
	assert_int_equal(plan.step_count, 2);
	assert_int_equal(plan.status, PLAN_RUNNING);
	assert_string_equal(plan.author, "bob@laptop");
	assert_string_equal(plan.steps[1].digest_line, "0042 up 2 L bb");
	assert_false(plan.steps[0].is_breakpoint);
	assert_true(plan.steps[1].is_breakpoint);
	assert_string_equal(plan.steps[0].skip_reason, "done by hand");
	assert_false(plan.steps[1].is_skipped);
	assert_int_equal(plan.steps[0].rehearsal_ms, -1);
	assert_int_equal(plan.steps[1].rehearsal_ms, 1234);
	assert_int_equal(plan.ack_count, 1);
	assert_int_equal(plan.acks[0].step, 1);
	assert_string_equal(plan.acks[0].reason, "archived 2026-01-02");
}

static void saving_the_same_plan_again_keeps_its_marks(void **state)
{
	struct store_world *w = *state;
	int64_t id = save(w, "d1").id;

	assert_true(store_plan_set_breakpoint(w->store, id, 1, true, &w->e));
	assert_int_equal(save(w, "d1").id, id);
	assert_true(find(w, "d1").steps[1].is_breakpoint);
	assert_true(store_plan_set_breakpoint(w->store, id, 1, false, &w->e));
	assert_false(find(w, "d1").steps[1].is_breakpoint);
}

static void other_files_make_another_plan_without_the_marks(void **state)
{
	struct store_world *w = *state;
	int64_t id = save(w, "d1").id;

	assert_true(store_plan_set_skip(w->store, id, 0, "why", &w->e));
	assert_int_not_equal(save(w, "d2").id, id);
	assert_false(find(w, "d2").steps[0].is_skipped);
	assert_true(find(w, "d1").steps[0].is_skipped);
	assert_true(store_plan_set_skip(w->store, id, 0, NULL, &w->e));
	assert_false(find(w, "d1").steps[0].is_skipped);
}

static void without_a_digest_the_plan_changed_last_is_found(void **state)
{
	struct store_world *w = *state;
	int64_t first = save(w, "d1").id;

	save(w, "d2");
	assert_string_equal(find(w, NULL).digest, "d2");
	assert_true(store_plan_set_breakpoint(w->store, first, 0, true, &w->e));
	assert_string_equal(find(w, NULL).digest, "d1");
}

static void no_plan_is_told_apart_from_an_error(void **state)
{
	struct store_world *w = *state;
	struct stored_plan plan;

	assert_false(store_plan_find(w->store, "shop", "none", &w->arena, &plan, &w->e));
	assert_int_equal(w->e.kind, ERR_NONE);
}

static void a_mark_on_a_step_that_is_not_there_is_refused(void **state)
{
	struct store_world *w = *state;
	int64_t id = save(w, "d1").id;
	const struct stored_ack ack = {
		.step = 7, .hazard = "rewrite", .reason = "x", .author = "bob@laptop"
	};

	assert_false(store_plan_set_breakpoint(w->store, id, 7, true, &w->e));
	assert_string_equal(w->e.text, "the plan has no such step");
	assert_false(store_plan_ack(w->store, id, &ack, &w->e));
	assert_int_equal(find(w, "d1").ack_count, 0);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_plan_comes_back_with_its_steps_and_marks),
		IN_A_WORLD(saving_the_same_plan_again_keeps_its_marks),
		IN_A_WORLD(other_files_make_another_plan_without_the_marks),
		IN_A_WORLD(without_a_digest_the_plan_changed_last_is_found),
		IN_A_WORLD(no_plan_is_told_apart_from_an_error),
		IN_A_WORLD(a_mark_on_a_step_that_is_not_there_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
