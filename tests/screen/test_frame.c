// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * How the frame behaves: when it draws, how much, and that no heap of keys, pastes and sizes does harm.
 */
#include "test.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "scratch.h"
#include "screen/console_world.h"
#include "ui/frame_private.h"
#include "ui/lineedit.h"

static struct console_world world;

static void open_world(const char *fixture)
{
	assert_true(console_world_open(&world, fixture, 120, 36, "utf8", "dusk"));
	console_world_draw(&world);
	world.term.puts = world.term.flushes = 0;
}

static int world_close(void **state)
{
	(void)state;
	console_world_close(&world);
	return 0;
}

static void type(const char *words)
{
	char bad[64];
	if (!console_world_type(&world, words, bad))
		fail_msg("no such key: %s", bad);
}

static void assert_shows(const char *text)
{
	const struct surface *s = frame_surface(world.frame);
	bool found = false;
	for (int y = 0; y < s->height && !found; y++) {
		char *row = surface_row_text(s, y);
		found = strstr(row, text) != NULL;
		free(row);
	}
	if (!found)
		fail_msg("\"%s\" is not on the screen", text);
}

static void news_post(enum event_kind kind)
{
	bus_post(&world.app.bus, kind);
	bus_deliver(&world.app.bus);
	frame_draw_if_due(world.frame);
}

static void only_cells_that_changed_are_put(void **state)
{
	(void)state;
	open_world("healthy");
	frame_draw(world.frame, true);
	assert_int_equal(world.term.puts, 0);
	world.app.model.pool.used = 48;
	news_post(EVENT_POOL);
	loop_advance_ms(world.loop, 50);
	assert_in_range(world.term.puts, 1, 4);
}

static void many_news_are_one_frame_in_33_ms(void **state)
{
	(void)state;
	open_world("healthy");
	loop_advance_ms(world.loop, 100);
	news_post(EVENT_POOL);
	assert_int_equal(world.term.flushes, 1);
	for (int i = 0; i < 20; i++) {
		loop_advance_ms(world.loop, 1);
		news_post(EVENT_POOL);
	}
	assert_int_equal(world.term.flushes, 1);
	loop_advance_ms(world.loop, 40);
	assert_int_equal(world.term.flushes, 2);
	loop_advance_ms(world.loop, 1000);
	assert_int_equal(world.term.flushes, 2);
}

static void a_key_is_painted_within_5_ms_of_any_frame(void **state)
{
	struct key down = { KEYSYM_DOWN, 0 };
	(void)state;
	open_world("healthy");
	loop_advance_ms(world.loop, 100);
	news_post(EVENT_POOL);
	frame_key(world.frame, down);
	frame_draw_if_due(world.frame);
	loop_advance_ms(world.loop, 5);
	assert_int_equal(world.term.flushes, 2);
}

static void a_paused_picture_stands_still_while_samples_come(void **state)
{
	(void)state;
	open_world("healthy");
	world.app.model.is_paused = true;
	news_post(EVENT_TICK);
	console_world_draw(&world);
	world.app.model.pool.used = 190;
	news_post(EVENT_POOL);
	console_world_draw(&world);
	assert_shows("49/197");
	assert_shows("PAUSED");
	world.app.model.is_paused = false;
	news_post(EVENT_TICK);
	console_world_draw(&world);
	assert_shows("190/197");
}

static void the_terminals_title_names_environment_and_lock(void **state)
{
	(void)state;
	open_world("healthy");
	assert_string_equal(world.term.title, "PROD payments-prod LOCKED - dbtop");
	world.app.model.is_armed = true;
	news_post(EVENT_ARMED);
	console_world_draw(&world);
	assert_string_equal(world.term.title, "PROD payments-prod ARMED - dbtop");
}

static void an_error_stays_until_esc_and_an_info_goes_by_itself(void **state)
{
	(void)state;
	open_world("healthy");
	app_message(&world.app, MESSAGE_INFO, "an info");
	console_world_draw(&world);
	assert_shows("an info");
	type("wait:4100");
	assert_null(frame_message(world.frame));
	app_message(&world.app, MESSAGE_ERROR, "an error");
	type("wait:60000");
	assert_shows("an error");
	type("Esc");
	assert_null(frame_message(world.frame));
}

static void a_locked_console_refuses_to_step_and_says_why(void **state)
{
	(void)state;
	open_world("healthy");
	type("do:run.step");
	assert_shows("LOCKED session; W arms it");
	assert_false(world.frame->prompt.is_open);
}

static void a_theme_is_changed_and_a_missing_one_refused(void **state)
{
	(void)state;
	open_world("healthy");
	type("do:theme.set_paper");
	assert_string_equal(world.frame->theme.name, "paper");
	assert_true(world.term.puts > 1000);
	type("do:theme.set_papre");
	assert_shows("did you mean \"paper\"?");
	assert_string_equal(world.frame->theme.name, "paper");
}

static void settings_show_a_theme_at_once_and_take_it_back(void **state)
{
	(void)state;
	open_world("healthy");
	type("F2 Down Down");
	assert_string_equal(world.frame->theme.name, "native");
	type("Esc");
	assert_string_equal(world.frame->theme.name, "dusk");
	assert_string_equal(frame_view(world.frame)->name, "overview");
	type("F2 G Enter");
	assert_string_equal(world.frame->theme.name, "tidal");
	assert_string_equal(frame_view(world.frame)->name, "overview");
}

static void a_saved_theme_is_read_again(void **state)
{
	(void)state;
	char *dir = scratch_new();
	free(scratch_write(
		dir, "dbtop/themes/mine.theme", "inherit = dusk\n[roles]\ntitle = default bold\n"));
	setenv("XDG_CONFIG_HOME", dir, 1);
	open_world("healthy");
	type("do:theme.set_mine");
	assert_false(world.frame->theme.roles[ROLE_TITLE].underline);
	free(scratch_write(dir, "dbtop/themes/mine.theme",
		"inherit = dusk\n[roles]\ntitle = default underline\nnonsense\n"));
	frame_reload_theme(world.frame);
	assert_true(world.frame->theme.roles[ROLE_TITLE].underline);
	console_world_draw(&world);
	assert_shows("mine.theme:4: not `key = value`: \"nonsense\"");
	unsetenv("XDG_CONFIG_HOME");
	scratch_remove(dir);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

/* Leaves out ^Z, and commands that would end or leave the program or reach for a server. */
static void random_key(unsigned *seed)
{
	static const char keys[] = "123456789hjklgGzpWmr+-:/?sSxXcCdDnNiuUbRATty<>[]{} *aeqKQM@";
	static const uint32_t syms[] = { KEYSYM_ENTER, KEYSYM_TAB, KEYSYM_ESC, KEYSYM_UP,
		KEYSYM_DOWN, KEYSYM_LEFT, KEYSYM_RIGHT, KEYSYM_HOME, KEYSYM_END, KEYSYM_PAGE_UP,
		KEYSYM_PAGE_DOWN, KEYSYM_BACKSPACE, KEYSYM_DELETE, KEYSYM_F1, KEYSYM_SPACE };
	struct key key = { 0 };
	unsigned pick = next_random(seed) % 100;
	if (pick < 60)
		key.code = (uint32_t)keys[next_random(seed) % (sizeof(keys) - 1)];
	else
		key.code = syms[next_random(seed) % ARRAY_SIZE(syms)];
	if (lineedit_is_open() && key.code < 0x80) {
		char byte = (char)key.code;
		frame_bytes(world.frame, span_from(&byte, 1));
	} else if (!lineedit_is_open() || key.code != KEYSYM_ENTER) {
		frame_key(world.frame, key);
	}
	if (pick == 99)
		frame_paste(world.frame, span_of("run 0042.2\ndrop_legacy\r"));
}

static void no_heap_of_keys_and_sizes_does_harm(void **state)
{
	static const char *const fixtures[] = { "trouble", "empty", "restricted", "disconnected",
		"hostile", "failed" };
	unsigned seed = 7;
	(void)state;
	for (size_t f = 0; f < ARRAY_SIZE(fixtures); f++) {
		open_world(fixtures[f]);
		world.app.model.is_armed = false;
		for (int i = 0; i < 3000; i++) {
			random_key(&seed);
			bus_deliver(&world.app.bus);
			if (i % 50 == 0) {
				world.term.columns = 1 + (int)(next_random(&seed) % 150);
				world.term.rows = 1 + (int)(next_random(&seed) % 50);
				frame_resize(world.frame);
			}
			if (i % 5 == 0)
				console_world_draw(&world);
			assert_null(world.app.run);
			world.app.quit = false;
			world.app.model.is_armed = false;
		}
		if (f + 1 < ARRAY_SIZE(fixtures))
			console_world_close(&world);
	}
}

#define TEST(test) cmocka_unit_test_teardown(test, world_close)

int main(void)
{
	setlocale(LC_ALL, "");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("NO_COLOR");
	setenv("HOME", "/dev/null/home", 1);
	setenv("INPUTRC", "/dev/null", 1);
	const struct CMUnitTest tests[] = {
		TEST(only_cells_that_changed_are_put),
		TEST(many_news_are_one_frame_in_33_ms),
		TEST(a_key_is_painted_within_5_ms_of_any_frame),
		TEST(a_paused_picture_stands_still_while_samples_come),
		TEST(the_terminals_title_names_environment_and_lock),
		TEST(an_error_stays_until_esc_and_an_info_goes_by_itself),
		TEST(a_locked_console_refuses_to_step_and_says_why),
		TEST(a_theme_is_changed_and_a_missing_one_refused),
		TEST(settings_show_a_theme_at_once_and_take_it_back),
		TEST(a_saved_theme_is_read_again),
		TEST(no_heap_of_keys_and_sizes_does_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
