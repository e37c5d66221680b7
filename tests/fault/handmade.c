// SPDX-License-Identifier: GPL-3.0-or-later
#include "handmade.h"

#include "base/digest.h"
#include "base/mem.h"
#include "migrate/history/history_class.h"

void handmade_init(struct handmade *h, const char *format, enum plan_direction direction)
{
	*h = (struct handmade){ .set.format = format, .plan.direction = direction };
}

void handmade_release(struct handmade *h)
{
	arena_release(&h->plan.arena);
	arena_release(&h->set.arena);
}

struct migration *handmade_migration(struct handmade *h, const char *rev, const char *name)
{
	struct arena *arena = &h->set.arena;
	struct migration *m = arena_new(arena, struct migration);
	*m = (struct migration){
		.rev = arena_strdup(arena, rev),
		.number = strtoull(rev, NULL, 10),
		.name = arena_strdup(arena, name),
		.lock_timeout_ms = -1,
		.statement_timeout_ms = -1,
		.position = h->set.count,
	};
	if (h->set.count > 0) {
		m->parents = arena_new(arena, const char *);
		m->parents[0] = h->set.items[h->set.count - 1]->rev;
		m->parent_count = 1;
	}
	for (int section = 0; section < SECTION_COUNT; section++)
		m->sections[section] = (struct migration_script){
			.is_loaded = true,
			.path = arena_printf(arena, "%s_%s.sql", rev, name),
		};
	digest_sha256(span_of(rev), m->sha256);
	h->set.items = arena_room(arena, h->set.items, h->set.count, &h->set.capacity, sizeof(m));
	h->set.items[h->set.count++] = m;
	return m;
}

/* Taken for the making of a table, which changes nothing for the session. */
static struct migration_statement statement_of(struct arena *arena, const char *sql, int line)
{
	const char *copy = arena_strdup(arena, sql);
	struct action *action = arena_new(arena, struct action);
	action->kind = ACTION_CREATE_TABLE;
	return (struct migration_statement){ .sql = {
						     .text = span_of(copy),
						     .line = line,
						     .column = 1,
						     .offset = (size_t)line * 100,
						     .tag = "",
						     .parse = PARSE_TREE,
						     .actions = action,
						     .action_count = 1,
					     } };
}

static struct plan_step *add_step(struct handmade *h, struct migration *m, const char *const *sql)
{
	struct arena *arena = &h->plan.arena;
	size_t count = 0;
	while (sql[count])
		count++;
	struct migration_statement *statements =
		arena_array(arena, struct migration_statement, count + 1);
	for (size_t i = 0; i < count; i++)
		statements[i] = statement_of(arena, sql[i], (int)(h->plan.step_count * 10 + i + 1));
	h->plan.steps = arena_room(arena, h->plan.steps, h->plan.step_count, &h->plan.step_capacity,
		sizeof(*h->plan.steps));
	struct plan_step *step = &h->plan.steps[h->plan.step_count++];
	*step = (struct plan_step){
		.migration = m,
		.section = h->plan.direction == PLAN_UP ? SECTION_UP : SECTION_DOWN,
		.statements = statements,
		.statement_count = count,
	};
	digest_sha256(span_of(sql[0] ? sql[0] : ""), step->sha256);
	return step;
}

struct plan_step *handmade_group(struct handmade *h, struct migration *m, const char *const *sql)
{
	return add_step(h, m, sql);
}

struct plan_step *handmade_lone(
	struct handmade *h, struct migration *m, const char *sql, struct action action)
{
	const char *const one[] = { sql, NULL };
	struct plan_step *step = add_step(h, m, one);
	struct statement *s = (struct statement *)&step->statements[0].sql;
	step->is_lone = true;
	s->is_lone = true;
	s->actions = arena_new(&h->plan.arena, struct action);
	s->actions[0] = action;
	s->action_count = 1;
	return step;
}

void handmade_verify(struct handmade *h, struct migration *m, const char *sql)
{
	struct migration_script *script = &m->sections[SECTION_VERIFY];
	struct migration_statement *grown =
		arena_array(&h->set.arena, struct migration_statement, script->statement_count + 1);
	for (size_t i = 0; i < script->statement_count; i++)
		grown[i] = script->statements[i];
	grown[script->statement_count] = statement_of(&h->set.arena, sql, 50);
	script->statements = grown;
	script->statement_count++;
	script->is_present = true;
}

void handmade_finish(struct handmade *h)
{
	for (size_t i = 0; i < h->plan.step_count; i++) {
		struct plan_step *step = &h->plan.steps[i];
		for (size_t j = 0; j < h->plan.step_count; j++) {
			if (h->plan.steps[j].migration != step->migration)
				continue;
			step->ordinal_count++;
			step->ordinal += j <= i;
		}
		step->is_last = step->ordinal == step->ordinal_count;
	}
}

struct history *handmade_history(const struct handmade *h)
{
	struct history *history = mem_new(struct history);
	history->class = history_class_find(h->set.format);
	history->schema = history->class->is_adopted ? "dbtop" : "public";
	history->table = history->class->default_table;
	return history;
}
