// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "store/store_note.h"
#include "store_world.h"

static struct note make(const char *text)
{
	return (struct note){ .target = mem_strdup("shop"),
		.author = mem_strdup("bob@laptop"),
		.text = mem_strdup(text),
		.at_us = 42 };
}

static int64_t add(struct store_world *w, const char *text)
{
	struct note note = make(text);

	assert_true(store_note_add(w->store, &note, &w->e));
	int64_t id = note.id;
	note_release(&note);
	return id;
}

static struct note get(struct store_world *w, int64_t id)
{
	struct note note = { 0 };

	assert_true(store_note_get(w->store, id, &note, &w->e));
	return note;
}

static void edit(struct store_world *w, int64_t id, const char *text)
{
	struct note note = get(w, id);

	free(note.text);
	note.text = mem_strdup(text);
	assert_true(store_note_edit(w->store, &note, "bob@laptop", &w->e));
	note_release(&note);
}

static void assert_text(struct store_world *w, int64_t id, const char *text)
{
	struct note note = get(w, id);

	assert_string_equal(note.text, text);
	note_release(&note);
}

static int64_t undo(struct store_world *w)
{
	int64_t id = -1;

	assert_true(store_note_undo(w->store, "shop", "bob@laptop", &id, &w->e));
	return id;
}

static int64_t redo(struct store_world *w)
{
	int64_t id = -1;

	assert_true(store_note_redo(w->store, "shop", "bob@laptop", &id, &w->e));
	return id;
}

static size_t found(struct store_world *w, struct note_filter filter)
{
	struct note_list list = { 0 };

	assert_true(store_note_list(w->store, &filter, &list, &w->e));
	size_t count = list.count;
	note_list_release(&list);
	return count;
}

static void a_note_comes_back_as_it_was_saved(void **state)
{
	struct store_world *w = *state;
	struct note note = make("Paused reports_d\n- [ ] resume");

	note.pin = PIN_SLOT;
	note.object = mem_strdup("reports_d");
	note.is_todo = true;
	assert_true(store_note_add(w->store, &note, &w->e));
	assert_int_equal(note.version, 1);
	store_world_restart(w);
	struct note back = get(w, note.id);
	assert_string_equal(back.text, note.text);
	assert_string_equal(back.object, "reports_d");
	assert_string_equal(back.author, "bob@laptop");
	assert_int_equal(back.pin, PIN_SLOT);
	assert_int_equal(back.at_us, 42);
	assert_int_equal(back.created_us, note.created_us);
	assert_true(back.is_todo);
	assert_false(back.is_done);
	note_release(&back);
	note_release(&note);
}

static void an_edit_of_what_somebody_else_changed_is_a_conflict(void **state)
{
	struct store_world *w = *state;
	int64_t id = add(w, "first");
	struct note mine = get(w, id);
	struct store *other = store_open(w->path, &w->clock);
	struct note theirs = { 0 };

	assert_true(store_note_get(other, id, &theirs, &w->e));
	free(theirs.text);
	theirs.text = mem_strdup("theirs");
	assert_true(store_note_edit(other, &theirs, "eve@desk", &w->e));
	assert_int_equal(theirs.version, 2);
	assert_false(store_note_edit(w->store, &mine, "bob@laptop", &w->e));
	assert_int_equal(w->e.kind, ERR_CONFLICT);
	assert_string_equal(store_words(w->store), "");
	assert_text(w, id, "theirs");
	store_close(other);
	note_release(&mine);
	note_release(&theirs);
}

static void undo_and_redo_walk_through_edits_deletion_and_creation(void **state)
{
	struct store_world *w = *state;
	int64_t id = add(w, "one");

	edit(w, id, "two");
	struct note note = get(w, id);
	assert_true(store_note_delete(w->store, &note, "bob@laptop", &w->e));
	note_release(&note);
	assert_int_equal(found(w, (struct note_filter){ 0 }), 0);
	assert_int_equal(undo(w), id);
	assert_text(w, id, "two");
	assert_int_equal(undo(w), id);
	assert_text(w, id, "one");
	assert_int_equal(undo(w), id);
	assert_int_equal(found(w, (struct note_filter){ 0 }), 0);
	assert_int_equal(undo(w), 0);
	assert_int_equal(redo(w), id);
	assert_int_equal(redo(w), id);
	assert_text(w, id, "two");
	assert_int_equal(found(w, (struct note_filter){ 0 }), 1);
	assert_int_equal(redo(w), id);
	assert_int_equal(found(w, (struct note_filter){ 0 }), 0);
	assert_int_equal(redo(w), 0);
}

static void undo_survives_a_restart_and_a_new_edit_ends_redo(void **state)
{
	struct store_world *w = *state;
	int64_t steps_back, steps_on;
	int64_t id = add(w, "one");

	edit(w, id, "two");
	store_world_restart(w);
	assert_int_equal(undo(w), id);
	store_note_undo_depth(w->store, "shop", "bob@laptop", &steps_back, &steps_on);
	assert_int_equal(steps_back, 1);
	assert_int_equal(steps_on, 1);
	store_world_restart(w);
	edit(w, id, "three");
	assert_int_equal(redo(w), 0);
	assert_text(w, id, "three");
	assert_int_equal(undo(w), id);
	assert_text(w, id, "one");
}

static void undo_does_not_take_away_what_another_wrote_since(void **state)
{
	struct store_world *w = *state;
	int64_t ignored;
	int64_t id = add(w, "mine");

	edit(w, id, "mine again");
	struct note note = get(w, id);
	free(note.text);
	note.text = mem_strdup("theirs");
	assert_true(store_note_edit(w->store, &note, "eve@desk", &w->e));
	note_release(&note);
	assert_false(store_note_undo(w->store, "shop", "bob@laptop", &ignored, &w->e));
	assert_int_equal(w->e.kind, ERR_CONFLICT);
	assert_text(w, id, "theirs");
}

static void undo_stays_with_its_target(void **state)
{
	struct store_world *w = *state;
	int64_t id = 0;

	add(w, "one");
	assert_true(store_note_undo(w->store, "other", "bob@laptop", &id, &w->e));
	assert_int_equal(id, 0);
	assert_int_equal(found(w, (struct note_filter){ 0 }), 1);
}

static void a_todo_is_done_and_can_be_opened_again(void **state)
{
	struct store_world *w = *state;
	int64_t id = add(w, "check web-7");
	struct note note = get(w, id);

	assert_true(store_note_set_done(w->store, &note, false, "bob@laptop", &w->e));
	assert_int_equal(found(w, (struct note_filter){ .only_open = true }), 1);
	assert_true(store_note_set_done(w->store, &note, true, "bob@laptop", &w->e));
	assert_int_equal(found(w, (struct note_filter){ .only_open = true }), 0);
	assert_int_equal(undo(w), id);
	assert_int_equal(found(w, (struct note_filter){ .only_open = true }), 1);
	note_release(&note);
}

static void filters_narrow_by_target_pin_and_text(void **state)
{
	struct store_world *w = *state;
	struct note pinned = make("100% sure about 0044");

	pinned.pin = PIN_MIGRATION;
	pinned.object = mem_strdup("0044");
	assert_true(store_note_add(w->store, &pinned, &w->e));
	note_release(&pinned);
	add(w, "Failover drill");
	add(w, "100 of them");
	assert_int_equal(found(w, (struct note_filter){ .target = "shop" }), 3);
	assert_int_equal(found(w, (struct note_filter){ .target = "other" }), 0);
	assert_int_equal(found(w, (struct note_filter){ .pin = PIN_MIGRATION }), 1);
	assert_int_equal(
		found(w, (struct note_filter){ .pin = PIN_MIGRATION, .object = "0041" }), 0);
	assert_int_equal(found(w, (struct note_filter){ .search = "FAILOVER" }), 1);
	assert_int_equal(found(w, (struct note_filter){ .search = "100%" }), 1);
	assert_int_equal(found(w, (struct note_filter){ .search = "0044" }), 1);
	assert_int_equal(found(w, (struct note_filter){ .search = "_" }), 0);
	assert_int_equal(found(w, (struct note_filter){ .limit = 2 }), 2);
}

static void the_newest_note_comes_first(void **state)
{
	struct store_world *w = *state;
	struct note_list list = { 0 };

	add(w, "old");
	add(w, "new");
	assert_true(store_note_list(w->store, &(struct note_filter){ 0 }, &list, &w->e));
	assert_string_equal(list.items[0].text, "new");
	note_list_release(&list);
}

static void changes_of_another_process_are_seen(void **state)
{
	struct store_world *w = *state;
	struct store *other = store_open(w->path, &w->clock);
	int64_t before = store_changes(w->store, STORE_NOTES);
	struct note note = make("theirs");

	assert_int_equal(store_changes(w->store, STORE_NOTES), before);
	assert_true(store_note_add(other, &note, &w->e));
	assert_true(store_changes(w->store, STORE_NOTES) != before);
	assert_int_equal(store_changes(w->store, STORE_RUNS), 0);
	assert_text(w, note.id, "theirs");
	note_release(&note);
	store_close(other);
}

static void what_is_not_there_is_said_so(void **state)
{
	struct store_world *w = *state;
	struct note note = { .id = 99, .version = 1, .target = (char *)"shop" };
	struct note none = { 0 };

	assert_false(store_note_get(w->store, 99, &none, &w->e));
	assert_string_equal(w->e.text, "there is no note #99");
	assert_false(store_note_edit(w->store, &note, "bob@laptop", &w->e));
	assert_int_equal(w->e.kind, ERR_USAGE);
}

static void hostile_text_is_kept_byte_for_byte(void **state)
{
	struct store_world *w = *state;
	int64_t id = add(w, "'; DROP TABLE note; --\x1b[2J\xff");

	assert_text(w, id, "'; DROP TABLE note; --\x1b[2J\xff");
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_note_comes_back_as_it_was_saved),
		IN_A_WORLD(an_edit_of_what_somebody_else_changed_is_a_conflict),
		IN_A_WORLD(undo_and_redo_walk_through_edits_deletion_and_creation),
		IN_A_WORLD(undo_survives_a_restart_and_a_new_edit_ends_redo),
		IN_A_WORLD(undo_does_not_take_away_what_another_wrote_since),
		IN_A_WORLD(undo_stays_with_its_target),
		IN_A_WORLD(a_todo_is_done_and_can_be_opened_again),
		IN_A_WORLD(filters_narrow_by_target_pin_and_text),
		IN_A_WORLD(the_newest_note_comes_first),
		IN_A_WORLD(changes_of_another_process_are_seen),
		IN_A_WORLD(what_is_not_there_is_said_so),
		IN_A_WORLD(hostile_text_is_kept_byte_for_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
