// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 }; /* of a statement, before the text of a Parse */

static int32_t number_at(const struct wire *wire, size_t at)
{
	uint32_t number;
	memcpy(&number, wire->bytes + at, sizeof(number));
	return (int32_t)ntohl(number);
}

/* The text behind the name, as far as it is there; it ends with a zero unless the message goes on. */
static void read_text(const struct wire *wire, struct wire_message *message)
{
	size_t at = 5, end = wire->left < wire->len ? wire->left : wire->len;

	if (message->type == 'P')
		while (at < end && wire->bytes[at++])
			;
	if (message->type == 'Q' || message->type == 'P')
		snprintf(message->text, sizeof(message->text), "%.*s", (int)(end - at),
			(const char *)wire->bytes + at);
}

static bool next_without_type(struct wire *wire, struct wire_message *message)
{
	if (wire->len < 8)
		return false;
	wire->left = (size_t)number_at(wire, 0);
	message->code = number_at(wire, 4);
	if (message->code != WIRE_TLS && message->code != WIRE_GSS)
		wire->has_types = true;
	return true;
}

bool wire_next(struct wire *wire, struct wire_message *message)
{
	enum { KNOWN = WIRE_TEXT + NAME_MAX_BYTES };

	*message = (struct wire_message){ 0 };
	if (wire->left > 0 || wire->len == 0)
		return false;
	if (wire->naked > 0) {
		wire->naked--;
		wire->left = 1;
		return true;
	}
	if (!wire->has_types)
		return next_without_type(wire, message);
	if (wire->len < 5)
		return false;
	size_t whole = (size_t)number_at(wire, 1) + 1;
	if (wire->len < whole && wire->len < KNOWN)
		return false;
	wire->left = whole;
	message->type = (char)wire->bytes[0];
	read_text(wire, message);
	return true;
}

size_t wire_decided(const struct wire *wire)
{
	return wire->left < wire->len ? wire->left : wire->len;
}

void wire_drop(struct wire *wire, size_t count)
{
	wire->len -= count;
	wire->left -= count;
	memmove(wire->bytes, wire->bytes + count, wire->len);
}
