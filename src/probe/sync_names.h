/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sync_names: the names in synchronous_standby_names, whatever form the setting has:
 * `a, b`, `2 (a, b)`, `FIRST 1 (a, b)`, `ANY 1 (a, "b c")`. `*` names nobody.
 */
#ifndef DBTOP_PROBE_SYNC_NAMES_H
#define DBTOP_PROBE_SYNC_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Cut the next name off *rest into out. False at the end. */
bool sync_names_next(const char **rest, char *out, size_t bytes);

#endif
