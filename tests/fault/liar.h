/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Liar: something that listens at an address of this machine, has no TLS, and says what the test wants said: what may
 * stand on the way to a real server. It keeps every password it is given.
 *
 *     struct liar *liar = liar_start(LIAR_REFUSES, "\033[2J gone");
 *     … dial 127.0.0.1, port liar_port(liar) …
 *     char *heard = liar_end(liar);                     "" = no password came; free it
 */
#ifndef DBTOP_TESTS_FAULT_LIAR_H
#define DBTOP_TESTS_FAULT_LIAR_H

enum liar_act {
	LIAR_REFUSES_TLS,   /* an error with the text, as the answer to the question for TLS */
	LIAR_REFUSES,	    /* no TLS; then a FATAL with the text */
	LIAR_WANTS_PASSWORD /* no TLS; then the password as it is, and after it the FATAL */
};

struct liar;

struct liar *liar_start(enum liar_act act, const char *text);
int liar_port(const struct liar *liar);
/* The passwords it was given, a line each. */
char *liar_end(struct liar *liar);

#endif
