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

enum { SLEPT_S = 8 * 3600 };

enum { SLEPT = 0, AWAKE, NO_NAMESPACE };

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
static _Noreturn void sleep_and_look(int64_t before_us)
{
	int status;

	if (!fall_asleep())
		_exit(NO_NAMESPACE);
	pid_t pid = fork();
	if (pid == 0) {
		int64_t passed_s = (clock_mono_us(&clock_system) - before_us) / 1000000;
		_exit(passed_s >= SLEPT_S && passed_s < SLEPT_S + 600 ? SLEPT : AWAKE);
	}
	_exit(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									      : AWAKE);
}

/* Fault row 22: data of before the night are eight hours old, and a console armed before it is not armed any more. */
static void ages_count_what_the_machine_slept(void **state)
{
	(void)state;
	int status;
	int64_t before_us = clock_mono_us(&clock_system);

	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		sleep_and_look(before_us);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACE) {
		print_message("skipped: no time namespace can be made here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), SLEPT);
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
		cmocka_unit_test(it_never_goes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
