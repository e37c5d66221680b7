// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <pthread.h>
#include <string.h>

#include "parse/deep.h"

enum { BIG = 64 * 1024 * 1024, CALLS = 200, CALLERS = 4 };

static void note_thread(void *arg)
{
	pthread_t *thread = arg;
	*thread = pthread_self();
}

static void the_work_is_done_on_one_thread_of_its_own(void **state)
{
	(void)state;
	struct deep *deep = deep_new();
	pthread_t first, second;

	deep_call(deep, note_thread, &first);
	deep_call(deep, note_thread, &second);

	assert_false(pthread_equal(first, pthread_self()));
	assert_true(pthread_equal(first, second));
	deep_free(deep);
}

/* Touches every page, so that a small stack would end the program. */
static void fill_stack(void *arg)
{
	char room[BIG];
	volatile char *touched = room;
	long sum = 0;

	for (size_t i = 0; i < sizeof(room); i += 4096)
		touched[i] = 1;
	for (size_t i = 0; i < sizeof(room); i += 4096)
		sum += touched[i];
	*(long *)arg = sum;
}

static void its_stack_holds_what_a_normal_one_does_not(void **state)
{
	(void)state;
	struct deep *deep = deep_new();
	long pages = 0;

	deep_call(deep, fill_stack, &pages);

	assert_int_equal(pages, BIG / 4096);
	deep_free(deep);
}

static void a_deep_nobody_asked_starts_nothing(void **state)
{
	(void)state;
	struct deep *deep = deep_new();
	deep_free(deep);
	deep_free(NULL);
}

/* No lock on purpose: one call at a time is the promise. */
static void count_up(void *arg)
{
	long *count = arg;
	++*count;
}

struct caller {
	struct deep *deep;
	long *count;
};

static void *call_often(void *arg)
{
	struct caller *caller = arg;

	for (int i = 0; i < CALLS; i++)
		deep_call(caller->deep, count_up, caller->count);
	return NULL;
}

static void callers_of_many_threads_take_turns(void **state)
{
	(void)state;
	pthread_t threads[CALLERS];
	long count = 0;
	struct caller caller = { deep_new(), &count };

	for (int i = 0; i < CALLERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, &caller), 0);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);

	assert_int_equal(count, CALLERS * CALLS);
	deep_free(caller.deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_work_is_done_on_one_thread_of_its_own),
		cmocka_unit_test(its_stack_holds_what_a_normal_one_does_not),
		cmocka_unit_test(a_deep_nobody_asked_starts_nothing),
		cmocka_unit_test(callers_of_many_threads_take_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
