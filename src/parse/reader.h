/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reader: walks the tokens of one statement with one token of sight, and reads names as the server would: bare
 * words folded to lower case, quoted ones unquoted, both cut to 63 bytes.
 */
#ifndef DBTOP_PARSE_READER_H
#define DBTOP_PARSE_READER_H

#include "base/arena.h"
#include "model/statement.h"
#include "parse/lexer.h"

struct reader {
	struct lexer lexer;
	struct token token;  /* the one ahead; TOKEN_END behind the last */
	struct arena *arena; /* names go there */
};

void reader_init(struct reader *reader, struct span text, struct arena *arena);
void reader_next(struct reader *reader);

/* Go on if the token ahead is this word, this mark; the rest of the words is optional where it says so. */
bool reader_take(struct reader *reader, const char *word);
bool reader_take_mark(struct reader *reader, char mark);
/* IF EXISTS or IF NOT EXISTS; true when it stood there. */
bool reader_take_if_exists(struct reader *reader);

/* One part of a name. NULL, and nothing taken, when there is none or it is written U&"…". */
const char *reader_name(struct reader *reader);
/* [[catalog.]schema.]name. False when it is none. */
bool reader_object(struct reader *reader, struct object_name *object);

/* Does the word stand in what is left, outside parentheses? */
bool reader_has_word(struct reader reader, const char *word);

#endif
