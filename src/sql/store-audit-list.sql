SELECT id, at_us, of, actor, target, env, kind, what, statement, token, gate, run, result FROM audit
WHERE ?1 IS NULL OR target = ?1 ORDER BY id DESC LIMIT ?2
