/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setup report: the checklist as a table, with the administrator's commands below it, and as a question.
 */
#ifndef DBTOP_CORE_COMMANDS_SETUP_REPORT_H
#define DBTOP_CORE_COMMANDS_SETUP_REPORT_H

#include "core/command.h"
#include "setup/checklist.h"

void setup_report(struct report *report, const struct checklist *list);
/* Everything of the list that is not there, before it is made. */
void setup_confirmation(
	const struct app *app, const struct checklist *list, struct confirmation *confirmation);

#endif
