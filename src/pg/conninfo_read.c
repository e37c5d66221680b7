// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Reading: text, service, PG* and libpq's own values into one conninfo, each value with its place.
 */
#include <stdint.h>

#include "base/mem.h"
#include "base/service.h"
#include "pg/conninfo_private.h"

static const char some_text[] = "the connection text";

/* "DATABASE_URL: what is wrong". */
static bool err_of(struct err *e, const char *source, const char *words)
{
	return err_set(e, ERR_USAGE, "%.120s: %s", source, words);
}

void conninfo_options_free(PQconninfoOption *options)
{
	for (PQconninfoOption *o = options; o && o->keyword; o++)
		if (o->val)
			explicit_bzero(o->val, strlen(o->val));
	PQconninfoFree(options);
}

/* libpq's own message would quote the text, and with it the password. */
static bool not_well_formed(const char *text, const char *source, struct err *e)
{
	bool is_uri = strncmp(text, "postgres", strlen("postgres")) == 0;

	if (source == some_text)
		err_set(e, ERR_USAGE, "the connection %s is not well formed",
			is_uri ? "URI" : "text");
	else
		err_of(e, source,
			is_uri ? "the connection URI is not well formed"
			       : "the connection text is not well formed");
	if (is_uri)
		return err_hint(e,
			"write postgresql://user@host:port/database; in names and passwords "
			"@ is %%40, : is %%3A, / is %%2F, %% is %%25, a blank is %%20");
	return err_hint(e, "write host=… port=… dbname=… user=…, in names libpq knows; values with "
			   "blanks stand in '…', where ' is \\' and \\ is \\\\");
}

static bool parse(struct conninfo *info, const char *text, const char *source, struct err *e)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(text, &message);

	if (message)
		explicit_bzero(message, strlen(message));
	PQfreemem(message);
	if (!options)
		return not_well_formed(text, source, e);
	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (o->val)
			conninfo_set_from(info, o->keyword, o->val, source);
	conninfo_options_free(options);
	return true;
}

static void override_options(struct conninfo *info, const struct conninfo_override *override)
{
	const struct {
		const char *keyword, *value, *source;
	} given[] = {
		{ "host", override->host, "--host" },
		{ "port", override->port, "--port" },
		{ "user", override->user, "--username" },
		{ "dbname", override->dbname, "TARGET" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(given); i++)
		if (given[i].value)
			conninfo_set_from(info, given[i].keyword, given[i].value, given[i].source);
	/* Another host than the one the address was given for. */
	if (override->host)
		conninfo_set(info, "hostaddr", NULL);
}

/* ---- what the text leaves out ---- */

static const char *variable_of(const char *name)
{
	const char *value = name ? getenv(name) : NULL;
	return value && *value ? value : NULL;
}

static const char *service_of(const struct conninfo *info)
{
	return conninfo_get_or(info, "service", variable_of("PGSERVICE"));
}

/* In libpq's own order. */
char *conninfo_find_place(const struct conninfo *info, const char *keyword, const char *variable)
{
	const char *service = service_of(info), *requires_ssl = getenv("PGREQUIRESSL");
	char *place = service ? service_place(service, keyword) : NULL;

	if (place)
		return place;
	if (variable_of(variable))
		return mem_strdup(variable);
	if (strcmp(keyword, "sslmode") == 0 && requires_ssl && *requires_ssl == '1')
		return mem_strdup("PGREQUIRESSL");
	return mem_strdup("default");
}

/* What the service says of it: known to libpq alone, which is made to give up for another reason. The caller frees. */
static char *merged_value(const struct conninfo *info, const char *keyword)
{
	struct conninfo *asked = conninfo_copy(info);
	char *value = NULL;

	conninfo_set(asked, "channel_binding", "dbtop-merges");
	PGconn *pg = PQconnectStartParams(conninfo_keywords(asked), conninfo_values(asked), 0);
	if (!pg)
		die("out of memory");
	PQconninfoOption *options = PQconninfo(pg);
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			value = mem_strdup(o->val);
	conninfo_options_free(options);
	PQfinish(pg);
	conninfo_free(asked);
	return value;
}

static const struct {
	const char *word;
	enum conninfo_wanted wanted;
} wanted_words[] = {
	{ "any", CONNINFO_WANTS_ANY },
	{ "read-write", CONNINFO_WANTS_PRIMARY },
	{ "primary", CONNINFO_WANTS_PRIMARY },
	{ "read-only", CONNINFO_WANTS_STANDBY },
	{ "standby", CONNINFO_WANTS_STANDBY },
	{ "prefer-standby", CONNINFO_WANTS_ANY },
};

/* Read before it is dropped. */
static bool take_wanted(struct conninfo *info, struct err *e)
{
	static const char keyword[] = "target_session_attrs";
	const char *said = conninfo_source(info, keyword);
	char *place = said ? mem_strdup(said)
			   : conninfo_find_place(info, keyword, "PGTARGETSESSIONATTRS");
	bool is_said = strcmp(place, "default") != 0;
	char *word = is_said ? merged_value(info, keyword) : NULL;
	bool is_known = !word;

	for (size_t i = 0; word && i < ARRAY_SIZE(wanted_words); i++) {
		if (strcmp(wanted_words[i].word, word) != 0)
			continue;
		is_known = true;
		info->wanted = wanted_words[i].wanted;
	}
	if (!is_known)
		err_set(e, ERR_USAGE,
			"%.120s: target_session_attrs has a value that cannot be: it takes one of "
			"any, read-write, read-only, primary, standby, prefer-standby",
			place);
	info->wanted_source = is_said ? place : NULL;
	if (!is_said)
		free(place);
	free(word);
	return is_known;
}

static void take_merged(struct conninfo *info, PGconn *pg)
{
	PQconninfoOption *options = PQconninfo(pg);

	for (const PQconninfoOption *o = options; o && o->keyword; o++) {
		if (!o->val || conninfo_get(info, o->keyword))
			continue;
		char *place = conninfo_find_place(info, o->keyword, o->envvar);
		conninfo_set_from(info, o->keyword, o->val, place);
		free(place);
	}
	conninfo_options_free(options);
	if (!conninfo_get(info, "host") && !conninfo_get(info, "hostaddr"))
		conninfo_set_from(info, "host", PQhost(pg), "default");
	/* PG* would set them again when dialing. A read-write session is never what a watching connection is, and
	 * GSS encryption costs a lookup that blocks. */
	conninfo_set(info, "target_session_attrs", "any");
	conninfo_set(info, "gssencmode", "disable");
	conninfo_set(info, "service", NULL);
}

/* The options libpq refuses while merging: the first whose words its message holds. */
static const struct refusal {
	const char *words, *keyword, *variable, *takes;
} refusals[] = {
	{ "version range", "ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION",
		"no version below ssl_min_protocol_version" },
	{ "sslmode", "sslmode", "PGSSLMODE",
		"one of disable, allow, prefer, require, verify-ca, verify-full" },
	{ "channel_binding", "channel_binding", "PGCHANNELBINDING",
		"one of disable, prefer, require" },
	{ "gssencmode", "gssencmode", "PGGSSENCMODE", "one of disable, prefer, require" },
	{ "ssl_min_protocol_version", "ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION",
		"one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3" },
	{ "ssl_max_protocol_version", "ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION",
		"one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3" },
	{ "require_auth", "require_auth", "PGREQUIREAUTH", "names of authentication methods" },
	{ "sslnegotiation", "sslnegotiation", "PGSSLNEGOTIATION", "postgres or direct" },
	{ "load_balance_hosts", "load_balance_hosts", "PGLOADBALANCEHOSTS", "disable or random" },
	{ "hostaddr", "hostaddr", "PGHOSTADDR", "an address for each host" },
	{ "port", "port", "PGPORT", "a number from 1 to 65535" },
};

/* A value out of a text is not repeated, since it may be a part of a password; one out of a variable is. */
static bool refuse_value(const struct conninfo *info, const struct refusal *r, struct err *e)
{
	const char *said = conninfo_source(info, r->keyword);
	char *place = said ? mem_strdup(said) : conninfo_find_place(info, r->keyword, r->variable);
	bool is_variable = strcmp(place, r->variable) == 0;

	if (is_variable)
		err_set(e, ERR_USAGE, "%.120s: %s cannot be \"%.60s\": it takes %s", place,
			r->keyword, variable_of(r->variable), r->takes);
	else
		err_set(e, ERR_USAGE, "%.120s: %s has a value that cannot be: it takes %s", place,
			r->keyword, r->takes);
	free(place);
	return false;
}

/* Lines of the file are numbered, not quoted, by libpq. */
static bool refuse_service(const struct conninfo *info, const char *message, struct err *e)
{
	const char *service = service_of(info);

	if (strstr(message, ", line "))
		err_set(e, ERR_USAGE, "the service file is not well formed: %.*s",
			(int)strcspn(message, "\n"), message);
	else
		err_set(e, ERR_USAGE, "there is no service %.100s in the service file",
			service ? service : "of that name");
	return err_hint(e, "check its name, and the file: PGSERVICEFILE, ~/.pg_service.conf, "
			   "or pg_service.conf in PGSYSCONFDIR");
}

/* Which option libpq did not take: its message may quote the value, so only the name is looked for. */
static bool not_merged(const struct conninfo *info, const char *message, struct err *e)
{
	if (strstr(message, "service"))
		return refuse_service(info, message, e);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (strstr(message, refusals[i].words))
			return refuse_value(info, &refusals[i], e);
	err_set(e, ERR_USAGE, "libpq does not take these connection options");
	return err_hint(e, "check the connection text, the service file and the PG* variables");
}

/*
 * PG*, the service file and libpq's built-in values are merged inside of PQconnectStart only. So it is asked to
 * connect with one option it refuses after merging and before it touches the network, and what it has merged is
 * read back. The option is target_session_attrs, which is dropped anyway.
 */
static bool merge_defaults(struct conninfo *info, struct err *e)
{
	static const char refused[] = "dbtop-merges";

	if (!take_wanted(info, e))
		return false;
	conninfo_set(info, "target_session_attrs", refused);
	PGconn *pg = PQconnectStartParams(conninfo_keywords(info), conninfo_values(info), 0);
	if (!pg)
		die("out of memory");
	bool is_merged = strstr(PQerrorMessage(pg), refused);
	bool is_uneven = strstr(PQerrorMessage(pg), "could not match");
	if (is_merged || is_uneven)
		take_merged(info, pg);
	else
		not_merged(info, PQerrorMessage(pg), e);
	PQfinish(pg);
	return (is_merged || is_uneven) && conninfo_hosts_fit(info, e);
}

/* ---- what only shows while dialing, said before it ---- */

static bool is_one_host(const struct conninfo *info, struct err *e)
{
	static const char *const lists[] = { "host", "hostaddr", "port" };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const char *value = conninfo_get(info, lists[i]);
		if (!value || !strchr(value, ','))
			continue;
		err_of(e, conninfo_source(info, lists[i]),
			"a connection names one server, this one lists several");
		return err_hint(e, "name the one that is meant");
	}
	return true;
}

static bool is_number(const char *text, long min, long max)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *text && !*end && number >= min && number <= max;
}

bool conninfo_is_port(const char *text)
{
	return is_number(text, 1, 65535);
}

/* A password with a slash in a URI ends up as the port, and would be shown as one. */
static bool is_port(const struct conninfo *info, struct err *e)
{
	const char *port = conninfo_get_or(info, "port", "5432");

	if (conninfo_is_port(port))
		return true;
	err_of(e, conninfo_source(info, "port"), "the port is not a number from 1 to 65535");
	return err_hint(e, "in a URI, a / in the password is %%2F, @ is %%40, : is %%3A");
}

static bool are_numbers(const struct conninfo *info, struct err *e)
{
	static const struct {
		const char *keyword, *words;
	} rows[] = {
		{ "connect_timeout", "connect_timeout is not a number of seconds" },
		{ "keepalives", "keepalives is neither 0 nor 1" },
		{ "keepalives_idle", "keepalives_idle is not a number of seconds" },
		{ "keepalives_interval", "keepalives_interval is not a number of seconds" },
		{ "keepalives_count", "keepalives_count is not a number" },
		{ "tcp_user_timeout", "tcp_user_timeout is not a number of milliseconds" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *keyword = rows[i].keyword, *value = conninfo_get(info, keyword);
		if (value && *value && !is_number(value, INT32_MIN, INT32_MAX))
			return err_of(e, conninfo_source(info, keyword), rows[i].words);
	}
	return true;
}

bool conninfo_check_one(const struct conninfo *info, struct err *e)
{
	return is_one_host(info, e) && is_port(info, e);
}

struct conninfo *conninfo_read(
	const char *text, const struct conninfo_override *override, struct err *e)
{
	struct conninfo *info = mem_new(struct conninfo);
	const char *source = override && override->text_source ? override->text_source : some_text;

	if (text && *text && !parse(info, text, source, e))
		goto failed;
	if (override)
		override_options(info, override);
	passfile_check(info);
	if (!merge_defaults(info, e) || !are_numbers(info, e))
		goto failed;
	return info;
failed:
	conninfo_free(info);
	return NULL;
}

struct conninfo *conninfo_new(
	const char *text, const struct conninfo_override *override, struct err *e)
{
	struct conninfo *info = conninfo_read(text, override, e);

	if (info && conninfo_check_one(info, e))
		return info;
	conninfo_free(info);
	return NULL;
}
