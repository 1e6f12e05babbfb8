-- distinct rows
SELECT count(*) FROM (SELECT DISTINCT l_partkey, l_suppkey FROM lineitem) AS t;
