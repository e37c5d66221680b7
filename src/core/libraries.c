// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The libraries dbtop stands on, as they say themselves; each folder answers for its own.
 */
#include "core/app.h"
#include "loop/loop.h"
#include "pg/driver.h"
#include "store/store.h"

void app_libraries(struct str *out)
{
	int libpq = driver_libpq_version();

	str_addf(out, "libpq %d.%d, SQLite %s, libuv %s", libpq / 10000, libpq % 10000,
		store_sqlite_version(), loop_uv_version());
}
