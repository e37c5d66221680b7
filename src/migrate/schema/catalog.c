// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/schema/catalog.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/str.h"
#include "pg/result.h"
#include "sql/sql.h"

struct asking {
	struct arena *arena; /* the caller's */
	struct catalog_request request;
	catalog_sizes_fn *sizes_done;
	catalog_indexes_fn *indexes_done;
	void *arg;
	struct table_partner *partners; /* of the table at hand */
	size_t partner_capacity;
};

/* {"a","b"}: the server reads it as text[]. */
static void array_add(struct str *array, const char *text)
{
	str_add(array, array->len ? ",\"" : "{\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(array, '\\');
		str_add_char(array, *text);
	}
	str_add_char(array, '"');
}

static struct table_size *empty_sizes(const struct asking *asking)
{
	struct table_size *sizes =
		arena_array(asking->arena, struct table_size, asking->request.count + 1);
	for (size_t i = 0; i < asking->request.count; i++)
		sizes[i] = (struct table_size){
			.schema = arena_strdup(asking->arena, asking->request.tables[i].schema),
			.name = arena_strdup(asking->arena, asking->request.tables[i].name),
			.bytes = VALUE_UNKNOWN,
			.rows = VALUE_UNKNOWN,
		};
	return sizes;
}

static void size_read(
	struct asking *asking, const struct result *r, int row, struct table_size *size)
{
	int found = result_column(r, "found_schema");

	if (size->exists)
		return; /* said by an earlier row, with another partner */
	size->exists = true;
	size->found_schema = arena_strdup(asking->arena, result_text(r, row, found));
	size->bytes = result_int(r, row, result_column(r, "bytes"), VALUE_UNKNOWN);
	size->rows = result_int(r, row, result_column(r, "row_estimate"), VALUE_UNKNOWN);
}

/* Rows of one table stand together: its partners grow while they last. */
static void partner_read(
	struct asking *asking, const struct result *r, int row, struct table_size *size)
{
	struct arena *arena = asking->arena;
	const char *name = result_text(r, row, result_column(r, "partner_name"));
	int schema = result_column(r, "partner_schema"), key = result_column(r, "constraint_name");

	if (!name)
		return;
	if (!size->partner_count) {
		asking->partners = NULL;
		asking->partner_capacity = 0;
	}
	asking->partners = arena_room(arena, asking->partners, size->partner_count,
		&asking->partner_capacity, sizeof(*asking->partners));
	asking->partners[size->partner_count++] = (struct table_partner){
		.schema = arena_strdup(arena, result_text(r, row, schema)),
		.name = arena_strdup(arena, name),
		.constraint = arena_strdup(arena, result_text(r, row, key)),
		.points_out = result_bool(r, row, result_column(r, "points_out"), false),
	};
	size->partners = asking->partners;
}

static void sizes_known(void *arg, const struct result *r, const struct err *e)
{
	struct asking *asking = arg;
	if (e) {
		asking->sizes_done(asking->arg, NULL, 0, e);
		free(asking);
		return;
	}
	struct table_size *sizes = empty_sizes(asking);
	int place = result_column(r, "place");
	for (int row = 0; row < result_rows(r); row++) {
		int64_t at = result_int(r, row, place, 0);
		if (at < 1 || at > (int64_t)asking->request.count)
			continue;
		size_read(asking, r, row, &sizes[at - 1]);
		partner_read(asking, r, row, &sizes[at - 1]);
	}
	asking->sizes_done(asking->arg, sizes, asking->request.count, NULL);
	free(asking);
}

void catalog_sizes_start(struct conn *conn, struct arena *arena,
	const struct catalog_request *request, catalog_sizes_fn *done, void *arg)
{
	struct asking *asking = mem_new(struct asking);
	*asking = (struct asking){
		.arena = arena, .request = *request, .sizes_done = done, .arg = arg
	};
	struct str schemas = { 0 }, names = { 0 };
	for (size_t i = 0; i < request->count; i++) {
		array_add(&schemas, request->tables[i].schema ? request->tables[i].schema : "");
		array_add(&names, request->tables[i].name ? request->tables[i].name : "");
	}
	str_add(&schemas, schemas.len ? "}" : "{}");
	str_add(&names, names.len ? "}" : "{}");
	const char *params[] = { str_c(&schemas), str_c(&names), request->role, request->acts_as,
		request->path };
	struct query query = {
		.sql = sql_get("catalog-sizes", conn_view(conn)->identity.server_version),
		.params = params,
		.param_count = ARRAY_SIZE(params),
	};
	conn_query(conn, &query, sizes_known, asking);
	str_release(&schemas);
	str_release(&names);
}

static void indexes_known(void *arg, const struct result *r, const struct err *e)
{
	struct asking *asking = arg;
	if (e) {
		asking->indexes_done(asking->arg, NULL, 0, e);
		free(asking);
		return;
	}
	size_t count = (size_t)result_rows(r);
	struct invalid_index *indexes = arena_array(asking->arena, struct invalid_index, count + 1);
	int schema = result_column(r, "schema_name"), name = result_column(r, "name");
	int table = result_column(r, "table_name"), bytes = result_column(r, "bytes");
	int building = result_column(r, "is_building");
	for (int row = 0; row < (int)count; row++)
		indexes[row] = (struct invalid_index){
			.schema = arena_strdup(asking->arena, result_text(r, row, schema)),
			.name = arena_strdup(asking->arena, result_text(r, row, name)),
			.table = arena_strdup(asking->arena, result_text(r, row, table)),
			.bytes = result_int(r, row, bytes, VALUE_UNKNOWN),
			.is_building = result_bool(r, row, building, false),
		};
	asking->indexes_done(asking->arg, indexes, count, NULL);
	free(asking);
}

void catalog_invalid_indexes_start(
	struct conn *conn, struct arena *arena, catalog_indexes_fn *done, void *arg)
{
	struct asking *asking = mem_new(struct asking);
	*asking = (struct asking){ .arena = arena, .indexes_done = done, .arg = arg };
	struct query query = {
		.sql = sql_get("catalog-invalid-indexes", conn_view(conn)->identity.server_version),
	};
	conn_query(conn, &query, indexes_known, asking);
}
