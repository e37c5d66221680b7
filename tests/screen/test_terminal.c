// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The console on a real pseudo terminal: it starts, follows every size, stops and comes back, and gives the terminal
 * back whatever ends it.
 */
#include "test.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app.h"
#include "screen/fixtures.h"
#include "screen/pty.h"
#include "ui/console.h"
#include "ui/frame.h"
#include "ui/term.h"

struct setup {
	const char *fixture;
	const char *term;     /* NULL = xterm-256color */
	const char *no_color; /* NULL = unset */
	const char *locale;   /* NULL = C.UTF-8 */
	struct pty pty;
};

static void start_app(struct app *app, struct loop *loop, const struct setup *setup)
{
	setenv("LC_ALL", setup->locale ? setup->locale : "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	setenv("TERM", setup->term ? setup->term : "xterm-256color", 1);
	setenv("HOME", "/dev/null/home", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("NO_COLOR");
	if (setup->no_color)
		setenv("NO_COLOR", setup->no_color, 1);
	app_init(app, loop);
	if (!fixture_fill(app, setup->fixture))
		_exit(99);
	app->model.now_us = loop_now_us(loop);
}

static int run_console(void *arg)
{
	const struct setup *setup = arg;
	struct loop *loop = loop_new();
	struct app app;
	struct err e;
	start_app(&app, loop, setup);
	struct console *console = console_open(&app, &(struct console_options){ 0 }, &e);
	if (!console)
		return 98;
	while (!app.quit) {
		app_turn(&app);
		console_draw(console);
	}
	console_close(console);
	int signum = app.interrupted;
	fixture_release(&app);
	app_release(&app);
	loop_free(loop);
	return signum ? 128 + signum : 0;
}

/* A minute of watching in which little changes, as fast as it can be drawn. */
static int run_minute(void *arg)
{
	const struct setup *setup = arg;
	struct loop *loop = loop_new();
	struct app app;
	struct err e;
	start_app(&app, loop, setup);
	struct term *term = term_curses_open(&e);
	if (!term)
		return 98;
	struct frame_options options = { .glyphs = glyphs_for_locale() };
	struct frame *frame = frame_new(&app, term, &options);
	for (int second = 0; second < 60; second += 2) {
		app.model.pool.sampled_wall_us += 2000000;
		app.model.pool.used = 49 + second % 3;
		app.model.pool.active = 14 + second % 3;
		app.model.pool.oldest.age_ms = 500 + second * 10;
		app.model.replicas.rows[0].behind_bytes = 24576 + second * 100;
		bus_post(&app.bus, EVENT_POOL);
		bus_post(&app.bus, EVENT_REPLICAS);
		bus_deliver(&app.bus);
		frame_draw(frame, false);
	}
	frame_free(frame);
	term->ops->close(term);
	fixture_release(&app);
	app_release(&app);
	loop_free(loop);
	return 0;
}

static void start(struct setup *setup, const char *fixture, int columns, int rows)
{
	*setup = (struct setup){ .fixture = fixture };
	pty_start(&setup->pty, columns, rows, run_console, setup);
	pty_wait_text(&setup->pty, "help");
}

static void it_starts_shows_the_overview_and_quits(void **state)
{
	struct setup setup;
	(void)state;
	start(&setup, "trouble", 120, 36);
	assert_true(setup.pty.is_alternate);
	assert_false(setup.pty.is_cursor_on);
	pty_wait_text(&setup.pty, "pg-c: 884 MB behind");
	pty_type(&setup.pty, "3");
	pty_wait_text(&setup.pty, "Overview › Replicas");
	pty_type(&setup.pty, "\033");
	/* The tabs, which the breadcrumb had replaced: what stands below may be left from before. */
	pty_wait_text(&setup.pty, "6 Notes");
	pty_type(&setup.pty, "q");
	int status = pty_wait_end(&setup.pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(&setup.pty);
	pty_stop(&setup.pty);
}

static void a_line_is_typed_with_readlines_keys(void **state)
{
	struct setup setup;
	(void)state;
	start(&setup, "healthy", 80, 24);
	pty_type(&setup.pty, ":mesages\001\033[C\033[C\033[Cs");
	pty_wait_text(&setup.pty, ":messages");
	assert_true(setup.pty.is_cursor_on);
	pty_type(&setup.pty, "\r");
	pty_wait_text(&setup.pty, "Overview › Messages");
	pty_stop(&setup.pty);
}

static void signals_that_end_it_give_the_terminal_back(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGQUIT };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct setup setup;
		start(&setup, "healthy", 100, 30);
		kill(setup.pty.pid, signals[i]);
		int status = pty_wait_end(&setup.pty);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 128 + signals[i]);
		pty_assert_given_back(&setup.pty);
		pty_stop(&setup.pty);
	}
}

static void a_crash_gives_the_terminal_back(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct setup setup;
		start(&setup, "healthy", 100, 30);
		kill(setup.pty.pid, signals[i]);
		int status = pty_wait_end(&setup.pty);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		pty_assert_given_back(&setup.pty);
		pty_stop(&setup.pty);
	}
}

static void a_closed_terminal_ends_it(void **state)
{
	struct setup setup;
	int status;
	(void)state;
	start(&setup, "healthy", 100, 30);
	close(setup.pty.fd);
	setup.pty.fd = -1;
	assert_int_equal(waitpid(setup.pty.pid, &status, 0), setup.pty.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	setup.pty.pid = 0;
	pty_stop(&setup.pty);
}

static void it_is_suspended_and_comes_back(void **state)
{
	struct setup setup;
	(void)state;
	start(&setup, "healthy", 100, 30);
	pty_type(&setup.pty, "\032");
	pty_wait_stop(&setup.pty);
	pty_assert_given_back(&setup.pty);
	kill(setup.pty.pid, SIGCONT);
	pty_wait_text(&setup.pty, "Needs attention");
	pty_type(&setup.pty, "q");
	pty_wait_end(&setup.pty);
	pty_assert_given_back(&setup.pty);
	pty_stop(&setup.pty);
}

static void a_storm_of_sizes_ends_in_a_clean_screen(void **state)
{
	struct setup stormy, calm;
	unsigned random = 12345;
	(void)state;
	start(&stormy, "trouble", 80, 24);
	for (int i = 0; i < 120; i++) {
		random = random * 1103515245 + 12345;
		int columns = 1 + (int)(random >> 16) % 200;
		random = random * 1103515245 + 12345;
		int rows = 1 + (int)(random >> 16) % 70;
		pty_resize(&stormy.pty, i == 60 ? 1 : columns, i == 60 ? 1 : rows);
	}
	pty_resize(&stormy.pty, 100, 30);
	start(&calm, "trouble", 100, 30);
	pty_type(&stormy.pty, "3");
	pty_type(&calm.pty, "3");
	pty_wait_text(&stormy.pty, "where the bytes wait");
	pty_wait_text(&calm.pty, "where the bytes wait");
	/* the first row has clocks and ages of two runs */
	pty_wait_same(&stormy.pty, &calm.pty, 1);
	pty_stop(&stormy.pty);
	pty_stop(&calm.pty);
}

static void hostile_text_never_reaches_the_terminal_as_it_is(void **state)
{
	struct setup setup;
	(void)state;
	start(&setup, "hostile", 200, 60);
	for (const char *key = "123456?"; *key; key++) {
		char one[] = { *key, 0 };
		pty_type(&setup.pty, one);
	}
	pty_wait_text(&setup.pty, "? Help");
	kill(setup.pty.pid, SIGTERM);
	pty_wait_end(&setup.pty);
	assert_true(setup.pty.bytes.len > 1000);
	const char *bytes = str_c(&setup.pty.bytes);
	assert_null(strstr(bytes, "\033]52"));
	assert_null(strstr(bytes, "\xe2\x80\xae"));
	assert_null(memchr(bytes, '\a', setup.pty.bytes.len));
	assert_null(memchr(bytes, 0xff, setup.pty.bytes.len));
	assert_non_null(strstr(bytes, "\\x1b]52;c;x\\x07"));
	pty_stop(&setup.pty);
}

/* A colour is chosen with 30 … 38, 40 … 48, 90 …; anything else there is bold, reverse and the like. */
static bool has_color(const char *bytes)
{
	for (const char *at = bytes; (at = strstr(at, "\033[")) != NULL; at++) {
		const char *end = at + 2 + strspn(at + 2, "0123456789;");
		for (const char *n = at + 2; *end == 'm' && n < end; n += strcspn(n, ";m") + 1)
			if ((*n == '3' || *n == '4' || *n == '9') && n[1] >= '0' && n[1] <= '8')
				return true;
	}
	return false;
}

static void run_and_quit(struct setup *setup)
{
	pty_start(&setup->pty, 80, 24, run_console, setup);
	pty_wait_text(&setup->pty, "help");
	pty_type(&setup->pty, "q");
	int status = pty_wait_end(&setup->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void no_color_means_no_colour_and_a_louder_word(void **state)
{
	struct setup plain = { .fixture = "trouble", .no_color = "1" };
	struct setup colourful = { .fixture = "trouble" };
	(void)state;
	run_and_quit(&plain);
	run_and_quit(&colourful);
	assert_false(has_color(str_c(&plain.pty.bytes)));
	assert_true(has_color(str_c(&colourful.pty.bytes)));
	assert_non_null(strstr(str_c(&plain.pty.bytes), "*** PROD ***"));
	pty_stop(&plain.pty);
	pty_stop(&colourful.pty);
}

static void every_common_terminal_is_painted(void **state)
{
	static const char *const terms[] = { "xterm-256color", "xterm", "linux", "screen", "vt100",
		"tmux-256color" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++) {
		struct setup setup = { .fixture = "trouble", .term = terms[i] };
		run_and_quit(&setup);
		assert_int_equal(
			has_color(str_c(&setup.pty.bytes)), strcmp(terms[i], "vt100") != 0);
		pty_stop(&setup.pty);
	}
}

static void an_unknown_terminal_is_refused(void **state)
{
	struct setup setup = { .fixture = "trouble", .term = "no-such-terminal" };
	(void)state;
	pty_start(&setup.pty, 80, 24, run_console, &setup);
	int status = pty_wait_end(&setup.pty);
	assert_int_equal(WEXITSTATUS(status), 98);
	assert_null(strstr(str_c(&setup.pty.bytes), "\033"));
	pty_stop(&setup.pty);
}

static void a_terminal_without_a_cursor_to_place_is_refused(void **state)
{
	struct setup setup = { .fixture = "trouble", .term = "dumb" };
	(void)state;
	pty_start(&setup.pty, 80, 24, run_console, &setup);
	int status = pty_wait_end(&setup.pty);
	assert_int_equal(WEXITSTATUS(status), 98);
	pty_stop(&setup.pty);
}

/* OSC 52 with base64; the linux console would show it as garbage. */
static void y_copies_into_the_terminals_clipboard(void **state)
{
	struct setup knows = { .fixture = "trouble" },
		     none = { .fixture = "trouble", .term = "linux" };
	(void)state;
	pty_start(&knows.pty, 120, 36, run_console, &knows);
	pty_wait_text(&knows.pty, "help");
	pty_type(&knows.pty, "2y");
	pty_wait_text(&knows.pty, "copied this row");
	assert_non_null(strstr(str_c(&knows.pty.bytes), "\033]52;c;d2ViLTcJ"));
	pty_stop(&knows.pty);
	pty_start(&none.pty, 120, 36, run_console, &none);
	pty_wait_text(&none.pty, "help");
	pty_type(&none.pty, "2y");
	pty_wait_text(&none.pty, "this terminal takes no copies");
	assert_null(strstr(str_c(&none.pty.bytes), "\033]52"));
	pty_stop(&none.pty);
}

static void the_mouse_is_taken_on_request_and_given_back(void **state)
{
	struct setup setup = { .fixture = "trouble" };
	(void)state;
	pty_start(&setup.pty, 120, 36, run_console, &setup);
	pty_wait_text(&setup.pty, "help");
	assert_null(strstr(str_c(&setup.pty.bytes), "\033[?1000h"));
	pty_type(&setup.pty, "M");
	pty_wait_text(&setup.pty, "mouse on");
	assert_non_null(strstr(str_c(&setup.pty.bytes), "\033[?1000h\033[?1006h"));
	pty_type(&setup.pty, "\033[<0;42;2M");
	pty_wait_text(&setup.pty, "Plan and history");
	pty_type(&setup.pty, "q");
	pty_wait_end(&setup.pty);
	assert_non_null(strstr(str_c(&setup.pty.bytes), "\033[?1006l\033[?1000l"));
	pty_stop(&setup.pty);
}

static void a_plain_locale_gets_ascii_only(void **state)
{
	struct setup setup = { .fixture = "hostile", .locale = "C" };
	(void)state;
	run_and_quit(&setup);
	for (size_t i = 0; i < setup.pty.bytes.len; i++)
		assert_true((unsigned char)setup.pty.bytes.data[i] < 0x80);
	pty_stop(&setup.pty);
}

static void a_minute_of_watching_sends_little(void **state)
{
	struct setup setup = { .fixture = "healthy" };
	(void)state;
	pty_start(&setup.pty, 120, 36, run_minute, &setup);
	int status = pty_wait_end(&setup.pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	print_message("first screen and a minute: %zu bytes\n", setup.pty.bytes.len);
	assert_true(setup.pty.bytes.len < 10000 + 12000);
	pty_stop(&setup.pty);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(120); /* nothing here takes seconds; a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_shows_the_overview_and_quits),
		cmocka_unit_test(a_line_is_typed_with_readlines_keys),
		cmocka_unit_test(signals_that_end_it_give_the_terminal_back),
		cmocka_unit_test(a_crash_gives_the_terminal_back),
		cmocka_unit_test(a_closed_terminal_ends_it),
		cmocka_unit_test(it_is_suspended_and_comes_back),
		cmocka_unit_test(a_storm_of_sizes_ends_in_a_clean_screen),
		cmocka_unit_test(hostile_text_never_reaches_the_terminal_as_it_is),
		cmocka_unit_test(no_color_means_no_colour_and_a_louder_word),
		cmocka_unit_test(every_common_terminal_is_painted),
		cmocka_unit_test(an_unknown_terminal_is_refused),
		cmocka_unit_test(a_terminal_without_a_cursor_to_place_is_refused),
		cmocka_unit_test(the_mouse_is_taken_on_request_and_given_back),
		cmocka_unit_test(y_copies_into_the_terminals_clipboard),
		cmocka_unit_test(a_plain_locale_gets_ascii_only),
		cmocka_unit_test(a_minute_of_watching_sends_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
