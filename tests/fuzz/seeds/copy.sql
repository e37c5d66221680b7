\restrict aB3
SET standard_conforming_strings = off;
COPY public.t (a, b) FROM stdin;
1	it's
\.
SELECT pg_catalog.setval('s', 1, true);
\unrestrict aB3
