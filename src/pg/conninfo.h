/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conninfo: where to connect and as whom, read by libpq's own rules (URI, keyword string, service, PG*), held
 * as keywords and values. The only place that turns it into words, and those never hold a password.
 */
#ifndef DBTOP_PG_CONNINFO_H
#define DBTOP_PG_CONNINFO_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

struct conninfo;

/* Options of psql that override the text: NULL = not given. */
struct conninfo_override {
	const char *host, *port, *user, *dbname;
};

/*
 * Parse text (NULL or "" = libpq's defaults and PG*). Several hosts are refused: dbtop keeps the list itself.
 * target_session_attrs is dropped. Errors never quote the text, since it may hold a password.
 */
struct conninfo *conninfo_new(
	const char *text, const struct conninfo_override *override, struct err *e) MUST_CHECK;
void conninfo_free(struct conninfo *info); /* secrets are wiped */
struct conninfo *conninfo_copy(const struct conninfo *info);

const char *conninfo_get(const struct conninfo *info, const char *keyword); /* NULL = unset */
void conninfo_set(struct conninfo *info, const char *keyword, const char *value);
/* "app_admin@pg-a.prod:5432/payments", as on the identity bar. */
void conninfo_words(const struct conninfo *info, struct str *out);
/* Hide the password wherever text holds it; true when it did. For the driver's own messages. */
bool conninfo_redact(const struct conninfo *info, char *text);
/* As the driver takes them, both ended by NULL; borrowed until the next set. */
const char *const *conninfo_keywords(const struct conninfo *info);
const char *const *conninfo_values(const struct conninfo *info);
bool conninfo_has_password(const struct conninfo *info);
/* What `options` sets while connecting, as `-c name=value` or `--name=value`; false = it does not. The last one counts. */
bool conninfo_startup_option(const struct conninfo *info, const char *name, struct str *value);
/* Same host, port and database: the same target under another name. */
bool conninfo_same_place(const struct conninfo *a, const struct conninfo *b);

#endif
