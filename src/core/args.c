// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/args.h"

#include "base/mem.h"
#include "base/words.h"

struct reader {
	struct args *args;
	int count, at;
	char **words;
	bool options_ended;
	bool had_bare; /* the first bare word is a command if it is one, else TARGET */
};

static void add_word(struct args *args, const char *word)
{
	args->words = mem_resize(args->words, args->word_count + 1, sizeof(*args->words));
	args->words[args->word_count++] = word;
}

static void add_flag(struct args *args, const struct option *option, const char *value)
{
	if (strcmp(option->key, "help") == 0)
		args->wants_help = true;
	else if (strcmp(option->key, "version") == 0)
		args->wants_version = true;
	args->flags = mem_resize(args->flags, args->flag_count + 1, sizeof(*args->flags));
	args->flags[args->flag_count++] = (struct conf_flag){ option, value };
}

static void cover(char *from, const char *to)
{
	memset(from, '*', (size_t)(to - from));
}

/* The end of a value as libpq reads it: to a blank, or to the closing quote; a backslash takes what follows. */
static char *value_end(char *value)
{
	char quote = *value == '\'' ? '\'' : ' ';
	char *at = quote == '\'' ? value + 1 : value;

	while (*at && *at != quote)
		at += *at == '\\' && at[1] ? 2 : 1;
	return at;
}

/* user:PASSWORD@ */
static bool cover_in_authority(char *authority)
{
	char *at = strchr(authority, '@');
	char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;

	if (!colon || colon + 1 == at)
		return false;
	cover(colon + 1, at);
	return true;
}

/* Put stars in place of every password of a URI or a keyword string; false when there is none. */
static bool cover_passwords(char *text)
{
	char *scheme = strstr(text, "://");
	bool did = scheme && cover_in_authority(scheme + 3);

	for (char *at = text; (at = strstr(at, "password"));) {
		at += strlen("password");
		char *value = at + strspn(at, " ");
		if (*value != '=')
			continue;
		value += 1 + strspn(value + 1, " ");
		char *end = scheme ? value + strcspn(value, "&") : value_end(value);
		did = did || end > value;
		cover(value, end);
		at = end;
	}
	return did;
}

/* The word itself, or a copy of it when it holds a password: then the shell's word, seen by others, gets stars. */
static const char *take_secret(struct args *args, char *word)
{
	char *copy = mem_strdup(word);

	if (!cover_passwords(word)) {
		mem_free_secret(copy);
		return word;
	}
	args->secrets = mem_resize(args->secrets, args->secret_count + 1, sizeof(*args->secrets));
	args->secrets[args->secret_count++] = copy;
	args->had_password = true;
	return copy;
}

static bool two_targets(const struct args *args, const char *word, struct err *e)
{
	const struct command *command = command_find_word(word);

	if (command && !args->command) {
		err_set(e, ERR_USAGE, "the command comes first, and its target behind -d");
		return err_hint(e, "dbtop %s -d TARGET", command->word);
	}
	err_set(e, ERR_USAGE, "two targets: one is enough");
	return err_hint(e, "dbtop [TARGET] is the console; commands take -d TARGET");
}

static bool set_target(struct args *args, const char *word, struct err *e)
{
	if (!args->target)
		args->target = word;
	else if (!args->user && !args->command && !command_find_word(word))
		args->user = word;
	else
		return two_targets(args, word, e);
	return true;
}

static bool take_global(
	struct reader *reader, const struct option *option, char *attached, struct err *e)
{
	const char *value = attached ? take_secret(reader->args, attached) : NULL;

	if (option->value && !value) {
		if (reader->at + 1 >= reader->count)
			return err_set(e, ERR_USAGE, "%s needs a value: %s %s",
				reader->words[reader->at], reader->words[reader->at],
				option->value);
		value = take_secret(reader->args, reader->words[++reader->at]);
	} else if (!option->value && value) {
		return err_set(e, ERR_USAGE, "%s takes no value", option->flag);
	}
	if (strcmp(option->key, "target") == 0)
		return set_target(reader->args, value, e);
	add_flag(reader->args, option, value);
	return true;
}

/* An option no table knows yet is the command's own; the command says if it is not. */
static void take_unknown(struct reader *reader)
{
	add_word(reader->args, reader->words[reader->at]);
}

static bool take_long(struct reader *reader, char *word, struct err *e)
{
	char *equals = strchr(word, '=');
	struct span flag = equals ? span_from(word, (size_t)(equals - word)) : span_of(word);
	const struct option *option = option_find_flag(flag);

	if (!option) {
		take_unknown(reader);
		return true;
	}
	return take_global(reader, option, equals ? equals + 1 : NULL, e);
}

static bool take_short(struct reader *reader, char *word, struct err *e)
{
	for (char *letter = word + 1; *letter; letter++) {
		char flag[] = { '-', *letter, '\0' };
		const struct option *option = option_find_flag(span_of(flag));
		if (!option) {
			err_set(e, ERR_USAGE, "no option %s", flag);
			return err_hint(e, "dbtop --help lists them");
		}
		if (option->value)
			return take_global(reader, option, letter[1] ? letter + 1 : NULL, e);
		if (!take_global(reader, option, NULL, e))
			return false;
	}
	return true;
}

static bool is_relative_revision(const char *word)
{
	return word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

static bool take_bare(struct reader *reader, char *word, struct err *e)
{
	struct args *args = reader->args;

	bool is_first = !reader->had_bare;

	reader->had_bare = true;
	const char *kept = take_secret(args, word);
	if (args->command && kept != word && strstr(word, "://"))
		return two_targets(args, word, e);
	if (args->command) {
		add_word(args, kept);
		return true;
	}
	if (is_first && !reader->options_ended && (args->command = command_find_word(word)))
		return true;
	return set_target(args, kept, e);
}

static bool check_words(const struct args *args, struct err *e)
{
	if (args->command || !args->word_count)
		return true;
	err_set(e, ERR_USAGE, "no option %s", args->words[0]);
	return err_hint(e, "dbtop --help lists them");
}

static bool take_word(struct reader *reader, char *word, struct err *e)
{
	if (!reader->options_ended && strcmp(word, "--") == 0) {
		reader->options_ended = true;
		return true;
	}
	if (reader->options_ended || word[0] != '-' || !word[1] ||
		(reader->args->command && is_relative_revision(word)))
		return take_bare(reader, word, e);
	return word[1] == '-' ? take_long(reader, word, e) : take_short(reader, word, e);
}

/* A wrong option before the command: the command behind it still decides what a wrong use exits with. */
static void find_command(struct reader *reader)
{
	struct args *args = reader->args;

	for (int i = reader->at + 1; !reader->had_bare && !args->command && i < reader->count; i++)
		args->command = command_find_word(reader->words[i]);
}

bool args_parse(struct args *args, int argc, char **argv, struct err *e)
{
	struct reader reader = { .args = args, .count = argc, .at = 1, .words = argv };

	*args = (struct args){ 0 };
	for (; reader.at < argc; reader.at++) {
		if (take_word(&reader, argv[reader.at], e))
			continue;
		find_command(&reader);
		return false;
	}
	return check_words(args, e);
}

bool args_flag_is(const struct args *args, size_t index, const char *key)
{
	return strcmp(args->flags[index].option->key, key) == 0;
}

void args_release(struct args *args)
{
	free(args->flags);
	free(args->words);
	for (size_t i = 0; i < args->secret_count; i++)
		mem_free_secret(args->secrets[i]);
	free(args->secrets);
	*args = (struct args){ 0 };
}
