/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headless: a run without a screen as a part of another command: inspected, approved and run as `dbtop upgrade` does it,
 * with its flags, and told in the same report.
 */
#ifndef DBTOP_CORE_COMMANDS_HEADLESS_H
#define DBTOP_CORE_COMMANDS_HEADLESS_H

#include "core/command.h"

typedef void headless_over_fn(void *arg);
/*
 * Apply everything pending. The call's report has what happened, its exit code included; over() comes on a later turn,
 * once, and the call goes on.
 */
void headless_upgrade(struct call *call, headless_over_fn *over, void *arg);

#endif
