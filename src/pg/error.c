// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/error.h"

#include <ctype.h>

#include "base/mem.h"
#include "pg/advice.h"

void error_advise(struct err *e)
{
	const struct advice *advice = advice_find(e->sqlstate, e->text);

	if (advice && !*e->hint)
		err_hint(e, "%s", advice->hint);
}

/* Who wanted it so: what is to be changed may stand in a file long forgotten. */
static void name_asker(struct err *e, const struct conninfo *info)
{
	const struct advice *advice = advice_find(e->sqlstate, e->text);
	const char *option = advice ? advice->asked_by : NULL;

	if (!option || !conninfo_is_said(info, option))
		return;
	char *hint = mem_strdup(e->hint);
	err_hint(e, "%s; %s = %s comes from: %s", hint, option, conninfo_get(info, option),
		conninfo_source(info, option));
	free(hint);
}

bool error_stops_dialing(const struct err *e)
{
	const struct advice *advice = advice_find(e->sqlstate, e->text);
	return advice && advice->stops;
}

/* Bytes before the n-th character (from 1). Text that is not UTF-8 counts in bytes that are no continuation. */
static size_t character_offset(const char *text, long n)
{
	const char *at = text;

	for (; *at; at++) {
		if (((unsigned char)*at & 0xC0) == 0x80)
			continue;
		if (--n <= 0)
			break;
	}
	return (size_t)(at - text);
}

static void set_position(struct err *e, const struct error_source *source, const char *position)
{
	long n = strtol(position, NULL, 10);
	size_t end = n > 0 ? character_offset(source->sql, n) : 0;

	if (n <= 0 || end < source->sql_offset)
		return;
	e->line = e->column = 1;
	for (size_t i = source->sql_offset; i < end; i++) {
		if (source->sql[i] == '\n') {
			e->line++;
			e->column = 1;
		} else if (((unsigned char)source->sql[i] & 0xC0) != 0x80) {
			e->column++;
		}
	}
}

static const char *field_of(
	const struct driver *driver, const struct driver_result *result, enum driver_field field)
{
	const char *text = driver->error_field(result, field);
	return text ? text : "";
}

void error_from_result(const struct driver *driver, const struct driver_result *result,
	const struct error_source *source, struct err *e)
{
	const char *sqlstate = field_of(driver, result, DRIVER_FIELD_SQLSTATE);
	const char *text = field_of(driver, result, DRIVER_FIELD_TEXT);
	const char *detail = field_of(driver, result, DRIVER_FIELD_DETAIL);
	const char *position = field_of(driver, result, DRIVER_FIELD_POSITION);

	err_set(e, *sqlstate ? ERR_SERVER : ERR_CONNECT, "%.*s", (int)strcspn(text, "\n"), text);
	snprintf(e->sqlstate, sizeof(e->sqlstate), "%s", sqlstate);
	if (!*detail)
		detail = field_of(driver, result, DRIVER_FIELD_CONTEXT);
	if (!*detail && text[strcspn(text, "\n")])
		detail = text + strcspn(text, "\n") + 1;
	err_detail(e, "%s", detail);
	err_hint(e, "%s", field_of(driver, result, DRIVER_FIELD_HINT));
	if (*position && source->sql)
		set_position(e, source, position);
}

bool error_is_fatal(const struct driver *driver, const struct driver_result *result)
{
	const char *severity = field_of(driver, result, DRIVER_FIELD_SEVERITY_WORD);

	if (!*severity) /* a pooler's own */
		severity = field_of(driver, result, DRIVER_FIELD_SEVERITY);
	return strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

const char *error_find_sqlstate(const char *message, char sqlstate[6])
{
	for (const char *at = message; (at = strstr(at, ":  ")); at++) {
		const char *code = at + 3;
		size_t len = 0;
		while (len < 5 &&
			(isdigit((unsigned char)code[len]) || isupper((unsigned char)code[len])))
			len++;
		if (len != 5 || strncmp(code + 5, ": ", 2) != 0)
			continue;
		memcpy(sqlstate, code, 5);
		sqlstate[5] = '\0';
		return code + 7;
	}
	return NULL;
}

/* libpq begins with where it went, which conninfo_words() says better. */
static const char *skip_place(const char *message)
{
	static const char failed[] = " failed: ";
	const char *at = strstr(message, failed);
	return at ? at + strlen(failed) : message;
}

/* A copy of the driver's message without the password. */
static char *redacted(
	const struct driver *driver, struct driver_conn *link, const struct conninfo *info)
{
	const char *message = driver->error(link);
	char *copy = mem_strdup(message ? message : "");

	conninfo_redact(info, copy);
	return copy;
}

/* In our words what the server's may say in another language. */
static const char *verdict_of(const char *sqlstate)
{
	const struct advice *advice = *sqlstate ? advice_find(sqlstate, "") : NULL;
	return advice && advice->verdict ? advice->verdict : "";
}

void error_from_dial(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct err *e)
{
	char *message = redacted(driver, link, info);
	struct str place = { 0 };
	char sqlstate[6] = "";
	const char *words = error_find_sqlstate(message, sqlstate);
	bool is_anybodys = words && conninfo_is_exposed(info) && !*driver->tls(link);

	if (!words)
		words = skip_place(message);
	conninfo_words(info, &place);
	err_set(e, ERR_CONNECT, "cannot connect to %.120s: %s%s%.*s", str_c(&place),
		is_anybodys ? "untrusted, without TLS: " : "", verdict_of(sqlstate),
		(int)strcspn(words, "\n"), words);
	snprintf(e->sqlstate, sizeof(e->sqlstate), "%s", sqlstate);
	error_advise(e);
	name_asker(e, info);
	str_release(&place);
	free(message);
}

void error_from_clear_password(const struct conninfo *info, struct err *e)
{
	struct str place = { 0 };

	conninfo_words(info, &place);
	err_set(e, ERR_CONNECT,
		"cannot connect to %.120s: the server wants the password in clear, and nothing "
		"encrypts the way",
		str_c(&place));
	error_advise(e);
	str_release(&place);
}

void error_from_loss(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct err *e)
{
	char *message = redacted(driver, link, info);
	size_t len = strcspn(message, "\n");

	if (len == 0)
		err_set(e, ERR_CONNECT, "the connection is lost");
	else
		err_set(e, ERR_CONNECT, "the connection is lost: %.*s", (int)len, message);
	free(message);
}
