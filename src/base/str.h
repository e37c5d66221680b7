/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Str: a growing, always terminated string. An all-zero str is empty and ready; str_c() of it is "".
 */
#ifndef DBTOP_BASE_STR_H
#define DBTOP_BASE_STR_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct str {
	char *data; /* owned; NULL while empty */
	size_t len, capacity;
};

void str_release(struct str *s);
/* Empty it, keep the memory. */
void str_clear(struct str *s);
/* The text, borrowed until the next change. */
const char *str_c(const struct str *s);
struct span str_span(const struct str *s);
/* Hand the text to the caller, who frees it; s is empty afterwards. Never NULL. */
char *str_detach(struct str *s);

void str_add(struct str *s, const char *text);
void str_add_char(struct str *s, char c);
void str_add_bytes(struct str *s, const void *bytes, size_t len);
void str_add_span(struct str *s, struct span span);
void str_addf(struct str *s, const char *fmt, ...) PRINTF(2, 3);
/* Add c n times. */
void str_pad(struct str *s, char c, size_t n);
void str_truncate(struct str *s, size_t len);

#endif
