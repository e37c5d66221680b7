/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of conninfo share: conninfo.c holds and shows, conninfo_read.c reads, conninfo_list.c divides several
 * hosts, conninfo_tls.c secures, passfile.c looks at ~/.pgpass. Private to this folder.
 */
#ifndef DBTOP_PG_CONNINFO_PRIVATE_H
#define DBTOP_PG_CONNINFO_PRIVATE_H

#include <libpq-fe.h>

#include "pg/conninfo.h"

/* More than libpq knows (41 in version 15). */
enum { CONNINFO_MAX = 96 };

/* What target_session_attrs asks for. */
enum conninfo_wanted { CONNINFO_WANTS_ANY, CONNINFO_WANTS_PRIMARY, CONNINFO_WANTS_STANDBY };

/* Owned; as many of each, keywords and values ended by NULL. */
struct conninfo {
	char *keywords[CONNINFO_MAX + 1];
	char *values[CONNINFO_MAX + 1];
	char *sources[CONNINFO_MAX];
	size_t count;
	char *warning; /* NULL = nothing to warn of */
	enum conninfo_wanted wanted;
	char *wanted_source; /* NULL = nobody said */
};

/* Text and defaults, whatever number of hosts they name: ports are not looked at yet. */
struct conninfo *conninfo_read(
	const char *text, const struct conninfo_override *override, struct err *e) MUST_CHECK;
/* Exactly one host, and its port is one. */
bool conninfo_check_one(const struct conninfo *info, struct err *e) MUST_CHECK;
bool conninfo_is_port(const char *text);
/* As many hosts, addresses and ports as belong together. */
bool conninfo_hosts_fit(const struct conninfo *info, struct err *e) MUST_CHECK;

/* The value, or `otherwise` where it is unset or empty. */
const char *conninfo_get_or(
	const struct conninfo *info, const char *keyword, const char *otherwise);
/* libpq frees its options without wiping: the password must not stay in freed memory. NULL is none. */
void conninfo_options_free(PQconninfoOption *options);
/* $HOME/NAME; NULL without a home. The caller frees. */
char *conninfo_home_file(const char *name);

/*
 * Where libpq takes a value from that the text does not give: "FILE:LINE" of the service, the variable, or "default". The
 * caller frees.
 */
char *conninfo_find_place(const struct conninfo *info, const char *keyword, const char *variable);

/*
 * The password file before libpq looks at it: one that others may read is not used, by libpq's own rule, whose warning
 * would go to standard error in the middle of a screen. Then it is left out and info->warning says so.
 */
void passfile_check(struct conninfo *info);

#endif
