/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probe_columns: what the C side of a probe wants to find in the answer, to be held against its SQL.
 */
#ifndef DBTOP_TESTS_PROBE_COLUMNS_H
#define DBTOP_TESTS_PROBE_COLUMNS_H

#include "probe/probes.h"

/* Every probe there is, those of a table and others; NULL behind the last. */
const struct probe *probe_at(size_t index);
/* NULL = no probe asks that text. */
const struct probe *probe_find(const char *sql_name);
bool probe_wants(const struct probe *probe, const char *column);
/* Every column that is wanted stands in names, and nothing else does; fails the test naming the odd one. */
void probe_check_columns(const struct probe *probe, const char *const *names, size_t count);

#endif
