// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Help: made from the keymap and the command table, so it cannot disagree with them. Context first, searched by
 * typing, executed by Enter; a command that cannot be used now says why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "core/app.h"
#include "ui/box.h"
#include "ui/keymap.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/widgets/scroll.h"

enum { HELP_SEARCH_BYTES = 64, WORDS = 18 };

struct help_view {
	char search[HELP_SEARCH_BYTES];
	size_t cursor;
};

struct entry {
	const char *section; /* set on the first of a section */
	const char *key;     /* "" = none */
	const char *line;    /* the command line */
	const char *words;   /* what the footer says; NULL = nothing */
	const struct command *command;
};

struct entries {
	struct entry *items; /* owned */
	size_t count, capacity;
	const char *section;
};

static const struct command *command_of(const char *line)
{
	char name[64];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
	return command_find(name);
}

static bool matches(const struct help_view *view, const char *key, const char *line,
	const struct command *command)
{
	return !view->search[0] || strcasestr(line, view->search) ||
	       strcasestr(command->help, view->search) || strcmp(key, view->search) == 0;
}

static void add(
	struct entries *entries, const struct help_view *view, const struct binding *binding)
{
	const char *key = binding->shown, *line = binding->command;
	const struct command *command = command_of(line);
	if (!command || !matches(view, key, line, command))
		return;
	entries->items = mem_room(
		entries->items, entries->count, &entries->capacity, sizeof(*entries->items));
	entries->items[entries->count++] =
		(struct entry){ entries->section, key, line, binding->words, command };
	entries->section = NULL;
}

/* The digits stand once, as 1-7. */
static bool is_told_digit(const struct binding *binding)
{
	bool is_digit = binding->key.code >= '2' && binding->key.code <= '7';
	return is_digit && strncmp(binding->command, "view.go ", 8) == 0;
}

/* The same command by another key stands once, with its first key. */
static bool is_told(const struct entries *entries, const char *line)
{
	for (size_t i = 0; i < entries->count; i++)
		if (strcmp(entries->items[i].line, line) == 0)
			return true;
	return false;
}

static void add_scope(struct entries *entries, const struct panel *panel, const char *scope)
{
	const struct keymap *keymap = panel->context->keymap;
	for (size_t i = 0; i < keymap->count; i++) {
		const struct binding *binding = &keymap->items[i];
		if (strcmp(binding->scope, scope) != 0 || !*binding->command)
			continue;
		if (!is_told(entries, binding->command) && !is_told_digit(binding))
			add(entries, panel->state, binding);
	}
}

static void collect(const struct panel *panel, struct entries *entries)
{
	const struct help_view *view = panel->state;
	const char *const *scopes = panel->context->scopes;
	*entries = (struct entries){ .section = "This view" };
	for (size_t i = 0; scopes[i] && strcmp(scopes[i], "global") != 0; i++) {
		bool is_base = strcmp(scopes[i], "list") == 0 || strcmp(scopes[i], "text") == 0;
		if (is_base)
			entries->section = "Moving about";
		add_scope(entries, panel, scopes[i]);
	}
	entries->section = "Everywhere";
	add_scope(entries, panel, "global");
	entries->section = "Commands, typed after :";
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		if ((command->reach & REACH_SCREEN) && !is_told(entries, command->name))
			add(entries, view,
				&(struct binding){ .shown = "", .command = command->name });
	}
}

static size_t clamp_cursor(const struct help_view *view, size_t count)
{
	return count && view->cursor >= count ? count - 1 : view->cursor;
}

static int draw_entry(const struct panel *panel, const struct entry *entry, bool is_here,
	struct surface *s, int y)
{
	const char *why;
	bool is_on = command_is_enabled(panel->context->app, entry->command, &why);
	struct pen pen = pen_at(s, 1, y);
	int key = s->width > 90 ? 9 : 8, line = s->width > 90 ? 26 : 0;
	pen_field(&pen, is_on ? ROLE_KEY : ROLE_DIM, entry->key, key);
	if (line || !*entry->key) {
		pen_field(&pen, ROLE_DIM, entry->line, line ? line : 20);
		pen_gap(&pen, 1);
	}
	if (entry->words)
		pen_field(&pen, is_on ? ROLE_TITLE : ROLE_DIM, entry->words, WORDS);
	pen_text(&pen, is_on && !entry->words ? ROLE_TEXT : ROLE_DIM, entry->command->help);
	if (is_here) {
		surface_restyle(s, (struct rect){ 0, y, s->width, 1 }, ROLE_SELECTED);
		surface_glyph(s, 0, y, ROLE_SELECTED, GLYPH_CURSOR, 1);
	}
	if (!is_here || is_on || y + 1 >= s->height)
		return y + 1;
	pen = pen_at(s, 1 + key, y + 1);
	pen_printf(&pen, ROLE_STATUS_WARN, "grey now: %s", why ? why : "not possible");
	return y + 2;
}

/* Rows from the first entry on that keep the cursor in sight. */
static size_t first_entry(const struct entries *entries, size_t cursor, int height)
{
	size_t first = cursor;
	int rows = 4;
	while (first > 0) {
		rows += 1 + (entries->items[first].section ? 2 : 0);
		if (rows > height - height / 3)
			break;
		first--;
	}
	return first;
}

static void help_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct help_view *view = panel->state;
	struct entries entries;
	char title[96];
	(void)model;
	collect(panel, &entries);
	snprintf(title, sizeof(title), "? Help: %s",
		panel->context->scopes[0] ? panel->context->scopes[0] : "overview");
	struct box box = { .title = title,
		.is_focused = panel->is_focused,
		.words = s->width > 90 ? "type to search, Enter runs it, Esc closes"
				       : "type to search" };
	struct surface in = box_draw(s, surface_rect(s), &box, panel->context->layout);
	struct pen pen = pen_at(&in, 1, 0);
	pen_text(&pen, ROLE_DIM, "search ");
	pen_text(&pen, ROLE_INPUT, view->search);
	pen_text(&pen, ROLE_INPUT, "_");
	size_t cursor = clamp_cursor(view, entries.count);
	size_t first = first_entry(&entries, cursor, in.height);
	int y = 1;
	for (size_t i = first; i < entries.count && y < in.height; i++) {
		const struct entry *entry = &entries.items[i];
		if (entry->section) {
			y += i > first;
			pen = pen_at(&in, 1, y++);
			if (y > in.height)
				break;
			pen_text(&pen, ROLE_HEADER, entry->section);
		}
		if (y < in.height)
			y = draw_entry(panel, entry, i == cursor, &in, y);
	}
	if (!entries.count) {
		pen = pen_at(&in, 1, 2);
		pen_text(&pen, ROLE_DIM, "nothing of that name; BSpace takes letters back");
	}
	free(entries.items);
}

static bool help_key(struct panel *panel, const struct model *model, struct key key)
{
	struct help_view *view = panel->state;
	size_t len = strlen(view->search);
	uint32_t code = key.code == KEYSYM_SPACE ? ' ' : key.code;
	(void)model;
	if (key.code == KEYSYM_BACKSPACE) {
		while (len && ((unsigned char)view->search[len - 1] & 0xc0) == 0x80)
			len--;
		view->search[len ? len - 1 : 0] = '\0';
		return true;
	}
	if (key.mods || code >= KEYSYM_NONE)
		return false;
	char bytes[4];
	size_t count = utf8_encode(code, bytes);
	if (len + count < sizeof(view->search)) {
		memcpy(view->search + len, bytes, count);
		view->search[len + count] = '\0';
	}
	view->cursor = 0;
	return true;
}

/* Leaves help first: the command speaks to the view it was asked from. */
static void run_selected(const struct panel *panel, struct panel_answer *answer)
{
	const struct help_view *view = panel->state;
	struct entries entries;
	collect(panel, &entries);
	if (entries.count)
		snprintf(answer->command, sizeof(answer->command), "help.run %s",
			entries.items[clamp_cursor(view, entries.count)].line);
	free(entries.items);
}

static bool help_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	long rows;
	struct help_view *view = panel->state;
	(void)model;
	if (strcmp(command, "item.open") == 0) {
		run_selected(panel, answer);
		return true;
	}
	if (strcmp(command, "list.clear") == 0) {
		bool had_search = view->search[0];
		view->search[0] = '\0';
		return had_search;
	}
	if (!scroll_rows(command, &rows))
		return false;
	struct entries entries;
	collect(panel, &entries);
	long last = (long)entries.count - 1;
	long to = (long)clamp_cursor(view, entries.count) + rows;
	free(entries.items);
	view->cursor = (size_t)(to > last ? (last < 0 ? 0 : last) : to < 0 ? 0 : to);
	return true;
}

const struct panel_class help_panel = {
	.name = "help",
	.title = "? Help",
	.base = "text",
	.listens = EVENT_BIT(EVENT_ARMED) | EVENT_BIT(EVENT_RUN),
	.has_own_boxes = true,
	.state_size = sizeof(struct help_view),
	.draw = help_draw,
	.command = help_command,
	.key = help_key,
};
