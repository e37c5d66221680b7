// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/driver_cancel.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/mem.h"
#include "pg/conninfo_private.h"

enum { CANCEL_MS = 5000, PARAMS_MAX = 4 };

struct cancel_by_sql {
	char **keywords, **values; /* owned; both end with NULL; with the password */
	const char *sql;	   /* of the embedded texts */
	char *params[PARAMS_MAX];  /* owned */
	int count;
};

struct driver_cancel {
	PGcancel *plain; /* NULL = by SQL */
	struct cancel_by_sql by_sql;
};

/* ---- which way ---- */

static const char *option_of(const PQconninfoOption *options, const char *keyword)
{
	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val ? o->val : "";
	return "";
}

/* Encryption is no offer here, as with sslmode=prefer, but a condition. Over a local socket nothing is encrypted. */
static bool must_be_encrypted(PGconn *pg, const PQconninfoOption *options)
{
	static const char *const modes[] = { "require", "verify-ca", "verify-full" };

	if (PQgssEncInUse(pg))
		return strcmp(option_of(options, "gssencmode"), "require") == 0;
	for (size_t i = 0; PQsslInUse(pg) && i < ARRAY_SIZE(modes); i++)
		if (strcmp(option_of(options, "sslmode"), modes[i]) == 0)
			return true;
	return false;
}

/* Every option the link was dialed with, its one address among them. */
static void copy_options(struct cancel_by_sql *way, const PQconninfoOption *options)
{
	size_t count = 0, at = 0;

	while (options[count].keyword)
		count++;
	way->keywords = mem_resize(NULL, count + 1, sizeof(*way->keywords));
	way->values = mem_resize(NULL, count + 1, sizeof(*way->values));
	for (const PQconninfoOption *o = options; o->keyword; o++) {
		if (!o->val)
			continue;
		way->keywords[at] = mem_strdup(o->keyword);
		way->values[at++] = mem_strdup(o->val);
	}
	way->keywords[at] = way->values[at] = NULL;
}

void *driver_cancel_new(PGconn *pg, const struct driver_text *by_sql)
{
	PQconninfoOption *options = PQconninfo(pg);
	struct driver_cancel *cancel = mem_new(struct driver_cancel);

	if (!options)
		die("out of memory");
	if (!must_be_encrypted(pg, options)) {
		cancel->plain = PQgetCancel(pg);
	} else if (by_sql) {
		copy_options(&cancel->by_sql, options);
		cancel->by_sql.sql = by_sql->sql;
		cancel->by_sql.count = by_sql->count;
		assert_always(by_sql->count <= PARAMS_MAX, "a cancel with too many parameters");
		for (int i = 0; i < by_sql->count; i++)
			cancel->by_sql.params[i] = mem_strdup(by_sql->params[i]);
	}
	conninfo_options_free(options);
	if (cancel->plain || cancel->by_sql.sql)
		return cancel;
	free(cancel);
	return NULL;
}

/* ---- by SQL ---- */

/* False once the time is over. */
static bool wait_for(PGconn *pg, short events, int64_t until_us)
{
	struct pollfd fd = { .fd = PQsocket(pg), .events = events };
	int64_t left_us = until_us - clock_mono_us(&clock_system);

	return left_us > 0 && poll(&fd, 1, (int)(left_us / 1000) + 1) > 0;
}

static bool dial(PGconn *pg, int64_t until_us)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING) {
		short events = status == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
		if (PQstatus(pg) == CONNECTION_BAD || !wait_for(pg, events, until_us))
			return false;
		status = PQconnectPoll(pg);
	}
	return status == PGRES_POLLING_OK;
}

/* The text of a failure, or NULL. */
static const char *ask(PGconn *pg, const struct cancel_by_sql *way, int64_t until_us)
{
	if (!PQsendQueryParams(pg, way->sql, way->count, NULL, (const char *const *)way->params,
		    NULL, NULL, 0))
		return PQerrorMessage(pg);
	while (PQisBusy(pg))
		if (!wait_for(pg, POLLIN, until_us) || !PQconsumeInput(pg))
			return "no answer to it";
	PGresult *result = PQgetResult(pg);
	bool is_told = PQresultStatus(result) == PGRES_TUPLES_OK;
	bool is_same = is_told && PQntuples(result) == 1;
	bool is_sent = is_same && strcmp(PQgetvalue(result, 0, 0), "t") == 0;

	PQclear(result);
	if (is_sent)
		return NULL;
	if (!is_told)
		return PQerrorMessage(pg);
	return is_same ? "the session is gone" : "another server answers at that address";
}

static void drop_notice(void *arg, const PGresult *notice)
{
	(void)arg, (void)notice;
}

static bool send_by_sql(const struct cancel_by_sql *way, char *text, size_t bytes)
{
	int64_t until_us = clock_mono_us(&clock_system) + CANCEL_MS * INT64_C(1000);
	PGconn *pg = PQconnectStartParams(
		(const char *const *)way->keywords, (const char *const *)way->values, 0);
	const char *why;

	if (!pg)
		die("out of memory");
	PQsetNoticeReceiver(pg, drop_notice, NULL);
	if (dial(pg, until_us))
		why = ask(pg, way, until_us);
	else
		why = *PQerrorMessage(pg) ? PQerrorMessage(pg) : "no answer in time";
	if (why)
		snprintf(text, bytes, "%s", why);
	PQfinish(pg);
	return !why;
}

bool driver_cancel_send(void *handle, char *text, size_t bytes)
{
	struct driver_cancel *cancel = handle;

	if (cancel->plain)
		return PQcancel(cancel->plain, text, (int)bytes);
	return send_by_sql(&cancel->by_sql, text, bytes);
}

void driver_cancel_free(void *handle)
{
	struct driver_cancel *cancel = handle;
	struct cancel_by_sql *way = &cancel->by_sql;

	PQfreeCancel(cancel->plain);
	for (size_t i = 0; way->keywords && way->keywords[i]; i++) {
		free(way->keywords[i]);
		mem_free_secret(way->values[i]);
	}
	free(way->keywords);
	free(way->values);
	for (int i = 0; i < way->count; i++)
		free(way->params[i]);
	free(cancel);
}
