-- semi join with an inequality
SELECT count(*) FROM lineitem AS a WHERE a.l_shipdate < DATE '1993-01-01' AND EXISTS (SELECT 1 FROM lineitem AS b WHERE b.l_orderkey = a.l_orderkey AND b.l_suppkey <> a.l_suppkey AND b.l_quantity > 40);
