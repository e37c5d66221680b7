// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/lookout.h"

#include <string.h>
#include <sys/socket.h>

/* libpq reads at most so much of a message of this kind. */
enum { LOOK_BYTES = 16384 };

/* Neither a challenge nor a setting holds these zeros, so it need not be known where a message begins. */
static bool is_request(const unsigned char *at)
{
	static const unsigned char code[] = { 0, 0, 0, 3 };

	return at[0] == 'R' && at[1] == 0 && at[2] == 0 && memcmp(at + 5, code, sizeof(code)) == 0;
}

static bool holds_request(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i + LOOKOUT_REQUEST_BYTES <= len; i++)
		if (is_request(bytes + i))
			return true;
	return false;
}

bool lookout_sees_request(struct lookout *lookout, int fd)
{
	unsigned char bytes[sizeof(lookout->tail) + LOOK_BYTES];
	size_t len = lookout->tail_len;

	memcpy(bytes, lookout->tail, len);
	ssize_t seen = recv(fd, bytes + len, LOOK_BYTES, MSG_PEEK | MSG_DONTWAIT);
	if (seen <= 0)
		return false;
	len += (size_t)seen;
	lookout->tail_len = len < sizeof(lookout->tail) ? len : sizeof(lookout->tail);
	memcpy(lookout->tail, bytes + len - lookout->tail_len, lookout->tail_len);
	return holds_request(bytes, len);
}
