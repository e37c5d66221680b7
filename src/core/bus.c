// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bus.h"

#include "base/mem.h"

/* News answering news answering news: more rounds than this in one turn is a circle. */
enum { ROUNDS_MAX = 32 };

void bus_release(struct bus *bus)
{
	free(bus->listeners);
	*bus = (struct bus){ 0 };
}

void bus_listen(struct bus *bus, unsigned mask, bus_fn *fn, void *arg)
{
	assert_always(mask, "a listener must listen to something");
	bus->listeners =
		mem_room(bus->listeners, bus->count, &bus->capacity, sizeof(*bus->listeners));
	bus->listeners[bus->count++] = (struct bus_listener){ .mask = mask, .fn = fn, .arg = arg };
}

void bus_leave(struct bus *bus, bus_fn *fn, void *arg)
{
	for (size_t i = 0; i < bus->count; i++) {
		if (bus->listeners[i].fn == fn && bus->listeners[i].arg == arg)
			bus->listeners[i].mask = 0;
	}
}

void bus_post(struct bus *bus, enum event_kind kind)
{
	bus->pending |= EVENT_BIT(kind);
}

static void forget_the_gone(struct bus *bus)
{
	size_t kept = 0;

	for (size_t i = 0; i < bus->count; i++) {
		if (bus->listeners[i].mask)
			bus->listeners[kept++] = bus->listeners[i];
	}
	bus->count = kept;
}

bool bus_deliver(struct bus *bus)
{
	if (!bus->pending)
		return false;
	for (int round = 0; bus->pending; round++) {
		assert_always(round < ROUNDS_MAX, "events answer each other in a circle");
		unsigned events = bus->pending;
		bus->pending = 0;
		/* By index: a callback may add a listener and move the array. */
		for (size_t i = 0; i < bus->count; i++) {
			struct bus_listener listener = bus->listeners[i];
			if (listener.mask & events)
				listener.fn(listener.arg, listener.mask & events);
		}
	}
	forget_the_gone(bus);
	return true;
}
