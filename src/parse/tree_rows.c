// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/tree.h"

#include "parse/functions.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* One query and all its parts: what it reads, writes and calls. */
struct query {
	struct facts *facts;
	const ProtobufCMessage *target; /* the written relation: not read */
	const char **withs;		/* names that WITH defines */
	size_t with_count, with_capacity;
	enum lock_mode lock; /* ROW SHARE as soon as rows are locked */
	bool judges;	     /* functions it does not know are actions of their own */
	bool is_read_only;
};

static bool note_with(void *context, const ProtobufCMessage *message)
{
	struct query *query = context;

	if (message->descriptor == &pg_query__common_table_expr__descriptor) {
		query->withs = arena_room(query->facts->arena, query->withs, query->with_count,
			&query->with_capacity, sizeof(*query->withs));
		query->withs[query->with_count++] =
			((const PgQuery__CommonTableExpr *)message)->ctename;
	}
	return true;
}

static void see_relation(struct query *query, const PgQuery__RangeVar *range)
{
	if (&range->base == query->target)
		return;
	for (size_t i = 0; !*range->schemaname && i < query->with_count; i++)
		if (strcmp(query->withs[i], range->relname) == 0)
			return;
	facts_add_read(query->facts, tree_range(query->facts, range), query->lock);
}

static void see_call(struct query *query, const PgQuery__FuncCall *call)
{
	struct facts *facts = query->facts;
	struct object_name name = tree_names(facts, call->funcname, call->n_funcname, 0);
	const struct function *known = function_find(name.schema, name.name);

	query->is_read_only &= known && !known->writes;
	if (query->judges && !known)
		facts_add(facts, ACTION_OPAQUE, name, (struct object_name){ 0 });
}

static tree_fn *writer_of(const ProtobufCMessage *message, tree_node *node)
{
	/* The walk hands out bare messages; the readers want them wrapped. */
	node->alias = (PgQuery__Alias *)(uintptr_t)message;
	if (message->descriptor == &pg_query__insert_stmt__descriptor)
		return tree_insert;
	if (message->descriptor == &pg_query__update_stmt__descriptor)
		return tree_update;
	if (message->descriptor == &pg_query__delete_stmt__descriptor)
		return tree_delete;
	if (message->descriptor == &pg_query__merge_stmt__descriptor)
		return tree_merge;
	return NULL;
}

static bool see(void *context, const ProtobufCMessage *message)
{
	struct query *query = context;
	tree_node node = PG_QUERY__NODE__INIT;
	tree_fn *writer = writer_of(message, &node);

	if (writer) {
		query->is_read_only = false;
		writer(query->facts, &node);
		return false;
	}
	if (message->descriptor == &pg_query__range_var__descriptor)
		see_relation(query, (const PgQuery__RangeVar *)message);
	else if (message->descriptor == &pg_query__func_call__descriptor)
		see_call(query, (const PgQuery__FuncCall *)message);
	else if (message->descriptor == &pg_query__select_stmt__descriptor &&
		 ((const PgQuery__SelectStmt *)message)->n_locking_clause)
		query->lock = LOCK_ROW_SHARE;
	/* Names in these are no relations that are read. */
	return message->descriptor != &pg_query__locking_clause__descriptor &&
	       message->descriptor != &pg_query__into_clause__descriptor;
}

static void read_query(struct query *query, const ProtobufCMessage *message)
{
	query->lock = LOCK_ACCESS_SHARE;
	query->is_read_only = true;
	tree_walk(message, note_with, query);
	tree_walk(message, see, query);
	query->is_read_only &= query->lock == LOCK_ACCESS_SHARE;
}

void tree_reads(struct facts *facts, const ProtobufCMessage *message)
{
	struct query query = { .facts = facts };

	read_query(&query, message);
}

/* Everything a writing statement reads: all its parts but its target. */
static void read_parts(
	struct facts *facts, const ProtobufCMessage *statement, const PgQuery__RangeVar *target)
{
	struct query query = {
		.facts = facts,
		.target = &target->base,
		.lock = LOCK_ACCESS_SHARE,
	};
	const ProtobufCMessageDescriptor *descriptor = statement->descriptor;

	tree_walk(statement, note_with, &query);
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		tree_walk_field(statement, &descriptor->fields[i], see, &query);
}

void tree_insert(struct facts *facts, const tree_node *node)
{
	const PgQuery__InsertStmt *insert = node->insert_stmt;

	facts_add_table(facts, ACTION_INSERT, tree_range(facts, insert->relation));
	read_parts(facts, &insert->base, insert->relation);
}

void tree_update(struct facts *facts, const tree_node *node)
{
	const PgQuery__UpdateStmt *update = node->update_stmt;

	facts_add_table(facts, update->where_clause ? ACTION_UPDATE : ACTION_UPDATE_ALL,
		tree_range(facts, update->relation));
	read_parts(facts, &update->base, update->relation);
}

void tree_delete(struct facts *facts, const tree_node *node)
{
	const PgQuery__DeleteStmt *delete = node->delete_stmt;

	facts_add_table(facts, delete->where_clause ? ACTION_DELETE : ACTION_DELETE_ALL,
		tree_range(facts, delete->relation));
	read_parts(facts, &delete->base, delete->relation);
}

void tree_merge(struct facts *facts, const tree_node *node)
{
	const PgQuery__MergeStmt *merge = node->merge_stmt;

	facts_add_table(facts, ACTION_MERGE, tree_range(facts, merge->relation));
	read_parts(facts, &merge->base, merge->relation);
}

/* SELECT INTO at the top; in a UNION it stands in the leftmost part. */
static const PgQuery__IntoClause *find_into(const PgQuery__SelectStmt *select)
{
	while (select->larg)
		select = select->larg;
	return select->into_clause;
}

void tree_select(struct facts *facts, const tree_node *node)
{
	struct query query = { .facts = facts, .judges = true };
	const PgQuery__IntoClause *into = find_into(node->select_stmt);

	facts->statement->tag = into ? "SELECT INTO" : "SELECT";
	if (into)
		facts_add_table(facts, ACTION_CREATE_TABLE_AS, tree_range(facts, into->rel))
			->is_temporary = *into->rel->relpersistence == 't';
	read_query(&query, &node->select_stmt->base);
	facts->statement->is_read_only = query.is_read_only && !into;
}

void tree_copy(struct facts *facts, const tree_node *node)
{
	const PgQuery__CopyStmt *copy = node->copy_stmt;
	struct query query = { .facts = facts, .judges = true };

	if (copy->is_from)
		facts_add_table(facts, ACTION_COPY_FROM, tree_range(facts, copy->relation));
	else if (copy->relation)
		facts_add_read(facts, tree_range(facts, copy->relation), LOCK_ACCESS_SHARE);
	else
		read_query(&query, &copy->query->base);
}

/* A plan takes the query's locks too, for an instant; only ANALYZE runs it. */
void tree_explain(struct facts *facts, const tree_node *node)
{
	const PgQuery__ExplainStmt *explain = node->explain_stmt;

	tree_statement(facts, explain->query);
	facts->statement->tag = "EXPLAIN";
	if (tree_option(explain->options, explain->n_options, "analyze"))
		return;
	facts_clear(facts);
	tree_reads(facts, &explain->query->base);
	struct statement *s = facts->statement;
	for (size_t i = 0; i < s->action_count; i++) {
		s->actions[i].kind = ACTION_SELECT;
		s->actions[i].scan = false;
	}
	s->is_lone = false;
	s->is_read_only = true;
}

void tree_declare(struct facts *facts, const tree_node *node)
{
	struct query query = { .facts = facts, .judges = true };

	read_query(&query, &node->declare_cursor_stmt->query->base);
}

void tree_create_table_as(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateTableAsStmt *create = node->create_table_as_stmt;
	bool is_view = create->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
	struct action *action =
		facts_add_table(facts, is_view ? ACTION_CREATE_MATVIEW : ACTION_CREATE_TABLE_AS,
			tree_range(facts, create->into->rel));

	action->if_exists = create->if_not_exists;
	action->is_temporary = *create->into->rel->relpersistence == 't';
	if (!is_view)
		facts->statement->tag = "CREATE TABLE AS";
	tree_reads(facts, &create->query->base);
}

void tree_view(struct facts *facts, const tree_node *node)
{
	const PgQuery__ViewStmt *view = node->view_stmt;
	struct action *action =
		facts_add_table(facts, view->replace ? ACTION_REPLACE_VIEW : ACTION_CREATE_VIEW,
			tree_range(facts, view->view));

	action->if_exists = view->replace;
	action->is_temporary = *view->view->relpersistence == 't';
	tree_reads(facts, &view->query->base);
}
