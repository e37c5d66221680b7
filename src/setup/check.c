// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Checks: the last stage: the queries of the description's file, as the owner, read only.
 */
#include "setup/sql_file.h"

static void checked(void *arg, const struct sql_file_end *end, const struct err *e)
{
	struct setup *setup = arg;
	struct setup_item *item = checklist_find(&setup->list, "checks");

	if (e) {
		setup_item_fail(setup, item, e);
	} else {
		setup_item_say(item, SETUP_THERE, "%zu queries, all true", end->statements);
		setup_settle(setup, item);
	}
	setup_stage_end(setup);
}

void checks_start(struct setup *setup)
{
	const struct sql_file_request request = {
		.path = setup->options.spec->checks, .kind = SQL_FILE_CHECKS, .runs = true
	};

	setup->started_us = loop_now_us(setup->options.loop);
	sql_file_start(setup, &request, checked, setup);
}
