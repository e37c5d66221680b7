// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migrate/plan/approve.h"

static const struct migration migration = { .rev = "20240101000000" };

static struct hazard hazards[] = {
	{ HAZARD_LOCK_EXCLUSIVE, 1, "app.t", "locks app.t for an instant" },
	{ HAZARD_RENAME, 2, "app.t", "renames app.t" },
	{ HAZARD_DATA_LOSS, 3, "app.u", "drops table app.u with all its rows" },
};

static struct plan_step steps[] = {
	{ .migration = &migration, .ordinal = 1, .level = 0 },
	{ .migration = &migration,
		.ordinal = 2,
		.hazards = hazards,
		.hazard_count = 3,
		.level = 3 },
};

static const struct plan plan = { .steps = steps, .step_count = 2, .digest = "abc123" };

/* How many gaps, and the words of the first. */
static size_t gaps_of(const struct approval *approval, char first[400])
{
	struct arena arena = { 0 };
	struct approval_gap *gaps;
	size_t count = approve_check(&plan, approval, &arena, &gaps);

	snprintf(first, 400, "%s", count ? gaps[0].words : "");
	arena_release(&arena);
	return count;
}

static void nothing_said_leaves_everything_open(void **state)
{
	(void)state;
	char words[400];

	assert_int_equal(gaps_of(&(struct approval){ .env = ENV_DEV }, words), 3);
	assert_string_equal(words, "1 step changes what exists: say `--yes`");
}

static void yes_answers_level_one_only(void **state)
{
	(void)state;
	char words[400];

	assert_int_equal(gaps_of(&(struct approval){ .says_yes = true, .env = ENV_DEV }, words), 2);
	assert_string_equal(words,
		"20240101000000 step 2: renames app.t (rename, level 2): say `--allow-hazard "
		"rename:app.t`, or `-- dbtop: ack rename REASON` above the statement, or store it "
		"with this plan: `dbtop ack rename:app.t REASON`");
}

static void hazards_are_allowed_by_kind_object_or_all(void **state)
{
	(void)state;
	char words[400];
	static const char *const kinds[] = { "rename", "data-loss" };
	static const char *const objects[] = { "rename:app.t", "data-loss:app.u" };
	static const char *const wrong[] = { "rename:app.u", "data-loss:app.t", "rename:app" };
	static const char *const all[] = { "all" };
	struct approval a = { .says_yes = true, .env = ENV_DEV };

	a.allowed = kinds;
	a.allowed_count = 2;
	assert_int_equal(gaps_of(&a, words), 0);
	a.allowed = objects;
	assert_int_equal(gaps_of(&a, words), 0);
	a.allowed = wrong;
	a.allowed_count = 3;
	assert_int_equal(gaps_of(&a, words), 2);
	a.allowed = all;
	a.allowed_count = 1;
	assert_int_equal(gaps_of(&a, words), 0);
}

static void one_kind_on_one_object_is_asked_about_once(void **state)
{
	(void)state;
	static struct hazard twice[] = {
		{ HAZARD_RENAME, 2, "app.t", "renames app.t" },
		{ HAZARD_RENAME, 2, "app.t", "renames app.t" },
		{ HAZARD_RENAME, 2, "app.u", "renames app.u" },
		{ HAZARD_OPAQUE, 2, NULL, "runs code" },
		{ HAZARD_OPAQUE, 2, NULL, "runs code" },
	};
	struct plan_step step = { .migration = &migration, .hazards = twice, .hazard_count = 5 };
	struct plan small = { .steps = &step, .step_count = 1 };
	struct arena arena = { 0 };
	struct approval_gap *gaps;

	assert_int_equal(
		approve_check(&small, &(struct approval){ .says_yes = true }, &arena, &gaps), 3);
	arena_release(&arena);
}

static void an_acknowledgement_in_the_file_counts(void **state)
{
	(void)state;
	char words[400];

	hazards[2].ack_reason = "exported";
	assert_int_equal(gaps_of(&(struct approval){ .says_yes = true, .env = ENV_DEV }, words), 1);
	hazards[2].ack_reason = NULL;
}

static void prod_wants_the_digest_of_the_plan(void **state)
{
	(void)state;
	char words[400];
	static const char *const all[] = { "all" };
	struct approval a = {
		.says_yes = true, .env = ENV_PROD, .allowed = all, .allowed_count = 1
	};

	assert_int_equal(gaps_of(&a, words), 1);
	assert_string_equal(words, "the target is prod: look at `dbtop plan`, then say "
				   "`--plan-digest sha256:abc123`");
	a.digest = "sha256:abc123";
	assert_int_equal(gaps_of(&a, words), 0);
	a.digest = "abc123";
	assert_int_equal(gaps_of(&a, words), 0);
	a.digest = "abc12";
	assert_int_equal(gaps_of(&a, words), 1);
	assert_string_equal(words,
		"the plan is not the one approved: it is sha256:abc123 now, look "
		"at `dbtop plan` again");
}

static void a_digest_that_was_named_must_fit_everywhere(void **state)
{
	(void)state;
	char words[400];
	static const char *const all[] = { "all" };
	struct approval a = { .says_yes = true,
		.env = ENV_DEV,
		.allowed = all,
		.allowed_count = 1,
		.digest = "sha256:other" };

	assert_int_equal(gaps_of(&a, words), 1);
	a.env = ENV_UNLABELLED;
	a.digest = NULL;
	assert_int_equal(gaps_of(&a, words), 0);
}

static void a_plan_without_steps_needs_no_approval(void **state)
{
	(void)state;
	struct plan nothing = { .digest = "abc" };
	struct arena arena = { 0 };
	struct approval_gap *gaps;

	assert_int_equal(
		approve_check(&nothing, &(struct approval){ .env = ENV_PROD }, &arena, &gaps), 0);
	arena_release(&arena);
}

static void words_that_allow_nothing_are_refused(void **state)
{
	(void)state;
	struct err e;

	assert_true(approve_word("all", &e));
	assert_true(approve_word("data-loss", &e));
	assert_true(approve_word("data-loss:app.users", &e));
	assert_false(approve_word("data-los:app.users", &e));
	assert_string_equal(e.text, "no hazard is called \"data-los\"");
	assert_string_equal(e.hint, "did you mean data-loss?");
	assert_false(approve_word("zebra", &e));
	assert_string_equal(e.hint, "`dbtop plan` names the hazards of each step");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_leaves_everything_open),
		cmocka_unit_test(yes_answers_level_one_only),
		cmocka_unit_test(hazards_are_allowed_by_kind_object_or_all),
		cmocka_unit_test(one_kind_on_one_object_is_asked_about_once),
		cmocka_unit_test(an_acknowledgement_in_the_file_counts),
		cmocka_unit_test(prod_wants_the_digest_of_the_plan),
		cmocka_unit_test(a_digest_that_was_named_must_fit_everywhere),
		cmocka_unit_test(a_plan_without_steps_needs_no_approval),
		cmocka_unit_test(words_that_allow_nothing_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
