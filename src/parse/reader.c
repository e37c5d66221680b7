// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/reader.h"

enum { NAME_BYTES = 63 };

void reader_init(struct reader *reader, struct span text, struct arena *arena)
{
	lexer_init(&reader->lexer, text);
	reader->arena = arena;
	reader_next(reader);
}

void reader_next(struct reader *reader)
{
	lexer_next(&reader->lexer, &reader->token);
}

bool reader_take(struct reader *reader, const char *word)
{
	if (!token_is_word(&reader->token, word))
		return false;
	reader_next(reader);
	return true;
}

bool reader_take_mark(struct reader *reader, char mark)
{
	if (!token_is(&reader->token, mark))
		return false;
	reader_next(reader);
	return true;
}

bool reader_take_if_exists(struct reader *reader)
{
	struct reader ahead = *reader;

	if (!reader_take(&ahead, "if"))
		return false;
	reader_take(&ahead, "not");
	if (!reader_take(&ahead, "exists"))
		return false;
	*reader = ahead;
	return true;
}

/* At most 63 bytes, never half a character. */
static void cut(char *name, size_t len)
{
	if (len <= NAME_BYTES)
		return;
	len = NAME_BYTES;
	while (len && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	name[len] = '\0';
}

static const char *fold(struct arena *arena, struct span word)
{
	char *name = arena_strndup(arena, word.data, word.len);

	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	cut(name, word.len);
	return name;
}

static const char *unquote(struct arena *arena, struct span quoted)
{
	char *name = arena_strndup(arena, quoted.data + 1, quoted.len - 2);
	char *out = name;

	for (const char *p = name; *p; p++) {
		*out++ = *p;
		p += *p == '"';
	}
	*out = '\0';
	cut(name, (size_t)(out - name));
	return name;
}

const char *reader_name(struct reader *reader)
{
	const struct token *token = &reader->token;
	const char *name = NULL;

	if (token->kind == TOKEN_WORD)
		name = fold(reader->arena, token->text);
	else if (token->kind == TOKEN_NAME && token->text.data[0] == '"')
		name = unquote(reader->arena, token->text);
	if (name)
		reader_next(reader);
	return name;
}

bool reader_object(struct reader *reader, struct object_name *object)
{
	*object = (struct object_name){ .name = reader_name(reader) };
	while (object->name && reader_take_mark(reader, '.')) {
		object->schema = object->name;
		object->name = reader_name(reader);
	}
	return object->name;
}

bool reader_has_word(struct reader reader, const char *word)
{
	int depth = 0;

	for (; reader.token.kind != TOKEN_END; reader_next(&reader)) {
		depth += token_is(&reader.token, '(') - token_is(&reader.token, ')');
		if (depth == 0 && token_is_word(&reader.token, word))
			return true;
	}
	return false;
}
