/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON: the only reader and writer of that form, over jansson. Invalid UTF-8 from a server is replaced by U+FFFD
 * on the way in, so that writing never fails.
 */
#ifndef DBTOP_BASE_JSON_H
#define DBTOP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct json; /* a value; owned by its parent, the root by its maker */

struct json *json_object(void);
struct json *json_array(void);
void json_free(struct json *root); /* roots only */

/* Into an object (name) or an array (name NULL). Takes child. */
void json_put(struct json *parent, const char *name, struct json *child);
void json_put_text(struct json *parent, const char *name, const char *text); /* NULL text = null */
void json_put_int(struct json *parent, const char *name, int64_t number);
void json_put_bool(struct json *parent, const char *name, bool is_true);
void json_put_null(struct json *parent, const char *name);

/* Text the caller frees; one line, or indented. Keys stay in the order they were put. */
char *json_print(const struct json *value, bool is_indented);

struct json *json_parse(struct span text, struct err *e) MUST_CHECK; /* NULL and e on failure */
const struct json *json_get(const struct json *object, const char *name); /* NULL = absent */
size_t json_count(const struct json *value); /* elements of an array or members of an object */
const struct json *json_at(const struct json *array, size_t index);
const char *json_text(const struct json *value); /* NULL when it is no string */
int64_t json_int(const struct json *value, int64_t missing);
bool json_is_true(const struct json *value);

#endif
