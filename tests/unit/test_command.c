// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "core/app.h"
#include "loop/loop.h"
#include "scratch.h"

/* An app that knows its target and nothing of a server. */
static struct app *app_new(enum env_class env)
{
	struct app *app = calloc(1, sizeof(*app));
	app_init(app, loop_new_virtual());
	app->is_screen = true;
	app->target.name = strdup("shop");
	app->target.env = env;
	app->target.interval_ms = 2000;
	return app;
}

static void app_end(struct app *app)
{
	struct loop *loop = app->loop;
	app_release(app);
	loop_free(loop);
	free(app);
}

/* The store of these apps is a file of this test. */
static int own_home(void **state)
{
	*state = scratch_new();
	return setenv("XDG_DATA_HOME", *state, 1);
}

static int own_home_end(void **state)
{
	scratch_remove(*state);
	return 0;
}

static void every_row_can_be_found_and_says_what_it_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		assert_ptr_equal(command_find(command->name), command);
		assert_non_null(strchr(command->name, '.'));
		assert_true(strlen(command->help) > 8);
		assert_true(command->help[strlen(command->help) - 1] != '.');
		assert_non_null(command->run);
		if (command->word) {
			assert_ptr_equal(command_find_word(command->word), command);
			assert_non_null(command->example);
		}
		if (command->reach & REACH_CLI)
			assert_non_null(command->word);
		if (command->risk >= RISK_WRITE && (command->reach & REACH_SCREEN))
			assert_non_null(command->confirm);
	}
}

static void words_are_cut_with_quotes_and_escapes(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_DEV);
	struct err e;

	struct call *call =
		call_new(app, "note.add --todo \"two  words\"  a\\\"b --migration=0042", &e);

	assert_non_null(call);
	assert_int_equal(call->arg_count, 2);
	assert_string_equal(call_arg(call, 0), "two  words");
	assert_string_equal(call_arg(call, 1), "a\"b");
	assert_true(call_has(call, "--todo"));
	assert_string_equal(call_value(call, "--migration"), "0042");
	assert_null(call_value(call, "--slot"));
	call_free(call);
	app_end(app);
}

static void a_wrong_word_names_the_nearest(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_DEV);
	struct err e;

	assert_null(call_new(app, "run.stp", &e));
	assert_string_equal(e.hint, "did you mean run.step?");
	assert_null(call_new(app, "status --chek", &e));
	assert_string_equal(e.text, "status does not know --chek");
	assert_string_equal(e.hint, "did you mean --check?");
	assert_null(call_new(app, "note.add --migration", &e));
	assert_string_equal(e.text, "--migration needs a value: --migration REV");
	assert_null(call_new(app, "status one", &e));
	assert_string_equal(e.text, "too many words: one");
	assert_null(call_new(app, "  ", &e));
	app_end(app);
}

struct ending {
	int calls;
	enum exit_code exit;
	char text[256];
};

static void on_done(void *arg, struct call *call)
{
	struct ending *ending = arg;
	ending->calls++;
	ending->exit = call->report.exit;
	snprintf(ending->text, sizeof(ending->text), "%s", call->report.error.text);
}

static void a_locked_session_starts_nothing_that_writes(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_PROD);
	struct ending ending = { 0 };
	struct err e;
	struct call *call = call_new(app, "run.step", &e);

	call_start(call, NULL, on_done, &ending);

	assert_int_equal(ending.calls, 1);
	assert_int_equal(ending.exit, EXIT_NOT_CONFIRMED);
	assert_string_equal(ending.text, "run.step is not possible now: LOCKED session; W arms it");
	app_end(app);
}

static void arming_prod_wants_the_targets_name_and_ends_after_a_quarter_hour(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_PROD);
	struct ending ending = { 0 };
	struct confirmation asked;
	struct err e;

	struct call *call = call_new(app, "session.arm", &e);
	call_confirmation(call, &asked);
	assert_int_equal(asked.level, 2);
	assert_string_equal(asked.token, "shop");
	call_start(call, NULL, on_done, &ending);
	assert_false(app->model.is_armed);

	call_start(call_new(app, "session.arm", &e), &asked, on_done, &ending);
	assert_true(app->model.is_armed);
	assert_int_equal(app->model.armed_until_us - app->model.now_us, INT64_C(15) * 60 * 1000000);

	app_start_ticking(app);
	loop_advance_ms(app->loop, 15 * 60 * 1000 + 1000);
	assert_false(app->model.is_armed);
	app_end(app);
}

static void dev_is_armed_without_a_word_or_a_limit(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_DEV);
	struct confirmation asked;
	struct err e;

	struct call *call = call_new(app, "session.arm", &e);
	call_confirmation(call, &asked);
	assert_int_equal(asked.level, 0);
	call_start(call, NULL, NULL, NULL);

	assert_true(app->model.is_armed);
	assert_int_equal(app->model.armed_until_us, 0);
	app_end(app);
}

static void a_read_only_target_is_never_armed(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_DEV);
	const char *why;
	app->target.is_read_only = true;

	app_arm(app);

	assert_false(app->model.is_armed);
	assert_false(command_is_enabled(app, command_find("session.arm"), &why));
	assert_string_equal(why, "this target is read-only");
	app_end(app);
}

static void messages_are_kept_in_a_ring(void **state)
{
	(void)state;
	struct app *app = app_new(ENV_DEV);

	for (int i = 0; i < MESSAGES_MAX + 5; i++)
		app_message(app, MESSAGE_INFO, "number %d", i);

	assert_int_equal(app->model.message_count, MESSAGES_MAX);
	assert_int_equal(app->model.message_head, 5);
	assert_string_equal(app->model.messages[4].text, "number 68");
	app_end(app);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_can_be_found_and_says_what_it_does),
		cmocka_unit_test(words_are_cut_with_quotes_and_escapes),
		cmocka_unit_test(a_wrong_word_names_the_nearest),
		cmocka_unit_test(a_locked_session_starts_nothing_that_writes),
		cmocka_unit_test(arming_prod_wants_the_targets_name_and_ends_after_a_quarter_hour),
		cmocka_unit_test(dev_is_armed_without_a_word_or_a_limit),
		cmocka_unit_test(a_read_only_target_is_never_armed),
		cmocka_unit_test(messages_are_kept_in_a_ring),
	};
	return cmocka_run_group_tests(tests, own_home, own_home_end);
}
