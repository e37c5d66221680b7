/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tree: readers of PostgreSQL's own parse tree, one function a node. Of parse/ only; all run on the deep thread.
 */
#ifndef DBTOP_PARSE_TREE_H
#define DBTOP_PARSE_TREE_H

#include <pg_query/pg_query.pb-c.h>

#include "parse/facts.h"

typedef PgQuery__Node tree_node;
typedef void tree_fn(struct facts *facts, const tree_node *node);

/* Add the actions of one statement's node; what no reader knows is told by its head. */
void tree_statement(struct facts *facts, const tree_node *node);

/* Names in the arena. */
struct object_name tree_range(const struct facts *facts, const PgQuery__RangeVar *range);
/* Of a list of strings, leaving out the last `skip` of them. */
struct object_name tree_names(
	const struct facts *facts, tree_node *const *names, size_t count, size_t skip);
/* Of whatever a node may name an object by: a list, a string, a type, a function with its arguments. */
struct object_name tree_object(const struct facts *facts, const tree_node *node);
const char *tree_text(const struct facts *facts, const char *text); /* NULL for "" */
/* "varchar(40)", "app.mood[]" */
const char *tree_type(const struct facts *facts, const PgQuery__TypeName *type);
/* DefElem in a list of options: present and not switched off. */
bool tree_option(tree_node *const *options, size_t count, const char *name);

/* Visit a message and all below it; false from visit keeps it from going deeper there. */
typedef bool tree_visit(void *context, const ProtobufCMessage *message);
void tree_walk(const ProtobufCMessage *message, tree_visit *visit, void *context);
/* What hangs on one field of a message. */
void tree_walk_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
	tree_visit *visit, void *context);

/* Relations read by a query, and rows written by its WITH parts. */
void tree_reads(struct facts *facts, const ProtobufCMessage *query);
/* True when the expression gives another value for every row. */
bool tree_is_volatile(const tree_node *expression);

/* tree_table.c */
void tree_create_table(struct facts *facts, const tree_node *node);
void tree_create_foreign_table(struct facts *facts, const tree_node *node);
void tree_index(struct facts *facts, const tree_node *node);
/* tree_alter.c */
void tree_alter_table(struct facts *facts, const tree_node *node);
/* tree_rows.c */
void tree_select(struct facts *facts, const tree_node *node);
void tree_insert(struct facts *facts, const tree_node *node);
void tree_update(struct facts *facts, const tree_node *node);
void tree_delete(struct facts *facts, const tree_node *node);
void tree_merge(struct facts *facts, const tree_node *node);
void tree_copy(struct facts *facts, const tree_node *node);
void tree_explain(struct facts *facts, const tree_node *node);
void tree_declare(struct facts *facts, const tree_node *node);
void tree_create_table_as(struct facts *facts, const tree_node *node);
void tree_view(struct facts *facts, const tree_node *node);
/* tree_change.c */
void tree_drop(struct facts *facts, const tree_node *node);
void tree_rename(struct facts *facts, const tree_node *node);
void tree_set_schema(struct facts *facts, const tree_node *node);
void tree_comment(struct facts *facts, const tree_node *node);
void tree_grant(struct facts *facts, const tree_node *node);
void tree_alter_domain(struct facts *facts, const tree_node *node);
void tree_alter_enum(struct facts *facts, const tree_node *node);
/* tree_other.c */
extern const struct tree_reader {
	PgQuery__Node__NodeCase node;
	tree_fn *read;
} tree_other_readers[];
extern const size_t tree_other_count;

#endif
