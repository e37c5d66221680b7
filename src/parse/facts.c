// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/facts.h"

#include "parse/actions.h"

void facts_clear(struct facts *facts)
{
	facts->statement->actions = NULL;
	facts->statement->action_count = facts->capacity = 0;
	facts->statement->is_lone = facts->statement->is_read_only = false;
}

struct action *facts_put(struct facts *facts, const struct action *action)
{
	struct statement *s = facts->statement;

	/* Most statements have one action: room for that one only, then more. */
	if (s->action_count == facts->capacity) {
		size_t capacity = facts->capacity ? facts->capacity * 2 + 2 : 1;
		struct action *more = arena_array(facts->arena, struct action, capacity);
		if (s->action_count)
			memcpy(more, s->actions, s->action_count * sizeof(*more));
		s->actions = more;
		facts->capacity = capacity;
	}
	s->actions[s->action_count] = *action;
	s->is_lone |= action_rule(action->kind)->is_lone;
	return &s->actions[s->action_count++];
}

struct action *facts_add(struct facts *facts, enum action_kind kind, struct object_name object,
	struct object_name table)
{
	struct action action = { .kind = kind, .object = object, .table = table };

	action_apply_rule(&action);
	return facts_put(facts, &action);
}

struct action *facts_add_table(struct facts *facts, enum action_kind kind, struct object_name table)
{
	return facts_add(facts, kind, table, table);
}

void facts_add_read(struct facts *facts, struct object_name table, enum lock_mode lock)
{
	struct statement *s = facts->statement;

	for (size_t i = 0; i < s->action_count; i++) {
		struct action *action = &s->actions[i];
		if (action->kind != ACTION_SELECT || !text_is(action->table.name, table.name) ||
			!text_is(action->table.schema, table.schema))
			continue;
		if (action->lock < lock)
			action->lock = lock;
		return;
	}
	facts_add_table(facts, ACTION_SELECT, table)->lock = lock;
}
