// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the first words of a statement say, against PostgreSQL's own parser: a statement too big for that one is told by
 * them alone. A long comment in front makes any statement such a one.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "corpus.h"
#include "lock_statements.h"
#include "parse/actions.h"
#include "parse/script.h"
#include "parse/statement.h"

struct world {
	struct arena arena;
	struct deep *deep;
	struct str padded;
	size_t compared;
	int wrong;
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
	str_release(&w->padded);
	free(w);
	return 0;
}

/* The same statement, too big for the tree. */
static struct statement told_by_tokens(struct world *w, struct span text)
{
	struct statement s = { .tag = "" };

	str_clear(&w->padded);
	str_add(&w->padded, "/*");
	while (w->padded.len <= DEEP_LIMIT_BYTES)
		str_add(&w->padded,
			"----------------------------------------------------------------");
	str_add(&w->padded, "*/ ");
	str_add_span(&w->padded, text);
	s.text = span_from(str_c(&w->padded), w->padded.len);
	statement_describe(&s, &w->arena, w->deep);
	return s;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* What is not known is the worst: nothing in the tree may be milder told. */
static bool is_worst(const struct action *head)
{
	return head->kind == ACTION_UNKNOWN && head->lock == LOCK_ACCESS_EXCLUSIVE;
}

/* A name the head leaves open says nothing wrong, as long as nobody would be waiting for it. */
static bool is_same_name(struct object_name head, struct object_name tree, enum lock_mode lock)
{
	if (!head.name)
		return !tree.name || lock < LOCK_SHARE;
	return same(head.name, tree.name) && same(head.schema, tree.schema);
}

static const char *actions_differ(const struct action *head, const struct action *real)
{
	if (head->kind != real->kind)
		return "kind";
	if (!is_same_name(head->table, real->table, real->lock))
		return "table";
	if (head->object.name && !is_same_name(head->object, real->object, LOCK_NONE))
		return "object";
	/* The mode of LOCK TABLE stands behind its tables. */
	bool is_lock = head->kind == ACTION_LOCK_TABLE && head->lock > real->lock;
	if (head->table.name && !is_lock && head->lock != real->lock)
		return "lock";
	if (head->table.name && (head->scan != real->scan || head->rewrite != real->rewrite))
		return "cost";
	return NULL;
}

static const char *difference(const struct statement *tokens, const struct statement *tree)
{
	if (strcmp(tokens->tag, tree->tag) != 0)
		return "tag";
	if (tokens->txn != tree->txn)
		return "transaction";
	if (tokens->action_count && is_worst(tokens->actions))
		return NULL;
	if (tokens->is_lone != tree->is_lone)
		return "lone";
	if (!tokens->action_count != !tree->action_count)
		return "count";
	return tokens->action_count ? actions_differ(tokens->actions, tree->actions) : NULL;
}

static void compare(struct world *w, struct span text)
{
	struct statement tree = { .text = text, .tag = "" };
	struct statement tokens = told_by_tokens(w, text);

	statement_describe(&tree, &w->arena, w->deep);
	const char *what = difference(&tokens, &tree);
	w->compared++;
	if (!what)
		return;
	w->wrong++;
	print_error("%.*s\n\t%s: %s %s, tree %s %s\n", (int)(text.len < 200 ? text.len : 200),
		text.data, what, tokens.tag,
		tokens.action_count ? action_rule(tokens.actions->kind)->word : "-", tree.tag,
		tree.action_count ? action_rule(tree.actions->kind)->word : "-");
}

static void heads_agree_with_the_tree_on_every_kind_of_statement(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < lock_statement_count; i++)
		compare(w, span_of(lock_statements[i].sql));
	assert_int_equal(w->wrong, 0);
}

/* Bigger than the tree is asked for: what may be worse is told as worse. */
static void a_big_statement_is_never_told_milder_than_it_is(void **state)
{
	static const struct {
		const char *sql;
		enum action_kind kind;
	} rows[] = {
		{ "update t set a = (select 1)", ACTION_UPDATE_ALL },
		{ "update t set a = (select 1 where true)", ACTION_UPDATE_ALL },
		{ "update t set a = (select 1) where b", ACTION_UPDATE },
		{ "delete from t using u", ACTION_DELETE_ALL },
		{ "delete from t using u where t.a = u.a", ACTION_DELETE },
		{ "select drop_everything()", ACTION_UNKNOWN },
		{ "explain analyze delete from t", ACTION_UNKNOWN },
		{ "with gone as (delete from t returning a) select a from gone", ACTION_UNKNOWN },
		{ "alter index i attach partition j", ACTION_UNKNOWN },
		{ "vacuum (full) t", ACTION_VACUUM_FULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct statement s = told_by_tokens(w, span_of(rows[i].sql));
		if (s.action_count != 1 || s.actions->kind != rows[i].kind)
			fail_msg("%s", rows[i].sql);
	}
}

static void compare_file(void *arg, const char *path, const char *text, size_t len)
{
	struct world *w = arg;
	struct script script;
	struct err e;

	script_init(&script, &w->arena, path, span_from(text, len));
	assert_true(script_split(&script, &e));
	for (size_t i = 0; i < script.count; i++)
		compare(w, script.statements[i].text);
}

static void heads_agree_with_the_tree_on_the_corpus(void **state)
{
	struct world *w = *state;

	if (!corpus_each(compare_file, w))
		skip();
	print_message("%zu statements\n", w->compared);
	assert_int_equal(w->wrong, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(heads_agree_with_the_tree_on_every_kind_of_statement),
		TEST(a_big_statement_is_never_told_milder_than_it_is),
		TEST(heads_agree_with_the_tree_on_the_corpus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
