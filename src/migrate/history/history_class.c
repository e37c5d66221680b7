// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/history/history_class.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "sql/sql.h"

static const struct history_class *const classes[] = {
	&history_dbtop,
	&history_golang_migrate,
	&history_goose,
};

const struct history_class *history_class_find(const char *format)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (strcmp(classes[i]->format, format) == 0)
			return classes[i];
	return NULL;
}

void history_writer_init(struct history_writer *writer, const struct history_class *class,
	const char *schema, const char *table)
{
	*writer = (struct history_writer){
		.class = class, .schema = mem_strdup(schema), .table = mem_strdup(table)
	};
}

void history_writer_release(struct history_writer *writer)
{
	for (size_t i = 0; i < writer->text_count; i++)
		free(writer->texts[i].sql);
	free(writer->schema);
	free(writer->table);
	*writer = (struct history_writer){ 0 };
}

static char *fill(const struct history_writer *writer, const char *name)
{
	const struct quote_slot slots[] = { { "schema", writer->schema },
		{ "table", writer->table } };
	return quote_slots(sql_get(name, 0), slots, ARRAY_SIZE(slots));
}

/* A run of thousands of steps uses two or three texts. */
static const char *text_of(struct history_writer *writer, const char *name)
{
	for (size_t i = 0; i < writer->text_count; i++)
		if (strcmp(writer->texts[i].name, name) == 0)
			return writer->texts[i].sql;
	assert_always(writer->text_count < ARRAY_SIZE(writer->texts), "a class has few texts");
	struct history_text *text = &writer->texts[writer->text_count++];
	text->name = name;
	text->sql = fill(writer, name);
	return text->sql;
}

bool history_writer_write(struct history_writer *writer, enum history_write_kind kind,
	const struct history_entry *entry, struct history_write *write)
{
	const char *name = writer->class->write_sql(kind, entry);
	if (!name)
		return false;
	write->sql = text_of(writer, name);
	write->param_count = 0;
	write->room_used = 0;
	str_clear(&write->parents);
	writer->class->write_params(write, kind, entry);
	return true;
}

char *history_writer_create(const struct history_writer *writer)
{
	return fill(writer, writer->class->create_sql);
}

void history_write_release(struct history_write *write)
{
	str_release(&write->parents);
}

void history_write_text(struct history_write *write, const char *text)
{
	assert_always(write->param_count < HISTORY_PARAMS_MAX, "a write has few parameters");
	write->params[write->param_count++] = text;
}

void history_write_int(struct history_write *write, int64_t number)
{
	assert_always(write->room_used < (int)ARRAY_SIZE(write->room), "a write has few numbers");
	char *room = write->room[write->room_used++];
	snprintf(room, sizeof(write->room[0]), "%lld", (long long)number);
	history_write_text(write, room);
}
