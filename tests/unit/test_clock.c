// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The machine's own clock: its ages count what a machine slept. A process in a time namespace of its own has slept for
 * as long as the test says.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/loop.h"

enum { SLEPT_S = 8 * 3600 };

enum { SLEPT = 0, AWAKE, NO_NAMESPACE };

/* What a process does that has slept: its exit status. */
typedef int sleeper_fn(int64_t before_us);

static bool fall_asleep(void)
{
	static const char offset[] = "boottime 28800 0\n";

	if (unshare(CLONE_NEWTIME) != 0)
		return false;
	int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, offset, sizeof(offset) - 1) == (ssize_t)sizeof(offset) - 1;
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Of a child; the offset counts for those it makes. */
static _Noreturn void sleep_and_do(sleeper_fn *act, int64_t before_us)
{
	int status;

	if (!fall_asleep())
		_exit(NO_NAMESPACE);
	pid_t pid = fork();
	if (pid == 0)
		_exit(act(before_us));
	_exit(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									      : AWAKE);
}

static void assert_slept(sleeper_fn *act)
{
	int status;
	int64_t before_us = clock_mono_us(&clock_system);

	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		sleep_and_do(act, before_us);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACE) {
		print_message("skipped: no time namespace can be made here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), SLEPT);
}

static int look_at_the_clock(int64_t before_us)
{
	int64_t passed_s = (clock_mono_us(&clock_system) - before_us) / 1000000;

	return passed_s >= SLEPT_S && passed_s < SLEPT_S + 600 ? SLEPT : AWAKE;
}

/* Fault row 22: data of before the night are eight hours old, and a console armed before it is not armed any more. */
static void ages_count_what_the_machine_slept(void **state)
{
	(void)state;
	assert_slept(look_at_the_clock);
}

static void on_due(void *arg)
{
	*(bool *)arg = true;
}

/* A wait that is set by another clock would end eight hours late. */
static int wait_for_a_timer(int64_t before_us)
{
	struct loop *loop = loop_new();
	bool is_due = false;

	(void)before_us;
	alarm(20);
	loop_timer_start(loop, 10, 0, on_due, &is_due);
	while (!is_due)
		loop_turn(loop, true);
	loop_free(loop);
	return SLEPT;
}

static void timers_ring_in_time_after_a_sleep(void **state)
{
	(void)state;
	assert_slept(wait_for_a_timer);
}

static void it_never_goes_back(void **state)
{
	(void)state;
	int64_t last_us = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t now_us = clock_mono_us(&clock_system);
		assert_true(now_us >= last_us);
		last_us = now_us;
	}
	assert_true(clock_wall_us(&clock_system) > INT64_C(1700000000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_count_what_the_machine_slept),
		cmocka_unit_test(timers_ring_in_time_after_a_sleep),
		cmocka_unit_test(it_never_goes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
