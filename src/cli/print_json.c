// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/print.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

static struct json *json_of(const struct node *node);

static void put_number(struct json *parent, const struct node *node)
{
	char time[CLOCK_TEXT_BYTES];

	if (!value_is_known(node->number)) {
		json_put_null(parent, node->name);
	} else if (node->unit == UNIT_WALL_US) {
		clock_format_utc(node->number, time);
		json_put_text(parent, node->name, time);
	} else {
		json_put_int(parent, node->name, node->number);
	}
}

static void put_node(struct json *parent, const struct node *node)
{
	switch (node->kind) {
	case NODE_OBJECT:
	case NODE_LIST:
	case NODE_TABLE: json_put(parent, node->name, json_of(node)); break;
	case NODE_TEXT: json_put_text(parent, node->name, node->text); break;
	case NODE_INT: put_number(parent, node); break;
	case NODE_BOOL: json_put_bool(parent, node->name, node->number != 0); break;
	case NODE_NULL: json_put_null(parent, node->name); break;
	}
}

static struct json *json_of(const struct node *node)
{
	struct json *json = node->kind == NODE_OBJECT ? json_object() : json_array();

	for (const struct node *child = node->first; child; child = child->next)
		put_node(json, child);
	return json;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static void put_position(struct json *json, const char *name, int number)
{
	if (number > 0)
		json_put_int(json, name, number);
	else
		json_put_null(json, name);
}

static struct json *error_of(const struct report *report)
{
	struct json *json = json_object();
	const struct err *e = &report->error;

	json_put_text(json, "kind", err_kind_word(e->kind));
	json_put_text(json, "sqlstate", or_null(e->sqlstate));
	json_put_text(json, "file", or_null(e->file));
	put_position(json, "line", e->line);
	put_position(json, "column", e->column);
	json_put_text(json, "text", e->text);
	json_put_text(json, "detail", or_null(e->detail));
	json_put_text(json, "hint", or_null(e->hint));
	json_put_text(json, "database", database_state_word(report->database));
	return json;
}

void print_json(FILE *out, const struct report *report)
{
	struct json *json = json_object();

	json_put_int(json, "schema", 1);
	json_put_text(json, "command", report->command);
	json_put_text(json, "target", report->target);
	json_put_bool(json, "ok", !report->has_error);
	json_put_int(json, "exit", report->exit);
	if (report->has_error)
		json_put(json, "error", error_of(report));
	json_put(json, "data", json_of(report->data));
	json_put(json, "warnings", json_of(report->warnings));
	char *text = json_print(json, false);
	fprintf(out, "%s\n", text);
	free(text);
	json_free(json);
}
