// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Notes: pinned to a time and an object, kept in the store. No confirmations here, because there is undo.
 */
#include "core/commands/commands.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "core/app.h"
#include "core/remember.h"
#include "store/store.h"
#include "store/store_note.h"

static const struct command_option note_options[] = {
	{ .flag = "--migration", .value = "REV", .help = "pin to a migration" },
	{ .flag = "--slot", .value = "NAME", .help = "pin to a replication slot" },
	{ .flag = "--replica", .value = "NAME", .help = "pin to a replica" },
	{ .flag = "--todo", .help = "a todo, with a box to tick" },
	{ .flag = "--search", .value = "TEXT", .help = "only notes that hold TEXT" },
	{ .flag = "--open", .help = "only todos that are not done" },
};

static const struct command_option edit_options[] = {
	{ .flag = "--version",
		.value = "N",
		.help = "the version that was read: a newer one is not written over" },
};

static void fail(struct call *call, enum exit_code exit, const struct err *e)
{
	report_fail(&call->report, exit, DATABASE_NOT_SAID, e);
}

static void finish(struct call *call)
{
	remember_load_notes(call->app);
	call_finish(call);
}

/* A store that cannot be read has no notes to show, and "no notes" would be a lie. */
static bool can_read_notes(struct call *call)
{
	struct store *store = app_store(call->app);
	struct err e;

	if (store_health(store) != STORE_CLOSED)
		return true;
	err_set(&e, ERR_STORE, "%s", store_words(store));
	fail(call, EXIT_ERROR, &e);
	return false;
}

static bool parse_id(const struct call *call, size_t index, int64_t *id, struct err *e)
{
	const char *word = call_arg(call, index);
	char *end = NULL;

	if (word && *word == '#')
		word++;
	*id = word ? strtoll(word, &end, 10) : 0;
	if (!word || !end || *end || *id <= 0) {
		err_set(e, ERR_USAGE, "which note? a number as `notes list` shows it");
		return false;
	}
	return true;
}

static void set_pin(const struct call *call, struct note *note)
{
	static const struct {
		const char *flag;
		enum note_pin pin;
	} pins[] = { { "--migration", PIN_MIGRATION }, { "--slot", PIN_SLOT },
		{ "--replica", PIN_REPLICA } };

	for (size_t i = 0; i < ARRAY_SIZE(pins); i++) {
		const char *object = call_value(call, pins[i].flag);
		if (!object)
			continue;
		note->pin = pins[i].pin;
		note->object = mem_strdup(object);
	}
}

/* ---- notes add TEXT ---- */

static char *joined_words(const struct call *call, size_t from)
{
	struct str text = { 0 };

	for (size_t i = from; i < call->arg_count; i++)
		str_addf(&text, "%s%s", i > from ? " " : "", call->args[i]);
	return str_detach(&text);
}

static void add_note(struct call *call, size_t from)
{
	struct app *app = call->app;
	struct note note = { .target = mem_strdup(app->target.name),
		.author = mem_strdup(app->actor) };
	struct err e;

	note.text = joined_words(call, from);
	note.at_us = app->model.now_wall_us;
	note.is_todo = call_has(call, "--todo");
	set_pin(call, &note);
	if (!*note.text) {
		err_set(&e, ERR_USAGE, "an empty note: dbtop notes add TEXT");
		fail(call, EXIT_USAGE, &e);
	} else if (store_note_add(app_store(app), &note, &e)) {
		report_int(&call->report, call->report.data, "id", NULL, note.id, UNIT_NONE);
		report_say(&call->report, "note #%lld kept", (long long)note.id);
	} else {
		fail(call, EXIT_ERROR, &e);
	}
	note_release(&note);
	finish(call);
}

static void run_add(struct call *call)
{
	add_note(call, 0);
}

/* ---- notes list ---- */

static void add_note_row(struct report *report, struct node *table, const struct note *note)
{
	struct node *row = report_row(report, table);

	report_int(report, row, "id", "#", note->id, UNIT_NONE);
	report_int(report, row, "at", "WHEN", note->at_us, UNIT_WALL_US);
	report_text(report, row, "pin", NULL, note_pin_word(note->pin));
	report_text(report, row, "object", "ABOUT", note->object);
	report_text(report, row, "todo", "TODO",
		!note->is_todo	? NULL
		: note->is_done ? "done"
				: "open");
	report_text(report, row, "author", "BY", note->author);
	report_text(report, row, "text", "NOTE", note->text);
}

static void list_notes(struct call *call)
{
	struct report *report = &call->report;
	struct note_filter filter = { .target = call->app->target.name,
		.search = call_value(call, "--search"),
		.only_open = call_has(call, "--open") };
	struct note_list list = { 0 };
	struct note pinned = { 0 };
	struct err e;

	set_pin(call, &pinned);
	filter.pin = pinned.pin;
	filter.object = pinned.object;
	bool can_read = can_read_notes(call);
	bool ok = can_read && store_note_list(app_store(call->app), &filter, &list, &e);
	if (can_read && !ok)
		fail(call, EXIT_ERROR, &e);
	if (ok) {
		struct node *table = report_table(report, report->data, "notes", "");
		for (size_t i = 0; i < list.count; i++) {
			add_note_row(report, table, &list.items[i]);
		}
		if (!list.count)
			report_say(report, "no notes");
	}
	note_list_release(&list);
	note_release(&pinned);
	call_finish(call);
}

/* ---- one note: show, done, delete, edit ---- */

static bool get_note(struct call *call, size_t index, struct note *note)
{
	struct err e;
	int64_t id;

	if (!can_read_notes(call))
		return false;
	if (parse_id(call, index, &id, &e) && store_note_get(app_store(call->app), id, note, &e))
		return true;
	fail(call, e.kind == ERR_USAGE ? EXIT_USAGE : EXIT_ERROR, &e);
	return false;
}

static void show_note(struct call *call)
{
	struct report *report = &call->report;
	struct note note = { 0 };

	if (get_note(call, 1, &note)) {
		report_int(report, report->data, "id", "note", note.id, UNIT_NONE);
		report_text(report, report->data, "author", "by", note.author);
		report_int(report, report->data, "at", "at", note.at_us, UNIT_WALL_US);
		report_text(report, report->data, "pin", NULL, note_pin_word(note.pin));
		report_text(
			report, report->data, "object", note.object ? "about" : NULL, note.object);
		report_text(report, report->data, "text", "text", note.text);
		note_release(&note);
	}
	call_finish(call);
}

static void set_done(struct call *call, size_t index)
{
	struct note note = { 0 };
	struct err e;

	if (get_note(call, index, &note)) {
		if (store_note_set_done(
			    app_store(call->app), &note, !note.is_done, call->app->actor, &e))
			report_say(&call->report, "note #%lld is %s", (long long)note.id,
				note.is_done ? "done" : "open again");
		else
			fail(call, EXIT_ERROR, &e);
		note_release(&note);
	}
	finish(call);
}

static void run_done(struct call *call)
{
	set_done(call, 0);
}

static void run_delete(struct call *call)
{
	struct note note = { 0 };
	struct err e;

	if (get_note(call, 0, &note)) {
		if (store_note_delete(app_store(call->app), &note, call->app->actor, &e))
			report_say(&call->report, "note #%lld deleted; u brings it back",
				(long long)note.id);
		else
			fail(call, EXIT_ERROR, &e);
		note_release(&note);
	}
	finish(call);
}

/* Somebody changed the note meanwhile: neither text is lost, ours becomes a note of its own. */
static bool keep_beside(struct call *call, struct note *note, struct err *e)
{
	long long changed = (long long)note->id;

	note->id = 0;
	free(note->author);
	note->author = mem_strdup(call->app->actor);
	if (!store_note_add(app_store(call->app), note, e))
		return false;
	report_warn(&call->report, "note #%lld was changed meanwhile; your text is note #%lld",
		changed, (long long)note->id);
	return true;
}

static bool save_edit(struct call *call, struct note *note, struct err *e)
{
	const char *version = call_value(call, "--version");

	if (version && note->version != strtoll(version, NULL, 10))
		return keep_beside(call, note, e);
	if (store_note_edit(app_store(call->app), note, call->app->actor, e)) {
		report_say(&call->report, "note #%lld saved", (long long)note->id);
		return true;
	}
	return e->kind == ERR_CONFLICT && keep_beside(call, note, e);
}

static void run_edit(struct call *call)
{
	struct note note = { 0 };
	struct err e;

	if (get_note(call, 0, &note)) {
		free(note.text);
		note.text = joined_words(call, 1);
		if (!save_edit(call, &note, &e))
			fail(call, EXIT_ERROR, &e);
		note_release(&note);
	}
	finish(call);
}

typedef bool undo_fn(
	struct store *, const char *target, const char *author, int64_t *id, struct err *e);

static void move_back_or_forth(struct call *call, undo_fn *move, const char *word)
{
	struct err e;
	int64_t id = 0;

	if (!move(app_store(call->app), call->app->target.name, call->app->actor, &id, &e))
		fail(call, EXIT_ERROR, &e);
	else if (id)
		report_say(&call->report, "%s: note #%lld", word, (long long)id);
	else
		report_say(&call->report, "nothing to %s", word);
	finish(call);
}

static void run_undo(struct call *call)
{
	move_back_or_forth(call, store_note_undo, "undo");
}

static void run_redo(struct call *call)
{
	move_back_or_forth(call, store_note_redo, "redo");
}

/* ---- notes export: Markdown ---- */

static void export_notes(struct call *call)
{
	struct note_filter filter = { .target = call->app->target.name };
	struct note_list list = { 0 };
	struct str text = { 0 };
	struct err e;

	if (can_read_notes(call) && !store_note_list(app_store(call->app), &filter, &list, &e))
		fail(call, EXIT_ERROR, &e);
	for (size_t i = list.count; i-- > 0;) {
		const struct note *note = &list.items[i];
		char at[CLOCK_TEXT_BYTES];
		clock_format_utc(note->at_us, at);
		str_addf(&text, "## #%lld  %s  %s\n\n", (long long)note->id, at, note->author);
		if (note->object)
			str_addf(&text, "Pinned to %s %s.\n\n", note_pin_word(note->pin),
				note->object);
		if (note->is_todo)
			str_addf(&text, "- [%c] %s\n\n", note->is_done ? 'x' : ' ', note->text);
		else
			str_addf(&text, "%s\n\n", note->text);
	}
	report_text(
		&call->report, call->report.data, "markdown", text.len ? "" : NULL, str_c(&text));
	str_release(&text);
	note_list_release(&list);
	call_finish(call);
}

/* ---- the command line's `notes WORD …` ---- */

static void run_add_after_word(struct call *call)
{
	add_note(call, 1);
}

static void run_done_after_word(struct call *call)
{
	set_done(call, 1);
}

static void run_notes(struct call *call)
{
	static const struct {
		const char *word;
		void (*run)(struct call *call);
	} verbs[] = {
		{ "list", list_notes },
		{ "add", run_add_after_word },
		{ "show", show_note },
		{ "done", run_done_after_word },
		{ "export", export_notes },
	};
	const char *word = call_arg(call, 0);
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(word ? word : "list", verbs[i].word) == 0) {
			verbs[i].run(call);
			return;
		}
	}
	err_set(&e, ERR_USAGE, "notes does not know %s", word);
	err_hint(&e, "list, add, show, done or export");
	fail(call, EXIT_USAGE, &e);
	call_finish(call);
}

enum { NOTE_WORDS_MAX = 1024 };

static const struct command rows[] = {
	{ .name = "note.notes",
		.word = "notes",
		.args = "[list|add TEXT|show N|done N|export]",
		.args_max = NOTE_WORDS_MAX,
		.risk = RISK_LOCAL,
		.reach = REACH_CLI,
		.run = run_notes,
		.options = note_options,
		.option_count = ARRAY_SIZE(note_options),
		.help = "Keep and read operator notes in the local store",
		.example = "dbtop notes add --migration 20260131120000 run after 22:00" },
	{ .name = "note.add",
		.args = "TEXT",
		.args_max = NOTE_WORDS_MAX,
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_add,
		.options = note_options,
		.option_count = ARRAY_SIZE(note_options),
		.help = "Pin a note to this time, and to an object" },
	{ .name = "note.edit",
		.args = "N TEXT",
		.args_max = NOTE_WORDS_MAX,
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_edit,
		.options = edit_options,
		.option_count = ARRAY_SIZE(edit_options),
		.help = "Change the text of a note" },
	{ .name = "note.done",
		.args = "N",
		.args_max = 1,
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_done,
		.help = "Tick a todo, or open it again" },
	{ .name = "note.delete",
		.args = "N",
		.args_max = 1,
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_delete,
		.help = "Delete a note; undo brings it back" },
	{ .name = "note.undo",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_undo,
		.help = "Undo the last change of a note" },
	{ .name = "note.redo",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_redo,
		.help = "Redo what was undone" },
};

const struct command_table note_commands = { rows, ARRAY_SIZE(rows) };
