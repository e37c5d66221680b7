INSERT INTO audit (at_us, of, actor, target, env, kind, what, statement, token, gate, run, result)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
