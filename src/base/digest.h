/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Digests and base64, over OpenSSL and zlib. Hex is lower case.
 */
#ifndef DBTOP_BASE_DIGEST_H
#define DBTOP_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { DIGEST_HEX_BYTES = 65 };

/* SHA-256 of one text. */
void digest_sha256(struct span text, char hex[DIGEST_HEX_BYTES]);

/* SHA-256 of text that comes in pieces. */
struct digest; /* owned by the caller until digest_end() */
struct digest *digest_start(void);
void digest_add(struct digest *digest, const void *bytes, size_t len);
void digest_end(struct digest *digest, char hex[DIGEST_HEX_BYTES]); /* frees it; hex may be NULL */
/* SHA-256 of one text of many, whatever was added before: the digest stays, for small ones most of the work is making it. */
void digest_again(struct digest *digest, struct span text, char hex[DIGEST_HEX_BYTES]);
void digest_free(struct digest *digest);

/* CRC-32 with zlib's polynomial: advisory keys, Flyway's checksums. */
uint32_t digest_crc32(struct span text);

struct str;
/* Bytes as base64, without line breaks, added to out. */
void digest_base64(struct span bytes, struct str *out);

#endif
