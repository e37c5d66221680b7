// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What works on what is shown: copy, record, search.
 */
#include "test.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "screen/console_world.h"
#include "ui/frame_private.h"

static struct console_world world;

static void open_world(const char *fixture)
{
	assert_true(console_world_open(&world, fixture, 120, 36, "utf8", "dusk"));
	console_world_draw(&world);
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
	console_world_draw(&world);
}

static bool shows(const char *text)
{
	const struct surface *s = frame_surface(world.frame);
	bool found = false;
	for (int y = 0; y < s->height && !found; y++) {
		char *row = surface_row_text(s, y);
		found = strstr(row, text) != NULL;
		free(row);
	}
	return found;
}

static void the_selected_row_is_copied(void **state)
{
	(void)state;
	open_world("trouble");
	type("2 y");
	assert_memory_equal(world.term.copied, "web-7\t41\t20\t9\t12\t", 17);
	assert_true(shows("copied this row"));
}

static void a_key_that_does_nothing_is_named_as_it_was_pressed(void **state)
{
	(void)state;
	open_world("stepping");
	type("do:view.go_step Enter");
	assert_true(shows("Enter does nothing here; ? shows what does"));
}

static void what_a_view_is_about_is_copied_before_its_row(void **state)
{
	(void)state;
	open_world("stepping");
	type("do:view.go_step y");
	assert_non_null(strstr(world.term.copied, "CONCURRENTLY"));
	type("do:view.go_notes y");
	assert_non_null(strstr(world.term.copied, "Paused slot_pg-c for the vacuum"));
	type("1 do:item.copy_screen");
	assert_memory_equal(world.term.copied, " PROD  payments-prod", 20);
}

/* Names of others stand in it, and it will be pasted into a shell. */
static void no_control_byte_is_copied(void **state)
{
	(void)state;
	open_world("hostile");
	for (const char *view = "2346"; *view; view++) {
		char keys[] = { *view, ' ', 'y', '\0' };
		world.term.copied[0] = '\0';
		type(keys);
		assert_true(world.term.copied[0]);
		for (const char *c = world.term.copied; *c; c++)
			assert_true(*c == '\n' || *c == '\t' || (unsigned char)*c >= 0x20);
	}
}

/* y means yes, and y copies: held down a little too long after a yes it does not copy. */
static void a_key_held_down_after_a_yes_says_nothing_more(void **state)
{
	(void)state;
	open_world("trouble");
	type("2");
	world.frame->yes_key = (struct key){ 'y', 0 };
	world.frame->yes_us = world.app.model.now_us;
	type("y wait:300 y wait:300 y");
	assert_string_equal(world.term.copied, "");
	type("wait:600 y");
	assert_memory_equal(world.term.copied, "web-7", 5);
}

static void a_terminal_that_takes_no_copies_is_told_apart(void **state)
{
	(void)state;
	open_world("healthy");
	world.term.takes_copies = false;
	type("2 y");
	assert_true(shows("this terminal takes no copies (OSC 52)"));
}

static void a_record_shows_every_column_of_the_row(void **state)
{
	(void)state;
	open_world("trouble");
	type("3 x");
	assert_true(shows("REPLY"));
	assert_true(shows("pg-c"));
	type("1 do:item.record");
	assert_true(shows("no row is selected here"));
}

static void show_hundred_lines(void)
{
	struct str text = { 0 };
	for (int i = 1; i <= 100; i++)
		str_addf(&text, "line %d%s\n", i, i % 40 == 0 ? " needle" : "");
	frame_show_text(world.frame, "a hundred lines", str_c(&text));
	str_release(&text);
	console_world_draw(&world);
}

static void a_text_is_searched_and_its_matches_walked(void **state)
{
	(void)state;
	open_world("healthy");
	show_hundred_lines();
	assert_false(shows("line 40 needle"));
	type("do:list.filter_needle");
	assert_true(shows("line 40 needle"));
	assert_false(shows("line 39"));
	type("n");
	assert_false(shows("line 40 "));
	assert_true(shows("line 80 needle"));
	type("n");
	assert_true(shows("line 40 needle"));
	type("N");
	assert_true(shows("line 80 needle"));
	type("do:list.filter_haystack");
	assert_true(shows("haystack does not occur here"));
}

static void scrolling_ends_with_the_text(void **state)
{
	(void)state;
	open_world("healthy");
	show_hundred_lines();
	type("G j j j k");
	assert_false(shows("line 100"));
	assert_true(shows("line 99"));
}

static void mouse(enum mouse_act act, int x, int y)
{
	frame_mouse(world.frame, (struct mouse){ act, x, y });
	console_world_draw(&world);
}

/* The row the text stands in; -1 = nowhere. */
static int row_of(const char *text)
{
	const struct surface *s = frame_surface(world.frame);
	for (int y = 0; y < s->height; y++) {
		char *row = surface_row_text(s, y);
		bool is_here = strstr(row, text) != NULL;
		free(row);
		if (is_here)
			return y;
	}
	return -1;
}

static bool is_selected(const char *text)
{
	int y = row_of(text);
	return y >= 0 && surface_cell(frame_surface(world.frame), 10, y)->role == ROLE_SELECTED;
}

static void a_click_goes_to_a_tab_and_selects_a_row(void **state)
{
	(void)state;
	open_world("trouble");
	mouse(MOUSE_CLICK, 41, 1);
	assert_string_equal(frame_view(world.frame)->name, "migrations");
	assert_true(is_selected("NEXT"));
	mouse(MOUSE_CLICK, 12, row_of("drop_legacy"));
	assert_true(is_selected("▸■"));
	mouse(MOUSE_CLICK, 12, row_of("6 d ago"));
	assert_true(is_selected("6 d ago"));
	mouse(MOUSE_WHEEL_UP, 12, 5);
	assert_false(is_selected("6 d ago"));
}

static void a_click_focuses_the_panel_under_it(void **state)
{
	(void)state;
	open_world("trouble");
	mouse(MOUSE_CLICK, 100, 25);
	assert_int_equal(world.frame->focus, 3);
	mouse(MOUSE_CLICK, 5, 5);
	assert_int_equal(world.frame->focus, 0);
	mouse(MOUSE_CLICK, 500, 500);
	assert_int_equal(world.frame->focus, 0);
}

static void the_mouse_answers_no_question_and_rests_while_a_line_is_typed(void **state)
{
	(void)state;
	open_world("stepping");
	type("prompt:rollback");
	mouse(MOUSE_CLICK, 5, 5);
	assert_true(world.frame->prompt.is_open);
	type("Esc M");
	assert_true(world.term.has_mouse);
	type(":");
	assert_false(world.term.has_mouse);
	type("Esc");
	assert_true(world.term.has_mouse);
	type("M");
	assert_false(world.term.has_mouse);
}

#define TEST(test) cmocka_unit_test_teardown(test, world_close)

int main(void)
{
	setlocale(LC_ALL, "");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/dev/null/home", 1);
	setenv("INPUTRC", "/dev/null", 1);
	const struct CMUnitTest tests[] = {
		TEST(the_selected_row_is_copied),
		TEST(a_key_that_does_nothing_is_named_as_it_was_pressed),
		TEST(what_a_view_is_about_is_copied_before_its_row),
		TEST(no_control_byte_is_copied),
		TEST(a_key_held_down_after_a_yes_says_nothing_more),
		TEST(a_terminal_that_takes_no_copies_is_told_apart),
		TEST(a_record_shows_every_column_of_the_row),
		TEST(a_text_is_searched_and_its_matches_walked),
		TEST(scrolling_ends_with_the_text),
		TEST(a_click_goes_to_a_tab_and_selects_a_row),
		TEST(a_click_focuses_the_panel_under_it),
		TEST(the_mouse_answers_no_question_and_rests_while_a_line_is_typed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
