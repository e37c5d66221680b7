/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bus: news for whoever listens. Posting sets a bit; delivering, once a turn, tells each listener all the bits it
 * asked for in one call. What changed is read from the model. A listener may come and go while being told.
 */
#ifndef DBTOP_CORE_BUS_H
#define DBTOP_CORE_BUS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/event.h"

typedef void bus_fn(void *arg, unsigned events);

struct bus_listener {
	unsigned mask; /* 0 = gone: its place is used again */
	bus_fn *fn;
	void *arg;
};

struct bus {
	struct bus_listener *listeners; /* owned */
	size_t count, capacity;
	unsigned pending;
};

void bus_release(struct bus *bus);
/* mask: EVENT_BIT()s. */
void bus_listen(struct bus *bus, unsigned mask, bus_fn *fn, void *arg);
void bus_leave(struct bus *bus, bus_fn *fn, void *arg);
void bus_post(struct bus *bus, enum event_kind kind);
/* Tells everybody; news posted meanwhile is told too. True when there was any. */
bool bus_deliver(struct bus *bus);

#endif
