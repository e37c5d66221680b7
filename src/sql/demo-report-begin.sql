-- The demo's shop: a report that keeps its transaction open while it is read. Its locks stand in the way of a change.
BEGIN;
SELECT c.id, count(*) FROM public.customer c JOIN public.orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY 2 DESC LIMIT 10;
