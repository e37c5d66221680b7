// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "ui/prompt.h"

struct world {
	struct model model;
	struct target target;
	struct plan plan;
	struct prompt prompt;
};

static int world_open(void **state)
{
	struct world *w = mem_new(struct world);
	w->model.now_us = 1000000000;
	w->model.target = &w->target;
	w->model.link.state = LINK_UP;
	w->model.link.identity.started_us = 5;
	w->model.migrations.plan = &w->plan;
	snprintf(w->plan.digest, sizeof(w->plan.digest), "9f2c");
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	free(*state);
	return 0;
}

static void ask(struct world *w, int level)
{
	struct confirmation what = { .level = level,
		.own_level = level,
		.token = "run 0042.2",
		.digest = "9f2c",
		.title = "Run step 2?" };
	if (level == 3) {
		snprintf(what.token, sizeof(what.token), "drop_legacy");
		snprintf(what.target, sizeof(what.target), "shop");
		what.count_s = 5;
	}
	prompt_open(&w->prompt, &what, &w->model);
	prompt_set_room(&w->prompt, 80, 20, LAYOUT_STACKED, w->model.now_us);
	w->model.now_us += 400000;
}

static enum prompt_answer press(struct world *w, const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	return prompt_key(&w->prompt, &w->model, key);
}

static void type(struct world *w, const char *text)
{
	for (; *text; text++) {
		struct key key = { *text == ' ' ? (uint32_t)KEYSYM_SPACE : (uint32_t)*text, 0 };
		assert_int_equal(prompt_key(&w->prompt, &w->model, key), PROMPT_OPEN);
	}
}

static void at_level_1_only_y_means_yes(void **state)
{
	struct world *w = *state;
	ask(w, 1);
	assert_int_equal(press(w, "y"), PROMPT_YES);
	static const char *const others[] = { "Enter", "n", "s", "Y", "Space", "Esc", "^C", "Tab" };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		ask(w, 1);
		assert_int_equal(press(w, others[i]), PROMPT_NO);
	}
}

static void at_level_2_only_the_token_means_yes(void **state)
{
	struct world *w = *state;
	ask(w, 2);
	type(w, "run 0042.2");
	assert_int_equal(press(w, "Enter"), PROMPT_YES);
	ask(w, 2);
	type(w, "run 0042.3");
	assert_int_equal(press(w, "Enter"), PROMPT_NO);
	ask(w, 2);
	assert_int_equal(press(w, "Enter"), PROMPT_NO);
	ask(w, 2);
	type(w, "y");
	assert_int_equal(press(w, "Enter"), PROMPT_NO);
}

static void at_level_3_name_target_and_a_count_mean_yes(void **state)
{
	struct world *w = *state;
	ask(w, 3);
	type(w, "drop_legacy");
	assert_int_equal(press(w, "Enter"), PROMPT_OPEN);
	type(w, "shop");
	assert_int_equal(press(w, "Enter"), PROMPT_OPEN);
	w->model.now_us += 4900000;
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_OPEN);
	w->model.now_us += 200000;
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_YES);
}

static void esc_stops_the_count(void **state)
{
	struct world *w = *state;
	ask(w, 3);
	type(w, "drop_legacy");
	press(w, "Tab");
	type(w, "shop");
	assert_int_equal(press(w, "Enter"), PROMPT_OPEN);
	assert_int_equal(press(w, "Esc"), PROMPT_NO);
	w->model.now_us += 60000000;
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_OPEN);
	assert_false(w->prompt.is_open);
}

static void keys_of_the_first_300_ms_are_not_heard(void **state)
{
	struct world *w = *state;
	ask(w, 1);
	w->model.now_us -= 200000;
	assert_int_equal(press(w, "y"), PROMPT_OPEN);
	w->model.now_us += 200000;
	assert_int_equal(press(w, "y"), PROMPT_YES);
}

static void a_paste_is_refused(void **state)
{
	struct world *w = *state;
	ask(w, 2);
	type(w, "run 0042.");
	prompt_paste(&w->prompt, &w->model);
	assert_string_equal(w->prompt.typed[0], "");
}

static void assert_closes(struct world *w, const char *word)
{
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_NO);
	assert_non_null(strstr(w->prompt.why_closed, word));
}

static void it_closes_when_the_world_it_speaks_of_changes(void **state)
{
	struct world *w = *state;
	ask(w, 2);
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_OPEN);
	w->model.run.gate.is_shut = true;
	assert_closes(w, "gate");
	w->model.run.gate.is_shut = false;
	ask(w, 2);
	w->plan.digest[0] = '0';
	assert_closes(w, "plan");
	w->plan.digest[0] = '9';
	ask(w, 2);
	w->model.link.state = LINK_WAITING;
	assert_closes(w, "connection");
	w->model.link.state = LINK_UP;
	ask(w, 2);
	w->model.link.identity.started_us = 6;
	assert_closes(w, "another server");
	ask(w, 2);
	w->model.now_us += 60000000;
	assert_closes(w, "minute");
}

static void what_does_not_fit_is_not_asked(void **state)
{
	struct world *w = *state;
	ask(w, 1);
	prompt_set_room(&w->prompt, 59, 20, LAYOUT_NUMBERS, w->model.now_us);
	assert_closes(w, "too small");
	ask(w, 1);
	w->model.now_us = w->prompt.opened_us;
	prompt_set_room(&w->prompt, 80, 2, LAYOUT_STACKED, w->model.now_us);
	w->model.now_us += 400000;
	assert_true(w->prompt.is_unfit);
	assert_int_equal(press(w, "y"), PROMPT_OPEN);
	prompt_set_room(&w->prompt, 80, 20, LAYOUT_STACKED, w->model.now_us);
	assert_int_equal(press(w, "y"), PROMPT_OPEN);
	w->model.now_us += 400000;
	assert_int_equal(press(w, "y"), PROMPT_YES);
}

static void what_never_fitted_says_so_until_it_does(void **state)
{
	struct world *w = *state;
	struct confirmation what = { .level = 1, .own_level = 1, .title = "Run step 2?" };
	prompt_open(&w->prompt, &what, &w->model);
	w->model.now_us += 5000; /* the frame comes a little later than the key */
	prompt_set_room(&w->prompt, 80, 2, LAYOUT_STACKED, w->model.now_us);
	assert_int_equal(prompt_check(&w->prompt, &w->model), PROMPT_OPEN);
	assert_true(w->prompt.is_unfit);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(at_level_1_only_y_means_yes),
		TEST(at_level_2_only_the_token_means_yes),
		TEST(at_level_3_name_target_and_a_count_mean_yes),
		TEST(esc_stops_the_count),
		TEST(keys_of_the_first_300_ms_are_not_heard),
		TEST(a_paste_is_refused),
		TEST(it_closes_when_the_world_it_speaks_of_changes),
		TEST(what_does_not_fit_is_not_asked),
		TEST(what_never_fitted_says_so_until_it_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
