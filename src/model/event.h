/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Event: news on the bus. Posted by core only; panels listen by bit. What changed is read from the model.
 */
#ifndef DBTOP_MODEL_EVENT_H
#define DBTOP_MODEL_EVENT_H

enum event_kind {
	EVENT_LINK,	  /* a connection came, went, or changed its server */
	EVENT_POOL,	  /* new pool_health */
	EVENT_REPLICAS,	  /* new replicas */
	EVENT_MIGRATIONS, /* new migrations_view */
	EVENT_RUN,	  /* run_view changed */
	EVENT_NOTES,
	EVENT_MESSAGE, /* the message line */
	EVENT_ARMED,   /* LOCKED, ARMED or its clock */
	EVENT_THEME,
	EVENT_TICK, /* once a second: ages and countdowns */
	EVENT_KIND_COUNT,
};

#define EVENT_BIT(kind) (1u << (kind))

#endif
