-- ranks by text
SELECT count(*) FROM (SELECT o_orderkey, rank() OVER (PARTITION BY o_clerk ORDER BY o_totalprice DESC) AS r FROM orders) AS t WHERE r <= 3;
