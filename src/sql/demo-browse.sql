-- The demo's shop: somebody looks at the orders of one customer.
SELECT o.id, o.state, o.placed_at, c.name
FROM public.customer c
JOIN public.orders o ON o.customer_id = c.id
WHERE c.id = (SELECT 1 + floor(random() * 2000)::int8)
ORDER BY o.placed_at DESC
LIMIT 20
