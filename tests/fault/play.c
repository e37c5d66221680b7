// SPDX-License-Identifier: GPL-3.0-or-later
#include "play.h"

#include <inttypes.h>

#include "base/mem.h"

static void on_state(void *arg, enum run_state state)
{
	struct play *play = arg;
	str_addf(&play->told, "state %d\n", state);
}

static const char *step_word(enum step_state state)
{
	static const char *const words[] = {
		[STEP_WAITING] = "waiting",
		[STEP_RUNNING] = "running",
		[STEP_DONE] = "done",
		[STEP_FAILED] = "failed",
		[STEP_SKIPPED] = "skipped",
		[STEP_ROLLED_BACK] = "rolled back",
	};
	return words[state];
}

static void on_ahead(void *arg, size_t step)
{
	struct play *play = arg;
	str_addf(&play->told, "ahead %zu\n", step);
}

static void on_step(void *arg, size_t step, enum step_state state, int64_t took_ms)
{
	struct play *play = arg;
	play->step_took_ms = took_ms;
	str_addf(&play->told, "step %zu %s\n", step, step_word(state));
}

static void on_waiting(void *arg, const struct run_wait *wait)
{
	struct play *play = arg;
	str_addf(&play->told, "wait %d %s\n", (int)wait->kind, wait->words);
}

static void on_retry(void *arg, int attempt, int64_t delay_ms, const struct err *why)
{
	struct play *play = arg;
	str_addf(&play->told, "retry %d %s %s\n", attempt, why->text, why->detail);
	play->retry_ms[play->retries++] = delay_ms;
}

static void on_notice(void *arg, const char *severity, const char *text)
{
	struct play *play = arg;
	str_addf(&play->told, "notice %s %s\n", severity, text);
}

static bool on_may_step(void *arg, size_t step)
{
	struct play *play = arg;
	(void)step;
	return !play->is_gate_shut;
}

static void on_paused(void *arg, const struct run_trouble *trouble)
{
	struct play *play = arg;
	play->trouble = *trouble;
	play->pauses++;
}

static void on_finished(void *arg, const struct run_end *end)
{
	struct play *play = arg;
	play->end = *end;
	play->is_finished = true;
}

static bool journal_intent(void *state, const struct journal_intent *intent, struct err *e)
{
	struct play *play = state;
	play->is_outcome_waiting = false;
	if (play->is_journal_full)
		return err_set(e, ERR_STORE, "the disk is full");
	str_addf(&play->journaled, "intent %s %s %zu xid %s\n", intent->rev,
		migration_section_word(intent->direction), intent->ordinal, intent->xid);
	return true;
}

static bool journal_outcome(void *state, const struct journal_outcome *outcome, struct err *e)
{
	static const char *const words[] = {
		[JOURNAL_DONE] = "done",
		[JOURNAL_FAILED] = "failed",
		[JOURNAL_ROLLED_BACK] = "rolled back",
		[JOURNAL_SKIPPED] = "skipped",
		[JOURNAL_UNKNOWN] = "unknown",
	};
	struct play *play = state;
	(void)e;
	str_addf(&play->journaled, "outcome %s %s\n", outcome->rev, words[outcome->result]);
	play->is_outcome_waiting = outcome->may_wait;
	play->outcome_took_ms = outcome->took_ms;
	return true;
}

static bool journal_flush(void *state, struct err *e)
{
	struct play *play = state;
	(void)e;
	if (play->is_outcome_waiting)
		str_add(&play->journaled, "flush\n");
	play->is_outcome_waiting = false;
	return true;
}

static void journal_log(void *state, const char *level, const char *text)
{
	(void)state;
	(void)level;
	(void)text;
}

static bool journal_find_past(
	void *state, const struct identity *identity, const char *rev, struct journal_past *past)
{
	struct play *play = state;
	(void)identity;
	(void)rev;
	*past = play->past;
	return play->has_past;
}

struct play *play_new(const char *format, enum plan_direction direction)
{
	struct play *play = mem_new(struct play);
	play->stage = stage_new();
	handmade_init(&play->made, format, direction);
	handmade_migration(&play->made, "20260101000000", "first");
	handmade_migration(&play->made, "20260102000000", "second");
	play->history = handmade_history(&play->made);
	play->journal = (struct journal){ .intent = journal_intent,
		.outcome = journal_outcome,
		.flush = journal_flush,
		.log = journal_log,
		.find_past = journal_find_past,
		.state = play };
	play->events = (struct run_events){ .state = on_state,
		.step = on_step,
		.ahead = on_ahead,
		.waiting = on_waiting,
		.retry = on_retry,
		.notice = on_notice,
		.may_step = on_may_step,
		.paused = on_paused,
		.finished = on_finished };
	play->options = (struct executor_options){ .loop = stage_loop(play->stage),
		.endpoint = stage_endpoint(play->stage),
		.plan = &play->made.plan,
		.history = play->history,
		.set = &play->made.set,
		.project = "main",
		.client = "ann@desk",
		.run_id = "00000000-0000-4000-8000-000000000001",
		.lock_timeout_ms = 3000,
		.lock_wait_ms = 15000,
		.journal = &play->journal,
		.events = &play->events,
		.events_arg = play };
	return play;
}

void play_free(struct play *play)
{
	executor_free(play->executor);
	loop_advance_ms(stage_loop(play->stage), 1);
	stage_free(play->stage);
	history_free(play->history);
	handmade_release(&play->made);
	str_release(&play->told);
	str_release(&play->journaled);
	free(play);
}

struct migration *play_migration(struct play *play, size_t index)
{
	return play->made.set.items[index];
}

struct plan_step *play_group(struct play *play, size_t migration, const char *sql)
{
	const char *const one[] = { sql, NULL };
	return handmade_group(&play->made, play_migration(play, migration), one);
}

struct plan_step *play_lone(struct play *play, size_t migration)
{
	struct action action = {
		.kind = ACTION_CREATE_INDEX_CONCURRENTLY,
		.object = { NULL, "big_i" },
		.table = { NULL, "big" },
	};
	return handmade_lone(&play->made, play_migration(play, migration),
		"CREATE INDEX CONCURRENTLY big_i ON big (a)", action);
}

void play_open(struct play *play)
{
	handmade_finish(&play->made);
	play->executor = executor_new(&play->options);
	executor_start(play->executor);
	play_ms(play, 0);
}

void play_all(struct play *play)
{
	handmade_finish(&play->made);
	play->executor = executor_new(&play->options);
	executor_start(play->executor);
	executor_run(play->executor, play->made.plan.step_count);
	play_ms(play, 0);
}

void play_ms(struct play *play, int64_t ms)
{
	loop_advance_ms(stage_loop(play->stage), ms);
	loop_free_deferred(stage_loop(play->stage));
}

bool play_told(const struct play *play, const char *part)
{
	return strstr(str_c(&play->told), part) != NULL;
}

bool play_journaled(const struct play *play, const char *part)
{
	return strstr(str_c(&play->journaled), part) != NULL;
}

bool play_sent(const struct play *play, const char *const *parts)
{
	const char *at = stage_log(play->stage);
	for (; *parts; parts++) {
		at = strstr(at, *parts);
		if (!at)
			return false;
		at += strlen(*parts);
	}
	return true;
}
