// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/utf8.h"

#include <utf8proc.h>

size_t utf8_decode(const char *data, size_t len, uint32_t *code)
{
	utf8proc_int32_t found;

	if (!len)
		return 0;
	if (!(*data & 0x80)) {
		*code = (unsigned char)*data;
		return 1;
	}
	/* Four bytes hold any code point; a shorter window keeps huge lengths out of the signed type. */
	utf8proc_ssize_t n = utf8proc_iterate(
		(const utf8proc_uint8_t *)data, len < 4 ? (utf8proc_ssize_t)len : 4, &found);
	if (n <= 0)
		return 0;
	*code = (uint32_t)found;
	return (size_t)n;
}

size_t utf8_encode(uint32_t code, char out[4])
{
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
	assert_always(n > 0, "a number that is no code point");
	return (size_t)n;
}

/* Scripts are nearly all ASCII: eight bytes at a time over that. */
static size_t skip_ascii(struct span text, size_t at)
{
	while (text.len - at >= sizeof(uint64_t)) {
		uint64_t eight;
		memcpy(&eight, text.data + at, sizeof(eight));
		if (eight & 0x8080808080808080u)
			break;
		at += sizeof(eight);
	}
	return at;
}

size_t utf8_valid(struct span text)
{
	size_t at = 0;
	uint32_t code;

	while ((at = skip_ascii(text, at)) < text.len) {
		size_t n = utf8_decode(text.data + at, text.len - at, &code);
		if (!n)
			break;
		at += n;
	}
	return at;
}

size_t utf8_count(struct span text)
{
	size_t count = 0;

	/* Each code point has one byte that is no continuation. */
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}
