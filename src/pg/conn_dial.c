// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Dialing: name → address → handshake → who answers → admitted, set up → free. One deadline over all of it.
 */
#include <arpa/inet.h>

#include "base/mem.h"
#include "pg/advice.h"
#include "pg/conn_log.h"
#include "pg/conn_private.h"
#include "pg/error.h"
#include "pg/identity.h"
#include "sql/sql.h"

enum { OLDEST_VERSION = 130000, IDENTITY_STALE_US = 10000000 };

/* A name on its way through the resolver. The conn may be gone when it comes back. */
struct lookup {
	struct conn *conn;
};

static void dial_next_address(struct conn *conn);

static void free_addresses(struct conn *conn)
{
	for (size_t i = 0; i < conn->address_count; i++)
		free(conn->addresses[i]);
	free(conn->addresses);
	conn->addresses = NULL;
	conn->address_count = conn->address_next = 0;
}

void dial_release(struct conn *conn)
{
	if (conn->lookup)
		conn->lookup->conn = NULL;
	conn->lookup = NULL;
	free_addresses(conn);
	conninfo_free(conn->dialed);
	conn->dialed = NULL;
}

/*
 * A peer that vanished without a word is noticed within a minute or two, also while an answer is all we wait for: the
 * kernel's own two hours would leave a COMMIT in the dark for as long. What the user set stands.
 */
static void set_keepalives(struct conninfo *info)
{
	static const struct {
		const char *key, *value;
	} defaults[] = {
		{ "keepalives_idle", "30" },
		{ "keepalives_interval", "10" },
		{ "keepalives_count", "3" },
		{ "tcp_user_timeout", "60000" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++) {
		if (!conninfo_get(info, defaults[i].key))
			conninfo_set(info, defaults[i].key, defaults[i].value);
	}
}

static void prepare_dialed(struct conn *conn, const char *address)
{
	conninfo_free(conn->dialed);
	conn->dialed = conninfo_copy(conn->info);
	conninfo_set(conn->dialed, "client_encoding", "UTF8");
	session_set_startup(conn);
	set_keepalives(conn->dialed);
	if (address)
		conninfo_set(conn->dialed, "hostaddr", address);
}

static void on_notice(void *arg, const struct driver *driver, const struct driver_result *notice)
{
	struct conn *conn = arg;
	const struct error_source nothing = { 0 };
	const char *severity = driver->error_field(notice, DRIVER_FIELD_SEVERITY_WORD);
	const char *text = driver->error_field(notice, DRIVER_FIELD_TEXT);

	if (error_is_fatal(driver, notice)) { /* an idle session is told to go */
		error_from_result(driver, notice, &nothing, &conn->fatal);
		error_advise(&conn->fatal);
		conn->has_fatal = true;
		return;
	}
	if (!severity)
		severity = driver->error_field(notice, DRIVER_FIELD_SEVERITY);
	if (conn->notice)
		conn->notice(conn->notice_arg, severity ? severity : "NOTICE", text ? text : "");
}

/* ---- who answers ---- */

static bool refuse_pooler(const struct identity *identity, struct err *e)
{
	err_set(e, ERR_CONFLICT,
		"a connection pooler answers at %.100s:%s, not the server: locks and settings "
		"would "
		"leak to other clients",
		identity->host, identity->port);
	return err_hint(e, "%s", advice_get("pooler-in-the-way")->hint);
}

static bool refuse_standby(const struct identity *identity, struct err *e)
{
	err_set(e, ERR_CONFLICT, "%.100s:%s is a standby: it only reads", identity->host,
		identity->port);
	return err_hint(e, "%s", advice_get("standby-for-write")->hint);
}

/* A changing connection is wanted for a plan, by whom it was made for. */
static bool is_as_planned(const struct conn *conn, const struct identity *identity, struct err *e)
{
	struct err why;

	if (identity_check_equal(identity, conn->options.must_equal, &why))
		return true;
	*e = why;
	if (conn->options.purpose == CONN_CHANGE)
		snprintf(e->text, sizeof(e->text), "not the server this plan was made for: %.200s",
			why.text);
	return false;
}

static bool admit(const struct conn *conn, const struct identity *identity, struct err *e)
{
	const struct conn_options *o = &conn->options;

	if (o->purpose == CONN_CHANGE && identity->is_pooled && !o->pooler_is_session)
		return refuse_pooler(identity, e);
	if (o->must_be_primary && identity->is_standby)
		return refuse_standby(identity, e);
	return !o->must_equal || is_as_planned(conn, identity, e);
}

static void dial_done(struct conn *conn)
{
	loop_timer_stop(conn->timer);
	conn->timer = NULL;
	dial_release(conn);
	conn->view.attempt = 0;
	conn->view.retry_at_us = 0;
	conn->view.error[0] = conn->view.sqlstate[0] = conn->view.hint[0] = '\0';
	conn->failure = (struct err){ .kind = ERR_NONE };
	conn->opened_us = loop_now_us(conn->loop);
	conn_log_opened(conn);
	conn_enter(conn, CONN_IDLE);
}

static void on_set_up(void *arg, const struct result *result, const struct err *e)
{
	struct conn *conn = arg;

	(void)result;
	if (e)
		conn_fail(conn, e, e->kind == ERR_SERVER ? CONN_STOP : CONN_TRY_AGAIN);
	else
		dial_done(conn);
}

static void set_up(struct conn *conn)
{
	if (session_wants_setup(conn))
		session_setup(conn, on_set_up);
	else
		dial_done(conn);
}

static void on_identity(void *arg, const struct result *result, const struct err *e);

static const char *identity_sql(const struct conn *conn)
{
	return sql_get(
		conn->is_plain ? "identity-plain" : "identity", conn->view.identity.server_version);
}

static bool is_kept_from_control_data(struct conn *conn, const struct err *e)
{
	if (conn->is_plain || strcmp(e->sqlstate, "42501") != 0)
		return false;
	conn->is_plain = true;
	return true;
}

static void take_identity(struct conn *conn, const struct result *result)
{
	identity_from_row(result, conn->driver, conn->link, &conn->view.identity);
	conn->identified_us = loop_now_us(conn->loop);
	conn_notify(conn);
}

static void ask_identity(struct conn *conn)
{
	const struct query query = { .sql = identity_sql(conn) };
	exchange_start(conn, &query, on_identity, conn);
}

static void on_identity(void *arg, const struct result *result, const struct err *e)
{
	struct conn *conn = arg;
	struct err refusal;

	if (e && is_kept_from_control_data(conn, e)) {
		ask_identity(conn);
		return;
	}
	if (e) {
		conn_fail(conn, e, CONN_TRY_AGAIN);
		return;
	}
	take_identity(conn, result);
	if (admit(conn, &conn->view.identity, &refusal))
		set_up(conn);
	else
		conn_fail(conn, &refusal, CONN_STOP);
}

static void greet(struct conn *conn)
{
	struct identity *identity = &conn->view.identity;
	struct err e;

	identity_from_link(conn->driver, conn->link, conn->info, identity);
	if (identity->server_version < OLDEST_VERSION) {
		err_set(&e, ERR_CONNECT, "%.100s:%s is PostgreSQL %s: dbtop needs 13 or newer",
			identity->host, identity->port, identity->version_words);
		conn_fail(conn, &e, CONN_STOP);
		return;
	}
	conn->watch = loop_watch_start(
		conn->loop, conn->driver->socket(conn->link), LOOP_READ, conn_on_ready, conn, &e);
	if (!conn->watch) {
		conn_fail(conn, &e, CONN_TRY_AGAIN);
		return;
	}
	conn->identified_us = 0;
	conn_enter(conn, CONN_GREETING);
	ask_identity(conn);
}

/* ---- the handshake ---- */

static bool are_options_refused(const struct conn *conn, const struct err *e)
{
	return !conn->is_without_options && strcmp(e->sqlstate, "08P01") == 0 &&
	       strstr(e->text, "startup parameter");
}

static void close_half_open(struct conn *conn)
{
	loop_watch_stop(conn->watch);
	conn->watch = NULL;
	conn->driver->finish(conn->link);
	conn->link = NULL;
	conn->has_fatal = false;
}

static void dial_refused(struct conn *conn)
{
	struct err e;

	error_from_dial(conn->driver, conn->link, conn->info, &e);
	conn->view.wants_password = conn->driver->needs_password(conn->link);
	if (conn->view.wants_password) {
		err_hint(&e, "the server wants a password: set PGPASSWORD, write it to ~/.pgpass, "
			     "or say -W");
		conn_fail(conn, &e, CONN_STOP);
		return;
	}
	if (are_options_refused(conn, &e)) {
		conn->is_without_options = true;
		conn->address_next -= conn->address_next > 0;
	} else if (*e.sqlstate || conn->address_next >= conn->address_count) {
		conn_fail(conn, &e, error_stops_dialing(&e) ? CONN_STOP : CONN_TRY_AGAIN);
		return;
	}
	close_half_open(conn);
	dial_next_address(conn);
}

/* libpq takes nothing back: whoever asks for the password as it is would have it with the next poll. */
static bool would_show_password(struct conn *conn)
{
	return conn->driver->shows_password(conn->link) && conninfo_is_exposed(conn->info);
}

static void on_dialing(void *arg, int events);

/* libpq may open another socket under the same number at each poll: the watch never lives across one. */
static void watch_dialing(struct conn *conn, int events)
{
	struct err e;

	conn->watch = loop_watch_start(
		conn->loop, conn->driver->socket(conn->link), events, on_dialing, conn, &e);
	if (!conn->watch)
		conn_fail(conn, &e, CONN_TRY_AGAIN);
}

static void on_dialing(void *arg, int events)
{
	struct conn *conn = arg;
	struct err e;

	(void)events;
	loop_watch_stop(conn->watch);
	conn->watch = NULL;
	if (would_show_password(conn)) {
		error_from_clear_password(conn->info, &e);
		conn_fail(conn, &e, CONN_STOP);
		return;
	}
	switch (conn->driver->poll(conn->link)) {
	case DRIVER_POLL_READING: watch_dialing(conn, LOOP_READ); break;
	case DRIVER_POLL_WRITING: watch_dialing(conn, LOOP_WRITE); break;
	case DRIVER_POLL_OK: greet(conn); break;
	case DRIVER_POLL_FAILED: dial_refused(conn); break;
	}
}

/* With no address left to try: the host as it stands, a socket directory or an address. */
static void dial_next_address(struct conn *conn)
{
	const char *address = NULL;

	if (conn->address_next < conn->address_count)
		address = conn->addresses[conn->address_next++];
	prepare_dialed(conn, address);
	conn->link = conn->driver->start(conn->driver->state, conninfo_keywords(conn->dialed),
		conninfo_values(conn->dialed));
	conn->driver->set_notice(conn->link, on_notice, conn);
	conn_enter(conn, CONN_DIALING);
	if (conn->driver->is_alive(conn->link))
		watch_dialing(conn, LOOP_WRITE);
	else
		dial_refused(conn);
}

static void on_addresses(void *arg, const char *const *addresses, size_t count, const struct err *e)
{
	struct lookup *lookup = arg;
	struct conn *conn = lookup->conn;

	free(lookup);
	if (!conn)
		return;
	conn->lookup = NULL;
	if (e) {
		conn_fail(conn, e, CONN_TRY_AGAIN);
		return;
	}
	conn->addresses = mem_resize(NULL, count + 1, sizeof(*conn->addresses));
	for (size_t i = 0; i < count; i++)
		conn->addresses[i] = mem_strdup(addresses[i]);
	conn->address_count = count;
	dial_next_address(conn);
}

/* Sockets, addresses, and hosts whose address is given need no name server. */
static bool is_name(const struct conninfo *info)
{
	const char *host = conninfo_get(info, "host");
	const char *address = conninfo_get(info, "hostaddr");
	unsigned char number[sizeof(struct in6_addr)];

	if (!host || !*host || *host == '/' || *host == '@' || (address && *address))
		return false;
	return inet_pton(AF_INET, host, number) != 1 && inet_pton(AF_INET6, host, number) != 1;
}

void conn_explain_silence(const struct conn *conn, int64_t waited_ms, struct err *e)
{
	bool is_let_in = conn->state == CONN_GREETING;
	const char *advice = is_let_in ? "no-server-behind" : "connection-timeout";
	struct str place = { 0 };

	conninfo_words(conn->info, &place);
	err_set(e, ERR_TIMEOUT, "cannot connect to %.120s: %s %.1f s", str_c(&place),
		is_let_in ? "let in, still waiting for an answer after" : "no answer within",
		(double)waited_ms / 1000);
	err_hint(e, "%s",
		conn->state == CONN_RESOLVING ? "the name server does not answer"
					      : advice_get(advice)->hint);
	str_release(&place);
}

static void on_dial_deadline(void *arg)
{
	struct conn *conn = arg;
	struct err e;

	conn->timer = NULL;
	conn_explain_silence(conn, conn->options.connect_timeout_ms, &e);
	conn_fail(conn, &e, CONN_TRY_AGAIN);
}

void conn_dial(struct conn *conn)
{
	loop_timer_stop(conn->timer);
	conn->timer = NULL;
	conn->is_refused = false;
	conn->view.attempt++;
	conn->dialed_us = loop_now_us(conn->loop);
	conn->opened_us = 0;
	conn->view.retry_at_us = 0;
	if (conn->options.connect_timeout_ms > 0)
		conn->timer = loop_timer_start(
			conn->loop, conn->options.connect_timeout_ms, 0, on_dial_deadline, conn);
	if (!is_name(conn->info)) {
		dial_next_address(conn);
		return;
	}
	conn->lookup = mem_new(struct lookup);
	conn->lookup->conn = conn;
	conn_enter(conn, CONN_RESOLVING);
	loop_resolve_start(
		conn->loop, conninfo_get(conn->info, "host"), on_addresses, conn->lookup);
}

/* ---- asked again ---- */

struct asking {
	struct conn *conn;
	query_done_fn *done;
	void *arg;
};

static void on_identity_again(void *arg, const struct result *result, const struct err *e)
{
	struct asking asking = *(struct asking *)arg;

	free(arg);
	if (e && conn_is_usable(asking.conn) && is_kept_from_control_data(asking.conn, e)) {
		conn_identify(asking.conn, asking.done, asking.arg);
		return;
	}
	if (result)
		take_identity(asking.conn, result);
	asking.done(asking.arg, result, e);
}

bool conn_is_identity_stale(const struct conn *conn)
{
	if (conn->identified_us == 0)
		return true;
	return !conn_tells_role(conn) &&
	       loop_now_us(conn->loop) - conn->identified_us > IDENTITY_STALE_US;
}

void conn_identify(struct conn *conn, query_done_fn *done, void *arg)
{
	struct asking *asking = mem_new(struct asking);
	const struct query query = { .sql = identity_sql(conn), .deadline_ms = 5000 };

	*asking = (struct asking){ conn, done, arg };
	conn_query(conn, &query, on_identity_again, asking);
}
