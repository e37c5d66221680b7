// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mem.h"
#include "loop/loop_private.h"

#include <utlist.h>

struct loop_signal {
	uv_signal_t uv; /* first: the close callback frees by it */
	struct loop *loop;
	int signum;
	loop_signal_fn *fn;
	void *arg;
	struct loop_signal *next;
};

static void on_signal(uv_signal_t *uv, int signum)
{
	struct loop_signal *s = (struct loop_signal *)uv;

	loop_refresh(s->loop);
	s->fn(s->arg, signum);
}

static void free_signal(uv_handle_t *handle)
{
	free(handle);
}

static void signal_remove(struct loop *loop, struct loop_signal *s)
{
	LL_DELETE(loop->signals, s);
	uv_close((uv_handle_t *)&s->uv, free_signal);
}

void loop_signal(struct loop *loop, int signum, loop_signal_fn *fn, void *arg)
{
	struct loop_signal *s;

	LL_SEARCH_SCALAR(loop->signals, s, signum, signum);
	if (s && !fn) {
		signal_remove(loop, s);
		return;
	}
	if (!fn)
		return;
	if (!s) {
		s = mem_new(struct loop_signal);
		s->loop = loop;
		s->signum = signum;
		uv_signal_init(&loop->uv, &s->uv);
		int status = uv_signal_start(&s->uv, on_signal, signum);
		assert_always(status == 0, "a signal that cannot be caught");
		LL_PREPEND(loop->signals, s);
	}
	s->fn = fn;
	s->arg = arg;
}

void signals_release(struct loop *loop)
{
	while (loop->signals)
		signal_remove(loop, loop->signals);
}
