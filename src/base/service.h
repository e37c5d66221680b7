/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service: whether libpq's service files know a name. What it means is read by libpq alone. Private to this folder.
 */
#ifndef DBTOP_CONF_SERVICE_H
#define DBTOP_CONF_SERVICE_H

#include <stdbool.h>

/* PGSERVICEFILE or ~/.pg_service.conf, then pg_service.conf of the system. */
bool service_exists(const char *name);

#endif
