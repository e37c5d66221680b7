// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_audit.h"

#include "base/secret.h"
#include "model/value.h"
#include "store/store_private.h"

bool store_audit_add(struct store *store, struct audit_entry *entry, struct err *e)
{
	int64_t now = store_now(store);
	char *what = secret_mask_new(entry->what);
	char *statement = secret_mask_new(entry->statement);
	bool ok = store_write(store, DB_SYNC_NOW, "store-audit-new",
		DB_VALUES(DB_INT(now), DB_INT(entry->of ? entry->of : VALUE_NONE),
			DB_TEXT(entry->actor), DB_TEXT(entry->target), DB_TEXT(entry->env),
			DB_TEXT(entry->kind), DB_TEXT(what), DB_TEXT(statement),
			DB_TEXT(entry->token), DB_TEXT(entry->gate), DB_TEXT(entry->run_id),
			DB_TEXT(entry->result)),
		e);

	free(what);
	free(statement);
	if (!ok)
		return false;
	entry->id = sqlite3_last_insert_rowid(store->db.sqlite);
	entry->at_us = now;
	return true;
}

size_t store_audit_list(struct store *store, const char *target, size_t limit, struct arena *arena,
	struct audit_entry **entries)
{
	size_t count = 0, capacity = 0;
	sqlite3_stmt *row =
		db_query(&store->db, "store-audit-list", DB_VALUES(DB_TEXT(target), DB_INT(limit)));

	for (*entries = NULL; db_row(row); count++) {
		*entries = arena_room(arena, *entries, count, &capacity, sizeof(**entries));
		int64_t of = db_int(row, 2);
		(*entries)[count] = (struct audit_entry){
			.id = db_int(row, 0),
			.at_us = db_int(row, 1),
			.of = value_is_known(of) ? of : 0,
			.actor = db_copy(row, 3, arena),
			.target = db_copy(row, 4, arena),
			.env = db_copy(row, 5, arena),
			.kind = db_copy(row, 6, arena),
			.what = db_copy(row, 7, arena),
			.statement = db_copy(row, 8, arena),
			.token = db_copy(row, 9, arena),
			.gate = db_copy(row, 10, arena),
			.run_id = db_copy(row, 11, arena),
			.result = db_copy(row, 12, arena),
		};
	}
	return count;
}
