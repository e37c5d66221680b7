INSERT OR REPLACE INTO sample (target, at_us, kind, json) VALUES (?1, ?2, ?3, ?4)
