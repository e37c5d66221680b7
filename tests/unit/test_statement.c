// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "corpus.h"
#include "parse/actions.h"
#include "parse/facts.h"
#include "parse/script.h"
#include "parse/statement.h"
#include "told.h"

struct world {
	struct arena arena;
	struct deep *deep;
	struct statement statement;
};

static int set_up(void **state)
{
	struct world *w = mem_new(struct world);
	w->deep = deep_new();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	deep_free(w->deep);
	arena_release(&w->arena);
	free(w);
	return 0;
}

static const struct statement *describe(struct world *w, const char *sql)
{
	w->statement = (struct statement){ .text = span_of(sql), .tag = "" };
	statement_describe(&w->statement, &w->arena, w->deep);
	return &w->statement;
}

/* "tree DROP TABLE: …" */
static char *tell(struct world *w, const char *sql)
{
	static const char *const states[] = {
		[PARSE_TOKENS] = "tokens",
		[PARSE_TREE] = "tree",
		[PARSE_TOO_BIG] = "big",
		[PARSE_UNPARSED] = "unparsed",
	};
	const struct statement *s = describe(w, sql);
	char *told = told_new(s);
	char *line = mem_printf("%s %s", states[s->parse], told);
	free(told);
	return line;
}

static FILE *open_facts(void)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_printf("%s/tests/unit/statements.facts", top ? top : ".");
	FILE *file = fopen(path, "r");
	free(path);
	assert_non_null(file);
	return file;
}

/* tests/unit/statements.facts: a statement, and below it, behind a tab, what is to be said of it. */
static void every_known_statement_is_told_as_written(void **state)
{
	struct world *w = *state;
	FILE *file = open_facts();
	char line[4096];
	struct str sql = { 0 };
	bool seen[ACTION_KIND_COUNT] = { false };
	int wrong = 0;

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (line[0] != '\t') {
			str_addf(&sql, "%s%s", sql.len ? "\n" : "", line);
			continue;
		}
		char *told = tell(w, str_c(&sql));
		if (strcmp(told, line + 1) != 0) {
			print_error("%s\n\twanted %s\n\tgot    %s\n", str_c(&sql), line + 1, told);
			wrong++;
		}
		for (size_t i = 0; i < w->statement.action_count; i++)
			seen[w->statement.actions[i].kind] = true;
		free(told);
		str_clear(&sql);
	}
	fclose(file);
	str_release(&sql);
	assert_int_equal(wrong, 0);
	/* Every kind of action is shown by a statement, save the one only a catalog can tell. */
	for (int kind = 0; kind < ACTION_KIND_COUNT; kind++)
		if (!seen[kind] && kind != ACTION_ALTER_TYPE_INSTANT)
			fail_msg("no statement shows %s", action_rule(kind)->word);
}

static void every_kind_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_KIND_COUNT; a++) {
		assert_non_null(action_rule(a)->word);
		for (int b = 0; b < a; b++)
			assert_string_not_equal(action_rule(a)->word, action_rule(b)->word);
	}
}

static void verbs_of_transactions_are_known(void **state)
{
	static const struct {
		const char *sql;
		enum transaction_verb txn;
	} verbs[] = {
		{ "BEGIN ISOLATION LEVEL SERIALIZABLE", TXN_BEGIN },
		{ "start transaction", TXN_BEGIN },
		{ "COMMIT AND CHAIN", TXN_COMMIT },
		{ "end", TXN_COMMIT },
		{ "ROLLBACK", TXN_ROLLBACK },
		{ "abort work", TXN_ROLLBACK },
		{ "rollback to savepoint a", TXN_SAVEPOINT },
		{ "rollback work to a", TXN_SAVEPOINT },
		{ "savepoint a", TXN_SAVEPOINT },
		{ "release a", TXN_SAVEPOINT },
		{ "prepare transaction 'x'", TXN_PREPARE },
		{ "commit prepared 'x'", TXN_PREPARE },
		{ "rollback prepared 'x'", TXN_PREPARE },
		{ "prepare p as select 1", TXN_NONE },
		{ "select 1", TXN_NONE },
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		assert_int_equal(describe(w, verbs[i].sql)->txn, verbs[i].txn);
}

static void names_are_those_the_server_would_look_for(void **state)
{
	struct world *w = *state;
	char sql[200];

	const struct statement *s = describe(w, "insert into \"A\"\"b\".C values (1)");
	assert_string_equal(s->actions[0].table.schema, "A\"b");
	assert_string_equal(s->actions[0].table.name, "c");
	s = describe(w, "create index U&\"\\0069\" on t (a)");
	assert_string_equal(s->actions[0].object.name, "i");
	/* 63 bytes at most, and never half a character: ä has two */
	snprintf(sql, sizeof(sql), "insert into %.*sääää values (1)", 60,
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	s = describe(w, sql);
	assert_int_equal(s->parse, PARSE_TOKENS);
	assert_int_equal(strlen(s->actions[0].table.name), 62);
}

static void a_statement_over_the_limit_is_told_by_its_tokens(void **state)
{
	struct world *w = *state;
	struct str sql = { 0 };

	str_add(&sql, "alter table s.t add check (a in (1");
	while (sql.len <= DEEP_LIMIT_BYTES)
		str_add(&sql, ",1");
	str_add(&sql, "))");
	const struct statement *s = describe(w, str_c(&sql));
	assert_int_equal(s->parse, PARSE_TOO_BIG);
	assert_string_equal(s->tag, "ALTER TABLE");
	assert_int_equal(s->actions[0].kind, ACTION_UNKNOWN);
	assert_int_equal(s->actions[0].lock, LOCK_ACCESS_EXCLUSIVE);
	assert_string_equal(s->actions[0].table.name, "t");
	str_release(&sql);
}

static void a_deep_expression_does_not_end_the_program(void **state)
{
	struct world *w = *state;
	struct str sql = { 0 };

	str_add(&sql, "select 1");
	while (sql.len < DEEP_LIMIT_BYTES - 2)
		str_add(&sql, "+1");
	const struct statement *s = describe(w, str_c(&sql));
	assert_int_equal(s->parse, PARSE_TREE);
	assert_true(s->is_read_only);
	str_release(&sql);
}

static void a_cascade_is_seen_where_nothing_else_is(void **state)
{
	struct world *w = *state;
	const struct statement *s = describe(w, "DROP TABLE t WITH NEW WORDS CASCADE");
	assert_int_equal(s->parse, PARSE_UNPARSED);
	assert_int_equal(s->actions[0].kind, ACTION_DROP_TABLE);
	assert_true(s->actions[0].cascade);
}

static const struct {
	const char *from, *to;
	bool is_instant, is_instant_in_utc, keeps_indexes;
} type_changes[] = {
	{ "character varying(20)", "varchar(40)", true, true, true },
	{ "character varying(20)", "text", true, true, true },
	{ "text", "varchar", true, true, true },
	{ "character varying(20)", "varchar(10)", false, false, true },
	{ "text", "varchar(10)", false, false, true },
	{ "numeric(10,2)", "numeric(12,2)", true, true, true },
	{ "numeric(10,2)", "numeric", true, true, true },
	{ "numeric(10,2)", "numeric(12,3)", false, false, true },
	{ "numeric", "numeric(12,3)", false, false, true },
	{ "numeric", "numeric(1000,0)", false, false, true },
	{ "bit varying(5)", "varbit(9)", true, true, true },
	{ "bit varying(5)", "varbit(4)", false, false, true },
	{ "bit(5)", "bit(9)", false, false, true },
	{ "cidr", "inet", true, true, true },
	{ "inet", "cidr", false, false, true },
	{ "timestamp without time zone", "timestamptz", false, true, false },
	{ "timestamp(3) without time zone", "timestamptz", false, true, false },
	{ "timestamp without time zone", "timestamptz(3)", false, false, false },
	{ "timestamp with time zone", "timestamp(6)", false, true, false },
	{ "timestamp(3) with time zone", "timestamptz(4)", true, true, true },
	{ "timestamp with time zone", "timestamptz(4)", false, false, true },
	{ "time(2) without time zone", "time", true, true, true },
	{ "time without time zone", "timetz", false, false, false },
	{ "interval(3)", "interval", true, true, true },
	{ "interval", "interval(3)", false, false, true },
	{ "integer", "int4", true, true, true },
	{ "integer", "int8", false, false, true },
	{ "character(10)", "bpchar(10)", true, true, true },
	{ "character(10)", "bpchar(20)", false, false, true },
	{ "integer", "text", false, false, false },
	{ "varchar(10)[]", "varchar(20)[]", false, false, false },
	{ "app.mood", "text", false, false, false },
};

static void types_that_grow_in_place_are_instant(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(type_changes); i++) {
		const char *from = type_changes[i].from, *to = type_changes[i].to;
		bool here = type_change_is_instant(from, to, "Europe/Berlin");
		bool nowhere = type_change_is_instant(from, to, NULL);
		bool in_utc = type_change_is_instant(from, to, "Etc/UTC");
		if (here != type_changes[i].is_instant || nowhere != type_changes[i].is_instant ||
			in_utc != type_changes[i].is_instant_in_utc ||
			type_change_keeps_indexes(from, to) != type_changes[i].keeps_indexes)
			fail_msg("%s to %s", from, to);
	}
	assert_false(type_change_is_instant(NULL, "text", NULL));
}

static void the_servers_own_types_are_known_by_name(void **state)
{
	(void)state;
	assert_true(type_is_builtin("int8") && type_is_builtin("bigserial"));
	assert_false(type_is_builtin("mood"));
}

struct second_look {
	struct facts facts;
	bool is_read;
};

static void look_at_tree(void *arg)
{
	struct second_look *look = arg;
	look->is_read = tree_describe(&look->facts);
}

static void compare_with_tree(struct world *w, const struct statement *quick)
{
	struct statement copy = *quick;
	struct form_match match;
	struct second_look look = { .facts = { &w->arena, &copy, &match } };

	form_match(copy.text, &w->arena, &match);
	facts_clear(&look.facts);
	deep_call(w->deep, look_at_tree, &look);
	char *by_tokens = told_new(quick), *by_tree = told_new(&copy);
	if (!look.is_read || strcmp(by_tokens, by_tree) != 0)
		fail_msg("%.*s\n\ttokens %s\n\ttree   %s", (int)copy.text.len, copy.text.data,
			by_tokens, by_tree);
	free(by_tokens);
	free(by_tree);
}

static void check_corpus_file(void *arg, const char *path, const char *text, size_t len)
{
	struct world *w = arg;
	struct script script;
	struct err e;

	script_init(&script, &w->arena, path, span_from(text, len));
	assert_true(script_split(&script, &e));
	statements_describe(script.statements, script.count, &w->arena, w->deep);
	for (size_t i = 0; i < script.count; i++) {
		const struct statement *s = &script.statements[i];
		if (s->parse == PARSE_UNPARSED)
			fail_msg("%s:%d: not parsed", path, s->line);
		if (s->parse == PARSE_TOKENS && s->txn == TXN_NONE)
			compare_with_tree(w, s);
	}
}

static void tokens_and_tree_say_the_same_of_the_corpus(void **state)
{
	if (!corpus_each(check_corpus_file, *state))
		skip();
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(every_known_statement_is_told_as_written),
		cmocka_unit_test(every_kind_has_a_word_of_its_own),
		WITH_WORLD(verbs_of_transactions_are_known),
		WITH_WORLD(names_are_those_the_server_would_look_for),
		WITH_WORLD(a_statement_over_the_limit_is_told_by_its_tokens),
		WITH_WORLD(a_deep_expression_does_not_end_the_program),
		WITH_WORLD(a_cascade_is_seen_where_nothing_else_is),
		cmocka_unit_test(types_that_grow_in_place_are_instant),
		cmocka_unit_test(the_servers_own_types_are_known_by_name),
		WITH_WORLD(tokens_and_tree_say_the_same_of_the_corpus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
