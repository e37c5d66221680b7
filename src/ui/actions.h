/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions: commands that change the picture, not the world. They stand in the command table beside core's.
 */
#ifndef DBTOP_UI_ACTIONS_H
#define DBTOP_UI_ACTIONS_H

#include <stdbool.h>

/* Is it a command of the screen? */
bool action_is_own(const char *name);

/* Puts the rows of the screen into the command table, once. */
void actions_register(void);

#endif
