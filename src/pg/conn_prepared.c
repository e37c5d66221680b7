// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What one link has prepared: the hashes of the texts, from which their names are made.
 */
#include <uthash.h>

#include "base/mem.h"
#include "pg/conn_private.h"

struct prepared {
	uint64_t text_hash;
	UT_hash_handle hh;
};

/* FNV-1a: the same text has the same name on every connection, as poolers that share statements want it. */
uint64_t prepared_hash(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

bool prepared_is_known(struct conn *conn, uint64_t text_hash)
{
	struct prepared *found;

	HASH_FIND(hh, conn->prepared, &text_hash, sizeof(text_hash), found);
	return found;
}

void prepared_remember(struct conn *conn, uint64_t text_hash)
{
	struct prepared *prepared = mem_new(struct prepared);

	prepared->text_hash = text_hash;
	HASH_ADD(hh, conn->prepared, text_hash, sizeof(text_hash), prepared);
}

void exchange_forget_prepared(struct conn *conn)
{
	struct prepared *prepared, *next;

	HASH_ITER (hh, conn->prepared, prepared, next) {
		HASH_DEL(conn->prepared, prepared);
		free(prepared);
	}
}

void conn_forget_prepared(struct conn *conn)
{
	exchange_forget_prepared(conn);
	conn->generation++;
}

const char *prepared_name(
	const struct conn *conn, uint64_t text_hash, char name[PREPARED_NAME_BYTES])
{
	snprintf(name, PREPARED_NAME_BYTES, "dbtop_%016llx_%d", (unsigned long long)text_hash,
		conn->generation);
	return name;
}
