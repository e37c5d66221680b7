// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/conn_log.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/visible.h"
#include "pg/conn_private.h"
#include "pg/result_private.h"

enum { SQL_BYTES_SHOWN = 200 };

static const char *role_word(const struct conn *conn)
{
	return conn->view.identity.is_standby ? "standby" : "primary";
}

static int64_t ms_since(const struct conn *conn, int64_t since_us)
{
	return (loop_now_us(conn->loop) - since_us) / 1000;
}

void conn_log_opened(const struct conn *conn)
{
	const struct identity *id = &conn->view.identity;
	struct str server = { 0 };

	if (!log_is_on(LOG_LEVEL_INFO, "conn"))
		return;
	conninfo_words(conn->info, &server);
	log_event(LOG_LEVEL_INFO, "conn", "opened",
		LOG_FIELDS(LOG_TEXT("server", str_c(&server)),
			LOG_TEXT("purpose", conn_purpose_word(conn->options.purpose)),
			LOG_TEXT("role", role_word(conn)), LOG_TEXT("version", id->version_words),
			LOG_TEXT("tls", *id->tls ? id->tls : "none"),
			LOG_TEXT("pooler", id->is_pooled ? "yes" : "no"),
			LOG_INT("backend_pid", id->backend_pid),
			LOG_INT("took_ms", ms_since(conn, conn->dialed_us))));
	str_release(&server);
}

/* Lost and refused connections are told one level up: somebody may look for them. */
void conn_log_closed(const struct conn *conn, const struct err *why)
{
	enum log_level level = why ? LOG_LEVEL_WARN : LOG_LEVEL_INFO;
	struct str server = { 0 };

	if (!log_is_on(level, "conn"))
		return;
	conninfo_words(conn->info, &server);
	log_event(level, "conn", conn->opened_us ? "closed" : "not connected",
		LOG_FIELDS(LOG_TEXT("server", str_c(&server)),
			LOG_TEXT("purpose", conn_purpose_word(conn->options.purpose)),
			LOG_TEXT("why", why ? why->text : "not needed any more"),
			LOG_TEXT("sqlstate", why ? why->sqlstate : ""),
			conn->opened_us ? LOG_INT("lived_ms", ms_since(conn, conn->opened_us))
					: LOG_INT("attempt", conn->view.attempt)));
	str_release(&server);
}

void conn_log_role(const struct conn *conn)
{
	const struct identity *id = &conn->view.identity;

	log_event(LOG_LEVEL_WARN, "role", "changed",
		LOG_FIELDS(LOG_TEXT("host", id->host), LOG_TEXT("port", id->port),
			LOG_TEXT("role", role_word(conn)), LOG_INT("timeline", id->timeline)));
}

/* Rows of an answer, or those a command touched; -1 = it does not say. */
static int64_t count_rows(const struct conn *conn, const struct driver_result *answer)
{
	const struct result result = { conn->driver, answer };

	if (!answer)
		return -1;
	return conn->driver->kind(answer) == DRIVER_ROWS ? conn->driver->rows(answer)
							 : result_affected(&result);
}

void conn_log_query(const struct conn *conn, const struct exchange *exchange)
{
	const char *text = exchange->query.sql;
	struct str sql = { 0 };

	if (!log_is_on(LOG_LEVEL_DEBUG, "query"))
		return;
	visible_add(&sql, span_from(text, strnlen(text, SQL_BYTES_SHOWN)), VISIBLE_BLANK);
	log_event(LOG_LEVEL_DEBUG, "query", exchange->has_error ? "failed" : "answered",
		LOG_FIELDS(LOG_TEXT("purpose", conn_purpose_word(conn->options.purpose)),
			LOG_INT("backend_pid", conn->view.identity.backend_pid),
			LOG_INT("took_us", loop_now_us(conn->loop) - exchange->started_us),
			LOG_INT("rows", count_rows(conn, exchange->last)),
			LOG_TEXT("sqlstate", exchange->has_error ? exchange->error.sqlstate : ""),
			LOG_TEXT("sql", str_c(&sql))));
	str_release(&sql);
}
