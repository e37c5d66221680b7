// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/reads.h"

#include <pg_query.h>
#include <string.h>

#include "base/compiler.h"
#include "base/span.h"
#include "parse/tree.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define IS(name)   (message->descriptor == &pg_query__##name##__descriptor)

struct judging {
	struct reads *reads;
	const char *text;
	struct arena *arena;
	const char *withs[64]; /* names that WITH defines: no relations */
	size_t with_count;
};

/* The worst that was found counts. */
static void object_to(struct reads *reads, enum reads_kind kind, const char *why)
{
	if (kind >= reads->kind && reads->why)
		return;
	if (kind < reads->kind) {
		reads->kind = kind;
		reads->why = why;
	}
}

static void add_name(const struct judging *j, struct reads_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	names->items = arena_room(
		j->arena, names->items, names->count, &names->capacity, sizeof(*names->items));
	names->items[names->count++] = arena_strdup(j->arena, name);
}

static const char *last_of(tree_node *const *parts, size_t count)
{
	const tree_node *last = count ? parts[count - 1] : NULL;
	return last && last->node_case == NODE(STRING) ? last->string->sval : NULL;
}

/* ---- names ---- */

/* Positions, sizes, locks, settings: each server has its own. What begins with pg_ is the server's own to say. */
static bool is_own_function(const char *name)
{
	static const char *const names[] = { "current_setting", "inet_server_addr",
		"inet_server_port", "version", "txid_current_if_assigned", "txid_current_snapshot",
		"txid_status" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return span_starts(span_of(name), "pg_");
}

static bool is_own_schema(const char *schema)
{
	return strcmp(schema, "pg_catalog") == 0 || strcmp(schema, "information_schema") == 0;
}

static void see_function(struct judging *j, const PgQuery__FuncCall *call)
{
	const char *name = last_of(call->funcname, call->n_funcname);

	if (!name)
		object_to(j->reads, READS_NOT, "a function in it has no plain name");
	else if (is_own_function(name))
		object_to(j->reads, READS_OWN, "a function in it speaks of the server itself");
	if (name)
		add_name(j, &j->reads->functions, name);
}

static void see_relation(struct judging *j, const PgQuery__RangeVar *range)
{
	bool has_schema = range->schemaname && *range->schemaname;
	bool is_with = false;

	for (size_t i = 0; !has_schema && i < j->with_count; i++)
		is_with |= strcmp(j->withs[i], range->relname) == 0;
	if ((has_schema && is_own_schema(range->schemaname)) ||
		span_starts(span_of(range->relname), "pg_"))
		object_to(j->reads, READS_OWN, "it reads the server's own catalogs or statistics");
	add_name(j, is_with ? &j->reads->shadowed : &j->reads->relations, range->relname);
}

static void see_operator(struct judging *j, tree_node *const *parts, size_t count)
{
	const char *name = last_of(parts, count);

	if (name)
		add_name(j, &j->reads->operators, name);
}

/* A row's function may be written as if it were its column. */
static void see_members(struct judging *j, tree_node *const *parts, size_t first, size_t count)
{
	for (size_t i = first; i < count; i++)
		if (parts[i]->node_case == NODE(STRING))
			add_name(j, &j->reads->members, parts[i]->string->sval);
}

static void see_type(struct judging *j, const PgQuery__TypeName *type)
{
	const char *name = last_of(type->names, type->n_names);

	if (name)
		add_name(j, &j->reads->types, name);
}

/* ---- the tree ---- */

static bool note_with(void *context, const ProtobufCMessage *message)
{
	struct judging *j = context;

	if (!IS(common_table_expr))
		return true;
	if (j->with_count < ARRAY_SIZE(j->withs))
		j->withs[j->with_count++] = ((const PgQuery__CommonTableExpr *)message)->ctename;
	return true;
}

static const char *find_objection(const ProtobufCMessage *message)
{
	if (IS(insert_stmt) || IS(update_stmt) || IS(delete_stmt) || IS(merge_stmt))
		return "a part of it writes rows";
	if (IS(into_clause))
		return "it makes a table";
	if (IS(locking_clause))
		return "it locks rows";
	if (IS(range_table_sample))
		return "its sample is taken by a function";
	if (IS(param_ref))
		return "it has parameters";
	return NULL;
}

static void see_names(struct judging *j, const ProtobufCMessage *message)
{
	if (IS(func_call)) {
		see_function(j, (const PgQuery__FuncCall *)message);
	} else if (IS(range_var)) {
		see_relation(j, (const PgQuery__RangeVar *)message);
	} else if (IS(a__expr)) {
		const PgQuery__AExpr *expression = (const PgQuery__AExpr *)message;
		see_operator(j, expression->name, expression->n_name);
	} else if (IS(sub_link)) {
		const PgQuery__SubLink *link = (const PgQuery__SubLink *)message;
		see_operator(j, link->oper_name, link->n_oper_name);
	} else if (IS(sort_by)) {
		const PgQuery__SortBy *sort = (const PgQuery__SortBy *)message;
		see_operator(j, sort->use_op, sort->n_use_op);
	} else if (IS(column_ref)) {
		const PgQuery__ColumnRef *column = (const PgQuery__ColumnRef *)message;
		see_members(j, column->fields, 1, column->n_fields);
	} else if (IS(a__indirection)) {
		const PgQuery__AIndirection *member = (const PgQuery__AIndirection *)message;
		see_members(j, member->indirection, 0, member->n_indirection);
	} else if (IS(type_name)) {
		see_type(j, (const PgQuery__TypeName *)message);
	}
}

static bool see(void *context, const ProtobufCMessage *message)
{
	struct judging *j = context;
	const char *objection = find_objection(message);

	if (objection)
		object_to(j->reads, READS_NOT, objection);
	else
		see_names(j, message);
	return !objection;
}

static void judge_query(struct judging *j, const tree_node *node)
{
	if (!node || node->node_case != NODE(SELECT_STMT)) {
		object_to(j->reads, READS_NOT, "it is no query");
		return;
	}
	tree_walk(&node->select_stmt->base, note_with, j);
	tree_walk(&node->select_stmt->base, see, j);
}

static void judge_statement(struct judging *j, const tree_node *node)
{
	const PgQuery__ExplainStmt *explain =
		node->node_case == NODE(EXPLAIN_STMT) ? node->explain_stmt : NULL;

	j->reads->is_control = node->node_case == NODE(TRANSACTION_STMT);
	if (node->node_case == NODE(VARIABLE_SHOW_STMT))
		object_to(j->reads, READS_OWN, "it shows a setting of the server");
	else if (explain && tree_option(explain->options, explain->n_options, "analyze"))
		object_to(j->reads, READS_NOT, "EXPLAIN ANALYZE runs what it explains");
	else
		judge_query(j, explain ? explain->query : node);
}

static void judge_tree(struct judging *j, const PgQueryProtobuf *answer)
{
	PgQuery__ParseResult *result =
		pg_query__parse_result__unpack(NULL, answer->len, (const uint8_t *)answer->data);

	if (!result || result->n_stmts != 1)
		object_to(j->reads, READS_NOT, "it is not one statement");
	else
		judge_statement(j, result->stmts[0]->stmt);
	if (result)
		pg_query__parse_result__free_unpacked(result, NULL);
}

/* On the deep thread. */
static void judge(void *arg)
{
	struct judging *j = arg;
	PgQueryProtobufParseResult answer = pg_query_parse_protobuf(j->text);

	if (answer.error)
		object_to(j->reads, READS_NOT, "the parser does not know it");
	else
		judge_tree(j, &answer.parse_tree);
	pg_query_free_protobuf_parse_result(answer);
}

void reads_judge(struct reads *reads, const char *text, struct arena *arena, struct deep *deep)
{
	struct judging j = { .reads = reads, .text = text, .arena = arena };

	*reads = (struct reads){ .kind = READS_ANY };
	if (strlen(text) > DEEP_LIMIT_BYTES)
		object_to(reads, READS_NOT, "it is too long to be judged");
	else
		deep_call(deep, judge, &j);
}
