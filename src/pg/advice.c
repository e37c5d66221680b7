// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

static void add(struct advice_causes *out, const char *fmt, ...) PRINTF(2, 3);

static void add(struct advice_causes *out, const char *fmt, ...)
{
	va_list args;

	if (out->count == ADVICE_CAUSES_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(out->words[out->count++], ADVICE_CAUSE_BYTES, fmt, args);
	va_end(args);
}

/* ---- what the figures show ---- */

static const struct session_group *largest_group(const struct pool_health *pool)
{
	const struct session_group *largest = NULL;

	for (size_t i = 0; i < pool->group_count; i++)
		if (!largest || pool->groups[i].total > largest->total)
			largest = &pool->groups[i];
	return largest;
}

static void add_limit(struct advice_causes *out, const char *what, int64_t limit, int64_t used)
{
	if (value_is_known(limit) && limit >= 0)
		add(out, "%s may have %lld connections and held %lld", what, (long long)limit,
			(long long)used);
}

static void look_at_slots(const struct advice_given *given, struct advice_causes *out)
{
	const struct pool_health *pool = given->pool;

	if (pool->sampled_us == 0)
		return;
	const struct session_group *group = largest_group(pool);
	if (value_is_known(pool->ceiling))
		add(out, "when last seen, %lld of %lld slots were used", (long long)pool->used,
			(long long)pool->ceiling);
	if (group && value_is_known(group->idle))
		add(out, "%.60s held the most: %lld sessions, %lld of them idle",
			*group->name ? group->name : "an application without a name",
			(long long)group->total, (long long)group->idle);
	else if (group)
		add(out, "%.60s held the most: %lld sessions",
			*group->name ? group->name : "an application without a name",
			(long long)group->total);
	if (value_is_known(pool->idle_long) && pool->idle_long > 0)
		add(out, "%lld sessions had been idle for more than ten minutes",
			(long long)pool->idle_long);
	if (value_is_known(pool->idle_in_txn) && pool->idle_in_txn > 0)
		add(out, "%lld sessions were idle inside a transaction",
			(long long)pool->idle_in_txn);
	add_limit(out, "this role", pool->role_limit, pool->role_used);
	add_limit(out, "this database", pool->database_limit, pool->database_used);
}

static void look_at_silence(const struct advice_given *given, struct advice_causes *out)
{
	const struct identity *identity = &given->link->identity;

	if (identity->server_version)
		add(out,
			"PostgreSQL %s at %.100s:%s answered before: it hangs, its machine is "
			"gone, or "
			"the network between",
			identity->version_words, identity->host, identity->port);
	else
		add(out, "nobody has answered there yet: address and port may be wrong");
	for (size_t i = 0; i < given->other_count; i++)
		if (given->others[i].state == LINK_UP)
			add(out, "%.100s:%s answers, so the network is not down as a whole",
				given->others[i].identity.host, given->others[i].identity.port);
}

static void look_at_password(const struct advice_given *given, struct advice_causes *out)
{
	if (given->link->wants_password)
		add(out, "the server asked for a password and dbtop was given none");
	if (given->link->identity.server_version)
		add(out, "%.64s was let in before: the password or the role was changed since",
			given->link->identity.user);
}

static void look_for_primary(const struct advice_given *given, struct advice_causes *out)
{
	for (size_t i = 0; i < given->other_count; i++) {
		const struct link_view *other = &given->others[i];
		if (other->state == LINK_UP && !other->identity.is_standby)
			add(out,
				"%.100s:%s, listed as a standby, is the primary: a failover took "
				"place",
				other->identity.host, other->identity.port);
	}
}

static void look_at_pooler(const struct advice_given *given, struct advice_causes *out)
{
	const struct identity *identity = &given->link->identity;

	if (identity->is_pooled)
		add(out,
			"the session at %.100s:%s has another number on the server than on the way "
			"to it",
			identity->host, identity->port);
}

/* ---- the table: the first row that fits wins ---- */

static const struct advice rows[] = {
	{ .id = "too-many-connections",
		.symptom = "too many connections",
		.sqlstate = "53300",
		.hint = "the server has no free connection slot: close idle sessions, or raise "
			"max_connections",
		.usual = { "pools of the applications are larger together than the server",
			"an application opens connections and does not close them" },
		.steps = { "end sessions that idle for long: idle_session_timeout, or the "
			   "application's own limit",
			"compare pools and server: dbtop pools shows the sum",
			"put a pooler in front, or raise max_connections (needs a restart)" },
		.look = look_at_slots },
	{ .id = "no-server-behind",
		.symptom = "connection timeout",
		.words = "still waiting for an answer",
		.or_words = "query_wait_timeout",
		.hint = "the pooler there is paused or has no server free; without a pooler, the "
			"server itself hangs",
		.usual = { "the pooler is paused, or all its servers are taken",
			"the server's session is frozen" },
		.steps = { "ask the pooler's console: SHOW POOLS, SHOW DATABASES; RESUME ends a "
			   "pause",
			"try the server without the pooler" } },
	{ .id = "connection-timeout",
		.symptom = "connection timeout",
		.words = "no answer within",
		.hint = "the host is down, a firewall drops the packets, or the server hangs",
		.usual = { "a firewall or security group drops the packets",
			"the server's machine is overloaded or frozen" },
		.steps = { "try the port from here: pg_isready -h HOST -p PORT",
			"look at the server's own log and load",
			"give it longer: connect_timeout" },
		.look = look_at_silence },
	{ .id = "authentication-failed",
		.symptom = "authentication failed",
		.sqlstate = "28P01",
		.stops = true,
		.verdict = "the server refuses the password: ",
		.hint = "check user and password: PGPASSWORD, ~/.pgpass or the service file",
		.usual = { "user or password is wrong, or is meant for another server",
			"the password has expired: VALID UNTIL of the role",
			"~/.pgpass may be read by others: then it is not read at all" },
		.steps = { "say the password with -W, and see whether it is taken",
			"let who runs the server look into its log: it tells why, the client is "
			"not told",
			"press r to try again" },
		.look = look_at_password },
	{ .id = "password-missing",
		.symptom = "authentication failed",
		.words = "no password supplied",
		.stops = true,
		.hint = "the server wants a password: set PGPASSWORD, write it to ~/.pgpass, or "
			"say "
			"-W",
		.usual = { "no line of ~/.pgpass fits host, port, database and user",
			"~/.pgpass may be read by others: then it is not read at all" },
		.steps = { "say the password with -W, or write it to ~/.pgpass (chmod 600)" },
		.look = look_at_password },
	{ .id = "password-in-clear",
		.symptom = "the password is wanted in clear",
		.words = "wants the password in clear",
		.stops = true,
		.hint = "it was not sent: use TLS (sslmode=verify-full), or say sslmode=prefer to "
			"let it go in clear",
		.usual = { "pg_hba.conf says password, ldap, pam or radius, and the server has no "
			   "TLS",
			"somebody else answers there, to be given the password" },
		.steps = { "switch ssl on in the server, and set sslmode=verify-full and "
			   "sslrootcert",
			"or let pg_hba.conf ask for scram-sha-256",
			"on a network nobody else reads: sslmode=prefer" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.sqlstate = "28000",
		.words = "no encryption",
		.stops = true,
		.hint = "the server's pg_hba.conf wants TLS here: sslmode=require, or better "
			"verify-full",
		.usual = { "sslmode is disable or allow, and only hostssl lines admit this user" },
		.steps = { "set sslmode=verify-full and sslrootcert" } },
	{ .id = "not-admitted",
		.symptom = "authentication failed",
		.sqlstate = "28000",
		.words = "pg_hba.conf",
		.stops = true,
		.hint = "the server's pg_hba.conf admits nobody like this: ask who runs it, or "
			"connect as another user, from another address, or with TLS",
		.usual = { "no line of pg_hba.conf admits this user, database and address" },
		.steps = { "ask who runs the server for a line in pg_hba.conf" } },
	{ .id = "role-refused",
		.symptom = "authentication failed",
		.sqlstate = "28",
		.stops = true,
		.hint = "check the user's name, and whether it may log in",
		.usual = { "there is no such role, or it has NOLOGIN" },
		.steps = { "psql -c '\\du' as another user lists the roles there are" } },
	{ .id = "no-such-database",
		.symptom = "no such database",
		.sqlstate = "3D000",
		.stops = true,
		.hint = "check the database's name: psql -l lists those there are",
		.usual = { "the name is misspelt, or was taken from the user's name",
			"the database was not made yet, or was dropped" },
		.steps = { "psql -l lists the databases there are",
			"dbtop setup makes the one that the configuration describes" } },
	{ .id = "connect-denied",
		.sqlstate = "42501",
		.stops = true,
		.hint = "the role may not connect here: GRANT CONNECT ON DATABASE allows it" },
	{ .id = "server-changes-state",
		.sqlstate = "57P03",
		.hint = "the server is starting, stopping or recovering: wait" },
	{ .id = "session-ended",
		.sqlstate = "57P01",
		.hint = "somebody ended the session, or the server is stopping" },
	{ .id = "standby-for-write",
		.symptom = "a standby was chosen for a write",
		.words = "is a standby: it only reads",
		.hint = "connect to the primary",
		.usual = { "the address is the standby's, or a name that stands for either",
			"a failover made another server the primary" },
		.steps = { "give the primary's address, or list all servers of the target",
			"pg_is_in_recovery() tells which is which" },
		.look = look_for_primary },
	{ .id = "read-only",
		.symptom = "a standby was chosen for a write",
		.sqlstate = "25006",
		.hint = "this server or transaction only reads: connect to the primary, or look at "
			"default_transaction_read_only",
		.usual = { "the server became a standby", "default_transaction_read_only is on" },
		.steps = { "pg_is_in_recovery() tells whether it is a standby" },
		.look = look_for_primary },
	{ .id = "pooler-in-the-way",
		.symptom = "a pooler in the way",
		.words = "a connection pooler answers at",
		.hint = "give the server's own host and port; if the pooler is in session mode, "
			"say "
			"pooler = session in the target",
		.usual = { "host and port are those of PgBouncer or of a cloud's pooler" },
		.steps = { "give the server's own host and port for the target",
			"watching goes on through the pooler; changes do not" },
		.look = look_at_pooler },
	{ .id = "refused",
		.symptom = "connection refused",
		.words = "onnection refused",
		.hint = "is the server running, and are host and port right?",
		.usual = { "the server is stopped, or listens on another port or address" },
		.steps = { "look at listen_addresses and port of the server",
			"try the port from here: pg_isready -h HOST -p PORT" },
		.look = look_at_silence },
	{ .id = "no-socket",
		.symptom = "connection refused",
		.words = "No such file",
		.hint = "no server listens on that socket: is it running, and are directory and "
			"port right?",
		.usual = { "the server is stopped, or has its sockets in another directory" },
		.steps = { "give the directory: -h /run/postgresql, or a host name" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "does not match host name",
		.stops = true,
		.asked_by = "sslmode",
		.hint = "connect by a name the certificate holds (host=NAME, hostaddr=ADDRESS),"
			" or have one made for this name",
		.usual = { "the certificate was made for another name than the one in host" },
		.steps = { "openssl s_client -starttls postgres -connect HOST:PORT shows its "
			   "names" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "has expired",
		.stops = true,
		.asked_by = "sslmode",
		.hint = "the server needs a new certificate: ask who runs it; and compare the "
			"clocks",
		.usual = { "the server's certificate is over, or one of the two clocks is wrong" },
		.steps = { "openssl s_client -starttls postgres -connect HOST:PORT shows its "
			   "dates" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "certificate verify failed",
		.stops = true,
		.asked_by = "sslmode",
		.hint = "another root signed the server's certificate than the one in "
			"sslrootcert or ~/.postgresql/root.crt: ask who runs it which one is "
			"right",
		.usual = { "another root signed the server's certificate, or somebody stands "
			   "between" },
		.steps = { "compare the root with the one who runs the server names" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "root certificate file",
		.stops = true,
		.asked_by = "sslmode",
		.hint = "put the root of the server's certificate there, or name it with "
			"sslrootcert",
		.usual = { "sslmode wants the certificate verified, and no root is at hand" },
		.steps = { "ask who runs the server for its root certificate" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "protocol version",
		.stops = true,
		.asked_by = "ssl_min_protocol_version",
		.hint = "the server offers no TLS as new as that: raise its "
			"ssl_max_protocol_version, or take less with tls = 1.2",
		.usual = { "the server is older, or limits TLS: ssl_max_protocol_version" },
		.steps = { "ask the server: SHOW ssl_max_protocol_version" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "does not support SSL",
		.stops = true,
		.asked_by = "sslmode",
		.hint = "switch ssl on in the server, or take less: tls = auto and "
			"sslmode=prefer",
		.usual = { "ssl = off on the server, or a pooler without TLS answers" },
		.steps = { "ask the server: SHOW ssl; its log tells more" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "hannel binding",
		.stops = true,
		.asked_by = "channel_binding",
		.hint = "the server must ask for a SCRAM password over TLS; or take less with "
			"channel_binding = prefer",
		.usual = { "the server asks for no SCRAM password, or not over TLS" },
		.steps = { "look at the line of pg_hba.conf for this user, and at "
			   "password_encryption" } },
	{ .id = "tls-refused",
		.symptom = "TLS refused",
		.words = "certificate",
		.hint = "compare sslmode, sslrootcert, sslcert and sslkey with what the server "
			"wants",
		.usual = { "the server wants a certificate of the client, or does not know ours" },
		.steps = { "look at sslcert and sslkey here, and at the server's log" } },
};

size_t advice_count(void)
{
	return ARRAY_SIZE(rows);
}

const struct advice *advice_at(size_t index)
{
	return &rows[index];
}

static bool has_words(const struct advice *row, const char *text)
{
	return !row->words || strstr(text, row->words) ||
	       (row->or_words && strstr(text, row->or_words));
}

const struct advice *advice_find(const char *sqlstate, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct advice *row = &rows[i];
		if (row->sqlstate && strncmp(sqlstate, row->sqlstate, strlen(row->sqlstate)) != 0)
			continue;
		if (has_words(row, text))
			return row;
	}
	return NULL;
}

const struct advice *advice_get(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].id, id) == 0)
			return &rows[i];
	assert_always(false, "advice is asked for by a name of its table");
	return NULL;
}

const struct advice *advice_now(const struct link_view *link)
{
	if (link->state == LINK_UP)
		return link->identity.is_pooled ? advice_get("pooler-in-the-way") : NULL;
	const struct advice *advice =
		*link->error ? advice_find(link->sqlstate, link->error) : NULL;
	return advice && advice->symptom ? advice : NULL;
}

void advice_causes(
	const struct advice *advice, const struct advice_given *given, struct advice_causes *out)
{
	out->count = 0;
	if (advice->look)
		advice->look(given, out);
	for (size_t i = 0; i < ADVICE_STEPS_MAX && advice->usual[i]; i++)
		add(out, "%s", advice->usual[i]);
}
