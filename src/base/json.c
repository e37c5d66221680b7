// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "base/width.h"

/*
 * jansson has functions of the same names; its declarations are read under other ones and never called. Ours are
 * hidden in the program, so the library keeps finding its own.
 */
#define json_object jansson_object
#define json_array  jansson_array
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_is_true

static json_t *to_jansson(const struct json *value)
{
	return (json_t *)value;
}

static struct json *from_jansson(json_t *value)
{
	if (!value)
		die("out of memory");
	return (struct json *)value;
}

struct json *json_object(void)
{
	return from_jansson(json_pack("{}"));
}

struct json *json_array(void)
{
	return from_jansson(json_pack("[]"));
}

void json_free(struct json *root)
{
	json_decref(to_jansson(root));
}

/* Valid UTF-8 is taken as it is; the rest gets U+FFFD for each bad byte. */
static json_t *text_value(const char *text)
{
	struct span rest = span_of(text);
	size_t valid = utf8_valid(rest);
	struct str clean = { 0 };

	if (valid == rest.len)
		return json_stringn(text, rest.len);
	for (; rest.len; valid = utf8_valid(rest)) {
		str_add_bytes(&clean, rest.data, valid);
		rest = span_from(rest.data + valid, rest.len - valid);
		if (!rest.len)
			break;
		str_add(&clean, "\xef\xbf\xbd");
		rest = span_from(rest.data + 1, rest.len - 1);
	}
	json_t *value = json_stringn(str_c(&clean), clean.len);
	str_release(&clean);
	return value;
}

static void put(struct json *parent, const char *name, json_t *child)
{
	json_t *to = to_jansson(parent);
	int failed;

	if (name)
		failed = json_object_set_new(to, name, child);
	else
		failed = json_array_append_new(to, child);
	assert_always(!failed, "a JSON value that does not fit its parent");
}

void json_put(struct json *parent, const char *name, struct json *child)
{
	put(parent, name, to_jansson(child));
}

void json_put_text(struct json *parent, const char *name, const char *text)
{
	put(parent, name, text ? text_value(text) : json_null());
}

void json_put_int(struct json *parent, const char *name, int64_t number)
{
	put(parent, name, json_integer(number));
}

void json_put_bool(struct json *parent, const char *name, bool is_true)
{
	put(parent, name, json_boolean(is_true));
}

void json_put_null(struct json *parent, const char *name)
{
	put(parent, name, json_null());
}

static void add_escaped(struct str *out, uint32_t code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		str_addf(out, "\\u%04X", 0xd800 + (unsigned)(code >> 10));
		code = 0xdc00 + (code & 0x3ff);
	}
	str_addf(out, "\\u%04X", (unsigned)code);
}

/*
 * jansson escapes C0 only. What else a terminal might obey (DEL, C1, bidi …) can stand nowhere but inside
 * strings, so it may be written as \u there without changing the value.
 */
static char *escape_hidden(const char *text)
{
	struct span rest = span_of(text);
	struct str out = { 0 };
	uint32_t code;

	while (rest.len) {
		size_t n = visible_plain(rest);
		str_add_bytes(&out, rest.data, n);
		rest = span_from(rest.data + n, rest.len - n);
		if (!rest.len)
			break;
		n = utf8_decode(rest.data, rest.len, &code);
		assert_always(n, "jansson wrote what is not UTF-8");
		if (code != '\n' && width_is_hidden(code))
			add_escaped(&out, code);
		else
			str_add_bytes(&out, rest.data, n);
		rest = span_from(rest.data + n, rest.len - n);
	}
	return str_detach(&out);
}

char *json_print(const struct json *value, bool is_indented)
{
	char *text = json_dumps(
		to_jansson(value), JSON_ENCODE_ANY | (is_indented ? JSON_INDENT(2) : JSON_COMPACT));

	if (!text)
		die("out of memory");
	char *safe = escape_hidden(text);
	free(text);
	return safe;
}

struct json *json_parse(struct span text, struct err *e)
{
	json_error_t why;
	json_t *value = json_loadb(text.data ? text.data : "", text.len,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (!value)
		err_at(e, NULL, why.line, why.column, "not JSON: %s", why.text);
	return (struct json *)value;
}

const struct json *json_get(const struct json *object, const char *name)
{
	return (const struct json *)json_object_get(to_jansson(object), name);
}

size_t json_count(const struct json *value)
{
	const json_t *v = to_jansson(value);

	return json_is_array(v) ? json_array_size(v) : json_object_size(v);
}

const struct json *json_at(const struct json *array, size_t index)
{
	return (const struct json *)json_array_get(to_jansson(array), index);
}

const char *json_text(const struct json *value)
{
	return json_string_value(to_jansson(value));
}

int64_t json_int(const struct json *value, int64_t missing)
{
	const json_t *v = to_jansson(value);

	return json_is_integer(v) ? json_integer_value(v) : missing;
}

bool json_is_true(const struct json *value)
{
	const json_t *v = to_jansson(value);

	return v && json_typeof(v) == JSON_TRUE;
}
