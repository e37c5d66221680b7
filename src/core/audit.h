/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Audit: every answer typed and every change started, kept in the store: who, when, which target, what was typed,
 * what the gate read.
 */
#ifndef DBTOP_CORE_AUDIT_H
#define DBTOP_CORE_AUDIT_H

struct app;
struct call;
struct confirmation;

/* A prompt was answered, and the call is about to start. */
void audit_answer(
	struct app *app, const struct call *call, const struct confirmation *confirmation);
/* Anything else worth keeping: armed, locked, refused. */
void audit_event(struct app *app, const char *what, const char *detail);

#endif
