-- Never deferred: a read that turns into a write would fail whatever the timeout.
BEGIN IMMEDIATE
