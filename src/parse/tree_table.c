// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/tree.h"

#include "parse/actions.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

static bool is_same_name(struct object_name a, struct object_name b)
{
	bool same_schema =
		a.schema == b.schema || (a.schema && b.schema && strcmp(a.schema, b.schema) == 0);
	return same_schema && a.name && b.name && strcmp(a.name, b.name) == 0;
}

/* REFERENCES other: its lock is on the other table. The table itself is locked already. */
static void add_reference(
	struct facts *facts, struct object_name table, const PgQuery__Constraint *constraint)
{
	struct object_name other = tree_range(facts, constraint->pktable);

	if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN &&
		!is_same_name(table, other))
		facts_add(facts, ACTION_REFERENCED, table, other)->part =
			tree_text(facts, constraint->conname);
}

static void add_column_references(
	struct facts *facts, struct object_name table, const PgQuery__ColumnDef *column)
{
	for (size_t i = 0; i < column->n_constraints; i++)
		if (column->constraints[i]->node_case == NODE(CONSTRAINT))
			add_reference(facts, table, column->constraints[i]->constraint);
}

static void read_element(struct facts *facts, struct object_name table, const tree_node *element)
{
	if (element->node_case == NODE(CONSTRAINT))
		add_reference(facts, table, element->constraint);
	else if (element->node_case == NODE(COLUMN_DEF))
		add_column_references(facts, table, element->column_def);
	else if (element->node_case == NODE(TABLE_LIKE_CLAUSE))
		facts_add_read(facts, tree_range(facts, element->table_like_clause->relation),
			LOCK_ACCESS_SHARE);
}

static bool is_temporary(const PgQuery__RangeVar *range)
{
	return range->relpersistence && *range->relpersistence == 't';
}

static void read_create(struct facts *facts, const PgQuery__CreateStmt *create)
{
	struct object_name table = tree_range(facts, create->relation);
	enum action_kind parent_kind =
		create->partbound ? ACTION_CREATE_PARTITION : ACTION_CREATE_CHILD;
	struct action *action = facts_add_table(facts, ACTION_CREATE_TABLE, table);

	action->if_exists = create->if_not_exists;
	action->is_temporary = is_temporary(create->relation);
	for (size_t i = 0; i < create->n_inh_relations; i++)
		facts_add(facts, parent_kind, table,
			tree_range(facts, create->inh_relations[i]->range_var));
	for (size_t i = 0; i < create->n_table_elts; i++)
		read_element(facts, table, create->table_elts[i]);
}

void tree_create_table(struct facts *facts, const tree_node *node)
{
	read_create(facts, node->create_stmt);
}

void tree_create_foreign_table(struct facts *facts, const tree_node *node)
{
	read_create(facts, node->create_foreign_table_stmt->base_stmt);
}

void tree_index(struct facts *facts, const tree_node *node)
{
	const PgQuery__IndexStmt *index = node->index_stmt;
	struct object_name table = tree_range(facts, index->relation);
	struct object_name name = { .name = tree_text(facts, index->idxname) };

	/* An index lives in the schema of its table. */
	name.schema = name.name ? table.schema : NULL;
	facts_add(facts, index->concurrent ? ACTION_CREATE_INDEX_CONCURRENTLY : ACTION_CREATE_INDEX,
		name, table)
		->if_exists = index->if_not_exists;
}
