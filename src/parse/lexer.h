/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lexer: cuts PostgreSQL's SQL into tokens, as the server's own scanner would, without allocating anything. It
 * knows what 13 to 18 know (0x1F, 1_000) and never refuses a byte outside literals: what it cannot name is one
 * TOKEN_PUNCTUATION, and the server is the judge.
 *
 * A literal or comment without an end is TOKEN_BAD: its text begins where the literal began and lexer.problem
 * says which it is. Backslashes outside literals are psql's: the rest of the line is one TOKEN_BACKSLASH.
 */
#ifndef DBTOP_PARSE_LEXER_H
#define DBTOP_PARSE_LEXER_H

#include <stdbool.h>

#include "base/span.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* key word or bare name, not folded */
	TOKEN_NAME,   /* "quoted" or U&"quoted", with its quotes */
	TOKEN_STRING, /* '…' with any prefix, $tag$…$tag$ */
	TOKEN_NUMBER,
	TOKEN_PARAMETER, /* $1 */
	TOKEN_OPERATOR,
	TOKEN_PUNCTUATION, /* ( ) [ ] , ; . .. : :: := and stray bytes */
	TOKEN_COMMENT,	   /* line comment without its newline, or whole block comment */
	TOKEN_BACKSLASH,
	TOKEN_BAD,
};

struct token {
	enum token_kind kind;
	struct span text;
};

struct lexer {
	const char *at, *end;
	bool wants_comments;	/* false: they are skipped like blanks */
	bool has_plain_strings; /* standard_conforming_strings: a backslash in '' is a letter */
	bool carries_escapes;	/* the literal just read has escapes; so has its continuation */
	bool has_newline;	/* since the last token that is no comment */
	const char *problem;	/* of the last TOKEN_BAD */
};

/* Over a borrowed text; comments skipped, plain strings. */
void lexer_init(struct lexer *lexer, struct span text);
enum token_kind lexer_next(struct lexer *lexer, struct token *token);

/* One certain byte: ',' ';' '(' … */
static inline bool token_is(const struct token *token, char punctuation)
{
	return token->kind == TOKEN_PUNCTUATION && token->text.len == 1 &&
	       token->text.data[0] == punctuation;
}

/* A bare word, in any case. */
static inline bool token_is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && span_is_word(token->text, word);
}

#endif
