// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/words.h"
#include "core/app.h"
#include "core/commands/commands.h"

enum { TABLES_MAX = 16 };

/*
 * The rows of core, then those the screen added. Written once at the screen's start, before any call; one of the
 * mutable globals of doc/style.md.
 */
static struct {
	const struct command *rows;
	size_t count;
} added;

static const struct command *row_at(size_t index)
{
	for (size_t i = 0; i < command_table_count; i++) {
		if (index < command_tables[i]->count)
			return &command_tables[i]->rows[index];
		index -= command_tables[i]->count;
	}
	return index < added.count ? &added.rows[index] : NULL;
}

size_t command_count(void)
{
	size_t count = added.count;

	for (size_t i = 0; i < command_table_count; i++)
		count += command_tables[i]->count;
	return count;
}

const struct command *command_at(size_t index)
{
	const struct command *command = row_at(index);
	assert_always(command, "a command beyond the table");
	return command;
}

void command_add(const struct command *rows, size_t count)
{
	assert_always(!added.rows || added.rows == rows, "the screen adds its commands once");
	added.rows = rows;
	added.count = count;
}

const struct command *command_find(const char *name)
{
	const struct command *command;

	for (size_t i = 0; (command = row_at(i)); i++) {
		if (strcmp(command->name, name) == 0)
			return command;
	}
	return NULL;
}

const struct command *command_find_word(const char *word)
{
	const struct command *command;

	for (size_t i = 0; (command = row_at(i)); i++) {
		if (command->word && strcmp(command->word, word) == 0)
			return command;
	}
	return NULL;
}

bool command_is_enabled(const struct app *app, const struct command *command, const char **why)
{
	*why = NULL;
	if (!(command->reach & REACH_SCREEN)) {
		*why = "only on the command line";
		return false;
	}
	if (command->risk >= RISK_WRITE && !app->model.is_armed) {
		*why = app->target.is_read_only ? "this target is read-only"
						: "LOCKED session; W arms it";
		return false;
	}
	return !command->is_enabled || command->is_enabled(app, why);
}

static const char *nearest_command(const char *word)
{
	const char *names[256];
	size_t count = 0;
	const struct command *command;

	for (size_t i = 0; (command = row_at(i)) && count < ARRAY_SIZE(names); i++)
		names[count++] = command->name;
	return words_nearest(word, names, count);
}

const char *command_nearest_word(const char *word)
{
	const char *words[256];
	size_t count = 0;
	const struct command *command;

	for (size_t i = 0; (command = row_at(i)) && count < ARRAY_SIZE(words); i++) {
		if (command->word)
			words[count++] = command->word;
	}
	return words_nearest(word, words, count);
}

/* Split a line into words: blanks separate, "…" holds blanks, \ takes the next character as it is. In place. */
static size_t split_words(char *line, const char **words, size_t max)
{
	size_t count = 0;
	char *read = line, *write = line;

	for (;;) {
		while (*read == ' ' || *read == '\t')
			read++;
		if (!*read || count == max)
			return count;
		words[count++] = write;
		bool quoted = false;
		for (; *read && (quoted || (*read != ' ' && *read != '\t')); read++) {
			if (*read == '"')
				quoted = !quoted;
			else if (*read == '\\' && read[1])
				*write++ = *++read;
			else
				*write++ = *read;
		}
		/* The word is never longer than what was read of it, so its end stays behind `read`. */
		bool is_last = !*read;
		*write++ = '\0';
		if (is_last)
			return count;
		read++;
		write = read;
	}
}

static const struct command_option *find_option(const struct command *command, struct span flag)
{
	for (size_t i = 0; i < command->option_count; i++) {
		if (span_is(flag, command->options[i].flag))
			return &command->options[i];
	}
	return NULL;
}

static bool unknown_option(const struct command *command, const char *word, struct err *e)
{
	const char *flags[32];
	size_t count = 0;

	for (; count < command->option_count && count < ARRAY_SIZE(flags); count++)
		flags[count] = command->options[count].flag;
	const char *near = words_nearest(word, flags, count);
	err_set(e, ERR_USAGE, "%s does not know %s", command->word ? command->word : command->name,
		word);
	if (near)
		err_hint(e, "did you mean %s?", near);
	return false;
}

/* Takes the option at words[*i]; its value is what follows `=` or the next word. */
static bool take_option(
	struct call *call, const char *const *words, size_t count, size_t *i, struct err *e)
{
	const char *word = words[*i];
	const char *equals = strchr(word, '=');
	struct span flag = equals ? span_from(word, (size_t)(equals - word)) : span_of(word);
	const struct command_option *option = find_option(call->command, flag);

	if (!option)
		return unknown_option(call->command, word, e);
	const char *value = "";
	if (option->value) {
		if (equals)
			value = equals + 1;
		else if (*i + 1 < count)
			value = words[++*i];
		else
			return err_set(e, ERR_USAGE, "%s needs a value: %s %s", option->flag,
				option->flag, option->value);
	} else if (equals) {
		return err_set(e, ERR_USAGE, "%s takes no value", option->flag);
	}
	call->options = mem_resize(call->options, call->option_count + 1, sizeof(*call->options));
	call->options[call->option_count++] = (struct call_option){ option, value };
	return true;
}

static bool is_option(const char *word)
{
	/* `-` and digits is an argument: downgrade -2. */
	return word[0] == '-' && word[1] == '-' && word[2];
}

static bool take_words(struct call *call, const char *const *words, size_t count, struct err *e)
{
	const struct command *command = call->command;
	bool options_end = false;

	for (size_t i = 0; i < count; i++) {
		if (!options_end && strcmp(words[i], "--") == 0) {
			options_end = true;
		} else if (!options_end && is_option(words[i])) {
			if (!take_option(call, words, count, &i, e))
				return false;
		} else if (call->arg_count < command->args_max) {
			call->args[call->arg_count++] = words[i];
		} else {
			err_set(e, ERR_USAGE, "too many words: %s", words[i]);
			return err_hint(e, "%s takes %s",
				command->word ? command->word : command->name,
				command->args ? command->args : "no words");
		}
	}
	return true;
}

static struct call *call_make(struct app *app, const struct command *command)
{
	struct call *call = mem_new(struct call);

	call->app = app;
	call->command = command;
	call->args = mem_resize(NULL, command->args_max + 1, sizeof(*call->args));
	call->is_screen = app->is_screen;
	report_init(
		&call->report, command->word && !app->is_screen ? command->word : command->name);
	call->report.target = app->target.name;
	return call;
}

struct call *call_new_words(struct app *app, const struct command *command,
	const char *const *words, size_t count, struct err *e)
{
	struct call *call = call_make(app, command);

	if (!take_words(call, words, count, e)) {
		call_free(call);
		return NULL;
	}
	return call;
}

enum { LINE_WORDS_MAX = 1024 };

struct call *call_new(struct app *app, const char *line, struct err *e)
{
	const char *words[LINE_WORDS_MAX];
	char *memory = mem_strdup(line);
	size_t count = split_words(memory, words, LINE_WORDS_MAX);
	const struct command *command = NULL;

	if (count == 0) {
		err_set(e, ERR_USAGE, "no command");
	} else if (!(command = command_find(words[0])) &&
		   !(command = command_find_word(words[0]))) {
		err_set(e, ERR_USAGE, "no command %s", words[0]);
		const char *near = nearest_command(words[0]);
		if (near)
			err_hint(e, "did you mean %s?", near);
	}
	struct call *call = command ? call_new_words(app, command, words + 1, count - 1, e) : NULL;
	if (!call) {
		free(memory);
		return NULL;
	}
	call->memory = memory;
	return call;
}

void call_free(struct call *call)
{
	report_release(&call->report);
	free(call->args);
	free(call->options);
	free(call->memory);
	free(call);
}

bool call_has(const struct call *call, const char *flag)
{
	return call_value(call, flag) != NULL;
}

const char *call_value(const struct call *call, const char *flag)
{
	const char *value = NULL;

	for (size_t i = 0; i < call->option_count; i++) {
		if (strcmp(call->options[i].option->flag, flag) == 0)
			value = call->options[i].value;
	}
	return value;
}

const char *call_arg(const struct call *call, size_t index)
{
	return index < call->arg_count ? call->args[index] : NULL;
}
