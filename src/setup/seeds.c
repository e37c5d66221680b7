// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/seeds.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "setup/seed_files.h"
#include "setup/seed_order.h"
#include "setup/sql_file.h"
#include "sql/sql.h"

struct seeds {
	struct setup *setup; /* borrowed */
	struct arena arena;
	struct seed_table *tables;
	size_t table_count;
	struct seed_key *keys;
	size_t key_count;
	struct setup_item *items; /* the checklist's seeds, which stand together */
	size_t count;
	const struct seed_table **table_of; /* by item; NULL = of none */
	size_t at;
};

void seeds_free(struct seeds *seeds)
{
	if (!seeds)
		return;
	arena_release(&seeds->arena);
	free(seeds);
}

static const char *file_of(const struct setup_item *item)
{
	return item->values[SLOT_NAME];
}

/* ---- which file is for which table, and in which order ---- */

static const struct seed_table *find_table(const struct seeds *seeds, struct span name)
{
	const struct seed_table *found = NULL;
	struct str whole = { 0 };

	for (size_t i = 0; i < seeds->table_count; i++) {
		const struct seed_table *table = &seeds->tables[i];
		str_clear(&whole);
		str_addf(&whole, "%s.%s", table->schema, table->name);
		if (span_is(name, str_c(&whole)) ||
			(table->is_visible && span_is(name, table->name)))
			found = found && found->is_visible ? found : table;
	}
	str_release(&whole);
	return found;
}

/* CSV before SQL of the same table; SQL of no table last. As they stand: by name. */
static size_t arrange_items(
	struct seeds *seeds, const struct seed_node *nodes, const size_t *order, size_t count)
{
	struct setup_item *sorted = arena_array(&seeds->arena, struct setup_item, seeds->count);
	const struct seed_table **tables =
		arena_array(&seeds->arena, const struct seed_table *, seeds->count);
	size_t out = 0;

	for (size_t n = 0; n <= count; n++)
		for (size_t i = 0; i < seeds->count; i++) {
			const struct seed_table *table = seeds->table_of[i];
			bool is_here =
				n < count ? table && table->oid == nodes[order[n]].table : !table;
			if (!is_here)
				continue;
			tables[out] = table;
			sorted[out++] = seeds->items[i];
		}
	memcpy(seeds->items, sorted, out * sizeof(*sorted));
	seeds->table_of = tables;
	return out;
}

static bool arrange(struct seeds *seeds, struct err *e)
{
	struct seed_node *nodes = arena_array(&seeds->arena, struct seed_node, seeds->count);
	size_t *order = arena_array(&seeds->arena, size_t, seeds->count);
	size_t count = 0;

	seeds->table_of = arena_array(&seeds->arena, const struct seed_table *, seeds->count);
	for (size_t i = 0; i < seeds->count; i++) {
		const struct seed_table *table =
			find_table(seeds, seed_table_name(file_of(&seeds->items[i])));
		size_t at = 0;
		seeds->table_of[i] = table;
		while (table && at < count && nodes[at].table != table->oid)
			at++;
		if (table && at == count)
			nodes[count++] = (struct seed_node){ table->oid, table->name };
	}
	if (!seed_order(nodes, count, seeds->keys, seeds->key_count, order, e))
		return false;
	size_t out = arrange_items(seeds, nodes, order, count);
	assert_always(out == seeds->count, "a seed that got lost");
	return true;
}

/* ---- one file after another ---- */

static void next_file(struct seeds *seeds);

static void on_file(void *arg, const struct err *e)
{
	struct seeds *seeds = arg;
	struct setup *setup = seeds->setup;
	struct setup_item *item = &seeds->items[seeds->at];
	bool goes_on = true;

	if (e)
		goes_on = setup_item_fail(setup, item, e);
	else
		setup_settle(setup, item);
	seeds->at++;
	if (goes_on)
		next_file(seeds);
	else
		setup_stage_end(setup);
}

static void on_sql_file(void *arg, const struct sql_file_end *end, const struct err *e)
{
	struct seeds *seeds = arg;
	struct setup_item *item = &seeds->items[seeds->at];

	if (!e && !seeds->setup->makes)
		setup_item_say(
			item, SETUP_RUNS, "%zu statements run at each setup", end->statements);
	else if (!e && end->rows)
		setup_item_say(item, SETUP_MADE, "%lld rows changed", (long long)end->rows);
	else if (!e)
		setup_item_say(item, SETUP_THERE, "no row changed");
	on_file(seeds, e);
}

static void fail_no_table(struct seeds *seeds, const struct setup_item *item)
{
	struct span table = seed_table_name(file_of(item));
	const char **names = arena_array(&seeds->arena, const char *, seeds->table_count + 1);
	char *word = mem_strndup(table.data, table.len);
	struct err e;

	for (size_t i = 0; i < seeds->table_count; i++)
		names[i] = seeds->tables[i].name;
	const char *nearest = words_nearest(word, names, seeds->table_count);
	err_set(&e, ERR_CONFLICT, "there is no table %s for %s", word, file_of(item));
	if (nearest)
		err_hint(&e, "did you mean %s?", nearest);
	free(word);
	on_file(seeds, &e);
}

static void start_file(struct seeds *seeds)
{
	struct setup *setup = seeds->setup;
	struct setup_item *item = &seeds->items[seeds->at];
	const struct seed_table *table = seeds->table_of[seeds->at];
	char *path = path_join(setup->options.seed_dir, file_of(item));
	const struct sql_file_request request = {
		.path = arena_strdup(&setup->list.arena, path),
		.kind = SQL_FILE_SEED,
		.runs = setup->makes,
	};

	free(path);
	setup->started_us = loop_now_us(setup->options.loop);
	if (!seed_is_csv(file_of(item))) {
		sql_file_start(setup, &request, on_sql_file, seeds);
	} else if (table) {
		const struct seed_request csv = { .path = request.path, .table = table };
		seed_csv_start(setup, item, &csv, on_file, seeds);
	} else if (setup->makes) {
		fail_no_table(seeds, item);
	} else {
		setup_item_say(item, SETUP_WAITS, "for its table");
		on_file(seeds, NULL);
	}
}

static void next_file(struct seeds *seeds)
{
	struct setup *setup = seeds->setup;

	if (seeds->at == seeds->count || setup_is_given_up(setup, &setup->error))
		setup_stage_end(setup);
	else
		start_file(seeds);
}

/* ---- what the catalog says ---- */

/* Nothing can be said of any of them. */
static void fail_all(struct seeds *seeds, const struct err *e)
{
	for (size_t i = 0; i < seeds->count; i++)
		setup_item_say(&seeds->items[i], SETUP_FAILED, "%s", e->text);
	seeds->setup->error = *e;
	setup_stage_end(seeds->setup);
}

static void on_references(void *arg, const struct result *result, const struct err *e)
{
	struct seeds *seeds = arg;
	struct err why;

	if (e) {
		fail_all(seeds, e);
		return;
	}
	seeds->key_count = (size_t)result_rows(result);
	seeds->keys = arena_array(&seeds->arena, struct seed_key, seeds->key_count + 1);
	for (int row = 0; row < result_rows(result); row++)
		seeds->keys[row] = (struct seed_key){
			.child = result_int(result, row, result_column(result, "child"), 0),
			.parent = result_int(result, row, result_column(result, "parent"), 0),
		};
	if (arrange(seeds, &why))
		next_file(seeds);
	else
		fail_all(seeds, &why);
}

static void ask(struct seeds *seeds, const char *name, query_done_fn *done)
{
	const struct query query = { .sql = sql_get(name, setup_server_version(seeds->setup)),
		.deadline_ms = SETUP_DEADLINE_MS };

	conn_query(setup_conn(seeds->setup), &query, done, seeds);
}

static void on_tables(void *arg, const struct result *result, const struct err *e)
{
	struct seeds *seeds = arg;

	if (e) {
		fail_all(seeds, e);
		return;
	}
	seeds->table_count = (size_t)result_rows(result);
	seeds->tables = arena_array(&seeds->arena, struct seed_table, seeds->table_count + 1);
	for (int row = 0; row < result_rows(result); row++)
		seeds->tables[row] = (struct seed_table){
			.oid = result_int(result, row, result_column(result, "oid"), 0),
			.schema = arena_strdup(&seeds->arena,
				result_text(result, row, result_column(result, "schema"))),
			.name = arena_strdup(&seeds->arena,
				result_text(result, row, result_column(result, "name"))),
			.is_visible = result_bool(
				result, row, result_column(result, "is_visible"), false),
		};
	ask(seeds, "setup-seed-references", on_references);
}

void seeds_start(struct setup *setup)
{
	struct seeds *seeds = mem_new(struct seeds);

	setup->seeds = seeds;
	seeds->setup = setup;
	seeds->items = checklist_find(&setup->list, "seed");
	seeds->count = setup->seed_files.count;
	ask(seeds, "setup-seed-tables", on_tables);
}
