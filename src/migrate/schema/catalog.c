// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/schema/catalog.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "base/str.h"
#include "pg/result.h"
#include "sql/sql.h"

struct asking {
	struct arena *arena; /* the caller's */
	const struct catalog_question *question;
	catalog_facts_fn *facts_done;
	catalog_indexes_fn *indexes_done;
	void *arg;
	/* the answer as it grows */
	struct table_size *sizes;
	struct type_fact *types;
	const char *time_zone;
	/* of what grows at hand: rows of one table, and of one key, stand together */
	struct table_partner *partners;
	struct table_column *columns;
	const char **key;
	size_t partner_capacity, column_capacity, key_capacity;
};

/* A row of the answer. */
struct fact {
	const struct result *result;
	int row;
};

static const char *fact_text(const struct asking *asking, const struct fact *fact, const char *name)
{
	int column = result_column(fact->result, name);
	return arena_strdup(asking->arena, result_text(fact->result, fact->row, column));
}

static int64_t fact_int(const struct fact *fact, const char *name, int64_t otherwise)
{
	return result_int(fact->result, fact->row, result_column(fact->result, name), otherwise);
}

static bool fact_bool(const struct fact *fact, const char *name)
{
	return result_bool(fact->result, fact->row, result_column(fact->result, name), false);
}

static void table_read(struct asking *asking, const struct fact *fact, size_t at)
{
	struct table_size *size = &asking->sizes[at];

	size->exists = true;
	size->found_schema = fact_text(asking, fact, "schema_name");
	size->bytes = fact_int(fact, "bytes", VALUE_UNKNOWN);
	size->rows = fact_int(fact, "rows", VALUE_UNKNOWN);
	size->part_count = fact_int(fact, "parts", 0);
	size->index_count = fact_int(fact, "indexes", 0);
}

/* A key of several columns has as many rows. */
static struct table_partner *partner_of(
	struct asking *asking, struct table_size *size, const struct table_partner *partner)
{
	struct table_partner *last =
		size->partner_count ? &asking->partners[size->partner_count - 1] : NULL;

	if (last && last->constraint && text_is(last->constraint, partner->constraint) &&
		text_is(last->name, partner->name) && text_is(last->schema, partner->schema) &&
		last->points_out == partner->points_out)
		return last;
	if (!last)
		asking->partner_capacity = 0;
	asking->partners = arena_room(asking->arena, last ? asking->partners : NULL,
		size->partner_count, &asking->partner_capacity, sizeof(*asking->partners));
	asking->partners[size->partner_count] = *partner;
	size->partners = asking->partners;
	return &asking->partners[size->partner_count++];
}

static void partner_read(struct asking *asking, const struct fact *fact, size_t at)
{
	struct table_partner row = { .schema = fact_text(asking, fact, "schema_name"),
		.name = fact_text(asking, fact, "name"),
		.constraint = fact_text(asking, fact, "type"),
		.points_out = fact_bool(fact, "points_out") };
	struct table_partner *partner = partner_of(asking, &asking->sizes[at], &row);
	const char *column = fact_text(asking, fact, "part");

	if (!column)
		return;
	if (!partner->column_count)
		asking->key_capacity = 0;
	asking->key = arena_room(asking->arena, partner->column_count ? asking->key : NULL,
		partner->column_count, &asking->key_capacity, sizeof(*asking->key));
	asking->key[partner->column_count++] = column;
	partner->columns = asking->key;
}

static void column_read(struct asking *asking, const struct fact *fact, size_t at)
{
	struct table_size *size = &asking->sizes[at];

	if (!size->column_count)
		asking->column_capacity = 0;
	asking->columns = arena_room(asking->arena, size->column_count ? asking->columns : NULL,
		size->column_count, &asking->column_capacity, sizeof(*asking->columns));
	asking->columns[size->column_count++] = (struct table_column){
		.name = fact_text(asking, fact, "name"),
		.type = fact_text(asking, fact, "type"),
		.collation = fact_text(asking, fact, "collation"),
		.is_domain = fact_bool(fact, "is_domain"),
		.is_not_null = fact_bool(fact, "is_bound"),
		.is_proven = fact_bool(fact, "points_out"),
		.is_key = fact_bool(fact, "is_key"),
		.checks = fact_int(fact, "checks", 0),
		.indexes = fact_int(fact, "indexes", 0),
		.special_indexes = fact_int(fact, "special_indexes", 0),
	};
	size->columns = asking->columns;
}

static void type_read(struct asking *asking, const struct fact *fact, size_t at)
{
	struct type_fact *type = &asking->types[at];

	type->exists = true;
	type->base = fact_text(asking, fact, "type");
	type->is_domain = fact_bool(fact, "is_domain");
	type->is_bound = fact_bool(fact, "is_bound");
}

static void zone_read(struct asking *asking, const struct fact *fact, size_t at)
{
	(void)at;
	asking->time_zone = fact_text(asking, fact, "type");
}

/* places: how many there may be of that kind. */
static void fact_read(struct asking *asking, const struct fact *fact)
{
	const struct catalog_question *question = asking->question;
	const struct {
		const char *what;
		size_t places;
		void (*read)(struct asking *asking, const struct fact *fact, size_t at);
	} kinds[] = {
		{ "table", question->table_count, table_read },
		{ "partner", question->table_count, partner_read },
		{ "column", question->table_count, column_read },
		{ "type", question->type_count, type_read },
		{ "zone", 1, zone_read },
	};
	int at = result_column(fact->result, "what");
	const char *what = result_text(fact->result, fact->row, at);
	int64_t place = fact_int(fact, "place", 0);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (text_is(what, kinds[i].what) && place >= 1 && place <= (int64_t)kinds[i].places)
			kinds[i].read(asking, fact, (size_t)place - 1);
	}
}

/* Nothing is there until a row says so. */
static void answer_begin(struct asking *asking)
{
	const struct catalog_question *q = asking->question;
	struct arena *arena = asking->arena;

	asking->sizes = arena_array(arena, struct table_size, q->table_count + 1);
	asking->types = arena_array(arena, struct type_fact, q->type_count + 1);
	for (size_t i = 0; i < q->table_count; i++)
		asking->sizes[i] = (struct table_size){
			.schema = arena_strdup(arena, q->tables[i].schema),
			.name = arena_strdup(arena, q->tables[i].name),
			.bytes = VALUE_UNKNOWN,
			.rows = VALUE_UNKNOWN,
		};
	for (size_t i = 0; i < q->type_count; i++)
		asking->types[i] = (struct type_fact){
			.schema = arena_strdup(arena, q->types[i].schema),
			.name = arena_strdup(arena, q->types[i].name),
		};
}

static void facts_known(void *arg, const struct result *r, const struct err *e)
{
	struct asking *asking = arg;

	if (e) {
		asking->facts_done(asking->arg, NULL, e);
		free(asking);
		return;
	}
	answer_begin(asking);
	for (int row = 0; row < result_rows(r); row++)
		fact_read(asking, &(struct fact){ r, row });
	const struct catalog_answer answer = {
		.sizes = asking->sizes,
		.size_count = asking->question->table_count,
		.types = asking->types,
		.type_count = asking->question->type_count,
		.time_zone = asking->time_zone,
	};
	asking->facts_done(asking->arg, &answer, NULL);
	free(asking);
}

/* {"a","b"}: the server reads it as an array. */
static void array_add(struct str *array, const char *text)
{
	str_add(array, array->len ? ",\"" : "{\"");
	for (; text && *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(array, '\\');
		str_add_char(array, *text);
	}
	str_add_char(array, '"');
}

static void names_add(struct str arrays[2], const struct object_name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		array_add(&arrays[0], names[i].schema);
		array_add(&arrays[1], names[i].name);
	}
}

/* In the order of the query's parameters, those of the path left out. */
enum { PATH_PARAMS = 3 };
enum { ARRAY_TABLES, ARRAY_SIZED = 2, ARRAY_COLUMNS, ARRAY_TYPES = 5, ARRAY_COUNT = 7 };

static void question_write(const struct catalog_question *q, struct str arrays[ARRAY_COUNT])
{
	names_add(&arrays[ARRAY_TABLES], q->tables, q->table_count);
	for (size_t i = 0; i < q->table_count; i++)
		array_add(&arrays[ARRAY_SIZED], !q->is_sized || q->is_sized[i] ? "t" : "f");
	for (size_t i = 0; i < q->column_count; i++) {
		char place[24];
		snprintf(place, sizeof(place), "%zu", q->columns[i].table + 1);
		array_add(&arrays[ARRAY_COLUMNS], place);
		array_add(&arrays[ARRAY_COLUMNS + 1], q->columns[i].name);
	}
	names_add(&arrays[ARRAY_TYPES], q->types, q->type_count);
	for (size_t i = 0; i < ARRAY_COUNT; i++)
		str_add(&arrays[i], arrays[i].len ? "}" : "{}");
}

void catalog_facts_start(struct conn *conn, struct arena *arena,
	const struct catalog_request *request, catalog_facts_fn *done, void *arg)
{
	struct asking *asking = mem_new(struct asking);
	struct str arrays[ARRAY_COUNT] = { { 0 } };
	const char *params[ARRAY_COUNT + PATH_PARAMS];

	*asking = (struct asking){
		.arena = arena, .question = request->question, .facts_done = done, .arg = arg
	};
	question_write(request->question, arrays);
	for (size_t i = 0; i < ARRAY_COUNT; i++)
		params[i < ARRAY_SIZED ? i : i + PATH_PARAMS] = str_c(&arrays[i]);
	params[ARRAY_SIZED] = request->role;
	params[ARRAY_SIZED + 1] = request->acts_as;
	params[ARRAY_SIZED + 2] = request->path;
	struct query query = {
		.sql = sql_get("catalog-facts", conn_view(conn)->identity.server_version),
		.params = params,
		.param_count = ARRAY_SIZE(params),
	};
	conn_query(conn, &query, facts_known, asking);
	for (size_t i = 0; i < ARRAY_COUNT; i++)
		str_release(&arrays[i]);
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
