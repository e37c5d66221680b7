/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fingerprints of statements: by their bytes, and by their tokens, so that a formatter that moved blanks, comments
 * or the case of bare words is told from a changed content.
 */
#ifndef DBTOP_PARSE_FINGERPRINT_H
#define DBTOP_PARSE_FINGERPRINT_H

#include "base/digest.h"
#include "model/statement.h"

/* SHA-256 of the statement's bytes, and of its COPY rows when it has some. */
void fingerprint_bytes(const struct statement *statement, char hex[DIGEST_HEX_BYTES]);

/* Add a statement's tokens to a digest of many: bare words in lower case, literals and rows as they are. */
void fingerprint_add_tokens(struct digest *digest, const struct statement *statement);

#endif
