// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/commands/setup_report.h"

#include <stdio.h>

#include "core/app.h"
#include "core/prompt.h"

static void report_item(struct report *report, struct node *table, const struct setup_item *item)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "item", "ITEM", item->class->word);
	report_text(report, row, "name", "NAME", item->values[SLOT_NAME]);
	report_text(report, row, "state", "STATE", setup_state_word(item->state));
	report_int(report, row, "took_ms", "TOOK", item->took_ms, UNIT_MS);
	report_text(report, row, "words", "WHAT", *item->words ? item->words : NULL);
	report_text(report, row, "command", NULL, item->command);
}

/* What only somebody with more rights can do, ready to be pasted. */
static void report_commands(struct report *report, const struct checklist *list)
{
	struct node *table = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct setup_item *item = &list->items[i];
		if (!item->command)
			continue;
		if (!table)
			table = report_table(
				report, report->data, "administrator", "for the administrator");
		struct node *row = report_row(report, table);
		report_text(report, row, "database", "DATABASE", item->command_in);
		report_text(report, row, "command", "COMMAND", item->command);
	}
}

void setup_report(struct report *report, const struct checklist *list)
{
	struct node *table = report_table(report, report->data, "checklist", "");

	for (size_t i = 0; i < list->count; i++)
		report_item(report, table, &list->items[i]);
	report_commands(report, list);
	report_int(report, report->data, "made", NULL, (int64_t)checklist_count(list, SETUP_MADE),
		UNIT_COUNT);
}

void setup_confirmation(const struct app *app, const struct checklist *list, struct confirmation *c)
{
	size_t open = 0;

	*c = (struct confirmation){ .own_level = 1, .level = prompt_raise(app, 1) };
	snprintf(c->title, sizeof(c->title), "Set up %s: make what is missing?", app->target.name);
	for (size_t i = 0; i < list->count; i++) {
		const struct setup_item *item = &list->items[i];
		const char *name = item->values[SLOT_NAME];
		if (item->state == SETUP_THERE || ++open > CONFIRM_LINES)
			continue;
		snprintf(c->lines[c->line_count++], sizeof(c->lines[0]), "%.40s %.63s: %.50s",
			item->class->word, name ? name : "",
			*item->words ? item->words : setup_state_word(item->state));
	}
	if (open > CONFIRM_LINES)
		snprintf(c->lines[CONFIRM_LINES - 1], sizeof(c->lines[0]), "%zu more",
			open - CONFIRM_LINES + 1);
	if (c->level > 1)
		snprintf(c->token, sizeof(c->token), "%s", app->target.name);
}
