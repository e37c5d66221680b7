// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style.h"

#include <string.h>

#include "base/words.h"

static const struct {
	const char *name;
	char letter;
} roles[ROLE_COUNT] = {
	[ROLE_TEXT] = { "text", '.' },
	[ROLE_DIM] = { "dim", 'd' },
	[ROLE_TITLE] = { "title", 'T' },
	[ROLE_BORDER] = { "border", 'b' },
	[ROLE_BORDER_FOCUS] = { "border.focus", 'B' },
	[ROLE_KEY] = { "key", 'K' },
	[ROLE_HINT] = { "hint", 'h' },
	[ROLE_HEADER] = { "header", 'H' },
	[ROLE_SELECTED] = { "selected", 'S' },
	[ROLE_MARKED] = { "marked", 'm' },
	[ROLE_MATCH] = { "match", 'M' },
	[ROLE_INPUT] = { "input", 'I' },
	[ROLE_NULL] = { "null", 'n' },
	[ROLE_STATUS_OK] = { "status.ok", 'o' },
	[ROLE_STATUS_WARN] = { "status.warn", 'w' },
	[ROLE_STATUS_CRIT] = { "status.crit", 'c' },
	[ROLE_STATUS_STALE] = { "status.stale", 's' },
	[ROLE_STATUS_INFO] = { "status.info", 'i' },
	[ROLE_GAUGE_FILL] = { "gauge.fill", 'g' },
	[ROLE_GAUGE_EMPTY] = { "gauge.empty", '_' },
	[ROLE_SPARK_OK] = { "spark.ok", '0' },
	[ROLE_SPARK_WARN] = { "spark.warn", '1' },
	[ROLE_SPARK_CRIT] = { "spark.crit", '2' },
	[ROLE_SPARK_THRESHOLD] = { "spark.threshold", '3' },
	[ROLE_SQL_KEYWORD] = { "sql.keyword", 'k' },
	[ROLE_SQL_STRING] = { "sql.string", 'q' },
	[ROLE_SQL_NUMBER] = { "sql.number", '#' },
	[ROLE_SQL_COMMENT] = { "sql.comment", '-' },
	[ROLE_LOCK_HELD] = { "lock.held", 'l' },
	[ROLE_LOCK_WANTED] = { "lock.wanted", 'a' },
	[ROLE_ENV_PROD] = { "env.prod", 'P' },
	[ROLE_ENV_STAGE] = { "env.stage", 'E' },
	[ROLE_ENV_DEV] = { "env.dev", 'D' },
	[ROLE_ENV_NONE] = { "env.none", 'U' },
	[ROLE_ARMED] = { "armed", 'A' },
	[ROLE_LOCKED] = { "locked", 'L' },
	[ROLE_DIALOG] = { "dialog", 'x' },
	[ROLE_DIALOG_DANGER] = { "dialog.danger", 'X' },
	[ROLE_TOAST_ERROR] = { "toast.error", 'e' },
};

const char *role_name(enum role role)
{
	return roles[role].name;
}

char role_letter(enum role role)
{
	return roles[role].letter;
}

bool role_find(const char *name, enum role *role)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*role = (enum role)i;
			return true;
		}
	}
	return false;
}

const char *role_nearest(const char *name)
{
	const char *names[ROLE_COUNT];
	for (int i = 0; i < ROLE_COUNT; i++)
		names[i] = roles[i].name;
	return words_nearest(name, names, ROLE_COUNT);
}

enum role role_of_status(enum status status)
{
	static const enum role of[] = {
		[STATUS_OK] = ROLE_STATUS_OK,
		[STATUS_INFO] = ROLE_STATUS_INFO,
		[STATUS_WARN] = ROLE_STATUS_WARN,
		[STATUS_CRIT] = ROLE_STATUS_CRIT,
		[STATUS_STALE] = ROLE_STATUS_STALE,
	};
	return of[status];
}

enum role role_of_env(enum env_class env)
{
	static const enum role of[] = {
		[ENV_UNLABELLED] = ROLE_ENV_NONE,
		[ENV_DEV] = ROLE_ENV_DEV,
		[ENV_STAGE] = ROLE_ENV_STAGE,
		[ENV_PROD] = ROLE_ENV_PROD,
	};
	return of[env];
}

bool role_is_status(enum role role)
{
	return role >= ROLE_STATUS_OK && role <= ROLE_STATUS_INFO;
}
