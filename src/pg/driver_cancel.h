/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Driver cancel: how libpq's links are canceled. libpq before 17 sends the key of a cancel request in plain, whatever the
 * link itself was told. So a link that must be encrypted is canceled by SQL over a second link that is dialed with
 * the same options to the same address, and by nothing else. Private to driver_libpq.c.
 */
#ifndef DBTOP_PG_DRIVER_CANCEL_H
#define DBTOP_PG_DRIVER_CANCEL_H

#include <libpq-fe.h>

#include "pg/driver.h"

/* by_sql as in driver.h; it is copied. NULL = there is no way. */
void *driver_cancel_new(PGconn *pg, const struct driver_text *by_sql);
/* These two may run on another thread than the link's. */
bool driver_cancel_send(void *cancel, char *text, size_t bytes);
void driver_cancel_free(void *cancel);

#endif
