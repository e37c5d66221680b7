COPY pg_temp.:"stage" (:"row", :"columns") FROM STDIN
