// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Settings: what our statements run under. A session of our own gets them in the startup packet: no round trip, and
 * RESET ALL comes back to them. A session that a pooler shares out gets them with each question, for its transaction
 * only: a SET would reach other clients, and would not be there for our next question.
 */
#include <pwd.h>
#include <unistd.h>

#include "pg/conn_private.h"
#include "sql/sql.h"

enum {
	APPLICATION_NAME_BYTES = 63, /* what the server keeps */
	IDLE_IN_TRANSACTION_MS = 60000,
	NUMBER_BYTES = 24,
	OLDEST_TELLING_ROLE = 140000, /* servers that report in_hot_standby */
};

const char *conn_purpose_word(enum conn_purpose purpose)
{
	static const char *const words[] = {
		[CONN_MONITOR] = "monitor",
		[CONN_CHANGE] = "change",
		[CONN_WORK] = "work",
	};
	return words[purpose];
}

/* "dbtop/monitor ann@laptop" */
static const char *application_name(const struct conn *conn, char text[APPLICATION_NAME_BYTES + 1])
{
	char host[APPLICATION_NAME_BYTES] = "";
	const struct passwd *user = getpwuid(geteuid());
	struct str whole = { 0 };

	gethostname(host, sizeof(host) - 1);
	str_addf(&whole, "dbtop/%s %s@%s", conn_purpose_word(conn->options.purpose),
		user ? user->pw_name : "?", host);
	snprintf(text, APPLICATION_NAME_BYTES + 1, "%.*s", APPLICATION_NAME_BYTES, str_c(&whole));
	str_release(&whole);
	return text;
}

static void set_options(struct conn *conn)
{
	const struct conn_options *o = &conn->options;
	const char *own = conninfo_get(conn->info, "options");
	struct str text = { 0 };

	str_add(&text, own ? own : "");
	if (o->purpose == CONN_MONITOR)
		str_add(&text, " -c default_transaction_read_only=on");
	/* To compile one of our questions takes longer than to run it: a second for a plan of thousands of tables. */
	if (o->purpose != CONN_CHANGE)
		str_add(&text, " -c search_path= -c jit=off");
	if (o->statement_timeout_ms > 0)
		str_addf(&text, " -c statement_timeout=%lld", (long long)o->statement_timeout_ms);
	if (o->lock_timeout_ms > 0)
		str_addf(&text, " -c lock_timeout=%lld", (long long)o->lock_timeout_ms);
	str_addf(&text, " -c idle_in_transaction_session_timeout=%d", IDLE_IN_TRANSACTION_MS);
	conninfo_set(conn->dialed, "options", conn->is_without_options ? NULL : str_c(&text));
	str_release(&text);
}

void session_set_startup(struct conn *conn)
{
	char name[APPLICATION_NAME_BYTES + 1];

	conninfo_set(conn->dialed, "application_name", application_name(conn, name));
	set_options(conn);
}

static const char *number(int64_t n, char text[NUMBER_BYTES])
{
	if (n <= 0)
		return NULL;
	snprintf(text, NUMBER_BYTES, "%lld", (long long)n);
	return text;
}

bool session_wants_setup(const struct conn *conn)
{
	const struct identity *identity = &conn->view.identity;

	if (identity->is_pooled &&
		(conn->options.purpose == CONN_MONITOR || !conn->options.pooler_is_session))
		return false;
	return conn->is_without_options || identity->is_pooled || conn->set_role;
}

void session_setup(struct conn *conn, query_done_fn *done)
{
	const struct conn_options *o = &conn->options;
	bool is_monitor = o->purpose == CONN_MONITOR;
	char statement[NUMBER_BYTES], lock[NUMBER_BYTES], idle[NUMBER_BYTES];
	char name[APPLICATION_NAME_BYTES + 1];
	const char *params[] = { o->purpose != CONN_CHANGE ? "" : NULL, is_monitor ? "on" : NULL,
		number(o->statement_timeout_ms, statement), number(o->lock_timeout_ms, lock),
		number(IDLE_IN_TRANSACTION_MS, idle), o->set_role, application_name(conn, name) };
	const struct query query = {
		.sql = sql_get("session-setup", conn->view.identity.server_version),
		.params = params,
		.param_count = ARRAY_SIZE(params),
	};

	exchange_start(conn, &query, done, conn);
}

/* Until the server has said who it is, it may be one behind a pooler: so for a changing connection, too. */
bool session_is_shared(const struct conn *conn)
{
	if (conn->state == CONN_GREETING && conn->identified_us == 0)
		return true;
	return conn->options.purpose == CONN_MONITOR && conn->view.identity.is_pooled;
}

/* What travels with a question or a transaction on a session that others use too; its texts live in it. */
struct local_settings {
	char statement[NUMBER_BYTES], lock[NUMBER_BYTES], idle[NUMBER_BYTES], pid[NUMBER_BYTES];
	char name[APPLICATION_NAME_BYTES + 1];
	const char *params[6]; /* as session-local.sql and unit-settings.sql count them */
};

static void settings_fill(struct local_settings *s, const struct conn *conn)
{
	const struct conn_options *o = &conn->options;
	const char *const params[] = { number(o->statement_timeout_ms, s->statement),
		number(o->lock_timeout_ms, s->lock), number(IDLE_IN_TRANSACTION_MS, s->idle),
		application_name(conn, s->name), s->pid, o->set_role };

	snprintf(s->pid, sizeof(s->pid), "%d", conn->driver->backend_pid(conn->link));
	memcpy(s->params, params, sizeof(params));
}

bool session_send_local(struct conn *conn, const struct driver_text *question)
{
	struct local_settings s;
	const struct driver_text settings = {
		sql_get("session-local", conn->view.identity.server_version),
		ARRAY_SIZE(s.params) - 1, /* it only reads, in no other role */
		s.params,
	};

	settings_fill(&s, conn);
	return conn->driver->send_pair(conn->link, &settings, question);
}

bool conn_is_shared(const struct conn *conn)
{
	return conn->options.purpose == CONN_WORK && conn->view.identity.is_pooled &&
	       !conn->options.pooler_is_session;
}

void conn_set_local(struct conn *conn, int64_t deadline_ms, query_done_fn *done, void *arg)
{
	struct local_settings s;
	const struct query query = {
		.sql = sql_get("unit-settings", conn->view.identity.server_version),
		.params = s.params,
		.param_count = ARRAY_SIZE(s.params),
		.deadline_ms = deadline_ms,
	};

	settings_fill(&s, conn);
	conn_query(conn, &query, done, arg);
}

/* A pooler repeats what some server said to it long ago. */
bool conn_tells_role(const struct conn *conn)
{
	const struct identity *identity = &conn->view.identity;

	return identity->server_version >= OLDEST_TELLING_ROLE && !identity->is_pooled;
}
