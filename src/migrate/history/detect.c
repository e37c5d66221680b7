// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/history/detect.h"

#include "base/compiler.h"

static bool copy_part(char out[64], const char *from, size_t len)
{
	if (len == 0 || len > 63)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

static bool split_name(
	const struct history_request *request, struct detect_question *q, struct err *e)
{
	const char *text = request->table;
	if (request->schema)
		return copy_part(q->schema, request->schema, strlen(request->schema)) &&
		       copy_part(q->table, text, strlen(text));
	const char *dot = strchr(text, '.');
	const char *table = dot ? dot + 1 : text;
	bool ok = copy_part(q->table, table, strlen(table));
	if (dot)
		ok = ok && copy_part(q->schema, text, (size_t)(dot - text));
	if (!ok)
		return err_set(e, ERR_USAGE, "history table \"%s\" is not schema.table", text);
	return true;
}

/* Where the schema is known, the role's path need not be worked out, which is most of the cost. */
static void ask_at(struct detect_question *q, const char *schema, const char *table)
{
	q->sql = "history-find";
	q->params[0] = schema;
	q->params[1] = table;
	q->param_count = 2;
}

bool detect_ask(const struct history_class *class, const struct history_request *request,
	struct detect_question *q, struct err *e)
{
	*q = (struct detect_question){ 0 };
	if (class->is_adopted) {
		ask_at(q, "dbtop", class->default_table);
		return true;
	}
	if (request->table && !split_name(request, q, e))
		return false;
	if (*q->schema) {
		ask_at(q, q->schema, q->table);
		return true;
	}
	q->sql = "history-detect";
	q->params[0] = *q->table ? q->table : class->default_table;
	q->params[1] = request->role;
	q->params[2] = request->acts_as;
	q->params[3] = request->path;
	q->params[4] = request->is_guess ? class->rival_table : NULL;
	q->param_count = DETECT_PARAMS;
	return true;
}

struct candidate {
	const char *schema, *table, *columns;
	bool on_path, can_read;
};

static struct candidate candidate_at(const struct result *result, int row)
{
	return (struct candidate){
		.schema = result_text(result, row, result_column(result, "schema_name")),
		.table = result_text(result, row, result_column(result, "table_name")),
		.columns = result_text(result, row, result_column(result, "columns")),
		.on_path = result_text(result, row, result_column(result, "place")) != NULL,
		.can_read = result_bool(result, row, result_column(result, "can_read"), false),
	};
}

/* The first columns must be the tool's; a tool's later version may have added some. */
static bool columns_fit(const struct history_class *class, const char *columns)
{
	size_t len = strlen(class->columns);
	return columns && strncmp(columns, class->columns, len) == 0 &&
	       (columns[len] == '\0' || columns[len] == ' ');
}

static bool take(struct history *history, const struct candidate *c, struct err *e)
{
	if (!c->can_read) {
		err_set(e, ERR_CONFLICT, "no right to read the history in %s.%s", c->schema,
			c->table);
		return err_hint(
			e, "grant USAGE on the schema and SELECT on the table to this role");
	}
	history->schema = arena_strdup(&history->arena, c->schema);
	history->table = arena_strdup(&history->arena, c->table);
	history->exists = true;
	return true;
}

static bool refuse_foreign(const struct history *history, const struct candidate *c, struct err *e)
{
	err_set(e, ERR_CONFLICT, "%s.%s is the history of another tool than %s", c->schema,
		c->table, history->class->format);
	err_detail(e, "its columns are: %s", c->columns ? c->columns : "none");
	return err_hint(e, "name the right one with history_table, or the format with format");
}

/* Nothing was written yet: where the tool would make its table. */
static bool place_new(struct history *history, const struct history_request *request,
	const struct candidate *last, struct err *e)
{
	const char *schema = history->class->is_adopted ? "dbtop" : last->schema;
	if (!schema) {
		err_set(e, ERR_CONFLICT,
			"there is no schema on the search_path to keep the history in");
		return err_hint(
			e, "create one, or name the table with history_table = schema.table");
	}
	const char *table = history->class->default_table;
	if (request->table && !history->class->is_adopted) {
		const char *dot = request->schema ? NULL : strchr(request->table, '.');
		table = dot ? dot + 1 : request->table;
	}
	history->schema = arena_strdup(&history->arena, schema);
	history->table = arena_strdup(&history->arena, table);
	return true;
}

static void warn_elsewhere(struct history *history, const struct candidate *c)
{
	history->warning = arena_printf(&history->arena,
		"%s.%s looks like a history of %s, but is not on the search_path: it is not used",
		c->schema, c->table, history->class->format);
}

static bool is_same(const char *schema, const char *other)
{
	return other && strcmp(schema, other) == 0;
}

static bool is_rival(const struct history_class *class, const struct candidate *c)
{
	return class->rival_table && strcmp(c->table, class->rival_table) == 0;
}

/* The files could be either tool's, and only the other one has been here. */
static bool refuse_rival(
	const struct history_class *class, const struct candidate *c, struct err *e)
{
	err_set(e, ERR_CONFLICT, "%s.%s is there: this is a directory of %s, which is not read yet",
		c->schema, c->table, class->rival);
	return err_hint(e, "nothing was touched; if it is one of %s all the same, say --format %s",
		class->format, class->format);
}

bool detect_choose(const struct history_class *class, const struct history_request *request,
	const struct result *result, struct history *history, struct err *e)
{
	bool is_pinned = class->is_adopted || request->schema ||
			 (request->table && strchr(request->table, '.'));
	int last = result_rows(result) - 1;
	assert_always(last >= 0, "the last row of detection says where a new table would go");
	struct candidate new_place = candidate_at(result, last);
	struct candidate taken = { 0 }, rival = { 0 };

	for (int row = 0; row < last; row++) {
		struct candidate c = candidate_at(result, row);
		bool counts = is_pinned || c.on_path;
		if (is_rival(class, &c)) {
			rival = c.on_path ? c : rival;
			continue;
		}
		bool fits = columns_fit(class, c.columns);
		if (counts && fits)
			return take(history, &c, e);
		if (counts && !taken.schema && (is_pinned || is_same(c.schema, new_place.schema)))
			taken = c;
		if (fits && !history->warning)
			warn_elsewhere(history, &c);
	}
	if (taken.schema)
		return refuse_foreign(history, &taken, e);
	if (rival.schema)
		return refuse_rival(class, &rival, e);
	return place_new(history, request, &new_place, e);
}
