// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/script.h"

#include "parse/lexer.h"
#include "parse/text.h"

/* What the first words of a statement promise; only these change where it ends. */
enum head {
	HEAD_START,
	HEAD_CREATE,
	HEAD_CREATE_OR,
	HEAD_CREATE_OR_REPLACE,
	HEAD_ROUTINE, /* may hold BEGIN ATOMIC … END */
	HEAD_COPY,    /* may be followed by rows */
	HEAD_SET,     /* may change how strings read */
	HEAD_OTHER,
};

struct splitter {
	struct script *script;
	struct lexer lexer;
	struct text_place place;
	struct statement current; /* text.data NULL: none open */
	const char *last;	  /* end of its last token */
	enum head head;
	int parens;	       /* open ones */
	int bodies;	       /* open BEGIN ATOMIC */
	struct token previous; /* of the same statement */
	bool is_copy_in;
};

static enum head next_head(enum head head, const struct token *token)
{
	static const struct {
		enum head head;
		const char *word;
		enum head then;
	} steps[] = {
		{ HEAD_START, "create", HEAD_CREATE },
		{ HEAD_START, "copy", HEAD_COPY },
		{ HEAD_START, "set", HEAD_SET },
		{ HEAD_START, "reset", HEAD_SET },
		{ HEAD_CREATE, "or", HEAD_CREATE_OR },
		{ HEAD_CREATE, "function", HEAD_ROUTINE },
		{ HEAD_CREATE, "procedure", HEAD_ROUTINE },
		{ HEAD_CREATE_OR, "replace", HEAD_CREATE_OR_REPLACE },
		{ HEAD_CREATE_OR_REPLACE, "function", HEAD_ROUTINE },
		{ HEAD_CREATE_OR_REPLACE, "procedure", HEAD_ROUTINE },
	};

	if (head >= HEAD_ROUTINE)
		return head;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].head == head && token_is_word(token, steps[i].word))
			return steps[i].then;
	return HEAD_OTHER;
}

static size_t offset_of(const struct splitter *s, const char *p)
{
	return (size_t)(p - s->script->text.data);
}

static bool fail_at(struct splitter *s, const char *at, struct err *e, const char *problem)
{
	struct span text = s->script->text;

	text_move(text, &s->place, offset_of(s, at));
	return err_at(e, s->script->file, s->place.line, s->place.column, "%s", problem);
}

static void open_statement(struct splitter *s, const struct token *token)
{
	struct span text = s->script->text;

	text_move(text, &s->place, offset_of(s, token->text.data));
	s->current = (struct statement){
		.text = span_from(token->text.data, 0),
		.data = span_from(NULL, 0),
		.line = s->place.line,
		.column = s->place.column,
		.offset = s->place.offset,
		.tag = "",
	};
	s->head = HEAD_START;
	s->parens = s->bodies = 0;
	s->is_copy_in = false;
	s->previous = (struct token){ .kind = TOKEN_END };
}

/* SET standard_conforming_strings changes how the rest of the script reads. */
static void follow_setting(struct splitter *s)
{
	struct lexer lexer;
	struct token token;
	bool is_reset = false, is_ours = false, is_on = true;

	lexer_init(&lexer, s->current.text);
	while (lexer_next(&lexer, &token) != TOKEN_END) {
		struct span word = token.text;
		if (token.kind == TOKEN_STRING && word.len > 2)
			word = span_from(word.data + 1, word.len - 2);
		is_reset |= span_is_word(word, "reset");
		is_ours |= span_is_word(word, "standard_conforming_strings") ||
			   (is_reset && span_is_word(word, "all"));
		is_on = !span_is_word(word, "off") && !span_is_word(word, "false") &&
			!span_is_word(word, "no") && !span_is_word(word, "0");
	}
	if (!is_ours)
		return;
	s->lexer.has_plain_strings = is_on;
	s->script->has_old_strings |= !is_on;
}

static void close_statement(struct splitter *s)
{
	struct script *script = s->script;

	s->current.text.len = (size_t)(s->last - s->current.text.data);
	if (s->head == HEAD_SET)
		follow_setting(s);
	script->statements = arena_room(script->arena, script->statements, script->count,
		&script->capacity, sizeof(*script->statements));
	script->statements[script->count++] = s->current;
	s->current.text.data = NULL;
}

/* Rows begin on the line after the semicolon and end at a line that is "\." and nothing else. */
static bool read_rows(struct splitter *s, struct err *e)
{
	struct span rest = span_from(s->lexer.at, (size_t)(s->lexer.end - s->lexer.at));
	struct span line;
	const char *copy = s->current.text.data;

	if (!span_line(&rest, &line))
		line = span_from(NULL, 0);
	if (span_trim(line).len && !span_starts(span_trim(line), "--")) {
		fail_at(s, span_trim(line).data, e, "text between COPY and its rows");
		return err_hint(e, "rows begin on the line after the semicolon");
	}
	s->current.data = span_from(rest.data, 0);
	while (span_line(&rest, &line)) {
		if (span_is(line, "\\.")) {
			s->current.data.len = (size_t)(line.data - s->current.data.data);
			s->lexer.at = rest.len ? rest.data : s->lexer.end;
			return true;
		}
	}
	fail_at(s, copy, e, "the rows of COPY have no end");
	return err_hint(e, "a line with \\. ends them");
}

static bool is_line_start(const struct splitter *s, const char *p)
{
	size_t offset = offset_of(s, p);

	return offset == text_bom(s->script->text) || p[-1] == '\n';
}

static void keep_comment(struct splitter *s, const struct token *token)
{
	struct script *script = s->script;

	if (token->text.data[0] != '-' || !is_line_start(s, token->text.data))
		return;
	text_move(script->text, &s->place, offset_of(s, token->text.data));
	script->comments = arena_room(script->arena, script->comments, script->comment_count,
		&script->comment_capacity, sizeof(*script->comments));
	script->comments[script->comment_count++] = (struct script_comment){
		.text = token->text,
		.offset = s->place.offset,
		.line = s->place.line,
		.statement = script->count,
		.is_inside = s->current.text.data,
	};
}

/* pg_dump guards its output with \restrict KEY and \unrestrict KEY; both mean nothing without psql. */
static bool take_backslash(struct splitter *s, const struct token *token, struct err *e)
{
	struct span rest = token->text, word;

	if (!span_word(&rest, &word))
		word = token->text;
	bool is_restrict = span_is(word, "\\restrict") || span_is(word, "\\unrestrict");
	if (is_restrict && !s->current.text.data && is_line_start(s, token->text.data))
		return true;
	if (span_is(word, "\\.")) {
		fail_at(s, token->text.data, e, "\\. without COPY … FROM stdin before it");
		return err_hint(e, "take the line out");
	}
	fail_at(s, token->text.data, e, "a backslash outside quotes is a command of psql, not SQL");
	return err_hint(e, "write it as SQL, or take it out; only \\restrict and \\unrestrict "
			   "lines are skipped");
}

/* Inside a routine: BEGIN ATOMIC opens a body, END where a statement could begin closes it. */
static void follow_bodies(struct splitter *s, const struct token *token)
{
	if (s->bodies && s->head == HEAD_START && token_is_word(token, "end")) {
		s->bodies--;
		s->head = HEAD_ROUTINE;
		return;
	}
	s->head = next_head(s->head, token);
	if (s->head == HEAD_ROUTINE && !s->parens && token_is_word(token, "atomic") &&
		token_is_word(&s->previous, "begin")) {
		s->bodies++;
		s->head = HEAD_START;
	}
}

static bool take_semicolon(struct splitter *s, struct err *e)
{
	if (!s->current.text.data)
		return true;
	if (s->parens || s->bodies) {
		s->last = s->lexer.at;
		s->previous = (struct token){ .kind = TOKEN_END };
		if (!s->parens)
			s->head = HEAD_START;
		return true;
	}
	if (s->is_copy_in && !read_rows(s, e))
		return false;
	close_statement(s);
	return true;
}

static void take_token(struct splitter *s, const struct token *token)
{
	if (!s->current.text.data)
		open_statement(s, token);
	follow_bodies(s, token);
	if (token_is(token, '('))
		s->parens++;
	else if (token_is(token, ')') && s->parens)
		s->parens--;
	if (s->head == HEAD_COPY && !s->parens && token_is_word(token, "stdin") &&
		token_is_word(&s->previous, "from"))
		s->is_copy_in = true;
	s->previous = *token;
	s->last = token->text.data + token->text.len;
}

static bool take(struct splitter *s, const struct token *token, struct err *e)
{
	switch (token->kind) {
	case TOKEN_COMMENT: keep_comment(s, token); return true;
	case TOKEN_BACKSLASH: return take_backslash(s, token, e);
	case TOKEN_BAD: return fail_at(s, token->text.data, e, s->lexer.problem);
	case TOKEN_PUNCTUATION:
		if (token_is(token, ';'))
			return take_semicolon(s, e);
		break;
	case TOKEN_END:
	case TOKEN_WORD:
	case TOKEN_NAME:
	case TOKEN_STRING:
	case TOKEN_NUMBER:
	case TOKEN_PARAMETER:
	case TOKEN_OPERATOR: break;
	}
	take_token(s, token);
	return true;
}

void script_init(struct script *script, struct arena *arena, const char *file, struct span text)
{
	*script = (struct script){ .arena = arena, .file = file, .text = text };
}

bool script_split_part(struct script *script, size_t start, size_t end, struct err *e)
{
	struct splitter s = { .script = script, .place = text_start(script->text) };
	struct token token;

	if (start < text_bom(script->text))
		start = text_bom(script->text);
	if (end <= start)
		return true;
	lexer_init(&s.lexer, span_from(script->text.data + start, end - start));
	s.lexer.wants_comments = true;
	while (lexer_next(&s.lexer, &token) != TOKEN_END)
		if (!take(&s, &token, e))
			return false;
	if (!s.current.text.data)
		return true;
	if (s.is_copy_in && !read_rows(&s, e))
		return false;
	close_statement(&s);
	return true;
}

bool script_split(struct script *script, struct err *e)
{
	return text_check(script->text, script->file, e) &&
	       script_split_part(script, 0, script->text.len, e);
}
