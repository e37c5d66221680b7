// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/forms.h"

#include "parse/actions.h"

enum { HEAD_WORDS = 4 };

/* Sorted by first word only for the eye; the longest head that fits wins. */
static const struct form forms[] = {
	{ "ABORT", "ROLLBACK", .txn = TXN_ROLLBACK, .is_settled = true },
	{ "ALTER AGGREGATE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER COLLATION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER CONVERSION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER DATABASE", .kind = ACTION_ROLE },
	{ "ALTER DEFAULT PRIVILEGES", .kind = ACTION_ROLE, .is_settled = true },
	{ "ALTER DOMAIN", .kind = ACTION_ALTER_DOMAIN, .name = NAME_FIRST },
	{ "ALTER EVENT TRIGGER", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER EXTENSION", .kind = ACTION_ALTER_TABLE_OTHER, .name = NAME_FIRST },
	{ "ALTER FOREIGN DATA WRAPPER", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER FUNCTION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER FOREIGN TABLE", .kind = ACTION_UNKNOWN, .name = NAME_RELATION },
	{ "ALTER GROUP", "ALTER ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "ALTER INDEX", .kind = ACTION_ALTER_INDEX, .name = NAME_RELATION },
	{ "ALTER LANGUAGE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER LARGE OBJECT", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER MATERIALIZED VIEW", .kind = ACTION_UNKNOWN, .name = NAME_RELATION },
	{ "ALTER OPERATOR", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER OPERATOR CLASS", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER OPERATOR FAMILY", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER POLICY", .kind = ACTION_RULE_OR_POLICY, .name = NAME_PART },
	{ "ALTER PROCEDURE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER PUBLICATION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "ALTER ROUTINE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER RULE", .kind = ACTION_OTHER, .name = NAME_PART },
	{ "ALTER SCHEMA", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER SEQUENCE", .kind = ACTION_ALTER_SEQUENCE, .name = NAME_RELATION },
	{ "ALTER SERVER", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER STATISTICS", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER SUBSCRIPTION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER SYSTEM", .kind = ACTION_ALTER_SYSTEM, .is_settled = true },
	{ "ALTER TABLE", .kind = ACTION_UNKNOWN, .name = NAME_RELATION },
	{ "ALTER TABLESPACE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER TEXT SEARCH CONFIGURATION", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER TEXT SEARCH DICTIONARY", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER TEXT SEARCH PARSER", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER TEXT SEARCH TEMPLATE", .kind = ACTION_OTHER, .name = NAME_FIRST },
	{ "ALTER TRIGGER", .kind = ACTION_OTHER, .name = NAME_PART },
	{ "ALTER TYPE", .kind = ACTION_UNKNOWN, .name = NAME_FIRST },
	{ "ALTER USER", "ALTER ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "ALTER USER MAPPING", .kind = ACTION_ROLE, .is_settled = true },
	{ "ALTER VIEW", .kind = ACTION_UNKNOWN, .name = NAME_RELATION },
	{ "ANALYSE", "ANALYZE", .kind = ACTION_ANALYZE, .name = NAME_RELATION },
	{ "ANALYZE", .kind = ACTION_ANALYZE, .name = NAME_RELATION },
	{ "BEGIN", .txn = TXN_BEGIN, .is_settled = true },
	{ "CALL", .kind = ACTION_OPAQUE, .name = NAME_FIRST, .is_settled = true },
	{ "CHECKPOINT", .is_settled = true },
	{ "CLOSE", "CLOSE CURSOR", .is_settled = true },
	{ "CLOSE ALL", "CLOSE CURSOR ALL", .is_settled = true },
	{ "CLUSTER", .kind = ACTION_CLUSTER, .name = NAME_RELATION },
	{ "COMMENT ON", "COMMENT", .kind = ACTION_COMMENT },
	{ "COMMENT ON COLUMN", "COMMENT", .kind = ACTION_COMMENT, .name = NAME_COMMENT },
	{ "COMMENT ON INDEX", "COMMENT", .kind = ACTION_COMMENT, .name = NAME_RELATION },
	{ "COMMENT ON MATERIALIZED VIEW", "COMMENT", .kind = ACTION_COMMENT,
		.name = NAME_RELATION },
	{ "COMMENT ON SEQUENCE", "COMMENT", .kind = ACTION_COMMENT, .name = NAME_RELATION },
	{ "COMMENT ON VIEW", "COMMENT", .kind = ACTION_COMMENT, .name = NAME_RELATION },
	{ "COMMENT ON TABLE", "COMMENT", .kind = ACTION_COMMENT, .name = NAME_RELATION },
	{ "COMMIT", .txn = TXN_COMMIT, .is_settled = true },
	{ "COMMIT PREPARED", .txn = TXN_PREPARE, .is_settled = true, .is_lone = true },
	{ "COPY", .kind = ACTION_COPY_FROM, .name = NAME_RELATION },
	{ "CREATE ACCESS METHOD", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE AGGREGATE", .kind = ACTION_CREATE_FUNCTION, .name = NAME_FIRST },
	{ "CREATE CAST", .kind = ACTION_CREATE_OTHER },
	{ "CREATE COLLATION", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE CONVERSION", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE DATABASE", .kind = ACTION_CREATE_DATABASE, .name = NAME_FIRST,
		.is_settled = true },
	{ "CREATE DOMAIN", .kind = ACTION_CREATE_TYPE, .name = NAME_FIRST },
	{ "CREATE EVENT TRIGGER", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE EXTENSION", .kind = ACTION_CREATE_EXTENSION, .name = NAME_FIRST,
		.is_settled = true },
	{ "CREATE FOREIGN DATA WRAPPER", .kind = ACTION_CREATE_OTHER },
	{ "CREATE FOREIGN TABLE", .kind = ACTION_CREATE_TABLE, .name = NAME_RELATION },
	{ "CREATE FUNCTION", .kind = ACTION_CREATE_FUNCTION, .name = NAME_FIRST },
	{ "CREATE GROUP", "CREATE ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "CREATE INDEX", .kind = ACTION_CREATE_INDEX, .name = NAME_ON },
	{ "CREATE INDEX CONCURRENTLY", "CREATE INDEX", .kind = ACTION_CREATE_INDEX_CONCURRENTLY,
		.name = NAME_ON },
	{ "CREATE LANGUAGE", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE MATERIALIZED VIEW", .kind = ACTION_CREATE_MATVIEW, .name = NAME_FIRST },
	{ "CREATE OPERATOR", .kind = ACTION_CREATE_OTHER },
	{ "CREATE OPERATOR CLASS", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE OPERATOR FAMILY", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE POLICY", .kind = ACTION_RULE_OR_POLICY, .name = NAME_PART },
	{ "CREATE PROCEDURE", .kind = ACTION_CREATE_FUNCTION, .name = NAME_FIRST },
	{ "CREATE PUBLICATION", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "CREATE RULE", .kind = ACTION_RULE_OR_POLICY, .name = NAME_RULE },
	{ "CREATE SCHEMA", .kind = ACTION_CREATE_SCHEMA, .name = NAME_FIRST },
	{ "CREATE SEQUENCE", .kind = ACTION_CREATE_SEQUENCE, .name = NAME_FIRST,
		.is_settled = true },
	{ "CREATE SERVER", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE STATISTICS", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE SUBSCRIPTION", .kind = ACTION_ALTER_SYSTEM, .name = NAME_FIRST },
	{ "CREATE TABLE", .kind = ACTION_CREATE_TABLE, .name = NAME_RELATION },
	{ "CREATE TABLESPACE", .kind = ACTION_ALTER_SYSTEM, .name = NAME_FIRST,
		.is_settled = true },
	{ "CREATE TEXT SEARCH CONFIGURATION", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE TEXT SEARCH DICTIONARY", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE TEXT SEARCH PARSER", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE TEXT SEARCH TEMPLATE", .kind = ACTION_CREATE_OTHER, .name = NAME_FIRST },
	{ "CREATE TRANSFORM", .kind = ACTION_CREATE_OTHER },
	{ "CREATE TRIGGER", .kind = ACTION_TRIGGER, .name = NAME_PART },
	{ "CREATE TYPE", .kind = ACTION_CREATE_TYPE, .name = NAME_FIRST },
	{ "CREATE USER", "CREATE ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "CREATE USER MAPPING", .kind = ACTION_ROLE, .is_settled = true },
	{ "CREATE VIEW", .kind = ACTION_CREATE_VIEW, .name = NAME_RELATION },
	{ "DEALLOCATE", .is_settled = true },
	{ "DEALLOCATE ALL", .is_settled = true },
	{ "DECLARE", "DECLARE CURSOR", .kind = ACTION_SELECT },
	{ "DELETE FROM", "DELETE", .kind = ACTION_DELETE, .name = NAME_RELATION },
	{ "DISCARD", .kind = ACTION_SET, .is_settled = true },
	{ "DISCARD ALL", .kind = ACTION_ALTER_SYSTEM, .is_settled = true },
	{ "DO", .kind = ACTION_OPAQUE, .is_settled = true },
	{ "DROP ACCESS METHOD", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP AGGREGATE", .kind = ACTION_DROP_FUNCTION, .name = NAME_FIRST },
	{ "DROP CAST", .kind = ACTION_DROP_OTHER },
	{ "DROP COLLATION", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP CONVERSION", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP DATABASE", .kind = ACTION_DROP_DATABASE, .name = NAME_FIRST, .is_settled = true },
	{ "DROP DOMAIN", .kind = ACTION_DROP_TYPE, .name = NAME_FIRST },
	{ "DROP EVENT TRIGGER", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP EXTENSION", .kind = ACTION_DROP_EXTENSION, .name = NAME_FIRST },
	{ "DROP FOREIGN DATA WRAPPER", .kind = ACTION_DROP_OTHER },
	{ "DROP FOREIGN TABLE", .kind = ACTION_DROP_TABLE, .name = NAME_RELATION },
	{ "DROP FUNCTION", .kind = ACTION_DROP_FUNCTION, .name = NAME_FIRST },
	{ "DROP GROUP", "DROP ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "DROP INDEX", .kind = ACTION_DROP_INDEX, .name = NAME_FIRST },
	{ "DROP INDEX CONCURRENTLY", "DROP INDEX", .kind = ACTION_DROP_INDEX_CONCURRENTLY,
		.name = NAME_FIRST },
	{ "DROP LANGUAGE", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP MATERIALIZED VIEW", .kind = ACTION_DROP_MATVIEW, .name = NAME_RELATION },
	{ "DROP OPERATOR", .kind = ACTION_DROP_OTHER },
	{ "DROP OPERATOR CLASS", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP OPERATOR FAMILY", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP OWNED", .kind = ACTION_DROP_OTHER },
	{ "DROP POLICY", .kind = ACTION_RULE_OR_POLICY, .name = NAME_PART },
	{ "DROP PROCEDURE", .kind = ACTION_DROP_FUNCTION, .name = NAME_FIRST },
	{ "DROP PUBLICATION", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "DROP ROUTINE", .kind = ACTION_DROP_FUNCTION, .name = NAME_FIRST },
	{ "DROP RULE", .kind = ACTION_RULE_OR_POLICY, .name = NAME_PART },
	{ "DROP SCHEMA", .kind = ACTION_DROP_SCHEMA, .name = NAME_FIRST },
	{ "DROP SEQUENCE", .kind = ACTION_DROP_SEQUENCE, .name = NAME_RELATION },
	{ "DROP SERVER", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP STATISTICS", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP SUBSCRIPTION", .kind = ACTION_ALTER_SYSTEM, .name = NAME_FIRST,
		.is_settled = true },
	{ "DROP TABLE", .kind = ACTION_DROP_TABLE, .name = NAME_RELATION },
	{ "DROP TABLESPACE", .kind = ACTION_ALTER_SYSTEM, .name = NAME_FIRST, .is_settled = true },
	{ "DROP TEXT SEARCH CONFIGURATION", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP TEXT SEARCH DICTIONARY", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP TEXT SEARCH PARSER", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP TEXT SEARCH TEMPLATE", .kind = ACTION_DROP_OTHER, .name = NAME_FIRST },
	{ "DROP TRANSFORM", .kind = ACTION_DROP_OTHER },
	{ "DROP TRIGGER", .kind = ACTION_DROP_TRIGGER, .name = NAME_PART },
	{ "DROP TYPE", .kind = ACTION_DROP_TYPE, .name = NAME_FIRST },
	{ "DROP USER", "DROP ROLE", .kind = ACTION_ROLE, .is_settled = true },
	{ "DROP USER MAPPING", .kind = ACTION_ROLE, .is_settled = true },
	{ "DROP VIEW", .kind = ACTION_DROP_VIEW, .name = NAME_RELATION },
	{ "END", "COMMIT", .txn = TXN_COMMIT, .is_settled = true },
	{ "EXECUTE", .kind = ACTION_OPAQUE, .is_settled = true },
	{ "EXPLAIN", .kind = ACTION_SELECT },
	{ "FETCH", .kind = ACTION_OTHER, .is_settled = true },
	{ "GRANT", .kind = ACTION_GRANT },
	{ "IMPORT FOREIGN SCHEMA", .kind = ACTION_CREATE_OTHER, .is_settled = true },
	{ "INSERT INTO", "INSERT", .kind = ACTION_INSERT, .name = NAME_RELATION },
	{ "LISTEN", .is_settled = true },
	{ "LOAD", .kind = ACTION_OPAQUE, .is_settled = true },
	{ "LOCK", "LOCK TABLE", .kind = ACTION_LOCK_TABLE, .name = NAME_RELATION },
	{ "LOCK TABLE", .kind = ACTION_LOCK_TABLE, .name = NAME_RELATION },
	{ "MERGE INTO", "MERGE", .kind = ACTION_MERGE, .name = NAME_RELATION },
	{ "MOVE", .is_settled = true },
	{ "NOTIFY", .is_settled = true },
	{ "PREPARE", .is_settled = true },
	{ "PREPARE TRANSACTION", .txn = TXN_PREPARE, .is_settled = true },
	{ "REASSIGN OWNED", .kind = ACTION_ROLE, .is_settled = true },
	{ "REFRESH MATERIALIZED VIEW", .kind = ACTION_REFRESH_MATVIEW, .name = NAME_RELATION },
	{ "REFRESH MATERIALIZED VIEW CONCURRENTLY", "REFRESH MATERIALIZED VIEW",
		.kind = ACTION_REFRESH_MATVIEW_CONCURRENTLY, .name = NAME_RELATION },
	{ "REINDEX", .kind = ACTION_REINDEX },
	{ "REINDEX DATABASE", "REINDEX", .kind = ACTION_REINDEX, .name = NAME_FIRST,
		.is_lone = true },
	{ "REINDEX INDEX", "REINDEX", .kind = ACTION_REINDEX, .name = NAME_FIRST },
	{ "REINDEX INDEX CONCURRENTLY", "REINDEX", .kind = ACTION_REINDEX_CONCURRENTLY,
		.name = NAME_FIRST },
	{ "REINDEX SCHEMA", "REINDEX", .kind = ACTION_REINDEX, .name = NAME_FIRST,
		.is_lone = true },
	{ "REINDEX SYSTEM", "REINDEX", .kind = ACTION_REINDEX, .name = NAME_FIRST,
		.is_lone = true },
	{ "REINDEX TABLE", "REINDEX", .kind = ACTION_REINDEX, .name = NAME_RELATION },
	{ "REINDEX TABLE CONCURRENTLY", "REINDEX", .kind = ACTION_REINDEX_CONCURRENTLY,
		.name = NAME_RELATION },
	{ "RELEASE", .txn = TXN_SAVEPOINT, .is_settled = true },
	{ "RESET", .kind = ACTION_SET, .is_settled = true },
	{ "REVOKE", .kind = ACTION_REVOKE },
	{ "ROLLBACK", .txn = TXN_ROLLBACK, .is_settled = true },
	{ "ROLLBACK PREPARED", .txn = TXN_PREPARE, .is_settled = true, .is_lone = true },
	{ "ROLLBACK TO", "ROLLBACK", .txn = TXN_SAVEPOINT, .is_settled = true },
	{ "ROLLBACK TRANSACTION TO", "ROLLBACK", .txn = TXN_SAVEPOINT, .is_settled = true },
	{ "ROLLBACK WORK TO", "ROLLBACK", .txn = TXN_SAVEPOINT, .is_settled = true },
	{ "SAVEPOINT", .txn = TXN_SAVEPOINT, .is_settled = true },
	{ "SECURITY LABEL", .kind = ACTION_COMMENT },
	{ "SELECT", .kind = ACTION_SELECT },
	{ "SET", .kind = ACTION_SET, .is_settled = true },
	{ "SET CONSTRAINTS", .kind = ACTION_SET, .is_settled = true },
	{ "SHOW", .kind = ACTION_SET, .is_settled = true, .is_read_only = true },
	{ "START TRANSACTION", .txn = TXN_BEGIN, .is_settled = true },
	{ "TABLE", "SELECT", .kind = ACTION_SELECT },
	{ "TRUNCATE", "TRUNCATE TABLE", .kind = ACTION_TRUNCATE, .name = NAME_RELATION },
	{ "TRUNCATE TABLE", .kind = ACTION_TRUNCATE, .name = NAME_RELATION },
	{ "UNLISTEN", .is_settled = true },
	{ "UPDATE", .kind = ACTION_UPDATE, .name = NAME_RELATION },
	{ "VACUUM", .kind = ACTION_VACUUM, .name = NAME_RELATION },
	{ "VACUUM FULL", "VACUUM", .kind = ACTION_VACUUM_FULL, .name = NAME_RELATION },
	{ "VALUES", "SELECT", .kind = ACTION_SELECT },
	{ "WITH", "SELECT", .kind = ACTION_UNKNOWN },
};

/* Words between CREATE and what is created. */
static const char *const modifiers[] = { "or", "replace", "temp", "temporary", "local", "global",
	"unlogged", "unique", "recursive", "trusted", "procedural", "default", "constraint" };

static bool take_modifier(struct reader *reader, struct form_match *match)
{
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		if (!token_is_word(&reader->token, modifiers[i]))
			continue;
		match->has_replace |= i == 1;
		match->action.is_temporary |= i == 2 || i == 3;
		reader_next(reader);
		return true;
	}
	return false;
}

/* How many words of the head stand in the statement; 0 when the head does not fit. */
static size_t fit(const char *head, const struct span *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(head, " ");
		if (words[i].len != len || strncasecmp(words[i].data, head, len) != 0)
			return 0;
		if (!head[len])
			return i + 1;
		head += len + 1;
	}
	return 0;
}

static const struct form *find(const struct span *words, size_t count, size_t *best)
{
	const struct form *form = NULL;

	*best = 0;
	for (size_t i = 0; count && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((forms[i].head[0] | 32) != (words[0].data[0] | 32))
			continue;
		size_t fitting = fit(forms[i].head, words, count);
		if (fitting > *best) {
			*best = fitting;
			form = &forms[i];
		}
	}
	return form;
}

static void read_object(struct form_match *match)
{
	struct action *action = &match->action;
	struct reader reader = match->rest;

	action->if_exists |= reader_take_if_exists(&reader);
	reader_take(&reader, "only");
	if (!reader_object(&reader, &action->object))
		return;
	if (match->form->name == NAME_RELATION)
		action->table = action->object;
}

/* COMMENT ON COLUMN s.t.c, and t.c. */
static void read_column(struct form_match *match)
{
	struct action *action = &match->action;
	struct reader reader = match->rest;
	const char *parts[4] = { NULL };
	size_t count = 0;

	do
		parts[count++] = reader_name(&reader);
	while (count < 4 && parts[count - 1] && reader_take_mark(&reader, '.'));
	if (count < 2 || !parts[count - 1] || !token_is_word(&reader.token, "is"))
		return;
	action->part = parts[count - 1];
	action->object.name = parts[count - 2];
	action->object.schema = count > 2 ? parts[count - 3] : NULL;
	action->table = action->object;
}

/* [IF NOT EXISTS] [name] … ON [ONLY] table. */
static void read_on(struct form_match *match)
{
	struct action *action = &match->action;
	struct reader reader = match->rest;

	action->if_exists |= reader_take_if_exists(&reader);
	if (!token_is_word(&reader.token, "on"))
		reader_object(&reader, &action->object);
	while (reader.token.kind != TOKEN_END && !token_is_word(&reader.token, "on"))
		reader_next(&reader);
	reader_take(&reader, "on");
	reader_take(&reader, "only");
	reader_object(&reader, &action->table);
	/* An index lives in the schema of its table. */
	if (action->object.name && !action->object.schema)
		action->object.schema = action->table.schema;
}

/* name … ON [ONLY] table; a rule's table stands behind TO. */
static void read_part(struct form_match *match, const char *before_table)
{
	struct action *action = &match->action;
	struct reader reader = match->rest;

	action->if_exists |= reader_take_if_exists(&reader);
	action->part = reader_name(&reader);
	while (reader.token.kind != TOKEN_END && !token_is_word(&reader.token, before_table))
		reader_next(&reader);
	reader_take(&reader, before_table);
	reader_take(&reader, "only");
	reader_object(&reader, &action->table);
	action->object = action->table;
}

static void read_names(struct form_match *match)
{
	switch (match->form->name) {
	case NAME_NONE: break;
	case NAME_FIRST:
	case NAME_RELATION: read_object(match); break;
	case NAME_ON: read_on(match); break;
	case NAME_PART: read_part(match, "on"); break;
	case NAME_RULE: read_part(match, "to"); break;
	case NAME_COMMENT: read_column(match); break;
	}
}

/* What stands between the head and a later word may make it another statement. */
static void read_on_behind(struct form_match *match)
{
	static const struct form table_as = { "CREATE TABLE", "CREATE TABLE AS",
		.kind = ACTION_CREATE_TABLE_AS, .name = NAME_RELATION };
	enum action_kind *kind = &match->action.kind;

	if (*kind == ACTION_CREATE_VIEW && match->has_replace)
		*kind = ACTION_REPLACE_VIEW;
	if (*kind == ACTION_CREATE_TABLE && reader_has_word(match->rest, "as")) {
		match->form = &table_as;
		*kind = ACTION_CREATE_TABLE_AS;
	}
}

/* WITH … begins any of them: its tag is that of the verb behind. What its parts do, only the tree can tell. */
static void read_with(struct form_match *match)
{
	static const struct form verbs[] = { { "INSERT", .kind = ACTION_UNKNOWN },
		{ "UPDATE", .kind = ACTION_UNKNOWN }, { "DELETE", .kind = ACTION_UNKNOWN },
		{ "MERGE", .kind = ACTION_UNKNOWN } };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (reader_has_word(match->rest, verbs[i].head))
			match->form = &verbs[i];
}

void form_match(struct span text, struct arena *arena, struct form_match *match)
{
	struct span words[HEAD_WORDS];
	struct reader after[HEAD_WORDS];
	struct reader reader;
	size_t count = 0, best;

	*match = (struct form_match){ .action = { .kind = ACTION_UNKNOWN } };
	reader_init(&reader, text, arena);
	while (reader_take_mark(&reader, '('))
		continue;
	bool is_create = token_is_word(&reader.token, "create");
	while (count < HEAD_WORDS && reader.token.kind == TOKEN_WORD) {
		if (count == 1 && is_create && take_modifier(&reader, match))
			continue;
		words[count] = reader.token.text;
		reader_next(&reader);
		after[count++] = reader;
	}
	match->form = find(words, count, &best);
	match->rest = best ? after[best - 1] : reader;
	if (match->form) {
		match->action.kind = match->form->kind;
		match->action.if_exists = match->has_replace;
		read_names(match);
		read_on_behind(match);
		if (span_is_word(words[0], "with"))
			read_with(match);
	}
	action_apply_rule(&match->action);
}
