// SPDX-License-Identifier: GPL-3.0-or-later
#include "told.h"

#include "base/str.h"
#include "parse/actions.h"

static void add_name(struct str *out, struct object_name name)
{
	if (name.schema)
		str_addf(out, "%s.", name.schema);
	str_add(out, name.name ? name.name : "?");
}

static bool is_same(struct object_name a, struct object_name b)
{
	return a.name && b.name && strcmp(a.name, b.name) == 0 && !a.schema == !b.schema &&
	       (!a.schema || strcmp(a.schema, b.schema) == 0);
}

static void add_action(struct str *out, const struct action *action)
{
	str_addf(out, " %s", action_rule(action->kind)->word);
	if (action->object.name) {
		str_add_char(out, ' ');
		add_name(out, action->object);
	}
	if (action->table.name && !is_same(action->object, action->table)) {
		str_add(out, " > ");
		add_name(out, action->table);
	}
	if (action->part)
		str_addf(out, " #%s", action->part);
	if (action->type)
		str_addf(out, " ::%s%s", action->type, action->named_type.name ? "?" : "");
	if (action->collation)
		str_addf(out, " collate %s", action->collation);
	if (action->proven)
		str_addf(out, " proves %s", action->proven);
	str_addf(out, " %s", lock_mode_short(action->lock));
	str_addf(out, "%s%s%s%s%s", action->scan ? " scan" : "", action->rewrite ? " rewrite" : "",
		action->cascade ? " cascade" : "", action->if_exists ? " if" : "",
		action->is_temporary ? " temp" : "");
}

char *told_new(const struct statement *statement)
{
	struct str out = { 0 };

	str_addf(&out, "%s%s%s:", statement->tag, statement->is_lone ? " lone" : "",
		statement->is_read_only ? " read" : "");
	for (size_t i = 0; i < statement->action_count; i++) {
		if (i)
			str_add_char(&out, ';');
		add_action(&out, &statement->actions[i]);
	}
	return str_detach(&out);
}
