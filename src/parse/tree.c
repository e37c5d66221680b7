// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/tree.h"

#include <pg_query.h>

#include "base/str.h"
#include "parse/functions.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

static const struct tree_reader readers[] = {
	{ NODE(ALTER_DOMAIN_STMT), tree_alter_domain },
	{ NODE(ALTER_ENUM_STMT), tree_alter_enum },
	{ NODE(ALTER_OBJECT_SCHEMA_STMT), tree_set_schema },
	{ NODE(ALTER_TABLE_STMT), tree_alter_table },
	{ NODE(COMMENT_STMT), tree_comment },
	{ NODE(COPY_STMT), tree_copy },
	{ NODE(CREATE_FOREIGN_TABLE_STMT), tree_create_foreign_table },
	{ NODE(CREATE_STMT), tree_create_table },
	{ NODE(CREATE_TABLE_AS_STMT), tree_create_table_as },
	{ NODE(DECLARE_CURSOR_STMT), tree_declare },
	{ NODE(DELETE_STMT), tree_delete },
	{ NODE(DROP_STMT), tree_drop },
	{ NODE(EXPLAIN_STMT), tree_explain },
	{ NODE(GRANT_STMT), tree_grant },
	{ NODE(INDEX_STMT), tree_index },
	{ NODE(INSERT_STMT), tree_insert },
	{ NODE(MERGE_STMT), tree_merge },
	{ NODE(RENAME_STMT), tree_rename },
	{ NODE(SELECT_STMT), tree_select },
	{ NODE(UPDATE_STMT), tree_update },
	{ NODE(VIEW_STMT), tree_view },
};

const char *tree_text(const struct facts *facts, const char *text)
{
	return text && *text ? arena_strdup(facts->arena, text) : NULL;
}

struct object_name tree_range(const struct facts *facts, const PgQuery__RangeVar *range)
{
	if (!range)
		return (struct object_name){ 0 };
	return (struct object_name){
		.schema = tree_text(facts, range->schemaname),
		.name = tree_text(facts, range->relname),
	};
}

static const char *string_of(const tree_node *node)
{
	return node && node->node_case == NODE(STRING) ? node->string->sval : NULL;
}

struct object_name tree_names(
	const struct facts *facts, tree_node *const *names, size_t count, size_t skip)
{
	struct object_name name = { 0 };

	if (count > skip)
		name.name = tree_text(facts, string_of(names[count - skip - 1]));
	if (count > skip + 1)
		name.schema = tree_text(facts, string_of(names[count - skip - 2]));
	return name;
}

struct object_name tree_object(const struct facts *facts, const tree_node *node)
{
	if (!node)
		return (struct object_name){ 0 };
	if (node->node_case == NODE(LIST))
		return tree_names(facts, node->list->items, node->list->n_items, 0);
	if (node->node_case == NODE(TYPE_NAME))
		return tree_names(facts, node->type_name->names, node->type_name->n_names, 0);
	if (node->node_case == NODE(OBJECT_WITH_ARGS))
		return tree_names(facts, node->object_with_args->objname,
			node->object_with_args->n_objname, 0);
	if (node->node_case == NODE(RANGE_VAR))
		return tree_range(facts, node->range_var);
	return (struct object_name){ .name = tree_text(facts, string_of(node)) };
}

static void add_modifiers(struct str *out, const PgQuery__TypeName *type)
{
	for (size_t i = 0; i < type->n_typmods; i++) {
		const tree_node *node = type->typmods[i];
		if (node->node_case != NODE(A_CONST) ||
			node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
			continue;
		str_addf(out, "%s%d", i ? "," : "(", node->a_const->ival->ival);
		if (i + 1 == type->n_typmods)
			str_add_char(out, ')');
	}
}

const char *tree_type(const struct facts *facts, const PgQuery__TypeName *type)
{
	struct str out = { 0 };

	if (!type)
		return NULL;
	for (size_t i = 0; i < type->n_names; i++) {
		const char *name = string_of(type->names[i]);
		if (name && (i + 1 == type->n_names || strcmp(name, "pg_catalog") != 0))
			str_addf(&out, "%s%s", out.len ? "." : "", name);
	}
	add_modifiers(&out, type);
	if (type->n_array_bounds)
		str_add(&out, "[]");
	const char *text = arena_strdup(facts->arena, str_c(&out));
	str_release(&out);
	return text;
}

static bool is_off(const tree_node *arg)
{
	if (!arg)
		return false;
	if (arg->node_case == NODE(BOOLEAN))
		return !arg->boolean->boolval;
	if (arg->node_case == NODE(INTEGER))
		return arg->integer->ival == 0;
	const char *word = string_of(arg);
	return word && (!strcmp(word, "false") || !strcmp(word, "off") || !strcmp(word, "0"));
}

bool tree_option(tree_node *const *options, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (options[i]->node_case == NODE(DEF_ELEM) &&
			strcmp(options[i]->def_elem->defname, name) == 0)
			return !is_off(options[i]->def_elem->arg);
	return false;
}

void tree_walk_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
	tree_visit *visit, void *context)
{
	const char *at = (const char *)message + field->offset;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE)
		return;
	const char *quantifier = (const char *)message + field->quantifier_offset;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t count = *(const size_t *)(const void *)quantifier;
		ProtobufCMessage *const *items =
			*(ProtobufCMessage *const *const *)(const void *)at;
		for (size_t i = 0; i < count; i++)
			tree_walk(items[i], visit, context);
		return;
	}
	bool is_union = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
	if (is_union && *(const uint32_t *)(const void *)quantifier != field->id)
		return;
	tree_walk(*(ProtobufCMessage *const *)(const void *)at, visit, context);
}

void tree_walk(const ProtobufCMessage *message, tree_visit *visit, void *context)
{
	if (!message)
		return;
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	if (descriptor == &pg_query__node__descriptor) {
		/* The wrapper has one pointer for 250 kinds: any of them will do. */
		const tree_node *node = (const tree_node *)message;
		if (node->node_case)
			tree_walk(&node->alias->base, visit, context);
		return;
	}
	if (!visit(context, message))
		return;
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		tree_walk_field(message, &descriptor->fields[i], visit, context);
}

static bool see_volatile(void *context, const ProtobufCMessage *message)
{
	bool *is_volatile = context;

	if (message->descriptor != &pg_query__func_call__descriptor)
		return true;
	const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
	const char *schema = call->n_funcname > 1 ? string_of(call->funcname[0]) : NULL;
	const struct function *known =
		function_find(schema, string_of(call->funcname[call->n_funcname - 1]));
	*is_volatile |= !known || known->is_volatile;
	return true;
}

bool tree_is_volatile(const tree_node *expression)
{
	bool is_volatile = false;

	if (expression)
		tree_walk(&expression->base, see_volatile, &is_volatile);
	return is_volatile;
}

static tree_fn *find_reader(const struct tree_reader *list, size_t count, const tree_node *node)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].node == node->node_case)
			return list[i].read;
	return NULL;
}

void tree_statement(struct facts *facts, const tree_node *node)
{
	tree_fn *read = find_reader(readers, sizeof(readers) / sizeof(readers[0]), node);

	if (!read)
		read = find_reader(tree_other_readers, tree_other_count, node);
	if (read)
		read(facts, node);
	else if (facts->match->action.kind != ACTION_OTHER || facts->match->action.object.name)
		facts_put(facts, &facts->match->action);
}

/* WITH may begin any of them; the others name themselves in their first word. */
static void tell_tag(struct facts *facts, const tree_node *node)
{
	static const struct {
		PgQuery__Node__NodeCase node;
		const char *tag;
	} tags[] = {
		{ NODE(INSERT_STMT), "INSERT" },
		{ NODE(UPDATE_STMT), "UPDATE" },
		{ NODE(DELETE_STMT), "DELETE" },
		{ NODE(MERGE_STMT), "MERGE" },
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].node == node->node_case)
			facts->statement->tag = tags[i].tag;
}

static bool read_answer(struct facts *facts, const PgQueryProtobuf *answer)
{
	PgQuery__ParseResult *result =
		pg_query__parse_result__unpack(NULL, answer->len, (const uint8_t *)answer->data);

	/* More or less than one statement: our splitter and the grammar differ; the server decides. */
	bool is_one = result && result->n_stmts == 1;
	if (is_one) {
		tell_tag(facts, result->stmts[0]->stmt);
		tree_statement(facts, result->stmts[0]->stmt);
	}
	if (result)
		pg_query__parse_result__free_unpacked(result, NULL);
	return is_one;
}

bool tree_describe(struct facts *facts)
{
	struct str text = { 0 };

	str_add_span(&text, facts->statement->text);
	PgQueryProtobufParseResult answer = pg_query_parse_protobuf(str_c(&text));
	bool is_read = !answer.error && read_answer(facts, &answer.parse_tree);
	pg_query_free_protobuf_parse_result(answer);
	str_release(&text);
	return is_read;
}
