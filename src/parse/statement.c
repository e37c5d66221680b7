// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/statement.h"

#include "parse/actions.h"
#include "parse/facts.h"

/* The first word in capitals: all that is known of a statement newer than the table of heads. */
static const char *unknown_tag(struct arena *arena, const struct statement *statement)
{
	struct reader reader;

	reader_init(&reader, statement->text, arena);
	if (reader.token.kind != TOKEN_WORD)
		return "";
	char *tag = arena_strndup(arena, reader.token.text.data, reader.token.text.len);
	for (char *p = tag; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - ('a' - 'A'));
	return tag;
}

static void start(struct facts *facts, struct form_match *match)
{
	struct statement *statement = facts->statement;

	form_match(statement->text, facts->arena, match);
	facts->match = match;
	facts_clear(facts);
	statement->txn = match->form ? match->form->txn : TXN_NONE;
	if (!match->form)
		statement->tag = unknown_tag(facts->arena, statement);
	else
		statement->tag = match->form->tag ? match->form->tag : match->form->head;
}

static bool has_last_word(const struct statement *statement, const char *word)
{
	size_t len = strlen(word);
	struct span text = statement->text;

	return text.len > len && span_is_word(span_from(text.data + text.len - len, len), word);
}

/* A head that may mean several things means the worst of them. */
static enum action_kind worst_kind(const struct form_match *match)
{
	static const char alter[] = "ALTER ";
	const struct reader *rest = &match->rest;

	if (match->form && strncmp(match->form->head, alter, sizeof(alter) - 1) == 0)
		return ACTION_UNKNOWN;
	switch ((int)match->action.kind) {
	/* It may call anything. */
	case ACTION_OTHER:
	case ACTION_SELECT: return ACTION_UNKNOWN;
	case ACTION_UPDATE:
		return reader_has_word(*rest, "where") ? ACTION_UPDATE : ACTION_UPDATE_ALL;
	case ACTION_DELETE:
		return reader_has_word(*rest, "where") ? ACTION_DELETE : ACTION_DELETE_ALL;
	case ACTION_VACUUM: return token_is(&rest->token, '(') ? ACTION_VACUUM_FULL : ACTION_VACUUM;
	default: return match->action.kind;
	}
}

/* Key words only: what the head says, with the worst that may be behind it. */
static void guess(struct facts *facts, enum parse_state state)
{
	const struct form_match *match = facts->match;
	struct action worst = match->action;

	facts_clear(facts);
	worst.kind = worst_kind(match);
	worst.cascade = has_last_word(facts->statement, "cascade");
	action_apply_rule(&worst);
	facts_put(facts, &worst);
	facts->statement->is_lone |= (match->form && match->form->is_lone) ||
				     (worst.kind == ACTION_CLUSTER && !worst.table.name);
	facts->statement->parse = state;
}

/* True when tokens settled it. */
static bool describe_by_tokens(struct facts *facts, struct form_match *match)
{
	start(facts, match);
	facts->statement->parse = PARSE_TOKENS;
	if (quick_describe(facts))
		return true;
	facts_clear(facts);
	if (facts->statement->text.len <= DEEP_LIMIT_BYTES)
		return false;
	guess(facts, PARSE_TOO_BIG);
	return true;
}

struct request {
	struct statement *statements;
	size_t count;
	struct arena *arena;
	const bool *is_settled;
};

static void describe_by_tree(void *arg)
{
	const struct request *request = arg;

	for (size_t i = 0; i < request->count; i++) {
		struct form_match match;
		struct facts facts = { request->arena, &request->statements[i] };
		if (request->is_settled[i])
			continue;
		start(&facts, &match);
		facts.statement->parse = PARSE_TREE;
		if (!tree_describe(&facts))
			guess(&facts, PARSE_UNPARSED);
	}
}

void statements_describe(
	struct statement *statements, size_t count, struct arena *arena, struct deep *deep)
{
	bool *is_settled = arena_array(arena, bool, count + 1);
	struct request request = { statements, count, arena, is_settled };
	size_t open = 0;

	for (size_t i = 0; i < count; i++) {
		struct form_match match;
		struct facts facts = { arena, &statements[i] };
		is_settled[i] = describe_by_tokens(&facts, &match);
		open += !is_settled[i];
	}
	if (open)
		deep_call(deep, describe_by_tree, &request);
}

void statement_describe(struct statement *statement, struct arena *arena, struct deep *deep)
{
	statements_describe(statement, 1, arena, deep);
}
