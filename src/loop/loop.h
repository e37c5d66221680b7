/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loop: time and readiness in one thread, over libuv. Callbacks run inside loop_turn() only, never before the
 * call that started them has returned. Nothing in the loop thread may block.
 *
 * Life: a handle is its starter's until stopped; after x_stop() its callback is never called again. Memory a
 * callback may still look at is given to loop_defer_free() and freed at the end of the turn.
 *
 * Time is virtual in tests: loop_new_virtual() never waits; loop_advance_ms() moves its clock and fires the
 * timers in order, so a minute of backoff takes a microsecond. Its descriptors are mere numbers and its names
 * are those it was told.
 */
#ifndef DBTOP_LOOP_LOOP_H
#define DBTOP_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_work;

/* Version of libuv, for --version. */
const char *loop_uv_version(void);

struct loop *loop_new(void);
struct loop *loop_new_virtual(void);
/*
 * Closes every handle; all users must be gone. Work still under way gets 100 ms and then its done(); work that is
 * stuck (a frozen name server) is left behind, and the program's exit does not wait for it.
 */
void loop_free(struct loop *loop);

/* The loop's clock; monotonic and wall, virtual in tests. Read afresh once a turn. */
const struct clock *loop_clock(const struct loop *loop);
int64_t loop_now_us(const struct loop *loop); /* mono */

/* One turn: waits for the first event (or not, with wait = false) and runs what is due. */
void loop_turn(struct loop *loop, bool wait);
/* Virtual loops only: let everything that can happen now happen, then move time forward, firing what falls due in
 * order of due time and letting everything happen after each. */
void loop_advance_ms(struct loop *loop, int64_t ms);
/* Virtual loops only: a laptop sleeps: time passes and nothing happens. What fell due meanwhile happens with the next turn. */
void loop_sleep_ms(struct loop *loop, int64_t ms);
/* Virtual loops only: what polling that descriptor says from now on (LOOP_READ, LOOP_WRITE, both, 0). */
void loop_virtual_ready(struct loop *loop, int fd, int events);
/* Virtual loops only: the addresses of a name, "192.0.2.1 192.0.2.2"; NULL = the lookup never ends. A name that
 * was not told is not found. */
void loop_virtual_host(struct loop *loop, const char *host, const char *addresses);
/* End of turn: frees what was let go of. */
void loop_free_deferred(struct loop *loop);
void loop_defer_free(struct loop *loop, void *memory);
/* End a waiting loop_turn() soon. May be called from callbacks, signal handlers and other threads. */
void loop_wake(struct loop *loop);

typedef void loop_timer_fn(void *arg);
/* Fires once after delay_ms, then each repeat_ms if that is not 0. */
struct loop_timer *loop_timer_start(
	struct loop *loop, int64_t delay_ms, int64_t repeat_ms, loop_timer_fn *fn, void *arg);
void loop_timer_stop(
	struct loop_timer *timer); /* NULL is fine; a one-shot stops itself after firing:
						   forget the pointer in its callback */
/* Run fn on the next turn. */
struct loop_timer *loop_soon(struct loop *loop, loop_timer_fn *fn, void *arg);

enum { LOOP_READ = 1, LOOP_WRITE = 2 };
typedef void loop_watch_fn(void *arg, int events);
/*
 * Watch a descriptor. A dead socket is reported as LOOP_READ | LOOP_WRITE: let its owner find out.
 * Fails for regular files and /dev/null (EPERM).
 */
struct loop_watch *loop_watch_start(struct loop *loop, int fd, int events, loop_watch_fn *fn,
	void *arg, struct err *e) MUST_CHECK;
void loop_watch_set(struct loop_watch *watch, int events);
void loop_watch_stop(struct loop_watch *watch); /* NULL is fine */

typedef void loop_signal_fn(void *arg, int signum);
/* One handler a signal; the last one set wins; NULL gives the default back. */
void loop_signal(struct loop *loop, int signum, loop_signal_fn *fn, void *arg);

/* Run work() on a worker thread, then done() in the loop. Virtual loops run work() in loop_turn(). */
typedef void loop_work_fn(void *arg);
struct loop_work *loop_work_start(
	struct loop *loop, loop_work_fn *work, loop_work_fn *done, void *arg);

/* Resolve a host name off the loop; done gets numeric addresses, NULL and e on failure. */
typedef void loop_resolve_fn(
	void *arg, const char *const *addresses, size_t count, const struct err *e);
struct loop_work *loop_resolve_start(
	struct loop *loop, const char *host, loop_resolve_fn *done, void *arg);

/* A thread of its own with a stack of that size; runs fn to its end. For the SQL parser. */
struct loop_thread;
struct loop_thread *loop_thread_start(size_t stack_bytes, loop_work_fn *fn, void *arg);
void loop_thread_join(struct loop_thread *thread);

#endif
