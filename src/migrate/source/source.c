// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "migrate/source/format.h"
#include "migrate/source/graph.h"
#include "migrate/source/scan.h"
#include "migrate/source/section.h"
#include "parse/fingerprint.h"
#include "parse/statement.h"
#include "parse/text.h"

/* From so many files on, two threads read them: most of it is waiting for the kernel. */
enum { READ_BY_TWO_MIN = 500, READER_STACK_BYTES = 1024 * 1024 };

enum exit_code source_scan(
	struct migration_set *set, const char *dir, const char *format, struct err *e)
{
	*set = (struct migration_set){ 0 };
	/* Nobody said where, and neither usual place is there: what is said speaks of the first. */
	set->dir = arena_strdup(&set->arena, dir ? dir : "migrations");
	return scan_directory(set, format, e);
}

/* A stretch of the set, read by one thread: into an arena of its own, with warnings of its own. */
struct stretch {
	struct migration_set view; /* of the set; its items are shared, each read by one thread */
	size_t from, until;
	bool ok;
	struct err error;
};

static void stretch_read(void *arg)
{
	struct stretch *stretch = arg;

	stretch->ok = true;
	for (size_t i = stretch->from; stretch->ok && i < stretch->until; i++)
		stretch->ok = source_read(&stretch->view, stretch->view.items[i], &stretch->error);
}

static void stretch_join(struct migration_set *set, struct stretch *stretch)
{
	for (size_t i = 0; i < stretch->view.warning_count; i++)
		source_warn(set, "%s", stretch->view.warnings[i]);
	arena_join(&set->arena, &stretch->view.arena);
	digest_free(stretch->view.digest);
}

/* The first fault in the order of the files is told, whoever found one first. */
static bool read_by_two(struct migration_set *set, struct err *e)
{
	struct migration_set view = *set;
	size_t middle = set->count / 2;

	view.arena = (struct arena){ 0 };
	view.digest = NULL;
	view.warnings = NULL;
	view.warning_count = view.warning_capacity = 0;
	struct stretch first = { .view = view, .until = middle };
	struct stretch second = { .view = view, .from = middle, .until = set->count };
	struct loop_thread *thread = loop_thread_start(READER_STACK_BYTES, stretch_read, &second);
	stretch_read(&first);
	loop_thread_join(thread);
	stretch_join(set, &first);
	stretch_join(set, &second);
	if (!first.ok)
		*e = first.error;
	else if (!second.ok)
		*e = second.error;
	return first.ok && second.ok;
}

static bool read_all(struct migration_set *set, struct err *e)
{
	if (set->count >= READ_BY_TWO_MIN)
		return read_by_two(set, e);
	for (size_t i = 0; i < set->count; i++) {
		if (!source_read(set, set->items[i], e))
			return false;
	}
	return true;
}

enum exit_code source_resolve(struct migration_set *set, struct deep *deep, struct err *e)
{
	set->deep = deep;
	if (source_is_own(set) && !read_all(set, e))
		return EXIT_ERROR;
	return graph_resolve(set, e);
}

enum exit_code source_open(struct migration_set *set, struct deep *deep, const char *dir,
	const char *format, struct err *e)
{
	enum exit_code exit = source_scan(set, dir, format, e);

	set->deep = deep;
	return exit == EXIT_DONE ? source_resolve(set, deep, e) : exit;
}

void source_close(struct migration_set *set)
{
	arena_release(&set->arena);
	digest_free(set->digest);
	*set = (struct migration_set){ 0 };
}

bool source_is_own(const struct migration_set *set)
{
	const struct format *format = format_of(set);
	return format && format->is_own;
}

/* Read the file a section is in; all sections of one file share the text. */
static bool read_file(struct migration_set *set, struct migration *migration,
	enum migration_section section, struct source_text *file, struct err *e)
{
	const char *path = migration->sections[section].path;

	if (!source_text_read(set, path, file, e))
		return false;
	for (int i = 0; i < SECTION_COUNT; i++) {
		struct migration_script *script = &migration->sections[i];
		if (script->path && strcmp(script->path, path) == 0)
			script->text = file->text;
	}
	if (migration->sections[SECTION_UP].text.data == file->text.data)
		memcpy(migration->sha256, file->sha256, sizeof(migration->sha256));
	return true;
}

bool source_read(struct migration_set *set, struct migration *migration, struct err *e)
{
	const struct format *format = format_of(set);
	struct source_text file;

	if (migration->is_content_read || !migration->sections[SECTION_UP].path)
		return true;
	migration->is_content_read = read_file(set, migration, SECTION_UP, &file, e) &&
				     (!format->read || format->read(set, migration, &file, e));
	return migration->is_content_read;
}

/* Cut one section; true with nothing done when it is not there or was loaded before. */
static bool section_cut(struct migration_set *set, struct migration *migration,
	enum migration_section section, struct err *e)
{
	const struct format *format = format_of(set);
	struct migration_script *script = &migration->sections[section];
	struct source_text file = { .path = script->path };

	if (script->is_loaded)
		return true;
	if (format->read && !source_read(set, migration, e))
		return false;
	if (!script->is_present)
		return true;
	if (!script->text.data && !read_file(set, migration, section, &file, e))
		return false;
	file.text = script->text;
	return format->load(set, migration, section, &file, e);
}

struct load {
	struct migration_set *set;
	struct migration *const *migrations;
	size_t count;
	enum migration_section section;
};

static struct migration_script *load_script(const struct load *load, size_t i)
{
	return &load->migrations[i]->sections[load->section];
}

/* All statements in one array and back, so that the parser's thread is asked once. */
static void load_describe(const struct load *load)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < load->count; i++)
		total +=
			load_script(load, i)->is_loaded ? 0 : load_script(load, i)->statement_count;
	struct statement *all = mem_zero((total + 1) * sizeof(*all));
	for (size_t i = 0; i < load->count; i++) {
		const struct migration_script *script = load_script(load, i);
		for (size_t k = 0; !script->is_loaded && k < script->statement_count; k++)
			all[at++] = script->statements[k].sql;
	}
	statements_describe(all, total, &load->set->arena, load->set->deep);
	at = 0;
	for (size_t i = 0; i < load->count; i++) {
		struct migration_script *script = load_script(load, i);
		for (size_t k = 0; !script->is_loaded && k < script->statement_count; k++)
			script->statements[k].sql = all[at++];
		script->is_loaded = true;
	}
	free(all);
}

bool source_load_many(struct migration_set *set, struct migration *const *migrations, size_t count,
	enum migration_section section, struct err *e)
{
	struct load load = { set, migrations, count, section };
	const struct format *format = format_of(set);

	for (size_t i = 0; i < count; i++) {
		if (!section_cut(set, migrations[i], section, e))
			return false;
	}
	load_describe(&load);
	for (size_t i = 0; format && format->check && i < count; i++) {
		if (!format->check(migrations[i], section, e))
			return false;
	}
	return true;
}

bool source_load(struct migration_set *set, struct migration *migration,
	enum migration_section section, struct err *e)
{
	return source_load_many(set, &migration, 1, section, e);
}

bool source_normalize(struct migration_set *set, struct migration *migration, struct err *e)
{
	const struct migration_script *up = &migration->sections[SECTION_UP];
	struct source_text file = { .path = up->path };
	struct section_reader reader;
	struct arena scratch = { 0 };

	if (!source_read(set, migration, e))
		return false;
	if (!up->text.data || migration->sha256_norm[0])
		return true;
	file.text = up->text;
	section_start(&reader, set, &file);
	reader.script.arena = &scratch; /* only the digest stays */
	bool ok = section_add(&reader, text_bom(file.text), file.text.len, e);
	if (ok) {
		struct digest *digest = digest_start();
		for (size_t i = 0; i < reader.script.count; i++)
			fingerprint_add_tokens(digest, &reader.script.statements[i]);
		digest_end(digest, migration->sha256_norm);
	}
	arena_release(&scratch);
	return ok;
}
