/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wire: one direction of a connection that speaks the frontend/backend protocol, cut into its messages. What has been
 * read waits in a buffer until somebody has said what becomes of the message it begins with.
 */
#ifndef DBTOP_TESTS_FAULT_WIRE_H
#define DBTOP_TESTS_FAULT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_BYTES = 65536,
	WIRE_TEXT = 200,     /* as much of a statement as is looked at */
	WIRE_TLS = 80877103, /* first words of a connection that is asked a question of one byte */
	WIRE_GSS = 80877104,
	WIRE_CANCEL = 80877102
};

struct wire {
	bool has_types; /* of messages; the first ones of a client have none */
	int naked; /* bytes that come without a message around them: the answers to WIRE_TLS and WIRE_GSS */
	size_t left; /* of the message that was decided on, in the buffer or still to come */
	size_t len;
	unsigned char bytes[WIRE_BYTES];
};

struct wire_message {
	char type;	      /* 0 = without one */
	int32_t code;	      /* of one without a type */
	char text[WIRE_TEXT]; /* of Query and Parse, else "" */
};

/* The next message, when enough of it is there to know it and the one before has gone; wire->left is its length then. */
bool wire_next(struct wire *wire, struct wire_message *message);
/* That many bytes at the front of the buffer are gone. */
void wire_drop(struct wire *wire, size_t count);
/* Bytes at the front that have been decided on. */
size_t wire_decided(const struct wire *wire);

#endif
