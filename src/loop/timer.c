// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Timers: a binary heap by due time; equal times fire in the order they were started.
 */
#include "base/mem.h"
#include "loop/loop_private.h"

struct loop_timer {
	struct loop *loop;
	int64_t due_us, repeat_us;
	uint64_t order;
	size_t at; /* its place in the heap */
	loop_timer_fn *fn;
	void *arg;
};

static bool is_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void put(struct loop *loop, size_t at, struct loop_timer *timer)
{
	loop->timers[at] = timer;
	timer->at = at;
}

static void sift_up(struct loop *loop, struct loop_timer *timer)
{
	size_t at = timer->at;

	while (at > 0 && is_before(timer, loop->timers[(at - 1) / 2])) {
		put(loop, at, loop->timers[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(loop, at, timer);
}

static void sift_down(struct loop *loop, struct loop_timer *timer)
{
	size_t at = timer->at;

	for (size_t child; (child = 2 * at + 1) < loop->timer_count; at = child) {
		if (child + 1 < loop->timer_count &&
			is_before(loop->timers[child + 1], loop->timers[child]))
			child++;
		if (!is_before(loop->timers[child], timer))
			break;
		put(loop, at, loop->timers[child]);
	}
	put(loop, at, timer);
}

static void insert(struct loop *loop, struct loop_timer *timer)
{
	loop->timers = mem_room(
		loop->timers, loop->timer_count, &loop->timer_capacity, sizeof(*loop->timers));
	timer->order = loop->next_order++;
	timer->at = loop->timer_count++;
	sift_up(loop, timer);
}

static void take_out(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer *last = loop->timers[--loop->timer_count];

	if (last == timer)
		return;
	put(loop, timer->at, last);
	sift_down(loop, last);
	sift_up(loop, last);
}

struct loop_timer *loop_timer_start(
	struct loop *loop, int64_t delay_ms, int64_t repeat_ms, loop_timer_fn *fn, void *arg)
{
	struct loop_timer *timer = mem_new(struct loop_timer);

	loop_refresh(loop);
	*timer = (struct loop_timer){ .loop = loop,
		.due_us = loop->mono_us + delay_ms * 1000,
		.repeat_us = repeat_ms * 1000,
		.fn = fn,
		.arg = arg };
	insert(loop, timer);
	return timer;
}

struct loop_timer *loop_soon(struct loop *loop, loop_timer_fn *fn, void *arg)
{
	return loop_timer_start(loop, 0, 0, fn, arg);
}

void loop_timer_stop(struct loop_timer *timer)
{
	if (!timer)
		return;
	if (timer == timer->loop->firing) {
		timer->loop->is_firing_stopped = true;
		return;
	}
	take_out(timer->loop, timer);
	free(timer);
}

int64_t timers_next_us(const struct loop *loop)
{
	return loop->timer_count > 0 ? loop->timers[0]->due_us : INT64_MAX;
}

/* A repeating timer that fell behind (a suspended laptop) fires once, not once for each missed beat. */
static void fire(struct loop *loop, struct loop_timer *timer)
{
	take_out(loop, timer);
	loop->firing = timer;
	loop->is_firing_stopped = false;
	timer->fn(timer->arg);
	loop->firing = NULL;
	if (timer->repeat_us == 0 || loop->is_firing_stopped) {
		free(timer);
		return;
	}
	timer->due_us += timer->repeat_us;
	if (timer->due_us <= loop->mono_us)
		timer->due_us = loop->mono_us + timer->repeat_us;
	insert(loop, timer);
}

bool timers_fire(struct loop *loop)
{
	uint64_t end = loop->next_order; /* what callbacks start now waits for the next turn */
	bool did = false;

	while (loop->timer_count > 0) {
		struct loop_timer *timer = loop->timers[0];
		if (timer->due_us > loop->mono_us || timer->order >= end)
			break;
		fire(loop, timer);
		did = true;
	}
	return did;
}

void timers_release(struct loop *loop)
{
	for (size_t i = 0; i < loop->timer_count; i++)
		free(loop->timers[i]);
	free(loop->timers);
	loop->timers = NULL;
	loop->timer_count = loop->timer_capacity = 0;
}
