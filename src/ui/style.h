/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Style: what a cell is, not how it looks. A cell carries a role; the theme says which colours and attributes that
 * role has on this terminal. The names are those of theme files.
 */
#ifndef DBTOP_UI_STYLE_H
#define DBTOP_UI_STYLE_H

#include <stdbool.h>

#include "model/target.h"
#include "model/value.h"

enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_TITLE,
	ROLE_BORDER,
	ROLE_BORDER_FOCUS,
	ROLE_KEY,
	ROLE_HINT,
	ROLE_HEADER,
	ROLE_SELECTED,
	ROLE_MARKED,
	ROLE_MATCH,
	ROLE_INPUT,
	ROLE_NULL,
	ROLE_STATUS_OK,
	ROLE_STATUS_WARN,
	ROLE_STATUS_CRIT,
	ROLE_STATUS_STALE,
	ROLE_STATUS_INFO,
	ROLE_GAUGE_FILL,
	ROLE_GAUGE_EMPTY,
	ROLE_SPARK_OK,
	ROLE_SPARK_WARN,
	ROLE_SPARK_CRIT,
	ROLE_SPARK_THRESHOLD,
	ROLE_SQL_KEYWORD,
	ROLE_SQL_STRING,
	ROLE_SQL_NUMBER,
	ROLE_SQL_COMMENT,
	ROLE_LOCK_HELD,
	ROLE_LOCK_WANTED,
	ROLE_ENV_PROD,
	ROLE_ENV_STAGE,
	ROLE_ENV_DEV,
	ROLE_ENV_NONE,
	ROLE_ARMED,
	ROLE_LOCKED,
	ROLE_DIALOG,
	ROLE_DIALOG_DANGER,
	ROLE_TOAST_ERROR,
	ROLE_COUNT,
};

const char *role_name(enum role role); /* "status.warn" */
/* The letter that stands for it in screen tests. */
char role_letter(enum role role);
/* False when no role has that name. */
bool role_find(const char *name, enum role *role);
/* The nearest name for a typo; NULL when nothing is near. */
const char *role_nearest(const char *name);

enum role role_of_status(enum status status);
enum role role_of_env(enum env_class env);
/* STATUS_WARN, STATUS_CRIT …: those that stay visible on a selected row. */
bool role_is_status(enum role role);

#endif
