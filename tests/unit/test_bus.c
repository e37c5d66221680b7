// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "core/bus.h"

struct ear {
	struct bus *bus;
	unsigned heard;
	int calls;
};

static void listen(void *arg, unsigned events)
{
	struct ear *ear = arg;
	ear->heard |= events;
	ear->calls++;
}

static void listen_once(void *arg, unsigned events)
{
	struct ear *ear = arg;
	listen(arg, events);
	bus_leave(ear->bus, listen_once, arg);
}

static void answer(void *arg, unsigned events)
{
	struct ear *ear = arg;
	listen(arg, events);
	if (events & EVENT_BIT(EVENT_POOL))
		bus_post(ear->bus, EVENT_MESSAGE);
}

static void listeners_hear_what_they_asked_for_once_a_delivery(void **state)
{
	(void)state;
	struct bus bus = { 0 };
	struct ear pool = { 0 }, run = { 0 };
	bus_listen(&bus, EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_TICK), listen, &pool);
	bus_listen(&bus, EVENT_BIT(EVENT_RUN), listen, &run);

	bus_post(&bus, EVENT_POOL);
	bus_post(&bus, EVENT_POOL);
	bus_post(&bus, EVENT_TICK);
	assert_true(bus_deliver(&bus));

	assert_int_equal(pool.calls, 1);
	assert_int_equal(pool.heard, EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_TICK));
	assert_int_equal(run.calls, 0);
	assert_false(bus_deliver(&bus));
	bus_release(&bus);
}

static void a_listener_may_leave_while_being_told(void **state)
{
	(void)state;
	struct bus bus = { 0 };
	struct ear once = { .bus = &bus }, other = { 0 };
	bus_listen(&bus, EVENT_BIT(EVENT_POOL), listen_once, &once);
	bus_listen(&bus, EVENT_BIT(EVENT_POOL), listen, &other);

	bus_post(&bus, EVENT_POOL);
	bus_deliver(&bus);
	bus_post(&bus, EVENT_POOL);
	bus_deliver(&bus);

	assert_int_equal(once.calls, 1);
	assert_int_equal(other.calls, 2);
	bus_release(&bus);
}

static void news_posted_while_telling_is_told_in_the_same_delivery(void **state)
{
	(void)state;
	struct bus bus = { 0 };
	struct ear ear = { .bus = &bus };
	bus_listen(&bus, EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_MESSAGE), answer, &ear);

	bus_post(&bus, EVENT_POOL);
	bus_deliver(&bus);

	assert_int_equal(ear.heard, EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_MESSAGE));
	assert_int_equal(ear.calls, 2);
	bus_release(&bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners_hear_what_they_asked_for_once_a_delivery),
		cmocka_unit_test(a_listener_may_leave_while_being_told),
		cmocka_unit_test(news_posted_while_telling_is_told_in_the_same_delivery),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
