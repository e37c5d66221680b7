/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fake driver: a server played from a script, for a virtual loop. The test says what it expects to be asked and
 * what is answered; what was not expected ends the test with the text that came.
 *
 *   struct fake *fake = fake_new(loop);                  a server that lets everybody in
 *   fake_expect(fake, "SELECT 1");                       the next question begins like this …
 *   fake_rows(fake, "n|word", "1|one\n2|~");             … and is answered with two rows; ~ is null
 *   fake_expect(fake, "COMMIT");
 *   fake_drop(fake);                                     the link breaks instead
 *   conn = conn_new(loop, fake_driver(fake), …);
 *   loop_advance_ms(loop, 1000);
 *   fake_check_done(fake);                               everything expected was asked
 *
 * The questions of who answers and how far it is (identity.sql, servers-look.sql) are answered from fake->identity and
 * fake->lsn and are not part of the script, unless fake->is_identity_scripted. Several servers on one loop need different
 * fake->first_fd. Several answers to one expectation come one after another, as results of one query. Without any it
 * is a command without tag. Preparing counts as a question: "PREPARE name: text", executing as "EXECUTE name: text", the
 * second of a pair as "LOCAL text", with the first and its parameters in last_local.
 */
#ifndef DBTOP_TESTS_FAKE_DRIVER_H
#define DBTOP_TESTS_FAKE_DRIVER_H

#include "loop/loop.h"
#include "model/link.h"
#include "pg/driver.h"

struct fake {
	struct loop *loop;
	int first_fd;		    /* of its links: 1000 */
	const char *lsn;	    /* written or replayed */
	int looks;		    /* counted */
	struct identity identity;   /* who answers; backend_pid as the SQL says it */
	int backend_pid;	    /* as the handshake says it */
	int server_version;	    /* 150018 */
	const char *in_hot_standby; /* the reported parameter; NULL = none */
	bool is_identity_scripted;
	bool needs_password;
	bool wants_clear_password;
	int full_sockets; /* so many flushes and copies are told to come again */
	int dials, finishes, cancels, pushes;				 /* counted */
	char last_options[512], last_hostaddr[64], last_application[80]; /* of the last dial */
	char last_keepalives[64]; /* "idle interval count user_timeout" of it */
	char asked[4096];	  /* every question, a line each */
	char last_local[1024];	  /* the settings the last pair brought along */
	struct driver driver;
	struct fake_dial *dial_script;
	struct fake_step *script;
	struct fake_link *link;	 /* the last one dialed, or the one picked; NULL = it is closed */
	struct fake_link *links; /* all that are open */
	bool is_obliging;	 /* what was not expected is answered by a command without tag */
};

/* Owned by the test; free it after the conns. */
struct fake *fake_new(struct loop *loop);
void fake_free(struct fake *fake);
const struct driver *fake_driver(struct fake *fake);

/* The next dials, in order; when none is left they succeed. message: as libpq words it. */
void fake_refuse(struct fake *fake, const char *message);
void fake_hang(struct fake *fake);
void fake_admit(struct fake *fake);

void fake_expect(struct fake *fake, const char *prefix);
/* Answers to the last expectation. */
void fake_rows(struct fake *fake, const char *columns, const char *rows);
void fake_tag(struct fake *fake, const char *tag);
/* position: in characters, from 1; 0 = none. A transaction under way fails. */
void fake_error(struct fake *fake, const char *sqlstate, const char *text, int position);
/* FATAL with that SQLSTATE, then the link breaks. */
void fake_fatal(struct fake *fake, const char *sqlstate, const char *text);
void fake_notice(struct fake *fake, const char *severity, const char *text);
void fake_copy_in(struct fake *fake);
void fake_drop(struct fake *fake);
/* It never answers. */
void fake_silence(struct fake *fake);

/* fake->link becomes the one of that dial, counted from 1. */
void fake_pick(struct fake *fake, int dial);
/* What the server does unasked, now. */
void fake_goodbye(
	struct fake *fake, const char *sqlstate, const char *text); /* FATAL to an idle session */
void fake_cut(struct fake *fake);
void fake_cut_all(struct fake *fake); /* every link that is open */

void fake_check_done(const struct fake *fake);

#endif
