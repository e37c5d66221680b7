// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * dbtop's own format: one file <14 digits>_<slug>.sql with sections that begin at directives. The header stands before
 * the first statement; `irreversible` may stand anywhere between statements.
 */
#include <string.h>

#include "base/mem.h"
#include "migrate/source/directive.h"
#include "migrate/source/format.h"
#include "migrate/source/section.h"
#include "parse/lexer.h"
#include "parse/text.h"

static const char *dbtop_probe(const struct probe_input *input)
{
	static const char *const marks[] = { "-- dbtop: up", "-- dbtop:up", "--dbtop: up",
		"--dbtop:up" };

	for (size_t i = 0; i < input->head_count * ARRAY_SIZE(marks); i++) {
		if (head_has_mark(
			    input->heads[i / ARRAY_SIZE(marks)], marks[i % ARRAY_SIZE(marks)]))
			return "its files have `-- dbtop: up`";
	}
	return NULL;
}

static bool dbtop_add(struct migration_set *set, const char *path, struct err *e)
{
	const char *name = strrchr(path, '/') + 1;
	struct span stem = span_from(name, strlen(name) - strlen(".sql")), digits, slug;
	uint64_t number;

	if (!name_split(stem, &digits, &slug)) {
		err_at(e, path, 1, 1, "the name has no version");
		return err_hint(e, "name it <14 digits>_<words>.sql, as `dbtop create` does");
	}
	if (!digits_number(digits, &number)) {
		err_at(e, path, 1, 1, "version %.*s is too long", (int)digits.len, digits.data);
		return err_hint(e, "use 14 digits: year, month, day, hour, minute, second");
	}
	struct migration *migration = format_add(set, digits, slug);
	migration->number = number;
	for (int i = 0; i < SECTION_COUNT; i++)
		migration->sections[i].path = path;
	return true;
}

static enum exit_code dbtop_scan(
	struct migration_set *set, const struct listing *listing, struct err *e)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct entry *entry = &listing->items[i];
		if (entry->kind == ENTRY_FILE && name_ends(entry->name, ".sql") &&
			!dbtop_add(set, listing_path(listing, entry->name), e))
			return EXIT_ERROR;
	}
	return EXIT_DONE;
}

/* Reading the header of one file: which section the comment at hand is in. */
struct header {
	struct migration_set *set;
	struct migration *migration;
	const struct source_text *file;
	struct migration_script *section; /* the open one; NULL before the first */
};

static void section_close(struct header *header, size_t end)
{
	if (header->section)
		header->section->end = end;
}

static bool section_open(struct header *header, const struct directive *directive,
	const struct script_comment *comment, struct err *e)
{
	struct migration_script *section = &header->migration->sections[directive->section];

	if (section->is_present) {
		err_at(e, header->file->path, comment->line, 1, "a second `%s` section",
			directive->name);
		return err_hint(e, "the first begins at line %d; put them together",
			section->first_line - 1);
	}
	section_close(header, comment->offset);
	header->section = section;
	section->is_present = true;
	section->first_line = comment->line + 1;
	section->start = comment->offset + comment->text.len;
	section->end = header->file->text.len;
	return true;
}

static bool header_directive(struct header *header, const struct directive *directive,
	const struct script_comment *comment, struct err *e)
{
	bool is_header = directive->place == DIRECTIVE_HEADER;

	if (comment->is_inside || (is_header && comment->statement > 0)) {
		err_at(e, header->file->path, comment->line, 1, "`%s` stands %s", directive->name,
			comment->is_inside ? "inside a statement" : "behind the first statement");
		return err_hint(e, is_header ? "put it in the lines above the first statement"
					     : "put it between statements");
	}
	return directive_apply_header(&header->set->arena, directive, header->migration, e);
}

static bool header_comment(
	struct header *header, const struct script_comment *comment, struct err *e)
{
	struct directive directive;

	switch (directive_read(header->file->path, comment->text, comment->line, &directive, e)) {
	case DIRECTIVE_NONE: return true;
	case DIRECTIVE_WRONG: return false;
	case DIRECTIVE_FOUND: break;
	}
	switch (directive.place) {
	case DIRECTIVE_SECTION: return section_open(header, &directive, comment, e);
	case DIRECTIVE_HEADER:
	case DIRECTIVE_ANYWHERE: return header_directive(header, &directive, comment, e);
	case DIRECTIVE_STATEMENT: return true; /* read with its statement */
	}
	return true;
}

/* The sections that exist hold all statements. */
static bool header_prove(struct header *header, const struct script *script, struct err *e)
{
	size_t first = header->file->text.len;

	for (int i = 0; i < SECTION_COUNT; i++) {
		const struct migration_script *section = &header->migration->sections[i];
		if (section->is_present && section->start < first)
			first = section->start;
	}
	if (!header->migration->sections[SECTION_UP].is_present) {
		err_at(e, header->file->path, 1, 1, "no `dbtop: up`");
		return err_hint(e, "is this goose, dbmate? In dbtop's format a line "
				   "`-- dbtop: up` stands before the first statement");
	}
	if (script->count && script->statements[0].offset < first) {
		err_at(e, header->file->path, script->statements[0].line,
			script->statements[0].column, "a statement before the first section");
		return err_hint(e, "put `-- dbtop: up` above it");
	}
	return true;
}

static bool is_empty(struct span text, const struct migration_script *section)
{
	struct lexer lexer;
	struct token token;

	lexer_init(&lexer, span_from(text.data + section->start, section->end - section->start));
	while (lexer_next(&lexer, &token) != TOKEN_END) {
		if (!token_is(&token, ';'))
			return false;
	}
	return true;
}

static void header_reset(struct migration *migration)
{
	for (int i = 0; i < SECTION_COUNT; i++)
		migration->sections[i].is_present = migration->sections[i].is_loaded = false;
	migration->parents = NULL;
	migration->parent_count = 0;
	migration->has_own_parents = false;
}

static bool dbtop_read(struct migration_set *set, struct migration *migration,
	const struct source_text *file, struct err *e)
{
	struct header header = { .set = set, .migration = migration, .file = file };
	struct arena arena = { 0 };
	struct script script;

	header_reset(migration);
	if (text_bom(file->text))
		source_warn(set, "%s:1:1: begins with a byte order mark: skipped", file->path);
	script_init(&script, &arena, file->path, file->text);
	bool ok = section_split(&script, e);
	for (size_t i = 0; ok && i < script.comment_count; i++)
		ok = header_comment(&header, &script.comments[i], e);
	ok = ok && header_prove(&header, &script, e);
	arena_release(&arena);
	for (int i = 0; ok && i < SECTION_COUNT; i++) {
		struct migration_script *section = &migration->sections[i];
		section->is_empty = section->is_present && is_empty(file->text, section);
	}
	return ok;
}

static bool dbtop_load(struct migration_set *set, struct migration *migration,
	enum migration_section section, const struct source_text *file, struct err *e)
{
	struct migration_script *script = &migration->sections[section];
	struct section_reader reader;

	section_start(&reader, set, file);
	return section_add(&reader, script->start, script->end, e) &&
	       section_end(&reader, script, e);
}

/* Verify may look only: anything else is refused here and not by the server in the middle of a run. */
static bool dbtop_check(
	const struct migration *migration, enum migration_section section, struct err *e)
{
	const struct migration_script *script = &migration->sections[section];

	for (size_t i = 0; section == SECTION_VERIFY && i < script->statement_count; i++) {
		const struct statement *sql = &script->statements[i].sql;
		if (strcmp(sql->tag, "SELECT") == 0 || strcmp(sql->tag, "SHOW") == 0)
			continue;
		err_at(e, script->path, sql->line, sql->column, "%s in verify, which may only look",
			sql->tag);
		return err_hint(e, "write queries that return true when all is well");
	}
	return true;
}

const struct format format_dbtop = {
	.name = "dbtop",
	.is_own = true,
	.probe = dbtop_probe,
	.scan = dbtop_scan,
	.read = dbtop_read,
	.load = dbtop_load,
	.check = dbtop_check,
	.up = { .ending = ".sql",
		.text = "-- dbtop: up\n\n\n-- dbtop: down\n\n\n-- dbtop: verify\n\n" },
};
