-- The demo's shop: orders of more than an hour ago are forgotten, so that a demo left alone does not grow.
DELETE FROM public.orders
WHERE id IN (SELECT id FROM public.orders WHERE placed_at < now() - interval '1 hour'
	ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED)
