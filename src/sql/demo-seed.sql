-- Customers and orders of the demo's shop, once.
INSERT INTO public.customer (email, name)
SELECT 'customer' || i || '@example.org', 'Customer ' || i
FROM generate_series(1, 2000) AS i
WHERE NOT EXISTS (SELECT 1 FROM public.customer);
INSERT INTO public.orders (customer_id, placed_at)
SELECT id, now() - random() * interval '50 minutes'
FROM public.customer, generate_series(1, 5)
WHERE NOT EXISTS (SELECT 1 FROM public.orders);
