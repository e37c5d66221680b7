/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Identity: who answers on a link, as far as the role may know it, and whether that is who is wanted.
 */
#ifndef DBTOP_PG_IDENTITY_H
#define DBTOP_PG_IDENTITY_H

#include <stdbool.h>

#include "base/err.h"
#include "model/link.h"
#include "pg/driver.h"
#include "pg/result.h"

struct conninfo;

/* What is known before anything is asked: version, host, port, TLS. info is what was dialed. */
void identity_from_link(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct identity *identity);
/* The row of identity.sql. What may not be read stays "" and VALUE_UNKNOWN. */
void identity_from_row(const struct result *result, const struct driver *driver,
	struct driver_conn *link, struct identity *identity);
/* Is it the server that was meant? Only what both know is compared. ERR_CONFLICT names the difference. */
bool identity_check_equal(
	const struct identity *found, const struct identity *wanted, struct err *e) MUST_CHECK;

#endif
