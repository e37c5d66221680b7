/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics server: GET /metrics over HTTP, from the loop that samples, until the program is asked to end. One an app.
 */
#ifndef DBTOP_CORE_METRICS_SERVE_H
#define DBTOP_CORE_METRICS_SERVE_H

#include "core/command.h"

/*
 * Watch the target and serve what is seen at ADDR:PORT, :PORT or PORT (then of the loopback). The call ends when the
 * program is asked to leave, or at once with its error in the report.
 */
void metrics_serve_start(struct call *call, const char *where);
/* The program leaves: the call ends. Nothing to do is fine. */
void metrics_serve_end(struct app *app);
/* Everything goes, and nobody is told any more. */
void metrics_serve_drop(struct app *app);

/* "127.0.0.1:9187", ":9187", "9187", "[::1]:9187" taken apart. False and e when it is none of these. */
enum { METRICS_ADDRESS_BYTES = 64 };
bool metrics_read_place(const char *where, char address[METRICS_ADDRESS_BYTES], int *port,
	struct err *e) MUST_CHECK;

#endif
