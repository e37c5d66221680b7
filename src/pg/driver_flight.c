// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/driver_flight.h"

#include <stddef.h>

bool flight_start(struct flight *flight, enum flight_state state, PGconn *pg)
{
	flight->state = state;
	return PQenterPipelineMode(pg);
}

static bool is_answer(const struct flight *flight, ExecStatusType status)
{
	if (flight->state == FLIGHT_FIRST)
		return status == PGRES_FATAL_ERROR;
	return status != PGRES_PIPELINE_ABORTED;
}

static bool is_copy(ExecStatusType status)
{
	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

static void take(struct flight *flight, PGconn *pg, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (!result && PQstatus(pg) == CONNECTION_BAD) {
		flight->state = FLIGHT_OVER;
	} else if (!result) {
		if (flight->state == FLIGHT_FIRST)
			flight->state = FLIGHT_SECOND;
	} else if (status == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		(void)!PQexitPipelineMode(pg); /* nothing is under way any more */
		flight->state = FLIGHT_OVER;
	} else if (is_answer(flight, status)) {
		flight->ready = result;
		if (is_copy(status)) /* libpq would offer it again and again */
			flight->state = FLIGHT_OVER;
	} else {
		PQclear(result);
	}
}

bool flight_read(struct flight *flight, PGconn *pg)
{
	while (!flight->ready && flight->state != FLIGHT_OVER) {
		if (PQstatus(pg) != CONNECTION_BAD && PQisBusy(pg))
			return false;
		take(flight, pg, PQgetResult(pg));
	}
	return true;
}

PGresult *flight_next(struct flight *flight, PGconn *pg)
{
	if (!flight_read(flight, pg))
		return NULL;
	PGresult *result = flight->ready;
	flight->ready = NULL;
	if (!result)
		flight->state = FLIGHT_NONE;
	return result;
}
