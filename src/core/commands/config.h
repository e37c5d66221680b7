/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Config: `dbtop config check` and `dbtop config show`, a row of info.c.
 */
#ifndef DBTOP_CORE_COMMANDS_CONFIG_H
#define DBTOP_CORE_COMMANDS_CONFIG_H

#include "core/command.h"

void config_run(struct call *call);

#endif
