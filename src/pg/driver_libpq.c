// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The real driver: libpq, asynchronously only. It never prints: notices have a receiver from the start.
 */
#include "pg/driver.h"

#include "base/mem.h"
#include "pg/driver_cancel.h"
#include "pg/driver_flight.h"
#include "pg/error.h"
#include "pg/lookout.h"

#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

struct driver_conn {
	PGconn *pg;
	driver_notice_fn *notice;
	void *notice_arg;
	bool is_copying_out;
	struct flight flight;
	char tls[64];
	long verdict; /* X509_V_…: on the server's certificate, where a handshake failed */
	char *error;  /* owned; libpq's message with what it leaves out; NULL = as it is */
	struct lookout lookout;
};

static const PGresult *to_pg(const struct driver_result *result)
{
	return (const PGresult *)result;
}

static void receive_notice(void *arg, const PGresult *notice)
{
	struct driver_conn *conn = arg;

	if (conn->notice)
		conn->notice(conn->notice_arg, &driver_libpq, (const struct driver_result *)notice);
}

static struct driver_conn *libpq_start(
	void *state, const char *const *keywords, const char *const *values)
{
	struct driver_conn *conn = mem_new(struct driver_conn);

	(void)state;
	conn->pg = PQconnectStartParams(keywords, values, 0);
	if (!conn->pg)
		die("out of memory");
	PQsetNoticeReceiver(conn->pg, receive_notice, conn);
	/* Makes the text of a refused dial carry its SQLSTATE. */
	PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);
	return conn;
}

/*
 * libpq may begin a handshake, see it fail and let go of it within one poll, and tells only that it failed. Why is known
 * to the SSL alone, so it is asked while it is freed. The callback is OpenSSL's, for every SSL of the process, and has
 * nothing of ours at hand: hence the one variable of this file, set for the length of a poll.
 */
static struct {
	bool is_registered;
	struct driver_conn *polled;
} handshake;

static void on_ssl_freed(
	void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long number, void *arg)
{
	struct driver_conn *conn = handshake.polled;

	(void)value, (void)data, (void)index, (void)number, (void)arg;
	if (conn && SSL_get_app_data((SSL *)ssl) == conn->pg)
		conn->verdict = SSL_get_verify_result(ssl);
}

static PostgresPollingStatusType poll_listening(struct driver_conn *conn)
{
	if (!handshake.is_registered)
		SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_freed);
	handshake.is_registered = true;
	handshake.polled = conn;
	PostgresPollingStatusType status = PQconnectPoll(conn->pg);
	handshake.polled = NULL;
	return status;
}

/* "certificate verify failed" of libpq 15 may be an unknown root, an old certificate or a revoked one: say which. */
static void explain_failure(struct driver_conn *conn)
{
	static const char vague[] = "certificate verify failed";
	const char *message = PQerrorMessage(conn->pg), *at = strstr(message, vague);

	if (!at || conn->verdict == X509_V_OK)
		return;
	size_t len = (size_t)(at - message) + strlen(vague);
	conn->error = mem_printf("%.*s: %s%s", (int)len, message,
		X509_verify_cert_error_string(conn->verdict), message + len);
}

static void read_tls(struct driver_conn *conn)
{
	bool is_used = PQsslInUse(conn->pg);
	const char *protocol = is_used ? PQsslAttribute(conn->pg, "protocol") : NULL;
	const char *cipher = is_used ? PQsslAttribute(conn->pg, "cipher") : NULL;

	snprintf(conn->tls, sizeof(conn->tls), "%s%s%s",
		protocol  ? protocol
		: is_used ? "TLS"
			  : "",
		cipher ? " " : "", cipher ? cipher : "");
}

/*
 * With sslmode prefer and allow, whatever the server's refusal is, libpq dials a second time without TLS, or with it:
 * two failures for one wrong password where somebody counts them, the second for everybody to read. Only where the way
 * itself was refused does the other way make sense.
 */
static bool is_answer_final(const struct driver_conn *conn)
{
	const char *message = PQerrorMessage(conn->pg);
	char sqlstate[6];

	return error_find_sqlstate(message, sqlstate) && !strstr(message, "pg_hba.conf");
}

static enum driver_poll libpq_poll(struct driver_conn *conn)
{
	read_tls(conn);
	PostgresPollingStatusType status = poll_listening(conn);

	if (status != PGRES_POLLING_OK && is_answer_final(conn))
		status = PGRES_POLLING_FAILED;
	if (status == PGRES_POLLING_FAILED)
		explain_failure(conn);
	if (status == PGRES_POLLING_OK)
		return PQsetnonblocking(conn->pg, 1) == 0 ? DRIVER_POLL_OK : DRIVER_POLL_FAILED;
	if (status == PGRES_POLLING_READING)
		return DRIVER_POLL_READING;
	return status == PGRES_POLLING_WRITING ? DRIVER_POLL_WRITING : DRIVER_POLL_FAILED;
}

static void libpq_finish(struct driver_conn *conn)
{
	PQclear(conn->flight.ready);
	PQfinish(conn->pg);
	free(conn->error);
	free(conn);
}

static int libpq_socket(struct driver_conn *conn)
{
	return PQsocket(conn->pg);
}

static bool libpq_is_alive(struct driver_conn *conn)
{
	return PQstatus(conn->pg) != CONNECTION_BAD;
}

static const char *libpq_error(struct driver_conn *conn)
{
	return conn->error ? conn->error : PQerrorMessage(conn->pg);
}

static bool libpq_needs_password(struct driver_conn *conn)
{
	return PQconnectionNeedsPassword(conn->pg);
}

static bool libpq_shows_password(struct driver_conn *conn)
{
	const char *password = PQpass(conn->pg);
	bool is_asked = lookout_sees_request(&conn->lookout, PQsocket(conn->pg));

	return is_asked && password && *password && !PQsslInUse(conn->pg);
}

static enum driver_txn libpq_txn(struct driver_conn *conn)
{
	static const enum driver_txn states[] = {
		[PQTRANS_IDLE] = DRIVER_TXN_IDLE,
		[PQTRANS_ACTIVE] = DRIVER_TXN_ACTIVE,
		[PQTRANS_INTRANS] = DRIVER_TXN_INTRANS,
		[PQTRANS_INERROR] = DRIVER_TXN_INERROR,
		[PQTRANS_UNKNOWN] = DRIVER_TXN_UNKNOWN,
	};
	return states[PQtransactionStatus(conn->pg)];
}

static int libpq_backend_pid(struct driver_conn *conn)
{
	return PQbackendPID(conn->pg);
}

static int libpq_server_version(struct driver_conn *conn)
{
	return PQserverVersion(conn->pg);
}

static const char *libpq_parameter(struct driver_conn *conn, const char *name)
{
	return PQparameterStatus(conn->pg, name);
}

static const char *libpq_host(struct driver_conn *conn)
{
	return PQhost(conn->pg);
}

static const char *libpq_port(struct driver_conn *conn)
{
	return PQport(conn->pg);
}

static const char *libpq_tls(struct driver_conn *conn)
{
	if (libpq_is_alive(conn))
		read_tls(conn);
	return conn->tls;
}

static void libpq_set_notice(struct driver_conn *conn, driver_notice_fn *notice, void *arg)
{
	conn->notice = notice;
	conn->notice_arg = arg;
}

static bool libpq_send(
	struct driver_conn *conn, const char *sql, int count, const char *const *params)
{
	return PQsendQueryParams(conn->pg, sql, count, NULL, params, NULL, NULL, 0);
}

/* A pipeline without a BEGIN is one transaction up to its synchronisation, which ends it after an error too. */
static bool libpq_send_pair(
	struct driver_conn *conn, const struct driver_text *first, const struct driver_text *second)
{
	return flight_start(&conn->flight, FLIGHT_FIRST, conn->pg) &&
	       libpq_send(conn, first->sql, first->count, first->params) &&
	       libpq_send(conn, second->sql, second->count, second->params) &&
	       PQpipelineSync(conn->pg);
}

static bool libpq_train_start(struct driver_conn *conn)
{
	return flight_start(&conn->flight, FLIGHT_TRAIN, conn->pg);
}

static bool libpq_train_push(struct driver_conn *conn)
{
	return PQsendFlushRequest(conn->pg);
}

static bool libpq_train_end(struct driver_conn *conn)
{
	return PQpipelineSync(conn->pg);
}

static bool libpq_prepare(struct driver_conn *conn, const char *name, const char *sql, int count)
{
	return PQsendPrepare(conn->pg, name, sql, count, NULL);
}

static bool libpq_send_prepared(
	struct driver_conn *conn, const char *name, int count, const char *const *params)
{
	return PQsendQueryPrepared(conn->pg, name, count, params, NULL, NULL, 0);
}

static bool libpq_send_simple(struct driver_conn *conn, const char *sql)
{
	return PQsendQuery(conn->pg, sql);
}

static int libpq_flush(struct driver_conn *conn)
{
	return PQflush(conn->pg);
}

static bool libpq_consume(struct driver_conn *conn)
{
	return PQconsumeInput(conn->pg);
}

/* Nobody reads what COPY … TO stdout sends, but the answer behind it must be reached. */
static bool skip_copied_rows(struct driver_conn *conn)
{
	char *row;
	int bytes;

	while ((bytes = PQgetCopyData(conn->pg, &row, 1)) > 0)
		PQfreemem(row);
	conn->is_copying_out = bytes == 0;
	return !conn->is_copying_out;
}

static bool libpq_is_busy(struct driver_conn *conn)
{
	if (conn->flight.state != FLIGHT_NONE)
		return !flight_read(&conn->flight, conn->pg);
	if (conn->is_copying_out && !skip_copied_rows(conn))
		return true;
	return PQisBusy(conn->pg);
}

static struct driver_result *libpq_next_result(struct driver_conn *conn)
{
	if (conn->flight.state != FLIGHT_NONE)
		return (struct driver_result *)flight_next(&conn->flight, conn->pg);
	PGresult *result = PQgetResult(conn->pg);

	if (result && PQresultStatus(result) == PGRES_COPY_OUT)
		conn->is_copying_out = true;
	return (struct driver_result *)result;
}

static int libpq_copy_data(struct driver_conn *conn, const char *data, size_t len)
{
	return PQputCopyData(conn->pg, data, (int)len);
}

static int libpq_copy_end(struct driver_conn *conn, const char *error)
{
	return PQputCopyEnd(conn->pg, error);
}

static void *libpq_cancel_new(struct driver_conn *conn, const struct driver_text *by_sql)
{
	return driver_cancel_new(conn->pg, by_sql);
}

static enum driver_kind libpq_kind(const struct driver_result *result)
{
	switch (PQresultStatus(to_pg(result))) {
	case PGRES_EMPTY_QUERY: return DRIVER_EMPTY;
	case PGRES_COMMAND_OK: return DRIVER_COMMAND;
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE: return DRIVER_ROWS;
	case PGRES_COPY_IN:
	case PGRES_COPY_BOTH: return DRIVER_COPY_IN;
	case PGRES_COPY_OUT: return DRIVER_COPY_OUT;
	case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR:
	case PGRES_FATAL_ERROR:
	case PGRES_PIPELINE_SYNC:
	case PGRES_PIPELINE_ABORTED: break;
	}
	return DRIVER_ERROR;
}

static int libpq_rows(const struct driver_result *result)
{
	return PQntuples(to_pg(result));
}

static int libpq_columns(const struct driver_result *result)
{
	return PQnfields(to_pg(result));
}

/* Exactly that name: PQfnumber would fold case and read quotes. */
static int libpq_column(const struct driver_result *result, const char *name)
{
	for (int i = 0; i < PQnfields(to_pg(result)); i++)
		if (strcmp(PQfname(to_pg(result), i), name) == 0)
			return i;
	return -1;
}

static const char *libpq_column_name(const struct driver_result *result, int column)
{
	return PQfname(to_pg(result), column);
}

static const char *libpq_value(const struct driver_result *result, int row, int column)
{
	if (PQgetisnull(to_pg(result), row, column))
		return NULL;
	return PQgetvalue(to_pg(result), row, column);
}

static size_t libpq_value_bytes(const struct driver_result *result, int row, int column)
{
	return (size_t)PQgetlength(to_pg(result), row, column);
}

static const char *libpq_tag(const struct driver_result *result)
{
	return PQcmdStatus((PGresult *)result);
}

static const char *libpq_error_field(const struct driver_result *result, enum driver_field field)
{
	const char *text = PQresultErrorField(to_pg(result), field);

	/* A lost link makes a result without fields, only words. */
	if (!text && field == DRIVER_FIELD_TEXT)
		text = PQresultErrorMessage(to_pg(result));
	return text;
}

static void libpq_free_result(struct driver_result *result)
{
	PQclear((PGresult *)result);
}

const struct driver driver_libpq = {
	.start = libpq_start,
	.poll = libpq_poll,
	.finish = libpq_finish,
	.socket = libpq_socket,
	.is_alive = libpq_is_alive,
	.error = libpq_error,
	.needs_password = libpq_needs_password,
	.shows_password = libpq_shows_password,
	.txn = libpq_txn,
	.backend_pid = libpq_backend_pid,
	.server_version = libpq_server_version,
	.parameter = libpq_parameter,
	.host = libpq_host,
	.port = libpq_port,
	.tls = libpq_tls,
	.set_notice = libpq_set_notice,
	.send = libpq_send,
	.send_pair = libpq_send_pair,
	.prepare = libpq_prepare,
	.send_prepared = libpq_send_prepared,
	.send_simple = libpq_send_simple,
	.train_start = libpq_train_start,
	.train_push = libpq_train_push,
	.train_end = libpq_train_end,
	.flush = libpq_flush,
	.consume = libpq_consume,
	.is_busy = libpq_is_busy,
	.next_result = libpq_next_result,
	.copy_data = libpq_copy_data,
	.copy_end = libpq_copy_end,
	.cancel_new = libpq_cancel_new,
	.cancel_send = driver_cancel_send,
	.cancel_free = driver_cancel_free,
	.kind = libpq_kind,
	.rows = libpq_rows,
	.columns = libpq_columns,
	.column = libpq_column,
	.column_name = libpq_column_name,
	.value = libpq_value,
	.value_bytes = libpq_value_bytes,
	.tag = libpq_tag,
	.error_field = libpq_error_field,
	.free_result = libpq_free_result,
};

int driver_libpq_version(void)
{
	return PQlibVersion();
}
