/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Error: what the server or libpq said becomes a struct err. The only reader of a driver's own messages: they
 * may quote a password, which is hidden here.
 */
#ifndef DBTOP_PG_ERROR_H
#define DBTOP_PG_ERROR_H

#include "base/err.h"
#include "pg/conninfo.h"
#include "pg/driver.h"

/* What was sent: sql_offset bytes of it are ours and stand before the text of the user. */
struct error_source {
	const char *sql; /* borrowed; NULL = no position wanted */
	size_t sql_offset;
};

/* An error answer: SQLSTATE, words, and the position as line and column of the user's text. */
void error_from_result(const struct driver *driver, const struct driver_result *result,
	const struct error_source *source, struct err *e);
/* The dial failed, or the link broke without a word of the server's. ERR_CONNECT, with the SQLSTATE if there is one. */
void error_from_dial(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct err *e);
void error_from_loss(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct err *e);
/* The dial was given up before the password went out in clear. */
void error_from_clear_password(const struct conninfo *info, struct err *e);
/* "…: FATAL:  28P01: words" as libpq says it when it is verbose: the words and the code, or NULL. */
const char *error_find_sqlstate(const char *message, char sqlstate[6]);
/* FATAL and PANIC: the session is over, whatever the driver says. */
bool error_is_fatal(const struct driver *driver, const struct driver_result *result);
/* Asking again cannot help before a person has changed something: password, name, right. */
bool error_stops_dialing(const struct err *e);
/* Put the usual way out into the hint, when there is a usual one and no hint yet. */
void error_advise(struct err *e);

#endif
