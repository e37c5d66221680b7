// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/setup.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/str.h"
#include "base/utf8.h"
#include "model/value.h"
#include "setup/seed_files.h"
#include "setup/setup_private.h"
#include "sql/sql.h"

enum { CANCEL_MS = 2000 };

bool setup_is_given_up(const struct setup *setup, struct err *e)
{
	return setup->is_canceled && !err_set(e, ERR_CANCELED, "it was given up");
}

struct conn *setup_conn(const struct setup *setup)
{
	return setup->lease ? lease_conn(setup->lease) : NULL;
}

int setup_server_version(const struct setup *setup)
{
	return conn_view(setup_conn(setup))->identity.server_version;
}

static struct setup_item *current(const struct setup *setup)
{
	return &setup->list.items[setup->at];
}

/* ---- the end of an item, of a stage ---- */

void setup_settle(struct setup *setup, struct setup_item *item)
{
	bool is_bad = item->state == SETUP_FAILED || item->state == SETUP_ADMIN;

	if (setup->makes && (is_bad || item->state == SETUP_MADE)) {
		item->took_ms = (loop_now_us(setup->options.loop) - setup->started_us) / 1000;
		setup->tell(setup->tell_arg, item);
	}
	log_event(is_bad ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "setup", setup_state_word(item->state),
		LOG_FIELDS(LOG_TEXT("item", item->class->word),
			LOG_TEXT("name", item->values[SLOT_NAME] ? item->values[SLOT_NAME] : ""),
			LOG_TEXT("words", item->words),
			LOG_INT("took_ms", value_is_known(item->took_ms) ? item->took_ms : 0)));
}

static void tell_end(void *arg)
{
	struct setup *setup = arg;
	const struct err e = setup->error;

	endpoint_free(setup->endpoint);
	setup->endpoint = NULL;
	setup->is_busy = false;
	setup->done(setup->done_arg, e.kind == ERR_NONE ? NULL : &e);
}

void setup_stage_end(struct setup *setup)
{
	seeds_free(setup->seeds);
	setup->seeds = NULL;
	if (setup->lease)
		lease_give_back(setup->lease);
	setup->lease = NULL;
	loop_soon(setup->options.loop, tell_end, setup);
}

/* The statement as the administrator may paste it, on one line. */
static const char *command_of(struct setup *setup)
{
	char *text = arena_strdup(&setup->list.arena, setup->sql);
	size_t len = strlen(text);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = ' ';
	return arena_printf(&setup->list.arena, "%s;", text);
}

static void need_administrator(struct setup *setup, struct setup_item *item, const char *why)
{
	setup_item_say(item, SETUP_ADMIN, "%s", why);
	item->command = command_of(setup);
	item->command_in = setup->stage == SETUP_SERVER ? setup->options.spec->maintenance_db
							: setup->database;
}

bool setup_item_fail(struct setup *setup, struct setup_item *item, const struct err *e)
{
	bool is_right = strcmp(e->sqlstate, "42501") == 0 && setup->sql;

	if (is_right)
		need_administrator(setup, item, e->text);
	else if (e->file)
		setup_item_say(item, SETUP_FAILED, "%.80s:%d:%d: %.160s", e->file, e->line,
			e->column, e->text);
	else
		setup_item_say(item, SETUP_FAILED, "%s", e->text);
	if (!is_right && (setup->makes || setup->is_canceled || e->file || e->kind != ERR_SERVER))
		setup->error = *e;
	setup_settle(setup, item);
	return setup->error.kind == ERR_NONE;
}

/* ---- one item ---- */

static void next_item(struct setup *setup);

static void go_on(struct setup *setup)
{
	free(setup->sql);
	setup->sql = NULL;
	setup->was_made = false;
	setup->at++;
	next_item(setup);
}

static enum setup_state read_state(const char *word)
{
	static const struct {
		const char *word;
		enum setup_state state;
	} words[] = {
		{ "there", SETUP_THERE },
		{ "missing", SETUP_MISSING },
		{ "differs", SETUP_DIFFERS },
		{ "waits", SETUP_WAITS },
		{ "absent", SETUP_ADMIN },
	};

	for (size_t i = 0; word && i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].state;
	return SETUP_FAILED;
}

static const char *slot_of(const struct setup *setup, const struct setup_item *item, int slot)
{
	if (!item->values[slot] && slot == SLOT_OWNER)
		return setup->user;
	return item->values[slot];
}

static char *make_text(const struct setup *setup, const struct setup_item *item)
{
	struct quote_slot slots[SLOT_COUNT];
	size_t count = 0;

	for (int i = 0; i < SLOT_COUNT; i++) {
		const char *value = slot_of(setup, item, i);
		if (value)
			slots[count++] = (struct quote_slot){ setup_slot_names[i], value };
	}
	return quote_slots(
		sql_get(item->make ? item->make : item->class->make, setup_server_version(setup)),
		slots, count);
}

static void look(struct setup *setup);

static void on_made(void *arg, const struct result *result, const struct err *e)
{
	struct setup *setup = arg;

	(void)result;
	setup->was_made = true;
	if (!e)
		look(setup);
	else if (setup_item_fail(setup, current(setup), e))
		go_on(setup);
	else
		setup_stage_end(setup);
}

static void make(struct setup *setup)
{
	setup->sql = make_text(setup, current(setup));
	const struct query query = {
		.sql = setup->sql, .is_simple = true, .deadline_ms = SETUP_DEADLINE_MS
	};

	conn_query(setup_conn(setup), &query, on_made, setup);
}

static void take_look(struct setup_item *item, const struct result *result, struct arena *arena)
{
	const char *words = result_text(result, 0, result_column(result, "words"));
	const char *make = result_text(result, 0, result_column(result, "make"));
	const char *state = result_text(result, 0, result_column(result, "state"));

	setup_item_say(item, read_state(state), "%s", words ? words : "");
	if (make)
		item->make = arena_strdup(arena, make);
}

static void on_look(void *arg, const struct result *result, const struct err *e)
{
	struct setup *setup = arg;
	struct setup_item *item = current(setup);

	if (e) {
		if (setup_item_fail(setup, item, e))
			go_on(setup);
		else
			setup_stage_end(setup);
		return;
	}
	take_look(item, result, &setup->list.arena);
	if (item->state == SETUP_MISSING && setup->makes && !setup->was_made) {
		make(setup);
		return;
	}
	if (item->state == SETUP_WAITS && checklist_count(&setup->list, SETUP_ADMIN)) {
		/* The administrator gets the whole list at once. */
		setup->sql = make_text(setup, item);
		need_administrator(setup, item, "behind the commands before it");
	}
	if (setup->was_made && item->state == SETUP_THERE)
		item->state = SETUP_MADE;
	else if (setup->was_made && item->state == SETUP_MISSING)
		need_administrator(setup, item,
			"the server did as if, and it is still missing: a "
			"right of yours is missing");
	setup_settle(setup, item);
	go_on(setup);
}

static void look(struct setup *setup)
{
	const struct setup_item *item = current(setup);
	const char *params[SETUP_PARAMS_MAX];

	for (size_t i = 0; i < item->class->param_count; i++)
		params[i] = item->values[item->class->params[i]];
	const struct query query = { .sql = sql_get(item->class->look, setup_server_version(setup)),
		.params = params,
		.param_count = (int)item->class->param_count,
		.deadline_ms = SETUP_DEADLINE_MS };

	conn_query(setup_conn(setup), &query, on_look, setup);
}

static void next_item(struct setup *setup)
{
	while (setup->at < setup->list.count && current(setup)->class->stage != setup->stage)
		setup->at++;
	if (setup->at == setup->list.count) {
		setup_stage_end(setup);
		return;
	}
	setup->started_us = loop_now_us(setup->options.loop);
	if (setup_is_given_up(setup, &setup->error))
		setup_stage_end(setup);
	else
		look(setup);
}

/* ---- a stage ---- */

static void all_wait(struct setup *setup, const char *why)
{
	for (size_t i = 0; i < setup->list.count; i++)
		if (setup->list.items[i].class->stage == setup->stage)
			setup_item_say(&setup->list.items[i], SETUP_WAITS, "%s", why);
}

static void begin(struct setup *setup)
{
	setup->at = 0;
	switch (setup->stage) {
	case SETUP_SERVER:
	case SETUP_DATABASE:
	case SETUP_RIGHTS: next_item(setup); break;
	case SETUP_SEEDS: seeds_start(setup); break;
	case SETUP_CHECKS: checks_start(setup); break;
	case SETUP_MIGRATIONS:
	case SETUP_STAGE_COUNT: assert_always(false, "a stage that is not setup's"); break;
	}
}

static void on_lease(void *arg, struct lease *lease, const struct err *e)
{
	struct setup *setup = arg;

	setup->lease = lease;
	if (!e && setup_is_given_up(setup, &setup->error)) {
		setup_stage_end(setup);
		return;
	}
	if (!e) {
		begin(setup);
		return;
	}
	/* Look and make are years apart: between them somebody may have dropped it. */
	if (setup->stage != SETUP_SERVER)
		all_wait(setup, e->text);
	setup->error = *e;
	setup_stage_end(setup);
}

static bool has_items(const struct setup *setup)
{
	for (size_t i = 0; i < setup->list.count; i++)
		if (setup->list.items[i].class->stage == setup->stage)
			return true;
	return false;
}

/* Rows are the owner's business. */
static bool is_as_owner(const struct setup *setup)
{
	return setup->stage == SETUP_SEEDS || setup->stage == SETUP_CHECKS;
}

/* A turn later: whoever asked may have kept the loop's clock standing. */
static void connect_stage(void *arg)
{
	struct setup *setup = arg;
	const struct endpoint_options options = {
		.driver = setup->options.driver,
		.info = setup->stage == SETUP_SERVER ? setup->maintenance : setup->info,
		.connect_timeout_ms = setup->options.connect_timeout_ms,
		.set_role = is_as_owner(setup) ? setup->options.acts_as : NULL,
	};

	if (setup_is_given_up(setup, &setup->error)) {
		setup_stage_end(setup);
		return;
	}
	setup->endpoint = endpoint_new(setup->options.loop, &options, NULL, NULL);
	lease_take(setup->endpoint, CONN_CHANGE, NULL, setup->options.connect_timeout_ms, on_lease,
		setup);
}

void setup_run(
	struct setup *setup, enum setup_stage stage, bool makes, setup_done_fn *done, void *arg)
{
	assert_always(!setup->is_busy, "a setup does one stage at a time");
	setup->stage = stage;
	setup->makes = makes;
	setup->is_busy = true;
	setup->done = done;
	setup->done_arg = arg;
	setup->error = (struct err){ .kind = ERR_NONE };
	if (!has_items(setup)) {
		setup_stage_end(setup);
	} else if (stage != SETUP_SERVER && !setup_has_database(setup)) {
		all_wait(setup, "for the database");
		setup_stage_end(setup);
	} else if (is_as_owner(setup) && !setup_may_act(setup)) {
		all_wait(setup, "for the right to act as owner");
		setup_stage_end(setup);
	} else {
		loop_soon(setup->options.loop, connect_stage, setup);
	}
}

static void on_deadline(void *arg)
{
	struct setup *setup = arg;

	setup->deadline = NULL;
	endpoint_free(setup->endpoint);
	setup->endpoint = NULL;
}

void setup_cancel(struct setup *setup)
{
	if (setup->is_canceled)
		return;
	setup->is_canceled = true;
	setup->deadline = loop_timer_start(setup->options.loop, CANCEL_MS, 0, on_deadline, setup);
	if (setup->endpoint && setup_conn(setup))
		conn_cancel(setup_conn(setup));
	else if (setup->endpoint)
		lease_forget(setup->endpoint, on_lease, setup);
}

bool setup_is_canceled(const struct setup *setup)
{
	return setup->is_canceled;
}

/* ---- life ---- */

struct checklist *setup_checklist(struct setup *setup)
{
	return &setup->list;
}

bool setup_has_database(const struct setup *setup)
{
	enum setup_state state = checklist_find(&setup->list, "database")->state;

	return state == SETUP_THERE || state == SETUP_MADE || state == SETUP_DIFFERS;
}

bool setup_may_act(const struct setup *setup)
{
	const struct setup_item *item = checklist_find(&setup->list, "act as owner");

	return !item || item->state == SETUP_THERE || item->state == SETUP_MADE;
}

static bool take_names(struct setup *setup, struct err *e)
{
	const char *user = conninfo_get(setup->info, "user");
	const char *database = conninfo_get(setup->info, "dbname");
	struct span name;

	setup->user = mem_strdup(user ? user : "");
	setup->database = mem_strdup(database ? database : setup->user);
	name = span_of(setup->database);
	if (!name.len || utf8_valid(name) != name.len)
		return err_set(e, ERR_USAGE, "the target does not say which database, in UTF-8");
	return true;
}

struct setup *setup_new(
	const struct setup_options *options, setup_tell_fn *tell, void *arg, struct err *e)
{
	struct setup *setup = mem_new(struct setup);

	setup->options = *options;
	setup->tell = tell;
	setup->tell_arg = arg;
	setup->info = conninfo_copy(options->info);
	setup->maintenance = conninfo_copy(options->info);
	conninfo_set(setup->maintenance, "dbname", options->spec->maintenance_db);
	if (!take_names(setup, e) ||
		!seed_files(options->seed_dir, &setup->list.arena, &setup->seed_files, e)) {
		setup_free(setup);
		return NULL;
	}
	const struct setup_place place = { .database = setup->database,
		.user = setup->user,
		.owner_logs_in = options->owner_logs_in };
	checklist_fill(&setup->list, options->spec, &place, &setup->seed_files);
	return setup;
}

void setup_free(struct setup *setup)
{
	if (!setup)
		return;
	loop_timer_stop(setup->deadline);
	seeds_free(setup->seeds);
	endpoint_free(setup->endpoint);
	conninfo_free(setup->info);
	conninfo_free(setup->maintenance);
	free(setup->database);
	free(setup->user);
	free(setup->sql);
	checklist_release(&setup->list);
	free(setup);
}
