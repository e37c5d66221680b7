// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/remember.h"

#include <stdio.h>

#include "conf/conf.h"
#include "core/app.h"
#include "core/migrations.h"
#include "store/store.h"
#include "store/store_note.h"

static void tell_trouble(struct app *app)
{
	struct model *model = &app->model;
	const char *words = store_words(app->store);

	model->notes_read_only = store_health(app->store) != STORE_WRITABLE;
	if (strcmp(model->store_words, words) == 0)
		return;
	snprintf(model->store_words, sizeof(model->store_words), "%s", words);
	if (*words)
		app_message(app, MESSAGE_WARN, "%s", words);
}

struct store *remember_store(struct app *app)
{
	if (!app->store)
		app->store = store_open(
			app->conf ? conf_text(app->conf, "store") : NULL, loop_clock(app->loop));
	tell_trouble(app);
	return app->store;
}

void remember_close(struct app *app)
{
	store_close(app->store);
	app->store = NULL;
}

void remember_load_notes(struct app *app)
{
	struct note_filter filter = { .target = app->target.name };
	struct note_list list = { 0 };
	struct err e;

	if (!store_note_list(remember_store(app), &filter, &list, &e)) {
		note_list_release(&list);
		return;
	}
	note_list_release(&app->model.notes);
	app->model.notes = list;
	app->notes_change = store_changes(app->store, STORE_NOTES);
	bus_post(&app->bus, EVENT_NOTES);
	migrations_notes_changed(app);
}

void remember_check_notes(struct app *app)
{
	if (app->store && store_changes(app->store, STORE_NOTES) != app->notes_change)
		remember_load_notes(app);
}
