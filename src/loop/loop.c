// SPDX-License-Identifier: GPL-3.0-or-later
#include "loop/loop.h"

#include "base/mem.h"
#include "loop/loop_private.h"

#include <unistd.h>

/* A virtual loop starts here, so that no time is 0, which means "never" to many. */
enum { VIRTUAL_START_US = 1000000 };
static const int64_t virtual_wall_us = INT64_C(1767225600000000); /* 2026-01-01 */

static int64_t loop_mono_us(void *state)
{
	return loop_now_us(state);
}

/* Few ask for it, so it is read when somebody does. */
static int64_t loop_wall_us(void *state)
{
	struct loop *loop = state;

	if (!loop->is_virtual && !loop->is_wall_fresh)
		loop->wall_us = clock_wall_us(&clock_system);
	loop->is_wall_fresh = true;
	return loop->wall_us;
}

static void nothing_on_wake(uv_async_t *wake)
{
	(void)wake;
}

static struct loop *loop_make(bool is_virtual)
{
	struct loop *loop = mem_new(struct loop);

	if (uv_loop_init(&loop->uv) != 0 || uv_timer_init(&loop->uv, &loop->patience) != 0 ||
		uv_async_init(&loop->uv, &loop->wake, nothing_on_wake) != 0 || !alarm_open(loop))
		die("cannot make an event loop: no descriptors left");
	loop->is_virtual = is_virtual;
	loop->clock = (struct clock){ loop_mono_us, loop_wall_us, loop };
	loop->mono_us = VIRTUAL_START_US;
	loop->wall_us = virtual_wall_us;
	loop_refresh(loop);
	return loop;
}

struct loop *loop_new(void)
{
	return loop_make(false);
}

struct loop *loop_new_virtual(void)
{
	return loop_make(true);
}

/*
 * libuv's own end joins its worker threads, so a name lookup that hangs would keep the program from ending. This
 * runs before that, after everything else had its say.
 */
static void leave_at_once(int status, void *arg)
{
	(void)arg;
	fflush(NULL);
	_exit(status);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	bool is_stuck = !works_release(loop);
	timers_release(loop);
	watches_release(loop);
	signals_release(loop);
	uv_walk(&loop->uv, close_handle, NULL);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	alarm_close(loop);
	loop_free_deferred(loop);
	free(loop->deferred);
	if (is_stuck) {
		/* The stuck thread still holds the loop: its memory goes with the program. */
		on_exit(leave_at_once, NULL);
		return;
	}
	assert_always(uv_loop_close(&loop->uv) == 0, "a handle outlives its loop");
	free(loop);
}

void loop_refresh(struct loop *loop)
{
	if (loop->is_virtual || loop->is_fresh)
		return;
	loop->mono_us = clock_mono_us(&clock_system);
	loop->is_fresh = true;
	loop->is_wall_fresh = false;
}

const struct clock *loop_clock(const struct loop *loop)
{
	return &loop->clock;
}

int64_t loop_now_us(const struct loop *loop)
{
	return loop->mono_us;
}

/* The clock of the last turn will do: what was due then is due now, and the alarm is set to a time, not to a while. */
static uv_run_mode prepare_wait(struct loop *loop, bool wait)
{
	int64_t next_us = timers_next_us(loop);

	if (!wait || next_us <= loop->mono_us)
		return UV_RUN_NOWAIT;
	alarm_by(loop, next_us);
	return UV_RUN_ONCE;
}

static bool turn_virtual(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_NOWAIT); /* signals are real even here */
	bool did = works_fire(loop);
	did |= watches_fire(loop);
	did |= timers_fire(loop);
	return did;
}

void loop_turn(struct loop *loop, bool wait)
{
	if (loop->is_virtual) {
		turn_virtual(loop);
		return;
	}
	loop->is_fresh = false; /* the wait may be long: the first callback reads it again */
	uv_run(&loop->uv, prepare_wait(loop, wait));
	loop_refresh(loop);
	timers_fire(loop);
}

/* Let everything happen that can happen without time passing. */
static void settle(struct loop *loop)
{
	int turns = 0;

	while (turn_virtual(loop)) {
		loop_free_deferred(loop);
		assert_always(++turns < 100000, "a virtual loop never comes to rest");
	}
	loop_free_deferred(loop);
}

void loop_advance_ms(struct loop *loop, int64_t ms)
{
	assert_always(loop->is_virtual, "only virtual time can be moved");
	int64_t end_us = loop->mono_us + ms * 1000;

	for (;;) {
		settle(loop);
		int64_t next_us = timers_next_us(loop);
		if (next_us > end_us)
			next_us = end_us;
		loop->wall_us += next_us - loop->mono_us;
		if (next_us == loop->mono_us)
			return;
		loop->mono_us = next_us;
	}
}

void loop_sleep_ms(struct loop *loop, int64_t ms)
{
	assert_always(loop->is_virtual, "only virtual time can be moved");
	loop->mono_us += ms * 1000;
	loop->wall_us += ms * 1000;
}

void loop_defer_free(struct loop *loop, void *memory)
{
	if (!memory)
		return;
	loop->deferred = mem_room(loop->deferred, loop->deferred_count, &loop->deferred_capacity,
		sizeof(*loop->deferred));
	loop->deferred[loop->deferred_count++] = memory;
}

void loop_free_deferred(struct loop *loop)
{
	for (size_t i = 0; i < loop->deferred_count; i++)
		free(loop->deferred[i]);
	loop->deferred_count = 0;
}

void loop_wake(struct loop *loop)
{
	uv_async_send(&loop->wake);
}

const char *loop_uv_version(void)
{
	return uv_version_string();
}
