// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/tree.h"

#include "parse/actions.h"
#include "parse/statement.h"

#define NODE(name)   PG_QUERY__NODE__NODE_##name
#define AT(name)     PG_QUERY__ALTER_TABLE_TYPE__AT_##name
#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name
#define OBJECT(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

struct alter {
	struct facts *facts;
	struct object_name table;
	const PgQuery__AlterTableCmd *command;
	bool if_exists;
};

typedef void alter_fn(const struct alter *alter);

static struct action *add(const struct alter *alter, enum action_kind kind, const char *part)
{
	struct action *action = facts_add_table(alter->facts, kind, alter->table);

	action->part = tree_text(alter->facts, part);
	action->if_exists = alter->if_exists || alter->command->missing_ok;
	action->cascade = alter->command->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	return action;
}

/* The other table of the same deed: the rule's second lock. */
static void add_partner(
	const struct alter *alter, enum action_kind kind, struct object_name partner)
{
	struct action *action = facts_add(alter->facts, kind, partner, partner);
	action->lock = action_rule(kind)->partner;
}

static void add_referenced(const struct alter *alter, const PgQuery__Constraint *constraint)
{
	struct object_name other = tree_range(alter->facts, constraint->pktable);
	bool is_self = other.name && strcmp(other.name, alter->table.name) == 0 &&
		       !other.schema == !alter->table.schema &&
		       (!other.schema || strcmp(other.schema, alter->table.schema) == 0);

	if (!is_self)
		facts_add(alter->facts, ACTION_REFERENCED, alter->table, other)->part =
			tree_text(alter->facts, constraint->conname);
}

static enum action_kind constraint_kind(const PgQuery__Constraint *constraint)
{
	bool is_instant = constraint->skip_validation;

	switch ((int)constraint->contype) {
	case CONSTR(CHECK): return is_instant ? ACTION_ADD_CHECK_NOT_VALID : ACTION_ADD_CHECK;
	case CONSTR(FOREIGN):
		return is_instant ? ACTION_ADD_FOREIGN_KEY_NOT_VALID : ACTION_ADD_FOREIGN_KEY;
	case CONSTR(PRIMARY):
	case CONSTR(UNIQUE):
	case CONSTR(EXCLUSION):
		return constraint->indexname && *constraint->indexname
			       ? ACTION_ADD_UNIQUE_USING_INDEX
			       : ACTION_ADD_UNIQUE;
	default: return ACTION_UNKNOWN;
	}
}

/* The bare column an expression is; NULL = it is more. */
static const char *column_of(const tree_node *expression)
{
	if (!expression || expression->node_case != NODE(COLUMN_REF))
		return NULL;
	const PgQuery__ColumnRef *column = expression->column_ref;
	const tree_node *last = column->n_fields == 1 ? column->fields[0] : NULL;
	return last && last->node_case == NODE(STRING) ? last->string->sval : NULL;
}

/* CHECK (column IS NOT NULL): nothing more, so that nobody has to prove anything. */
static const char *proven_column(const struct alter *alter, const PgQuery__Constraint *constraint)
{
	const tree_node *expression = constraint->raw_expr;

	if (constraint->contype != CONSTR(CHECK) || constraint->is_no_inherit || !expression ||
		expression->node_case != NODE(NULL_TEST) ||
		expression->null_test->nulltesttype != PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL)
		return NULL;
	return tree_text(alter->facts, column_of(expression->null_test->arg));
}

static void add_constraint(const struct alter *alter)
{
	const PgQuery__Constraint *constraint = alter->command->def->constraint;

	add(alter, constraint_kind(constraint), constraint->conname)->proven =
		proven_column(alter, constraint);
	if (constraint->contype == CONSTR(FOREIGN))
		add_referenced(alter, constraint);
}

/* What a column's own constraints make of ADD COLUMN. */
struct column_traits {
	bool is_rewrite, has_value, is_not_null;
};

static bool is_serial(const PgQuery__TypeName *type)
{
	static const char *const names[] = { "serial", "bigserial", "smallserial", "serial2",
		"serial4", "serial8" };
	const tree_node *last = type && type->n_names ? type->names[type->n_names - 1] : NULL;

	for (size_t i = 0; last && i < sizeof(names) / sizeof(names[0]); i++)
		if (last->node_case == NODE(STRING) && strcmp(last->string->sval, names[i]) == 0)
			return true;
	return false;
}

static bool is_null_constant(const tree_node *expression)
{
	return expression && expression->node_case == NODE(A_CONST) && expression->a_const->isnull;
}

static struct column_traits column_traits(const PgQuery__ColumnDef *column)
{
	struct column_traits traits = { .is_rewrite = is_serial(column->type_name) };

	for (size_t i = 0; i < column->n_constraints; i++) {
		const PgQuery__Constraint *constraint = column->constraints[i]->constraint;
		if (column->constraints[i]->node_case != NODE(CONSTRAINT))
			continue;
		if (constraint->contype == CONSTR(DEFAULT)) {
			traits.has_value = !is_null_constant(constraint->raw_expr);
			traits.is_rewrite |= tree_is_volatile(constraint->raw_expr);
		}
		traits.is_rewrite |= constraint->contype == CONSTR(IDENTITY) ||
				     constraint->contype == CONSTR(GENERATED);
		traits.is_not_null |= constraint->contype == CONSTR(NOTNULL);
	}
	return traits;
}

static void add_column_constraint(const struct alter *alter, const PgQuery__Constraint *constraint,
	const struct column_traits *traits, const char *column)
{
	switch ((int)constraint->contype) {
	case CONSTR(FOREIGN):
		/* The new column is null in every row: nothing to check, unless it has a value. */
		if (traits->has_value || traits->is_rewrite)
			add(alter, constraint_kind(constraint), column);
		add_referenced(alter, constraint);
		break;
	case CONSTR(CHECK):
	case CONSTR(PRIMARY):
	case CONSTR(UNIQUE): add(alter, constraint_kind(constraint), column); break;
	default: break;
	}
}

/* The type in words, and its name where only the catalog knows what it is; an array is never a domain. */
static void type_tell(
	const struct alter *alter, struct action *action, const PgQuery__TypeName *type)
{
	struct object_name name = tree_names(alter->facts, type->names, type->n_names, 0);
	bool is_own = (!name.schema || strcmp(name.schema, "pg_catalog") == 0) && name.name &&
		      type_is_builtin(name.name);

	action->type = tree_type(alter->facts, type);
	if (!is_own && !type->n_array_bounds)
		action->named_type = name;
}

static void add_column(const struct alter *alter)
{
	const PgQuery__ColumnDef *column = alter->command->def->column_def;
	struct column_traits traits = column_traits(column);
	struct action *action = add(alter,
		traits.is_rewrite ? ACTION_ADD_COLUMN_REWRITE : ACTION_ADD_COLUMN, column->colname);

	type_tell(alter, action, column->type_name);
	/* Without a value for the rows there are, the server looks for rows, and fails when it finds one. */
	if (traits.is_not_null && !traits.has_value && !traits.is_rewrite)
		add(alter, ACTION_SET_NOT_NULL, column->colname);
	for (size_t i = 0; i < column->n_constraints; i++)
		if (column->constraints[i]->node_case == NODE(CONSTRAINT))
			add_column_constraint(alter, column->constraints[i]->constraint, &traits,
				column->colname);
}

/*
 * USING column, and USING column::type with the type it is to have, are what the server would do anyway; with any
 * other expression it computes every row anew.
 */
static bool is_computed(
	const struct alter *alter, const PgQuery__ColumnDef *column, const char *type)
{
	const tree_node *expression = column->raw_default;

	if (expression && expression->node_case == NODE(TYPE_CAST) &&
		strcmp(tree_type(alter->facts, expression->type_cast->type_name), type) == 0)
		expression = expression->type_cast->arg;
	const char *bare = column_of(expression);
	return expression && (!bare || strcmp(bare, alter->command->name) != 0);
}

static const char *collation_words(const struct alter *alter, const PgQuery__CollateClause *collate)
{
	if (!collate)
		return NULL;
	struct object_name name =
		tree_names(alter->facts, collate->collname, collate->n_collname, 0);
	return name.schema ? arena_printf(alter->facts->arena, "%s.%s", name.schema, name.name)
			   : name.name;
}

/* What the type was is in the catalog only: int to text rewrites, varchar to text does not. */
static void alter_type(const struct alter *alter)
{
	const PgQuery__ColumnDef *column = alter->command->def->column_def;
	bool computes = is_computed(alter, column, tree_type(alter->facts, column->type_name));
	struct action *action =
		add(alter, computes ? ACTION_ALTER_TYPE_REWRITE : ACTION_ALTER_TYPE_MAYBE_REWRITE,
			alter->command->name);

	type_tell(alter, action, column->type_name);
	action->collation = collation_words(alter, column->coll_clause);
}

static void attach(const struct alter *alter)
{
	struct object_name part =
		tree_range(alter->facts, alter->command->def->partition_cmd->name);

	if (alter->facts->match->action.kind == ACTION_ALTER_INDEX) {
		add(alter, ACTION_ALTER_INDEX, NULL);
		return;
	}
	add(alter, ACTION_ATTACH_PARTITION, part.name)->object = part;
	add_partner(alter, ACTION_ATTACH_PARTITION, part);
	/* The rows of the part are read to prove its bounds. */
	alter->facts->statement->actions[alter->facts->statement->action_count - 1].scan = true;
}

static void detach(const struct alter *alter)
{
	const PgQuery__PartitionCmd *command = alter->command->def->partition_cmd;
	struct object_name part = tree_range(alter->facts, command->name);
	enum action_kind kind = command->concurrent ? ACTION_DETACH_PARTITION_CONCURRENTLY
						    : ACTION_DETACH_PARTITION;

	add(alter, kind, part.name)->object = part;
	add_partner(alter, kind, part);
}

/* FINALIZE ends a DETACH CONCURRENTLY that was cut off. It may stand in a transaction. */
static void finalize(const struct alter *alter)
{
	struct statement *statement = alter->facts->statement;

	detach(alter);
	statement->actions[statement->action_count - 2].lock = LOCK_SHARE_UPDATE_EXCLUSIVE;
}

static void inherit(const struct alter *alter)
{
	struct object_name parent = tree_range(alter->facts, alter->command->def->range_var);

	add(alter, ACTION_ALTER_TABLE_OTHER, NULL);
	add_partner(alter, ACTION_ALTER_TABLE_OTHER, parent);
}

/* Everything not named here takes ACCESS EXCLUSIVE for an instant: ALTER_TABLE_OTHER. */
static const struct {
	PgQuery__AlterTableType subtype;
	enum action_kind kind;
	alter_fn *read; /* instead of kind */
} commands[] = {
	{ AT(AddColumn), .read = add_column },
	{ AT(AddConstraint), .read = add_constraint },
	{ AT(AddInherit), .read = inherit },
	{ AT(DropInherit), .read = inherit },
	{ AT(AlterColumnType), .read = alter_type },
	{ AT(AttachPartition), .read = attach },
	{ AT(DetachPartition), .read = detach },
	{ AT(DetachPartitionFinalize), .read = finalize },
	{ AT(AddIdentity), ACTION_SET_DEFAULT },
	{ AT(SetIdentity), ACTION_SET_DEFAULT },
	{ AT(DropIdentity), ACTION_SET_DEFAULT },
	{ AT(DropExpression), ACTION_SET_DEFAULT },
	{ AT(ColumnDefault), ACTION_SET_DEFAULT },
	{ AT(SetStorage), ACTION_SET_DEFAULT },
	{ AT(SetCompression), ACTION_SET_DEFAULT },
	{ AT(DropColumn), ACTION_DROP_COLUMN },
	{ AT(SetNotNull), ACTION_SET_NOT_NULL },
	{ AT(DropNotNull), ACTION_DROP_NOT_NULL },
	{ AT(SetStatistics), ACTION_SET_STATISTICS },
	{ AT(SetOptions), ACTION_SET_STATISTICS },
	{ AT(ResetOptions), ACTION_SET_STATISTICS },
	{ AT(SetRelOptions), ACTION_SET_STATISTICS },
	{ AT(ResetRelOptions), ACTION_SET_STATISTICS },
	{ AT(ClusterOn), ACTION_SET_STATISTICS },
	{ AT(DropCluster), ACTION_SET_STATISTICS },
	{ AT(SetLogged), ACTION_SET_LOGGED },
	{ AT(SetUnLogged), ACTION_SET_LOGGED },
	{ AT(SetTableSpace), ACTION_SET_LOGGED },
	{ AT(SetAccessMethod), ACTION_SET_LOGGED },
	{ AT(ValidateConstraint), ACTION_VALIDATE_CONSTRAINT },
	{ AT(DropConstraint), ACTION_DROP_CONSTRAINT },
	{ AT(EnableTrig), ACTION_TRIGGER },
	{ AT(EnableAlwaysTrig), ACTION_TRIGGER },
	{ AT(EnableReplicaTrig), ACTION_TRIGGER },
	{ AT(EnableTrigAll), ACTION_TRIGGER },
	{ AT(EnableTrigUser), ACTION_TRIGGER },
	{ AT(DisableTrig), ACTION_TRIGGER },
	{ AT(DisableTrigAll), ACTION_TRIGGER },
	{ AT(DisableTrigUser), ACTION_TRIGGER },
};

/* The same words mean other locks on an index and on a view. */
static enum action_kind kind_for(enum action_kind kind, PgQuery__ObjectType object)
{
	if (object == OBJECT(INDEX) && kind != ACTION_SET_LOGGED)
		return ACTION_ALTER_INDEX;
	if (object == OBJECT(VIEW) && kind == ACTION_SET_STATISTICS)
		return ACTION_ALTER_TABLE_OTHER;
	return kind;
}

static void read_command(const struct alter *alter, PgQuery__ObjectType object)
{
	const PgQuery__AlterTableCmd *command = alter->command;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].subtype != command->subtype)
			continue;
		/* A composite type's attributes come as columns; there are no rows of its own. */
		if (commands[i].read && object != OBJECT(TYPE))
			commands[i].read(alter);
		else if (object == OBJECT(TYPE))
			add(alter, ACTION_ALTER_TABLE_OTHER, command->name);
		else
			add(alter, kind_for(commands[i].kind, object), command->name);
		return;
	}
	add(alter, ACTION_ALTER_TABLE_OTHER, command->name);
}

void tree_alter_table(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterTableStmt *statement = node->alter_table_stmt;
	struct alter alter = {
		.facts = facts,
		.table = tree_range(facts, statement->relation),
		.if_exists = statement->missing_ok,
	};

	for (size_t i = 0; i < statement->n_cmds; i++) {
		alter.command = statement->cmds[i]->alter_table_cmd;
		read_command(&alter, statement->objtype);
	}
}
