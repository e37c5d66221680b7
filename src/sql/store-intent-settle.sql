UPDATE intent INDEXED BY intent_open SET result = ?4, ended_us = ?5
WHERE system_identifier = ?1 AND database_oid = ?2 AND rev = ?3 AND result IS NULL
