/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every SQL text of dbtop lives in a file of this folder and is embedded at build time: name.sql is the
 * query, name.pg14.sql its variant for servers of version 14 and newer; store-*.sql is SQLite's.
 */
#ifndef DBTOP_SQL_SQL_H
#define DBTOP_SQL_SQL_H

#include <stddef.h>

struct sql_text {
	const char *name;
	int version; /* lowest major version; 0 = any */
	const char *text;
};

/* In no order anybody may rely on. */
extern const struct sql_text sql_texts[];
extern const size_t sql_text_count;

/* The text for that server (PQserverVersion form, 0 for SQLite): the highest variant that fits. A wrong name is a bug. */
const char *sql_get(const char *name, int server_version);

#endif
