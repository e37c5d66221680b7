// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/keymap.h"

#include <string.h>

#include "core/command.h"
#include "ui/texts.h"

static void keymap_problem(struct keymap *map, const char *text)
{
	map->problems = arena_room(&map->arena, map->problems, map->problem_count,
		&map->problem_capacity, sizeof(*map->problems));
	map->problems[map->problem_count++] = text;
}

static struct binding *find_exact(const struct keymap *map, const char *scope, struct key key)
{
	for (size_t i = 0; i < map->count; i++)
		if (key_is(map->items[i].key, key) && strcmp(map->items[i].scope, scope) == 0)
			return &map->items[i];
	return NULL;
}

static void keymap_put(struct keymap *map, const struct binding *binding)
{
	struct binding *old = find_exact(map, binding->scope, binding->key);
	if (!old) {
		map->items = arena_room(
			&map->arena, map->items, map->count, &map->capacity, sizeof(*map->items));
		old = &map->items[map->count++];
	}
	*old = *binding;
}

/* "[1-7] view" is a key and words; else the words alone; "breakpoint|break": long and short. */
static void read_words(struct keymap *map, struct binding *binding, struct span words)
{
	const char *close =
		words.len && words.data[0] == '[' ? memchr(words.data, ']', words.len) : NULL;
	if (close) {
		size_t used = (size_t)(close - words.data);
		binding->shown = arena_strndup(&map->arena, words.data + 1, used - 1);
		words = span_trim(span_from(close + 1, words.len - used - 1));
	}
	const char *bar = memchr(words.data, '|', words.len);
	size_t len = bar ? (size_t)(bar - words.data) : words.len;
	binding->words = arena_strndup(&map->arena, words.data, len);
	if (bar)
		binding->brief = arena_strndup(&map->arena, bar + 1, words.len - len - 1);
}

/* The command line ends at " # ". */
static struct span cut_words(struct span *line)
{
	for (size_t i = 1; i + 1 < line->len; i++) {
		bool is_mark = line->data[i] == '#' && line->data[i + 1] == ' ' &&
			       (line->data[i - 1] == ' ' || line->data[i - 1] == '\t');
		if (is_mark) {
			struct span words = span_from(line->data + i + 1, line->len - i - 1);
			line->len = i;
			return span_trim(words);
		}
	}
	return span_from("", 0);
}

/* NULL when the command exists; else what is wrong. */
static const char *check_command(struct keymap *map, struct span line)
{
	struct span word, rest = line;
	if (!span_word(&rest, &word))
		return "no command";
	const char *name = arena_strndup(&map->arena, word.data, word.len);
	if (strcmp(name, "none") == 0 || command_find(name))
		return NULL;
	return arena_printf(&map->arena, "no command \"%.40s\"", name);
}

static void read_line(struct keymap *map, const char *file, int number, struct span line)
{
	struct span words = cut_words(&line), scope, key;
	struct span rest = line;
	if (!span_word(&rest, &scope) || scope.data[0] == '#')
		return;
	struct binding binding = { 0 };
	const char *wrong = NULL;
	if (!span_word(&rest, &key)) {
		wrong = "not `scope key command`";
	} else {
		const char *name = arena_strndup(&map->arena, key.data, key.len);
		binding.shown = name;
		if (!key_parse(name, &binding.key))
			wrong = arena_printf(&map->arena, "no key \"%.20s\"", name);
	}
	struct span command = span_trim(rest);
	if (!wrong)
		wrong = check_command(map, command);
	if (wrong) {
		keymap_problem(map, arena_printf(&map->arena, "%s:%d: %s", file, number, wrong));
		return;
	}
	bool is_none = span_is(command, "none");
	binding.scope = arena_strndup(&map->arena, scope.data, scope.len);
	binding.command = is_none ? "" : arena_strndup(&map->arena, command.data, command.len);
	if (words.len && !is_none)
		read_words(map, &binding, words);
	keymap_put(map, &binding);
}

void keymap_read(struct keymap *map, const char *file, struct span text)
{
	struct span line;
	for (int number = 1; span_line(&text, &line); number++)
		read_line(map, file, number, line);
}

void keymap_init(struct keymap *map)
{
	*map = (struct keymap){ 0 };
	keymap_read(map, "keys.txt", span_of(ui_keys_text));
}

void keymap_release(struct keymap *map)
{
	arena_release(&map->arena);
	*map = (struct keymap){ 0 };
}

const struct binding *keymap_find(
	const struct keymap *map, const char *const *scopes, struct key key)
{
	for (; *scopes; scopes++) {
		const struct binding *found = find_exact(map, *scopes, key);
		if (found)
			return *found->command ? found : NULL;
	}
	return NULL;
}

const struct binding *keymap_find_command(
	const struct keymap *map, const char *const *scopes, const char *command)
{
	for (; *scopes; scopes++)
		for (size_t i = 0; i < map->count; i++)
			if (strcmp(map->items[i].scope, *scopes) == 0 &&
				strcmp(map->items[i].command, command) == 0)
				return &map->items[i];
	return NULL;
}
