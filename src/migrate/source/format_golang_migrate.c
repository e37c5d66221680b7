// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * golang-migrate: <version>_<name>.up.sql and .down.sql, paired by version; either half may be missing. The tool
 * sends a file as one simple query, which is one implicit transaction unless the file has its own.
 */
#include "migrate/source/format.h"

#include <string.h>

#include "migrate/source/section.h"
#include "parse/text.h"

static const char *const endings[] = { [SECTION_UP] = ".up.sql", [SECTION_DOWN] = ".down.sql" };

/* One file's name, taken apart. */
struct half {
	enum migration_section section;
	const char *file;
	struct span digits, slug;
	uint64_t number;
};

static bool half_ending(const char *name, enum migration_section *section)
{
	for (*section = SECTION_UP; *section <= SECTION_DOWN; ++*section) {
		if (name_ends(name, endings[*section]))
			return true;
	}
	return false;
}

static const char *golang_migrate_probe(const struct probe_input *input)
{
	const struct listing *listing = input->listing;

	for (size_t i = 0; i < listing->count; i++) {
		enum migration_section section;
		const char *name = listing->items[i].name;
		if (listing->items[i].kind == ENTRY_FILE && half_ending(name, &section))
			return arena_printf(listing->arena, "it has pairs like %s", name);
	}
	return NULL;
}

static bool half_read(const struct listing *listing, const char *name,
	enum migration_section section, struct half *half, struct err *e)
{
	const char *path = listing_path(listing, name);
	struct span stem = span_from(name, strlen(name) - strlen(endings[section]));

	*half = (struct half){ .section = section, .file = path };
	if (!name_split(stem, &half->digits, &half->slug)) {
		err_at(e, path, 1, 1, "the name has no version");
		return err_hint(e, "name it <version>_%.*s%s; the tool would skip it silently",
			(int)stem.len, stem.data, endings[section]);
	}
	if (!digits_number(half->digits, &half->number)) {
		err_at(e, path, 1, 1, "version %.*s is greater than a bigint holds",
			(int)half->digits.len, half->digits.data);
		return err_hint(e, "use at most 18 digits");
	}
	return true;
}

/* By number and not by name: 7_x.up.sql and 007_x.down.sql are a pair. */
static int by_number(const void *a, const void *b)
{
	const struct half *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return strcmp(x->file, y->file);
}

static bool halves_are_single(const struct half *halves, size_t count, struct err *e)
{
	for (size_t i = 1; i < count; i++) {
		const struct half *a = &halves[i - 1], *b = &halves[i];
		if (a->number != b->number || a->section != b->section)
			continue;
		err_at(e, b->file, 1, 1, "has the same version as %s", a->file);
		return err_hint(e, "give one of them another version");
	}
	return true;
}

static void say_half(struct migration_set *set, const struct migration *migration)
{
	const char *up = migration->sections[SECTION_UP].path;
	const char *down = migration->sections[SECTION_DOWN].path;

	if (!down)
		source_warn(set,
			"%s:1:1: half a pair: there is no %s_%s.down.sql, so it cannot be undone",
			up, migration->rev, migration->name);
	if (!up)
		source_warn(set,
			"%s:1:1: half a pair: there is no %s_%s.up.sql, so it cannot be applied",
			down, migration->rev, migration->name);
}

static void pairs_make(struct migration_set *set, const struct half *halves, size_t count)
{
	struct migration *migration = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!migration || migration->number != halves[i].number) {
			if (migration)
				say_half(set, migration);
			migration = format_add(set, halves[i].digits, halves[i].slug);
			migration->number = halves[i].number;
		}
		struct migration_script *script = &migration->sections[halves[i].section];
		script->is_present = true;
		script->path = halves[i].file;
		script->first_line = 1;
	}
	if (migration)
		say_half(set, migration);
}

static enum exit_code golang_migrate_scan(
	struct migration_set *set, const struct listing *listing, struct err *e)
{
	struct half *halves = arena_array(&set->arena, struct half, listing->count + 1);
	size_t count = 0;

	for (size_t i = 0; i < listing->count; i++) {
		enum migration_section section;
		const char *name = listing->items[i].name;
		if (listing->items[i].kind != ENTRY_FILE || !name_ends(name, ".sql"))
			continue;
		if (!half_ending(name, &section)) {
			source_warn(set, "%s:1:1: is neither .up.sql nor .down.sql: not read",
				listing_path(listing, name));
			continue;
		}
		if (!half_read(listing, name, section, &halves[count++], e))
			return EXIT_ERROR;
	}
	if (count)
		qsort(halves, count, sizeof(*halves), by_number);
	if (!halves_are_single(halves, count, e))
		return EXIT_GRAPH;
	pairs_make(set, halves, count);
	return EXIT_DONE;
}

static bool golang_migrate_load(struct migration_set *set, struct migration *migration,
	enum migration_section section, const struct source_text *file, struct err *e)
{
	struct section_reader reader;

	if (text_bom(file->text))
		source_warn(set, "%s:1:1: begins with a byte order mark: skipped", file->path);
	section_start(&reader, set, file);
	return section_add(&reader, 0, file->text.len, e) &&
	       section_end(&reader, &migration->sections[section], e);
}

/* One simple query is one implicit transaction: colleagues could not replay such a file. */
static bool golang_migrate_check(
	const struct migration *migration, enum migration_section section, struct err *e)
{
	const struct migration_script *script = &migration->sections[section];

	for (size_t i = 0; script->statement_count > 1 && i < script->statement_count; i++) {
		const struct statement *sql = &script->statements[i].sql;
		if (!sql->is_lone)
			continue;
		err_at(e, script->path, sql->line, sql->column,
			"%s may not stand in a transaction, and golang-migrate sends a file as one",
			sql->tag);
		return err_hint(e, "give it a version of its own, with nothing else in the file");
	}
	return true;
}

const struct format format_golang_migrate = {
	.name = "golang-migrate",
	.probe = golang_migrate_probe,
	.scan = golang_migrate_scan,
	.load = golang_migrate_load,
	.check = golang_migrate_check,
	.up = { .ending = ".up.sql", .text = "" },
	.down = { .ending = ".down.sql", .text = "" },
};
