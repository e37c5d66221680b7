/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conninfo list: the servers one text names, each as a conninfo of its own. libpq would go through several hosts by
 * itself, and nobody could say which of them answered: so it never sees more than one, and the list is kept here.
 *
 *   host=a,b port=1,2   postgresql://a:1,b:2/shop   PGHOST=a,b   a service   ─▶   a:1   b:2
 *
 * libpq's rules hold: one port for all or one for each, an address for each host, nothing between two commas means the
 * default. A server named twice is one server.
 */
#ifndef DBTOP_PG_CONNINFO_LIST_H
#define DBTOP_PG_CONNINFO_LIST_H

#include "pg/conninfo.h"

struct conninfo_list {
	struct conninfo **items; /* owned, as what they point to; in the order of the text */
	size_t count;		 /* one at least, once it was read */
};

/* As conninfo_new(), for any number of hosts. A bad host is named by its place in the list, never by its text. */
bool conninfo_list_read(struct conninfo_list *list, const char *text,
	const struct conninfo_override *override, struct err *e) MUST_CHECK;
void conninfo_list_release(struct conninfo_list *list);
/* Take it in unless that server is there already; it belongs to the list then, or is gone. */
void conninfo_list_take(struct conninfo_list *list, struct conninfo *info);
/* One server at least is in both. */
bool conninfo_lists_meet(const struct conninfo_list *a, const struct conninfo_list *b);
/* conninfo_secure() for each. */
bool conninfo_list_secure(
	struct conninfo_list *list, const struct tls_rule *rule, struct err *e) MUST_CHECK;
void conninfo_list_set(struct conninfo_list *list, const char *keyword, const char *value);
/* The list as one, hosts and ports divided by commas: to be shown, not dialed. The caller frees. */
struct conninfo *conninfo_list_whole(const struct conninfo_list *list);

/*
 * What target_session_attrs says about a list of the primary (or of standbys). That a primary is wanted is what dbtop
 * looks for anyway; who wants a standby among several hosts, or a primary among standbys, contradicts the key the text
 * stands in.
 */
bool conninfo_list_suits_primary(const struct conninfo_list *list, struct err *e) MUST_CHECK;
bool conninfo_list_suits_standbys(const struct conninfo_list *list, struct err *e) MUST_CHECK;

#endif
