// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/options.h"
#include "core/command.h"
#include "docs/parts.h"

/* What a value is, for completion: words, files, targets, or nothing that can be guessed. */
static const char *completes(const struct option *option)
{
	if (strcmp(option->key, "target") == 0)
		return "target";
	return option->kind == OPTION_FILE ? "file" : option->kind == OPTION_WORD ? "word" : "";
}

/* "config" of "config check". */
static struct span first_word(const struct command *command)
{
	return span_from(command->word, strcspn(command->word, " "));
}

static bool is_new_word(size_t index)
{
	struct span word = first_word(command_at(index));

	for (size_t i = 0; i < index; i++) {
		struct span other = command_at(i)->word ? first_word(command_at(i)) : span_of("");
		if (other.len == word.len && memcmp(other.data, word.data, word.len) == 0)
			return false;
	}
	return true;
}

static void add_flags(struct str *out, const struct command *command)
{
	for (size_t i = 0; i < command->option_count; i++)
		str_addf(out, " %s", command->options[i].flag);
}

static void add_bash_values(struct str *out)
{
	str_add(out, "_dbtop_values() {\n\tcase $1 in\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &options[i];
		const char *what = completes(option);
		if (!option->flag || !option->value)
			continue;
		str_addf(out, "\t%s", option->flag);
		if (option->short_flag)
			str_addf(out, "|-%c", option->short_flag);
		str_addf(out, ") echo %s", *what ? what : "none");
		for (size_t n = 0; option->kind == OPTION_WORD && option->words[n]; n++)
			str_addf(out, " %s", option->words[n]);
		str_add(out, " ;;\n");
	}
	str_add(out, "\tesac\n}\n");
}

void part_words_bash(struct str *out)
{
	str_add(out, "_dbtop_commands='");
	for (size_t i = 0; i < command_count(); i++)
		if (command_at(i)->word && is_new_word(i)) {
			str_add_span(out, first_word(command_at(i)));
			str_add_char(out, ' ');
		}
	str_add(out, "'\n_dbtop_flags='");
	for (size_t i = 0; i < option_count; i++)
		if (options[i].flag)
			str_addf(out, "%s ", options[i].flag);
	str_add(out, "'\n_dbtop_command_flags() {\n\tcase $1 in\n");
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		if (!command->word || !command->option_count)
			continue;
		str_addf(out, "\t'%.*s') echo", (int)first_word(command).len, command->word);
		add_flags(out, command);
		str_add(out, " ;;\n");
	}
	str_add(out, "\tesac\n}\n");
	add_bash_values(out);
}

/* In single quotes, without what _arguments and _describe read as punctuation. */
static void add_zsh_text(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "'\\''");
		else if (strchr("[]:\\", *text))
			str_addf(out, "\\%c", *text);
		else
			str_add_char(out, *text);
	}
}

static void add_zsh_flag(struct str *out, const struct option *option)
{
	static const char *const actions[][2] = {
		{ "target", "_dbtop_targets" },
		{ "file", "_files" },
	};
	const char *what = completes(option);

	str_addf(out, "\t'%s[", option->flag);
	add_zsh_text(out, option->help);
	str_add(out, "]");
	if (option->value) {
		str_addf(out, ":%s:", option->key);
		for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
			if (strcmp(what, actions[i][0]) == 0)
				str_add(out, actions[i][1]);
	}
	if (option->kind == OPTION_WORD && option->value) {
		str_add(out, "(");
		for (size_t n = 0; option->words[n]; n++)
			str_addf(out, "%s%s", n ? " " : "", option->words[n]);
		str_add(out, ")");
	}
	str_add(out, "'\n");
}

void part_words_zsh(struct str *out)
{
	str_add(out, "_dbtop_commands=(\n");
	for (size_t i = 0; i < command_count(); i++) {
		if (!command_at(i)->word || !is_new_word(i))
			continue;
		str_add(out, "\t'");
		str_add_span(out, first_word(command_at(i)));
		str_add_char(out, ':');
		add_zsh_text(out, command_at(i)->help);
		str_add(out, "'\n");
	}
	str_add(out, ")\n_dbtop_flags=(\n");
	for (size_t i = 0; i < option_count; i++)
		if (options[i].flag)
			add_zsh_flag(out, &options[i]);
	str_add(out, ")\n_dbtop_command_flags() {\n\tcase $1 in\n");
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		if (!command->word || !command->option_count)
			continue;
		str_addf(out, "\t'%.*s') print --", (int)first_word(command).len, command->word);
		add_flags(out, command);
		str_add(out, " ;;\n");
	}
	str_add(out, "\tesac\n}\n");
}

static void add_fish_text(struct str *out, const char *text)
{
	for (; *text; text++)
		str_addf(out, "%s%c", strchr("'\\", *text) ? "\\" : "", *text);
}

static void add_fish_option(struct str *out, const struct option *option)
{
	const char *what = completes(option);

	str_addf(out, "complete -c dbtop -l %s", option->flag + 2);
	if (option->short_flag)
		str_addf(out, " -s %c", option->short_flag);
	if (strcmp(what, "file") == 0)
		str_add(out, " -rF");
	else if (option->value)
		str_add(out, " -x");
	if (strcmp(what, "target") == 0)
		str_add(out, " -a '(__dbtop_targets)'");
	if (option->kind == OPTION_WORD && option->value) {
		str_add(out, " -a '");
		for (size_t n = 0; option->words[n]; n++)
			str_addf(out, "%s%s", n ? " " : "", option->words[n]);
		str_add(out, "'");
	}
	str_add(out, " -d '");
	add_fish_text(out, option->help);
	str_add(out, "'\n");
}

static void add_fish_command(struct str *out, size_t index)
{
	const struct command *command = command_at(index);

	if (is_new_word(index)) {
		str_add(out, "complete -c dbtop -n __fish_use_subcommand -a '");
		str_add_span(out, first_word(command));
		str_add(out, "' -d '");
		add_fish_text(out, command->help);
		str_add(out, "'\n");
	}
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		str_add(out, "complete -c dbtop -n '__fish_seen_subcommand_from ");
		str_add_span(out, first_word(command));
		str_addf(out, "' -l %s%s -d '", option->flag + 2, option->value ? " -x" : "");
		add_fish_text(out, option->help);
		str_add(out, "'\n");
	}
}

void part_words_fish(struct str *out)
{
	for (size_t i = 0; i < option_count; i++)
		if (options[i].flag)
			add_fish_option(out, &options[i]);
	for (size_t i = 0; i < command_count(); i++)
		if (command_at(i)->word)
			add_fish_command(out, i);
}
