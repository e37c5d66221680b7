// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The alarm: a timer of the kernel that ends a wait when the first timer of the heap is due. libuv's own timers would
 * give each wait an end of its own, which the kernel then sets and takes back once a wait: half a microsecond of
 * nothing a question. This one stays set while waits come and go, and is set anew only for something due earlier; when
 * what it was set for was stopped meanwhile, it rings once in vain.
 */
#include <sys/timerfd.h>
#include <unistd.h>

#include "loop/loop_private.h"

static void on_ring(uv_poll_t *poll, int status, int events)
{
	struct loop *loop = poll->data;
	uint64_t times;

	(void)status, (void)events;
	(void)!read(loop->alarm_fd, &times, sizeof(times));
	loop->alarm_us = INT64_MAX;
}

bool alarm_open(struct loop *loop)
{
	loop->alarm_us = INT64_MAX;
	/* Of the clock that the loop's times are of (base/clock.c). */
	loop->alarm_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->alarm_fd < 0 || uv_poll_init(&loop->uv, &loop->alarm, loop->alarm_fd) != 0)
		return false;
	loop->alarm.data = loop;
	return uv_poll_start(&loop->alarm, UV_READABLE, on_ring) == 0;
}

void alarm_by(struct loop *loop, int64_t due_us)
{
	const struct itimerspec when = { .it_value = { .tv_sec = due_us / 1000000,
						 .tv_nsec = due_us % 1000000 * 1000 } };

	if (due_us >= loop->alarm_us)
		return;
	loop->alarm_us = due_us;
	timerfd_settime(loop->alarm_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void alarm_close(struct loop *loop)
{
	close(loop->alarm_fd);
}
