// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Reading the head of a request: the first line, and that every line below it is a header. What the headers say does
 * not matter here: there is no body to read, and the connection is closed after the answer.
 */
#include "loop/http.h"

#include <string.h>

#include "base/compiler.h"
#include "base/span.h"

static const struct {
	int status;
	const char *word;
} statuses[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 414, "URI Too Long" },
	{ 431, "Request Header Fields Too Large" },
	{ 505, "HTTP Version Not Supported" },
};

const char *http_status_word(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].word;
	return "Error";
}

/* The line without its end (CRLF, or LF alone as RFC 9112 allows), and what follows; false = its end has not come. */
static bool cut_line(struct span *rest, struct span *line)
{
	const char *end = memchr(rest->data, '\n', rest->len);

	if (!end)
		return false;
	*line = (struct span){ rest->data, (size_t)(end - rest->data) };
	rest->len -= line->len + 1;
	rest->data = end + 1;
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Up to the next blank; what is left begins behind it. */
static struct span cut_word(struct span *line)
{
	const char *blank = memchr(line->data, ' ', line->len);
	size_t len = blank ? (size_t)(blank - line->data) : line->len;
	struct span word = { line->data, len };

	line->data += len + (blank != NULL);
	line->len -= len + (blank != NULL);
	return word;
}

static bool is_token(struct span name)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!is_letter && !(c >= '0' && c <= '9') && (!c || !strchr(marks, c)))
			return false;
	}
	return name.len > 0;
}

/* 200, or what is wrong. A path is printable ASCII; the query behind it means nothing to us. */
static int read_target(struct span target, char path[256])
{
	const char *query = memchr(target.data, '?', target.len);
	size_t len = query ? (size_t)(query - target.data) : target.len;

	if (len == 0 || target.data[0] != '/')
		return 400;
	if (len >= 256)
		return 414;
	for (size_t i = 0; i < target.len; i++)
		if (target.data[i] <= ' ' || target.data[i] > '~')
			return 400;
	memcpy(path, target.data, len);
	path[len] = '\0';
	return 200;
}

static int read_first(struct span line, struct http_request *request)
{
	struct span method = cut_word(&line), target = cut_word(&line);

	if (!is_token(method) || target.len == 0 || line.len != 8 ||
		memcmp(line.data, "HTTP/", 5) != 0)
		return 400;
	if (memcmp(line.data + 5, "1.", 2) != 0)
		return 505;
	request->is_head = span_is(method, "HEAD");
	if (!request->is_head && !span_is(method, "GET"))
		return 405;
	return read_target(target, request->path);
}

static bool is_header(struct span line)
{
	const char *colon = memchr(line.data, ':', line.len);

	return colon && is_token((struct span){ line.data, (size_t)(colon - line.data) });
}

struct http_request http_request_read(struct span head)
{
	struct http_request request = { 0 };
	struct span line;

	if (!cut_line(&head, &line))
		return request;
	int status = read_first(line, &request);
	/* What is wrong but readable is answered when the head is whole: the other side is still writing it. */
	while (status != 400 && cut_line(&head, &line)) {
		if (line.len == 0) {
			request.status = status;
			return request;
		}
		if (!is_header(line))
			status = 400;
	}
	request.status = status == 400 ? 400 : 0;
	return request;
}
