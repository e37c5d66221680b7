// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Watches: a uv_poll each. In a virtual loop a list, and a table of what each descriptor says.
 */
#include "base/mem.h"
#include "loop/loop_private.h"

#include <uthash.h>
#include <utlist.h>

struct loop_watch {
	uv_poll_t poll; /* first: the close callback frees the watch by it */
	struct loop *loop;
	int fd, events;
	bool is_stopped;
	loop_watch_fn *fn;
	void *arg;
	struct loop_watch *prev, *next; /* virtual */
};

struct loop_ready {
	int fd, events;
	UT_hash_handle hh;
};

static int to_uv(int events)
{
	return (events & LOOP_READ ? UV_READABLE : 0) | (events & LOOP_WRITE ? UV_WRITABLE : 0);
}

static void on_poll(uv_poll_t *poll, int status, int uv_events)
{
	struct loop_watch *watch = (struct loop_watch *)poll;
	int events = LOOP_READ | LOOP_WRITE;

	if (status == 0)
		events = (uv_events & UV_READABLE ? LOOP_READ : 0) |
			 (uv_events & UV_WRITABLE ? LOOP_WRITE : 0);
	loop_refresh(watch->loop);
	watch->fn(watch->arg, events);
	/* libuv ends a poll at the first error; data may still wait behind it. A stopped watch is freed by libuv
	 * after this, so it can still be looked at. */
	if (status != 0 && !watch->is_stopped)
		uv_poll_start(poll, to_uv(watch->events), on_poll);
}

struct loop_watch *loop_watch_start(
	struct loop *loop, int fd, int events, loop_watch_fn *fn, void *arg, struct err *e)
{
	struct loop_watch *watch = mem_new(struct loop_watch);

	*watch = (struct loop_watch){
		.loop = loop, .fd = fd, .events = events, .fn = fn, .arg = arg
	};
	if (loop->is_virtual) {
		DL_APPEND(loop->watches, watch);
		return watch;
	}
	int status = uv_poll_init(&loop->uv, &watch->poll, fd);
	if (status != 0) {
		err_set(e, ERR_IO, "cannot watch descriptor %d: %s", fd, uv_strerror(status));
		free(watch);
		return NULL;
	}
	uv_poll_start(&watch->poll, to_uv(events), on_poll);
	return watch;
}

void loop_watch_set(struct loop_watch *watch, int events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	if (watch->loop->is_virtual)
		return;
	if (events)
		uv_poll_start(&watch->poll, to_uv(events), on_poll);
	else
		uv_poll_stop(&watch->poll);
}

static void free_watch(uv_handle_t *handle)
{
	free(handle);
}

void loop_watch_stop(struct loop_watch *watch)
{
	if (!watch || watch->is_stopped)
		return;
	watch->is_stopped = true;
	if (!watch->loop->is_virtual)
		uv_close((uv_handle_t *)&watch->poll, free_watch);
}

void loop_virtual_ready(struct loop *loop, int fd, int events)
{
	struct loop_ready *ready;

	HASH_FIND_INT(loop->ready, &fd, ready);
	if (!ready) {
		ready = mem_new(struct loop_ready);
		ready->fd = fd;
		HASH_ADD_INT(loop->ready, fd, ready);
	}
	ready->events = events;
}

static int events_of(struct loop *loop, const struct loop_watch *watch)
{
	struct loop_ready *ready;

	HASH_FIND_INT(loop->ready, &watch->fd, ready);
	return ready && !watch->is_stopped ? ready->events & watch->events : 0;
}

bool watches_fire(struct loop *loop)
{
	struct loop_watch *watch, *next;
	bool did = false;

	DL_FOREACH (loop->watches, watch) {
		int events = events_of(loop, watch);
		if (!events)
			continue;
		watch->fn(watch->arg, events);
		did = true;
	}
	DL_FOREACH_SAFE (loop->watches, watch, next) {
		if (!watch->is_stopped)
			continue;
		DL_DELETE(loop->watches, watch);
		free(watch);
	}
	return did;
}

void watches_release(struct loop *loop)
{
	struct loop_watch *watch, *next_watch;
	struct loop_ready *ready, *next_ready;

	DL_FOREACH_SAFE (loop->watches, watch, next_watch) {
		DL_DELETE(loop->watches, watch);
		free(watch);
	}
	HASH_ITER (hh, loop->ready, ready, next_ready) {
		HASH_DEL(loop->ready, ready);
		free(ready);
	}
}
