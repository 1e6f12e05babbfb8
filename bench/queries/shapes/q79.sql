-- anti join with an inequality
SELECT count(*) FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM lineitem WHERE l_orderkey = o_orderkey AND l_shipdate > o_orderdate + 90);
