// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command.h"
#include "docs/parts.h"
#include "ui/keymap.h"

static const char *risk_words(enum risk risk)
{
	switch (risk) {
	case RISK_READ: return "looks";
	case RISK_LOCAL: return "changes this console or the store";
	case RISK_WRITE: return "changes a server";
	case RISK_DESTRUCTIVE: return "changes a server, may lose data";
	}
	return "";
}

/* In a cell of a table. */
static void md_add(struct str *out, const char *text)
{
	for (; *text; text++)
		str_addf(out, "%s%c", *text == '|' ? "\\" : "", *text);
}

/* Words of the shell first, in the order of help; then what only the console knows. */
static void add_table(struct str *out, bool is_word)
{
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		if (!command->word == is_word)
			continue;
		str_add(out, "| `");
		if (is_word)
			str_addf(out, "dbtop %s", command->word);
		else
			str_add(out, command->name);
		if (command->args) {
			str_add_char(out, ' ');
			md_add(out, command->args);
		}
		str_addf(out, "` | %s | ", is_word ? command->name : "");
		md_add(out, command->help);
		str_addf(out, " | %s |\n", risk_words(command->risk));
	}
}

static void add_options_md(struct str *out, const struct command *command)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		str_addf(out, "| `%s` | `%s", command->word, option->flag);
		if (option->value)
			str_addf(out, " %s", option->value);
		str_add(out, "` | ");
		md_add(out, option->help);
		str_add(out, " |\n");
	}
}

void part_commands_md(struct str *out)
{
	str_add(out, "| in a shell | in the console, after `:` | what it does | it … |\n"
		     "| --- | --- | --- | --- |\n");
	add_table(out, true);
	add_table(out, false);
	str_add(out, "\n| command | option | what it does |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < command_count(); i++)
		if (command_at(i)->word)
			add_options_md(out, command_at(i));
}

static void add_command_man(struct str *out, const struct command *command)
{
	str_addf(out, ".TP\n.B dbtop %s\\fR", command->word);
	if (command->args) {
		str_add_char(out, ' ');
		roff_add(out, command->args);
	}
	str_add_char(out, '\n');
	roff_add(out, command->help);
	str_add(out, ".\n");
	if (command->option_count)
		str_add(out, ".RS\n");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		str_add(out, ".TP\n.B ");
		roff_add(out, option->flag);
		if (option->value)
			str_addf(out, " \\fI%s\\fR", option->value);
		str_add_char(out, '\n');
		roff_add(out, option->help);
		str_add(out, ".\n");
	}
	if (command->option_count)
		str_add(out, ".RE\n");
	if (command->example) {
		str_add(out, ".IP\nExample: \\fB");
		roff_add(out, command->example);
		str_add(out, "\\fR\n");
	}
}

void part_commands_man(struct str *out)
{
	for (size_t i = 0; i < command_count(); i++)
		if (command_at(i)->word)
			add_command_man(out, command_at(i));
}

void part_keys_md(struct str *out)
{
	struct keymap map = { 0 };

	keymap_init(&map);
	str_add(out, "| where | key | command | footer |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < map.count; i++) {
		const struct binding *binding = &map.items[i];
		char name[KEY_NAME_BYTES];
		key_name(binding->key, name);
		str_addf(out, "| %s | `%s` | `%s` | %s |\n", binding->scope, name, binding->command,
			binding->words ? binding->words : "");
	}
	keymap_release(&map);
}
