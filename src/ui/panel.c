// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panel.h"

#include <string.h>

#include "ui/panels/panels.h"

const struct view views[] = {
	{ "overview", "Overview", "Over", 1,
		{ &pool_box_panel, &replicas_box_panel, &migrations_box_panel, &attention_panel } },
	{ "pool", "Pool", "Pool", 2, { &pool_panel } },
	{ "replicas", "Replicas", "Repl", 3, { &replicas_panel } },
	{ "migrations", "Migrations", "Migr", 4, { &migrations_panel } },
	{ "activity", "Activity", "Act", 5, { &activity_panel } },
	{ "notes", "Notes", "Notes", 6, { &notes_panel } },
	{ "console", "Console", "SQL", 7, { &console_panel } },
	{ "step", "Step through", "Step", 0, { &step_panel } },
	{ "help", "Help", "Help", 0, { &help_panel } },
	{ "messages", "Messages", "Msgs", 0, { &messages_panel } },
	{ "settings", "Settings", "Set", 0, { &settings_panel } },
	{ "report", "Answer", "Answer", 0, { &report_panel } },
};

const size_t view_count = ARRAY_SIZE(views);

const struct view *view_find(const char *name)
{
	for (size_t i = 0; i < view_count; i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}
