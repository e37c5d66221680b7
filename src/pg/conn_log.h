/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conn log: the lines a connection leaves: opened, closed and why, another role, and each query for those who ask for it.
 * Passwords are in none: the server is named by conninfo_words(), texts pass the log's own mask.
 */
#ifndef DBTOP_PG_CONN_LOG_H
#define DBTOP_PG_CONN_LOG_H

#include "base/err.h"

struct conn;
struct exchange;

void conn_log_opened(const struct conn *conn);
/* why NULL = nobody needs it any more. A dial that failed is told as that. */
void conn_log_closed(const struct conn *conn, const struct err *why);
/* The view's role is the new one. */
void conn_log_role(const struct conn *conn);
/* Level debug, topic query; called once the answer is whole. */
void conn_log_query(const struct conn *conn, const struct exchange *exchange);

#endif
