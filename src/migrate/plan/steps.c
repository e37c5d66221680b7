// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/steps.h"

#include <string.h>

/* Walking over the statements of one section. */
struct builder {
	struct plan *plan;
	const struct migration *migration;
	const struct migration_script *script;
	enum migration_section section;
	bool is_joined;
	/* Without BEGIN and COMMIT: borrowed from the set when there are none, else a copy. */
	const struct migration_statement *statements;
	size_t count;		       /* of statements passed, BEGIN and COMMIT not counted */
	size_t group_start;	       /* of the open group */
	size_t first_step;	       /* in the plan */
	const struct statement *begin; /* the file's own, open; NULL = none */
};

static bool refuse(const struct builder *b, const struct statement *sql, struct err *e,
	const char *what, const char *hint)
{
	err_at(e, b->script->path, sql->line, sql->column, "%s", what);
	return err_hint(e, "%s", hint);
}

static void step_add(struct builder *b, size_t start, size_t end, bool is_lone)
{
	struct plan *plan = b->plan;

	plan->steps = arena_room(&plan->arena, plan->steps, plan->step_count, &plan->step_capacity,
		sizeof(*plan->steps));
	plan->steps[plan->step_count++] = (struct plan_step){
		.migration = b->migration,
		.section = b->section,
		.is_lone = is_lone,
		.statements = b->statements + start,
		.statement_count = end - start,
	};
}

static void group_close(struct builder *b)
{
	if (b->count > b->group_start)
		step_add(b, b->group_start, b->count, false);
	b->group_start = b->count;
}

/* BEGIN, BEGIN WORK, START TRANSACTION …: with nothing that would get lost when we send our own. */
static bool is_plain(const struct statement *sql)
{
	static const char *const words[] = { "begin", "start", "commit", "end", "work",
		"transaction" };
	struct span rest = sql->text, word;

	while (span_word(&rest, &word)) {
		bool is_known = false;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			is_known = is_known || span_is_word(word, words[i]);
		if (!is_known)
			return false;
	}
	return true;
}

static bool own_begin(struct builder *b, const struct statement *sql, struct err *e)
{
	if (b->begin)
		return refuse(b, sql, e, "`BEGIN` within a transaction that is open already",
			"write COMMIT above it, or take it out");
	if (!is_plain(sql))
		return refuse(b, sql, e, "`BEGIN` with options",
			"write a plain BEGIN, and SET TRANSACTION … as its first statement");
	b->begin = sql;
	if (!b->is_joined)
		group_close(b);
	return true;
}

static bool own_commit(struct builder *b, const struct statement *sql, struct err *e)
{
	if (!b->begin)
		return refuse(b, sql, e, "`COMMIT` without `BEGIN`",
			"write BEGIN above what belongs together, or take it out");
	if (!is_plain(sql))
		return refuse(b, sql, e, "`COMMIT` with options", "write a plain COMMIT");
	b->begin = NULL;
	group_close(b);
	return true;
}

/* Only BEGIN and COMMIT are left out; what else is about transactions runs or is refused. */
static bool own_transaction(struct builder *b, const struct statement *sql, struct err *e)
{
	bool is_alone = b->migration->tx == TX_STEP || b->migration->tx == TX_NONE;

	switch (sql->txn) {
	case TXN_NONE: return true;
	case TXN_BEGIN: return own_begin(b, sql, e);
	case TXN_COMMIT: return own_commit(b, sql, e);
	case TXN_ROLLBACK:
		return refuse(b, sql, e, "`ROLLBACK` would undo what the history calls applied",
			"take out what it undoes, and it");
	case TXN_SAVEPOINT:
		if (!is_alone || b->begin)
			return true;
		return refuse(b, sql, e, "a savepoint outside a transaction",
			"put BEGIN and COMMIT around what belongs together");
	case TXN_PREPARE:
		return refuse(b, sql, e, "a prepared transaction outlives the migration",
			"write BEGIN and COMMIT instead");
	}
	return true;
}

static bool is_own_mark(const struct statement *sql)
{
	return sql->txn == TXN_BEGIN || sql->txn == TXN_COMMIT;
}

static bool lone_refuse(const struct builder *b, const struct statement *sql, struct err *e)
{
	err_at(e, b->script->path, sql->line, sql->column, "%s may not stand in a transaction",
		sql->tag);
	return err_hint(e, b->begin ? "put it outside BEGIN and COMMIT"
				    : "take `tx one` out, so that it runs as a step of its own");
}

static bool statement_add(struct builder *b, const struct statement *sql, struct err *e)
{
	enum tx_mode tx = b->migration->tx;
	bool is_lone = sql->is_lone || (tx == TX_NONE && !b->begin);

	if (sql->is_lone && (b->begin || tx == TX_ONE))
		return lone_refuse(b, sql, e);
	if (is_lone)
		group_close(b);
	b->count++;
	if (is_lone) {
		step_add(b, b->count - 1, b->count, true);
		b->group_start = b->count;
	} else if (tx == TX_STEP && !b->begin) {
		group_close(b);
	}
	return true;
}

/* The statements as the steps see them. */
static void statements_borrow(struct builder *b)
{
	const struct migration_script *script = b->script;
	size_t own = 0, n = 0;

	for (size_t i = 0; i < script->statement_count; i++)
		own += is_own_mark(&script->statements[i].sql);
	b->statements = script->statements;
	if (!own)
		return;
	struct migration_statement *kept =
		arena_array(&b->plan->arena, struct migration_statement, script->statement_count);
	for (size_t i = 0; i < script->statement_count; i++) {
		if (!is_own_mark(&script->statements[i].sql))
			kept[n++] = script->statements[i];
	}
	b->statements = kept;
}

/* BEGIN and COMMIT are left out, so what is said of them would be lost. */
static bool mark_is_bare(
	const struct builder *b, const struct migration_statement *statement, struct err *e)
{
	if (!is_own_mark(&statement->sql) ||
		(!statement->step_name && !statement->probe && !statement->ack_count))
		return true;
	return refuse(b, &statement->sql, e, "a directive stands above a transaction's frame",
		"put it above the statement it is about");
}

static bool statements_walk(struct builder *b, struct err *e)
{
	for (size_t i = 0; i < b->script->statement_count; i++) {
		const struct statement *sql = &b->script->statements[i].sql;
		if (!mark_is_bare(b, &b->script->statements[i], e))
			return false;
		if (!own_transaction(b, sql, e))
			return false;
		if (!is_own_mark(sql) && !statement_add(b, sql, e))
			return false;
	}
	if (b->begin)
		return refuse(b, b->begin, e, "`BEGIN` without `COMMIT`",
			"write COMMIT behind what belongs together, or take it out");
	group_close(b);
	return true;
}

static bool is_reversible(const struct migration *migration, enum migration_section section)
{
	enum migration_section back = section == SECTION_UP ? SECTION_DOWN : SECTION_UP;

	return migration->sections[back].is_present && !migration->sections[back].is_empty &&
	       (section == SECTION_DOWN || !migration->irreversible);
}

/* Ordinals, and the steps an interrupted run has behind it. */
static void steps_number(struct builder *b, size_t done)
{
	struct plan *plan = b->plan;
	size_t count = plan->step_count - b->first_step;

	for (size_t i = 0; i < count; i++) {
		struct plan_step *step = &plan->steps[b->first_step + i];
		step->ordinal = i + 1;
		step->ordinal_count = count;
		step->is_last = i + 1 == count;
		step->is_reversible = is_reversible(b->migration, b->section);
	}
	if (done > count)
		done = count;
	if (!done)
		return;
	memmove(&plan->steps[b->first_step], &plan->steps[b->first_step + done],
		(count - done) * sizeof(*plan->steps));
	plan->step_count -= done;
}

bool steps_add(struct plan *plan, const struct migration *migration, enum migration_section section,
	size_t done, bool is_joined, struct err *e)
{
	struct builder b = { .plan = plan,
		.migration = migration,
		.script = &migration->sections[section],
		.section = section,
		.is_joined = is_joined,
		.first_step = plan->step_count };

	statements_borrow(&b);
	if (!statements_walk(&b, e))
		return false;
	if (plan->step_count == b.first_step)
		step_add(&b, 0, 0, false);
	steps_number(&b, done);
	return true;
}
