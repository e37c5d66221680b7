/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of every command file, gathered. A new noun is one file and one line in commands.c.
 */
#ifndef DBTOP_CORE_COMMANDS_COMMANDS_H
#define DBTOP_CORE_COMMANDS_COMMANDS_H

#include "core/command.h"

struct command_table {
	const struct command *rows;
	size_t count;
};

extern const struct command_table session_commands;
extern const struct command_table migration_commands;
extern const struct command_table plan_commands;
extern const struct command_table ack_commands;
extern const struct command_table run_commands;
extern const struct command_table step_commands;
extern const struct command_table note_commands;
extern const struct command_table health_commands;
extern const struct command_table metrics_commands;
extern const struct command_table info_commands;
extern const struct command_table file_commands;
extern const struct command_table repair_commands;
extern const struct command_table setup_commands;
extern const struct command_table demo_commands;

extern const struct command_table *const command_tables[];
extern const size_t command_table_count;

#endif
