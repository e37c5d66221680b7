// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/section.h"

#include "migrate/source/directive.h"
#include "migrate/source/source.h"

void section_start(
	struct section_reader *reader, struct migration_set *set, const struct source_text *file)
{
	*reader = (struct section_reader){ .set = set, .file = file };
	script_init(&reader->script, &set->arena, file->path, file->text);
}

/* Literals and comments without an end: often another one above is open. */
static bool split_explain(struct err *e)
{
	return e->hint[0] ? false : err_hint(e, "close it, or look for one above that is open");
}

bool section_add(struct section_reader *reader, size_t start, size_t end, struct err *e)
{
	return script_split_part(&reader->script, start, end, e) || split_explain(e);
}

bool section_split(struct script *script, struct err *e)
{
	return script_split(script, e) || split_explain(e);
}

static bool statement_directive(struct section_reader *reader, const struct script_comment *comment,
	const struct directive *directive, struct migration_script *script, struct err *e)
{
	if (comment->is_inside) {
		err_at(e, reader->file->path, comment->line, 1, "`%s` stands inside a statement",
			directive->name);
		return err_hint(e, "is the semicolon before it missing?");
	}
	if (comment->statement >= script->statement_count) {
		err_at(e, reader->file->path, comment->line, 1,
			"no statement follows `%s` in its section", directive->name);
		return err_hint(e, "put it above the statement it is about");
	}
	return directive_apply_statement(
		&reader->set->arena, directive, &script->statements[comment->statement], e);
}

static bool own_only(const struct directive *directive, struct err *e)
{
	err_at(e, directive->file, directive->line, 1,
		"`%s` belongs to dbtop's own format, this is another tool's file", directive->name);
	return err_hint(e, "only step, ack and probe can stand here");
}

static bool apply_comment(struct section_reader *reader, const struct script_comment *comment,
	struct migration_script *script, struct err *e)
{
	struct directive directive;

	switch (directive_read(reader->file->path, comment->text, comment->line, &directive, e)) {
	case DIRECTIVE_NONE: return true;
	case DIRECTIVE_WRONG: return false;
	case DIRECTIVE_FOUND: break;
	}
	if (directive.place == DIRECTIVE_STATEMENT)
		return statement_directive(reader, comment, &directive, script, e);
	return source_is_own(reader->set) || own_only(&directive, e);
}

bool section_end(struct section_reader *reader, struct migration_script *script, struct err *e)
{
	struct script *cut = &reader->script;

	script->statements =
		arena_array(&reader->set->arena, struct migration_statement, cut->count + 1);
	script->statement_count = cut->count;
	for (size_t i = 0; i < cut->count; i++)
		script->statements[i].sql = cut->statements[i];
	for (size_t i = 0; i < cut->comment_count; i++) {
		if (!apply_comment(reader, &cut->comments[i], script, e))
			return false;
	}
	return true;
}
