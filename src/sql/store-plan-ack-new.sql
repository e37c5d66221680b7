INSERT INTO plan_ack (plan, step, hazard, object, reason, author, at_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
