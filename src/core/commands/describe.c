// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/commands/describe.h"

#include "base/clock.h"
#include "core/fleet.h"
#include "model/value.h"

void describe_warnings(struct report *report, const struct inspection *inspection)
{
	for (size_t i = 0; i < inspection->set->warning_count; i++)
		report_warn(report, "%s", inspection->set->warnings[i]);
	if (inspection->history && inspection->history->warning)
		report_warn(report, "%s", inspection->history->warning);
	if (inspection->missing)
		report_warn(report, "%s", inspection->missing);
	for (size_t i = 0; inspection->plan && i < inspection->plan->warning_count; i++)
		report_warn(report, "%s", inspection->plan->warnings[i]);
}

/* Why there is no primary: what each of the other servers said last. */
static void warn_away(struct report *report, const struct app *app, int answered)
{
	const struct servers *servers = fleet_servers(app);
	char name[FLEET_NAME_BYTES];

	for (int i = 0; i < (int)servers_count(servers); i++) {
		const struct err *failure = servers_failure(servers, i);
		if (i == answered || failure->kind == ERR_NONE)
			continue;
		fleet_name(app, i, name);
		report_warn(report, "%.80s: %s", name, failure->text);
	}
}

void describe_server(
	struct report *report, const struct app *app, const struct inspection *inspection)
{
	int64_t replayed_us = inspection->replayed_wall_us;
	char name[FLEET_NAME_BYTES], when[CLOCK_TEXT_BYTES] = "";

	fleet_name(app, inspection->server, name);
	report_text(report, report->data, "server", NULL, name);
	report_bool(report, report->data, "is_standby", NULL, inspection->identity.is_standby);
	if (!inspection->identity.is_standby)
		return;
	report_int(report, report->data, "replayed_until", NULL, replayed_us, UNIT_WALL_US);
	if (servers_count(fleet_servers(app)) > 1)
		warn_away(report, app, inspection->server);
	if (value_is_known(replayed_us))
		clock_format_utc(replayed_us, when);
	report_warn(report,
		"%.80s answered, a standby: what was committed after the last transaction it has "
		"replayed%s%s is not in here",
		name, *when ? ", of " : "", when);
}
