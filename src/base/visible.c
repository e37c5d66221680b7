// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/visible.h"

#include <stdio.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "base/width.h"

enum { MARKS_MAX = 2, NO_LETTER = -1, TAB_COLUMNS = 8 };

struct visible_scan visible_scan_of(struct span text)
{
	return (struct visible_scan){ .rest = text, .marks = NO_LETTER };
}

/* An escape stands alone: what follows it starts anew. */
static void piece_escape(
	struct visible_scan *scan, struct visible_piece *piece, bool is_byte, unsigned code)
{
	char text[16];

	int n = snprintf(text, sizeof(text), is_byte ? "\\x%02x" : "\\u{%x}", code);
	assert_always(n > 0 && (size_t)n <= sizeof(piece->text), "an escape of twelve bytes");
	memcpy(piece->text, text, (size_t)n);
	piece->len = piece->columns = (size_t)n;
	piece->is_escape = piece->is_cut_here = true;
	scan->marks = NO_LETTER;
	scan->last = 0;
	scan->state = 0;
}

static bool grapheme_starts(struct visible_scan *scan, uint32_t code)
{
	if (!scan->last)
		return true;
	/* Two ASCII characters never join; the tables are asked for the rest. */
	if (scan->last < 0x80 && code < 0x80)
		return true;
	return utf8proc_grapheme_break_stateful(
		(utf8proc_int32_t)scan->last, (utf8proc_int32_t)code, &scan->state);
}

static void piece_letter(
	struct visible_scan *scan, struct visible_piece *piece, uint32_t code, int width)
{
	piece->is_cut_here = grapheme_starts(scan, code);
	piece->columns = (size_t)width;
	piece->len = piece->taken;
	memcpy(piece->text, scan->rest.data, piece->len);
	scan->marks = width ? 0 : scan->marks + 1;
	scan->last = code;
}

static void piece_code(struct visible_scan *scan, struct visible_piece *piece, uint32_t code)
{
	int width = width_of(code);
	bool is_lost_mark = width == 0 && (scan->marks == NO_LETTER || scan->marks == MARKS_MAX);

	if (width < 0 || is_lost_mark)
		piece_escape(scan, piece, code < 0x80, code);
	else
		piece_letter(scan, piece, code, width);
}

bool visible_next(struct visible_scan *scan, struct visible_piece *piece)
{
	uint32_t code;

	if (!scan->rest.len)
		return false;
	*piece = (struct visible_piece){ 0 };
	piece->taken = utf8_decode(scan->rest.data, scan->rest.len, &code);
	if (!piece->taken) {
		piece->taken = 1;
		piece_escape(scan, piece, true, (unsigned char)*scan->rest.data);
	} else {
		piece_code(scan, piece, code);
	}
	scan->rest.data += piece->taken;
	scan->rest.len -= piece->taken;
	return true;
}

size_t visible_plain(struct span text)
{
	size_t n = 0;

	while (n < text.len && text.data[n] >= ' ' && text.data[n] < 0x7f)
		n++;
	return n;
}

/* Takes that beginning at once; in a query only as far as its blanks, which are joined. */
static size_t add_plain(
	struct str *out, struct visible_scan *scan, enum visible_mode mode, size_t *column)
{
	size_t n = visible_plain(scan->rest);
	const char *blank = mode == VISIBLE_BLANK && n ? memchr(scan->rest.data, ' ', n) : NULL;

	if (blank)
		n = (size_t)(blank - scan->rest.data);
	if (!n)
		return 0;
	str_add_bytes(out, scan->rest.data, n);
	*column += n;
	scan->last = (unsigned char)scan->rest.data[n - 1];
	scan->marks = 0;
	scan->state = 0;
	scan->rest = span_from(scan->rest.data + n, scan->rest.len - n);
	return n;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks as the mode wants them; returns the bytes it took, 0 when the next byte is none of its business. */
static size_t add_blank(struct str *out, struct span rest, enum visible_mode mode, size_t *column)
{
	size_t n = 0;

	if (mode == VISIBLE_BLANK) {
		while (n < rest.len && is_blank(rest.data[n]))
			n++;
		str_pad(out, ' ', n != 0);
	} else if (mode == VISIBLE_TEXT && *rest.data == '\t') {
		size_t gap = TAB_COLUMNS - *column % TAB_COLUMNS;
		str_pad(out, ' ', gap);
		*column += gap;
		n = 1;
	} else if (mode == VISIBLE_TEXT) {
		n = *rest.data == '\n'					? 1
		    : rest.len > 1 && memcmp(rest.data, "\r\n", 2) == 0 ? 2
									: 0;
		str_pad(out, '\n', n != 0);
		*column = n ? 0 : *column;
	}
	return n;
}

void visible_add(struct str *out, struct span text, enum visible_mode mode)
{
	struct visible_scan scan = visible_scan_of(text);
	struct visible_piece piece;
	size_t column = 0;

	while (scan.rest.len) {
		size_t n = add_blank(out, scan.rest, mode, &column);
		if (n) {
			scan = visible_scan_of(span_from(scan.rest.data + n, scan.rest.len - n));
			continue;
		}
		if (add_plain(out, &scan, mode, &column))
			continue;
		visible_next(&scan, &piece);
		str_add_bytes(out, piece.text, piece.len);
		column += piece.columns;
	}
}

char *visible_new(const char *text, enum visible_mode mode)
{
	struct str out = { 0 };

	visible_add(&out, span_of(text), mode);
	return str_detach(&out);
}
