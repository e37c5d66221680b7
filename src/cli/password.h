/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Password: asked for on the terminal, without echo, when the server wants one (or before, with -W); never read from a
 * standard input that is no terminal. It goes into the app's conninfo and nowhere else.
 */
#ifndef DBTOP_CLI_PASSWORD_H
#define DBTOP_CLI_PASSWORD_H

#include "core/app.h"
#include "core/args.h"

/* May a person be asked? Not with -w, not with --no-input, not without a terminal. */
bool password_may_ask(const struct app *app);
/* -W: ask before anything connects. False and e: it cannot be asked for, or the person gave up. */
bool password_first(struct app *app, const struct args *args, struct err *e) MUST_CHECK;
/* Ask now; false when the person gave up (^C, ^D, or nothing typed). */
bool password_ask(struct app *app);

#endif
