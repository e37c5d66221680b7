/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Args: the words of the shell, told apart: options of all commands (conf/options.c), the command, its own options and
 * words, the TARGET. The first bare word is a command if it is one, else TARGET. After a command, `-` and digits is
 * an argument (downgrade -2).
 */
#ifndef DBTOP_CORE_ARGS_H
#define DBTOP_CORE_ARGS_H

#include "conf/conf.h"
#include "core/command.h"

struct args {
	/* owned, as the arrays below; texts are owned by `memory` or argv */
	struct conf_flag *flags;
	size_t flag_count;
	const struct command *command; /* NULL = the console */
	const char **words;	       /* what the command gets */
	size_t word_count;
	const char *target; /* TARGET or -d; NULL = none */
	const char *user;   /* a second bare word, as in psql */
	bool wants_help, wants_version;
	bool had_password; /* one stood in argv: it is wiped there, and the caller warns */
	char **secrets;	   /* owned copies of the words that held one */
	size_t secret_count;
};

/* Wipes a password out of argv as it goes. */
bool args_parse(struct args *args, int argc, char **argv, struct err *e) MUST_CHECK;
/* Was the flag at this place that option? */
bool args_flag_is(const struct args *args, size_t index, const char *key);
void args_release(struct args *args);

#endif
