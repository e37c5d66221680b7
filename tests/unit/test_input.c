// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "ui/input.h"

struct world {
	struct loop *loop;
	struct input *input;
	struct str seen; /* "q " for keys, "paste(text) ", "bytes(text) " */
	bool flushes;
};

static void see_key(void *arg, struct key key)
{
	struct world *w = arg;
	char name[KEY_NAME_BYTES];
	key_name(key, name);
	str_addf(&w->seen, "%s ", name);
	if (w->flushes)
		input_flush(w->input);
}

static void see_mouse(void *arg, struct mouse mouse)
{
	static const char *const words[] = { "click", "up", "down" };
	struct world *w = arg;
	str_addf(&w->seen, "%s(%d,%d) ", words[mouse.act], mouse.x, mouse.y);
}

static void see_paste(void *arg, struct span text)
{
	struct world *w = arg;
	str_addf(&w->seen, "paste(%.*s) ", (int)text.len, text.data);
}

static void see_bytes(void *arg, struct span bytes)
{
	struct world *w = arg;
	str_addf(&w->seen, "bytes(%.*s) ", (int)bytes.len, bytes.data);
}

static void see_lost(void *arg)
{
	struct world *w = arg;
	str_add(&w->seen, "lost ");
}

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct input_handler handler = { see_key, see_mouse, see_paste, see_bytes, see_lost, w };
	w->loop = loop_new_virtual();
	w->input = input_new(w->loop, "xterm-256color", 25, handler);
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	input_free(w->input);
	loop_free(w->loop);
	str_release(&w->seen);
	free(w);
	return 0;
}

static void push(struct world *w, const char *bytes)
{
	input_push(w->input, bytes, strlen(bytes));
}

static void keys_are_told_in_order(void **state)
{
	struct world *w = *state;
	push(w, "qW\r\t \x7f\x03");
	assert_string_equal(str_c(&w->seen), "q W Enter Tab Space BSpace ^C ");
}

static void sequences_of_terminals_become_keys(void **state)
{
	struct world *w = *state;
	push(w, "\033[A\033OB\033[5~\033[Z\033[1;5C\033OP\0331é");
	assert_string_equal(str_c(&w->seen), "Up Down PgUp S-Tab C-Right F1 M-1 é ");
}

static void a_sequence_cut_in_two_waits_for_its_rest(void **state)
{
	struct world *w = *state;
	push(w, "\033[");
	loop_advance_ms(w->loop, 10);
	push(w, "A\xc3");
	push(w, "\xa9");
	assert_string_equal(str_c(&w->seen), "Up é ");
}

static void a_lone_esc_is_a_key_after_its_delay(void **state)
{
	struct world *w = *state;
	push(w, "\033");
	loop_advance_ms(w->loop, 10);
	assert_string_equal(str_c(&w->seen), "");
	loop_advance_ms(w->loop, 50);
	assert_string_equal(str_c(&w->seen), "Esc ");
	push(w, "q");
	assert_string_equal(str_c(&w->seen), "Esc q ");
}

static void a_paste_is_one_thing_however_it_is_cut(void **state)
{
	struct world *w = *state;
	push(w, "a\033[20");
	push(w, "0~drop\rtable\033[2");
	push(w, "x\033[201");
	push(w, "~b");
	assert_string_equal(str_c(&w->seen), "a paste(drop\rtable\033[2x) b ");
}

static void while_a_line_is_edited_bytes_go_through(void **state)
{
	struct world *w = *state;
	input_line_mode(w->input, true);
	push(w, "ab\033[Dc\003\0332d");
	assert_string_equal(str_c(&w->seen), "bytes(ab\033[Dc) ^C M-2 bytes(d) ");
	str_clear(&w->seen);
	push(w, "\033");
	loop_advance_ms(w->loop, 50);
	assert_string_equal(str_c(&w->seen), "Esc ");
}

static void typeahead_is_dropped_on_request(void **state)
{
	struct world *w = *state;
	w->flushes = true;
	push(w, "syyy\r");
	assert_string_equal(str_c(&w->seen), "s ");
	push(w, "n");
	assert_string_equal(str_c(&w->seen), "s n ");
}

static void the_mouse_and_nonsense_are_no_keys(void **state)
{
	struct world *w = *state;
	push(w, "\033[<0;10;12M\033[<0;10;12m\033[I\033[99~q");
	assert_string_equal(str_c(&w->seen), "click(9,11) q ");
}

static void the_wheel_is_told_other_buttons_are_not(void **state)
{
	struct world *w = *state;
	push(w, "\033[<64;1;1M\033[<65;2;1M\033[<2;5;5M\033[<35;7;7M");
	assert_string_equal(str_c(&w->seen), "up(0,0) down(1,0) ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_are_told_in_order),
		TEST(sequences_of_terminals_become_keys),
		TEST(a_sequence_cut_in_two_waits_for_its_rest),
		TEST(a_lone_esc_is_a_key_after_its_delay),
		TEST(a_paste_is_one_thing_however_it_is_cut),
		TEST(while_a_line_is_edited_bytes_go_through),
		TEST(typeahead_is_dropped_on_request),
		TEST(the_mouse_and_nonsense_are_no_keys),
		TEST(the_wheel_is_told_other_buttons_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
