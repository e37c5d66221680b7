// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Adopted: schema dbtop. `revision` holds what is applied now, `step` what lone steps intend and did, `event` the story.
 */
#include "migrate/history/history_class.h"

#include "base/compiler.h"

enum { LAYOUT = 1 };

/* Where each column of a reading stands. */
struct columns {
	int kind, rev, name, state, direction, applied_us, took_ms, actor, sha256, sha256_norm,
		parents;
	int steps_total, steps_done, error, ordinal, step_kind, attempt, started_us, backend_pid,
		backend_start;
};

static struct columns columns_of(const struct result *r)
{
	return (struct columns){
		.kind = result_column(r, "kind"),
		.rev = result_column(r, "rev"),
		.name = result_column(r, "name"),
		.state = result_column(r, "state"),
		.direction = result_column(r, "direction"),
		.applied_us = result_column(r, "applied_us"),
		.took_ms = result_column(r, "took_ms"),
		.actor = result_column(r, "actor"),
		.sha256 = result_column(r, "sha256"),
		.sha256_norm = result_column(r, "sha256_norm"),
		.parents = result_column(r, "parents"),
		.steps_total = result_column(r, "steps_total"),
		.steps_done = result_column(r, "steps_done"),
		.error = result_column(r, "error"),
		.ordinal = result_column(r, "ordinal"),
		.step_kind = result_column(r, "step_kind"),
		.attempt = result_column(r, "attempt"),
		.started_us = result_column(r, "started_us"),
		.backend_pid = result_column(r, "backend_pid"),
		.backend_start = result_column(r, "backend_start"),
	};
}

static bool is_word(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static enum migration_section direction_of(const char *word)
{
	return is_word(word, "down") ? SECTION_DOWN : SECTION_UP;
}

static enum history_state state_of(const char *word)
{
	for (int state = HISTORY_APPLIED; state <= HISTORY_FAILED; state++)
		if (is_word(word, history_state_word((enum history_state)state)))
			return (enum history_state)state;
	return HISTORY_FAILED; /* not ours: nothing may be built on it */
}

static enum history_step_state step_state_of(const char *word)
{
	static const char *const words[] = {
		[HISTORY_STEP_INTENT] = "intent",
		[HISTORY_STEP_DONE] = "done",
		[HISTORY_STEP_FAILED] = "failed",
		[HISTORY_STEP_SKIPPED] = "skipped",
	};
	for (int state = HISTORY_STEP_INTENT; state <= HISTORY_STEP_SKIPPED; state++)
		if (is_word(word, words[state]))
			return (enum history_step_state)state;
	return HISTORY_STEP_INTENT; /* not ours: as good as no outcome */
}

static uint64_t number_of(const char *rev)
{
	char *end;
	unsigned long long number = strtoull(rev, &end, 10);
	return *end ? 0 : number;
}

static void take_row(struct history *h, const struct result *r, int row, const struct columns *c)
{
	const char *rev = result_text(r, row, c->rev);
	h->rows[h->row_count++] = (struct history_row){
		.rev = arena_strdup(&h->arena, rev),
		.number = number_of(rev),
		.name = arena_strdup(&h->arena, result_text(r, row, c->name)),
		.state = state_of(result_text(r, row, c->state)),
		.direction = direction_of(result_text(r, row, c->direction)),
		.applied_us = result_int(r, row, c->applied_us, VALUE_UNKNOWN),
		.took_ms = result_int(r, row, c->took_ms, VALUE_UNKNOWN),
		.actor = arena_strdup(&h->arena, result_text(r, row, c->actor)),
		.sha256 = arena_strdup(&h->arena, result_text(r, row, c->sha256)),
		.sha256_norm = arena_strdup(&h->arena, result_text(r, row, c->sha256_norm)),
		.parents = arena_strdup(&h->arena, result_text(r, row, c->parents)),
		.steps_total = result_int(r, row, c->steps_total, VALUE_UNKNOWN),
		.steps_done = result_int(r, row, c->steps_done, VALUE_UNKNOWN),
		.error = arena_strdup(&h->arena, result_text(r, row, c->error)),
	};
}

static void take_step(struct history *h, const struct result *r, int row, const struct columns *c)
{
	h->steps[h->step_count++] = (struct history_step){
		.rev = arena_strdup(&h->arena, result_text(r, row, c->rev)),
		.direction = direction_of(result_text(r, row, c->direction)),
		.ordinal = result_int(r, row, c->ordinal, 0),
		.state = step_state_of(result_text(r, row, c->state)),
		.is_lone = is_word(result_text(r, row, c->step_kind), "lone"),
		.sha256 = arena_strdup(&h->arena, result_text(r, row, c->sha256)),
		.attempt = result_int(r, row, c->attempt, 1),
		.started_us = result_int(r, row, c->started_us, VALUE_UNKNOWN),
		.finished_us = result_int(r, row, c->applied_us, VALUE_UNKNOWN),
		.backend_pid = result_int(r, row, c->backend_pid, 0),
		.backend_start = arena_strdup(&h->arena, result_text(r, row, c->backend_start)),
		.error = arena_strdup(&h->arena, result_text(r, row, c->error)),
	};
}

static bool check_layout(const struct result *r, int row, const struct columns *c, struct err *e)
{
	const char *text = result_text(r, row, c->name);
	long layout = text ? strtol(text, NULL, 10) : 0;
	if (layout == LAYOUT)
		return true;
	err_set(e, ERR_CONFLICT, "schema dbtop has layout %s, this dbtop knows %d",
		text ? text : "?", LAYOUT);
	return err_hint(e, "use the dbtop that wrote it, or a newer one");
}

static bool decode(struct history *h, const struct result *r, struct err *e)
{
	struct columns c = columns_of(r);
	int rows = result_rows(r);

	h->rows = arena_array(&h->arena, struct history_row, (size_t)rows + 1);
	size_t steps = 0;
	for (int row = 0; row < rows; row++)
		steps += is_word(result_text(r, row, c.kind), "s");
	h->steps = arena_array(&h->arena, struct history_step, steps + 1);
	for (int row = 0; row < rows; row++) {
		const char *kind = result_text(r, row, c.kind);
		if (is_word(kind, "m") && !check_layout(r, row, &c, e))
			return false;
		if (is_word(kind, "r"))
			take_row(h, r, row, &c);
		if (is_word(kind, "s"))
			take_step(h, r, row, &c);
	}
	return true;
}

static void decode_events(struct history *h, const struct result *r)
{
	int id = result_column(r, "id"), at = result_column(r, "at_us"),
	    rev = result_column(r, "rev");
	int name = result_column(r, "name"), event = result_column(r, "event");
	int actor = result_column(r, "actor"), took = result_column(r, "took_ms");
	int run = result_column(r, "run_id"), detail = result_column(r, "detail");
	int rows = result_rows(r);

	h->events = arena_array(&h->arena, struct history_event, (size_t)rows + 1);
	h->event_count = (size_t)rows;
	for (int row = 0; row < rows; row++)
		h->events[row] = (struct history_event){
			.id = result_int(r, row, id, 0),
			.at_us = result_int(r, row, at, VALUE_UNKNOWN),
			.rev = arena_strdup(&h->arena, result_text(r, row, rev)),
			.name = arena_strdup(&h->arena, result_text(r, row, name)),
			.event = arena_strdup(&h->arena, result_text(r, row, event)),
			.actor = arena_strdup(&h->arena, result_text(r, row, actor)),
			.took_ms = result_int(r, row, took, VALUE_UNKNOWN),
			.run_id = arena_strdup(&h->arena, result_text(r, row, run)),
			.detail = arena_strdup(&h->arena, result_text(r, row, detail)),
		};
}

static bool is_plain(const struct history_entry *entry)
{
	return entry->ordinal_count == 1 && !entry->is_lone && !entry->is_skipped && !entry->reason;
}

static const char *write_sql(enum history_write_kind kind, const struct history_entry *entry)
{
	switch (kind) {
	case HISTORY_WRITE_INTENT: return "history-dbtop-intent";
	case HISTORY_WRITE_STEP: return "history-dbtop-step";
	case HISTORY_WRITE_LAST:
		if (entry->direction == SECTION_DOWN)
			return "history-dbtop-revert";
		return is_plain(entry) ? "history-dbtop-apply" : "history-dbtop-last";
	case HISTORY_WRITE_FAILED: return "history-dbtop-failed";
	case HISTORY_WRITE_NOTHING: return "history-dbtop-nothing";
	case HISTORY_WRITE_APPLIED: return "history-dbtop-stamp";
	case HISTORY_WRITE_ABSENT: return "history-dbtop-revert";
	case HISTORY_WRITE_KIND_COUNT: break;
	}
	return NULL;
}

static const char *tx_word(enum tx_mode tx)
{
	static const char *const words[] = {
		[TX_AUTO] = "auto", [TX_ONE] = "one", [TX_STEP] = "step", [TX_NONE] = "none"
	};
	return words[tx];
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/* $1 to $10 of the texts that may make the revision's row. */
static void put_revision(struct history_write *write, const struct history_entry *entry)
{
	const struct migration *m = entry->migration;
	for (size_t i = 0; i < m->parent_count; i++)
		str_addf(&write->parents, "%s%s", i ? " " : "", m->parents[i]);
	history_write_text(write, entry->project);
	history_write_text(write, m->rev);
	history_write_text(write, m->name);
	history_write_text(write, str_c(&write->parents));
	history_write_text(write, or_null(m->sha256));
	history_write_text(write, or_null(m->sha256_norm));
	history_write_text(write, tx_word(m->tx));
	history_write_int(write, (int64_t)entry->ordinal_count);
	history_write_text(write, entry->client);
	history_write_text(write, entry->run_id);
}

static void put_step(struct history_write *write, const struct history_entry *entry)
{
	history_write_text(write, migration_section_word(entry->direction));
	history_write_int(write, (int64_t)entry->ordinal);
	history_write_text(write, entry->step_sha256);
}

static void put_step_outcome(
	struct history_write *write, const struct history_entry *entry, const char *event)
{
	put_step(write, entry);
	history_write_text(write, entry->is_lone ? "lone" : "group");
	history_write_text(write, entry->is_skipped ? "skipped" : "done");
	history_write_text(write, event);
	history_write_text(write, entry->reason);
}

/* $1 to $5 of the texts that find the revision's row there. */
static void put_known(struct history_write *write, const struct history_entry *entry)
{
	history_write_text(write, entry->project);
	history_write_text(write, entry->migration->rev);
	history_write_text(write, entry->migration->name);
	history_write_text(write, entry->client);
	history_write_text(write, entry->run_id);
}

static void put_gone(
	struct history_write *write, const struct history_entry *entry, const char *event)
{
	put_known(write, entry);
	history_write_text(write, event);
	history_write_text(write, entry->reason);
}

static void put_failure(struct history_write *write, const struct history_entry *entry)
{
	put_known(write, entry);
	history_write_text(write, migration_section_word(entry->direction));
	history_write_int(write, (int64_t)entry->ordinal);
	history_write_text(write, entry->sqlstate);
	history_write_text(write, entry->error);
}

static void put_last(struct history_write *write, const struct history_entry *entry)
{
	if (entry->direction == SECTION_DOWN) {
		put_gone(write, entry, entry->is_skipped ? "skip" : "downgrade");
		return;
	}
	put_revision(write, entry);
	if (!is_plain(entry))
		put_step_outcome(write, entry, entry->is_skipped ? "skip" : "upgrade");
}

/* A step in the middle makes an event only when there is something to say. */
static const char *step_event(const struct history_entry *entry)
{
	if (entry->is_skipped)
		return "skip";
	return entry->reason ? "data-loss" : NULL;
}

static void write_params(struct history_write *write, enum history_write_kind kind,
	const struct history_entry *entry)
{
	switch (kind) {
	case HISTORY_WRITE_INTENT:
		put_revision(write, entry);
		put_step(write, entry);
		break;
	case HISTORY_WRITE_STEP:
		put_revision(write, entry);
		put_step_outcome(write, entry, step_event(entry));
		break;
	case HISTORY_WRITE_LAST: put_last(write, entry); break;
	case HISTORY_WRITE_FAILED:
	case HISTORY_WRITE_NOTHING: put_failure(write, entry); break;
	case HISTORY_WRITE_APPLIED:
		put_revision(write, entry);
		history_write_text(write, entry->reason);
		break;
	case HISTORY_WRITE_ABSENT: put_gone(write, entry, "repair"); break;
	case HISTORY_WRITE_KIND_COUNT: break;
	}
}

const struct history_class history_dbtop = {
	.format = "dbtop",
	.words = "adopted",
	.default_table = "revision",
	.columns = "project rev name parents state direction sha256 sha256_norm",
	.read_sql = "history-dbtop-read",
	.create_sql = "history-dbtop-create",
	.events_sql = "history-dbtop-events",
	.is_adopted = true,
	.has_server_intent = true,
	.decode = decode,
	.decode_events = decode_events,
	.write_sql = write_sql,
	.write_params = write_params,
};
