// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layout.h"

enum layout layout_of(int columns, int rows)
{
	if (columns >= 100 && rows >= 30)
		return LAYOUT_WIDE;
	if (columns >= 80 && rows >= 24)
		return LAYOUT_STACKED;
	if (columns >= 60 && rows >= 16)
		return LAYOUT_COMPACT;
	return columns >= 20 && rows >= 3 ? LAYOUT_NUMBERS : LAYOUT_TOO_SMALL;
}

/* Give rows that are left, one by one, to those that grow. */
static void give_rest(int rest, const struct layout_want *wants, size_t count, struct rect *out)
{
	size_t growing = 0;
	for (size_t i = 0; i < count; i++)
		growing += wants[i].grows && out[i].height;
	for (size_t i = 0; growing && rest > 0; i = (i + 1) % count) {
		if (wants[i].grows && out[i].height) {
			out[i].height++;
			rest--;
		}
	}
}

void layout_stack(struct rect body, const struct layout_want *wants, size_t count, struct rect *out)
{
	int rest = body.height;
	for (size_t i = 0; i < count; i++) {
		int height = wants[i].min_height <= rest ? wants[i].min_height : 0;
		out[i] = (struct rect){ body.x, 0, body.width, height };
		rest -= height;
	}
	give_rest(rest, wants, count, out);
	int y = body.y;
	for (size_t i = 0; i < count; i++) {
		out[i].y = y;
		y += out[i].height;
	}
}

void layout_grid(struct rect body, size_t count, struct rect *out)
{
	int left = body.width / 2, top = (body.height + 1) / 2;
	for (size_t i = 0; i < count; i++) {
		bool is_right = i % 2, is_below = i / 2;
		out[i] = (struct rect){
			.x = body.x + (is_right ? left : 0),
			.y = body.y + (is_below ? top : 0),
			.width = is_right ? body.width - left : left,
			.height = is_below ? body.height - top : top,
		};
	}
}
