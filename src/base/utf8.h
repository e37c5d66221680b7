/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8: validity, decoding, counting.
 */
#ifndef DBTOP_BASE_UTF8_H
#define DBTOP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

/* Decode one code point at data; returns its bytes, 0 when the bytes are not UTF-8 (overlong, surrogate, cut). */
size_t utf8_decode(const char *data, size_t len, uint32_t *code);
/* Encode; returns 1 … 4 bytes. */
size_t utf8_encode(uint32_t code, char out[4]);
/* Length of the valid beginning; equal to text.len when all of it is valid. */
size_t utf8_valid(struct span text);
/* Code points in valid text. */
size_t utf8_count(struct span text);

#endif
