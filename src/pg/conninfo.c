// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/conninfo.h"

#include <libpq-fe.h>

#include "base/mem.h"

/* More than libpq knows (41 in version 15). */
enum { OPTIONS_MAX = 96 };

struct conninfo {
	/* owned; as many of each, ended by NULL */
	char *keywords[OPTIONS_MAX + 1];
	char *values[OPTIONS_MAX + 1];
	size_t count;
};

static size_t find(const struct conninfo *info, const char *keyword)
{
	size_t i = 0;
	while (i < info->count && strcmp(info->keywords[i], keyword) != 0)
		i++;
	return i;
}

const char *conninfo_get(const struct conninfo *info, const char *keyword)
{
	size_t i = find(info, keyword);
	return i < info->count ? info->values[i] : NULL;
}

/* Empty means unset, as for libpq. */
void conninfo_set(struct conninfo *info, const char *keyword, const char *value)
{
	size_t i = find(info, keyword);

	if (i < info->count) {
		mem_free_secret(info->values[i]);
		info->values[i] = mem_strdup(value ? value : "");
		return;
	}
	if (!value || !*value)
		return;
	assert_always(info->count < OPTIONS_MAX, "more connection options than libpq knows");
	info->keywords[i] = mem_strdup(keyword);
	info->values[i] = mem_strdup(value);
	info->count++;
}

const char *const *conninfo_keywords(const struct conninfo *info)
{
	return (const char *const *)info->keywords;
}

const char *const *conninfo_values(const struct conninfo *info)
{
	return (const char *const *)info->values;
}

void conninfo_free(struct conninfo *info)
{
	if (!info)
		return;
	for (size_t i = 0; i < info->count; i++) {
		free(info->keywords[i]);
		mem_free_secret(info->values[i]);
	}
	free(info);
}

struct conninfo *conninfo_copy(const struct conninfo *info)
{
	struct conninfo *copy = mem_new(struct conninfo);

	for (size_t i = 0; i < info->count; i++)
		conninfo_set(copy, info->keywords[i], info->values[i]);
	return copy;
}

static void take_options(struct conninfo *info, PQconninfoOption *options)
{
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (o->val)
			conninfo_set(info, o->keyword, o->val);
	/* libpq frees without wiping: the password must not stay in freed memory. */
	for (PQconninfoOption *o = options; o && o->keyword; o++)
		if (o->val)
			explicit_bzero(o->val, strlen(o->val));
	PQconninfoFree(options);
}

/* libpq's own message would quote the text, and with it the password. */
static bool not_well_formed(const char *text, struct err *e)
{
	bool is_uri = strncmp(text, "postgres", strlen("postgres")) == 0;

	err_set(e, ERR_USAGE, "the connection %s is not well formed", is_uri ? "URI" : "text");
	if (is_uri)
		return err_hint(e,
			"write postgresql://user@host:port/database; in names and passwords "
			"@ is %%40, : is %%3A, / is %%2F, %% is %%25, a blank is %%20");
	return err_hint(e, "write host=… port=… dbname=… user=…, in names libpq knows; values with "
			   "blanks stand in '…', where ' is \\' and \\ is \\\\");
}

static bool parse(struct conninfo *info, const char *text, struct err *e)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(text, &message);

	if (message)
		explicit_bzero(message, strlen(message));
	PQfreemem(message);
	if (!options)
		return not_well_formed(text, e);
	take_options(info, options);
	return true;
}

static bool is_one_host(const struct conninfo *info, struct err *e)
{
	static const char *const lists[] = { "host", "hostaddr", "port" };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const char *value = conninfo_get(info, lists[i]);
		if (!value || !strchr(value, ','))
			continue;
		err_set(e, ERR_USAGE, "a connection names one server, this one lists several");
		return err_hint(
			e, "name the primary alone; its standbys have their own key, replicas");
	}
	return true;
}

/* A password with a slash in a URI ends up as the port, and would be shown as one. */
static bool is_port(const struct conninfo *info, struct err *e)
{
	const char *port = conninfo_get(info, "port");
	char *end;
	long number = port ? strtol(port, &end, 10) : 0;

	if (!port || !*port || (!*end && number > 0 && number <= 65535))
		return true;
	err_set(e, ERR_USAGE, "the port of the connection is not a number from 1 to 65535");
	return err_hint(e, "in a URI, a / in the password is %%2F, @ is %%40, : is %%3A");
}

static void take_merged(struct conninfo *info, PGconn *pg)
{
	take_options(info, PQconninfo(pg));
	if (!conninfo_get(info, "host") && !conninfo_get(info, "hostaddr"))
		conninfo_set(info, "host", PQhost(pg));
	/* PG* would set them again when dialing. A read-write session is never what a watching connection is, and
	 * GSS encryption costs a lookup that blocks. */
	conninfo_set(info, "target_session_attrs", "any");
	conninfo_set(info, "gssencmode", "disable");
	conninfo_set(info, "service", NULL);
}

/* Which option libpq did not take: its message may quote the value, so only the name is repeated. */
static bool not_merged(const char *message, struct err *e)
{
	static const char *const names[] = { "sslmode", "channel_binding", "gssencmode",
		"ssl_min_protocol_version", "ssl_max_protocol_version", "require_auth",
		"sslnegotiation", "load_balance_hosts", "hostaddr", "port" };

	if (strstr(message, "service")) {
		err_set(e, ERR_USAGE, "the service cannot be read from the service file");
		return err_hint(e,
			"check its name, and the file: PGSERVICEFILE, ~/.pg_service.conf, "
			"or pg_service.conf in PGSYSCONFDIR");
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(message, names[i]))
			return err_set(e, ERR_USAGE,
				"the connection option %s has a value libpq does not take",
				names[i]);
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

	conninfo_set(info, "target_session_attrs", refused);
	PGconn *pg = PQconnectStartParams(conninfo_keywords(info), conninfo_values(info), 0);
	if (!pg)
		die("out of memory");
	bool is_merged = strstr(PQerrorMessage(pg), refused);
	if (is_merged)
		take_merged(info, pg);
	else
		not_merged(PQerrorMessage(pg), e);
	PQfinish(pg);
	return is_merged;
}

static void override_options(struct conninfo *info, const struct conninfo_override *override)
{
	const struct {
		const char *keyword, *value;
	} given[] = {
		{ "host", override->host },
		{ "port", override->port },
		{ "user", override->user },
		{ "dbname", override->dbname },
	};

	for (size_t i = 0; i < ARRAY_SIZE(given); i++)
		if (given[i].value)
			conninfo_set(info, given[i].keyword, given[i].value);
	/* Another host than the one the address was given for. */
	if (override->host)
		conninfo_set(info, "hostaddr", NULL);
}

struct conninfo *conninfo_new(
	const char *text, const struct conninfo_override *override, struct err *e)
{
	struct conninfo *info = mem_new(struct conninfo);

	if (text && *text && !parse(info, text, e))
		goto failed;
	if (override)
		override_options(info, override);
	if (!merge_defaults(info, e) || !is_one_host(info, e) || !is_port(info, e))
		goto failed;
	return info;
failed:
	conninfo_free(info);
	return NULL;
}

static const char *get_or(const struct conninfo *info, const char *keyword, const char *otherwise)
{
	const char *value = conninfo_get(info, keyword);
	return value && *value ? value : otherwise;
}

static const char *place(const struct conninfo *info)
{
	return get_or(info, "host", get_or(info, "hostaddr", ""));
}

void conninfo_words(const struct conninfo *info, struct str *out)
{
	const char *host = place(info);
	bool is_ipv6 = *host != '/' && strchr(host, ':');

	str_addf(out, "%s@%s%s%s:%s/%s", get_or(info, "user", ""), is_ipv6 ? "[" : "", host,
		is_ipv6 ? "]" : "", get_or(info, "port", "5432"), get_or(info, "dbname", ""));
}

bool conninfo_has_password(const struct conninfo *info)
{
	return *get_or(info, "password", "");
}

/* Shorter ones would turn the message into stars, and show themselves by what is missing. */
enum { REDACT_BYTES_MIN = 3 };

bool conninfo_redact(const struct conninfo *info, char *text)
{
	const char *password = get_or(info, "password", "");
	size_t len = strlen(password);
	bool did = false;

	if (len < REDACT_BYTES_MIN)
		return false;
	for (char *at = text; (at = strstr(at, password)); did = true) {
		memset(at, '*', REDACT_BYTES_MIN);
		memmove(at + REDACT_BYTES_MIN, at + len, strlen(at + len) + 1);
		at += REDACT_BYTES_MIN;
	}
	return did;
}

bool conninfo_same_place(const struct conninfo *a, const struct conninfo *b)
{
	return strcmp(place(a), place(b)) == 0 &&
	       strcmp(get_or(a, "port", "5432"), get_or(b, "port", "5432")) == 0 &&
	       strcmp(get_or(a, "dbname", ""), get_or(b, "dbname", "")) == 0;
}

/* One word of `options`, as the server cuts them: blanks divide, a backslash takes the next character as it is. */
static bool next_word(const char **text, struct str *word)
{
	const char *p = *text + strspn(*text, " \t\n\r\v\f");
	bool is_there = *p != '\0';

	str_clear(word);
	for (; *p && !strchr(" \t\n\r\v\f", *p); p++) {
		if (*p == '\\' && p[1])
			p++;
		str_add_char(word, *p);
	}
	*text = p;
	return is_there;
}

/* "name=value" of that name, where a dash stands for an underscore too. */
static bool take_setting(const char *text, const char *name, struct str *value)
{
	for (; *name; name++, text++) {
		if (*text != *name && !(*text == '-' && *name == '_'))
			return false;
	}
	if (*text != '=')
		return false;
	str_clear(value);
	str_add(value, text + 1);
	return true;
}

bool conninfo_startup_option(const struct conninfo *info, const char *name, struct str *value)
{
	const char *text = conninfo_get(info, "options");
	struct str word = { 0 };
	bool is_found = false;

	while (text && next_word(&text, &word)) {
		const char *setting = str_c(&word);
		if (strcmp(setting, "-c") == 0 && next_word(&text, &word))
			setting = str_c(&word);
		else if (strncmp(setting, "-c", 2) == 0 || strncmp(setting, "--", 2) == 0)
			setting += 2;
		is_found = take_setting(setting, name, value) || is_found;
	}
	str_release(&word);
	return is_found;
}
