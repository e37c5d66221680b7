INSERT INTO plan_step (plan, step, rev, section, ordinal, digest_line)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
