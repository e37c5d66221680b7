// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "migrate/source/listing.h"

static const char *item_path(const struct migration *migration)
{
	const char *up = migration->sections[SECTION_UP].path;
	return up ? up : migration->sections[SECTION_DOWN].path;
}

static int by_rev(const void *a, const void *b)
{
	const struct migration *x = *(struct migration *const *)a;
	const struct migration *y = *(struct migration *const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	int order = x->number ? 0 : strcmp(x->rev, y->rev);
	return order ? order : (x->position > y->position) - (x->position < y->position);
}

static bool same_rev(const struct migration *a, const struct migration *b)
{
	return a->number == b->number && (a->number || strcmp(a->rev, b->rev) == 0);
}

static bool all_are_single(struct migration *const *sorted, size_t count, struct err *e)
{
	for (size_t i = 1; i < count; i++) {
		if (!same_rev(sorted[i - 1], sorted[i]))
			continue;
		err_at(e, item_path(sorted[i]), 1, 1, "has the same version as %s",
			item_path(sorted[i - 1]));
		return err_hint(e, "give one of them another version");
	}
	return true;
}

/* What is being resolved. */
struct resolving {
	struct migration_set *set;
	unsigned char *states; /* by position: 0 = not seen, 1 = on the way, 2 = placed */
	struct migration **placed;
	size_t placed_count;
};

static bool is_number(const char *word, uint64_t *number)
{
	return *word && strspn(word, "0123456789") == strlen(word) &&
	       digits_number(span_of(word), number);
}

struct migration *graph_find_exact(const struct migration_set *set, const char *rev)
{
	struct migration key = { .rev = rev };
	size_t low = 0, high = set->count;

	if (!is_number(rev, &key.number))
		key.number = 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct migration *candidate = set->by_rev[middle];
		if (same_rev(candidate, &key))
			return candidate;
		bool is_below = candidate->number != key.number ? candidate->number < key.number
								: strcmp(candidate->rev, rev) < 0;
		if (is_below)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool missing_parent(const struct migration *migration, const char *rev, struct err *e)
{
	err_at(e, item_path(migration), 1, 1, "its parent %s is not in the directory", rev);
	return err_hint(e, "add the file, or name another in `-- dbtop: parents`");
}

static bool parents_find(struct resolving *r, struct migration *migration, struct err *e)
{
	struct arena *arena = &r->set->arena;

	migration->parent_items = arena_array(arena, struct migration *, migration->parent_count);
	for (size_t i = 0; i < migration->parent_count; i++) {
		struct migration *parent;
		struct err ignored;
		if (graph_find(r->set, migration->parents[i], &parent, &ignored) != EXIT_DONE)
			return missing_parent(migration, migration->parents[i], e);
		if (parent == migration) {
			err_at(e, item_path(migration), 1, 1, "names itself as its parent");
			return err_hint(e, "name the revision it builds on");
		}
		migration->parents[i] = parent->rev;
		migration->parent_items[i] = parent;
		parent->is_head = false;
	}
	return true;
}

static void parent_before(struct migration_set *set, size_t i)
{
	struct migration *migration = set->items[i];

	migration->parents = arena_array(&set->arena, const char *, 1);
	migration->parents[0] = set->items[i - 1]->rev;
	migration->parent_count = 1;
}

static bool link_parents(struct resolving *r, struct err *e)
{
	struct migration_set *set = r->set;

	for (size_t i = 1; i < set->count; i++) {
		if (!set->items[i]->has_own_parents)
			parent_before(set, i);
	}
	for (size_t i = 0; i < set->count; i++)
		set->items[i]->is_head = true;
	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i]->parent_count && !parents_find(r, set->items[i], e))
			return false;
	}
	return true;
}

static bool cycle(
	struct migration **stack, size_t count, const struct migration *again, struct err *e)
{
	size_t from = count;
	char names[160] = "";

	while (stack[from - 1] != again)
		from--;
	for (size_t i = from - 1; i < count; i++) {
		size_t used = strlen(names);
		snprintf(names + used, sizeof(names) - used, "%s on ", stack[i]->rev);
	}
	err_at(e, item_path(again), 1, 1, "builds on itself: %s%s", names, again->rev);
	return err_hint(e, "change one of their `-- dbtop: parents`");
}

/* Depth first with a stack of its own: five thousand files in a row must not be five thousand calls deep. */
static bool place(
	struct resolving *r, struct migration **stack, struct migration *first, struct err *e)
{
	size_t depth = 1;

	stack[0] = first;
	while (depth) {
		struct migration *migration = stack[depth - 1], *next = NULL;
		r->states[migration->position] = 1;
		for (size_t i = 0; !next && i < migration->parent_count; i++) {
			struct migration *parent = migration->parent_items[i];
			if (r->states[parent->position] == 1)
				return cycle(stack, depth, parent, e);
			if (r->states[parent->position] == 0)
				next = parent;
		}
		if (next) {
			stack[depth++] = next;
			continue;
		}
		r->states[migration->position] = 2;
		r->placed[r->placed_count++] = migration;
		depth--;
	}
	return true;
}

static bool order(struct resolving *r, struct err *e)
{
	struct migration_set *set = r->set;
	struct migration **stack = mem_zero((set->count + 1) * sizeof(struct migration *));
	bool ok = true;

	for (size_t i = 0; ok && i < set->count; i++) {
		if (r->states[i] == 0)
			ok = place(r, stack, set->items[i], e);
	}
	free(stack);
	if (!ok)
		return false;
	for (size_t i = 0; i < set->count; i++) {
		set->items[i] = r->placed[i];
		set->items[i]->position = i;
	}
	return true;
}

enum exit_code graph_resolve(struct migration_set *set, struct err *e)
{
	struct resolving r = { .set = set,
		.states = mem_zero(set->count + 1),
		.placed = mem_zero((set->count + 1) * sizeof(struct migration *)) };

	set->by_rev = arena_array(&set->arena, struct migration *, set->count + 1);
	for (size_t i = 0; i < set->count; i++) {
		set->items[i]->position = i;
		set->by_rev[i] = set->items[i];
	}
	qsort(set->by_rev, set->count, sizeof(struct migration *), by_rev);
	bool ok = all_are_single(set->by_rev, set->count, e) && link_parents(&r, e) && order(&r, e);
	free(r.states);
	free(r.placed);
	return ok ? EXIT_DONE : EXIT_GRAPH;
}

enum exit_code graph_head(const struct migration_set *set, struct migration **head, struct err *e)
{
	size_t count = 0;
	char names[200] = "";

	*head = NULL;
	for (size_t i = 0; i < set->count; i++) {
		size_t used = strlen(names);
		if (!set->items[i]->is_head)
			continue;
		*head = set->items[i];
		snprintf(names + used, sizeof(names) - used, "%s%s_%s", count++ ? ", " : "",
			set->items[i]->rev, set->items[i]->name);
	}
	if (count < 2)
		return EXIT_DONE;
	err_set(e, ERR_CONFLICT, "%zu heads: %s", count, names);
	err_hint(e, "name one of them, or say `heads`, or join them with a migration whose "
		    "`-- dbtop: parents` names them all");
	return EXIT_GRAPH;
}

static bool begins_or_ends(const char *rev, const char *word)
{
	size_t n = strlen(rev), k = strlen(word);
	return k <= n && (memcmp(rev, word, k) == 0 || memcmp(rev + n - k, word, k) == 0);
}

static enum exit_code not_found(const struct migration_set *set, const char *word, struct err *e)
{
	err_set(e, ERR_USAGE, "no revision \"%s\" in %s", word, set->dir);
	if (strlen(word) < 4)
		err_hint(e, "a part of a revision needs four characters or more");
	else
		err_hint(e, "`dbtop status` lists the revisions");
	return EXIT_USAGE;
}

enum exit_code graph_find(const struct migration_set *set, const char *word,
	struct migration **migration, struct err *e)
{
	size_t count = 0;
	char names[160] = "";

	*migration = graph_find_exact(set, word);
	if (*migration)
		return EXIT_DONE;
	for (size_t i = 0; strlen(word) >= 4 && i < set->count; i++) {
		size_t used = strlen(names);
		if (!begins_or_ends(set->items[i]->rev, word))
			continue;
		*migration = set->items[i];
		snprintf(names + used, sizeof(names) - used, "%s%s", count++ ? ", " : "",
			set->items[i]->rev);
	}
	if (count == 1)
		return EXIT_DONE;
	*migration = NULL;
	if (count == 0)
		return not_found(set, word, e);
	err_set(e, ERR_USAGE, "\"%s\" names %zu revisions: %s", word, count, names);
	err_hint(e, "write more of it");
	return EXIT_USAGE;
}

static bool goal_by(const char *word, struct goal *goal)
{
	uint64_t count;

	if ((word[0] != '+' && word[0] != '-') || !is_number(word + 1, &count) || count == 0)
		return false;
	goal->kind = word[0] == '+' ? GOAL_UP_BY : GOAL_DOWN_BY;
	goal->count = (size_t)count;
	return true;
}

enum exit_code goal_parse(
	const struct migration_set *set, const char *word, struct goal *goal, struct err *e)
{
	static const struct {
		const char *word;
		enum goal_kind kind;
	} words[] = { { "head", GOAL_HEAD }, { "heads", GOAL_HEADS }, { "base", GOAL_BASE } };

	*goal = (struct goal){ .kind = GOAL_REVISION };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word, words[i].word) == 0) {
			goal->kind = words[i].kind;
			return EXIT_DONE;
		}
	}
	if (goal_by(word, goal))
		return EXIT_DONE;
	return graph_find(set, word, &goal->migration, e);
}
