-- first three of each
SELECT count(*), sum(o_totalprice) FROM (SELECT o_totalprice, row_number() OVER (PARTITION BY o_custkey ORDER BY o_totalprice DESC, o_orderkey) AS r FROM orders) AS t WHERE r <= 3;
