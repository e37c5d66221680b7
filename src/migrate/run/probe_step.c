// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/run/probe_step.h"

#include "base/compiler.h"
#include "pg/result.h"

/* Where the parameters come from. */
enum probe_names {
	NAMES_NONE,
	NAMES_INDEX,	    /* schema of the index or of its table, index, table */
	NAMES_OBJECT,	    /* schema, object */
	NAMES_OBJECT_ALONE, /* of the index dropped: its table is not named */
	NAMES_PART,	    /* schema of the table, table, constraint */
	NAMES_LABEL,	    /* schema of the type, type, label */
	NAMES_PARTITION,    /* schema of the parent, parent, partition */
};

/* One row a kind of statement that can be left half done, or whose doing shows in the catalog. */
struct probe_rule {
	enum action_kind kind;
	enum probe_names names;
	const char *sql;
	enum probe_verdict absent, valid, invalid;
	enum probe_clear clear;
	const char *noun;
};

static const struct probe_rule rules[] = {
	{ ACTION_CREATE_INDEX_CONCURRENTLY, NAMES_INDEX, "run-probe-index", PROBE_NOT_DONE,
		PROBE_DONE, PROBE_REMAINS, PROBE_CLEAR_INDEX, "index" },
	{ ACTION_CREATE_INDEX, NAMES_INDEX, "run-probe-index", PROBE_NOT_DONE, PROBE_DONE,
		PROBE_REMAINS, PROBE_CLEAR_INDEX, "index" },
	/* A drop that was broken off leaves the index invalid; dropping it again is right either way. */
	{ ACTION_DROP_INDEX_CONCURRENTLY, NAMES_OBJECT_ALONE, "run-probe-index", PROBE_DONE,
		PROBE_NOT_DONE, PROBE_NOT_DONE, PROBE_CLEAR_NONE, "index" },
	{ ACTION_DROP_INDEX, NAMES_OBJECT_ALONE, "run-probe-index", PROBE_DONE, PROBE_NOT_DONE,
		PROBE_NOT_DONE, PROBE_CLEAR_NONE, "index" },
	{ ACTION_REINDEX_CONCURRENTLY, NAMES_OBJECT, "run-probe-reindex", PROBE_REPEAT,
		PROBE_REMAINS, PROBE_REMAINS, PROBE_CLEAR_INDEX, "the copy" },
	{ ACTION_DETACH_PARTITION_CONCURRENTLY, NAMES_PARTITION, "run-probe-detach", PROBE_DONE,
		PROBE_NOT_DONE, PROBE_REMAINS, PROBE_CLEAR_DETACH, "partition" },
	{ ACTION_ADD_ENUM_VALUE, NAMES_LABEL, "run-probe-enum", PROBE_NOT_DONE, PROBE_DONE,
		PROBE_DONE, PROBE_CLEAR_NONE, "the label" },
	{ ACTION_VALIDATE_CONSTRAINT, NAMES_PART, "run-probe-constraint", PROBE_NOT_DONE,
		PROBE_DONE, PROBE_NOT_DONE, PROBE_CLEAR_NONE, "constraint" },
	{ ACTION_CREATE_TABLE, NAMES_OBJECT, "run-probe-relation", PROBE_NOT_DONE, PROBE_DONE,
		PROBE_DONE, PROBE_CLEAR_NONE, "table" },
	{ ACTION_DROP_TABLE, NAMES_OBJECT, "run-probe-relation", PROBE_DONE, PROBE_NOT_DONE,
		PROBE_NOT_DONE, PROBE_CLEAR_NONE, "table" },
	{ ACTION_CREATE_DATABASE, NAMES_OBJECT, "run-probe-database", PROBE_NOT_DONE, PROBE_DONE,
		PROBE_DONE, PROBE_CLEAR_NONE, "database" },
	{ ACTION_DROP_DATABASE, NAMES_OBJECT, "run-probe-database", PROBE_DONE, PROBE_NOT_DONE,
		PROBE_NOT_DONE, PROBE_CLEAR_NONE, "database" },
	{ ACTION_REINDEX, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_VACUUM, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_VACUUM_FULL, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_ANALYZE, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_CLUSTER, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_REFRESH_MATVIEW, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_CLEAR_NONE, "" },
	{ ACTION_REFRESH_MATVIEW_CONCURRENTLY, NAMES_NONE, NULL, PROBE_REPEAT, PROBE_REPEAT,
		PROBE_REPEAT, PROBE_CLEAR_NONE, "" },
};

static const struct probe_rule *rule_of(const struct statement *sql, const struct action **action)
{
	for (size_t i = 0; i < sql->action_count; i++)
		for (size_t r = 0; r < ARRAY_SIZE(rules); r++)
			if (rules[r].kind == sql->actions[i].kind) {
				*action = &sql->actions[i];
				return &rules[r];
			}
	return NULL;
}

static void put(struct probe_question *q, const char *schema, const char *name, const char *third)
{
	q->params[0] = schema;
	q->params[1] = name;
	q->params[2] = third;
	q->param_count = 3;
	q->name = third ? third : name;
}

static void put_names(struct probe_question *q, enum probe_names names, const struct action *a)
{
	const char *schema = a->object.schema ? a->object.schema : a->table.schema;
	switch (names) {
	case NAMES_INDEX:
		put(q, schema, a->object.name, a->table.name);
		q->name = a->object.name;
		break;
	case NAMES_OBJECT_ALONE: put(q, a->object.schema, a->object.name, NULL); break;
	case NAMES_OBJECT:
		put(q, schema, a->object.name, NULL);
		q->param_count = 2;
		break;
	case NAMES_PART: put(q, a->table.schema, a->table.name, a->part); break;
	case NAMES_LABEL: put(q, a->object.schema, a->object.name, a->part); break;
	case NAMES_PARTITION:
		put(q, a->table.schema, a->table.name, a->part ? a->part : a->object.name);
		break;
	case NAMES_NONE: break;
	}
}

static void cannot_tell(struct probe_question *q)
{
	q->sql = NULL;
	q->rule = NULL;
	q->without_asking.verdict = PROBE_CANNOT_TELL;
	snprintf(q->without_asking.words, sizeof(q->without_asking.words),
		"the catalog does not show whether it happened, and the file has no probe");
}

static void repeat(struct probe_question *q, const char *tag)
{
	q->without_asking.verdict = PROBE_REPEAT;
	snprintf(q->without_asking.words, sizeof(q->without_asking.words),
		"%.60s leaves no trace and does no harm when it is run again", tag);
}

void probe_ask(const struct migration_statement *statement, struct probe_question *q)
{
	const struct action *action = NULL;
	*q = (struct probe_question){ .own = statement->probe };
	if (q->own)
		return;
	q->rule = rule_of(&statement->sql, &action);
	if (!q->rule && strstr(statement->sql.tag, "SYSTEM")) {
		repeat(q, statement->sql.tag);
		return;
	}
	if (!q->rule) {
		cannot_tell(q);
		return;
	}
	put_names(q, q->rule->names, action);
	q->sql = q->rule->sql;
	if (!q->sql)
		repeat(q, statement->sql.tag);
	else if (!q->params[1] || (q->rule->names >= NAMES_PART && !q->params[2]))
		cannot_tell(q); /* CREATE INDEX without a name, say: the server chose one */
}

static void read_own(const struct result *result, struct probe_finding *f)
{
	bool is_done = result_rows(result) > 0 && result_bool(result, 0, 0, false);
	f->verdict = is_done ? PROBE_DONE : PROBE_NOT_DONE;
	snprintf(f->words, sizeof(f->words), "the file's probe says it %s",
		is_done ? "is done" : "is not done");
}

static void copy(char *out, size_t bytes, const struct result *r, const char *column)
{
	const char *text = result_text(r, 0, result_column(r, column));
	snprintf(out, bytes, "%s", text ? text : "");
}

void probe_read(const struct probe_question *q, const struct result *r, struct probe_finding *f)
{
	*f = (struct probe_finding){ 0 };
	if (q->own) {
		read_own(r, f);
		return;
	}
	const struct probe_rule *rule = q->rule;
	if (result_rows(r) == 0) {
		f->verdict = rule->absent;
		snprintf(f->words, sizeof(f->words), "%s %.100s is not there", rule->noun, q->name);
		return;
	}
	bool is_valid = result_bool(r, 0, result_column(r, "is_valid"), false);
	f->verdict = is_valid ? rule->valid : rule->invalid;
	f->clear = f->verdict == PROBE_REMAINS ? rule->clear : PROBE_CLEAR_NONE;
	copy(f->schema, sizeof(f->schema), r, "schema_name");
	copy(f->name, sizeof(f->name), r, "name");
	copy(f->parent_schema, sizeof(f->parent_schema), r, "parent_schema");
	copy(f->parent, sizeof(f->parent), r, "parent_name");
	const char *how = is_valid			      ? "is there"
			  : rule->clear == PROBE_CLEAR_DETACH ? "is half detached"
							      : "is there and invalid";
	snprintf(f->words, sizeof(f->words), "%s %s%s%s %s", rule->noun, f->schema,
		*f->schema ? "." : "", f->name, how);
}
