// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/deep.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct deep {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct loop_thread *thread; /* NULL before the first call */
	loop_work_fn *fn;	    /* asked for and not begun */
	void *arg;
	bool is_taken; /* a caller waits for its answer; others wait for him */
	bool is_done;
	bool is_ending;
};

static void serve(void *arg)
{
	struct deep *deep = arg;

	pthread_mutex_lock(&deep->mutex);
	for (;;) {
		while (!deep->fn && !deep->is_ending)
			pthread_cond_wait(&deep->changed, &deep->mutex);
		if (!deep->fn)
			break;
		loop_work_fn *fn = deep->fn;
		deep->fn = NULL;
		pthread_mutex_unlock(&deep->mutex);
		fn(deep->arg);
		pthread_mutex_lock(&deep->mutex);
		deep->is_done = true;
		pthread_cond_broadcast(&deep->changed);
	}
	pthread_mutex_unlock(&deep->mutex);
}

struct deep *deep_new(void)
{
	struct deep *deep = mem_new(struct deep);

	pthread_mutex_init(&deep->mutex, NULL);
	pthread_cond_init(&deep->changed, NULL);
	return deep;
}

void deep_free(struct deep *deep)
{
	if (!deep)
		return;
	pthread_mutex_lock(&deep->mutex);
	deep->is_ending = true;
	pthread_cond_broadcast(&deep->changed);
	pthread_mutex_unlock(&deep->mutex);
	if (deep->thread)
		loop_thread_join(deep->thread);
	pthread_cond_destroy(&deep->changed);
	pthread_mutex_destroy(&deep->mutex);
	free(deep);
}

void deep_call(struct deep *deep, loop_work_fn *fn, void *arg)
{
	pthread_mutex_lock(&deep->mutex);
	while (deep->is_taken)
		pthread_cond_wait(&deep->changed, &deep->mutex);
	if (!deep->thread)
		deep->thread = loop_thread_start(DEEP_STACK_BYTES, serve, deep);
	deep->is_taken = true;
	deep->is_done = false;
	deep->fn = fn;
	deep->arg = arg;
	pthread_cond_broadcast(&deep->changed);
	while (!deep->is_done)
		pthread_cond_wait(&deep->changed, &deep->mutex);
	deep->is_taken = false;
	pthread_cond_broadcast(&deep->changed);
	pthread_mutex_unlock(&deep->mutex);
}
