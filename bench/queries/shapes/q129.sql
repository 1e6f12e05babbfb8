-- distinct rows of three columns
SELECT count(*) FROM (SELECT DISTINCT l_partkey, l_suppkey, l_shipmode FROM lineitem) AS t;
