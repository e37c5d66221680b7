// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Guest of goose: one row an application, the newest of a version wins, row 0 is the seed. There is no mark of
 * something under way: the intent of a lone step is in the store alone.
 */
#include "migrate/history/history_class.h"

#include "base/compiler.h"

static bool decode(struct history *h, const struct result *r, struct err *e)
{
	(void)e;
	int rev = result_column(r, "rev"), applied = result_column(r, "is_applied");
	int at = result_column(r, "applied_us"), rows = result_rows(r);

	h->rows = arena_array(&h->arena, struct history_row, (size_t)rows + 1);
	for (int row = 0; row < rows; row++) {
		const char *text = result_text(r, row, rev);
		if (!text || !result_bool(r, row, applied, false))
			continue;
		h->rows[h->row_count++] = (struct history_row){
			.rev = arena_strdup(&h->arena, text),
			.number = strtoull(text, NULL, 10),
			.state = HISTORY_APPLIED,
			.direction = SECTION_UP,
			.applied_us = result_int(r, row, at, VALUE_UNKNOWN),
			.took_ms = VALUE_UNKNOWN,
			.steps_total = VALUE_UNKNOWN,
			.steps_done = VALUE_UNKNOWN,
		};
	}
	return true;
}

static const char *write_sql(enum history_write_kind kind, const struct history_entry *entry)
{
	switch (kind) {
	case HISTORY_WRITE_LAST:
		return entry->direction == SECTION_DOWN ? "history-goose-revert"
							: "history-goose-apply";
	case HISTORY_WRITE_APPLIED: return "history-goose-apply";
	case HISTORY_WRITE_ABSENT: return "history-goose-revert";
	case HISTORY_WRITE_INTENT:
	case HISTORY_WRITE_STEP:
	case HISTORY_WRITE_FAILED:
	case HISTORY_WRITE_NOTHING:
	case HISTORY_WRITE_KIND_COUNT: break;
	}
	return NULL;
}

static void write_params(struct history_write *write, enum history_write_kind kind,
	const struct history_entry *entry)
{
	(void)kind;
	history_write_text(write, entry->migration->rev);
}

/* crc32("goose"), the key of the tool's library. */
static bool foreign_key(const struct history_writer *writer, const char *database, int64_t *key)
{
	(void)writer;
	(void)database;
	*key = INT64_C(4097083626);
	return true;
}

const struct history_class history_goose = {
	.format = "goose",
	.words = "guest",
	.default_table = "goose_db_version",
	.columns = "id version_id is_applied tstamp",
	.read_sql = "history-goose-read",
	.create_sql = "history-goose-create",
	.decode = decode,
	.write_sql = write_sql,
	.write_params = write_params,
	.foreign_key = foreign_key,
};
