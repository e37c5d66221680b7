// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Quick: statements whose tokens say all, as the tree would. Anything with a word that could mean more is left to
 * the tree, so that both always agree.
 */
#include "parse/facts.h"

#include "parse/functions.h"

static bool is_one_of(const struct token *token, const char *const *words)
{
	for (; token->kind == TOKEN_WORD && *words; words++)
		if (span_is_word(token->text, *words))
			return true;
	return false;
}

/* True when none of the words stands in the rest, at any depth. */
static bool lacks(struct reader reader, const char *const *words)
{
	for (; reader.token.kind != TOKEN_END; reader_next(&reader))
		if (is_one_of(&reader.token, words))
			return false;
	return true;
}

static struct reader behind_name(const struct facts *facts)
{
	struct reader reader = facts->match->rest;
	struct object_name name;

	reader_take_if_exists(&reader);
	reader_take(&reader, "only");
	reader_object(&reader, &name);
	return reader;
}

static bool settle_insert(struct facts *facts)
{
	static const char *const more[] = { "select", "with", "table", NULL };
	struct reader reader = behind_name(facts);

	if (!lacks(reader, more) ||
		(!reader_has_word(reader, "values") && !reader_has_word(reader, "default")))
		return false;
	facts_put(facts, &facts->match->action);
	return true;
}

static bool settle_row_change(struct facts *facts, enum action_kind some, enum action_kind all)
{
	static const char *const more[] = { "select", "with", "table", "from", "using", "values",
		NULL };
	struct reader reader = behind_name(facts);

	if (!lacks(reader, more))
		return false;
	facts_add_table(
		facts, reader_has_word(reader, "where") ? some : all, facts->match->action.table);
	return true;
}

static bool settle_create_table(struct facts *facts)
{
	static const char *const more[] = { "references", "like", "inherits", "partition", "of",
		"as", NULL };
	struct reader reader = behind_name(facts);

	if (!token_is(&reader.token, '(') || !lacks(reader, more))
		return false;
	facts_put(facts, &facts->match->action);
	return true;
}

/* SELECT pg_catalog.setval('s', 1, true), as dumps end with: one known function over plain values. */
static bool settle_select(struct facts *facts)
{
	struct reader reader = facts->match->rest;
	struct object_name name;

	if (!reader_object(&reader, &name) || !token_is(&reader.token, '('))
		return false;
	const struct function *function = function_find(name.schema, name.name);
	if (!function || !function->writes)
		return false;
	for (reader_next(&reader); !token_is(&reader.token, ')'); reader_next(&reader)) {
		bool is_plain = reader.token.kind == TOKEN_STRING ||
				reader.token.kind == TOKEN_NUMBER || token_is(&reader.token, ',') ||
				token_is_word(&reader.token, "true") ||
				token_is_word(&reader.token, "false");
		if (!is_plain)
			return false;
	}
	reader_next(&reader);
	return reader.token.kind == TOKEN_END;
}

static bool settle_name_only(struct facts *facts)
{
	struct reader reader = behind_name(facts);

	if (reader.token.kind != TOKEN_END)
		return false;
	facts_put(facts, &facts->match->action);
	return true;
}

/* GRANT … ON [TABLE] name TO …: one name, and no CASCADE. */
static bool settle_grant(struct facts *facts)
{
	static const char *const more[] = { "cascade", NULL };
	struct reader reader = facts->match->rest;
	struct object_name name;

	if (!lacks(reader, more))
		return false;
	while (reader.token.kind != TOKEN_END && !token_is_word(&reader.token, "on"))
		reader_next(&reader);
	if (!reader_take(&reader, "on"))
		return false;
	reader_take(&reader, "table");
	if (!reader_object(&reader, &name) ||
		(!token_is_word(&reader.token, "to") && !token_is_word(&reader.token, "from")))
		return false;
	facts_add(facts, facts->match->action.kind, name, (struct object_name){ 0 });
	return true;
}

static bool settle_by_kind(struct facts *facts)
{
	const struct action *action = &facts->match->action;
	bool has_table = action->table.name;

	/* clang-format off */
	switch ((int)action->kind) {
	case ACTION_CREATE_INDEX:
	case ACTION_CREATE_INDEX_CONCURRENTLY:
	case ACTION_COMMENT:	   return has_table && facts_put(facts, action);
	case ACTION_INSERT:	   return has_table && settle_insert(facts);
	case ACTION_UPDATE:	   return has_table && settle_row_change(facts, ACTION_UPDATE, ACTION_UPDATE_ALL);
	case ACTION_DELETE:	   return has_table && settle_row_change(facts, ACTION_DELETE, ACTION_DELETE_ALL);
	case ACTION_CREATE_TABLE:  return has_table && settle_create_table(facts);
	case ACTION_CREATE_SCHEMA: return action->object.name && settle_name_only(facts);
	case ACTION_GRANT:
	case ACTION_REVOKE:	   return settle_grant(facts);
	case ACTION_SELECT:	   return settle_select(facts);
	}
	/* clang-format on */
	return false;
}

bool quick_describe(struct facts *facts)
{
	const struct form *form = facts->match->form;

	/* Names in U&"" are for the tree to read. */
	if (!form || memmem(facts->statement->text.data, facts->statement->text.len, "&\"", 2))
		return false;
	if (!form->is_settled)
		return settle_by_kind(facts);
	if (form->kind != ACTION_OTHER)
		facts_put(facts, &facts->match->action);
	facts->statement->is_lone |= form->is_lone;
	facts->statement->is_read_only = form->is_read_only;
	return true;
}
