-- The demo's shop: somebody orders.
INSERT INTO public.orders (customer_id)
SELECT id FROM public.customer
WHERE id = (SELECT 1 + floor(random() * 2000)::int8)
