/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of the fake driver: fake_driver.c writes the script, fake_link.c plays it. Only tests/fake includes this.
 */
#ifndef DBTOP_TESTS_FAKE_PRIVATE_H
#define DBTOP_TESTS_FAKE_PRIVATE_H

#include "base/str.h"
#include "fake/fake_driver.h"
#include "fake/fake_result.h"

enum dial_kind { DIAL_ADMIT, DIAL_REFUSE, DIAL_HANG };

struct fake_dial {
	enum dial_kind kind;
	char *message; /* owned */
	struct fake_dial *next;
};

struct fake_step {
	char *prefix; /* owned */
	struct driver_result *answers;
	struct fake_step *next;
};

/* What driver.h calls a driver_conn. */
struct fake_link {
	struct fake *fake;
	struct fake_dial *dial;
	int fd;
	bool is_alive, is_silent;
	char error[256];
	enum driver_txn txn;
	driver_notice_fn *notice;
	void *notice_arg;
	struct driver_result *answers; /* of the question that runs; owned */
	bool is_copying;
	bool is_train; /* behind an error nothing is answered */
	struct str copied;
	struct fake_link *next; /* in fake->links */
};

void fake_free_answers(struct driver_result *answers);
/* The linking half of a driver. */
void fake_link_methods(struct driver *driver);

#endif
