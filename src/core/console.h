/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the console needs of the settings, without knowing where they come from.
 */
#ifndef DBTOP_CORE_CONSOLE_H
#define DBTOP_CORE_CONSOLE_H

#include "core/app.h"

/* The theme and glyphs somebody chose; NULL = by terminal and environment. `--color never` is the mono theme. */
const char *console_theme(const struct app *app);
const char *console_glyphs(const struct app *app);
/* [keys] of the user's file as lines of keys.conf; the caller frees it. NULL = none. */
char *console_keys(const struct app *app);
/* The editor for notes: DBTOP_EDITOR or the user's own setting, PSQL_EDITOR, EDITOR, VISUAL, vi. Never NULL. */
const char *console_editor(const struct app *app);

#endif
