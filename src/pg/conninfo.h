/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conninfo: where to connect and as whom, read by libpq's own rules (URI, keyword string, service, PG*), held
 * as keywords and values, each with the place that set it. The only place that turns it into words, and those never
 * hold a password.
 */
#ifndef DBTOP_PG_CONNINFO_H
#define DBTOP_PG_CONNINFO_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "model/target.h"

struct conninfo;

/* Options of psql that override the text, and where that stands: NULL = not given. */
struct conninfo_override {
	const char *host, *port, *user, *dbname;
	const char *text_source; /* "dbtop.conf:3", "DATABASE_URL" */
};

/*
 * Parse text (NULL or "" = libpq's defaults and PG*) that names one server; several hosts are for conninfo_list.h.
 * target_session_attrs is dropped. Errors name the place of a bad value, and never quote the text, since it may hold a
 * password.
 */
struct conninfo *conninfo_new(
	const char *text, const struct conninfo_override *override, struct err *e) MUST_CHECK;
void conninfo_free(struct conninfo *info); /* secrets are wiped */
struct conninfo *conninfo_copy(const struct conninfo *info);

/*
 * What the target says of TLS, on top of what the text says: no connection below the version, none without TLS; over a
 * local socket that cannot hold and is refused. Where nobody said sslmode and a root certificate is at hand, it becomes
 * verify-full.
 */
bool conninfo_secure(struct conninfo *info, const struct tls_rule *rule, struct err *e) MUST_CHECK;

const char *conninfo_get(const struct conninfo *info, const char *keyword); /* NULL = unset */
void conninfo_set(struct conninfo *info, const char *keyword, const char *value);
void conninfo_set_from(
	struct conninfo *info, const char *keyword, const char *value, const char *source);
/*
 * Who set it: the text's source, "--host", "PGPORT", "/etc/pg_service.conf:7", "tls = 1.3 (dbtop.conf:4)"; "default" for
 * libpq's own value, "dbtop" for ours. NULL = unset.
 */
const char *conninfo_source(const struct conninfo *info, const char *keyword);
/* Somebody set it: it is no default. */
bool conninfo_is_said(const struct conninfo *info, const char *keyword);
/* What the user has to know, as one sentence: the password file is left out. NULL = nothing. */
const char *conninfo_warning(const struct conninfo *info);
/* "FILE:LINE" of the password file libpq will take the password from; NULL = from none. The caller frees. */
char *conninfo_password_place(const struct conninfo *info);
/* Over a unix socket: it takes no TLS, whatever sslmode asks. */
bool conninfo_is_local(const struct conninfo *info);
/*
 * The way leads over a network, and nobody said that it may go without TLS: words that come without it may be
 * anybody's, and no password goes out in clear. Whoever sets sslmode to disable, allow or prefer takes less.
 */
bool conninfo_is_exposed(const struct conninfo *info);
/* password, sslpassword: never shown. */
bool conninfo_is_secret(const char *keyword);

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
