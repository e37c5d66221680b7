// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t system_mono_us(void *state)
{
	(void)state;
	return now_us(CLOCK_BOOTTIME);
}

static int64_t system_wall_us(void *state)
{
	(void)state;
	return now_us(CLOCK_REALTIME);
}

const struct clock clock_system = { .mono_us = system_mono_us, .wall_us = system_wall_us };

static time_t seconds(int64_t wall_us)
{
	return (time_t)(wall_us / 1000000 - (wall_us % 1000000 < 0));
}

void clock_format_utc(int64_t wall_us, char out[CLOCK_TEXT_BYTES])
{
	time_t t = seconds(wall_us);
	struct tm tm;

	gmtime_r(&t, &tm);
	size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	int ms = (int)((wall_us - (int64_t)t * 1000000) / 1000);
	snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03dZ", ms);
}

static struct tm local_tm(int64_t wall_us)
{
	time_t t = seconds(wall_us);
	struct tm tm;

	localtime_r(&t, &tm);
	return tm;
}

void clock_format_local_time(int64_t wall_us, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = local_tm(wall_us);
	strftime(out, CLOCK_TEXT_BYTES, "%H:%M:%S", &tm);
}

void clock_format_local(int64_t wall_us, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = local_tm(wall_us);
	strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &tm);
}

void clock_format_revision(int64_t wall_us, char out[CLOCK_TEXT_BYTES])
{
	time_t t = seconds(wall_us);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, CLOCK_TEXT_BYTES, "%Y%m%d%H%M%S", &tm);
}
