// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Tree, the rest: one short reader a node.
 */
#include "parse/tree.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

static const struct object_name nothing;

static void read_truncate(struct facts *facts, const tree_node *node)
{
	const PgQuery__TruncateStmt *truncate = node->truncate_stmt;

	for (size_t i = 0; i < truncate->n_relations; i++)
		facts_add_table(facts, ACTION_TRUNCATE, tree_object(facts, truncate->relations[i]))
			->cascade = truncate->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

/* The grammar's numbers of lock modes are the server's, in the order of enum lock_mode. */
static void read_lock(struct facts *facts, const tree_node *node)
{
	const PgQuery__LockStmt *lock = node->lock_stmt;

	for (size_t i = 0; i < lock->n_relations; i++) {
		struct action *action = facts_add_table(
			facts, ACTION_LOCK_TABLE, tree_object(facts, lock->relations[i]));
		if (lock->mode >= LOCK_ACCESS_SHARE && lock->mode <= LOCK_ACCESS_EXCLUSIVE)
			action->lock = (enum lock_mode)lock->mode;
	}
}

static void read_vacuum(struct facts *facts, const tree_node *node)
{
	const PgQuery__VacuumStmt *vacuum = node->vacuum_stmt;
	enum action_kind kind = ACTION_ANALYZE;

	if (vacuum->is_vacuumcmd)
		kind = tree_option(vacuum->options, vacuum->n_options, "full") ? ACTION_VACUUM_FULL
									       : ACTION_VACUUM;
	for (size_t i = 0; i < vacuum->n_rels; i++)
		facts_add_table(
			facts, kind, tree_range(facts, vacuum->rels[i]->vacuum_relation->relation));
	if (!vacuum->n_rels)
		facts_add_table(facts, kind, nothing);
}

/* Without a table every one clustered before is taken, each in a transaction of its own. */
static void read_cluster(struct facts *facts, const tree_node *node)
{
	struct object_name table = tree_range(facts, node->cluster_stmt->relation);

	facts_add_table(facts, ACTION_CLUSTER, table);
	facts->statement->is_lone |= !table.name;
}

static void read_reindex(struct facts *facts, const tree_node *node)
{
	const PgQuery__ReindexStmt *reindex = node->reindex_stmt;
	struct object_name object = tree_range(facts, reindex->relation);
	bool is_index = reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX;
	bool is_table = reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE;
	bool is_concurrent = tree_option(reindex->params, reindex->n_params, "concurrently");

	if (!object.name)
		object.name = tree_text(facts, reindex->name);
	facts_add(facts, is_concurrent ? ACTION_REINDEX_CONCURRENTLY : ACTION_REINDEX, object,
		is_table ? object : nothing);
	facts->statement->is_lone |= !is_index && !is_table;
}

static void read_refresh(struct facts *facts, const tree_node *node)
{
	const PgQuery__RefreshMatViewStmt *refresh = node->refresh_mat_view_stmt;

	facts_add_table(facts,
		refresh->concurrent ? ACTION_REFRESH_MATVIEW_CONCURRENTLY : ACTION_REFRESH_MATVIEW,
		tree_range(facts, refresh->relation));
}

static void read_trigger(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateTrigStmt *trigger = node->create_trig_stmt;
	struct object_name table = tree_range(facts, trigger->relation);
	struct action *action = facts_add_table(facts, ACTION_TRIGGER, table);

	action->part = tree_text(facts, trigger->trigname);
	action->if_exists = trigger->replace;
}

static void read_rule(struct facts *facts, const tree_node *node)
{
	const PgQuery__RuleStmt *rule = node->rule_stmt;
	struct action *action =
		facts_add_table(facts, ACTION_RULE_OR_POLICY, tree_range(facts, rule->relation));

	action->part = tree_text(facts, rule->rulename);
	action->if_exists = rule->replace;
}

static void read_create_policy(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreatePolicyStmt *policy = node->create_policy_stmt;

	facts_add_table(facts, ACTION_RULE_OR_POLICY, tree_range(facts, policy->table))->part =
		tree_text(facts, policy->policy_name);
}

static void read_alter_policy(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterPolicyStmt *policy = node->alter_policy_stmt;

	facts_add_table(facts, ACTION_RULE_OR_POLICY, tree_range(facts, policy->table))->part =
		tree_text(facts, policy->policy_name);
}

/* A schema may be made with what is in it. */
static void read_schema(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateSchemaStmt *schema = node->create_schema_stmt;
	struct object_name name = { .name = tree_text(facts, schema->schemaname) };

	facts_add(facts, ACTION_CREATE_SCHEMA, name, nothing)->if_exists = schema->if_not_exists;
	const char *tag = facts->statement->tag;
	for (size_t i = 0; i < schema->n_schema_elts; i++)
		tree_statement(facts, schema->schema_elts[i]);
	facts->statement->tag = tag;
}

static void read_statistics(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateStatsStmt *statistics = node->create_stats_stmt;
	struct object_name name =
		tree_names(facts, statistics->defnames, statistics->n_defnames, 0);

	for (size_t i = 0; i < statistics->n_relations; i++)
		facts_add(facts, ACTION_CREATE_OTHER, name,
			tree_object(facts, statistics->relations[i]))
			->if_exists = statistics->if_not_exists;
}

static void add_published(
	struct facts *facts, struct object_name name, tree_node *const *objects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const PgQuery__PublicationTable *table = objects[i]->publication_obj_spec->pubtable;
		if (table)
			facts_add(facts, ACTION_CREATE_OTHER, name,
				tree_range(facts, table->relation));
	}
	if (!facts->statement->action_count)
		facts_add(facts, ACTION_CREATE_OTHER, name, nothing);
}

static void read_publication(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreatePublicationStmt *p = node->create_publication_stmt;

	add_published(facts, (struct object_name){ .name = tree_text(facts, p->pubname) },
		p->pubobjects, p->n_pubobjects);
}

static void read_alter_publication(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterPublicationStmt *p = node->alter_publication_stmt;

	add_published(facts, (struct object_name){ .name = tree_text(facts, p->pubname) },
		p->pubobjects, p->n_pubobjects);
}

/* With a slot on the other server it cannot be undone, so it must stand alone. */
static void read_subscription(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateSubscriptionStmt *s = node->create_subscription_stmt;
	struct object_name name = { .name = tree_text(facts, s->subname) };
	bool has_connect = false, has_slot = false;

	for (size_t i = 0; i < s->n_options; i++) {
		has_connect |= strcmp(s->options[i]->def_elem->defname, "connect") == 0;
		has_slot |= strcmp(s->options[i]->def_elem->defname, "create_slot") == 0;
	}
	bool is_local = (has_connect && !tree_option(s->options, s->n_options, "connect")) ||
			(has_slot && !tree_option(s->options, s->n_options, "create_slot"));
	facts_add(facts, is_local ? ACTION_CREATE_OTHER : ACTION_ALTER_SYSTEM, name, nothing);
}

/* Asking the other server for its tables cannot be undone. */
static void read_alter_subscription(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterSubscriptionStmt *s = node->alter_subscription_stmt;
	struct object_name name = { .name = tree_text(facts, s->subname) };
	bool is_refresh = s->kind == PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH;
	bool is_list = s->n_publication > 0;

	for (size_t i = 0; i < s->n_options; i++)
		if (strcmp(s->options[i]->def_elem->defname, "refresh") == 0)
			is_list = tree_option(s->options, s->n_options, "refresh");
	facts_add(facts, is_refresh || is_list ? ACTION_ALTER_SYSTEM : ACTION_OTHER, name, nothing);
}

static void read_alter_database(struct facts *facts, const tree_node *node)
{
	const PgQuery__AlterDatabaseStmt *alter = node->alter_database_stmt;
	struct object_name name = { .name = tree_text(facts, alter->dbname) };
	bool is_move = tree_option(alter->options, alter->n_options, "tablespace");

	facts_add(facts, is_move ? ACTION_ALTER_SYSTEM : ACTION_ROLE, name, nothing);
}

static void read_owner(struct facts *facts, const tree_node *node)
{
	facts_add(facts, ACTION_ROLE, tree_object(facts, node->alter_owner_stmt->object), nothing);
}

/* ALTER TABLE ALL IN TABLESPACE: every one of them is written anew; which, the catalog knows. */
static void read_move_all(struct facts *facts, const tree_node *node)
{
	(void)node;
	facts_add(facts, ACTION_SET_LOGGED, nothing, nothing);
}

static void read_owned(struct facts *facts, const tree_node *node)
{
	facts_put(facts, &facts->match->action)->cascade =
		node->drop_owned_stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

static void read_change_of_type(struct facts *facts, const tree_node *node)
{
	(void)node;
	facts_add(facts, ACTION_OTHER, facts->match->action.object, nothing);
}

static void read_function(struct facts *facts, const tree_node *node)
{
	const PgQuery__CreateFunctionStmt *function = node->create_function_stmt;

	facts_add(facts, ACTION_CREATE_FUNCTION,
		tree_names(facts, function->funcname, function->n_funcname, 0), nothing)
		->if_exists = function->replace;
	/* A body in the grammar's own words is checked at once, and so are its tables. */
	if (function->sql_body)
		tree_reads(facts, &function->sql_body->base);
}

const struct tree_reader tree_other_readers[] = {
	{ NODE(ALTER_DATABASE_STMT), read_alter_database },
	{ NODE(ALTER_OWNER_STMT), read_owner },
	{ NODE(ALTER_POLICY_STMT), read_alter_policy },
	{ NODE(ALTER_PUBLICATION_STMT), read_alter_publication },
	{ NODE(ALTER_SUBSCRIPTION_STMT), read_alter_subscription },
	{ NODE(ALTER_TABLE_MOVE_ALL_STMT), read_move_all },
	{ NODE(ALTER_TYPE_STMT), read_change_of_type },
	{ NODE(CLUSTER_STMT), read_cluster },
	{ NODE(CREATE_FUNCTION_STMT), read_function },
	{ NODE(CREATE_POLICY_STMT), read_create_policy },
	{ NODE(CREATE_PUBLICATION_STMT), read_publication },
	{ NODE(CREATE_SCHEMA_STMT), read_schema },
	{ NODE(CREATE_STATS_STMT), read_statistics },
	{ NODE(CREATE_SUBSCRIPTION_STMT), read_subscription },
	{ NODE(CREATE_TRIG_STMT), read_trigger },
	{ NODE(DROP_OWNED_STMT), read_owned },
	{ NODE(LOCK_STMT), read_lock },
	{ NODE(REFRESH_MAT_VIEW_STMT), read_refresh },
	{ NODE(REINDEX_STMT), read_reindex },
	{ NODE(RULE_STMT), read_rule },
	{ NODE(TRUNCATE_STMT), read_truncate },
	{ NODE(VACUUM_STMT), read_vacuum },
};

const size_t tree_other_count = sizeof(tree_other_readers) / sizeof(tree_other_readers[0]);
