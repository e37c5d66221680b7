SELECT step, hazard, object, reason, author, at_us FROM plan_ack WHERE plan = ?1 ORDER BY id
