-- A new attempt of a step: the one before it is over.
UPDATE intent SET result = 'replaced', ended_us = ?4 WHERE run = ?1 AND rev = ?2 AND step = ?3 AND result IS NULL
