// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Guest of golang-migrate: one row, the version and whether a step is under way (dirty). As the tool does it: up to V
 * is marked (V, true), down from V is marked (the version below, true; -1 below the first), both end with false.
 */
#include "migrate/history/history_class.h"

#include "base/compiler.h"
#include "base/digest.h"

static bool decode(struct history *h, const struct result *r, struct err *e)
{
	if (result_rows(r) == 0)
		return true;
	const char *rev = result_text(r, 0, result_column(r, "rev"));
	char *end;

	h->is_dirty = result_bool(r, 0, result_column(r, "dirty"), false);
	if (!rev || rev[0] == '-')
		return true; /* below the first: no version, but perhaps dirty */
	unsigned long long number = strtoull(rev, &end, 10);
	if (*end)
		return err_set(e, ERR_CONFLICT, "version \"%s\" in %s.%s is no number", rev,
			h->schema, h->table);
	h->rows = arena_new(&h->arena, struct history_row);
	h->row_count = 1;
	h->rows[0] = (struct history_row){
		.rev = arena_strdup(&h->arena, rev),
		.number = number,
		.state = h->is_dirty ? HISTORY_PARTIAL : HISTORY_APPLIED,
		.direction = SECTION_UP,
		.applied_us = VALUE_UNKNOWN,
		.took_ms = VALUE_UNKNOWN,
		.steps_total = VALUE_UNKNOWN,
		.steps_done = VALUE_UNKNOWN,
	};
	return true;
}

/* The version the row names after the write; NULL = none. */
static const char *target_version(enum history_write_kind kind, const struct history_entry *entry)
{
	bool is_down = kind == HISTORY_WRITE_ABSENT ||
		       (kind != HISTORY_WRITE_APPLIED && entry->direction == SECTION_DOWN);
	return is_down ? entry->previous : entry->migration->rev;
}

static bool ends_dirty(enum history_write_kind kind)
{
	return kind == HISTORY_WRITE_INTENT || kind == HISTORY_WRITE_STEP;
}

static const char *write_sql(enum history_write_kind kind, const struct history_entry *entry)
{
	switch (kind) {
	case HISTORY_WRITE_INTENT:
	case HISTORY_WRITE_STEP:
	case HISTORY_WRITE_LAST:
	case HISTORY_WRITE_APPLIED:
	case HISTORY_WRITE_ABSENT: break;
	case HISTORY_WRITE_FAILED:
	case HISTORY_WRITE_NOTHING: return NULL; /* it stays dirty, as the tool leaves it */
	case HISTORY_WRITE_KIND_COUNT: return NULL;
	}
	if (!target_version(kind, entry) && !ends_dirty(kind))
		return "history-golang-migrate-clear";
	return "history-golang-migrate-set";
}

static void write_params(struct history_write *write, enum history_write_kind kind,
	const struct history_entry *entry)
{
	const char *version = target_version(kind, entry);
	if (!version && !ends_dirty(kind))
		return;
	history_write_text(write, version ? version : "-1");
	history_write_text(write, ends_dirty(kind) ? "true" : "false");
}

/* crc32 of schema, table and database with NULs between, times a constant of the tool's, modulo 2^32. */
static bool foreign_key(const struct history_writer *writer, const char *database, int64_t *key)
{
	struct str name = { 0 };
	str_add_bytes(&name, writer->schema, strlen(writer->schema) + 1);
	str_add_bytes(&name, writer->table, strlen(writer->table) + 1);
	str_add(&name, database);
	*key = (int64_t)(uint32_t)(digest_crc32(str_span(&name)) * UINT32_C(1486364155));
	str_release(&name);
	return true;
}

const struct history_class history_golang_migrate = {
	.format = "golang-migrate",
	.words = "guest",
	.default_table = "schema_migrations",
	.rival = "sqlx",
	.rival_table = "_sqlx_migrations",
	.columns = "version dirty",
	.read_sql = "history-golang-migrate-read",
	.create_sql = "history-golang-migrate-create",
	.is_single_row = true,
	.has_server_intent = true,
	.decode = decode,
	.write_sql = write_sql,
	.write_params = write_params,
	.foreign_key = foreign_key,
};
