/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Remember: the local store as the app uses it: opened at first use, its troubles told once, notes kept in the model.
 * Nothing here is needed for the safety of a database, so nothing here stops a command.
 */
#ifndef DBTOP_CORE_REMEMBER_H
#define DBTOP_CORE_REMEMBER_H

struct app;
struct store;

struct store *remember_store(struct app *app);
void remember_close(struct app *app);
/* Read the notes of this target into the model; news follows. */
void remember_load_notes(struct app *app);
/* Read them again when another dbtop changed them. */
void remember_check_notes(struct app *app);

#endif
