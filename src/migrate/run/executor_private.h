/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the executor share. Each of them is a chain of callbacks over one executor: a function asks the
 * server and names the next one. Nothing here is for anybody outside this folder.
 */
#ifndef DBTOP_MIGRATE_RUN_EXECUTOR_PRIVATE_H
#define DBTOP_MIGRATE_RUN_EXECUTOR_PRIVATE_H

#include "base/dice.h"
#include "base/str.h"
#include "migrate/history/history_class.h"
#include "migrate/run/executor.h"
#include "migrate/run/probe_step.h"
#include "migrate/run/repair.h"
#include "pg/result.h"

typedef void executor_answer_fn(
	struct executor *x, const struct result *result, const struct err *e);
typedef void executor_part_fn(struct executor *x, size_t index, const struct result *result);
typedef void executor_next_fn(struct executor *x);

enum { EXECUTOR_KEYS = 2, GROUP_TRIES = 10, GATE_AGAIN_MS = 500 };

/* The connection, and who we are on it. */
struct executor_link {
	struct lease *lease; /* NULL = none */
	struct identity identity;
	bool has_identity;
	int64_t start_us;     /* when its backend began, by the server's clock; 0 = not known */
	int64_t old_pid;      /* backend of a connection that was lost; 0 = none */
	int64_t old_start_us; /* a number is lent to the next one: this is what tells them apart */
	bool has_locks_prepared; /* false once a file took it away */
	bool is_prepared_gone;	 /* the file said DEALLOCATE or DISCARD: send texts from now on */
	bool session_is_changed; /* settings of the file may stand */
	bool is_hung_up;	 /* by us: the next answer is that there is none */
};

/* The advisory locks: ours, and in guest mode the other tool's. */
struct executor_locks {
	int64_t keys[EXECUTOR_KEYS];
	size_t count, held;
	int64_t started_us;
	int64_t delay_ms;
	executor_next_fn *then;
};

/* What a group sends in one flight. */
enum group_part { PART_BEGIN, PART_GUARD, PART_STATEMENT, PART_RECORD };

/* One step under way. */
struct executor_step {
	int64_t started_us, statement_started_us;
	enum group_part parts[TRAIN_MAX]; /* of x->train */
	size_t statement;
	int attempt; /* from 1 */
	char xid[24];
	bool has_intent;     /* the journal knows it, or was asked to */
	bool is_unannounced; /* nobody was told yet that it begins */
	bool is_unwitnessed; /* it does not, and nobody else will: COMMIT is not sent */
	bool is_committing;  /* COMMIT is out */
	bool is_yielding;    /* canceled by ourselves, to let others pass */
	bool was_sent;	     /* a lone step's statement, in this run */
	bool is_server_busy; /* our statement of a lone step is out */
	bool is_chosen;	     /* a person or a rule said: run it, whatever an earlier run left */
	bool is_recording;   /* nothing but its record is missing: it happened, or is left out */
	size_t verify;	     /* index of the verify query */
	bool is_unverified;  /* a lone step is done, and verify says it is not as it should be */
	executor_next_fn *verify_passed;
	executor_answer_fn *verify_failed;
	struct err error; /* why it is being rolled back */
	const char *skip_reason;
	struct probe_finding finding;
	executor_next_fn *after_probe;
};

/* Parameters of a group's first questions: they live until the answers have come. */
struct group_words {
	char lock_timeout[24], statement_timeout[24];
	char keys[2 + EXECUTOR_KEYS * 24]; /* an array as the server writes it */
	const char *params[3];
};

struct executor {
	struct executor_options o;
	const struct repair_request *repair; /* NULL = a run */
	enum run_state state;

	/* plumbing: link.c */
	executor_answer_fn *answer;
	uint64_t questions; /* asked up to now */
	int pending;	    /* callbacks that will still come */
	bool is_finished; /* finished() was or will be called: what still comes is not listened to */
	bool is_dead;	  /* freed by its owner; memory goes with the last callback */
	struct loop_timer *timer;
	struct loop_timer *finishing; /* finished() is about to be told */
	executor_next_fn *timer_next;
	struct dice dice; /* jitter */
	char *sql;	  /* owned: the text of a file that was sent last */

	/* questions that travel together: group.c says which, link.c sends them */
	struct train train;
	size_t train_answered; /* so many, without the one that done() tells of */
	executor_part_fn *train_part;

	struct executor_link link;
	struct executor_locks locks;
	struct history_request history_request;
	struct history *history; /* as read under the lock; owned */
	struct history_writer writer;
	struct history_write write;
	int create_tries;
	bool is_confirming;   /* the history is read to confirm a COMMIT, without the lock */
	bool wants_terminate; /* end our old backend, also while it works */
	bool is_reopened;     /* after a loss: the history holds what we did ourselves */
	executor_next_fn *after_open;
	bool is_changed_since; /* the interrupted step's statements are others now */
	bool has_unfinished; /* earlier runs left something: each step is looked into before it runs */
	executor_next_fn *after_settle;
	executor_next_fn *after_gate; /* a choice that waits for the gate; NULL = none does */

	size_t next;  /* index of the next or running step */
	size_t until; /* run up to here */
	bool wants_stop, wants_cancel, wants_close;
	const struct migration *last_migration; /* whose settings stand in the session */
	struct executor_step step;
	struct str loss; /* what the step loses, for the history */
	struct group_words words;

	int64_t resolve_started_us, resolve_delay_ms, resolve_pid; /* outcome.c */

	char told_wait[256]; /* the last wait that was told */
	struct run_trouble trouble;
	enum exit_code trouble_exit;
	struct run_end end;
	struct run_blocker blockers[RUN_BLOCKERS_MAX];
	size_t blocker_count;
};

/* executor.c */
void executor_enter(struct executor *x, enum run_state state);
const struct plan_step *executor_step(const struct executor *x);
/* The next step, or READY, or the end. */
void executor_go_on(struct executor *x);
/* Start the next step, gate or no gate. */
void executor_begin(struct executor *x);
/* The same, over a connection that is made first where there is none. */
void executor_open_or_begin(struct executor *x);
bool executor_gate_is_open(struct executor *x);
/* As soon as the gate is open: GATED until then. */
void executor_when_open(struct executor *x, executor_next_fn *then);
/* Tell that the step begins, unless that was told. */
void executor_announce(struct executor *x);
/* Of the step at hand up to now; 0 when it never began here, since it was found done. */
int64_t executor_took_ms(const struct executor *x);
/* The step is over and in the history. */
void executor_step_done(struct executor *x, enum step_state state);
/* The step is over and not in the history: PAUSED. x->trouble.kind, error, choices and words are the caller's. */
void executor_step_failed(
	struct executor *x, const struct run_trouble *trouble, enum exit_code exit);
/* The same between steps: says whether part of a migration stands that this run began. */
void executor_finish_between(struct executor *x, enum exit_code exit, const struct err *e);
/* The run ends here, with what x->end says, on a later turn. */
void executor_finish(
	struct executor *x, enum run_state state, enum exit_code exit, const struct err *e);
/* Is the record of this step, the last of its migration or not, in the history as last read? */
bool executor_is_step_recorded(const struct executor *x);
/* Does the history, as last read, show the next step as done? Only the last of a migration shows. */
bool executor_is_recorded(const struct executor *x);
/* Database state when a step left nothing itself. */
enum database_state executor_untouched(const struct executor *x);
void executor_fill_entry(struct executor *x, struct history_entry *entry);
/* Where it failed in the file: from the place in the statement to the place in the file. */
void executor_place_error(const struct executor *x, const struct migration_statement *statement,
	enum migration_section section, struct err *e);

/* link.c */
void link_ask(struct executor *x, const struct query *query, executor_answer_fn *answer);
/*
 * Send x->train: part() gets every answer but the last, answer() the last or the first error, which belongs to
 * x->train.queries[x->train_answered].
 */
void link_train(struct executor *x, executor_part_fn *part, executor_answer_fn *answer);
/* A text of src/sql without parameters; simple protocol, so it may hold several statements. */
void link_ask_text(struct executor *x, const char *name, executor_answer_fn *answer);
/* A text made at run time; taken. */
void link_ask_made(struct executor *x, char *sql, executor_answer_fn *answer);
/* One statement of a file, kept until the next one. */
struct query link_statement(struct executor *x, const struct statement *statement);
void link_ask_statement(
	struct executor *x, const struct statement *statement, executor_answer_fn *answer);
/* Did the connection break? Then it is given back. */
bool link_is_lost(struct executor *x, const struct err *e);
/* What the loss means for the step comes first, what was heard of it behind. */
void link_explain_loss(struct err *e, const char *meaning);
void link_drop(struct executor *x);
/* Take a connection; answer is called with result NULL. */
void link_open(struct executor *x, const struct identity *must_equal, executor_answer_fn *answer);
void link_later(struct executor *x, int64_t delay_ms, executor_next_fn *next);
void link_forget_timer(struct executor *x);
int link_version(const struct executor *x);
bool link_cancel(struct executor *x);
void link_destroy(struct executor *x);

/* open.c: connection, session, locks, history; then `then`. Failures finish the run. */
void open_start(struct executor *x, executor_next_fn *then);
/* The same from the session on, over a connection that is there. */
void open_session(struct executor *x, executor_next_fn *then);
/* Read the history once more, to confirm what the server said of a COMMIT: no lock is needed for that. */
void open_confirm(struct executor *x, executor_next_fn *then);
/* Make the history's tables if they are not there; then `then`. */
void open_create(struct executor *x, executor_next_fn *then);
/* Take back what a file changed for the session; then `then`. */
void open_reset(struct executor *x, executor_next_fn *then);
/* A migration goes on in a session that has not seen its first steps: their SETs once more; then `then`. */
void open_replay(struct executor *x, executor_next_fn *then);
/* For a failure that ends the run before anything was sent. */
enum exit_code open_exit_code(const struct err *e);

/* lock.c */
void lock_init(struct executor *x);
/* Poll until all are held; then x->locks.then. */
void lock_take(struct executor *x, executor_next_fn *then);
/* Are they all among these rows of pg_locks? */
bool lock_is_held(const struct executor *x, const struct result *result);
/* "{1,2}": all of them, as an array. */
void lock_keys_print(const struct executor *x, char *text, size_t bytes);
void lock_lost_error(struct err *e);

/* group.c, verify.c, lone.c, outcome.c, record.c, resume.c, repair.c */
void group_start(struct executor *x);
void group_give_up(struct executor *x);
int64_t group_retry_delay_ms(struct executor *x);
/* A statement of a file ran: what it may have changed for the session. */
void group_note_statement(struct executor *x, const struct statement *sql);
bool verify_is_needed(const struct executor *x);
void verify_in_group(struct executor *x, executor_next_fn *passed, executor_answer_fn *failed);
void verify_alone(struct executor *x, executor_next_fn *passed, executor_answer_fn *failed);
void lone_start(struct executor *x);
/* May the server be told to break it off while it waits? Only where that leaves nothing behind. */
bool lone_may_give_way(const struct executor *x);
/* It gave way and is not tried again. */
void lone_give_up(struct executor *x);
/* The step is done: write it down and go on. */
void lone_record_done(struct executor *x);
/* COMMIT had no answer: ask the server what became of it. */
void outcome_start(struct executor *x);
/* The history could not be read after all. */
void outcome_not_confirmed(struct executor *x, const struct err *e);
/* A lone statement had none: find the way back, then ask the catalog. */
void outcome_reopen(struct executor *x);
void record_start(struct executor *x);
/* Send x->write. */
void record_write(struct executor *x, executor_answer_fn *answer);
/* Send the step's record; false: this history keeps none of it. */
bool record_history(struct executor *x, executor_answer_fn *answer);
/* The same, not sent yet; its texts live until the next write. */
bool record_query(struct executor *x, struct query *query);
bool executor_is_only_witness(const struct executor *x);
bool record_intent(struct executor *x, struct err *e);
void record_outcome(struct executor *x, enum journal_result result, const struct err *e);
/* The run rests: what the journal was given to keep for later is written now. */
void record_flush(struct executor *x);
void resume_check(struct executor *x, executor_next_fn *clean);
/* Did earlier runs leave anything on this server that has no outcome? */
bool resume_has_unfinished(struct executor *x);
/* Ask what became of the step's statement: x->step.finding, then x->step.after_probe. */
void resume_probe(struct executor *x);
void resume_clear(struct executor *x);
void repair_write(struct executor *x);

/* Callbacks to the caller, each of which may be NULL. */
void tell_statement(struct executor *x, bool is_done, int64_t rows);
void tell_waiting(struct executor *x, const struct run_wait *wait);
void tell_notice(struct executor *x, const char *severity, const char *text);
void tell_step(struct executor *x, enum step_state state, int64_t took_ms);
void tell_ahead(struct executor *x);

#endif
