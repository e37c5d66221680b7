-- The demo's shop: the oldest open orders are shipped.
UPDATE public.orders SET state = 'shipped'
WHERE id IN (SELECT id FROM public.orders WHERE state = 'open' ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED)
