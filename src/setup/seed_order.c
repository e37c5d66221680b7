// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/seed_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum mark { UNSEEN, ON_WAY, DONE };

/* All tables that take part, seeded ones first. */
struct walk {
	const struct seed_node *nodes;
	size_t node_count;
	const struct seed_key *keys;
	size_t key_count;
	int64_t *tables;
	enum mark *marks;
	size_t table_count;
	size_t *way; /* tables on the way to where we are */
	size_t depth;
	size_t *out;
	size_t out_count;
	struct err *e;
};

static size_t find_table(const struct walk *w, int64_t table)
{
	size_t i = 0;

	while (i < w->table_count && w->tables[i] != table)
		i++;
	return i;
}

static void add_table(struct walk *w, int64_t table)
{
	if (find_table(w, table) == w->table_count)
		w->tables[w->table_count++] = table;
}

static bool has_seeds(const struct walk *w, size_t table)
{
	return table < w->node_count;
}

/* The way came back to a table on it. With two or more seeded tables on the circle no order fits. */
static bool check_circle(const struct walk *w, size_t table)
{
	struct str names = { 0 };
	size_t from = 0, seeded = 0;

	while (w->way[from] != table)
		from++;
	for (size_t i = from; i < w->depth; i++) {
		if (!has_seeds(w, w->way[i]))
			continue;
		str_addf(&names, "%s%s", seeded ? " -> " : "", w->nodes[w->way[i]].name);
		seeded++;
	}
	if (seeded > 1) {
		err_set(w->e, ERR_CONFLICT, "the seeds refer to each other in a circle: %s",
			str_c(&names));
		err_hint(w->e, "leave one of them to a file of SQL that is named after no table: "
			       "it comes last");
	}
	str_release(&names);
	return seeded <= 1;
}

static bool visit(struct walk *w, size_t table);

static bool visit_parents(struct walk *w, size_t table)
{
	for (size_t i = 0; i < w->key_count; i++) {
		if (w->keys[i].child != w->tables[table] || w->keys[i].parent == w->keys[i].child)
			continue;
		size_t parent = find_table(w, w->keys[i].parent);
		if (w->marks[parent] == ON_WAY ? !check_circle(w, parent) : !visit(w, parent))
			return false;
	}
	return true;
}

static bool visit(struct walk *w, size_t table)
{
	if (w->marks[table] != UNSEEN)
		return true;
	w->marks[table] = ON_WAY;
	w->way[w->depth++] = table;
	if (!visit_parents(w, table))
		return false;
	w->depth--;
	w->marks[table] = DONE;
	if (has_seeds(w, table))
		w->out[w->out_count++] = table;
	return true;
}

bool seed_order(const struct seed_node *nodes, size_t count, const struct seed_key *keys,
	size_t key_count, size_t *out, struct err *e)
{
	size_t most = count + 2 * key_count;
	struct walk w = { .nodes = nodes,
		.node_count = count,
		.keys = keys,
		.key_count = key_count,
		.tables = mem_zero((most + 1) * sizeof(*w.tables)),
		.marks = mem_zero((most + 1) * sizeof(*w.marks)),
		.way = mem_zero((most + 1) * sizeof(*w.way)),
		.out = out,
		.e = e };
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		w.tables[w.table_count++] = nodes[i].table;
	for (size_t i = 0; i < key_count; i++) {
		add_table(&w, keys[i].child);
		add_table(&w, keys[i].parent);
	}
	for (size_t i = 0; i < count && ok; i++)
		ok = visit(&w, i);
	free(w.tables);
	free(w.marks);
	free(w.way);
	return ok;
}
