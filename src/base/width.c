// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/width.h"

#include <utf8proc.h>
#include <wchar.h>

#include "base/visible.h"

/* They change the width of what stands before them on some terminals only. */
static bool changes_width(uint32_t code)
{
	return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef) ||
	       (code >= 0x1f3fb && code <= 0x1f3ff);
}

/* A set of bits: controls, formats, surrogates, private use, unassigned, line and paragraph separators. */
static const unsigned hidden_categories = 1u << UTF8PROC_CATEGORY_CC | 1u << UTF8PROC_CATEGORY_CF |
					  1u << UTF8PROC_CATEGORY_CS | 1u << UTF8PROC_CATEGORY_CO |
					  1u << UTF8PROC_CATEGORY_CN | 1u << UTF8PROC_CATEGORY_ZL |
					  1u << UTF8PROC_CATEGORY_ZP;

bool width_is_hidden(uint32_t code)
{
	if (code < 0x80)
		return code < 0x20 || code == 0x7f;
	return hidden_categories & 1u << utf8proc_category((utf8proc_int32_t)code) ||
	       changes_width(code);
}

int width_of(uint32_t code)
{
	if (code < 0x80)
		return code < 0x20 || code == 0x7f ? -1 : 1;
	if (width_is_hidden(code))
		return -1;
	int width = utf8proc_charwidth((utf8proc_int32_t)code);
	return width == wcwidth((wchar_t)code) ? width : -1;
}

size_t width_columns(struct span text)
{
	struct visible_scan scan = visible_scan_of(text);
	struct visible_piece piece;
	size_t columns = 0;

	if (visible_plain(text) == text.len)
		return text.len;
	while (visible_next(&scan, &piece))
		columns += piece.columns;
	return columns;
}

size_t width_cut(struct span text, size_t columns)
{
	struct visible_scan scan = visible_scan_of(text);
	struct visible_piece piece;
	size_t used = 0, at = 0, cut = 0;

	/* The byte after the cut counts too: a mark there would belong to the letter before. */
	if (visible_plain(text) == text.len || visible_plain(text) > columns)
		return text.len < columns ? text.len : columns;
	while (visible_next(&scan, &piece)) {
		if (piece.is_cut_here)
			cut = at;
		used += piece.columns;
		if (used > columns)
			return cut;
		at += piece.taken;
	}
	return text.len;
}
