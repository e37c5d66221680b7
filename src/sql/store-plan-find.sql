SELECT id, digest, direction, author, status, created_us, changed_us FROM plan
WHERE target = ?1 AND (?2 IS NULL OR digest = ?2) ORDER BY changed_us DESC, id DESC LIMIT 1
