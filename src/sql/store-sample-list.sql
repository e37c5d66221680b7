SELECT at_us, kind, json FROM sample WHERE target = ?1 AND at_us >= ?2 AND at_us < ?3 ORDER BY at_us, kind
