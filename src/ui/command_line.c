// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/command_line.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/theme.h"

/* Words people know from elsewhere. */
static const struct {
	const char *word, *command;
} aliases[] = {
	{ "help", "view.go help" },
	{ "keys", "view.go help" },
	{ "q", "session.quit" },
	{ "set", "settings.open" },
	{ "settings", "settings.open" },
	{ "theme", "theme.set" },
};

static bool is_on_screen(const struct command *command)
{
	return command->reach & REACH_SCREEN;
}

/* The one command of the screen whose verb it is, or that begins so; NULL when several do. A noun is none of them. */
static const struct command *only_command(const char *word)
{
	const struct command *found[2] = { NULL, NULL };
	size_t counts[2] = { 0, 0 }, len = strlen(word);
	bool is_noun = false;

	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		const char *dot = strchr(command->name, '.');
		bool is_verb = dot && strcmp(dot + 1, word) == 0;
		bool is_beginning = strncmp(command->name, word, len) == 0;
		if (!is_on_screen(command))
			continue;
		found[0] = is_verb ? command : found[0];
		found[1] = is_beginning ? command : found[1];
		counts[0] += is_verb;
		counts[1] += is_beginning;
		is_noun |= is_beginning && command->name[len] == '.';
	}
	if (is_noun)
		return NULL;
	return counts[0] == 1 ? found[0] : counts[1] == 1 ? found[1] : NULL;
}

const struct view *command_line_view(const char *typed)
{
	const struct view *found = NULL;
	for (size_t i = 0; i < view_count; i++) {
		if (strncmp(views[i].name, typed, strlen(typed)) != 0)
			continue;
		if (found)
			return NULL;
		found = &views[i];
	}
	return found;
}

static const char *whole_name(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcmp(aliases[i].word, word) == 0)
			return aliases[i].command;
	if (command_find(word) || view_find(word))
		return NULL;
	const struct command *command = command_find_word(word);
	if (!command)
		command = only_command(word);
	const struct view *view = command ? NULL : command_line_view(word);
	return command ? command->name : view ? view->name : NULL;
}

const char *command_line_expand(const char *typed, char out[COMMAND_LINE_BYTES])
{
	char word[64];
	size_t len;
	while (*typed == ' ' || *typed == ':')
		typed++;
	len = strcspn(typed, " ");
	if (!len || len >= sizeof(word))
		return typed;
	memcpy(word, typed, len);
	word[len] = '\0';
	const char *name = whole_name(word);
	if (!name || strlen(name) + strlen(typed) >= COMMAND_LINE_BYTES)
		return typed;
	snprintf(out, COMMAND_LINE_BYTES, "%s%s", name, typed + len);
	return out;
}

size_t command_line_matches(const char *typed, const struct command **out, size_t max)
{
	size_t count = 0, len = strlen(typed);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < command_count() && count < max; i++) {
			const struct command *command = command_at(i);
			bool begins = strncmp(command->name, typed, len) == 0;
			bool holds = begins || strstr(command->name, typed);
			if (is_on_screen(command) && holds && begins == (pass == 0))
				out[count++] = command;
		}
	}
	return count;
}

/* ---- completion ---- */

static const char *command_word(size_t index)
{
	for (size_t i = 0; i < command_count(); i++)
		if (is_on_screen(command_at(i)) && index-- == 0)
			return command_at(i)->name;
	if (index < view_count)
		return views[index].name;
	index -= view_count;
	return index < ARRAY_SIZE(aliases) ? aliases[index].word : NULL;
}

static const char *revision_word(const struct model *model, size_t index)
{
	const struct migrations_view *view = &model->migrations;
	return index < view->row_count ? view->rows[view->row_count - 1 - index].rev : NULL;
}

char *command_line_candidate(const struct model *model, const char *before, size_t index)
{
	char line[COMMAND_LINE_BYTES];
	const char *whole = command_line_expand(before, line), *word = NULL;
	bool is_first = !whole[strspn(whole, " ")];
	if (is_first)
		word = command_word(index);
	else if (strncmp(whole, "theme.set ", 10) == 0)
		word = theme_builtin_name((int)index);
	else if (strncmp(whole, "view.go ", 8) == 0)
		word = index < view_count ? views[index].name : NULL;
	else if (strncmp(whole, "run.", 4) == 0 || strncmp(whole, "migration.", 10) == 0)
		word = revision_word(model, index);
	return word ? mem_strdup(word) : NULL;
}
