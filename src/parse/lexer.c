// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/lexer.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool is_word_start(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_tag(char c)
{
	return is_word_start(c) || is_digit(c);
}

static bool is_operator(char c)
{
	return c && strchr("~!@#^&|`?+-*/%<>=", c);
}

static char peek(const struct lexer *lexer, const char *p)
{
	return p < lexer->end ? *p : '\0';
}

void lexer_init(struct lexer *lexer, struct span text)
{
	*lexer = (struct lexer){
		.at = text.data,
		.end = text.data + text.len,
		.has_plain_strings = true,
	};
}

static enum token_kind finish(
	struct lexer *lexer, struct token *token, enum token_kind kind, const char *end)
{
	token->kind = kind;
	token->text = span_from(lexer->at, (size_t)(end - lexer->at));
	lexer->at = end;
	return kind;
}

static enum token_kind finish_bad(struct lexer *lexer, struct token *token, const char *problem)
{
	lexer->problem = problem;
	return finish(lexer, token, TOKEN_BAD, lexer->end);
}

/* The server ends a line comment at a lone CR too. */
static const char *line_comment_end(const struct lexer *lexer, const char *p)
{
	while (p < lexer->end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

/* Block comments nest. NULL: never closed. */
static const char *block_comment_end(const struct lexer *lexer, const char *p)
{
	int depth = 0;

	while (lexer->end - p >= 2) {
		if (p[0] == '/' && p[1] == '*') {
			depth++;
			p += 2;
		} else if (p[0] == '*' && p[1] == '/') {
			p += 2;
			if (--depth == 0)
				return p;
		} else {
			p++;
		}
	}
	return NULL;
}

/* Past the closing quote; doubled quotes stand for one. NULL: never closed. p is behind the opening quote. */
static const char *quoted_end(const struct lexer *lexer, const char *p, char quote)
{
	for (;;) {
		p = memchr(p, quote, (size_t)(lexer->end - p));
		if (!p)
			return NULL;
		if (peek(lexer, ++p) != quote)
			return p;
		p++;
	}
}

/* As quoted_end(), and a backslash takes the byte behind it along. */
static const char *escaped_end(const struct lexer *lexer, const char *p)
{
	for (; p < lexer->end; p++) {
		if (*p == '\\') {
			p++;
		} else if (*p == '\'') {
			if (peek(lexer, p + 1) != '\'')
				return p + 1;
			p++;
		}
	}
	return NULL;
}

static enum token_kind read_string(
	struct lexer *lexer, struct token *token, const char *quote, bool has_escapes)
{
	const char *end =
		has_escapes ? escaped_end(lexer, quote + 1) : quoted_end(lexer, quote + 1, '\'');

	if (!end)
		return finish_bad(lexer, token, "quoted string without an end");
	lexer->carries_escapes = has_escapes;
	return finish(lexer, token, TOKEN_STRING, end);
}

/* B'' and X'' know no doubled quote: the next quote ends them. */
static enum token_kind read_bits(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at + 2;
	const char *quote = memchr(p, '\'', (size_t)(lexer->end - p));

	if (!quote)
		return finish_bad(lexer, token, "bit string without an end");
	return finish(lexer, token, TOKEN_STRING, quote + 1);
}

static enum token_kind read_name(struct lexer *lexer, struct token *token, const char *quote)
{
	const char *end = quoted_end(lexer, quote + 1, '"');

	if (!end)
		return finish_bad(lexer, token, "quoted name without an end");
	return finish(lexer, token, TOKEN_NAME, end);
}

static enum token_kind read_word(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at;
	char letter = (char)(*p | 32), next = peek(lexer, p + 1);

	if (next == '\'' && letter == 'e')
		return read_string(lexer, token, p + 1, true);
	if (next == '\'' && letter == 'n')
		return read_string(lexer, token, p + 1, !lexer->has_plain_strings);
	if (next == '\'' && (letter == 'b' || letter == 'x'))
		return read_bits(lexer, token);
	if (next == '&' && letter == 'u' && peek(lexer, p + 2) == '\'')
		return read_string(lexer, token, p + 2, false);
	if (next == '&' && letter == 'u' && peek(lexer, p + 2) == '"')
		return read_name(lexer, token, p + 2);
	while (p < lexer->end && (is_tag(*p) || *p == '$'))
		p++;
	return finish(lexer, token, TOKEN_WORD, p);
}

static const char *digits_end(const struct lexer *lexer, const char *p, bool (*is_one)(char))
{
	while (is_one(peek(lexer, p)) || (peek(lexer, p) == '_' && is_one(peek(lexer, p + 1))))
		p++;
	return p;
}

static enum token_kind read_number(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at;
	char base = (char)(peek(lexer, p + 1) | 32);

	if (*p == '0' && (base == 'x' || base == 'o' || base == 'b')) {
		const char *end = digits_end(lexer, p + 2, base == 'x' ? is_hex : is_digit);
		if (end > p + 2)
			return finish(lexer, token, TOKEN_NUMBER, end);
	}
	p = digits_end(lexer, p, is_digit);
	if (peek(lexer, p) == '.' && peek(lexer, p + 1) != '.')
		p = digits_end(lexer, p + 1, is_digit);
	if ((peek(lexer, p) | 32) == 'e') {
		bool has_sign = peek(lexer, p + 1) == '+' || peek(lexer, p + 1) == '-';
		const char *exponent = p + 1 + has_sign;
		if (is_digit(peek(lexer, exponent)))
			p = digits_end(lexer, exponent, is_digit);
	}
	return finish(lexer, token, TOKEN_NUMBER, p);
}

/* $tag$ … $tag$, $1, or a stray dollar. */
static enum token_kind read_dollar(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at + 1;

	if (is_digit(peek(lexer, p)))
		return finish(lexer, token, TOKEN_PARAMETER, digits_end(lexer, p, is_digit));
	while (is_tag(peek(lexer, p)))
		p++;
	if (peek(lexer, p) != '$')
		return finish(lexer, token, TOKEN_PUNCTUATION, lexer->at + 1);
	size_t tag_len = (size_t)(p + 1 - lexer->at);
	const char *close = memmem(p + 1, (size_t)(lexer->end - p - 1), lexer->at, tag_len);
	if (!close)
		return finish_bad(lexer, token, "dollar-quoted string without an end");
	return finish(lexer, token, TOKEN_STRING, close + tag_len);
}

/* A comment may begin in the middle of what looks like an operator. */
static enum token_kind read_operator(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at;

	while (is_operator(peek(lexer, p))) {
		char next = peek(lexer, p + 1);
		if (p > lexer->at && ((*p == '-' && next == '-') || (*p == '/' && next == '*')))
			break;
		p++;
	}
	return finish(lexer, token, TOKEN_OPERATOR, p);
}

static enum token_kind read_punctuation(struct lexer *lexer, struct token *token)
{
	const char *p = lexer->at;
	char next = peek(lexer, p + 1);
	bool is_pair = (*p == ':' && (next == ':' || next == '=')) || (*p == '.' && next == '.');

	return finish(lexer, token, TOKEN_PUNCTUATION, p + 1 + is_pair);
}

/* At a blank or comment: go behind it. False: nothing to skip, or a comment the caller wants or that has no end. */
static bool skip_one(struct lexer *lexer)
{
	const char *p = lexer->at;

	if (is_blank(*p)) {
		lexer->has_newline |= *p == '\n' || *p == '\r';
		lexer->at++;
		return true;
	}
	if (lexer->wants_comments)
		return false;
	if (*p == '-' && peek(lexer, p + 1) == '-') {
		lexer->at = line_comment_end(lexer, p);
		return true;
	}
	if (*p == '/' && peek(lexer, p + 1) == '*' && block_comment_end(lexer, p)) {
		lexer->at = block_comment_end(lexer, p);
		lexer->carries_escapes = false;
		return true;
	}
	return false;
}

static enum token_kind read_comment(struct lexer *lexer, struct token *token)
{
	if (*lexer->at == '-')
		return finish(lexer, token, TOKEN_COMMENT, line_comment_end(lexer, lexer->at));
	const char *end = block_comment_end(lexer, lexer->at);
	if (!end)
		return finish_bad(lexer, token, "comment without an end");
	lexer->carries_escapes = false;
	return finish(lexer, token, TOKEN_COMMENT, end);
}

static enum token_kind read_token(struct lexer *lexer, struct token *token)
{
	char c = *lexer->at, next = peek(lexer, lexer->at + 1);

	if (is_word_start(c))
		return read_word(lexer, token);
	if (c == '"')
		return read_name(lexer, token, lexer->at);
	if (is_digit(c) || (c == '.' && is_digit(next)))
		return read_number(lexer, token);
	if (c == '$')
		return read_dollar(lexer, token);
	if (c == '\\')
		return finish(lexer, token, TOKEN_BACKSLASH, line_comment_end(lexer, lexer->at));
	if (is_operator(c))
		return read_operator(lexer, token);
	return read_punctuation(lexer, token);
}

enum token_kind lexer_next(struct lexer *lexer, struct token *token)
{
	while (lexer->at < lexer->end && skip_one(lexer))
		continue;
	if (lexer->at == lexer->end)
		return finish(lexer, token, TOKEN_END, lexer->end);
	char c = *lexer->at, next = peek(lexer, lexer->at + 1);
	if ((c == '-' && next == '-') || (c == '/' && next == '*'))
		return read_comment(lexer, token);
	/* 'a' newline 'b' is one literal, and the second part keeps the first one's escapes. */
	bool carries = lexer->carries_escapes && lexer->has_newline;
	lexer->carries_escapes = lexer->has_newline = false;
	if (c == '\'')
		return read_string(lexer, token, lexer->at, carries || !lexer->has_plain_strings);
	return read_token(lexer, token);
}
