// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

/* A copy, shared where the same word was kept before; two words in one place take turns. */
static const char *word_keep(struct report *report, const char *word)
{
	unsigned hash = 0;

	if (!word)
		return NULL;
	for (const char *at = word; *at; at++)
		hash = hash * 31 + (unsigned char)*at;
	const char **kept = &report->words[hash % REPORT_WORDS];
	if (!*kept || strcmp(*kept, word) != 0)
		*kept = arena_strdup(&report->arena, word);
	return *kept;
}

static struct node *node_add(struct report *report, struct node *parent, enum node_kind kind,
	const char *name, const char *label)
{
	struct node *node = arena_new(&report->arena, struct node);

	node->kind = kind;
	node->name = word_keep(report, name);
	node->label = word_keep(report, label);
	if (!parent)
		return node;
	assert_always(parent->kind != NODE_OBJECT || name, "a member of an object without a name");
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	return node;
}

const char *database_state_word(enum database_state state)
{
	static const char *const words[] = {
		[DATABASE_NOT_SAID] = NULL,
		[DATABASE_UNCHANGED] = "unchanged",
		[DATABASE_PARTIAL] = "partial",
		[DATABASE_UNKNOWN] = "unknown",
	};
	return words[state];
}

void report_init(struct report *report, const char *command)
{
	*report = (struct report){ 0 };
	report->command = arena_strdup(&report->arena, command);
	report->data = node_add(report, NULL, NODE_OBJECT, NULL, NULL);
	report->says = node_add(report, NULL, NODE_LIST, NULL, NULL);
	report->warnings = node_add(report, NULL, NODE_LIST, NULL, NULL);
}

void report_release(struct report *report)
{
	arena_release(&report->arena);
	*report = (struct report){ 0 };
}

bool report_fail(struct report *report, enum exit_code exit, enum database_state database,
	const struct err *e)
{
	report->exit = exit;
	report->database = database;
	report->has_error = true;
	report->error = *e;
	/* The error may outlive the path it borrowed. */
	report->error.file = arena_strdup(&report->arena, e->file);
	return false;
}

static void add_sentence(struct report *report, struct node *list, const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		die("out of memory");
	report_text(report, list, NULL, NULL, text);
	free(text);
}

void report_say(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_sentence(report, report->says, fmt, ap);
	va_end(ap);
}

void report_warn(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_sentence(report, report->warnings, fmt, ap);
	va_end(ap);
}

struct node *report_object(
	struct report *report, struct node *parent, const char *name, const char *label)
{
	return node_add(report, parent, NODE_OBJECT, name, label);
}

struct node *report_list(
	struct report *report, struct node *parent, const char *name, const char *label)
{
	return node_add(report, parent, NODE_LIST, name, label);
}

struct node *report_table(
	struct report *report, struct node *parent, const char *name, const char *label)
{
	return node_add(report, parent, NODE_TABLE, name, label);
}

struct node *report_row(struct report *report, struct node *table)
{
	assert_always(table->kind != NODE_OBJECT, "a row outside a table");
	return node_add(report, table, NODE_OBJECT, NULL, NULL);
}

void report_text(struct report *report, struct node *parent, const char *name, const char *label,
	const char *text)
{
	struct node *node = node_add(report, parent, text ? NODE_TEXT : NODE_NULL, name, label);

	node->text = arena_strdup(&report->arena, text);
}

void report_int(struct report *report, struct node *parent, const char *name, const char *label,
	int64_t number, enum unit unit)
{
	struct node *node = node_add(report, parent, NODE_INT, name, label);

	node->number = number;
	node->unit = unit;
}

void report_bool(struct report *report, struct node *parent, const char *name, const char *label,
	bool is_true)
{
	node_add(report, parent, NODE_BOOL, name, label)->number = is_true;
}
