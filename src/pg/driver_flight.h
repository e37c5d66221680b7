/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flight: several texts on their way at once, and where the reading of their answers stands. libpq gives R1, NULL, R2,
 * NULL … and a mark of the end; here they become answers one after another, and NULL. Part of driver_libpq.c.
 */
#ifndef DBTOP_PG_DRIVER_FLIGHT_H
#define DBTOP_PG_DRIVER_FLIGHT_H

#include <libpq-fe.h>
#include <stdbool.h>

enum flight_state {
	FLIGHT_NONE,
	FLIGHT_FIRST,  /* a pair's first text: only its failure is an answer */
	FLIGHT_SECOND, /* the pair's second */
	FLIGHT_TRAIN,  /* an answer a text, up to the first error */
	FLIGHT_OVER,
};

struct flight {
	enum flight_state state;
	PGresult *ready; /* owned: the next answer */
};

/* From now on texts are gathered, until PQpipelineSync(). */
bool flight_start(struct flight *flight, enum flight_state state, PGconn *pg);
/* Is there an answer to hand out, or none any more? Never blocks. */
bool flight_read(struct flight *flight, PGconn *pg);
/* The next answer, the caller's; NULL = no more, and the flight is over. */
PGresult *flight_next(struct flight *flight, PGconn *pg);

#endif
