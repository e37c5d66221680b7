// SPDX-License-Identifier: GPL-3.0-or-later
#include "agree.h"

#include <stdio.h>
#include <stdlib.h>

#include <pg_query.h>

#include "base/mem.h"
#include "parse/text.h"

/* The grammar's pieces begin right behind the last semicolon; ours at the first token. So ours lie inside theirs. */
static bool is_same(const struct statement *ours, const PgQuerySplitStmt *theirs, size_t text_len)
{
	size_t start = (size_t)theirs->stmt_location;
	size_t end = theirs->stmt_len ? start + (size_t)theirs->stmt_len : text_len;

	return ours->offset >= start && ours->offset + ours->text.len <= end;
}

static enum agreement compare(
	const struct script *script, const PgQuerySplitResult *result, char why[AGREE_WHY_BYTES])
{
	if ((size_t)result->n_stmts != script->count) {
		snprintf(why, AGREE_WHY_BYTES, "%zu statements, the grammar has %d", script->count,
			result->n_stmts);
		return AGREE_DIFFERENT;
	}
	for (size_t i = 0; i < script->count; i++) {
		if (is_same(&script->statements[i], result->stmts[i], script->text.len))
			continue;
		snprintf(why, AGREE_WHY_BYTES, "statement %zu in line %d: bytes %zu+%zu, not %d+%d",
			i, script->statements[i].line, script->statements[i].offset,
			script->statements[i].text.len, result->stmts[i]->stmt_location,
			result->stmts[i]->stmt_len);
		return AGREE_DIFFERENT;
	}
	return AGREE_SAME;
}

enum agreement agree_on_split(const struct script *script, char why[AGREE_WHY_BYTES])
{
	if (script->has_old_strings || memchr(script->text.data, 0, script->text.len))
		return AGREE_NOT_ASKED;
	for (size_t i = 0; i < script->count; i++)
		if (script->statements[i].data.data)
			return AGREE_NOT_ASKED;
	char *text = mem_strndup(script->text.data, script->text.len);
	PgQuerySplitResult result = pg_query_split_with_parser(text);
	enum agreement answer = result.error ? AGREE_NOT_ASKED : compare(script, &result, why);
	/* With an error the list is garbage: the library counts one and points nowhere. */
	if (result.error)
		result.n_stmts = 0;
	pg_query_free_split_result(result);
	free(text);
	return answer;
}

/* COPY … FROM stdin and its rows are psql's; the grammar knows no end of them. */
static bool has_word_stdin(struct span text)
{
	for (; text.len >= strlen("stdin"); text = span_from(text.data + 1, text.len - 1))
		if (span_is_word(span_from(text.data, strlen("stdin")), "stdin"))
			return true;
	return false;
}

enum agreement agree_on_refusal(
	const struct script *script, const struct err *refusal, char why[AGREE_WHY_BYTES])
{
	struct err e;

	if (script->has_old_strings || !text_check(script->text, NULL, &e) ||
		has_word_stdin(script->text))
		return AGREE_NOT_ASKED;
	char *text = mem_strndup(script->text.data, script->text.len);
	PgQuerySplitResult result = pg_query_split_with_parser(text);
	enum agreement answer = result.error ? AGREE_SAME : AGREE_DIFFERENT;
	if (result.error)
		result.n_stmts = 0; /* as in agree_on_split() */
	else
		snprintf(why, AGREE_WHY_BYTES,
			"line %d refused (%s), the grammar has %d statements", refusal->line,
			refusal->text, result.n_stmts);
	pg_query_free_split_result(result);
	free(text);
	return answer;
}
