-- intersection
SELECT count(*) FROM (SELECT l_suppkey FROM lineitem WHERE l_quantity > 45 INTERSECT SELECT ps_suppkey FROM partsupp WHERE ps_availqty > 9000) AS t;
