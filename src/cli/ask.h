/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ask: a prompt on a plain terminal, with the words and rules of the screen's: level 1 wants y, levels 2 and 3 the words
 * shown. What was typed before the question stood there does not count, and no is the default.
 */
#ifndef DBTOP_CLI_ASK_H
#define DBTOP_CLI_ASK_H

#include <stdbool.h>

#include "core/command.h"

bool ask_person(const struct confirmation *confirmation);

#endif
