select 'a;''b', E'\';' , U&"d\0061t" uescape '!', B'01', $t$ ; $$ $t$, 1.5e-3, 0x1F, $1;
select 'a'
'b', E'a'
'\'' -- ;
/* ; /* ; */ */ from t where a <@ b and c--;
;
