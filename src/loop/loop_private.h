/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of the loop: one libuv loop, and a heap of timers of our own over a single alarm, so that real and
 * virtual time run through the same code. Only src/loop includes this.
 */
#ifndef DBTOP_LOOP_LOOP_PRIVATE_H
#define DBTOP_LOOP_LOOP_PRIVATE_H

#include "loop/loop.h"

#include <uv.h>

struct loop {
	uv_loop_t uv;
	uv_poll_t alarm; /* rings when the first timer of the heap is due, or earlier */
	int alarm_fd;
	int64_t alarm_us;    /* what it is set for; INT64_MAX = nothing */
	uv_timer_t patience; /* with work under way at the end */
	uv_async_t wake;
	struct clock clock;
	int64_t mono_us, wall_us;     /* as of this turn */
	bool is_fresh, is_wall_fresh; /* they were read in this turn */
	bool is_virtual;

	struct loop_timer **timers; /* heap by due time, then order of starting; owned */
	size_t timer_count, timer_capacity;
	uint64_t next_order;
	struct loop_timer *firing; /* its callback runs */
	bool is_firing_stopped;	   /* … and has stopped it */

	void **deferred; /* owned */
	size_t deferred_count, deferred_capacity;

	struct loop_signal *signals; /* owned, linked */
	struct loop_work *works;     /* under way: owned, linked */
	struct loop_watch *watches;  /* virtual loops: owned, linked */
	struct loop_ready *ready;    /* virtual loops: what each descriptor says */
	struct loop_host *hosts;     /* virtual loops: the names there are */
};

/* Read the clock, once a turn. */
void loop_refresh(struct loop *loop);

/* alarm.c: false = no descriptors left; rings at that time, unless it rings earlier anyway. */
bool alarm_open(struct loop *loop);
void alarm_by(struct loop *loop, int64_t due_us);
void alarm_close(struct loop *loop);

/* timer.c: due time of the first timer, INT64_MAX = none; run those due that were started before this call. */
int64_t timers_next_us(const struct loop *loop);
bool timers_fire(struct loop *loop);
void timers_release(struct loop *loop);

/* watch.c, work.c: virtual loops; true when a callback was called. */
bool watches_fire(struct loop *loop);
bool works_fire(struct loop *loop);

void signals_release(struct loop *loop);
/* Give work under way a moment, then give it up. False when some is stuck. */
bool works_release(struct loop *loop);
void watches_release(struct loop *loop);

#endif
