/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cli: one command from the shell: start its call, turn the loop until it is finished, tell what happens on the way, print
 * the report. Also --help and --version.
 */
#ifndef DBTOP_CLI_CLI_H
#define DBTOP_CLI_CLI_H

#include "core/app.h"
#include "core/args.h"

/* The exit status of the program. The app is configured. */
int cli_run(struct app *app, const struct args *args);
/* The demo in plain text. */
int cli_tour(struct app *app);
/* A failure before there is an app to speak of; JSON where --json was given. */
int cli_fail(const struct args *args, enum exit_code exit, const struct err *e);

/* --help: of one command, or of dbtop. */
void cli_help(FILE *out, const struct command *command);
void cli_version(FILE *out);

#endif
