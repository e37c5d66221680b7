/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of a result: the driver's answer and the driver that can read it. Only src/pg and the tests include this.
 */
#ifndef DBTOP_PG_RESULT_PRIVATE_H
#define DBTOP_PG_RESULT_PRIVATE_H

#include "pg/driver.h"
#include "pg/result.h"

struct result {
	const struct driver *driver;
	const struct driver_result *answer; /* borrowed */
};

#endif
