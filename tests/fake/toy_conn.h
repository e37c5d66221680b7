/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Toy conn: connections without a server, in the place of pg/conn.c: a test that names this file decides what becomes
 * of each dial and each question, and a million of them take seconds. Their list is found by the driver's state.
 */
#ifndef DBTOP_TESTS_TOY_CONN_H
#define DBTOP_TESTS_TOY_CONN_H

#include "pg/conn.h"

enum toy_state { TOY_CLOSED, TOY_DIALING, TOY_UP, TOY_BUSY, TOY_STOPPED };

struct conn {
	struct toys *toys;
	enum toy_state state;
	bool is_in_transaction, is_stale, is_final;
	int holder; /* the test's: who has it; -1 = nobody */
	long born;  /* the test's count of steps when it was made */
	struct link_view view;
	struct err error;
	conn_changed_fn *changed;
	void *arg;
	struct loop_timer *telling;
	bool is_told;	     /* how its dial ended */
	query_done_fn *done; /* of the question that runs */
	void *done_arg;
	struct conn *prev, *next;
};

/* All that were made and not freed. */
struct toys {
	struct loop *loop;
	struct conn *list;
	int count;
	long step;		/* given to those made now as their birth */
	long admitted, refused; /* counted when they are told */
	long full_step;		/* when somebody was told last that the server is full */
};

void toy_admit(struct conn *conn);
void toy_refuse(struct conn *conn, bool is_final, const char *sqlstate);
/* The server hangs up; a question that runs ends with the same words. */
void toy_lose(struct conn *conn, const char *sqlstate);
/* The question that runs is answered: whatever was wrong is right now, or it stays and e is told. */
void toy_answer(struct conn *conn, bool is_good);

#endif
