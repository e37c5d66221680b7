// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/marks.h"

#include <strings.h>

#include "base/path.h"

enum mark_where {
	MARK_FILE,	/* a file's name fits the pattern */
	MARK_DIRECTORY, /* a directory's name fits */
	MARK_INSIDE,	/* a directory that fits holds the file `inside` */
	MARK_LINE,	/* a line of one of the first .sql files begins with it */
};

/* Twelve hex digits begin the names of its revisions. */
#define HEX6 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]"

static const struct mark {
	const char *format;
	enum mark_where where;
	const char *pattern;
	const char *inside;
} marks[] = {
	{ "Sqitch", MARK_FILE, "sqitch.plan" },
	{ "Sqitch", MARK_FILE, "sqitch.conf" },
	{ "Alembic", MARK_FILE, "alembic.ini" },
	{ "Alembic", MARK_FILE, "script.py.mako" },
	{ "Alembic", MARK_FILE, HEX6 HEX6 "_*.py" },
	{ "Atlas", MARK_FILE, "atlas.sum" },
	{ "Atlas", MARK_FILE, "atlas.hcl" },
	{ "diesel", MARK_FILE, "diesel.toml" },
	{ "diesel", MARK_INSIDE, "[0-9]*_*", "up.sql" },
	{ "Prisma", MARK_FILE, "migration_lock.toml" },
	{ "Prisma", MARK_INSIDE, "[0-9]*_*", "migration.sql" },
	{ "Flyway", MARK_FILE, "[VUB][0-9]*__*.sql" },
	{ "Flyway", MARK_FILE, "R__*.sql" },
	{ "graphile", MARK_DIRECTORY, "committed" },
	{ "graphile", MARK_FILE, "current.sql" },
	{ "graphile", MARK_LINE, "--! " },
	{ "Liquibase", MARK_FILE, "*changelog*.xml" },
	{ "Liquibase", MARK_FILE, "*changelog*.y*ml" },
	{ "Liquibase", MARK_FILE, "*changelog*.json" },
	{ "Liquibase", MARK_LINE, "--liquibase formatted sql" },
	{ "Liquibase", MARK_LINE, "-- liquibase formatted sql" },
	{ "Rails", MARK_FILE, "[0-9]*_*.rb" },
	{ "pgroll", MARK_FILE, "[0-9]*_*.y*ml" },
	{ "pgroll", MARK_FILE, "[0-9]*_*.json" },
	{ "dbmate", MARK_LINE, "-- migrate:up" },
	{ "dbmate", MARK_LINE, "--migrate:up" },
	{ "sqlx", MARK_LINE, "-- no-transaction" },
};

static const char *directory_holds(const struct listing *listing, const struct mark *mark)
{
	const struct entry *entry = listing_find(listing, mark->pattern, ENTRY_DIR);
	if (!entry)
		return NULL;
	const char *name = arena_printf(listing->arena, "%s/%s", entry->name, mark->inside);
	return path_is_file(listing_path(listing, name)) ? name : NULL;
}

static const char *line_found(const struct probe_input *input, const char *line)
{
	for (size_t i = 0; i < input->head_count; i++) {
		if (head_has_mark(input->heads[i], line))
			return line;
	}
	return NULL;
}

static const char *mark_evidence(const struct mark *mark, const struct probe_input *input)
{
	const struct entry *entry = NULL;

	switch (mark->where) {
	case MARK_FILE: entry = listing_find(input->listing, mark->pattern, ENTRY_FILE); break;
	case MARK_DIRECTORY: entry = listing_find(input->listing, mark->pattern, ENTRY_DIR); break;
	case MARK_INSIDE: return directory_holds(input->listing, mark);
	case MARK_LINE: return line_found(input, mark->pattern);
	}
	return entry ? entry->name : NULL;
}

struct foreign_mark marks_find(const struct probe_input *input)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *evidence = mark_evidence(&marks[i], input);
		if (evidence)
			return (struct foreign_mark){ marks[i].format, evidence };
	}
	return (struct foreign_mark){ 0 };
}

bool marks_know(const char *format)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strcasecmp(marks[i].format, format) == 0)
			return true;
	}
	return false;
}

bool marks_refuse(const char *format, struct err *e)
{
	const char *name = format;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strcasecmp(marks[i].format, format) == 0)
			name = marks[i].format;
	}
	err_set(e, ERR_USAGE, "%s directories are not read yet", name);
	return err_hint(e, "nothing was touched; dbtop reads its own format, golang-migrate and "
			   "goose directories");
}
