/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log: one line an event, to a file or stderr. Secrets never reach it: conninfo is printed by pg/conninfo.c only.
 * The sink is one of the four mutable globals of doc/style.md.
 */
#ifndef DBTOP_BASE_LOG_H
#define DBTOP_BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* "-" is stderr, NULL closes it. The file is appended to, 0600, and not through a link. */
bool log_open(const char *path, enum log_level level, struct err *e) MUST_CHECK;
void log_close(void);
/* topic: conn, pool, run, store … Text passes secret_mask() and the display function. Without a sink: nothing. */
void log_write(enum log_level level, const char *topic, const char *fmt, ...) PRINTF(3, 4);

#endif
