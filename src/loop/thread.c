// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mem.h"
#include "loop/loop_private.h"

struct loop_thread {
	uv_thread_t uv;
	loop_work_fn *fn;
	void *arg;
};

static void run_thread(void *arg)
{
	struct loop_thread *thread = arg;
	thread->fn(thread->arg);
}

struct loop_thread *loop_thread_start(size_t stack_bytes, loop_work_fn *fn, void *arg)
{
	struct loop_thread *thread = mem_new(struct loop_thread);
	const uv_thread_options_t options = {
		.flags = UV_THREAD_HAS_STACK_SIZE,
		.stack_size = stack_bytes,
	};

	thread->fn = fn;
	thread->arg = arg;
	if (uv_thread_create_ex(&thread->uv, &options, run_thread, thread) != 0)
		die("cannot start a thread with a stack of %zu bytes", stack_bytes);
	return thread;
}

void loop_thread_join(struct loop_thread *thread)
{
	if (!thread)
		return;
	uv_thread_join(&thread->uv);
	free(thread);
}
