// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * goose: <version>_<name>.sql with lines `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`,
 * `ENVSUB ON|OFF` at column 1, letters in any case. The tool reads them line by line, literals or not; so does this.
 * What stands between StatementBegin and End reaches the server as one text there, so no statement crosses those lines.
 */
#include <string.h>
#include <strings.h>

#include "base/words.h"
#include "migrate/source/format.h"
#include "migrate/source/section.h"
#include "parse/text.h"

enum annotation {
	GOOSE_UP,
	GOOSE_DOWN,
	GOOSE_BEGIN,
	GOOSE_END,
	GOOSE_NO_TRANSACTION,
	GOOSE_ENVSUB_ON,
	GOOSE_ENVSUB_OFF,
	GOOSE_COUNT,
};

static const char *const annotations[GOOSE_COUNT] = {
	[GOOSE_UP] = "Up",
	[GOOSE_DOWN] = "Down",
	[GOOSE_BEGIN] = "StatementBegin",
	[GOOSE_END] = "StatementEnd",
	[GOOSE_NO_TRANSACTION] = "NO TRANSACTION",
	[GOOSE_ENVSUB_ON] = "ENVSUB ON",
	[GOOSE_ENVSUB_OFF] = "ENVSUB OFF",
};

static const struct entry *go_file(const struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		const char *name = listing->items[i].name;
		struct span digits, slug;
		if (name_ends(name, ".go") && !name_ends(name, "_test.go") &&
			name_split(span_of(name), &digits, &slug))
			return &listing->items[i];
	}
	return NULL;
}

static const char *goose_probe(const struct probe_input *input)
{
	for (size_t i = 0; i < input->head_count; i++) {
		if (head_has_mark(input->heads[i], "-- +goose") ||
			head_has_mark(input->heads[i], "--+goose"))
			return "its files have `-- +goose Up`";
	}
	if (!listing_find(input->listing, "*.sql", ENTRY_FILE) && go_file(input->listing))
		return "it has numbered Go files";
	return NULL;
}

static bool goose_add(struct migration_set *set, const char *path, struct err *e)
{
	const char *name = strrchr(path, '/') + 1;
	struct span stem = span_from(name, strlen(name) - strlen(".sql")), digits, slug;
	uint64_t number;

	if (!name_split(stem, &digits, &slug)) {
		err_at(e, path, 1, 1, "the name has no version");
		return err_hint(e, "name it <version>_<words>.sql, or move it elsewhere");
	}
	if (!digits_number(digits, &number) || number == 0) {
		err_at(e, path, 1, 1, "version %.*s is %s", (int)digits.len, digits.data,
			number ? "greater than a bigint holds" : "not above zero");
		return err_hint(e, "goose counts from 1; use at most 18 digits");
	}
	struct migration *migration = format_add(set, digits, slug);
	migration->number = number;
	migration->sections[SECTION_UP].path = migration->sections[SECTION_DOWN].path = path;
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = (*(struct migration *const *)a)->number;
	uint64_t y = (*(struct migration *const *)b)->number;
	return (x > y) - (x < y);
}

static enum exit_code goose_scan(
	struct migration_set *set, const struct listing *listing, struct err *e)
{
	const struct entry *go = go_file(listing);

	if (go) {
		err_at(e, listing_path(listing, go->name), 1, 1,
			"is a goose migration written in Go, which dbtop cannot run");
		err_hint(e, "write it in SQL, or run this directory with goose itself");
		return EXIT_ERROR;
	}
	for (size_t i = 0; i < listing->count; i++) {
		const struct entry *entry = &listing->items[i];
		if (entry->kind == ENTRY_FILE && name_ends(entry->name, ".sql") &&
			!goose_add(set, listing_path(listing, entry->name), e))
			return EXIT_ERROR;
	}
	if (set->count)
		qsort(set->items, set->count, sizeof(struct migration *), by_number);
	return EXIT_DONE;
}

/* One walk over the lines. A reader collects the parts of one section; without one, only the marks are read. */
struct walk {
	const struct source_text *file;
	struct migration *migration;
	struct section_reader *reader; /* NULL = none */
	enum migration_section wanted;
	bool is_started, is_in_block;
	enum migration_section section; /* once started */
	size_t part;			/* where the part at hand begins */
	int line, block_line;
};

static bool walk_wrong(const struct walk *walk, struct err *e, const char *what, const char *hint)
{
	err_at(e, walk->file->path, walk->line, 1, "%s", what);
	return err_hint(e, "%s", hint);
}

/* The part ends before the line at `end`, the next begins behind it. */
static bool walk_cut(struct walk *walk, size_t end, size_t next, struct err *e)
{
	size_t start = walk->part;

	walk->part = next;
	if (!walk->reader || !walk->is_started || walk->section != walk->wanted)
		return true;
	return section_add(walk->reader, start, end, e);
}

static bool walk_section(struct walk *walk, enum migration_section section, struct err *e)
{
	struct migration_script *script = &walk->migration->sections[section];

	if (walk->is_in_block)
		return walk_wrong(walk, e, "a section begins before StatementEnd",
			"write `-- +goose StatementEnd` above it");
	if (section == SECTION_DOWN && !walk->is_started)
		return walk_wrong(
			walk, e, "`+goose Down` before `+goose Up`", "put the Up section first");
	if (walk->is_started && (section == SECTION_UP || walk->section == SECTION_DOWN))
		return walk_wrong(walk, e, "a second section of that name",
			"a file has one `+goose Up` and at most one `+goose Down`");
	walk->is_started = true;
	walk->section = section;
	script->is_present = true;
	script->first_line = walk->line + 1;
	return true;
}

static bool walk_block(struct walk *walk, bool begins, struct err *e)
{
	if (!walk->is_started)
		return walk_wrong(walk, e, "a statement mark before `+goose Up`",
			"put `-- +goose Up` above it");
	if (begins == walk->is_in_block)
		return walk_wrong(walk, e,
			begins ? "StatementBegin within StatementBegin"
			       : "StatementEnd without StatementBegin",
			"the two stand in pairs around one statement");
	walk->is_in_block = begins;
	walk->block_line = walk->line;
	return true;
}

static bool walk_annotation(struct walk *walk, enum annotation annotation, struct err *e)
{
	switch (annotation) {
	case GOOSE_UP: return walk_section(walk, SECTION_UP, e);
	case GOOSE_DOWN: return walk_section(walk, SECTION_DOWN, e);
	case GOOSE_BEGIN: return walk_block(walk, true, e);
	case GOOSE_END: return walk_block(walk, false, e);
	case GOOSE_NO_TRANSACTION: walk->migration->tx = TX_NONE; return true;
	case GOOSE_ENVSUB_ON:
		return walk_wrong(walk, e, "`ENVSUB ON`: dbtop reads no environment into SQL",
			"write the values out, or run this directory with goose itself");
	case GOOSE_ENVSUB_OFF: return true;
	case GOOSE_COUNT: break;
	}
	return true;
}

/* Is the line an annotation? Its words go to *words. */
static bool annotation_words(struct span line, struct span *words)
{
	static const char mark[] = "+goose";
	struct span rest;

	if (!span_starts(line, "--"))
		return false;
	rest = span_trim(span_from(line.data + 2, line.len - 2));
	size_t n = sizeof(mark) - 1;
	if (rest.len < n || strncasecmp(rest.data, mark, n) != 0)
		return false;
	*words = span_trim(span_from(rest.data + n, rest.len - n));
	return true;
}

static bool walk_unknown(const struct walk *walk, struct span words, struct err *e)
{
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)words.len, words.data);
	err_at(e, walk->file->path, walk->line, 1, "unknown annotation `+goose %s`", word);
	const char *nearest = words_nearest(word, annotations, GOOSE_COUNT);
	if (nearest)
		return err_hint(e, "did you mean `+goose %s`?", nearest);
	return err_hint(e, "goose knows Up, Down, StatementBegin, StatementEnd, NO TRANSACTION");
}

static bool walk_line(struct walk *walk, struct span line, size_t next, struct err *e)
{
	size_t start = (size_t)(line.data - walk->file->text.data);
	struct span words;

	if (!annotation_words(line, &words))
		return true;
	for (int i = 0; i < GOOSE_COUNT; i++) {
		if (span_is_word(words, annotations[i]))
			return walk_cut(walk, start, next, e) &&
			       walk_annotation(walk, (enum annotation)i, e);
	}
	return walk_unknown(walk, words, e);
}

static bool walk_file(struct walk *walk, struct err *e)
{
	struct span text = walk->file->text;
	size_t bom = text_bom(text);
	struct span rest = span_from(text.data + bom, text.len - bom), line;

	while (span_line(&rest, &line)) {
		walk->line++;
		if (!walk_line(walk, line, text.len - rest.len, e))
			return false;
	}
	if (walk->is_in_block) {
		walk->line = walk->block_line;
		return walk_wrong(walk, e, "StatementBegin without StatementEnd",
			"write `-- +goose StatementEnd` behind the statement");
	}
	if (!walk->is_started) {
		walk->line = 1;
		return walk_wrong(walk, e, "no `+goose Up`",
			"put `-- +goose Up` above the first statement, or move the file elsewhere");
	}
	return walk_cut(walk, text.len, text.len, e);
}

/* Statements above the first section would be lost. */
static bool goose_nothing_before(const struct source_text *file, int up_line, struct err *e)
{
	struct arena arena = { 0 };
	struct script script;
	struct span rest = file->text, line;

	for (int i = 1; i < up_line && span_line(&rest, &line); i++)
		continue;
	script_init(&script, &arena, file->path, file->text);
	bool ok = script_split_part(&script, text_bom(file->text), file->text.len - rest.len, e);
	if (ok && script.count) {
		ok = err_at(e, file->path, script.statements[0].line, script.statements[0].column,
			"a statement before `+goose Up`");
		err_hint(e, "put `-- +goose Up` above it");
	}
	arena_release(&arena);
	return ok;
}

static bool goose_read(struct migration_set *set, struct migration *migration,
	const struct source_text *file, struct err *e)
{
	struct walk walk = { .file = file, .migration = migration };

	if (text_bom(file->text))
		source_warn(set, "%s:1:1: begins with a byte order mark: skipped", file->path);
	return walk_file(&walk, e) &&
	       goose_nothing_before(file, migration->sections[SECTION_UP].first_line - 1, e);
}

static bool goose_load(struct migration_set *set, struct migration *migration,
	enum migration_section section, const struct source_text *file, struct err *e)
{
	struct section_reader reader;
	struct walk walk = {
		.file = file, .migration = migration, .reader = &reader, .wanted = section
	};

	section_start(&reader, set, file);
	return walk_file(&walk, e) && section_end(&reader, &migration->sections[section], e);
}

/* goose runs the file in one transaction, so it could not run this: colleagues could not replay the directory. */
static bool goose_check(
	const struct migration *migration, enum migration_section section, struct err *e)
{
	const struct migration_script *script = &migration->sections[section];

	for (size_t i = 0; migration->tx != TX_NONE && i < script->statement_count; i++) {
		const struct statement *sql = &script->statements[i].sql;
		if (!sql->is_lone)
			continue;
		err_at(e, script->path, sql->line, sql->column,
			"%s may not stand in a transaction, and goose runs this file in one",
			sql->tag);
		return err_hint(e, "write `-- +goose NO TRANSACTION` at the top of the file");
	}
	return true;
}

const struct format format_goose = {
	.name = "goose",
	.probe = goose_probe,
	.scan = goose_scan,
	.read = goose_read,
	.load = goose_load,
	.check = goose_check,
	.up = { .ending = ".sql",
		.text = "-- +goose Up\n-- +goose StatementBegin\n\n-- +goose StatementEnd\n\n"
			"-- +goose Down\n-- +goose StatementBegin\n\n-- +goose StatementEnd\n" },
};
