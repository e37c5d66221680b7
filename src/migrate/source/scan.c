// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/scan.h"

#include "migrate/source/format.h"
#include "migrate/source/marks.h"
#include "parse/text.h"

/* Files opened at most to find a mark: one without must not hide those of the others. */
enum { HEADS_MAX = 8 };

static bool is_sql(const struct entry *entry)
{
	return name_ends(entry->name, ".sql");
}

/* Directories and pipes that are called like a migration. */
static bool all_are_files(const struct listing *listing, struct err *e)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct entry *entry = &listing->items[i];
		if (!is_sql(entry) || entry->kind == ENTRY_FILE)
			continue;
		err_at(e, listing_path(listing, entry->name), 1, 1,
			entry->kind == ENTRY_DIR ? "is a directory, not a file"
						 : "is not a file one can read");
		return err_hint(e, "migrations are files: rename it or move it elsewhere");
	}
	return true;
}

static bool heads_read(struct probe_input *input, struct err *e)
{
	const struct listing *listing = input->listing;

	input->heads = arena_array(listing->arena, struct span, HEADS_MAX);
	for (size_t i = 0; i < listing->count && input->head_count < HEADS_MAX; i++) {
		const char *path = listing_path(listing, listing->items[i].name);
		struct span *head = &input->heads[input->head_count];
		if (!is_sql(&listing->items[i]))
			continue;
		if (!source_text_head(listing->arena, path, head, e))
			return false;
		size_t bom = text_bom(*head);
		*head = span_from(head->data + bom, head->len - bom);
		input->head_count++;
	}
	return true;
}

static bool no_mark(const struct listing *listing, struct err *e)
{
	const struct entry *entry = listing_find(listing, "*.sql", ENTRY_FILE);

	err_at(e, listing_path(listing, entry->name), 1, 1,
		"no `dbtop: up`; is this goose, dbmate?");
	return err_hint(e,
		"a migration of dbtop begins with `-- dbtop: up`; other tools' "
		"directories are known by their names or marks, or pinned with --format");
}

/* Nothing that is read: named, refused, or simply nothing. */
static enum exit_code detect_foreign(
	struct migration_set *set, const struct probe_input *input, struct err *e)
{
	struct foreign_mark mark = marks_find(input);

	if (mark.format) {
		marks_refuse(mark.format, e);
		err_detail(e, "%s has %s", set->dir, mark.evidence);
		return EXIT_ERROR;
	}
	if (input->head_count) {
		no_mark(input->listing, e);
		return EXIT_ERROR;
	}
	set->format = "";
	return EXIT_DONE;
}

static enum exit_code detect(
	struct migration_set *set, const struct listing *listing, struct err *e)
{
	struct probe_input input = { .listing = listing };
	const struct format *format = format_probe(&input, &set->format_words);

	if (!format) {
		if (!heads_read(&input, e))
			return EXIT_ERROR;
		format = format_probe(&input, &set->format_words);
	}
	if (!format)
		return detect_foreign(set, &input, e);
	set->format = format->name;
	return EXIT_DONE;
}

enum exit_code scan_directory(struct migration_set *set, const char *pinned, struct err *e)
{
	struct listing listing = { .arena = &set->arena, .dir = set->dir };
	enum exit_code exit;

	set->format = "";
	if (pinned) {
		const struct format *format = format_pinned(pinned, e);
		if (!format)
			return EXIT_USAGE;
		set->format = format->name;
	}
	if (!listing_read(&listing, e) || !all_are_files(&listing, e))
		return EXIT_ERROR;
	if (!pinned && (exit = detect(set, &listing, e)) != EXIT_DONE)
		return exit;
	const struct format *format = format_of(set);
	return format ? format->scan(set, &listing, e) : EXIT_DONE;
}
