// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/sql_file.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "parse/script.h"
#include "parse/statement.h"
#include "pg/unit.h"

enum { FILE_BYTES_MAX = 64 << 20 };

struct sql_file {
	struct setup *setup; /* borrowed */
	struct sql_file_request request;
	struct arena arena;
	char *text; /* owned */
	struct script script;
	struct unit_of_work *unit; /* owned */
	size_t at;		   /* the statement */
	struct sql_file_end end;
	struct err error;
	sql_file_done_fn *done;
	void *arg;
};

static void finish(struct sql_file *file)
{
	const struct err e = file->error;
	const struct sql_file_end end = file->end;
	sql_file_done_fn *done = file->done;
	void *arg = file->arg;

	unit_free(file->unit);
	arena_release(&file->arena);
	free(file->text);
	free(file);
	done(arg, &end, e.kind == ERR_NONE ? NULL : &e);
}

/* ---- reading, on a worker ---- */

/* A seed changes rows and nothing else, so that the count of rows says whether it changed anything. NULL = it may stand. */
static const char *seed_refusal(const struct action *action)
{
	switch ((int)action->kind) {
	case ACTION_OTHER:
	case ACTION_UNKNOWN: /* the server decides */
	case ACTION_SELECT:
	case ACTION_INSERT:
	case ACTION_UPDATE:
	case ACTION_MERGE:
	case ACTION_COPY_FROM:
	case ACTION_LOCK_TABLE:
	case ACTION_ANALYZE:
	case ACTION_SET: return NULL;
	case ACTION_DELETE:
	case ACTION_DELETE_ALL:
	case ACTION_TRUNCATE: return "it takes rows away, and rows made by hand stay";
	case ACTION_UPDATE_ALL: return "without WHERE it changes rows made by hand too";
	case ACTION_OPAQUE: return "what it does cannot be read";
	}
	return action->is_temporary ? NULL : "it changes more than rows";
}

static bool check_seed(const struct sql_file *file, const struct statement *s, struct err *e)
{
	for (size_t i = 0; i < s->action_count; i++) {
		const char *why = seed_refusal(&s->actions[i]);
		if (!why)
			continue;
		err_at(e, file->request.path, s->line, s->column, "%s may not stand in a seed: %s",
			s->tag, why);
		return err_hint(e, "a migration is the place for it: there it is asked about");
	}
	return true;
}

static bool check_statement(const struct sql_file *file, const struct statement *s, struct err *e)
{
	if (s->txn != TXN_NONE && s->txn != TXN_SAVEPOINT)
		return err_at(e, file->request.path, s->line, s->column,
			"%s may not stand here: the file is one transaction", s->tag);
	if (s->is_lone)
		return err_at(e, file->request.path, s->line, s->column,
			"%s may not stand in a transaction, and the file is one", s->tag);
	return file->request.kind != SQL_FILE_SEED || check_seed(file, s, e);
}

static bool read_file(struct sql_file *file, struct err *e)
{
	size_t len;

	file->text = path_read(file->request.path, FILE_BYTES_MAX, &len, e);
	if (!file->text)
		return false;
	script_init(&file->script, &file->arena, file->request.path, span_from(file->text, len));
	if (!script_split(&file->script, e))
		return false;
	statements_describe(file->script.statements, file->script.count, &file->arena,
		file->setup->options.deep);
	for (size_t i = 0; i < file->script.count; i++)
		if (!check_statement(file, &file->script.statements[i], e))
			return false;
	file->end.statements = file->script.count;
	return true;
}

static void work(void *arg)
{
	struct sql_file *file = arg;
	struct err e;

	if (!read_file(file, &e))
		file->error = e;
}

/* ---- running ---- */

static const struct statement *statement_of(const struct sql_file *file)
{
	return &file->script.statements[file->at];
}

/* From the statement's own lines to those of the file. */
static void place(const struct sql_file *file, struct err *e)
{
	const struct statement *s = statement_of(file);

	e->file = file->request.path;
	if (e->line <= 1)
		e->column = e->line == 1 ? e->column + s->column - 1 : s->column;
	e->line = e->line >= 1 ? e->line + s->line - 1 : s->line;
}

static bool is_only_true(const struct result *result, struct err *e)
{
	if (result_rows(result) == 0 || result_columns(result) == 0)
		return err_set(e, ERR_CONFLICT, "the check returned no row: it proves nothing");
	for (int row = 0; row < result_rows(result); row++)
		for (int column = 0; column < result_columns(result); column++) {
			const char *cell = result_text(result, row, column);
			if (!cell || strcmp(cell, "t") != 0)
				return err_set(e, ERR_CONFLICT, "not true: column \"%s\" says %s",
					result_column_name(result, column), cell ? cell : "null");
		}
	return true;
}

static bool changes_rows(const char *tag)
{
	static const char *const tags[] = { "INSERT", "UPDATE", "DELETE", "MERGE", "COPY" };

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (strncmp(tag, tags[i], strlen(tags[i])) == 0)
			return true;
	return false;
}

static void committed(void *arg, const struct err *e)
{
	struct sql_file *file = arg;

	if (e)
		file->error = *e;
	finish(file);
}

static void next_statement(struct sql_file *file);

static void answered(void *arg, const struct result *result, const struct err *e)
{
	struct sql_file *file = arg;
	struct err why;

	if (e)
		why = *e;
	if (e || (file->request.kind == SQL_FILE_CHECKS && !is_only_true(result, &why))) {
		place(file, &why);
		file->error = why;
		finish(file);
		return;
	}
	if (changes_rows(result_tag(result)) && result_affected(result) > 0)
		file->end.rows += result_affected(result);
	file->at++;
	next_statement(file);
}

static void next_statement(struct sql_file *file)
{
	if (setup_is_given_up(file->setup, &file->error)) {
		finish(file);
		return;
	}
	if (file->at == file->script.count) {
		unit_commit(file->unit, committed, file);
		return;
	}
	const struct statement *s = statement_of(file);
	const struct query query = {
		.sql = arena_strndup(&file->arena, s->text.data, s->text.len),
		.copy_data = s->data,
		.deadline_ms = SETUP_DEADLINE_MS,
	};

	unit_run(file->unit, &query, answered, file);
}

static void begun(void *arg, const struct err *e)
{
	struct sql_file *file = arg;

	if (e) {
		file->error = *e;
		finish(file);
		return;
	}
	next_statement(file);
}

static void worked(void *arg)
{
	struct sql_file *file = arg;

	if (file->error.kind == ERR_NONE && setup_is_given_up(file->setup, &file->error)) {
		finish(file);
		return;
	}
	if (file->error.kind != ERR_NONE || !file->request.runs) {
		finish(file);
		return;
	}
	const struct unit_options options = {
		.is_read_only = file->request.kind == SQL_FILE_CHECKS,
		.deadline_ms = SETUP_DEADLINE_MS,
	};

	file->unit = unit_begin(setup_conn(file->setup), &options, begun, file);
}

void sql_file_start(struct setup *setup, const struct sql_file_request *request,
	sql_file_done_fn *done, void *arg)
{
	struct sql_file *file = mem_new(struct sql_file);

	file->setup = setup;
	file->request = *request;
	file->done = done;
	file->arg = arg;
	loop_work_start(setup->options.loop, work, worked, file);
}
