/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exposition: a strict reader of Prometheus' text form, for tests. It knows the grammar and the rules a good page
 * keeps: HELP and TYPE once and before the samples, families whole and sorted, no series twice, counters end in _total
 * and nothing else does, buckets grow and end with +Inf, which is the count.
 */
#ifndef DBTOP_TESTS_CLI_EXPOSITION_H
#define DBTOP_TESTS_CLI_EXPOSITION_H

#include <stdbool.h>

/* False: *why (at least 512 bytes) says what is wrong, and in which line. */
bool exposition_is_sound(const char *page, char *why);
/* Fails the test when it is not, and when promtool, where it is installed, says otherwise. */
void exposition_check(const char *page);
/* What stands behind that series: `name{label="value"}` as printed. NULL = it is not there; else the caller frees. */
char *exposition_value(const char *page, const char *series);

#endif
