select E'a'
'b\'', 'a'
'b\', N'a'
'b', U&'d\0061'
't', B'0'
'1', X'1'
'f';
select E'a' -- it goes on
  'b\'c', E'\'' /* it ends */ as a;
comment on table a is E'one'
'two\'';
