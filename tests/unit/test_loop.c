// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "loop/loop.h"

/* What happened, in order, one letter each. */
struct story {
	struct loop *loop;
	struct str text;
	struct loop_timer *timer;
	struct loop_watch *watch;
	int fd;
};

static void story_begin(struct story *s, struct loop *loop)
{
	*s = (struct story){ .loop = loop };
}

static void story_end(struct story *s)
{
	loop_free(s->loop);
	str_release(&s->text);
}

static void add_a(void *arg)
{
	str_add_char(&((struct story *)arg)->text, 'a');
}

static void add_b(void *arg)
{
	str_add_char(&((struct story *)arg)->text, 'b');
}

static void add_c_soon_after_b(void *arg)
{
	struct story *s = arg;
	add_b(s);
	loop_soon(s->loop, add_a, s);
}

static void timers_fire_in_order_of_due_time_not_of_starting(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	loop_timer_start(s.loop, 60000, 0, add_b, &s);
	loop_timer_start(s.loop, 30000, 0, add_a, &s);
	loop_advance_ms(s.loop, 59999);
	assert_string_equal(str_c(&s.text), "a");
	loop_advance_ms(s.loop, 1);
	assert_string_equal(str_c(&s.text), "ab");
	story_end(&s);
}

static void equal_due_times_fire_in_order_of_starting(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	for (int i = 0; i < 50; i++)
		loop_timer_start(s.loop, 10, 0, i % 2 ? add_b : add_a, &s);
	loop_advance_ms(s.loop, 10);
	assert_int_equal(s.text.len, 50);
	for (size_t i = 0; i < 50; i++)
		assert_int_equal(s.text.data[i], i % 2 ? 'b' : 'a');
	story_end(&s);
}

static void a_repeating_timer_keeps_its_beat_until_stopped(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	struct loop_timer *timer = loop_timer_start(s.loop, 100, 1000, add_a, &s);
	loop_advance_ms(s.loop, 3100);
	assert_string_equal(str_c(&s.text), "aaaa");
	loop_timer_stop(timer);
	loop_advance_ms(s.loop, 10000);
	assert_string_equal(str_c(&s.text), "aaaa");
	story_end(&s);
}

/* Fault row 22. */
static void after_eight_hours_of_sleep_a_repeating_timer_fires_once_and_keeps_its_beat(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());
	struct loop_timer *timer = loop_timer_start(s.loop, 1000, 1000, add_a, &s);

	loop_sleep_ms(s.loop, INT64_C(8) * 3600 * 1000);
	loop_advance_ms(s.loop, 0);
	assert_string_equal(str_c(&s.text), "a");
	loop_advance_ms(s.loop, 3000);
	assert_string_equal(str_c(&s.text), "aaaa");
	loop_timer_stop(timer);
	story_end(&s);
}

static void stop_own_timer(void *arg)
{
	struct story *s = arg;
	add_a(s);
	loop_timer_stop(s->timer);
}

static void a_timer_may_stop_itself_in_its_callback(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	s.timer = loop_timer_start(s.loop, 1, 1, stop_own_timer, &s);
	loop_advance_ms(s.loop, 100);
	assert_string_equal(str_c(&s.text), "a");
	story_end(&s);
}

static void a_timer_may_stop_another_that_is_due_too(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	loop_timer_start(s.loop, 5, 0, stop_own_timer, &s);
	s.timer = loop_timer_start(s.loop, 5, 0, add_b, &s);
	loop_advance_ms(s.loop, 5);
	assert_string_equal(str_c(&s.text), "a");
	story_end(&s);
}

static void what_a_callback_asks_for_soon_comes_on_the_next_turn(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());

	loop_soon(s.loop, add_c_soon_after_b, &s);
	assert_string_equal(str_c(&s.text), "");
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "b");
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "ba");
	story_end(&s);
}

static void virtual_clocks_move_together(void **state)
{
	(void)state;
	struct loop *loop = loop_new_virtual();
	const struct clock *clock = loop_clock(loop);
	int64_t mono_us = clock_mono_us(clock);
	int64_t wall_us = clock_wall_us(clock);

	loop_advance_ms(loop, 86400000);
	assert_int_equal(clock_mono_us(clock) - mono_us, INT64_C(86400000000));
	assert_int_equal(clock_wall_us(clock) - wall_us, INT64_C(86400000000));
	loop_free(loop);
}

static void on_ready(void *arg, int events)
{
	struct story *s = arg;
	str_addf(&s->text, "%d", events);
	loop_virtual_ready(s->loop, 7, 0);
}

static void a_virtual_watch_hears_only_what_it_asked_for(void **state)
{
	(void)state;
	struct story s;
	struct err e;
	story_begin(&s, loop_new_virtual());
	struct loop_watch *watch = loop_watch_start(s.loop, 7, LOOP_READ, on_ready, &s, &e);

	loop_virtual_ready(s.loop, 7, LOOP_WRITE);
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "");
	loop_watch_set(watch, LOOP_READ | LOOP_WRITE);
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "2");
	loop_watch_stop(watch);
	loop_virtual_ready(s.loop, 7, LOOP_READ);
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "2");
	story_end(&s);
}

static void add_addresses(
	void *arg, const char *const *addresses, size_t count, const struct err *e)
{
	struct story *s = arg;
	for (size_t i = 0; i < count; i++)
		str_addf(&s->text, "%s;", addresses[i]);
	if (e)
		str_addf(&s->text, "%s", e->text);
}

static void virtual_names_resolve_to_what_was_told_or_fail_or_hang(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new_virtual());
	loop_virtual_host(s.loop, "db", "192.0.2.1 2001:db8::1");
	loop_virtual_host(s.loop, "frozen", NULL);

	loop_resolve_start(s.loop, "frozen", add_addresses, &s);
	loop_resolve_start(s.loop, "db", add_addresses, &s);
	assert_string_equal(str_c(&s.text), "");
	loop_advance_ms(s.loop, 3600000);
	assert_string_equal(str_c(&s.text), "192.0.2.1;2001:db8::1;");
	str_clear(&s.text);
	loop_resolve_start(s.loop, "nowhere", add_addresses, &s);
	loop_advance_ms(s.loop, 0);
	assert_string_equal(
		str_c(&s.text), "cannot find the host \"nowhere\": unknown node or service");
	str_clear(&s.text);
	story_end(&s);
}

static void on_socket(void *arg, int events)
{
	struct story *s = arg;
	char byte;

	assert_true(events & LOOP_READ);
	assert_int_equal(read(s->fd, &byte, 1), 1);
	str_add_char(&s->text, byte);
	loop_watch_stop(s->watch);
}

static void a_real_watch_reports_a_readable_socket_and_stops_for_good(void **state)
{
	(void)state;
	struct story s;
	struct err e;
	int pair[2];
	story_begin(&s, loop_new());
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	s.fd = pair[0];
	s.watch = loop_watch_start(s.loop, pair[0], LOOP_READ, on_socket, &s, &e);

	assert_int_equal(write(pair[1], "xy", 2), 2);
	loop_turn(s.loop, true);
	loop_turn(s.loop, false);
	assert_string_equal(str_c(&s.text), "x");

	/* The same descriptor may be watched again. */
	s.watch = loop_watch_start(s.loop, pair[0], LOOP_READ, on_socket, &s, &e);
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "xy");
	close(pair[0]);
	close(pair[1]);
	story_end(&s);
}

static void a_dead_socket_is_reported_as_readable_and_writable(void **state)
{
	(void)state;
	struct story s;
	struct err e;
	int pipes[2];
	story_begin(&s, loop_new());
	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]); /* the writing end of a pipe without reader polls as an error */
	s.watch = loop_watch_start(s.loop, pipes[1], LOOP_READ, on_ready, &s, &e);

	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "3");
	loop_watch_stop(s.watch);
	close(pipes[1]);
	story_end(&s);
}

static void a_regular_file_cannot_be_watched(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	struct err e;
	FILE *file = tmpfile();

	assert_null(loop_watch_start(loop, fileno(file), LOOP_READ, on_ready, NULL, &e));
	assert_int_equal(e.kind, ERR_IO);
	fclose(file);
	loop_free(loop);
}

static void real_timers_end_a_wait_and_never_come_early(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());
	int64_t start_us = clock_mono_us(&clock_system);

	loop_timer_start(s.loop, 20, 0, add_a, &s);
	while (s.text.len == 0)
		loop_turn(s.loop, true);
	assert_true(clock_mono_us(&clock_system) - start_us >= 20000);
	story_end(&s);
}

static void a_timer_due_before_the_alarm_ends_the_wait_and_a_stopped_one_does_not_fire(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());
	int64_t start_us = clock_mono_us(&clock_system);

	struct loop_timer *late = loop_timer_start(s.loop, 3600000, 0, add_a, &s);
	struct loop_timer *stopped = loop_timer_start(s.loop, 20, 0, add_a, &s);
	loop_wake(s.loop);
	loop_turn(s.loop, true); /* the alarm is set for the one that is stopped now */
	loop_timer_stop(stopped);
	loop_timer_start(s.loop, 40, 0, add_b, &s);
	while (s.text.len == 0)
		loop_turn(s.loop, true);
	int64_t took_us = clock_mono_us(&clock_system) - start_us;

	assert_string_equal(str_c(&s.text), "b");
	assert_true(took_us >= 40000 && took_us < 3600000000);
	loop_timer_stop(late);
	story_end(&s);
}

/* Armed in one turn, due while the next one begins: there the ringing may come before the wait. */
static void an_alarm_that_rings_before_the_wait_ends_it_all_the_same(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());
	alarm(60); /* a wait without an end would say nothing */

	for (int i = 0; i < 200; i++) {
		str_clear(&s.text);
		loop_timer_start(s.loop, 2, 0, add_a, &s);
		int64_t near_us = clock_mono_us(&clock_system) + 1000 + i * 5;
		loop_wake(s.loop);
		loop_turn(s.loop, true);
		while (clock_mono_us(&clock_system) < near_us)
			;
		while (!str_c(&s.text)[0])
			loop_turn(s.loop, true);
	}

	alarm(0);
	story_end(&s);
}

static void on_signal(void *arg, int signum)
{
	struct story *s = arg;
	str_addf(&s->text, "%d", signum == SIGUSR1);
}

static void signals_arrive_in_the_loop_until_given_back(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());

	loop_signal(s.loop, SIGUSR1, on_signal, &s);
	raise(SIGUSR1);
	loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "1");
	loop_signal(s.loop, SIGUSR1, NULL, NULL);
	struct sigaction action;
	sigaction(SIGUSR1, NULL, &action);
	assert_true(action.sa_handler == SIG_DFL);
	story_end(&s);
}

static void work_runs_off_the_loop_and_ends_in_it(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());

	loop_work_start(s.loop, add_a, add_b, &s);
	while (s.text.len < 2)
		loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "ab");
	story_end(&s);
}

static void numeric_addresses_resolve_without_a_name_server(void **state)
{
	(void)state;
	struct story s;
	story_begin(&s, loop_new());

	loop_resolve_start(s.loop, "127.0.0.1", add_addresses, &s);
	while (s.text.len == 0)
		loop_turn(s.loop, true);
	assert_string_equal(str_c(&s.text), "127.0.0.1;");
	story_end(&s);
}

static void a_name_no_resolver_takes_fails_on_a_later_turn(void **state)
{
	(void)state;
	struct story s;
	char name[2000];
	story_begin(&s, loop_new());
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';

	loop_resolve_start(s.loop, name, add_addresses, &s);
	assert_int_equal(s.text.len, 0);
	while (s.text.len == 0)
		loop_turn(s.loop, true);
	assert_non_null(strstr(str_c(&s.text), "cannot find the host"));
	story_end(&s);
}

static void use_deep_stack(void *arg)
{
	volatile char deep[20 << 20];
	deep[0] = 1;
	deep[sizeof(deep) - 1] = 2;
	*(int *)arg = deep[0] + deep[sizeof(deep) - 1];
}

static void a_thread_has_the_stack_it_was_given(void **state)
{
	(void)state;
	int sum = 0;
	struct loop_thread *thread = loop_thread_start(64 << 20, use_deep_stack, &sum);
	loop_thread_join(thread);
	assert_int_equal(sum, 3);
}

static void a_wake_ends_a_wait(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	loop_wake(loop);
	loop_turn(loop, true); /* would wait for ever */
	loop_free(loop);
}

static void memory_let_go_of_lives_until_the_end_of_the_turn(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	char *memory = strdup("still here");
	loop_defer_free(loop, memory);
	loop_turn(loop, false);
	assert_string_equal(memory, "still here");
	loop_free_deferred(loop);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_order_of_due_time_not_of_starting),
		cmocka_unit_test(equal_due_times_fire_in_order_of_starting),
		cmocka_unit_test(a_repeating_timer_keeps_its_beat_until_stopped),
		cmocka_unit_test(
			after_eight_hours_of_sleep_a_repeating_timer_fires_once_and_keeps_its_beat),
		cmocka_unit_test(a_timer_may_stop_itself_in_its_callback),
		cmocka_unit_test(a_timer_may_stop_another_that_is_due_too),
		cmocka_unit_test(what_a_callback_asks_for_soon_comes_on_the_next_turn),
		cmocka_unit_test(virtual_clocks_move_together),
		cmocka_unit_test(a_virtual_watch_hears_only_what_it_asked_for),
		cmocka_unit_test(virtual_names_resolve_to_what_was_told_or_fail_or_hang),
		cmocka_unit_test(a_real_watch_reports_a_readable_socket_and_stops_for_good),
		cmocka_unit_test(a_dead_socket_is_reported_as_readable_and_writable),
		cmocka_unit_test(a_regular_file_cannot_be_watched),
		cmocka_unit_test(real_timers_end_a_wait_and_never_come_early),
		cmocka_unit_test(
			a_timer_due_before_the_alarm_ends_the_wait_and_a_stopped_one_does_not_fire),
		cmocka_unit_test(an_alarm_that_rings_before_the_wait_ends_it_all_the_same),
		cmocka_unit_test(signals_arrive_in_the_loop_until_given_back),
		cmocka_unit_test(work_runs_off_the_loop_and_ends_in_it),
		cmocka_unit_test(numeric_addresses_resolve_without_a_name_server),
		cmocka_unit_test(a_name_no_resolver_takes_fails_on_a_later_turn),
		cmocka_unit_test(a_thread_has_the_stack_it_was_given),
		cmocka_unit_test(a_wake_ends_a_wait),
		cmocka_unit_test(memory_let_go_of_lives_until_the_end_of_the_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
