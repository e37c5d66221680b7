/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Link: what is known of the way to one server and of who answers there. Filled by pg/, shown by everybody.
 */
#ifndef DBTOP_MODEL_LINK_H
#define DBTOP_MODEL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/value.h"

enum link_state {
	LINK_CLOSED,
	LINK_CONNECTING,
	LINK_UP,
	LINK_WAITING, /* lost or refused: tried again at retry_at_us */
	LINK_STOPPED, /* authentication failed, no such database …: only `r` tries again */
};

/* Two connections reach the same server exactly when the first three are equal. */
struct identity {
	char system_identifier[24];
	int64_t timeline;
	int64_t database_oid;
	char database[64];
	char user[64];
	char host[256]; /* as connected: host name, or socket directory */
	char port[8];
	bool is_by_address;	/* over TCP by hostaddr, whatever host is */
	char address[64];	/* of the server's end; "" on a socket */
	int server_version;	/* as PQserverVersion: 150018 */
	char version_words[32]; /* "15.18" */
	int64_t backend_pid;
	int64_t started_us; /* pg_postmaster_start_time() */
	bool is_standby;
	bool is_pooled;	  /* PQbackendPID differs from pg_backend_pid() */
	bool has_monitor; /* pg_read_all_stats */
	bool is_superuser;
	char tls[64]; /* protocol and cipher as read back; "" = plain; never claimed for a socket */
};

static inline bool identity_is_local(const struct identity *identity)
{
	bool is_path = identity->host[0] == '/' || identity->host[0] == '@';

	return is_path && !identity->is_by_address;
}

struct link_view {
	enum link_state state;
	/* of the last server that answered; server_version 0 = none yet */
	struct identity identity;
	int attempt;	     /* dials since the last success */
	int64_t lost_at_us;  /* mono; 0 = never lost */
	int64_t retry_at_us; /* mono; while WAITING */
	char error[256];     /* why it is not up, without secrets */
	char sqlstate[6];
	char hint[256];
	bool wants_password; /* refused for want of one: nobody has given any */
};

#endif
