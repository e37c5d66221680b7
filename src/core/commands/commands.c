// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/commands/commands.h"

/* In the order of help. */
const struct command_table *const command_tables[] = {
	&run_commands,
	&plan_commands,
	&ack_commands,
	&migration_commands,
	&file_commands,
	&repair_commands,
	&setup_commands,
	&step_commands,
	&health_commands,
	&metrics_commands,
	&note_commands,
	&session_commands,
	&info_commands,
	&demo_commands,
};

const size_t command_table_count = ARRAY_SIZE(command_tables);
