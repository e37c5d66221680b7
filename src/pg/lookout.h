/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lookout: sees that whoever answers a dial asks for the password itself, before libpq reads that and sends it. Whatever
 * listens at an address may ask so, and libpq before version 16 has no option to say no.
 *
 * It looks at what waits in the socket and leaves it there. Look before each poll; a request that comes in pieces is
 * put together from what was seen before.
 */
#ifndef DBTOP_PG_LOOKOUT_H
#define DBTOP_PG_LOOKOUT_H

#include <stdbool.h>
#include <stddef.h>

/* A message 'R', its length, and code 3: AuthenticationCleartextPassword. */
enum { LOOKOUT_REQUEST_BYTES = 9 };

struct lookout {
	unsigned char tail[LOOKOUT_REQUEST_BYTES - 1]; /* the last bytes seen */
	size_t tail_len;
};

/* The request is among what waits to be read, or ends there. */
bool lookout_sees_request(struct lookout *lookout, int fd);

#endif
