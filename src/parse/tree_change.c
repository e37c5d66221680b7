// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Tree, the statements that work on many kinds of objects: DROP, RENAME, SET SCHEMA, COMMENT, GRANT, ALTER DOMAIN
 * and ALTER TYPE. A table says what each kind of object makes of them.
 */
#include "parse/tree.h"

#define OBJECT(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

/* How an object relates to relations, which alone have locks others wait for. */
enum object_role {
	ROLE_OTHER,    /* no relation */
	ROLE_RELATION, /* is one */
	ROLE_INDEX,    /* is one, and its table is locked too, which only the catalog knows */
	ROLE_PART,     /* belongs to one: the name's last part is its own */
};

static const struct object_kind {
	PgQuery__ObjectType type;
	enum object_role role;
	enum action_kind drop, rename;
} kinds[] = {
	{ OBJECT(TABLE), ROLE_RELATION, ACTION_DROP_TABLE, ACTION_RENAME_TABLE },
	{ OBJECT(FOREIGN_TABLE), ROLE_RELATION, ACTION_DROP_TABLE, ACTION_RENAME_TABLE },
	{ OBJECT(VIEW), ROLE_RELATION, ACTION_DROP_VIEW, ACTION_RENAME_OTHER },
	{ OBJECT(MATVIEW), ROLE_RELATION, ACTION_DROP_MATVIEW, ACTION_RENAME_OTHER },
	{ OBJECT(SEQUENCE), ROLE_RELATION, ACTION_DROP_SEQUENCE, ACTION_RENAME_OTHER },
	{ OBJECT(INDEX), ROLE_INDEX, ACTION_DROP_INDEX, ACTION_RENAME_INDEX },
	{ OBJECT(TRIGGER), ROLE_PART, ACTION_DROP_TRIGGER, ACTION_RENAME_OTHER },
	{ OBJECT(RULE), ROLE_PART, ACTION_RULE_OR_POLICY, ACTION_RENAME_OTHER },
	{ OBJECT(POLICY), ROLE_PART, ACTION_RULE_OR_POLICY, ACTION_RENAME_OTHER },
	{ OBJECT(COLUMN), ROLE_PART, ACTION_DROP_COLUMN, ACTION_RENAME_COLUMN },
	{ OBJECT(TABCONSTRAINT), ROLE_PART, ACTION_DROP_CONSTRAINT, ACTION_RENAME_CONSTRAINT },
	{ OBJECT(FUNCTION), ROLE_OTHER, ACTION_DROP_FUNCTION, ACTION_RENAME_OTHER },
	{ OBJECT(PROCEDURE), ROLE_OTHER, ACTION_DROP_FUNCTION, ACTION_RENAME_OTHER },
	{ OBJECT(ROUTINE), ROLE_OTHER, ACTION_DROP_FUNCTION, ACTION_RENAME_OTHER },
	{ OBJECT(AGGREGATE), ROLE_OTHER, ACTION_DROP_FUNCTION, ACTION_RENAME_OTHER },
	{ OBJECT(TYPE), ROLE_OTHER, ACTION_DROP_TYPE, ACTION_RENAME_OTHER },
	{ OBJECT(DOMAIN), ROLE_OTHER, ACTION_DROP_TYPE, ACTION_RENAME_OTHER },
	{ OBJECT(SCHEMA), ROLE_OTHER, ACTION_DROP_SCHEMA, ACTION_RENAME_OTHER },
	{ OBJECT(EXTENSION), ROLE_OTHER, ACTION_DROP_EXTENSION, ACTION_RENAME_OTHER },
};

static const struct object_kind *kind_of(PgQuery__ObjectType type)
{
	static const struct object_kind other = {
		.role = ROLE_OTHER,
		.drop = ACTION_DROP_OTHER,
		.rename = ACTION_RENAME_OTHER,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return &other;
}

/* The action on one object that a node names, in the way of its kind. */
static struct action *add(struct facts *facts, enum action_kind action_kind,
	const struct object_kind *kind, const tree_node *node)
{
	struct object_name object = tree_object(facts, node);
	const PgQuery__List *list =
		node && node->node_case == PG_QUERY__NODE__NODE_LIST ? node->list : NULL;

	if (kind->role == ROLE_RELATION)
		return facts_add_table(facts, action_kind, object);
	if (kind->role != ROLE_PART || !list)
		return facts_add(facts, action_kind, object, (struct object_name){ 0 });
	struct object_name table = tree_names(facts, list->items, list->n_items, 1);
	struct action *action = facts_add(facts, action_kind, table, table);
	action->part = object.name;
	return action;
}

void tree_drop(struct facts *facts, const tree_node *node)
{
	const PgQuery__DropStmt *drop = node->drop_stmt;
	const struct object_kind *kind = kind_of(drop->remove_type);
	enum action_kind action_kind =
		drop->concurrent ? ACTION_DROP_INDEX_CONCURRENTLY : kind->drop;

	for (size_t i = 0; i < drop->n_objects; i++) {
		struct action *action = add(facts, action_kind, kind, drop->objects[i]);
		action->if_exists = drop->missing_ok;
		action->cascade = drop->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	}
	/* Statistics hold their table, which only the catalog knows. */
	if (drop->remove_type == OBJECT(STATISTIC_EXT))
		for (size_t i = 0; i < facts->statement->action_count; i++)
			facts->statement->actions[i].lock = LOCK_SHARE_UPDATE_EXCLUSIVE;
}

void tree_rename(struct facts *facts, const tree_node *node)
{
	const PgQuery__RenameStmt *rename = node->rename_stmt;
	const struct object_kind *kind = kind_of(rename->rename_type);
	struct object_name relation = tree_range(facts, rename->relation);
	struct action *action;

	if (!relation.name)
		action = add(facts, kind->rename, kind, rename->object);
	else
		action = facts_add_table(facts, kind->rename, relation);
	if (kind->role == ROLE_PART || rename->rename_type == OBJECT(ATTRIBUTE))
		action->part = tree_text(facts, rename->subname);
	action->if_exists = rename->missing_ok;
	if (!action->object.name)
		action->object.name = tree_text(facts, rename->subname);
}

void tree_set_schema(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterObjectSchemaStmt *set = node->alter_object_schema_stmt;
	struct object_name relation = tree_range(facts, set->relation);
	struct action *action;

	if (relation.name)
		action = facts_add_table(facts, ACTION_SET_SCHEMA, relation);
	else
		action = add(facts, ACTION_SET_SCHEMA, kind_of(set->object_type), set->object);
	action->if_exists = set->missing_ok;
}

void tree_comment(struct facts *facts, const tree_node *node)
{
	const PgQuery__CommentStmt *comment = node->comment_stmt;
	const struct object_kind *kind = kind_of(comment->objtype);
	struct action *action = add(facts, ACTION_COMMENT, kind, comment->object);

	/* An index is a relation with a lock of its own here. */
	if (kind->role == ROLE_INDEX) {
		action->table = action->object;
		action->lock = LOCK_SHARE_UPDATE_EXCLUSIVE;
	}
}

void tree_grant(struct facts *facts, const tree_node *node)
{
	const PgQuery__GrantStmt *grant = node->grant_stmt;
	enum action_kind kind = grant->is_grant ? ACTION_GRANT : ACTION_REVOKE;

	for (size_t i = 0; i < grant->n_objects; i++)
		facts_add(facts, kind, tree_object(facts, grant->objects[i]),
			(struct object_name){ 0 })
			->cascade = grant->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	if (!grant->n_objects)
		facts_put(facts, &facts->match->action);
}

/* What reads every table that uses the domain; the rest is an instant in the catalog. */
void tree_alter_domain(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterDomainStmt *alter = node->alter_domain_stmt;
	struct object_name name = tree_names(facts, alter->type_name, alter->n_type_name, 0);
	char subtype = *alter->subtype;
	bool is_deferred = alter->def && alter->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
			   alter->def->constraint->skip_validation;
	/* C: ADD constraint, V: VALIDATE, O: SET NOT NULL */
	bool is_scan = (subtype == 'C' && !is_deferred) || subtype == 'V' || subtype == 'O';

	facts_add(facts, is_scan ? ACTION_ALTER_DOMAIN : ACTION_OTHER, name,
		(struct object_name){ 0 })
		->part = tree_text(facts, alter->name);
}

void tree_alter_enum(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterEnumStmt *alter = node->alter_enum_stmt;
	bool is_rename = *alter->old_val;
	struct action *action =
		facts_add(facts, is_rename ? ACTION_RENAME_OTHER : ACTION_ADD_ENUM_VALUE,
			tree_names(facts, alter->type_name, alter->n_type_name, 0),
			(struct object_name){ 0 });

	action->part = tree_text(facts, alter->new_val);
	action->if_exists = alter->skip_if_new_val_exists;
}
