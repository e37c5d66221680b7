-- Migrations whose last doing on that server came to its end upwards, on a timeline that is over. With max() the other
-- columns are those of the row that has it.
SELECT rev, timeline, coalesce(ended_us, at_us), max(id), direction, ordinal, ordinal_count, result
FROM intent
WHERE system_identifier = ?1 AND database_oid = ?2
GROUP BY rev
HAVING timeline < ?3 AND direction = 'up' AND ordinal = ordinal_count AND result IN ('done', 'skipped')
ORDER BY rev
