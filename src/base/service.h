/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service: libpq's service files: whether they know a service, what it sets and in which line. What a value means is
 * libpq's to say; here it is only found, so that it can be said where it came from.
 */
#ifndef DBTOP_BASE_SERVICE_H
#define DBTOP_BASE_SERVICE_H

#include <stdbool.h>

/* PGSERVICEFILE or ~/.pg_service.conf; where that does not know it, pg_service.conf of the system. */
bool service_exists(const char *name);
/* "FILE:LINE" of the place where the service sets the keyword; NULL = it does not. The caller frees. */
char *service_place(const char *name, const char *keyword);

#endif
