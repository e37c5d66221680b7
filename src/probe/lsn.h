/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lsn: positions in the server's log, "16/B374D848". Two of them may be subtracted only when both stand on
 * one timeline: who calls makes sure.
 */
#ifndef DBTOP_PROBE_LSN_H
#define DBTOP_PROBE_LSN_H

#include <stdbool.h>
#include <stdint.h>

/* A position; LSN_UNKNOWN for "", for what is none, and for 0/0, which a starting walsender says. */
typedef int64_t lsn_t;
#define LSN_UNKNOWN ((lsn_t)0)

lsn_t lsn_parse(const char *text);
/* Bytes from `from` to `to`, never below 0: the two were not read in one instant. VALUE_UNKNOWN when one is. */
int64_t lsn_distance(lsn_t to, lsn_t from);

#endif
